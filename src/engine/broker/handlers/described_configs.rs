//! Settings as DescribeConfigs and CreateTopics tell them: the value that holds, where it comes from, and what would hold
//! without it.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::configs::{self, ConfigKey};
use crate::engine::broker::Broker;
use crate::engine::broker::config::{BrokerConfig, Value, listener_base, parse_value, value_of};
use crate::engine::broker::controller::settings::DynamicSettings;
use crate::engine::log4j;

/// A topic's own setting.
pub const TOPIC: i8 = 1;
/// Set for this broker while it runs.
pub const DYNAMIC_BROKER: i8 = 2;
/// Set for every broker while they run.
pub const DYNAMIC_EVERY_BROKER: i8 = 3;
/// A line of `server.properties`.
pub const STATIC_BROKER: i8 = 4;
/// Kafka's default.
pub const DEFAULT: i8 = 5;
/// The level of a logger.
pub const LOGGER: i8 = 6;

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
    pub name: String,
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

fn described(key: &'static ConfigKey, read_only: bool, value: Option<String>, synonyms: Vec<Synonym>) -> Described {
    let source = synonyms.first().map_or(DEFAULT, |first| first.source);
    Described {
        name: key.name.to_owned(),
        value,
        source,
        read_only,
        sensitive: key.kind == "PASSWORD",
        kind: kind(key),
        synonyms,
    }
}

/// The settings of a topic that sets `overrides`, sorted by name.
pub fn topic(broker: &Broker, overrides: &BTreeMap<String, String>) -> Vec<Described> {
    let dynamic = &broker.metadata.snapshot().dynamic;
    let describe = |key: &'static ConfigKey| {
        let mut synonyms = Vec::new();
        if let Some(value) = overrides.get(key.name).and_then(|text| parse_value(key, text).ok()) {
            synonyms.push(Synonym { name: key.name.to_owned(), value: wire(&value), source: TOPIC });
        }
        if let Some((name, _)) = configs::topic_synonyms(key.name).first() {
            synonyms.extend(broker_synonyms(&broker.config, dynamic, name));
        }
        described(key, false, topic_value(&broker.config, dynamic, key, overrides), synonyms)
    };
    configs::topic().iter().map(describe).collect()
}

/// What a topic's key comes to: its own value, else that of the first broker key that is set, else the default.
fn topic_value(
    config: &BrokerConfig,
    dynamic: &DynamicSettings,
    key: &'static ConfigKey,
    overrides: &BTreeMap<String, String>,
) -> Option<String> {
    let own = overrides.get(key.name).and_then(|text| parse_value(key, text).ok());
    let of_broker = || {
        configs::topic_synonyms(key.name).iter().find_map(|(name, factor)| {
            let set = dynamic.own.get(*name).or_else(|| dynamic.every.get(*name));
            let text = set.or_else(|| config.originals().get(*name))?;
            let scaled = text.trim().parse::<i64>().ok().filter(|_| *factor != 1).map(|number| number.saturating_mul(*factor));
            scaled.map_or_else(|| parse_value(key, text).ok(), |number| Some(Value::Long(number)))
        })
    };
    own.or_else(of_broker).or_else(|| value_of(key, None).ok()).as_ref().and_then(wire)
}

/// Where a broker's key has its value from: what was set at run time, the file, and the defaults, each under all names of the key.
/// Kafka tells none of what comes before the first that is found under the key's own name.
fn broker_synonyms(config: &BrokerConfig, dynamic: &DynamicSettings, name: &str) -> Vec<Synonym> {
    let names = names_of(name);
    let mut synonyms = Vec::new();
    let mut add = |name: &str, text: Option<&String>, source: i8| {
        if let Some(text) = text {
            // what is of no known type may be a secret
            let value = key_of(name).and_then(|key| parse_value(key, text).ok()).and_then(|value| wire(&value));
            synonyms.push(Synonym { name: name.to_owned(), value, source });
        }
    };
    for (settings, source) in
        [(&dynamic.own, DYNAMIC_BROKER), (&dynamic.every, DYNAMIC_EVERY_BROKER), (config.originals(), STATIC_BROKER)]
    {
        for name in &names {
            add(name, settings.get(*name), source);
        }
    }
    for name in &names {
        let default = configs::broker().iter().find(|key| key.name == *name).and_then(|key| key.default.as_ref());
        add(name, default, DEFAULT);
    }
    synonyms.into_iter().skip_while(|synonym| synonym.name != name).collect()
}

/// The names under which a broker's key is looked for, the strongest first.
fn names_of(name: &str) -> Vec<&str> {
    match (listener_base(name), configs::broker_synonyms(name)) {
        (Some(base), _) => vec![name, base],
        (None, []) => vec![name],
        (None, names) => names.to_vec(),
    }
}

/// The key itself, or the one that a listener's prefix stands before.
fn key_of(name: &str) -> Option<&'static ConfigKey> {
    let name = listener_base(name).unwrap_or(name);
    configs::broker().iter().chain(configs::broker_throttles()).find(|key| key.name == name)
}

/// What was set for every broker, sorted by name.
pub fn every_broker(dynamic: &DynamicSettings) -> Vec<Described> {
    let describe = |(name, text): (&String, &String)| {
        let value = key_of(name).and_then(|key| parse_value(key, text).ok()).and_then(|value| wire(&value));
        broker_entry(name, vec![Synonym { name: name.clone(), value, source: DYNAMIC_EVERY_BROKER }])
    };
    dynamic.every.iter().map(describe).collect()
}

/// The settings of a broker, sorted by name: Kafka's keys, and whatever else was set.
pub fn broker(config: &BrokerConfig, dynamic: &DynamicSettings) -> Vec<Described> {
    let given = config.originals().keys().chain(dynamic.own.keys()).chain(dynamic.every.keys()).map(String::as_str);
    let public = configs::broker().iter().filter(|key| !key.internal).map(|key| key.name);
    let names: BTreeSet<&str> = public.chain(given).collect();
    names.into_iter().map(|name| broker_entry(name, broker_synonyms(config, dynamic, name))).collect()
}

fn broker_entry(name: &str, synonyms: Vec<Synonym>) -> Described {
    let key = key_of(name);
    let is_dynamic = configs::broker().iter().any(|key| key.name == name && key.scope != "read-only");
    let source = synonyms.first().map_or(DEFAULT, |first| first.source);
    Described {
        name: name.to_owned(),
        value: synonyms.first().and_then(|first| first.value.clone()),
        source,
        read_only: !is_dynamic,
        sensitive: key.is_none_or(|key| key.kind == "PASSWORD"),
        kind: key.map_or(0, kind),
        synonyms,
    }
}

/// The loggers and the levels from which on each writes.
pub fn loggers() -> Vec<Described> {
    let describe = |(name, level): (String, &str)| Described {
        name,
        value: Some(level.to_owned()),
        source: LOGGER,
        read_only: false,
        sensitive: false,
        kind: 0,
        synonyms: Vec::new(),
    };
    log4j::levels().into_iter().map(describe).collect()
}
