//! ElectLeaders (key 43, v0-2): the preferred replica, or any live one, shall lead. Where a partition is led as asked nothing is
//! done. One that is led by another replica than the preferred one is led so because that one is away: a broker that has come back
//! to several is not handled here.

use std::sync::Arc;

use kafka_protocol::ResponseError;
use kafka_protocol::messages::elect_leaders_response::{PartitionResult, ReplicaElectionResult};
use kafka_protocol::messages::{ElectLeadersRequest, ElectLeadersResponse, TopicName};
use kafka_protocol::protocol::{Request, StrBytes};

use super::{ApiSpec, Broker, RequestContext, RequestError, by_topic, typed};
use crate::catalog::error_codes;
use crate::engine::broker::controller::ApiError;
use crate::engine::broker::metadata::{ClusterMetadata, PartitionMetadata};

/// The API's row.
pub static SPEC: ApiSpec =
    ApiSpec { key: ElectLeadersRequest::KEY, handle: |broker, context, body| typed(broker, context, body, handle) };

/// `ElectionType` on the wire.
const PREFERRED: i8 = 0;
const UNCLEAN: i8 = 1;
/// The first version with an error of the whole answer.
const WHOLE_ERROR_SINCE: i16 = 1;

async fn handle(
    broker: Arc<Broker>,
    context: RequestContext,
    request: ElectLeadersRequest,
) -> Result<ElectLeadersResponse, RequestError> {
    let cluster = broker.metadata.snapshot();
    let mut results = Vec::new();
    match request.topic_partitions {
        Some(topics) => {
            for topic in topics {
                for index in topic.partitions {
                    let error = elect(&cluster, broker.id, &topic.topic, index, request.election_type);
                    results.push((topic.topic.clone(), index, result(index, error)));
                }
            }
        }
        // of all partitions only those are told of where something was to be done
        None => {
            for (name, topic) in &cluster.topics {
                for index in topic.partitions.keys() {
                    let error = elect(&cluster, broker.id, name, *index, request.election_type);
                    if error.error != ResponseError::ElectionNotNeeded {
                        results.push((TopicName(StrBytes::from_string(name.clone())), *index, result(*index, error)));
                    }
                }
            }
        }
    }
    let results = by_topic::of_map(results)
        .into_iter()
        .map(|(topic, answers)| ReplicaElectionResult::default().with_topic(topic).with_partition_result(answers));
    let answer = ElectLeadersResponse::default().with_replica_election_results(results.collect());
    let known = matches!(request.election_type, PREFERRED | UNCLEAN) || context.version < WHOLE_ERROR_SINCE;
    Ok(if known { answer } else { answer.with_error_code(ResponseError::UnknownServerError.code()) })
}

/// What is said of one partition.
fn elect(cluster: &ClusterMetadata, me: i32, topic: &str, index: i32, kind: i8) -> ApiError {
    if cluster.controller != Some(me) {
        return ResponseError::NotController.into();
    }
    let partition = cluster.topics.get(topic).and_then(|topic| topic.partitions.get(&index));
    let Some(partition) = partition else {
        return ApiError::new(ResponseError::UnknownTopicOrPartition, "The partition does not exist.");
    };
    let strategy = match kind {
        PREFERRED if partition.replicas.first() == Some(&partition.leader) => return not_needed(),
        UNCLEAN if is_led(cluster, partition) => return not_needed(),
        PREFERRED => "PreferredReplicaPartitionLeaderElectionStrategy",
        UNCLEAN => "OfflinePartitionLeaderElectionStrategy(true)",
        _ => return ResponseError::UnknownServerError.into(),
    };
    let error =
        if kind == PREFERRED { ResponseError::PreferredLeaderNotAvailable } else { ResponseError::EligibleLeadersNotAvailable };
    ApiError::new(error, format!("Failed to elect leader for partition {topic}-{index} under strategy {strategy}"))
}

fn is_led(cluster: &ClusterMetadata, partition: &PartitionMetadata) -> bool {
    cluster.brokers.contains_key(&partition.leader)
}

fn not_needed() -> ApiError {
    let error = ResponseError::ElectionNotNeeded;
    ApiError { error, message: error_codes::by_code(error.code()).map(|error| error.message.to_owned()) }
}

fn result(index: i32, error: ApiError) -> PartitionResult {
    PartitionResult::default()
        .with_partition_id(index)
        .with_error_code(error.error.code())
        .with_error_message(error.message.map(StrBytes::from_string))
}
