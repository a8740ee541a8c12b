//! The learner's workspace: a folder per lab, and what is remembered between runs.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Ports, Progress};
use crate::lab::coach::Coach;
use crate::process::lock::{FolderLock, LockError};
use crate::text::Language;

/// The name of the progress file.
const PROGRESS_FILE: &str = "progress.json";
/// The version of the progress file.
const PROGRESS_VERSION: u32 = 1;
/// The largest progress file that is read, in bytes.
const PROGRESS_BYTES_MAX: u64 = 1 << 20;

/// What is remembered between runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Remembered {
    /// The version of the file's format.
    pub version: u32,
    /// The language that the learner chose; `None` to follow the locale.
    #[serde(default)]
    pub language: Option<Language>,
    /// The lab that was open last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
    /// Each lab by name.
    #[serde(default)]
    pub labs: BTreeMap<String, LabMemory>,
}

/// What is remembered of one lab.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LabMemory {
    /// How far the learner is.
    #[serde(default)]
    pub progress: Progress,
    /// What the coach said already.
    #[serde(default)]
    pub coach: Coach,
    /// The mark of the processes that were started in this lab.
    #[serde(default)]
    pub session: String,
    /// The ports of its servers, where they are not the documented ones.
    #[serde(default)]
    pub ports: Option<Ports>,
    /// The release of Apache Kafka that the lab is done on; `None` for the bundled engine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub apache: Option<PathBuf>,
    /// The servers that have been seen serving, by main class.
    #[serde(default)]
    pub seen: Vec<String>,
}

/// Why a workspace cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum WorkspaceError {
    /// The folder cannot be made or written.
    #[error("failed to write {}: {source}", .path.display())]
    Write {
        /// What was to be written.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// Another runner works in it.
    #[error("in use by process {pid}")]
    Busy {
        /// That runner's process number, as it wrote it; 0 where it could not be read.
        pid: u32,
    },
}

/// The progress file could not be read and was kept under another name.
#[derive(Debug, PartialEq, Eq)]
pub struct Damaged {
    /// Where it is now.
    pub kept: PathBuf,
    /// What is wrong with it.
    pub reason: String,
}

/// A workspace that this process has to itself.
#[derive(Debug)]
pub struct Workspace {
    folder: PathBuf,
    /// Held until the workspace is dropped.
    _lock: FolderLock,
}

impl Workspace {
    /// Opens a workspace and makes it when it is not there.
    ///
    /// # Errors
    /// It cannot be written, or another runner works in it.
    pub fn open(folder: &Path) -> Result<Self, WorkspaceError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| WorkspaceError::Write { path, source }
        };
        std::fs::create_dir_all(folder).map_err(failed(folder))?;
        let folder = folder.canonicalize().map_err(failed(folder))?;
        let lock = FolderLock::take(&folder).map_err(|error| match error {
            LockError::Busy { pid } => WorkspaceError::Busy { pid },
            LockError::Io { path, source } => WorkspaceError::Write { path, source },
        })?;
        Ok(Self { folder, _lock: lock })
    }

    /// What is remembered in a folder, without opening it as a workspace: nothing is made, moved or locked. Nothing is remembered
    /// where there is no readable progress file.
    pub fn peek(folder: &Path) -> Remembered {
        let text = read_bounded(&folder.join(PROGRESS_FILE)).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// The process number of the runner that works in a folder, 0 where it cannot be told; `None` where there is none.
    pub fn runner(folder: &Path) -> Option<u32> {
        FolderLock::holder(folder)
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder of one lab; the distribution is written into it.
    pub fn lab_folder(&self, lab: &str) -> PathBuf {
        self.folder.join(lab)
    }

    /// Moves a lab's folder out of the way, so that the lab can begin anew; nothing in it is lost.
    ///
    /// # Errors
    /// The folder cannot be renamed.
    pub fn set_aside(&self, lab: &str) -> Result<(), WorkspaceError> {
        let path = self.lab_folder(lab);
        if !path.exists() {
            return Ok(());
        }
        let free = (1_u32..).map(|n| self.folder.join(format!("{lab}.{n}"))).find(|path| !path.exists());
        let aside = free.unwrap_or_else(|| self.folder.join(format!("{lab}.old")));
        std::fs::rename(&path, &aside).map_err(|source| WorkspaceError::Write { path, source })
    }

    fn progress_file(&self) -> PathBuf {
        self.folder.join(PROGRESS_FILE)
    }

    /// What is remembered. A damaged file is kept under another name and told of; nothing in it is lost.
    ///
    /// # Errors
    /// The damaged file cannot be moved.
    pub fn load(&self) -> Result<(Remembered, Option<Damaged>), WorkspaceError> {
        let path = self.progress_file();
        let reason = match read_bounded(&path) {
            Ok(text) => match serde_json::from_str::<Remembered>(&text) {
                Ok(remembered) if remembered.version == PROGRESS_VERSION => return Ok((remembered, None)),
                Ok(other) => format!("version {}, expected {PROGRESS_VERSION}", other.version),
                Err(error) => error.to_string(),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((Remembered::default(), None)),
            Err(error) => error.to_string(),
        };
        let kept = (1..).map(|n| self.folder.join(format!("progress.json.damaged-{n}"))).find(|path| !path.exists());
        let kept = kept.unwrap_or_else(|| self.folder.join("progress.json.damaged"));
        std::fs::rename(&path, &kept).map_err(|source| WorkspaceError::Write { path, source })?;
        Ok((Remembered::default(), Some(Damaged { kept, reason })))
    }

    /// Remembers; the file is replaced whole, so that a kill leaves the old one or the new one.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save(&self, remembered: &Remembered) -> Result<(), WorkspaceError> {
        let path = self.progress_file();
        let failed = |source| WorkspaceError::Write { path: path.clone(), source };
        let remembered = Remembered { version: PROGRESS_VERSION, ..remembered.clone() };
        let text = serde_json::to_string_pretty(&remembered).map_err(|error| failed(error.into()))?;
        let mut file = tempfile::NamedTempFile::new_in(&self.folder).map_err(failed)?;
        file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_data()).map_err(failed)?;
        file.persist(&path).map_err(|error| failed(error.error))?;
        Ok(())
    }
}

fn read_bounded(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let read = File::open(path)?.take(PROGRESS_BYTES_MAX + 1).read_to_string(&mut text)? as u64;
    if read > PROGRESS_BYTES_MAX {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "larger than any progress file"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_saved_is_remembered_and_a_damaged_file_is_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let workspace = Workspace::open(folder.path()).expect("opened");
        assert_eq!(workspace.load().expect("empty"), (Remembered::default(), None));
        let mut remembered = Remembered { version: 1, language: Some(Language::Ko), last: None, labs: BTreeMap::new() };
        remembered.labs.insert("01-single-node".to_owned(), LabMemory { session: "s".to_owned(), ..LabMemory::default() });
        workspace.save(&remembered).expect("saved");
        assert_eq!(workspace.load().expect("loaded"), (remembered, None));

        for damaged in ["{\"version\":", "{\"version\": 7}", "\u{0}\u{1}"] {
            std::fs::write(workspace.progress_file(), damaged).expect("written");
            let (remembered, told) = workspace.load().expect("goes on");
            assert_eq!(remembered, Remembered::default());
            let kept = told.expect("told of").kept;
            assert_eq!(std::fs::read_to_string(kept).expect("kept"), damaged);
        }
    }

    #[test]
    fn a_workspace_has_one_runner() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = Workspace::open(folder.path()).expect("opened");
        let error = Workspace::open(folder.path()).expect_err("busy");
        assert!(matches!(error, WorkspaceError::Busy { pid } if pid == std::process::id()), "{error}");
        drop(first);
        Workspace::open(folder.path()).expect("free again");
    }
}
