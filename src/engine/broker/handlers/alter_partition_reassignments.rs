//! AlterPartitionReassignments (key 45, v0): where the replicas of partitions shall lie. On one broker they lie where they can, so
//! that a request is right or wrong and nothing moves; moving replicas between several brokers is not handled here and is refused.

use std::sync::Arc;

use indexmap::IndexMap;
use kafka_protocol::ResponseError;
use kafka_protocol::messages::alter_partition_reassignments_response::{
    ReassignablePartitionResponse, ReassignableTopicResponse,
};
use kafka_protocol::messages::{AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse, TopicName};
use kafka_protocol::protocol::{Request, StrBytes};

use super::config_resource::repeats;
use super::{ApiSpec, Broker, RequestContext, RequestError, by_topic, typed};
use crate::catalog::error_codes;
use crate::engine::broker::controller::ApiError;
use crate::engine::broker::metadata::ClusterMetadata;

/// The API's row.
pub static SPEC: ApiSpec = ApiSpec {
    key: AlterPartitionReassignmentsRequest::KEY,
    handle: |broker, context, body| typed(broker, context, body, handle),
};

async fn handle(
    broker: Arc<Broker>,
    _: RequestContext,
    request: AlterPartitionReassignmentsRequest,
) -> Result<AlterPartitionReassignmentsResponse, RequestError> {
    let cluster = broker.metadata.snapshot();
    let answer = AlterPartitionReassignmentsResponse::default().with_error_message(Some(StrBytes::default()));
    if cluster.controller != Some(broker.id) {
        return Ok(answer.with_error_code(ResponseError::NotController.code()));
    }
    // of what is named twice the last counts
    let mut results: IndexMap<(TopicName, i32), Result<(), ApiError>> = IndexMap::new();
    for topic in request.topics {
        for partition in topic.partitions {
            let replicas = partition.replicas.map(|replicas| replicas.iter().map(|id| id.0).collect::<Vec<_>>());
            let result = check(&cluster, &topic.name, partition.partition_index, replicas.as_deref());
            results.insert((topic.name.clone(), partition.partition_index), result);
        }
    }
    let results = results.into_iter().map(|((topic, index), result)| (topic, index, (index, result)));
    let responses = by_topic::of_map(results.collect()).into_iter().map(|(name, partitions)| {
        let partitions = partitions.into_iter().map(|(index, result)| {
            let response = ReassignablePartitionResponse::default().with_partition_index(index).with_error_message(None);
            match result {
                Ok(()) => response,
                Err(error) => {
                    response.with_error_code(error.error.code()).with_error_message(error.message.map(StrBytes::from_string))
                }
            }
        });
        ReassignableTopicResponse::default().with_name(name).with_partitions(partitions.collect())
    });
    Ok(answer.with_responses(responses.collect()))
}

/// What Kafka has against the replicas; without any a reassignment that goes on would be cancelled, and none ever does.
fn check(cluster: &ClusterMetadata, topic: &str, index: i32, replicas: Option<&[i32]>) -> Result<(), ApiError> {
    let Some(replicas) = replicas else {
        let error = ResponseError::NoReassignmentInProgress;
        return Err(ApiError { error, message: error_codes::by_code(error.code()).map(|error| error.message.to_owned()) });
    };
    let refused = |message: String| Err(ApiError::new(ResponseError::InvalidReplicaAssignment, message));
    if replicas.is_empty() {
        return refused("Empty replica list specified in partition reassignment.".to_owned());
    }
    if !repeats(replicas.iter()).is_empty() {
        return refused(format!(
            "Duplicate replica ids in partition reassignment replica list: ArrayBuffer({})",
            listed(replicas)
        ));
    }
    if replicas.iter().any(|id| *id < 0) {
        return refused(format!("Invalid broker id in replica list: ArrayBuffer({})", listed(replicas)));
    }
    let dead: Vec<i32> = replicas.iter().copied().filter(|id| !cluster.brokers.contains_key(id)).collect();
    if !dead.is_empty() {
        let live: Vec<i32> = cluster.brokers.keys().copied().collect();
        return refused(format!(
            "Replica assignment has brokers that are not alive. Replica list: ArrayBuffer({}), live broker list: Set({})",
            listed(&dead),
            listed(&live)
        ));
    }
    let partition = cluster.topics.get(topic).and_then(|topic| topic.partitions.get(&index));
    let Some(partition) = partition else {
        return Err(ApiError::new(ResponseError::UnknownTopicOrPartition, "The partition does not exist."));
    };
    if replicas == partition.replicas {
        return Ok(());
    }
    Err(ApiError::new(ResponseError::UnsupportedVersion, "replicas are not moved between brokers"))
}

fn listed(ids: &[i32]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
