//! The znodes of Kafka 3.6 (`kafka.zk.ZkData`): their paths, and their JSON with its keys in Kafka's order.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::scala::{sort_as_properties, sort_as_scala_map};
use crate::engine::broker::metadata::{BrokerMetadata, Endpoint};

/// The controller's id; ephemeral.
pub const CONTROLLER: &str = "/controller";
/// Counts the controllers.
pub const CONTROLLER_EPOCH: &str = "/controller_epoch";
/// The live brokers.
pub const BROKER_IDS: &str = "/brokers/ids";
/// Its version numbers the brokers without an id of their own.
pub const BROKER_SEQUENCE: &str = "/brokers/seqid";
/// The topics' assignments.
pub const TOPICS: &str = "/brokers/topics";
/// The topics that wait to be deleted.
pub const DELETE_TOPICS: &str = "/admin/delete_topics";
/// The cluster's id.
pub const CLUSTER_ID: &str = "/cluster/id";
/// The finalized features.
pub const FEATURE: &str = "/feature";
/// The last block of producer ids that was given away.
pub const PRODUCER_IDS: &str = "/latest_producer_id_block";
/// What is set for users.
pub const USERS: &str = "/config/users";
/// Tells brokers which settings have changed.
pub const CONFIG_CHANGES: &str = "/config/changes";

/// Tells the controller that a log directory of a broker failed.
pub const LOG_DIR_EVENTS: &str = "/log_dir_event_notification";

/// What a broker creates at its start where it is missing, without data, in Kafka's order.
pub const PERSISTENT_PATHS: [&str; 14] = [
    "/consumers",
    BROKER_IDS,
    TOPICS,
    CONFIG_CHANGES,
    DELETE_TOPICS,
    BROKER_SEQUENCE,
    "/isr_change_notification",
    PRODUCER_IDS,
    LOG_DIR_EVENTS,
    "/config/topics",
    "/config/clients",
    "/config/users",
    "/config/brokers",
    "/config/ips",
];

/// A notice in [`LOG_DIR_EVENTS`].
pub fn log_dir_event(id: i32) -> Bytes {
    format!(r#"{{"version":1,"broker":{id},"event":1}}"#).into()
}

/// Where a broker registers.
pub fn broker_path(id: i32) -> String {
    format!("{BROKER_IDS}/{id}")
}

/// A topic's assignment.
pub fn topic_path(topic: &str) -> String {
    format!("{TOPICS}/{topic}")
}

/// A partition's znode; its state is below it.
pub fn partition_path(topic: &str, partition: i32) -> String {
    format!("{TOPICS}/{topic}/partitions/{partition}")
}

/// A partition's leader and ISR.
pub fn state_path(topic: &str, partition: i32) -> String {
    format!("{}/state", partition_path(topic, partition))
}

/// A topic's own settings.
pub fn topic_config_path(topic: &str) -> String {
    format!("/config/topics/{topic}")
}

/// A topic's or a broker's settings; `entity` as notices name it: `topics/T`, `brokers/0`, `brokers/<default>`.
pub fn entity_config_path(entity: &str) -> String {
    format!("/config/{entity}")
}

/// `Sanitizer.sanitize`: a name as a znode may have it.
pub fn sanitize(name: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    name.bytes().map(byte).collect()
}

/// The name that stands in a znode as [`sanitize`] wrote it.
pub fn desanitize(name: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = name.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).filter(|_| *first == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A notice that the settings of `entity` have changed.
pub fn config_change(entity: &str) -> Bytes {
    encode(&json!({"version": 2, "entity_path": entity}))
}

/// A znode that is not what Kafka writes there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("znode {path}: expected {expected}, found {found}")]
pub struct ZnodeError {
    /// The znode.
    pub path: String,
    /// What it should hold.
    pub expected: &'static str,
    /// What it holds, cut short.
    pub found: String,
}

fn unreadable(path: &str, expected: &'static str, data: &[u8]) -> ZnodeError {
    const SHOWN: usize = 200;
    let found = String::from_utf8_lossy(&data[..data.len().min(SHOWN)]).into_owned();
    ZnodeError { path: path.to_owned(), expected, found }
}

fn object(entries: Vec<(String, Value)>) -> Value {
    Value::Object(entries.into_iter().collect::<Map<_, _>>())
}

fn encode(value: &Value) -> Bytes {
    Bytes::from(value.to_string())
}

fn int(value: &Value) -> Option<i32> {
    i32::try_from(value.as_i64()?).ok()
}

fn ints(value: &Value) -> Option<Vec<i32>> {
    value.as_array()?.iter().map(int).collect()
}

/// A topic id in the form that znodes and tools show: 22 characters of base64 for URLs.
pub fn id_text(id: Uuid) -> String {
    URL_SAFE_NO_PAD.encode(id.as_bytes())
}

/// The id of such a text.
pub fn parse_id(text: &str) -> Option<Uuid> {
    Some(Uuid::from_bytes(URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?))
}

/// A new random id as Kafka makes them: its text never begins with a dash, which a command line would take for an option.
pub fn new_id() -> Uuid {
    loop {
        let id = Uuid::new_v4();
        if !id_text(id).starts_with('-') {
            return id;
        }
    }
}

/// `/controller`: who is the controller.
pub fn controller(broker: i32, now_ms: i64) -> Bytes {
    encode(&json!({"version": 2, "brokerid": broker, "timestamp": now_ms.to_string(), "kraftControllerEpoch": -1}))
}

/// The controller's id in `/controller`.
///
/// # Errors
/// Where the data is something else.
pub fn parse_controller(data: &[u8]) -> Result<i32, ZnodeError> {
    let id = serde_json::from_slice::<Value>(data).ok().and_then(|value| int(&value["brokerid"]));
    id.ok_or_else(|| unreadable(CONTROLLER, "the controller's JSON", data))
}

/// `/cluster/id`.
pub fn cluster_id(id: &str) -> Bytes {
    encode(&json!({"version": "1", "id": id}))
}

/// The id in `/cluster/id`.
///
/// # Errors
/// Where the data is something else.
pub fn parse_cluster_id(data: &[u8]) -> Result<String, ZnodeError> {
    let value = serde_json::from_slice::<Value>(data).ok();
    let id = value.and_then(|value| value["id"].as_str().map(str::to_owned));
    id.ok_or_else(|| unreadable(CLUSTER_ID, "the cluster's JSON", data))
}

/// `/feature`: no finalized features.
pub fn feature() -> Bytes {
    encode(&json!({"features": {}, "version": 2, "status": 1}))
}

/// A listener of a registration: its name, security protocol, host and port.
pub struct Registration<'a> {
    /// Each endpoint and its security protocol.
    pub endpoints: Vec<(&'a Endpoint, &'a str)>,
    /// The rack, if there is one.
    pub rack: Option<&'a str>,
    /// When the broker registers.
    pub now_ms: i64,
}

/// `/brokers/ids/N`.
pub fn broker(registration: &Registration<'_>) -> Bytes {
    let mut protocols: Vec<(String, Value)> =
        registration.endpoints.iter().map(|(endpoint, protocol)| (endpoint.listener.clone(), Value::from(*protocol))).collect();
    sort_as_scala_map(&mut protocols);
    let address = |endpoint: &Endpoint| {
        let brackets = if endpoint.host.contains(':') { ("[", "]") } else { ("", "") };
        format!("{}://{}{}{}:{}", endpoint.listener, brackets.0, endpoint.host, brackets.1, endpoint.port)
    };
    let addresses: Vec<String> = registration.endpoints.iter().map(|(endpoint, _)| address(endpoint)).collect();
    let plaintext = registration.endpoints.iter().find(|(_, protocol)| *protocol == "PLAINTEXT").map(|(endpoint, _)| endpoint);
    let mut entries: Vec<(String, Value)> = vec![
        ("version".into(), json!(5)),
        ("host".into(), plaintext.map_or(Value::Null, |endpoint| json!(endpoint.host))),
        ("port".into(), plaintext.map_or(json!(-1), |endpoint| json!(endpoint.port))),
        ("endpoints".into(), json!(addresses)),
        ("jmx_port".into(), json!(-1)),
        ("features".into(), json!({})),
        ("timestamp".into(), json!(registration.now_ms.to_string())),
        ("listener_security_protocol_map".into(), object(protocols)),
    ];
    if let Some(rack) = registration.rack {
        entries.push(("rack".into(), json!(rack)));
    }
    sort_as_scala_map(&mut entries);
    encode(&object(entries))
}

/// The broker of `/brokers/ids/N`.
///
/// # Errors
/// Where the data is something else.
pub fn parse_broker(id: i32, epoch: i64, data: &[u8]) -> Result<BrokerMetadata, ZnodeError> {
    let read = || {
        let value: Value = serde_json::from_slice(data).ok()?;
        let endpoint = |text: &Value| {
            let (listener, address) = text.as_str()?.split_once("://")?;
            let (host, port) = address.rsplit_once(':')?;
            let host = host.trim_start_matches('[').trim_end_matches(']');
            Some(Endpoint { listener: listener.to_owned(), host: host.to_owned(), port: port.parse().ok()? })
        };
        let endpoints = value["endpoints"].as_array()?.iter().map(endpoint).collect::<Option<Vec<_>>>()?;
        Some(BrokerMetadata { id, epoch, rack: value["rack"].as_str().map(str::to_owned), endpoints })
    };
    read().ok_or_else(|| unreadable(&broker_path(id), "a broker's JSON", data))
}

/// A topic's assignment: the replicas of each partition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TopicAssignment {
    /// The topic's id; those of Kafka before 2.8 have none.
    pub id: Option<Uuid>,
    /// The replicas by partition, the preferred leader first.
    pub replicas: BTreeMap<i32, Vec<i32>>,
    /// Replicas that a reassignment adds.
    pub adding: BTreeMap<i32, Vec<i32>>,
    /// Replicas that a reassignment removes.
    pub removing: BTreeMap<i32, Vec<i32>>,
}

/// `/brokers/topics/T`.
pub fn topic(assignment: &TopicAssignment) -> Bytes {
    let by_partition = |map: &BTreeMap<i32, Vec<i32>>| {
        let mut entries: Vec<(String, Value)> =
            map.iter().map(|(partition, replicas)| (partition.to_string(), json!(replicas))).collect();
        sort_as_scala_map(&mut entries);
        object(entries)
    };
    let mut json = Map::new();
    json.insert("partitions".into(), by_partition(&assignment.replicas));
    if let Some(id) = assignment.id {
        json.insert("topic_id".into(), json!(id_text(id)));
    }
    json.insert("adding_replicas".into(), by_partition(&assignment.adding));
    json.insert("removing_replicas".into(), by_partition(&assignment.removing));
    json.insert("version".into(), json!(3));
    encode(&Value::Object(json))
}

/// The assignment in `/brokers/topics/T`.
///
/// # Errors
/// Where the data is something else.
pub fn parse_topic(name: &str, data: &[u8]) -> Result<TopicAssignment, ZnodeError> {
    let map = |value: &Value| -> Option<BTreeMap<i32, Vec<i32>>> {
        let Some(entries) = value.as_object() else { return Some(BTreeMap::new()) };
        entries.iter().map(|(partition, replicas)| Some((partition.parse().ok()?, ints(replicas)?))).collect()
    };
    let read = || {
        let value: Value = serde_json::from_slice(data).ok()?;
        value["partitions"].as_object()?;
        Some(TopicAssignment {
            id: value["topic_id"].as_str().and_then(parse_id),
            replicas: map(&value["partitions"])?,
            adding: map(&value["adding_replicas"])?,
            removing: map(&value["removing_replicas"])?,
        })
    };
    read().ok_or_else(|| unreadable(&topic_path(name), "a topic's JSON", data))
}

/// A partition's leader and ISR.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionState {
    /// The leader's id, -1 where there is none.
    pub leader: i32,
    /// Counts the leaders.
    pub leader_epoch: i32,
    /// The replicas in sync.
    pub isr: Vec<i32>,
    /// The epoch of the controller that wrote it.
    pub controller_epoch: i32,
}

/// `/brokers/topics/T/partitions/P/state`.
pub fn state(state: &PartitionState) -> Bytes {
    encode(&json!({
        "controller_epoch": state.controller_epoch,
        "leader": state.leader,
        "version": 1,
        "leader_epoch": state.leader_epoch,
        "isr": state.isr,
    }))
}

/// The state in that znode.
///
/// # Errors
/// Where the data is something else.
pub fn parse_state(path: &str, data: &[u8]) -> Result<PartitionState, ZnodeError> {
    let read = || {
        let value: Value = serde_json::from_slice(data).ok()?;
        Some(PartitionState {
            leader: int(&value["leader"])?,
            leader_epoch: int(&value["leader_epoch"])?,
            isr: ints(&value["isr"])?,
            controller_epoch: int(&value["controller_epoch"])?,
        })
    };
    read().ok_or_else(|| unreadable(path, "a partition's JSON", data))
}

/// `/config/topics/T` and the other settings: `overrides` in the order in which they were given.
pub fn config(overrides: &[(String, String)]) -> Bytes {
    let mut entries: Vec<(String, Value)> =
        overrides.iter().map(|(key, value)| (key.clone(), Value::from(value.as_str()))).collect();
    sort_as_properties(&mut entries);
    encode(&json!({"version": 1, "config": object(entries)}))
}

/// The settings in such a znode.
///
/// # Errors
/// Where the data is something else.
pub fn parse_config(path: &str, data: &[u8]) -> Result<BTreeMap<String, String>, ZnodeError> {
    let read = || {
        let value: Value = serde_json::from_slice(data).ok()?;
        let entries = value["config"].as_object()?.iter();
        entries.map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect::<Option<BTreeMap<_, _>>>()
    };
    read().ok_or_else(|| unreadable(path, "the JSON of a configuration", data))
}

/// `/latest_producer_id_block`: the block `first..=last` belongs to `broker`.
pub fn producer_id_block(broker: i32, first: i64, last: i64) -> Bytes {
    encode(&json!({"version": 1, "broker": broker, "block_start": first.to_string(), "block_end": last.to_string()}))
}

/// The last producer id that was given away; `None` where none was yet.
///
/// # Errors
/// Where the data is something else.
pub fn parse_producer_id_block(data: &[u8]) -> Result<Option<i64>, ZnodeError> {
    if data.is_empty() {
        return Ok(None);
    }
    let value = serde_json::from_slice::<Value>(data).ok();
    let last = value.and_then(|value| value["block_end"].as_str()?.parse().ok());
    last.map(Some).ok_or_else(|| unreadable(PRODUCER_IDS, "the JSON of a block of producer ids", data))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(host: &str) -> Endpoint {
        Endpoint { listener: "PLAINTEXT".into(), host: host.into(), port: 9092 }
    }

    #[test]
    fn names_go_into_znodes_and_back() {
        for (name, znode) in [("alice", "alice"), ("CN=a, O=b/c", "CN%3Da%2C%20O%3Db%2Fc"), ("한", "%ED%95%9C")] {
            assert_eq!(sanitize(name), znode);
            assert_eq!(desanitize(znode), name);
        }
        assert_eq!(desanitize("100%"), "100%");
    }

    #[test]
    fn the_json_is_byte_for_byte_what_kafka_writes() {
        let local = endpoint("localhost");
        let registration = Registration { endpoints: vec![(&local, "PLAINTEXT")], rack: None, now_ms: 5 };
        assert_eq!(
            broker(&registration),
            r#"{"features":{},"listener_security_protocol_map":{"PLAINTEXT":"PLAINTEXT"},"endpoints":["PLAINTEXT://localhost:9092"],"jmx_port":-1,"port":9092,"host":"localhost","version":5,"timestamp":"5"}"#
        );
        assert_eq!(controller(0, 5), r#"{"version":2,"brokerid":0,"timestamp":"5","kraftControllerEpoch":-1}"#);
        let id = Uuid::from_bytes([0xfb; 16]);
        let replicas = (0..5).map(|partition| (partition, vec![0])).collect();
        let assignment = TopicAssignment { id: Some(id), replicas, ..TopicAssignment::default() };
        assert_eq!(
            topic(&assignment),
            r#"{"partitions":{"0":[0],"1":[0],"2":[0],"3":[0],"4":[0]},"topic_id":"-_v7-_v7-_v7-_v7-_v7-w","adding_replicas":{},"removing_replicas":{},"version":3}"#
        );
        let first = PartitionState { leader: 0, leader_epoch: 0, isr: vec![0], controller_epoch: 1 };
        assert_eq!(state(&first), r#"{"controller_epoch":1,"leader":0,"version":1,"leader_epoch":0,"isr":[0]}"#);
        assert_eq!(config(&[]), r#"{"version":1,"config":{}}"#);
        assert_eq!(feature(), r#"{"features":{},"version":2,"status":1}"#);
        assert_eq!(cluster_id("x"), r#"{"version":"1","id":"x"}"#);
        assert_eq!(producer_id_block(0, 0, 999), r#"{"version":1,"broker":0,"block_start":"0","block_end":"999"}"#);
    }

    #[test]
    fn what_is_written_is_read_back() {
        let v6 = endpoint("::1");
        let written = broker(&Registration { endpoints: vec![(&v6, "SSL")], rack: Some("r1"), now_ms: 5 });
        let read = parse_broker(3, 25, &written).expect("a broker");
        assert_eq!((read.epoch, read.rack.as_deref(), read.endpoints), (25, Some("r1"), vec![v6]));
        assert_eq!(parse_controller(&controller(7, 5)), Ok(7));
        let assignment = TopicAssignment {
            id: Some(new_id()),
            replicas: [(0, vec![1, 2]), (1, vec![2])].into(),
            adding: [(0, vec![2])].into(),
            removing: BTreeMap::new(),
        };
        assert_eq!(parse_topic("t", &topic(&assignment)), Ok(assignment));
        let written = PartitionState { leader: -1, leader_epoch: 3, isr: vec![2], controller_epoch: 4 };
        assert_eq!(parse_state("p", &state(&written)), Ok(written));
        let overrides = [("retention.ms".to_owned(), "5".to_owned())];
        assert_eq!(parse_config("p", &config(&overrides)), Ok(overrides.into()));
        assert_eq!(parse_producer_id_block(&producer_id_block(0, 0, 999)), Ok(Some(999)));
        assert_eq!(parse_producer_id_block(b""), Ok(None));
    }

    #[test]
    fn other_data_is_refused_with_its_place() {
        let found = parse_topic("t", b"{}").expect_err("no partitions");
        assert_eq!(found.to_string(), "znode /brokers/topics/t: expected a topic's JSON, found {}");
        assert!(parse_state("p", b"nonsense").is_err());
        assert!(parse_broker(1, 0, b"[]").is_err());
        assert!(parse_config("p", b"{\"config\":{\"a\":1}}").is_err());
    }
}
