//! Fetching: where to begin, what the brokers send, and what of it a consumer may see (`OffsetFetcher`, `Fetcher`).

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use bytes::Bytes;
use kafka_protocol::messages::FetchResponse;
use kafka_protocol::messages::fetch_response::PartitionData;
use kafka_protocol::protocol::StrBytes;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::{Consumer, ConsumerRecord, Interest, Position, Reset, TopicPartition};
use crate::catalog::error_codes;
use crate::engine::client::admin::{TopicOffsets, fetch_request};
use crate::engine::client::metrics::Subject;
use crate::engine::client::{ClientError, Route};
use crate::engine::kafka::record_set::{self, Batch, FetchedRecord};
use crate::log_warn;

/// The logger of warnings about fetches.
const LOGGER: &str = "org.apache.kafka.clients.consumer.internals.AbstractFetch";
/// The timestamp that asks ListOffsets for the first offset.
const EARLIEST: i64 = -2;
/// The timestamp that asks ListOffsets for the offset after the last record.
const LATEST: i64 = -1;
/// `OFFSET_OUT_OF_RANGE`.
const OUT_OF_RANGE: i16 = 1;
/// `UNKNOWN_TOPIC_OR_PARTITION`.
const UNKNOWN_TOPIC: i16 = 3;
/// `UNKNOWN_TOPIC_ID`.
const UNKNOWN_TOPIC_ID: i16 = 100;
/// The type of a control record that ends a transaction without its records.
const ABORT_MARKER: i16 = 0;

impl Consumer {
    /// Finds out where to begin in partitions without a position.
    pub(super) async fn ensure_positions(&mut self) -> Result<(), ClientError> {
        let unknown: Vec<TopicPartition> =
            self.positions.iter().filter(|(_, position)| position.is_none()).map(|(place, _)| place.clone()).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let timestamp = match (&self.interest, self.config.reset) {
            (Interest::Partition(_, _, start), _) if *start < 0 => *start,
            (Interest::Ends(..), _) => LATEST,
            (_, Reset::Earliest) => EARLIEST,
            (_, Reset::Latest) => LATEST,
            (_, Reset::None) => {
                let places: Vec<String> = unknown.iter().map(|(topic, partition)| format!("{topic}-{partition}")).collect();
                let message = format!("Undefined offset with no reset policy for partitions: [{}]", places.join(", "));
                return Err(ClientError::NoOffset(message));
            }
        };
        let mut topics: Vec<&String> = unknown.iter().map(|(topic, _)| topic).collect();
        topics.dedup();
        for topic in topics {
            let Ok(offsets) = self.client.list_offsets(topic, timestamp).await else {
                // not there yet, or not any more: looked at again with the next poll
                self.metadata_at = None;
                tokio::time::sleep(self.client.retry_backoff()).await;
                continue;
            };
            for (place, position) in self.positions.iter_mut().filter(|(place, position)| place.0 == *topic && position.is_none())
            {
                *position = offsets.get(&place.1).map(|offset| Position { fetch: *offset, given: *offset });
            }
        }
        Ok(())
    }

    /// Asks every leader for records and keeps what comes.
    pub(super) async fn fetch(&mut self) -> Result<(), ClientError> {
        let mut by_leader: BTreeMap<i32, BTreeMap<&str, TopicOffsets<'_>>> = BTreeMap::new();
        let mut leaderless = false;
        for (place, position) in &self.positions {
            let Some(position) = position else { continue };
            let topic = self.topics.get(&place.0);
            let partition = topic.and_then(|topic| topic.partitions.iter().find(|partition| partition.index == place.1));
            let now = Instant::now();
            let preferred = self.preferred.get(place).filter(|(_, until)| *until > now).map(|(replica, _)| *replica);
            match (topic, preferred.or(partition.and_then(|partition| partition.leader))) {
                (Some(topic), Some(leader)) => {
                    let topics = by_leader.entry(leader).or_default();
                    topics.entry(&place.0).or_insert((topic, Vec::new())).1.push((place.1, position.fetch));
                }
                _ => leaderless = true,
            }
        }
        let mut fetches = JoinSet::new();
        for (leader, topics) in by_leader {
            let topics: Vec<_> = topics.into_values().collect();
            let request = fetch_request(
                &topics,
                self.config.fetch_max_wait,
                self.config.fetch_min_bytes,
                self.config.partition_fetch_bytes,
            )
            .with_max_bytes(self.config.fetch_max_bytes)
            .with_rack_id(StrBytes::from_string(self.config.rack.clone()))
            .with_isolation_level(i8::from(self.config.read_committed));
            let client = Arc::clone(&self.client);
            fetches.spawn(async move {
                let asked = Instant::now();
                let answer = client.call_until(Route::Broker(leader), request, asked + client.config().request_timeout).await?;
                client.metrics().record_millis("fetch", asked.elapsed());
                client.metrics().record("throttle", f64::from(answer.throttle_time_ms));
                Ok::<_, ClientError>(answer)
            });
        }
        if leaderless {
            self.metadata_at = None;
        }
        if fetches.is_empty() {
            // nothing can be fetched now: no partitions, or no leaders
            tokio::time::sleep(self.config.fetch_max_wait).await;
        }
        while let Some(done) = fetches.join_next().await {
            let Ok(answer) = done else { continue };
            match answer {
                Ok(response) => self.take(response)?,
                Err(error) if error.is_retriable() || matches!(error, ClientError::NoNode { .. }) => {
                    // the leader is away: perhaps there is another one
                    self.preferred.clear();
                    self.metadata_at = None;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn take(&mut self, response: FetchResponse) -> Result<(), ClientError> {
        if response.error_code != 0 {
            self.metadata_at = None;
            return Ok(());
        }
        let mut read = Amount::default();
        for topic in response.responses {
            // newer versions name topics by id only
            let by_id = self.topics.values().find(|known| !topic.topic_id.is_nil() && known.topic_id == topic.topic_id);
            let name = by_id.map_or_else(|| topic.topic.to_string(), |known| known.name.clone());
            let mut of_topic = Amount::default();
            for data in topic.partitions {
                of_topic += self.take_partition((name.clone(), data.partition_index), data)?;
            }
            if of_topic.records > 0 {
                self.measure(&Subject::Topic(name), of_topic);
                read += of_topic;
            }
        }
        if read.records > 0 {
            self.measure(&Subject::Client, read);
        }
        Ok(())
    }

    fn measure(&self, subject: &Subject, amount: Amount) {
        self.client.metrics().record_of(subject, "bytes", amount.bytes as f64);
        self.client.metrics().record_of(subject, "records", amount.records as f64);
    }

    fn take_partition(&mut self, place: TopicPartition, data: PartitionData) -> Result<Amount, ClientError> {
        let nothing = Amount::default();
        let Some(Some(position)) = self.positions.get_mut(&place) else { return Ok(nothing) };
        let (topic, partition) = &place;
        let followed = data.error_code != 0 && self.preferred.remove(&place).is_some();
        if followed && data.error_code == OUT_OF_RANGE {
            // the leader may have what a follower has not
            return Ok(nothing);
        }
        if data.error_code == 0 && data.preferred_read_replica.0 >= 0 {
            let until = Instant::now() + self.config.metadata_max_age;
            self.preferred.insert(place.clone(), (data.preferred_read_replica.0, until));
            let of = Subject::Assigned(topic.clone(), *partition);
            self.client.metrics().record_of(&of, "preferred", f64::from(data.preferred_read_replica.0));
        }
        match data.error_code {
            0 => {}
            OUT_OF_RANGE if self.config.reset == Reset::None => {
                let at = position.fetch;
                let message = format!("Fetch position {at} is out of range for partition {topic}-{partition}");
                return Err(ClientError::Broker { code: OUT_OF_RANGE, message });
            }
            OUT_OF_RANGE => {
                if let Interest::Partition(_, _, start) = &mut self.interest {
                    // from now on the policy counts, not the offset that was asked for
                    *start = if self.config.reset == Reset::Earliest { EARLIEST } else { LATEST };
                }
                self.positions.insert(place, None);
                return Ok(nothing);
            }
            code => {
                let prefix = self.client.log_prefix();
                if code == UNKNOWN_TOPIC {
                    log_warn!(
                        LOGGER,
                        "{prefix} Received unknown topic or partition error in fetch for partition {topic}-{partition}"
                    );
                } else if code == UNKNOWN_TOPIC_ID {
                    log_warn!(LOGGER, "{prefix} Received unknown topic ID error in fetch for partition {topic}-{partition}");
                }
                let retriable = error_codes::by_code(code).is_some_and(|error| error.retriable);
                self.metadata_at = None;
                return match ClientError::from_code(code, None).filter(|_| !retriable) {
                    Some(error) => Err(error),
                    None => Ok(nothing),
                };
            }
        }
        let batches = record_set::decode_with(data.records.unwrap_or_default(), self.config.check_crcs);
        let batches = batches.map_err(|error| ClientError::Invalid(error.to_string()))?;
        let Some(last) = batches.last() else { return Ok(nothing) };
        let from = position.fetch;
        position.fetch = from.max(last.next_offset);
        let bytes = batches.iter().filter(|batch| !batch.control).map(|batch| batch.bytes).sum();
        let end = if self.config.read_committed { data.last_stable_offset } else { data.high_watermark };
        let of = Subject::Partition(topic.clone(), *partition);
        self.client.metrics().record_both(&of, "lag", (end - position.fetch).max(0) as f64);
        self.client.metrics().record_both(&of, "lead", (position.fetch - data.log_start_offset).max(0) as f64);
        let before = self.fetched.len();
        let aborted = if self.config.read_committed { data.aborted_transactions.unwrap_or_default() } else { Vec::new() };
        let aborted = aborted.into_iter().map(|aborted| (aborted.first_offset, aborted.producer_id.0)).collect();
        for record in visible(batches, aborted).into_iter().filter(|record| record.offset >= from) {
            self.fetched.push_back(ConsumerRecord { topic: topic.clone(), partition: *partition, record });
        }
        Ok(Amount { bytes, records: self.fetched.len() - before })
    }
}

/// How much was read.
#[derive(Clone, Copy, Debug, Default)]
struct Amount {
    bytes: usize,
    records: usize,
}

impl std::ops::AddAssign for Amount {
    fn add_assign(&mut self, other: Self) {
        self.bytes += other.bytes;
        self.records += other.records;
    }
}

/// The records that a consumer sees: without control records, and without those of the transactions that `aborted` names by
/// first offset and producer.
fn visible(batches: Vec<Batch>, mut aborted: Vec<(i64, i64)>) -> Vec<FetchedRecord> {
    aborted.sort_unstable();
    let mut aborted = aborted.into_iter().peekable();
    let mut open: HashSet<i64> = HashSet::new();
    let mut seen = Vec::new();
    for batch in batches {
        while let Some((_, producer)) = aborted.next_if(|(first, _)| *first < batch.next_offset) {
            open.insert(producer);
        }
        if batch.control {
            if batch.records.first().is_some_and(is_abort) {
                open.remove(&batch.producer_id);
            }
        } else if !(batch.transactional && open.contains(&batch.producer_id)) {
            seen.extend(batch.records);
        }
    }
    seen
}

/// A control record's key is a version and a type, two bytes each.
fn is_abort(record: &FetchedRecord) -> bool {
    let key: &[u8] = record.key.as_ref().map_or(&[], Bytes::as_ref);
    key.get(2..4).is_some_and(|kind| kind == ABORT_MARKER.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(offset: i64, producer_id: i64, marker: Option<i16>) -> Batch {
        let key = marker.map(|kind| Bytes::from([[0, 0], kind.to_be_bytes()].concat()));
        let record = FetchedRecord { offset, timestamp: 0, log_append_time: false, key, value: None, headers: Vec::new() };
        Batch {
            base_offset: offset,
            next_offset: offset + 1,
            producer_id,
            transactional: true,
            control: marker.is_some(),
            bytes: 0,
            records: vec![record],
        }
    }

    #[test]
    fn aborted_transactions_are_not_seen() {
        let batches =
            vec![batch(0, 7, None), batch(1, 8, None), batch(2, 7, Some(ABORT_MARKER)), batch(3, 7, None), batch(4, 7, Some(1))];
        let seen = |aborted| visible(batches.clone(), aborted).iter().map(|record| record.offset).collect::<Vec<_>>();
        assert_eq!(seen(Vec::new()), [0, 1, 3]);
        assert_eq!(seen(vec![(0, 7)]), [1, 3]);
    }
}
