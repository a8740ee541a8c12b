//! Offsets by time (ListOffsets): the time index narrows the search, the batches decide, one is looked into.

use super::StorageError;
use super::partition_log::PartitionLog;
use super::segment::Segment;
use crate::engine::kafka::batch::{BatchHeader, Compression};
use crate::engine::kafka::records::visit_records;

/// The largest batch that is looked into, in bytes.
const MAX_BATCH_BYTES: usize = 256 * 1024 * 1024;

/// A record's place and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimestampedOffset {
    /// Milliseconds since 1970 (UTC).
    pub timestamp: i64,
    /// The record's offset.
    pub offset: i64,
    /// The epoch of the leader that wrote it.
    pub leader_epoch: i32,
}

impl PartitionLog {
    /// The first record whose time is `timestamp` or later.
    ///
    /// # Errors
    /// The files cannot be read.
    pub fn offset_for_timestamp(&self, timestamp: i64) -> Result<Option<TimestampedOffset>, StorageError> {
        for segment in self.segments.values() {
            if segment.largest_timestamp() < timestamp {
                continue;
            }
            let from = segment.position_before(segment.offset_before(timestamp)?)?;
            for batch in segment.headers_from(from) {
                let (position, header) = batch.map_err(|error| segment.unreadable(error))?;
                if header.max_timestamp < timestamp || header.last_offset() < self.start_offset {
                    continue;
                }
                let wanted = |time: i64, offset: i64| time >= timestamp && offset >= self.start_offset;
                if let Some(found) = first_record(segment, position, &header, wanted)? {
                    return Ok(Some(found));
                }
            }
        }
        Ok(None)
    }

    /// The record with the largest time.
    ///
    /// # Errors
    /// The files cannot be read.
    pub fn offset_of_max_timestamp(&self) -> Result<Option<TimestampedOffset>, StorageError> {
        let mut newest: Option<&Segment> = None;
        for segment in self.segments.values() {
            if newest.is_none_or(|newest| segment.max_timestamp().timestamp > newest.max_timestamp().timestamp) {
                newest = Some(segment);
            }
        }
        let Some(segment) = newest.filter(|segment| segment.max_timestamp().timestamp >= 0) else { return Ok(None) };
        let max = segment.max_timestamp();
        let Some((position, header)) = segment.find(max.offset)? else { return Ok(None) };
        // the broker notes the record of plain batches and the batch of packed ones (3.6)
        if header.has_append_time() || header.compression().ok() != Some(Compression::None) {
            let leader_epoch = header.partition_leader_epoch;
            return Ok(Some(TimestampedOffset { timestamp: max.timestamp, offset: max.offset, leader_epoch }));
        }
        first_record(segment, position, &header, |time, _| time >= max.timestamp)
    }
}

fn first_record(
    segment: &Segment,
    position: u64,
    header: &BatchHeader,
    wanted: impl Fn(i64, i64) -> bool,
) -> Result<Option<TimestampedOffset>, StorageError> {
    let batch = segment.read_batch(position, header, MAX_BATCH_BYTES)?;
    let mut found = None;
    let visited = visit_records(header, &batch, |record| {
        let offset = header.base_offset + i64::from(record.offset_delta);
        let timestamp = if header.has_append_time() {
            header.max_timestamp
        } else {
            header.base_timestamp.saturating_add(record.timestamp_delta)
        };
        if wanted(timestamp, offset) {
            found = Some(TimestampedOffset { timestamp, offset, leader_epoch: header.partition_leader_epoch });
        }
        found.is_none()
    });
    visited.map_err(|error| segment.unreadable(super::scan::ScanError::Io(std::io::Error::other(error))))?;
    Ok(found)
}
