//! The one table of operations: code, name, and whether an operation writes.

/// What is known of an operation.
#[derive(Clone, Copy, Debug)]
pub struct OpInfo {
    /// The operation.
    pub op: OpCode,
    /// The number on the wire and in the transaction log.
    pub code: i32,
    /// The name as ZooKeeper writes it.
    pub name: &'static str,
    /// The name in the statistics of connections.
    pub short: &'static str,
    /// Whether a request for it goes through the transaction log.
    pub is_write: bool,
}

macro_rules! ops {
    ($($variant:ident $code:literal $name:literal $short:literal $is_write:literal;)*) => {
        /// An operation of the protocol or a kind of transaction.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(missing_docs, reason = "the names are ZooKeeper's")]
        pub enum OpCode { $($variant,)* }

        const TABLE: &[OpInfo] = &[$(OpInfo { op: OpCode::$variant, code: $code, name: $name, short: $short, is_write: $is_write },)*];
    };
}

ops! {
    Notification 0 "notification" "NOTI" false;
    Create 1 "create" "CREA" true;
    Delete 2 "delete" "DELE" true;
    Exists 3 "exists" "EXIS" false;
    GetData 4 "getData" "GETD" false;
    SetData 5 "setData" "SETD" true;
    GetAcl 6 "getACL" "GETA" false;
    SetAcl 7 "setACL" "SETA" true;
    GetChildren 8 "getChildren" "GETC" false;
    Sync 9 "sync" "SYNC" false;
    Ping 11 "ping" "PING" false;
    GetChildren2 12 "getChildren2" "GETC" false;
    Check 13 "check" "CHEC" true;
    Multi 14 "multi" "MULT" true;
    Create2 15 "create2" "CREA" true;
    Reconfig 16 "reconfig" "RECO" true;
    CheckWatches 17 "checkWatches" "CHKW" false;
    RemoveWatches 18 "removeWatches" "REMW" false;
    CreateContainer 19 "createContainer" "CREA" true;
    DeleteContainer 20 "deleteContainer" "DELE" true;
    CreateTtl 21 "createTTL" "CREA" true;
    MultiRead 22 "multiRead" "MLTR" false;
    Auth 100 "auth" "AUTH" false;
    SetWatches 101 "setWatches" "SETW" false;
    Sasl 102 "sasl" "SASL" false;
    GetEphemerals 103 "getEphemerals" "GETE" false;
    GetAllChildrenNumber 104 "getAllChildrenNumber" "GETACN" false;
    SetWatches2 105 "setWatches2" "STW2" false;
    AddWatch 106 "addWatch" "ADDW" false;
    WhoAmI 107 "whoAmI" "HOMI" false;
    CreateSession -10 "createSession" "SESS" true;
    CloseSession -11 "closeSession" "CLOS" true;
    Error -1 "error" "NA" false;
}

impl OpCode {
    /// The operation with this number; `None` is answered with UNIMPLEMENTED.
    pub fn from_code(code: i32) -> Option<Self> {
        TABLE.iter().find(|info| info.code == code).map(|info| info.op)
    }

    /// The operation's line of the table.
    pub fn info(self) -> &'static OpInfo {
        // the macro makes the variants and the table from one list, in one order
        &TABLE[self as usize]
    }

    /// The number on the wire.
    pub fn code(self) -> i32 {
        self.info().code
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_found_by_its_code() {
        for info in TABLE {
            assert_eq!(OpCode::from_code(info.code), Some(info.op));
            assert_eq!(info.op.code(), info.code);
        }
        assert_eq!(OpCode::from_code(10), None);
    }
}
