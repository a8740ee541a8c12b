//! What follows from the cluster as its znodes tell it: pure decisions, for the controller and for every broker.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::settings::DynamicSettings;
use super::znodes::{PartitionState, TopicAssignment};
use crate::engine::broker::metadata::{BrokerMetadata, ClusterMetadata, NO_LEADER, PartitionMetadata, TopicMetadata};
use crate::engine::broker::replica::PartitionAssignment;

/// A topic as its znodes tell it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TopicView {
    /// `/brokers/topics/T`.
    pub assignment: TopicAssignment,
    /// The states of its partitions and the versions of their znodes; a new partition has none yet.
    pub states: BTreeMap<i32, (PartitionState, i32)>,
    /// `/config/topics/T`.
    pub overrides: BTreeMap<String, String>,
}

/// The cluster as its znodes tell it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClusterView {
    /// `/controller`.
    pub controller: Option<i32>,
    /// `/brokers/ids`.
    pub brokers: BTreeMap<i32, BrokerMetadata>,
    /// `/brokers/topics`.
    pub topics: BTreeMap<String, TopicView>,
    /// `/admin/delete_topics`.
    pub deleting: BTreeSet<String>,
    /// The partitions whose log lies in a directory of this broker that failed; no znode tells of them.
    pub offline: BTreeSet<(String, i32)>,
    /// `/config/brokers`, as far as it is about this broker.
    pub dynamic: DynamicSettings,
}

/// What the controller has to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// New partitions get their first state.
    CreateStates {
        /// The topic.
        topic: String,
        /// Whether `/brokers/topics/T/partitions` is to be made as well.
        first: bool,
        /// The states by partition.
        states: BTreeMap<i32, PartitionState>,
    },
    /// A partition gets another leader, or none.
    UpdateState {
        /// The topic.
        topic: String,
        /// The partition.
        partition: i32,
        /// Its new state.
        state: PartitionState,
        /// The version that its znode must have.
        version: i32,
    },
    /// A topic is deleted with all that belongs to it.
    DeleteTopic(String),
}

impl ClusterView {
    /// What broker `me`, which is the controller with `epoch`, has to write.
    pub fn writes(&self, me: i32, epoch: i32) -> Vec<Write> {
        let mut writes = Vec::new();
        for topic in &self.deleting {
            let replicas = self.topics.get(topic).map(|view| view.assignment.replicas.values().flatten());
            // replicas on other brokers are theirs to delete
            if replicas.is_none_or(|mut replicas| replicas.all(|replica| *replica == me)) {
                writes.push(Write::DeleteTopic(topic.clone()));
            }
        }
        for (topic, view) in self.topics.iter().filter(|(topic, _)| !self.deleting.contains(*topic)) {
            let states = self.first_states(view, epoch);
            if !states.is_empty() {
                writes.push(Write::CreateStates { topic: topic.clone(), first: view.states.is_empty(), states });
            }
            for (partition, (state, version)) in &view.states {
                if let Some(state) = self.elect((topic, *partition), view, state, me, epoch) {
                    writes.push(Write::UpdateState { topic: topic.clone(), partition: *partition, state, version: *version });
                }
            }
        }
        writes
    }

    /// The first states of partitions that have none: the live replicas are in sync, the first of them leads. A partition
    /// without a live replica waits.
    fn first_states(&self, view: &TopicView, epoch: i32) -> BTreeMap<i32, PartitionState> {
        let mut states = BTreeMap::new();
        for (partition, replicas) in &view.assignment.replicas {
            let isr: Vec<i32> = replicas.iter().copied().filter(|id| self.brokers.contains_key(id)).collect();
            if let (Some(leader), false) = (isr.first().copied(), view.states.contains_key(partition)) {
                states.insert(*partition, PartitionState { leader, leader_epoch: 0, isr, controller_epoch: epoch });
            }
        }
        states
    }

    /// The state after the leader is gone, where it is: the first live replica in sync leads; without one there is no leader
    /// and the replicas in sync stay, for they alone have all that was acknowledged. A replica in a directory of this broker `me`
    /// that failed does not live.
    fn elect(
        &self,
        (topic, partition): (&String, i32),
        view: &TopicView,
        state: &PartitionState,
        me: i32,
        epoch: i32,
    ) -> Option<PartitionState> {
        let offline = !self.offline.is_empty() && self.offline.contains(&(topic.clone(), partition));
        let live = |id: &i32| self.brokers.contains_key(id) && !(offline && *id == me);
        if live(&state.leader) {
            return None;
        }
        let replicas = view.assignment.replicas.get(&partition)?;
        let leader = replicas.iter().copied().find(|id| live(id) && state.isr.contains(id)).unwrap_or(NO_LEADER);
        if leader == state.leader {
            return None;
        }
        let isr = if leader == NO_LEADER { state.isr.clone() } else { state.isr.iter().copied().filter(live).collect() };
        Some(PartitionState { leader, leader_epoch: state.leader_epoch + 1, isr, controller_epoch: epoch })
    }

    /// The partitions that broker `me` leads.
    pub fn led_by(&self, me: i32) -> Vec<PartitionAssignment> {
        let mut led = Vec::new();
        for (topic, view) in self.topics.iter().filter(|(topic, _)| !self.deleting.contains(*topic)) {
            for (index, (state, version)) in view.states.iter().filter(|(_, (state, _))| state.leader == me) {
                led.push(PartitionAssignment {
                    topic: topic.clone(),
                    index: *index,
                    topic_id: view.assignment.id.unwrap_or(Uuid::nil()),
                    leader: state.leader,
                    leader_epoch: state.leader_epoch,
                    replicas: view.assignment.replicas.get(index).cloned().unwrap_or_default(),
                    isr: state.isr.clone(),
                    partition_epoch: *version,
                });
            }
        }
        led
    }

    /// Whether clients are told of a topic: it is not being deleted, and one of its partitions had a leader.
    pub fn is_told(&self, topic: &str) -> bool {
        !self.deleting.contains(topic) && self.topics.get(topic).is_some_and(|view| !view.states.is_empty())
    }

    /// What clients are told. A topic that is being deleted is gone, and a partition that never had a leader is not there yet.
    pub fn metadata(&self) -> ClusterMetadata {
        let mut metadata =
            ClusterMetadata { controller: self.controller, brokers: self.brokers.clone(), ..ClusterMetadata::default() };
        metadata.dynamic = self.dynamic.clone();
        for (topic, view) in self.topics.iter().filter(|(topic, _)| !self.deleting.contains(*topic)) {
            let unled = view.assignment.replicas.keys().filter(|index| !view.states.contains_key(index));
            metadata.never_led.extend(unled.map(|index| (topic.clone(), *index)));
        }
        for (topic, view) in self.topics.iter().filter(|(topic, _)| self.is_told(topic)) {
            let id = view.assignment.id.unwrap_or(Uuid::nil());
            let mut partitions = BTreeMap::new();
            for (index, (state, version)) in &view.states {
                let partition = PartitionMetadata {
                    leader: state.leader,
                    leader_epoch: state.leader_epoch,
                    partition_epoch: *version,
                    replicas: view.assignment.replicas.get(index).cloned().unwrap_or_default(),
                    isr: state.isr.clone(),
                    failed: Vec::new(),
                };
                partitions.insert(*index, partition);
            }
            metadata.topics.insert(topic.clone(), TopicMetadata { id, partitions, overrides: view.overrides.clone() });
            if !id.is_nil() {
                metadata.topic_names.insert(id, topic.clone());
            }
        }
        metadata
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(brokers: &[i32], replicas: &[i32], state: Option<(i32, &[i32])>) -> ClusterView {
        let broker = |id: &i32| (*id, BrokerMetadata { id: *id, epoch: 1, rack: None, endpoints: Vec::new() });
        let mut topic = TopicView::default();
        topic.assignment.replicas.insert(0, replicas.to_vec());
        if let Some((leader, isr)) = state {
            let state = PartitionState { leader, leader_epoch: 4, isr: isr.to_vec(), controller_epoch: 1 };
            topic.states.insert(0, (state, 7));
        }
        ClusterView {
            controller: Some(0),
            brokers: brokers.iter().map(broker).collect(),
            topics: [("t".to_owned(), topic)].into(),
            ..ClusterView::default()
        }
    }

    fn check_election(brokers: &[i32], replicas: &[i32], leader: i32, isr: &[i32], expected: Option<(i32, &[i32])>) {
        let writes = view(brokers, replicas, Some((leader, isr))).writes(0, 2);
        let expected = expected.map(|(leader, isr)| Write::UpdateState {
            topic: "t".to_owned(),
            partition: 0,
            state: PartitionState { leader, leader_epoch: 5, isr: isr.to_vec(), controller_epoch: 2 },
            version: 7,
        });
        assert_eq!(writes, Vec::from_iter(expected));
    }

    #[test]
    fn a_dead_leader_is_replaced_from_the_isr_only() {
        check_election(&[0, 1], &[0, 1], 0, &[0, 1], None);
        check_election(&[0, 1], &[2, 1, 0], 2, &[2, 0, 1], Some((1, &[0, 1])));
        check_election(&[0, 1], &[2, 1], 2, &[2], Some((-1, &[2])));
        check_election(&[0, 1], &[2, 1], -1, &[2], None);
        check_election(&[0, 2], &[2, 1], -1, &[2], Some((2, &[2])));
    }

    #[test]
    fn a_replica_in_a_failed_directory_leads_no_more() {
        let mut view = view(&[0], &[0], Some((0, &[0])));
        view.offline.insert(("t".to_owned(), 0));
        let [Write::UpdateState { state, .. }] = &view.writes(0, 2)[..] else { panic!("one write") };
        assert_eq!((state.leader, state.leader_epoch, &state.isr[..]), (NO_LEADER, 5, &[0][..]));
        assert_eq!(view.writes(7, 2), [], "it is another broker's directory");
    }

    #[test]
    fn a_new_partition_is_led_by_its_first_live_replica() {
        let states = |brokers: &[i32], replicas: &[i32]| match &view(brokers, replicas, None).writes(0, 2)[..] {
            [Write::CreateStates { states, first: true, .. }] => Some((states[&0].leader, states[&0].isr.clone())),
            _ => None,
        };
        assert_eq!(states(&[0], &[0]), Some((0, vec![0])));
        assert_eq!(states(&[0], &[7, 0]), Some((0, vec![0])));
        assert_eq!(states(&[0], &[7]), None);
    }

    #[test]
    fn what_never_had_a_leader_is_not_told_of() {
        let mut waiting = view(&[0], &[7], None);
        assert!(!waiting.is_told("t") && waiting.metadata().topics.is_empty());
        assert_eq!(waiting.metadata().never_led, [("t".to_owned(), 0)].into());
        let topic = waiting.topics.get_mut("t").unwrap();
        topic.assignment.replicas.insert(1, vec![0]);
        topic.states.insert(1, (PartitionState { leader: 0, leader_epoch: 0, isr: vec![0], controller_epoch: 1 }, 0));
        let told = waiting.metadata();
        assert_eq!(told.topics["t"].partitions.keys().collect::<Vec<_>>(), [&1]);
        assert_eq!(told.never_led, [("t".to_owned(), 0)].into());
        assert!(told.all_led("t", [1]) && !told.all_led("t", [0, 1]) && !told.all_led("other", [1]));
        assert!(view(&[], &[7], Some((NO_LEADER, &[7]))).is_told("t"), "it had one");
    }

    #[test]
    fn a_topic_is_deleted_once_no_other_broker_has_it() {
        let deleting = |replicas: &[i32]| {
            let mut view = view(&[0, 1], replicas, Some((0, &[0])));
            view.deleting.insert("t".to_owned());
            assert!(view.metadata().topics.is_empty());
            assert!(view.led_by(0).is_empty());
            view.writes(0, 2)
        };
        assert_eq!(deleting(&[0]), [Write::DeleteTopic("t".to_owned())]);
        assert_eq!(deleting(&[0, 1]), []);
        let mut unknown = view(&[0], &[0], Some((0, &[0])));
        unknown.deleting.insert("never.made".to_owned());
        assert_eq!(unknown.writes(0, 2), [Write::DeleteTopic("never.made".to_owned())]);
    }
}
