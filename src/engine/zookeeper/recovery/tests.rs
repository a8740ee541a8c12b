//! Damages of a data directory, and disks that fail: what is taken, what is refused, and that nothing acknowledged is lost. What the real
//! server does with each damage is held in `tests/apache/storage`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use rustix::io::Errno;

use super::*;
use crate::engine::zookeeper::disk::failing::FailingDisk;
use crate::engine::zookeeper::protocol::{Acl, CreateSessionTxn, CreateTxn, OpCode, SetDataTxn, TxnHeader};
use crate::engine::zookeeper::storage::{Compression, StorageOptions};
use crate::engine::zookeeper::txn_log::encode_entries;

const SESSION: i64 = 77;

/// A small file, so that tests copy little.
fn options() -> StorageOptions {
    StorageOptions { preallocate_bytes: 8192, ..StorageOptions::default() }
}

fn entry(zxid: i64, op: OpCode, txn: Txn) -> LogEntry {
    LogEntry {
        header: TxnHeader { client_id: SESSION, cxid: 0, zxid, time: 1000 + zxid, txn_type: op.code() },
        txn,
        digest: None,
    }
}

/// The transaction of each zxid: a session, then znodes of it and their data by turns.
fn transaction(zxid: i64) -> LogEntry {
    let path = |number| format!("/n{number}");
    match zxid {
        1 => entry(zxid, OpCode::CreateSession, Txn::CreateSession(CreateSessionTxn { timeout: 6000 })),
        _ if zxid % 2 == 0 => {
            let (acl, data) = (Acl::open_unsafe(), Some("x".into()));
            let parent_cversion = i32::try_from(zxid / 2).expect("small");
            entry(zxid, OpCode::Create, Txn::Create(CreateTxn { path: path(zxid), data, acl, ephemeral: false, parent_cversion }))
        }
        // both or neither
        _ => {
            let set =
                |path| (OpCode::SetData, Txn::SetData(SetDataTxn { path, data: Some(zxid.to_string().into()), version: 1 }));
            let paths = [path(zxid - 1), path(2)];
            entry(zxid, OpCode::Multi, Txn::Multi(paths.into_iter().map(set).collect()))
        }
    }
}

/// The tree after the transactions up to `zxid`.
fn tree_after(zxid: i64) -> DataTree {
    let mut tree = DataTree::new();
    for zxid in 1..=zxid {
        let entry = transaction(zxid);
        tree.apply(&entry.header, &entry.txn, &mut Vec::new());
    }
    tree
}

/// A directory with snapshots of 0, 10 and 20 and logs that begin with 1, 11 and 21 and end with 30.
fn filled(folder: &Path) -> Storage {
    let storage = Storage::open(folder, folder, options()).expect("a folder");
    for first in [1, 11, 21] {
        let before = tree_after(first - 1);
        let sessions = if first == 1 { BTreeMap::new() } else { BTreeMap::from([(SESSION, 6000)]) };
        storage.save(&before, &sessions).expect("written");
        let mut log = storage.log();
        for zxid in first..first + 10 {
            log.commit(zxid, &encode_entries(&[transaction(zxid)])).expect("written");
        }
    }
    storage
}

fn change(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).expect("readable");
    change(&mut bytes);
    fs::write(path, bytes).expect("written");
}

/// The place and length of each transaction in a log.
fn records(log: &[u8]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = 16;
    loop {
        let length = i32::from_be_bytes(log[at + 8..at + 12].try_into().expect("four bytes"));
        match usize::try_from(length) {
            Ok(length @ 1..) => found.push((at, length)),
            _ => return found,
        }
        at += 12 + found[found.len() - 1].1 + 1;
    }
}

/// Damages a directory and says what a start makes of it: the last transaction, or the exception.
#[track_caller]
fn check(damage: impl FnOnce(&Path), expected: Result<i64, &str>) {
    let folder = tempfile::tempdir().expect("a folder");
    let storage = filled(folder.path());
    damage(storage.logs());
    let found = storage.load().map(|loaded| {
        let zxid = loaded.tree.last_zxid();
        assert_eq!(loaded.tree.digest(), tree_after(zxid).digest(), "the tree is that of its last transaction");
        assert!(loaded.sessions.get(&SESSION) == Some(&6000) || zxid == 0, "the session lives");
        zxid
    });
    let shown = |error: StorageError| error.exception().replace(&folder.path().display().to_string(), "DIR");
    assert_eq!(found.map_err(shown), expected.map_err(ToOwned::to_owned));
}

fn last_log(damage: impl FnOnce(&mut Vec<u8>, &[(usize, usize)])) -> impl FnOnce(&Path) {
    |folder| {
        change(&folder.join("log.15"), |bytes| {
            let records = records(bytes);
            damage(bytes, &records);
        });
    }
}

#[test]
fn a_damaged_log_is_taken_or_refused_as_by_zookeeper() {
    check(|_| {}, Ok(30));
    check(last_log(|bytes, records| bytes.truncate(records[9].0 + 20)), Ok(29));
    check(last_log(|bytes, records| bytes[records[9].0 + 20..].fill(0)), Ok(29));
    check(last_log(|bytes, records| bytes[records[3].0 + 12 + records[3].1] = b'C'), Ok(23));
    check(last_log(|bytes, records| bytes[records[9].0 + 40] ^= 1), Err("java.io.IOException: CRC check failed"));
    check(last_log(|bytes, records| bytes[records[0].0] ^= 1), Err("java.io.IOException: CRC check failed"));
    check(
        last_log(|bytes, records| bytes[records[3].0 + 8..][..4].copy_from_slice(&(-2_i32).to_be_bytes())),
        Err("java.io.IOException: Unreasonable length = -2"),
    );
    check(
        last_log(|bytes, records| bytes[records[3].0 + 8..][..4].fill(0xff)),
        Err("java.lang.NullPointerException: Cannot read the array length because \"bytes\" is null"),
    );
    check(
        last_log(|bytes, _| bytes[..4].copy_from_slice(b"XXXX")),
        Err("java.io.IOException: Transaction log: DIR/version-2/log.15 has invalid magic number 1482184792 != 1514884167"),
    );
    check(last_log(|bytes, _| bytes[7] = 9), Ok(30));
    check(last_log(|bytes, _| bytes.clear()), Err("java.io.EOFException"));
    check(last_log(|bytes, _| bytes.truncate(16)), Ok(20));
    check(|folder| fs::write(folder.join("log.90"), "").expect("written"), Err("java.io.EOFException"));
    check(
        |folder| fs::create_dir(folder.join("log.90")).expect("made"),
        Err("java.io.FileNotFoundException: DIR/version-2/log.90 (Is a directory)"),
    );
}

#[test]
fn logs_before_the_snapshot_matter_as_far_as_zookeeper_reads_them() {
    let break_log = |name: &'static str| move |folder: &Path| change(&folder.join(name), |bytes| bytes[40] ^= 1);
    check(break_log("log.1"), Ok(30));
    check(break_log("log.b"), Err("java.io.IOException: CRC check failed"));
    check(
        |folder| ["log.1", "log.b", "log.15"].iter().for_each(|name| fs::remove_file(folder.join(name)).expect("there")),
        Ok(20),
    );
    let foreign = |folder: &Path| {
        for name in ["log.zz", "snapshot.x", "log", "note.txt", "unfinished.log.99"] {
            fs::write(folder.join(name), "junk").expect("written");
        }
    };
    check(foreign, Ok(30));
}

#[test]
fn the_newest_good_snapshot_is_taken() {
    let all = ["snapshot.0", "snapshot.a", "snapshot.14"];
    let break_snapshot = |folder: &Path, name: &str| change(&folder.join(name), |bytes| bytes[100] ^= 1);
    check(|folder| break_snapshot(folder, "snapshot.14"), Ok(30));
    check(|folder| change(&folder.join("snapshot.14"), |bytes| bytes.truncate(200)), Ok(30));
    check(|folder| fs::create_dir(folder.join("snapshot.99")).expect("made"), Ok(30));
    check(
        |folder| all.iter().for_each(|name| break_snapshot(folder, name)),
        Err("java.io.IOException: Not able to find valid snapshots in DIR/version-2"),
    );
    let none = "java.io.IOException: No snapshot found, but there are log entries. Something is broken!";
    check(|folder| all.iter().for_each(|name| change(&folder.join(name), |bytes| bytes.truncate(80))), Err(none));
    check(|folder| all.iter().for_each(|name| fs::remove_file(folder.join(name)).expect("there")), Err(none));
}

#[test]
fn logs_alone_are_trusted_where_the_file_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let storage = filled(folder.path());
    for name in ["snapshot.0", "snapshot.a", "snapshot.14"] {
        fs::remove_file(storage.snapshots().join(name)).expect("there");
    }
    let trusting = StorageOptions { trust_empty: true, ..options() };
    let storage = Storage::open(folder.path(), folder.path(), trusting).expect("a folder");
    let loaded = storage.load().expect("trusted");
    assert_eq!((loaded.tree.digest(), loaded.is_new), (tree_after(30).digest(), false));
}

#[test]
fn folders_that_cannot_be_or_are_mixed_up_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let (one, other) = (folder.path().join("one"), folder.path().join("other"));
    let refused = |data: &Path, logs: &Path, options| {
        let error = Storage::open(data, logs, options).expect_err("refused");
        assert!(error.is_about_folders());
        error.exception().replace(&folder.path().display().to_string(), "DIR")
    };
    let nested = "org.apache.zookeeper.server.persistence.FileTxnSnapLog$";
    let manual = StorageOptions { autocreate: false, ..options() };
    assert_eq!(
        refused(&one, &one, manual),
        format!(
            "{nested}DatadirException: Missing data directory DIR/one/version-2, automatic data directory creation is disabled \
             (zookeeper.datadir.autocreate is false). Please create this directory manually."
        )
    );
    filled(&one);
    let log = "Log directory has snapshot files. Check if dataLogDir and dataDir configuration is correct.";
    assert_eq!(refused(&other, &one, options()), format!("{nested}LogDirContentCheckException: {log}"));
    let snap = "Snapshot directory has log files. Check if dataLogDir and dataDir configuration is correct.";
    assert_eq!(refused(&one, &other, options()), format!("{nested}SnapDirContentCheckException: {snap}"));
    let file = folder.path().join("file");
    fs::write(&file, "").expect("written");
    let expected = format!("{nested}DatadirException: Unable to create data directory DIR/file/version-2");
    assert_eq!(refused(&file, &file, options()), expected);
}

#[test]
fn compressed_snapshots_are_read_whatever_is_written_now() {
    for compression in [Compression::Gzip, Compression::Snappy] {
        let folder = tempfile::tempdir().expect("a folder");
        let storage = Storage::open(folder.path(), folder.path(), StorageOptions { compression, ..options() }).expect("a folder");
        let path = storage.save(&tree_after(9), &BTreeMap::new()).expect("written");
        assert_eq!(path.extension().and_then(|name| name.to_str()), Some(&compression.extension()[1..]));
        let plain = Storage::open(folder.path(), folder.path(), options()).expect("a folder");
        let loaded = plain.load().expect("a snapshot");
        assert_eq!((loaded.tree.digest(), loaded.tree.last_zxid()), (tree_after(9).digest(), 9));
    }
}

#[test]
fn what_a_dead_session_left_behind_goes() {
    let folder = tempfile::tempdir().expect("a folder");
    let storage = Storage::open(folder.path(), folder.path(), options()).expect("a folder");
    let mut tree = tree_after(2);
    let (acl, path) = (Acl::open_unsafe(), "/e".to_owned());
    let create = Txn::Create(CreateTxn { path, data: None, acl, ephemeral: true, parent_cversion: 9 });
    tree.apply(&entry(3, OpCode::Create, create.clone()).header, &create, &mut Vec::new());
    storage.save(&tree, &BTreeMap::from([(SESSION, 6000)])).expect("written");
    assert!(storage.load().expect("a snapshot").tree.node("/e").is_some());
    storage.save(&tree, &BTreeMap::new()).expect("written");
    let loaded = storage.load().expect("a snapshot").tree;
    assert!(loaded.node("/e").is_none() && loaded.ephemerals_count() == 0);
}

/// Writes as a server does, on a disk that fails after so many operations; gives the last transaction that was acknowledged.
fn write_until_refused(folder: &Path, disk: FailingDisk) -> i64 {
    let mut acknowledged = 0;
    let Ok(storage) = Storage::open_on(Arc::new(disk), folder, folder, options()) else { return acknowledged };
    if storage.save(&DataTree::new(), &BTreeMap::new()).is_err() {
        return acknowledged;
    }
    let mut log = storage.log();
    for first in (1..60).step_by(3) {
        let entries: Vec<LogEntry> = (first..first + 3).map(transaction).collect();
        if log.commit(first, &encode_entries(&entries)).is_err() {
            return acknowledged;
        }
        acknowledged = first + 2;
        if first % 15 == 1 {
            log.roll_for_snapshot();
            if storage.save(&tree_after(acknowledged), &BTreeMap::from([(SESSION, 6000)])).is_err() {
                return acknowledged;
            }
        }
    }
    acknowledged
}

#[test]
fn a_disk_that_fails_anywhere_loses_nothing_that_was_acknowledged() {
    let enough = FailingDisk::after(usize::MAX, Errno::IO);
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(write_until_refused(folder.path(), enough.clone()), 60);
    let operations = usize::MAX - enough.left();
    assert!(operations > 60, "{operations}");
    for (error, left) in [Errno::IO, Errno::NOSPC].into_iter().flat_map(|error| (0..operations).map(move |left| (error, left))) {
        let folder = tempfile::tempdir().expect("a folder");
        let acknowledged = write_until_refused(folder.path(), FailingDisk::after(left, error));
        let storage = Storage::open(folder.path(), folder.path(), options()).expect("a folder");
        let loaded = storage.load().unwrap_or_else(|refused| panic!("after {left} operations: {}", refused.exception()));
        let zxid = loaded.tree.last_zxid();
        // what was written and not acknowledged may be there, each transaction whole
        assert!(zxid >= acknowledged && zxid <= acknowledged + 3, "{zxid} of {acknowledged} after {left} operations");
        assert_eq!(loaded.tree.digest(), tree_after(zxid).digest());
    }
}
