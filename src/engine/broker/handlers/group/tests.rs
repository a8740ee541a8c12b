//! Every API of groups in every version that it has, from the bytes of a request to those of its answer, on a log on disk.

use std::sync::Arc;

use bytes::Bytes;
use kafka_protocol::messages::join_group_request::JoinGroupRequestProtocol;
use kafka_protocol::messages::leave_group_request::MemberIdentity;
use kafka_protocol::messages::offset_commit_request::{OffsetCommitRequestPartition, OffsetCommitRequestTopic};
use kafka_protocol::messages::offset_delete_request::{OffsetDeleteRequestPartition, OffsetDeleteRequestTopic};
use kafka_protocol::messages::offset_fetch_request::{
    OffsetFetchRequestGroup, OffsetFetchRequestTopic, OffsetFetchRequestTopics,
};
use kafka_protocol::messages::sync_group_request::SyncGroupRequestAssignment;
use kafka_protocol::messages::*;
use kafka_protocol::protocol::{Decodable, Request};
use uuid::Uuid;

use super::*;
use crate::engine::broker::controller::Command;
use crate::engine::broker::group::machine::GROUP_METADATA_TOPIC;
use crate::engine::broker::group::{GroupCoordinator, GroupSettings, LocalTopic};
use crate::engine::broker::handlers::api;
use crate::engine::broker::handlers::bench::Bench;
use crate::engine::broker::metadata::{BrokerMetadata, ClusterMetadata, Endpoint, PartitionMetadata, TopicMetadata};

fn bench() -> Bench {
    let bench = Bench::new(&[("group.initial.rebalance.delay.ms", "0")]);
    bench.broker.groups.startup();
    bench
}

impl Bench {
    /// Puts a topic in place as the controller would.
    fn add_topic(&self, name: &str, count: i32) {
        let mut metadata = ClusterMetadata::clone(&self.broker.metadata.snapshot());
        let endpoint = Endpoint { listener: "PLAINTEXT".to_owned(), host: "h".to_owned(), port: 9 };
        metadata.brokers.insert(0, BrokerMetadata { id: 0, epoch: 1, rack: None, endpoints: vec![endpoint] });
        let partitions = (0..count).map(|index| (index, PartitionMetadata::default())).collect();
        metadata.topics.insert(name.to_owned(), TopicMetadata { partitions, ..TopicMetadata::default() });
        self.broker.metadata.replace(metadata);
        let id = Uuid::new_v4();
        for index in 0..count {
            self.lead(name, id, index, 0);
            if name == GROUP_METADATA_TOPIC {
                self.broker.groups.on_leadership(index);
            }
        }
    }

    async fn answer<R: Request<Response: Decodable>>(&self, request: R, version: i16) -> R::Response {
        self.ask(request, version).await.expect("an answer is sent")
    }
}

fn versions(key: i16) -> std::ops::RangeInclusive<i16> {
    api(key).unwrap().versions().unwrap()
}

fn id(group: &str) -> GroupId {
    GroupId(text(group))
}

fn topic_name(topic: &str) -> TopicName {
    TopicName(text(topic))
}

#[tokio::test]
async fn the_coordinator_is_found_once_its_topic_is_there() {
    let mut bench = bench();
    let unavailable = ResponseError::CoordinatorNotAvailable.code();
    let ask = |version: i16| {
        let many = vec![text("a"), text("b")];
        if version < 4 {
            FindCoordinatorRequest::default().with_key(text("a"))
        } else {
            FindCoordinatorRequest::default().with_coordinator_keys(many)
        }
    };
    for version in versions(10) {
        let answer = bench.answer(ask(version), version).await;
        let error = answer.coordinators.first().map_or(answer.error_code, |first| first.error_code);
        assert_eq!(error, unavailable, "version {version}");
        let Some(Command::CreateTopic { topic, .. }) = bench.commands.recv().await else { panic!("no topic is made") };
        let found = (topic.name.as_str(), topic.partitions, topic.replication_factor);
        assert_eq!(found, (GROUP_METADATA_TOPIC, 50, 3));
        let expected = [("cleanup.policy", "compact"), ("compression.type", "producer"), ("segment.bytes", "104857600")];
        assert_eq!(topic.overrides, expected.map(|(key, value)| (key.to_owned(), Some(value.to_owned()))));
    }
    bench.add_topic(GROUP_METADATA_TOPIC, 50);
    for version in versions(10) {
        let answer = bench.answer(ask(version), version).await;
        if version < 4 {
            assert_eq!((answer.error_code, answer.port, answer.node_id.0), (0, 9, 0));
        } else {
            assert_eq!(answer.coordinators.iter().map(|one| one.port).collect::<Vec<_>>(), [9, 9]);
        }
    }
    let strange = FindCoordinatorRequest::default().with_key_type(9);
    assert_eq!(bench.answer(strange, 1).await.error_code, ResponseError::InvalidRequest.code());
}

/// Joins and syncs as the only member, in a version of each API. Returns the member's id.
async fn join_alone(bench: &Bench, group: &str, version: i16) -> String {
    let protocol = JoinGroupRequestProtocol::default().with_name(text("range")).with_metadata(Bytes::from_static(b"m"));
    let join = JoinGroupRequest::default()
        .with_group_id(id(group))
        .with_session_timeout_ms(30_000)
        .with_rebalance_timeout_ms(if version == 0 { -1 } else { 60_000 })
        .with_protocol_type(text("consumer"))
        .with_protocols(vec![protocol]);
    let mut joined = bench.answer(join.clone(), version).await;
    if version >= 4 {
        assert_eq!(joined.error_code, ResponseError::MemberIdRequired.code());
        joined = bench.answer(join.with_member_id(joined.member_id), version).await;
    }
    assert_eq!((joined.error_code, joined.generation_id, joined.members.len()), (0, 1, 1), "version {version}");
    assert_eq!(joined.protocol_name, Some(text("range")));
    let part = SyncGroupRequestAssignment::default()
        .with_member_id(joined.member_id.clone())
        .with_assignment(Bytes::from_static(b"part"));
    let version = version.min(*versions(14).end());
    let mut sync = SyncGroupRequest::default()
        .with_group_id(id(group))
        .with_generation_id(1)
        .with_member_id(joined.member_id.clone())
        .with_assignments(vec![part]);
    if version >= 5 {
        sync = sync.with_protocol_type(Some(text("consumer"))).with_protocol_name(Some(text("range")));
    }
    assert_eq!(bench.answer(sync, version).await.assignment, "part");
    joined.member_id.to_string()
}

#[tokio::test]
async fn a_member_joins_beats_commits_and_leaves_in_every_version() {
    let bench = bench();
    bench.add_topic(GROUP_METADATA_TOPIC, 50);
    bench.add_topic("t", 1);
    for version in versions(11) {
        let group = format!("g{version}");
        let member = join_alone(&bench, &group, version).await;
        let beat = HeartbeatRequest::default().with_group_id(id(&group)).with_generation_id(1).with_member_id(text(&member));
        assert_eq!(bench.answer(beat, version.min(4)).await.error_code, 0);
        let described = bench.answer(DescribeGroupsRequest::default().with_groups(vec![id(&group)]), version.min(5)).await;
        let described = &described.groups[0];
        assert_eq!((&*described.group_state, described.members.len()), ("Stable", 1));
        assert_eq!(&*described.members[0].client_host, "/127.0.0.1");
        let leave = LeaveGroupRequest::default().with_group_id(id(&group));
        let version = version.min(5);
        let leave = if version < 3 {
            leave.with_member_id(text(&member))
        } else {
            leave.with_members(vec![MemberIdentity::default().with_member_id(text(&member))])
        };
        let left = bench.answer(leave.clone(), version).await;
        assert_eq!((left.error_code, left.members.first().map_or(0, |member| member.error_code)), (0, 0));
        let again = bench.answer(leave, version).await;
        let unknown = ResponseError::UnknownMemberId.code();
        assert_eq!(again.members.first().map_or(again.error_code, |member| member.error_code), unknown);
    }
    for version in versions(16) {
        assert_eq!(bench.answer(ListGroupsRequest::default(), version).await.groups.len(), 10);
    }
    let stable = ListGroupsRequest::default().with_states_filter(vec![text("Stable")]);
    assert_eq!(bench.answer(stable, 4).await.groups.len(), 0);
    for version in versions(42) {
        let delete = DeleteGroupsRequest::default().with_groups_names(vec![id(&format!("g{version}")), id("no")]);
        let results = bench.answer(delete, version).await.results;
        let mut codes: Vec<i16> = results.iter().map(|result| result.error_code).collect();
        codes.sort_unstable();
        assert_eq!(codes, [0, ResponseError::GroupIdNotFound.code()]);
    }
}

fn commit(group: &str, offset: i64) -> OffsetCommitRequest {
    let partition = |index| {
        OffsetCommitRequestPartition::default()
            .with_partition_index(index)
            .with_committed_offset(offset)
            .with_committed_metadata(Some(text("note")))
    };
    let topic = OffsetCommitRequestTopic::default().with_name(topic_name("t")).with_partitions(vec![partition(7), partition(0)]);
    OffsetCommitRequest::default().with_group_id(id(group)).with_topics(vec![topic])
}

#[tokio::test]
async fn offsets_are_committed_fetched_and_deleted_in_every_version() {
    let bench = bench();
    bench.add_topic("t", 1);
    let unknown = ResponseError::UnknownTopicOrPartition.code();
    // before the topic of groups is there nobody coordinates
    let early = bench.answer(commit("g", 1), 8).await;
    assert_eq!(early.topics[0].partitions[1].error_code, ResponseError::NotCoordinator.code());
    bench.add_topic(GROUP_METADATA_TOPIC, 50);
    // version 0 keeps offsets in ZooKeeper
    for version in versions(8).filter(|version| *version > 0) {
        let answer = bench.answer(commit("g", 10 + i64::from(version)), version).await;
        let codes: Vec<i16> = answer.topics[0].partitions.iter().map(|partition| partition.error_code).collect();
        assert_eq!(codes, [unknown, 0], "version {version}");
    }
    for version in versions(9).filter(|version| *version > 0) {
        let asked = [("t", vec![0]), ("never", vec![4])];
        let answer = if version < 8 {
            let topics = asked.map(|(name, indexes)| {
                OffsetFetchRequestTopic::default().with_name(topic_name(name)).with_partition_indexes(indexes)
            });
            bench.answer(OffsetFetchRequest::default().with_group_id(id("g")).with_topics(Some(topics.into())), version).await
        } else {
            let topics = asked.map(|(name, indexes)| {
                OffsetFetchRequestTopics::default().with_name(topic_name(name)).with_partition_indexes(indexes)
            });
            let group = OffsetFetchRequestGroup::default().with_group_id(id("g"));
            let all = group.clone().with_topics(None);
            let groups = vec![group.with_topics(Some(topics.into())), all];
            bench.answer(OffsetFetchRequest::default().with_groups(groups), version).await
        };
        let offsets: Vec<(i64, String)> = if version < 8 {
            let partitions = answer.topics.iter().map(|topic| &topic.partitions[0]);
            partitions.map(|found| (found.committed_offset, owned(found.metadata.as_ref()).unwrap())).collect()
        } else {
            assert_eq!(answer.groups[1].topics.len(), 1);
            let partitions = answer.groups[0].topics.iter().map(|topic| &topic.partitions[0]);
            partitions.map(|found| (found.committed_offset, owned(found.metadata.as_ref()).unwrap())).collect()
        };
        assert_eq!(offsets, [(18, "note".to_owned()), (-1, String::new())], "version {version}");
    }
    let partition = |index| OffsetDeleteRequestPartition::default().with_partition_index(index);
    let topic = OffsetDeleteRequestTopic::default().with_name(topic_name("t")).with_partitions(vec![partition(3), partition(0)]);
    let deleted = bench.answer(OffsetDeleteRequest::default().with_group_id(id("g")).with_topics(vec![topic]), 0).await;
    let codes: Vec<i16> = deleted.topics[0].partitions.iter().map(|partition| partition.error_code).collect();
    assert_eq!((deleted.error_code, codes), (0, vec![unknown, 0]));
    let all = bench.answer(OffsetFetchRequest::default().with_group_id(id("g")).with_topics(None), 7).await;
    assert_eq!((all.error_code, all.topics.len()), (0, 0));
}

#[tokio::test]
async fn what_the_log_has_is_there_after_a_restart() {
    let bench = bench();
    bench.add_topic("t", 1);
    bench.add_topic(GROUP_METADATA_TOPIC, 50);
    bench.answer(commit("g", 42), 8).await;
    let topic = Arc::new(LocalTopic::new(Arc::clone(&bench.broker.replicas), Arc::clone(&bench.broker.metadata)));
    let again = GroupCoordinator::new(0, GroupSettings::new(&bench.broker.config), topic);
    again.startup();
    again.on_leadership(again.partition_for("g"));
    let loaded = async {
        loop {
            match again.fetch_offsets("g", None, false) {
                Ok(offsets) => return offsets,
                Err(_) => tokio::task::yield_now().await,
            }
        }
    };
    let offsets = tokio::time::timeout(std::time::Duration::from_secs(10), loaded).await.unwrap();
    assert_eq!(offsets.len(), 1);
}
