//! One terminal: the tasks that read its screen and type at it, and what is known of it.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::hooks::HookFolder;
use super::marker::{Piece, Scanner};
use super::{Decision, Foreground, Size, TerminalEvent, Verdict};
use crate::process::pty::{self, Control, PtyChild, PtyCommand, PtyProcess};
use crate::process::spawn::{SpawnError, exit_code};
use crate::process::table::Identity;

/// How much is read from the screen at once, in bytes.
const READ_BYTES: usize = 16 * 1024;
/// How many writes wait at most for a program that does not read.
const WRITES_MAX: usize = 64;
/// How long the screen is read after the shell has ended, where something in the background holds it open.
const DRAIN: Duration = Duration::from_millis(200);

/// What is known of a shell from its markers.
#[derive(Debug, Default)]
struct Known {
    at_prompt: bool,
    cwd: PathBuf,
}

/// A running shell.
#[derive(Debug)]
pub(super) struct Shell {
    identity: Option<Identity>,
    keyboard: mpsc::Sender<Vec<u8>>,
    control: Control,
    known: Arc<Mutex<Known>>,
    typing: JoinHandle<()>,
    watching: Option<JoinHandle<()>>,
}

/// What a shell is started with.
pub(super) struct Start {
    pub(super) name: String,
    pub(super) bash: PathBuf,
    pub(super) cwd: PathBuf,
    pub(super) environment: Vec<(OsString, Option<OsString>)>,
    pub(super) size: Size,
    pub(super) hooks: HookFolder,
    pub(super) events: mpsc::Sender<TerminalEvent>,
    /// Called when the shell has ended, before [`TerminalEvent::Closed`] is sent.
    pub(super) ended: Box<dyn FnOnce() + Send>,
}

impl Shell {
    /// Starts the shell and its tasks.
    pub(super) fn start(start: Start) -> Result<Self, SpawnError> {
        let Start { name, bash, cwd, environment, size, hooks, events, ended } = start;
        let arguments = vec!["--noprofile".into(), "--rcfile".into(), hooks.startup_file().into(), "-i".into()];
        let command = PtyCommand { program: bash, arguments, environment, working_folder: cwd.clone(), size };
        let PtyProcess { screen, keyboard: mut writer, control, child } = pty::spawn(command)?;
        let (keyboard, mut typed) = mpsc::channel::<Vec<u8>>(WRITES_MAX);
        let typing = tokio::spawn(async move {
            while let Some(bytes) = typed.recv().await {
                if writer.write_all(&bytes).await.is_err() {
                    return;
                }
            }
        });
        let known = Arc::new(Mutex::new(Known { at_prompt: false, cwd }));
        let identity = child.identity();
        let scanner = Scanner::new(hooks.mark());
        let watch = Watch { name, hooks: Arc::new(hooks), events, known: Arc::clone(&known), scanner, ran: Arc::default() };
        let watching = Some(tokio::spawn(watch.run(screen, child, ended)));
        Ok(Self { identity, keyboard, control, known, typing, watching })
    }

    /// Which process the shell is.
    pub(super) fn identity(&self) -> Option<Identity> {
        self.identity
    }

    /// What types; closed when the terminal is gone.
    pub(super) fn keyboard(&self) -> mpsc::Sender<Vec<u8>> {
        self.keyboard.clone()
    }

    /// Sets the size.
    pub(super) fn resize(&self, size: Size) -> std::io::Result<()> {
        self.control.resize(size)
    }

    /// What it is doing.
    pub(super) fn foreground(&self) -> Foreground {
        let shell = self.identity.map_or(0, |identity| identity.pid);
        let group = self.control.foreground_group().unwrap_or(0);
        let known = lock(&self.known);
        Foreground { at_prompt: known.at_prompt && group == shell, group, shell, cwd: known.cwd.clone() }
    }

    /// Waits until the shell's end has been told, at most `deadline`; after that it is told whenever the events are taken.
    pub(super) async fn finish(mut self, deadline: Duration) {
        if let Some(watching) = self.watching.take() {
            let _ = tokio::time::timeout(deadline, watching).await;
        }
    }

    /// Lets the screen's task go on by itself: for a shell that has ended.
    pub(super) fn let_go(mut self) {
        self.watching = None;
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        self.typing.abort();
        if let Some(watching) = &self.watching {
            watching.abort();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // what is behind these locks is valid after every statement
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads the screen and tells what happens.
struct Watch {
    name: String,
    hooks: Arc<HookFolder>,
    events: mpsc::Sender<TerminalEvent>,
    known: Arc<Mutex<Known>>,
    scanner: Scanner,
    /// Whether the last line was let run.
    ran: Arc<AtomicBool>,
}

impl Watch {
    async fn run(mut self, mut screen: pty_process::OwnedReadPty, mut child: PtyChild, ended: Box<dyn FnOnce() + Send>) {
        let mut buffer = vec![0; READ_BYTES];
        let status = loop {
            tokio::select! {
                biased;
                read = screen.read(&mut buffer) => match read {
                    Ok(length) if length > 0 => self.show(&buffer[..length]).await,
                    _ => break child.wait().await,
                },
                status = child.wait() => {
                    let rest = async {
                        while let Ok(length @ 1..) = screen.read(&mut buffer).await {
                            self.show(&buffer[..length]).await;
                        }
                    };
                    let _ = tokio::time::timeout(DRAIN, rest).await;
                    break status;
                }
            }
        };
        for piece in self.scanner.finish() {
            self.tell(piece).await;
        }
        ended();
        let status = status.map_or(-1, exit_code);
        self.send(TerminalEvent::Closed { terminal: self.name.clone(), status }).await;
    }

    async fn show(&mut self, bytes: &[u8]) {
        for piece in self.scanner.feed(bytes) {
            self.tell(piece).await;
        }
    }

    async fn tell(&mut self, piece: Piece) {
        let terminal = self.name.clone();
        match piece {
            Piece::Output(bytes) => self.send(TerminalEvent::Output { terminal, bytes }).await,
            Piece::Dropped { .. } => self.ran.store(false, Ordering::Release),
            Piece::Prompt { exit_code, cwd } => {
                let cwd = PathBuf::from(cwd);
                *lock(&self.known) = Known { at_prompt: true, cwd: cwd.clone() };
                let exit_code = self.ran.swap(false, Ordering::AcqRel).then_some(exit_code);
                self.send(TerminalEvent::Prompt { terminal, cwd, exit_code }).await;
            }
            Piece::Line { id } => {
                let cwd = {
                    let mut known = lock(&self.known);
                    known.at_prompt = false;
                    known.cwd.clone()
                };
                self.ran = Arc::default();
                let ran = Arc::clone(&self.ran);
                let (verdict, decision) = Verdict::new();
                let hooks = Arc::clone(&self.hooks);
                // the screen goes on while the line waits: Ctrl-C and what runs in the background are still seen
                let line = hooks.read_line().unwrap_or_default();
                tokio::spawn(async move {
                    let decision = decision.await.unwrap_or(Decision::Run);
                    ran.store(decision == Decision::Run, Ordering::Release);
                    // an error is a full pipe of answers that no shell reads any more: there is none to tell
                    let _ = hooks.answer(id, decision);
                });
                self.send(TerminalEvent::Line { terminal, id, line, cwd, verdict }).await;
            }
        }
    }

    async fn send(&self, event: TerminalEvent) {
        // nobody listens: the shell must go on all the same, and an unsent line's verdict is dropped, which runs it
        let _ = self.events.send(event).await;
    }
}
