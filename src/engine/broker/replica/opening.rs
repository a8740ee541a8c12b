//! The log directories at a start: locked, their logs opened, after a crash recovered. A directory that cannot be used is given up
//! while another is left.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use super::super::log::{
    Chores, LogDirectory, Opening, PartitionLog, PartitionMetadataFile, StorageError, TopicPartition, encode_id, now_ms,
};
use super::parallel::in_parallel;
use super::settings::StorageSettings;
use crate::{log_error, log_info, log_warn};

const LOG_MANAGER: &str = "kafka.log.LogManager";

/// What the log directories hold.
#[derive(Default)]
pub(super) struct Opened {
    /// The directories that can be used.
    pub(super) directories: Vec<LogDirectory>,
    /// Their logs.
    pub(super) logs: Vec<PartitionLog>,
    /// The high watermarks of the last run.
    pub(super) high_watermarks: BTreeMap<TopicPartition, i64>,
    /// Partitions that the checkpoints speak of and that are not there.
    pub(super) gone: BTreeSet<TopicPartition>,
}

/// Opens the directories of `settings` and every log in them.
///
/// # Errors
/// [`StorageError`] where no directory can be used, one is locked by another process, a log holds what no log holds, or two
/// directories hold the same log.
pub(super) fn open(settings: &StorageSettings, chores: &Arc<Chores>) -> Result<Opened, StorageError> {
    let started = Instant::now();
    let directories = open_directories(settings, chores)?;
    let paths: Vec<String> = directories.iter().map(|directory| directory.path().display().to_string()).collect();
    log_info!(LOG_MANAGER, "Loading logs from log dirs ArraySeq({})", paths.join(", "));
    let threads = directories.len();
    let loaded = in_parallel(directories, threads, |directory| (load_directory(&directory, settings, chores), directory));
    let (mut opened, mut unclean) = (Opened::default(), Vec::new());
    for (loaded, directory) in loaded {
        match loaded {
            Ok(loaded) => {
                opened.logs.extend(loaded.logs);
                opened.high_watermarks.extend(loaded.high_watermarks);
                opened.gone.extend(loaded.gone);
                if !loaded.clean {
                    unclean.push(directory.path().display().to_string());
                }
                opened.directories.push(directory);
            }
            Err(error @ StorageError::Io { .. }) => {
                let what = format!("Error while loading log dir {}", directory.path().display());
                log_error!(LOG_MANAGER, "{what}: {error}");
                chores.failed(directory.path(), &what, &error);
            }
            Err(error) => return Err(error),
        }
    }
    if opened.directories.is_empty() {
        return Err(no_directory(settings));
    }
    // nobody leads anything in them yet, so there is nothing to stop
    chores.take_failed();
    refuse_duplicates(&opened.logs).inspect_err(|error| {
        log_error!(
            LOG_MANAGER,
            "There was an error in one of the threads during logs loading: java.lang.IllegalStateException: {error}"
        );
        log_info!(LOG_MANAGER, "Shutting down.");
        log_info!(LOG_MANAGER, "Shutdown complete.");
    })?;
    let (count, took) = (opened.logs.len(), started.elapsed().as_millis());
    let unclean = match &unclean[..] {
        [] => String::new(),
        unclean => format!(" (unclean log dirs = ArrayBuffer({}))", unclean.join(", ")),
    };
    log_info!(LOG_MANAGER, "Loaded {count} logs in {took}ms{unclean}");
    log_info!(LOG_MANAGER, "Starting log cleanup with a period of {} ms.", settings.retention_check_ms);
    log_info!(LOG_MANAGER, "Starting log flusher with a default period of {} ms.", settings.flush_check_ms);
    Ok(opened)
}

/// Which of two logs of one partition is the right one, only who knows what happened can say.
fn refuse_duplicates(logs: &[PartitionLog]) -> Result<(), StorageError> {
    let mut known: BTreeMap<&TopicPartition, &PartitionLog> = BTreeMap::new();
    for log in logs {
        if let Some(other) = known.insert(log.partition(), log) {
            let (found, known) = (log.folder().to_owned(), other.folder().to_owned());
            return Err(StorageError::Duplicate { partition: log.partition().to_string(), found, known });
        }
    }
    Ok(())
}

fn no_directory(settings: &StorageSettings) -> StorageError {
    let listed: Vec<String> = settings.directories.iter().map(|path| path.display().to_string()).collect();
    let error = StorageError::NoDirectory(listed.join(", "));
    log_error!(LOG_MANAGER, "{error}");
    error
}

fn open_directories(settings: &StorageSettings, chores: &Chores) -> Result<Vec<LogDirectory>, StorageError> {
    let mut directories = Vec::new();
    for path in &settings.directories {
        match LogDirectory::open(path) {
            Ok(directory) => directories.push(directory),
            Err(locked @ StorageError::Locked(_)) => return Err(locked),
            Err(error) => {
                let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
                let what = format!("Failed to create or validate data directory {}", path.display());
                chores.failed(&path, &what, &error);
            }
        }
    }
    if directories.is_empty() { Err(no_directory(settings)) } else { Ok(directories) }
}

struct Loaded {
    clean: bool,
    logs: Vec<PartitionLog>,
    high_watermarks: BTreeMap<TopicPartition, i64>,
    gone: BTreeSet<TopicPartition>,
}

/// Opens every log of a directory with as many threads as the settings give it.
fn load_directory(directory: &LogDirectory, settings: &StorageSettings, chores: &Arc<Chores>) -> Result<Loaded, StorageError> {
    let path = directory.path().display();
    let (folders, deleted) = directory.folders()?;
    let total = folders.len() + deleted.len();
    let clean = directory.take_clean_mark()?;
    match (total, clean) {
        (0, _) => log_info!(LOG_MANAGER, "No logs found to be loaded in {path}"),
        (_, true) => log_info!(LOG_MANAGER, "Skipping recovery of {total} logs from {path} since clean shutdown file was found"),
        (_, false) => log_info!(LOG_MANAGER, "Recovering {total} logs from {path} since no clean shutdown file was found"),
    }
    let now = now_ms();
    chores.remove_at(now.saturating_add(settings.defaults.file_delete_delay_ms), deleted);
    let (recovery_points, start_offsets) = (tolerant(directory.recovery_points.read()), tolerant(directory.start_offsets.read()));
    let spoken_of = recovery_points.keys().chain(start_offsets.keys());
    let gone = spoken_of.filter(|partition| !folders.contains_key(*partition)).cloned().collect();
    let done = AtomicUsize::new(0);
    let open = |(partition, folder): (TopicPartition, PathBuf)| {
        let started = Instant::now();
        let opening = Opening {
            clean,
            recovery_point: recovery_points.get(&partition).copied().unwrap_or(0),
            start_offset: start_offsets.get(&partition).copied().unwrap_or(0),
            now,
            producer_expiration_ms: settings.producer_expiration_ms,
            chores: Arc::clone(chores),
        };
        let log = PartitionLog::open(partition, folder, Arc::clone(&settings.defaults), &opening)?;
        log_loaded(&log, started, done.fetch_add(1, Ordering::Relaxed) + 1, total);
        Ok(log)
    };
    let logs = in_parallel(folders.into_iter().collect(), settings.recovery_threads, open);
    let logs: Result<Vec<PartitionLog>, StorageError> = logs.into_iter().collect();
    Ok(Loaded { clean: clean || total == 0, logs: logs?, high_watermarks: tolerant(directory.high_watermarks.read()), gone })
}

fn log_loaded(log: &PartitionLog, started: Instant, done: usize, total: usize) {
    let (segments, start, end) = (log.segment_count(), log.start_offset(), log.end_offset());
    // a file that says nothing is found out when the partition is led
    let id = PartitionMetadataFile::new(log.folder()).read().ok().flatten();
    let id = id.map_or_else(String::new, |id| format!("topicId={}, ", encode_id(id)));
    log_info!(
        LOG_MANAGER,
        "Completed load of Log(dir={}, {id}topic={}, partition={}, highWatermark={start}, lastStableOffset={start}, logStartOffset={start}, logEndOffset={end}) with {segments} segments, local-log-start-offset {start} and log-end-offset {end} in {}ms ({done}/{total} completed in {})",
        log.folder().display(),
        log.partition().topic,
        log.partition().index,
        started.elapsed().as_millis(),
        log.directory().display()
    );
}

/// A checkpoint that cannot be read costs time, not data: it is as if there were none.
fn tolerant(read: Result<BTreeMap<TopicPartition, i64>, StorageError>) -> BTreeMap<TopicPartition, i64> {
    read.unwrap_or_else(|error| {
        log_warn!(LOG_MANAGER, "Error occurred while reading a checkpoint file, resetting it: {error}");
        BTreeMap::new()
    })
}
