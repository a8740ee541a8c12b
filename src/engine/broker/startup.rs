//! A broker from its configuration to its last log line: start, serving, shutdown (`KafkaServer`).

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Broker;
use super::config::{BrokerConfig, warn_of_idle};
use super::connection_quotas::ConnectionQuotas;
use super::controller::{ControllerHandle, ControllerTask, Parts, Store, StoreError, znodes};
use super::group::{GroupCoordinator, GroupSettings, LocalTopic};
use super::live::Live;
use super::log::{MetaProperties, StorageError};
use super::metadata::MetadataCache;
use super::registration::{Registrar, store_exception};
use super::replica::{Failure, ReplicaManager, StorageSettings};
use super::server::Listeners;
use super::shutdown::{self, Parts as StartedParts};
use crate::catalog::{KAFKA_COMMIT, KAFKA_VERSION};
use crate::engine::exception::Exception;
use crate::engine::log4j::{Level, log_caused};
use crate::engine::zookeeper::protocol::KeeperState;
use crate::net::Shutdown;
use crate::{log_info, log_warn};

const LOGGER: &str = "kafka.server.KafkaServer";
const APP_INFO: &str = "org.apache.kafka.common.utils.AppInfoParser";
/// Commands that may wait for the controller.
const COMMANDS_LIMIT: usize = 128;
/// How long connections may take to end at shutdown, and the session to be closed.
const GRACE: Duration = Duration::from_secs(1);

/// A broker that has started.
pub struct RunningBroker {
    broker: Arc<Broker>,
    ports: Vec<(String, u16)>,
    inter_broker_open: bool,
    shutdown: Shutdown,
    connections: TaskTracker,
    tasks: TaskTracker,
    halted: CancellationToken,
}

/// A start that failed.
#[derive(Debug)]
pub enum StartError {
    /// With an exception.
    Failed {
        /// What failed.
        exception: Exception,
        /// The log's prefix by then: Kafka's log names the broker once its id is settled.
        prefix: String,
    },
    /// Without a log directory Kafka halts on the spot; the log says why.
    Halted,
}

/// What ends a start before its prefix is known.
enum Stop {
    Failed(Exception),
    Halted,
}

impl From<Exception> for Stop {
    fn from(exception: Exception) -> Self {
        Self::Failed(exception)
    }
}

impl RunningBroker {
    /// Starts a broker: session, ids, storage, registration, controller, listeners.
    ///
    /// # Errors
    /// The first thing that stops Kafka's start, in its words.
    pub async fn start(config: Arc<BrokerConfig>) -> Result<Self, StartError> {
        let mut started = StartedParts { id: config.int("broker.id"), ..StartedParts::default() };
        match Self::start_inner(config, &mut started).await {
            Ok(running) => Ok(running),
            Err(Stop::Failed(exception)) => {
                started.give_up(&exception).await;
                Err(StartError::Failed { exception, prefix: started.prefix })
            }
            Err(Stop::Halted) => {
                if let Some(store) = started.store {
                    store.client.close().await;
                }
                Err(StartError::Halted)
            }
        }
    }

    async fn start_inner(config: Arc<BrokerConfig>, started: &mut StartedParts) -> Result<Self, Stop> {
        log_info!(LOGGER, "starting");
        log_info!(LOGGER, "Connecting to zookeeper on {}", config.string("zookeeper.connect").unwrap_or(""));
        let mut registrar = Registrar::new(Arc::clone(&config))?;
        registrar.ensure_chroot().await?;
        let store = registrar.connect().await?;
        started.store = Some(store.clone());
        Self::start_in_session(config, started, &mut registrar, &store).await
    }

    async fn start_in_session(
        config: Arc<BrokerConfig>,
        started: &mut StartedParts,
        registrar: &mut Registrar,
        store: &Store,
    ) -> Result<Self, Stop> {
        let cluster_id = store.until_connected(prepare_znodes).await.map_err(|error| store_exception(&error))?;
        log_info!(LOGGER, "Cluster ID = {cluster_id}");
        let id = settle_ids(&config, store, &cluster_id).await?;
        registrar.set_id(id);
        (started.id, started.prefix) = (id, format!("[KafkaServer id={id}] "));
        let effective = effective_config(&config, store, id).await;
        registrar.set_config(Arc::clone(&effective));
        log_info!("kafka.server.KafkaConfig", "{}", effective.values_block());
        warn_of_idle(&effective, None);
        let settings = StorageSettings::new(id, &effective)?;
        started.at_storage = true;
        let replicas = ReplicaManager::open(settings).map_err(|error| match error {
            StorageError::NoDirectory(_) => Stop::Halted,
            error => Stop::Failed(storage_exception(&error)),
        });
        let replicas = Arc::new(replicas?);
        started.replicas = Some(Arc::clone(&replicas));
        for listener in effective.listeners() {
            let name = &listener.name;
            let what = format!("Created data-plane acceptor and processors for endpoint : ListenerName({name})");
            log_info!("kafka.network.SocketServer", "{} {what}", shutdown::socket_server(id));
        }
        let listeners = Listeners::open(effective.listeners(), &effective).await;
        registrar.set_ports(listeners.ports());
        let store = &register(registrar, store).await?;
        started.store = Some(store.clone());
        checkpoint_ids(&replicas, id, &cluster_id);

        let (commands, inbox) = mpsc::channel(COMMANDS_LIMIT);
        let metadata = Arc::new(MetadataCache::default());
        let offsets = LocalTopic::new(Arc::clone(&replicas), Arc::clone(&metadata));
        let groups = GroupCoordinator::new(id, GroupSettings::new(&config), Arc::new(offsets));
        groups.startup();
        let parts = Parts {
            config: Arc::clone(&config),
            replicas: Arc::clone(&replicas),
            groups: Arc::clone(&groups),
            metadata: Arc::clone(&metadata),
            settings: watch::Sender::new(Arc::clone(&effective)),
        };
        let settings = parts.settings.subscribe();
        let mut task = ControllerTask::new(store.clone(), registrar.clone(), parts, inbox);
        store.until_connected(async |_| task.start().await).await.map_err(|error| store_exception(&error))?;
        let controller = ControllerHandle::new(commands);
        let quotas = ConnectionQuotas::new(&effective).await;
        let broker = Arc::new(Broker { id, cluster_id, config, replicas, groups, metadata, controller });
        Ok(Self::serve(broker, listeners, quotas, task, settings))
    }

    fn serve(
        broker: Arc<Broker>,
        listeners: Listeners,
        quotas: Arc<ConnectionQuotas>,
        task: ControllerTask,
        settings: watch::Receiver<Arc<BrokerConfig>>,
    ) -> Self {
        let (shutdown, connections, tasks) = (Shutdown::new(), TaskTracker::new(), TaskTracker::new());
        tasks.spawn(task.run());
        let ((failures, failed), halted) = (mpsc::unbounded_channel(), CancellationToken::new());
        tasks.spawn(Arc::clone(&broker.replicas).run(shutdown.clone(), failures));
        tasks.spawn(watch_directories(broker.controller.clone(), failed, halted.clone()));
        log_info!("kafka.network.SocketServer", "{} Enabling request processing.", shutdown::socket_server(broker.id));
        listeners.log();
        let ports = listeners.ports();
        let inter_broker = broker.config.inter_broker_listener();
        let inter_broker_open = ports.iter().any(|(name, _)| name == inter_broker);
        let mut live = Live::new(Arc::clone(&broker), quotas, connections.clone(), shutdown.clone());
        live.serve(listeners.open);
        tasks.spawn(live.follow(settings));
        log_info!(APP_INFO, "Kafka version: {KAFKA_VERSION}");
        log_info!(APP_INFO, "Kafka commitId: {KAFKA_COMMIT}");
        log_info!(APP_INFO, "Kafka startTimeMs: {}", super::log::now_ms());
        log_info!(LOGGER, "[KafkaServer id={}] started", broker.id);
        Self { broker, ports, inter_broker_open, shutdown, connections, tasks, halted }
    }

    /// The broker.
    pub fn broker(&self) -> &Arc<Broker> {
        &self.broker
    }

    /// The listeners that are open and their ports.
    pub fn ports(&self) -> &[(String, u16)] {
        &self.ports
    }

    /// Returns when the last log directory has failed: Kafka halts then, without a farewell.
    pub async fn halted(&self) {
        self.halted.cancelled().await;
    }

    /// Stops in Kafka's order: leadership, requests, groups, logs, and at last the session, with which the registration goes.
    pub async fn stop(self) {
        let id = self.broker.id;
        let prefix = format!("[KafkaServer id={id}]");
        log_info!(LOGGER, "{prefix} shutting down");
        self.controlled_shutdown(&prefix).await;
        shutdown::stop_requests(id, async {
            self.shutdown.cancel();
            self.connections.close();
            // a connection that is stuck in a write does not hold up the logs
            let _ = tokio::time::timeout(GRACE, self.connections.wait()).await;
        })
        .await;
        let requests = "kafka.server.KafkaRequestHandlerPool";
        log_info!(requests, "[data-plane Kafka Request Handler on Broker {id}], shutting down");
        log_info!(requests, "[data-plane Kafka Request Handler on Broker {id}], shut down completely");
        log_info!("kafka.server.KafkaApis", "[KafkaApi-{id}] Shutdown complete.");
        self.broker.groups.shutdown();
        self.broker.replicas.shutdown();
        shutdown::close_session(async {
            // without a coordinator there is nobody to tell
            let _ = tokio::time::timeout(GRACE, self.broker.controller.close()).await;
        })
        .await;
        self.tasks.close();
        shutdown::close_sockets(id);
        shutdown::close_metrics(true);
        shutdown::ended(&format!("{prefix} "), id);
    }

    /// Kafka hands over what it leads through its own inter-broker listener, and gives up where that is not open.
    async fn controlled_shutdown(&self, prefix: &str) {
        if !self.broker.config.boolean("controlled.shutdown.enable") {
            return;
        }
        let started = Instant::now();
        log_info!(LOGGER, "{prefix} Starting controlled shutdown");
        if self.inter_broker_open {
            let took = started.elapsed().as_millis();
            log_info!(LOGGER, "{prefix} Controlled shutdown request returned successfully after {took}ms");
            return;
        }
        // who leads the cluster is told through that listener too
        let config = &self.broker.config;
        let backoff = u64::try_from(config.long("controlled.shutdown.retry.backoff.ms")).unwrap_or(0);
        for left in (0..config.int("controlled.shutdown.max.retries")).rev() {
            log_info!(LOGGER, "{prefix} No zk controller present in the metadata cache");
            if left > 0 {
                tokio::time::sleep(Duration::from_millis(backoff)).await;
                log_info!(LOGGER, "{prefix} Retrying controlled shutdown ({left} retries remaining)");
            }
        }
        log_warn!(LOGGER, "{prefix} Proceeding to do an unclean shutdown as all the controlled shutdown attempts failed");
    }
}

/// Tells the controller of log directories that fail, and the process of the last one.
async fn watch_directories(
    controller: ControllerHandle,
    mut failed: mpsc::UnboundedReceiver<Failure>,
    halted: CancellationToken,
) {
    while let Some(failure) = failed.recv().await {
        match failure {
            Failure::Last => halted.cancel(),
            Failure::Directory(lost) => {
                if let Err(error) = controller.directory_failed(lost).await {
                    log_warn!(LOGGER, "Failed to tell of a log directory that failed: {}", error.message.unwrap_or_default());
                }
            }
        }
    }
}

/// The configuration with what was set for the broker while it ran before; where that cannot be had, without.
async fn effective_config(given: &Arc<BrokerConfig>, store: &Store, id: i32) -> Arc<BrokerConfig> {
    const DYNAMIC: &str = "kafka.server.DynamicBrokerConfig";
    let read = async {
        store.encode_passwords_anew(id, given).await?;
        store.dynamic_settings(id, given).await
    };
    match read.await {
        Ok(dynamic) => match dynamic.over(given) {
            Ok(config) if config.unserved_listener().is_none() => return Arc::new(config),
            Ok(_) => log_warn!(DYNAMIC, "Settings of brokers that name listeners without PLAINTEXT are left out"),
            Err(error) => error.log(DYNAMIC, format_args!("Settings of brokers could not be applied")),
        },
        Err(error) => log_warn!(DYNAMIC, "Settings of brokers could not be read: {error}"),
    }
    Arc::clone(given)
}

/// Registers the broker; in a session of its own where the first was lost while the logs were opened, which may take long.
async fn register(registrar: &Registrar, store: &Store) -> Result<Store, Exception> {
    match registrar.register(store).await {
        Err(_) if store.client.state() == KeeperState::Expired => {
            let (store, registered) = registrar.register_again().await;
            registered.map(|_| store)
        }
        registered => registered.map(|_| store.clone()),
    }
}

/// Makes the znodes that a broker expects; gives the cluster's id.
async fn prepare_znodes(store: &Store) -> Result<String, StoreError> {
    store.ensure_paths(&[znodes::PERSISTENT_PATHS.as_slice(), &["/cluster"]].concat()).await?;
    let data = znodes::cluster_id(&znodes::id_text(znodes::new_id()));
    Ok(znodes::parse_cluster_id(&store.create_or_get(znodes::CLUSTER_ID, data).await?)?)
}

/// Holds `meta.properties` of the log folders against the cluster and the configured id; gives the broker's id.
async fn settle_ids(config: &BrokerConfig, store: &Store, cluster_id: &str) -> Result<i32, Exception> {
    let mut stored: Option<MetaProperties> = None;
    for dir in config.log_dirs() {
        let read = match MetaProperties::read(&dir) {
            // the folder is given up when it is opened
            Err(StorageError::Io { source, .. }) => {
                let path = MetaProperties::path(&dir);
                let exception = format_args!("java.nio.file.FileSystemException: {}: {source}", path.display());
                let message = format_args!("Failed to read {}", path.display());
                log_caused(Level::Error, "kafka.server.BrokerMetadataCheckpoint$", message, exception);
                continue;
            }
            read => read.map_err(|error| storage_exception(&error))?,
        };
        match read {
            Some(meta) if stored.as_ref().is_some_and(|other| *other != meta) => {
                let message = "BrokerMetadata is not consistent across log.dirs. This could happen if multiple brokers shared a \
                               log directory (log.dirs) or partial data was manually copied from another broker.";
                return Err(Exception::new("kafka.common.InconsistentBrokerMetadataException", message));
            }
            Some(meta) => stored = Some(meta),
            None => {
                let path = MetaProperties::path(&dir);
                log_warn!("kafka.server.BrokerMetadataCheckpoint", "No meta.properties file under dir {}", path.display());
            }
        }
    }
    let (stored_id, stored_cluster) = stored.map_or((None, None), |meta| (meta.broker_id, meta.cluster_id));
    if let Some(stored) = stored_cluster.filter(|stored| stored != cluster_id) {
        let message = format!(
            "The Cluster ID {cluster_id} doesn't match stored clusterId Some({stored}) in meta.properties. The broker is trying to \
             join the wrong cluster. Configured zookeeper.connect may be wrong."
        );
        return Err(Exception::new("kafka.common.InconsistentClusterIdException", message));
    }
    match (config.int("broker.id"), stored_id) {
        (configured, Some(stored)) if configured >= 0 && configured != stored => {
            let message = format!(
                "Configured broker.id {configured} doesn't match stored broker.id Some({stored}) in meta.properties. If you \
                 moved your data, make sure your configured broker.id matches. If you intend to create a new broker, you should \
                 remove all data in your data directories (log.dirs)."
            );
            Err(Exception::new("kafka.common.InconsistentBrokerIdException", message))
        }
        (configured, _) if configured >= 0 => Ok(configured),
        (_, Some(stored)) => Ok(stored),
        _ => {
            let next = async |store: &Store| Ok(store.client.set_data(znodes::BROKER_SEQUENCE, "", None).await?);
            let sequence = store.until_connected(next).await.map_err(|error| store_exception(&error))?;
            Ok(config.int("reserved.broker.max.id") + sequence.version)
        }
    }
}

/// Writes `meta.properties` into the log folders that have none, once the broker is registered.
fn checkpoint_ids(replicas: &ReplicaManager, id: i32, cluster_id: &str) {
    let meta = MetaProperties { broker_id: Some(id), cluster_id: Some(cluster_id.to_owned()) };
    for directory in replicas.online_directories() {
        if directory.meta().ok().flatten().as_ref() != Some(&meta)
            && let Err(error) = directory.set_meta(&meta)
        {
            let what = format!("Failed to write {}", MetaProperties::path(directory.path()).display());
            replicas.directory_failed(directory, &what, &error);
        }
    }
}

fn storage_exception(error: &StorageError) -> Exception {
    let class = match error {
        StorageError::Io { .. } => "java.io.IOException",
        StorageError::Duplicate { .. } => "java.lang.IllegalStateException",
        _ => "org.apache.kafka.common.KafkaException",
    };
    Exception::new(class, error.to_string())
}
