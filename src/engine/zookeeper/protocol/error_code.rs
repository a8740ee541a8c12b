//! Error codes of replies, with the names and sentences of ZooKeeper's `KeeperException`.

macro_rules! codes {
    ($($variant:ident $code:literal $name:literal $message:literal;)*) => {
        /// The `err` of a reply.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(missing_docs, reason = "the names are ZooKeeper's")]
        pub enum ErrorCode { $($variant,)* }

        /// code, name, sentence
        const TABLE: &[(ErrorCode, i32, &str, &str)] = &[$((ErrorCode::$variant, $code, $name, $message),)*];
    };
}

codes! {
    Ok 0 "OK" "ok";
    SystemError -1 "SYSTEMERROR" "SystemError";
    RuntimeInconsistency -2 "RUNTIMEINCONSISTENCY" "RuntimeInconsistency";
    DataInconsistency -3 "DATAINCONSISTENCY" "DataInconsistency";
    ConnectionLoss -4 "CONNECTIONLOSS" "ConnectionLoss";
    MarshallingError -5 "MARSHALLINGERROR" "MarshallingError";
    Unimplemented -6 "UNIMPLEMENTED" "Unimplemented";
    OperationTimeout -7 "OPERATIONTIMEOUT" "OperationTimeout";
    BadArguments -8 "BADARGUMENTS" "BadArguments";
    UnknownSession -12 "UNKNOWNSESSION" "UnknownSession";
    NewConfigNoQuorum -13 "NEWCONFIGNOQUORUM" "NewConfigNoQuorum";
    ReconfigInProgress -14 "RECONFIGINPROGRESS" "ReconfigInProgress";
    ApiError -100 "APIERROR" "APIError";
    NoNode -101 "NONODE" "NoNode";
    NoAuth -102 "NOAUTH" "NoAuth";
    BadVersion -103 "BADVERSION" "BadVersion";
    NoChildrenForEphemerals -108 "NOCHILDRENFOREPHEMERALS" "NoChildrenForEphemerals";
    NodeExists -110 "NODEEXISTS" "NodeExists";
    NotEmpty -111 "NOTEMPTY" "Directory not empty";
    SessionExpired -112 "SESSIONEXPIRED" "Session expired";
    InvalidCallback -113 "INVALIDCALLBACK" "Invalid callback";
    InvalidAcl -114 "INVALIDACL" "InvalidACL";
    AuthFailed -115 "AUTHFAILED" "AuthFailed";
    SessionMoved -118 "SESSIONMOVED" "Session moved";
    NotReadOnly -119 "NOTREADONLY" "Not a read-only call";
    EphemeralOnLocalSession -120 "EPHEMERALONLOCALSESSION" "Ephemeral node on local session";
    NoWatcher -121 "NOWATCHER" "No such watcher";
    RequestTimeout -122 "REQUESTTIMEOUT" "Request timeout";
    ReconfigDisabled -123 "RECONFIGDISABLED" "Reconfig is disabled";
    SessionClosedRequireSaslAuth -124 "SESSIONCLOSEDREQUIRESASLAUTH" "Session closed because client failed to authenticate";
    QuotaExceeded -125 "QUOTAEXCEEDED" "Quota has exceeded";
    ThrottledOp -127 "THROTTLEDOP" "Op throttled due to high load";
}

impl ErrorCode {
    /// The code with this number.
    pub fn from_code(code: i32) -> Option<Self> {
        TABLE.iter().find(|line| line.1 == code).map(|line| line.0)
    }

    /// The number on the wire.
    pub fn code(self) -> i32 {
        TABLE[self as usize].1
    }

    /// The constant's name in `KeeperException.Code`, such as `NONODE`.
    pub fn name(self) -> &'static str {
        TABLE[self as usize].2
    }
}

/// What follows `KeeperErrorCode = ` in ZooKeeper's messages, such as `NoNode`.
impl std::fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(TABLE[*self as usize].3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_found_by_its_number() {
        for (code, number, ..) in TABLE {
            assert_eq!(ErrorCode::from_code(*number), Some(*code));
            assert_eq!(code.code(), *number);
        }
        assert_eq!(ErrorCode::from_code(-9), None);
        assert_eq!((ErrorCode::NoNode.name(), ErrorCode::NotEmpty.to_string().as_str()), ("NONODE", "Directory not empty"));
    }
}
