//! CreatePartitions (key 37, v0-3): a topic grows; it never shrinks.

use std::collections::HashSet;
use std::sync::Arc;

use kafka_protocol::ResponseError;
use kafka_protocol::messages::create_partitions_request::CreatePartitionsTopic;
use kafka_protocol::messages::create_partitions_response::CreatePartitionsTopicResult;
use kafka_protocol::messages::{CreatePartitionsRequest, CreatePartitionsResponse};
use kafka_protocol::protocol::{Request, StrBytes};

use super::config_resource::repeats;
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
    let twice = repeats(request.topics.iter().map(|topic| topic.name.as_str()));
    let mut answered = HashSet::new();
    for topic in &request.topics {
        if !answered.insert(topic.name.as_str()) {
            continue;
        }
        let result = if twice.contains(topic.name.as_str()) {
            Err(ApiError::new(ResponseError::InvalidRequest, "Duplicate topic in request."))
        } else {
            broker.controller.create_partitions(growth(topic), request.validate_only).await
        };
        let answer = CreatePartitionsTopicResult::default().with_name(topic.name.clone());
        results.push(match result {
            // as Kafka: they are added all the same
            Ok(()) if request.timeout_ms <= 0 && !request.validate_only => {
                answer.with_error_code(ResponseError::RequestTimedOut.code()).with_error_message(None)
            }
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
