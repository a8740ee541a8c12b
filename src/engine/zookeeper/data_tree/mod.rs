//! The tree of znodes and what transactions do to it. Pure: the same transactions give the same tree.

mod acl_lists;
mod apply;
mod capture;
mod nodes;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use acl_lists::AclLists;
use nodes::Nodes;

use super::data_node::{DataNode, EphemeralType, renewed_ttl_owner};
use super::digest_check::SnapshotDigest;
use super::java_order::PathSet;
use super::protocol::{Acl, OpCode, Stat, StatPersisted, parent_and_name, perms};

pub use capture::{Capture, Captured};
pub use nodes::Children;

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

/// How a tree is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeOptions {
    /// Whether it has a digest (`digest.enabled`); without, the digest stays 0.
    pub digest: bool,
    /// Whether the times to live of a snapshot are read as ZooKeeper 3.5.3 kept them (`emulate353TTLNodes`).
    pub old_ttls: bool,
}

impl Default for TreeOptions {
    fn default() -> Self {
        Self { digest: true, old_ttls: false }
    }
}

/// The tree.
#[derive(Clone, Debug)]
pub struct DataTree {
    options: TreeOptions,
    nodes: Nodes,
    acls: AclLists,
    /// Paths that a quota limits.
    pub(super) quotas: BTreeSet<String>,
    ephemerals: BTreeMap<i64, PathSet>,
    containers: BTreeSet<String>,
    ttls: BTreeSet<String>,
    digest: i64,
    digests: VecDeque<(i64, i64)>,
    last_zxid: i64,
    snapshot_digest: Option<SnapshotDigest>,
    capture: Option<Capture>,
}

impl Default for DataTree {
    fn default() -> Self {
        Self::new()
    }
}

impl DataTree {
    /// The tree of a new server: the root and ZooKeeper's own znodes.
    pub fn new() -> Self {
        Self::with(TreeOptions::default())
    }

    /// The same, kept in this way.
    pub fn with(options: TreeOptions) -> Self {
        let mut tree = Self::empty(options);
        let node = |data: Option<&'static [u8]>| DataNode { data: data.map(Arc::from), ..DataNode::default() };
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
    pub fn empty(options: TreeOptions) -> Self {
        Self {
            options,
            nodes: Nodes::default(),
            acls: AclLists::new(),
            quotas: BTreeSet::new(),
            ephemerals: BTreeMap::new(),
            containers: BTreeSet::new(),
            ttls: BTreeSet::new(),
            digest: 0,
            digests: VecDeque::new(),
            last_zxid: 0,
            snapshot_digest: None,
            capture: None,
        }
    }

    /// Puts a znode of a snapshot in its place; false where its parent is not there.
    pub fn restore(&mut self, path: &str, mut node: DataNode) -> bool {
        node.acl = node.acl.map(|list| self.acls.share(&list));
        if self.options.old_ttls {
            node.stat.ephemeral_owner = renewed_ttl_owner(node.stat.ephemeral_owner);
        }
        let (digest, owner) = (self.digest_of(path, &node), node.stat.ephemeral_owner);
        if path == "/" {
            self.nodes.set_root(node);
        } else {
            let Some((parent_path, name)) = parent_and_name(path) else { return false };
            let Some(parent) = self.nodes.find(parent_path) else { return false };
            self.remove(path, parent, name);
            self.nodes.insert(parent, name, node);
        }
        self.note_owner(path, owner);
        self.digest = self.digest.wrapping_add(digest);
        true
    }

    /// The znode at a path; the empty one is the root as well.
    pub fn node(&self, path: &str) -> Option<&DataNode> {
        self.nodes.find(path).map(|place| self.nodes.at(place))
    }

    /// The list that is equal to this one and shared by all znodes that have it.
    pub fn share_acl(&mut self, list: &[Acl]) -> Arc<[Acl]> {
        self.acls.share(list)
    }

    /// Number of znodes as ZooKeeper counts them: it has the root twice.
    pub fn node_count(&self) -> usize {
        self.nodes.len() + 1
    }

    /// Number of znodes below a path. As in ZooKeeper, which looks for paths that begin with this one and a slash, the root itself counts
    /// where the path is empty.
    pub fn all_children_number(&self, path: &str) -> usize {
        let Some(place) = self.nodes.find(path) else { return 0 };
        let (mut count, mut places) = (usize::from(path.is_empty()), vec![place]);
        while let Some(place) = places.pop() {
            let children = &self.nodes.at(place).children;
            count += children.len();
            places.extend(children.places());
        }
        count
    }

    /// The ephemerals of a session, as ZooKeeper's tree hands them out.
    pub fn ephemerals(&self, session: i64) -> PathSet {
        self.ephemerals.get(&session).map(PathSet::java_clone).unwrap_or_default()
    }

    /// Number of ephemerals.
    pub fn ephemerals_count(&self) -> usize {
        self.ephemerals.values().map(PathSet::len).sum()
    }

    /// Bytes of all paths and data.
    pub fn approximate_data_size(&self) -> usize {
        let mut bytes = 0;
        self.walk(&mut |path, node| bytes += path.len() + node.data_bytes());
        bytes
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
    pub fn sessions_with_ephemerals(&self) -> impl Iterator<Item = (i64, &PathSet)> {
        self.ephemerals.iter().filter(|(_, paths)| !paths.is_empty()).map(|(session, paths)| (*session, paths))
    }

    /// The digests after every 128th transaction, as `hash` tells them: zxid and digest.
    pub fn digests(&self) -> impl Iterator<Item = (i64, i64)> {
        self.digests.iter().copied()
    }

    /// The digest of the whole tree; 0 where it is to have none.
    pub fn digest(&self) -> i64 {
        self.digest
    }

    fn digest_of(&self, path: &str, node: &DataNode) -> i64 {
        if self.options.digest { node.digest(path) } else { 0 }
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
        let mut walk = self.nodes.walk();
        while let Some(node) = walk.advance() {
            visit(if walk.path().is_empty() { "/" } else { walk.path() }, node);
        }
    }

    /// Sets a znode's data and nothing else, as no transaction does.
    pub(super) fn set_data_quietly(&mut self, path: &str, data: &[u8]) {
        if let Some(place) = self.nodes.find(path) {
            self.before_change(path, place);
            self.nodes.at_mut(place).data = Some(data.into());
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
                self.ephemerals.entry(owner).or_default().insert(path);
            }
        }
    }
}
