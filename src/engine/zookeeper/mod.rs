//! The coordinator: a ZooKeeper 3.8 compatible standalone server, and the small async client that the broker and the checks use.

mod acl;
pub mod client;
mod data_node;
mod data_tree;
mod digest;
pub mod protocol;
mod quota;
mod session;
mod snapshot;
mod storage;
mod txn;
mod txn_log;
mod watch;

pub mod server;
