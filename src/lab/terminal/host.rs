//! The terminals in a process of their own, so that what runs in them can be kept when the runner leaves. The runner attaches over a Unix
//! socket; if it goes away without having asked to keep, everything is stopped.

use std::collections::{BTreeMap, VecDeque};
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use tokio::net::{UnixListener, UnixStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Notify, Semaphore, mpsc};
use tokio::time::{Instant, sleep_until};

use super::protocol::{self, Answer, Attached, Bytes, Call, EVENTS_UNDER_WAY_MAX, Event, FromHost, ToHost};
use super::queries::Queries;
use super::views::{Views, Watching};
use super::{Size, TerminalError, TerminalEvent, TerminalOptions, Terminals, Verdict, leftovers};
use crate::net::listen_local;

/// The largest options file that is read, in bytes.
const OPTIONS_BYTES_MAX: u64 = 64 * 1024;
/// Locked by a host for as long as it runs.
const LOCK_FILE: &str = "host.lock";
/// How many frames wait at most for the runner's side of the socket.
const FRAMES_MAX: usize = 64;
/// How long a host waits for its first runner.
const FIRST_ATTACH: Duration = Duration::from_secs(15);
/// The most bytes of questions that wait for somebody to answer them; one who asks more does not wait for the answers.
const UNANSWERED_BYTES_MAX: usize = 256;
/// How often a host without a runner looks whether anything that it is kept for still runs.
const KEPT_LOOK: Duration = Duration::from_secs(10);

/// What a host is started with.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct HostOptions {
    /// The terminals' options.
    pub terminals: TerminalOptions,
    /// How much of each terminal's output is kept for a runner that attaches, in bytes.
    pub replay_bytes: usize,
    /// How long a runner that went away may come back, in ms.
    pub return_ms: u64,
    /// How long what runs may take to end by itself when it is stopped, in ms.
    pub grace_ms: u64,
}

impl HostOptions {
    /// Options with 256 KiB to replay, 2 s to come back and 5 s to end.
    pub fn new(terminals: TerminalOptions) -> Self {
        Self { terminals, replay_bytes: 256 * 1024, return_ms: 2_000, grace_ms: 5_000 }
    }

    /// The socket of a session's host.
    pub fn socket(&self) -> PathBuf {
        self.folder().join("host.socket")
    }

    pub(super) fn folder(&self) -> PathBuf {
        self.terminals.folder.join(&self.terminals.session)
    }

    /// The socket for windows that look at one of the terminals.
    pub fn view_socket(&self) -> PathBuf {
        self.folder().join("view.socket")
    }

    /// Whether a host of this session still runs, though it may not listen any more: it clears its folder as its last deed.
    pub fn is_running(&self) -> bool {
        let lock = File::open(self.folder().join(LOCK_FILE));
        lock.is_ok_and(|lock| flock(&lock, FlockOperation::NonBlockingLockShared).is_err())
    }

    /// Locks the session's folder; the lock ends with the process, however that ends.
    fn lock(&self) -> io::Result<File> {
        let lock = File::create(self.folder().join(LOCK_FILE))?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive)?;
        Ok(lock)
    }

    fn read(path: &Path) -> io::Result<Self> {
        let mut content = String::new();
        fs::File::open(path)?.take(OPTIONS_BYTES_MAX).read_to_string(&mut content)?;
        Ok(serde_json::from_str(&content)?)
    }

    /// Writes them (0600) where [`main`] is to read them.
    pub(super) fn write(&self, path: &Path) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
        file.write_all(serde_json::to_string(self)?.as_bytes())
    }
}

/// Runs a host until it is over; `args` are the arguments after the hidden command's name: the options file. Leaves the session of the
/// terminal that the runner was started at, so that closing that does not reach it.
///
/// # Errors
/// The options cannot be read, or the socket cannot be listened on.
pub fn main(args: &[OsString]) -> Result<(), TerminalError> {
    let path = args.first().map(PathBuf::from).unwrap_or_default();
    let failed = |source| TerminalError::Folder { folder: path.clone(), source };
    let options = HostOptions::read(&path).map_err(failed)?;
    // an error says that we lead a session already, which is what is wanted
    let _ = rustix::process::setsid();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    runtime.block_on(run(options))
}

async fn run(options: HostOptions) -> Result<(), TerminalError> {
    let socket = options.socket();
    let unreachable = |source| TerminalError::Unreachable { socket: socket.clone(), source };
    let _lock = options.lock().map_err(unreachable)?;
    let views = listen_local(&options.view_socket()).await.map_err(unreachable)?;
    let listener = listen_local(&socket).await.map_err(unreachable)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(unreachable)?;
    let (terminals, events) = Terminals::new(options.terminals.clone())?;
    let host = Arc::new(Host {
        terminals,
        state: Mutex::default(),
        keep: AtomicBool::new(false),
        changed: Notify::new(),
        options,
        views: Views::default(),
    });
    let pump = tokio::spawn(Arc::clone(&host).pump(events));
    tokio::select! {
        () = Arc::clone(&host).serve(listener) => {}
        () = Arc::clone(&host).serve_views(views) => {}
        _ = terminate.recv() => {}
    }
    host.terminals.close_all(Duration::from_millis(host.options.grace_ms)).await;
    pump.abort();
    // private, small, and replaced by the next host of this session
    let _ = fs::remove_dir_all(host.options.folder());
    Ok(())
}

/// What a host is there for at the moment.
enum Outlook {
    /// A runner is attached.
    Attached,
    /// The runner has asked to go on without it, and something runs.
    Kept,
    /// The runner went away; it may come back for a little while.
    Left,
    /// Nobody is there and nothing runs.
    Idle,
}

pub(super) struct Host {
    pub(super) terminals: Terminals,
    /// The windows that look at one terminal.
    pub(super) views: Views,
    state: Mutex<State>,
    /// Whether to go on without a runner.
    keep: AtomicBool,
    /// Told when a runner has come or gone, and when a terminal has closed.
    changed: Notify,
    options: HostOptions,
}

#[derive(Default)]
struct State {
    screens: BTreeMap<String, VecDeque<u8>>,
    runner: Option<Runner>,
    /// What programs ask while nobody is there to answer, by terminal.
    unanswered: BTreeMap<String, Unanswered>,
    /// Lines that wait, by terminal and number.
    verdicts: BTreeMap<(String, u64), Verdict>,
}

/// Questions that a program has asked of its terminal.
#[derive(Default)]
struct Unanswered {
    queries: Queries,
    asked: Vec<u8>,
}

impl Unanswered {
    fn hear(&mut self, output: &[u8]) {
        let asked = self.queries.pick(output);
        if self.asked.len() + asked.len() <= UNANSWERED_BYTES_MAX {
            self.asked.extend(asked);
        }
    }
}

/// The runner that is attached.
#[derive(Clone)]
struct Runner {
    frames: mpsc::Sender<FromHost>,
    /// One permit for each event that may be sent before the runner has taken another.
    credit: Arc<Semaphore>,
}

impl Host {
    fn state(&self) -> MutexGuard<'_, State> {
        // what is behind this lock is valid after every statement
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes runners, one at a time, until there is nothing left to do.
    async fn serve(self: Arc<Self>, listener: UnixListener) {
        let mut look_again = Some(Instant::now() + FIRST_ATTACH);
        loop {
            let deadline = look_again.unwrap_or_else(Instant::now);
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => {
                        tokio::spawn(Arc::clone(&self).attach(stream));
                    }
                    Err(_) => return,
                },
                () = self.changed.notified() => match self.outlook() {
                    Outlook::Attached => look_again = None,
                    Outlook::Kept => look_again = Some(Instant::now() + KEPT_LOOK),
                    Outlook::Left => look_again = Some(Instant::now() + Duration::from_millis(self.options.return_ms)),
                    Outlook::Idle => return,
                },
                () = sleep_until(deadline), if look_again.is_some() => match self.outlook() {
                    Outlook::Attached => look_again = None,
                    Outlook::Kept => look_again = Some(Instant::now() + KEPT_LOOK),
                    Outlook::Left | Outlook::Idle => return,
                },
            }
        }
    }

    fn outlook(&self) -> Outlook {
        let attached = self.state().runner.is_some();
        let kept = self.keep.load(Ordering::Acquire);
        match (attached, kept) {
            (true, _) => Outlook::Attached,
            (false, _) if self.is_idle() => Outlook::Idle,
            // without the socket's file (the workspace was removed) no runner can ever come back
            (false, true) if self.options.socket().exists() => Outlook::Kept,
            (false, _) => Outlook::Left,
        }
    }

    /// Whether nothing runs that would have to be kept.
    fn is_idle(&self) -> bool {
        self.terminals.names().is_empty() && leftovers(&self.options.terminals.session).is_empty()
    }

    async fn attach(self: Arc<Self>, stream: UnixStream) {
        let (mut read, mut write) = stream.into_split();
        let (frames, mut waiting) = mpsc::channel(FRAMES_MAX);
        let runner = Runner { frames, credit: Arc::new(Semaphore::new(EVENTS_UNDER_WAY_MAX)) };
        let Some(hello) = self.welcome(&runner).await else {
            // a runner that is told to go may have gone already
            let _ = protocol::send(&mut write, &FromHost::Busy).await;
            return;
        };
        self.changed.notify_one();
        let writing = tokio::spawn(async move {
            if protocol::send(&mut write, &hello).await.is_err() {
                return;
            }
            while let Some(frame) = waiting.recv().await {
                if protocol::send(&mut write, &frame).await.is_err() {
                    return;
                }
            }
        });
        while let Ok(Some(frame)) = protocol::receive::<ToHost, _>(&mut read).await {
            match frame {
                ToHost::Taken => runner.credit.add_permits(usize::from(runner.credit.available_permits() < EVENTS_UNDER_WAY_MAX)),
                ToHost::Verdict { terminal, id, decision } => {
                    let verdict = self.state().verdicts.remove(&(terminal, id));
                    if let Some(verdict) = verdict {
                        verdict.answer(decision);
                    }
                }
                // each by itself: a program that does not read, or a slow end, holds up nothing else
                ToHost::Call { number, call } => {
                    let (host, frames) = (Arc::clone(&self), runner.frames.clone());
                    tokio::spawn(async move {
                        let answer = host.call(call).await.map_err(|error| error.to_string());
                        // the runner may have gone meanwhile
                        let _ = frames.send(FromHost::Reply { number, answer }).await;
                    });
                }
            }
        }
        runner.credit.close();
        {
            let mut state = self.state();
            state.runner = None;
            // whatever waited for this runner runs
            state.verdicts.clear();
        }
        self.changed.notify_one();
        writing.abort();
    }

    /// Makes `runner` the runner and gives what it has to know; `None` where there is one.
    async fn welcome(&self, runner: &Runner) -> Option<FromHost> {
        let mut doing = BTreeMap::new();
        for name in self.terminals.names() {
            if let Ok(foreground) = self.terminals.foreground(&name).await {
                doing.insert(name, foreground);
            }
        }
        let mut state = self.state();
        if state.runner.is_some() {
            return None;
        }
        state.runner = Some(runner.clone());
        self.keep.store(false, Ordering::Release);
        let attached = doing.into_iter().map(|(terminal, foreground)| {
            let replay = state.screens.get(&terminal).map(|screen| screen.iter().copied().collect()).unwrap_or_default();
            // an answer at the prompt would be typed at it
            let unanswered = state.unanswered.get(&terminal).filter(|_| !foreground.at_prompt);
            let unanswered = unanswered.map(|waiting| waiting.asked.clone()).unwrap_or_default();
            Attached { terminal, replay: Bytes(replay), unanswered: Bytes(unanswered), foreground }
        });
        let attached = attached.collect();
        state.unanswered.clear();
        Some(FromHost::Hello { terminals: attached })
    }

    async fn call(&self, call: Call) -> Result<Answer, TerminalError> {
        let left =
            |left: Vec<crate::process::table::Process>| Answer::Left(left.iter().map(|process| process.identity).collect());
        let answer = match call {
            Call::Open(mut terminal) => {
                terminal.size = self.views.runner_wants(&terminal.name, terminal.size);
                self.terminals.open(terminal).await.map(|()| Answer::Done)
            }
            Call::Write { terminal, bytes } => self.terminals.write(&terminal, &bytes.0).await.map(|()| Answer::Done),
            Call::Resize { terminal, size } => {
                let size = self.views.runner_wants(&terminal, size);
                self.terminals.resize(&terminal, size).await.map(|()| Answer::Done)
            }
            Call::Foreground { terminal } => self.terminals.foreground(&terminal).await.map(Answer::Foreground),
            Call::Close { terminal, grace_ms } => {
                self.terminals.close(&terminal, Duration::from_millis(grace_ms)).await.map(left)
            }
            Call::CloseAll { grace_ms } => Ok(left(self.terminals.close_all(Duration::from_millis(grace_ms)).await)),
            Call::Keep => {
                self.keep.store(true, Ordering::Release);
                Ok(Answer::Done)
            }
        };
        match answer {
            Err(TerminalError::NotOpen { .. }) => Ok(Answer::NotOpen),
            Err(TerminalError::Folder { folder, source }) => match source.raw_os_error() {
                Some(code) => Ok(Answer::Folder { folder, code }),
                None => Err(TerminalError::Folder { folder, source }),
            },
            other => other,
        }
    }

    /// The last of what a terminal showed, and a way to be shown more of it, without anything lost or twice between the two.
    pub(super) fn look(&self, terminal: &str, size: Size) -> (Vec<u8>, Watching) {
        let state = self.state();
        let screen = state.screens.get(terminal).map(|screen| screen.iter().copied().collect()).unwrap_or_default();
        (screen, self.views.add(terminal, size))
    }

    /// Keeps the screens, and passes events on to the runner, if there is one.
    async fn pump(self: Arc<Self>, mut events: mpsc::Receiver<TerminalEvent>) {
        while let Some(event) = events.recv().await {
            let closed = matches!(event, TerminalEvent::Closed { .. });
            let (event, runner) = self.note(event);
            if let Some(runner) = runner {
                // closed when the runner goes
                if let Ok(permit) = runner.credit.acquire().await {
                    permit.forget();
                    let _ = runner.frames.send(FromHost::Event(event)).await;
                }
            }
            if closed {
                self.changed.notify_one();
            }
        }
    }

    fn note(&self, event: TerminalEvent) -> (Event, Option<Runner>) {
        let mut state = self.state();
        let runner = state.runner.clone();
        let event = match event {
            TerminalEvent::Output { terminal, bytes } => {
                let screen = state.screens.entry(terminal.clone()).or_default();
                screen.extend(&bytes);
                let over = screen.len().saturating_sub(self.options.replay_bytes);
                screen.drain(..over);
                if runner.is_none() && !self.views.are_at(&terminal) {
                    state.unanswered.entry(terminal.clone()).or_default().hear(&bytes);
                }
                self.views.show(&terminal, &bytes, runner.is_some());
                Event::Output { terminal, bytes: Bytes(bytes) }
            }
            TerminalEvent::Prompt { terminal, cwd, exit_code } => {
                // who asked has ended
                state.unanswered.remove(&terminal);
                Event::Prompt { terminal, cwd, exit_code }
            }
            TerminalEvent::Line { terminal, id, line, cwd, verdict } => {
                // without a runner the verdict is dropped, which runs the line
                if runner.is_some() {
                    state.verdicts.insert((terminal.clone(), id), verdict);
                }
                Event::Line { terminal, id, line, cwd }
            }
            TerminalEvent::Closed { terminal, status } => {
                state.screens.remove(&terminal);
                state.unanswered.remove(&terminal);
                self.views.closed(&terminal);
                Event::Closed { terminal, status }
            }
        };
        (event, runner)
    }
}
