//! The tree of znodes and what transactions do to it. Pure: the same transactions give the same tree.

mod apply;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use bytes::Bytes;

use super::data_node::{DataNode, EphemeralType};
use super::digest_check::SnapshotDigest;
use super::protocol::{Acl, OpCode, Stat, StatPersisted, parent_and_name, perms};

/// A change that watches may wait for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A znode was created.
    Created(String),
    /// A znode was deleted.
    Deleted(String),
    /// A znode's data was set.
    DataChanged(String),
}

/// What came of a transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TxnResult {
    /// The error code; 0 where it was applied.
    pub err: i32,
    /// The operation.
    pub op: Option<OpCode>,
    /// The znode.
    pub path: String,
    /// Its statistics, where the operation answers with them.
    pub stat: Option<Stat>,
    /// Results of the parts of a multi.
    pub parts: Vec<TxnResult>,
}

/// The tree.
#[derive(Clone, Debug)]
pub struct DataTree {
    /// By path; the root is `/`.
    pub(super) nodes: HashMap<Box<str>, DataNode>,
    /// Paths that a quota limits.
    pub(super) quotas: BTreeSet<String>,
    ephemerals: BTreeMap<i64, BTreeSet<String>>,
    containers: BTreeSet<String>,
    ttls: BTreeSet<String>,
    digest: i64,
    digests: VecDeque<(i64, i64)>,
    last_zxid: i64,
    snapshot_digest: Option<SnapshotDigest>,
}

impl Default for DataTree {
    fn default() -> Self {
        Self::new()
    }
}

impl DataTree {
    /// The tree of a new server: the root and ZooKeeper's own znodes.
    pub fn new() -> Self {
        let mut tree = Self::empty();
        let node = |data: Option<&'static [u8]>| DataNode {
            data: data.map(Bytes::from_static),
            acl: None,
            stat: StatPersisted::default(),
            children: BTreeSet::new(),
        };
        let read_only: Arc<[Acl]> = Acl::open_unsafe().into_iter().map(|acl| Acl { perms: perms::READ, ..acl }).collect();
        let config = DataNode {
            acl: Some(read_only),
            stat: StatPersisted { aversion: -1, ..StatPersisted::default() },
            ..node(Some(b""))
        };
        tree.restore("/", node(Some(b"")));
        tree.restore("/zookeeper", node(Some(b"")));
        tree.restore("/zookeeper/config", config);
        tree.restore("/zookeeper/quota", node(Some(b"")));
        tree
    }

    /// A tree without a root, to be filled by [`DataTree::restore`].
    pub fn empty() -> Self {
        Self {
            nodes: HashMap::new(),
            quotas: BTreeSet::new(),
            ephemerals: BTreeMap::new(),
            containers: BTreeSet::new(),
            ttls: BTreeSet::new(),
            digest: 0,
            digests: VecDeque::new(),
            last_zxid: 0,
            snapshot_digest: None,
        }
    }

    /// Puts a znode of a snapshot in its place; false where its parent is not there.
    pub fn restore(&mut self, path: &str, node: DataNode) -> bool {
        if path != "/" {
            let Some((parent, name)) = parent_and_name(path) else { return false };
            let Some(parent) = self.nodes.get_mut(parent) else { return false };
            parent.children.insert(name.into());
        }
        self.note_owner(path, node.stat.ephemeral_owner);
        self.digest = self.digest.wrapping_add(node.digest(path));
        self.nodes.insert(path.into(), node);
        true
    }

    /// The znode at a path; the empty one is the root as well.
    pub fn node(&self, path: &str) -> Option<&DataNode> {
        self.nodes.get(if path.is_empty() { "/" } else { path })
    }

    /// Number of znodes as ZooKeeper counts them: it has the root twice.
    pub fn node_count(&self) -> usize {
        self.nodes.len() + 1
    }

    /// Number of znodes below a path.
    pub fn all_children_number(&self, path: &str) -> usize {
        if path == "/" {
            return self.nodes.len() - 1;
        }
        let prefix = format!("{path}/");
        self.nodes.keys().filter(|path| path.starts_with(&prefix)).count()
    }

    /// The ephemerals of a session, in order of their paths.
    pub fn ephemerals(&self, session: i64) -> impl Iterator<Item = &String> {
        self.ephemerals.get(&session).into_iter().flatten()
    }

    /// Number of ephemerals.
    pub fn ephemerals_count(&self) -> usize {
        self.ephemerals.values().map(BTreeSet::len).sum()
    }

    /// Bytes of all paths and data.
    pub fn approximate_data_size(&self) -> usize {
        self.nodes.iter().map(|(path, node)| path.len() + node.data.as_ref().map_or(0, Bytes::len)).sum()
    }

    /// The containers.
    pub fn containers(&self) -> impl Iterator<Item = &String> {
        self.containers.iter()
    }

    /// The znodes with a time to live.
    pub fn ttls(&self) -> impl Iterator<Item = &String> {
        self.ttls.iter()
    }

    /// The sessions that have ephemerals, with them.
    pub fn sessions_with_ephemerals(&self) -> impl Iterator<Item = (i64, &BTreeSet<String>)> {
        self.ephemerals.iter().filter(|(_, paths)| !paths.is_empty()).map(|(session, paths)| (*session, paths))
    }

    /// The digests after every 128th transaction, as `hash` tells them: zxid and digest.
    pub fn digests(&self) -> impl Iterator<Item = (i64, i64)> {
        self.digests.iter().copied()
    }

    /// The digest of the whole tree.
    pub fn digest(&self) -> i64 {
        self.digest
    }

    /// The last transaction that was applied.
    pub fn last_zxid(&self) -> i64 {
        self.last_zxid
    }

    /// Says that the tree, restored from a snapshot, holds everything up to this transaction.
    pub fn set_last_zxid(&mut self, zxid: i64) {
        self.last_zxid = zxid;
    }

    /// What the snapshot that the tree was restored from says of its digest; it is told once.
    pub fn take_snapshot_digest(&mut self) -> Option<SnapshotDigest> {
        self.snapshot_digest.take()
    }

    /// What stands at the end of the snapshot that the tree is restored from.
    pub fn set_snapshot_digest(&mut self, digest: SnapshotDigest) {
        self.snapshot_digest = Some(digest);
    }

    /// The znodes, each parent before its children.
    pub fn walk(&self, visit: &mut impl FnMut(&str, &DataNode)) {
        let mut paths = vec!["/".to_owned()];
        while let Some(path) = paths.pop() {
            let Some(node) = self.nodes.get(path.as_str()) else { continue };
            visit(&path, node);
            let prefix = if path == "/" { "" } else { &path };
            paths.extend(node.children.iter().rev().map(|child| format!("{prefix}/{child}")));
        }
    }

    pub(super) fn note_owner(&mut self, path: &str, owner: i64) {
        match EphemeralType::of(owner) {
            EphemeralType::Void => {}
            EphemeralType::Container => {
                self.containers.insert(path.to_owned());
            }
            EphemeralType::Ttl(_) => {
                self.ttls.insert(path.to_owned());
            }
            EphemeralType::Normal => {
                self.ephemerals.entry(owner).or_default().insert(path.to_owned());
            }
        }
    }
}
