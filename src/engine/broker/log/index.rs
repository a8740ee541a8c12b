//! The sparse indexes of a segment: `.index` (offset to position) and `.timeindex` (time to offset). Entries are fixed in size and
//! sorted; the file of the active segment is as long as it may become, with a hole behind the last entry, and is trimmed when the
//! segment closes. Look-ups read the file, which the page cache holds.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::marker::PhantomData;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::StorageError;

/// An entry of an index; offsets are relative to the segment's base offset.
pub trait Entry: Copy + std::fmt::Debug + PartialEq {
    /// Bytes on disk.
    const BYTES: usize;
    /// As it is on disk.
    fn decode(bytes: &[u8; 12]) -> Self;
    /// As it is on disk, in the first [`Self::BYTES`] bytes.
    fn encode(self) -> [u8; 12];
    /// The relative offset.
    fn offset(self) -> u32;
}

/// A batch whose last record is at `offset` begins at or after `position`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OffsetEntry {
    /// Relative offset.
    pub offset: u32,
    /// Byte in the `.log` file.
    pub position: u32,
}

impl Entry for OffsetEntry {
    const BYTES: usize = 8;

    fn decode(bytes: &[u8; 12]) -> Self {
        let [o0, o1, o2, o3, p0, p1, p2, p3, ..] = *bytes;
        Self { offset: u32::from_be_bytes([o0, o1, o2, o3]), position: u32::from_be_bytes([p0, p1, p2, p3]) }
    }

    fn encode(self) -> [u8; 12] {
        let mut out = [0; 12];
        out[..4].copy_from_slice(&self.offset.to_be_bytes());
        out[4..8].copy_from_slice(&self.position.to_be_bytes());
        out
    }

    fn offset(self) -> u32 {
        self.offset
    }
}

/// No record up to `offset` has a time above `timestamp`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeEntry {
    /// Milliseconds since 1970 (UTC).
    pub timestamp: i64,
    /// Relative offset.
    pub offset: u32,
}

impl Entry for TimeEntry {
    const BYTES: usize = 12;

    fn decode(bytes: &[u8; 12]) -> Self {
        let [t0, t1, t2, t3, t4, t5, t6, t7, offset @ ..] = *bytes;
        Self { timestamp: i64::from_be_bytes([t0, t1, t2, t3, t4, t5, t6, t7]), offset: u32::from_be_bytes(offset) }
    }

    fn encode(self) -> [u8; 12] {
        let mut out = [0; 12];
        out[..8].copy_from_slice(&self.timestamp.to_be_bytes());
        out[8..].copy_from_slice(&self.offset.to_be_bytes());
        out
    }

    fn offset(self) -> u32 {
        self.offset
    }
}

/// One index file.
#[derive(Debug)]
pub struct Index<E> {
    path: PathBuf,
    /// Open while entries are added; a look-up in an index at rest opens it for the moment, so that of a partition at rest no file
    /// is open but its log.
    file: Option<File>,
    entries: u64,
    max_entries: u64,
    last: Option<E>,
    kind: PhantomData<E>,
}

impl<E: Entry> Index<E> {
    /// Opens the index at `path`, which holds at most `max_bytes`; a missing one is made, and is empty.
    ///
    /// # Errors
    /// The file cannot be opened or read.
    pub fn open(path: PathBuf, max_bytes: u64) -> Result<Self, StorageError> {
        let length = match fs::metadata(&path) {
            Ok(metadata) => Ok(metadata.len()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => open_or_make(&path).map(|_| 0),
            Err(error) => Err(error),
        };
        let length = length.map_err(StorageError::io("failed to open", &path))?;
        let max_entries = max_bytes / E::BYTES as u64;
        let mut index = Self { path, file: None, entries: length / E::BYTES as u64, max_entries, last: None, kind: PhantomData };
        index.reload_last()?;
        Ok(index)
    }

    fn with<T>(&self, doing: &'static str, act: impl FnOnce(&File) -> io::Result<T>) -> Result<T, StorageError> {
        let done = match &self.file {
            Some(file) => act(file),
            None => open_or_make(&self.path).and_then(|file| act(&file)),
        };
        done.map_err(StorageError::io(doing, &self.path))
    }

    /// Closes the file until the next entry is added.
    pub fn rest(&mut self) {
        self.file = None;
    }

    /// Opens the file to add entries. One that was removed meanwhile begins anew: an index that lacks entries costs time, not data.
    fn open_to_add(&mut self) -> Result<(), StorageError> {
        if self.file.is_none() {
            let file = open_or_make(&self.path).map_err(StorageError::io("failed to open", &self.path))?;
            let length = file.metadata().map_err(StorageError::io("failed to read", &self.path))?.len();
            if length < self.entries * E::BYTES as u64 {
                (self.entries, self.last) = (0, None);
                file.set_len(self.max_entries * E::BYTES as u64).map_err(StorageError::io("failed to resize", &self.path))?;
            }
            self.file = Some(file);
        }
        Ok(())
    }

    /// Whether the file can be an index of a closed segment: whole entries, the last not before the first.
    ///
    /// # Errors
    /// [`StorageError::Malformed`] with Kafka's reason, or the file cannot be read.
    pub fn sanity_check(&self) -> Result<(), StorageError> {
        let length = self.with("failed to read", |file| Ok(file.metadata()?.len()))?;
        if length % E::BYTES as u64 != 0 {
            let reason = format!("found {length} bytes which is neither positive nor a multiple of {}", E::BYTES);
            return Err(StorageError::malformed(&self.path, reason));
        }
        let first = if self.entries == 0 { None } else { Some(self.entry(0)?) };
        if let (Some(first), Some(last)) = (first, self.last)
            && (last.offset() < first.offset() || self.entries > 1 && last.offset() == first.offset())
        {
            return Err(StorageError::malformed(&self.path, "the last entry is not after the first"));
        }
        Ok(())
    }

    /// Makes the file as long as it may become, so that appends never lengthen it.
    ///
    /// # Errors
    /// The file cannot be lengthened.
    pub fn preallocate(&mut self) -> Result<(), StorageError> {
        self.set_bytes(self.max_entries.max(self.entries) * E::BYTES as u64)
    }

    /// Cuts the file behind the last entry.
    ///
    /// # Errors
    /// The file cannot be cut.
    pub fn trim(&mut self) -> Result<(), StorageError> {
        self.set_bytes(self.entries * E::BYTES as u64)
    }

    fn set_bytes(&mut self, bytes: u64) -> Result<(), StorageError> {
        self.with("failed to resize", |file| file.set_len(bytes))
    }

    /// Forgets every entry; what is behind them is a hole again.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn reset(&mut self) -> Result<(), StorageError> {
        (self.entries, self.last) = (0, None);
        self.open_to_add()?;
        self.set_bytes(0)?;
        self.preallocate()
    }

    /// Adds an entry at the end.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn append(&mut self, entry: E) -> Result<(), StorageError> {
        self.open_to_add()?;
        let at = self.entries * E::BYTES as u64;
        let bytes = entry.encode();
        self.with("failed to write", |file| file.write_all_at(&bytes[..E::BYTES], at))?;
        self.entries += 1;
        self.last = Some(entry);
        Ok(())
    }

    /// The last entry.
    pub fn last(&self) -> Option<E> {
        self.last
    }

    /// Whether `reserve` more entries do not fit.
    pub fn is_full(&self, reserve: u64) -> bool {
        self.entries + reserve >= self.max_entries
    }

    /// The last entry for which `before` holds, which must hold for a first part of the entries and for none behind it.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn last_where(&self, before: impl Fn(E) -> bool) -> Result<Option<E>, StorageError> {
        match self.last {
            None => return Ok(None),
            Some(last) if before(last) => return Ok(Some(last)),
            Some(_) => {}
        }
        self.with("failed to read", |file| {
            let (mut low, mut high) = (0, self.entries);
            let mut found = None;
            while low < high {
                let middle = low + (high - low) / 2;
                let entry = match read_entry(file, middle) {
                    // somebody cut the file or removed it: what it no longer says is found by walking the log
                    Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
                    entry => entry?,
                };
                if before(entry) {
                    found = Some(entry);
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            Ok(found)
        })
    }

    /// Keeps the entries below the relative offset.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub fn truncate_to(&mut self, offset: u32) -> Result<(), StorageError> {
        while let Some(last) = self.last {
            if last.offset() < offset {
                break;
            }
            self.entries -= 1;
            self.reload_last()?;
        }
        self.trim()?;
        self.preallocate()
    }

    fn reload_last(&mut self) -> Result<(), StorageError> {
        self.last = if self.entries == 0 { None } else { Some(self.entry(self.entries - 1)?) };
        Ok(())
    }

    fn entry(&self, number: u64) -> Result<E, StorageError> {
        self.with("failed to read", |file| read_entry(file, number))
    }
}

fn open_or_make(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
}

fn read_entry<E: Entry>(file: &File, number: u64) -> io::Result<E> {
    let mut bytes = [0; 12];
    file.read_exact_at(&mut bytes[..E::BYTES], number * E::BYTES as u64)?;
    Ok(E::decode(&bytes))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fixture<E: Entry>(bytes: &[u8]) -> (tempfile::TempDir, Index<E>) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("i");
        std::fs::write(&path, bytes).expect("written");
        let index = Index::open(path, 10 << 20).expect("opened");
        index.sanity_check().expect("sane");
        (folder, index)
    }

    #[test]
    fn indexes_that_kafka_wrote_are_read() {
        let (_folder, index) = fixture::<OffsetEntry>(include_bytes!("../../../../fixtures/log/closed.index"));
        assert_eq!(index.entries, 27);
        let at = |target: u32| index.last_where(|entry| entry.offset <= target).expect("read").map(|e| (e.offset, e.position));
        assert_eq!(
            [at(8), at(9), at(22), at(23), at(99)],
            [None, Some((9, 1042)), Some((21, 3082)), Some((23, 3252)), Some((37, 5680))]
        );
        let (_folder, index) = fixture::<TimeEntry>(include_bytes!("../../../../fixtures/log/closed.timeindex"));
        let at = |time: i64| index.last_where(|entry| entry.timestamp <= time).expect("read").map(|e| e.offset);
        assert_eq!([at(0), at(1_795_386_759_268), at(1_795_386_759_269), at(i64::MAX)], [None, Some(10), Some(10), Some(37)]);
    }

    #[test]
    fn an_active_index_is_preallocated_with_a_hole_and_trimmed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("i");
        let mut index = Index::<TimeEntry>::open(path.clone(), 10 << 20).expect("opened");
        index.preallocate().expect("lengthened");
        assert_eq!(std::fs::metadata(&path).expect("there").len(), 10_485_756);
        index.append(TimeEntry { timestamp: 5, offset: 1 }).expect("written");
        index.append(TimeEntry { timestamp: 6, offset: 4 }).expect("written");
        index.truncate_to(4).expect("cut");
        assert_eq!((index.entries, index.last()), (1, Some(TimeEntry { timestamp: 5, offset: 1 })));
        index.trim().expect("cut");
        assert_eq!(std::fs::metadata(&path).expect("there").len(), 12);
    }

    #[test]
    fn a_torn_or_zeroed_index_is_found_out() {
        let folder = tempfile::tempdir().expect("a folder");
        for (bytes, expected) in [(vec![0; 9], "neither positive nor a multiple of 8"), (vec![0; 800], "not after the first")] {
            let path = folder.path().join("i");
            std::fs::write(&path, bytes).expect("written");
            let error = Index::<OffsetEntry>::open(path, 800).and_then(|index| index.sanity_check()).expect_err("corrupt");
            assert!(error.to_string().contains(expected), "{error}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn look_ups_agree_with_a_plain_search(gaps in proptest::collection::vec(1_u32..50, 0..60), target in 0_u32..2000) {
            let folder = tempfile::tempdir().expect("a folder");
            let mut index = Index::<OffsetEntry>::open(folder.path().join("i"), 1 << 20).expect("opened");
            let mut model = Vec::new();
            let mut offset = 0;
            for gap in gaps {
                offset += gap;
                let entry = OffsetEntry { offset, position: offset * 3 };
                index.append(entry).expect("written");
                model.push(entry);
            }
            let expected = model.iter().copied().rfind(|entry| entry.offset <= target);
            prop_assert_eq!(index.last_where(|entry| entry.offset <= target).expect("read"), expected);
        }
    }
}
