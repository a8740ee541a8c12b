//! Snapshots: the normalised text of a step, kept in a file that insta's tools read, and held against what a run shows.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use similar::{ChangeTag, TextDiff};

/// The largest snapshot that is read, in bytes.
const SNAPSHOT_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// How many unchanged lines are shown around a change.
const CONTEXT_LINES: usize = 3;

/// Why snapshots could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// A file could not be read or written.
    #[error("failed to {action} snapshot {}", .path.display())]
    Io {
        /// `read` or `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is not a snapshot.
    #[error("{}: {found}: expected a header between two lines of --- and then the text; remove it and accept the step again", .path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        found: &'static str,
    },
    /// A step's id that cannot be a file's name.
    #[error("step {found:?} cannot have a snapshot: expected letters, digits, '-' and '_'")]
    Name {
        /// The id.
        found: String,
    },
}

/// The snapshots of one lab.
#[derive(Clone, Debug)]
pub struct Snapshots {
    folder: PathBuf,
    source: String,
}

/// How a step's text compares to its snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// They are the same.
    Same,
    /// There is no snapshot of this step yet.
    Missing,
    /// They differ.
    Different(Difference),
}

impl Snapshots {
    /// The snapshots in `folder` (`labs/<lab>/snapshots`); `source` is the file that they come from, as it is named in their headers.
    pub fn new(folder: impl Into<PathBuf>, source: impl Into<String>) -> Self {
        Self { folder: folder.into(), source: source.into() }
    }

    /// The file of a step.
    ///
    /// # Errors
    /// [`SnapshotError::Name`].
    pub fn path(&self, step: &str) -> Result<PathBuf, SnapshotError> {
        let fits = !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        if fits { Ok(self.folder.join(format!("{step}.snap"))) } else { Err(SnapshotError::Name { found: step.to_owned() }) }
    }

    /// A step's text as it was accepted; `None` where there is none.
    ///
    /// # Errors
    /// The file cannot be read, or is not a snapshot.
    pub fn read(&self, step: &str) -> Result<Option<String>, SnapshotError> {
        let path = self.path(step)?;
        let failed = |source| SnapshotError::Io { action: "read", path: path.clone(), source };
        let file = match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other.map_err(failed)?,
        };
        let mut content = String::new();
        file.take(SNAPSHOT_BYTES_MAX).read_to_string(&mut content).map_err(failed)?;
        match text_of(&content) {
            Ok(text) => Ok(Some(text.to_owned())),
            Err(found) => Err(SnapshotError::Format { path, found }),
        }
    }

    /// Holds a step's text against its snapshot. Empty lines at the end do not count.
    ///
    /// # Errors
    /// As [`Snapshots::read`].
    pub fn compare(&self, step: &str, found: &str) -> Result<Comparison, SnapshotError> {
        let Some(expected) = self.read(step)? else { return Ok(Comparison::Missing) };
        let (expected, found) = (trimmed(&expected), trimmed(found));
        if expected == found {
            return Ok(Comparison::Same);
        }
        Ok(Comparison::Different(Difference::between(expected, found)))
    }

    /// Makes `text` the step's snapshot.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn accept(&self, step: &str, text: &str) -> Result<PathBuf, SnapshotError> {
        let path = self.path(step)?;
        self.write(&path, step, text)?;
        // what was to be reviewed has been decided
        let _ = fs::remove_file(pending(&path));
        Ok(path)
    }

    /// Puts `text` next to the step's snapshot, for `cargo insta review` to decide.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn propose(&self, step: &str, text: &str) -> Result<PathBuf, SnapshotError> {
        let path = pending(&self.path(step)?);
        self.write(&path, step, text)?;
        Ok(path)
    }

    /// The snapshots of steps that are none of `steps`, by file; sorted.
    ///
    /// # Errors
    /// The folder cannot be read; a missing one is empty.
    pub fn unreferenced(&self, steps: &[&str]) -> Result<Vec<PathBuf>, SnapshotError> {
        let failed = |source| SnapshotError::Io { action: "read", path: self.folder.clone(), source };
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.map_err(failed)?,
        };
        let paths: Result<Vec<PathBuf>, _> = entries.map(|entry| entry.map(|entry| entry.path())).collect();
        let mut paths = paths.map_err(failed)?;
        paths.retain(|path| {
            let stem = path.file_stem().and_then(|stem| stem.to_str());
            path.extension().is_some_and(|extension| extension == "snap") && !stem.is_some_and(|stem| steps.contains(&stem))
        });
        paths.sort();
        Ok(paths)
    }

    fn write(&self, path: &Path, step: &str, text: &str) -> Result<(), SnapshotError> {
        let content = format!("---\nsource: {}\nexpression: {step}\n---\n{}\n", yaml_text(&self.source), trimmed(text));
        let written = || -> io::Result<()> {
            fs::create_dir_all(&self.folder)?;
            // written whole or not at all
            let mut file = tempfile::Builder::new().prefix(".snapshot").permissions(mode()).tempfile_in(&self.folder)?;
            file.write_all(content.as_bytes())?;
            file.persist(path)?;
            Ok(())
        };
        written().map_err(|source| SnapshotError::Io { action: "write", path: path.to_owned(), source })
    }
}

/// Snapshots are shared through the repository, so they are not private as temporary files are.
fn mode() -> fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o644)
}

fn pending(path: &Path) -> PathBuf {
    path.with_extension("snap.new")
}

fn trimmed(text: &str) -> &str {
    text.trim_end_matches('\n')
}

/// The text after the header.
/// The text in the content of a snapshot's file.
///
/// # Errors
/// It is not a snapshot; what is wrong.
pub fn text_of(content: &str) -> Result<&str, &'static str> {
    let header = content.strip_prefix("---\n").ok_or("it does not begin with ---")?;
    let (_, text) = header.split_once("\n---\n").ok_or("its header does not end with ---")?;
    Ok(text)
}

/// A text as YAML: plain where nothing in it means something there.
fn yaml_text(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'.' | b'_' | b'-');
    let starts = text.starts_with(|char: char| char.is_ascii_alphabetic());
    if starts && text.bytes().all(plain) { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}

/// The lines of two texts that differ, with a few around them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The lines, in order.
    pub lines: Vec<DifferenceLine>,
}

/// One line of a difference, without its newline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DifferenceLine {
    /// In both.
    Both(String),
    /// Only in the snapshot.
    Expected(String),
    /// Only in what was found.
    Found(String),
    /// Lines that are the same were left out here.
    Gap,
}

impl Difference {
    /// Compares two texts line by line.
    pub fn between(expected: &str, found: &str) -> Self {
        let diff = TextDiff::from_lines(expected, found);
        let mut lines = Vec::new();
        for (number, group) in diff.grouped_ops(CONTEXT_LINES).iter().enumerate() {
            if number > 0 {
                lines.push(DifferenceLine::Gap);
            }
            for change in group.iter().flat_map(|operation| diff.iter_changes(operation)) {
                let text = change.value().trim_end_matches('\n').to_owned();
                lines.push(match change.tag() {
                    ChangeTag::Equal => DifferenceLine::Both(text),
                    ChangeTag::Delete => DifferenceLine::Expected(text),
                    ChangeTag::Insert => DifferenceLine::Found(text),
                });
            }
        }
        Self { lines }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.lines {
            match line {
                DifferenceLine::Both(text) => writeln!(f, "  {text}")?,
                DifferenceLine::Expected(text) => writeln!(f, "- {text}")?,
                DifferenceLine::Found(text) => writeln!(f, "+ {text}")?,
                DifferenceLine::Gap => writeln!(f, "  …")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshots() -> (tempfile::TempDir, Snapshots) {
        let place = tempfile::tempdir().expect("a temporary folder");
        let snapshots = Snapshots::new(place.path().join("snapshots"), "labs/01-single-node/lab.toml");
        (place, snapshots)
    }

    #[test]
    fn what_was_accepted_is_the_same_and_what_differs_is_shown() {
        let (_place, snapshots) = snapshots();
        assert_eq!(snapshots.compare("start", "a\n").expect("readable"), Comparison::Missing);
        let text = "[client] $ ./a\n---\none \n\ttwo\n(exit 0)\n";
        let proposed = snapshots.propose("start", "other").expect("writable");
        let path = snapshots.accept("start", text).expect("writable");
        assert!(!proposed.exists());
        let content = std::fs::read_to_string(&path).expect("it is there");
        assert_eq!(content, format!("---\nsource: labs/01-single-node/lab.toml\nexpression: start\n---\n{text}"));
        assert_eq!(snapshots.compare("start", text).expect("readable"), Comparison::Same);
        assert_eq!(snapshots.compare("start", &format!("{text}\n\n")).expect("readable"), Comparison::Same);
        let Comparison::Different(difference) = snapshots.compare("start", &text.replace("two", "2")).expect("readable") else {
            panic!("it differs");
        };
        assert_eq!(difference.to_string(), "  [client] $ ./a\n  ---\n  one \n- \ttwo\n+ \t2\n  (exit 0)\n");
    }

    #[test]
    fn insta_reads_what_is_written() {
        let (place, snapshots) = snapshots();
        snapshots.accept("suite__start", "one\n  two \n").expect("writable");
        let mut settings = insta::Settings::new();
        settings.set_snapshot_path(place.path().join("snapshots"));
        settings.set_prepend_module_to_snapshot(false);
        settings.bind(|| insta::assert_snapshot!("suite__start", "one\n  two \n"));
    }

    #[test]
    fn steps_that_are_gone_are_found_by_their_snapshots() {
        let (_place, snapshots) = snapshots();
        assert!(snapshots.unreferenced(&[]).expect("nothing yet").is_empty());
        for step in ["start", "stop", "old"] {
            snapshots.accept(step, "x").expect("writable");
        }
        let left = snapshots.unreferenced(&["start", "stop"]).expect("readable");
        assert_eq!(left, [snapshots.path("old").expect("a name")]);
    }

    #[test]
    fn bad_files_and_names_are_told() {
        let (_place, snapshots) = snapshots();
        let path = snapshots.accept("start", "x").expect("writable");
        for content in ["", "x", "---\nsource: x\n"] {
            std::fs::write(&path, content).expect("writable");
            let error = snapshots.compare("start", "x").expect_err("no snapshot");
            assert!(matches!(error, SnapshotError::Format { .. }), "{error}");
        }
        assert!(matches!(snapshots.path("../x"), Err(SnapshotError::Name { .. })));
        assert_eq!(yaml_text("a b: c"), "\"a b: c\"");
    }

    #[test]
    fn far_changes_have_a_gap_between_them() {
        let expected: String = (0..20).map(|number| format!("{number}\n")).collect();
        let found = expected.replace("0\n1\n", "0\nx\n").replace("18\n", "y\n");
        let lines = Difference::between(&expected, &found).lines;
        assert_eq!(lines.iter().filter(|line| **line == DifferenceLine::Gap).count(), 1);
        assert!(lines.contains(&DifferenceLine::Expected("18".to_owned())));
    }
}
