//! Partitions by topic and number, and questions about many of them at once: where each is led, and its offsets.

use std::collections::BTreeMap;
use std::fmt;

use kafka_protocol::messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use kafka_protocol::messages::{BrokerId, ListOffsetsRequest};
use tokio::time::Instant;

use super::admin::{topic_name, topics_of};
use super::{Client, ClientError, Route};

/// The error code of a topic or partition that is not there.
const UNKNOWN_TOPIC_OR_PARTITION: i16 = 3;
/// The error code of a partition without a leader.
const LEADER_NOT_AVAILABLE: i16 = 5;

/// A partition of a topic, ordered by topic and number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TopicPartition {
    /// The topic's name.
    pub topic: String,
    /// The partition's number.
    pub partition: i32,
}

impl TopicPartition {
    /// Partition `partition` of `topic`.
    pub fn new(topic: impl Into<String>, partition: i32) -> Self {
        Self { topic: topic.into(), partition }
    }
}

impl fmt::Display for TopicPartition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.topic, self.partition)
    }
}

/// What was found for each partition.
pub type PerPartition<T> = BTreeMap<TopicPartition, Result<T, ClientError>>;

impl Client {
    /// The broker that leads each partition.
    ///
    /// # Errors
    /// As [`Client::call`]; those of single partitions are in the answer.
    pub async fn leaders(&self, partitions: &[TopicPartition], deadline: Instant) -> Result<PerPartition<i32>, ClientError> {
        let mut topics: Vec<&str> = partitions.iter().map(|partition| partition.topic.as_str()).collect();
        topics.sort_unstable();
        topics.dedup();
        let metadata = self.metadata_until(&topics, false, deadline).await?;
        let found: BTreeMap<String, _> = topics_of(&metadata).map(|(topic, code)| (topic.name.clone(), (topic, code))).collect();
        let leader = |wanted: &TopicPartition| {
            let (topic, code) = found.get(&wanted.topic).ok_or_else(|| of_code(UNKNOWN_TOPIC_OR_PARTITION))?;
            if *code != 0 {
                return Err(of_code(*code));
            }
            let partition = topic.partitions.iter().find(|found| found.index == wanted.partition);
            let partition = partition.ok_or_else(|| of_code(UNKNOWN_TOPIC_OR_PARTITION))?;
            partition.leader.ok_or_else(|| of_code(LEADER_NOT_AVAILABLE))
        };
        Ok(partitions.iter().map(|wanted| (wanted.clone(), leader(wanted))).collect())
    }

    /// The offset that ListOffsets gives each partition for a timestamp: -1 asks for the end, -2 for the first offset, -3 for the
    /// record with the largest timestamp. An offset of -1 says that there is none. What can come right is asked again until the
    /// deadline.
    ///
    /// # Errors
    /// As [`Client::call`]; those of single partitions are in the answer.
    pub async fn offsets_at(
        &self,
        partitions: &[TopicPartition],
        timestamp: i64,
        deadline: Instant,
    ) -> Result<PerPartition<i64>, ClientError> {
        let mut found = PerPartition::new();
        let mut wanted = partitions.to_vec();
        loop {
            for (partition, offset) in self.offsets_once(&wanted, timestamp, deadline).await? {
                found.insert(partition, offset);
            }
            let again = |partition: &TopicPartition| matches!(found.get(partition), Some(Err(error)) if error.is_retriable());
            wanted.retain(again);
            if wanted.is_empty() || Instant::now() + self.retry_backoff() >= deadline {
                return Ok(found);
            }
            tokio::time::sleep(self.retry_backoff()).await;
        }
    }

    async fn offsets_once(
        &self,
        wanted: &[TopicPartition],
        timestamp: i64,
        deadline: Instant,
    ) -> Result<PerPartition<i64>, ClientError> {
        let mut found = PerPartition::new();
        let mut by_leader: BTreeMap<i32, BTreeMap<&str, Vec<ListOffsetsPartition>>> = BTreeMap::new();
        let leaders = self.leaders(wanted, deadline).await?;
        for (partition, leader) in &leaders {
            match leader {
                Ok(leader) => {
                    let asked =
                        ListOffsetsPartition::default().with_partition_index(partition.partition).with_timestamp(timestamp);
                    by_leader.entry(*leader).or_default().entry(&partition.topic).or_default().push(asked);
                }
                Err(error) => {
                    found.insert(partition.clone(), Err(of_code(error.code().unwrap_or(UNKNOWN_TOPIC_OR_PARTITION))));
                }
            }
        }
        for (leader, topics) in by_leader {
            let topics = topics
                .into_iter()
                .map(|(topic, asked)| ListOffsetsTopic::default().with_name(topic_name(topic)).with_partitions(asked));
            let request = ListOffsetsRequest::default().with_replica_id(BrokerId(-1)).with_topics(topics.collect());
            let response = self.call_until(Route::Broker(leader), request, deadline).await?;
            for topic in response.topics {
                for answer in topic.partitions {
                    let partition = TopicPartition::new(topic.name.to_string(), answer.partition_index);
                    let offset = ClientError::from_code(answer.error_code, None).map_or(Ok(answer.offset), Err);
                    found.insert(partition, offset);
                }
            }
        }
        Ok(found)
    }
}

fn of_code(code: i16) -> ClientError {
    ClientError::Broker { code, message: super::error::default_message(code) }
}
