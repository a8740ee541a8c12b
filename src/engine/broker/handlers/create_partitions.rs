//! CreatePartitions (key 37, v0-3): a topic grows; it never shrinks.

use std::collections::HashSet;
use std::sync::Arc;

use kafka_protocol::ResponseError;
use kafka_protocol::messages::create_partitions_request::CreatePartitionsTopic;
use kafka_protocol::messages::create_partitions_response::CreatePartitionsTopicResult;
use kafka_protocol::messages::{CreatePartitionsRequest, CreatePartitionsResponse};
use kafka_protocol::protocol::{Request, StrBytes};

use super::config_resource::repeats;
use super::create_topics::leaderless_after;
use super::{ApiSpec, Broker, RequestContext, RequestError, typed};
use crate::engine::broker::controller::scala::{in_set_order, java_hash};
use crate::engine::broker::controller::{ApiError, Growth};

/// The API's row.
pub static SPEC: ApiSpec =
    ApiSpec { key: CreatePartitionsRequest::KEY, handle: |broker, context, body| typed(broker, context, body, handle) };

async fn handle(
    broker: Arc<Broker>,
    _: RequestContext,
    request: CreatePartitionsRequest,
) -> Result<CreatePartitionsResponse, RequestError> {
    let twice = repeats(request.topics.iter().map(|topic| topic.name.as_str()));
    let (mut answered, mut results) = (HashSet::new(), Vec::new());
    for topic in request.topics.iter().filter(|topic| answered.insert(topic.name.as_str())) {
        let result = if twice.contains(topic.name.as_str()) {
            Err(ApiError::new(ResponseError::InvalidRequest, "Duplicate topic in request."))
        } else {
            broker.controller.create_partitions(growth(topic), request.validate_only).await
        };
        results.push((topic.name.clone(), result));
    }
    let grown = results.iter().filter_map(|(name, result)| Some((name.to_string(), result.as_ref().ok()?.clone())));
    let late = match request.validate_only {
        true => HashSet::new(),
        false => leaderless_after(&broker, grown.collect(), request.timeout_ms).await,
    };
    let results = in_set_order(results, |(name, _)| java_hash(name)).into_iter().map(|(name, result)| {
        let is_late = late.contains(name.as_str());
        let answer = CreatePartitionsTopicResult::default().with_name(name);
        match result {
            // as Kafka: they are added all the same
            Ok(_) if is_late => answer.with_error_code(ResponseError::RequestTimedOut.code()).with_error_message(None),
            Ok(_) => answer.with_error_message(None),
            Err(error) => answer.with_error_code(error.error.code()).with_error_message(error.message.map(StrBytes::from_string)),
        }
    });
    Ok(CreatePartitionsResponse::default().with_results(results.collect()))
}

fn growth(topic: &CreatePartitionsTopic) -> Growth {
    let assignment = topic
        .assignments
        .as_ref()
        .map(|assignments| assignments.iter().map(|one| one.broker_ids.iter().map(|id| id.0).collect()).collect());
    Growth { topic: topic.name.to_string(), count: topic.count, assignment }
}
