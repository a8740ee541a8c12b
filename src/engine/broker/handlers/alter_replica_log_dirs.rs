//! AlterReplicaLogDirs (key 34, v0-2): logs move between the directories of this broker (KIP-113).

use std::collections::BTreeMap;
use std::sync::Arc;

use kafka_protocol::ResponseError;
use kafka_protocol::messages::alter_replica_log_dirs_response::{
    AlterReplicaLogDirPartitionResult, AlterReplicaLogDirTopicResult,
};
use kafka_protocol::messages::{AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse, TopicName};
use kafka_protocol::protocol::{Request, StrBytes};

use super::{ApiSpec, Broker, RequestContext, RequestError, typed};
use crate::engine::broker::log::TopicPartition;

/// The API's row.
pub static SPEC: ApiSpec =
    ApiSpec { key: AlterReplicaLogDirsRequest::KEY, handle: |broker, context, body| typed(broker, context, body, handle) };

async fn handle(
    broker: Arc<Broker>,
    _: RequestContext,
    request: AlterReplicaLogDirsRequest,
) -> Result<AlterReplicaLogDirsResponse, RequestError> {
    // a partition that is named twice goes where it is named last
    let mut wanted: BTreeMap<&str, BTreeMap<i32, &str>> = BTreeMap::new();
    for directory in &request.dirs {
        for topic in &directory.topics {
            let partitions = wanted.entry(&topic.name).or_default();
            partitions.extend(topic.partitions.iter().map(|index| (*index, &*directory.path)));
        }
    }
    let results = wanted.into_iter().map(|(topic, partitions)| {
        let result = |(index, directory): (i32, &str)| {
            let error = alter(&broker, &TopicPartition::new(topic, index), directory);
            AlterReplicaLogDirPartitionResult::default().with_partition_index(index).with_error_code(error)
        };
        let name = TopicName(StrBytes::from_string(topic.to_owned()));
        let partitions = partitions.into_iter().rev().map(result);
        AlterReplicaLogDirTopicResult::default().with_topic_name(name).with_partitions(partitions.collect())
    });
    Ok(AlterReplicaLogDirsResponse::default().with_results(results.collect()))
}

fn alter(broker: &Broker, key: &TopicPartition, directory: &str) -> i16 {
    match broker.replicas.move_log(key, directory) {
        Ok(()) => 0,
        // it is somewhere, but not here
        Err(ResponseError::UnknownTopicOrPartition) if is_known(broker, key) => ResponseError::NotLeaderOrFollower.code(),
        Err(error) => error.code(),
    }
}

fn is_known(broker: &Broker, key: &TopicPartition) -> bool {
    let metadata = broker.metadata.snapshot();
    metadata.topics.get(&key.topic).is_some_and(|topic| topic.partitions.contains_key(&key.index))
}
