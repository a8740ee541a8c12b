//! The Kafka broker.

pub mod config;
pub mod context;
pub mod controller;
pub mod exception;
pub mod group;
pub mod handlers;
pub mod log;
pub mod metadata;
pub mod replica;

pub use context::Broker;
