//! Either kind of terminals behind one type.

use std::time::Duration;

use super::{Foreground, OpenTerminal, RemoteTerminals, Size, TerminalError, Terminals};
use crate::process::table::Process;

/// Terminals in this process or in a host, for a runner that works with both.
#[derive(Debug)]
pub enum AnyTerminals {
    /// In this process.
    Here(Terminals),
    /// In a host process.
    Remote(RemoteTerminals),
}

impl AnyTerminals {
    /// The names of the open terminals.
    pub fn names(&self) -> Vec<String> {
        match self {
            Self::Here(terminals) => terminals.names(),
            Self::Remote(terminals) => terminals.names(),
        }
    }

    /// As [`Terminals::open`].
    ///
    /// # Errors
    /// As there; and a host may have gone.
    pub async fn open(&self, terminal: OpenTerminal) -> Result<(), TerminalError> {
        match self {
            Self::Here(terminals) => terminals.open(terminal).await,
            Self::Remote(terminals) => terminals.open(terminal).await,
        }
    }

    /// As [`Terminals::write`].
    ///
    /// # Errors
    /// As there; and a host may have gone.
    pub async fn write(&self, name: &str, bytes: &[u8]) -> Result<(), TerminalError> {
        match self {
            Self::Here(terminals) => terminals.write(name, bytes).await,
            Self::Remote(terminals) => terminals.write(name, bytes).await,
        }
    }

    /// As [`Terminals::resize`].
    ///
    /// # Errors
    /// As there; and a host may have gone.
    pub async fn resize(&self, name: &str, size: Size) -> Result<(), TerminalError> {
        match self {
            Self::Here(terminals) => terminals.resize(name, size).await,
            Self::Remote(terminals) => terminals.resize(name, size).await,
        }
    }

    /// As [`Terminals::foreground`].
    ///
    /// # Errors
    /// As there; and a host may have gone.
    pub async fn foreground(&self, name: &str) -> Result<Foreground, TerminalError> {
        match self {
            Self::Here(terminals) => terminals.foreground(name).await,
            Self::Remote(terminals) => terminals.foreground(name).await,
        }
    }

    /// As [`Terminals::close`].
    ///
    /// # Errors
    /// As there; and a host may have gone.
    pub async fn close(&self, name: &str, grace: Duration) -> Result<Vec<Process>, TerminalError> {
        match self {
            Self::Here(terminals) => terminals.close(name, grace).await,
            Self::Remote(terminals) => terminals.close(name, grace).await,
        }
    }

    /// As [`Terminals::close_all`].
    ///
    /// # Errors
    /// A host may have gone.
    pub async fn close_all(&self, grace: Duration) -> Result<Vec<Process>, TerminalError> {
        match self {
            Self::Here(terminals) => Ok(terminals.close_all(grace).await),
            Self::Remote(terminals) => terminals.close_all(grace).await,
        }
    }

    /// Leaves; what runs goes on where a host has it. In this process it ends with the process.
    ///
    /// # Errors
    /// A host may have gone.
    pub async fn keep(self) -> Result<(), TerminalError> {
        match self {
            Self::Here(_) => Ok(()),
            Self::Remote(terminals) => terminals.keep().await,
        }
    }
}
