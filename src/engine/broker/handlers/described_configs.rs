//! Settings as DescribeConfigs and CreateTopics tell them: the value that holds, where it comes from, and what would hold
//! without it.

use std::collections::BTreeMap;

use crate::catalog::configs::{self, ConfigKey};
use crate::engine::broker::Broker;
use crate::engine::broker::config::{BrokerConfig, Value, parse_value, value_of};

/// A topic's own setting.
pub const TOPIC: i8 = 1;
/// A line of `server.properties`.
pub const STATIC_BROKER: i8 = 4;
/// Kafka's default.
pub const DEFAULT: i8 = 5;

/// Another name under which a value was, or would be, found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Synonym {
    /// The key.
    pub name: String,
    /// Its value; hidden for passwords.
    pub value: Option<String>,
    /// Where it comes from: [`TOPIC`], [`STATIC_BROKER`], [`DEFAULT`].
    pub source: i8,
}

/// One setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// The key.
    pub name: &'static str,
    /// The value that holds; `None` for null and for passwords.
    pub value: Option<String>,
    /// Where it comes from: [`TOPIC`], [`STATIC_BROKER`], [`DEFAULT`].
    pub source: i8,
    /// Whether a running broker refuses to change it.
    pub read_only: bool,
    /// Whether its value is hidden.
    pub sensitive: bool,
    /// Kafka's number of its type.
    pub kind: i8,
    /// All values, the one that holds first.
    pub synonyms: Vec<Synonym>,
}

/// Kafka's number of a type (`ConfigDef.Type` on the wire).
fn kind(key: &ConfigKey) -> i8 {
    match key.kind {
        "BOOLEAN" => 1,
        "STRING" => 2,
        "INT" => 3,
        "SHORT" => 4,
        "LONG" => 5,
        "DOUBLE" => 6,
        "LIST" => 7,
        "CLASS" => 8,
        "PASSWORD" => 9,
        _ => 0,
    }
}

/// A value as the wire has it: lists without brackets, classes by name.
fn wire(value: &Value) -> Option<String> {
    match value {
        Value::Null | Value::Password(_) => None,
        Value::Class(name) => Some(name.clone()),
        Value::List(items) => Some(items.join(",")),
        other => Some(other.to_string()),
    }
}

fn described(key: &'static ConfigKey, read_only: bool, synonyms: Vec<Synonym>) -> Described {
    let (value, source) = synonyms.first().map_or((None, DEFAULT), |first| (first.value.clone(), first.source));
    Described { name: key.name, value, source, read_only, sensitive: key.kind == "PASSWORD", kind: kind(key), synonyms }
}

/// The settings of a topic that sets `overrides`, sorted by name.
pub fn topic(broker: &Broker, overrides: &BTreeMap<String, String>) -> Vec<Described> {
    let describe = |key: &'static ConfigKey| {
        let mut synonyms = Vec::new();
        if let Some(value) = overrides.get(key.name).and_then(|text| parse_value(key, text).ok()) {
            synonyms.push(Synonym { name: key.name.to_owned(), value: wire(&value), source: TOPIC });
        }
        for (name, factor) in configs::topic_synonyms(key.name) {
            let given = broker.config.originals().get(*name).and_then(|text| {
                let scaled =
                    text.trim().parse::<i64>().ok().filter(|_| *factor != 1).map(|number| number.saturating_mul(*factor));
                scaled.map_or_else(|| parse_value(key, text).ok(), |number| Some(Value::Long(number)))
            });
            if let Some(value) = given {
                synonyms.push(Synonym { name: (*name).to_owned(), value: wire(&value), source: STATIC_BROKER });
            }
        }
        if let Ok(value) = value_of(key, None) {
            let name = configs::topic_synonyms(key.name).first().map_or(key.name, |(name, _)| *name);
            synonyms.push(Synonym { name: name.to_owned(), value: wire(&value), source: DEFAULT });
        }
        described(key, false, synonyms)
    };
    configs::topic().iter().map(describe).collect()
}

/// The settings of a broker, sorted by name.
pub fn broker(config: &BrokerConfig) -> Vec<Described> {
    let describe = |key: &'static ConfigKey| {
        let mut synonyms = Vec::new();
        if config.originals().contains_key(key.name) {
            let value = wire(config.value(key.name));
            synonyms.push(Synonym { name: key.name.to_owned(), value, source: STATIC_BROKER });
        }
        if let (Some(_), Ok(value)) = (&key.default, value_of(key, None)) {
            synonyms.push(Synonym { name: key.name.to_owned(), value: wire(&value), source: DEFAULT });
        }
        described(key, key.scope == "read-only", synonyms)
    };
    configs::broker().iter().filter(|key| !key.internal).map(describe).collect()
}
