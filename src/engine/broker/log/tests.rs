//! Whole logs on a real file system: appended, rolled, read, crashed, opened again.

use std::fs;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;

use super::*;
use crate::engine::kafka::batch::{BatchHeader, HEADER_BYTES};

const BATCH: &[u8] = include_bytes!("../../../../fixtures/log/f-none.log");
const NOW: i64 = 1_795_386_800_000;

/// A batch of three records that Kafka wrote, at `offset`, with its times at `timestamp`.
fn batch(offset: i64, timestamp: i64) -> PreparedBatch {
    let mut header = BatchHeader::check(BATCH).expect("Kafka wrote it");
    let records = Bytes::from_static(&BATCH[HEADER_BYTES..]);
    (header.base_offset, header.base_timestamp, header.max_timestamp) = (offset, timestamp, timestamp + 11);
    header.seal(&records);
    PreparedBatch { header, records, newest: 1 }
}

fn by_producer(offset: i64, sequence: i32) -> PreparedBatch {
    let mut batch = batch(offset, NOW);
    (batch.header.producer_id, batch.header.producer_epoch, batch.header.base_sequence) = (9, 0, sequence);
    batch.header.seal(&batch.records);
    batch
}

struct Place {
    root: tempfile::TempDir,
    config: Arc<LogConfig>,
    chores: Arc<Chores>,
}

impl Place {
    fn new(change: impl FnOnce(&mut LogConfig)) -> Self {
        let mut config = LogConfig::default();
        change(&mut config);
        Self { root: tempfile::tempdir().expect("a folder"), config: Arc::new(config), chores: Arc::default() }
    }

    fn folder(&self) -> PathBuf {
        self.root.path().join("t-0")
    }

    fn open(&self, clean: bool, recovery_point: i64) -> PartitionLog {
        let chores = Arc::clone(&self.chores);
        let opening = Opening { clean, recovery_point, start_offset: 0, now: NOW, producer_expiration_ms: i64::MAX, chores };
        PartitionLog::open(TopicPartition::new("t", 0), self.folder(), Arc::clone(&self.config), &opening).expect("opened")
    }

    fn filled(&self, batches: i64) -> PartitionLog {
        let mut log = self.open(true, 0);
        log.begin_epoch(0).expect("written");
        for n in 0..batches {
            log.append(&[batch(n * 3, NOW + n * 100)], NOW).expect("appended");
        }
        log
    }

    fn files(&self) -> Vec<(String, u64)> {
        let entries = fs::read_dir(self.folder()).expect("listed").map(|entry| entry.expect("listed"));
        let mut files: Vec<_> =
            entries.map(|e| (e.file_name().into_string().expect("text"), e.metadata().expect("there").len())).collect();
        files.sort();
        files
    }
}

fn read_all(log: &PartitionLog) -> Vec<i64> {
    let (mut offset, mut found) = (log.start_offset(), Vec::new());
    while offset < log.end_offset() {
        let slice = log.read(offset, log.end_offset(), 1, FirstBatch::Whole).expect("read").expect("in range");
        let mut bytes = vec![0; slice.length];
        slice.file.read_exact_at(&mut bytes, slice.position).expect("read");
        let header = BatchHeader::check(&bytes).expect("one whole batch");
        found.push(header.base_offset);
        offset = header.next_offset();
    }
    found
}

#[test]
fn a_fresh_log_has_kafkas_files_and_a_closed_one_trimmed_indexes() {
    let place = Place::new(|_| {});
    let mut log = place.open(true, 0);
    log.begin_epoch(0).expect("written");
    let zeros = |kind: &str| format!("{:020}.{kind}", 0);
    let fresh = [
        (zeros("index"), 10_485_760),
        (zeros("log"), 0),
        (zeros("timeindex"), 10_485_756),
        ("leader-epoch-checkpoint".into(), 8),
    ];
    assert_eq!(place.files(), fresh);
    log.append(&[batch(0, NOW)], NOW).expect("appended");
    log.close(NOW).expect("closed");
    let closed = [
        (zeros("index"), 0),
        (zeros("log"), 93),
        (zeros("timeindex"), 12),
        (format!("{:020}.snapshot", 3), 10),
        ("leader-epoch-checkpoint".into(), 8),
    ];
    assert_eq!(place.files(), closed);
    assert_eq!(read_all(&place.open(true, 3)), [0]);
}

#[test]
fn segments_roll_by_size_and_time_and_are_read_across() {
    let place = Place::new(|config| (config.segment_bytes, config.index_interval_bytes) = (300, 100));
    let log = place.filled(10);
    assert_eq!((log.segment_count(), log.size(), log.end_offset()), (4, 930, 30));
    assert_eq!(read_all(&log), (0..10).map(|n| n * 3).collect::<Vec<_>>());
    let slice = log.read(4, 30, 10_000, FirstBatch::Whole).expect("read").expect("in range");
    assert_eq!((slice.position, slice.length), (93, 186), "from the batch that holds the offset to the segment's end");
    let slice = log.read(0, 3, 10_000, FirstBatch::Whole).expect("read").expect("in range");
    assert_eq!(slice.length, 93, "nothing above the limit");
    let length = |most: usize, first| log.read(0, 30, most, first).expect("read").expect("in range").length;
    assert_eq!(
        [length(10, FirstBatch::Cut), length(10, FirstBatch::OrNothing), length(100, FirstBatch::OrNothing)],
        [10, 0, 100]
    );
    assert_eq!(log.read(30, 30, 10, FirstBatch::Whole).expect("read").expect("at the end").length, 0);
    assert!(log.read(31, 31, 10, FirstBatch::Whole).expect("read").is_none());

    let place = Place::new(|config| config.segment_ms = 250);
    assert_eq!(place.filled(4).segment_count(), 2);
}

#[test]
fn a_write_that_fails_leaves_the_log_as_it_was() {
    let place = Place::new(|_| {});
    let mut log = place.filled(2);
    let segment = log.segments.get_mut(&0).expect("there");
    let writable = std::sync::Arc::clone(&segment.file);
    segment.file = std::sync::Arc::new(fs::File::open(place.folder().join("00000000000000000000.log")).expect("opened"));
    let error = log.append(&[batch(6, NOW)], NOW).expect_err("read-only").to_string();
    assert!(error.contains("failed to append to"), "{error}");
    assert_eq!((log.end_offset(), log.size()), (6, 186));
    log.segments.get_mut(&0).expect("there").file = writable;
    log.append(&[batch(6, NOW)], NOW).expect("appended");
    assert_eq!(read_all(&log), [0, 3, 6]);
}

fn crash(place: &Place, damage: impl FnOnce(&mut Vec<u8>)) -> PartitionLog {
    let path = place.folder().join("00000000000000000000.log");
    let mut bytes = fs::read(&path).expect("read");
    damage(&mut bytes);
    fs::write(&path, bytes).expect("written");
    place.open(false, 0)
}

#[test]
fn whatever_byte_of_the_tail_is_lost_or_wrong_whole_batches_before_it_stay() {
    let place = Place::new(|config| (config.segment_index_bytes, config.index_interval_bytes) = (4096, 50));
    place.filled(3);
    let log_path = place.folder().join("00000000000000000000.log");
    let whole = fs::read(&log_path).expect("read");
    for at in 93..whole.len() {
        for flip in [false, true] {
            fs::write(&log_path, &whole).expect("written");
            let log = crash(&place, |bytes| if flip { bytes[at] ^= 0x55 } else { bytes.truncate(at) });
            // base offset and leader epoch lie outside the checksum; any other change is noticed
            let kept = at / 93;
            let found = read_all(&log);
            let unnoticed = flip && matches!(at % 93, 0..8 | 12..16);
            assert!(found.len() >= kept && (unnoticed || found.len() == kept), "byte {at}, flipped {flip}: {found:?}");
            assert_eq!(found[..kept], [0, 3, 6][..kept]);
        }
    }
}

#[test]
fn after_a_crash_appends_go_on_and_the_indexes_are_built_anew() {
    let place = Place::new(|config| (config.segment_bytes, config.index_interval_bytes) = (300, 50));
    drop(place.filled(10));
    for (name, _) in place.files().iter().filter(|(name, _)| name.ends_with("index")) {
        fs::remove_file(place.folder().join(name)).expect("removed");
    }
    let mut log = place.open(false, 9);
    assert_eq!((log.end_offset(), log.recovery_point()), (30, 9));
    assert_eq!(read_all(&log).len(), 10);
    log.append(&[batch(30, NOW)], NOW).expect("appended");
    assert_eq!(log.offset_for_timestamp(NOW + 500).expect("read").map(|found| found.offset), Some(15));
}

#[test]
fn garbage_in_any_small_file_never_stops_a_log_from_opening() {
    let place = Place::new(|config| config.segment_bytes = 300);
    place.filled(5).close(NOW).expect("closed");
    for (name, _) in place.files().into_iter().filter(|(name, _)| !name.ends_with(".log")) {
        fs::write(place.folder().join(&name), b"garbage").expect("written");
    }
    fs::write(place.folder().join("00000000000000000099.index"), b"orphan").expect("written");
    fs::write(place.folder().join("00000000000000000000.log.deleted"), b"gone").expect("written");
    let log = place.open(true, 15);
    assert_eq!(read_all(&log).len(), 5);
    assert!(!place.files().iter().any(|(name, _)| name.contains("99") || name.ends_with("deleted")));
}

#[test]
fn producers_outlive_a_clean_stop_and_a_crash() {
    for clean in [true, false] {
        let place = Place::new(|config| config.segment_bytes = 200);
        let mut log = place.open(true, 0);
        for n in 0..5_i32 {
            log.append(&[by_producer(i64::from(n) * 3, n * 3)], NOW).expect("appended");
        }
        if clean {
            log.close(NOW).expect("closed");
        }
        let log = place.open(clean, 0);
        let known = log.producer_entries();
        assert_eq!(known.len(), 1, "clean {clean}");
        assert_eq!(known[0].last_batch().map(|batch| (batch.last_sequence, batch.last_offset)), Some((14, 14)));
        assert!(log.producers().duplicate(&by_producer(0, 12).header).is_some());
    }
}

#[test]
fn records_are_found_by_time() {
    let place = Place::new(|config| (config.segment_bytes, config.index_interval_bytes) = (500, 50));
    let log = place.filled(10);
    // the records of a batch lie 0, 11 and 11 ms after its time
    let at = |time: i64| log.offset_for_timestamp(NOW + time).expect("read").map(|found| (found.offset, found.timestamp - NOW));
    assert_eq!(
        [at(-5), at(0), at(1), at(12), at(850)],
        [Some((0, 0)), Some((0, 0)), Some((1, 11)), Some((3, 100)), Some((27, 900))]
    );
    assert_eq!(at(912), None);
    let newest = |log: &PartitionLog| (log.offset_of_max_timestamp().offset, log.offset_of_max_timestamp().timestamp - NOW);
    assert_eq!(newest(&log), (28, 911), "the first record with the largest time");
    drop(log);
    assert_eq!(newest(&place.open(false, 0)), (29, 911), "after a crash only batches are looked at");
}

#[test]
fn retention_renames_segments_first_and_removes_them_later() {
    let place =
        Place::new(|config| (config.segment_bytes, config.retention_ms, config.file_delete_delay_ms) = (300, 1000, 60_000));
    let mut log = place.filled(10);
    assert_eq!(log.delete_old_segments(30, NOW + 1500).expect("deleted"), 1);
    assert_eq!((log.start_offset(), log.segment_count()), (9, 3));
    assert_eq!(log.delete_old_segments(9, NOW + 9_999_999).expect("deleted"), 0, "nothing above the high watermark goes");
    assert_eq!(log.delete_old_segments(30, NOW + 9_999_999).expect("deleted"), 3);
    assert_eq!((log.start_offset(), log.end_offset(), log.size()), (30, 30, 0));
    let count = |place: &Place| place.files().iter().filter(|(name, _)| name.ends_with(".deleted")).count();
    assert!(count(&place) >= 12);
    assert_eq!(place.chores.take_doomed(NOW + 61_499), Vec::<PathBuf>::new(), "their time has not come");
    let first = place.chores.take_doomed(NOW + 61_500);
    assert!(first.len() >= 3 && first.iter().all(|path| path.exists() && path.to_string_lossy().ends_with(".deleted")));
    assert_eq!(first.len() + place.chores.take_doomed(i64::MAX).len(), count(&place));
    log.append(&[batch(30, NOW)], NOW).expect("appended");
    assert_eq!(read_all(&log), [30]);
}

#[test]
fn truncation_forgets_what_was_behind() {
    let place = Place::new(|config| config.segment_bytes = 300);
    let mut log = place.filled(10);
    log.truncate_to(12, NOW).expect("cut");
    assert_eq!((log.end_offset(), read_all(&log)), (12, vec![0, 3, 6, 9]));
    log.append(&[batch(12, NOW)], NOW).expect("appended");
    assert_eq!(read_all(&place.open(false, 0)), [0, 3, 6, 9, 12]);
}

#[test]
fn a_log_that_kafka_wrote_is_opened() {
    let place = Place::new(|_| {});
    fs::create_dir(place.folder()).expect("made");
    let log_file = include_bytes!("../../../../fixtures/log/f-tx.log");
    fs::write(place.folder().join("00000000000000000000.log"), log_file).expect("written");
    let log = place.open(false, 0);
    assert_eq!((log.end_offset(), log.size()), (6, 344));
    let known = log.producer_entries();
    assert_eq!((known[0].id, known[0].coordinator_epoch, known[0].transaction_start), (3, 0, None));
    assert!(Path::new(&place.folder().join("00000000000000000000.timeindex")).exists());
}

#[test]
fn a_segment_rolls_by_the_time_of_its_first_record_and_after_a_start_by_the_clock() {
    let hour = 3_600_000;
    let place = Place::new(|config| config.segment_ms = hour);
    let mut log = place.open(true, 0);
    // by the clock nothing has passed, by the records an hour and a millisecond
    log.append(&[batch(0, NOW)], NOW).expect("appended");
    log.append(&[batch(3, NOW + hour)], NOW).expect("appended");
    assert_eq!(log.segment_count(), 1, "not later than segment.ms");
    log.append(&[batch(6, NOW + hour + 1)], NOW).expect("appended");
    assert_eq!((log.segment_count(), log.last_segment()), (2, 6));
    // a record without a time waits for the clock
    let untimed = |offset| {
        let mut batch = batch(offset, NOW);
        (batch.header.base_timestamp, batch.header.max_timestamp) = (-1, -1);
        batch.header.seal(&batch.records);
        batch
    };
    let place = Place::new(|config| config.segment_ms = hour);
    let mut log = place.open(true, 0);
    log.append(&[untimed(0)], NOW).expect("appended");
    log.append(&[untimed(3)], NOW + hour).expect("appended");
    assert_eq!(log.segment_count(), 1);
    log.append(&[untimed(6)], NOW + hour + 1).expect("appended");
    assert_eq!(log.segment_count(), 2);
}

#[test]
fn jitter_makes_segments_roll_earlier_and_never_by_more_than_it_says() {
    let (hour, jitter) = (3_600_000, 60_000);
    let rolls_after = |waited: i64| {
        let place = Place::new(|config| (config.segment_ms, config.segment_jitter_ms) = (hour, jitter));
        let mut log = place.open(true, 0);
        log.append(&[batch(0, NOW)], NOW).expect("appended");
        log.append(&[batch(3, NOW + waited)], NOW).expect("appended");
        log.segment_count() == 2
    };
    assert!(rolls_after(hour + 1) && !rolls_after(hour - jitter));
}

#[test]
fn a_segment_rolls_when_an_index_is_full_or_an_offset_does_not_fit() {
    // three entries of 12 bytes; one is kept for the largest time
    let place = Place::new(|config| (config.segment_index_bytes, config.index_interval_bytes) = (36, 0));
    assert!(place.filled(20).segment_count() > 5);
    let place = Place::new(|_| {});
    let mut log = place.filled(1);
    log.append(&[batch(i64::from(i32::MAX) - 5, NOW)], NOW).expect("appended");
    assert_eq!(log.segment_count(), 1);
    log.append(&[batch(i64::from(i32::MAX), NOW)], NOW).expect("appended");
    assert_eq!((log.segment_count(), log.last_segment()), (2, i64::from(i32::MAX)));
}

#[test]
fn retention_goes_by_the_largest_time_in_a_segment_and_by_the_file_where_there_is_none() {
    let place = Place::new(|config| (config.segment_bytes, config.retention_ms) = (190, 1000));
    let mut log = place.open(true, 0);
    // the second record of the first segment is from the future
    for (offset, time) in [(0, NOW), (3, NOW + 100_000), (6, NOW), (9, NOW)] {
        log.append(&[batch(offset, time)], NOW).expect("appended");
    }
    assert_eq!(log.segment_count(), 2);
    assert_eq!(log.delete_old_segments(12, NOW + 50_000).expect("deleted"), 0, "an older one behind it waits");
    log.set_config(Arc::new(LogConfig { retention_ms: -1, ..(*place.config).clone() }));
    assert_eq!(log.delete_old_segments(12, i64::MAX).expect("deleted"), 0, "-1 is for ever");
    log.set_config(Arc::new(LogConfig { retention_ms: 999, ..(*place.config).clone() }));
    assert_eq!(log.delete_old_segments(12, NOW + 101_012).expect("deleted"), 2, "settings hold at once");
}

#[test]
fn only_whole_segments_go_by_size() {
    let place = Place::new(|config| (config.segment_bytes, config.retention_ms, config.retention_bytes) = (300, -1, 279));
    let mut log = place.filled(7);
    assert_eq!((log.segment_count(), log.size()), (3, 651));
    assert_eq!(log.delete_old_segments(21, NOW).expect("deleted"), 1);
    assert_eq!((log.size(), log.start_offset()), (372, 9), "372 less 279 is again 279, but not without the next segment");
}

#[test]
fn records_are_durable_as_often_as_the_settings_say() {
    let place = Place::new(|config| (config.flush_messages, config.flush_ms) = (6, 1000));
    let mut log = place.filled(1);
    assert_eq!(log.recovery_point(), 0);
    log.append(&[batch(3, NOW)], NOW).expect("appended");
    assert_eq!(log.recovery_point(), 6, "flush.messages");
    log.append(&[batch(6, NOW)], NOW).expect("appended");
    log.flush_if_due(NOW + 999).expect("flushed");
    assert_eq!(log.recovery_point(), 6);
    log.flush_if_due(NOW + 1000).expect("flushed");
    assert_eq!(log.recovery_point(), 9, "flush.ms");
}

#[test]
fn a_rolled_segment_becomes_durable_while_appends_go_on() {
    let place = Place::new(|config| config.segment_bytes = 300);
    let mut log = place.filled(4);
    assert_eq!(place.chores.take_rolled().into_iter().collect::<Vec<_>>(), [TopicPartition::new("t", 0)]);
    let flush = log.pending_flush(log.last_segment());
    let names: Vec<_> = flush.paths.iter().filter_map(|path| path.file_name()?.to_str()).collect();
    let expected = ["00000000000000000000.index", "00000000000000000000.timeindex", "leader-epoch-checkpoint"];
    assert_eq!((flush.logs.len(), &names[..3]), (1, &expected[..]), "the indexes of the one that takes appends can wait");
    log.append(&[batch(12, NOW)], NOW).expect("appended");
    flush.run().expect("flushed");
    log.flushed(&flush);
    assert_eq!((log.recovery_point(), log.end_offset()), (9, 15));
    // what was flushed is not walked again after a crash, the rest is
    drop(log);
    assert_eq!(read_all(&place.open(false, 9)), [0, 3, 6, 9, 12]);
}

#[test]
fn leader_epochs_that_were_lost_are_found_in_the_batches() {
    let place = Place::new(|_| {});
    let mut log = place.open(true, 0);
    log.begin_epoch(0).expect("written");
    for (offset, epoch) in [(0, 0), (3, 0), (6, 4)] {
        let mut batch = batch(offset, NOW);
        batch.header.partition_leader_epoch = epoch;
        batch.header.seal(&batch.records);
        log.append(&[batch], NOW).expect("appended");
    }
    drop(log);
    fs::remove_file(place.folder().join("leader-epoch-checkpoint")).expect("removed");
    let log = place.open(false, 0);
    assert_eq!([log.epochs().epoch_of(5), log.epochs().epoch_of(6), log.epochs().latest()], [Some(0), Some(4), Some(4)]);
}

#[test]
fn a_log_whose_indexes_were_removed_beneath_it_goes_on() {
    let place = Place::new(|config| config.index_interval_bytes = 50);
    let mut log = place.filled(5);
    log.close(NOW).expect("closed");
    let mut log = place.open(true, 15);
    for (name, _) in place.files().iter().filter(|(name, _)| name.ends_with("index")) {
        fs::remove_file(place.folder().join(name)).expect("removed");
    }
    assert_eq!(read_all(&log), [0, 3, 6, 9, 12]);
    for offset in [15, 18, 21] {
        log.append(&[batch(offset, NOW + 500)], NOW).expect("appended");
    }
    assert_eq!(read_all(&log), [0, 3, 6, 9, 12, 15, 18, 21]);
    assert_eq!(log.offset_for_timestamp(NOW + 300).expect("read").map(|found| found.offset), Some(9));
}

#[test]
fn a_flush_that_fails_is_told_and_moves_no_recovery_point() {
    let place = Place::new(|config| config.flush_messages = 1);
    let mut log = place.filled(3);
    assert_eq!(log.recovery_point(), 9);
    log.take_away_flushes();
    let error = log.append(&[batch(9, NOW)], NOW).expect_err("the system refuses");
    assert!(error.fails_directory(), "{error}");
    assert!(error.to_string().starts_with("failed to flush"), "{error}");
    assert_eq!(log.recovery_point(), 9);
    assert_eq!(read_all(&place.open(false, 9)), [0, 3, 6]);
}
