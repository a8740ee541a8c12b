//! What a session is made of, and what it gives out.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::lab::check::LabSystem;
use crate::lab::check::invocations::Receiver;
use crate::lab::coach::LabCoach;
use crate::lab::format::{Lab, Variables};
use crate::lab::runner::control::Asked;
use crate::lab::runner::place::Place;
use crate::lab::runner::player::PlayerError;
use crate::lab::runner::{Progress, RunEvent};
use crate::lab::terminal::{AnyTerminals, Attached, TerminalEvent};

/// What a session is made of.
pub struct Parts {
    /// The lab.
    pub lab: Arc<Lab>,
    /// Its variables.
    pub variables: Variables,
    /// Where the learner is.
    pub progress: Progress,
    /// The terminals, open.
    pub terminals: AnyTerminals,
    /// What happens at them.
    pub events: mpsc::Receiver<TerminalEvent>,
    /// What the terminals were doing already, where they were kept.
    pub attached: Vec<Attached>,
    /// What the checks ask.
    pub system: Arc<LabSystem>,
    /// Takes the tools' reports while the session lasts.
    pub receiver: Option<Receiver>,
    /// The coach.
    pub coach: LabCoach,
    /// How long one action of a solution may take.
    pub action_deadline: Duration,
    /// Whether what happens at the terminals is kept, to be held against snapshots.
    pub keeps_transcript: bool,
    /// Where the lab lies, for a session whose terminals are opened anew; `None` where it is played once.
    pub place: Option<Place>,
    /// What other windows ask.
    pub requests: Option<mpsc::Receiver<Asked>>,
}

/// Something for the front end (or for `verify`).
#[derive(Debug)]
pub enum SessionEvent {
    /// A terminal showed something.
    Output {
        /// The terminal.
        terminal: String,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// What a terminal that was kept had shown before.
    Replayed {
        /// The terminal.
        terminal: String,
        /// The bytes; what they ask a terminal was answered then, or is asked again by an output behind this.
        bytes: Vec<u8>,
        /// Whether a program runs in it.
        busy: bool,
    },
    /// A terminal's shell has taken a line.
    Line {
        /// The terminal.
        terminal: String,
        /// The line.
        line: String,
    },
    /// A terminal's shell is at its prompt.
    Prompt {
        /// The terminal.
        terminal: String,
        /// What the line before ended with.
        exit_code: Option<i32>,
    },
    /// The coach has looked at a line, before it runs or after.
    Judged,
    /// A terminal's shell has ended.
    Closed {
        /// The terminal.
        terminal: String,
    },
    /// The run says something.
    Told(RunEvent),
    /// Everything that was to be played was played, or it stopped.
    Played(Result<(), PlayerError>),
    /// The learner is to be taken to a step: [`super::Session::renew`] has to be called, and what the terminals showed is over.
    Renew,
    /// A change could not be made; the file is as it was.
    FixFailed(String),
    /// The progress changed and should be saved.
    Save,
    /// The terminals are gone: their host has ended.
    Lost,
}
