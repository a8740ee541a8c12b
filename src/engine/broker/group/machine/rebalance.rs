//! From one generation to the next: who is waited for, how long, and what is chosen.

use std::collections::{BTreeSet, HashMap};

use kafka_protocol::ResponseError;

use super::member::ShownOption;
use super::{Actions, AfterWrite, GROUP_METADATA_TOPIC, Group, Member, Now, State};
use crate::engine::broker::group::records::subscribed_topics;

/// How long the group waits for members to join, in ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum JoinTimer {
    /// The group was empty: time for others to come, extended while they do.
    Initial {
        /// When it ends.
        deadline: u64,
        /// How long this part of it is.
        delay: u64,
        /// How much of the rebalance timeout is left after it.
        remaining: u64,
    },
    /// The longest rebalance timeout of the members.
    Rebalance {
        /// When it ends.
        deadline: u64,
    },
}

impl JoinTimer {
    pub(super) fn deadline(self) -> u64 {
        match self {
            Self::Initial { deadline, .. } | Self::Rebalance { deadline } => deadline,
        }
    }
}

impl Group {
    pub(super) fn maybe_prepare_rebalance(&mut self, reason: &str, now: Now, out: &mut Actions) {
        if matches!(self.state, State::Stable | State::CompletingRebalance | State::Empty) {
            self.prepare_rebalance(reason, now, out);
        }
    }

    pub(super) fn prepare_rebalance(&mut self, reason: &str, now: Now, out: &mut Actions) {
        if self.state == State::CompletingRebalance {
            self.propagate_error(ResponseError::RebalanceInProgress, now, out);
        }
        self.pending_sync.clear();
        self.sync_deadline = None;
        let timeout = self.rebalance_timeout();
        self.join_timer = Some(if self.state == State::Empty {
            let delay = self.settings.initial_rebalance_delay;
            JoinTimer::Initial { deadline: now.ticks + delay, delay, remaining: timeout.saturating_sub(delay) }
        } else {
            JoinTimer::Rebalance { deadline: now.ticks + timeout }
        });
        self.enter(State::PreparingRebalance, now);
        out.info(format!(
            "Preparing to rebalance group {} in state {} with old generation {} ({GROUP_METADATA_TOPIC}-{}) (reason: {reason})",
            self.id, self.state, self.generation, self.partition
        ));
        self.try_complete_join(now, out);
    }

    /// Completes the generation once every known member has joined. An initial delay is always waited for.
    pub(super) fn try_complete_join(&mut self, now: Now, out: &mut Actions) {
        let all_joined = self.pending_members.is_empty() && self.awaiting_join() == self.members.len();
        if all_joined && matches!(self.join_timer, Some(JoinTimer::Rebalance { .. })) {
            self.complete_join(now, out);
        }
    }

    pub(super) fn expire_join(&mut self, now: Now, out: &mut Actions) {
        match self.join_timer {
            Some(timer) if timer.deadline() > now.ticks => {}
            Some(JoinTimer::Initial { delay, remaining, .. }) if self.new_member_added && remaining != 0 => {
                self.new_member_added = false;
                let next = self.settings.initial_rebalance_delay.min(remaining);
                self.join_timer = Some(JoinTimer::Initial {
                    deadline: now.ticks + next,
                    delay: next,
                    remaining: remaining.saturating_sub(delay),
                });
            }
            Some(_) => self.complete_join(now, out),
            None => {}
        }
    }

    fn complete_join(&mut self, now: Now, out: &mut Actions) {
        self.join_timer = None;
        self.remove_those_who_did_not_join(out);
        if !self.members.is_empty() && !self.elect_joined_leader(out) {
            out.error(format!("Group {} could not complete rebalance because no members rejoined", self.id));
            self.join_timer = Some(JoinTimer::Rebalance { deadline: now.ticks + self.rebalance_timeout() });
            return;
        }
        self.next_generation(now);
        let (id, generation, partition) = (&self.id, self.generation, self.partition);
        if self.state == State::Empty {
            out.info(format!("Group {id} with generation {generation} is now empty ({GROUP_METADATA_TOPIC}-{partition})"));
            out.write(self.stored_value(&HashMap::new()), AfterWrite::Emptied);
            return;
        }
        out.info(format!(
            "Stabilized group {id} generation {generation} ({GROUP_METADATA_TOPIC}-{partition}) with {} members",
            self.members.len()
        ));
        let ids: Vec<String> = self.members.keys().cloned().collect();
        for id in ids {
            let reply = self.join_reply(&id);
            if let Some(member) = self.members.get_mut(&id) {
                member.answer_join(reply, out);
                member.is_new = false;
                member.schedule_session(now);
            }
            self.pending_sync.insert(id);
        }
        self.sync_deadline = Some(now.ticks + self.rebalance_timeout());
    }

    /// Static members keep their place although they are late.
    fn remove_those_who_did_not_join(&mut self, out: &mut Actions) {
        let late = |member: &&Member| !member.is_awaiting_join() && member.instance_id.is_none();
        let late: Vec<String> = self.members.values().filter(late).map(|member| member.id.clone()).collect();
        if late.is_empty() {
            return;
        }
        out.info(format!("Group {} removed dynamic members who haven't joined: Set({})", self.id, late.join(", ")));
        for id in &late {
            self.remove(id, out);
        }
    }

    /// The leader must be one of those who joined. Returns whether there is one.
    fn elect_joined_leader(&mut self, out: &mut Actions) -> bool {
        let Some(current) = self.leader.as_ref().and_then(|id| self.members.get(id)) else { return false };
        if current.is_awaiting_join() {
            return true;
        }
        let late = format!(
            "Group leader [member.id: {}, group.instance.id: {}] failed to join before rebalance timeout, ",
            current.id,
            ShownOption(current.instance_id.as_deref())
        );
        match self.members.values().find(|member| member.is_awaiting_join()) {
            Some(joined) => {
                out.info(format!("{late}while new leader {joined} was elected."));
                self.leader = Some(joined.id.clone());
                true
            }
            None => {
                out.info(format!("{late}and the group couldn't proceed to next generation because no member joined."));
                false
            }
        }
    }

    fn next_generation(&mut self, now: Now) {
        self.generation += 1;
        self.protocol = self.select_protocol();
        self.subscribed_topics = self.compute_subscribed_topics();
        self.pending_sync.clear();
        self.new_member_added = false;
        self.enter(if self.members.is_empty() { State::Empty } else { State::CompletingRebalance }, now);
    }

    /// The protocol that every member supports and most prefer; of equals the one that an older member prefers. `None` without
    /// members.
    pub(super) fn select_protocol(&self) -> Option<String> {
        let by_all = |name: &str| self.members.values().all(|member| member.supports(name));
        let mut votes: Vec<(&str, usize)> = Vec::new();
        for member in self.members.values() {
            let Some((choice, _)) = member.protocols.iter().find(|(name, _)| by_all(name)) else { continue };
            match votes.iter_mut().find(|(name, _)| name == choice) {
                Some((_, count)) => *count += 1,
                None => votes.push((choice, 1)),
            }
        }
        let most = votes.iter().map(|(_, count)| *count).max()?;
        votes.iter().find(|(_, count)| *count == most).map(|(name, _)| (*name).to_owned())
    }

    pub(super) fn compute_subscribed_topics(&self) -> Option<BTreeSet<String>> {
        if !self.is_consumer_group() {
            return None;
        }
        if self.members.is_empty() {
            return Some(BTreeSet::new());
        }
        let protocol = self.protocol.as_deref()?;
        let mut topics = BTreeSet::new();
        for member in self.members.values() {
            topics.extend(subscribed_topics(member.metadata(protocol))?);
        }
        Some(topics)
    }

    pub(super) fn rebalance_timeout(&self) -> u64 {
        self.members.values().map(|member| member.rebalance_timeout).max().unwrap_or(0)
    }
}
