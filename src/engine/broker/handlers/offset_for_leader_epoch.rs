//! OffsetForLeaderEpoch (key 23, v0-4): where the records of a leader epoch end (KIP-101, KIP-320).

use std::sync::Arc;

use kafka_protocol::messages::offset_for_leader_epoch_request::OffsetForLeaderPartition;
use kafka_protocol::messages::offset_for_leader_epoch_response::{EpochEndOffset, OffsetForLeaderTopicResult};
use kafka_protocol::messages::{OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse};
use kafka_protocol::protocol::Request;

use super::lookup::partition;
use super::{ApiSpec, Broker, RequestContext, RequestError, typed};

/// The API's row.
pub static SPEC: ApiSpec =
    ApiSpec { key: OffsetForLeaderEpochRequest::KEY, handle: |broker, context, body| typed(broker, context, body, handle) };

async fn handle(
    broker: Arc<Broker>,
    context: RequestContext,
    request: OffsetForLeaderEpochRequest,
) -> Result<OffsetForLeaderEpochResponse, RequestError> {
    let topics = request.topics.into_iter().map(|topic| {
        let answer = |asked: &OffsetForLeaderPartition| answer(&broker, &topic.topic, asked, context.version);
        let partitions = topic.partitions.iter().map(answer).collect();
        OffsetForLeaderTopicResult::default().with_topic(topic.topic.clone()).with_partitions(partitions)
    });
    Ok(OffsetForLeaderEpochResponse::default().with_topics(topics.collect()))
}

fn answer(broker: &Broker, topic: &str, asked: &OffsetForLeaderPartition, version: i16) -> EpochEndOffset {
    let found = partition(broker, topic, asked.partition).and_then(|partition| {
        partition.check_epoch(asked.current_leader_epoch)?;
        partition.end_offset_for_epoch(asked.leader_epoch)
    });
    let response = EpochEndOffset::default().with_partition(asked.partition);
    match found {
        Ok((epoch, end_offset)) => {
            let response = response.with_end_offset(end_offset);
            if version >= 1 { response.with_leader_epoch(epoch) } else { response }
        }
        Err(error) => response.with_error_code(error.code()).with_end_offset(-1),
    }
}
