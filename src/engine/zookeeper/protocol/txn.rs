//! Transactions, as the log keeps them.

use bytes::Bytes;

use super::acl::Acl;
use super::jute::record;

record! {
    /// Stands in front of each transaction.
    #[derive(Copy)]
    pub struct TxnHeader {
        /// The session that asked for it.
        pub client_id: i64,
        /// The session's number for the request.
        pub cxid: i32,
        /// The transaction's number.
        pub zxid: i64,
        /// When it was prepared, in ms since 1970.
        pub time: i64,
        /// The operation's code.
        pub txn_type: i32,
    }
}

record! {
    /// The digest of the whole tree after a transaction; follows it in the log.
    #[derive(Copy)]
    pub struct TxnDigest {
        /// The digest's version: 2 in 3.8.
        pub version: i32,
        /// The digest.
        pub tree_digest: i64,
    }
}

record! {
    /// create and create2.
    pub struct CreateTxn {
        /// The path with its number.
        pub path: String,
        /// The data.
        pub data: Option<Bytes>,
        /// The list.
        pub acl: Vec<Acl>,
        /// Whether it goes with the session.
        pub ephemeral: bool,
        /// The parent's child version after it.
        pub parent_cversion: i32,
    }
}

record! {
    /// createTTL.
    pub struct CreateTtlTxn {
        /// The path with its number.
        pub path: String,
        /// The data.
        pub data: Option<Bytes>,
        /// The list.
        pub acl: Vec<Acl>,
        /// The parent's child version after it.
        pub parent_cversion: i32,
        /// Time to live in ms.
        pub ttl: i64,
    }
}

record! {
    /// createContainer.
    pub struct CreateContainerTxn {
        /// The path.
        pub path: String,
        /// The data.
        pub data: Option<Bytes>,
        /// The list.
        pub acl: Vec<Acl>,
        /// The parent's child version after it.
        pub parent_cversion: i32,
    }
}

record! {
    /// delete and deleteContainer.
    pub struct DeleteTxn {
        /// The path.
        pub path: String,
    }
}

record! {
    /// setData.
    pub struct SetDataTxn {
        /// The path.
        pub path: String,
        /// The new data.
        pub data: Option<Bytes>,
        /// The version after it.
        pub version: i32,
    }
}

record! {
    /// check.
    pub struct CheckVersionTxn {
        /// The path.
        pub path: String,
        /// The version it had, plus one.
        pub version: i32,
    }
}

record! {
    /// setACL.
    pub struct SetAclTxn {
        /// The path.
        pub path: String,
        /// The new list.
        pub acl: Vec<Acl>,
        /// The ACL version after it.
        pub version: i32,
    }
}

record! {
    /// createSession.
    pub struct CreateSessionTxn {
        /// The negotiated timeout in ms.
        pub timeout: i32,
    }
}

record! {
    /// closeSession.
    pub struct CloseSessionTxn {
        /// The ephemerals that go with it.
        pub paths_to_delete: Vec<String>,
    }
}

record! {
    /// A request that failed.
    pub struct ErrorTxn {
        /// The error code.
        pub err: i32,
    }
}

record! {
    /// One part of a multi.
    pub struct SubTxn {
        /// The operation's code; -1 for an error.
        pub txn_type: i32,
        /// The encoded transaction.
        pub data: Option<Bytes>,
    }
}

record! {
    /// multi.
    pub struct MultiTxn {
        /// The parts in order.
        pub txns: Vec<SubTxn>,
    }
}
