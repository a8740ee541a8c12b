//! Kafka's command-line tools, one per script of `bin/`: they take what the Java tools take and print what those print.

pub mod acls;
mod admin;
mod argparse;
pub mod broker_api_versions;
mod client_configs;
mod clients;
pub mod cluster;
mod command_line;
pub mod configs;
mod consumer;
pub mod consumer_groups;
mod consumer_options;
mod consumer_performance;
pub mod delegation_tokens;
pub mod delete_records;
mod dump_log;
mod end_to_end_latency;
mod exception;
pub mod features;
mod formatter;
pub mod get_offsets;
mod harness;
mod internal_topics;
pub mod invocation;
mod jackson;
mod java;
mod json;
mod json_lines;
mod kafka_server;
mod latency;
pub mod leader_election;
mod line_break;
mod line_reader;
pub mod log_dirs;
mod metrics;
pub mod options;
mod principal;
mod producer;
mod producer_performance;
mod random;
pub mod reassign_partitions;
pub mod replica_verification;
mod simple_date_format;
mod stdin_lines;
mod throttler;
mod topic_config;
mod topics;
mod topics_describe;
mod topics_options;
mod transaction_log;
pub mod transactions;
mod usage;
mod usage_texts;
mod verifiable;
mod verifiable_consumer;
mod verifiable_producer;
pub mod witnessed;
pub mod zookeeper_shell;

pub use consumer::run as run_consumer;
pub use consumer_performance::run as run_consumer_performance;
pub use dump_log::run as run_dump_log;
pub use end_to_end_latency::run as run_end_to_end_latency;
use exception::{Exception, Failure, Stop};
pub use kafka_server::run as run_broker;
pub use producer::run as run_producer;
pub use producer_performance::run as run_producer_performance;
pub use topics::run as run_topics;
pub use verifiable_consumer::run as run_verifiable_consumer;
pub use verifiable_producer::run as run_verifiable_producer;

/// The main class of `kafka-server-start.sh`.
pub const BROKER_CLASS: &str = "kafka.Kafka";
/// The main class of `kafka-topics.sh`.
pub const TOPICS_CLASS: &str = "kafka.admin.TopicCommand";
/// The main class of `kafka-console-producer.sh`.
pub const PRODUCER_CLASS: &str = "kafka.tools.ConsoleProducer";
/// The main class of `kafka-console-consumer.sh`.
pub const CONSUMER_CLASS: &str = "kafka.tools.ConsoleConsumer";
/// The main class of `kafka-producer-perf-test.sh`.
pub const PRODUCER_PERFORMANCE_CLASS: &str = "org.apache.kafka.tools.ProducerPerformance";
/// The main class of `kafka-consumer-perf-test.sh`.
pub const CONSUMER_PERFORMANCE_CLASS: &str = "org.apache.kafka.tools.ConsumerPerformance";
/// The main class of `kafka-e2e-latency.sh`.
pub const END_TO_END_LATENCY_CLASS: &str = "org.apache.kafka.tools.EndToEndLatency";
/// The main class of `kafka-verifiable-producer.sh`.
pub const VERIFIABLE_PRODUCER_CLASS: &str = "org.apache.kafka.tools.VerifiableProducer";
/// The main class of `kafka-verifiable-consumer.sh`.
pub const VERIFIABLE_CONSUMER_CLASS: &str = "org.apache.kafka.tools.VerifiableConsumer";
/// The main class of `kafka-dump-log.sh`.
pub const DUMP_LOG_CLASS: &str = "kafka.tools.DumpLogSegments";

/// Whether a tool with argparse4j refuses words for what they are, before it misses any; `None` for the other tools.
#[cfg(test)]
pub(crate) fn refuses_words(script: &str, words: &[String]) -> Option<bool> {
    let specs = [
        &cluster::SPEC,
        &features::SPEC,
        &producer_performance::SPEC,
        &transactions::SPEC,
        &verifiable_consumer::SPEC,
        &verifiable_producer::SPEC,
    ];
    let spec = specs.into_iter().find(|spec| spec.script == script)?;
    let Err(argparse::Halt::Error(text)) = argparse::Parser::new(spec).parse(words) else { return Some(false) };
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let of_words =
        ["unrecognized arguments", "ambiguous", "expected one argument", "expected 1 argument", "error: invalid choice"];
    Some(of_words.iter().any(|part| text.contains(part)))
}
