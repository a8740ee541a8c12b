//! Opens a partition's log: after a clean stop as it is, after a crash by walking what may not be durable, cutting a torn tail and
//! building the indexes anew.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use super::chores::Chores;
use super::leader_epoch::EpochCache;
use super::names::{self, TopicPartition};
use super::partition_log::{PartitionLog, note_batch};
use super::producer_state::ProducerState;
use super::segment::Segment;
use super::snapshot;
use super::{LogConfig, StorageError};
use crate::{log_info, log_warn};

const LOG_LOADER: &str = "kafka.log.LogLoader";
const UNIFIED_LOG: &str = "kafka.log.UnifiedLog$";
const PRODUCER_STATE: &str = "org.apache.kafka.storage.internals.log.ProducerStateManager";

/// The largest control batch that is read; a marker has 78 bytes.
const MAX_MARKER_BYTES: usize = 4096;

/// What the checkpoints say of a log, and what else opening it needs.
#[derive(Clone, Debug)]
pub struct Opening {
    /// Whether the broker stopped cleanly.
    pub clean: bool,
    /// Up to where everything is durable.
    pub recovery_point: i64,
    /// The first offset that can be read.
    pub start_offset: i64,
    /// The time, in milliseconds since 1970 (UTC).
    pub now: i64,
    /// `producer.id.expiration.ms`.
    pub producer_expiration_ms: i64,
    /// Where the log puts what it leaves for later.
    pub chores: Arc<Chores>,
}

impl PartitionLog {
    /// Opens the log in `folder`, which is made where it is missing.
    ///
    /// # Errors
    /// The folder or a file in it cannot be used.
    pub fn open(
        partition: TopicPartition,
        folder: PathBuf,
        config: Arc<LogConfig>,
        opening: &Opening,
    ) -> Result<Self, StorageError> {
        fs::create_dir_all(&folder).map_err(StorageError::io("failed to create", &folder))?;
        let kinds = tidy(&folder)?;
        let epochs = open_epochs(&folder)?;
        let mut log = Self {
            partition,
            folder,
            config,
            segments: BTreeMap::new(),
            next_offset: 0,
            start_offset: opening.start_offset,
            recovery_point: opening.recovery_point,
            last_flush_ms: opening.now,
            producers: ProducerState::default(),
            epochs,
            settled: false,
            chores: Arc::clone(&opening.chores),
        };
        log.load_segments(&kinds, opening)?;
        log.recover(opening)?;
        log.epochs.truncate_from_end(log.next_offset);
        let first = log.segments.keys().next().copied().unwrap_or(0);
        log.start_offset = log.start_offset.max(first);
        log.epochs.truncate_from_start(log.start_offset);
        if kinds.values().flatten().any(|kind| kind == names::SNAPSHOT) || log.next_offset > 0 {
            log.remove_stray_snapshots()?;
            log.rebuild_producers(opening.now, opening.clean)?;
        } else {
            log.log_rebuilding();
        }
        log.producers.expire(opening.now, opening.producer_expiration_ms);
        Ok(log)
    }

    fn prefix_of_loader(&self) -> String {
        format!("[LogLoader partition={}, dir={}]", self.partition, self.directory().display())
    }

    fn load_segments(&mut self, files: &BTreeMap<i64, Vec<String>>, opening: &Opening) -> Result<(), StorageError> {
        // after a crash these are walked whatever their indexes say
        let unflushed = files.keys().rfind(|base| **base <= opening.recovery_point).copied().unwrap_or(i64::MIN);
        for (base, kinds) in files {
            let has = |kind: &str| kinds.iter().any(|found| found == kind);
            if !has(names::LOG) {
                for kind in
                    kinds.iter().filter(|kind| [names::INDEX, names::TIME_INDEX, names::TXN_INDEX].contains(&kind.as_str()))
                {
                    let orphan = names::file(&self.folder, *base, kind);
                    let (prefix, path) = (self.prefix_of_loader(), orphan.display());
                    log_warn!(LOG_LOADER, "{prefix} Found an orphaned index file {path}, with no corresponding log file.");
                    fs::remove_file(&orphan).map_err(StorageError::io("failed to delete", &orphan))?;
                }
                continue;
            }
            let mut segment = Box::new(Segment::open(&self.folder, *base, &self.config, opening.now)?);
            if !opening.clean && *base >= unflushed {
                self.segments.insert(*base, segment);
                continue;
            }
            if !has(names::INDEX) || !has(names::TIME_INDEX) {
                let (prefix, path) = (self.prefix_of_loader(), names::file(&self.folder, *base, names::LOG));
                log_warn!(
                    LOG_LOADER,
                    "{prefix} Could not find offset index file corresponding to log file {}, recovering segment and rebuilding index files...",
                    path.display()
                );
                segment.recover(&self.config)?;
            } else if let Err(reason) = segment.check_indexes() {
                let (prefix, path) = (self.prefix_of_loader(), names::file(&self.folder, *base, names::LOG));
                log_warn!(
                    LOG_LOADER,
                    "{prefix} Found a corrupted index file corresponding to log file {} due to {reason}, recovering segment and rebuilding index files...",
                    path.display()
                );
                segment.recover(&self.config)?;
            }
            self.segments.insert(*base, segment);
        }
        Ok(())
    }

    fn recover(&mut self, opening: &Opening) -> Result<(), StorageError> {
        if !opening.clean {
            self.recover_unflushed()?;
        }
        if self.segments.is_empty() {
            let first = Segment::open(&self.folder, self.start_offset, &self.config, opening.now)?;
            self.segments.insert(self.start_offset, Box::new(first));
        }
        let last = self.segments.values().next_back();
        self.next_offset = last.map_or(Ok(0), |last| last.next_offset())?;
        if self.next_offset < self.start_offset {
            self.restart_at_start_offset(opening.now)?;
        }
        let limit = self.next_offset;
        self.recovery_point = if opening.clean { limit } else { self.recovery_point.min(limit) };
        match self.segments.values_mut().next_back() {
            Some(active) => active.activate(),
            None => Ok(()),
        }
    }

    fn recover_unflushed(&mut self) -> Result<(), StorageError> {
        let from = self.segments.range(..=self.recovery_point).next_back().map_or(i64::MIN, |(base, _)| *base);
        let unflushed: Vec<i64> = self.segments.range(from..).map(|(base, _)| *base).collect();
        let (total, prefix) = (unflushed.len(), self.prefix_of_loader());
        for (done, base) in unflushed.into_iter().enumerate() {
            let partition = &self.partition;
            log_info!(LOG_LOADER, "{prefix} Recovering unflushed segment {base}. {done}/{total} recovered for {partition}.");
            let Some(segment) = self.segments.get_mut(&base) else { break };
            let found = segment.recover(&self.config)?;
            for (epoch, offset) in found.epochs {
                self.epochs.note(epoch, offset);
            }
            if found.cut > 0 {
                let next = found.next_offset;
                log_warn!(LOG_LOADER, "{prefix} Corruption found in segment {base}, truncating to offset {next}");
                self.drop_segments_after(base)?;
                break;
            }
        }
        Ok(())
    }

    fn drop_segments_after(&mut self, base: i64) -> Result<(), StorageError> {
        for (_, segment) in self.segments.split_off(&(base + 1)) {
            remove_all(&segment.mark_deleted()?)?;
        }
        Ok(())
    }

    fn restart_at_start_offset(&mut self, now: i64) -> Result<(), StorageError> {
        let (prefix, end, start) = (self.prefix_of_loader(), self.next_offset, self.start_offset);
        log_warn!(
            LOG_LOADER,
            "{prefix} Deleting all segments because logEndOffset ({end}) has become smaller than logStartOffset ({start}). This could happen if segment files were deleted from the file system."
        );
        for (_, segment) in std::mem::take(&mut self.segments) {
            remove_all(&segment.mark_deleted()?)?;
        }
        self.segments.insert(start, Box::new(Segment::open(&self.folder, start, &self.config, now)?));
        self.next_offset = start;
        Ok(())
    }

    fn snapshot_offsets(&self) -> Result<Vec<i64>, StorageError> {
        let mut offsets = Vec::new();
        for name in list(&self.folder)? {
            if let Some((offset, names::SNAPSHOT)) = names::parse_file(&name) {
                offsets.push(offset);
            }
        }
        offsets.sort_unstable();
        Ok(offsets)
    }

    /// Keeps the snapshots that belong to a segment, and the newest behind the last segment's.
    fn remove_stray_snapshots(&self) -> Result<(), StorageError> {
        let last_base = self.segments.keys().next_back().copied().unwrap_or(0);
        let offsets = self.snapshot_offsets()?;
        let newest = offsets.last().copied().filter(|offset| *offset > last_base && *offset <= self.next_offset);
        for offset in offsets {
            if !self.segments.contains_key(&offset) && Some(offset) != newest {
                let path = names::file(&self.folder, offset, names::SNAPSHOT);
                fs::remove_file(&path).map_err(StorageError::io("failed to delete", &path))?;
            }
        }
        Ok(())
    }

    fn log_rebuilding(&self) {
        let (prefix, end) = (self.prefix_of_loader(), self.next_offset);
        log_info!(UNIFIED_LOG, "{prefix} Loading producer state till offset {end} with message format version 2");
    }

    /// Reads the newest snapshot that can be read and the batches since.
    pub(super) fn rebuild_producers(&mut self, now: i64, clean: bool) -> Result<(), StorageError> {
        self.log_rebuilding();
        let (prefix, end) = (self.prefix_of_loader(), self.next_offset);
        let started = Instant::now();
        let mut snapshots = self.snapshot_offsets()?;
        if snapshots.is_empty() && clean {
            self.producers = ProducerState::starting_at(end);
            return Ok(());
        }
        log_info!(UNIFIED_LOG, "{prefix} Reloading from producer snapshot and rebuilding producer state from offset {end}");
        let mut state = ProducerState::starting_at(self.start_offset);
        while let Some(offset) = snapshots.pop() {
            let path = names::file(&self.folder, offset, names::SNAPSHOT);
            let partition = &self.partition;
            match if offset > end {
                Err(StorageError::malformed(&path, "it is past the log's end"))
            } else {
                snapshot::read(&path)
            } {
                Ok(entries) => {
                    log_info!(
                        PRODUCER_STATE,
                        "[ProducerStateManager partition={partition}]Loading producer state from snapshot file 'SnapshotFile(offset={offset}, file={})'",
                        path.display()
                    );
                    state = ProducerState::restore(entries, offset, now, i64::MAX);
                    break;
                }
                Err(error) => {
                    log_warn!(
                        PRODUCER_STATE,
                        "[ProducerStateManager partition={partition}]Failed to load producer snapshot: {error}"
                    );
                    fs::remove_file(&path).map_err(StorageError::io("failed to delete", &path))?;
                }
            }
        }
        let loaded = started.elapsed().as_millis();
        let started = Instant::now();
        self.producers = self.replay(state)?;
        let took = started.elapsed().as_millis();
        log_info!(
            UNIFIED_LOG,
            "{prefix} Producer state recovery took {loaded}ms for snapshot load and {took}ms for segment recovery from offset {end}"
        );
        Ok(())
    }

    fn replay(&self, mut state: ProducerState) -> Result<ProducerState, StorageError> {
        let from = state.end_offset;
        let first = self.segments.range(..=from).next_back().map_or(from, |(base, _)| *base);
        for segment in self.segments.range(first..).map(|(_, segment)| segment) {
            for batch in segment.headers_from(segment.position_before(from)?) {
                let (position, header) = batch.map_err(|error| segment.unreadable(error))?;
                if header.base_offset < from || !header.has_producer_id() {
                    continue;
                }
                let bytes =
                    if header.is_control() { segment.read_batch(position, &header, MAX_MARKER_BYTES)? } else { Vec::new() };
                note_batch(&mut state, &header, bytes.get(crate::engine::kafka::batch::HEADER_BYTES..).unwrap_or_default());
            }
        }
        state.end_offset = self.next_offset;
        Ok(state)
    }
}

/// Removes what a deletion or a cleaning left half-done; gives the kinds of the other files, by offset.
fn tidy(folder: &Path) -> Result<BTreeMap<i64, Vec<String>>, StorageError> {
    let mut kinds: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    for name in list(folder)? {
        let path = folder.join(&name);
        if name.ends_with(".deleted") || name.ends_with(".cleaned") || name.ends_with(".tmp") {
            fs::remove_file(&path).map_err(StorageError::io("failed to delete", &path))?;
        } else if let Some((offset, kind)) = names::parse_file(&name) {
            kinds.entry(offset).or_default().push(kind.to_owned());
        }
    }
    Ok(kinds)
}

/// Epochs that cannot be read are begun anew, as the log itself is intact.
fn open_epochs(folder: &Path) -> Result<EpochCache, StorageError> {
    match EpochCache::open(folder) {
        Err(StorageError::Malformed { path, reason }) => {
            log_warn!(LOG_LOADER, "{}: {reason}; it is begun anew", path.display());
            fs::remove_file(&path).map_err(StorageError::io("failed to delete", &path))?;
            EpochCache::open(folder)
        }
        other => other,
    }
}

fn list(folder: &Path) -> Result<Vec<String>, StorageError> {
    let failed = |error| StorageError::io("failed to list", folder)(error);
    let names: io::Result<Vec<_>> =
        fs::read_dir(folder).map_err(failed)?.map(|entry| entry.map(|entry| entry.file_name())).collect();
    Ok(names.map_err(failed)?.into_iter().filter_map(|name| name.into_string().ok()).collect())
}

fn remove_all(files: &[PathBuf]) -> Result<(), StorageError> {
    for file in files {
        fs::remove_file(file).map_err(StorageError::io("failed to delete", file))?;
    }
    Ok(())
}
