//! A small async client of ZooKeeper: one session, its requests in order, its watches, and reconnects within the session.
//!
//! ```no_run
//! # use std::time::Duration;
//! # use kafkalab::engine::zookeeper::client::{Client, ClientError, ConnectString};
//! # use kafkalab::engine::zookeeper::protocol::CreateMode;
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let servers: ConnectString = "localhost:2181/kafka".parse()?;
//! let client = Client::connect(&servers, Duration::from_secs(18), Duration::from_secs(18)).await?;
//! let mut events = client.subscribe();
//! client.create("/brokers", "", CreateMode::Persistent).await?;
//! let (children, _stat) = client.watch_children("/brokers").await?;
//! let event = events.recv().await;
//! # Ok(()) }
//! ```

mod connect_string;
mod connection;
mod error;
mod events;
mod extra;
mod four_letter;
mod handle;
mod handshake;
mod multi;
mod session;
mod watches;

pub use connect_string::{ConnectString, ConnectStringError};
pub use error::ClientError;
pub use events::{Events, WatchedEvent};
pub use extra::{NewNode, Reconfiguration};
pub use four_letter::four_letter_word;
pub use handle::Client;
pub use multi::{Op, OpResult, first_error};
pub use watches::RemovedWatch;
