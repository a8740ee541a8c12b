//! Committed offsets: OffsetCommit, OffsetFetch, OffsetDelete.

use kafka_protocol::messages::offset_commit_request::{OffsetCommitRequestPartition, OffsetCommitRequestTopic};
use kafka_protocol::messages::offset_delete_request::{OffsetDeleteRequestPartition, OffsetDeleteRequestTopic};
use kafka_protocol::messages::offset_fetch_request::{
    OffsetFetchRequestGroup, OffsetFetchRequestTopic, OffsetFetchRequestTopics,
};
use kafka_protocol::messages::{OffsetCommitRequest, OffsetDeleteRequest, OffsetFetchRequest};

use super::super::Script;
use super::{create as make, group, message, text, topic};

/// Topics with partitions.
pub type Asked<'a> = &'a [(&'a str, &'a [i32])];

pub fn committing(group_id: &str, name: &str, index: i32, offset: i64, metadata: Option<&str>) -> OffsetCommitRequest {
    let partition = message!(OffsetCommitRequestPartition {
        partition_index: index,
        committed_offset: offset,
        committed_metadata: metadata.map(text)
    });
    let topics = vec![message!(OffsetCommitRequestTopic { name: topic(name), partitions: vec![partition] })];
    message!(OffsetCommitRequest { group_id: group(group_id), topics: topics })
}

pub fn fetching(group_id: &str, topics: Option<Asked>) -> OffsetFetchRequest {
    let topics = topics.map(|topics| {
        let topic = |(name, indexes): &(&str, &[i32])| {
            message!(OffsetFetchRequestTopic { name: topic(name), partition_indexes: indexes.to_vec() })
        };
        topics.iter().map(topic).collect()
    });
    message!(OffsetFetchRequest { group_id: group(group_id), topics: topics })
}

fn fetching_groups(groups: &[(&str, Option<Asked>)]) -> OffsetFetchRequest {
    let groups = groups.iter().map(|(name, topics)| {
        let topics = topics.map(|topics| {
            let topic = |(name, indexes): &(&str, &[i32])| {
                message!(OffsetFetchRequestTopics { name: topic(name), partition_indexes: indexes.to_vec() })
            };
            topics.iter().map(topic).collect()
        });
        message!(OffsetFetchRequestGroup { group_id: group(name), topics: topics })
    });
    message!(OffsetFetchRequest { groups: groups.collect() })
}

/// All three APIs, without members.
pub fn committed() -> Script {
    let mut script = Script::new("committed-offsets");
    make(&mut script, "followed", 3, &[]);
    commits(&mut script);
    fetches(&mut script);
    deletions(&mut script);
    script
}

fn commits(script: &mut Script) {
    let versions = &[0, 1, 2, 4, 5, 6, 7, 8];
    script.each("committed", versions, |version| committing("offsets", "followed", 0, i64::from(version) + 3, Some("note")));
    script.each("without a note", &[0, 1, 8], |_| committing("offsets", "followed", 1, 5, None));
    script.each("with a long note", &[0, 1, 8], |_| committing("offsets", "followed", 2, 5, Some(&"n".repeat(5000))));
    script.each("a topic that is missing", &[0, 1, 8], |_| committing("offsets", "missing", 0, 5, None));
    script.each("a partition that is missing", &[0, 1, 8], |_| committing("offsets", "followed", 9, 5, None));
    script.each("a topic without a name", &[0, 1, 8], |_| committing("offsets", "", 0, 5, None));
    script.each("a negative offset", &[0, 1, 8], |_| committing("negative", "followed", 0, -5, None));
    script.each("without a group", &[0, 1, 8], |_| committing("", "followed", 0, 5, None));
    script.each("no topics", &[0, 1, 8], |_| message!(OffsetCommitRequest { group_id: group("offsets") }));
    script.each(
        "as nobody known",
        &[1, 5, 8],
        |_| message!(committing("offsets", "followed", 0, 5, None) => { member_id: text("who") }),
    );
    script.each(
        "in a generation",
        &[1, 5, 8],
        |_| message!(committing("offsets", "followed", 0, 5, None) => { generation_id_or_member_epoch: 3 }),
    );
    script.each("in a generation of no group", &[1, 8], |_| {
        message!(committing("nobodys", "followed", 0, 5, None) => { generation_id_or_member_epoch: 3, member_id: text("who") })
    });
    script.each(
        "as an instance that is none",
        &[7, 8],
        |_| message!(committing("offsets", "followed", 0, 5, None) => { group_instance_id: Some(text("one")) }),
    );
    script.each(
        "kept for an hour",
        &[2, 4],
        |_| message!(committing("kept", "followed", 0, 5, None) => { retention_time_ms: 3_600_000 }),
    );
    script.ask("in an epoch", 8, {
        let mut request = committing("offsets", "followed", 1, 5, Some(""));
        request.topics[0].partitions[0].committed_leader_epoch = 4;
        request
    });
    script.ask("right and wrong", 8, {
        let mut request = committing("offsets", "followed", 1, 6, None);
        request.topics.extend(committing("offsets", "missing", 0, 6, None).topics);
        request
    });
}

fn fetches(script: &mut Script) {
    let some: Asked = &[("followed", &[0, 1, 2])];
    let versions = &[0, 1, 2, 3, 4, 5, 6, 7];
    script.each("offsets", versions, |_| fetching("offsets", Some(some)));
    script.each("of a topic that is missing", &[0, 1, 7], |_| fetching("offsets", Some(&[("missing", &[0])])));
    script.each("of a partition that is missing", &[0, 1, 7], |_| fetching("offsets", Some(&[("followed", &[9, -1])])));
    script.each("of a group that is missing", &[0, 1, 7], |_| fetching("none", Some(some)));
    script.each("without a group", &[0, 1, 7], |_| fetching("", Some(some)));
    script.each("of no topics", &[0, 1, 7], |_| fetching("offsets", Some(&[])));
    script.each("of every topic", &[2, 5, 7], |_| fetching("kept", None));
    script.each("of every topic of a group that is missing", &[2, 7], |_| fetching("none", None));
    script.ask("that are stable", 7, message!(fetching("offsets", Some(some)) => { require_stable: true }));
    script.ask("offsets", 8, fetching_groups(&[("offsets", Some(some))]));
    script.ask("of several groups", 8, fetching_groups(&[("offsets", Some(some)), ("none", Some(some)), ("", Some(some))]));
    script.ask("of every topic of several groups", 8, fetching_groups(&[("kept", None), ("none", None)]));
    script.ask("of no topics", 8, fetching_groups(&[("offsets", Some(&[]))]));
}

fn deletions(script: &mut Script) {
    let delete = |group_id: &str, name: &str, indexes: &[i32]| {
        let partitions = indexes.iter().map(|index| message!(OffsetDeleteRequestPartition { partition_index: *index })).collect();
        let topics = vec![message!(OffsetDeleteRequestTopic { name: topic(name), partitions: partitions })];
        message!(OffsetDeleteRequest { group_id: group(group_id), topics: topics })
    };
    script.ask("offsets deleted", 0, delete("offsets", "followed", &[0]));
    script.ask("deleted again", 0, delete("offsets", "followed", &[0]));
    script.ask("of a partition that is missing", 0, delete("offsets", "followed", &[9]));
    script.ask("of a topic that is missing", 0, delete("offsets", "missing", &[0]));
    script.ask("of a group that is missing", 0, delete("none", "followed", &[0]));
    script.ask("without a group", 0, delete("", "followed", &[0]));
    script.ask("of no topic", 0, message!(OffsetDeleteRequest { group_id: group("offsets") }));
    script.ask("of no partition", 0, delete("offsets", "followed", &[]));
    script.ask("what is left", 8, fetching_groups(&[("offsets", None)]));
}
