//! What must hold of records before they go into a log (Kafka's `LogValidator` for format 2), and the offsets and times that the
//! broker gives them.

use bytes::Bytes;
use kafka_protocol::ResponseError;

use super::super::log::{LogConfig, PartitionLog, PreparedBatch, ProducerBatch, SequenceError, TimestampType, TopicPartition};
use super::partition::{AppendError, AppendOrigin};
use super::record_rules::{Looked, look};
use crate::engine::kafka::batch::{
    BatchError, BatchHeader, Compression, HEADER_BYTES, LOG_OVERHEAD, NO_PRODUCER_EPOCH, NO_PRODUCER_ID, whole_batch,
};
use crate::engine::kafka::compression::{PackError, repack, unpack_within};
use crate::engine::kafka::records::{RecordsError, number_records};

/// The most bytes that records may unpack to whose offsets do not follow on: they are numbered anew in memory. No client of today sends
/// such.
const RENUMBERED_MAX_BYTES: u64 = 32 * 1024 * 1024;

/// Where records go: the partition and its settings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target<'a> {
    pub place: &'a TopicPartition,
    pub config: &'a LogConfig,
}

/// What is to be done with records.
#[derive(Debug)]
pub(super) enum Placed {
    /// They are to be appended.
    Append(Vec<PreparedBatch>),
    /// They were appended before.
    Duplicate(ProducerBatch),
}

/// Checks `records` by themselves and lays them out as they go to disk, but for what depends on the log; `now` is in milliseconds
/// since 1970 (UTC). That may take its time, as packed records are unpacked: the log is not held up meanwhile.
pub(super) fn prepare(
    records: &Bytes,
    origin: AppendOrigin,
    target: Target<'_>,
    now: i64,
) -> Result<Vec<PreparedBatch>, AppendError> {
    let mut batches = Vec::new();
    let mut rest = records.clone();
    // a part of a batch at the end is left out
    while let Some(size) = whole_batch(&rest).map_err(|error| corrupt(&error, target.place))? {
        let batch = rest.split_to(size);
        let header = check_batch(&batch, origin, target)?;
        let mut prepared = match origin {
            AppendOrigin::Client => lay_out(header, &batch, &look(&header, &batch, target, now)?, target)?,
            AppendOrigin::Coordinator => {
                // its records have one time
                let newest = if header.compression() == Ok(Compression::None) { 0 } else { header.last_offset_delta };
                PreparedBatch { header, records: batch.slice(HEADER_BYTES..), newest }
            }
        };
        if target.config.timestamp_type == TimestampType::LogAppendTime {
            prepared.header.set_append_time(now, &prepared.records);
            prepared.newest = header.last_offset_delta;
        }
        batches.push(prepared);
    }
    if batches.is_empty() {
        let message = "Cannot append record batch with illegal length 0".to_owned();
        return Err(AppendError::new(ResponseError::CorruptMessage, message));
    }
    let bytes: u64 = batches.iter().map(|batch| batch.header.size() as u64).sum();
    let limit = target.config.segment_bytes;
    if bytes > limit {
        let place = target.place;
        let message = format!(
            "Message batch size is {bytes} bytes in append to partition {place}, which exceeds the maximum configured segment size of {limit}."
        );
        return Err(AppendError::new(ResponseError::RecordListTooLarge, message));
    }
    Ok(batches)
}

/// Gives prepared batches their offsets in the log, once it is known that their producers did not send them before. As in Kafka that
/// is found out only when all else is right.
pub(super) fn place(mut batches: Vec<PreparedBatch>, log: &PartitionLog, leader_epoch: i32) -> Result<Placed, AppendError> {
    let mut offset = log.end_offset();
    for batch in &mut batches {
        if batch.header.has_producer_id() {
            if let Some(duplicate) = log.producers().duplicate(&batch.header) {
                return Ok(Placed::Duplicate(duplicate));
            }
            let place = log.partition().to_string();
            log.producers().check(&batch.header, offset, &place).map_err(refused_sequence)?;
        }
        batch.header.base_offset = offset;
        batch.header.partition_leader_epoch = leader_epoch;
        offset = batch.header.next_offset();
    }
    Ok(Placed::Append(batches))
}

fn corrupt(error: &BatchError, place: &TopicPartition) -> AppendError {
    match error {
        BatchError::Crc { stored, computed } => {
            let message =
                format!("Record is corrupt (stored crc = {stored}, computed crc = {computed}) in topic partition {place}.");
            AppendError::new(ResponseError::CorruptMessage, message)
        }
        BatchError::OldFormat(_) => AppendError::new(ResponseError::UnsupportedForMessageFormat, error.to_string()),
        _ => AppendError::new(ResponseError::CorruptMessage, error.to_string()),
    }
}

/// The header by itself, in the order in which Kafka looks at it.
fn check_batch(batch: &Bytes, origin: AppendOrigin, target: Target<'_>) -> Result<BatchHeader, AppendError> {
    let Target { place, config } = target;
    let header = BatchHeader::parse(batch).map_err(|error| corrupt(&error, place))?;
    let client = origin == AppendOrigin::Client;
    let invalid = |message: String| Err(AppendError::new(ResponseError::InvalidRecord, message));
    if client && header.base_offset != 0 {
        let found = header.base_offset;
        return invalid(format!("The baseOffset of the record batch in the append to {place} should be 0, but it is {found}"));
    }
    let (size, limit) = (header.size(), config.max_message_bytes);
    if size > limit {
        let message = format!(
            "The record batch size in the append to {place} is {size} bytes which exceeds the maximum configured value of {limit}."
        );
        return Err(AppendError::new(ResponseError::MessageTooLarge, message));
    }
    header.check_crc(batch).map_err(|error| corrupt(&error, place))?;
    if let Err(error) = header.compression() {
        // Kafka's reader has no word for it
        return Err(AppendError::new(ResponseError::UnknownServerError, error.to_string()));
    }
    if !client {
        header.check_fields().map_err(|error| corrupt(&error, place))?;
        return Ok(header);
    }
    let (count, last) = (header.count, header.last_offset_delta);
    if last < 0 {
        return invalid(format!("Batch has an invalid offset range: [0, {last}] in topic partition {place}"));
    }
    if count <= 0 {
        return invalid(format!("Invalid reported count for record batch: {count} in topic partition {place}"));
    }
    if i64::from(last) + 1 != i64::from(count) {
        return invalid(format!(
            "Inconsistent batch offset range [0, {last}] and count of records {count} in topic partition {place}"
        ));
    }
    if header.is_control() {
        return invalid(format!("Clients are not allowed to write control records in topic partition {place}"));
    }
    if header.has_producer_id() && header.base_sequence < 0 {
        let (found, id) = (header.base_sequence, header.producer_id);
        return invalid(format!(
            "Invalid sequence number {found} in record batch with producerId {id} in topic partition {place}"
        ));
    }
    Ok(header)
}

fn refused_sequence(error: SequenceError) -> AppendError {
    let code = match error {
        SequenceError::Fenced { .. } => ResponseError::InvalidProducerEpoch,
        SequenceError::OutOfOrder { .. } | SequenceError::NewEpoch { .. } => ResponseError::OutOfOrderSequenceNumber,
    };
    AppendError::new(code, error.to_string())
}

/// The batch as it goes to disk: packed anew where the topic demands another codec than the producer's, with the largest time that is
/// in it.
fn lay_out(mut header: BatchHeader, batch: &Bytes, looked: &Looked, target: Target<'_>) -> Result<PreparedBatch, AppendError> {
    let mut records = batch.slice(HEADER_BYTES..);
    let unreadable = |error: RecordsError| AppendError::new(ResponseError::UnknownServerError, error.to_string());
    let found = header.compression().map_err(|error| unreadable(error.into()))?;
    let wanted = target.config.compression.of_batch(found);
    let rewritten = wanted != found;
    if rewritten {
        let nameless = header.producer_id != NO_PRODUCER_ID && header.producer_epoch == NO_PRODUCER_EPOCH;
        if looked.has_negative_time || nameless {
            let what = if nameless { "Invalid negative producer epoch" } else { "Invalid negative timestamp" };
            return Err(AppendError::new(ResponseError::UnknownServerError, what));
        }
        let limit = target.config.max_message_bytes.saturating_sub(HEADER_BYTES);
        let packed = if looked.in_order {
            repack(found, wanted, &records, limit).map_err(RecordsError::from)
        } else {
            let plain = unpack_within(found, &records, RENUMBERED_MAX_BYTES).map_err(RecordsError::from);
            plain.and_then(|plain| number_records(&plain)).and_then(|plain| Ok(repack(Compression::None, wanted, &plain, limit)?))
        };
        records = packed.map_err(|error| too_large(error, limit, target.place))?.into();
        header.attributes = header.attributes & !0x07 | wanted.id();
        header.length = i32::try_from(HEADER_BYTES - LOG_OVERHEAD + records.len()).unwrap_or(i32::MAX);
    } else if !looked.in_order && found != Compression::None {
        // Kafka would pack them anew from what it has not read
        return Err(AppendError::new(ResponseError::UnknownServerError, "offsets of packed records do not follow on"));
    }
    let create_time = target.config.timestamp_type == TimestampType::CreateTime;
    if create_time && (header.has_append_time() || header.max_timestamp != looked.max_timestamp) {
        header.set_create_time(looked.max_timestamp, &records);
    } else if rewritten {
        header.seal(&records);
    }
    let plain = found == Compression::None && !rewritten;
    Ok(PreparedBatch { header, records, newest: if plain { looked.newest } else { header.last_offset_delta } })
}

fn too_large(error: RecordsError, limit: usize, place: &TopicPartition) -> AppendError {
    let RecordsError::Pack(PackError::TooLarge) = error else {
        return AppendError::new(ResponseError::UnknownServerError, error.to_string());
    };
    let limit = limit + HEADER_BYTES;
    let message = format!(
        "Message batch size is more than {limit} bytes in append to partition {place} which exceeds the maximum configured size of {limit}."
    );
    AppendError::new(ResponseError::MessageTooLarge, message)
}
