//! Facts about Kafka 3.6.0 and ZooKeeper 3.8.2, each in one place.
//!
//! The tables under `data/` were read from the running programs by reflection; one file per table, tab-separated with one
//! header line. The broker's configuration, the tools' option parsers, the rules and the book read the same rows.

pub mod api_versions;
pub mod client_metrics;
pub mod configs;
pub mod effects;
pub mod error_codes;
pub mod idle_keys;
pub mod removed;
pub mod table;
pub mod tools;
pub mod zookeeper;

/// The Kafka release that the bundled engine is held against.
pub const KAFKA_VERSION: &str = "3.6.0";
/// The Scala version in the name of the distribution's folder.
pub const SCALA_VERSION: &str = "2.13";
/// The version of Scala with its last number, as `kafka-run-class.sh` of a source folder names it.
pub const SCALA_FULL_VERSION: &str = "2.13.11";
/// The commit that Kafka 3.6.0 was built from, as its log prints it.
pub const KAFKA_COMMIT: &str = "60e845626d8a465a";
/// The ZooKeeper version string that 3.6.0's coordinator prints.
pub const ZOOKEEPER_VERSION: &str = "3.8.2-139d619b58292d7734b4fc83a0f44be4e7b0c986, built on 2023-07-05 19:24 UTC";
