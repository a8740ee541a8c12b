//! The sticky ways (`AbstractStickyAssignor` of 3.6.0): partitions stay where they are unless that would be uneven. The result is Kafka's to
//! the last partition, so what decides is met in the order in which Kafka meets it.

mod claims;
mod constrained;
mod general;
mod movements;
mod user_data;

use std::collections::{BTreeMap, BTreeSet};

use super::racks::Racks;
use super::{Dealt, Member};
use crate::engine::client::consumer::TopicPartition;
use crate::engine::java_set::{java_hash, sort_as_java_map};
use claims::Claims;

pub(super) use user_data::{generation_data, user_data};

/// What a member says that it had, and in which generation; -1 where it does not say.
type Said = (Vec<TopicPartition>, i32);

/// Partitions that one member has to give up before another gets them, and who that is.
type Moving = BTreeMap<TopicPartition, usize>;

/// The members in the order of Java's map of them, and where they are.
struct Group<'a> {
    members: &'a [Member],
    order: Vec<usize>,
    racks: &'a Racks<'a>,
    /// Whether it matters where they are.
    is_rack_aware: bool,
}

impl<'a> Group<'a> {
    fn new(members: &'a [Member], partitions: &[TopicPartition], racks: &'a Racks<'a>) -> Self {
        let mut order: Vec<usize> = (0..members.len()).collect();
        sort_as_java_map(&mut order, |at| java_hash(&members[*at].id));
        let is_rack_aware = racks.matter(&order, partitions.iter());
        Self { members, order, racks, is_rack_aware }
    }

    fn id(&self, at: usize) -> &'a str {
        &self.members[at].id
    }

    /// Whether a member is in another rack than the partition.
    fn is_far(&self, at: usize, place: &TopicPartition) -> bool {
        self.is_rack_aware && !self.racks.are_near(at, place)
    }

    /// Whether a member is in a rack, and the partition too.
    fn is_near(&self, at: usize, place: &TopicPartition) -> bool {
        self.is_rack_aware && self.racks.share_one(at, place)
    }

    /// Whether all want the same topics, which is much less to decide.
    fn wants_the_same(&self) -> bool {
        let mut topics: BTreeSet<&String> = BTreeSet::new();
        self.order.iter().all(|at| {
            let wanted = &self.members[*at].subscription.topics;
            if topics.is_empty() {
                topics.extend(wanted);
                return true;
            }
            wanted.len() == topics.len() && wanted.iter().all(|topic| topics.contains(topic))
        })
    }

    /// Deals all partitions; where all want the same also which of them change hands.
    fn deal(&self, said: &[Said], partitions: &[TopicPartition]) -> (Dealt, Option<Moving>) {
        let claims = Claims::settle(self, said, partitions);
        if self.wants_the_same() {
            let (dealt, moving) = constrained::deal(self, &claims, partitions);
            (dealt, Some(moving))
        } else {
            (general::deal(self, claims, said, partitions), None)
        }
    }
}

/// The eager way: everybody has given up everything before.
pub(super) fn deal(members: &[Member], partitions: &[TopicPartition], racks: &Racks<'_>) -> Dealt {
    let said: Vec<Said> = members.iter().map(|member| user_data::previous(&member.subscription)).collect();
    Group::new(members, partitions, racks).deal(&said, partitions).0
}

/// The cooperative way: who had a partition gives it up first, and its new owner gets it in the round after that. As in Kafka, a partition that
/// is taken from a member in another rack is not held back where all want the same.
pub(super) fn deal_cooperatively(members: &[Member], partitions: &[TopicPartition], racks: &Racks<'_>) -> Dealt {
    let said: Vec<Said> = members.iter().map(|member| user_data::owned(&member.subscription)).collect();
    let (mut dealt, moving) = Group::new(members, partitions, racks).deal(&said, partitions);
    for (place, at) in moving.unwrap_or_else(|| changing_hands(members, &dealt)) {
        dealt[at].retain(|given| *given != place);
    }
    dealt
}

/// What one member loses and another one gets.
fn changing_hands(members: &[Member], dealt: &Dealt) -> Moving {
    let (mut lost, mut won) = (BTreeSet::new(), Moving::new());
    for (at, (member, given)) in members.iter().zip(dealt).enumerate() {
        let owned: BTreeSet<TopicPartition> = user_data::places(&member.subscription.owned).collect();
        let given: BTreeSet<TopicPartition> = given.iter().cloned().collect();
        lost.extend(owned.difference(&given).cloned());
        won.extend(given.difference(&owned).cloned().map(|place| (place, at)));
    }
    won.retain(|place, _| lost.contains(place));
    won
}
