//! An asynchronous Kafka client: connections, metadata and routing, admin calls, fetching, the producer's and the consumer's
//! parts. The tools, the lab's checks and the tests use it; it works against any broker of 2.1 or newer.

mod address;
pub mod admin;
pub mod assignor;
mod config;
mod connection;
pub mod consumer;
mod coordinator;
mod error;
pub mod group;
pub mod metrics;
mod network;
pub mod partitioner;
mod partitions;
pub mod producer;
pub mod transactions;

pub use address::{Bootstrap, HostPort, InvalidUrl};
pub use config::{ClientConfig, Flavour, Pacing};
pub use connection::{Connection, CorrelationIds, DEFAULT_REQUEST_TIMEOUT, MAX_RESPONSE_BYTES};
pub use consumer::{Consumer, ConsumerConfig};
pub use error::ClientError;
pub use network::{Client, Coordinated, NOT_CONTROLLER, Node, Route, random_below};
pub use partitions::{PerPartition, TopicPartition};
pub use producer::{Producer, ProducerConfig};
