//! What ZooKeeper counts of a request on its way through its processors, as far as this server has such a stage. Its one queue is counted as
//! that of the first processor; what it does not have (a throttler before it, a hand-over between processors) takes no time.

use tokio::time::Instant;

use super::coordinator::Prepared;
use super::metrics::{Counter, Observed};
use super::run::Core;

impl Core {
    /// A request was prepared: it came at one moment and was begun at another, while so many waited behind it.
    pub(super) fn count_prepared(&mut self, prepared: &Prepared, at: Instant, began: Instant, waiting: usize) {
        if !prepared.is_submitted() {
            return;
        }
        self.counters.add(Counter::Prepared, 1);
        self.counters.add(Counter::Synced, 1);
        let took = began.elapsed().as_millis();
        let summaries = &mut self.statistics.summaries;
        summaries.add(Observed::ThrottleQueueTime, 0_u64);
        summaries.add(Observed::PrepareQueueSize, waiting);
        summaries.add(Observed::PrepareQueueTime, began.duration_since(at).as_millis());
        summaries.add(Observed::PrepareTime, took);
        summaries.add(Observed::HandOverTime, 0_u64);
        if prepared.is_session_end() {
            summaries.add(Observed::CloseSessionPrepareTime, took);
        }
    }

    /// Requests go to the log together, those that change nothing past it.
    pub(super) fn count_synced(&mut self, prepared: &[(Prepared, Option<Instant>)], began: Instant) {
        let submitted = prepared.iter().filter(|(prepared, _)| prepared.is_submitted()).count();
        let summaries = &mut self.statistics.summaries;
        for waiting in (0..submitted).rev() {
            summaries.add(Observed::SyncQueueSize, waiting);
            summaries.add(Observed::SyncQueueTime, began.elapsed().as_millis());
        }
    }

    /// So many transactions are in the log: they were prepared from one moment on, and written from another.
    pub(super) fn count_flushed(&mut self, transactions: usize, began: Instant, writing: Instant) {
        let summaries = &mut self.statistics.summaries;
        summaries.add(Observed::SyncBatch, transactions);
        summaries.add(Observed::SyncFlushTime, writing.elapsed().as_millis());
        for _ in 0..transactions {
            summaries.add(Observed::SyncTime, 0_u64);
            summaries.add(Observed::SyncQueueAndFlushTime, began.elapsed().as_millis());
        }
    }

    /// What the coordinator counted since the last time.
    pub(super) fn count_changes(&mut self) {
        let (queued, removed) = self.coordinator.pending.take_counts();
        self.counters.add(Counter::ChangesQueued, queued);
        self.counters.add(Counter::ChangesRemoved, removed);
        self.counters.add(Counter::ResponseBytes, std::mem::take(&mut self.coordinator.response_bytes));
        self.counters.add(Counter::WatchBytes, std::mem::take(&mut self.coordinator.watch_bytes));
        self.counters.add(Counter::DigestMismatch, self.coordinator.digests.take_mismatches());
    }
}
