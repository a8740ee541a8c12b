//! The Kafka broker.

pub mod config;
mod connection;
mod connection_quotas;
pub mod context;
pub mod controller;
pub mod group;
pub mod handlers;
mod live;
pub mod log;
pub mod metadata;
pub mod registration;
pub mod replica;
pub mod server;
mod shutdown;
pub mod startup;

pub use context::Broker;
