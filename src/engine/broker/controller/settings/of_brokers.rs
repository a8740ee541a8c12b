//! What may become of a broker's settings while it runs (`DynamicBrokerConfig`).

use super::{DynamicSettings, Entity, Settings, unserved};
use crate::catalog::configs::{self, ConfigKey};
use crate::engine::broker::config::{BrokerConfig, listener_base, parse_value};
use crate::engine::broker::controller::scala::sort_as_properties;
use crate::engine::exception::Exception;

/// The keys of `DynamicSecurityConfigs`: they are a listener's, not a broker's.
pub(super) fn is_security(key: &ConfigKey) -> bool {
    key.name.starts_with("ssl.") && key.scope == "per-broker"
}

pub(super) fn check_broker(
    entity: &Entity,
    settings: &Settings,
    given: &BrokerConfig,
    current: &DynamicSettings,
) -> Result<(), Exception> {
    let of = |wanted: fn(&ConfigKey) -> bool| -> Vec<&str> {
        let chosen = configs::broker().iter().filter(|key| wanted(key) && settings.contains_key(key.name));
        let mut chosen: Vec<(String, &str)> = chosen.map(|key| (key.name.to_owned(), key.name)).collect();
        sort_as_properties(&mut chosen);
        chosen.into_iter().map(|(_, name)| name).collect()
    };
    let fixed = of(|key| key.scope == "read-only");
    if !fixed.is_empty() {
        return Err(Exception::config(format!("Cannot update these configs dynamically: Set({})", fixed.join(", "))));
    }
    let secure = of(is_security);
    if !secure.is_empty() {
        return Err(Exception::config(format!(
            "These security configs can be dynamically updated only per-listener using the listener prefix: HashSet({})",
            secure.join(", ")
        )));
    }
    for (name, text) in settings {
        let base = listener_base(name).unwrap_or(name);
        if let Some(key) = configs::broker().iter().chain(configs::broker_throttles()).find(|key| key.name == base) {
            parse_value(key, text)?;
        }
    }
    let own = of(|key| key.scope == "per-broker");
    if *entity == Entity::EveryBroker && !own.is_empty() {
        let names = own.join(", ");
        return Err(Exception::config(format!(
            "Cannot update these configs at default cluster level, broker id must be specified: Set({names})"
        )));
    }
    let now = current.over(given)?;
    let new = match entity {
        Entity::EveryBroker => DynamicSettings { every: settings.clone(), ..current.clone() },
        _ => DynamicSettings { own: settings.clone(), ..current.clone() },
    };
    let new = new.over(given)?;
    check_threads(&now, &new)?;
    check_reporters(&new)?;
    check_listeners(&now, &new)
}

/// A listener that stays is as it was; a new one speaks what is spoken here (`DynamicListenerConfig`).
fn check_listeners(now: &BrokerConfig, new: &BrokerConfig) -> Result<(), Exception> {
    let same = |key: &&str| now.originals().get(*key) == new.originals().get(*key);
    if ["listeners", "advertised.listeners", "listener.security.protocol.map"].iter().all(same) {
        return Ok(());
    }
    for listener in new.listeners() {
        let name = &listener.name;
        let Some(before) = now.listeners().iter().find(|before| before.name == *name) else { continue };
        if fixed_settings(now, name) != fixed_settings(new, name) {
            return Err(invalid_update(&format!(
                "Configs cannot be updated dynamically for existing listener ListenerName({name}), restart broker or create a new \
                 listener for update"
            )));
        }
        if before.protocol != listener.protocol {
            let reason = format!("Security protocol cannot be updated for existing listener ListenerName({name})");
            return Err(invalid_update(&reason));
        }
    }
    match new.unserved_listener() {
        Some(listener) => Err(invalid_update(&unserved(listener))),
        None => Ok(()),
    }
}

/// The settings of one listener that hold as long as it is open.
fn fixed_settings(config: &BrokerConfig, listener: &str) -> Settings {
    const LIMITS: [&str; 3] = ["max.connections", "max.connection.creation.rate", "num.network.threads"];
    let prefix = format!("listener.name.{}.", listener.to_lowercase());
    let fixed = |name: &str| {
        let secure = configs::broker().iter().any(|key| key.name == name && is_security(key));
        !secure && !LIMITS.contains(&name)
    };
    let given = config.originals().iter().filter_map(|(name, value)| Some((name.strip_prefix(&prefix)?, value)));
    given.filter(|(name, _)| fixed(name)).map(|(name, value)| (name.to_owned(), value.clone())).collect()
}

fn invalid_update(reason: &str) -> Exception {
    let reason = format!("org.apache.kafka.common.config.ConfigException: {reason}");
    Exception::config(format!("Invalid value {reason} for configuration Invalid dynamic configuration"))
}

/// Numbers of threads change by no more than a factor of two at once.
fn check_threads(now: &BrokerConfig, new: &BrokerConfig) -> Result<(), Exception> {
    for key in POOLS {
        let (current, wanted) = (now.int(key), new.int(key));
        let refused = |reason: String| {
            let reason = format!("Dynamic thread count update validation failed for {key}={wanted}, {reason} {current}");
            Err(invalid_update(&reason))
        };
        if wanted == current {
            continue;
        }
        if wanted < current / 2 {
            return refused("value should be at least half the current value".to_owned());
        }
        if wanted > current.saturating_mul(2) {
            return refused("value should not be greater than double the current value".to_owned());
        }
    }
    let (current, wanted) = (now.int(CLEANERS), new.int(CLEANERS));
    if wanted < current / 2 {
        let reason = format!("Log cleaner threads cannot be reduced to less than half the current value {current}");
        return Err(invalid_update(&reason));
    }
    if wanted > current.saturating_mul(2) {
        let reason = format!("Log cleaner threads cannot be increased to more than double the current value {current}");
        return Err(invalid_update(&reason));
    }
    Ok(())
}

/// The keys of Kafka's thread pools. This broker has none of them: its threads are as many as there are processors.
pub(super) const POOLS: [&str; 5] =
    ["num.io.threads", "num.replica.fetchers", "num.recovery.threads.per.data.dir", "background.threads", "num.network.threads"];
const CLEANERS: &str = "log.cleaner.threads";

/// Metrics are reported through JMX or not at all: other reporters are Java classes.
fn check_reporters(new: &BrokerConfig) -> Result<(), Exception> {
    const JMX: &str = "org.apache.kafka.common.metrics.JmxReporter";
    if new.list("metric.reporters").iter().all(|class| class == JMX) {
        return Ok(());
    }
    Err(invalid_update(
        "Validation of dynamic config update of Set(metric.reporters) failed with class class kafka.server.DynamicMetricsReporters",
    ))
}
