//! What runs Kafka: the coordinator, the broker, clients, the tools and the folder they live in. It knows nothing of labs and
//! would be useful without them.

pub mod apache;
pub mod broker;
pub mod bundled;
pub mod client;
pub mod cluster;
pub mod distribution;
pub mod exception;
pub(crate) mod java_set;
pub mod kafka;
pub mod log4j;
pub mod parts;
mod program;
pub mod server;
mod time_zone;
pub mod tools;
pub mod trial;
pub mod zookeeper;

pub use program::{Program, called, programs};
