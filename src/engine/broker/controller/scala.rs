//! The orders in which Scala's and Java's hash maps give their keys. Kafka writes znodes through them, and a tree that is held
//! against one that Kafka wrote should not differ in the order of keys.

/// Java's `String.hashCode`.
fn java_hash(text: &str) -> i32 {
    text.encode_utf16().fold(0_i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)))
}

/// What both maps make of a hash to spread it: its upper half xored into the lower.
fn spread(text: &str) -> i32 {
    let hash = java_hash(text);
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

/// `scala.collection.mutable.HashMap` (2.13): buckets in order, in a bucket by hash.
pub fn sort_as_scala_map<T>(entries: &mut [(String, T)]) {
    let mut table = FIRST_TABLE;
    // it grows before the entry that would make it three quarters full
    while entries.len() >= table / 4 * 3 {
        table *= 2;
    }
    entries.sort_by_key(|(key, _)| (bucket(spread(key), table), spread(key)));
}

/// Partitions of one topic as keys of `scala.collection.mutable.HashMap`, by the hash of Java's `TopicPartition`.
pub fn sort_partitions_as_scala_map<T>(topic: &str, partitions: &mut [(i32, T)]) {
    let mut table = FIRST_TABLE;
    while partitions.len() >= table / 4 * 3 {
        table *= 2;
    }
    let hash = |index: i32| {
        let hash = index.wrapping_add(31).wrapping_mul(31).wrapping_add(java_hash(topic));
        hash ^ upper_half(hash)
    };
    partitions.sort_by_key(|(index, _)| (bucket(hash(*index), table), hash(*index)));
}

/// `java.util.concurrent.ConcurrentHashMap`, which grew with its entries: buckets in order.
pub fn sort_as_concurrent_map<T>(entries: &mut [T], key: impl Fn(&T) -> &str) {
    let mut table = FIRST_TABLE;
    while entries.len() >= table / 4 * 3 {
        table *= 2;
    }
    entries.sort_by_key(|entry| bucket(spread(key(entry)) & i32::MAX, table));
}

/// `java.util.Properties`: buckets in order, in a bucket as they were put.
pub fn sort_as_properties<T>(entries: &mut [(String, T)]) {
    let mut table = FIRST_TABLE;
    while entries.len() >= table / 4 * 3 {
        table *= 2;
    }
    entries.sort_by_key(|(key, _)| bucket(spread(key) & i32::MAX, table));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sort: fn(&mut [(String, ())]), keys: &str, expected: &str) {
        let mut entries: Vec<(String, ())> = keys.split(' ').map(|key| (key.to_owned(), ())).collect();
        sort(&mut entries);
        let found: Vec<&str> = entries.iter().map(|(key, ())| key.as_str()).collect();
        assert_eq!(found.join(" "), expected);
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
        sort_partitions_as_scala_map("moved", &mut partitions);
        assert_eq!(partitions.iter().map(|(index, ())| *index).collect::<Vec<_>>(), [0, 2, 1]);
        let mut groups = ["g", "static"];
        sort_as_concurrent_map(&mut groups, |name| name);
        assert_eq!(groups, ["static", "g"]);
    }
}
