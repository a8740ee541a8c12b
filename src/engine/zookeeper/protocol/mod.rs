//! ZooKeeper's wire protocol: jute records, the table of operations, error codes and the rules of paths.
//!
//! Source: `zookeeper.jute`, `ZooDefs.java` and `KeeperException.java` of ZooKeeper 3.8.2.

mod acl;
mod connect;
mod create_mode;
mod error_code;
mod event;
mod header;
mod jute;
mod op_code;
mod path;
mod request;
mod response;
mod stat;
mod txn;

pub use acl::{Acl, Id, perms};
pub use connect::{ConnectRequest, ConnectResponse, PASSWORD_BYTES};
pub use create_mode::CreateMode;
pub use error_code::ErrorCode;
pub use event::{AddWatchMode, EventType, KeeperState, WatcherEvent, WatcherType};
pub use header::{MultiHeader, ReplyHeader, RequestHeader, xid};
pub use jute::{DecodeError, Field, Reader, Record, Writer};
pub use op_code::{OpCode, OpInfo};
pub use path::{PathError, parent_and_name, validate_path};
pub use request::{
    AddWatchRequest, AuthPacket, CheckVersionRequest, CheckWatchesRequest, CreateRequest, CreateTtlRequest, DeleteRequest,
    GetEphemeralsRequest, PathRequest, PathWatchRequest, ReconfigRequest, SetAclRequest, SetDataRequest, SetWatches, SetWatches2,
};
pub use response::{
    ClientInfo, Create2Response, ErrorResponse, GetAclResponse, GetAllChildrenNumberResponse, GetChildren2Response,
    GetChildrenResponse, GetDataResponse, GetEphemeralsResponse, PathResponse, StatResponse, WhoAmIResponse,
};
pub use stat::{Stat, StatPersisted};
pub use txn::{
    CheckVersionTxn, CloseSessionTxn, CreateContainerTxn, CreateSessionTxn, CreateTtlTxn, CreateTxn, DeleteTxn, ErrorTxn,
    MultiTxn, SetAclTxn, SetDataTxn, SubTxn, TxnDigest, TxnHeader,
};

/// The port of a connect string's host that names none.
pub const DEFAULT_PORT: u16 = 2181;

/// The longest frame that a server reads and a 3.8 client accepts unless `jute.maxbuffer` says otherwise, in bytes.
pub const DEFAULT_MAX_BUFFER_BYTES: usize = 0xf_ffff;
