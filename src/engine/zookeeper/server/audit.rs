//! The audit log (`audit.enable`): who wrote what and what came of it, a line each, as `Slf4jAuditLogger` writes it.

use std::fmt;
use std::net::SocketAddr;

use bytes::Bytes;

use super::environment::user_name;
use super::prepare::read_multi_creates;
use crate::engine::log4j::{self, Level};
use crate::engine::zookeeper::acl;
use crate::engine::zookeeper::data_tree::{Change, TxnResult};
use crate::engine::zookeeper::protocol::{
    Acl, CreateMode, CreateRequest, DeleteRequest, Id, OpCode, Reader, Record, SetAclRequest, SetDataRequest, perms,
};
use crate::engine::zookeeper::txn::{LogEntry, Txn};
use crate::log_info;

const LOGGER: &str = "org.apache.zookeeper.audit.Slf4jAuditLogger";
const PROVIDER: &str = "org.apache.zookeeper.audit.ZKAuditProvider";
/// Who asked.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    session: i64,
    users: String,
    ip: String,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Success,
    Failure,
    Invoked,
}

/// One line; what is not there is left out.
#[derive(Debug)]
struct Line<'a> {
    session: Option<i64>,
    user: &'a str,
    ip: Option<&'a str>,
    operation: &'static str,
    znode: Option<&'a str>,
    znode_type: Option<&'static str>,
    acl: Option<String>,
    outcome: Outcome,
}

impl<'a> Line<'a> {
    /// A line about the server itself.
    fn of_server(user: &'a str, operation: &'static str, outcome: Outcome) -> Self {
        Self { session: None, user, ip: None, operation, znode: None, znode_type: None, acl: None, outcome }
    }

    fn log(&self) {
        let level = if self.outcome == Outcome::Failure { Level::Error } else { Level::Info };
        log4j::log(level, LOGGER, format_args!("{self}"));
    }
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(session) = self.session {
            write!(f, "session=0x{session:x}\t")?;
        }
        write!(f, "user={}\t", self.user)?;
        if let Some(ip) = self.ip {
            write!(f, "ip={ip}\t")?;
        }
        write!(f, "operation={}\t", self.operation)?;
        for (name, value) in [("znode", self.znode), ("znode_type", self.znode_type), ("acl", self.acl.as_deref())] {
            if let Some(value) = value {
                write!(f, "{name}={value}\t")?;
            }
        }
        f.write_str(match self.outcome {
            Outcome::Success => "result=success",
            Outcome::Failure => "result=failure",
            Outcome::Invoked => "result=invoked",
        })
    }
}

/// The server serves; `is_enabled` is `audit.enable`.
pub(super) fn server_started(is_enabled: bool) {
    if is_enabled {
        log_info!(PROVIDER, "ZooKeeper audit is enabled.");
        Line::of_server(&user_name(), "serverStart", Outcome::Success).log();
    } else {
        log_disabled();
    }
}

/// The server was not started, or keeps no audit log.
pub(super) fn log_disabled() {
    log_info!(PROVIDER, "ZooKeeper audit is disabled.");
}

/// The server was asked to end.
pub(super) fn server_stopped() {
    Line::of_server(&user_name(), "serverStop", Outcome::Invoked).log();
}

/// The ephemerals that went with their session, in the order in which they went.
pub(super) fn session_ended(entry: &LogEntry, changes: &[Change]) {
    let Txn::CloseSession(_) = entry.txn else { return };
    let user = user_name();
    for change in changes {
        if let Change::Deleted(path) = change {
            let session = Some(entry.header.client_id);
            let operation = "ephemeralZNodeDeletionOnSessionCloseOrExpire";
            Line { session, znode: Some(path), ..Line::of_server(&user, operation, Outcome::Success) }.log();
        }
    }
}

impl Asked {
    /// A connection with these identities asks.
    pub(super) fn new(session: i64, ids: &[Id], address: SocketAddr) -> Self {
        // the super user has no name
        let users = ids.iter().map(acl::user_name).filter(|name| !name.trim().is_empty());
        Self { session, users: users.collect::<Vec<_>>().join(","), ip: address.ip().to_string() }
    }

    /// A write was done, or failed where `result` is `None` or has an error.
    pub(super) fn log(&self, op: OpCode, body: &Bytes, result: Option<&TxnResult>) {
        match self.lines(op, body, result) {
            Ok(lines) => lines.iter().for_each(|line| log4j::log(line.0, LOGGER, format_args!("{}", line.1))),
            Err(exception) => log4j::log_caused(
                Level::Error,
                "org.apache.zookeeper.audit.AuditHelper",
                format_args!("Failed to audit log request {}", op.code()),
                format_args!("{exception}"),
            ),
        }
    }

    /// The lines with their levels; the error is what ZooKeeper stumbles over.
    fn lines(&self, op: OpCode, body: &Bytes, result: Option<&TxnResult>) -> Result<Vec<(Level, String)>, String> {
        let result = result.filter(|result| result.err == 0);
        let outcome = if result.is_some() { Outcome::Success } else { Outcome::Failure };
        let line = |operation, znode: Option<&str>, znode_type, acl| {
            let level = if outcome == Outcome::Failure { Level::Error } else { Level::Info };
            let (session, ip) = (Some(self.session), Some(self.ip.as_str()));
            let line = Line { session, user: &self.users, ip, operation, znode, znode_type, acl, outcome };
            (level, line.to_string())
        };
        Ok(vec![match op {
            OpCode::Create | OpCode::Create2 | OpCode::CreateContainer => {
                let request: CreateRequest = read(body)?;
                let znode = result.map_or(&request.path, |result| &result.path);
                line("create", Some(znode), Some(mode_name(request.flags)?), None)
            }
            OpCode::Delete | OpCode::DeleteContainer => line("delete", Some(&read::<DeleteRequest>(body)?.path), None, None),
            OpCode::SetData => line("setData", Some(&read::<SetDataRequest>(body)?.path), None, None),
            OpCode::SetAcl => {
                let request: SetAclRequest = read(body)?;
                line("setAcl", Some(&request.path), None, Some(acl_text(&request.acl)))
            }
            OpCode::Multi => {
                let Some(result) = result else { return Ok(vec![line("multiOperation", None, None, None)]) };
                let creates = read_multi_creates(body);
                let of_part = |part: &TxnResult| {
                    let znode = Some(part.path.as_str());
                    Some(match part.op? {
                        OpCode::Create | OpCode::Create2 | OpCode::CreateContainer | OpCode::CreateTtl => {
                            // by the path that was asked for, which is not that of a znode with a number
                            let create = creates.iter().find(|(path, _)| *path == part.path);
                            line("create", znode, create.and_then(|(_, flags)| mode_name(*flags).ok()), None)
                        }
                        OpCode::Delete => line("delete", znode, None, None),
                        OpCode::SetData => line("setData", znode, None, None),
                        _ => return None,
                    })
                };
                return Ok(result.parts.iter().filter_map(of_part).collect());
            }
            OpCode::Reconfig => line("reconfig", None, None, None),
            _ => return Ok(Vec::new()),
        }])
    }
}

fn read<T: Record>(body: &Bytes) -> Result<T, String> {
    Reader::new(body).read().map_err(|_| "java.io.EOFException".to_owned())
}

fn mode_name(flags: i32) -> Result<&'static str, String> {
    Ok(match CreateMode::from_flags(flags) {
        Some(CreateMode::Persistent) => "persistent",
        Some(CreateMode::Ephemeral) => "ephemeral",
        Some(CreateMode::PersistentSequential) => "persistent_sequential",
        Some(CreateMode::EphemeralSequential) => "ephemeral_sequential",
        Some(CreateMode::Container) => "container",
        Some(CreateMode::PersistentWithTtl) => "persistent_with_ttl",
        Some(CreateMode::PersistentSequentialWithTtl) => "persistent_sequential_with_ttl",
        None => {
            let message = format!("Received an invalid flag value: {flags} to convert to a CreateMode");
            let class = "org.apache.zookeeper.KeeperException$BadArgumentsException";
            return Err(format!("{class}: KeeperErrorCode = BadArguments for {message}"));
        }
    })
}

/// A list without anything between its entries: scheme, identity, and a letter for each permission.
fn acl_text(list: &[Acl]) -> String {
    const LETTERS: [(i32, char); 5] =
        [(perms::CREATE, 'c'), (perms::DELETE, 'd'), (perms::READ, 'r'), (perms::WRITE, 'w'), (perms::ADMIN, 'a')];
    let entry = |acl: &Acl| {
        let letters: String = LETTERS.iter().filter(|(bit, _)| acl.perms & bit != 0).map(|(_, letter)| *letter).collect();
        format!("{}:{}:{letters}", acl.id.scheme, acl.id.id)
    };
    list.iter().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::zookeeper::protocol::{MultiHeader, Writer};

    fn asked() -> Asked {
        let id = |scheme: &str, id: &str| Id { scheme: scheme.to_owned(), id: id.to_owned() };
        let ids = [id("digest", "bob:x"), id("super", ""), id("ip", "127.0.0.1")];
        Asked::new(0x0100_015e_75cc_0000, &ids, SocketAddr::from(([127, 0, 0, 1], 4242)))
    }

    fn create(path: &str, flags: i32) -> CreateRequest {
        CreateRequest { path: path.to_owned(), data: None, acl: Acl::open_unsafe(), flags }
    }

    fn done(op: OpCode, path: &str) -> TxnResult {
        TxnResult { op: Some(op), path: path.to_owned(), ..TxnResult::default() }
    }

    /// What stands after the session, the users and the address, as ZooKeeper 3.8.2 logged it of the same requests.
    #[track_caller]
    fn check(op: OpCode, body: impl Into<Bytes>, result: Option<TxnResult>, expected: &[&str]) {
        let begin = "session=0x100015e75cc0000\tuser=bob,127.0.0.1\tip=127.0.0.1\t";
        let lines = asked().lines(op, &body.into(), result.as_ref()).expect("lines");
        let shown: Vec<_> = lines.iter().map(|(level, line)| (*level, line.strip_prefix(begin).expect(begin))).collect();
        let level = |line: &str| if line.ends_with("=failure") { Level::Error } else { Level::Info };
        assert_eq!(shown, expected.iter().map(|line| (level(line), *line)).collect::<Vec<_>>());
    }

    #[test]
    fn writes_have_the_lines_of_zookeeper() {
        let body = create("/a/s", 2).to_bytes();
        let of_done = "operation=create\tznode=/a/s0000000000\tznode_type=persistent_sequential\tresult=success";
        check(OpCode::Create, body.clone(), Some(done(OpCode::Create, "/a/s0000000000")), &[of_done]);
        let of_failed = "operation=create\tznode=/a/s\tznode_type=persistent_sequential\tresult=failure";
        check(OpCode::Create2, body, None, &[of_failed]);
        let acl = vec![
            Acl { perms: 31, id: Id { scheme: "world".to_owned(), id: "anyone".to_owned() } },
            Acl { perms: 1, id: Id { scheme: "ip".to_owned(), id: "127.0.0.1".to_owned() } },
        ];
        let body = SetAclRequest { path: "/a".to_owned(), acl, version: -1 }.to_bytes();
        let of_acl = "operation=setAcl\tznode=/a\tacl=world:anyone:cdrwaip:127.0.0.1:r\tresult=success";
        check(OpCode::SetAcl, body, Some(done(OpCode::SetAcl, "/a")), &[of_acl]);
        let body = DeleteRequest { path: "/cd".to_owned(), version: 0 }.to_bytes();
        check(OpCode::DeleteContainer, body, None, &["operation=delete\tznode=/cd\tresult=failure"]);
        let body = SetDataRequest { path: "/a".to_owned(), data: None, version: 99 }.to_bytes();
        let failed = TxnResult { err: -103, ..done(OpCode::SetData, "/a") };
        check(OpCode::SetData, body, Some(failed), &["operation=setData\tznode=/a\tresult=failure"]);
        check(OpCode::Reconfig, Bytes::new(), None, &["operation=reconfig\tresult=failure"]);
        // with a time to live by itself, and reads
        for op in [OpCode::CreateTtl, OpCode::Check, OpCode::GetData, OpCode::CloseSession] {
            check(op, Bytes::new(), Some(done(op, "/t")), &[]);
        }
    }

    #[test]
    fn a_multi_has_a_line_for_each_part_that_writes_or_one_that_it_failed() {
        let mut body = Writer::new();
        for request in [create("/m1", 0), create("/m", 3)] {
            body.write(&MultiHeader { op: OpCode::Create.code(), done: false, err: -1 }).write_raw(&request.to_bytes());
        }
        body.write(&MultiHeader::END);
        let parts = vec![done(OpCode::Create, "/m1"), done(OpCode::Create, "/m0000000009"), done(OpCode::Check, "/m1")];
        let result = TxnResult { parts, ..done(OpCode::Multi, "") };
        let lines = [
            "operation=create\tznode=/m1\tznode_type=persistent\tresult=success",
            "operation=create\tznode=/m0000000009\tresult=success",
        ];
        let body = body.into_bytes();
        check(OpCode::Multi, body.clone(), Some(result), &lines);
        check(OpCode::Multi, body, None, &["operation=multiOperation\tresult=failure"]);
    }

    #[test]
    fn what_cannot_be_read_is_said_as_zookeeper_says_it() {
        let lines = |body: Vec<u8>| asked().lines(OpCode::Create, &body.into(), None).expect_err("no line");
        assert_eq!(lines(vec![0, 0]), "java.io.EOFException");
        assert!(lines(create("/z", 77).to_bytes()).ends_with("Received an invalid flag value: 77 to convert to a CreateMode"));
    }

    #[test]
    fn the_server_itself_has_lines_without_a_session() {
        let line = |operation, outcome| Line::of_server("root", operation, outcome).to_string();
        assert_eq!(line("serverStart", Outcome::Success), "user=root\toperation=serverStart\tresult=success");
        assert_eq!(line("serverStop", Outcome::Invoked), "user=root\toperation=serverStop\tresult=invoked");
    }
}
