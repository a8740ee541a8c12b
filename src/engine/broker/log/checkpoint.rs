//! Kafka's checkpoint files: a version, a count and lines, replaced as a whole so that a reader never sees half of one.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::StorageError;
use super::names::TopicPartition;

/// The largest checkpoint that is read, in bytes; a line per partition is far below it.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// A file of a version line, a count line and that many lines.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    path: PathBuf,
}

impl Checkpoint {
    /// The checkpoint at `path`, which need not be there.
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// The lines; none where the file is missing or empty.
    ///
    /// # Errors
    /// The file cannot be read, or is no checkpoint of version 0.
    pub fn read(&self) -> Result<Vec<String>, StorageError> {
        let Some(text) = read_small(&self.path, MAX_BYTES)? else { return Ok(Vec::new()) };
        let mut lines = text.lines();
        let Some(version) = lines.next() else { return Ok(Vec::new()) };
        if version.trim() != "0" {
            return Err(StorageError::malformed(&self.path, format!("checkpoint version {version:?}, expected 0")));
        }
        let count = lines.next().and_then(|line| line.trim().parse::<usize>().ok());
        let entries: Vec<String> = lines.map(str::to_owned).collect();
        if count != Some(entries.len()) {
            let reason = format!("expected {} entries in the checkpoint file, found {}", count.unwrap_or(0), entries.len());
            return Err(StorageError::malformed(&self.path, reason));
        }
        Ok(entries)
    }

    /// Replaces the lines.
    ///
    /// # Errors
    /// The file cannot be written; the old one is still there.
    pub fn write(&self, entries: &[String]) -> Result<(), StorageError> {
        replace(&self.path, text(entries).as_bytes()).map_err(StorageError::io("failed to write", &self.path))
    }

    /// Writes the lines where nothing is lost with the file: they become durable whenever the system likes.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write_volatile(&self, entries: &[String]) -> Result<(), StorageError> {
        fs::write(&self.path, text(entries)).map_err(StorageError::io("failed to write", &self.path))
    }
}

fn text(entries: &[String]) -> String {
    let mut text = format!("0\n{}\n", entries.len());
    for entry in entries {
        text.push_str(entry);
        text.push('\n');
    }
    text
}

/// Offsets by partition, as in `recovery-point-offset-checkpoint`: `topic partition offset`.
#[derive(Debug)]
pub struct OffsetCheckpoint {
    lines: Checkpoint,
    /// What was written last: it need not be written again every few seconds while nothing happens.
    written: Mutex<Option<u64>>,
}

impl OffsetCheckpoint {
    /// The checkpoint at `path`, which need not be there.
    pub fn new(path: PathBuf) -> Self {
        Self { lines: Checkpoint::new(path), written: Mutex::new(None) }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.lines.path
    }

    /// The offsets; none where the file is missing or empty.
    ///
    /// # Errors
    /// The file cannot be read or does not hold its format.
    pub fn read(&self) -> Result<BTreeMap<TopicPartition, i64>, StorageError> {
        let mut offsets = BTreeMap::new();
        for line in self.lines.read()? {
            let Some((partition, offset)) = parse_line(&line) else {
                return Err(StorageError::malformed(&self.lines.path, format!("malformed line in checkpoint file: '{line}'")));
            };
            offsets.insert(partition, offset);
        }
        Ok(offsets)
    }

    /// Replaces the offsets, unless they are those that it wrote last.
    ///
    /// # Errors
    /// The file cannot be written; the old one is still there.
    pub fn write(&self, offsets: &BTreeMap<TopicPartition, i64>) -> Result<(), StorageError> {
        let mut hasher = DefaultHasher::new();
        offsets.hash(&mut hasher);
        let hash = Some(hasher.finish());
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        if *written == hash && self.lines.path.exists() {
            return Ok(());
        }
        let lines: Vec<String> = offsets.iter().map(|(at, offset)| format!("{} {} {offset}", at.topic, at.index)).collect();
        self.lines.write(&lines)?;
        *written = hash;
        Ok(())
    }
}

fn parse_line(line: &str) -> Option<(TopicPartition, i64)> {
    let mut words = line.split_whitespace();
    let (topic, index, offset) = (words.next()?, words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    words.next().is_none().then(|| (TopicPartition::new(topic, index), offset))
}

/// The text of a file; `None` where it is missing.
pub(super) fn read_small(path: &Path, limit: u64) -> Result<Option<String>, StorageError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(StorageError::io("failed to read", path)(error)),
    };
    let mut bytes = Vec::new();
    let read = file.take(limit + 1).read_to_end(&mut bytes).map_err(StorageError::io("failed to read", path))?;
    if read as u64 > limit {
        return Err(StorageError::malformed(path, format!("more than {limit} bytes")));
    }
    String::from_utf8(bytes).map(Some).map_err(|_| StorageError::malformed(path, "the file is no text"))
}

/// Writes a file beside `path`, makes it durable and renames it over `path`.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".tmp");
    let beside = path.with_file_name(name);
    let mut file = File::create(&beside)?;
    file.write_all(bytes)?;
    file.sync_data()?;
    fs::rename(&beside, path)?;
    match path.parent() {
        Some(parent) => File::open(parent)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&[(&str, i32, i64)], &str>) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("c");
        fs::write(&path, text).expect("written");
        match (OffsetCheckpoint::new(path).read(), expected) {
            (Ok(found), Ok(expected)) => {
                let expected: BTreeMap<_, _> = expected.iter().map(|(t, p, o)| (TopicPartition::new(*t, *p), *o)).collect();
                assert_eq!(found, expected);
            }
            (Err(found), Err(expected)) => assert!(found.to_string().ends_with(expected), "{found}"),
            (found, expected) => panic!("expected {expected:?}, found {found:?}"),
        }
    }

    #[test]
    fn checkpoints_of_kafka_are_read() {
        check("", Ok(&[]));
        check("0\n0\n", Ok(&[]));
        check("0\n2\nf-keys 0 2\norders 1 9\n", Ok(&[("f-keys", 0, 2), ("orders", 1, 9)]));
        check("1\n0\n", Err("checkpoint version \"1\", expected 0"));
        check("0\n2\nf-keys 0 2\n", Err("expected 2 entries in the checkpoint file, found 1"));
        check("0\n1\nf-keys 0\n", Err("malformed line in checkpoint file: 'f-keys 0'"));
    }

    #[test]
    fn what_is_written_is_read_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = OffsetCheckpoint::new(folder.path().join("c"));
        assert!(file.read().expect("missing is empty").is_empty());
        let offsets = BTreeMap::from([(TopicPartition::new("a", 0), 7), (TopicPartition::new("b", 1), 0)]);
        file.write(&offsets).expect("written");
        assert_eq!(file.read().expect("read"), offsets);
        assert_eq!(fs::read_to_string(folder.path().join("c")).expect("read"), "0\n2\na 0 7\nb 1 0\n");
        assert_eq!(fs::read_dir(folder.path()).expect("listed").count(), 1);
    }
}
