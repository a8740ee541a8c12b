//! A made-up machine for the tests of rules: its files, what listens on it, and the cases.

mod archive_cases;
mod broker_cases;
mod cases;
mod command_cases;
mod config_cases;
mod files;
mod kill_cases;
mod link_cases;
mod listener_cases;
mod other_cases;
mod silent_cases;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::context::{
    Address, CommandContext, Deleted, Ending, FileKind, FileView, Group, Listening, ProcessRole, Ran, Speaker, SystemView, Topic,
};
use crate::catalog::tools;

/// The folder of Kafka on the made-up machine.
pub(crate) const KAFKA: &str = "/home/learner/kafka_2.13-3.6.0";
/// The number of the one process of Kafka's that runs there.
const RUNNING: u32 = 4242;

/// A machine with Kafka unpacked and nothing running.
pub(crate) struct World {
    pub files: BTreeMap<PathBuf, Vec<u8>>,
    pub links: BTreeMap<PathBuf, PathBuf>,
    pub listening: Vec<Listening>,
    pub unknown_ports: Vec<u16>,
    pub variables: BTreeMap<String, String>,
    pub cwd: PathBuf,
    pub roles: BTreeMap<u32, ProcessRole>,
    pub to_be_ended: Vec<Ending>,
    pub ran: Option<Ran>,
    /// What the broker on 9092 says of the topic `t`.
    pub topic: Option<Topic>,
    /// How many records it was given since the line was typed.
    pub written: Option<usize>,
    /// The client that the topic `t` came back with.
    pub returned: Option<u32>,
    /// What the broker says of the group `g`.
    pub group: Option<Group>,
}

/// Where the broker of the made-up machine is asked.
const BROKER: &str = "localhost:9092";

impl World {
    pub fn new() -> Self {
        let mut files = BTreeMap::new();
        for tool in tools::all() {
            files.insert(Path::new(KAFKA).join("bin").join(tool.script), b"#!/bin/bash\n".to_vec());
        }
        files.insert(Path::new(KAFKA).join("bin/my-topics.sh"), Vec::new());
        let mut world = Self {
            files,
            links: BTreeMap::new(),
            listening: Vec::new(),
            unknown_ports: Vec::new(),
            variables: BTreeMap::from([
                ("HOME".to_owned(), "/home/learner".to_owned()),
                ("PATH".to_owned(), "/usr/bin".to_owned()),
            ]),
            cwd: Path::new(KAFKA).join("bin"),
            roles: BTreeMap::new(),
            to_be_ended: Vec::new(),
            ran: None,
            topic: None,
            written: None,
            group: None,
            returned: None,
        };
        world.write("config/zookeeper.properties", "dataDir=/tmp/zookeeper\nclientPort=2181\nmaxClientCnxns=0\n");
        world.write("config/server.properties", "broker.id=0\nlog.dirs=/tmp/kafka-logs\nzookeeper.connect=localhost:2181\n");
        world
    }

    /// The documented mistake, with the coordinator on 2181.
    pub fn with_connect(value: &str) -> Self {
        let mut world = Self::new();
        world.connect(value);
        world.listen(2181, Speaker::Coordinator);
        world
    }

    pub fn connect(&mut self, value: &str) {
        self.write(
            "config/server.properties",
            &format!("broker.id=0\n# 주키퍼\nzookeeper.connect={value}\nzookeeper.connection.timeout.ms=18000\n"),
        );
    }

    pub fn write(&mut self, path: &str, text: &str) {
        self.files.insert(Path::new(KAFKA).join(path), text.as_bytes().to_vec());
    }

    pub fn listen(&mut self, port: u16, speaker: Speaker) {
        self.listening.push(Listening { port, pid: Some(RUNNING), speaker });
    }

    pub fn context<'a>(&'a self, line: &'a str) -> CommandContext<'a> {
        CommandContext { line, cwd: &self.cwd, variables: &self.variables, files: self, system: self }
    }
}

impl FileView for World {
    fn kind(&self, path: &Path) -> FileKind {
        match self.files.keys().find(|file| file.starts_with(path)) {
            Some(file) if file == path => FileKind::File,
            Some(_) => FileKind::Folder,
            None => FileKind::Missing,
        }
    }

    fn list(&self, folder: &Path) -> Vec<String> {
        let names: BTreeSet<_> = self.files.keys().filter_map(|file| file.strip_prefix(folder).ok()?.iter().next()).collect();
        names.into_iter().map(|name| name.to_string_lossy().into_owned()).collect()
    }

    fn link(&self, path: &Path) -> Option<PathBuf> {
        self.links.get(path).cloned()
    }

    fn read(&self, path: &Path) -> Option<Vec<u8>> {
        self.files.get(path).cloned()
    }
}

impl SystemView for World {
    fn listening(&self) -> Vec<Listening> {
        self.listening.clone()
    }

    fn speaker(&self, address: &Address) -> Speaker {
        if self.unknown_ports.contains(&address.port) {
            return Speaker::Unknown;
        }
        let found = self.listening.iter().find(|listening| listening.port == address.port);
        found.map_or(Speaker::Nobody, |listening| listening.speaker)
    }

    fn runs(&self, pid: u32) -> bool {
        pid == RUNNING
    }

    fn role(&self, pid: u32) -> ProcessRole {
        self.roles.get(&pid).copied().unwrap_or(ProcessRole::Unknown)
    }

    fn to_be_ended(&self) -> &[Ending] {
        &self.to_be_ended
    }

    fn ran(&self) -> Option<&Ran> {
        self.ran.as_ref()
    }

    fn topic(&self, brokers: &str, topic: &str) -> Option<Topic> {
        self.topic.clone().filter(|_| (brokers, topic) == (BROKER, "t"))
    }

    fn written(&self, brokers: &str, topic: &str, _: SystemTime, _: usize) -> Option<usize> {
        self.written.filter(|_| (brokers, topic) == (BROKER, "t"))
    }

    fn returned(&self, brokers: &str, deleted: &Deleted, _: bool) -> Option<u32> {
        self.returned.filter(|_| (brokers, deleted.topic.as_str()) == (BROKER, "t"))
    }

    fn group(&self, brokers: &str, group: &str, topic: &str) -> Option<Group> {
        self.group.clone().filter(|_| (brokers, group, topic) == (BROKER, "g", "t"))
    }
}

/// How many cases there are in which a rule fires, and how many near misses of it.
pub(crate) fn cases(code: &str) -> (usize, usize) {
    let of_lines = cases::all().into_iter().filter(|case| case.code == code).map(|case| case.marked.is_some());
    let of_files = files::all().into_iter().filter(|case| case.code == code).map(|case| case.marked.is_some());
    let (fires, silent): (Vec<bool>, Vec<bool>) = of_lines.chain(of_files).partition(|fires| *fires);
    (fires.len(), silent.len())
}
