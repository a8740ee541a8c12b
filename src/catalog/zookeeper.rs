//! ZooKeeper 3.8.2: the keys of `zookeeper.properties`, what each does in the bundled coordinator, and the names of its metrics.

use std::sync::OnceLock;

use super::configs::ConfigKey;

/// How a value is taken, and what becomes of a wrong one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A 32-bit whole number; anything else stops the start.
    Int,
    /// A 64-bit whole number; anything else stops the start.
    Long,
    /// `true` or `false` in any case; anything else stops the start.
    Boolean,
    /// Any text.
    Text,
    /// A Java system property that is read as a whole number; anything else counts as the default.
    PropertyInt,
    /// A Java system property that is read as a decimal number; anything else stops the start.
    PropertyDouble,
    /// A Java system property; where the default is false only `true` is true.
    PropertyBoolean,
    /// A Java system property of any text.
    PropertyText,
}

/// What a key does in the bundled coordinator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// What it does in ZooKeeper.
    Honoured,
    /// Nothing: it speaks of an ensemble, of TLS or SASL, or of how the Java program works inside.
    Accepted,
    /// It stops the start with a sentence that says why.
    Refused,
}

/// A key of `zookeeper.properties`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// As it is written; `.N` or `.*` at its end stands for anything.
    pub name: &'static str,
    /// How its value is taken.
    pub kind: Kind,
    /// The default as ZooKeeper documents it; empty where there is none.
    pub default: &'static str,
    /// What its number counts, as `ms`; empty where there is nothing to say.
    pub unit: &'static str,
    /// What it does here.
    pub effect: Effect,
}

impl Key {
    /// Kafka's name for its type.
    pub fn type_name(&self) -> &'static str {
        match self.kind {
            Kind::Int | Kind::PropertyInt => "INT",
            Kind::Long => "LONG",
            Kind::Boolean | Kind::PropertyBoolean => "BOOLEAN",
            Kind::PropertyDouble => "DOUBLE",
            Kind::Text | Kind::PropertyText => "STRING",
        }
    }

    /// Whether its name stands for many (`server.N`).
    pub fn is_pattern(&self) -> bool {
        self.name.ends_with(".N") || self.name.ends_with(".*")
    }

    /// Whether a line of the file with this name is about this key.
    fn matches(&self, name: &str) -> bool {
        match self.name.strip_suffix('N').or_else(|| self.name.strip_suffix('*')).filter(|prefix| prefix.ends_with('.')) {
            Some(prefix) => name.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty()),
            None => name == self.name,
        }
    }

    /// Whether ZooKeeper makes a Java system property `zookeeper.<key>` of it.
    pub fn is_property(&self) -> bool {
        matches!(self.kind, Kind::PropertyInt | Kind::PropertyDouble | Kind::PropertyBoolean | Kind::PropertyText)
    }
}

/// Every key, in alphabetical order.
pub fn all() -> &'static [Key] {
    static ALL: OnceLock<Vec<Key>> = OnceLock::new();
    ALL.get_or_init(|| {
        let rows = super::table::rows::<6>(include_str!("data/zookeeper-configs.tsv"));
        rows.map(|row| Key { name: row[0], kind: kind(row[1]), default: row[2], unit: row[3], effect: effect(row[4]) }).collect()
    })
}

/// The key that a line of the file is about; `None` is one that ZooKeeper does not know and takes as a system property.
pub fn key(name: &str) -> Option<&'static Key> {
    all().iter().find(|key| key.name == name).or_else(|| all().iter().find(|key| key.matches(name)))
}

/// Whether ZooKeeper 3.8 does anything with a key.
pub fn is_known(name: &str) -> bool {
    key(name).is_some()
}

/// The keys that ZooKeeper reads from the file itself and that are one each, with Kafka's names for their types: `INT`, `LONG`,
/// `BOOLEAN`, `STRING`.
pub fn keys() -> &'static [ConfigKey] {
    static ALL: OnceLock<Vec<ConfigKey>> = OnceLock::new();
    ALL.get_or_init(|| {
        let one_each = all().iter().filter(|key| !key.is_property() && !key.is_pattern());
        let config_key = |key: &Key| ConfigKey {
            name: key.name,
            kind: key.type_name(),
            default: None,
            required: key.name == "dataDir",
            valid: "",
            importance: "",
            scope: "",
            internal: false,
        };
        one_each.map(config_key).collect()
    })
}

fn kind(name: &str) -> Kind {
    match name {
        "int" => Kind::Int,
        "long" => Kind::Long,
        "boolean" => Kind::Boolean,
        "property-int" => Kind::PropertyInt,
        "property-double" => Kind::PropertyDouble,
        "property-boolean" => Kind::PropertyBoolean,
        "property-text" => Kind::PropertyText,
        _ => Kind::Text,
    }
}

fn effect(name: &str) -> Effect {
    match name {
        "honoured" => Effect::Honoured,
        "refused" => Effect::Refused,
        _ => Effect::Accepted,
    }
}

/// What a metric is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricKind {
    /// One number that grows.
    Counter,
    /// `avg_`, `min_`, `max_`, `cnt_` and `sum_`.
    Summary,
    /// A summary with `p50_`, `p95_`, `p99_` and `p999_`.
    Percentiles,
}

/// Every metric of `mntr` behind the figures of the server itself, in ZooKeeper's order.
pub fn metrics() -> &'static [(&'static str, MetricKind)] {
    static ALL: OnceLock<Vec<(&'static str, MetricKind)>> = OnceLock::new();
    ALL.get_or_init(|| {
        let kind = |name: &str| match name {
            "summary" => MetricKind::Summary,
            "percentiles" => MetricKind::Percentiles,
            _ => MetricKind::Counter,
        };
        super::table::rows::<2>(include_str!("data/zookeeper-metrics.tsv")).map(|row| (row[0], kind(row[1]))).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_known_however_they_reach_the_server() {
        for key in ["dataDir", "server.1", "admin.enableServer", "ssl.keyStore.location", "4lw.commands.whitelist", "group.1"] {
            assert!(is_known(key), "{key}");
        }
        for key in ["datadir", "broker.id", "clientport", "(any other key)"] {
            assert!(!is_known(key), "{key}");
        }
        assert!(keys().iter().all(|key| is_known(key.name)) && keys().iter().any(|key| key.required));
    }

    #[test]
    fn each_key_stands_once_and_is_found_by_what_a_file_says() {
        for (at, found) in all().iter().enumerate() {
            assert!(all()[at + 1..].iter().all(|other| other.name != found.name), "{} stands twice", found.name);
        }
        let effect = |name| key(name).map(|key| key.effect);
        assert_eq!(effect("server.1"), Some(Effect::Refused));
        assert_eq!(effect("ssl.quorum.keyStore.location"), Some(Effect::Accepted));
        assert_eq!(effect("metricsProvider.httpPort"), Some(Effect::Accepted));
        assert_eq!(effect("maxCnxns"), Some(Effect::Honoured));
        assert_eq!((effect("server."), effect("some.key")), (None, None));
        assert!(key("maxCnxns").is_some_and(Key::is_property));
    }
}
