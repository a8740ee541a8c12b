//! kafkalab: learn Apache Kafka at the command line.
//!
//! A learner types the documented Kafka commands in a real shell, against a broker and a ZooKeeper-compatible
//! coordinator that are bundled in this binary. The rooms below are listed from the ground up; a room uses only those
//! above it in this list, never those below (`tests/tidy.rs` keeps that):
//!
//! - [`text`]: every sentence a person reads, in Korean and English
//! - [`catalog`]: facts about Kafka and ZooKeeper, each in one place
//! - [`properties`]: `.properties` files, read and edited without loss
//! - [`net`]: sockets, frames and shutdown
//! - [`process`]: child processes, pseudo-terminals, signals, the process table
//! - [`engine`]: what runs Kafka: coordinator, broker, clients, tools, distribution
//! - [`judge`]: what is wrong in a line or a file, and why
//! - [`lab`]: labs, terminals, checks, the coach and the runner
//! - [`frontend`]: what a learner sees
//! - [`publish`]: what is made of the labs for readers elsewhere: the book
//! - [`cli`]: the commands of `kafkalab`

pub mod catalog;
pub mod cli;
pub mod engine;
pub mod frontend;
pub mod judge;
pub mod lab;
pub mod net;
pub mod process;
pub mod properties;
pub mod publish;
pub mod text;
