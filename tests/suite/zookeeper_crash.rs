//! The coordinator killed at random points while clients write: nothing acknowledged is lost, no half of a multi is to be seen, the log
//! always opens, and sessions live on. The ledger of what was sent and answered is kept here.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use kafkalab::engine::zookeeper::client::{Client, ClientError, Op, first_error};
use kafkalab::engine::zookeeper::protocol::CreateMode;
use kafkalab::process::signal::Signal;
use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::coordinator_process::{CoordinatorProcess, DEADLINE};

/// How many times the server is killed.
const ROUNDS: &str = "KAFKALAB_ROUNDS";
const ROUNDS_DEFAULT: u64 = 10;
/// What the random numbers come from; printed, to play a run again.
const SEED: &str = "KAFKALAB_SEED";
const CLIENTS: usize = 4;
/// Requests of a client that are under way at once.
const WINDOW: usize = 8;
/// The most acknowledgements of a round before the server is killed.
const KILLED_AFTER_MAX: u64 = 300;
/// A client with so many paths goes on with those.
const PATHS_MAX: usize = 150;
/// The longest that a server has which is killed while it starts.
const STARTING_MS_MAX: u64 = 30;
/// Small files and many snapshots, so that kills hit their making too.
const KEYS: &str = "preAllocSize=64\nsnapCount=60\nadmin.enableServer=false\n";

/// What one client knows of a path: the values that were acknowledged last, and the one that was sent after it, if any.
#[derive(Clone, Debug, Default)]
struct Entry {
    acknowledged: Option<u64>,
    sent: Option<u64>,
}

/// What one client did. Values only grow, so the value of a path says which writes are in it.
#[derive(Debug, Default)]
struct Ledger {
    paths: BTreeMap<String, Entry>,
    /// Pairs that are only ever written together.
    pairs: Vec<(String, String)>,
}

/// One request of a client: what it writes.
#[derive(Clone, Debug)]
enum Write {
    Create(String),
    Set(String, u64),
    Multi(String, String, u64),
}

impl Ledger {
    /// The next request; it writes no path that another request under way writes.
    fn next(&mut self, number: u64, owner: &str, rng: &mut TestRng) -> Write {
        let kind = rng.next_u32() % 10;
        let is_settled = |path: &String| self.paths.get(path).is_some_and(|entry| entry.sent.is_none());
        let settled: Vec<&String> = self.paths.keys().filter(|path| path.contains("/n") && is_settled(path)).collect();
        let pairs: Vec<&(String, String)> = self.pairs.iter().filter(|(one, _)| is_settled(one)).collect();
        let is_full = self.paths.len() > PATHS_MAX;
        let write = if kind < 6 {
            match draw(&settled, rng) {
                Some(path) if kind >= 4 || is_full => Write::Set((*path).clone(), number),
                _ => Write::Create(format!("{owner}/n{number}")),
            }
        } else {
            match draw(&pairs, rng) {
                Some((one, other)) if kind >= 8 || is_full => Write::Multi(one.clone(), other.clone(), number),
                _ => Write::Multi(format!("{owner}/p{number}"), format!("{owner}/q{number}"), number),
            }
        };
        if let Write::Multi(one, other, _) = &write
            && !self.paths.contains_key(one)
        {
            self.pairs.push((one.clone(), other.clone()));
        }
        for (path, value) in write.values() {
            self.paths.entry(path).or_default().sent = Some(value);
        }
        write
    }

    fn acknowledge(&mut self, write: &Write) {
        for (path, value) in write.values() {
            self.paths.insert(path, Entry { acknowledged: Some(value), sent: None });
        }
    }

    /// Holds the tree against what was sent and answered; what is in it counts as acknowledged from here on.
    async fn check(&mut self, client: &Client, seed: &str) {
        let found = read_all(client, self.paths.keys().cloned().collect()).await;
        for (path, entry) in &mut self.paths {
            let value = found[path];
            let expected = [entry.acknowledged, entry.sent];
            assert!(
                value == entry.acknowledged || (value.is_some() && expected.contains(&value)),
                "{seed}: {path} is {value:?}, acknowledged {:?}, sent {:?}",
                entry.acknowledged,
                entry.sent
            );
            *entry = Entry { acknowledged: value, sent: None };
        }
        for (one, other) in &self.pairs {
            assert_eq!(found[one], found[other], "{seed}: half of a multi on {one} and {other}");
        }
        self.paths.retain(|_, entry| entry.acknowledged.is_some());
        let paths = &self.paths;
        self.pairs.retain(|(one, _)| paths.contains_key(one));
    }
}

impl Write {
    fn values(&self) -> Vec<(String, u64)> {
        match self {
            Self::Create(path) => vec![(path.clone(), 0)],
            Self::Set(path, value) => vec![(path.clone(), *value)],
            Self::Multi(one, other, value) => vec![(one.clone(), *value), (other.clone(), *value)],
        }
    }

    /// Whether it was acknowledged; anything but a lost connection is wrong otherwise.
    async fn send(&self, client: &Client, is_new: bool) -> bool {
        let data = |value: &u64| value.to_string();
        let sent = match self {
            Self::Create(path) => client.create(path, data(&0), CreateMode::Persistent).await.map(|_| ()),
            Self::Set(path, value) => client.set_data(path, data(value), None).await.map(|_| ()),
            Self::Multi(one, other, value) => {
                let op = |path: &String| {
                    let (path, data) = (path.clone(), data(value).into());
                    if is_new {
                        Op::Create { path, data, mode: CreateMode::Persistent }
                    } else {
                        Op::SetData { path, data, version: None }
                    }
                };
                let results = client.multi(vec![op(one), op(other)]).await;
                results.map(|results| assert_eq!(first_error(&results), None, "{self:?}"))
            }
        };
        assert!(sent.as_ref().err().is_none_or(ClientError::is_connection_loss), "{self:?}: {sent:?}");
        sent.is_ok()
    }
}

/// The value of each path; `None` where it is not there.
async fn read_all(client: &Client, paths: Vec<String>) -> BTreeMap<String, Option<u64>> {
    let mut found = BTreeMap::new();
    for window in paths.chunks(64) {
        let reads = window.iter().map(|path| async move {
            match client.get_data(path).await {
                Ok((data, _)) => (path.clone(), Some(std::str::from_utf8(&data).expect("digits").parse().expect("a number"))),
                Err(error) if error.code().is_some() => (path.clone(), None),
                Err(error) => panic!("{path}: {error}"),
            }
        });
        found.extend(futures_util::future::join_all(reads).await);
    }
    found
}

/// One client with its session, its ephemeral and its ledger.
struct Writer {
    client: Client,
    owner: String,
    ledger: Ledger,
    session: i64,
    rng: TestRng,
}

impl Writer {
    async fn new(fixture: &CoordinatorProcess, number: usize, rng: &mut TestRng) -> Self {
        let client = fixture.client().await;
        let owner = format!("/c{number}");
        client.create(&owner, "", CreateMode::Persistent).await.expect("created");
        client.create(&format!("{owner}/e"), "", CreateMode::Ephemeral).await.expect("created");
        let session = client.session_id();
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &rng_bytes(rng));
        Self { client, owner, ledger: Ledger::default(), session, rng }
    }

    /// Writes until the server has gone.
    async fn write(mut self, numbers: Arc<AtomicU64>, acknowledged: mpsc::UnboundedSender<()>) -> Self {
        let mut under_way = JoinSet::new();
        let mut is_gone = false;
        while !is_gone || !under_way.is_empty() {
            while !is_gone && under_way.len() < WINDOW {
                let number = numbers.fetch_add(1, Ordering::Relaxed);
                let write = self.ledger.next(number, &self.owner, &mut self.rng);
                let is_new = write.values().iter().all(|(path, _)| self.ledger.paths[path].acknowledged.is_none());
                let client = self.client.clone();
                under_way.spawn(async move { (write.send(&client, is_new).await, write) });
            }
            let Some(Ok((is_done, write))) = under_way.join_next().await else { continue };
            if is_done {
                self.ledger.acknowledge(&write);
                // nobody counts any more once the server is being killed
                let _ = acknowledged.send(());
            } else {
                is_gone = true;
            }
        }
        self
    }

    /// The session goes on, with its ephemeral, and every write is where it was acknowledged.
    async fn check(&mut self, seed: &str) {
        self.client.wait_connected(DEADLINE).await.expect("the server is back");
        assert_eq!(self.client.session_id(), self.session, "{seed}: the session lives on");
        let stat = self.client.exists(&format!("{}/e", self.owner)).await.expect("answered").expect("its ephemeral lives");
        assert_eq!(stat.ephemeral_owner, self.session, "{seed}");
        self.ledger.check(&self.client, seed).await;
    }
}

fn rng_bytes(rng: &mut TestRng) -> [u8; 32] {
    let mut bytes = [0; 32];
    rng.fill_bytes(&mut bytes);
    bytes
}

fn draw<'a, T>(from: &'a [T], rng: &mut TestRng) -> Option<&'a T> {
    let count = u64::try_from(from.len()).expect("small");
    (count > 0).then(|| &from[usize::try_from(rng.next_u64() % count).expect("small")])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_coordinator_killed_at_any_point_loses_nothing_acknowledged() {
    let number = |name, default| std::env::var(name).map_or(default, |value| value.parse().expect("a number"));
    let rounds: u64 = number(ROUNDS, ROUNDS_DEFAULT);
    let seed: u64 = number(SEED, std::process::id().into());
    println!("{SEED}={seed} {ROUNDS}={rounds}");
    let mut seed_bytes = [0; 32];
    seed_bytes[..8].copy_from_slice(&seed.to_be_bytes());
    let mut rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed_bytes);

    let process = CoordinatorProcess::new(KEYS).await;
    let mut server = process.start();
    let mut writers = Vec::new();
    for number in 0..CLIENTS {
        writers.push(Writer::new(&process, number, &mut rng).await);
    }
    let numbers = Arc::new(AtomicU64::new(1));
    for round in 0..rounds {
        let context = format!("{SEED}={seed} round {round}");
        let (acknowledged, mut count) = mpsc::unbounded_channel();
        let writing: JoinSet<Writer> =
            writers.drain(..).map(|writer| writer.write(Arc::clone(&numbers), acknowledged.clone())).collect();
        for _ in 0..=rng.next_u64() % KILLED_AFTER_MAX {
            count.recv().await.expect("somebody writes");
        }
        server.signal(Signal::Kill).expect("killed");
        server.wait().await.expect("ended");
        writers = writing.join_all().await;
        while rng.next_u32().is_multiple_of(3) {
            let mut starting = process.start();
            let time = Duration::from_millis(rng.next_u64() % STARTING_MS_MAX);
            let ended = tokio::time::timeout(time, starting.wait()).await;
            assert!(ended.is_err(), "{context}: it does not start: {}", process.log_text());
            starting.signal(Signal::Kill).expect("killed");
            starting.wait().await.expect("ended");
        }
        server = process.start();
        for writer in &mut writers {
            writer.check(&context).await;
        }
    }
    server.signal(Signal::Kill).expect("killed");
    server.wait().await.expect("ended");
    println!("{rounds} kills, {} requests", numbers.load(Ordering::Relaxed) - 1);
    let written: usize = writers.iter().map(|writer| writer.ledger.paths.len()).sum();
    assert!(written > CLIENTS, "something was written");
}
