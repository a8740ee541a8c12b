//! DeleteTopics (key 20, v0-6): by name, from v6 on by id as well.

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
    let mut responses = Vec::new();
    for (name, id) in by_name.chain(by_either) {
        let (name, result) = delete(&broker, context.version, name, id).await;
        let response = DeletableTopicResult::default().with_name(name).with_topic_id(id);
        responses.push(match result {
            Ok(()) => response,
            Err(error) => {
                response.with_error_code(error.error.code()).with_error_message(error.message.map(StrBytes::from_string))
            }
        });
    }
    Ok(DeleteTopicsResponse::default().with_responses(responses))
}

async fn delete(broker: &Broker, version: i16, name: Option<TopicName>, id: Uuid) -> (Option<TopicName>, Result<(), ApiError>) {
    let cluster = broker.metadata.snapshot();
    if !broker.config.boolean("delete.topic.enable") {
        let error = if version < 3 { ResponseError::InvalidRequest } else { ResponseError::TopicDeletionDisabled };
        return (name, Err(error.into()));
    }
    if cluster.controller != Some(broker.id) {
        return (name, Err(ResponseError::NotController.into()));
    }
    if name.is_some() && !id.is_nil() {
        let message = "Topic name and topic ID can not both be specified.";
        return (name, Err(ApiError::new(ResponseError::InvalidRequest, message)));
    }
    let known = || cluster.topic_names.get(&id).map(|name| TopicName(StrBytes::from_string(name.clone())));
    let Some(name) = name.or_else(known) else {
        return (None, Err(ResponseError::UnknownTopicId.into()));
    };
    let result = broker.controller.delete_topic(&name).await;
    (Some(name), result)
}
