//! `kafka-topics.sh --describe`: topics with their configs, partitions with their replicas, and the filters over both.

use std::collections::HashMap;

use base64::Engine as _;
use kafka_protocol::messages::describe_configs_request::DescribeConfigsResource;
use kafka_protocol::messages::{DescribeConfigsRequest, ListPartitionReassignmentsRequest};
use kafka_protocol::protocol::StrBytes;
use uuid::Uuid;

use super::harness::print;
use super::options::OptionSet;
use super::topics::{ensure_exists, matching};
use super::{Exception, java};
use crate::engine::client::admin::{PartitionDescription, TopicDescription, topic_id_text};
use crate::engine::client::{Client, ClientError, Route};

/// The resource type of a topic in DescribeConfigs.
const TOPIC_RESOURCE: i8 = 2;
/// The source of a config that nobody has set.
const DEFAULT_CONFIG: i8 = 5;

/// The configs of a topic that are not defaults, in the broker's order, and its `min.insync.replicas`.
struct TopicConfigs {
    set: Vec<(String, String)>,
    min_insync_replicas: usize,
}

/// The replicas that a running reassignment adds and removes, by topic and partition.
type Reassignments = HashMap<(String, i32), (Vec<i32>, Vec<i32>)>;

/// Which partitions are shown; all of them where no report is asked for.
struct Reports {
    under_replicated: bool,
    unavailable: bool,
    under_min_isr: bool,
    at_min_isr: bool,
    overrides: bool,
}

impl Reports {
    fn of(set: &OptionSet) -> Self {
        Self {
            under_replicated: set.has("under-replicated-partitions"),
            unavailable: set.has("unavailable-partitions"),
            under_min_isr: set.has("under-min-isr-partitions"),
            at_min_isr: set.has("at-min-isr-partitions"),
            overrides: set.has("topics-with-overrides"),
        }
    }

    fn on_partitions(&self) -> bool {
        self.under_replicated || self.unavailable || self.under_min_isr || self.at_min_isr
    }
}

/// Describes the topics that the line asks for.
pub(super) async fn describe(client: &Client, set: &OptionSet) -> Result<(), Exception> {
    let wanted = set.value("topic-id")?.map(parse_uuid).transpose()?.filter(|id| !id.is_nil());
    let topics = match wanted {
        Some(id) => by_id(client, set, id).await?,
        None => {
            let topics = matching(client, set).await?;
            ensure_exists(&topics, set)?;
            topics
        }
    };
    if topics.is_empty() {
        return Ok(());
    }
    let topics = java::described_order(topics, |topic| &topic.name);
    let configs = describe_configs(client, &topics).await.map_err(|error| Exception::of_call("describeConfigs", &error))?;
    let live: Vec<i32> = client.nodes().iter().map(|node| node.id).collect();
    let moving = reassignments(client).await?;
    let reports = Reports::of(set);
    let mut text = String::new();
    for topic in &topics {
        let Some(config) = configs.get(&topic.name) else { continue };
        if !reports.on_partitions() && (!reports.overrides || !config.set.is_empty()) {
            text.push_str(&topic_line(topic, config, &moving));
        }
        if !reports.overrides {
            for partition in &topic.partitions {
                let moves = moving.get(&(topic.name.clone(), partition.index));
                if is_reported(&reports, partition, moves, config, &live) {
                    text.push_str(&partition_line(&topic.name, partition, moves));
                }
            }
        }
    }
    print(&text);
    Ok(())
}

async fn by_id(client: &Client, set: &OptionSet, id: Uuid) -> Result<Vec<TopicDescription>, Exception> {
    let topics = client.describe_topics().await.map_err(|error| Exception::of_call("listTopics", &error))?;
    let found: Vec<_> = topics.into_iter().filter(|topic| topic.topic_id == id).collect();
    if found.is_empty() && !set.has("if-exists") {
        let text = format!("TopicId '{}' does not exist as expected", topic_id_text(id));
        return Err(Exception::illegal_argument(text));
    }
    Ok(found)
}

/// `Uuid.fromString`.
fn parse_uuid(text: &str) -> Result<Uuid, Exception> {
    if text.chars().count() > 24 {
        let prefix: String = text.chars().take(24).collect();
        let text = format!("Input string with prefix `{prefix}` is too long to be decoded as a base64 UUID");
        return Err(Exception::illegal_argument(text));
    }
    let decoded = LENIENT.decode(text).map_err(|error| {
        let offending = match error {
            base64::DecodeError::InvalidByte(_, byte) => format!("Illegal base64 character {byte:x}"),
            _ => "Last unit does not have enough valid bits".to_owned(),
        };
        Exception::illegal_argument(offending)
    })?;
    let found = decoded.len();
    let bytes: [u8; 16] = decoded.try_into().map_err(|_| {
        Exception::illegal_argument(format!(
            "Input string `{text}` decoded as {found} bytes, which is not equal to the expected 16 bytes of a base64-encoded UUID"
        ))
    })?;
    Ok(Uuid::from_bytes(bytes))
}

/// Java's URL decoder: padding may be there or not, and bits left over at the end do not matter.
const LENIENT: base64::engine::GeneralPurpose = base64::engine::GeneralPurpose::new(
    &base64::alphabet::URL_SAFE,
    base64::engine::GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent),
);

async fn describe_configs(client: &Client, topics: &[TopicDescription]) -> Result<HashMap<String, TopicConfigs>, ClientError> {
    let resources = topics.iter().map(|topic| {
        DescribeConfigsResource::default()
            .with_resource_type(TOPIC_RESOURCE)
            .with_resource_name(StrBytes::from_string(topic.name.clone()))
            .with_configuration_keys(None)
    });
    let response = client.call(Route::Any, DescribeConfigsRequest::default().with_resources(resources.collect())).await?;
    let mut configs = HashMap::new();
    for result in response.results {
        if let Some(error) = ClientError::from_code(result.error_code, result.error_message.as_deref()) {
            return Err(error);
        }
        let value_of = |value: Option<StrBytes>| value.map_or_else(|| "null".to_owned(), |value| value.to_string());
        let min_insync = result.configs.iter().find(|config| &*config.name == "min.insync.replicas");
        let min_insync_replicas = min_insync.and_then(|config| config.value.as_ref()?.parse().ok()).unwrap_or(1);
        let set = result.configs.into_iter().filter(|config| config.config_source != DEFAULT_CONFIG && !config.is_default);
        let set = set.map(|config| (config.name.to_string(), value_of(config.value))).collect();
        configs.insert(result.resource_name.to_string(), TopicConfigs { set, min_insync_replicas });
    }
    Ok(configs)
}

async fn reassignments(client: &Client) -> Result<Reassignments, Exception> {
    let request = ListPartitionReassignmentsRequest::default().with_timeout_ms(30_000).with_topics(None);
    let response = match client.call(Route::Controller, request).await {
        Ok(response) => response,
        // an old broker, or one that does not let us: the tool goes on without
        Err(ClientError::UnsupportedVersion { .. }) => return Ok(Reassignments::new()),
        Err(error) => return Err(Exception::of_call("listPartitionReassignments", &error)),
    };
    let ids = |ids: Vec<kafka_protocol::messages::BrokerId>| ids.into_iter().map(|id| id.0).collect();
    let moving = response.topics.into_iter().flat_map(|topic| {
        let name = topic.name.to_string();
        topic.partitions.into_iter().map(move |partition| {
            ((name.clone(), partition.partition_index), (ids(partition.adding_replicas), ids(partition.removing_replicas)))
        })
    });
    Ok(moving.collect())
}

fn replication_factor(partition: &PartitionDescription, moves: Option<&(Vec<i32>, Vec<i32>)>) -> usize {
    partition.replicas.len() - moves.map_or(0, |(adding, _)| adding.len().min(partition.replicas.len()))
}

fn topic_line(topic: &TopicDescription, config: &TopicConfigs, moving: &Reassignments) -> String {
    let mut line = format!("Topic: {}", topic.name);
    if !topic.topic_id.is_nil() {
        line.push_str(&format!("\tTopicId: {}", topic_id_text(topic.topic_id)));
    }
    let factor =
        topic.partitions.first().map_or(0, |first| replication_factor(first, moving.get(&(topic.name.clone(), first.index))));
    let configs: Vec<String> = config.set.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let count = topic.partitions.len();
    line.push_str(&format!("\tPartitionCount: {count}\tReplicationFactor: {factor}\tConfigs: {}\n", configs.join(",")));
    line
}

fn partition_line(topic: &str, partition: &PartitionDescription, moves: Option<&(Vec<i32>, Vec<i32>)>) -> String {
    let leader = partition.leader.map_or_else(|| "none".to_owned(), |id| id.to_string());
    let (replicas, isr) = (joined(&partition.replicas), joined(&partition.isr));
    let index = partition.index;
    let mut line = format!("\tTopic: {topic}\tPartition: {index}\tLeader: {leader}\tReplicas: {replicas}\tIsr: {isr}");
    if let Some((adding, removing)) = moves {
        line.push_str(&format!("\tAdding Replicas: {}\tRemoving Replicas: {}", joined(adding), joined(removing)));
    }
    line.push('\n');
    line
}

fn joined(ids: &[i32]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

fn is_reported(
    reports: &Reports,
    partition: &PartitionDescription,
    moves: Option<&(Vec<i32>, Vec<i32>)>,
    config: &TopicConfigs,
    live: &[i32],
) -> bool {
    let in_sync = partition.isr.len();
    !reports.on_partitions()
        || (reports.under_replicated && replication_factor(partition, moves) > in_sync)
        || (reports.unavailable && partition.leader.is_none_or(|leader| !live.contains(&leader)))
        || (reports.under_min_isr && (partition.leader.is_none() || in_sync < config.min_insync_replicas))
        || (reports.at_min_isr && in_sync == config.min_insync_replicas)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topic_ids_are_read_as_java_reads_them() {
        let error = parse_uuid("xyz").expect_err("too short").to_string();
        assert!(
            error.ends_with("`xyz` decoded as 2 bytes, which is not equal to the expected 16 bytes of a base64-encoded UUID")
        );
        assert!(parse_uuid("AAAAAAAAAAAAAAAAAAAAAA").expect("22 characters").is_nil());
        assert!(parse_uuid("AAAAAAAAAAAAAAAAAAAAAAAAA").expect_err("25").to_string().contains("is too long to be decoded"));
    }

    #[test]
    fn lines_have_kafkas_tabs() {
        let partition = PartitionDescription { index: 0, leader: None, leader_epoch: 0, replicas: vec![0, 7], isr: vec![0] };
        assert_eq!(partition_line("t", &partition, None), "\tTopic: t\tPartition: 0\tLeader: none\tReplicas: 0,7\tIsr: 0\n");
        let topic =
            TopicDescription { name: "t".to_owned(), topic_id: Uuid::from_u128(1), internal: false, partitions: vec![partition] };
        let config = TopicConfigs { set: vec![("a".to_owned(), "1".to_owned())], min_insync_replicas: 1 };
        assert_eq!(
            topic_line(&topic, &config, &Reassignments::new()),
            "Topic: t\tTopicId: AAAAAAAAAAAAAAAAAAAAAQ\tPartitionCount: 1\tReplicationFactor: 2\tConfigs: a=1\n"
        );
    }
}
