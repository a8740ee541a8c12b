//! What becomes of records: packed, timed and limited as their topic says, fetched in turns, found by their times.

use bytes::Bytes;
use kafka_protocol::messages::delete_records_request::{DeleteRecordsPartition, DeleteRecordsTopic};
use kafka_protocol::messages::describe_producers_request::TopicRequest;
use kafka_protocol::messages::fetch_request::{FetchPartition, FetchTopic, ForgottenTopic};
use kafka_protocol::messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use kafka_protocol::messages::offset_for_leader_epoch_request::{OffsetForLeaderPartition, OffsetForLeaderTopic};
use kafka_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
use kafka_protocol::messages::{
    DeleteRecordsRequest, DescribeProducersRequest, FetchRequest, ListOffsetsRequest, OffsetForLeaderEpochRequest, ProduceRequest,
};
use kafkalab::engine::kafka::batch::{BatchHeader, Compression, HEADER_BYTES};
use kafkalab::engine::kafka::record_set::{Header, NewRecord, Producer, encode};

use super::super::Script;
use super::{RECORD_TIME, TIMEOUT_MS, create as make, message, topic};

const CODECS: [Compression; 5] = [Compression::None, Compression::Gzip, Compression::Snappy, Compression::Lz4, Compression::Zstd];
/// A time that no run of these scripts sees: the year 2099.
const FAR_TIME: i64 = 4_070_908_800_000;

/// A record of each of these times, with a key and a header.
fn records(times: &[i64]) -> Vec<NewRecord> {
    let record = |(at, time): (usize, &i64)| NewRecord {
        timestamp: *time,
        key: Some(Bytes::from(format!("key {at}"))),
        value: Some(Bytes::from(format!("value {at}"))),
        headers: vec![Header { key: "h".to_owned(), value: (at > 0).then(|| Bytes::from_static(b"w")) }],
    };
    times.iter().enumerate().map(record).collect()
}

pub fn packed(codec: Compression, times: &[i64]) -> Bytes {
    encode(&records(times), codec, Producer::NONE).expect("a few records fit")
}

/// The batch with another header.
fn patched(batch: &Bytes, change: impl FnOnce(&mut BatchHeader)) -> Bytes {
    let mut header = BatchHeader::parse(batch).expect("a batch");
    change(&mut header);
    header.seal(&batch[HEADER_BYTES..]);
    Bytes::from([&header.encode()[..], &batch[HEADER_BYTES..]].concat())
}

pub fn producing(name: &str, index: i32, records: Bytes) -> ProduceRequest {
    let partition = message!(PartitionProduceData { index: index, records: Some(records) });
    let data = message!(TopicProduceData { name: topic(name), partition_data: vec![partition] });
    message!(ProduceRequest { acks: -1, timeout_ms: TIMEOUT_MS, topic_data: vec![data] })
}

/// Partitions with the offset and the most bytes that are wanted of each.
fn fetching(name: &str, wanted: &[(i32, i64, i32)], max_bytes: i32) -> FetchRequest {
    let partition = |(index, offset, most): &(i32, i64, i32)| {
        message!(FetchPartition { partition: *index, fetch_offset: *offset, partition_max_bytes: *most })
    };
    let topics = vec![message!(FetchTopic { topic: topic(name), partitions: wanted.iter().map(partition).collect() })];
    message!(FetchRequest { max_wait_ms: 0, min_bytes: 0, max_bytes: max_bytes, topics: topics })
}

pub fn whole(name: &str) -> FetchRequest {
    fetching(name, &[(0, 0, 1 << 20)], 1 << 20)
}

/// Codecs, times and sizes under the settings of topics.
pub fn under_settings() -> Script {
    let mut script = Script::new("records-under-settings");
    codecs(&mut script);
    times(&mut script);
    sizes(&mut script);
    sequences(&mut script);
    script
}

fn codecs(script: &mut Script) {
    for target in ["uncompressed", "gzip", "snappy", "lz4", "zstd", "producer"] {
        let name = format!("packed-{target}");
        make(script, &name, 1, &[("compression.type", target), ("retention.ms", "-1")]);
        for codec in CODECS {
            let times = [RECORD_TIME, RECORD_TIME + 5, RECORD_TIME + 2];
            script.ask(codec.name(), 9, producing(&name, 0, packed(codec, &times)));
        }
        script.ask("what is stored", 12, whole(&name));
        script.unpacked();
        script.ask("what a reader gets that does not know zstd", 9, whole(&name));
        script.unpacked();
    }
    for version in [3, 6, 7] {
        let request = producing("packed-producer", 0, packed(Compression::Zstd, &[RECORD_TIME]));
        script.ask("zstd", version, request.clone());
        script.ask("zstd where others are stored", version, message!(request => { topic_data: producing("packed-gzip", 0, packed(Compression::Zstd, &[RECORD_TIME])).topic_data }));
        script.ask("others where zstd is stored", version, producing("packed-zstd", 0, packed(Compression::Lz4, &[RECORD_TIME])));
    }
    make(script, "packed-keys", 1, &[("compression.type", "gzip"), ("cleanup.policy", "compact,delete")]);
    let keyless = vec![NewRecord { timestamp: RECORD_TIME, value: Some(Bytes::from_static(b"v")), ..NewRecord::default() }];
    let keyless = encode(&keyless, Compression::Lz4, Producer::NONE).expect("a record fits");
    script.ask("no key where keys decide", 9, producing("packed-keys", 0, keyless));
    script.ask("keys", 9, producing("packed-keys", 0, packed(Compression::Lz4, &[RECORD_TIME])));
}

fn times(script: &mut Script) {
    let topics: &[(&str, &[(&str, &str)])] = &[
        ("timed", &[]),
        ("timed-before", &[("message.timestamp.before.max.ms", "1000")]),
        ("timed-after", &[("message.timestamp.after.max.ms", "1000")]),
        ("timed-difference", &[("message.timestamp.difference.max.ms", "1000")]),
        ("timed-both", &[("message.timestamp.difference.max.ms", "1000"), ("message.timestamp.before.max.ms", "9000000000000")]),
        ("timed-none", &[("message.timestamp.before.max.ms", "0"), ("message.timestamp.after.max.ms", "0")]),
        (
            "timed-append",
            &[("message.timestamp.type", "LogAppendTime"), ("message.timestamp.before.max.ms", "0"), ("compression.type", "lz4")],
        ),
        ("timed-append-producer", &[("message.timestamp.type", "LogAppendTime")]),
    ];
    for (name, settings) in topics {
        make(script, name, 1, &[settings, &[("retention.ms", "-1")][..]].concat());
        for codec in [Compression::None, Compression::Gzip] {
            let cases: &[(&str, &[i64])] = &[
                ("long ago", &[RECORD_TIME]),
                ("to come", &[FAR_TIME]),
                ("no time", &[-1, -1]),
                ("the first of all times", &[0]),
                ("before all times", &[-5, RECORD_TIME]),
                ("both right and wrong", &[RECORD_TIME, FAR_TIME, -1]),
            ];
            for (what, times) in cases {
                script.ask(&format!("{what}, {}", codec.name()), 9, producing(name, 0, packed(codec, times)));
            }
            let claimed = patched(&packed(codec, &[RECORD_TIME, RECORD_TIME + 1]), |header| header.attributes |= 0x08);
            script.ask(&format!("the broker's time, claimed, {}", codec.name()), 9, producing(name, 0, claimed));
        }
        script.ask("what is stored", 12, whole(name));
        script.unpacked();
    }
    for (what, change) in [
        ("a largest time that is too small", (|header| header.max_timestamp -= 5) as fn(&mut BatchHeader)),
        ("a largest time that is too large", |header| header.max_timestamp += 5),
        ("attributes that are none", |header| header.attributes |= 0x380),
        ("an epoch of a leader", |header| header.partition_leader_epoch = 7),
        ("part of a transaction", |header| header.attributes |= 0x10),
        ("a marker", |header| header.attributes |= 0x20),
        ("a horizon", |header| header.attributes |= 0x40),
    ] {
        let batch = patched(&packed(Compression::None, &[RECORD_TIME, RECORD_TIME + 9]), change);
        script.ask(what, 9, producing("timed", 0, batch.clone()));
        script.ask(&format!("{what}, packed anew"), 9, producing("packed-gzip", 0, batch));
    }
    script.ask("what is stored at last", 12, whole("timed"));
    script.unpacked();
}

fn sizes(script: &mut Script) {
    make(script, "small-producer", 1, &[("max.message.bytes", "300")]);
    make(script, "small-plain", 1, &[("max.message.bytes", "300"), ("compression.type", "uncompressed")]);
    make(script, "small-segment", 1, &[("segment.bytes", "300")]);
    make(script, "small-segment-plain", 1, &[("segment.bytes", "300"), ("compression.type", "uncompressed")]);
    let long = |bytes: usize| {
        vec![NewRecord { timestamp: RECORD_TIME, value: Some(Bytes::from(vec![b'x'; bytes])), ..NewRecord::default() }]
    };
    for name in ["small-producer", "small-plain", "small-segment", "small-segment-plain"] {
        for (bytes, codec) in
            [(5000, Compression::Gzip), (228, Compression::None), (229, Compression::None), (230, Compression::None)]
        {
            let batch = encode(&long(bytes), codec, Producer::NONE).expect("a record fits");
            script.ask(&format!("{bytes} bytes, {}", codec.name()), 9, producing(name, 0, batch));
        }
    }
}

/// Idempotent producers at the end of the numbers, and where batches are packed and timed anew.
fn sequences(script: &mut Script) {
    make(script, "numbered", 1, &[("retention.ms", "-1")]);
    make(script, "numbered-append", 1, &[("message.timestamp.type", "LogAppendTime"), ("compression.type", "gzip")]);
    let sent = |id: i64, epoch: i16, sequence: i32, count: usize| {
        let times: Vec<i64> = (RECORD_TIME..).take(count).collect();
        encode(&records(&times), Compression::None, Producer { id, epoch, base_sequence: sequence }).expect("a few records fit")
    };
    for name in ["numbered", "numbered-append"] {
        let mut ask = |what: &str, id: i64, epoch: i16, sequence: i32, count: usize| {
            script.ask(what, 9, producing(name, 0, sent(id, epoch, sequence, count)));
        };
        ask("near the last number", 5, 0, i32::MAX - 1, 1);
        ask("over the last number", 5, 0, i32::MAX, 3);
        ask("over the last number again", 5, 0, i32::MAX, 3);
        ask("after it", 5, 0, 2, 1);
        ask("the first again", 5, 0, i32::MAX - 1, 1);
        ask("a part of what is there", 5, 0, 0, 1);
        ask("more than is there", 5, 0, 2, 2);
        for sequence in 3..8 {
            ask("on", 5, 0, sequence, 1);
        }
        ask("too old to be known", 5, 0, 2, 1);
        ask("the oldest that is known", 5, 0, 3, 1);
        ask("no number", 5, 0, -1, 1);
        ask("no epoch", 6, -1, 0, 1);
        ask("the last epoch", 6, i16::MAX, 0, 1);
        ask("no producer with a number", -1, 0, 5, 1);
        ask("less than no producer", -2, 0, 0, 1);
    }
    let described = message!(TopicRequest { name: topic("numbered"), partition_indexes: vec![0] });
    script.ask("producers", 0, message!(DescribeProducersRequest { topics: vec![described] }));
    let described = message!(TopicRequest { name: topic("numbered-append"), partition_indexes: vec![0] });
    script.ask("producers in the broker's time", 0, message!(DescribeProducersRequest { topics: vec![described] }));
}

/// Several partitions in one Fetch, and in a session.
pub fn in_turns() -> Script {
    let mut script = Script::new("fetch-in-turns");
    make(&mut script, "turns", 3, &[("retention.ms", "-1")]);
    for index in 0..3 {
        for _ in 0..2 {
            script.ask("records", 9, producing("turns", index, packed(Compression::None, &[RECORD_TIME])));
        }
    }
    const MORE: i32 = 1 << 20;
    let all = |most: i32| [(0, 0, most), (1, 0, most), (2, 0, most)];
    for (most, each) in
        [(MORE, MORE), (1, MORE), (MORE, 1), (100, MORE), (170, MORE), (200, MORE), (MORE, 100), (0, 0), (100, 90)]
    {
        for version in [4, 12] {
            script.ask(&format!("{most} bytes, {each} of each"), version, fetching("turns", &all(each), most));
        }
    }
    script.ask("the first has nothing", 12, fetching("turns", &[(0, 2, MORE), (1, 0, MORE), (2, 0, MORE)], 1));
    script.ask("one is out of range", 12, fetching("turns", &[(0, 9, MORE), (1, 0, MORE), (2, 0, MORE)], 1));
    script.ask("a partition twice", 12, fetching("turns", &[(0, 0, MORE), (0, 1, MORE)], MORE));
    let session = |seen: &super::super::readable::Seen| seen.value("session_id", 0).parse().unwrap_or(0);
    let mut epoch = 0;
    let mut go_on = |script: &mut Script, what: &str, request: FetchRequest| {
        let at = epoch;
        epoch += 1;
        script.ask_with(what, 12, move |seen| {
            let id = if at == 0 { 0 } else { session(seen) };
            message!(request.clone() => { session_id: id, session_epoch: at })
        });
    };
    go_on(&mut script, "a session", fetching("turns", &all(MORE), 100));
    for _ in 0..5 {
        go_on(&mut script, "on with it", message!(fetching("turns", &[], 100) => { topics: Vec::new() }));
    }
    go_on(&mut script, "one read to its end", fetching("turns", &[(0, 2, MORE)], 100));
    go_on(&mut script, "on without it", message!(fetching("turns", &[], 100) => { topics: Vec::new() }));
    go_on(&mut script, "a partition that is missing", fetching("turns", &[(9, 0, MORE)], 100));
    go_on(&mut script, "it stays missing", message!(fetching("turns", &[], 100) => { topics: Vec::new() }));
    go_on(&mut script, "out of range", fetching("turns", &[(1, 50, MORE), (2, 2, MORE)], 100));
    go_on(&mut script, "in range again", fetching("turns", &[(1, 2, MORE)], 100));
    go_on(&mut script, "forgotten, though never asked for", {
        let forgotten = vec![message!(ForgottenTopic { topic: topic("other"), partitions: vec![0] })];
        message!(fetching("turns", &[], 100) => { topics: Vec::new(), forgotten_topics_data: forgotten })
    });
    script.ask("one more", 9, producing("turns", 1, packed(Compression::None, &[RECORD_TIME])));
    go_on(&mut script, "news of one", message!(fetching("turns", &[], MORE) => { topics: Vec::new() }));
    go_on(&mut script, "all forgotten", {
        let forgotten = vec![message!(ForgottenTopic { topic: topic("turns"), partitions: vec![0, 1, 2, 9] })];
        message!(fetching("turns", &[], MORE) => { topics: Vec::new(), forgotten_topics_data: forgotten })
    });
    go_on(&mut script, "the session is over", message!(fetching("turns", &[], MORE) => { topics: Vec::new() }));
    script
}

/// Offsets by time, before and after the first records went.
pub fn by_time() -> Script {
    let mut script = Script::new("offsets-by-time");
    make(&mut script, "times", 1, &[("retention.ms", "-1")]);
    make(&mut script, "times-append", 1, &[("message.timestamp.type", "LogAppendTime")]);
    make(&mut script, "times-none", 1, &[("retention.ms", "-1")]);
    make(&mut script, "times-packed", 1, &[("retention.ms", "-1"), ("compression.type", "uncompressed")]);
    let at = |offset: i64| RECORD_TIME + offset;
    let list = |name: &str, time: i64| {
        let partition = message!(ListOffsetsPartition { timestamp: time });
        let topics = vec![message!(ListOffsetsTopic { name: topic(name), partitions: vec![partition] })];
        message!(ListOffsetsRequest { replica_id: (-1).into(), topics: topics })
    };
    let newest = |script: &mut Script, name: &str| script.each("the newest record", &[1, 8], |_| list(name, -3));
    script.ask("records", 9, producing("times", 0, packed(Compression::None, &[at(5), at(9), at(9), at(7)])));
    newest(&mut script, "times");
    script.ask("older ones", 9, producing("times", 0, packed(Compression::None, &[at(3), at(4)])));
    newest(&mut script, "times");
    script.ask("packed ones", 9, producing("times", 0, packed(Compression::Gzip, &[at(20), at(30), at(25)])));
    newest(&mut script, "times");
    script.ask("in the broker's time", 9, producing("times-append", 0, packed(Compression::None, &[at(5), at(4), at(3)])));
    newest(&mut script, "times-append");
    script.ask("without a time", 9, producing("times-none", 0, packed(Compression::None, &[-1, -1])));
    newest(&mut script, "times-none");
    script.ask("unpacked", 9, producing("times-packed", 0, packed(Compression::Snappy, &[at(5), at(9), at(7)])));
    newest(&mut script, "times-packed");
    let look = |script: &mut Script| {
        for time in [at(0), at(4), at(6), at(8), at(9), at(10), at(21), at(26), at(30), at(31), -1, -2, -4] {
            script.each(&format!("time {time}"), &[1, 4, 8], |_| list("times", time));
        }
        for (isolation, time) in [(1, at(6)), (1, -3), (1, -1)] {
            script.ask("decided ones only", 8, message!(list("times", time) => { isolation_level: isolation }));
        }
        for time in [-1, -2, at(6), i64::MAX] {
            let mut request = list("times", time);
            request.topics[0].partitions[0].max_num_offsets = 5;
            script.ask("version 0", 0, request);
        }
        let partition = message!(OffsetForLeaderPartition { leader_epoch: 0, current_leader_epoch: -1 });
        let topics = vec![message!(OffsetForLeaderTopic { topic: topic("times"), partitions: vec![partition] })];
        script.ask("the end of the epoch", 4, message!(OffsetForLeaderEpochRequest { replica_id: (-1).into(), topics: topics }));
        for offset in [0, 1, 2, 5, 9] {
            script.ask(&format!("from {offset}"), 12, fetching("times", &[(0, offset, 1 << 20)], 1 << 20));
            script.unpacked();
        }
    };
    look(&mut script);
    for offset in [2, -1] {
        let partition = message!(DeleteRecordsPartition { offset: offset });
        let topics = vec![message!(DeleteRecordsTopic { name: topic("times"), partitions: vec![partition] })];
        script.ask("deleted", 2, message!(DeleteRecordsRequest { topics: topics, timeout_ms: TIMEOUT_MS }));
        newest(&mut script, "times");
        look(&mut script);
    }
    script
}
