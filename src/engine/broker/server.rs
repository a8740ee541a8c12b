//! Listeners: each accepts connections until the broker stops.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio_util::task::TaskTracker;

use super::Broker;
use super::config::{BrokerConfig, Listener};
use super::connection::Connection;
use super::exception::Exception;
use crate::net::{self, Shutdown};
use crate::{log_error, log_info, log_warn};

const ACCEPTOR: &str = "kafka.network.DataPlaneAcceptor";

/// A listener whose socket is open.
pub struct OpenListener {
    name: Arc<str>,
    socket: TcpListener,
}

impl OpenListener {
    /// The listener's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The port that it got.
    pub fn port(&self) -> u16 {
        self.socket.local_addr().map_or(0, |address| address.port())
    }
}

/// Opens the listeners of the configuration. As Kafka, one that cannot be opened is logged as an error and left out, and the
/// broker goes on without it.
pub async fn open_listeners(config: &BrokerConfig) -> Vec<OpenListener> {
    let backlog = u32::try_from(config.int("socket.listen.backlog.size")).unwrap_or(50);
    let mut open = Vec::new();
    for listener in config.listeners() {
        match open_listener(listener, backlog).await {
            Ok(socket) => {
                let host = listener.host.as_deref().unwrap_or("0.0.0.0");
                let port = socket.local_addr().map_or(0, |address| address.port());
                log_info!(ACCEPTOR, "Awaiting socket connections on {host}:{port}.");
                open.push(OpenListener { name: Arc::from(listener.name.as_str()), socket });
            }
            Err(exception) => {
                log_error!(ACCEPTOR, "Unable to start acceptor for ListenerName({})\n{exception}", listener.name);
            }
        }
    }
    open
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

/// Accepts connections on `listener` until `shutdown`; every connection is a task of `connections`.
pub async fn accept(broker: Arc<Broker>, listener: OpenListener, connections: TaskTracker, shutdown: Shutdown) {
    loop {
        let accepted = tokio::select! {
            () = shutdown.cancelled() => return,
            accepted = listener.socket.accept() => accepted,
        };
        match accepted {
            Ok((socket, peer)) => {
                // a socket that does not take the option is as good without it
                let _ = socket.set_nodelay(true);
                let connection = Connection {
                    broker: Arc::clone(&broker),
                    listener: Arc::clone(&listener.name),
                    local: socket.local_addr().unwrap_or(SocketAddr::new(IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED), 0)),
                    peer,
                    shutdown: shutdown.child_token(),
                };
                connections.spawn(connection.serve(socket));
            }
            // too many open files: the next attempt is worth a pause, and connections end meanwhile
            Err(error) => {
                log_warn!(ACCEPTOR, "Error while accepting connection\n{error}");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

const ACCEPT_PAUSE: std::time::Duration = std::time::Duration::from_millis(100);
