//! Files as the Java tool names, opens and reads them.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::Exception;
use crate::engine::kafka::batch::{BatchHeader, HEADER_BYTES, LOG_OVERHEAD};

/// The bytes up to a batch's format; less is no batch.
const TO_MAGIC: u64 = 17;
/// The smallest batch, counted behind its length.
const MIN_LENGTH: i32 = 14;
/// The largest batch that is read; the Java tool has 256 MiB for everything.
const MAX_BATCH_BYTES: usize = 256 * 1024 * 1024;
/// The largest `.log` file, as an `int` of Java counts.
const MAX_LOG_BYTES: u64 = i32::MAX as u64;

/// A file by the name that was given.
pub(super) struct Named {
    path: String,
}

impl Named {
    pub(super) fn new(given: &str) -> Self {
        // java.io.File keeps one slash of several, and none at the end
        let mut path = given.to_owned();
        while path.contains("//") {
            path = path.replace("//", "/");
        }
        if path.len() > 1 {
            path = path.trim_end_matches('/').to_owned();
        }
        Self { path }
    }

    /// The path as it is shown.
    pub(super) fn shown(&self) -> &str {
        &self.path
    }

    /// `getAbsolutePath`.
    pub(super) fn absolute(&self) -> String {
        if self.path.starts_with('/') {
            return self.path.clone();
        }
        let folder = std::env::current_dir().unwrap_or_default();
        folder.join(&self.path).display().to_string()
    }

    /// The name without its folder.
    pub(super) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// The name from its last full stop.
    pub(super) fn suffix(&self) -> Result<&str, Exception> {
        let name = self.name();
        name.rfind('.').map(|at| &name[at..]).ok_or_else(|| {
            let length = name.encode_utf16().count();
            let text = format!("begin -1, end {length}, length {length}");
            Exception::new("java.lang.StringIndexOutOfBoundsException", text)
        })
    }

    /// The offset in the name.
    pub(super) fn base_offset(&self) -> Result<i64, Exception> {
        let digits = self.name().split('.').next().unwrap_or_default();
        digits.parse().map_err(|_| Exception::number_format(digits))
    }

    /// The file of the same segment with another suffix.
    pub(super) fn sibling(&self, suffix: &str) -> Self {
        let absolute = self.absolute();
        let folder = absolute.rsplit_once('/').map_or("", |(folder, _)| folder);
        let stem = self.name().split('.').next().unwrap_or_default();
        Self { path: format!("{folder}/{stem}{suffix}") }
    }

    fn path(&self) -> &Path {
        Path::new(&self.path)
    }

    /// Whether it is there.
    pub(super) fn exists(&self) -> bool {
        self.path().exists()
    }

    /// Its first bytes, up to a limit.
    pub(super) fn read(&self, limit: u64) -> Result<Vec<u8>, Exception> {
        let file = self.open()?;
        let size = file.metadata().map_err(|error| io_exception(&error))?.len().min(limit);
        let mut bytes = vec![0; usize::try_from(size).unwrap_or_default()];
        let read = file.read_exact_at(&mut bytes, 0);
        read.map(|()| bytes).map_err(|error| io_exception(&error))
    }

    fn open(&self) -> Result<File, Exception> {
        File::open(self.path()).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Exception::new("java.nio.file.NoSuchFileException", self.path.clone()),
            io::ErrorKind::PermissionDenied => Exception::new("java.nio.file.AccessDeniedException", self.path.clone()),
            _ => Exception::new("java.nio.file.FileSystemException", format!("{}: {error}", self.path)),
        })
    }

    /// Opens it as a file of batches.
    pub(super) fn open_log(&self) -> Result<Log, Exception> {
        let file = self.open()?;
        let size = file.metadata().map_err(|error| io_exception(&error))?.len();
        if size > MAX_LOG_BYTES {
            let text = format!(
                "The size of segment {} ({size}) is larger than the maximum allowed segment size of {MAX_LOG_BYTES}",
                self.path
            );
            return Err(Exception::new("org.apache.kafka.common.KafkaException", text));
        }
        Ok(Log { file, size, path: PathBuf::from(&self.path) })
    }
}

fn io_exception(error: &io::Error) -> Exception {
    let text = if error.kind() == io::ErrorKind::IsADirectory { "Is a directory".to_owned() } else { error.to_string() };
    Exception::new("java.io.IOException", text)
}

/// A `.log` file.
pub(super) struct Log {
    file: File,
    size: u64,
    path: PathBuf,
}

/// One batch of a `.log` file.
pub(super) struct Raw {
    /// Its place in the file.
    pub(super) position: u64,
    /// All of it.
    pub(super) bytes: Vec<u8>,
}

impl Raw {
    /// The format: 0 to 2.
    pub(super) fn magic(&self) -> i8 {
        self.bytes.get(16).map_or(0, |byte| i8::from_be_bytes([*byte]))
    }

    /// The first number of a batch: the base offset, in old formats the last offset.
    pub(super) fn offset(&self) -> i64 {
        self.bytes.first_chunk().map_or(0, |bytes| i64::from_be_bytes(*bytes))
    }

    /// The header, in format 2.
    pub(super) fn header(&self) -> Option<BatchHeader> {
        (self.bytes.len() >= HEADER_BYTES).then(|| BatchHeader::parse(&self.bytes).ok()).flatten()
    }

    /// The offset of the last record.
    pub(super) fn last_offset(&self) -> i64 {
        self.header().map_or(self.offset(), |header| header.last_offset())
    }
}

impl Log {
    /// As Kafka shows one in messages.
    fn shown(&self) -> String {
        format!("FileRecords(size={}, file={}, start=0, end=2147483647)", self.size, self.path.display())
    }

    /// The end of so many bytes from a position on.
    pub(super) fn end_of(&self, position: u64, size: i32) -> Result<u64, Exception> {
        if position > self.size {
            let text = format!("Slice from position {position} exceeds end position of {}", self.shown());
            return Err(Exception::illegal_argument(text));
        }
        let size = u64::try_from(size)
            .map_err(|_| Exception::illegal_argument(format!("Invalid size: {size} in read from {}", self.shown())))?;
        Ok((position + size).min(self.size))
    }

    /// The batch at a position; `None` where no whole one lies before the end.
    pub(super) fn batch(&self, position: u64, end: u64) -> Result<Option<Raw>, Exception> {
        if position + TO_MAGIC >= end {
            return Ok(None);
        }
        let mut head = [0; LOG_OVERHEAD];
        self.fill(&mut head, position)?;
        let [.., l0, l1, l2, l3] = head;
        let length = i32::from_be_bytes([l0, l1, l2, l3]);
        if length < MIN_LENGTH {
            let text = format!(
                "Found record size {length} smaller than minimum record overhead ({MIN_LENGTH}) in file {}.",
                self.path.display()
            );
            return Err(Exception::new("org.apache.kafka.common.errors.CorruptRecordException", text));
        }
        let size = LOG_OVERHEAD + usize::try_from(length).unwrap_or_default();
        if position + size as u64 > end {
            return Ok(None);
        }
        if size > MAX_BATCH_BYTES {
            return Err(Exception::new("java.lang.OutOfMemoryError", "Java heap space"));
        }
        let mut bytes = vec![0; size];
        self.fill(&mut bytes, position)?;
        Ok(Some(Raw { position, bytes }))
    }

    fn fill(&self, bytes: &mut [u8], position: u64) -> Result<(), Exception> {
        self.file.read_exact_at(bytes, position).map_err(|error| {
            let cause = io_exception(&error);
            Exception::new("org.apache.kafka.common.KafkaException", cause.to_string()).caused_by(cause)
        })
    }
}
