//! Where labs come from: built into the binary, or a folder.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

use super::error::FormatError;

static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/labs");

/// The largest file of a lab that is read, in bytes.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// A set of labs.
#[derive(Clone, Debug)]
pub enum LabSource {
    /// The labs of this release.
    BuiltIn,
    /// A folder with one folder per lab.
    Folder(PathBuf),
}

impl LabSource {
    /// The names of the labs, in the order of the course.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn names(&self) -> Result<Vec<String>, FormatError> {
        let mut names: Vec<String> = match self {
            Self::BuiltIn => BUILT_IN.dirs().map(|dir| dir.path().display().to_string()).collect(),
            Self::Folder(folder) => {
                let failed = |source| FormatError::Read { file: folder.display().to_string(), source };
                let entries = std::fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>).map_err(failed)?;
                let labs = entries.into_iter().filter(|entry| entry.path().join("lab.toml").is_file());
                labs.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
            }
        };
        names.sort();
        Ok(names)
    }

    /// The lab that a learner's word means: its whole name, its number, or the name without the number.
    ///
    /// # Errors
    /// [`FormatError::NoSuchLab`] with the labs there are.
    pub fn resolve(&self, word: &str) -> Result<String, FormatError> {
        let names = self.names()?;
        let means = |name: &&String| {
            let (number, rest) = name.split_once('-').unwrap_or((name, ""));
            *name == word || number == word || number.trim_start_matches('0') == word || rest == word
        };
        names.iter().find(means).cloned().ok_or_else(|| FormatError::NoSuchLab { name: word.to_owned(), known: names.join(", ") })
    }

    /// Whether a file is there, given relative to the labs.
    pub fn has(&self, file: &str) -> bool {
        match self {
            Self::BuiltIn => BUILT_IN.get_file(file).is_some(),
            Self::Folder(folder) => folder.join(file).is_file(),
        }
    }

    /// The text of a file, given relative to the labs, as `01-single-node/lab.toml`.
    ///
    /// # Errors
    /// Missing, unreadable, too large, or not UTF-8.
    pub fn read(&self, file: &str) -> Result<String, FormatError> {
        let failed = |source| FormatError::Read { file: file.to_owned(), source };
        match self {
            Self::BuiltIn => {
                let found = BUILT_IN.get_file(file).ok_or_else(|| failed(io::ErrorKind::NotFound.into()))?;
                found.contents_utf8().map(str::to_owned).ok_or_else(|| failed(io::ErrorKind::InvalidData.into()))
            }
            Self::Folder(folder) => {
                let opened = std::fs::File::open(folder.join(file)).map_err(failed)?;
                let found = opened.metadata().map_err(failed)?.len();
                if found > FILE_BYTES_MAX {
                    return Err(FormatError::TooLarge { file: file.to_owned(), found, limit: FILE_BYTES_MAX });
                }
                let mut text = String::new();
                opened.take(FILE_BYTES_MAX).read_to_string(&mut text).map_err(failed)?;
                Ok(text)
            }
        }
    }
}

impl LabSource {
    /// The files of a lab below `folder` (as `routes`), relative to the labs and sorted; none where there is no such folder.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn files(&self, lab: &str, folder: &str) -> Result<Vec<String>, FormatError> {
        let within = format!("{lab}/{folder}");
        let mut names: Vec<String> = match self {
            Self::BuiltIn => {
                let files = BUILT_IN.get_dir(&within).into_iter().flat_map(Dir::files);
                files.filter_map(|file| Some(file.path().file_name()?.to_str()?.to_owned())).collect()
            }
            Self::Folder(labs) => match std::fs::read_dir(labs.join(&within)) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
                read => {
                    let failed = |source| FormatError::Read { file: within.clone(), source };
                    let entries = read.and_then(Iterator::collect::<io::Result<Vec<_>>>).map_err(failed)?;
                    entries.into_iter().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
                }
            },
        };
        names.sort();
        Ok(names.into_iter().map(|name| format!("{within}/{name}")).collect())
    }

    /// The folder with a lab's snapshots; those of a built-in lab are put into `scratch` first.
    ///
    /// # Errors
    /// `scratch` cannot be written.
    pub fn snapshots(&self, lab: &str, scratch: &Path) -> Result<PathBuf, FormatError> {
        let folder = format!("{lab}/snapshots");
        match self {
            Self::Folder(labs) => Ok(labs.join(folder)),
            Self::BuiltIn => {
                let into = scratch.join(lab);
                let failed = |source| FormatError::Read { file: folder.clone(), source };
                std::fs::create_dir_all(&into).map_err(failed)?;
                for file in BUILT_IN.get_dir(&folder).into_iter().flat_map(Dir::files) {
                    let name = file.path().file_name().unwrap_or_default();
                    std::fs::write(into.join(name), file.contents()).map_err(failed)?;
                }
                Ok(into)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lab_is_found_by_name_number_and_short_name() {
        for word in ["01-single-node", "01", "1", "single-node"] {
            assert_eq!(LabSource::BuiltIn.resolve(word).expect(word), "01-single-node");
        }
        let error = LabSource::BuiltIn.resolve("99").expect_err("no such lab");
        assert!(error.to_string().contains("01-single-node"), "{error}");
    }

    #[test]
    fn a_folder_stands_in_for_the_built_in_labs() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("07-mine")).expect("made");
        std::fs::write(folder.path().join("07-mine/lab.toml"), "x").expect("written");
        std::fs::create_dir(folder.path().join("notes")).expect("made");
        let source = LabSource::Folder(folder.path().to_owned());
        assert_eq!(source.names().expect("read"), ["07-mine"]);
        assert_eq!(source.read("07-mine/lab.toml").expect("read"), "x");
        std::fs::write(folder.path().join("07-mine/lab.toml"), vec![b'x'; (1 << 20) + 1]).expect("written");
        assert!(matches!(source.read("07-mine/lab.toml"), Err(FormatError::TooLarge { .. })));
    }
}
