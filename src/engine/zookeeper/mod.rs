//! The coordinator: a ZooKeeper 3.8 compatible standalone server, and the small async client that the broker and the checks use.

mod acl;
mod acl_digest;
pub mod client;
mod data_node;
mod data_tree;
pub(in crate::engine) mod date;
mod digest;
mod digest_check;
mod disk;
mod java_order;
pub mod protocol;
pub mod quota;
mod recovery;
mod session;
mod snapshot;
mod snapshot_stream;
pub mod storage;
mod storage_options;
mod txn;
mod txn_log;
mod watch;

pub mod server;

pub use session::password as session_password;
