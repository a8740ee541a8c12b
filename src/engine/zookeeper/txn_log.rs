//! The transaction log in ZooKeeper's format: a header, then per transaction its Adler-32, its length, itself and a `B`; zeros to
//! the end of what was allocated.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::disk::{Disk, DiskFile};
use super::protocol::{DEFAULT_MAX_BUFFER_BYTES, DecodeError, Record, Writer};
use super::storage_options::StorageOptions;
use super::txn::LogEntry;

const MAGIC: [u8; 4] = *b"ZKLG";
const VERSION: i32 = 2;
/// Bytes of the header: magic, version and an unused database id.
const HEADER_BYTES: i64 = 16;
/// Stands after each transaction; a transaction without it was being written when the machine stopped.
const END_OF_RECORD: u8 = b'B';
/// The file grows when less than this is left.
const MARGIN_BYTES: i64 = 4096;
/// The longest transaction that is read: `jute.maxbuffer` and as much again for what a server adds, as in ZooKeeper.
const MAX_TXN_BYTES: usize = 2 * DEFAULT_MAX_BUFFER_BYTES;
/// Begins the names of files that are not whole yet; ZooKeeper reads no file of such a name.
pub const UNFINISHED: &str = "unfinished.";

/// Why a log cannot be read. A torn end is no error.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The file cannot be read.
    #[error("failed to read {path}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file does not begin as a log does.
    #[error("Transaction log: {path} has invalid magic number {found} != {expected}")]
    Magic {
        /// The file.
        path: PathBuf,
        /// Its first four bytes.
        found: i32,
        /// Those of a log.
        expected: i32,
    },
    /// The file is shorter than its header.
    #[error("{path} has no header")]
    NoHeader {
        /// The file.
        path: PathBuf,
    },
    /// A transaction whose length says that there is none, over which ZooKeeper stumbles.
    #[error("Cannot read the array length because \"bytes\" is null")]
    NullLength {
        /// The file.
        path: PathBuf,
    },
    /// A complete transaction does not have its checksum.
    #[error("CRC check failed")]
    Checksum {
        /// The file.
        path: PathBuf,
    },
    /// A length that no transaction has.
    #[error("Unreasonable length = {found}")]
    Length {
        /// The file.
        path: PathBuf,
        /// The length.
        found: i64,
    },
    /// A transaction with the right checksum that is none.
    #[error("Unsupported Txn in {path}")]
    Txn {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: DecodeError,
    },
}

/// Appends transactions to one file after another.
#[derive(Debug)]
pub struct TxnLog {
    folder: PathBuf,
    disk: Arc<dyn Disk>,
    force_sync: bool,
    preallocate_bytes: i64,
    size_limit: Option<i64>,
    current: Option<Current>,
    /// Bytes of the files before the current one that the last snapshot does not cover.
    earlier_bytes: i64,
}

#[derive(Debug)]
struct Current {
    file: Box<dyn DiskFile>,
    /// Bytes written.
    position: i64,
    /// Bytes allocated.
    size: i64,
}

/// What a commit did beside writing.
#[derive(Debug, Default)]
pub struct Committed {
    /// The name of a file that was begun for it.
    pub begun: Option<String>,
    /// How long the fsync took; `None` where none was asked for.
    pub fsync: Option<Duration>,
    /// The size of the file in bytes.
    pub file_bytes: i64,
}

impl Committed {
    /// How long the fsync took, where that is longer than `limit`.
    pub fn slow_fsync(&self, limit: Duration) -> Option<Duration> {
        self.fsync.filter(|took| *took > limit)
    }
}

/// The name of the log that begins with a transaction.
pub fn log_name(zxid: i64) -> String {
    format!("log.{zxid:x}")
}

impl TxnLog {
    /// A log in a folder; nothing is opened until something is appended.
    pub fn new(folder: PathBuf, disk: Arc<dyn Disk>, options: &StorageOptions) -> Self {
        Self {
            folder,
            disk,
            force_sync: options.force_sync,
            preallocate_bytes: options.preallocate_bytes,
            size_limit: options.log_size_limit,
            current: None,
            earlier_bytes: 0,
        }
    }

    /// Writes what [`encode_entries`] made and waits until it is on disk.
    ///
    /// # Errors
    /// The disk refuses; what was written may or may not be read again, so the server must stop.
    pub fn commit(&mut self, first_zxid: i64, records: &[u8]) -> io::Result<Committed> {
        let begun = match self.current {
            Some(_) => None,
            None => Some(self.begin(first_zxid)?),
        };
        let Some(current) = &mut self.current else { return Ok(Committed::default()) };
        let end = current.position.saturating_add(i64::try_from(records.len()).unwrap_or(i64::MAX));
        let size = padded(end, current.size, self.preallocate_bytes);
        if size > current.size {
            current.file.set_len(u64::try_from(size).unwrap_or(0))?;
        }
        current.size = size.max(end);
        current.file.write_all(records)?;
        let fsync = if self.force_sync {
            let began = Instant::now();
            current.file.sync_data()?;
            Some(began.elapsed())
        } else {
            None
        };
        current.position = end;
        let file_bytes = current.size;
        if self.size_limit.is_some_and(|limit| file_bytes > limit) {
            self.roll();
        }
        Ok(Committed { begun, fsync, file_bytes })
    }

    /// The next transaction begins a new file.
    pub fn roll(&mut self) {
        self.earlier_bytes = self.bytes_since_snapshot();
        self.current = None;
    }

    /// A snapshot is being taken: the next transaction begins a new file, and bytes are counted from there.
    pub fn roll_for_snapshot(&mut self) {
        self.current = None;
        self.earlier_bytes = 0;
    }

    /// Bytes of the files since the last snapshot, with what is allocated and not written.
    pub fn bytes_since_snapshot(&self) -> i64 {
        self.earlier_bytes + self.current.as_ref().map_or(0, |current| current.size)
    }

    /// Begins a file under a name that no server takes for a log until its header is there: ZooKeeper starts on no log without one.
    fn begin(&mut self, zxid: i64) -> io::Result<String> {
        let name = log_name(zxid);
        let unfinished = self.folder.join(format!("{UNFINISHED}{name}"));
        let mut file = self.disk.create(&unfinished)?;
        let mut header = Writer::new();
        header.write_raw(&MAGIC).write(&VERSION).write(&0_i64);
        file.write_all(&header.into_bytes())?;
        if self.force_sync {
            file.sync_data()?;
        }
        self.disk.rename(&unfinished, &self.folder.join(&name))?;
        if self.force_sync {
            // the file's name must last as its contents do
            self.disk.sync_folder(&self.folder)?;
        }
        self.current = Some(Current { file, position: HEADER_BYTES, size: HEADER_BYTES });
        Ok(name)
    }
}

/// How long a file is made that is written up to `position` and has `size` bytes.
fn padded(position: i64, size: i64, preallocate: i64) -> i64 {
    if preallocate <= 0 || position.saturating_add(MARGIN_BYTES) < size {
        return size;
    }
    if position > size {
        let longer = position.saturating_add(preallocate);
        return longer - longer % preallocate;
    }
    size.saturating_add(preallocate)
}

/// The bytes of transactions as a log holds them.
pub fn encode_entries<'a>(entries: impl IntoIterator<Item = &'a LogEntry>) -> Vec<u8> {
    let mut records = Vec::new();
    for entry in entries {
        let txn = entry.to_bytes();
        let mut head = Writer::new();
        head.write(&i64::from(adler2::adler32_slice(&txn)));
        head.write(&i32::try_from(txn.len()).unwrap_or(i32::MAX));
        records.extend_from_slice(&head.into_bytes());
        records.extend_from_slice(&txn);
        records.push(END_OF_RECORD);
    }
    records
}

/// Reads every whole transaction of a file, in order; `each` gets it.
///
/// # Errors
/// As ZooKeeper stops: at a whole transaction with a wrong checksum, a length out of bounds, or a file that is no log. A torn
/// transaction ends the file.
pub fn read_log(path: &Path, each: impl FnMut(LogEntry)) -> Result<LogEnd, LogError> {
    let io_error = |source| LogError::Io { path: path.to_owned(), source };
    let file = File::open(path).map_err(io_error)?;
    let metadata = file.metadata().map_err(io_error)?;
    if metadata.is_dir() {
        return Err(io_error(io::Error::from(io::ErrorKind::IsADirectory)));
    }
    read_entries(BufReader::new(file), metadata.len(), path, each)
}

/// How a log ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogEnd {
    /// After a whole transaction.
    Whole,
    /// With one whose end is not there, which is said in the log.
    Partial,
}

/// Reads a log of so many bytes from anywhere; `path` is for errors.
///
/// # Errors
/// As [`read_log`].
fn read_entries(reader: impl Read, bytes: u64, path: &Path, mut each: impl FnMut(LogEntry)) -> Result<LogEnd, LogError> {
    let path = || path.to_owned();
    let io_error = |source| LogError::Io { path: path(), source };
    let mut reader = LogReader { reader, left: bytes };
    let Some(header) = reader.take(16).map_err(io_error)? else { return Err(LogError::NoHeader { path: path() }) };
    let magic = [header[0], header[1], header[2], header[3]];
    if magic != MAGIC {
        return Err(LogError::Magic { path: path(), found: i32::from_be_bytes(magic), expected: i32::from_be_bytes(MAGIC) });
    }
    while let Some(head) = reader.take(12).map_err(io_error)? {
        let (checksum, length) = head.split_at(8);
        let found = i32::from_be_bytes([length[0], length[1], length[2], length[3]]);
        if found == -1 {
            return Err(LogError::NullLength { path: path() });
        }
        let length = usize::try_from(found).ok().filter(|length| *length <= MAX_TXN_BYTES);
        let length = length.ok_or_else(|| LogError::Length { path: path(), found: found.into() })?;
        if length == 0 {
            return Ok(LogEnd::Whole);
        }
        let Some(mut txn) = reader.take(length + 1).map_err(io_error)? else { return Ok(LogEnd::Whole) };
        if txn.pop() != Some(END_OF_RECORD) {
            return Ok(LogEnd::Partial);
        }
        if checksum != i64::from(adler2::adler32_slice(&txn)).to_be_bytes() {
            return Err(LogError::Checksum { path: path() });
        }
        match LogEntry::from_bytes(&txn) {
            Ok(entry) => each(entry),
            // ZooKeeper checks a length against its limit before it finds the end, and takes the end for that of the file
            Err(DecodeError::Short { expected, .. }) if expected <= MAX_TXN_BYTES => return Ok(LogEnd::Whole),
            Err(DecodeError::Short { expected, .. }) => {
                return Err(LogError::Length { path: path(), found: i64::try_from(expected).unwrap_or(i64::MAX) });
            }
            Err(source) => return Err(LogError::Txn { path: path(), source }),
        }
    }
    Ok(LogEnd::Whole)
}

struct LogReader<R> {
    reader: R,
    left: u64,
}

impl<R: Read> LogReader<R> {
    /// The next bytes, or `None` where the file ends before them.
    fn take(&mut self, length: usize) -> io::Result<Option<Vec<u8>>> {
        if (length as u64) > self.left {
            return Ok(None);
        }
        let mut bytes = vec![0; length];
        self.reader.read_exact(&mut bytes)?;
        self.left -= length as u64;
        Ok(Some(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::zookeeper::disk::SystemDisk;
    use crate::engine::zookeeper::protocol::{CreateSessionTxn, OpCode, TxnDigest, TxnHeader};
    use crate::engine::zookeeper::txn::Txn;

    fn entry(zxid: i64) -> LogEntry {
        LogEntry {
            header: TxnHeader {
                client_id: 0x0100_0023_7c36_0000,
                cxid: 0,
                zxid,
                time: 5,
                txn_type: OpCode::CreateSession.code(),
            },
            txn: Txn::CreateSession(CreateSessionTxn { timeout: 18_000 }),
            digest: Some(TxnDigest { version: 2, tree_digest: 7 }),
        }
    }

    fn log(folder: &Path, options: &StorageOptions) -> TxnLog {
        TxnLog::new(folder.to_owned(), Arc::new(SystemDisk), options)
    }

    fn read(path: &Path) -> Result<Vec<i64>, LogError> {
        let mut zxids = Vec::new();
        read_log(path, |entry| zxids.push(entry.header.zxid)).map(|_| zxids)
    }

    #[test]
    fn files_grow_as_those_of_zookeeper() {
        let check = |position, size, preallocate, expected| assert_eq!(padded(position, size, preallocate), expected);
        check(100, 16, 65536, 65536);
        check(10, 16, 65536, 65552);
        check(60_000, 65_536, 65_536, 65_536);
        check(61_440, 65_536, 65_536, 131_072);
        check(200_000, 65_536, 65_536, 262_144);
        check(200_000, 65_536, 0, 65_536);
    }

    #[test]
    fn a_log_that_has_grown_to_its_limit_is_followed_by_the_next() {
        let folder = tempfile::tempdir().expect("a folder");
        let limit = Some(1000);
        let options = StorageOptions { preallocate_bytes: 0, log_size_limit: limit, ..StorageOptions::default() };
        let mut log = log(folder.path(), &options);
        let begun: Vec<_> =
            (1..30).filter_map(|zxid| log.commit(zxid, &encode_entries(&[entry(zxid)])).expect("written").begun).collect();
        assert_eq!(begun, ["log.1", "log.12"], "records have 61 bytes");
        assert_eq!(log.bytes_since_snapshot(), (16 + 17 * 61) + (16 + 12 * 61));
        log.roll_for_snapshot();
        assert_eq!(log.bytes_since_snapshot(), 0);
    }

    #[test]
    fn a_slow_fsync_is_one_above_the_limit_and_none_is_never_slow() {
        let took = |fsync: Option<u64>| Committed { fsync: fsync.map(Duration::from_millis), ..Committed::default() };
        let limit = Duration::from_millis(1000);
        for (fsync, expected) in [(None, None), (Some(1000), None), (Some(1001), Some(1001))] {
            assert_eq!(took(fsync).slow_fsync(limit), expected.map(Duration::from_millis), "{fsync:?}");
        }
    }

    #[test]
    fn the_first_transaction_of_a_real_log_is_read_and_written_the_same() {
        // createSession of a ZooKeeper 3.8.2, its log's first record
        let record = "00000000b6330a390000003001000023\
                      7c36000000000000000000000000000100000\
                      1a205e9cd2bfffffff600004650000000020000000051c6d66042";
        let record: Vec<u8> =
            (0..record.len() / 2).map(|at| u8::from_str_radix(&record[2 * at..2 * at + 2], 16).expect("hex")).collect();
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log.1");
        let header = [b"ZKLG".as_slice(), &2_i32.to_be_bytes(), &0_i64.to_be_bytes()].concat();
        std::fs::write(&path, [header.as_slice(), &record, &[0; 64]].concat()).expect("written");
        let mut entries = Vec::new();
        read_log(&path, |entry| entries.push(entry)).expect("a log");
        assert_eq!(entries.len(), 1);
        assert_eq!(entries[0].digest, Some(TxnDigest { version: 2, tree_digest: 1_371_985_504 }));
        assert_eq!(encode_entries(&entries), record);
    }

    #[test]
    fn a_log_cut_at_any_byte_keeps_what_was_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut log = log(folder.path(), &StorageOptions { preallocate_bytes: 8192, ..StorageOptions::default() });
        assert_eq!(log.commit(1, &encode_entries(&[entry(1), entry(2)])).expect("written").begun.as_deref(), Some("log.1"));
        assert_eq!(log.commit(3, &encode_entries(&[entry(3)])).expect("written").begun, None);
        let path = folder.path().join("log.1");
        assert_eq!(read(&path).expect("a log"), [1, 2, 3]);
        let whole = std::fs::read(&path).expect("readable");
        let record = encode_entries(&[entry(1)]).len();
        for cut in 16..16 + 3 * record {
            let expected: Vec<i64> = (1..=3).filter(|zxid| 16 + record * usize::try_from(*zxid).expect("small") <= cut).collect();
            std::fs::write(&path, &whole[..cut]).expect("written");
            assert_eq!(read(&path).expect("a torn log"), expected, "cut at {cut}");
            let zeroed = [&whole[..cut], &vec![0; whole.len() - cut]].concat();
            std::fs::write(&path, zeroed).expect("written");
            assert_eq!(read(&path).expect("a torn log"), expected, "zeros from {cut}");
        }
    }

    #[test]
    fn a_changed_byte_stops_the_start() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut log = log(folder.path(), &StorageOptions::default());
        log.commit(1, &encode_entries(&[entry(1)])).expect("written");
        let path = folder.path().join("log.1");
        let mut bytes = std::fs::read(&path).expect("readable")[..4096].to_vec();
        bytes[40] ^= 1;
        std::fs::write(&path, &bytes).expect("written");
        assert_eq!(read(&path).expect_err("a wrong checksum").to_string(), "CRC check failed");
        bytes[0] = b'X';
        std::fs::write(&path, &bytes).expect("written");
        assert!(matches!(read(&path), Err(LogError::Magic { .. })));
    }
}
