//! `--describe`: the partitions of groups with their lag, their members, their states.

use std::collections::BTreeMap;

use super::questions::{committed, described, failed, offsets_at};
use super::{Failure, say_error, wanted_groups};
use crate::engine::client::admin::{GroupDescription, MemberDescription};
use crate::engine::client::{Client, TopicPartition};
use crate::engine::tools::harness::{eprint, print};
use crate::engine::tools::options::OptionSet;
use crate::engine::tools::{Exception, java};

/// What stands for a value that there is not.
const MISSING: &str = "-";
/// The least width of most columns.
const COLUMN: usize = 15;

/// Describes the groups that the line names.
pub(super) async fn describe(client: &Client, set: &OptionSet) -> Result<(), Failure> {
    let groups = described(client, &wanted_groups(client, set).await?).await?;
    if set.has("members") {
        for (id, group) in &groups {
            if is_shown(id, group, group.members.len()) {
                print(&members(id, group, set.has("verbose")));
            }
        }
    } else if set.has("state") {
        for (id, group) in &groups {
            let coordinator = client.find_coordinator(id).await.map_err(|error| failed("describeConsumerGroups", &error))?;
            if is_shown(id, group, 1) {
                let shown = format!("{} ({})", coordinator.address, coordinator.broker_id());
                print(&state(id, group, &shown));
            }
        }
    } else {
        let mut all = Vec::new();
        for (id, group) in &groups {
            all.push((id, group, rows(client, id, group).await?));
        }
        for (id, group, rows) in all {
            if is_shown(id, group, rows.len()) {
                print(&offsets(id, &rows));
            }
        }
    }
    Ok(())
}

/// Says what there is to say about a group's state; whether there is more to show.
fn is_shown(id: &str, group: &GroupDescription, rows: usize) -> bool {
    match group.state.as_str() {
        "Dead" => say_error(&format!("Consumer group '{id}' does not exist.")),
        "Empty" => eprint(&format!("\nConsumer group '{id}' has no active members.\n")),
        "PreparingRebalance" | "CompletingRebalance" => {
            eprint(&format!("\nWarning: Consumer group '{id}' is rebalancing.\n"));
        }
        _ => {}
    }
    group.state != "Dead" && rows > 0
}

/// A line about one partition.
struct Row {
    partition: TopicPartition,
    offset: Option<i64>,
    end: Option<i64>,
    member: [String; 3],
}

/// The partitions that a member is to read.
fn assigned(member: &MemberDescription) -> Vec<TopicPartition> {
    let assignment = member.assignment.iter().flat_map(|assignment| &assignment.partitions);
    assignment.flat_map(|topic| topic.partitions.iter().map(|number| TopicPartition::new(topic.topic.clone(), *number))).collect()
}

async fn rows(client: &Client, id: &str, group: &GroupDescription) -> Result<Vec<Row>, Exception> {
    let committed = committed(client, id).await?;
    let offset_of = |wanted: &TopicPartition| committed.iter().find(|(found, _)| found == wanted).map(|(_, offset)| *offset);
    let mut members: Vec<(&MemberDescription, Vec<TopicPartition>)> =
        group.members.iter().map(|member| (member, assigned(member))).filter(|(_, partitions)| !partitions.is_empty()).collect();
    members.sort_by_key(|(_, partitions)| std::cmp::Reverse(partitions.len()));
    let taken: Vec<TopicPartition> = members.iter().flat_map(|(_, partitions)| partitions.clone()).collect();
    let left: Vec<TopicPartition> =
        committed.iter().map(|(partition, _)| partition.clone()).filter(|partition| !taken.contains(partition)).collect();
    let mut rows = Vec::new();
    let owned = members.into_iter().map(|(member, partitions)| {
        let names = [member.member_id.clone(), member.client_host.clone(), member.client_id.clone()];
        (names, partitions)
    });
    for (names, mut partitions) in owned.chain([([MISSING; 3].map(str::to_owned), left)]) {
        partitions.sort_by_key(|partition| partition.partition);
        let mut ends = offsets_at(client, &partitions, -1).await?;
        java::scala_map_order(&mut ends, |(found, _)| java::partition_hash(&found.topic, found.partition));
        rows.extend(ends.into_iter().map(|(partition, end)| Row {
            offset: offset_of(&partition),
            end: Some(end),
            member: names.clone(),
            partition,
        }));
    }
    Ok(rows)
}

fn width<'a>(least: usize, cells: impl Iterator<Item = &'a str>) -> usize {
    cells.map(|cell| cell.encode_utf16().count()).max().unwrap_or_default().max(least)
}

fn offsets(id: &str, rows: &[Row]) -> String {
    let group = width(COLUMN, std::iter::once(id));
    let topic = width(COLUMN, rows.iter().map(|row| row.partition.topic.as_str()));
    let [consumer, host] = [0, 1].map(|at| width(COLUMN, rows.iter().map(|row| row.member[at].as_str())));
    let line = |cells: [&str; 9]| {
        let [a, b, c, d, e, f, g, h, i] = cells;
        format!("{a:group$} {b:topic$} {c:10} {d:15} {e:15} {f:15} {g:consumer$} {h:host$} {i}\n")
    };
    let heading = ["GROUP", "TOPIC", "PARTITION", "CURRENT-OFFSET", "LOG-END-OFFSET", "LAG", "CONSUMER-ID", "HOST", "CLIENT-ID"];
    let mut text = format!("\n{}", line(heading));
    let number = |value: Option<i64>| value.map_or_else(|| MISSING.to_owned(), |value| value.to_string());
    for row in rows {
        let lag = row.offset.zip(row.end).map(|(offset, end)| end - offset);
        let [member, host, client] = &row.member;
        text.push_str(&line([
            id,
            &row.partition.topic,
            &row.partition.partition.to_string(),
            &number(row.offset),
            &number(row.end),
            &number(lag),
            member,
            host,
            client,
        ]));
    }
    text
}

fn members(id: &str, group: &GroupDescription, verbose: bool) -> String {
    let members = &group.members;
    let instance = |member: &MemberDescription| member.group_instance_id.clone().unwrap_or_default();
    let widths = [
        width(COLUMN, std::iter::once(id)),
        width(COLUMN, members.iter().map(|member| member.member_id.as_str())),
        width(COLUMN, members.iter().map(|member| member.client_host.as_str())),
        width(COLUMN, members.iter().map(|member| member.client_id.as_str())),
    ];
    let instances: Vec<String> = members.iter().map(instance).collect();
    let instance_width = width(17, instances.iter().map(String::as_str));
    let with_instances = instances.iter().any(|instance| !instance.is_empty());
    let [group_width, consumer, host, client] = widths;
    let line = |cells: [&str; 7]| {
        let [a, b, c, d, e, f, g] = cells;
        let c = if with_instances { format!("{c:instance_width$} ") } else { String::new() };
        format!("{a:group_width$} {b:consumer$} {c}{d:host$} {e:client$} {f:15} {g}\n")
    };
    let assignment = if verbose { "ASSIGNMENT" } else { "" };
    let heading = ["GROUP", "CONSUMER-ID", "GROUP-INSTANCE-ID", "HOST", "CLIENT-ID", "#PARTITIONS", assignment];
    let mut text = format!("\n{}", line(heading));
    for (member, instance) in members.iter().zip(&instances) {
        let partitions = assigned(member);
        let shown = if verbose { by_topic(&partitions) } else { String::new() };
        let count = partitions.len().to_string();
        text.push_str(&line([id, &member.member_id, instance, &member.client_host, &member.client_id, &count, &shown]));
    }
    text
}

/// `orders(0,1), stock(2)`.
fn by_topic(partitions: &[TopicPartition]) -> String {
    let mut topics: BTreeMap<&str, Vec<i32>> = BTreeMap::new();
    for partition in partitions {
        topics.entry(&partition.topic).or_default().push(partition.partition);
    }
    let mut shown: Vec<String> = topics
        .into_iter()
        .map(|(topic, mut numbers)| {
            numbers.sort_unstable();
            format!("{topic}({})", numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(","))
        })
        .collect();
    shown.sort();
    if shown.is_empty() { MISSING.to_owned() } else { shown.join(", ") }
}

fn state(id: &str, group: &GroupDescription, coordinator: &str) -> String {
    let width = width(25, std::iter::once(coordinator));
    let line = |cells: [&str; 5]| {
        let [a, b, c, d, e] = cells;
        format!("\n{a:width$} {b:25} {c:20} {d:15} {e}")
    };
    let heading = line(["GROUP", "COORDINATOR (ID)", "ASSIGNMENT-STRATEGY", "STATE", "#MEMBERS"]);
    let count = group.members.len().to_string();
    format!("{heading}{}\n", line([id, coordinator, &group.protocol, &group.state, &count]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_are_listed_by_topic() {
        let some = |topic: &str, partition| TopicPartition::new(topic, partition);
        assert_eq!(by_topic(&[some("b", 1), some("a", 3), some("b", 0)]), "a(3), b(0,1)");
        assert_eq!(by_topic(&[]), "-");
    }

    #[test]
    fn columns_grow_with_what_stands_in_them() {
        let row = Row {
            partition: TopicPartition::new("a-topic-with-a-long-name", 2),
            offset: None,
            end: Some(7),
            member: ["-", "-", "-"].map(str::to_owned),
        };
        let text = offsets("g", &[row]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "");
        assert!(lines[1].starts_with("GROUP           TOPIC                    PARTITION  CURRENT-OFFSET"), "{}", lines[1]);
        assert!(
            lines[2].starts_with("g               a-topic-with-a-long-name 2          -               7               -   "),
            "{}",
            lines[2]
        );
    }
}
