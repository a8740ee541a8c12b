//! The rules about configuration files, told where a server is started with them.

pub mod broker_start;
pub mod zookeeper_connect;
