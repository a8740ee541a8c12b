//! Thousands of sessions in simulated time: each expires with its tick, not before and not after, and takes its ephemerals along.

use std::collections::BTreeSet;

use super::*;
use crate::engine::zookeeper::protocol::{AddWatchMode, AddWatchRequest};

const SESSIONS: u64 = 3000;
const TICKS: i64 = 40;
/// The connection that watches; its session is heard of at each tick.
const WATCHER: ConnectionId = 0;

/// What is known of one session from outside.
struct Known {
    timeout_ms: i64,
    heard_ms: i64,
}

impl Known {
    /// Sessions expire at the tick after their time.
    fn expires_at(&self) -> i64 {
        let tick = i64::from(LIMITS.tick_ms);
        ((self.heard_ms + self.timeout_ms) / tick + 1) * tick
    }
}

/// Numbers that look random and are the same each time (Knuth's multiplier).
fn mix(a: u64, b: u64) -> u64 {
    (a ^ b.rotate_left(32)).wrapping_mul(6_364_136_223_846_793_005).rotate_right(29)
}

fn closed(actions: &[Action]) -> BTreeSet<ConnectionId> {
    let closed = actions.iter().filter_map(|action| match action {
        Action::Close { connection } => Some(*connection),
        _ => None,
    });
    closed.collect()
}

fn deletions(actions: &[Action]) -> usize {
    let is_deletion = |seen: &Seen| matches!(seen, Seen::Event { event_type: 2, path } if path.starts_with("/members/"));
    seen(WATCHER, actions).iter().filter(|seen| is_deletion(seen)).count()
}

#[test]
fn each_of_thousands_expires_with_its_tick_and_takes_its_ephemerals() {
    let mut world = World::new();
    world.connect(WATCHER, ConnectRequest { timeout: LIMITS.max_ms, ..new_session() });
    assert_eq!(code(&world.ask(WATCHER, OpCode::Create, &create("/members", CreateMode::Persistent))), 0);
    let watch = AddWatchRequest { path: "/members".to_owned(), mode: AddWatchMode::PersistentRecursive as i32 };
    assert_eq!(code(&world.ask(WATCHER, OpCode::AddWatch, &watch)), 0);
    let mut alive: HashMap<ConnectionId, Known> = HashMap::new();
    for connection in 1..=SESSIONS {
        let wanted = i32::try_from(mix(connection, 1) % 24_000).expect("small");
        let granted = world.connect(connection, ConnectRequest { timeout: wanted, ..new_session() }).timeout;
        assert_eq!(granted, wanted.clamp(LIMITS.min_ms, LIMITS.max_ms));
        let member = create("/members/m-", CreateMode::EphemeralSequential);
        assert_eq!(code(&world.ask(connection, OpCode::Create, &member)), 0);
        alive.insert(connection, Known { timeout_ms: i64::from(granted), heard_ms: 0 });
    }
    let mut deleted = 0;
    for tick in 1..=TICKS {
        // between two ticks nobody expires, and some are heard of
        world.elapsed_ms = tick * i64::from(LIMITS.tick_ms) - 1;
        let now = world.elapsed_ms;
        let heard = alive.keys().copied().filter(|connection| mix(*connection, tick.cast_unsigned()).is_multiple_of(5));
        let mut heard: Vec<ConnectionId> = heard.collect();
        heard.sort_unstable();
        let pings =
            heard.iter().copied().chain([WATCHER]).map(|connection| world.request(connection, OpCode::Ping, &Raw(vec![])));
        let pings: Vec<Input> = pings.collect();
        let actions = world.run(pings);
        assert!(closed(&actions).is_empty(), "at {now} ms, before the tick");
        for connection in heard {
            alive.get_mut(&connection).expect("alive").heard_ms = now;
        }
        world.elapsed_ms += 1;
        let actions = world.run(vec![]);
        let due = |known: &Known| known.expires_at() <= world.elapsed_ms;
        let expected: BTreeSet<ConnectionId> = alive.iter().filter(|(_, known)| due(known)).map(|(id, _)| *id).collect();
        assert_eq!(closed(&actions), expected, "at {} ms", world.elapsed_ms);
        alive.retain(|connection, _| !expected.contains(connection));
        deleted += deletions(&actions);
        assert_eq!(world.coordinator.tree().ephemerals_count(), alive.len());
        assert_eq!(world.coordinator.sessions().count(), alive.len() + 1);
    }
    assert_eq!(deleted + alive.len(), usize::try_from(SESSIONS).expect("small"), "each deletion was told once");
    assert!(alive.len() < usize::try_from(SESSIONS / 2).expect("small"), "{} live after all", alive.len());
    let digest = world.coordinator.tree().digest();
    let mut replayed = DataTree::new();
    for entry in &world.log {
        replayed.apply(&entry.header, &entry.txn, &mut Vec::new());
    }
    assert_eq!(replayed.digest(), digest);
}

#[test]
fn all_who_watch_hear_of_a_change_once_and_in_one_order() {
    let mut world = World::new();
    world.open(WATCHER);
    for connection in 1..=SESSIONS {
        world.open(connection);
        assert_eq!(code(&world.ask(connection, OpCode::Exists, &watch("/flag"))), ErrorCode::NoNode.code());
        assert_eq!(code(&world.ask(connection, OpCode::GetChildren2, &watch("/"))), 0);
    }
    let input = world.request(WATCHER, OpCode::Create, &create("/flag", CreateMode::Persistent));
    let actions = world.run(vec![input]);
    let event = |path: &str, event_type| Seen::Event { path: path.to_owned(), event_type };
    for connection in 1..=SESSIONS {
        assert_eq!(seen(connection, &actions), [event("/flag", 1), event("/", 4)], "connection {connection}");
    }
    let delete = world.request(WATCHER, OpCode::Delete, &DeleteRequest { path: "/flag".to_owned(), version: -1 });
    assert_eq!(world.run(vec![delete]).len(), 1, "nobody watches any more");
}
