//! Records of `__transaction_state` (`TransactionLog`): what their keys and values hold.

use bytes::{Buf, Bytes};

use super::{Exception, java};

/// The names of a transaction's states, by number.
const STATES: [&str; 8] =
    ["Empty", "Ongoing", "PrepareCommit", "PrepareAbort", "CompleteCommit", "CompleteAbort", "Dead", "PrepareEpochFence"];
/// More partitions than a transaction of this many cannot be meant.
const MAX_PARTITIONS: usize = 1_000_000;

/// Whose record it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// A transactional id's.
    Id(String),
    /// That of a version that 3.6 does not know.
    Unknown(i16),
}

/// What is known of a transactional id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State {
    /// The producer's id.
    pub(super) producer_id: i64,
    /// The producer's epoch.
    pub(super) epoch: i16,
    /// `transaction.timeout.ms`.
    pub(super) timeout_ms: i32,
    /// The name of the state.
    pub(super) name: &'static str,
    /// The partitions that were written to, as Scala's set shows them.
    pub(super) partitions: Vec<String>,
    /// When the transaction began, in ms; -1 where none has.
    pub(super) started: i64,
    /// When that was written, in ms.
    pub(super) updated: i64,
}

impl Key {
    /// Reads a key.
    ///
    /// # Errors
    /// The exception for bytes that are none.
    pub(super) fn read(mut key: Bytes) -> Result<Self, Exception> {
        match key.try_get_i16().map_err(|_| underflow())? {
            0 => text(&mut key).map(Self::Id).ok_or_else(underflow),
            version => Ok(Self::Unknown(version)),
        }
    }
}

impl State {
    /// Reads a value.
    ///
    /// # Errors
    /// The exception for bytes that are none.
    pub(super) fn read(mut value: Bytes) -> Result<Self, Exception> {
        let illegal = |text: String| Exception::new("java.lang.IllegalStateException", text);
        let version = value.try_get_i16().map_err(|_| underflow())?;
        if version != 0 {
            return Err(illegal(format!("Unknown version {version} from the transaction log message value")));
        }
        let producer_id = value.try_get_i64().map_err(|_| underflow())?;
        let epoch = value.try_get_i16().map_err(|_| underflow())?;
        let timeout_ms = value.try_get_i32().map_err(|_| underflow())?;
        let number = value.try_get_i8().map_err(|_| underflow())?;
        let partitions = partitions(&mut value).ok_or_else(underflow)?;
        let updated = value.try_get_i64().map_err(|_| underflow())?;
        let started = value.try_get_i64().unwrap_or(-1);
        let name = usize::try_from(number).ok().and_then(|number| STATES.get(number));
        let name =
            name.ok_or_else(|| illegal(format!("Unknown transaction state id {number} from the transaction status message")))?;
        let mut partitions = if number == 0 { Vec::new() } else { partitions };
        java::sort_as_scala_map(&mut partitions, |(topic, index): &(String, i32)| {
            // TopicPartition.hashCode
            31_u32.wrapping_mul(31_u32.wrapping_add(index.cast_unsigned())).wrapping_add(java::string_hash(topic))
        });
        let partitions = partitions.iter().map(|(topic, index)| format!("{topic}-{index}")).collect();
        Ok(Self { producer_id, epoch, timeout_ms, name, partitions, started, updated })
    }
}

fn underflow() -> Exception {
    Exception::bare("java.nio.BufferUnderflowException")
}

fn text(bytes: &mut Bytes) -> Option<String> {
    let length = usize::try_from(bytes.try_get_i16().ok()?).ok()?;
    (length <= bytes.len()).then(|| String::from_utf8_lossy(&bytes.split_to(length)).into_owned())
}

fn partitions(value: &mut Bytes) -> Option<Vec<(String, i32)>> {
    let mut partitions = Vec::new();
    // -1 for none
    let topics = value.try_get_i32().ok()?.max(0);
    for _ in 0..topics {
        let topic = text(value)?;
        for _ in 0..value.try_get_i32().ok()? {
            partitions.push((topic.clone(), value.try_get_i32().ok()?));
            if partitions.len() > MAX_PARTITIONS {
                return None;
            }
        }
    }
    Some(partitions)
}
