//! Offsets by time (ListOffsets): the time index narrows the search, the batches decide, one is looked into.

use super::StorageError;
use super::partition_log::PartitionLog;
use super::segment::{MaxTimestamp, Segment};
use crate::engine::kafka::batch::{BatchHeader, NO_TIMESTAMP};
use crate::engine::kafka::records::visit_records;

/// The largest batch that is looked into, in bytes.
const MAX_BATCH_BYTES: usize = 256 * 1024 * 1024;

/// An offset and a time that belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimestampedOffset {
    /// Milliseconds since 1970 (UTC).
    pub timestamp: i64,
    /// The offset.
    pub offset: i64,
    /// The leader's epoch.
    pub leader_epoch: i32,
}

impl PartitionLog {
    /// The first record whose time is `timestamp` or later.
    ///
    /// # Errors
    /// The files cannot be read.
    pub fn offset_for_timestamp(&self, timestamp: i64) -> Result<Option<TimestampedOffset>, StorageError> {
        // as Kafka, which looks no further where the records with such times are before the log's start
        if let Some(segment) = self.segments.values().find(|segment| segment.largest_timestamp() >= timestamp) {
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

    /// The largest time and the offset that was noted with it, which in a log without times is the first one (3.6).
    pub fn offset_of_max_timestamp(&self) -> TimestampedOffset {
        let mut newest = MaxTimestamp { timestamp: NO_TIMESTAMP, offset: self.first_segment() };
        for segment in self.segments.values().map(|segment| segment.max_timestamp()) {
            if segment.timestamp > newest.timestamp {
                newest = segment;
            }
        }
        let leader_epoch = self.epochs.latest().unwrap_or(-1);
        TimestampedOffset { timestamp: newest.timestamp, offset: newest.offset, leader_epoch }
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
