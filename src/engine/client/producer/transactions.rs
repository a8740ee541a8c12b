//! The transactions of a producer (KIP-98, `TransactionManager`): its id from the coordinator, the partitions that belong to the
//! transaction, its end.

use std::collections::HashSet;

use kafka_protocol::messages::add_partitions_to_txn_request::AddPartitionsToTxnTopic;
use kafka_protocol::messages::{AddPartitionsToTxnRequest, EndTxnRequest, InitProducerIdRequest, ProducerId, TransactionalId};
use kafka_protocol::protocol::{Request, StrBytes};
use tokio::time::Instant;

use super::{Producer, Shared, TIMED_OUT, TopicPartition};
use crate::engine::client::admin::topic_name;
use crate::engine::client::{ClientError, Coordinated, Node, Route};

/// Errors after which the same is asked again: `UNKNOWN_TOPIC_OR_PARTITION`, `COORDINATOR_LOAD_IN_PROGRESS`,
/// `COORDINATOR_NOT_AVAILABLE`, `NOT_COORDINATOR`, `CONCURRENT_TRANSACTIONS`.
const AGAIN: [i16; 5] = [3, 14, 15, 16, 51];
/// The error code of what has no code of its own.
const UNKNOWN_SERVER_ERROR: i16 = -1;
/// Newer versions of AddPartitionsToTxn are for brokers.
const ADD_PARTITIONS_MAX: i16 = 3;

/// What a producer knows of its transaction.
#[derive(Debug, Default)]
pub(super) struct Transaction {
    open: bool,
    /// The partitions that the coordinator knows to belong to it.
    added: HashSet<TopicPartition>,
    /// The first error in it, after which it can only be aborted.
    failed: Option<(i16, String)>,
    coordinator: Option<Node>,
}

impl Transaction {
    /// Notes that a record in it was given up.
    pub(super) fn fail(&mut self, error: &ClientError) {
        if self.open && self.failed.is_none() {
            self.failed = Some(match error {
                ClientError::Broker { code, message } => (*code, message.clone()),
                other => (UNKNOWN_SERVER_ERROR, other.to_string()),
            });
        }
    }
}

fn id_of(id: &str) -> TransactionalId {
    TransactionalId(StrBytes::from_string(id.to_owned()))
}

fn again(error: &ClientError) -> bool {
    match error.code() {
        Some(code) => AGAIN.contains(&code),
        None => error.is_retriable(),
    }
}

impl Producer {
    /// Gets the producer id of the transactional id; what an earlier producer left open under it is aborted.
    ///
    /// # Errors
    /// [`ClientError::Broker`] with Java's timeout where no coordinator answers within `max.block.ms`, or with what it refuses.
    pub async fn init_transactions(&self) -> Result<(), ClientError> {
        let began = Instant::now();
        let done = self.shared.init_transactions().await;
        self.shared.client.metrics().record_nanos("txn-init", began.elapsed());
        done
    }

    /// Begins a transaction; every record that is sent from here on belongs to it.
    pub fn begin_transaction(&self) {
        let began = Instant::now();
        {
            let mut state = self.shared.state();
            state.transaction.open = true;
            state.transaction.failed = None;
        }
        self.shared.client.metrics().record_nanos("txn-begin", began.elapsed());
    }

    /// Sends what is held back and waits until the fate of every record of the transaction is known.
    ///
    /// # Errors
    /// The error of the first record that was given up; the transaction can then not be committed.
    pub async fn flush_transaction(&self) -> Result<(), ClientError> {
        self.flush().await;
        match self.shared.state().transaction.failed.take() {
            Some((code, message)) => Err(ClientError::Broker { code, message }),
            None => Ok(()),
        }
    }

    /// Commits the transaction.
    ///
    /// # Errors
    /// As [`Producer::flush_transaction`], which comes first, and as [`Producer::init_transactions`].
    pub async fn commit_transaction(&self) -> Result<(), ClientError> {
        let began = Instant::now();
        self.flush_transaction().await?;
        self.shared.commit().await?;
        self.shared.client.metrics().record_nanos("txn-commit", began.elapsed());
        Ok(())
    }
}

impl Shared {
    async fn init_transactions(&self) -> Result<(), ClientError> {
        let Some(id) = &self.config.transactional_id else { return Ok(()) };
        let timeout = i32::try_from(self.config.transaction_timeout.as_millis()).unwrap_or(i32::MAX);
        let request = InitProducerIdRequest::default()
            .with_transactional_id(Some(id_of(id)))
            .with_transaction_timeout_ms(timeout)
            .with_producer_id(ProducerId(-1))
            .with_producer_epoch(-1);
        let answer = self.at_coordinator("InitProducerId", request, i16::MAX, |answer| answer.error_code).await?;
        let mut state = self.state();
        state.producer = Some((answer.producer_id.0, answer.producer_epoch));
        state.sequences.clear();
        Ok(())
    }

    async fn commit(&self) -> Result<(), ClientError> {
        let (Some(id), Some((producer, epoch))) = (&self.config.transactional_id, self.state().producer) else { return Ok(()) };
        // the coordinator has heard of it only where records were sent
        if !self.state().transaction.added.is_empty() {
            let request = EndTxnRequest::default()
                .with_transactional_id(id_of(id))
                .with_producer_id(ProducerId(producer))
                .with_producer_epoch(epoch)
                .with_committed(true);
            self.at_coordinator("EndTxn(true)", request, i16::MAX, |answer| answer.error_code).await?;
        }
        let mut state = self.state();
        state.transaction.added.clear();
        state.transaction.open = false;
        Ok(())
    }

    /// Tells the coordinator of those partitions that it does not know yet to belong to the transaction.
    pub(super) async fn add_to_transaction(&self, places: Vec<TopicPartition>) -> Result<(), ClientError> {
        let Some(id) = &self.config.transactional_id else { return Ok(()) };
        let (numbers, new) = {
            let state = self.state();
            let new: Vec<TopicPartition> = places.into_iter().filter(|place| !state.transaction.added.contains(place)).collect();
            (state.producer, new)
        };
        let Some((producer, epoch)) = numbers.filter(|_| !new.is_empty()) else { return Ok(()) };
        let topics = new.iter().map(|(topic, partition)| {
            AddPartitionsToTxnTopic::default().with_name(topic_name(topic)).with_partitions(vec![*partition])
        });
        let request = AddPartitionsToTxnRequest::default()
            .with_v3_and_below_transactional_id(id_of(id))
            .with_v3_and_below_producer_id(ProducerId(producer))
            .with_v3_and_below_producer_epoch(epoch)
            .with_v3_and_below_topics(topics.collect());
        self.at_coordinator("AddPartitionsToTxn", request, ADD_PARTITIONS_MAX, |answer| {
            let results = answer.results_by_topic_v3_and_below.iter().flat_map(|topic| &topic.results_by_partition);
            results.map(|result| result.partition_error_code).find(|code| *code != 0).unwrap_or_default()
        })
        .await?;
        self.state().transaction.added.extend(new);
        Ok(())
    }

    /// Asks the coordinator of the transactional id, whoever that is, until it has an answer or `max.block.ms` is over.
    async fn at_coordinator<R: Request + Clone>(
        &self,
        what: &str,
        request: R,
        highest: i16,
        code: impl Fn(&R::Response) -> i16,
    ) -> Result<R::Response, ClientError> {
        let deadline = Instant::now() + self.config.max_block;
        loop {
            match self.ask_coordinator(&request, highest, &code, deadline).await {
                Err(error) if again(&error) && Instant::now() + self.config.retry_backoff < deadline => {
                    tokio::time::sleep(self.config.retry_backoff).await;
                }
                Err(error) if again(&error) || matches!(error, ClientError::NoNode { .. }) => {
                    let millis = self.config.max_block.as_millis();
                    let message = format!("Timeout expired after {millis}ms while awaiting {what}");
                    return Err(ClientError::Broker { code: TIMED_OUT, message });
                }
                answer => return answer,
            }
        }
    }

    async fn ask_coordinator<R: Request + Clone>(
        &self,
        request: &R,
        highest: i16,
        code: impl Fn(&R::Response) -> i16,
        deadline: Instant,
    ) -> Result<R::Response, ClientError> {
        let known = self.state().transaction.coordinator.take();
        let coordinator = match known {
            Some(known) => known,
            None => {
                let id = self.config.transactional_id.as_deref().unwrap_or_default();
                self.client.coordinator_of(Coordinated::Transaction(id), deadline).await?
            }
        };
        let connection = self.client.connection(&Route::Broker(coordinator.id), deadline).await?;
        let version = connection.version_of::<R>()?.min(highest);
        let answer = connection.call_version(request.clone(), version).await;
        let answer = answer.inspect_err(|_| self.client.disconnected(&connection))?;
        match ClientError::from_code(code(&answer), None) {
            // it may be another one by now
            Some(error) => Err(error),
            None => {
                self.state().transaction.coordinator = Some(coordinator);
                Ok(answer)
            }
        }
    }
}
