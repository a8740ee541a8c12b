//! Named terminals, each a real interactive bash on a pseudo-terminal, that tell what is typed before it runs, when the shell is back at
//! its prompt, and with which exit code.
//!
//! [`Terminals`] hosts them in this process; [`RemoteTerminals`] talks to a [`host`] process, which may go on without the runner;
//! [`AnyTerminals`] is either.
//! Nothing here types unasked.

mod any;
mod hooks;
pub mod host;
mod marker;
pub mod normalise;
pub(in crate::lab) mod protocol;
mod queries;
mod remote;
pub mod render;
mod shell;
mod terminals;
pub mod transcript;
mod viewer;
mod views;

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::oneshot;

pub use crate::process::pty::Size;
use crate::process::spawn::SpawnError;
use crate::process::table::Process;
use crate::process::{marked, table};
pub use any::AnyTerminals;
pub use protocol::{Attached, Bytes};
pub use queries::without_queries;
pub use remote::{HostProcess, RemoteTerminals};
pub use terminals::{Terminals, look_for_bash};
pub use viewer::{Looked, Shown, Viewer};

/// The environment variable that marks every process of a session, with the session's id.
pub const SESSION_VARIABLE: &str = "KAFKALAB_SESSION";
/// The environment variable that marks every process of a terminal, with the terminal's name.
pub const TERMINAL_VARIABLE: &str = "KAFKALAB_TERMINAL";
/// The longest name of a terminal, in bytes.
pub const NAME_BYTES_MAX: usize = 64;

/// What all terminals of a session have in common.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct TerminalOptions {
    /// The session's id, by which [`leftovers`] finds what it started; letters, digits and `-`.
    pub session: String,
    /// A folder for what the shells and the host exchange, in the workspace; made if it is not there.
    pub folder: PathBuf,
    /// The bash to run; `None` looks in `PATH`.
    pub bash: Option<PathBuf>,
    /// Whether the learner's own `~/.bashrc` is read.
    pub startup: Startup,
    /// Which prompt is shown.
    pub prompt: PromptStyle,
}

/// Which startup file a shell reads before the hooks are put in place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Startup {
    /// `~/.bashrc`, as in the learner's other terminals.
    #[default]
    User,
    /// None, and no history file either: the same everywhere, for `verify`.
    Clean,
}

/// Which prompt a shell shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PromptStyle {
    /// `learner@<terminal> \W$ `.
    #[default]
    Lab,
    /// What the startup files set.
    User,
}

/// A terminal to be opened.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct OpenTerminal {
    /// Its name: letters, digits, `-` and `_`, at most [`NAME_BYTES_MAX`] bytes.
    pub name: String,
    /// The folder that the shell starts in.
    pub cwd: PathBuf,
    /// Environment variables on top of ours; `TERM`, a UTF-8 locale where there is none, and the session's marks are set anyway.
    pub environment: Vec<(OsString, OsString)>,
    /// Its size.
    pub size: Size,
}

/// What happens at the terminals, in order for each terminal.
#[derive(Debug)]
pub enum TerminalEvent {
    /// Bytes for the screen, as the programs wrote them.
    Output {
        /// The terminal.
        terminal: String,
        /// The bytes; a character may be cut between two events.
        bytes: Vec<u8>,
    },
    /// The shell is at its prompt.
    Prompt {
        /// The terminal.
        terminal: String,
        /// The shell's `$PWD`.
        cwd: PathBuf,
        /// What the line before ended with; `None` where none ran: at the start, after an empty line, Ctrl-C at the prompt, or a skipped
        /// line.
        exit_code: Option<i32>,
    },
    /// A line was typed and is about to run; it waits for the verdict. Where the terminal's next prompt comes before that, the learner gave
    /// it up with Ctrl-C.
    Line {
        /// The terminal.
        terminal: String,
        /// The line's number at this terminal, ascending.
        id: u64,
        /// The whole of it: a command over several lines has newlines in it; history references (`!!`) are expanded.
        line: String,
        /// The shell's `$PWD` before it runs.
        cwd: PathBuf,
        /// What decides; dropping it runs the line.
        verdict: Verdict,
    },
    /// The shell ended; its name may be used again. What it left in the background may still run: [`leftovers`] tells.
    Closed {
        /// The terminal.
        terminal: String,
        /// The exit code, 128 and the signal's number where one ended it.
        status: i32,
    },
}

/// What happens to a line that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// It runs.
    Run,
    /// All of it is dropped; it stays in the history, and the shell is back at its prompt.
    Skip,
}

/// Decides about one line. Dropped without an answer, the line runs, so that nothing hangs on a runner's mistake.
#[derive(Debug)]
pub struct Verdict(oneshot::Sender<Decision>);

impl Verdict {
    pub(super) fn new() -> (Self, oneshot::Receiver<Decision>) {
        let (sender, receiver) = oneshot::channel();
        (Self(sender), receiver)
    }

    /// Decides. Too late (the learner pressed Ctrl-C, the shell is gone) does no harm.
    pub fn answer(self, decision: Decision) {
        let _ = self.0.send(decision);
    }
}

/// What a terminal is doing.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Foreground {
    /// Whether the shell is at its prompt (also at a continuation prompt), waiting for a line.
    pub at_prompt: bool,
    /// The process group in the foreground, 0 where there is none; the shell's own while it is at its prompt.
    pub group: u32,
    /// The shell's process number.
    pub shell: u32,
    /// The shell's `$PWD` when it last was at its prompt.
    pub cwd: PathBuf,
}

/// Why something at a terminal failed.
#[derive(Debug, thiserror::Error)]
pub enum TerminalError {
    /// There is no bash.
    #[error("bash is not there: install it (apt install bash, dnf install bash), or give its path")]
    BashMissing,
    /// The bash is older than 4.4, which the hooks need.
    #[error("{} is bash {found}: expected 4.4 or later; install a newer one, or give its path", .path.display())]
    BashTooOld {
        /// Its path.
        path: PathBuf,
        /// Its version.
        found: String,
    },
    /// A name that a terminal or session cannot have.
    #[error("name {found:?}: expected 1 to {NAME_BYTES_MAX} letters, digits, '-' or '_'")]
    Name {
        /// The name.
        found: String,
    },
    /// The name is taken.
    #[error("terminal {name} is open already")]
    AlreadyOpen {
        /// The name.
        name: String,
    },
    /// There is no terminal of this name.
    #[error("terminal {name} is not open")]
    NotOpen {
        /// The name.
        name: String,
    },
    /// The shell could not be started.
    #[error("failed to start the shell of terminal {name}")]
    Spawn {
        /// The terminal.
        name: String,
        /// Why.
        source: SpawnError,
    },
    /// The private folder could not be made.
    #[error("failed to prepare {}: {}", .folder.display(), next_step(.source))]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The host process did not do as asked.
    #[error("terminal host: {reason}")]
    Host {
        /// What it said.
        reason: String,
    },
    /// The host process could not be reached, or went away.
    #[error("failed to reach the terminal host at {}", .socket.display())]
    Unreachable {
        /// Its socket.
        socket: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// What still runs of a session: everything that carries its mark, shells included. For the runner after a crash.
pub fn leftovers(session: &str) -> Vec<Process> {
    marked::find(&[(SESSION_VARIABLE, OsStr::new(session))])
}

/// Stops every process of a session; what has not ended after `grace` is killed. Returns what could not be stopped.
pub async fn stop_leftovers(session: &str, grace: Duration) -> Vec<Process> {
    marked::stop(|| leftovers(session), grace).await
}

/// What runs of one terminal: what carries its marks, and what is in its shell's session without them.
fn processes_of(session: &str, terminal: &str, shell: Option<table::Identity>) -> Vec<Process> {
    let marks = [(SESSION_VARIABLE, OsStr::new(session)), (TERMINAL_VARIABLE, OsStr::new(terminal))];
    marked_or_below(&marks, shell.as_slice())
}

/// What carries the marks, and what is in the session of one of the shells without them.
fn marked_or_below(marks: &[(&str, &OsStr)], shells: &[table::Identity]) -> Vec<Process> {
    // the number of a session is not given again while the session has members, but may be when it has none
    let is_itself = |shell: &&table::Identity| table::Process::read(shell.pid).is_none_or(|process| process.identity == **shell);
    let shells: Vec<&table::Identity> = shells.iter().filter(is_itself).collect();
    let below = |process: &Process| {
        process.is_running()
            && shells.iter().any(|shell| process.session == shell.pid && process.identity.start_ticks >= shell.start_ticks)
    };
    table::all().into_iter().filter(|process| below(process) || marked::carries(process, marks)).collect()
}

/// What to do about a folder that could not be made.
fn next_step(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull => "no space is left on its disk; make room, or use another folder",
        io::ErrorKind::QuotaExceeded => "the quota on its disk is used up; make room, or use another folder",
        io::ErrorKind::ReadOnlyFilesystem => "its file system is read-only; use another folder",
        _ => "it must be a folder that can be written to",
    }
}

fn check_name(name: &str) -> Result<(), TerminalError> {
    let fits = (1..=NAME_BYTES_MAX).contains(&name.len());
    if fits && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
        return Ok(());
    }
    Err(TerminalError::Name { found: name.to_owned() })
}
