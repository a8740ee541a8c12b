//! Topics: Metadata, DescribeCluster, ApiVersions, CreateTopics, CreatePartitions, DeleteTopics.

use kafka_protocol::messages::create_partitions_request::{CreatePartitionsAssignment, CreatePartitionsTopic};
use kafka_protocol::messages::create_topics_request::{CreatableReplicaAssignment, CreatableTopic, CreatableTopicConfig};
use kafka_protocol::messages::delete_topics_request::DeleteTopicState;
use kafka_protocol::messages::metadata_request::MetadataRequestTopic;
use kafka_protocol::messages::{
    ApiVersionsRequest, CreatePartitionsRequest, CreateTopicsRequest, DeleteTopicsRequest, DescribeClusterRequest,
    MetadataRequest,
};
use uuid::Uuid;

use super::super::Script;
use super::{TIMEOUT_MS, create as make, foreign_id, message, text, topic, topic_id};

pub fn asked(names: &[&str]) -> MetadataRequest {
    let topics = names.iter().map(|name| message!(MetadataRequestTopic { name: Some(topic(name)) }));
    message!(MetadataRequest { topics: Some(topics.collect()) })
}

pub fn asked_by_id(id: Uuid, name: Option<&str>) -> MetadataRequest {
    let topics = vec![message!(MetadataRequestTopic { topic_id: id, name: name.map(topic) })];
    message!(MetadataRequest { topics: Some(topics), allow_auto_topic_creation: false })
}

/// Metadata, DescribeCluster and what is wrong with an ApiVersions.
pub fn metadata() -> Script {
    let mut script = Script::new("metadata");
    let not_made = |names: &[&str]| message!(asked(names) => { allow_auto_topic_creation: false });
    make(&mut script, "meta", 2, &[]);
    script.ask("the topic, until it is known", 12, not_made(&["meta"]));
    script.until("error_code=0 name=\"meta\"");
    script.each("every topic", &[0, 1, 4, 8, 10, 12], |version| {
        message!(MetadataRequest { topics: (version == 0).then(Vec::new), allow_auto_topic_creation: true })
    });
    script.each("one topic", &[0, 1, 4, 5, 7, 8, 9, 10, 11, 12], |_| asked(&["meta"]));
    script.each("no topic", &[1, 7, 12], |_| asked(&[]));
    script.each("a topic twice", &[1, 7, 12], |_| asked(&["meta", "meta"]));
    script.each("a topic that is missing and not made", &[4, 8, 12], |_| not_made(&["missing"]));
    script.each("names that no topic may have", &[0, 1, 7, 12], |_| asked(&["a b"]));
    script.each("an empty name", &[1, 7, 12], |_| asked(&[""]));
    script.each("a name of dots", &[1, 12], |_| asked(&[".."]));
    script.ask("a name that is too long", 12, asked(&["n".repeat(250).as_str()]));
    script.each("with operations", &[8, 10], |_| {
        message!(asked(&["meta"]) => {
            include_cluster_authorized_operations: true,
            include_topic_authorized_operations: true,
        })
    });
    script.ask("with the topic's operations", 12, message!(asked(&["meta"]) => { include_topic_authorized_operations: true }));
    script.ask_with("by id", 12, |seen| asked_by_id(topic_id(seen, 0), None));
    script.ask_with("by id and name", 12, |seen| asked_by_id(topic_id(seen, 0), Some("meta")));
    script.ask_with("by id and another name", 12, |seen| asked_by_id(topic_id(seen, 0), Some("other")));
    script.ask_with("by id in a version that has names only", 11, |seen| asked_by_id(topic_id(seen, 0), Some("meta")));
    script.ask_with("by id and null in a version that has names only", 10, |seen| asked_by_id(topic_id(seen, 0), None));
    script.ask("by an id that no topic has", 12, asked_by_id(foreign_id(), None));
    script.ask("null without an id", 12, asked_by_id(Uuid::nil(), None));
    script.ask("by id and by name", 12, {
        let both = vec![
            message!(MetadataRequestTopic { topic_id: foreign_id(), name: None }),
            message!(MetadataRequestTopic { name: Some(topic("meta")) }),
        ];
        message!(MetadataRequest { topics: Some(both), allow_auto_topic_creation: false })
    });
    script.each("made because it is asked for", &[0, 4, 12], |version| asked(&[format!("auto{version}").as_str()]));
    script.each("the cluster", &[0], |_| DescribeClusterRequest::default());
    script.ask(
        "the cluster with operations",
        0,
        message!(DescribeClusterRequest { include_cluster_authorized_operations: true }),
    );
    script.raw::<ApiVersionsRequest>("a software without a name", 3, &[1, 1, 0]);
    script.raw::<ApiVersionsRequest>("a software with a name that is none", 3, &[2, b'-', 2, b'1', 0]);
    script.raw::<ApiVersionsRequest>("a software's version that is none", 3, &[2, b'a', 2, b' ', 0]);
    script
}

fn new(name: &str) -> CreatableTopic {
    message!(CreatableTopic { name: topic(name), num_partitions: 1, replication_factor: 1 })
}

/// A partition and its brokers.
type Placed<'a> = (i32, &'a [i32]);

fn placed(name: &str, partitions: &[Placed]) -> CreatableTopic {
    let assignments = partitions.iter().map(|(index, brokers)| {
        let broker_ids = brokers.iter().map(|id| (*id).into()).collect();
        message!(CreatableReplicaAssignment { partition_index: *index, broker_ids: broker_ids })
    });
    message!(CreatableTopic { name: topic(name), num_partitions: -1, replication_factor: -1, assignments: assignments.collect() })
}

/// A key and its value.
type Setting<'a> = (&'a str, Option<&'a str>);

fn configured(name: &str, configs: &[Setting]) -> CreatableTopic {
    let configs = configs.iter().map(|(key, value)| message!(CreatableTopicConfig { name: text(key), value: value.map(text) }));
    message!(new(name) => { configs: configs.collect() })
}

fn creating(topics: Vec<CreatableTopic>) -> CreateTopicsRequest {
    message!(CreateTopicsRequest { topics: topics, timeout_ms: TIMEOUT_MS })
}

fn tried(topics: Vec<CreatableTopic>) -> CreateTopicsRequest {
    message!(creating(topics) => { validate_only: true })
}

/// CreateTopics.
pub fn create() -> Script {
    let mut script = Script::new("create-topics");
    script.each("made", &[0, 1, 2, 4, 5, 6, 7], |version| creating(vec![new(&format!("made{version}"))]));
    script.each("there already", &[0, 1, 4, 7], |_| creating(vec![new("made0")]));
    script.each("tried", &[1, 4, 5, 7], |_| tried(vec![new("tried")]));
    script.ask("tried though there already", 7, tried(vec![new("made0")]));
    script.each("no topics", &[0, 4, 7], |_| creating(Vec::new()));
    let long = "n".repeat(250);
    for name in ["", ".", "..", "a b", "a/b", "a:b", "한글", "__consumer_offsets", "made.0", "made_0", long.as_str()] {
        script.each("a name", &[1, 7], |_| tried(vec![new(name)]));
    }
    script.ask("a name that collides", 7, creating(vec![new("two.parts")]));
    script.ask("with a name that collides", 7, creating(vec![new("two_parts")]));
    for (partitions, replicas) in
        [(0, 1), (-1, 1), (-2, 1), (1, 0), (1, -1), (1, -2), (1, 2), (3, 3), (-1, -1), (0, 0), (2, i16::MAX)]
    {
        let sized = || message!(new("sized") => { num_partitions: partitions, replication_factor: replicas });
        let what = format!("{partitions} partitions of {replicas} replicas");
        script.each(&what, &[3, 4, 7], |_| tried(vec![sized()]));
    }
    script.ask("a name twice", 7, creating(vec![new("twice"), new("twice"), new("once")]));
    script.ask("a name twice in version 0", 0, creating(vec![new("twice"), new("twice")]));
    assignments(&mut script);
    topic_configs(&mut script);
    script.each(
        "no time",
        &[0, 5, 7],
        |version| message!(creating(vec![new(&format!("hurried{version}"))]) => { timeout_ms: 0 }),
    );
    script.ask("less than no time", 7, message!(creating(vec![new("hurried")]) => { timeout_ms: -1 }));
    script
}

fn assignments(script: &mut Script) {
    let placements: &[(&str, &[Placed])] = &[
        ("placed", &[(0, &[0]), (1, &[0])]),
        ("placed on a broker that is missing", &[(0, &[7])]),
        ("placed on no broker", &[(0, &[])]),
        ("placed twice on a broker", &[(0, &[0, 0])]),
        ("placed with a gap", &[(0, &[0]), (2, &[0])]),
        ("placed from the second partition on", &[(1, &[0])]),
        ("a partition placed twice", &[(0, &[0]), (0, &[0])]),
        ("a negative partition", &[(-1, &[0])]),
        ("placed on a negative broker", &[(0, &[-1])]),
        ("replicas of different number", &[(0, &[0]), (1, &[0, 1])]),
    ];
    for (what, partitions) in placements {
        script.each(what, &[1, 7], |_| tried(vec![placed("placed", partitions)]));
    }
    script.ask(
        "placed, with a number of partitions",
        7,
        tried(vec![message!(placed("placed", &[(0, &[0])]) => { num_partitions: 1 })]),
    );
    script.ask(
        "placed, with a number of replicas",
        7,
        tried(vec![message!(placed("placed", &[(0, &[0])]) => { replication_factor: 1 })]),
    );
}

fn topic_configs(script: &mut Script) {
    let settings: &[(&str, &[Setting])] = &[
        ("settings", &[("retention.ms", Some("60000")), ("cleanup.policy", Some("compact,delete"))]),
        ("a setting that is none", &[("no.such", Some("1"))]),
        ("a setting without a value", &[("retention.ms", None)]),
        ("settings without a value", &[("retention.ms", None), ("segment.bytes", None)]),
        ("an empty setting", &[("retention.ms", Some(""))]),
        ("no number", &[("segment.bytes", Some("x"))]),
        ("too small", &[("segment.bytes", Some("1"))]),
        ("too large", &[("segment.bytes", Some("99999999999"))]),
        ("less than unlimited", &[("retention.ms", Some("-2"))]),
        ("no known policy", &[("cleanup.policy", Some("shrink"))]),
        ("no known codec", &[("compression.type", Some("rar"))]),
        ("no boolean", &[("preallocate", Some("maybe"))]),
        ("no known version", &[("message.format.version", Some("9.9"))]),
        ("no known time", &[("message.timestamp.type", Some("Sometime"))]),
        ("lags in conflict", &[("min.compaction.lag.ms", Some("9")), ("max.compaction.lag.ms", Some("5"))]),
        ("a ratio above one", &[("min.cleanable.dirty.ratio", Some("1.5"))]),
        ("a setting twice", &[("retention.ms", Some("1000")), ("retention.ms", Some("2000"))]),
        ("storage elsewhere", &[("remote.storage.enable", Some("true"))]),
        ("throttled replicas", &[("leader.replication.throttled.replicas", Some("0:0,1:0"))]),
        ("throttled replicas that are none", &[("leader.replication.throttled.replicas", Some("x"))]),
    ];
    for (at, (what, configs)) in (0..).zip(settings) {
        let versions: &[i16] = if at % 3 == 0 { &[0, 5, 7] } else { &[7] };
        script.each(what, versions, |version| {
            let topics = vec![configured(&format!("configured{at}v{version}"), configs)];
            if version == 0 { creating(topics) } else { tried(topics) }
        });
    }
}

pub fn growing(name: &str, count: i32, assignments: Option<&[&[i32]]>) -> CreatePartitionsRequest {
    let assignments = assignments.map(|all| {
        let one = |brokers: &&[i32]| {
            message!(CreatePartitionsAssignment { broker_ids: brokers.iter().map(|id| (*id).into()).collect() })
        };
        all.iter().map(one).collect()
    });
    let topics = vec![message!(CreatePartitionsTopic { name: topic(name), count: count, assignments: assignments })];
    message!(CreatePartitionsRequest { topics: topics, timeout_ms: TIMEOUT_MS })
}

/// CreatePartitions and DeleteTopics.
pub fn grow_and_delete() -> Script {
    let mut script = Script::new("create-partitions-delete-topics");
    make(&mut script, "grown", 1, &[]);
    for (at, version) in (2..).zip([0, 1, 2, 3]) {
        script.ask("one more", version, growing("grown", at, None));
    }
    for count in [5, 3, 1, 0, -1] {
        script.each(&format!("to {count} of 5"), &[0, 3], |_| growing("grown", count, None));
    }
    script.ask("to a number that is too large", 3, message!(growing("grown", 100_000, None) => { validate_only: true }));
    let placements: &[(&str, i32, &[&[i32]])] = &[
        ("placed", 6, &[&[0]]),
        ("placed on a broker that is missing", 6, &[&[7]]),
        ("placed twice on a broker", 6, &[&[0, 0]]),
        ("placed on no broker", 6, &[&[]]),
        ("fewer placed than asked for", 7, &[&[0]]),
        ("more placed than asked for", 6, &[&[0], &[0]]),
        ("none placed", 6, &[]),
        ("replicas of another number", 6, &[&[0, 1]]),
        ("replicas of different numbers", 7, &[&[0], &[0, 1]]),
    ];
    for (what, count, brokers) in placements {
        script.each(what, &[0, 3], |_| message!(growing("grown", *count, Some(brokers)) => { validate_only: true }));
    }
    script.each("a topic that is missing", &[0, 3], |_| growing("missing", 2, None));
    script.ask("a topic without a name", 3, growing("", 2, None));
    script.ask("a topic twice", 3, {
        let topics =
            [6, 7].map(|count| message!(CreatePartitionsTopic { name: topic("grown"), count: count, assignments: None }));
        message!(CreatePartitionsRequest { topics: topics.to_vec(), timeout_ms: TIMEOUT_MS })
    });
    script.ask("no topics", 3, message!(CreatePartitionsRequest { timeout_ms: TIMEOUT_MS }));
    script.ask("no time", 3, message!(growing("grown", 6, None) => { timeout_ms: 0 }));
    deletions(&mut script);
    script
}

fn deletions(script: &mut Script) {
    let by_name = |names: &[&str], version: i16| {
        if version < 6 {
            message!(DeleteTopicsRequest { topic_names: names.iter().map(|name| topic(name)).collect(), timeout_ms: TIMEOUT_MS })
        } else {
            let topics = names.iter().map(|name| message!(DeleteTopicState { name: Some(topic(name)) }));
            message!(DeleteTopicsRequest { topics: topics.collect(), timeout_ms: TIMEOUT_MS })
        }
    };
    for version in [0, 1, 4, 5, 6] {
        make(script, &format!("deleted{version}"), 1, &[]);
        script.ask("deleted", version, by_name(&[format!("deleted{version}").as_str()], version));
        script.ask("missing", version, by_name(&["missing"], version));
        script.ask("no name at all", version, by_name(&[""], version));
        script.ask("no topics", version, by_name(&[], version));
    }
    make(script, "twice", 1, &[]);
    script.each("a name twice", &[0, 5, 6], |version| by_name(&["twice", "twice"], version));
    let by_id = |id: Uuid, name: Option<&str>| {
        let topics = vec![message!(DeleteTopicState { topic_id: id, name: name.map(topic) })];
        message!(DeleteTopicsRequest { topics: topics, timeout_ms: TIMEOUT_MS })
    };
    script.ask("an id that no topic has", 6, by_id(foreign_id(), None));
    script.ask("neither id nor name", 6, by_id(Uuid::nil(), None));
    script.ask("id and name", 6, by_id(foreign_id(), Some("grown")));
    script.ask("no time", 6, message!(by_name(&["grown"], 6) => { timeout_ms: 0 }));
}
