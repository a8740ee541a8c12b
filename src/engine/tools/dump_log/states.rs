//! `.snapshot` files (producers) and `.txnindex` files (aborted transactions).

use super::super::harness::eprint;
use super::file::Named;
use super::{Exception, Report};
use crate::engine::broker::log::snapshot;

/// The largest file of either kind that is read, in bytes.
const MAX_BYTES: u64 = 256 * 1024 * 1024;
/// The version of producer snapshots.
const SNAPSHOT_VERSION: i16 = 1;
/// An entry of a `.txnindex` file, in bytes.
const ABORTED_BYTES: usize = 34;
/// The version of entries of a `.txnindex` file.
const ABORTED_VERSION: i16 = 0;

pub(super) fn dump_producers(file: &Named, report: &mut Report) -> Result<(), Exception> {
    let bytes = file.read(MAX_BYTES)?;
    if let Some(fault) = fault_of(&bytes) {
        report.flush();
        eprint(&format!("{fault}\n"));
        return Ok(());
    }
    let producers = match snapshot::decode(&bytes) {
        Ok(producers) => producers,
        Err(reason) => {
            report.flush();
            eprint(&format!("Snapshot failed schema validation: {reason}\n"));
            return Ok(());
        }
    };
    for producer in producers {
        let start = producer.transaction_start.map_or("OptionalLong.empty".to_owned(), |start| format!("OptionalLong[{start}]"));
        report.text(&format!(
            "producerId: {} producerEpoch: {} coordinatorEpoch: {} currentTxnFirstOffset: {start} lastTimestamp: {} ",
            producer.id, producer.epoch, producer.coordinator_epoch, producer.last_timestamp
        ));
        if let Some(batch) = producer.batches().next() {
            // numbers go from 0 to 2^31 - 1 and begin again
            let first = batch.last_sequence.wrapping_sub(batch.offset_delta);
            let first = if first < 0 { first.wrapping_add(i32::MAX).wrapping_add(1) } else { first };
            report.text(&format!(
                "firstSequence: {first} lastSequence: {} lastOffset: {} offsetDelta: {} timestamp: {}",
                batch.last_sequence, batch.last_offset, batch.offset_delta, batch.timestamp
            ));
        }
        report.text("\n");
    }
    Ok(())
}

/// What Kafka says of a snapshot that it cannot take.
fn fault_of(bytes: &[u8]) -> Option<String> {
    let version = i16::from_be_bytes(*bytes.first_chunk()?);
    if version != SNAPSHOT_VERSION {
        return Some(format!("Snapshot contained an unknown file version {version}"));
    }
    let stored = u32::from_be_bytes(*bytes.get(2..)?.first_chunk()?);
    let computed = crc32c::crc32c(bytes.get(6..)?);
    (stored != computed)
        .then(|| format!("Snapshot is corrupt (CRC is no longer valid). Stored crc: {stored}. Computed crc: {computed}"))
}

pub(super) fn dump_aborted(file: &Named, report: &mut Report) -> Result<(), Exception> {
    file.base_offset()?;
    if !file.exists() {
        return Ok(());
    }
    let bytes = file.read(MAX_BYTES)?;
    for entry in bytes.as_chunks::<ABORTED_BYTES>().0 {
        let number =
            |from: usize| entry.get(from..).and_then(|rest| rest.first_chunk()).map_or(0, |rest| i64::from_be_bytes(*rest));
        let version = i16::from_be_bytes([entry[0], entry[1]]);
        if version > ABORTED_VERSION {
            let text = format!(
                "Unexpected aborted transaction version {version} in transaction index {}, current version is {ABORTED_VERSION}",
                file.absolute()
            );
            return Err(Exception::new("org.apache.kafka.common.KafkaException", text));
        }
        report.line(&format!(
            "version: {version} producerId: {} firstOffset: {} lastOffset: {} lastStableOffset: {}",
            number(2),
            number(10),
            number(18),
            number(26)
        ));
    }
    Ok(())
}
