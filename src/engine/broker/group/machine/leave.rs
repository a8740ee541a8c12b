//! Heartbeats, and members that leave or fall silent.

use kafka_protocol::ResponseError;

use super::{Actions, Group, Member, Now, State};

/// One member of a LeaveGroup.
#[derive(Clone, Debug, Default)]
pub struct Leaving {
    /// Its id; empty where an administrator names it by `group.instance.id` only.
    pub member_id: String,
    /// Its `group.instance.id`.
    pub instance_id: Option<String>,
    /// Why it leaves, in the client's words.
    pub reason: Option<String>,
}

impl Group {
    /// Takes a Heartbeat.
    ///
    /// # Errors
    /// What the member is to be told, as `REBALANCE_IN_PROGRESS`.
    pub fn heartbeat(
        &mut self,
        member_id: &str,
        instance_id: Option<&str>,
        generation: i32,
        now: Now,
        out: &mut Actions,
    ) -> Result<(), ResponseError> {
        if self.state == State::Dead {
            return Err(ResponseError::CoordinatorNotAvailable);
        }
        self.validate_member(member_id, instance_id, "heartbeat", out)?;
        if generation != self.generation {
            return Err(ResponseError::IllegalGeneration);
        }
        self.touch(member_id, now);
        match self.state {
            State::PreparingRebalance => Err(ResponseError::RebalanceInProgress),
            State::CompletingRebalance | State::Stable => Ok(()),
            State::Empty | State::Dead => Err(ResponseError::UnknownMemberId),
        }
    }

    /// Whether offsets may be committed now by that member; a commit counts as a sign of life.
    ///
    /// # Errors
    /// What the committer is to be told, as `ILLEGAL_GENERATION`.
    pub fn accept_commit(
        &mut self,
        member_id: &str,
        instance_id: Option<&str>,
        generation: i32,
        now: Now,
        out: &mut Actions,
    ) -> Result<(), ResponseError> {
        if self.state == State::Dead {
            return Err(ResponseError::CoordinatorNotAvailable);
        }
        // offsets of a consumer that does without groups
        if generation < 0 && self.state == State::Empty {
            return Ok(());
        }
        if generation >= 0 || !member_id.is_empty() || instance_id.is_some() {
            self.validate_member(member_id, instance_id, "offset-commit", out)?;
            if generation != self.generation {
                return Err(ResponseError::IllegalGeneration);
            }
        } else if self.state != State::Empty {
            return Err(ResponseError::UnknownMemberId);
        }
        self.touch(member_id, now);
        if self.state == State::CompletingRebalance { Err(ResponseError::RebalanceInProgress) } else { Ok(()) }
    }

    fn touch(&mut self, member_id: &str, now: Now) {
        if let Some(member) = self.members.get_mut(member_id) {
            member.schedule_session(now);
        }
    }

    /// Takes one member of a LeaveGroup.
    ///
    /// # Errors
    /// What is said of this member, as `UNKNOWN_MEMBER_ID`.
    pub fn leave(&mut self, leaving: &Leaving, now: Now, out: &mut Actions) -> Result<(), ResponseError> {
        let instance_id = leaving.instance_id.as_deref();
        let member_id = if leaving.member_id.is_empty() {
            let known = instance_id.and_then(|instance| self.static_members.get(instance));
            known.cloned().ok_or(ResponseError::UnknownMemberId)?
        } else if self.pending_members.contains_key(&leaving.member_id) {
            self.remove(&leaving.member_id, out);
            self.try_complete_join(now, out);
            out.info(format!(
                "Pending member with memberId={} has left group {} through explicit `LeaveGroup` request",
                leaving.member_id, self.id
            ));
            return Ok(());
        } else {
            self.validate_member(&leaving.member_id, instance_id, "leave-group", out)?;
            leaving.member_id.clone()
        };
        let reason = leaving.reason.as_deref().unwrap_or("not provided");
        let shown = self.members.get(&member_id).map(Member::to_string).unwrap_or_default();
        let why = format!("Removing member {member_id} on LeaveGroup; client reason: {reason}");
        self.remove_and_rebalance(&member_id, &why, now, out);
        out.info(format!("Member {shown} has left group {} through explicit `LeaveGroup`; client reason: {reason}", self.id));
        Ok(())
    }

    fn remove_and_rebalance(&mut self, member_id: &str, reason: &str, now: Now, out: &mut Actions) {
        self.remove(member_id, out);
        match self.state {
            State::Stable | State::CompletingRebalance => self.prepare_rebalance(reason, now, out),
            State::PreparingRebalance => self.try_complete_join(now, out),
            State::Empty | State::Dead => {}
        }
    }

    pub(super) fn expire_pending_members(&mut self, now: Now, out: &mut Actions) {
        let due = self.pending_members.iter().filter(|(_, deadline)| **deadline <= now.ticks);
        let due: Vec<String> = due.map(|(id, _)| id.clone()).collect();
        for id in due {
            out.info(format!("Pending member {id} in group {} has been removed after session timeout expiration.", self.id));
            self.remove(&id, out);
            self.try_complete_join(now, out);
        }
    }

    pub(super) fn expire_sessions(&mut self, now: Now, out: &mut Actions) {
        let due = |member: &&Member| member.session_deadline.is_some_and(|deadline| deadline <= now.ticks);
        let due: Vec<String> = self.members.values().filter(due).map(|member| member.id.clone()).collect();
        for id in due {
            // those before it may have moved the group on
            let Some(member) = self.members.get_mut(&id) else { continue };
            if member.session_deadline.is_none_or(|deadline| deadline > now.ticks) {
                continue;
            }
            member.session_deadline = None;
            if member.waits_for_group() {
                continue;
            }
            out.info(format!("Member {id} in group {} has failed, removing it from the group", self.id));
            self.remove_and_rebalance(&id, &format!("removing member {id} on heartbeat expiration"), now, out);
        }
    }
}
