//! What the options of the tools are for, in one or two sentences each, for the usage tables.

mod admin;
mod measuring;

/// Sentences, by the name of the option without dashes.
pub(super) type Texts = &'static [(&'static str, &'static str)];

/// What an option of a script is for; empty where the script has no such option.
pub(super) fn description(script: &str, option: &str) -> &'static str {
    let texts = match script {
        "kafka-topics.sh" => TOPICS,
        "kafka-console-producer.sh" => PRODUCER,
        "kafka-console-consumer.sh" => CONSUMER,
        _ => &[],
    };
    let others = admin::texts(script).iter().chain(measuring::texts(script));
    texts.iter().chain(others).chain(COMMON).find(|(name, _)| *name == option).map_or("", |(_, text)| text)
}

const COMMON: Texts = &[
    ("help", "Print usage information."),
    ("version", "Display Kafka version."),
    ("bootstrap-server", "REQUIRED: The Kafka server to connect to, as host:port; several are separated by commas."),
    ("command-config", "A file with configs for the admin client."),
];

const TOPICS: Texts = &[
    ("alter", "Change the number of partitions of a topic. Its configs are changed with kafka-configs."),
    ("at-min-isr-partitions", "With --describe: show only partitions with just min.insync.replicas replicas in sync."),
    ("config", "A config of the topic that is created, as name=value. May be given several times."),
    ("create", "Create a new topic."),
    ("delete", "Delete a topic."),
    ("delete-config", "Not supported together with --bootstrap-server; see kafka-configs."),
    ("describe", "List details of the topics."),
    ("exclude-internal", "With --list and --describe: leave out Kafka's internal topics."),
    ("if-exists", "With --alter, --delete and --describe: do nothing where the topic does not exist."),
    ("if-not-exists", "With --create: do nothing where the topic exists."),
    ("list", "List all topics."),
    (
        "partitions",
        "The number of partitions of the topic that is created or altered. More partitions for a topic with keys change which \
         partition a key goes to. Without it --create takes the broker's default.",
    ),
    ("replica-assignment", "Which brokers keep which partition, by hand: brokers of a partition joined by colons."),
    ("replication-factor", "On how many brokers each partition of the new topic is kept. Without it: the broker's default."),
    (
        "topic",
        "The topic to create, alter, describe or delete. Except for --create it is a regular expression; put it in quotes and \
         write \\. for a full stop.",
    ),
    ("topic-id", "With --describe: the id of the topic."),
    ("topics-with-overrides", "With --describe: show only topics with configs of their own."),
    ("unavailable-partitions", "With --describe: show only partitions without an available leader."),
    ("under-min-isr-partitions", "With --describe: show only partitions with fewer than min.insync.replicas in sync."),
    ("under-replicated-partitions", "With --describe: show only partitions with a replica that is not in sync."),
];

const PRODUCER: Texts = &[
    ("batch-size", "How many bytes are collected for a batch at most. It stands for batch.size."),
    ("broker-list", "DEPRECATED, use --bootstrap-server instead; ignored if --bootstrap-server is given."),
    ("compression-codec", "none, gzip, snappy, lz4 or zstd. Without a value it is gzip."),
    ("line-reader", "The class that makes records of what is read."),
    ("max-block-ms", "How long a send may wait for metadata or memory."),
    ("max-memory-bytes", "The memory for records that wait to be sent."),
    ("max-partition-memory-bytes", "As --batch-size, which wins where both are given."),
    ("message-send-max-retries", "How often a failed send is tried again."),
    ("metadata-expiry-ms", "After how long metadata is asked for again even if nothing changed."),
    ("producer-property", "A config of the producer as key=value."),
    ("producer.config", "A file with configs of the producer; --producer-property wins over it."),
    (
        "property",
        "A property of the reader as key=value:\nparse.key=false\nparse.headers=false\nignore.error=false\nkey.separator=\\t\n\
         headers.delimiter=\\t\nheaders.separator=,\nheaders.key.separator=:\nnull.marker=",
    ),
    ("reader-config", "A file with properties of the reader; --property wins over it."),
    ("request-required-acks", "What is waited for before a send is done: 0, 1 or all."),
    ("request-timeout-ms", "How long an answer may take; it stands for request.timeout.ms."),
    ("retry-backoff-ms", "The pause before a failed send is tried again."),
    ("socket-buffer-size", "The size of the TCP send buffer."),
    ("sync", "Wait for each record before the next one is sent."),
    ("timeout", "How long a record may wait for others to go with it. It stands for linger.ms."),
    ("topic", "REQUIRED: The topic to send to."),
];

const CONSUMER: Texts = &[
    ("consumer-property", "A config of the consumer as key=value."),
    ("consumer.config", "A file with configs of the consumer; --consumer-property wins over it."),
    ("enable-systest-events", "Log what happens to the consumer too; for Kafka's own tests."),
    ("formatter", "The class that writes records out."),
    ("formatter-config", "A file with properties of the formatter; --property wins over it."),
    ("from-beginning", "Begin with the first record that is kept, if the group has no committed offset yet."),
    ("group", "The consumer group to be in. Without it a new one is made up."),
    ("include", "A regular expression for the topics to consume."),
    ("isolation-level", "read_committed leaves out records of transactions that are not committed; read_uncommitted shows all."),
    ("key-deserializer", "The class that reads keys."),
    ("max-messages", "Stop after that many records; without it there is no end."),
    ("offset", "Where to begin in the partition: a number, 'earliest' or 'latest'."),
    ("partition", "The partition to consume. Without --offset its new records only."),
    (
        "property",
        "A property of the formatter as key=value:\nprint.timestamp=true|false\nprint.key=true|false\nprint.offset=true|false\n\
         print.partition=true|false\nprint.headers=true|false\nprint.value=true|false\nkey.separator=<key.separator>\n\
         line.separator=<line.separator>\nheaders.separator=<line.separator>\nnull.literal=<null.literal>\n\
         key.deserializer=<key.deserializer>\nvalue.deserializer=<value.deserializer>\nheader.deserializer=<header.deserializer>",
    ),
    ("skip-message-on-error", "Leave out a record that cannot be written, instead of stopping."),
    ("timeout-ms", "Stop when no record comes for that long."),
    ("topic", "The topic to consume."),
    ("value-deserializer", "The class that reads values."),
    ("whitelist", "DEPRECATED, use --include instead; ignored if --include is given."),
];
