//! The settings of groups and of their offsets, read once from the broker's configuration.

use crate::engine::broker::config::BrokerConfig;
use crate::engine::kafka::batch::Compression;

/// What of the broker's configuration rules groups. Times are milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupSettings {
    /// `group.min.session.timeout.ms`
    pub min_session_timeout: i32,
    /// `group.max.session.timeout.ms`
    pub max_session_timeout: i32,
    /// `group.max.size`
    pub max_size: usize,
    /// `group.initial.rebalance.delay.ms`
    pub initial_rebalance_delay: u64,
    /// `offset.metadata.max.bytes`, in characters as Kafka counts them.
    pub max_metadata_size: usize,
    /// `offsets.retention.minutes`
    pub offsets_retention: i64,
    /// `offsets.retention.check.interval.ms`
    pub retention_check_interval: u64,
    /// `offsets.topic.num.partitions`
    pub topic_partitions: i32,
    /// `offsets.topic.replication.factor`
    pub topic_replication_factor: i16,
    /// `offsets.topic.segment.bytes`
    pub topic_segment_bytes: i32,
    /// `offsets.topic.compression.codec`
    pub compression: Compression,
    /// `offsets.load.buffer.size`, in bytes.
    pub load_buffer_size: usize,
    /// `offsets.commit.timeout.ms`
    pub commit_timeout: u64,
    /// `offsets.commit.required.acks`
    pub required_acks: i16,
}

impl GroupSettings {
    /// The settings of a broker.
    pub fn new(config: &BrokerConfig) -> Self {
        let millis = |name: &str| u64::try_from(config.long(name)).unwrap_or(0);
        let size = |name: &str| usize::try_from(config.int(name)).unwrap_or(0);
        let short = |name: &str| i16::try_from(config.int(name)).unwrap_or(i16::MAX);
        // an unknown codec is none
        let codec = i16::try_from(config.int("offsets.topic.compression.codec")).ok().and_then(Compression::from_id);
        Self {
            min_session_timeout: config.int("group.min.session.timeout.ms"),
            max_session_timeout: config.int("group.max.session.timeout.ms"),
            max_size: size("group.max.size"),
            initial_rebalance_delay: millis("group.initial.rebalance.delay.ms"),
            max_metadata_size: size("offset.metadata.max.bytes"),
            offsets_retention: config.long("offsets.retention.minutes") * 60_000,
            retention_check_interval: millis("offsets.retention.check.interval.ms"),
            topic_partitions: config.int("offsets.topic.num.partitions"),
            topic_replication_factor: short("offsets.topic.replication.factor"),
            topic_segment_bytes: config.int("offsets.topic.segment.bytes"),
            compression: codec.unwrap_or(Compression::None),
            load_buffer_size: size("offsets.load.buffer.size"),
            commit_timeout: millis("offsets.commit.timeout.ms"),
            required_acks: short("offsets.commit.required.acks"),
        }
    }
}
