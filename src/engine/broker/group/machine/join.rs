//! JoinGroup: new members, members that come back, static members under a new id.

use std::collections::HashMap;

use bytes::Bytes;
use kafka_protocol::ResponseError;

use super::action::JoinedMember;
use super::member::ShownOption;
use super::{Actions, AfterWrite, Group, JoinReply, Member, NEW_MEMBER_JOIN_TIMEOUT, Now, State, Waiter};

/// A JoinGroup. Timeouts are milliseconds.
#[derive(Clone, Debug)]
pub struct JoinRequest {
    /// The member's id; empty where it has none yet.
    pub member_id: String,
    /// Its `group.instance.id`.
    pub instance_id: Option<String>,
    /// Whether a new dynamic member must come back with the id it is given (version 4 and later, KIP-394).
    pub require_known_member_id: bool,
    /// Whether a leader understands that it need not assign anew (version 9 and later, KIP-814).
    pub supports_skipping_assignment: bool,
    /// The client's `client.id`.
    pub client_id: String,
    /// The client's address, as `/127.0.0.1`.
    pub client_host: String,
    /// How long the group waits for it to join.
    pub rebalance_timeout: u64,
    /// How long it may be silent.
    pub session_timeout: u64,
    /// The protocol type, as `consumer`.
    pub protocol_type: String,
    /// The protocols it supports, the preferred one first, each with its metadata.
    pub protocols: Vec<(String, Bytes)>,
    /// Why it joins, in the client's words.
    pub reason: Option<String>,
    /// A name never used before; a new member's id ends with it.
    pub fresh_name: String,
}

impl JoinRequest {
    fn reason(&self) -> &str {
        self.reason.as_deref().unwrap_or("not provided")
    }
}

/// A static member that took its own place under a new member id; kept until the change is stored.
#[derive(Clone, Debug)]
pub struct Replaced {
    instance_id: String,
    new_id: String,
    leader_before: String,
    before: Member,
    supports_skipping_assignment: bool,
}

impl Group {
    /// Takes a JoinGroup; `waiter` is answered now or when the generation is complete.
    pub fn join(&mut self, request: &JoinRequest, waiter: Waiter, now: Now, out: &mut Actions) {
        let unknown = request.member_id.is_empty();
        if !self.accepts(&request.member_id) {
            self.remove(&request.member_id, out);
            out.join(waiter, JoinReply::error("", ResponseError::GroupMaxSizeReached));
        } else if self.state == State::Dead {
            out.join(waiter, JoinReply::error(&request.member_id, ResponseError::CoordinatorNotAvailable));
        } else if !self.supports_protocols(request) {
            out.join(waiter, JoinReply::error(&request.member_id, ResponseError::InconsistentGroupProtocol));
        } else if unknown {
            self.join_as_new(request, waiter, now, out);
        } else {
            self.join_as_current(request, waiter, now, out);
        }
        self.try_complete_join(now, out);
    }

    /// Whether there is room: a member that is in keeps its place, up to `group.max.size` of those that wait to join.
    fn accepts(&self, member_id: &str) -> bool {
        match self.state {
            State::Empty | State::Dead => true,
            State::PreparingRebalance => {
                self.members.get(member_id).is_some_and(Member::is_awaiting_join) || self.awaiting_join() < self.settings.max_size
            }
            State::CompletingRebalance | State::Stable => {
                self.members.contains_key(member_id) || self.members.len() < self.settings.max_size
            }
        }
    }

    fn supports_protocols(&self, request: &JoinRequest) -> bool {
        if self.state == State::Empty {
            return !request.protocol_type.is_empty() && !request.protocols.is_empty();
        }
        self.protocol_type.as_deref() == Some(request.protocol_type.as_str())
            && request.protocols.iter().any(|(name, _)| self.members.values().all(|member| member.supports(name)))
    }

    fn join_as_new(&mut self, request: &JoinRequest, waiter: Waiter, now: Now, out: &mut Actions) {
        let prefix = request.instance_id.as_deref().unwrap_or(&request.client_id);
        let new_id = format!("{prefix}-{}", request.fresh_name);
        match &request.instance_id {
            Some(instance) => self.join_as_new_static(instance, new_id, request, waiter, now, out),
            None => self.join_as_new_dynamic(new_id, request, waiter, now, out),
        }
    }

    fn join_as_new_static(
        &mut self,
        instance: &str,
        new_id: String,
        request: &JoinRequest,
        waiter: Waiter,
        now: Now,
        out: &mut Actions,
    ) {
        let (id, state) = (&self.id, self.state);
        let joins =
            format!("Static member with groupInstanceId={instance} and unknown member id joins group {id} in {state} state.");
        match self.static_members.get(instance).cloned() {
            Some(old_id) => {
                out.info(format!("{joins} Replacing previously mapped member {old_id} with this groupInstanceId."));
                self.replace_static(instance, &old_id, new_id, request, waiter, now, out);
            }
            None => {
                out.info(format!("{joins} Created a new member id {new_id} for this member and add to the group."));
                self.add_and_rebalance(new_id, request, waiter, now, out);
            }
        }
    }

    fn join_as_new_dynamic(&mut self, new_id: String, request: &JoinRequest, waiter: Waiter, now: Now, out: &mut Actions) {
        let (id, state) = (&self.id, self.state);
        if request.require_known_member_id {
            out.info(format!(
                "Dynamic member with unknown member id joins group {id} in {state} state. Created a new member id {new_id} and \
                 request the member to rejoin with this id."
            ));
            self.pending_members.insert(new_id.clone(), now.ticks + request.session_timeout);
            out.join(waiter, JoinReply::error(&new_id, ResponseError::MemberIdRequired));
        } else {
            out.info(format!(
                "Dynamic Member with unknown member id joins group {id} in {state} state. Created a new member id {new_id} for \
                 this member and add to the group."
            ));
            self.add_and_rebalance(new_id, request, waiter, now, out);
        }
    }

    fn join_as_current(&mut self, request: &JoinRequest, waiter: Waiter, now: Now, out: &mut Actions) {
        let member_id = &request.member_id;
        if self.pending_members.contains_key(member_id) {
            // a pending id was given to a dynamic member; a static one cannot own it
            match request.instance_id {
                Some(_) => out.join(waiter, JoinReply::error(member_id, ResponseError::UnknownServerError)),
                None => self.add_and_rebalance(member_id.clone(), request, waiter, now, out),
            }
            return;
        }
        if let Err(error) = self.validate_member(member_id, request.instance_id.as_deref(), "join-group", out) {
            out.join(waiter, JoinReply::error(member_id, error));
            return;
        }
        let (state, reason) = (self.state, request.reason());
        let unchanged = self.members.get(member_id).is_some_and(|member| member.protocols == request.protocols);
        let rebalance = match state {
            State::PreparingRebalance => {
                Some(format!("Member {member_id} joining group during {state}; client reason: {reason}"))
            }
            State::Stable if self.is_leader(member_id) => {
                Some(format!("Leader {member_id} re-joining group during {state}; client reason: {reason}"))
            }
            State::CompletingRebalance | State::Stable if unchanged => None,
            State::CompletingRebalance | State::Stable => {
                Some(format!("Updating metadata for member {member_id} during {state}; client reason: {reason}"))
            }
            State::Empty | State::Dead => {
                out.warn(format!(
                    "Attempt to add rejoining member {member_id} of group {} in unexpected group state {state}",
                    self.id
                ));
                out.join(waiter, JoinReply::error(member_id, ResponseError::UnknownMemberId));
                return;
            }
        };
        match rebalance {
            Some(reason) => {
                self.update_member(member_id, request, waiter, out);
                self.maybe_prepare_rebalance(&reason, now, out);
            }
            // it may have missed the answer, so it is told again
            None => out.join(waiter, self.join_reply(member_id)),
        }
    }

    fn add_and_rebalance(&mut self, member_id: String, request: &JoinRequest, waiter: Waiter, now: Now, out: &mut Actions) {
        let mut member = Member::new(member_id.clone(), request, waiter);
        // it cannot send heartbeats before it knows its id
        member.session_deadline = Some(now.ticks + NEW_MEMBER_JOIN_TIMEOUT);
        if self.state == State::PreparingRebalance && self.generation == 0 {
            self.new_member_added = true;
        }
        if let Some(instance) = &member.instance_id {
            self.static_members.insert(instance.clone(), member_id.clone());
        }
        if self.members.is_empty() {
            self.protocol_type = Some(request.protocol_type.clone());
        }
        self.leader.get_or_insert_with(|| member_id.clone());
        self.pending_members.shift_remove(&member_id);
        self.members.insert(member_id.clone(), member);
        let reason = format!(
            "Adding new member {member_id} with group instance id {}; client reason: {}",
            ShownOption(request.instance_id.as_deref()),
            request.reason()
        );
        self.maybe_prepare_rebalance(&reason, now, out);
    }

    fn update_member(&mut self, member_id: &str, request: &JoinRequest, waiter: Waiter, out: &mut Actions) {
        if let Some(member) = self.members.get_mut(member_id) {
            member.protocols.clone_from(&request.protocols);
            member.rebalance_timeout = request.rebalance_timeout;
            member.session_timeout = request.session_timeout;
            member.await_join(waiter, out);
        }
    }

    /// Puts a static member's new id in its old one's place and fences the old one.
    #[expect(clippy::too_many_arguments, reason = "both ids and what every event has")]
    fn replace_static(
        &mut self,
        instance: &str,
        old_id: &str,
        new_id: String,
        request: &JoinRequest,
        waiter: Waiter,
        now: Now,
        out: &mut Actions,
    ) {
        let leader_before = self.leader.clone().unwrap_or_default();
        if let Some(member) = self.members.get_mut(old_id) {
            member.answer_join(JoinReply::error(old_id, ResponseError::FencedInstanceId), out);
            member.answer_sync(super::SyncReply::error(ResponseError::FencedInstanceId), out);
        }
        let Some(before) = self.members.get(old_id).cloned() else { return };
        self.rename_member(instance, old_id, &new_id);
        if let Some(member) = self.members.get_mut(&new_id) {
            member.schedule_session(now);
        }
        self.update_member(&new_id, request, waiter, out);
        let reason = request.reason();
        match self.state {
            State::Stable if self.protocol == self.select_protocol() => {
                out.info(
                    "Static member which joins during Stable stage and doesn't affect selectProtocol will not trigger rebalance."
                        .to_owned(),
                );
                let assignments: HashMap<_, _> =
                    self.members.values().map(|member| (member.id.clone(), member.assignment.clone())).collect();
                let replaced = Replaced {
                    instance_id: instance.to_owned(),
                    new_id,
                    leader_before,
                    before,
                    supports_skipping_assignment: request.supports_skipping_assignment,
                };
                out.write(self.stored_value(&assignments), AfterWrite::Replaced(Box::new(replaced)));
            }
            State::Stable => self.maybe_prepare_rebalance(
                &format!(
                    "Group's selectedProtocol will change because static member {new_id} with instance id {instance} joined with \
                     change of protocol; client reason: {reason}"
                ),
                now,
                out,
            ),
            // the leader may have the old id already, and the new one would get no part
            State::CompletingRebalance => self.prepare_rebalance(
                &format!("Updating metadata for static member {new_id} with instance id {instance}; client reason: {reason}"),
                now,
                out,
            ),
            State::PreparingRebalance | State::Empty | State::Dead => {}
        }
    }

    fn rename_member(&mut self, instance: &str, old_id: &str, new_id: &str) {
        if let Some((place, _, mut member)) = self.members.shift_remove_full(old_id) {
            new_id.clone_into(&mut member.id);
            self.members.shift_insert(place, new_id.to_owned(), member);
        }
        if self.is_leader(old_id) {
            self.leader = Some(new_id.to_owned());
        }
        if self.pending_sync.shift_remove(old_id) {
            self.pending_sync.insert(new_id.to_owned());
        }
        self.static_members.insert(instance.to_owned(), new_id.to_owned());
    }

    /// The change of a static member's id is stored, or is undone.
    pub(super) fn replaced(&mut self, replaced: Replaced, result: Result<(), ResponseError>, now: Now, out: &mut Actions) {
        // a rebalance since then has answered the member, or will
        if self.state != State::Stable {
            return;
        }
        let Replaced { instance_id, new_id, leader_before, before, supports_skipping_assignment } = replaced;
        let mut reply = self.join_reply(&new_id);
        match result {
            Err(error) => {
                out.warn(format!("Failed to persist metadata for group {}: {error}", self.id));
                reply = JoinReply { error: Some(error), member_id: String::new(), leader: leader_before, ..reply };
                let Some(member) = self.members.get_mut(&new_id) else { return };
                member.answer_join(reply, out);
                member.protocols.clone_from(&before.protocols);
                member.rebalance_timeout = before.rebalance_timeout;
                member.session_timeout = before.session_timeout;
                member.schedule_session(now);
                self.rename_member(&instance_id, &new_id, &before.id);
                return;
            }
            Ok(()) if supports_skipping_assignment && self.is_leader(&new_id) => {
                reply.members = self.joined_members();
                reply.skip_assignment = true;
            }
            Ok(()) if supports_skipping_assignment => {}
            // the old leader's id: the member must not take itself for the leader, for its assignment would go nowhere
            Ok(()) => reply.leader = leader_before,
        }
        if let Some(member) = self.members.get_mut(&new_id) {
            member.answer_join(reply, out);
            member.schedule_session(now);
        }
    }

    /// What a member of the current generation is told.
    pub(super) fn join_reply(&self, member_id: &str) -> JoinReply {
        JoinReply {
            error: None,
            generation: self.generation,
            protocol_type: self.protocol_type.clone(),
            protocol: self.protocol.clone(),
            leader: self.leader.clone().unwrap_or_default(),
            skip_assignment: false,
            member_id: member_id.to_owned(),
            members: if self.is_leader(member_id) && self.state != State::Stable { self.joined_members() } else { Vec::new() },
        }
    }

    fn joined_members(&self) -> Vec<JoinedMember> {
        let protocol = self.protocol.as_deref().unwrap_or_default();
        let joined = |member: &Member| JoinedMember {
            id: member.id.clone(),
            instance_id: member.instance_id.clone(),
            metadata: member.metadata(protocol),
        };
        self.members.values().map(joined).collect()
    }
}
