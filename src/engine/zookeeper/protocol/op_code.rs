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
    /// Whether a request for it goes through the transaction log.
    pub is_write: bool,
}

macro_rules! ops {
    ($($variant:ident $code:literal $name:literal $is_write:literal;)*) => {
        /// An operation of the protocol or a kind of transaction.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(missing_docs, reason = "the names are ZooKeeper's")]
        pub enum OpCode { $($variant,)* }

        const TABLE: &[OpInfo] = &[$(OpInfo { op: OpCode::$variant, code: $code, name: $name, is_write: $is_write },)*];
    };
}

ops! {
    Notification 0 "notification" false;
    Create 1 "create" true;
    Delete 2 "delete" true;
    Exists 3 "exists" false;
    GetData 4 "getData" false;
    SetData 5 "setData" true;
    GetAcl 6 "getACL" false;
    SetAcl 7 "setACL" true;
    GetChildren 8 "getChildren" false;
    Sync 9 "sync" false;
    Ping 11 "ping" false;
    GetChildren2 12 "getChildren2" false;
    Check 13 "check" true;
    Multi 14 "multi" true;
    Create2 15 "create2" true;
    Reconfig 16 "reconfig" true;
    CheckWatches 17 "checkWatches" false;
    RemoveWatches 18 "removeWatches" false;
    CreateContainer 19 "createContainer" true;
    DeleteContainer 20 "deleteContainer" true;
    CreateTtl 21 "createTTL" true;
    MultiRead 22 "multiRead" false;
    Auth 100 "auth" false;
    SetWatches 101 "setWatches" false;
    Sasl 102 "sasl" false;
    GetEphemerals 103 "getEphemerals" false;
    GetAllChildrenNumber 104 "getAllChildrenNumber" false;
    SetWatches2 105 "setWatches2" false;
    AddWatch 106 "addWatch" false;
    WhoAmI 107 "whoAmI" false;
    CreateSession -10 "createSession" true;
    CloseSession -11 "closeSession" true;
    Error -1 "error" false;
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
