//! Records: Produce, InitProducerId, DescribeProducers, Fetch, ListOffsets, OffsetForLeaderEpoch, DeleteRecords, DescribeLogDirs.

use bytes::Bytes;
use kafka_protocol::messages::delete_records_request::{DeleteRecordsPartition, DeleteRecordsTopic};
use kafka_protocol::messages::describe_log_dirs_request::DescribableLogDirTopic;
use kafka_protocol::messages::describe_producers_request::TopicRequest;
use kafka_protocol::messages::fetch_request::{FetchPartition, FetchTopic, ForgottenTopic};
use kafka_protocol::messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use kafka_protocol::messages::metadata_request::MetadataRequestTopic;
use kafka_protocol::messages::offset_for_leader_epoch_request::{OffsetForLeaderPartition, OffsetForLeaderTopic};
use kafka_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
use kafka_protocol::messages::{
    DeleteRecordsRequest, DescribeLogDirsRequest, DescribeProducersRequest, FetchRequest, InitProducerIdRequest,
    ListOffsetsRequest, MetadataRequest, OffsetForLeaderEpochRequest, ProduceRequest, TransactionalId,
};

use super::super::Script;
use super::{RECORD_TIME, TIMEOUT_MS, batch, create as make, foreign_id, message, plain, sequenced, text, topic, topic_id};

/// The version before topic ids came.
const LAST_WITH_NAMES: i16 = 12;

fn producing(name: &str, index: i32, records: Option<Bytes>) -> ProduceRequest {
    let partition = message!(PartitionProduceData { index: index, records: records });
    let data = message!(TopicProduceData { name: topic(name), partition_data: vec![partition] });
    message!(ProduceRequest { acks: -1, timeout_ms: TIMEOUT_MS, topic_data: vec![data] })
}

fn produced(values: &[&str]) -> ProduceRequest {
    producing("produced", 0, Some(batch(&plain(values))))
}

/// Produce with InitProducerId and DescribeProducers.
pub fn produce() -> Script {
    let mut script = Script::new("produce");
    make(&mut script, "produced", 2, &[("retention.ms", "-1")]);
    make(&mut script, "small", 1, &[("max.message.bytes", "100")]);
    make(&mut script, "compacted", 1, &[("cleanup.policy", "compact")]);
    make(&mut script, "appended", 1, &[("message.timestamp.type", "LogAppendTime")]);
    make(&mut script, "strict", 1, &[("message.timestamp.difference.max.ms", "1000")]);
    let versions = &[3, 4, 5, 6, 7, 8, 9];
    script.each("records", versions, |_| produced(&["a", "b"]));
    script.each("acknowledged by the leader", &[3, 9], |_| message!(produced(&["c"]) => { acks: 1 }));
    for acks in [2, -2, i16::MAX] {
        script.each(&format!("acks {acks}"), &[3, 8, 9], |_| message!(produced(&["d"]) => { acks: acks }));
    }
    script.each("a topic that is missing", &[3, 8, 9], |_| producing("missing", 0, Some(batch(&plain(&["a"])))));
    script.each("a partition that is missing", &[3, 9], |_| producing("produced", 9, Some(batch(&plain(&["a"])))));
    script.each("a negative partition", &[9], |_| producing("produced", -1, Some(batch(&plain(&["a"])))));
    script.each("a topic without a name", &[9], |_| producing("", 0, Some(batch(&plain(&["a"])))));
    script.each("an internal topic", &[9], |_| producing("__consumer_offsets", 0, Some(batch(&plain(&["a"])))));
    script.each("no topics", &[3, 9], |_| message!(ProduceRequest { acks: -1, timeout_ms: TIMEOUT_MS }));
    script.each("no time", &[9], |_| message!(produced(&["e"]) => { timeout_ms: 0 }));
    script.each("less than no time", &[9], |_| message!(produced(&["e"]) => { timeout_ms: -1 }));
    bad_batches(&mut script);
    script.each("too large", &[3, 8, 9], |_| producing("small", 0, Some(batch(&plain(&["n".repeat(200).as_str()])))));
    script.each("no key where keys decide", &[3, 8, 9], |_| producing("compacted", 0, Some(batch(&plain(&["a", "b"])))));
    script.each("the broker's time", &[3, 9], |_| producing("appended", 0, Some(batch(&plain(&["a"])))));
    script.each("a time too far away", &[3, 8, 9], |_| producing("strict", 0, Some(batch(&plain(&["a", "b"])))));
    script.each(
        "a transactional id without a transaction",
        &[3, 9],
        |_| message!(produced(&["f"]) => { transactional_id: Some(TransactionalId(text("t"))) }),
    );
    idempotence(&mut script);
    script
}

fn bad_batches(script: &mut Script) {
    let good = batch(&plain(&["a", "b", "c"]));
    let changed = |at: usize, to: u8| {
        let mut bytes = good.to_vec();
        bytes[at] = to;
        Some(Bytes::from(bytes))
    };
    let cases = [
        ("no bytes", Some(Bytes::new())),
        ("a few bytes", Some(Bytes::from_static(&[0; 7]))),
        ("a batch that is cut off", Some(good.slice(..good.len() - 3))),
        ("a batch whose length is too small", changed(11, 10)),
        ("a changed record", changed(good.len() - 2, 0x55)),
        ("a changed checksum", changed(17, 0x55)),
        ("a format that is none", changed(16, 9)),
        ("two batches", Some(Bytes::from([&good[..], &good[..]].concat()))),
        ("a batch and a few bytes", Some(Bytes::from([&good[..], &[0; 5][..]].concat()))),
    ];
    for (what, records) in cases {
        script.each(what, &[3, 8, 9], |_| producing("produced", 1, records.clone()));
    }
}

fn idempotence(script: &mut Script) {
    let init = |id: Option<&str>| {
        message!(InitProducerIdRequest {
            transactional_id: id.map(|id| TransactionalId(text(id))),
            transaction_timeout_ms: 60_000
        })
    };
    script.ask("an id, until there are any", 0, init(None));
    script.until("error_code=0");
    script.each("an id for a producer", &[0, 1, 2, 3, 4], |_| init(None));
    script.each("an empty transactional id", &[0, 2, 4], |_| init(Some("")));
    script.each("an id that it has, again", &[3, 4], |_| message!(init(None) => { producer_id: 0.into(), producer_epoch: 0 }));
    script.each("an id without an epoch", &[3, 4], |_| message!(init(None) => { producer_id: 0.into() }));
    script.each("an epoch without an id", &[3, 4], |_| message!(init(None) => { producer_epoch: 0 }));
    script.ask("no time for transactions without a transaction", 4, message!(init(None) => { transaction_timeout_ms: -1 }));
    let send = |epoch: i16, sequence: i32, values: &[&str]| {
        producing("produced", 0, Some(batch(&sequenced(values, 0, epoch, sequence))))
    };
    script.each("in sequence, and once more", &[3, 9], |_| send(0, 0, &["1", "2"]));
    script.each("a gap", &[3, 9], |_| send(0, 7, &["8"]));
    script.each("the next, and once more", &[8, 9], |_| send(0, 2, &["3"]));
    script.each("a part of what is there", &[9], |_| send(0, 1, &["2"]));
    script.each("a new epoch that does not begin at zero", &[9], |_| send(1, 5, &["1"]));
    script.each("a new epoch", &[9], |_| send(1, 0, &["1"]));
    script.each("an epoch that is over", &[3, 9], |_| send(0, 3, &["4"]));
    script.each("a producer that is not known, in the middle", &[9], |_| {
        producing("produced", 0, Some(batch(&sequenced(&["1"], 777, 0, 5))))
    });
    let describe = |name: &str, indexes: &[i32]| {
        let topics = vec![message!(TopicRequest { name: topic(name), partition_indexes: indexes.to_vec() })];
        message!(DescribeProducersRequest { topics: topics })
    };
    script.ask("producers of another partition", 0, describe("produced", &[1]));
    script.ask("producers of a partition that is missing", 0, describe("produced", &[9, -1]));
    script.ask("producers of a topic that is missing", 0, describe("missing", &[0]));
    script.ask("producers of a topic without a name", 0, describe("", &[0]));
    script.ask("producers of a name that is none", 0, describe("a b", &[0]));
    script.ask("producers of nothing", 0, DescribeProducersRequest::default());
    script.ask("producers of no partition", 0, describe("produced", &[]));
}

fn fetching(name: &str, index: i32, offset: i64) -> FetchRequest {
    let partition = message!(FetchPartition { partition: index, fetch_offset: offset, partition_max_bytes: 1 << 20 });
    let topics = vec![message!(FetchTopic { topic: topic(name), partitions: vec![partition] })];
    message!(FetchRequest { max_wait_ms: 0, min_bytes: 0, max_bytes: 1 << 20, topics: topics })
}

/// What some versions have no place for is left out.
fn fitted(mut request: FetchRequest, version: i16) -> FetchRequest {
    if version < 3 {
        request.max_bytes = i32::MAX;
    }
    request
}

/// Fetch: offsets, sizes, epochs, sessions, topic ids.
pub fn fetch() -> Script {
    let mut script = Script::new("fetch");
    make(&mut script, "fetched", 2, &[("retention.ms", "-1")]);
    let known = vec![message!(MetadataRequestTopic { name: Some(topic("fetched")) })];
    script.ask("the topic's id", 12, message!(MetadataRequest { topics: Some(known) }));
    script.until("error_code=0 name=\"fetched\"");
    for values in [["a", "b"], ["c", "d"], ["e", "f"]] {
        script.ask("records", 9, producing("fetched", 0, Some(batch(&plain(&values)))));
    }
    let versions = &[4, 5, 6, 7, 8, 9, 10, 11, 12];
    script.each("from the first record", versions, |_| fetching("fetched", 0, 0));
    script.each("from the middle of a batch", &[4, 12], |_| fetching("fetched", 0, 3));
    script.each("from the end", &[0, 1, 2, 3, 4, 7, 12], |version| fitted(fetching("fetched", 0, 6), version));
    script.each("an empty partition", &[0, 3, 12], |version| fitted(fetching("fetched", 1, 0), version));
    for offset in [7, -1, i64::MAX] {
        script.each(&format!("offset {offset}"), &[0, 4, 12], |version| fitted(fetching("fetched", 0, offset), version));
    }
    script.each("a partition that is missing", &[0, 4, 12], |version| fitted(fetching("fetched", 9, 0), version));
    script.each("a topic that is missing", &[0, 4, 12], |version| fitted(fetching("missing", 0, 0), version));
    script.each("no topics", &[0, 4, 12, 15], |_| message!(FetchRequest { max_wait_ms: 0, max_bytes: i32::MAX }));
    for isolation in [1, 2, -1] {
        script.each(
            &format!("isolation level {isolation}"),
            &[4, 12],
            |_| message!(fetching("fetched", 0, 4) => { isolation_level: isolation }),
        );
    }
    let sized = |all: i32, each: i32| {
        let mut request = message!(fetching("fetched", 0, 0) => { max_bytes: all });
        request.topics[0].partitions[0].partition_max_bytes = each;
        request
    };
    for (all, each) in [(1, 1), (0, 100), (100, 0), (1 << 20, 100), (100, 1 << 20), (-1, -1)] {
        script.each(&format!("{all} bytes, {each} of the partition"), &[4, 12], |_| sized(all, each));
    }
    script.ask("a wait for more than there is", 12, message!(fetching("fetched", 0, 6) => { max_wait_ms: 20, min_bytes: 1 }));
    let in_epoch = |current: i32, last: i32| {
        let mut request = fetching("fetched", 0, 4);
        request.topics[0].partitions[0].current_leader_epoch = current;
        request.topics[0].partitions[0].last_fetched_epoch = last;
        request
    };
    for (current, last) in [(0, -1), (1, -1), (-2, -1), (0, 0), (0, 5)] {
        script.ask(&format!("epoch {current}, last {last}"), 12, in_epoch(current, last));
    }
    script.ask("in an epoch that is to come, before KIP-595", 9, in_epoch(5, -1));
    script.ask("as a replica that is none", 11, message!(fetching("fetched", 0, 0) => { replica_id: 5.into() }));
    topic_ids(&mut script);
    sessions(&mut script);
    script
}

fn topic_ids(script: &mut Script) {
    for version in [13, 14, 15] {
        script.ask_with("by topic id", version, |seen| {
            let mut request = fetching("", 0, 4);
            request.topics[0].topic_id = topic_id(seen, 0);
            request
        });
        let mut request = fetching("", 0, 0);
        request.topics[0].topic_id = foreign_id();
        script.ask("by an id that no topic has", version, request);
        script.ask("by no id", version, fetching("", 0, 0));
    }
}

fn sessions(script: &mut Script) {
    let session = |seen: &super::super::readable::Seen, index: usize| seen.value("session_id", index).parse().unwrap_or(0);
    let opened = || message!(fetching("fetched", 0, 4) => { session_epoch: 0 });
    let empty = || message!(FetchRequest { max_wait_ms: 0, max_bytes: 1 << 20 });
    script.ask("a session", LAST_WITH_NAMES, opened());
    script.ask_with(
        "nothing new in it",
        LAST_WITH_NAMES,
        move |seen| message!(empty() => { session_id: session(seen, 0), session_epoch: 1 }),
    );
    script.ask_with(
        "the same epoch again",
        LAST_WITH_NAMES,
        move |seen| message!(empty() => { session_id: session(seen, 0), session_epoch: 1 }),
    );
    script.ask_with(
        "another partition",
        LAST_WITH_NAMES,
        move |seen| message!(fetching("fetched", 1, 0) => { session_id: session(seen, 0), session_epoch: 2 }),
    );
    script.ask_with("one forgotten", LAST_WITH_NAMES, move |seen| {
        let forgotten = vec![message!(ForgottenTopic { topic: topic("fetched"), partitions: vec![0] })];
        message!(empty() => { session_id: session(seen, 0), session_epoch: 3, forgotten_topics_data: forgotten })
    });
    script.ask_with(
        "a partition that is missing",
        LAST_WITH_NAMES,
        move |seen| message!(fetching("fetched", 9, 0) => { session_id: session(seen, 0), session_epoch: 4 }),
    );
    script.ask_with("ids in a session of names", 13, move |seen| {
        let mut request = message!(fetching("", 0, 4) => { session_id: session(seen, 0), session_epoch: 5 });
        request.topics[0].topic_id = topic_id(seen, 0);
        request
    });
    script.ask_with(
        "closed",
        LAST_WITH_NAMES,
        move |seen| message!(empty() => { session_id: session(seen, 0), session_epoch: -1 }),
    );
    script.ask_with(
        "a session that is closed",
        LAST_WITH_NAMES,
        move |seen| message!(empty() => { session_id: session(seen, 0), session_epoch: 6 }),
    );
    script.ask("a session that is none", LAST_WITH_NAMES, message!(empty() => { session_id: 12345, session_epoch: 1 }));
    script.ask("an epoch without a session", LAST_WITH_NAMES, message!(opened() => { session_epoch: 5 }));
    script.ask("version 7: a session that is none", 7, message!(empty() => { session_id: 12345, session_epoch: 1 }));
    script.ask("version 15: a session that is none", 15, message!(empty() => { session_id: 12345, session_epoch: 1 }));
}

/// ListOffsets, OffsetForLeaderEpoch, DeleteRecords, DescribeLogDirs.
pub fn offsets() -> Script {
    let mut script = Script::new("offsets");
    make(&mut script, "listed", 2, &[("retention.ms", "-1")]);
    for values in [["a", "b"], ["c", "d"]] {
        script.ask("records", 9, producing("listed", 0, Some(batch(&plain(&values)))));
    }
    list_offsets(&mut script);
    epochs(&mut script);
    deletions(&mut script);
    log_dirs(&mut script);
    script
}

fn list_offsets(script: &mut Script) {
    let list = |name: &str, index: i32, time: i64| {
        let partition = message!(ListOffsetsPartition { partition_index: index, timestamp: time });
        let topics = vec![message!(ListOffsetsTopic { name: topic(name), partitions: vec![partition] })];
        message!(ListOffsetsRequest { replica_id: (-1).into(), topics: topics })
    };
    for time in [-1, -2, -3, -4, -5, 0, RECORD_TIME, RECORD_TIME + 1, RECORD_TIME + 2, i64::MAX, i64::MIN] {
        script.each(&format!("timestamp {time}"), &[1, 4, 7, 8], |_| list("listed", 0, time));
        script.ask(&format!("timestamp {time} of an empty partition"), 8, list("listed", 1, time));
    }
    script.each("a topic that is missing", &[0, 1, 8], |_| list("missing", 0, -1));
    script.each("a partition that is missing", &[1, 5, 8], |_| list("listed", 9, -1));
    script.each("a topic without a name", &[8], |_| list("", 0, -1));
    script.each("no topics", &[1, 8], |_| message!(ListOffsetsRequest { replica_id: (-1).into() }));
    for isolation in [1, 2, -1] {
        script.each(
            &format!("isolation level {isolation}"),
            &[2, 8],
            |_| message!(list("listed", 0, -1) => { isolation_level: isolation }),
        );
    }
    for epoch in [0, 1, -2] {
        script.each(&format!("epoch {epoch}"), &[4, 8], |_| {
            let mut request = list("listed", 0, -1);
            request.topics[0].partitions[0].current_leader_epoch = epoch;
            request
        });
    }
    script.each("a partition twice", &[1, 8], |_| {
        let mut request = list("listed", 0, -1);
        let again = request.topics[0].partitions[0].clone();
        request.topics[0].partitions.push(again);
        request
    });
    for replica in [0, 5, -2, -3] {
        script.each(
            &format!("as replica {replica}"),
            &[1, 8],
            |_| message!(list("listed", 0, -1) => { replica_id: replica.into() }),
        );
    }
    for (time, most) in [(-1, 1), (-2, 1), (-1, 0), (RECORD_TIME, 5), (i64::MAX, 5), (-1, 5), (-1, -1)] {
        let mut request = list("listed", 0, time);
        request.topics[0].partitions[0].max_num_offsets = most;
        script.ask(&format!("version 0: {most} of {time}"), 0, request);
    }
}

fn epochs(script: &mut Script) {
    let end = |name: &str, index: i32, current: i32, epoch: i32| {
        let partition =
            message!(OffsetForLeaderPartition { partition: index, leader_epoch: epoch, current_leader_epoch: current });
        let topics = vec![message!(OffsetForLeaderTopic { topic: topic(name), partitions: vec![partition] })];
        message!(OffsetForLeaderEpochRequest { replica_id: (-1).into(), topics: topics })
    };
    for epoch in [0, 1, -1, -2] {
        script.each(&format!("the end of epoch {epoch}"), &[0, 2, 4], |version| {
            let request = end("listed", 0, -1, epoch);
            if version < 3 { message!(request => { replica_id: (-2).into() }) } else { request }
        });
    }
    script.each("now in an epoch to come", &[3, 4], |_| end("listed", 0, 3, 0));
    script.each("a topic that is missing", &[3, 4], |_| end("missing", 0, -1, 0));
    script.each("a partition that is missing", &[3, 4], |_| end("listed", 9, -1, 0));
    script.each("an empty partition", &[3, 4], |_| end("listed", 1, -1, 0));
    script.ask("no topics", 4, message!(OffsetForLeaderEpochRequest { replica_id: (-1).into() }));
}

fn deletions(script: &mut Script) {
    let delete = |name: &str, index: i32, offset: i64| {
        let partition = message!(DeleteRecordsPartition { partition_index: index, offset: offset });
        let topics = vec![message!(DeleteRecordsTopic { name: topic(name), partitions: vec![partition] })];
        message!(DeleteRecordsRequest { topics: topics, timeout_ms: TIMEOUT_MS })
    };
    for (at, version) in (1..).zip([0, 1, 2]) {
        script.ask("before an offset", version, delete("listed", 0, at));
    }
    for offset in [0, 1, 3, 9, -2, -1, -1] {
        script.each(&format!("before {offset}"), &[0, 2], |_| delete("listed", 0, offset));
    }
    script.each("a topic that is missing", &[0, 2], |_| delete("missing", 0, 0));
    script.each("a partition that is missing", &[0, 2], |_| delete("listed", 9, 0));
    script.each("an internal topic", &[2], |_| delete("__consumer_offsets", 0, 0));
    script.each("of compacted records", &[2], |_| delete("compacted", 0, 0));
    script.each("no topics", &[0, 2], |_| message!(DeleteRecordsRequest { timeout_ms: TIMEOUT_MS }));
    script.ask("less than no time", 2, message!(delete("listed", 1, 0) => { timeout_ms: -1 }));
}

fn log_dirs(script: &mut Script) {
    let describe = |name: &str, partitions: &[i32]| {
        let topics = vec![message!(DescribableLogDirTopic { topic: topic(name), partitions: partitions.to_vec() })];
        message!(DescribeLogDirsRequest { topics: Some(topics) })
    };
    let versions = &[0, 1, 2, 3, 4];
    script.each("where a partition lies", versions, |_| describe("listed", &[0]));
    script.each("a partition that is missing", &[1, 4], |_| describe("listed", &[9]));
    script.each("a topic that is missing", &[1, 4], |_| describe("missing", &[0]));
    script.each("no partition", &[1, 4], |_| describe("listed", &[]));
    script.each("no topics", &[1, 3, 4], |_| message!(DescribeLogDirsRequest { topics: Some(Vec::new()) }));
}
