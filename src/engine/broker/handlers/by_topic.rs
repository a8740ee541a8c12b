//! What is said of partitions, put under their topics in the order in which Kafka's answers have them: its maps of partitions are
//! hash maps.

use indexmap::IndexMap;
use kafka_protocol::messages::TopicName;

use crate::engine::broker::controller::scala::{in_set_order, in_tree_order, java_hash, partition_hash, sort_as_scala_map_by};

/// A topic, a partition of it, and what is said of that.
pub type OfPartition<T> = (TopicName, i32, T);

/// The topics in the order in which they come first.
pub fn as_they_come<T>(partitions: Vec<OfPartition<T>>) -> Vec<(TopicName, Vec<T>)> {
    let mut topics: IndexMap<TopicName, Vec<T>> = IndexMap::new();
    for (topic, _, said) in partitions {
        topics.entry(topic).or_default().push(said);
    }
    topics.into_iter().collect()
}

/// As the immutable map of partitions gives them, whose keys have that hash: as they come where there are few.
pub fn of_set<T>(partitions: Vec<OfPartition<T>>, hash: fn(&str, i32) -> i32) -> Vec<(TopicName, Vec<T>)> {
    as_they_come(in_set_order(partitions, |(topic, index, _)| hash(topic, *index)))
}

/// As a mutable map of partitions gives them that `groupBy` puts under topics.
pub fn of_map<T>(mut partitions: Vec<OfPartition<T>>) -> Vec<(TopicName, Vec<T>)> {
    sort_as_scala_map_by(&mut partitions, |(topic, index, _)| partition_hash(topic, *index));
    in_tree_order(as_they_come(partitions), |(topic, _)| java_hash(topic))
}

#[cfg(test)]
mod tests {
    use kafka_protocol::protocol::StrBytes;

    use super::*;
    use crate::engine::broker::controller::scala::nameless_partition_hash;

    const NAMES: [&str; 7] = ["orders", "payments", "clicks", "invoices", "returns", "stock", "carts"];

    fn check(order: impl Fn(Vec<OfPartition<i32>>) -> Vec<(TopicName, Vec<i32>)>, expected: &str) {
        let partitions = NAMES.iter().flat_map(|name| {
            let name = TopicName(StrBytes::from_static_str(name));
            [(name.clone(), 1, 1), (name, 0, 0)]
        });
        let shown = order(partitions.collect());
        let shown: Vec<String> = shown.iter().map(|(name, indexes)| format!("{}{indexes:?}", name.as_str())).collect();
        assert_eq!(shown.join(" "), expected);
    }

    #[test]
    fn topics_come_as_in_kafkas_answers() {
        check(
            |partitions| of_set(partitions, partition_hash), // OffsetFetch
            "clicks[1, 0] orders[1, 0] carts[1, 0] returns[0, 1] stock[0, 1] payments[1, 0] invoices[0, 1]",
        );
        check(
            |partitions| of_set(partitions, nameless_partition_hash), // OffsetCommit
            "invoices[1, 0] carts[1, 0] payments[0, 1] orders[0, 1] clicks[1, 0] stock[1, 0] returns[1, 0]",
        );
        check(
            of_map, // DeleteRecords
            "returns[1, 0] clicks[1, 0] orders[0, 1] carts[1, 0] stock[1, 0] invoices[1, 0] payments[0, 1]",
        );
    }
}
