//! The clients of the campaign: librdkafka's producers with and without idempotence, one that commits offsets, a group's member, and
//! an administrator who makes and deletes topics. Each works until it is told to end, through every crash.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use kafkalab::engine::client::Client;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::Message;
use rdkafka::producer::{BaseProducer, BaseRecord, DeliveryResult, Producer, ProducerContext};
use rdkafka::{ClientContext, Offset, TopicPartitionList};

use super::ledger::{Shared, value};
use crate::support::DEADLINE;
use crate::support::random::Random;

/// Partitions of each topic that is written to.
pub const PARTITIONS: i32 = 3;
/// Groups whose offsets are committed.
pub const COMMITTING_GROUPS: [&str; 3] = ["offsets-a", "offsets-b", "offsets-c"];
/// The group that has a member.
pub const LIVE_GROUP: &str = "live";
/// How long a client waits for events before it looks whether it shall end.
const POLL: Duration = Duration::from_millis(5);

/// A client on its thread.
pub struct Worker {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Worker {
    fn spawn(work: impl FnOnce(&AtomicBool) + Send + 'static) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&stop);
        Self { stop, thread: std::thread::spawn(move || work(&told)) }
    }

    /// Tells it to end, and waits until it has.
    pub async fn end(self) {
        self.stop.store(true, Ordering::SeqCst);
        let joined = tokio::task::spawn_blocking(move || self.thread.join()).await;
        joined.expect("the join does not panic").expect("a client does not panic");
    }
}

fn configured(bootstrap: &str) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", bootstrap).set("log_level", "0").set("reconnect.backoff.ms", "20");
    config.set("reconnect.backoff.max.ms", "200").set("topic.metadata.refresh.fast.interval.ms", "50");
    config
}

/// Notes what is acknowledged, and what has failed.
struct Acknowledged(Shared);

impl ClientContext for Acknowledged {}

impl ProducerContext for Acknowledged {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        let (record, error) = match result {
            Ok(record) => (record, None),
            Err((error, record)) => {
                (record, Some(error.rdkafka_error_code().map_or_else(|| error.to_string(), |code| format!("{code:?}"))))
            }
        };
        let value = String::from_utf8_lossy(record.payload().unwrap_or_default()).into_owned();
        let mut ledger = self.0.lock();
        if let Some(error) = error {
            ledger.failed.entry((record.topic().to_owned(), record.partition())).or_default().insert(value, error);
            return;
        }
        ledger.records.entry((record.topic().to_owned(), record.partition())).or_default().insert(record.offset(), value);
        ledger.total += 1;
    }
}

/// Writes numbered records to the partitions of `topic`. Whether it is idempotent, its name says; codec, batch size and whether it waits
/// for what is under way when it ends, chance does.
pub fn writer(bootstrap: &str, name: String, topic: String, ledger: &Shared, mut random: Random) -> Worker {
    let mut config = configured(bootstrap);
    if super::ledger::is_idempotent(&name) {
        config.set("enable.idempotence", "true").set("max.in.flight", "5");
    } else {
        // more in flight may change places when they are sent again
        config.set("acks", random.of(&["1", "all"])).set("max.in.flight", "1");
    }
    config.set("compression.codec", random.of(&["none", "gzip", "snappy", "lz4"])).set("linger.ms", "1");
    config.set("batch.num.messages", random.of(&["1", "7", "50"])).set("queue.buffering.max.messages", "300");
    config.set("message.timeout.ms", "300000").set("retry.backoff.ms", "10");
    let (waits, context) = (random.one_in(2), Acknowledged(ledger.clone()));
    let producer: BaseProducer<Acknowledged> = config.create_with_context(context).expect("a valid configuration");
    let ledger = ledger.clone();
    Worker::spawn(move |stop| {
        let mut numbers: BTreeMap<i32, u64> = BTreeMap::new();
        while !stop.load(Ordering::SeqCst) {
            if ledger.is_full() {
                producer.poll(POLL);
                continue;
            }
            let partition = i32::try_from(random.below(PARTITIONS as usize)).expect("a small number");
            let number = numbers.entry(partition).or_default();
            let payload = value(&name, *number, random.below(200));
            match producer.send(BaseRecord::<(), str>::to(&topic).payload(&payload).partition(partition)) {
                Ok(()) => *number += 1,
                Err(_) if producer.client().fatal_error().is_some() => {
                    let (code, reason) = producer.client().fatal_error().expect("it was there");
                    ledger.lock().fatal.push(format!("{name}: {code}: {reason}"));
                    return;
                }
                // the queue is full
                Err((KafkaError::MessageProduction(_), _)) => producer.poll(POLL),
                Err((error, _)) => panic!("{name}: {error}"),
            }
            producer.poll(Duration::ZERO);
        }
        if waits {
            // what does not come in time was not acknowledged
            let _ = producer.flush(DEADLINE);
        }
    })
}

/// Commits offsets that rise, for several groups without members.
pub fn committer(bootstrap: &str, topic: String, ledger: &Shared) -> Worker {
    let consumers = COMMITTING_GROUPS.map(|group| {
        let mut config = configured(bootstrap);
        config.set("group.id", group).set("enable.auto.commit", "false");
        (group, config.create::<BaseConsumer>().expect("a valid configuration"))
    });
    let ledger = ledger.clone();
    Worker::spawn(move |stop| {
        let mut offset = 0;
        while !stop.load(Ordering::SeqCst) {
            offset += 1;
            let (group, consumer) = &consumers[offset as usize % consumers.len()];
            let partition = i32::try_from(offset).expect("few commits") % PARTITIONS;
            let mut offsets = TopicPartitionList::new();
            offsets.add_partition_offset(&topic, partition, Offset::Offset(offset)).expect("a valid offset");
            let key = ((*group).to_owned(), partition);
            ledger.lock().commits.entry(key.clone()).or_insert((-1, -1)).1 = offset;
            if consumer.commit(&offsets, CommitMode::Sync).is_ok() {
                let mut ledger = ledger.lock();
                ledger.commits.entry(key).or_default().0 = offset;
                ledger.acknowledged_commits += 1;
            }
            // else every start would load more commits than the one before it
            drop(consumer.poll(POLL));
        }
    })
}

/// A member of a group, which comes back to it after every crash.
pub fn member(bootstrap: &str, topic: &str) -> Worker {
    let mut config = configured(bootstrap);
    config.set("group.id", LIVE_GROUP).set("session.timeout.ms", "30000").set("heartbeat.interval.ms", "500");
    config.set("auto.offset.reset", "earliest").set("auto.commit.interval.ms", "50");
    let consumer: BaseConsumer = config.create().expect("a valid configuration");
    consumer.subscribe(&[topic]).expect("a valid subscription");
    Worker::spawn(move |stop| {
        while !stop.load(Ordering::SeqCst) {
            // errors come while the broker is away
            drop(consumer.poll(POLL));
        }
    })
}

/// Makes topics, and deletes some of them again.
pub fn administrator(bootstrap: &str, first: usize, ledger: &Shared) -> Worker {
    let admin: AdminClient<DefaultClientContext> = configured(bootstrap).create().expect("a valid configuration");
    let ledger = ledger.clone();
    let runtime = tokio::runtime::Handle::current();
    Worker::spawn(move |stop| {
        let options = AdminOptions::new().operation_timeout(Some(DEADLINE)).request_timeout(Some(Duration::from_secs(5)));
        for number in first.. {
            if stop.load(Ordering::SeqCst) || number - first == TOPICS_PER_ROUND {
                return;
            }
            let name = format!("made-{number}");
            ledger.lock().unknown.insert(name.clone());
            let topic = NewTopic::new(&name, 1 + i32::from(number % 2 == 0), TopicReplication::Fixed(1));
            let created = runtime.block_on(admin.create_topics(&[topic], &options));
            if !matches!(created.as_deref(), Ok([Ok(_)])) {
                continue;
            }
            {
                let mut ledger = ledger.lock();
                ledger.unknown.remove(&name);
                ledger.created.insert(name.clone());
            }
            // every third one goes, so that deletions are cut short too
            if number % 3 != 0 {
                continue;
            }
            {
                let mut ledger = ledger.lock();
                ledger.created.remove(&name);
                ledger.unknown.insert(name.clone());
            }
            let deleted = runtime.block_on(admin.delete_topics(&[&name], &options));
            if matches!(deleted.as_deref(), Ok([Ok(_)])) {
                let mut ledger = ledger.lock();
                ledger.unknown.remove(&name);
                ledger.deleted.insert(name);
            }
        }
    })
}

/// The most topics that an administrator makes between two crashes.
pub const TOPICS_PER_ROUND: usize = 4;

/// Every record of a topic by its offset, read by librdkafka, which checks the checksums.
pub fn read(bootstrap: &str, topic: &str) -> BTreeMap<i32, BTreeMap<i64, String>> {
    let mut config = configured(bootstrap);
    config.set("group.id", "unused").set("enable.auto.commit", "false").set("check.crcs", "true");
    // an end is told when nothing came for so long
    config.set("fetch.wait.max.ms", "5").set("fetch.error.backoff.ms", "20");
    let consumer: BaseConsumer = config.set("enable.partition.eof", "true").create().expect("a valid configuration");
    let mut start = TopicPartitionList::new();
    for partition in 0..PARTITIONS {
        start.add_partition_offset(topic, partition, Offset::Beginning).expect("a valid offset");
    }
    // without it librdkafka looks for the leaders half a second later
    consumer.fetch_metadata(Some(topic), DEADLINE).unwrap_or_else(|error| panic!("{topic}: {error}"));
    consumer.assign(&start).expect("an assignment needs no broker");
    let mut found: BTreeMap<i32, BTreeMap<i64, String>> = (0..PARTITIONS).map(|one| (one, BTreeMap::new())).collect();
    // a partition that is written to ends more than once
    let mut ended = BTreeSet::new();
    while ended.len() < found.len() {
        match consumer.poll(DEADLINE) {
            Some(Ok(record)) => {
                let value = String::from_utf8_lossy(record.payload().unwrap_or_default()).into_owned();
                let twice = found.entry(record.partition()).or_default().insert(record.offset(), value);
                assert!(twice.is_none(), "{topic}-{} gives an offset twice", record.partition());
            }
            Some(Err(KafkaError::PartitionEOF(partition))) => drop(ended.insert(partition)),
            // the servers are up, but librdkafka tells of what was lost before
            Some(Err(error)) if error.rdkafka_error_code().is_some_and(is_passing) => {}
            Some(Err(error)) => panic!("{topic}: {error}"),
            None => panic!("{topic} gives nothing, only {ended:?} have ended"),
        }
    }
    found
}

fn is_passing(code: rdkafka::error::RDKafkaErrorCode) -> bool {
    use rdkafka::error::RDKafkaErrorCode as Code;
    matches!(code, Code::BrokerTransportFailure | Code::AllBrokersDown | Code::NotLeaderForPartition | Code::LeaderNotAvailable)
}

/// The committed offsets of a group.
pub fn committed(bootstrap: &str, group: &str, topic: &str) -> BTreeMap<i32, i64> {
    let mut config = configured(bootstrap);
    let consumer: BaseConsumer = config.set("group.id", group).create().expect("a valid configuration");
    let mut asked = TopicPartitionList::new();
    asked.add_partition_range(topic, 0, PARTITIONS - 1);
    let found = consumer.committed_offsets(asked, DEADLINE).expect("the coordinator answers");
    let offsets = found.elements().into_iter().filter_map(|one| Some((one.partition(), one.offset().to_raw()?)));
    offsets.filter(|(_, offset)| *offset >= 0).collect()
}

/// Makes a topic to write to, with these settings.
pub async fn make_topic(bootstrap: &str, name: &str, settings: &[(&str, &str)]) {
    let admin: AdminClient<DefaultClientContext> = configured(bootstrap).create().expect("a valid configuration");
    let topic = NewTopic::new(name, PARTITIONS, TopicReplication::Fixed(1));
    let topic = settings.iter().fold(topic, |topic, (key, value)| topic.set(key, value));
    let created = admin.create_topics(&[topic], &AdminOptions::new()).await.expect("the broker answers");
    assert!(matches!(created.as_slice(), [Ok(_)]), "{created:?}");
}

/// Deletes a topic that was written to.
pub async fn delete_topic(bootstrap: &str, name: &str) {
    let admin: AdminClient<DefaultClientContext> = configured(bootstrap).create().expect("a valid configuration");
    let deleted = admin.delete_topics(&[name], &AdminOptions::new()).await.expect("the broker answers");
    assert!(matches!(deleted.as_slice(), [Ok(_)]), "{deleted:?}");
}

/// The topics that are there, when each partition of each has a leader.
pub async fn led_topics(client: &Client) -> Option<Vec<String>> {
    let topics = client.describe_topics().await.ok()?;
    let led = topics.iter().all(|topic| topic.partitions.iter().all(|partition| partition.leader.is_some()));
    led.then(|| topics.into_iter().map(|topic| topic.name).collect())
}
