//! The request processor, pure: requests and time in; transactions, replies and watch events out.
//!
//! A request goes through three stages: [`Coordinator::prepare`] checks it against the tree and what is under way, and makes its
//! transaction; the caller makes that durable; [`Coordinator::apply`] changes the tree and gives the replies. Requests are
//! applied in the order in which they were prepared.

use std::collections::HashMap;
use std::net::SocketAddr;

use bytes::Bytes;

use super::pending::Pending;
use crate::engine::zookeeper::data_node::EphemeralType;
use crate::engine::zookeeper::data_tree::{Change, DataTree, TxnResult};
use crate::engine::zookeeper::protocol::{
    ConnectRequest, ErrorCode, Field, Id, KeeperState, OpCode, ReplyHeader, RequestHeader, WatcherEvent, Writer, xid,
};
use crate::engine::zookeeper::session::SessionTracker;
use crate::engine::zookeeper::txn::LogEntry;
use crate::engine::zookeeper::watch::{ConnectionId, Fired, Watches};
use crate::{log_info, log_warn};

const LOGGER: &str = "org.apache.zookeeper.server.ZooKeeperServer";

/// The time of an input.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// Ms on a clock that only goes forward: sessions expire by it.
    pub elapsed_ms: i64,
    /// Ms since 1970: znodes carry it.
    pub wall_ms: i64,
}

/// The bounds of session timeouts.
#[derive(Clone, Copy, Debug)]
pub struct SessionLimits {
    /// One tick in ms.
    pub tick_ms: i32,
    /// The shortest session timeout in ms.
    pub min_ms: i32,
    /// The longest session timeout in ms.
    pub max_ms: i32,
}

/// How a server decides; ZooKeeper's names are in parentheses.
#[derive(Clone, Debug)]
pub struct Options {
    /// The bounds of session timeouts.
    pub limits: SessionLimits,
    /// Whether znodes with a time to live may be created (`extendedTypesEnabled`).
    pub extended_types: bool,
    /// Whether what exceeds a hard quota is refused (`enforceQuota`).
    pub enforce_quota: bool,
    /// Whether nobody's permission is checked (`skipACL=yes`).
    pub skip_acl: bool,
    /// The digest of who may do everything (`DigestAuthenticationProvider.superDigest`).
    pub super_digest: Option<String>,
}

impl Options {
    /// ZooKeeper's defaults.
    pub fn new(limits: SessionLimits) -> Self {
        Self { limits, extended_types: false, enforce_quota: false, skip_acl: false, super_digest: None }
    }
}

/// What connections bring.
#[derive(Clone, Debug)]
pub enum Input {
    /// The first frame of a connection.
    Connect {
        /// The connection.
        connection: ConnectionId,
        /// Its other end.
        address: SocketAddr,
        /// The frame.
        request: ConnectRequest,
    },
    /// A later frame.
    Request {
        /// The connection.
        connection: ConnectionId,
        /// The frame's header.
        header: RequestHeader,
        /// What follows it.
        body: Bytes,
    },
    /// The connection is gone; its session lives on.
    Disconnect {
        /// The connection.
        connection: ConnectionId,
    },
}

/// What connections are to do, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Send a frame.
    Send {
        /// The connection.
        connection: ConnectionId,
        /// The frame with its length.
        frame: Bytes,
    },
    /// Read on: the session is set up.
    Established {
        /// The connection.
        connection: ConnectionId,
        /// Its session.
        session: i64,
    },
    /// Send what was given and close.
    Close {
        /// The connection.
        connection: ConnectionId,
    },
}

/// A request on its way.
#[derive(Debug)]
pub struct Prepared {
    /// What must be durable before the request is applied.
    pub entry: Option<LogEntry>,
    pub(super) request: Pipelined,
}

#[derive(Debug)]
pub(super) enum Pipelined {
    Nothing,
    Reattach { connection: ConnectionId, request: ConnectRequest },
    CreateSession { connection: ConnectionId, session: i64, timeout_ms: i32, with_read_only: bool },
    Expire { session: i64 },
    Operation(Operation),
    Unknown { connection: ConnectionId, xid: i32 },
    Auth { connection: ConnectionId, xid: i32, body: Bytes },
    Sasl { connection: ConnectionId, xid: i32, body: Bytes },
    Disconnect { connection: ConnectionId },
}

#[derive(Debug)]
pub(super) struct Operation {
    pub(super) connection: ConnectionId,
    pub(super) session: i64,
    pub(super) xid: i32,
    pub(super) op: OpCode,
    pub(super) body: Bytes,
    pub(super) error: Option<ErrorCode>,
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
        Self {
            tree,
            sessions: tracker,
            watches: Watches::default(),
            connections: HashMap::new(),
            by_session: HashMap::new(),
            pending: Pending::default(),
            next_zxid,
            options,
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

    /// Where a connection comes from.
    pub(super) fn address(&self, connection: ConnectionId) -> Option<SocketAddr> {
        self.connections.get(&connection).map(|connection| connection.address)
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
                return Prepared { entry: None, request: Pipelined::Auth { connection, xid: header.xid, body } };
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
        if !self.sessions.touch(session, now.elapsed_ms) {
            return nothing;
        }
        let mut operation = Operation { connection, session, xid: header.xid, op, body, error: None };
        let entry = self.prepare_operation(&mut operation, now);
        Prepared { entry, request: Pipelined::Operation(operation) }
    }

    /// The third stage: `prepared` is durable.
    pub fn apply(&mut self, prepared: Prepared, now: Now, actions: &mut Vec<Action>) {
        let mut changes = Vec::new();
        let result = prepared.entry.map(|entry| self.tree.apply(&entry.header, &entry.txn, &mut changes));
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
            Pipelined::Auth { connection, xid, body } => self.authenticate(connection, xid, &body, actions),
            Pipelined::Sasl { connection, xid, body } => self.refuse_sasl(connection, xid, &body, actions),
            Pipelined::Disconnect { connection } => self.drop_connection(connection),
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
        let connection = operation.connection;
        let (err, body) = match self.answer(operation, result, actions) {
            Ok(body) => (ErrorCode::Ok, body),
            Err(code) => (code, None),
        };
        let header = ReplyHeader { xid: operation.xid, zxid: self.tree.last_zxid(), err: err.code() };
        if operation.op == OpCode::CloseSession {
            self.sessions.remove(operation.session);
        }
        if !self.connections.contains_key(&connection) {
            return;
        }
        let mut frame = Writer::frame();
        frame.write(&header).write_raw(&body.unwrap_or_default());
        actions.push(Action::Send { connection, frame: frame.into_frame().into() });
        if operation.op == OpCode::CloseSession {
            self.drop_connection(connection);
            actions.push(Action::Close { connection });
        }
    }

    fn fire(&mut self, changes: &[Change], actions: &mut Vec<Action>) {
        let mut fired = Vec::new();
        for change in changes {
            self.watches.fire(change, &mut fired);
        }
        actions.extend(fired.iter().map(notification));
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

pub(super) fn notification(fired: &Fired) -> Action {
    let event =
        WatcherEvent { event_type: fired.event as i32, state: KeeperState::SyncConnected as i32, path: fired.path.clone() };
    let mut frame = Writer::frame();
    frame.write(&ReplyHeader { xid: xid::NOTIFICATION, zxid: -1, err: 0 }).write(&event);
    Action::Send { connection: fired.connection, frame: frame.into_frame().into() }
}
