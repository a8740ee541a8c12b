//! Keys and values of records as the decoders show them.

use bytes::Bytes;

use super::Exception;
use crate::engine::broker::group::offsets::TopicPartition;
use crate::engine::broker::group::records::{GroupMetadataValue, Key, decode_offset};
use crate::engine::client::group::Assignment;
use crate::engine::kafka::record_set::FetchedRecord;
use crate::engine::tools::java;
use crate::engine::tools::json_lines::quote;
use crate::engine::tools::transaction_log::{Key as TransactionKey, State};

/// A key and a value, as far as they are there.
type Shown = (Option<String>, Option<String>);

/// How keys and values are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decoder {
    /// By a class each: that of keys, that of values.
    Classes(Class, Class),
    Offsets,
    Transactions,
    Metadata,
}

/// A decoder class of Kafka.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Text,
    Bytes,
    Integer,
    Long,
}

impl Class {
    fn by_name(name: &str) -> Result<Self, Exception> {
        Ok(match name {
            "kafka.serializer.StringDecoder" => Self::Text,
            "kafka.serializer.DefaultDecoder" => Self::Bytes,
            "kafka.serializer.IntegerDecoder" => Self::Integer,
            "kafka.serializer.LongDecoder" => Self::Long,
            other => return Err(Exception::new("java.lang.ClassNotFoundException", other)),
        })
    }

    fn show(self, bytes: &Bytes) -> Result<String, Exception> {
        let short = || Exception::bare("java.nio.BufferUnderflowException");
        Ok(match self {
            Self::Text => String::from_utf8_lossy(bytes).into_owned(),
            // an array shows as its type and a number that means nothing
            Self::Bytes => format!("[B@{:x}", crc32fast::hash(bytes)),
            Self::Integer => i32::from_be_bytes(*bytes.first_chunk().ok_or_else(short)?).to_string(),
            Self::Long => i64::from_be_bytes(*bytes.first_chunk().ok_or_else(short)?).to_string(),
        })
    }
}

impl Decoder {
    /// The decoders of classes; that of values is made first.
    ///
    /// # Errors
    /// The exception for a class that is not there.
    pub(super) fn of_classes(value: &str, key: &str) -> Result<Self, Exception> {
        let value = Class::by_name(value)?;
        Ok(Self::Classes(Class::by_name(key)?, value))
    }

    /// Shows a record's key and value.
    ///
    /// # Errors
    /// The exception for bytes that are not what the decoder reads.
    pub(super) fn show(self, record: &FetchedRecord) -> Result<Shown, Exception> {
        match self {
            Self::Classes(key, value) => {
                let key = record.key.as_ref().map(|bytes| key.show(bytes)).transpose()?;
                Ok((key, record.value.as_ref().map(|bytes| value.show(bytes)).transpose()?))
            }
            Self::Offsets => offsets(record),
            Self::Transactions => transactions(record),
            Self::Metadata => {
                let reason = "records of a KRaft cluster's metadata are read by Apache Kafka's own kafka-dump-log.sh";
                Ok((None, Some(format!("Error at {}, skipping. {reason}", record.offset))))
            }
        }
    }
}

fn underflow() -> Exception {
    Exception::bare("java.nio.BufferUnderflowException")
}

fn offsets(record: &FetchedRecord) -> Result<Shown, Exception> {
    let Some(key) = &record.key else {
        let text = "Failed to decode message using offset topic decoder (message had a missing key)";
        return Err(Exception::new("org.apache.kafka.common.KafkaException", text));
    };
    let deleted = || "<DELETE>".to_owned();
    Ok(match Key::decode(key.clone()).ok_or_else(underflow)? {
        Key::Unknown { version } => (Some(format!("unknown::version={version}")), None),
        Key::Offset { group, partition: TopicPartition { topic, index } } => {
            let shown = match record.value.clone().map(|value| decode_offset(value).ok_or_else(underflow)).transpose()? {
                None => deleted(),
                Some(found) if found.metadata.is_empty() => format!("offset={}", found.offset),
                Some(found) => format!("offset={},metadata={}", found.offset, found.metadata),
            };
            (Some(format!("offset_commit::group={group},partition={topic}-{index}")), Some(shown))
        }
        Key::Group { group } => {
            let value = record.value.clone().map(|value| GroupMetadataValue::decode(value).ok_or_else(underflow)).transpose()?;
            (Some(format!("group_metadata::group={group}")), Some(value.map_or_else(deleted, |value| group_value(&value))))
        }
    })
}

fn group_value(value: &GroupMetadataValue) -> String {
    let is_consumer = value.protocol_type == "consumer";
    let mut members: Vec<(String, String)> = value
        .members
        .iter()
        .map(|member| {
            let assigned = match is_consumer.then(|| Assignment::decode(member.assignment.clone())).flatten() {
                Some(assignment) => {
                    let partitions = assignment
                        .partitions
                        .iter()
                        .flat_map(|topic| topic.partitions.iter().map(move |partition| format!("{}-{partition}", topic.topic)));
                    let listed = format!("[{}]", partitions.collect::<Vec<_>>().join(", "));
                    match assignment.user_data.as_deref().map(hex).filter(|data| !data.is_empty()) {
                        Some(data) => format!("{listed}:{data}"),
                        None => listed,
                    }
                }
                None => hex(&member.assignment),
            };
            (member.id.clone(), assigned)
        })
        .collect();
    java::sort_as_scala_map(&mut members, |(id, _)| java::string_hash(id));
    let members: Vec<String> = members.into_iter().map(|(id, assigned)| format!("{id}={assigned}")).collect();
    format!(
        "{{\"protocolType\":{},\"protocol\":{},\"generationId\":{},\"assignment\":{}}}",
        quote(&value.protocol_type),
        value.protocol.as_deref().map_or_else(|| "null".to_owned(), quote),
        value.generation,
        quote(&format!("{{{}}}", members.join(",")))
    )
}

/// A large number in hexadecimal, so without zeros before it.
fn hex(bytes: &[u8]) -> String {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    match digits.trim_start_matches('0') {
        "" if !bytes.is_empty() => "0".to_owned(),
        digits => digits.to_owned(),
    }
}

fn transactions(record: &FetchedRecord) -> Result<Shown, Exception> {
    let key = record.key.clone().ok_or_else(|| Exception::bare("java.lang.NullPointerException"))?;
    let id = match TransactionKey::read(key)? {
        TransactionKey::Unknown(version) => return Ok((Some(format!("unknown::version={version}")), None)),
        TransactionKey::Id(id) => id,
    };
    let shown = match record.value.clone() {
        None => "<DELETE>".to_owned(),
        Some(value) => {
            let State { producer_id, epoch, timeout_ms, name, partitions, updated, .. } = State::read(value)?;
            format!(
                "producerId:{producer_id},producerEpoch:{epoch},state={name},partitions=[{}],txnLastUpdateTimestamp={updated},\
                 txnTimeoutMs={timeout_ms}",
                partitions.join(",")
            )
        }
    };
    Ok((Some(format!("transaction_metadata::transactionalId={id}")), Some(shown)))
}
