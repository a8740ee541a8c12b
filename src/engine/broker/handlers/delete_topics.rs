//! DeleteTopics (key 20, v0-6): by name, from v6 on by id as well.

use std::collections::HashMap;
use std::sync::Arc;

use kafka_protocol::ResponseError;
use kafka_protocol::messages::delete_topics_response::DeletableTopicResult;
use kafka_protocol::messages::{DeleteTopicsRequest, DeleteTopicsResponse, TopicName};
use kafka_protocol::protocol::{Request, StrBytes};
use uuid::Uuid;

use super::{ApiSpec, Broker, RequestContext, RequestError, typed};
use crate::engine::broker::controller::ApiError;

/// The API's row.
pub static SPEC: ApiSpec =
    ApiSpec { key: DeleteTopicsRequest::KEY, handle: |broker, context, body| typed(broker, context, body, handle) };

async fn handle(
    broker: Arc<Broker>,
    context: RequestContext,
    request: DeleteTopicsRequest,
) -> Result<DeleteTopicsResponse, RequestError> {
    let by_name = request.topic_names.iter().map(|name| (Some(name.clone()), Uuid::nil()));
    let by_either = request.topics.iter().map(|topic| (topic.name.clone(), topic.topic_id));
    let wanted: Vec<(Option<TopicName>, Uuid)> = by_name.chain(by_either).collect();
    // one item that is none fails the whole request
    let unclear = wanted.iter().any(|(name, id)| name.is_some() && !id.is_nil());
    let mut done: HashMap<(Option<TopicName>, Uuid), Deleted> = HashMap::new();
    let mut responses = Vec::new();
    for (name, id) in wanted {
        let key = (name.clone(), id);
        let (name, result) = match done.get(&key) {
            _ if unclear => (name, Err(ResponseError::InvalidRequest.into())),
            Some(again) => again.clone(),
            None => delete(&broker, context.version, name, id).await,
        };
        done.insert(key, (name.clone(), result.clone()));
        let response = DeletableTopicResult::default().with_name(name).with_topic_id(id);
        responses.push(match result {
            // as Kafka: it is deleted all the same
            Ok(()) if request.timeout_ms <= 0 => response.with_error_code(ResponseError::RequestTimedOut.code()),
            Ok(()) => response,
            Err(error) => {
                response.with_error_code(error.error.code()).with_error_message(error.message.map(StrBytes::from_string))
            }
        });
    }
    Ok(DeleteTopicsResponse::default().with_responses(responses))
}

/// The topic's name, where it is known, and what became of it.
type Deleted = (Option<TopicName>, Result<(), ApiError>);

async fn delete(broker: &Broker, version: i16, name: Option<TopicName>, id: Uuid) -> Deleted {
    let cluster = broker.metadata.snapshot();
    if !broker.config.boolean("delete.topic.enable") {
        let error = if version < 3 { ResponseError::InvalidRequest } else { ResponseError::TopicDeletionDisabled };
        return (name, Err(error.into()));
    }
    if cluster.controller != Some(broker.id) {
        return (name, Err(ResponseError::NotController.into()));
    }
    if name.is_none() && id.is_nil() {
        return (name, Err(ResponseError::TopicAuthorizationFailed.into())); // there is no such topic to be allowed to delete
    }
    let known = || cluster.topic_names.get(&id).map(|name| TopicName(StrBytes::from_string(name.clone())));
    let Some(name) = name.or_else(known) else {
        return (None, Err(ResponseError::UnknownTopicId.into()));
    };
    let result = broker.controller.delete_topic(&name).await;
    (Some(name), result)
}
