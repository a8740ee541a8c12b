//! What the storage does by the clock: retention, flushes, checkpoints, the removal of what was deleted. The schedule is a pure
//! function of the time; the task that drives it is thin.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::super::log::now_ms;
use super::failure::Failure;
use super::manager::ReplicaManager;
use super::settings::StorageSettings;
use crate::net::Shutdown;

/// A round over the logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Delete segments that have had their time, of topics that are not compacted.
    Retention,
    /// The same of topics that are compacted as well; in Kafka the log cleaner does it.
    CompactedRetention,
    /// Flush logs whose `flush.ms` has passed.
    Flush,
    /// Write `recovery-point-offset-checkpoint`.
    CheckpointRecoveryPoints,
    /// Write `log-start-offset-checkpoint`.
    CheckpointStartOffsets,
    /// Write `replication-offset-checkpoint`.
    CheckpointHighWatermarks,
    /// Forget producers that were silent for too long.
    ExpireProducers,
    /// Remove the files and folders of what was deleted.
    Sweep,
}

/// How often files are looked for whose `file.delete.delay.ms` is over, in milliseconds.
const SWEEP_MS: i64 = 1_000;
/// How long Kafka waits after the start before its first rounds, in milliseconds.
const INITIAL_DELAY_MS: i64 = 30_000;

/// When each [`Task`] comes next.
#[derive(Clone, Debug)]
pub struct Schedule {
    entries: Vec<(Task, i64, i64)>,
}

impl Schedule {
    /// The schedule of a broker that starts at `now`, in milliseconds since 1970 (UTC).
    pub fn new(settings: &StorageSettings, now: i64) -> Self {
        let entry = |task, period: i64, delay: i64| (task, period.max(1), now.saturating_add(delay));
        let compacted = settings.cleaner_backoff_ms.map(|ms| entry(Task::CompactedRetention, ms, ms));
        Self {
            entries: vec![
                entry(Task::Retention, settings.retention_check_ms, INITIAL_DELAY_MS),
                entry(Task::Flush, settings.flush_check_ms, settings.flush_check_ms),
                entry(Task::CheckpointRecoveryPoints, settings.recovery_point_checkpoint_ms, INITIAL_DELAY_MS),
                entry(Task::CheckpointStartOffsets, settings.start_offset_checkpoint_ms, INITIAL_DELAY_MS),
                entry(
                    Task::CheckpointHighWatermarks,
                    settings.high_watermark_checkpoint_ms,
                    settings.high_watermark_checkpoint_ms,
                ),
                entry(Task::ExpireProducers, settings.producer_expiration_check_ms, settings.producer_expiration_check_ms),
                entry(Task::Sweep, SWEEP_MS, SWEEP_MS),
            ]
            .into_iter()
            .chain(compacted)
            .collect(),
        }
    }

    /// The tasks whose time has come; they are due again a period from now.
    pub fn due(&mut self, now: i64) -> Vec<Task> {
        let mut tasks = Vec::new();
        for (task, period, next) in &mut self.entries {
            if *next <= now {
                *next = now.saturating_add(*period);
                tasks.push(*task);
            }
        }
        tasks
    }

    /// When the next task comes.
    pub fn next(&self) -> i64 {
        self.entries.iter().map(|(_, _, next)| *next).min().unwrap_or(i64::MAX)
    }
}

impl ReplicaManager {
    /// Does the rounds until the broker stops, and tells of directories that fail.
    pub async fn run(self: Arc<Self>, shutdown: Shutdown, failures: mpsc::UnboundedSender<Failure>) {
        let manager = Arc::clone(&self);
        // without it the moves begin anew when they are asked for again
        let _ = tokio::task::spawn_blocking(move || manager.resume_moves()).await;
        let mut schedule = Schedule::new(self.settings(), now_ms());
        loop {
            let wait = u64::try_from(schedule.next().saturating_sub(now_ms())).unwrap_or(0);
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = self.chores.failure() => {
                    for failure in self.handle_failures() {
                        // a broker that ends hears of nothing more
                        let _ = failures.send(failure);
                    }
                    continue;
                }
                () = tokio::time::sleep(Duration::from_millis(wait)) => {}
            }
            let now = now_ms();
            let tasks = schedule.due(now);
            let manager = Arc::clone(&self);
            // a round may wait for the disk
            let round = tokio::task::spawn_blocking(move || tasks.into_iter().for_each(|task| manager.perform(task, now)));
            if round.await.is_err() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_come_by_the_clock_and_again() {
        let mut schedule = Schedule::new(&StorageSettings::of(0, Vec::new()), 0);
        assert_eq!((schedule.next(), schedule.due(999)), (1000, vec![]));
        assert_eq!(schedule.due(1000), [Task::Sweep]);
        assert_eq!(schedule.due(5000), [Task::CheckpointHighWatermarks, Task::Sweep]);
        let late = schedule.due(30_000);
        assert!(late.contains(&Task::Retention) && late.contains(&Task::CheckpointRecoveryPoints), "{late:?}");
        assert!(!late.contains(&Task::Flush), "the default never flushes by time");
        assert_eq!(schedule.due(30_001), []);
    }
}
