//! What is known of a key of a configuration file, for whoever shows it: an editor, above all.

use super::file::keys_of;
use super::kind::Kind;
use crate::catalog::configs::ConfigKey;
use crate::catalog::removed::{self, RemovedKey};
use crate::catalog::zookeeper;
use crate::text::{Text, settings};

/// A key as the program that reads the file has it.
#[derive(Clone, Debug)]
pub struct About {
    /// The key, with what the catalogue says of it.
    pub key: ConfigKey,
    /// What its number counts, where that is not in its name.
    pub unit: &'static str,
    /// What it is for; `None` where nobody has said so yet.
    pub purpose: Option<Text>,
}

/// What is known of a key; `None` where the program does not have it.
pub fn about(kind: Kind, name: &str) -> Option<About> {
    let purpose = purpose(kind, name);
    if kind == Kind::Coordinator {
        let found = zookeeper::key(name)?;
        return Some(About { key: of_zookeeper(found), unit: found.unit, purpose });
    }
    let key = keys_of(kind).get(name).copied()?;
    Some(About { key: key.clone(), unit: "", purpose })
}

/// The names of the keys that a file of a kind may set and that a person would, sorted.
pub fn names(kind: Kind) -> Vec<&'static str> {
    let mut names: Vec<&'static str> = match kind {
        Kind::Coordinator => zookeeper::all().iter().filter(|key| !key.is_pattern()).map(|key| key.name).collect(),
        _ => keys_of(kind).values().filter(|key| !key.internal).map(|key| key.name).collect(),
    };
    names.sort_unstable();
    names
}

/// What became, or is to become, of a broker's key.
pub fn fates(kind: Kind, name: &str) -> Vec<&'static RemovedKey> {
    match kind {
        Kind::Broker => removed::all().iter().filter(|key| key.name == name).collect(),
        _ => Vec::new(),
    }
}

fn of_zookeeper(found: &'static zookeeper::Key) -> ConfigKey {
    let required = found.default == "(required)";
    let default = Some(found.default).filter(|default| !default.is_empty() && !required).map(str::to_owned);
    let (name, kind) = (found.name, found.type_name());
    ConfigKey { name, kind, default, required, valid: "", importance: "", scope: "", internal: false }
}

/// The sentences of a kind of file.
fn sentences(kind: Kind) -> &'static [(&'static str, Text)] {
    match kind {
        Kind::Broker => settings::broker::ALL,
        Kind::Coordinator => settings::coordinator::ALL,
        Kind::Producer | Kind::Consumer => settings::client::ALL,
        Kind::Topic | Kind::Connect | Kind::Script | Kind::Markdown => &[],
    }
}

fn purpose(kind: Kind, name: &str) -> Option<Text> {
    let name = in_capitals(name);
    sentences(kind).iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// A key as the name of its sentence.
fn in_capitals(name: &str) -> String {
    name.replace('.', "_").to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sentence_is_of_a_key() {
        for kinds in [&[Kind::Broker][..], &[Kind::Coordinator], &[Kind::Producer, Kind::Consumer]] {
            let known: Vec<String> = kinds.iter().flat_map(|kind| names(*kind)).map(in_capitals).collect();
            for (name, _) in sentences(kinds[0]) {
                assert!(known.iter().any(|known| known == name), "there is no key for {name}");
            }
        }
    }

    #[test]
    fn the_keys_of_the_shipped_files_are_all_explained() {
        for (kind, names) in [
            (Kind::Broker, &["broker.id", "listeners", "log.dirs", "zookeeper.connect", "num.partitions"][..]),
            (Kind::Coordinator, &["dataDir", "clientPort", "maxClientCnxns", "admin.enableServer"]),
            (Kind::Producer, &["bootstrap.servers", "compression.type"]),
            (Kind::Consumer, &["bootstrap.servers", "group.id"]),
        ] {
            for name in names {
                assert!(about(kind, name).is_some_and(|about| about.purpose.is_some()), "{name}");
            }
        }
    }

    #[test]
    fn zookeepers_keys_have_their_type_default_and_unit() {
        let found = about(Kind::Coordinator, "tickTime").expect("known");
        assert_eq!((found.key.kind, found.key.default.as_deref(), found.unit), ("INT", Some("3000"), "ms"));
        let found = about(Kind::Coordinator, "dataDir").expect("known");
        assert_eq!((found.key.required, found.key.default), (true, None));
        assert!(about(Kind::Coordinator, "server.1").is_some() && about(Kind::Coordinator, "broker.id").is_none());
        assert!(!names(Kind::Coordinator).contains(&"server.N"));
        assert_eq!(fates(Kind::Broker, "port").len(), 1);
    }
}
