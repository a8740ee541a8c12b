//! A data directory: loading what is there, and keeping it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{FlockOperation, flock};

use super::data_tree::DataTree;
use super::snapshot::{SnapshotError, read_snapshot, write_snapshot};
use super::txn::{LogEntry, Txn};
use super::txn_log::{LogError, TxnLog, read_log};

/// The folder inside `dataDir` and `dataLogDir`, named after the format's version.
const VERSION_FOLDER: &str = "version-2";

/// Why a data directory cannot be used; the texts are ZooKeeper's.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The folder cannot be made.
    #[error("Unable to create data directory {0}")]
    CreateFolder(PathBuf),
    /// The folder cannot be written.
    #[error("Cannot write to data directory {0}")]
    NotWritable(PathBuf),
    /// A server of ours uses it.
    #[error("Data directory {0} is used by another server: stop it, or set another dataDir")]
    InUse(PathBuf),
    /// There are logs but no snapshot.
    #[error("No snapshot found, but there are log entries. Something is broken!")]
    NoSnapshot,
    /// There are snapshots, and each is damaged.
    #[error("Not able to find valid snapshots in {0}")]
    NoValidSnapshot(PathBuf),
    /// A log is damaged before its end.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The system refuses.
    #[error("failed to read or write {path}")]
    Io {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// What a data directory held.
#[derive(Debug)]
pub struct Loaded {
    /// The tree after the last transaction.
    pub tree: DataTree,
    /// Timeouts of the living sessions in ms, by id.
    pub sessions: BTreeMap<i64, i32>,
    /// Transactions that were read from logs; `None` where the folder was new.
    pub replayed: Option<usize>,
    /// Snapshots that were passed over because they are damaged.
    pub damaged: Vec<(PathBuf, SnapshotError)>,
    /// The snapshot that was read.
    pub snapshot: Option<PathBuf>,
}

/// The folders of one server.
#[derive(Clone, Debug)]
pub struct Storage {
    snapshots: PathBuf,
    logs: PathBuf,
    /// Locked as long as this lives; the lock is on the folder, in which ZooKeeper would find no file of ours.
    lock: Option<Arc<File>>,
}

impl Storage {
    /// Makes the folders where they are missing.
    ///
    /// # Errors
    /// A folder cannot be made or written.
    pub fn open(data_dir: &Path, data_log_dir: &Path) -> Result<Self, StorageError> {
        let (snapshots, logs) = (data_dir.join(VERSION_FOLDER), data_log_dir.join(VERSION_FOLDER));
        for folder in [&logs, &snapshots] {
            fs::create_dir_all(folder).map_err(|_| StorageError::CreateFolder(folder.clone()))?;
            if !is_writable(folder) {
                return Err(StorageError::NotWritable(folder.clone()));
            }
        }
        Ok(Self { snapshots, logs, lock: None })
    }

    /// Keeps other servers of ours out until the last copy of this has gone.
    ///
    /// # Errors
    /// `InUse`, or the folder cannot be opened.
    pub fn lock(&mut self) -> Result<(), StorageError> {
        let lock = File::open(&self.logs).map_err(|source| StorageError::Io { path: self.logs.clone(), source })?;
        // a file system without locks is one where nobody can be told apart
        if flock(&lock, FlockOperation::NonBlockingLockExclusive) == Err(rustix::io::Errno::WOULDBLOCK) {
            return Err(StorageError::InUse(self.logs.clone()));
        }
        self.lock = Some(Arc::new(lock));
        Ok(())
    }

    /// Where snapshots are kept.
    pub fn snapshots(&self) -> &Path {
        &self.snapshots
    }

    /// Where logs are kept.
    pub fn logs(&self) -> &Path {
        &self.logs
    }

    /// A log that begins a new file with the next transaction.
    pub fn log(&self) -> TxnLog {
        TxnLog::new(self.logs.clone())
    }

    /// Writes a snapshot.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn save(&self, tree: &DataTree, sessions: &BTreeMap<i64, i32>) -> Result<PathBuf, StorageError> {
        write_snapshot(&self.snapshots, tree, sessions)
            .map_err(|source| StorageError::Io { path: self.snapshots.clone(), source })
    }

    /// Reads the newest good snapshot and every transaction after it.
    ///
    /// # Errors
    /// There is something and it cannot be trusted.
    pub fn load(&self) -> Result<Loaded, StorageError> {
        let snapshots = self.numbered(&self.snapshots, "snapshot.")?;
        let logs = self.numbered(&self.logs, "log.")?;
        if snapshots.is_empty() && !logs.is_empty() {
            return Err(StorageError::NoSnapshot);
        }
        if snapshots.is_empty() {
            let (tree, sessions) = (DataTree::new(), BTreeMap::new());
            return Ok(Loaded { tree, sessions, replayed: None, damaged: Vec::new(), snapshot: None });
        }
        let mut damaged = Vec::new();
        for (zxid, path) in snapshots.into_iter().rev() {
            match read_snapshot(&path, zxid) {
                Ok((tree, sessions)) => {
                    let mut loaded = Loaded { tree, sessions, replayed: None, damaged, snapshot: Some(path) };
                    loaded.replayed = Some(replay(&mut loaded, &logs)?);
                    return Ok(loaded);
                }
                Err(error) => damaged.push((path, error)),
            }
        }
        Err(StorageError::NoValidSnapshot(self.snapshots.clone()))
    }

    /// Deletes all but the newest `retain` whole snapshots, and the logs that none of these needs; gives what was deleted.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn purge(&self, retain: usize) -> Result<Vec<PathBuf>, StorageError> {
        let snapshots = self.numbered(&self.snapshots, "snapshot.")?;
        let whole = snapshots.iter().rev().filter(|(_, path)| ends_as_a_snapshot(path));
        let Some(&(oldest, _)) = whole.take(retain).last() else { return Ok(Vec::new()) };
        let logs = self.numbered(&self.logs, "log.")?;
        // the log that was written when the snapshot was taken begins before it
        let needed = logs.iter().rev().map(|(zxid, _)| *zxid).find(|zxid| *zxid <= oldest).unwrap_or(oldest);
        let old = snapshots.into_iter().filter(|(zxid, _)| *zxid < oldest);
        let old: Vec<PathBuf> = old.chain(logs.into_iter().filter(|(zxid, _)| *zxid < needed)).map(|(_, path)| path).collect();
        for path in &old {
            fs::remove_file(path).map_err(|source| StorageError::Io { path: path.clone(), source })?;
        }
        Ok(old)
    }

    /// Bytes of the files with snapshots and of those with logs.
    pub fn sizes(&self) -> (u64, u64) {
        let size = |folder: &Path| {
            let entries = fs::read_dir(folder).into_iter().flatten().flatten();
            entries.filter_map(|entry| entry.metadata().ok()).map(|metadata| metadata.len()).sum()
        };
        (size(&self.snapshots), size(&self.logs))
    }

    /// The files of a folder whose names are the prefix and a hexadecimal number, in the order of the numbers.
    fn numbered(&self, folder: &Path, prefix: &str) -> Result<Vec<(i64, PathBuf)>, StorageError> {
        let io_error = |source| StorageError::Io { path: folder.to_owned(), source };
        let mut files = Vec::new();
        for entry in fs::read_dir(folder).map_err(io_error)? {
            let entry = entry.map_err(io_error)?;
            let number = entry.file_name().to_str().and_then(|name| i64::from_str_radix(name.strip_prefix(prefix)?, 16).ok());
            files.extend(number.map(|number| (number, entry.path())));
        }
        files.sort();
        Ok(files)
    }
}

/// Whether the file ends with a seal, as one that was cut short does not.
fn ends_as_a_snapshot(path: &Path) -> bool {
    const END: [u8; 5] = [0, 0, 0, 1, b'/'];
    let mut end = [0; END.len()];
    let mut read = || -> io::Result<()> {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::End(-5))?;
        file.read_exact(&mut end)
    };
    read().is_ok() && end == END
}

fn is_writable(folder: &Path) -> bool {
    rustix::fs::access(folder, rustix::fs::Access::WRITE_OK).is_ok()
}

/// Applies the transactions after the snapshot; the log that holds the first of them may begin before it.
fn replay(loaded: &mut Loaded, logs: &[(i64, PathBuf)]) -> Result<usize, StorageError> {
    let from = loaded.tree.last_zxid() + 1;
    let first = logs.iter().rposition(|(zxid, _)| *zxid <= from).unwrap_or(0);
    let mut count = 0;
    for (_, path) in &logs[first.min(logs.len())..] {
        read_log(path, |entry| {
            if entry.header.zxid >= from {
                apply(loaded, &entry);
                count += 1;
            }
        })?;
    }
    Ok(count)
}

fn apply(loaded: &mut Loaded, entry: &LogEntry) {
    match &entry.txn {
        Txn::CreateSession(txn) => {
            loaded.sessions.insert(entry.header.client_id, txn.timeout);
        }
        Txn::CloseSession(_) => {
            loaded.sessions.remove(&entry.header.client_id);
        }
        _ => {}
    }
    loaded.tree.apply(&entry.header, &entry.txn, &mut Vec::new());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::zookeeper::protocol::TxnHeader;

    #[test]
    fn a_second_server_is_refused_until_the_first_has_gone() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut first = Storage::open(folder.path(), folder.path()).expect("a folder");
        let mut second = Storage::open(folder.path(), folder.path()).expect("a folder");
        first.lock().expect("nobody else");
        assert!(matches!(second.lock(), Err(StorageError::InUse(_))));
        drop(first);
        second.lock().expect("the first has gone");
    }

    #[test]
    fn purging_keeps_the_newest_whole_snapshots_and_the_logs_that_they_need() {
        let folder = tempfile::tempdir().expect("a folder");
        let storage = Storage::open(folder.path(), folder.path()).expect("a folder");
        let mut tree = DataTree::new();
        for zxid in [1, 10, 20, 30, 40] {
            let header = TxnHeader { client_id: 1, cxid: 0, zxid, time: 0, txn_type: -1 };
            tree.apply(&header, &Txn::Multi(Vec::new()), &mut Vec::new());
            storage.save(&tree, &BTreeMap::new()).expect("written");
            fs::write(storage.logs().join(format!("log.{:x}", zxid + 1)), "").expect("written");
        }
        fs::write(storage.snapshots().join("snapshot.32"), "cut short").expect("written");
        let gone = storage.purge(3).expect("purged");
        let names: Vec<_> = gone.iter().filter_map(|path| path.file_name()?.to_str()).collect();
        assert_eq!(names, ["snapshot.1", "snapshot.a", "log.2"], "the log before snapshot.14 is log.b");
        assert_eq!(storage.load().expect("the cut one is passed over").tree.last_zxid(), 40);
    }
}
