//! What can go wrong between a client and its brokers.

use std::io;
use std::time::Duration;

use crate::catalog::error_codes;
use crate::net::FrameError;

/// Why a call to a broker failed.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// No connection could be made.
    #[error("could not connect to {address}")]
    Connect {
        /// `host:port` as it was asked for.
        address: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The broker closed the connection, or it broke.
    #[error("{address} closed the connection before it answered")]
    Disconnected {
        /// `host:port` of the broker.
        address: String,
    },
    /// No answer in time; the connection is given up.
    #[error("no answer from {address} to {api} within {after:?}")]
    Timeout {
        /// `host:port` of the broker.
        address: String,
        /// The API that was called.
        api: &'static str,
        /// How long was waited.
        after: Duration,
    },
    /// No broker could be reached before the deadline.
    #[error("no broker could be reached within {after:?}")]
    NoNode {
        /// How long was tried.
        after: Duration,
    },
    /// The answer was not a frame.
    #[error("bad frame from {address}")]
    Frame {
        /// `host:port` of the broker.
        address: String,
        /// What was wrong with it.
        #[source]
        source: FrameError,
    },
    /// A message could not be written or read.
    #[error("{api} version {version} could not be {what}: {detail}")]
    Codec {
        /// The API.
        api: &'static str,
        /// The version.
        version: i16,
        /// `encoded` or `decoded`.
        what: &'static str,
        /// What was wrong.
        detail: String,
    },
    /// Broker and client share no version of an API.
    #[error("the broker has no version of {api} that this client speaks")]
    UnsupportedVersion {
        /// The API.
        api: &'static str,
    },
    /// The broker answered with an error code.
    #[error("{}: {message}", self.code_name())]
    Broker {
        /// The code on the wire.
        code: i16,
        /// The broker's own words, or Kafka's standard ones for the code.
        message: String,
    },
    /// Nothing says where reading begins (`NoOffsetForPartitionException`).
    #[error("{0}")]
    NoOffset(String),
    /// The request cannot be made.
    #[error("{0}")]
    Invalid(String),
}

impl ClientError {
    /// The error for a code of the protocol; `None` for 0. `message` is what the broker sent along, if anything.
    pub fn from_code(code: i16, message: Option<&str>) -> Option<Self> {
        (code != 0).then(|| Self::Broker { code, message: message.map_or_else(|| default_message(code), str::to_owned) })
    }

    /// The code on the wire where a broker answered with one.
    pub fn code(&self) -> Option<i16> {
        match self {
            Self::Broker { code, .. } => Some(*code),
            _ => None,
        }
    }

    /// Kafka's name of the code, as `TOPIC_ALREADY_EXISTS`; empty where no broker answered with one.
    pub fn code_name(&self) -> &'static str {
        self.code().map_or("UNKNOWN_SERVER_ERROR", error_codes::name)
    }

    /// Whether a client may try again: a retriable code, or the connection failed.
    pub fn is_retriable(&self) -> bool {
        match self {
            Self::Broker { code, .. } => error_codes::by_code(*code).is_some_and(|error| error.retriable),
            Self::Connect { .. } | Self::Disconnected { .. } | Self::Timeout { .. } | Self::Frame { .. } => true,
            Self::NoNode { .. } | Self::Codec { .. } | Self::UnsupportedVersion { .. } | Self::NoOffset(_) | Self::Invalid(_) => {
                false
            }
        }
    }
}

/// The sentence Kafka's `Errors` has for a code.
pub fn default_message(code: i16) -> String {
    error_codes::by_code(code).map_or_else(|| format!("Unexpected error code {code}"), |error| error.message.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_become_errors() {
        assert!(ClientError::from_code(0, None).is_none());
        let exists = ClientError::from_code(36, Some("Topic 'a' already exists.")).expect("an error");
        assert_eq!(exists.to_string(), "TOPIC_ALREADY_EXISTS: Topic 'a' already exists.");
        assert!(!exists.is_retriable());
        let moved = ClientError::from_code(6, None).expect("an error");
        assert_eq!(moved.code_name(), "NOT_LEADER_OR_FOLLOWER");
        assert!(moved.is_retriable());
    }
}
