//! Console clients that have to end before a step is done for the learner, wherever they were started.

use std::ffi::OsStr;

use crate::lab::check::scope::{CONSUMER_CLASS, PRODUCER_CLASS, Scope};
use crate::lab::format::{CheckSpec, Key, StepSpec};
use crate::lab::runner::Play;
use crate::lab::terminal::TERMINAL_VARIABLE;
use crate::process::table::Process;

/// What ends the console clients that a step wants gone and that its solution does not know of: Ctrl-C where one has a terminal of the lab to
/// itself, `kill` for the others.
pub(super) fn ended_first(scope: &Scope, step: &StepSpec) -> Vec<Play> {
    if !step.checks.contains(&CheckSpec::NoClients {}) {
        return Vec::new();
    }
    let ended_by_solution =
        |terminal: &str| step.solution.iter().any(|action| action.key.is_some() && action.terminal.as_deref() == Some(terminal));
    let (mut plays, mut others) = (Vec::new(), Vec::new());
    for client in [CONSUMER_CLASS, PRODUCER_CLASS].into_iter().flat_map(|class| scope.processes(class)) {
        match terminal_of(&client) {
            Some(terminal) if ended_by_solution(&terminal) => {}
            Some(terminal) => plays.push(Play::key(&terminal, Key::CtrlC)),
            None => others.push(client.pid().to_string()),
        }
    }
    if !others.is_empty() {
        plays.push(Play::line(&step.terminal, &format!("kill {}", others.join(" "))));
    }
    plays
}

/// The terminal of the lab that a process has to itself.
fn terminal_of(process: &Process) -> Option<String> {
    if process.foreground != Some(process.group) {
        return None;
    }
    Some(process.environment()?.get(OsStr::new(TERMINAL_VARIABLE))?.to_string_lossy().into_owned())
}
