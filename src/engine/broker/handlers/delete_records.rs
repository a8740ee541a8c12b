//! DeleteRecords (key 21, v0-2): everything before an offset goes.

use std::sync::Arc;

use kafka_protocol::messages::delete_records_response::{DeleteRecordsPartitionResult, DeleteRecordsTopicResult};
use kafka_protocol::messages::{DeleteRecordsRequest, DeleteRecordsResponse};
use kafka_protocol::protocol::Request;

use super::lookup::partition;
use super::{ApiSpec, Broker, RequestContext, RequestError, by_topic, typed};

/// The API's row.
pub static SPEC: ApiSpec =
    ApiSpec { key: DeleteRecordsRequest::KEY, handle: |broker, context, body| typed(broker, context, body, handle) };

async fn handle(
    broker: Arc<Broker>,
    _: RequestContext,
    request: DeleteRecordsRequest,
) -> Result<DeleteRecordsResponse, RequestError> {
    let mut partitions = Vec::new();
    for topic in request.topics {
        for asked in topic.partitions {
            let index = asked.partition_index;
            let result = partition(&broker, &topic.name, index).and_then(|partition| partition.delete_records(asked.offset));
            let response = DeleteRecordsPartitionResult::default().with_partition_index(index);
            let response = match result {
                Ok(start) => response.with_low_watermark(start),
                Err(error) => response.with_low_watermark(-1).with_error_code(error.code()),
            };
            partitions.push((topic.name.clone(), index, response));
        }
    }
    let topics = by_topic::of_map(partitions).into_iter();
    let topics = topics.map(|(name, partitions)| DeleteRecordsTopicResult::default().with_name(name).with_partitions(partitions));
    Ok(DeleteRecordsResponse::default().with_topics(topics.collect()))
}
