//! What must hold of each record that a producer sends: times within the topic's limits, keys where the topic is compacted, and that
//! the records are there that the batch claims.

use kafka_protocol::ResponseError;

use super::super::log::TimestampType;
use super::partition::AppendError;
use super::validation::Target;
use crate::engine::kafka::batch::{BatchHeader, Compression, NO_TIMESTAMP};
use crate::engine::kafka::record_walk::{RecordShape, WalkError, walk_records};

/// How many records at fault are named in an answer; Kafka names them all, which a hostile batch makes long.
const NAMED_ERRORS: usize = 10_000;
/// How many are named in the message of the batch.
const NAMED_IN_MESSAGE: usize = 3;

/// What a look at the records gives.
pub(super) struct Looked {
    /// The largest time of a record; -1 without one.
    pub max_timestamp: i64,
    /// The first record that has it, counted from 0.
    pub newest: i32,
    /// Whether their offsets follow on.
    pub in_order: bool,
    /// Whether one has a time before 1970.
    pub has_negative_time: bool,
}

/// Looks at each record of a batch whose header is right.
pub(super) fn look(header: &BatchHeader, batch: &[u8], target: Target<'_>, now: i64) -> Result<Looked, AppendError> {
    let rules = Rules { header, target, now };
    let mut looked = Looked { max_timestamp: NO_TIMESTAMP, newest: 0, in_order: true, has_negative_time: false };
    let mut errors = Errors::default();
    let mut index = 0;
    let walked = walk_records(header, batch, |record| {
        if let Some(error) = rules.fault(&record) {
            errors.add(index, error);
        }
        let time = rules.time(&record);
        if time > looked.max_timestamp {
            (looked.max_timestamp, looked.newest) = (time, index);
        }
        looked.has_negative_time |= time < NO_TIMESTAMP;
        looked.in_order &= record.offset_delta == index;
        index += 1;
    });
    walked.map_err(|error| {
        let code = match error {
            WalkError::Malformed(_) => ResponseError::InvalidRecord,
            WalkError::Unreadable => ResponseError::UnknownServerError,
            WalkError::TooLarge => ResponseError::MessageTooLarge,
        };
        AppendError::new(code, error.to_string())
    })?;
    errors.result().map(|()| looked)
}

/// What is wrong with a record.
enum Fault {
    /// Its time, with Kafka's words.
    Time(String),
    /// Another thing, with Kafka's words.
    Record(String),
}

struct Rules<'a> {
    header: &'a BatchHeader,
    target: Target<'a>,
    now: i64,
}

impl Rules<'_> {
    /// The record's time; in a batch that says its times are the broker's, the batch's.
    fn time(&self, record: &RecordShape) -> i64 {
        if self.header.has_append_time() {
            self.header.max_timestamp
        } else {
            self.header.base_timestamp.wrapping_add(record.timestamp_delta)
        }
    }

    #[inline]
    fn fault(&self, record: &RecordShape) -> Option<Fault> {
        let config = self.target.config;
        let is_nameless = config.compact && record.key_bytes < 0;
        let is_in_time = if config.timestamp_type == TimestampType::CreateTime {
            let time = self.time(record);
            let age = self.now.wrapping_sub(time);
            let (before, after) = (config.timestamp_before_max_ms, config.timestamp_after_max_ms);
            time != NO_TIMESTAMP && age <= before && age.wrapping_neg() <= after
        } else {
            !self.header.has_append_time()
        };
        if is_in_time && !is_nameless { None } else { self.named_fault(record) }
    }

    /// As [`Rules::fault`], of a record that is not plainly right.
    #[cold]
    fn named_fault(&self, record: &RecordShape) -> Option<Fault> {
        let config = self.target.config;
        if config.compact && record.key_bytes < 0 {
            let place = self.target.place;
            return Some(Fault::Record(format!("Compacted topic cannot accept message without key in topic partition {place}")));
        }
        let time = self.time(record);
        if config.timestamp_type == TimestampType::CreateTime && time != NO_TIMESTAMP {
            let (before, after) = (config.timestamp_before_max_ms, config.timestamp_after_max_ms);
            let age = self.now.wrapping_sub(time);
            if age > before || age.wrapping_neg() > after {
                let offset = self.header.base_offset + i64::from(record.offset_delta);
                let (from, to) = (self.now.wrapping_sub(before), self.now.wrapping_add(after));
                return Some(Fault::Time(format!(
                    "Timestamp {time} of message with offset {offset} is out of range. The timestamp should be within [{from}, {to}]"
                )));
            }
        } else if self.header.has_append_time() {
            return Some(Fault::Time(format!(
                "Invalid timestamp type in message {}. Producer should not set timestamp type to LogAppendTime.",
                self.shown(record)
            )));
        }
        None
    }

    /// The record as Java prints it: of packed ones that stay so only a part was read.
    fn shown(&self, record: &RecordShape) -> String {
        let found = self.header.compression();
        let stays =
            self.target.config.compression.of_batch(found.unwrap_or(Compression::None)) == found.unwrap_or(Compression::None);
        let packed = found != Ok(Compression::None) && stays;
        let size = |bytes: i32| if packed { bytes } else { bytes.max(0) };
        format!(
            "{}(offset={}, timestamp={}, key={} bytes, value={} bytes)",
            if packed { "PartialDefaultRecord" } else { "DefaultRecord" },
            self.header.base_offset + i64::from(record.offset_delta),
            self.time(record),
            size(record.key_bytes),
            size(record.value_bytes)
        )
    }
}

#[derive(Default)]
struct Errors {
    named: Vec<(i32, String)>,
    count: usize,
    of_time: bool,
}

impl Errors {
    fn add(&mut self, index: i32, fault: Fault) {
        self.count += 1;
        let (Fault::Time(message) | Fault::Record(message)) = &fault;
        if self.named.len() < NAMED_ERRORS {
            self.named.push((index, message.clone()));
        }
        self.of_time |= matches!(fault, Fault::Time(_));
    }

    fn result(self) -> Result<(), AppendError> {
        if self.named.is_empty() {
            return Ok(());
        }
        if self.of_time {
            let message = "One or more records have been rejected due to invalid timestamp".to_owned();
            return Err(AppendError { records: self.named, ..AppendError::new(ResponseError::InvalidTimestamp, message) });
        }
        let shown = self.named.iter().take(NAMED_IN_MESSAGE);
        let shown = shown.map(|(index, message)| format!("RecordError(batchIndex={index}, message='{message}')"));
        let message = format!(
            "One or more records have been rejected due to {} record errors in total, and only showing the first three errors at \
             most: [{}]",
            self.count,
            shown.collect::<Vec<_>>().join(", ")
        );
        Err(AppendError { records: self.named, ..AppendError::new(ResponseError::InvalidRecord, message) })
    }
}
