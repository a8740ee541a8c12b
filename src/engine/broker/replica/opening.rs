//! The log directories at a start: locked, their logs opened, after a crash recovered. A directory that cannot be used is given up
//! while another is left.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
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
    let known = Known::default();
    let load = |directory: LogDirectory| (load_directory(&directory, settings, chores, &known), directory);
    let loaded = in_parallel(directories, threads, load);
    let (mut opened, mut unclean, mut duplicate, mut marked) = (Opened::default(), Vec::new(), None, Vec::new());
    for (loaded, directory) in loaded {
        match loaded {
            Ok(loaded) => {
                opened.logs.extend(loaded.logs);
                opened.high_watermarks.extend(loaded.high_watermarks);
                opened.gone.extend(loaded.gone);
                duplicate = duplicate.or(loaded.duplicate);
                if !loaded.clean {
                    unclean.push(directory.path().display().to_string());
                }
                if loaded.was_marked {
                    marked.push(opened.directories.len());
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
    if let Some(error) = duplicate {
        let marked = marked.into_iter().filter_map(|index| opened.directories.get(index));
        return Err(give_up(error, marked));
    }
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

/// The folders of the logs that were opened so far.
type Known = Mutex<BTreeMap<TopicPartition, PathBuf>>;

/// Which of two logs of one partition is the right one, only who knows what happened can say.
fn refuse_duplicate(log: &PartitionLog, known: &Known) -> Result<(), StorageError> {
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    let found = log.folder().to_owned();
    match known.insert(log.partition().clone(), found.clone()) {
        Some(known) => Err(StorageError::Duplicate { partition: log.partition().to_string(), found, known }),
        None => Ok(()),
    }
}

/// Ends a start that a duplicate log stops; directories that were `marked` as closed cleanly are again, for nothing in them has changed.
fn give_up<'a>(error: StorageError, marked: impl Iterator<Item = &'a LogDirectory>) -> StorageError {
    log_error!(
        LOG_MANAGER,
        "There was an error in one of the threads during logs loading: java.lang.IllegalStateException: {error}"
    );
    log_info!(LOG_MANAGER, "Shutting down.");
    for directory in marked {
        if let Err(error) = directory.set_clean_mark() {
            log_error!(LOG_MANAGER, "{error}");
        }
    }
    log_info!(LOG_MANAGER, "Shutdown complete.");
    error
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
    /// Whether nothing had to be recovered.
    clean: bool,
    /// Whether the last run left its mark.
    was_marked: bool,
    /// The first log that another directory has too.
    duplicate: Option<StorageError>,
    logs: Vec<PartitionLog>,
    high_watermarks: BTreeMap<TopicPartition, i64>,
    gone: BTreeSet<TopicPartition>,
}

/// Opens every log of a directory with as many threads as the settings give it.
fn load_directory(
    directory: &LogDirectory,
    settings: &StorageSettings,
    chores: &Arc<Chores>,
    known: &Known,
) -> Result<Loaded, StorageError> {
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
        let opened = PartitionLog::open(partition, folder.clone(), Arc::clone(&settings.defaults), &opening);
        let opened = opened.and_then(|log| refuse_duplicate(&log, known).map(|()| log));
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        match &opened {
            Ok(log) => log_loaded(log, started, done, total),
            Err(_) => {
                let (folder, took) = (folder.display(), started.elapsed().as_millis());
                log_info!(LOG_MANAGER, "Error while loading logs in {folder} in {took}ms ({done}/{total} completed in {path})");
            }
        }
        opened
    };
    let (mut logs, mut duplicate) = (Vec::with_capacity(folders.len()), None);
    for log in in_parallel(folders.into_iter().collect(), settings.recovery_threads, open) {
        match log {
            Ok(log) => logs.push(log),
            Err(error @ StorageError::Duplicate { .. }) => duplicate = duplicate.or(Some(error)),
            Err(error) => return Err(error),
        }
    }
    let high_watermarks = tolerant(directory.high_watermarks.read());
    Ok(Loaded { clean: clean || total == 0, was_marked: clean, duplicate, logs, high_watermarks, gone })
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
