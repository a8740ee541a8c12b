//! The broker's session with ZooKeeper and its registration in `/brokers/ids`.

use std::net::ToSocketAddrs;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use bytes::Bytes;

use super::config::BrokerConfig;
use super::controller::znodes::{self, Registration};
use super::controller::{Registered, Store, StoreError};
use super::log::now_ms;
use super::metadata::Endpoint;
use super::shutdown::close_session;
use crate::catalog::ZOOKEEPER_VERSION;
use crate::engine::exception::Exception;
use crate::engine::zookeeper::client::{Client, ClientError, ConnectString, ConnectStringError};
use crate::engine::zookeeper::protocol::{ErrorCode, Stat};
use crate::{log_error, log_info, net};

const ZK_CLIENT: &str = "kafka.zookeeper.ZooKeeperClient";
const ZOOKEEPER: &str = "org.apache.zookeeper.ZooKeeper";
const CHECKED_EPHEMERAL: &str = "kafka.zk.KafkaZkClient$CheckedEphemeral";
const KAFKA_ZK_CLIENT: &str = "kafka.zk.KafkaZkClient";
/// How long a new session after an expired one is waited for at a time.
const AGAIN: Duration = Duration::from_secs(30);
/// How long a session that no server has granted may take to be closed.
const CLOSING: Duration = Duration::from_secs(1);

/// Opens the session and registers the broker, at its start and again when the session has expired.
#[derive(Clone)]
pub struct Registrar {
    id: i32,
    config: Arc<BrokerConfig>,
    servers: ConnectString,
    /// The ports of listeners that asked for any, by listener.
    ports: Vec<(String, u16)>,
    /// The session in which this process has registered the broker; 0 before that.
    session: Arc<AtomicI64>,
}

impl Registrar {
    /// Reads `zookeeper.connect`.
    ///
    /// # Errors
    /// Java's exception for a port that is none, or no server at all.
    pub fn new(config: Arc<BrokerConfig>) -> Result<Self, Exception> {
        let servers = config.string("zookeeper.connect").unwrap_or("").parse().map_err(|error: ConnectStringError| {
            let class = match error {
                ConnectStringError::PortNotANumber(_) => "java.lang.NumberFormatException",
                _ => "java.lang.IllegalArgumentException",
            };
            Exception::new(class, error.to_string())
        })?;
        Ok(Self { id: config.int("broker.id"), config, servers, ports: Vec::new(), session: Arc::default() })
    }

    /// The id under which the broker registers.
    pub fn id(&self) -> i32 {
        self.id
    }

    /// Sets the id, which need not be the configuration's.
    pub fn set_id(&mut self, id: i32) {
        self.id = id;
    }

    /// Goes on with another configuration.
    pub fn set_config(&mut self, config: Arc<BrokerConfig>) {
        self.config = config;
    }

    /// Sets the ports that listeners got who asked for any.
    pub fn set_ports(&mut self, ports: Vec<(String, u16)>) {
        self.ports = ports;
    }

    fn session_timeout(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.config.int("zookeeper.session.timeout.ms")).unwrap_or(0))
    }

    /// Opens a session, within `zookeeper.connection.timeout.ms`.
    ///
    /// # Errors
    /// `ZooKeeperClientTimeoutException` where no server grants one in time.
    pub async fn connect(&self) -> Result<Store, Exception> {
        // the session that made the chroot was the first
        self.open_session(&self.servers, self.connect_string(), self.servers.chroot().is_empty()).await
    }

    fn connect_string(&self) -> &str {
        self.config.string("zookeeper.connect").unwrap_or("")
    }

    async fn open_session(&self, servers: &ConnectString, connect: &str, is_first: bool) -> Result<Store, Exception> {
        let session = self.session_timeout();
        log_info!(ZK_CLIENT, "[ZooKeeperClient Kafka server] Initializing a new session to {connect}.");
        if is_first {
            log_info!(ZOOKEEPER, "Client environment:zookeeper.version={ZOOKEEPER_VERSION}");
        }
        log_info!(
            ZOOKEEPER,
            "Initiating client connection, connectString={connect} sessionTimeout={} \
             watcher=kafka.zookeeper.ZooKeeperClient$ZooKeeperClientWatcher$@{:x}",
            session.as_millis(),
            std::process::id()
        );
        log_info!(ZK_CLIENT, "[ZooKeeperClient Kafka server] Waiting until connected.");
        let limit = self.config.optional_long("zookeeper.connection.timeout.ms");
        let limit = limit.map_or(session, |ms| Duration::from_millis(u64::try_from(ms).unwrap_or(0)));
        let (client, _) = Client::open(servers, session);
        match client.wait_connected(limit).await {
            Ok(()) => {
                log_info!(ZK_CLIENT, "[ZooKeeperClient Kafka server] Connected.");
                Ok(Store { client })
            }
            Err(ClientError::ConnectTimeout { .. }) => {
                // one that is still trying may take its time
                let close = tokio::time::timeout(CLOSING, client.close());
                close_session(async { drop(close.await) }).await;
                Err(Exception::new(
                    "kafka.zookeeper.ZooKeeperClientTimeoutException",
                    "Timed out waiting for connection while in state: CONNECTING",
                ))
            }
            Err(error) => Err(store_exception(&error.into())),
        }
    }

    /// Where `zookeeper.connect` has a chroot, makes it if it is missing, in a session of its own that sees it from above.
    ///
    /// # Errors
    /// As [`Registrar::connect`], and what ZooKeeper refuses.
    pub async fn ensure_chroot(&self) -> Result<(), Exception> {
        let chroot = self.servers.chroot();
        let above = self.connect_string().split('/').next().unwrap_or("");
        let Some(servers) = above.parse().ok().filter(|_| !chroot.is_empty()) else { return Ok(()) };
        let store = self.open_session(&servers, above, true).await?;
        let made = store.until_connected(async |store| {
            if store.client.exists(chroot).await?.is_none() {
                store.ensure_path(chroot).await?;
            }
            Ok(())
        });
        let made = made.await;
        close_session(store.client.close()).await;
        made.map_err(|error| store_exception(&error))
    }

    /// What clients and brokers are told of this broker's listeners, each with its security protocol.
    fn endpoints(&self) -> Vec<(Endpoint, String)> {
        let endpoint = |listener: &super::config::Listener| {
            let bound = self.ports.iter().find(|(name, _)| *name == listener.name).map(|(_, port)| *port);
            let port = if listener.port == 0 { bound } else { None };
            let port = port.or_else(|| u16::try_from(listener.port).ok()).unwrap_or(0);
            let host = listener.host.clone().unwrap_or_else(canonical_host_name);
            (Endpoint { listener: listener.name.clone(), host, port }, listener.protocol.clone())
        };
        self.config.advertised_listeners().iter().map(endpoint).collect()
    }

    /// Registers the broker; gives its epoch.
    ///
    /// # Errors
    /// `NodeExists` where another session has the id, a requirement where another broker has the same endpoint.
    pub async fn register(&self, store: &Store) -> Result<i64, Exception> {
        self.try_register(store).await.map_err(|refused| match refused {
            Refused::Endpoints(exception) => exception,
            Refused::Store(error) => store_exception(&error),
        })
    }

    async fn try_register(&self, store: &Store) -> Result<i64, Refused> {
        self.check_endpoints(store).await?;
        let endpoints = self.endpoints();
        let path = znodes::broker_path(self.id);
        log_info!(KAFKA_ZK_CLIENT, "Creating {path} (is it secure? false)");
        let data = self.data(&endpoints);
        let session = store.client.session_id();
        let stat = loop {
            match store.register(self.id, data.clone()).await {
                Ok(Registered::Here(stat)) => break stat,
                Ok(Registered::Elsewhere { owner }) if owner == self.session.load(Ordering::Relaxed) => {
                    log_info!(CHECKED_EPHEMERAL, "{}", left_over(&path, owner, session));
                    remove(store, &path).await?;
                }
                Ok(Registered::Elsewhere { owner }) => {
                    log_error!(CHECKED_EPHEMERAL, "Error while creating ephemeral at {path}, {}", owned(owner, session));
                    return Err(StoreError::from(ClientError::Code { code: ErrorCode::NodeExists, path }).into());
                }
                Err(error) => store.reconnected(error).await?,
            }
        };
        self.session.store(session, Ordering::Relaxed);
        log_info!(KAFKA_ZK_CLIENT, "Stat of the created znode at {path} is: {}\n", stat_text(&stat));
        let addresses: Vec<String> =
            endpoints.iter().map(|(end, _)| format!("{}://{}:{}", end.listener, end.host, end.port)).collect();
        log_info!(
            KAFKA_ZK_CLIENT,
            "Registered broker {} at path {path} with addresses: {}, czxid (broker epoch): {}",
            self.id,
            addresses.join(","),
            stat.czxid
        );
        Ok(stat.czxid)
    }

    /// What the znode holds.
    fn data(&self, endpoints: &[(Endpoint, String)]) -> Bytes {
        znodes::broker(&Registration {
            endpoints: endpoints.iter().map(|(endpoint, protocol)| (endpoint, protocol.as_str())).collect(),
            rack: self.config.string("broker.rack"),
            now_ms: now_ms(),
        })
    }

    /// Tells of listeners that changed.
    ///
    /// # Errors
    /// What ZooKeeper refuses.
    pub async fn update(&self, store: &Store) -> Result<(), StoreError> {
        let endpoints = self.endpoints();
        let path = znodes::broker_path(self.id);
        store.client.set_data(&path, self.data(&endpoints), None).await?;
        let shown = endpoints
            .iter()
            .map(|(end, protocol)| format!("EndPoint({},{},ListenerName({}),{protocol})", end.host, end.port, end.listener));
        let shown: Vec<String> = shown.collect();
        log_info!(KAFKA_ZK_CLIENT, "Updated broker {} at path {path} with addresses: ArraySeq({})", self.id, shown.join(", "));
        Ok(())
    }

    /// As Kafka, holds the endpoints as they were given against those of the other brokers.
    async fn check_endpoints(&self, store: &Store) -> Result<(), Refused> {
        let own: Vec<String> = self
            .config
            .advertised_listeners()
            .iter()
            .map(|listener| format!("{}:{}", listener.host.as_deref().unwrap_or("null"), listener.port))
            .collect();
        let brokers = loop {
            match store.brokers().await {
                Ok(brokers) => break brokers,
                Err(error) => store.reconnected(error).await?,
            }
        };
        for (id, broker) in brokers {
            let common: Vec<String> =
                broker.endpoints.iter().map(|end| format!("{}:{}", end.host, end.port)).filter(|end| own.contains(end)).collect();
            if id != self.id && !common.is_empty() {
                let common = common.join(",");
                let message =
                    format!("Configured end points {common} in advertised listeners are already registered by broker {id}");
                return Err(Refused::Endpoints(Exception::requirement(message)));
            }
        }
        Ok(())
    }

    /// A new session after the old one has expired, and the broker registered in it.
    ///
    /// The second value is as [`Registrar::register`] gives it; a connection that is lost meanwhile is no answer.
    pub async fn register_again(&self) -> (Store, Result<i64, Exception>) {
        log_info!(ZK_CLIENT, "[ZooKeeperClient Kafka server] Session expired.");
        loop {
            let (client, _) = Client::open(&self.servers, self.session_timeout());
            let store = Store { client };
            while store.client.wait_connected(AGAIN).await.is_ok() {
                match self.try_register(&store).await {
                    Err(Refused::Store(StoreError::Client(error)))
                        if error.is_connection_loss() || error.is_session_expired() => {}
                    Err(Refused::Store(error)) => return (store, Err(store_exception(&error))),
                    Err(Refused::Endpoints(exception)) => return (store, Err(exception)),
                    Ok(epoch) => return (store, Ok(epoch)),
                }
            }
        }
    }
}

/// Why a broker is not registered.
enum Refused {
    /// Another broker has the same endpoint.
    Endpoints(Exception),
    /// ZooKeeper could not be asked, or another session has the id.
    Store(StoreError),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<ClientError> for Refused {
    fn from(error: ClientError) -> Self {
        Self::Store(error.into())
    }
}

fn owned(owner: i64, own: i64) -> String {
    format!("node already exists and owner '0x{owner:x}' does not match current session '0x{own:x}'")
}

/// What the log says of a registration of this broker's former session.
fn left_over(path: &str, owner: i64, own: i64) -> String {
    let owned = owned(owner, own);
    format!(
        "Was not possible to create the ephemeral at {path}, {owned}, trying to delete and re-create it with the newest Zookeeper session"
    )
}

async fn remove(store: &Store, path: &str) -> Result<(), StoreError> {
    match store.client.delete(path, None).await {
        Err(error) if error.code() == Some(ErrorCode::NoNode) => Ok(()),
        Err(error) => store.reconnected(error.into()).await,
        Ok(()) => Ok(()),
    }
}

/// A znode's statistics as Java prints them.
fn stat_text(stat: &Stat) -> String {
    let Stat { czxid, mzxid, ctime, mtime, version, cversion, aversion, ephemeral_owner, data_length, num_children, pzxid } =
        stat;
    format!(
        "{czxid},{mzxid},{ctime},{mtime},{version},{cversion},{aversion},{ephemeral_owner},{data_length},{num_children},{pzxid}"
    )
}

/// An error of ZooKeeper as Java prints it.
pub fn store_exception(error: &StoreError) -> Exception {
    match error {
        StoreError::Client(ClientError::Code { code: ErrorCode::NodeExists, .. }) => {
            Exception::new("org.apache.zookeeper.KeeperException$NodeExistsException", "KeeperErrorCode = NodeExists")
        }
        StoreError::Client(error) => Exception::new("org.apache.zookeeper.KeeperException", error.to_string()),
        other => Exception::new("org.apache.kafka.common.KafkaException", other.to_string()),
    }
}

/// Java's `InetAddress.getLocalHost().getCanonicalHostName()`, as far as `/etc/hosts` tells it.
fn canonical_host_name() -> String {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let Some(address) = (name.as_str(), 0).to_socket_addrs().ok().and_then(|mut found| found.next()) else { return name };
    net::name_of(address.ip()).unwrap_or(name)
}
