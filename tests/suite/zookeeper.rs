//! The coordinator over real sockets and a real disk, with an independent client and with ours.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use kafkalab::engine::zookeeper::client::{Client, ConnectString, Events, Op, OpResult, WatchedEvent, first_error};
use kafkalab::engine::zookeeper::protocol::{AddWatchMode, CreateMode, ErrorCode, EventType, KeeperState};
use kafkalab::engine::zookeeper::server::{MAIN_CLASS, Options, RunningServer, Server, ServerConfig, SessionLimits};
use kafkalab::net::{self, Shutdown};
use kafkalab::process::signal::Signal;
use kafkalab::process::spawn::{Child, Command, Stream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use zookeeper_client as independent;

const DEADLINE: Duration = Duration::from_secs(20);
const TIMEOUT: Duration = Duration::from_secs(10);

/// A server that ends when this is dropped.
struct Running {
    address: SocketAddr,
    shutdown: Shutdown,
    server: RunningServer,
}

impl Running {
    async fn start(folder: &Path, port: u16) -> Self {
        Self::start_with_words(folder, port, "srvr").await
    }

    async fn start_with_words(folder: &Path, port: u16, words: &str) -> Self {
        let config = ServerConfig {
            client_address: Some(("127.0.0.1".to_owned(), port)),
            options: Options::new(SessionLimits { tick_ms: 100, min_ms: 200, max_ms: 60_000 }),
            max_client_connections: 0,
            four_letter_words: vec![words.to_owned()],
            ..ServerConfig::local(folder)
        };
        let shutdown = Shutdown::new();
        let server = Server::start(config, shutdown.clone()).await.expect("a server");
        Self { address: server.local_addr.expect("a port"), shutdown, server }
    }

    async fn stop(self) {
        self.shutdown.cancel();
        self.server.ended().await.expect("a clean end");
    }

    async fn client(&self) -> Client {
        self.client_at("", TIMEOUT).await
    }

    async fn client_at(&self, chroot: &str, timeout: Duration) -> Client {
        let servers: ConnectString = format!("{}{chroot}", self.address).parse().expect("a connect string");
        Client::connect(&servers, timeout, DEADLINE).await.expect("a session")
    }
}

async fn next(events: &mut Events) -> WatchedEvent {
    tokio::time::timeout(DEADLINE, events.recv()).await.expect("an event in time").expect("a living session")
}

async fn next_of(events: &mut Events, event_type: EventType) -> String {
    loop {
        let event = next(events).await;
        if event.event_type == event_type {
            return event.path;
        }
    }
}

#[tokio::test]
async fn an_independent_client_finds_a_zookeeper() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = Running::start(folder.path(), 0).await;
    let client = independent::Client::connect(&running.address.to_string()).await.expect("a session");
    let options = independent::CreateMode::Persistent.with_acls(independent::Acls::anyone_all());
    let (stat, _) = client.create("/a", b"one", &options).await.expect("created");
    assert_eq!((stat.version, stat.czxid), (0, stat.mzxid));
    assert_eq!(client.create("/a", b"", &options).await.expect_err("it is there"), independent::Error::NodeExists);
    let (data, _, watcher) = client.get_and_watch_data("/a").await.expect("read");
    assert_eq!(data, b"one");
    let stat = client.set_data("/a", b"two", Some(0)).await.expect("set");
    assert_eq!(stat.version, 1);
    assert_eq!(watcher.changed().await.event_type, independent::EventType::NodeDataChanged);
    let sequential = independent::CreateMode::EphemeralSequential.with_acls(independent::Acls::anyone_all());
    let (stat, sequence) = client.create("/a/s-", b"", &sequential).await.expect("created");
    assert_eq!((sequence.into_i64(), stat.ephemeral_owner), (0, client.session_id().0));
    assert_eq!(client.list_children("/a").await.expect("listed"), ["s-0000000000"]);
    assert_eq!(client.list_ephemerals("/").await.expect("listed"), ["/a/s-0000000000"]);
    assert_eq!(client.count_descendants_number("/a").await.expect("counted"), 1);
    let mut writer = client.new_multi_writer();
    writer.add_check_version("/a", 1).expect("a part");
    writer.add_set_data("/a", b"three", Some(1)).expect("a part");
    writer.add_create("/b", b"", &options).expect("a part");
    assert_eq!(writer.commit().await.expect("done").len(), 3);
    let mut reader = client.new_multi_reader();
    reader.add_get_data("/a").expect("a part");
    reader.add_get_children("/a").expect("a part");
    assert_eq!(reader.commit().await.expect("read").len(), 2);
    client.auth("digest", b"me:secret").await.expect("proven");
    assert_eq!(client.list_auth_users().await.expect("listed").len(), 2);
    client.sync("/").await.expect("in step");
    assert_eq!(client.delete("/a", None).await.expect_err("it has a child"), independent::Error::NotEmpty);
    running.stop().await;
}

#[tokio::test]
async fn our_client_watches_below_its_chroot() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = Running::start(folder.path(), 0).await;
    let root = running.client().await;
    root.create("/kafka", "", CreateMode::Persistent).await.expect("created");
    let client = running.client_at("/kafka", TIMEOUT).await;
    let mut events = client.subscribe();
    assert_eq!(client.watch_exists("/a").await, Ok(None));
    assert!(client.watch_children("/").await.expect("listed").0.is_empty());
    root.create("/kafka/a", "x", CreateMode::Persistent).await.expect("created");
    let event = |event_type, path: &str| WatchedEvent { event_type, state: KeeperState::SyncConnected, path: path.to_owned() };
    assert_eq!(next(&mut events).await, event(EventType::NodeCreated, "/a"));
    assert_eq!(next(&mut events).await, event(EventType::NodeChildrenChanged, "/"));
    client.add_watch("/", AddWatchMode::PersistentRecursive).await.expect("watched");
    root.set_data("/kafka/a", "y", None).await.expect("set");
    root.delete("/kafka/a", Some(1)).await.expect("deleted");
    assert_eq!(next(&mut events).await, event(EventType::NodeDataChanged, "/a"));
    assert_eq!(next(&mut events).await, event(EventType::NodeDeleted, "/a"));
    let create = |path: &str| Op::Create { path: path.to_owned(), data: "d".into(), mode: CreateMode::Persistent };
    let delete = |path: &str, version| Op::Delete { path: path.to_owned(), version };
    let results = client.multi(vec![create("/m"), delete("/m", Some(4)), create("/n")]).await.expect("answered");
    assert_eq!(first_error(&results), Some((1, ErrorCode::BadVersion)));
    assert_eq!(results[2], OpResult::Error(ErrorCode::RuntimeInconsistency));
    let results = client.multi(vec![create("/m"), delete("/m", Some(0))]).await.expect("answered");
    let [OpResult::Create { path, stat }, OpResult::Delete] = results.as_slice() else { panic!("{results:?}") };
    assert_eq!((path.as_str(), stat.czxid), ("/m", stat.mzxid));
    client.close().await;
    let error = client.exists("/").await.expect_err("closed");
    assert!(error.is_session_expired(), "{error}");
    running.stop().await;
}

#[tokio::test]
async fn a_session_outlives_its_server_and_hears_what_it_missed() {
    let folder = tempfile::tempdir().expect("a folder");
    let port = net::free_port().await.expect("a free port");
    let running = Running::start(folder.path(), port).await;
    let client = running.client().await;
    let session = client.session_id();
    client.create("/e", "", CreateMode::Ephemeral).await.expect("created");
    client.watch_exists("/later").await.expect("watched");
    let mut events = client.subscribe();
    running.stop().await;
    let lost = next(&mut events).await;
    assert_eq!((lost.event_type, lost.state), (EventType::None, KeeperState::Disconnected));
    let running = Running::start(folder.path(), port).await;
    client.wait_connected(DEADLINE).await.expect("the same session");
    assert_eq!(client.session_id(), session);
    let stat = client.exists("/e").await.expect("answered").expect("its ephemeral lives");
    assert_eq!(stat.ephemeral_owner, session);
    running.client().await.create("/later", "", CreateMode::Persistent).await.expect("created");
    assert_eq!(next_of(&mut events, EventType::NodeCreated).await, "/later");
    running.stop().await;
}

#[tokio::test]
async fn an_expired_session_takes_its_ephemerals_and_its_client_learns_of_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = Running::start(folder.path(), 0).await;
    let watcher = running.client().await;
    let mut events = watcher.subscribe();
    let mut dying = net::connect_address(running.address, DEADLINE).await.expect("connected");
    // connect: version 0, zxid 0, timeout 300 ms, session 0, 16 bytes of password, not read-only; then create /gone, ephemeral
    let mut bytes = vec![0, 0, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 44, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 16];
    bytes.extend([0; 17]);
    let mut create = vec![0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 5];
    create.extend(b"/gone\0\0\0\0\0\0\0\x01\0\0\0\x1f\0\0\0\x05world\0\0\0\x06anyone\0\0\0\x01");
    bytes.extend(u32::try_from(create.len()).expect("small").to_be_bytes());
    bytes.extend(create);
    watcher.watch_exists("/gone").await.expect("watched");
    dying.write_all(&bytes).await.expect("sent");
    assert_eq!(next_of(&mut events, EventType::NodeCreated).await, "/gone");
    watcher.watch_exists("/gone").await.expect("watched");
    assert_eq!(next_of(&mut events, EventType::NodeDeleted).await, "/gone");
    let mut rest = Vec::new();
    tokio::time::timeout(DEADLINE, dying.read_to_end(&mut rest)).await.expect("closed in time").expect("closed");
    running.stop().await;
}

async fn check_closed(address: SocketAddr, bytes: &[u8], expected: &str) {
    let mut stream = net::connect_address(address, DEADLINE).await.expect("connected");
    stream.write_all(bytes).await.expect("sent");
    let mut answer = Vec::new();
    // a reset is an end as well: bytes were left unread
    let _ = tokio::time::timeout(DEADLINE, stream.read_to_end(&mut answer)).await.expect("closed in time");
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with(expected), "{bytes:?}: expected {expected:?}, found {answer:?}");
}

#[tokio::test]
async fn bad_input_closes_its_own_connection_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = Running::start(folder.path(), 0).await;
    let other = running.client().await;
    check_closed(running.address, b"GET / HTTP/1.1\r\n\r\n", "").await;
    check_closed(running.address, &[0xff; 64], "").await;
    check_closed(running.address, &[0x7f, 0xff, 0xff, 0xff, 0], "").await;
    check_closed(running.address, &[0, 0, 0, 4, 1, 2, 3, 4], "").await;
    check_closed(running.address, b"ruok", "ruok is not executed because it is not in the whitelist.\n").await;
    check_closed(running.address, b"srvr", "Zookeeper version: 3.8.2-").await;
    assert!(other.exists("/").await.expect("served on").is_some());
    running.stop().await;
}

/// The program as `zookeeper-server-start.sh` runs it.
fn spawn(config: &Path) -> Child {
    let program = Command::new(env!("CARGO_BIN_EXE_kafkalab")).called_as(MAIN_CLASS).arg(config).env_remove("LOG_DIR");
    program.stdout(Stream::Null).spawn().expect("started")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_kill_9() {
    let folder = tempfile::tempdir().expect("a folder");
    let port = net::free_port().await.expect("a free port");
    let config = folder.path().join("zookeeper.properties");
    let data = folder.path().join("data");
    std::fs::write(&config, format!("dataDir={}\nclientPort={port}\nadmin.enableServer=false\n", data.display()))
        .expect("written");
    let servers: ConnectString = format!("127.0.0.1:{port}").parse().expect("a connect string");
    let mut acknowledged: Vec<String> = Vec::new();
    for round in 0..4 {
        let mut server = spawn(&config);
        let client = Client::connect(&servers, TIMEOUT, DEADLINE).await.expect("a session");
        for path in &acknowledged {
            assert!(client.exists(path).await.expect("answered").is_some(), "{path} was acknowledged before round {round}");
        }
        let writes = (0..40).map(|n| {
            let client = client.clone();
            tokio::spawn(async move { client.create(&format!("/{round}-{n}"), "", CreateMode::Persistent).await })
        });
        let writes: Vec<_> = writes.collect();
        for (n, write) in writes.into_iter().enumerate() {
            if n == 10 * round {
                server.signal(Signal::Kill).expect("killed");
            }
            if let Ok((path, _)) = write.await.expect("no panic") {
                acknowledged.push(path);
            }
        }
        // in the last rounds it was killed above
        let _ = server.signal(Signal::Kill);
        server.wait().await.expect("ended");
    }
    assert!(!acknowledged.is_empty());
}

async fn word(running: &Running, word: &str) -> String {
    let mut stream = net::connect_address(running.address, DEADLINE).await.expect("a connection");
    stream.write_all(word.as_bytes()).await.expect("written");
    let mut text = String::new();
    stream.read_to_string(&mut text).await.expect("an answer");
    text
}

#[tokio::test]
async fn four_letter_words_tell_what_zookeeper_tells() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = Running::start_with_words(folder.path(), 0, "*").await;
    let client = running.client().await;
    client.create("/a", "x", CreateMode::Ephemeral).await.expect("created");
    client.watch_data("/a").await.expect("read");
    let session = format!("0x{:x}", client.session_id());
    assert_eq!(word(&running, "wchs").await, "1 connections watching 1 paths\nTotal watches:1\n");
    assert_eq!(word(&running, "wchp").await, format!("/a\n\t{session}\n\n"));
    assert_eq!(word(&running, "wchc").await, format!("{session}\n\t/a\n\n"));
    assert_eq!(word(&running, "isro").await, "rw");
    let data_dir = folder.path().join("version-2");
    let conf = word(&running, "conf").await;
    assert!(conf.contains(&format!("dataDir={}\ndataDirSize=", data_dir.display())), "{conf}");
    assert!(conf.ends_with("minSessionTimeout=200\nmaxSessionTimeout=60000\nclientPortListenBacklog=-1\nserverId=0\n"), "{conf}");
    let stat = word(&running, "stat").await;
    assert!(stat.contains("[1](queued=0,recved=3,sent=3)\n\nLatency min/avg/max: "), "{stat}");
    assert!(stat.ends_with("\nZxid: 0x2\nMode: standalone\nNode count: 6\n"), "{stat}");
    let mntr = word(&running, "mntr").await;
    for line in ["zk_server_state\tstandalone", "zk_znode_count\t6", "zk_ephemerals_count\t1", "zk_watch_count\t1"] {
        assert!(mntr.lines().any(|found| found == line), "{line} in {mntr}");
    }
    assert_eq!(word(&running, "srst").await, "Server stats reset.\n");
    assert!(word(&running, "srvr").await.contains("\nReceived: 1\nSent: 1\n"));
    running.stop().await;
}
