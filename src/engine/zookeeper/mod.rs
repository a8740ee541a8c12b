//! The coordinator: a ZooKeeper 3.8 compatible standalone server, and the small async client that the broker and the checks use.

pub mod client;
pub mod protocol;
