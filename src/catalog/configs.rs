//! Configuration keys: broker, topic, clients and ZooKeeper, with types, defaults and ranges.

use std::collections::HashMap;
use std::sync::OnceLock;

/// One key of a Kafka configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigKey {
    /// The key as it is written.
    pub name: &'static str,
    /// Kafka's type name: `BOOLEAN`, `STRING`, `INT`, `SHORT`, `LONG`, `DOUBLE`, `LIST`, `CLASS`, `PASSWORD`.
    pub kind: &'static str,
    /// The default; `None` where there is none.
    pub default: Option<String>,
    /// Whether the key must be set.
    pub required: bool,
    /// Kafka's text for the values it takes; empty where any value of the type goes.
    pub valid: &'static str,
    /// `HIGH`, `MEDIUM` or `LOW`.
    pub importance: &'static str,
    /// For broker keys: `read-only`, `per-broker` or `cluster-wide`; for topic keys the broker key that gives the default; else
    /// empty.
    pub scope: &'static str,
    /// Internal keys are honoured and never documented.
    pub internal: bool,
}

impl ConfigKey {
    /// The values to choose from, in Kafka's order; none where any value of the type, or of a range, goes.
    pub fn choices(&self) -> Vec<&'static str> {
        if self.kind == "BOOLEAN" {
            return vec!["true", "false"];
        }
        let listed = self.valid.strip_prefix("(case insensitive) ").unwrap_or(self.valid);
        match listed.strip_prefix('[').and_then(|listed| listed.strip_suffix(']')) {
            Some(names) if !names.contains("...") => names.split(", ").collect(),
            _ => Vec::new(),
        }
    }
}

fn key(name: &'static str, kind: &'static str, default: &'static str, required: bool) -> ConfigKey {
    let default = super::table::field(default);
    ConfigKey { name, kind, default, required, valid: "", importance: "", scope: "", internal: false }
}

/// The broker's keys (`KafkaConfig`), sorted by name.
pub fn broker() -> &'static [ConfigKey] {
    static ALL: OnceLock<Vec<ConfigKey>> = OnceLock::new();
    ALL.get_or_init(|| {
        super::table::rows::<10>(include_str!("data/broker-configs.tsv"))
            .map(|row| ConfigKey {
                valid: row[4],
                importance: row[5],
                scope: row[6],
                internal: row[7] == "y",
                ..key(row[0], row[1], row[2], row[3] == "y")
            })
            .collect()
    })
}

/// The topic's keys (`LogConfig`), sorted by name.
pub fn topic() -> &'static [ConfigKey] {
    static ALL: OnceLock<Vec<ConfigKey>> = OnceLock::new();
    ALL.get_or_init(|| {
        super::table::rows::<10>(include_str!("data/topic-configs.tsv"))
            .map(|row| ConfigKey {
                valid: row[4],
                importance: row[5],
                scope: row[8],
                internal: row[6] == "y",
                ..key(row[0], row[1], row[2], row[3] == "y")
            })
            .collect()
    })
}

/// The broker keys that give a topic key its default, in the order in which Kafka asks for them, each with the factor that makes
/// its unit the topic key's: `segment.ms` has `log.roll.ms` (1) and `log.roll.hours` (3600000).
pub fn topic_synonyms(name: &str) -> &'static [(&'static str, i64)] {
    static ALL: OnceLock<HashMap<&'static str, Vec<(&'static str, i64)>>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        super::table::rows::<10>(include_str!("data/topic-configs.tsv"))
            .map(|row| (row[0], row[9].split(',').filter(|item| !item.is_empty()).map(synonym).collect()))
            .collect()
    });
    all.get(name).map_or(&[], Vec::as_slice)
}

/// `log.roll.hours(x3600000)` or `log.roll.ms`.
fn synonym(text: &'static str) -> (&'static str, i64) {
    let factor = |text: &str| text.strip_suffix(')').and_then(|text| text.parse().ok());
    match text.split_once("(x").and_then(|(name, rest)| Some((name, factor(rest)?))) {
        Some(pair) => pair,
        None => (text, 1),
    }
}

fn of_client(table: &'static str) -> Vec<ConfigKey> {
    super::table::rows::<8>(table)
        .map(|row| ConfigKey {
            valid: row[4],
            importance: row[5],
            internal: row[6] == "y",
            ..key(row[0], row[1], row[2], row[3] == "y")
        })
        .collect()
}

/// The names under which a broker's key is looked for, the strongest first; empty where it is its own alone.
pub fn broker_synonyms(name: &str) -> &'static [&'static str] {
    const GROUPS: &[&[&str]] = &[
        &["log.roll.ms", "log.roll.hours"],
        &["log.roll.jitter.ms", "log.roll.jitter.hours"],
        &["log.flush.interval.ms", "log.flush.scheduler.interval.ms"],
        &["log.retention.ms", "log.retention.minutes", "log.retention.hours"],
    ];
    let asked_by_other = |names: &&&[&str]| names.contains(&name) && name != "log.flush.scheduler.interval.ms";
    GROUPS.iter().find(asked_by_other).copied().unwrap_or(&[])
}

/// The broker's keys that exist at run time only: how fast replicas may move, in bytes a second (`DynamicConfig.Broker`).
pub fn broker_throttles() -> &'static [ConfigKey] {
    const fn rate(name: &'static str) -> ConfigKey {
        ConfigKey {
            name,
            kind: "LONG",
            default: None,
            required: false,
            valid: "[0,...]",
            importance: "MEDIUM",
            scope: "per-broker",
            internal: true,
        }
    }
    static ALL: [ConfigKey; 3] = [
        rate("leader.replication.throttled.rate"),
        rate("follower.replication.throttled.rate"),
        rate("replica.alter.log.dirs.io.max.bytes.per.second"),
    ];
    &ALL
}

/// The producer's keys (`ProducerConfig`), sorted by name.
pub fn producer() -> &'static [ConfigKey] {
    static ALL: OnceLock<Vec<ConfigKey>> = OnceLock::new();
    ALL.get_or_init(|| of_client(include_str!("data/producer-configs.tsv")))
}

/// The consumer's keys (`ConsumerConfig`), sorted by name.
pub fn consumer() -> &'static [ConfigKey] {
    static ALL: OnceLock<Vec<ConfigKey>> = OnceLock::new();
    ALL.get_or_init(|| of_client(include_str!("data/consumer-configs.tsv")))
}

/// The admin client's keys (`AdminClientConfig`), sorted by name.
pub fn admin() -> &'static [ConfigKey] {
    static ALL: OnceLock<Vec<ConfigKey>> = OnceLock::new();
    ALL.get_or_init(|| of_client(include_str!("data/admin-configs.tsv")))
}

#[cfg(test)]
mod tests {
    #[test]
    fn topic_keys_name_the_broker_keys_behind_them() {
        assert_eq!(super::topic_synonyms("segment.ms"), [("log.roll.ms", 1), ("log.roll.hours", 3_600_000)]);
        assert_eq!(super::topic_synonyms("max.message.bytes"), [("message.max.bytes", 1)]);
        assert!(super::topic_synonyms("remote.storage.enable").is_empty());
    }

    #[test]
    fn values_to_choose_from_are_known() {
        let choices = |keys: &[super::ConfigKey], name: &str| keys.iter().find(|key| key.name == name).map(|key| key.choices());
        assert_eq!(choices(super::producer(), "acks"), Some(vec!["all", "-1", "0", "1"]));
        assert_eq!(choices(super::broker(), "delete.topic.enable"), Some(vec!["true", "false"]));
        assert_eq!(choices(super::broker(), "num.io.threads"), Some(vec![]));
        assert_eq!(choices(super::consumer(), "security.protocol").map(|names| names.len()), Some(4));
    }

    #[test]
    fn keys_are_sorted_and_unique() {
        for keys in [super::broker(), super::topic(), super::producer(), super::consumer(), super::admin()] {
            assert!(keys.windows(2).all(|pair| pair[0].name < pair[1].name));
        }
        assert_eq!(super::broker().len(), 288);
        assert_eq!(super::topic().len(), 31);
    }
}
