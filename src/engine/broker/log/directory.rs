//! A log directory (one of `log.dirs`): its lock, whose it is, whether the last stop was clean, and its checkpoints.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, fcntl_lock};

use super::StorageError;
use super::checkpoint::OffsetCheckpoint;
use super::metadata_files::MetaProperties;
use super::names::{self, TopicPartition};
use crate::log_info;

const VALIDATE: &str = "Failed to create or validate data directory";
const CLEAN_SHUTDOWN: &str = ".kafka_cleanshutdown";

/// One log directory, locked for this process as long as it lives.
#[derive(Debug)]
pub struct LogDirectory {
    path: PathBuf,
    // Kafka's lock is this one as well (Java's FileLock is fcntl's), so that neither opens the other's folder
    _lock: File,
    /// `recovery-point-offset-checkpoint`: up to where the logs are durable.
    pub recovery_points: OffsetCheckpoint,
    /// `replication-offset-checkpoint`: the high watermarks.
    pub high_watermarks: OffsetCheckpoint,
    /// `log-start-offset-checkpoint`: where the logs start, where that is not their first segment.
    pub start_offsets: OffsetCheckpoint,
}

impl LogDirectory {
    /// Makes the folder where it is missing, and locks it.
    ///
    /// # Errors
    /// The folder cannot be made or read, or another process has it.
    pub fn open(path: &Path) -> Result<Self, StorageError> {
        let path = std::path::absolute(path).map_err(StorageError::io(VALIDATE, path))?;
        let refused = |kind, reason: String| StorageError::io(VALIDATE, &path)(io::Error::new(kind, reason));
        if !path.exists() {
            log_info!("kafka.log.LogManager", "Log directory {} not found, creating it.", path.display());
            fs::create_dir_all(&path)
                .map_err(|error| refused(error.kind(), format!("Failed to create data directory {}", path.display())))?;
        } else if !path.is_dir() {
            let reason = format!("Failed to load {} during broker startup", path.display());
            return Err(refused(io::ErrorKind::NotADirectory, reason));
        }
        fs::read_dir(&path)
            .map_err(|error| refused(error.kind(), format!("{} is not a readable log directory.", path.display())))?;
        let lock_path = path.join(".lock");
        let lock = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&lock_path);
        let lock = lock.map_err(StorageError::io(VALIDATE, &lock_path))?;
        match fcntl_lock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(rustix::io::Errno::AGAIN | rustix::io::Errno::ACCESS) => return Err(StorageError::Locked(path)),
            Err(error) => return Err(StorageError::io("Failed to lock", &lock_path)(error.into())),
        }
        let file = |name: &str| OffsetCheckpoint::new(path.join(name));
        let directory = Self {
            _lock: lock,
            recovery_points: file("recovery-point-offset-checkpoint"),
            high_watermarks: file("replication-offset-checkpoint"),
            start_offsets: file("log-start-offset-checkpoint"),
            path,
        };
        directory.touch_checkpoints()?;
        Ok(directory)
    }

    /// Kafka leaves them empty until there is something to write.
    fn touch_checkpoints(&self) -> Result<(), StorageError> {
        for name in [
            "recovery-point-offset-checkpoint",
            "replication-offset-checkpoint",
            "log-start-offset-checkpoint",
            "cleaner-offset-checkpoint",
        ] {
            let path = self.path.join(name);
            let made = OpenOptions::new().append(true).create(true).open(&path);
            made.map_err(StorageError::io("failed to create", &path))?;
        }
        Ok(())
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whose folder it is; `None` before the first start.
    ///
    /// # Errors
    /// `meta.properties` cannot be read or does not hold its format.
    pub fn meta(&self) -> Result<Option<MetaProperties>, StorageError> {
        MetaProperties::read(&self.path)
    }

    /// Says whose folder it is.
    ///
    /// # Errors
    /// `meta.properties` cannot be written.
    pub fn set_meta(&self, meta: &MetaProperties) -> Result<(), StorageError> {
        meta.write(&self.path)
    }

    /// Whether the last stop was clean; the mark is taken away, so that a crash from now on is none.
    ///
    /// # Errors
    /// The mark cannot be removed.
    pub fn take_clean_mark(&self) -> Result<bool, StorageError> {
        let path = self.path.join(CLEAN_SHUTDOWN);
        match fs::remove_file(&path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(StorageError::io("failed to delete", &path)(error)),
        }
    }

    /// Marks the stop as clean.
    ///
    /// # Errors
    /// The mark cannot be made.
    pub fn set_clean_mark(&self) -> Result<(), StorageError> {
        let path = self.path.join(CLEAN_SHUTDOWN);
        File::create(&path).map(drop).map_err(StorageError::io("failed to create", &path))
    }

    /// The folders of partitions, and the folders whose deletion was not finished.
    ///
    /// # Errors
    /// The folder cannot be listed.
    pub fn folders(&self) -> Result<(BTreeMap<TopicPartition, PathBuf>, Vec<PathBuf>), StorageError> {
        let (mut partitions, mut deleted) = (BTreeMap::new(), Vec::new());
        for entry in fs::read_dir(&self.path).map_err(StorageError::io("failed to list", &self.path))? {
            let path = entry.map_err(StorageError::io("failed to list", &self.path))?.path();
            let Some(name) = path.file_name().and_then(|name| name.to_str()).filter(|_| path.is_dir()) else { continue };
            if name.ends_with(names::DELETE_SUFFIX) {
                deleted.push(path);
            } else if let Some(partition) = names::parse_folder(name) {
                partitions.insert(partition, path);
            }
        }
        Ok((partitions, deleted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_directory_has_what_kafka_puts_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let directory = LogDirectory::open(&folder.path().join("logs")).expect("opened");
        let mut names: Vec<_> = fs::read_dir(directory.path())
            .expect("listed")
            .map(|e| e.expect("listed").file_name().into_string().expect("text"))
            .collect();
        names.sort();
        let expected = [
            ".lock",
            "cleaner-offset-checkpoint",
            "log-start-offset-checkpoint",
            "recovery-point-offset-checkpoint",
            "replication-offset-checkpoint",
        ];
        assert_eq!(names, expected);
        assert!(directory.high_watermarks.read().expect("empty").is_empty());
        assert_eq!(directory.meta().expect("readable"), None);
    }

    #[test]
    fn the_clean_mark_is_taken_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let directory = LogDirectory::open(folder.path()).expect("opened");
        assert!(!directory.take_clean_mark().expect("removed"));
        directory.set_clean_mark().expect("made");
        assert!(directory.take_clean_mark().expect("removed"));
        assert!(!directory.take_clean_mark().expect("removed"));
    }

    #[test]
    fn folders_are_told_apart() {
        let folder = tempfile::tempdir().expect("a folder");
        let directory = LogDirectory::open(folder.path()).expect("opened");
        for name in ["a-0", "b-c-12", "a-0.4dcb6e4b0f5e4b39a02c1cf94bb4bd83-delete", "lost+found", "other"] {
            fs::create_dir(folder.path().join(name)).expect("made");
        }
        let (partitions, deleted) = directory.folders().expect("listed");
        let found: Vec<String> = partitions.keys().map(ToString::to_string).collect();
        assert_eq!((found, deleted.len()), (vec!["a-0".to_owned(), "b-c-12".to_owned()], 1));
    }
}
