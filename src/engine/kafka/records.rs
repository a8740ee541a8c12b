//! The records inside a batch of format 2: decompressed and walked without copying keys and values. The broker looks inside only
//! where it must: a timestamp is sought, a compacted topic needs keys, a topic demands another codec.

use std::borrow::Cow;
use std::io::{self, Read, Write};

use super::batch::{BatchError, BatchHeader, Compression, HEADER_BYTES};

/// The most that the records of one batch may unpack to, in bytes: a batch must fit into a request (100 MiB by default) and even
/// text rarely packs better than this allows.
pub const MAX_UNPACKED_BYTES: u64 = 512 * 1024 * 1024;

/// Before unpacking has shown how much there is, no more than this is taken, in bytes.
const FIRST_RESERVE_BYTES: usize = 64 * 1024;

/// Why the records of a batch cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RecordsError {
    /// The header does not hold.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// The codec cannot unpack the bytes.
    #[error("records do not unpack")]
    Unpack(#[source] io::Error),
    /// They unpack to more than [`MAX_UNPACKED_BYTES`].
    #[error("records unpack to more than {MAX_UNPACKED_BYTES} bytes")]
    TooLarge,
    /// A record does not hold together.
    #[error("record {index} of the batch is malformed")]
    Malformed {
        /// Which record, from 0.
        index: i32,
    },
    /// The header's count is not the number of records.
    #[error("the batch claims {claimed} records and has another number of them")]
    Count {
        /// What the header says.
        claimed: i32,
    },
}

/// One record; offsets and times are relative to its batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the protocol's documentation")]
pub struct Record<'a> {
    pub offset_delta: i32,
    pub timestamp_delta: i64,
    pub key: Option<&'a [u8]>,
    pub value: Option<&'a [u8]>,
}

/// Unpacks what follows the header of a batch.
///
/// # Errors
/// See [`RecordsError`].
pub fn unpack(compression: Compression, bytes: &[u8]) -> Result<Cow<'_, [u8]>, RecordsError> {
    match compression {
        Compression::None => Ok(Cow::Borrowed(bytes)),
        _ => read_limited(reader(compression, bytes)?).map(Cow::Owned),
    }
}

/// Unpacks piece by piece what follows the header of a batch.
///
/// # Errors
/// [`RecordsError::Unpack`] where not even the begin is right.
pub fn reader(compression: Compression, bytes: &[u8]) -> Result<Box<dyn Read + '_>, RecordsError> {
    Ok(match compression {
        Compression::None => Box::new(bytes),
        Compression::Gzip => Box::new(flate2::read::MultiGzDecoder::new(bytes)),
        Compression::Lz4 => Box::new(Lz4Frame(Some(lz4::Decoder::new(bytes).map_err(RecordsError::Unpack)?))),
        // no frame at all is no fault, as in Java's binding
        Compression::Zstd if bytes.is_empty() => Box::new(bytes),
        Compression::Zstd => Box::new(zstd::Decoder::new(bytes).map_err(RecordsError::Unpack)?),
        Compression::Snappy => Box::new(SnappyBlocks::new(bytes).map_err(RecordsError::Unpack)?),
    })
}

/// Packs records anew with another codec, piece by piece.
///
/// # Errors
/// [`RecordsError::Unpack`], or [`RecordsError::TooLarge`] where they unpack to more than is allowed or pack to more than `limit`
/// bytes.
pub fn repack(from: Compression, to: Compression, bytes: &[u8], limit: usize) -> Result<Vec<u8>, RecordsError> {
    let mut plain = reader(from, bytes)?.take(MAX_UNPACKED_BYTES + 1);
    let mut out = Limited { bytes: Vec::new(), limit, full: false };
    let packed = pack_into(to, &mut plain, &mut out);
    if out.full || plain.limit() == 0 {
        return Err(RecordsError::TooLarge);
    }
    packed.map_err(RecordsError::Unpack)?;
    Ok(out.bytes)
}

/// The same records with offsets that follow on, from 0.
///
/// # Errors
/// [`RecordsError::Malformed`].
pub fn number_records(records: &[u8]) -> Result<Vec<u8>, RecordsError> {
    let mut out = Vec::with_capacity(records.len().min(FIRST_RESERVE_BYTES));
    let mut rest = records;
    for index in 0.. {
        if rest.is_empty() {
            break;
        }
        let malformed = || RecordsError::Malformed { index };
        let length = read_varint(&mut rest).and_then(|length| usize::try_from(length).ok()).ok_or_else(malformed)?;
        let (body, after) = rest.split_at_checked(length).ok_or_else(malformed)?;
        let mut behind = body.get(1..).ok_or_else(malformed)?;
        read_varlong(&mut behind).ok_or_else(malformed)?;
        let before = &body[..body.len() - behind.len()];
        read_varint(&mut behind).ok_or_else(malformed)?;
        let number = varint(i64::from(index));
        out.extend(varint((before.len() + number.len() + behind.len()).cast_signed() as i64));
        out.extend_from_slice(before);
        out.extend(number);
        out.extend_from_slice(behind);
        rest = after;
    }
    Ok(out)
}

fn varint(value: i64) -> Vec<u8> {
    let mut rest = (value << 1 ^ value >> 63).cast_unsigned();
    let mut out = Vec::new();
    while rest >= 0x80 {
        out.push((rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
    out
}

/// Bytes that may not become too many.
struct Limited {
    bytes: Vec<u8>,
    limit: usize,
    full: bool,
}

impl Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.limit {
            self.full = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn read_limited(reader: impl Read) -> Result<Vec<u8>, RecordsError> {
    let mut out = Vec::with_capacity(FIRST_RESERVE_BYTES);
    let read = reader.take(MAX_UNPACKED_BYTES + 1).read_to_end(&mut out).map_err(RecordsError::Unpack)?;
    if read as u64 > MAX_UNPACKED_BYTES { Err(RecordsError::TooLarge) } else { Ok(out) }
}

/// What Java's snappy streams begin with (the xerial framing); other clients send one bare block.
const XERIAL_MAGIC: &[u8] = b"\x82SNAPPY\0";
/// The magic, its version and the oldest version that reads it.
const XERIAL_HEADER_BYTES: usize = 16;
/// How much goes into one block when this broker packs, as snappy-java does.
const XERIAL_BLOCK_BYTES: usize = 32 * 1024;

/// An lz4 frame that must be whole; the decoder by itself takes a cut one for ended.
struct Lz4Frame<'a>(Option<lz4::Decoder<&'a [u8]>>);

impl Read for Lz4Frame<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.0.as_mut().map_or(Ok(0), |decoder| decoder.read(out))?;
        if read == 0
            && !out.is_empty()
            && let Some(decoder) = self.0.take()
        {
            decoder.finish().1?;
        }
        Ok(read)
    }
}

/// A stream of snappy blocks, unpacked one by one.
struct SnappyBlocks<'a> {
    rest: &'a [u8],
    bare: bool,
    block: Vec<u8>,
    at: usize,
}

impl<'a> SnappyBlocks<'a> {
    fn new(bytes: &'a [u8]) -> io::Result<Self> {
        let bare = !bytes.starts_with(XERIAL_MAGIC);
        let rest = if bare { Some(bytes) } else { bytes.get(XERIAL_HEADER_BYTES..) };
        let rest = rest.ok_or(io::ErrorKind::UnexpectedEof)?;
        let mut blocks = Self { rest, bare, block: Vec::new(), at: 0 };
        if bare {
            blocks.unpack(bytes)?;
            blocks.rest = &[];
        }
        Ok(blocks)
    }

    fn next_block(&mut self) -> io::Result<bool> {
        if self.bare || self.rest.is_empty() {
            return Ok(false);
        }
        let cut = || io::Error::from(io::ErrorKind::UnexpectedEof);
        let (length, after) = self.rest.split_first_chunk::<4>().ok_or_else(cut)?;
        let length = usize::try_from(i32::from_be_bytes(*length)).map_err(io::Error::other)?;
        let (block, rest) = after.split_at_checked(length).ok_or_else(cut)?;
        self.rest = rest;
        self.unpack(block)?;
        Ok(true)
    }

    fn unpack(&mut self, block: &[u8]) -> io::Result<()> {
        let length = snap::raw::decompress_len(block).map_err(io::Error::other)?;
        // snappy never packs better than about 1 to 21, so a longer claim is a lie that must cost no memory
        if length as u64 > MAX_UNPACKED_BYTES.min(block.len() as u64 * 64 + 64) {
            return Err(io::Error::other("a block claims more bytes than it can hold"));
        }
        self.block.resize(length, 0);
        self.at = 0;
        snap::raw::Decoder::new().decompress(block, &mut self.block).map_err(io::Error::other)?;
        Ok(())
    }
}

impl Read for SnappyBlocks<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.at == self.block.len() {
            if !self.next_block()? {
                return Ok(0);
            }
        }
        let count = out.len().min(self.block.len() - self.at);
        out[..count].copy_from_slice(&self.block[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

/// Packs records (what follows a batch's header) with a codec.
///
/// # Errors
/// The codec failed.
pub fn pack(compression: Compression, records: &[u8]) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    pack_into(compression, &mut &records[..], &mut out)?;
    Ok(out)
}

fn pack_into(compression: Compression, records: &mut dyn Read, out: &mut dyn Write) -> io::Result<()> {
    match compression {
        Compression::None => io::copy(records, out).map(drop),
        Compression::Gzip => {
            let mut encoder = flate2::write::GzEncoder::new(out, flate2::Compression::default());
            io::copy(records, &mut encoder)?;
            encoder.finish().map(drop)
        }
        Compression::Lz4 => {
            // Kafka's reader knows independent blocks only
            let mut encoder = lz4::EncoderBuilder::new().block_mode(lz4::BlockMode::Independent).build(out)?;
            io::copy(records, &mut encoder)?;
            encoder.finish().1
        }
        Compression::Zstd => zstd::stream::copy_encode(records, out, 0),
        Compression::Snappy => {
            out.write_all(XERIAL_MAGIC)?;
            out.write_all(&[0, 0, 0, 1, 0, 0, 0, 1])?;
            let mut block = Vec::with_capacity(XERIAL_BLOCK_BYTES);
            while (&mut *records).take(XERIAL_BLOCK_BYTES as u64).read_to_end(&mut block)? > 0 {
                let packed = snap::raw::Encoder::new().compress_vec(&block).map_err(io::Error::other)?;
                out.write_all(&i32::try_from(packed.len()).map_err(io::Error::other)?.to_be_bytes())?;
                out.write_all(&packed)?;
                block.clear();
            }
            Ok(())
        }
    }
}

/// Calls `visit` with each record of `batch` (header and records, as it lies in a log), in order, until it answers `false`.
///
/// # Errors
/// See [`RecordsError`]; records before a malformed one have been visited.
pub fn visit_records(header: &BatchHeader, batch: &[u8], mut visit: impl FnMut(Record<'_>) -> bool) -> Result<(), RecordsError> {
    let packed = batch.get(HEADER_BYTES..).unwrap_or_default();
    let unpacked = unpack(header.compression()?, packed)?;
    let mut rest: &[u8] = &unpacked;
    for index in 0..header.count {
        let record = read_record(&mut rest).ok_or(RecordsError::Malformed { index })?;
        if !visit(record) {
            return Ok(());
        }
    }
    if rest.is_empty() { Ok(()) } else { Err(RecordsError::Count { claimed: header.count }) }
}

fn read_record<'a>(rest: &mut &'a [u8]) -> Option<Record<'a>> {
    let length = usize::try_from(read_varint(rest)?).ok()?;
    let (mut body, after) = rest.split_at_checked(length)?;
    *rest = after;
    body = body.get(1..)?; // the record's attributes, unused so far
    let timestamp_delta = read_varlong(&mut body)?;
    let offset_delta = read_varint(&mut body)?;
    let key = read_nullable(&mut body)?;
    let value = read_nullable(&mut body)?;
    let headers = read_varint(&mut body).filter(|count| *count >= 0)?;
    for _ in 0..headers {
        read_nullable(&mut body)??; // a header's key is never null
        read_nullable(&mut body)?;
    }
    body.is_empty().then_some(Record { offset_delta, timestamp_delta, key, value })
}

fn read_nullable<'a>(rest: &mut &'a [u8]) -> Option<Option<&'a [u8]>> {
    let length = read_varint(rest)?;
    if length < 0 {
        // any length below 0 is null, as in Kafka
        return Some(None);
    }
    let (bytes, after) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    *rest = after;
    Some(Some(bytes))
}

/// A zigzag varint of at most five bytes.
fn read_varint(rest: &mut &[u8]) -> Option<i32> {
    let value = read_unsigned(rest, 5)?;
    i32::try_from(unzigzag(value)).ok()
}

/// A zigzag varint of at most ten bytes.
fn read_varlong(rest: &mut &[u8]) -> Option<i64> {
    read_unsigned(rest, 10).map(unzigzag)
}

fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}

fn read_unsigned(rest: &mut &[u8], most_bytes: usize) -> Option<u64> {
    let mut value = 0_u64;
    for (index, byte) in rest.iter().take(most_bytes).enumerate() {
        value |= u64::from(byte & 0x7f).checked_shl(u32::try_from(index * 7).ok()?)?;
        if byte & 0x80 == 0 {
            *rest = &rest[index + 1..];
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(batch: &[u8], expected: &[(i32, Option<&str>, Option<&str>)]) {
        let header = BatchHeader::check(batch).expect("Kafka wrote it");
        let mut seen = Vec::new();
        visit_records(&header, &batch[..header.size()], |record| {
            let text = |bytes: Option<&[u8]>| bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
            seen.push((record.offset_delta, text(record.key), text(record.value)));
            true
        })
        .expect("Kafka wrote it");
        let seen: Vec<_> = seen.iter().map(|(at, key, value)| (*at, key.as_deref(), value.as_deref())).collect();
        assert_eq!(seen, expected);
    }

    #[test]
    fn records_of_every_codec_that_kafka_wrote_are_read() {
        let hellos = ["1", "2", "3"].map(|n| format!("hello hello hello hello {n}"));
        let hellos: Vec<_> = hellos.iter().zip(0..).map(|(text, at)| (at, None, Some(text.as_str()))).collect();
        check(include_bytes!("../../../fixtures/log/f-gzip.log"), &hellos);
        check(include_bytes!("../../../fixtures/log/f-snappy.log"), &hellos);
        check(include_bytes!("../../../fixtures/log/f-lz4.log"), &hellos);
        check(include_bytes!("../../../fixtures/log/f-zstd.log"), &hellos);
        let plain = [(0, None, Some("one")), (1, None, Some("two")), (2, None, Some("three"))];
        check(include_bytes!("../../../fixtures/log/f-none.log"), &plain);
        check(include_bytes!("../../../fixtures/log/f-keys.log"), &[(0, Some("k1"), Some("v1")), (1, Some("k2"), None)]);
    }

    #[test]
    fn a_bare_snappy_block_is_read_and_a_lying_one_takes_no_memory() {
        let block = snap::raw::Encoder::new().compress_vec(b"hello hello hello").expect("packs");
        assert_eq!(unpack(Compression::Snappy, &block).expect("unpacks").as_ref(), b"hello hello hello");
        let lie = [0xff, 0xff, 0xff, 0xff, 0x07, 0];
        assert!(matches!(unpack(Compression::Snappy, &lie), Err(RecordsError::Unpack(_))));
    }

    #[test]
    fn what_is_packed_anew_is_the_same_within_its_limit() {
        let records = b"hello hello hello".repeat(5000);
        for (from, to) in [(1, 2), (2, 3), (3, 4), (4, 0), (0, 1)] {
            let (from, to) = (Compression::from_id(from).expect("a codec"), Compression::from_id(to).expect("a codec"));
            let packed = pack(from, &records).expect("packs");
            let anew = repack(from, to, &packed, 100_000).expect("fits");
            assert_eq!(unpack(to, &anew).expect("unpacks").as_ref(), records, "{from:?} to {to:?}");
            assert!(matches!(repack(from, to, &packed, anew.len() - 1), Err(RecordsError::TooLarge)));
        }
    }

    #[test]
    fn records_are_numbered_anew() {
        // two records "a" with the offset deltas 70 and 3
        let records = [&[16, 0, 0, 0x8c, 1, 1, 2, b'a', 0][..], &[14, 0, 0, 6, 1, 2, b'a', 0]].concat();
        let expected = [&[14, 0, 0, 0, 1, 2, b'a', 0][..], &[14, 0, 0, 2, 1, 2, b'a', 0]].concat();
        assert_eq!(number_records(&records).expect("whole records"), expected);
        assert!(number_records(&records[..records.len() - 1]).is_err());
    }

    proptest! {
        #[test]
        fn what_is_packed_unpacks(bytes in proptest::collection::vec(0_u8..4, 0..4_000), id in 0_i16..5) {
            let compression = Compression::from_id(id).expect("below 5");
            let packed = pack(compression, &bytes).expect("packs");
            let unpacked = unpack(compression, &packed).expect("unpacks");
            prop_assert_eq!(unpacked.as_ref(), &bytes[..]);
        }

        #[test]
        fn any_bytes_are_refused_or_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), id in 0_i16..5) {
            let mut rest = &bytes[..];
            while read_record(&mut rest).is_some() {}
            let _ = unpack(Compression::from_id(id).expect("below 5"), &bytes).is_ok();
        }
    }
}
