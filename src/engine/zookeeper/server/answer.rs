//! The third stage: what a request is answered with, and the watches it sets.

use bytes::Bytes;

use super::coordinator::{Action, Coordinator, Operation};
use super::unreadable::unreadable;
use crate::engine::zookeeper::acl;
use crate::engine::zookeeper::data_node::DataNode;
use crate::engine::zookeeper::data_tree::TxnResult;
use crate::engine::zookeeper::java_order::sort_identities;
use crate::engine::zookeeper::protocol::{
    AddWatchMode, AddWatchRequest, AuthPacket, CheckWatchesRequest, Create2Response, DecodeError, ErrorCode, ErrorResponse,
    EventType, GetAclResponse, GetAllChildrenNumberResponse, GetChildren2Response, GetChildrenResponse, GetEphemeralsRequest,
    GetEphemeralsResponse, Id, MultiHeader, OpCode, PathRequest, PathResponse, PathWatchRequest, Reader, Record, ReplyHeader,
    SetWatches, SetWatches2, Stat, StatResponse, WatcherType, WhoAmIResponse, Writer, perms,
};
use crate::engine::zookeeper::watch::{ConnectionId, Fired};
use crate::{log_error, log_info, log_warn};

const LOGGER: &str = "org.apache.zookeeper.server.ZooKeeperServer";

/// What ZooKeeper counts for the statistics of a znode that is read.
const STAT_BYTES: usize = 68;

type Answer = Result<Option<Vec<u8>>, ErrorCode>;

impl Coordinator {
    /// The body of the reply; what the request's watches find already done is sent first.
    pub(super) fn answer(&mut self, operation: &Operation, result: Option<TxnResult>, actions: &mut Vec<Action>) -> Answer {
        if let Some(code) = operation.error {
            return Err(code);
        }
        if let Some(result) = result {
            return answer_write(operation.op, result);
        }
        let mut reader = Reader::new(&operation.body);
        match operation.op {
            OpCode::Ping => Ok(None),
            OpCode::Sync => Ok(bytes(&PathResponse { path: read::<PathRequest>(operation, &mut reader)?.path })),
            OpCode::Exists => self.exists(operation, &read(operation, &mut reader)?),
            OpCode::GetData => self.get_data(operation, &read(operation, &mut reader)?),
            OpCode::GetChildren => self.get_children(operation, &read(operation, &mut reader)?),
            OpCode::GetChildren2 => self.get_children2(operation, &read(operation, &mut reader)?),
            OpCode::GetAcl => self.get_acl(operation, &read(operation, &mut reader)?),
            OpCode::GetAllChildrenNumber => self.get_all_children_number(operation, &read(operation, &mut reader)?),
            OpCode::GetEphemerals => self.get_ephemerals(operation, &read(operation, &mut reader)?),
            OpCode::MultiRead => self.multi_read(operation, &mut reader),
            OpCode::SetWatches => {
                let SetWatches { relative_zxid, data_watches, exist_watches, child_watches } = read(operation, &mut reader)?;
                let (persistent_watches, persistent_recursive_watches) = (Vec::new(), Vec::new());
                let watches = SetWatches2 {
                    relative_zxid,
                    data_watches,
                    exist_watches,
                    child_watches,
                    persistent_watches,
                    persistent_recursive_watches,
                };
                self.set_watches(operation.connection, &watches, actions)
            }
            OpCode::SetWatches2 => self.set_watches(operation.connection, &read(operation, &mut reader)?, actions),
            OpCode::AddWatch => {
                let request: AddWatchRequest = read(operation, &mut reader)?;
                let mode = AddWatchMode::from_code(request.mode).ok_or(ErrorCode::MarshallingError)?;
                self.watches.add_persistent(operation.connection, &request.path, mode);
                Ok(bytes(&ErrorResponse { err: 0 }))
            }
            OpCode::CheckWatches | OpCode::RemoveWatches => {
                self.check_or_remove_watches(operation, &read(operation, &mut reader)?)
            }
            OpCode::WhoAmI => Ok(bytes(&WhoAmIResponse { client_info: acl::client_infos(self.ids(operation.connection)) })),
            _ => Err(ErrorCode::Unimplemented),
        }
    }

    fn ids(&self, connection: ConnectionId) -> &[Id] {
        self.connections.get(&connection).map(|connection| connection.ids.as_slice()).unwrap_or_default()
    }

    /// The znode, where the connection has one of the permissions.
    fn readable(&self, path: &str, perm: i32, connection: ConnectionId) -> Result<&DataNode, ErrorCode> {
        let node = self.tree.node(path).ok_or(ErrorCode::NoNode)?;
        self.permit(node.acl.as_deref(), perm, self.ids(connection))?;
        Ok(node)
    }

    fn exists(&mut self, operation: &Operation, request: &PathWatchRequest) -> Answer {
        if request.path.contains('\0') {
            return Err(ErrorCode::BadArguments);
        }
        // the watch waits for a znode that is not there
        if request.watch {
            self.watches.add_data(operation.connection, &request.path);
        }
        let stat = self.tree.node(&request.path).ok_or(ErrorCode::NoNode)?.client_stat();
        self.namespaces.read(&request.path, STAT_BYTES);
        Ok(bytes(&StatResponse { stat }))
    }

    fn get_data(&mut self, operation: &Operation, request: &PathWatchRequest) -> Answer {
        let node = self.readable(&request.path, perms::READ, operation.connection)?;
        // a GetDataResponse, the data not copied once more
        let mut answer = Writer::with_capacity(4 + node.data_bytes() + STAT_BYTES);
        answer.write_buffer(node.data.as_deref()).write(&node.client_stat());
        let data_bytes = node.data_bytes();
        if request.watch {
            self.watches.add_data(operation.connection, &request.path);
        }
        self.namespaces.read(&request.path, STAT_BYTES + data_bytes);
        Ok(Some(answer.into_bytes()))
    }

    fn children(&mut self, operation: &Operation, request: &PathWatchRequest) -> Result<(Vec<String>, Stat), ErrorCode> {
        let node = self.readable(&request.path, perms::READ, operation.connection)?;
        let found: (Vec<String>, Stat) = (node.children.names().map(str::to_owned).collect(), node.client_stat());
        self.namespaces.read(&request.path, STAT_BYTES + found.0.iter().map(String::len).sum::<usize>());
        if request.watch {
            self.watches.add_children(operation.connection, &request.path);
        }
        Ok(found)
    }

    fn get_children(&mut self, operation: &Operation, request: &PathWatchRequest) -> Answer {
        self.children(operation, request).map(|(children, _)| bytes(&GetChildrenResponse { children }))
    }

    fn get_children2(&mut self, operation: &Operation, request: &PathWatchRequest) -> Answer {
        self.children(operation, request).map(|(children, stat)| bytes(&GetChildren2Response { children, stat }))
    }

    fn get_acl(&self, operation: &Operation, request: &PathRequest) -> Answer {
        let node = self.readable(&request.path, perms::READ | perms::ADMIN, operation.connection)?;
        let list = node.acl.as_deref().map_or_else(crate::engine::zookeeper::protocol::Acl::open_unsafe, <[_]>::to_vec);
        let may_see = self.permit(node.acl.as_deref(), perms::ADMIN, self.ids(operation.connection)).is_ok();
        let list = if may_see { list } else { acl::without_digests(&list) };
        Ok(bytes(&GetAclResponse { acl: list, stat: node.client_stat() }))
    }

    fn get_all_children_number(&self, operation: &Operation, request: &PathRequest) -> Answer {
        self.readable(&request.path, perms::READ, operation.connection)?;
        let number = self.tree.all_children_number(&request.path);
        Ok(bytes(&GetAllChildrenNumberResponse { total_number: i32::try_from(number).unwrap_or(i32::MAX) }))
    }

    fn get_ephemerals(&self, operation: &Operation, request: &GetEphemeralsRequest) -> Answer {
        let prefix = match request.prefix_path.trim() {
            "" | "/" => "",
            _ => &request.prefix_path,
        };
        let all = self.tree.ephemerals(operation.session);
        let paths = all.in_order().into_iter().filter(|path| path.starts_with(prefix));
        Ok(bytes(&GetEphemeralsResponse { ephemerals: paths.map(str::to_owned).collect() }))
    }

    fn multi_read(&mut self, operation: &Operation, reader: &mut Reader<'_>) -> Answer {
        let mut answer = Writer::new();
        loop {
            let header: MultiHeader = read(operation, reader)?;
            if header.done {
                answer.write(&MultiHeader::END);
                return Ok(Some(answer.into_bytes()));
            }
            let op = OpCode::from_code(header.op).filter(|op| matches!(op, OpCode::GetData | OpCode::GetChildren));
            let op = op.ok_or(ErrorCode::MarshallingError)?;
            // ZooKeeper sets no watches here, whatever the request says
            let request = PathWatchRequest { watch: false, ..read(operation, reader)? };
            let part = match op {
                OpCode::GetData => self.get_data(operation, &request),
                _ => self.get_children(operation, &request),
            };
            match part {
                Ok(body) => {
                    answer.write(&MultiHeader { op: op.code(), done: false, err: 0 }).write_raw(&body.unwrap_or_default());
                }
                Err(code) => write_error(&mut answer, code.code()),
            }
        }
    }

    /// Sets the watches of a client that was away; what it missed is sent to it at once.
    fn set_watches(&mut self, connection: ConnectionId, request: &SetWatches2, actions: &mut Vec<Action>) -> Answer {
        let mut fired = Vec::new();
        let mut missed = |event: EventType, path: &String| fired.push(Fired { connection, event, path: path.clone() });
        let since = request.relative_zxid;
        for path in &request.data_watches {
            match self.tree.node(path) {
                None => missed(EventType::NodeDeleted, path),
                Some(node) if node.stat.mzxid > since => missed(EventType::NodeDataChanged, path),
                Some(_) => self.watches.add_data(connection, path),
            }
        }
        for path in &request.exist_watches {
            match self.tree.node(path) {
                Some(_) => missed(EventType::NodeCreated, path),
                None => self.watches.add_data(connection, path),
            }
        }
        for path in &request.child_watches {
            match self.tree.node(path) {
                None => missed(EventType::NodeDeleted, path),
                Some(node) if node.stat.pzxid > since => missed(EventType::NodeChildrenChanged, path),
                Some(_) => self.watches.add_children(connection, path),
            }
        }
        for path in &request.persistent_watches {
            self.watches.add_persistent(connection, path, AddWatchMode::Persistent);
        }
        for path in &request.persistent_recursive_watches {
            self.watches.add_persistent(connection, path, AddWatchMode::PersistentRecursive);
        }
        actions.extend(fired.iter().map(|event| self.notify(event)));
        Ok(None)
    }

    fn check_or_remove_watches(&mut self, operation: &Operation, request: &CheckWatchesRequest) -> Answer {
        let watcher_type = WatcherType::from_code(request.watcher_type).ok_or(ErrorCode::MarshallingError)?;
        let found = if operation.op == OpCode::CheckWatches {
            // ZooKeeper looks from a path without a root up to its parents, and falls
            let is_rooted = request.path.is_empty() || request.path.starts_with('/');
            let first = if watcher_type == WatcherType::Any { WatcherType::Children } else { watcher_type };
            if !is_rooted && !self.watches.contains(&request.path, first) {
                return Err(ErrorCode::MarshallingError);
            }
            self.watches.contains(&request.path, watcher_type)
        } else {
            self.watches.remove(operation.connection, &request.path, watcher_type)
        };
        if found { Ok(None) } else { Err(ErrorCode::NoWatcher) }
    }

    /// Takes the identity that a packet proves; `None` where it is no such packet.
    pub(super) fn prove(&mut self, connection: ConnectionId, body: &Bytes) -> Option<ErrorCode> {
        let known = self.connections.get_mut(&connection)?;
        let address = known.address;
        log_info!(LOGGER, "got auth packet /{address}");
        let packet = AuthPacket::from_bytes(body).ok()?;
        let is_off = packet.scheme == "digest" && !self.options.digest_scheme;
        let proven = if is_off {
            None
        } else {
            let auth = packet.auth.as_deref().unwrap_or_default();
            acl::authenticate(&packet.scheme, auth, &known.ids, self.options.digest_algorithm)
        };
        match proven {
            Some(id) => {
                let is_super = id.scheme == "digest" && self.options.super_digest.as_deref() == Some(&id.id);
                let all = is_super.then(|| Id { scheme: "super".to_owned(), id: String::new() });
                for id in all.into_iter().chain([id]) {
                    if !known.ids.contains(&id) {
                        known.ids.push(id);
                        sort_identities(&mut known.ids);
                    }
                }
                let session = known.session;
                log_info!(LOGGER, "Session 0x{session:x}: auth success for scheme {} and address /{address}", packet.scheme);
                Some(ErrorCode::Ok)
            }
            None => {
                let scheme = packet.scheme;
                log_warn!(LOGGER, "No authentication provider for scheme: {scheme} has ip digest ");
                self.auth_failed += 1;
                Some(ErrorCode::AuthFailed)
            }
        }
    }

    /// Answers an auth packet; a connection that proves nothing is closed.
    pub(super) fn answer_auth(&mut self, connection: ConnectionId, xid: i32, code: Option<ErrorCode>, actions: &mut Vec<Action>) {
        match code {
            Some(code) => self.reply(connection, ReplyHeader { xid, zxid: 0, err: code.code() }, None::<&bool>, actions),
            None => self.drop_connection(connection),
        }
        if code != Some(ErrorCode::Ok) {
            actions.push(Action::Close { connection });
        }
    }
}

impl Coordinator {
    /// Whether a connection has proven none of the schemes of which one is asked for.
    pub(super) fn lacks_enforced_scheme(&self, connection: ConnectionId) -> bool {
        let expected = &self.options.enforced_schemes;
        let ids = self.ids(connection);
        if expected.is_empty() || ids.iter().any(|id| expected.contains(&id.scheme)) {
            return false;
        }
        let found: Vec<&str> = ids.iter().map(|id| id.scheme.as_str()).collect();
        log_error!(
            "org.apache.zookeeper.server.AuthenticationHelper",
            "Client authentication scheme(s) [{}] does not match with any of the expected authentication scheme [{}], closing session.",
            found.join(", "),
            expected.join(", ")
        );
        true
    }

    /// A server without SASL answers each token with none, as ZooKeeper does.
    pub(super) fn refuse_sasl(&mut self, connection: ConnectionId, xid: i32, body: &Bytes, actions: &mut Vec<Action>) {
        if Reader::new(body).read::<Option<Bytes>>().is_err() {
            self.drop_connection(connection);
            actions.push(Action::Close { connection });
            return;
        }
        log_error!(LOGGER, "cnxn.saslServer is null: cnxn object did not initialize its saslServer properly.");
        self.reply(connection, ReplyHeader { xid, zxid: 0, err: 0 }, Some(&None::<Bytes>), actions);
    }
}

fn answer_write(op: OpCode, result: TxnResult) -> Answer {
    match ErrorCode::from_code(result.err) {
        _ if op == OpCode::Multi => return Ok(Some(answer_multi(result.parts))),
        Some(ErrorCode::Ok) => {}
        code => return Err(code.unwrap_or(ErrorCode::SystemError)),
    }
    let stat = result.stat.unwrap_or_default();
    Ok(match op {
        OpCode::Create => bytes(&PathResponse { path: result.path }),
        OpCode::Create2 | OpCode::CreateContainer | OpCode::CreateTtl => bytes(&Create2Response { path: result.path, stat }),
        OpCode::SetData | OpCode::SetAcl => bytes(&StatResponse { stat }),
        _ => None,
    })
}

fn answer_multi(parts: Vec<TxnResult>) -> Vec<u8> {
    let mut answer = Writer::new();
    for part in parts {
        match part.op {
            Some(op) if op != OpCode::Error => {
                // containers are answered as other creates are
                let op = if matches!(op, OpCode::CreateContainer | OpCode::CreateTtl) { OpCode::Create2 } else { op };
                answer.write(&MultiHeader { op: op.code(), done: false, err: 0 });
                if let Ok(Some(body)) = answer_write(op, part) {
                    answer.write_raw(&body);
                }
            }
            _ => write_error(&mut answer, part.err),
        }
    }
    answer.write(&MultiHeader::END);
    answer.into_bytes()
}

fn write_error(answer: &mut Writer, err: i32) {
    answer.write(&MultiHeader { op: OpCode::Error.code(), done: false, err }).write(&ErrorResponse { err });
}

fn read<T: Record>(operation: &Operation, reader: &mut Reader<'_>) -> Result<T, ErrorCode> {
    reader.read().map_err(|error: DecodeError| unreadable(operation, None, &error))
}

#[expect(clippy::unnecessary_wraps, reason = "an answer has a body or none")]
fn bytes(record: &impl Record) -> Option<Vec<u8>> {
    Some(record.to_bytes())
}
