//! What a properties file configures, told from its keys and its name.

use crate::catalog::{configs, zookeeper};
use crate::properties::Document;

/// What a file configures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A broker: `server.properties`.
    Broker,
    /// The coordinator: `zookeeper.properties`, `zoo.cfg`.
    Coordinator,
    /// A producer.
    Producer,
    /// A consumer.
    Consumer,
    /// A topic, as the tools are given its settings; no file is of this kind.
    Topic,
    /// Connect and its connectors, whose keys are not catalogued: only how the file is written is judged.
    Connect,
    /// A shell script: the commands in it are judged.
    Script,
    /// Markdown: its commands and settings are judged.
    Markdown,
}

/// Parts of the names of files that configure something else, even where they name a broker's keys.
const OF_OTHERS: [&str; 6] = ["log4j", "logging", "kafka-rest", "schema-registry", "ksql", "control-center"];

impl Kind {
    /// Every kind with the name that `--kind` takes.
    pub const NAMES: [(&'static str, Self); 7] = [
        ("broker", Self::Broker),
        ("coordinator", Self::Coordinator),
        ("producer", Self::Producer),
        ("consumer", Self::Consumer),
        ("connect", Self::Connect),
        ("script", Self::Script),
        ("markdown", Self::Markdown),
    ];

    /// The kind that `--kind` names.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.into_iter().find(|(known, _)| *known == name).map(|(_, kind)| kind)
    }

    /// What the name of a file promises; `None` where it promises nothing.
    pub fn of_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let begins = |starts: &[&str]| starts.iter().any(|start| name.starts_with(start));
        let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
        match name.as_str() {
            _ if ends(&[".sh", ".bash"]) => Some(Self::Script),
            _ if ends(&[".md", ".markdown"]) => Some(Self::Markdown),
            _ if name.contains("log4j") || name.contains("logging") => None,
            _ if begins(&["connect-", "connect."]) => Some(Self::Connect),
            "zoo.cfg" | "zoo_sample.cfg" => Some(Self::Coordinator),
            _ if begins(&["zookeeper", "zoo."]) => Some(Self::Coordinator),
            _ if begins(&["server", "broker", "kafka-server", "kafka-broker"]) => Some(Self::Broker),
            _ if begins(&["producer"]) => Some(Self::Producer),
            _ if begins(&["consumer"]) => Some(Self::Consumer),
            _ => None,
        }
    }

    /// What the keys of a file show; `None` where they show nothing, or two things.
    pub fn of_keys(document: &Document) -> Option<Self> {
        let has = |key: &str| document.get(key).is_some();
        let broker =
            ["zookeeper.connect", "broker.id", "log.dirs", "process.roles", "advertised.listeners", "num.network.threads"];
        let broker = broker.iter().filter(|key| has(key)).count();
        let coordinator =
            ["dataDir", "clientPort", "tickTime", "initLimit", "maxClientCnxns"].iter().filter(|key| has(key)).count();
        match (broker, coordinator) {
            (0, 0) => {}
            (broker, coordinator) if broker > coordinator => return Some(Self::Broker),
            (broker, coordinator) if coordinator > broker => return Some(Self::Coordinator),
            _ => return None,
        }
        if !has("bootstrap.servers") {
            return None;
        }
        let consumer = ["group.id", "key.deserializer", "auto.offset.reset"].iter().any(|key| has(key));
        let producer = ["key.serializer", "acks", "transactional.id", "linger.ms"].iter().any(|key| has(key));
        match (producer, consumer) {
            (true, false) => Some(Self::Producer),
            (false, true) => Some(Self::Consumer),
            _ => None,
        }
    }

    /// The kind of a file: what its keys show counts where its name promises nothing, and its name where they show nothing.
    ///
    /// A file whose name is that of Log4j's configuration, or of a program around Kafka that has its own keys, is none of these.
    pub fn of(name: &str, document: &Document) -> Option<Self> {
        let promised = Self::of_name(name);
        let lower = name.to_ascii_lowercase();
        if promised.is_none() && OF_OTHERS.iter().any(|part| lower.contains(part)) {
            return None;
        }
        promised
            .filter(|kind| *kind != Self::Broker || lower != "server.properties" || !is_foreign(document))
            .or(Self::of_keys(document))
    }
}

/// Whether a `server.properties` belongs to another program (many have a file of that name): it has no key of Kafka's broker or
/// of ZooKeeper, and has others.
fn is_foreign(document: &Document) -> bool {
    let known =
        |key: &str| configs::broker().iter().any(|known| known.name.eq_ignore_ascii_case(key)) || zookeeper::is_known(key);
    let mut keys = document.iter().map(|entry| entry.key.as_str()).peekable();
    keys.peek().is_some() && document.iter().count() > 3 && !keys.any(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, text: &str, expected: Option<Kind>) {
        assert_eq!(Kind::of(name, &Document::parse(text).expect("properties")), expected, "{name}: {text}");
    }

    #[test]
    fn name_and_keys_tell_the_kind() {
        check("server.properties", "", Some(Kind::Broker));
        check("server-1.properties", "broker.id=1", Some(Kind::Broker));
        check("zookeeper.properties", "dataDir=/d", Some(Kind::Coordinator));
        check("zoo.cfg", "", Some(Kind::Coordinator));
        check("my.properties", "zookeeper.connect=a\nbroker.id=1", Some(Kind::Broker));
        check("my.properties", "dataDir=/d\nclientPort=1", Some(Kind::Coordinator));
        check("my.properties", "bootstrap.servers=a:1\ngroup.id=g", Some(Kind::Consumer));
        check("my.properties", "bootstrap.servers=a:1\nacks=all", Some(Kind::Producer));
        check("my.properties", "bootstrap.servers=a:1", None);
        check("connect-standalone.properties", "bootstrap.servers=a:1", Some(Kind::Connect));
        check("start-kafka.sh", "", Some(Kind::Script));
        check("README.md", "", Some(Kind::Markdown));
        check("log4j.properties", "log4j.rootLogger=INFO", None);
        check("tools-log4j.properties", "", None);
        check("kafka-rest.properties", "port=8082\nzookeeper.connect=a:2181", None);
        check("application.properties", "server.port=8080", None);
        check("server.properties", "motd=hi\nmax-players=20\nlevel-name=world\nserver-port=25565", None);
        check("server.properties", "dataDir=/d\nclientPort=2181", Some(Kind::Broker));
    }
}
