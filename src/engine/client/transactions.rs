//! Questions about transactions and producers, and the marker that ends a transaction whose producer is gone (KIP-664).

use kafka_protocol::messages::describe_producers_request::TopicRequest;
use kafka_protocol::messages::write_txn_markers_request::{WritableTxnMarker, WritableTxnMarkerTopic};
use kafka_protocol::messages::{
    DescribeProducersRequest, DescribeTransactionsRequest, ListTransactionsRequest, ProducerId, TransactionalId,
    WriteTxnMarkersRequest,
};
use kafka_protocol::protocol::StrBytes;
use tokio::time::Instant;

use super::admin::topic_name;
use super::{Client, ClientError, Coordinated, Route, TopicPartition};

/// A transactional id in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionListing {
    /// The transactional id.
    pub id: String,
    /// The producer that has it.
    pub producer_id: i64,
    /// The state, as `Ongoing`.
    pub state: String,
}

/// A transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionDescription {
    /// The broker that coordinates it.
    pub coordinator: i32,
    /// The state, as `Ongoing`.
    pub state: String,
    /// The producer.
    pub producer_id: i64,
    /// The producer's epoch.
    pub producer_epoch: i16,
    /// After how many milliseconds the coordinator ends it.
    pub timeout_ms: i32,
    /// When it began, in milliseconds since 1970; `None` where none is open.
    pub start_ms: Option<i64>,
    /// The partitions that belong to it.
    pub partitions: Vec<TopicPartition>,
}

/// A producer as a partition's leader remembers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProducerState {
    /// Its id.
    pub id: i64,
    /// Its epoch.
    pub epoch: i32,
    /// The epoch of the coordinator that wrote its last marker; -1 where none did.
    pub coordinator_epoch: i32,
    /// The number of its last record; -1 where it is not known.
    pub last_sequence: i32,
    /// The timestamp of its last record, in milliseconds since 1970.
    pub last_timestamp: i64,
    /// Where its open transaction begins.
    pub start_offset: Option<i64>,
}

/// A marker that aborts a transaction in one partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AbortMarker {
    /// The partition.
    pub partition: TopicPartition,
    /// The producer.
    pub producer_id: i64,
    /// The producer's epoch.
    pub producer_epoch: i16,
    /// The coordinator's epoch.
    pub coordinator_epoch: i32,
}

fn id_of(id: &str) -> TransactionalId {
    TransactionalId(StrBytes::from_string(id.to_owned()))
}

impl Client {
    /// The transactional ids that one broker coordinates, of some producers or, where none are named, of all.
    ///
    /// # Errors
    /// [`ClientError::Broker`] where it cannot say; else as [`Client::call`].
    pub async fn list_transactions(&self, broker: i32, producers: &[i64]) -> Result<Vec<TransactionListing>, ClientError> {
        let filters = producers.iter().copied().map(ProducerId).collect();
        let request = ListTransactionsRequest::default().with_producer_id_filters(filters);
        let answer = self.call(Route::Broker(broker), request).await?;
        if let Some(error) = ClientError::from_code(answer.error_code, None) {
            return Err(error);
        }
        let listing = answer.transaction_states.into_iter().map(|found| TransactionListing {
            id: found.transactional_id.to_string(),
            producer_id: found.producer_id.0,
            state: found.transaction_state.to_string(),
        });
        Ok(listing.collect())
    }

    /// A transaction, from its coordinator.
    ///
    /// # Errors
    /// [`ClientError::Broker`] with `TRANSACTIONAL_ID_NOT_FOUND` where there is none of that id; else as [`Client::at_coordinator`].
    pub async fn describe_transaction(&self, id: &str) -> Result<TransactionDescription, ClientError> {
        let (what, deadline) = (Coordinated::Transaction(id), self.deadline());
        let request = |_| DescribeTransactionsRequest::default().with_transactional_ids(vec![id_of(id)]);
        let code = |answer: &kafka_protocol::messages::DescribeTransactionsResponse| {
            answer.transaction_states.first().map_or(0, |state| state.error_code)
        };
        let answer = self.at_coordinator_of(what, deadline, request, code).await?;
        let Some(found) = answer.transaction_states.into_iter().next() else {
            return Err(ClientError::Invalid(format!("the coordinator did not answer about transactional id {id}")));
        };
        if let Some(error) = ClientError::from_code(found.error_code, None) {
            return Err(error);
        }
        let partitions = found
            .topics
            .iter()
            .flat_map(|topic| topic.partitions.iter().map(|partition| TopicPartition::new(topic.topic.to_string(), *partition)));
        // asked now: there may have been none before
        let coordinator = self.coordinator_of(what, deadline).await?.broker_id();
        Ok(TransactionDescription {
            coordinator,
            state: found.transaction_state.to_string(),
            producer_id: found.producer_id.0,
            producer_epoch: found.producer_epoch,
            timeout_ms: found.transaction_timeout_ms,
            start_ms: Some(found.transaction_start_time_ms).filter(|start| *start >= 0),
            partitions: partitions.collect(),
        })
    }

    /// The producers that one broker remembers of a partition.
    ///
    /// # Errors
    /// [`ClientError::Broker`] where it cannot say; else as [`Client::call_until`].
    pub async fn describe_producers(
        &self,
        broker: i32,
        partition: &TopicPartition,
        deadline: Instant,
    ) -> Result<Vec<ProducerState>, ClientError> {
        let topic =
            TopicRequest::default().with_name(topic_name(&partition.topic)).with_partition_indexes(vec![partition.partition]);
        let request = DescribeProducersRequest::default().with_topics(vec![topic]);
        let answer = self.call_until(Route::Broker(broker), request, deadline).await?;
        let Some(found) = answer.topics.into_iter().flat_map(|topic| topic.partitions).next() else {
            return Err(ClientError::Invalid(format!("broker {broker} did not answer about {partition}")));
        };
        if let Some(error) = ClientError::from_code(found.error_code, found.error_message.as_deref()) {
            return Err(error);
        }
        let producers = found.active_producers.into_iter().map(|producer| ProducerState {
            id: producer.producer_id.0,
            epoch: producer.producer_epoch,
            coordinator_epoch: producer.coordinator_epoch,
            last_sequence: producer.last_sequence,
            last_timestamp: producer.last_timestamp,
            start_offset: Some(producer.current_txn_start_offset).filter(|offset| *offset >= 0),
        });
        Ok(producers.collect())
    }

    /// Writes an abort marker at a partition's leader.
    ///
    /// # Errors
    /// [`ClientError::Broker`] where it is refused; else as [`Client::call_until`].
    pub async fn write_abort_marker(&self, leader: i32, marker: &AbortMarker, deadline: Instant) -> Result<(), ClientError> {
        let topic = WritableTxnMarkerTopic::default()
            .with_name(topic_name(&marker.partition.topic))
            .with_partition_indexes(vec![marker.partition.partition]);
        let written = WritableTxnMarker::default()
            .with_producer_id(ProducerId(marker.producer_id))
            .with_producer_epoch(marker.producer_epoch)
            .with_transaction_result(false)
            .with_coordinator_epoch(marker.coordinator_epoch)
            .with_topics(vec![topic]);
        let request = WriteTxnMarkersRequest::default().with_markers(vec![written]);
        let answer = self.call_until(Route::Broker(leader), request, deadline).await?;
        let topics = answer.markers.into_iter().flat_map(|marker| marker.topics);
        match topics.flat_map(|topic| topic.partitions).find_map(|found| ClientError::from_code(found.error_code, None)) {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }
}
