//! The core of a running server: one task that takes what connections bring, makes transactions durable in groups, and answers.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Duration, Instant};

use super::config::ServerConfig;
use super::connection::{Outbox, Outgoing};
use super::coordinator::{Action, Coordinator, Input, Now, Prepared};
use super::words::Word;
use crate::engine::zookeeper::snapshot::snapshot_name;
use crate::engine::zookeeper::storage::Storage;
use crate::engine::zookeeper::txn_log::{TxnLog, encode_entries};
use crate::engine::zookeeper::watch::ConnectionId;
use crate::net::Shutdown;
use crate::{log_error, log_info, log_warn};

/// Requests that may wait for the core, as `globalOutstandingLimit`; connections read no further.
pub(super) const QUEUE_LIMIT: usize = 1000;
/// Requests whose transactions share an fsync, as `zookeeper.maxBatchSize`.
const BATCH_LIMIT: usize = 1000;
/// How often empty containers are looked for, as `znode.container.checkIntervalMs`.
const CONTAINER_CHECK_INTERVAL: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(super) enum ToCore {
    Open { connection: ConnectionId, outbox: Outbox },
    Input(Arrived),
    Word(Word, oneshot::Sender<String>),
}

/// An input and when it came.
#[derive(Debug)]
pub(super) struct Arrived {
    pub(super) input: Input,
    pub(super) at: Instant,
}

/// Two clocks: one that only goes forward, and the time of day.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock(Instant);

impl Clock {
    pub(super) fn start() -> Self {
        Self(Instant::now())
    }

    pub(super) fn now(self) -> Now {
        let millis = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Now { elapsed_ms: millis(self.0.elapsed()), wall_ms: millis(since_epoch) }
    }

    fn at(self, elapsed_ms: i64) -> Instant {
        self.0 + Duration::from_millis(u64::try_from(elapsed_ms).unwrap_or(0))
    }
}

/// What was counted since the start or `srst`.
#[derive(Debug, Default)]
pub(super) struct Statistics {
    pub(super) received: u64,
    pub(super) sent: u64,
    answered: u64,
    latency_sum_ms: u128,
    pub(super) latency_min_ms: Option<u128>,
    pub(super) latency_max_ms: u128,
}

impl Statistics {
    fn answered(&mut self, latency: Duration) {
        let latency = latency.as_millis();
        self.answered += 1;
        self.latency_sum_ms += latency;
        self.latency_max_ms = self.latency_max_ms.max(latency);
        self.latency_min_ms = Some(self.latency_min_ms.map_or(latency, |min| min.min(latency)));
    }

    #[expect(clippy::cast_precision_loss, reason = "an average is shown with four digits")]
    pub(super) fn average(&self) -> f64 {
        let average = self.latency_sum_ms as f64 / self.answered.max(1) as f64;
        (average * 10_000.0).round() / 10_000.0
    }
}

pub(super) struct Core {
    pub(super) coordinator: Coordinator,
    pub(super) storage: Storage,
    pub(super) log: TxnLog,
    pub(super) clock: Clock,
    pub(super) config: ServerConfig,
    /// Connections that are open, with or without a session.
    pub(super) open_connections: Arc<AtomicUsize>,
    outboxes: HashMap<ConnectionId, Outbox>,
    /// Frames received from and sent to each connection.
    pub(super) traffic: BTreeMap<ConnectionId, (u64, u64)>,
    pub(super) statistics: Statistics,
    logged_since_snapshot: usize,
    container_check_at: Instant,
    snapshot: Option<JoinHandle<()>>,
}

impl Core {
    pub(super) fn new(
        coordinator: Coordinator,
        storage: Storage,
        clock: Clock,
        config: ServerConfig,
        open_connections: Arc<AtomicUsize>,
    ) -> Self {
        let log = storage.log();
        Self {
            coordinator,
            storage,
            log,
            clock,
            config,
            open_connections,
            outboxes: HashMap::new(),
            traffic: BTreeMap::new(),
            statistics: Statistics::default(),
            logged_since_snapshot: 0,
            container_check_at: Instant::now() + CONTAINER_CHECK_INTERVAL,
            snapshot: None,
        }
    }

    /// Serves until the shutdown or until the disk refuses a transaction; then nobody is answered any more.
    pub(super) async fn run(mut self, mut inputs: mpsc::Receiver<ToCore>, shutdown: Shutdown) -> Result<(), std::io::Error> {
        let mut batch = Vec::with_capacity(BATCH_LIMIT);
        loop {
            let next_expiry = self.coordinator.sessions().next_expiry().map(|elapsed_ms| self.clock.at(elapsed_ms));
            let wake_at = next_expiry.map_or(self.container_check_at, |expiry| expiry.min(self.container_check_at));
            tokio::select! {
                count = inputs.recv_many(&mut batch, BATCH_LIMIT) => if count == 0 { break },
                () = tokio::time::sleep_until(wake_at) => {}
                () = shutdown.cancelled() => break,
            }
            if let Err(error) = self.process(&mut batch).await {
                log_error!(
                    "org.apache.zookeeper.server.ZooKeeperCriticalThread",
                    "Severe unrecoverable error, from thread : SyncThread:0: {error}"
                );
                shutdown.cancel();
                return Err(error);
            }
        }
        if let Some(snapshot) = self.snapshot.take() {
            // it is whole or not there; nothing depends on it
            let _ = snapshot.await;
        }
        Ok(())
    }

    async fn process(&mut self, batch: &mut Vec<ToCore>) -> std::io::Result<()> {
        let now = self.clock.now();
        let mut prepared: Vec<(Prepared, Option<Instant>)> = Vec::with_capacity(batch.len());
        let mut words = Vec::new();
        for message in batch.drain(..) {
            match message {
                ToCore::Open { connection, outbox } => {
                    self.outboxes.insert(connection, outbox);
                    self.traffic.insert(connection, (0, 0));
                }
                ToCore::Word(word, reply) => words.push((word, reply)),
                ToCore::Input(Arrived { input: Input::Disconnect { connection }, .. }) => {
                    self.outboxes.remove(&connection);
                    self.traffic.remove(&connection);
                    prepared.push((self.coordinator.prepare(Input::Disconnect { connection }, now), None));
                }
                ToCore::Input(Arrived { input, at }) => {
                    self.statistics.received += 1;
                    let (Input::Connect { connection, .. }
                    | Input::Request { connection, .. }
                    | Input::Disconnect { connection }) = &input;
                    if let Some((received, _)) = self.traffic.get_mut(connection) {
                        *received += 1;
                    }
                    prepared.push((self.coordinator.prepare(input, now), Some(at)));
                }
            }
        }
        prepared.extend(self.coordinator.expire(now).into_iter().map(|prepared| (prepared, None)));
        if Instant::now() >= self.container_check_at {
            self.container_check_at = Instant::now() + CONTAINER_CHECK_INTERVAL;
            prepared.extend(self.coordinator.delete_empty_containers(now).into_iter().map(|prepared| (prepared, None)));
        }
        self.make_durable(&prepared).await?;
        self.apply(prepared);
        for (word, reply) in words {
            // an error says that who asked has gone
            let _ = reply.send(self.word(word));
        }
        self.snapshot_if_due();
        Ok(())
    }

    async fn make_durable(&mut self, prepared: &[(Prepared, Option<Instant>)]) -> std::io::Result<()> {
        let entries = || prepared.iter().filter_map(|(prepared, _)| prepared.entry.as_ref());
        let Some(first) = entries().next() else { return Ok(()) };
        let first_zxid = first.header.zxid;
        self.logged_since_snapshot += entries().count();
        let records = encode_entries(entries());
        let mut log = std::mem::replace(&mut self.log, self.storage.log());
        let committing = tokio::task::spawn_blocking(move || {
            let begun = log.commit(first_zxid, &records);
            (log, begun)
        });
        let (log, begun) = committing.await.map_err(std::io::Error::other)?;
        self.log = log;
        if let Some(name) = begun? {
            log_info!("org.apache.zookeeper.server.persistence.FileTxnLog", "Creating new log file: {name}");
        }
        Ok(())
    }

    fn apply(&mut self, prepared: Vec<(Prepared, Option<Instant>)>) {
        let now = self.clock.now();
        let mut actions = Vec::new();
        for (prepared, at) in prepared {
            self.coordinator.apply(prepared, now, &mut actions);
            if let Some(at) = at {
                self.statistics.answered(at.elapsed());
            }
        }
        for action in actions {
            match action {
                Action::Send { connection, frame } => {
                    self.statistics.sent += 1;
                    if let Some((_, sent)) = self.traffic.get_mut(&connection) {
                        *sent += 1;
                    }
                    self.push(connection, Outgoing::Frame(frame));
                }
                Action::Established { connection, session } => self.push(connection, Outgoing::Established(session)),
                Action::Close { connection } => {
                    self.push(connection, Outgoing::Close);
                    self.outboxes.remove(&connection);
                }
            }
        }
    }

    fn push(&self, connection: ConnectionId, outgoing: Outgoing) {
        if let Some(outbox) = self.outboxes.get(&connection) {
            outbox.push(outgoing);
        }
    }

    fn snapshot_if_due(&mut self) {
        if self.logged_since_snapshot < self.config.snap_count {
            return;
        }
        if self.snapshot.as_ref().is_some_and(|snapshot| !snapshot.is_finished()) {
            log_warn!("org.apache.zookeeper.server.SyncRequestProcessor", "Too busy to snap, skipping");
            return;
        }
        self.logged_since_snapshot = 0;
        self.log.roll();
        let (tree, sessions) = (self.coordinator.tree().clone(), self.coordinator.sessions().timeouts());
        let storage = self.storage.clone();
        self.snapshot = Some(tokio::task::spawn_blocking(move || {
            log_snapshotting(&storage, tree.last_zxid());
            if let Err(error) = storage.save(&tree, &sessions) {
                log_error!("org.apache.zookeeper.server.ZooKeeperServer", "Unexpected exception taking a snapshot: {error}");
            }
        }));
    }
}

pub(super) fn log_snapshotting(storage: &Storage, zxid: i64) {
    let path = storage.snapshots().join(snapshot_name(zxid));
    log_info!("org.apache.zookeeper.server.persistence.FileTxnSnapLog", "Snapshotting: 0x{zxid:x} to {}", path.display());
}
