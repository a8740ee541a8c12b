//! OffsetFetch: how far groups have read; one group up to version 7, many from version 8 on. Version 0 reads what version 0 of
//! OffsetCommit keeps in ZooKeeper.

use std::sync::Arc;

use kafka_protocol::ResponseError;
use kafka_protocol::messages::offset_fetch_response::{
    OffsetFetchResponseGroup, OffsetFetchResponsePartition, OffsetFetchResponsePartitions, OffsetFetchResponseTopic,
    OffsetFetchResponseTopics,
};
use kafka_protocol::messages::{OffsetFetchRequest, OffsetFetchResponse, TopicName};

use super::{code, legacy_place, text};
use crate::engine::broker::Broker;
use crate::engine::broker::controller::scala::{partition_hash, sort_as_scala_map_by};
use crate::engine::broker::group::FetchedOffset;
use crate::engine::broker::group::offsets::TopicPartition;
use crate::engine::broker::handlers::{ApiSpec, RequestContext, RequestError, by_topic, typed};

pub(in crate::engine::broker::handlers) static SPEC: ApiSpec =
    ApiSpec { key: 9, handle: |broker, context, body| typed(broker, context, body, offset_fetch) };

/// The first version with an error for the whole group.
const GROUP_ERROR_SINCE: i16 = 2;
/// The first version that asks for many groups.
const MANY_GROUPS_SINCE: i16 = 8;

type Topics = Vec<(TopicName, Vec<OffsetFetchResponsePartitions>)>;

async fn offset_fetch(
    broker: Arc<Broker>,
    context: RequestContext,
    request: OffsetFetchRequest,
) -> Result<OffsetFetchResponse, RequestError> {
    if context.version == 0 {
        return Ok(legacy(&broker, request).await);
    }
    let fetch = |group_id: &str, partitions: Option<Vec<TopicPartition>>| {
        let every = partitions.is_none();
        let fetched = broker.groups.fetch_offsets(group_id, partitions, request.require_stable);
        fetched.map(|fetched| under_topics(fetched, every))
    };
    if context.version < MANY_GROUPS_SINCE {
        let asked = request
            .topics
            .map(|topics| topics.iter().flat_map(|topic| partitions(&topic.name, &topic.partition_indexes)).collect::<Vec<_>>());
        let fetched = fetch(&request.group_id, asked.clone());
        return Ok(single(fetched, asked, context.version));
    }
    let groups = request.groups.iter().map(|group| {
        let asked = group
            .topics
            .as_ref()
            .map(|topics| topics.iter().flat_map(|topic| partitions(&topic.name, &topic.partition_indexes)).collect::<Vec<_>>());
        let answer = OffsetFetchResponseGroup::default().with_group_id(group.group_id.clone());
        match fetch(&group.group_id, asked) {
            Ok(topics) => answer.with_topics(topics.into_iter().map(group_topic).collect()),
            Err(error) => answer.with_error_code(error.code()),
        }
    });
    Ok(OffsetFetchResponse::default().with_groups(groups.collect()))
}

/// Version 0: each offset from a znode of its own; one that is not there is as a partition that is not.
async fn legacy(broker: &Broker, request: OffsetFetchRequest) -> OffsetFetchResponse {
    let metadata = broker.metadata.snapshot();
    let mut topics = Vec::new();
    for topic in request.topics.unwrap_or_default() {
        let known = metadata.topics.get(topic.name.as_str());
        let mut partitions = Vec::new();
        for index in topic.partition_indexes {
            let found = if known.is_some_and(|known| known.partitions.contains_key(&index)) {
                broker.controller.legacy_offset(legacy_place(&request.group_id, &topic.name, index), None).await
            } else {
                Ok(None)
            };
            let error = match &found {
                Ok(Some(_)) => None,
                Ok(None) => Some(ResponseError::UnknownTopicOrPartition),
                Err(error) => Some(*error),
            };
            let answer = OffsetFetchResponsePartition::default().with_partition_index(index).with_metadata(Some(text("")));
            partitions.push(answer.with_committed_offset(found.ok().flatten().unwrap_or(-1)).with_error_code(code(error)));
        }
        topics.push(OffsetFetchResponseTopic::default().with_name(topic.name).with_partitions(partitions));
    }
    OffsetFetchResponse::default().with_topics(topics)
}

fn partitions(topic: &TopicName, indexes: &[i32]) -> impl Iterator<Item = TopicPartition> {
    indexes.iter().map(|index| TopicPartition::new(topic.as_str(), *index))
}

/// Every offset of a group comes out of a mutable map first.
fn under_topics(fetched: Vec<(TopicPartition, FetchedOffset)>, every: bool) -> Topics {
    let offsets = fetched
        .into_iter()
        .map(|(partition, offset)| (TopicName(text(&partition.topic)), partition.index, answer(partition.index, offset)));
    let mut offsets: Vec<_> = offsets.collect();
    if every {
        sort_as_scala_map_by(&mut offsets, |(topic, index, _)| partition_hash(topic, *index));
    }
    by_topic::of_set(offsets, partition_hash)
}

fn answer(index: i32, fetched: FetchedOffset) -> OffsetFetchResponsePartitions {
    let answer = OffsetFetchResponsePartitions::default()
        .with_partition_index(index)
        .with_committed_offset(-1)
        .with_committed_leader_epoch(-1)
        .with_metadata(Some(text("")));
    match fetched {
        FetchedOffset::Committed(committed) => answer
            .with_committed_offset(committed.offset)
            .with_committed_leader_epoch(committed.leader_epoch)
            .with_metadata(Some(text(&committed.metadata))),
        FetchedOffset::Absent => answer,
        FetchedOffset::Unstable => answer.with_error_code(ResponseError::UnstableOffsetCommit.code()),
    }
}

fn group_topic((name, partitions): (TopicName, Vec<OffsetFetchResponsePartitions>)) -> OffsetFetchResponseTopics {
    OffsetFetchResponseTopics::default().with_name(name).with_partitions(partitions)
}

/// The answer for one group, as versions before 8 have it; versions 0 and 1 repeat the group's error for each partition.
fn single(fetched: Result<Topics, ResponseError>, asked: Option<Vec<TopicPartition>>, version: i16) -> OffsetFetchResponse {
    let error = code(fetched.as_ref().err().copied());
    let topics = fetched.unwrap_or_else(|_| {
        let asked = asked.filter(|_| version < GROUP_ERROR_SINCE).unwrap_or_default();
        let asked = asked.into_iter();
        by_topic::as_they_come(
            asked.map(|one| (TopicName(text(&one.topic)), one.index, answer(one.index, FetchedOffset::Absent))).collect(),
        )
    });
    let topics = topics.into_iter().map(|(name, partitions)| {
        let partitions = partitions.into_iter().map(|partition| {
            OffsetFetchResponsePartition::default()
                .with_partition_index(partition.partition_index)
                .with_committed_offset(partition.committed_offset)
                .with_committed_leader_epoch(partition.committed_leader_epoch)
                .with_metadata(partition.metadata)
                .with_error_code(if error == 0 { partition.error_code } else { error })
        });
        OffsetFetchResponseTopic::default().with_name(name).with_partitions(partitions.collect())
    });
    let answer = OffsetFetchResponse::default().with_topics(topics.collect());
    if version < GROUP_ERROR_SINCE { answer } else { answer.with_error_code(error) }
}
