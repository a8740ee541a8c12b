//! `zookeeper.properties`: every key that ZooKeeper 3.8 knows, checked as `QuorumPeerConfig` does. What each key does stands in
//! `catalog::zookeeper`.

mod properties;
mod values;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use properties::JavaProperties;
use values::{Values, warn_if_relative};

use super::admin::AdminConfig;
use super::options::{Options, SessionLimits};
use crate::engine::zookeeper::protocol::DEFAULT_MAX_BUFFER_BYTES;
use crate::engine::zookeeper::storage::StorageOptions;
use crate::net;
use crate::properties::{Document, PropertiesError};
use crate::{log_info, log_warn};

const LOGGER: &str = "org.apache.zookeeper.server.quorum.QuorumPeerConfig";
const DEFAULT_TICK_MS: i32 = 3000;
const DEFAULT_MAX_CLIENT_CONNECTIONS: i32 = 60;
const MIN_SNAP_RETAIN_COUNT: i32 = 3;
const DEFAULT_OUTSTANDING_LIMIT: i32 = 1000;
const DEFAULT_SESSIONLESS_MS: i32 = 10_000;
const DEFAULT_LARGE_REQUESTS_BYTES: i32 = 100 * 1024 * 1024;
/// `listen`'s backlog where none is set, as the JVM's.
const DEFAULT_BACKLOG: i32 = -1;

/// What a server is started with.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// Where snapshots are kept.
    pub data_dir: PathBuf,
    /// Where transaction logs are kept.
    pub data_log_dir: PathBuf,
    /// Where it listens: host (empty: everywhere) and port (0: a free one). `None`: nowhere.
    pub client_address: Option<(String, u16)>,
    /// `clientPortListenBacklog`; -1 is the system's.
    pub backlog: i32,
    /// How it decides, the bounds of session timeouts among it.
    pub options: Options,
    /// Connections allowed from one address; 0 is any number.
    pub max_client_connections: i32,
    /// How the data directory is kept.
    pub storage: StorageOptions,
    /// The longest frame that is read, in bytes.
    pub max_buffer: usize,
    /// The four-letter words that are answered.
    pub four_letter_words: Vec<String>,
    /// `autopurge.snapRetainCount`.
    pub snap_retain_count: i32,
    /// `autopurge.purgeInterval` in hours; 0 is never.
    pub purge_interval: i32,
    /// Connections allowed in all (`maxCnxns`); 0 is any number.
    pub max_connections: i32,
    /// Requests that may wait (`globalOutstandingLimit`, `request_throttle_max_requests`); connections read no further.
    pub outstanding_limit: usize,
    /// How long a connection may be without a session (`nio.sessionlessCnxnTimeout`).
    pub sessionless_timeout: Duration,
    /// Whether the system looks after silent connections (`clientTcpKeepAlive`).
    pub keep_alive: bool,
    /// Which requests are large, and how many bytes of them there may be.
    pub large_requests: LargeRequests,
    /// How long a request may have waited, in ms (`throttled_op_wait_time`); 0 is any time.
    pub throttled_op_wait_ms: i32,
    /// The class of `audit.impl.class` where `audit.enable` asks for one that is not there.
    pub missing_audit_logger: Option<String>,
    /// The AdminServer; `None`: there is none.
    pub admin: Option<AdminConfig>,
    /// The Java system properties that ZooKeeper makes of the file, by their names there.
    pub properties: BTreeMap<String, String>,
    /// The lines of the file.
    pub text: String,
    /// What the server is to warn of when it starts: logger and sentence.
    pub warnings: Vec<(&'static str, String)>,
}

/// `largeRequestThreshold` and `largeRequestMaxBytes`.
#[derive(Clone, Copy, Debug)]
pub struct LargeRequests {
    /// A longer request is large, in bytes; below 1 none is.
    pub threshold: i32,
    /// Bytes of all large requests that are under way.
    pub max_bytes: i32,
}

/// Why a file starts no server. The text is that of the Java exception.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A value is missing or wrong.
    #[error("java.lang.IllegalArgumentException: {0}")]
    IllegalArgument(String),
    /// A value is no number.
    #[error("java.lang.NumberFormatException: For input string: \"{0}\"")]
    NumberFormat(String),
    /// A choice that ZooKeeper does not know.
    #[error("org.apache.zookeeper.server.quorum.QuorumPeerConfig$ConfigException: {0}")]
    Config(String),
    /// A host that nobody knows.
    #[error("java.net.UnknownHostException: {host}: {reason}")]
    UnknownHost {
        /// The host.
        host: String,
        /// What the resolver says.
        reason: String,
    },
    /// What ZooKeeper does not foresee when it reads the file.
    #[error("{0}")]
    Unforeseen(String),
    /// What ZooKeeper finds wrong only when the part of it that it is about starts.
    #[error("{0}")]
    Unexpected(String),
    /// The same of what it takes for a wrong argument.
    #[error("{0}")]
    Argument(String),
    /// The same of the watch manager.
    #[error("{0}")]
    WatchManager(String),
    /// The file cannot be read.
    #[error("java.io.FileNotFoundException: {path} ({reason})")]
    NotFound {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
}

impl ServerConfig {
    /// A server over one folder with ZooKeeper's defaults, listening on localhost at a free port.
    pub fn local(data_dir: &Path) -> Self {
        Self {
            data_dir: data_dir.to_owned(),
            data_log_dir: data_dir.to_owned(),
            client_address: Some(("127.0.0.1".to_owned(), 0)),
            backlog: DEFAULT_BACKLOG,
            options: Options::new(SessionLimits {
                tick_ms: DEFAULT_TICK_MS,
                min_ms: DEFAULT_TICK_MS * 2,
                max_ms: DEFAULT_TICK_MS * 20,
            }),
            max_client_connections: DEFAULT_MAX_CLIENT_CONNECTIONS,
            storage: StorageOptions::default(),
            max_buffer: DEFAULT_MAX_BUFFER_BYTES,
            four_letter_words: vec!["srvr".to_owned()],
            snap_retain_count: MIN_SNAP_RETAIN_COUNT,
            purge_interval: 0,
            max_connections: 0,
            outstanding_limit: at_least_one(DEFAULT_OUTSTANDING_LIMIT),
            sessionless_timeout: millis(DEFAULT_SESSIONLESS_MS),
            keep_alive: false,
            large_requests: LargeRequests { threshold: -1, max_bytes: DEFAULT_LARGE_REQUESTS_BYTES },
            throttled_op_wait_ms: 0,
            missing_audit_logger: None,
            admin: None,
            properties: BTreeMap::new(),
            text: String::new(),
            warnings: Vec::new(),
        }
    }

    /// Reads a file, logging what ZooKeeper logs of it; `java` is what was given to the program with `-D`.
    ///
    /// # Errors
    /// What is wrong in it.
    pub fn read(path: &str, java: &JavaProperties) -> Result<Self, ConfigError> {
        log_info!(LOGGER, "Reading configuration from: {path}");
        warn_if_relative(path)?;
        let file = Path::new(path);
        if !file.exists() {
            return Err(ConfigError::IllegalArgument(format!("{path} file is missing")));
        }
        let document = Document::read(file).map_err(|error| match error {
            PropertiesError::Io { source, path } => ConfigError::NotFound { path, reason: java_reason(&source) },
            other => ConfigError::IllegalArgument(other.to_string()),
        })?;
        Self::from_properties(&document, java)
    }

    fn from_properties(document: &Document, java: &JavaProperties) -> Result<Self, ConfigError> {
        let values = Values { document, java };
        let mut config = Self::local(Path::new(""));
        for entry in document.iter() {
            values.check(entry.key.trim())?;
        }
        config.text = document.iter().map(|entry| format!("{}={}\n", entry.key.trim(), entry.value.trim())).collect();
        config.backlog = values.int("clientPortListenBacklog", DEFAULT_BACKLOG)?;
        config.max_client_connections = values.int("maxClientCnxns", DEFAULT_MAX_CLIENT_CONNECTIONS)?;
        config.snap_retain_count = values.int("autopurge.snapRetainCount", MIN_SNAP_RETAIN_COUNT)?;
        config.purge_interval = values.int("autopurge.purgeInterval", 0)?;
        if config.snap_retain_count < MIN_SNAP_RETAIN_COUNT {
            let found = config.snap_retain_count;
            log_warn!(LOGGER, "Invalid autopurge.snapRetainCount: {found}. Defaulting to {MIN_SNAP_RETAIN_COUNT}");
            config.snap_retain_count = MIN_SNAP_RETAIN_COUNT;
        }
        let data_log_dir = values.path("dataLogDir")?;
        config.data_dir = values.path("dataDir")?.ok_or_else(|| illegal("dataDir is not set"))?;
        config.data_log_dir = data_log_dir.unwrap_or_else(|| config.data_dir.clone());
        config.client_address = client_address(&values)?;
        log_info!(LOGGER, "secureClientPort is not set");
        log_info!(LOGGER, "observerMasterPort is not set");
        config.options = Options::new(session_limits(&values)?);
        for entry in document.iter() {
            values.refuse(entry.key.trim())?;
        }
        log_info!(LOGGER, "metricsProvider.className is {}", values.get("metricsProvider.className").unwrap_or(METRICS_PROVIDER));
        config.take_properties(&values)?;
        Ok(config)
    }
}

/// The one metrics provider that Kafka's folder has beside `NullMetricsProvider`.
const METRICS_PROVIDER: &str = "org.apache.zookeeper.metrics.impl.DefaultMetricsProvider";

fn session_limits(values: &Values<'_>) -> Result<SessionLimits, ConfigError> {
    let tick_ms = values.int("tickTime", DEFAULT_TICK_MS)?;
    let (min_ms, max_ms) = (values.int("minSessionTimeout", -1)?, values.int("maxSessionTimeout", -1)?);
    if tick_ms == 0 {
        return Err(illegal("tickTime is not set"));
    }
    let min_ms = if min_ms == -1 { tick_ms.saturating_mul(2) } else { min_ms };
    let max_ms = if max_ms == -1 { tick_ms.saturating_mul(20) } else { max_ms };
    if min_ms > max_ms {
        return Err(illegal("minSessionTimeout must not be larger than maxSessionTimeout"));
    }
    Ok(SessionLimits { tick_ms, min_ms, max_ms })
}

/// A number of things of which there is always one.
fn at_least_one(number: i32) -> usize {
    usize::try_from(number).unwrap_or(0).max(1)
}

fn millis(number: i32) -> Duration {
    Duration::from_millis(u64::try_from(number).unwrap_or(0))
}

fn client_address(values: &Values<'_>) -> Result<Option<(String, u16)>, ConfigError> {
    let port = values.int("clientPort", 0)?;
    let host = values.get("clientPortAddress");
    if port == 0 {
        log_info!(LOGGER, "clientPort is not set");
        return match host {
            Some(_) => Err(illegal("clientPortAddress is set but clientPort is not set")),
            None => Ok(None),
        };
    }
    let port = u16::try_from(port).map_err(|_| illegal(&format!("port out of range:{port}")))?;
    if let Some(host) = host {
        net::check_host(host, port).map_err(|error| {
            let text = error.to_string();
            // the standard library's words stand before the resolver's
            let reason = text.rsplit_once(": ").map_or(text.as_str(), |(_, reason)| reason).to_owned();
            ConfigError::UnknownHost { host: host.to_owned(), reason }
        })?;
    }
    log_info!(LOGGER, "clientPortAddress is {}:{port}", host.unwrap_or("0.0.0.0"));
    Ok(Some((host.unwrap_or_default().to_owned(), port)))
}

fn illegal(message: &str) -> ConfigError {
    ConfigError::IllegalArgument(message.to_owned())
}

/// Java's words for what the system says.
fn java_reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "No such file or directory".to_owned(),
        io::ErrorKind::PermissionDenied => "Permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "Is a directory".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests;
