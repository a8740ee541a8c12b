//! Checks: predicates on the system, asked through the Kafka and ZooKeeper protocols, the process table and the sockets, never
//! read from what a tool printed.

mod answer;
mod broker;
mod consumer;
pub mod downloads;
pub mod invocations;
mod life;
mod needs;
mod outcome;
mod predicates;
mod ran;
pub mod scope;
pub mod system;
mod unpacked;

pub use answer::ANSWER_CLASS;
pub use consumer::clients_of;
pub use needs::{missing, server_started_by};
pub use outcome::{Outcome, label};
pub use predicates::{Context, DOCTOR_CLASS, ask};
pub use system::LabSystem;
