//! Every partition of this broker: opened at the start, made and deleted as the controller says, written down at the end.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use kafka_protocol::ResponseError;

use super::super::log::{
    LogConfig, LogDirectory, Opening, PartitionLog, PartitionMetadataFile, StorageError, TopicPartition, now_ms,
};
use super::fetch_session::FetchSessions;
use super::maintenance::Task;
use super::partition::{Partition, PartitionAssignment};
use super::producer_ids::ProducerIds;
use super::settings::StorageSettings;
use crate::{log_error, log_info, log_warn};

const LOG_MANAGER: &str = "kafka.log.LogManager";

/// A log directory and what is in it, for DescribeLogDirs.
#[derive(Clone, Debug)]
pub struct LogDirectoryFacts {
    /// The folder.
    pub path: PathBuf,
    /// Its partitions.
    pub partitions: Vec<Arc<Partition>>,
}

#[derive(Default)]
struct State {
    partitions: HashMap<TopicPartition, Arc<Partition>>,
    /// Logs that are on disk and that nobody has assigned to this broker yet.
    unassigned: HashMap<TopicPartition, PartitionLog>,
    /// The high watermarks of the last run.
    checkpointed: BTreeMap<TopicPartition, i64>,
    /// Folders that go away at a time.
    doomed: Vec<(i64, PathBuf)>,
}

/// Every partition of this broker.
pub struct ReplicaManager {
    settings: StorageSettings,
    directories: Vec<LogDirectory>,
    state: Mutex<State>,
    fetch_sessions: Mutex<FetchSessions>,
    producer_ids: ProducerIds,
}

impl std::fmt::Debug for ReplicaManager {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ReplicaManager(broker={})", self.settings.broker_id)
    }
}

impl ReplicaManager {
    /// Opens the log folders and every log in them; after a crash the logs are recovered.
    ///
    /// # Errors
    /// [`StorageError`] where no folder can be used, one is locked by another process, or a log cannot be opened.
    pub fn open(settings: StorageSettings) -> Result<Self, StorageError> {
        let started = Instant::now();
        let directories = open_directories(&settings.directories)?;
        let paths: Vec<String> = directories.iter().map(|directory| directory.path().display().to_string()).collect();
        log_info!(LOG_MANAGER, "Loading logs from log dirs ArrayBuffer({})", paths.join(", "));
        let mut state = State::default();
        let mut unclean = Vec::new();
        for directory in &directories {
            if !load_directory(directory, &settings, &mut state)? {
                unclean.push(directory.path().display().to_string());
            }
        }
        let (count, took) = (state.unassigned.len(), started.elapsed().as_millis());
        log_info!(LOG_MANAGER, "Loaded {count} logs in {took}ms (unclean log dirs = ArrayBuffer({}))", unclean.join(", "));
        let fetch_sessions = Mutex::new(FetchSessions::new(settings.fetch_session_slots));
        Ok(Self { settings, directories, state: Mutex::new(state), fetch_sessions, producer_ids: ProducerIds::default() })
    }

    pub(super) fn settings(&self) -> &StorageSettings {
        &self.settings
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The consumers' fetch sessions.
    pub fn fetch_sessions(&self) -> MutexGuard<'_, FetchSessions> {
        self.fetch_sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The ids that idempotent producers get.
    pub fn producer_ids(&self) -> &ProducerIds {
        &self.producer_ids
    }

    /// The partition.
    ///
    /// # Errors
    /// `UNKNOWN_TOPIC_OR_PARTITION` where it is not here.
    pub fn partition(&self, topic: &str, index: i32) -> Result<Arc<Partition>, ResponseError> {
        let key = TopicPartition::new(topic, index);
        self.state().partitions.get(&key).cloned().ok_or(ResponseError::UnknownTopicOrPartition)
    }

    /// The partitions that are here.
    pub fn partitions(&self) -> Vec<Arc<Partition>> {
        self.state().partitions.values().cloned().collect()
    }

    /// Leads the partition from now on; its log is made where it is missing.
    ///
    /// # Errors
    /// [`StorageError`] where its log cannot be made or opened, or belongs to another topic of the name.
    pub fn become_leader(&self, assignment: PartitionAssignment, config: LogConfig) -> Result<Arc<Partition>, StorageError> {
        let key = TopicPartition::new(assignment.topic.clone(), assignment.index);
        let mut state = self.state();
        if let Some(partition) = state.partitions.get(&key) {
            partition.set_config(config);
            partition.assign(assignment)?;
            return Ok(Arc::clone(partition));
        }
        let log = match state.unassigned.remove(&key) {
            Some(mut log) => {
                log.set_config(config);
                log
            }
            None => self.create_log(&key, config, &state)?,
        };
        let metadata = PartitionMetadataFile::new(log.folder());
        match metadata.read()? {
            Some(found) if found != assignment.topic_id => {
                let text = |id| super::super::log::encode_id(id);
                let (expected, found) = (text(assignment.topic_id), text(found));
                state.unassigned.insert(key.clone(), log);
                return Err(StorageError::TopicId { partition: key.to_string(), expected, found });
            }
            Some(_) => {}
            None => metadata.write(assignment.topic_id)?,
        }
        let checkpointed = state.checkpointed.get(&key).copied();
        let partition = Arc::new(Partition::new(self.settings.broker_id, log, assignment.clone(), checkpointed));
        partition.assign(assignment)?;
        state.partitions.insert(key, Arc::clone(&partition));
        Ok(partition)
    }

    fn create_log(&self, key: &TopicPartition, config: LogConfig, state: &State) -> Result<PartitionLog, StorageError> {
        let used = |directory: &LogDirectory| {
            let within = |folder: &Path| folder.parent() == Some(directory.path());
            let assigned = state.partitions.values().filter(|partition| within(&partition.folder())).count();
            assigned + state.unassigned.values().filter(|log| within(log.folder())).count()
        };
        let directory = self.directories.iter().min_by_key(|directory| used(directory));
        let directory = directory.ok_or_else(|| StorageError::NoDirectory(String::new()))?;
        let folder = directory.path().join(key.to_string());
        let text = config.overrides_text();
        let opening = Opening::new_log(now_ms(), self.settings.producer_expiration_ms);
        let log = PartitionLog::open(key.clone(), folder.clone(), config, opening)?;
        log_info!(LOG_MANAGER, "Created log for partition {key} in {} with properties {text}", folder.display());
        Ok(log)
    }

    /// Removes the partition and its log: the folder is renamed now and removed after `file.delete.delay.ms`.
    pub fn delete_partition(&self, topic: &str, index: i32) {
        let key = TopicPartition::new(topic, index);
        let mut state = self.state();
        let (renamed, delay) = match (state.partitions.remove(&key), state.unassigned.remove(&key)) {
            (Some(partition), _) => {
                partition.retire(ResponseError::UnknownTopicOrPartition);
                partition.with_log(|log, _| (log.mark_deleted(), log.config().file_delete_delay_ms))
            }
            (None, Some(mut log)) => (log.mark_deleted(), log.config().file_delete_delay_ms),
            (None, None) => return,
        };
        state.checkpointed.remove(&key);
        match renamed {
            Ok(to) => {
                log_info!(LOG_MANAGER, "Log for partition {key} is renamed to {} and is scheduled for deletion", to.display());
                state.doomed.push((now_ms().saturating_add(delay), to));
            }
            Err(error) => log_error!(LOG_MANAGER, "Error while deleting {key}: {error}"),
        }
    }

    /// Gives the topic's logs new settings.
    pub fn update_config(&self, topic: &str, config: &LogConfig) {
        let mut state = self.state();
        for (_, partition) in state.partitions.iter().filter(|(key, _)| key.topic == topic) {
            partition.set_config(config.clone());
        }
        for (_, log) in state.unassigned.iter_mut().filter(|(key, _)| key.topic == topic) {
            log.set_config(config.clone());
        }
    }

    /// The log folders with their partitions.
    pub fn log_directories(&self) -> Vec<LogDirectoryFacts> {
        let partitions = self.partitions();
        let facts = self.directories.iter().map(|directory| LogDirectoryFacts {
            path: directory.path().to_owned(),
            partitions: partitions.iter().filter(|p| p.folder().parent() == Some(directory.path())).cloned().collect(),
        });
        facts.collect()
    }

    /// Does a round; `now` is in milliseconds since 1970 (UTC).
    pub fn perform(&self, task: Task, now: i64) {
        match task {
            Task::Retention => {
                self.each_log("retention", |log, high_watermark| log.delete_old_segments(high_watermark, now).map(drop))
            }
            Task::Flush => self.each_log("flush", |log, _| log.flush_if_due(now)),
            Task::ExpireProducers => self.each_log("producer expiry", |log, _| {
                log.expire_producers(now, self.settings.producer_expiration_ms);
                Ok(())
            }),
            Task::Sweep => self.sweep(now),
            Task::CheckpointRecoveryPoints | Task::CheckpointStartOffsets | Task::CheckpointHighWatermarks => {
                self.checkpoint(task)
            }
        }
    }

    fn each_log(&self, what: &str, mut act: impl FnMut(&mut PartitionLog, i64) -> Result<(), StorageError>) {
        for partition in self.partitions() {
            if let Err(error) = partition.with_log(&mut act) {
                log_error!(LOG_MANAGER, "Error during {what} of {}-{}: {error}", partition.topic(), partition.index());
            }
        }
    }

    fn sweep(&self, now: i64) {
        self.each_log("deletion", |log, _| {
            log.sweep(now);
            Ok(())
        });
        let due: Vec<PathBuf> = self.state().doomed.extract_if(.., |(at, _)| *at <= now).map(|(_, folder)| folder).collect();
        for folder in due {
            match fs::remove_dir_all(&folder) {
                Ok(()) => log_info!(LOG_MANAGER, "Deleted log for partition in {}.", folder.display()),
                Err(error) => log_warn!(LOG_MANAGER, "Failed to delete {}: {error}", folder.display()),
            }
        }
    }

    fn checkpoint(&self, task: Task) {
        for directory in &self.directories {
            let mut offsets = BTreeMap::new();
            let mut note = |log: &PartitionLog, high_watermark: i64| {
                let offset = match task {
                    Task::CheckpointHighWatermarks => Some(high_watermark),
                    Task::CheckpointStartOffsets => Some(log.start_offset()).filter(|start| *start > log.first_segment()),
                    _ => Some(log.recovery_point()),
                };
                if let Some(offset) = offset.filter(|_| log.directory() == directory.path()) {
                    offsets.insert(log.partition().clone(), offset);
                }
            };
            let state = self.state();
            for partition in state.partitions.values() {
                partition.with_log(|log, high_watermark| note(log, high_watermark));
            }
            for (key, log) in &state.unassigned {
                note(log, state.checkpointed.get(key).copied().unwrap_or(0));
            }
            drop(state);
            let file = match task {
                Task::CheckpointHighWatermarks => &directory.high_watermarks,
                Task::CheckpointStartOffsets => &directory.start_offsets,
                _ => &directory.recovery_points,
            };
            if let Err(error) = file.write(&offsets) {
                log_error!(LOG_MANAGER, "{error}");
            }
        }
    }

    /// Writes out what a clean stop keeps: everything durable, indexes cut to size, producers, checkpoints, the mark.
    pub fn shutdown(&self) {
        let replica_manager = "kafka.server.ReplicaManager";
        log_info!(replica_manager, "[ReplicaManager broker={}] Shutting down", self.settings.broker_id);
        self.checkpoint(Task::CheckpointHighWatermarks);
        log_info!(replica_manager, "[ReplicaManager broker={}] Shut down completely", self.settings.broker_id);
        log_info!(LOG_MANAGER, "Shutting down.");
        let now = now_ms();
        let mut clean = true;
        let mut close = |log: &mut PartitionLog| {
            if let Err(error) = log.close(now) {
                log_error!(LOG_MANAGER, "Error closing log {}: {error}", log.partition());
                clean = false;
            }
        };
        for partition in self.partitions() {
            partition.retire(ResponseError::NotLeaderOrFollower);
            partition.with_log(|log, _| close(log));
        }
        self.state().unassigned.values_mut().for_each(close);
        self.checkpoint(Task::CheckpointRecoveryPoints);
        self.checkpoint(Task::CheckpointStartOffsets);
        for directory in self.directories.iter().filter(|_| clean) {
            if let Err(error) = directory.set_clean_mark() {
                log_error!(LOG_MANAGER, "{error}");
            }
        }
        log_info!(LOG_MANAGER, "Shutdown complete.");
    }
}

fn open_directories(paths: &[PathBuf]) -> Result<Vec<LogDirectory>, StorageError> {
    let mut directories = Vec::new();
    for path in paths {
        match LogDirectory::open(path) {
            Ok(directory) => directories.push(directory),
            Err(locked @ StorageError::Locked(_)) => return Err(locked),
            Err(error) => log_error!("org.apache.kafka.storage.internals.log.LogDirFailureChannel", "{error}"),
        }
    }
    if directories.is_empty() {
        let listed: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        let error = StorageError::NoDirectory(listed.join(", "));
        log_error!(LOG_MANAGER, "{error}");
        return Err(error);
    }
    Ok(directories)
}

/// Opens every log of a folder; tells whether the last stop was clean.
fn load_directory(directory: &LogDirectory, settings: &StorageSettings, state: &mut State) -> Result<bool, StorageError> {
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
    state.doomed.extend(deleted.into_iter().map(|folder| (now.saturating_add(settings.defaults.file_delete_delay_ms), folder)));
    let recovery_points = tolerant(directory.recovery_points.read());
    let start_offsets = tolerant(directory.start_offsets.read());
    state.checkpointed.extend(tolerant(directory.high_watermarks.read()));
    for (done, (partition, folder)) in folders.into_iter().enumerate() {
        let started = Instant::now();
        let config = settings.topics.get(&partition.topic).unwrap_or(&settings.defaults).clone();
        let opening = Opening {
            clean,
            recovery_point: recovery_points.get(&partition).copied().unwrap_or(0),
            start_offset: start_offsets.get(&partition).copied().unwrap_or(0),
            now,
            producer_expiration_ms: settings.producer_expiration_ms,
        };
        let log = PartitionLog::open(partition.clone(), folder.clone(), config, opening)?;
        let (segments, start, end) = (log.segment_count(), log.start_offset(), log.end_offset());
        log_info!(
            LOG_MANAGER,
            "Completed load of Log(dir={}, topic={}, partition={}, logStartOffset={start}, logEndOffset={end}) with {segments} segments, local-log-start-offset {start} and log-end-offset {end} in {}ms ({}/{total} completed in {path})",
            folder.display(),
            partition.topic,
            partition.index,
            started.elapsed().as_millis(),
            done + 1
        );
        state.unassigned.insert(partition, log);
    }
    Ok(clean || total == 0)
}

/// A checkpoint that cannot be read costs time, not data: it is as if there were none.
fn tolerant(read: Result<BTreeMap<TopicPartition, i64>, StorageError>) -> BTreeMap<TopicPartition, i64> {
    read.unwrap_or_else(|error| {
        log_warn!(LOG_MANAGER, "Error occurred while reading a checkpoint file, resetting it: {error}");
        BTreeMap::new()
    })
}
