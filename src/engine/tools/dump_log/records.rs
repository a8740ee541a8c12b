//! `.log` files: a line for each batch, and where asked for one for each record.

use super::file::{Log, Named, Raw};
use super::options::Line;
use super::payload::Decoder;
use super::{Exception, Report};
use crate::engine::kafka::batch::{BatchHeader, Compression, add_sequence};
use crate::engine::kafka::record_set::{FetchedRecord, decode_unchecked};

/// Where the records of an old batch say how they are compressed.
const OLD_ATTRIBUTES_AT: usize = 17;

pub(super) fn dump(file: &Named, line: &Line, report: &mut Report) -> Result<(), Exception> {
    // what the line says wrongly of these shows here and no sooner
    let decoder = if line.deep { Some(line.decoder()?) } else { None };
    let max_bytes = line.max_bytes.clone()?;
    heading(file, report)?;
    let log = file.open_log()?;
    let end = log.end_of(0, max_bytes)?;
    let mut last_offset = -1;
    let mut position = 0;
    while let Some(batch) = log.batch(position, end)? {
        report.line(&batch_line(&batch));
        position = batch.position + batch.bytes.len() as u64;
        let Some(decoder) = &decoder else { continue };
        let records = records_of(&batch)?;
        for record in &records {
            if last_offset != -1 && record.offset != last_offset + 1 {
                report.gaps.add(&file.absolute(), (last_offset, record.offset));
            }
            last_offset = record.offset;
            let text = record_line(&batch, record, line, decoder);
            // what came before an exception stays on the line
            report.text(&text.text);
            if let Some(exception) = text.failed {
                return Err(exception);
            }
            report.text("\n");
        }
    }
    let trailing = end - position;
    if trailing > 0 && max_bytes == i32::MAX {
        report.line(&format!("Found {trailing} invalid bytes at the end of {}", file.name()));
    }
    Ok(())
}

fn heading(file: &Named, report: &mut Report) -> Result<(), Exception> {
    let name = file.name();
    if name.ends_with(".log") {
        report.line(&format!("Log starting offset: {}", file.base_offset()?));
    } else if name == "bootstrap.checkpoint" {
        report.line("KRaft bootstrap snapshot");
    } else {
        let numbers = name.strip_suffix(".checkpoint").and_then(|stem| stem.split_once('-'));
        let parsed = numbers.and_then(|(offset, epoch)| Some((offset.parse::<i64>().ok()?, epoch.parse::<i32>().ok()?)));
        let (offset, epoch) = parsed.ok_or_else(|| Exception::new("java.util.NoSuchElementException", "No value present"))?;
        report.line(&format!("Snapshot end offset: {offset}, epoch: {epoch}"));
    }
    Ok(())
}

/// The offset of the last record of the first batch from a position on that is not before `offset`, and the largest time of its
/// records.
pub(super) fn find(log: &Log, position: u64, offset: i64) -> Result<Option<(i64, i64)>, Exception> {
    let end = log.end_of(position, i32::MAX)?;
    let mut position = position;
    while let Some(batch) = log.batch(position, end)? {
        if batch.last_offset() >= offset {
            let newest = records_of(&batch)?.iter().map(|record| record.timestamp).max().unwrap_or(-1);
            return Ok(Some((batch.last_offset(), newest)));
        }
        position += batch.bytes.len() as u64;
    }
    Ok(None)
}

fn records_of(batch: &Raw) -> Result<Vec<FetchedRecord>, Exception> {
    let bytes = bytes::Bytes::copy_from_slice(&batch.bytes);
    let invalid = |error: String| Exception::new("org.apache.kafka.common.InvalidRecordException", error);
    decode_unchecked(&bytes).map(|batch| batch.records).map_err(|error| invalid(error.to_string()))
}

fn optional_long(value: Option<i64>) -> String {
    value.map_or_else(|| "OptionalLong.empty".to_owned(), |value| format!("OptionalLong[{value}]"))
}

fn batch_line(batch: &Raw) -> String {
    let Some(header) = batch.header() else { return old_batch_line(batch) };
    let horizon = header.has_delete_horizon().then_some(header.base_timestamp);
    format!(
        "baseOffset: {} lastOffset: {} count: {} baseSequence: {} lastSequence: {} producerId: {} producerEpoch: {} \
         partitionLeaderEpoch: {} isTransactional: {} isControl: {} deleteHorizonMs: {} position: {} {}: {} size: {} magic: 2 \
         compresscodec: {} crc: {} isvalid: {}",
        header.base_offset,
        header.last_offset(),
        header.count,
        header.base_sequence,
        header.last_sequence(),
        header.producer_id,
        header.producer_epoch,
        header.partition_leader_epoch,
        header.is_transactional(),
        header.is_control(),
        optional_long(horizon),
        batch.position,
        timestamp_type(&header),
        header.max_timestamp,
        batch.bytes.len(),
        header.compression().map_or("unknown", Compression::name),
        header.crc,
        header.check_crc(&batch.bytes).is_ok(),
    )
}

fn timestamp_type(header: &BatchHeader) -> &'static str {
    if header.has_append_time() { "LogAppendTime" } else { "CreateTime" }
}

/// A batch of format 0 or 1.
fn old_batch_line(batch: &Raw) -> String {
    let bytes = &batch.bytes;
    let attributes = bytes.get(OLD_ATTRIBUTES_AT).copied().unwrap_or_default();
    let timestamp = bytes.get(18..26).and_then(|bytes| bytes.first_chunk()).map_or(-1, |bytes| i64::from_be_bytes(*bytes));
    let (kind, timestamp) = match (batch.magic(), attributes & 8) {
        (0, _) => ("NoTimestampType", -1),
        (_, 0) => ("CreateTime", timestamp),
        _ => ("LogAppendTime", timestamp),
    };
    let stored = bytes.get(12..16).and_then(|bytes| bytes.first_chunk()).map_or(0, |bytes| u32::from_be_bytes(*bytes));
    let codec = Compression::from_id(i16::from(attributes & 7)).map_or("unknown", Compression::name);
    format!(
        "offset: {} position: {} {kind}: {timestamp} size: {} magic: {} compresscodec: {codec} crc: {stored} isvalid: {}",
        batch.offset(),
        batch.position,
        bytes.len(),
        batch.magic(),
        bytes.get(16..).is_some_and(|rest| crc32fast::hash(rest) == stored),
    )
}

/// A record's line, as far as it got.
struct RecordLine {
    text: String,
    failed: Option<Exception>,
}

fn record_line(batch: &Raw, record: &FetchedRecord, line: &Line, decoder: &Decoder) -> RecordLine {
    let mut text = String::new();
    let mut prefix = "| ";
    let Some(header) = batch.header() else { return RecordLine { text, failed: None } };
    if !line.skip_metadata {
        let size = |bytes: &Option<bytes::Bytes>| bytes.as_ref().map_or(-1, |bytes| bytes.len() as i64);
        let sequence = match i32::try_from(record.offset - header.base_offset) {
            Ok(delta) if header.base_sequence >= 0 => add_sequence(header.base_sequence, delta),
            _ => -1,
        };
        let keys: Vec<&str> = record.headers.iter().map(|header| header.key.as_str()).collect();
        text.push_str(&format!(
            "{prefix}offset: {} {}: {} keySize: {} valueSize: {} sequence: {sequence} headerKeys: [{}]",
            record.offset,
            timestamp_type(&header),
            record.timestamp,
            size(&record.key),
            size(&record.value),
            keys.join(",")
        ));
        prefix = " ";
        if header.is_control() {
            text.push_str(&control(record));
        }
    }
    if !line.contents || header.is_control() {
        return RecordLine { text, failed: None };
    }
    match decoder.show(record) {
        Ok((key, value)) => {
            if let Some(key) = key {
                text.push_str(&format!("{prefix}key: {key}"));
            }
            if let Some(value) = value {
                text.push_str(&format!(" payload: {value}"));
            }
            RecordLine { text, failed: None }
        }
        Err(exception) => RecordLine { text, failed: Some(exception) },
    }
}

/// What a control record says.
fn control(record: &FetchedRecord) -> String {
    let number = |bytes: &Option<bytes::Bytes>, from: usize| {
        let bytes = bytes.as_ref().and_then(|bytes| bytes.get(from..from + 2)).and_then(|bytes| bytes.first_chunk());
        bytes.map_or(-1, |bytes| i16::from_be_bytes(*bytes))
    };
    let wide = |from: usize| record.value.as_ref().and_then(|value| value.get(from..));
    let version = number(&record.value, 0);
    match number(&record.key, 2) {
        kind @ (0 | 1) => {
            let epoch = wide(2).and_then(|bytes| bytes.first_chunk()).map_or(0, |bytes| i32::from_be_bytes(*bytes));
            let name = if kind == 0 { "ABORT" } else { "COMMIT" };
            format!(" endTxnMarker: {name} coordinatorEpoch: {epoch}")
        }
        2 => " controlType: LEADER_CHANGE(2)".to_owned(),
        3 => {
            let time = wide(2).and_then(|bytes| bytes.first_chunk()).map_or(0, |bytes| i64::from_be_bytes(*bytes));
            format!(" SnapshotHeader {{\"version\":{version},\"lastContainedLogTimestamp\":{time}}}")
        }
        4 => format!(" SnapshotFooter {{\"version\":{version}}}"),
        unknown => format!(" controlType: UNKNOWN({unknown})"),
    }
}
