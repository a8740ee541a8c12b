//! The partitions that live on this broker.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use kafka_protocol::ResponseError;
use uuid::Uuid;

/// The settings of one partition's log: the topic's own, the broker's for the rest.
#[derive(Clone, Debug, Default)]
pub struct LogConfig {}

/// The storage cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {}

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

/// A partition that this broker has a replica of.
#[derive(Debug)]
pub struct Partition {
    /// Who has it.
    pub assignment: PartitionAssignment,
}

/// Every partition of this broker.
#[derive(Debug, Default)]
pub struct ReplicaManager {
    partitions: Mutex<HashMap<(String, i32), Arc<Partition>>>,
}

impl ReplicaManager {
    /// Opens the log folders.
    ///
    /// # Errors
    /// [`StorageError`] where no folder can be used.
    pub fn open(_dirs: &[PathBuf], _defaults: LogConfig, _broker_id: i32) -> Result<Self, StorageError> {
        Ok(Self::default())
    }

    /// The partition.
    ///
    /// # Errors
    /// `UNKNOWN_TOPIC_OR_PARTITION` where it is not here.
    pub fn partition(&self, topic: &str, index: i32) -> Result<Arc<Partition>, ResponseError> {
        let partitions = self.partitions.lock().unwrap_or_else(PoisonError::into_inner);
        partitions.get(&(topic.to_owned(), index)).cloned().ok_or(ResponseError::UnknownTopicOrPartition)
    }

    /// Leads the partition from now on; its log is made where it is missing.
    ///
    /// # Errors
    /// [`StorageError`] where its log cannot be made or opened.
    pub fn become_leader(&self, assignment: PartitionAssignment, _config: LogConfig) -> Result<Arc<Partition>, StorageError> {
        let key = (assignment.topic.clone(), assignment.index);
        let partition = Arc::new(Partition { assignment });
        self.partitions.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&partition));
        Ok(partition)
    }

    /// Removes the partition and its log.
    pub fn delete_partition(&self, topic: &str, index: i32) {
        self.partitions.lock().unwrap_or_else(PoisonError::into_inner).remove(&(topic.to_owned(), index));
    }

    /// Gives the topic's logs new settings.
    pub fn update_config(&self, _topic: &str, _config: LogConfig) {}

    /// Writes out what a clean stop keeps.
    pub fn shutdown(&self) {}
}
