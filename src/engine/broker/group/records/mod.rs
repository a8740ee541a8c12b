//! The records of `__consumer_offsets`: keys and values as Kafka writes them (`OffsetCommitKey`, `OffsetCommitValue`,
//! `GroupMetadataKey`, `GroupMetadataValue`).

mod batch;
mod read;

use bytes::{BufMut, Bytes, BytesMut};

pub use batch::{Decoded, ReadError, StoredRecord, decode_batches, encode_batch};

use super::offsets::{CommittedOffset, TopicPartition};
use read::Reader;

/// Version of the value of an offset commit that carries no expiry.
const OFFSET_VALUE_VERSION: i16 = 3;
/// Version of the value of an offset commit that says when it expires.
const OFFSET_VALUE_WITH_EXPIRY_VERSION: i16 = 1;
const OFFSET_KEY_VERSION: i16 = 1;
const GROUP_KEY_VERSION: i16 = 2;
const GROUP_VALUE_VERSION: i16 = 3;
/// More members than a record of this many cannot be meant.
const MAX_MEMBERS: usize = 1_000_000;

/// The key of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// A committed offset.
    Offset {
        /// The group's id.
        group: String,
        /// The partition.
        partition: TopicPartition,
    },
    /// A group's members.
    Group {
        /// The group's id.
        group: String,
    },
    /// Written by a broker of another time; it is passed over.
    Unknown {
        /// The version that it starts with.
        version: i16,
    },
}

/// The value of a group's record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupMetadataValue {
    /// The protocol type; empty where there is none.
    pub protocol_type: String,
    /// The generation.
    pub generation: i32,
    /// The protocol that was chosen.
    pub protocol: Option<String>,
    /// The leader's member id.
    pub leader: Option<String>,
    /// When the state was entered, in milliseconds since 1970 (version 2 and later).
    pub state_since: Option<i64>,
    /// The members.
    pub members: Vec<StoredMember>,
}

/// A member in a group's record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredMember {
    /// Its id.
    pub id: String,
    /// Its `group.instance.id` (version 3 and later).
    pub instance_id: Option<String>,
    /// The client's `client.id`.
    pub client_id: String,
    /// The client's address.
    pub client_host: String,
    /// In milliseconds; before version 1 the session timeout.
    pub rebalance_timeout: i32,
    /// In milliseconds.
    pub session_timeout: i32,
    /// Its metadata for the protocol that was chosen.
    pub subscription: Bytes,
    /// Its part.
    pub assignment: Bytes,
}

impl Key {
    /// The key's bytes; those of an unknown one are its version.
    pub fn encode(&self) -> Bytes {
        let mut out = BytesMut::new();
        match self {
            Self::Offset { group, partition } => {
                out.put_i16(OFFSET_KEY_VERSION);
                put_string(&mut out, group);
                put_string(&mut out, &partition.topic);
                out.put_i32(partition.index);
            }
            Self::Group { group } => {
                out.put_i16(GROUP_KEY_VERSION);
                put_string(&mut out, group);
            }
            Self::Unknown { version } => out.put_i16(*version),
        }
        out.freeze()
    }

    /// Reads a key; `None` where the bytes end too early or lengths are wrong.
    pub fn decode(bytes: Bytes) -> Option<Self> {
        let mut from = Reader(bytes);
        Some(match from.i16()? {
            0 | 1 => {
                let group = from.string()?;
                Self::Offset { group, partition: TopicPartition { topic: from.string()?, index: from.i32()? } }
            }
            2 => Self::Group { group: from.string()? },
            version => Self::Unknown { version },
        })
    }
}

/// The value of an offset's record.
pub fn encode_offset(committed: &CommittedOffset) -> Bytes {
    let mut out = BytesMut::new();
    match committed.expires_at {
        Some(expires_at) => {
            out.put_i16(OFFSET_VALUE_WITH_EXPIRY_VERSION);
            out.put_i64(committed.offset);
            put_string(&mut out, &committed.metadata);
            out.put_i64(committed.committed_at);
            out.put_i64(expires_at);
        }
        None => {
            out.put_i16(OFFSET_VALUE_VERSION);
            out.put_i64(committed.offset);
            out.put_i32(committed.leader_epoch);
            put_string(&mut out, &committed.metadata);
            out.put_i64(committed.committed_at);
        }
    }
    out.freeze()
}

/// Reads the value of an offset's record, versions 0 to 3.
pub fn decode_offset(bytes: Bytes) -> Option<CommittedOffset> {
    let mut from = Reader(bytes);
    let version = from.i16().filter(|version| (0..=3).contains(version))?;
    Some(CommittedOffset {
        offset: from.i64()?,
        leader_epoch: if version >= 3 { from.i32()? } else { -1 },
        metadata: from.string()?,
        committed_at: from.i64()?,
        // -1: the broker's retention counts
        expires_at: if version == 1 { Some(from.i64()?).filter(|moment| *moment != -1) } else { None },
    })
}

impl GroupMetadataValue {
    /// The value's bytes.
    pub fn encode(&self) -> Bytes {
        let mut out = BytesMut::new();
        out.put_i16(GROUP_VALUE_VERSION);
        put_string(&mut out, &self.protocol_type);
        out.put_i32(self.generation);
        put_nullable(&mut out, self.protocol.as_deref());
        put_nullable(&mut out, self.leader.as_deref());
        out.put_i64(self.state_since.unwrap_or(-1));
        put_length(&mut out, self.members.len());
        for member in &self.members {
            put_string(&mut out, &member.id);
            put_nullable(&mut out, member.instance_id.as_deref());
            put_string(&mut out, &member.client_id);
            put_string(&mut out, &member.client_host);
            out.put_i32(member.rebalance_timeout);
            out.put_i32(member.session_timeout);
            for bytes in [&member.subscription, &member.assignment] {
                put_length(&mut out, bytes.len());
                out.extend_from_slice(bytes);
            }
        }
        out.freeze()
    }

    /// Reads a value, versions 0 to 3.
    pub fn decode(bytes: Bytes) -> Option<Self> {
        let mut from = Reader(bytes);
        let version = from.i16().filter(|version| (0..=3).contains(version))?;
        let mut value = Self {
            protocol_type: from.string()?,
            generation: from.i32()?,
            protocol: from.nullable()?,
            leader: from.nullable()?,
            state_since: if version >= 2 { Some(from.i64()?).filter(|moment| *moment != -1) } else { None },
            members: Vec::new(),
        };
        let count = usize::try_from(from.i32()?).ok().filter(|count| *count <= MAX_MEMBERS)?;
        for _ in 0..count {
            value.members.push(Self::decode_member(&mut from, version)?);
        }
        Some(value)
    }

    fn decode_member(from: &mut Reader, version: i16) -> Option<StoredMember> {
        let id = from.string()?;
        let instance_id = if version >= 3 { from.nullable()? } else { None };
        let (client_id, client_host) = (from.string()?, from.string()?);
        let first = from.i32()?;
        let (rebalance_timeout, session_timeout) = if version >= 1 { (first, from.i32()?) } else { (first, first) };
        let (subscription, assignment) = (from.bytes()?, from.bytes()?);
        Some(StoredMember {
            id,
            instance_id,
            client_id,
            client_host,
            rebalance_timeout,
            session_timeout,
            subscription,
            assignment,
        })
    }
}

/// The topics of a consumer's subscription (`ConsumerProtocolSubscription`, any version); `None` where it cannot be read.
pub fn subscribed_topics(subscription: Bytes) -> Option<Vec<String>> {
    let mut from = Reader(subscription);
    from.i16().filter(|version| *version >= 0)?;
    let count = usize::try_from(from.i32()?).ok()?;
    let mut topics = Vec::new();
    // every topic takes two bytes at least, so a count beyond the bytes ends early
    for _ in 0..count {
        topics.push(from.string()?);
    }
    Some(topics)
}

fn put_string(out: &mut BytesMut, text: &str) {
    // ids and metadata came in over the wire as strings of that size, or were checked against a smaller limit
    out.put_i16(i16::try_from(text.len()).unwrap_or(i16::MAX));
    out.extend_from_slice(&text.as_bytes()[..text.len().min(i16::MAX as usize)]);
}

fn put_nullable(out: &mut BytesMut, text: Option<&str>) {
    match text {
        Some(text) => put_string(out, text),
        None => out.put_i16(-1),
    }
}

fn put_length(out: &mut BytesMut, length: usize) {
    // a frame of the protocol is shorter than that
    out.put_i32(i32::try_from(length).unwrap_or(i32::MAX));
}

#[cfg(test)]
mod tests;
