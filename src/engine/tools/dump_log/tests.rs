//! Files that Apache Kafka 3.6.0 wrote, and what its own tool showed of them.

use std::path::Path;

use super::*;

const NONE: &[u8] = include_bytes!("../../../../fixtures/log/f-none.log");
const KEYS: &[u8] = include_bytes!("../../../../fixtures/log/f-keys.log");
const TRANSACTIONS: &[u8] = include_bytes!("../../../../fixtures/log/f-tx.log");

/// Dumps a file with these bytes; gives what was printed, with times as `T`, and the exception.
fn dumped(name: &str, bytes: &[u8], options: &str) -> (String, Option<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("written");
    let (report, exception) = dump_path(&path, options);
    let folder = folder.path().display().to_string();
    let text = report.text.replace(&folder, "DIR");
    let times = regex::Regex::new(r"(CreateTime|[tT]imestamp): \d{13}").expect("a pattern");
    (times.replace_all(&text, "$1: T").into_owned(), exception.map(|exception| exception.to_string().replace(&folder, "DIR")))
}

fn dump_path(path: &Path, options: &str) -> (Report, Option<Exception>) {
    let path = path.display().to_string();
    let words = ["--files", path.as_str()].into_iter().chain(options.split_whitespace());
    let line = options::parse(&words.map(str::to_owned).collect::<Vec<_>>()).unwrap_or_else(|stop| panic!("{stop:?}"));
    let mut report = Report::default();
    let exception = dump_file(&path, &line, &mut report).err();
    (report, exception)
}

#[track_caller]
fn check(name: &str, bytes: &[u8], options: &str, expected: &str) {
    let (text, exception) = dumped(name, bytes, options);
    let text = text.strip_prefix(&format!("Dumping DIR/{name}\n")).unwrap_or(&text);
    assert_eq!((text, exception), (expected, None), "{name} {options}");
}

const NONE_BATCH: &str = "Log starting offset: 0\nbaseOffset: 0 lastOffset: 2 count: 3 baseSequence: -1 lastSequence: -1 producerId: -1 \
     producerEpoch: -1 partitionLeaderEpoch: 0 isTransactional: false isControl: false deleteHorizonMs: OptionalLong.empty position: 0 \
     CreateTime: T size: 93 magic: 2 compresscodec: none crc: 1125143702 isvalid: true\n";

#[test]
fn batches_and_records_are_shown() {
    const LOG: &str = "00000000000000000000.log";
    check(LOG, NONE, "", NONE_BATCH);
    let records = "| offset: 0 CreateTime: T keySize: -1 valueSize: 3 sequence: -1 headerKeys: [] payload: one\n\
                   | offset: 1 CreateTime: T keySize: -1 valueSize: 3 sequence: -1 headerKeys: [] payload: two\n\
                   | offset: 2 CreateTime: T keySize: -1 valueSize: 5 sequence: -1 headerKeys: [] payload: three\n";
    check(LOG, NONE, "--print-data-log", &format!("{NONE_BATCH}{records}"));
    check(
        LOG,
        NONE,
        "--print-data-log --skip-record-metadata",
        &format!("{NONE_BATCH} payload: one\n payload: two\n payload: three\n"),
    );
    let (keys, _) = dumped(LOG, KEYS, "--print-data-log");
    assert!(keys.ends_with(
        "| offset: 0 CreateTime: T keySize: 2 valueSize: 2 sequence: -1 headerKeys: [h1,h2] key: k1 payload: v1\n\
         | offset: 1 CreateTime: T keySize: 2 valueSize: -1 sequence: -1 headerKeys: [h1] key: k2\n"
    ));
    let (transactions, _) = dumped(LOG, TRANSACTIONS, "--deep-iteration");
    for expected in [
        "isTransactional: true isControl: true deleteHorizonMs: OptionalLong.empty position: 95 CreateTime: T size: 78",
        "| offset: 2 CreateTime: T keySize: 4 valueSize: 6 sequence: -1 headerKeys: [] endTxnMarker: COMMIT coordinatorEpoch: 0\n",
        "| offset: 4 CreateTime: T keySize: 2 valueSize: 7 sequence: 3 headerKeys: []\n",
        "endTxnMarker: ABORT coordinatorEpoch: 0\n",
    ] {
        assert!(transactions.contains(expected), "{expected}\n{transactions}");
    }
}

#[test]
fn what_is_not_whole_is_told() {
    let torn = [NONE, &NONE[..50]].concat();
    check(
        "00000000000000000000.log",
        &torn,
        "",
        &format!("{NONE_BATCH}Found 50 invalid bytes at the end of 00000000000000000000.log\n"),
    );
    check("00000000000000000000.log", &torn, "--max-bytes 100", NONE_BATCH);
    let mut flipped = NONE.to_vec();
    flipped[80] ^= 1;
    check("00000000000000000000.log", &flipped, "", &NONE_BATCH.replace("isvalid: true", "isvalid: false"));
    let fails = |name: &str, bytes: &[u8], expected: &str| {
        assert_eq!(dumped(name, bytes, "").1.as_deref(), Some(expected), "{name}");
    };
    let record = "org.apache.kafka.common.errors.CorruptRecordException: Found record size 0 smaller than minimum record overhead (14) in \
                  file DIR/0.log.";
    fails("0.log", &[0; 100], record);
    fails("x.log", NONE, "java.lang.NumberFormatException: For input string: \"x\"");
    fails("nothing", NONE, "java.lang.StringIndexOutOfBoundsException: begin -1, end 7, length 7");
    fails("a.checkpoint", NONE, "java.util.NoSuchElementException: No value present");
    let sibling = "java.nio.file.NoSuchFileException: DIR/00000000000000000000.log";
    fails("00000000000000000000.index", &[0; 8], sibling);
}

#[test]
fn states_are_shown() {
    let snapshot = include_bytes!("../../../../fixtures/log/roll.snapshot");
    let expected = "producerId: 4 producerEpoch: 0 coordinatorEpoch: -1 currentTxnFirstOffset: OptionalLong.empty lastTimestamp: T \
                    firstSequence: 73 lastSequence: 73 lastOffset: 73 offsetDelta: 0 timestamp: T\n";
    check("00000000000000000074.snapshot", snapshot, "", expected);
    let aborted = include_bytes!("../../../../fixtures/log/f-tx.txnindex");
    let expected = "version: 0 producerId: 3 firstOffset: 3 lastOffset: 5 lastStableOffset: 6\n";
    check("00000000000000000000.txnindex", aborted, "", expected);
}

#[test]
fn indexes_are_held_against_their_log() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |suffix: &str| folder.path().join(format!("00000000000000000000.{suffix}"));
    std::fs::write(path("log"), NONE).expect("written");
    std::fs::write(path("index"), [0; 16]).expect("written");
    std::fs::write(path("timeindex"), [0; 24]).expect("written");
    let (report, exception) = dump_path(&path("index"), "");
    assert!(exception.is_none() && report.text.ends_with("\noffset: 0 position: 0\n"), "{}", report.text);
    assert_eq!(report.mismatches.0, [(path("index").display().to_string(), vec![(0, 2)])]);
    let (report, exception) = dump_path(&path("timeindex"), "");
    assert!(exception.is_none() && report.text.ends_with("\ntimestamp: 0 offset: 0\n"), "{}", report.text);
    assert_eq!(report.not_found.0, [(path("timeindex").display().to_string(), vec![(0, 2)])]);
    let (report, _) = dump_path(&path("index"), "--index-sanity-check");
    assert!(report.text.ends_with(".index passed sanity check.\n"));
}
