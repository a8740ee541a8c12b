//! A coordinator or a broker as a process that we started: when it serves, how it is, and how it ends. Which program it is, an
//! [`Engine`] says.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::client::{Bootstrap, Client, ClientConfig};
use super::zookeeper::client::four_letter_word;
use super::{tools, zookeeper};
use crate::net;
use crate::process::signal::Signal;
use crate::process::sockets;
use crate::process::spawn::{Child, Command, SpawnError, Stream, exit_code};
use crate::process::table::Process;
use crate::process::wait::{DeadlinePassed, until};

/// How long one look at a starting server may take before it is given up and made again.
const LOOK: Duration = Duration::from_secs(2);
/// How much of the end of a log is shown when a server has ended.
const LOG_TAIL_BYTES: u64 = 2048;

/// Which of the two servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// ZooKeeper, or what serves its protocol.
    Coordinator,
    /// Kafka.
    Broker,
}

impl Role {
    /// The main class, as the process table shows it.
    pub const fn main_class(self) -> &'static str {
        match self {
            Self::Coordinator => zookeeper::server::MAIN_CLASS,
            Self::Broker => tools::BROKER_CLASS,
        }
    }

    /// The script that starts it.
    pub fn start_script(self) -> &'static str {
        match self {
            Self::Coordinator => "zookeeper-server-start.sh",
            Self::Broker => "kafka-server-start.sh",
        }
    }

    /// The configuration file that Kafka ships for it.
    pub fn config_name(self) -> &'static str {
        match self {
            Self::Coordinator => "zookeeper.properties",
            Self::Broker => "server.properties",
        }
    }

    /// The word in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Coordinator => "coordinator",
            Self::Broker => "broker",
        }
    }
}

/// What runs Kafka.
pub trait Engine {
    /// `bundled` or `apache`.
    fn name(&self) -> &'static str;

    /// The command that runs a server with a configuration file in the foreground and lets it log to `logs`.
    fn command(&self, role: Role, config: &Path, logs: &Path) -> Command;
}

/// Why a server is not there.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// Its program could not be started.
    #[error(transparent)]
    Spawn(#[from] SpawnError),
    /// Its log file or folder cannot be written.
    #[error("failed to write {}", .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It ended before it served.
    #[error("the {role} ended with exit code {code} before it served; its log, {}, ends with:\n{tail}", .log.display())]
    Ended {
        /// Which server.
        role: &'static str,
        /// As a shell shows it.
        code: i32,
        /// Where it logged to.
        log: PathBuf,
        /// The last lines.
        tail: String,
    },
    /// It runs, but did not serve in time.
    #[error("{passed}; its log is {}", .log.display())]
    NotReady {
        /// What was waited for.
        passed: DeadlinePassed,
        /// Where it logs to.
        log: PathBuf,
    },
}

/// A server that we started. It is killed when this is dropped.
#[derive(Debug)]
pub struct Server {
    role: Role,
    port: u16,
    log: PathBuf,
    child: Child,
}

/// How a server is.
#[derive(Clone, Debug)]
pub struct State {
    /// Its process number.
    pub pid: u32,
    /// Its resident memory, in bytes.
    pub rss_bytes: u64,
}

impl Server {
    /// Starts a server whose configuration makes it listen on `port`; what it prints goes to `ROLE.log` in `logs`, which is made when
    /// missing.
    ///
    /// # Errors
    /// [`EngineError::Spawn`], or [`EngineError::Io`] where it cannot log.
    pub fn start(engine: &dyn Engine, role: Role, config: &Path, port: u16, logs: &Path) -> Result<Self, EngineError> {
        Self::start_logging_to(engine, role, config, port, logs, format!("{}.log", role.name()))
    }

    /// As [`Server::start`], for one of several servers: what it prints goes to the file of that name in `logs`.
    ///
    /// # Errors
    /// As [`Server::start`].
    pub fn start_logging_to(
        engine: &dyn Engine,
        role: Role,
        config: &Path,
        port: u16,
        logs: &Path,
        name: impl AsRef<Path>,
    ) -> Result<Self, EngineError> {
        let log = logs.join(name);
        let failed = |source| EngineError::Io { path: log.clone(), source };
        fs::create_dir_all(logs).map_err(failed)?;
        let file = File::create(&log).map_err(failed)?;
        let both = file.try_clone().map_err(failed)?;
        let command = engine.command(role, config, logs).stdout(Stream::File(file)).stderr(Stream::File(both));
        let child = command.kill_group_on_drop().spawn()?;
        Ok(Self { role, port, log, child })
    }

    /// The port that it serves on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where it logs to.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// Waits until it serves: it listens itself, whoever else may, and answers its protocol.
    ///
    /// # Errors
    /// [`EngineError::Ended`] as soon as it has ended, [`EngineError::NotReady`] when the deadline has passed.
    pub async fn ready(&mut self, deadline: Duration) -> Result<(), EngineError> {
        let what = format!("the {} to serve on port {}", self.role.name(), self.port);
        let (role, port, leader) = (self.role, self.port, self.child.identity());
        let serves = until(deadline, what, || async move {
            // where the process table cannot be read there is nobody to be mistaken for
            if leader.is_some_and(|leader| !sockets::group_listens_on(leader.pid, port)) {
                return None;
            }
            match role {
                Role::Coordinator => coordinator_serves(port).await.then_some(()),
                Role::Broker => broker_serves(port).await.then_some(()),
            }
        });
        // whoever listens on that port, it is not this server once it has ended
        tokio::select! {
            biased;
            status = self.child.wait() => {
                let code = status.map_or(-1, exit_code);
                Err(EngineError::Ended { role: role.name(), code, log: self.log.clone(), tail: tail(&self.log) })
            }
            served = serves => served.map_err(|passed| EngineError::NotReady { passed, log: self.log.clone() }),
        }
    }

    /// How it is; `None` where it has ended.
    pub fn describe(&self) -> Option<State> {
        let process: Process = self.child.identity()?.read().filter(Process::is_running)?;
        Some(State { pid: process.pid(), rss_bytes: process.rss_bytes })
    }

    /// Waits for its end. Gives the exit code as a shell shows it, -1 where the system cannot tell.
    pub async fn ended(&mut self) -> i32 {
        self.child.wait().await.map_or(-1, exit_code)
    }

    /// Asks it to end, and kills it where it has not within `grace`. Gives the exit code as a shell shows it.
    ///
    /// # Errors
    /// [`EngineError::Io`] where the system cannot tell.
    pub async fn stop(&mut self, grace: Duration) -> Result<i32, EngineError> {
        let stopped = self.child.stop(grace).await;
        stopped.map(exit_code).map_err(|source| EngineError::Io { path: self.log.clone(), source })
    }

    /// Kills it, as `kill -9` does, and waits for its end.
    ///
    /// # Errors
    /// [`EngineError::Io`] where the system cannot tell.
    pub async fn kill(&mut self) -> Result<i32, EngineError> {
        // gone already: waiting tells how
        let _ = self.child.signal(Signal::Kill);
        let status = self.child.wait().await;
        status.map(exit_code).map_err(|source| EngineError::Io { path: self.log.clone(), source })
    }
}

/// Whether a coordinator serves requests there: only then does `srvr` tell its mode.
pub async fn coordinator_serves(port: u16) -> bool {
    let answer = four_letter_word("127.0.0.1", port, "srvr", LOOK).await;
    answer.is_ok_and(|answer| answer.contains("\nMode: "))
}

/// Whether a broker serves there: it answers, and its cluster has a controller.
pub async fn broker_serves(port: u16) -> bool {
    // a client backs off after a refusal; while nothing listens a plain look is faster
    if net::connect("127.0.0.1", port, LOOK).await.is_err() {
        return false;
    }
    let described = client(port, LOOK).describe_cluster().await;
    described.is_ok_and(|cluster| cluster.controller.is_some() && !cluster.brokers.is_empty())
}

/// A client of the broker on that port of this machine.
pub fn client(port: u16, deadline: Duration) -> Client {
    let config = ClientConfig::admin(Bootstrap::one("localhost", port));
    Client::new(ClientConfig { request_timeout: deadline, api_timeout: deadline, ..config })
}

fn tail(log: &Path) -> String {
    let read = || {
        let mut file = File::open(log)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(LOG_TAIL_BYTES)))?;
        let mut bytes = Vec::new();
        file.take(LOG_TAIL_BYTES).read_to_end(&mut bytes)?;
        io::Result::Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    read().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    struct Script(&'static str);

    impl Engine for Script {
        fn name(&self) -> &'static str {
            "script"
        }

        fn command(&self, _: Role, config: &Path, _: &Path) -> Command {
            Command::new("sh").args(["-c", self.0, "sh"]).arg(config)
        }
    }

    fn start(script: &'static str, port: u16, folder: &Path) -> Server {
        Server::start(&Script(script), Role::Coordinator, Path::new("x.properties"), port, folder).expect("sh starts")
    }

    #[tokio::test]
    async fn a_server_that_ends_is_not_waited_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let listener = net::bind("", 0, 5).await.expect("somebody else listens on its port");
        let port = listener.local_addr().expect("bound").port();
        let mut server = start("echo no $1; exit 2", port, folder.path());
        match server.ready(Duration::from_secs(20)).await {
            Err(EngineError::Ended { code: 2, tail, .. }) => assert_eq!(tail, "no x.properties\n"),
            other => panic!("expected its end, found {other:?}"),
        }
        assert!(server.describe().is_none());
    }

    #[tokio::test]
    async fn somebody_elses_server_on_its_port_is_not_taken_for_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let listener = net::bind("", 0, 5).await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let accept = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let _ = stream.read_exact(&mut [0; 4]).await;
                let _ = stream.write_all(b"Zookeeper version: 3.8.2\nMode: standalone\n").await;
            }
        });
        assert!(coordinator_serves(port).await, "it answers as one that serves");
        let mut server = start("exec sleep 600", port, folder.path());
        let found = server.ready(Duration::from_millis(300)).await;
        assert!(matches!(found, Err(EngineError::NotReady { .. })), "{found:?}");
        accept.abort();
    }

    #[tokio::test]
    async fn a_listener_that_does_not_serve_is_not_ready() {
        let folder = tempfile::tempdir().expect("a folder");
        let listener = net::bind("", 0, 5).await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let accept = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let _ = stream.write_all(b"This ZooKeeper instance is not currently serving requests\n").await;
            }
        });
        let mut server = start("exec sleep 600", port, folder.path());
        match server.ready(Duration::from_millis(300)).await {
            Err(EngineError::NotReady { passed, .. }) => assert!(passed.what.contains("the coordinator to serve on port")),
            other => panic!("expected no readiness, found {other:?}"),
        }
        assert!(server.describe().is_some_and(|state| state.rss_bytes > 0));
        assert_eq!(server.kill().await.ok(), Some(137));
        accept.abort();
    }
}
