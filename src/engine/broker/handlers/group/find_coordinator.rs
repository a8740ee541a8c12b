//! FindCoordinator: which broker a group belongs to. The first question makes `__consumer_offsets`.

use std::collections::BTreeMap;
use std::sync::Arc;

use kafka_protocol::ResponseError;
use kafka_protocol::messages::find_coordinator_response::Coordinator;
use kafka_protocol::messages::{FindCoordinatorRequest, FindCoordinatorResponse};
use kafka_protocol::protocol::StrBytes;

use super::{code, text};
use crate::catalog::error_codes;
use crate::engine::broker::Broker;
use crate::engine::broker::group::machine::GROUP_METADATA_TOPIC;
use crate::engine::broker::handlers::{ApiSpec, RequestContext, RequestError, typed};
use crate::engine::broker::metadata::{ClusterMetadata, Endpoint, NO_LEADER};

pub(in crate::engine::broker::handlers) static SPEC: ApiSpec =
    ApiSpec { key: 10, handle: |broker, context, body| typed(broker, context, body, find_coordinator) };

const KEY_TYPE_GROUP: i8 = 0;
const KEY_TYPE_TRANSACTION: i8 = 1;
/// The first version that asks for many keys.
const MANY_KEYS_SINCE: i16 = 4;

async fn find_coordinator(
    broker: Arc<Broker>,
    context: RequestContext,
    request: FindCoordinatorRequest,
) -> Result<FindCoordinatorResponse, RequestError> {
    let find = |key: &StrBytes| match request.key_type {
        KEY_TYPE_GROUP => coordinator_of(&broker, &context.listener, key),
        KEY_TYPE_TRANSACTION => Err(ResponseError::CoordinatorNotAvailable),
        _ => Err(ResponseError::InvalidRequest),
    };
    if context.version >= MANY_KEYS_SINCE {
        let coordinators = request.coordinator_keys.iter().map(|key| coordinator(key, find(key))).collect();
        return Ok(FindCoordinatorResponse::default().with_coordinators(coordinators));
    }
    let found = find(&request.key);
    // Kafka fills in the constant's name where there is no error
    let message = found.as_ref().err().map_or_else(|| "NONE".to_owned(), |error| sentence(*error));
    let found = coordinator(&request.key, found);
    Ok(FindCoordinatorResponse::default()
        .with_error_code(found.error_code)
        .with_error_message(Some(StrBytes::from_string(message)))
        .with_node_id(found.node_id)
        .with_host(found.host)
        .with_port(found.port))
}

fn coordinator(key: &StrBytes, found: Result<(i32, Endpoint), ResponseError>) -> Coordinator {
    let answer = Coordinator::default().with_key(key.clone()).with_error_code(code(found.as_ref().err().copied()));
    match found {
        Ok((id, endpoint)) => answer.with_node_id(id.into()).with_host(text(&endpoint.host)).with_port(i32::from(endpoint.port)),
        Err(error) => answer.with_node_id((-1).into()).with_port(-1).with_error_message(Some(text(&sentence(error)))),
    }
}

fn sentence(error: ResponseError) -> String {
    error_codes::by_code(error.code()).map(|error| error.message.to_owned()).unwrap_or_default()
}

/// The leader of the group's partition and where it is reached.
fn coordinator_of(broker: &Arc<Broker>, listener: &str, group_id: &str) -> Result<(i32, Endpoint), ResponseError> {
    let metadata = broker.metadata.snapshot();
    if !metadata.topics.contains_key(GROUP_METADATA_TOPIC) {
        create_topic(broker);
        return Err(ResponseError::CoordinatorNotAvailable);
    }
    let partition = broker.groups.partition_for(group_id);
    leader(&metadata, listener, partition).ok_or(ResponseError::CoordinatorNotAvailable)
}

fn leader(metadata: &ClusterMetadata, listener: &str, partition: i32) -> Option<(i32, Endpoint)> {
    let leader = metadata.topics.get(GROUP_METADATA_TOPIC)?.partitions.get(&partition)?.leader;
    let broker = metadata.brokers.get(&leader).filter(|_| leader != NO_LEADER)?;
    let endpoint = broker.endpoints.iter().find(|endpoint| endpoint.listener == listener)?;
    Some((leader, endpoint.clone()))
}

/// Has the topic made; the client asks again meanwhile, and finds out whether it was.
fn create_topic(broker: &Arc<Broker>) {
    let settings = broker.groups.settings();
    let overrides = BTreeMap::from([
        ("cleanup.policy".to_owned(), "compact".to_owned()),
        ("compression.type".to_owned(), "producer".to_owned()),
        ("segment.bytes".to_owned(), settings.topic_segment_bytes.to_string()),
    ]);
    let (partitions, replicas) = (settings.topic_partitions, settings.topic_replication_factor);
    let controller = broker.controller.clone();
    tokio::spawn(async move {
        let _ = controller.auto_create(GROUP_METADATA_TOPIC, partitions, replicas, overrides).await;
    });
}
