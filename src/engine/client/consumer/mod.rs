//! A consumer: a place in a group or a partition of its own, positions, fetching, commits (`KafkaConsumer`).

mod fetcher;
mod membership;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use regex::Regex;
use tokio::time::Instant;

use super::admin::{FETCH_MAX_BYTES, TopicDescription, topics_of};
use super::assignor::{Assignor, ReplicaRacks, replica_racks};
use super::metrics::Subject;
use super::network::INVALID_TOPIC;
use super::{Client, ClientError};
use crate::engine::kafka::record_set::FetchedRecord;
use membership::Membership;

/// The topics that a pattern never means (`exclude.internal.topics`).
const INTERNAL: [&str; 2] = ["__consumer_offsets", "__transaction_state"];
/// The most records that one poll gives where nothing else is asked for (`max.poll.records`).
const MAX_POLL_RECORDS: usize = 500;
/// What stands for no preferred replica.
const NO_REPLICA: f64 = -1.0;
/// `max.partition.fetch.bytes` where nothing else is asked for.
const PARTITION_FETCH_BYTES: i32 = 1024 * 1024;

/// A topic and the number of a partition.
pub type TopicPartition = (String, i32);

/// Where reading begins where nothing is committed, and after a position is lost (`auto.offset.reset`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reset {
    /// At the first record that is kept.
    Earliest,
    /// After the last record.
    Latest,
    /// Nowhere: that is an error.
    None,
}

/// What a consumer reads.
#[derive(Clone, Debug)]
pub enum Interest {
    /// Its share of a topic, in a group.
    Topic(String),
    /// Its share of all topics whose whole name matches, in a group.
    Pattern(Regex),
    /// One partition, without a group; an offset from 0, or -2 for the first and -1 for the end.
    Partition(String, i32, i64),
    /// The new records of partitions of one topic, without a share of them that a group gives.
    Ends(String, Vec<i32>),
}

/// What happened to a consumer's share of the partitions (`ConsumerRebalanceListener`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rebalance {
    /// It gave these up.
    Revoked(Vec<TopicPartition>),
    /// It got these.
    Assigned(Vec<TopicPartition>),
}

/// A consumer's configuration, by Kafka's keys.
#[derive(Clone, Debug)]
pub struct ConsumerConfig {
    /// `group.id`.
    pub group_id: String,
    /// `group.instance.id`: a static member keeps its partitions over a restart (KIP-345).
    pub instance_id: Option<String>,
    /// `partition.assignment.strategy`, what is liked best first.
    pub assignors: Vec<Assignor>,
    /// `enable.auto.commit`.
    pub auto_commit: bool,
    /// `auto.commit.interval.ms`.
    pub auto_commit_interval: Duration,
    /// `auto.offset.reset`.
    pub reset: Reset,
    /// `isolation.level=read_committed`.
    pub read_committed: bool,
    /// `session.timeout.ms`.
    pub session_timeout: Duration,
    /// `max.poll.interval.ms`.
    pub max_poll_interval: Duration,
    /// `heartbeat.interval.ms`.
    pub heartbeat_interval: Duration,
    /// `fetch.max.wait.ms`.
    pub fetch_max_wait: Duration,
    /// `fetch.min.bytes`.
    pub fetch_min_bytes: i32,
    /// `max.partition.fetch.bytes`.
    pub partition_fetch_bytes: i32,
    /// `fetch.max.bytes`.
    pub fetch_max_bytes: i32,
    /// `max.poll.records`.
    pub max_poll_records: usize,
    /// `exclude.internal.topics`: a pattern does not mean them.
    pub exclude_internal: bool,
    /// `metadata.max.age.ms`.
    pub metadata_max_age: Duration,
    /// `allow.auto.create.topics`.
    pub auto_create: bool,
    /// `client.rack`: a leader may name a replica of the same rack to fetch from (KIP-392). Empty for none.
    pub rack: String,
    /// `check.crcs`.
    pub check_crcs: bool,
    /// `internal.leave.group.on.close`.
    pub leave_on_close: bool,
}

impl ConsumerConfig {
    /// Kafka's defaults, for a group.
    pub fn of_group(group_id: &str) -> Self {
        Self {
            group_id: group_id.to_owned(),
            instance_id: None,
            assignors: Assignor::DEFAULT.to_vec(),
            auto_commit: true,
            auto_commit_interval: Duration::from_secs(5),
            reset: Reset::Latest,
            read_committed: false,
            session_timeout: Duration::from_secs(45),
            max_poll_interval: Duration::from_secs(300),
            heartbeat_interval: Duration::from_secs(3),
            fetch_max_wait: Duration::from_millis(500),
            fetch_min_bytes: 1,
            partition_fetch_bytes: PARTITION_FETCH_BYTES,
            fetch_max_bytes: FETCH_MAX_BYTES,
            max_poll_records: MAX_POLL_RECORDS,
            exclude_internal: true,
            metadata_max_age: Duration::from_secs(300),
            auto_create: true,
            rack: String::new(),
            check_crcs: true,
            leave_on_close: true,
        }
    }

    /// Whether partitions are kept while the group deals them out anew: every assignor that is offered has to have it so.
    fn is_cooperative(&self) -> bool {
        self.assignors.iter().all(|assignor| *assignor == Assignor::CooperativeSticky)
    }
}

/// A record and where it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsumerRecord {
    /// The topic.
    pub topic: String,
    /// The partition.
    pub partition: i32,
    /// The record.
    pub record: FetchedRecord,
}

/// How far a partition is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Position {
    /// The offset to fetch next.
    fetch: i64,
    /// The offset after the last record that was given out; what is committed.
    given: i64,
}

/// A consumer of one client.
pub struct Consumer {
    client: Arc<Client>,
    config: ConsumerConfig,
    interest: Interest,
    membership: Option<Membership>,
    topics: BTreeMap<String, TopicDescription>,
    /// `None` for partitions whose position is not known yet.
    positions: BTreeMap<TopicPartition, Option<Position>>,
    fetched: VecDeque<ConsumerRecord>,
    /// The replicas that leaders named to fetch from, and until when.
    preferred: BTreeMap<TopicPartition, (i32, Instant)>,
    metadata_at: Option<Instant>,
    committed_at: Instant,
    rebalances: Vec<(Instant, Rebalance)>,
}

impl Consumer {
    /// A consumer on the current runtime; nothing is asked yet.
    pub fn new(client: Arc<Client>, config: ConsumerConfig, interest: Interest) -> Self {
        let membership = match &interest {
            Interest::Partition(..) | Interest::Ends(..) => None,
            Interest::Topic(_) | Interest::Pattern(_) => {
                // Java looks for the coordinator first, and its request has the first number
                client.correlation_ids().next();
                Some(Membership::new(Arc::clone(&client), &config))
            }
        };
        let mut positions = BTreeMap::new();
        match &interest {
            Interest::Partition(topic, partition, start) => {
                let known = (*start >= 0).then_some(Position { fetch: *start, given: *start });
                positions.insert((topic.clone(), *partition), known);
            }
            Interest::Ends(topic, partitions) => {
                positions.extend(partitions.iter().map(|partition| ((topic.clone(), *partition), None)));
            }
            Interest::Topic(_) | Interest::Pattern(_) => {}
        }
        Self {
            client,
            config,
            interest,
            membership,
            topics: BTreeMap::new(),
            positions,
            fetched: VecDeque::new(),
            preferred: BTreeMap::new(),
            metadata_at: None,
            committed_at: Instant::now(),
            rebalances: Vec::new(),
        }
    }

    /// Gives up to `limit` records; waits for some, at most about the fetch wait, and may give none. It has to be called again
    /// and again for the consumer to keep its place in the group.
    ///
    /// # Errors
    /// Where trying again cannot help: an invalid topic, `auto.offset.reset=none` without a position, an unreadable batch.
    pub async fn poll(&mut self, limit: usize) -> Result<Vec<ConsumerRecord>, ClientError> {
        self.refresh_metadata().await?;
        if !self.ensure_membership().await? {
            return Ok(Vec::new());
        }
        self.commit_if_due().await;
        if self.fetched.is_empty() {
            self.ensure_positions().await?;
            self.fetch().await?;
        }
        let count = self.fetched.len().min(limit).min(self.config.max_poll_records);
        let given: Vec<ConsumerRecord> = self.fetched.drain(..count).collect();
        for record in &given {
            let place = (record.topic.clone(), record.partition);
            if let Some(Some(position)) = self.positions.get_mut(&place) {
                position.given = record.record.offset + 1;
            }
        }
        Ok(given)
    }

    /// Takes records back that were given out and not used, so that they are not committed.
    pub fn give_back(&mut self, unused: Vec<ConsumerRecord>) {
        for record in unused.into_iter().rev() {
            if let Some(Some(position)) = self.positions.get_mut(&(record.topic.clone(), record.partition)) {
                position.given = record.record.offset;
            }
            self.fetched.push_front(record);
        }
    }

    /// Commits what was given out, where that is on, and leaves the group.
    pub async fn close(self) {
        if self.membership.is_some() && !self.positions.is_empty() {
            self.client.metrics().record("partitions-revoked", 0.0);
        }
        self.client.metrics().record("assigned", 0.0);
        let Some(membership) = &self.membership else { return };
        if self.config.auto_commit && membership.is_stable() {
            // whoever reads on begins where the last commit was
            let _ = membership.commit(&self.given()).await;
        }
        if self.config.leave_on_close {
            membership.leave().await;
        }
    }

    /// Commits offsets, which are those of the next records to read.
    ///
    /// # Errors
    /// What the coordinator says against it.
    pub async fn commit(&self, offsets: &BTreeMap<TopicPartition, i64>) -> Result<(), ClientError> {
        match &self.membership {
            Some(membership) => membership.commit(offsets).await,
            None => Ok(()),
        }
    }

    /// What happened to the share of the partitions since this was last asked, and when.
    pub fn rebalances(&mut self) -> Vec<(Instant, Rebalance)> {
        std::mem::take(&mut self.rebalances)
    }

    /// The partitions that it reads.
    pub fn assignment(&self) -> Vec<TopicPartition> {
        self.positions.keys().cloned().collect()
    }

    /// Finds out where to begin in each partition, as far as that can be known now.
    ///
    /// # Errors
    /// As [`Consumer::poll`].
    pub async fn seek(&mut self) -> Result<(), ClientError> {
        self.refresh_metadata().await?;
        self.ensure_positions().await
    }

    fn given(&self) -> BTreeMap<TopicPartition, i64> {
        self.positions.iter().filter_map(|(place, position)| Some((place.clone(), (*position)?.given))).collect()
    }

    async fn commit_if_due(&mut self) {
        let due = self.config.auto_commit && self.committed_at.elapsed() >= self.config.auto_commit_interval;
        if let (Some(membership), true) = (&self.membership, due) {
            // the next one does it where this one failed
            let _ = membership.commit(&self.given()).await;
            self.committed_at = Instant::now();
        }
    }

    async fn refresh_metadata(&mut self) -> Result<(), ClientError> {
        if self.metadata_at.is_some_and(|at| at.elapsed() < self.config.metadata_max_age) {
            return Ok(());
        }
        let before = self.layout();
        let (metadata, pattern) = match &self.interest {
            Interest::Topic(topic) | Interest::Partition(topic, ..) | Interest::Ends(topic, _) => {
                (self.client.metadata(&[topic], self.config.auto_create).await, None)
            }
            Interest::Pattern(pattern) => (self.client.metadata_all().await, Some(pattern)),
        };
        let metadata = match metadata {
            Ok(metadata) => metadata,
            // nobody there: the consumer tries for ever
            Err(ClientError::NoNode { .. }) => return Ok(()),
            Err(error) if error.is_retriable() => return Ok(()),
            Err(error) => return Err(error),
        };
        let mut complete = true;
        for (topic, code) in topics_of(&metadata) {
            if code == INVALID_TOPIC {
                let message = format!("Invalid topics: [{}]", topic.name);
                return Err(ClientError::Broker { code, message });
            }
            let is_meant = |name: &str| !self.config.exclude_internal || !INTERNAL.contains(&name);
            let wanted = pattern.is_none_or(|pattern| pattern.is_match(&topic.name) && is_meant(&topic.name));
            complete &= code == 0 || pattern.is_some();
            if code == 0 && wanted {
                self.topics.insert(topic.name.clone(), topic);
            }
        }
        self.metadata_at = complete.then(Instant::now);
        if !complete {
            tokio::time::sleep(self.client.retry_backoff()).await;
        }
        if let Some(membership) = self.membership.as_ref().filter(|_| before != self.layout()) {
            membership.rejoin("cached metadata has changed");
        }
        Ok(())
    }

    /// How many partitions each topic has, and where the group deals them out by racks, in which racks these are.
    fn layout(&self) -> Vec<(String, Vec<ReplicaRacks>)> {
        let racks = self.client.racks();
        let of = |topic: &TopicDescription| match self.config.rack.is_empty() {
            true => vec![ReplicaRacks::new(); topic.partitions.len()],
            false => replica_racks(topic, &racks),
        };
        self.topics.values().map(|topic| (topic.name.clone(), of(topic))).collect()
    }

    /// Joins the group where that has to be done; gives whether there is something to read.
    async fn ensure_membership(&mut self) -> Result<bool, ClientError> {
        let Some(membership) = &self.membership else { return Ok(true) };
        if membership.is_stable() {
            return Ok(true);
        }
        if self.config.auto_commit {
            // others may read again what this could not commit
            let _ = membership.commit(&self.given()).await;
        }
        // the cooperative way gives up only what the group takes away, unless the group has forgotten this member
        if !self.config.is_cooperative() || !membership.is_member() {
            let all = self.assignment();
            self.give_up(&all);
        }
        let Some(membership) = &self.membership else { return Ok(true) };
        let topics: Vec<String> = match &self.interest {
            Interest::Topic(topic) | Interest::Partition(topic, ..) | Interest::Ends(topic, _) => vec![topic.clone()],
            Interest::Pattern(_) => self.topics.keys().cloned().collect(),
        };
        let known = &self.topics;
        let racks = self.client.racks();
        let partitions = |topic: &str| known.get(topic).map(|topic| replica_racks(topic, &racks)).unwrap_or_default();
        let owned: Vec<TopicPartition> = self.positions.keys().cloned().collect();
        let Some(assigned) = membership.join(&topics, &owned, partitions).await? else { return Ok(false) };
        let (added, lost) = changes(&owned, &assigned);
        if !lost.is_empty() {
            // somebody else waits for these: the group deals out anew once they are given up
            membership.rejoin("need to revoke partitions and rejoin");
            self.give_up(&lost);
        }
        self.rebalances.push((Instant::now(), Rebalance::Assigned(added.clone())));
        for (topic, partition) in &added {
            self.client.metrics().record_of(&Subject::Assigned(topic.clone(), *partition), "preferred", NO_REPLICA);
        }
        // who is told looks at it later
        self.client.metrics().record("partitions-assigned", 0.0);
        let Some(membership) = &self.membership else { return Ok(true) };
        let committed = membership.committed(&added).await?;
        for place in added {
            let position = committed.get(&place).map(|offset| Position { fetch: *offset, given: *offset });
            self.positions.insert(place, position);
        }
        self.committed_at = Instant::now();
        Ok(true)
    }

    /// Gives partitions up: whoever gets them reads the records again that were not given out.
    fn give_up(&mut self, partitions: &[TopicPartition]) {
        if partitions.is_empty() {
            return;
        }
        self.rebalances.push((Instant::now(), Rebalance::Revoked(partitions.to_vec())));
        self.client.metrics().record("partitions-revoked", 0.0);
        let positions = &mut self.positions;
        positions.retain(|place, _| !partitions.contains(place));
        self.fetched.retain(|record| positions.contains_key(&(record.topic.clone(), record.partition)));
    }
}

/// What of `assigned` is new, and what of `owned` is not in it.
fn changes(owned: &[TopicPartition], assigned: &[TopicPartition]) -> (Vec<TopicPartition>, Vec<TopicPartition>) {
    let not_in = |of: &[TopicPartition], other: &[TopicPartition]| {
        of.iter().filter(|place| !other.contains(place)).cloned().collect::<Vec<_>>()
    };
    (not_in(assigned, owned), not_in(owned, assigned))
}
