//! How the lab's servers live and end: in the background, beyond their terminal, and whether the broker could say goodbye.

use std::ffi::OsStr;
use std::path::PathBuf;

use super::outcome::{Finding, fails, holds, server_name};
use super::scope::BROKER_CLASS;
use super::system::LabSystem;
use crate::lab::terminal::TERMINAL_VARIABLE;
use crate::process::table::Process;
use crate::text::{Message, checks as say};

/// The file that a broker leaves in each folder of its data when it ends in order, and removes when it starts.
const CLEAN_SHUTDOWN: &str = ".kafka_cleanshutdown";
/// The file that a broker keeps locked in each folder of its data while it runs.
const LOCK: &str = ".lock";

/// The folders that a broker keeps its data in, as its open files show.
pub(super) fn data_folders(process: &Process) -> Vec<PathBuf> {
    let files = process.open_files();
    files.into_iter().filter(|file| file.ends_with(LOCK)).filter_map(|file| Some(file.parent()?.to_owned())).collect()
}

/// Asks whether a server runs without having the terminal to itself.
pub(super) fn in_background(system: &LabSystem, main_class: &str) -> Finding {
    let named = |text| Message::new(text).with("server", server_name(main_class));
    let processes = system.scope.processes(main_class);
    let Some(process) = processes.first() else { return fails(named(say::NOT_RUNNING)) };
    if process.foreground == Some(process.group) {
        return fails(named(say::IN_FOREGROUND).with("pid", process.pid()));
    }
    holds(named(say::IN_BACKGROUND_IS).with("pid", process.pid()))
}

/// Asks whether a server goes on without the terminal that it was started in.
pub(super) fn outlives_terminal(system: &LabSystem, main_class: &str) -> Finding {
    let named = |text| Message::new(text).with("server", server_name(main_class));
    let processes = system.scope.processes(main_class);
    let Some(process) = processes.first() else { return fails(named(say::NOT_RUNNING)) };
    let own_session = process.session == process.pid();
    let shell = Process::read(process.session).filter(|shell| shell.is_running() && !own_session);
    if shell.is_none() {
        return holds(named(say::OUTLIVES_IS).with("pid", process.pid()));
    }
    let terminal = process.environment().and_then(|of| of.get(OsStr::new(TERMINAL_VARIABLE)).cloned()).unwrap_or_default();
    fails(named(say::TERMINAL_IS_OPEN).with("terminal", terminal.to_string_lossy()))
}

/// Asks how the broker that was seen last has ended.
pub(super) fn broker_ended(system: &LabSystem, cleanly: bool) -> Finding {
    if let Some(process) = system.broker_processes().first() {
        return fails(Message::new(say::STILL_RUNS).with("server", server_name(BROKER_CLASS)).with("pid", process.pid()));
    }
    let folders = system.last_broker();
    if folders.is_empty() {
        return fails(say::ENDED_UNSEEN);
    }
    let ended = folders.iter().any(|folder| folder.join(CLEAN_SHUTDOWN).exists());
    let found = if ended { say::ENDED_CLEANLY } else { say::ENDED_KILLED };
    Finding { passed: ended == cleanly, found: found.into() }
}
