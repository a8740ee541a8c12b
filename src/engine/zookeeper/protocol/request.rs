//! The bodies of requests, one record per operation or family of operations.

use bytes::Bytes;

use super::acl::Acl;
use super::jute::record;

record! {
    /// create, create2 and createContainer.
    pub struct CreateRequest {
        /// The path; with a sequential mode the number is appended.
        pub path: String,
        /// The data.
        pub data: Option<Bytes>,
        /// Who may do what.
        pub acl: Vec<Acl>,
        /// See `CreateMode::flags`.
        pub flags: i32,
    }
}

record! {
    /// createTTL.
    pub struct CreateTtlRequest {
        /// The path.
        pub path: String,
        /// The data.
        pub data: Option<Bytes>,
        /// Who may do what.
        pub acl: Vec<Acl>,
        /// See `CreateMode::flags`.
        pub flags: i32,
        /// Time to live in ms.
        pub ttl: i64,
    }
}

record! {
    /// delete.
    pub struct DeleteRequest {
        /// The path.
        pub path: String,
        /// The version it must have; -1 is any.
        pub version: i32,
    }
}

record! {
    /// setData.
    pub struct SetDataRequest {
        /// The path.
        pub path: String,
        /// The new data.
        pub data: Option<Bytes>,
        /// The version it must have; -1 is any.
        pub version: i32,
    }
}

record! {
    /// A check inside a multi.
    pub struct CheckVersionRequest {
        /// The path.
        pub path: String,
        /// The version it must have; -1 is any.
        pub version: i32,
    }
}

record! {
    /// setACL.
    pub struct SetAclRequest {
        /// The path.
        pub path: String,
        /// The new list.
        pub acl: Vec<Acl>,
        /// The ACL version it must have; -1 is any.
        pub version: i32,
    }
}

record! {
    /// What names a path alone: getACL, sync, getAllChildrenNumber, deleteContainer.
    pub struct PathRequest {
        /// The path.
        pub path: String,
    }
}

record! {
    /// exists, getData, getChildren and getChildren2.
    pub struct PathWatchRequest {
        /// The path.
        pub path: String,
        /// Whether to set a watch.
        pub watch: bool,
    }
}

record! {
    /// getEphemerals.
    pub struct GetEphemeralsRequest {
        /// Only ephemerals whose path begins with this.
        pub prefix_path: String,
    }
}

record! {
    /// checkWatches and removeWatches.
    pub struct CheckWatchesRequest {
        /// The path.
        pub path: String,
        /// See `WatcherType`.
        pub watcher_type: i32,
    }
}

record! {
    /// addWatch.
    pub struct AddWatchRequest {
        /// The path.
        pub path: String,
        /// See `AddWatchMode`.
        pub mode: i32,
    }
}

record! {
    /// setWatches: what a client watched before it reconnected.
    pub struct SetWatches {
        /// The last transaction the client has seen.
        pub relative_zxid: i64,
        /// Watches on data.
        pub data_watches: Vec<String>,
        /// Watches on znodes that were not there.
        pub exist_watches: Vec<String>,
        /// Watches on lists of children.
        pub child_watches: Vec<String>,
    }
}

record! {
    /// setWatches2: the same with persistent watches.
    pub struct SetWatches2 {
        /// The last transaction the client has seen.
        pub relative_zxid: i64,
        /// Watches on data.
        pub data_watches: Vec<String>,
        /// Watches on znodes that were not there.
        pub exist_watches: Vec<String>,
        /// Watches on lists of children.
        pub child_watches: Vec<String>,
        /// Persistent watches.
        pub persistent_watches: Vec<String>,
        /// Persistent recursive watches.
        pub persistent_recursive_watches: Vec<String>,
    }
}

record! {
    /// auth.
    pub struct AuthPacket {
        /// Always 0.
        pub auth_type: i32,
        /// The scheme.
        pub scheme: String,
        /// What proves the identity.
        pub auth: Option<Bytes>,
    }
}

record! {
    /// reconfig, which a standalone server refuses.
    pub struct ReconfigRequest {
        /// Servers to add.
        pub joining_servers: String,
        /// Servers to remove.
        pub leaving_servers: String,
        /// The new list.
        pub new_members: String,
        /// The configuration to change.
        pub cur_config_id: i64,
    }
}
