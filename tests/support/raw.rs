//! A broker's port as raw bytes: requests that no client would send.

use kafkalab::net;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::DEADLINE;

/// The most that an answer may have.
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// A connection to a port of this machine.
pub async fn connect(port: u16) -> TcpStream {
    net::connect("127.0.0.1", port, DEADLINE).await.expect("the broker listens")
}

/// A request with its size before it.
pub fn framed(request: &[u8]) -> Vec<u8> {
    let size = i32::try_from(request.len()).expect("a short request");
    [&size.to_be_bytes()[..], request].concat()
}

/// A request header of version 1: correlation id 7, client id `t`.
pub fn header(key: i16, version: i16) -> Vec<u8> {
    [&key.to_be_bytes()[..], &version.to_be_bytes(), &7i32.to_be_bytes(), &[0, 1, b't']].concat()
}

/// Sends one request and gives its answer, without its size; `None` where the broker closes the connection instead.
pub async fn ask(port: u16, request: &[u8]) -> Option<Vec<u8>> {
    let mut stream = connect(port).await;
    stream.write_all(&framed(request)).await.expect("the socket takes a few bytes");
    let answer = tokio::time::timeout(DEADLINE, net::read_frame(&mut stream, ANSWER_BYTES_MAX)).await;
    answer.expect("the broker answers").ok().flatten().map(|answer| answer.to_vec())
}
