//! One znode: its data, its ACL, its statistics and the names of its children.

use std::sync::Arc;

use super::data_tree::Children;
use super::digest::node_digest;
use super::protocol::{Acl, Stat, StatPersisted};

/// The `ephemeralOwner` that marks a container.
pub const CONTAINER_OWNER: i64 = i64::MIN;

/// One znode.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DataNode {
    /// Its data; `None` is null.
    pub data: Option<Arc<[u8]>>,
    /// Its ACL; `None` is `world:anyone` with all permissions, as the first znodes have it.
    pub acl: Option<Arc<[Acl]>>,
    /// What a snapshot keeps of its statistics.
    pub stat: StatPersisted,
    /// Its children.
    pub children: Children,
}

impl DataNode {
    /// The statistics as clients see them.
    pub fn client_stat(&self) -> Stat {
        let persisted = &self.stat;
        let num_children = i32::try_from(self.children.len()).unwrap_or(i32::MAX);
        Stat {
            czxid: persisted.czxid,
            mzxid: persisted.mzxid,
            ctime: persisted.ctime,
            mtime: persisted.mtime,
            version: persisted.version,
            // kept is the number of created children; deletions are counted by what is missing
            cversion: persisted.cversion.wrapping_mul(2).wrapping_sub(num_children),
            aversion: persisted.aversion,
            // who made a container or a znode with a time to live is of no interest
            ephemeral_owner: if EphemeralType::of(persisted.ephemeral_owner) == EphemeralType::Normal {
                persisted.ephemeral_owner
            } else {
                0
            },
            data_length: i32::try_from(self.data_bytes()).unwrap_or(i32::MAX),
            num_children,
            pzxid: persisted.pzxid,
        }
    }

    /// Length of its data.
    pub fn data_bytes(&self) -> usize {
        self.data.as_ref().map_or(0, |data| data.len())
    }

    pub(super) fn digest(&self, path: &str) -> i64 {
        node_digest(path, self.data.as_deref().unwrap_or_default(), &self.stat)
    }
}

/// The kind of a znode by its `ephemeralOwner`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EphemeralType {
    /// Neither ephemeral nor container, and without a time to live.
    Void,
    /// Ephemeral.
    Normal,
    /// A container.
    Container,
    /// With a time to live in ms.
    Ttl(i64),
}

impl EphemeralType {
    /// The kind that an owner stands for.
    pub fn of(owner: i64) -> Self {
        match owner {
            0 => Self::Void,
            CONTAINER_OWNER => Self::Container,
            // no session has the server's number 255
            _ if (owner >> TTL_BITS) == TTL_MARK => Self::Ttl(owner & TTL_MAX_MS),
            _ => Self::Normal,
        }
    }
}

/// The statistics of a znode just created.
pub fn created_stat(zxid: i64, time: i64, owner: i64) -> StatPersisted {
    StatPersisted {
        czxid: zxid,
        mzxid: zxid,
        pzxid: zxid,
        ctime: time,
        mtime: time,
        ephemeral_owner: owner,
        ..StatPersisted::default()
    }
}

/// The longest time to live in ms, about 34 years.
pub const TTL_MAX_MS: i64 = (1 << TTL_BITS) - 1;
const TTL_BITS: u32 = 40;
/// What stands above the time: the byte of extended types, then the number of this one, 0.
const TTL_MARK: i64 = -1 << 16;

/// What ZooKeeper 3.5.3 took for a time to live, as it is kept today: any `ephemeralOwner` below 0 but that of a container was one. Others
/// stay as they are.
pub fn renewed_ttl_owner(owner: i64) -> i64 {
    let is_old = owner < 0 && EphemeralType::of(owner) == EphemeralType::Normal;
    if is_old { ttl_owner(owner & TTL_MAX_MS) } else { owner }
}

/// The `ephemeralOwner` of a znode with a time to live in ms, which is in `1..=TTL_MAX_MS`.
pub fn ttl_owner(ttl: i64) -> i64 {
    (TTL_MARK << TTL_BITS) | ttl
}
