//! A partition's folder in which one file holds arbitrary bytes: the log opens after a crash, every record that it has left can be read,
//! it takes more, and a clean start finds the same. Files beside the segments are read or refused.

use std::cell::RefCell;
use std::fs;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use kafkalab::engine::broker::log::{
    Chores, FirstBatch, LogConfig, MetaProperties, OffsetCheckpoint, Opening, PartitionLog, PartitionMetadataFile, PreparedBatch,
    TopicPartition,
};
use kafkalab::engine::kafka::batch::{BatchHeader, HEADER_BYTES};

/// What the first byte of an input makes of the rest.
const FILES: [&str; 9] = [
    "00000000000000000006.log",
    "00000000000000000006.index",
    "00000000000000000006.timeindex",
    "00000000000000000006.snapshot",
    "00000000000000000000.log",
    "leader-epoch-checkpoint",
    "partition.metadata",
    "meta.properties",
    "recovery-point-offset-checkpoint",
];
const BATCH: &[u8] = include_bytes!("../../fixtures/log/f-none.log");
const NOW: i64 = 1_795_386_800_000;

/// A file's name and what is in it.
type File = (String, Vec<u8>);

thread_local! {
    /// One folder for all inputs, and the files of a log with two segments.
    static PLACE: RefCell<Option<(tempfile::TempDir, Vec<File>)>> = const { RefCell::new(None) };
}

/// Opens the log with the bytes in the file that the first of them names.
pub fn check(bytes: &[u8]) {
    let Some((first, contents)) = bytes.split_first() else { return };
    PLACE.with_borrow_mut(|place| {
        let (folder, files) = place.get_or_insert_with(|| (tempfile::tempdir().expect("a folder"), whole()));
        open(&folder.path().join("t-0"), files, FILES[usize::from(*first) % FILES.len()], contents);
    });
}

fn open(folder: &Path, files: &[File], damaged: &str, contents: &[u8]) {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).expect("a folder");
    for (name, bytes) in files {
        fs::write(folder.join(name), bytes).expect("written");
    }
    fs::write(folder.join(damaged), contents).expect("written");
    let _ = PartitionMetadataFile::new(folder).read();
    let _ = MetaProperties::read(folder);
    let recovery_point = OffsetCheckpoint::new(folder.join("recovery-point-offset-checkpoint")).read();
    let point = recovery_point.ok().and_then(|points| points.values().next().copied()).unwrap_or(0);
    // a clean start believes what it finds, and may fail at it
    if let Ok(mut log) = log(folder, true, point) {
        let _ = log.append(&[batch(log.end_offset())], NOW);
    }
    for (name, bytes) in files {
        fs::write(folder.join(name), bytes).expect("written");
    }
    fs::write(folder.join(damaged), contents).expect("written");
    let mut crashed = log(folder, false, 0).expect("a log opens after a crash");
    read(&crashed);
    if let Some(offset) = crashed.end_offset().checked_add(3) {
        crashed.append(&[batch(offset - 3)], NOW).expect("a log takes more");
        assert_eq!(crashed.end_offset(), offset);
        crashed.close(NOW).expect("closed");
        assert_eq!(log(folder, true, offset).expect("a log opens").end_offset(), offset);
    }
}

fn log(folder: &Path, clean: bool, recovery_point: i64) -> Result<PartitionLog, kafkalab::engine::broker::log::StorageError> {
    let chores = Arc::new(Chores::default());
    let opening = Opening { clean, recovery_point, start_offset: 0, now: NOW, producer_expiration_ms: i64::MAX, chores };
    let config = LogConfig { segment_bytes: 200, segment_index_bytes: 400, index_interval_bytes: 1, ..LogConfig::default() };
    PartitionLog::open(TopicPartition::new("t", 0), folder.to_owned(), Arc::new(config), &opening)
}

fn batch(offset: i64) -> PreparedBatch {
    let mut header = BatchHeader::check(BATCH).expect("Kafka wrote it");
    let records = Bytes::from_static(&BATCH[HEADER_BYTES..]);
    (header.base_offset, header.producer_id, header.producer_epoch) = (offset, 7, 0);
    header.base_sequence = i32::try_from(offset % 1000).expect("a small number");
    header.seal(&records);
    PreparedBatch { header, records, newest: 0 }
}

/// Every batch from the start to the end.
fn read(log: &PartitionLog) {
    let mut offset = log.start_offset();
    while offset < log.end_offset() {
        let found =
            log.read(offset, log.end_offset(), 1, FirstBatch::Whole).expect("what was recovered is read").expect("in range");
        if found.length == 0 {
            return;
        }
        let mut bytes = vec![0; found.length];
        found.file.read_exact_at(&mut bytes, found.position).expect("readable");
        let header = BatchHeader::check(&bytes).expect("whole batches");
        assert!(header.next_offset() > offset);
        offset = header.next_offset();
    }
}

fn whole() -> Vec<File> {
    let place = tempfile::tempdir().expect("a folder");
    let folder = place.path().join("t-0");
    let mut log = log(&folder, true, 0).expect("a new log");
    log.begin_epoch(0).expect("written");
    for number in 0..4 {
        log.append(&[batch(number * 3)], NOW).expect("appended");
    }
    log.close(NOW).expect("closed");
    let entries = fs::read_dir(&folder).expect("listed").map(|entry| entry.expect("listed"));
    entries.map(|e| (e.file_name().into_string().expect("text"), fs::read(e.path()).expect("readable"))).collect()
}

/// The files of a whole log.
pub fn seeds() -> Vec<Vec<u8>> {
    let mut files = whole();
    let text = |name: &str, text: &str| (name.to_owned(), text.as_bytes().to_vec());
    files.push(text("partition.metadata", "version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAAAQ"));
    files.push(text("meta.properties", "version=0\nbroker.id=0\ncluster.id=AAAAAAAAAAAAAAAAAAAAAQ\n"));
    files.push(text("recovery-point-offset-checkpoint", "0\n1\nt 0 6\n"));
    let number = |name: &str| FILES.iter().position(|file| *file == name).map(|at| u8::try_from(at).expect("few"));
    files.into_iter().filter_map(|(name, bytes)| Some([&[number(&name)?][..], &bytes].concat())).collect()
}
