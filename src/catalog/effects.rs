//! What each key of the broker does in the bundled one (`data/broker-effects.tsv`).

use std::collections::HashMap;
use std::sync::OnceLock;

/// What a key does in the bundled broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// What it does in Kafka.
    Honoured,
    /// Nothing: it is about something that the bundled broker does not have.
    Nothing {
        /// What it is about, as `log compaction`.
        about: &'static str,
        /// A value other than the default that stands in Kafka's own `server.properties`, and of which nobody need be told.
        shipped: &'static str,
    },
}

/// The rates that exist at run time only (`configs::broker_throttles`).
const RATES: [(&str, &str); 3] = [
    ("leader.replication.throttled.rate", "replication between brokers"),
    ("follower.replication.throttled.rate", "replication between brokers"),
    ("replica.alter.log.dirs.io.max.bytes.per.second", "honoured"),
];

/// The keys of a topic that are about something that the bundled broker does not have, and what that is.
pub const IDLE_OF_TOPICS: [(&str, &str); 2] = [
    ("leader.replication.throttled.replicas", "replication between brokers"),
    ("follower.replication.throttled.replicas", "replication between brokers"),
];

/// What the broker's key of that name does; `None` where there is no such key.
pub fn of_broker(name: &str) -> Option<Effect> {
    static ALL: OnceLock<HashMap<&'static str, Effect>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let effect = |about, shipped| match about {
            "honoured" => Effect::Honoured,
            about => Effect::Nothing { about, shipped },
        };
        super::table::rows::<3>(include_str!("data/broker-effects.tsv"))
            .map(|[name, about, shipped]| (name, effect(about, shipped)))
            .chain(RATES.map(|(name, about)| (name, effect(about, ""))))
            .collect()
    });
    all.get(name).copied()
}

/// The keys that mean something with the prefix of a listener without TLS and SASL (`listener.name.NAME.KEY`).
pub const OF_LISTENERS: [&str; 2] = ["max.connection.creation.rate", "max.connections"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::configs;

    #[test]
    fn every_key_has_an_effect_and_no_other() {
        let rows = include_str!("data/broker-effects.tsv").lines().skip(1);
        let named: Vec<&str> = rows.filter_map(|row| row.split('\t').next()).collect();
        let keys: Vec<&str> = configs::broker().iter().map(|key| key.name).collect();
        let mut sorted = named.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, keys);
        assert_eq!(of_broker("log.dirs"), Some(Effect::Honoured));
        assert_eq!(of_broker("no.such"), None);
        assert!(configs::broker_throttles().iter().all(|key| of_broker(key.name).is_some()));
        assert!(IDLE_OF_TOPICS.iter().all(|(name, _)| configs::topic().iter().any(|key| key.name == *name)));
        assert!(OF_LISTENERS.iter().all(|name| of_broker(name) == Some(Effect::Honoured)));
    }
}
