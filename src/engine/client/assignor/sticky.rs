//! The sticky ways: partitions stay where they are unless that would be uneven.

use std::collections::HashMap;

use bytes::{Buf, BufMut, Bytes, BytesMut};

use super::racks::Racks;
use super::{Dealt, Member, by_topic};
use crate::engine::client::consumer::TopicPartition;

/// Who had which partition, by the member's place in the list.
pub(super) type Owners = HashMap<TopicPartition, usize>;

/// What a member of the eager way says of itself (`StickyAssignorUserDataV1`).
pub(super) fn user_data(had: &[TopicPartition], generation: i32) -> Bytes {
    let mut bytes = BytesMut::new();
    let count = |length: usize| i32::try_from(length).unwrap_or(i32::MAX);
    let topics = by_topic(had);
    bytes.put_i32(count(topics.len()));
    for topic in topics {
        bytes.put_i16(i16::try_from(topic.topic.len()).unwrap_or(i16::MAX));
        bytes.put_slice(topic.topic.as_bytes());
        bytes.put_i32(count(topic.partitions.len()));
        topic.partitions.iter().for_each(|partition| bytes.put_i32(*partition));
    }
    bytes.put_i32(generation);
    bytes.freeze()
}

/// Reads what [`user_data`] writes, and its first version, which has no generation; `None` where it is neither.
fn read(mut bytes: Bytes) -> Option<(Vec<TopicPartition>, i32)> {
    let mut had = Vec::new();
    for _ in 0..bytes.try_get_i32().ok()? {
        let length = usize::try_from(bytes.try_get_i16().ok()?).ok()?;
        let topic = (length <= bytes.len()).then(|| bytes.split_to(length))?;
        let topic = String::from_utf8(topic.to_vec()).ok()?;
        for _ in 0..bytes.try_get_i32().ok()? {
            had.push((topic.clone(), bytes.try_get_i32().ok()?));
        }
    }
    Some((had, bytes.try_get_i32().unwrap_or(-1)))
}

/// What members of the eager way say that they had.
pub(super) fn previous(members: &[Member]) -> Owners {
    settled(members, |member| member.subscription.user_data.clone().and_then(read).unwrap_or((Vec::new(), -1)))
}

/// What members of the cooperative way say that they have.
pub(super) fn owned(members: &[Member]) -> Owners {
    settled(members, |member| {
        let subscription = &member.subscription;
        let of = |topic: &crate::engine::client::group::TopicPartitions| {
            topic.partitions.iter().map(|partition| (topic.topic.clone(), *partition)).collect::<Vec<_>>()
        };
        let said = subscription.user_data.clone().and_then(|mut bytes| bytes.try_get_i32().ok());
        (subscription.owned.iter().flat_map(of).collect(), subscription.generation_id.max(said.unwrap_or(-1)))
    })
}

/// One owner for each partition: whoever had it last; nobody where two say so of one generation.
fn settled(members: &[Member], had: impl Fn(&Member) -> (Vec<TopicPartition>, i32)) -> Owners {
    let mut claims: HashMap<TopicPartition, (i32, Option<usize>)> = HashMap::new();
    for (at, member) in members.iter().enumerate() {
        let (partitions, generation) = had(member);
        for place in partitions.into_iter().filter(|place| member.wants(&place.0)) {
            let claim = claims.entry(place).or_insert((generation, Some(at)));
            if claim.0 < generation {
                *claim = (generation, Some(at));
            } else if claim.0 == generation && claim.1 != Some(at) {
                claim.1 = None;
            }
        }
    }
    claims.into_iter().filter_map(|(place, (_, owner))| Some((place, owner?))).collect()
}

/// Deals `partitions` so that nobody has two more than another who wants the same, and moves as few as that takes. Where racks matter, who
/// is near to a partition comes first, and a partition does not stay with who is not.
pub(super) fn deal(members: &[Member], order: &[usize], partitions: &[TopicPartition], had: &Owners, racks: &Racks<'_>) -> Dealt {
    let racks = Some(racks).filter(|racks| racks.matter(order, partitions.iter()));
    let group = Group { members, order, racks };
    let mut dealt: Dealt = vec![Vec::new(); members.len()];
    let mut free = Vec::new();
    for place in partitions {
        match had.get(place).filter(|owner| group.are_near(**owner, place)) {
            Some(owner) => dealt[*owner].push(place.clone()),
            None => free.push(place),
        }
    }
    for place in free {
        if let Some(at) = group.least_near(&dealt, place).or_else(|| group.least(&dealt, place)) {
            dealt[at].push(place.clone());
        }
    }
    while let Some((from, index, to)) = group.a_move(&dealt, Group::least_near).or_else(|| group.a_move(&dealt, Group::least)) {
        let place = dealt[from].remove(index);
        dealt[to].push(place);
    }
    dealt.iter_mut().for_each(|partitions| partitions.sort());
    dealt
}

/// The members, the order in which they come, and their racks where these matter.
struct Group<'a> {
    members: &'a [Member],
    order: &'a [usize],
    racks: Option<&'a Racks<'a>>,
}

impl Group<'_> {
    fn are_near(&self, at: usize, place: &TopicPartition) -> bool {
        self.racks.is_none_or(|racks| racks.are_near(at, place))
    }

    /// Who has the fewest of those that want a partition's topic, the first in order of those.
    fn least(&self, dealt: &Dealt, place: &TopicPartition) -> Option<usize> {
        self.wanting(place).min_by_key(|at| dealt[*at].len())
    }

    /// As [`Group::least`], of those that are near.
    fn least_near(&self, dealt: &Dealt, place: &TopicPartition) -> Option<usize> {
        self.wanting(place).filter(|at| self.are_near(*at, place)).min_by_key(|at| dealt[*at].len())
    }

    fn wanting(&self, place: &TopicPartition) -> impl Iterator<Item = usize> {
        self.order.iter().copied().filter(|at| self.members[*at].wants(&place.0))
    }

    /// A partition that somebody has who has at least two more than another to whom `choose` would give it: its owner, its place there,
    /// and the other. Each such move makes the sum of the squares smaller, so there is an end to them.
    fn a_move(
        &self,
        dealt: &Dealt,
        choose: fn(&Self, &Dealt, &TopicPartition) -> Option<usize>,
    ) -> Option<(usize, usize, usize)> {
        let mut richest_first = self.order.to_vec();
        richest_first.sort_by_key(|at| std::cmp::Reverse(dealt[*at].len()));
        richest_first.into_iter().find_map(|from| {
            let mut topic = None;
            // what came last goes first
            dealt[from].iter().enumerate().rev().find_map(|(index, place)| {
                // without racks one partition of a topic goes where the next one would
                if topic.replace(&place.0) == Some(&place.0) && self.racks.is_none() {
                    return None;
                }
                let to = choose(self, dealt, place)?;
                (dealt[to].len() + 1 < dealt[from].len()).then_some((from, index, to))
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_member_had_survives_the_wire() {
        let had = vec![("a".to_owned(), 0), ("a".to_owned(), 2), ("b".to_owned(), 1)];
        let bytes = user_data(&had, 7);
        assert_eq!(read(bytes.clone()), Some((had.clone(), 7)));
        assert_eq!(read(bytes.slice(..bytes.len() - 4)), Some((had, -1)), "the first version has no generation");
        assert_eq!(read(bytes.slice(..5)), None);
        assert_eq!(read(Bytes::from_static(&[0x7f, 0xff, 0xff, 0xff])), None, "no list of that length is there");
        assert_eq!(user_data(&[("t".to_owned(), 3)], 1).as_ref(), b"\0\0\0\x01\0\x01t\0\0\0\x01\0\0\0\x03\0\0\0\x01");
    }
}
