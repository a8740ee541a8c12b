//! A program on a pseudo-terminal of its own: it leads a session, and the terminal is its controlling one.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use pty_process::{OwnedReadPty, OwnedWritePty};
use rustix::fd::OwnedFd;

use super::spawn::SpawnError;
use super::table::Identity;

/// The size of a terminal in character cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Size {
    /// Cells in a row.
    pub columns: u16,
    /// Rows.
    pub rows: u16,
}

impl Default for Size {
    fn default() -> Self {
        Self { columns: 80, rows: 24 }
    }
}

impl From<Size> for rustix::termios::Winsize {
    fn from(size: Size) -> Self {
        // a size of zero makes readline and full-screen programs guess
        Self { ws_row: size.rows.max(1), ws_col: size.columns.max(1), ws_xpixel: 0, ws_ypixel: 0 }
    }
}

/// Whether this process reads a terminal that has gone.
pub fn has_hung_up() -> bool {
    matches!(rustix::termios::tcgetattr(rustix::stdio::stdin()), Err(rustix::io::Errno::IO))
}

/// What to start on a pseudo-terminal.
#[derive(Clone, Debug)]
pub struct PtyCommand {
    /// The program's path.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// Environment variables to set (`Some`) or take away (`None`) on top of ours, later ones win.
    pub environment: Vec<(OsString, Option<OsString>)>,
    /// The folder to work in.
    pub working_folder: PathBuf,
    /// The terminal's size at the start.
    pub size: Size,
}

/// A program that runs on a pseudo-terminal. Dropping all of its parts hangs the terminal up.
#[derive(Debug)]
pub struct PtyProcess {
    /// What the terminal shows; ends with an error (`EIO`) when nobody holds the terminal open any more.
    pub screen: OwnedReadPty,
    /// What is typed; a write waits while the program does not read and the terminal's queue is full.
    pub keyboard: OwnedWritePty,
    /// The size and the foreground.
    pub control: Control,
    /// The program itself.
    pub child: PtyChild,
}

/// The terminal's size and foreground, apart from its bytes.
#[derive(Debug)]
pub struct Control {
    descriptor: OwnedFd,
}

/// The program on the terminal.
#[derive(Debug)]
pub struct PtyChild {
    child: tokio::process::Child,
    identity: Option<Identity>,
}

/// Starts a program on a new pseudo-terminal, with every signal as the system has it. Must be called within a tokio runtime.
///
/// # Errors
/// The program or its folder is not there, or the system has no pseudo-terminal or process left.
pub fn spawn(command: PtyCommand) -> Result<PtyProcess, SpawnError> {
    let PtyCommand { program, arguments, environment, working_folder, size } = command;
    if !working_folder.is_dir() {
        return Err(SpawnError::NoWorkingFolder { program, folder: working_folder });
    }
    super::ignored::spare_children();
    let opened = open(&program, size)?;
    let mut starting = pty_process::Command::new(&program).args(arguments).current_dir(working_folder);
    for (name, value) in environment {
        starting = match value {
            Some(value) => starting.env(name, value),
            None => starting.env_remove(name),
        };
    }
    let (pty, terminal, descriptor) = opened;
    let child = starting.spawn(terminal).map_err(|error| match io_error(error) {
        source if source.kind() == io::ErrorKind::NotFound => SpawnError::NotFound { program: program.clone() },
        source => SpawnError::System { program: program.clone(), source },
    })?;
    let identity = child.id().and_then(Identity::of);
    let (screen, keyboard) = pty.into_split();
    Ok(PtyProcess { screen, keyboard, control: Control { descriptor }, child: PtyChild { child, identity } })
}

fn open(program: &Path, size: Size) -> Result<(pty_process::Pty, pty_process::Pts, OwnedFd), SpawnError> {
    let opened = || -> Result<_, pty_process::Error> {
        let (pty, terminal) = pty_process::open()?;
        let descriptor = rustix::io::fcntl_dupfd_cloexec(&pty, 0)?;
        rustix::termios::tcsetwinsize(&descriptor, size.into())?;
        Ok((pty, terminal, descriptor))
    };
    opened().map_err(|error| SpawnError::System { program: program.to_owned(), source: io_error(error) })
}

fn io_error(error: pty_process::Error) -> io::Error {
    match error {
        pty_process::Error::Io(error) => error,
        pty_process::Error::Rustix(errno) => errno.into(),
        other => io::Error::other(other),
    }
}

impl Control {
    /// Sets the size; the foreground program gets SIGWINCH.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn resize(&self, size: Size) -> io::Result<()> {
        Ok(rustix::termios::tcsetwinsize(&self.descriptor, size.into())?)
    }

    /// The process group in the foreground; `None` where the terminal has none.
    pub fn foreground_group(&self) -> Option<u32> {
        rustix::termios::tcgetpgrp(&self.descriptor).ok().and_then(|pid| u32::try_from(pid.as_raw_nonzero().get()).ok())
    }
}

impl PtyChild {
    /// Which process it is; `None` where it had ended before it could be looked at.
    pub fn identity(&self) -> Option<Identity> {
        self.identity
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// As the system gives them.
    pub async fn wait(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }
}
