//! The options of the tools that measure and of those that Kafka's own tests use, and of the one that shows files.

use super::Texts;

/// The texts of a script; none where it is not one of these.
pub(super) fn texts(script: &str) -> Texts {
    match script {
        "kafka-dump-log.sh" => DUMP_LOG,
        "kafka-producer-perf-test.sh" => PRODUCER_PERFORMANCE,
        "kafka-consumer-perf-test.sh" => CONSUMER_PERFORMANCE,
        "kafka-verifiable-producer.sh" => VERIFIABLE_PRODUCER,
        "kafka-verifiable-consumer.sh" => VERIFIABLE_CONSUMER,
        _ => &[],
    }
}

const DUMP_LOG: Texts = &[
    ("cluster-metadata-decoder", "Read the records as those of a KRaft cluster's metadata."),
    ("deep-iteration", "Show each record, not only each batch; --print-data-log does so too."),
    ("files", "REQUIRED: The files to show, separated by commas."),
    ("index-sanity-check", "Only check indexes, as a broker does when it starts."),
    ("key-decoder-class", "The class that reads keys; keys and values are shown."),
    ("max-bytes", "How many bytes of a .log file are read at most, in whole batches."),
    ("max-message-size", "How many bytes after an index entry's position its batch is looked for."),
    ("offsets-decoder", "Read the records as those of __consumer_offsets."),
    ("print-data-log", "Show keys and values; a decoder option does so too."),
    ("skip-record-metadata", "Leave out everything but keys and values of records."),
    ("transaction-log-decoder", "Read the records as those of __transaction_state."),
    ("value-decoder-class", "The class that reads values; keys and values are shown."),
    ("verify-index-only", "Check indexes without showing them."),
];

const PRODUCER_PERFORMANCE: Texts = &[
    ("topic", "the topic to send to"),
    ("num-records", "how many records to send"),
    (
        "payload-delimiter",
        "what stands between the payloads in --payload-file, as a regular expression. A new line where it is not given.",
    ),
    ("throughput", "send about that many records per second and no more; -1 for as many as possible."),
    (
        "producer-props",
        "configs of the producer as name=value, such as bootstrap.servers and client.id. They win over those in \
         --producer.config.",
    ),
    ("producer.config", "a file with configs of the producer."),
    ("print-metrics", "show the metrics of the producer at the end."),
    ("transactional-id", "the transactional.id to use where --transaction-duration-ms is above 0."),
    (
        "transaction-duration-ms",
        "how long each transaction takes; it is committed after that. There are transactions only where this is above 0.",
    ),
    ("record-size", "how many bytes a record has. Either this or --payload-file must be given."),
    (
        "payload-file",
        "a file with payloads in UTF-8, one of which is chosen by chance for each record. Either this or --record-size must be given.",
    ),
];

const CONSUMER_PERFORMANCE: Texts = &[
    ("bootstrap-server", "REQUIRED unless --broker-list is given: the Kafka servers to connect to, as host:port."),
    ("broker-list", "DEPRECATED, use --bootstrap-server instead; ignored if --bootstrap-server is given."),
    ("consumer.config", "A file with configs of the consumer."),
    ("date-format", "How times are shown, in the letters of java.text.SimpleDateFormat."),
    ("fetch-size", "The most bytes to fetch of one partition at once."),
    ("from-latest", "Begin with new records where the group has no committed offset; otherwise with the first that is kept."),
    ("group", "The consumer group to be in."),
    ("hide-header", "Leave out the line with the names of the figures."),
    ("messages", "REQUIRED: How many records to read."),
    ("num-fetch-threads", "DEPRECATED AND IGNORED: the number of threads that fetch."),
    ("print-metrics", "Show the metrics of the consumer at the end."),
    ("reporting-interval", "How many milliseconds there are between lines of --show-detailed-stats."),
    ("show-detailed-stats", "Show figures after each interval, and none at the end."),
    ("socket-buffer-size", "The size of the TCP receive buffer."),
    ("threads", "DEPRECATED AND IGNORED: the number of threads."),
    ("timeout", "Stop when no record came for that many milliseconds."),
    ("topic", "REQUIRED: The topic to read."),
];

const VERIFIABLE_PRODUCER: Texts = &[
    ("topic", "The topic to send to."),
    ("bootstrap-server", "REQUIRED: The Kafka servers to connect to, as HOST1:PORT1,HOST2:PORT2,..."),
    ("broker-list", "DEPRECATED, use --bootstrap-server instead."),
    ("max-messages", "How many records to send; -1 for no end."),
    ("throughput", "From 0 on: send about that many records per second and no more."),
    ("acks", "The acks that each record needs."),
    ("producer.config", "A file with configs of the producer."),
    ("message-create-time", "The timestamp of the first record, in milliseconds since 1970; later ones count on from it."),
    ("value-prefix", "A number that is put before each value, with a full stop between."),
    ("repeating-keys", "Give the records keys that count from 0 up to that number, without it, again and again."),
];

const VERIFIABLE_CONSUMER: Texts = &[
    (
        "bootstrap-server",
        "REQUIRED unless --broker-list is given: the Kafka servers to connect to, as HOST1:PORT1,HOST2:PORT2,...",
    ),
    ("broker-list", "DEPRECATED, use --bootstrap-server instead."),
    ("topic", "The topic to read."),
    ("group-id", "The consumer group to be in."),
    ("group-instance-id", "A name of its own in the group, for static membership."),
    ("max-messages", "How many records to read; -1 for no end."),
    ("session-timeout", "After how many milliseconds of silence the group goes on without it."),
    ("verbose", "Print each record too."),
    ("enable-autocommit", "Let the consumer commit by itself."),
    ("reset-policy", "Where to begin without a committed offset: 'earliest', 'latest', or 'none' for an error."),
    ("assignment-strategy", "The class that deals out partitions."),
    ("consumer.config", "A file with configs of the consumer; options win over it."),
];
