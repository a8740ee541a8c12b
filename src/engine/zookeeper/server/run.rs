//! The core of a running server: one task that takes what connections bring, makes transactions durable in groups, and answers.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::sync::{mpsc, oneshot};
use tokio::time::{Duration, Instant};

use super::admin::{Question, answer};
use super::config::ServerConfig;
use super::connection::{Outbox, Outgoing};
use super::coordinator::{Action, Coordinator, Input, LENGTH_BYTES, Now, Prepared};
use super::metrics::{Counter, Counters, Observed};
use super::snapshot::{self, Progress, Snapshot};
use super::statistics::{ConnectionStatistics, Connections, Statistics};
use super::words::Word;
use crate::engine::log4j::{self, Level};
use crate::engine::zookeeper::protocol::OpCode;
use crate::engine::zookeeper::recovery::reason;
use crate::engine::zookeeper::storage::Storage;
use crate::engine::zookeeper::storage_options::SnapshotDue;
use crate::engine::zookeeper::txn_log::{TxnLog, encode_entries};
use crate::engine::zookeeper::watch::ConnectionId;
use crate::net::Shutdown;
use crate::{log_info, log_warn};

/// Requests taken at a time where `maxBatchSize` sets no limit.
const BATCH_LIMIT: usize = 10_000;
/// What is written at a time of the answer to a word.
const WORD_PIECE_CHARS: usize = 8192;
/// ZooKeeper's requests, sessions and warnings.
const DEFAULT_TRACE_MASK: i64 = 0b1_0011_0010;
/// How often empty containers are looked for, as `znode.container.checkIntervalMs`.
const CONTAINER_CHECK_INTERVAL: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(super) enum ToCore {
    Open {
        connection: ConnectionId,
        address: SocketAddr,
        outbox: Outbox,
    },
    Input(Arrived),
    /// A word was answered without the core.
    Talked,
    /// With who asks.
    Word(Word, SocketAddr, oneshot::Sender<String>),
    Admin(Question),
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

pub(super) struct Core {
    pub(super) coordinator: Coordinator,
    pub(super) storage: Storage,
    pub(super) log: TxnLog,
    pub(super) clock: Clock,
    pub(super) config: Arc<ServerConfig>,
    /// Connections that are open, with or without a session.
    pub(super) open_connections: Arc<AtomicUsize>,
    pub(super) outboxes: HashMap<ConnectionId, Outbox>,
    pub(super) connections: Connections,
    pub(super) statistics: Statistics,
    pub(super) counters: Arc<Counters>,
    /// What `stmk` set; nothing is traced here.
    pub(super) trace_mask: i64,
    logged_since_snapshot: i64,
    snapshot_due: SnapshotDue,
    container_check_at: Instant,
    snapshot: Option<Snapshot>,
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

/// Why requests are not done.
enum Failed {
    /// The disk refuses.
    Log(std::io::Error),
    /// There is no log to write to.
    Stumbled,
}

impl Core {
    pub(super) fn new(
        coordinator: Coordinator,
        storage: Storage,
        clock: Clock,
        config: Arc<ServerConfig>,
        open_connections: Arc<AtomicUsize>,
        counters: Arc<Counters>,
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
            connections: Connections::new(),
            statistics: Statistics::new(),
            counters,
            trace_mask: DEFAULT_TRACE_MASK,
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
        let mut wake = pin!(tokio::time::sleep_until(self.container_check_at));
        let mut stop = pin!(shutdown.cancelled());
        loop {
            let next_expiry = self.coordinator.sessions().next_expiry().map(|elapsed_ms| self.clock.at(elapsed_ms));
            let wake_at = next_expiry.map_or(self.container_check_at, |expiry| expiry.min(self.container_check_at));
            if wake.deadline() != wake_at || wake.is_elapsed() {
                wake.as_mut().reset(wake_at);
            }
            tokio::select! {
                count = inputs.recv_many(&mut batch, limit) => if count == 0 { break },
                () = &mut wake => {}
                progress = snapshot::progress(&mut self.snapshot), if self.snapshot.is_some() => match progress {
                    Progress::Room => {
                        self.give_snapshot_piece();
                        continue;
                    }
                    Progress::Taken(took) => self.statistics.summaries.add(Observed::Snapshot, took.as_millis()),
                    Progress::Nothing => {}
                    Progress::Failed => {
                        shutdown.cancel();
                        return Err(Stopped::Snapshot);
                    }
                },
                () = &mut stop => break,
            }
            self.wait_for_more(&mut inputs, &mut batch, limit).await;
            match self.process(&mut batch).await {
                Ok(()) => {}
                Err(Failed::Log(error)) => {
                    log_log_refused(&error);
                    shutdown.cancel();
                    return Err(Stopped::Log(error));
                }
                Err(Failed::Stumbled) => {
                    self.outlive(&mut inputs, stop).await;
                    return Ok(());
                }
            }
        }
        loop {
            match snapshot::progress(&mut self.snapshot).await {
                Progress::Room => self.give_snapshot_piece(),
                Progress::Taken(_) | Progress::Nothing => return Ok(()),
                Progress::Failed => return Err(Stopped::Snapshot),
            }
        }
    }

    fn give_snapshot_piece(&mut self) {
        if let Some(snapshot) = &mut self.snapshot {
            snapshot.give(&mut self.coordinator);
        }
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

    async fn process(&mut self, batch: &mut Vec<ToCore>) -> Result<(), Failed> {
        let (now, began, mut waiting) = (self.clock.now(), Instant::now(), batch.len());
        let mut prepared: Vec<(Prepared, Option<Instant>)> = Vec::with_capacity(batch.len());
        let (mut words, mut questions, mut requests) = (Vec::new(), Vec::new(), Vec::new());
        for message in batch.drain(..) {
            waiting -= 1;
            match message {
                ToCore::Open { connection, address, outbox } => {
                    self.outboxes.insert(connection, outbox);
                    self.connections.insert(connection, ConnectionStatistics::new(address, now.wall_ms, now.elapsed_ms));
                }
                ToCore::Talked => self.statistics.talked(1),
                ToCore::Word(word, asker, reply) => words.push((word, asker, reply)),
                ToCore::Admin(question) => questions.push(question),
                ToCore::Input(Arrived { input: Input::Disconnect { connection }, .. }) => {
                    self.outboxes.remove(&connection);
                    self.connections.remove(&connection);
                    prepared.push((self.coordinator.prepare(Input::Disconnect { connection }, now), None));
                }
                ToCore::Input(Arrived { input, at }) => {
                    if let Input::Request { connection, .. } = &input {
                        requests.push(*connection);
                    }
                    let begun = Instant::now();
                    let request = self.prepare(input, at, now);
                    self.count_prepared(&request, at, begun, waiting);
                    prepared.push((request, Some(at)));
                }
            }
        }
        self.prepare_own(now, &mut prepared);
        if self.stumbles_over(&prepared) {
            return Err(Failed::Stumbled);
        }
        self.count_synced(&prepared, began);
        self.make_durable(&prepared, began).await.map_err(Failed::Log)?;
        self.apply(prepared);
        for connection in requests {
            if let Some(outbox) = self.outboxes.get(&connection) {
                outbox.request_done();
            }
        }
        for (word, asker, reply) in words {
            // a word counts itself; its answer comes in pieces
            self.statistics.talked(0);
            let text = self.word(word, asker);
            self.statistics.sent += text.chars().count().div_ceil(WORD_PIECE_CHARS) as u64;
            // an error says that who asked has gone
            let _ = reply.send(text);
        }
        for Question { command, query, reply } in questions {
            let _ = reply.send(answer(self, &command, &query));
        }
        self.count_changes();
        self.snapshot_if_due();
        Ok(())
    }

    /// What nobody asked for: sessions that expire, containers that are empty.
    fn prepare_own(&mut self, now: Now, prepared: &mut Vec<(Prepared, Option<Instant>)>) {
        let mut own = self.coordinator.expire(now);
        self.counters.add(Counter::SessionExpired, own.len());
        if Instant::now() >= self.container_check_at {
            self.container_check_at = Instant::now() + CONTAINER_CHECK_INTERVAL;
            own.extend(self.coordinator.delete_empty_containers(now));
        }
        for request in own {
            let at = Instant::now();
            self.count_prepared(&request, at, at, 0);
            prepared.push((request, None));
        }
    }

    /// Counts what came and gives it to the coordinator.
    fn prepare(&mut self, input: Input, at: Instant, now: Now) -> Prepared {
        self.statistics.received += 1;
        let (Input::Connect { connection, .. } | Input::Request { connection, .. } | Input::Disconnect { connection }) = &input;
        if let Some(figures) = self.connections.get_mut(connection) {
            figures.received += 1;
            figures.heard_ms = now.elapsed_ms;
        }
        let mut revalidated = None;
        match &input {
            Input::Connect { request, .. } => revalidated = Some(request.session_id != 0),
            Input::Request { connection, header, .. } if self.has_waited_too_long(at) => {
                self.counters.add(Counter::Throttled, 1);
                return self.coordinator.throttle(*connection, header.xid, now);
            }
            _ => {}
        }
        let prepared = self.coordinator.prepare(input, now);
        match revalidated {
            Some(_) if prepared.is_drop() => self.counters.add(Counter::ConnectionRejected, 1),
            Some(revalidated) => {
                self.counters.add(Counter::ConnectionRequested, 1);
                self.counters.add(Counter::ConnectionRevalidated, usize::from(revalidated));
                self.statistics.summaries.add(Observed::ConnectionTokenDeficit, self.coordinator.throttle.deficit());
            }
            None => {}
        }
        prepared
    }

    fn has_waited_too_long(&self, at: Instant) -> bool {
        let limit = u64::try_from(self.config.throttled_op_wait_ms).unwrap_or(0);
        limit > 0 && at.elapsed() > Duration::from_millis(limit)
    }

    async fn make_durable(&mut self, prepared: &[(Prepared, Option<Instant>)], began: Instant) -> std::io::Result<()> {
        let entries = || prepared.iter().filter_map(|(prepared, _)| prepared.entry.as_ref());
        let Some(first) = entries().next() else { return Ok(()) };
        let first_zxid = first.header.zxid;
        let count = entries().count();
        self.logged_since_snapshot += i64::try_from(count).unwrap_or(i64::MAX);
        let records = encode_entries(entries());
        let mut log = std::mem::replace(&mut self.log, self.storage.log());
        let mut committing = tokio::task::spawn_blocking(move || {
            let committed = log.commit(first_zxid, &records);
            (log, committed)
        });
        let writing = Instant::now();
        let (log, committed) = loop {
            tokio::select! {
                committed = &mut committing => break committed.map_err(std::io::Error::other)?,
                () = snapshot::room(&self.snapshot), if self.snapshot.is_some() => self.give_snapshot_piece(),
            }
        };
        self.log = log;
        let committed = committed?;
        self.statistics.summaries.add(Observed::Fsync, writing.elapsed().as_millis());
        self.count_flushed(count, began, writing);
        self.flushed_at = Instant::now();
        if let Some(name) = &committed.begun {
            log_info!("org.apache.zookeeper.server.persistence.FileTxnLog", "Creating new log file: {name}");
        }
        if let Some(took) = committed.slow_fsync(self.storage.options().fsync_warning) {
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
            let answered = prepared.answered().zip(at);
            if let Some(entry) = &prepared.entry {
                let since = u64::try_from(now.wall_ms - entry.header.time);
                since.into_iter().for_each(|ms| self.statistics.summaries.add(Observed::Propagation, ms));
            }
            self.coordinator.apply(prepared, now, &mut actions);
            if let Some((answered, at)) = answered {
                let latency_ms = u64::try_from(at.elapsed().as_millis()).unwrap_or(u64::MAX);
                self.statistics.answered(&answered, latency_ms);
                if let Some(figures) = self.connections.get_mut(&answered.connection) {
                    figures.answered(&answered, self.coordinator.tree().last_zxid(), now.elapsed_ms, latency_ms);
                }
            }
            for (event, count) in &self.coordinator.fired {
                self.statistics.summaries.add(Observed::of(*event), *count);
            }
        }
        for action in actions {
            match action {
                Action::Send { connection, frame } => {
                    self.statistics.sent(frame.len().saturating_sub(LENGTH_BYTES));
                    if let Some(figures) = self.connections.get_mut(&connection) {
                        figures.sent += 1;
                    }
                    self.push(connection, Outgoing::Frame(frame));
                }
                Action::Established { connection, session } => self.push(connection, Outgoing::Established(session)),
                Action::Unanswered { connection, xid } => {
                    if let Some(figures) = self.connections.get_mut(&connection) {
                        figures.unanswered += u64::from(xid > 0);
                    }
                }
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
        self.snapshot = Some(Snapshot::begin(&mut self.coordinator, self.storage.clone()));
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
