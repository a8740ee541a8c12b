//! OffsetCommit: how far a group has read. Version 0 keeps it in ZooKeeper, where no other version looks.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use kafka_protocol::ResponseError;
use kafka_protocol::messages::offset_commit_request::{OffsetCommitRequestPartition, OffsetCommitRequestTopic};
use kafka_protocol::messages::offset_commit_response::{OffsetCommitResponsePartition, OffsetCommitResponseTopic};
use kafka_protocol::messages::{OffsetCommitRequest, OffsetCommitResponse};

use super::{code, legacy_place, owned};
use crate::engine::broker::Broker;
use crate::engine::broker::controller::scala::{in_set_order, nameless_partition_hash, sort_as_scala_map_by};
use crate::engine::broker::group::Commit;
use crate::engine::broker::group::offsets::{CommittedOffset, TopicPartition};
use crate::engine::broker::handlers::{ApiSpec, RequestContext, RequestError, by_topic, typed};

pub(in crate::engine::broker::handlers) static SPEC: ApiSpec =
    ApiSpec { key: 8, handle: |broker, context, body| typed(broker, context, body, offset_commit) };

/// Where a client leaves a time to the broker.
const UNSET_TIME: i64 = -1;
/// The versions in which a client says how long its offsets are kept.
const RETENTION_IN: std::ops::RangeInclusive<i16> = 2..=4;

async fn offset_commit(
    broker: Arc<Broker>,
    context: RequestContext,
    request: OffsetCommitRequest,
) -> Result<OffsetCommitResponse, RequestError> {
    if context.version == 0 {
        return Ok(legacy(&broker, request).await);
    }
    let metadata = broker.metadata.snapshot();
    let exists = |topic: &OffsetCommitRequestTopic, partition: &OffsetCommitRequestPartition| {
        let known = metadata.topics.get(topic.name.as_str());
        known.is_some_and(|known| known.partitions.contains_key(&partition.partition_index))
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    let now = i64::try_from(now).unwrap_or(i64::MAX);
    let expires_at = Some(request.retention_time_ms)
        .filter(|retention| *retention != UNSET_TIME && RETENTION_IN.contains(&context.version))
        .map(|retention| now.saturating_add(retention));
    let mut offsets = Vec::new();
    for topic in &request.topics {
        for partition in topic.partitions.iter().filter(|partition| exists(topic, partition)) {
            let key = TopicPartition::new(topic.name.as_str(), partition.partition_index);
            offsets.push((key, committed(partition, now, expires_at)));
        }
    }
    let commit = Commit {
        group_id: request.group_id.to_string(),
        member_id: request.member_id.to_string(),
        instance_id: owned(request.group_instance_id.as_ref()),
        generation: request.generation_id_or_member_epoch,
        offsets,
    };
    let mut results = broker.groups.commit(commit).await.into_iter();
    let (mut missing, mut known) = (Vec::new(), Vec::new());
    for topic in &request.topics {
        for partition in &topic.partitions {
            let index = partition.partition_index;
            let is_known = exists(topic, partition);
            let error = if is_known { results.next().flatten() } else { Some(ResponseError::UnknownTopicOrPartition) };
            let answer = OffsetCommitResponsePartition::default().with_partition_index(index).with_error_code(code(error));
            if is_known { &mut known } else { &mut missing }.push((topic.name.clone(), index, answer));
        }
    }
    // what is missing comes first in Kafka's answer
    sort_as_scala_map_by(&mut known, |(topic, index, _)| nameless_partition_hash(topic, *index));
    missing.extend(in_set_order(known, |(topic, index, _)| nameless_partition_hash(topic, *index)));
    let topics = by_topic::as_they_come(missing).into_iter();
    let topics =
        topics.map(|(name, partitions)| OffsetCommitResponseTopic::default().with_name(name).with_partitions(partitions));
    Ok(OffsetCommitResponse::default().with_topics(topics.collect()))
}

/// Version 0: each offset into a znode of its own.
async fn legacy(broker: &Broker, request: OffsetCommitRequest) -> OffsetCommitResponse {
    let metadata = broker.metadata.snapshot();
    let limit = broker.groups.settings().max_metadata_size;
    let mut topics = Vec::new();
    for topic in request.topics {
        let known = metadata.topics.get(topic.name.as_str());
        let mut partitions = Vec::new();
        for partition in &topic.partitions {
            let note = partition.committed_metadata.as_ref().map_or(0, |note| note.encode_utf16().count());
            let error = if known.is_none_or(|known| !known.partitions.contains_key(&partition.partition_index)) {
                Some(ResponseError::UnknownTopicOrPartition)
            } else if note > limit {
                Some(ResponseError::OffsetMetadataTooLarge)
            } else {
                let place = legacy_place(&request.group_id, &topic.name, partition.partition_index);
                broker.controller.legacy_offset(place, Some(partition.committed_offset)).await.err()
            };
            let answer = OffsetCommitResponsePartition::default().with_partition_index(partition.partition_index);
            partitions.push(answer.with_error_code(code(error)));
        }
        topics.push(OffsetCommitResponseTopic::default().with_name(topic.name).with_partitions(partitions));
    }
    OffsetCommitResponse::default().with_topics(topics)
}

fn committed(partition: &OffsetCommitRequestPartition, now: i64, expires_at: Option<i64>) -> CommittedOffset {
    CommittedOffset {
        offset: partition.committed_offset,
        leader_epoch: partition.committed_leader_epoch,
        metadata: owned(partition.committed_metadata.as_ref()).unwrap_or_default(),
        committed_at: if partition.commit_timestamp == UNSET_TIME { now } else { partition.commit_timestamp },
        expires_at,
    }
}
