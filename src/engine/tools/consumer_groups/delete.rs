//! `--delete` and `--delete-offsets`.

use std::collections::BTreeMap;

use kafka_protocol::messages::offset_delete_request::{OffsetDeleteRequestPartition, OffsetDeleteRequestTopic};
use kafka_protocol::messages::{DeleteGroupsRequest, GroupId, OffsetDeleteRequest};
use kafka_protocol::protocol::StrBytes;

use super::plan;
use super::questions::failed;
use super::{Failure, say_error, wanted_groups};
use crate::engine::client::admin::topic_name;
use crate::engine::client::{Client, ClientError, TopicPartition};
use crate::engine::tools::harness::print;
use crate::engine::tools::options::OptionSet;
use crate::engine::tools::{Exception, java};

/// The errors of partitions, under which each partition says what became of it.
const OF_PARTITIONS: [&str; 3] = ["GROUP_SUBSCRIBED_TO_TOPIC", "TOPIC_AUTHORIZATION_FAILED", "UNKNOWN_TOPIC_OR_PARTITION"];

fn group_id(group: &str) -> GroupId {
    GroupId(StrBytes::from_string(group.to_owned()))
}

/// Deletes groups with all that is known of them.
pub(super) async fn groups(client: &Client, set: &OptionSet) -> Result<(), Failure> {
    let mut groups = wanted_groups(client, set).await?;
    java::hash_map_order(&mut groups, |group| java::string_hash(group));
    let (mut done, mut refused) = (Vec::new(), Vec::new());
    for group in groups {
        let request = |_| DeleteGroupsRequest::default().with_groups_names(vec![group_id(&group)]);
        let answer = client.at_coordinator(&group, request, |answer| answer.results.first().map_or(0, |found| found.error_code));
        let outcome = answer.await.and_then(|answer| {
            let code = answer.results.first().map_or(0, |found| found.error_code);
            ClientError::from_code(code, None).map_or(Ok(()), Err)
        });
        match outcome {
            Ok(()) => done.push(format!("'{group}'")),
            Err(error) => refused.push((group, failed("deleteConsumerGroups", &error))),
        }
    }
    if refused.is_empty() {
        let done = if done.is_empty() { "''".to_owned() } else { done.join(", ") };
        print(&format!("Deletion of requested consumer groups ({done}) was successful.\n"));
        return Ok(());
    }
    say_error("Deletion of some consumer groups failed:");
    for (group, exception) in refused {
        print(&format!("* Group '{group}' could not be deleted due to: {}\n", exception.headline()));
    }
    if !done.is_empty() {
        print(&format!("\nThese consumer groups were deleted successfully: {}\n", done.join(", ")));
    }
    Ok(())
}

/// Deletes the offsets of one group for some topics.
pub(super) async fn offsets(client: &Client, set: &OptionSet) -> Result<(), Failure> {
    let group = set.value("group")?.unwrap_or_default();
    let topics = set.values("topic");
    let mut outcomes: BTreeMap<(String, i32), Option<String>> = BTreeMap::new();
    let mut partitions = Vec::new();
    for topic in topics.iter().filter(|topic| topic.contains(':')) {
        partitions.extend(plan::partitions_of(topic)?);
    }
    for topic in topics.iter().filter(|topic| !topic.contains(':')) {
        match plan::all_partitions(client, topic).await {
            Ok(found) => partitions.extend(found),
            Err(exception) => {
                outcomes.insert((topic.clone(), -1), Some(exception.headline()));
            }
        }
    }
    let whole = delete(client, group, &partitions, &mut outcomes).await;
    match whole.as_ref().map(ClientError::code_name) {
        None => {
            print(&format!("Request succeed for deleting offsets with topic {} group {group}\n", topics.join(", ")));
        }
        Some("INVALID_GROUP_ID") => say_error(&format!("'{group}' is not valid.")),
        Some("GROUP_ID_NOT_FOUND") => say_error(&format!("'{group}' does not exist.")),
        Some("GROUP_AUTHORIZATION_FAILED") => say_error(&format!("Access to '{group}' is not authorized.")),
        Some("NON_EMPTY_GROUP") => {
            say_error(&format!("Deleting offsets of a consumer group '{group}' is forbidden if the group is not empty."));
        }
        Some(name) if OF_PARTITIONS.contains(&name) => {
            say_error("Encounter some partition level error, see the follow-up details:");
        }
        Some(name) => say_error(&format!("Encounter some unknown error: {name}")),
    }
    let mut text = format!("\n{:30} {:15} {:15}\n", "TOPIC", "PARTITION", "STATUS");
    let mut rows: Vec<_> = outcomes.into_iter().collect();
    rows.sort_by_key(|((topic, partition), _)| format!("{topic}{partition}"));
    for ((topic, partition), error) in rows {
        let partition = if partition >= 0 { partition.to_string() } else { "Not Provided".to_owned() };
        let status = error.map_or_else(|| "Successful".to_owned(), |error| format!("Error: {error}"));
        text.push_str(&format!("{topic:30} {partition:15} {status:15}\n"));
    }
    print(&text);
    Ok(())
}

/// Asks the coordinator to delete; notes what became of each partition, and gives the first error of all.
async fn delete(
    client: &Client,
    group: &str,
    partitions: &[TopicPartition],
    outcomes: &mut BTreeMap<(String, i32), Option<String>>,
) -> Option<ClientError> {
    let mut topics: BTreeMap<&str, Vec<OffsetDeleteRequestPartition>> = BTreeMap::new();
    for partition in partitions {
        let asked = OffsetDeleteRequestPartition::default().with_partition_index(partition.partition);
        topics.entry(&partition.topic).or_default().push(asked);
    }
    let topics: Vec<OffsetDeleteRequestTopic> = topics
        .into_iter()
        .map(|(topic, asked)| OffsetDeleteRequestTopic::default().with_name(topic_name(topic)).with_partitions(asked))
        .collect();
    let request = |_| OffsetDeleteRequest::default().with_group_id(group_id(group)).with_topics(topics.clone());
    let answer = client.at_coordinator(group, request, |answer| answer.error_code).await;
    let answer = answer.and_then(|answer| ClientError::from_code(answer.error_code, None).map_or(Ok(answer), Err));
    let said = |error: &ClientError| Exception::of_call("offsetDelete", error).headline();
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => {
            for partition in partitions {
                outcomes.insert((partition.topic.clone(), partition.partition), Some(said(&error)));
            }
            return Some(error);
        }
    };
    let mut first = None;
    for topic in answer.topics {
        for found in topic.partitions {
            let error = ClientError::from_code(found.error_code, None);
            outcomes.insert((topic.name.to_string(), found.partition_index), error.as_ref().map(said));
            first = first.or(error);
        }
    }
    first
}
