//! The scripts: what is asked, one file to a family of APIs. Every API is asked in its lowest, a middle and its highest version, with
//! what is right and what is wrong.

mod administrators;
mod aging;
mod changing;
mod configs;
mod credentials;
mod gathering;
mod groups;
mod many;
mod offsets;
mod reassignments;
mod records;
mod stored;
mod topics;

use bytes::{Bytes, BytesMut};
use kafka_protocol::indexmap::IndexMap;
use kafka_protocol::messages::create_topics_request::{CreatableTopic, CreatableTopicConfig};
use kafka_protocol::messages::{CreateTopicsRequest, GroupId, TopicName};
use kafka_protocol::protocol::StrBytes;
use kafka_protocol::records::{Compression, Record, RecordBatchEncoder, RecordEncodeOptions, TimestampType};
use uuid::Uuid;

use super::Script;
use super::readable::Seen;

/// Every script, in the order in which they are played to one broker.
pub fn all() -> Vec<Script> {
    vec![
        topics::metadata(),
        topics::create(),
        topics::grow_and_delete(),
        changing::topics(),
        changing::settings(),
        records::produce(),
        records::fetch(),
        records::offsets(),
        stored::under_settings(),
        stored::in_turns(),
        stored::by_time(),
        configs::describe(),
        configs::alter(),
        configs::alter_single(),
        groups::coordinators(),
        groups::classic(),
        groups::administered(),
        groups::static_members(),
        gathering::rebalances(),
        offsets::committed(),
        reassignments::asked(),
        administrators::without_authorizer(),
        credentials::of_users(),
        credentials::of_the_cluster(),
    ]
}

/// The script of many topics at once, which begins on a broker without any.
pub fn many() -> Vec<Script> {
    vec![many::at_once()]
}

/// Every script of what goes with time, in the order in which they are played to one broker.
pub fn aging() -> Vec<Script> {
    vec![aging::offsets(), aging::records(), gathering::delayed(), aging::after_a_minute()]
}

/// A message of the protocol with some fields set: of the defaults, or of another message.
macro_rules! message {
    ($base:expr => { $($field:ident: $value:expr),* $(,)? }) => {{
        let mut message = $base;
        $(message.$field = $value;)*
        message
    }};
    ($message:ident { $($field:ident: $value:expr),* $(,)? }) => {{
        #[allow(unused_mut)]
        let mut message = $message::default();
        $(message.$field = $value;)*
        message
    }};
}
use message;

/// How long the broker may take.
const TIMEOUT_MS: i32 = 20_000;

fn text(text: &str) -> StrBytes {
    StrBytes::from_string(text.to_owned())
}

fn topic(name: &str) -> TopicName {
    TopicName(text(name))
}

fn group(name: &str) -> GroupId {
    GroupId(text(name))
}

/// The topic id that was seen as number `index`.
fn topic_id(seen: &Seen, index: usize) -> Uuid {
    seen.value("topic_id", index).parse().unwrap_or_default()
}

/// An id that no topic has.
fn foreign_id() -> Uuid {
    Uuid::from_u128(0x0123_4567_89ab_4def_8123_4567_89ab_cdef)
}

/// Creates a topic with one replica of each partition.
fn create(script: &mut Script, name: &str, partitions: i32, configs: &[(&str, &str)]) {
    let configs = configs.iter().map(|(key, value)| message!(CreatableTopicConfig { name: text(key), value: Some(text(value)) }));
    let created = message!(CreatableTopic {
        name: topic(name),
        num_partitions: partitions,
        replication_factor: 1,
        configs: configs.collect()
    });
    script.ask("made", 5, message!(CreateTopicsRequest { topics: vec![created], timeout_ms: TIMEOUT_MS }));
}

/// When the scripts' records were made.
const RECORD_TIME: i64 = 1_700_000_000_000;

/// Records without a producer's id: value by value, one millisecond apart.
fn plain(values: &[&str]) -> Vec<Record> {
    sequenced(values, -1, -1, -1)
}

/// Records of an idempotent producer.
fn sequenced(values: &[&str], producer_id: i64, producer_epoch: i16, first_sequence: i32) -> Vec<Record> {
    let record = |(at, value): (i32, &&str)| Record {
        transactional: false,
        control: false,
        partition_leader_epoch: -1,
        producer_id,
        producer_epoch,
        timestamp_type: TimestampType::Creation,
        offset: at.into(),
        sequence: first_sequence + at,
        timestamp: RECORD_TIME + i64::from(at),
        key: None,
        value: Some(Bytes::copy_from_slice(value.as_bytes())),
        headers: IndexMap::new(),
    };
    (0..).zip(values).map(record).collect()
}

/// One batch in the format of Kafka 0.11 and later.
fn batch(records: &[Record]) -> Bytes {
    let mut bytes = BytesMut::new();
    let options = RecordEncodeOptions { version: 2, compression: Compression::None };
    RecordBatchEncoder::encode(&mut bytes, records, &options).expect("records without compression");
    bytes.freeze()
}
