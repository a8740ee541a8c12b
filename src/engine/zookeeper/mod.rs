//! The ZooKeeper protocol: the coordinator and a client for it.
