//! Whose a partition was, where members say what they had.

use std::collections::{BTreeMap, BTreeSet};

use super::{Group, Said};
use crate::engine::client::consumer::TopicPartition;

/// What members had, as far as it can be.
pub(super) struct Claims {
    /// What each member had, nothing twice.
    pub(super) owned: Vec<Vec<TopicPartition>>,
    /// What two members of one generation had.
    pub(super) contested: BTreeSet<TopicPartition>,
    /// The newest generation; -1 where nobody names one.
    pub(super) newest: i32,
}

impl Claims {
    /// One owner for each partition that exists: the member of the newer generation; nobody where two say so of one generation.
    pub(super) fn settle(group: &Group<'_>, said: &[Said], partitions: &[TopicPartition]) -> Self {
        let mut claims = Self { owned: vec![Vec::new(); said.len()], contested: BTreeSet::new(), newest: -1 };
        let mut owners: BTreeMap<&TopicPartition, usize> = BTreeMap::new();
        for at in group.order.iter().copied() {
            let (had, generation) = &said[at];
            claims.newest = claims.newest.max(*generation);
            // partitions are in order
            for place in had.iter().filter(|place| partitions.binary_search(place).is_ok()) {
                let Some(other) = owners.get(place).copied() else {
                    claims.owned[at].push(place.clone());
                    owners.insert(place, at);
                    continue;
                };
                // as Kafka has it: by what its subscription says, not by its user data
                let others = group.members[other].subscription.generation_id.max(-1);
                if *generation < others {
                    continue;
                }
                if *generation == others {
                    claims.contested.insert(place.clone());
                } else {
                    claims.owned[at].push(place.clone());
                }
                claims.take_back(other, place);
                owners.insert(place, at);
            }
        }
        claims
    }

    fn take_back(&mut self, at: usize, place: &TopicPartition) {
        let owned = &mut self.owned[at];
        if let Some(index) = owned.iter().position(|other| other == place) {
            owned.remove(index);
        }
    }
}
