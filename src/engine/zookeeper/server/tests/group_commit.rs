//! What the keys of the group commit do to the disk, on a disk that tells it and in simulated time.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::{create, new_session};
use crate::engine::zookeeper::disk::recording::{Done, RecordingDisk};
use crate::engine::zookeeper::protocol::{CreateMode, OpCode, Record, RequestHeader};
use crate::engine::zookeeper::server::config::ServerConfig;
use crate::engine::zookeeper::server::connection::{Outbox, Outgoing};
use crate::engine::zookeeper::server::coordinator::{Coordinator, Input};
use crate::engine::zookeeper::server::metrics::Counters;
use crate::engine::zookeeper::server::options::{Options, SessionLimits};
use crate::engine::zookeeper::server::run::{Arrived, Clock, Core, Stopped, ToCore};
use crate::engine::zookeeper::storage::{Storage, StorageOptions};
use crate::net::Shutdown;
use crate::process::wait;

const DEADLINE: Duration = Duration::from_secs(90);
const CONNECTION: u64 = 1;
/// No test takes as long as a session lives.
const LIMITS: SessionLimits = SessionLimits { tick_ms: 1000, min_ms: HOUR_MS, max_ms: HOUR_MS };
const HOUR_MS: i32 = 3_600_000;

/// A server without sockets over a disk that tells what was done to it, with one session.
struct Server {
    disk: RecordingDisk,
    inputs: mpsc::Sender<ToCore>,
    outgoing: mpsc::UnboundedReceiver<Outgoing>,
    shutdown: Shutdown,
    core: JoinHandle<Result<(), Stopped>>,
    folder: tempfile::TempDir,
    creates: i32,
}

impl Server {
    async fn start(keys: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let get = |key: &str| keys.iter().find(|(name, _)| *name == key).map(|(_, value)| *value);
        let options = StorageOptions::read(get, |_, warning| panic!("{warning}"));
        let disk = RecordingDisk::default();
        let storage = Storage::open_on(Arc::new(disk.clone()), folder.path(), folder.path(), options).expect("a folder");
        let loaded = storage.load().expect("nothing");
        let config = Arc::new(ServerConfig::local(folder.path()));
        let clock = Clock::start();
        let coordinator = Coordinator::new(loaded.tree, loaded.sessions, Options::new(LIMITS), clock.now());
        let core = Core::new(coordinator, storage, clock, config, Arc::default(), Arc::new(Counters::new()));
        let (inputs, receiver) = mpsc::channel(1000);
        let shutdown = Shutdown::new();
        let core = tokio::spawn(core.run(receiver, shutdown.clone()));
        let (outbox, outgoing) = Outbox::unconnected();
        let address = ([127, 0, 0, 1], 4242).into();
        let mut server = Self { disk, inputs, outgoing, shutdown, core, folder, creates: 0 };
        server.send(ToCore::Open { connection: CONNECTION, address, outbox }).await;
        let request = new_session();
        server.send(arrived(Input::Connect { connection: CONNECTION, address, request })).await;
        server.until(|outgoing| matches!(outgoing, Outgoing::Established(_))).await;
        server.disk.take();
        server
    }

    async fn send(&self, message: ToCore) {
        self.inputs.send(message).await.expect("the server lives");
    }

    async fn create(&mut self) {
        self.creates += 1;
        let request = create(&format!("/{}", self.creates), CreateMode::Persistent);
        let header = RequestHeader { xid: self.creates, op: OpCode::Create.code() };
        self.send(arrived(Input::Request { connection: CONNECTION, header, body: request.to_bytes().into() })).await;
    }

    async fn until(&mut self, is_it: impl Fn(&Outgoing) -> bool) {
        loop {
            let outgoing = tokio::time::timeout(DEADLINE * 1000, self.outgoing.recv()).await.expect("in time");
            if is_it(&outgoing.expect("the server lives")) {
                return;
            }
        }
    }

    async fn replies(&mut self, count: usize) {
        for _ in 0..count {
            self.until(|outgoing| matches!(outgoing, Outgoing::Frame(_))).await;
        }
    }

    /// So many creates come while one is being made durable; how many syncs they take.
    async fn syncs_of_waiting(&mut self, count: usize) -> usize {
        self.disk.hold();
        self.create().await;
        wait::until_true(DEADLINE, "a transaction to be written", || self.disk.is_waited_for()).await.expect("written");
        for _ in 0..count {
            self.create().await;
        }
        self.disk.take();
        self.disk.release();
        self.replies(count + 1).await;
        // the one that was waited for is not theirs
        syncs(&self.disk.take()) - 1
    }

    async fn stop(self) -> tempfile::TempDir {
        self.shutdown.cancel();
        self.core.await.expect("no panic").expect("no error");
        self.folder
    }
}

fn arrived(input: Input) -> ToCore {
    ToCore::Input(Arrived { input, at: Instant::now() })
}

fn syncs(done: &[Done]) -> usize {
    done.iter().filter(|done| **done == Done::Synced).count()
}

fn created(done: &[Done], prefix: &str) -> usize {
    done.iter().filter(|done| matches!(done, Done::Created(name) if name.starts_with(prefix))).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_that_wait_share_a_sync_up_to_the_batch_size() {
    for (size, expected) in [("1", 12), ("5", 3), ("12", 1), ("0", 1), ("-1", 1), ("1000", 1)] {
        let mut server = Server::start(&[("maxBatchSize", size)]).await;
        assert_eq!(server.syncs_of_waiting(12).await, expected, "maxBatchSize={size}");
        server.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_force_sync_nothing_is_waited_for() {
    for (value, expected) in [("no", 0), ("yes", 5)] {
        let mut server = Server::start(&[("forceSync", value)]).await;
        for _ in 0..5 {
            server.create().await;
            server.replies(1).await;
        }
        assert_eq!(syncs(&server.disk.take()), expected, "forceSync={value}");
        server.stop().await;
    }
}

/// Simulated time: each create comes so many ms after the one before; gives the syncs and about how many ms it took.
async fn paced(keys: &[(&str, &str)], gaps: &[u64]) -> (usize, u128) {
    let mut server = Server::start(keys).await;
    let began = Instant::now();
    for gap in gaps {
        tokio::time::sleep_until(Instant::now() + Duration::from_millis(*gap)).await;
        server.create().await;
    }
    server.replies(gaps.len()).await;
    // a timer may be a millisecond late
    let took = began.elapsed().as_millis() / 10 * 10;
    let syncs = syncs(&server.disk.take());
    server.stop().await;
    (syncs, took)
}

#[tokio::test(start_paused = true)]
async fn a_sync_waits_for_more_requests_until_the_delay_is_over_or_they_stop_coming() {
    assert_eq!(paced(&[], &[0, 10, 10]).await, (3, 20), "no delay");
    // the delay counts from the sync of the session, at the beginning
    let patient = [("flushDelay", "1000"), ("maxWriteQueuePollTime", "1000")];
    assert_eq!(paced(&patient, &[0, 300, 300]).await, (1, 1000), "all within the delay");
    assert_eq!(paced(&patient, &[0, 600, 600]).await.0, 2, "the last came after it");
    let impatient = [("flushDelay", "1000"), ("maxWriteQueuePollTime", "100")];
    assert_eq!(paced(&impatient, &[0, 50, 50]).await, (1, 200), "nothing came for 100 ms");
    assert_eq!(paced(&[("flushDelay", "900")], &[0, 50]).await, (1, 350), "a third of the delay is waited for the next");
    let full = [("flushDelay", "1000"), ("maxWriteQueuePollTime", "1000"), ("maxBatchSize", "2")];
    assert_eq!(paced(&full, &[0, 10]).await, (1, 10), "a batch that is full waits for nobody");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn logs_and_snapshots_follow_each_other_by_count_and_by_size() {
    // each transaction has about 100 bytes; what is allocated counts
    let by_count = [("snapCount", "10"), ("preAllocSize", "1")];
    let by_size = [("snapSizeLimitInKb", "4"), ("preAllocSize", "1")];
    let new_log_only = [("txnLogSizeLimitInKb", "8"), ("preAllocSize", "1")];
    let neither = [("snapSizeLimitInKb", "-1"), ("snapCount", "1000000"), ("preAllocSize", "1")];
    for (keys, logs, snapshots) in
        [(&by_count[..], true, true), (&by_size, true, true), (&new_log_only, true, false), (&neither, false, false)]
    {
        let mut server = Server::start(keys).await;
        for _ in 0..200 {
            server.create().await;
            server.replies(1).await;
        }
        let disk = server.disk.clone();
        let folder = server.stop().await;
        let done = disk.take();
        assert_eq!((created(&done, "log.") > 0, created(&done, "snapshot.") > 0), (logs, snapshots), "{keys:?}");
        // whatever was begun, everything is there
        let storage = Storage::open(folder.path(), folder.path(), StorageOptions { trust_empty: true, ..Default::default() });
        let loaded = storage.expect("a folder").load().expect("what was written is read");
        assert_eq!(loaded.tree.node_count(), 205, "{keys:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_grows_by_what_is_allocated_at_a_time() {
    for (kib, expected) in [("64", vec![65_536]), ("0", vec![])] {
        let mut server = Server::start(&[("preAllocSize", kib), ("maxBatchSize", "1")]).await;
        // the session's transaction has begun the file
        for _ in 0..3 {
            server.create().await;
            server.replies(1).await;
        }
        let grown = |done: &[Done]| {
            done.iter().filter_map(|done| if let Done::Grown(bytes) = done { Some(*bytes) } else { None }).collect::<Vec<_>>()
        };
        assert_eq!(grown(&server.disk.take()), Vec::<u64>::new(), "preAllocSize={kib}: there is room");
        for _ in 0..700 {
            server.create().await;
        }
        server.replies(700).await;
        let grown = grown(&server.disk.take());
        assert_eq!(grown, expected.iter().map(|bytes| bytes * 2).collect::<Vec<u64>>(), "preAllocSize={kib}");
        server.stop().await;
    }
}
