//! Watch events and the kinds of watches.

use super::jute::record;

/// What happened to a znode or to the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventType {
    /// The connection or session changed state.
    None = -1,
    /// The znode was created.
    NodeCreated = 1,
    /// The znode was deleted.
    NodeDeleted = 2,
    /// The znode's data was set.
    NodeDataChanged = 3,
    /// A child was created or deleted.
    NodeChildrenChanged = 4,
}

impl EventType {
    /// The event of this number.
    pub fn from_code(code: i32) -> Option<Self> {
        Some(match code {
            -1 => Self::None,
            1 => Self::NodeCreated,
            2 => Self::NodeDeleted,
            3 => Self::NodeDataChanged,
            4 => Self::NodeChildrenChanged,
            _ => return None,
        })
    }
}

/// The state of a client's session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeeperState {
    /// No connection to a server.
    Disconnected = 0,
    /// Connected, with a live session.
    SyncConnected = 3,
    /// Authentication failed; the client is of no more use.
    AuthFailed = 4,
    /// The session is gone; a new client is needed.
    Expired = -112,
    /// This client closed its session.
    Closed = 7,
}

record! {
    /// A fired watch on the wire.
    pub struct WatcherEvent {
        /// See [`EventType`].
        pub event_type: i32,
        /// See [`KeeperState`].
        pub state: i32,
        /// The znode.
        pub path: String,
    }
}

/// The kinds of watch that addWatch sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AddWatchMode {
    /// Fires for the znode and the list of its children, again and again.
    Persistent = 0,
    /// Fires for the znode and everything below it, again and again.
    PersistentRecursive = 1,
}

impl AddWatchMode {
    /// The mode of this number.
    pub fn from_code(code: i32) -> Option<Self> {
        match code {
            0 => Some(Self::Persistent),
            1 => Some(Self::PersistentRecursive),
            _ => None,
        }
    }
}

/// The kinds of watch that checkWatches and removeWatches name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WatcherType {
    /// On the list of children.
    Children = 1,
    /// On the data.
    Data = 2,
    /// Any.
    Any = 3,
}

impl WatcherType {
    /// The type of this number.
    pub fn from_code(code: i32) -> Option<Self> {
        match code {
            1 => Some(Self::Children),
            2 => Some(Self::Data),
            3 => Some(Self::Any),
            _ => None,
        }
    }
}
