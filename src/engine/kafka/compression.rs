//! Packing and unpacking with Kafka's codecs, in memory that is bounded whatever the bytes claim.

use std::borrow::Cow;
use std::cell::RefCell;
use std::io::{self, Read, Write};

use zstd::zstd_safe::{DCtx, ResetDirective};

use super::batch::Compression;

/// The most that the records of one batch may unpack to, in bytes: a batch must fit into a request (100 MiB by default) and even
/// text rarely packs better than this allows.
pub const MAX_UNPACKED_BYTES: u64 = 512 * 1024 * 1024;

/// Before unpacking has shown how much there is, no more than this is taken, in bytes.
const FIRST_RESERVE_BYTES: usize = 64 * 1024;

/// Why bytes cannot be packed or unpacked.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// The codec cannot make anything of the bytes.
    #[error("records do not unpack")]
    Codec(#[source] io::Error),
    /// They are more than is allowed.
    #[error("records unpack to more bytes than are allowed")]
    TooLarge,
}

/// Unpacks what follows the header of a batch.
///
/// # Errors
/// See [`PackError`].
pub fn unpack(compression: Compression, bytes: &[u8]) -> Result<Cow<'_, [u8]>, PackError> {
    unpack_within(compression, bytes, MAX_UNPACKED_BYTES)
}

/// Unpacks what follows the header of a batch, where that gives no more than `limit` bytes.
///
/// # Errors
/// See [`PackError`].
pub fn unpack_within(compression: Compression, bytes: &[u8], limit: u64) -> Result<Cow<'_, [u8]>, PackError> {
    match compression {
        Compression::None => Ok(Cow::Borrowed(bytes)),
        _ => with_reader(compression, bytes, |reader| read_limited(reader, limit).map(Cow::Owned))?,
    }
}

thread_local! {
    /// What zstd needs to unpack, a few hundred kilobytes: batches are small, and would each take and give back that much.
    static ZSTD: RefCell<DCtx<'static>> = RefCell::new(DCtx::create());
}

/// Gives `read` what follows the header of a batch, which is unpacked piece by piece as it is read.
///
/// # Errors
/// [`PackError::Codec`] where not even the begin is right.
pub fn with_reader<T>(compression: Compression, bytes: &[u8], read: impl FnOnce(&mut dyn Read) -> T) -> Result<T, PackError> {
    let mut bytes = bytes;
    Ok(match compression {
        Compression::None => read(&mut bytes),
        Compression::Gzip => read(&mut flate2::bufread::MultiGzDecoder::new(bytes)),
        Compression::Lz4 => read(&mut Lz4Frame(Some(lz4::Decoder::new(bytes).map_err(PackError::Codec)?))),
        // no frame at all is no fault, as in Java's binding
        Compression::Zstd if bytes.is_empty() => read(&mut bytes),
        Compression::Zstd => ZSTD.with_borrow_mut(|context| {
            // a frame that was given up may have left it in the middle
            context.reset(ResetDirective::SessionOnly).map_err(|_| PackError::Codec(io::ErrorKind::InvalidData.into()))?;
            Ok(read(&mut zstd::Decoder::with_context(bytes, context)))
        })?,
        Compression::Snappy => read(&mut SnappyBlocks::new(bytes).map_err(PackError::Codec)?),
    })
}

/// Packs records anew with another codec, piece by piece.
///
/// # Errors
/// [`PackError::Codec`], or [`PackError::TooLarge`] where they unpack to more than is allowed or pack to more than `limit`
/// bytes.
pub fn repack(from: Compression, to: Compression, bytes: &[u8], limit: usize) -> Result<Vec<u8>, PackError> {
    let mut out = Limited { bytes: Vec::new(), limit, full: false };
    let (packed, left) = with_reader(from, bytes, |plain| {
        let mut plain = plain.take(MAX_UNPACKED_BYTES + 1);
        (pack_into(to, &mut plain, &mut out), plain.limit())
    })?;
    if out.full || left == 0 {
        return Err(PackError::TooLarge);
    }
    packed.map_err(PackError::Codec)?;
    Ok(out.bytes)
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

fn read_limited(reader: impl Read, limit: u64) -> Result<Vec<u8>, PackError> {
    let mut out = Vec::with_capacity(FIRST_RESERVE_BYTES);
    let read = reader.take(limit + 1).read_to_end(&mut out).map_err(PackError::Codec)?;
    if read as u64 > limit { Err(PackError::TooLarge) } else { Ok(out) }
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
/// [`PackError::Codec`].
pub fn pack(compression: Compression, records: &[u8]) -> Result<Vec<u8>, PackError> {
    let mut out = Vec::new();
    pack_into(compression, &mut &records[..], &mut out).map_err(PackError::Codec)?;
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_bare_snappy_block_is_read_and_a_lying_one_takes_no_memory() {
        let block = snap::raw::Encoder::new().compress_vec(b"hello hello hello").expect("packs");
        assert_eq!(unpack(Compression::Snappy, &block).expect("unpacks").as_ref(), b"hello hello hello");
        let lie = [0xff, 0xff, 0xff, 0xff, 0x07, 0];
        assert!(matches!(unpack(Compression::Snappy, &lie), Err(PackError::Codec(_))));
    }

    #[test]
    fn no_more_is_unpacked_than_is_wanted() {
        for id in 1..5 {
            let codec = Compression::from_id(id).expect("a codec");
            let packed = pack(codec, &[7; 1000]).expect("packs");
            assert_eq!(unpack_within(codec, &packed, 1000).expect("fits").len(), 1000, "{codec:?}");
            assert!(matches!(unpack_within(codec, &packed, 999), Err(PackError::TooLarge)), "{codec:?}");
        }
    }

    #[test]
    fn what_is_packed_anew_is_the_same_within_its_limit() {
        let records = b"hello hello hello".repeat(5000);
        for (from, to) in [(1, 2), (2, 3), (3, 4), (4, 0), (0, 1)] {
            let (from, to) = (Compression::from_id(from).expect("a codec"), Compression::from_id(to).expect("a codec"));
            let packed = pack(from, &records).expect("packs");
            let anew = repack(from, to, &packed, 100_000).expect("fits");
            assert_eq!(unpack(to, &anew).expect("unpacks").as_ref(), records, "{from:?} to {to:?}");
            assert!(matches!(repack(from, to, &packed, anew.len() - 1), Err(PackError::TooLarge)));
        }
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
        fn any_bytes_are_refused_or_unpacked_without_panic(
            bytes in proptest::collection::vec(any::<u8>(), 0..200),
            id in 0_i16..5,
        ) {
            let _ = unpack(Compression::from_id(id).expect("below 5"), &bytes).is_ok();
        }
    }
}
