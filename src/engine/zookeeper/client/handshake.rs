//! Opening a connection and the session on it, and what a lost connection looks like in the log.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::connection::{Connection, Ended, MAX_ANSWER_BYTES};
use super::session::{LOGGER, Session};
use crate::engine::log4j::{self, Level};
use crate::engine::zookeeper::protocol::{ConnectRequest, ConnectResponse, DecodeError, PASSWORD_BYTES, Record, Writer};
use crate::net::{self, FrameError, read_frame};
use crate::{log_error, log_info, log_warn};

/// Why a connection was lost or not to be had. Displayed as the first line of the Java exception.
#[derive(Clone, Debug)]
pub(super) enum Lost {
    Unresolved,
    Io(Arc<io::Error>),
    EndOfStream { session_id: i64 },
    Silent { waited: Duration, session_id: i64 },
    Length(i32),
    Answer(DecodeError),
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unresolved => f.write_str("java.nio.channels.UnresolvedAddressException"),
            Self::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                f.write_str("java.net.ConnectException: Connection refused")
            }
            Self::Io(error) if error.kind() == io::ErrorKind::ConnectionReset => {
                f.write_str("java.io.IOException: Connection reset by peer")
            }
            Self::Io(error) => write!(f, "java.io.IOException: {error}"),
            Self::EndOfStream { session_id } => write!(
                f,
                "EndOfStreamException: Unable to read additional data from server sessionid 0x{session_id:x}, likely server has \
                 closed socket"
            ),
            Self::Silent { waited, session_id } => write!(
                f,
                "org.apache.zookeeper.ClientCnxn$SessionTimeoutException: Client session timed out, have not heard from server in \
                 {}ms for session id 0x{session_id:x}",
                waited.as_millis()
            ),
            Self::Length(found) => write!(f, "java.io.IOException: Packet len {found} is out of range!"),
            Self::Answer(error) => write!(f, "java.io.IOException: {error}"),
        }
    }
}

impl From<FrameError> for Lost {
    fn from(error: FrameError) -> Self {
        match error {
            FrameError::Length { found, .. } => Self::Length(found),
            FrameError::Io(error) => Self::Io(error.into()),
        }
    }
}

/// Connects to a server and takes up the session, or begins it.
pub(super) async fn open(session: &mut Session, host: &str, port: u16, servers: usize) -> Result<Connection, Ended> {
    let session_id = session.shared.session_id();
    let patience = session.shared.session_timeout() / u32::try_from(servers).unwrap_or(1);
    let server = Server { host, port, address: resolve(host, port, patience).await };
    let (stream, answer) = match tokio::time::timeout(patience, handshake(session, &server)).await {
        Ok(Ok(done)) => done,
        Ok(Err(lost)) => return Err(lost_to(session_id, &server, &lost)),
        Err(_) => return Err(lost_to(session_id, &server, &Lost::Silent { waited: patience, session_id })),
    };
    if answer.timeout <= 0 {
        log_warn!(LOGGER, "Unable to reconnect to ZooKeeper service, session 0x{session_id:x} has expired");
        return Err(Ended::Expired);
    }
    log_info!(
        LOGGER,
        "Session establishment complete on server {server}, session id = 0x{:x}, negotiated timeout = {}",
        answer.session_id,
        answer.timeout
    );
    session.granted(answer.session_id, answer.timeout, answer.password);
    Ok(Connection::start(session, stream, server.to_string()))
}

fn lost_to(session_id: i64, server: &Server<'_>, lost: &Lost) -> Ended {
    log_lost(session_id, &server.to_string(), lost);
    Ended::Lost
}

/// What the Java client logs of a connection that was lost.
pub(super) fn log_lost(session_id: i64, server: &str, lost: &Lost) {
    if let Lost::Silent { waited, session_id } = lost {
        let waited = waited.as_millis();
        log_warn!(LOGGER, "Client session timed out, have not heard from server in {waited}ms for session id 0x{session_id:x}");
    }
    log4j::log_caused(
        Level::Warn,
        LOGGER,
        format_args!(
            "Session 0x{session_id:x} for server {server}, Closing socket connection. Attempting reconnect except it is a \
             SessionExpiredException."
        ),
        format_args!("{lost}"),
    );
}

/// The JVM takes an IPv4 address first.
async fn resolve(host: &str, port: u16, patience: Duration) -> Option<SocketAddr> {
    let addresses = net::resolve(host, port, patience).await.unwrap_or_default();
    match addresses.iter().find(|address| address.is_ipv4()).or(addresses.first()) {
        Some(address) => Some(*address),
        None => {
            log4j::log_caused(
                Level::Error,
                "org.apache.zookeeper.client.StaticHostProvider",
                format_args!("Unable to resolve address: {host}/<unresolved>:{port}"),
                format_args!("java.net.UnknownHostException: {host}: Name or service not known"),
            );
            None
        }
    }
}

/// A server as Java shows it: `localhost/127.0.0.1:2181`. Where only the address was given it has looked for its name.
struct Server<'a> {
    host: &'a str,
    port: u16,
    address: Option<SocketAddr>,
}

impl Server<'_> {
    fn name(&self) -> String {
        let address = self.host.trim_matches(['[', ']']);
        match address.parse() {
            Ok(known) => net::name_of(known).unwrap_or_else(|| address.to_owned()),
            Err(_) => self.host.to_owned(),
        }
    }
}

impl fmt::Display for Server<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.address {
            Some(SocketAddr::V4(address)) => write!(f, "{}/{}:{}", self.name(), address.ip(), self.port),
            Some(SocketAddr::V6(address)) => write!(f, "{}/[{}]:{}", self.name(), address.ip(), self.port),
            None => write!(f, "{}/<unresolved>:{}", self.host, self.port),
        }
    }
}

async fn handshake(session: &Session, server: &Server<'_>) -> Result<(TcpStream, ConnectResponse), Lost> {
    log_info!(LOGGER, "Opening socket connection to server {server}.");
    let Some(address) = server.address else {
        log_error!("org.apache.zookeeper.ClientCnxnSocketNIO", "Unable to open socket to {server}");
        return Err(Lost::Unresolved);
    };
    let io = |error: io::Error| Lost::Io(error.into());
    let mut stream = net::connect_address(address, session.shared.session_timeout()).await.map_err(io)?;
    if let Ok(local) = stream.local_addr() {
        log_info!(LOGGER, "Socket connection established, initiating session, client: /{local}, server: {server}");
    }
    let request = ConnectRequest {
        protocol_version: 0,
        last_zxid_seen: session.last_zxid,
        timeout: i32::try_from(session.requested_timeout.as_millis()).unwrap_or(i32::MAX),
        session_id: session.shared.session_id(),
        password: Some(session.password.clone().unwrap_or_else(|| Bytes::from_static(&[0; PASSWORD_BYTES]))),
        read_only: Some(false),
    };
    let mut frame = Writer::frame();
    frame.write(&request);
    stream.write_all(&frame.into_frame()).await.map_err(io)?;
    match read_frame(&mut stream, MAX_ANSWER_BYTES).await? {
        Some(answer) => Ok((stream, ConnectResponse::from_bytes(&answer).map_err(Lost::Answer)?)),
        None => Err(Lost::EndOfStream { session_id: request.session_id }),
    }
}
