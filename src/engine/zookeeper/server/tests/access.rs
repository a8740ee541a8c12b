//! Who may do what, and who is let in: super digest, `skipACL`, schemes, throttle, and the codes of sessions.

use super::*;
use crate::engine::zookeeper::protocol::{AuthPacket, Id, SetAclRequest, perms};
use crate::engine::zookeeper::server::throttle::ThrottleOptions;
use crate::engine::zookeeper::session::password;

/// The digest of `super:admin`, as `DigestAuthenticationProvider` prints it.
const SUPER: &str = "super:xQJmxLMiHGwaqBvst5y6rkB6HQs=";

fn prove(world: &mut World, connection: ConnectionId, scheme: &str, auth: &'static str) -> Vec<Seen> {
    let packet = AuthPacket { auth_type: 0, scheme: scheme.to_owned(), auth: Some(auth.into()) };
    world.ask(connection, OpCode::Auth, &packet)
}

/// A world with `/locked`, which nobody may read, and its two connections.
fn locked(options: Options) -> World {
    let mut world = World::with(options);
    world.open(1);
    world.open(2);
    assert_eq!(code(&world.ask(1, OpCode::Create, &create("/locked", CreateMode::Persistent))), 0);
    let nobody = Acl { perms: perms::READ, id: Id { scheme: "digest".to_owned(), id: "nobody:x".to_owned() } };
    let request = SetAclRequest { path: "/locked".to_owned(), acl: vec![nobody], version: -1 };
    assert_eq!(code(&world.ask(1, OpCode::SetAcl, &request)), 0);
    world
}

fn read(world: &mut World, connection: ConnectionId) -> i32 {
    code(&world.ask(connection, OpCode::GetData, &PathWatchRequest { path: "/locked".to_owned(), watch: false }))
}

#[test]
fn the_super_digest_opens_everything_and_another_does_not() {
    let options = Options { super_digest: Some(SUPER.to_owned()), ..Options::new(LIMITS) };
    let mut world = locked(options);
    let no_auth = ErrorCode::NoAuth.code();
    assert_eq!(read(&mut world, 1), no_auth);
    assert_eq!(code(&prove(&mut world, 1, "digest", "super:wrong")), 0);
    assert_eq!(read(&mut world, 1), no_auth);
    assert_eq!(code(&prove(&mut world, 1, "digest", "super:admin")), 0);
    assert_eq!(read(&mut world, 1), 0);
    assert_eq!(read(&mut world, 2), no_auth, "the other connection proved nothing");
}

#[test]
fn without_a_super_digest_nobody_is_super() {
    let mut world = locked(Options::new(LIMITS));
    assert_eq!(code(&prove(&mut world, 1, "digest", "super:admin")), 0);
    assert_eq!(read(&mut world, 1), ErrorCode::NoAuth.code());
}

#[test]
fn skip_acl_asks_nobody() {
    let mut world = locked(Options { skip_acl: true, ..Options::new(LIMITS) });
    assert_eq!(read(&mut world, 2), 0);
}

#[test]
fn a_scheme_that_is_off_proves_nothing() {
    let mut world = World::with(Options { digest_scheme: false, ..Options::new(LIMITS) });
    world.open(1);
    let failed = Seen::Reply { err: ErrorCode::AuthFailed.code(), body: Bytes::new() };
    assert_eq!(prove(&mut world, 1, "digest", "me:secret"), [failed, Seen::Closed]);
    assert_eq!(world.coordinator.auth_failed, 1);
}

#[test]
fn who_has_not_proven_an_enforced_scheme_is_sent_away() {
    let options = Options { enforced_schemes: vec!["digest".to_owned()], ..Options::new(LIMITS) };
    let mut world = World::with(options);
    world.open(1);
    world.open(2);
    let refused = Seen::Reply { err: ErrorCode::SessionClosedRequireSaslAuth.code(), body: Bytes::new() };
    assert_eq!(world.ask(1, OpCode::Exists, &watch("/")), [refused, Seen::Closed]);
    assert_eq!(code(&prove(&mut world, 2, "digest", "me:secret")), 0);
    assert_eq!(code(&world.ask(2, OpCode::Exists, &watch("/"))), 0);
}

#[test]
fn too_many_sessions_at_once_are_turned_away_until_there_are_tokens_again() {
    let throttle = ThrottleOptions { tokens: 2, fill_time_ms: 100, ..ThrottleOptions::default() };
    let mut world = World::with(Options { throttle, ..Options::new(LIMITS) });
    world.open(1);
    world.open(2);
    let address = SocketAddr::from(([127, 0, 0, 1], 1));
    let come = |connection| Input::Connect { connection, address, request: new_session() };
    let actions = world.run(vec![come(3)]);
    assert_eq!(seen(3, &actions), [Seen::Closed]);
    assert_eq!(world.coordinator.sessions().count(), 2);
    world.elapsed_ms = 101;
    world.open(4);
}

#[test]
fn a_throttled_operation_does_nothing_and_the_session_lives_on() {
    let mut world = World::new();
    world.open(1);
    let prepared = world.coordinator.throttle(1, 7, world.now());
    let mut actions = Vec::new();
    world.coordinator.apply(prepared, world.now(), &mut actions);
    assert_eq!(seen(1, &actions), [Seen::Reply { err: ErrorCode::ThrottledOp.code(), body: Bytes::new() }]);
    assert_eq!(code(&world.ask(1, OpCode::Exists, &watch("/"))), 0);
}

#[test]
fn clients_with_and_without_the_read_only_flag_get_the_answer_they_know() {
    let mut world = World::new();
    let address = SocketAddr::from(([127, 0, 0, 1], 1));
    for (connection, read_only, bytes) in [(1, None, 36), (2, Some(false), 37), (3, Some(true), 37)] {
        let request = ConnectRequest { read_only, ..new_session() };
        let actions = world.run(vec![Input::Connect { connection, address, request }]);
        let Some(Action::Send { frame, .. }) = actions.first() else { panic!("{actions:?}") };
        assert_eq!((frame[..4].to_vec(), frame.len()), (vec![0, 0, 0, bytes], usize::from(bytes) + 4), "{read_only:?}");
        assert_eq!(code(&world.ask(connection, OpCode::Exists, &watch("/"))), 0);
    }
}

#[test]
fn what_comes_of_a_moved_a_closing_and_an_expired_session() {
    let mut world = World::new();
    let session = world.open(1);
    let again =
        ConnectRequest { session_id: session, password: Some(Bytes::copy_from_slice(&password(session))), ..new_session() };
    // moved: the old connection is closed, and what it still sends is not done
    let address = SocketAddr::from(([127, 0, 0, 1], 2));
    let moved = world.run(vec![Input::Connect { connection: 2, address, request: again.clone() }]);
    assert_eq!(seen(1, &moved), [Seen::Closed]);
    assert_eq!(world.ask(1, OpCode::Create, &create("/late", CreateMode::Persistent)), []);
    // closing: what was sent behind the end in one batch finds no session
    let close = world.request(2, OpCode::CloseSession, &Raw(vec![]));
    let behind = world.request(2, OpCode::Create, &create("/behind", CreateMode::Persistent));
    let actions = world.run(vec![close, behind]);
    assert_eq!(seen(2, &actions), [Seen::Reply { err: 0, body: Bytes::new() }, Seen::Closed]);
    assert!(world.coordinator.tree().node("/behind").is_none() && world.coordinator.tree().node("/late").is_none());
    // gone: whoever takes it up is told so with a timeout of 0
    assert_eq!(world.connect(3, again).timeout, 0);
}

#[test]
fn without_its_list_the_end_of_a_session_still_takes_its_ephemerals() {
    let mut world = World::with(Options { close_session_txn: false, digest: false, ..Options::new(LIMITS) });
    world.open(1);
    assert_eq!(code(&world.ask(1, OpCode::Create, &create("/e", CreateMode::Ephemeral))), 0);
    let closed = world.ask(1, OpCode::CloseSession, &Raw(vec![]));
    assert_eq!(closed, [Seen::Reply { err: 0, body: Bytes::new() }, Seen::Closed]);
    assert!(world.coordinator.tree().node("/e").is_none());
    let last = world.log.last().expect("the end");
    assert_eq!((&last.txn, last.digest.is_none()), (&crate::engine::zookeeper::txn::Txn::CloseSession(None), true));
}

#[test]
fn without_extended_types_what_has_a_time_to_live_goes_at_a_start() {
    let mut world = World::new();
    world.open(1);
    assert_eq!(code(&world.ask(1, OpCode::Create, &create("/living", CreateMode::Ephemeral))), 0);
    let CreateRequest { path, data, acl, .. } = create("/ttl", CreateMode::Persistent);
    let request = CreateTtlRequest { path, data, acl, flags: CreateMode::PersistentWithTtl.flags(), ttl: 50 };
    assert_eq!(code(&world.ask(1, OpCode::CreateTtl, &request)), 0);
    let mut tree = world.coordinator.tree().clone();
    assert_eq!(tree.kill_ttls(), ["/ttl"]);
    assert!(tree.node("/ttl").is_none() && tree.ttls().next().is_none() && tree.node("/living").is_some());
}
