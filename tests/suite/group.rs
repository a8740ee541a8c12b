//! A consumer group of librdkafka's: members on their threads, who owns which partition, what was consumed and what is committed.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use kafkalab::process::wait;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer, ConsumerContext, Rebalance};
use rdkafka::message::Message;
use rdkafka::{ClientContext, TopicPartitionList};

use crate::support::{DEADLINE, Pair, librdkafka};

/// What all members share.
#[derive(Default)]
pub struct Ledger {
    /// Who has which partition.
    pub owners: BTreeMap<i32, usize>,
    /// Partitions that had two owners.
    pub conflicts: Vec<String>,
    /// The values that were consumed.
    pub consumed: BTreeSet<String>,
}

/// Notes what a member is given and what is taken from it, all at once or bit by bit.
struct Watch {
    member: usize,
    ledger: Arc<Mutex<Ledger>>,
}

impl ClientContext for Watch {}

impl ConsumerContext for Watch {
    fn pre_rebalance(&self, _: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        let mut ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
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

/// A group that consumes one topic.
pub struct Group {
    bootstrap: String,
    id: &'static str,
    topic: &'static str,
    partitions: i32,
    settings: Vec<(&'static str, &'static str)>,
    ledger: Arc<Mutex<Ledger>>,
}

impl Group {
    /// Makes the topic; `settings` are those of each member.
    pub async fn new(
        pair: &Pair,
        id: &'static str,
        (topic, partitions): (&'static str, i32),
        settings: &[(&'static str, &'static str)],
    ) -> Self {
        pair.trial.create_topic(topic, partitions, DEADLINE).await.unwrap_or_else(|error| panic!("{error}"));
        Self { bootstrap: pair.bootstrap(), id, topic, partitions, settings: settings.to_vec(), ledger: Arc::default() }
    }

    /// What the members share, for a moment.
    pub fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a member; one with an instance id is static.
    pub fn member(&self, number: usize, instance_id: Option<String>) -> Member {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", &self.bootstrap).set("group.id", self.id).set("auto.offset.reset", "earliest");
        config.set("enable.auto.commit", "false").set("heartbeat.interval.ms", "300").set("log_level", "0");
        config.set("client.id", format!("member-{number}"));
        for (key, value) in &self.settings {
            config.set(*key, *value);
        }
        if let Some(instance_id) = instance_id {
            config.set("group.instance.id", instance_id);
        }
        let ledger = Arc::clone(&self.ledger);
        let context = Watch { member: number, ledger: Arc::clone(&ledger) };
        let consumer: BaseConsumer<Watch> = config.create_with_context(context).expect("a valid configuration");
        consumer.subscribe(&[self.topic]).expect("a valid subscription");
        let stop = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&stop);
        Member { stop, thread: std::thread::spawn(move || consume(&consumer, &ledger, &told)) }
    }

    /// Writes numbers as records, and waits until all are acknowledged.
    pub async fn produce(&self, values: Range<usize>) {
        librdkafka::produce_numbers(&self.bootstrap, self.topic, self.partitions, values).await;
    }

    /// Waits until every partition is owned by somebody for whom `wanted` holds of all owners, and `count` values were consumed where
    /// that matters.
    pub async fn settled(&self, place: &str, count: Option<usize>, wanted: impl Fn(&BTreeSet<usize>) -> bool) {
        let all = || async {
            let ledger = self.ledger();
            let owners: BTreeSet<usize> = ledger.owners.values().copied().collect();
            let owned = i32::try_from(ledger.owners.len()) == Ok(self.partitions) && wanted(&owners);
            (owned && count.is_none_or(|count| ledger.consumed.len() == count)).then_some(())
        };
        wait::until(DEADLINE, "the group to settle and every record to be consumed", all).await.unwrap_or_else(|error| {
            let ledger = self.ledger();
            panic!("{place}: {error}: {} of {count:?} records, owners {:?}", ledger.consumed.len(), ledger.owners)
        });
        assert_eq!(self.ledger().conflicts, Vec::<String>::new(), "{place}");
    }

    /// Waits until `count` values were consumed.
    pub async fn consumed(&self, count: usize) {
        let all = || async { (self.ledger().consumed.len() == count).then_some(()) };
        let waited = wait::until(DEADLINE, "every record to be consumed", all).await;
        waited.unwrap_or_else(|error| panic!("{error}: {} of {count}", self.ledger().consumed.len()));
    }

    /// The sum of the committed offsets.
    pub async fn committed(&self) -> i64 {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", &self.bootstrap).set("group.id", self.id);
        let asking: BaseConsumer = config.create().expect("a valid configuration");
        let mut partitions = TopicPartitionList::new();
        partitions.add_partition_range(self.topic, 0, self.partitions - 1);
        let found = tokio::task::spawn_blocking(move || asking.committed_offsets(partitions, DEADLINE)).await;
        let found = found.expect("librdkafka does not panic").expect("the coordinator answers");
        found.elements().iter().filter_map(|one| one.offset().to_raw()).filter(|offset| *offset >= 0).sum()
    }

    /// Waits until that many records are committed.
    pub async fn commits(&self, count: usize) {
        let all = i64::try_from(count).expect("a small number");
        let complete = || async { (self.committed().await == all).then_some(()) };
        wait::until(DEADLINE, "every record to be committed", complete).await.unwrap_or_else(|error| panic!("{error}"));
    }
}

fn consume(consumer: &BaseConsumer<Watch>, ledger: &Mutex<Ledger>, stop: &AtomicBool) {
    while !stop.load(Ordering::SeqCst) {
        let Some(Ok(record)) = consumer.poll(Duration::from_millis(50)) else {
            // what was refused in a rebalance is committed when nothing else is to do
            let _ = consumer.commit_consumer_state(CommitMode::Async);
            continue;
        };
        let value = String::from_utf8_lossy(record.payload().unwrap_or_default()).into_owned();
        ledger.lock().unwrap_or_else(PoisonError::into_inner).consumed.insert(value);
        // a rebalance may be under way: the next owner reads the record again
        let _ = consumer.commit_message(&record, CommitMode::Async);
    }
}

/// A member on its thread.
pub struct Member {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Member {
    /// Tells it to end, without waiting for it.
    pub fn tell_to_end(&self) {
        self.stop.store(true, Ordering::SeqCst);
    }

    /// Ends it; it leaves the group, unless it is static.
    pub async fn end(self) {
        self.tell_to_end();
        let joined = tokio::task::spawn_blocking(move || self.thread.join()).await;
        joined.expect("the join does not panic").expect("a member does not panic");
    }
}
