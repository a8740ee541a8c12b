//! The request processor without sockets, disk or real time.

mod access;
mod as_apache;
mod group_commit;
mod many_sessions;

use std::collections::HashMap;
use std::net::SocketAddr;

use bytes::Bytes;
use proptest::prelude::*;

use super::coordinator::{Action, Coordinator, Input, Now};
use super::options::{Options, SessionLimits};
use crate::engine::zookeeper::data_tree::DataTree;
use crate::engine::zookeeper::protocol::{
    Acl, CheckVersionRequest, ConnectRequest, ConnectResponse, CreateMode, CreateRequest, CreateTtlRequest, DeleteRequest,
    ErrorCode, Field, GetChildren2Response, MultiHeader, OpCode, PathResponse, PathWatchRequest, Reader, Record, ReplyHeader,
    RequestHeader, SetDataRequest, SetWatches, WatcherEvent, Writer, xid,
};
use crate::engine::zookeeper::txn::LogEntry;
use crate::engine::zookeeper::watch::ConnectionId;

const LIMITS: SessionLimits = SessionLimits { tick_ms: 1000, min_ms: 2000, max_ms: 20_000 };

/// A server whose log is a vector and whose time stands still unless told otherwise.
struct World {
    coordinator: Coordinator,
    elapsed_ms: i64,
    log: Vec<LogEntry>,
    next_xid: i32,
}

#[derive(Debug, PartialEq)]
enum Seen {
    Reply { err: i32, body: Bytes },
    Event { path: String, event_type: i32 },
    Closed,
}

impl World {
    fn new() -> Self {
        Self::with(Options { extended_types: true, ..Options::new(LIMITS) })
    }

    fn with(options: Options) -> Self {
        let now = Now { elapsed_ms: 0, wall_ms: 1_700_000_000_000 };
        let coordinator = Coordinator::new(DataTree::new(), [], options, now);
        Self { coordinator, elapsed_ms: 0, log: Vec::new(), next_xid: 1 }
    }

    fn now(&self) -> Now {
        Now { elapsed_ms: self.elapsed_ms, wall_ms: 1_700_000_000_000 + self.elapsed_ms }
    }

    /// Prepares all inputs, then makes them durable, then applies them: as one group commit.
    fn run(&mut self, inputs: Vec<Input>) -> Vec<Action> {
        let now = self.now();
        let mut prepared: Vec<_> = inputs.into_iter().map(|input| self.coordinator.prepare(input, now)).collect();
        prepared.extend(self.coordinator.expire(now));
        self.log.extend(prepared.iter().filter_map(|prepared| prepared.entry.clone()));
        let mut actions = Vec::new();
        for prepared in prepared {
            self.coordinator.apply(prepared, now, &mut actions);
        }
        actions
    }

    fn connect(&mut self, connection: ConnectionId, request: ConnectRequest) -> ConnectResponse {
        let address = SocketAddr::from(([127, 0, 0, 1], 4242));
        let actions = self.run(vec![Input::Connect { connection, address, request }]);
        let answer = actions.iter().find_map(|action| match action {
            Action::Send { connection: to, frame } if *to == connection => Some(frame),
            _ => None,
        });
        let frame = answer.unwrap_or_else(|| panic!("no answer: {actions:?}"));
        ConnectResponse::from_bytes(&frame[4..]).expect("a connect response")
    }

    fn open(&mut self, connection: ConnectionId) -> i64 {
        let response = self.connect(connection, new_session());
        assert_eq!(response.timeout, 6000);
        response.session_id
    }

    fn request(&mut self, connection: ConnectionId, op: OpCode, body: &impl Record) -> Input {
        let header = RequestHeader { xid: self.next_xid, op: op.code() };
        self.next_xid += 1;
        Input::Request { connection, header, body: body.to_bytes().into() }
    }

    /// What `connection` sees of one request.
    fn ask(&mut self, connection: ConnectionId, op: OpCode, body: &impl Record) -> Vec<Seen> {
        let input = self.request(connection, op, body);
        let actions = self.run(vec![input]);
        seen(connection, &actions)
    }
}

fn seen(connection: ConnectionId, actions: &[Action]) -> Vec<Seen> {
    let mine = actions.iter().filter_map(|action| match action {
        Action::Send { connection: to, frame } if *to == connection => {
            let mut reader = Reader::new(&frame[4..]);
            let header: ReplyHeader = reader.read().expect("a reply header");
            Some(if header.xid == xid::NOTIFICATION {
                let event: WatcherEvent = reader.read().expect("an event");
                Seen::Event { path: event.path, event_type: event.event_type }
            } else {
                Seen::Reply { err: header.err, body: frame.slice(4 + reader.position()..) }
            })
        }
        Action::Close { connection: to } if *to == connection => Some(Seen::Closed),
        _ => None,
    });
    mine.collect()
}

fn new_session() -> ConnectRequest {
    ConnectRequest {
        protocol_version: 0,
        last_zxid_seen: 0,
        timeout: 6000,
        session_id: 0,
        password: None,
        read_only: Some(false),
    }
}

fn create(path: &str, mode: CreateMode) -> CreateRequest {
    CreateRequest { path: path.to_owned(), data: Some("x".into()), acl: Acl::open_unsafe(), flags: mode.flags() }
}

fn watch(path: &str) -> PathWatchRequest {
    PathWatchRequest { path: path.to_owned(), watch: true }
}

fn code(seen: &[Seen]) -> i32 {
    match seen.last() {
        Some(Seen::Reply { err, .. }) => *err,
        other => panic!("no reply: {other:?}"),
    }
}

/// A body that is already encoded.
#[derive(Debug)]
struct Raw(Vec<u8>);
impl Field for Raw {
    fn encode(&self, writer: &mut Writer) {
        writer.write_raw(&self.0);
    }
    fn decode(_: &mut Reader<'_>) -> Result<Self, crate::engine::zookeeper::protocol::DecodeError> {
        unreachable!("only written")
    }
}
impl Record for Raw {}

#[test]
fn requests_prepared_together_see_each_other() {
    let mut world = World::new();
    world.open(1);
    let inputs = vec![
        world.request(1, OpCode::Create, &create("/a", CreateMode::Persistent)),
        world.request(1, OpCode::Create, &create("/a", CreateMode::Persistent)),
        world.request(1, OpCode::Create, &create("/a/s-", CreateMode::PersistentSequential)),
        world.request(1, OpCode::Create, &create("/a/s-", CreateMode::PersistentSequential)),
        world.request(1, OpCode::Delete, &DeleteRequest { path: "/a".to_owned(), version: -1 }),
        world.request(1, OpCode::SetData, &SetDataRequest { path: "/a".to_owned(), data: None, version: 0 }),
        world.request(1, OpCode::SetData, &SetDataRequest { path: "/a".to_owned(), data: None, version: 0 }),
    ];
    let actions = world.run(inputs);
    let errs: Vec<i32> = seen(1, &actions).iter().map(|seen| code(std::slice::from_ref(seen))).collect();
    let (exists, not_empty, version) = (ErrorCode::NodeExists.code(), ErrorCode::NotEmpty.code(), ErrorCode::BadVersion.code());
    assert_eq!(errs, [0, exists, 0, 0, not_empty, 0, version]);
    let tree = world.coordinator.tree();
    assert!(tree.node("/a/s-0000000000").is_some() && tree.node("/a/s-0000000001").is_some());
    // a request that fails takes a number as well
    assert_eq!(tree.last_zxid(), 8);
}

#[test]
fn a_failed_multi_leaves_nothing_and_says_where_it_failed() {
    let mut world = World::new();
    world.open(1);
    let part = |op: OpCode| MultiHeader { op: op.code(), done: false, err: -1 };
    let mut body = Writer::new();
    body.write(&part(OpCode::Create)).write(&create("/m", CreateMode::Persistent));
    body.write(&part(OpCode::Check)).write(&CheckVersionRequest { path: "/m".to_owned(), version: 7 });
    body.write(&part(OpCode::Create)).write(&create("/n", CreateMode::Persistent));
    body.write(&MultiHeader::END);
    let before = world.coordinator.tree().digest();
    let multi = world.request(1, OpCode::Multi, &Raw(body.into_bytes()));
    let create = world.request(1, OpCode::Create, &create("/m", CreateMode::Persistent));
    let actions = world.run(vec![multi]);
    let seen_by_client = seen(1, &actions);
    let [Seen::Reply { err: 0, body }] = seen_by_client.as_slice() else { panic!("{seen_by_client:?}") };
    let mut reader = Reader::new(body);
    for expected in [ErrorCode::Ok, ErrorCode::BadVersion, ErrorCode::RuntimeInconsistency] {
        let header: MultiHeader = reader.read().expect("a header");
        assert_eq!((header.op, header.err), (-1, expected.code()));
        assert_eq!(reader.read::<i32>().expect("the error again"), expected.code());
    }
    assert!(reader.read::<MultiHeader>().expect("the end").done);
    assert_eq!(world.coordinator.tree().digest(), before);
    let actions = world.run(vec![create]);
    assert_eq!(code(&seen(1, &actions)), 0, "nothing of the multi is left under way");
}

#[test]
fn watches_fire_before_the_reply_and_once() {
    let mut world = World::new();
    world.open(1);
    assert_eq!(code(&world.ask(1, OpCode::Exists, &watch("/a"))), ErrorCode::NoNode.code());
    assert_eq!(code(&world.ask(1, OpCode::GetChildren2, &watch("/"))), 0);
    let seen = world.ask(1, OpCode::Create, &create("/a", CreateMode::Persistent));
    let body = PathResponse { path: "/a".to_owned() }.to_bytes().into();
    let event = |path: &str, event_type| Seen::Event { path: path.to_owned(), event_type };
    assert_eq!(seen, [event("/a", 1), event("/", 4), Seen::Reply { err: 0, body }]);
    let delete = DeleteRequest { path: "/a".to_owned(), version: -1 };
    assert_eq!(world.ask(1, OpCode::Delete, &delete).len(), 1, "one-shot watches are gone");
}

#[test]
fn a_session_expires_with_its_ephemerals_and_a_moved_one_lives_on() {
    let mut world = World::new();
    let (first, second) = (world.open(1), world.open(2));
    assert_eq!(code(&world.ask(1, OpCode::Create, &create("/e", CreateMode::Ephemeral))), 0);
    assert_eq!(code(&world.ask(2, OpCode::Exists, &watch("/e"))), 0);
    world.elapsed_ms = 5000;
    // the second is heard of, the first is not
    assert_eq!(code(&world.ask(2, OpCode::Ping, &Raw(vec![]))), 0);
    world.elapsed_ms = 7000;
    let actions = world.run(vec![]);
    assert_eq!(seen(1, &actions), [Seen::Closed]);
    assert_eq!(seen(2, &actions), [Seen::Event { path: "/e".to_owned(), event_type: 2 }]);
    let again = |session_id| ConnectRequest {
        session_id,
        password: Some(Bytes::copy_from_slice(&crate::engine::zookeeper::session::password(session_id))),
        ..new_session()
    };
    assert_eq!(world.connect(3, again(first)).timeout, 0, "expired");
    assert_eq!(world.connect(4, ConnectRequest { password: None, ..again(second) }).timeout, 0, "wrong password");
    assert_eq!(world.connect(5, again(second)).session_id, second);
    assert_eq!(code(&world.ask(5, OpCode::Exists, &watch("/"))), 0);
}

#[test]
fn a_client_from_the_future_is_refused_and_one_that_was_away_hears_what_it_missed() {
    let mut world = World::new();
    world.open(1);
    world.ask(1, OpCode::Create, &create("/a", CreateMode::Persistent));
    let address = SocketAddr::from(([127, 0, 0, 1], 1));
    let request = ConnectRequest { last_zxid_seen: 3, ..new_session() };
    let actions = world.run(vec![Input::Connect { connection: 2, address, request }]);
    assert_eq!(seen(2, &actions), [Seen::Closed]);
    let watches = SetWatches {
        relative_zxid: 1,
        data_watches: vec!["/a".to_owned(), "/gone".to_owned()],
        exist_watches: vec!["/a".to_owned(), "/b".to_owned()],
        child_watches: vec!["/".to_owned()],
    };
    let event = |path: &str, event_type| Seen::Event { path: path.to_owned(), event_type };
    let expected = [event("/a", 3), event("/gone", 2), event("/a", 1), event("/", 4), Seen::Reply { err: 0, body: Bytes::new() }];
    assert_eq!(world.ask(1, OpCode::SetWatches, &watches), expected);
    assert_eq!(world.ask(1, OpCode::Create, &create("/b", CreateMode::Persistent))[0], event("/b", 1));
}

#[test]
fn what_is_no_request_is_answered_and_the_session_lives() {
    let mut world = World::new();
    world.open(1);
    let body = Bytes::from_static(b"\x7f\xff\xff\xff");
    let bad = Input::Request { connection: 1, header: RequestHeader { xid: 9, op: OpCode::GetData.code() }, body: body.clone() };
    let actions = world.run(vec![bad]);
    assert_eq!(code(&seen(1, &actions)), ErrorCode::MarshallingError.code());
    let unknown = Input::Request { connection: 1, header: RequestHeader { xid: 9, op: 4711 }, body };
    let actions = world.run(vec![unknown]);
    let reply = Seen::Reply { err: ErrorCode::Unimplemented.code(), body: Bytes::new() };
    assert_eq!(seen(1, &actions), [reply, Seen::Closed]);
    let children = world.ask(1, OpCode::GetChildren2, &watch("/"));
    let Some(Seen::Reply { err: 0, body }) = children.last() else { panic!("{children:?}") };
    assert_eq!(GetChildren2Response::from_bytes(body).expect("children").children, ["zookeeper"]);
}

#[test]
fn a_znode_with_a_time_to_live_goes_when_it_has_passed_and_a_container_after_its_last_child() {
    let mut world = World::new();
    world.open(1);
    let CreateRequest { path, data, acl, .. } = create("/ttl", CreateMode::Persistent);
    let request = CreateTtlRequest { path, data, acl, flags: CreateMode::PersistentWithTtl.flags(), ttl: 50 };
    assert_eq!(code(&world.ask(1, OpCode::CreateTtl, &request)), 0);
    assert_eq!(code(&world.ask(1, OpCode::CreateContainer, &create("/c", CreateMode::Container))), 0);
    let mtime = world.coordinator.tree().node("/ttl").expect("created").stat.mtime;
    let at = |wall_ms| Now { elapsed_ms: 0, wall_ms };
    assert!(world.coordinator.delete_empty_containers(at(mtime + 50)).is_empty(), "a new container stays");
    for (op, path) in [(OpCode::Create, "/c/x"), (OpCode::Delete, "/c/x")] {
        let delete = DeleteRequest { path: path.to_owned(), version: -1 };
        let seen = match op {
            OpCode::Create => world.ask(1, op, &create(path, CreateMode::Persistent)),
            _ => world.ask(1, op, &delete),
        };
        assert_eq!(code(&seen), 0);
    }
    for prepared in world.coordinator.delete_empty_containers(at(mtime + 51)) {
        world.coordinator.apply(prepared, at(mtime + 51), &mut Vec::new());
    }
    let tree = world.coordinator.tree();
    assert!(tree.node("/ttl").is_none() && tree.node("/c").is_none());
    assert_eq!((tree.containers().count(), tree.ttls().count()), (0, 0));
}

#[derive(Clone, Debug)]
enum Step {
    Create(u8, u8),
    Delete(u8),
    SetData(u8, i32),
    Multi(Vec<(u8, u8)>),
    Expire,
}

fn steps() -> impl Strategy<Value = Vec<Vec<Step>>> {
    let step = prop_oneof![
        (any::<u8>(), 0..4_u8).prop_map(|(path, mode)| Step::Create(path, mode)),
        any::<u8>().prop_map(Step::Delete),
        (any::<u8>(), -1..3).prop_map(|(path, version)| Step::SetData(path, version)),
        prop::collection::vec((any::<u8>(), 0..4_u8), 1..4).prop_map(Step::Multi),
        Just(Step::Expire),
    ];
    prop::collection::vec(prop::collection::vec(step, 1..6), 1..12)
}

/// A few paths, three deep, so that requests meet.
fn path(seed: u8) -> String {
    match seed % 12 {
        n @ 0..3 => format!("/{n}"),
        n @ 3..9 => format!("/{}/{n}", n % 3),
        n => format!("/0/3/{n}"),
    }
}

fn inputs(world: &mut World, step: &Step) -> Option<Input> {
    let mode = |mode: u8| CreateMode::from_flags(i32::from(mode)).expect("one of four");
    Some(match step {
        Step::Create(seed, kind) => world.request(1, OpCode::Create2, &create(&path(*seed), mode(*kind))),
        Step::Delete(seed) => world.request(1, OpCode::Delete, &DeleteRequest { path: path(*seed), version: -1 }),
        Step::SetData(seed, version) => {
            let request = SetDataRequest { path: path(*seed), data: Some("new".into()), version: *version };
            world.request(1, OpCode::SetData, &request)
        }
        Step::Multi(parts) => {
            let mut body = Writer::new();
            for (seed, kind) in parts {
                let op = if *kind == 3 { OpCode::Delete } else { OpCode::Create };
                body.write(&MultiHeader { op: op.code(), done: false, err: -1 });
                match op {
                    OpCode::Delete => body.write(&DeleteRequest { path: path(*seed), version: -1 }),
                    _ => body.write(&create(&path(*seed), mode(*kind))),
                };
            }
            body.write(&MultiHeader::END);
            world.request(1, OpCode::Multi, &Raw(body.into_bytes()))
        }
        Step::Expire => return None,
    })
}

proptest! {
    /// What the log says of the tree is true, and the log alone gives the same tree.
    #[test]
    fn the_log_gives_the_same_tree_and_its_digests_are_right(groups in steps()) {
        let mut world = World::new();
        world.open(1);
        for group in &groups {
            let batch: Vec<Input> = group.iter().filter_map(|step| inputs(&mut world, step)).collect();
            world.run(batch);
            if group.iter().any(|step| matches!(step, Step::Expire)) {
                world.elapsed_ms += 10_000;
                world.run(vec![]);
                world.open(1);
            }
        }
        let mut replayed = DataTree::new();
        for entry in &world.log {
            let bytes = entry.to_bytes();
            prop_assert_eq!(&LogEntry::from_bytes(&bytes).expect("what was written"), entry);
            let result = replayed.apply(&entry.header, &entry.txn, &mut Vec::new());
            if let Some(digest) = entry.digest {
                prop_assert_eq!(digest.tree_digest, replayed.digest(), "after {:?}: {:?}", entry, result);
            }
        }
        let tree = world.coordinator.tree();
        prop_assert_eq!(replayed.digest(), tree.digest());
        prop_assert_eq!(replayed.node_count(), tree.node_count());
    }

    /// Nothing that arrives makes the server panic or forget the others.
    #[test]
    fn any_bytes_are_survived(op in -12..110_i32, body in prop::collection::vec(any::<u8>(), 0..64)) {
        let mut world = World::new();
        world.open(1);
        world.open(2);
        world.run(vec![Input::Request { connection: 1, header: RequestHeader { xid: 1, op }, body: body.into() }]);
        prop_assert_eq!(code(&world.ask(2, OpCode::Exists, &watch("/"))), 0);
    }
}
