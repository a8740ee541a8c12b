//! Who of a group reads which partitions, as the group's leader decides it (`partition.assignment.strategy`).

mod racks;
mod sticky;

use std::collections::BTreeMap;

use bytes::Bytes;

use super::consumer::TopicPartition;
use super::group::{Subscription, TopicPartitions};
use racks::{Racks, Share, deal_near};
pub use racks::{ReplicaRacks, replica_racks};

/// A way to deal partitions out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assignor {
    /// Each topic in runs (`RangeAssignor`).
    Range,
    /// All partitions of all topics in turn (`RoundRobinAssignor`).
    RoundRobin,
    /// Evenly, and as before as far as that goes (`StickyAssignor`).
    Sticky,
    /// As sticky, and who keeps partitions reads on meanwhile (`CooperativeStickyAssignor`, KIP-429).
    CooperativeSticky,
}

/// What a leader knows of a member.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its id.
    pub id: String,
    /// `group.instance.id`, of a static member.
    pub instance_id: Option<String>,
    /// What it wants, and what it had.
    pub subscription: Subscription,
}

impl Member {
    /// Static members come first, by their instance ids; the others by their member ids.
    fn rank(&self) -> (bool, &str) {
        (self.instance_id.is_none(), self.instance_id.as_ref().unwrap_or(&self.id))
    }

    fn wants(&self, topic: &str) -> bool {
        self.subscription.topics.iter().any(|wanted| wanted == topic)
    }
}

/// What each member is to read, by the member's place in the list.
type Dealt = Vec<Vec<TopicPartition>>;

impl Assignor {
    /// Every one.
    const ALL: [Self; 4] = [Self::Range, Self::RoundRobin, Self::Sticky, Self::CooperativeSticky];

    /// What a consumer offers unless it is told otherwise.
    pub const DEFAULT: [Self; 2] = [Self::Range, Self::CooperativeSticky];

    /// The name in the protocol of groups.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Range => "range",
            Self::RoundRobin => "roundrobin",
            Self::Sticky => "sticky",
            Self::CooperativeSticky => "cooperative-sticky",
        }
    }

    /// The one of that name in the protocol.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|assignor| assignor.name() == name)
    }

    /// The one of a Java class.
    pub fn by_class(class: &str) -> Option<Self> {
        match class.strip_prefix("org.apache.kafka.clients.consumer.")? {
            "RangeAssignor" => Some(Self::Range),
            "RoundRobinAssignor" => Some(Self::RoundRobin),
            "StickyAssignor" => Some(Self::Sticky),
            "CooperativeStickyAssignor" => Some(Self::CooperativeSticky),
            _ => None,
        }
    }

    /// What a member adds to its subscription so that the leader knows what it had in which generation; -1 for none.
    pub fn user_data(self, had: &[TopicPartition], generation: i32) -> Option<Bytes> {
        match self {
            Self::Range | Self::RoundRobin => None,
            Self::Sticky if generation < 0 => None,
            Self::Sticky => Some(sticky::user_data(had, generation)),
            Self::CooperativeSticky => Some(sticky::generation_data(generation)),
        }
    }

    /// Deals the partitions of all topics that members want; `partitions` tells of each partition of a topic in which racks it is, and
    /// gives none where the topic does not exist. One entry for each member, in the order given.
    pub fn assign(
        self,
        members: &[Member],
        partitions: impl Fn(&str) -> Vec<ReplicaRacks>,
    ) -> Vec<(String, Vec<TopicPartitions>)> {
        let mut topics: Vec<&String> = members.iter().flat_map(|member| &member.subscription.topics).collect();
        topics.sort();
        topics.dedup();
        let of = |topic: &String| {
            (0..).zip(partitions(topic)).map(|(index, racks)| ((topic.clone(), index), racks)).collect::<Vec<_>>()
        };
        let racks = Racks::new(members, topics.into_iter().flat_map(of).collect());
        let partitions = racks.partitions();
        let mut order: Vec<usize> = (0..members.len()).collect();
        order.sort_by_key(|at| members[*at].rank());
        let dealt = match self {
            Self::Range => range(members, &order, &partitions, &racks),
            Self::RoundRobin => round_robin(members, &order, &partitions),
            Self::Sticky => sticky::deal(members, &partitions, &racks),
            Self::CooperativeSticky => sticky::deal_cooperatively(members, &partitions, &racks),
        };
        members.iter().zip(dealt).map(|(member, partitions)| (member.id.clone(), by_topic(&partitions))).collect()
    }
}

/// Each topic's partitions in runs; the first members get one more where it does not come out even. What members are near to is theirs
/// before that.
fn range(members: &[Member], order: &[usize], partitions: &[TopicPartition], racks: &Racks<'_>) -> Dealt {
    let mut dealt: Dealt = vec![Vec::new(); members.len()];
    let readers = |topic: &str| order.iter().copied().filter(|at| members[*at].wants(topic)).collect::<Vec<_>>();
    let runs = || partitions.chunk_by(|one, other| one.0 == other.0);
    let mut shares: Vec<Share<'_>> = runs().map(|run| Share::new(run, readers(&run[0].0))).collect();
    if runs().any(|run| racks.matter(&readers(&run[0].0), run.iter())) {
        deal_near(&mut shares, racks, &mut dealt);
    }
    shares.iter_mut().for_each(|share| share.deal(&mut dealt, |_, _| true));
    dealt.iter_mut().for_each(|partitions| partitions.sort());
    dealt
}

/// One partition after the other to the next member that wants its topic.
fn round_robin(members: &[Member], order: &[usize], partitions: &[TopicPartition]) -> Dealt {
    let mut dealt: Dealt = vec![Vec::new(); members.len()];
    let mut turn = order.iter().copied().cycle();
    for place in partitions {
        // somebody wants each of these topics
        if let Some(at) = turn.by_ref().take(order.len()).find(|at| members[*at].wants(&place.0)) {
            dealt[at].push(place.clone());
        }
    }
    dealt
}

/// The same partitions, topic by topic, those of a topic in the order given.
pub(super) fn by_topic(partitions: &[TopicPartition]) -> Vec<TopicPartitions> {
    let mut topics: BTreeMap<&str, Vec<i32>> = BTreeMap::new();
    for (topic, partition) in partitions {
        topics.entry(topic).or_default().push(*partition);
    }
    topics.into_iter().map(|(topic, partitions)| TopicPartitions { topic: topic.to_owned(), partitions }).collect()
}

#[cfg(test)]
mod tests;
