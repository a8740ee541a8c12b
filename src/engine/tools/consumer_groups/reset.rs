//! `--reset-offsets`: what the offsets of groups without members are to be, and making them so.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kafka_protocol::messages::offset_commit_request::{OffsetCommitRequestPartition, OffsetCommitRequestTopic};
use kafka_protocol::messages::{GroupId, OffsetCommitRequest};
use kafka_protocol::protocol::StrBytes;

use super::plan::{self, Planned};
use super::questions::{committed, described, failed, offsets_at};
use super::{Failure, options, say_error, time, wanted_groups};
use crate::engine::client::admin::topic_name;
use crate::engine::client::{Client, ClientError, TopicPartition};
use crate::engine::tools::harness::print;
use crate::engine::tools::options::OptionSet;
use crate::engine::tools::{Exception, java};
use crate::log_warn;

/// The logger of the tool.
const LOGGER: &str = "kafka.admin.ConsumerGroupCommand$";

/// Partitions with their new offsets.
type Offsets = Vec<(TopicPartition, i64)>;

/// Resets the offsets of the groups that the line names, or shows what that would be.
pub(super) async fn reset(client: &Client, set: &OptionSet) -> Result<(), Failure> {
    let mut groups: Vec<_> = described(client, &wanted_groups(client, set).await?).await?.into_iter().collect();
    java::hash_map_order(&mut groups, |(id, _)| java::string_hash(id));
    let execute = set.has("execute");
    let mut all: Vec<(String, Offsets)> = Vec::new();
    for (id, group) in groups {
        if !matches!(group.state.as_str(), "Empty" | "Dead") {
            let state = &group.state;
            say_error(&format!(
                "Assignments can only be reset if the group '{id}' is inactive, but the current state is {state}."
            ));
            all.push((id, Vec::new()));
            continue;
        }
        let partitions = partitions(client, set, &id).await?;
        let mut offsets = prepare(client, set, &id, &partitions).await?;
        if execute {
            commit(client, &id, &offsets).await?;
        }
        java::scala_map_order(&mut offsets, |(found, _)| java::partition_hash(&found.topic, found.partition));
        all.push((id, offsets));
    }
    java::scala_map_order(&mut all, |(id, _)| java::string_hash(id));
    print(&if set.has("export") { csv(&all, set.values("group").len() == 1) } else { table(&all) });
    Ok(())
}

fn table(all: &[(String, Offsets)]) -> String {
    let mut text = String::new();
    if !all.is_empty() {
        text.push_str(&format!("\n{:30} {:30} {:10} {:15}\n", "GROUP", "TOPIC", "PARTITION", "NEW-OFFSET"));
    }
    for (id, offsets) in all {
        for (TopicPartition { topic, partition }, offset) in offsets {
            text.push_str(&format!("{id:30} {topic:30} {partition:<10} {offset:<15}\n"));
        }
    }
    text
}

fn csv(all: &[(String, Offsets)], one_group: bool) -> String {
    let mut text = String::new();
    for (id, offsets) in all {
        for (TopicPartition { topic, partition }, offset) in offsets {
            let group = if one_group { String::new() } else { format!("{},", quoted(id)) };
            text.push_str(&format!("{group}{},{partition},{offset}\n", quoted(topic)));
        }
    }
    text + "\n"
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', ' ']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}

/// The partitions that are reset.
async fn partitions(client: &Client, set: &OptionSet, group: &str) -> Result<Vec<TopicPartition>, Failure> {
    if set.has("all-topics") {
        return Ok(committed(client, group).await?.into_iter().map(|(partition, _)| partition).collect());
    }
    if !set.has("topic") {
        if set.has("from-file") {
            return Ok(Vec::new());
        }
        return Err(options::usage("One of the reset scopes should be defined: --all-topics, --topic.").into());
    }
    let topics = set.values("topic");
    let mut partitions = Vec::new();
    for topic in topics.iter().filter(|topic| topic.contains(':')) {
        partitions.extend(plan::partitions_of(topic)?);
    }
    for topic in topics.iter().filter(|topic| !topic.contains(':')) {
        partitions.extend(plan::all_partitions(client, topic).await.map_err(Exception::execution)?);
    }
    Ok(partitions)
}

/// What the offsets are to be.
async fn prepare(client: &Client, set: &OptionSet, group: &str, partitions: &[TopicPartition]) -> Result<Offsets, Failure> {
    if set.has("to-offset") {
        let offset: i64 = set.number("to-offset")?.unwrap_or_default();
        let wanted = partitions.iter().map(|partition| (partition.clone(), offset)).collect();
        return Ok(in_range(client, wanted).await?);
    }
    if set.has("to-earliest") {
        return Ok(offsets_at(client, partitions, -2).await?);
    }
    if set.has("to-latest") {
        return Ok(offsets_at(client, partitions, -1).await?);
    }
    if set.has("shift-by") {
        return shifted(client, set, group, partitions).await;
    }
    if let Some(text) = set.value("to-datetime")? {
        return Ok(at_time(client, partitions, time::millis(text)?).await?);
    }
    if let Some(text) = set.value("by-duration")? {
        let at = Timestamp::now().as_millisecond().saturating_sub(time::duration_millis(text)?);
        return Ok(at_time(client, partitions, at).await?);
    }
    if let Some(path) = set.value("from-file")? {
        return of_file(client, set, group, path).await;
    }
    if set.has("to-current") {
        let committed = committed(client, group).await?;
        let known = |wanted: &&TopicPartition| committed.iter().any(|(found, _)| found == *wanted);
        let (with, without): (Vec<&TopicPartition>, Vec<&TopicPartition>) = partitions.iter().partition(known);
        let mut offsets: Offsets = committed.iter().filter(|(found, _)| with.contains(&found)).cloned().collect();
        offsets.extend(offsets_at(client, &without.into_iter().cloned().collect::<Vec<_>>(), -1).await?);
        return Ok(offsets);
    }
    Err(options::no_scenario().into())
}

async fn shifted(client: &Client, set: &OptionSet, group: &str, partitions: &[TopicPartition]) -> Result<Offsets, Failure> {
    let committed = committed(client, group).await?;
    let by: i64 = set.number("shift-by")?.unwrap_or_default();
    let mut wanted = Vec::new();
    for partition in partitions {
        let Some((_, offset)) = committed.iter().find(|(found, _)| found == partition) else {
            let text = format!("Cannot shift offset for partition {partition} since there is no current committed offset");
            return Err(Exception::illegal_argument(text).into());
        };
        wanted.push((partition.clone(), offset.wrapping_add(by)));
    }
    Ok(in_range(client, wanted).await?)
}

async fn of_file(client: &Client, set: &OptionSet, group: &str, path: &str) -> Result<Offsets, Failure> {
    let text = java::read_file(path)?;
    let only = match set.values("group") {
        [only] => Some(only.as_str()),
        _ => None,
    };
    let is_this = |(named, ..): &Planned| named.as_deref().or(only) == Some(group);
    let planned: Vec<Planned> = plan::of_csv(&text, only.is_some())?.into_iter().filter(is_this).collect();
    if planned.is_empty() {
        say_error(&format!("No reset plan for group {group} found"));
        return Ok(Vec::new());
    }
    let mut wanted: Offsets = Vec::new();
    for (_, partition, offset) in planned {
        wanted.retain(|(known, _)| *known != partition);
        wanted.push((partition, offset));
    }
    Ok(in_range(client, wanted).await?)
}

/// The first offsets at or after a time; where nothing is that late, the end.
async fn at_time(client: &Client, partitions: &[TopicPartition], millis: i64) -> Result<Offsets, Exception> {
    let found = offsets_at(client, partitions, millis).await?;
    let (none, mut offsets): (Offsets, Offsets) = found.into_iter().partition(|(_, offset)| *offset == -1);
    for (TopicPartition { topic, partition }, _) in &none {
        print(&format!("\nWarn: Partition {partition} from topic {topic} is empty. Falling back to latest known offset.\n"));
    }
    let empty: Vec<TopicPartition> = none.into_iter().map(|(partition, _)| partition).collect();
    offsets.extend(offsets_at(client, &empty, -1).await?);
    let place = |wanted: &TopicPartition| partitions.iter().position(|found| found == wanted);
    offsets.sort_by_key(|(partition, _)| place(partition));
    Ok(offsets)
}

/// The offsets, moved to an end of their partition where they are beyond it.
async fn in_range(client: &Client, wanted: Offsets) -> Result<Offsets, Exception> {
    let partitions: Vec<TopicPartition> = wanted.iter().map(|(partition, _)| partition.clone()).collect();
    let starts: BTreeMap<_, _> = offsets_at(client, &partitions, -2).await?.into_iter().collect();
    let ends: BTreeMap<_, _> = offsets_at(client, &partitions, -1).await?.into_iter().collect();
    let moved = wanted.into_iter().map(|(partition, offset)| {
        let (start, end) = (starts.get(&partition).copied(), ends.get(&partition).copied());
        let (what, to) = match (start, end) {
            (_, Some(end)) if offset > end => ("higher than latest", end),
            (Some(start), _) if offset < start => ("lower than earliest", start),
            _ => return (partition, offset),
        };
        log_warn!(LOGGER, "New offset ({offset}) is {what} offset for topic partition {partition}. Value will be set to {to}");
        (partition, to)
    });
    Ok(moved.collect())
}

/// Commits offsets for a group without members.
async fn commit(client: &Client, group: &str, offsets: &Offsets) -> Result<(), Exception> {
    let mut topics: BTreeMap<&str, Vec<OffsetCommitRequestPartition>> = BTreeMap::new();
    for (partition, offset) in offsets {
        let asked = OffsetCommitRequestPartition::default()
            .with_partition_index(partition.partition)
            .with_committed_offset(*offset)
            .with_committed_leader_epoch(-1)
            .with_committed_metadata(Some(StrBytes::from_static_str("")));
        topics.entry(&partition.topic).or_default().push(asked);
    }
    let topics: Vec<OffsetCommitRequestTopic> = topics
        .into_iter()
        .map(|(topic, asked)| OffsetCommitRequestTopic::default().with_name(topic_name(topic)).with_partitions(asked))
        .collect();
    let request = |_| {
        let request = OffsetCommitRequest::default().with_group_id(GroupId(StrBytes::from_string(group.to_owned())));
        request.with_generation_id_or_member_epoch(-1).with_topics(topics.clone())
    };
    let code = |answer: &kafka_protocol::messages::OffsetCommitResponse| {
        let mut partitions = answer.topics.iter().flat_map(|topic| &topic.partitions);
        partitions.find(|found| found.error_code != 0).map_or(0, |found| found.error_code)
    };
    let answer = client.at_coordinator(group, request, code).await.map_err(|error| failed("offsetCommit", &error))?;
    ClientError::from_code(code(&answer), None).map_or(Ok(()), |error| Err(failed("offsetCommit", &error)))
}
