//! What a book is made of, and whether it is as it was: every file with its length and the time of its last change.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The most files that are looked at; a book has some hundreds.
const FILES_MAX: usize = 50_000;

/// Files and folders that a book is made of.
#[derive(Clone, Debug)]
pub struct Sources {
    /// The files and folders; they need not be there.
    pub places: Vec<PathBuf>,
    /// The folder that the book is written to, which may lie in one of them.
    pub output: PathBuf,
}

/// The files as they were once.
#[derive(Debug, PartialEq, Eq)]
pub struct Seen(BTreeMap<PathBuf, (u64, Option<SystemTime>)>);

impl Sources {
    /// The files as they are now. Hidden ones, which editors leave, do not count.
    pub fn look(&self) -> Seen {
        let output = self.output.canonicalize().ok();
        let mut seen = BTreeMap::new();
        let mut folders = HashSet::new();
        let mut left = self.places.clone();
        while let Some(place) = left.pop().filter(|_| seen.len() < FILES_MAX) {
            // as they can be links, folders are known by where they really are
            let Ok(real) = place.canonicalize() else { continue };
            let Ok(there) = real.metadata() else { continue };
            if !there.is_dir() {
                seen.insert(place, (there.len(), there.modified().ok()));
            } else if Some(&real) != output.as_ref() && folders.insert(real.clone()) {
                let inside = fs::read_dir(&real).into_iter().flatten().flatten().map(|entry| entry.path());
                left.extend(inside.filter(|path| !is_hidden(path)));
            }
        }
        Seen(seen)
    }
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// Whether doing something to the folder is a change of the sources.
    #[track_caller]
    fn check(folder: &Path, what: impl FnOnce(&Path) -> std::io::Result<()>, expected: bool) {
        let places = vec![folder.join("book.toml"), folder.join("src")];
        let sources = Sources { places, output: folder.join("src/../src/out") };
        let before = sources.look();
        what(folder).expect("done");
        assert_eq!(sources.look() != before, expected);
    }

    #[test]
    fn what_changes_is_seen() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(folder.path().join("src/deep/er")).expect("made");
        fs::create_dir_all(folder.path().join("src/out")).expect("made");
        check(folder.path(), |folder| fs::write(folder.join("src/deep/er/a.md"), "a"), true);
        check(folder.path(), |folder| fs::write(folder.join("src/deep/er/a.md"), "ab"), true);
        check(folder.path(), |folder| fs::rename(folder.join("src/deep/er/a.md"), folder.join("src/b.md")), true);
        check(folder.path(), |folder| fs::write(folder.join("book.toml"), ""), true);
        let is_older =
            |folder: &Path| fs::File::options().append(true).open(folder.join("src/b.md"))?.set_modified(SystemTime::UNIX_EPOCH);
        check(folder.path(), is_older, true);
        check(folder.path(), |folder| fs::remove_file(folder.join("src/b.md")), true);

        check(folder.path(), |_| Ok(()), false);
        check(folder.path(), |folder| fs::write(folder.join("src/.b.md.swp"), "b"), false);
        check(folder.path(), |folder| fs::write(folder.join("src/out/index.html"), "b"), false);
        check(folder.path(), |folder| fs::write(folder.join("other"), "b"), false);
        // a folder in itself is looked at once
        check(folder.path(), |folder| symlink("..", folder.join("src/deep/up")), false);
    }
}
