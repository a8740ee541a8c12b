//! The producer `.snapshot` file (version 1): who wrote to a partition, as it was at the offset in the file's name.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::StorageError;
use super::checkpoint::replace;
use super::producer_state::{ProducerBatch, ProducerEntry};

const VERSION: i16 = 1;
/// Version, checksum and count.
const HEADER_BYTES: usize = 10;
const ENTRY_BYTES: usize = 46;
/// The largest snapshot that is read, in bytes: some five million producers.
const MAX_BYTES: u64 = 256 * 1024 * 1024;

/// The file's bytes for these producers.
pub fn encode(producers: &[ProducerEntry]) -> Vec<u8> {
    let mut out = Vec::with_capacity(HEADER_BYTES + producers.len() * ENTRY_BYTES);
    out.extend_from_slice(&VERSION.to_be_bytes());
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&i32::try_from(producers.len()).unwrap_or(i32::MAX).to_be_bytes());
    for producer in producers {
        let last = producer.last_batch();
        out.extend_from_slice(&producer.id.to_be_bytes());
        out.extend_from_slice(&producer.epoch.to_be_bytes());
        out.extend_from_slice(&last.map_or(-1, |last| last.last_sequence).to_be_bytes());
        out.extend_from_slice(&last.map_or(-1, |last| last.last_offset).to_be_bytes());
        out.extend_from_slice(&last.map_or(0, |last| last.offset_delta).to_be_bytes());
        out.extend_from_slice(&producer.last_timestamp.to_be_bytes());
        out.extend_from_slice(&producer.coordinator_epoch.to_be_bytes());
        out.extend_from_slice(&producer.transaction_start.unwrap_or(-1).to_be_bytes());
    }
    let crc = crc32c::crc32c(&out[6..]);
    out[2..6].copy_from_slice(&crc.to_be_bytes());
    out
}

/// Reads the bytes of a file.
///
/// # Errors
/// What is wrong with them.
pub fn decode(bytes: &[u8]) -> Result<Vec<ProducerEntry>, String> {
    let (header, entries) = bytes.split_first_chunk::<HEADER_BYTES>().ok_or("the file is too short")?;
    let [v0, v1, c0, c1, c2, c3, n0, n1, n2, n3] = *header;
    let version = i16::from_be_bytes([v0, v1]);
    if version != VERSION {
        return Err(format!("snapshot version {version}, expected {VERSION}"));
    }
    if u32::from_be_bytes([c0, c1, c2, c3]) != crc32c::crc32c(&bytes[6..]) {
        return Err("snapshot is corrupt (CRC is no longer valid)".to_owned());
    }
    let count = usize::try_from(i32::from_be_bytes([n0, n1, n2, n3])).unwrap_or(0);
    if entries.len() != count * ENTRY_BYTES {
        return Err(format!("{} bytes of entries, expected {count} entries of {ENTRY_BYTES} bytes", entries.len()));
    }
    Ok(entries.as_chunks::<ENTRY_BYTES>().0.iter().map(decode_entry).collect())
}

fn decode_entry(bytes: &[u8; ENTRY_BYTES]) -> ProducerEntry {
    fn at<const N: usize>(bytes: &[u8], from: usize) -> [u8; N] {
        let mut out = [0; N];
        out.copy_from_slice(&bytes[from..from + N]);
        out
    }
    let mut entry = ProducerEntry::new(i64::from_be_bytes(at(bytes, 0)), i16::from_be_bytes(at(bytes, 8)));
    entry.last_timestamp = i64::from_be_bytes(at(bytes, 26));
    entry.coordinator_epoch = i32::from_be_bytes(at(bytes, 34));
    entry.transaction_start = Some(i64::from_be_bytes(at(bytes, 38))).filter(|offset| *offset >= 0);
    let last_offset = i64::from_be_bytes(at(bytes, 14));
    // a producer of which only a marker was seen has no batch
    if last_offset >= 0 {
        entry.push(ProducerBatch {
            last_sequence: i32::from_be_bytes(at(bytes, 10)),
            last_offset,
            offset_delta: i32::from_be_bytes(at(bytes, 22)),
            timestamp: entry.last_timestamp,
        });
    }
    entry
}

/// Writes the file for these producers.
///
/// # Errors
/// The file cannot be written.
pub fn write(path: &Path, producers: &[ProducerEntry]) -> Result<(), StorageError> {
    replace(path, &encode(producers)).map_err(StorageError::io("failed to write", path))
}

/// Reads the file.
///
/// # Errors
/// It cannot be read or is corrupt.
pub fn read(path: &Path) -> Result<Vec<ProducerEntry>, StorageError> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(StorageError::io("failed to read", path))?;
    file.take(MAX_BYTES).read_to_end(&mut bytes).map_err(StorageError::io("failed to read", path))?;
    decode(&bytes).map_err(|reason| StorageError::malformed(path, reason))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(bytes: &[u8], id: i64, epoch: i16, coordinator_epoch: i32, last: (i32, i64, i32)) {
        let found = decode(bytes).expect("Kafka wrote it");
        let [entry] = &found[..] else { panic!("one producer, found {found:?}") };
        let batch = entry.last_batch().expect("a batch");
        assert_eq!(
            (entry.id, entry.epoch, entry.coordinator_epoch, entry.transaction_start),
            (id, epoch, coordinator_epoch, None)
        );
        assert_eq!((batch.last_sequence, batch.last_offset, batch.offset_delta), last);
        assert_eq!(encode(&found), bytes);
    }

    #[test]
    fn snapshots_that_kafka_wrote_are_read_and_written_the_same() {
        check(include_bytes!("../../../../fixtures/log/roll.snapshot"), 4, 0, -1, (73, 73, 0));
        check(include_bytes!("../../../../fixtures/log/tx.snapshot"), 3, 1, 0, (4, 12, 0));
        assert_eq!(encode(&[]).len(), 10);
    }

    #[test]
    fn a_damaged_snapshot_is_refused() {
        let good = include_bytes!("../../../../fixtures/log/roll.snapshot");
        for at in 0..good.len() {
            let mut bad = good.to_vec();
            bad[at] ^= 1;
            assert!(decode(&bad).is_err(), "byte {at}");
            assert!(decode(&good[..at]).is_err(), "cut at {at}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
            let _ = decode(&bytes).is_ok();
        }
    }
}
