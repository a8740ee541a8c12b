//! The files of `config/`: the settings that Kafka 3.6.0 ships, in its order, with comments of our own.

use std::fmt::Display;

use super::Settings;
use crate::properties;
use crate::text::distribution as text;
use crate::text::{Language, Text};

/// The configuration files: name and contents, sorted by name.
pub fn files(settings: &Settings) -> [(&'static str, String); 4] {
    [
        ("consumer.properties", consumer(settings)),
        ("producer.properties", producer(settings)),
        ("server.properties", server(settings)),
        ("zookeeper.properties", zookeeper(settings)),
    ]
}

/// The files of `config/` beside those: name below `config/`, what it is, and the settings that Kafka ships.
const OTHERS: [(&str, Text, &str); 14] = [
    ("connect-console-sink.properties", text::CONNECT, include_str!("files/connect-console-sink.properties")),
    ("connect-console-source.properties", text::CONNECT, include_str!("files/connect-console-source.properties")),
    ("connect-distributed.properties", text::CONNECT, include_str!("files/connect-distributed.properties")),
    ("connect-file-sink.properties", text::CONNECT, include_str!("files/connect-file-sink.properties")),
    ("connect-file-source.properties", text::CONNECT, include_str!("files/connect-file-source.properties")),
    ("connect-log4j.properties", text::CONNECT, include_str!("files/connect-log4j.properties")),
    ("connect-mirror-maker.properties", text::MIRROR_MAKER, include_str!("files/connect-mirror-maker.properties")),
    ("connect-standalone.properties", text::CONNECT, include_str!("files/connect-standalone.properties")),
    ("kraft/broker.properties", text::KRAFT, include_str!("files/kraft/broker.properties")),
    ("kraft/controller.properties", text::KRAFT, include_str!("files/kraft/controller.properties")),
    ("kraft/server.properties", text::KRAFT, include_str!("files/kraft/server.properties")),
    ("log4j.properties", text::LOG4J, include_str!("files/log4j.properties")),
    ("tools-log4j.properties", text::TOOLS_LOG4J, include_str!("files/tools-log4j.properties")),
    ("trogdor.conf", text::TROGDOR, include_str!("files/trogdor.conf")),
];

/// The other files of `config/`, for logs and for the parts that need Apache's engine: name below `config/` and contents.
pub(super) fn other_files(settings: &Settings) -> impl Iterator<Item = (&'static str, String)> {
    OTHERS.iter().map(|(name, about, keys)| {
        let contents = match keys.strip_prefix('{') {
            // JSON has no comments
            Some(rest) => format!("{{\n    \"_comment\": [\"{}\"],{rest}", about.get(settings.language)),
            None => Page::new(settings, *about).text + "\n" + keys,
        };
        (*name, contents)
    })
}

/// A `.properties` file as it grows.
struct Page {
    language: Language,
    text: String,
}

impl Page {
    fn new(settings: &Settings, about: Text) -> Self {
        let page = Self { language: settings.language, text: String::new() };
        page.comment(about)
    }

    /// The sentence, a `#` before each of its lines.
    fn comment(mut self, sentence: Text) -> Self {
        for line in sentence.get(self.language).lines() {
            self.text.push_str(&format!("# {line}\n"));
        }
        self
    }

    fn section(mut self, name: Text) -> Self {
        self.text
            .push_str(&format!("\n############################# {} #############################\n", name.get(self.language)));
        self
    }

    /// A comment and the setting that it is about.
    fn set(mut self, about: Text, key: &str, value: impl Display) -> Self {
        self.text.push('\n');
        self.comment(about).also(key, value)
    }

    /// A setting that shares the comment of the one before it.
    fn also(mut self, key: &str, value: impl Display) -> Self {
        self.text.push_str(&format!("{key}={value}\n"));
        self
    }

    /// A setting that is off: a comment to take the `#` away from.
    fn off(mut self, about: Text, key: &str, value: &str) -> Self {
        self.text.push('\n');
        self.comment(about).also(&format!("#{key}"), value)
    }
}

/// A folder for data: below `/tmp` as Kafka ships it, or below the root that was asked for.
fn data_folder(settings: &Settings, name: &str) -> String {
    let root = settings.data_root.as_ref().map_or_else(|| "/tmp".into(), |root| root.display().to_string());
    // Java reads these files in Latin-1, so that a Korean folder can only stand there escaped
    properties::escape_value(&format!("{root}/{name}"))
}

fn server(settings: &Settings) -> String {
    let page = Page::new(settings, text::SERVER).section(text::SECTION_BASICS).set(text::BROKER_ID, "broker.id", 0);
    let page = page.section(text::SECTION_SOCKETS);
    let listeners = format!("PLAINTEXT://:{}", settings.broker_port);
    let page = match settings.broker_port {
        9092 => page.off(text::LISTENERS, "listeners", &listeners),
        _ => page.set(text::LISTENERS, "listeners", listeners),
    };
    page.off(text::ADVERTISED_LISTENERS, "advertised.listeners", "PLAINTEXT://your.host.name:9092")
        .off(
            text::SECURITY_PROTOCOLS,
            "listener.security.protocol.map",
            "PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL",
        )
        .set(text::NETWORK_THREADS, "num.network.threads", 3)
        .set(text::IO_THREADS, "num.io.threads", 8)
        .set(text::SOCKET_BUFFERS, "socket.send.buffer.bytes", 102_400)
        .also("socket.receive.buffer.bytes", 102_400)
        .set(text::REQUEST_MAX, "socket.request.max.bytes", 104_857_600)
        .section(text::SECTION_LOG)
        .set(text::LOG_DIRS, "log.dirs", data_folder(settings, "kafka-logs"))
        .set(text::NUM_PARTITIONS, "num.partitions", 1)
        .set(text::RECOVERY_THREADS, "num.recovery.threads.per.data.dir", 1)
        .section(text::SECTION_INTERNAL)
        .set(text::INTERNAL_TOPICS, "offsets.topic.replication.factor", 1)
        .also("transaction.state.log.replication.factor", 1)
        .also("transaction.state.log.min.isr", 1)
        .section(text::SECTION_FLUSH)
        .off(text::FLUSH_MESSAGES, "log.flush.interval.messages", "10000")
        .off(text::FLUSH_MS, "log.flush.interval.ms", "1000")
        .section(text::SECTION_RETENTION)
        .set(text::RETENTION_HOURS, "log.retention.hours", 168)
        .off(text::RETENTION_BYTES, "log.retention.bytes", "1073741824")
        .off(text::SEGMENT_BYTES, "log.segment.bytes", "1073741824")
        .set(text::RETENTION_CHECK, "log.retention.check.interval.ms", 300_000)
        .section(text::SECTION_ZOOKEEPER)
        .set(text::ZOOKEEPER_CONNECT, "zookeeper.connect", format_args!("localhost:{}", settings.zookeeper_port))
        .set(text::ZOOKEEPER_TIMEOUT, "zookeeper.connection.timeout.ms", 18_000)
        .section(text::SECTION_GROUPS)
        .set(text::REBALANCE_DELAY, "group.initial.rebalance.delay.ms", 0)
        .text
}

fn zookeeper(settings: &Settings) -> String {
    Page::new(settings, text::ZOOKEEPER)
        .set(text::DATA_DIR, "dataDir", data_folder(settings, "zookeeper"))
        .set(text::CLIENT_PORT, "clientPort", settings.zookeeper_port)
        .set(text::MAX_CONNECTIONS, "maxClientCnxns", 0)
        .set(text::ADMIN_SERVER, "admin.enableServer", false)
        .also("#admin.serverPort", 8080)
        .text
}

fn producer(settings: &Settings) -> String {
    Page::new(settings, text::PRODUCER)
        .set(text::BOOTSTRAP_SERVERS, "bootstrap.servers", format_args!("localhost:{}", settings.broker_port))
        .set(text::COMPRESSION, "compression.type", "none")
        .off(text::PARTITIONER, "partitioner.class", "")
        .off(text::REQUEST_TIMEOUT, "request.timeout.ms", "")
        .off(text::MAX_BLOCK, "max.block.ms", "")
        .off(text::LINGER, "linger.ms", "")
        .off(text::MAX_REQUEST, "max.request.size", "")
        .off(text::BATCH_SIZE, "batch.size", "")
        .off(text::BUFFER_MEMORY, "buffer.memory", "")
        .text
}

fn consumer(settings: &Settings) -> String {
    Page::new(settings, text::CONSUMER)
        .set(text::BOOTSTRAP_SERVERS, "bootstrap.servers", format_args!("localhost:{}", settings.broker_port))
        .set(text::GROUP_ID, "group.id", "test-consumer-group")
        .off(text::OFFSET_RESET, "auto.offset.reset", "")
        .text
}
