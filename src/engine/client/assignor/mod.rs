//! Who of a group reads which partitions, as the group's leader decides it (`partition.assignment.strategy`).

mod sticky;

use std::collections::BTreeMap;

use bytes::{BufMut, Bytes, BytesMut};

use super::consumer::TopicPartition;
use super::group::{Subscription, TopicPartitions};

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
            Self::CooperativeSticky => {
                let mut bytes = BytesMut::new();
                bytes.put_i32(generation);
                Some(bytes.freeze())
            }
        }
    }

    /// Deals the partitions of all topics that members want, of which `partition_count` knows how many a topic has, 0 where it does not
    /// exist. One entry for each member, in the order given.
    pub fn assign(self, members: &[Member], partition_count: impl Fn(&str) -> i32) -> Vec<(String, Vec<TopicPartitions>)> {
        let mut topics: Vec<&String> = members.iter().flat_map(|member| &member.subscription.topics).collect();
        topics.sort();
        topics.dedup();
        let partitions: Vec<TopicPartition> =
            topics.into_iter().flat_map(|topic| (0..partition_count(topic)).map(|index| (topic.clone(), index))).collect();
        let mut order: Vec<usize> = (0..members.len()).collect();
        order.sort_by_key(|at| members[*at].rank());
        let dealt = match self {
            Self::Range => range(members, &order, &partitions),
            Self::RoundRobin => round_robin(members, &order, &partitions),
            Self::Sticky => sticky::deal(members, &order, &partitions, &sticky::previous(members)),
            Self::CooperativeSticky => {
                let had = sticky::owned(members);
                let mut dealt = sticky::deal(members, &order, &partitions, &had);
                // who had a partition gives it up first: its new owner gets it in the round after that
                for (at, partitions) in dealt.iter_mut().enumerate() {
                    partitions.retain(|place| had.get(place).is_none_or(|owner| *owner == at));
                }
                dealt
            }
        };
        members.iter().zip(dealt).map(|(member, partitions)| (member.id.clone(), by_topic(&partitions))).collect()
    }
}

/// Each topic's partitions in runs; the first members get one more where it does not come out even.
fn range(members: &[Member], order: &[usize], partitions: &[TopicPartition]) -> Dealt {
    let mut dealt: Dealt = vec![Vec::new(); members.len()];
    for run in partitions.chunk_by(|one, other| one.0 == other.0) {
        let readers: Vec<usize> = order.iter().copied().filter(|at| members[*at].wants(&run[0].0)).collect();
        let (share, extra) = (run.len() / readers.len().max(1), run.len() % readers.len().max(1));
        let mut rest = run;
        for (rank, at) in readers.into_iter().enumerate() {
            let (its, others) = rest.split_at(share + usize::from(rank < extra));
            dealt[at].extend_from_slice(its);
            rest = others;
        }
    }
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

/// The same partitions, topic by topic.
pub(super) fn by_topic(partitions: &[TopicPartition]) -> Vec<TopicPartitions> {
    let mut topics: BTreeMap<&str, Vec<i32>> = BTreeMap::new();
    for (topic, partition) in partitions {
        topics.entry(topic).or_default().push(*partition);
    }
    topics.into_iter().map(|(topic, partitions)| TopicPartitions { topic: topic.to_owned(), partitions }).collect()
}

#[cfg(test)]
mod tests;
