//! CreateTopics (key 19, v0-7): makes topics and waits for their leaders, or with `validate_only` says whether they could be made. From v5 on the answer has
//! what was made: partitions, replication factor and settings; from v7 on the id.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use kafka_protocol::ResponseError;
use kafka_protocol::messages::create_topics_request::CreatableTopic;
use kafka_protocol::messages::create_topics_response::{CreatableTopicConfigs, CreatableTopicResult};
use kafka_protocol::messages::{CreateTopicsRequest, CreateTopicsResponse};
use kafka_protocol::protocol::{Request, StrBytes};

use super::config_resource::repeats;
use super::{ApiSpec, Broker, RequestContext, RequestError, described_configs, typed};
use crate::engine::broker::controller::topics::PlannedTopic;
use crate::engine::broker::controller::{ApiError, NewTopic};
use crate::engine::broker::metadata::ClusterMetadata;

/// The API's row.
pub static SPEC: ApiSpec =
    ApiSpec { key: CreateTopicsRequest::KEY, handle: |broker, context, body| typed(broker, context, body, handle) };

async fn handle(
    broker: Arc<Broker>,
    _: RequestContext,
    request: CreateTopicsRequest,
) -> Result<CreateTopicsResponse, RequestError> {
    let twice = repeats(request.topics.iter().map(|topic| topic.name.as_str()));
    let mut results = Vec::new();
    for topic in &request.topics {
        let result = if twice.contains(topic.name.as_str()) {
            Err(ApiError::new(ResponseError::InvalidRequest, "Found multiple entries for this topic."))
        } else {
            broker.controller.create_topic(wanted(topic), request.validate_only).await
        };
        results.push((topic.name.clone(), result));
    }
    let planned = results.iter().filter_map(|(_, result)| result.as_ref().ok());
    let partitions = planned.map(|topic| (topic.name.clone(), topic.assignment.keys().copied().collect())).collect();
    let late = match request.validate_only {
        true => HashSet::new(),
        false => leaderless_after(&broker, partitions, request.timeout_ms).await,
    };
    let topics = results.into_iter().map(|(name, result)| {
        let answer = CreatableTopicResult::default().with_name(name);
        match result {
            // as Kafka: it is made all the same
            Ok(planned) if late.contains(&planned.name) => {
                refused(answer.with_topic_id(planned.id), &ResponseError::RequestTimedOut.into())
            }
            Ok(planned) => made(&broker, answer, &planned, request.validate_only),
            Err(error) => refused(answer, &error),
        }
    });
    Ok(CreateTopicsResponse::default().with_topics(topics.collect()))
}

/// Waits until all partitions of these topics have leaders, at most so many milliseconds, and tells the topics that have not; all
/// of them where nobody is to wait.
pub(super) async fn leaderless_after(broker: &Broker, topics: Vec<(String, Vec<i32>)>, timeout_ms: i32) -> HashSet<String> {
    let Some(timeout) = u64::try_from(timeout_ms).ok().filter(|timeout| *timeout > 0) else {
        return topics.into_iter().map(|(name, _)| name).collect();
    };
    let is_led =
        |cluster: &ClusterMetadata, (name, partitions): &(String, Vec<i32>)| cluster.all_led(name, partitions.iter().copied());
    let all = broker.metadata.wait_for(|cluster| topics.iter().all(|topic| is_led(cluster, topic)));
    if tokio::time::timeout(Duration::from_millis(timeout), all).await.is_ok() {
        return HashSet::new();
    }
    let cluster = broker.metadata.snapshot();
    topics.into_iter().filter(|topic| !is_led(&cluster, topic)).map(|(name, _)| name).collect()
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
