//! Questions to a cluster: its brokers, topics, offsets, groups and records, and the changes that the tools make.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use kafka_protocol::messages::fetch_request::{FetchPartition, FetchTopic};
use kafka_protocol::messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use kafka_protocol::messages::offset_fetch_request::OffsetFetchRequestGroup;
use kafka_protocol::messages::{
    BrokerId, DescribeGroupsRequest, FetchRequest, FetchResponse, GroupId, ListGroupsRequest, ListOffsetsRequest,
    MetadataResponse, OffsetFetchRequest, OffsetFetchResponse, TopicName,
};
use kafka_protocol::protocol::StrBytes;
use uuid::Uuid;

use super::group::{Assignment, Subscription};
use super::{Client, ClientError, HostPort, Node, Route, TopicPartition};
use crate::engine::kafka::record_set::{self, FetchedRecord};

/// The timestamp that asks ListOffsets for the first offset.
const EARLIEST: i64 = -2;
/// The timestamp that asks ListOffsets for the offset after the last record.
const LATEST: i64 = -1;
/// `fetch.max.bytes`.
pub(super) const FETCH_MAX_BYTES: i32 = 50 * 1024 * 1024;
/// `max.partition.fetch.bytes`.
const PARTITION_MAX_BYTES: i32 = 1024 * 1024;

/// The brokers of a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterDescription {
    /// The cluster's id.
    pub cluster_id: Option<String>,
    /// The controller's id; `None` while there is none.
    pub controller: Option<i32>,
    /// The brokers that are up, by id.
    pub brokers: Vec<Node>,
}

/// A topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicDescription {
    /// Its name.
    pub name: String,
    /// Its id (KIP-516); nil from a broker older than 2.8.
    pub topic_id: Uuid,
    /// Whether Kafka made it for itself.
    pub internal: bool,
    /// Its partitions by number.
    pub partitions: Vec<PartitionDescription>,
}

/// A partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionDescription {
    /// Its number.
    pub index: i32,
    /// The leader's id; `None` while there is none.
    pub leader: Option<i32>,
    /// The leader's epoch; -1 where it is not known.
    pub leader_epoch: i32,
    /// The ids of the brokers it is kept on; the first is the preferred leader.
    pub replicas: Vec<i32>,
    /// The ids of those that are in sync.
    pub isr: Vec<i32>,
}

/// The offsets at both ends of a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OffsetRange {
    /// The first offset that is kept.
    pub earliest: i64,
    /// The offset that the next record will get.
    pub latest: i64,
}

/// A group in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupListing {
    /// Its id.
    pub group_id: String,
    /// `consumer` for consumer groups.
    pub protocol_type: String,
    /// Its state, as `Stable`; empty from a broker older than 2.6.
    pub state: String,
}

/// A group and its members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupDescription {
    /// Its id.
    pub group_id: String,
    /// Its state: `Stable`, `Empty`, `Dead`, `PreparingRebalance`, `CompletingRebalance`.
    pub state: String,
    /// `consumer` for consumer groups.
    pub protocol_type: String,
    /// The assignor, as `range`.
    pub protocol: String,
    /// Its members.
    pub members: Vec<MemberDescription>,
}

/// A member of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberDescription {
    /// The id that the coordinator gave it.
    pub member_id: String,
    /// The name that a static member gave itself.
    pub group_instance_id: Option<String>,
    /// The client's name.
    pub client_id: String,
    /// Where it connects from, as `/127.0.0.1`.
    pub client_host: String,
    /// What it wants to read; `None` where it is no consumer.
    pub subscription: Option<Subscription>,
    /// What it is to read; `None` where it is no consumer.
    pub assignment: Option<Assignment>,
}

impl Client {
    /// The brokers that are up, and the controller.
    ///
    /// # Errors
    /// As [`Client::call`].
    pub async fn describe_cluster(&self) -> Result<ClusterDescription, ClientError> {
        let metadata = self.metadata(&[], false).await?;
        let mut brokers = self.nodes();
        brokers.sort_by_key(|node| node.id);
        Ok(ClusterDescription {
            cluster_id: metadata.cluster_id.map(|id| id.to_string()),
            controller: Some(metadata.controller_id.0).filter(|id| *id >= 0),
            brokers,
        })
    }

    /// The names of all topics, sorted, internal ones too.
    ///
    /// # Errors
    /// As [`Client::call`].
    pub async fn list_topics(&self) -> Result<Vec<String>, ClientError> {
        let metadata = self.metadata_all().await?;
        let mut names: Vec<String> = topics_of(&metadata).map(|(topic, _)| topic.name).collect();
        names.sort();
        Ok(names)
    }

    /// All topics, sorted by name, internal ones too.
    ///
    /// # Errors
    /// As [`Client::call`].
    pub async fn describe_topics(&self) -> Result<Vec<TopicDescription>, ClientError> {
        let metadata = self.metadata_all().await?;
        let mut topics: Vec<_> = topics_of(&metadata).map(|(topic, _)| topic).collect();
        topics.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(topics)
    }

    /// One topic; `None` where there is none of that name. It is never made by asking.
    ///
    /// # Errors
    /// [`ClientError::Broker`] for other answers of the broker, else as [`Client::call`].
    pub async fn describe_topic(&self, topic: &str) -> Result<Option<TopicDescription>, ClientError> {
        let metadata = self.metadata(&[topic], false).await?;
        let Some((topic, code)) = topics_of(&metadata).next() else { return Ok(None) };
        match ClientError::from_code(code, None) {
            None => Ok(Some(topic)),
            Some(error) if error.code_name() == "UNKNOWN_TOPIC_OR_PARTITION" => Ok(None),
            Some(error) => Err(error),
        }
    }

    /// The offsets at both ends of a topic's partitions, by partition.
    ///
    /// # Errors
    /// [`ClientError::Broker`] where the topic or a leader is missing, else as [`Client::call`].
    pub async fn offsets(&self, topic: &str) -> Result<BTreeMap<i32, OffsetRange>, ClientError> {
        let earliest = self.list_offsets(topic, EARLIEST).await?;
        let latest = self.list_offsets(topic, LATEST).await?;
        let both = earliest
            .into_iter()
            .filter_map(|(partition, earliest)| Some((partition, OffsetRange { earliest, latest: *latest.get(&partition)? })));
        Ok(both.collect())
    }

    /// The offset that ListOffsets gives for a timestamp, by partition: -2 asks for the first, -1 for the end.
    ///
    /// # Errors
    /// As [`Client::offsets`].
    pub async fn list_offsets(&self, topic: &str, timestamp: i64) -> Result<BTreeMap<i32, i64>, ClientError> {
        let deadline = self.deadline();
        loop {
            let result = self.list_offsets_once(topic, timestamp).await;
            match result {
                Err(error) if error.is_retriable() && tokio::time::Instant::now() + self.retry_backoff() < deadline => {
                    tokio::time::sleep(self.retry_backoff()).await;
                }
                result => return result,
            }
        }
    }

    async fn list_offsets_once(&self, topic: &str, timestamp: i64) -> Result<BTreeMap<i32, i64>, ClientError> {
        let metadata = self.metadata(&[topic], false).await?;
        let (description, code) = topics_of(&metadata).next().unwrap_or_else(|| (TopicDescription::named(topic), 3));
        if let Some(error) = ClientError::from_code(code, None) {
            // a missing topic stays missing: not worth trying again
            return Err(match error.code_name() {
                "UNKNOWN_TOPIC_OR_PARTITION" => ClientError::Invalid(format!("topic {topic} does not exist")),
                _ => error,
            });
        }
        let mut offsets = BTreeMap::new();
        for (leader, partitions) in by_leader(&description.partitions)? {
            let wanted = partitions
                .iter()
                .map(|partition| ListOffsetsPartition::default().with_partition_index(*partition).with_timestamp(timestamp));
            let request = ListOffsetsRequest::default()
                .with_replica_id(BrokerId(-1))
                .with_topics(vec![ListOffsetsTopic::default().with_name(topic_name(topic)).with_partitions(wanted.collect())]);
            let response = self.call(Route::Broker(leader), request).await?;
            for partition in response.topics.into_iter().flat_map(|topic| topic.partitions) {
                if let Some(error) = ClientError::from_code(partition.error_code, None) {
                    return Err(error);
                }
                offsets.insert(partition.partition_index, partition.offset);
            }
        }
        Ok(offsets)
    }

    /// All groups of the cluster, sorted by id.
    ///
    /// # Errors
    /// [`ClientError::Broker`] where a broker cannot say, else as [`Client::call`].
    pub async fn list_groups(&self) -> Result<Vec<GroupListing>, ClientError> {
        self.metadata(&[], false).await?;
        let mut groups = Vec::new();
        for node in self.nodes() {
            let response = self.call(Route::Broker(node.id), ListGroupsRequest::default()).await?;
            if let Some(error) = ClientError::from_code(response.error_code, None) {
                return Err(error);
            }
            groups.extend(response.groups.into_iter().map(|group| GroupListing {
                group_id: group.group_id.to_string(),
                protocol_type: group.protocol_type.to_string(),
                state: group.group_state.to_string(),
            }));
        }
        groups.sort_by(|a, b| a.group_id.cmp(&b.group_id));
        Ok(groups)
    }

    /// A group and its members; the state of one that is not there is `Dead`.
    ///
    /// # Errors
    /// [`ClientError::Broker`] where the coordinator cannot say by the deadline, else as [`Client::call`].
    pub async fn describe_group(&self, group: &str) -> Result<GroupDescription, ClientError> {
        let deadline = self.deadline();
        loop {
            match self.describe_group_once(group).await {
                Err(error) if error.is_retriable() && tokio::time::Instant::now() + self.retry_backoff() < deadline => {
                    tokio::time::sleep(self.retry_backoff()).await;
                }
                result => return result,
            }
        }
    }

    async fn describe_group_once(&self, group: &str) -> Result<GroupDescription, ClientError> {
        let coordinator = self.find_coordinator(group).await?;
        let request = DescribeGroupsRequest::default().with_groups(vec![GroupId(StrBytes::from_string(group.to_owned()))]);
        let response = self.call(Route::Broker(coordinator.id), request).await?;
        let Some(found) = response.groups.into_iter().next() else {
            return Err(ClientError::Invalid(format!("the coordinator did not answer about group {group}")));
        };
        if let Some(error) = ClientError::from_code(found.error_code, None) {
            return Err(error);
        }
        let members = found.members.into_iter().map(|member| MemberDescription {
            member_id: member.member_id.to_string(),
            group_instance_id: member.group_instance_id.map(|id| id.to_string()),
            client_id: member.client_id.to_string(),
            client_host: member.client_host.to_string(),
            subscription: Subscription::decode(member.member_metadata),
            assignment: Assignment::decode(member.member_assignment),
        });
        Ok(GroupDescription {
            group_id: found.group_id.to_string(),
            state: found.group_state.to_string(),
            protocol_type: found.protocol_type.to_string(),
            protocol: found.protocol_data.to_string(),
            members: members.collect(),
        })
    }

    /// The offsets that a group has committed, in the order of the answer.
    ///
    /// # Errors
    /// [`ClientError::Broker`] where the coordinator cannot say by the deadline, else as [`Client::call`].
    pub async fn committed(&self, group: &str) -> Result<Vec<(TopicPartition, i64)>, ClientError> {
        let id = || GroupId(StrBytes::from_string(group.to_owned()));
        let request = |version| {
            // versions before 8 ask for one group in another place
            if version >= 8 {
                let asked = OffsetFetchRequestGroup::default().with_group_id(id()).with_topics(None);
                OffsetFetchRequest::default().with_groups(vec![asked])
            } else {
                OffsetFetchRequest::default().with_group_id(id()).with_topics(None)
            }
        };
        let code = |answer: &OffsetFetchResponse| answer.groups.first().map_or(answer.error_code, |group| group.error_code);
        let answer = self.at_coordinator(group, request, code).await?;
        if let Some(error) = ClientError::from_code(code(&answer), None) {
            return Err(error);
        }
        let old = answer.topics.into_iter().flat_map(|topic| {
            let name = topic.name.to_string();
            topic.partitions.into_iter().map(move |found| (name.clone(), found.partition_index, found.committed_offset))
        });
        let new = answer.groups.into_iter().flat_map(|group| group.topics).flat_map(|topic| {
            let name = topic.name.to_string();
            topic.partitions.into_iter().map(move |found| (name.clone(), found.partition_index, found.committed_offset))
        });
        let offsets = old.chain(new).filter(|(_, _, offset)| *offset >= 0);
        Ok(offsets.map(|(topic, partition, offset)| (TopicPartition::new(topic, partition), offset)).collect())
    }

    /// Reads records of one partition from `offset` on, until `limit` are read or the end is reached. Markers of transactions
    /// are left out.
    ///
    /// # Errors
    /// [`ClientError::Broker`] where the broker refuses (`OFFSET_OUT_OF_RANGE`), else as [`Client::call`].
    pub async fn fetch_records(
        &self,
        topic: &str,
        partition: i32,
        offset: i64,
        limit: usize,
    ) -> Result<Vec<FetchedRecord>, ClientError> {
        let Some(description) = self.describe_topic(topic).await? else {
            return Err(ClientError::Invalid(format!("topic {topic} does not exist")));
        };
        let leader = description.partitions.iter().find(|found| found.index == partition).and_then(|found| found.leader);
        let Some(leader) = leader else {
            return Err(ClientError::Invalid(format!("partition {topic}-{partition} does not exist or has no leader")));
        };
        let mut found = Vec::new();
        let mut next = offset;
        while found.len() < limit {
            let request = fetch_request(&[(&description, vec![(partition, next)])], Duration::ZERO, 1, PARTITION_MAX_BYTES);
            let response = self.call(Route::Broker(leader), request).await?;
            let Some((bytes, high_watermark)) = fetched(response)? else { break };
            let batches = record_set::decode(bytes).map_err(|error| ClientError::Invalid(error.to_string()))?;
            let Some(last) = batches.last() else { break };
            let reached = last.next_offset;
            let fresh = batches.into_iter().filter(|batch| !batch.control).flat_map(|batch| batch.records);
            found.extend(fresh.filter(|record| record.offset >= next));
            if reached <= next || reached >= high_watermark {
                break;
            }
            next = reached;
        }
        found.truncate(limit);
        Ok(found)
    }
}

/// The partitions of one topic and the offsets to read them from.
pub type TopicOffsets<'a> = (&'a TopicDescription, Vec<(i32, i64)>);

/// A fetch outside any fetch session; `wait` is how long the broker may wait for `min_bytes`, `partition_bytes` the most
/// that it gives of one partition.
pub fn fetch_request(topics: &[TopicOffsets<'_>], wait: Duration, min_bytes: i32, partition_bytes: i32) -> FetchRequest {
    let topics = topics.iter().map(|(topic, offsets)| {
        let partitions = offsets.iter().map(|(partition, offset)| {
            let partition = FetchPartition::default().with_partition(*partition);
            partition.with_fetch_offset(*offset).with_partition_max_bytes(partition_bytes)
        });
        FetchTopic::default()
            .with_topic(topic_name(&topic.name))
            .with_topic_id(topic.topic_id)
            .with_partitions(partitions.collect())
    });
    FetchRequest::default()
        .with_replica_id(BrokerId(-1))
        .with_max_wait_ms(i32::try_from(wait.as_millis()).unwrap_or(i32::MAX))
        .with_min_bytes(min_bytes)
        .with_max_bytes(FETCH_MAX_BYTES)
        .with_session_epoch(-1)
        .with_topics(topics.collect())
}

fn fetched(response: FetchResponse) -> Result<Option<(Bytes, i64)>, ClientError> {
    if let Some(error) = ClientError::from_code(response.error_code, None) {
        return Err(error);
    }
    let Some(partition) = response.responses.into_iter().flat_map(|topic| topic.partitions).next() else { return Ok(None) };
    match ClientError::from_code(partition.error_code, None) {
        Some(error) => Err(error),
        None => Ok(partition.records.map(|bytes| (bytes, partition.high_watermark))),
    }
}

impl TopicDescription {
    fn named(name: &str) -> Self {
        Self { name: name.to_owned(), topic_id: Uuid::nil(), internal: false, partitions: Vec::new() }
    }
}

/// The topics that metadata names, each with its error code.
pub fn topics_of(metadata: &MetadataResponse) -> impl Iterator<Item = (TopicDescription, i16)> + '_ {
    let brokers = |ids: &[BrokerId]| ids.iter().map(|id| id.0).collect();
    metadata.topics.iter().map(move |topic| {
        let mut partitions: Vec<PartitionDescription> = topic
            .partitions
            .iter()
            .map(|partition| PartitionDescription {
                index: partition.partition_index,
                leader: Some(partition.leader_id.0).filter(|id| *id >= 0),
                leader_epoch: partition.leader_epoch,
                replicas: brokers(&partition.replica_nodes),
                isr: brokers(&partition.isr_nodes),
            })
            .collect();
        partitions.sort_by_key(|partition| partition.index);
        let name = topic.name.as_ref().map(|name| name.to_string()).unwrap_or_default();
        let description = TopicDescription { name, topic_id: topic.topic_id, internal: topic.is_internal, partitions };
        (description, topic.error_code)
    })
}

/// The partitions by the broker that leads them; a missing leader is the broker's own error for it.
fn by_leader(partitions: &[PartitionDescription]) -> Result<BTreeMap<i32, Vec<i32>>, ClientError> {
    let mut leaders: BTreeMap<i32, Vec<i32>> = BTreeMap::new();
    for partition in partitions {
        let code = 5;
        let leader =
            partition.leader.ok_or_else(|| ClientError::Broker { code, message: super::error::default_message(code) })?;
        leaders.entry(leader).or_default().push(partition.index);
    }
    Ok(leaders)
}

/// A topic's name as the protocol has it.
pub fn topic_name(topic: &str) -> TopicName {
    TopicName(StrBytes::from_string(topic.to_owned()))
}

/// A topic id as Kafka prints it: URL-safe base64 without padding.
pub fn topic_id_text(id: Uuid) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(id.as_bytes())
}

impl Node {
    /// A broker at an address.
    pub fn new(id: i32, host: &str, port: u16) -> Self {
        Self { id, address: HostPort { host: host.to_owned(), port }, rack: None }
    }
}
