//! The rounds over all logs: retention, flushes, checkpoints, what goes away; and the end.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use kafka_protocol::ResponseError;

use super::super::log::{LogDirectory, PartitionLog, StorageError, TopicPartition, deleted_kind, now_ms};
use super::maintenance::Task;
use super::manager::ReplicaManager;
use super::parallel::in_parallel;
use crate::{log_error, log_info, log_warn};

const LOG_MANAGER: &str = "kafka.log.LogManager";

impl ReplicaManager {
    /// Does a round; `now` is in milliseconds since 1970 (UTC).
    pub fn perform(&self, task: Task, now: i64) {
        match task {
            Task::Retention | Task::CompactedRetention => self.each_log("retention", |log, high_watermark| {
                if log.config().compact == (task == Task::CompactedRetention) {
                    log.delete_old_segments(high_watermark, now)?;
                }
                Ok(())
            }),
            Task::Flush => self.each_log("flush", |log, _| log.flush_if_due(now)),
            Task::ExpireProducers => self.each_log("producer expiry", |log, _| {
                log.expire_producers(now, self.changing_settings.producer_expiration_ms());
                Ok(())
            }),
            Task::Sweep => {
                self.flush_rolled();
                self.sweep(now);
            }
            Task::CheckpointRecoveryPoints | Task::CheckpointStartOffsets | Task::CheckpointHighWatermarks => {
                self.checkpoint(task)
            }
        }
    }

    fn each_log(&self, what: &str, mut act: impl FnMut(&mut PartitionLog, i64) -> Result<(), StorageError>) {
        for partition in self.partitions() {
            if self.chores.has_failed(&partition.directory()) {
                continue;
            }
            if let Err(error) = partition.with_log(&mut act) {
                let (topic, index, directory) = (partition.topic(), partition.index(), partition.directory());
                let what = format!("Error during {what} of {topic}-{index} in dir {}", directory.display());
                self.chores.failed(&partition.directory(), &what, &error);
            }
        }
    }

    /// Makes the segments durable that take no more appends; the logs go on meanwhile.
    fn flush_rolled(&self) {
        for TopicPartition { topic, index } in self.chores.take_rolled() {
            let Ok(partition) = self.partition(&topic, index) else { continue };
            let flush = partition.with_log(|log, _| log.pending_flush(log.last_segment()));
            match flush.run() {
                Ok(()) => partition.with_log(|log, _| log.flushed(&flush)),
                Err(error) => {
                    let (directory, offset) = (partition.directory(), flush.up_to);
                    let directory = directory.display();
                    let what = format!("Error while flushing log for {topic}-{index} in dir {directory} with offset {offset}");
                    self.chores.failed(&partition.directory(), &what, &error);
                }
            }
        }
    }

    fn sweep(&self, now: i64) {
        for path in self.chores.take_doomed(now) {
            let folder = path.is_dir();
            let removed = if folder { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            match removed {
                Ok(()) if folder => log_info!(LOG_MANAGER, "Deleted log for partition in {}.", path.display()),
                Ok(()) => {
                    let (kind, logger) = deleted_kind(&path).unwrap_or(("file", LOG_MANAGER));
                    log_info!(logger, "Deleted {kind} {}.", path.display());
                }
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => log_warn!(LOG_MANAGER, "Failed to delete {}: {error}", path.display()),
            }
        }
    }

    fn checkpoint(&self, task: Task) {
        let mut offsets: BTreeMap<&Path, BTreeMap<TopicPartition, i64>> = BTreeMap::new();
        let online: Vec<&LogDirectory> = self.online_directories().collect();
        offsets.extend(online.iter().map(|directory| (directory.path(), BTreeMap::new())));
        let mut note = |log: &PartitionLog, high_watermark: i64| {
            let offset = match task {
                Task::CheckpointHighWatermarks => Some(high_watermark),
                Task::CheckpointStartOffsets => Some(log.start_offset()).filter(|start| *start > log.first_segment()),
                _ => Some(log.recovery_point()),
            };
            if let (Some(offset), Some(offsets)) = (offset, offsets.get_mut(log.directory())) {
                offsets.insert(log.partition().clone(), offset);
            }
        };
        for partition in self.partitions() {
            partition.with_log(|log, high_watermark| note(log, high_watermark));
        }
        let state = self.state();
        for (key, log) in &state.unassigned {
            note(log, state.checkpointed.get(key).copied().unwrap_or(0));
        }
        drop(state);
        for directory in online {
            let file = match task {
                Task::CheckpointHighWatermarks => &directory.high_watermarks,
                Task::CheckpointStartOffsets => &directory.start_offsets,
                _ => &directory.recovery_points,
            };
            if let Err(error) = file.write(&offsets.remove(directory.path()).unwrap_or_default()) {
                let what = format!("Error while writing to checkpoint file {}", file.path().display());
                self.chores.failed(directory.path(), &what, &error);
            }
        }
    }

    /// Writes out what a clean stop keeps: everything durable, indexes cut to size, producers, checkpoints, the mark. A directory in
    /// which that fails is not marked.
    pub fn shutdown(&self) {
        let replica_manager = "kafka.server.ReplicaManager";
        log_info!(replica_manager, "[ReplicaManager broker={}] Shutting down", self.settings().broker_id);
        for (name, logger) in [
            ("ReplicaFetcherManager", "kafka.server.ReplicaFetcherManager"),
            ("ReplicaAlterLogDirsManager", "kafka.server.ReplicaAlterLogDirsManager"),
        ] {
            log_info!(logger, "[{name} on broker {}] shutting down", self.settings().broker_id);
            log_info!(logger, "[{name} on broker {}] shutdown completed", self.settings().broker_id);
        }
        self.checkpoint(Task::CheckpointHighWatermarks);
        log_info!(replica_manager, "[ReplicaManager broker={}] Shut down completely", self.settings().broker_id);
        log_info!(LOG_MANAGER, "Shutting down.");
        let now = now_ms();
        let close = |log: &mut PartitionLog| {
            let directory = log.directory().to_owned();
            if self.chores.has_failed(&directory) {
                return;
            }
            if let Err(error) = log.close(now) {
                let what = format!("Error while closing log for {} in dir {}", log.partition(), directory.display());
                self.chores.failed(&directory, &what, &error);
            }
        };
        let threads = self.changing_settings.recovery_threads().max(1) * self.directories.len();
        in_parallel(self.partitions(), threads, |partition| {
            partition.retire(ResponseError::NotLeaderOrFollower);
            partition.with_log(|log, _| close(log));
        });
        self.state().unassigned.values_mut().for_each(close);
        self.checkpoint(Task::CheckpointRecoveryPoints);
        self.checkpoint(Task::CheckpointStartOffsets);
        for directory in self.online_directories() {
            if let Err(error) = directory.set_clean_mark() {
                log_error!(LOG_MANAGER, "{error}");
            }
        }
        log_info!(LOG_MANAGER, "Shutdown complete.");
    }
}
