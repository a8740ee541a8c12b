//! One connection of a client: frames in, frames out, and nothing known of what they mean.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Once};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{Notify, mpsc, watch};

use super::config::{LargeRequests, ServerConfig};
use super::coordinator::{Input, LENGTH_BYTES};
use super::four_letter;
use super::metrics::{Counter, Counters};
use super::run::{Arrived, ToCore};
use crate::engine::log4j::{self, Level};
use crate::engine::zookeeper::protocol::{
    ConnectRequest, DEFAULT_MAX_BUFFER_BYTES, DecodeError, OpCode, Reader, Record, RequestHeader,
};
use crate::engine::zookeeper::watch::ConnectionId;
use crate::net::{self, FrameError, Shutdown, read_frame};
use crate::{log_info, log_warn};

const LOGGER: &str = "org.apache.zookeeper.server.NIOServerCnxn";
/// No more requests are read while so many bytes wait to be taken by the client.
const OUTBOX_PAUSE_BYTES: usize = 1024 * 1024;
/// Replies to the requests of one connection that are under way take about so many bytes at most.
const IN_FLIGHT_BYTES: usize = 16 * 1024 * 1024;
/// The length of a reply that is reckoned with before the first.
const FIRST_REPLY_BYTES: usize = 256 * 1024;
/// Requests of one connection that are under way at most, and that may always be.
const IN_FLIGHT_MAX: usize = 1000;
const IN_FLIGHT_MIN: usize = 4;
/// The same of requests whose replies may be of any length: so many of the longest frames stay below the limit.
const IN_FLIGHT_LONG_MAX: usize = 48;
/// A client that lets so many bytes wait is cut off.
const OUTBOX_LIMIT_BYTES: usize = 64 * 1024 * 1024;
/// Frames written at a time.
const WRITE_BATCH: usize = 64;
/// Bytes of memory that a connection keeps to write from.
const WRITE_BYTES_KEPT: usize = 4096;

/// What goes to a connection.
#[derive(Debug)]
pub(super) enum Outgoing {
    Frame(Bytes),
    Established(i64),
    Close,
}

/// The core's end of a connection.
#[derive(Debug)]
pub(super) struct Outbox {
    sender: mpsc::UnboundedSender<Outgoing>,
    queue: Arc<Queue>,
    cut: Shutdown,
}

/// How much waits to be done and to be written.
#[derive(Debug)]
struct Queue {
    bytes: AtomicUsize,
    /// Requests that the core has not done.
    in_flight: AtomicUsize,
    /// About the length of the longest of the last replies.
    reply_bytes: AtomicUsize,
    /// What is written now is the last: the server closes the connection.
    closing: AtomicBool,
    shrunk: Notify,
}

impl Queue {
    fn new() -> Self {
        let (bytes, in_flight) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let (reply_bytes, closing) = (AtomicUsize::new(FIRST_REPLY_BYTES), AtomicBool::new(false));
        Self { bytes, in_flight, reply_bytes, closing, shrunk: Notify::new() }
    }

    /// Whether one more request is not to be done for now: its reply would find no place.
    fn is_full(&self, may_be_long: bool) -> bool {
        let allowed = IN_FLIGHT_BYTES / self.reply_bytes.load(Ordering::Acquire).max(1);
        let max = if may_be_long { IN_FLIGHT_LONG_MAX } else { IN_FLIGHT_MAX };
        self.bytes.load(Ordering::Acquire) > OUTBOX_PAUSE_BYTES
            || self.in_flight.load(Ordering::Acquire) >= allowed.clamp(IN_FLIGHT_MIN, max)
    }
}

#[cfg(test)]
impl Outbox {
    /// One of no socket, and what is given to it.
    pub(super) fn unconnected() -> (Self, mpsc::UnboundedReceiver<Outgoing>) {
        let (sender, outgoing) = mpsc::unbounded_channel();
        (Self { sender, queue: Arc::new(Queue::new()), cut: Shutdown::new() }, outgoing)
    }
}

impl Outbox {
    /// Gives something to the connection; one whose client never reads is cut off.
    pub(super) fn push(&self, outgoing: Outgoing) {
        if let Outgoing::Frame(frame) = &outgoing {
            let before = self.queue.reply_bytes.load(Ordering::Acquire);
            // what was long once is forgotten bit by bit
            self.queue.reply_bytes.store(frame.len().max(before - before / 8), Ordering::Release);
            let waiting = self.queue.bytes.fetch_add(frame.len(), Ordering::AcqRel) + frame.len();
            if waiting > OUTBOX_LIMIT_BYTES {
                self.cut.cancel();
            }
        }
        // an error says that the connection has gone
        let _ = self.sender.send(outgoing);
    }

    /// The core has done one request of the connection.
    pub(super) fn request_done(&self) {
        self.queue.in_flight.fetch_sub(1, Ordering::AcqRel);
        self.queue.shrunk.notify_one();
    }
}

/// What a connection shares with the server.
#[derive(Clone)]
pub(super) struct Shared {
    pub(super) core: mpsc::Sender<ToCore>,
    pub(super) config: Arc<ServerConfig>,
    pub(super) counters: Arc<Counters>,
    /// Bytes of the large requests that are under way.
    pub(super) large_bytes: Arc<AtomicUsize>,
    /// Done when the first four-letter word comes.
    pub(super) first_word: Arc<Once>,
    pub(super) shutdown: Shutdown,
}

/// Why a connection ends.
enum Ended {
    /// The client closed it.
    EndOfStream,
    /// The server closed it, or goes away.
    Closed,
    /// It was without a session for too long.
    Expired,
    Broken(String),
}

impl From<FrameError> for Ended {
    fn from(error: FrameError) -> Self {
        match error {
            FrameError::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => Self::EndOfStream,
            FrameError::Io(error) => error.into(),
            FrameError::Length { .. } => Self::Broken(format!("java.io.IOException: {error}")),
        }
    }
}

impl From<io::Error> for Ended {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::ConnectionReset => Self::Broken("java.io.IOException: Connection reset by peer".to_owned()),
            _ => Self::Broken(format!("java.io.IOException: {error}")),
        }
    }
}

impl From<DecodeError> for Ended {
    fn from(error: DecodeError) -> Self {
        Self::Broken(exception(&error))
    }
}

/// The Java exception of bytes that cannot be read.
pub(super) fn exception(error: &DecodeError) -> String {
    match error {
        DecodeError::Short { expected, .. } if *expected > DEFAULT_MAX_BUFFER_BYTES => unreasonable(expected),
        DecodeError::Short { .. } => "java.io.EOFException".to_owned(),
        DecodeError::Length { found, .. } => unreasonable(found),
        DecodeError::Value { .. } => format!("java.io.IOException: {error}"),
    }
}

fn unreasonable(length: &dyn std::fmt::Display) -> String {
    format!("java.io.IOException: Unreasonable length = {length}")
}

/// Serves one connection to its end.
pub(super) async fn serve(stream: TcpStream, address: SocketAddr, connection: ConnectionId, shared: Shared) {
    let address = SocketAddr::new(address.ip().to_canonical(), address.port());
    // replies are small and waited for; a socket that refuses this is about to fail anyway
    let _ = stream.set_nodelay(true);
    let _ = net::set_keepalive(&stream, shared.config.keep_alive);
    let (mut reader, mut writer) = stream.into_split();
    let mut head = [0; 4];
    let cut = shared.shutdown.child_token();
    let first = tokio::select! {
        first = tokio::time::timeout(shared.config.sessionless_timeout, reader.read_exact(&mut head)) => first,
        () = cut.cancelled() => return,
    };
    match first {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => {
            let ended = FrameError::Io(error).into();
            shared.counters.add(Counter::ConnectionDropped, usize::from(matches!(ended, Ended::EndOfStream)));
            return report(&ended, &address, 0);
        }
        Err(_) => return shared.counters.add(Counter::SessionlessExpired, 1),
    }
    if let Some(answer) = four_letter::answer(head, &mut reader, &address, &shared).await {
        // a client that has gone does not want it
        let _ = writer.write_all(answer.as_bytes()).await;
        let _ = writer.shutdown().await;
        return;
    }
    let session = watch::Sender::new(0);
    let queue = Arc::new(Queue::new());
    let (sender, outgoing) = mpsc::unbounded_channel();
    let outbox = Outbox { sender, queue: Arc::clone(&queue), cut: cut.clone() };
    let writing = tokio::spawn(write(writer, outgoing, Arc::clone(&queue), cut.clone(), session.clone()));
    let mut incoming = Incoming { address, connection, shared, queue, session: session.subscribe() };
    let ended = tokio::select! {
        ended = incoming.read(head, reader, outbox) => ended,
        () = cut.cancelled() => Ended::Closed,
    };
    // a client that goes as soon as it has the last reply has not dropped the connection
    let ended = if incoming.queue.closing.load(Ordering::Acquire) { Ended::Closed } else { ended };
    let is_dropped = matches!(ended, Ended::EndOfStream);
    incoming.shared.counters.add(Counter::ConnectionDropped, usize::from(is_dropped));
    report(&ended, &address, *session.borrow());
    // the core may be gone as well
    let _ = incoming.shared.core.send(ToCore::input(Input::Disconnect { connection })).await;
    if matches!(ended, Ended::Closed) {
        // what was given before the close is still written
        let _ = writing.await;
    } else {
        cut.cancel();
    }
}

fn report(ended: &Ended, address: &SocketAddr, session: i64) {
    match ended {
        Ended::EndOfStream => log_info!(
            LOGGER,
            "Unable to read additional data from client, it probably closed the socket: address = /{address}, session = \
             0x{session:x}"
        ),
        Ended::Closed | Ended::Expired => {}
        Ended::Broken(exception) => {
            log4j::log_caused(Level::Warn, LOGGER, format_args!("Close of session 0x{session:x}"), format_args!("{exception}"));
        }
    }
}

/// The bytes of a large request.
struct Held {
    bytes: Bytes,
    large_bytes: Arc<AtomicUsize>,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.large_bytes.fetch_sub(self.bytes.len(), Ordering::AcqRel);
    }
}

struct Incoming {
    address: SocketAddr,
    connection: ConnectionId,
    shared: Shared,
    queue: Arc<Queue>,
    session: watch::Receiver<i64>,
}

impl Incoming {
    async fn read(&mut self, head: [u8; 4], reader: OwnedReadHalf, outbox: Outbox) -> Ended {
        match self.read_frames(head, reader, outbox).await {
            Ok(()) => Ended::EndOfStream,
            Err(ended) => ended,
        }
    }

    async fn read_frames(&mut self, head: [u8; 4], reader: OwnedReadHalf, outbox: Outbox) -> Result<(), Ended> {
        let mut stream = BufReader::new(head.as_slice().chain(reader));
        let first = tokio::time::timeout(self.shared.config.sessionless_timeout, self.frame(&mut stream)).await;
        let first = first.map_err(|_| {
            self.shared.counters.add(Counter::SessionlessExpired, 1);
            Ended::Expired
        })??;
        let Some(first) = first else { return Ok(()) };
        let request = ConnectRequest::from_bytes(&first)?;
        if request.read_only.is_none() {
            let address = self.address;
            log_warn!(
                "org.apache.zookeeper.server.ZooKeeperServer",
                "Connection request from old client /{address}; will be dropped if server is in r-o mode"
            );
        }
        self.send(ToCore::Open { connection: self.connection, address: self.address, outbox }).await?;
        self.send(ToCore::input(Input::Connect { connection: self.connection, address: self.address, request })).await?;
        // nothing is read before the session is set up
        self.session.wait_for(|session| *session != 0).await.map_err(|_| Ended::Closed)?;
        while let Some(frame) = self.frame(&mut stream).await? {
            let mut reader = Reader::new(&frame);
            let header: RequestHeader = reader.read()?;
            let body = self.hold(frame.slice(reader.position()..))?;
            let may_be_long = OpCode::from_code(header.op).is_some_and(may_be_long);
            while self.queue.is_full(may_be_long) {
                self.queue.shrunk.notified().await;
            }
            self.queue.in_flight.fetch_add(1, Ordering::AcqRel);
            self.send(ToCore::input(Input::Request { connection: self.connection, header, body })).await?;
        }
        Ok(())
    }

    async fn frame<R: AsyncRead + Unpin>(&self, stream: &mut R) -> Result<Option<Bytes>, Ended> {
        let max_buffer = self.shared.config.max_buffer;
        match read_frame(stream, max_buffer).await {
            Ok(Some(frame)) => {
                self.shared.counters.add(Counter::BytesReceived, LENGTH_BYTES + frame.len());
                Ok(Some(frame))
            }
            Err(FrameError::Length { found, .. }) => Err(Ended::Broken(format!(
                "java.io.IOException: Len error. A message from /{} with advertised length of {found} is either a malformed message \
                 or too large to process (length is greater than jute.maxbuffer={max_buffer})",
                self.address
            ))),
            other => Ok(other?),
        }
    }

    /// A large request counts as long as it is under way; one too many ends its connection.
    fn hold(&self, body: Bytes) -> Result<Bytes, Ended> {
        let LargeRequests { threshold, max_bytes } = self.shared.config.large_requests;
        let is_large = usize::try_from(threshold).is_ok_and(|threshold| threshold > 0 && body.len() > threshold);
        if !is_large {
            return Ok(body);
        }
        let max_bytes = usize::try_from(max_bytes).unwrap_or(0);
        let under_way = self.shared.large_bytes.fetch_add(body.len(), Ordering::AcqRel);
        // takes its bytes back when it goes
        let held = Held { bytes: body, large_bytes: Arc::clone(&self.shared.large_bytes) };
        if under_way + held.bytes.len() > max_bytes {
            self.shared.counters.add(Counter::LargeRequestRejected, 1);
            return Err(Ended::Broken("java.io.IOException: Rejecting large request".to_owned()));
        }
        Ok(Bytes::from_owner(held))
    }

    async fn send(&self, message: ToCore) -> Result<(), Ended> {
        self.shared.core.send(message).await.map_err(|_| Ended::Closed)
    }
}

/// Whether the reply of such a request is as long as what the znodes hold.
fn may_be_long(op: OpCode) -> bool {
    use OpCode::{GetAcl, GetChildren, GetChildren2, GetData, GetEphemerals, MultiRead};
    matches!(op, GetData | GetChildren | GetChildren2 | GetAcl | GetEphemerals | MultiRead)
}

/// Writes to a client until the connection is closed or cut.
async fn write(
    mut writer: OwnedWriteHalf,
    outgoing: mpsc::UnboundedReceiver<Outgoing>,
    queue: Arc<Queue>,
    cut: Shutdown,
    session: watch::Sender<i64>,
) {
    let is_closed = cut.run_until_cancelled(write_frames(&mut writer, outgoing, &queue, session)).await;
    if is_closed == Some(true) {
        // the client sees the end of the stream after the last frame
        let _ = writer.shutdown().await;
        cut.cancel();
    }
}

/// Says whether the connection is to be closed; else the core has forgotten it.
async fn write_frames(
    writer: &mut OwnedWriteHalf,
    mut outgoing: mpsc::UnboundedReceiver<Outgoing>,
    queue: &Queue,
    session: watch::Sender<i64>,
) -> bool {
    let (mut batch, mut bytes) = (Vec::new(), Vec::new());
    while outgoing.recv_many(&mut batch, WRITE_BATCH).await > 0 {
        let mut close = false;
        for outgoing in batch.drain(..) {
            match outgoing {
                Outgoing::Frame(frame) => bytes.extend_from_slice(&frame),
                Outgoing::Established(id) => {
                    session.send_replace(id);
                }
                Outgoing::Close => {
                    queue.closing.store(true, Ordering::Release);
                    close = true;
                }
            }
        }
        let written = writer.write_all(&bytes).await;
        queue.bytes.fetch_sub(bytes.len(), Ordering::AcqRel);
        queue.shrunk.notify_one();
        if close || written.is_err() {
            return true;
        }
        // what was long once is not kept
        bytes.clear();
        bytes.shrink_to(WRITE_BYTES_KEPT);
    }
    false
}

impl ToCore {
    fn input(input: Input) -> Self {
        Self::Input(Arrived { input, at: tokio::time::Instant::now() })
    }
}
