//! The coordinator's process from its start to its end, beside what ZooKeeper 3.8.2 does: what it logs, which data folders it takes, what
//! becomes of an audit logger that is not there, and how soon a signal ends it under load.

use std::path::Path;

use kafkalab::engine::zookeeper::client::Client;
use kafkalab::engine::zookeeper::protocol::CreateMode;
use kafkalab::process::signal::Signal;
use kafkalab::process::spawn::{Child, exit_code};
use kafkalab::process::wait;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::coordinator_process::{CONNECT, CoordinatorProcess, DEADLINE};
use crate::support::start_log::{RECORDED, SERVES, masked};

/// What ZooKeeper logs that is only true of the Java program; `announce.rs` says why.
const LEFT_OUT: [&str; 7] = [
    "INFO ServerMetrics initialized with provider",
    "INFO zookeeper.intBufferStartingSizeBytes",
    "INFO getData response cache",
    "INFO getChildren response cache",
    "INFO zookeeper.pathStats.",
    "INFO Configuring NIO connection handler",
    "INFO zookeeper.request_throttler.shutdownTimeout",
];
const WRITERS: usize = 16;

async fn ended(server: &mut Child) -> i32 {
    exit_code(tokio::time::timeout(DEADLINE, server.wait()).await.expect("it ends").expect("a child of ours"))
}

async fn signalled(mut server: Child, signal: Signal) -> i32 {
    server.signal(signal).expect("signalled");
    ended(&mut server).await
}

#[tokio::test]
async fn a_start_is_logged_as_zookeeper_logs_it() {
    let process = CoordinatorProcess::new("maxClientCnxns=60\n").await;
    let server = process.start();
    process.logged(SERVES).await;
    assert!(process.said_to(b"srvr").await.starts_with("Zookeeper version: 3.8.2-"));
    let log = process.logged("Processing srvr command").await;
    let expected = RECORDED.lines().filter(|line| !LEFT_OUT.iter().any(|begin| line.starts_with(begin)));
    let (found, expected) =
        (masked(&log, process.address().port(), process.data(), &process.config()), expected.collect::<Vec<_>>());
    assert_eq!(found.join("\n"), expected.join("\n"));
    assert!(LEFT_OUT.iter().all(|begin| RECORDED.contains(begin)), "what is left out is there");
    signalled(server, Signal::Kill).await;
}

#[tokio::test]
async fn closed_sessions_are_no_dropped_connections_and_a_start_counts_what_it_reads() {
    let process = CoordinatorProcess::new("4lw.commands.whitelist=*\n").await;
    let server = process.start();
    for number in 0..20 {
        let client = process.client().await;
        client.create(&format!("/n{number}"), "x", CreateMode::Persistent).await.expect("created");
        client.close().await;
    }
    let figures = process.said_to(b"mntr").await;
    assert!(figures.contains("\nzk_connection_drop_count\t0\n"), "{figures}");
    assert!(!process.log_text().contains("Unable to read additional data from client"), "{}", process.log_text());
    signalled(server, Signal::Kill).await;
    let server = process.start();
    let figures = process.said_to(b"mntr").await;
    // as ZooKeeper: each session's begin and end and what it made
    for line in ["zk_sum_startup_txns_loaded\t60\n", "zk_cnt_startup_snap_load_time\t1\n", "zk_sum_n0_write_per_namespace\t4\n"] {
        assert!(figures.contains(line), "{line:?} is not in\n{figures}");
    }
    signalled(server, Signal::Kill).await;
}

#[tokio::test]
async fn an_audit_logger_that_is_not_there_ends_the_service_at_the_first_request() {
    const NOT_SERVING: &str = "This ZooKeeper instance is not currently serving requests\n";
    let keys = "audit.enable=true\naudit.impl.class=com.example.Nope\n4lw.commands.whitelist=*\n";
    let process = CoordinatorProcess::new(keys).await;
    let server = process.start();
    let log = process.logged("Caused by: java.lang.ClassNotFoundException: com.example.Nope").await;
    assert!(log.contains("ERROR Thread Thread[main,5,main] died (org.apache.zookeeper.server.NIOServerCnxnFactory)\n"), "{log}");
    assert!(!log.contains("ZooKeeper audit is"), "{log}");
    // it serves as long as nobody asks for anything
    assert!(process.said_to(b"srvr").await.contains("Mode: standalone"));
    let mut first = process.connect().await;
    first.write_all(&CONNECT).await.expect("a few bytes");
    let log = process.logged("SyncRequestProcessor exited!").await;
    assert!(log.contains("ERROR Severe unrecoverable error, from thread : SyncThread:0"), "{log}");
    for (word, expected) in [("srvr", NOT_SERVING), ("mntr", NOT_SERVING), ("ruok", "imok"), ("isro", "null")] {
        assert_eq!(process.said_to(word.as_bytes()).await, expected, "{word}");
    }
    assert_eq!(process.said_to(&CONNECT).await, "", "no session");
    let log = process.logged("java.io.IOException: ZooKeeperServer not running").await;
    assert!(log.contains("WARN Close of session 0x0 (org.apache.zookeeper.server.NIOServerCnxn)\n"), "{log}");
    assert_eq!(signalled(server, Signal::Terminate).await, 143);
}

/// Makes a data folder into another.
type Change = fn(&Path);

fn overwrite(path: &Path, at: usize, bytes: &[u8]) {
    let mut all = std::fs::read(path).expect("a file");
    all[at..at + bytes.len()].copy_from_slice(bytes);
    std::fs::write(path, all).expect("written");
}

/// Changed data folders, and of those that ZooKeeper 3.8.2 does not take the lines that it ends with.
const FOLDERS: [(&str, Change, &[&str]); 9] = [
    ("another folder beside it", |data| std::fs::create_dir(data.join("version-3")).expect("made"), &[]),
    ("a log of version 3", |data| overwrite(&data.join("version-2/log.1"), 4, &[0, 0, 0, 3]), &[]),
    ("a log of another database", |data| overwrite(&data.join("version-2/log.1"), 8, &[0, 0, 0, 0, 0, 0, 0, 7]), &[]),
    ("a snapshot that is none", |data| std::fs::write(data.join("version-2/snapshot.ff"), "abc").expect("written"), &[]),
    (
        "a log of another program",
        |data| overwrite(&data.join("version-2/log.1"), 0, b"ZKLX"),
        &["java.io.IOException: Transaction log: DATA/version-2/log.1 has invalid magic number 1514884184 != 1514884167"],
    ),
    (
        "a snapshot of another program",
        |data| overwrite(&data.join("version-2/snapshot.0"), 0, b"ZKSX"),
        &[
            "WARN problem reading snap file DATA/version-2/snapshot.0 (org.apache.zookeeper.server.persistence.FileSnap)",
            "java.io.IOException: mismatching magic headers 1514885976 !=  1514885966",
            "java.io.IOException: Not able to find valid snapshots in DATA/version-2",
        ],
    ),
    (
        "a snapshot of version 3",
        |data| overwrite(&data.join("version-2/snapshot.0"), 4, &[0, 0, 0, 3]),
        &["java.io.IOException: CRC corruption", "java.io.IOException: Not able to find valid snapshots in DATA/version-2"],
    ),
    ("an empty log", |data| std::fs::write(data.join("version-2/log.1"), "").expect("written"), &["java.io.EOFException"]),
    (
        "a log without a snapshot",
        |data| std::fs::remove_file(data.join("version-2/snapshot.0")).expect("removed"),
        &["java.io.IOException: No snapshot found, but there are log entries. Something is broken!"],
    ),
];

async fn check_folder(name: &str, change: Change, expected: &[&str]) {
    let process = CoordinatorProcess::new("").await;
    let server = process.start();
    process.client().await.create("/kept", "x", CreateMode::Persistent).await.expect("created");
    signalled(server, Signal::Kill).await;
    change(process.data());
    let mut server = process.start();
    if expected.is_empty() {
        let kept = process.client().await.exists("/kept").await.expect("answered");
        assert!(kept.is_some(), "{name}: {}", process.log_text());
        signalled(server, Signal::Kill).await;
        return;
    }
    assert_eq!(ended(&mut server).await, 1, "{name}");
    let log = process.log_text().replace(&process.data().display().to_string(), "DATA");
    let end = [
        "ERROR Unexpected exception, exiting abnormally (org.apache.zookeeper.server.ZooKeeperServerMain)",
        "INFO ZooKeeper audit is disabled. (org.apache.zookeeper.audit.ZKAuditProvider)",
        "ERROR Exiting JVM with code 1 (org.apache.zookeeper.util.ServiceUtils)",
    ];
    for line in expected.iter().chain(&end) {
        assert!(log.lines().any(|found| found.ends_with(line)), "{name}: {line:?} is not in\n{log}");
    }
}

#[tokio::test]
async fn data_of_others_is_taken_or_refused_as_zookeeper_does() {
    for (name, change, expected) in FOLDERS {
        check_folder(name, change, expected).await;
    }
}

/// Creates znodes until the server goes; the last number that was acknowledged.
async fn write_on(client: Client, writer: usize) -> usize {
    let mut number = 0;
    while client.create(&format!("/w{writer}-{number}"), vec![b'x'; 500], CreateMode::Persistent).await.is_ok() {
        number += 1;
    }
    number
}

/// Asks for a megabyte again and again and reads nothing.
async fn ask_and_never_read(process: &CoordinatorProcess) -> TcpStream {
    let mut stream = process.connect().await;
    stream.write_all(&CONNECT).await.expect("a few bytes");
    let mut request = vec![0, 0, 0, 17, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 4];
    request.extend(b"/big\0");
    for _ in 0..50 {
        stream.write_all(&request).await.expect("a few bytes");
    }
    stream
}

async fn check_end(signal: Signal, code: i32, keys: &str) {
    let process = CoordinatorProcess::new(keys).await;
    let server = process.start();
    let client = process.client().await;
    client.create("/big", vec![b'x'; 900_000], CreateMode::Persistent).await.expect("created");
    let deaf = [ask_and_never_read(&process).await, ask_and_never_read(&process).await];
    let mut writers = Vec::new();
    for writer in 0..WRITERS {
        writers.push(tokio::spawn(write_on(process.client().await, writer)));
    }
    let look = async || client.exists("/w0-20").await.ok().flatten();
    wait::until(DEADLINE, "the load", look).await.expect("they write");
    assert_eq!(signalled(server, signal).await, code, "{}", process.log_text());
    drop((deaf, client));
    let mut acknowledged = Vec::new();
    for writer in writers {
        acknowledged.push(tokio::time::timeout(DEADLINE, writer).await.expect("told of the end").expect("no panic"));
    }
    let server = process.start();
    let client = process.client().await;
    for (writer, count) in acknowledged.into_iter().enumerate() {
        for number in 0..count {
            let path = format!("/w{writer}-{number}");
            assert!(client.exists(&path).await.expect("answered").is_some(), "{path} was acknowledged");
        }
    }
    signalled(server, Signal::Kill).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signal_ends_it_whoever_writes_and_whoever_never_reads() {
    check_end(Signal::Terminate, 143, "").await;
    check_end(Signal::Interrupt, 130, "audit.enable=true\n").await;
}
