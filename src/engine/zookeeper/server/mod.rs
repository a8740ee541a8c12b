//! The standalone server.

mod accept;
mod admin;
mod announce;
mod answer;
mod audit;
mod config;
mod connect;
mod connection;
mod coordinator;
mod environment;
mod four_letter;
mod main;
mod metrics;
mod not_serving;
mod options;
mod pending;
mod pipeline;
mod prepare;
mod purge;
mod rate_log;
mod run;
mod snapshot;
mod stages;
mod start;
mod statistics;
#[cfg(test)]
mod tests;
mod throttle;
mod unreadable;
mod words;

pub use admin::{AdminConfig, AdminError};
pub use config::{ConfigError, JavaProperties, LargeRequests, ServerConfig};
pub use main::{MAIN_CLASS, main};
pub use options::{Options, SessionLimits};
pub use run::Stopped;
pub use start::{RunningServer, Server, ServerError};
pub use throttle::{ThrottleOptions, Weights};
