//! The JSON files of the tool: reassignments, topics to move, and what it prints for the next of them.

use serde_json::Value;

use crate::engine::client::TopicPartition;
use crate::engine::tools::json_lines::quote;
use crate::engine::tools::{Exception, jackson, java, json};

/// The only version of the files.
const VERSION: i32 = 1;
/// A log directory that the broker may choose.
pub(super) const ANY_LOG_DIR: &str = "any";

/// A replica: a partition on a broker.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Replica {
    /// The broker; replicas are sorted by it first.
    pub broker: i32,
    /// The partition.
    pub partition: TopicPartition,
}

impl Replica {
    /// `TopicPartitionReplica.hashCode`.
    pub(super) fn hash(&self) -> u32 {
        partition_hash(&self.partition).wrapping_mul(31).wrapping_add(self.broker.cast_unsigned())
    }
}

impl std::fmt::Display for Replica {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}-{}", self.partition, self.broker)
    }
}

/// `TopicPartitionReplica.hashCode` as far as the partition goes.
fn partition_hash(partition: &TopicPartition) -> u32 {
    31_u32.wrapping_add(java::string_hash(&partition.topic)).wrapping_mul(31).wrapping_add(partition.partition.cast_unsigned())
}

/// What a file asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// The brokers of each partition, in the order of the file; a partition may stand there twice.
    pub partitions: Vec<(TopicPartition, Vec<i32>)>,
    /// The log directories that are named.
    pub log_dirs: Vec<(Replica, String)>,
}

fn operation(message: impl Into<String>) -> Exception {
    Exception::new("org.apache.kafka.server.common.AdminOperationException", message)
}

/// `AdminCommandFailedException`.
pub(super) fn failed(message: impl Into<String>) -> Exception {
    Exception::new("org.apache.kafka.server.common.AdminCommandFailedException", message)
}

/// `CoreUtils.duplicates`: what stands more than once, in the order of the map that it is counted in.
pub(super) fn duplicates<T: PartialEq + Clone>(items: &[T], hash: impl Fn(&T) -> u32) -> Vec<T> {
    let mut counted: Vec<(T, usize)> = Vec::new();
    for item in items {
        match counted.iter_mut().find(|(known, _)| known == item) {
            Some((_, count)) => *count += 1,
            None => counted.push((item.clone(), 1)),
        }
    }
    java::sort_as_scala_map(&mut counted, |(item, _)| hash(item));
    java::scala_map_order(&mut counted, |(item, _)| hash(item));
    counted.into_iter().filter(|(_, count)| *count > 1).map(|(item, _)| item).collect()
}

fn version_of(whole: &Value) -> Result<(), Exception> {
    match json::object(whole)?.get("version").map_or(Ok(VERSION), json::scala_int)? {
        VERSION => Ok(()),
        other => Err(operation(format!("Not supported version field value {other}"))),
    }
}

impl Plan {
    /// Reads a file of `--reassignment-json-file`.
    pub(super) fn parse(text: &str) -> Result<Self, Exception> {
        let whole = json::parse(text).ok_or_else(|| match jackson::error_of(text) {
            Some(cause) => operation(cause.text()).caused_by(cause),
            None => operation("The input string is not a valid JSON"),
        })?;
        version_of(&whole)?;
        let mut plan = Self::default();
        let listed = json::object(&whole)?.get("partitions").map_or(Ok(&[][..]), json::array)?;
        for entry in listed {
            let entry = json::object(entry)?;
            let topic = json::string(json::field(entry, "topic")?)?;
            let partition = TopicPartition::new(topic, json::scala_int(json::field(entry, "partition")?)?);
            let replicas = list(json::field(entry, "replicas")?, json::scala_int)?;
            let dirs = match entry.get("log_dirs") {
                Some(dirs) => list(dirs, |dir| json::string(dir).map(str::to_owned))?,
                None => vec![ANY_LOG_DIR.to_owned(); replicas.len()],
            };
            if dirs.len() != replicas.len() {
                let ids: Vec<String> = replicas.iter().map(ToString::to_string).collect();
                return Err(failed(format!(
                    "Size of replicas list List({}) is different from size of log dirs list List({}) for partition {partition}",
                    ids.join(", "),
                    dirs.join(", ")
                )));
            }
            for (broker, dir) in replicas.iter().zip(dirs).filter(|(_, dir)| dir != ANY_LOG_DIR) {
                let replica = Replica { broker: *broker, partition: partition.clone() };
                plan.log_dirs.retain(|(known, _)| *known != replica);
                plan.log_dirs.push((replica, dir));
            }
            plan.partitions.push((partition, replicas));
        }
        Ok(plan)
    }

    /// Refuses what cannot be executed; gives each partition once.
    pub(super) fn check(mut self) -> Result<Self, Exception> {
        if self.partitions.is_empty() {
            return Err(failed("Partition reassignment list cannot be empty"));
        }
        if self.partitions.iter().any(|(_, replicas)| replicas.is_empty()) {
            return Err(failed("Partition replica list cannot be empty"));
        }
        let names: Vec<TopicPartition> = self.partitions.iter().map(|(partition, _)| partition.clone()).collect();
        let twice = duplicates(&names, |partition| java::partition_hash(&partition.topic, partition.partition));
        if !twice.is_empty() {
            return Err(failed(format!("Partition reassignment contains duplicate topic partitions: {}", joined(&twice))));
        }
        let repeated: Vec<String> = self
            .partitions
            .iter()
            .map(|(partition, replicas)| (partition, duplicates(replicas, |id| id.cast_unsigned())))
            .filter(|(_, twice)| !twice.is_empty())
            .map(|(partition, twice)| format!("{partition} contains multiple entries for {}", joined(&twice)))
            .collect();
        if !repeated.is_empty() {
            return Err(failed(format!("Partition replica lists may not contain duplicate entries: {}", repeated.join(". "))));
        }
        java::scala_map_order(&mut self.partitions, |(found, _)| java::partition_hash(&found.topic, found.partition));
        Ok(self)
    }
}

/// A list of values of one type.
fn list<T>(value: &Value, of: impl Fn(&Value) -> Result<T, Exception>) -> Result<Vec<T>, Exception> {
    json::array(value)?.iter().map(of).collect()
}

/// Things separated by commas.
pub(super) fn joined<T: ToString>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// The topics of a file of `--topics-to-move-json-file`.
pub(super) fn topics_to_move(text: &str) -> Result<Vec<String>, Exception> {
    let whole = json::parse(text).ok_or_else(|| operation("The input string is not a valid JSON"))?;
    version_of(&whole)?;
    let listed = json::object(&whole)?.get("topics").map_or(Ok(&[][..]), json::array)?;
    let topic = |entry: &Value| json::string(json::field(json::object(entry)?, "topic")?).map(str::to_owned);
    listed.iter().map(topic).collect()
}

/// An assignment as a file of `--reassignment-json-file`, on one line.
pub(super) fn to_json(assignment: &[(TopicPartition, Vec<i32>)]) -> String {
    let mut sorted: Vec<_> = assignment.iter().collect();
    sorted.sort();
    let partitions: Vec<String> = sorted
        .into_iter()
        .map(|(partition, replicas)| {
            let dirs = vec![quote(ANY_LOG_DIR); replicas.len()];
            format!(
                r#"{{"topic":{},"partition":{},"replicas":[{}],"log_dirs":[{}]}}"#,
                quote(&partition.topic),
                partition.partition,
                joined(replicas),
                joined(&dirs)
            )
        })
        .collect();
    format!(r#"{{"version":{VERSION},"partitions":[{}]}}"#, partitions.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str, expected: &str) {
        let found = Plan::parse(text).and_then(Plan::check).expect_err(text);
        assert_eq!(found.text().lines().next(), Some(expected), "{text}");
    }

    #[test]
    fn plans_are_read_or_refused_as_kafka_does() {
        let text = r#"{"partitions":[{"topic":"a","partition":1,"replicas":[2,3],"log_dirs":["any","/d"]}]}"#;
        let partition = TopicPartition::new("a", 1);
        let plan = Plan::parse(text).and_then(Plan::check).expect("it is whole");
        assert_eq!(plan.partitions, [(partition.clone(), vec![2, 3])]);
        assert_eq!(plan.log_dirs, [(Replica { broker: 3, partition }, "/d".to_owned())]);
        refused("{}", "Partition reassignment list cannot be empty");
        refused(r#"{"version":2}"#, "Not supported version field value 2");
        refused(r#"{"partitions":[{"topic":"a","partition":0,"replicas":[]}]}"#, "Partition replica list cannot be empty");
        refused(r#"{"partitions":[{"topic":"a","partition":0}]}"#, "No such field exists: `replicas`");
        refused(r#"{"partitions":[{"topic":"a","partition":0,"replicas":["x"]}]}"#, "Expected `Int` value, received \"x\"");
        refused(
            r#"{"partitions":[{"topic":"a","partition":0,"replicas":[1],"log_dirs":[]}]}"#,
            "Size of replicas list List(1) is different from size of log dirs list List() for partition a-0",
        );
        refused(
            r#"{"partitions":[{"topic":"a","partition":0,"replicas":[1,1]}]}"#,
            "Partition replica lists may not contain duplicate entries: a-0 contains multiple entries for 1",
        );
        refused("", "The input string shouldn't be empty");
    }

    #[test]
    fn what_is_printed_can_be_read() {
        let assignment = vec![(TopicPartition::new("b", 0), vec![1]), (TopicPartition::new("a", 0), vec![1, 2])];
        let text = to_json(&assignment);
        assert!(
            text.starts_with(
                r#"{"version":1,"partitions":[{"topic":"a","partition":0,"replicas":[1,2],"log_dirs":["any","any"]}"#
            )
        );
        assert_eq!(Plan::parse(&text).expect("its own").partitions.len(), 2);
    }
}
