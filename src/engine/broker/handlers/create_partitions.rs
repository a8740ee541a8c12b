//! CreatePartitions (key 37, v0-3): a topic grows; it never shrinks.

use std::sync::Arc;

use kafka_protocol::ResponseError;
use kafka_protocol::messages::create_partitions_request::CreatePartitionsTopic;
use kafka_protocol::messages::create_partitions_response::CreatePartitionsTopicResult;
use kafka_protocol::messages::{CreatePartitionsRequest, CreatePartitionsResponse};
use kafka_protocol::protocol::{Request, StrBytes};

use super::{ApiSpec, Broker, RequestContext, RequestError, typed};
use crate::engine::broker::controller::{ApiError, Growth};

/// The API's row.
pub static SPEC: ApiSpec =
    ApiSpec { key: CreatePartitionsRequest::KEY, handle: |broker, context, body| typed(broker, context, body, handle) };

async fn handle(
    broker: Arc<Broker>,
    _: RequestContext,
    request: CreatePartitionsRequest,
) -> Result<CreatePartitionsResponse, RequestError> {
    let mut results: Vec<CreatePartitionsTopicResult> = Vec::new();
    for topic in &request.topics {
        if results.iter().any(|result| result.name == topic.name) {
            continue;
        }
        let result = if request.topics.iter().filter(|other| other.name == topic.name).count() > 1 {
            Err(ApiError::new(ResponseError::InvalidRequest, "Duplicate topic in request."))
        } else {
            broker.controller.create_partitions(growth(topic), request.validate_only).await
        };
        let answer = CreatePartitionsTopicResult::default().with_name(topic.name.clone());
        results.push(match result {
            Ok(()) => answer.with_error_message(None),
            Err(error) => answer.with_error_code(error.error.code()).with_error_message(error.message.map(StrBytes::from_string)),
        });
    }
    Ok(CreatePartitionsResponse::default().with_results(results))
}

fn growth(topic: &CreatePartitionsTopic) -> Growth {
    let assignment = topic
        .assignments
        .as_ref()
        .map(|assignments| assignments.iter().map(|one| one.broker_ids.iter().map(|id| id.0).collect()).collect());
    Growth { topic: topic.name.to_string(), count: topic.count, assignment }
}
