//! The keys that ZooKeeper makes Java system properties of, and those that the program is given with `-D`.

use std::collections::BTreeMap;

use super::{
    ConfigError, DEFAULT_LARGE_REQUESTS_BYTES, DEFAULT_OUTSTANDING_LIMIT, DEFAULT_SESSIONLESS_MS, LargeRequests, ServerConfig,
    Values, at_least_one, millis,
};
use crate::catalog::zookeeper;
use crate::engine::zookeeper::acl_digest::DigestAlgorithm;
use crate::engine::zookeeper::protocol::DEFAULT_MAX_BUFFER_BYTES;
use crate::engine::zookeeper::server::admin::AdminConfig;
use crate::engine::zookeeper::server::throttle::{ThrottleOptions, Weights};
use crate::engine::zookeeper::storage::StorageOptions;
use crate::{log_info, log_warn};

const NIO_FACTORY: &str = "org.apache.zookeeper.server.NIOServerCnxnFactory";
const NETTY_FACTORY: &str = "org.apache.zookeeper.server.NettyServerCnxnFactory";
const SERVER_LOGGER: &str = "org.apache.zookeeper.server.ZooKeeperServer";
const TXN_LOG_LOGGER: &str = "org.apache.zookeeper.server.persistence.FileTxnLog";
/// What writes the audit log.
const AUDIT_LOGGER: &str = "org.apache.zookeeper.audit.Slf4jAuditLogger";
const WATCH_MANAGERS: [&str; 2] =
    ["org.apache.zookeeper.server.watch.WatchManager", "org.apache.zookeeper.server.watch.WatchManagerOptimized"];

/// What the program is given with `-D` in `KAFKA_OPTS`.
#[derive(Clone, Debug, Default)]
pub struct JavaProperties(BTreeMap<String, String>);

impl JavaProperties {
    /// The properties among the options of a JVM, such as `-Xmx256M -Djute.maxbuffer=4194304`.
    pub fn of_options(options: &str) -> Self {
        let words = options.split_whitespace().filter_map(|word| word.strip_prefix("-D"));
        let pairs = words.map(|word| word.split_once('=').unwrap_or((word, "")));
        Self(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    /// The property of this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

impl ServerConfig {
    pub(super) fn take_properties(&mut self, values: &Values<'_>) -> Result<(), ConfigError> {
        refuse_unknown_classes(values)?;
        if values.property_int("nio.numSelectorThreads", 1) < 1 {
            return Err(ConfigError::Unexpected("java.io.IOException: numSelectorThreads must be at least 1".to_owned()));
        }
        let of_file = values.document.iter().map(|entry| entry.key.trim());
        let of_file = of_file.filter(|key| zookeeper::key(key).is_none_or(zookeeper::Key::is_property));
        let of_file = of_file.filter_map(|key| Some((format!("zookeeper.{key}"), values.get(key)?.to_owned())));
        self.properties = values.java.0.clone().into_iter().chain(of_file).collect();
        self.max_buffer = max_buffer(values);
        self.storage = StorageOptions::read(
            |key| values.property(key),
            |key, warning| {
                let logger = if key == "preAllocSize" { TXN_LOG_LOGGER } else { SERVER_LOGGER };
                self.warnings.push((logger, warning));
            },
        );
        if let Some(limit) = self.storage.log_size_limit {
            let name = "zookeeper.txnLogSizeLimitInKb";
            log_info!(TXN_LOG_LOGGER, "{name} = {}", limit / 1024);
        }
        if let Some(words) = values.property("4lw.commands.whitelist") {
            self.four_letter_words = words.split(',').map(|word| word.trim().to_owned()).collect();
        }
        self.max_connections = values.property_int("maxCnxns", 0);
        let outstanding = values.property_int("globalOutstandingLimit", DEFAULT_OUTSTANDING_LIMIT);
        let throttled = values.property_int("request_throttle_max_requests", 0);
        self.outstanding_limit = at_least_one(if throttled > 0 { outstanding.min(throttled) } else { outstanding });
        self.sessionless_timeout = millis(values.property_int("nio.sessionlessCnxnTimeout", DEFAULT_SESSIONLESS_MS));
        self.keep_alive = values.property_is_true("clientTcpKeepAlive");
        self.large_requests = LargeRequests {
            threshold: values.property_int("largeRequestThreshold", -1),
            max_bytes: values.property_int("largeRequestMaxBytes", DEFAULT_LARGE_REQUESTS_BYTES),
        };
        self.throttled_op_wait_ms = values.property_int("throttled_op_wait_time", 0);
        self.admin = values.property_is_true("admin.enableServer").then(|| AdminConfig::of(&|key| values.property(key)));
        let audit_logger = values.property("audit.impl.class").filter(|class| *class != AUDIT_LOGGER);
        let missing = audit_logger.filter(|_| values.property_is_true("audit.enable"));
        self.missing_audit_logger = missing.map(str::to_owned);
        self.take_options(values)
    }

    fn take_options(&mut self, values: &Values<'_>) -> Result<(), ConfigError> {
        let options = &mut self.options;
        options.extended_types = values.property_is_true("extendedTypesEnabled");
        options.enforce_quota = values.property_is_true("enforceQuota");
        options.skip_acl = values.property("skipACL") == Some("yes");
        options.super_digest = values.property("DigestAuthenticationProvider.superDigest").map(str::to_owned);
        options.digest_scheme = values.property_is_true("DigestAuthenticationProvider.enabled");
        options.digest_algorithm = digest_algorithm(values)?;
        options.reconfig = values.get("reconfigEnabled").is_some_and(|value| value.eq_ignore_ascii_case("true"));
        options.audit = values.property_is_true("audit.enable") && self.missing_audit_logger.is_none();
        options.digest = self.storage.tree.digest;
        options.close_session_txn = values.property_is_true("closeSessionTxn.enabled");
        options.throttle = throttle(values)?;
        if values.property_is_true("enforce.auth.enabled") {
            let schemes = values.property("enforce.auth.schemes").unwrap_or_default();
            let schemes = schemes.split(',').map(str::trim).filter(|scheme| !scheme.is_empty());
            options.enforced_schemes = schemes.map(str::to_owned).collect();
            if options.enforced_schemes.is_empty() {
                let sentence = "zookeeper.enforce.auth.enabled is true zookeeper.enforce.auth.schemes must be  configured.";
                return Err(ConfigError::Argument(format!("java.lang.IllegalArgumentException: {sentence}")));
            }
        }
        if options.skip_acl {
            log_info!(SERVER_LOGGER, "zookeeper.skipACL==\"yes\", ACL checks will be skipped");
        }
        Ok(())
    }
}

/// `jute.maxbuffer`, which only `-D` sets; the file's line of that name is another property.
fn max_buffer(values: &Values<'_>) -> usize {
    let Some(text) = values.java.get("jute.maxbuffer") else { return DEFAULT_MAX_BUFFER_BYTES };
    match text.parse::<u32>().ok().and_then(|bytes| usize::try_from(bytes).ok()).filter(|bytes| i32::try_from(*bytes).is_ok()) {
        Some(bytes) => bytes,
        None => {
            log_warn!(
                "org.apache.jute.BinaryInputArchive",
                "jute.maxbuffer={text} is no number of bytes: {DEFAULT_MAX_BUFFER_BYTES}"
            );
            DEFAULT_MAX_BUFFER_BYTES
        }
    }
}

fn throttle(values: &Values<'_>) -> Result<ThrottleOptions, ConfigError> {
    let int = |key: &str, default| values.property_int(&format!("connection_throttle_{key}"), default);
    let double = |key: &str, default| values.property_double(&format!("connection_throttle_{key}"), default);
    let default = ThrottleOptions::default();
    let weights = Weights { new: int("global_session_weight", 3), renewed: int("renew_session_weight", 2) };
    Ok(ThrottleOptions {
        tokens: int("tokens", default.tokens),
        fill_time_ms: int("fill_time", default.fill_time_ms),
        fill_count: int("fill_count", default.fill_count),
        freeze_time_ms: int("freeze_time", default.freeze_time_ms),
        drop_increase: double("drop_increase", default.drop_increase)?,
        drop_decrease: double("drop_decrease", default.drop_decrease)?,
        decrease_ratio: double("decrease_ratio", default.decrease_ratio)?,
        weights: values.property_is_true("connection_throttle_weight_enabled").then_some(weights),
    })
}

/// `DigestAuthenticationProvider.digestAlg`; ZooKeeper stops at what Java does not know.
fn digest_algorithm(values: &Values<'_>) -> Result<DigestAlgorithm, ConfigError> {
    let Some(name) = values.property("DigestAuthenticationProvider.digestAlg") else { return Ok(DigestAlgorithm::default()) };
    DigestAlgorithm::by_name(name).ok_or_else(|| {
        let text = format!("don't support this ACL digest algorithm: {name} in the current environment");
        ConfigError::Unexpected(format!("java.lang.ExceptionInInitializerError\nCaused by: java.lang.RuntimeException: {text}"))
    })
}

/// Classes that neither ZooKeeper nor this server has.
fn refuse_unknown_classes(values: &Values<'_>) -> Result<(), ConfigError> {
    let factory = values.property("serverCnxnFactory").filter(|class| ![NIO_FACTORY, NETTY_FACTORY].contains(class));
    let manager = values.property("watchManagerName").filter(|class| !WATCH_MANAGERS.contains(class));
    let exception = |class: &str| {
        format!("java.io.IOException: Couldn't instantiate {class}\nCaused by: java.lang.ClassNotFoundException: {class}")
    };
    match (factory, manager) {
        (Some(class), _) => Err(ConfigError::Unexpected(exception(class))),
        (None, Some(class)) => Err(ConfigError::WatchManager(exception(class))),
        (None, None) => Ok(()),
    }
}
