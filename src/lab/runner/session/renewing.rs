//! Files and terminals as new: what runs is stopped, what the learner has made is kept aside, and shells begin anew.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use super::{Input, Session};
use crate::lab::runner::SetupError;
use crate::lab::terminal::{Size, TerminalError, TerminalEvent};

/// How long what runs may take to end before it is killed: its data is given up anyway.
const RENEW_GRACE: Duration = Duration::ZERO;
/// How long the end of a closed terminal may take to be told.
const CLOSED_DEADLINE: Duration = Duration::from_secs(5);

/// Why files and terminals could not be made as new.
#[derive(Debug, thiserror::Error)]
pub enum RenewError {
    /// The files cannot be written.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The terminals are gone.
    #[error(transparent)]
    Terminal(#[from] TerminalError),
}

impl Session {
    /// Makes files and terminals as new, as [`super::SessionEvent::Renew`] asks. The new terminals have this size.
    ///
    /// # Errors
    /// The files cannot be written, or the terminals are gone.
    pub async fn renew(&mut self, size: Size) -> Result<(), RenewError> {
        self.close_terminals().await?;
        self.began.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.system.forget();
        self.lines.clear();
        self.kept_busy.clear();
        self.held.clear();
        self.ready.clear();
        self.player.begin_anew();
        if let Some(place) = &self.place {
            self.aside = place.renew()?;
        }
        let names: Vec<String> = self.lab.spec.terminals.iter().map(|terminal| terminal.name.clone()).collect();
        for name in names {
            self.reopen(&name, size).await?;
        }
        self.take(Input::Renewed);
        Ok(())
    }

    /// Opens a terminal anew whose shell has ended.
    ///
    /// # Errors
    /// It cannot be opened.
    pub async fn reopen(&self, terminal: &str, size: Size) -> Result<(), TerminalError> {
        match &self.place {
            Some(place) => self.terminals.open(place.terminal(terminal, size)).await,
            None => Ok(()),
        }
    }

    /// Notes the servers that were started on the way: a step may ask later whether they were stopped.
    pub(super) fn look_at_servers(&self) {
        let system = Arc::clone(&self.system);
        tokio::spawn(async move { system.look().await });
    }

    /// Closes all terminals; returns when each of them has told that it is closed.
    async fn close_terminals(&mut self) -> Result<(), TerminalError> {
        let mut open = self.terminals.names();
        self.terminals.close_all(RENEW_GRACE).await?;
        let closed = async {
            while !open.is_empty() {
                match self.events.recv().await {
                    Some(TerminalEvent::Closed { terminal, .. }) => open.retain(|name| *name != terminal),
                    // of what is over now; a line that waits is let go with its shell
                    Some(_) => {}
                    None => return,
                }
            }
        };
        tokio::time::timeout(CLOSED_DEADLINE, closed).await.map_err(|_| TerminalError::Host {
            reason: format!("{} s after they were closed, the terminals are still there", CLOSED_DEADLINE.as_secs()),
        })
    }
}
