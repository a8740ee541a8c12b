//! The small files that say whose data a folder holds: `meta.properties` of a log directory, `partition.metadata` of a partition.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use super::StorageError;
use super::checkpoint::{read_small, replace};
use super::names;

/// The largest of these files that is read, in bytes.
const MAX_BYTES: u64 = 64 * 1024;

/// `meta.properties`: which broker of which cluster a log directory belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetaProperties {
    /// `broker.id`; `None` in a file that has none.
    pub broker_id: Option<i32>,
    /// `cluster.id`; `None` in a file of an old broker.
    pub cluster_id: Option<String>,
}

impl MetaProperties {
    /// Where the file of a log directory is.
    pub fn path(directory: &Path) -> PathBuf {
        directory.join("meta.properties")
    }

    /// Reads the file of a log directory; `None` where it is missing.
    ///
    /// # Errors
    /// The file cannot be read, has another version, or a broker id that is no number.
    pub fn read(directory: &Path) -> Result<Option<Self>, StorageError> {
        let path = Self::path(directory);
        let Some(text) = read_small(&path, MAX_BYTES)? else { return Ok(None) };
        let mut found = Self { broker_id: None, cluster_id: None };
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', '!'])) {
            let (key, value) = line.split_once(['=', ':']).unwrap_or((line, ""));
            let value = value.trim().replace('\\', "");
            match key.trim() {
                "version" if value == "0" => {}
                "version" => return Err(StorageError::malformed(&path, format!("version {value}, expected 0"))),
                "broker.id" => {
                    let id =
                        value.parse().map_err(|_| StorageError::malformed(&path, format!("broker.id={value} is no number")))?;
                    found.broker_id = Some(id);
                }
                "cluster.id" => found.cluster_id = Some(value),
                _ => {}
            }
        }
        Ok(Some(found))
    }

    /// Replaces the file of a log directory, in the shape of Java's `Properties.store`.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, directory: &Path) -> Result<(), StorageError> {
        let now = crate::engine::time_zone::now().strftime("%a %b %d %H:%M:%S %Z %Y");
        let mut text = format!("#\n#{now}\n");
        if let Some(id) = self.broker_id {
            text.push_str(&format!("broker.id={id}\n"));
        }
        text.push_str("version=0\n");
        if let Some(id) = &self.cluster_id {
            text.push_str(&format!("cluster.id={id}\n"));
        }
        let path = Self::path(directory);
        replace(&path, text.as_bytes()).map_err(StorageError::io("failed to write", &path))
    }
}

/// `partition.metadata`: the id of the topic that a partition's folder belongs to (KIP-516).
#[derive(Clone, Debug)]
pub struct PartitionMetadataFile {
    path: PathBuf,
}

impl PartitionMetadataFile {
    /// The file of the partition in `folder`, which need not be there.
    pub fn new(folder: &Path) -> Self {
        Self { path: folder.join(names::PARTITION_METADATA) }
    }

    /// The topic's id; `None` where the file is missing or empty.
    ///
    /// # Errors
    /// The file cannot be read or does not hold its format.
    pub fn read(&self) -> Result<Option<Uuid>, StorageError> {
        let Some(text) = read_small(&self.path, MAX_BYTES)? else { return Ok(None) };
        if text.is_empty() {
            return Ok(None);
        }
        let mut lines = text.lines().map(str::trim);
        let version = lines.next().and_then(|line| line.strip_prefix("version:")).map(str::trim);
        let id = lines.next().and_then(|line| line.strip_prefix("topic_id:")).and_then(|id| decode_id(id.trim()));
        match (version, id) {
            (Some("0"), Some(id)) => Ok(Some(id)),
            _ => Err(StorageError::malformed(&self.path, "expected \"version: 0\" and \"topic_id: …\"")),
        }
    }

    /// Writes the topic's id. It becomes durable with the first records of the partition: one without records loses nothing.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, id: Uuid) -> Result<(), StorageError> {
        let text = format!("version: 0\ntopic_id: {}", encode_id(id));
        std::fs::write(&self.path, text).map_err(StorageError::io("failed to write", &self.path))
    }
}

/// An id as Kafka prints it: 22 characters of URL-safe base64.
pub(in crate::engine::broker) fn encode_id(id: Uuid) -> String {
    URL_SAFE_NO_PAD.encode(id.as_bytes())
}

fn decode_id(text: &str) -> Option<Uuid> {
    Uuid::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_remembers_its_broker_and_cluster() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(MetaProperties::read(folder.path()).expect("readable"), None);
        let meta = MetaProperties { broker_id: Some(3), cluster_id: Some("5L6g3nShT-eMCtK--X86sw".to_owned()) };
        meta.write(folder.path()).expect("written");
        assert_eq!(MetaProperties::read(folder.path()).expect("readable"), Some(meta));
        let text = std::fs::read_to_string(MetaProperties::path(folder.path())).expect("read");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!((lines[0], &lines[2..]), ("#", &["broker.id=3", "version=0", "cluster.id=5L6g3nShT-eMCtK--X86sw"][..]));
    }

    fn check_meta(text: &str, expected: &str) {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(MetaProperties::path(folder.path()), text).expect("written");
        let error = MetaProperties::read(folder.path()).expect_err("refused").to_string();
        assert!(error.ends_with(expected), "{error}");
    }

    #[test]
    fn broken_files_are_refused_with_their_reason() {
        check_meta("version=1\n", "version 1, expected 0");
        check_meta("version=0\nbroker.id=x\n", "broker.id=x is no number");
    }

    #[test]
    fn a_partition_remembers_its_topic() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = PartitionMetadataFile::new(folder.path());
        assert_eq!(file.read().expect("readable"), None);
        let id = Uuid::new_v4();
        file.write(id).expect("written");
        assert_eq!(file.read().expect("readable"), Some(id));
        let length = std::fs::metadata(folder.path().join("partition.metadata")).expect("there").len();
        assert_eq!(length, 43, "as Kafka's own");
        std::fs::write(folder.path().join("partition.metadata"), "version: 0\ntopic_id: ?").expect("written");
        assert!(file.read().is_err());
    }
}
