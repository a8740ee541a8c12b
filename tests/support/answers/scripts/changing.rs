//! What is seen of topics after they were made, grown, deleted and made again, and after their settings were changed while the broker runs.

use kafka_protocol::messages::delete_topics_request::DeleteTopicState;
use kafka_protocol::messages::metadata_request::MetadataRequestTopic;
use kafka_protocol::messages::{DeleteTopicsRequest, FetchRequest, MetadataRequest};
use kafkalab::engine::kafka::batch::Compression;

use super::super::Script;
use super::configs::editing;
use super::stored::{packed, producing, whole};
use super::topics::{asked, asked_by_id, growing};
use super::{RECORD_TIME, TIMEOUT_MS, create as make, foreign_id, message, topic, topic_id};

/// Versions of Metadata that differ in what they show.
const VERSIONS: [i16; 11] = [0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 12];

fn not_made(names: &[&str]) -> MetadataRequest {
    message!(asked(names) => { allow_auto_topic_creation: false })
}

fn deleting(name: &str) -> DeleteTopicsRequest {
    let topics = vec![message!(DeleteTopicState { name: Some(topic(name)) })];
    message!(DeleteTopicsRequest { topics: topics, timeout_ms: TIMEOUT_MS })
}

/// Metadata of topics that come, grow, go and come back, and of those that are not there.
pub fn topics() -> Script {
    let mut script = Script::new("metadata-of-changing-topics");
    make(&mut script, "moving", 1, &[]);
    script.ask("made", 12, not_made(&["moving"]));
    script.until("error_code=0 name=\"moving\"");
    script.each("made", &VERSIONS, |_| asked(&["moving"]));
    script.ask("grown", 3, growing("moving", 3, None));
    script.ask("until it is seen", 12, not_made(&["moving"]));
    script.until("partition_index=2 leader_id=0");
    script.each("grown", &VERSIONS, |_| asked(&["moving"]));
    script.ask_with("grown, by id", 12, |seen| asked_by_id(topic_id(seen, 0), None));
    script.ask("deleted", 6, deleting("moving"));
    script.ask("until it is gone", 12, not_made(&["moving"]));
    script.until("error_code=3");
    script.each("gone", &[4, 5, 8, 9, 10, 12], |_| not_made(&["moving"]));
    script.ask_with("gone, by id", 12, |seen| asked_by_id(topic_id(seen, 0), None));
    // its znodes may be there a little longer
    make(&mut script, "moving", 2, &[]);
    script.until("error_code=0 error_message=null");
    script.ask("until it is back", 12, not_made(&["moving"]));
    script.until("error_code=0 name=\"moving\"");
    script.ask_with("back, by the id before", 12, |seen| asked_by_id(topic_id(seen, 0), None));
    script.ask_with("back, by its id", 12, |seen| asked_by_id(topic_id(seen, 1), Some("moving")));
    mixtures(&mut script);
    made_by_asking(&mut script);
    several(&mut script);
    script
}

/// Topics that are there and topics that are not, in one request.
fn mixtures(script: &mut Script) {
    let mixtures: [&[&str]; 6] = [
        &["none", "moving"],
        &["moving", "none"],
        &["none", "a b", "moving"],
        &["a b", "none"],
        &["none", "moving", "none", "moving"],
        &["", "moving"],
    ];
    for names in mixtures {
        script.each(&format!("{names:?}"), &[4, 9, 12], |_| not_made(names));
    }
    let with_operations = |names: &[&str]| message!(not_made(names) => { include_topic_authorized_operations: true });
    script.each("operations of what is not there", &[8, 10, 12], |_| with_operations(&["none", "moving", "a b"]));
    script.ask_with("ids, one of them nobody's", 12, |seen| {
        let ids = [topic_id(seen, 1), foreign_id(), topic_id(seen, 0)];
        let topics = ids.map(|id| message!(MetadataRequestTopic { topic_id: id, name: None })).to_vec();
        message!(MetadataRequest {
            topics: Some(topics),
            allow_auto_topic_creation: false,
            include_topic_authorized_operations: true,
        })
    });
    script.ask_with("an id and a name that is missing", 12, |seen| {
        let topics = vec![
            message!(MetadataRequestTopic { topic_id: topic_id(seen, 1), name: None }),
            message!(MetadataRequestTopic { name: Some(topic("none")) }),
        ];
        message!(MetadataRequest { topics: Some(topics), allow_auto_topic_creation: true })
    });
}

/// Topics that a request makes.
fn made_by_asking(script: &mut Script) {
    for version in [0, 1, 3, 4, 8, 9, 12] {
        let name = format!("asked-for-{version}");
        script.ask("not there", version, asked(&[name.as_str(), "moving"]));
        script.ask("until it is there", 12, not_made(&[name.as_str()]));
        script.until("error_code=0 name=");
    }
    script.ask("one that may not be made", 12, asked(&["a b", "asked-for-last", "moving"]));
    script.ask("until it is there", 12, not_made(&["asked-for-last"]));
    script.until("error_code=0 name=");
    script.ask("of a name that collides", 12, asked(&["asked-for.last", "asked-for_last"]));
    script.ask("deleted", 6, deleting("asked-for-last"));
    script.ask("until it is gone", 12, not_made(&["asked-for-last"]));
    script.until("error_code=3");
    script.ask("made again by asking, until it is back", 12, asked(&["asked-for-last"]));
    script.until("error_code=0 name=");
    script.ask("the topic of transactions", 12, not_made(&["__transaction_state"]));
}

/// So many topics in one request that their order is another than that of the request.
fn several(script: &mut Script) {
    const MANY: [&str; 7] = ["orders", "payments", "clicks", "invoices", "returns", "stock", "carts"];
    script.ask("three that are made", 9, asked(&["red", "green", "blue"]));
    script.ask("seven that are made, one that may not be", 9, asked(&[&["a b"], &MANY[..]].concat()));
    for name in MANY.into_iter().chain(["red", "green", "blue"]) {
        script.ask("until it is there", 12, not_made(&[name]));
        script.until("error_code=0 name=");
    }
    for count in 2..=MANY.len() {
        script.each(&format!("{count} topics"), &[1, 12], |_| asked(&MANY[..count]));
    }
    script.each("topics, once and again", &[4, 12], |_| not_made(&[&MANY[..3], &MANY[..5]].concat()));
    let missing = ["gone-1", "gone-2", "gone-3", "gone-4", "gone-5", "gone-6"];
    for count in 2..=missing.len() {
        script.ask(&format!("{count} that are not there"), 12, not_made(&missing[..count]));
    }
    script.ask("some of each", 12, not_made(&["orders", "gone-1", "gone-2", "a b", "carts", "stock", "gone-3"]));
    script.ask("few of each", 12, not_made(&["gone-2", "orders", "gone-1", "carts"]));
    script.each("every topic", &[1, 12], |_| MetadataRequest::default().with_topics(None));
}

/// A topic's settings are changed while it is written to and read. Partition 1 is asked until the change is there, partition 0 shows it.
pub fn settings() -> Script {
    let mut script = Script::new("settings-of-running-topics");
    make(&mut script, "tuned", 2, &[("retention.ms", "-1"), ("min.compaction.lag.ms", "100000000000000")]);
    let set = |script: &mut Script, edits: &[(&str, i8, Option<&str>)]| {
        script.ask("changed", 1, editing(2, "tuned", edits));
    };
    let records = || packed(Compression::None, &[RECORD_TIME, RECORD_TIME + 1, RECORD_TIME + 2]);
    let produce = |index: i32| producing("tuned", index, records());
    let read = |script: &mut Script| {
        script.ask("what is stored", 12, whole("tuned"));
        script.unpacked();
    };
    script.ask("as it was made", 9, produce(0));
    // packing is seen when the limit is
    set(&mut script, &[("compression.type", 0, Some("gzip")), ("max.message.bytes", 0, Some("100"))]);
    script.ask("too large, until it is", 9, produce(1));
    script.until_no_more("error_code=10");
    script.ask("too large", 9, produce(0));
    set(&mut script, &[("max.message.bytes", 1, None)]);
    script.ask("small enough, until it is", 9, produce(1));
    script.until_no_more("error_code=0");
    script.ask("packed", 9, produce(0));
    set(&mut script, &[("message.timestamp.type", 0, Some("LogAppendTime")), ("compression.type", 1, None)]);
    script.ask("in the broker's time, until it is", 9, produce(1));
    script.until_no_more("log_append_time_ms=<time>");
    script.ask("in the broker's time", 9, produce(0));
    read(&mut script);
    let times = [("message.timestamp.type", 0, Some("CreateTime")), ("message.timestamp.before.max.ms", 0, Some("1000"))];
    set(&mut script, &times);
    script.ask("too old, until they are", 9, produce(1));
    script.until_no_more("error_code=32");
    script.ask("too old", 9, produce(0));
    set(&mut script, &[("message.timestamp.before.max.ms", 1, None), ("segment.bytes", 0, Some("300"))]);
    script.ask("of any age, until they are", 9, produce(1));
    script.until_no_more("error_code=0");
    for _ in 0..3 {
        script.ask("into small segments", 9, produce(0));
    }
    script.segments("small segments", "tuned-0");
    set(&mut script, &[("segment.bytes", 1, None), ("cleanup.policy", 0, Some("compact"))]);
    let keyless = || producing("tuned", 1, super::batch(&super::plain(&["a"])));
    script.ask("without a key, until it is refused", 9, keyless());
    script.until_no_more("error_code=87");
    script.ask("with keys", 9, produce(0));
    script.segments("one segment more", "tuned-0");
    read(&mut script);
    set(&mut script, &[("min.insync.replicas", 0, Some("2"))]);
    script.ask("too few replicas, until they are", 9, produce(1));
    script.until_no_more("error_code=19");
    script.ask("too few replicas", 9, produce(0));
    script.ask("enough for who waits for the leader alone", 9, message!(produce(0) => { acks: 1 }));
    set(&mut script, &[("min.insync.replicas", 1, None)]);
    script.ask("enough, until they are", 9, produce(1));
    script.until_no_more("error_code=0");
    script.ask("enough", 9, produce(0));
    script.each("what is refused", &[0, 1], |_| editing(2, "tuned", &[("segment.bytes", 0, Some("1"))]));
    script.ask("with keys still", 9, produce(0));
    script.ask("a fetch of the end", 12, message!(FetchRequest { max_wait_ms: 0, max_bytes: 1 << 20 }));
    script
}
