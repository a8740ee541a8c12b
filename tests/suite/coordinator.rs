//! The coordinator as a server among strangers: the AdminServer, limits, and clients that mean no good or read nothing.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use kafkalab::engine::zookeeper::client::{Client, ConnectString};
use kafkalab::engine::zookeeper::protocol::CreateMode;
use kafkalab::engine::zookeeper::server::{AdminConfig, RunningServer, Server, ServerConfig, ServerError};
use kafkalab::net::{self, Shutdown};
use kafkalab::process::signal::Signal;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::coordinator_process::{CoordinatorProcess, DEADLINE};

/// How many connections are opened at once; `KAFKALAB_CONNECTIONS` says another number.
const CONNECTIONS: usize = 500;

struct Running {
    address: SocketAddr,
    shutdown: Shutdown,
    server: RunningServer,
}

impl Running {
    async fn start(config: ServerConfig) -> Self {
        let shutdown = Shutdown::new();
        let server = Server::start(config, shutdown.clone()).await.expect("a server");
        Self { address: server.local_addr.expect("a port"), shutdown, server }
    }

    async fn stop(self) {
        self.shutdown.cancel();
        self.server.ended().await.expect("a clean end");
    }

    async fn client(&self) -> Client {
        let servers: ConnectString = self.address.to_string().parse().expect("a connect string");
        Client::connect(&servers, Duration::from_secs(60), DEADLINE).await.expect("a session")
    }

    async fn word(&self, text: &str) -> String {
        word(self.address, text).await
    }
}

fn config(folder: &Path) -> ServerConfig {
    ServerConfig { max_client_connections: 0, four_letter_words: vec!["*".to_owned()], ..ServerConfig::local(folder) }
}

async fn connect(address: SocketAddr) -> TcpStream {
    net::connect_address(address, DEADLINE).await.expect("connected")
}

/// The answer to a four-letter word.
async fn word(address: SocketAddr, text: &str) -> String {
    let mut stream = connect(address).await;
    stream.write_all(text.as_bytes()).await.expect("written");
    rest(&mut stream).await
}

/// What comes until the other side closes; a reset is an end as well.
async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let _ = tokio::time::timeout(DEADLINE, stream.read_to_end(&mut bytes)).await.expect("closed in time");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A session over a bare socket: connect with a timeout of `timeout_ms`, and read the answer.
async fn session(address: SocketAddr, timeout_ms: u32) -> TcpStream {
    let mut stream = connect(address).await;
    let mut bytes = vec![0, 0, 0, 45];
    bytes.extend([0; 12]);
    bytes.extend(timeout_ms.to_be_bytes());
    bytes.extend([0; 8]);
    bytes.extend([0, 0, 0, 16]);
    bytes.extend([0; 17]);
    stream.write_all(&bytes).await.expect("written");
    let mut answer = [0; 41];
    tokio::time::timeout(DEADLINE, stream.read_exact(&mut answer)).await.expect("in time").expect("an answer");
    stream
}

async fn http(address: SocketAddr, request: &str) -> String {
    let mut stream = connect(address).await;
    stream.write_all(request.as_bytes()).await.expect("written");
    rest(&mut stream).await
}

async fn admin_command(address: SocketAddr, command: &str) -> Value {
    let text = http(address, &format!("GET /commands/{command} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).await;
    let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n") && head.contains("\r\nContent-Type: application/json\r\n"), "{head}");
    assert!(head.contains(&format!("\r\nContent-Length: {}\r\n", body.len())), "{head}");
    serde_json::from_str(body).expect("JSON")
}

fn admin() -> AdminConfig {
    AdminConfig {
        address: "127.0.0.1".to_owned(),
        port: 0,
        command_url: "/commands".to_owned(),
        idle_timeout: DEADLINE,
        wants_tls: false,
        has_key_store: false,
    }
}

#[tokio::test]
async fn the_admin_server_tells_of_the_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = Running::start(ServerConfig { admin: Some(admin()), ..config(folder.path()) }).await;
    let address = running.server.admin_addr.expect("an AdminServer");
    let client = running.client().await;
    client.create("/e", "x", CreateMode::Ephemeral).await.expect("created");
    client.watch_data("/e").await.expect("read");
    let session = client.session_id();
    let watches = admin_command(address, "wchc").await;
    assert_eq!(watches["session_id_to_watched_paths"][session.to_string()], serde_json::json!(["/e"]));
    assert_eq!(admin_command(address, "dump").await["session_id_to_ephemeral_paths"][session.to_string()][0], "/e");
    let connections = admin_command(address, "connections").await;
    assert_eq!(connections["connections"][0]["session_id"], session);
    assert_eq!(connections["connections"][0]["last_operation"], "GETD");
    assert_eq!(admin_command(address, "monitor").await["ephemerals_count"], 1);
    assert_eq!(admin_command(address, "stats").await["server_stats"]["server_state"], "standalone");
    assert_eq!(admin_command(address, "set_trace_mask?traceMask=%35").await["tracemask"], 5);
    assert_eq!(running.word("gtmk").await, "5");
    assert_eq!(admin_command(address, "set_trace_mask").await["error"], "setTraceMask requires long traceMask argument");
    assert_eq!(admin_command(address, "nope").await["error"], "Unknown command: nope");
    assert_eq!(admin_command(address, "leader").await["error"], "server is not initialized");
    let two = "GET /commands/ruok HTTP/1.1\r\nHost: x\r\n\r\nGET /commands/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let two = http(address, two).await;
    assert!(two.contains("{\n  \"command\" : \"ruok\",\n  \"error\" : null\n}HTTP/1.1 200 OK\r\n"), "{two}");
    assert!(two.ends_with("<a href=\"/commands/zabstate\">zabstate</a>\n<br/>\n"), "{two}");
    for (request, status) in [
        ("POST /commands/ruok HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "405"),
        ("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "404"),
        ("GET /commands/ruok HTTP/1.1\r\n\r\n", "400"),
        ("\0\u{1}\u{2}\r\n\r\n", "400"),
        (&format!("GET /{} HTTP/1.1\r\n", "a".repeat(9000)), "414"),
    ] {
        let answer = http(address, request).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{request:?}: {answer}");
    }
    running.stop().await;
}

#[tokio::test]
async fn a_taken_admin_port_and_a_taken_folder_stop_the_start_and_the_others_are_served_on() {
    let folders = [tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder")];
    let first = Running::start(ServerConfig { admin: Some(admin()), ..config(folders[0].path()) }).await;
    let port = first.server.admin_addr.expect("an AdminServer").port();
    let taken = ServerConfig { admin: Some(AdminConfig { port, ..admin() }), ..config(folders[1].path()) };
    let error = Server::start(taken, Shutdown::new()).await.map(|_| ()).expect_err("the port is taken");
    let expected = format!(
        "Problem starting AdminServer on address 127.0.0.1, port {port} and command URL /commands\nCaused by: java.io.IOException: \
         Failed to bind to /127.0.0.1:{port}\nCaused by: java.net.BindException: Address already in use"
    );
    assert_eq!(error.to_string(), expected);
    let client_port = ("127.0.0.1".to_owned(), first.address.port());
    let twice = ServerConfig { client_address: Some(client_port), ..config(folders[1].path()) };
    let error = Server::start(twice, Shutdown::new()).await.map(|_| ()).expect_err("the port is taken");
    assert!(matches!(error, ServerError::Bind { .. }), "{error}");
    let error = Server::start(config(folders[0].path()), Shutdown::new()).await.map(|_| ()).expect_err("in use");
    assert!(error.to_string().contains("is used by another server"), "{error}");
    assert!(first.client().await.exists("/").await.expect("served on").is_some());
    first.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_connections_at_once_are_served() {
    let wanted = std::env::var("KAFKALAB_CONNECTIONS").ok().and_then(|text| text.parse().ok()).unwrap_or(CONNECTIONS);
    let limit = getrlimit(Resource::Nofile);
    // as many as the system lets us have
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
    let files = getrlimit(Resource::Nofile).current.map_or(usize::MAX, |files| usize::try_from(files).unwrap_or(usize::MAX));
    // the other ends are the server's, and other tests have files as well
    let count = wanted.min(files.saturating_sub(200));
    let process = CoordinatorProcess::new("4lw.commands.whitelist=srvr\n").await;
    let mut server = process.start();
    let client = process.client().await;
    let mut open = Vec::with_capacity(count);
    for _ in 0..count {
        open.push(session(process.address(), 60_000).await);
    }
    client.create("/served", "", CreateMode::Persistent).await.expect("created");
    let srvr = word(process.address(), "srvr").await;
    assert!(srvr.contains(&format!("\nConnections: {}\n", count + 2)), "{count} and two: {srvr}");
    // a ping to the last and to the first
    for stream in [count - 1, 0] {
        open[stream].write_all(&[0, 0, 0, 8, 0xff, 0xff, 0xff, 0xfe, 0, 0, 0, 11]).await.expect("written");
        let mut answer = [0; 20];
        tokio::time::timeout(DEADLINE, open[stream].read_exact(&mut answer)).await.expect("in time").expect("an answer");
    }
    drop(open);
    assert!(client.exists("/served").await.expect("served on").is_some());
    server.signal(Signal::Kill).expect("killed");
    server.wait().await.expect("ended");
}

#[tokio::test]
async fn words_are_requests_and_answers_as_well() {
    let folder = tempfile::tempdir().expect("a folder");
    let four_letter_words = vec!["srvr".to_owned(), "ruok".to_owned(), "telnet close".to_owned()];
    let running = Running::start(ServerConfig { four_letter_words, ..config(folder.path()) }).await;
    assert!(running.word("srvr").await.contains("\nReceived: 1\nSent: 0\n"));
    assert_eq!(running.word("ruok").await, "imok");
    assert_eq!(running.word("conf").await, "conf is not executed because it is not in the whitelist.\n");
    assert!(running.word("srvr").await.contains("\nReceived: 4\nSent: 3\n"));
    let mut telnet = connect(running.address).await;
    telnet.write_all(&[0xff, 0xf4, 0xff, 0xfd, 0x06]).await.expect("written");
    assert_eq!(rest(&mut telnet).await, "");
    running.stop().await;
}

/// What `cons` says that a connection has received.
async fn received(running: &Running, address: SocketAddr) -> usize {
    let cons = running.word("cons").await;
    let line =
        cons.lines().find(|line| line.starts_with(&format!(" /{address}["))).unwrap_or_else(|| panic!("{address} in {cons}"));
    let number = line.split("recved=").nth(1).and_then(|rest| rest.split(',').next()).expect("a number");
    number.parse().expect("a number")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_reads_nothing_is_not_read_from_until_it_reads_again() {
    const REQUESTS: usize = 300;
    const DATA_BYTES: usize = 256 * 1024;
    let folder = tempfile::tempdir().expect("a folder");
    let running = Running::start(config(folder.path())).await;
    let client = running.client().await;
    client.create("/big", vec![b'x'; DATA_BYTES], CreateMode::Persistent).await.expect("created");
    let mut lazy = session(running.address, 60_000).await;
    let mut get = vec![0, 0, 0, 17, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 4];
    get.extend(b"/big\0");
    lazy.write_all(&get.repeat(REQUESTS)).await.expect("written");
    for n in 0..100 {
        client.create(&format!("/other-{n}"), "", CreateMode::Persistent).await.expect("served on");
    }
    let taken = received(&running, lazy.local_addr().expect("an address")).await;
    assert!(taken < REQUESTS / 2, "{taken} of {REQUESTS} requests were taken from a client that reads nothing");
    let reply_bytes = 4 + 16 + 4 + DATA_BYTES + 68;
    let mut replies = vec![0; reply_bytes];
    for n in 0..REQUESTS {
        let read = tokio::time::timeout(DEADLINE, lazy.read_exact(&mut replies)).await.expect("in time");
        assert_eq!(read.unwrap_or_else(|error| panic!("reply {n}: {error}")), reply_bytes);
    }
    running.stop().await;
}

#[tokio::test]
async fn strangers_and_half_open_connections_are_closed_and_the_others_are_served_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut config = ServerConfig { sessionless_timeout: Duration::from_millis(300), ..config(folder.path()) };
    config.options.limits.tick_ms = 100;
    config.options.limits.min_ms = 200;
    let running = Running::start(config).await;
    let other = running.client().await;
    let tls_hello = [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3];
    let (huge, negative) = ([0x7f, 0xff, 0xff, 0xff], [0xff, 0xff, 0xff, 0xff]);
    for bytes in [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n".as_slice(), &tls_hello, &huge, &negative, b"", b"\0\0", &[0, 0, 0, 45, 0]]
    {
        let mut stream = connect(running.address).await;
        stream.write_all(bytes).await.expect("written");
        assert_eq!(rest(&mut stream).await, "", "{bytes:?}");
    }
    // a session that ends in the middle of a frame goes when its time has come
    for bytes in [[0, 0, 0, 9].as_slice(), &[0, 0], &[0, 0, 0, 9, 1, 2]] {
        let mut stream = session(running.address, 200).await;
        stream.write_all(bytes).await.expect("written");
        assert_eq!(rest(&mut stream).await, "", "{bytes:?}");
    }
    for bytes in [huge, negative] {
        let mut stream = session(running.address, 60_000).await;
        stream.write_all(&bytes).await.expect("written");
        assert_eq!(rest(&mut stream).await, "", "{bytes:?}");
    }
    assert!(other.exists("/").await.expect("served on").is_some());
    let mntr = running.word("mntr").await;
    assert!(mntr.contains("zk_sessionless_connections_expired\t3\n"), "{mntr}");
    running.stop().await;
}

#[tokio::test]
async fn limits_are_kept_for_connections_for_requests_that_wait_and_for_large_ones() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut config = ServerConfig { max_connections: 2, outstanding_limit: 1, ..config(folder.path()) };
    config.storage.max_batch_size = 1;
    config.large_requests.threshold = 1000;
    config.large_requests.max_bytes = 3000;
    let running = Running::start(config).await;
    let client = running.client().await;
    let creates: Vec<_> = (0..50)
        .map(|n| {
            let client = client.clone();
            tokio::spawn(async move { client.create(&format!("/{n}"), vec![0; 500], CreateMode::Persistent).await })
        })
        .collect();
    for create in creates {
        create.await.expect("no panic").expect("one after the other, each is let in");
    }
    // large ones after each other are under way one at a time
    for n in 0..5 {
        client.create(&format!("/large-{n}"), vec![0; 2000], CreateMode::Persistent).await.expect("let in");
    }
    let mut second = session(running.address, 60_000).await;
    let mut third = connect(running.address).await;
    assert_eq!(rest(&mut third).await, "", "two may be open");
    // a create of more bytes than all large requests together may have
    let mut bytes = vec![0, 0, 0x10, 0, 0, 0, 0, 1, 0, 0, 0, 1];
    bytes.resize(4 + 0x1000, 0);
    second.write_all(&bytes).await.expect("written");
    assert_eq!(rest(&mut second).await, "");
    assert!(client.exists("/0").await.expect("served on").is_some());
    client.close().await;
    running.stop().await;
}
