//! Temporary folders that go with the process that made them; where it was killed, they go with the next process that looks for them.

use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::process::geteuid;
use tempfile::TempDir;

use super::lock::FolderLock;
use super::table;

/// A folder that is removed when this is dropped.
#[derive(Debug)]
pub struct TemporaryFolder {
    // first: the folder goes while it is still ours
    folder: TempDir,
    _lock: FolderLock,
}

impl TemporaryFolder {
    /// Makes a folder whose name begins so, where the system has its temporary files.
    ///
    /// # Errors
    /// It cannot be made or written.
    pub fn create(prefix: &str) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix(prefix).tempdir()?;
        let lock = FolderLock::take(folder.path()).map_err(io::Error::other)?;
        Ok(Self { folder, _lock: lock })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Removes the folders that [`TemporaryFolder::create`] made with that prefix for processes of this user that have ended without removing
/// them. What cannot be removed stays for the next time.
pub fn remove_abandoned(prefix: &str) {
    let Ok(entries) = fs::read_dir(std::env::temp_dir()) else { return };
    for entry in entries.flatten() {
        let folder = entry.path();
        if entry.file_name().as_bytes().starts_with(prefix.as_bytes())
            && let Some(_lock) = abandoned(&folder)
        {
            let _ = fs::remove_dir_all(&folder);
        }
    }
}

/// The lock of a folder of ours that nobody uses any more.
fn abandoned(folder: &Path) -> Option<FolderLock> {
    // a link is no folder here
    let is_ours = fs::symlink_metadata(folder).is_ok_and(|found| found.is_dir() && found.uid() == geteuid().as_raw());
    let lock = if is_ours { FolderLock::take_over(folder) } else { None }?;
    // servers end after the process that started them; what they run from is on their lines
    let name = folder.to_string_lossy();
    let is_used = table::all().iter().any(|process| process.argv.iter().any(|word| word.to_string_lossy().contains(&*name)));
    (!is_used).then_some(lock)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with a lock file that holds this, or with none.
    fn with_lock(content: Option<&str>) -> TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        if let Some(content) = content {
            fs::write(folder.path().join(".lock"), content).expect("written");
        }
        folder
    }

    #[test]
    fn a_folder_is_abandoned_once_who_had_it_has_gone() {
        let check = |folder: &Path, expected: bool| assert_eq!(abandoned(folder).is_some(), expected, "{}", folder.display());
        let left = with_lock(Some("7\n"));
        check(left.path(), true);
        // never taken, or just being made
        check(with_lock(None).path(), false);
        check(with_lock(Some("")).path(), false);
        check(with_lock(Some("notes of somebody")).path(), false);
        let link = with_lock(None);
        std::os::unix::fs::symlink(left.path().join(".lock"), link.path().join(".lock")).expect("linked");
        std::os::unix::fs::symlink(left.path(), link.path().join("folder")).expect("linked");
        check(link.path(), false);
        check(&link.path().join("folder"), false);
        let held = FolderLock::take(left.path()).expect("free");
        check(left.path(), false);
        drop(held);
        check(left.path(), true);
    }

    #[test]
    fn a_temporary_folder_is_held_and_goes() {
        let folder = TemporaryFolder::create("kafkalab-test-").expect("made");
        let path = folder.path().to_owned();
        remove_abandoned("kafkalab-test-");
        assert!(path.is_dir() && FolderLock::holder(&path) == Some(std::process::id()));
        drop(folder);
        assert!(!path.exists());
    }
}
