//! How a broker ends, in Kafka's order and with its log lines (`KafkaServer.shutdown`): one that served, and one whose start failed with
//! only some of its parts there.

use std::sync::Arc;

use super::controller::Store;
use super::replica::ReplicaManager;
use crate::engine::exception::Exception;
use crate::log_info;

const SERVER: &str = "kafka.server.KafkaServer";
const SOCKET_SERVER: &str = "kafka.network.SocketServer";
const METRICS: &str = "org.apache.kafka.common.metrics.Metrics";

/// The parts that a start has brought up so far.
#[derive(Default)]
pub struct Parts {
    /// What the log's lines of the server begin with: nothing before the id is settled.
    pub prefix: String,
    /// The broker's id, as far as it is known.
    pub id: i32,
    /// The session.
    pub store: Option<Store>,
    /// Whether the start has come as far as the storage.
    pub at_storage: bool,
    /// The storage, once it is open.
    pub replicas: Option<Arc<ReplicaManager>>,
}

impl Parts {
    /// Ends what a start has brought up that failed with `exception`.
    pub async fn give_up(&self, exception: &Exception) {
        let prefix = &self.prefix;
        exception.log(SERVER, format_args!("{prefix}Fatal error during KafkaServer startup. Prepare to shutdown"));
        log_info!(SERVER, "{prefix}shutting down");
        if let Some(replicas) = &self.replicas {
            stop_requests(self.id, async {}).await;
            replicas.shutdown();
        }
        if let Some(store) = &self.store {
            close_session(store.client.close()).await;
        }
        if self.replicas.is_some() {
            close_sockets(self.id);
        }
        if self.at_storage {
            close_metrics(false);
        }
        ended(prefix, self.id);
    }
}

/// The lines around `end`, with which connections end.
pub async fn stop_requests(id: i32, end: impl Future<Output = ()>) {
    log_info!(SOCKET_SERVER, "{} Stopping socket server request processors", socket_server(id));
    end.await;
    log_info!(SOCKET_SERVER, "{} Stopped socket server request processors", socket_server(id));
}

/// The lines around `close`, with which the session ends.
pub async fn close_session(close: impl Future<Output = ()>) {
    let zookeeper = "kafka.zookeeper.ZooKeeperClient";
    log_info!(zookeeper, "[ZooKeeperClient Kafka server] Closing.");
    close.await;
    log_info!(zookeeper, "[ZooKeeperClient Kafka server] Closed.");
}

/// The listeners are gone.
pub fn close_sockets(id: i32) {
    log_info!(SOCKET_SERVER, "{} Shutting down socket server", socket_server(id));
    log_info!(SOCKET_SERVER, "{} Shutdown completed", socket_server(id));
}

/// Nobody counts any more; `reporting` once the start is through.
pub fn close_metrics(reporting: bool) {
    log_info!(METRICS, "Metrics scheduler closed");
    if reporting {
        log_info!(METRICS, "Closing reporter org.apache.kafka.common.metrics.JmxReporter");
    }
    log_info!(METRICS, "Metrics reporters closed");
    log_info!("kafka.server.BrokerTopicStats", "Broker and topic stats closed");
}

/// The last lines.
pub fn ended(prefix: &str, id: i32) {
    log_info!("org.apache.kafka.common.utils.AppInfoParser", "App info kafka.server for {id} unregistered");
    log_info!(SERVER, "{prefix}shut down completed");
}

/// What the lines of the listeners begin with.
pub fn socket_server(id: i32) -> String {
    format!("[SocketServer listenerType=ZK_BROKER, nodeId={id}]")
}
