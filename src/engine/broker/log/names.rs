//! The names of the files and folders of a log directory.

use std::fmt;
use std::path::{Path, PathBuf};

/// The batches of a segment.
pub const LOG: &str = "log";
/// Offsets to positions.
pub const INDEX: &str = "index";
/// Times to offsets.
pub const TIME_INDEX: &str = "timeindex";
/// Aborted transactions.
pub const TXN_INDEX: &str = "txnindex";
/// The producers as they were at an offset.
pub const SNAPSHOT: &str = "snapshot";
/// The leaders' epochs of a partition.
pub const LEADER_EPOCHS: &str = "leader-epoch-checkpoint";
/// The id of a partition's topic.
pub const PARTITION_METADATA: &str = "partition.metadata";
/// Ends the name of a file that goes away once nobody can be reading it.
pub const DELETED: &str = "deleted";
/// Ends the name of a partition's folder that goes away.
pub const DELETE_SUFFIX: &str = "-delete";

/// The longest name of a topic, in bytes.
const MAX_TOPIC_BYTES: usize = 249;

/// One partition of one topic.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TopicPartition {
    /// The topic's name.
    pub topic: String,
    /// The partition's index.
    pub index: i32,
}

impl TopicPartition {
    /// Partition `index` of `topic`.
    pub fn new(topic: impl Into<String>, index: i32) -> Self {
        Self { topic: topic.into(), index }
    }

    /// The name of its folder while it is deleted: unique, and no longer than a file's name may be.
    pub fn deleted_folder(&self) -> String {
        let suffix = format!("-{}.{}{DELETE_SUFFIX}", self.index, uuid::Uuid::new_v4().simple());
        let room = 255_usize.saturating_sub(suffix.len());
        let topic: String = self.topic.chars().take(room).collect();
        format!("{topic}{suffix}")
    }
}

impl fmt::Display for TopicPartition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.topic, self.index)
    }
}

/// The partition whose folder has that name; `None` where it is no partition's.
pub fn parse_folder(name: &str) -> Option<TopicPartition> {
    let (topic, index) = name.rsplit_once('-')?;
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if topic.is_empty() || topic.len() > MAX_TOPIC_BYTES || !topic.chars().all(legal) {
        return None;
    }
    let plain = !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit());
    Some(TopicPartition::new(topic, index.parse().ok().filter(|_| plain)?))
}

/// `folder/00000000000000000042.log` for the offset and kind.
pub fn file(folder: &Path, offset: i64, kind: &str) -> PathBuf {
    folder.join(format!("{offset:020}.{kind}"))
}

/// What Kafka calls a file of a segment, once it is marked as deleted, and who logs that it is gone.
pub fn deleted_kind(path: &Path) -> Option<(&'static str, &'static str)> {
    const SEGMENT: &str = "kafka.log.LogSegment";
    match Path::new(path.file_stem()?).extension()?.to_str()? {
        LOG => Some(("log", SEGMENT)),
        INDEX => Some(("offset index", SEGMENT)),
        TIME_INDEX => Some(("time index", SEGMENT)),
        TXN_INDEX => Some(("transaction index", SEGMENT)),
        SNAPSHOT => Some(("producer state snapshot", "org.apache.kafka.storage.internals.log.SnapshotFile")),
        _ => None,
    }
}

/// The offset and kind in a file's name; `None` where it has none.
pub fn parse_file(name: &str) -> Option<(i64, &str)> {
    let (offset, kind) = name.split_once('.')?;
    if offset.is_empty() || !offset.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some((offset.parse().ok()?, kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expected: Option<(&str, i32)>) {
        assert_eq!(parse_folder(name), expected.map(|(topic, index)| TopicPartition::new(topic, index)), "{name}");
    }

    #[test]
    fn folders_name_partitions() {
        check("test_topic-0", Some(("test_topic", 0)));
        check("a-b-12", Some(("a-b", 12)));
        check("a-b", None);
        check("-1", None);
        check("a-+1", None);
        check("a-99999999999", None);
        check("lost+found", None);
        check("test_topic-0.4dcb6e4b0f5e4b39a02c1cf94bb4bd83-delete", None);
        let deleted = TopicPartition::new("t", 3).deleted_folder();
        assert_eq!((deleted.len(), parse_folder(&deleted)), ("t-3.-delete".len() + 32, None));
        assert_eq!(TopicPartition::new("t".repeat(249), 3).deleted_folder().len(), 255);
    }

    #[test]
    fn files_name_offsets() {
        assert_eq!(file(Path::new("d"), 42, LOG), Path::new("d/00000000000000000042.log"));
        assert_eq!(parse_file("00000000000000000042.log"), Some((42, "log")));
        assert_eq!(parse_file("00000000000000000042.log.deleted"), Some((42, "log.deleted")));
        assert_eq!(parse_file("leader-epoch-checkpoint"), None);
        assert_eq!(parse_file(".lock"), None);
        assert_eq!(parse_file("99999999999999999999.log"), None);
    }
}
