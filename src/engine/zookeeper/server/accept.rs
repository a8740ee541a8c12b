//! Taking connections, so many in all and so many from one address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::time::Instant;

use super::connection::{self, Shared};
use super::metrics::Counter;
use super::rate_log::RateLog;
use crate::{log_error, log_warn};

const FACTORY: &str = "org.apache.zookeeper.server.NIOServerCnxnFactory";
/// The pause after a connection could not be accepted.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Connections that may be open; 0 is any number.
#[derive(Clone, Copy, Debug)]
pub(super) struct ConnectionLimits {
    pub(super) of_address: usize,
    pub(super) of_all: usize,
}

/// Counts a connection as long as it lives, in all and by address.
struct Counted {
    open: Arc<AtomicUsize>,
    by_address: Arc<Mutex<HashMap<IpAddr, usize>>>,
    address: IpAddr,
}

impl Counted {
    /// The error says of which there are as many as there may be.
    fn new(
        open: &Arc<AtomicUsize>,
        by_address: &Arc<Mutex<HashMap<IpAddr, usize>>>,
        address: IpAddr,
        limits: ConnectionLimits,
    ) -> Result<Self, String> {
        // one task alone takes connections
        if limits.of_all > 0 && open.load(Ordering::Acquire) >= limits.of_all {
            let (open, max) = (open.load(Ordering::Acquire), limits.of_all);
            log_error!("org.apache.zookeeper.server.ServerCnxnFactory", "Too many connections {open} - max is {max}");
            return Err(format!("Too many connections max allowed is {max}"));
        }
        let mut counts = by_address.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(address).or_default();
        if limits.of_address > 0 && *count >= limits.of_address {
            return Err(format!("Too many connections from /{address} - max is {}", limits.of_address));
        }
        *count += 1;
        open.fetch_add(1, Ordering::AcqRel);
        Ok(Self { open: Arc::clone(open), by_address: Arc::clone(by_address), address })
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.open.fetch_sub(1, Ordering::AcqRel);
        let mut counts = self.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.address);
            }
        }
    }
}

/// Takes connections until the shutdown; those above the limits are closed at once.
pub(super) async fn accept(listener: TcpListener, shared: Shared, open: Arc<AtomicUsize>, limits: ConnectionLimits) {
    let by_address = Arc::new(Mutex::new(HashMap::new()));
    let mut refused = RateLog::default();
    for connection in 1.. {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = shared.shutdown.cancelled() => return,
        };
        let (mut stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                shared.counters.add(Counter::ConnectionRejected, 1);
                log_refused(refused.note(format!("Error accepting new connection: {error}"), Instant::now()));
                // no descriptors left, most likely: others must end before the next can come
                if tokio::time::timeout(ACCEPT_PAUSE, shared.shutdown.cancelled()).await.is_ok() {
                    return;
                }
                continue;
            }
        };
        let ip = address.ip().to_canonical();
        let counted = match Counted::new(&open, &by_address, ip, limits) {
            Ok(counted) => counted,
            Err(reason) => {
                shared.counters.add(Counter::ConnectionRejected, 1);
                log_refused(refused.note(format!("Error accepting new connection: {reason}"), Instant::now()));
                // the client reads the end of the stream before the reset that follows where it has sent something
                let _ = stream.shutdown().await;
                continue;
            }
        };
        log_refused(refused.flush());
        let shared = shared.clone();
        tokio::spawn(async move {
            connection::serve(stream, address, connection, shared).await;
            drop(counted);
        });
    }
}

fn log_refused(lines: impl IntoIterator<Item = String>) {
    for line in lines {
        log_warn!(FACTORY, "{line}");
    }
}
