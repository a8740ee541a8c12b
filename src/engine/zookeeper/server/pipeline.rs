//! What goes through the request processor: inputs, requests on their way, and actions.

use std::net::SocketAddr;

use bytes::Bytes;

use super::audit::Asked;
use crate::engine::zookeeper::protocol::{ConnectRequest, ErrorCode, OpCode, RequestHeader};
use crate::engine::zookeeper::txn::LogEntry;
use crate::engine::zookeeper::watch::ConnectionId;

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
    /// A request is done and never answered.
    Unanswered {
        /// The connection.
        connection: ConnectionId,
        /// The request's number.
        xid: i32,
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
    Reattach {
        connection: ConnectionId,
        request: ConnectRequest,
    },
    CreateSession {
        connection: ConnectionId,
        session: i64,
        timeout_ms: i32,
        with_read_only: bool,
    },
    Expire {
        session: i64,
    },
    Operation(Operation),
    Unknown {
        connection: ConnectionId,
        xid: i32,
    },
    Refused {
        connection: ConnectionId,
        xid: i32,
        code: ErrorCode,
    },
    /// The identity counts from here on already; without a code the packet was none.
    Auth {
        connection: ConnectionId,
        xid: i32,
        code: Option<ErrorCode>,
    },
    Sasl {
        connection: ConnectionId,
        xid: i32,
        body: Bytes,
    },
    Disconnect {
        connection: ConnectionId,
    },
    /// There are too many that want a session.
    Dropped {
        connection: ConnectionId,
    },
}

/// Who was answered what, as statistics keep it.
#[derive(Debug)]
pub(super) struct Answered {
    pub(super) connection: ConnectionId,
    /// The operation's name in the statistics.
    pub(super) operation: &'static str,
    pub(super) xid: i32,
    pub(super) is_write: bool,
}

impl Prepared {
    /// Whether a connection is turned away because too many come.
    pub(super) fn is_drop(&self) -> bool {
        matches!(self.request, Pipelined::Dropped { .. })
    }

    /// Whether ZooKeeper gives it to its chain of processors.
    pub(super) fn is_submitted(&self) -> bool {
        match self.request {
            Pipelined::CreateSession { .. } | Pipelined::Expire { .. } | Pipelined::Operation(_) => true,
            Pipelined::Refused { code, .. } => code == ErrorCode::ThrottledOp,
            // the end of a container
            Pipelined::Nothing => self.entry.is_some(),
            _ => false,
        }
    }

    /// Whether a session ends with it.
    pub(super) fn is_session_end(&self) -> bool {
        self.entry.as_ref().is_some_and(|entry| entry.header.txn_type == OpCode::CloseSession.code())
    }

    /// Who will be answered, where it is counted.
    pub(super) fn answered(&self) -> Option<Answered> {
        let (connection, op, xid) = match &self.request {
            Pipelined::CreateSession { connection, .. } | Pipelined::Reattach { connection, .. } => {
                (*connection, OpCode::CreateSession, 0)
            }
            Pipelined::Operation(operation) => (operation.connection, operation.op, operation.xid),
            _ => return None,
        };
        Some(Answered { connection, operation: op.info().short, xid, is_write: op.info().is_write })
    }
}

#[derive(Debug)]
pub(super) struct Operation {
    pub(super) connection: ConnectionId,
    pub(super) session: i64,
    pub(super) xid: i32,
    pub(super) op: OpCode,
    pub(super) body: Bytes,
    pub(super) error: Option<ErrorCode>,
    /// Who asked, where there is an audit log.
    pub(super) asked: Option<Asked>,
}
