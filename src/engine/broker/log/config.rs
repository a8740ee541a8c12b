//! The settings of one partition's log (`LogConfig`): the topic's own, the broker's for the rest.

use std::collections::BTreeMap;

use crate::catalog::configs;
use crate::engine::broker::config::{BrokerConfig, ConfigError, Value, parse_value};
use crate::engine::kafka::batch::Compression;

/// Who sets the time of a record (`message.timestamp.type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are Kafka's")]
pub enum TimestampType {
    CreateTime,
    LogAppendTime,
}

/// Which codec the batches of a topic have on disk (`compression.type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompressionPolicy {
    /// The producer's.
    Producer,
    /// This one, whatever the producer sends.
    Fixed(Compression),
}

impl CompressionPolicy {
    /// The codec on disk of a batch that comes with another.
    pub fn of_batch(self, found: Compression) -> Compression {
        match self {
            Self::Producer => found,
            Self::Fixed(wanted) => wanted,
        }
    }
}

/// The settings of a log. Sizes are in bytes, times in milliseconds; -1 is "no limit" where Kafka says so.
#[derive(Clone, Debug, PartialEq)]
pub struct LogConfig {
    /// `segment.bytes`.
    pub segment_bytes: u64,
    /// `segment.ms`.
    pub segment_ms: i64,
    /// `segment.jitter.ms`.
    pub segment_jitter_ms: i64,
    /// `segment.index.bytes`.
    pub segment_index_bytes: u64,
    /// `index.interval.bytes`.
    pub index_interval_bytes: u64,
    /// `retention.bytes`; -1 keeps all.
    pub retention_bytes: i64,
    /// `retention.ms`; -1 keeps all.
    pub retention_ms: i64,
    /// `max.message.bytes`.
    pub max_message_bytes: usize,
    /// `flush.messages`.
    pub flush_messages: i64,
    /// `flush.ms`.
    pub flush_ms: i64,
    /// `file.delete.delay.ms`.
    pub file_delete_delay_ms: i64,
    /// Whether `cleanup.policy` has `compact`.
    pub compact: bool,
    /// Whether `cleanup.policy` has `delete`.
    pub delete: bool,
    /// `compression.type`.
    pub compression: CompressionPolicy,
    /// `message.timestamp.type`.
    pub timestamp_type: TimestampType,
    /// `message.timestamp.before.max.ms`.
    pub timestamp_before_max_ms: i64,
    /// `message.timestamp.after.max.ms`.
    pub timestamp_after_max_ms: i64,
    /// `min.insync.replicas`.
    pub min_insync_replicas: i32,
    /// `preallocate`.
    pub preallocate: bool,
    /// What the topic itself sets, as the line "Created log for partition" lists it.
    pub overrides: BTreeMap<String, String>,
}

impl LogConfig {
    /// The settings of a topic that sets `overrides`, on a broker with `broker`.
    ///
    /// # Errors
    /// The first value that is none of its key's type, in Kafka's words.
    pub fn new(broker: &BrokerConfig, overrides: BTreeMap<String, String>) -> Result<Self, ConfigError> {
        let values = Values { broker, overrides: &overrides };
        let policy = values.list("cleanup.policy")?;
        let difference = values.long("message.timestamp.difference.max.ms")?;
        // the deprecated key still holds where the two that replaced it are not set
        let limit = |value: i64| if value == i64::MAX { difference } else { value };
        Ok(Self {
            segment_bytes: unsigned(values.long("segment.bytes")?),
            segment_ms: values.long("segment.ms")?,
            segment_jitter_ms: values.long("segment.jitter.ms")?,
            segment_index_bytes: unsigned(values.long("segment.index.bytes")?),
            index_interval_bytes: unsigned(values.long("index.interval.bytes")?),
            retention_bytes: values.long("retention.bytes")?,
            retention_ms: values.long("retention.ms")?,
            max_message_bytes: usize::try_from(values.long("max.message.bytes")?).unwrap_or(0),
            flush_messages: values.long("flush.messages")?,
            flush_ms: values.long("flush.ms")?,
            file_delete_delay_ms: values.long("file.delete.delay.ms")?,
            compact: policy.iter().any(|policy| policy == "compact"),
            delete: policy.iter().any(|policy| policy == "delete"),
            compression: compression_policy(&values.text("compression.type")?),
            timestamp_type: match values.text("message.timestamp.type")?.as_str() {
                "LogAppendTime" => TimestampType::LogAppendTime,
                _ => TimestampType::CreateTime,
            },
            timestamp_before_max_ms: limit(values.long("message.timestamp.before.max.ms")?),
            timestamp_after_max_ms: limit(values.long("message.timestamp.after.max.ms")?),
            min_insync_replicas: i32::try_from(values.long("min.insync.replicas")?).unwrap_or(1),
            preallocate: values.boolean("preallocate")?,
            overrides,
        })
    }

    /// The topic's own settings as Kafka prints them: `{}` or `{retention.ms=86400000, …}`.
    pub fn overrides_text(&self) -> String {
        let pairs: Vec<String> = self.overrides.iter().map(|(key, value)| format!("{key}={value}")).collect();
        format!("{{{}}}", pairs.join(", "))
    }
}

impl Default for LogConfig {
    /// Kafka's defaults: a topic without settings on a broker without settings.
    fn default() -> Self {
        Self {
            segment_bytes: 1 << 30,
            segment_ms: 604_800_000,
            segment_jitter_ms: 0,
            segment_index_bytes: 10 << 20,
            index_interval_bytes: 4096,
            retention_bytes: -1,
            retention_ms: 604_800_000,
            max_message_bytes: 1_048_588,
            flush_messages: i64::MAX,
            flush_ms: i64::MAX,
            file_delete_delay_ms: 60_000,
            compact: false,
            delete: true,
            compression: CompressionPolicy::Producer,
            timestamp_type: TimestampType::CreateTime,
            timestamp_before_max_ms: i64::MAX,
            timestamp_after_max_ms: i64::MAX,
            min_insync_replicas: 1,
            preallocate: false,
            overrides: BTreeMap::new(),
        }
    }
}

fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

fn compression_policy(name: &str) -> CompressionPolicy {
    match name {
        "uncompressed" => CompressionPolicy::Fixed(Compression::None),
        "gzip" => CompressionPolicy::Fixed(Compression::Gzip),
        "snappy" => CompressionPolicy::Fixed(Compression::Snappy),
        "lz4" => CompressionPolicy::Fixed(Compression::Lz4),
        "zstd" => CompressionPolicy::Fixed(Compression::Zstd),
        _ => CompressionPolicy::Producer,
    }
}

/// Looks settings up: the topic's, else the broker's under the names that stand for it, else the default.
struct Values<'a> {
    broker: &'a BrokerConfig,
    overrides: &'a BTreeMap<String, String>,
}

impl Values<'_> {
    fn value(&self, name: &str) -> Result<Value, ConfigError> {
        let Some(key) = configs::topic().iter().find(|key| key.name == name) else {
            return Err(ConfigError::config(format!("Unknown topic config name: {name}")));
        };
        if let Some(text) = self.overrides.get(name) {
            return parse_value(key, text);
        }
        for (synonym, factor) in configs::topic_synonyms(name) {
            if let Some(text) = self.broker.originals().get(*synonym) {
                let number = text.trim().parse::<i64>().ok().filter(|_| *factor != 1);
                // "no limit" stays so in any unit
                let scaled = number.map(|number| if number < 0 { number } else { number.saturating_mul(*factor) });
                return scaled.map_or_else(|| parse_value(key, text), |number| Ok(Value::Long(number)));
            }
        }
        match key.default.as_deref() {
            Some(text) => parse_value(key, text),
            None => Ok(Value::Null),
        }
    }

    fn long(&self, name: &str) -> Result<i64, ConfigError> {
        Ok(match self.value(name)? {
            Value::Long(value) => value,
            Value::Int(value) => i64::from(value),
            Value::Short(value) => i64::from(value),
            _ => 0,
        })
    }

    fn text(&self, name: &str) -> Result<String, ConfigError> {
        Ok(match self.value(name)? {
            Value::Text(value) => value,
            _ => String::new(),
        })
    }

    fn list(&self, name: &str) -> Result<Vec<String>, ConfigError> {
        Ok(match self.value(name)? {
            Value::List(value) => value,
            Value::Text(value) => vec![value],
            _ => Vec::new(),
        })
    }

    fn boolean(&self, name: &str) -> Result<bool, ConfigError> {
        Ok(self.value(name)? == Value::Boolean(true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(broker: &[(&str, &str)], topic: &[(&str, &str)], expected: impl FnOnce(&mut LogConfig)) {
        let map = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let mut originals: BTreeMap<String, String> = map(broker);
        originals.insert("zookeeper.connect".to_owned(), "localhost:2181".to_owned());
        let broker = BrokerConfig::new(originals).expect("valid");
        let mut wanted = LogConfig { overrides: map(topic), ..LogConfig::default() };
        expected(&mut wanted);
        assert_eq!(LogConfig::new(&broker, map(topic)).expect("valid"), wanted);
    }

    #[test]
    fn a_topic_sets_what_it_sets_and_takes_the_rest_from_the_broker() {
        check(&[], &[], |_| {});
        check(&[("log.retention.hours", "1")], &[], |c| c.retention_ms = 3_600_000);
        check(&[("log.retention.hours", "-1")], &[], |c| c.retention_ms = -1);
        check(&[("log.retention.hours", "1"), ("log.retention.ms", "5")], &[], |c| c.retention_ms = 5);
        check(&[("log.retention.ms", "5")], &[("retention.ms", "7")], |c| c.retention_ms = 7);
        check(&[("message.max.bytes", "99")], &[("cleanup.policy", "compact")], |c| {
            (c.max_message_bytes, c.compact, c.delete) = (99, true, false);
        });
        check(&[], &[("compression.type", "lz4")], |c| c.compression = CompressionPolicy::Fixed(Compression::Lz4));
    }

    #[test]
    fn overrides_print_as_kafka_prints_them() {
        let mut config = LogConfig::default();
        assert_eq!(config.overrides_text(), "{}");
        config.overrides.insert("retention.ms".to_owned(), "86400000".to_owned());
        config.overrides.insert("min.insync.replicas".to_owned(), "2".to_owned());
        assert_eq!(config.overrides_text(), "{min.insync.replicas=2, retention.ms=86400000}");
    }
}
