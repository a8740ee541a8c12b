//! A data directory: loading what is there, and keeping it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use rustix::fs::{FlockOperation, flock};

use super::data_tree::{Capture, DataTree};
use super::disk::{Disk, SystemDisk};
use super::recovery::{file_not_found, numbered, reason};
use super::snapshot::{Frame, Piece, SnapshotEncoder, snapshot_name, write_snapshot};
use super::snapshot_stream;
use super::txn_log::{LogError, TxnLog};

pub use super::recovery::{Loaded, Observer};
pub use super::storage_options::{Compression, StorageOptions};

/// The folder inside `dataDir` and `dataLogDir`, named after the format's version.
const VERSION_FOLDER: &str = "version-2";

/// Why a data directory cannot be used; the texts are ZooKeeper's.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The folder cannot be made.
    #[error("Unable to create {what} directory {path}")]
    CreateFolder {
        /// `data` or `snap`.
        what: &'static str,
        /// The folder.
        path: PathBuf,
    },
    /// The folder is not there, and is not to be made.
    #[error(
        "Missing {what} directory {path}, automatic data directory creation is disabled (zookeeper.datadir.autocreate is \
             false).{gap}Please create this directory manually."
    )]
    Missing {
        /// `data` or `snap`.
        what: &'static str,
        /// The folder.
        path: PathBuf,
        /// ZooKeeper's sentence has a blank here for one of the two.
        gap: &'static str,
    },
    /// The folder cannot be written.
    #[error("Cannot write to {what} directory {path}")]
    NotWritable {
        /// `data` or `snap`.
        what: &'static str,
        /// The folder.
        path: PathBuf,
    },
    /// A server of ours uses it.
    #[error("Data directory {0} is used by another server: stop it, or set another dataDir")]
    InUse(PathBuf),
    /// `dataLogDir` is a server's `dataDir`.
    #[error("Log directory has snapshot files. Check if dataLogDir and dataDir configuration is correct.")]
    SnapshotsAmongLogs,
    /// `dataDir` is a server's `dataLogDir`.
    #[error("Snapshot directory has log files. Check if dataLogDir and dataDir configuration is correct.")]
    LogsAmongSnapshots,
    /// There are logs but no snapshot.
    #[error("No snapshot found, but there are log entries. Something is broken!")]
    NoSnapshot,
    /// There are snapshots, and each is damaged.
    #[error("Not able to find valid snapshots in {0}")]
    NoValidSnapshot(PathBuf),
    /// A log is damaged before its end.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A snapshot cannot be written.
    #[error("failed to write {path}")]
    Snapshot {
        /// The snapshot.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The system refuses.
    #[error("failed to read or write {path}")]
    Io {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl StorageError {
    /// The Java exception that ZooKeeper's log shows: class and message.
    pub fn exception(&self) -> String {
        let nested = "org.apache.zookeeper.server.persistence.FileTxnSnapLog$";
        match self {
            Self::CreateFolder { .. } | Self::Missing { .. } | Self::NotWritable { .. } | Self::InUse(_) => {
                format!("{nested}DatadirException: {self}")
            }
            Self::SnapshotsAmongLogs => format!("{nested}LogDirContentCheckException: {self}"),
            Self::LogsAmongSnapshots => format!("{nested}SnapDirContentCheckException: {self}"),
            Self::Log(LogError::NoHeader { .. }) => "java.io.EOFException".to_owned(),
            Self::Log(LogError::NullLength { .. }) => format!("java.lang.NullPointerException: {self}"),
            Self::Log(LogError::Io { path, source }) | Self::Snapshot { path, source } | Self::Io { path, source } => {
                match source.kind() {
                    io::ErrorKind::NotFound
                    | io::ErrorKind::PermissionDenied
                    | io::ErrorKind::IsADirectory
                    | io::ErrorKind::NotADirectory => file_not_found(path, source),
                    _ => format!("java.io.IOException: {}", reason(source)),
                }
            }
            Self::NoSnapshot | Self::NoValidSnapshot(_) | Self::Log(_) => format!("java.io.IOException: {self}"),
        }
    }

    /// Whether the folders are at fault rather than what is in them.
    pub fn is_about_folders(&self) -> bool {
        matches!(
            self,
            Self::CreateFolder { .. }
                | Self::Missing { .. }
                | Self::NotWritable { .. }
                | Self::InUse(_)
                | Self::SnapshotsAmongLogs
                | Self::LogsAmongSnapshots
        )
    }
}

/// The folders of one server.
#[derive(Clone, Debug)]
pub struct Storage {
    snapshots: PathBuf,
    logs: PathBuf,
    options: StorageOptions,
    disk: Arc<dyn Disk>,
    /// Locked as long as this lives; the lock is on the folder, in which ZooKeeper would find no file of ours.
    lock: Option<Arc<File>>,
}

impl Storage {
    /// Makes the folders where they are missing.
    ///
    /// # Errors
    /// A folder cannot be made or written, or holds what belongs into the other.
    pub fn open(data_dir: &Path, data_log_dir: &Path, options: StorageOptions) -> Result<Self, StorageError> {
        Self::open_on(Arc::new(SystemDisk), data_dir, data_log_dir, options)
    }

    /// The same on any disk.
    ///
    /// # Errors
    /// As [`Storage::open`].
    pub fn open_on(
        disk: Arc<dyn Disk>,
        data_dir: &Path,
        data_log_dir: &Path,
        options: StorageOptions,
    ) -> Result<Self, StorageError> {
        let (snapshots, logs) = (data_dir.join(VERSION_FOLDER), data_log_dir.join(VERSION_FOLDER));
        for (what, path, gap) in [("data", &logs, " "), ("snap", &snapshots, "")] {
            let path = path.clone();
            if !path.exists() {
                if !options.autocreate {
                    return Err(StorageError::Missing { what, path, gap });
                }
                if fs::create_dir_all(&path).is_err() {
                    return Err(StorageError::CreateFolder { what, path });
                }
            }
            if !is_writable(&path) {
                return Err(StorageError::NotWritable { what, path });
            }
        }
        if logs != snapshots && has(&logs, "snapshot.") {
            return Err(StorageError::SnapshotsAmongLogs);
        }
        if logs != snapshots && has(&snapshots, "log.") {
            return Err(StorageError::LogsAmongSnapshots);
        }
        Ok(Self { snapshots, logs, options, disk, lock: None })
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

    /// The newest snapshot: its zxid, and when it was written in seconds since 1970.
    pub fn last_snapshot(&self) -> Option<(i64, i64)> {
        let (zxid, newest) = numbered(&self.snapshots, "snapshot").ok()?.into_iter().max_by_key(|(zxid, _)| *zxid)?;
        let written = fs::metadata(newest).ok()?.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        Some((zxid, i64::try_from(written.as_secs()).ok()?))
    }

    /// Where logs are kept.
    pub fn logs(&self) -> &Path {
        &self.logs
    }

    /// How it is kept.
    pub fn options(&self) -> &StorageOptions {
        &self.options
    }

    /// A log that begins a new file with the next transaction.
    pub fn log(&self) -> TxnLog {
        TxnLog::new(self.logs.clone(), Arc::clone(&self.disk), &self.options)
    }

    /// Where a snapshot of everything up to a transaction is written.
    pub fn snapshot_path(&self, zxid: i64) -> PathBuf {
        self.snapshots.join(snapshot_name(zxid, self.options.compression))
    }

    /// Writes a snapshot of the tree as it is.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn save(&self, tree: &DataTree, sessions: &BTreeMap<i64, i32>) -> Result<PathBuf, StorageError> {
        let mut capture = Capture::of(tree);
        let (encoder, frame) = SnapshotEncoder::begin(&capture, sessions);
        self.save_pieces(&frame, || Some(encoder.piece(|visit| capture.give(tree, visit))))?;
        Ok(self.snapshot_path(frame.zxid))
    }

    /// Writes a snapshot piece by piece; `None` where they ended before the last: then there is none.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn save_pieces(&self, frame: &Frame, next: impl FnMut() -> Option<Piece>) -> Result<Option<PathBuf>, StorageError> {
        write_snapshot(&*self.disk, &self.snapshots, self.options.compression, frame, next)
            .map_err(|source| StorageError::Snapshot { path: self.snapshot_path(frame.zxid), source })
    }

    /// Deletes all but the newest `retain` whole snapshots, and the logs that none of these needs; gives what was deleted.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn purge(&self, retain: usize) -> Result<Vec<PathBuf>, StorageError> {
        let snapshots = numbered(&self.snapshots, "snapshot")?;
        let whole = snapshots.iter().rev().filter(|(_, path)| snapshot_stream::looks_valid(path).unwrap_or(false));
        let Some(&(oldest, _)) = whole.take(retain).last() else { return Ok(Vec::new()) };
        let logs = numbered(&self.logs, "log")?;
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
}

fn is_writable(folder: &Path) -> bool {
    rustix::fs::access(folder, rustix::fs::Access::WRITE_OK).is_ok()
}

/// Whether a folder has a file of this kind, whatever follows the dot.
fn has(folder: &Path, prefix: &str) -> bool {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.into_iter().any(|entry| entry.file_name().to_str().is_some_and(|name| name.starts_with(prefix)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::zookeeper::protocol::TxnHeader;
    use crate::engine::zookeeper::txn::Txn;

    #[test]
    fn a_second_server_is_refused_until_the_first_has_gone() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut first = Storage::open(folder.path(), folder.path(), StorageOptions::default()).expect("a folder");
        let mut second = Storage::open(folder.path(), folder.path(), StorageOptions::default()).expect("a folder");
        first.lock().expect("nobody else");
        assert!(matches!(second.lock(), Err(StorageError::InUse(_))));
        drop(first);
        second.lock().expect("the first has gone");
    }

    #[test]
    fn purging_keeps_the_newest_whole_snapshots_and_the_logs_that_they_need() {
        let folder = tempfile::tempdir().expect("a folder");
        let storage = Storage::open(folder.path(), folder.path(), StorageOptions::default()).expect("a folder");
        let mut tree = DataTree::new();
        for zxid in [1, 10, 20, 30, 40] {
            let header = TxnHeader { client_id: 1, cxid: 0, zxid, time: 0, txn_type: -1 };
            tree.apply(&header, &Txn::Multi(Vec::new()), &mut Vec::new());
            storage.save(&tree, &BTreeMap::new()).expect("written");
            let header = [b"ZKLG".as_slice(), &[0; 12]].concat();
            fs::write(storage.logs().join(format!("log.{:x}", zxid + 1)), header).expect("written");
        }
        fs::write(storage.snapshots().join("snapshot.32"), "cut short").expect("written");
        let gone = storage.purge(3).expect("purged");
        let names: Vec<_> = gone.iter().filter_map(|path| path.file_name()?.to_str()).collect();
        assert_eq!(names, ["snapshot.1", "snapshot.a", "log.2"], "the log before snapshot.14 is log.b");
        assert_eq!(storage.load().expect("the cut one is passed over").tree.last_zxid(), 40);
    }
}
