//! Starting a server: load the data directory, listen, serve.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Once};
use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::accept::{self, ConnectionLimits};
use super::admin::{AdminError, Listening};
use super::announce;
use super::audit;
use super::config::ServerConfig;
use super::connection::Shared;
use super::coordinator::Coordinator;
use super::metrics::{Counters, Observed, Summaries};
use super::purge;
use super::run::{Clock, Core, Stopped};
use super::snapshot::log_snapshotting;
use super::statistics::Namespaces;
use crate::engine::zookeeper::data_tree::{Change, DataTree};
use crate::engine::zookeeper::digest_check::{DigestCheck, SnapshotDigest};
use crate::engine::zookeeper::storage::{Loaded, Observer, Storage, StorageError};
use crate::engine::zookeeper::txn::LogEntry;
use crate::net::{self, Shutdown};
use crate::{log_error, log_info, log_warn};

const LOGGER: &str = "org.apache.zookeeper.server.ZooKeeperServer";
const FACTORY: &str = "org.apache.zookeeper.server.NIOServerCnxnFactory";
/// The backlog where none is set, as the JVM's.
const DEFAULT_BACKLOG: u32 = 50;
/// `snapshotSizeFactor` where none is set.
const SNAPSHOT_SIZE_FACTOR: f64 = 0.33;
/// The least `commitLogCount`.
const MIN_COMMIT_LOG_COUNT: i32 = 500;
/// How long the name to listen on may take to resolve.
const RESOLVE_TIMEOUT: Duration = Duration::from_secs(10);

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The data directory cannot be used.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The first snapshot cannot be written.
    #[error(transparent)]
    Snapshot(StorageError),
    /// The AdminServer cannot serve.
    #[error(transparent)]
    Admin(#[from] AdminError),
    /// The port cannot be listened on.
    #[error("failed to listen on {host}:{port}")]
    Bind {
        /// The host.
        host: String,
        /// The port.
        port: u16,
        /// What the system says.
        source: io::Error,
    },
}

/// The server.
pub struct Server;

/// A server that serves until its shutdown is cancelled.
pub struct RunningServer {
    /// Where it listens; `None` where no port is set.
    pub local_addr: Option<SocketAddr>,
    /// Where its AdminServer listens.
    pub admin_addr: Option<SocketAddr>,
    core: JoinHandle<Result<(), Stopped>>,
}

impl RunningServer {
    /// Waits until the server has ended.
    ///
    /// # Errors
    /// The disk refused a transaction or a snapshot.
    pub async fn ended(self) -> Result<(), Stopped> {
        self.core.await.unwrap_or_else(|error| Err(Stopped::Log(io::Error::other(error))))
    }
}

impl Server {
    /// Loads the data directory, listens, and serves in the background until `shutdown` is cancelled.
    ///
    /// # Errors
    /// The data directory or the port cannot be used.
    pub async fn start(config: ServerConfig, shutdown: Shutdown) -> Result<RunningServer, ServerError> {
        for (logger, sentence) in &config.warnings {
            log_warn!(logger, "{sentence}");
        }
        announce::authentication(&config);
        let mut storage = Storage::open(&config.data_dir, &config.data_log_dir, config.storage.clone())?;
        announce::created(&config, &storage);
        let admin = match config.admin.clone() {
            Some(admin) => Listening::bind(admin).await?,
            None => None,
        };
        let listener = match &config.client_address {
            Some((host, port)) => Some(listen(&config, host, *port).await?),
            None => None,
        };
        // after the port: who starts the same server twice reads of the port, as with ZooKeeper
        storage.lock()?;
        let clock = Clock::start();
        let mut replay = Replay::new(&config);
        let (loaded, times) = load(&storage, &config, &mut replay)?;
        let mut coordinator = Coordinator::new(loaded.tree, loaded.sessions, config.options.clone(), clock.now());
        coordinator.digests = replay.digests;
        coordinator.namespaces = replay.namespaces;
        let (to_purge, stop_purging) = (storage.clone(), shutdown.clone());
        let (core_sender, inputs) = mpsc::channel(config.outstanding_limit);
        let (open_connections, counters) = (Arc::new(AtomicUsize::new(0)), Arc::new(Counters::new()));
        let config = Arc::new(config);
        let mut core =
            Core::new(coordinator, storage, clock, Arc::clone(&config), Arc::clone(&open_connections), Arc::clone(&counters));
        times.count(replay.moments, &mut core.statistics.summaries);
        let core = tokio::spawn(core.run(inputs, shutdown.clone()));
        let local_addr = listener.as_ref().and_then(|listener| listener.local_addr().ok());
        let admin_addr = admin.as_ref().and_then(Listening::local_addr);
        if let Some(admin) = admin {
            tokio::spawn(admin.serve(core_sender.clone(), shutdown.clone()));
        }
        let large_bytes = Arc::new(AtomicUsize::new(0));
        let (config_of_all, first_word) = (Arc::clone(&config), Arc::new(Once::new()));
        let shared = Shared { core: core_sender, config: config_of_all, counters, large_bytes, first_word, shutdown };
        match listener {
            Some(listener) => {
                let limits = ConnectionLimits {
                    of_address: usize::try_from(config.max_client_connections).unwrap_or(0),
                    of_all: usize::try_from(config.max_connections).unwrap_or(0),
                };
                tokio::spawn(accept::accept(listener, shared, open_connections, limits));
            }
            // without a port the server lives on all the same
            None => {
                tokio::spawn(async move { shared.shutdown.cancelled().await });
            }
        }
        if let Ok(hours @ 1..) = u64::try_from(config.purge_interval) {
            let retain = usize::try_from(config.snap_retain_count).unwrap_or(usize::MAX);
            tokio::spawn(purge::purge(to_purge, retain, Duration::from_secs(hours * 3600), stop_purging));
        }
        log_info!(
            "org.apache.zookeeper.server.PrepRequestProcessor",
            "PrepRequestProcessor (sid:0) started, reconfigEnabled={}",
            config.options.reconfig
        );
        Ok(RunningServer { local_addr, admin_addr, core })
    }
}

async fn listen(config: &ServerConfig, host: &str, port: u16) -> Result<TcpListener, ServerError> {
    log_info!(
        "org.apache.zookeeper.server.ServerCnxnFactory",
        "Using org.apache.zookeeper.server.NIOServerCnxnFactory as server connection factory"
    );
    if config.max_connections == 0 {
        log_warn!("org.apache.zookeeper.server.ServerCnxnFactory", "maxCnxns is not configured, using default value 0.");
    } else {
        log_info!("org.apache.zookeeper.server.ServerCnxnFactory", "maxCnxns configured value is {}.", config.max_connections);
    }
    let shown = if host.is_empty() { "0.0.0.0" } else { host };
    let address = net::resolve(shown, port, RESOLVE_TIMEOUT).await;
    let address = address.ok().and_then(|found| found.first().map(|address| address.ip().to_string()));
    log_info!(FACTORY, "binding to port {shown}/{}:{port}", address.as_deref().unwrap_or("<unresolved>"));
    let backlog = u32::try_from(config.backlog).unwrap_or(DEFAULT_BACKLOG);
    net::bind(host, port, backlog).await.map_err(|source| ServerError::Bind { host: host.to_owned(), port, source })
}

/// Looks at the transactions of the logs as at those that follow them.
struct Replay {
    digests: DigestCheck,
    audit: bool,
    namespaces: Namespaces,
    moments: Moments,
}

impl Replay {
    fn new(config: &ServerConfig) -> Self {
        let moments = Moments { began: Instant::now(), snapshot: None, transactions: 0, ended: None };
        let (digests, namespaces) = (DigestCheck::new(config.options.digest), Namespaces::default());
        Self { digests, audit: config.options.audit, namespaces, moments }
    }
}

/// When the data directory was read.
#[derive(Clone, Copy)]
struct Moments {
    began: Instant,
    /// The snapshot was read.
    snapshot: Option<Instant>,
    transactions: u64,
    /// The last transaction was read.
    ended: Option<Instant>,
}

/// How long parts of a start took, in ms.
struct Times {
    database: u128,
    snapshot: u128,
}

impl Times {
    /// Puts them where `mntr` shows them.
    fn count(&self, moments: Moments, summaries: &mut Summaries) {
        summaries.add(Observed::DatabaseInit, self.database);
        summaries.add(Observed::Snapshot, self.snapshot);
        let loaded = moments.snapshot.map_or(self.database, |read| read.duration_since(moments.began).as_millis());
        summaries.add(Observed::SnapshotLoad, loaded);
        if let Some(ended) = moments.ended.filter(|_| moments.transactions > 0) {
            let from = moments.snapshot.unwrap_or(moments.began);
            summaries.add(Observed::TransactionsLoaded, moments.transactions);
            summaries.add(Observed::TransactionsLoad, ended.duration_since(from).as_millis());
        }
    }
}

impl Observer for Replay {
    fn snapshot(&mut self, tree: &DataTree, digest: Option<SnapshotDigest>) {
        self.moments.snapshot = Some(Instant::now());
        self.digests.loaded(tree, digest);
    }

    fn transaction(&mut self, tree: &DataTree, entry: &LogEntry, changes: &[Change]) {
        self.moments.transactions += 1;
        self.digests.applied(tree, entry);
        self.namespaces.changed(tree, changes);
        if self.audit {
            audit::session_ended(entry, changes);
        }
    }

    fn end(&mut self, tree: &DataTree) {
        self.moments.ended = Some(Instant::now());
        self.digests.replayed(tree);
    }
}

/// What is of no use without followers: ZooKeeper logs it all the same, and what is wrong in it.
fn log_database_keys(config: &ServerConfig) {
    const DATABASE: &str = "org.apache.zookeeper.server.ZKDatabase";
    let property = |name: &str| config.properties.get(name).map(String::as_str);
    let (factor_name, count_name) = ("zookeeper.snapshotSizeFactor", "zookeeper.commitLogCount");
    let mut factor = SNAPSHOT_SIZE_FACTOR;
    match property(factor_name).map(str::parse::<f64>) {
        None => {}
        Some(Ok(found)) if found > 1.0 => {
            log_warn!(DATABASE, "The configured {factor_name} is invalid, going to use the default {SNAPSHOT_SIZE_FACTOR}");
        }
        Some(Ok(found)) => factor = found,
        Some(Err(_)) => log_error!(DATABASE, "Error parsing {factor_name}, using default value {SNAPSHOT_SIZE_FACTOR}"),
    }
    log_info!(DATABASE, "{factor_name} = {factor}");
    let mut count = MIN_COMMIT_LOG_COUNT;
    match property(count_name).map(str::parse::<i32>) {
        None => {}
        Some(Ok(found)) if found < MIN_COMMIT_LOG_COUNT => log_warn!(
            DATABASE,
            "The configured commitLogCount {count_name} is less than the recommended {MIN_COMMIT_LOG_COUNT}, going to use the \
             recommended one"
        ),
        Some(Ok(found)) => count = found,
        Some(Err(_)) => log_error!(DATABASE, "Error parsing {count_name} - use default value {MIN_COMMIT_LOG_COUNT}"),
    }
    log_info!(DATABASE, "{count_name}={count}");
}

/// Reads the data directory and, as ZooKeeper does at each start, takes a snapshot of what it held.
fn load(storage: &Storage, config: &ServerConfig, observer: &mut dyn Observer) -> Result<(Loaded, Times), ServerError> {
    const FACTORY: &str = "org.apache.zookeeper.server.watch.WatchManagerFactory";
    log_info!(FACTORY, "Using org.apache.zookeeper.server.watch.WatchManager as watch manager");
    log_info!(FACTORY, "Using org.apache.zookeeper.server.watch.WatchManager as watch manager");
    log_database_keys(config);
    let compression = storage.options().compression.name();
    log_info!("org.apache.zookeeper.server.persistence.SnapStream", "zookeeper.snapshot.compression.method = {compression}");
    let began = Instant::now();
    let mut loaded = storage.load_with(observer)?;
    if !config.options.extended_types {
        for path in loaded.tree.kill_ttls() {
            log_warn!(LOGGER, "Deleting {path}: without extendedTypesEnabled it is an ephemeral of a session that is not known");
        }
    }
    if loaded.is_new {
        log_snapshotting(storage, loaded.tree.last_zxid());
        storage.save(&loaded.tree, &loaded.sessions)?;
    }
    let database = began.elapsed().as_millis();
    log_info!(
        "org.apache.zookeeper.server.ZKDatabase",
        "Snapshot loaded in {} ms, highest zxid is 0x{:x}, digest is {}",
        database,
        loaded.tree.last_zxid(),
        loaded.tree.digest()
    );
    let began = Instant::now();
    log_snapshotting(storage, loaded.tree.last_zxid());
    // that of a new directory is written already
    if !loaded.is_new {
        storage.save(&loaded.tree, &loaded.sessions).map_err(ServerError::Snapshot)?;
    }
    let snapshot = began.elapsed().as_millis();
    log_info!(LOGGER, "Snapshot taken in {snapshot} ms");
    Ok((loaded, Times { database, snapshot }))
}
