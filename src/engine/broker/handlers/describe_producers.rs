//! DescribeProducers (key 61, v0): the idempotent producers that wrote to a partition.

use std::sync::Arc;

use kafka_protocol::ResponseError;
use kafka_protocol::messages::describe_producers_response::{PartitionResponse, ProducerState, TopicResponse};
use kafka_protocol::messages::{DescribeProducersRequest, DescribeProducersResponse, ProducerId};
use kafka_protocol::protocol::{Request, StrBytes};

use super::lookup::partition;
use super::{ApiSpec, Broker, RequestContext, RequestError, typed};
use crate::catalog::error_codes;
use crate::engine::broker::controller::ApiError;
use crate::engine::broker::controller::topics::check_name;
use crate::engine::broker::log::ProducerEntry;

/// The API's row.
pub static SPEC: ApiSpec =
    ApiSpec { key: DescribeProducersRequest::KEY, handle: |broker, context, body| typed(broker, context, body, handle) };

async fn handle(
    broker: Arc<Broker>,
    _: RequestContext,
    request: DescribeProducersRequest,
) -> Result<DescribeProducersResponse, RequestError> {
    let cluster = broker.metadata.snapshot();
    let topics = request.topics.into_iter().map(|topic| {
        let illegal = check_name(&topic.name).err();
        let partitions = topic.partition_indexes.iter().map(|index| {
            if let Some(error) = illegal.clone() {
                return answer(*index, Err(error));
            }
            let producers = partition(&broker, &topic.name, *index).and_then(|partition| {
                partition.check_epoch(-1)?;
                Ok(partition.producers())
            });
            let unknown = !cluster.topics.contains_key(topic.name.as_str());
            answer(*index, producers.map_err(|error| if unknown { described(error) } else { error.into() }))
        });
        TopicResponse::default().with_name(topic.name.clone()).with_partitions(partitions.collect())
    });
    Ok(DescribeProducersResponse::default().with_topics(topics.collect()))
}

/// The error with Kafka's sentence for it.
fn described(error: ResponseError) -> ApiError {
    ApiError { error, message: error_codes::by_code(error.code()).map(|error| error.message.to_owned()) }
}

fn answer(index: i32, producers: Result<Vec<ProducerEntry>, ApiError>) -> PartitionResponse {
    let response = PartitionResponse::default().with_partition_index(index);
    match producers {
        Ok(producers) => response.with_active_producers(producers.iter().map(state).collect()),
        Err(error) => response.with_error_code(error.error.code()).with_error_message(error.message.map(StrBytes::from_string)),
    }
}

fn state(producer: &ProducerEntry) -> ProducerState {
    ProducerState::default()
        .with_producer_id(ProducerId(producer.id))
        .with_producer_epoch(i32::from(producer.epoch))
        .with_last_sequence(producer.last_batch().map_or(-1, |batch| batch.last_sequence))
        .with_last_timestamp(producer.last_timestamp)
        .with_coordinator_epoch(producer.coordinator_epoch)
        .with_current_txn_start_offset(producer.transaction_start.unwrap_or(-1))
}
