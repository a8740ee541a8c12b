//! One server and the connections of one run to it: what each step of a sequence makes it say.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use kafkalab::engine::zookeeper::protocol::{
    ConnectRequest, ConnectResponse, ErrorCode, Field, OpCode, Reader, Record, ReplyHeader, RequestHeader, WatcherEvent, Writer,
    xid,
};
use kafkalab::net::{self, read_frame};
use kafkalab::process::wait;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::sequence::{AclKind, Op, Reattach, SLOTS, Step};
use super::wire::{CLEANER, Names};

const DEADLINE: Duration = Duration::from_secs(20);
/// A request that is not answered for so long never will be.
const SILENCE: Duration = Duration::from_secs(5);
const FRAME_BYTES_MAX: usize = 1024 * 1024;
/// No session that is meant to live expires in a run, however slow the machine.
const LONG_MS: i32 = 60_000;
/// The server makes the shortest it allows of it.
const SHORT_MS: i32 = 1;

const PING: Op = Op::Bare(OpCode::Ping);

/// A connection with a session.
struct Connection {
    stream: TcpStream,
    session: usize,
    next_xid: i32,
}

/// The connections of a run.
pub struct Peer {
    port: u16,
    names: Names,
    passwords: Vec<Option<Bytes>>,
    slots: [Option<Connection>; SLOTS],
    probe: Option<Connection>,
    /// What was said in this step: by the place of the connection.
    said: [Vec<String>; SLOTS],
}

/// What every step of a sequence made the server on this port say; shorter than the sequence where the server does not survive it.
pub async fn run(port: u16, root: &str, steps: &[Step]) -> Vec<String> {
    let mut transcript = Vec::with_capacity(steps.len());
    // an error says that the server has gone
    let _ = play(port, root, steps, &mut transcript).await;
    transcript
}

async fn play(port: u16, root: &str, steps: &[Step], transcript: &mut Vec<String>) -> Result<(), Gone> {
    let mut peer = Peer::start(port, root).await?;
    for step in steps {
        peer.step(step).await?;
        transcript.push(peer.take_said());
    }
    if peer.clean_up().await.is_err() {
        transcript.pop();
    }
    Ok(())
}

/// The server does not serve any more.
struct Gone;

impl Peer {
    async fn start(port: u16, root: &str) -> Result<Self, Gone> {
        let names = Names { root: root.to_owned(), base_zxid: 0, sessions: Vec::new() };
        let (passwords, slots) = (Vec::new(), Default::default());
        let mut peer = Self { port, names, passwords, slots, probe: None, said: Default::default() };
        let probe = peer.connect(0, None, 0, LONG_MS, false).await?.1;
        peer.probe = probe;
        peer.ask_probe(&Op::Auth { scheme: "digest", auth: CLEANER }).await?;
        for path in ["~", "~-marks"] {
            let path = path.to_owned();
            let create = Op::Create { op: OpCode::Create, path, data: None, acl: AclKind::Open, flags: 0, ttl: 0 };
            peer.names.base_zxid = peer.ask_probe(&create).await?.zxid;
        }
        Ok(peer)
    }

    async fn step(&mut self, step: &Step) -> Result<(), Gone> {
        match step {
            Step::Open { slot, old } => self.open(*slot, *old).await?,
            Step::Requests { slot, ops } => self.requests(*slot, ops).await,
            Step::Reattach { slot, how } => self.reattach(*slot, *how).await?,
            Step::Expire { slot } => self.expire(*slot).await?,
            Step::Future => {
                let answer = self.connect(self.names.base_zxid + 1_000_000, None, 0, LONG_MS, false).await?.0;
                self.said[0].push(format!("future: {answer}"));
            }
        }
        self.hear_all().await;
        Ok(())
    }

    fn take_said(&mut self) -> String {
        let mut text = String::new();
        for (slot, lines) in self.said.iter_mut().enumerate() {
            for line in lines.drain(..) {
                text.push_str(&format!("  {slot}: {line}\n"));
            }
        }
        text
    }

    /// What a connection is answered with, and the connection where it has a session.
    async fn connect(
        &mut self,
        seen: i64,
        session: Option<usize>,
        flip: u8,
        timeout: i32,
        old: bool,
    ) -> Result<(String, Option<Connection>), Gone> {
        let mut stream = net::connect("127.0.0.1", self.port, DEADLINE).await.map_err(|_| Gone)?;
        let password = session.and_then(|at| self.passwords[at].clone()).unwrap_or_else(|| Bytes::from_static(&[0; 16]));
        let request = ConnectRequest {
            protocol_version: 0,
            last_zxid_seen: seen,
            timeout,
            session_id: session.map_or(0, |at| self.names.sessions[at] ^ i64::from(flip >> 4)),
            password: Some(password.iter().map(|byte| byte ^ (flip & 15)).collect()),
            read_only: (!old).then_some(false),
        };
        send(&mut stream, &[request.to_bytes()]).await;
        let Some(frame) = receive(&mut stream).await else { return Ok(("closed".to_owned(), None)) };
        let response =
            if old { ConnectResponse::from_bytes(&[&frame[..], &[0]].concat()) } else { ConnectResponse::from_bytes(&frame) };
        let ConnectResponse { protocol_version, timeout, session_id, password, read_only } =
            response.expect("a connect response");
        let length = password.as_ref().map(Bytes::len);
        let is_zero = password.iter().flatten().all(|byte| *byte == 0);
        let known = self.names.sessions.iter().position(|session| *session == session_id);
        let kind = if session_id == 0 { "none".to_owned() } else { format!("{known:?}") };
        let answer =
            format!("v{protocol_version} {timeout} ms session {kind} password {length:?} {is_zero} {read_only} {}", frame.len());
        if timeout == 0 {
            let rest = receive(&mut stream).await;
            return Ok((format!("{answer} then {rest:?}"), None));
        }
        let session = known.unwrap_or_else(|| {
            self.names.sessions.push(session_id);
            self.passwords.push(password);
            self.names.sessions.len() - 1
        });
        Ok((answer, Some(Connection { stream, session, next_xid: 1 })))
    }

    async fn open(&mut self, slot: usize, old: bool) -> Result<(), Gone> {
        let (answer, connection) = self.connect(0, None, 0, LONG_MS, old).await?;
        self.said[slot].push(format!("opened: {answer}"));
        // the connection before is closed, its session lives on
        self.slots[slot] = connection;
        let Some(session) = self.slots[slot].as_ref().map(|connection| connection.session) else { return Ok(()) };
        let path = format!("~-marks/{session}");
        self.requests(slot, &[Op::Create { op: OpCode::Create, path, data: None, acl: AclKind::Open, flags: 1, ttl: 0 }]).await;
        Ok(())
    }

    async fn requests(&mut self, slot: usize, ops: &[Op]) {
        let Some(connection) = &mut self.slots[slot] else { return };
        let mut pending = VecDeque::new();
        let mut frames = Vec::new();
        for op in ops {
            let xid = match op {
                Op::Bare(OpCode::Ping) => xid::PING,
                Op::Auth { .. } => xid::AUTH,
                _ => connection.take_xid(),
            };
            frames.push(request(xid, op, &self.names));
            pending.push_back((xid, op));
        }
        // tells that nothing was answered before it
        if matches!(ops.last(), Some(Op::Check { .. })) {
            frames.push(request(xid::PING, &PING, &self.names));
            pending.push_back((xid::PING, &PING));
        }
        send(&mut connection.stream, &frames).await;
        while let Some((expected, op)) = pending.pop_front() {
            let Some(reply) = connection.reply(&self.names, &mut self.said[slot]).await else {
                self.said[slot].push(format!("closed instead of a reply to {op:?}"));
                self.slots[slot] = None;
                return;
            };
            let (mut expected, mut op) = (expected, op);
            while matches!(op, Op::Check { .. })
                && reply.header.xid != expected
                && let Some(next) = pending.pop_front()
            {
                self.said[slot].push("check not answered".to_owned());
                (expected, op) = next;
            }
            let ReplyHeader { xid, zxid, err } = reply.header;
            let body = if err == 0 { self.names.body(op.code(), &reply.body) } else { format!("{} bytes", reply.body.len()) };
            let error = ErrorCode::from_code(err).map_or(err.to_string(), |code| code.name().to_owned());
            let order = if xid == expected { "" } else { "out of order " };
            let name = OpCode::from_code(op.code()).map_or("unknown", |op| op.info().name);
            self.said[slot].push(format!("{name} {order}{error} {} {body}", self.names.zxid(zxid)));
        }
        let ends = |op: &Op| match op {
            Op::Bare(OpCode::CloseSession) => true,
            Op::Auth { scheme, .. } => !matches!(*scheme, "digest" | "ip"),
            Op::Raw { code, .. } => OpCode::from_code(*code).is_none() || *code <= 0,
            _ => false,
        };
        if ops.last().is_some_and(ends) {
            let rest = connection.reply(&self.names, &mut self.said[slot]).await;
            self.said[slot].push(if rest.is_none() { "closed".to_owned() } else { "another reply".to_owned() });
            self.slots[slot] = None;
        }
    }

    async fn reattach(&mut self, slot: usize, how: Reattach) -> Result<(), Gone> {
        let Some(before) = self.slots[slot].take() else { return Ok(()) };
        let session = before.session;
        let mut before = match how {
            Reattach::Moved | Reattach::WrongPassword => Some(before),
            Reattach::Dropped | Reattach::Unknown => None,
        };
        let flip = match how {
            Reattach::WrongPassword => 1,
            Reattach::Unknown => 0x70,
            Reattach::Moved | Reattach::Dropped => 0,
        };
        let (answer, connection) = self.connect(self.names.base_zxid, Some(session), flip, LONG_MS, false).await?;
        self.said[slot].push(format!("reattached: {answer}"));
        if let Some(before) = &mut before {
            let rest = before.reply(&self.names, &mut self.said[slot]).await;
            self.said[slot].push(format!("the connection before is closed: {}", rest.is_none()));
        }
        self.slots[slot] = connection;
        Ok(())
    }

    async fn expire(&mut self, slot: usize) -> Result<(), Gone> {
        let Some(before) = self.slots[slot].take() else { return Ok(()) };
        let session = before.session;
        drop(before);
        let (answer, connection) = self.connect(self.names.base_zxid, Some(session), 0, SHORT_MS, false).await?;
        self.said[slot].push(format!("not heard of any more: {answer}"));
        drop(connection);
        let mark = Op::Read { op: OpCode::Exists, path: format!("~-marks/{session}"), watch: false };
        let peer = tokio::sync::Mutex::new(&mut *self);
        let gone = || async {
            let mut peer = peer.lock().await;
            peer.hear_all().await;
            match peer.ask_probe(&mark).await {
                Ok(header) => (header.err == ErrorCode::NoNode.code()).then_some(Ok(())),
                Err(gone) => Some(Err(gone)),
            }
        };
        wait::until(DEADLINE, "the session to expire", gone).await.unwrap_or(Err(Gone))?;
        let (answer, _) = self.connect(self.names.base_zxid, Some(session), 0, LONG_MS, false).await?;
        self.said[slot].push(format!("expired: {answer}"));
        Ok(())
    }

    /// Hears what every connection was told by now: what precedes the answer to a ping.
    async fn hear_all(&mut self) {
        for slot in 0..SLOTS {
            let Some(connection) = &mut self.slots[slot] else { continue };
            send(&mut connection.stream, &[request(xid::PING, &Op::Bare(OpCode::Ping), &self.names)]).await;
            if connection.reply(&self.names, &mut self.said[slot]).await.is_none() {
                self.said[slot].push("closed".to_owned());
                self.slots[slot] = None;
            }
        }
    }

    async fn ask_probe(&mut self, op: &Op) -> Result<ReplyHeader, Gone> {
        Ok(self.ask_probe_for(op).await?.header)
    }

    async fn ask_probe_for(&mut self, op: &Op) -> Result<Reply, Gone> {
        let probe = self.probe.as_mut().expect("connected at the start");
        let xid = probe.take_xid();
        send(&mut probe.stream, &[request(xid, op, &self.names)]).await;
        probe.reply(&self.names, &mut Vec::new()).await.ok_or(Gone)
    }

    /// Ends every session and deletes what the run made.
    async fn clean_up(mut self) -> Result<(), Gone> {
        self.slots = Default::default();
        // the probe's session is the first
        for session in 1..self.names.sessions.len() {
            let (_, connection) = self.connect(self.names.base_zxid, Some(session), 0, LONG_MS, false).await?;
            self.slots[0] = connection;
            self.requests(0, &[Op::Bare(OpCode::CloseSession)]).await;
        }
        for root in ["/zookeeper/quota~", "~-marks", "~"] {
            self.delete(root.to_owned()).await?;
        }
        let mut probe = self.probe.take().expect("connected at the start");
        send(&mut probe.stream, &[request(9, &Op::Bare(OpCode::CloseSession), &self.names)]).await;
        while receive(&mut probe.stream).await.is_some() {}
        Ok(())
    }

    async fn delete(&mut self, root: String) -> Result<(), Gone> {
        let mut found = vec![root];
        let mut at = 0;
        while let Some(path) = found.get(at).cloned() {
            at += 1;
            let list = Op::Read { op: OpCode::GetChildren, path: path.clone(), watch: false };
            let reply = self.ask_probe_for(&list).await?;
            let children: Vec<String> = Reader::new(&reply.body).read().unwrap_or_default();
            found.extend(children.into_iter().map(|name| format!("{path}/{name}")));
        }
        for path in found.into_iter().rev() {
            self.ask_probe(&Op::Delete { path, version: -1 }).await?;
        }
        Ok(())
    }
}

struct Reply {
    header: ReplyHeader,
    body: Bytes,
}

impl Connection {
    fn take_xid(&mut self) -> i32 {
        self.next_xid += 1;
        self.next_xid - 1
    }

    /// The next reply, or `None` at the end of the stream; the events before it are noted.
    async fn reply(&mut self, names: &Names, said: &mut Vec<String>) -> Option<Reply> {
        loop {
            let frame = receive(&mut self.stream).await?;
            let mut reader = Reader::new(&frame);
            let header: ReplyHeader = reader.read().expect("a reply header");
            if header.xid != xid::NOTIFICATION {
                return Some(Reply { header, body: frame.slice(reader.position()..) });
            }
            let WatcherEvent { event_type, state, path } = WatcherEvent::decode(&mut reader).expect("an event");
            said.push(format!("event {event_type} {state} {} {} {}", names.shown(&path), header.zxid, header.err));
        }
    }
}

fn request(xid: i32, op: &Op, names: &Names) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.write(&RequestHeader { xid, op: op.code() });
    op.encode(names, &mut writer);
    writer.into_bytes()
}

async fn send(stream: &mut TcpStream, frames: &[Vec<u8>]) {
    let mut bytes = Vec::new();
    for frame in frames {
        bytes.extend_from_slice(&i32::try_from(frame.len()).expect("a small frame").to_be_bytes());
        bytes.extend_from_slice(frame);
    }
    // where the other end has closed, the next read says so
    let _ = stream.write_all(&bytes).await;
}

/// The next frame, or `None` where the stream ends, cleanly or not, or nothing comes.
async fn receive(stream: &mut TcpStream) -> Option<Bytes> {
    tokio::time::timeout(SILENCE, read_frame(stream, FRAME_BYTES_MAX)).await.ok()?.unwrap_or_default()
}
