//! How many connections there may be, and how many may come in a second: `max.connections` of the broker and of a listener,
//! `max.connection.creation.rate` likewise, `max.connections.per.ip` and its exceptions. All of them may change while the broker runs.
//! Where there are more in all than may be, the longest idle ones go (KIP-402), but none of the listener of brokers.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::config::BrokerConfig;
use crate::net::{self, Shutdown};

/// How long a host name in `max.connections.per.ip.overrides` may take to be looked up.
const LOOKUP: Duration = Duration::from_secs(5);
/// Over how many seconds connections are counted that come.
const WINDOW_SECONDS: u64 = 10;

/// An address has as many connections as it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Rejected connection from /{address}, address already has the configured maximum of {limit} connections.")]
pub struct TooManyConnections {
    address: IpAddr,
    limit: usize,
}

/// What the configuration allows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Limits {
    /// In all; and of each listener that says so for itself.
    all: Limit,
    listeners: HashMap<String, Limit>,
    per_address: usize,
    exceptions: HashMap<IpAddr, usize>,
    /// The listener that is not held up by the others' connections.
    inter_broker: String,
}

/// How many there may be, and how many may come in a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Limit {
    connections: usize,
    rate: u64,
}

impl Default for Limit {
    fn default() -> Self {
        Self { connections: usize::MAX, rate: NO_RATE }
    }
}

/// The rate that limits nothing, Kafka's default.
const NO_RATE: u64 = i32::MAX as u64;

/// The connections that there are, and those that came.
#[derive(Debug, Default)]
struct Counts {
    addresses: HashMap<IpAddr, usize>,
    listeners: HashMap<Arc<str>, usize>,
    came: Came,
    came_to: HashMap<Arc<str>, Came>,
    /// The connections by their numbers, but for those that were told to close.
    open: HashMap<u64, Open>,
    last_number: u64,
}

/// A connection that may be told to close.
#[derive(Debug)]
struct Open {
    listener: Arc<str>,
    /// When it was last used, in milliseconds since the quotas began.
    used: Arc<AtomicU64>,
    close: Shutdown,
}

/// The connections of all listeners.
#[derive(Debug)]
pub struct ConnectionQuotas {
    limits: Mutex<Limits>,
    counts: Mutex<Counts>,
    changed: Notify,
    started: Instant,
}

/// A connection that counts until this is dropped.
#[derive(Debug)]
pub struct Counted {
    quotas: Arc<ConnectionQuotas>,
    listener: Arc<str>,
    address: IpAddr,
    number: u64,
    used: Arc<AtomicU64>,
    close: Shutdown,
}

impl Counted {
    /// Takes note that a request came.
    pub fn is_used(&self) {
        self.used.store(self.quotas.now(), Ordering::Relaxed);
    }

    /// Returns when there are more connections than may be and this one is to go.
    pub async fn is_too_many(&self) {
        self.close.cancelled().await;
    }
}

impl Limits {
    /// As the configuration says. A host of the exceptions that cannot be found has none.
    async fn of(config: &BrokerConfig) -> Self {
        let mut exceptions = HashMap::new();
        for one in config.string("max.connections.per.ip.overrides").unwrap_or_default().split(',') {
            let Some((host, limit)) = one.trim().rsplit_once(':') else { continue };
            let Ok(limit) = limit.trim().parse() else { continue };
            let found = net::resolve(host.trim(), 0, LOOKUP).await.unwrap_or_default();
            exceptions.extend(found.first().map(|address| (address.ip().to_canonical(), limit)));
        }
        let number = |key: &str| usize::try_from(config.int(key)).unwrap_or(0);
        let rate = u64::try_from(config.int("max.connection.creation.rate")).unwrap_or(0);
        let of_listener = |name: &str| {
            let prefix = format!("listener.name.{}.", name.to_lowercase());
            let given = |key: &str| config.originals().get(&format!("{prefix}{key}")).map(|text| text.trim());
            let none = Limit::default();
            Limit {
                connections: given("max.connections").and_then(|text| text.parse().ok()).unwrap_or(none.connections),
                rate: given("max.connection.creation.rate").and_then(|text| text.parse().ok()).unwrap_or(none.rate),
            }
        };
        Self {
            all: Limit { connections: number("max.connections"), rate },
            listeners: config.listeners().iter().map(|one| (one.name.clone(), of_listener(&one.name))).collect(),
            per_address: number("max.connections.per.ip"),
            exceptions,
            inter_broker: config.inter_broker_listener().to_owned(),
        }
    }

    fn of_listener(&self, name: &str) -> Limit {
        self.listeners.get(name).copied().unwrap_or_default()
    }

    /// Whether a listener is that of brokers, which the limits on all connections do not hold up.
    fn is_protected(&self, listener: &str) -> bool {
        self.listeners.len() > 1 && listener == self.inter_broker
    }

    /// Whether there may be one more connection to a listener.
    fn has_room(&self, listener: &str, counts: &Counts) -> bool {
        let at_listener = counts.listeners.get(listener).copied().unwrap_or(0);
        at_listener < self.of_listener(listener).connections
            && (self.is_protected(listener) || counts.listeners.values().sum::<usize>() < self.all.connections)
    }
}

impl ConnectionQuotas {
    /// As the configuration says.
    pub async fn new(config: &BrokerConfig) -> Arc<Self> {
        Arc::new(Self::with(Limits::of(config).await))
    }

    fn with(limits: Limits) -> Self {
        let (limits, counts) = (Mutex::new(limits), Mutex::default());
        Self { limits, counts, changed: Notify::new(), started: Instant::now() }
    }

    /// Goes on as another configuration says.
    pub async fn update(&self, config: &BrokerConfig) {
        let limits = Limits::of(config).await;
        *self.limits() = limits;
        self.shed(&self.limits(), &mut self.counts());
        self.changed.notify_waiters();
    }

    /// Tells the longest idle connections to close, as many as there are too many.
    fn shed(&self, limits: &Limits, counts: &mut Counts) {
        let excess = counts.open.len().saturating_sub(limits.all.connections);
        if excess == 0 {
            return;
        }
        let evictable = counts.open.iter().filter(|(_, open)| !limits.is_protected(&open.listener));
        let mut evictable: Vec<_> = evictable.map(|(number, open)| (open.used.load(Ordering::Relaxed), *number)).collect();
        evictable.sort_unstable();
        for (_, number) in evictable.into_iter().take(excess) {
            if let Some(open) = counts.open.remove(&number) {
                open.close.cancel();
            }
        }
    }

    /// Milliseconds since the quotas began.
    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn limits(&self) -> MutexGuard<'_, Limits> {
        self.limits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until there may be one more connection to a listener, as Kafka's acceptors do.
    pub async fn slot(&self, listener: &str) {
        loop {
            let changed = self.changed.notified();
            if self.limits().has_room(listener, &self.counts()) {
                return;
            }
            changed.await;
        }
    }

    /// Takes note of a connection that came; tells how long it is to wait so that no more come than may.
    pub fn came(&self, listener: &Arc<str>) -> Duration {
        let limits = self.limits();
        let all = if limits.is_protected(listener) { NO_RATE } else { limits.all.rate };
        let own = limits.of_listener(listener).rate;
        drop(limits);
        let second = self.started.elapsed().as_secs();
        let mut counts = self.counts();
        let wait = counts.came.one_more(second, all);
        wait.max(counts.came_to.entry(Arc::clone(listener)).or_default().one_more(second, own))
    }

    /// Counts a connection from an address.
    ///
    /// # Errors
    /// There are as many from there as may be.
    pub fn count(self: &Arc<Self>, listener: &Arc<str>, address: IpAddr) -> Result<Counted, TooManyConnections> {
        let address = address.to_canonical();
        let limits = self.limits();
        let limit = limits.exceptions.get(&address).copied().unwrap_or(limits.per_address);
        let mut counts = self.counts();
        let count = counts.addresses.entry(address).or_default();
        if *count >= limit {
            return Err(TooManyConnections { address, limit });
        }
        *count += 1;
        *counts.listeners.entry(Arc::clone(listener)).or_default() += 1;
        counts.last_number += 1;
        let (number, used, close) = (counts.last_number, Arc::new(AtomicU64::new(self.now())), Shutdown::new());
        let listener = Arc::clone(listener);
        let open = Open { listener: Arc::clone(&listener), used: Arc::clone(&used), close: close.clone() };
        counts.open.insert(number, open);
        self.shed(&limits, &mut counts);
        Ok(Counted { quotas: Arc::clone(self), listener, address, number, used, close })
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut counts = self.quotas.counts();
        counts.open.remove(&self.number);
        if let Some(count) = counts.listeners.get_mut(&self.listener) {
            *count -= 1;
        }
        if let Some(count) = counts.addresses.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.addresses.remove(&self.address);
            }
        }
        drop(counts);
        self.quotas.changed.notify_waiters();
    }
}

/// The connections of the last seconds, each second with its number.
#[derive(Debug, Default)]
struct Came {
    seconds: VecDeque<(u64, u64)>,
}

impl Came {
    /// One more came; tells how long it is to wait where `rate` may come in a second, on the average of the window.
    fn one_more(&mut self, second: u64, rate: u64) -> Duration {
        if rate >= NO_RATE {
            self.seconds.clear();
            return Duration::ZERO;
        }
        self.seconds.retain(|(at, _)| at + WINDOW_SECONDS > second);
        match self.seconds.back_mut() {
            Some((at, count)) if *at == second => *count += 1,
            _ => self.seconds.push_back((second, 1)),
        }
        let rate = rate.max(1);
        let beyond = self.seconds.iter().map(|(_, count)| count).sum::<u64>().saturating_sub(rate * WINDOW_SECONDS);
        Duration::from_millis(beyond * 1000 / rate)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn name(text: &str) -> Arc<str> {
        Arc::from(text)
    }

    #[tokio::test]
    async fn connections_are_counted_by_address_and_in_all() {
        let [here, there] = [1, 2].map(|last| IpAddr::V4(Ipv4Addr::new(10, 0, 0, last)));
        let all = Limit { connections: 3, ..Limit::default() };
        let limits = Limits { all, per_address: 1, exceptions: HashMap::from([(there, 2)]), ..Limits::default() };
        let (quotas, listener) = (Arc::new(ConnectionQuotas::with(limits)), name("PLAINTEXT"));
        let first = quotas.count(&listener, here).expect("the first");
        let refused = quotas.count(&listener, here.to_canonical()).expect_err("the second");
        let words = "Rejected connection from /10.0.0.1, address already has the configured maximum of 1 connections.";
        assert_eq!(refused.to_string(), words);
        let others = [1, 2].map(|_| quotas.count(&listener, there).expect("two may be"));
        assert!(quotas.count(&listener, there).is_err());
        let waiting = tokio::spawn({
            let quotas = Arc::clone(&quotas);
            async move { quotas.slot("PLAINTEXT").await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished(), "three are there");
        drop(first);
        waiting.await.expect("there is a slot");
        drop(others);
        assert!(quotas.counts().addresses.is_empty());
    }

    #[test]
    fn a_listener_has_limits_of_its_own_and_brokers_are_not_held_up() {
        let mut counts = Counts::default();
        let mut check = |here: usize, there: usize, room: (bool, bool)| {
            let own = Limit { connections: 2, ..Limit::default() };
            let limits = Limits {
                all: Limit { connections: 3, ..Limit::default() },
                listeners: HashMap::from([("HERE".to_owned(), own), ("BROKERS".to_owned(), Limit::default())]),
                inter_broker: "BROKERS".to_owned(),
                ..Limits::default()
            };
            counts.listeners = HashMap::from([(name("HERE"), here), (name("BROKERS"), there)]);
            assert_eq!((limits.has_room("HERE", &counts), limits.has_room("BROKERS", &counts)), room, "{here} and {there}");
        };
        check(1, 1, (true, true));
        check(2, 0, (false, true));
        check(1, 2, (false, true));
    }

    #[tokio::test]
    async fn the_longest_idle_connections_make_room_for_brokers_and_go_when_fewer_may_be() {
        let limits = |all: usize| Limits {
            all: Limit { connections: all, ..Limit::default() },
            listeners: ["HERE", "BROKERS"].map(|name| (name.to_owned(), Limit::default())).into(),
            per_address: usize::MAX,
            inter_broker: "BROKERS".to_owned(),
            ..Limits::default()
        };
        let quotas = Arc::new(ConnectionQuotas::with(limits(3)));
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let count = |listener: &str| quotas.count(&name(listener), address).expect("any number from an address");
        let here = [count("HERE"), count("HERE"), count("HERE")];
        for (at, one) in [7, 3, 5].into_iter().zip(&here) {
            one.used.store(at, Ordering::Relaxed);
        }
        let closed = |of: &[Counted]| of.iter().map(|one| one.close.is_cancelled()).collect::<Vec<_>>();
        assert_eq!(closed(&here), [false; 3]);
        let brokers = [count("BROKERS")];
        assert_eq!(closed(&here), [false, true, false], "the longest idle one");
        here[1].is_too_many().await;
        *quotas.limits() = limits(1);
        quotas.shed(&quotas.limits(), &mut quotas.counts());
        assert_eq!((closed(&here), closed(&brokers)), (vec![true; 3], vec![false]));
        drop((here, brokers));
        assert!(quotas.counts().open.is_empty());
    }

    #[tokio::test]
    async fn the_configuration_says_how_many() {
        let config = |lines: &[(&str, &str)]| {
            let all = lines.iter().chain(&[("zookeeper.connect", "localhost:1")]);
            BrokerConfig::new(all.map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()).expect("valid")
        };
        let given = config(&[
            ("max.connections", "7"),
            ("max.connection.creation.rate", "8"),
            ("listener.name.plaintext.max.connections", "5"),
            ("listener.name.plaintext.max.connection.creation.rate", "6"),
        ]);
        let limits = Limits::of(&given).await;
        assert_eq!(limits.all, Limit { connections: 7, rate: 8 });
        assert_eq!(limits.of_listener("PLAINTEXT"), Limit { connections: 5, rate: 6 });
        let quotas = ConnectionQuotas::with(limits);
        quotas.update(&config(&[])).await;
        let now = quotas.limits().clone();
        assert_eq!((now.of_listener("PLAINTEXT"), now.all.rate), (Limit::default(), NO_RATE));
    }

    #[test]
    fn more_than_may_come_wait() {
        let mut came = Came::default();
        let waits: Vec<u128> = (0..23).map(|_| came.one_more(100, 2).as_millis()).collect();
        assert!(waits[..20].iter().all(|wait| *wait == 0), "{waits:?}");
        assert_eq!(waits[20..], [500, 1000, 1500]);
        assert_eq!(came.one_more(109, 2).as_millis(), 2000);
        assert_eq!(came.one_more(110, 2).as_millis(), 0, "the window has passed");
        assert_eq!(came.one_more(110, NO_RATE).as_millis(), 0);
    }
}
