//! What Apache's `KafkaConfig` makes of hundreds of broker configurations, recorded for the rules to be held against.

use std::path::{Path, PathBuf};

use kafkalab::catalog::configs::{self, ConfigKey};

use crate::Case;
use crate::support::is_recording;
use crate::world::{World, printed};

pub const CASES: &[Case] =
    &[("configurations_are_accepted_and_refused_as_recorded", |world| world.block_on(configurations(world)))];

/// What every configuration has, unless it says otherwise.
const BASE: &str = "zookeeper.connect=localhost:2181 ;; broker.id=0";

/// Values that people write for a key of a type; each key gets three of them.
fn attempts(key: &ConfigKey) -> Vec<String> {
    let first = key.valid.trim_matches(['[', ']']).split(", ").next().unwrap_or("").to_owned();
    let texts: &[&str] = match key.kind {
        "BOOLEAN" => &["yes", "TRUE", "1", "\"true\"", "false # off", "on", "", "tru"],
        "INT" | "SHORT" | "LONG" => &[
            "7",
            "1.5",
            "10k",
            "-1",
            "\"5\"",
            "99999999999999999999",
            "7 # seven",
            "0",
            "7d",
            "1,000",
            "",
            "\u{ff17}",
            "1GB",
            "1e3",
            "+7",
            "0x10",
            "-5",
            "30 s",
            "many",
            "${PORT}",
        ],
        "DOUBLE" => &["0.5", "0,5", "2", "50%", "-1", "half", "\"0.5\""],
        "LIST" if key.valid.starts_with('[') => &["x,y", "", "\"x\""],
        "CLASS" => &["java.lang.String Builder", "com.example.Missing"],
        _ if key.valid.starts_with('[') => return vec![first.to_uppercase(), first.to_lowercase(), format!("{first} # first")],
        _ => &["\"x\"", "", "x # comment"],
    };
    let start = key.name.bytes().map(usize::from).sum::<usize>();
    (0..3).map(|turn| texts[(start + turn * 7) % texts.len()].to_owned()).collect()
}

/// Settings that belong together, and listeners in every form.
const TOGETHER: &[&str] = &[
    "listeners=PLAINTEXT://:9092;SSL://:9093",
    "listeners=PLAINTEXT://:9092 SSL://:9093",
    "listeners=\"PLAINTEXT://:9092\"",
    "listeners=PLAINTEXT://:9092,",
    "listeners=PLAINTEXT//localhost:9092",
    "listeners=PLAINTEXT:localhost:9092",
    "listeners=://localhost:9092",
    "listeners=PLAINTEXT://localhost:9092/",
    "listeners=PLAINTEXT://local host:9092",
    "listeners=PLAINTEXT://localhost: 9092",
    "listeners=PLAINTEXT://<your-ip>:9092",
    "listeners=PLAINTEXT://*:9092",
    "listeners=PLAINTEXT://:::9092",
    "listeners=plaintext://my_host:9092",
    "listeners=PLAINTEXT://:9092 # all",
    "listeners=9092",
    "listeners=:9092",
    "listeners=PLAINTEXT://:99999999999",
    "listeners=SASL_PLAIN://:9092",
    "listeners=PLAINTEXT://:9092,EXTERNAL://:9093",
    "listeners=PLAINTEXT://0.0.0.0:9092 ;; advertised.listeners=PLAINTEXT://0.0.0.0:9092",
    "listeners=PLAINTEXT://:9092 ;; advertised.listeners=localhost:9092",
    "listeners=PLAINTEXT://:9092 ;; advertised.listeners=PLAINTEXT://h",
    "listeners=INTERNAL://:9092 ;; listener.security.protocol.map=INTERNAL:PLAINTEXT",
    "listeners=INTERNAL://:9092 ;; listener.security.protocol.map=INTERNAL=PLAINTEXT ;; inter.broker.listener.name=INTERNAL",
    "listeners=INTERNAL://:9092 ;; listener.security.protocol.map=INTERNAL:plaintext ;; inter.broker.listener.name=INTERNAL",
    "advertised.listeners=PLAINTEXT://h:9092,PLAINTEXT://h:9093",
    "log.retention.hours=0 ;; log.retention.minutes=10",
    "log.retention.ms=-1 ;; log.retention.bytes=-1",
    "log.roll.ms=0 ;; log.roll.hours=1",
    "log.cleaner.threads=0",
    "log.segment.bytes=1024 ;; log.retention.bytes=512",
    "offsets.commit.required.acks=2 ;; offsets.topic.replication.factor=1",
    "queued.max.request.bytes=1048576 ;; socket.request.max.bytes=1048576",
    "max.connections.per.ip=0 ;; max.connections.per.ip.overrides=localhost:5",
    "max.connections.per.ip.overrides=a=5",
    "replica.fetch.wait.max.ms=40000",
    "replica.lag.time.max.ms=500",
    "connections.max.idle.ms=-1",
    "connection.failed.authentication.delay.ms=600000",
    "group.min.session.timeout.ms=60000 ;; group.max.session.timeout.ms=6000",
    "min.insync.replicas=3 ;; default.replication.factor=2",
    "node.id=3 ;; broker.id=3",
    "broker.id=2000 ;; reserved.broker.max.id=1999",
    "process.roles=broker ;; node.id=0 ;; controller.quorum.voters=1@h:9093 ;; controller.listener.names=CONTROLLER",
    "process.roles=controller ;; node.id=0 ;; controller.quorum.voters=0@h:9093",
    "process.roles=broker,controller ;; node.id=0 ;; controller.quorum.voters=h:9093",
    "security.inter.broker.protocol=SSL ;; listeners=PLAINTEXT://:9092",
    "unclean.leader.election.enable=true ;; min.insync.replicas=1",
    "zookeeper.connect=h1:2181/kafka,h2:2181/kafka",
    "zookeeper.connect=http://localhost:2181",
    "log.dirs=~/kafka ;; log.dir=/x",
    "log.dirs=/a;/b",
    "log.dirs=data/kafka",
    "Broker.Id=7 ;; BROKER.ID=8",
    "dataDir=/tmp/zookeeper ;; clientPort=2181",
    "retention.ms=1000 ;; cleanup.policy=compact",
    "bootstrap.servers=localhost:9092 ;; group.id=x",
];

/// What Kafka checks across keys, each check on both sides of its border.
const ACROSS: &[&str] = &[
    "process.roles=broker ;; node.id=-1 ;; broker.id=-1",
    "process.roles=broker ;; controller.quorum.voters=1@h:9093",
    "process.roles=broker ;; controller.quorum.voters=0@h:9093 ;; controller.listener.names=CONTROLLER",
    "process.roles=broker ;; controller.quorum.voters=1@h:9093 ;; controller.listener.names=CONTROLLER",
    "process.roles=broker ;; controller.quorum.voters=1@h:9093 ;; controller.listener.names=SSL",
    "process.roles=broker ;; controller.quorum.voters=1@h:9093 ;; controller.listener.names=SSL,SASL_SSL",
    "process.roles=broker ;; controller.quorum.voters=1@h:9093 ;; controller.listener.names=X ;; listener.security.protocol.map=PLAINTEXT:PLAINTEXT",
    "process.roles=broker ;; controller.quorum.voters=1@h:9093 ;; controller.listener.names=X ;; listener.security.protocol.map=X:PLAINTEXT",
    "process.roles=broker ;; controller.quorum.voters=1@h:9093 ;; controller.listener.names=PLAINTEXT",
    "process.roles=broker ;; controller.quorum.voters=1@h:9093 ;; controller.listener.names=SSL ;; control.plane.listener.name=PLAINTEXT",
    "process.roles=broker ;; controller.quorum.voters=1@h:9093 ;; controller.listener.names=SSL ;; advertised.listeners=SSL://h:1",
    "process.roles=broker,controller ;; controller.quorum.voters=0@h:9093 ;; controller.listener.names=PLAINTEXT",
    "process.roles=broker,controller ;; controller.quorum.voters=0@h:9093 ;; controller.listener.names=SSL",
    "process.roles=broker,controller ;; controller.quorum.voters=0@h:9093",
    "process.roles=broker,controller ;; controller.quorum.voters=1@h:9093,2@h:9093 ;; listeners=PLAINTEXT://:1,SSL://:2 ;; controller.listener.names=SSL",
    "process.roles=broker,controller ;; controller.quorum.voters=0@h:9093 ;; listeners=PLAINTEXT://:1,SSL://:2 ;; controller.listener.names=SSL,X",
    "process.roles=broker,controller ;; controller.quorum.voters=0@h:9093 ;; listeners=PLAINTEXT://:1,SSL://:2 ;; controller.listener.names=SSL",
    "process.roles=controller ;; controller.quorum.voters=0@h:9093 ;; controller.listener.names=PLAINTEXT ;; advertised.listeners=PLAINTEXT://h:1",
    "process.roles=controller ;; controller.quorum.voters=0@h:9093 ;; controller.listener.names=PLAINTEXT",
    "process.roles=controller ;; controller.quorum.voters=0@h:9093 ;; listeners=PLAINTEXT://:1,SSL://:2 ;; controller.listener.names=SSL",
    "process.roles=controller ;; controller.quorum.voters=1@h:9093 ;; listeners=SSL://:2 ;; controller.listener.names=SSL",
    "process.roles=controller ;; controller.quorum.voters=0@h:9093 ;; listeners=SSL://:2 ;; controller.listener.names=SSL ;; control.plane.listener.name=SSL",
    "zookeeper.metadata.migration.enable=true ;; controller.quorum.voters=1@h:9093",
    "zookeeper.metadata.migration.enable=true ;; controller.quorum.voters=1@h:9093 ;; controller.listener.names=X ;; log.dirs=/a,/b",
    "zookeeper.metadata.migration.enable=true ;; controller.quorum.voters=1@h:9093 ;; controller.listener.names=X ;; inter.broker.protocol.version=3.3",
    "zookeeper.metadata.migration.enable=true ;; controller.quorum.voters=1@h:9093 ;; controller.listener.names=X",
    "controller.listener.names=X,Y",
    "controller.quorum.voters=1@h:9093",
    "controller.quorum.voters=1@0.0.0.0:0",
    "controller.quorum.voters=x@h:9093",
    "controller.quorum.voters=1@h:port",
    "controller.quorum.voters=1@h",
    "remote.log.storage.system.enable=true ;; log.dirs=/a,/b",
    "remote.log.storage.system.enable=true",
    "replica.fetch.wait.max.ms=40000 ;; replica.lag.time.max.ms=50000",
    "replica.fetch.wait.max.ms=20000 ;; replica.lag.time.max.ms=10000",
    "log.roll.jitter.ms=-1",
    "log.roll.jitter.hours=-1",
    "log.cleaner.dedupe.buffer.size=1048577",
    "log.cleaner.dedupe.buffer.size=2097152 ;; log.cleaner.threads=2",
    "inter.broker.protocol.version=0.9.0 ;; log.message.format.version=0.10.0",
    "inter.broker.protocol.version=0.10.0 ;; log.message.format.version=0.11.0",
    "inter.broker.protocol.version=0.10.0 ;; offsets.topic.compression.codec=4",
    "inter.broker.protocol.version=2.0 ;; offsets.topic.compression.codec=4",
    "security.inter.broker.protocol=SASL_PLAINTEXT ;; listeners=SASL_PLAINTEXT://:1 ;; sasl.mechanism.inter.broker.protocol=PLAIN",
    "security.inter.broker.protocol=SASL_PLAINTEXT ;; listeners=SASL_PLAINTEXT://:1 ;; inter.broker.protocol.version=0.9.0 ;; sasl.mechanism.inter.broker.protocol=PLAIN ;; sasl.enabled.mechanisms=PLAIN",
    "security.inter.broker.protocol=SASL_PLAINTEXT ;; listeners=SASL_PLAINTEXT://:1 ;; listener.name.sasl_plaintext.sasl.enabled.mechanisms=PLAIN ;; sasl.mechanism.inter.broker.protocol=PLAIN",
    "max.connections.per.ip=0 ;; max.connections.per.ip.overrides=a b:5",
    "max.connections.per.ip.overrides=h_1:5,[::1]:6",
    "connections.max.idle.ms=100 ;; connection.failed.authentication.delay.ms=100",
    "connections.max.idle.ms=101 ;; connection.failed.authentication.delay.ms=100",
    "connections.max.idle.ms=0 ;; connection.failed.authentication.delay.ms=0",
    "principal.builder.class=org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder",
    "principal.builder.class=",
    "group.consumer.min.heartbeat.interval.ms=9000",
    "group.consumer.heartbeat.interval.ms=4000",
    "group.consumer.max.heartbeat.interval.ms=4000",
    "group.consumer.heartbeat.interval.ms=20000",
    "group.consumer.min.session.timeout.ms=70000",
    "group.consumer.session.timeout.ms=1000",
    "group.consumer.session.timeout.ms=70000",
    "group.consumer.assignors=org.apache.kafka.coordinator.group.assignor.RangeAssignor",
    "control.plane.listener.name=PLAINTEXT",
    "control.plane.listener.name=",
    "listeners=PLAINTEXT://:1,SSL://:2 ;; control.plane.listener.name=SSL",
    "listeners=PLAINTEXT://:1,SSL://:2 ;; advertised.listeners=PLAINTEXT://h:1 ;; control.plane.listener.name=SSL",
    "early.start.listeners=X",
    "early.start.listeners=PLAINTEXT",
    "quota.window.num=1 ;; quota.window.size.seconds=0",
    "broker.id.generation.enable=false ;; broker.id=-1",
    "node.id=3",
];

fn across() -> Vec<(String, String)> {
    ACROSS.iter().enumerate().map(|(number, settings)| (format!("across-{number}"), format!("{BASE} ;; {settings}"))).collect()
}

fn generated() -> Vec<(String, String)> {
    let of_keys = configs::broker().iter().flat_map(|key| {
        let settings = attempts(key).into_iter().map(|value| format!("{}={value}", key.name));
        settings.enumerate().map(|(turn, setting)| (format!("{}-{turn}", key.name), format!("{BASE} ;; {setting}")))
    });
    let together = TOGETHER.iter().enumerate();
    of_keys.chain(together.map(|(number, settings)| (format!("together-{number}"), format!("{BASE} ;; {settings}")))).collect()
}

fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(path)
}

async fn configurations(world: &World) {
    agrees(world, &generated(), "config/kafka-config-verdicts.tsv", 500).await;
    agrees(world, &across(), "config/kafka-config-across.tsv", 50).await;
}

/// Whether Apache says of these what was recorded.
async fn agrees(world: &World, configurations: &[(String, String)], recording: &str, least: usize) {
    let input: String = configurations.iter().map(|(id, settings)| format!("{id}\t{settings}\n")).collect();
    let program = fixture("apache/ReadConfigs.java");
    let output = world.jars().run(&program.to_string_lossy(), &[], &input).await;
    let found = format!("id\tsettings\tverdict\texception_class\tmessage\n{}", printed(&output, 0));
    assert!(found.lines().count() > least, "{}", output.stderr.text());
    let recorded = fixture(recording);
    if is_recording() {
        std::fs::write(&recorded, &found).expect("it can be written");
    }
    let recorded = std::fs::read_to_string(recorded).expect("it was recorded");
    for (found, recorded) in found.lines().zip(recorded.lines()) {
        assert_eq!(found, recorded);
    }
    assert_eq!(found.lines().count(), recorded.lines().count());
}
