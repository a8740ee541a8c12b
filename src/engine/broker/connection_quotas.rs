//! How many connections there may be: `max.connections`, `max.connections.per.ip` and its exceptions.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::config::BrokerConfig;
use crate::net;

/// How long a host name in `max.connections.per.ip.overrides` may take to be looked up.
const LOOKUP: Duration = Duration::from_secs(5);

/// An address has as many connections as it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Rejected connection from /{address}, address already has the configured maximum of {limit} connections.")]
pub struct TooManyConnections {
    address: IpAddr,
    limit: usize,
}

/// The connections of all listeners.
#[derive(Debug)]
pub struct ConnectionQuotas {
    most: usize,
    most_per_address: usize,
    exceptions: HashMap<IpAddr, usize>,
    open: Mutex<HashMap<IpAddr, usize>>,
    closed: Notify,
}

/// A connection that counts until this is dropped.
#[derive(Debug)]
pub struct Counted {
    quotas: Arc<ConnectionQuotas>,
    address: IpAddr,
}

impl ConnectionQuotas {
    /// As the configuration says. A host of the exceptions that cannot be found has none.
    pub async fn new(config: &BrokerConfig) -> Arc<Self> {
        let mut exceptions = HashMap::new();
        for one in config.string("max.connections.per.ip.overrides").unwrap_or_default().split(',') {
            let Some((host, limit)) = one.trim().rsplit_once(':') else { continue };
            let Ok(limit) = limit.trim().parse() else { continue };
            let found = net::resolve(host.trim(), 0, LOOKUP).await.unwrap_or_default();
            exceptions.extend(found.first().map(|address| (address.ip().to_canonical(), limit)));
        }
        let number = |key: &str| usize::try_from(config.int(key)).unwrap_or(0);
        Arc::new(Self::with(number("max.connections"), number("max.connections.per.ip"), exceptions))
    }

    fn with(most: usize, most_per_address: usize, exceptions: HashMap<IpAddr, usize>) -> Self {
        Self { most, most_per_address, exceptions, open: Mutex::default(), closed: Notify::new() }
    }

    fn open(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until there may be one more connection, as Kafka's acceptors do.
    pub async fn slot(&self) {
        loop {
            let closed = self.closed.notified();
            if self.open().values().sum::<usize>() < self.most {
                return;
            }
            closed.await;
        }
    }

    /// Counts a connection from an address.
    ///
    /// # Errors
    /// There are as many from there as may be.
    pub fn count(self: &Arc<Self>, address: IpAddr) -> Result<Counted, TooManyConnections> {
        let address = address.to_canonical();
        let limit = self.exceptions.get(&address).copied().unwrap_or(self.most_per_address);
        let mut open = self.open();
        let count = open.entry(address).or_default();
        if *count >= limit {
            return Err(TooManyConnections { address, limit });
        }
        *count += 1;
        Ok(Counted { quotas: Arc::clone(self), address })
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut open = self.quotas.open();
        if let Some(count) = open.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.address);
            }
        }
        drop(open);
        self.quotas.closed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[tokio::test]
    async fn connections_are_counted_by_address_and_in_all() {
        let [here, there] = [1, 2].map(|last| IpAddr::V4(Ipv4Addr::new(10, 0, 0, last)));
        let quotas = Arc::new(ConnectionQuotas::with(3, 1, HashMap::from([(there, 2)])));
        let first = quotas.count(here).expect("the first");
        let refused = quotas.count(here.to_canonical()).expect_err("the second");
        let words = "Rejected connection from /10.0.0.1, address already has the configured maximum of 1 connections.";
        assert_eq!(refused.to_string(), words);
        let others = [quotas.count(there).expect("the first"), quotas.count(there).expect("the second")];
        assert!(quotas.count(there).is_err());
        let waiting = tokio::spawn({
            let quotas = Arc::clone(&quotas);
            async move { quotas.slot().await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished(), "three are there");
        drop(first);
        waiting.await.expect("there is a slot");
        drop(others);
        assert!(quotas.open().is_empty());
    }
}
