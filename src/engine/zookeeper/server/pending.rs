//! What prepared and not yet applied transactions will have changed (ZooKeeper's outstanding changes), laid over the tree.

use std::collections::HashMap;
use std::sync::Arc;

use crate::engine::zookeeper::data_tree::DataTree;
use crate::engine::zookeeper::digest::node_digest;
use crate::engine::zookeeper::java_order::PathSet;
use crate::engine::zookeeper::protocol::{Acl, ErrorCode, StatPersisted};

/// What is looked at of a znode when a request is prepared.
#[derive(Clone, Debug)]
pub(super) struct NodeRecord {
    pub(super) stat: StatPersisted,
    pub(super) child_count: usize,
    pub(super) acl: Option<Arc<[Acl]>>,
    pub(super) data: Option<Arc<[u8]>>,
}

impl NodeRecord {
    fn digest(&self, path: &str) -> i64 {
        node_digest(path, self.data.as_deref().unwrap_or_default(), &self.stat)
    }
}

/// The changes by path; `None` is a deleted znode.
#[derive(Debug, Default)]
pub(super) struct Pending {
    records: HashMap<String, Option<NodeRecord>>,
    digest: Option<i64>,
    undo: Option<Undo>,
    /// Changes put since they were last counted, done since then, and under way.
    queued: usize,
    removed: usize,
    waiting: usize,
}

/// What was there before a multi began.
#[derive(Debug)]
struct Undo {
    digest: Option<i64>,
    waiting: usize,
    records: Vec<(String, Option<Option<NodeRecord>>)>,
}

impl Pending {
    /// Everything was applied.
    pub(super) fn clear(&mut self) {
        self.records.clear();
        self.digest = None;
        self.removed += std::mem::take(&mut self.waiting);
    }

    /// The znode as it will be.
    pub(super) fn get(&self, tree: &DataTree, path: &str) -> Result<NodeRecord, ErrorCode> {
        match self.records.get(path) {
            Some(record) => record.clone(),
            None => tree.node(path).map(|node| NodeRecord {
                stat: node.stat,
                child_count: node.children.len(),
                acl: node.acl.clone(),
                data: node.data.clone(),
            }),
        }
        .ok_or(ErrorCode::NoNode)
    }

    /// A transaction changes or creates the znode, or with `None` deletes it.
    pub(super) fn put(&mut self, tree: &DataTree, path: &str, record: Option<NodeRecord>) {
        let before = self.get(tree, path).map_or(0, |record| record.digest(path));
        let after = record.as_ref().map_or(0, |record| record.digest(path));
        self.count();
        self.digest = Some(self.digest(tree).wrapping_sub(before).wrapping_add(after));
        let replaced = self.records.insert(path.to_owned(), record);
        if let Some(undo) = &mut self.undo {
            undo.records.push((path.to_owned(), replaced));
        }
    }

    /// A change is under way, if only that of a version that was looked at.
    pub(super) fn count(&mut self) {
        self.queued += 1;
        self.waiting += 1;
    }

    /// The changes that were put and those that were done since the last time.
    pub(super) fn take_counts(&mut self) -> (usize, usize) {
        (std::mem::take(&mut self.queued), std::mem::take(&mut self.removed))
    }

    /// The digest of the tree as it will be.
    pub(super) fn digest(&self, tree: &DataTree) -> i64 {
        self.digest.unwrap_or(tree.digest())
    }

    /// A multi begins.
    pub(super) fn begin(&mut self) {
        self.undo = Some(Undo { digest: self.digest, waiting: self.waiting, records: Vec::new() });
    }

    /// The multi will be done.
    pub(super) fn keep(&mut self) {
        self.undo = None;
    }

    /// The multi will not be done: everything is as before it.
    pub(super) fn roll_back(&mut self) {
        let Some(undo) = self.undo.take() else { return };
        self.digest = undo.digest;
        self.waiting = undo.waiting;
        for (path, before) in undo.records.into_iter().rev() {
            match before {
                Some(before) => self.records.insert(path, before),
                None => self.records.remove(&path),
            };
        }
    }

    /// The ephemerals that a session will have.
    pub(super) fn ephemerals(&self, tree: &DataTree, session: i64) -> PathSet {
        let mut paths = tree.ephemerals(session);
        let mut created = Vec::new();
        for (path, record) in &self.records {
            match record {
                None => paths.remove(path),
                Some(record) if record.stat.ephemeral_owner == session => created.push((record.stat.czxid, path)),
                Some(_) => {}
            }
        }
        created.sort_unstable();
        created.into_iter().for_each(|(_, path)| paths.insert(path));
        paths
    }
}
