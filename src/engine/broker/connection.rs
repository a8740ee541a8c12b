//! One connection of a client or another broker: requests one after the other, answers in the same order.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use kafka_protocol::messages::{ApiVersionsRequest, ApiVersionsResponse};
use kafka_protocol::protocol::Request;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::Broker;
use super::connection_quotas::Counted;
use super::handlers::{self, RequestContext, RequestError};
use crate::catalog;
use crate::engine::exception::Exception;
use crate::engine::kafka::{Chunk, HeaderError, RequestHeader, Response, parse_request};
use crate::engine::log4j::{Level, log_caused};
use crate::net::{FrameError, Shutdown, read_frame_unless_idle, send_file, within};

const PROCESSOR: &str = "kafka.network.Processor";
/// Kafka's code for a version that an API does not have.
const UNSUPPORTED_VERSION: i16 = 35;

/// What one connection needs beside its socket.
pub(super) struct Connection {
    pub(super) broker: Arc<Broker>,
    pub(super) listener: Arc<str>,
    pub(super) local: SocketAddr,
    pub(super) peer: SocketAddr,
    pub(super) shutdown: Shutdown,
}

/// Why a connection is closed by this side.
enum Closing {
    /// A frame that cannot be read.
    Frame(FrameError),
    /// A request that is none.
    Header(Exception),
    /// A request that has no answer but this, and was logged.
    Unanswerable,
    /// A request whose body is not what its header says, or an answer that cannot be sent.
    Request(Exception),
}

impl Connection {
    /// Serves requests until the client goes, sends what is no request, there are too many connections, or the broker stops.
    pub(super) async fn serve(self, mut socket: TcpStream, counted: Counted) {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let id = format!("{}-{}-{number}", plain(self.local), plain(self.peer));
        let limit = usize::try_from(self.broker.config.int("socket.request.max.bytes")).unwrap_or(usize::MAX);
        let idle = self.idle();
        loop {
            let frame = tokio::select! {
                () = self.shutdown.cancelled() => return,
                () = counted.is_too_many() => return,
                frame = read_frame_unless_idle(&mut socket, limit, idle) => frame,
            };
            counted.is_used();
            let result = match frame {
                Ok(Some(frame)) => tokio::select! {
                    result = self.answer(&mut socket, frame, &id) => result,
                    // a member that waits for its group, or a client that does not read, does not hold up the broker's end
                    () = self.shut_down() => return,
                    () = counted.is_too_many() => return,
                },
                Ok(None) => return,
                Err(error) => Err(Closing::Frame(error)),
            };
            match result {
                Ok(()) => {}
                Err(closing) => return self.log(&closing, &id),
            }
        }
    }

    /// How long nothing may come, or nothing be taken; `None` for ever.
    fn idle(&self) -> Option<Duration> {
        u64::try_from(self.broker.config.long("connections.max.idle.ms")).ok().map(Duration::from_millis)
    }

    /// Returns when the broker stops and what was being answered has had its time.
    async fn shut_down(&self) {
        self.shutdown.cancelled().await;
        tokio::time::sleep(LAST_ANSWER).await;
    }

    async fn answer(&self, socket: &mut TcpStream, frame: Bytes, id: &str) -> Result<(), Closing> {
        let (header, body) = parse_request(frame).map_err(|error| Closing::Header(header_exception(&error)))?;
        let api = catalog::api_versions::by_key(header.api_key);
        let name = api.map_or("", |api| api.name);
        let served = handlers::api(header.api_key).filter(|api| api.serves(header.api_version));
        let Some(api) = served else {
            if header.api_key == ApiVersionsRequest::KEY {
                return self.send(socket, &header, unsupported_version()).await;
            }
            let version = header.api_version;
            let message = format!("Received request api key {name} with version {version} which is not enabled");
            return Err(Closing::Header(Exception::new(INVALID_REQUEST, message)));
        };
        let context = RequestContext {
            version: header.api_version,
            correlation_id: header.correlation_id,
            client_id: header.client_id.clone(),
            peer: self.peer,
            listener: Arc::clone(&self.listener),
            shutdown: self.shutdown.clone(),
        };
        match (api.handle)(Arc::clone(&self.broker), context, body).await {
            Ok(Some(response)) => self.send(socket, &header, response).await,
            Ok(None) => Ok(()),
            Err(RequestError::Unanswerable) => Err(Closing::Unanswerable),
            Err(error) => Err(Closing::Request(self.request_exception(&error, id))),
        }
    }

    /// Sends size, header and body.
    async fn send(&self, socket: &mut TcpStream, header: &RequestHeader, response: Response) -> Result<(), Closing> {
        let mut head = BytesMut::new();
        head.put_i32(header.correlation_id);
        if header.response_is_flexible() {
            head.put_u8(0); // no tagged fields
        }
        let size = i32::try_from(head.len() + response.len()).map_err(|_| {
            Closing::Request(Exception::new("java.lang.IllegalArgumentException", "the answer is longer than a frame"))
        })?;
        let mut out = BytesMut::with_capacity(64);
        out.put_i32(size);
        out.put(head);
        let lost = |error: std::io::Error| Closing::Frame(FrameError::Io(error));
        let idle = self.idle();
        for chunk in response.chunks {
            match chunk {
                Chunk::Bytes(bytes) if bytes.len() <= COALESCE_BYTES => out.put(bytes),
                Chunk::Bytes(bytes) => {
                    within(idle, socket.write_all(&out.split())).await.map_err(lost)?;
                    within(idle, socket.write_all(&bytes)).await.map_err(lost)?;
                }
                Chunk::File { file, offset, length } => {
                    within(idle, socket.write_all(&out.split())).await.map_err(lost)?;
                    within(idle, send_file(socket, &file, offset, length)).await.map_err(lost)?;
                }
            }
        }
        within(idle, socket.write_all(&out)).await.map_err(lost)
    }

    fn request_exception(&self, error: &RequestError, id: &str) -> Exception {
        match error {
            RequestError::Malformed { api, version, reason } => {
                let message = format!(
                    "Error getting request for apiKey: {api}, apiVersion: {version}, connectionId: {id}, listenerName: \
                     ListenerName({}), principal: User:ANONYMOUS",
                    self.listener
                );
                Exception::new(INVALID_REQUEST, message).caused_by(Exception::new("java.lang.RuntimeException", reason.trim()))
            }
            RequestError::Unencodable { .. } | RequestError::Unanswerable => {
                Exception::new("java.lang.IllegalStateException", error.to_string())
            }
        }
    }

    /// What Kafka logs when it closes a connection; a client that went away is no news.
    fn log(&self, closing: &Closing, id: &str) {
        match closing {
            Closing::Frame(FrameError::Length { found, limit }) => {
                let larger = if *found < 0 { String::new() } else { format!(" larger than {limit}") };
                let (node, peer) = (self.broker.id, self.peer.ip().to_canonical());
                log_caused(
                    Level::Warn,
                    "org.apache.kafka.common.network.Selector",
                    format_args!(
                        "[SocketServer listenerType=ZK_BROKER, nodeId={node}] Unexpected error from /{peer} (channelId={id}); \
                         closing connection"
                    ),
                    format_args!(
                        "org.apache.kafka.common.network.InvalidReceiveException: Invalid receive (size = {found}{larger})"
                    ),
                );
            }
            Closing::Frame(FrameError::Io(_)) | Closing::Unanswerable => {}
            Closing::Header(exception) => {
                exception.log(PROCESSOR, format_args!("Closing socket for {id} because of error"));
                exception.log(PROCESSOR, format_args!("Exception while processing request from {id}"));
            }
            Closing::Request(exception) => {
                exception.log(PROCESSOR, format_args!("Exception while processing request from {id}"));
            }
        }
    }
}

/// How long a request that is being answered when the broker stops may still take.
const LAST_ANSWER: Duration = Duration::from_millis(50);

/// Chunks of up to this size go out with what is before and after them.
const COALESCE_BYTES: usize = 16 * 1024;

const INVALID_REQUEST: &str = "org.apache.kafka.common.errors.InvalidRequestException";

fn plain(address: SocketAddr) -> String {
    format!("{}:{}", address.ip().to_canonical(), address.port())
}

fn header_exception(error: &HeaderError) -> Exception {
    let (key, cause) = match error {
        HeaderError::UnknownApi(key) => {
            (key, Exception::new("java.lang.IllegalArgumentException", format!("Unexpected api key: {key}")))
        }
        HeaderError::Malformed(key) => (key, Exception::bare("java.nio.BufferUnderflowException")),
    };
    let message = format!("Error parsing request header. Our best guess of the apiKey is: {key}");
    Exception::new(INVALID_REQUEST, message).caused_by(cause)
}

/// The answer to an ApiVersions of a version that is not known: in the form of v0, with the versions of ApiVersions itself.
fn unsupported_version() -> Response {
    let own = handlers::api_versions::served().into_iter().filter(|api| api.api_key == ApiVersionsRequest::KEY).collect();
    let answer = ApiVersionsResponse::default().with_error_code(UNSUPPORTED_VERSION).with_api_keys(own);
    match handlers::encode::<ApiVersionsRequest>(&answer, 0) {
        Ok(Some(response)) => response,
        _ => Response::default(),
    }
}
