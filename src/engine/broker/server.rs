//! Listeners: each accepts connections until the broker stops.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio_util::task::TaskTracker;

use super::Broker;
use super::config::{BrokerConfig, Listener};
use super::connection::Connection;
use super::connection_quotas::ConnectionQuotas;
use crate::engine::exception::Exception;
use crate::net::{self, Shutdown};
use crate::{log_info, log_warn};

const ACCEPTOR: &str = "kafka.network.DataPlaneAcceptor";

/// A listener whose socket is open.
pub struct OpenListener {
    name: Arc<str>,
    host: String,
    socket: TcpListener,
}

impl OpenListener {
    /// Its name.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The port that it got.
    pub fn port(&self) -> u16 {
        self.socket.local_addr().map_or(0, |address| address.port())
    }
}

/// The listeners of a broker: those that are open, and those that cannot be.
#[derive(Default)]
pub struct Listeners {
    /// The open ones.
    pub open: Vec<OpenListener>,
    failed: Vec<(String, Exception)>,
}

impl Listeners {
    /// Opens listeners as the configuration says. As Kafka, a broker goes on without one that cannot be opened.
    pub async fn open(wanted: &[Listener], config: &BrokerConfig) -> Self {
        let backlog = u32::try_from(config.int("socket.listen.backlog.size")).unwrap_or(50);
        let mut listeners = Self::default();
        for listener in wanted {
            match open_listener(listener, backlog).await {
                Ok(socket) => {
                    let host = listener.host.clone().unwrap_or_else(|| "0.0.0.0".to_owned());
                    let buffer = |key: &str| usize::try_from(config.int(key)).ok();
                    net::set_buffers(&socket, buffer("socket.send.buffer.bytes"), buffer("socket.receive.buffer.bytes"));
                    listeners.open.push(OpenListener { name: Arc::from(listener.name.as_str()), host, socket });
                }
                Err(exception) => listeners.failed.push((listener.name.clone(), exception)),
            }
        }
        listeners
    }

    /// The names and ports of the open ones.
    pub fn ports(&self) -> Vec<(String, u16)> {
        self.open.iter().map(|listener| (listener.name.to_string(), listener.port())).collect()
    }

    /// Logs which are open and which are not.
    pub fn log(&self) {
        for listener in &self.open {
            log_info!(ACCEPTOR, "Awaiting socket connections on {}:{}.", listener.host, listener.port());
        }
        for (name, exception) in &self.failed {
            exception.log(ACCEPTOR, format_args!("Unable to start acceptor for ListenerName({name})"));
        }
    }
}

async fn open_listener(listener: &Listener, backlog: u32) -> Result<TcpListener, Exception> {
    let host = listener.host.as_deref().unwrap_or("");
    let port = u16::try_from(listener.port)
        .map_err(|_| Exception::new("java.lang.IllegalArgumentException", format!("port out of range:{}", listener.port)))?;
    net::bind(host, port, backlog).await.map_err(|error| {
        let (class, reason) = match error.kind() {
            io::ErrorKind::AddrInUse => ("java.net.BindException", "Address already in use".to_owned()),
            io::ErrorKind::AddrNotAvailable => ("java.net.BindException", "Cannot assign requested address".to_owned()),
            io::ErrorKind::PermissionDenied => ("java.net.BindException", "Permission denied".to_owned()),
            // the name service's own error has no number of the system
            _ if error.raw_os_error().is_none() => ("java.net.SocketException", "Unresolved address".to_owned()),
            _ => ("java.net.SocketException", error.to_string()),
        };
        let shown = listener.host.as_deref().unwrap_or("0.0.0.0");
        let message = format!("Socket server failed to bind to {shown}:{}: {reason}.", listener.port);
        Exception::new("org.apache.kafka.common.KafkaException", message).caused_by(Exception::new(class, reason))
    })
}

/// Accepts connections on `listener` until `shutdown`, as many as `quotas` allow; every connection is a task of `connections`.
pub async fn accept(
    broker: Arc<Broker>,
    listener: OpenListener,
    quotas: Arc<ConnectionQuotas>,
    connections: TaskTracker,
    shutdown: Shutdown,
) {
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = quotas.slot(&listener.name) => {}
        }
        let accepted = tokio::select! {
            () = shutdown.cancelled() => return,
            accepted = listener.socket.accept() => accepted,
        };
        match accepted {
            Ok((socket, peer)) => {
                let wait = quotas.came(&listener.name);
                if !wait.is_zero() {
                    tokio::select! {
                        () = shutdown.cancelled() => return,
                        () = tokio::time::sleep(wait) => {}
                    }
                }
                let counted = match quotas.count(&listener.name, peer.ip()) {
                    Ok(counted) => counted,
                    Err(refused) => {
                        log_info!(ACCEPTOR, "{refused}");
                        continue;
                    }
                };
                // a socket that does not take the option is as good without it
                let _ = socket.set_nodelay(true);
                let connection = Connection {
                    broker: Arc::clone(&broker),
                    listener: Arc::clone(&listener.name),
                    local: socket.local_addr().unwrap_or(SocketAddr::new(IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED), 0)),
                    peer,
                    shutdown: shutdown.child_token(),
                };
                connections.spawn(connection.serve(socket, counted));
            }
            // too many open files: the next attempt is worth a pause, and connections end meanwhile
            Err(error) => {
                log_warn!(ACCEPTOR, "Error while accepting connection: {error}");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

const ACCEPT_PAUSE: std::time::Duration = std::time::Duration::from_millis(100);
