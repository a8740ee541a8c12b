//! The committed offsets of one group: what is committed, what is on its way to the log, what has expired.

use std::collections::{BTreeMap, HashMap};

pub use crate::engine::broker::log::TopicPartition;

/// An offset that a group has committed for a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommittedOffset {
    /// The next offset to read.
    pub offset: i64,
    /// The leader epoch of the last record read; -1 where it is not known.
    pub leader_epoch: i32,
    /// What the client wishes to remember.
    pub metadata: String,
    /// When it was committed, in milliseconds since 1970.
    pub committed_at: i64,
    /// When it expires, where an old client said so; else the broker's retention counts.
    pub expires_at: Option<i64>,
}

/// An offset with the place of its record in `__consumer_offsets`: of two commits the later record counts.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Kept {
    committed: CommittedOffset,
    record: i64,
}

/// Which offsets may expire, and from when their time counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retention {
    /// From each offset's own commit.
    SinceCommit,
    /// From that moment, when the group lost its last member.
    Since(i64),
}

/// The offsets of one group.
#[derive(Clone, Debug, Default)]
pub struct Offsets {
    committed: BTreeMap<TopicPartition, Kept>,
    /// How many commits of a partition are on their way.
    pending: HashMap<TopicPartition, usize>,
    /// Partitions with offsets of a transaction that is not decided, by producer id.
    undecided: HashMap<i64, Vec<TopicPartition>>,
}

impl Offsets {
    /// The committed offset of a partition.
    pub fn get(&self, partition: &TopicPartition) -> Option<&CommittedOffset> {
        self.committed.get(partition).map(|kept| &kept.committed)
    }

    /// Every committed offset by partition.
    pub fn all(&self) -> impl Iterator<Item = (&TopicPartition, &CommittedOffset)> {
        self.committed.iter().map(|(partition, kept)| (partition, &kept.committed))
    }

    /// Whether there is nothing, committed or on its way.
    pub fn is_empty(&self) -> bool {
        self.committed.is_empty() && self.pending.is_empty() && self.undecided.is_empty()
    }

    /// Whether a transaction that is not decided has an offset for the partition.
    pub fn is_undecided(&self, partition: &TopicPartition) -> bool {
        self.undecided.values().any(|partitions| partitions.contains(partition))
    }

    /// Notes the offsets of a transaction that the log leaves undecided.
    pub fn set_undecided(&mut self, producer_id: i64, partitions: Vec<TopicPartition>) {
        self.undecided.insert(producer_id, partitions);
    }

    /// Notes that commits are on their way to the log.
    pub fn begin<'a>(&mut self, partitions: impl Iterator<Item = &'a TopicPartition>) {
        for partition in partitions {
            *self.pending.entry(partition.clone()).or_default() += 1;
        }
    }

    /// Ends what [`Offsets::begin`] noted.
    pub fn end<'a>(&mut self, partitions: impl Iterator<Item = &'a TopicPartition>) {
        for partition in partitions {
            if let Some(count) = self.pending.get_mut(partition) {
                *count -= 1;
                if *count == 0 {
                    self.pending.remove(partition);
                }
            }
        }
    }

    /// Takes a commit whose record is at `record` in the log, unless a later one is known.
    pub fn put(&mut self, partition: TopicPartition, committed: CommittedOffset, record: i64) {
        if self.committed.get(&partition).is_none_or(|kept| kept.record < record) {
            self.committed.insert(partition, Kept { committed, record });
        }
    }

    /// Removes offsets. Returns those that were there.
    pub fn remove<'a>(&mut self, partitions: impl Iterator<Item = &'a TopicPartition>) -> Vec<TopicPartition> {
        partitions.filter(|partition| self.committed.remove(partition).is_some()).cloned().collect()
    }

    /// Removes every offset. Returns those that were there.
    pub fn remove_all(&mut self) -> Vec<TopicPartition> {
        std::mem::take(&mut self.committed).into_keys().collect()
    }

    /// Removes what has expired at `now` (milliseconds since 1970, as `retention` is a length in milliseconds) and is not `kept`.
    /// Returns those that were there.
    pub fn expire(
        &mut self,
        now: i64,
        retention: i64,
        since: Retention,
        kept: impl Fn(&TopicPartition) -> bool,
    ) -> Vec<TopicPartition> {
        let expired = |partition: &TopicPartition, offset: &CommittedOffset| {
            if kept(partition) || self.pending.contains_key(partition) {
                return false;
            }
            let since = match since {
                Retention::SinceCommit => offset.committed_at,
                Retention::Since(moment) => moment,
            };
            offset.expires_at.map_or(now.saturating_sub(since) >= retention, |end| now >= end)
        };
        let expired: Vec<TopicPartition> =
            self.all().filter(|(partition, offset)| expired(partition, offset)).map(|(p, _)| p.clone()).collect();
        self.remove(expired.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(offset: i64, committed_at: i64) -> CommittedOffset {
        CommittedOffset { offset, leader_epoch: -1, metadata: String::new(), committed_at, expires_at: None }
    }

    #[test]
    fn the_later_record_counts() {
        let mut offsets = Offsets::default();
        let partition = TopicPartition::new("t", 0);
        offsets.put(partition.clone(), at(7, 0), 20);
        offsets.put(partition.clone(), at(5, 0), 10);
        assert_eq!(offsets.get(&partition).map(|offset| offset.offset), Some(7));
        offsets.put(partition.clone(), at(3, 0), 30);
        assert_eq!(offsets.get(&partition).map(|offset| offset.offset), Some(3));
    }

    #[test]
    fn expiry_spares_pending_kept_and_young_offsets() {
        let mut offsets = Offsets::default();
        for (index, committed_at) in [(0, 100), (1, 100), (2, 100), (3, 1000)] {
            offsets.put(TopicPartition::new("t", index), at(1, committed_at), i64::from(index));
        }
        let pending = TopicPartition::new("t", 1);
        offsets.begin([&pending].into_iter());
        let gone = offsets.expire(1100, 1000, Retention::SinceCommit, |partition| partition.index == 2);
        assert_eq!(gone, [TopicPartition::new("t", 0)]);
        offsets.end([&pending].into_iter());
        assert_eq!(offsets.expire(1100, 1000, Retention::Since(100), |_| false).len(), 3);
        assert!(offsets.is_empty());
    }

    #[test]
    fn an_explicit_expiry_wins() {
        let mut offsets = Offsets::default();
        offsets.put(TopicPartition::new("t", 0), CommittedOffset { expires_at: Some(50), ..at(1, 0) }, 0);
        assert!(offsets.expire(49, 0, Retention::SinceCommit, |_| false).is_empty());
        assert_eq!(offsets.expire(50, i64::MAX, Retention::SinceCommit, |_| false).len(), 1);
    }
}
