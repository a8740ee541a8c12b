//! Puts files into a folder that somebody else edits too. A record of what was written tells edited files from ours: those are never
//! overwritten. Every file is complete before it is seen, by renaming.

use std::collections::BTreeMap;
use std::fs::{self, File, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::text::Language;
use crate::text::distribution as text;

/// The record of what was written: one line per file, its path, length and CRC-32C.
const RECORD: &str = "libs/.written";
/// The most that is read of a file to compare or to copy it; every file of ours is far smaller.
pub(super) const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// Why the distribution folder could not be written.
#[derive(Debug, thiserror::Error)]
pub enum DistributionError {
    /// The folder or file may not be written to.
    #[error("{} cannot be written to: choose another folder, or change its permissions", .path.display())]
    NotPermitted {
        /// The place.
        path: PathBuf,
    },
    /// The file system is mounted read-only.
    #[error("{} lies on a read-only file system: choose another folder", .path.display())]
    ReadOnly {
        /// The place.
        path: PathBuf,
    },
    /// No space, or no quota, is left.
    #[error("no space is left for {}: make room, or choose another folder", .path.display())]
    Full {
        /// The place.
        path: PathBuf,
    },
    /// Something that is not a folder is in the way, or a folder where a file should be.
    #[error("{} is in the way: move it, or choose another folder", .path.display())]
    InTheWay {
        /// The place.
        path: PathBuf,
    },
    /// The file of the running program was deleted.
    #[error("the program {} is not there any more: build it again", .path.display())]
    ProgramGone {
        /// Where it was.
        path: PathBuf,
    },
    /// The release to be copied has far more files than any release.
    #[error("{} has too many files for a release of Kafka: name the folder of the release itself", .path.display())]
    TooMuch {
        /// The release.
        path: PathBuf,
    },
    /// The release lies where its copy should.
    #[error("{} is the release itself: choose another folder for the copy", .path.display())]
    Itself {
        /// The place.
        path: PathBuf,
    },
    /// Something else.
    #[error("failed to write {}", .path.display())]
    Io {
        /// The place.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl DistributionError {
    /// Sorts what the system said about `path`.
    pub(super) fn io(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::PermissionDenied => Self::NotPermitted { path },
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { path },
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { path },
            io::ErrorKind::NotADirectory | io::ErrorKind::IsADirectory | io::ErrorKind::AlreadyExists => Self::InTheWay { path },
            _ => Self::Io { path, source },
        }
    }

    /// One sentence for a person: what is the matter, and what to do.
    pub fn explain(&self, language: Language) -> String {
        match self {
            Self::NotPermitted { path } => text::NOT_PERMITTED.fill(language, &[("path", &path.display())]),
            Self::ReadOnly { path } => text::READ_ONLY.fill(language, &[("path", &path.display())]),
            Self::Full { path } => text::FULL.fill(language, &[("path", &path.display())]),
            Self::InTheWay { path } => text::IN_THE_WAY.fill(language, &[("path", &path.display())]),
            Self::ProgramGone { path } => text::PROGRAM_GONE.fill(language, &[("path", &path.display())]),
            Self::TooMuch { path } => text::TOO_MUCH.fill(language, &[("path", &path.display())]),
            Self::Itself { path } => text::ITSELF.fill(language, &[("path", &path.display())]),
            Self::Io { path, source } => text::IO.fill(language, &[("path", &path.display()), ("error", source)]),
        }
    }
}

/// Whether a file can be executed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mode {
    Plain,
    Executable,
}

impl Mode {
    pub fn bits(self) -> u32 {
        match self {
            Self::Plain => 0o644,
            Self::Executable => 0o755,
        }
    }
}

/// Length and CRC-32C of what was written.
type Print = (u64, u32);

fn print(bytes: &[u8]) -> Print {
    (bytes.len() as u64, crc32c::crc32c(bytes))
}

/// Where the files of a distribution are put.
pub(super) trait Sink {
    /// Takes a file.
    fn put(&mut self, name: &Path, contents: &[u8], mode: Mode) -> Result<(), DistributionError>;
    /// Takes a symbolic link.
    fn link(&mut self, name: &Path, target: &Path) -> Result<(), DistributionError>;
}

/// The files of a folder while they are being written.
pub(super) struct Files {
    root: PathBuf,
    record: BTreeMap<PathBuf, Print>,
    written: Vec<PathBuf>,
    kept: Vec<PathBuf>,
}

impl Files {
    /// Opens the folder, making it when missing. Without a readable record, whatever differs counts as edited.
    pub fn open(root: PathBuf) -> Result<Self, DistributionError> {
        make_folder(&root)?;
        let record = bounded(&root.join(RECORD)).unwrap_or_default().map(|raw| parse_record(&raw)).unwrap_or_default();
        Ok(Self { root, record, written: Vec::new(), kept: Vec::new() })
    }

    /// Keeps the record; gives what was written and what was left alone.
    pub fn finish(self) -> Result<(Vec<PathBuf>, Vec<PathBuf>), DistributionError> {
        if !self.written.is_empty() {
            let lines = self.record.iter().map(|(name, (length, crc))| format!("{length} {crc:08x} {}\n", name.display()));
            replace(&self.root.join(RECORD), lines.collect::<String>().as_bytes(), Mode::Plain)?;
        }
        Ok((self.written, self.kept))
    }
}

impl Sink for Files {
    /// Writes a file, unless it was edited since we wrote it.
    fn put(&mut self, name: &Path, contents: &[u8], mode: Mode) -> Result<(), DistributionError> {
        let path = self.root.join(name);
        let recorded = self.record.get(name).copied();
        let wanted = print(contents);
        let found = match bounded(&path) {
            Ok(None) => None,
            Ok(Some(bytes)) => Some((print(&bytes), bytes == contents)),
            // what we may not even read is not as we wrote it
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied && path.is_file() => Some(((u64::MAX, 0), false)),
            Err(error) => return Err(DistributionError::io(&path, error)),
        };
        match found {
            Some((_, true)) => {}
            Some((found, false)) if Some(found) != recorded => {
                self.kept.push(name.to_owned());
                return Ok(());
            }
            _ => {
                replace(&path, contents, mode)?;
                self.written.push(name.to_owned());
            }
        }
        self.record.insert(name.to_owned(), wanted);
        Ok(())
    }

    /// Makes a symbolic link, or turns an existing one; a file that is no link is not ours, and stays.
    fn link(&mut self, name: &Path, target: &Path) -> Result<(), DistributionError> {
        let path = self.root.join(name);
        if fs::read_link(&path).is_ok_and(|found| found == target) {
            return Ok(());
        }
        if fs::symlink_metadata(&path).is_ok_and(|found| found.is_file()) {
            self.kept.push(name.to_owned());
            return Ok(());
        }
        let folder = make_parent(&path)?;
        let made = tempfile::Builder::new().prefix(".link").make_in(folder, |new| std::os::unix::fs::symlink(target, new));
        let made = made.map_err(|source| DistributionError::io(&path, source))?;
        made.persist(&path).map_err(|refused| DistributionError::io(&path, refused.error))?;
        self.written.push(name.to_owned());
        Ok(())
    }
}

fn parse_record(raw: &[u8]) -> BTreeMap<PathBuf, Print> {
    let text = String::from_utf8_lossy(raw);
    let rows = text.lines().filter_map(|line| {
        let mut fields = line.splitn(3, ' ');
        let length = fields.next()?.parse().ok()?;
        let crc = u32::from_str_radix(fields.next()?, 16).ok()?;
        Some((PathBuf::from(fields.next()?), (length, crc)))
    });
    rows.collect()
}

/// The first bytes of a file, one more than the limit at most; `None` where it is not there.
pub(super) fn bounded(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

fn replace(path: &Path, contents: &[u8], mode: Mode) -> Result<(), DistributionError> {
    let folder = make_parent(path)?;
    let failed = |source| DistributionError::io(path, source);
    let mut file = tempfile::Builder::new().prefix(".new").tempfile_in(folder).map_err(failed)?;
    file.write_all(contents).map_err(failed)?;
    file.as_file().set_permissions(Permissions::from_mode(mode.bits())).map_err(failed)?;
    file.persist(path).map_err(|refused| failed(refused.error))?;
    Ok(())
}

fn make_parent(path: &Path) -> Result<&Path, DistributionError> {
    let folder = path.parent().unwrap_or(path);
    make_folder(folder)?;
    Ok(folder)
}

fn make_folder(folder: &Path) -> Result<(), DistributionError> {
    fs::create_dir_all(folder).map_err(|source| DistributionError::io(folder, source))
}
