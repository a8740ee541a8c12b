//! The runner's side of a terminal host.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Read};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;

use super::host::HostOptions;
use super::protocol::{self, Answer, Attached, Bytes, Call, Event, FromHost, ToHost, WRITE_BYTES_MAX};
use super::{Decision, Foreground, OpenTerminal, Size, TerminalError, TerminalEvent, Verdict};
use crate::net::connect_local;
use crate::process::spawn::{Command, Stream};
use crate::process::table::Process;
use crate::process::wait;

/// How long a new host may take to listen.
const START_DEADLINE: Duration = Duration::from_secs(10);
/// How long a host that does not listen any more may take to stop what runs and to end.
const END_DEADLINE: Duration = Duration::from_secs(15);
/// How long a host may take to greet.
const HELLO_DEADLINE: Duration = Duration::from_secs(10);
/// How long a runner that has left may still be taken for attached.
const LEAVE_DEADLINE: Duration = Duration::from_secs(1);
/// How long a call may take, beyond the grace that it names.
const CALL_DEADLINE: Duration = Duration::from_secs(30);
/// How many frames wait at most for the host's side of the socket.
const FRAMES_MAX: usize = 64;
/// How many events wait at most for the runner.
const EVENTS_MAX: usize = 256;
/// The most that is shown of what a host said when it could not start, in bytes.
const REASON_BYTES_MAX: u64 = 4096;

/// Starts terminal hosts.
#[derive(Clone, Debug)]
pub struct HostProcess {
    /// The program, usually this one.
    pub program: PathBuf,
    /// The arguments that make it run [`super::host::main`]; the path of the options file is added.
    pub arguments: Vec<OsString>,
}

impl HostProcess {
    /// Starts a host, detached from this process and its terminal, and waits until it listens. It stops by itself where nobody attaches.
    ///
    /// # Errors
    /// It cannot be started, or ended at once; the reason is what it said.
    pub async fn spawn(&self, options: &HostOptions) -> Result<(), TerminalError> {
        let folder = options.folder();
        let (file, log, socket) = (folder.join("host.json"), folder.join("host.log"), options.socket());
        match connect_local(&socket).await {
            Ok(_) => {
                return Err(TerminalError::Host { reason: format!("one is listening at {}: attach to it", socket.display()) });
            }
            Err(_) => {
                let ended = || !options.is_running();
                let ended = wait::until_true(END_DEADLINE, "the terminal host before to end", ended).await;
                ended.map_err(|error| TerminalError::Host { reason: error.to_string() })?;
                // of a host that was killed
                drop(fs::remove_file(&socket));
            }
        }
        let prepared = || -> io::Result<File> {
            DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
            options.write(&file)?;
            File::create(&log)
        };
        let errors = prepared().map_err(|source| TerminalError::Folder { folder: folder.clone(), source })?;
        let command = Command::new(&self.program).args(&self.arguments).arg(&file).stderr(Stream::File(errors));
        let mut child = command.spawn().map_err(|error| TerminalError::Host { reason: error.to_string() })?;
        let started = wait::until(START_DEADLINE, "the terminal host to listen", || {
            let ended = matches!(child.try_wait(), Ok(Some(_)));
            let there = socket.exists();
            std::future::ready((ended || there).then_some(there))
        });
        if matches!(started.await, Ok(true)) {
            return Ok(());
        }
        let mut said = Vec::new();
        if let Ok(file) = File::open(&log) {
            // what was read before an error is what can be told
            let _ = file.take(REASON_BYTES_MAX).read_to_end(&mut said);
        }
        Err(TerminalError::Host { reason: format!("did not start: {}", String::from_utf8_lossy(&said).trim()) })
    }
}

/// Terminals in a host process. Dropping them without [`RemoteTerminals::keep`] makes the host stop everything.
#[derive(Debug)]
pub struct RemoteTerminals {
    socket: PathBuf,
    frames: mpsc::Sender<ToHost>,
    shared: Arc<Shared>,
    numbers: AtomicU64,
    tasks: Vec<AbortHandle>,
}

#[derive(Debug, Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    names: Mutex<BTreeSet<String>>,
}

/// The calls that have no reply yet.
#[derive(Debug, Default)]
struct Waiting {
    calls: BTreeMap<u64, oneshot::Sender<Result<Answer, String>>>,
    /// Whether the host has gone: then no reply comes any more, also not to calls that are made later.
    gone: bool,
}

impl Shared {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        // what is behind this lock is valid after every statement
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn names(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RemoteTerminals {
    /// Attaches to a session's host: the terminals, their events from now on, and what was there before.
    ///
    /// # Errors
    /// There is no host, or another runner is attached.
    pub async fn attach(socket: &Path) -> Result<(Self, mpsc::Receiver<TerminalEvent>, Vec<Attached>), TerminalError> {
        let busy = || TerminalError::Host { reason: "another kafkalab is using these terminals; leave it first".to_owned() };
        // a runner that has just left may not have been seen to leave
        let greeted = wait::until(LEAVE_DEADLINE, "the runner before to leave", async || greet(socket).await.transpose());
        let (read, mut write, attached) = greeted.await.map_err(|_| busy())??;
        let (frames, mut outgoing) = mpsc::channel::<ToHost>(FRAMES_MAX);
        let shared = Arc::new(Shared::default());
        shared.names().extend(attached.iter().map(|terminal| terminal.terminal.clone()));
        let writing = tokio::spawn(async move {
            while let Some(frame) = outgoing.recv().await {
                if protocol::send(&mut write, &frame).await.is_err() {
                    return;
                }
            }
        });
        // replies must not wait behind events that the runner has not taken; the host sends no more than its credit of those
        let (queue, queued) = mpsc::unbounded_channel();
        let (events, receiver) = mpsc::channel(EVENTS_MAX);
        let reading = tokio::spawn(receive_all(read, Arc::clone(&shared), queue));
        let passing = tokio::spawn(pass_on(queued, events, frames.clone()));
        let tasks = [writing, reading, passing].iter().map(tokio::task::JoinHandle::abort_handle).collect();
        let terminals = Self { socket: socket.to_owned(), frames, shared, numbers: AtomicU64::new(1), tasks };
        Ok((terminals, receiver, attached))
    }

    async fn call(&self, call: Call, deadline: Duration) -> Result<Answer, TerminalError> {
        let unreachable = |kind: io::ErrorKind| TerminalError::Unreachable { socket: self.socket.clone(), source: kind.into() };
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let (sender, answer) = oneshot::channel();
        {
            let mut waiting = self.shared.waiting();
            if waiting.gone {
                return Err(unreachable(io::ErrorKind::UnexpectedEof));
            }
            waiting.calls.insert(number, sender);
        }
        let answered = async {
            self.frames.send(ToHost::Call { number, call }).await.map_err(|_| io::ErrorKind::BrokenPipe)?;
            answer.await.map_err(|_| io::ErrorKind::UnexpectedEof)
        };
        let result = tokio::time::timeout(deadline, answered).await;
        self.shared.waiting().calls.remove(&number);
        match result {
            Ok(Ok(answer)) => answer.map_err(|reason| TerminalError::Host { reason }),
            Ok(Err(kind)) => Err(unreachable(kind)),
            Err(_) => Err(unreachable(io::ErrorKind::TimedOut)),
        }
    }

    /// As [`RemoteTerminals::call`], for one terminal.
    async fn call_at(&self, name: &str, call: Call, grace: Duration) -> Result<Answer, TerminalError> {
        match self.call(call, CALL_DEADLINE + grace).await? {
            Answer::NotOpen => Err(TerminalError::NotOpen { name: name.to_owned() }),
            answer => Ok(answer),
        }
    }

    /// The names of the open terminals.
    pub fn names(&self) -> Vec<String> {
        self.shared.names().iter().cloned().collect()
    }

    /// As [`super::Terminals::open`].
    ///
    /// # Errors
    /// As there; and the host may have gone.
    pub async fn open(&self, terminal: OpenTerminal) -> Result<(), TerminalError> {
        let name = terminal.name.clone();
        if let Answer::Folder { folder, code } = self.call(Call::Open(terminal), CALL_DEADLINE).await? {
            return Err(TerminalError::Folder { folder, source: io::Error::from_raw_os_error(code) });
        }
        self.shared.names().insert(name);
        Ok(())
    }

    /// As [`super::Terminals::write`].
    ///
    /// # Errors
    /// As there; and the host may have gone.
    pub async fn write(&self, name: &str, bytes: &[u8]) -> Result<(), TerminalError> {
        for part in bytes.chunks(WRITE_BYTES_MAX) {
            let call = Call::Write { terminal: name.to_owned(), bytes: Bytes(part.to_vec()) };
            self.call_at(name, call, Duration::ZERO).await?;
        }
        Ok(())
    }

    /// As [`super::Terminals::resize`].
    ///
    /// # Errors
    /// As there; and the host may have gone.
    pub async fn resize(&self, name: &str, size: Size) -> Result<(), TerminalError> {
        self.call_at(name, Call::Resize { terminal: name.to_owned(), size }, Duration::ZERO).await.map(|_| ())
    }

    /// As [`super::Terminals::foreground`].
    ///
    /// # Errors
    /// As there; and the host may have gone.
    pub async fn foreground(&self, name: &str) -> Result<Foreground, TerminalError> {
        match self.call_at(name, Call::Foreground { terminal: name.to_owned() }, Duration::ZERO).await? {
            Answer::Foreground(foreground) => Ok(foreground),
            answer => Err(TerminalError::Host { reason: format!("answered {answer:?} where a foreground was asked for") }),
        }
    }

    /// As [`super::Terminals::close`].
    ///
    /// # Errors
    /// As there; and the host may have gone.
    pub async fn close(&self, name: &str, grace: Duration) -> Result<Vec<Process>, TerminalError> {
        let answer = self.call_at(name, Call::Close { terminal: name.to_owned(), grace_ms: milliseconds(grace) }, grace).await?;
        Ok(left(answer))
    }

    /// As [`super::Terminals::close_all`].
    ///
    /// # Errors
    /// The host may have gone.
    pub async fn close_all(&self, grace: Duration) -> Result<Vec<Process>, TerminalError> {
        let answer = self.call(Call::CloseAll { grace_ms: milliseconds(grace) }, CALL_DEADLINE + grace).await?;
        Ok(left(answer))
    }

    /// Leaves; the terminals go on, until a runner attaches again.
    ///
    /// # Errors
    /// The host has gone.
    pub async fn keep(self) -> Result<(), TerminalError> {
        self.call(Call::Keep, CALL_DEADLINE).await.map(|_| ())
    }
}

impl Drop for RemoteTerminals {
    fn drop(&mut self) {
        self.tasks.iter().for_each(AbortHandle::abort);
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn left(answer: Answer) -> Vec<Process> {
    let Answer::Left(identities) = answer else { return Vec::new() };
    identities.into_iter().filter_map(|identity| identity.read()).collect()
}

/// Connects and hears what is there; `None` where another runner is attached.
async fn greet(socket: &Path) -> Result<Option<(OwnedReadHalf, OwnedWriteHalf, Vec<Attached>)>, TerminalError> {
    let unreachable = |source| TerminalError::Unreachable { socket: socket.to_owned(), source };
    let (mut read, write) = connect_local(socket).await.map_err(unreachable)?.into_split();
    let hello = tokio::time::timeout(HELLO_DEADLINE, protocol::receive(&mut read)).await;
    match hello.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())).map_err(unreachable)? {
        Some(FromHost::Hello { terminals }) => Ok(Some((read, write, terminals))),
        Some(FromHost::Busy) => Ok(None),
        _ => Err(unreachable(io::ErrorKind::UnexpectedEof.into())),
    }
}

async fn receive_all(mut read: OwnedReadHalf, shared: Arc<Shared>, queue: mpsc::UnboundedSender<Event>) {
    while let Ok(Some(frame)) = protocol::receive::<FromHost, _>(&mut read).await {
        match frame {
            FromHost::Reply { number, answer } => {
                let waiting = shared.waiting().calls.remove(&number);
                if let Some(waiting) = waiting {
                    // the caller may have given up
                    let _ = waiting.send(answer);
                }
            }
            FromHost::Event(event) => {
                if let Event::Closed { terminal, .. } = &event {
                    shared.names().remove(terminal);
                }
                if queue.send(event).is_err() {
                    break;
                }
            }
            FromHost::Hello { .. } | FromHost::Busy => break,
        }
    }
    // whoever waits for a reply learns that none comes
    *shared.waiting() = Waiting { calls: BTreeMap::new(), gone: true };
}

async fn pass_on(mut queued: mpsc::UnboundedReceiver<Event>, events: mpsc::Sender<TerminalEvent>, frames: mpsc::Sender<ToHost>) {
    while let Some(event) = queued.recv().await {
        let event = match event {
            Event::Output { terminal, bytes } => TerminalEvent::Output { terminal, bytes: bytes.0 },
            Event::Prompt { terminal, cwd, exit_code } => TerminalEvent::Prompt { terminal, cwd, exit_code },
            Event::Closed { terminal, status } => TerminalEvent::Closed { terminal, status },
            Event::Line { terminal, id, line, cwd } => {
                let (verdict, decision) = Verdict::new();
                let (frames, name) = (frames.clone(), terminal.clone());
                tokio::spawn(async move {
                    let decision = decision.await.unwrap_or(Decision::Run);
                    // a host that has gone has nothing to decide
                    let _ = frames.send(ToHost::Verdict { terminal: name, id, decision }).await;
                });
                TerminalEvent::Line { terminal, id, line, cwd, verdict }
            }
        };
        if events.send(event).await.is_err() || frames.send(ToHost::Taken).await.is_err() {
            return;
        }
    }
}
