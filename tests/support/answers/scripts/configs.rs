//! Settings of topics, brokers and loggers: DescribeConfigs, AlterConfigs, IncrementalAlterConfigs.

use kafka_protocol::messages::alter_configs_request::{self as whole};
use kafka_protocol::messages::describe_configs_request::DescribeConfigsResource;
use kafka_protocol::messages::incremental_alter_configs_request::{self as single};
use kafka_protocol::messages::{AlterConfigsRequest, DescribeConfigsRequest, IncrementalAlterConfigsRequest};

use super::super::Script;
use super::{create as make, message, text};

/// `ConfigResource.Type` on the wire.
const TOPIC: i8 = 2;
const BROKER: i8 = 4;
const LOGGER: i8 = 8;
/// `AlterConfigOp.OpType` on the wire.
const SET: i8 = 0;
const DELETE: i8 = 1;
const APPEND: i8 = 2;
const SUBTRACT: i8 = 3;

fn asked(kind: i8, name: &str, keys: Option<&[&str]>) -> DescribeConfigsRequest {
    let keys = keys.map(|keys| keys.iter().map(|key| text(key)).collect());
    let resources =
        vec![message!(DescribeConfigsResource { resource_type: kind, resource_name: text(name), configuration_keys: keys })];
    message!(DescribeConfigsRequest { resources: resources })
}

/// DescribeConfigs.
pub fn describe() -> Script {
    let mut script = Script::new("describe-configs");
    make(&mut script, "described", 1, &[("retention.ms", "60000"), ("cleanup.policy", "compact,delete")]);
    script.each("a topic", &[0, 4], |_| asked(TOPIC, "described", None));
    script.each("a topic with synonyms", &[1, 4], |_| message!(asked(TOPIC, "described", None) => { include_synonyms: true }));
    script.each("some settings", &[0, 2, 4], |_| asked(TOPIC, "described", Some(&["retention.ms", "no.such", "segment.bytes"])));
    script.each("no settings", &[0, 4], |_| asked(TOPIC, "described", Some(&[])));
    script.each("a topic that is missing", &[0, 1, 4], |_| asked(TOPIC, "missing", None));
    script.each("a topic without a name", &[0, 4], |_| asked(TOPIC, "", None));
    script.each("a name that is none", &[0, 4], |_| asked(TOPIC, "a b", None));
    script.each("the broker", &[4], |_| asked(BROKER, "0", None));
    script.each("the broker with synonyms", &[1], |_| message!(asked(BROKER, "0", None) => { include_synonyms: true }));
    script.each("every broker", &[1, 4], |_| message!(asked(BROKER, "", None) => { include_synonyms: true }));
    script.each("another broker", &[0, 4], |_| asked(BROKER, "1", None));
    script.each("a broker that is no number", &[0, 4], |_| asked(BROKER, "x", None));
    script.each("settings of a broker in old versions", &[0, 2, 3], |_| {
        asked(BROKER, "0", Some(&["log.dirs", "broker.id", "ssl.key.password"]))
    });
    script.each("settings of a broker", &[1, 4], |_| {
        message!(asked(BROKER, "0", Some(&["log.retention.ms", "log.segment.bytes", "ssl.key.password", "no.such"])) => { include_synonyms: true })
    });
    let loggers: &[&str] = &["kafka.server.KafkaServer", "no.such"];
    script.each("loggers", &[0, 1, 4], |_| asked(LOGGER, "0", Some(loggers)));
    script.each("loggers without a broker", &[0, 4], |_| asked(LOGGER, "", Some(loggers)));
    script.each("loggers of another broker", &[0, 4], |_| asked(LOGGER, "1", Some(loggers)));
    script.each("loggers of a broker that is no number", &[0, 4], |_| asked(LOGGER, "x", Some(loggers)));
    for kind in [0, 1, 3, 9, 16, 32, -1] {
        script.each(&format!("resources of type {kind}"), &[0, 4], |_| asked(kind, "0", None));
    }
    script.ask("nothing", 4, DescribeConfigsRequest::default());
    script.ask("a topic twice", 4, {
        let mut request = asked(TOPIC, "described", Some(&["retention.ms"]));
        request.resources.push(request.resources[0].clone());
        request
    });
    script
}

/// The cases that both ways of altering share: kind, name, and the settings, each with its value.
type Case = (&'static str, i8, &'static str, &'static [(&'static str, Option<&'static str>)]);

const CASES: &[Case] = &[
    ("a topic's setting", TOPIC, "altered", &[("retention.ms", Some("70000"))]),
    ("a value that is no number", TOPIC, "altered", &[("retention.ms", Some("x"))]),
    ("a value that is too small", TOPIC, "altered", &[("segment.bytes", Some("1"))]),
    ("a setting that is none", TOPIC, "altered", &[("no.such", Some("x"))]),
    ("no value", TOPIC, "altered", &[("retention.ms", None)]),
    ("no values", TOPIC, "altered", &[("retention.ms", None), ("segment.bytes", None)]),
    ("an empty value", TOPIC, "altered", &[("retention.ms", Some(""))]),
    ("lags in conflict", TOPIC, "altered", &[("min.compaction.lag.ms", Some("9")), ("max.compaction.lag.ms", Some("5"))]),
    ("no settings", TOPIC, "altered", &[]),
    ("a topic without a name", TOPIC, "", &[]),
    ("a topic that is missing", TOPIC, "missing", &[("retention.ms", Some("5"))]),
    ("a name that is none", TOPIC, "a b", &[("retention.ms", Some("5"))]),
    ("a key twice", TOPIC, "altered", &[("retention.ms", Some("5")), ("retention.ms", Some("6"))]),
    ("throttled replicas", TOPIC, "altered", &[("leader.replication.throttled.replicas", Some("0:0"))]),
    ("throttled replicas that are none", TOPIC, "altered", &[("leader.replication.throttled.replicas", Some("0"))]),
    ("storage elsewhere", TOPIC, "altered", &[("remote.storage.enable", Some("true"))]),
    ("a format that is old", TOPIC, "altered", &[("message.format.version", Some("0.10.0"))]),
    ("the broker's setting", BROKER, "0", &[("log.cleaner.threads", Some("2"))]),
    ("another broker", BROKER, "1", &[]),
    ("a broker that is no number", BROKER, "x", &[]),
    ("a fixed key", BROKER, "0", &[("broker.id", Some("5"))]),
    ("fixed keys", BROKER, "0", &[("log.dirs", Some("/x")), ("zookeeper.connect", Some("x"))]),
    ("a key of one broker for every broker", BROKER, "", &[("listeners", Some("PLAINTEXT://:1"))]),
    ("keys of one broker for every broker", BROKER, "", &[("ssl.keystore.location", Some("x"))]),
    ("a listener's key for every broker", BROKER, "", &[("listener.name.plaintext.max.connections", Some("5"))]),
    ("a listener's key", BROKER, "0", &[("listener.name.plaintext.max.connections", Some("5"))]),
    ("a listener's key that is no number", BROKER, "0", &[("listener.name.plaintext.max.connections", Some("x"))]),
    ("a listener's key that is none", BROKER, "0", &[("listener.name.plaintext.no.such", Some("x"))]),
    ("a fixed key of a listener", BROKER, "0", &[("listener.name.plaintext.broker.id", Some("5"))]),
    ("a key of a listener that is none", BROKER, "0", &[("listener.name.other.max.connections", Some("5"))]),
    ("a broker's value that is no number", BROKER, "0", &[("log.retention.ms", Some("x"))]),
    ("a broker's value that is too small", BROKER, "0", &[("log.segment.bytes", Some("1"))]),
    ("a broker's key that is none", BROKER, "0", &[("no.such", Some("1"))]),
    ("every broker's key that is none", BROKER, "", &[("no.such", Some("1"))]),
    ("a broker's key without a value", BROKER, "0", &[("log.retention.ms", None)]),
    ("a password", BROKER, "0", &[("ssl.keystore.password", Some("x"))]),
    ("a listener's password", BROKER, "0", &[("listener.name.plaintext.ssl.keystore.password", Some("x"))]),
    ("a store of the broker", BROKER, "0", &[("ssl.keystore.location", Some("/x"))]),
    ("threads more than double", BROKER, "0", &[("num.io.threads", Some("100"))]),
    ("threads less than half", BROKER, "0", &[("num.io.threads", Some("1"))]),
    ("threads without", BROKER, "0", &[("num.network.threads", Some("0"))]),
    ("threads of recovery", BROKER, "0", &[("num.recovery.threads.per.data.dir", Some("2"))]),
    ("threads of replication", BROKER, "", &[("num.replica.fetchers", Some("9"))]),
    ("threads of cleaning", BROKER, "", &[("log.cleaner.threads", Some("9"))]),
    ("background threads", BROKER, "", &[("background.threads", Some("12"))]),
    ("minutes of retention", BROKER, "", &[("log.retention.minutes", Some("5"))]),
    ("hours of retention", BROKER, "", &[("log.retention.hours", Some("5"))]),
    ("a codec", BROKER, "", &[("compression.type", Some("gzip"))]),
    ("a codec that is none", BROKER, "", &[("compression.type", Some("rar"))]),
    ("an election", BROKER, "", &[("unclean.leader.election.enable", Some("true"))]),
    ("listeners in conflict", BROKER, "0", &[("listeners", Some("PLAINTEXT://:1,PLAINTEXT://:2"))]),
    ("listeners without a protocol", BROKER, "0", &[("listeners", Some("OTHER://:1"))]),
    ("listeners that are none", BROKER, "0", &[("listeners", Some("x"))]),
    ("advertised where it does not listen", BROKER, "0", &[("advertised.listeners", Some("OTHER://h:1"))]),
    ("advertised nowhere", BROKER, "0", &[("advertised.listeners", Some("PLAINTEXT://0.0.0.0:1"))]),
    ("connections without end", BROKER, "", &[("max.connections.per.ip", Some("-1"))]),
    ("no connections", BROKER, "", &[("max.connections.per.ip", Some("0"))]),
    ("connections of hosts", BROKER, "", &[("max.connections.per.ip.overrides", Some("127.0.0.1:50,localhost:60"))]),
    ("connections of no host", BROKER, "", &[("max.connections.per.ip.overrides", Some("a b:50"))]),
    ("connections of nothing", BROKER, "", &[("max.connections.per.ip.overrides", Some("x"))]),
    ("a reporter that is missing", BROKER, "0", &[("metric.reporters", Some("com.example.Missing"))]),
    ("every broker's authorizer", BROKER, "", &[("principal.builder.class", Some("com.example.Missing"))]),
    ("a time between log and coordinator", BROKER, "", &[("log.message.timestamp.type", Some("Sometime"))]),
    ("the newest local storage", BROKER, "", &[("log.local.retention.ms", Some("5"))]),
    ("producer ids", BROKER, "0", &[("producer.id.expiration.ms", Some("0"))]),
    ("a secret of encoding", BROKER, "0", &[("password.encoder.secret", Some("x"))]),
    ("a resource of no known type", 9, "0", &[]),
    ("a resource of type 0", 0, "0", &[]),
    ("a resource of type 16", 16, "0", &[]),
];

fn replacing(case: &Case) -> AlterConfigsRequest {
    let configs = case.3.iter().map(|(key, value)| {
        let kind = whole::AlterableConfig::default();
        message!(kind => { name: text(key), value: value.map(text) })
    });
    let resource = whole::AlterConfigsResource::default();
    let resource = message!(resource => { resource_type: case.1, resource_name: text(case.2), configs: configs.collect() });
    message!(AlterConfigsRequest { resources: vec![resource] })
}

pub fn editing(kind: i8, name: &str, edits: &[(&str, i8, Option<&str>)]) -> IncrementalAlterConfigsRequest {
    let configs = edits.iter().map(|(key, operation, value)| {
        let config = single::AlterableConfig::default();
        message!(config => { name: text(key), config_operation: *operation, value: value.map(text) })
    });
    let resource = single::AlterConfigsResource::default();
    let resource = message!(resource => { resource_type: kind, resource_name: text(name), configs: configs.collect() });
    message!(IncrementalAlterConfigsRequest { resources: vec![resource] })
}

/// AlterConfigs.
pub fn alter() -> Script {
    let mut script = Script::new("alter-configs");
    make(&mut script, "altered", 1, &[]);
    for case in CASES {
        script.each(case.0, &[0, 2], |_| message!(replacing(case) => { validate_only: true }));
    }
    let logger: Case = ("a logger", LOGGER, "0", &[("kafka.server.KafkaServer", Some("DEBUG"))]);
    script.each(logger.0, &[0, 1, 2], |_| replacing(&logger));
    let setting: Case = ("a setting that holds", TOPIC, "altered", &[("retention.ms", Some("80000"))]);
    script.each(setting.0, &[0, 1, 2], |_| replacing(&setting));
    script.ask("it is told", 4, message!(asked(TOPIC, "altered", Some(&["retention.ms"])) => { include_synonyms: true }));
    script.until("80000");
    let none: Case = ("a setting that holds no more", TOPIC, "altered", &[]);
    script.ask(none.0, 2, replacing(&none));
    script.ask("it is gone", 4, message!(asked(TOPIC, "altered", Some(&["retention.ms"])) => { include_synonyms: true }));
    script.until("value=\"-1\"");
    script.ask("nothing", 2, AlterConfigsRequest::default());
    script
}

/// IncrementalAlterConfigs.
pub fn alter_single() -> Script {
    let mut script = Script::new("incremental-alter-configs");
    make(&mut script, "edited", 1, &[]);
    for (what, kind, name, settings) in CASES {
        let name = if *name == "altered" { "edited" } else { name };
        let edits: Vec<(&str, i8, Option<&str>)> = settings.iter().map(|(key, value)| (*key, SET, *value)).collect();
        script.ask(what, 1, message!(editing(*kind, name, &edits) => { validate_only: true }));
    }
    let edits: &[(&str, &str, i8, Option<&str>)] = &[
        ("append to no list", "retention.ms", APPEND, Some("5")),
        ("subtract from no list", "retention.ms", SUBTRACT, Some("5")),
        ("append to no key", "no.such", APPEND, Some("5")),
        ("append", "cleanup.policy", APPEND, Some("compact")),
        ("append what is there", "cleanup.policy", APPEND, Some("delete")),
        ("append two", "cleanup.policy", APPEND, Some("compact,delete")),
        ("append what is no policy", "cleanup.policy", APPEND, Some("x")),
        ("append nothing", "cleanup.policy", APPEND, Some("")),
        ("append null", "cleanup.policy", APPEND, None),
        ("subtract", "cleanup.policy", SUBTRACT, Some("delete")),
        ("subtract what is not there", "cleanup.policy", SUBTRACT, Some("x")),
        ("delete", "retention.ms", DELETE, None),
        ("delete with a value", "retention.ms", DELETE, Some("5")),
        ("delete no key", "no.such", DELETE, None),
        ("no known operation", "retention.ms", 7, Some("5")),
    ];
    for (what, key, operation, value) in edits {
        script.each(
            what,
            &[0, 1],
            |_| message!(editing(TOPIC, "edited", &[(key, *operation, *value)]) => { validate_only: true }),
        );
    }
    script.ask(
        "append to a broker's list",
        1,
        message!(editing(BROKER, "0", &[("log.cleanup.policy", APPEND, Some("compact"))]) => { validate_only: true }),
    );
    script.ask(
        "delete a broker's key",
        1,
        message!(editing(BROKER, "0", &[("log.cleanup.policy", DELETE, None)]) => { validate_only: true }),
    );
    script.ask(
        "delete a broker's fixed key",
        1,
        message!(editing(BROKER, "0", &[("broker.id", DELETE, None)]) => { validate_only: true }),
    );
    dynamic_keys(&mut script);
    loggers(&mut script);
    script
}

/// What a broker's settings are told to be while they change.
fn dynamic_keys(script: &mut Script) {
    let segment: &[&str] = &["log.segment.bytes", "log.retention.ms"];
    script.ask(
        "for every broker",
        1,
        editing(BROKER, "", &[("log.segment.bytes", SET, Some("3000000")), ("no.such.either", SET, Some("1"))]),
    );
    let told = |keys: &[&str]| message!(asked(BROKER, "0", Some(keys)) => { include_synonyms: true });
    script.ask("the broker tells", 4, told(segment));
    script.until("value=\"3000000\" read_only");
    script.ask(
        "for this broker",
        1,
        editing(BROKER, "0", &[("log.segment.bytes", SET, Some("4000000")), ("no.such", SET, Some("1"))]),
    );
    script.ask("the broker tells again", 4, told(segment));
    script.until("value=\"4000000\" read_only");
    script.each("every broker's settings", &[1, 4], |_| message!(asked(BROKER, "", None) => { include_synonyms: true }));
    script.each(
        "the topic tells",
        &[1, 4],
        |_| message!(asked(TOPIC, "edited", Some(&["segment.bytes", "retention.ms"])) => { include_synonyms: true }),
    );
    script.ask("keys that are none are told", 4, told(&["no.such", "no.such.either"]));
    script.ask(
        "gone for this broker",
        1,
        editing(BROKER, "0", &[("log.segment.bytes", DELETE, None), ("no.such", DELETE, None)]),
    );
    script.ask(
        "gone for every broker",
        1,
        editing(BROKER, "", &[("log.segment.bytes", DELETE, None), ("no.such.either", DELETE, None)]),
    );
    script.ask("the broker tells no more", 4, told(segment));
    script.until("value=\"1073741824\" read_only=false is_default=false config_source=5");
}

fn loggers(script: &mut Script) {
    let edits: &[(&str, &str, &str, i8, Option<&str>)] = &[
        ("a level", "0", "kafka.server.KafkaServer", SET, Some("DEBUG")),
        ("a level in small letters", "0", "kafka.server.KafkaServer", SET, Some("debug")),
        ("a level that is none", "0", "kafka.server.KafkaServer", SET, Some("LOUD")),
        ("off", "0", "kafka.server.KafkaServer", SET, Some("OFF")),
        ("no level", "0", "kafka.server.KafkaServer", SET, None),
        ("an empty level", "0", "kafka.server.KafkaServer", SET, Some("")),
        ("a logger that is none", "0", "no.such", SET, Some("DEBUG")),
        ("a logger without a name", "0", "", SET, Some("DEBUG")),
        ("appended to", "0", "kafka.server.KafkaServer", APPEND, Some("DEBUG")),
        ("subtracted from", "0", "kafka.server.KafkaServer", SUBTRACT, Some("DEBUG")),
        ("no known operation", "0", "kafka.server.KafkaServer", 7, Some("DEBUG")),
        ("unset", "0", "kafka.server.KafkaServer", DELETE, None),
        ("unset, none", "0", "no.such", DELETE, None),
        ("the root", "0", "root", SET, Some("WARN")),
        ("the root unset", "0", "root", DELETE, None),
        ("without a broker", "", "kafka.server.KafkaServer", SET, Some("DEBUG")),
        ("another broker's", "1", "kafka.server.KafkaServer", SET, Some("DEBUG")),
        ("of a broker that is no number", "x", "kafka.server.KafkaServer", SET, Some("DEBUG")),
    ];
    for (what, broker, logger, operation, level) in edits {
        script.ask(what, 1, message!(editing(LOGGER, broker, &[(logger, *operation, *level)]) => { validate_only: true }));
    }
    let told = || asked(LOGGER, "0", Some(&["kafka.server.KafkaServer", "kafka.server.KafkaApis", "root"]));
    script.ask("levels", 4, told());
    script.ask("a level that holds", 1, editing(LOGGER, "0", &[("kafka.server.KafkaApis", SET, Some("ERROR"))]));
    script.ask("levels now", 4, told());
    script.ask("it goes", 1, editing(LOGGER, "0", &[("kafka.server.KafkaApis", DELETE, None)]));
    script.ask("levels at last", 4, told());
}
