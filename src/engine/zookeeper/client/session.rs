//! The task behind a client: it keeps the session over reconnects, until it is closed or has expired.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicI64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use super::connect_string::ConnectString;
use super::connection::Ended;
use super::error::ClientError;
use super::events::{Events, Subscribers, WatchedEvent};
use super::handshake;
use super::watches::{RemovedWatch, WatchKind, Watches};
use crate::engine::zookeeper::protocol::{AuthPacket, ErrorCode, EventType, KeeperState, OpCode, WatcherType};
use crate::log_info;

/// Requests that may wait to be sent.
const COMMANDS_LIMIT: usize = 1024;
/// The pause after the servers were all tried, at first and at most.
const RETRY_PAUSE: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(1));

pub(super) const LOGGER: &str = "org.apache.zookeeper.ClientCnxn";

pub(super) enum Command {
    Request(Request),
    Auth(AuthPacket, oneshot::Sender<Result<(), ClientError>>),
    /// Takes watches of a kind off a path, and tells of which sorts there were.
    ForgetWatches(String, WatcherType, oneshot::Sender<Vec<RemovedWatch>>),
    Close(oneshot::Sender<()>),
}

pub(super) struct Request {
    pub(super) op: OpCode,
    pub(super) body: Vec<u8>,
    pub(super) watch: Option<(WatchKind, String)>,
    pub(super) reply: oneshot::Sender<Result<Bytes, ErrorCode>>,
}

/// What the handles may look at.
pub(super) struct Shared {
    pub(super) chroot: String,
    pub(super) state: watch::Sender<KeeperState>,
    pub(super) subscribers: Subscribers,
    session_id: AtomicI64,
    session_timeout_ms: AtomicI32,
}

impl Shared {
    pub(super) fn session_id(&self) -> i64 {
        self.session_id.load(Ordering::Acquire)
    }

    pub(super) fn session_timeout(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.session_timeout_ms.load(Ordering::Acquire)).unwrap_or(0))
    }

    fn enter(&self, state: KeeperState) {
        if self.state.send_replace(state) != state {
            self.subscribers.publish(&WatchedEvent { event_type: EventType::None, state, path: String::new() });
        }
    }
}

/// What lasts from one connection to the next.
pub(super) struct Session {
    pub(super) shared: Arc<Shared>,
    pub(super) commands: mpsc::Receiver<Command>,
    pub(super) requested_timeout: Duration,
    pub(super) password: Option<Bytes>,
    pub(super) last_zxid: i64,
    pub(super) last_xid: i32,
    pub(super) watches: Watches,
    pub(super) auths: Vec<AuthPacket>,
    /// Requests sent and not answered, in order.
    pub(super) pending: VecDeque<(i32, Request)>,
}

impl Session {
    /// A server has granted the session.
    pub(super) fn granted(&mut self, session_id: i64, timeout_ms: i32, password: Option<Bytes>) {
        self.password = password;
        self.shared.session_id.store(session_id, Ordering::Release);
        self.shared.session_timeout_ms.store(timeout_ms, Ordering::Release);
        self.shared.enter(KeeperState::SyncConnected);
    }

    /// The number for the next request; those below zero have meanings of their own.
    pub(super) fn next_xid(&mut self) -> i32 {
        self.last_xid = if self.last_xid == i32::MAX { 1 } else { self.last_xid + 1 };
        self.last_xid
    }

    /// As the Java client, what was sent or waits to be sent when a connection is lost or not to be had fails.
    fn fail_requests(&mut self, code: ErrorCode) {
        for (_, request) in self.pending.drain(..) {
            // an error says that the caller has gone
            let _ = request.reply.send(Err(code));
        }
        while let Ok(command) = self.commands.try_recv() {
            self.fail_command(command, code);
        }
    }

    fn fail_command(&mut self, command: Command, code: ErrorCode) {
        match command {
            Command::Request(request) => {
                let _ = request.reply.send(Err(code));
            }
            Command::Auth(packet, reply) => {
                // it is sent after the reconnect
                self.auths.push(packet);
                let _ = reply.send(Ok(()));
            }
            Command::ForgetWatches(path, kind, reply) => {
                // an error says that the caller has gone
                let _ = reply.send(self.watches.forget(&path, kind));
            }
            Command::Close(done) => {
                tell_closed(self.shared.session_id(), Some(done));
                self.commands.close();
            }
        }
    }
}

/// Starts the task; the events are all of its session.
pub(super) fn start(servers: &ConnectString, session_timeout: Duration) -> (mpsc::Sender<Command>, Arc<Shared>, Events) {
    let (sender, commands) = mpsc::channel(COMMANDS_LIMIT);
    let shared = Arc::new(Shared {
        chroot: servers.chroot().to_owned(),
        state: watch::Sender::new(KeeperState::Disconnected),
        subscribers: Subscribers::default(),
        session_id: AtomicI64::new(0),
        session_timeout_ms: AtomicI32::new(i32::try_from(session_timeout.as_millis()).unwrap_or(i32::MAX)),
    });
    let session = Session {
        shared: Arc::clone(&shared),
        commands,
        requested_timeout: session_timeout,
        password: None,
        last_zxid: 0,
        last_xid: 0,
        watches: Watches::default(),
        auths: Vec::new(),
        pending: VecDeque::new(),
    };
    let events = shared.subscribers.subscribe();
    tokio::spawn(run(session, servers.servers().to_vec()));
    (sender, shared, events)
}

async fn run(mut session: Session, servers: Vec<(String, u16)>) {
    let mut pause = RETRY_PAUSE.0;
    for turn in 0_usize.. {
        let (host, port) = &servers[turn % servers.len()];
        let ended = match handshake::open(&mut session, host, *port, servers.len()).await {
            Ok(connection) => {
                pause = RETRY_PAUSE.0;
                connection.serve(&mut session).await
            }
            Err(ended) => ended,
        };
        match ended {
            Ended::Lost => {
                session.shared.enter(KeeperState::Disconnected);
                session.fail_requests(ErrorCode::ConnectionLoss);
            }
            Ended::Expired => return finish(session, KeeperState::Expired, ErrorCode::SessionExpired),
            Ended::AuthFailed => return finish(session, KeeperState::AuthFailed, ErrorCode::AuthFailed),
            Ended::Closed => return finish(session, KeeperState::Closed, ErrorCode::SessionExpired),
        }
        if (turn + 1).is_multiple_of(servers.len()) {
            if !wait_unless_closed(&mut session, pause).await {
                return finish(session, KeeperState::Closed, ErrorCode::SessionExpired);
            }
            pause = (pause * 2).min(RETRY_PAUSE.1);
        }
    }
}

/// Logs that the session is closed, before whoever waits for it goes on and perhaps ends the process.
pub(super) fn tell_closed(session_id: i64, done: Option<oneshot::Sender<()>>) {
    log_info!("org.apache.zookeeper.ZooKeeper", "Session: 0x{session_id:x} closed");
    log_event_thread(session_id);
    // an error says that the caller has gone
    let _ = done.map(|done| done.send(()));
}

fn log_event_thread(session_id: i64) {
    log_info!(LOGGER, "EventThread shut down for session: 0x{session_id:x}");
}

fn finish(mut session: Session, state: KeeperState, code: ErrorCode) {
    if state != KeeperState::Closed {
        log_event_thread(session.shared.session_id());
    }
    session.commands.close();
    session.shared.enter(state);
    session.fail_requests(code);
}

/// Waits before the next attempt; requests that come meanwhile wait for it. False when there is nobody left to attempt it for.
async fn wait_unless_closed(session: &mut Session, pause: Duration) -> bool {
    let until = Instant::now() + pause;
    let mut waiting = Vec::new();
    loop {
        tokio::select! {
            () = tokio::time::sleep_until(until) => break,
            command = session.commands.recv() => match command {
                Some(Command::Request(request)) => waiting.push(request),
                Some(Command::Close(done)) => {
                    tell_closed(session.shared.session_id(), Some(done));
                    return false;
                }
                Some(other) => session.fail_command(other, ErrorCode::ConnectionLoss),
                None => return false,
            },
        }
    }
    // not sent yet: xid 0 until the connection numbers them
    session.pending.extend(waiting.into_iter().map(|request| (0, request)));
    true
}
