//! One connection to one broker: version negotiation, and typed requests that may be in flight together.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use kafka_protocol::messages::{ApiVersionsRequest, ApiVersionsResponse, RequestHeader, ResponseHeader};
use kafka_protocol::protocol::{Decodable, Encodable, HeaderVersion, Message, Request, StrBytes};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::metrics::{Metrics, Sampling, Subject};
use super::{ClientError, Flavour, HostPort};
use crate::catalog::api_versions;
use crate::net::{self, FrameError};

/// The largest answer that is taken: Kafka's `socket.request.max.bytes`, twice `fetch.max.bytes`.
pub const MAX_RESPONSE_BYTES: usize = 100 * 1024 * 1024;
/// `request.timeout.ms` of Kafka's clients.
pub const DEFAULT_REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// How a connection is opened and kept.
#[derive(Clone, Copy, Debug)]
pub struct SocketOptions {
    /// How long it may take to connect.
    pub setup_timeout: Duration,
    /// How long one request may take.
    pub request_timeout: Duration,
    /// The sizes of the socket's buffers in bytes, sending and receiving; `None` leaves one to the system.
    pub buffers: (Option<usize>, Option<usize>),
    /// How long nothing may pass over it before it is closed; `None` for any time.
    pub idle: Option<Duration>,
}

/// The bytes before each frame that say how long it is.
const LENGTH_BYTES: usize = 4;
/// The error code of an ApiVersions request whose version the broker does not have; such an answer has the form of version 0.
const UNSUPPORTED_VERSION: i16 = 35;

/// The numbers that tie answers to requests. Kafka's clients count over all their connections, and some log lines show it.
#[derive(Debug, Default)]
pub struct CorrelationIds(AtomicI32);

impl CorrelationIds {
    /// The next number: 0, 1, 2…, never negative.
    pub fn next(&self) -> i32 {
        self.0.fetch_add(1, Ordering::Relaxed) & i32::MAX
    }
}

/// What a connection counts with: the client's numbers of requests, and what it measures of which node.
#[derive(Clone, Debug)]
pub struct Meter {
    /// The client's correlation ids.
    pub ids: Arc<CorrelationIds>,
    /// What the client measures.
    pub metrics: Arc<Metrics>,
    /// The broker's id; bootstrap servers have negative ones.
    pub node: i32,
}

impl Meter {
    /// Of a connection without a client, which measures nothing.
    fn none() -> Self {
        Self { ids: Arc::default(), metrics: Arc::new(Metrics::new(Flavour::Admin, Sampling::default())), node: -1 }
    }

    /// A whole frame went one way; it took that long, after waiting for that long for it.
    fn moved(&self, bytes: &str, frame: &str, length: usize, (waited, took): (Duration, Duration)) {
        let node = Subject::Node(self.node);
        self.metrics.record_nanos("io-wait", waited);
        self.metrics.record_nanos("io-time", took);
        self.metrics.record("network-io", 1.0);
        self.metrics.record_both(&node, bytes, length as f64);
        self.metrics.record_both(&node, frame, length as f64);
    }
}

/// An open connection. Calls may run at the same time; the broker answers them in order. Dropping it closes the socket.
#[derive(Debug)]
pub struct Connection {
    address: HostPort,
    client_id: String,
    correlation_ids: Arc<CorrelationIds>,
    request_timeout: Duration,
    versions: HashMap<i16, RangeInclusive<i16>>,
    frames: mpsc::UnboundedSender<Bytes>,
    pending: Arc<Pending>,
    driver: tokio::task::AbortHandle,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// The requests on their way: their correlation ids and where their answers go.
type Queue = VecDeque<(i32, oneshot::Sender<Bytes>)>;

/// The requests without an answer yet, oldest first; `None` once the connection is gone.
#[derive(Debug)]
struct Pending {
    waiting: Mutex<Option<Queue>>,
    /// The length of the frame that was no frame, if that ended the connection.
    bad_length: Mutex<Option<i32>>,
}

impl Pending {
    fn waiting(&self) -> MutexGuard<'_, Option<Queue>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self, bad_length: Option<i32>) {
        *self.bad_length.lock().unwrap_or_else(PoisonError::into_inner) = bad_length;
        self.waiting().take();
    }
}

impl Connection {
    /// Connects to `host:port` and negotiates versions, each within `deadline`.
    ///
    /// # Errors
    /// [`ClientError::Connect`] where nothing answers; the others where what answers is no Kafka broker.
    pub async fn connect(host: &str, port: u16, client_id: &str, deadline: Duration) -> Result<Self, ClientError> {
        let address = HostPort { host: host.to_owned(), port };
        let unreachable = |source| ClientError::Connect { address: format!("{host}:{port}"), source };
        let stream = net::connect(host, port, deadline).await.map_err(unreachable)?;
        Self::over(stream, address, client_id, Meter::none(), (deadline, None)).await
    }

    /// Connects to one address of a broker, as [`Connection::connect`] does; `meter` is the client's.
    ///
    /// # Errors
    /// As [`Connection::connect`].
    pub async fn connect_address(
        socket_address: SocketAddr,
        address: HostPort,
        client_id: &str,
        meter: Meter,
        options: SocketOptions,
    ) -> Result<Self, ClientError> {
        let unreachable = |source| ClientError::Connect { address: socket_address.to_string(), source };
        let stream = net::connect_buffered(socket_address, options.setup_timeout, options.buffers).await.map_err(unreachable)?;
        Self::over(stream, address, client_id, meter, (options.request_timeout, options.idle)).await
    }

    async fn over(
        stream: TcpStream,
        address: HostPort,
        client_id: &str,
        meter: Meter,
        (request_timeout, idle): (Duration, Option<Duration>),
    ) -> Result<Self, ClientError> {
        let (frames, to_write) = mpsc::unbounded_channel();
        let pending = Arc::new(Pending { waiting: Mutex::new(Some(VecDeque::new())), bad_length: Mutex::new(None) });
        let correlation_ids = Arc::clone(&meter.ids);
        let driver = tokio::spawn(drive(stream, to_write, Arc::clone(&pending), meter, idle)).abort_handle();
        let mut connection = Self {
            address,
            client_id: client_id.to_owned(),
            correlation_ids,
            request_timeout,
            versions: HashMap::new(),
            frames,
            pending,
            driver,
        };
        connection.negotiate().await?;
        Ok(connection)
    }

    /// Asks which APIs the broker has (KIP-35), as Kafka's clients do first on each connection.
    async fn negotiate(&mut self) -> Result<(), ClientError> {
        let request = ApiVersionsRequest::default()
            .with_client_software_name(StrBytes::from_static_str(env!("CARGO_PKG_NAME")))
            .with_client_software_version(StrBytes::from_static_str(env!("CARGO_PKG_VERSION")));
        let mut body = self.exchange(&request, 3).await?;
        let unsupported = body.len() >= 2 && body.slice(..2).get_i16() == UNSUPPORTED_VERSION;
        let mut version = 3;
        if unsupported {
            version = 0;
            body = self.exchange(&ApiVersionsRequest::default(), version).await?;
        }
        let response = decode::<ApiVersionsResponse>(&mut body, version, api_name::<ApiVersionsRequest>())?;
        if let Some(error) = ClientError::from_code(response.error_code, None) {
            return Err(error);
        }
        self.versions = response.api_keys.iter().map(|api| (api.api_key, api.min_version..=api.max_version)).collect();
        Ok(())
    }

    /// `host:port` of the broker, as it was connected to.
    pub fn address(&self) -> &HostPort {
        &self.address
    }

    /// Whether the connection is gone; calls on it fail.
    pub fn is_closed(&self) -> bool {
        self.pending.waiting().is_none()
    }

    /// How many requests wait for their answers.
    pub fn in_flight(&self) -> usize {
        self.pending.waiting().as_ref().map_or(0, VecDeque::len)
    }

    /// The keys of every API that the broker has, in no order.
    pub fn api_keys(&self) -> impl Iterator<Item = i16> + '_ {
        self.versions.keys().copied()
    }

    /// The versions of an API that the broker has; `None` where it does not have it.
    pub fn versions(&self, api_key: i16) -> Option<RangeInclusive<i16>> {
        self.versions.get(&api_key).cloned()
    }

    /// The highest version of a request that both sides know.
    ///
    /// # Errors
    /// [`ClientError::UnsupportedVersion`] where there is none.
    pub fn version_of<R: Request>(&self) -> Result<i16, ClientError> {
        let ours = <R as Message>::VERSIONS;
        let common = self.versions.get(&R::KEY).and_then(|theirs| {
            let highest = ours.max.min(*theirs.end());
            (highest >= ours.min.max(*theirs.start())).then_some(highest)
        });
        common.ok_or(ClientError::UnsupportedVersion { api: api_name::<R>() })
    }

    /// Sends a request in the highest common version and waits for its answer.
    ///
    /// # Errors
    /// [`ClientError::Timeout`] after the request timeout (the connection is then closed), [`ClientError::Disconnected`] when
    /// the broker goes away, and where a message cannot be written or read. Error codes inside the answer are the caller's.
    pub async fn call<R: Request>(&self, request: R) -> Result<R::Response, ClientError> {
        self.call_version(request, self.version_of::<R>()?).await
    }

    /// As [`Connection::call`], in a version that the caller has chosen.
    ///
    /// # Errors
    /// As [`Connection::call`].
    pub async fn call_version<R: Request>(&self, request: R, version: i16) -> Result<R::Response, ClientError> {
        let mut body = self.exchange(&request, version).await?;
        decode(&mut body, version, api_name::<R>())
    }

    /// Sends a request that has no answer (Produce with `acks=0`).
    ///
    /// # Errors
    /// [`ClientError::Disconnected`] when the connection is gone already, [`ClientError::Codec`].
    pub fn cast<R: Request>(&self, request: &R) -> Result<(), ClientError> {
        let frame = self.frame(request, self.version_of::<R>()?, self.correlation_ids.next())?;
        self.frames.send(frame).map_err(|_| self.gone())
    }

    /// Closes the connection; waiting calls fail.
    pub fn close(&self) {
        self.driver.abort();
        self.pending.close(None);
    }

    /// As [`Connection::call`], under a correlation id that the caller took from the client's before, to name it in a log.
    ///
    /// # Errors
    /// As [`Connection::call`].
    pub async fn call_as<R: Request>(&self, correlation_id: i32, request: &R) -> Result<R::Response, ClientError> {
        let version = self.version_of::<R>()?;
        let mut body = self.exchange_as(correlation_id, request, version, self.request_timeout).await?;
        decode(&mut body, version, api_name::<R>())
    }

    /// As [`Connection::call`], with a timeout of its own, for requests that a broker holds back on purpose.
    ///
    /// # Errors
    /// As [`Connection::call`].
    pub async fn call_within<R: Request>(&self, request: &R, timeout: Duration) -> Result<R::Response, ClientError> {
        let version = self.version_of::<R>()?;
        let mut body = self.exchange_as(self.correlation_ids.next(), request, version, timeout).await?;
        decode(&mut body, version, api_name::<R>())
    }

    /// Waits until the connection is gone.
    pub fn closed(&self) -> impl Future<Output = ()> + Send + 'static {
        let frames = self.frames.clone();
        async move { frames.closed().await }
    }

    async fn exchange<R: Request>(&self, request: &R, version: i16) -> Result<Bytes, ClientError> {
        self.exchange_as(self.correlation_ids.next(), request, version, self.request_timeout).await
    }

    async fn exchange_as<R: Request>(
        &self,
        correlation_id: i32,
        request: &R,
        version: i16,
        timeout: Duration,
    ) -> Result<Bytes, ClientError> {
        let (answer, answered) = oneshot::channel();
        {
            // one lock over both queues, so that answers are expected in the order the requests are written
            let mut waiting = self.pending.waiting();
            let Some(queue) = waiting.as_mut() else { return Err(self.gone()) };
            let frame = self.frame(request, version, correlation_id)?;
            queue.push_back((correlation_id, answer));
            if self.frames.send(frame).is_err() {
                return Err(self.gone());
            }
        }
        let mut body = match tokio::time::timeout(timeout, answered).await {
            Ok(Ok(body)) => body,
            Ok(Err(_)) => return Err(self.gone()),
            Err(_) => {
                self.close();
                let address = self.address.to_string();
                return Err(ClientError::Timeout { address, api: api_name::<R>(), after: timeout });
            }
        };
        let header_version = if R::KEY == ApiVersionsRequest::KEY { 0 } else { R::Response::header_version(version) };
        decode::<ResponseHeader>(&mut body, header_version, api_name::<R>())?;
        Ok(body)
    }

    fn gone(&self) -> ClientError {
        let address = self.address.to_string();
        match *self.pending.bad_length.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(found) => ClientError::Frame { address, source: FrameError::Length { found, limit: MAX_RESPONSE_BYTES } },
            None => ClientError::Disconnected { address },
        }
    }

    fn frame<R: Request>(&self, request: &R, version: i16, correlation_id: i32) -> Result<Bytes, ClientError> {
        let header = RequestHeader::default()
            .with_request_api_key(R::KEY)
            .with_request_api_version(version)
            .with_correlation_id(correlation_id)
            .with_client_id(Some(StrBytes::from_string(self.client_id.clone())));
        let failed = |error: String| ClientError::Codec { api: api_name::<R>(), version, what: "encoded", detail: error };
        let mut frame = BytesMut::new();
        frame.put_i32(0);
        header.encode(&mut frame, R::header_version(version)).map_err(|error| failed(error.to_string()))?;
        request.encode(&mut frame, version).map_err(|error| failed(error.to_string()))?;
        let length = i32::try_from(frame.len() - 4).map_err(|error| failed(error.to_string()))?;
        frame[..4].copy_from_slice(&length.to_be_bytes());
        Ok(frame.freeze())
    }
}

fn api_name<R: Request>() -> &'static str {
    api_versions::by_key(R::KEY).map_or("an API that 3.6 does not have", |api| api.name)
}

fn decode<T: Decodable>(body: &mut Bytes, version: i16, api: &'static str) -> Result<T, ClientError> {
    let failed = |error: String| ClientError::Codec { api, version, what: "decoded", detail: error };
    T::decode(body, version).map_err(|error| failed(error.to_string()))
}

/// Moves frames both ways until the socket, the broker or the connection's owner ends it, or nothing has moved for too long.
async fn drive(
    stream: TcpStream,
    frames: mpsc::UnboundedReceiver<Bytes>,
    pending: Arc<Pending>,
    meter: Meter,
    idle: Option<Duration>,
) {
    let (read, write) = stream.into_split();
    let moved = Mutex::new(Instant::now());
    let bad_length = tokio::select! {
        bad_length = read_answers(read, &pending, &moved, &meter) => bad_length,
        () = write_frames(write, frames, &moved, &meter) => None,
        () = fallen_idle(&moved, idle) => None,
    };
    pending.close(bad_length);
}

fn note(moved: &Mutex<Instant>) {
    *moved.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
}

/// Waits until nothing has moved for as long as that.
async fn fallen_idle(moved: &Mutex<Instant>, idle: Option<Duration>) {
    let Some(idle) = idle else { return std::future::pending().await };
    loop {
        let at = *moved.lock().unwrap_or_else(PoisonError::into_inner) + idle;
        if at <= Instant::now() {
            return;
        }
        tokio::time::sleep_until(at).await;
    }
}

async fn write_frames(
    mut socket: OwnedWriteHalf,
    mut frames: mpsc::UnboundedReceiver<Bytes>,
    moved: &Mutex<Instant>,
    meter: &Meter,
) {
    let mut free = Instant::now();
    while let Some(frame) = frames.recv().await {
        let began = Instant::now();
        if socket.write_all(&frame).await.is_err() {
            return;
        }
        note(moved);
        meter.moved("bytes-sent", "request", frame.len(), (began - free, began.elapsed()));
        free = Instant::now();
    }
}

/// Hands answers to their calls until the connection ends; gives the length of a frame that was none.
async fn read_answers(mut socket: OwnedReadHalf, pending: &Pending, moved: &Mutex<Instant>, meter: &Meter) -> Option<i32> {
    let mut free = Instant::now();
    loop {
        socket.readable().await.ok()?;
        let began = Instant::now();
        let frame = match net::read_frame(&mut socket, MAX_RESPONSE_BYTES).await {
            Ok(Some(frame)) => frame,
            Err(FrameError::Length { found, .. }) => return Some(found),
            Ok(None) | Err(FrameError::Io(_)) => return None,
        };
        note(moved);
        meter.moved("bytes-received", "response", LENGTH_BYTES + frame.len(), (began - free, began.elapsed()));
        free = Instant::now();
        let mut head = frame.get(..4)?;
        let correlation_id = head.get_i32();
        let (expected, answer) = pending.waiting().as_mut()?.pop_front()?;
        if expected != correlation_id {
            return None;
        }
        // a caller that stopped waiting has dropped its end
        let _ = answer.send(frame);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kafka_protocol::messages::MetadataRequest;
    use tokio::io::AsyncReadExt;

    /// Serves one connection: negotiates Metadata 0 to 9 after refusing ApiVersions 3, then sends `answers` to what is asked.
    async fn broker(answers: &'static [&'static [u8]]) -> u16 {
        let listener = net::bind("127.0.0.1", 0, 1).await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.expect("a client");
            let refused = b"\0\0\0\x0a\0\0\0\0\0\x23\0\0\0\0";
            let accepted = b"\0\0\0\x10\0\0\0\x01\0\0\0\0\0\x01\0\x03\0\0\0\x09";
            for answer in [&refused[..], &accepted[..]].iter().chain(answers) {
                net::read_frame(&mut socket, 1000).await.expect("a request").expect("one more");
                socket.write_all(answer).await.expect("the client listens");
            }
            let mut rest = Vec::new();
            let _ = socket.read_to_end(&mut rest).await;
        });
        port
    }

    async fn check(answers: &'static [&'static [u8]], expected: &str) {
        let port = broker(answers).await;
        let connection = Connection::connect("127.0.0.1", port, "test", Duration::from_millis(300)).await.expect("it answers");
        assert_eq!(connection.version_of::<MetadataRequest>().expect("both have it"), 9);
        let calls =
            (connection.call_version(MetadataRequest::default(), 1), connection.call_version(MetadataRequest::default(), 1));
        let (first, second) = tokio::join!(calls.0, calls.1);
        let text = |result: Result<kafka_protocol::messages::MetadataResponse, ClientError>| match result {
            Ok(response) => format!("controller {}", response.controller_id.0),
            Err(error) => error.to_string().replace(&port.to_string(), "PORT"),
        };
        assert_eq!(format!("{}; {}", text(first), text(second)), expected);
    }

    #[tokio::test]
    async fn a_connection_that_nothing_passes_over_is_closed() {
        let port = broker(&[]).await;
        let (limit, wait) = (Duration::from_secs(30), Duration::from_millis(50));
        let address = HostPort { host: "127.0.0.1".to_owned(), port };
        let open = |idle| {
            let options = SocketOptions { setup_timeout: limit, request_timeout: limit, buffers: (None, None), idle };
            Connection::connect_address(([127, 0, 0, 1], port).into(), address.clone(), "test", Meter::none(), options)
        };
        let connection = open(Some(wait)).await.expect("it answers");
        tokio::time::timeout(limit, connection.closed()).await.expect("it is closed");
        assert!(connection.is_closed());
    }

    #[tokio::test]
    async fn answers_find_their_calls_and_bad_ones_fail_them() {
        let first: &[u8] = b"\0\0\0\x10\0\0\0\x02\0\0\0\0\0\0\0\x07\0\0\0\0";
        let second: &[u8] = b"\0\0\0\x10\0\0\0\x03\0\0\0\0\0\0\0\x08\0\0\0\0";
        let gone = "127.0.0.1:PORT closed the connection before it answered";
        check(Box::leak(Box::new([first, second])), "controller 7; controller 8").await;
        check(Box::leak(Box::new([second])), &format!("{gone}; {gone}")).await;
        check(&[b"\x7f\xff\xff\xff"], "bad frame from 127.0.0.1:PORT; bad frame from 127.0.0.1:PORT").await;
        let port = broker(&[]).await;
        let connection = Connection::connect("127.0.0.1", port, "test", Duration::from_millis(200)).await.expect("it answers");
        let late = connection.call_version(MetadataRequest::default(), 1).await.expect_err("nothing is answered");
        assert_eq!(late.to_string(), format!("no answer from 127.0.0.1:{port} to METADATA within 200ms"));
        assert!(connection.is_closed());
    }
}
