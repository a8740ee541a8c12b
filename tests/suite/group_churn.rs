//! Twenty consumers in one group, some of them static, that come, leave, go away without a word and come back while a producer goes on:
//! every record is consumed, commits leave no gap, no partition is owned twice, and each rebalance ends.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use kafkalab::engine::server::Role;
use kafkalab::process::wait;
use rdkafka::ClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer, ConsumerContext, Rebalance};
use rdkafka::message::Message;
use rdkafka::producer::{FutureProducer, FutureRecord, Producer};

use crate::support::random::{Random, setting};
use crate::support::{DEADLINE, Pair, bundled};

const TOPIC: &str = "churned";
const PARTITIONS: i32 = 24;
const MEMBERS: usize = 20;
/// Every third member is static.
const STATIC_EACH: usize = 3;
const RECORDS_PER_ROUND: usize = 600;
/// How many times members change.
const ROUNDS: &str = "KAFKALAB_ROUNDS";
const FIRST_SEED: &str = "KAFKALAB_FIRST_SEED";

#[derive(Default)]
struct Ledger {
    /// Who has which partition.
    owners: BTreeMap<i32, usize>,
    conflicts: Vec<String>,
    consumed: BTreeSet<usize>,
}

type Shared = Arc<Mutex<Ledger>>;

fn lock(ledger: &Shared) -> MutexGuard<'_, Ledger> {
    ledger.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Notes what a member is given and what is taken from it, all at once or bit by bit.
struct Watch {
    member: usize,
    ledger: Shared,
}

impl ClientContext for Watch {}

impl ConsumerContext for Watch {
    fn pre_rebalance(&self, _: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        let mut ledger = lock(&self.ledger);
        match rebalance {
            Rebalance::Assign(partitions) => {
                for one in partitions.elements() {
                    if let Some(other) = ledger.owners.insert(one.partition(), self.member) {
                        ledger.conflicts.push(format!("{} is owned by {other} and {}", one.partition(), self.member));
                    }
                }
            }
            Rebalance::Revoke(partitions) => {
                for one in partitions.elements() {
                    if ledger.owners.get(&one.partition()) == Some(&self.member) {
                        ledger.owners.remove(&one.partition());
                    }
                }
            }
            Rebalance::Error(_) => {}
        }
    }
}

struct Member {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Member {
    fn start(bootstrap: &str, strategy: &str, number: usize, ledger: &Shared) -> Self {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", bootstrap).set("group.id", "churn").set("auto.offset.reset", "earliest");
        // nobody is given up because the machine is busy
        config.set("session.timeout.ms", "60000").set("heartbeat.interval.ms", "300").set("enable.auto.commit", "false");
        config.set("partition.assignment.strategy", strategy).set("log_level", "0");
        if number.is_multiple_of(STATIC_EACH) {
            config.set("group.instance.id", format!("static-{number}"));
        }
        let context = Watch { member: number, ledger: Arc::clone(ledger) };
        let consumer: BaseConsumer<Watch> = config.create_with_context(context).expect("a valid configuration");
        consumer.subscribe(&[TOPIC]).expect("a valid subscription");
        let stop = Arc::new(AtomicBool::new(false));
        let (stopped, shared) = (Arc::clone(&stop), Arc::clone(ledger));
        let thread = std::thread::spawn(move || {
            while !stopped.load(Ordering::SeqCst) {
                let record = match consumer.poll(Duration::from_millis(50)) {
                    Some(Ok(record)) => record,
                    // what was refused in a rebalance is committed when nothing else is to do
                    _ => {
                        let _ = consumer.commit_consumer_state(CommitMode::Async);
                        continue;
                    }
                };
                let value = String::from_utf8_lossy(record.payload().unwrap_or_default()).parse().expect("a number");
                lock(&shared).consumed.insert(value);
                // a rebalance may be under way: the next owner reads the record again
                let _ = consumer.commit_message(&record, CommitMode::Async);
            }
        });
        Self { stop, thread }
    }

    /// Ends; a static member does not tell the group.
    async fn end(self) {
        self.stop.store(true, Ordering::SeqCst);
        let joined = tokio::task::spawn_blocking(move || self.thread.join()).await;
        joined.expect("the join does not panic").expect("a member does not panic");
    }
}

async fn produce(bootstrap: &str, first: usize) {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", bootstrap).set("enable.idempotence", "true").set("linger.ms", "5");
    let producer: FutureProducer = config.create().expect("a valid configuration");
    let mut sent = Vec::new();
    for number in first..first + RECORDS_PER_ROUND {
        let (text, partition) = (number.to_string(), i32::try_from(number).expect("a small number") % PARTITIONS);
        let record = FutureRecord::<(), String>::to(TOPIC).payload(&text).partition(partition);
        sent.push(producer.send_result(record).unwrap_or_else(|(error, _)| panic!("{error}")));
    }
    for one in sent {
        one.await.expect("the producer lives").unwrap_or_else(|(error, _)| panic!("{error}"));
    }
    producer.flush(DEADLINE).expect("nothing is left");
}

/// Waits until the members that are there share every partition and have consumed everything.
async fn settled(ledger: &Shared, members: &BTreeMap<usize, Member>, count: usize, place: &str) {
    let all = || async {
        let ledger = lock(ledger);
        let owned = ledger.owners.len() == PARTITIONS as usize && ledger.owners.values().all(|owner| members.contains_key(owner));
        (owned && ledger.consumed.len() == count).then_some(())
    };
    wait::until(DEADLINE, "the group to settle and every record to be consumed", all).await.unwrap_or_else(|error| {
        let ledger = lock(ledger);
        panic!("{place}: {error}: {} of {count} records, owners {:?}", ledger.consumed.len(), ledger.owners)
    });
    assert_eq!(lock(ledger).conflicts, Vec::<String>::new(), "{place}");
}

async fn churn(strategy: &'static str) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let engine = bundled(folder.path());
    let lines = [(Role::Broker, "offsets.topic.num.partitions=3"), (Role::Broker, "group.initial.rebalance.delay.ms=0")];
    let pair = Pair::start(&engine, &engine, &lines).await;
    pair.trial.create_topic(TOPIC, PARTITIONS, DEADLINE).await.unwrap_or_else(|error| panic!("{error}"));
    let (bootstrap, ledger, seed) = (pair.bootstrap(), Shared::default(), setting(FIRST_SEED, 1));
    let mut random = Random::new(seed);
    let start = |number| (number, Member::start(&bootstrap, strategy, number, &ledger));
    let mut members: BTreeMap<usize, Member> = (0..MEMBERS).map(start).collect();
    produce(&bootstrap, 0).await;
    let (mut produced, mut absent) = (RECORDS_PER_ROUND, Vec::new());
    settled(&ledger, &members, produced, strategy).await;
    for round in 0..setting(ROUNDS, 1) {
        let place = format!("{strategy} seed {seed} round {round}");
        // while records come
        let (going_on, first) = (bootstrap.clone(), produced);
        let producing = tokio::spawn(async move { produce(&going_on, first).await });
        produced += RECORDS_PER_ROUND;
        let mut back: Vec<usize> = std::mem::take(&mut absent);
        for number in (0..1 + random.below(4)).map(|_| random.below(MEMBERS)) {
            let Some(member) = members.remove(&number) else { continue };
            member.end().await;
            // the group keeps the place of a static member until it is back
            if number.is_multiple_of(STATIC_EACH) { &mut back } else { &mut absent }.push(number);
        }
        members.extend(back.into_iter().map(start));
        producing.await.expect("the producer does not panic");
        settled(&ledger, &members, produced, &place).await;
    }
    let all = i64::try_from(produced).expect("a small number");
    let complete = || async { (committed(&bootstrap).await == all).then_some(()) };
    wait::until(DEADLINE, "every record to be committed", complete)
        .await
        .unwrap_or_else(|error| panic!("{strategy} seed {seed}: {error}"));
    // all at once: one after the other would be a rebalance each
    members.values().for_each(|member| member.stop.store(true, Ordering::SeqCst));
    for member in members.into_values() {
        member.end().await;
    }
}

/// The sum of the committed offsets.
async fn committed(bootstrap: &str) -> i64 {
    let mut config = ClientConfig::new();
    let asking: BaseConsumer =
        config.set("bootstrap.servers", bootstrap).set("group.id", "churn").create().expect("a valid configuration");
    let mut partitions = rdkafka::TopicPartitionList::new();
    partitions.add_partition_range(TOPIC, 0, PARTITIONS - 1);
    let found = tokio::task::spawn_blocking(move || asking.committed_offsets(partitions, DEADLINE)).await;
    let found = found.expect("librdkafka does not panic").expect("the coordinator answers");
    found.elements().iter().filter_map(|one| one.offset().to_raw()).filter(|offset| *offset >= 0).sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_members_change_places_with_the_range_assignor() {
    churn("range").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_members_change_places_cooperatively() {
    churn("cooperative-sticky").await;
}
