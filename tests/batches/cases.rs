//! The batches that both brokers are asked to take, in this order, with a name each.

use kafkalab::engine::kafka::batch::{BatchHeader, Compression};

use super::build::{Batch, Record, TIME, encode, record, varint};

/// A topic to write to.
pub const PLAIN: &str = "plain";
/// A compacted topic.
pub const KEYS: &str = "keys";
/// A topic that keeps its records packed with gzip.
pub const GZIP: &str = "gzip";
/// A topic of the broker's times.
pub const APPEND_TIME: &str = "append-time";
/// A topic that takes small batches only.
pub const SMALL: &str = "small";
/// A topic that takes recent records only.
pub const RECENT: &str = "recent";
/// A topic for idempotent producers.
pub const ONCE: &str = "once";

/// The topics with their settings.
pub const TOPICS: [(&str, &[(&str, &str)]); 7] = [
    (PLAIN, &[]),
    (KEYS, &[("cleanup.policy", "compact")]),
    (GZIP, &[("compression.type", "gzip")]),
    (APPEND_TIME, &[("message.timestamp.type", "LogAppendTime")]),
    (SMALL, &[("max.message.bytes", "100")]),
    (RECENT, &[("message.timestamp.before.max.ms", "1000"), ("message.timestamp.after.max.ms", "1000")]),
    (ONCE, &[]),
];

/// A batch, and where it goes.
pub struct Case {
    pub name: String,
    pub topic: &'static str,
    pub bytes: Vec<u8>,
}

fn case(topic: &'static str, name: impl Into<String>, bytes: Vec<u8>) -> Case {
    Case { name: name.into(), topic, bytes }
}

fn three() -> Vec<Record> {
    vec![record(0, "one"), record(1, "two"), record(2, "three")]
}

const CODECS: [Compression; 5] = [Compression::None, Compression::Gzip, Compression::Snappy, Compression::Lz4, Compression::Zstd];

fn good(compression: Compression) -> Batch {
    Batch::of(compression, &encode(&three()), 3)
}

fn plain() -> Batch {
    good(Compression::None)
}

/// A field of the header, and what becomes of it.
type Change = (&'static str, fn(&mut BatchHeader));

/// Every case, in order.
pub fn all() -> Vec<Case> {
    let groups = [valid(), framing(), headers(), insides(), packings(), topics(), sequences()];
    groups.into_iter().flatten().collect()
}

fn valid() -> Vec<Case> {
    let mut cases: Vec<Case> =
        CODECS.iter().map(|codec| case(PLAIN, format!("whole {}", codec.name()), good(*codec).sealed())).collect();
    cases.push(case(PLAIN, "no bytes", vec![]));
    cases.push(case(PLAIN, "two batches", [plain().sealed(), plain().sealed()].concat()));
    cases
}

/// What stands before the part that the checksum covers.
fn framing() -> Vec<Case> {
    let cut = |length: usize| plain().sealed()[..length].to_vec();
    let mut cases: Vec<Case> = [1, 11, 12, 16, 17, 60, 61, 70]
        .into_iter()
        .map(|length| case(PLAIN, format!("cut after {length} bytes"), cut(length)))
        .collect();
    cases.push(case(PLAIN, "a byte behind", [plain().sealed(), vec![0]].concat()));
    cases.push(case(PLAIN, "checksum", plain().patched(20, 0)));
    cases.push(case(PLAIN, "a record's byte", plain().patched(70, 0xff)));
    for magic in [0, 1, 3, 0xff] {
        cases.push(case(PLAIN, format!("magic {magic}"), plain().patched(16, magic)));
    }
    let fields: [Change; 9] = [
        ("base offset 5", |header| header.base_offset = 5),
        ("base offset -1", |header| header.base_offset = -1),
        ("base offset at the end", |header| header.base_offset = i64::MAX),
        ("leader epoch 9", |header| header.partition_leader_epoch = 9),
        ("length less one", |header| header.length -= 1),
        ("length and one", |header| header.length += 1),
        ("length 0", |header| header.length = 0),
        ("length -1", |header| header.length = -1),
        ("length at the end", |header| header.length = i32::MAX),
    ];
    cases.extend(fields.map(|(name, change)| case(PLAIN, name, plain().with(change).sealed())));
    cases
}

fn headers() -> Vec<Case> {
    let fields: [Change; 27] = [
        ("codec 5", |header| header.attributes = 5),
        ("codec 7", |header| header.attributes = 7),
        ("append time", |header| header.attributes = 8),
        ("transactional", |header| header.attributes = 0x10),
        ("control", |header| header.attributes = 0x20),
        ("delete horizon", |header| header.attributes = 0x40),
        ("unused attribute", |header| header.attributes = 0x80),
        ("all unused attributes", |header| header.attributes = 0x7f80),
        ("last offset delta 0", |header| header.last_offset_delta = 0),
        ("last offset delta 5", |header| header.last_offset_delta = 5),
        ("last offset delta -1", |header| header.last_offset_delta = -1),
        ("last offset delta at the end", |header| header.last_offset_delta = i32::MAX),
        ("base time -1", |header| header.base_timestamp = -1),
        ("base time at the begin", |header| header.base_timestamp = i64::MIN),
        ("base time at the end", |header| header.base_timestamp = i64::MAX),
        ("no times", |header| (header.base_timestamp, header.max_timestamp) = (-1, -1)),
        ("largest time -1", |header| header.max_timestamp = -1),
        ("largest time too small", |header| header.max_timestamp = TIME - 5),
        ("largest time too large", |header| header.max_timestamp = TIME + 5),
        ("largest time at the end", |header| header.max_timestamp = i64::MAX),
        ("count 0", |header| header.count = 0),
        ("count -1", |header| header.count = -1),
        ("count 2", |header| header.count = 2),
        ("count 4", |header| header.count = 4),
        ("count at the end", |header| header.count = i32::MAX),
        ("two of three", |header| (header.count, header.last_offset_delta) = (2, 1)),
        ("four of three", |header| (header.count, header.last_offset_delta) = (4, 3)),
    ];
    let each = |codec: Compression| {
        let name = move |name: &str| format!("{}: {name}", codec.name());
        fields.map(|(what, change)| {
            let keep = move |header: &mut BatchHeader| {
                change(header);
                if header.attributes & 7 == 0 {
                    header.attributes |= codec.id();
                }
            };
            case(PLAIN, name(what), good(codec).with(keep).sealed())
        })
    };
    each(Compression::None).into_iter().chain(each(Compression::Lz4)).collect()
}

/// Records that are wrong in a batch that is right.
fn wrong_records() -> Vec<(&'static str, Vec<u8>)> {
    let changed = |change: fn(&mut Record)| {
        let mut records = three();
        change(&mut records[1]);
        encode(&records)
    };
    let whole = encode(&three());
    vec![
        ("no records", vec![]),
        ("a byte of a record", whole[..1].to_vec()),
        ("the last cut", whole[..whole.len() - 2].to_vec()),
        ("a byte behind the last", [whole.clone(), vec![0]].concat()),
        ("bytes that are no records", vec![0xff; 24]),
        ("zeros", vec![0; 24]),
        ("length less one", changed(|record| record.length_off = -1)),
        ("length and one", changed(|record| record.length_off = 1)),
        ("length negative", changed(|record| record.length_off = -20)),
        ("length at the end", changed(|record| record.length_off = i64::from(i32::MAX) - 10)),
        ("attributes", changed(|record| record.attributes = 1)),
        ("offset delta twice", changed(|record| record.offset_delta = 0)),
        ("offset delta ahead", changed(|record| record.offset_delta = 7)),
        ("offset delta negative", changed(|record| record.offset_delta = -1)),
        ("time delta", changed(|record| record.timestamp_delta = 77)),
        ("time delta negative", changed(|record| record.timestamp_delta = -77)),
        ("time delta at the end", changed(|record| record.timestamp_delta = i64::MAX)),
        ("null value", changed(|record| record.value = None)),
        ("header count -1", changed(|record| record.headers = varint(-1))),
        ("header count of more than there are", changed(|record| record.headers = varint(5))),
        ("header count at the end", changed(|record| record.headers = varint(i64::from(i32::MAX)))),
        ("header without key", changed(|record| record.headers = [varint(1), varint(-1), varint(0)].concat())),
        ("header without value", changed(|record| record.headers = [varint(1), varint(0), varint(-1)].concat())),
        ("header key past the end", changed(|record| record.headers = [varint(1), varint(90), varint(0)].concat())),
        ("header value past the end", changed(|record| record.headers = [varint(1), varint(0), varint(90)].concat())),
    ]
}

fn insides() -> Vec<Case> {
    let codecs = [Compression::None, Compression::Gzip, Compression::Zstd];
    let each = |codec: Compression| {
        let of = move |(name, records): (&str, Vec<u8>)| {
            case(PLAIN, format!("{} inside: {name}", codec.name()), Batch::of(codec, &records, 3).sealed())
        };
        wrong_records().into_iter().map(of)
    };
    let mut cases: Vec<Case> = codecs.into_iter().flat_map(each).collect();
    for (name, records) in wrong_records() {
        cases.push(case(GZIP, format!("packed anew: {name}"), Batch::of(Compression::None, &records, 3).sealed()));
    }
    cases
}

/// Bytes that do not unpack.
fn packings() -> Vec<Case> {
    let mut cases = Vec::new();
    for codec in &CODECS[1..] {
        for topic in [PLAIN, GZIP] {
            let name = |what: &str| format!("{topic} {}: {what}", codec.name());
            let whole = good(*codec).records;
            cases.push(case(topic, name("nothing"), Batch::packed(*codec, vec![], 3).sealed()));
            cases.push(case(topic, name("cut"), Batch::packed(*codec, whole[..whole.len() / 2].to_vec(), 3).sealed()));
            cases.push(case(topic, name("no such bytes"), Batch::packed(*codec, vec![0x5a; 40], 3).sealed()));
            cases.push(case(topic, name("plain"), Batch::packed(*codec, encode(&three()), 3).sealed()));
        }
    }
    cases
}

fn topics() -> Vec<Case> {
    let keyed = |key| -> Vec<Record> { three().into_iter().map(|record| Record { key, ..record }).collect() };
    let mut mixed = keyed(Some("k"));
    mixed[1].key = None;
    let mut cases = Vec::new();
    for codec in [Compression::None, Compression::Snappy] {
        let name = |what: &str| format!("{} {what}", codec.name());
        let of = |records: &[Record]| Batch::of(codec, &encode(records), 3);
        cases.push(case(KEYS, name("keys"), of(&keyed(Some("k"))).sealed()));
        cases.push(case(KEYS, name("no keys"), of(&keyed(None)).sealed()));
        cases.push(case(KEYS, name("one without key"), of(&mixed).sealed()));
        cases.push(case(GZIP, name("packed anew"), good(codec).sealed()));
        cases.push(case(APPEND_TIME, name("with times"), good(codec).sealed()));
        cases.push(case(APPEND_TIME, name("with append time"), good(codec).with(|header| header.attributes |= 8).sealed()));
        cases.push(case(RECENT, name("old"), good(codec).sealed()));
        let ahead = |header: &mut BatchHeader| (header.base_timestamp, header.max_timestamp) = (TIME * 3, TIME * 3);
        cases.push(case(RECENT, name("ahead"), good(codec).with(ahead).sealed()));
        let none = |header: &mut BatchHeader| (header.base_timestamp, header.max_timestamp) = (-1, -1);
        cases.push(case(RECENT, name("without times"), good(codec).with(none).sealed()));
        let many: Vec<Record> = (0..9).map(|at| record(at, "a value of some length")).collect();
        cases.push(case(SMALL, name("too large"), Batch::of(codec, &encode(&many), 9).sealed()));
        cases.push(case(SMALL, name("small enough"), good(codec).sealed()));
    }
    cases
}

/// What idempotent producers send, and what none should: `(epoch, first sequence, records)` of producer 7.
fn sequences() -> Vec<Case> {
    let sent: [(i16, i32, i32); 25] = [
        (0, 0, 3),
        (0, 0, 3),
        (0, 3, 1),
        (0, 3, 1),
        (0, 0, 3),
        (0, 5, 1),
        (0, 2, 1),
        (0, 0, 1),
        (0, 0, 4),
        (1, 4, 1),
        (1, 0, 1),
        (0, 4, 1),
        (1, 1, 1),
        (1, 2, 1),
        (1, 3, 1),
        (1, 4, 1),
        (1, 5, 1),
        (1, 0, 1),
        (1, 1, 1),
        (1, -1, 1),
        (1, i32::MAX, 1),
        (3, 0, 2),
        (2, 0, 1),
        (-1, 0, 1),
        (i16::MAX, 0, 1),
    ];
    let of = |producer: i64, (epoch, sequence, count): (i16, i32, i32)| {
        let records: Vec<Record> = (0..count).map(|at| record(i64::from(at), "x")).collect();
        let fields = |header: &mut BatchHeader| {
            (header.producer_id, header.producer_epoch, header.base_sequence) = (producer, epoch, sequence);
        };
        Batch::of(Compression::None, &encode(&records), count).with(fields).sealed()
    };
    let mut cases: Vec<Case> = sent.iter().map(|sent| case(ONCE, format!("producer 7 sends {sent:?}"), of(7, *sent))).collect();
    // the numbers begin again at 0 after the last, in the midst of a batch too
    let wrapping = [(0, i32::MAX - 2, 2), (0, i32::MAX, 1), (0, 0, 1), (0, i32::MAX, 1), (0, 1, 1)];
    cases.extend(wrapping.iter().map(|sent| case(ONCE, format!("producer 8 sends {sent:?}"), of(8, *sent))));
    let through = [(0, i32::MAX - 1, 4), (0, 2, 1), (0, i32::MAX - 1, 4), (0, i32::MAX - 1, 3), (0, 4, 1)];
    cases.extend(through.iter().map(|sent| case(ONCE, format!("producer 9 sends {sent:?}"), of(9, *sent))));
    for producer in [-2, i64::MIN, i64::MAX] {
        cases.push(case(ONCE, format!("producer {producer}"), of(producer, (0, 0, 1))));
    }
    cases
}
