//! What is written is read again, to the byte, whatever changed while it was written.

use proptest::prelude::*;

use super::*;
use crate::engine::zookeeper::data_node::EphemeralType;
use crate::engine::zookeeper::disk::SystemDisk;
use crate::engine::zookeeper::protocol::{
    CloseSessionTxn, CreateTxn, DeleteTxn, OpCode, SetAclTxn, SetDataTxn, StatPersisted, TxnHeader, perms,
};
use crate::engine::zookeeper::txn::Txn;

/// A snapshot of the tree as it is.
fn encode(tree: &DataTree, sessions: &BTreeMap<i64, i32>) -> Vec<u8> {
    let mut capture = Capture::of(tree);
    let (encoder, frame) = SnapshotEncoder::begin(&capture, sessions);
    written(&frame, || Some(encoder.piece(|visit| capture.give(tree, visit))))
}

fn written(frame: &Frame, next: impl FnMut() -> Option<Piece>) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = write_snapshot(&SystemDisk, folder.path(), Compression::None, frame, next).expect("written").expect("whole");
    std::fs::read(path).expect("readable")
}

fn apply(tree: &mut DataTree, session: i64, op: OpCode, txn: Txn) {
    let zxid = tree.last_zxid() + 1;
    let header = TxnHeader { client_id: session, cxid: 1, zxid, time: 77 + zxid, txn_type: op.code() };
    tree.apply(&header, &txn, &mut Vec::new());
}

#[test]
fn a_snapshot_is_read_as_it_was_written_and_a_damaged_one_is_refused() {
    let mut tree = DataTree::new();
    let header = TxnHeader { client_id: 9, cxid: 1, zxid: 5, time: 77, txn_type: OpCode::Create.code() };
    let txn = CreateTxn { path: "/a".to_owned(), data: None, acl: Acl::open_unsafe(), ephemeral: true, parent_cversion: 1 };
    tree.apply(&header, &Txn::Create(txn), &mut Vec::new());
    let sessions = BTreeMap::from([(9, 6000)]);
    let bytes = encode(&tree, &sessions);
    let (read, read_sessions) = decode(&bytes, 5, TreeOptions::default()).expect("a snapshot");
    assert_eq!((read.digest(), read.node("/a"), read.last_zxid()), (tree.digest(), tree.node("/a"), 5));
    assert_eq!(read.ephemerals(9).in_order(), ["/a"]);
    assert_eq!(read_sessions, sessions);
    assert_eq!(encode(&read, &sessions), bytes);
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x55;
        assert!(decode(&damaged, 5, TreeOptions::default()).is_err(), "byte {at}");
        // without what follows the first seal it is one of an older server
        assert!(decode(&bytes[..at], 5, TreeOptions::default()).is_err() || at == bytes.len() - 33, "cut at {at}");
    }
}

#[test]
fn without_digests_a_snapshot_ends_with_its_first_seal() {
    let with = encode(&DataTree::new(), &BTreeMap::new());
    let options = TreeOptions { digest: false, ..TreeOptions::default() };
    let tree = DataTree::with(options);
    let without = encode(&tree, &BTreeMap::new());
    assert_eq!((tree.digest(), &without[..]), (0, &with[..with.len() - 33]));
    let (mut read, _) = decode(&without, 0, TreeOptions::default()).expect("as of an older server");
    assert_eq!((read.digest(), read.take_snapshot_digest()), (DataTree::new().digest(), None));
}

#[test]
fn the_times_to_live_of_3_5_3_are_read_where_they_are_expected() {
    let mut tree = DataTree::new();
    let old = i64::MIN + 5000;
    let stat = StatPersisted { ephemeral_owner: old, ..StatPersisted::default() };
    assert!(tree.restore("/t", DataNode { stat, ..DataNode::default() }));
    let bytes = encode(&tree, &BTreeMap::new());
    let read = |old_ttls| {
        let (tree, _) = decode(&bytes, 0, TreeOptions { old_ttls, ..TreeOptions::default() }).expect("a snapshot");
        (EphemeralType::of(tree.node("/t").expect("restored").stat.ephemeral_owner), tree.ttls().count(), tree.ephemerals_count())
    };
    assert_eq!(read(true), (EphemeralType::Ttl(5000), 1, 0));
    assert_eq!(read(false), (EphemeralType::Normal, 0, 1), "of a session that nobody knows");
}

#[test]
fn the_snapshot_of_a_new_server_is_that_of_zookeeper_to_the_byte() {
    let expected = include_bytes!("../testdata/snapshot.0");
    assert_eq!(encode(&DataTree::new(), &BTreeMap::new()), expected);
}

#[test]
fn a_snapshot_that_is_given_up_is_not_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let tree = DataTree::new();
    let mut capture = Capture::of(&tree);
    let (encoder, frame) = SnapshotEncoder::begin(&capture, &BTreeMap::new());
    let Piece::Last(bytes) = encoder.piece(|visit| capture.give(&tree, visit)) else { panic!("a small tree is one piece") };
    let mut pieces = [Piece::Znodes(bytes)].into_iter();
    let path = write_snapshot(&SystemDisk, folder.path(), Compression::None, &frame, || pieces.next()).expect("a disk");
    assert_eq!(path, None);
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("there").flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(left, ["unfinished.snapshot.0"]);
}

/// A change to a small tree; most find something to change.
#[derive(Clone, Debug)]
enum Step {
    Create { path: String, ephemeral: bool, acl: i32 },
    Delete(String),
    SetData(String),
    SetAcl(String, i32),
    CloseSession,
}

fn acl(perms: i32) -> Vec<Acl> {
    Acl::open_unsafe().into_iter().map(|acl| Acl { perms, ..acl }).collect()
}

fn take(tree: &mut DataTree, step: Step) {
    match step {
        Step::Create { path, ephemeral, acl: perms } => {
            let data = Some(tree.last_zxid().to_string().into());
            let txn = CreateTxn { path, data, acl: acl(perms), ephemeral, parent_cversion: -1 };
            apply(tree, 9, OpCode::Create, Txn::Create(txn));
        }
        // as the first stage has it
        Step::Delete(path) if tree.node(&path).is_some_and(|node| !node.children.is_empty()) => {}
        Step::Delete(path) => apply(tree, 9, OpCode::Delete, Txn::Delete(DeleteTxn { path })),
        Step::SetData(path) => {
            let data = Some(tree.last_zxid().to_string().into());
            apply(tree, 9, OpCode::SetData, Txn::SetData(SetDataTxn { path, data, version: 3 }));
        }
        Step::SetAcl(path, perms) => {
            apply(tree, 9, OpCode::SetAcl, Txn::SetAcl(SetAclTxn { path, acl: acl(perms), version: 3 }));
        }
        Step::CloseSession => {
            let paths_to_delete = tree.ephemerals(9).in_order().into_iter().map(str::to_owned).collect();
            apply(tree, 9, OpCode::CloseSession, Txn::CloseSession(Some(CloseSessionTxn { paths_to_delete })));
        }
    }
}

fn steps(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Step>> {
    let path = || {
        let name = proptest::sample::select(vec!["a", "a-b", "a b", "b", "zookeeper"]);
        proptest::collection::vec(name, 1..4).prop_map(|names| format!("/{}", names.join("/")))
    };
    let perms = || proptest::sample::select(vec![perms::ALL, perms::READ, perms::WRITE]);
    let step = prop_oneof![
        4 => (path(), any::<bool>(), perms()).prop_map(|(path, ephemeral, acl)| Step::Create { path, ephemeral, acl }),
        3 => path().prop_map(Step::Delete),
        1 => path().prop_map(Step::SetData),
        1 => (path(), perms()).prop_map(|(path, perms)| Step::SetAcl(path, perms)),
        1 => Just(Step::CloseSession),
    ];
    proptest::collection::vec(step, count)
}

proptest! {
    #[test]
    fn a_snapshot_taken_while_the_tree_changes_is_that_of_its_beginning(
        before in steps(0..40),
        between in proptest::collection::vec((steps(0..6), 1_usize..5), 0..12),
    ) {
        let mut tree = DataTree::new();
        before.into_iter().for_each(|step| take(&mut tree, step));
        let sessions = BTreeMap::from([(9, 6000)]);
        let expected = encode(&tree, &sessions);
        let (encoder, frame) = SnapshotEncoder::begin(tree.begin_capture(), &sessions);
        let mut between = between.into_iter();
        let found = written(&frame, || {
            let (steps, mut count) = between.next().unwrap_or((Vec::new(), usize::MAX));
            steps.into_iter().for_each(|step| take(&mut tree, step));
            Some(encoder.piece(|visit| tree.give_captured(|node| {
                count -= 1;
                visit(node) && count > 0
            })))
        });
        prop_assert_eq!(found, expected);
        prop_assert!(!tree.give_captured(|_| true), "it is over");
    }
}
