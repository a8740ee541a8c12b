//! ListOffsets (key 2, v0-8): the first and last offset of a partition, and offsets by time. Version 0 gets the first offsets of
//! segments.

use std::collections::HashSet;
use std::sync::Arc;

use kafka_protocol::ResponseError;
use kafka_protocol::messages::list_offsets_request::ListOffsetsPartition;
use kafka_protocol::messages::list_offsets_response::{ListOffsetsPartitionResponse, ListOffsetsTopicResponse};
use kafka_protocol::messages::{ListOffsetsRequest, ListOffsetsResponse, TopicName};
use kafka_protocol::protocol::Request;

use super::config_resource::repeats;
use super::lookup::partition;
use super::{ApiSpec, Broker, RequestContext, RequestError, typed};
use crate::engine::broker::replica::{Isolation, OffsetAnswer, OffsetQuery};

/// The API's row.
pub static SPEC: ApiSpec =
    ApiSpec { key: ListOffsetsRequest::KEY, handle: |broker, context, body| typed(broker, context, body, handle) };

const LATEST: i64 = -1;
const EARLIEST: i64 = -2;
const MAX_TIMESTAMP: i64 = -3;
/// Of what is on this broker's disk; the same as the earliest, as nothing is kept elsewhere.
const EARLIEST_LOCAL: i64 = -4;
/// The first version that answers with a leader epoch.
const LEADER_EPOCH_FROM: i16 = 4;

async fn handle(
    broker: Arc<Broker>,
    context: RequestContext,
    request: ListOffsetsRequest,
) -> Result<ListOffsetsResponse, RequestError> {
    let isolation = match (request.replica_id.0 >= 0, request.isolation_level) {
        (true, _) => Isolation::LogEnd,
        (false, 1) => Isolation::ReadCommitted,
        (false, _) => Isolation::ReadUncommitted,
    };
    let partitions =
        request.topics.iter().flat_map(|topic| topic.partitions.iter().map(|one| (&topic.name, one.partition_index)));
    let twice: HashSet<(TopicName, i32)> = repeats(partitions).into_iter().map(|(name, index)| (name.clone(), index)).collect();
    let unknown = request.replica_id.0 < 0 && !matches!(request.isolation_level, 0 | 1);
    let topics = request.topics.into_iter().map(|topic| {
        let answer = |asked: &ListOffsetsPartition| {
            let refused = |error: ResponseError| {
                let answer = ListOffsetsPartitionResponse::default().with_partition_index(asked.partition_index);
                answer.with_error_code(error.code())
            };
            if unknown {
                return refused(ResponseError::UnknownServerError); // the whole request fails in Kafka
            }
            match context.version {
                0 => before(&broker, &topic.name, asked),
                _ if twice.contains(&(topic.name.clone(), asked.partition_index)) => refused(ResponseError::InvalidRequest),
                version => answer(&broker, &topic.name, asked, isolation, version),
            }
        };
        let partitions = topic.partitions.iter().map(answer).collect();
        ListOffsetsTopicResponse::default().with_name(topic.name.clone()).with_partitions(partitions)
    });
    Ok(ListOffsetsResponse::default().with_topics(topics.collect()))
}

fn answer(
    broker: &Broker,
    topic: &str,
    asked: &ListOffsetsPartition,
    isolation: Isolation,
    version: i16,
) -> ListOffsetsPartitionResponse {
    let response = ListOffsetsPartitionResponse::default().with_partition_index(asked.partition_index);
    match look_up(broker, topic, asked, isolation) {
        Err(error) => response.with_error_code(error.code()),
        Ok(None) => response,
        Ok(Some(found)) => {
            let response = response.with_timestamp(found.timestamp).with_offset(found.offset);
            if version >= LEADER_EPOCH_FROM { response.with_leader_epoch(found.leader_epoch) } else { response }
        }
    }
}

/// Version 0: the first offsets of the segments that were last written at a time or before, the newest first.
fn before(broker: &Broker, topic: &str, asked: &ListOffsetsPartition) -> ListOffsetsPartitionResponse {
    let response = ListOffsetsPartitionResponse::default().with_partition_index(asked.partition_index);
    let Ok(most) = usize::try_from(asked.max_num_offsets) else {
        return response.with_error_code(ResponseError::UnknownServerError.code()); // an array of negative size
    };
    match partition(broker, topic, asked.partition_index).and_then(|partition| partition.segment_starts()) {
        Err(error) => response.with_error_code(error.code()),
        Ok(mut starts) => {
            match asked.timestamp {
                LATEST => {}
                EARLIEST => starts.truncate(1),
                time => {
                    let newest = starts.iter().rposition(|(_, written)| *written <= time);
                    starts.truncate(newest.map_or(0, |newest| newest + 1));
                }
            }
            response.with_old_style_offsets(starts.iter().rev().take(most).map(|(offset, _)| *offset).collect())
        }
    }
}

fn look_up(
    broker: &Broker,
    topic: &str,
    asked: &ListOffsetsPartition,
    isolation: Isolation,
) -> Result<Option<OffsetAnswer>, ResponseError> {
    let partition = partition(broker, topic, asked.partition_index)?;
    partition.check_epoch(asked.current_leader_epoch)?;
    let query = match asked.timestamp {
        LATEST => OffsetQuery::Latest,
        EARLIEST | EARLIEST_LOCAL => OffsetQuery::Earliest,
        MAX_TIMESTAMP => OffsetQuery::MaxTimestamp,
        time => OffsetQuery::Time(time),
    };
    partition.offset(query, isolation)
}
