//! Clients that are too many, that come too fast, that stop in the middle of a frame or that ask for more than they read: who is closed and
//! with which line, as ZooKeeper 3.8.2 does, while the others are served on.

use kafkalab::net;
use kafkalab::process::signal::Signal;
use kafkalab::process::spawn::Child;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::coordinator_process::{CONNECT, CoordinatorProcess, DEADLINE};

const WORDS: &str = "4lw.commands.whitelist=*\n";
/// The most that a reply may have.
const REPLY_BYTES_MAX: usize = 1 << 20;
const BIG_BYTES: i32 = 900_000;

async fn killed(mut server: Child) {
    server.signal(Signal::Kill).expect("killed");
    server.wait().await.expect("ended");
}

async fn reply(stream: &mut TcpStream) -> Vec<u8> {
    let read = tokio::time::timeout(DEADLINE, net::read_frame(stream, REPLY_BYTES_MAX)).await.expect("an answer in time");
    read.expect("a frame").expect("not the end").to_vec()
}

/// A connection with a session.
async fn session(process: &CoordinatorProcess) -> TcpStream {
    let mut stream = process.connect().await;
    stream.write_all(&CONNECT).await.expect("a few bytes");
    assert_eq!(reply(&mut stream).await.len(), 37);
    stream
}

/// Waits for the end of the stream, before which nothing may come.
async fn closed(stream: &mut TcpStream) {
    let mut rest = Vec::new();
    let read = tokio::time::timeout(DEADLINE, stream.read_to_end(&mut rest)).await.expect("closed in time");
    assert!(rest.is_empty() && read.is_ok(), "{read:?}, {rest:?}");
}

fn request(xid: i32, op: i32, body: &[u8]) -> Vec<u8> {
    let length = i32::try_from(8 + body.len()).expect("a short request");
    [&length.to_be_bytes()[..], &xid.to_be_bytes(), &op.to_be_bytes(), body].concat()
}

async fn check_ping(stream: &mut TcpStream) {
    stream.write_all(&request(-2, 11, &[])).await.expect("a few bytes");
    assert_eq!(reply(stream).await.len(), 16, "served on");
}

async fn check_too_many(keys: &str, lines: &[&str]) {
    let process = CoordinatorProcess::new(&format!("{keys}\n{WORDS}")).await;
    let server = process.start();
    let mut first = session(&process).await;
    let second = session(&process).await;
    closed(&mut process.connect().await).await;
    for line in lines {
        process.logged(line).await;
    }
    check_ping(&mut first).await;
    drop(second);
    // there is room as soon as the server has seen that the other is gone
    process.logged("Unable to read additional data from client, it probably closed the socket: address = /127.0.0.1:").await;
    killed(server).await;
}

#[tokio::test]
async fn connections_above_a_limit_are_closed_with_its_line() {
    let of_address = "WARN Message:Error accepting new connection: Too many connections from /127.0.0.1 - max is 2 Value:null";
    check_too_many("maxClientCnxns=2", &[of_address]).await;
    let of_all = [
        "ERROR Too many connections 2 - max is 2 (org.apache.zookeeper.server.ServerCnxnFactory)",
        "WARN Message:Error accepting new connection: Too many connections max allowed is 2 Value:null",
    ];
    check_too_many("maxCnxns=2", &of_all).await;
}

#[tokio::test]
async fn sessions_that_come_too_fast_are_closed_with_their_exception() {
    // nothing is filled up while the test runs
    let keys = "connection_throttle_tokens=2\nconnection_throttle_fill_time=2000000000\n";
    let process = CoordinatorProcess::new(&format!("{keys}{WORDS}")).await;
    let server = process.start();
    let mut first = session(&process).await;
    let _second = session(&process).await;
    let mut third = process.connect().await;
    third.write_all(&CONNECT).await.expect("a few bytes");
    closed(&mut third).await;
    process.logged("WARN Closing session 0x0 (org.apache.zookeeper.server.NIOServerCnxn)\n").await;
    process.logged("org.apache.zookeeper.server.ClientCnxnLimitException: Connection throttle rejected connection\n").await;
    check_ping(&mut first).await;
    let figures = process.said_to(b"mntr").await;
    for line in ["zk_connection_rejected\t1\n", "zk_connection_request_count\t2\n", "zk_max_connection_token_deficit\t2\n"] {
        assert!(figures.contains(line), "{line:?} is not in\n{figures}");
    }
    killed(server).await;
}

#[tokio::test]
async fn half_a_frame_is_waited_for_so_long_and_no_frame_is_none_at_once() {
    let process = CoordinatorProcess::new(&format!("nio.sessionlessCnxnTimeout=3000\n{WORDS}")).await;
    let server = process.start();
    let mut other = session(&process).await;
    let mut halves = Vec::new();
    for length in [0, 2, 4, 20] {
        let mut stream = process.connect().await;
        stream.write_all(&CONNECT[..length]).await.expect("a few bytes");
        halves.push(stream);
    }
    for stream in &mut halves {
        closed(stream).await;
    }
    assert!(process.said_to(b"mntr").await.contains("zk_sessionless_connections_expired\t4\n"));
    for length in [0, -5, i32::MAX, 1 << 20] {
        let mut stream = process.connect().await;
        stream.write_all(&length.to_be_bytes()).await.expect("a few bytes");
        closed(&mut stream).await;
    }
    let log = process.logged("with advertised length of 1048576 is either a malformed message or too large to process").await;
    assert!(
        log.contains("WARN Close of session 0x0 (org.apache.zookeeper.server.NIOServerCnxn)\njava.io.EOFException\n"),
        "{log}"
    );
    check_ping(&mut other).await;
    killed(server).await;
}

#[tokio::test]
async fn requests_that_cannot_be_read_are_shown_and_answered() {
    let process = CoordinatorProcess::new("").await;
    let server = process.start();
    let mut stream = session(&process).await;
    for (op, body, lines) in [
        (1, b"abc".as_slice(), ["type:create cxid:0x1 zxid:0x2 txntype:1 reqpath:n/a", "for request type create: 0x616263 ("]),
        (4, b"", ["type:getData cxid:0x1 zxid:0xfffffffffffffffe txntype:unknown reqpath:n/a", "request type getData: 0x ("]),
    ] {
        stream.write_all(&request(1, op, body)).await.expect("a few bytes");
        assert_eq!(reply(&mut stream).await[12..], (-5_i32).to_be_bytes(), "MARSHALLINGERROR");
        for line in lines {
            process.logged(line).await;
        }
    }
    killed(server).await;
}

#[tokio::test]
async fn who_asks_for_much_after_little_and_reads_late_gets_all_of_it() {
    const ASKED: i32 = 100;
    let process = CoordinatorProcess::new("").await;
    let server = process.start();
    let mut stream = session(&process).await;
    let mut create = b"\0\0\0\x04/big".to_vec();
    create.extend(BIG_BYTES.to_be_bytes());
    create.extend(vec![b'x'; usize::try_from(BIG_BYTES).expect("a length")]);
    create.extend(b"\0\0\0\x01\0\0\0\x1f\0\0\0\x05world\0\0\0\x06anyone\0\0\0\0");
    stream.write_all(&request(1, 1, &create)).await.expect("taken");
    assert_eq!(reply(&mut stream).await[12..16], [0; 4]);
    // short replies let the server expect more of them
    for _ in 0..100 {
        check_ping(&mut stream).await;
    }
    let all: Vec<u8> = (0..ASKED).flat_map(|xid| request(xid, 4, b"\0\0\0\x04/big\0")).collect();
    stream.write_all(&all).await.expect("taken");
    // another is served while nothing is read here
    check_ping(&mut session(&process).await).await;
    for xid in 0..ASKED {
        let reply = reply(&mut stream).await;
        assert_eq!(reply[..4], xid.to_be_bytes());
        assert!(reply.len() > usize::try_from(BIG_BYTES).expect("a length"), "{}", reply.len());
    }
    killed(server).await;
}
