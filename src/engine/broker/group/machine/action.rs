//! What the state machine of a group asks for.

use std::collections::HashMap;

use bytes::Bytes;
use kafka_protocol::ResponseError;

use super::join::Replaced;
use crate::engine::broker::group::records::GroupMetadataValue;
use crate::engine::log4j::Level;

/// Names one JoinGroup or SyncGroup that waits for its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Waiter(pub u64);

/// One thing to do.
#[derive(Debug)]
pub enum Action {
    /// Answer a waiting request.
    Reply(Waiter, Reply),
    /// Append the group's metadata to its partition, then call [`super::Group::written`].
    Write(Write),
    /// Write a record of Kafka's log.
    Log(Level, String),
}

/// The group's metadata to be kept.
#[derive(Debug)]
pub struct Write {
    /// The record's value.
    pub value: GroupMetadataValue,
    /// What happens when it is kept, or refused.
    pub after: AfterWrite,
}

/// What a write is for.
#[derive(Debug)]
pub enum AfterWrite {
    /// The leader's assignment is handed out.
    Assign {
        /// The generation that it is for.
        generation: i32,
        /// The member that sent it.
        leader: String,
        /// Each member's part.
        assignments: HashMap<String, Bytes>,
    },
    /// A static member came back under a new member id, without a rebalance.
    Replaced(Box<Replaced>),
    /// The last member has gone.
    Emptied,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// To JoinGroup.
    Join(JoinReply),
    /// To SyncGroup.
    Sync(SyncReply),
}

/// The answer to JoinGroup.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JoinReply {
    /// What is wrong, if something is.
    pub error: Option<ResponseError>,
    /// The generation; -1 with an error.
    pub generation: i32,
    /// The group's protocol type.
    pub protocol_type: Option<String>,
    /// The protocol that was chosen.
    pub protocol: Option<String>,
    /// The leader's member id.
    pub leader: String,
    /// Whether the leader must not assign anew (KIP-814).
    pub skip_assignment: bool,
    /// The member's id.
    pub member_id: String,
    /// For the leader: every member.
    pub members: Vec<JoinedMember>,
}

/// A member as the leader sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinedMember {
    /// Its id.
    pub id: String,
    /// Its `group.instance.id`.
    pub instance_id: Option<String>,
    /// Its metadata for the protocol that was chosen.
    pub metadata: Bytes,
}

impl JoinReply {
    /// A refusal.
    pub fn error(member_id: &str, error: ResponseError) -> Self {
        Self { error: Some(error), generation: -1, member_id: member_id.to_owned(), ..Self::default() }
    }
}

/// The answer to SyncGroup.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SyncReply {
    /// What is wrong, if something is.
    pub error: Option<ResponseError>,
    /// The group's protocol type.
    pub protocol_type: Option<String>,
    /// The protocol that was chosen.
    pub protocol: Option<String>,
    /// The member's part.
    pub assignment: Bytes,
}

impl SyncReply {
    /// A refusal.
    pub fn error(error: ResponseError) -> Self {
        Self { error: Some(error), ..Self::default() }
    }
}

/// Collects actions in order.
#[derive(Debug, Default)]
pub struct Actions(Vec<Action>);

impl Actions {
    /// Answers a JoinGroup.
    pub fn join(&mut self, waiter: Waiter, reply: JoinReply) {
        self.0.push(Action::Reply(waiter, Reply::Join(reply)));
    }

    /// Answers a SyncGroup.
    pub fn sync(&mut self, waiter: Waiter, reply: SyncReply) {
        self.0.push(Action::Reply(waiter, Reply::Sync(reply)));
    }

    /// Asks for a write.
    pub fn write(&mut self, value: GroupMetadataValue, after: AfterWrite) {
        self.0.push(Action::Write(Write { value, after }));
    }

    /// Logs at INFO.
    pub fn info(&mut self, message: String) {
        self.0.push(Action::Log(Level::Info, message));
    }

    /// Logs at WARN.
    pub fn warn(&mut self, message: String) {
        self.0.push(Action::Log(Level::Warn, message));
    }

    /// Logs at ERROR.
    pub fn error(&mut self, message: String) {
        self.0.push(Action::Log(Level::Error, message));
    }
}

impl IntoIterator for Actions {
    type Item = Action;
    type IntoIter = std::vec::IntoIter<Action>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
