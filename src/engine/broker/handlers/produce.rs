//! Produce (key 0, v0-9): records into partitions. Versions below 3 carry message formats 0 and 1, which are not kept here:
//! `UNSUPPORTED_FOR_MESSAGE_FORMAT`.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use kafka_protocol::ResponseError;
use kafka_protocol::messages::produce_request::PartitionProduceData;
use kafka_protocol::messages::produce_response::{BatchIndexAndErrorMessage, PartitionProduceResponse, TopicProduceResponse};
use kafka_protocol::messages::{ProduceRequest, ProduceResponse, TopicName};
use kafka_protocol::protocol::{Request, StrBytes};

use super::lookup::{code, partition};
use super::{Answer, ApiSpec, Broker, RequestContext, RequestError, encode, typed_raw};
use crate::catalog::error_codes;
use crate::engine::broker::replica::{AppendError, AppendInfo, AppendOrigin, Partition};
use crate::engine::kafka::batch::{BatchHeader, Compression};
use crate::log_info;

/// The API's row.
pub static SPEC: ApiSpec =
    ApiSpec { key: ProduceRequest::KEY, handle: |broker, context, body| typed_raw(broker, context, body, handle) };

/// The first version that may only carry one batch of format 2 per partition.
const ONE_BATCH_FROM: i16 = 3;
/// The first version whose client knows zstd.
const ZSTD_FROM: i16 = 7;
/// Topics that only the broker writes to, and Kafka's admin client.
const INTERNAL_TOPICS: [&str; 2] = ["__consumer_offsets", "__transaction_state"];
const ADMIN_CLIENT: &str = "__admin_client";

async fn handle(broker: Arc<Broker>, context: RequestContext, request: ProduceRequest) -> Answer {
    let acks = request.acks;
    let timeout = Duration::from_millis(u64::try_from(request.timeout_ms).unwrap_or(0));
    let deadline = tokio::time::Instant::now() + timeout;
    let mut appended = Vec::new();
    for topic in request.topic_data {
        let results: Vec<_> =
            topic.partition_data.into_iter().map(|data| append(&broker, &context, &topic.name, data, acks)).collect();
        appended.push((topic.name, results));
    }
    if acks == 0 {
        let failed = appended.iter().flat_map(|(_, results)| results).any(|(_, result)| result.is_err());
        return if failed { Err(unanswerable(broker.id, &context, &appended)) } else { Ok(None) };
    }
    let mut responses = Vec::new();
    for (name, results) in appended {
        let mut partitions = Vec::new();
        for (index, result) in results {
            let result = match result {
                Ok((partition, info)) if acks == -1 => {
                    let left = deadline.saturating_duration_since(tokio::time::Instant::now());
                    let waited = partition.wait_replicated(info.last_offset, left).await;
                    waited.map(|()| info).map_err(|error| AppendError::new(error, error.to_string()))
                }
                other => other.map(|(_, info)| info),
            };
            partitions.push(answer(index, result));
        }
        responses.push(TopicProduceResponse::default().with_name(name).with_partition_responses(partitions));
    }
    encode::<ProduceRequest>(&ProduceResponse::default().with_responses(responses), context.version)
}

type Appended = Result<(Arc<Partition>, AppendInfo), AppendError>;

fn append(broker: &Broker, context: &RequestContext, topic: &str, data: PartitionProduceData, acks: i16) -> (i32, Appended) {
    let index = data.index;
    let append = || {
        if !matches!(acks, -1..=1) {
            return Err(AppendError::new(ResponseError::InvalidRequiredAcks, format!("Invalid required acks {acks}")));
        }
        let by_admin = context.client_id.as_deref() == Some(ADMIN_CLIENT);
        if INTERNAL_TOPICS.contains(&topic) && !by_admin {
            return Err(AppendError::new(
                ResponseError::InvalidTopicException,
                format!("Cannot append to internal topic {topic}"),
            ));
        }
        let partition = partition(broker, topic, index).map_err(|error| AppendError::new(error, error.to_string()))?;
        let records = data.records.unwrap_or_default();
        check_version(&records, context.version)?;
        let info = partition.append(records, AppendOrigin::Client, acks)?;
        Ok((partition, info))
    };
    (index, append())
}

/// As Kafka, tells a client that wants no answer of its errors by closing the connection: it then asks for metadata anew.
fn unanswerable(broker_id: i32, context: &RequestContext, appended: &[(TopicName, Vec<(i32, Appended)>)]) -> RequestError {
    let mut errors = Vec::new();
    for (topic, results) in appended {
        for (index, result) in results {
            let class = result.as_ref().err().and_then(|error| error_codes::by_code(error.error.code()));
            let class = class.map_or("null", |error| error.exception_class);
            errors.push(format!("({}-{index},{class})", topic.as_str()));
        }
    }
    log_info!(
        "kafka.server.KafkaApis",
        "[KafkaApi-{}] Closing connection due to error during produce request with correlation id {} from client id {} with \
         ack=0\nTopic and partition to exceptions: {}",
        broker_id,
        context.correlation_id,
        context.client_id.as_deref().unwrap_or("null"),
        errors.join(", ")
    );
    RequestError::Unanswerable
}

/// What a request of this version may carry (`ProduceRequest.validateRecords`).
fn check_version(records: &Bytes, version: i16) -> Result<(), AppendError> {
    let invalid = |rule: &str| {
        let message = format!("Produce requests with version {version} {rule}");
        Err(AppendError::new(ResponseError::InvalidRecord, message))
    };
    if version < ONE_BATCH_FROM {
        return Ok(());
    }
    if records.is_empty() {
        return invalid("must have at least one record batch per partition");
    }
    // damage is found and named by the append
    let Ok(header) = BatchHeader::parse(records) else { return Ok(()) };
    if version < ZSTD_FROM && header.compression() == Ok(Compression::Zstd) {
        let message = "Produce requests with version below 7 are not allowed to use ZStandard compression".to_owned();
        return Err(AppendError::new(ResponseError::UnsupportedCompressionType, message));
    }
    if header.size() < records.len() {
        return invalid("are only allowed to contain exactly one record batch per partition");
    }
    Ok(())
}

fn answer(index: i32, result: Result<AppendInfo, AppendError>) -> PartitionProduceResponse {
    let response = PartitionProduceResponse::default().with_index(index);
    match result {
        Ok(info) => response
            .with_base_offset(info.base_offset)
            .with_log_append_time_ms(info.log_append_time)
            .with_log_start_offset(info.log_start_offset),
        Err(error) => {
            let records = error.records.into_iter().map(|(index, message)| {
                let message = Some(StrBytes::from_string(message));
                BatchIndexAndErrorMessage::default().with_batch_index(index).with_batch_index_error_message(message)
            });
            response
                .with_error_code(code::<()>(&Err(error.error)))
                .with_base_offset(-1)
                .with_log_append_time_ms(-1)
                .with_log_start_offset(-1)
                .with_record_errors(records.collect())
                .with_error_message(Some(StrBytes::from_string(error.message)))
        }
    }
}
