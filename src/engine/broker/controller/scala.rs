//! The orders in which Scala's and Java's hash maps and sets give their keys. Kafka writes znodes and answers through them, and a tree or
//! an answer that is held against Kafka's should not differ in the order of keys.

use std::collections::BTreeMap;

use uuid::Uuid;

pub use crate::engine::java_set::{java_hash, partition_hash};

/// The hash of Kafka's `TopicIdPartition` where the topic's id is not known.
pub fn nameless_partition_hash(topic: &str, index: i32) -> i32 {
    partition_hash(topic, index).wrapping_add(31 * 31)
}

/// What both maps make of a hash to spread it: its upper half xored into the lower.
fn spread(hash: i32) -> i32 {
    hash ^ upper_half(hash)
}

#[expect(clippy::cast_sign_loss, clippy::cast_possible_wrap, reason = "a shift of the bits, as Java's >>>")]
fn upper_half(hash: i32) -> i32 {
    ((hash as u32) >> 16) as i32
}

fn bucket(hash: i32, table: usize) -> usize {
    #[expect(clippy::cast_sign_loss, reason = "the low bits are wanted")]
    let bits = hash as u32 as usize;
    bits & (table - 1)
}

/// The smallest table of either map.
const FIRST_TABLE: usize = 16;

/// `scala.collection.mutable.HashMap` and `HashSet` (2.13): buckets in order, in a bucket by hash.
pub fn sort_as_scala_map_by<T>(entries: &mut [T], hash: impl Fn(&T) -> i32) {
    let mut table = FIRST_TABLE;
    // it grows before the entry that would make it three quarters full
    while entries.len() >= table / 4 * 3 {
        table *= 2;
    }
    entries.sort_by_key(|entry| (bucket(spread(hash(entry)), table), spread(hash(entry))));
}

/// As [`sort_as_scala_map_by`], of names.
pub fn sort_as_scala_map<T>(entries: &mut [(String, T)]) {
    sort_as_scala_map_by(entries, |(name, _)| java_hash(name));
}

/// The most elements that Scala's immutable sets and maps keep in the order in which they came.
pub const SMALL_SET: usize = 4;
/// How many bits of a hash say where an element is on one level of the tree.
const LEVEL_BITS: u32 = 5;

/// `scala.collection.immutable.Set` and `Map` (2.13) of different elements, which are trees of their hashes as soon as they are not small.
pub fn in_set_order<T>(elements: Vec<T>, hash: impl Fn(&T) -> i32) -> Vec<T> {
    if elements.len() <= SMALL_SET { elements } else { in_tree_order(elements, hash) }
}

/// `scala.collection.immutable.HashSet` (2.13), a tree however few are left in it.
pub fn in_tree_order<T>(elements: Vec<T>, hash: impl Fn(&T) -> i32) -> Vec<T> {
    let mut ordered = Vec::with_capacity(elements.len());
    visit(elements.into_iter().map(|element| (improve(hash(&element)), element)).collect(), 0, &mut ordered);
    ordered
}

/// A node's own elements in the order of their bits, then its children.
fn visit<T>(elements: Vec<(u32, T)>, shift: u32, ordered: &mut Vec<T>) {
    if shift >= u32::BITS {
        return ordered.extend(elements.into_iter().map(|(_, element)| element));
    }
    let mut slots: BTreeMap<u32, Vec<(u32, T)>> = BTreeMap::new();
    for element in elements {
        slots.entry(element.0 >> shift & ((1 << LEVEL_BITS) - 1)).or_default().push(element);
    }
    let (own, children): (Vec<_>, Vec<_>) = slots.into_values().partition(|slot| slot.len() == 1);
    ordered.extend(own.into_iter().flatten().map(|(_, element)| element));
    children.into_iter().for_each(|child| visit(child, shift + LEVEL_BITS, ordered));
}

/// What those trees make of a hash (`scala.collection.Hashing.improve`).
fn improve(hash: i32) -> u32 {
    let hash = hash.cast_unsigned();
    let hash = hash.wrapping_add(!(hash << 9));
    let hash = hash ^ hash >> 14;
    let hash = hash.wrapping_add(hash << 4);
    hash ^ hash >> 10
}

/// The hash of Kafka's `Uuid`.
pub fn uuid_hash(id: &Uuid) -> i32 {
    let (most, least) = id.as_u64_pair();
    let both = most ^ least;
    ((both >> 32) as u32 ^ both as u32).cast_signed()
}

/// The keys of a small `scala.collection.mutable.AnyRefMap` (2.13): by place in a table of 8, of 16 as soon as there are four.
pub fn sort_as_small_any_ref_map<T>(entries: &mut [T], key: impl Fn(&T) -> &str) {
    let table: u32 = if entries.len() < SMALL_SET { 8 } else { 16 };
    entries.sort_by_key(|entry| {
        let hash = spread(java_hash(key(entry))).cast_unsigned().wrapping_mul(0x85EB_CA6B);
        (hash ^ hash >> 13) & (table - 1)
    });
}

/// `java.util.concurrent.ConcurrentHashMap`, which grew with its entries: buckets in order.
pub fn sort_as_concurrent_map_by<T>(entries: &mut [T], hash: impl Fn(&T) -> i32) {
    let mut table = FIRST_TABLE;
    while entries.len() >= table / 4 * 3 {
        table *= 2;
    }
    entries.sort_by_key(|entry| bucket(spread(hash(entry)) & i32::MAX, table));
}

/// As [`sort_as_concurrent_map_by`], of what has a name.
pub fn sort_as_concurrent_map<T>(entries: &mut [T], key: impl Fn(&T) -> &str) {
    sort_as_concurrent_map_by(entries, |entry| java_hash(key(entry)));
}

/// `java.util.Properties`: buckets in order, in a bucket as they were put.
pub fn sort_as_properties<T>(entries: &mut [(String, T)]) {
    let mut table = FIRST_TABLE;
    while entries.len() >= table / 4 * 3 {
        table *= 2;
    }
    entries.sort_by_key(|(key, _)| bucket(spread(java_hash(key)) & i32::MAX, table));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(sort: fn(&mut [(String, ())]), keys: &str, expected: &str) {
        let mut entries: Vec<(String, ())> = keys.split(' ').map(|key| (key.to_owned(), ())).collect();
        sort(&mut entries);
        let found: Vec<&str> = entries.iter().map(|(key, ())| key.as_str()).collect();
        assert_eq!(found.join(" "), expected);
    }

    fn check_set(names: &str, expected: &str) {
        assert_eq!(in_set_order(names.split(' ').collect(), |name| java_hash(name)).join(" "), expected);
    }

    proptest! {
        #[test]
        fn a_set_loses_nothing(hashes in proptest::collection::vec(0_i32..40, 0..60)) {
            // equal hashes too, which have a node of their own
            let mut found = in_set_order(hashes.clone(), |hash| *hash);
            found.sort_unstable();
            let mut expected = hashes;
            expected.sort_unstable();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn keys_come_as_in_the_znodes_that_kafka_wrote() {
        check(
            sort_as_scala_map,
            "version host port endpoints jmx_port features timestamp listener_security_protocol_map",
            "features listener_security_protocol_map endpoints jmx_port port host version timestamp",
        );
        let fifty: Vec<String> = (0..50).map(|partition| partition.to_string()).collect();
        check(
            sort_as_scala_map,
            &fifty.join(" "),
            "44 45 46 47 48 49 10 11 12 13 14 15 16 17 18 19 0 1 2 3 4 5 6 7 8 9 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 \
             35 36 37 38 39 40 41 42 43",
        );
        check(
            sort_as_properties,
            "cleanup.policy segment.bytes compression.type",
            "compression.type cleanup.policy segment.bytes",
        );
        check(sort_as_properties, "retention.ms min.insync.replicas", "min.insync.replicas retention.ms");
        let mut partitions = vec![(0, ()), (1, ()), (2, ())];
        sort_as_scala_map_by(&mut partitions, |(index, ())| partition_hash("moved", *index));
        assert_eq!(partitions.iter().map(|(index, ())| *index).collect::<Vec<_>>(), [0, 2, 1]);
        check_set("one two three four", "one two three four");
        // as Kafka's broker named topics that nobody had made
        check_set("gone0 gone37 gone74 gone10 gone47", "gone74 gone10 gone0 gone47 gone37");
        check_set(
            "gone0 gone37 gone74 gone10 gone47 gone84 gone20 gone57 gone94 gone30 gone67 gone3 gone40 gone77 gone13 gone50 gone87 \
             gone23 gone60 gone97",
            "gone74 gone13 gone0 gone47 gone97 gone94 gone77 gone84 gone30 gone23 gone40 gone67 gone60 gone10 gone87 gone3 gone37 \
             gone57 gone20 gone50",
        );
        let mut groups = ["g", "static"];
        sort_as_concurrent_map(&mut groups, |name| name);
        assert_eq!(groups, ["static", "g"]);
    }
}
