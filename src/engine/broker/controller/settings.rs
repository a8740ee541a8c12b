//! Settings that change while brokers run: whose they are, what may become of them, and what holds then (`ConfigAdminManager`,
//! `ZkAdminManager`, `DynamicBrokerConfig`).

mod of_brokers;

use std::collections::BTreeMap;
use std::fmt;

use kafka_protocol::ResponseError;

use of_brokers::check_broker;

use super::ApiError;
use super::topics::{NO_REMOTE_STORAGE, REMOTE_STORAGE, check_lags, check_names};
use super::znodes::sanitize;
use crate::catalog::configs::{self, ConfigKey};
use crate::engine::broker::config::{BrokerConfig, Listener, parse_value};
use crate::engine::exception::Exception;

/// Settings by key, as a znode keeps them.
pub type Settings = BTreeMap<String, String>;

/// What settings belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entity {
    /// A topic.
    Topic(String),
    /// A broker.
    Broker(i32),
    /// Every broker that does not say otherwise for itself.
    EveryBroker,
    /// A user: what is kept of credentials.
    User(String),
}

impl Entity {
    /// Its path below `/config`, by which notices name it.
    pub fn path(&self) -> String {
        match self {
            Self::Topic(name) => format!("topics/{name}"),
            Self::Broker(id) => format!("brokers/{id}"),
            Self::EveryBroker => "brokers/<default>".to_owned(),
            Self::User(name) => format!("users/{}", sanitize(name)),
        }
    }

    /// The keys that it may have.
    fn keys(&self) -> &'static [ConfigKey] {
        match self {
            Self::Topic(_) => configs::topic(),
            Self::Broker(_) | Self::EveryBroker => configs::broker(),
            Self::User(_) => &[],
        }
    }
}

impl fmt::Display for Entity {
    /// As Kafka's `ConfigResource` prints itself.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Topic(name) => write!(out, "ConfigResource(type=TOPIC, name='{name}')"),
            Self::Broker(id) => write!(out, "ConfigResource(type=BROKER, name='{id}')"),
            Self::EveryBroker => out.write_str("ConfigResource(type=BROKER, name='')"),
            Self::User(name) => out.write_str(name),
        }
    }
}

/// What is done to one setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// It gets a value.
    Set(String),
    /// It goes.
    Delete,
    /// A list gets the items that it lacks.
    Append(String),
    /// A list loses items.
    Subtract(String),
}

/// What is done to an entity's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// These and no others hold from now on (AlterConfigs).
    Replace(Settings),
    /// Each of these is changed, the others stay (IncrementalAlterConfigs).
    Edit(Vec<(String, Edit)>),
}

impl Change {
    /// The settings after the change.
    ///
    /// # Errors
    /// `INVALID_CONFIG` for items of what is no list; for items of what is no key Kafka knows no answer.
    pub fn apply(self, entity: &Entity, current: Settings) -> Result<Settings, ApiError> {
        let edits = match self {
            Self::Replace(settings) => return Ok(settings),
            Self::Edit(edits) => edits,
        };
        let mut settings = current;
        for (name, edit) in edits {
            match edit {
                Edit::Set(value) => drop(settings.insert(name, value)),
                Edit::Delete => drop(settings.remove(&name)),
                Edit::Append(more) => {
                    let mut items = items(entity, &settings, &name, "append")?;
                    let new: Vec<String> = more.split(',').map(str::to_owned).filter(|item| !items.contains(item)).collect();
                    items.extend(new);
                    settings.insert(name, items.join(","));
                }
                Edit::Subtract(less) => {
                    let mut items = items(entity, &settings, &name, "subtract")?;
                    items.retain(|item| less.split(',').all(|gone| gone != item));
                    settings.insert(name, items.join(","));
                }
            }
        }
        Ok(settings)
    }
}

fn items(entity: &Entity, settings: &Settings, name: &str, verb: &str) -> Result<Vec<String>, ApiError> {
    let Some(key) = entity.keys().iter().find(|key| key.name == name) else {
        return Err(ResponseError::UnknownServerError.into());
    };
    if key.kind != "LIST" {
        let message = format!("Config value {verb} is not allowed for config key: {name}");
        return Err(ApiError::new(ResponseError::InvalidConfig, message));
    }
    let text = settings.get(name).map(String::as_str).or(key.default.as_deref()).unwrap_or("");
    Ok(text.split(',').filter(|item| !item.is_empty()).map(str::to_owned).collect())
}

/// Checks settings before they are stored. `given` is what the broker was started with, `current` what was changed since.
///
/// # Errors
/// What Kafka answers, with its sentence.
pub fn check(entity: &Entity, settings: &Settings, given: &BrokerConfig, current: &DynamicSettings) -> Result<(), ApiError> {
    match entity {
        Entity::Topic(_) => {
            let pairs: Vec<(String, String)> = settings.clone().into_iter().collect();
            check_names(&pairs)?;
            for key in configs::topic() {
                if let Some(text) = settings.get(key.name) {
                    parse_value(key, text).map_err(|exception| {
                        let message = format!("Invalid config value for resource {entity}: {}", exception.text());
                        ApiError::new(ResponseError::InvalidConfig, message)
                    })?;
                }
            }
            if settings.get(REMOTE_STORAGE).is_some_and(|text| text.trim().eq_ignore_ascii_case("true")) {
                let message = format!("Invalid config value for resource {entity}: {NO_REMOTE_STORAGE}");
                return Err(ApiError::new(ResponseError::InvalidConfig, message));
            }
            check_lags(&pairs)
        }
        Entity::Broker(_) | Entity::EveryBroker => check_broker(entity, settings, given, current)
            .map_err(|exception| ApiError::new(ResponseError::InvalidRequest, exception.text())),
        // whoever writes credentials has checked them
        Entity::User(_) => Ok(()),
    }
}

/// What is said of a listener that does not speak PLAINTEXT.
pub fn unserved(listener: &Listener) -> String {
    format!(
        "listener {listener} speaks {}, which the bundled broker does not: give it the protocol PLAINTEXT in listeners and \
         listener.security.protocol.map, or run Apache Kafka itself",
        listener.protocol
    )
}

/// What is set for brokers while they run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DynamicSettings {
    /// For this broker.
    pub own: Settings,
    /// For every broker.
    pub every: Settings,
}

impl DynamicSettings {
    /// The broker's configuration where it was started with `given`.
    ///
    /// # Errors
    /// The first setting that Kafka refuses.
    pub fn over(&self, given: &BrokerConfig) -> Result<BrokerConfig, Exception> {
        let mut originals = given.originals().clone();
        // what exists at run time only is nothing in a file
        originals.retain(|name, _| !configs::broker_throttles().iter().any(|key| key.name == name));
        originals.extend(self.every.clone());
        originals.extend(self.own.clone());
        BrokerConfig::new(originals)
    }
}

#[cfg(test)]
mod tests {
    use super::of_brokers::{POOLS, is_security};
    use super::*;
    use crate::catalog::effects::{self, Effect};
    use crate::engine::broker::config::idle_settings;
    use crate::engine::broker::log::LogConfig;

    fn settings(pairs: &[(&str, &str)]) -> Settings {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    fn topic() -> Entity {
        Entity::Topic("t".to_owned())
    }

    #[test]
    fn edits_change_what_they_name() {
        let edit = |name: &str, edit| (name.to_owned(), edit);
        let apply = |current: &[(&str, &str)], edits: Vec<_>| {
            Change::Edit(edits).apply(&topic(), settings(current)).map_err(|error| error.message.unwrap_or_default())
        };
        let set = edit("retention.ms", Edit::Set("5".to_owned()));
        assert_eq!(apply(&[("a", "b")], vec![set]), Ok(settings(&[("a", "b"), ("retention.ms", "5")])));
        assert_eq!(apply(&[("a", "b")], vec![edit("a", Edit::Delete), edit("c", Edit::Delete)]), Ok(settings(&[])));
        let append = |text: &str| edit("cleanup.policy", Edit::Append(text.to_owned()));
        assert_eq!(apply(&[], vec![append("compact,delete")]), Ok(settings(&[("cleanup.policy", "delete,compact")])));
        let subtract = edit("cleanup.policy", Edit::Subtract("delete".to_owned()));
        let both = [("cleanup.policy", "compact,delete")];
        assert_eq!(apply(&both, vec![subtract]), Ok(settings(&[("cleanup.policy", "compact")])));
        let no_list = edit("retention.ms", Edit::Append("5".to_owned()));
        assert_eq!(apply(&[], vec![no_list]), Err("Config value append is not allowed for config key: retention.ms".to_owned()));
    }

    fn refusal(entity: &Entity, name: &str, value: &str) -> Option<(ResponseError, String)> {
        let given = BrokerConfig::new(settings(&[("zookeeper.connect", "localhost:2181")])).expect("valid");
        let refused = check(entity, &settings(&[(name, value)]), &given, &DynamicSettings::default()).err();
        refused.map(|error| (error.error, error.message.unwrap_or_default()))
    }

    #[test]
    fn settings_are_refused_in_kafkas_words() {
        use ResponseError::{InvalidConfig, InvalidRequest};
        assert_eq!(refusal(&topic(), "retention.ms", "5"), None);
        let unknown = "Unknown topic config name: no.such".to_owned();
        assert_eq!(refusal(&topic(), "no.such", "5"), Some((InvalidConfig, unknown)));
        let number = "Invalid config value for resource ConfigResource(type=TOPIC, name='t'): Invalid value x for configuration \
                      retention.ms: Not a number of type LONG";
        assert_eq!(refusal(&topic(), "retention.ms", "x"), Some((InvalidConfig, number.to_owned())));
        assert_eq!(refusal(&Entity::Broker(0), "log.retention.ms", "5"), None);
        assert_eq!(refusal(&Entity::EveryBroker, "no.such", "5"), None, "it may be a plug-in's");
        let fixed = refusal(&Entity::Broker(0), "broker.id", "5").map(|(_, message)| message);
        assert_eq!(fixed.as_deref(), Some("Cannot update these configs dynamically: Set(broker.id)"));
        assert!(refusal(&Entity::EveryBroker, "listeners", "PLAINTEXT://:1").is_some());
        assert_eq!(refusal(&Entity::Broker(0), "log.segment.bytes", "1").map(|(error, _)| error), Some(InvalidRequest));
    }

    /// A value that is not the default, and that nothing else stands against.
    fn example(key: &ConfigKey) -> String {
        let known = [
            ("compression.type", "gzip"),
            ("log.cleanup.policy", "compact"),
            ("log.message.timestamp.type", "LogAppendTime"),
            ("max.connections.per.ip.overrides", "127.0.0.1:5"),
            ("log.cleaner.dedupe.buffer.size", "134217729"),
            ("metric.reporters", "com.example.Reporter"),
            ("log.cleaner.threads", "2"),
        ];
        if let Some((_, value)) = known.iter().find(|(name, _)| *name == key.name) {
            return (*value).to_owned();
        }
        match (key.kind, key.default.as_deref()) {
            ("BOOLEAN", Some("true")) => "false".to_owned(),
            ("BOOLEAN", _) => "true".to_owned(),
            ("DOUBLE", _) => "0.75".to_owned(),
            (_, Some(threads)) if POOLS.contains(&key.name) => {
                threads.parse::<i32>().map_or(String::new(), |threads| (2 * threads).to_string())
            }
            _ => "12345".to_owned(),
        }
    }

    #[test]
    fn every_key_takes_effect_while_the_broker_runs_or_is_refused() {
        // what follows the settings is tested where it is: limits of connections and the storage
        const FOLLOWED: [&str; 6] = [
            "max.connection.creation.rate",
            "max.connections",
            "max.connections.per.ip",
            "max.connections.per.ip.overrides",
            "num.recovery.threads.per.data.dir",
            "producer.id.expiration.ms",
        ];
        let given = BrokerConfig::new(settings(&[("zookeeper.connect", "localhost:2181")])).expect("valid");
        let logs = |config: &BrokerConfig| LogConfig::new(config, Settings::new()).expect("valid");
        for key in configs::broker() {
            let (name, value) = (key.name, example(key));
            let refused = |entity: &Entity| refusal(entity, name, &value).map(|(_, message)| message).unwrap_or_default();
            let (own, every) = (refused(&Entity::Broker(0)), refused(&Entity::EveryBroker));
            match key.scope {
                "read-only" => {
                    assert_eq!(own, format!("Cannot update these configs dynamically: Set({name})"));
                    assert_eq!(every, own);
                }
                "per-broker" if is_security(key) => {
                    let only = "These security configs can be dynamically updated only per-listener using the listener prefix";
                    assert!(own.starts_with(only) && every.starts_with(only), "{name}: {own}");
                }
                "per-broker" => {
                    let level = "Cannot update these configs at default cluster level, broker id must be specified";
                    let invalid = parse_value(key, &value).is_err();
                    assert!(invalid || every == format!("{level}: Set({name})"), "{name}: {every}");
                }
                _ if name == "metric.reporters" => assert!(own.starts_with("Invalid value"), "{own}"),
                _ => {
                    assert_eq!((own.as_str(), every.as_str()), ("", ""), "{name}={value}");
                    let changed = settings(&[(name, &value)]);
                    let config = DynamicSettings { own: Settings::new(), every: changed }.over(&given).expect("valid");
                    let effect = effects::of_broker(name);
                    let felt = logs(&config) != logs(&given) || FOLLOWED.contains(&name) || POOLS.contains(&name);
                    let told = idle_settings(&config).contains_key(name);
                    assert_eq!(effect == Some(Effect::Honoured), !told, "{name}={value}");
                    assert!(told || felt, "{name}={value} changes nothing, and nobody is told");
                }
            }
        }
    }

    #[test]
    fn a_listener_that_stays_is_as_it_was() {
        let check = |lines: &[(&str, &str)], expected: Option<&str>| {
            let given = [("zookeeper.connect", "localhost:2181"), ("listeners", "PLAINTEXT://h:1")];
            let given = BrokerConfig::new(settings(&given)).expect("valid");
            let refused = super::check(&Entity::Broker(0), &settings(lines), &given, &DynamicSettings::default()).err();
            let message = refused.and_then(|error| error.message);
            let expected = expected.map(|reason| {
                let class = "org.apache.kafka.common.config.ConfigException";
                format!("Invalid value {class}: {reason} for configuration Invalid dynamic configuration")
            });
            assert_eq!(message, expected, "{lines:?}");
        };
        let both = ("listeners", "PLAINTEXT://h:1,OTHER://h:2");
        check(&[both, ("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,OTHER:PLAINTEXT")], None);
        check(
            &[("listener.security.protocol.map", "PLAINTEXT:SSL")],
            Some("Security protocol cannot be updated for existing listener ListenerName(PLAINTEXT)"),
        );
        check(
            &[("listeners", "PLAINTEXT://h:2"), ("listener.name.plaintext.socket.request.max.bytes", "5")],
            Some(
                "Configs cannot be updated dynamically for existing listener ListenerName(PLAINTEXT), restart broker or create a \
                 new listener for update",
            ),
        );
        check(&[("listeners", "PLAINTEXT://h:2"), ("listener.name.plaintext.max.connections", "5")], None);
        check(&[("listener.name.plaintext.socket.request.max.bytes", "5")], None);
        check(
            &[both, ("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,OTHER:SASL_SSL")],
            Some(
                "listener OTHER://h:2 speaks SASL_SSL, which the bundled broker does not: give it the protocol PLAINTEXT in \
                 listeners and listener.security.protocol.map, or run Apache Kafka itself",
            ),
        );
    }

    #[test]
    fn a_brokers_own_settings_win() {
        let given = settings(&[("zookeeper.connect", "localhost:2181"), ("log.retention.ms", "1"), ("num.io.threads", "3")]);
        let given = BrokerConfig::new(given).expect("valid");
        let dynamic = DynamicSettings {
            own: settings(&[("log.retention.ms", "3")]),
            every: settings(&[("log.retention.ms", "2"), ("message.max.bytes", "9")]),
        };
        let found = dynamic.over(&given).expect("valid");
        let values = (found.long("log.retention.ms"), found.int("message.max.bytes"), found.int("num.io.threads"));
        assert_eq!(values, (3, 9, 3));
    }
}
