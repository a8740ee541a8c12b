//! Settings that do nothing here: what the log says of each, once and by name.

use std::collections::BTreeMap;

use super::{BrokerConfig, Value, value_of};
use crate::catalog::configs;
use crate::catalog::effects::{self, Effect};
use crate::log_warn;

/// What `config` sets without effect, each with what it is about: keys of Kafka with another value than the default, and what
/// stands behind the prefix of a listener.
pub fn idle_settings(config: &BrokerConfig) -> BTreeMap<String, &'static str> {
    let about = |name: &str| {
        let base = listener_base(name);
        match effects::of_broker(base.unwrap_or(name))? {
            Effect::Honoured if base.is_some_and(|base| !effects::OF_LISTENERS.contains(&base)) => {
                Some("settings of one listener")
            }
            Effect::Honoured => None,
            Effect::Nothing { .. } if base.is_none() && is_expected(config, name) => None,
            Effect::Nothing { about, .. } => Some(about),
        }
    };
    config.originals().keys().filter_map(|name| Some((name.clone(), about(name)?))).collect()
}

/// Whether a key has its default, or what Kafka's own `server.properties` says.
fn is_expected(config: &BrokerConfig, name: &str) -> bool {
    let Some(key) = configs::broker().iter().find(|key| key.name == name) else { return false };
    let value = config.value(key.name);
    let shipped = match effects::of_broker(name) {
        Some(Effect::Nothing { shipped, .. }) if !shipped.is_empty() => value_of(key, Some(shipped)).ok(),
        _ => None,
    };
    let default = value_of(key, None).unwrap_or(Value::Null);
    *value == default || shipped.as_ref() == Some(value)
}

/// Warns of each setting that does nothing, except of those that did nothing `before` either.
pub fn warn_of_idle(config: &BrokerConfig, before: Option<&BrokerConfig>) {
    let known = before.map(idle_settings).unwrap_or_default();
    for (name, about) in idle_settings(config) {
        if !known.contains_key(&name) {
            log_warn!("kafka.server.KafkaConfig", "{name} has no effect: the bundled broker has no {about}.");
        }
    }
}

/// Warns of each setting of a topic that does nothing, except of those that did nothing `before` either.
pub fn warn_of_idle_topic(topic: &str, overrides: &BTreeMap<String, String>, before: Option<&BTreeMap<String, String>>) {
    for (name, about) in idle_topic_settings(overrides) {
        if before.and_then(|before| before.get(name)) != overrides.get(name) {
            log_warn!("kafka.server.KafkaConfig", "{name} of topic {topic} has no effect: the bundled broker has no {about}.");
        }
    }
}

fn idle_topic_settings(overrides: &BTreeMap<String, String>) -> impl Iterator<Item = (&'static str, &'static str)> {
    let is_set = |name: &str| overrides.get(name).is_some_and(|value| !value.trim().is_empty());
    effects::IDLE_OF_TOPICS.into_iter().filter(move |(name, _)| is_set(name))
}

/// The key that a listener's prefix stands before: `listener.name.NAME.KEY`.
pub fn listener_base(name: &str) -> Option<&str> {
    let (listener, base) = name.strip_prefix("listener.name.")?.split_once('.')?;
    (!listener.is_empty() && !base.is_empty()).then_some(base)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    fn config(pairs: &[(&str, &str)]) -> BrokerConfig {
        let mut originals: BTreeMap<String, String> = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        originals.insert("zookeeper.connect".to_owned(), "localhost:2181".to_owned());
        BrokerConfig::new(originals).expect("valid")
    }

    fn names(pairs: &[(&str, &str)]) -> Vec<String> {
        idle_settings(&config(pairs)).into_keys().collect()
    }

    #[test]
    fn what_does_nothing_is_named_unless_it_is_the_default() {
        let none: [String; 0] = [];
        assert_eq!(names(&[("num.io.threads", "8"), ("log.retention.ms", "5"), ("no.such.key", "1")]), none);
        assert_eq!(names(&[("num.io.threads", "9")]), ["num.io.threads"]);
        let shipped = [("transaction.state.log.min.isr", "1"), ("transaction.state.log.replication.factor", "1")];
        assert_eq!(names(&shipped), none);
        assert_eq!(names(&[("transaction.state.log.min.isr", "3")]), ["transaction.state.log.min.isr"]);
        let rates = ["leader.replication.throttled.rate", "follower.replication.throttled.rate"];
        let all = [(rates[0], "1"), (rates[1], "1"), ("replica.alter.log.dirs.io.max.bytes.per.second", "1")];
        assert_eq!(names(&all), [rates[1], rates[0]]);
        let topic = |value: &str| BTreeMap::from([("leader.replication.throttled.replicas".to_owned(), value.to_owned())]);
        assert_eq!(idle_topic_settings(&topic("0:0")).collect::<Vec<_>>().len(), 1);
        assert_eq!(idle_topic_settings(&topic("")).collect::<Vec<_>>(), []);
        let of_listeners = [
            ("listener.name.plaintext.max.connections", "5"),
            ("listener.name.plaintext.ssl.keystore.location", "/k"),
            ("listener.name.plaintext.num.partitions", "5"),
        ];
        let idle = ["listener.name.plaintext.num.partitions", "listener.name.plaintext.ssl.keystore.location"];
        assert_eq!(names(&of_listeners), idle);
    }

    /// The lines of the broker's sources outside its tests and its validation, which reads every key.
    fn sources(folder: &Path, text: &mut String) {
        for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            let name = entry.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if entry.is_dir() {
                sources(&entry, text);
            } else if name.ends_with(".rs") && !["check.rs", "modes.rs", "tests.rs", "idle.rs"].contains(&name) {
                let source = fs::read_to_string(&entry).expect("text");
                text.push_str(source.split("#[cfg(test)]").next().unwrap_or_default());
            }
        }
    }

    #[test]
    fn a_key_that_is_honoured_is_read() {
        let mut text = String::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/engine/broker"), &mut text);
        // what Kafka's validation alone decides, where the listeners come from, and what a topic's settings take from the broker
        let decided =
            ["broker.id.generation.enable", "process.roles", "control.plane.listener.name", "inter.broker.listener.name"];
        let decided = decided.into_iter().chain(["security.inter.broker.protocol", "listeners", "advertised.listeners"]);
        let decided: Vec<&str> = decided.chain(["listener.security.protocol.map", "node.id"]).collect();
        let of_topics = |name: &str| {
            configs::topic().iter().any(|key| configs::topic_synonyms(key.name).iter().any(|(synonym, _)| *synonym == name))
        };
        let unread = configs::broker().iter().map(|key| key.name).filter(|name| {
            let honoured = effects::of_broker(name) == Some(Effect::Honoured);
            honoured && !text.contains(&format!("\"{name}\"")) && !of_topics(name) && !decided.contains(name)
        });
        let unread: Vec<&str> = unread.collect();
        assert!(unread.is_empty(), "honoured by the table, but read nowhere: {unread:?}");
    }
}
