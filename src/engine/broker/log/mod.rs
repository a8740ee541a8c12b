//! Partition logs on disk, in Kafka's own format: segments, indexes, checkpoints, recovery.

mod checkpoint;
mod chores;
mod config;
mod deletion;
mod directory;
mod flush;
mod index;
mod leader_epoch;
mod loader;
mod metadata_files;
mod names;
mod partition_log;
mod producer_state;
mod retention;
mod scan;
mod segment;
pub mod snapshot;
#[cfg(test)]
mod tests;
mod timestamp_search;
mod vectored;

use std::io;
use std::path::{Path, PathBuf};

pub use checkpoint::OffsetCheckpoint;
pub use chores::Chores;
pub use config::{CompressionPolicy, LogConfig, TimestampType};
pub use directory::LogDirectory;
pub use leader_epoch::UNDEFINED as UNDEFINED_EPOCH;
pub use loader::Opening;
pub(super) use metadata_files::encode_id;
pub use metadata_files::{MetaProperties, PartitionMetadataFile};
pub use names::{TopicPartition, deleted_kind};
pub use partition_log::{FirstBatch, PartitionLog, ReadSlice};
pub use producer_state::{ProducerBatch, ProducerEntry, SequenceError};
pub use scan::Scan;
pub use segment::{MaxTimestamp, PreparedBatch};
pub use timestamp_search::TimestampedOffset;

/// The storage cannot be used, or not as it is.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The system refused.
    #[error("{doing} {path}: {source}")]
    Io {
        /// What was tried, as "failed to open".
        doing: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// Another process uses the folder.
    #[error(
        "Failed to acquire lock on file .lock in {0}. A Kafka instance in another process or thread is using this directory."
    )]
    Locked(PathBuf),
    /// A file is not what its format says.
    #[error("{path}: {reason}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What was found and what was expected.
        reason: String,
    },
    /// No log folder can be used.
    #[error("Shutdown broker because none of the specified log dirs from {0} can be created or validated")]
    NoDirectory(String),
    /// Two log directories hold the partition's log: a crash came between the two renames with which a moved log takes its place.
    #[error(
        "Duplicate log directories for {partition} are found in both {found} and {known}. It is likely because log directory failure \
         happened while broker was replacing current replica with future replica. Recover broker from this failure by manually \
         deleting one of the two directories for this partition. It is recommended to delete the partition in the log directory that \
         is known to have failed recently."
    )]
    Duplicate {
        /// The partition.
        partition: String,
        /// The folder that was found last.
        found: PathBuf,
        /// The folder that was found before it.
        known: PathBuf,
    },
    /// A log directory that may hold the partition's log has failed.
    #[error("Can not create log for {partition} because log directories {directories} are offline")]
    Offline {
        /// The partition.
        partition: String,
        /// The directories.
        directories: String,
    },
    /// The folder of a partition holds another topic's data.
    #[error(
        "Tried to assign topic ID {expected} to log for topic partition {partition},but log already contained topic ID {found}"
    )]
    TopicId {
        /// The partition.
        partition: String,
        /// The id that is wanted.
        expected: String,
        /// The id on disk.
        found: String,
    },
}

impl StorageError {
    /// Names what was tried and where, for `map_err`.
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { doing, path, source }
    }

    /// Whether the log directory cannot be relied upon any more: the system refused. A file that is shorter than it was is its own
    /// trouble only.
    pub fn fails_directory(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() != io::ErrorKind::UnexpectedEof)
    }

    /// A malformed file.
    pub(crate) fn malformed(path: &Path, reason: impl Into<String>) -> Self {
        Self::Malformed { path: path.to_owned(), reason: reason.into() }
    }
}

/// Milliseconds since 1970 (UTC), as the broker's clock has it.
pub fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
