//! A consumer group of librdkafka's on the bundled broker: members come, go and die, the broker is restarted and killed, and every
//! record is consumed by somebody, with no partition owned twice.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use kafkalab::engine::bundled::Bundled;
use kafkalab::engine::distribution::Distribution;
use kafkalab::engine::server::Role;
use kafkalab::process::signal::Signal;
use kafkalab::process::spawn::{Command, Stream};
use kafkalab::process::wait;
use rdkafka::ClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer, ConsumerContext, Rebalance};
use rdkafka::message::Message;
use rdkafka::producer::{FutureProducer, FutureRecord, Producer};

use crate::support::{DEADLINE, Pair, bundled, serving, znodes};

const TOPIC: &str = "orders";
const PARTITIONS: i32 = 8;

/// What all members share: who owns which partition, and what was consumed.
#[derive(Default)]
struct Ledger {
    owners: BTreeMap<i32, usize>,
    conflicts: Vec<String>,
    consumed: BTreeSet<String>,
}

type Shared = Arc<Mutex<Ledger>>;

fn lock(ledger: &Shared) -> MutexGuard<'_, Ledger> {
    ledger.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Notes in the ledger what a member is given and what is taken from it.
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
                        let conflict = format!("{} is owned by {other} and {}", one.partition(), self.member);
                        ledger.conflicts.push(conflict);
                    }
                }
            }
            Rebalance::Revoke(_) => ledger.owners.retain(|_, owner| *owner != self.member),
            Rebalance::Error(_) => {}
        }
    }
}

struct Member {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Member {
    fn start(bootstrap: &str, number: usize, ledger: &Shared) -> Self {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", bootstrap).set("group.id", "lab").set("auto.offset.reset", "earliest");
        config.set("enable.auto.commit", "false").set("session.timeout.ms", "6000").set("heartbeat.interval.ms", "300");
        config.set("client.id", format!("member-{number}")).set("log_level", "0");
        let context = Watch { member: number, ledger: Arc::clone(ledger) };
        let consumer: BaseConsumer<Watch> = config.create_with_context(context).expect("a valid configuration");
        consumer.subscribe(&[TOPIC]).expect("a valid subscription");
        let stop = Arc::new(AtomicBool::new(false));
        let (stopped, shared) = (Arc::clone(&stop), Arc::clone(ledger));
        let thread = std::thread::spawn(move || {
            while !stopped.load(Ordering::SeqCst) {
                let Some(Ok(record)) = consumer.poll(Duration::from_millis(50)) else { continue };
                let value = String::from_utf8_lossy(record.payload().unwrap_or_default()).into_owned();
                lock(&shared).consumed.insert(value);
                // a rebalance may be under way: the next owner reads the record again
                let _ = consumer.commit_message(&record, CommitMode::Async);
            }
        });
        Self { stop, thread }
    }

    /// Leaves the group.
    fn leave(self) {
        self.stop.store(true, Ordering::SeqCst);
        self.thread.join().expect("a member does not panic");
    }
}

async fn produce(bootstrap: &str, values: std::ops::Range<usize>) {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", bootstrap).set("acks", "all").set("linger.ms", "5");
    let producer: FutureProducer = config.create().expect("a valid configuration");
    let mut sent = Vec::new();
    for value in values {
        let (text, partition) = (value.to_string(), i32::try_from(value).unwrap_or(0) % PARTITIONS);
        let record = FutureRecord::<(), String>::to(TOPIC).payload(&text).partition(partition);
        sent.push(producer.send_result(record).unwrap_or_else(|(error, _)| panic!("{error}")));
    }
    for one in sent {
        one.await.expect("the producer lives").unwrap_or_else(|(error, _)| panic!("{error}"));
    }
    producer.flush(DEADLINE).expect("nothing is left");
}

async fn until_consumed(ledger: &Shared, count: usize) {
    let all = || async { (lock(ledger).consumed.len() == count).then_some(()) };
    let waited = wait::until(DEADLINE, "every record to be consumed", all).await;
    waited
        .unwrap_or_else(|error| panic!("{error}: {} of {count}; owners {:?}", lock(ledger).consumed.len(), lock(ledger).owners));
}

async fn until_owned_by(ledger: &Shared, members: &[usize]) {
    let wanted: BTreeSet<usize> = members.iter().copied().collect();
    let shared = || async {
        let ledger = lock(ledger);
        let owners: BTreeSet<usize> = ledger.owners.values().copied().collect();
        (ledger.owners.len() == PARTITIONS as usize && owners == wanted).then_some(())
    };
    let waited = wait::until(DEADLINE, "the members to share the partitions", shared).await;
    waited.unwrap_or_else(|error| panic!("{error}: {members:?}, {:?}", lock(ledger).owners));
}

/// A short session for the broker, so that its successor may register soon after a kill; and few partitions of the group's topic.
const LINES: [(Role, &str); 4] = [
    (Role::Coordinator, "tickTime=200"),
    (Role::Broker, "zookeeper.session.timeout.ms=1000"),
    (Role::Broker, "offsets.topic.num.partitions=3"),
    (Role::Broker, "group.initial.rebalance.delay.ms=0"),
];

async fn world() -> (Pair, Bundled, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let engine = bundled(folder.path());
    let pair = Pair::start(&engine, &engine, &LINES).await;
    pair.trial.create_topic(TOPIC, PARTITIONS, DEADLINE).await.unwrap_or_else(|error| panic!("{error}"));
    (pair, engine, folder)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_come_go_and_die_and_every_record_is_consumed() {
    let (pair, _engine, _folder) = world().await;
    let (bootstrap, ledger) = (pair.bootstrap(), Shared::default());
    let start = |number| Member::start(&bootstrap, number, &ledger);
    produce(&bootstrap, 0..400).await;
    let mut members: Vec<Member> = (0..2).map(start).collect();
    until_owned_by(&ledger, &[0, 1]).await;
    members.extend((2..5).map(start));
    produce(&bootstrap, 400..800).await;
    until_owned_by(&ledger, &[0, 1, 2, 3, 4]).await;
    members.remove(1).leave();
    produce(&bootstrap, 800..1200).await;
    until_owned_by(&ledger, &[0, 2, 3, 4]).await;
    members.remove(0).leave();
    until_owned_by(&ledger, &[2, 3, 4]).await;
    produce(&bootstrap, 1200..1600).await;
    until_consumed(&ledger, 1600).await;
    assert_eq!(lock(&ledger).conflicts, Vec::<String>::new());
    for member in members {
        member.leave();
    }
}

async fn committed(bootstrap: &str) -> i64 {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", bootstrap).set("group.id", "lab");
    let consumer: BaseConsumer = config.create().expect("a valid configuration");
    let asked = tokio::task::spawn_blocking(move || {
        let mut partitions = rdkafka::TopicPartitionList::new();
        partitions.add_partition_range(TOPIC, 0, PARTITIONS - 1);
        let found = consumer.committed_offsets(partitions, DEADLINE).expect("the coordinator answers");
        found.elements().iter().filter_map(|one| one.offset().to_raw()).filter(|offset| *offset > 0).sum()
    });
    asked.await.expect("librdkafka does not panic")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commits_outlive_a_restart_and_a_kill() {
    let (mut pair, engine, _folder) = world().await;
    let (bootstrap, ledger) = (pair.bootstrap(), Shared::default());
    for round in 0..3 {
        produce(&bootstrap, round * 100..(round + 1) * 100).await;
        let member = Member::start(&bootstrap, round, &ledger);
        until_consumed(&ledger, (round + 1) * 100).await;
        member.leave();
        let all = i64::try_from((round + 1) * 100).expect("a small number");
        let settled = || async { (committed(&bootstrap).await == all).then_some(()) };
        wait::until(DEADLINE, "every record to be committed", settled).await.unwrap_or_else(|error| panic!("{error}"));
        if round % 2 == 0 {
            assert_eq!(pair.broker.kill().await.ok(), Some(137));
            let port = pair.coordinator.port();
            let forgotten = || async move { (!znodes::dump(port).await.contains("\n/brokers/ids/0 ")).then_some(()) };
            wait::until(DEADLINE, "the dead broker's registration to go", forgotten).await.expect("its session ends");
        } else {
            assert_eq!(pair.broker.stop(DEADLINE).await.ok(), Some(143));
        }
        pair.broker = serving(pair.trial.start(&engine, Role::Broker, DEADLINE).await);
        assert_eq!(committed(&bootstrap).await, all, "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_that_dies_is_missed() {
    let (pair, _engine, folder) = world().await;
    let (bootstrap, ledger) = (pair.bootstrap(), Shared::default());
    let member = Member::start(&bootstrap, 0, &ledger);
    until_owned_by(&ledger, &[0]).await;
    let distribution = Distribution::at(folder.path().join(Distribution::folder_name()));
    let script = distribution.script("kafka-console-consumer.sh");
    let args = ["--bootstrap-server", &bootstrap, "--topic", TOPIC, "--group", "lab"];
    let properties = ["--consumer-property", "session.timeout.ms=6000", "--consumer-property", "client.id=mortal"];
    let command = Command::new(&script).args(args).args(properties).stdout(Stream::Null).stderr(Stream::Null);
    let mut other = command.kill_group_on_drop().spawn().expect("the script starts");
    let shared = || async { (lock(&ledger).owners.len() == PARTITIONS as usize / 2).then_some(()) };
    wait::until(DEADLINE, "the other process to take its share", shared).await.unwrap_or_else(|error| panic!("{error}"));
    other.signal(Signal::Kill).expect("it runs");
    other.wait().await.expect("it ends");
    let started = Instant::now();
    produce(&bootstrap, 0..200).await;
    until_owned_by(&ledger, &[0]).await;
    assert!(started.elapsed() > Duration::from_secs(2), "it was waited for");
    until_consumed(&ledger, 200).await;
    assert_eq!(lock(&ledger).conflicts, Vec::<String>::new());
    member.leave();
}
