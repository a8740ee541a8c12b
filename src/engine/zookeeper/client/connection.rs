//! One connection of a session: requests out, answers and events in, pings between.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::error::ClientError;
use super::events::WatchedEvent;
use super::handshake::{Lost, log_lost};
use super::multi::above;
use super::session::{Command, Request, Session, tell_closed};
use crate::engine::zookeeper::protocol::{
    AuthPacket, DecodeError, ErrorCode, EventType, KeeperState, OpCode, Reader, Record, ReplyHeader, RequestHeader, WatcherEvent,
    Writer, xid,
};
use crate::net::{FrameError, read_frame};

/// The longest answer that is read: Kafka's `jute.maxbuffer` for its client.
pub(super) const MAX_ANSWER_BYTES: usize = 4 * 1024 * 1024;
/// Answers read ahead.
const ANSWERS_AHEAD: usize = 64;
/// More requests are not taken while so much waits to be sent, in bytes.
const OUT_LIMIT_BYTES: usize = 1024 * 1024;
/// More requests are not taken while so many wait for their answer.
const PENDING_LIMIT: usize = 1000;
/// A ping is sent at least this often.
const MAX_SEND_PING_INTERVAL: Duration = Duration::from_secs(10);

/// Why a connection is over.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ended {
    Lost,
    Expired,
    AuthFailed,
    Closed,
}

type AuthReply = oneshot::Sender<Result<(), ClientError>>;

pub(super) struct Connection {
    /// The server as the log names it.
    server: String,
    answers: mpsc::Receiver<Result<Option<Bytes>, FrameError>>,
    reader: JoinHandle<()>,
    writer: OwnedWriteHalf,
    out: BytesMut,
    read_timeout: Duration,
    last_heard: Instant,
    last_sent: Instant,
    /// Auth packets sent and not answered; `None` for one sent again after a reconnect.
    auths: VecDeque<Option<AuthReply>>,
    closing: Option<Closing>,
}

struct Closing {
    xid: i32,
    done: Option<oneshot::Sender<()>>,
}

/// A dropped connection reads no more.
impl Drop for Connection {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

async fn read_answers(stream: OwnedReadHalf, answers: mpsc::Sender<Result<Option<Bytes>, FrameError>>) {
    let mut stream = BufReader::new(stream);
    loop {
        let frame = read_frame(&mut stream, MAX_ANSWER_BYTES).await;
        let last = !matches!(frame, Ok(Some(_)));
        if answers.send(frame).await.is_err() || last {
            return;
        }
    }
}

impl Connection {
    /// Takes over a stream whose handshake is done; identities and watches of the session go out first.
    pub(super) fn start(session: &mut Session, stream: TcpStream, server: String) -> Self {
        let (read_half, writer) = stream.into_split();
        let (sender, answers) = mpsc::channel(ANSWERS_AHEAD);
        let now = Instant::now();
        let mut connection = Self {
            server,
            answers,
            reader: tokio::spawn(read_answers(read_half, sender)),
            writer,
            out: BytesMut::new(),
            read_timeout: session.shared.session_timeout() * 2 / 3,
            last_heard: now,
            last_sent: now,
            auths: VecDeque::new(),
            closing: None,
        };
        for packet in &session.auths {
            connection.auths.push_back(None);
            connection.push(xid::AUTH, OpCode::Auth, &packet.to_bytes());
        }
        for (op, body) in session.watches.set_again(session.last_zxid) {
            connection.push(xid::SET_WATCHES, op, &body);
        }
        // requests that waited for this connection
        for (_, request) in std::mem::take(&mut session.pending) {
            connection.push_request(session, request);
        }
        connection
    }

    /// Serves the session until the connection is over.
    pub(super) async fn serve(mut self, session: &mut Session) -> Ended {
        loop {
            let ping_at = self.ping_at();
            let lost_at = self.last_heard + self.read_timeout;
            let takes_more = self.takes_more(session);
            tokio::select! {
                answer = self.answers.recv() => {
                    self.last_heard = Instant::now();
                    if let Err(ended) = self.take_answers(session, answer) {
                        return ended;
                    }
                }
                written = self.writer.write_buf(&mut self.out), if self.out.has_remaining() => {
                    if let Err(error) = written {
                        return self.lost(session, Lost::Io(error.into()));
                    }
                }
                command = session.commands.recv(), if takes_more => self.take_commands(session, command),
                () = tokio::time::sleep_until(ping_at.min(lost_at)) => {
                    let now = Instant::now();
                    if now >= lost_at {
                        return self.lost(session, Lost::Silent { waited: now - self.last_heard, session_id: session.shared.session_id() });
                    }
                    self.push(xid::PING, OpCode::Ping, &[]);
                }
            }
        }
    }

    fn takes_more(&self, session: &Session) -> bool {
        self.closing.is_none() && self.out.len() < OUT_LIMIT_BYTES && session.pending.len() < PENDING_LIMIT
    }

    /// Takes a command and those that have come with it, so that they go out in one write.
    fn take_commands(&mut self, session: &mut Session, command: Option<Command>) {
        self.take_command(session, command);
        while self.takes_more(session)
            && let Ok(command) = session.commands.try_recv()
        {
            self.take_command(session, Some(command));
        }
    }

    /// Takes an answer and those that have come with it.
    fn take_answers(&mut self, session: &mut Session, first: Option<Result<Option<Bytes>, FrameError>>) -> Result<(), Ended> {
        self.take_answer(session, first)?;
        while let Ok(answer) = self.answers.try_recv() {
            self.take_answer(session, Some(answer))?;
        }
        Ok(())
    }

    /// While closing, a server that goes away has closed the session or will expire it.
    fn lost(&mut self, session: &Session, why: Lost) -> Ended {
        match self.closing.take() {
            Some(closing) => {
                tell_closed(session.shared.session_id(), closing.done);
                Ended::Closed
            }
            None => {
                log_lost(session.shared.session_id(), &self.server, &why);
                Ended::Lost
            }
        }
    }

    /// As the Java client: at half the read timeout since the last packet out, a second earlier where that leaves time.
    fn ping_at(&self) -> Instant {
        self.last_sent + (self.read_timeout / 2).min(MAX_SEND_PING_INTERVAL)
    }

    fn push(&mut self, xid: i32, op: OpCode, body: &[u8]) {
        let mut frame = Writer::frame_of(RequestHeader::BYTES + body.len());
        frame.write(&RequestHeader { xid, op: op.code() }).write_raw(body);
        self.out.extend_from_slice(&frame.into_frame());
        self.last_sent = Instant::now();
    }

    fn push_request(&mut self, session: &mut Session, mut request: Request) {
        let xid = session.next_xid();
        self.push(xid, request.op, &std::mem::take(&mut request.body));
        session.pending.push_back((xid, request));
    }

    fn take_command(&mut self, session: &mut Session, command: Option<Command>) {
        match command {
            Some(Command::Request(request)) => self.push_request(session, request),
            Some(Command::Auth(packet, reply)) => self.push_auth(session, packet, reply),
            Some(Command::ForgetWatches(path, kind, reply)) => {
                // an error says that the caller has gone
                let _ = reply.send(session.watches.forget(&path, kind));
            }
            Some(Command::Close(done)) => self.push_close(session, Some(done)),
            None => self.push_close(session, None),
        }
    }

    fn push_auth(&mut self, session: &mut Session, packet: AuthPacket, reply: AuthReply) {
        self.push(xid::AUTH, OpCode::Auth, &packet.to_bytes());
        self.auths.push_back(Some(reply));
        session.auths.push(packet);
    }

    fn push_close(&mut self, session: &mut Session, done: Option<oneshot::Sender<()>>) {
        let xid = session.next_xid();
        self.push(xid, OpCode::CloseSession, &[]);
        self.closing = Some(Closing { xid, done });
    }

    fn take_answer(&mut self, session: &mut Session, answer: Option<Result<Option<Bytes>, FrameError>>) -> Result<(), Ended> {
        let frame = match answer {
            Some(Ok(Some(frame))) => frame,
            Some(Err(FrameError::Io(error))) => return Err(self.lost(session, Lost::Io(error.into()))),
            Some(Err(FrameError::Length { found, .. })) => return Err(self.lost(session, Lost::Length(found))),
            Some(Ok(None)) | None => {
                return Err(self.lost(session, Lost::EndOfStream { session_id: session.shared.session_id() }));
            }
        };
        self.take_frame(session, &frame).unwrap_or_else(|error| Err(self.lost(session, Lost::Answer(error))))
    }

    fn take_frame(&mut self, session: &mut Session, frame: &Bytes) -> Result<Result<(), Ended>, DecodeError> {
        let mut reader = Reader::new(frame);
        let header: ReplyHeader = reader.read()?;
        match header.xid {
            xid::PING | xid::SET_WATCHES => {}
            xid::NOTIFICATION => notify(session, &reader.read()?)?,
            xid::AUTH => {
                let reply = self.auths.pop_front().flatten();
                let failed = header.err != ErrorCode::Ok.code();
                let result = if failed { Err(ClientError::code_for(ErrorCode::AuthFailed, "")) } else { Ok(()) };
                // an error says that the caller has gone
                let _ = reply.map(|reply| reply.send(result));
                if failed {
                    return Ok(Err(Ended::AuthFailed));
                }
            }
            answered => {
                session.last_zxid = session.last_zxid.max(header.zxid);
                if let Some(closing) = self.closing.take_if(|closing| closing.xid == answered) {
                    tell_closed(session.shared.session_id(), closing.done);
                    return Ok(Err(Ended::Closed));
                }
                answer_request(session, header, frame.slice(reader.position()..))?;
            }
        }
        Ok(Ok(()))
    }
}

fn answer_request(session: &mut Session, header: ReplyHeader, body: Bytes) -> Result<(), DecodeError> {
    // answers come in the order of the requests; anything else cannot be matched any more
    let out_of_order = DecodeError::Value { what: "xid of an answer", found: header.xid };
    if session.pending.front().is_none_or(|(xid, _)| *xid != header.xid) {
        return Err(out_of_order);
    }
    let Some((_, request)) = session.pending.pop_front() else { return Err(out_of_order) };
    if let Some((kind, path)) = request.watch {
        session.watches.arm(kind, path, header.err);
    }
    let result = match ErrorCode::from_code(header.err) {
        Some(ErrorCode::Ok) => Ok(body),
        Some(code) => Err(code),
        None => return Err(DecodeError::Value { what: "error code", found: header.err }),
    };
    // an error says that the caller has gone
    let _ = request.reply.send(result);
    Ok(())
}

fn notify(session: &mut Session, event: &WatcherEvent) -> Result<(), DecodeError> {
    let event_type = EventType::from_code(event.event_type)
        .ok_or(DecodeError::Value { what: "type of a watch event", found: event.event_type })?;
    if session.watches.fire(event_type, &event.path) {
        let path = above(&session.shared.chroot, event.path.clone());
        session.shared.subscribers.publish(&WatchedEvent { event_type, state: KeeperState::SyncConnected, path });
    }
    Ok(())
}
