//! DeleteRecords (key 21, v0-2): everything before an offset goes.

use std::sync::Arc;

use kafka_protocol::messages::delete_records_request::DeleteRecordsPartition;
use kafka_protocol::messages::delete_records_response::{DeleteRecordsPartitionResult, DeleteRecordsTopicResult};
use kafka_protocol::messages::{DeleteRecordsRequest, DeleteRecordsResponse};
use kafka_protocol::protocol::Request;

use super::lookup::partition;
use super::{ApiSpec, Broker, RequestContext, RequestError, typed};

/// The API's row.
pub static SPEC: ApiSpec =
    ApiSpec { key: DeleteRecordsRequest::KEY, handle: |broker, context, body| typed(broker, context, body, handle) };

async fn handle(
    broker: Arc<Broker>,
    _: RequestContext,
    request: DeleteRecordsRequest,
) -> Result<DeleteRecordsResponse, RequestError> {
    let topics = request.topics.into_iter().map(|topic| {
        let delete = |asked: &DeleteRecordsPartition| {
            let index = asked.partition_index;
            let result = partition(&broker, &topic.name, index).and_then(|partition| partition.delete_records(asked.offset));
            let response = DeleteRecordsPartitionResult::default().with_partition_index(index);
            match result {
                Ok(start) => response.with_low_watermark(start),
                Err(error) => response.with_low_watermark(-1).with_error_code(error.code()),
            }
        };
        let partitions = topic.partitions.iter().map(delete).collect();
        DeleteRecordsTopicResult::default().with_name(topic.name.clone()).with_partitions(partitions)
    });
    Ok(DeleteRecordsResponse::default().with_topics(topics.collect()))
}
