//! Reads the groups of one partition of `__consumer_offsets` back from its log.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::{Buf, Bytes};
use kafka_protocol::ResponseError;

use super::machine::{Group, Now};
use super::offsets::{CommittedOffset, TopicPartition};
use super::records::{Decoded, GroupMetadataValue, Key, ReadError, StoredRecord, decode_batches, decode_offset};
use super::settings::GroupSettings;
use super::topic::OffsetsTopic;

/// The type of a control record that commits a transaction; the other one aborts it.
const COMMIT_MARKER: i16 = 1;

/// Why a partition could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The log is not there or cannot be read.
    #[error("cannot read the log: {0}")]
    Log(#[from] ResponseError),
    /// The log holds what no coordinator wrote.
    #[error(transparent)]
    Batch(#[from] ReadError),
    /// A single batch is larger than what is read at once, or the log stopped short of its end.
    #[error("the log of partition {partition} ends at offset {found}, expected {expected}")]
    Short {
        /// The partition.
        partition: i32,
        /// Where reading stopped.
        found: i64,
        /// Where the log said that it ends.
        expected: i64,
    },
}

type OffsetKey = (String, TopicPartition);

/// What the log says, the later record over the earlier one.
#[derive(Default)]
struct Replay {
    groups: HashMap<String, GroupMetadataValue>,
    offsets: HashMap<OffsetKey, (CommittedOffset, i64)>,
    undecided: HashMap<i64, HashMap<OffsetKey, (Option<CommittedOffset>, i64)>>,
}

/// The groups of a partition as its log has them.
///
/// # Errors
/// [`LoadError`] where the log cannot be read.
pub fn load(topic: &dyn OffsetsTopic, partition: i32, settings: &Arc<GroupSettings>, now: Now) -> Result<Vec<Group>, LoadError> {
    let mut replay = Replay::default();
    let offsets = topic.offsets(partition)?;
    let mut next = offsets.start;
    while next < offsets.end {
        let bytes = topic.read(partition, next, settings.load_buffer_size)?;
        let Decoded { records, next_offset } = decode_batches(&bytes)?;
        let Some(after) = next_offset.filter(|after| *after > next) else {
            return Err(LoadError::Short { partition, found: next, expected: offsets.end });
        };
        for record in records.into_iter().filter(|record| record.offset >= next) {
            replay.record(record);
        }
        next = after;
    }
    Ok(replay.groups(partition, settings, now))
}

impl Replay {
    fn record(&mut self, record: StoredRecord) {
        if record.control {
            self.decide(&record);
            return;
        }
        let Some(key) = record.key.and_then(Key::decode) else { return };
        match key {
            Key::Offset { group, partition } => {
                let committed = record.value.and_then(decode_offset);
                self.offset((group, partition), committed, record.offset, record.transaction);
            }
            Key::Group { group } => match record.value.and_then(GroupMetadataValue::decode) {
                Some(value) => drop(self.groups.insert(group, value)),
                None => drop(self.groups.remove(&group)),
            },
            Key::Unknown { version } => crate::log_warn!(
                "kafka.coordinator.group.GroupMetadataManager",
                "Unknown message key with version {version} while loading offsets and group metadata. Ignoring it. It could be a \
                 left over from an aborted upgrade."
            ),
        }
    }

    fn offset(&mut self, key: OffsetKey, committed: Option<CommittedOffset>, record: i64, transaction: Option<i64>) {
        match (transaction, committed) {
            (Some(producer), committed) => {
                self.undecided.entry(producer).or_default().insert(key, (committed, record));
            }
            (None, Some(committed)) => drop(self.offsets.insert(key, (committed, record))),
            (None, None) => drop(self.offsets.remove(&key)),
        }
    }

    /// A control record ends its producer's transaction.
    fn decide(&mut self, record: &StoredRecord) {
        let Some(offsets) = record.transaction.and_then(|producer| self.undecided.remove(&producer)) else { return };
        if marker_type(record.key.clone()) != Some(COMMIT_MARKER) {
            return;
        }
        for (key, (committed, at)) in offsets {
            // an offset committed outside the transaction after it stays
            if self.offsets.get(&key).is_none_or(|(_, kept)| *kept < at) {
                self.offset(key, committed, at, None);
            }
        }
    }

    fn groups(self, partition: i32, settings: &Arc<GroupSettings>, now: Now) -> Vec<Group> {
        let mut groups = Groups { partition, settings, now, by_id: HashMap::new() };
        for (id, value) in self.groups {
            let group = Group::restore(&id, partition, Arc::clone(settings), value);
            groups.by_id.insert(id, group);
        }
        for ((id, partition), (committed, record)) in self.offsets {
            groups.get(id).offsets.put(partition, committed, record);
        }
        for (producer, offsets) in self.undecided {
            let mut by_group: HashMap<String, Vec<TopicPartition>> = HashMap::new();
            for ((id, partition), _) in offsets {
                by_group.entry(id).or_default().push(partition);
            }
            for (id, partitions) in by_group {
                groups.get(id).offsets.set_undecided(producer, partitions);
            }
        }
        groups.by_id.into_values().collect()
    }
}

/// The groups found so far; one that has only offsets is made when it is met.
struct Groups<'a> {
    partition: i32,
    settings: &'a Arc<GroupSettings>,
    now: Now,
    by_id: HashMap<String, Group>,
}

impl Groups<'_> {
    fn get(&mut self, id: String) -> &mut Group {
        let (partition, settings, now) = (self.partition, self.settings, self.now);
        self.by_id.entry(id).or_insert_with_key(|id| Group::new(id, partition, Arc::clone(settings), now))
    }
}

/// The key of a control record: version, type.
fn marker_type(key: Option<Bytes>) -> Option<i16> {
    let mut key = key?;
    key.try_get_i16().ok()?;
    key.try_get_i16().ok()
}
