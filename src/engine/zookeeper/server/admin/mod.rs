//! The AdminServer: the commands of ZooKeeper 3.8 as JSON over HTTP.

mod answers;
mod http;
mod json;
mod response;

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};

pub(super) use answers::{answer, needs_server};

use super::run::ToCore;
use crate::engine::log4j::{self, Level};
use crate::log_info;
use crate::net::{self, Shutdown};

const LOGGER: &str = "org.apache.zookeeper.server.admin.JettyAdminServer";
const DEFAULT_PORT: &str = "8080";
const DEFAULT_IDLE: Duration = Duration::from_secs(30);
/// Connections that wait to be taken, as Jetty's.
const BACKLOG: u32 = 50;

/// Where the AdminServer listens, and how.
#[derive(Clone, Debug)]
pub struct AdminConfig {
    /// `admin.serverAddress`.
    pub address: String,
    /// `admin.serverPort`; 0 is a free one.
    pub port: u16,
    /// `admin.commandURL`.
    pub command_url: String,
    /// `admin.idleTimeout`: how long a connection may be silent.
    pub idle_timeout: Duration,
    /// `admin.forceHttps` or `admin.portUnification` is set.
    pub wants_tls: bool,
    /// `ssl.quorum.keyStore.location` names what TLS needs.
    pub has_key_store: bool,
}

impl AdminConfig {
    /// What the file says under `admin.`; what is no number counts as the default.
    pub(super) fn of<'a>(property: &dyn Fn(&str) -> Option<&'a str>) -> Self {
        let is_true = |key| property(key).is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let port = |text: &str| text.parse().ok();
        Self {
            address: property("admin.serverAddress").unwrap_or("0.0.0.0").to_owned(),
            port: property("admin.serverPort").and_then(port).or_else(|| port(DEFAULT_PORT)).unwrap_or_default(),
            command_url: property("admin.commandURL").unwrap_or("/commands").to_owned(),
            idle_timeout: property("admin.idleTimeout")
                .and_then(|text| text.parse().ok())
                .map_or(DEFAULT_IDLE, Duration::from_millis),
            wants_tls: is_true("admin.forceHttps") || is_true("admin.portUnification"),
            has_key_store: property("ssl.quorum.keyStore.location").is_some_and(|path| !path.is_empty()),
        }
    }
}

/// Why there is no AdminServer; ZooKeeper does not start then.
#[derive(Debug, thiserror::Error)]
#[error("Problem starting AdminServer on address {address}, port {port} and command URL {command_url}\nCaused by: {cause}")]
pub struct AdminError {
    address: String,
    port: u16,
    command_url: String,
    cause: String,
}

impl AdminError {
    fn new(config: &AdminConfig, cause: String) -> Self {
        let AdminConfig { address, port, command_url, .. } = config.clone();
        Self { address, port, command_url, cause }
    }
}

/// A question for the core: which command, with what behind the `?`.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) command: String,
    pub(super) query: String,
    pub(super) reply: oneshot::Sender<serde_json::Value>,
}

/// The AdminServer's socket, not yet served.
pub(super) struct Listening {
    listener: TcpListener,
    config: AdminConfig,
}

impl Listening {
    /// Listens; `None` where TLS is asked for without a key store: ZooKeeper goes on without an AdminServer then.
    ///
    /// # Errors
    /// The address or the URL cannot be used, or TLS is meant.
    pub(super) async fn bind(config: AdminConfig) -> Result<Option<Self>, AdminError> {
        if config.wants_tls && !config.has_key_store {
            let cause = "java.lang.IllegalArgumentException: Unable to auto-detect store file type from file name: ";
            let failed = format_args!("Failed to load authentication certificates for admin server.");
            log4j::log_caused(Level::Error, LOGGER, failed, format_args!("{cause}"));
            log4j::log_caused(
                Level::Warn,
                "org.apache.zookeeper.server.admin.AdminServerFactory",
                format_args!("Unable to start JettyAdminServer"),
                format_args!("java.lang.reflect.InvocationTargetException\nCaused by: {cause}"),
            );
            return Ok(None);
        }
        if config.wants_tls {
            let cause = "this server has no TLS: remove admin.forceHttps and admin.portUnification";
            return Err(AdminError::new(&config, format!("java.lang.IllegalArgumentException: {cause}")));
        }
        if !config.command_url.starts_with('/') {
            let url = &config.command_url;
            let cause = format!("Servlet Spec 12.2 violation: path spec must start with \"/\" or \"*.\": bad spec \"{url}/*\"");
            return Err(AdminError::new(&config, format!("java.lang.IllegalArgumentException: {cause}")));
        }
        let listener = net::bind(&config.address, config.port, BACKLOG).await.map_err(|error| {
            let reason = match error.kind() {
                io::ErrorKind::AddrInUse => "java.net.BindException: Address already in use".to_owned(),
                io::ErrorKind::AddrNotAvailable => "java.net.BindException: Cannot assign requested address".to_owned(),
                io::ErrorKind::PermissionDenied => "java.net.SocketException: Permission denied".to_owned(),
                _ => "java.net.SocketException: Unresolved address".to_owned(),
            };
            let cause = format!("java.io.IOException: Failed to bind to /{}:{}", config.address, config.port);
            AdminError::new(&config, format!("{cause}\nCaused by: {reason}"))
        })?;
        let AdminConfig { address, port, command_url, .. } = &config;
        log_info!(LOGGER, "Started AdminServer on address {address}, port {port} and command URL {command_url}");
        Ok(Some(Self { listener, config }))
    }

    /// Where it listens.
    pub(super) fn local_addr(&self) -> Option<SocketAddr> {
        self.listener.local_addr().ok()
    }

    /// Answers until the shutdown.
    pub(super) async fn serve(self, core: mpsc::Sender<ToCore>, shutdown: Shutdown) {
        http::serve(self.listener, self.config, core, shutdown).await;
    }
}
