//! A consumer group of librdkafka's: members on their threads, who owns which partition, what was consumed and what is committed, and how
//! the coordinator sees it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use kafkalab::engine::client::Client;
use kafkalab::engine::client::admin::{GroupDescription, MemberDescription};
use kafkalab::process::wait;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer, ConsumerContext, Rebalance};
use rdkafka::message::Message;
use rdkafka::{ClientContext, TopicPartitionList};

use crate::support::{DEADLINE, Pair, librdkafka};

/// How long an idle member rests before it looks whether it shall end.
const IDLE: Duration = Duration::from_millis(5);

/// What all members share.
#[derive(Default)]
pub struct Ledger {
    /// Who has which partition.
    pub owners: BTreeMap<i32, usize>,
    /// Who had it last.
    last_owners: BTreeMap<i32, usize>,
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
                    ledger.last_owners.insert(one.partition(), self.member);
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
    client: Client,
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
        let client = pair.trial.client();
        Self { client, bootstrap: pair.bootstrap(), id, topic, partitions, settings: settings.to_vec(), ledger: Arc::default() }
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
        let flags = Arc::new(Flags::default());
        let told = Arc::clone(&flags);
        let thread = std::thread::spawn(move || {
            consume(&consumer, &ledger, &told);
            drop(consumer);
            // what a static member has not given up nobody reads any more
            ledger.lock().unwrap_or_else(PoisonError::into_inner).owners.retain(|_, owner| *owner != number);
        });
        Member { flags, thread }
    }

    /// Writes numbers as records, and waits until all are acknowledged.
    pub async fn produce(&self, values: Range<usize>) {
        librdkafka::produce_numbers(&self.bootstrap, self.topic, self.partitions, values).await;
    }

    /// The group as its coordinator has it.
    pub async fn described(&self) -> GroupDescription {
        self.client.describe_group(self.id).await.unwrap_or_else(|error| panic!("{error}"))
    }

    fn is_whole(&self, count: Option<usize>, wanted: impl Fn(&BTreeSet<usize>) -> bool) -> bool {
        let ledger = self.ledger();
        let owners: BTreeSet<usize> = ledger.owners.values().copied().collect();
        let owned = i32::try_from(ledger.owners.len()) == Ok(self.partitions) && wanted(&owners);
        owned && count.is_none_or(|count| ledger.consumed.len() == count)
    }

    /// Waits until every partition is owned by somebody for whom `wanted` holds of all owners, and `count` values were consumed where
    /// that matters.
    pub async fn settled(&self, place: &str, count: Option<usize>, wanted: impl Fn(&BTreeSet<usize>) -> bool) {
        let withheld = self.at_rest(place, count, wanted, &BTreeSet::new()).await;
        assert!(withheld.is_empty(), "{place}: {withheld:?} are withheld");
    }

    /// As [`Group::settled`], but members of `returned`, who are static and came back after an end without a word, may have come to rest
    /// with partitions that nobody owns, which are given.
    ///
    /// In a cooperative rebalance the leader withholds a partition until the member that has it has given it up and joins again. A static
    /// member that ends before it does so, and comes back, has nothing to give up, and its coming back is no rebalance: the
    /// partition stays with nobody until the next one, whoever the broker is (`static_member_amid_revocation` shows it).
    pub async fn at_rest(
        &self,
        place: &str,
        count: Option<usize>,
        wanted: impl Fn(&BTreeSet<usize>) -> bool,
        returned: &BTreeSet<usize>,
    ) -> BTreeSet<i32> {
        let rests = async || {
            if self.is_whole(count, &wanted) {
                return Some(BTreeSet::new());
            }
            let unowned: BTreeSet<i32> = {
                let ledger = self.ledger();
                let is_theirs = |one: &i32| ledger.last_owners.get(one).is_some_and(|owner| returned.contains(owner));
                (0..self.partitions).filter(|one| !ledger.owners.contains_key(one) && is_theirs(one)).collect()
            };
            if unowned.is_empty() {
                return None;
            }
            let group = self.described().await;
            (group.state == "Stable" && unowned == self.withheld(&group)).then_some(unowned)
        };
        let waited = wait::until(DEADLINE, "the group to settle and every record to be consumed", rests).await;
        let Ok(withheld) = waited else {
            let group = self.described().await;
            let ledger = self.ledger();
            let (consumed, owners) = (ledger.consumed.len(), &ledger.owners);
            panic!("{place}: {consumed} of {count:?} records, owners {owners:?}, last {:?}, {group:#?}", ledger.last_owners);
        };
        assert_eq!(self.ledger().conflicts, Vec::<String>::new(), "{place}");
        withheld
    }

    /// The partitions that the leader gave to nobody.
    pub fn withheld(&self, group: &GroupDescription) -> BTreeSet<i32> {
        let assigned: BTreeSet<i32> = group.members.iter().flat_map(assigned).collect();
        (0..self.partitions).filter(|one| !assigned.contains(one)).collect()
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

/// What a member was assigned, as the coordinator has it.
pub fn assigned(member: &MemberDescription) -> Vec<i32> {
    let topics = member.assignment.iter().flat_map(|assignment| &assignment.partitions);
    topics.flat_map(|topic| topic.partitions.iter().copied()).collect()
}

fn consume(consumer: &BaseConsumer<Watch>, ledger: &Mutex<Ledger>, flags: &Flags) {
    while !flags.stop.load(Ordering::SeqCst) {
        if flags.is_idle.load(Ordering::SeqCst) {
            std::thread::park_timeout(IDLE);
            continue;
        }
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

/// What a member is told.
#[derive(Default)]
struct Flags {
    stop: AtomicBool,
    is_idle: AtomicBool,
}

/// A member on its thread.
pub struct Member {
    flags: Arc<Flags>,
    thread: JoinHandle<()>,
}

impl Member {
    /// From now on it stays in the group, but hears of nothing and gives up nothing.
    pub fn idle(&self) {
        self.flags.is_idle.store(true, Ordering::SeqCst);
    }

    /// Tells it to end, without waiting for it.
    pub fn tell_to_end(&self) {
        self.flags.stop.store(true, Ordering::SeqCst);
    }

    /// Ends it; it leaves the group, unless it is static.
    pub async fn end(self) {
        self.tell_to_end();
        let joined = tokio::task::spawn_blocking(move || self.thread.join()).await;
        joined.expect("the join does not panic").expect("a member does not panic");
    }
}
