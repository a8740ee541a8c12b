//! Multi: several operations that are done all or not at all.

use bytes::Bytes;

use crate::engine::zookeeper::protocol::{
    Acl, CheckVersionRequest, Create2Response, CreateMode, CreateRequest, DecodeError, DeleteRequest, ErrorCode, ErrorResponse,
    MultiHeader, OpCode, PathResponse, Reader, SetDataRequest, Stat, StatResponse, Writer,
};

/// One operation of a multi.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// Creates a znode with an open ACL.
    Create {
        /// Where.
        path: String,
        /// Its data.
        data: Bytes,
        /// Its kind.
        mode: CreateMode,
    },
    /// Creates a znode with an ACL.
    CreateWithAcl {
        /// Where.
        path: String,
        /// Its data.
        data: Bytes,
        /// Its kind.
        mode: CreateMode,
        /// Who may do what.
        acl: Vec<Acl>,
    },
    /// Creates a persistent znode without data (null, which is not the same as empty) and with an open ACL.
    CreateNull {
        /// Where.
        path: String,
    },
    /// Deletes a znode.
    Delete {
        /// Which.
        path: String,
        /// The version it must have; `None` is any.
        version: Option<i32>,
    },
    /// Sets data.
    SetData {
        /// Of which znode.
        path: String,
        /// The new data.
        data: Bytes,
        /// The version it must have; `None` is any.
        version: Option<i32>,
    },
    /// Does nothing where the version is right, else stops the multi.
    Check {
        /// Which znode.
        path: String,
        /// The version it must have.
        version: i32,
    },
}

/// What came of one operation of a multi.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpResult {
    /// Created.
    Create {
        /// The path with its number where the mode is sequential.
        path: String,
        /// The new znode's statistics.
        stat: Stat,
    },
    /// Deleted.
    Delete,
    /// Set.
    SetData(Stat),
    /// The version was right.
    Check,
    /// The multi failed. At the operation that was refused this is why; before it `Ok`; after it `RuntimeInconsistency`.
    Error(ErrorCode),
}

/// The operation at which a multi failed and why; `None` where all was done.
pub fn first_error(results: &[OpResult]) -> Option<(usize, ErrorCode)> {
    results.iter().enumerate().find_map(|(at, result)| match result {
        OpResult::Error(code) if *code != ErrorCode::Ok => Some((at, *code)),
        _ => None,
    })
}

pub(super) fn encode(ops: Vec<Op>, chroot: &str) -> Writer {
    let mut body = Writer::new();
    for op in ops {
        encode_op(&mut body, op, chroot);
    }
    body.write(&MultiHeader::END);
    body
}

fn encode_op(body: &mut Writer, op: Op, chroot: &str) {
    let header = |op: OpCode| MultiHeader { op: op.code(), done: false, err: -1 };
    match op {
        Op::Create { path, data, mode } => {
            encode_op(body, Op::CreateWithAcl { path, data, mode, acl: Acl::open_unsafe() }, chroot)
        }
        Op::CreateWithAcl { path, data, mode, acl } => {
            let request = CreateRequest { path: below(chroot, &path), data: Some(data), acl, flags: mode.flags() };
            body.write(&header(mode.op())).write(&request);
        }
        Op::CreateNull { path } => {
            let (mode, acl) = (CreateMode::Persistent, Acl::open_unsafe());
            let request = CreateRequest { path: below(chroot, &path), data: None, acl, flags: mode.flags() };
            body.write(&header(mode.op())).write(&request);
        }
        Op::Delete { path, version } => {
            body.write(&header(OpCode::Delete));
            body.write(&DeleteRequest { path: below(chroot, &path), version: version.unwrap_or(-1) });
        }
        Op::SetData { path, data, version } => {
            body.write(&header(OpCode::SetData));
            body.write(&SetDataRequest { path: below(chroot, &path), data: Some(data), version: version.unwrap_or(-1) });
        }
        Op::Check { path, version } => {
            body.write(&header(OpCode::Check)).write(&CheckVersionRequest { path: below(chroot, &path), version });
        }
    }
}

pub(super) fn decode(answer: &[u8], chroot: &str) -> Result<Vec<OpResult>, DecodeError> {
    let mut reader = Reader::new(answer);
    let mut results = Vec::new();
    loop {
        let header: MultiHeader = reader.read()?;
        if header.done {
            return Ok(results);
        }
        results.push(match OpCode::from_code(header.op) {
            Some(OpCode::Create) => {
                let path = reader.read::<PathResponse>()?.path;
                OpResult::Create { path: above(chroot, path), stat: Stat::default() }
            }
            Some(OpCode::Create2 | OpCode::CreateContainer | OpCode::CreateTtl) => {
                let created: Create2Response = reader.read()?;
                OpResult::Create { path: above(chroot, created.path), stat: created.stat }
            }
            Some(OpCode::Delete) => OpResult::Delete,
            Some(OpCode::SetData) => OpResult::SetData(reader.read::<StatResponse>()?.stat),
            Some(OpCode::Check) => OpResult::Check,
            Some(OpCode::Error) => {
                let found = reader.read::<ErrorResponse>()?.err;
                OpResult::Error(ErrorCode::from_code(found).ok_or(DecodeError::Value { what: "error code", found })?)
            }
            _ => return Err(DecodeError::Value { what: "operation in a multi", found: header.op }),
        });
    }
}

/// A path as the server knows it.
pub(super) fn below(chroot: &str, path: &str) -> String {
    if path == "/" && !chroot.is_empty() { chroot.to_owned() } else { format!("{chroot}{path}") }
}

/// A path as the client's user knows it.
pub(super) fn above(chroot: &str, path: String) -> String {
    match path.strip_prefix(chroot) {
        Some("") if !chroot.is_empty() => "/".to_owned(),
        Some(rest) => rest.to_owned(),
        None => path,
    }
}
