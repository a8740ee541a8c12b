//! `zookeeper.properties`: every key that ZooKeeper 3.8 knows, checked as `QuorumPeerConfig` does.

use std::io;
use std::path::{Path, PathBuf};

use super::coordinator::{Options, SessionLimits};
use crate::engine::zookeeper::protocol::DEFAULT_MAX_BUFFER_BYTES;
use crate::engine::zookeeper::storage::StorageOptions;
use crate::properties::{Document, PropertiesError};
use crate::{log_info, log_warn};

const LOGGER: &str = "org.apache.zookeeper.server.quorum.QuorumPeerConfig";
const DEFAULT_TICK_MS: i32 = 3000;
const DEFAULT_MAX_CLIENT_CONNECTIONS: i32 = 60;
const MIN_SNAP_RETAIN_COUNT: i32 = 3;
/// `listen`'s backlog where none is set, as the JVM's.
const DEFAULT_BACKLOG: i32 = -1;

/// Keys whose value must be a whole number and has no meaning for one server.
const UNUSED_INTS: [&str; 6] = [
    "initLimit",
    "syncLimit",
    "connectToLearnerMasterLimit",
    "observerMasterPort",
    "quorum.cnxn.threads.size",
    "multiAddress.reachabilityCheckTimeoutMs",
];
/// Keys whose value must be `true` or `false` and has no meaning for one server.
const UNUSED_BOOLEANS: [&str; 15] = [
    "localSessionsEnabled",
    "localSessionsUpgradingEnabled",
    "quorumListenOnAllIPs",
    "syncEnabled",
    "standaloneEnabled",
    "reconfigEnabled",
    "sslQuorum",
    "portUnification",
    "sslQuorumReloadCertFiles",
    "quorum.auth.enableSasl",
    "quorum.auth.learnerRequireSasl",
    "quorum.auth.serverRequireSasl",
    "jvm.pause.monitor",
    "multiAddress.enabled",
    "multiAddress.reachabilityCheckEnabled",
];
const UNUSED_LONGS: [&str; 3] = ["jvm.pause.info-threshold.ms", "jvm.pause.sleep.time.ms", "jvm.pause.warn-threshold.ms"];

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
        }
    }

    /// Reads a file, logging what ZooKeeper logs of it.
    ///
    /// # Errors
    /// What is wrong in it.
    pub fn read(path: &str) -> Result<Self, ConfigError> {
        log_info!(LOGGER, "Reading configuration from: {path}");
        warn_if_relative(path);
        let file = Path::new(path);
        if !file.exists() {
            return Err(ConfigError::IllegalArgument(format!("{path} file is missing")));
        }
        let document = Document::read(file).map_err(|error| match error {
            PropertiesError::Io { source, path } => ConfigError::NotFound { path, reason: java_reason(&source) },
            other => ConfigError::IllegalArgument(other.to_string()),
        })?;
        Self::from_properties(&document)
    }

    fn from_properties(document: &Document) -> Result<Self, ConfigError> {
        let values = Values(document);
        let mut config = Self::local(Path::new(""));
        for entry in document.iter() {
            check_unused(&values, entry.key.trim())?;
        }
        let data_dir = values.path("dataDir");
        let data_log_dir = values.path("dataLogDir");
        let mut limits = config.options.limits;
        limits.tick_ms = values.int("tickTime", DEFAULT_TICK_MS)?;
        config.backlog = values.int("clientPortListenBacklog", DEFAULT_BACKLOG)?;
        config.max_client_connections = values.int("maxClientCnxns", DEFAULT_MAX_CLIENT_CONNECTIONS)?;
        config.snap_retain_count = values.int("autopurge.snapRetainCount", MIN_SNAP_RETAIN_COUNT)?;
        config.purge_interval = values.int("autopurge.purgeInterval", 0)?;
        let (min_ms, max_ms) = (values.int("minSessionTimeout", -1)?, values.int("maxSessionTimeout", -1)?);
        config.storage = StorageOptions::read(
            |key| values.get(key),
            |warning| log_warn!("org.apache.zookeeper.server.ZooKeeperServer", "{warning}"),
        );
        if let Some(limit) = config.storage.log_size_limit {
            let name = "zookeeper.txnLogSizeLimitInKb";
            log_info!("org.apache.zookeeper.server.persistence.FileTxnLog", "{name} = {}", limit / 1024);
        }
        if let Some(words) = values.get("4lw.commands.whitelist") {
            config.four_letter_words = words.split(',').map(|word| word.trim().to_owned()).collect();
        }
        if config.snap_retain_count < MIN_SNAP_RETAIN_COUNT {
            let found = config.snap_retain_count;
            log_warn!(LOGGER, "Invalid autopurge.snapRetainCount: {found}. Defaulting to {MIN_SNAP_RETAIN_COUNT}");
            config.snap_retain_count = MIN_SNAP_RETAIN_COUNT;
        }
        config.data_dir = data_dir.ok_or_else(|| illegal("dataDir is not set"))?;
        config.data_log_dir = data_log_dir.unwrap_or_else(|| config.data_dir.clone());
        config.client_address = client_address(&values)?;
        log_info!(LOGGER, "secureClientPort is not set");
        log_info!(LOGGER, "observerMasterPort is not set");
        if limits.tick_ms == 0 {
            return Err(illegal("tickTime is not set"));
        }
        limits.min_ms = if min_ms == -1 { limits.tick_ms.saturating_mul(2) } else { min_ms };
        limits.max_ms = if max_ms == -1 { limits.tick_ms.saturating_mul(20) } else { max_ms };
        if limits.min_ms > limits.max_ms {
            return Err(illegal("minSessionTimeout must not be larger than maxSessionTimeout"));
        }
        config.options = Options {
            limits,
            extended_types: values.property_is_true("extendedTypesEnabled"),
            enforce_quota: values.property_is_true("enforceQuota"),
            skip_acl: values.get("skipACL") == Some("yes"),
            super_digest: values.get("DigestAuthenticationProvider.superDigest").map(str::to_owned),
        };
        log_info!(LOGGER, "metricsProvider.className is org.apache.zookeeper.metrics.impl.DefaultMetricsProvider");
        Ok(config)
    }
}

fn check_unused(values: &Values<'_>, key: &str) -> Result<(), ConfigError> {
    if UNUSED_INTS.contains(&key) {
        values.int(key, 0)?;
    } else if UNUSED_BOOLEANS.contains(&key) {
        values.boolean(key)?;
    } else if UNUSED_LONGS.contains(&key) {
        values.long(key)?;
    }
    let value = values.get(key).unwrap_or_default();
    match key {
        "electionAlg" if values.int(key, 3)? != 3 => {
            Err(ConfigError::Config("Invalid electionAlg value. Only 3 is supported.".to_owned()))
        }
        "peerType" if !["observer", "participant"].contains(&value.to_lowercase().as_str()) => {
            Err(ConfigError::Config(format!("Unrecognised peertype: {value}")))
        }
        "secureClientPort" if values.int(key, 0)? != 0 => {
            Err(illegal("secureClientPort is set but this server has no TLS: remove it, or use Apache ZooKeeper"))
        }
        _ if key.starts_with("server.") => {
            Err(illegal(&format!("{key} is set but this server is no ensemble: remove it, or use Apache ZooKeeper")))
        }
        _ => Ok(()),
    }
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

fn warn_if_relative(path: &str) {
    if !Path::new(path).is_absolute() && !path.starts_with(&format!(".{}", std::path::MAIN_SEPARATOR)) {
        log_warn!(LOGGER, "{path} is relative. Prepend ./ to indicate that you're sure!");
    }
}

/// The values as ZooKeeper takes them: without blanks at their ends.
struct Values<'a>(&'a Document);

impl<'a> Values<'a> {
    fn get(&self, key: &str) -> Option<&'a str> {
        self.0.get(key).map(str::trim)
    }

    fn path(&self, key: &str) -> Option<PathBuf> {
        self.get(key).map(|value| {
            warn_if_relative(value);
            PathBuf::from(value)
        })
    }

    fn int(&self, key: &str, default: i32) -> Result<i32, ConfigError> {
        self.get(key).map_or(Ok(default), |value| value.parse().map_err(|_| ConfigError::NumberFormat(value.to_owned())))
    }

    fn long(&self, key: &str) -> Result<i64, ConfigError> {
        self.get(key).map_or(Ok(0), |value| value.parse().map_err(|_| ConfigError::NumberFormat(value.to_owned())))
    }

    /// Whether a key that becomes a Java system property is `true`; what else it may be is no error.
    fn property_is_true(&self, key: &str) -> bool {
        self.get(key).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    fn boolean(&self, key: &str) -> Result<(), ConfigError> {
        match self.get(key).map(str::to_lowercase).as_deref() {
            None | Some("true" | "false") => Ok(()),
            Some(value) => Err(ConfigError::Config(format!("Invalid option {value} for '{key}'. Choose 'true' or 'false.'"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&str, &str>) {
        let found = ServerConfig::from_properties(&Document::parse(text).expect("properties"));
        let found = found.map(|config| {
            let SessionLimits { tick_ms, min_ms, max_ms } = config.options.limits;
            format!("{:?} {tick_ms} {min_ms} {max_ms} {}", config.client_address, config.max_client_connections)
        });
        let found = found.map_err(|error| error.to_string());
        assert_eq!(found, expected.map(ToOwned::to_owned).map_err(ToOwned::to_owned), "{text:?}");
    }

    #[test]
    fn the_file_is_read_as_zookeeper_reads_it() {
        let shipped = "dataDir=/tmp/zookeeper\nclientPort=2181\nmaxClientCnxns=0\nadmin.enableServer=false\n";
        check(shipped, Ok("Some((\"\", 2181)) 3000 6000 60000 0"));
        check(
            "dataDir=/d\ntickTime=1000\nclientPortAddress=localhost\nclientPort=1",
            Ok("Some((\"localhost\", 1)) 1000 2000 20000 60"),
        );
        check("dataDir=/d\nminSessionTimeout=5\nmaxSessionTimeout=9", Ok("None 3000 5 9 60"));
        check("clientPort=2181", Err("java.lang.IllegalArgumentException: dataDir is not set"));
        check("dataDir=/d\nclientPort=2181 # x", Err("java.lang.NumberFormatException: For input string: \"2181 # x\""));
        check("dataDir=/d\nmaxClientCnxns=many", Err("java.lang.NumberFormatException: For input string: \"many\""));
        check("dataDir=/d\ntickTime=0", Err("java.lang.IllegalArgumentException: tickTime is not set"));
        check(
            "dataDir=/d\nclientPortAddress=h",
            Err("java.lang.IllegalArgumentException: clientPortAddress is set but clientPort is not set"),
        );
        check(
            "dataDir=/d\nminSessionTimeout=10\nmaxSessionTimeout=9",
            Err("java.lang.IllegalArgumentException: minSessionTimeout must not be larger than maxSessionTimeout"),
        );
    }
}
