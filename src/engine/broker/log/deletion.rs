//! Deletes segments that have had their time.

use super::StorageError;
use super::partition_log::{PartitionLog, UNIFIED_LOG};
use super::retention::{self, Reason, SegmentFacts};
use crate::log_info;

impl PartitionLog {
    /// Removes the segments that have had their time; gives how many.
    ///
    /// # Errors
    /// The files cannot be renamed.
    pub fn delete_old_segments(&mut self, high_watermark: i64, now: i64) -> Result<usize, StorageError> {
        let mut deleted = 0;
        while let Some((count, reason)) =
            retention::deletable(&self.facts(), &self.config, self.start_offset, high_watermark, now)
        {
            self.delete_first(count, reason, now)?;
            deleted += count;
        }
        Ok(deleted)
    }

    fn facts(&self) -> Vec<SegmentFacts> {
        let ends = self.segments.keys().skip(1).copied().chain([self.next_offset]);
        let facts = self.segments.values().zip(ends).map(|(segment, end_offset)| SegmentFacts {
            size: segment.size(),
            largest_timestamp: segment.largest_timestamp(),
            end_offset,
        });
        facts.collect()
    }

    fn delete_first(&mut self, count: usize, reason: Reason, now: i64) -> Result<(), StorageError> {
        if count == self.segments.len() {
            self.roll(self.next_offset, now)?;
        }
        let first_kept = self.segments.keys().nth(count).copied().unwrap_or(self.next_offset);
        self.log_deletion(count, reason);
        self.raise_start_offset(first_kept, "segment deletion")?;
        let mut files = Vec::new();
        for _ in 0..count {
            if let Some((_, segment)) = self.segments.pop_first() {
                files.extend(segment.mark_deleted()?);
            }
        }
        self.chores.remove_at(now.saturating_add(self.config.file_delete_delay_ms), files);
        Ok(())
    }

    fn log_deletion(&self, count: usize, reason: Reason) {
        let (prefix, config, mut size) = (self.prefix(), &self.config, self.size());
        for segment in self.segments.values().take(count) {
            size -= segment.size();
            let why = match reason {
                Reason::Time if segment.max_timestamp().timestamp >= 0 => format!(
                    "log retention time {}ms breach based on the largest record timestamp in the segment",
                    config.retention_ms
                ),
                Reason::Time => {
                    format!("log retention time {}ms breach based on the last modified time of the segment", config.retention_ms)
                }
                Reason::Size => {
                    format!("log retention size {} breach. Log size after deletion will be {size}.", config.retention_bytes)
                }
                Reason::LogStart => format!("log start offset {} breach", self.start_offset),
            };
            log_info!(UNIFIED_LOG, "[UnifiedLog {prefix}] Deleting segment {segment} due to {why}");
        }
    }
}
