//! Kafka's command-line tools, one per script of `bin/`: they take what the Java tools take and print what those print.

mod client_configs;
mod consumer;
mod consumer_options;
mod exception;
mod formatter;
mod harness;
pub mod invocation;
mod java;
mod kafka_server;
mod line_reader;
pub mod options;
mod producer;
mod topic_config;
mod topics;
mod topics_describe;
mod topics_options;
mod usage;
mod usage_texts;

pub use consumer::run as run_consumer;
use exception::{Exception, Stop};
pub use kafka_server::run as run_broker;
pub use producer::run as run_producer;
pub use topics::run as run_topics;

/// The main class of `kafka-server-start.sh`.
pub const BROKER_CLASS: &str = "kafka.Kafka";
/// The main class of `kafka-topics.sh`.
pub const TOPICS_CLASS: &str = "kafka.admin.TopicCommand";
/// The main class of `kafka-console-producer.sh`.
pub const PRODUCER_CLASS: &str = "kafka.tools.ConsoleProducer";
/// The main class of `kafka-console-consumer.sh`.
pub const CONSUMER_CLASS: &str = "kafka.tools.ConsoleConsumer";
