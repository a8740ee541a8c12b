//! What becomes of a log directory that failed: its partitions answer `KAFKA_STORAGE_ERROR`, the others go on, and a broker without
//! any directory left ends (`LogManager.handleLogDirFailure`).

use std::path::Path;

use kafka_protocol::ResponseError;

use super::super::log::{LogDirectory, StorageError, TopicPartition};
use super::manager::ReplicaManager;
use crate::engine::log4j::{Level, log};
use crate::{log_info, log_warn};

const REPLICA_MANAGER: &str = "kafka.server.ReplicaManager";
const LOG_MANAGER: &str = "kafka.log.LogManager";

/// What others have to know of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// A directory failed, with these partitions.
    Directory(Vec<TopicPartition>),
    /// The last directory failed; Kafka halts, without a farewell.
    Last,
}

impl ReplicaManager {
    /// The log directories that can be used.
    pub fn online_directories(&self) -> impl Iterator<Item = &LogDirectory> {
        self.directories.iter().filter(|directory| !self.chores.has_failed(directory.path()))
    }

    /// Something failed on a log directory.
    pub fn directory_failed(&self, directory: &LogDirectory, what: &str, error: &StorageError) {
        self.chores.failed(directory.path(), what, error);
    }

    /// Gives up the directories that failed since the last time.
    pub fn handle_failures(&self) -> Vec<Failure> {
        self.chores.take_failed().iter().map(|directory| self.give_up(directory)).collect()
    }

    fn give_up(&self, directory: &Path) -> Failure {
        let (path, prefix) = (directory.display(), format!("[ReplicaManager broker={}]", self.settings().broker_id));
        log_warn!(REPLICA_MANAGER, "{prefix} Stopping serving replicas in dir {path}");
        let mut lost = Vec::new();
        for partition in self.partitions().iter().filter(|partition| partition.directory() == *directory) {
            partition.retire(ResponseError::KafkaStorageError);
            lost.push(TopicPartition::new(partition.topic(), partition.index()));
        }
        lost.sort();
        let names: Vec<String> = lost.iter().map(ToString::to_string).collect();
        for (name, logger) in [
            ("ReplicaFetcherManager", "kafka.server.ReplicaFetcherManager"),
            ("ReplicaAlterLogDirsManager", "kafka.server.ReplicaAlterLogDirsManager"),
        ] {
            let (id, names) = (self.settings().broker_id, names.join(", "));
            log_info!(logger, "[{name} on broker {id}] Removed fetcher for partitions Set({names})");
        }
        let names = names.join(",");
        log_warn!(
            REPLICA_MANAGER,
            "{prefix} Broker {} stopped fetcher for partitions {names} and stopped moving logs for partitions  because they are in the failed log directory {path}.",
            self.settings().broker_id
        );
        log_warn!(LOG_MANAGER, "Stopping serving logs in dir {path}");
        if self.directories.iter().all(|directory| self.chores.has_failed(directory.path())) {
            let all: Vec<String> = self.settings().directories.iter().map(|path| path.display().to_string()).collect();
            let message = format_args!("Shutdown broker because all log dirs in {} have failed", all.join(", "));
            log(Level::Error, LOG_MANAGER, message);
            return Failure::Last;
        }
        log_warn!("kafka.log.LogCleaner", "Stopping cleaning logs in dir {path}");
        self.state().unassigned.retain(|_, log| log.directory() != directory);
        log_warn!(
            LOG_MANAGER,
            "Logs for partitions {names} are offline and logs for future partitions  are offline due to failure on log directory {path}"
        );
        log_warn!(REPLICA_MANAGER, "{prefix} Stopped serving replicas in dir {path}");
        Failure::Directory(lost)
    }
}
