//! What transactions do to the tree.

use std::sync::Arc;

use bytes::Bytes;

use super::super::data_node::{CONTAINER_OWNER, DataNode, created_stat, ttl_owner};
use super::super::protocol::{Acl, ErrorCode, OpCode, Stat, TxnHeader, parent_and_name};
use super::super::quota::length;
use super::super::txn::Txn;
use super::{Change, DataTree, TxnResult};

/// Every so many transactions the digest is kept for `hash`.
const DIGEST_INTERVAL: i64 = 128;
/// Digests that are kept.
const DIGESTS_MAX: usize = 1024;

impl DataTree {
    /// Applies a transaction; what watches may wait for is added to `changes` in its order.
    pub fn apply(&mut self, header: &TxnHeader, txn: &Txn, changes: &mut Vec<Change>) -> TxnResult {
        let op = OpCode::from_code(header.txn_type);
        let result = self.apply_part(header, op, txn, changes);
        self.last_zxid = self.last_zxid.max(header.zxid);
        if header.zxid % DIGEST_INTERVAL == 0 {
            if self.digests.len() == DIGESTS_MAX {
                self.digests.pop_front();
            }
            self.digests.push_back((header.zxid, self.digest));
        }
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
                    node.data = txn.data.as_deref().map(Arc::from);
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
                let acl = self.acls.share(&txn.acl);
                self.change(&txn.path, |node| {
                    node.acl = Some(acl);
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
        let parent = self.nodes.find(parent_path).ok_or(ErrorCode::NoNode)?;
        let exists = self.nodes.at(parent).children.get(name).is_some();
        self.change_at(parent_path, parent, |parent| {
            let stat = &mut parent.stat;
            let cversion = if parent_cversion == -1 { stat.cversion.wrapping_add(1) } else { parent_cversion };
            // when the log is read again from a snapshot that already holds this, nothing goes back
            if cversion > stat.cversion {
                stat.cversion = cversion;
                stat.pzxid = header.zxid;
            }
        });
        if exists {
            return Err(ErrorCode::NodeExists);
        }
        let (data, acl) = (data.as_deref().map(Arc::from), self.acls.share(acl));
        let stat = created_stat(header.zxid, header.time, owner);
        let node = DataNode { data, acl: Some(acl), stat, ..DataNode::default() };
        let (client_stat, bytes) = (node.client_stat(), length(node.data.as_deref()));
        self.digest = self.digest.wrapping_add(self.digest_of(path, &node));
        self.nodes.insert(parent, name, node);
        self.note_owner(path, owner);
        self.quota_created(path, bytes);
        changes.push(Change::Created(path.to_owned()));
        Ok(Some(client_stat))
    }

    fn delete(&mut self, zxid: i64, path: &str, changes: &mut Vec<Change>) -> Result<(), ErrorCode> {
        let (parent_path, name) = parent_and_name(path).ok_or(ErrorCode::NoNode)?;
        let parent = self.nodes.find(parent_path).ok_or(ErrorCode::NoNode)?;
        self.change_at(parent_path, parent, |parent| parent.stat.pzxid = parent.stat.pzxid.max(zxid));
        let bytes = self.remove(path, parent, name).ok_or(ErrorCode::NoNode)?;
        self.quota_deleted(path, bytes);
        changes.push(Change::Deleted(path.to_owned()));
        Ok(())
    }

    /// Takes out a znode; gives the length of its data. One with children loses them: a snapshot that was taken while the tree changed
    /// may hold what was created below a later znode of the same name, and the log creates it again.
    pub(super) fn remove(&mut self, path: &str, parent: usize, name: &str) -> Option<i64> {
        let place = self.nodes.at(parent).children.get(name)?;
        let mut doomed = vec![(path.to_owned(), place)];
        let mut at = 0;
        while let Some((path, place)) = doomed.get(at) {
            let children = &self.nodes.at(*place).children;
            let below: Vec<_> = children.names().map(|name| format!("{path}/{name}")).zip(children.places()).collect();
            doomed.extend(below);
            at += 1;
        }
        self.nodes.at_mut(parent).children.remove(name);
        let mut bytes = 0;
        for (path, place) in doomed.into_iter().rev() {
            self.before_change(&path, place);
            let node = self.nodes.take(place);
            self.digest = self.digest.wrapping_sub(self.digest_of(&path, &node));
            self.containers.remove(&path);
            self.ttls.remove(&path);
            if let Some(owned) = self.ephemerals.get_mut(&node.stat.ephemeral_owner) {
                owned.remove(&path);
            }
            bytes = length(node.data.as_deref());
        }
        Some(bytes)
    }

    fn change(&mut self, path: &str, change: impl FnOnce(&mut DataNode)) -> Result<Option<Stat>, ErrorCode> {
        let place = self.nodes.find(path).ok_or(ErrorCode::NoNode)?;
        self.change_at(path, place, change);
        Ok(Some(self.nodes.at(place).client_stat()))
    }

    fn change_at(&mut self, path: &str, place: usize, change: impl FnOnce(&mut DataNode)) {
        self.before_change(path, place);
        let before = self.digest_of(path, self.nodes.at(place));
        change(self.nodes.at_mut(place));
        let after = self.digest_of(path, self.nodes.at(place));
        self.digest = self.digest.wrapping_add(after.wrapping_sub(before));
    }

    fn close_session(&mut self, header: &TxnHeader, listed: &[String], changes: &mut Vec<Change>) {
        let mut owned = self.ephemerals.remove(&header.client_id).unwrap_or_default();
        for path in listed {
            owned.remove(path);
            // it may be gone already
            let _ = self.delete(header.zxid, path, changes);
        }
        for path in owned.in_order() {
            let _ = self.delete(header.zxid, path, changes);
        }
    }

    /// Deletes the ephemerals of every session that is not known, at the last transaction.
    pub fn kill_sessions_but(&mut self, is_known: impl Fn(i64) -> bool) {
        let unknown: Vec<i64> = self.ephemerals.keys().copied().filter(|session| !is_known(*session)).collect();
        for session in unknown {
            for path in self.ephemerals.remove(&session).unwrap_or_default().in_order() {
                // its parent is there: it was restored before
                let _ = self.delete(self.last_zxid, path, &mut Vec::new());
            }
        }
    }

    /// Deletes the znodes with a time to live, as ZooKeeper does when it has read a data directory without the extended types: it
    /// takes them for ephemerals of sessions that are not known. Gives their paths.
    pub fn kill_ttls(&mut self) -> Vec<String> {
        let (paths, zxid) = (std::mem::take(&mut self.ttls), self.last_zxid);
        // one with a child is not among them: below it nothing can be
        paths.into_iter().filter(|path| self.delete(zxid, path, &mut Vec::new()).is_ok()).collect()
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
        assert_eq!(tree.ephemerals(7).in_order(), ["/a"]);
        changes.clear();
        let close = Txn::CloseSession(Some(CloseSessionTxn { paths_to_delete: vec!["/a".to_owned()] }));
        tree.apply(&header(2, OpCode::CloseSession), &close, &mut changes);
        assert_eq!(changes, [Change::Deleted("/a".to_owned())]);
        assert!(tree.node("/a").is_none() && tree.ephemerals(7).is_empty());
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
