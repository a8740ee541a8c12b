//! The lab's servers as they are right now: found by process, asked by protocol.

use std::collections::{BTreeSet, HashMap};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::downloads::Downloads;
use super::invocations::Invocations;
use super::life::data_folders;
use super::scope::{BROKER_CLASS, COORDINATOR_CLASS, Scope};
use crate::engine::apache::Java;
use crate::engine::client::admin::ClusterDescription;
use crate::engine::client::{Bootstrap, Client, ClientConfig, ClientError, Connection};
use crate::engine::zookeeper::client::{Client as ZooKeeper, ConnectString, four_letter_word};
use crate::process::sockets;
use crate::process::table::{Identity, Process};

/// How long a server may take to answer one question before it counts as silent.
const ANSWER_DEADLINE: Duration = Duration::from_secs(2);
/// The session timeout of the checks' own ZooKeeper sessions, in milliseconds; they are closed at once.
const SESSION_TIMEOUT: Duration = Duration::from_secs(6);
/// The client id of the checks' requests.
const CLIENT_ID: &str = "kafkalab-check";

/// The system that a lab's checks ask.
#[derive(Debug)]
pub struct LabSystem {
    /// What belongs to the lab.
    pub scope: Scope,
    /// The tools that were run.
    pub invocations: Invocations,
    seen: Mutex<BTreeSet<String>>,
    /// Where each server that runs has answered once. It is not asked again while it listens there: its log belongs to the learner.
    answered: Mutex<HashMap<Identity, SocketAddr>>,
    /// The archives of a lab that begins with them.
    pub(super) downloads: Option<Downloads>,
    /// The Java that `java -version` was asked of, so that a JVM is not started for every look.
    pub(super) java: tokio::sync::OnceCell<Java>,
    /// The data folders of the broker that was seen running last.
    last_broker: Mutex<Vec<PathBuf>>,
}

/// A server process of the lab and where it answers.
#[derive(Clone, Debug)]
pub struct Server {
    /// The process number.
    pub pid: u32,
    /// The address that answered its protocol; `None` while none does.
    pub address: Option<SocketAddr>,
}

impl LabSystem {
    /// The system of one lab; `seen` are the servers that were seen serving in an earlier run of it.
    pub fn new(scope: Scope, invocations: Invocations, seen: impl IntoIterator<Item = String>) -> Self {
        Self {
            scope,
            invocations,
            seen: Mutex::new(seen.into_iter().collect()),
            answered: Mutex::default(),
            downloads: None,
            java: tokio::sync::OnceCell::new(),
            last_broker: Mutex::default(),
        }
    }

    /// The same, of a lab that begins with archives.
    #[must_use]
    pub fn with_downloads(self, downloads: Option<Downloads>) -> Self {
        Self { downloads, ..self }
    }

    /// The servers that have been seen serving in this lab, by main class.
    pub fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Whether a server of that main class was seen serving in this lab.
    pub fn was_seen(&self, class: &str) -> bool {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).contains(class)
    }

    /// Forgets what was seen and run before: the lab begins anew.
    pub fn forget(&self) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.answered.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.invocations.forget();
        self.last_broker.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Notes which servers serve now.
    pub async fn look(&self) {
        let _ = self.coordinator().await;
        let _ = self.brokers().await;
    }

    /// The data folders of the broker that was seen running last; none where none was.
    pub(super) fn last_broker(&self) -> Vec<PathBuf> {
        self.last_broker.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The lab's brokers as processes.
    pub(super) fn broker_processes(&self) -> Vec<Process> {
        let processes = self.scope.processes(BROKER_CLASS);
        let folders = processes.first().map(data_folders).filter(|folders| !folders.is_empty());
        if let Some(folders) = folders {
            *self.last_broker.lock().unwrap_or_else(PoisonError::into_inner) = folders;
        }
        processes
    }

    /// What runs of the lab, as a learner knows it, with its process number: servers and console clients.
    pub fn running(&self) -> Vec<String> {
        self.scope.running().into_iter().map(|(name, pid)| format!("{name} (pid {pid})")).collect()
    }

    /// The lab's coordinator: the first that answers, else one that does not (yet), else none.
    pub async fn coordinator(&self) -> Option<Server> {
        let mut silent = None;
        for process in self.scope.processes(COORDINATOR_CLASS) {
            let address = self.address_of(&process, COORDINATOR_CLASS, is_coordinator).await;
            let server = Server { pid: process.pid(), address };
            if address.is_some() {
                return Some(server);
            }
            silent.get_or_insert(server);
        }
        silent
    }

    /// The lab's brokers, each with the address that answers the Kafka protocol.
    pub async fn brokers(&self) -> Vec<Server> {
        let mut servers = Vec::new();
        for process in self.broker_processes() {
            let address = self.address_of(&process, BROKER_CLASS, is_broker).await;
            servers.push(Server { pid: process.pid(), address });
        }
        servers
    }

    /// Where a server answers its protocol, asked once per process.
    async fn address_of(&self, process: &Process, class: &str, speaks: impl AsyncFn(SocketAddr) -> bool) -> Option<SocketAddr> {
        let addresses = addresses(process);
        let known = self.answered.lock().unwrap_or_else(PoisonError::into_inner).get(&process.identity).copied();
        if let Some(known) = known.filter(|known| addresses.contains(known)) {
            return Some(known);
        }
        for address in addresses {
            if speaks(address).await {
                let mut answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
                answered.retain(|identity, _| identity.is_running());
                answered.insert(process.identity, address);
                drop(answered);
                self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(class.to_owned());
                return Some(address);
            }
        }
        None
    }

    /// A client of the lab's first broker that answers.
    pub async fn client(&self) -> Option<Client> {
        let address = self.brokers().await.iter().find_map(|broker| broker.address)?;
        Some(client_of(address))
    }
}

/// A client with the short deadlines of a check.
pub(super) fn client_of(address: SocketAddr) -> Client {
    let bootstrap = Bootstrap::one(&address.ip().to_string(), address.port());
    Client::new(ClientConfig {
        client_id: CLIENT_ID.to_owned(),
        request_timeout: ANSWER_DEADLINE,
        api_timeout: ANSWER_DEADLINE,
        ..ClientConfig::admin(bootstrap)
    })
}

/// Asks a broker about its cluster.
pub(super) async fn describe_cluster(address: SocketAddr) -> Result<ClusterDescription, ClientError> {
    client_of(address).describe_cluster().await
}

/// The ids that are registered with a coordinator under `/brokers/ids`; `None` where it does not answer.
pub(super) async fn registered_brokers(coordinator: SocketAddr) -> Option<Vec<String>> {
    let connect: ConnectString = coordinator.to_string().parse().ok()?;
    let client = ZooKeeper::connect(&connect, SESSION_TIMEOUT, ANSWER_DEADLINE).await.ok()?;
    let children = tokio::time::timeout(ANSWER_DEADLINE, client.get_children("/brokers/ids")).await;
    client.close().await;
    children.ok()?.ok().map(|(children, _)| children)
}

/// Whether what listens there speaks the ZooKeeper protocol: `srvr` is answered by every ZooKeeper and leaves no trace in it.
pub async fn is_coordinator(address: SocketAddr) -> bool {
    let answer = four_letter_word(&address.ip().to_string(), address.port(), "srvr", ANSWER_DEADLINE).await;
    answer.is_ok_and(|answer| answer.starts_with("Zookeeper version:"))
}

/// Whether what listens there speaks the Kafka protocol.
pub async fn is_broker(address: SocketAddr) -> bool {
    Connection::connect(&address.ip().to_string(), address.port(), CLIENT_ID, ANSWER_DEADLINE).await.is_ok()
}

/// Where a process listens, as addresses that can be connected to. The lowest port first: a JVM listens on a random high port
/// besides its own.
fn addresses(process: &Process) -> Vec<SocketAddr> {
    let mut addresses: Vec<SocketAddr> = sockets::addresses_of(process.pid()).into_iter().map(reachable).collect();
    addresses.sort_by_key(SocketAddr::port);
    addresses
}

fn reachable(address: SocketAddr) -> SocketAddr {
    match address.ip() {
        ip if ip.is_unspecified() => SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), address.port()),
        // a Java server shows an IPv4 address as an IPv6 one
        IpAddr::V6(ip) => SocketAddr::new(ip.to_canonical(), address.port()),
        IpAddr::V4(_) => address,
    }
}
