//! What the handlers of partitions share.

use std::sync::Arc;

use kafka_protocol::ResponseError;
use uuid::Uuid;

use super::Broker;
use crate::engine::broker::replica::Partition;

/// The partition, if it lives here.
///
/// # Errors
/// `NOT_LEADER_OR_FOLLOWER` where it lives elsewhere, `UNKNOWN_TOPIC_OR_PARTITION` where it is not known.
pub(super) fn partition(broker: &Broker, topic: &str, index: i32) -> Result<Arc<Partition>, ResponseError> {
    broker.replicas.partition(topic, index).map_err(|error| {
        let cluster = broker.metadata.snapshot();
        let known = cluster.topics.get(topic).is_some_and(|topic| topic.partitions.contains_key(&index));
        if known { ResponseError::NotLeaderOrFollower } else { error }
    })
}

/// The name of the topic with that id.
///
/// # Errors
/// `UNKNOWN_TOPIC_ID`.
pub(super) fn topic_name(broker: &Broker, id: Uuid) -> Result<String, ResponseError> {
    broker.metadata.snapshot().topic_names.get(&id).cloned().ok_or(ResponseError::UnknownTopicId)
}

/// A code on the wire: 0 for none.
pub(super) fn code<T>(result: &Result<T, ResponseError>) -> i16 {
    result.as_ref().err().map_or(0, ResponseError::code)
}
