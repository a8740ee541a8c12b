//! What runs on the learner's machine, as the rules ask for it: found by process where one can be seen, else asked by protocol.

use std::io::ErrorKind;
use std::time::{Duration, SystemTime};

use tokio::net::TcpStream;
use tokio::runtime::Handle;

use super::asking;
use super::desk::running_server;
use crate::engine::client::{Client, ClientError, Connection};
use crate::engine::zookeeper::client::four_letter_word;
use crate::judge::rules::command::topic_returns::Deleting;
use crate::judge::rules::config::zookeeper_connect::DEFAULT_LISTENERS;
use crate::judge::rules::context::{
    Address, Deleted, DiskFiles, Ending, FileView as _, Group, Listening, ProcessRole, Ran, Speaker, SystemView, Topic,
    is_loopback,
};
use crate::lab::check::clients_of;
use crate::lab::check::scope::{BROKER_CLASS, CONSUMER_CLASS, COORDINATOR_CLASS, PRODUCER_CLASS, Scope};
use crate::net;
use crate::process::sockets;
use crate::process::table::Process;
use crate::properties::Document;

/// How long a question may take that only the network can answer; a line is held meanwhile, and Ctrl-C gives it up. What this machine's
/// own tables tell is not asked: a busy machine answers late, and what the coach says must not hang on that.
const ANSWER_DEADLINE: Duration = Duration::from_secs(5);
/// The client id of the questions.
pub(super) const CLIENT_ID: &str = "kafkalab-coach";
/// How long a line is held at most while a broker is asked what it is about.
const HELD_MAX: Duration = Duration::from_millis(500);

/// This machine. Its answers block: it is asked on a thread that may.
#[derive(Debug)]
pub struct LiveSystem {
    runtime: Handle,
    scope: Scope,
    to_be_ended: Vec<Ending>,
    ran: Option<Ran>,
}

impl LiveSystem {
    /// For the runtime that the questions run on; of all servers, only those in `scope` are recommended to the learner.
    pub fn new(runtime: Handle, scope: Scope, to_be_ended: Vec<Ending>) -> Self {
        Self { runtime, scope, to_be_ended, ran: None }
    }

    /// The same, about a line that has ended.
    #[must_use]
    pub fn after(self, ran: Ran) -> Self {
        Self { ran: Some(ran), ..self }
    }

    /// The topic that a line is about to delete, where clients are attached to it: only then it is asked for.
    pub fn deleted_by(&self, deleting: &Deleting) -> Option<Deleted> {
        let Deleting { brokers, topic } = deleting;
        clients_of(&self.scope, topic).first()?;
        let id = self.ask(brokers, async |client: &Client| client.describe_topic(topic).await)??.topic_id;
        (!id.is_nil()).then(|| Deleted { topic: topic.clone(), id })
    }

    /// Asks a broker: shortly while a line waits for it.
    fn ask<T>(&self, brokers: &str, question: impl AsyncFnOnce(&Client) -> Result<T, ClientError>) -> Option<T> {
        let deadline = if self.ran.is_some() { ANSWER_DEADLINE } else { HELD_MAX };
        self.ask_within(deadline, brokers, question)
    }

    fn ask_within<T>(
        &self,
        deadline: Duration,
        brokers: &str,
        question: impl AsyncFnOnce(&Client) -> Result<T, ClientError>,
    ) -> Option<T> {
        self.runtime.block_on(asking::ask(brokers, deadline, question))
    }
}

/// What a process of the lab is. The shell of a terminal leads a session of its own.
fn role(process: &Process) -> ProcessRole {
    let known = [
        (COORDINATOR_CLASS, ProcessRole::Coordinator),
        (BROKER_CLASS, ProcessRole::Broker),
        (PRODUCER_CLASS, ProcessRole::Client),
        (CONSUMER_CLASS, ProcessRole::Client),
    ];
    let of_class = known.into_iter().find(|(class, _)| process.runs_class(class)).map(|(_, role)| role);
    let name = process.name();
    let is_shell =
        process.session == process.pid() && matches!(name.trim_start_matches('-').rsplit('/').next(), Some("bash" | "sh"));
    of_class.unwrap_or(if is_shell { ProcessRole::Shell } else { ProcessRole::Unknown })
}

impl SystemView for LiveSystem {
    fn listening(&self) -> Vec<Listening> {
        let all = sockets::listening();
        let speaker = |listening: &sockets::Listening| {
            let process = listening.pid.and_then(Process::read);
            // what else listens on this machine is not ours to disturb
            let Some(process) = process.filter(|process| self.scope.owns(process)) else { return Speaker::Unknown };
            let ports: Vec<u16> =
                all.iter().filter(|of| of.pid == listening.pid).map(|listening| listening.address.port()).collect();
            let named = match speaker_of(&process) {
                Speaker::Coordinator => client_port(&process).into_iter().collect(),
                Speaker::Broker => listener_ports(&process),
                speaker => return speaker,
            };
            if is_for_clients(listening.address.port(), &ports, &named) { speaker_of(&process) } else { Speaker::Other }
        };
        all.iter()
            .map(|listening| Listening { port: listening.address.port(), pid: listening.pid, speaker: speaker(listening) })
            .collect()
    }

    fn role(&self, pid: u32) -> ProcessRole {
        let process = Process::read(pid).filter(|process| process.is_running() && self.scope.owns(process));
        process.map_or(ProcessRole::Unknown, |process| role(&process))
    }

    fn to_be_ended(&self) -> &[Ending] {
        &self.to_be_ended
    }

    fn ran(&self) -> Option<&Ran> {
        self.ran.as_ref()
    }

    fn topic(&self, brokers: &str, topic: &str) -> Option<Topic> {
        self.ask(brokers, async |client: &Client| asking::topic(client, topic).await)
    }

    fn written(&self, brokers: &str, topic: &str, since: SystemTime, awaited: usize) -> Option<usize> {
        self.ask(brokers, async |client: &Client| asking::written(client, topic, since, awaited).await)
    }

    fn returned(&self, brokers: &str, deleted: &Deleted, awaited: bool) -> Option<u32> {
        let attached = || clients_of(&self.scope, &deleted.topic);
        // a consumer asks for its topic by itself, a producer with its next message
        let consumes = attached().iter().any(|client| client.runs_class(CONSUMER_CLASS));
        let patience = if awaited && consumes { asking::MADE_ANEW } else { Duration::ZERO };
        attached().first()?;
        let question = async |client: &Client| asking::is_back(client, deleted, patience).await;
        let is_back = self.ask_within(ANSWER_DEADLINE + patience, brokers, question)?;
        attached().first().filter(|_| is_back).map(Process::pid)
    }

    fn group(&self, brokers: &str, group: &str, topic: &str) -> Option<Group> {
        self.ask(brokers, async |client: &Client| asking::group(client, group, topic).await)
    }

    fn speaker(&self, address: &Address) -> Speaker {
        // what its process tells need not be asked: the server's log is the learner's to read
        let known = is_loopback(&address.host).then(|| speaker_in_table(address.port));
        match known {
            Some(Some(speaker)) if speaker != Speaker::Unknown => speaker,
            known => {
                let in_use = known.map(|listened| listened.is_some());
                self.runtime.block_on(ask(address, in_use, ANSWER_DEADLINE))
            }
        }
    }
}

/// What listens on a port of this machine, whoever started it; `None` where nothing does.
fn speaker_in_table(port: u16) -> Option<Speaker> {
    let process = sockets::listening_on(port)?.pid.and_then(Process::read);
    Some(process.map_or(Speaker::Unknown, |process| speaker_of(&process)))
}

fn speaker_of(process: &Process) -> Speaker {
    if process.runs_class(COORDINATOR_CLASS) {
        Speaker::Coordinator
    } else if process.runs_class(BROKER_CLASS) {
        Speaker::Broker
    } else {
        Speaker::Unknown
    }
}

/// The port for clients that a coordinator's file names.
fn client_port(process: &Process) -> Option<u16> {
    let config = running_server(process, COORDINATOR_CLASS).config?;
    Document::parse(DiskFiles.read(&config)?).ok()?.get("clientPort")?.trim().parse().ok()
}

/// The ports of a broker's `listeners`, as its command line has them or else its file.
fn listener_ports(process: &Process) -> Vec<u16> {
    let overrides = process.argv.iter().rev().filter_map(|word| word.to_str()?.strip_prefix("listeners="));
    let in_file = || {
        let config = running_server(process, BROKER_CLASS).config?;
        Document::parse(DiskFiles.read(&config)?).ok()?.get("listeners").map(str::to_owned)
    };
    let listeners = overrides.map(str::to_owned).next().or_else(in_file);
    let listeners = listeners.as_deref().unwrap_or(DEFAULT_LISTENERS);
    listeners.split(',').filter_map(|listener| listener.rsplit_once(':')?.1.trim().parse().ok()).collect()
}

/// Whether clients are served on a port of a server's, which listens on `ports`: a JVM opens one more for whoever watches it. The ports that
/// its file names count where one of them is open; the file may have been edited since.
fn is_for_clients(port: u16, ports: &[u16], named: &[u16]) -> bool {
    named.contains(&port) || !named.iter().any(|named| ports.contains(named))
}

/// Asks by protocol. `in_use` is what the table of this machine's sockets says of the port; `None` for another machine's.
async fn ask(address: &Address, in_use: Option<bool>, deadline: Duration) -> Speaker {
    let (host, port) = (address.host.as_str(), address.port);
    match net::connect(host, port, deadline).await {
        Err(error) => return unreached(error.kind(), in_use),
        // the system may give a connection the very port that it is to lead to: it has reached nobody but itself
        Ok(stream) if is_to_itself(&stream) => return unreached(ErrorKind::ConnectionRefused, in_use),
        Ok(_) => {}
    }
    // a server drops what is not its own protocol, so both are asked at once
    let coordinator = four_letter_word(host, port, "srvr", deadline);
    let broker = Connection::connect(host, port, CLIENT_ID, deadline);
    match tokio::join!(coordinator, broker) {
        (Ok(answer), _) if answer.starts_with("Zookeeper version:") || answer.contains("whitelist") => Speaker::Coordinator,
        (_, Ok(_)) => Speaker::Broker,
        _ => Speaker::Unknown,
    }
}

/// Whether both ends of a connection are the same.
fn is_to_itself(stream: &TcpStream) -> bool {
    matches!((stream.local_addr(), stream.peer_addr()), (Ok(local), Ok(peer)) if local == peer)
}

/// Who is where no connection is made: an answer that comes too late says nothing of its own.
fn unreached(error: ErrorKind, in_use: Option<bool>) -> Speaker {
    if error == ErrorKind::ConnectionRefused || in_use == Some(false) { Speaker::Nobody } else { Speaker::Unknown }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;

    #[tokio::test]
    async fn a_port_where_nobody_listens_is_known_however_busy_the_machine_is() {
        let port = net::free_port().await.expect("a port");
        assert_eq!(speaker_in_table(port), None);
        let check = |error: ErrorKind, in_use: Option<bool>, expected: Speaker| {
            assert_eq!(unreached(error, in_use), expected, "{error:?}, in use here: {in_use:?}");
        };
        check(ErrorKind::ConnectionRefused, Some(false), Speaker::Nobody);
        check(ErrorKind::TimedOut, Some(false), Speaker::Nobody);
        check(ErrorKind::TimedOut, Some(true), Speaker::Unknown);
        check(ErrorKind::ConnectionRefused, None, Speaker::Nobody);
        check(ErrorKind::TimedOut, None, Speaker::Unknown);
        let listening = net::bind("", port, 1).await.expect("it is free");
        assert_eq!(speaker_in_table(port), Some(Speaker::Unknown), "this is neither coordinator nor broker");
        drop(listening);
    }

    #[test]
    fn of_a_jvms_ports_one_is_for_clients() {
        let folder = tempfile::tempdir().expect("a folder");
        let named = |text: &str| {
            std::fs::write(folder.path().join("zookeeper.properties"), text).expect("written");
            let mut process = Process::read(std::process::id()).expect("this process runs");
            let file = folder.path().join("zookeeper.properties");
            process.argv = ["java".into(), COORDINATOR_CLASS.into(), file.into_os_string()].into();
            client_port(&process)
        };
        assert_eq!(named("dataDir=/d\nclientPort = 2182\n"), Some(2182));
        assert_eq!(named("dataDir=/d\n"), None);
        let check = |ports: &[u16], named: &[u16], expected: &[u16]| {
            let found: Vec<u16> = ports.iter().copied().filter(|port| is_for_clients(*port, ports, named)).collect();
            assert_eq!(found, expected, "{ports:?}, {named:?}");
        };
        check(&[2181, 40123], &[2181], &[2181]);
        check(&[2181, 40123], &[], &[2181, 40123]);
        check(&[9092, 9093, 40123], &[9092, 9093], &[9092, 9093]);
        // edited while it runs
        check(&[2181, 40123], &[2182], &[2181, 40123]);
    }

    #[test]
    fn a_brokers_ports_are_those_of_its_listeners() {
        let folder = tempfile::tempdir().expect("a folder");
        let named = |text: &str, more: &[&str]| {
            let file = folder.path().join("server.properties");
            std::fs::write(&file, text).expect("written");
            let mut process = Process::read(std::process::id()).expect("this process runs");
            process.argv = ["java".into(), BROKER_CLASS.into(), file.into_os_string()].into();
            process.argv.extend(more.iter().map(OsString::from));
            listener_ports(&process)
        };
        assert_eq!(named("broker.id=0\n", &[]), [9092]);
        assert_eq!(named("listeners=PLAINTEXT://:9096, OTHER://h:9097\n", &[]), [9096, 9097]);
        assert_eq!(named("listeners=PLAINTEXT://:9096\n", &["--override", "listeners=PLAINTEXT://:9098"]), [9098]);
    }

    #[test]
    fn processes_are_told_apart_by_what_they_run() {
        let check = |argv: &[&str], leads: bool, expected: ProcessRole| {
            let mut process = Process::read(std::process::id()).expect("this process runs");
            process.argv = argv.iter().map(OsString::from).collect();
            process.session = if leads { process.pid() } else { 1 };
            assert_eq!(role(&process), expected, "{argv:?}");
        };
        check(&["java", "-cp", "libs/*", "kafka.Kafka", "server.properties"], false, ProcessRole::Broker);
        check(&["java", "-cp", "libs/*", COORDINATOR_CLASS, "zookeeper.properties"], false, ProcessRole::Coordinator);
        check(&["java", "-cp", "libs/*", CONSUMER_CLASS, "--topic", "t"], false, ProcessRole::Client);
        check(&["/bin/bash", "--rcfile", "x"], true, ProcessRole::Shell);
        check(&["-bash"], true, ProcessRole::Shell);
        // a script that runs in a terminal
        check(&["bash", "x.sh"], false, ProcessRole::Unknown);
        check(&["vim", "server.properties"], false, ProcessRole::Unknown);
    }
}
