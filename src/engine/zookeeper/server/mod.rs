//! The standalone server.

mod answer;
mod config;
mod connect;
mod connection;
mod coordinator;
mod four_letter;
mod main;
mod pending;
mod prepare;
mod run;
mod start;
#[cfg(test)]
mod tests;
mod words;

pub use config::{ConfigError, ServerConfig};
pub use coordinator::{Options, SessionLimits};
pub use main::{MAIN_CLASS, main};
pub use run::Stopped;
pub use start::{RunningServer, Server, ServerError};
