//! Metrics as ZooKeeper's `DefaultMetricsProvider` keeps them: counters, and summaries with and without percentiles.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use crate::catalog::zookeeper::{MetricKind, metrics};
use crate::engine::zookeeper::protocol::EventType;

/// The values of which percentiles are made: the last of them.
const SAMPLES_MAX: usize = 4096;

macro_rules! named {
    ($(#[$doc:meta])* $kind:ident { $($variant:ident $name:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum $kind { $($variant,)* }

        impl $kind {
            const NAMES: &[&str] = &[$($name,)*];
        }
    };
}

named! {
    /// The counters that this server has occasion to count; the others of ZooKeeper stay 0.
    Counter {
        BytesReceived "bytes_received_count",
        ChangesQueued "outstanding_changes_queued",
        ChangesRemoved "outstanding_changes_removed",
        ConnectionDropped "connection_drop_count",
        ConnectionRejected "connection_rejected",
        ConnectionRequested "connection_request_count",
        ConnectionRevalidated "connection_revalidate_count",
        DigestMismatch "digest_mismatches_count",
        LargeRequestRejected "large_requests_rejected",
        Prepared "prep_processor_request_queued",
        ResponseBytes "response_bytes",
        SessionlessExpired "sessionless_connections_expired",
        SessionExpired "stale_sessions_expired",
        Synced "sync_processor_request_queued",
        Throttled "throttled_ops",
        WatchBytes "watch_bytes",
    }
}

named! {
    /// The summaries that this server has occasion to fill.
    Observed {
        CloseSessionPrepareTime "close_session_prep_time",
        ConnectionTokenDeficit "connection_token_deficit",
        DatabaseInit "dbinittime",
        Fsync "fsynctime",
        HandOverTime "proposal_process_time",
        NodeChanged "node_changed_watch_count",
        NodeChildren "node_children_watch_count",
        NodeCreated "node_created_watch_count",
        NodeDeleted "node_deleted_watch_count",
        PrepareQueueSize "prep_processor_queue_size",
        PrepareQueueTime "prep_processor_queue_time_ms",
        PrepareTime "prep_process_time",
        Propagation "propagation_latency",
        ReadLatency "readlatency",
        Snapshot "snapshottime",
        SnapshotLoad "startup_snap_load_time",
        SyncBatch "sync_processor_batch_size",
        SyncFlushTime "sync_processor_queue_flush_time_ms",
        SyncQueueAndFlushTime "sync_processor_queue_and_flush_time_ms",
        SyncQueueSize "sync_processor_queue_size",
        SyncQueueTime "sync_processor_queue_time_ms",
        SyncTime "sync_process_time",
        ThrottleQueueTime "request_throttle_queue_time_ms",
        TransactionsLoaded "startup_txns_loaded",
        TransactionsLoad "startup_txns_load_time",
        UpdateLatency "updatelatency",
    }
}

impl Observed {
    /// How many hear of an event.
    pub(super) fn of(event: EventType) -> Self {
        match event {
            EventType::NodeCreated => Self::NodeCreated,
            EventType::NodeDeleted => Self::NodeDeleted,
            EventType::NodeChildrenChanged => Self::NodeChildren,
            _ => Self::NodeChanged,
        }
    }
}

/// Counters that every task of the server adds to.
#[derive(Debug)]
pub(super) struct Counters([AtomicU64; Counter::NAMES.len()]);

impl Counters {
    pub(super) fn new() -> Self {
        Self(std::array::from_fn(|_| AtomicU64::new(0)))
    }

    pub(super) fn add(&self, counter: Counter, value: usize) {
        self.0[counter as usize].fetch_add(value as u64, Ordering::Relaxed);
    }

    fn get(&self, name: &str) -> u64 {
        let at = Counter::NAMES.iter().position(|known| *known == name);
        at.map_or(0, |at| self.0[at].load(Ordering::Relaxed))
    }

    fn reset(&self) {
        self.0.iter().for_each(|counter| counter.store(0, Ordering::Relaxed));
    }
}

/// What was observed of one thing.
#[derive(Clone, Debug, Default)]
pub(super) struct Summary {
    count: u64,
    sum: u64,
    min: Option<u64>,
    max: u64,
    /// The last values, where percentiles are asked for.
    samples: Option<VecDeque<u64>>,
}

impl Summary {
    pub(super) fn add(&mut self, value: u64) {
        self.count += 1;
        self.sum = self.sum.saturating_add(value);
        self.min = Some(self.min.map_or(value, |min| min.min(value)));
        self.max = self.max.max(value);
        if let Some(samples) = &mut self.samples {
            if samples.len() == SAMPLES_MAX {
                samples.pop_front();
            }
            samples.push_back(value);
        }
    }

    /// The average with four digits.
    #[expect(clippy::cast_precision_loss, reason = "an average is shown with four digits")]
    pub(super) fn average(&self) -> f64 {
        let average = self.sum as f64 / self.count.max(1) as f64;
        (average * 10_000.0).round() / 10_000.0
    }

    /// The average without a fraction.
    pub(super) fn whole_average(&self) -> u64 {
        self.sum / self.count.max(1)
    }

    pub(super) fn min(&self) -> u64 {
        self.min.unwrap_or(0)
    }

    pub(super) fn max(&self) -> u64 {
        self.max
    }

    /// Its figures under `name`.
    pub(super) fn figures(&self, name: &str, figures: &mut Vec<(String, Value)>) {
        figures.push((format!("avg_{name}"), json!(self.average())));
        for (prefix, value) in [("min", self.min()), ("max", self.max), ("cnt", self.count), ("sum", self.sum)] {
            figures.push((format!("{prefix}_{name}"), json!(value)));
        }
        if let Some(samples) = &self.samples {
            let mut sorted: Vec<u64> = samples.iter().copied().collect();
            sorted.sort_unstable();
            for (prefix, per_mille) in [("p50", 500), ("p95", 950), ("p99", 990), ("p999", 999)] {
                figures.push((format!("{prefix}_{name}"), json!(percentile(&sorted, per_mille))));
            }
        }
    }
}

/// The value that this share of the sorted ones does not exceed, per mille.
fn percentile(sorted: &[u64], per_mille: usize) -> u64 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0 };
    sorted[(per_mille * sorted.len()).div_ceil(1000).saturating_sub(1).min(last)]
}

/// The summaries of ZooKeeper in its order, which only the core fills.
#[derive(Clone, Debug)]
pub(super) struct Summaries(HashMap<&'static str, Summary>);

impl Summaries {
    pub(super) fn new() -> Self {
        let all = metrics().iter().filter(|(_, kind)| *kind != MetricKind::Counter);
        let empty = |kind| Summary { samples: (kind == MetricKind::Percentiles).then(VecDeque::new), ..Summary::default() };
        Self(all.map(|(name, kind)| (*name, empty(*kind))).collect())
    }

    pub(super) fn add(&mut self, observed: Observed, value: impl TryInto<u64>) {
        if let Some(summary) = self.0.get_mut(Observed::NAMES[observed as usize]) {
            summary.add(value.try_into().unwrap_or(u64::MAX));
        }
    }

    /// Everything is counted anew.
    pub(super) fn reset(&mut self, counters: &Counters) {
        *self = Self::new();
        counters.reset();
    }

    /// Every metric of ZooKeeper in its order.
    pub(super) fn figures(&self, counters: &Counters) -> Vec<(String, Value)> {
        let mut figures = Vec::new();
        for (name, _) in metrics() {
            match self.0.get(name) {
                Some(summary) => summary.figures(name, &mut figures),
                None => figures.push(((*name).to_owned(), json!(counters.get(name)))),
            }
        }
        figures
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_a_metric_of_zookeeper() {
        let kind = |name: &str| metrics().iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind);
        assert!(Counter::NAMES.iter().all(|name| kind(name) == Some(MetricKind::Counter)));
        assert!(Observed::NAMES.iter().all(|name| kind(name).is_some_and(|kind| kind != MetricKind::Counter)));
    }

    #[test]
    fn a_summary_has_the_figures_of_its_values() {
        let (mut summaries, counters) = (Summaries::new(), Counters::new());
        for value in 1..=10_u64 {
            summaries.add(Observed::UpdateLatency, value);
        }
        counters.add(Counter::BytesReceived, 7);
        let figures = summaries.figures(&counters);
        let get = |name: &str| figures.iter().find(|(known, _)| known == name).map(|(_, value)| value.to_string());
        for (name, expected) in [
            ("avg_updatelatency", "5.5"),
            ("cnt_updatelatency", "10"),
            ("min_updatelatency", "1"),
            ("p50_updatelatency", "5"),
            ("p999_updatelatency", "10"),
            ("avg_election_time", "0.0"),
            ("bytes_received_count", "7"),
            ("looking_count", "0"),
        ] {
            assert_eq!(get(name).as_deref(), Some(expected), "{name}");
        }
    }
}
