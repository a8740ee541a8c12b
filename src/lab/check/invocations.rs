//! Which tools were run, as the tools themselves report it when they start and end (see `engine::tools::invocation`): a command
//! counts however it was typed: through an alias, in a loop, from a script, in another window.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tokio::sync::Notify;
use tokio::task::AbortHandle;

use crate::engine::tools::invocation::{Invocation as Report, MAX_DATAGRAM_BYTES};
use crate::net;

/// How many invocations are kept; the oldest are forgotten first.
const INVOCATIONS_MAX: usize = 4096;

/// One run of a tool.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// The process number.
    pub pid: u32,
    /// The tool's main class.
    pub main_class: String,
    /// Its arguments, without `argv[0]`.
    pub arguments: Vec<String>,
    /// When its start was reported.
    pub started: Instant,
    /// Its exit code; `None` while it runs, or where it was killed.
    pub exit_code: Option<i32>,
}

/// The runs of tools that were reported.
#[derive(Clone, Debug, Default)]
pub struct Invocations {
    all: Arc<Mutex<Vec<Invocation>>>,
    reported: Arc<Notify>,
}

/// Takes reports until it is dropped; the socket is then removed.
#[derive(Debug)]
pub struct Receiver {
    task: AbortHandle,
    socket: PathBuf,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
        // where the folder for temporary files was cleared, there is nothing left to remove
        let _ = std::fs::remove_file(&self.socket);
    }
}

impl Invocations {
    /// Takes reports at a Unix datagram socket, which is made (and replaced where an old one is left).
    ///
    /// # Errors
    /// The socket cannot be made.
    pub fn receive_at(&self, path: &Path) -> std::io::Result<Receiver> {
        let socket = net::unix_datagram(path)?;
        let invocations = self.clone();
        let task = tokio::spawn(async move {
            let mut buffer = vec![0; MAX_DATAGRAM_BYTES];
            while let Ok(length) = socket.recv(&mut buffer).await {
                if let Ok(report) = Report::decode(&buffer[..length]) {
                    invocations.take(report, Instant::now());
                }
            }
        });
        Ok(Receiver { task: task.abort_handle(), socket: path.to_owned() })
    }

    /// Takes one report.
    pub fn take(&self, report: Report, now: Instant) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        match report {
            Report::Started { pid, main_class, argv, .. } => {
                if all.len() == INVOCATIONS_MAX {
                    all.remove(0);
                }
                all.push(Invocation { pid, main_class, arguments: argv, started: now, exit_code: None });
            }
            Report::Exited { pid, code } => {
                if let Some(last) = all.iter_mut().rev().find(|invocation| invocation.pid == pid) {
                    last.exit_code = Some(code.into());
                }
            }
        }
        drop(all);
        self.reported.notify_one();
    }

    /// Waits until something is reported that nobody has waited for yet. Dropping the future loses nothing.
    pub async fn reported(&self) {
        self.reported.notified().await;
    }

    /// Forgets all runs.
    pub fn forget(&self) {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The runs of a tool since a moment, oldest first.
    pub fn of(&self, main_class: &str, since: Option<Instant>) -> Vec<Invocation> {
        let all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = |invocation: &&Invocation| {
            invocation.main_class == main_class && since.is_none_or(|since| invocation.started >= since)
        };
        all.iter().filter(counts).cloned().collect()
    }
}
