//! Settings that change while the broker runs, carried to where they are at work: limits of connections, storage, listeners
//! (`DynamicBrokerConfig`'s reconfigurables). What topics take from the broker is the controller's to tell the logs.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::watch;
use tokio_util::task::TaskTracker;

use super::Broker;
use super::config::{BrokerConfig, warn_of_idle};
use super::connection_quotas::ConnectionQuotas;
use super::server::{Listeners, OpenListener, accept};
use crate::log_warn;
use crate::net::Shutdown;

/// The parts that follow the settings.
pub struct Live {
    broker: Arc<Broker>,
    quotas: Arc<ConnectionQuotas>,
    connections: TaskTracker,
    shutdown: Shutdown,
    /// The open listeners by name, each with its port and what ends it.
    open: HashMap<String, (u16, Shutdown)>,
    acceptors: TaskTracker,
}

impl Live {
    /// Of a broker whose connections are tasks of `connections` and end with `shutdown`.
    pub fn new(broker: Arc<Broker>, quotas: Arc<ConnectionQuotas>, connections: TaskTracker, shutdown: Shutdown) -> Self {
        Self { broker, quotas, connections, shutdown, open: HashMap::new(), acceptors: TaskTracker::new() }
    }

    /// Accepts connections to these listeners.
    pub fn serve(&mut self, listeners: Vec<OpenListener>) {
        for listener in listeners {
            let end = self.shutdown.child_token();
            self.open.insert(listener.name().to_string(), (listener.port(), end.clone()));
            let (broker, quotas) = (Arc::clone(&self.broker), Arc::clone(&self.quotas));
            self.acceptors.spawn(accept(broker, listener, quotas, self.connections.clone(), end));
        }
    }

    /// Follows the settings until the broker stops.
    pub async fn follow(mut self, mut settings: watch::Receiver<Arc<BrokerConfig>>) {
        let mut before = settings.borrow_and_update().clone();
        loop {
            tokio::select! {
                () = self.shutdown.cancelled() => return,
                changed = settings.changed() => if changed.is_err() { return },
            }
            let config = settings.borrow_and_update().clone();
            self.apply(&before, &config).await;
            before = config;
        }
    }

    async fn apply(&mut self, before: &BrokerConfig, config: &Arc<BrokerConfig>) {
        warn_of_idle(config, Some(before));
        self.broker.replicas.reconfigure(config);
        self.quotas.update(config).await;
        let (were, are) = (before.listeners(), config.listeners());
        let stays = |name: &str| are.iter().any(|listener| listener.name == name);
        for listener in were.iter().filter(|listener| !stays(&listener.name)) {
            if let Some((_, end)) = self.open.remove(&listener.name) {
                end.cancel();
            }
        }
        let new: Vec<_> = are.iter().filter(|new| !were.iter().any(|old| old.name == new.name)).cloned().collect();
        if !new.is_empty() {
            let opened = Listeners::open(&new, config).await;
            opened.log();
            self.serve(opened.open);
        }
        if before.advertised_listeners() != config.advertised_listeners() || were != are {
            let ports = self.open.iter().map(|(name, (port, _))| (name.clone(), *port)).collect();
            if let Err(error) = self.broker.controller.advertise(Arc::clone(config), ports).await {
                let reason = error.message.unwrap_or_else(|| error.error.to_string());
                log_warn!("kafka.server.DynamicListenerConfig", "Failed to tell of changed listeners: {reason}");
            }
        }
    }
}
