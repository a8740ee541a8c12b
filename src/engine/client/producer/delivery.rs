//! Batches on their way: sent to the leaders of their partitions, judged by the answers, put back or done.

use std::collections::HashMap;

use kafka_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
use kafka_protocol::messages::{InitProducerIdRequest, ProduceRequest, ProducerId, TransactionalId};
use kafka_protocol::protocol::StrBytes;
use tokio::time::Instant;

use super::{Batch, DUPLICATE, LEADER_PATIENCE, LOGGER, NETWORK, RENUMBER, Shared, TIMED_OUT, TopicPartition, UNKNOWN_TOPIC};
use crate::catalog::error_codes;
use crate::engine::client::admin::topic_name;
use crate::engine::client::metrics::Subject;
use crate::engine::client::{ClientError, Route};
use crate::engine::kafka::record_set;
use crate::log_warn;

impl Shared {
    pub(super) async fn deliver(&self, leader: i32, mut batches: Vec<(TopicPartition, Batch)>) {
        let deadline = Instant::now() + LEADER_PATIENCE.min(self.config.delivery_timeout);
        let places = batches.iter().map(|(place, _)| place.clone()).collect();
        if let Err(error) = self.add_to_transaction(places).await {
            return self.give_up(batches, &error);
        }
        let connected = async {
            let connection = self.client.connection(&Route::Broker(leader), deadline).await?;
            self.number(&mut batches).await?;
            Ok::<_, ClientError>(connection)
        };
        let Ok(connection) = connected.await else {
            // not sent at all: that is no try
            for (place, batch) in batches {
                self.put_back(place, batch, false);
            }
            self.state().stale = true;
            return;
        };
        let request = match self.request(&batches) {
            Ok(request) => request,
            Err(error) => return self.give_up(batches, &error),
        };
        if self.config.acks == 0 {
            let result = connection.cast(&request);
            for (place, batch) in batches {
                self.finish(&place, batch, result.as_ref().map(|()| -1));
            }
            return;
        }
        let correlation_id = self.client.correlation_ids().next();
        let metrics = self.client.metrics();
        let asked = Instant::now();
        let answer = connection.call_as(correlation_id, &request).await;
        let answers = match answer.inspect(|response| {
            metrics.record_both(&Subject::Node(leader), "request-latency", asked.elapsed().as_millis() as f64);
            metrics.record("throttle", f64::from(response.throttle_time_ms));
        }) {
            Ok(response) => response
                .responses
                .iter()
                .flat_map(|topic| {
                    topic.partition_responses.iter().map(|partition| {
                        let message = partition.error_message.as_ref().map(ToString::to_string);
                        let key = (topic.name.to_string(), partition.index);
                        (key, (partition.error_code, message, partition.base_offset))
                    })
                })
                .collect(),
            Err(error) => {
                self.client.disconnected(&connection);
                let timed_out = matches!(error, ClientError::Timeout { .. });
                let code = if timed_out { TIMED_OUT } else { NETWORK };
                let message = format!("Disconnected from node {leader}{}", if timed_out { " due to timeout" } else { "" });
                let same = batches.iter().map(|(place, _)| (place.clone(), (code, Some(message.clone()), -1)));
                same.collect::<HashMap<_, _>>()
            }
        };
        for (place, batch) in batches {
            let answer = answers.get(&place).cloned().unwrap_or((NETWORK, None, -1));
            self.judge(place, batch, answer, correlation_id);
        }
    }

    /// Gives batches their places in the producer's numbering; gets a producer id first where there is none.
    async fn number(&self, batches: &mut [(TopicPartition, Batch)]) -> Result<(), ClientError> {
        if !self.config.idempotent {
            return Ok(());
        }
        let known = self.state().producer;
        if known.is_none() && self.config.transactional_id.is_none() {
            let request = InitProducerIdRequest::default()
                .with_transactional_id(None)
                .with_transaction_timeout_ms(i32::MAX)
                .with_producer_id(ProducerId(-1))
                .with_producer_epoch(-1);
            let deadline = Instant::now() + LEADER_PATIENCE;
            let answer = self.client.call_until(Route::Any, request, deadline).await?;
            if let Some(error) = ClientError::from_code(answer.error_code, None) {
                return Err(error);
            }
            let mut state = self.state();
            state.producer = Some((answer.producer_id.0, answer.producer_epoch));
            state.sequences.clear();
        }
        let mut state = self.state();
        let Some((id, _)) = state.producer else { return Ok(()) };
        for (place, batch) in batches.iter_mut().filter(|(_, batch)| batch.sequence.is_none_or(|(under, _)| under != id)) {
            let next = state.sequences.entry(place.clone()).or_default();
            batch.sequence = Some((id, *next));
            // numbers go from 0 to 2^31 - 1 and begin again
            let count = i32::try_from(batch.records.len()).unwrap_or_default();
            *next = next.checked_add(count).unwrap_or_default();
        }
        Ok(())
    }

    fn request(&self, batches: &[(TopicPartition, Batch)]) -> Result<ProduceRequest, ClientError> {
        let numbers = self.state().producer;
        let mut topics: HashMap<&str, Vec<PartitionProduceData>> = HashMap::new();
        let metrics = self.client.metrics();
        for ((topic, partition), batch) in batches {
            let producer = match (numbers, batch.sequence) {
                (Some((id, epoch)), Some((_, base_sequence))) => record_set::Producer { id, epoch, base_sequence },
                _ => record_set::Producer::NONE,
            };
            let transactional = self.config.transactional_id.is_some();
            let encoded = record_set::encode_measured(&batch.records, self.config.codec, producer, transactional);
            let (bytes, unpacked) = encoded.map_err(|error| ClientError::Invalid(error.to_string()))?;
            let of = Subject::Topic((*topic).clone());
            metrics.record_both(&of, "batch-size", bytes.len() as f64);
            metrics.record_both(&of, "compression", bytes.len() as f64 / unpacked as f64);
            metrics.record_of(&of, "records", batch.records.len() as f64);
            metrics.record_millis("queue-time", batch.created.elapsed());
            let largest = batch.records.iter().map(record_set::size_upper_bound).max();
            metrics.record("record-size", largest.unwrap_or_default() as f64);
            let data = PartitionProduceData::default().with_index(*partition).with_records(Some(bytes));
            topics.entry(topic).or_default().push(data);
        }
        let topics = topics
            .into_iter()
            .map(|(topic, partitions)| TopicProduceData::default().with_name(topic_name(topic)).with_partition_data(partitions));
        metrics.record("records", batches.iter().map(|(_, batch)| batch.records.len()).sum::<usize>() as f64);
        let id = self.config.transactional_id.as_ref().map(|id| TransactionalId(StrBytes::from_string(id.clone())));
        Ok(ProduceRequest::default()
            .with_transactional_id(id)
            .with_acks(self.config.acks)
            .with_timeout_ms(i32::try_from(self.config.request_timeout.as_millis()).unwrap_or(i32::MAX))
            .with_topic_data(topics.collect()))
    }

    /// What becomes of a batch after an answer: done, tried again, or given up.
    fn judge(&self, place: TopicPartition, mut batch: Batch, answer: (i16, Option<String>, i64), correlation_id: i32) {
        let (code, message, base_offset) = answer;
        let known = error_codes::by_code(code);
        if code == 0 || code == DUPLICATE {
            return self.finish(&place, batch, Ok(base_offset));
        }
        let in_time = batch.created.elapsed() < self.config.delivery_timeout;
        // within transactions numbers are the coordinator's to change
        let renumber = self.config.idempotent && self.config.transactional_id.is_none() && RENUMBER.contains(&code);
        let retriable = known.is_some_and(|error| error.retriable) || renumber;
        let (topic, partition) = &place;
        let prefix = self.client.log_prefix();
        if retriable && batch.attempts < self.config.retries && in_time {
            let told = message.as_ref().map_or_else(String::new, |message| format!(". Error Message: {message}"));
            log_warn!(
                LOGGER,
                "{prefix} Got error produce response with correlation id {correlation_id} on topic-partition {topic}-{partition}, \
                 retrying ({} attempts left). Error: {}{told}",
                self.config.retries - batch.attempts - 1,
                error_codes::name(code)
            );
            if code == UNKNOWN_TOPIC {
                log_warn!(
                    LOGGER,
                    "{prefix} Received unknown topic or partition error in produce request on partition {topic}-{partition}. The \
                     topic-partition may not exist or the user may not have Describe access to it"
                );
            }
            self.count(&place.0, "record-retry", batch.records.len());
            let mut state = self.state();
            state.stale |= known.is_some_and(|error| error.invalid_metadata);
            if renumber {
                state.producer = None;
                batch.sequence = None;
            }
            drop(state);
            return self.put_back(place, batch, true);
        }
        let error = ClientError::from_code(code, message.as_deref());
        if let Some(error) = error {
            self.finish(&place, batch, Err(&error));
        }
    }

    fn put_back(&self, place: TopicPartition, mut batch: Batch, tried: bool) {
        if batch.created.elapsed() >= self.config.delivery_timeout {
            let (topic, partition) = &place;
            let message = format!(
                "Expiring {} record(s) for {topic}-{partition}:{} ms has passed since batch creation",
                batch.records.len(),
                batch.created.elapsed().as_millis()
            );
            return self.finish(&place, batch, Err(&ClientError::Broker { code: TIMED_OUT, message }));
        }
        batch.attempts += u32::from(tried);
        batch.retry_at = Some(Instant::now() + self.config.retry_backoff);
        let mut state = self.state();
        state.in_flight.remove(&place);
        state.queues.entry(place).or_default().push_front(batch);
        drop(state);
        self.work.notify_one();
    }

    fn give_up(&self, batches: Vec<(TopicPartition, Batch)>, error: &ClientError) {
        for (place, batch) in batches {
            self.finish(&place, batch, Err(error));
        }
    }

    fn count(&self, topic: &str, sensor: &str, records: usize) {
        self.client.metrics().record_both(&Subject::Topic(topic.to_owned()), sensor, records as f64);
    }

    fn finish(&self, place: &TopicPartition, batch: Batch, result: Result<i64, &ClientError>) {
        if result.is_err() {
            self.count(&place.0, "record-error", batch.records.len());
        }
        for (callback, at) in batch.callbacks.into_iter().zip(0..) {
            callback(result.map(|base| (place.1, if base < 0 { -1 } else { base + at })));
        }
        let mut state = self.state();
        if let Err(error) = result {
            state.transaction.fail(error);
        }
        state.in_flight.remove(place);
        state.buffered = state.buffered.saturating_sub(batch.bytes);
        drop(state);
        self.work.notify_one();
        self.done.notify_waiters();
    }
}
