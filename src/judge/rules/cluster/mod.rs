//! KL601 to KL609: the files of several brokers, held against each other and against the coordinator's beside them.
//!
//! Which files are one cluster's is guessed with care: they stand in one folder, and either their names are numbered or their
//! `broker.id`s differ. Variants of one broker (`server.properties`, `server-ssl.properties`) and templates are none.

mod broker;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use broker::Broker;

use super::Rule;
use super::config::file::ConfigFile;
use super::config::kind::Kind;
use crate::judge::diagnostic::{Diagnostic, Severity};
use crate::text::{Message, cluster as text, cluster_labels as labels};

/// Two brokers with one id.
pub static SAME_ID: Rule = Rule::file("KL601", "same-broker-id", Severity::Error, text::SAME_ID)
    .says(&["Error while creating ephemeral at /brokers/ids/"]);
/// Two brokers with one port on one machine.
pub static SAME_PORT: Rule = Rule::file("KL602", "same-port-on-one-host", Severity::Error, text::SAME_PORT);
/// Two brokers with one folder on one machine.
pub static SAME_FOLDER: Rule = Rule::file("KL603", "same-log-dirs-on-one-host", Severity::Error, text::SAME_FOLDER)
    .says(&["Failed to acquire lock on file .lock in"]);
/// Brokers that go to different coordinators.
pub static OTHER_COORDINATOR: Rule = Rule::file("KL604", "different-coordinators", Severity::Warning, text::OTHER_COORDINATOR);
/// More replicas than brokers.
pub static REPLICATION: Rule = Rule::file("KL605", "replication-larger-than-cluster", Severity::Warning, text::REPLICATION);
/// An address that only this machine understands, told to others.
pub static LOCALHOST: Rule = Rule::file("KL606", "localhost-among-several-hosts", Severity::Error, text::LOCALHOST);
/// Brokers that talk to each other in different ways.
pub static INTER_BROKER: Rule = Rule::file("KL607", "mixed-inter-broker-settings", Severity::Error, text::INTER_BROKER);
/// A coordinator's port that no broker beside it names.
pub static UNNAMED_COORDINATOR: Rule =
    Rule::file("KL608", "coordinator-nobody-names", Severity::Warning, text::UNNAMED_COORDINATOR);
/// Settings that should be the same on every broker.
pub static MIXED: Rule = Rule::file("KL609", "mixed-cluster-settings", Severity::Warning, text::MIXED);

/// Settings that say how many replicas there are to be, or how many of them must be in sync.
const REPLICAS: [&str; 5] = [
    "default.replication.factor",
    "offsets.topic.replication.factor",
    "transaction.state.log.replication.factor",
    "min.insync.replicas",
    "transaction.state.log.min.isr",
];
const BETWEEN_BROKERS: [&str; 3] =
    ["security.inter.broker.protocol", "inter.broker.listener.name", "sasl.mechanism.inter.broker.protocol"];
const CLUSTER_WIDE: [&str; 6] = [
    "min.insync.replicas",
    "default.replication.factor",
    "unclean.leader.election.enable",
    "auto.create.topics.enable",
    "inter.broker.protocol.version",
    "num.partitions",
];

/// What is found between files. Files of other kinds are passed over.
pub fn judge(files: &[ConfigFile]) -> Vec<Diagnostic> {
    let mut folders: BTreeMap<PathBuf, Vec<&ConfigFile>> = BTreeMap::new();
    for file in files {
        folders.entry(file.path.parent().unwrap_or(Path::new("")).to_owned()).or_default().push(file);
    }
    folders.into_values().flat_map(|files| folder(&files)).collect()
}

fn folder(files: &[&ConfigFile]) -> Vec<Diagnostic> {
    let brokers: Vec<Broker<'_>> =
        files.iter().filter(|file| file.kind == Kind::Broker).filter_map(|file| Broker::of(file)).collect();
    let mut findings = Vec::new();
    let coordinators: Vec<&&ConfigFile> = files.iter().filter(|file| file.kind == Kind::Coordinator).collect();
    if let [coordinator] = coordinators.as_slice() {
        findings.extend(unnamed(coordinator, &brokers));
    }
    let members = broker::members(brokers);
    let mut earlier = Earlier::default();
    for (number, broker) in members.iter().enumerate() {
        findings.extend(earlier.with_id_of(broker).map(|other| same_id(broker, other)));
        findings.extend(earlier.in_the_way_of(broker).into_iter().flat_map(|other| same_machine(broker, other)));
        if number > 0 {
            findings.extend(against_first(broker, &members[0]));
        }
        earlier.add(number, broker);
    }
    let on_several_machines = members.iter().any(tells_another_machine);
    for broker in members.iter().filter(|_| members.len() > 1) {
        findings.extend(replicas(broker, members.len()));
        findings.extend(localhost(broker).filter(|_| on_several_machines));
    }
    findings
}

/// The brokers that were looked at so far, by what no other one may have: however many there are, none is held against each of them.
#[derive(Default)]
struct Earlier<'a> {
    by_id: HashMap<i64, Vec<&'a Broker<'a>>>,
    /// By machine and port, and by machine and folder, with their numbers in the order of the files.
    by_port: HashMap<(&'a str, u16), Vec<(usize, &'a Broker<'a>)>>,
    by_folder: HashMap<(&'a str, &'a str), Vec<(usize, &'a Broker<'a>)>>,
}

impl<'a> Earlier<'a> {
    fn add(&mut self, number: usize, broker: &'a Broker<'a>) {
        if let Some(id) = broker.id {
            self.by_id.entry(id).or_default().push(broker);
        }
        for machine in &broker.machines {
            for listener in &broker.listeners {
                self.by_port.entry((machine, listener.port)).or_default().push((number, broker));
            }
            for folder in &broker.folders {
                self.by_folder.entry((machine, folder)).or_default().push((number, broker));
            }
        }
    }

    fn with_id_of(&self, broker: &Broker<'_>) -> Option<&'a Broker<'a>> {
        self.by_id.get(&broker.id?)?.iter().find(|other| other.connects_as(broker)).copied()
    }

    /// The first one on the same machine that wants the same port or folder.
    fn in_the_way_of(&self, broker: &'a Broker<'a>) -> Option<&'a Broker<'a>> {
        let machines = || broker.machines.iter().map(String::as_str);
        let ports = machines().flat_map(|machine| broker.listeners.iter().map(move |listener| (machine, listener.port)));
        let folders = machines().flat_map(|machine| broker.folders.iter().map(move |folder| (machine, folder.as_str())));
        let taken = ports.filter_map(|port| self.by_port.get(&port));
        let taken = taken.chain(folders.filter_map(|folder| self.by_folder.get(&folder)));
        // one id twice: it is one broker in two files, or that is said already
        let others = taken.filter_map(|others| others.iter().find(|(_, other)| other.id != broker.id));
        others.min_by_key(|(number, _)| *number).map(|(_, other)| *other)
    }
}

fn same_id(broker: &Broker<'_>, other: &Broker<'_>) -> Diagnostic {
    let id = broker.id.map_or_else(String::new, |id| id.to_string());
    let label = Message::new(labels::SAME_ID).with("id", id).with("place", other.place("broker.id"));
    broker.at("broker.id", &SAME_ID, label)
}

/// Ports and folders that two brokers on one machine both want.
fn same_machine(broker: &Broker<'_>, other: &Broker<'_>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let clash = broker.listeners.iter().find(|own| other.listeners.iter().any(|taken| taken.port == own.port));
    if let Some(listener) = clash {
        let label = Message::new(labels::SAME_PORT).with("port", listener.port).with("place", other.place("listeners"));
        findings.push(broker.at("listeners", &SAME_PORT, label));
    }
    if let Some(folder) = broker.folders.iter().find(|folder| other.folders.contains(folder)) {
        let label = Message::new(labels::SAME_FOLDER).with("folder", folder).with("place", other.place(other.folders_key));
        findings.push(broker.at(broker.folders_key, &SAME_FOLDER, label));
    }
    findings
}

fn against_first(broker: &Broker<'_>, first: &Broker<'_>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    if !broker.connects_as(first) {
        let label = Message::new(labels::OTHER_COORDINATOR)
            .with("value", first.value("zookeeper.connect").unwrap_or_default())
            .with("place", first.place("zookeeper.connect"));
        findings.push(broker.at("zookeeper.connect", &OTHER_COORDINATOR, label));
        return findings;
    }
    let differing = |keys: &'static [&'static str]| {
        keys.iter().filter_map(|key| {
            let (own, other) = (broker.value(key)?, first.value(key)?);
            (!own.eq_ignore_ascii_case(other)).then_some((*key, other))
        })
    };
    for (rule, keys) in [(&INTER_BROKER, &BETWEEN_BROKERS[..]), (&MIXED, &CLUSTER_WIDE[..])] {
        for (key, other) in differing(keys) {
            let label = Message::new(labels::DIFFERS).with("value", other).with("place", first.place(key));
            findings.push(broker.at(key, rule, label));
        }
    }
    findings
}

fn replicas(broker: &Broker<'_>, members: usize) -> Vec<Diagnostic> {
    let number = |key: &str| broker.value(key).and_then(|value| value.parse::<usize>().ok());
    let found = REPLICAS.iter().filter(|key| number(key).is_some_and(|count| count > members));
    found.map(|key| broker.at(key, &REPLICATION, Message::new(labels::REPLICATION).with("count", members))).collect()
}

/// A broker that tells others `localhost`.
fn localhost(broker: &Broker<'_>) -> Option<Diagnostic> {
    let (key, advertised) = broker.advertised()?;
    let local = advertised.iter().any(|listener| broker::is_local(&listener.host));
    local.then(|| broker.at(key, &LOCALHOST, labels::LOCALHOST))
}

/// Whether a broker tells others an address on another machine than this.
fn tells_another_machine(broker: &Broker<'_>) -> bool {
    let is_elsewhere = |host: &str| !host.is_empty() && !broker::is_local(host);
    broker.advertised().is_some_and(|(_, listeners)| listeners.iter().any(|listener| is_elsewhere(&listener.host)))
}

/// The coordinator's file where every broker beside it looks for one on this machine, and none at its port.
fn unnamed(coordinator: &ConfigFile, brokers: &[Broker<'_>]) -> Option<Diagnostic> {
    let entry = coordinator.document.entry("clientPort")?;
    let port: u16 = entry.value.trim().parse().ok()?;
    let addresses: Vec<_> = brokers.iter().flat_map(|broker| broker.coordinators.iter()).collect();
    let all_here = !addresses.is_empty() && addresses.iter().all(|address| broker::is_local(&address.host));
    if !all_here || addresses.iter().any(|address| address.port == port) {
        return None;
    }
    let first = brokers.first()?;
    let label = Message::new(labels::UNNAMED_COORDINATOR)
        .with("value", first.value("zookeeper.connect").unwrap_or_default())
        .with("place", first.place("zookeeper.connect"));
    Some(broker::at_entry(coordinator, entry, &UNNAMED_COORDINATOR, label))
}
