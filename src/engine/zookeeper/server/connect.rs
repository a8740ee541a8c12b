//! Sessions at the server's door: a new one is granted, a known one taken up again, or the client refused.

use std::net::SocketAddr;

use bytes::Bytes;

use super::coordinator::{Action, Connection, Coordinator, Now, Pipelined, Prepared};
use crate::engine::log4j::{self, Level};
use crate::engine::zookeeper::acl;
use crate::engine::zookeeper::protocol::{ConnectRequest, ConnectResponse, PASSWORD_BYTES, Writer};
use crate::engine::zookeeper::session::password;
use crate::engine::zookeeper::watch::ConnectionId;
use crate::{log_info, log_warn};

const LOGGER: &str = "org.apache.zookeeper.server.ZooKeeperServer";

impl Coordinator {
    pub(super) fn prepare_connect(
        &mut self,
        connection: ConnectionId,
        address: SocketAddr,
        request: ConnectRequest,
        now: Now,
    ) -> Prepared {
        if !self.throttle.admit(request.session_id == 0, now.elapsed_ms) {
            log4j::log_caused(
                Level::Warn,
                "org.apache.zookeeper.server.NIOServerCnxn",
                format_args!("Closing session 0x0"),
                format_args!("org.apache.zookeeper.server.ClientCnxnLimitException: Connection throttle rejected connection"),
            );
            self.connections.insert(connection, Connection { session: 0, address, ids: Vec::new() });
            return Prepared { entry: None, request: Pipelined::Dropped { connection } };
        }
        let ip = acl::ip_identity(address.ip());
        self.connections.insert(connection, Connection { session: 0, address, ids: vec![ip] });
        if request.session_id != 0 || request.last_zxid_seen > self.tree.last_zxid() {
            return Prepared { entry: None, request: Pipelined::Reattach { connection, request } };
        }
        let session = self.sessions.next_id();
        let timeout_ms = self.negotiate(request.timeout);
        self.sessions.track(session, timeout_ms, now.elapsed_ms);
        let entry = self.prepare_create_session(session, timeout_ms, now);
        let with_read_only = request.read_only.is_some();
        Prepared { entry: Some(entry), request: Pipelined::CreateSession { connection, session, timeout_ms, with_read_only } }
    }

    fn negotiate(&self, timeout_ms: i32) -> i32 {
        timeout_ms.max(self.options.limits.min_ms).min(self.options.limits.max_ms)
    }

    pub(super) fn reattach(&mut self, connection: ConnectionId, request: &ConnectRequest, now: Now, actions: &mut Vec<Action>) {
        let Some(address) = self.connections.get(&connection).map(|connection| connection.address) else { return };
        let last_zxid = self.tree.last_zxid();
        if request.last_zxid_seen > last_zxid {
            log_info!(
                LOGGER,
                "Refusing session request for client /{address} as it has seen zxid 0x{:x} our last zxid is 0x{last_zxid:x} client \
                 must try another server",
                request.last_zxid_seen
            );
            self.drop_connection(connection);
            actions.push(Action::Close { connection });
            return;
        }
        let session = request.session_id;
        // as in ZooKeeper, whoever names a session takes it from its connection, even before the password is looked at
        if let Some(before) = self.by_session.remove(&session) {
            self.drop_connection(before);
            actions.push(Action::Close { connection: before });
        }
        let timeout_ms = self.negotiate(request.timeout);
        let knows_password = request.password.as_deref() == Some(password(session).as_slice());
        if !knows_password {
            log_warn!(LOGGER, "Incorrect password from /{address} for session 0x{session:x}");
        }
        let alive = knows_password && self.sessions.check(session).is_ok();
        if alive {
            self.sessions.track(session, timeout_ms, now.elapsed_ms);
        } else {
            log_info!(LOGGER, "Invalid session 0x{session:x} for client /{address}, probably expired");
        }
        let granted = alive.then_some((session, timeout_ms));
        self.finish_connect(connection, granted, request.read_only.is_some(), actions);
    }

    pub(super) fn finish_connect(
        &mut self,
        connection: ConnectionId,
        granted: Option<(i64, i32)>,
        with_read_only: bool,
        actions: &mut Vec<Action>,
    ) {
        let Some(known) = self.connections.get_mut(&connection) else { return };
        let (session_id, timeout) = granted.unwrap_or((0, 0));
        let password = if granted.is_some() { password(session_id) } else { [0; PASSWORD_BYTES] };
        let response = ConnectResponse {
            protocol_version: 0,
            timeout,
            session_id,
            password: Some(Bytes::copy_from_slice(&password)),
            read_only: false,
        };
        let mut frame = Writer::frame();
        frame.write(&response);
        let mut frame = frame.into_frame();
        if !with_read_only {
            // clients older than 3.4 know no such field
            frame.truncate(frame.len() - 1);
            frame[3] -= 1;
        }
        actions.push(Action::Send { connection, frame: frame.into() });
        if granted.is_some() {
            known.session = session_id;
            self.by_session.insert(session_id, connection);
            actions.push(Action::Established { connection, session: session_id });
        } else {
            self.drop_connection(connection);
            actions.push(Action::Close { connection });
        }
    }
}
