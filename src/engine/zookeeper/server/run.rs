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
use crate::engine::log4j::{self, Level};
use crate::engine::zookeeper::protocol::OpCode;
use crate::engine::zookeeper::recovery::reason;
use crate::engine::zookeeper::storage::{Storage, StorageError};
use crate::engine::zookeeper::storage_options::SnapshotDue;
use crate::engine::zookeeper::txn_log::{TxnLog, encode_entries};
use crate::engine::zookeeper::watch::ConnectionId;
use crate::net::Shutdown;
use crate::{log_info, log_warn};

/// Requests that may wait for the core, as `globalOutstandingLimit`; connections read no further.
pub(super) const QUEUE_LIMIT: usize = 1000;
/// Requests taken at a time where `maxBatchSize` sets no limit.
const BATCH_LIMIT: usize = 10_000;
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
    logged_since_snapshot: i64,
    snapshot_due: SnapshotDue,
    container_check_at: Instant,
    snapshot: Option<JoinHandle<Result<(), StorageError>>>,
    flushed_at: Instant,
}

/// Why a server stopped by itself.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// The disk refused a transaction.
    #[error("failed to write the transaction log")]
    Log(#[source] std::io::Error),
    /// The disk refused a snapshot.
    #[error("failed to write a snapshot")]
    Snapshot,
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
        let snapshot_due = SnapshotDue::draw(storage.options(), random());
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
            snapshot_due,
            container_check_at: Instant::now() + CONTAINER_CHECK_INTERVAL,
            snapshot: None,
            flushed_at: Instant::now(),
        }
    }

    /// Serves until the shutdown or until the disk refuses; then nobody is answered any more.
    pub(super) async fn run(mut self, mut inputs: mpsc::Receiver<ToCore>, shutdown: Shutdown) -> Result<(), Stopped> {
        let limit = usize::try_from(self.storage.options().max_batch_size).ok().filter(|limit| *limit > 0);
        let limit = limit.unwrap_or(BATCH_LIMIT);
        let mut batch = Vec::new();
        loop {
            let next_expiry = self.coordinator.sessions().next_expiry().map(|elapsed_ms| self.clock.at(elapsed_ms));
            let wake_at = next_expiry.map_or(self.container_check_at, |expiry| expiry.min(self.container_check_at));
            tokio::select! {
                count = inputs.recv_many(&mut batch, limit) => if count == 0 { break },
                () = tokio::time::sleep_until(wake_at) => {}
                failed = snapshot_failed(&mut self.snapshot), if self.snapshot.is_some() => if failed {
                    shutdown.cancel();
                    return Err(Stopped::Snapshot);
                },
                () = shutdown.cancelled() => break,
            }
            self.wait_for_more(&mut inputs, &mut batch, limit).await;
            if let Err(error) = self.process(&mut batch).await {
                log_log_refused(&error);
                shutdown.cancel();
                return Err(Stopped::Log(error));
            }
        }
        if snapshot_failed(&mut self.snapshot).await { Err(Stopped::Snapshot) } else { Ok(()) }
    }

    /// With `flushDelay`, an fsync waits for more requests: until the delay since the last one is over, or they stop coming.
    async fn wait_for_more(&self, inputs: &mut mpsc::Receiver<ToCore>, batch: &mut Vec<ToCore>, limit: usize) {
        let options = self.storage.options();
        let until = self.flushed_at + options.flush_delay;
        while !options.flush_delay.is_zero() && batch.len() < limit && batch.iter().any(ToCore::may_write) {
            let patience = (Instant::now() + options.max_write_queue_poll_time).min(until);
            match tokio::time::timeout_at(patience, inputs.recv_many(batch, limit - batch.len())).await {
                Ok(1..) if Instant::now() < until => {}
                _ => return,
            }
        }
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
        self.logged_since_snapshot += i64::try_from(entries().count()).unwrap_or(i64::MAX);
        let records = encode_entries(entries());
        let mut log = std::mem::replace(&mut self.log, self.storage.log());
        let committing = tokio::task::spawn_blocking(move || {
            let committed = log.commit(first_zxid, &records);
            (log, committed)
        });
        let (log, committed) = committing.await.map_err(std::io::Error::other)?;
        self.log = log;
        let committed = committed?;
        self.flushed_at = Instant::now();
        if let Some(name) = committed.begun {
            log_info!("org.apache.zookeeper.server.persistence.FileTxnLog", "Creating new log file: {name}");
        }
        if let Some(took) = committed.fsync.filter(|took| *took > self.storage.options().fsync_warning) {
            log_warn!(
                "org.apache.zookeeper.server.persistence.FileTxnLog",
                "fsync-ing the write ahead log in SyncThread:0 took {}ms which will adversely effect operation latency.File size is {} \
                 bytes. See the ZooKeeper troubleshooting guide",
                took.as_millis(),
                committed.file_bytes
            );
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
        if !self.snapshot_due.is_due(self.logged_since_snapshot, self.log.bytes_since_snapshot()) {
            return;
        }
        self.snapshot_due = SnapshotDue::draw(self.storage.options(), random());
        self.logged_since_snapshot = 0;
        self.log.roll_for_snapshot();
        if self.snapshot.is_some() {
            log_warn!("org.apache.zookeeper.server.SyncRequestProcessor", "Too busy to snap, skipping");
            return;
        }
        let (tree, sessions) = (self.coordinator.tree().clone(), self.coordinator.sessions().timeouts());
        let storage = self.storage.clone();
        self.snapshot = Some(tokio::task::spawn_blocking(move || {
            log_snapshotting(&storage, tree.last_zxid());
            storage.save(&tree, &sessions).map(|_| ())
        }));
    }
}

impl ToCore {
    /// Whether it may need an fsync.
    fn may_write(&self) -> bool {
        match self {
            Self::Input(Arrived { input: Input::Connect { .. }, .. }) => true,
            Self::Input(Arrived { input: Input::Request { header, .. }, .. }) => {
                OpCode::from_code(header.op).is_some_and(|op| op.info().is_write)
            }
            _ => false,
        }
    }
}

/// Waits for a snapshot that is being taken; says whether it failed, and why in the log.
async fn snapshot_failed(snapshot: &mut Option<JoinHandle<Result<(), StorageError>>>) -> bool {
    let Some(taking) = snapshot else { return false };
    let taken = taking.await;
    *snapshot = None;
    match taken {
        Ok(Err(error)) => {
            log_no_snapshot(&error);
            true
        }
        Ok(Ok(())) => false,
        Err(_) => true,
    }
}

/// A number that nobody foresees.
fn random() -> u64 {
    uuid::Uuid::new_v4().as_u64_pair().0
}

fn log_log_refused(error: &std::io::Error) {
    log4j::log_caused(
        Level::Error,
        "org.apache.zookeeper.server.ZooKeeperCriticalThread",
        format_args!("Severe unrecoverable error, from thread : SyncThread:0"),
        format_args!("java.io.IOException: {}", reason(error)),
    );
    log_info!("org.apache.zookeeper.server.ZooKeeperServerListenerImpl", "Thread SyncThread:0 exits, error code 1");
    log_info!("org.apache.zookeeper.server.SyncRequestProcessor", "SyncRequestProcessor exited!");
}

/// Says that a snapshot cannot be written, which ends the server.
pub(super) fn log_no_snapshot(error: &StorageError) {
    log4j::log_caused(
        Level::Error,
        "org.apache.zookeeper.server.ZooKeeperServer",
        format_args!("Severe unrecoverable error, exiting"),
        format_args!("{}", error.exception()),
    );
}

pub(super) fn log_snapshotting(storage: &Storage, zxid: i64) {
    let path = storage.snapshot_path(zxid);
    log_info!("org.apache.zookeeper.server.persistence.FileTxnSnapLog", "Snapshotting: 0x{zxid:x} to {}", path.display());
}
