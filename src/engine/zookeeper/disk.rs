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
