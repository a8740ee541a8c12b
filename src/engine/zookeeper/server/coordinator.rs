//! The request processor, pure: requests and time in; transactions, replies and watch events out.
//!
//! A request goes through three stages: [`Coordinator::prepare`] checks it against the tree and what is under way, and makes its
//! transaction; the caller makes that durable; [`Coordinator::apply`] changes the tree and gives the replies. Requests are
//! applied in the order in which they were prepared.

use std::collections::HashMap;
use std::net::SocketAddr;

use bytes::Bytes;

use super::audit::{self, Asked};
use super::options::Options;
use super::pending::Pending;
pub(super) use super::pipeline::{Action, Answered, Input, Operation, Pipelined, Prepared};
use super::statistics::Namespaces;
use super::throttle::Throttle;
use crate::engine::log4j::{self, Level};
use crate::engine::zookeeper::data_node::EphemeralType;
use crate::engine::zookeeper::data_tree::{Change, DataTree, TxnResult};
use crate::engine::zookeeper::digest_check::DigestCheck;
use crate::engine::zookeeper::protocol::{
    ErrorCode, EventType, Field, Id, KeeperState, OpCode, ReplyHeader, RequestHeader, WatcherEvent, Writer, xid,
};
use crate::engine::zookeeper::session::SessionTracker;
use crate::engine::zookeeper::watch::{ConnectionId, Fired, Watches};
use crate::{log_info, log_warn};

/// The length at the beginning of a frame.
pub(super) const LENGTH_BYTES: usize = 4;
const LOGGER: &str = "org.apache.zookeeper.server.ZooKeeperServer";

/// The time of an input.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// Ms on a clock that only goes forward: sessions expire by it.
    pub elapsed_ms: i64,
    /// Ms since 1970: znodes carry it.
    pub wall_ms: i64,
}

#[derive(Debug)]
pub(super) struct Connection {
    pub(super) session: i64,
    pub(super) address: SocketAddr,
    pub(super) ids: Vec<Id>,
}

/// The state of a server: tree, sessions, watches and what is under way.
#[derive(Debug)]
pub struct Coordinator {
    pub(super) tree: DataTree,
    pub(super) sessions: SessionTracker,
    pub(super) watches: Watches,
    pub(super) connections: HashMap<ConnectionId, Connection>,
    pub(super) by_session: HashMap<i64, ConnectionId>,
    pub(super) pending: Pending,
    pub(super) next_zxid: i64,
    pub(super) options: Options,
    pub(super) throttle: Throttle,
    pub(super) namespaces: Namespaces,
    /// What the last applied request fired: each event, and how many heard of it.
    pub(super) fired: Vec<(EventType, usize)>,
    /// Bytes of replies to requests and of events since they were last counted.
    pub(super) response_bytes: usize,
    pub(super) watch_bytes: usize,
    /// Connections that proved nothing.
    pub(super) auth_failed: u64,
    /// Whether the tree is what its digests say.
    pub(super) digests: DigestCheck,
    /// Requests prepared and not applied.
    under_way: usize,
}

impl Coordinator {
    /// A server that begins with what its data directory held.
    pub fn new(tree: DataTree, sessions: impl IntoIterator<Item = (i64, i32)>, options: Options, now: Now) -> Self {
        let mut tracker = SessionTracker::new(options.limits.tick_ms, now.wall_ms);
        for (id, timeout_ms) in sessions {
            tracker.track(id, timeout_ms, now.elapsed_ms);
        }
        let next_zxid = tree.last_zxid() + 1;
        let digests = DigestCheck::new(options.digest);
        let throttle = Throttle::new(options.throttle, now.elapsed_ms, now.wall_ms);
        Self {
            tree,
            sessions: tracker,
            watches: Watches::default(),
            connections: HashMap::new(),
            by_session: HashMap::new(),
            pending: Pending::default(),
            next_zxid,
            options,
            throttle,
            namespaces: Namespaces::default(),
            fired: Vec::new(),
            response_bytes: 0,
            watch_bytes: 0,
            auth_failed: 0,
            digests,
            under_way: 0,
        }
    }

    /// The tree after the last applied transaction.
    pub fn tree(&self) -> &DataTree {
        &self.tree
    }

    /// The watches.
    pub(super) fn watches(&self) -> &Watches {
        &self.watches
    }

    /// The session of a connection that has one.
    pub(super) fn session(&self, connection: ConnectionId) -> Option<i64> {
        self.connections.get(&connection).map(|connection| connection.session)
    }

    /// The sessions.
    pub fn sessions(&self) -> &SessionTracker {
        &self.sessions
    }

    /// The first stage.
    pub fn prepare(&mut self, input: Input, now: Now) -> Prepared {
        self.under_way += 1;
        match input {
            Input::Connect { connection, address, request } => self.prepare_connect(connection, address, request, now),
            Input::Request { connection, header, body } => self.prepare_request(connection, header, body, now),
            Input::Disconnect { connection } => Prepared { entry: None, request: Pipelined::Disconnect { connection } },
        }
    }

    /// The sessions that have expired by now; each is to be made durable and applied like a request.
    pub fn expire(&mut self, now: Now) -> Vec<Prepared> {
        let expired = self.sessions.expire(now.elapsed_ms);
        expired
            .into_iter()
            .map(|(session, timeout_ms)| {
                log_info!(LOGGER, "Expiring session 0x{session:x}, timeout of {timeout_ms}ms exceeded");
                self.under_way += 1;
                let entry = self.prepare_close_session(session, 0, now);
                Prepared { entry: Some(entry), request: Pipelined::Expire { session } }
            })
            .collect()
    }

    /// The deletions of the containers that have lost their last child and of the childless znodes whose time has passed; each is to be
    /// made durable and applied like a request.
    pub fn delete_empty_containers(&mut self, now: Now) -> Vec<Prepared> {
        let is_over = |path: &&String| {
            self.tree.node(path).filter(|node| node.children.is_empty()).is_some_and(|node| {
                match EphemeralType::of(node.stat.ephemeral_owner) {
                    EphemeralType::Ttl(ttl) => ttl != 0 && now.wall_ms - node.stat.mtime > ttl,
                    // a container without a first child is new
                    _ => node.stat.cversion > 0,
                }
            })
        };
        let candidates: Vec<String> = self.tree.containers().chain(self.tree.ttls()).filter(is_over).cloned().collect();
        candidates
            .into_iter()
            .filter_map(|path| {
                log_info!("org.apache.zookeeper.server.ContainerManager", "Attempting to delete candidate container: {path}");
                let entry = self.prepare_delete_container(path, now)?;
                self.under_way += 1;
                Some(Prepared { entry: Some(entry), request: Pipelined::Nothing })
            })
            .collect()
    }

    fn prepare_request(&mut self, connection: ConnectionId, header: RequestHeader, body: Bytes, now: Now) -> Prepared {
        let nothing = Prepared { entry: None, request: Pipelined::Nothing };
        let Some(session) = self.connections.get(&connection).map(|connection| connection.session) else { return nothing };
        let op = match OpCode::from_code(header.op) {
            Some(OpCode::Auth) => {
                // what is sent right after it is prepared before this is answered
                let code = self.prove(connection, &body);
                return Prepared { entry: None, request: Pipelined::Auth { connection, xid: header.xid, code } };
            }
            Some(OpCode::Sasl) => {
                return Prepared { entry: None, request: Pipelined::Sasl { connection, xid: header.xid, body } };
            }
            Some(OpCode::Notification | OpCode::CreateSession | OpCode::Error) | None => {
                log_warn!(LOGGER, "Received packet at server of unknown type {}", header.op);
                return Prepared { entry: None, request: Pipelined::Unknown { connection, xid: header.xid } };
            }
            Some(op) => op,
        };
        if self.lacks_enforced_scheme(connection) {
            let code = ErrorCode::SessionClosedRequireSaslAuth;
            return Prepared { entry: None, request: Pipelined::Refused { connection, xid: header.xid, code } };
        }
        if !self.sessions.touch(session, now.elapsed_ms) {
            return nothing;
        }
        let mut operation = Operation { connection, session, xid: header.xid, op, body, error: None, asked: None };
        if self.options.audit
            && let Some(connection) = self.connections.get(&connection)
        {
            operation.asked = Some(Asked::new(session, &connection.ids, connection.address));
        }
        let entry = self.prepare_operation(&mut operation, now);
        Prepared { entry, request: Pipelined::Operation(operation) }
    }

    /// A request that has waited too long is answered with an error and nothing else.
    pub(super) fn throttle(&mut self, connection: ConnectionId, xid: i32, now: Now) -> Prepared {
        self.under_way += 1;
        if let Some(session) = self.session(connection) {
            self.sessions.touch(session, now.elapsed_ms);
        }
        Prepared { entry: None, request: Pipelined::Refused { connection, xid, code: ErrorCode::ThrottledOp } }
    }

    /// The third stage: `prepared` is durable.
    pub fn apply(&mut self, prepared: Prepared, now: Now, actions: &mut Vec<Action>) {
        let mut changes = Vec::new();
        let result = prepared.entry.map(|entry| {
            let result = self.tree.apply(&entry.header, &entry.txn, &mut changes);
            self.digests.applied(&self.tree, &entry);
            if self.options.audit {
                audit::session_ended(&entry, &changes);
            }
            result
        });
        self.fired.clear();
        self.under_way -= 1;
        if self.under_way == 0 {
            self.pending.clear();
        }
        self.fire(&changes, actions);
        match prepared.request {
            Pipelined::Nothing => {}
            Pipelined::Reattach { connection, request } => self.reattach(connection, &request, now, actions),
            Pipelined::CreateSession { connection, session, timeout_ms, with_read_only } => {
                self.finish_connect(connection, Some((session, timeout_ms)), with_read_only, actions);
            }
            Pipelined::Expire { session } => {
                self.sessions.remove(session);
                if let Some(connection) = self.by_session.remove(&session) {
                    self.drop_connection(connection);
                    actions.push(Action::Close { connection });
                }
            }
            Pipelined::Operation(operation) => self.finish_operation(&operation, result, actions),
            Pipelined::Unknown { connection, xid } => {
                self.reply(
                    connection,
                    ReplyHeader { xid, zxid: -1, err: ErrorCode::Unimplemented.code() },
                    None::<&bool>,
                    actions,
                );
                actions.push(Action::Close { connection });
            }
            Pipelined::Refused { connection, xid, code } => {
                let is_end = code == ErrorCode::SessionClosedRequireSaslAuth;
                let zxid = if is_end { 0 } else { self.tree.last_zxid() };
                self.reply(connection, ReplyHeader { xid, zxid, err: code.code() }, None::<&bool>, actions);
                if is_end {
                    actions.push(Action::Close { connection });
                }
            }
            Pipelined::Auth { connection, xid, code } => self.answer_auth(connection, xid, code, actions),
            Pipelined::Sasl { connection, xid, body } => self.refuse_sasl(connection, xid, &body, actions),
            Pipelined::Disconnect { connection } => self.drop_connection(connection),
            Pipelined::Dropped { connection } => {
                self.drop_connection(connection);
                actions.push(Action::Close { connection });
            }
        }
    }

    /// Forgets a connection and its watches; its session lives on.
    pub(super) fn drop_connection(&mut self, connection: ConnectionId) {
        self.watches.remove_connection(connection);
        if let Some(gone) = self.connections.remove(&connection)
            && self.by_session.get(&gone.session) == Some(&connection)
        {
            self.by_session.remove(&gone.session);
        }
    }

    fn finish_operation(&mut self, operation: &Operation, result: Option<TxnResult>, actions: &mut Vec<Action>) {
        if let Some(asked) = &operation.asked {
            asked.log(operation.op, &operation.body, result.as_ref().filter(|_| operation.error.is_none()));
        }
        let connection = operation.connection;
        let (err, body) = match self.answer(operation, result, actions) {
            Ok(body) => (ErrorCode::Ok, body),
            Err(code) => (code, None),
        };
        let xid = if operation.op == OpCode::Ping { xid::PING } else { operation.xid };
        let header = ReplyHeader { xid, zxid: self.tree.last_zxid(), err: err.code() };
        if operation.op == OpCode::CloseSession {
            self.sessions.remove(operation.session);
        }
        if !self.connections.contains_key(&connection) {
            return;
        }
        // ZooKeeper makes a reply with statistics of it, has none, and sends nothing
        if operation.op == OpCode::Check && err == ErrorCode::Ok {
            log_unanswered();
            actions.push(Action::Unanswered { connection, xid: operation.xid });
            return;
        }
        let body = body.unwrap_or_default();
        let mut frame = Writer::frame_of(ReplyHeader::BYTES + body.len());
        frame.write(&header).write_raw(&body);
        if operation.op != OpCode::Ping {
            self.response_bytes += ReplyHeader::BYTES + body.len();
        }
        actions.push(Action::Send { connection, frame: frame.into_frame().into() });
        if operation.op == OpCode::CloseSession {
            self.drop_connection(connection);
            actions.push(Action::Close { connection });
        }
    }

    fn fire(&mut self, changes: &[Change], actions: &mut Vec<Action>) {
        let mut fired = Vec::new();
        self.namespaces.changed(&self.tree, changes);
        for change in changes {
            let first = fired.len();
            self.watches.fire(change, &mut fired);
            for event in fired[first..].chunk_by(|one, other| one.event == other.event) {
                self.fired.push((event[0].event, event.len()));
            }
        }
        actions.extend(fired.iter().map(|event| self.notify(event)));
    }

    pub(super) fn notify(&mut self, fired: &Fired) -> Action {
        let event =
            WatcherEvent { event_type: fired.event as i32, state: KeeperState::SyncConnected as i32, path: fired.path.clone() };
        let mut frame = Writer::frame();
        frame.write(&ReplyHeader { xid: xid::NOTIFICATION, zxid: -1, err: 0 }).write(&event);
        let frame = frame.into_frame();
        self.watch_bytes += frame.len() - LENGTH_BYTES;
        Action::Send { connection: fired.connection, frame: frame.into() }
    }

    pub(super) fn reply<T: Field>(
        &self,
        connection: ConnectionId,
        header: ReplyHeader,
        body: Option<&T>,
        actions: &mut Vec<Action>,
    ) {
        let mut frame = Writer::frame();
        frame.write(&header);
        if let Some(body) = body {
            frame.write(body);
        }
        actions.push(Action::Send { connection, frame: frame.into_frame().into() });
    }
}

fn log_unanswered() {
    log4j::log_caused(
        Level::Warn,
        "org.apache.zookeeper.server.NIOServerCnxn",
        format_args!("Unexpected exception. Destruction averted."),
        format_args!(
            "java.lang.NullPointerException: Cannot invoke \"org.apache.jute.Record.serialize(org.apache.jute.OutputArchive, String)\" \
             because \"r\" is null"
        ),
    );
}
