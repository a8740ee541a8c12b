//! Partitions over real logs: what producers and consumers are promised.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use kafka_protocol::ResponseError;
use uuid::Uuid;

use super::*;
use crate::engine::broker::log::{CompressionPolicy, FirstBatch, TimestampType};
use crate::engine::kafka::Chunk;
use crate::engine::kafka::batch::{BatchHeader, Compression};
use crate::engine::kafka::record_set::{NewRecord, Producer, decode, encode};

const ID: Uuid = Uuid::from_u128(7);

fn manager(root: &Path) -> ReplicaManager {
    ReplicaManager::open(StorageSettings::of(0, vec![root.join("logs")])).expect("opened")
}

fn assignment(index: i32, leader_epoch: i32) -> PartitionAssignment {
    let (replicas, isr) = (vec![0], vec![0]);
    PartitionAssignment { topic: "t".to_owned(), index, topic_id: ID, leader: 0, leader_epoch, replicas, isr, partition_epoch: 0 }
}

fn records(values: &[&str], codec: Compression, producer: Producer) -> Bytes {
    let record = |value: &&str| NewRecord {
        timestamp: 1000,
        value: Some(Bytes::copy_from_slice(value.as_bytes())),
        ..NewRecord::default()
    };
    encode(&values.iter().map(record).collect::<Vec<_>>(), codec, producer).expect("encodes")
}

fn plain(values: &[&str]) -> Bytes {
    records(values, Compression::None, Producer::NONE)
}

fn read(partition: &Partition, offset: i64) -> Bytes {
    let slice = partition.read(offset, 1 << 20, FirstBatch::Whole, Isolation::ReadUncommitted).expect("read");
    let Some(Chunk::File { file, offset, length }) = slice.records else { return Bytes::new() };
    let mut bytes = vec![0; length];
    std::os::unix::fs::FileExt::read_exact_at(&*file, &mut bytes, offset).expect("read");
    bytes.into()
}

fn values(partition: &Partition, offset: i64) -> Vec<String> {
    let batches = decode(read(partition, offset)).expect("decodes");
    let values = batches.iter().flat_map(|batch| &batch.records).map(|record| record.value.clone().unwrap_or_default());
    values.map(|value| String::from_utf8_lossy(&value).into_owned()).collect()
}

struct Place {
    root: tempfile::TempDir,
    manager: ReplicaManager,
}

fn place() -> Place {
    let root = tempfile::tempdir().expect("a folder");
    let manager = manager(root.path());
    Place { root, manager }
}

impl Place {
    fn partition(&self, change: impl FnOnce(&mut LogConfig)) -> Arc<Partition> {
        let mut config = LogConfig::default();
        change(&mut config);
        self.manager.become_leader(assignment(0, 0), config).expect("leads")
    }
}

#[test]
fn records_are_kept_over_a_stop_and_a_crash() {
    for clean in [true, false] {
        let place = place();
        let partition = place.partition(|_| {});
        partition.append(&plain(&["a", "b"]), AppendOrigin::Client, -1).expect("appended");
        let info = partition.append(&plain(&["c"]), AppendOrigin::Client, 1).expect("appended");
        assert_eq!((info.base_offset, info.last_offset, info.log_append_time), (2, 2, -1));
        if clean {
            place.manager.shutdown();
            let refused = partition.append(&plain(&["d"]), AppendOrigin::Client, 1).expect_err("stopped");
            assert_eq!(refused.error, ResponseError::NotLeaderOrFollower);
        }
        assert_eq!(place.root.path().join("logs/.kafka_cleanshutdown").exists(), clean);
        let again = manager(place.root.path());
        assert_eq!(again.partition("t", 0).err(), Some(ResponseError::UnknownTopicOrPartition), "until it is assigned");
        let partition = again.become_leader(assignment(0, 1), LogConfig::default()).expect("leads");
        assert_eq!((partition.high_watermark(), values(&partition, 1)), (3, vec!["a".into(), "b".into(), "c".into()]));
        partition.append(&plain(&["d"]), AppendOrigin::Client, 1).expect("appended");
        assert_eq!(partition.end_offset_for_epoch(0), Ok((0, 3)));
        let epochs = fs::read_to_string(partition.folder().join("leader-epoch-checkpoint")).expect("written");
        assert_eq!(epochs, "0\n2\n0 0\n1 3\n");
        let header = BatchHeader::check(&read(&partition, 3)).expect("whole");
        assert_eq!((header.base_offset, header.partition_leader_epoch), (3, 1));
    }
}

fn refused(change: impl FnOnce(&mut LogConfig), records: Bytes, expected: ResponseError, words: &str) {
    let place = place();
    let partition = place.partition(change);
    let error = partition.append(&records, AppendOrigin::Client, -1).expect_err("refused");
    assert!(error.error == expected && error.message.contains(words), "expected {expected:?}, found {error:?}");
    assert_eq!(partition.log_end_offset(), 0);
}

#[test]
fn what_kafka_refuses_is_refused() {
    let patched = |at: usize, byte: u8| {
        let mut bytes = plain(&["a", "b"]).to_vec();
        bytes[at] ^= byte;
        Bytes::from(bytes)
    };
    let sealed = |change: fn(&mut BatchHeader)| {
        let bytes = plain(&["a", "b"]);
        let mut header = BatchHeader::check(&bytes).expect("whole");
        change(&mut header);
        header.seal(&bytes[61..]);
        Bytes::from([&header.encode()[..], &bytes[61..]].concat())
    };
    refused(|_| {}, patched(70, 1), ResponseError::CorruptMessage, "Record is corrupt (stored crc = ");
    refused(|_| {}, patched(16, 3), ResponseError::UnsupportedForMessageFormat, "message format 1");
    refused(|_| {}, plain(&["a"]).slice(..50), ResponseError::CorruptMessage, "illegal length 0");
    refused(|_| {}, patched(7, 1), ResponseError::InvalidRecord, "should be 0, but it is 1");
    refused(|_| {}, sealed(|h| h.count = 3), ResponseError::InvalidRecord, "Inconsistent batch offset range [0, 1]");
    refused(|_| {}, sealed(|h| h.attributes = 0x20), ResponseError::InvalidRecord, "not allowed to write control records");
    let append_time = |c: &mut LogConfig| c.timestamp_type = TimestampType::LogAppendTime;
    refused(append_time, sealed(|h| h.attributes = 0x08), ResponseError::InvalidTimestamp, "due to invalid timestamp");
    refused(|_| {}, sealed(|h| h.attributes = 5), ResponseError::UnknownServerError, "codec 5 is unknown");
    refused(
        |c| c.max_message_bytes = 60,
        plain(&["a"]),
        ResponseError::MessageTooLarge,
        "exceeds the maximum configured value of 60.",
    );
    refused(|c| c.segment_bytes = 60, plain(&["a"]), ResponseError::RecordListTooLarge, "maximum configured segment size of 60.");
    refused(|c| c.compact = true, plain(&["a"]), ResponseError::InvalidRecord, "One or more records have been rejected");
    refused(|c| c.timestamp_before_max_ms = 5, plain(&["a"]), ResponseError::InvalidTimestamp, "due to invalid timestamp");
    refused(|c| c.min_insync_replicas = 2, plain(&["a"]), ResponseError::NotEnoughReplicas, "ISR Set(0) is insufficient");
}

#[test]
fn the_topic_can_set_time_and_codec() {
    let place = place();
    let partition = place.partition(|config| {
        config.timestamp_type = TimestampType::LogAppendTime;
        config.compression = CompressionPolicy::Fixed(Compression::Zstd);
    });
    for codec in [Compression::None, Compression::Gzip, Compression::Zstd] {
        let info = partition.append(&records(&["a", "b"], codec, Producer::NONE), AppendOrigin::Client, 1).expect("appended");
        let header = BatchHeader::check(&read(&partition, info.base_offset)).expect("whole");
        assert_eq!(header.compression(), Ok(Compression::Zstd));
        assert!(header.has_append_time() && header.max_timestamp == info.log_append_time && info.log_append_time > 1000);
    }
    assert_eq!(values(&partition, 0), ["a", "b", "a", "b", "a", "b"]);
}

#[test]
fn an_idempotent_producer_writes_each_batch_once() {
    let place = place();
    let partition = place.partition(|_| {});
    let send = |base_sequence: i32, epoch: i16| {
        let batch = records(&["a", "b"], Compression::None, Producer { id: 5, epoch, base_sequence });
        partition.append(&batch, AppendOrigin::Client, -1).map(|info| info.base_offset).map_err(|error| error.error)
    };
    assert_eq!([send(0, 0), send(2, 0), send(0, 0), send(2, 0)], [Ok(0), Ok(2), Ok(0), Ok(2)]);
    assert_eq!(send(6, 0), Err(ResponseError::OutOfOrderSequenceNumber));
    assert_eq!(send(0, 1), Ok(4));
    assert_eq!(send(4, 0), Err(ResponseError::InvalidProducerEpoch));
    assert_eq!(partition.log_end_offset(), 6);
}

#[tokio::test]
async fn waiting_readers_hear_of_appends_and_of_the_end() {
    let place = place();
    let partition = place.partition(|_| {});
    let mut watched = partition.watch_high_watermark();
    partition.append(&plain(&["a"]), AppendOrigin::Client, 1).expect("appended");
    watched.changed().await.expect("told");
    assert_eq!(*watched.borrow_and_update(), 1);
    partition.wait_replicated(0, Duration::from_secs(5)).await.expect("at once");
    let late = partition.wait_replicated(7, Duration::from_millis(1)).await;
    assert_eq!(late, Err(ResponseError::RequestTimedOut));
    place.manager.delete_partition("t", 0);
    watched.changed().await.expect("told");
    let gone = partition.read(0, 100, FirstBatch::Whole, Isolation::ReadUncommitted).expect_err("gone");
    assert_eq!(gone, ResponseError::UnknownTopicOrPartition);
}

#[test]
fn a_deleted_partition_is_renamed_and_swept_and_can_come_again() {
    let place = place();
    let partition = place.partition(|config| config.file_delete_delay_ms = 1000);
    partition.append(&plain(&["a"]), AppendOrigin::Client, 1).expect("appended");
    place.manager.delete_partition("t", 0);
    let folders = || {
        let names = fs::read_dir(place.root.path().join("logs")).expect("listed").map(|e| e.expect("listed").file_name());
        names.filter_map(|name| name.into_string().ok()).filter(|name| name.starts_with("t-0")).collect::<Vec<_>>()
    };
    let [renamed] = &folders()[..] else { panic!("one folder") };
    assert!(
        renamed.starts_with("t-0.") && renamed.ends_with("-delete") && renamed.len() == "t-0.-delete".len() + 32,
        "{renamed}"
    );
    let mut other = assignment(0, 0);
    other.topic_id = Uuid::from_u128(8);
    let again = place.manager.become_leader(other, LogConfig::default()).expect("a new topic of the name");
    assert_eq!(again.log_end_offset(), 0);
    place.manager.perform(Task::Sweep, i64::MAX);
    assert_eq!(folders(), ["t-0"]);
}

#[test]
fn a_folder_of_another_topic_is_refused() {
    let place = place();
    place.partition(|_| {});
    place.manager.shutdown();
    let again = manager(place.root.path());
    let mut other = assignment(0, 0);
    other.topic_id = Uuid::from_u128(8);
    let error = again.become_leader(other, LogConfig::default()).expect_err("another topic").to_string();
    assert!(error.starts_with("Tried to assign topic ID "), "{error}");
}

#[test]
fn epochs_and_ranges_are_checked() {
    let place = place();
    let partition = place.partition(|_| {});
    place.manager.become_leader(assignment(0, 3), LogConfig::default()).expect("leads on");
    assert_eq!([partition.check_epoch(-1), partition.check_epoch(3)], [Ok(()), Ok(())]);
    assert_eq!(partition.check_epoch(2), Err(ResponseError::FencedLeaderEpoch));
    assert_eq!(partition.check_epoch(4), Err(ResponseError::UnknownLeaderEpoch));
    let outside = partition.read(1, 100, FirstBatch::Whole, Isolation::ReadUncommitted).expect_err("nothing there");
    assert_eq!(outside, ResponseError::OffsetOutOfRange);
    let followed = PartitionAssignment { leader: 1, ..assignment(0, 4) };
    place.manager.become_leader(followed, LogConfig::default()).expect("follows");
    assert_eq!(partition.check_epoch(4), Err(ResponseError::NotLeaderOrFollower));
}

#[test]
fn deleted_records_stay_deleted() {
    let place = place();
    let partition = place.partition(|_| {});
    partition.append(&plain(&["a", "b", "c"]), AppendOrigin::Client, 1).expect("appended");
    assert_eq!(partition.delete_records(4), Err(ResponseError::OffsetOutOfRange));
    assert_eq!(partition.delete_records(2), Ok(2));
    place.manager.shutdown();
    let text = fs::read_to_string(place.root.path().join("logs/log-start-offset-checkpoint")).expect("written");
    assert_eq!(text, "0\n1\nt 0 2\n");
    let again = manager(place.root.path());
    let partition = again.become_leader(assignment(0, 1), LogConfig::default()).expect("leads");
    assert_eq!((partition.log_start_offset(), partition.delete_records(-1)), (2, Ok(3)));
}

#[test]
fn settings_reach_the_logs() {
    let place = place();
    let partition = place.partition(|_| {});
    let config = LogConfig { max_message_bytes: 1, ..LogConfig::default() };
    place.manager.update_config("t", &Arc::new(config));
    assert_eq!(partition.config().max_message_bytes, 1);
    let settings = StorageSettings::of(0, vec!["/proc/nowhere".into()]);
    assert!(matches!(ReplicaManager::open(settings), Err(StorageError::NoDirectory(_))));
}

fn on_two_directories(root: &Path) -> ReplicaManager {
    let directories = vec![root.join("one"), root.join("two")];
    ReplicaManager::open(StorageSettings::of(0, directories)).expect("opened")
}

fn requests(range: std::ops::Range<i32>, is_new: bool) -> Vec<LeaderRequest> {
    let config = Arc::new(LogConfig::default());
    range.map(|index| LeaderRequest { assignment: assignment(index, 0), config: Arc::clone(&config), is_new }).collect()
}

fn homes(manager: &ReplicaManager) -> Vec<usize> {
    manager.log_directories().iter().map(|directory| directory.partitions.len()).collect()
}

#[test]
fn partitions_are_made_together_in_the_emptiest_directory_and_found_again() {
    let root = tempfile::tempdir().expect("a folder");
    let manager = on_two_directories(root.path());
    let made = manager.become_leaders(requests(0..100, true));
    let numbers: Vec<i32> = made.iter().map(|one| one.as_ref().expect("made").index()).collect();
    assert_eq!((numbers, homes(&manager)), ((0..100).collect(), vec![50, 50]));
    let gone: Vec<i32> = manager.log_directories()[0].partitions.iter().take(30).map(|one| one.index()).collect();
    gone.iter().for_each(|index| manager.delete_partition("t", *index));
    manager.become_leaders(requests(100..120, true));
    assert_eq!(homes(&manager), [40, 50]);
    manager.shutdown();
    drop(manager);
    let again = on_two_directories(root.path());
    assert!(again.become_leaders(requests(100..120, false)).iter().all(Result::is_ok));
    again.become_leaders(requests(200..201, true));
    assert_eq!(again.partition("t", 200).expect("made").directory(), root.path().join("one"));
}

#[test]
fn a_directory_that_fails_takes_its_own_partitions_and_the_last_one_takes_all() {
    let root = tempfile::tempdir().expect("a folder");
    let manager = on_two_directories(root.path());
    manager.become_leaders(requests(0..4, true));
    let partition = |index| manager.partition("t", index).expect("made");
    let send = |index| partition(index).append(&plain(&["a"]), AppendOrigin::Client, 1).map(drop).map_err(|error| error.error);
    let in_one: Vec<i32> = (0..4).filter(|index| partition(*index).directory() == root.path().join("one")).collect();
    fs::remove_dir_all(root.path().join("one")).expect("removed");
    manager.perform(Task::CheckpointHighWatermarks, 0);
    let lost = in_one.iter().map(|index| crate::engine::broker::log::TopicPartition::new("t", *index)).collect();
    assert_eq!(manager.handle_failures(), [Failure::Directory(lost)]);
    assert_eq!(manager.handle_failures(), [], "it is told once");
    for index in 0..4 {
        let expected = if in_one.contains(&index) { Err(ResponseError::KafkaStorageError) } else { Ok(()) };
        assert_eq!(send(index), expected, "partition {index}");
    }
    let offline: Vec<bool> = manager.log_directories().iter().map(|directory| directory.offline).collect();
    assert_eq!((offline, homes(&manager)), (vec![true, false], vec![0, 2]));
    // its log may lie in the directory that failed, so an old partition is not begun anew
    let old = manager.become_leaders(requests(9..10, false)).pop().expect("an answer").expect_err("refused").to_string();
    let expected =
        format!("Can not create log for t-9 because log directories {} are offline", root.path().join("one").display());
    assert_eq!(old, expected);
    assert!(manager.become_leaders(requests(10..11, true))[0].is_ok(), "a new one goes where there is room");
    fs::remove_dir_all(root.path().join("two")).expect("removed");
    manager.perform(Task::CheckpointHighWatermarks, 1);
    assert_eq!(manager.handle_failures(), [Failure::Last]);
}

#[test]
fn a_log_in_two_directories_stops_the_start_until_one_is_gone() {
    let root = tempfile::tempdir().expect("a folder");
    let manager = on_two_directories(root.path());
    manager.become_leaders(requests(0..1, true));
    manager.shutdown();
    drop(manager);
    let (one, two) = (root.path().join("one/t-0"), root.path().join("two/t-0"));
    fs::create_dir(&two).expect("made");
    for entry in fs::read_dir(&one).expect("listed").map(|entry| entry.expect("listed").path()) {
        fs::copy(&entry, two.join(entry.file_name().expect("a name"))).expect("copied");
    }
    let open = || ReplicaManager::open(StorageSettings::of(0, vec![root.path().join("one"), root.path().join("two")]));
    for _ in 0..2 {
        let refused = open().expect_err("refused").to_string();
        let expected =
            format!("Duplicate log directories for t-0 are found in both {} and {}. It is", two.display(), one.display());
        let turned =
            format!("Duplicate log directories for t-0 are found in both {} and {}. It is", one.display(), two.display());
        assert!(refused.starts_with(&expected) || refused.starts_with(&turned), "{refused}");
        for directory in ["one", "two"] {
            assert!(root.path().join(directory).join(".kafka_cleanshutdown").exists(), "{directory} is as it was left");
        }
    }
    fs::remove_dir_all(&two).expect("removed");
    let again = open().expect("opened");
    assert_eq!(again.become_leaders(requests(0..1, false))[0].as_ref().expect("led").directory(), root.path().join("one"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_is_as_fast_as_it_may_be() {
    use crate::engine::broker::config::BrokerConfig;
    use crate::engine::broker::log::TopicPartition;
    let root = tempfile::tempdir().expect("a folder");
    let directories = vec![root.path().join("one"), root.path().join("two")];
    let settings = StorageSettings { move_rate: 1, ..StorageSettings::of(0, directories.clone()) };
    let manager = Arc::new(ReplicaManager::open(settings).expect("opened"));
    let partition = manager.become_leader(assignment(0, 0), LogConfig::default()).expect("leads");
    partition.append(&plain(&["a", "b"]), AppendOrigin::Client, 1).expect("appended");
    let target = directories.iter().find(|path| **path != partition.directory()).expect("one of two");
    assert_eq!(manager.move_log(&TopicPartition::new("t", 0), &target.display().to_string()), Ok(()));
    let future = || {
        let facts = manager.log_directories();
        facts.iter().find_map(|facts| facts.future.first().cloned()).filter(|future| future.lag == 0)
    };
    crate::process::wait::until_true(Duration::from_secs(60), "the copy to be through", || future().is_some())
        .await
        .expect("it is");
    assert_eq!(future().map(|future| future.size), Some(partition.size()), "and its bytes still have to take their time");
    partition.append(&plain(&["c"]), AppendOrigin::Client, 1).expect("appended");
    let facts = manager.log_directories();
    assert_eq!(facts.iter().find_map(|facts| facts.future.first()).map(|future| future.lag), Some(1));
    let given = [("zookeeper.connect", "h:1"), ("replica.alter.log.dirs.io.max.bytes.per.second", "100000000")];
    let given = given.map(|(key, value)| (key.to_owned(), value.to_owned()));
    manager.reconfigure(&BrokerConfig::new(given.into()).expect("valid"));
    moved(&manager, 0, target).await;
    assert_eq!(values(&partition, 2), ["c"]);
}

/// Waits until the partition's log lies in that directory and nothing is left of the move.
async fn moved(manager: &Arc<ReplicaManager>, index: i32, directory: &Path) {
    let there = || {
        let partition = manager.partition("t", index).expect("made");
        partition.directory() == directory && manager.log_directories().iter().all(|facts| facts.future.is_empty())
    };
    crate::process::wait::until_true(Duration::from_secs(60), "the log to move", there).await.expect("it moves");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_moves_to_another_directory_while_records_come() {
    use crate::engine::broker::log::TopicPartition;
    let root = tempfile::tempdir().expect("a folder");
    let manager = Arc::new(on_two_directories(root.path()));
    let key = TopicPartition::new("t", 0);
    let (one, two) = (root.path().join("one"), root.path().join("two"));
    let to = |path: &Path| manager.move_log(&key, &path.display().to_string());
    assert_eq!(to(&two), Err(ResponseError::UnknownTopicOrPartition), "but it will be made there");
    assert_eq!(to(&root.path().join("three")), Err(ResponseError::LogDirNotFound));
    let config = LogConfig { segment_bytes: 200, ..LogConfig::default() };
    let partition = manager.become_leader(assignment(0, 0), config).expect("leads");
    assert_eq!(partition.directory(), two);
    let mut expected = Vec::new();
    for (round, directory) in [&one, &two, &one, &one].into_iter().enumerate() {
        for number in 0..20 {
            let value = format!("{round} {number}");
            partition.append(&plain(&[&value]), AppendOrigin::Client, 1).expect("appended");
            expected.push(value);
        }
        assert_eq!(to(directory), Ok(()));
        let during = format!("{round} during");
        partition.append(&plain(&[&during]), AppendOrigin::Client, 1).expect("appended");
        expected.push(during);
        moved(&manager, 0, directory).await;
        assert_eq!(partition.folder(), directory.join("t-0"));
        let found: Vec<String> =
            (0..i64::try_from(expected.len()).expect("few")).flat_map(|at| values(&partition, at).into_iter().next()).collect();
        assert_eq!(found, expected);
    }
    let folders = |directory: &Path| {
        let names = fs::read_dir(directory).expect("a folder").map(|entry| entry.expect("an entry").file_name());
        let names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
        names.into_iter().filter(|name| name.starts_with("t-0") && !name.ends_with("-delete")).collect::<Vec<_>>()
    };
    assert_eq!((folders(&one), folders(&two)), (vec!["t-0".to_owned()], vec![]));
    partition.delete_records(5).expect("deleted");
    assert_eq!(to(&two), Ok(()));
    moved(&manager, 0, &two).await;
    assert_eq!(partition.log_start_offset(), 5);
    manager.shutdown();
    drop((partition, manager));
    let again = on_two_directories(root.path());
    let again = again.become_leader(assignment(0, 1), LogConfig::default()).expect("leads");
    assert_eq!((again.directory(), again.log_start_offset()), (two, 5));
    assert_eq!(again.log_end_offset(), i64::try_from(expected.len()).expect("few"));
}

#[test]
fn retention_of_compacted_topics_is_the_cleaners() {
    for (compact, delete, task, left) in [
        (false, true, Task::Retention, 2),
        (false, true, Task::CompactedRetention, 5),
        (true, true, Task::Retention, 5),
        (true, true, Task::CompactedRetention, 2),
        (true, false, Task::CompactedRetention, 4),
    ] {
        let place = place();
        let partition = place.partition(|config| {
            (config.compact, config.delete, config.segment_bytes, config.retention_bytes) = (compact, delete, 80, 100);
        });
        for index in 0..5 {
            let record = NewRecord { key: Some("k".into()), timestamp: index, ..NewRecord::default() };
            let batch = encode(&[record], Compression::None, Producer::NONE).expect("encodes");
            partition.append(&batch, AppendOrigin::Client, 1).expect("appended");
        }
        // a start in the second segment
        partition.with_log(|log, _| log.raise_start_offset(1, "a test")).expect("raised");
        place.manager.perform(task, 0);
        let segments = partition.with_log(|log, _| log.segment_count());
        assert_eq!(segments, left, "compact {compact}, delete {delete}, {task:?}");
    }
}

#[test]
fn a_flush_that_fails_gives_up_the_directory_and_what_was_acknowledged_stays() {
    let place = place();
    let partition = place.partition(|config| config.flush_messages = 1);
    partition.append(&plain(&["a"]), AppendOrigin::Client, -1).expect("appended");
    partition.with_log(|log, _| log.take_away_flushes());
    for _ in 0..2 {
        let refused = partition.append(&plain(&["b"]), AppendOrigin::Client, -1).expect_err("it is not durable");
        assert_eq!(refused.error, ResponseError::KafkaStorageError);
    }
    let read = partition.read(0, 1000, FirstBatch::Whole, Isolation::ReadUncommitted);
    assert_eq!(read.err(), Some(ResponseError::KafkaStorageError));
    assert_eq!(place.manager.handle_failures(), [Failure::Last]);
    let again = manager(place.root.path());
    let partition = again.become_leader(assignment(0, 1), LogConfig::default()).expect("leads");
    assert_eq!(values(&partition, 0), ["a"]);
}

/// What a crash leaves of a topic that was deleted and made again under its name, where the checkpoints spoke of the first one;
/// `restarts` between the two, too.
fn check_namesake(restarts: bool) {
    let place = place();
    let partition = place.partition(|_| {});
    partition.append(&plain(&["a", "b", "c"]), AppendOrigin::Client, 1).expect("appended");
    partition.delete_records(2).expect("deleted");
    place.manager.perform(Task::CheckpointRecoveryPoints, 0);
    place.manager.perform(Task::CheckpointStartOffsets, 0);
    place.manager.delete_partition("t", 0);
    let second = if restarts { manager(place.root.path()) } else { place.manager };
    let partition = second.become_leader(assignment(0, 0), LogConfig::default()).expect("leads");
    partition.append(&plain(&["new"]), AppendOrigin::Client, 1).expect("appended");
    let partition = manager(place.root.path()).become_leader(assignment(0, 1), LogConfig::default()).expect("leads");
    assert_eq!((partition.log_start_offset(), values(&partition, 0)), (0, vec!["new".to_owned()]), "restarts {restarts}");
}

#[test]
fn a_crash_does_not_take_a_new_topic_for_the_deleted_one_of_its_name() {
    check_namesake(false);
    check_namesake(true);
}
