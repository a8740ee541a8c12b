//! A campaign of crashes: clients write, commit, make and delete topics; the broker, now and then the coordinator, is killed at a random
//! moment and started again; what was acknowledged must be there.

mod clients;
mod ledger;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use kafkalab::engine::bundled::Bundled;
use kafkalab::engine::server::Role;
use kafkalab::process::wait;

use crate::support::random::Random;
use crate::support::tally::Tally;
use crate::support::{DEADLINE, Pair, serving, session};
use clients::{COMMITTING_GROUPS, LIVE_GROUP, PARTITIONS, TOPICS_PER_ROUND, Worker};
use ledger::{Shared, check_partition};

/// How many crashes.
pub const ROUNDS: &str = "KAFKALAB_ROUNDS";
/// The seed of the campaign, to play it again.
pub const FIRST_SEED: &str = "KAFKALAB_FIRST_SEED";
/// After so many crashes other topics are written to.
const ROUNDS_PER_TOPICS: usize = 10;
/// The most records that are acknowledged between two crashes.
const RECORDS_PER_ROUND: usize = 1500;
/// A crash comes at most this long after the records.
const LATEST_CRASH: Duration = Duration::from_millis(40);

/// So many times a killed broker's session is ended from outside before one may run out by itself.
const SESSIONS_ENDED: usize = 100;

/// Small segments, so that they are rolled and their indexes filled all the time. Sessions are as long as Kafka has them: a shorter one runs
/// out on a busy machine while the broker starts, which ends it, as it ends Apache's.
const LINES: [(Role, &str); 7] = [
    (Role::Broker, "log.segment.bytes=32768"),
    (Role::Broker, "log.index.interval.bytes=512"),
    (Role::Broker, "log.index.size.max.bytes=400"),
    (Role::Broker, "offsets.topic.num.partitions=3"),
    (Role::Broker, "offsets.topic.segment.bytes=65536"),
    (Role::Broker, "group.initial.rebalance.delay.ms=0"),
    (Role::Broker, "auto.create.topics.enable=false"),
];

/// Which servers die.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Crash {
    Broker,
    Coordinator,
    Both,
}

/// Servers, their clients, and what these were told.
pub struct Campaign<'a> {
    engine: &'a Bundled,
    pair: Pair,
    ledger: Shared,
    random: Random,
    seed: u64,
    round: usize,
    topics: Vec<String>,
    writers: Vec<Worker>,
    others: Vec<Worker>,
    tally: Tally,
}

impl<'a> Campaign<'a> {
    /// Starts servers and clients; `lines` are added to the configuration.
    pub async fn start(engine: &'a Bundled, seed: u64, lines: &[(Role, &str)]) -> Self {
        let shown: Vec<String> = lines.iter().map(|(_, line)| format!(" {line}")).collect();
        let tally = Tally::new(format!("crashes seed {seed}{}", shown.concat()));
        let pair = Pair::start(engine, engine, &[&LINES[..], lines].concat()).await;
        let (ledger, bootstrap) = (Shared::default(), pair.bootstrap());
        clients::make_topic(&bootstrap, "committed", &[]).await;
        let others = vec![clients::committer(&bootstrap, "committed".into(), &ledger), clients::member(&bootstrap, "committed")];
        let random = Random::new(seed);
        Self { engine, pair, ledger, random, seed, round: 0, topics: vec![], writers: vec![], others, tally }
    }

    /// Lets clients work, kills, starts again and looks.
    pub async fn round(&mut self) {
        if self.round.is_multiple_of(ROUNDS_PER_TOPICS) {
            self.other_topics().await;
        }
        self.round += 1;
        self.tally.add("rounds", 1);
        let first = self.round * TOPICS_PER_ROUND;
        let administrator = clients::administrator(&self.pair.bootstrap(), first, &self.ledger);
        // an everyday run is no longer than two
        let crash = match (self.round, self.random.below(8)) {
            (1, _) => Crash::Broker,
            (2, _) | (_, 1) => Crash::Both,
            (_, 0) => Crash::Coordinator,
            _ => Crash::Broker,
        };
        self.strike(crash).await;
        let begin = Instant::now();
        administrator.end().await;
        self.tally.spent("administrator ending", begin);
        self.verify(crash).await;
    }

    /// Ends the clients and looks once more.
    pub async fn finish(mut self) {
        let begin = Instant::now();
        for worker in self.writers.drain(..).chain(std::mem::take(&mut self.others)) {
            worker.end().await;
        }
        self.tally.spent("clients ending", begin);
        self.verify(Crash::Broker).await;
        let ledger = self.ledger.lock();
        self.tally.add("records acknowledged", ledger.total);
        self.tally.add("commits acknowledged", ledger.acknowledged_commits);
        self.tally.add("topics made", ledger.created.len() + ledger.deleted.len());
        assert!(ledger.total > 0 && !ledger.commits.is_empty(), "nothing was acknowledged");
    }

    /// The segments of the topics that are written to, and their indexes.
    pub fn segments(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        for (topic, partition) in self.topics.iter().flat_map(|topic| (0..PARTITIONS).map(move |partition| (topic, partition))) {
            let folder = self.pair.trial.data(Role::Broker).join(format!("{topic}-{partition}"));
            let entries = std::fs::read_dir(folder).expect("the log is there");
            files.extend(entries.map(|entry| entry.expect("the folder can be read").path()));
        }
        files.retain(|file| file.extension().is_some_and(|kind| kind == "log" || kind == "index" || kind == "timeindex"));
        files.sort();
        files
    }

    fn place(&self, crash: Crash) -> String {
        format!("seed {} round {} ({crash:?})", self.seed, self.round)
    }

    async fn other_topics(&mut self) {
        let bootstrap = self.pair.bootstrap();
        for writer in self.writers.drain(..) {
            writer.end().await;
        }
        // else every start would open more logs than the one before it
        let made = self.ledger.lock().created.clone();
        for topic in made {
            clients::delete_topic(&bootstrap, &topic).await;
            let mut ledger = self.ledger.lock();
            ledger.created.remove(&topic);
            ledger.deleted.insert(topic);
        }
        for topic in std::mem::take(&mut self.topics) {
            clients::delete_topic(&bootstrap, &topic).await;
            let mut ledger = self.ledger.lock();
            ledger.records.retain(|place, _| place.0 != topic);
            ledger.failed.retain(|place, _| place.0 != topic);
        }
        // librdkafka is built without zstd
        let codec = self.random.of(&["gzip", "snappy", "lz4", "uncompressed"]);
        let kinds: [&[(&str, &str)]; 2] =
            [&[("index.interval.bytes", "64")], &[("compression.type", codec), ("message.timestamp.type", "LogAppendTime")]];
        for (number, settings) in (0..).zip(kinds) {
            let topic = format!("written-{}-{number}", self.round);
            clients::make_topic(&bootstrap, &topic, settings).await;
            for kind in ["once", "often"] {
                let (name, random) = (format!("{kind}-{}-{number}", self.round), Random::new(self.random.bits()));
                self.writers.push(clients::writer(&bootstrap, name, topic.clone(), &self.ledger, random));
            }
            self.topics.push(topic);
        }
    }

    /// Waits for a random number of records, and not much longer; kills; starts again.
    async fn strike(&mut self, crash: Crash) {
        let begin = Instant::now();
        let wanted = self.ledger.lock().total + self.random.below(RECORDS_PER_ROUND);
        self.ledger.lock().goal = wanted + RECORDS_PER_ROUND / 2;
        let ledger = self.ledger.clone();
        let written = wait::until_true(DEADLINE, "records to be acknowledged", || ledger.lock().total >= wanted).await;
        written.unwrap_or_else(|error| panic!("{}: {error}; {:?}", self.place(crash), self.ledger.lock().fatal));
        let moment = LATEST_CRASH * u32::try_from(self.random.below(100)).expect("below 100") / 100;
        tokio::time::sleep(moment).await;
        self.tally.spent("writing", begin);
        if crash != Crash::Broker {
            assert_eq!(self.pair.coordinator.kill().await.ok(), Some(137));
            self.tally.add("coordinators killed", 1);
        }
        if crash != Crash::Coordinator {
            assert_eq!(self.pair.broker.kill().await.ok(), Some(137));
            self.tally.add("brokers killed", 1);
        }
        let begin = Instant::now();
        if crash != Crash::Broker {
            self.pair.coordinator = serving(self.pair.trial.start(self.engine, Role::Coordinator, DEADLINE).await);
        }
        if crash != Crash::Coordinator {
            self.bury_broker().await;
            self.pair.broker = serving(self.pair.trial.start(self.engine, Role::Broker, DEADLINE).await);
        }
        self.tally.spent("starting", begin);
    }

    /// Waits until the killed broker's registration has gone; mostly its session need not run out.
    async fn bury_broker(&mut self) {
        let port = self.pair.coordinator.port();
        if self.random.one_in(SESSIONS_ENDED) {
            self.tally.add("sessions run out", 1);
            session::broker_forgotten(port).await;
        } else {
            session::forget_broker(port).await;
        }
    }

    async fn verify(&mut self, crash: Crash) {
        let place = self.place(crash);
        let begin = Instant::now();
        self.verify_topics(&place).await;
        self.tally.spent("looking at topics", begin);
        let begin = Instant::now();
        self.verify_records(&place).await;
        self.tally.spent("at records", begin);
        let begin = Instant::now();
        self.verify_groups(&place).await;
        self.tally.spent("at groups", begin);
        let log = std::fs::read_to_string(self.pair.broker.log()).expect("the broker logs");
        assert!(!log.contains("panicked at"), "{place}: {log}");
    }

    async fn verify_topics(&self, place: &str) {
        let client = self.pair.trial.client();
        let settled = async || {
            let there: BTreeSet<String> = clients::led_topics(&client).await?.into_iter().collect();
            let ledger = self.ledger.lock();
            let missing: Vec<&String> = ledger.created.difference(&there).collect();
            assert!(missing.is_empty(), "{place}: {missing:?} were created");
            // a deletion goes on after the restart
            ledger.deleted.is_disjoint(&there).then_some(())
        };
        let settled = wait::until(DEADLINE, "every topic to be led and deleted ones to go", settled).await;
        settled.unwrap_or_else(|error| panic!("{place}: {error}"));
    }

    async fn verify_records(&mut self, place: &str) {
        // of what is acknowledged while we read, nothing can be said
        let acknowledged = self.ledger.lock().records.clone();
        let read = |topic: &String| {
            let (bootstrap, topic) = (self.pair.bootstrap(), topic.clone());
            let reading = tokio::task::spawn_blocking(move || (clients::read(&bootstrap, &topic), topic));
            async move { reading.await.unwrap_or_else(|error| panic!("{place}: {error}")) }
        };
        for (partitions, topic) in join_all(self.topics.iter().map(read)).await {
            for (partition, found) in partitions {
                self.tally.add("records found", found.len());
                let acknowledged = acknowledged.get(&(topic.clone(), partition)).cloned().unwrap_or_default();
                let failed = self.ledger.lock().failed.get(&(topic.clone(), partition)).cloned().unwrap_or_default();
                if let Err(reason) = check_partition(&found, &acknowledged, &failed) {
                    panic!("{place}: {topic}-{partition}: {reason}");
                }
            }
        }
    }

    async fn verify_groups(&self, place: &str) {
        let before = self.ledger.lock().commits.clone();
        let ask = |group| {
            let bootstrap = self.pair.bootstrap();
            let asking = tokio::task::spawn_blocking(move || (group, clients::committed(&bootstrap, group, "committed")));
            async move { asking.await.unwrap_or_else(|error| panic!("{place}: {error}")) }
        };
        for (group, found) in join_all(COMMITTING_GROUPS.map(ask)).await {
            let after = self.ledger.lock().commits.clone();
            for partition in 0..PARTITIONS {
                let key = (group.to_owned(), partition);
                let acknowledged = before.get(&key).map_or(-1, |commit| commit.0);
                let attempted = after.get(&key).map_or(-1, |commit| commit.1);
                let found = found.get(&partition).copied().unwrap_or(-1);
                assert!(
                    (acknowledged..=attempted).contains(&found),
                    "{place}: {group} has {found} for partition {partition}, acknowledged was {acknowledged}, asked for {attempted}"
                );
            }
        }
        let described = self.pair.trial.client().describe_group(LIVE_GROUP).await;
        let group = described.unwrap_or_else(|error| panic!("{place}: {error}"));
        assert!(group.state != "Dead", "{place}: {group:?}");
    }
}
