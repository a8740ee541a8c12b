//! Access control lists.

use super::jute::record;

/// The bits of [`Acl::perms`].
pub mod perms {
    /// Read data and list children.
    pub const READ: i32 = 1;
    /// Set data.
    pub const WRITE: i32 = 2;
    /// Create children.
    pub const CREATE: i32 = 4;
    /// Delete children.
    pub const DELETE: i32 = 8;
    /// Set the ACL.
    pub const ADMIN: i32 = 16;
    /// All of them.
    pub const ALL: i32 = 31;
}

record! {
    /// Whom an ACL entry speaks of.
    #[derive(Hash)]
    pub struct Id {
        /// The kind of identity: `world`, `auth`, `digest`, `ip`.
        pub scheme: String,
        /// The identity itself, by the rules of its scheme.
        pub id: String,
    }
}

record! {
    /// One entry of a list.
    #[derive(Hash)]
    pub struct Acl {
        /// What is allowed: bits of [`perms`].
        pub perms: i32,
        /// Who is allowed.
        pub id: Id,
    }
}

impl Acl {
    /// `world:anyone` with all permissions, ZooKeeper's `OPEN_ACL_UNSAFE`.
    pub fn open_unsafe() -> Vec<Self> {
        vec![Self { perms: perms::ALL, id: Id { scheme: "world".to_owned(), id: "anyone".to_owned() } }]
    }
}
