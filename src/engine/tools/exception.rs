//! The exceptions that tools make of errors, and how a tool ends.

use crate::catalog::error_codes;
use crate::engine::client::producer::now_millis;
use crate::engine::client::{ClientError, InvalidUrl};
pub(super) use crate::engine::exception::Exception;

impl Exception {
    /// The exception that a broker's error code stands for.
    pub(super) fn of_code(code: i16, message: impl Into<String>) -> Self {
        let class = error_codes::by_code(code).map(|error| error.exception_class).filter(|class| !class.is_empty());
        Self::new(class.unwrap_or("org.apache.kafka.common.errors.UnknownServerException"), message)
    }

    /// The exception of a call of the admin client whose time is over after so many tries.
    pub(super) fn timed_out_call(call: &str, tries: u32) -> Self {
        let now = now_millis();
        let text = format!(
            "Call(callName={call}, deadlineMs={now}, tries={tries}, nextAllowedTryMs={}) timed out at {now} after {tries} attempt(s)",
            now + 100
        );
        Self::new("org.apache.kafka.common.errors.TimeoutException", text)
    }

    /// The exception with which a call of the admin client ends.
    pub(super) fn of_call(call: &str, error: &ClientError) -> Self {
        const TIMEOUT: &str = "org.apache.kafka.common.errors.TimeoutException";
        match error {
            ClientError::Broker { code, message } => Self::of_code(*code, message.clone()),
            ClientError::NoNode { .. } | ClientError::Connect { .. } => {
                Self::new(TIMEOUT, format!("Timed out waiting for a node assignment. Call: {call}"))
            }
            ClientError::Timeout { .. } | ClientError::Disconnected { .. } | ClientError::Frame { .. } => {
                Self::timed_out_call(call, 1)
            }
            ClientError::UnsupportedVersion { api } => Self::new(
                "org.apache.kafka.common.errors.UnsupportedVersionException",
                format!("The node does not support {api}"),
            ),
            ClientError::NoOffset(message) => {
                Self::new("org.apache.kafka.clients.consumer.NoOffsetForPartitionException", message.clone())
            }
            ClientError::Codec { .. } | ClientError::Invalid(_) => {
                Self::new("org.apache.kafka.common.KafkaException", error.to_string())
            }
        }
    }

    /// The exception for bootstrap servers that cannot be used, under the one for the client that they were meant for.
    pub(super) fn of_bootstrap(client: &str, error: &InvalidUrl) -> Self {
        Self::new("org.apache.kafka.common.KafkaException", client)
            .caused_by(Self::new("org.apache.kafka.common.config.ConfigException", error.to_string()))
    }
}

/// Why a tool ends before its work is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The line was wrong: a sentence and the table of options on stderr, exit code 1.
    Usage(String),
    /// A text for stdout, and the exit code.
    Help(String, u8),
    /// `--version`.
    Version,
    /// An exception that nobody caught: the JVM names the thread.
    Uncaught(Exception),
    /// An exception that the tool prints itself, exit code 1.
    Printed(Exception),
    /// One line on stderr, exit code 1.
    Message(String),
    /// An exception whose message the tool prints before the exception itself, exit code 1.
    Traced(Exception),
}

/// Why the work of a tool that prints its own exceptions ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// As in any tool.
    Stop(Stop),
    /// What the tool catches and prints in its own way.
    Caught(Exception),
}

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

impl<E: Into<Exception>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Caught(error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exceptions_print_as_in_java() {
        let error = Exception::of_bootstrap("Failed to create new KafkaAdminClient", &InvalidUrl::Url("localhost".to_owned()));
        assert_eq!(
            error.to_string(),
            "org.apache.kafka.common.KafkaException: Failed to create new KafkaAdminClient\nCaused by: \
             org.apache.kafka.common.config.ConfigException: Invalid url in bootstrap.servers: localhost"
        );
        let exists = Exception::of_call("createTopics", &ClientError::from_code(36, Some("it is there")).expect("an error"));
        assert_eq!(exists.to_string(), "org.apache.kafka.common.errors.TopicExistsException: it is there");
    }
}
