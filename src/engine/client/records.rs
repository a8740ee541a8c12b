//! Records on the wire: batches of format 2 (`DefaultRecordBatch`, `DefaultRecord`), read from fetch answers and made for
//! produce requests, with every codec of Kafka.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use kafka_protocol::compression::{Compressor, Decompressor, Gzip, Lz4, Snappy, Zstd};

/// Bytes from a batch's base offset to the end of its length field.
const LENGTH_END: usize = 12;
/// Bytes of a batch's header, counted behind its length field.
const HEADER_REST: usize = 49;
/// The most bytes that a compressed batch may unfold to.
pub const MAX_BATCH_BYTES: usize = 256 * 1024 * 1024;
/// The most headers of one record.
const MAX_HEADERS: i32 = 100_000;
/// The fewest bytes that a record takes.
const MIN_RECORD_BYTES: usize = 7;

/// The attribute of a batch that belongs to a transaction.
const TRANSACTIONAL: i16 = 16;

/// How a batch is compressed; the numbers are those of its attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are Kafka's")]
pub enum Codec {
    None = 0,
    Gzip = 1,
    Snappy = 2,
    Lz4 = 3,
    Zstd = 4,
}

impl Codec {
    /// The codec by its name in `compression.type`.
    pub fn by_name(name: &str) -> Option<Self> {
        Some(match name {
            "none" => Self::None,
            "gzip" => Self::Gzip,
            "snappy" => Self::Snappy,
            "lz4" => Self::Lz4,
            "zstd" => Self::Zstd,
            _ => return None,
        })
    }

    fn of(attributes: i16) -> Option<Self> {
        Some(match attributes & 7 {
            0 => Self::None,
            1 => Self::Gzip,
            2 => Self::Snappy,
            3 => Self::Lz4,
            4 => Self::Zstd,
            _ => return None,
        })
    }
}

/// A header of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: Option<Bytes>,
}

/// What a producer sends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewRecord {
    /// Milliseconds since 1970.
    pub timestamp: i64,
    /// The key.
    pub key: Option<Bytes>,
    /// The value.
    pub value: Option<Bytes>,
    /// The headers, in order.
    pub headers: Vec<Header>,
}

/// What a consumer gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchedRecord {
    /// Its place in the partition.
    pub offset: i64,
    /// Milliseconds since 1970.
    pub timestamp: i64,
    /// Whether the broker gave the timestamp (`LogAppendTime`), not the producer (`CreateTime`).
    pub log_append_time: bool,
    /// The key.
    pub key: Option<Bytes>,
    /// The value.
    pub value: Option<Bytes>,
    /// The headers, in order.
    pub headers: Vec<Header>,
}

/// The records of one batch, and what a consumer needs to know of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The offset of its first record when it was written.
    pub base_offset: i64,
    /// The offset after its last one; where reading goes on.
    pub next_offset: i64,
    /// The producer, -1 where none was given.
    pub producer_id: i64,
    /// Whether it belongs to a transaction.
    pub transactional: bool,
    /// Whether it is a marker of a transaction, which no consumer shows.
    pub control: bool,
    /// Its records.
    pub records: Vec<FetchedRecord>,
}

/// Why a batch could not be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RecordError {
    /// A field lies beyond the end, or a length makes no sense.
    #[error("batch at offset {offset}: {what}")]
    Malformed {
        /// The batch's base offset.
        offset: i64,
        /// What is wrong.
        what: &'static str,
    },
    /// The checksum differs.
    #[error("batch at offset {offset}: checksum {found:08x}, expected {expected:08x}")]
    Checksum {
        /// The batch's base offset.
        offset: i64,
        /// As it was computed.
        found: u32,
        /// As the batch says.
        expected: u32,
    },
}

/// The batches of a fetch answer; an unfinished one at the end, which brokers may send, is left out.
///
/// # Errors
/// [`RecordError`] for the first batch that cannot be read.
pub fn decode(mut bytes: Bytes) -> Result<Vec<Batch>, RecordError> {
    let mut batches = Vec::new();
    while let Some(mut head) = bytes.get(..LENGTH_END) {
        let offset = head.get_i64();
        let length = usize::try_from(head.get_i32()).map_err(|_| RecordError::Malformed { offset, what: "negative length" })?;
        if bytes.len() - LENGTH_END < length {
            break;
        }
        bytes.advance(LENGTH_END);
        batches.push(decode_batch(offset, bytes.split_to(length), true)?);
    }
    Ok(batches)
}

/// One whole batch, whatever its checksum is.
///
/// # Errors
/// [`RecordError::Malformed`].
pub fn decode_unchecked(mut batch: Bytes) -> Result<Batch, RecordError> {
    let malformed = RecordError::Malformed { offset: 0, what: "shorter than its header" };
    let offset = batch.get(..LENGTH_END).ok_or(malformed)?.get_i64();
    batch.advance(LENGTH_END);
    decode_batch(offset, batch, false)
}

fn decode_batch(base_offset: i64, mut body: Bytes, checked: bool) -> Result<Batch, RecordError> {
    let malformed = |what| RecordError::Malformed { offset: base_offset, what };
    if body.len() < HEADER_REST {
        return Err(malformed("shorter than its header"));
    }
    body.advance(4);
    if body.get_i8() != 2 {
        return Err(malformed("a message format older than 2"));
    }
    let expected = body.get_u32();
    let found = crc32c::crc32c(&body);
    if checked && found != expected {
        return Err(RecordError::Checksum { offset: base_offset, found, expected });
    }
    let attributes = body.get_i16();
    let last_offset_delta = body.get_i32();
    let base_timestamp = body.get_i64();
    let max_timestamp = body.get_i64();
    let producer_id = body.get_i64();
    body.advance(6);
    let count = usize::try_from(body.get_i32()).map_err(|_| malformed("a negative number of records"))?;
    let codec = Codec::of(attributes).ok_or_else(|| malformed("an unknown codec"))?;
    let mut plain = decompress(codec, body).ok_or_else(|| malformed("its records do not decompress"))?;
    if count > plain.len() / MIN_RECORD_BYTES {
        return Err(malformed("more records than its bytes can hold"));
    }
    let log_append_time = attributes & 8 != 0;
    let mut records = Vec::with_capacity(count);
    for _ in 0..count {
        let mut record =
            decode_record(&mut plain, base_offset, base_timestamp).ok_or_else(|| malformed("a record beyond its end"))?;
        if log_append_time {
            record.timestamp = max_timestamp;
            record.log_append_time = true;
        }
        records.push(record);
    }
    Ok(Batch {
        base_offset,
        next_offset: base_offset.saturating_add(i64::from(last_offset_delta)).saturating_add(1),
        producer_id,
        transactional: attributes & TRANSACTIONAL != 0,
        control: attributes & 32 != 0,
        records,
    })
}

fn decompress(codec: Codec, mut body: Bytes) -> Option<Bytes> {
    let taken = match codec {
        Codec::None => return Some(body),
        Codec::Gzip => Gzip::decompress(&mut body, |plain| Ok(take(plain))),
        Codec::Snappy => return decompress_snappy(body),
        Codec::Lz4 => Lz4::decompress(&mut body, |plain| Ok(take(plain))),
        Codec::Zstd => Zstd::decompress(&mut body, |plain| Ok(take(plain))),
    };
    taken.ok().flatten()
}

fn take(plain: &mut impl Buf) -> Option<Bytes> {
    (plain.remaining() <= MAX_BATCH_BYTES).then(|| plain.copy_to_bytes(plain.remaining()))
}

/// What Java's snappy streams begin with; then two version numbers, then blocks, each behind its length.
const SNAPPY_STREAM: &[u8] = b"\x82SNAPPY\0";
/// The plain bytes of one block of a snappy stream.
const SNAPPY_BLOCK_BYTES: usize = 32 * 1024;

fn decompress_snappy(mut body: Bytes) -> Option<Bytes> {
    if !body.starts_with(SNAPPY_STREAM) {
        return decompress_block(body);
    }
    body.advance(SNAPPY_STREAM.len());
    body.try_get_u64().ok()?;
    let mut plain = BytesMut::new();
    while body.has_remaining() {
        let length = usize::try_from(body.try_get_i32().ok()?).ok()?;
        if length > body.len() {
            return None;
        }
        plain.extend_from_slice(&decompress_block(body.split_to(length))?);
        if plain.len() > MAX_BATCH_BYTES {
            return None;
        }
    }
    Some(plain.freeze())
}

fn decompress_block(mut block: Bytes) -> Option<Bytes> {
    // the block says first how long it will be, as an unsigned varint
    let mut length = 0_usize;
    for (at, byte) in block.iter().take(5).enumerate() {
        length |= usize::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            break;
        }
    }
    if length > MAX_BATCH_BYTES {
        return None;
    }
    Snappy::decompress(&mut block, |plain| Ok(take(plain))).ok().flatten()
}

fn decode_record(bytes: &mut Bytes, base_offset: i64, base_timestamp: i64) -> Option<FetchedRecord> {
    let length = usize::try_from(get_varint(bytes)?).ok()?;
    if length > bytes.len() {
        return None;
    }
    let mut record = bytes.split_to(length);
    record.try_get_i8().ok()?;
    let timestamp = base_timestamp.checked_add(get_varlong(&mut record)?)?;
    let offset = base_offset.checked_add(i64::from(get_varint(&mut record)?))?;
    let key = get_nullable(&mut record)?;
    let value = get_nullable(&mut record)?;
    let count = get_varint(&mut record)?;
    if !(0..=MAX_HEADERS).contains(&count) {
        return None;
    }
    let mut headers = Vec::new();
    for _ in 0..count {
        let key = String::from_utf8(get_nullable(&mut record)??.to_vec()).ok()?;
        headers.push(Header { key, value: get_nullable(&mut record)? });
    }
    Some(FetchedRecord { offset, timestamp, log_append_time: false, key, value, headers })
}

fn get_nullable(bytes: &mut Bytes) -> Option<Option<Bytes>> {
    let length = get_varint(bytes)?;
    if length < 0 {
        return Some(None);
    }
    let length = usize::try_from(length).ok()?;
    (length <= bytes.len()).then(|| Some(bytes.split_to(length)))
}

fn get_varint(bytes: &mut Bytes) -> Option<i32> {
    i32::try_from(get_varlong(bytes)?).ok()
}

fn get_varlong(bytes: &mut Bytes) -> Option<i64> {
    let mut value = 0_u64;
    for shift in (0..70).step_by(7) {
        let byte = bytes.try_get_u8().ok()?;
        value |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some((value >> 1).cast_signed() ^ -((value & 1).cast_signed()));
        }
    }
    None
}

/// Who writes a batch, for the broker's duplicate check; -1 in every field where nobody is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Producer {
    /// The producer id that the broker gave.
    pub id: i64,
    /// Its epoch.
    pub epoch: i16,
    /// The number of the batch's first record.
    pub base_sequence: i32,
}

impl Producer {
    /// Nobody: a producer without idempotence.
    pub const NONE: Self = Self { id: -1, epoch: -1, base_sequence: -1 };
}

/// One batch of `records` outside any transaction, as [`encode_batch`].
///
/// # Errors
/// As [`encode_batch`].
pub fn encode(records: &[NewRecord], codec: Codec, producer: Producer) -> Result<Bytes, RecordError> {
    encode_batch(records, codec, producer, false)
}

/// One batch of `records`, which must not be empty.
///
/// # Errors
/// [`RecordError::Malformed`] where there are no records, or they are too many or too long for one batch.
pub fn encode_batch(records: &[NewRecord], codec: Codec, producer: Producer, transactional: bool) -> Result<Bytes, RecordError> {
    let malformed = |what| RecordError::Malformed { offset: 0, what };
    let first = records.first().ok_or_else(|| malformed("no records"))?;
    let count = i32::try_from(records.len()).map_err(|_| malformed("too many records"))?;
    let mut plain = BytesMut::new();
    for (delta, record) in records.iter().enumerate() {
        encode_record(&mut plain, record, first.timestamp, delta as i64);
    }
    let body = compress(codec, &plain).ok_or_else(|| malformed("its records do not compress"))?;
    let mut checked = BytesMut::with_capacity(body.len() + HEADER_REST);
    checked.put_i16(codec as i16 | if transactional { TRANSACTIONAL } else { 0 });
    checked.put_i32(count - 1);
    checked.put_i64(first.timestamp);
    checked.put_i64(records.iter().map(|record| record.timestamp).max().unwrap_or(first.timestamp));
    checked.put_i64(producer.id);
    checked.put_i16(producer.epoch);
    checked.put_i32(producer.base_sequence);
    checked.put_i32(count);
    checked.put_slice(&body);
    let mut batch = BytesMut::with_capacity(checked.len() + LENGTH_END + 9);
    batch.put_i64(0);
    batch.put_i32(i32::try_from(checked.len() + 9).map_err(|_| malformed("too long"))?);
    batch.put_i32(-1);
    batch.put_i8(2);
    batch.put_u32(crc32c::crc32c(&checked));
    batch.put_slice(&checked);
    Ok(batch.freeze())
}

fn compress(codec: Codec, plain: &BytesMut) -> Option<Bytes> {
    let mut out = BytesMut::new();
    let done = match codec {
        Codec::None => {
            out.put_slice(plain);
            Ok(())
        }
        Codec::Gzip => Gzip::compress(&mut out, |to| {
            to.put_slice(plain);
            Ok(())
        }),
        Codec::Snappy => {
            out.put_slice(SNAPPY_STREAM);
            out.put_u64(1 << 32 | 1);
            return plain.chunks(SNAPPY_BLOCK_BYTES).try_fold(out, compress_block).map(BytesMut::freeze);
        }
        Codec::Lz4 => Lz4::compress(&mut out, |to| {
            to.put_slice(plain);
            Ok(())
        }),
        Codec::Zstd => Zstd::compress(&mut out, |to| {
            to.put_slice(plain);
            Ok(())
        }),
    };
    done.ok().map(|()| out.freeze())
}

fn compress_block(mut out: BytesMut, plain: &[u8]) -> Option<BytesMut> {
    let mut block = BytesMut::new();
    Snappy::compress(&mut block, |to| {
        to.put_slice(plain);
        Ok(())
    })
    .ok()?;
    out.put_i32(i32::try_from(block.len()).ok()?);
    out.put_slice(&block);
    Some(out)
}

fn encode_record(out: &mut BytesMut, record: &NewRecord, base_timestamp: i64, delta: i64) {
    let mut body = BytesMut::new();
    body.put_i8(0);
    put_varlong(&mut body, record.timestamp - base_timestamp);
    put_varlong(&mut body, delta);
    put_nullable(&mut body, record.key.as_deref());
    put_nullable(&mut body, record.value.as_deref());
    put_varlong(&mut body, record.headers.len() as i64);
    for header in &record.headers {
        put_nullable(&mut body, Some(header.key.as_bytes()));
        put_nullable(&mut body, header.value.as_deref());
    }
    put_varlong(out, body.len() as i64);
    out.put_slice(&body);
}

fn put_nullable(out: &mut BytesMut, bytes: Option<&[u8]>) {
    match bytes {
        None => put_varlong(out, -1),
        Some(bytes) => {
            put_varlong(out, bytes.len() as i64);
            out.put_slice(bytes);
        }
    }
}

fn put_varlong(out: &mut BytesMut, value: i64) {
    let mut rest = ((value << 1) ^ (value >> 63)).cast_unsigned();
    while rest >= 0x80 {
        out.put_u8(rest.to_le_bytes()[0] | 0x80);
        rest >>= 7;
    }
    out.put_u8(rest.to_le_bytes()[0]);
}

/// The bytes that one record takes at most in an uncompressed batch of its own, as a producer reckons it before sending
/// (`AbstractRecords.estimateSizeInBytesUpperBound`).
pub fn size_upper_bound(record: &NewRecord) -> usize {
    let mut encoded = BytesMut::new();
    encode_record(&mut encoded, &NewRecord { timestamp: 0, ..record.clone() }, 0, 0);
    // the deltas are reckoned at their longest: 10 bytes for the timestamp and 5 for the offset
    let body = encoded.len() - varint_size(encoded.len()) + 13;
    LENGTH_END + HEADER_REST + body + 5
}

fn varint_size(length: usize) -> usize {
    match length {
        0..=63 => 1,
        64..=8191 => 2,
        8192..=1_048_575 => 3,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CODECS: [Codec; 5] = [Codec::None, Codec::Gzip, Codec::Snappy, Codec::Lz4, Codec::Zstd];

    fn bytes() -> impl Strategy<Value = Option<Bytes>> {
        proptest::option::of(proptest::collection::vec(any::<u8>(), 0..200).prop_map(Bytes::from))
    }

    fn record() -> impl Strategy<Value = NewRecord> {
        let header = ("[a-z]{0,5}", bytes()).prop_map(|(key, value)| Header { key, value });
        (0..i64::MAX / 4, bytes(), bytes(), proptest::collection::vec(header, 0..3))
            .prop_map(|(timestamp, key, value, headers)| NewRecord { timestamp, key, value, headers })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(records in proptest::collection::vec(record(), 1..8), codec in 0..CODECS.len()) {
            let batch = encode(&records, CODECS[codec], Producer { id: 7, epoch: 1, base_sequence: 3 }).expect("it fits");
            let read = decode(batch).expect("it was just written");
            prop_assert_eq!(read.len(), 1);
            prop_assert_eq!(read[0].next_offset, records.len() as i64);
            prop_assert_eq!(read[0].producer_id, 7);
            for (read, written) in read[0].records.iter().zip(&records) {
                prop_assert_eq!(read.timestamp, written.timestamp);
                prop_assert_eq!(&read.key, &written.key);
                prop_assert_eq!(&read.value, &written.value);
                prop_assert_eq!(&read.headers, &written.headers);
            }
        }

        #[test]
        fn damaged_batches_never_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..200), count in any::<i32>()) {
            if bytes.len() >= 61 {
                let length = i32::try_from(bytes.len() - 12).expect("short");
                bytes[8..12].copy_from_slice(&length.to_be_bytes());
                bytes[16] = 2;
                bytes[57..61].copy_from_slice(&count.to_be_bytes());
                let checksum = crc32c::crc32c(&bytes[21..]);
                bytes[17..21].copy_from_slice(&checksum.to_be_bytes());
            }
            let _ = decode(Bytes::from(bytes));
        }
    }

    #[test]
    fn an_unfinished_batch_at_the_end_is_left_out() {
        let record = NewRecord { value: Some(Bytes::from_static(b"v")), ..NewRecord::default() };
        let batch = encode(&[record], Codec::None, Producer::NONE).expect("it fits");
        let mut two = BytesMut::from(&batch[..]);
        two.extend_from_slice(&batch[..batch.len() - 1]);
        assert_eq!(decode(two.freeze()).expect("the first is whole").len(), 1);
    }

    #[test]
    fn sizes_are_reckoned_as_the_producer_does() {
        let record = NewRecord { value: Some(Bytes::from(vec![b'x'; 1_500_000])), ..NewRecord::default() };
        assert_eq!(size_upper_bound(&record), 1_500_088);
    }
}
