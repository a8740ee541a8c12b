//! Transactions as values, and the entries of the log that carry them.

use super::protocol::{
    CheckVersionTxn, CloseSessionTxn, CreateContainerTxn, CreateSessionTxn, CreateTtlTxn, CreateTxn, DecodeError, DeleteTxn,
    ErrorTxn, Field, MultiTxn, OpCode, Reader, Record, SetAclTxn, SetDataTxn, SubTxn, TxnDigest, TxnHeader, Writer,
};

/// What a transaction changes; its header tells `create` from `create2` and `delete` from `deleteContainer`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Txn {
    /// create and create2.
    Create(CreateTxn),
    /// createTTL.
    CreateTtl(CreateTtlTxn),
    /// createContainer.
    CreateContainer(CreateContainerTxn),
    /// delete and deleteContainer.
    Delete(DeleteTxn),
    /// setData.
    SetData(SetDataTxn),
    /// setACL.
    SetAcl(SetAclTxn),
    /// check.
    Check(CheckVersionTxn),
    /// createSession.
    CreateSession(CreateSessionTxn),
    /// closeSession; `None` from a server before 3.6, which did not list the ephemerals.
    CloseSession(Option<CloseSessionTxn>),
    /// A request that failed.
    Error(ErrorTxn),
    /// multi: each part with its operation.
    Multi(Vec<(OpCode, Txn)>),
}

/// One entry of the transaction log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// Who, when, and its number.
    pub header: TxnHeader,
    /// What it changes.
    pub txn: Txn,
    /// The digest of the tree after it; errors have none.
    pub digest: Option<TxnDigest>,
}

impl Txn {
    pub(super) fn encode(&self, writer: &mut Writer) {
        match self {
            Self::Create(txn) => txn.encode(writer),
            Self::CreateTtl(txn) => txn.encode(writer),
            Self::CreateContainer(txn) => txn.encode(writer),
            Self::Delete(txn) => txn.encode(writer),
            Self::SetData(txn) => txn.encode(writer),
            Self::SetAcl(txn) => txn.encode(writer),
            Self::Check(txn) => txn.encode(writer),
            Self::CreateSession(txn) => txn.encode(writer),
            Self::CloseSession(txn) => {
                if let Some(txn) = txn {
                    txn.encode(writer);
                }
            }
            Self::Error(txn) => txn.encode(writer),
            Self::Multi(parts) => {
                let parts = parts.iter().map(|(op, txn)| {
                    let mut data = Writer::new();
                    txn.encode(&mut data);
                    SubTxn { txn_type: op.code(), data: Some(data.into_bytes().into()) }
                });
                MultiTxn { txns: parts.collect() }.encode(writer);
            }
        }
    }

    fn decode(op: OpCode, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match op {
            OpCode::Create | OpCode::Create2 => Self::Create(decode_create(reader)?),
            OpCode::CreateTtl => Self::CreateTtl(reader.read()?),
            OpCode::CreateContainer => Self::CreateContainer(reader.read()?),
            OpCode::Delete | OpCode::DeleteContainer => Self::Delete(reader.read()?),
            OpCode::SetData | OpCode::Reconfig => Self::SetData(reader.read()?),
            OpCode::SetAcl => Self::SetAcl(reader.read()?),
            OpCode::Check => Self::Check(reader.read()?),
            OpCode::CreateSession => Self::CreateSession(reader.read()?),
            OpCode::CloseSession if reader.remaining() == 0 => Self::CloseSession(None),
            OpCode::CloseSession => Self::CloseSession(Some(reader.read()?)),
            OpCode::Error => Self::Error(reader.read()?),
            OpCode::Multi => {
                let parts = reader.read::<MultiTxn>()?.txns.into_iter().map(|part| {
                    let op = operation(part.txn_type)?;
                    // a multi inside a multi is none that ZooKeeper writes
                    if op == OpCode::Multi {
                        return Err(DecodeError::Value { what: "operation in a multi", found: part.txn_type });
                    }
                    Ok((op, Self::decode(op, &mut Reader::new(&part.data.unwrap_or_default()))?))
                });
                Self::Multi(parts.collect::<Result<_, _>>()?)
            }
            _ => return Err(DecodeError::Value { what: "type of a transaction", found: op.code() }),
        })
    }
}

fn operation(code: i32) -> Result<OpCode, DecodeError> {
    OpCode::from_code(code).ok_or(DecodeError::Value { what: "type of a transaction", found: code })
}

/// The form before 3.4 ends before the parent's version, which -1 then stands for.
fn decode_create(reader: &mut Reader<'_>) -> Result<CreateTxn, DecodeError> {
    let (path, data, acl, ephemeral) = (reader.read()?, reader.read()?, reader.read()?, reader.read()?);
    let parent_cversion = if reader.remaining() == 0 { -1 } else { reader.read()? };
    Ok(CreateTxn { path, data, acl, ephemeral, parent_cversion })
}

impl Field for LogEntry {
    fn encode(&self, writer: &mut Writer) {
        writer.write(&self.header);
        self.txn.encode(writer);
        if let Some(digest) = &self.digest {
            writer.write(digest);
        }
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let header: TxnHeader = reader.read()?;
        let txn = Txn::decode(operation(header.txn_type)?, reader)?;
        let digest = if reader.remaining() == 0 { None } else { Some(reader.read()?) };
        Ok(Self { header, txn, digest })
    }
}
impl Record for LogEntry {}
