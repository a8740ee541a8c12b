//! The session of a server that was killed, ended from outside: what its coordinator would do when the session timeout has passed, it does
//! at once.

use bytes::Bytes;
use kafkalab::engine::zookeeper::protocol::{ConnectRequest, ConnectResponse, OpCode, Record, RequestHeader, Writer};
use kafkalab::engine::zookeeper::session_password;
use kafkalab::net;
use kafkalab::process::wait;
use tokio::io::AsyncWriteExt;

use super::{DEADLINE, znodes};

/// The most that an answer may have.
const ANSWER_BYTES_MAX: usize = 1 << 16;

/// Where the broker of a pair is registered.
const REGISTRATION: &str = "/brokers/ids/0";

/// Ends the session of a broker that was killed: another may register.
pub async fn forget_broker(coordinator: u16) {
    if let Some(session) = znodes::owner(coordinator, REGISTRATION).await {
        end(coordinator, session).await;
    }
    broker_forgotten(coordinator).await;
}

/// Waits until the session of a broker that was killed has ended.
pub async fn broker_forgotten(coordinator: u16) {
    let gone = || async move { znodes::owner(coordinator, REGISTRATION).await.is_none().then_some(()) };
    wait::until(DEADLINE, "the dead broker's registration to go", gone).await.expect("its session ends");
}

/// Takes up a session that nobody keeps any more, and closes it; one that has run out already is as good.
async fn end(coordinator: u16, session_id: i64) {
    let mut stream = net::connect("127.0.0.1", coordinator, DEADLINE).await.expect("the coordinator listens");
    let timeout = i32::try_from(DEADLINE.as_millis()).expect("a short time");
    let password = Some(Bytes::copy_from_slice(&session_password(session_id)));
    let resume = ConnectRequest { protocol_version: 0, last_zxid_seen: 0, timeout, session_id, password, read_only: Some(false) };
    let mut frame = Writer::frame();
    frame.write(&resume);
    stream.write_all(&frame.into_frame()).await.expect("the coordinator reads");
    let answer = net::read_frame(&mut stream, ANSWER_BYTES_MAX).await.expect("the coordinator answers").expect("an answer");
    if ConnectResponse::from_bytes(&answer).expect("a well-formed answer").timeout <= 0 {
        return;
    }
    let mut frame = Writer::frame();
    frame.write(&RequestHeader { xid: 1, op: OpCode::CloseSession.code() });
    stream.write_all(&frame.into_frame()).await.expect("the coordinator reads");
    let closed = net::read_frame(&mut stream, ANSWER_BYTES_MAX).await.expect("the coordinator answers");
    assert!(closed.is_some(), "a close is answered");
}
