//! What DescribeGroups and ListGroups show of a group.

use bytes::Bytes;

use super::{Group, State};

/// A group as DescribeGroups shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupView {
    /// Its state.
    pub state: State,
    /// Its protocol type; empty where it has none.
    pub protocol_type: String,
    /// The protocol that was chosen; empty unless the group is stable.
    pub protocol: String,
    /// Its members.
    pub members: Vec<MemberView>,
}

/// A member as DescribeGroups shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberView {
    /// Its id.
    pub id: String,
    /// Its `group.instance.id`.
    pub instance_id: Option<String>,
    /// The client's `client.id`.
    pub client_id: String,
    /// The client's address, as `/127.0.0.1`.
    pub client_host: String,
    /// Its metadata for the protocol; empty unless the group is stable.
    pub metadata: Bytes,
    /// Its part; empty unless the group is stable.
    pub assignment: Bytes,
}

impl GroupView {
    /// A group that does not exist.
    pub fn dead() -> Self {
        Self { state: State::Dead, protocol_type: String::new(), protocol: String::new(), members: Vec::new() }
    }
}

impl Group {
    /// The group as DescribeGroups shows it.
    pub fn view(&self) -> GroupView {
        let stable = self.state == State::Stable;
        let protocol = self.protocol.clone().filter(|_| stable).unwrap_or_default();
        let members = self.members.values().map(|member| MemberView {
            id: member.id.clone(),
            instance_id: member.instance_id.clone(),
            client_id: member.client_id.clone(),
            client_host: member.client_host.clone(),
            metadata: if stable { member.metadata(&protocol) } else { Bytes::new() },
            assignment: if stable { member.assignment.clone() } else { Bytes::new() },
        });
        GroupView { state: self.state, protocol_type: self.protocol_type().to_owned(), members: members.collect(), protocol }
    }

    /// The protocol type; empty where it has none.
    pub fn protocol_type(&self) -> &str {
        self.protocol_type.as_deref().unwrap_or_default()
    }
}
