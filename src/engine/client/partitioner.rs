//! Which partition a record goes to (`BuiltInPartitioner`): by the hash of its key, or, without one, the same partition until a
//! batch's worth of bytes has gone there. And the partitioners that `partitioner.class` may name.

use super::network::random_below;

/// Kafka's `Utils.murmur2`.
pub fn murmur2(data: &[u8]) -> u32 {
    const M: u32 = 0x5bd1_e995;
    let mut hash = 0x9747_b28c_u32 ^ u32::try_from(data.len()).unwrap_or(u32::MAX);
    let mut chunks = data.chunks_exact(4);
    for chunk in &mut chunks {
        let mut k = chunk.iter().rev().fold(0_u32, |k, byte| k << 8 | u32::from(*byte));
        k = k.wrapping_mul(M);
        k ^= k >> 24;
        hash = hash.wrapping_mul(M) ^ k.wrapping_mul(M);
    }
    let rest = chunks.remainder();
    if !rest.is_empty() {
        hash ^= rest.iter().rev().fold(0, |k, byte| k << 8 | u32::from(*byte));
        hash = hash.wrapping_mul(M);
    }
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(M);
    hash ^ (hash >> 15)
}

/// The partition of a key, of `partitions` (at least 1).
pub fn partition_of_key(key: &[u8], partitions: usize) -> usize {
    (murmur2(key) & 0x7fff_ffff) as usize % partitions.max(1)
}

/// How partitions are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Partitioning {
    /// As Kafka does where no class is named.
    BuiltIn {
        /// `partitioner.ignore.keys`.
        ignore_keys: bool,
        /// `partitioner.adaptive.partitioning.enable`: partitions with fewer batches waiting are chosen more often.
        adaptive: bool,
    },
    /// `RoundRobinPartitioner`: one after the other, whatever the keys.
    RoundRobin,
}

/// The classes of Kafka's own that are partitioners.
const CLASSES: [(&str, Partitioning); 3] = [
    ("org.apache.kafka.clients.producer.RoundRobinPartitioner", Partitioning::RoundRobin),
    ("org.apache.kafka.clients.producer.UniformStickyPartitioner", Partitioning::BuiltIn { ignore_keys: true, adaptive: false }),
    (
        "org.apache.kafka.clients.producer.internals.DefaultPartitioner",
        Partitioning::BuiltIn { ignore_keys: false, adaptive: false },
    ),
];

impl Partitioning {
    /// The partitioner of a class; `None` for a class that Kafka does not have.
    pub fn by_class(class: &str) -> Option<Self> {
        CLASSES.iter().find(|(name, _)| *name == class).map(|(_, partitioning)| *partitioning)
    }
}

/// Of partitions, each with its batches that wait, one by chance: the fewer wait, the sooner.
pub fn least_loaded(partitions: &[i32], waiting: &[usize]) -> Option<i32> {
    let most = waiting.iter().max()? + 1;
    let total: usize = waiting.iter().map(|waiting| most - waiting).sum();
    let mut at = random_below(total);
    for (partition, waiting) in partitions.iter().zip(waiting) {
        match at.checked_sub(most - waiting) {
            Some(rest) => at = rest,
            None => return Some(*partition),
        }
    }
    partitions.last().copied()
}

/// Where records without a key go for now.
#[derive(Debug, Default)]
pub struct Sticky {
    partition: Option<i32>,
    bytes: usize,
}

impl Sticky {
    /// The partition for a record of `bytes`, of those that have a leader; it changes once `batch_size` bytes have gone to one, to
    /// what `choose` gives.
    pub fn next(
        &mut self,
        available: &[i32],
        bytes: usize,
        batch_size: usize,
        choose: impl FnOnce() -> Option<i32>,
    ) -> Option<i32> {
        let stays = self.partition.filter(|partition| available.contains(partition) && self.bytes < batch_size);
        if stays.is_none() {
            self.partition = choose();
            self.bytes = 0;
        }
        self.bytes += bytes;
        self.partition
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_hash_as_in_the_java_client() {
        // from Kafka's own UtilsTest
        for (key, expected) in [("21", -973_932_308), ("foobar", -790_332_482), ("a-little-bit-long-string", -985_981_536)] {
            assert_eq!(murmur2(key.as_bytes()).cast_signed(), expected, "{key}");
        }
        // from a recording: six keyed lines over three partitions
        for (key, expected) in [("a", 1), ("b", 2), ("c", 1), ("d", 2)] {
            assert_eq!(partition_of_key(key.as_bytes(), 3), expected, "{key}");
        }
    }

    #[test]
    fn records_without_a_key_stick_until_a_batch_is_full() {
        let mut sticky = Sticky::default();
        assert_eq!(sticky.next(&[0, 1, 2], 60, 100, || Some(1)), Some(1));
        assert_eq!(sticky.next(&[0, 1, 2], 60, 100, || Some(2)), Some(1));
        assert_eq!(sticky.next(&[0, 1, 2], 1, 100, || Some(2)), Some(2));
        assert_eq!(sticky.next(&[4], 1, 100, || Some(4)), Some(4), "its partition has no leader any more");
        assert_eq!(sticky.next(&[], 1, 100, || None), None);
    }

    #[test]
    fn where_less_waits_more_goes() {
        assert_eq!(least_loaded(&[], &[]), None);
        assert_eq!(least_loaded(&[7], &[3]), Some(7));
        let mut counts = [0; 3];
        for _ in 0..4000 {
            let chosen = least_loaded(&[0, 1, 2], &[0, 9, 0]).expect("there are three");
            counts[usize::try_from(chosen).expect("not negative")] += 1;
        }
        assert!(counts[1] > 0 && counts[1] < counts[0] / 2 && counts[1] < counts[2] / 2, "{counts:?}");
    }
}
