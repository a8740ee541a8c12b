//! The log of one partition: its segments in order, who wrote to it and under which leaders.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::chores::Chores;
use super::flush::Flush;
use super::leader_epoch::EpochCache;
use super::names::{self, TopicPartition};
use super::producer_state::{ProducerEntry, ProducerState};
use super::segment::{PreparedBatch, Segment};
use super::snapshot;
use super::{LogConfig, StorageError};
use crate::engine::kafka::batch::BatchHeader;
use crate::log_info;

pub(super) const UNIFIED_LOG: &str = "kafka.log.UnifiedLog";
const LOCAL_LOG: &str = "kafka.log.LocalLog";
const PRODUCER_STATE: &str = "org.apache.kafka.storage.internals.log.ProducerStateManager";

/// A range of a segment's file: whole batches, the last of which may be cut off.
#[derive(Clone, Debug)]
pub struct ReadSlice {
    /// The `.log` file; it stays readable after the segment is gone.
    pub file: Arc<File>,
    /// Where the first batch begins.
    pub position: u64,
    /// How many bytes; 0 where there is nothing to read.
    pub length: usize,
}

/// What becomes of the first batch of a read where it is larger than the read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstBatch {
    /// It is read as a whole all the same.
    Whole,
    /// Nothing is read.
    OrNothing,
    /// It is cut off.
    Cut,
}

/// The log of one partition. One thread at a time; the replica's mutex sees to it.
#[derive(Debug)]
pub struct PartitionLog {
    pub(super) partition: TopicPartition,
    pub(super) folder: PathBuf,
    pub(super) config: Arc<LogConfig>,
    // boxed, as a tree's node has room for eleven of them and most partitions have one
    pub(super) segments: BTreeMap<i64, Box<Segment>>,
    pub(super) next_offset: i64,
    pub(super) start_offset: i64,
    pub(super) recovery_point: i64,
    pub(super) last_flush_ms: i64,
    pub(super) producers: ProducerState,
    pub(super) epochs: EpochCache,
    /// Whether the folder and the small files in it are durable; they have to be before the first records are.
    pub(super) settled: bool,
    pub(super) chores: Arc<Chores>,
}

impl PartitionLog {
    /// The partition.
    pub fn partition(&self) -> &TopicPartition {
        &self.partition
    }

    /// The folder that holds its files.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The log directory that holds the folder.
    pub fn directory(&self) -> &Path {
        self.folder.parent().unwrap_or(Path::new(""))
    }

    /// The settings.
    pub fn config(&self) -> &LogConfig {
        &self.config
    }

    /// The settings, to share them.
    pub fn shared_config(&self) -> &Arc<LogConfig> {
        &self.config
    }

    /// Goes on with other settings.
    pub fn set_config(&mut self, config: Arc<LogConfig>) {
        self.config = config;
    }

    /// The offset that the next record gets.
    pub fn end_offset(&self) -> i64 {
        self.next_offset
    }

    /// The first offset that can be read.
    pub fn start_offset(&self) -> i64 {
        self.start_offset
    }

    /// The base offset of the first segment.
    pub fn first_segment(&self) -> i64 {
        self.segments.keys().next().copied().unwrap_or(self.start_offset)
    }

    /// The base offset of the last segment, the one that takes appends.
    pub fn last_segment(&self) -> i64 {
        self.segments.keys().next_back().copied().unwrap_or(self.start_offset)
    }

    /// Up to where everything is durable.
    pub fn recovery_point(&self) -> i64 {
        self.recovery_point
    }

    /// Bytes in all segments.
    pub fn size(&self) -> u64 {
        self.segments.values().map(|segment| segment.size()).sum()
    }

    /// How many segments there are, at least one.
    pub fn segment_count(&self) -> usize {
        self.segments.len()
    }

    /// The first offset of each segment that can be read, and when it was last written, in milliseconds since 1970 (UTC); behind
    /// them the end, as of `now`, where the last segment has records.
    pub fn segment_starts(&self, now: i64) -> Vec<(i64, i64)> {
        let written = |segment: &Segment| {
            let time = segment.file.metadata().and_then(|facts| facts.modified()).ok();
            let since = time.and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
            since.and_then(|since| i64::try_from(since.as_millis()).ok()).unwrap_or(0)
        };
        let starts = self.segments.values().map(|segment| (segment.base_offset.max(self.start_offset), written(segment)));
        let end = self.active().filter(|active| active.size() > 0).map(|_| (self.next_offset, now));
        starts.chain(end).collect()
    }

    /// The leaders' epochs.
    pub fn epochs(&self) -> &EpochCache {
        &self.epochs
    }

    /// A leader of `epoch` writes from here on.
    ///
    /// # Errors
    /// `leader-epoch-checkpoint` cannot be written.
    pub fn begin_epoch(&mut self, epoch: i32) -> Result<(), StorageError> {
        self.epochs.assign(epoch, self.next_offset)
    }

    /// Who wrote to the log.
    pub fn producers(&self) -> &ProducerState {
        &self.producers
    }

    /// Forgets producers that were silent for too long.
    pub fn expire_producers(&mut self, now: i64, expiration_ms: i64) {
        self.producers.expire(now, expiration_ms);
    }

    pub(super) fn prefix(&self) -> String {
        format!("partition={}, dir={}", self.partition, self.directory().display())
    }

    /// Appends batches whose offsets follow on; all or none.
    ///
    /// # Errors
    /// The files cannot be written; the log is as it was.
    pub fn append(&mut self, batches: &[PreparedBatch], now: i64) -> Result<(), StorageError> {
        let (Some(first), Some(last)) = (batches.first(), batches.last()) else { return Ok(()) };
        let bytes = batches.iter().map(|batch| batch.header.size() as u64).sum();
        let max_timestamp = batches.iter().map(|batch| batch.header.max_timestamp).max().unwrap_or(-1);
        let last_offset = last.header.last_offset();
        let jitter = self.jitter_ms();
        if self.active().is_some_and(|active| active.should_roll(&self.config, jitter, bytes, max_timestamp, last_offset, now)) {
            self.roll(first.header.base_offset, now)?;
        }
        let Some(active) = self.segments.values_mut().next_back() else { return Ok(()) };
        active.append(batches, &self.config)?;
        self.next_offset = last.header.next_offset();
        for batch in batches {
            self.epochs.assign(batch.header.partition_leader_epoch, batch.header.base_offset)?;
            note_batch(&mut self.producers, &batch.header, &batch.records);
        }
        self.producers.end_offset = self.next_offset;
        if self.next_offset - self.recovery_point >= self.config.flush_messages {
            self.flush(now)?;
        }
        Ok(())
    }

    fn active(&self) -> Option<&Segment> {
        self.segments.values().next_back().map(Box::as_ref)
    }

    /// Spreads the rolls of many partitions; the same for a partition every time.
    fn jitter_ms(&self) -> i64 {
        let limit = self.config.segment_jitter_ms.min(self.config.segment_ms);
        if limit <= 0 {
            return 0;
        }
        i64::from(crc32c::crc32c(self.partition.to_string().as_bytes())) % limit
    }

    /// Ends the active segment and begins one at `offset` or the log's end, whichever is later.
    ///
    /// # Errors
    /// The files cannot be made.
    pub fn roll(&mut self, offset: i64, now: i64) -> Result<(), StorageError> {
        let started = std::time::Instant::now();
        let base = offset.max(self.next_offset);
        if let Some(active) = self.segments.get_mut(&base) {
            // an active segment without a batch whose index is full: it begins anew
            if active.size() == 0 {
                active.recover(&self.config)?;
                return active.activate();
            }
            return Ok(());
        }
        self.producers.end_offset = base;
        self.take_snapshot()?;
        if let Some(active) = self.segments.values_mut().next_back() {
            active.deactivate()?;
        }
        let mut segment = Segment::open(&self.folder, base, &self.config, now)?;
        segment.recover(&self.config)?;
        segment.activate()?;
        self.segments.insert(base, Box::new(segment));
        self.next_offset = base;
        self.chores.flush_rolled(&self.partition);
        let took = started.elapsed().as_millis();
        log_info!(LOCAL_LOG, "[LocalLog {}] Rolled new log segment at offset {base} in {took} ms.", self.prefix());
        Ok(())
    }

    /// Writes the producers to a `.snapshot` file, where something happened since the last one.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn take_snapshot(&mut self) -> Result<(), StorageError> {
        let offset = self.producers.end_offset;
        if offset <= self.producers.snapshot_offset {
            return Ok(());
        }
        let started = std::time::Instant::now();
        snapshot::write(&names::file(&self.folder, offset, names::SNAPSHOT), &self.producers.entries())?;
        self.producers.snapshot_offset = offset;
        let (count, took) = (self.producers.len(), started.elapsed().as_millis());
        let partition = &self.partition;
        log_info!(
            PRODUCER_STATE,
            "[ProducerStateManager partition={partition}] Wrote producer snapshot at offset {offset} with {count} producer ids in {took} ms."
        );
        Ok(())
    }

    /// Finds what to read from `offset` on, below `limit_offset`: at most `max_bytes`, but for the first batch. `None` where the
    /// offset lies outside the log.
    ///
    /// # Errors
    /// The files cannot be read.
    pub fn read(
        &self,
        offset: i64,
        limit_offset: i64,
        max_bytes: usize,
        first: FirstBatch,
    ) -> Result<Option<ReadSlice>, StorageError> {
        if offset < self.start_offset || offset > self.next_offset {
            return Ok(None);
        }
        let Some((mut at, mut segment)) = self.segments.range(..=offset).next_back() else { return Ok(None) };
        let nothing = |segment: &Segment| ReadSlice { file: Arc::clone(&segment.file), position: 0, length: 0 };
        if offset >= limit_offset {
            return Ok(Some(nothing(segment)));
        }
        loop {
            if let Some((position, header)) = segment.find(offset)? {
                let end = if limit_offset >= self.next_offset || self.segments.range(at + 1..=limit_offset).next().is_some() {
                    segment.size()
                } else {
                    segment.find(limit_offset)?.map_or(segment.size(), |(position, _)| position)
                };
                let most = match first {
                    FirstBatch::Whole => max_bytes.max(header.size()),
                    FirstBatch::OrNothing if max_bytes < header.size() => 0,
                    FirstBatch::OrNothing | FirstBatch::Cut => max_bytes,
                };
                let length = usize::try_from(end.saturating_sub(position)).unwrap_or(usize::MAX).min(most);
                return Ok(Some(ReadSlice { file: Arc::clone(&segment.file), position, length }));
            }
            // the records up to the segment's end were compacted away
            match self.segments.range(at + 1..).next() {
                Some(next) => (at, segment) = next,
                None => return Ok(Some(nothing(segment))),
            }
        }
    }

    /// Makes everything up to the end durable.
    ///
    /// # Errors
    /// The system refuses.
    pub fn flush(&mut self, now: i64) -> Result<(), StorageError> {
        if self.recovery_point < self.next_offset {
            let flush = self.pending_flush(self.next_offset);
            flush.run()?;
            self.flushed(&flush);
        }
        self.last_flush_ms = now;
        Ok(())
    }

    /// What makes the log durable up to `offset`; it can be run without the log, so that appends go on meanwhile.
    pub fn pending_flush(&self, offset: i64) -> Flush {
        let first = self.segments.range(..self.recovery_point).next_back().map_or(i64::MIN, |(base, _)| *base);
        let active = self.segments.keys().next_back().copied();
        let mut flush = Flush { up_to: offset, logs: Vec::new(), paths: Vec::new() };
        let mut new_files = !self.settled;
        for (base, segment) in self.segments.range(first..offset.max(first)) {
            flush.logs.push(segment.log_file());
            new_files |= *base >= self.recovery_point;
            // after a crash the active segment's indexes are built anew
            if Some(*base) != active {
                flush.paths.extend(segment.index_paths());
            }
        }
        if !self.settled {
            flush.paths.extend([names::LEADER_EPOCHS, names::PARTITION_METADATA].map(|name| self.folder.join(name)));
        }
        if new_files {
            flush.paths.push(self.folder.clone());
        }
        if !self.settled {
            flush.paths.push(self.directory().to_owned());
        }
        flush
    }

    /// The flush was run.
    pub fn flushed(&mut self, flush: &Flush) {
        self.settled = true;
        self.recovery_point = self.recovery_point.max(flush.up_to.min(self.next_offset));
    }

    /// Flushes where `flush.ms` has passed since the last time.
    ///
    /// # Errors
    /// The system refuses.
    pub fn flush_if_due(&mut self, now: i64) -> Result<(), StorageError> {
        if now.saturating_sub(self.last_flush_ms) >= self.config.flush_ms { self.flush(now) } else { Ok(()) }
    }

    /// The first offset that can be read is `offset` from now on; records before it may go.
    ///
    /// # Errors
    /// `leader-epoch-checkpoint` cannot be written.
    pub fn raise_start_offset(&mut self, offset: i64, reason: &str) -> Result<(), StorageError> {
        if offset <= self.start_offset {
            return Ok(());
        }
        self.start_offset = offset;
        log_info!(UNIFIED_LOG, "[UnifiedLog {}] Incremented log start offset to {offset} due to {reason}", self.prefix());
        self.epochs.truncate_from_start(offset);
        self.epochs.flush()
    }

    /// Removes every record from `offset` on.
    ///
    /// # Errors
    /// The files cannot be read or written.
    pub fn truncate_to(&mut self, offset: i64, now: i64) -> Result<(), StorageError> {
        if offset >= self.next_offset {
            return Ok(());
        }
        while self.segments.len() > 1 && self.segments.last_key_value().is_some_and(|(base, _)| *base > offset) {
            if let Some((_, segment)) = self.segments.pop_last() {
                let files = segment.mark_deleted()?;
                self.chores.remove_at(now, files);
            }
        }
        if let Some(active) = self.segments.values_mut().next_back() {
            active.truncate_to(offset)?;
            active.activate()?;
        }
        self.next_offset = offset;
        self.recovery_point = self.recovery_point.min(offset);
        self.start_offset = self.start_offset.min(offset);
        self.epochs.truncate_from_end(offset);
        self.epochs.flush()?;
        self.rebuild_producers(now, false)
    }

    /// Closes the log cleanly: everything is durable, the indexes are cut to size, the producers are written down.
    ///
    /// # Errors
    /// The files cannot be written.
    pub fn close(&mut self, now: i64) -> Result<(), StorageError> {
        self.take_snapshot()?;
        let Some(active) = self.segments.values_mut().next_back() else { return Ok(()) };
        active.deactivate()?;
        let indexes = active.index_paths();
        if self.settled || self.recovery_point < self.next_offset {
            let mut flush = self.pending_flush(self.next_offset);
            flush.paths.splice(0..0, indexes);
            flush.run()?;
            self.flushed(&flush);
        }
        self.last_flush_ms = now;
        Ok(())
    }

    /// Renames the folder so that it is ignored from now on; gives the new path.
    ///
    /// # Errors
    /// The folder cannot be renamed.
    pub fn mark_deleted(&mut self) -> Result<PathBuf, StorageError> {
        let to = self.folder.with_file_name(self.partition.deleted_folder());
        std::fs::rename(&self.folder, &to).map_err(StorageError::io("failed to rename", &self.folder))?;
        self.folder.clone_from(&to);
        Ok(to)
    }

    /// From now on the active segment's file takes writes and cannot be made durable.
    #[cfg(test)]
    pub fn take_away_flushes(&mut self) {
        let null = File::options().read(true).write(true).open("/dev/null").expect("there always");
        self.segments.values_mut().next_back().expect("at least one").file = Arc::new(null);
    }

    /// The producers with their last batches, by id.
    pub fn producer_entries(&self) -> Vec<ProducerEntry> {
        self.producers.entries()
    }
}

/// Takes note of a batch in the log; `records` are the bytes behind its header.
pub(super) fn note_batch(producers: &mut ProducerState, header: &BatchHeader, records: &[u8]) {
    match header.is_control() {
        false => producers.update(header),
        true => {
            if let Some(coordinator_epoch) = marker_epoch(records) {
                producers.update_marker(header, coordinator_epoch);
            }
        }
    }
}

/// The coordinator's epoch in the record of a control batch, which is a transaction's marker.
fn marker_epoch(records: &[u8]) -> Option<i32> {
    // length, attributes, timestamp delta, offset delta and key length are one byte each, the key is version and type
    let (&[_, _, _, _, _, _, _, _, kind], value) = records.split_first_chunk::<9>()?;
    if kind > 1 {
        return None;
    }
    // value length, value version, epoch
    let epoch = value.get(3..7)?;
    Some(i32::from_be_bytes([epoch[0], epoch[1], epoch[2], epoch[3]]))
}
