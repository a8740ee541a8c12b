//! What settings are for, one sentence each: those of Kafka's shipped files, and those that are changed most.

pub mod broker;
pub mod client;
pub mod coordinator;
