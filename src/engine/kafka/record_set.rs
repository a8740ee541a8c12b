//! Whole batches made of records, and records taken out of whole batches: what producers, consumers and the groups' own topic need.

use bytes::Bytes;

use super::batch::{ATTRIBUTE_TRANSACTIONAL, BatchHeader, Compression, HEADER_BYTES, LOG_OVERHEAD, batch_size};
use super::compression::{pack, unpack};
use super::records::{Record, RecordsError, read_record};
use super::varint;

/// The fewest bytes that a record takes.
const MIN_RECORD_BYTES: usize = 7;
/// What a record takes at most beside its key, value and headers (`DefaultRecord.MAX_RECORD_OVERHEAD`).
const MAX_RECORD_OVERHEAD: usize = 21;

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
    /// Milliseconds since 1970 (UTC).
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
    /// Milliseconds since 1970 (UTC).
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
    /// How many bytes its records take, unpacked.
    pub bytes: usize,
    /// Its records.
    pub records: Vec<FetchedRecord>,
}

/// A batch that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("batch at offset {offset}: {fault}")]
pub struct DecodeError {
    /// The batch's base offset.
    pub offset: i64,
    /// What is wrong.
    pub fault: RecordsError,
}

/// The batches of a fetch answer; an unfinished one at the end, which brokers may send, is left out.
///
/// # Errors
/// [`DecodeError`] for the first batch that cannot be read.
pub fn decode(bytes: Bytes) -> Result<Vec<Batch>, DecodeError> {
    decode_with(bytes, true)
}

/// As [`decode`]; `checked` says whether the checksums count (`check.crcs`).
///
/// # Errors
/// As [`decode`].
pub fn decode_with(mut bytes: Bytes, checked: bool) -> Result<Vec<Batch>, DecodeError> {
    let mut batches = Vec::new();
    while let Some(offset) = bytes.first_chunk().filter(|_| bytes.len() >= LOG_OVERHEAD) {
        let offset = i64::from_be_bytes(*offset);
        let failed = |fault| DecodeError { offset, fault };
        let size = batch_size(&bytes).map_err(|error| failed(error.into()))?;
        if size > bytes.len() {
            break;
        }
        let batch = bytes.split_to(size);
        let header = if checked { BatchHeader::check(&batch) } else { BatchHeader::parse(&batch) };
        let header = header.map_err(|error| failed(error.into()))?;
        batches.push(decode_batch(&header, &batch).map_err(failed)?);
    }
    Ok(batches)
}

/// One whole batch, whatever its checksum is.
///
/// # Errors
/// [`DecodeError`].
pub fn decode_unchecked(batch: &Bytes) -> Result<Batch, DecodeError> {
    let header = BatchHeader::parse(batch).map_err(|error| DecodeError { offset: 0, fault: error.into() })?;
    decode_batch(&header, batch).map_err(|fault| DecodeError { offset: header.base_offset, fault })
}

fn decode_batch(header: &BatchHeader, batch: &Bytes) -> Result<Batch, RecordsError> {
    let packed = batch.slice(HEADER_BYTES..);
    let plain = match header.compression()? {
        Compression::None => packed,
        codec => unpack(codec, &packed)?.into_owned().into(),
    };
    let claimed = RecordsError::Count { claimed: header.count };
    let count = usize::try_from(header.count).ok().filter(|count| *count <= plain.len() / MIN_RECORD_BYTES).ok_or(claimed)?;
    let mut records = Vec::with_capacity(count);
    let mut rest: &[u8] = &plain;
    for index in 0..header.count {
        let record = read_record(&mut rest).ok_or(RecordsError::Malformed { index })?;
        records.push(fetched(header, &plain, record));
    }
    if !rest.is_empty() {
        return Err(RecordsError::Count { claimed: header.count });
    }
    Ok(Batch {
        base_offset: header.base_offset,
        next_offset: header.next_offset(),
        producer_id: header.producer_id,
        transactional: header.is_transactional(),
        control: header.is_control(),
        bytes: plain.len(),
        records,
    })
}

/// The record with a share of the bytes that it lies in.
fn fetched(header: &BatchHeader, plain: &Bytes, record: Record<'_>) -> FetchedRecord {
    let share = |bytes: Option<&[u8]>| bytes.map(|bytes| plain.slice_ref(bytes));
    let log_append_time = header.has_append_time();
    let given = header.base_timestamp.wrapping_add(record.timestamp_delta);
    // as Java, what is no text is shown as such
    let key = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    FetchedRecord {
        offset: header.base_offset.saturating_add(i64::from(record.offset_delta)),
        timestamp: if log_append_time { header.max_timestamp } else { given },
        log_append_time,
        key: share(record.key),
        value: share(record.value),
        headers: record.headers.map(|(name, value)| Header { key: key(name), value: share(value) }).collect(),
    }
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

/// One batch of `records` outside transactions, with the base offset 0 and no leader's epoch.
///
/// # Errors
/// As [`encode_batch`].
pub fn encode(records: &[NewRecord], codec: Compression, producer: Producer) -> Result<Bytes, RecordsError> {
    encode_batch(records, codec, producer, false)
}

/// One batch of `records`, of a transaction or not, with the base offset 0 and no leader's epoch.
///
/// # Errors
/// [`RecordsError::Unfit`] where there are no records or they do not fit into one batch, [`RecordsError::Pack`].
pub fn encode_batch(
    records: &[NewRecord],
    codec: Compression,
    producer: Producer,
    transactional: bool,
) -> Result<Bytes, RecordsError> {
    encode_measured(records, codec, producer, transactional).map(|(batch, _)| batch)
}

/// As [`encode_batch`], with the bytes that the batch would take unpacked.
///
/// # Errors
/// As [`encode_batch`].
pub fn encode_measured(
    records: &[NewRecord],
    codec: Compression,
    producer: Producer,
    transactional: bool,
) -> Result<(Bytes, usize), RecordsError> {
    let unfit = || RecordsError::Unfit { count: records.len() };
    let first = records.first().ok_or_else(unfit)?;
    let count = i32::try_from(records.len()).map_err(|_| unfit())?;
    let mut batch =
        Vec::with_capacity(HEADER_BYTES + records.iter().map(|record| MAX_RECORD_OVERHEAD + body_size(record)).sum::<usize>());
    batch.resize(HEADER_BYTES, 0);
    for (delta, record) in (0..).zip(records) {
        put_record(&mut batch, record, first.timestamp, delta);
    }
    let unpacked = batch.len();
    if codec != Compression::None {
        let packed = pack(codec, &batch[HEADER_BYTES..])?;
        batch.truncate(HEADER_BYTES);
        batch.extend_from_slice(&packed);
    }
    let mut header = BatchHeader {
        base_offset: 0,
        length: i32::try_from(batch.len() - LOG_OVERHEAD).map_err(|_| unfit())?,
        partition_leader_epoch: -1,
        crc: 0,
        attributes: codec.id() | if transactional { ATTRIBUTE_TRANSACTIONAL } else { 0 },
        last_offset_delta: count - 1,
        base_timestamp: first.timestamp,
        max_timestamp: records.iter().map(|record| record.timestamp).max().unwrap_or(first.timestamp),
        producer_id: producer.id,
        producer_epoch: producer.epoch,
        base_sequence: producer.base_sequence,
        count,
    };
    header.seal(&batch[HEADER_BYTES..]);
    batch[..HEADER_BYTES].copy_from_slice(&header.encode());
    Ok((batch.into(), unpacked))
}

fn put_record(out: &mut Vec<u8>, record: &NewRecord, base_timestamp: i64, offset_delta: i64) {
    let timestamp_delta = record.timestamp.wrapping_sub(base_timestamp);
    let size = 1 + varint::size(timestamp_delta) + varint::size(offset_delta) + body_size(record);
    varint::put(out, size.cast_signed() as i64);
    out.push(0); // the record's attributes, unused so far
    varint::put(out, timestamp_delta);
    varint::put(out, offset_delta);
    put_nullable(out, record.key.as_deref());
    put_nullable(out, record.value.as_deref());
    varint::put(out, record.headers.len().cast_signed() as i64);
    for header in &record.headers {
        put_nullable(out, Some(header.key.as_bytes()));
        put_nullable(out, header.value.as_deref());
    }
}

fn put_nullable(out: &mut Vec<u8>, bytes: Option<&[u8]>) {
    varint::put(out, bytes.map_or(-1, |bytes| bytes.len().cast_signed() as i64));
    out.extend_from_slice(bytes.unwrap_or_default());
}

/// The bytes of a record's key, value and headers.
fn body_size(record: &NewRecord) -> usize {
    let field = |bytes: Option<&[u8]>| bytes.map_or(1, |bytes| varint::size(bytes.len().cast_signed() as i64) + bytes.len());
    let headers = record.headers.iter().map(|header| field(Some(header.key.as_bytes())) + field(header.value.as_deref()));
    let count = varint::size(record.headers.len().cast_signed() as i64);
    field(record.key.as_deref()) + field(record.value.as_deref()) + count + headers.sum::<usize>()
}

/// The bytes that one record takes at most in an uncompressed batch of its own, as a producer reckons it before sending
/// (`AbstractRecords.estimateSizeInBytesUpperBound`).
pub fn size_upper_bound(record: &NewRecord) -> usize {
    HEADER_BYTES + MAX_RECORD_OVERHEAD + body_size(record)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::record_walk::walk_records;
    use super::super::records::visit_records;
    use super::*;

    const CODECS: [Compression; 5] =
        [Compression::None, Compression::Gzip, Compression::Snappy, Compression::Lz4, Compression::Zstd];

    fn bytes() -> impl Strategy<Value = Option<Bytes>> {
        proptest::option::of(proptest::collection::vec(any::<u8>(), 0..200).prop_map(Bytes::from))
    }

    fn record() -> impl Strategy<Value = NewRecord> {
        let header = ("[a-z]{0,5}", bytes()).prop_map(|(key, value)| Header { key, value });
        (any::<i64>(), bytes(), bytes(), proptest::collection::vec(header, 0..3))
            .prop_map(|(timestamp, key, value, headers)| NewRecord { timestamp, key, value, headers })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(records in proptest::collection::vec(record(), 1..8), codec in 0..CODECS.len()) {
            let producer = Producer { id: 7, epoch: 1, base_sequence: 3 };
            let batch = encode(&records, CODECS[codec], producer).expect("it fits");
            let read = decode(batch).expect("it was just written");
            prop_assert_eq!(read.len(), 1);
            prop_assert_eq!((read[0].next_offset, read[0].producer_id), (records.len() as i64, 7));
            let read = read[0].records.iter().map(|read| NewRecord {
                timestamp: read.timestamp,
                key: read.key.clone(),
                value: read.value.clone(),
                headers: read.headers.clone(),
            });
            prop_assert_eq!(read.collect::<Vec<_>>(), records);
        }

        #[test]
        fn all_readers_see_the_same(records in proptest::collection::vec(record(), 1..8), codec in 0..CODECS.len()) {
            let batch = encode(&records, CODECS[codec], Producer::NONE).expect("it fits");
            let header = BatchHeader::check(&batch).expect("it was just written");
            let size = |bytes: Option<&[u8]>| bytes.map_or(-1, |bytes| i32::try_from(bytes.len()).expect("short"));
            let (mut walked, mut visited) = (Vec::new(), Vec::new());
            walk_records(&header, &batch, |shape| {
                walked.push((shape.offset_delta, shape.timestamp_delta, shape.key_bytes, shape.value_bytes));
            }).expect("whole");
            visit_records(&header, &batch, |one| {
                visited.push((one.offset_delta, one.timestamp_delta, size(one.key), size(one.value)));
                true
            }).expect("whole");
            prop_assert_eq!(&walked, &visited);
            let written = (0..).zip(&records).map(|(index, one)| {
                let delta = one.timestamp.wrapping_sub(records[0].timestamp);
                (index, delta, size(one.key.as_deref()), size(one.value.as_deref()))
            });
            prop_assert_eq!(visited, written.collect::<Vec<_>>());
        }

        #[test]
        fn damaged_batches_never_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..200), count in any::<i32>()) {
            if bytes.len() >= HEADER_BYTES {
                let length = i32::try_from(bytes.len() - LOG_OVERHEAD).expect("short");
                bytes[8..12].copy_from_slice(&length.to_be_bytes());
                bytes[16] = 2;
                bytes[57..61].copy_from_slice(&count.to_be_bytes());
                let checksum = crc32c::crc32c(&bytes[21..]);
                bytes[17..21].copy_from_slice(&checksum.to_be_bytes());
            }
            let bytes = Bytes::from(bytes);
            let _ = decode_unchecked(&bytes).is_ok();
            let _ = decode(bytes).is_ok();
        }
    }

    #[test]
    fn an_unfinished_batch_at_the_end_is_left_out() {
        let record = NewRecord { value: Some(Bytes::from_static(b"v")), ..NewRecord::default() };
        let batch = encode(&[record], Compression::None, Producer::NONE).expect("it fits");
        let two = [&batch[..], &batch[..batch.len() - 1]].concat();
        assert_eq!(decode(two.into()).expect("the first is whole").len(), 1);
    }

    #[test]
    fn sizes_are_reckoned_as_the_producer_does() {
        let record = NewRecord { value: Some(Bytes::from(vec![b'x'; 1_500_000])), ..NewRecord::default() };
        assert_eq!(size_upper_bound(&record), 1_500_088);
    }
}
