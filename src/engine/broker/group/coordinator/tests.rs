//! The coordinator with a log in memory and tokio's paused time.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use kafka_protocol::ResponseError;

use super::*;
use crate::engine::broker::group::machine::{JoinReply, JoinRequest, Leaving, SyncRequest};
use crate::engine::broker::group::memory_topic::MemoryTopic;
use crate::engine::broker::group::offsets::{CommittedOffset, TopicPartition};
use crate::engine::broker::group::records::{Key, encode_offset};
use crate::engine::kafka::batch::{BatchHeader, Compression, HEADER_BYTES};
use crate::engine::kafka::record_set::{NewRecord, Producer, encode};

fn settings() -> GroupSettings {
    GroupSettings {
        min_session_timeout: 6000,
        max_session_timeout: 1_800_000,
        max_size: usize::MAX,
        initial_rebalance_delay: 0,
        max_metadata_size: 10,
        offsets_retention: 60_000,
        retention_check_interval: 600_000,
        topic_partitions: 50,
        topic_replication_factor: 1,
        topic_segment_bytes: 1 << 20,
        compression: Compression::None,
        load_buffer_size: 200,
        commit_timeout: 5000,
        required_acks: -1,
    }
}

/// A coordinator on that log that leads every partition.
async fn started(topic: &Arc<MemoryTopic>, settings: GroupSettings) -> Arc<GroupCoordinator> {
    let coordinator = GroupCoordinator::new(0, settings, Arc::clone(topic) as Arc<dyn OffsetsTopic>);
    coordinator.startup();
    (0..50).for_each(|partition| coordinator.on_leadership(partition));
    while coordinator.is_loading() {
        tokio::task::yield_now().await;
    }
    coordinator
}

fn join(group_id: &str, client: &str, member_id: &str) -> Join {
    let request = JoinRequest {
        member_id: member_id.to_owned(),
        instance_id: None,
        require_known_member_id: false,
        supports_skipping_assignment: false,
        client_id: client.to_owned(),
        client_host: "/127.0.0.1".to_owned(),
        rebalance_timeout: 60_000,
        session_timeout: 10_000,
        protocol_type: "consumer".to_owned(),
        protocols: vec![("range".to_owned(), Bytes::from_static(&[0, 0, 0, 0, 0, 1, 0, 1, b't']))],
        reason: None,
        fresh_name: "1".to_owned(),
    };
    Join { group_id: group_id.to_owned(), session_timeout: 10_000, request }
}

/// Lets the paused clock run on; everything that is due happens.
async fn pass(seconds: u64) {
    let _ = tokio::time::timeout(Duration::from_secs(seconds), std::future::pending::<()>()).await;
}

/// Makes `client` the only member of the group.
async fn alone(coordinator: &GroupCoordinator, group_id: &str, client: &str) -> JoinReply {
    let reply = coordinator.join(join(group_id, client, "")).await;
    assert_eq!(reply.error, None);
    let assignments = HashMap::from([(reply.member_id.clone(), Bytes::from_static(b"all"))]);
    let sync =
        SyncRequest { generation: reply.generation, member_id: reply.member_id.clone(), assignments, ..SyncRequest::default() };
    assert_eq!(coordinator.sync(group_id, sync).await.assignment, "all");
    reply
}

fn offset(value: i64) -> CommittedOffset {
    let committed_at = Clock::new().now().wall;
    CommittedOffset { offset: value, leader_epoch: 0, metadata: "m".to_owned(), committed_at, expires_at: None }
}

fn commit(group_id: &str, offsets: &[(i32, i64)]) -> Commit {
    let offsets = offsets.iter().map(|(index, value)| (TopicPartition::new("t", *index), offset(*value)));
    Commit {
        group_id: group_id.to_owned(),
        member_id: String::new(),
        instance_id: None,
        generation: -1,
        offsets: offsets.collect(),
    }
}

fn fetched(coordinator: &GroupCoordinator, group_id: &str) -> Vec<(i32, i64)> {
    let all = coordinator.fetch_offsets(group_id, None, true).unwrap();
    let value = |fetched| match fetched {
        FetchedOffset::Committed(committed) => committed.offset,
        FetchedOffset::Absent => -1,
        FetchedOffset::Unstable => -2,
    };
    all.into_iter().map(|(partition, offset)| (partition.index, value(offset))).collect()
}

#[test]
fn groups_live_where_kafka_puts_them() {
    let check = |group_id: &str, expected: i32| assert_eq!((java_hash(group_id) & i32::MAX) % 50, expected, "{group_id}");
    check("fmt", 17);
    check("live", 42);
    check("", 0);
    // a hash of i32::MIN, whose absolute value is none
    assert_eq!(java_hash("polygenelubricants"), i32::MIN);
    check("polygenelubricants", 0);
}

#[tokio::test(start_paused = true)]
async fn members_and_offsets_outlive_a_restart() {
    let topic = MemoryTopic::new();
    let before = started(&topic, settings()).await;
    let member = alone(&before, "g", "a").await;
    let by_member = Commit { member_id: member.member_id.clone(), generation: 1, ..commit("g", &[(0, 5), (1, 6)]) };
    assert_eq!(before.commit(by_member.clone()).await, [None, None]);
    assert_eq!(before.commit(Commit { offsets: commit("g", &[(0, 9)]).offsets, ..by_member }).await, [None]);
    assert_eq!(before.commit(commit("alone", &[(3, 1)])).await, [None]);
    before.shutdown();

    let after = started(&topic, settings()).await;
    assert_eq!(fetched(&after, "g"), [(0, 9), (1, 6)]);
    assert_eq!(fetched(&after, "alone"), [(3, 1)]);
    assert_eq!(after.heartbeat("g", &member.member_id, None, 1), Ok(()));
    assert_eq!(after.describe("g").unwrap().members[0].assignment, "all");
    // the restored member is watched as before
    pass(11).await;
    assert_eq!(after.describe("g").unwrap().state, State::Empty);
}

#[tokio::test(start_paused = true)]
async fn the_timer_drops_the_silent_and_answers_who_waits() {
    let coordinator = started(&MemoryTopic::new(), settings()).await;
    let first = alone(&coordinator, "g", "a").await;
    let other = Arc::clone(&coordinator);
    let second = tokio::spawn(async move { other.join(join("g", "b", "")).await });
    pass(5).await;
    let id = &first.member_id;
    assert_eq!(coordinator.heartbeat("g", id, None, 1), Err(ResponseError::RebalanceInProgress));
    assert!(!second.is_finished());
    pass(11).await;
    let reply = second.await.unwrap();
    assert_eq!((reply.error, reply.generation, reply.leader.as_str()), (None, 2, "b-1"));
    assert_eq!(coordinator.heartbeat("g", id, None, 1), Err(ResponseError::UnknownMemberId));
}

#[tokio::test(start_paused = true)]
async fn requests_that_are_refused_at_the_door() {
    let topic = MemoryTopic::new();
    let coordinator = GroupCoordinator::new(0, settings(), Arc::clone(&topic) as Arc<dyn OffsetsTopic>);
    let error = |join: Join| {
        let coordinator = Arc::clone(&coordinator);
        async move { coordinator.join(join).await.error }
    };
    assert_eq!(error(join("g", "a", "")).await, Some(ResponseError::CoordinatorNotAvailable));
    coordinator.startup();
    assert_eq!(error(join("g", "a", "")).await, Some(ResponseError::NotCoordinator));
    assert_eq!(coordinator.heartbeat("g", "m", None, 1), Err(ResponseError::NotCoordinator));
    lock(&coordinator.table).partitions.insert(coordinator.partition_for("g"), Holding::Loading(0));
    assert_eq!(error(join("g", "a", "")).await, Some(ResponseError::CoordinatorLoadInProgress));
    assert_eq!(coordinator.heartbeat("g", "m", None, 1), Ok(()));
    let sync = coordinator.sync("g", SyncRequest::default()).await;
    assert_eq!(sync.error, Some(ResponseError::RebalanceInProgress));
    lock(&coordinator.table).partitions.insert(coordinator.partition_for("g"), Holding::Owned);
    assert_eq!(error(join("", "a", "")).await, Some(ResponseError::InvalidGroupId));
    for session_timeout in [5999, 1_800_001, -1] {
        let short = Join { session_timeout, ..join("g", "a", "") };
        assert_eq!(error(short).await, Some(ResponseError::InvalidSessionTimeout));
    }
    assert_eq!(error(join("g", "a", "unknown")).await, Some(ResponseError::UnknownMemberId));
    // a request that is refused leaves no group behind
    assert_eq!(coordinator.list(&[]), Ok((None, Vec::new())));
    let leave = Leave { group_id: "g".to_owned(), members: vec![Leaving::default()] };
    assert_eq!(coordinator.leave(&leave), Ok(vec![Err(ResponseError::UnknownMemberId)]));
}

#[tokio::test(start_paused = true)]
async fn errors_of_commits() {
    let topic = MemoryTopic::new();
    let coordinator = started(&topic, settings()).await;
    let stale = Commit { generation: 3, ..commit("new", &[(0, 1)]) };
    assert_eq!(coordinator.commit(stale).await, [Some(ResponseError::IllegalGeneration)]);
    let mut mixed = commit("g", &[(0, 1), (1, 2)]);
    mixed.offsets[0].1.metadata = "eleven char".to_owned();
    assert_eq!(coordinator.commit(mixed).await, [Some(ResponseError::OffsetMetadataTooLarge), None]);
    assert_eq!(fetched(&coordinator, "g"), [(1, 2)]);
    for (refused, expected) in [
        (ResponseError::NotLeaderOrFollower, ResponseError::NotCoordinator),
        (ResponseError::NotEnoughReplicas, ResponseError::CoordinatorNotAvailable),
        (ResponseError::MessageTooLarge, ResponseError::InvalidCommitOffsetSize),
    ] {
        *topic.refuse.lock().unwrap() = Some(refused);
        assert_eq!(coordinator.commit(commit("g", &[(1, 3)])).await, [Some(expected)]);
    }
    assert_eq!(fetched(&coordinator, "g"), [(1, 2)]);
}

#[tokio::test(start_paused = true)]
async fn a_commit_and_an_assignment_wait_for_the_replicas() {
    let topic = MemoryTopic::new();
    let coordinator = started(&topic, settings()).await;
    topic.follow.send_replace(false);
    let other = Arc::clone(&coordinator);
    let committed = tokio::spawn(async move { other.commit(commit("g", &[(0, 1)])).await });
    pass(1).await;
    assert_eq!(fetched(&coordinator, "g"), []);
    let other = Arc::clone(&coordinator);
    let member = tokio::spawn(async move { alone(&other, "h", "a").await });
    pass(1).await;
    assert!(!member.is_finished() && !committed.is_finished());
    topic.follow.send_replace(true);
    assert_eq!(committed.await.unwrap(), [None]);
    assert_eq!(fetched(&coordinator, "g"), [(0, 1)]);
    assert_eq!(member.await.unwrap().generation, 1);
    topic.follow.send_replace(false);
    assert_eq!(coordinator.commit(commit("g", &[(0, 2)])).await, [Some(ResponseError::RequestTimedOut)]);
    assert_eq!(fetched(&coordinator, "g"), [(0, 1)]);
}

#[tokio::test(start_paused = true)]
async fn old_offsets_and_empty_groups_go_and_stay_gone() {
    let topic = MemoryTopic::new();
    let coordinator = started(&topic, GroupSettings { offsets_retention: 0, ..settings() }).await;
    let member = alone(&coordinator, "members", "a").await;
    let of_member = |index| Commit {
        member_id: member.member_id.clone(),
        generation: 1,
        offsets: vec![(TopicPartition::new(index, 0), offset(1))],
        ..commit("members", &[])
    };
    coordinator.commit(of_member("t")).await;
    coordinator.commit(of_member("other")).await;
    coordinator.commit(commit("alone", &[(0, 1)])).await;
    coordinator.expire_offsets();
    // what a member is subscribed to stays
    let left = coordinator.fetch_offsets("members", None, false).unwrap();
    assert_eq!(left.iter().map(|(partition, _)| partition.topic.as_str()).collect::<Vec<_>>(), ["t"]);
    assert_eq!(coordinator.list(&[]).unwrap().1.len(), 1);
    pass(11).await;
    coordinator.expire_offsets();
    assert_eq!(coordinator.list(&[]).unwrap().1, []);
    let after = started(&topic, settings()).await;
    assert_eq!(after.list(&[]).unwrap().1, []);
    assert_eq!(fetched(&after, "alone"), []);
}

#[tokio::test(start_paused = true)]
async fn deleting_groups_and_offsets() {
    let topic = MemoryTopic::new();
    let coordinator = started(&topic, settings()).await;
    alone(&coordinator, "busy", "a").await;
    coordinator.commit(commit("idle", &[(0, 1), (1, 2)])).await;
    let t = |index| TopicPartition::new("t", index);
    assert_eq!(coordinator.delete_offsets("idle", &[t(0)]), Ok(vec![None]));
    assert_eq!(fetched(&coordinator, "idle"), [(1, 2)]);
    let subscribed = Some(ResponseError::GroupSubscribedToTopic);
    assert_eq!(coordinator.delete_offsets("busy", &[t(0), TopicPartition::new("u", 0)]), Ok(vec![subscribed, None]));
    assert_eq!(coordinator.delete_offsets("none", &[t(0)]), Err(ResponseError::GroupIdNotFound));
    let ids = ["busy", "idle", "none"].map(str::to_owned);
    let expected = [Some(ResponseError::NonEmptyGroup), None, Some(ResponseError::GroupIdNotFound)];
    assert_eq!(coordinator.delete_groups(&ids), expected);
    assert_eq!(coordinator.describe("idle").unwrap().state, State::Dead);
    let after = started(&topic, settings()).await;
    assert_eq!(fetched(&after, "idle"), []);
    coordinator.commit(commit("idle", &[(0, 1)])).await;
    coordinator.on_deleted_partitions(&[t(0)]);
    assert_eq!(fetched(&coordinator, "idle"), []);
}

#[tokio::test(start_paused = true)]
async fn a_partition_that_moves_takes_its_groups_along() {
    let topic = MemoryTopic::new();
    let coordinator = started(&topic, settings()).await;
    alone(&coordinator, "g", "a").await;
    let other = Arc::clone(&coordinator);
    let waiting = tokio::spawn(async move { other.join(join("g", "b", "")).await });
    pass(1).await;
    let partition = coordinator.partition_for("g");
    coordinator.on_resignation(partition);
    assert_eq!(waiting.await.unwrap().error, Some(ResponseError::NotCoordinator));
    assert_eq!(coordinator.describe("g"), Err(ResponseError::NotCoordinator));
    coordinator.on_leadership(partition);
    while coordinator.is_loading() {
        tokio::task::yield_now().await;
    }
    assert_eq!(coordinator.describe("g").unwrap().state, State::Stable);
    assert_eq!(coordinator.list(&["Stable".to_owned()]).unwrap().1.len(), 1);
    assert_eq!(coordinator.list(&["Empty".to_owned()]).unwrap().1.len(), 0);
}

/// A batch of a transaction: an offset of `t`-`index`, or the marker that ends it.
fn transactional(producer_id: i64, record: Result<(i32, i64), i16>) -> Bytes {
    let (control, key, value) = match record {
        Ok((index, value)) => {
            let key = Key::Offset { group: "g".to_owned(), partition: TopicPartition::new("t", index) };
            (false, key.encode(), encode_offset(&offset(value)))
        }
        Err(marker) => {
            let mut key = BytesMut::new();
            key.put_i16(0);
            key.put_i16(marker);
            (true, key.freeze(), Bytes::from_static(&[0; 6]))
        }
    };
    let record = NewRecord { timestamp: 0, key: Some(key), value: Some(value), headers: Vec::new() };
    let producer = Producer { id: producer_id, epoch: 0, base_sequence: 0 };
    let batch = encode(&[record], Compression::None, producer).unwrap();
    let mut header = BatchHeader::check(&batch).unwrap();
    header.attributes |= if control { 0x30 } else { 0x10 };
    header.seal(&batch[HEADER_BYTES..]);
    [&header.encode()[..], &batch[HEADER_BYTES..]].concat().into()
}

#[tokio::test(start_paused = true)]
async fn offsets_of_transactions_count_when_they_are_decided() {
    let topic = MemoryTopic::new();
    let partition = GroupCoordinator::new(0, settings(), Arc::clone(&topic) as Arc<dyn OffsetsTopic>).partition_for("g");
    let (committed, aborted, open) = (1, 2, 3);
    for batch in [
        transactional(committed, Ok((0, 10))),
        transactional(aborted, Ok((1, 20))),
        transactional(open, Ok((2, 30))),
        transactional(committed, Err(1)),
        transactional(aborted, Err(0)),
    ] {
        topic.append(partition, batch, -1).unwrap();
    }
    let coordinator = started(&topic, settings()).await;
    assert_eq!(fetched(&coordinator, "g"), [(0, 10)]);
    let asked = Some((0..3).map(|index| TopicPartition::new("t", index)).collect());
    let answers = coordinator.fetch_offsets("g", asked, true).unwrap();
    assert_eq!(answers[1].1, FetchedOffset::Absent);
    assert_eq!(answers[2].1, FetchedOffset::Unstable);
}
