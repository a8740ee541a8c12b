//! Records as the console consumer writes them out (`DefaultMessageFormatter`).

use bytes::Bytes;

use super::{Exception, internal_topics, java};
use crate::engine::client::consumer::ConsumerRecord;

/// How the bytes of a key, a value or a header are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deserializer {
    Bytes,
    Short,
    Integer,
    Long,
    Float,
    Double,
}

impl Deserializer {
    fn by_class(class: &str) -> Result<Self, Exception> {
        let name =
            class.strip_prefix("org.apache.kafka.common.serialization.").and_then(|name| name.strip_suffix("Deserializer"));
        Ok(match name {
            Some("String" | "ByteArray" | "Bytes" | "ByteBuffer") => Self::Bytes,
            Some("Short") => Self::Short,
            Some("Integer") => Self::Integer,
            Some("Long") => Self::Long,
            Some("Float") => Self::Float,
            Some("Double") => Self::Double,
            _ => return Err(Exception::new("java.lang.ClassNotFoundException", class)),
        })
    }

    fn show(self, bytes: &[u8]) -> Result<Vec<u8>, Exception> {
        let wrong = |type_name: &str, size: usize| {
            let text = format!("Size of data received by {type_name}Deserializer is not {size}");
            Exception::new("org.apache.kafka.common.errors.SerializationException", text)
        };
        let text = match self {
            Self::Bytes => return Ok(bytes.to_vec()),
            Self::Short => i16::from_be_bytes(bytes.try_into().map_err(|_| wrong("Short", 2))?).to_string(),
            Self::Integer => i32::from_be_bytes(bytes.try_into().map_err(|_| wrong("Integer", 4))?).to_string(),
            Self::Long => i64::from_be_bytes(bytes.try_into().map_err(|_| wrong("Long", 8))?).to_string(),
            Self::Float => java::float(f32::from_be_bytes(bytes.try_into().map_err(|_| wrong("Float", 4))?)),
            Self::Double => java::double(f64::from_be_bytes(bytes.try_into().map_err(|_| wrong("Double", 8))?)),
        };
        Ok(text.into_bytes())
    }
}

/// A class of formatters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    /// `DefaultMessageFormatter`; `LoggingMessageFormatter` writes the same, and logs below what tools show.
    Default,
    /// `NoOpMessageFormatter`.
    Silent,
    /// `GroupMetadataManager.OffsetsMessageFormatter`: commits in `__consumer_offsets`.
    Offsets,
    /// `GroupMetadataManager.GroupMetadataMessageFormatter`: groups in `__consumer_offsets`.
    Groups,
    /// `TransactionLog.TransactionLogMessageFormatter`: transactional ids in `__transaction_state`.
    Transactions,
}

impl Class {
    fn by_name(name: &str) -> Result<Self, Exception> {
        Ok(match name {
            "kafka.tools.DefaultMessageFormatter" | "kafka.tools.LoggingMessageFormatter" => Self::Default,
            "kafka.tools.NoOpMessageFormatter" => Self::Silent,
            "kafka.coordinator.group.GroupMetadataManager$OffsetsMessageFormatter" => Self::Offsets,
            "kafka.coordinator.group.GroupMetadataManager$GroupMetadataMessageFormatter" => Self::Groups,
            "kafka.coordinator.transaction.TransactionLog$TransactionLogMessageFormatter" => Self::Transactions,
            other => return Err(Exception::new("java.lang.ClassNotFoundException", other)),
        })
    }
}

/// What shows a record of an internal topic: its key and its value.
type Internal = fn(Bytes, Option<Bytes>) -> Result<String, Exception>;

/// What of a record is written, and what stands between.
#[derive(Clone, Debug)]
pub(super) struct Formatter {
    class: Class,
    timestamp: bool,
    partition: bool,
    offset: bool,
    headers: bool,
    key: bool,
    value: bool,
    key_separator: String,
    line_separator: String,
    headers_separator: String,
    null_literal: String,
    deserializers: [Deserializer; 3],
}

impl Formatter {
    /// A formatter of a class, with `--property` values, the last of each name.
    ///
    /// # Errors
    /// The exception for a class that is not there.
    pub(super) fn new(class: &str, properties: &[(String, String)]) -> Result<Self, Exception> {
        let class = Class::by_name(class)?;
        let get = |name: &str| properties.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let flag = |name: &str, default| get(name).map_or(default, |value| value.trim().eq_ignore_ascii_case("true"));
        let text = |name: &str, default: &str| get(name).unwrap_or(default).to_owned();
        let deserializer =
            |name: &str| get(name).filter(|class| !class.is_empty()).map_or(Ok(Deserializer::Bytes), Deserializer::by_class);
        Ok(Self {
            class,
            timestamp: flag("print.timestamp", false),
            partition: flag("print.partition", false),
            offset: flag("print.offset", false),
            headers: flag("print.headers", false),
            key: flag("print.key", false),
            value: flag("print.value", true),
            key_separator: text("key.separator", "\t"),
            line_separator: text("line.separator", "\n"),
            headers_separator: text("headers.separator", ","),
            null_literal: text("null.literal", "null"),
            deserializers: [
                deserializer("key.deserializer")?,
                deserializer("value.deserializer")?,
                deserializer("headers.deserializer")?,
            ],
        })
    }

    /// Adds a record to `out`.
    ///
    /// # Errors
    /// The exception of bytes that a deserializer cannot read.
    pub(super) fn write(&self, out: &mut Vec<u8>, record: &ConsumerRecord) -> Result<(), Exception> {
        let found = &record.record;
        let internal: Option<Internal> = match self.class {
            Class::Default => None,
            Class::Silent => return Ok(()),
            Class::Offsets => Some(internal_topics::offset_commit),
            Class::Groups => Some(internal_topics::group_metadata),
            Class::Transactions => Some(internal_topics::transaction),
        };
        if let Some(show) = internal {
            if let Some(key) = &found.key {
                out.extend(show(key.clone(), found.value.clone())?.into_bytes());
            }
            return Ok(());
        }
        let [of_key, of_value, of_headers] = self.deserializers;
        let show = |bytes: Option<&[u8]>, deserializer: Deserializer| match bytes {
            Some(bytes) => deserializer.show(bytes),
            None => Ok(self.null_literal.clone().into_bytes()),
        };
        let mut columns: Vec<Vec<u8>> = Vec::new();
        if self.timestamp {
            let kind = if found.log_append_time { "LogAppendTime" } else { "CreateTime" };
            columns.push(format!("{kind}:{}", found.timestamp).into_bytes());
        }
        if self.partition {
            columns.push(format!("Partition:{}", record.partition).into_bytes());
        }
        if self.offset {
            columns.push(format!("Offset:{}", found.offset).into_bytes());
        }
        if self.headers {
            let mut headers = Vec::new();
            for header in &found.headers {
                let mut text = format!("{}:", header.key).into_bytes();
                text.extend(show(header.value.as_deref(), of_headers)?);
                headers.push(text);
            }
            let none = headers.is_empty().then(|| b"NO_HEADERS".to_vec());
            columns.push(none.unwrap_or_else(|| headers.join(self.headers_separator.as_bytes())));
        }
        if self.key {
            columns.push(show(found.key.as_deref(), of_key)?);
        }
        if self.value {
            columns.push(show(found.value.as_deref(), of_value)?);
        }
        if !columns.is_empty() {
            out.extend(columns.join(self.key_separator.as_bytes()));
            out.extend(self.line_separator.as_bytes());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::kafka::record_set::{FetchedRecord, Header};

    fn check(properties: &[(&str, &str)], expected: &str) {
        let header = |key: &str, value| Header { key: key.to_owned(), value: Some(Bytes::from_static(value)) };
        let record = FetchedRecord {
            offset: 3,
            timestamp: 17,
            log_append_time: false,
            key: None,
            value: Some(Bytes::from_static(b"v")),
            headers: vec![header("h1", b"x"), header("h2", b"y")],
        };
        let record = ConsumerRecord { topic: "t".to_owned(), partition: 1, record };
        let properties: Vec<_> = properties.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let mut out = Vec::new();
        let done = Formatter::new("kafka.tools.DefaultMessageFormatter", &properties).and_then(|f| f.write(&mut out, &record));
        let found = done.map_or_else(|error| error.to_string(), |()| String::from_utf8_lossy(&out).into_owned());
        assert_eq!(found, expected, "{properties:?}");
    }

    #[test]
    fn columns_come_in_kafkas_order() {
        check(&[], "v\n");
        check(&[("print.keys", "true")], "v\n");
        let all = ["print.key", "print.headers", "print.offset", "print.partition", "print.timestamp"].map(|name| (name, "true"));
        check(&all, "CreateTime:17\tPartition:1\tOffset:3\th1:x,h2:y\tnull\tv\n");
        check(&[("print.key", "true"), ("print.value", "false"), ("null.literal", "-")], "-\n");
        check(&[("print.key", "true"), ("key.separator", " => "), ("line.separator", ";")], "null => v;");
        check(
            &[("value.deserializer", "org.apache.kafka.common.serialization.LongDeserializer")],
            "org.apache.kafka.common.errors.SerializationException: Size of data received by LongDeserializer is not 8",
        );
        check(&[("value.deserializer", "x.Y")], "java.lang.ClassNotFoundException: x.Y");
    }
}
