//! Requests of members and of those who look at groups.

use kafka_protocol::ResponseError;
use tokio::sync::oneshot;

use super::drive::Inner;
use super::{EmptyId, GroupCoordinator};
use crate::engine::broker::controller::scala::sort_as_concurrent_map;
use crate::engine::broker::group::machine::{
    Actions, Group, GroupView, JoinReply, JoinRequest, Leaving, Now, Reply, State, SyncReply, SyncRequest, Waiter,
};

/// A JoinGroup as it came.
#[derive(Clone, Debug)]
pub struct Join {
    /// The group's id.
    pub group_id: String,
    /// The session timeout in milliseconds, not yet checked.
    pub session_timeout: i32,
    /// The rest.
    pub request: JoinRequest,
}

/// A LeaveGroup as it came.
#[derive(Clone, Debug)]
pub struct Leave {
    /// The group's id.
    pub group_id: String,
    /// Who leaves.
    pub members: Vec<Leaving>,
}

/// A group as ListGroups shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupListing {
    /// Its id.
    pub id: String,
    /// Its protocol type; empty where it has none.
    pub protocol_type: String,
    /// Its state.
    pub state: State,
}

impl GroupCoordinator {
    /// Takes a JoinGroup and waits for the generation to be complete.
    pub async fn join(&self, join: Join) -> JoinReply {
        let refused = |error| JoinReply::error(&join.request.member_id, error);
        let create = join.request.member_id.is_empty();
        let timeouts = self.settings.min_session_timeout..=self.settings.max_session_timeout;
        // first whether the group is here, but it is not made for a request that is refused
        let found = match self.find(&join.group_id, EmptyId::Refused, false) {
            Err(error) => return refused(error),
            Ok(_) if !timeouts.contains(&join.session_timeout) => return refused(ResponseError::InvalidSessionTimeout),
            Ok(None) if create => self.find(&join.group_id, EmptyId::Refused, true),
            Ok(found) => Ok(found),
        };
        let cell = match found {
            Err(error) => return refused(error),
            Ok(None) => return refused(ResponseError::UnknownMemberId),
            Ok(Some(cell)) => cell,
        };
        let answer = self.ask(&cell, |group, waiter, now, out| group.join(&join.request, waiter, now, out));
        match answer.await {
            Ok(Reply::Join(reply)) => reply,
            // only a coordinator that shuts down leaves someone unanswered
            Ok(Reply::Sync(_)) | Err(_) => refused(ResponseError::CoordinatorNotAvailable),
        }
    }

    /// Takes a SyncGroup and waits for the leader's assignment.
    pub async fn sync(&self, group_id: &str, request: SyncRequest) -> SyncReply {
        let cell = match self.find(group_id, EmptyId::Refused, false) {
            // what is being loaded knows nothing of a rebalance; the member joins anew without looking for a coordinator
            Err(ResponseError::CoordinatorLoadInProgress) => return SyncReply::error(ResponseError::RebalanceInProgress),
            Err(error) => return SyncReply::error(error),
            Ok(None) => return SyncReply::error(ResponseError::UnknownMemberId),
            Ok(Some(cell)) => cell,
        };
        match self.ask(&cell, |group, waiter, now, out| group.sync(request, waiter, now, out)).await {
            Ok(Reply::Sync(reply)) => reply,
            Ok(Reply::Join(_)) | Err(_) => SyncReply::error(ResponseError::CoordinatorNotAvailable),
        }
    }

    fn ask(
        &self,
        cell: &std::sync::Arc<super::drive::Cell>,
        event: impl FnOnce(&mut Group, Waiter, Now, &mut Actions),
    ) -> oneshot::Receiver<Reply> {
        let inner: &mut Inner = &mut cell.lock();
        let (waiter, answer) = inner.waiter();
        self.drive(cell, inner, |group, now, out| event(group, waiter, now, out));
        answer
    }

    /// Takes a Heartbeat.
    ///
    /// # Errors
    /// What the member is to be told, as `REBALANCE_IN_PROGRESS`.
    pub fn heartbeat(
        &self,
        group_id: &str,
        member_id: &str,
        instance_id: Option<&str>,
        generation: i32,
    ) -> Result<(), ResponseError> {
        let cell = match self.find(group_id, EmptyId::Refused, false) {
            // the member will hear of a rebalance, if there is one, when the group is loaded
            Err(ResponseError::CoordinatorLoadInProgress) => return Ok(()),
            found => found?.ok_or(ResponseError::UnknownMemberId)?,
        };
        let mut inner = cell.lock();
        self.drive(&cell, &mut inner, |group, now, out| group.heartbeat(member_id, instance_id, generation, now, out))
    }

    /// Takes a LeaveGroup. Returns what is said of each member.
    ///
    /// # Errors
    /// Where nothing can be said of any, as `NOT_COORDINATOR`.
    pub fn leave(&self, leave: &Leave) -> Result<Vec<Result<(), ResponseError>>, ResponseError> {
        let Some(cell) = self.find(&leave.group_id, EmptyId::Refused, false)? else {
            return Ok(leave.members.iter().map(|_| Err(ResponseError::UnknownMemberId)).collect());
        };
        let mut inner = cell.lock();
        if inner.group.state() == State::Dead {
            return Err(ResponseError::CoordinatorNotAvailable);
        }
        let leaves = |member| self.drive(&cell, &mut inner, |group, now, out| group.leave(member, now, out));
        Ok(leave.members.iter().map(leaves).collect())
    }

    /// A group as DescribeGroups shows it; one that is not there is dead.
    ///
    /// # Errors
    /// `NOT_COORDINATOR` and the like.
    pub fn describe(&self, group_id: &str) -> Result<GroupView, ResponseError> {
        let cell = self.find(group_id, EmptyId::Allowed, false)?;
        Ok(cell.map_or_else(GroupView::dead, |cell| cell.look(Group::view)))
    }

    /// The groups in one of those states, or in any where none is named. While a partition is loading its groups are missing, which
    /// the error says.
    ///
    /// # Errors
    /// `COORDINATOR_NOT_AVAILABLE` before the start.
    pub fn list(&self, states: &[String]) -> Result<(Option<ResponseError>, Vec<GroupListing>), ResponseError> {
        if !self.is_active() {
            return Err(ResponseError::CoordinatorNotAvailable);
        }
        let listing = |group: &Group| GroupListing {
            id: group.id().to_owned(),
            protocol_type: group.protocol_type().to_owned(),
            state: group.state(),
        };
        let all = self.cells().into_iter().map(|cell| cell.look(listing));
        let asked = |group: &GroupListing| states.is_empty() || states.contains(&group.state.to_string());
        let mut groups: Vec<GroupListing> = all.collect();
        sort_as_concurrent_map(&mut groups, |group| &group.id);
        groups.retain(asked);
        Ok((self.is_loading().then_some(ResponseError::CoordinatorLoadInProgress), groups))
    }
}
