//! OffsetDelete: offsets of topics that no member of the group reads.

use std::sync::Arc;

use kafka_protocol::ResponseError;
use kafka_protocol::messages::offset_delete_response::{OffsetDeleteResponsePartition, OffsetDeleteResponseTopic};
use kafka_protocol::messages::{OffsetDeleteRequest, OffsetDeleteResponse};

use super::code;
use crate::engine::broker::Broker;
use crate::engine::broker::controller::scala::{in_set_order, partition_hash};
use crate::engine::broker::group::offsets::TopicPartition;
use crate::engine::broker::handlers::{ApiSpec, RequestContext, RequestError, by_topic, typed};

pub(in crate::engine::broker::handlers) static SPEC: ApiSpec =
    ApiSpec { key: 47, handle: |broker, context, body| typed(broker, context, body, offset_delete) };

async fn offset_delete(
    broker: Arc<Broker>,
    _context: RequestContext,
    request: OffsetDeleteRequest,
) -> Result<OffsetDeleteResponse, RequestError> {
    if request.group_id.is_empty() {
        return Ok(OffsetDeleteResponse::default().with_error_code(ResponseError::InvalidGroupId.code()));
    }
    let metadata = broker.metadata.snapshot();
    let exists = |topic: &str, index: i32| metadata.topics.get(topic).is_some_and(|topic| topic.partitions.contains_key(&index));
    let mut known = Vec::new();
    for topic in &request.topics {
        let indexes = topic.partitions.iter().map(|partition| partition.partition_index);
        known.extend(
            indexes.filter(|index| exists(&topic.name, *index)).map(|index| TopicPartition::new(topic.name.as_str(), index)),
        );
    }
    let mut results = match broker.groups.delete_offsets(&request.group_id, &known) {
        Ok(results) => results.into_iter(),
        Err(error) => return Ok(OffsetDeleteResponse::default().with_error_code(error.code())),
    };
    let (mut missing, mut known) = (Vec::new(), Vec::new());
    for topic in request.topics {
        for index in topic.partitions.iter().map(|partition| partition.partition_index) {
            let is_known = exists(&topic.name, index);
            let error = if is_known { results.next().flatten() } else { Some(ResponseError::UnknownTopicOrPartition) };
            let answer = OffsetDeleteResponsePartition::default().with_partition_index(index).with_error_code(code(error));
            if is_known { &mut known } else { &mut missing }.push((topic.name.clone(), index, answer));
        }
    }
    missing.extend(in_set_order(known, |(topic, index, _)| partition_hash(topic, *index)));
    let topics = by_topic::as_they_come(missing).into_iter();
    let topics =
        topics.map(|(name, partitions)| OffsetDeleteResponseTopic::default().with_name(name).with_partitions(partitions));
    Ok(OffsetDeleteResponse::default().with_topics(topics.collect()))
}
