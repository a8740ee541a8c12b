//! The bodies of replies.

use bytes::Bytes;

use super::acl::Acl;
use super::jute::record;
use super::stat::Stat;

record! {
    /// create and sync.
    pub struct PathResponse {
        /// The path, with its number where the mode is sequential.
        pub path: String,
    }
}

record! {
    /// create2, createContainer and createTTL.
    pub struct Create2Response {
        /// The path, with its number where the mode is sequential.
        pub path: String,
        /// Its statistics.
        pub stat: Stat,
    }
}

record! {
    /// exists, setData and setACL.
    pub struct StatResponse {
        /// Its statistics.
        pub stat: Stat,
    }
}

record! {
    /// getData.
    pub struct GetDataResponse {
        /// The data.
        pub data: Option<Bytes>,
        /// The znode's statistics.
        pub stat: Stat,
    }
}

record! {
    /// getChildren.
    pub struct GetChildrenResponse {
        /// The names of the children, in no order.
        pub children: Vec<String>,
    }
}

record! {
    /// getChildren2.
    pub struct GetChildren2Response {
        /// The names of the children, in no order.
        pub children: Vec<String>,
        /// The znode's statistics.
        pub stat: Stat,
    }
}

record! {
    /// getACL.
    pub struct GetAclResponse {
        /// The list.
        pub acl: Vec<Acl>,
        /// The znode's statistics.
        pub stat: Stat,
    }
}

record! {
    /// getEphemerals.
    pub struct GetEphemeralsResponse {
        /// Paths of the session's ephemerals.
        pub ephemerals: Vec<String>,
    }
}

record! {
    /// getAllChildrenNumber.
    pub struct GetAllChildrenNumberResponse {
        /// Number of znodes below the path.
        pub total_number: i32,
    }
}

record! {
    /// One identity of a connection.
    pub struct ClientInfo {
        /// The scheme.
        pub auth_scheme: String,
        /// The identity, without its secret.
        pub user: String,
    }
}

record! {
    /// whoAmI.
    pub struct WhoAmIResponse {
        /// The identities of the connection.
        pub client_info: Vec<ClientInfo>,
    }
}

record! {
    /// The result of a part of a multi that was not done.
    pub struct ErrorResponse {
        /// The error code.
        pub err: i32,
    }
}
