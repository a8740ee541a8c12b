//! What nobody would expect, and Apache's server does.

use super::*;
use crate::engine::zookeeper::txn::Txn;

#[test]
fn a_check_alone_is_answered_where_it_fails_and_never_where_it_holds() {
    let mut world = World::new();
    world.open(1);
    assert_eq!(code(&world.ask(1, OpCode::Create, &create("/a", CreateMode::Persistent))), 0);
    let check = |path: &str, version| CheckVersionRequest { path: path.to_owned(), version };
    assert_eq!(code(&world.ask(1, OpCode::Check, &check("/none", 0))), ErrorCode::NoNode.code());
    assert_eq!(code(&world.ask(1, OpCode::Check, &check("/a", 7))), ErrorCode::BadVersion.code());
    let zxid = world.coordinator.tree().last_zxid();
    let input = world.request(1, OpCode::Check, &check("/a", 0));
    let Input::Request { header: RequestHeader { xid, .. }, .. } = input else { unreachable!("a request") };
    assert_eq!(world.run(vec![input]), [Action::Unanswered { connection: 1, xid }]);
    assert_eq!(world.coordinator.tree().last_zxid(), zxid + 1, "it is a transaction all the same");
    assert_eq!(code(&world.ask(1, OpCode::Exists, &watch("/a"))), 0, "and the session lives");
}

#[test]
fn a_ping_is_answered_as_a_ping_whatever_its_number() {
    let mut world = World::new();
    world.open(1);
    let input = Input::Request { connection: 1, header: RequestHeader { xid: 5, op: OpCode::Ping.code() }, body: Bytes::new() };
    let actions = world.run(vec![input]);
    let [Action::Send { frame, .. }] = actions.as_slice() else { panic!("{actions:?}") };
    let header: ReplyHeader = Reader::new(&frame[4..]).read().expect("a header");
    assert_eq!((header.xid, header.err), (xid::PING, 0));
}

#[test]
fn the_ephemerals_of_a_session_go_in_the_order_of_a_hash_table() {
    let mut world = World::new();
    let session = world.open(1);
    for name in ["owl", "bee", "emu", "cat", "dog"] {
        assert_eq!(code(&world.ask(1, OpCode::Create, &create(&format!("/{name}"), CreateMode::Ephemeral))), 0);
    }
    let gone = |entry: &LogEntry| match &entry.txn {
        Txn::CloseSession(Some(txn)) => txn.paths_to_delete.clone(),
        other => panic!("{other:?}"),
    };
    // one that is under way is of them, and one that is about to be deleted is not
    let (path, version) = ("/bee".to_owned(), -1);
    let inputs = vec![
        world.request(1, OpCode::Create, &create("/fox", CreateMode::Ephemeral)),
        world.request(1, OpCode::Delete, &DeleteRequest { path, version }),
        world.request(1, OpCode::CloseSession, &Raw(vec![])),
    ];
    let before = world.coordinator.tree().ephemerals(session);
    world.run(inputs);
    let mut expected = before;
    expected.insert("/fox");
    expected.remove("/bee");
    let listed = gone(world.log.last().expect("logged"));
    assert_eq!(listed, expected.in_order());
    let mut by_path = listed.clone();
    by_path.sort();
    assert_ne!(listed, by_path);
}
