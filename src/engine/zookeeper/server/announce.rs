//! What the log says of the settings while a server starts: ZooKeeper's lines in its order, each of a thing that this server has.
//!
//! Left out is what only the Java program has, so that no line says what is not so:
//!
//! | the line begins with                                    | it is about                                      |
//! |---------------------------------------------------------|--------------------------------------------------|
//! | `ServerMetrics initialized with provider`               | a Java object                                    |
//! | `zookeeper.intBufferStartingSizeBytes`                  | a Java buffer                                    |
//! | `getData response cache`, `getChildren response cache`  | caches of replies, which are written anew here   |
//! | `zookeeper.pathStats.`                                  | a collector of paths that is not there           |
//! | `Configuring NIO connection handler`                    | the threads and buffers of Java's sockets        |
//! | `zookeeper.request_throttler.shutdownTimeout`           | a thread that is waited for at the end           |
//! | whatever `org.eclipse.jetty` says                       | the web server under ZooKeeper's AdminServer     |
//!
//! `Server environment:java.*` stays and says `<NA>`.

use super::config::ServerConfig;
use super::environment::environment;
use crate::engine::zookeeper::storage::Storage;
use crate::engine::zookeeper::storage_options::StorageOptions;
use crate::log_info;

const LOGGER: &str = "org.apache.zookeeper.server.ZooKeeperServer";
const DIGEST_PROVIDER: &str = "org.apache.zookeeper.server.auth.DigestAuthenticationProvider";
const THROTTLE: &str = "org.apache.zookeeper.server.BlueThrottle";
const AUTHENTICATION: &str = "org.apache.zookeeper.server.AuthenticationHelper";

const BANNER: [&str; 10] = [
    "",
    "  ______                  _                                          ",
    " |___  /                 | |                                         ",
    "    / /    ___     ___   | | __   ___    ___   _ __     ___   _ __   ",
    "   / /    / _ \\   / _ \\  | |/ /  / _ \\  / _ \\ | '_ \\   / _ \\ | '__|",
    "  / /__  | (_) | | (_) | |   <  |  __/ |  __/ | |_) | |  __/ | |    ",
    " /_____|  \\___/   \\___/  |_|\\_\\  \\___|  \\___| | .__/   \\___| |_|",
    "                                              | |                     ",
    "                                              |_|                     ",
    "",
];

/// Before the data directory is looked at.
pub(super) fn authentication(config: &ServerConfig) {
    log_info!(DIGEST_PROVIDER, "ACL digest algorithm is: {}", property(config, "DigestAuthenticationProvider.digestAlg", "SHA1"));
    log_info!(DIGEST_PROVIDER, "zookeeper.DigestAuthenticationProvider.enabled = {}", config.options.digest_scheme);
    log_info!(
        "org.apache.zookeeper.server.persistence.FileTxnSnapLog",
        "zookeeper.snapshot.trust.empty : {}",
        config.storage.trust_empty
    );
}

/// When the data directory can be used and nothing of it is read.
pub(super) fn created(config: &ServerConfig, storage: &Storage) {
    for line in BANNER {
        log_info!(LOGGER, "{line}");
    }
    for (key, value) in environment() {
        log_info!(LOGGER, "Server environment:{key}={value}");
    }
    decisions(config);
    writing(&config.storage);
    throttling(config);
    let limits = config.options.limits;
    log_info!(LOGGER, "minSessionTimeout set to {} ms", limits.min_ms);
    log_info!(LOGGER, "maxSessionTimeout set to {} ms", limits.max_ms);
    log_info!(LOGGER, "The max bytes for all large requests are set to {}", config.large_requests.max_bytes);
    log_info!(LOGGER, "The large request threshold is set to {}", config.large_requests.threshold);
    let schemes = &config.options.enforced_schemes;
    log_info!(AUTHENTICATION, "zookeeper.enforce.auth.enabled = {}", !schemes.is_empty());
    log_info!(AUTHENTICATION, "zookeeper.enforce.auth.schemes = [{}]", schemes.join(", "));
    log_info!(
        LOGGER,
        "Created server with tickTime {} ms minSessionTimeout {} ms maxSessionTimeout {} ms clientPortListenBacklog {} datadir {} \
         snapdir {}",
        limits.tick_ms,
        limits.min_ms,
        limits.max_ms,
        config.backlog,
        storage.logs().display(),
        storage.snapshots().display()
    );
}

fn decisions(config: &ServerConfig) {
    let options = &config.options;
    let eager = property(config, "enableEagerACLCheck", "false").eq_ignore_ascii_case("true");
    log_info!(LOGGER, "zookeeper.enableEagerACLCheck = {eager}");
    if options.skip_acl {
        log_info!(LOGGER, "zookeeper.skipACL==\"yes\", ACL checks will be skipped");
    }
    if options.enforce_quota {
        log_info!(LOGGER, "zookeeper.enforceQuota = true, Quota Enforce enables");
    }
    log_info!(LOGGER, "zookeeper.digest.enabled = {}", options.digest);
    log_info!(LOGGER, "zookeeper.closeSessionTxn.enabled = {}", options.close_session_txn);
}

fn writing(options: &StorageOptions) {
    log_info!(LOGGER, "zookeeper.flushDelay = {} ms", options.flush_delay.as_millis());
    log_info!(LOGGER, "zookeeper.maxWriteQueuePollTime = {} ms", options.max_write_queue_poll_time.as_millis());
    log_info!(LOGGER, "zookeeper.maxBatchSize={}", options.max_batch_size);
}

fn throttling(config: &ServerConfig) {
    match config.options.throttle.weights {
        None => log_info!(THROTTLE, "Weighed connection throttling is disabled"),
        Some(weights) => {
            log_info!(
                THROTTLE,
                "Weighed connection throttling is enabled. But it will only be effective if connection throttling is enabled"
            );
            // there are no sessions of one server alone
            let local = property(config, "connection_throttle_local_session_weight", "1");
            log_info!(
                THROTTLE,
                "The weights for different session types are: global {} renew {} local {local}",
                weights.new,
                weights.renewed
            );
        }
    }
}

fn property<'a>(config: &'a ServerConfig, key: &str, default: &'a str) -> &'a str {
    config.properties.get(&format!("zookeeper.{key}")).map_or(default, String::as_str)
}
