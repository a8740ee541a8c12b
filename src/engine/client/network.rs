//! A client over a whole cluster: bootstrap servers, the brokers it learns of, connections with Kafka's backoff, and routing to
//! any broker, one broker, the controller or a coordinator (`NetworkClient`, `ClusterConnectionStates`).

mod cluster;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kafka_protocol::protocol::Request;
use tokio::time::Instant;

use super::connection::{Meter, SocketOptions};
use super::metrics::{Figure, Metrics, Subject};
use super::{ClientConfig, ClientError, Connection, CorrelationIds, Flavour, HostPort, Pacing};
use crate::{log_warn, net};
pub use cluster::NOT_CONTROLLER;

/// The logger of connection warnings.
const LOGGER: &str = "org.apache.kafka.clients.NetworkClient";
/// The share of a backoff that chance adds or takes away.
const JITTER: f64 = 0.2;

/// The error code of a topic whose name no topic may have.
pub(super) const INVALID_TOPIC: i16 = 17;

/// Coordinators have connections of their own, under ids counted down from the largest, so that a group's long waits do not
/// hold up other requests to the same broker; ids above this one are theirs.
const COORDINATOR_IDS: i32 = i32::MAX / 2;

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
    metrics: Arc<Metrics>,
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
        let metrics = Arc::new(Metrics::new(config.flavour, config.sampling));
        Self {
            prefix: config.log_prefix(),
            config,
            correlation_ids: Arc::default(),
            state: Mutex::new(state),
            dialling: tokio::sync::Mutex::default(),
            lost: Arc::default(),
            metrics,
        }
    }

    /// What the client was made from.
    pub fn config(&self) -> &ClientConfig {
        &self.config
    }

    /// What it measures of itself.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Every figure that it measures, by its name in Kafka's table.
    pub fn figures(&self) -> BTreeMap<String, Figure> {
        let open: Vec<usize> = {
            let state = self.state();
            let links = state.links.values().filter_map(|link| link.connection.as_ref());
            links.filter(|connection| !connection.is_closed()).map(|connection| connection.in_flight()).collect()
        };
        self.metrics.record("connection-count", open.len() as f64);
        self.metrics.record("in-flight", open.into_iter().sum::<usize>() as f64);
        self.metrics.figures(&self.config.client_id)
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

    /// The racks of the brokers that have one, by id.
    pub fn racks(&self) -> HashMap<i32, String> {
        self.nodes().into_iter().filter_map(|node| Some((node.id, node.rack?))).collect()
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
        self.try_until(route, request, deadline, self.config.request_timeout).await
    }

    /// As [`Client::call_until`], for a request that the broker itself answers after the request timeout: its answer is waited for.
    ///
    /// # Errors
    /// As [`Client::call`].
    pub async fn call_held<R: Request + Clone>(
        &self,
        route: Route,
        request: R,
        deadline: Instant,
    ) -> Result<R::Response, ClientError> {
        self.try_until(route, request, deadline, deadline.saturating_duration_since(Instant::now())).await
    }

    async fn try_until<R: Request + Clone>(
        &self,
        route: Route,
        request: R,
        deadline: Instant,
        patience: Duration,
    ) -> Result<R::Response, ClientError> {
        let Pacing { retry_backoff, retries, .. } = self.config.pacing;
        let mut tries = 0;
        loop {
            let connection = self.connection(&route, deadline).await?;
            match connection.call_within(&request, patience).await {
                Err(error) if error.is_retriable() => {
                    self.disconnected(&connection);
                    tries += 1;
                    if tries > retries || Instant::now() + retry_backoff >= deadline {
                        return Err(error);
                    }
                    tokio::time::sleep(retry_backoff).await;
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
            let wanted =
                if *route == Route::Any || target.is_some() { self.candidate(target) } else { Err(self.retry_backoff()) };
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
            tokio::time::sleep(self.retry_backoff()).await;
        }
    }

    /// `retry.backoff.ms`.
    pub(super) fn retry_backoff(&self) -> Duration {
        self.config.pacing.retry_backoff
    }

    /// Waits until some connection of the client is gone.
    pub async fn connection_lost(&self) {
        self.lost.notified().await;
    }

    /// The node to connect to next: the wanted one, or any; or how long to wait for one.
    fn candidate(&self, wanted: Option<i32>) -> Result<Node, Duration> {
        let state = self.state();
        let now = Instant::now();
        let mut pause = self.config.pacing.reconnect_backoff_max;
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
        // another call tried meanwhile, in vain
        if self.state().links.get(&node.id).and_then(|link| link.retry_at).is_some_and(|at| at > Instant::now()) {
            return None;
        }
        let HostPort { host, port } = &node.address;
        let pacing = self.config.pacing;
        let Ok(addresses) = net::resolve(host, *port, pacing.setup_timeout).await else {
            // Kafka is silent here (at WARN) and tries again later
            self.failed(node.id);
            return None;
        };
        let (attempt, failures) = {
            let mut state = self.state();
            let link = state.links.entry(node.id).or_default();
            (link.next_address, link.failures)
        };
        let address = addresses[attempt % addresses.len()];
        let options = SocketOptions {
            setup_timeout: grown(pacing.setup_timeout, pacing.setup_timeout_max, failures),
            request_timeout: self.config.request_timeout,
            buffers: self.config.buffers,
            idle: pacing.idle,
        };
        let meter = Meter { ids: Arc::clone(&self.correlation_ids), metrics: Arc::clone(&self.metrics), node: node.broker_id() };
        self.metrics.register(Subject::Node(node.broker_id()));
        match Connection::connect_address(address, node.address.clone(), &self.config.client_id, meter, options).await {
            Ok(connection) => {
                let connection = Arc::new(connection);
                let (closed, lost, metrics) = (connection.closed(), Arc::clone(&self.lost), Arc::clone(&self.metrics));
                metrics.record("connection-creation", 1.0);
                tokio::spawn(async move {
                    closed.await;
                    metrics.record("connection-close", 1.0);
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
        // a bootstrap server is there to be asked for metadata, which is not tried again before its own backoff is over
        let least = if id < 0 { self.retry_backoff() } else { Duration::ZERO };
        link.retry_at = Some(Instant::now() + self.reconnect_backoff(link.failures).max(least));
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
        link.retry_at = Some(Instant::now() + self.reconnect_backoff(0));
        link.failures = 1;
        let node = state.nodes.iter().find(|node| node.id == id).cloned();
        drop(state);
        if let Some(node) = node {
            self.say_bootstrap_disconnected(&node);
        }
    }

    fn reconnect_backoff(&self, failures: u32) -> Duration {
        grown(self.config.pacing.reconnect_backoff, self.config.pacing.reconnect_backoff_max, failures)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `ExponentialBackoff`: doubles from one duration up to another, a fifth more or less by chance; the first counts as it is where the
/// other is no longer.
fn grown(from: Duration, most: Duration, failures: u32) -> Duration {
    if most <= from {
        return from;
    }
    let share = random_below(1001) as f64 / 1000.0;
    let factor = 1.0 - JITTER + 2.0 * JITTER * share;
    from.saturating_mul(2_u32.saturating_pow(failures)).min(most).mul_f64(factor)
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
    use crate::engine::client::Bootstrap;

    #[test]
    fn the_backoff_doubles_up_to_a_second() {
        for (failures, expected) in [(0, 50), (1, 100), (3, 400), (5, 1000), (40, 1000)] {
            let found = grown(Duration::from_millis(50), Duration::from_secs(1), failures).as_millis();
            assert!((expected * 8 / 10..=expected * 12 / 10).contains(&found), "{failures}: {found} ms");
        }
        let same = Duration::from_millis(300);
        assert_eq!(grown(same, Duration::from_millis(200), 7), same);
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
