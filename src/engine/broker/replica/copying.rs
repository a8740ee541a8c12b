//! Copies the segments of a log that moves to another directory, no faster than `replica.alter.log.dirs.io.max.bytes.per.second` says.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::super::log::{PartitionLog, Scan, StorageError};

/// The most bytes that are copied at once.
const BLOCK_BYTES: u64 = 64 * 1024;
/// A pause is no longer before the rate and the move itself are looked at again.
const PAUSE: Duration = Duration::from_millis(100);

/// What is known of a copy while it grows.
#[derive(Debug)]
pub(super) struct Progress {
    /// How many bytes are copied.
    pub(super) bytes: AtomicU64,
    /// Up to which offset.
    pub(super) offset: AtomicI64,
    /// Whether the copy is wanted no more.
    pub(super) cancelled: AtomicBool,
}

impl Progress {
    /// Of a log that begins at `offset`.
    pub(super) fn from(offset: i64) -> Self {
        Self { bytes: AtomicU64::new(0), offset: AtomicI64::new(offset), cancelled: AtomicBool::new(false) }
    }

    fn go_on(&self) -> Result<(), Stopped> {
        if self.cancelled.load(Ordering::Acquire) { Err(Stopped::Given) } else { Ok(()) }
    }
}

/// Why a move has ended early.
#[derive(Debug)]
pub(super) enum Stopped {
    /// Nobody wants it any more.
    Given,
    /// The files cannot be read or written.
    Failed(StorageError),
}

impl From<StorageError> for Stopped {
    fn from(error: StorageError) -> Self {
        Self::Failed(error)
    }
}

/// How long `bytes` take at `rate` bytes a second; for ever where that is none.
fn time_of(bytes: u64, rate: i64) -> Duration {
    match u64::try_from(rate) {
        Ok(rate @ 1..) => Duration::from_millis(bytes.saturating_mul(1000) / rate),
        _ => Duration::MAX,
    }
}

/// Copies from one folder to another what segments have and the copy has not yet.
pub(super) struct Copier<'a> {
    /// The folder of the log.
    pub(super) from: &'a Path,
    /// The folder of its copy.
    pub(super) to: &'a Path,
    /// What others see of it.
    pub(super) progress: &'a Progress,
    /// How many bytes a second there may be now.
    pub(super) rate: &'a dyn Fn() -> i64,
}

impl Copier<'_> {
    /// Copies what there is; gives how many bytes that were.
    pub(super) fn copy_grown(&self) -> Result<u64, Stopped> {
        let mut copied = 0;
        for (name, base) in segments(self.from)? {
            self.progress.go_on()?;
            self.progress.offset.fetch_max(base, Ordering::AcqRel);
            copied += self.append_missing(&self.from.join(&name), &self.to.join(&name))?;
        }
        Ok(copied)
    }

    /// Copies the end of a file that its copy lacks; nothing where the file is gone.
    fn append_missing(&self, from: &Path, to: &Path) -> Result<u64, Stopped> {
        let mut source = match File::open(from) {
            Ok(source) => source,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
            Err(error) => return Err(StorageError::io("failed to open", from)(error).into()),
        };
        let length = source.metadata().map_err(StorageError::io("failed to read", from))?.len();
        let copy = File::options().read(true).append(true).create(true).open(to);
        let mut copy = copy.map_err(StorageError::io("failed to open", to))?;
        let there = copy.metadata().map_err(StorageError::io("failed to read", to))?.len();
        source.seek(SeekFrom::Start(there)).map_err(StorageError::io("failed to read", from))?;
        let (mut at, mut whole) = (there, self.note_offset(&copy, 0, there));
        while at < length {
            self.progress.go_on()?;
            let block = (length - at).min(BLOCK_BYTES);
            let begun = Instant::now();
            let copied = io::copy(&mut (&mut source).take(block), &mut copy).map_err(StorageError::io("failed to write", to))?;
            if copied == 0 {
                break;
            }
            at += copied;
            self.progress.bytes.fetch_add(copied, Ordering::AcqRel);
            whole = self.note_offset(&copy, whole, at);
            self.keep_pace(copied, begun)?;
        }
        if at > there {
            copy.sync_all().map_err(StorageError::io("failed to flush", to))?;
        }
        Ok(at - there)
    }

    /// Takes note of the batches in `from..to` of a copy; gives where the last whole one ends.
    fn note_offset(&self, copy: &File, from: u64, to: u64) -> u64 {
        let mut end = from;
        for (position, header) in Scan::headers(copy, from, to).map_while(Result::ok) {
            end = position + header.size() as u64;
            self.progress.offset.fetch_max(header.next_offset(), Ordering::AcqRel);
        }
        end
    }

    /// Waits until `bytes` that were begun with may be through.
    fn keep_pace(&self, bytes: u64, begun: Instant) -> Result<(), Stopped> {
        loop {
            self.progress.go_on()?;
            let left = time_of(bytes, (self.rate)()).saturating_sub(begun.elapsed());
            if left.is_zero() {
                return Ok(());
            }
            thread::park_timeout(left.min(PAUSE));
        }
    }

    /// Makes the copy equal: the files beside the segments, and none that is no more. The active segment's indexes are left out,
    /// which are longer than what they hold.
    pub(super) fn copy_rest(&self, log: &PartitionLog) -> Result<(), StorageError> {
        let active = format!("{:020}", log.last_segment());
        let is_active_index =
            |name: &str| name.starts_with(&active) && (name.ends_with(".index") || name.ends_with(".timeindex"));
        let list = |folder: &Path| -> Result<Vec<String>, StorageError> {
            let entries = fs::read_dir(folder).map_err(StorageError::io("failed to list", folder))?;
            let names = entries.map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()));
            names.collect::<io::Result<_>>().map_err(StorageError::io("failed to list", folder))
        };
        let wanted: Vec<String> =
            list(self.from)?.into_iter().filter(|name| !name.ends_with(".deleted") && !is_active_index(name)).collect();
        for name in wanted.iter().filter(|name| !name.ends_with(".log")) {
            let (from, to) = (self.from.join(name), self.to.join(name));
            fs::copy(&from, &to).map_err(StorageError::io("failed to copy", &to))?;
        }
        for name in list(self.to)?.into_iter().filter(|name| !wanted.contains(name)) {
            let gone = self.to.join(name);
            fs::remove_file(&gone).map_err(StorageError::io("failed to delete", &gone))?;
        }
        Ok(())
    }
}

/// The files of segments with their base offsets, in order; none where the folder is gone.
fn segments(folder: &Path) -> Result<BTreeMap<String, i64>, Stopped> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(Stopped::Given),
        Err(error) => return Err(StorageError::io("failed to list", folder)(error).into()),
    };
    let mut segments = BTreeMap::new();
    for entry in entries {
        let name = entry.map_err(StorageError::io("failed to list", folder))?.file_name();
        let name = name.to_string_lossy().into_owned();
        if let Some(base) = name.strip_suffix(".log").and_then(|base| base.parse().ok()) {
            segments.insert(name, base);
        }
    }
    Ok(segments)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BATCH: &[u8] = include_bytes!("../../../../fixtures/log/f-none.log");

    #[test]
    fn bytes_take_their_time() {
        let check = |bytes, rate, expected| assert_eq!(time_of(bytes, rate), expected, "{bytes} at {rate}");
        check(65_536, 65_536, Duration::from_secs(1));
        check(100, 1_000_000, Duration::ZERO);
        check(1, i64::MAX, Duration::ZERO);
        check(1, 0, Duration::MAX);
        check(1, -1, Duration::MAX);
    }

    #[test]
    fn a_copy_tells_how_far_it_is_and_ends_when_it_is_not_wanted() {
        let folders = [tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder")];
        let [from, to] = [folders[0].path(), folders[1].path()];
        let file = format!("{:020}.log", 0);
        fs::write(from.join(&file), [BATCH, &BATCH[..50]].concat()).expect("written");
        let progress = Progress::from(0);
        let rate = || i64::MAX;
        let copier = Copier { from, to, progress: &progress, rate: &rate };
        assert_eq!(copier.copy_grown().expect("copied"), 143);
        assert_eq!((progress.bytes.load(Ordering::Acquire), progress.offset.load(Ordering::Acquire)), (143, 3));
        assert_eq!(copier.copy_grown().expect("nothing new"), 0);
        fs::write(from.join(&file), [BATCH, BATCH].concat()).expect("written");
        // no byte a second is too few to end; the block that is under way is through
        let still = || {
            progress.cancelled.store(true, Ordering::Release);
            0
        };
        let slow = Copier { rate: &still, ..copier };
        assert!(matches!(slow.copy_grown(), Err(Stopped::Given)));
        assert_eq!(progress.bytes.load(Ordering::Acquire), 186);
    }
}
