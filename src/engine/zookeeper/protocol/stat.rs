//! The statistics of a znode, as clients see them and as a snapshot keeps them.

use super::jute::record;

record! {
    /// What a client sees of a znode beside its data.
    #[derive(Copy, Default, Hash)]
    pub struct Stat {
        /// The transaction that created it. For a broker's znode this is the broker epoch.
        pub czxid: i64,
        /// The transaction that last set its data.
        pub mzxid: i64,
        /// When it was created, in ms since 1970.
        pub ctime: i64,
        /// When its data was last set, in ms since 1970.
        pub mtime: i64,
        /// How often its data was set.
        pub version: i32,
        /// How often a child was created or deleted.
        pub cversion: i32,
        /// How often its ACL was set.
        pub aversion: i32,
        /// The session that owns it; 0 where it is not ephemeral.
        pub ephemeral_owner: i64,
        /// Length of its data in bytes.
        pub data_length: i32,
        /// Number of its children.
        pub num_children: i32,
        /// The transaction that last created or deleted a child.
        pub pzxid: i64,
    }
}

record! {
    /// What a snapshot keeps of a znode beside its data.
    #[derive(Copy, Default, Hash)]
    pub struct StatPersisted {
        /// The transaction that created it.
        pub czxid: i64,
        /// The transaction that last set its data.
        pub mzxid: i64,
        /// When it was created, in ms since 1970.
        pub ctime: i64,
        /// When its data was last set, in ms since 1970.
        pub mtime: i64,
        /// How often its data was set.
        pub version: i32,
        /// Twice the number of created children less the number of children, as ZooKeeper counts inside; see [`Stat::cversion`].
        pub cversion: i32,
        /// How often its ACL was set.
        pub aversion: i32,
        /// The session that owns it, or the kind and time to live of a container or TTL node; 0 for a plain one.
        pub ephemeral_owner: i64,
        /// The transaction that last created or deleted a child.
        pub pzxid: i64,
    }
}
