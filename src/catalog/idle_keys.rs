//! The configs of clients that the bundled tools take and that do nothing there, each with the reason. All others do what they do in
//! Kafka's clients.

use crate::text::{Text, idle_keys as say};

/// A client with a table of configs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientKind {
    /// `configs::producer`.
    Producer,
    /// `configs::consumer`.
    Consumer,
    /// `configs::admin`.
    Admin,
}

impl ClientKind {
    /// Every client.
    pub const ALL: [Self; 3] = [Self::Producer, Self::Consumer, Self::Admin];

    /// The client of that name.
    pub fn named(name: &str) -> Option<Self> {
        ["producer", "consumer", "admin"].into_iter().zip(Self::ALL).find(|(known, _)| *known == name).map(|(_, kind)| kind)
    }
}

const EVERY: &[ClientKind] = &ClientKind::ALL;
const PRODUCER: &[ClientKind] = &[ClientKind::Producer];
const CONSUMER: &[ClientKind] = &[ClientKind::Consumer];
const ADMIN: &[ClientKind] = &[ClientKind::Admin];

/// A key, or with a dot at its end the beginning of keys; whose; why it does nothing.
const IDLE: &[(&str, &[ClientKind], Text)] = &[
    ("ssl.", EVERY, say::SECURITY),
    ("sasl.", EVERY, say::SECURITY),
    ("security.providers", EVERY, say::SECURITY),
    ("auto.include.jmx.reporter", EVERY, say::METRICS),
    ("metrics.num.samples", ADMIN, say::METRICS),
    ("metrics.recording.level", EVERY, say::METRICS),
    ("metrics.sample.window.ms", ADMIN, say::METRICS),
    ("client.dns.lookup", EVERY, say::LOOKUP),
    ("key.serializer", PRODUCER, say::SERIALIZERS),
    ("value.serializer", PRODUCER, say::SERIALIZERS),
    ("key.deserializer", CONSUMER, say::SERIALIZERS),
    ("value.deserializer", CONSUMER, say::SERIALIZERS),
    ("partitioner.availability.timeout.ms", PRODUCER, say::LEADER_WAITS),
    ("internal.throw.on.fetch.stable.offset.unsupported", CONSUMER, say::OLD_BROKERS),
    ("metadata.max.age.ms", ADMIN, say::ASKED_EACH_TIME),
];

/// Why a client's key does nothing in the bundled tools; `None` for one that does what it does in Kafka's.
pub fn why(kind: ClientKind, key: &str) -> Option<Text> {
    let is_meant = |name: &str| if name.ends_with('.') { key.starts_with(name) } else { name == key };
    IDLE.iter().find(|(name, kinds, _)| kinds.contains(&kind) && is_meant(name)).map(|(.., why)| *why)
}

/// The keys of a client that do nothing, each with the reason; a dot at the end stands for all that begin so.
pub fn of(kind: ClientKind) -> impl Iterator<Item = (&'static str, Text)> {
    IDLE.iter().filter(move |(_, kinds, _)| kinds.contains(&kind)).map(|(name, _, why)| (*name, *why))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::configs;

    #[test]
    fn every_row_means_a_key_of_each_of_its_clients() {
        for (name, kinds, _) in IDLE {
            for kind in *kinds {
                let table = match kind {
                    ClientKind::Producer => configs::producer(),
                    ClientKind::Consumer => configs::consumer(),
                    ClientKind::Admin => configs::admin(),
                };
                let found = table.iter().any(|key| key.name == *name || (name.ends_with('.') && key.name.starts_with(name)));
                assert!(found, "{name} is no config of {kind:?}");
            }
        }
        assert!(why(ClientKind::Producer, "ssl.key.password").is_some() && why(ClientKind::Producer, "acks").is_none());
    }
}
