//! `.index` and `.timeindex` files, held against the `.log` file beside them.

use super::file::Named;
use super::options::Line;
use super::records;
use super::{Exception, Report};

/// The largest index that is read, in bytes; a broker's are 10 MiB at most unless it is told otherwise.
const MAX_INDEX_BYTES: u64 = 1024 * 1024 * 1024;
const OFFSET_ENTRY_BYTES: usize = 8;
const TIME_ENTRY_BYTES: usize = 12;

/// An offset and where its batch is in the `.log` file.
#[derive(Clone, Copy)]
struct OffsetEntry {
    offset: i64,
    position: i32,
}

/// A time and the offset up to which no record is newer.
#[derive(Clone, Copy)]
struct TimeEntry {
    timestamp: i64,
    offset: i64,
}

/// The entries of an index, and how many bytes they take.
struct Index<E> {
    entries: Vec<E>,
    bytes: usize,
}

fn read<E, const N: usize>(file: &Named, entry: impl Fn(&[u8; N]) -> E) -> Result<Index<E>, Exception> {
    if !file.exists() {
        // the Java tool makes an empty one and stumbles over it
        return Err(Exception::illegal_argument("Invalid max index size: -1"));
    }
    let bytes = file.read(MAX_INDEX_BYTES)?;
    let entries = bytes.as_chunks::<N>().0.iter().map(entry).collect();
    Ok(Index { entries, bytes: bytes.len() })
}

fn offset_entry(bytes: &[u8; OFFSET_ENTRY_BYTES], base: i64) -> OffsetEntry {
    let [o0, o1, o2, o3, p0, p1, p2, p3] = *bytes;
    let offset = base.wrapping_add(i64::from(i32::from_be_bytes([o0, o1, o2, o3])));
    OffsetEntry { offset, position: i32::from_be_bytes([p0, p1, p2, p3]) }
}

fn time_entry(bytes: &[u8; TIME_ENTRY_BYTES], base: i64) -> TimeEntry {
    let [t0, t1, t2, t3, t4, t5, t6, t7, offset @ ..] = *bytes;
    TimeEntry {
        timestamp: i64::from_be_bytes([t0, t1, t2, t3, t4, t5, t6, t7]),
        offset: base.wrapping_add(i64::from(i32::from_be_bytes(offset))),
    }
}

fn corrupt(text: String) -> Exception {
    Exception::new("org.apache.kafka.storage.internals.log.CorruptIndexException", text)
}

fn check_length<E>(index: &Index<E>, what: &str, file: &Named, entry_bytes: usize) -> Result<(), Exception> {
    match index.bytes % entry_bytes {
        0 => Ok(()),
        _ => Err(corrupt(format!(
            "{what} {} is corrupt, found {} bytes which is neither positive nor a multiple of {entry_bytes}",
            file.absolute(),
            index.bytes
        ))),
    }
}

fn position_of(entry: OffsetEntry) -> Result<u64, Exception> {
    u64::try_from(entry.position).map_err(|_| Exception::illegal_argument(format!("Invalid position: {}", entry.position)))
}

pub(super) fn dump_offsets(file: &Named, line: &Line, report: &mut Report) -> Result<(), Exception> {
    let base = file.base_offset()?;
    let log = file.sibling(".log").open_log()?;
    let index = read(file, |bytes| offset_entry(bytes, base))?;
    let Some(last) = index.entries.last() else {
        report.line(&format!("{} is empty.", file.shown()));
        return Ok(());
    };
    if line.sanity_only {
        if last.offset < base {
            return Err(corrupt(format!(
                "Corrupt index found, index file {} has non-zero size but the last offset is {} which is less than the base offset \
                 {base}",
                file.absolute(),
                last.offset
            )));
        }
        check_length(&index, "Index file", file, OFFSET_ENTRY_BYTES)?;
        report.line(&format!("{} passed sanity check.", file.shown()));
        return Ok(());
    }
    for (number, entry) in index.entries.iter().enumerate() {
        // after a crash there may be many zeros
        if entry.offset == base && number > 0 {
            break;
        }
        let position = position_of(*entry)?;
        let batch = log.batch(position, log.end_of(position, line.max_message_size)?)?;
        let found = batch.ok_or_else(|| Exception::bare("java.util.NoSuchElementException"))?.last_offset();
        if found != entry.offset {
            report.mismatches.add(&file.absolute(), (entry.offset, found));
        }
        if !line.verify_only {
            report.line(&format!("offset: {} position: {}", entry.offset, entry.position));
        }
    }
    Ok(())
}

pub(super) fn dump_times(file: &Named, line: &Line, report: &mut Report) -> Result<(), Exception> {
    let base = file.base_offset()?;
    let log = file.sibling(".log").open_log()?;
    let offsets = read(&file.sibling(".index"), |bytes| offset_entry(bytes, base))?.entries;
    let index = read(file, |bytes| time_entry(bytes, base))?;
    if line.sanity_only {
        check_times(file, &index, base)?;
        report.line(&format!("{} passed sanity check.", file.shown()));
        return Ok(());
    }
    let mut before = -1;
    for (number, entry) in index.entries.iter().enumerate() {
        if entry.offset == base && number > 0 {
            break;
        }
        let lower = offsets.partition_point(|known| known.offset <= entry.offset).checked_sub(1);
        let position = lower.map_or(Ok(0), |at| position_of(offsets[at]))?;
        match records::find(&log, position, entry.offset)? {
            Some((found, newest)) if found == entry.offset => {
                if newest != entry.timestamp {
                    report.time_mismatches.add(&file.absolute(), (entry.timestamp, newest));
                }
                if before >= entry.timestamp {
                    report.out_of_order.add(&file.absolute(), (entry.timestamp, before));
                }
            }
            found => {
                let found = found.map_or(-1, |(found, _)| found);
                report.not_found.add(&file.absolute(), (entry.offset, found));
            }
        }
        if !line.verify_only {
            report.line(&format!("timestamp: {} offset: {}", entry.timestamp, entry.offset));
        }
        before = entry.timestamp;
    }
    Ok(())
}

fn check_times(file: &Named, index: &Index<TimeEntry>, base: i64) -> Result<(), Exception> {
    if let (Some(first), Some(last)) = (index.entries.first(), index.entries.last()) {
        let begin = format!("Corrupt time index found, time index file ({}) has non-zero size but the last", file.absolute());
        if last.timestamp < first.timestamp {
            let (last, first) = (last.timestamp, first.timestamp);
            return Err(corrupt(format!("{begin} timestamp is {last} which is less than the first timestamp {first}")));
        }
        if last.offset < base {
            return Err(corrupt(format!("{begin} offset is {} which is less than the first offset {base}", last.offset)));
        }
    }
    check_length(index, "Time index file", file, TIME_ENTRY_BYTES)
}
