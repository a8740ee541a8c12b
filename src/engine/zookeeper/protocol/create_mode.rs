//! The kinds of znode a client can create.

use super::op_code::OpCode;

/// What kind of znode to create.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CreateMode {
    /// Stays until it is deleted.
    Persistent,
    /// Goes with the session that made it.
    Ephemeral,
    /// Persistent, with a ten-digit number after its name.
    PersistentSequential,
    /// Ephemeral, with a ten-digit number after its name.
    EphemeralSequential,
    /// Goes some time after its last child.
    Container,
    /// Goes when it was not changed for a time and has no children.
    PersistentWithTtl,
    /// The same with a ten-digit number after its name.
    PersistentSequentialWithTtl,
}

impl CreateMode {
    /// The mode of a request's `flags`.
    pub fn from_flags(flags: i32) -> Option<Self> {
        Some(match flags {
            0 => Self::Persistent,
            1 => Self::Ephemeral,
            2 => Self::PersistentSequential,
            3 => Self::EphemeralSequential,
            4 => Self::Container,
            5 => Self::PersistentWithTtl,
            6 => Self::PersistentSequentialWithTtl,
            _ => return None,
        })
    }

    /// The `flags` of a request.
    pub fn flags(self) -> i32 {
        self as i32
    }

    /// Whether the znode goes with its session.
    pub fn is_ephemeral(self) -> bool {
        matches!(self, Self::Ephemeral | Self::EphemeralSequential)
    }

    /// Whether a number is appended to its name.
    pub fn is_sequential(self) -> bool {
        matches!(self, Self::PersistentSequential | Self::EphemeralSequential | Self::PersistentSequentialWithTtl)
    }

    /// Whether it is a container.
    pub fn is_container(self) -> bool {
        self == Self::Container
    }

    /// Whether it has a time to live.
    pub fn is_ttl(self) -> bool {
        matches!(self, Self::PersistentWithTtl | Self::PersistentSequentialWithTtl)
    }

    /// The operation that creates it and answers with its statistics.
    pub fn op(self) -> OpCode {
        match self {
            Self::Container => OpCode::CreateContainer,
            Self::PersistentWithTtl | Self::PersistentSequentialWithTtl => OpCode::CreateTtl,
            _ => OpCode::Create2,
        }
    }
}
