//! Record batches of `__consumer_offsets`: a few records in, one batch out, and back.

use bytes::Bytes;

use super::Key;
use crate::engine::kafka::batch::Compression;
use crate::engine::kafka::record_set::{Batch, DecodeError, NewRecord, Producer, decode, encode};
use crate::engine::kafka::records::RecordsError;

/// A batch cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read a batch of __consumer_offsets: {0}")]
pub struct ReadError(#[from] DecodeError);

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
/// [`RecordsError`] where they do not make a batch.
pub fn encode_batch(
    records: &[(Key, Option<Bytes>)],
    timestamp: i64,
    base_sequence: i32,
    compression: Compression,
) -> Result<Bytes, RecordsError> {
    let record = |(key, value): &(Key, Option<Bytes>)| NewRecord {
        timestamp,
        key: Some(key.encode()),
        value: value.clone(),
        headers: Vec::new(),
    };
    let records: Vec<NewRecord> = records.iter().map(record).collect();
    encode(&records, compression, Producer { base_sequence, ..Producer::NONE })
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
    let batches = decode(bytes.clone())?;
    let next_offset = batches.last().map(|batch| batch.next_offset);
    Ok(Decoded { records: batches.into_iter().flat_map(stored).collect(), next_offset })
}

fn stored(batch: Batch) -> impl Iterator<Item = StoredRecord> {
    let transaction = batch.transactional.then_some(batch.producer_id);
    batch.records.into_iter().map(move |record| StoredRecord {
        offset: record.offset,
        transaction,
        control: batch.control,
        key: record.key,
        value: record.value,
    })
}
