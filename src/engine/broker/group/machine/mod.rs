//! One group under the classic protocol, as a pure state machine: a request or a moment goes in, actions come out.
//!
//! Nothing here waits, sends or reads a clock. A member that must wait is named by a [`Waiter`], and each waiter is answered by
//! exactly one [`Action::Reply`]. Timers are plain deadlines: [`Group::next_deadline`] says when [`Group::tick`] has work.

mod action;
#[cfg(test)]
mod bench;
#[cfg(test)]
mod cooperative;
mod join;
mod leave;
mod member;
mod rebalance;
#[cfg(test)]
mod simulation;
mod sync;
#[cfg(test)]
mod tests;
mod view;

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use indexmap::{IndexMap, IndexSet};
use kafka_protocol::ResponseError;

pub use action::{Action, Actions, AfterWrite, JoinReply, Reply, SyncReply, Waiter, Write};
pub use join::JoinRequest;
pub use leave::Leaving;
pub use member::Member;
pub use sync::SyncRequest;
pub use view::{GroupView, MemberView};

use super::offsets::{Offsets, Retention};
use super::records::GroupMetadataValue;
use super::settings::GroupSettings;
use rebalance::JoinTimer;

/// The topic that keeps groups and their offsets.
pub const GROUP_METADATA_TOPIC: &str = "__consumer_offsets";
/// The protocol type of consumers, whose subscriptions the coordinator can read.
pub const CONSUMER_PROTOCOL_TYPE: &str = "consumer";
/// How long a member that has never got an answer to its JoinGroup is kept, in milliseconds.
const NEW_MEMBER_JOIN_TIMEOUT: u64 = 5 * 60 * 1000;

/// One moment, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// A clock that never goes back; deadlines are on it.
    pub ticks: u64,
    /// The time of day since 1970; it is what records carry.
    pub wall: i64,
}

/// What a group is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// No members; offsets may be left.
    Empty,
    /// Waiting for the members to join the next generation.
    PreparingRebalance,
    /// Waiting for the leader's assignment.
    CompletingRebalance,
    /// Every member has its assignment.
    Stable,
    /// Deleted or moved to another coordinator.
    Dead,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "Empty",
            Self::PreparingRebalance => "PreparingRebalance",
            Self::CompletingRebalance => "CompletingRebalance",
            Self::Stable => "Stable",
            Self::Dead => "Dead",
        })
    }
}

/// A group with its members and offsets.
#[derive(Debug)]
pub struct Group {
    id: String,
    /// The partition of `__consumer_offsets` that keeps it.
    partition: i32,
    settings: Arc<GroupSettings>,
    state: State,
    /// When the state was entered; groups stored by old brokers do not say.
    state_since: Option<i64>,
    generation: i32,
    protocol_type: Option<String>,
    protocol: Option<String>,
    leader: Option<String>,
    members: IndexMap<String, Member>,
    /// The member ids by `group.instance.id`.
    static_members: HashMap<String, String>,
    /// Member ids given out and not yet used, with the moment they lapse.
    pending_members: IndexMap<String, u64>,
    /// Members that have not sent SyncGroup in this generation.
    pending_sync: IndexSet<String>,
    sync_deadline: Option<u64>,
    join_timer: Option<JoinTimer>,
    /// Whether someone joined during the initial delay, which then is extended.
    new_member_added: bool,
    /// What the members subscribe to; `None` where that cannot be known.
    subscribed_topics: Option<BTreeSet<String>>,
    /// The committed offsets.
    pub offsets: Offsets,
}

impl Group {
    /// An empty group.
    pub fn new(id: &str, partition: i32, settings: Arc<GroupSettings>, now: Now) -> Self {
        Self {
            id: id.to_owned(),
            partition,
            settings,
            state: State::Empty,
            state_since: Some(now.wall),
            generation: 0,
            protocol_type: None,
            protocol: None,
            leader: None,
            members: IndexMap::new(),
            static_members: HashMap::new(),
            pending_members: IndexMap::new(),
            pending_sync: IndexSet::new(),
            sync_deadline: None,
            join_timer: None,
            new_member_added: false,
            subscribed_topics: None,
            offsets: Offsets::default(),
        }
    }

    /// A group as the log has it. [`Group::loaded`] is due when it is in place.
    pub fn restore(id: &str, partition: i32, settings: Arc<GroupSettings>, stored: GroupMetadataValue) -> Self {
        let mut group = Self::new(id, partition, settings, Now::default());
        group.state_since = stored.state_since;
        group.generation = stored.generation;
        group.protocol_type = Some(stored.protocol_type).filter(|kind| !kind.is_empty());
        group.protocol = stored.protocol;
        group.leader = stored.leader;
        group.state = if stored.members.is_empty() { State::Empty } else { State::Stable };
        for member in stored.members {
            if let Some(instance) = &member.instance_id {
                group.static_members.insert(instance.clone(), member.id.clone());
            }
            let member = Member::restore(member, group.protocol.as_deref().unwrap_or_default());
            group.members.insert(member.id.clone(), member);
        }
        group.subscribed_topics = group.compute_subscribed_topics();
        group
    }

    /// Starts the timers of a restored group; sheds members where it is over `group.max.size`.
    pub fn loaded(&mut self, now: Now, out: &mut Actions) {
        out.info(format!("Loading group metadata for {} with generation {}", self.id, self.generation));
        if self.members.len() > self.settings.max_size {
            let reason = format!(
                "Freshly-loaded group {} is over capacity ({}). Rebalancing in order to give a chance for consumers to commit offsets",
                self.id, self.settings.max_size
            );
            self.prepare_rebalance(&reason, now, out);
        }
        for member in self.members.values_mut() {
            member.schedule_session(now);
        }
    }

    /// Ends the group here: its partition is led by another broker now. Who waits is told.
    pub fn unload(&mut self, now: Now, out: &mut Actions) {
        out.info(format!("Unloading group metadata for {} with generation {}", self.id, self.generation));
        self.enter(State::Dead, now);
        for member in self.members.values_mut() {
            let id = member.id.clone();
            member.answer_join(JoinReply::error(&id, ResponseError::NotCoordinator), out);
            member.answer_sync(SyncReply::error(ResponseError::NotCoordinator), out);
        }
        self.cancel_timers();
    }

    /// Marks an empty group as deleted. Returns whether it was empty.
    pub fn delete(&mut self, now: Now) -> bool {
        let empty = self.state == State::Empty;
        if empty {
            self.enter(State::Dead, now);
            self.cancel_timers();
        }
        empty
    }

    /// The group's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The partition of `__consumer_offsets` that keeps it.
    pub fn partition(&self) -> i32 {
        self.partition
    }

    /// What it is doing.
    pub fn state(&self) -> State {
        self.state
    }

    /// How many rebalances it has seen.
    pub fn generation(&self) -> i32 {
        self.generation
    }

    /// Whether it is a group of consumers.
    pub fn is_consumer_group(&self) -> bool {
        self.protocol_type.as_deref() == Some(CONSUMER_PROTOCOL_TYPE)
    }

    /// Whether a member may read the topic; true where subscriptions cannot be known.
    pub fn is_subscribed_to(&self, topic: &str) -> bool {
        self.subscribed_topics.as_ref().is_none_or(|topics| topics.contains(topic))
    }

    /// From when offsets without a later use expire; `None` while none may.
    pub fn retention(&self) -> Option<Retention> {
        match self.state {
            State::Empty if self.protocol_type.is_some() => {
                Some(self.state_since.map_or(Retention::SinceCommit, Retention::Since))
            }
            State::Stable if self.is_consumer_group() && self.subscribed_topics.is_some() => Some(Retention::SinceCommit),
            _ if self.protocol_type.is_none() => Some(Retention::SinceCommit),
            _ => None,
        }
    }

    /// The topics whose offsets members need.
    pub fn topics_in_use(&self) -> BTreeSet<String> {
        self.subscribed_topics.clone().unwrap_or_default()
    }

    /// When [`Group::tick`] has work, in ticks.
    pub fn next_deadline(&self) -> Option<u64> {
        let sessions = self.members.values().filter_map(|member| member.session_deadline);
        let pending = self.pending_members.values().copied();
        let join = self.join_timer.map(JoinTimer::deadline);
        sessions.chain(pending).chain(join).chain(self.sync_deadline).min()
    }

    /// Does what is due.
    pub fn tick(&mut self, now: Now, out: &mut Actions) {
        self.expire_pending_members(now, out);
        self.expire_sessions(now, out);
        self.expire_pending_sync(now, out);
        self.expire_join(now, out);
    }

    /// Goes on after a [`Write`] of this group's metadata was kept or refused.
    pub fn written(&mut self, after: AfterWrite, result: Result<(), ResponseError>, now: Now, out: &mut Actions) {
        match after {
            AfterWrite::Assign { generation, leader, assignments } => {
                self.assigned(generation, &leader, &assignments, result, now, out);
            }
            AfterWrite::Replaced(replaced) => self.replaced(*replaced, result, now, out),
            AfterWrite::Emptied => {
                if let Err(error) = result {
                    out.warn(format!("Failed to write empty metadata for group {}: {error}", self.id));
                }
            }
        }
    }

    fn enter(&mut self, state: State, now: Now) {
        self.state = state;
        self.state_since = Some(now.wall);
    }

    fn cancel_timers(&mut self) {
        self.join_timer = None;
        self.sync_deadline = None;
        self.pending_sync.clear();
        self.pending_members.clear();
        for member in self.members.values_mut() {
            member.session_deadline = None;
        }
    }

    fn is_leader(&self, member_id: &str) -> bool {
        self.leader.as_deref() == Some(member_id)
    }

    fn awaiting_join(&self) -> usize {
        self.members.values().filter(|member| member.is_awaiting_join()).count()
    }

    /// Whether a member may speak for itself: it is known, and its `group.instance.id`, if any, is its own.
    fn validate_member(
        &self,
        member_id: &str,
        instance_id: Option<&str>,
        operation: &str,
        out: &mut Actions,
    ) -> Result<(), ResponseError> {
        if let Some(instance_id) = instance_id {
            match self.static_members.get(instance_id) {
                Some(current) if current != member_id => {
                    out.info(format!(
                        "Request memberId={member_id} for static member with groupInstanceId={instance_id} is fenced by current \
                         memberId={current} during operation {operation}"
                    ));
                    return Err(ResponseError::FencedInstanceId);
                }
                Some(_) => {}
                None => return Err(ResponseError::UnknownMemberId),
            }
        }
        if self.members.contains_key(member_id) { Ok(()) } else { Err(ResponseError::UnknownMemberId) }
    }

    /// Forgets a member or a pending member id. Who still waits is told that it is unknown.
    fn remove(&mut self, member_id: &str, out: &mut Actions) {
        if let Some(mut member) = self.members.shift_remove(member_id) {
            member.answer_join(JoinReply::error("", ResponseError::UnknownMemberId), out);
            member.answer_sync(SyncReply::error(ResponseError::UnknownMemberId), out);
            if let Some(instance) = &member.instance_id {
                self.static_members.remove(instance);
            }
        }
        if self.is_leader(member_id) {
            self.leader = self.members.keys().next().cloned();
        }
        self.pending_members.shift_remove(member_id);
        self.pending_sync.shift_remove(member_id);
    }

    /// The record that keeps the group as it is, with these assignments.
    fn stored_value(&self, assignments: &HashMap<String, Bytes>) -> GroupMetadataValue {
        let protocol = self.protocol.as_deref().unwrap_or_default();
        let members = self.members.values().map(|member| {
            let assignment = assignments.get(&member.id).cloned().unwrap_or_default();
            member.stored(protocol, assignment)
        });
        GroupMetadataValue {
            protocol_type: self.protocol_type.clone().unwrap_or_default(),
            generation: self.generation,
            protocol: self.protocol.clone(),
            leader: self.leader.clone(),
            state_since: self.state_since,
            members: members.collect(),
        }
    }
}
