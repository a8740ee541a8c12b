//! What goes with time: records that are too old or too many, of topics with and without traffic, and offsets that nobody came back for.

use kafka_protocol::messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use kafka_protocol::messages::offset_for_leader_epoch_request::{OffsetForLeaderPartition, OffsetForLeaderTopic};
use kafka_protocol::messages::sync_group_request::SyncGroupRequestAssignment;
use kafka_protocol::messages::{
    DescribeGroupsRequest, FindCoordinatorRequest, ListGroupsRequest, ListOffsetsRequest, OffsetCommitRequest,
    OffsetForLeaderEpochRequest,
};
use kafkalab::engine::kafka::batch::Compression;

use super::super::{Script, readable::Seen};
use super::configs::editing;
use super::groups::{joining, left, syncing};
use super::offsets::{committing, fetching};
use super::stored::{packed, producing, whole};
use super::{RECORD_TIME, create as make, group, message, text, topic};

/// The version of OffsetCommit that gives each offset its time.
const TIMED: i16 = 1;
/// The version that says how long offsets are kept.
const KEPT: i16 = 2;
/// A day, in milliseconds.
const DAY_MS: i64 = 86_400_000;

fn list(name: &str, time: i64) -> ListOffsetsRequest {
    let partition = message!(ListOffsetsPartition { timestamp: time });
    let topics = vec![message!(ListOffsetsTopic { name: topic(name), partitions: vec![partition] })];
    message!(ListOffsetsRequest { replica_id: (-1).into(), topics: topics })
}

fn timed(group_id: &str, name: &str, index: i32, time: i64) -> OffsetCommitRequest {
    let mut request = committing(group_id, name, index, 7, None);
    request.topics[0].partitions[0].commit_timestamp = time;
    request
}

/// Offsets whose time is over, of groups of every kind.
pub fn offsets() -> Script {
    let mut script = Script::new("offsets-that-expire");
    make(&mut script, "read", 3, &[]);
    make(&mut script, "unread", 1, &[]);
    script.ask("the coordinator, until there is one", 0, message!(FindCoordinatorRequest { key: text("g") }));
    script.until("error_code=0");
    standalone(&mut script);
    with_members(&mut script);
    script
}

/// What a minute after the other scripts is left of the offsets, which the broker keeps for a minute.
pub fn after_a_minute() -> Script {
    let mut script = Script::new("offsets-after-a-minute");
    let all = |name: &str| fetching(name, Some(&[("read", &[0, 1, 2]), ("unread", &[0])]));
    script.ask("of a group without members, until they are gone", 5, all("members"));
    script.until("partition_index=1 committed_offset=-1");
    script.ask("of a group that never had one, until what came now is gone", 5, all("alone"));
    script.until("partition_index=1 committed_offset=-1");
    script.ask("until what the broker keeps is gone", 5, all("kept"));
    script.until("partition_index=1 committed_offset=-1");
    script.each("what is kept for a day, and what is to come", &[1, 7], |_| all("kept"));
    script.ask("what is to come", 7, all("alone"));
    script.ask("described", 5, {
        let groups = ["members", "alone", "kept", "gone"].map(group).to_vec();
        message!(DescribeGroupsRequest { groups: groups })
    });
    script
}

/// Of groups that have never had a member. A group always keeps an offset while it is committed to: Kafka answers `COORDINATOR_NOT_AVAILABLE`
/// to who comes in the moment in which a group without any is taken away.
fn standalone(script: &mut Script) {
    let all = |name: &str| fetching(name, Some(&[("read", &[0, 1, 2])]));
    let groups = || message!(ListGroupsRequest {});
    script.ask("one of now", TIMED, timed("alone", "read", 1, -1));
    script.ask("one to come", TIMED, timed("alone", "read", 2, RECORD_TIME + 100_000 * DAY_MS));
    script.ask("one of long ago", TIMED, timed("alone", "read", 0, RECORD_TIME));
    script.ask("until the first is gone", 5, all("alone"));
    script.until("partition_index=0 committed_offset=-1");
    script.each("two are left", &[0, 1, 5, 7], |_| all("alone"));
    script.ask("all of long ago", TIMED, timed("gone", "read", 0, RECORD_TIME));
    script.ask("until the group is gone", 5, all("gone"));
    script.until("partition_index=0 committed_offset=-1");
    script.ask("described", 5, message!(DescribeGroupsRequest { groups: vec![group("gone"), group("alone")] }));
    script.ask("groups", 4, groups());
    let kept =
        |index: i32, retention: i64| message!(committing("kept", "read", index, 3, None) => { retention_time_ms: retention });
    script.ask("kept for long", KEPT, kept(2, DAY_MS));
    script.ask("kept for a moment", KEPT, kept(0, 1));
    script.ask("until it is gone", 5, all("kept"));
    script.until("partition_index=0 committed_offset=-1");
    script.ask("kept as the broker has it", KEPT, kept(1, -1));
    // what the checks after these would have taken is gone when this one is
    script.ask("all of long ago", TIMED, timed("gone", "read", 0, RECORD_TIME));
    script.ask("until the group is gone", 5, all("gone"));
    script.until("partition_index=0 committed_offset=-1");
    script.ask("both are left", 7, all("kept"));
}

/// Of a group with a member that reads one topic, and then with none.
fn with_members(script: &mut Script) {
    let me = |seen: &Seen| seen.value("member_id", 0);
    // a subscription to the topic `read` alone, of version 0
    const SUBSCRIPTION: &[u8] = b"\0\0\0\0\0\x01\0\x04read\xff\xff\xff\xff";
    script.ask("join", 3, {
        let mut request = joining("members", "");
        request.protocols.iter_mut().for_each(|protocol| protocol.metadata = SUBSCRIPTION.into());
        request
    });
    script.ask_with("sync", 3, move |seen| {
        let mine = message!(SyncGroupRequestAssignment { member_id: text(&me(seen)), assignment: SUBSCRIPTION.into() });
        message!(syncing("members", 1, &me(seen)) => { assignments: vec![mine] })
    });
    let of_member = move |seen: &Seen, request: OffsetCommitRequest| message!(request => { member_id: text(&me(seen)), generation_id_or_member_epoch: 1 });
    for name in ["read", "unread"] {
        script.ask_with("of long ago", TIMED, move |seen| of_member(seen, timed("members", name, 0, RECORD_TIME)));
    }
    script.ask_with("of now", TIMED, move |seen| of_member(seen, timed("members", "read", 1, -1)));
    script.ask_with(
        "kept for a moment",
        KEPT,
        move |seen| message!(of_member(seen, committing("members", "read", 2, 3, None)) => { retention_time_ms: 1 }),
    );
    let all = || fetching("members", Some(&[("read", &[0, 1, 2]), ("unread", &[0])]));
    script.ask("until what nobody reads is gone", 5, all());
    script.until("name=\"unread\" partitions=[{partition_index=0 committed_offset=-1");
    script.ask("what is read stays", 7, all());
    script.ask_with("leave", 3, move |seen| left("members", &me(seen), None));
    script.ask("until what was kept for a moment is gone", 5, all());
    script.until("partition_index=2 committed_offset=-1");
    script.ask("from now on the time counts", 7, all());
    script.ask("described", 5, message!(DescribeGroupsRequest { groups: vec![group("members")] }));
}

/// Records whose time or place is over.
pub fn records() -> Script {
    let mut script = Script::new("records-that-expire");
    let small = ("segment.bytes", "200");
    make(&mut script, "old", 1, &[("retention.ms", "1000")]);
    make(&mut script, "parts", 1, &[("retention.ms", "-1"), ("retention.bytes", "250"), small]);
    make(&mut script, "all", 1, &[("retention.ms", "-1"), ("retention.bytes", "0"), small]);
    make(
        &mut script,
        "both",
        1,
        &[("retention.ms", "1000"), ("cleanup.policy", "compact,delete"), ("min.compaction.lag.ms", "100000000000000")],
    );
    make(
        &mut script,
        "never",
        1,
        &[("retention.ms", "1000"), ("cleanup.policy", "compact"), ("min.compaction.lag.ms", "100000000000000"), small],
    );
    make(&mut script, "later", 1, &[("retention.ms", "-1")]);
    make(&mut script, "idle", 1, &[("segment.ms", "1"), ("retention.ms", "-1")]);
    make(&mut script, "ahead", 1, &[("retention.ms", "1000")]);
    make(&mut script, "smaller", 1, &[("retention.ms", "-1"), small]);
    make(&mut script, "plain", 1, &[]);
    make(&mut script, "empty", 1, &[("retention.ms", "1"), ("segment.ms", "1")]);
    let records = |start: i64| packed(Compression::None, &[start, start + 1, start + 2]);
    let far = RECORD_TIME + 100_000 * DAY_MS;
    for name in ["old", "both", "later", "idle", "plain"] {
        script.ask("three records", 9, producing(name, 0, records(RECORD_TIME)));
    }
    for name in ["parts", "all", "never", "smaller"] {
        for at in 0..3 {
            script.ask("three records in a segment", 9, producing(name, 0, records(RECORD_TIME + 10 * at)));
        }
    }
    script.ask("one of the future", 9, producing("ahead", 0, packed(Compression::None, &[RECORD_TIME, far])));
    for (name, start) in [("old", 3), ("parts", 3), ("all", 9), ("both", 3)] {
        script.ask(&format!("until {name} begins at {start}"), 7, list(name, -2));
        script.until(if start == 3 { "offset=3 " } else { "offset=9 " });
        afterwards(&mut script, name);
    }
    for (name, log) in
        [("never", "never-0"), ("later", "later-0"), ("idle", "idle-0"), ("ahead", "ahead-0"), ("empty", "empty-0")]
    {
        script.ask("it begins where it began", 7, list(name, -2));
        script.segments("nothing went", log);
    }
    script.ask("another of the same time", 9, producing("idle", 0, records(RECORD_TIME)));
    script.segments("it is no later", "idle-0");
    script.ask("another of a later time", 9, producing("idle", 0, records(RECORD_TIME + 100)));
    script.segments("it is later", "idle-0");
    script.ask("records from now on have a time", 1, editing(2, "later", &[("retention.ms", 0, Some("1000"))]));
    script.ask("until they are gone", 7, list("later", -2));
    script.until("offset=3 ");
    afterwards(&mut script, "later");
    script.ask("it may be no larger from now on", 1, editing(2, "smaller", &[("retention.bytes", 0, Some("250"))]));
    script.ask("until the first are gone", 7, list("smaller", -2));
    script.until("offset=3 ");
    script.segments("two are left", "smaller-0");
    script.segments("what no setting of its topic limits", "plain-0");
    script.ask("every topic's time from now on", 1, editing(4, "", &[("log.retention.ms", 0, Some("1000"))]));
    script.ask("until they are gone", 7, list("plain", -2));
    script.until("offset=3 ");
    script.ask("every topic's time as it was", 1, editing(4, "", &[("log.retention.ms", 1, None)]));
    script.ask("the first after them", 9, producing("empty", 0, records(RECORD_TIME)));
    script.ask("until it is gone", 7, list("empty", -2));
    script.until("offset=3 ");
    afterwards(&mut script, "empty");
    script
}

/// How a topic looks whose records have gone, and that it goes on.
fn afterwards(script: &mut Script, name: &str) {
    for time in [-1, -2, -3, -4, RECORD_TIME] {
        script.ask(&format!("time {time}"), 7, list(name, time));
    }
    script.ask("from the beginning", 12, whole(name));
    let partition = message!(OffsetForLeaderPartition { leader_epoch: 0, current_leader_epoch: -1 });
    let topics = vec![message!(OffsetForLeaderTopic { topic: topic(name), partitions: vec![partition] })];
    script.ask("the end of the epoch", 4, message!(OffsetForLeaderEpochRequest { replica_id: (-1).into(), topics: topics }));
}
