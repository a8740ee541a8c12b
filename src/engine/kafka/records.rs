//! The records inside a batch of format 2 (`DefaultRecord`): read and written without copying keys and values. A broker looks inside
//! only where it must: a timestamp is sought, a compacted topic needs keys, a topic demands another codec.

use super::batch::{BatchError, BatchHeader, HEADER_BYTES};
use super::compression::{PackError, unpack};
use super::varint;

/// Why the records of a batch cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum RecordsError {
    /// The header does not hold.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// They cannot be packed or unpacked.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// A record does not hold together.
    #[error("record {index} of the batch is malformed")]
    Malformed {
        /// Which record, from 0.
        index: i32,
    },
    /// The header's count is not the number of records.
    #[error("the batch claims {claimed} records and has another number of them")]
    Count {
        /// What the header says.
        claimed: i32,
    },
    /// No records, or more than a batch has room for.
    #[error("{count} records do not make a batch")]
    Unfit {
        /// How many there are.
        count: usize,
    },
}

/// One record; offsets and times are relative to its batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the protocol's documentation")]
pub struct Record<'a> {
    pub offset_delta: i32,
    pub timestamp_delta: i64,
    pub key: Option<&'a [u8]>,
    pub value: Option<&'a [u8]>,
    pub headers: RecordHeaders<'a>,
}

/// The headers of a record, in order: keys and values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordHeaders<'a> {
    left: i32,
    rest: &'a [u8],
}

impl<'a> RecordHeaders<'a> {
    /// None.
    pub const NONE: Self = Self { left: 0, rest: &[] };
}

impl<'a> Iterator for RecordHeaders<'a> {
    type Item = (&'a [u8], Option<&'a [u8]>);

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1).filter(|left| *left >= 0)?;
        let key = read_nullable(&mut self.rest)??; // never null
        Some((key, read_nullable(&mut self.rest)?))
    }
}

/// Calls `visit` with each record of `batch` (header and records, as it lies in a log), in order, until it answers `false`.
///
/// # Errors
/// See [`RecordsError`]; records before a malformed one have been visited.
pub fn visit_records(header: &BatchHeader, batch: &[u8], mut visit: impl FnMut(Record<'_>) -> bool) -> Result<(), RecordsError> {
    let packed = batch.get(HEADER_BYTES..).unwrap_or_default();
    let unpacked = unpack(header.compression()?, packed)?;
    let mut rest: &[u8] = &unpacked;
    for index in 0..header.count {
        let record = read_record(&mut rest).ok_or(RecordsError::Malformed { index })?;
        if !visit(record) {
            return Ok(());
        }
    }
    if rest.is_empty() { Ok(()) } else { Err(RecordsError::Count { claimed: header.count }) }
}

/// Takes a record off `rest`; `None` where it does not hold together, which Kafka's own reader of plain records finds too.
#[inline]
pub fn read_record<'a>(rest: &mut &'a [u8]) -> Option<Record<'a>> {
    let length = usize::try_from(varint::read_int(rest)?).ok()?;
    let (mut body, after) = rest.split_at_checked(length)?;
    *rest = after;
    body = body.get(1..)?; // the record's attributes, unused so far
    let timestamp_delta = varint::read_long(&mut body)?;
    let offset_delta = varint::read_int(&mut body)?;
    let key = read_nullable(&mut body)?;
    let value = read_nullable(&mut body)?;
    let left = varint::read_int(&mut body).filter(|count| *count >= 0)?;
    let headers = RecordHeaders { left, rest: body };
    for _ in 0..left {
        read_nullable(&mut body)??; // a header's key is never null
        read_nullable(&mut body)?;
    }
    body.is_empty().then_some(Record { offset_delta, timestamp_delta, key, value, headers })
}

#[inline]
fn read_nullable<'a>(rest: &mut &'a [u8]) -> Option<Option<&'a [u8]>> {
    // any length below 0 is null, as in Kafka
    let Ok(length) = usize::try_from(varint::read_int(rest)?) else { return Some(None) };
    let (bytes, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(Some(bytes))
}

/// The same records with offsets that follow on, from 0.
///
/// # Errors
/// [`RecordsError::Malformed`].
pub fn number_records(records: &[u8]) -> Result<Vec<u8>, RecordsError> {
    let mut out = Vec::with_capacity(records.len());
    let mut rest = records;
    for index in 0.. {
        if rest.is_empty() {
            break;
        }
        let malformed = || RecordsError::Malformed { index };
        let length = varint::read_int(&mut rest).and_then(|length| usize::try_from(length).ok()).ok_or_else(malformed)?;
        let (body, after) = rest.split_at_checked(length).ok_or_else(malformed)?;
        let mut behind = body.get(1..).ok_or_else(malformed)?;
        varint::read_long(&mut behind).ok_or_else(malformed)?;
        let before = &body[..body.len() - behind.len()];
        varint::read_int(&mut behind).ok_or_else(malformed)?;
        let number = i64::from(index);
        varint::put(&mut out, (before.len() + varint::size(number) + behind.len()).cast_signed() as i64);
        out.extend_from_slice(before);
        varint::put(&mut out, number);
        out.extend_from_slice(behind);
        rest = after;
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(batch: &[u8], expected: &[(i32, Option<&str>, Option<&str>)]) {
        let header = BatchHeader::check(batch).expect("Kafka wrote it");
        let mut seen = Vec::new();
        visit_records(&header, &batch[..header.size()], |record| {
            let text = |bytes: Option<&[u8]>| bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
            seen.push((record.offset_delta, text(record.key), text(record.value)));
            true
        })
        .expect("Kafka wrote it");
        let seen: Vec<_> = seen.iter().map(|(at, key, value)| (*at, key.as_deref(), value.as_deref())).collect();
        assert_eq!(seen, expected);
    }

    #[test]
    fn records_of_every_codec_that_kafka_wrote_are_read() {
        let hellos = ["1", "2", "3"].map(|n| format!("hello hello hello hello {n}"));
        let hellos: Vec<_> = hellos.iter().zip(0..).map(|(text, at)| (at, None, Some(text.as_str()))).collect();
        check(include_bytes!("../../../fixtures/log/f-gzip.log"), &hellos);
        check(include_bytes!("../../../fixtures/log/f-snappy.log"), &hellos);
        check(include_bytes!("../../../fixtures/log/f-lz4.log"), &hellos);
        check(include_bytes!("../../../fixtures/log/f-zstd.log"), &hellos);
        let plain = [(0, None, Some("one")), (1, None, Some("two")), (2, None, Some("three"))];
        check(include_bytes!("../../../fixtures/log/f-none.log"), &plain);
        check(include_bytes!("../../../fixtures/log/f-keys.log"), &[(0, Some("k1"), Some("v1")), (1, Some("k2"), None)]);
    }

    #[test]
    fn records_are_numbered_anew() {
        // two records "a" with the offset deltas 70 and 3
        let records = [&[16, 0, 0, 0x8c, 1, 1, 2, b'a', 0][..], &[14, 0, 0, 6, 1, 2, b'a', 0]].concat();
        let expected = [&[14, 0, 0, 0, 1, 2, b'a', 0][..], &[14, 0, 0, 2, 1, 2, b'a', 0]].concat();
        assert_eq!(number_records(&records).expect("whole records"), expected);
        assert!(number_records(&records[..records.len() - 1]).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut rest = &bytes[..];
            while let Some(record) = read_record(&mut rest) {
                record.headers.for_each(drop);
            }
        }
    }
}
