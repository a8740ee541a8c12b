//! A coordinator's data directory from arbitrary bytes: a start takes it or refuses it, and what it takes is the same when it was written
//! and read again.

use std::cell::RefCell;
use std::fs;
use std::path::Path;

use kafkalab::engine::zookeeper::storage::{Storage, StorageOptions};

/// What the first byte of an input makes of the rest.
const FILES: [&str; 4] = ["log.1", "snapshot.7", "snapshot.7.gz", "snapshot.7.snappy"];
/// A transaction of a real server: createSession.
const SESSION_TXN: &str = "00000000b6330a39000000300100002\
    37c36000000000000000000000000000100000\
    1a205e9cd2bfffffff600004650000000020000000051c6d66042";

thread_local! {
    /// One folder for all inputs: most of the time would go into making them.
    static FOLDER: RefCell<Option<tempfile::TempDir>> = const { RefCell::new(None) };
}

/// Starts on a directory that holds the bytes as a log or a snapshot.
pub fn check(bytes: &[u8]) {
    let Some((first, contents)) = bytes.split_first() else { return };
    FOLDER.with_borrow_mut(|folder| {
        let folder = folder.get_or_insert_with(|| tempfile::tempdir().expect("a folder"));
        start(folder.path(), FILES[usize::from(*first) % FILES.len()], contents);
    });
}

fn start(folder: &Path, name: &str, contents: &[u8]) {
    let options = StorageOptions { trust_empty: true, ..StorageOptions::default() };
    let storage = Storage::open(folder, folder, options).expect("a folder");
    for entry in fs::read_dir(storage.logs()).expect("readable").flatten() {
        fs::remove_file(entry.path()).expect("removed");
    }
    fs::write(storage.logs().join(name), contents).expect("written");
    let Ok(loaded) = storage.load() else { return };
    // a checksum makes none of the numbers in a file sensible; the next start goes by the last
    if loaded.tree.last_zxid() < 0 {
        return;
    }
    storage.save(&loaded.tree, &loaded.sessions).expect("written");
    for entry in fs::read_dir(storage.logs()).expect("readable").flatten() {
        if entry.file_name().to_str().is_some_and(|name| name.starts_with("log.")) {
            fs::remove_file(entry.path()).expect("removed");
        }
    }
    let again = storage.load().expect("what was written is read");
    assert_eq!(again.tree.digest(), loaded.tree.digest());
    assert_eq!(again.tree.last_zxid(), loaded.tree.last_zxid());
    assert_eq!(again.sessions, loaded.sessions);
}

/// Well-formed inputs to begin from: a log, and a snapshot in each form.
pub fn seeds() -> Vec<Vec<u8>> {
    let folder = tempfile::tempdir().expect("a folder");
    let txn: Vec<u8> =
        (0..SESSION_TXN.len() / 2).map(|at| u8::from_str_radix(&SESSION_TXN[2 * at..][..2], 16).expect("hex")).collect();
    let log = [b"\0ZKLG".as_slice(), &2_i32.to_be_bytes(), &0_i64.to_be_bytes(), &txn, &[0; 32]].concat();
    let mut seeds = vec![log];
    for (at, method) in ["", "gz", "snappy"].into_iter().enumerate() {
        let options = StorageOptions::read(|key| (key == "snapshot.compression.method").then_some(method), |_, _| {});
        let storage = Storage::open(folder.path(), folder.path(), options).expect("a folder");
        let new = storage.load().expect("nothing or a snapshot");
        let path = storage.save(&new.tree, &new.sessions).expect("written");
        let name = [u8::try_from(at + 1).expect("small")];
        seeds.push([&name[..], &fs::read(path).expect("readable")].concat());
    }
    seeds
}
