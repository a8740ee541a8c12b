//! What a client is made from.

use std::time::Duration;

use super::metrics::Sampling;
use super::{Bootstrap, DEFAULT_REQUEST_TIMEOUT};

/// Which of Kafka's clients is played: their log lines differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// `AdminClient`: silent when a bootstrap server hangs up.
    Admin,
    /// The client inside `kafka-broker-api-versions.sh`.
    LegacyAdmin,
    /// `Producer`.
    Producer,
    /// `Consumer`.
    Consumer,
}

/// How a client waits for brokers and between tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pacing {
    /// `retry.backoff.ms`: the pause before a request that failed is tried again.
    pub retry_backoff: Duration,
    /// `reconnect.backoff.ms`: the pause after the first failed connection; it doubles from there.
    pub reconnect_backoff: Duration,
    /// `reconnect.backoff.max.ms`.
    pub reconnect_backoff_max: Duration,
    /// `socket.connection.setup.timeout.ms`: how long the first try to connect may take; it doubles from there.
    pub setup_timeout: Duration,
    /// `socket.connection.setup.timeout.max.ms`.
    pub setup_timeout_max: Duration,
    /// `connections.max.idle.ms`: how long nothing may pass over a connection before it is closed; `None` for any time.
    pub idle: Option<Duration>,
    /// `retries` of the admin client: how often a call is tried again.
    pub retries: u32,
}

impl Default for Pacing {
    fn default() -> Self {
        Self {
            retry_backoff: Duration::from_millis(100),
            reconnect_backoff: Duration::from_millis(50),
            reconnect_backoff_max: Duration::from_secs(1),
            setup_timeout: Duration::from_secs(10),
            setup_timeout_max: Duration::from_secs(30),
            idle: None,
            retries: i32::MAX.unsigned_abs(),
        }
    }
}

/// What a client is made from.
#[derive(Clone, Debug)]
pub struct ClientConfig {
    /// Where to ask first.
    pub bootstrap: Bootstrap,
    /// The name sent with each request.
    pub client_id: String,
    /// Which of Kafka's clients is played.
    pub flavour: Flavour,
    /// The group of a consumer, for its log lines.
    pub group_id: Option<String>,
    /// `group.instance.id` of a consumer, for its log lines.
    pub instance_id: Option<String>,
    /// `send.buffer.bytes` and `receive.buffer.bytes`; `None` leaves them to the system.
    pub buffers: (Option<usize>, Option<usize>),
    /// The transactional id of a producer, for its log lines.
    pub transactional_id: Option<String>,
    /// How long one request may take.
    pub request_timeout: Duration,
    /// How it waits.
    pub pacing: Pacing,
    /// How long a call may take in all, tries and waits for a broker included (`default.api.timeout.ms`).
    pub api_timeout: Duration,
    /// How far back its metrics look.
    pub sampling: Sampling,
}

impl ClientConfig {
    /// An admin client with Kafka's defaults: 30 s for a request, 60 s for a call.
    pub fn admin(bootstrap: Bootstrap) -> Self {
        Self {
            bootstrap,
            client_id: "adminclient-1".to_owned(),
            flavour: Flavour::Admin,
            group_id: None,
            instance_id: None,
            buffers: (None, None),
            transactional_id: None,
            request_timeout: DEFAULT_REQUEST_TIMEOUT,
            pacing: Pacing::default(),
            api_timeout: Duration::from_secs(60),
            sampling: Sampling::default(),
        }
    }

    /// What log lines of this client begin with, as `[AdminClient clientId=adminclient-1]`.
    pub fn log_prefix(&self) -> String {
        let kind = match self.flavour {
            Flavour::Admin => "AdminClient",
            Flavour::LegacyAdmin => "LegacyAdminClient",
            Flavour::Producer => "Producer",
            Flavour::Consumer => "Consumer",
        };
        let group = self.group_id.as_deref().map_or_else(String::new, |group| format!(", groupId={group}"));
        let transactions = self.transactional_id.as_deref().map_or_else(String::new, |id| format!(", transactionalId={id}"));
        let instance = self.instance_id.as_deref().map_or_else(String::new, |id| format!("instanceId={id}, "));
        format!("[{kind} {instance}clientId={}{group}{transactions}]", self.client_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_prefixes_are_kafkas() {
        let mut config = ClientConfig::admin(Bootstrap::one("localhost", 9092));
        assert_eq!(config.log_prefix(), "[AdminClient clientId=adminclient-1]");
        config.flavour = Flavour::Consumer;
        config.client_id = "console-consumer".to_owned();
        config.group_id = Some("g".to_owned());
        assert_eq!(config.log_prefix(), "[Consumer clientId=console-consumer, groupId=g]");
        config.instance_id = Some("one".to_owned());
        assert_eq!(config.log_prefix(), "[Consumer instanceId=one, clientId=console-consumer, groupId=g]");
    }
}
