//! What a data directory held: the newest good snapshot, and every transaction of the logs after it. What is taken and what is refused
//! is as ZooKeeper decides it.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::data_tree::{Change, DataTree};
use super::digest_check::SnapshotDigest;
use super::snapshot::read_snapshot;
use super::snapshot_stream;
use super::storage::{Storage, StorageError};
use super::txn::{LogEntry, Txn};
use super::txn_log::{LogEnd, UNFINISHED, read_log};
use crate::engine::log4j::{self, Level};
use crate::{log_error, log_info, log_warn};

const SNAP_LOGGER: &str = "org.apache.zookeeper.server.persistence.FileSnap";
const SNAP_LOG_LOGGER: &str = "org.apache.zookeeper.server.persistence.FileTxnSnapLog";
const LOG_LOGGER: &str = "org.apache.zookeeper.server.persistence.Util";
/// So many snapshots are tried.
const SNAPSHOTS_TRIED: usize = 100;

/// What a data directory held.
#[derive(Debug)]
pub struct Loaded {
    /// The tree after the last transaction.
    pub tree: DataTree,
    /// Timeouts of the living sessions in ms, by id.
    pub sessions: BTreeMap<i64, i32>,
    /// Whether there was neither a snapshot nor a log.
    pub is_new: bool,
}

/// Is told what a data directory holds while it is read.
pub trait Observer {
    /// A snapshot was read; `digest` is what stands at its end.
    fn snapshot(&mut self, _tree: &DataTree, _digest: Option<SnapshotDigest>) {}

    /// A transaction was applied.
    fn transaction(&mut self, _tree: &DataTree, _entry: &LogEntry, _changes: &[Change]) {}

    /// Everything was read.
    fn end(&mut self, _tree: &DataTree) {}
}

impl Observer for () {}

impl Storage {
    /// Reads the newest good snapshot and every transaction after it, and logs what ZooKeeper logs of it.
    ///
    /// # Errors
    /// There is something and it cannot be trusted.
    pub fn load(&self) -> Result<Loaded, StorageError> {
        self.load_with(&mut ())
    }

    /// The same; `observer` is told what is found.
    ///
    /// # Errors
    /// As [`Storage::load`].
    pub fn load_with(&self, observer: &mut dyn Observer) -> Result<Loaded, StorageError> {
        self.remove_unfinished();
        let logs = numbered(self.logs(), "log")?;
        let mut loaded = match self.newest_snapshot()? {
            Some(mut loaded) => {
                let digest = loaded.tree.take_snapshot_digest();
                observer.snapshot(&loaded.tree, digest);
                loaded
            }
            None => {
                let loaded =
                    Loaded { tree: DataTree::with(self.options().tree), sessions: BTreeMap::new(), is_new: logs.is_empty() };
                if loaded.is_new {
                    return Ok(loaded);
                }
                if !self.options().trust_empty {
                    return Err(StorageError::NoSnapshot);
                }
                log_warn!(
                    SNAP_LOG_LOGGER,
                    "No snapshot found, but there are log entries. This should only be allowed during upgrading."
                );
                loaded
            }
        };
        let began = Instant::now();
        let count = replay(&mut loaded, &logs, observer)?;
        observer.end(&loaded.tree);
        if count > 0 {
            log_info!(SNAP_LOG_LOGGER, "{count} txns loaded in {} ms", began.elapsed().as_millis());
        }
        // what a session left behind that has gone is not in its log
        loaded.tree.kill_sessions_but(|session| loaded.sessions.contains_key(&session));
        Ok(loaded)
    }

    /// The newest snapshot that can be read whole; the damaged ones are named in the log.
    fn newest_snapshot(&self) -> Result<Option<Loaded>, StorageError> {
        let mut candidates = Vec::new();
        for (zxid, path) in numbered(self.snapshots(), "snapshot")?.into_iter().rev() {
            match snapshot_stream::looks_valid(&path) {
                Ok(true) => candidates.push((zxid, path)),
                Ok(false) => {}
                Err(error) => log4j::log_caused(
                    Level::Warn,
                    SNAP_LOGGER,
                    format_args!("invalid snapshot {}", path.display()),
                    format_args!("{}", file_not_found(&path, &error)),
                ),
            }
            if candidates.len() == SNAPSHOTS_TRIED {
                break;
            }
        }
        let Some(_) = candidates.first() else { return Ok(None) };
        for (zxid, path) in candidates {
            log_info!(SNAP_LOGGER, "Reading snapshot {}", path.display());
            match read_snapshot(&path, zxid, self.options().tree) {
                Ok((tree, sessions)) => return Ok(Some(Loaded { tree, sessions, is_new: false })),
                Err(error) => log4j::log_caused(
                    Level::Warn,
                    SNAP_LOGGER,
                    format_args!("problem reading snap file {}", path.display()),
                    format_args!("java.io.IOException: {error}"),
                ),
            }
        }
        Err(StorageError::NoValidSnapshot(self.snapshots().to_owned()))
    }

    /// What a server of ours was writing when it was killed.
    fn remove_unfinished(&self) {
        for folder in [self.snapshots(), self.logs()] {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                if entry.file_name().to_str().is_some_and(|name| name.starts_with(UNFINISHED)) {
                    // one that stays is in nobody's way
                    let _ = fs::remove_file(entry.path());
                }
            }
        }
    }
}

/// The files of a folder whose names are the prefix, a dot and a hexadecimal number, in the order of the numbers; what else follows after a
/// dot is for others. A folder that is none has no files.
///
/// # Errors
/// The folder cannot be read.
pub fn numbered(folder: &Path, prefix: &str) -> Result<Vec<(i64, PathBuf)>, StorageError> {
    let io_error = |source| StorageError::Io { path: folder.to_owned(), source };
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => return Ok(Vec::new()),
        entries => entries.map_err(io_error)?,
    };
    let mut files = Vec::new();
    for entry in entries {
        let entry = entry.map_err(io_error)?;
        files.extend(entry.file_name().to_str().and_then(|name| zxid_of(name, prefix)).map(|zxid| (zxid, entry.path())));
    }
    files.sort();
    Ok(files)
}

fn zxid_of(name: &str, prefix: &str) -> Option<i64> {
    let mut parts = name.split('.');
    let number = (parts.next()? == prefix).then(|| parts.next()).flatten()?;
    i64::from_str_radix(number, 16).ok().filter(|zxid| *zxid >= 0)
}

/// Java's exception for a file that cannot be opened.
pub fn file_not_found(path: &Path, error: &io::Error) -> String {
    format!("java.io.FileNotFoundException: {} ({})", path.display(), reason(error))
}

/// The system's word for an error, as Java has it.
pub fn reason(error: &io::Error) -> String {
    // the standard library adds the number
    let text = error.to_string();
    match text.split_once(" (os error") {
        Some((reason, _)) => reason.to_owned(),
        None if error.kind() == io::ErrorKind::IsADirectory => "Is a directory".to_owned(),
        None => text,
    }
}

/// Applies the transactions after the snapshot. As ZooKeeper does, the log before the first that begins after it is read as well: it holds the
/// snapshot's last transactions, and perhaps more.
fn replay(loaded: &mut Loaded, logs: &[(i64, PathBuf)], observer: &mut dyn Observer) -> Result<usize, StorageError> {
    let from = loaded.tree.last_zxid() + 1;
    let first = logs.iter().rposition(|(zxid, _)| *zxid < from).unwrap_or(0);
    let mut count = 0;
    for (_, path) in &logs[first.min(logs.len())..] {
        let end = read_log(path, |entry| {
            if entry.header.zxid >= from {
                apply(loaded, &entry, observer);
                count += 1;
            }
        })?;
        if end == LogEnd::Partial {
            log_error!(LOG_LOGGER, "Last transaction was partial.");
        }
    }
    Ok(count)
}

fn apply(loaded: &mut Loaded, entry: &LogEntry, observer: &mut dyn Observer) {
    match &entry.txn {
        Txn::CreateSession(txn) => {
            loaded.sessions.insert(entry.header.client_id, txn.timeout);
        }
        Txn::CloseSession(_) => {
            loaded.sessions.remove(&entry.header.client_id);
        }
        _ => {}
    }
    let mut changes = Vec::new();
    loaded.tree.apply(&entry.header, &entry.txn, &mut changes);
    observer.transaction(&loaded.tree, entry, &changes);
}

#[cfg(test)]
mod tests;
