//! One member of a group.

use std::fmt;

use bytes::Bytes;
use kafka_protocol::ResponseError;

use super::{Actions, JoinReply, JoinRequest, Now, SyncReply, Waiter};
use crate::engine::broker::group::records::StoredMember;

/// A member: who it is, what it can do, what it waits for.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its id.
    pub id: String,
    /// Its `group.instance.id`: a static member.
    pub instance_id: Option<String>,
    /// The client's `client.id`.
    pub client_id: String,
    /// The client's address, as `/127.0.0.1`.
    pub client_host: String,
    /// How long it may take to join, in milliseconds.
    pub rebalance_timeout: u64,
    /// How long it may be silent, in milliseconds.
    pub session_timeout: u64,
    /// The protocols it supports, the preferred one first, each with its metadata.
    pub protocols: Vec<(String, Bytes)>,
    /// Its part; empty until one is handed out.
    pub assignment: Bytes,
    /// When it counts as gone, in ticks; none while it waits for the group.
    pub session_deadline: Option<u64>,
    /// Whether it has never got an answer to its JoinGroup.
    pub is_new: bool,
    join_waiter: Option<Waiter>,
    sync_waiter: Option<Waiter>,
}

impl Member {
    pub(super) fn new(id: String, request: &JoinRequest, waiter: Waiter) -> Self {
        Self {
            id,
            instance_id: request.instance_id.clone(),
            client_id: request.client_id.clone(),
            client_host: request.client_host.clone(),
            rebalance_timeout: request.rebalance_timeout,
            session_timeout: request.session_timeout,
            protocols: request.protocols.clone(),
            assignment: Bytes::new(),
            session_deadline: None,
            is_new: true,
            join_waiter: Some(waiter),
            sync_waiter: None,
        }
    }

    pub(super) fn restore(stored: StoredMember, protocol: &str) -> Self {
        Self {
            id: stored.id,
            instance_id: stored.instance_id,
            client_id: stored.client_id,
            client_host: stored.client_host,
            rebalance_timeout: u64::try_from(stored.rebalance_timeout).unwrap_or(0),
            session_timeout: u64::try_from(stored.session_timeout).unwrap_or(0),
            protocols: vec![(protocol.to_owned(), stored.subscription)],
            assignment: stored.assignment,
            session_deadline: None,
            is_new: false,
            join_waiter: None,
            sync_waiter: None,
        }
    }

    pub(super) fn stored(&self, protocol: &str, assignment: Bytes) -> StoredMember {
        StoredMember {
            id: self.id.clone(),
            instance_id: self.instance_id.clone(),
            client_id: self.client_id.clone(),
            client_host: self.client_host.clone(),
            rebalance_timeout: i32::try_from(self.rebalance_timeout).unwrap_or(i32::MAX),
            session_timeout: i32::try_from(self.session_timeout).unwrap_or(i32::MAX),
            subscription: self.metadata(protocol),
            assignment,
        }
    }

    /// Its metadata for a protocol; empty where it does not support it.
    pub fn metadata(&self, protocol: &str) -> Bytes {
        self.protocols.iter().find(|(name, _)| name == protocol).map(|(_, metadata)| metadata.clone()).unwrap_or_default()
    }

    pub(super) fn supports(&self, protocol: &str) -> bool {
        self.protocols.iter().any(|(name, _)| name == protocol)
    }

    pub(super) fn is_awaiting_join(&self) -> bool {
        self.join_waiter.is_some()
    }

    /// Whether its silence is no sign of its death: it waits for the group, and the group has promised an answer.
    pub(super) fn waits_for_group(&self) -> bool {
        !self.is_new && (self.join_waiter.is_some() || self.sync_waiter.is_some())
    }

    pub(super) fn schedule_session(&mut self, now: Now) {
        self.session_deadline = Some(now.ticks + self.session_timeout);
    }

    /// Notes who waits; an older request of the same member is told to try again.
    pub(super) fn await_join(&mut self, waiter: Waiter, out: &mut Actions) {
        let id = self.id.clone();
        self.answer_join(JoinReply::error(&id, ResponseError::RebalanceInProgress), out);
        self.join_waiter = Some(waiter);
    }

    /// Notes who waits; an older request of the same member is told to try again.
    pub(super) fn await_sync(&mut self, waiter: Waiter, out: &mut Actions) {
        self.answer_sync(SyncReply::error(ResponseError::RebalanceInProgress), out);
        self.sync_waiter = Some(waiter);
    }

    pub(super) fn answer_join(&mut self, reply: JoinReply, out: &mut Actions) -> bool {
        let waiter = self.join_waiter.take();
        if let Some(waiter) = waiter {
            out.join(waiter, reply);
        }
        waiter.is_some()
    }

    pub(super) fn answer_sync(&mut self, reply: SyncReply, out: &mut Actions) -> bool {
        let waiter = self.sync_waiter.take();
        if let Some(waiter) = waiter {
            out.sync(waiter, reply);
        }
        waiter.is_some()
    }
}

/// As Kafka's log shows it.
impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let protocols: Vec<&str> = self.protocols.iter().map(|(name, _)| name.as_str()).collect();
        write!(
            f,
            "MemberMetadata(memberId={}, groupInstanceId={}, clientId={}, clientHost={}, sessionTimeoutMs={}, rebalanceTimeoutMs={}, \
             supportedProtocols=List({}))",
            self.id,
            ShownOption(self.instance_id.as_deref()),
            self.client_id,
            self.client_host,
            self.session_timeout,
            self.rebalance_timeout,
            protocols.join(", ")
        )
    }
}

/// An option as Kafka's log shows it: `None`, `Some(x)`.
pub(super) struct ShownOption<'a>(pub Option<&'a str>);

impl fmt::Display for ShownOption<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(value) => write!(f, "Some({value})"),
            None => f.write_str("None"),
        }
    }
}
