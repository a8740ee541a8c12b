//! Starting a server: load the data directory, listen, serve.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::config::ServerConfig;
use super::connection::{self, Shared};
use super::coordinator::Coordinator;
use super::four_letter::VERSION;
use super::run::{Clock, Core, QUEUE_LIMIT, Stopped, log_snapshotting};
use crate::engine::zookeeper::storage::{Loaded, Storage, StorageError};
use crate::net::{self, Shutdown};
use crate::{log_info, log_warn};

const LOGGER: &str = "org.apache.zookeeper.server.ZooKeeperServer";
const FACTORY: &str = "org.apache.zookeeper.server.NIOServerCnxnFactory";
/// The backlog where none is set, as the JVM's.
const DEFAULT_BACKLOG: u32 = 50;
/// The pause after a connection could not be accepted.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// How long the name to listen on may take to resolve.
const RESOLVE_TIMEOUT: Duration = Duration::from_secs(10);

const BANNER: [&str; 10] = [
    "",
    "  ______                  _                                          ",
    " |___  /                 | |                                         ",
    "    / /    ___     ___   | | __   ___    ___   _ __     ___   _ __   ",
    "   / /    / _ \\   / _ \\  | |/ /  / _ \\  / _ \\ | '_ \\   / _ \\ | '__|",
    "  / /__  | (_) | | (_) | |   <  |  __/ |  __/ | |_) | |  __/ | |    ",
    " /_____|  \\___/   \\___/  |_|\\_\\  \\___|  \\___| | .__/   \\___| |_|",
    "                                              | |                     ",
    "                                              |_|                     ",
    "",
];

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The data directory cannot be used.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The first snapshot cannot be written.
    #[error(transparent)]
    Snapshot(StorageError),
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
        log_info!(
            "org.apache.zookeeper.server.persistence.FileTxnSnapLog",
            "zookeeper.snapshot.trust.empty : {}",
            config.storage.trust_empty
        );
        let mut storage = Storage::open(&config.data_dir, &config.data_log_dir, config.storage.clone())?;
        log_created(&config, &storage);
        let listener = match &config.client_address {
            Some((host, port)) => Some(listen(&config, host, *port).await?),
            None => None,
        };
        // after the port: who starts the same server twice reads of the port, as with ZooKeeper
        storage.lock()?;
        let clock = Clock::start();
        let loaded = load(&storage)?;
        let coordinator = Coordinator::new(loaded.tree, loaded.sessions, config.options.clone(), clock.now());
        let (to_purge, stop_purging) = (storage.clone(), shutdown.clone());
        let (core_sender, inputs) = mpsc::channel(QUEUE_LIMIT);
        let open_connections = Arc::new(AtomicUsize::new(0));
        let core = Core::new(coordinator, storage, clock, config.clone(), Arc::clone(&open_connections));
        let core = tokio::spawn(core.run(inputs, shutdown.clone()));
        let local_addr = listener.as_ref().and_then(|listener| listener.local_addr().ok());
        let shared = Shared {
            core: core_sender,
            max_buffer: config.max_buffer,
            four_letter_words: config.four_letter_words.clone().into(),
            shutdown,
        };
        match listener {
            Some(listener) => {
                let limit = usize::try_from(config.max_client_connections).unwrap_or(0);
                tokio::spawn(accept(listener, shared, open_connections, limit));
            }
            // without a port the server lives on all the same
            None => {
                tokio::spawn(async move { shared.shutdown.cancelled().await });
            }
        }
        if let Ok(hours @ 1..) = u64::try_from(config.purge_interval) {
            let retain = usize::try_from(config.snap_retain_count).unwrap_or(usize::MAX);
            tokio::spawn(purge(to_purge, retain, Duration::from_secs(hours * 3600), stop_purging));
        }
        log_info!(
            "org.apache.zookeeper.server.PrepRequestProcessor",
            "PrepRequestProcessor (sid:0) started, reconfigEnabled=false"
        );
        Ok(RunningServer { local_addr, core })
    }
}

fn log_created(config: &ServerConfig, storage: &Storage) {
    for line in BANNER {
        log_info!(LOGGER, "{line}");
    }
    log_info!(LOGGER, "Server environment:zookeeper.version={VERSION}");
    let limits = config.options.limits;
    log_info!(LOGGER, "minSessionTimeout set to {} ms", limits.min_ms);
    log_info!(LOGGER, "maxSessionTimeout set to {} ms", limits.max_ms);
    log_info!(
        LOGGER,
        "Created server with tickTime {} ms minSessionTimeout {} ms maxSessionTimeout {} ms clientPortListenBacklog {} datadir {} \
         snapdir {}",
        limits.tick_ms,
        limits.min_ms,
        limits.max_ms,
        config.backlog,
        storage.logs().display(),
        storage.snapshots().display()
    );
}

async fn listen(config: &ServerConfig, host: &str, port: u16) -> Result<TcpListener, ServerError> {
    log_info!(
        "org.apache.zookeeper.server.ServerCnxnFactory",
        "Using org.apache.zookeeper.server.NIOServerCnxnFactory as server connection factory"
    );
    log_warn!("org.apache.zookeeper.server.ServerCnxnFactory", "maxCnxns is not configured, using default value 0.");
    let shown = if host.is_empty() { "0.0.0.0" } else { host };
    let address = net::resolve(shown, port, RESOLVE_TIMEOUT).await;
    let address = address.ok().and_then(|found| found.first().map(|address| address.ip().to_string()));
    log_info!(FACTORY, "binding to port {shown}/{}:{port}", address.as_deref().unwrap_or("<unresolved>"));
    let backlog = u32::try_from(config.backlog).unwrap_or(DEFAULT_BACKLOG);
    net::bind(host, port, backlog).await.map_err(|source| ServerError::Bind { host: host.to_owned(), port, source })
}

/// Reads the data directory and, as ZooKeeper does at each start, takes a snapshot of what it held.
fn load(storage: &Storage) -> Result<Loaded, ServerError> {
    const FACTORY: &str = "org.apache.zookeeper.server.watch.WatchManagerFactory";
    log_info!(FACTORY, "Using org.apache.zookeeper.server.watch.WatchManager as watch manager");
    log_info!(FACTORY, "Using org.apache.zookeeper.server.watch.WatchManager as watch manager");
    log_info!("org.apache.zookeeper.server.ZKDatabase", "zookeeper.snapshotSizeFactor = 0.33");
    log_info!("org.apache.zookeeper.server.ZKDatabase", "zookeeper.commitLogCount=500");
    let compression = storage.options().compression.name();
    log_info!("org.apache.zookeeper.server.persistence.SnapStream", "zookeeper.snapshot.compression.method = {compression}");
    let began = Instant::now();
    let loaded = storage.load()?;
    if loaded.is_new {
        log_snapshotting(storage, loaded.tree.last_zxid());
        storage.save(&loaded.tree, &loaded.sessions)?;
    }
    log_info!(
        "org.apache.zookeeper.server.ZKDatabase",
        "Snapshot loaded in {} ms, highest zxid is 0x{:x}, digest is {}",
        began.elapsed().as_millis(),
        loaded.tree.last_zxid(),
        loaded.tree.digest()
    );
    let began = Instant::now();
    log_snapshotting(storage, loaded.tree.last_zxid());
    storage.save(&loaded.tree, &loaded.sessions).map_err(ServerError::Snapshot)?;
    log_info!(LOGGER, "Snapshot taken in {} ms", began.elapsed().as_millis());
    Ok(loaded)
}

/// Deletes old files now and after each interval.
async fn purge(storage: Storage, retain: usize, interval: Duration, shutdown: Shutdown) {
    const LOGGER: &str = "org.apache.zookeeper.server.DatadirCleanupManager$PurgeTask";
    let mut ticks = tokio::time::interval(interval);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = shutdown.cancelled() => return,
        }
        log_info!(LOGGER, "Purge task started.");
        let storage = storage.clone();
        match tokio::task::spawn_blocking(move || storage.purge(retain)).await {
            Ok(Ok(gone)) => {
                for path in gone {
                    log_info!("org.apache.zookeeper.server.PurgeTxnLog", "Removing file: {}", path.display());
                }
            }
            Ok(Err(error)) => log_warn!(LOGGER, "Error occurred while purging. {error}"),
            Err(error) => log_warn!(LOGGER, "Error occurred while purging. {error}"),
        }
        log_info!(LOGGER, "Purge task completed.");
    }
}

/// Counts a connection as long as it lives, in all and by address.
struct Counted {
    open: Arc<AtomicUsize>,
    by_address: Arc<Mutex<HashMap<IpAddr, usize>>>,
    address: IpAddr,
}

impl Counted {
    /// `None` where the address has as many as it may.
    fn new(
        open: &Arc<AtomicUsize>,
        by_address: &Arc<Mutex<HashMap<IpAddr, usize>>>,
        address: IpAddr,
        limit: usize,
    ) -> Option<Self> {
        let mut counts = by_address.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(address).or_default();
        if limit > 0 && *count >= limit {
            return None;
        }
        *count += 1;
        open.fetch_add(1, Ordering::AcqRel);
        Some(Self { open: Arc::clone(open), by_address: Arc::clone(by_address), address })
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.open.fetch_sub(1, Ordering::AcqRel);
        let mut counts = self.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.address);
            }
        }
    }
}

async fn accept(listener: TcpListener, shared: Shared, open: Arc<AtomicUsize>, limit: usize) {
    let by_address = Arc::new(Mutex::new(HashMap::new()));
    for connection in 1.. {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = shared.shutdown.cancelled() => return,
        };
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                log_warn!(FACTORY, "Error accepting new connection: {error}");
                // no descriptors left, most likely: others must end before the next can come
                if tokio::time::timeout(ACCEPT_PAUSE, shared.shutdown.cancelled()).await.is_ok() {
                    return;
                }
                continue;
            }
        };
        let ip = address.ip().to_canonical();
        let Some(counted) = Counted::new(&open, &by_address, ip, limit) else {
            log_warn!(FACTORY, "Error accepting new connection: Too many connections from /{ip} - max is {limit}");
            continue;
        };
        let shared = shared.clone();
        tokio::spawn(async move {
            connection::serve(stream, address, connection, shared).await;
            drop(counted);
        });
    }
}
