//! CreateTopics (key 19, v0-7): makes topics, or with `validate_only` says whether they could be made. From v5 on the answer has
//! what was made: partitions, replication factor and settings; from v7 on the id.

use std::sync::Arc;

use kafka_protocol::ResponseError;
use kafka_protocol::messages::create_topics_request::CreatableTopic;
use kafka_protocol::messages::create_topics_response::{CreatableTopicConfigs, CreatableTopicResult};
use kafka_protocol::messages::{CreateTopicsRequest, CreateTopicsResponse};
use kafka_protocol::protocol::{Request, StrBytes};

use super::config_resource::repeats;
use super::{ApiSpec, Broker, RequestContext, RequestError, described_configs, typed};
use crate::engine::broker::controller::topics::PlannedTopic;
use crate::engine::broker::controller::{ApiError, NewTopic};

/// The API's row.
pub static SPEC: ApiSpec =
    ApiSpec { key: CreateTopicsRequest::KEY, handle: |broker, context, body| typed(broker, context, body, handle) };

async fn handle(
    broker: Arc<Broker>,
    _: RequestContext,
    request: CreateTopicsRequest,
) -> Result<CreateTopicsResponse, RequestError> {
    let mut results: Vec<CreatableTopicResult> = Vec::new();
    let twice = repeats(request.topics.iter().map(|topic| topic.name.as_str()));
    for topic in &request.topics {
        let result = if twice.contains(topic.name.as_str()) {
            Err(ApiError::new(ResponseError::InvalidRequest, "Found multiple entries for this topic."))
        } else {
            broker.controller.create_topic(wanted(topic), request.validate_only).await
        };
        let answer = CreatableTopicResult::default().with_name(topic.name.clone());
        results.push(match result {
            // as Kafka: it is made all the same
            Ok(planned) if request.timeout_ms <= 0 && !request.validate_only => {
                refused(answer.with_topic_id(planned.id), &ResponseError::RequestTimedOut.into())
            }
            Ok(planned) => made(&broker, answer, &planned, request.validate_only),
            Err(error) => refused(answer, &error),
        });
    }
    Ok(CreateTopicsResponse::default().with_topics(results))
}

fn wanted(topic: &CreatableTopic) -> NewTopic {
    let ids = |ids: &[kafka_protocol::messages::BrokerId]| ids.iter().map(|id| id.0).collect();
    let text = |value: &StrBytes| value.to_string();
    NewTopic {
        name: topic.name.to_string(),
        partitions: topic.num_partitions,
        replication_factor: topic.replication_factor,
        assignment: topic.assignments.iter().map(|one| (one.partition_index, ids(&one.broker_ids))).collect(),
        overrides: topic.configs.iter().map(|config| (text(&config.name), config.value.as_ref().map(text))).collect(),
    }
}

fn made(broker: &Broker, answer: CreatableTopicResult, planned: &PlannedTopic, dry: bool) -> CreatableTopicResult {
    let overrides = planned.overrides.iter().cloned().collect();
    let configs = described_configs::topic(broker, &overrides).into_iter().map(|entry| {
        CreatableTopicConfigs::default()
            .with_name(StrBytes::from_string(entry.name))
            .with_value(entry.value.map(StrBytes::from_string))
            .with_read_only(entry.read_only)
            .with_config_source(entry.source)
            .with_is_sensitive(entry.sensitive)
    });
    let factor = planned.assignment.values().next().map_or(0, Vec::len);
    answer
        .with_error_message(None)
        .with_topic_id(if dry { uuid::Uuid::nil() } else { planned.id })
        .with_num_partitions(i32::try_from(planned.assignment.len()).unwrap_or(i32::MAX))
        .with_replication_factor(i16::try_from(factor).unwrap_or(i16::MAX))
        .with_configs(Some(configs.collect()))
}

fn refused(answer: CreatableTopicResult, error: &ApiError) -> CreatableTopicResult {
    answer
        .with_error_code(error.error.code())
        .with_error_message(error.message.clone().map(StrBytes::from_string))
        .with_num_partitions(-1)
        .with_replication_factor(-1)
        .with_configs(Some(Vec::new()))
}
