//! The controller: topics, partitions and leaders, kept as znodes.

pub mod scala;
pub mod znodes;

use std::collections::BTreeMap;
use std::ops::Range;

use kafka_protocol::ResponseError;
use tokio::sync::{mpsc, oneshot};

/// A request to the controller's task.
#[derive(Debug)]
pub enum Command {
    /// Make a topic unless it is there.
    AutoCreate {
        /// The topic's name.
        topic: String,
        /// How many partitions.
        partitions: i32,
        /// How many replicas of each.
        replication_factor: i16,
        /// The topic's own settings.
        overrides: BTreeMap<String, String>,
        /// Told when the topic is there.
        done: oneshot::Sender<Result<(), ResponseError>>,
    },
    /// Reserve a block of producer ids.
    AllocateProducerIds {
        /// Told the block.
        done: oneshot::Sender<Result<Range<i64>, ResponseError>>,
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

    async fn ask<T>(
        &self,
        command: impl FnOnce(oneshot::Sender<Result<T, ResponseError>>) -> Command,
    ) -> Result<T, ResponseError> {
        let (done, answer) = oneshot::channel();
        let gone = |_| ResponseError::NotController;
        self.commands.send(command(done)).await.map_err(|_| ResponseError::NotController)?;
        answer.await.map_err(gone)?
    }

    /// Makes a topic unless it is there, as an internal topic or an auto-created one; returns when its znodes are written.
    ///
    /// # Errors
    /// What Kafka answers, as `INVALID_REPLICATION_FACTOR`; an existing topic is none.
    pub async fn auto_create(
        &self,
        topic: &str,
        partitions: i32,
        replication_factor: i16,
        overrides: BTreeMap<String, String>,
    ) -> Result<(), ResponseError> {
        let topic = topic.to_owned();
        self.ask(|done| Command::AutoCreate { topic, partitions, replication_factor, overrides, done }).await
    }

    /// Reserves the next block of producer ids (`/latest_producer_id_block`).
    ///
    /// # Errors
    /// `NOT_CONTROLLER` and what the coordinator answers.
    pub async fn allocate_producer_ids(&self) -> Result<Range<i64>, ResponseError> {
        self.ask(|done| Command::AllocateProducerIds { done }).await
    }
}
