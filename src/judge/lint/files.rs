//! Which files are looked at: those that are named, and the properties files, scripts and Markdown in folders that are.

use std::collections::BTreeSet;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::Input;
use crate::properties;

/// The most files that are looked at in one go.
pub const FILES_MAX: usize = 100_000;
/// The most folders within each other.
const DEPTH_MAX: usize = 64;

/// A path that could not be looked at.
#[derive(Debug, thiserror::Error)]
#[error("{}: {source}", .path.display())]
pub struct Unreadable {
    /// The path.
    pub path: PathBuf,
    /// The system's reason.
    pub source: io::Error,
}

/// The files below a path: itself, or the properties files, scripts and Markdown in the folder and its folders, sorted. A folder that is reached twice
/// (through links that lead back) is looked at once.
///
/// # Errors
/// The path is not there, or cannot be listed. Folders within it that cannot be listed are left out.
pub fn below(path: &Path) -> Result<Vec<PathBuf>, Unreadable> {
    let unreadable = |source| Unreadable { path: path.to_owned(), source };
    if !std::fs::metadata(path).map_err(unreadable)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    std::fs::read_dir(path).map_err(unreadable)?;
    let (mut found, mut seen) = (BTreeSet::new(), BTreeSet::new());
    walk(path, DEPTH_MAX, &mut seen, &mut found);
    Ok(found.into_iter().collect())
}

fn walk(folder: &Path, depth: usize, seen: &mut BTreeSet<PathBuf>, found: &mut BTreeSet<PathBuf>) {
    let first_time = folder.canonicalize().is_ok_and(|real| seen.insert(real));
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    if !first_time || depth == 0 {
        return;
    }
    for entry in entries.flatten() {
        let path = entry.path();
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        // through links too: a mounted configuration is often one
        let Ok(meta) = std::fs::metadata(&path) else { continue };
        if found.len() >= FILES_MAX {
            return;
        }
        if meta.is_dir() && !hidden {
            walk(&path, depth - 1, seen, found);
        } else if meta.is_file() && is_configuration(&path) {
            found.insert(path);
        }
    }
}

/// Whether a file in a folder is looked at, by its name.
fn is_configuration(path: &Path) -> bool {
    const ENDINGS: [&str; 5] = ["properties", "sh", "bash", "md", "markdown"];
    let known = |extension: &std::ffi::OsStr| ENDINGS.iter().any(|ending| extension.eq_ignore_ascii_case(ending));
    path.extension().is_some_and(known) || path.ends_with("zoo.cfg")
}

/// Reads a file, one byte more than a configuration may have.
///
/// # Errors
/// The system's reason.
pub fn read(path: &Path) -> Result<Input, Unreadable> {
    let unreadable = |source| Unreadable { path: path.to_owned(), source };
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let bytes = read_from(file).map_err(unreadable)?;
    Ok(Input { path: path.to_owned(), shown: path.display().to_string(), bytes })
}

/// Reads what there is, one byte more than a configuration may have.
///
/// # Errors
/// The system's reason.
pub fn read_from(reader: impl io::Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(properties::MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_walked_once_and_other_files_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(at("a/b")).unwrap();
        for name in ["server.properties", "a/zoo.cfg", "a/b/x.properties", "a/notes.txt", "a/b/readme.md", ".git.properties"] {
            std::fs::write(at(name), "a=1\n").unwrap();
        }
        std::os::unix::fs::symlink(folder.path(), at("a/b/loop")).unwrap();
        std::os::unix::fs::symlink(at("nowhere"), at("dead.properties")).unwrap();
        let found = below(folder.path()).unwrap();
        let names: Vec<_> = found.iter().map(|path| path.strip_prefix(folder.path()).unwrap().to_str().unwrap()).collect();
        assert_eq!(names, [".git.properties", "a/b/readme.md", "a/b/x.properties", "a/zoo.cfg", "server.properties"]);
        assert_eq!(below(&at("a/notes.txt")).unwrap(), [at("a/notes.txt")]);
        assert!(below(&at("missing")).is_err());
    }
}
