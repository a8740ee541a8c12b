//! The boundary to the disk: what is written to a data directory goes through here, so that tests can put a failing disk in its place.

use std::fmt::Debug;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// The operations on files that write.
pub trait Disk: Debug + Send + Sync {
    /// An empty file for writing; one that is there loses what it holds.
    ///
    /// # Errors
    /// What the system says, as for everything below.
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;

    /// Gives a file another name, which no other file keeps.
    ///
    /// # Errors
    /// What the system says.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Waits until the names in a folder last.
    ///
    /// # Errors
    /// What the system says.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
}

/// A file that is open for writing.
pub trait DiskFile: Debug + Send + Sync {
    /// Appends all of the bytes.
    ///
    /// # Errors
    /// What the system says; some of the bytes may be written.
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Makes the file so many bytes long; what was not written reads as zero and takes no room.
    ///
    /// # Errors
    /// What the system says.
    fn set_len(&mut self, bytes: u64) -> io::Result<()>;

    /// Waits until what was written lasts.
    ///
    /// # Errors
    /// What the system says; what was written since the last time may or may not last.
    fn sync_data(&mut self) -> io::Result<()>;
}

/// The disk of this machine.
#[derive(Clone, Copy, Debug)]
pub struct SystemDisk;

impl Disk for SystemDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        Ok(Box::new(OpenOptions::new().write(true).create(true).truncate(true).open(path)?))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        File::open(folder)?.sync_all()
    }
}

impl DiskFile for File {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        Write::write_all(self, bytes)
    }

    fn set_len(&mut self, bytes: u64) -> io::Result<()> {
        File::set_len(self, bytes)
    }

    fn sync_data(&mut self) -> io::Result<()> {
        File::sync_data(self)
    }
}

/// A disk that fails at one operation and at every one after it.
#[cfg(test)]
pub mod failing {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::{Disk, DiskFile, File, Path, SystemDisk, io};

    /// Writes to the disk of this machine as many operations as are left.
    #[derive(Clone, Debug)]
    pub struct FailingDisk {
        left: Arc<AtomicUsize>,
        error: rustix::io::Errno,
    }

    impl FailingDisk {
        /// A disk that does so many operations and then says `error`.
        pub fn after(operations: usize, error: rustix::io::Errno) -> Self {
            Self { left: Arc::new(AtomicUsize::new(operations)), error }
        }

        /// Operations that are left.
        pub fn left(&self) -> usize {
            self.left.load(Ordering::Acquire)
        }

        fn spend(&self) -> io::Result<()> {
            let spent = self.left.fetch_update(Ordering::AcqRel, Ordering::Acquire, |left| left.checked_sub(1));
            spent.map(|_| ()).map_err(|_| self.error.into())
        }
    }

    impl Disk for FailingDisk {
        fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
            self.spend()?;
            let file = File::create(path)?;
            Ok(Box::new(FailingFile { disk: self.clone(), file }))
        }

        fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
            self.spend()?;
            SystemDisk.rename(from, to)
        }

        fn sync_folder(&self, folder: &Path) -> io::Result<()> {
            self.spend()?;
            SystemDisk.sync_folder(folder)
        }
    }

    #[derive(Debug)]
    struct FailingFile {
        disk: FailingDisk,
        file: File,
    }

    impl DiskFile for FailingFile {
        fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
            let spent = self.disk.spend();
            // a disk that is full takes what fits
            let fits = if spent.is_ok() { bytes.len() } else { bytes.len() / 2 };
            DiskFile::write_all(&mut self.file, &bytes[..fits])?;
            spent
        }

        fn set_len(&mut self, bytes: u64) -> io::Result<()> {
            self.disk.spend()?;
            self.file.set_len(bytes)
        }

        fn sync_data(&mut self) -> io::Result<()> {
            self.disk.spend()
        }
    }
}

/// A disk that tells what was done to it, and waits where it is told to.
#[cfg(test)]
pub mod recording {
    use std::sync::{Arc, Condvar, Mutex, PoisonError};

    use super::{Disk, DiskFile, File, Path, SystemDisk, io};

    /// What was done to a file.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum Done {
        /// It was begun.
        Created(String),
        /// So many bytes were appended.
        Written(usize),
        /// It was made so long.
        Grown(u64),
        /// It lasts.
        Synced,
    }

    /// Writes to the disk of this machine.
    #[derive(Clone, Debug, Default)]
    pub struct RecordingDisk {
        state: Arc<(Mutex<State>, Condvar)>,
    }

    #[derive(Debug, Default)]
    struct State {
        done: Vec<Done>,
        is_held: bool,
        waiting: bool,
    }

    impl RecordingDisk {
        /// What was done since the last call.
        pub fn take(&self) -> Vec<Done> {
            self.with(|state| std::mem::take(&mut state.done))
        }

        /// From now on everything waits at the next sync.
        pub fn hold(&self) {
            self.with(|state| state.is_held = true);
        }

        /// Whether somebody waits.
        pub fn is_waited_for(&self) -> bool {
            self.with(|state| state.waiting)
        }

        /// Nobody waits any more.
        pub fn release(&self) {
            self.with(|state| state.is_held = false);
            self.state.1.notify_all();
        }

        fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
            look(&mut self.state.0.lock().unwrap_or_else(PoisonError::into_inner))
        }

        fn add(&self, done: Done) {
            self.with(|state| state.done.push(done));
        }
    }

    impl Disk for RecordingDisk {
        fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            self.add(Done::Created(name.trim_start_matches("unfinished.").to_owned()));
            Ok(Box::new(RecordingFile { disk: self.clone(), file: File::create(path)? }))
        }

        fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
            SystemDisk.rename(from, to)
        }

        fn sync_folder(&self, _: &Path) -> io::Result<()> {
            Ok(())
        }
    }

    #[derive(Debug)]
    struct RecordingFile {
        disk: RecordingDisk,
        file: File,
    }

    impl DiskFile for RecordingFile {
        fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
            self.disk.add(Done::Written(bytes.len()));
            DiskFile::write_all(&mut self.file, bytes)
        }

        fn set_len(&mut self, bytes: u64) -> io::Result<()> {
            self.disk.add(Done::Grown(bytes));
            DiskFile::set_len(&mut self.file, bytes)
        }

        fn sync_data(&mut self) -> io::Result<()> {
            let (state, released) = &*self.disk.state;
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            state.waiting = state.is_held;
            let mut state = released.wait_while(state, |state| state.is_held).unwrap_or_else(PoisonError::into_inner);
            state.waiting = false;
            state.done.push(Done::Synced);
            Ok(())
        }
    }
}
