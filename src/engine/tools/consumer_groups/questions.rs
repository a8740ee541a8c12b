//! What the tool asks brokers about groups: lists, descriptions, committed offsets; and how it sends changes to a coordinator.

use std::collections::BTreeMap;

use crate::engine::client::admin::{GroupDescription, GroupListing};
use crate::engine::client::{Client, ClientError, TopicPartition};
use crate::engine::tools::{Exception, java};

/// The consumer groups of the cluster, in the order in which Java's map gives them.
pub(super) async fn groups(client: &Client) -> Result<Vec<GroupListing>, Exception> {
    let none = |error| match error {
        ClientError::NoNode { .. } => Exception::execution(
            Exception::new("org.apache.kafka.common.KafkaException", "Failed to find brokers to send ListGroups")
                .caused_by(Exception::of_call("findAllBrokers", &error)),
        ),
        error => Exception::execution(Exception::of_call("listConsumerGroups", &error)),
    };
    let mut groups = client.list_groups().await.map_err(none)?;
    groups.retain(|group| group.protocol_type.is_empty() || group.protocol_type == "consumer");
    java::hash_map_order(&mut groups, |group| java::string_hash(&group.group_id));
    Ok(groups)
}

/// What is known of groups, by id.
pub(super) async fn described(client: &Client, groups: &[String]) -> Result<BTreeMap<String, GroupDescription>, Exception> {
    let mut described = BTreeMap::new();
    for group in groups {
        let found = client.describe_group(group).await.map_err(|error| failed("describeConsumerGroups", &error))?;
        described.insert(group.clone(), found);
    }
    Ok(described)
}

/// What a call ends with.
pub(super) fn failed(call: &str, error: &ClientError) -> Exception {
    // before a coordinator is known, that is what was asked for
    let call = if matches!(error, ClientError::NoNode { .. }) { "findCoordinator" } else { call };
    Exception::execution(Exception::of_call(call, error))
}

/// The committed offsets of a group, in the order in which Java's map gives them.
pub(super) async fn committed(client: &Client, group: &str) -> Result<Vec<(TopicPartition, i64)>, Exception> {
    let mut offsets = client.committed(group).await.map_err(|error| failed("offsetFetch", &error))?;
    java::hash_map_order(&mut offsets, |(found, _)| java::partition_hash(&found.topic, found.partition));
    Ok(offsets)
}

/// The offsets for a timestamp (-1: the end, -2: the beginning) of partitions, in their order.
pub(super) async fn offsets_at(
    client: &Client,
    partitions: &[TopicPartition],
    timestamp: i64,
) -> Result<Vec<(TopicPartition, i64)>, Exception> {
    if partitions.is_empty() {
        return Ok(Vec::new());
    }
    let failed = |error: &ClientError| Exception::execution(Exception::of_call("listOffsets", error));
    let mut found = client.offsets_at(partitions, timestamp, client.deadline()).await.map_err(|error| failed(&error))?;
    let mut offsets = Vec::new();
    for partition in partitions {
        match found.remove(partition) {
            Some(Ok(offset)) => offsets.push((partition.clone(), offset)),
            Some(Err(error)) => return Err(failed(&error)),
            None => {}
        }
    }
    Ok(offsets)
}
