//! The controller: topics, partitions and leaders, kept as znodes.

pub mod assignment;
pub mod machine;
mod passwords;
pub mod scala;
pub mod settings;
mod store;
mod task;
pub mod topics;
pub mod znodes;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use kafka_protocol::ResponseError;
use tokio::sync::{mpsc, oneshot};

pub use settings::{Change, Edit, Entity, Settings};
pub use store::{Registered, Store, StoreError};
pub use task::{ControllerTask, Parts};
pub use topics::NewTopic;

use super::config::BrokerConfig;
use super::log::TopicPartition;

/// An error of the protocol with Kafka's sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    /// The error.
    pub error: ResponseError,
    /// What Kafka says of it; `None` leaves it to the client, which has a sentence for each error.
    pub message: Option<String>,
}

impl ApiError {
    /// An error with a sentence.
    pub fn new(error: ResponseError, message: impl Into<String>) -> Self {
        Self { error, message: Some(message.into()) }
    }
}

impl From<ResponseError> for ApiError {
    fn from(error: ResponseError) -> Self {
        Self { error, message: None }
    }
}

/// One topic that shall grow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Growth {
    /// The topic.
    pub topic: String,
    /// How many partitions it shall have.
    pub count: i32,
    /// The replicas of each new partition; `None` lets the controller choose.
    pub assignment: Option<Vec<Vec<i32>>>,
}

/// Where version 0 of OffsetCommit keeps a group's offset: in ZooKeeper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegacyPlace {
    /// The group.
    pub group: String,
    /// The topic.
    pub topic: String,
    /// The partition.
    pub index: i32,
}

type Answer<T> = oneshot::Sender<Result<T, ApiError>>;

/// A request to the controller's task.
#[derive(Debug)]
pub enum Command {
    /// Make a topic.
    CreateTopic {
        /// What it shall be.
        topic: NewTopic,
        /// Only check.
        validate_only: bool,
        /// Told the topic as it was made or would be.
        done: Answer<topics::PlannedTopic>,
    },
    /// Delete a topic.
    DeleteTopic {
        /// The topic's name.
        topic: String,
        /// Told when its znode waits to be deleted.
        done: Answer<()>,
    },
    /// Add partitions.
    CreatePartitions {
        /// To which topic.
        growth: Growth,
        /// Only check.
        validate_only: bool,
        /// Told the topic's partitions when they are there.
        done: Answer<Vec<i32>>,
    },
    /// Change settings.
    AlterSettings {
        /// Whose.
        entity: Entity,
        /// What becomes of them.
        change: Change,
        /// Only check.
        validate_only: bool,
        /// Told when they hold.
        done: Answer<()>,
    },
    /// Read what is set for users.
    Users {
        /// Which; `None` for all.
        names: Option<Vec<String>>,
        /// Told their settings by name.
        done: Answer<BTreeMap<String, Settings>>,
    },
    /// Read the offset that a group keeps in ZooKeeper, or keep one there.
    LegacyOffset {
        /// Whose.
        place: LegacyPlace,
        /// What it shall be; `None` only asks.
        offset: Option<i64>,
        /// Told what is there now.
        done: Answer<Option<i64>>,
    },
    /// Reserve a block of producer ids.
    AllocateProducerIds {
        /// Told the block.
        done: Answer<Range<i64>>,
    },
    /// A log directory failed.
    DirectoryFailed {
        /// The partitions in it.
        lost: Vec<TopicPartition>,
        /// Told when the controller knows.
        done: Answer<()>,
    },
    /// Tell of listeners that changed.
    Advertise {
        /// The configuration with them.
        config: Arc<BrokerConfig>,
        /// The ports of those that are open.
        ports: Vec<(String, u16)>,
        /// Told when the registration says so.
        done: Answer<()>,
    },
    /// End: close the session, so that this broker's znodes go.
    Close {
        /// Told when it is closed.
        done: Answer<()>,
    },
}

/// Asks the controller's task; cheap to clone.
#[derive(Clone, Debug)]
pub struct ControllerHandle {
    commands: mpsc::Sender<Command>,
}

impl ControllerHandle {
    /// A handle for the task that reads the other end of `commands`.
    pub fn new(commands: mpsc::Sender<Command>) -> Self {
        Self { commands }
    }

    async fn ask<T>(&self, command: impl FnOnce(Answer<T>) -> Command) -> Result<T, ApiError> {
        let (done, answer) = oneshot::channel();
        self.commands.send(command(done)).await.map_err(|_| ResponseError::NotController)?;
        answer.await.map_err(|_| ResponseError::NotController)?
    }

    /// Makes a topic; returns when those of its partitions have leaders that a live broker has. With `validate_only` it is only checked.
    ///
    /// # Errors
    /// What Kafka answers, with its sentence; `NOT_CONTROLLER` where another broker is.
    pub async fn create_topic(&self, topic: NewTopic, validate_only: bool) -> Result<topics::PlannedTopic, ApiError> {
        self.ask(|done| Command::CreateTopic { topic, validate_only, done }).await
    }

    /// Deletes a topic; returns when it is gone, or waits for brokers that are away.
    ///
    /// # Errors
    /// `UNKNOWN_TOPIC_OR_PARTITION`, `NOT_CONTROLLER`.
    pub async fn delete_topic(&self, topic: &str) -> Result<(), ApiError> {
        let topic = topic.to_owned();
        self.ask(|done| Command::DeleteTopic { topic, done }).await
    }

    /// Adds partitions to a topic; tells which it has then.
    ///
    /// # Errors
    /// What Kafka answers, with its sentence; `NOT_CONTROLLER` where another broker is.
    pub async fn create_partitions(&self, growth: Growth, validate_only: bool) -> Result<Vec<i32>, ApiError> {
        self.ask(|done| Command::CreatePartitions { growth, validate_only, done }).await
    }

    /// Changes settings of a topic or of brokers; returns when they hold here.
    ///
    /// # Errors
    /// What Kafka answers, with its sentence.
    pub async fn alter_settings(&self, entity: Entity, change: Change, validate_only: bool) -> Result<(), ApiError> {
        self.ask(|done| Command::AlterSettings { entity, change, validate_only, done }).await
    }

    /// What is set for those users, or for all of them, by name.
    ///
    /// # Errors
    /// What the coordinator answers.
    pub async fn users(&self, names: Option<Vec<String>>) -> Result<BTreeMap<String, Settings>, ApiError> {
        self.ask(|done| Command::Users { names, done }).await
    }

    /// Makes a topic unless it is there, as an internal topic or an auto-created one; returns when it has leaders.
    ///
    /// # Errors
    /// What Kafka answers, as `INVALID_REPLICATION_FACTOR`; an existing topic is none.
    pub async fn auto_create(
        &self,
        topic: &str,
        partitions: i32,
        replication_factor: i16,
        overrides: BTreeMap<String, String>,
    ) -> Result<(), ApiError> {
        let overrides = overrides.into_iter().map(|(key, value)| (key, Some(value))).collect();
        let topic = NewTopic { name: topic.to_owned(), partitions, replication_factor, assignment: BTreeMap::new(), overrides };
        match self.create_topic(topic, false).await {
            Err(error) if error.error == ResponseError::TopicAlreadyExists => Ok(()),
            other => other.map(drop),
        }
    }

    /// The offset that a group keeps in ZooKeeper; with `offset` it is set first (OffsetCommit and OffsetFetch, version 0).
    ///
    /// # Errors
    /// What the coordinator answers; `UNKNOWN_SERVER_ERROR` for a group whose name makes no path.
    pub async fn legacy_offset(&self, place: LegacyPlace, offset: Option<i64>) -> Result<Option<i64>, ResponseError> {
        self.ask(|done| Command::LegacyOffset { place, offset, done }).await.map_err(|error| error.error)
    }

    /// Reserves the next block of producer ids (`/latest_producer_id_block`).
    ///
    /// # Errors
    /// What the coordinator answers.
    pub async fn allocate_producer_ids(&self) -> Result<Range<i64>, ResponseError> {
        self.ask(|done| Command::AllocateProducerIds { done }).await.map_err(|error| error.error)
    }

    /// Tells of a log directory that failed with these partitions in it.
    ///
    /// # Errors
    /// What the coordinator answers.
    pub async fn directory_failed(&self, lost: Vec<TopicPartition>) -> Result<(), ApiError> {
        self.ask(|done| Command::DirectoryFailed { lost, done }).await
    }

    /// Registers the listeners of another configuration, of which those with a port are open.
    ///
    /// # Errors
    /// What the coordinator answers.
    pub async fn advertise(&self, config: Arc<BrokerConfig>, ports: Vec<(String, u16)>) -> Result<(), ApiError> {
        self.ask(|done| Command::Advertise { config, ports, done }).await
    }

    /// Ends the task and its session.
    pub async fn close(&self) {
        // a task that has ended already has closed its session
        let _ = self.ask(|done| Command::Close { done }).await;
    }
}
