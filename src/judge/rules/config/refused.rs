//! KL460 to KL499: what Kafka's own validation of all settings refuses, each cause once.

use super::connect_string;
use super::file::{Judgement, KafkaVersion};
use super::kind::Kind;
use super::listeners::{self, TOGETHER};
use super::value::is_class_name;
use crate::catalog::configs::ConfigKey;
use crate::engine::broker::config::{BrokerConfig, parse_value, split_list};
use crate::judge::diagnostic::Severity;
use crate::judge::rules::{On, RULES, Rule};
use crate::text::config::{labels, limits as text, values};

/// `broker.id` beyond what may be given.
pub static BROKER_ID: Rule = Rule::refused(
    "KL460",
    "broker-id-range",
    text::BROKER_ID,
    &["broker.id must be greater than or equal to"],
    &["broker.id", "node.id", "reserved.broker.max.id"],
);
/// `node.id` beside another `broker.id`.
pub static NODE_ID: Rule = Rule::refused(
    "KL461",
    "node-id-differs",
    text::NODE_ID,
    &["You must set `node.id` to the same value as `broker.id`"],
    &["node.id", "broker.id"],
);
/// Nothing is kept.
pub static RETENTION_ZERO: Rule = Rule::refused(
    "KL462",
    "retention-zero",
    text::RETENTION_ZERO,
    &["log.retention.ms must be unlimited (-1) or, greater than or equal to 1"],
    &["log.retention.ms", "log.retention.minutes", "log.retention.hours"],
);
/// When segments are rolled.
pub static ROLL: Rule = Rule::refused(
    "KL463",
    "log-roll-time",
    text::ROLL,
    &["log.roll.ms must be greater than or equal to 1", "log.roll.jitter.ms must be greater than or equal to 0"],
    &["log.roll.jitter.ms", "log.roll.ms", "log.roll.hours", "log.roll.jitter.hours"],
);
/// The cleaner's memory.
pub static DEDUPE_BUFFER: Rule = Rule::refused(
    "KL464",
    "cleaner-buffer-too-small",
    text::DEDUPE_BUFFER,
    &["log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread"],
    &["log.cleaner.dedupe.buffer.size", "log.cleaner.threads"],
);
/// How long replicas wait.
pub static REPLICA_WAIT: Rule = Rule::refused(
    "KL465",
    "replica-wait-too-long",
    text::REPLICA_WAIT,
    &["replica.fetch.wait.max.ms should always be less than", "replica.socket.timeout.ms should always be at least"],
    &["replica.socket.timeout.ms", "replica.lag.time.max.ms", "replica.fetch.wait.max.ms"],
);
/// Acknowledgements of commits.
pub static COMMIT_ACKS: Rule = Rule::refused(
    "KL466",
    "offsets-commit-acks",
    text::COMMIT_ACKS,
    &["offsets.commit.required.acks must be greater or equal -1"],
    &["offsets.commit.required.acks", "offsets.topic.replication.factor"],
);
/// The memory for requests.
pub static QUEUED_BYTES: Rule = Rule::refused(
    "KL467",
    "queued-bytes-too-few",
    text::QUEUED_BYTES,
    &["queued.max.request.bytes must be larger or equal to socket.request.max.bytes"],
    &["queued.max.request.bytes", "socket.request.max.bytes"],
);
/// Connections per address.
pub static CONNECTIONS_PER_IP: Rule = Rule::refused(
    "KL468",
    "connections-per-ip",
    text::CONNECTIONS_PER_IP,
    &[
        "max.connections.per.ip can be set to zero only if",
        "configuration property 'max.connections.per.ip.overrides'",
        "max.connections.per.ip.overrides contains invalid addresses",
    ],
    &["max.connections.per.ip.overrides", "max.connections.per.ip"],
);
/// Idle connections.
pub static IDLE_CONNECTIONS: Rule = Rule::refused(
    "KL469",
    "connections-idle-too-short",
    text::IDLE_CONNECTIONS,
    &["should always be less than connections.max.idle.ms"],
    &["connections.max.idle.ms", "connection.failed.authentication.delay.ms"],
);
/// The group protocol in preview.
pub static CONSUMER_GROUP_LIMITS: Rule = Rule::refused(
    "KL470",
    "consumer-group-limits",
    text::CONSUMER_GROUP_LIMITS,
    &["than or equals to group.consumer."],
    &[
        "group.consumer.heartbeat.interval.ms",
        "group.consumer.min.heartbeat.interval.ms",
        "group.consumer.max.heartbeat.interval.ms",
        "group.consumer.session.timeout.ms",
        "group.consumer.min.session.timeout.ms",
        "group.consumer.max.session.timeout.ms",
    ],
);
/// The number of a compression.
pub static COMPRESSION_ID: Rule = Rule::refused(
    "KL471",
    "offsets-compression-id",
    text::COMPRESSION_ID,
    &["Unknown compression type id"],
    &["offsets.topic.compression.codec"],
);
/// A level of metrics that there is not.
pub static METRICS_LEVEL: Rule = Rule::file("KL472", "metrics-recording-level", Severity::Error, text::METRICS_LEVEL)
    .says(&["No enum constant org.apache.kafka.common.metrics.Sensor.RecordingLevel"]);
/// An authorizer that is gone.
pub static OLD_AUTHORIZER: Rule = Rule::file("KL473", "removed-authorizer", Severity::Error, text::OLD_AUTHORIZER)
    .says(&["ClassNotFoundException: kafka.security.auth."]);
/// The listeners of KRaft's controllers.
pub static CONTROLLER_LISTENERS: Rule = Rule::refused(
    "KL474",
    "controller-listener-names",
    text::CONTROLLER_LISTENERS,
    &["controller.listener.names must"],
    &["controller.listener.names"],
);
/// The voters of KRaft.
pub static QUORUM_VOTERS: Rule = Rule::refused(
    "KL475",
    "quorum-voters",
    text::QUORUM_VOTERS,
    &["controller.quorum.voters. Each entry should be", "set of voters controller.quorum.voters"],
    &["controller.quorum.voters", "node.id", "process.roles"],
);
/// The roles of KRaft.
pub static ROLES: Rule = Rule::refused(
    "KL476",
    "kraft-settings",
    text::ROLES,
    &[
        "If using process.roles",
        "Duplicate role names found in `process.roles`",
        "when `process.roles` is defined",
        "must be empty when process.roles=controller",
    ],
    &["advertised.listeners", "process.roles"],
);
/// Moving to KRaft.
pub static MIGRATION: Rule = Rule::refused(
    "KL477",
    "kraft-migration",
    text::MIGRATION,
    &["If using zookeeper.metadata.migration.enable", "Cannot enable ZooKeeper migration"],
    &["inter.broker.protocol.version", "zookeeper.metadata.migration.enable", "log.dirs"],
);
/// Tiered storage.
pub static REMOTE_STORAGE: Rule = Rule::refused(
    "KL478",
    "remote-storage-folders",
    text::REMOTE_STORAGE,
    &["are not supported when remote log storage is enabled"],
    &["log.dirs", "remote.log.storage.system.enable"],
);
/// The format of messages.
pub static FORMAT_VERSION: Rule = Rule::refused(
    "KL479",
    "message-format-version",
    text::FORMAT_VERSION,
    &["can only be used when inter.broker.protocol.version is set to version"],
    &["inter.broker.protocol.version", "log.message.format.version"],
);
/// Whatever else Kafka refuses.
pub static REFUSED: Rule = Rule::file("KL499", "refused-by-kafka", Severity::Error, values::REFUSED);

/// Whether Kafka goes to ZooKeeper, to KRaft's controllers or from one to the other.
const DECIDES_MODE: [&str; 2] = ["process.roles", "zookeeper.metadata.migration.enable"];
/// The most causes that one file is asked for.
const CAUSES_MAX: usize = 32;

/// Has Kafka's validation look at all settings; what it refuses is taken out, and it looks again.
pub(super) fn check(judged: &mut Judgement<'_>) {
    if judged.file.kind != Kind::Broker || judged.file.version.major != KafkaVersion::CATALOGUED.major {
        return;
    }
    startup(judged);
    let mut originals = judged.originals();
    // a class may be in a jar of the user's own
    let unseen = |key: &ConfigKey, class: &str| key.kind == "CLASS" && parse_value(key, class).is_err();
    originals.retain(|key, class| !judged.known(key).is_some_and(|known| unseen(known, class)));
    let assignors = originals.get("group.consumer.assignors");
    if assignors.is_some_and(|names| split_list(names).all(is_class_name)) {
        originals.remove("group.consumer.assignors");
    }
    if judged.file.version > KafkaVersion::CATALOGUED {
        originals.remove("inter.broker.protocol.version");
        originals.remove("log.message.format.version");
    }
    // a fault in one of several settings that belong together would show as a fault of the others
    let refused = RULES.iter().filter_map(|rule| if let On::Refused { keys } = rule.on { Some(keys) } else { None });
    for keys in refused.chain([&TOGETHER[..]]) {
        if keys.iter().any(|key| judged.has(key) && judged.sound(key).is_none()) {
            originals.retain(|key, _| !keys.contains(&key.as_str()));
            if keys.contains(&"zookeeper.connect") {
                originals.insert("zookeeper.connect".to_owned(), "localhost:2181".to_owned());
            }
        }
    }
    for _ in 0..CAUSES_MAX {
        // the mode decides what the others mean
        if DECIDES_MODE.iter().any(|key| judged.has(key) && !originals.contains_key(*key)) {
            return;
        }
        match BrokerConfig::new(originals.clone()) {
            Ok(config) => {
                judged.config = Some(config);
                return;
            }
            Err(error) => {
                let taken_out = tell(judged, error.text());
                let before = originals.len();
                originals.retain(|key, _| !taken_out.contains(&key.as_str()));
                if taken_out.contains(&"zookeeper.connect") {
                    originals.insert("zookeeper.connect".to_owned(), "localhost:2181".to_owned());
                } else if originals.len() == before {
                    return;
                }
            }
        }
    }
}

/// Tells of a refusal, and which settings to leave out for the next look.
fn tell<'a>(judged: &mut Judgement<'a>, said: &str) -> Vec<&'a str> {
    if let Some((index, finding)) = listeners::malformed(judged, said) {
        if judged.entries.is_empty() {
            judged.tell(finding);
        } else {
            judged.blame(index, finding);
        }
        return TOGETHER.to_vec();
    }
    let foreseen = |rule: &&'static Rule| match rule.on {
        On::Refused { keys } if rule.kafka_says.iter().any(|part| said.contains(part)) => Some((*rule, keys)),
        // of all settings together only these are read as numbers
        On::Refused { keys } if rule.code == CONNECTIONS_PER_IP.code && said.starts_with("For input string") => {
            Some((*rule, keys))
        }
        _ => None,
    };
    let Some((rule, keys)) = RULES.iter().find_map(foreseen) else {
        return unforeseen(judged, said);
    };
    let set: Vec<&'static str> = keys.iter().copied().filter(|key| judged.sound(key).is_some()).collect();
    let key = set.iter().find(|key| said.contains(*key)).or(set.first()).copied();
    let Some((key, index)) = key.and_then(|key| Some((key, judged.sound(key)?))) else {
        let finding = judged.at_file(rule, labels::MISSING).in_kafkas_words(said);
        judged.missing(keys[0], said, finding);
        return keys.to_vec();
    };
    let finding = match judged.entries[index].value.find("0.0.0.0").filter(|_| rule.code == listeners::ZERO_ADDRESS.code) {
        Some(at) => {
            let place = judged.part(index, at..at + "0.0.0.0".len());
            judged.found(rule, place, labels::ZERO_ADDRESS)
        }
        None => judged.at_value(rule, index, labels::REFUSED),
    };
    let others: Vec<usize> = set.iter().filter(|other| **other != key).filter_map(|other| judged.sound(other)).collect();
    let finding = others.iter().fold(finding.in_kafkas_words(said), |finding, other| {
        finding.seen_with(judged.value_place(*other), labels::BELONGS_TO_IT)
    });
    judged.blame(index, finding);
    let is_listeners = TOGETHER.contains(&key) && rule.code != connect_string::MISSING.code;
    if is_listeners { TOGETHER.to_vec() } else { keys.to_vec() }
}

/// A refusal that no rule foresees: it is told at the setting that Kafka names.
fn unforeseen<'a>(judged: &mut Judgement<'a>, said: &str) -> Vec<&'a str> {
    let named = judged.counting().into_iter().filter(|index| said.contains(judged.entries[*index].key.as_str()));
    let Some(index) = named.max_by_key(|index| judged.entries[*index].key.len()) else {
        let finding = judged.at_file(&REFUSED, labels::REFUSED).in_kafkas_words(said);
        judged.tell(finding);
        return Vec::new();
    };
    let finding = judged.at_value(&REFUSED, index, labels::REFUSED).in_kafkas_words(said);
    judged.blame(index, finding);
    vec![judged.entries[index].key.as_str()]
}

/// What passes the validation and ends the broker while it starts.
fn startup(judged: &mut Judgement<'_>) {
    if let Some(index) = judged.sound("metrics.recording.level") {
        let value = judged.entries[index].value.trim().to_uppercase();
        if !["INFO", "DEBUG", "TRACE"].contains(&value.as_str()) {
            let said = format!("No enum constant org.apache.kafka.common.metrics.Sensor.RecordingLevel.{value}");
            let finding = judged.at_value(&METRICS_LEVEL, index, labels::REFUSED).in_kafkas_words(&said);
            judged.blame(index, finding);
        }
    }
    if let Some(index) = judged.sound("log.cleaner.threads").filter(|_| judged.number("log.cleaner.threads") == Some(0)) {
        let finding = judged.at_value(&DEDUPE_BUFFER, index, labels::REFUSED);
        judged.blame(index, finding.in_kafkas_words("java.lang.ArithmeticException: / by zero"));
    }
    if let Some(index) = judged.sound("authorizer.class.name")
        && judged.entries[index].value.trim().starts_with("kafka.security.auth.")
        && judged.file.version >= (KafkaVersion { major: 3, minor: 0 })
    {
        let finding = judged.at_value(&OLD_AUTHORIZER, index, labels::REFUSED);
        judged.blame(index, finding);
    }
}
