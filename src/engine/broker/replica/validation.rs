//! What must hold of records before they go into a log (Kafka's `LogValidator` for format 2), and the offsets and times that the
//! broker gives them.

use bytes::Bytes;
use kafka_protocol::ResponseError;

use super::super::log::{CompressionPolicy, PartitionLog, PreparedBatch, ProducerBatch, SequenceError, TimestampType};
use super::partition::{AppendError, AppendOrigin};
use crate::engine::kafka::batch::{BatchError, BatchHeader, Compression, HEADER_BYTES, LOG_OVERHEAD, batch_size};
use crate::engine::kafka::records::{pack, unpack, visit_records};

/// What is to be done with records.
#[derive(Debug)]
pub(super) enum Prepared {
    /// They are to be appended.
    Append(Vec<PreparedBatch>),
    /// They were appended before.
    Duplicate(ProducerBatch),
}

/// Checks `records` against the log they go to and gives them their offsets; `now` is in milliseconds since 1970 (UTC).
pub(super) fn prepare(
    records: &Bytes,
    origin: AppendOrigin,
    log: &PartitionLog,
    leader_epoch: i32,
    now: i64,
) -> Result<Prepared, AppendError> {
    let mut offset = log.end_offset();
    let mut batches = Vec::new();
    let mut rest = records.clone();
    while !rest.is_empty() {
        let size = whole_batch(&rest, log)?;
        let batch = rest.split_to(size);
        let header = check_batch(&batch, origin, log)?;
        if origin == AppendOrigin::Client && header.has_producer_id() {
            if let Some(duplicate) = log.producers().duplicate(&header) {
                return Ok(Prepared::Duplicate(duplicate));
            }
            let place = log.partition().to_string();
            log.producers().check(&header, offset, &place).map_err(refused_sequence)?;
        }
        check_contents(&header, &batch, log, now)?;
        let mut prepared = recompress(header, &batch, log)?;
        prepared.header.base_offset = offset;
        prepared.header.partition_leader_epoch = leader_epoch;
        if log.config().timestamp_type == TimestampType::LogAppendTime {
            prepared.header.set_append_time(now, &prepared.records);
        }
        offset = prepared.header.next_offset();
        batches.push(prepared);
    }
    let bytes: u64 = batches.iter().map(|batch| batch.header.size() as u64).sum();
    let limit = log.config().segment_bytes;
    if bytes > limit {
        let message = format!(
            "Message batch size is {bytes} bytes in append to partition {}, which exceeds the maximum configured segment size of {limit}.",
            log.partition()
        );
        return Err(AppendError::new(ResponseError::RecordListTooLarge, message));
    }
    Ok(Prepared::Append(batches))
}

/// The size of the batch that `rest` begins with, all of which must be there.
fn whole_batch(rest: &Bytes, log: &PartitionLog) -> Result<usize, AppendError> {
    let size = batch_size(rest).map_err(|error| corrupt(&error, log))?;
    if size > rest.len() {
        return Err(corrupt(&BatchError::Torn { expected: size, found: rest.len() }, log));
    }
    Ok(size)
}

fn corrupt(error: &BatchError, log: &PartitionLog) -> AppendError {
    match error {
        BatchError::Crc { stored, computed } => {
            let place = log.partition();
            let message =
                format!("Record is corrupt (stored crc = {stored}, computed crc = {computed}) in topic partition {place}.");
            AppendError::new(ResponseError::CorruptMessage, message)
        }
        BatchError::OldFormat(_) => AppendError::new(ResponseError::UnsupportedForMessageFormat, error.to_string()),
        _ => AppendError::new(ResponseError::CorruptMessage, error.to_string()),
    }
}

fn check_batch(batch: &Bytes, origin: AppendOrigin, log: &PartitionLog) -> Result<BatchHeader, AppendError> {
    let place = log.partition();
    let parsed = BatchHeader::parse(batch).map_err(|error| corrupt(&error, log))?;
    let limit = log.config().max_message_bytes;
    if parsed.size() > limit {
        let size = parsed.size();
        let message = format!(
            "The record batch size in the append to {place} is {size} bytes which exceeds the maximum configured value of {limit}."
        );
        return Err(AppendError::new(ResponseError::MessageTooLarge, message));
    }
    let header = BatchHeader::check(batch).map_err(|error| corrupt(&error, log))?;
    let invalid = |message: String| Err(AppendError::new(ResponseError::InvalidRecord, message));
    if header.count <= 0 {
        return invalid(format!("Invalid reported count for record batch: {}", header.count));
    }
    if i64::from(header.last_offset_delta) + 1 != i64::from(header.count) {
        let (from, to) = (header.base_offset, header.last_offset());
        return invalid(format!("Inconsistent batch offset range [{from}, {to}] and count of records {}", header.count));
    }
    if origin == AppendOrigin::Client {
        if header.base_offset != 0 {
            let found = header.base_offset;
            return invalid(format!(
                "The baseOffset of the record batch in the append to {place} should be 0, but it is {found}"
            ));
        }
        if header.is_control() {
            return invalid("Clients are not allowed to write control records".to_owned());
        }
        if header.has_producer_id() && header.base_sequence < 0 {
            let (found, id) = (header.base_sequence, header.producer_id);
            return invalid(format!("Invalid sequence number {found} in record batch with producerId {id}"));
        }
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

/// Times within the topic's limits, and keys where the topic is compacted.
fn check_contents(header: &BatchHeader, batch: &Bytes, log: &PartitionLog, now: i64) -> Result<(), AppendError> {
    let config = log.config();
    if config.timestamp_type == TimestampType::CreateTime {
        if header.has_append_time() {
            let message =
                "Invalid timestamp type in message. Producer should not set timestamp type to LogAppendTime.".to_owned();
            return Err(AppendError::new(ResponseError::InvalidTimestamp, message));
        }
        let late = |time: i64| now.saturating_sub(time) > config.timestamp_before_max_ms;
        let early = |time: i64| time.saturating_sub(now) > config.timestamp_after_max_ms;
        if late(header.base_timestamp) || early(header.max_timestamp) {
            let (found, from) = (header.max_timestamp, now.saturating_sub(config.timestamp_before_max_ms));
            let to = now.saturating_add(config.timestamp_after_max_ms);
            let message = format!(
                "Timestamp {found} of message with offset 0 is out of range. The timestamp should be within [{from}, {to}]"
            );
            return Err(AppendError::new(ResponseError::InvalidTimestamp, message));
        }
    }
    if !config.compact || header.is_control() {
        return Ok(());
    }
    let mut without_key = None;
    let visited = visit_records(header, batch, |record| {
        if record.key.is_none() {
            without_key = Some(record.offset_delta);
        }
        record.key.is_some()
    });
    visited.map_err(|error| AppendError::new(ResponseError::InvalidRecord, error.to_string()))?;
    match without_key {
        None => Ok(()),
        Some(index) => {
            let message = format!("Compacted topic cannot accept message without key in topic partition {}.", log.partition());
            let summary = "One or more records have been rejected".to_owned();
            Err(AppendError { error: ResponseError::InvalidRecord, message: summary, records: vec![(index, message)] })
        }
    }
}

/// Packs the records anew where the topic demands another codec than the producer's.
fn recompress(mut header: BatchHeader, batch: &Bytes, log: &PartitionLog) -> Result<PreparedBatch, AppendError> {
    let records = batch.slice(HEADER_BYTES..);
    let failed = |reason: String| AppendError::new(ResponseError::InvalidRecord, reason);
    let found = header.compression().map_err(|error| failed(error.to_string()))?;
    let wanted = match log.config().compression {
        CompressionPolicy::Producer => found,
        CompressionPolicy::Fixed(wanted) => wanted,
    };
    if wanted == found || header.is_control() {
        return Ok(PreparedBatch { header, records });
    }
    let plain = unpack(found, &records).map_err(|error| failed(error.to_string()))?;
    let packed =
        if wanted == Compression::None { plain.into_owned() } else { pack(wanted, &plain).map_err(|e| failed(e.to_string()))? };
    header.attributes = header.attributes & !0x07 | wanted.id();
    header.length = i32::try_from(HEADER_BYTES - LOG_OVERHEAD + packed.len()).map_err(|error| failed(error.to_string()))?;
    header.seal(&packed);
    Ok(PreparedBatch { header, records: packed.into() })
}
