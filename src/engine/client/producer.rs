//! A producer: records are collected per partition, sent in batches after the linger time, and sent again where that can help
//! (`KafkaProducer`, `RecordAccumulator`, `Sender`). Without duplicates where it is idempotent (KIP-98).

mod delivery;
mod transactions;

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::Notify;
use tokio::time::Instant;

use super::admin::{TopicDescription, topics_of};
use super::metrics::Figure;
use super::network::INVALID_TOPIC;
use super::network::random_below;
use super::partitioner::{Partitioning, Sticky, least_loaded, partition_of_key};
use super::{Client, ClientError, Route};
use crate::engine::kafka::batch::Compression;
use crate::engine::kafka::record_set::{self, NewRecord};

/// The logger of warnings about batches.
const LOGGER: &str = "org.apache.kafka.clients.producer.internals.Sender";
/// How long one broker is tried before the metadata is looked at again.
const LEADER_PATIENCE: Duration = Duration::from_secs(5);
/// `UNKNOWN_TOPIC_OR_PARTITION`.
const UNKNOWN_TOPIC: i16 = 3;
/// `REQUEST_TIMED_OUT`, whose exception is Java's `TimeoutException`.
const TIMED_OUT: i16 = 7;
/// `MESSAGE_TOO_LARGE`.
const TOO_LARGE: i16 = 10;
/// `NETWORK_EXCEPTION`.
const NETWORK: i16 = 13;
/// `DUPLICATE_SEQUENCE_NUMBER`: an earlier try did reach the log.
const DUPLICATE: i16 = 46;
/// Errors after which the broker and the producer must agree on numbers anew: `OUT_OF_ORDER_SEQUENCE_NUMBER`,
/// `INVALID_PRODUCER_EPOCH`, `UNKNOWN_PRODUCER_ID`.
const RENUMBER: [i16; 3] = [45, 47, 59];

/// A producer's configuration, by Kafka's keys.
#[derive(Clone, Debug)]
pub struct ProducerConfig {
    /// `acks`: 0, 1, or -1 for all.
    pub acks: i16,
    /// `enable.idempotence`.
    pub idempotent: bool,
    /// `linger.ms`.
    pub linger: Duration,
    /// `batch.size`, in bytes.
    pub batch_size: usize,
    /// `compression.type`.
    pub codec: Compression,
    /// `retries`.
    pub retries: u32,
    /// `retry.backoff.ms`.
    pub retry_backoff: Duration,
    /// `request.timeout.ms`, which the broker also gets.
    pub request_timeout: Duration,
    /// `max.block.ms`.
    pub max_block: Duration,
    /// `delivery.timeout.ms`.
    pub delivery_timeout: Duration,
    /// `max.request.size`, in bytes.
    pub max_request_size: usize,
    /// `buffer.memory`, in bytes.
    pub buffer_memory: usize,
    /// `transactional.id`; records are sent in transactions where it is there.
    pub transactional_id: Option<String>,
    /// `transaction.timeout.ms`.
    pub transaction_timeout: Duration,
    /// `partitioner.class` and the settings of the built-in partitioner.
    pub partitioning: Partitioning,
    /// `max.in.flight.requests.per.connection`.
    pub max_in_flight: usize,
    /// `metadata.max.age.ms`.
    pub metadata_max_age: Duration,
    /// `metadata.max.idle.ms`: a topic that nothing was sent to for as long is forgotten.
    pub metadata_max_idle: Duration,
}

impl Default for ProducerConfig {
    fn default() -> Self {
        Self {
            acks: -1,
            idempotent: true,
            linger: Duration::ZERO,
            batch_size: 16_384,
            codec: Compression::None,
            retries: i32::MAX.unsigned_abs(),
            retry_backoff: Duration::from_millis(100),
            request_timeout: Duration::from_secs(30),
            max_block: Duration::from_secs(60),
            delivery_timeout: Duration::from_secs(120),
            max_request_size: 1_048_576,
            buffer_memory: 32 * 1024 * 1024,
            transactional_id: None,
            transaction_timeout: Duration::from_secs(60),
            partitioning: Partitioning::BuiltIn { ignore_keys: false, adaptive: true },
            max_in_flight: 5,
            metadata_max_age: Duration::from_secs(300),
            metadata_max_idle: Duration::from_secs(300),
        }
    }
}

/// Called once when a record is acknowledged, with its partition and offset (-1 with `acks=0`), or is given up.
pub type Callback = Box<dyn FnOnce(Result<(i32, i64), &ClientError>) + Send>;

/// A producer of one client.
pub struct Producer {
    shared: Arc<Shared>,
    sender: tokio::task::JoinHandle<()>,
}

type TopicPartition = (String, i32);
/// The batches that are due, by the broker that leads their partitions.
type Due = HashMap<i32, Vec<(TopicPartition, Batch)>>;

struct Shared {
    client: Arc<Client>,
    config: ProducerConfig,
    state: Mutex<State>,
    /// Told when there is something to do for the sender.
    work: Notify,
    /// Told when a batch is done, for those that wait for room or for the end.
    done: Notify,
}

#[derive(Default)]
struct State {
    topics: HashMap<String, TopicDescription>,
    /// Names of which the broker said that they cannot be those of topics.
    invalid: HashSet<String>,
    /// When a topic was sent to last.
    used: HashMap<String, Instant>,
    /// When the metadata was asked for last.
    refreshed: Option<Instant>,
    /// How many records of a topic went round, for the partitioner that goes round.
    rounds: HashMap<String, usize>,
    /// The requests that each leader has not answered yet.
    requests: HashMap<i32, usize>,
    sticky: HashMap<String, Sticky>,
    queues: HashMap<TopicPartition, VecDeque<Batch>>,
    in_flight: HashSet<TopicPartition>,
    sequences: HashMap<TopicPartition, i32>,
    producer: Option<(i64, i16)>,
    transaction: transactions::Transaction,
    buffered: usize,
    closing: bool,
    stale: bool,
}

struct Batch {
    records: Vec<NewRecord>,
    callbacks: Vec<Callback>,
    bytes: usize,
    created: Instant,
    retry_at: Option<Instant>,
    attempts: u32,
    /// The producer id and the number of the first record under it.
    sequence: Option<(i64, i32)>,
}

impl Producer {
    /// Starts a producer on the current runtime; it looks for the cluster at once.
    pub fn start(client: Arc<Client>, config: ProducerConfig) -> Self {
        // who the brokers are is asked before there is anything to send
        let state = Mutex::new(State { stale: true, ..State::default() });
        let shared = Arc::new(Shared { client, config, state, work: Notify::new(), done: Notify::new() });
        let sender = tokio::spawn(Arc::clone(&shared).run());
        Self { shared, sender }
    }

    /// Takes a record; waits for the topic's metadata and for room. `callback` is called when the record's fate is known, also
    /// where it is refused here.
    pub async fn send(&self, topic: &str, partition: Option<i32>, record: NewRecord, callback: Callback) {
        match self.shared.accept(topic, partition, &record).await {
            Ok(partition) => self.shared.append((topic.to_owned(), partition), record, callback),
            Err(error) => {
                // the topic has no figures of its own before something was sent to it
                self.shared.client.metrics().record("record-error", 1.0);
                callback(Err(&error));
            }
        }
    }

    /// Sends what is held back and waits until every record's fate is known.
    pub async fn flush(&self) {
        let began = Instant::now();
        self.shared.state().closing = true;
        loop {
            let done = self.shared.done.notified();
            self.shared.work.notify_one();
            {
                let mut state = self.shared.state();
                if state.queues.is_empty() && state.in_flight.is_empty() {
                    state.closing = false;
                    break;
                }
            }
            done.await;
        }
        self.shared.client.metrics().record_nanos("flush", began.elapsed());
    }

    /// Every figure that it measures, by its name in Kafka's table.
    pub fn figures(&self) -> BTreeMap<String, Figure> {
        let metrics = self.shared.client.metrics();
        let (most, used) = (self.shared.config.buffer_memory, self.shared.state().buffered);
        metrics.record("buffer-total", most as f64);
        metrics.record("buffer-available", most.saturating_sub(used) as f64);
        metrics.record("waiting-threads", 0.0);
        self.shared.client.figures()
    }

    /// Flushes and ends the producer.
    pub async fn close(self) {
        self.flush().await;
        self.sender.abort();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Checks a record and finds its partition.
    async fn accept(&self, topic: &str, partition: Option<i32>, record: &NewRecord) -> Result<i32, ClientError> {
        let deadline = Instant::now() + self.config.max_block;
        let asked = Instant::now();
        let description = self.topic(topic, deadline).await;
        self.client.metrics().record_nanos("metadata-wait", asked.elapsed());
        let description = description?;
        let size = record_set::size_upper_bound(record);
        for (limit, key) in [(self.config.max_request_size, "max.request.size"), (self.config.buffer_memory, "buffer.memory")] {
            if size > limit {
                let message = match key {
                    "max.request.size" => format!(
                        "The message is {size} bytes when serialized which is larger than {limit}, which is the value of the \
                         max.request.size configuration."
                    ),
                    _ => format!(
                        "The message is {size} bytes when serialized which is larger than the total memory buffer you have \
                         configured with the buffer.memory configuration."
                    ),
                };
                return Err(ClientError::Broker { code: TOO_LARGE, message });
            }
        }
        self.wait_for_room(size, deadline).await?;
        if let Some(partition) = partition {
            return Ok(partition);
        }
        Ok(self.partition(topic, &description, record, size))
    }

    fn partition(&self, topic: &str, description: &TopicDescription, record: &NewRecord, size: usize) -> i32 {
        let ignores_keys = !matches!(self.config.partitioning, Partitioning::BuiltIn { ignore_keys: false, .. });
        if let Some(key) = record.key.as_ref().filter(|_| !ignores_keys) {
            return i32::try_from(partition_of_key(key, description.partitions.len())).unwrap_or_default();
        }
        let with_leader = description.partitions.iter().filter(|partition| partition.leader.is_some());
        let mut available: Vec<i32> = with_leader.map(|partition| partition.index).collect();
        if available.is_empty() {
            available = description.partitions.iter().map(|partition| partition.index).collect();
        }
        let state = &mut *self.state();
        let adaptive = match self.config.partitioning {
            Partitioning::RoundRobin => return self.in_turn(state, topic, &available, size),
            Partitioning::BuiltIn { adaptive, .. } => adaptive,
        };
        let queues = &state.queues;
        let choose = || {
            let waiting = |partition: &i32| queues.get(&(topic.to_owned(), *partition)).map_or(0, VecDeque::len);
            match adaptive {
                true => least_loaded(&available, &available.iter().map(waiting).collect::<Vec<_>>()),
                false => available.get(random_below(available.len())).copied(),
            }
        };
        let sticky = state.sticky.entry(topic.to_owned()).or_default();
        sticky.next(&available, size, self.config.batch_size, choose).unwrap_or_default()
    }

    /// The next partition in turn. As Kafka's producer asks its partitioner once more where a record opens a batch, every other turn is
    /// passed over then (KAFKA-9965).
    fn in_turn(&self, state: &mut State, topic: &str, available: &[i32], size: usize) -> i32 {
        let round = state.rounds.entry(topic.to_owned()).or_default();
        let mut next = || {
            let partition = available.get(*round % available.len().max(1)).copied().unwrap_or_default();
            *round = round.wrapping_add(1);
            partition
        };
        let first = next();
        let open = state.queues.get(&(topic.to_owned(), first)).and_then(VecDeque::back);
        match open.is_some_and(|batch| self.has_room(batch, size)) {
            true => first,
            false => next(),
        }
    }

    /// Whether a record of this size goes into a batch.
    fn has_room(&self, batch: &Batch, size: usize) -> bool {
        batch.attempts == 0 && batch.bytes + size <= self.config.batch_size
    }

    /// The topic's partitions, from the metadata that is kept or a new one; asking makes the topic where the broker allows it.
    async fn topic(&self, topic: &str, deadline: Instant) -> Result<TopicDescription, ClientError> {
        {
            let mut state = self.state();
            state.used.insert(topic.to_owned(), Instant::now());
            if let Some(known) = state.topics.get(topic) {
                return Ok(known.clone());
            }
            if state.invalid.contains(topic) {
                return Err(ClientError::Broker { code: INVALID_TOPIC, message: topic.to_owned() });
            }
        }
        let absent = || ClientError::Broker {
            code: TIMED_OUT,
            message: format!("Topic {topic} not present in metadata after {} ms.", self.config.max_block.as_millis()),
        };
        loop {
            let metadata = self.client.metadata_until(&[topic], true, deadline).await.map_err(|_| absent())?;
            match topics_of(&metadata).next() {
                Some((found, 0)) if !found.partitions.is_empty() => {
                    let mut state = self.state();
                    state.used.insert(topic.to_owned(), Instant::now());
                    state.topics.insert(topic.to_owned(), found.clone());
                    state.refreshed.get_or_insert_with(Instant::now);
                    return Ok(found);
                }
                Some((_, INVALID_TOPIC)) => {
                    self.state().invalid.insert(topic.to_owned());
                    let message = format!("Invalid topics: [{topic}]");
                    return Err(ClientError::Broker { code: INVALID_TOPIC, message });
                }
                _ if Instant::now() + self.config.retry_backoff >= deadline => return Err(absent()),
                _ => tokio::time::sleep(self.config.retry_backoff).await,
            }
        }
    }

    async fn wait_for_room(&self, size: usize, deadline: Instant) -> Result<(), ClientError> {
        loop {
            let done = self.done.notified();
            if self.state().buffered + size <= self.config.buffer_memory {
                return Ok(());
            }
            let began = Instant::now();
            let in_time = tokio::time::timeout_at(deadline, done).await;
            self.client.metrics().record_nanos("bufferpool-wait", began.elapsed());
            if in_time.is_err() {
                self.client.metrics().record("buffer-exhausted", 1.0);
                let millis = self.config.max_block.as_millis();
                let message = format!("Failed to allocate {size} bytes within the configured max blocking time {millis} ms.");
                return Err(ClientError::Broker { code: TIMED_OUT, message });
            }
        }
    }

    fn append(&self, place: TopicPartition, record: NewRecord, callback: Callback) {
        let size = record_set::size_upper_bound(&record);
        let mut state = self.state();
        state.buffered += size;
        let queue = state.queues.entry(place).or_default();
        let open = queue.back_mut().filter(|batch| self.has_room(batch, size));
        match open {
            Some(batch) => {
                batch.records.push(record);
                batch.callbacks.push(callback);
                batch.bytes += size;
            }
            None => queue.push_back(Batch {
                records: vec![record],
                callbacks: vec![callback],
                bytes: size,
                created: Instant::now(),
                retry_at: None,
                attempts: 0,
                sequence: None,
            }),
        }
        drop(state);
        self.work.notify_one();
    }

    /// The sender: takes what is due and sends it, one request to each leader at a time.
    async fn run(self: Arc<Self>) {
        loop {
            let (due, next) = self.due();
            for (leader, batches) in due {
                let shared = Arc::clone(&self);
                *self.state().requests.entry(leader).or_default() += 1;
                tokio::spawn(async move {
                    shared.deliver(leader, batches).await;
                    if let Some(requests) = shared.state().requests.get_mut(&leader) {
                        *requests = requests.saturating_sub(1);
                    }
                    shared.work.notify_one();
                });
            }
            if std::mem::take(&mut self.state().stale) {
                self.refresh().await;
                continue;
            }
            let aged = self.state().refreshed.map(|at| at + self.config.metadata_max_age);
            let wake = next.unwrap_or_else(|| Instant::now() + Duration::from_secs(3600));
            tokio::select! {
                () = self.work.notified() => {}
                () = tokio::time::sleep_until(wake) => {}
                () = tokio::time::sleep_until(aged.unwrap_or(wake)), if aged.is_some() => self.state().stale = true,
                // Kafka's client asks for metadata when a connection is lost, and dials until it gets it
                () = self.client.connection_lost() => self.state().stale = true,
            }
        }
    }

    async fn refresh(&self) {
        let topics: Vec<String> = self.topics_in_use();
        let names: Vec<&str> = topics.iter().map(String::as_str).collect();
        if names.is_empty() {
            let connected = self.client.connection(&Route::Any, Instant::now() + LEADER_PATIENCE).await.is_ok();
            let mut state = self.state();
            state.stale = !connected;
            // who asks for a topic meanwhile asks for the brokers with it
            if !connected || !state.used.is_empty() {
                return;
            }
        }
        let Ok(metadata) = self.client.metadata_until(&names, true, Instant::now() + LEADER_PATIENCE).await else {
            self.state().stale = true;
            return;
        };
        let mut missing = false;
        self.state().refreshed = Some(Instant::now());
        for (topic, code) in topics_of(&metadata) {
            missing |= code != 0;
            if code == 0 {
                self.state().topics.insert(topic.name.clone(), topic);
            }
        }
        if missing {
            tokio::time::sleep(self.config.retry_backoff).await;
            self.state().stale = true;
        }
    }

    /// The topics whose metadata is kept; those that nothing was sent to for long are forgotten.
    fn topics_in_use(&self) -> Vec<String> {
        let state = &mut *self.state();
        let State { topics, used, queues, .. } = state;
        let is_used = |topic: &String| {
            let recently = used.get(topic).is_some_and(|at| at.elapsed() < self.config.metadata_max_idle);
            recently || queues.keys().any(|(queued, _)| queued == topic)
        };
        topics.retain(|topic, _| is_used(topic));
        used.retain(|_, at| at.elapsed() < self.config.metadata_max_idle);
        topics.keys().cloned().collect()
    }

    /// The batches to send now, by leader, and when the next one is due.
    fn due(&self) -> (Due, Option<Instant>) {
        let mut due = Due::new();
        let mut next: Option<Instant> = None;
        let mut guard = self.state();
        let state = &mut *guard;
        let now = Instant::now();
        let waiting: Vec<TopicPartition> =
            state.queues.keys().filter(|place| !state.in_flight.contains(*place)).cloned().collect();
        for place in waiting {
            let Some(queue) = state.queues.get_mut(&place) else { continue };
            let full = queue.len() > 1 || queue.front().is_some_and(|batch| batch.bytes >= self.config.batch_size);
            let Some(first) = queue.front() else { continue };
            let at = first.retry_at.unwrap_or(if full || state.closing { now } else { first.created + self.config.linger });
            if at > now {
                next = Some(next.map_or(at, |next| next.min(at)));
                continue;
            }
            let partitions = state.topics.get(&place.0).map(|topic| topic.partitions.as_slice()).unwrap_or_default();
            let leader = partitions.iter().find(|partition| partition.index == place.1).and_then(|partition| partition.leader);
            let Some(leader) = leader else {
                let at = now + self.config.retry_backoff;
                next = Some(next.map_or(at, |next| next.min(at)));
                state.stale = true;
                continue;
            };
            // its answers wake the sender again
            let has_all_it_may = state.requests.get(&leader).is_some_and(|requests| *requests >= self.config.max_in_flight);
            if has_all_it_may {
                continue;
            }
            if let Some(batch) = queue.pop_front() {
                if queue.is_empty() {
                    state.queues.remove(&place);
                }
                state.in_flight.insert(place.clone());
                due.entry(leader).or_default().push((place, batch));
            }
        }
        (due, next)
    }
}

/// Milliseconds since 1970, now.
pub fn now_millis() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
