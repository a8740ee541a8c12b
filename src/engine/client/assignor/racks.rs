//! Members that read from replicas of their own rack (KIP-881): who is near to what, and when that decides who gets it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Dealt, Member};
use crate::engine::client::admin::{PartitionDescription, TopicDescription};
use crate::engine::client::consumer::TopicPartition;

/// The racks in which the replicas of one partition are, as far as their brokers say.
pub type ReplicaRacks = BTreeSet<String>;

/// In which racks the replicas of each partition of a topic are, by the racks of the brokers.
pub fn replica_racks(topic: &TopicDescription, brokers: &HashMap<i32, String>) -> Vec<ReplicaRacks> {
    let of = |partition: &PartitionDescription| partition.replicas.iter().filter_map(|id| brokers.get(id).cloned()).collect();
    topic.partitions.iter().map(of).collect()
}

/// Where members and replicas are.
pub(super) struct Racks<'a> {
    members: &'a [Member],
    replicas: BTreeMap<TopicPartition, ReplicaRacks>,
}

impl<'a> Racks<'a> {
    pub(super) fn new(members: &'a [Member], replicas: BTreeMap<TopicPartition, ReplicaRacks>) -> Self {
        Self { members, replicas }
    }

    /// Every partition, in order.
    pub(super) fn partitions(&self) -> Vec<TopicPartition> {
        self.replicas.keys().cloned().collect()
    }

    /// Whether a member is in a rack of the partition. One that says no rack is near to all.
    pub(super) fn are_near(&self, at: usize, place: &TopicPartition) -> bool {
        let rack = self.members[at].subscription.rack.as_ref();
        rack.is_none_or(|rack| self.replicas.get(place).is_some_and(|racks| racks.contains(rack)))
    }

    /// Whether a member is in a rack, and a replica of the partition too.
    pub(super) fn share_one(&self, at: usize, place: &TopicPartition) -> bool {
        self.members[at].subscription.rack.is_some() && self.are_near(at, place)
    }

    /// How many members are in racks of the partition.
    pub(super) fn members_near(&self, place: &TopicPartition) -> usize {
        (0..self.members.len()).filter(|at| self.share_one(*at, place)).count()
    }

    /// Whether it makes a difference which of these members gets which of these partitions: some replica is where a member is, and not
    /// every partition is everywhere.
    pub(super) fn matter<'p>(&self, readers: &[usize], places: impl Iterator<Item = &'p TopicPartition> + Clone) -> bool {
        let of = |place: &TopicPartition| self.replicas.get(place).cloned().unwrap_or_default();
        let everywhere: ReplicaRacks = places.clone().flat_map(of).collect();
        let mut racks = readers.iter().filter_map(|at| self.members[*at].subscription.rack.as_ref());
        racks.any(|rack| everywhere.contains(rack)) && places.into_iter().any(|place| of(place) != everywhere)
    }
}

/// One topic while its partitions are dealt out in runs.
pub(super) struct Share<'a> {
    free: Vec<&'a TopicPartition>,
    count: usize,
    /// Who wants it, in order, and how many partitions each has.
    readers: Vec<(usize, usize)>,
    /// How many partitions everybody gets, and how many members one more.
    each: usize,
    extra: usize,
}

impl<'a> Share<'a> {
    pub(super) fn new(run: &'a [TopicPartition], readers: Vec<usize>) -> Self {
        let (each, extra) = (run.len() / readers.len().max(1), run.len() % readers.len().max(1));
        let readers = readers.into_iter().map(|at| (at, 0)).collect();
        Self { free: run.iter().collect(), count: run.len(), readers, each, extra }
    }

    fn members(&self) -> Vec<usize> {
        self.readers.iter().map(|(at, _)| *at).collect()
    }

    /// How many more a reader may get.
    fn room(&self, reader: usize) -> usize {
        (self.each + usize::from(self.extra > 0)).saturating_sub(self.readers[reader].1)
    }

    fn give(&mut self, reader: usize, place: &'a TopicPartition, dealt: &mut Dealt) {
        self.free.retain(|free| *free != place);
        let (at, has) = &mut self.readers[reader];
        *has += 1;
        self.extra -= usize::from(*has > self.each);
        dealt[*at].push(place.clone());
    }

    /// Gives each reader a run of what it may get.
    pub(super) fn deal(&mut self, dealt: &mut Dealt, may: impl Fn(usize, &TopicPartition) -> bool) {
        for reader in 0..self.readers.len() {
            let at = self.readers[reader].0;
            let run: Vec<&TopicPartition> =
                self.free.iter().copied().filter(|place| may(at, place)).take(self.room(reader)).collect();
            run.into_iter().for_each(|place| self.give(reader, place, dealt));
        }
    }
}

/// Deals out what members are near to, as far as everybody's share goes. Topics with the same readers and as many partitions stay
/// together: who gets a partition of one gets that of the others.
pub(super) fn deal_near(shares: &mut [Share<'_>], racks: &Racks<'_>, dealt: &mut Dealt) {
    let mut alike: BTreeMap<(Vec<usize>, usize), Vec<&mut Share<'_>>> = BTreeMap::new();
    for share in shares {
        alike.entry((share.members(), share.count)).or_default().push(share);
    }
    for ((readers, _), mut shares) in alike {
        match &mut shares[..] {
            [alone] => {
                if racks.matter(&readers, alone.free.iter().copied()) {
                    alone.deal(dealt, |at, place| racks.are_near(at, place));
                }
            }
            together => deal_together(together, racks, dealt),
        }
    }
}

fn deal_together(shares: &mut [&mut Share<'_>], racks: &Racks<'_>, dealt: &mut Dealt) {
    // none is given before its turn comes
    let count = shares.first().map_or(0, |share| share.count);
    let rows: Vec<Vec<&TopicPartition>> =
        (0..count).map(|index| shares.iter().map(|share| share.free[index]).collect()).collect();
    let readers = shares.first().map(|share| share.members()).unwrap_or_default();
    for row in rows {
        let fits = |reader: &usize| {
            row.iter().zip(shares.iter()).all(|(place, share)| racks.are_near(readers[*reader], place) && share.room(*reader) > 0)
        };
        let Some(reader) = (0..readers.len()).find(fits) else { continue };
        for (place, share) in row.into_iter().zip(shares.iter_mut()) {
            share.give(reader, place, dealt);
        }
    }
}
