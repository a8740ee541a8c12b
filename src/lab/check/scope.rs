//! Which processes belong to a lab: a server that was there before, or another user's, is none of the lab's business.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::engine::server::Role;
use crate::lab::terminal::{SESSION_VARIABLE, TERMINAL_VARIABLE};
use crate::process::table::{self, Process};

pub use crate::engine::tools::{CONSUMER_CLASS, PRODUCER_CLASS};

/// The main class of the coordinator, as the process table shows it.
pub const COORDINATOR_CLASS: &str = Role::Coordinator.main_class();
/// The main class of the broker.
pub const BROKER_CLASS: &str = Role::Broker.main_class();

/// The name of the lab's terminal that a process has to itself. A shell that waits for a program has it not.
pub fn terminal_of(process: &Process) -> Option<String> {
    if process.foreground != Some(process.group) || process.pid() == process.session {
        return None;
    }
    Some(process.environment()?.get(OsStr::new(TERMINAL_VARIABLE))?.to_string_lossy().into_owned())
}

/// What belongs to one lab of one learner.
#[derive(Clone, Debug)]
pub struct Scope {
    session: String,
    folder: PathBuf,
}

impl Scope {
    /// The lab whose terminals carry `session` in their environment and whose distribution lies in `folder`.
    pub fn new(session: impl Into<String>, folder: &Path) -> Self {
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        Self { session: session.into(), folder }
    }

    /// The lab's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The running processes of a main class that belong to the lab, by number.
    pub fn processes(&self, class: &str) -> Vec<Process> {
        table::by_class(class).into_iter().filter(|process| process.is_running() && self.owns(process)).collect()
    }

    /// What runs of the lab, as a learner knows it: servers and console clients, each with its process number.
    pub fn running(&self) -> Vec<(&'static str, u32)> {
        [("ZooKeeper", COORDINATOR_CLASS), ("Kafka", BROKER_CLASS), ("producer", PRODUCER_CLASS), ("consumer", CONSUMER_CLASS)]
            .into_iter()
            .flat_map(|(name, class)| self.processes(class).into_iter().map(move |process| (name, process.pid())))
            .collect()
    }

    /// The folders that the lab's shells are in: those of its terminals, and those that a learner has gone into its folder with.
    pub fn shells(&self) -> Vec<PathBuf> {
        let leads = |process: &Process| process.session == process.pid() && process.is_running();
        let shells = table::all().into_iter().filter(|process| leads(process) && self.owns(process));
        shells.filter_map(|shell| shell.working_folder()).collect()
    }

    /// Whether a process was started from one of the lab's terminals, or from the lab's own folder in a terminal of the learner's
    /// own.
    pub fn owns(&self, process: &Process) -> bool {
        let marked = || {
            let environment = process.environment()?;
            environment.get(OsStr::new(SESSION_VARIABLE)).map(|session| session == self.session.as_str())
        };
        let works_there = || process.working_folder().is_some_and(|folder| folder.starts_with(&self.folder));
        let names_it = || process.argv.iter().any(|argument| Path::new(argument).starts_with(&self.folder));
        marked().unwrap_or_else(|| works_there() || names_it())
    }
}
