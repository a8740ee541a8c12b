//! `--generate`: proposes where the partitions of topics could lie.

use std::collections::BTreeMap;

use super::plan::{duplicates, failed, joined, to_json, topics_to_move};
use super::questions::{assignment, brokers};
use crate::engine::broker::controller::assignment::{Start, assign, assign_over_racks};
use crate::engine::client::{Client, Node, TopicPartition, random_below};
use crate::engine::tools::harness::print;
use crate::engine::tools::{Exception, java};

/// Proposes an assignment of the topics of a file over the brokers of a list.
pub(super) async fn generate(client: &Client, text: &str, list: &str, use_racks: bool) -> Result<(), Exception> {
    let wanted = broker_list(list)?;
    let topics = topics_to_move(text)?;
    let twice = duplicates(&topics, |topic| java::string_hash(topic));
    if !twice.is_empty() {
        return Err(failed(format!("List of topics to reassign contains duplicate entries: {}", twice.join(","))));
    }
    let names: Vec<&str> = topics.iter().map(String::as_str).collect();
    let current = assignment(client, &names).await?;
    let mut nodes = brokers(client).await?;
    nodes.retain(|node| wanted.contains(&node.id));
    if use_racks && nodes.iter().any(|node| node.rack.is_some()) && nodes.iter().any(|node| node.rack.is_none()) {
        return Err(Exception::new(
            "org.apache.kafka.server.common.AdminOperationException",
            "Not all brokers have rack information. Add --disable-rack-aware in command line to make replica assignment without \
             rack information.",
        ));
    }
    let proposed = propose(&current, &nodes, use_racks)?;
    print(&format!("Current partition replica assignment\n{}\n\n", to_json(&current)));
    print(&format!("Proposed partition reassignment configuration\n{}\n", to_json(&proposed)));
    Ok(())
}

fn broker_list(list: &str) -> Result<Vec<i32>, Exception> {
    // Java's split leaves out empty pieces at the end, but not the only one
    let mut words: Vec<&str> = list.split(',').collect();
    while !list.is_empty() && words.last().is_some_and(|word| word.is_empty()) {
        words.pop();
    }
    let id = |word: &&str| word.parse().map_err(|_| Exception::number_format(word));
    let ids = words.iter().map(id).collect::<Result<Vec<i32>, _>>()?;
    let twice = duplicates(&ids, |id| id.cast_unsigned());
    match twice.is_empty() {
        true => Ok(ids),
        false => Err(failed(format!("Broker list contains duplicate entries: {}", joined(&twice)))),
    }
}

/// A new assignment of each topic with as many partitions and replicas as it has.
fn propose(
    current: &[(TopicPartition, Vec<i32>)],
    nodes: &[Node],
    use_racks: bool,
) -> Result<Vec<(TopicPartition, Vec<i32>)>, Exception> {
    let mut topics: BTreeMap<&str, Vec<&(TopicPartition, Vec<i32>)>> = BTreeMap::new();
    for entry in current {
        topics.entry(&entry.0.topic).or_default().push(entry);
    }
    let mut proposed = Vec::new();
    for (topic, mut entries) in topics {
        java::sort_as_scala_map(&mut entries, |(found, _)| java::partition_hash(&found.topic, found.partition));
        let factor = entries.first().map_or(0, |(_, replicas)| replicas.len());
        let (partitions, factor) = (i32::try_from(entries.len()).unwrap_or(0), i16::try_from(factor).unwrap_or(i16::MAX));
        let count = nodes.len().max(1);
        let start = Start { first: random_below(count), shift: random_below(count) };
        let racks: Option<BTreeMap<i32, String>> =
            nodes.iter().map(|node| Some((node.id, node.rack.clone().filter(|_| use_racks)?))).collect();
        let assigned = match racks.filter(|racks| !racks.is_empty()) {
            Some(racks) => assign_over_racks(&racks, partitions, factor, start),
            None => {
                let ids: Vec<i32> = nodes.iter().map(|node| node.id).collect();
                assign(&ids, partitions, factor, start, 0)
            }
        };
        let assigned = assigned.map_err(|error| Exception::of_code(error.error.code(), error.message.unwrap_or_default()))?;
        proposed.extend(assigned.into_iter().map(|(index, replicas)| (TopicPartition::new(topic, index), replicas)));
    }
    Ok(proposed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_brokers_are_numbers() {
        let check = |list: &str, expected: Result<Vec<i32>, &str>| {
            let found = broker_list(list).map_err(|error| error.text().to_owned());
            assert_eq!(found, expected.map_err(str::to_owned), "{list:?}");
        };
        check("0,1,2,", Ok(vec![0, 1, 2]));
        check(",", Ok(Vec::new()));
        check("", Err("For input string: \"\""));
        check("0, 1", Err("For input string: \" 1\""));
        check("1,2,1", Err("Broker list contains duplicate entries: 1"));
    }

    #[test]
    fn topics_keep_their_partitions_and_replicas() {
        let node = |id, rack: Option<&str>| Node { rack: rack.map(str::to_owned), ..Node::new(id, "h", 1) };
        let current: Vec<_> = (0..4).map(|index| (TopicPartition::new("a", index), vec![0, 1])).collect();
        let nodes = [node(0, Some("x")), node(1, Some("x")), node(2, Some("y"))];
        for use_racks in [true, false] {
            let proposed = propose(&current, &nodes, use_racks).expect("there are brokers");
            assert_eq!(proposed.len(), 4);
            assert!(proposed.iter().all(|(_, replicas)| replicas.len() == 2 && replicas[0] != replicas[1]));
            assert!(!use_racks || proposed.iter().all(|(_, replicas)| replicas.contains(&2)), "one on each rack: {proposed:?}");
        }
        let few = propose(&current, &nodes[..1], false).expect_err("one broker");
        assert_eq!(few.text(), "Replication factor: 2 larger than available brokers: 1.");
    }
}
