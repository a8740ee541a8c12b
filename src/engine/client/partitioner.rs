//! Which partition a record goes to (`BuiltInPartitioner`): by the hash of its key, or, without one, the same partition until a
//! batch's worth of bytes has gone there.

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

/// Where records without a key go for now.
#[derive(Debug, Default)]
pub struct Sticky {
    partition: Option<i32>,
    bytes: usize,
}

impl Sticky {
    /// The partition for a record of `bytes`, of those that have a leader; it changes by chance once `batch_size` bytes have
    /// gone to one.
    pub fn next(&mut self, available: &[i32], bytes: usize, batch_size: usize) -> Option<i32> {
        let stays = self.partition.filter(|partition| available.contains(partition) && self.bytes < batch_size);
        if stays.is_none() {
            self.partition = available.get(random_below(available.len())).copied();
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
        let first = sticky.next(&[0, 1, 2], 60, 100);
        assert_eq!(sticky.next(&[0, 1, 2], 60, 100), first);
        sticky.next(&[4], 1, 100);
        assert_eq!(sticky.partition, Some(4), "its partition has no leader any more");
        assert_eq!(sticky.next(&[], 1, 100), None);
    }
}
