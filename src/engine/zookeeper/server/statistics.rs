//! What was counted of the server and of each connection, since the start or the last reset.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use serde_json::{Value, json};

use super::coordinator::Answered;
use super::metrics::{Counters, Observed, Summaries, Summary};
use crate::engine::zookeeper::data_node::DataNode;
use crate::engine::zookeeper::data_tree::{Change, DataTree};
use crate::engine::zookeeper::watch::ConnectionId;

/// The names in the tree's first level whose traffic is counted apart.
const NAMESPACES_MAX: usize = 1000;

/// The figures of the server.
#[derive(Debug)]
pub(super) struct Statistics {
    pub(super) received: u64,
    pub(super) sent: u64,
    pub(super) latency: Summary,
    pub(super) responses: ResponseSizes,
    pub(super) summaries: Summaries,
}

/// Bytes of the last, shortest and longest response; -1 before the first.
#[derive(Clone, Copy, Debug)]
pub(super) struct ResponseSizes {
    pub(super) last: i64,
    pub(super) min: i64,
    pub(super) max: i64,
}

impl Statistics {
    pub(super) fn new() -> Self {
        Self {
            received: 0,
            sent: 0,
            latency: Summary::default(),
            responses: ResponseSizes { last: -1, min: -1, max: -1 },
            summaries: Summaries::new(),
        }
    }

    /// `srst`: everything begins anew.
    pub(super) fn reset(&mut self, counters: &Counters) {
        self.summaries.reset(counters);
        *self = Self::new();
    }

    pub(super) fn answered(&mut self, answered: &Answered, latency_ms: u64) {
        self.latency.add(latency_ms);
        let kind = if answered.is_write { Observed::UpdateLatency } else { Observed::ReadLatency };
        self.summaries.add(kind, latency_ms);
    }

    /// A word came, and so many pieces of text went out.
    pub(super) fn talked(&mut self, pieces: u64) {
        self.received += 1;
        self.sent += pieces;
    }

    /// A frame goes out; `bytes` is its length without the four bytes that say it.
    pub(super) fn sent(&mut self, bytes: usize) {
        self.sent += 1;
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        let sizes = &mut self.responses;
        sizes.last = bytes;
        sizes.max = sizes.max.max(bytes);
        sizes.min = if sizes.min == -1 { bytes } else { sizes.min.min(bytes) };
    }
}

impl ResponseSizes {
    pub(super) fn json(self) -> Value {
        json!({ "last_buffer_size": self.last, "min_buffer_size": self.min, "max_buffer_size": self.max })
    }
}

/// The figures of one connection.
#[derive(Debug)]
pub(super) struct ConnectionStatistics {
    pub(super) address: SocketAddr,
    pub(super) received: u64,
    pub(super) sent: u64,
    /// Requests that were done and will never be answered; ZooKeeper counts them as waiting for ever.
    pub(super) unanswered: u64,
    /// Ms since 1970.
    pub(super) established_ms: i64,
    /// When something last came, in ms of the server's clock.
    pub(super) heard_ms: i64,
    pub(super) last: LastAnswer,
    pub(super) latency: Summary,
}

/// The last request that was answered.
#[derive(Clone, Copy, Debug)]
pub(super) struct LastAnswer {
    pub(super) operation: &'static str,
    pub(super) cxid: i64,
    pub(super) zxid: i64,
    /// In ms of the server's clock.
    pub(super) at_ms: i64,
    pub(super) latency_ms: u64,
}

const NO_ANSWER: LastAnswer = LastAnswer { operation: "NA", cxid: -1, zxid: -1, at_ms: 0, latency_ms: 0 };

impl ConnectionStatistics {
    pub(super) fn new(address: SocketAddr, wall_ms: i64, elapsed_ms: i64) -> Self {
        Self {
            address,
            received: 0,
            sent: 0,
            unanswered: 0,
            established_ms: wall_ms,
            heard_ms: elapsed_ms,
            last: NO_ANSWER,
            latency: Summary::default(),
        }
    }

    /// `crst`: what was counted begins anew.
    pub(super) fn reset(&mut self) {
        (self.received, self.sent, self.last, self.latency) = (0, 0, NO_ANSWER, Summary::default());
    }

    pub(super) fn answered(&mut self, answered: &Answered, zxid: i64, at_ms: i64, latency_ms: u64) {
        // pings and the like have numbers below zero
        let cxid = if answered.xid >= 0 { i64::from(answered.xid) } else { self.last.cxid };
        self.last = LastAnswer { operation: answered.operation, cxid, zxid, at_ms, latency_ms };
        self.latency.add(latency_ms);
    }
}

/// Bytes read and written below each znode of the first level.
#[derive(Debug, Default)]
pub(super) struct Namespaces {
    read: BTreeMap<String, Summary>,
    written: BTreeMap<String, Summary>,
}

impl Namespaces {
    pub(super) fn read(&mut self, path: &str, bytes: usize) {
        note(&mut self.read, path, bytes);
    }

    /// A transaction was applied.
    pub(super) fn changed(&mut self, tree: &DataTree, changes: &[Change]) {
        for change in changes {
            let (Change::Created(path) | Change::Deleted(path) | Change::DataChanged(path)) = change;
            note(&mut self.written, path, tree.node(path).map_or(0, DataNode::data_bytes));
        }
    }

    /// What was counted begins anew; the names stay.
    pub(super) fn reset(&mut self) {
        self.read.values_mut().chain(self.written.values_mut()).for_each(|summary| *summary = Summary::default());
    }

    pub(super) fn figures(&self, figures: &mut Vec<(String, Value)>) {
        for (kind, all) in [("read", &self.read), ("write", &self.written)] {
            for (name, summary) in all {
                summary.figures(&format!("{name}_{kind}_per_namespace"), figures);
            }
        }
    }
}

fn note(all: &mut BTreeMap<String, Summary>, path: &str, bytes: usize) {
    let Some(name) = path.split('/').nth(1).filter(|name| !name.is_empty()) else { return };
    if let Some(summary) = all.get_mut(name) {
        summary.add((path.len() + bytes) as u64);
    } else if all.len() < NAMESPACES_MAX {
        let mut summary = Summary::default();
        summary.add((path.len() + bytes) as u64);
        all.insert(name.to_owned(), summary);
    }
}

/// The figures of all connections, by connection.
pub(super) type Connections = BTreeMap<ConnectionId, ConnectionStatistics>;
