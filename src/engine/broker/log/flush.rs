//! Making a log durable: which files, and the system calls for them.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::StorageError;

/// What has to be done so that a log is durable up to an offset.
#[derive(Debug)]
pub struct Flush {
    /// The offset.
    pub up_to: i64,
    /// The `.log` files that hold records before it.
    pub logs: Vec<(Arc<File>, PathBuf)>,
    /// Other files and folders, in this order.
    pub paths: Vec<PathBuf>,
}

impl Flush {
    /// Does it; files that were removed meanwhile need none of it.
    ///
    /// # Errors
    /// The system refuses.
    pub fn run(&self) -> Result<(), StorageError> {
        for (log, path) in &self.logs {
            log.sync_data().map_err(StorageError::io("failed to flush", path))?;
        }
        for path in &self.paths {
            match File::open(path).and_then(|file| file.sync_all()) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(StorageError::io("failed to flush", path)(error));
                }
                _ => {}
            }
        }
        Ok(())
    }
}
