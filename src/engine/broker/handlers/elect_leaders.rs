//! ElectLeaders (key 43, v0-2): the preferred replica, or any live one, shall lead. Where a partition is led as asked nothing is
//! done. One that is led by another replica than the preferred one is led so because that one is away: a broker that has come back
//! to several is not handled here.

use std::sync::Arc;
use std::time::Duration;

use kafka_protocol::ResponseError;
use kafka_protocol::messages::elect_leaders_response::{PartitionResult, ReplicaElectionResult};
use kafka_protocol::messages::{ElectLeadersRequest, ElectLeadersResponse, TopicName};
use kafka_protocol::protocol::{Request, StrBytes};

use super::{ApiSpec, Broker, RequestContext, RequestError, by_topic, typed};
use crate::catalog::error_codes;
use crate::engine::broker::controller::ApiError;
use crate::engine::broker::metadata::{ClusterMetadata, PartitionMetadata};
use crate::engine::log4j::{self, Level};

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
    if let Some(asked) = beyond_kafka(&cluster, broker.id, &request) {
        return never_answered(&broker, &asked, request.election_type).await;
    }
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

/// What was asked for, where the controller's election comes to nothing because a partition among it never had a leader.
fn beyond_kafka(cluster: &ClusterMetadata, me: i32, request: &ElectLeadersRequest) -> Option<Vec<String>> {
    let topics = request.topic_partitions.as_ref().filter(|_| cluster.controller == Some(me))?;
    let mut asked = Vec::new();
    let mut is_beyond = false;
    for topic in topics {
        for index in &topic.partitions {
            is_beyond |= cluster.never_led.contains(&(topic.topic.to_string(), *index));
            asked.push(format!("{}-{index}", topic.topic.as_str()));
        }
    }
    is_beyond.then_some(asked)
}

/// As Kafka's controller: it logs its error and leaves the client without an answer until the connection has been idle for too long.
async fn never_answered(broker: &Broker, asked: &[String], kind: i8) -> Result<ElectLeadersResponse, RequestError> {
    let kind = if kind == UNCLEAN { "UNCLEAN" } else { "PREFERRED" };
    log4j::log_caused(
        Level::Error,
        "kafka.controller.KafkaController",
        format_args!(
            "[Controller id={}] Error processing event ReplicaLeaderElection(Some(Set({})),{kind},AdminClientTriggered)",
            broker.id,
            asked.join(", ")
        ),
        format_args!("java.util.NoSuchElementException: None.get"),
    );
    match u64::try_from(broker.config.long("connections.max.idle.ms")) {
        Ok(idle) => tokio::time::sleep(Duration::from_millis(idle)).await,
        Err(_) => std::future::pending().await,
    }
    Err(RequestError::Unanswerable)
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

#[cfg(test)]
mod tests {
    use kafka_protocol::messages::elect_leaders_request::TopicPartitions;

    use super::*;

    #[test]
    fn a_partition_that_never_had_a_leader_leaves_all_that_is_asked_with_it_unanswered() {
        let never_led = [("t".to_owned(), 1)].into();
        let cluster = ClusterMetadata { controller: Some(0), never_led, ..ClusterMetadata::default() };
        let check = |me: i32, indexes: Option<&[i32]>, expected: Option<&[&str]>| {
            let topic = |indexes: &[i32]| {
                TopicPartitions::default().with_topic(TopicName(StrBytes::from_static_str("t"))).with_partitions(indexes.to_vec())
            };
            let request = ElectLeadersRequest::default().with_topic_partitions(indexes.map(|indexes| vec![topic(indexes)]));
            let found = beyond_kafka(&cluster, me, &request);
            let expected = expected.map(|names| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
            assert_eq!(found, expected, "{me} {indexes:?}");
        };
        check(0, Some(&[0, 1]), Some(&["t-0", "t-1"]));
        check(0, Some(&[0]), None);
        // of all partitions only those are asked that clients know
        check(0, None, None);
        check(7, Some(&[1]), None);
    }
}
