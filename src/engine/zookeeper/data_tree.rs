//! The tree of znodes and what transactions do to it. Pure: the same transactions give the same tree.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use bytes::Bytes;

use super::data_node::{CONTAINER_OWNER, DataNode, EphemeralType, created_stat, ttl_owner};
use super::protocol::{Acl, ErrorCode, OpCode, Stat, StatPersisted, TxnHeader, parent_and_name, perms};
use super::quota::length;
use super::txn::Txn;

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
    last_zxid: i64,
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
            last_zxid: 0,
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

    /// Applies a transaction; what watches may wait for is added to `changes` in its order.
    pub fn apply(&mut self, header: &TxnHeader, txn: &Txn, changes: &mut Vec<Change>) -> TxnResult {
        let op = OpCode::from_code(header.txn_type);
        let result = self.apply_part(header, op, txn, changes);
        self.last_zxid = self.last_zxid.max(header.zxid);
        result
    }

    fn apply_part(&mut self, header: &TxnHeader, op: Option<OpCode>, txn: &Txn, changes: &mut Vec<Change>) -> TxnResult {
        let mut result = TxnResult { op, ..TxnResult::default() };
        let done = match txn {
            Txn::Create(txn) => {
                result.path.clone_from(&txn.path);
                let owner = if txn.ephemeral { header.client_id } else { 0 };
                self.create(header, &txn.path, &txn.data, &txn.acl, owner, txn.parent_cversion, changes)
            }
            Txn::CreateTtl(txn) => {
                result.path.clone_from(&txn.path);
                let owner = ttl_owner(txn.ttl);
                self.create(header, &txn.path, &txn.data, &txn.acl, owner, txn.parent_cversion, changes)
            }
            Txn::CreateContainer(txn) => {
                result.path.clone_from(&txn.path);
                self.create(header, &txn.path, &txn.data, &txn.acl, CONTAINER_OWNER, txn.parent_cversion, changes)
            }
            Txn::Delete(txn) => {
                result.path.clone_from(&txn.path);
                self.delete(header.zxid, &txn.path, changes).map(|()| None)
            }
            Txn::SetData(txn) => {
                result.path.clone_from(&txn.path);
                let before = self.node(&txn.path).map_or(0, |node| length(node.data.as_deref()));
                let set = self.change(&txn.path, |node| {
                    node.data.clone_from(&txn.data);
                    node.stat.mtime = header.time;
                    node.stat.mzxid = header.zxid;
                    node.stat.version = txn.version;
                });
                set.inspect(|_| {
                    self.quota_changed(&txn.path, length(txn.data.as_deref()) - before, 0);
                    changes.push(Change::DataChanged(txn.path.clone()));
                })
            }
            Txn::SetAcl(txn) => {
                result.path.clone_from(&txn.path);
                self.change(&txn.path, |node| {
                    node.acl = Some(txn.acl.clone().into());
                    node.stat.aversion = txn.version;
                })
            }
            Txn::Check(txn) => {
                result.path.clone_from(&txn.path);
                Ok(None)
            }
            Txn::CreateSession(_) => Ok(None),
            Txn::CloseSession(txn) => {
                let listed = txn.as_ref().map(|txn| txn.paths_to_delete.as_slice()).unwrap_or_default();
                self.close_session(header, listed, changes);
                Ok(None)
            }
            Txn::Error(txn) => {
                result.err = txn.err;
                Ok(None)
            }
            Txn::Multi(parts) => {
                result.parts = self.apply_multi(header, parts, changes);
                result.err = result.parts.iter().map(|part| part.err).find(|err| *err != 0).unwrap_or(0);
                Ok(None)
            }
        };
        match done {
            Ok(stat) => result.stat = stat,
            Err(code) => result.err = code.code(),
        }
        result
    }

    /// A multi with an error in it changes nothing: what stands before the error becomes `Ok`, what stands after it
    /// `RuntimeInconsistency`.
    fn apply_multi(&mut self, header: &TxnHeader, parts: &[(OpCode, Txn)], changes: &mut Vec<Change>) -> Vec<TxnResult> {
        let failed = parts.iter().any(|(op, _)| *op == OpCode::Error);
        let mut after_error = false;
        let mut results = Vec::with_capacity(parts.len());
        for (op, txn) in parts {
            after_error |= *op == OpCode::Error;
            if failed && *op != OpCode::Error {
                let code = if after_error { ErrorCode::RuntimeInconsistency } else { ErrorCode::Ok };
                results.push(TxnResult { err: code.code(), op: Some(OpCode::Error), ..TxnResult::default() });
            } else {
                results.push(self.apply_part(header, Some(*op), txn, changes));
            }
        }
        results
    }

    #[expect(clippy::too_many_arguments, reason = "the three kinds of create differ in the owner alone")]
    fn create(
        &mut self,
        header: &TxnHeader,
        path: &str,
        data: &Option<Bytes>,
        acl: &[Acl],
        owner: i64,
        parent_cversion: i32,
        changes: &mut Vec<Change>,
    ) -> Result<Option<Stat>, ErrorCode> {
        let (parent_path, name) = parent_and_name(path).ok_or(ErrorCode::NoNode)?;
        let parent = self.nodes.get_mut(parent_path).ok_or(ErrorCode::NoNode)?;
        let exists = parent.children.contains(name);
        let before = parent.digest(parent_path);
        let cversion = if parent_cversion == -1 { parent.stat.cversion.wrapping_add(1) } else { parent_cversion };
        // when the log is read again from a snapshot that already holds this, nothing goes back
        if cversion > parent.stat.cversion {
            parent.stat.cversion = cversion;
            parent.stat.pzxid = header.zxid;
        }
        self.digest = self.digest.wrapping_add(parent.digest(parent_path).wrapping_sub(before));
        if exists {
            return Err(ErrorCode::NodeExists);
        }
        parent.children.insert(name.into());
        let stat = created_stat(header.zxid, header.time, owner);
        let node = DataNode { data: data.clone(), acl: Some(acl.into()), stat, children: BTreeSet::new() };
        let client_stat = node.client_stat();
        self.digest = self.digest.wrapping_add(node.digest(path));
        self.nodes.insert(path.into(), node);
        self.note_owner(path, owner);
        self.quota_created(path, length(data.as_deref()));
        changes.push(Change::Created(path.to_owned()));
        Ok(Some(client_stat))
    }

    fn delete(&mut self, zxid: i64, path: &str, changes: &mut Vec<Change>) -> Result<(), ErrorCode> {
        let (parent_path, name) = parent_and_name(path).ok_or(ErrorCode::NoNode)?;
        let parent = self.nodes.get_mut(parent_path).ok_or(ErrorCode::NoNode)?;
        let before = parent.digest(parent_path);
        parent.children.remove(name);
        parent.stat.pzxid = parent.stat.pzxid.max(zxid);
        self.digest = self.digest.wrapping_add(parent.digest(parent_path).wrapping_sub(before));
        let node = self.nodes.remove(path).ok_or(ErrorCode::NoNode)?;
        self.digest = self.digest.wrapping_sub(node.digest(path));
        self.containers.remove(path);
        self.ttls.remove(path);
        if let Some(owned) = self.ephemerals.get_mut(&node.stat.ephemeral_owner) {
            owned.remove(path);
        }
        self.quota_deleted(path, length(node.data.as_deref()));
        changes.push(Change::Deleted(path.to_owned()));
        Ok(())
    }

    fn change(&mut self, path: &str, change: impl FnOnce(&mut DataNode)) -> Result<Option<Stat>, ErrorCode> {
        let node = self.nodes.get_mut(path).ok_or(ErrorCode::NoNode)?;
        let before = node.digest(path);
        change(node);
        self.digest = self.digest.wrapping_add(node.digest(path).wrapping_sub(before));
        Ok(Some(node.client_stat()))
    }

    fn close_session(&mut self, header: &TxnHeader, listed: &[String], changes: &mut Vec<Change>) {
        let mut owned = self.ephemerals.remove(&header.client_id).unwrap_or_default();
        for path in listed {
            owned.remove(path);
            // it may be gone already
            let _ = self.delete(header.zxid, path, changes);
        }
        for path in owned {
            let _ = self.delete(header.zxid, &path, changes);
        }
    }

    /// Deletes the ephemerals of every session that is not known, at the last transaction.
    pub fn kill_sessions_but(&mut self, is_known: impl Fn(i64) -> bool) {
        let unknown: Vec<i64> = self.ephemerals.keys().copied().filter(|session| !is_known(*session)).collect();
        for session in unknown {
            for path in self.ephemerals.remove(&session).unwrap_or_default() {
                // its parent is there: it was restored before
                let _ = self.delete(self.last_zxid, &path, &mut Vec::new());
            }
        }
    }

    fn note_owner(&mut self, path: &str, owner: i64) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::zookeeper::protocol::{CloseSessionTxn, CreateTxn, DeleteTxn};

    fn header(zxid: i64, op: OpCode) -> TxnHeader {
        TxnHeader { client_id: 7, cxid: 0, zxid, time: 1000 + zxid, txn_type: op.code() }
    }

    fn create(path: &str, ephemeral: bool, parent_cversion: i32) -> Txn {
        Txn::Create(CreateTxn {
            path: path.to_owned(),
            data: Some("x".into()),
            acl: Acl::open_unsafe(),
            ephemeral,
            parent_cversion,
        })
    }

    #[test]
    fn a_new_tree_has_the_digest_of_a_new_zookeeper() {
        assert_eq!(DataTree::new().digest(), 1_371_985_504);
        assert_eq!(DataTree::new().node_count(), 5);
    }

    #[test]
    fn the_digest_is_that_of_the_nodes_whatever_led_there() {
        let mut tree = DataTree::new();
        let mut changes = Vec::new();
        tree.apply(&header(1, OpCode::Create), &create("/a", false, 1), &mut changes);
        tree.apply(&header(2, OpCode::Create), &create("/a/b", true, 1), &mut changes);
        tree.apply(&header(3, OpCode::Delete), &Txn::Delete(DeleteTxn { path: "/a/b".to_owned() }), &mut changes);
        let mut sum = 0_i64;
        tree.walk(&mut |path, node| sum = sum.wrapping_add(node.digest(path)));
        assert_eq!(tree.digest(), sum);
        let stat = tree.node("/a").expect("created").client_stat();
        assert_eq!((stat.cversion, stat.pzxid, stat.num_children), (2, 3, 0));
    }

    #[test]
    fn ephemerals_go_with_their_session() {
        let mut tree = DataTree::new();
        let mut changes = Vec::new();
        tree.apply(&header(1, OpCode::Create), &create("/a", true, 1), &mut changes);
        assert_eq!(tree.ephemerals(7).collect::<Vec<_>>(), ["/a"]);
        changes.clear();
        let close = Txn::CloseSession(Some(CloseSessionTxn { paths_to_delete: vec!["/a".to_owned()] }));
        tree.apply(&header(2, OpCode::CloseSession), &close, &mut changes);
        assert_eq!(changes, [Change::Deleted("/a".to_owned())]);
        assert!(tree.node("/a").is_none() && tree.ephemerals(7).next().is_none());
    }

    #[test]
    fn a_log_read_twice_changes_nothing_the_second_time() {
        let mut tree = DataTree::new();
        let mut changes = Vec::new();
        tree.apply(&header(1, OpCode::Create), &create("/a", false, 1), &mut changes);
        let once = tree.digest();
        let again = tree.apply(&header(1, OpCode::Create), &create("/a", false, 1), &mut changes);
        assert_eq!((again.err, tree.digest()), (ErrorCode::NodeExists.code(), once));
    }
}
