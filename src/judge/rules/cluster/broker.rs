//! What one broker's file says that matters to the others.

use std::collections::BTreeSet;

use crate::judge::diagnostic::{Diagnostic, Source};
use crate::judge::rules::Rule;
use crate::judge::rules::config::file::ConfigFile;
use crate::judge::rules::context::Address;
use crate::properties::Entry;
use crate::text::Message;

/// ZooKeeper's port where none is written.
const COORDINATOR_PORT: u16 = 2181;
/// Kafka's default for `listeners`.
const DEFAULT_LISTENERS: &str = "PLAINTEXT://:9092";
/// Kafka's default for `log.dirs`.
const DEFAULT_FOLDER: &str = "/tmp/kafka-logs";

/// One broker that goes to a coordinator.
pub(super) struct Broker<'a> {
    file: &'a ConfigFile,
    /// `broker.id`, where it is a number that the file gives.
    pub id: Option<i64>,
    pub listeners: Vec<Address>,
    /// Its `log.dirs`, and the key they stand under.
    pub folders: Vec<String>,
    pub folders_key: &'static str,
    /// The addresses of `zookeeper.connect`, sorted.
    pub coordinators: Vec<Address>,
    /// The machines it is certain to be on, by the names it gives them; [`HERE`] is the one that this file is on.
    pub machines: Vec<String>,
    chroot: String,
}

/// The machine of those that know of no other.
const HERE: &str = "localhost";

/// Whether a name means the machine it is used on.
pub(super) fn is_local(host: &str) -> bool {
    matches!(host, "localhost" | "::1" | "[::1]") || host.starts_with("127.")
}

/// The addresses of listeners; `None` where one cannot be read.
fn addresses(listeners: &str) -> Option<Vec<Address>> {
    let address = |listener: &str| {
        let (host, port) = listener.trim().split_once("://")?.1.rsplit_once(':')?;
        Some(Address { host: host.to_owned(), port: port.parse().ok()? })
    };
    listeners.split(',').filter(|listener| !listener.trim().is_empty()).map(address).collect()
}

impl<'a> Broker<'a> {
    /// Reads a file; `None` where it is a template, of KRaft, or not to be read.
    pub fn of(file: &'a ConfigFile) -> Option<Self> {
        let name = file.path.file_name()?.to_str()?.to_ascii_lowercase();
        let value = |key: &str| file.document.get(key).map(str::trim);
        if ["template", "example", "sample"].iter().any(|part| name.contains(part)) || value("process.roles").is_some() {
            return None;
        }
        let connect = value("zookeeper.connect")?;
        let (hosts, chroot) = connect.split_once('/').map_or((connect, ""), |(hosts, chroot)| (hosts, chroot));
        let mut coordinators = Vec::new();
        for part in hosts.split(',') {
            let (host, port) = part.trim().rsplit_once(':').unwrap_or((part.trim(), ""));
            let port = if port.is_empty() { COORDINATOR_PORT } else { port.parse().ok()? };
            coordinators.push(Address { host: host.to_owned(), port });
        }
        coordinators.sort_by(|one, other| (&one.host, one.port).cmp(&(&other.host, other.port)));
        let folders_key = if value("log.dirs").is_some() { "log.dirs" } else { "log.dir" };
        let folders =
            value(folders_key).unwrap_or(DEFAULT_FOLDER).split(',').map(|folder| folder.trim().trim_end_matches('/').to_owned());
        let listeners = addresses(value("listeners").unwrap_or(DEFAULT_LISTENERS))?;
        let mut broker = Self {
            file,
            id: value("broker.id").and_then(|id| id.parse().ok()).filter(|id| *id >= 0),
            listeners,
            folders: folders.collect(),
            folders_key,
            coordinators,
            machines: Vec::new(),
            chroot: chroot.trim_end_matches('/').to_owned(),
        };
        broker.machines = broker.machines();
        Some(broker)
    }

    /// The value of a key that the file gives.
    pub fn value(&self, key: &str) -> Option<&str> {
        self.file.document.get(key).map(str::trim)
    }

    /// `file:line` of a key; the file alone where it does not give it.
    pub fn place(&self, key: &str) -> String {
        match self.file.document.entry(key) {
            Some(entry) => format!("{}:{}", self.file.shown, entry.key_span.line),
            None => self.file.shown.clone(),
        }
    }

    /// A finding at the value of a key, or at the broker's id where the file leaves the key to its default.
    pub fn at(&self, key: &str, rule: &'static Rule, label: impl Into<Message>) -> Diagnostic {
        let entry = [key, "broker.id", "zookeeper.connect"].iter().find_map(|key| self.file.document.entry(key));
        match entry {
            Some(entry) => at_entry(self.file, entry, rule, label.into()),
            None => finding(self.file, 0..0, rule, label.into()),
        }
    }

    /// Whether both go to one coordinator: an address in common, and the same chroot.
    pub fn connects_as(&self, other: &Self) -> bool {
        self.chroot == other.chroot && self.coordinators.iter().any(|address| other.coordinators.contains(address))
    }

    /// The listeners that others are told, and the key they stand under; `None` where they cannot be read.
    pub fn advertised(&self) -> Option<(&'static str, Vec<Address>)> {
        let key = if self.value("advertised.listeners").is_some() { "advertised.listeners" } else { "listeners" };
        Some((key, addresses(self.value(key)?)?))
    }

    fn machines(&self) -> Vec<String> {
        let advertised = self.advertised().map(|(_, listeners)| listeners).unwrap_or_default();
        let named = self.listeners.iter().chain(&advertised).map(|listener| listener.host.as_str());
        let named: BTreeSet<&str> = named.filter(|host| !host.is_empty() && *host != "0.0.0.0").collect();
        if self.coordinators.iter().all(|address| is_local(&address.host)) && named.iter().all(|host| is_local(host)) {
            return vec![HERE.to_owned()];
        }
        named.into_iter().filter(|host| !is_local(host)).map(str::to_owned).collect()
    }

    /// The number at the end of the file's name: `server-1.properties`.
    fn is_numbered(&self) -> bool {
        let stem = self.file.path.file_stem().and_then(|stem| stem.to_str()).unwrap_or("");
        stem.ends_with(|c: char| c.is_ascii_digit())
    }
}

/// The brokers of one folder that are one cluster's, in the order of their files: those with numbered names, and others whose id no
/// file before them has.
pub(super) fn members(brokers: Vec<Broker<'_>>) -> Vec<Broker<'_>> {
    let any_numbered = brokers.iter().filter(|broker| broker.is_numbered()).count() > 0;
    let mut ids = BTreeSet::new();
    let is_member = |broker: &Broker<'_>| {
        let first_of_all = any_numbered && broker.file.path.ends_with("server.properties");
        let own_id = broker.id.is_some_and(|id| !ids.contains(&id));
        let is_member = broker.is_numbered() || first_of_all || own_id;
        ids.extend(broker.id.filter(|_| is_member));
        is_member
    };
    brokers.into_iter().filter(is_member).collect()
}

/// A finding at the value of an entry.
pub(super) fn at_entry(file: &ConfigFile, entry: &Entry, rule: &'static Rule, label: Message) -> Diagnostic {
    finding(file, entry.value_span.range.clone(), rule, label)
}

fn finding(file: &ConfigFile, range: std::ops::Range<usize>, rule: &'static Rule, label: Message) -> Diagnostic {
    let bytes = file.document.as_bytes().into();
    rule.found(Source::File { path: file.path.clone(), shown: file.shown.clone(), bytes }, range, label)
}
