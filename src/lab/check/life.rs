//! How the lab's servers live and end: in the background, beyond their terminal, and whether the broker could say goodbye.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

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

/// How long an entry of an offset index is.
const INDEX_ENTRY_BYTES: u64 = 8;

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

/// Asks how the broker that was seen last has ended. The mark alone can be made and removed by hand, so the broker's own indexes have to
/// say the same: an index is long with nothing at its end while the broker runs, and cut to what is in it when the log is closed.
pub(super) fn broker_ended(system: &LabSystem, cleanly: bool) -> Finding {
    if let Some(process) = system.broker_processes().first() {
        return fails(Message::new(say::STILL_RUNS).with("server", server_name(BROKER_CLASS)).with("pid", process.pid()));
    }
    let folders = system.last_broker();
    if folders.is_empty() {
        return fails(say::ENDED_UNSEEN);
    }
    let marked = folders.iter().any(|folder| folder.join(CLEAN_SHUTDOWN).exists());
    let found = match (marked, closed(&folders)) {
        (true, Some(false)) => return fails(say::ENDED_MARKED_BY_HAND),
        (false, Some(true)) => return fails(say::ENDED_MARK_REMOVED),
        (true, _) => say::ENDED_CLEANLY,
        (false, _) => say::ENDED_KILLED,
    };
    Finding { passed: marked == cleanly, found: found.into() }
}

/// Whether every log in the folders was closed, as the index of its last segment shows; `None` where there is no log.
fn closed(folders: &[PathBuf]) -> Option<bool> {
    let logs = folders.iter().flat_map(|folder| list(folder)).filter(|folder| is_partition(folder));
    let closed: Vec<bool> = logs.filter_map(|log| last_index(&log)).filter_map(|index| is_cut(&index)).collect();
    (!closed.is_empty()).then(|| closed.iter().all(|closed| *closed))
}

fn list(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

/// A partition's folder is called `TOPIC-NUMBER`; what is being deleted or moved has another ending.
fn is_partition(folder: &Path) -> bool {
    let name = folder.file_name().and_then(OsStr::to_str).unwrap_or_default();
    name.rsplit_once('-').is_some_and(|(_, number)| number.parse::<u32>().is_ok()) && folder.is_dir()
}

/// The index of the segment that was written to last: names begin with the offset, in as many digits each.
fn last_index(log: &Path) -> Option<PathBuf> {
    list(log).into_iter().filter(|file| file.extension().is_some_and(|end| end == "index")).max()
}

/// Whether an index ends with an entry, or has none; its entries end with a position, which is never 0.
fn is_cut(index: &Path) -> Option<bool> {
    let mut file = File::open(index).ok()?;
    if file.metadata().ok()?.len() < INDEX_ENTRY_BYTES {
        return Some(true);
    }
    let mut entry = [0; INDEX_ENTRY_BYTES as usize];
    file.seek(SeekFrom::End(-(INDEX_ENTRY_BYTES as i64))).ok()?;
    file.read_exact(&mut entry).ok()?;
    Some(entry.iter().any(|byte| *byte != 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_closed_when_its_last_index_is_cut() {
        let check = |files: &[(&str, &[u8])], expected: Option<bool>| {
            let data = tempfile::tempdir().expect("a folder");
            for (file, bytes) in files {
                let path = data.path().join(file);
                std::fs::create_dir_all(path.parent().expect("it has one")).expect("made");
                std::fs::write(path, bytes).expect("written");
            }
            assert_eq!(closed(&[data.path().to_owned()]), expected, "{files:?}");
        };
        let (long, entry) = ([0; 80], [0, 0, 0, 9, 0, 0, 16, 0]);
        check(&[], None);
        check(&[("orders-0/00000000000000000000.index", &[])], Some(true));
        check(&[("orders-0/00000000000000000000.index", &entry)], Some(true));
        check(&[("orders-0/00000000000000000000.index", &long)], Some(false));
        check(&[("a-0/00000000000000000000.index", &[]), ("b-0/00000000000000000000.index", &long)], Some(false));
        check(&[("a-0/00000000000000000000.index", &long), ("a-0/00000000000000000007.index", &entry)], Some(true));
        check(&[("orders-0.5e1f-delete/00000000000000000000.index", &long)], None);
        check(&[("orders-0/00000000000000000000.log", &long)], None);
    }
}
