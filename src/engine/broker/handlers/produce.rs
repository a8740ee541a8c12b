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
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::block_in_place;

use super::lookup::{code, partition};
use super::{Answer, ApiSpec, Broker, RequestContext, RequestError, by_topic, encode, typed_raw};
use crate::catalog::error_codes;
use crate::engine::broker::controller::scala::{partition_hash, sort_as_scala_map_by};
use crate::engine::broker::replica::{AppendError, AppendInfo, AppendOrigin, Partition};
use crate::engine::kafka::batch::{BatchError, BatchHeader, Compression, LOG_OVERHEAD, whole_batch};
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
    if let Some(refusal) = refusal(&request) {
        return if acks == 0 { Err(RequestError::Unanswerable) } else { refuse_all(request, &refusal, context.version) };
    }
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
        for (index, result) in results {
            let result = match result {
                Ok((partition, info)) if acks == -1 => {
                    let left = deadline.saturating_duration_since(tokio::time::Instant::now());
                    let waited = partition.wait_replicated(info.last_offset, left).await;
                    waited.map(|()| info).map_err(|error| AppendError::new(error, error.to_string()))
                }
                other => other.map(|(_, info)| info),
            };
            responses.push((name.clone(), index, answer(index, result)));
        }
    }
    // few come out of the maps of those that are there and, behind them, those that are not
    let is_missing = |answer: &PartitionProduceResponse| answer.error_code == ResponseError::UnknownTopicOrPartition.code();
    sort_as_scala_map_by(&mut responses, |(topic, index, _)| partition_hash(topic, *index));
    responses.sort_by_key(|(_, _, answer)| is_missing(answer));
    let topics = by_topic::of_set(responses, partition_hash).into_iter();
    let topics =
        topics.map(|(name, partitions)| TopicProduceResponse::default().with_name(name).with_partition_responses(partitions));
    encode::<ProduceRequest>(&ProduceResponse::default().with_responses(topics.collect()), context.version)
}

type Appended = Result<(Arc<Partition>, AppendInfo), AppendError>;

fn append(broker: &Broker, context: &RequestContext, topic: &str, data: PartitionProduceData, acks: i16) -> (i32, Appended) {
    let index = data.index;
    let append = || {
        if !matches!(acks, -1..=1) {
            return Err(AppendError::new(ResponseError::InvalidRequiredAcks, format!("Invalid required acks {acks}")));
        }
        let partition = partition(broker, topic, index).map_err(|error| AppendError::new(error, error.to_string()))?;
        let records = data.records.unwrap_or_default();
        check_version(&records, context.version)?;
        let by_admin = context.client_id.as_deref() == Some(ADMIN_CLIENT);
        if INTERNAL_TOPICS.contains(&topic) && !by_admin {
            return Err(AppendError::new(
                ResponseError::InvalidTopicException,
                format!("Cannot append to internal topic {topic}"),
            ));
        }
        let info = beside_others(&records, || partition.append(&records, AppendOrigin::Client, acks))?;
        Ok((partition, info))
    };
    (index, append())
}

/// Packed records of more bytes than this may unpack to so many that other connections would notice.
const LITTLE_BYTES: usize = 1024;

/// Does work on records that may take long so that this thread's other connections are served by another one meanwhile.
fn beside_others<T>(records: &[u8], work: impl FnOnce() -> T) -> T {
    let packed = || BatchHeader::parse(records).is_ok_and(|header| header.compression() != Ok(Compression::None));
    let others = || Handle::current().runtime_flavor() == RuntimeFlavor::MultiThread;
    if records.len() > LITTLE_BYTES && packed() && others() { block_in_place(work) } else { work() }
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

/// Why the whole request is refused, as soon as Kafka looks whether it is part of a transaction.
fn refusal(request: &ProduceRequest) -> Option<AppendError> {
    let partitions = request.topic_data.iter().flat_map(|topic| &topic.partition_data);
    let mut transactional = false;
    for records in partitions.filter_map(|partition| partition.records.as_ref()) {
        match whole_batch(records) {
            Ok(Some(_)) => transactional |= BatchHeader::parse(records).is_ok_and(|header| header.is_transactional()),
            Ok(None) => {}
            Err(error) => return Some(unreadable(&error)),
        }
        // a length that has no place in an int together with what is before it
        if records.first_chunk::<LOG_OVERHEAD>().is_some_and(|[.., l0, l1, l2, l3]| {
            i32::from_be_bytes([*l0, *l1, *l2, *l3]).checked_add(LOG_OVERHEAD as i32).is_none()
        }) {
            return Some(AppendError::new(ResponseError::UnknownServerError, String::new()));
        }
    }
    match &request.transactional_id {
        _ if !transactional => None,
        None => Some(AppendError::new(ResponseError::TransactionalIdAuthorizationFailed, String::new())),
        // no coordinator knows of a transaction, so none can be under way
        Some(_) => Some(AppendError::new(ResponseError::InvalidTxnState, String::new())),
    }
}

/// What Kafka says of bytes that are no batch.
fn unreadable(error: &BatchError) -> AppendError {
    let message = match error {
        BatchError::Length { found, expected } => {
            format!("Record size {found} is less than the minimum record overhead ({expected})")
        }
        BatchError::UnknownFormat(magic) => format!("Invalid magic found in record: {magic}"),
        other => other.to_string(),
    };
    AppendError::new(ResponseError::CorruptMessage, message)
}

fn refuse_all(request: ProduceRequest, refusal: &AppendError, version: i16) -> Answer {
    let message = Some(&refusal.message).filter(|message| !message.is_empty()).map(|text| StrBytes::from_string(text.clone()));
    let topics = request.topic_data.into_iter().map(|topic| {
        let refused =
            |partition: PartitionProduceData| answer(partition.index, Err(refusal.clone())).with_error_message(message.clone());
        let partitions = topic.partition_data.into_iter().map(refused).collect();
        TopicProduceResponse::default().with_name(topic.name).with_partition_responses(partitions)
    });
    encode::<ProduceRequest>(&ProduceResponse::default().with_responses(topics.collect()), version)
}

/// What a request of this version may carry (`ProduceRequest.validateRecords`): one batch of format 2, and nothing behind it that
/// would be another.
fn check_version(records: &Bytes, version: i16) -> Result<(), AppendError> {
    let invalid = |rule: &str| {
        let message = format!("Produce requests with version {version} {rule}");
        Err(AppendError::new(ResponseError::InvalidRecord, message))
    };
    if version < ONE_BATCH_FROM {
        return Ok(());
    }
    let Some(size) = whole_batch(records).map_err(|error| unreadable(&error))? else {
        return invalid("must have at least one record batch per partition");
    };
    match BatchHeader::parse(records) {
        Err(BatchError::OldFormat(_)) => {
            return invalid("are only allowed to contain record batches with magic version 2");
        }
        Ok(header) if version < ZSTD_FROM && header.compression() == Ok(Compression::Zstd) => {
            let message = "Produce requests with version below 7 are not allowed to use ZStandard compression".to_owned();
            return Err(AppendError::new(ResponseError::UnsupportedCompressionType, message));
        }
        // damage is found and named by the append
        _ => {}
    }
    match whole_batch(&records[size..]) {
        Ok(None) => Ok(()),
        Ok(Some(_)) => invalid("are only allowed to contain exactly one record batch per partition"),
        Err(error) => Err(unreadable(&error)),
    }
}

fn answer(index: i32, result: Result<AppendInfo, AppendError>) -> PartitionProduceResponse {
    let response = PartitionProduceResponse::default().with_index(index);
    match result {
        Ok(info) => response
            .with_base_offset(info.base_offset)
            .with_log_append_time_ms(info.log_append_time)
            .with_log_start_offset(info.log_start_offset),
        Err(error) => {
            // Kafka gives words only where single records are at fault
            let message = Some(error.message).filter(|_| !error.records.is_empty());
            let records = error.records.into_iter().map(|(index, message)| {
                let message = Some(StrBytes::from_string(message));
                BatchIndexAndErrorMessage::default().with_batch_index(index).with_batch_index_error_message(message)
            });
            response
                .with_error_code(code::<()>(&Err(error.error)))
                .with_base_offset(-1)
                .with_log_append_time_ms(-1)
                .with_log_start_offset(error.log_start_offset)
                .with_record_errors(records.collect())
                .with_error_message(message.map(StrBytes::from_string))
        }
    }
}
