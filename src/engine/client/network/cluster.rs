//! What a client asks of the cluster itself: brokers, topics, coordinators.

use kafka_protocol::messages::metadata_response::MetadataResponseTopic;
use kafka_protocol::messages::{FindCoordinatorRequest, MetadataRequest, MetadataResponse, TopicName};
use kafka_protocol::protocol::{Request, StrBytes};
use tokio::time::Instant;

use super::{COORDINATOR_IDS, Client, Coordinated, INVALID_TOPIC, LOGGER, Node, Route};
use crate::catalog::error_codes;
use crate::engine::client::{ClientError, Flavour, HostPort};
use crate::{log_error, log_warn};

/// The error code of a broker that is asked as the controller, and is none.
pub const NOT_CONTROLLER: i16 = 41;

impl Client {
    /// Asks for the brokers and for `topics`; an empty list means no topics. The brokers and the controller are kept.
    ///
    /// # Errors
    /// As [`Client::call`].
    pub async fn metadata(&self, topics: &[&str], auto_create: bool) -> Result<MetadataResponse, ClientError> {
        self.metadata_until(topics, auto_create, self.deadline()).await
    }

    /// As [`Client::metadata`], with a deadline of the caller's.
    ///
    /// # Errors
    /// As [`Client::call`].
    pub async fn metadata_until(
        &self,
        topics: &[&str],
        auto_create: bool,
        deadline: Instant,
    ) -> Result<MetadataResponse, ClientError> {
        let topics = topics.iter().map(|topic| {
            let name = TopicName(StrBytes::from_string((*topic).to_owned()));
            kafka_protocol::messages::metadata_request::MetadataRequestTopic::default().with_name(Some(name))
        });
        self.metadata_of(MetadataRequest::default().with_topics(Some(topics.collect())), auto_create, deadline).await
    }

    /// Asks for the brokers and for all topics.
    ///
    /// # Errors
    /// As [`Client::call`].
    pub async fn metadata_all(&self) -> Result<MetadataResponse, ClientError> {
        self.metadata_of(MetadataRequest::default().with_topics(None), false, self.deadline()).await
    }

    async fn metadata_of(
        &self,
        request: MetadataRequest,
        auto_create: bool,
        deadline: Instant,
    ) -> Result<MetadataResponse, ClientError> {
        let request = request.with_allow_auto_topic_creation(auto_create);
        loop {
            let connection = self.connection(&Route::Any, deadline).await?;
            let correlation_id = self.correlation_ids.next();
            match connection.call_as(correlation_id, &request).await {
                Ok(response) => {
                    self.learn(&response);
                    self.say_topic_errors(correlation_id, &response);
                    return Ok(response);
                }
                Err(error) if error.is_retriable() && Instant::now() + self.retry_backoff() < deadline => {
                    self.disconnected(&connection);
                    tokio::time::sleep(self.retry_backoff()).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// What producers and consumers log of topics without good news.
    fn say_topic_errors(&self, correlation_id: i32, response: &MetadataResponse) {
        if self.config.flavour == Flavour::Admin {
            return;
        }
        let failed = response.topics.iter().filter(|topic| topic.error_code != 0);
        let named = |topic: &MetadataResponseTopic| topic.name.as_ref().map(|name| name.to_string()).unwrap_or_default();
        let errors: Vec<String> =
            failed.clone().map(|topic| format!("{}={}", named(topic), error_codes::name(topic.error_code))).collect();
        if !errors.is_empty() {
            let errors = errors.join(", ");
            log_warn!(
                LOGGER,
                "{} Error while fetching metadata with correlation id {correlation_id} : {{{errors}}}",
                self.prefix
            );
        }
        let invalid: Vec<String> = failed.filter(|topic| topic.error_code == INVALID_TOPIC).map(named).collect();
        if !invalid.is_empty() {
            let invalid = invalid.join(", ");
            log_error!(
                "org.apache.kafka.clients.Metadata",
                "{} Metadata response reported invalid topics [{invalid}]",
                self.prefix
            );
        }
    }

    /// Keeps the brokers and the controller that metadata names.
    pub fn learn(&self, response: &MetadataResponse) {
        if response.brokers.is_empty() {
            return;
        }
        let nodes: Vec<Node> = response
            .brokers
            .iter()
            .map(|broker| Node {
                id: broker.node_id.0,
                address: HostPort { host: broker.host.to_string(), port: u16::try_from(broker.port).unwrap_or_default() },
                rack: broker.rack.as_ref().map(ToString::to_string),
            })
            .collect();
        let mut state = self.state();
        state.links.retain(|id, _| *id >= COORDINATOR_IDS || nodes.iter().any(|node| node.id == *id));
        state.nodes.retain(|node| node.id >= COORDINATOR_IDS);
        state.nodes.extend(nodes);
        state.bootstrapped = true;
        state.controller = Some(response.controller_id.0).filter(|id| *id >= 0);
        drop(state);
        self.metrics.record("metadata-update", 1.0);
    }

    /// Sends a change to the controller, until it is one that answers.
    ///
    /// # Errors
    /// What `error_of` finds in the answer, else as [`Client::call_held`].
    pub async fn at_controller<R: Request + Clone>(
        &self,
        request: R,
        error_of: impl Fn(&R::Response) -> Option<ClientError>,
    ) -> Result<(), ClientError> {
        let deadline = self.deadline();
        loop {
            let response = self.call_held(Route::Controller, request.clone(), deadline).await?;
            match error_of(&response) {
                None => return Ok(()),
                Some(error) if error.code() == Some(NOT_CONTROLLER) && Instant::now() + self.retry_backoff() < deadline => {
                    self.seek_controller().await;
                }
                Some(error) => return Err(error),
            }
        }
    }

    /// Forgets who the controller is, since it said that it is none, and lets the time between two tries pass.
    pub async fn seek_controller(&self) {
        self.state().controller = None;
        tokio::time::sleep(self.retry_backoff()).await;
    }

    /// The broker that coordinates a group, as [`Client::coordinator_of`].
    ///
    /// # Errors
    /// As [`Client::coordinator_of`].
    pub async fn find_coordinator(&self, group: &str) -> Result<Node, ClientError> {
        self.coordinator_of(Coordinated::Group(group), self.deadline()).await
    }

    /// The broker that coordinates a group or a transaction, made known to the client under an id of its own for [`Route::Broker`].
    ///
    /// # Errors
    /// [`ClientError::Broker`] with `COORDINATOR_NOT_AVAILABLE` while there is none; else as [`Client::call_until`].
    pub async fn coordinator_of(&self, what: Coordinated<'_>, deadline: Instant) -> Result<Node, ClientError> {
        let (kind, key) = match what {
            Coordinated::Group(id) => (0, id),
            Coordinated::Transaction(id) => (1, id),
        };
        let key = StrBytes::from_string(key.to_owned());
        let connection = self.connection(&Route::Any, deadline).await?;
        let version = connection.version_of::<FindCoordinatorRequest>()?;
        let request = FindCoordinatorRequest::default().with_key_type(kind);
        let request = if version >= 4 { request.with_coordinator_keys(vec![key]) } else { request.with_key(key) };
        let answer = connection.call(request).await.inspect_err(|_| self.disconnected(&connection))?;
        let (code, message, id, host, port) = match answer.coordinators.into_iter().next() {
            Some(found) => (found.error_code, found.error_message, found.node_id, found.host, found.port),
            None => (answer.error_code, answer.error_message, answer.node_id, answer.host, answer.port),
        };
        if let Some(error) = ClientError::from_code(code, message.as_deref()) {
            return Err(error);
        }
        let address = HostPort { host: host.to_string(), port: u16::try_from(port).unwrap_or_default() };
        let node = Node { id: i32::MAX - id.0.max(0), address, rack: None };
        let mut state = self.state();
        state.nodes.retain(|known| known.id != node.id);
        state.nodes.push(node.clone());
        Ok(node)
    }
}
