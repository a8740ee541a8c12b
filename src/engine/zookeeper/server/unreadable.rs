//! Requests that cannot be read: ZooKeeper's lines of them, with all of their bytes.

use std::fmt::Write as _;

use super::connection::exception;
use super::coordinator::Operation;
use crate::engine::log4j::{self, Level};
use crate::engine::zookeeper::protocol::{DecodeError, ErrorCode, OpCode, Reader, TxnHeader};
use crate::log_error;

/// The longest path that is shown.
const PATH_BYTES_MAX: usize = 4096;

/// Tells of a request that cannot be read; one that writes has a `header` already. What it is answered with.
pub(super) fn unreadable(operation: &Operation, header: Option<&TxnHeader>, error: &DecodeError) -> ErrorCode {
    let logger = match header {
        Some(_) => "org.apache.zookeeper.server.PrepRequestProcessor",
        None => "org.apache.zookeeper.server.FinalRequestProcessor",
    };
    log4j::log_caused(
        Level::Error,
        logger,
        format_args!("Failed to process {}", described(operation, header)),
        format_args!("{}", exception(error)),
    );
    let mut dump = String::with_capacity(operation.body.len() * 2);
    for byte in &operation.body {
        // a String takes everything
        let _ = write!(dump, "{byte:02x}");
    }
    log_error!(logger, "Dumping request buffer for request type {}: 0x{dump}", operation.op.info().name);
    ErrorCode::MarshallingError
}

fn described(operation: &Operation, header: Option<&TxnHeader>) -> String {
    let Operation { session, xid, op, .. } = operation;
    let (zxid, txn_type) = header.map_or((-2, "unknown".to_owned()), |header| (header.zxid, header.txn_type.to_string()));
    let path = path(operation).unwrap_or_else(|| "n/a".to_owned());
    let name = op.info().name;
    format!("sessionid:0x{session:x} type:{name} cxid:0x{xid:x} zxid:0x{zxid:x} txntype:{txn_type} reqpath:{path}")
}

/// What stands where most requests have their path.
fn path(operation: &Operation) -> Option<String> {
    if matches!(operation.op, OpCode::SetWatches | OpCode::SetWatches2) {
        return None;
    }
    let length: i32 = Reader::new(&operation.body).read().ok()?;
    let length = usize::try_from(length).ok().filter(|length| *length < PATH_BYTES_MAX)?;
    let bytes = operation.body.get(4..4 + length)?;
    Some(String::from_utf8_lossy(bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn check(op: OpCode, body: &'static [u8], header: Option<TxnHeader>, expected: &str) {
        let body = Bytes::from_static(body);
        let operation = Operation { connection: 1, session: 0x77, xid: 1, op, body, error: None, asked: None };
        assert_eq!(described(&operation, header.as_ref()), expected);
    }

    /// As ZooKeeper 3.8.2 logged them of the same bytes.
    #[test]
    fn a_request_is_described_as_zookeeper_does() {
        let header = TxnHeader { client_id: 0x77, cxid: 1, zxid: 10, time: 0, txn_type: 1 };
        let of_create = "sessionid:0x77 type:create cxid:0x1 zxid:0xa txntype:1 reqpath:n/a";
        check(OpCode::Create, b"abc", Some(header), of_create);
        let of_read = "sessionid:0x77 type:getData cxid:0x1 zxid:0xfffffffffffffffe txntype:unknown reqpath:n/a";
        check(OpCode::GetData, b"", None, of_read);
        check(OpCode::GetData, b"\0\0\0\x02/a", None, &of_read.replace("n/a", "/a"));
        check(OpCode::GetData, b"\xff\xff\xff\xff", None, of_read);
    }
}
