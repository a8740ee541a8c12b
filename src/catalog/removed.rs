//! Broker keys that Kafka once had, or has and is to lose, and what takes their place.

use std::sync::OnceLock;

/// What became of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Gone before 3.6.
    Removed,
    /// There in 3.6, and marked to go.
    Deprecated,
    /// There in 3.6, gone in 4.0.
    GoneIn4,
}

/// A key that comes or goes with the version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemovedKey {
    /// The key as it was written.
    pub name: &'static str,
    /// What became of it.
    pub fate: Fate,
    /// The first release that was seen to be without it, as (major, minor).
    pub gone_in: (u16, u16),
    /// The last release that has it, as its version reads; empty where that is not known.
    pub last: &'static str,
    /// The broker key to set in its place; `None` where there is none, or where the place is elsewhere.
    pub replacement: Option<&'static str>,
}

/// Every such key, in the order of the table; a key may be deprecated and gone in 4.0.
pub fn all() -> &'static [RemovedKey] {
    static ALL: OnceLock<Vec<RemovedKey>> = OnceLock::new();
    ALL.get_or_init(|| super::table::rows::<7>(include_str!("data/removed-broker-configs.tsv")).map(removed).collect())
}

fn removed(row: [&'static str; 7]) -> RemovedKey {
    let fate = match row[1] {
        "deprecated-in-3.6" => Fate::Deprecated,
        "removed-in-4.0" => Fate::GoneIn4,
        _ => Fate::Removed,
    };
    let mut numbers = row[4].split('.').map(|part| part.parse().unwrap_or(0));
    let gone_in = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    // "host.name (later listeners)", "topic config flush.ms", "none": only a key that 3.6 has can be written instead
    let known = |key: &&'static str| super::configs::broker().iter().any(|known| known.name == *key);
    let later = row[5].split_once("(later ").map(|(_, rest)| rest.trim_end_matches(')'));
    let replacement = later.or(Some(row[5].split('=').next().unwrap_or(""))).filter(known);
    RemovedKey { name: row[0], fate, gone_in, last: row[3].trim_start_matches('('), replacement }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_replacement_is_a_key_that_can_be_set() {
        let find = |name: &str, fate| all().iter().find(|key| key.name == name && key.fate == fate).expect("it is there");
        let port = find("port", Fate::Removed);
        assert_eq!((port.replacement, port.gone_in, port.last), (Some("listeners"), (3, 0), "2.8.2"));
        assert_eq!(find("hostname", Fate::Removed).replacement, Some("listeners"));
        assert_eq!(find("zookeeper.sync.time.ms", Fate::Removed).replacement, None);
        assert_eq!(find("log.segment.bytes.per.topic", Fate::Removed).replacement, None);
        assert_eq!(find("zookeeper.connect", Fate::GoneIn4).gone_in, (4, 0));
        assert_eq!(all().len(), 89);
    }
}
