//! Moves logs between the directories of one broker (KIP-113): a future replica is copied beside the current one, in a folder whose
//! name ends with `-future`, and takes its place once it has caught up.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use kafka_protocol::ResponseError;
use uuid::Uuid;

use super::super::log::{Opening, PartitionLog, StorageError, TopicPartition, now_ms};
use super::copying::{Copier, Progress, Stopped};
use super::maintenance::Task;
use super::manager::{ReplicaManager, mark_deleted};
use super::partition::Partition;
use crate::{log_info, log_warn};

const LOG_MANAGER: &str = "kafka.log.LogManager";
const FUTURE_SUFFIX: &str = "-future";
/// The longest name of a folder.
const FOLDER_NAME_MAX: usize = 255;
/// How much may be left to copy when appends are made to wait, in bytes.
const LAST_BYTES: u64 = 1 << 20;
/// How many partitions that are not here yet may have a directory of their choice.
const PREFERRED_MAX: usize = 10_000;

/// A future replica on its way.
#[derive(Debug)]
pub(super) struct Move {
    /// The directory that it moves to.
    pub(super) destination: PathBuf,
    folder: PathBuf,
    progress: Progress,
}

/// A future replica, for DescribeLogDirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FutureReplica {
    /// The partition.
    pub partition: TopicPartition,
    /// Its size so far, in bytes.
    pub size: u64,
    /// How many offsets it is behind the current one.
    pub lag: i64,
}

/// The name of a partition's folder while it is the future replica's.
fn future_folder(key: &TopicPartition) -> String {
    format!("{key}.{}{FUTURE_SUFFIX}", Uuid::new_v4().simple())
}

/// The partition whose future replica has that folder.
fn parse_future(name: &str) -> Option<TopicPartition> {
    let (partition, _) = name.strip_suffix(FUTURE_SUFFIX)?.rsplit_once('.')?;
    let (topic, index) = partition.rsplit_once('-')?;
    Some(TopicPartition::new(topic, index.parse().ok()?))
}

impl ReplicaManager {
    /// Moves a partition's log to another directory, in the background. Where the partition is not here, it will be made there.
    ///
    /// # Errors
    /// `LOG_DIR_NOT_FOUND`, `KAFKA_STORAGE_ERROR`, `INVALID_TOPIC_EXCEPTION`; `UNKNOWN_TOPIC_OR_PARTITION` where it is not here.
    pub fn move_log(self: &Arc<Self>, key: &TopicPartition, destination: &str) -> Result<(), ResponseError> {
        if future_folder(key).len() > FOLDER_NAME_MAX {
            return Err(ResponseError::InvalidTopicException);
        }
        let destination = PathBuf::from(destination);
        if !self.directory_paths().any(|path| path == destination) {
            return Err(ResponseError::LogDirNotFound);
        }
        if self.chores.has_failed(&destination) {
            return Err(ResponseError::KafkaStorageError);
        }
        self.cancel_move(key, Some(&destination));
        let partition = match self.partition(&key.topic, key.index) {
            Ok(partition) => partition,
            Err(error) => {
                let mut preferred = self.preferred();
                if preferred.len() < PREFERRED_MAX {
                    preferred.insert(key.clone(), destination);
                }
                return Err(error);
            }
        };
        if self.chores.has_failed(&partition.directory()) {
            return Err(ResponseError::KafkaStorageError);
        }
        if partition.directory() == destination || self.moves().contains_key(key) {
            return Ok(());
        }
        let folder = destination.join(future_folder(key));
        let config = partition.config();
        log_info!(
            LOG_MANAGER,
            "Created log for partition {key} in {} with properties {}",
            folder.display(),
            config.overrides_text()
        );
        let moving = Arc::new(Move { destination, folder, progress: Progress::from(partition.log_start_offset()) });
        self.moves().insert(key.clone(), Arc::clone(&moving));
        let (manager, key) = (Arc::clone(self), key.clone());
        tokio::task::spawn_blocking(move || manager.carry(&key, &partition, &moving));
        Ok(())
    }

    /// Gives up a move, unless it is one to `except`.
    pub(super) fn cancel_move(&self, key: &TopicPartition, except: Option<&Path>) {
        let mut moves = self.moves();
        if let Some(moving) = moves.get(key).filter(|moving| except != Some(moving.destination.as_path())) {
            moving.progress.cancelled.store(true, Ordering::Release);
            moves.remove(key);
        }
    }

    /// The future replicas in a directory.
    pub(super) fn future_replicas(&self, directory: &Path) -> Vec<FutureReplica> {
        let moves: BTreeMap<TopicPartition, Arc<Move>> = self.moves().clone();
        let of = |(partition, moving): (TopicPartition, Arc<Move>)| {
            let end = self.partition(&partition.topic, partition.index).ok()?.log_end_offset();
            let lag = end.saturating_sub(moving.progress.offset.load(Ordering::Acquire)).max(0);
            let size = moving.progress.bytes.load(Ordering::Acquire);
            (moving.destination == directory).then_some(FutureReplica { partition, size, lag })
        };
        moves.into_iter().filter_map(of).collect()
    }

    /// Begins anew the moves that the end of the last run cut off.
    pub(super) fn resume_moves(self: &Arc<Self>) {
        for directory in self.online_directories().map(|directory| directory.path().to_owned()).collect::<Vec<_>>() {
            let Ok(entries) = fs::read_dir(&directory) else { continue };
            for folder in entries.filter_map(|entry| Some(entry.ok()?.path())) {
                let Some(key) = folder.file_name().and_then(|name| parse_future(name.to_str()?)) else { continue };
                if self.moves().values().any(|moving| moving.folder == folder) {
                    continue;
                }
                self.chores.remove_at(now_ms(), vec![folder]);
                let at = directory.display().to_string();
                if self.partition(&key.topic, key.index).is_ok()
                    && let Err(error) = self.move_log(&key, &at)
                {
                    log_warn!(LOG_MANAGER, "The move of {key} to {at} is not begun again: {error}");
                }
            }
        }
    }

    /// Copies the log and puts the copy in its place.
    fn carry(&self, key: &TopicPartition, partition: &Arc<Partition>, moving: &Move) {
        let from = partition.directory();
        match self.copy_and_replace(partition, moving) {
            Ok(replaced) => {
                self.note_moved(&from, &moving.destination);
                let delay = partition.config().file_delete_delay_ms;
                self.chores.remove_at(now_ms().saturating_add(delay), vec![replaced]);
                for task in [Task::CheckpointRecoveryPoints, Task::CheckpointStartOffsets, Task::CheckpointHighWatermarks] {
                    self.perform(task, now_ms());
                }
                log_info!(LOG_MANAGER, "The current replica is successfully replaced with the future replica for {key}");
            }
            Err(stopped) => {
                // what is left of it is of no use
                let _ = fs::remove_dir_all(&moving.folder);
                if let Stopped::Failed(error) = stopped {
                    let what =
                        format!("Error while moving {key} from dir {} to dir {}", from.display(), moving.destination.display());
                    let written = matches!(&error, StorageError::Io { path, .. } if path.starts_with(&moving.destination));
                    self.chores.failed(if written { &moving.destination } else { &from }, &what, &error);
                }
            }
        }
        let mut moves = self.moves();
        if moves.get(key).is_some_and(|known| std::ptr::eq(Arc::as_ptr(known), moving)) {
            moves.remove(key);
        }
    }

    /// Gives the folder of the log that was replaced, which is to be deleted.
    fn copy_and_replace(&self, partition: &Arc<Partition>, moving: &Move) -> Result<PathBuf, Stopped> {
        let to = &moving.folder;
        fs::create_dir_all(to).map_err(StorageError::io("failed to create", to))?;
        let source = partition.folder();
        let rate = || self.changing_settings.move_rate();
        let slow = Copier { from: &source, to, progress: &moving.progress, rate: &rate };
        while slow.copy_grown()? > LAST_BYTES {}
        partition.replace_log(|log| {
            log.flush(now_ms())?;
            // appends wait for this little rest
            let copier = Copier { rate: &|| i64::MAX, ..slow };
            copier.copy_grown()?;
            copier.copy_rest(log)?;
            let key = log.partition().clone();
            let home = moving.destination.join(key.to_string());
            fs::rename(to, &home).map_err(StorageError::io("failed to rename", to))?;
            let opening = Opening {
                clean: false,
                // its index is made anew; all that is before it is whole
                recovery_point: log.last_segment(),
                start_offset: log.start_offset(),
                now: now_ms(),
                producer_expiration_ms: self.changing_settings.producer_expiration_ms(),
                chores: Arc::clone(&self.chores),
            };
            let end = log.end_offset();
            let opened = PartitionLog::open(key, home.clone(), Arc::clone(log.shared_config()), &opening);
            let copy = opened.and_then(|copy| match copy.end_offset() == end {
                true => Ok(copy),
                false => {
                    Err(StorageError::malformed(&home, format!("expected the end offset {end}, found {}", copy.end_offset())))
                }
            });
            let copy = copy.inspect_err(|_| drop(fs::remove_dir_all(&home)))?;
            let mut old = std::mem::replace(log, copy);
            let (_, renamed, _) = mark_deleted(&mut old);
            Ok(renamed?)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn future_folders_name_their_partition() {
        let key = TopicPartition::new("a.b-c", 12);
        assert_eq!(parse_future(&future_folder(&key)), Some(key));
        for name in ["t-0", "t-0.abc-delete", "-future", "t.abc-future"] {
            assert_eq!(parse_future(name), None, "{name}");
        }
    }
}
