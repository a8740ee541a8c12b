//! The first stage: is a request allowed, and which transaction is it?

use std::sync::Arc;

use bytes::Bytes;

use super::coordinator::{Coordinator, Now, Operation};
use super::pending::NodeRecord;
use super::unreadable::unreadable;
use crate::engine::zookeeper::acl;
use crate::engine::zookeeper::data_node::{CONTAINER_OWNER, EphemeralType, TTL_MAX_MS, created_stat, ttl_owner};
use crate::engine::zookeeper::digest::DIGEST_VERSION;
use crate::engine::zookeeper::protocol::{
    Acl, CheckVersionRequest, CheckVersionTxn, CloseSessionTxn, CreateContainerTxn, CreateMode, CreateRequest, CreateSessionTxn,
    CreateTtlRequest, CreateTtlTxn, CreateTxn, DecodeError, DeleteRequest, DeleteTxn, ErrorCode, ErrorTxn, Id, MultiHeader,
    OpCode, Reader, SetAclRequest, SetAclTxn, SetDataRequest, SetDataTxn, TxnDigest, TxnHeader, parent_and_name, perms,
    validate_path,
};
use crate::engine::zookeeper::quota::length;
use crate::engine::zookeeper::txn::{LogEntry, Txn};
use crate::log_info;

/// ZooKeeper's own znodes, which nobody may delete.
const SPECIAL_PATHS: [&str; 4] = ["/", "/zookeeper", "/zookeeper/quota", "/zookeeper/config"];

/// The most operations of one multi; the frame's length bounds them as well.
const MULTI_LIMIT: usize = 100_000;

/// One operation of a multi.
struct Part {
    op: OpCode,
    request: WriteRequest,
}

enum WriteRequest {
    /// With the time to live in ms; -1 where the operation has none.
    Create(CreateRequest, i64),
    Delete(DeleteRequest),
    SetData(SetDataRequest),
    SetAcl(SetAclRequest),
    Check(CheckVersionRequest),
}

/// Who asks, for what.
struct Asker<'a> {
    header: TxnHeader,
    ids: &'a [Id],
}

impl Coordinator {
    fn next_header(&mut self, session: i64, cxid: i32, op: OpCode, now: Now) -> TxnHeader {
        let zxid = self.next_zxid;
        self.next_zxid += 1;
        TxnHeader { client_id: session, cxid, zxid, time: now.wall_ms, txn_type: op.code() }
    }

    fn digest_now(&self) -> Option<TxnDigest> {
        self.options.digest.then(|| TxnDigest { version: DIGEST_VERSION, tree_digest: self.pending.digest(&self.tree) })
    }

    pub(super) fn prepare_create_session(&mut self, session: i64, timeout: i32, now: Now) -> LogEntry {
        let header = self.next_header(session, 0, OpCode::CreateSession, now);
        LogEntry { header, txn: Txn::CreateSession(CreateSessionTxn { timeout }), digest: self.digest_now() }
    }

    pub(super) fn prepare_close_session(&mut self, session: i64, cxid: i32, now: Now) -> LogEntry {
        let header = self.next_header(session, cxid, OpCode::CloseSession, now);
        let paths = self.pending.ephemerals(&self.tree, session);
        for path in paths.in_order() {
            self.note_deletion(path, header.zxid);
        }
        self.sessions.set_closing(session);
        let listed = || CloseSessionTxn { paths_to_delete: paths.in_order().into_iter().map(str::to_owned).collect() };
        let txn = Txn::CloseSession(self.options.close_session_txn.then(listed));
        LogEntry { header, txn, digest: self.digest_now() }
    }

    /// The deletion of a container, unless something under way gives it a child.
    pub(super) fn prepare_delete_container(&mut self, path: String, now: Now) -> Option<LogEntry> {
        let record = self.pending.get(&self.tree, &path).ok()?;
        if record.child_count > 0 || EphemeralType::of(record.stat.ephemeral_owner) == EphemeralType::Normal {
            return None;
        }
        let header = self.next_header(0, 0, OpCode::DeleteContainer, now);
        self.note_deletion(&path, header.zxid);
        Some(LogEntry { header, txn: Txn::Delete(DeleteTxn { path }), digest: self.digest_now() })
    }

    /// Checks an operation; a write gives its transaction, or that of its failure.
    pub(super) fn prepare_operation(&mut self, operation: &mut Operation, now: Now) -> Option<LogEntry> {
        if !operation.op.info().is_write {
            operation.error = self.sessions.check(operation.session).err();
            return None;
        }
        if operation.op == OpCode::CloseSession {
            return Some(self.prepare_close_session(operation.session, operation.xid, now));
        }
        let header = self.next_header(operation.session, operation.xid, operation.op, now);
        let ids = self.connections.get(&operation.connection).map(|connection| connection.ids.clone()).unwrap_or_default();
        let asker = Asker { header, ids: &ids };
        let prepared = match operation.op {
            OpCode::Multi => read_multi(&operation.body)
                .map_err(|error| unreadable(operation, Some(&asker.header), &error))
                .and_then(|parts| self.prepare_multi(&asker, parts)),
            OpCode::Reconfig if self.options.reconfig => Err(ErrorCode::Unimplemented),
            OpCode::Reconfig => Err(ErrorCode::ReconfigDisabled),
            // only the server itself finds a container empty
            OpCode::DeleteContainer => Err(ErrorCode::BadArguments),
            op => read_request(op, &mut Reader::new(&operation.body))
                .map_err(|error| unreadable(operation, Some(&asker.header), &error))
                .and_then(|request| self.prepare_write(&asker, op, request)),
        };
        match prepared {
            Ok(txn) => Some(LogEntry { header, txn, digest: self.digest_now() }),
            Err(code) => {
                operation.error = Some(code);
                let header = TxnHeader { txn_type: OpCode::Error.code(), ..header };
                Some(LogEntry { header, txn: Txn::Error(ErrorTxn { err: code.code() }), digest: None })
            }
        }
    }

    fn prepare_multi(&mut self, asker: &Asker<'_>, parts: Vec<Part>) -> Result<Txn, ErrorCode> {
        self.pending.begin();
        let mut failed = false;
        let mut txns = Vec::with_capacity(parts.len());
        for part in parts {
            let prepared =
                if failed { Err(ErrorCode::RuntimeInconsistency) } else { self.prepare_write(asker, part.op, part.request) };
            txns.push(match prepared {
                Ok(txn) => (part.op, txn),
                Err(code) => {
                    if !failed {
                        self.pending.roll_back();
                    }
                    failed = true;
                    (OpCode::Error, Txn::Error(ErrorTxn { err: code.code() }))
                }
            });
        }
        self.pending.keep();
        Ok(Txn::Multi(txns))
    }

    fn prepare_write(&mut self, asker: &Asker<'_>, op: OpCode, request: WriteRequest) -> Result<Txn, ErrorCode> {
        match request {
            WriteRequest::Create(request, ttl) => self.prepare_create(asker, op, request, ttl),
            WriteRequest::Delete(request) => self.prepare_delete(asker, request),
            WriteRequest::SetData(request) => self.prepare_set_data(asker, request),
            WriteRequest::SetAcl(request) => self.prepare_set_acl(asker, request),
            WriteRequest::Check(request) => {
                self.sessions.check(asker.header.client_id)?;
                let path = self.valid(request.path, asker)?;
                let record = self.pending.get(&self.tree, &path)?;
                self.permit(record.acl.as_deref(), perms::READ, asker.ids)?;
                let version = next_version(record.stat.version, request.version)?;
                self.pending.count();
                Ok(Txn::Check(CheckVersionTxn { path, version }))
            }
        }
    }

    fn prepare_create(&mut self, asker: &Asker<'_>, op: OpCode, request: CreateRequest, ttl: i64) -> Result<Txn, ErrorCode> {
        let CreateRequest { path, data, acl: requested, flags } = request;
        let mode = CreateMode::from_flags(flags).ok_or(ErrorCode::BadArguments)?;
        if mode.is_ttl() && !self.options.extended_types {
            return Err(ErrorCode::Unimplemented);
        }
        // without such a mode createTTL has nothing to do either, whatever the time
        let is_sensible = if mode.is_ttl() { (1..=TTL_MAX_MS).contains(&ttl) } else { ttl < 0 && op != OpCode::CreateTtl };
        if !is_sensible {
            return Err(ErrorCode::BadArguments);
        }
        self.sessions.check(asker.header.client_id)?;
        let Some((parent_path, _)) = path.rsplit_once('/').filter(|_| !path.contains('\0')) else {
            return Err(self.invalid(&path, asker, None));
        };
        let parent_path = if parent_path.is_empty() { "/".to_owned() } else { parent_path.to_owned() };
        let acl = acl::fix_up(&requested, asker.ids)?;
        let mut parent = self.pending.get(&self.tree, &parent_path)?;
        self.permit(parent.acl.as_deref(), perms::CREATE, asker.ids)?;
        let path = if mode.is_sequential() { format!("{path}{:010}", parent.stat.cversion) } else { path };
        let path = self.valid(path, asker)?;
        if self.pending.get(&self.tree, &path).is_ok() {
            return Err(ErrorCode::NodeExists);
        }
        if EphemeralType::of(parent.stat.ephemeral_owner) == EphemeralType::Normal {
            return Err(ErrorCode::NoChildrenForEphemerals);
        }
        self.check_quota(&path, None, data.as_deref(), 1)?;
        let header = &asker.header;
        let owner = match mode {
            _ if mode.is_container() => CONTAINER_OWNER,
            _ if mode.is_ephemeral() => header.client_id,
            _ if mode.is_ttl() => ttl_owner(ttl),
            _ => 0,
        };
        parent.child_count += 1;
        parent.stat.cversion = parent.stat.cversion.wrapping_add(1);
        parent.stat.pzxid = header.zxid;
        let parent_cversion = parent.stat.cversion;
        let stat = created_stat(header.zxid, header.time, owner);
        let shared_acl = Some(self.tree.share_acl(&acl));
        let node = NodeRecord { stat, child_count: 0, acl: shared_acl, data: data.as_deref().map(Arc::from) };
        self.pending.put(&self.tree, &parent_path, Some(parent));
        self.pending.put(&self.tree, &path, Some(node));
        Ok(match op {
            OpCode::CreateContainer => Txn::CreateContainer(CreateContainerTxn { path, data, acl, parent_cversion }),
            OpCode::CreateTtl => Txn::CreateTtl(CreateTtlTxn { path, data, acl, parent_cversion, ttl }),
            _ => Txn::Create(CreateTxn { path, data, acl, ephemeral: mode.is_ephemeral(), parent_cversion }),
        })
    }

    fn prepare_delete(&mut self, asker: &Asker<'_>, request: DeleteRequest) -> Result<Txn, ErrorCode> {
        self.sessions.check(asker.header.client_id)?;
        let DeleteRequest { path, version } = request;
        if SPECIAL_PATHS.contains(&path.as_str()) || path.contains('\0') {
            return Err(ErrorCode::BadArguments);
        }
        let Some((parent_path, _)) = path.rsplit_once('/') else { return Err(ErrorCode::BadArguments) };
        let parent = self.pending.get(&self.tree, if parent_path.is_empty() { "/" } else { parent_path })?;
        self.permit(parent.acl.as_deref(), perms::DELETE, asker.ids)?;
        let record = self.pending.get(&self.tree, &path)?;
        next_version(record.stat.version, version)?;
        if record.child_count > 0 {
            return Err(ErrorCode::NotEmpty);
        }
        self.note_deletion(&path, asker.header.zxid);
        Ok(Txn::Delete(DeleteTxn { path }))
    }

    fn note_deletion(&mut self, path: &str, zxid: i64) {
        if let Some((parent_path, _)) = parent_and_name(path)
            && let Ok(mut parent) = self.pending.get(&self.tree, parent_path)
        {
            parent.child_count = parent.child_count.saturating_sub(1);
            parent.stat.pzxid = zxid;
            self.pending.put(&self.tree, parent_path, Some(parent));
        }
        self.pending.put(&self.tree, path, None);
    }

    fn prepare_set_data(&mut self, asker: &Asker<'_>, request: SetDataRequest) -> Result<Txn, ErrorCode> {
        self.sessions.check(asker.header.client_id)?;
        let path = self.valid(request.path, asker)?;
        let mut record = self.pending.get(&self.tree, &path)?;
        self.permit(record.acl.as_deref(), perms::WRITE, asker.ids)?;
        self.check_quota(&path, record.data.as_deref(), request.data.as_deref(), 0)?;
        let version = next_version(record.stat.version, request.version)?;
        record.stat.version = version;
        record.stat.mtime = asker.header.time;
        record.stat.mzxid = asker.header.zxid;
        record.data = request.data.as_deref().map(Arc::from);
        self.pending.put(&self.tree, &path, Some(record));
        Ok(Txn::SetData(SetDataTxn { path, data: request.data, version }))
    }

    fn prepare_set_acl(&mut self, asker: &Asker<'_>, request: SetAclRequest) -> Result<Txn, ErrorCode> {
        self.sessions.check(asker.header.client_id)?;
        let path = self.valid(request.path, asker)?;
        let fixed: Vec<Acl> = acl::fix_up(&request.acl, asker.ids)?;
        let mut record = self.pending.get(&self.tree, &path)?;
        self.permit(record.acl.as_deref(), perms::ADMIN, asker.ids)?;
        let version = next_version(record.stat.aversion, request.version)?;
        record.stat.aversion = version;
        record.acl = Some(self.tree.share_acl(&fixed));
        self.pending.put(&self.tree, &path, Some(record));
        Ok(Txn::SetAcl(SetAclTxn { path, acl: fixed, version }))
    }

    fn check_quota(&self, path: &str, before: Option<&[u8]>, data: Option<&[u8]>, count: i64) -> Result<(), ErrorCode> {
        if !self.options.enforce_quota {
            return Ok(());
        }
        self.tree.check_quota(path, length(data) - length(before), count)
    }

    /// Checks that one of `ids` has one of the permissions in `perm`.
    pub(super) fn permit(&self, list: Option<&[Acl]>, perm: i32, ids: &[Id]) -> Result<(), ErrorCode> {
        if self.options.skip_acl { Ok(()) } else { acl::check(list, perm, ids) }
    }

    fn valid(&self, path: String, asker: &Asker<'_>) -> Result<String, ErrorCode> {
        match validate_path(&path) {
            Ok(()) => Ok(path),
            Err(reason) => Err(self.invalid(&path, asker, Some(reason.to_string()))),
        }
    }

    fn invalid(&self, path: &str, asker: &Asker<'_>, reason: Option<String>) -> ErrorCode {
        let reason = reason.map(|reason| format!(", reason: {reason}")).unwrap_or_default();
        log_info!(
            "org.apache.zookeeper.server.PrepRequestProcessor",
            "Invalid path {path} with session 0x{:x}{reason}",
            asker.header.client_id
        );
        ErrorCode::BadArguments
    }
}

fn next_version(current: i32, expected: i32) -> Result<i32, ErrorCode> {
    if expected != -1 && expected != current { Err(ErrorCode::BadVersion) } else { Ok(current.wrapping_add(1)) }
}

fn read_request(op: OpCode, reader: &mut Reader<'_>) -> Result<WriteRequest, DecodeError> {
    Ok(match op {
        OpCode::Create | OpCode::Create2 | OpCode::CreateContainer => WriteRequest::Create(reader.read()?, -1),
        OpCode::CreateTtl => {
            let CreateTtlRequest { path, data, acl, flags, ttl } = reader.read()?;
            WriteRequest::Create(CreateRequest { path, data, acl, flags }, ttl)
        }
        OpCode::Delete => WriteRequest::Delete(reader.read()?),
        OpCode::SetData => WriteRequest::SetData(reader.read()?),
        OpCode::SetAcl => WriteRequest::SetAcl(reader.read()?),
        OpCode::Check => WriteRequest::Check(reader.read()?),
        _ => return Err(DecodeError::Value { what: "operation", found: op.code() }),
    })
}

fn read_multi(body: &Bytes) -> Result<Vec<Part>, DecodeError> {
    let mut reader = Reader::new(body);
    let mut parts = Vec::new();
    loop {
        let header: MultiHeader = reader.read()?;
        if header.done {
            return Ok(parts);
        }
        let op = OpCode::from_code(header.op).filter(|op| *op != OpCode::SetAcl && parts.len() < MULTI_LIMIT);
        let op = op.ok_or(DecodeError::Value { what: "operation in a multi", found: header.op })?;
        parts.push(part(op, read_request(op, &mut reader)?)?);
    }
}

/// The paths and modes of the creates without a time to live in a multi.
pub(super) fn read_multi_creates(body: &Bytes) -> Vec<(String, i32)> {
    let create = |part: Part| match part.request {
        WriteRequest::Create(create, -1) => Some((create.path, create.flags)),
        _ => None,
    };
    read_multi(body).unwrap_or_default().into_iter().filter_map(create).collect()
}

/// ZooKeeper makes of each create in a multi what its mode says, and takes no mode for one that is none.
fn part(op: OpCode, request: WriteRequest) -> Result<Part, DecodeError> {
    let WriteRequest::Create(create, ttl) = request else { return Ok(Part { op, request }) };
    let flags = create.flags;
    let mode = CreateMode::from_flags(flags);
    let is_ttl = mode.is_some_and(CreateMode::is_ttl);
    let (op, ttl) = match op {
        OpCode::CreateTtl if is_ttl => (op, ttl),
        OpCode::CreateTtl if mode == Some(CreateMode::Container) => (OpCode::CreateContainer, -1),
        OpCode::CreateTtl => (OpCode::Create, -1),
        _ if mode.is_none() || is_ttl => return Err(DecodeError::Value { what: "mode in a multi", found: flags }),
        OpCode::Create if mode == Some(CreateMode::Container) => (OpCode::CreateContainer, -1),
        _ => (op, -1),
    };
    Ok(Part { op, request: WriteRequest::Create(create, ttl) })
}
