//! The transaction log in ZooKeeper's format: a header, then per transaction its Adler-32, its length, itself and a `B`; zeros to
//! the end of what was allocated.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::protocol::{DEFAULT_MAX_BUFFER_BYTES, DecodeError, Record, Writer};
use super::txn::LogEntry;

const MAGIC: [u8; 4] = *b"ZKLG";
const VERSION: i32 = 2;
/// Bytes of the header: magic, version and an unused database id.
const HEADER_BYTES: u64 = 16;
/// Stands after each transaction; a transaction without it was being written when the machine stopped.
const END_OF_RECORD: u8 = b'B';
/// How much a file grows at a time unless `zookeeper.preAllocSize` says otherwise.
const PREALLOCATE_BYTES: u64 = 64 * 1024 * 1024;
/// The file grows when less than this is left.
const MARGIN_BYTES: u64 = 4096;
/// The longest transaction that is read: `jute.maxbuffer` and as much again for what a server adds, as in ZooKeeper.
const MAX_TXN_BYTES: usize = 2 * DEFAULT_MAX_BUFFER_BYTES + 1;

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
    #[error("Transaction log: {path} has invalid magic number")]
    Magic {
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
        found: i32,
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
    preallocate: u64,
    current: Option<Current>,
}

#[derive(Debug)]
struct Current {
    file: File,
    /// Bytes written.
    position: u64,
    /// Bytes allocated.
    size: u64,
}

/// The name of the log that begins with a transaction.
pub fn log_name(zxid: i64) -> String {
    format!("log.{zxid:x}")
}

impl TxnLog {
    /// A log in a folder; nothing is opened until something is appended.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, preallocate: PREALLOCATE_BYTES, current: None }
    }

    /// Writes what [`encode_entries`] made and waits until it is on disk. Returns the name of a file that was begun for it.
    ///
    /// # Errors
    /// The disk refuses; what was written may or may not be read again, so the server must stop.
    pub fn commit(&mut self, first_zxid: i64, records: &[u8]) -> io::Result<Option<String>> {
        let begun = match self.current {
            Some(_) => None,
            None => Some(self.begin(first_zxid)?),
        };
        let Some(current) = &mut self.current else { return Ok(begun) };
        let end = current.position + records.len() as u64;
        let allocated = current.size;
        while end + MARGIN_BYTES >= current.size {
            current.size += self.preallocate;
        }
        if current.size > allocated {
            // zeros without blocks: what is not written reads as zero, which is the end
            current.file.set_len(current.size)?;
        }
        current.file.write_all(records)?;
        current.file.sync_data()?;
        current.position = end;
        Ok(begun)
    }

    /// The next transaction begins a new file.
    pub fn roll(&mut self) {
        self.current = None;
    }

    fn begin(&mut self, zxid: i64) -> io::Result<String> {
        let name = log_name(zxid);
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(self.folder.join(&name))?;
        let mut header = Writer::new();
        header.write_raw(&MAGIC).write(&VERSION).write(&0_i64);
        file.write_all(&header.into_bytes())?;
        // the file's name must last as its contents do
        File::open(&self.folder)?.sync_all()?;
        self.current = Some(Current { file, position: HEADER_BYTES, size: HEADER_BYTES });
        Ok(name)
    }
}

/// The bytes of transactions as a log holds them.
pub fn encode_entries<'a>(entries: impl IntoIterator<Item = &'a LogEntry>) -> Vec<u8> {
    entries.into_iter().flat_map(encode_entry).collect()
}

fn encode_entry(entry: &LogEntry) -> Vec<u8> {
    let txn = entry.to_bytes();
    let mut record = Writer::new();
    record.write(&i64::from(adler2::adler32_slice(&txn)));
    record.write(&i32::try_from(txn.len()).unwrap_or(i32::MAX));
    record.write_raw(&txn).write_raw(&[END_OF_RECORD]);
    record.into_bytes()
}

/// Reads every whole transaction of a file, in order.
///
/// # Errors
/// As ZooKeeper stops: at a whole transaction with a wrong checksum, a length out of bounds, or a file that is no log. A torn
/// transaction ends the file.
pub fn read_log(path: &Path, mut each: impl FnMut(LogEntry)) -> Result<(), LogError> {
    let io_error = |source| LogError::Io { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(io_error)?;
    let length = file.metadata().map_err(io_error)?.len();
    file.seek(SeekFrom::Start(0)).map_err(io_error)?;
    let mut reader = LogReader { reader: BufReader::new(file), left: length };
    let Some(header) = reader.take(16).map_err(io_error)? else { return Ok(()) };
    if header[..4] != MAGIC {
        return Err(LogError::Magic { path: path.to_owned() });
    }
    while let Some(head) = reader.take(12).map_err(io_error)? {
        let (checksum, length) = head.split_at(8);
        let found = i32::from_be_bytes([length[0], length[1], length[2], length[3]]);
        let length = usize::try_from(found).ok().filter(|length| *length <= MAX_TXN_BYTES);
        let length = length.ok_or_else(|| LogError::Length { path: path.to_owned(), found })?;
        if length == 0 {
            return Ok(());
        }
        let Some(mut txn) = reader.take(length + 1).map_err(io_error)? else { return Ok(()) };
        if txn.pop() != Some(END_OF_RECORD) {
            return Ok(());
        }
        if checksum != i64::from(adler2::adler32_slice(&txn)).to_be_bytes() {
            return Err(LogError::Checksum { path: path.to_owned() });
        }
        each(LogEntry::from_bytes(&txn).map_err(|source| LogError::Txn { path: path.to_owned(), source })?);
    }
    Ok(())
}

struct LogReader {
    reader: BufReader<File>,
    left: u64,
}

impl LogReader {
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

    fn read(path: &Path) -> Result<Vec<i64>, LogError> {
        let mut zxids = Vec::new();
        read_log(path, |entry| zxids.push(entry.header.zxid)).map(|()| zxids)
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
        assert_eq!(encode_entry(&entries[0]), record);
    }

    #[test]
    fn a_log_cut_at_any_byte_keeps_what_was_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut log = TxnLog { folder: folder.path().to_owned(), preallocate: 8192, current: None };
        assert_eq!(log.commit(1, &encode_entries(&[entry(1), entry(2)])).expect("written"), Some("log.1".to_owned()));
        assert_eq!(log.commit(3, &encode_entries(&[entry(3)])).expect("written"), None);
        let path = folder.path().join("log.1");
        assert_eq!(read(&path).expect("a log"), [1, 2, 3]);
        let whole = std::fs::read(&path).expect("readable");
        let record = encode_entry(&entry(1)).len();
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
        let mut log = TxnLog::new(folder.path().to_owned());
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
