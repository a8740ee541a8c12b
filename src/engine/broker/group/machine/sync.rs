//! SyncGroup: the leader's assignment comes in and each member's part goes out.

use std::collections::HashMap;

use bytes::Bytes;
use kafka_protocol::ResponseError;

use super::{Actions, AfterWrite, Group, Now, State, SyncReply, Waiter};

/// A SyncGroup.
#[derive(Clone, Debug, Default)]
pub struct SyncRequest {
    /// The generation that the member has joined.
    pub generation: i32,
    /// The member's id.
    pub member_id: String,
    /// Its `group.instance.id`.
    pub instance_id: Option<String>,
    /// The protocol type that it knows (version 5 and later).
    pub protocol_type: Option<String>,
    /// The protocol that it knows (version 5 and later).
    pub protocol: Option<String>,
    /// From the leader: each member's part.
    pub assignments: HashMap<String, Bytes>,
}

impl Group {
    /// Takes a SyncGroup; `waiter` is answered now or when the leader's assignment is stored.
    pub fn sync(&mut self, request: SyncRequest, waiter: Waiter, now: Now, out: &mut Actions) {
        if let Err(error) = self.validate_sync(&request, out) {
            out.sync(waiter, SyncReply::error(error));
            return;
        }
        let id = &request.member_id;
        match self.state {
            State::Empty => out.sync(waiter, SyncReply::error(ResponseError::UnknownMemberId)),
            State::PreparingRebalance => out.sync(waiter, SyncReply::error(ResponseError::RebalanceInProgress)),
            State::CompletingRebalance => {
                self.pending_sync.shift_remove(id);
                if let Some(member) = self.members.get_mut(id) {
                    member.await_sync(waiter, out);
                }
                if self.is_leader(id) {
                    self.store_assignment(request, out);
                }
            }
            State::Stable => {
                self.pending_sync.shift_remove(id);
                let (protocol_type, protocol) = (self.protocol_type.clone(), self.protocol.clone());
                if let Some(member) = self.members.get_mut(id) {
                    let assignment = member.assignment.clone();
                    out.sync(waiter, SyncReply { error: None, protocol_type, protocol, assignment });
                    member.schedule_session(now);
                }
            }
            State::Dead => out.sync(waiter, SyncReply::error(ResponseError::CoordinatorNotAvailable)),
        }
    }

    fn validate_sync(&self, request: &SyncRequest, out: &mut Actions) -> Result<(), ResponseError> {
        if self.state == State::Dead {
            return Err(ResponseError::CoordinatorNotAvailable);
        }
        self.validate_member(&request.member_id, request.instance_id.as_deref(), "sync-group", out)?;
        if request.generation != self.generation {
            return Err(ResponseError::IllegalGeneration);
        }
        let differs = |asked: &Option<String>, own: &Option<String>| asked.is_some() && asked != own;
        if differs(&request.protocol_type, &self.protocol_type) || differs(&request.protocol, &self.protocol) {
            return Err(ResponseError::InconsistentGroupProtocol);
        }
        Ok(())
    }

    fn store_assignment(&mut self, request: SyncRequest, out: &mut Actions) {
        let (leader, generation) = (request.member_id, self.generation);
        out.info(format!(
            "Assignment received from leader {leader} for group {} for generation {generation}. The group has {} members, {} of \
             which are static.",
            self.id,
            self.members.len(),
            self.static_members.len()
        ));
        let mut assignments = request.assignments;
        let missing: Vec<&str> = self.members.keys().filter(|id| !assignments.contains_key(*id)).map(String::as_str).collect();
        if !missing.is_empty() {
            out.warn(format!(
                "Setting empty assignments for members Set({}) of {} for generation {generation}",
                missing.join(", "),
                self.id
            ));
        }
        assignments.retain(|id, _| self.members.contains_key(id));
        out.write(self.stored_value(&assignments), AfterWrite::Assign { generation, leader, assignments });
    }

    /// The leader's assignment is stored, or could not be. A group that has moved on since ignores it.
    pub(super) fn assigned(
        &mut self,
        generation: i32,
        leader: &str,
        assignments: &HashMap<String, Bytes>,
        result: Result<(), ResponseError>,
        now: Now,
        out: &mut Actions,
    ) {
        if self.state != State::CompletingRebalance || generation != self.generation {
            return;
        }
        if let Err(error) = result {
            self.propagate_error(error, now, out);
            let reason = format!("Error {} when storing group assignment during SyncGroup (member: {leader})", name(error));
            self.maybe_prepare_rebalance(&reason, now, out);
            return;
        }
        let (protocol_type, protocol) = (self.protocol_type.clone(), self.protocol.clone());
        for member in self.members.values_mut() {
            member.assignment = assignments.get(&member.id).cloned().unwrap_or_default();
            if member.assignment.is_empty() {
                out.warn(format!(
                    "Sending empty assignment to member {} of {} for generation {generation} with no errors",
                    member.id, self.id
                ));
            }
            let assignment = member.assignment.clone();
            let reply = SyncReply { error: None, protocol_type: protocol_type.clone(), protocol: protocol.clone(), assignment };
            if member.answer_sync(reply, out) {
                member.schedule_session(now);
            }
        }
        self.enter(State::Stable, now);
    }

    /// Takes every part back and tells those who wait.
    pub(super) fn propagate_error(&mut self, error: ResponseError, now: Now, out: &mut Actions) {
        for member in self.members.values_mut() {
            member.assignment = Bytes::new();
            if member.answer_sync(SyncReply::error(error), out) {
                member.schedule_session(now);
            }
        }
    }

    pub(super) fn expire_pending_sync(&mut self, now: Now, out: &mut Actions) {
        if self.sync_deadline.is_none_or(|deadline| deadline > now.ticks) {
            return;
        }
        self.sync_deadline = None;
        let late: Vec<String> = self.pending_sync.iter().cloned().collect();
        if late.is_empty() {
            return;
        }
        for id in &late {
            self.remove(id, out);
        }
        let reason = format!("Removing Set({}) on pending sync request expiration", late.join(", "));
        self.prepare_rebalance(&reason, now, out);
    }
}

/// Kafka's constant for an error.
fn name(error: ResponseError) -> &'static str {
    crate::catalog::error_codes::by_code(error.code()).map_or("UNKNOWN_SERVER_ERROR", |error| error.name)
}
