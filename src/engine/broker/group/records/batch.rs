//! Record batches of `__consumer_offsets`: a few records in, one batch out, and back.

use bytes::{Bytes, BytesMut};
use kafka_protocol::records::{
    Compression, NO_PARTITION_LEADER_EPOCH, NO_PRODUCER_EPOCH, NO_PRODUCER_ID, Record, RecordBatchDecoder, RecordBatchEncoder,
    RecordEncodeOptions, TimestampType,
};

use super::Key;

/// Where the number of records stands in a batch.
const COUNT_AT: usize = 57;
/// Where the distance from the base offset to the last one stands.
const LAST_OFFSET_DELTA_AT: usize = 23;
/// Where the length of a batch stands, and how much of it is not counted.
const LENGTH_AT: usize = 8;
const BEFORE_LENGTH_ENDS: usize = 12;
/// More records are in no batch that a coordinator writes.
const MAX_RECORDS_OF_BATCH: i32 = 1_000_000;

/// A batch cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read a batch of __consumer_offsets: {0}")]
pub struct ReadError(String);

/// A record as the log has it.
#[derive(Clone, Debug)]
pub struct StoredRecord {
    /// Its offset in the log.
    pub offset: i64,
    /// The producer id of its transaction; `None` outside transactions.
    pub transaction: Option<i64>,
    /// Whether it decides a transaction instead of being data.
    pub control: bool,
    /// Its key.
    pub key: Option<Bytes>,
    /// Its value; `None` deletes.
    pub value: Option<Bytes>,
}

/// One batch of `records`. Kafka gives batches of offset commits the base sequence 0, those of groups -1.
///
/// # Errors
/// [`ReadError`] where compression fails.
pub fn encode_batch(
    records: &[(Key, Option<Bytes>)],
    timestamp: i64,
    base_sequence: i32,
    compression: Compression,
) -> Result<Bytes, ReadError> {
    let records: Vec<Record> = (0..)
        .zip(records)
        .map(|(index, (key, value))| Record {
            transactional: false,
            control: false,
            partition_leader_epoch: NO_PARTITION_LEADER_EPOCH,
            producer_id: NO_PRODUCER_ID,
            producer_epoch: NO_PRODUCER_EPOCH,
            timestamp_type: TimestampType::Creation,
            offset: i64::from(index),
            // the same distance to the offset for all, else the encoder begins another batch
            sequence: base_sequence + index,
            timestamp,
            key: Some(key.encode()),
            value: value.clone(),
            headers: Default::default(),
        })
        .collect();
    let mut out = BytesMut::new();
    let options = RecordEncodeOptions { version: 2, compression };
    RecordBatchEncoder::encode(&mut out, &records, &options).map_err(|error| ReadError(error.to_string()))?;
    Ok(out.freeze())
}

/// What whole batches hold.
#[derive(Clone, Debug, Default)]
pub struct Decoded {
    /// The records.
    pub records: Vec<StoredRecord>,
    /// The offset after the last batch, which compaction may have emptied; `None` where there is no whole batch.
    pub next_offset: Option<i64>,
}

/// The whole batches in `bytes`; a torn one at the end is left.
///
/// # Errors
/// [`ReadError`] where a batch is broken.
pub fn decode_batches(bytes: &Bytes) -> Result<Decoded, ReadError> {
    let mut all = Decoded::default();
    let mut at = 0;
    while let Some(length) = i32_at(bytes, at + LENGTH_AT) {
        let length = usize::try_from(length).map_err(|_| ReadError(format!("its length is {length}")))?;
        let end = at + BEFORE_LENGTH_ENDS + length;
        if end > bytes.len() {
            break;
        }
        let mut batch = bytes.slice(at..end);
        if i32_at(&batch, COUNT_AT).is_none_or(|count| !(0..=MAX_RECORDS_OF_BATCH).contains(&count)) {
            return Err(ReadError("its number of records is out of range".to_owned()));
        }
        all.next_offset = last_offset(&batch).map(|last| last + 1);
        let decoded = RecordBatchDecoder::decode(&mut batch).map_err(|error| ReadError(error.to_string()))?;
        all.records.extend(decoded.records.into_iter().map(|record| StoredRecord {
            offset: record.offset,
            transaction: record.transactional.then_some(record.producer_id),
            control: record.control,
            key: record.key,
            value: record.value,
        }));
        at = end;
    }
    Ok(all)
}

/// The base offset and the delta of the last record.
fn last_offset(batch: &Bytes) -> Option<i64> {
    let base = i64::from_be_bytes(batch.get(..8)?.try_into().ok()?);
    base.checked_add(i64::from(i32_at(batch, LAST_OFFSET_DELTA_AT)?))
}

fn i32_at(bytes: &Bytes, at: usize) -> Option<i32> {
    Some(i32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}
