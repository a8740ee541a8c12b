//! A partition that this broker has a replica of: its log behind one lock, its leadership, its high watermark, appends.

mod reading;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use kafka_protocol::ResponseError;
use tokio::sync::watch;
use uuid::Uuid;

use super::super::log::{Chores, LogConfig, PartitionLog, ProducerEntry, StorageError, TimestampType, TopicPartition, now_ms};
pub use reading::{FetchSlice, Isolation, OffsetAnswer, OffsetQuery};

use super::validation::{self, Placed, Target, prepare};
use crate::log_info;

/// Who has a partition, as its znodes say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionAssignment {
    /// The topic's name.
    pub topic: String,
    /// The partition's index.
    pub index: i32,
    /// The topic's id.
    pub topic_id: Uuid,
    /// The leader's broker id.
    pub leader: i32,
    /// Counts the leaders.
    pub leader_epoch: i32,
    /// The replicas, the preferred leader first.
    pub replicas: Vec<i32>,
    /// The replicas in sync.
    pub isr: Vec<i32>,
    /// The version of the partition's state znode.
    pub partition_epoch: i32,
}

/// Who appends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppendOrigin {
    /// A producer; what it sends is checked in full.
    Client,
    /// The broker itself, for groups and transactions.
    Coordinator,
}

/// Where records went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AppendInfo {
    /// The offset of the first record.
    pub base_offset: i64,
    /// The offset of the last record.
    pub last_offset: i64,
    /// When the broker appended them, where the topic says so (`LogAppendTime`); else -1.
    pub log_append_time: i64,
    /// The first offset of the log.
    pub log_start_offset: i64,
}

/// Why records are refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppendError {
    /// The code on the wire.
    pub error: ResponseError,
    /// Kafka's words.
    pub message: String,
    /// The records that are at fault, by their place in the batch, with Kafka's words; empty where it is the batch.
    pub records: Vec<(i32, String)>,
    /// The first offset of the log; -1 where Kafka does not look for it.
    pub log_start_offset: i64,
}

impl AppendError {
    /// An error of a whole batch.
    pub fn new(error: ResponseError, message: impl Into<String>) -> Self {
        Self { error, message: message.into(), records: Vec::new(), log_start_offset: -1 }
    }
}

impl fmt::Display for AppendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for AppendError {}

struct State {
    log: PartitionLog,
    assignment: PartitionAssignment,
    high_watermark: i64,
    /// Why requests are refused, once the partition is gone or the broker stops.
    refusal: Option<ResponseError>,
}

/// A partition that this broker has a replica of.
pub struct Partition {
    broker_id: i32,
    topic: String,
    index: i32,
    /// The log directory; it changes where the log moves to another one.
    directory: Mutex<PathBuf>,
    state: Mutex<State>,
    high_watermark: watch::Sender<i64>,
    chores: Arc<Chores>,
}

impl fmt::Debug for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Partition({}-{}, broker={})", self.topic, self.index, self.broker_id)
    }
}

/// The leader epoch of a client that knows none.
const NO_EPOCH: i32 = -1;

impl Partition {
    /// The partition with that log; `checkpointed` is the high watermark of the last run.
    pub(super) fn new(
        broker_id: i32,
        log: PartitionLog,
        assignment: PartitionAssignment,
        checkpointed: Option<i64>,
        chores: Arc<Chores>,
    ) -> Self {
        let (topic, index) = (assignment.topic.clone(), assignment.index);
        let logger = "kafka.cluster.Partition";
        if checkpointed.is_none() {
            log_info!(
                logger,
                "[Partition {topic}-{index} broker={broker_id}] No checkpointed highwatermark is found for partition {topic}-{index}"
            );
        }
        let high_watermark = checkpointed.unwrap_or(0).clamp(log.start_offset(), log.end_offset());
        log_info!(
            logger,
            "[Partition {topic}-{index} broker={broker_id}] Log loaded for partition {topic}-{index} with initial high watermark {high_watermark}"
        );
        let directory = Mutex::new(log.directory().to_owned());
        let state = Mutex::new(State { log, assignment, high_watermark, refusal: None });
        Self { broker_id, topic, index, directory, state, high_watermark: watch::Sender::new(high_watermark), chores }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The topic's name.
    pub fn topic(&self) -> &str {
        &self.topic
    }

    /// The partition's index.
    pub fn index(&self) -> i32 {
        self.index
    }

    /// Who has it.
    pub fn assignment(&self) -> PartitionAssignment {
        self.state().assignment.clone()
    }

    /// Leads or follows from now on as `assignment` says; older epochs are ignored.
    pub(super) fn assign(&self, assignment: PartitionAssignment) -> Result<(), StorageError> {
        let mut state = self.state();
        if assignment.leader_epoch < state.assignment.leader_epoch {
            return Ok(());
        }
        if assignment.leader == self.broker_id {
            state.log.begin_epoch(assignment.leader_epoch)?;
        }
        state.assignment = assignment;
        self.advance(&mut state);
        Ok(())
    }

    /// Everything is committed where this broker is the only one in sync; else the followers' fetches decide.
    fn advance(&self, state: &mut State) {
        let alone = state.assignment.leader == self.broker_id && state.assignment.isr.iter().all(|id| *id == self.broker_id);
        let reached = if alone { state.log.end_offset() } else { state.high_watermark };
        if reached != state.high_watermark {
            state.high_watermark = reached;
            self.high_watermark.send_replace(reached);
        }
    }

    fn led(&self, state: &State) -> Result<(), ResponseError> {
        match state.refusal {
            Some(refusal) => Err(refusal),
            None if state.assignment.leader != self.broker_id => Err(ResponseError::NotLeaderOrFollower),
            None => Ok(()),
        }
    }

    /// Compares the leader epoch that a client believes in with the real one.
    ///
    /// # Errors
    /// `FENCED_LEADER_EPOCH`, `UNKNOWN_LEADER_EPOCH` (KIP-320), and `NOT_LEADER_OR_FOLLOWER`.
    pub fn check_epoch(&self, believed: i32) -> Result<(), ResponseError> {
        let state = self.state();
        self.led(&state)?;
        match believed.cmp(&state.assignment.leader_epoch) {
            _ if believed == NO_EPOCH => Ok(()),
            std::cmp::Ordering::Less => Err(ResponseError::FencedLeaderEpoch),
            std::cmp::Ordering::Greater => Err(ResponseError::UnknownLeaderEpoch),
            std::cmp::Ordering::Equal => Ok(()),
        }
    }

    /// Appends record batches as they came off the wire; with `acks` -1 only where enough replicas are in sync. It unpacks what is
    /// packed, which may take its time; others can use the partition meanwhile.
    ///
    /// # Errors
    /// Kafka's code and words; nothing was appended.
    pub fn append(&self, records: &Bytes, origin: AppendOrigin, acks: i16) -> Result<AppendInfo, AppendError> {
        self.try_append(records, origin, acks).map_err(|mut error| {
            // as ReplicaManager.appendToLocalLog: what it expects to happen is answered without a look at the log
            use ResponseError as Code;
            let expected = matches!(
                error.error,
                Code::UnknownTopicOrPartition
                    | Code::NotLeaderOrFollower
                    | Code::MessageTooLarge
                    | Code::RecordListTooLarge
                    | Code::CorruptMessage
                    | Code::KafkaStorageError
            );
            if !expected {
                error.log_start_offset = self.log_start_offset();
            }
            error
        })
    }

    fn try_append(&self, records: &Bytes, origin: AppendOrigin, acks: i16) -> Result<AppendInfo, AppendError> {
        let place = TopicPartition::new(self.topic.as_str(), self.index);
        let config = {
            let state = self.state();
            self.accepts(&state, acks)?;
            Arc::clone(state.log.shared_config())
        };
        let now = now_ms();
        let batches = prepare(records, origin, Target { place: &place, config: &config }, now)?;
        let mut state = self.state();
        self.accepts(&state, acks)?;
        let batches = match validation::place(batches, &state.log, state.assignment.leader_epoch)? {
            Placed::Append(batches) => batches,
            Placed::Duplicate(batch) => {
                return Ok(AppendInfo {
                    base_offset: batch.first_offset(),
                    last_offset: batch.last_offset,
                    log_append_time: batch.timestamp,
                    log_start_offset: state.log.start_offset(),
                });
            }
        };
        let base_offset = state.log.end_offset();
        if let Err(error) = state.log.append(&batches, now) {
            let what = format!("Error while appending records to {place} in dir {}", self.directory().display());
            self.failed(&mut state, &what, &error);
            return Err(AppendError::new(ResponseError::KafkaStorageError, what));
        }
        self.advance(&mut state);
        let append_time = config.timestamp_type == TimestampType::LogAppendTime;
        Ok(AppendInfo {
            base_offset,
            last_offset: state.log.end_offset() - 1,
            log_append_time: if append_time { now } else { -1 },
            log_start_offset: state.log.start_offset(),
        })
    }

    /// Whether records are taken here, and with that many replicas in sync.
    fn accepts(&self, state: &State, acks: i16) -> Result<(), AppendError> {
        let place = || format!("{}-{}", self.topic, self.index);
        self.led(state).map_err(|error| AppendError::new(error, format!("Leader not local for partition {}", place())))?;
        let (in_sync, needed) = (state.assignment.isr.len(), state.log.config().min_insync_replicas);
        if acks != -1 || i64::try_from(in_sync).unwrap_or(i64::MAX) >= i64::from(needed) {
            return Ok(());
        }
        let isr: Vec<String> = state.assignment.isr.iter().map(ToString::to_string).collect();
        let message = format!(
            "The size of the current ISR Set({}) is insufficient to satisfy the min.isr requirement of {needed} for partition {}",
            isr.join(", "),
            place()
        );
        Err(AppendError::new(ResponseError::NotEnoughReplicas, message))
    }

    /// Waits until the record at `offset` is on every replica in sync.
    ///
    /// # Errors
    /// `REQUEST_TIMED_OUT`; `NOT_ENOUGH_REPLICAS_AFTER_APPEND`; the leadership or the partition went away.
    pub async fn wait_replicated(&self, offset: i64, timeout: Duration) -> Result<(), ResponseError> {
        let mut watched = self.watch_high_watermark();
        let reached = async {
            loop {
                {
                    let state = self.state();
                    self.led(&state)?;
                    if state.high_watermark > offset {
                        let in_sync = i32::try_from(state.assignment.isr.len()).unwrap_or(i32::MAX);
                        let enough = in_sync >= state.log.config().min_insync_replicas;
                        return if enough { Ok(()) } else { Err(ResponseError::NotEnoughReplicasAfterAppend) };
                    }
                }
                watched.changed().await.map_err(|_| ResponseError::UnknownTopicOrPartition)?;
            }
        };
        tokio::time::timeout(timeout, reached).await.unwrap_or(Err(ResponseError::RequestTimedOut))
    }

    /// Something failed on the log. Where the system refused, nothing goes in or out any more: what is in memory and what is on
    /// disk may differ.
    fn failed(&self, state: &mut State, what: &str, error: &StorageError) -> ResponseError {
        if error.fails_directory() {
            state.refusal.get_or_insert(ResponseError::KafkaStorageError);
        }
        self.chores.failed(&self.directory(), what, error);
        ResponseError::KafkaStorageError
    }

    /// Told whenever the high watermark moves or the partition goes away.
    pub fn watch_high_watermark(&self) -> watch::Receiver<i64> {
        self.high_watermark.subscribe()
    }

    /// The first offset that can be read.
    pub fn log_start_offset(&self) -> i64 {
        self.state().log.start_offset()
    }

    /// The offset up to which records are committed.
    pub fn high_watermark(&self) -> i64 {
        self.state().high_watermark
    }

    /// The offset that the next record gets.
    pub fn log_end_offset(&self) -> i64 {
        self.state().log.end_offset()
    }

    /// The leader's epoch.
    pub fn leader_epoch(&self) -> i32 {
        self.state().assignment.leader_epoch
    }

    /// Deletes the records before `offset` (-1 for all that are committed); gives the new start.
    ///
    /// # Errors
    /// `OFFSET_OUT_OF_RANGE`, `POLICY_VIOLATION` on a topic that is only compacted, and the codes of the other requests.
    pub fn delete_records(&self, offset: i64) -> Result<i64, ResponseError> {
        let mut state = self.state();
        self.led(&state)?;
        if !state.log.config().delete {
            return Err(ResponseError::PolicyViolation);
        }
        let target = if offset == -1 { state.high_watermark } else { offset };
        if target < 0 || target > state.high_watermark {
            return Err(ResponseError::OffsetOutOfRange);
        }
        let raised = state.log.raise_start_offset(target, "client delete records request");
        raised.map_err(|error| {
            let (topic, index, directory) = (&self.topic, self.index, self.directory());
            let directory = directory.display();
            let what = format!("Exception while increasing log start offset for {topic}-{index} to {target} in dir {directory}");
            self.failed(&mut state, &what, &error)
        })?;
        Ok(state.log.start_offset())
    }

    /// The idempotent producers that wrote to it.
    pub fn producers(&self) -> Vec<ProducerEntry> {
        self.state().log.producer_entries()
    }

    /// Bytes in the log's segments.
    pub fn size(&self) -> u64 {
        self.state().log.size()
    }

    /// The log directory that holds it.
    pub fn directory(&self) -> PathBuf {
        self.directory.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The folder that holds the log.
    pub fn folder(&self) -> PathBuf {
        self.state().log.folder().to_owned()
    }

    /// The log's settings.
    pub fn config(&self) -> Arc<LogConfig> {
        Arc::clone(self.state().log.shared_config())
    }

    pub(super) fn set_config(&self, config: Arc<LogConfig>) {
        self.state().log.set_config(config);
    }

    /// Does something with the log and the high watermark, for the manager's rounds.
    pub(super) fn with_log<T>(&self, act: impl FnOnce(&mut PartitionLog, i64) -> T) -> T {
        let mut state = self.state();
        let high_watermark = state.high_watermark;
        act(&mut state.log, high_watermark)
    }

    /// Lets `act` put another log in the place of this one, while nobody appends or reads.
    pub(super) fn replace_log<T>(&self, act: impl FnOnce(&mut PartitionLog) -> T) -> T {
        let mut state = self.state();
        let done = act(&mut state.log);
        *self.directory.lock().unwrap_or_else(PoisonError::into_inner) = state.log.directory().to_owned();
        done
    }

    /// Refuses requests from now on and wakes those that wait.
    pub(super) fn retire(&self, refusal: ResponseError) {
        self.state().refusal = Some(refusal);
        self.high_watermark.send_modify(|_| {});
    }
}
