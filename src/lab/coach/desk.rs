//! Where the coach sits in a run: it looks at each line on a thread that may wait for files and servers, and its words come back as
//! events.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;

use super::live::LiveSystem;
use super::{Advice, Coach};
use crate::judge::rules::context::{CommandContext, DiskFiles};
use crate::lab::check::scope::Scope;

/// What the coach made of a line.
#[derive(Debug)]
pub enum Judged {
    /// Of a line that waits to be run.
    Before {
        /// The terminal.
        terminal: String,
        /// The line's number.
        id: u64,
        /// What there is to say.
        advice: Option<Advice>,
    },
    /// Of a line that has run.
    After {
        /// The terminal.
        terminal: String,
        /// What there is to say.
        advice: Option<Advice>,
    },
}

/// The coach of one run.
#[derive(Debug)]
pub struct LabCoach {
    coach: Arc<Mutex<Coach>>,
    scope: Scope,
    sender: mpsc::UnboundedSender<Judged>,
    judged: mpsc::UnboundedReceiver<Judged>,
}

/// A line and where it was typed.
struct Typed {
    line: String,
    cwd: PathBuf,
}

impl LabCoach {
    /// A coach that remembers what it told in earlier runs, for the lab of that scope.
    pub fn new(coach: Coach, scope: Scope) -> Self {
        let (sender, judged) = mpsc::unbounded_channel();
        Self { coach: Arc::new(Mutex::new(coach)), scope, sender, judged }
    }

    /// What it remembers.
    pub fn remembered(&self) -> Coach {
        self.coach.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A step is done: what was told belongs to the past.
    pub fn forget(&self) {
        self.coach.lock().unwrap_or_else(PoisonError::into_inner).forget();
    }

    /// Looks at a line that waits to be run. Must be called within a tokio runtime.
    pub fn judge_before(&self, terminal: String, line: String, cwd: PathBuf, id: u64) {
        self.judge(Typed { line, cwd }, move |coach, context| Judged::Before { terminal, id, advice: coach.before(context) });
    }

    /// Looks at a line that has ended. Must be called within a tokio runtime.
    pub fn judge_after(&self, terminal: String, line: String, cwd: PathBuf, exit_code: i32) {
        self.judge(Typed { line, cwd }, move |coach, context| Judged::After {
            terminal,
            advice: coach.after(context, exit_code),
        });
    }

    fn judge(&self, typed: Typed, look: impl FnOnce(&mut Coach, &CommandContext<'_>) -> Judged + Send + 'static) {
        let (coach, sender) = (Arc::clone(&self.coach), self.sender.clone());
        let system = LiveSystem::new(tokio::runtime::Handle::current(), self.scope.clone());
        tokio::task::spawn_blocking(move || {
            let variables: BTreeMap<String, String> = std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
                .collect();
            let context =
                CommandContext { line: &typed.line, cwd: &typed.cwd, variables: &variables, files: &DiskFiles, system: &system };
            let judged = look(&mut coach.lock().unwrap_or_else(PoisonError::into_inner), &context);
            // a run that is over needs no words
            let _ = sender.send(judged);
        });
    }

    /// The next thing that the coach has to say, or that it has nothing to say. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Judged> {
        self.judged.recv().await
    }
}
