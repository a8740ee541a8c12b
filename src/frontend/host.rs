//! What a front end asks of the command around it, and how a learner leaves.

use std::io;

use crate::lab::runner::{RenewError, Session, SetupError};
use crate::lab::terminal::TerminalError;
use crate::text::Language;

/// How the learner left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaving {
    /// Stop everything.
    Stop,
    /// Keep the terminals and what runs in them.
    Keep,
    /// The learner's terminal went away, or the system asked us to end: stop everything.
    HungUp,
    /// The lab's terminals went away.
    Lost,
}

/// What a lab at the terminal ends with.
#[derive(Debug, thiserror::Error)]
pub enum LearnError {
    /// The learner's terminal cannot be written to.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The lab's terminals are gone.
    #[error(transparent)]
    Terminal(#[from] TerminalError),
    /// The lab's files cannot be made as new.
    #[error(transparent)]
    Setup(#[from] SetupError),
}

impl From<RenewError> for LearnError {
    fn from(error: RenewError) -> Self {
        match error {
            RenewError::Setup(error) => Self::Setup(error),
            RenewError::Terminal(error) => Self::Terminal(error),
        }
    }
}

/// What the front end asks of the command around it.
pub trait Host {
    /// The progress changed.
    fn save(&mut self, session: &Session, language: Language);
    /// The servers that run, as the question before leaving names them; empty where nothing runs.
    fn running(&mut self, session: &Session) -> Vec<String>;
}
