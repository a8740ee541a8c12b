//! What runs on the learner's machine, as the rules ask for it: found by process where one can be seen, else asked by protocol.

use std::time::Duration;

use tokio::runtime::Handle;

use crate::engine::client::Connection;
use crate::engine::zookeeper::client::four_letter_word;
use crate::judge::rules::context::{Address, Ending, Listening, ProcessRole, Speaker, SystemView};
use crate::lab::check::scope::{BROKER_CLASS, CONSUMER_CLASS, COORDINATOR_CLASS, PRODUCER_CLASS, Scope};
use crate::net;
use crate::process::sockets;
use crate::process::table::Process;

/// How long one question may take; a line is held meanwhile.
const ANSWER_DEADLINE: Duration = Duration::from_millis(700);
/// The client id of the questions.
const CLIENT_ID: &str = "kafkalab-coach";

/// This machine. Its answers block: it is asked on a thread that may.
#[derive(Debug)]
pub struct LiveSystem {
    runtime: Handle,
    scope: Scope,
    to_be_ended: Vec<Ending>,
}

impl LiveSystem {
    /// For the runtime that the questions run on; of all servers, only those in `scope` are recommended to the learner.
    pub fn new(runtime: Handle, scope: Scope, to_be_ended: Vec<Ending>) -> Self {
        Self { runtime, scope, to_be_ended }
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
        let speaker = |listening: &sockets::Listening| {
            let process = listening.pid.and_then(Process::read);
            match process.filter(|process| self.scope.owns(process)) {
                Some(process) if process.runs_class(COORDINATOR_CLASS) => Speaker::Coordinator,
                Some(process) if process.runs_class(BROKER_CLASS) => Speaker::Broker,
                // what else listens on this machine is not ours to disturb
                _ => Speaker::Unknown,
            }
        };
        sockets::listening()
            .iter()
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

    fn speaker(&self, address: &Address) -> Speaker {
        // what its process tells need not be asked: the server's log is the learner's to read
        if matches!(address.host.as_str(), "localhost" | "127.0.0.1" | "::1" | "[::1]")
            && let Some(known) = self.listening().iter().find(|listening| listening.port == address.port)
            && known.speaker != Speaker::Unknown
        {
            return known.speaker;
        }
        self.runtime.block_on(ask(&address.host, address.port))
    }
}

async fn ask(host: &str, port: u16) -> Speaker {
    match net::connect(host, port, ANSWER_DEADLINE).await {
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => return Speaker::Nobody,
        Err(_) => return Speaker::Unknown,
    }
    let coordinator = four_letter_word(host, port, "srvr", ANSWER_DEADLINE).await;
    if coordinator.is_ok_and(|answer| answer.starts_with("Zookeeper version:") || answer.contains("whitelist")) {
        return Speaker::Coordinator;
    }
    match Connection::connect(host, port, CLIENT_ID, ANSWER_DEADLINE).await {
        Ok(_) => Speaker::Broker,
        Err(_) => Speaker::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;

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
