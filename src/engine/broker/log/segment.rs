//! One segment of a log: a `.log` file with its indexes, named after its first offset.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::index::{Index, OffsetEntry, TimeEntry};
use super::names::{self, file};
use super::scan::{Scan, ScanError};
use super::vectored::write_batches;
use super::{LogConfig, StorageError};
use crate::engine::kafka::batch::{BatchHeader, NO_TIMESTAMP};

/// A batch that goes into the log: the header as it shall be, and the records behind it.
#[derive(Clone, Debug)]
pub struct PreparedBatch {
    /// The header with offset, leader epoch and, where the broker sets it, the time.
    pub header: BatchHeader,
    /// The bytes behind the header.
    pub records: bytes::Bytes,
    /// The record that has the largest time, by its offset less the base offset; of packed records the last stands for it.
    pub newest: i32,
}

/// A time and the offset of a record that has it; of a batch that was packed or recovered, the offset of the last record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaxTimestamp {
    /// Milliseconds since 1970 (UTC); -1 where there is none.
    pub timestamp: i64,
    /// The offset.
    pub offset: i64,
}

/// What a walk over a segment found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// The offset after the last whole batch.
    pub next_offset: i64,
    /// How many bytes behind it were cut off.
    pub cut: u64,
    /// The leader epochs of the batches, each with the offset of its first.
    pub epochs: Vec<(i32, i64)>,
}

/// One segment.
#[derive(Debug)]
pub struct Segment {
    /// The offset in the files' names.
    pub base_offset: i64,
    folder: PathBuf,
    /// The `.log` file.
    pub file: Arc<File>,
    size: u64,
    offsets: Index<OffsetEntry>,
    times: Index<TimeEntry>,
    max_timestamp: MaxTimestamp,
    since_index_entry: u64,
    first_timestamp: Option<i64>,
    created_ms: i64,
}

impl Segment {
    /// Opens the segment at `base_offset`; missing files are made.
    ///
    /// # Errors
    /// A file cannot be opened.
    pub fn open(folder: &Path, base_offset: i64, config: &LogConfig, now: i64) -> Result<Self, StorageError> {
        let path = file(folder, base_offset, names::LOG);
        let log = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let log = log.map_err(StorageError::io("failed to open", &path))?;
        let size = log.metadata().map_err(StorageError::io("failed to read", &path))?.len();
        let offsets = Index::open(file(folder, base_offset, names::INDEX), config.segment_index_bytes)?;
        let times: Index<TimeEntry> = Index::open(file(folder, base_offset, names::TIME_INDEX), config.segment_index_bytes)?;
        let mut segment = Self {
            base_offset,
            folder: folder.to_owned(),
            file: Arc::new(log),
            size,
            offsets,
            times,
            max_timestamp: MaxTimestamp { timestamp: NO_TIMESTAMP, offset: base_offset },
            since_index_entry: 0,
            first_timestamp: None,
            created_ms: now,
        };
        segment.load_times();
        Ok(segment)
    }

    fn load_times(&mut self) {
        let last = self.times.last();
        self.max_timestamp = last.map_or(MaxTimestamp { timestamp: NO_TIMESTAMP, offset: self.base_offset }, |last| {
            MaxTimestamp { timestamp: last.timestamp, offset: self.base_offset + i64::from(last.offset) }
        });
        let first = Scan::headers(&self.file, 0, self.size).next();
        self.first_timestamp = first.and_then(Result::ok).map(|(_, header)| header.max_timestamp);
    }

    /// Whether the indexes can belong to a closed segment.
    ///
    /// # Errors
    /// Kafka's reason why not.
    pub fn check_indexes(&self) -> Result<(), StorageError> {
        self.offsets.sanity_check()?;
        self.times.sanity_check()
    }

    /// Makes the index files as long as they may become: the segment takes appends.
    ///
    /// # Errors
    /// The files cannot be lengthened.
    pub fn activate(&mut self) -> Result<(), StorageError> {
        self.offsets.preallocate()?;
        self.times.preallocate()
    }

    /// Ends the indexes and cuts them to size: the segment takes no more appends.
    ///
    /// # Errors
    /// The files cannot be written.
    pub fn deactivate(&mut self) -> Result<(), StorageError> {
        if self.max_timestamp.timestamp >= 0 {
            self.index_time()?;
        }
        self.offsets.trim()?;
        self.times.trim()?;
        self.offsets.rest();
        self.times.rest();
        Ok(())
    }

    /// Bytes in the `.log` file.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The largest time in the segment.
    pub fn max_timestamp(&self) -> MaxTimestamp {
        self.max_timestamp
    }

    /// The largest time, or when the file was last written where no record has a time.
    pub fn largest_timestamp(&self) -> i64 {
        if self.max_timestamp.timestamp >= 0 { self.max_timestamp.timestamp } else { self.last_modified() }
    }

    fn last_modified(&self) -> i64 {
        let modified = self.file.metadata().and_then(|metadata| metadata.modified()).ok();
        let since = modified.and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
        since.and_then(|since| i64::try_from(since.as_millis()).ok()).unwrap_or(i64::MAX)
    }

    /// Whether the next batches, `bytes` in all with offsets up to `last_offset`, belong into a new segment.
    pub fn should_roll(
        &self,
        config: &LogConfig,
        jitter_ms: i64,
        bytes: u64,
        max_timestamp: i64,
        last_offset: i64,
        now: i64,
    ) -> bool {
        let waited = match self.first_timestamp {
            Some(first) if first >= 0 => max_timestamp.saturating_sub(first),
            _ => now.saturating_sub(self.created_ms),
        };
        self.size + bytes > config.segment_bytes
            || self.size > 0 && waited > config.segment_ms.saturating_sub(jitter_ms)
            || self.offsets.is_full(0)
            || self.times.is_full(1)
            || self.relative(last_offset).is_none()
    }

    /// Appends batches. After a failure the segment is as it was.
    ///
    /// # Errors
    /// The files cannot be written, as on a full disk.
    pub fn append(&mut self, batches: &[PreparedBatch], config: &LogConfig) -> Result<(), StorageError> {
        let path = || file(&self.folder, self.base_offset, names::LOG);
        let (Some(first), Some(last)) = (batches.first(), batches.last()) else { return Ok(()) };
        if let Err(error) = write_batches(&self.file, self.size, batches) {
            // what was written of it must not be taken for a batch; the next append overwrites it anyway
            let _ = self.file.set_len(self.size);
            return Err(StorageError::io("failed to append to", &path())(error));
        }
        let position = self.size;
        self.size += batches.iter().map(|batch| batch.header.size() as u64).sum::<u64>();
        self.first_timestamp.get_or_insert(first.header.max_timestamp);
        for batch in batches {
            self.note_timestamp(batch.header.max_timestamp, batch.header.base_offset + i64::from(batch.newest));
        }
        if self.since_index_entry > config.index_interval_bytes {
            self.index(last.header.last_offset(), position)?;
            self.since_index_entry = 0;
        }
        self.since_index_entry += self.size - position;
        Ok(())
    }

    fn note_timestamp(&mut self, timestamp: i64, offset: i64) {
        if timestamp > self.max_timestamp.timestamp {
            self.max_timestamp = MaxTimestamp { timestamp, offset };
        }
    }

    fn relative(&self, offset: i64) -> Option<u32> {
        u32::try_from(offset - self.base_offset).ok().filter(|relative| i32::try_from(*relative).is_ok())
    }

    fn index(&mut self, last_offset: i64, position: u64) -> Result<(), StorageError> {
        if let (Some(offset), Ok(position)) = (self.relative(last_offset), u32::try_from(position)) {
            self.offsets.append(OffsetEntry { offset, position })?;
        }
        if self.times.is_full(1) { Ok(()) } else { self.index_time() }
    }

    fn index_time(&mut self) -> Result<(), StorageError> {
        let MaxTimestamp { timestamp, offset } = self.max_timestamp;
        let newer = self.times.last().is_none_or(|last| timestamp > last.timestamp);
        match self.relative(offset).filter(|_| newer) {
            Some(offset) => self.times.append(TimeEntry { timestamp, offset }),
            None => Ok(()),
        }
    }

    /// Where the batch is that holds `offset`, or the first after it: position and header.
    ///
    /// # Errors
    /// The files cannot be read, or no batch is where the index says.
    pub fn find(&self, offset: i64) -> Result<Option<(u64, BatchHeader)>, StorageError> {
        let from = self.position_before(offset)?;
        for batch in Scan::headers(&self.file, from, self.size) {
            let (position, header) = batch.map_err(|error| self.unreadable(error))?;
            if header.last_offset() >= offset {
                return Ok(Some((position, header)));
            }
        }
        Ok(None)
    }

    /// A position at or before the batch that holds `offset`, by the index.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn position_before(&self, offset: i64) -> Result<u64, StorageError> {
        let Some(relative) = offset.checked_sub(self.base_offset).and_then(|relative| u32::try_from(relative).ok()) else {
            return Ok(0);
        };
        // the offset in an entry is the last of what was appended at its position, so it may lie in an earlier part of it
        let entry = self.offsets.last_where(|entry| entry.offset <= relative)?;
        Ok(entry.map_or(0, |entry| u64::from(entry.position)).min(self.size))
    }

    /// The offset after which no record can have a time below `timestamp` unless the index names it; where a search begins.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn offset_before(&self, timestamp: i64) -> Result<i64, StorageError> {
        let entry = self.times.last_where(|entry| entry.timestamp <= timestamp)?;
        Ok(self.base_offset + entry.map_or(0, |entry| i64::from(entry.offset)))
    }

    /// The headers of the batches from a position on.
    pub fn headers_from(&self, position: u64) -> Scan<'_> {
        Scan::headers(&self.file, position, self.size)
    }

    /// A failed walk as an error of the `.log` file.
    pub fn unreadable(&self, error: ScanError) -> StorageError {
        let path = file(&self.folder, self.base_offset, names::LOG);
        match error {
            ScanError::Io(source) => StorageError::io("failed to read", &path)(source),
            ScanError::Batch(reason) => StorageError::malformed(&path, reason.to_string()),
        }
    }

    /// Reads a whole batch, of `limit` bytes at most.
    ///
    /// # Errors
    /// It cannot be read or is larger.
    pub fn read_batch(&self, position: u64, header: &BatchHeader, limit: usize) -> Result<Vec<u8>, StorageError> {
        let path = file(&self.folder, self.base_offset, names::LOG);
        if header.size() > limit || position + header.size() as u64 > self.size {
            return Err(StorageError::malformed(&path, format!("a batch of {} bytes at {position}", header.size())));
        }
        let mut bytes = vec![0; header.size()];
        self.file.read_exact_at(&mut bytes, position).map_err(StorageError::io("failed to read", &path))?;
        Ok(bytes)
    }

    /// Walks every batch, cuts the file at the first that is torn or corrupt, and builds the indexes anew.
    ///
    /// # Errors
    /// The files cannot be read or written.
    pub fn recover(&mut self, config: &LogConfig) -> Result<Recovered, StorageError> {
        self.offsets.reset()?;
        self.times.reset()?;
        self.max_timestamp = MaxTimestamp { timestamp: NO_TIMESTAMP, offset: self.base_offset };
        let (mut next, mut valid, mut indexed, mut epochs) = (self.base_offset, 0, 0, Vec::new());
        let log = Arc::clone(&self.file);
        for batch in Scan::checked(&log, 0, self.size) {
            let (position, header) = match batch {
                Ok(batch) => batch,
                Err(ScanError::Batch(_)) => break,
                Err(error) => return Err(self.unreadable(error)),
            };
            if header.base_offset < next || self.relative(header.last_offset()).is_none() {
                break;
            }
            // as Kafka, which does not look for the record either
            self.note_timestamp(header.max_timestamp, header.last_offset());
            let epoch = header.partition_leader_epoch;
            if epochs.last().is_none_or(|(last, _)| *last < epoch) {
                epochs.push((epoch, header.base_offset));
            }
            if position - indexed > config.index_interval_bytes {
                self.index(header.last_offset(), position)?;
                indexed = position;
            }
            next = header.next_offset();
            valid = position + header.size() as u64;
        }
        let cut = self.size - valid;
        self.cut(valid)?;
        self.since_index_entry = valid - indexed;
        self.deactivate()?;
        Ok(Recovered { next_offset: next, cut, epochs })
    }

    fn cut(&mut self, size: u64) -> Result<(), StorageError> {
        let path = file(&self.folder, self.base_offset, names::LOG);
        self.file.set_len(size).map_err(StorageError::io("failed to truncate", &path))?;
        self.size = size;
        if size == 0 {
            self.first_timestamp = None;
        }
        Ok(())
    }

    /// Removes the batches from the one that holds `offset` on.
    ///
    /// # Errors
    /// The files cannot be read or written.
    pub fn truncate_to(&mut self, offset: i64) -> Result<(), StorageError> {
        let Some((position, _)) = self.find(offset)? else { return Ok(()) };
        let relative = self.relative(offset).unwrap_or(0);
        self.offsets.truncate_to(relative)?;
        self.times.truncate_to(relative)?;
        self.cut(position)?;
        self.load_times();
        self.since_index_entry = 0;
        Ok(())
    }

    /// The offset after the last batch.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn next_offset(&self) -> Result<i64, StorageError> {
        let from = self.offsets.last().map_or(0, |last| u64::from(last.position));
        let mut next = self.base_offset;
        for batch in self.headers_from(from.min(self.size)) {
            next = batch.map_err(|error| self.unreadable(error))?.1.next_offset();
        }
        Ok(next)
    }

    /// The `.log` file and its path, to make it durable.
    pub fn log_file(&self) -> (Arc<File>, PathBuf) {
        (Arc::clone(&self.file), file(&self.folder, self.base_offset, names::LOG))
    }

    /// The paths of the indexes.
    pub fn index_paths(&self) -> [PathBuf; 2] {
        [names::INDEX, names::TIME_INDEX].map(|kind| file(&self.folder, self.base_offset, kind))
    }

    /// Renames the files so that they are ignored from now on; gives the new names, for their removal. Readers that have the file
    /// open read on.
    ///
    /// # Errors
    /// A file cannot be renamed.
    pub fn mark_deleted(self) -> Result<Vec<PathBuf>, StorageError> {
        let mut renamed = Vec::new();
        for kind in [names::LOG, names::INDEX, names::TIME_INDEX, names::TXN_INDEX, names::SNAPSHOT] {
            let from = file(&self.folder, self.base_offset, kind);
            let to = file(&self.folder, self.base_offset, &format!("{kind}.{}", names::DELETED));
            match fs::rename(&from, &to) {
                Ok(()) => renamed.push(to),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(StorageError::io("failed to rename", &from)(error)),
            }
        }
        Ok(renamed)
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (base, size, modified) = (self.base_offset, self.size, self.last_modified());
        write!(f, "LogSegment(baseOffset={base}, size={size}, lastModifiedTime={modified}, largestRecordTimestamp=")?;
        match self.max_timestamp.timestamp {
            NO_TIMESTAMP => f.write_str("None)"),
            largest => write!(f, "Some({largest}))"),
        }
    }
}
