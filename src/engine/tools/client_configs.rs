//! Configs of the producer and the consumer as the console tools take them: from a file, from `--…-property`, from options of
//! their own; later ones win. Kafka's own table says which values a key takes.

use std::time::Duration;

use indexmap::IndexMap;

use super::topic_config::check_value;
use super::{Exception, java};
use crate::catalog::configs::ConfigKey;
use crate::engine::client::partitioner::Partitioning;

/// The configs of a client, by key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ClientConfigs(IndexMap<String, String>);

impl ClientConfigs {
    /// The configs of a file.
    ///
    /// # Errors
    /// What Java throws where it cannot be read.
    pub(super) fn of_file(path: &str) -> Result<Self, Exception> {
        let mut configs = Self::default();
        configs.extend(java::properties_of(path)?);
        Ok(configs)
    }

    /// Sets keys; what was there before gives way.
    pub(super) fn extend(&mut self, configs: impl IntoIterator<Item = (String, String)>) {
        self.0.extend(configs);
    }

    /// Sets one key.
    pub(super) fn set(&mut self, key: &str, value: impl Into<String>) {
        self.0.insert(key.to_owned(), value.into());
    }

    /// Sets one key unless it is set.
    pub(super) fn set_default(&mut self, key: &str, value: impl Into<String>) {
        self.0.entry(key.to_owned()).or_insert_with(|| value.into());
    }

    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// The value of a key as a number; `default` where it is not set. [`ClientConfigs::check`] has seen that it is one.
    pub(super) fn number<T: std::str::FromStr>(&self, key: &str, default: T) -> T {
        self.get(key).and_then(|value| value.trim().parse().ok()).unwrap_or(default)
    }

    /// The value of a key in milliseconds; `default` where it is not set or negative.
    pub(super) fn millis(&self, key: &str, default: Duration) -> Duration {
        self.get(key).and_then(|value| value.trim().parse().ok()).map_or(default, Duration::from_millis)
    }

    /// `send.buffer.bytes` and `receive.buffer.bytes`; -1 leaves one to the system, as does nothing here.
    pub(super) fn buffers(&self) -> (Option<usize>, Option<usize>) {
        let bytes = |key: &str| self.get(key).and_then(|value| value.trim().parse().ok());
        (bytes("send.buffer.bytes"), bytes("receive.buffer.bytes"))
    }

    /// The value of a key as a yes or no.
    pub(super) fn flag(&self, key: &str, default: bool) -> bool {
        self.get(key).map_or(default, |value| value.trim().eq_ignore_ascii_case("true"))
    }

    /// Checks the values against a table of keys; unknown keys are let through, as Kafka does.
    ///
    /// # Errors
    /// The `ConfigException` for the first key of the table with a value that it does not take.
    pub(super) fn check(&self, table: &[ConfigKey]) -> Result<(), Exception> {
        for key in table {
            let Some(value) = self.get(key.name) else { continue };
            if let Err(what) = check_value(key, value.trim()) {
                let text = format!("Invalid value {value} for configuration {}: {what}", key.name);
                return Err(Exception::new("org.apache.kafka.common.config.ConfigException", text));
            }
        }
        self.check_classes(table)?;
        match self.get("security.protocol").map(str::trim) {
            None => Ok(()),
            Some(protocol) if protocol.eq_ignore_ascii_case("PLAINTEXT") => Ok(()),
            // to go on in the clear with what was to be kept secret would be worse than to stop
            Some(protocol) => Err(Exception::config(format!(
                "security.protocol={protocol}: the bundled tools speak PLAINTEXT and nothing else; to a listener with SSL or SASL use the \
                 tools of Apache Kafka's own release"
            ))),
        }
    }
}

/// Classes of Kafka's own that a list of classes may name.
const OWN_CLASSES: [(&str, &str); 1] = [("metric.reporters", "org.apache.kafka.common.metrics.JmxReporter")];

impl ClientConfigs {
    /// Refuses classes that nobody has: Kafka's own are played, and there is no Java for others.
    fn check_classes(&self, table: &[ConfigKey]) -> Result<(), Exception> {
        let has = |name: &str| table.iter().any(|key| key.name == name);
        let failed = match (has("acks"), has("group.id")) {
            (true, _) => "Failed to construct kafka producer",
            (_, true) => "Failed to construct kafka consumer",
            _ => "Failed to create new KafkaAdminClient",
        };
        for key in ["metric.reporters", "interceptor.classes"].into_iter().filter(|key| has(key)) {
            let named = self.get(key).unwrap_or_default().split(',').map(str::trim).filter(|class| !class.is_empty());
            if let Some(class) = named.into_iter().find(|class| !OWN_CLASSES.contains(&(key, *class))) {
                const KAFKA_EXCEPTION: &str = "org.apache.kafka.common.KafkaException";
                let missing = Exception::new("java.lang.ClassNotFoundException", class);
                let cause = Exception::new(KAFKA_EXCEPTION, format!("Class {class} cannot be found")).caused_by(missing);
                return Err(Exception::new(KAFKA_EXCEPTION, failed).caused_by(cause));
            }
        }
        match self.get("partitioner.class").map(str::trim).filter(|_| has("partitioner.class")) {
            Some(class) if Partitioning::by_class(class).is_none() => Err(Exception::config(format!(
                "Invalid value {class} for configuration partitioner.class: Class {class} could not be found."
            ))),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::configs;

    fn check(table: &[ConfigKey], key: &str, value: &str, expected: Result<(), &str>) {
        let mut found = ClientConfigs::default();
        found.set(key, value);
        let found = found.check(table).map_err(|error| error.text().to_owned());
        assert_eq!(found, expected.map_err(str::to_owned), "{key}={value}");
    }

    #[test]
    fn values_are_checked_with_kafkas_words() {
        let of_acks = "Invalid value 7 for configuration acks: String must be one of: all, -1, 0, 1";
        check(configs::producer(), "acks", "7", Err(of_acks));
        check(configs::producer(), "acks", "all", Ok(()));
        check(configs::admin(), "security.protocol", "PLAINTEXT", Ok(()));
        let of_ssl = "security.protocol=SSL: the bundled tools speak PLAINTEXT and nothing else; to a listener with SSL or SASL use the \
                      tools of Apache Kafka's own release";
        check(configs::admin(), "security.protocol", "SSL", Err(of_ssl));
        check(configs::producer(), "acksx", "all", Ok(()));
        let of_zip = "Invalid value zip for configuration compression.type: String must be one of: none, gzip, snappy, lz4, zstd";
        check(configs::producer(), "compression.type", "zip", Err(of_zip));
        let of_reset = "Invalid value begin for configuration auto.offset.reset: String must be one of: latest, earliest, none";
        check(configs::consumer(), "auto.offset.reset", "begin", Err(of_reset));
        let of_instance = "Invalid value  for configuration group.instance.id: String must be non-empty";
        check(configs::consumer(), "group.instance.id", "", Err(of_instance));
        let of_number = "Invalid value x for configuration session.timeout.ms: Not a number of type INT";
        check(configs::consumer(), "session.timeout.ms", "x", Err(of_number));
    }
}
