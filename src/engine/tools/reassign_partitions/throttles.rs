//! How fast replicas may move: configs of brokers and topics that a reassignment sets and its end removes.

use std::collections::{BTreeMap, BTreeSet};

use super::plan::joined;
use super::questions::{Edits, Reassignment, alter_brokers, alter_topics, brokers};
use crate::engine::client::{Client, TopicPartition};
use crate::engine::tools::harness::print;
use crate::engine::tools::{Exception, java};

const BROKER_LEADER: &str = "leader.replication.throttled.rate";
const BROKER_FOLLOWER: &str = "follower.replication.throttled.rate";
const BROKER_LOG_DIRS: &str = "replica.alter.log.dirs.io.max.bytes.per.second";
const TOPIC_LEADER: &str = "leader.replication.throttled.replicas";
const TOPIC_FOLLOWER: &str = "follower.replication.throttled.replicas";

/// An assignment: the brokers of partitions.
pub(super) type Assignment = [(TopicPartition, Vec<i32>)];

/// Which brokers the replicas of a partition come from, and which they go to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Move {
    sources: BTreeSet<i32>,
    destinations: BTreeSet<i32>,
}

/// Moves by topic and partition.
type Moves = BTreeMap<String, BTreeMap<i32, Move>>;

/// Limits how many bytes a second go from broker to broker.
pub(super) async fn between_brokers(
    client: &Client,
    moving: &BTreeMap<TopicPartition, Reassignment>,
    proposed: &Assignment,
    current: &Assignment,
    limit: i64,
) -> Result<(), Exception> {
    let moves = moves(moving, proposed, current)?;
    let edits = moves.iter().map(|(topic, moves)| {
        let leaders = replicas(moves, |found| found.sources.iter().copied().collect());
        let followers = replicas(moves, |found| found.destinations.difference(&found.sources).copied().collect());
        (topic.clone(), vec![(TOPIC_LEADER, Some(leaders)), (TOPIC_FOLLOWER, Some(followers))])
    });
    alter_topics(client, edits.collect()).await?;
    let all = moves.values().flat_map(BTreeMap::values);
    let involved: BTreeSet<i32> =
        all.flat_map(|found| found.sources.union(&found.destinations).copied().collect::<Vec<_>>()).collect();
    let edits: Edits = [BROKER_LEADER, BROKER_FOLLOWER].into_iter().map(|key| (key, Some(limit.to_string()))).collect();
    alter_brokers(client, &involved.into_iter().collect::<Vec<_>>(), &edits).await?;
    print(&format!("The inter-broker throttle limit was set to {limit} B/s\n"));
    Ok(())
}

/// Limits how many bytes a second go from one log directory of a broker to another.
pub(super) async fn between_log_dirs(client: &Client, brokers: &[i32], limit: i64) -> Result<(), Exception> {
    alter_brokers(client, brokers, &vec![(BROKER_LOG_DIRS, Some(limit.to_string()))]).await?;
    print(&format!("The replica-alter-dir throttle limit was set to {limit} B/s\n"));
    Ok(())
}

/// The moves under way and the proposed ones.
fn moves(
    moving: &BTreeMap<TopicPartition, Reassignment>,
    proposed: &Assignment,
    current: &Assignment,
) -> Result<Moves, Exception> {
    let mut moves = Moves::new();
    for (partition, reassignment) in moving {
        let destinations: BTreeSet<i32> = reassignment.adding.iter().copied().collect();
        let sources = reassignment.replicas.iter().copied().filter(|id| !destinations.contains(id)).collect();
        let of_topic = moves.entry(partition.topic.clone()).or_default();
        of_topic.insert(partition.partition, Move { sources, destinations });
    }
    for (partition, replicas) in proposed {
        let of_topic = moves.entry(partition.topic.clone()).or_default();
        let sources: BTreeSet<i32> = match of_topic.get(&partition.partition) {
            Some(found) => found.sources.clone(),
            None => {
                let found = current.iter().find(|(known, _)| known == partition).ok_or_else(|| {
                    let text = format!("Trying to reassign a topic partition {partition} with 0 replicas");
                    Exception::new("java.lang.RuntimeException", text)
                })?;
                found.1.iter().copied().collect()
            }
        };
        let destinations = replicas.iter().copied().filter(|id| !sources.contains(id)).collect();
        of_topic.insert(partition.partition, Move { sources, destinations });
    }
    Ok(moves)
}

/// `partition:broker` for each replica, in the order of the texts.
fn replicas(moves: &BTreeMap<i32, Move>, of: impl Fn(&Move) -> Vec<i32>) -> String {
    let names: BTreeSet<String> = moves
        .iter()
        .flat_map(|(partition, found)| of(found).into_iter().map(move |broker| format!("{partition}:{broker}")))
        .collect();
    names.into_iter().collect::<Vec<_>>().join(",")
}

/// Removes every throttle from the brokers and topics that a plan may have touched.
pub(super) async fn clear(client: &Client, targets: &Assignment) -> Result<(), Exception> {
    let mut ids: Vec<i32> = brokers(client).await?.iter().map(|node| node.id).collect();
    for id in targets.iter().flat_map(|(_, replicas)| replicas) {
        if !ids.contains(id) {
            ids.push(*id);
        }
    }
    java::scala_map_order(&mut ids, |id| id.cast_unsigned());
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    print(&format!("Clearing broker-level throttles on broker{} {}\n", plural(ids.len()), joined(&ids)));
    let edits: Edits = [BROKER_LEADER, BROKER_FOLLOWER, BROKER_LOG_DIRS].into_iter().map(|key| (key, None)).collect();
    alter_brokers(client, &ids, &edits).await?;

    let mut topics: Vec<&str> = Vec::new();
    for (partition, _) in targets {
        if !topics.contains(&partition.topic.as_str()) {
            topics.push(&partition.topic);
        }
    }
    java::scala_map_order(&mut topics, |topic| java::string_hash(topic));
    print(&format!("Clearing topic-level throttles on topic{} {}\n", plural(topics.len()), topics.join(",")));
    let edits = topics.into_iter().map(|topic| (topic.to_owned(), vec![(TOPIC_LEADER, None), (TOPIC_FOLLOWER, None)]));
    alter_topics(client, edits.collect()).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throttles_name_where_replicas_come_from_and_go_to() {
        let partition = |index| TopicPartition::new("a", index);
        let moving =
            BTreeMap::from([(partition(1), Reassignment { replicas: vec![3, 1, 2], adding: vec![3], removing: vec![1] })]);
        let current = [(partition(0), vec![1, 2])];
        let proposed = [(partition(0), vec![2, 3]), (partition(1), vec![4, 2])];
        let moves = moves(&moving, &proposed, &current).expect("all are known");
        let of = &moves["a"];
        assert_eq!(replicas(of, |found| found.sources.iter().copied().collect()), "0:1,0:2,1:1,1:2");
        assert_eq!(replicas(of, |found| found.destinations.iter().copied().collect()), "0:3,1:4");
        let unknown = super::moves(&BTreeMap::new(), &[(partition(7), vec![1])], &current).expect_err("it is not there");
        assert_eq!(unknown.text(), "Trying to reassign a topic partition a-7 with 0 replicas");
    }
}
