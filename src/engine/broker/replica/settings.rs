//! What the storage takes from the broker's configuration.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use super::super::config::{BrokerConfig, ConfigError};
use super::LogConfig;

/// Where the logs are and how they are kept. Times are in milliseconds.
#[derive(Clone, Debug)]
pub struct StorageSettings {
    /// The broker's id.
    pub broker_id: i32,
    /// `log.dirs`, else `log.dir`.
    pub directories: Vec<PathBuf>,
    /// The settings of a topic that sets nothing.
    pub defaults: Arc<LogConfig>,
    /// `num.recovery.threads.per.data.dir` at the start.
    pub recovery_threads: usize,
    /// `log.retention.check.interval.ms`.
    pub retention_check_ms: i64,
    /// `log.cleaner.backoff.ms`; `None` without `log.cleaner.enable`, when nothing of a compacted topic is deleted.
    pub cleaner_backoff_ms: Option<i64>,
    /// `log.flush.scheduler.interval.ms`.
    pub flush_check_ms: i64,
    /// `log.flush.offset.checkpoint.interval.ms`.
    pub recovery_point_checkpoint_ms: i64,
    /// `log.flush.start.offset.checkpoint.interval.ms`.
    pub start_offset_checkpoint_ms: i64,
    /// `replica.high.watermark.checkpoint.interval.ms`.
    pub high_watermark_checkpoint_ms: i64,
    /// `max.incremental.fetch.session.cache.slots`.
    pub fetch_session_slots: usize,
    /// `producer.id.expiration.ms` at the start.
    pub producer_expiration_ms: i64,
    /// `producer.id.expiration.check.interval.ms`.
    pub producer_expiration_check_ms: i64,
    /// `replica.alter.log.dirs.io.max.bytes.per.second` at the start.
    pub move_rate: i64,
}

impl StorageSettings {
    /// Kafka's defaults for these folders.
    pub fn of(broker_id: i32, directories: Vec<PathBuf>) -> Self {
        Self {
            broker_id,
            directories,
            defaults: Arc::new(LogConfig::default()),
            recovery_threads: 1,
            retention_check_ms: 300_000,
            cleaner_backoff_ms: Some(15_000),
            flush_check_ms: i64::MAX,
            recovery_point_checkpoint_ms: 60_000,
            start_offset_checkpoint_ms: 60_000,
            high_watermark_checkpoint_ms: 5_000,
            fetch_session_slots: 1000,
            producer_expiration_ms: 86_400_000,
            producer_expiration_check_ms: 600_000,
            move_rate: i64::MAX,
        }
    }

    /// The settings of a broker.
    ///
    /// # Errors
    /// A value that no log can have, in Kafka's words.
    pub fn new(broker_id: i32, config: &BrokerConfig) -> Result<Self, ConfigError> {
        Ok(Self {
            broker_id,
            directories: config.log_dirs(),
            defaults: Arc::new(LogConfig::new(config, BTreeMap::new())?),
            recovery_threads: recovery_threads(config),
            retention_check_ms: config.long("log.retention.check.interval.ms"),
            cleaner_backoff_ms: config.boolean("log.cleaner.enable").then(|| config.long("log.cleaner.backoff.ms")),
            flush_check_ms: config.long("log.flush.scheduler.interval.ms"),
            recovery_point_checkpoint_ms: config.long("log.flush.offset.checkpoint.interval.ms"),
            start_offset_checkpoint_ms: config.long("log.flush.start.offset.checkpoint.interval.ms"),
            high_watermark_checkpoint_ms: config.long("replica.high.watermark.checkpoint.interval.ms"),
            fetch_session_slots: usize::try_from(config.int("max.incremental.fetch.session.cache.slots")).unwrap_or(0),
            producer_expiration_ms: config.long(PRODUCER_EXPIRATION),
            move_rate: config.throttle(MOVE_RATE),
            producer_expiration_check_ms: config.long("producer.id.expiration.check.interval.ms"),
        })
    }
}

/// What of the settings may change while the broker runs.
#[derive(Debug)]
pub(super) struct ChangingSettings {
    producer_expiration_ms: AtomicI64,
    recovery_threads: AtomicUsize,
    move_rate: AtomicI64,
}

impl ChangingSettings {
    /// As at the start.
    pub(super) fn new(settings: &StorageSettings) -> Self {
        Self {
            producer_expiration_ms: AtomicI64::new(settings.producer_expiration_ms),
            recovery_threads: AtomicUsize::new(settings.recovery_threads),
            move_rate: AtomicI64::new(settings.move_rate),
        }
    }

    /// From now on as another configuration says.
    pub(super) fn set(&self, config: &BrokerConfig) {
        self.producer_expiration_ms.store(config.long(PRODUCER_EXPIRATION), Ordering::Relaxed);
        self.recovery_threads.store(recovery_threads(config), Ordering::Relaxed);
        self.move_rate.store(config.throttle(MOVE_RATE), Ordering::Relaxed);
    }

    /// `producer.id.expiration.ms`.
    pub(super) fn producer_expiration_ms(&self) -> i64 {
        self.producer_expiration_ms.load(Ordering::Relaxed)
    }

    /// `replica.alter.log.dirs.io.max.bytes.per.second`.
    pub(super) fn move_rate(&self) -> i64 {
        self.move_rate.load(Ordering::Relaxed)
    }

    /// `num.recovery.threads.per.data.dir`.
    pub(super) fn recovery_threads(&self) -> usize {
        self.recovery_threads.load(Ordering::Relaxed)
    }
}

const MOVE_RATE: &str = "replica.alter.log.dirs.io.max.bytes.per.second";
const PRODUCER_EXPIRATION: &str = "producer.id.expiration.ms";

fn recovery_threads(config: &BrokerConfig) -> usize {
    usize::try_from(config.int("num.recovery.threads.per.data.dir")).unwrap_or(1)
}
