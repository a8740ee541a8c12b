//! A folder that one process has to itself: a lock that the system gives up with the process, however that ends.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, Mode, OFlags, flock};

/// The name of the file that is locked; the number of the process that has it stands in it.
const NAME: &str = ".lock";
/// The longest process number, with room to spare, in bytes.
const PID_BYTES_MAX: u64 = 16;

/// Why a folder cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process has it.
    #[error("in use by process {pid}")]
    Busy {
        /// That process's number, as it wrote it; 0 where it could not be read.
        pid: u32,
    },
    /// The lock file cannot be made or written.
    #[error("failed to write {}: {source}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

/// A folder that this process has to itself until this is dropped.
#[derive(Debug)]
pub struct FolderLock(#[expect(dead_code, reason = "open as long as the folder is ours")] File);

impl FolderLock {
    /// Takes a folder, which must be there.
    ///
    /// # Errors
    /// Another process has it, or it cannot be written.
    pub fn take(folder: &Path) -> Result<Self, LockError> {
        let path = folder.join(NAME);
        let failed = |source| LockError::Io { path: path.clone(), source };
        let mut lock = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
        if flock(&lock, FlockOperation::NonBlockingLockExclusive).is_err() {
            return Err(LockError::Busy { pid: written_in(&lock).unwrap_or(0) });
        }
        lock.set_len(0).and_then(|()| writeln!(lock, "{}", std::process::id())).map_err(failed)?;
        Ok(Self(lock))
    }

    /// Takes a folder that another process had and has no more; `None` where none had it, or one has it. Nothing is made or changed, and no
    /// link is followed from the folder on.
    pub fn take_over(folder: &Path) -> Option<Self> {
        let path = folder.join(NAME);
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let lock = File::from(rustix::fs::open(&path, flags, Mode::empty()).ok()?);
        // the number is written once the lock is taken: without one the folder may just be about to be
        written_in(&lock)?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive).ok()?;
        let (held, named) = (lock.metadata().ok()?, path.symlink_metadata().ok()?);
        let is_still_there = held.is_file() && (held.dev(), held.ino()) == (named.dev(), named.ino());
        is_still_there.then_some(Self(lock))
    }

    /// The number of the process that has a folder, 0 where it could not be read; `None` where nobody has it. Nothing is made or changed.
    pub fn holder(folder: &Path) -> Option<u32> {
        let lock = File::open(folder.join(NAME)).ok()?;
        match flock(&lock, FlockOperation::NonBlockingLockShared) {
            Ok(()) => None,
            Err(_) => Some(written_in(&lock).unwrap_or(0)),
        }
    }
}

fn written_in(lock: &File) -> Option<u32> {
    let mut holder = String::new();
    lock.take(PID_BYTES_MAX).read_to_string(&mut holder).ok()?;
    holder.trim().parse().ok()
}
