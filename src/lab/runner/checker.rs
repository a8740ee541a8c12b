//! The task that asks the checks of the step that is on: soon after something happened, seldom while nothing does.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, mpsc, watch};
use tokio::task::AbortHandle;

use super::Input;
use crate::lab::check::{self, Context, LabSystem};
use crate::lab::format::{Lab, Variables};

/// The pause between two rounds of checks right after something happened. It doubles with every round until [`PAUSE_MAX`]: what a
/// command sets off in a server is seen soon, and an idle lab costs next to nothing.
const PAUSE_MIN: Duration = Duration::from_millis(50);
/// The longest pause; what happens outside of the lab's terminals without a tool that reports is seen within it.
const PAUSE_MAX: Duration = Duration::from_millis(3200);

/// When each step of this run began.
pub(super) type Began = Arc<Mutex<HashMap<String, Instant>>>;

/// Asks the checks of a step again and again.
pub(super) struct Checker {
    step: watch::Sender<Option<usize>>,
    happened: Arc<Notify>,
    rounds: mpsc::Receiver<Input>,
    task: AbortHandle,
}

impl Drop for Checker {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Checker {
    /// Waits for its first step. Must be called within a tokio runtime.
    pub(super) fn start(lab: &Arc<Lab>, variables: &Variables, system: &Arc<LabSystem>, began: &Began) -> Self {
        let (step, asked) = watch::channel(None);
        let (results, rounds) = mpsc::channel(1);
        let happened = Arc::new(Notify::new());
        let rounds_of = Rounds {
            lab: Arc::clone(lab),
            variables: variables.clone(),
            system: Arc::clone(system),
            began: Arc::clone(began),
            happened: Arc::clone(&happened),
        };
        let task = tokio::spawn(rounds_of.run(asked, results));
        Self { step, happened, rounds, task: task.abort_handle() }
    }

    /// Another step is on, or none.
    pub(super) fn turn_to(&self, step: Option<usize>) {
        self.step.send_replace(step);
    }

    /// Something happened: the answers may be others now.
    pub(super) fn wake(&self) {
        self.happened.notify_one();
    }

    /// What the next round found. Dropping the future loses nothing.
    pub(super) async fn next(&mut self) -> Option<Input> {
        self.rounds.recv().await
    }
}

struct Rounds {
    lab: Arc<Lab>,
    variables: Variables,
    system: Arc<LabSystem>,
    began: Began,
    happened: Arc<Notify>,
}

impl Rounds {
    async fn run(self, mut asked: watch::Receiver<Option<usize>>, results: mpsc::Sender<Input>) {
        let mut pause = PAUSE_MIN;
        loop {
            let Some(step) = *asked.borrow_and_update() else {
                if asked.changed().await.is_err() {
                    return;
                }
                continue;
            };
            if results.send(self.ask(step).await).await.is_err() {
                return;
            }
            // a new step is asked about at once; for anything else there is a pause, however much a server logs
            match tokio::time::timeout(PAUSE_MIN, asked.changed()).await {
                Ok(Ok(())) => pause = PAUSE_MIN,
                Ok(Err(_)) => return,
                Err(_) => tokio::select! {
                    changed = asked.changed() => {
                        if changed.is_err() {
                            return;
                        }
                        pause = PAUSE_MIN;
                    }
                    happened = tokio::time::timeout(pause - PAUSE_MIN, self.something()) => {
                        pause = if happened.is_ok() { PAUSE_MIN } else { (pause * 2).min(PAUSE_MAX) };
                    }
                },
            }
        }
    }

    /// Something happened at the terminals, or a tool was run, wherever.
    async fn something(&self) {
        tokio::select! {
            () = self.happened.notified() => {}
            () = self.system.invocations.reported() => {}
        }
    }

    async fn ask(&self, step: usize) -> Input {
        let began = self.began.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let context = Context { variables: &self.variables, began: &began };
        let mut outcomes = Vec::new();
        for spec in &self.lab.spec.steps[step].checks {
            outcomes.push(check::ask(&self.system, spec, &context).await);
        }
        let missing = check::missing(&self.system, &self.lab.spec, step).await;
        Input::Checked { step, outcomes, missing }
    }
}
