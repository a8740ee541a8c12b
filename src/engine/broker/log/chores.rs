//! What logs leave for later, and for others to do: files to remove once nobody can be reading them, rolled segments to flush, log
//! directories that failed. A round over it costs nothing while there is nothing in it, however many partitions there are.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::StorageError;
use super::names::TopicPartition;
use crate::engine::log4j::{Level, log_caused};
use crate::log_error;

const REPLICA_MANAGER: &str = "kafka.server.ReplicaManager";

/// Files and folders that nobody opens any more and that go away at a time, in milliseconds since 1970 (UTC).
#[derive(Debug)]
struct Doomed {
    at_ms: i64,
    paths: Vec<PathBuf>,
}

#[derive(Debug, Default)]
struct Waiting {
    doomed: Vec<Doomed>,
    rolled: BTreeSet<TopicPartition>,
    /// Every directory that failed, for each is told of once.
    failed: BTreeSet<PathBuf>,
    /// Those that nobody was told of yet.
    untold: Vec<PathBuf>,
}

/// What the logs of a broker leave for later.
#[derive(Debug, Default)]
pub struct Chores {
    waiting: Mutex<Waiting>,
    failure: Notify,
}

impl Chores {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Files or folders are to be removed at `at_ms`, in milliseconds since 1970 (UTC).
    pub fn remove_at(&self, at_ms: i64, paths: Vec<PathBuf>) {
        self.waiting().doomed.push(Doomed { at_ms, paths });
    }

    /// What is to be removed by `now`.
    pub fn take_doomed(&self, now: i64) -> Vec<PathBuf> {
        self.waiting().doomed.extract_if(.., |doomed| doomed.at_ms <= now).flat_map(|doomed| doomed.paths).collect()
    }

    /// The partition has a segment that takes no more appends and is not durable yet.
    pub fn flush_rolled(&self, partition: &TopicPartition) {
        self.waiting().rolled.insert(partition.clone());
    }

    /// The partitions with rolled segments.
    pub fn take_rolled(&self) -> BTreeSet<TopicPartition> {
        std::mem::take(&mut self.waiting().rolled)
    }

    /// Something failed on a log directory; `what` is Kafka's sentence of it. Where it is the system that refused, the directory is given up: nothing that is written
    /// to it from now on could be relied upon.
    pub fn failed(&self, directory: &Path, what: &str, error: &StorageError) {
        let source = match error {
            StorageError::Io { source, .. } if error.fails_directory() => source,
            _ => return log_error!(REPLICA_MANAGER, "{what}: {error}"),
        };
        if !self.waiting().failed.insert(directory.to_owned()) {
            return;
        }
        let reason = source.to_string();
        // Java's text of a system error has no number
        let reason = reason.split_once(" (os error ").map_or(reason.as_str(), |(text, _)| text);
        let logger = "org.apache.kafka.storage.internals.log.LogDirFailureChannel";
        log_caused(Level::Error, logger, format_args!("{what}"), format_args!("java.io.IOException: {reason}"));
        self.waiting().untold.push(directory.to_owned());
        self.failure.notify_one();
    }

    /// Whether a directory was given up.
    pub fn has_failed(&self, directory: &Path) -> bool {
        self.waiting().failed.contains(directory)
    }

    /// The directories that were given up since the last time.
    pub fn take_failed(&self) -> Vec<PathBuf> {
        std::mem::take(&mut self.waiting().untold)
    }

    /// Waits until [`Self::take_failed`] may have something.
    pub async fn failure(&self) {
        self.failure.notified().await;
    }
}
