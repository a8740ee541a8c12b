//! A data directory: loading what is there, and keeping it.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

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
}

impl Storage {
    /// Makes the folders where they are missing.
    ///
    /// # Errors
    /// A folder cannot be made or written.
    pub fn open(data_dir: &Path, data_log_dir: &Path) -> Result<Self, StorageError> {
        let storage = Self { snapshots: data_dir.join(VERSION_FOLDER), logs: data_log_dir.join(VERSION_FOLDER) };
        for folder in [&storage.logs, &storage.snapshots] {
            fs::create_dir_all(folder).map_err(|_| StorageError::CreateFolder(folder.clone()))?;
            if !is_writable(folder) {
                return Err(StorageError::NotWritable(folder.clone()));
            }
        }
        Ok(storage)
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
