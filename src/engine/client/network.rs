//! A client over a whole cluster: bootstrap servers, the brokers it learns of, connections with Kafka's backoff, and routing to
//! any broker, one broker, the controller or a coordinator (`NetworkClient`, `ClusterConnectionStates`).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kafka_protocol::messages::metadata_response::MetadataResponseTopic;
use kafka_protocol::messages::{FindCoordinatorRequest, MetadataRequest, MetadataResponse, TopicName};
use kafka_protocol::protocol::{Request, StrBytes};
use tokio::time::Instant;

use super::{Bootstrap, ClientError, Connection, CorrelationIds, DEFAULT_REQUEST_TIMEOUT, HostPort};
use crate::catalog::error_codes;
use crate::{log_error, log_warn, net};

/// The logger of connection warnings.
const LOGGER: &str = "org.apache.kafka.clients.NetworkClient";
/// `reconnect.backoff.ms`: the pause after the first failed connection; it doubles from there.
const RECONNECT_BACKOFF: Duration = Duration::from_millis(50);
/// `reconnect.backoff.max.ms`.
const RECONNECT_BACKOFF_MAX: Duration = Duration::from_secs(1);
/// The share of a backoff that chance adds or takes away.
const RECONNECT_JITTER: f64 = 0.2;
/// `socket.connection.setup.timeout.ms`.
const CONNECTION_SETUP_TIMEOUT: Duration = Duration::from_secs(10);
/// `retry.backoff.ms`: the pause before a request that failed is tried again.
pub(super) const RETRY_BACKOFF: Duration = Duration::from_millis(100);

/// The error code of a topic whose name no topic may have.
pub(super) const INVALID_TOPIC: i16 = 17;

/// Coordinators have connections of their own, under ids counted down from the largest, so that a group's long waits do not
/// hold up other requests to the same broker; ids above this one are theirs.
const COORDINATOR_IDS: i32 = i32::MAX / 2;

/// Which of Kafka's clients is played: their log lines differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// `AdminClient`: silent when a bootstrap server hangs up.
    Admin,
    /// The client inside `kafka-broker-api-versions.sh`.
    LegacyAdmin,
    /// `Producer`.
    Producer,
    /// `Consumer`.
    Consumer,
}

/// What a client is made from.
#[derive(Clone, Debug)]
pub struct ClientConfig {
    /// Where to ask first.
    pub bootstrap: Bootstrap,
    /// The name sent with each request.
    pub client_id: String,
    /// Which of Kafka's clients is played.
    pub flavour: Flavour,
    /// The group of a consumer, for its log lines.
    pub group_id: Option<String>,
    /// The transactional id of a producer, for its log lines.
    pub transactional_id: Option<String>,
    /// How long one request may take.
    pub request_timeout: Duration,
    /// How long a call may take in all, tries and waits for a broker included (`default.api.timeout.ms`).
    pub api_timeout: Duration,
}

impl ClientConfig {
    /// An admin client with Kafka's defaults: 30 s for a request, 60 s for a call.
    pub fn admin(bootstrap: Bootstrap) -> Self {
        Self {
            bootstrap,
            client_id: "adminclient-1".to_owned(),
            flavour: Flavour::Admin,
            group_id: None,
            transactional_id: None,
            request_timeout: DEFAULT_REQUEST_TIMEOUT,
            api_timeout: Duration::from_secs(60),
        }
    }

    /// What log lines of this client begin with, as `[AdminClient clientId=adminclient-1]`.
    pub fn log_prefix(&self) -> String {
        let kind = match self.flavour {
            Flavour::Admin => "AdminClient",
            Flavour::LegacyAdmin => "LegacyAdminClient",
            Flavour::Producer => "Producer",
            Flavour::Consumer => "Consumer",
        };
        let group = self.group_id.as_deref().map_or_else(String::new, |group| format!(", groupId={group}"));
        let transactions = self.transactional_id.as_deref().map_or_else(String::new, |id| format!(", transactionalId={id}"));
        format!("[{kind} clientId={}{group}{transactions}]", self.client_id)
    }
}

/// A broker as the cluster's metadata names it; bootstrap servers have the ids -1, -2, ….
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// The broker's id.
    pub id: i32,
    /// Where it listens, as it advertises it.
    pub address: HostPort,
    /// Its rack.
    pub rack: Option<String>,
}

impl Node {
    /// The broker's own id where this is a coordinator, which the client knows under another.
    pub fn broker_id(&self) -> i32 {
        if self.id >= COORDINATOR_IDS { i32::MAX - self.id } else { self.id }
    }
}

impl std::fmt::Display for Node {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let rack = self.rack.as_deref().unwrap_or("null");
        write!(f, "{} (id: {} rack: {rack})", self.address, self.id)
    }
}

/// Where a request goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// Any broker that can be reached.
    Any,
    /// The broker with that id.
    Broker(i32),
    /// The controller.
    Controller,
}

/// What a coordinator is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coordinated<'a> {
    /// The group of that id.
    Group(&'a str),
    /// The transactions of that transactional id.
    Transaction(&'a str),
}

/// A client of one cluster.
#[derive(Debug)]
pub struct Client {
    config: ClientConfig,
    prefix: String,
    correlation_ids: Arc<CorrelationIds>,
    state: Mutex<State>,
    /// One broker is dialled at a time, so that two calls do not open two connections to it.
    dialling: tokio::sync::Mutex<()>,
    /// Told when a connection is gone.
    lost: Arc<tokio::sync::Notify>,
}

#[derive(Debug)]
struct State {
    nodes: Vec<Node>,
    bootstrapped: bool,
    controller: Option<i32>,
    links: HashMap<i32, Link>,
}

/// What is known of the way to one node.
#[derive(Debug, Default)]
struct Link {
    connection: Option<Arc<Connection>>,
    failures: u32,
    retry_at: Option<Instant>,
    /// Which of the host's addresses is tried next.
    next_address: usize,
}

impl Client {
    /// A client; nothing is connected yet.
    pub fn new(config: ClientConfig) -> Self {
        let servers = config.bootstrap.servers().iter().zip(1..);
        let nodes = servers.map(|(address, number)| Node { id: -number, address: address.clone(), rack: None }).collect();
        let state = State { nodes, bootstrapped: false, controller: None, links: HashMap::new() };
        Self {
            prefix: config.log_prefix(),
            config,
            correlation_ids: Arc::default(),
            state: Mutex::new(state),
            dialling: tokio::sync::Mutex::default(),
            lost: Arc::default(),
        }
    }

    /// What the client was made from.
    pub fn config(&self) -> &ClientConfig {
        &self.config
    }

    /// What its log lines begin with.
    pub fn log_prefix(&self) -> &str {
        &self.prefix
    }

    /// The correlation ids that all its connections share.
    pub fn correlation_ids(&self) -> &CorrelationIds {
        &self.correlation_ids
    }

    /// The brokers known so far: the bootstrap servers, or those of the last metadata.
    pub fn nodes(&self) -> Vec<Node> {
        self.state().nodes.iter().filter(|node| node.id < COORDINATOR_IDS).cloned().collect()
    }

    /// The deadline of a call that begins now.
    pub fn deadline(&self) -> Instant {
        Instant::now() + self.config.api_timeout
    }

    /// Sends a request and waits for its answer; connections that fail are tried again, on another broker where the route
    /// allows it, until the client's `api_timeout` is over. Error codes inside the answer are the caller's.
    ///
    /// # Errors
    /// [`ClientError::NoNode`] when no broker was reached in time, and errors that trying again cannot mend.
    pub async fn call<R: Request + Clone>(&self, route: Route, request: R) -> Result<R::Response, ClientError> {
        self.call_until(route, request, self.deadline()).await
    }

    /// As [`Client::call`], with a deadline of the caller's.
    ///
    /// # Errors
    /// As [`Client::call`].
    pub async fn call_until<R: Request + Clone>(
        &self,
        route: Route,
        request: R,
        deadline: Instant,
    ) -> Result<R::Response, ClientError> {
        loop {
            let connection = self.connection(&route, deadline).await?;
            match connection.call(request.clone()).await {
                Err(error) if error.is_retriable() => {
                    self.disconnected(&connection);
                    if Instant::now() + RETRY_BACKOFF >= deadline {
                        return Err(error);
                    }
                    tokio::time::sleep(RETRY_BACKOFF).await;
                }
                other => return other,
            }
        }
    }

    /// The connection that a route leads to, opened where needed.
    ///
    /// # Errors
    /// [`ClientError::NoNode`] when none could be opened by the deadline.
    pub async fn connection(&self, route: &Route, deadline: Instant) -> Result<Arc<Connection>, ClientError> {
        let began = Instant::now();
        loop {
            let target = match route {
                Route::Any => None,
                Route::Broker(id) => Some(*id),
                Route::Controller => {
                    // metadata names the controller; without one yet it is asked for again below
                    if self.state().controller.is_none() && tokio::time::timeout_at(deadline, self.refresh()).await.is_err() {
                        return Err(ClientError::NoNode { after: began.elapsed() });
                    }
                    self.state().controller
                }
            };
            let wanted = if *route == Route::Any || target.is_some() { self.candidate(target) } else { Err(RETRY_BACKOFF) };
            let pause = match wanted {
                Ok(node) => match tokio::time::timeout_at(deadline, self.dial(&node)).await {
                    Ok(Some(connection)) => return Ok(connection),
                    Ok(None) => Duration::ZERO,
                    Err(_) => return Err(ClientError::NoNode { after: began.elapsed() }),
                },
                Err(pause) => pause,
            };
            if Instant::now() + pause >= deadline {
                tokio::time::sleep_until(deadline).await;
                return Err(ClientError::NoNode { after: began.elapsed() });
            }
            tokio::time::sleep(pause).await;
        }
    }

    /// One try to reach any broker; `None` where it fails.
    pub async fn connection_at_once(&self) -> Option<Arc<Connection>> {
        let node = self.candidate(None).ok()?;
        self.dial(&node).await
    }

    async fn refresh(&self) {
        // boxed: asking for metadata comes back to `connection`, by another route
        if Box::pin(self.metadata(&[], false)).await.is_err() {
            tokio::time::sleep(RETRY_BACKOFF).await;
        }
    }

    /// Waits until some connection of the client is gone.
    pub async fn connection_lost(&self) {
        self.lost.notified().await;
    }

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
                Err(error) if error.is_retriable() && Instant::now() + RETRY_BACKOFF < deadline => {
                    self.disconnected(&connection);
                    tokio::time::sleep(RETRY_BACKOFF).await;
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
    }

    /// Forgets who the controller is: it said that it is none.
    pub fn forget_controller(&self) {
        self.state().controller = None;
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

    /// The node to connect to next: the wanted one, or any; or how long to wait for one.
    fn candidate(&self, wanted: Option<i32>) -> Result<Node, Duration> {
        let state = self.state();
        let now = Instant::now();
        let mut pause = RECONNECT_BACKOFF_MAX;
        let mut ready = Vec::new();
        for node in state.nodes.iter().filter(|node| wanted.map_or(node.id < COORDINATOR_IDS, |id| id == node.id)) {
            let link = state.links.get(&node.id);
            if link.and_then(|link| link.connection.as_ref()).is_some_and(|connection| !connection.is_closed()) {
                return Ok(node.clone());
            }
            match link.and_then(|link| link.retry_at).filter(|at| *at > now) {
                Some(at) => pause = pause.min(at - now),
                None => ready.push(node),
            }
        }
        let chosen = ready.get(random_below(ready.len())).map(|node| (*node).clone());
        chosen.ok_or(pause)
    }

    /// The open connection to a node, or a new one; `None` where it failed, which is logged and backed off as Kafka does.
    async fn dial(&self, node: &Node) -> Option<Arc<Connection>> {
        let _one = self.dialling.lock().await;
        if let Some(open) = self.open_connection(node.id) {
            return Some(open);
        }
        let HostPort { host, port } = &node.address;
        let Ok(addresses) = net::resolve(host, *port, CONNECTION_SETUP_TIMEOUT).await else {
            // Kafka is silent here (at WARN) and tries again later
            self.failed(node.id);
            return None;
        };
        let attempt = self.state().links.entry(node.id).or_default().next_address;
        let address = addresses[attempt % addresses.len()];
        let timeouts = (CONNECTION_SETUP_TIMEOUT, self.config.request_timeout);
        let ids = Arc::clone(&self.correlation_ids);
        match Connection::connect_address(address, node.address.clone(), &self.config.client_id, ids, timeouts).await {
            Ok(connection) => {
                let connection = Arc::new(connection);
                let (closed, lost) = (connection.closed(), Arc::clone(&self.lost));
                tokio::spawn(async move {
                    closed.await;
                    lost.notify_one();
                });
                let mut state = self.state();
                let link = state.links.entry(node.id).or_default();
                *link = Link { connection: Some(Arc::clone(&connection)), ..Link::default() };
                Some(connection)
            }
            Err(error) => {
                if matches!(error, ClientError::Connect { .. }) {
                    let shown = if host.is_empty() { String::new() } else { host.clone() };
                    log_warn!(
                        LOGGER,
                        "{} Connection to node {} ({shown}/{address}) could not be established. Broker may not be available.",
                        self.prefix,
                        node.id
                    );
                }
                self.say_bootstrap_disconnected(node);
                self.failed(node.id);
                None
            }
        }
    }

    fn say_bootstrap_disconnected(&self, node: &Node) {
        if self.config.flavour != Flavour::Admin && !self.state().bootstrapped {
            log_warn!(LOGGER, "{} Bootstrap broker {node} disconnected", self.prefix);
        }
    }

    fn open_connection(&self, id: i32) -> Option<Arc<Connection>> {
        let state = self.state();
        state.links.get(&id)?.connection.clone().filter(|connection| !connection.is_closed())
    }

    fn failed(&self, id: i32) {
        let mut state = self.state();
        let link = state.links.entry(id).or_default();
        link.connection = None;
        link.next_address += 1;
        link.retry_at = Some(Instant::now() + reconnect_backoff(link.failures));
        link.failures += 1;
    }

    /// Says that a connection failed under a call, so that the next call opens another after the backoff.
    pub fn disconnected(&self, connection: &Arc<Connection>) {
        let mut state = self.state();
        let link =
            state.links.iter_mut().find(|(_, link)| link.connection.as_ref().is_some_and(|open| Arc::ptr_eq(open, connection)));
        let Some((id, link)) = link else { return };
        let id = *id;
        link.connection = None;
        link.retry_at = Some(Instant::now() + reconnect_backoff(0));
        link.failures = 1;
        let node = state.nodes.iter().find(|node| node.id == id).cloned();
        drop(state);
        if let Some(node) = node {
            self.say_bootstrap_disconnected(&node);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `ExponentialBackoff`: doubles from 50 ms to 1 s, a fifth more or less by chance.
fn reconnect_backoff(failures: u32) -> Duration {
    let grown = RECONNECT_BACKOFF.saturating_mul(2_u32.saturating_pow(failures));
    let share = random_below(1001) as f64 / 1000.0;
    let factor = 1.0 - RECONNECT_JITTER + 2.0 * RECONNECT_JITTER * share;
    grown.min(RECONNECT_BACKOFF_MAX).mul_f64(factor)
}

/// A number below `limit` (0 where the limit is 0) that differs from run to run; not for secrets.
pub fn random_below(limit: usize) -> usize {
    use std::hash::{BuildHasher, RandomState};
    let number = RandomState::new().hash_one(std::time::Instant::now());
    usize::try_from(number % (limit.max(1) as u64)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_backoff_doubles_up_to_a_second() {
        for (failures, expected) in [(0, 50), (1, 100), (3, 400), (5, 1000), (40, 1000)] {
            let found = reconnect_backoff(failures).as_millis();
            assert!((expected * 8 / 10..=expected * 12 / 10).contains(&found), "{failures}: {found} ms");
        }
    }

    #[test]
    fn log_prefixes_are_kafkas() {
        let mut config = ClientConfig::admin(Bootstrap::one("localhost", 9092));
        assert_eq!(config.log_prefix(), "[AdminClient clientId=adminclient-1]");
        config.flavour = Flavour::Consumer;
        config.client_id = "console-consumer".to_owned();
        config.group_id = Some("g".to_owned());
        assert_eq!(config.log_prefix(), "[Consumer clientId=console-consumer, groupId=g]");
    }

    #[tokio::test(start_paused = true)]
    async fn an_unreachable_cluster_is_given_up_at_the_deadline() {
        let config = ClientConfig::admin(Bootstrap::one("host.invalid", 9));
        let client = Client::new(ClientConfig { api_timeout: Duration::from_secs(2), ..config });
        let began = Instant::now();
        let error = client.metadata(&[], false).await.expect_err("there is nobody");
        assert!(matches!(error, ClientError::NoNode { .. }), "{error}");
        assert!(began.elapsed() >= Duration::from_secs(2));
    }
}
