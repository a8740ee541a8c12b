//! Every partition of this broker: opened at the start, made and deleted as the controller says.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kafka_protocol::ResponseError;

use super::super::config::BrokerConfig;
use super::super::log::{
    Chores, LogConfig, LogDirectory, Opening, PartitionLog, PartitionMetadataFile, StorageError, TopicPartition, encode_id,
    now_ms,
};
use super::fetch_session::FetchSessions;
use super::maintenance::Task;
use super::moving::{FutureReplica, Move};
use super::opening;
use super::parallel::{in_parallel, threads_for};
use super::partition::{Partition, PartitionAssignment};
use super::producer_ids::ProducerIds;
use super::settings::{ChangingSettings, StorageSettings};
use crate::log_info;

const LOG_MANAGER: &str = "kafka.log.LogManager";

/// A log directory and what is in it, for DescribeLogDirs.
#[derive(Clone, Debug)]
pub struct LogDirectoryFacts {
    /// The folder.
    pub path: PathBuf,
    /// Whether it was given up.
    pub offline: bool,
    /// Its partitions.
    pub partitions: Vec<Arc<Partition>>,
    /// The logs that are on their way into it.
    pub future: Vec<FutureReplica>,
}

/// A partition that this broker is to lead.
#[derive(Clone, Debug)]
pub struct LeaderRequest {
    /// Who has it.
    pub assignment: PartitionAssignment,
    /// How its log is kept.
    pub config: Arc<LogConfig>,
    /// Whether it has just come to be; another one's log is not made anew while it may lie in a directory that failed.
    pub is_new: bool,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) topics: HashMap<String, BTreeMap<i32, Arc<Partition>>>,
    /// Logs that are on disk and that nobody has assigned to this broker yet.
    pub(super) unassigned: BTreeMap<TopicPartition, PartitionLog>,
    /// The high watermarks of the last run.
    pub(super) checkpointed: BTreeMap<TopicPartition, i64>,
    /// Partitions that are gone and of which the checkpoints may still speak.
    pub(super) gone: BTreeSet<TopicPartition>,
    /// How many logs each directory has, in the directories' order.
    used: Vec<usize>,
}

/// Every partition of this broker.
pub struct ReplicaManager {
    settings: StorageSettings,
    pub(super) directories: Vec<LogDirectory>,
    pub(super) chores: Arc<Chores>,
    state: Mutex<State>,
    /// Held while partitions are made or deleted, which the state is not: others are served meanwhile.
    changing: Mutex<()>,
    fetch_sessions: Mutex<FetchSessions>,
    producer_ids: ProducerIds,
    /// The logs that move to another directory, by partition.
    moves: Mutex<BTreeMap<TopicPartition, Arc<Move>>>,
    /// Where partitions are to be made that are not here yet.
    preferred: Mutex<BTreeMap<TopicPartition, PathBuf>>,
    /// What of the settings may change while the broker runs.
    pub(super) changing_settings: ChangingSettings,
}

impl std::fmt::Debug for ReplicaManager {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ReplicaManager(broker={})", self.settings.broker_id)
    }
}

/// Where the log of a partition comes from that this broker is to lead.
enum Source {
    Known(Arc<Partition>),
    Loaded(Box<PartitionLog>, Option<i64>),
    New(usize),
    Refused(StorageError),
}

/// What became of it; a log that is another topic's goes back to where it was.
enum Outcome {
    Leads(Arc<Partition>),
    Made(Arc<Partition>),
    Failed(StorageError, Option<Box<PartitionLog>>),
}

impl ReplicaManager {
    /// Opens the log folders and every log in them; after a crash the logs are recovered.
    ///
    /// # Errors
    /// [`StorageError`] where no folder can be used, one is locked by another process, or a log cannot be opened.
    pub fn open(settings: StorageSettings) -> Result<Self, StorageError> {
        let chores = Arc::new(Chores::default());
        let opened = opening::open(&settings, &chores)?;
        let mut state = State { checkpointed: opened.high_watermarks, gone: opened.gone, ..State::default() };
        state.used = vec![0; opened.directories.len()];
        for log in opened.logs {
            if let Some(at) = place(&opened.directories, log.directory()) {
                state.used[at] += 1;
            }
            state.unassigned.insert(log.partition().clone(), log);
        }
        let fetch_sessions = Mutex::new(FetchSessions::new(settings.fetch_session_slots));
        let changing_settings = ChangingSettings::new(&settings);
        Ok(Self {
            settings,
            directories: opened.directories,
            chores,
            state: Mutex::new(state),
            changing: Mutex::new(()),
            fetch_sessions,
            producer_ids: ProducerIds::default(),
            moves: Mutex::default(),
            preferred: Mutex::default(),
            changing_settings,
        })
    }

    pub(super) fn moves(&self) -> MutexGuard<'_, BTreeMap<TopicPartition, Arc<Move>>> {
        self.moves.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn preferred(&self) -> MutexGuard<'_, BTreeMap<TopicPartition, PathBuf>> {
        self.preferred.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A log has moved from one directory to another.
    pub(super) fn note_moved(&self, from: &Path, to: &Path) {
        let mut state = self.state();
        if let Some(at) = place(&self.directories, from) {
            state.used[at] = state.used[at].saturating_sub(1);
        }
        if let Some(at) = place(&self.directories, to) {
            state.used[at] += 1;
        }
    }

    /// Goes on with other settings, as far as the storage itself takes any.
    pub fn reconfigure(&self, config: &BrokerConfig) {
        self.changing_settings.set(config);
    }

    pub(super) fn settings(&self) -> &StorageSettings {
        &self.settings
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
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
        let state = self.state();
        let found = state.topics.get(topic).and_then(|partitions| partitions.get(&index)).cloned();
        found.ok_or(ResponseError::UnknownTopicOrPartition)
    }

    /// The partitions that are here.
    pub fn partitions(&self) -> Vec<Arc<Partition>> {
        self.state().topics.values().flat_map(BTreeMap::values).cloned().collect()
    }

    /// Leads the partition from now on; its log is made where it is missing.
    ///
    /// # Errors
    /// [`StorageError`] where its log cannot be made or opened, or belongs to another topic of the name.
    pub fn become_leader(&self, assignment: PartitionAssignment, config: LogConfig) -> Result<Arc<Partition>, StorageError> {
        let request = LeaderRequest { assignment, config: Arc::new(config), is_new: true };
        let missing = || Err(StorageError::NoDirectory(String::new()));
        self.become_leaders(vec![request]).pop().unwrap_or_else(missing)
    }

    /// Leads partitions from now on, whose logs are made where they are missing, several at once; the answers are in the requests'
    /// order. It waits for the disk.
    pub fn become_leaders(&self, requests: Vec<LeaderRequest>) -> Vec<Result<Arc<Partition>, StorageError>> {
        let _one_at_a_time = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        self.forget_namesakes(&requests);
        let mut planned = Vec::with_capacity(requests.len());
        {
            let mut state = self.state();
            for request in requests {
                planned.push((self.source(&mut state, &request), request));
            }
        }
        let threads = threads_for(planned.len());
        let outcomes = in_parallel(planned, threads, |(source, request)| self.realise(source, request));
        let mut state = self.state();
        outcomes.into_iter().map(|outcome| state.settle(outcome)).collect()
    }

    /// Writes the checkpoints where they speak of a deleted partition whose name is to be used again: after a crash the new one's log
    /// would be taken for the old one's, and cut.
    fn forget_namesakes(&self, requests: &[LeaderRequest]) {
        let mut state = self.state();
        let is_gone = |of: &PartitionAssignment| state.gone.contains(&TopicPartition::new(of.topic.as_str(), of.index));
        if !requests.iter().any(|request| is_gone(&request.assignment)) {
            return;
        }
        state.gone.clear();
        drop(state);
        self.perform(Task::CheckpointRecoveryPoints, now_ms());
        self.perform(Task::CheckpointStartOffsets, now_ms());
    }

    fn source(&self, state: &mut State, request: &LeaderRequest) -> Source {
        let PartitionAssignment { topic, index, .. } = &request.assignment;
        if let Some(partition) = state.topics.get(topic).and_then(|partitions| partitions.get(index)) {
            return Source::Known(Arc::clone(partition));
        }
        let key = TopicPartition::new(topic.as_str(), *index);
        if let Some(log) = state.unassigned.remove(&key) {
            return Source::Loaded(Box::new(log), state.checkpointed.get(&key).copied());
        }
        let offline = self.offline_directories();
        if !request.is_new && !offline.is_empty() {
            let (partition, directories) = (key.to_string(), offline.join(","));
            return Source::Refused(StorageError::Offline { partition, directories });
        }
        let online = |(_, directory): &(usize, &LogDirectory)| !self.chores.has_failed(directory.path());
        let preferred = self.preferred().remove(&key).unwrap_or_default();
        let wished = self.directories.iter().enumerate().filter(online).find(|(_, directory)| directory.path() == preferred);
        let emptiest = || self.directories.iter().enumerate().filter(online).min_by_key(|(at, _)| state.used[*at]);
        let emptiest = wished.or_else(emptiest);
        match emptiest {
            Some((at, _)) => {
                state.used[at] += 1;
                Source::New(at)
            }
            None => Source::Refused(StorageError::Offline { partition: key.to_string(), directories: offline.join(",") }),
        }
    }

    fn offline_directories(&self) -> Vec<String> {
        let failed = self.directory_paths().filter(|path| self.chores.has_failed(path));
        failed.map(|path| path.display().to_string()).collect()
    }

    pub(super) fn directory_paths(&self) -> impl Iterator<Item = PathBuf> {
        self.settings.directories.iter().map(|path| std::path::absolute(path).unwrap_or_else(|_| path.clone()))
    }

    fn realise(&self, source: Source, request: LeaderRequest) -> Outcome {
        let LeaderRequest { assignment, config, .. } = request;
        let (log, checkpointed) = match source {
            Source::Refused(error) => return Outcome::Failed(error, None),
            Source::Known(partition) => {
                partition.set_config(config);
                return match partition.assign(assignment) {
                    Ok(()) => Outcome::Leads(partition),
                    Err(error) => Outcome::Failed(error, None),
                };
            }
            Source::Loaded(mut log, checkpointed) => {
                log.set_config(config);
                (log, checkpointed)
            }
            Source::New(at) => match self.create_log(&self.directories[at], &assignment, config) {
                Ok(log) => (Box::new(log), None),
                Err(error) => {
                    let (topic, index) = (&assignment.topic, assignment.index);
                    let directory = self.directories[at].path();
                    let what = format!("Error while creating log for {topic}-{index} in dir {}", directory.display());
                    self.chores.failed(directory, &what, &error);
                    return Outcome::Failed(error, None);
                }
            },
        };
        if let Err(error) = check_topic(&log, &assignment) {
            return Outcome::Failed(error, Some(log));
        }
        let (id, chores) = (self.settings.broker_id, Arc::clone(&self.chores));
        let partition = Arc::new(Partition::new(id, *log, assignment.clone(), checkpointed, chores));
        match partition.assign(assignment) {
            Ok(()) => Outcome::Made(partition),
            Err(error) => Outcome::Failed(error, None),
        }
    }

    fn create_log(
        &self,
        directory: &LogDirectory,
        assignment: &PartitionAssignment,
        config: Arc<LogConfig>,
    ) -> Result<PartitionLog, StorageError> {
        let key = TopicPartition::new(assignment.topic.as_str(), assignment.index);
        let folder = directory.path().join(key.to_string());
        let text = config.overrides_text();
        let opening = Opening {
            clean: true,
            recovery_point: 0,
            start_offset: 0,
            now: now_ms(),
            producer_expiration_ms: self.changing_settings.producer_expiration_ms(),
            chores: Arc::clone(&self.chores),
        };
        let log = PartitionLog::open(key.clone(), folder.clone(), config, &opening)?;
        log_info!(LOG_MANAGER, "Created log for partition {key} in {} with properties {text}", folder.display());
        Ok(log)
    }

    /// Removes the partition and its log: the folder is renamed now and removed after `file.delete.delay.ms`.
    pub fn delete_partition(&self, topic: &str, index: i32) {
        let _one_at_a_time = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let key = TopicPartition::new(topic, index);
        self.cancel_move(&key, None);
        let mut state = self.state();
        let (directory, renamed, delay) = match (state.remove(&key), state.unassigned.remove(&key)) {
            (Some(partition), _) => {
                partition.retire(ResponseError::UnknownTopicOrPartition);
                partition.with_log(|log, _| mark_deleted(log))
            }
            (None, Some(mut log)) => mark_deleted(&mut log),
            (None, None) => return,
        };
        state.checkpointed.remove(&key);
        state.gone.insert(key.clone());
        if let Some(at) = place(&self.directories, &directory) {
            state.used[at] = state.used[at].saturating_sub(1);
        }
        drop(state);
        match renamed {
            Ok(to) => {
                log_info!(LOG_MANAGER, "Log for partition {key} is renamed to {} and is scheduled for deletion", to.display());
                self.chores.remove_at(now_ms().saturating_add(delay), vec![to]);
            }
            // what a failed directory still holds is gone with it
            Err(_) if self.chores.has_failed(&directory) => {}
            Err(error) => {
                let what = format!("Error while renaming dir for {key} in log dir {}", directory.display());
                self.chores.failed(&directory, &what, &error);
            }
        }
    }

    /// Gives the topic's logs new settings.
    pub fn update_config(&self, topic: &str, config: &Arc<LogConfig>) {
        let mut state = self.state();
        for partition in state.topics.get(topic).into_iter().flat_map(BTreeMap::values) {
            partition.set_config(Arc::clone(config));
        }
        let loaded = state.unassigned.range_mut(TopicPartition::new(topic, i32::MIN)..);
        for (_, log) in loaded.take_while(|(key, _)| key.topic == topic) {
            log.set_config(Arc::clone(config));
        }
    }

    /// The log folders with their partitions.
    pub fn log_directories(&self) -> Vec<LogDirectoryFacts> {
        let fact = |path: PathBuf| {
            let (offline, future) = (self.chores.has_failed(&path), self.future_replicas(&path));
            LogDirectoryFacts { offline, path, partitions: Vec::new(), future }
        };
        let mut facts: Vec<LogDirectoryFacts> = self.directory_paths().map(fact).collect();
        for partition in self.partitions() {
            let home = facts.iter_mut().find(|facts| !facts.offline && partition.directory() == facts.path);
            if let Some(home) = home {
                home.partitions.push(partition);
            }
        }
        facts
    }
}

impl State {
    fn remove(&mut self, key: &TopicPartition) -> Option<Arc<Partition>> {
        let partitions = self.topics.get_mut(&key.topic)?;
        let removed = partitions.remove(&key.index);
        if partitions.is_empty() {
            self.topics.remove(&key.topic);
        }
        removed
    }

    fn settle(&mut self, outcome: Outcome) -> Result<Arc<Partition>, StorageError> {
        match outcome {
            Outcome::Leads(partition) => Ok(partition),
            Outcome::Made(partition) => {
                let partitions = self.topics.entry(partition.topic().to_owned()).or_default();
                partitions.insert(partition.index(), Arc::clone(&partition));
                Ok(partition)
            }
            Outcome::Failed(error, log) => {
                self.unassigned.extend(log.map(|log| (log.partition().clone(), *log)));
                Err(error)
            }
        }
    }
}

fn place(directories: &[LogDirectory], directory: &Path) -> Option<usize> {
    directories.iter().position(|known| known.path() == directory)
}

pub(super) fn mark_deleted(log: &mut PartitionLog) -> (PathBuf, Result<PathBuf, StorageError>, i64) {
    (log.directory().to_owned(), log.mark_deleted(), log.config().file_delete_delay_ms)
}

/// A log belongs to one topic; a new one is told to which.
fn check_topic(log: &PartitionLog, assignment: &PartitionAssignment) -> Result<(), StorageError> {
    let metadata = PartitionMetadataFile::new(log.folder());
    match metadata.read()? {
        Some(found) if found != assignment.topic_id => {
            let partition = log.partition().to_string();
            let (expected, found) = (encode_id(assignment.topic_id), encode_id(found));
            Err(StorageError::TopicId { partition, expected, found })
        }
        Some(_) => Ok(()),
        None => metadata.write(assignment.topic_id),
    }
}
