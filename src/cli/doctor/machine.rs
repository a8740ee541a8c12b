//! The machine: ports, room on disk, terminal, shell, locale, limits, the folder for temporary files, name and clock.

use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rustix::process::{Resource, getrlimit};

use super::Finding;
use crate::cli::learn::terminal_failure;
use crate::cli::{Args, workspace_folder};
use crate::engine::distribution::Settings;
use crate::lab::terminal;
use crate::net;
use crate::process::sockets;
use crate::text::{Message, doctor as say};

const MIB: u64 = 1 << 20;
/// Less room than this is too little for a lab and its segments.
const DISK_LOW: u64 = 100 * MIB;
/// Less room than this is soon used up.
const DISK_SCARCE: u64 = 1024 * MIB;
/// Fewer open files than this are soon used up by a broker: each partition has three, each client one.
const FILES_SCARCE: u64 = 1024;
/// The width that every page of a lab is made for.
const COLUMNS: u16 = 80;
/// How long looking up a name may take.
const LOOK_UP: Duration = Duration::from_secs(5);
/// How far ahead of this machine's clock a file's time may lie.
const CLOCK_SLACK: Duration = Duration::from_secs(60);

pub(super) async fn look(args: &Args) -> Vec<Finding> {
    let mut findings: Vec<Finding> = [Settings::ZOOKEEPER_PORT, Settings::BROKER_PORT].map(port).into();
    findings.extend(disks(args));
    findings.push(terminal());
    findings.push(shell().await);
    findings.push(locale(|name| std::env::var(name).ok()));
    findings.push(open_files());
    findings.push(temporary());
    findings.push(host().await);
    findings.push(clock(SystemTime::now()));
    findings
}

fn port(port: u16) -> Finding {
    let name = if port == Settings::ZOOKEEPER_PORT { "port-2181" } else { "port-9092" };
    let said = |text| Message::new(text).with("port", port);
    match sockets::holder(port) {
        None => Finding::ok(name, say::PORTS, said(say::PORT_FREE)),
        Some(holder) => {
            let found = match holder {
                Some((program, pid)) => said(say::PORT_TAKEN).with("holder", format!("{program}, pid {pid}")),
                None => said(say::PORT_TAKEN_UNSEEN),
            };
            Finding::warning(name, say::PORTS, found, said(say::PORT_TAKEN_NEXT))
        }
    }
}

/// The room where the workspace will lie and where Kafka's own files put data.
fn disks(args: &Args) -> Vec<Finding> {
    let workspace = workspace_folder(args).ok().map(|folder| ("disk-workspace", folder));
    let places = workspace.into_iter().chain([("disk-tmp", std::env::temp_dir())]);
    places.filter_map(|(name, folder)| disk(name, &folder)).collect()
}

fn disk(name: &'static str, folder: &Path) -> Option<Finding> {
    // what is not made yet will lie where its parent does
    let there = folder.ancestors().find(|folder| folder.is_dir())?;
    let system = rustix::fs::statvfs(there).ok()?;
    Some(room(name, folder, system.f_bavail.saturating_mul(system.f_frsize)))
}

fn room(name: &'static str, folder: &Path, free: u64) -> Finding {
    let found = Message::new(say::DISK).with("free", free / MIB).with("path", folder.display());
    match free {
        free if free < DISK_LOW => Finding::error(name, say::DISK_TITLE, found, say::DISK_NEXT),
        free if free < DISK_SCARCE => Finding::warning(name, say::DISK_TITLE, found, say::DISK_NEXT),
        _ => Finding::ok(name, say::DISK_TITLE, found),
    }
}

fn terminal() -> Finding {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return Finding::ok("terminal", say::TERMINAL, say::TERMINAL_NONE);
    }
    match crossterm::terminal::size() {
        Ok((columns, rows)) => {
            let found = Message::new(say::TERMINAL_SIZE).with("columns", columns).with("rows", rows);
            if columns < COLUMNS {
                Finding::warning("terminal", say::TERMINAL, found, say::TERMINAL_NEXT)
            } else {
                Finding::ok("terminal", say::TERMINAL, found)
            }
        }
        Err(_) => Finding::warning("terminal", say::TERMINAL, say::TERMINAL_UNKNOWN, say::TERMINAL_NEXT),
    }
}

async fn shell() -> Finding {
    match terminal::look_for_bash().await {
        Ok(path) => Finding::ok("shell", say::SHELL, Message::new(say::SHELL_OK).with("path", path.display())),
        Err(error) => Finding::error("shell", say::SHELL, say::SHELL_UNFIT, terminal_failure(error).message),
    }
}

/// Whether the locale's characters are UTF-8; as POSIX looks it up.
fn locale(variable: impl Fn(&str) -> Option<String>) -> Finding {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(variable).find(|value| !value.is_empty());
    let name = set.unwrap_or_else(|| "C".to_owned());
    let found = Message::new(say::LOCALE_FOUND).with("locale", &name);
    let lower = name.to_ascii_lowercase();
    if lower.contains("utf-8") || lower.contains("utf8") {
        Finding::ok("locale", say::LOCALE, found)
    } else {
        Finding::warning("locale", say::LOCALE, found, say::LOCALE_NEXT)
    }
}

fn open_files() -> Finding {
    let limit = getrlimit(Resource::Nofile).current;
    let shown = limit.map_or_else(|| "unlimited".to_owned(), |limit| limit.to_string());
    let found = Message::new(say::FILES_FOUND).with("limit", shown);
    if limit.is_some_and(|limit| limit < FILES_SCARCE) {
        Finding::warning("open-files", say::FILES, found, say::FILES_NEXT)
    } else {
        Finding::ok("open-files", say::FILES, found)
    }
}

/// Whether files can be made where programs put temporary ones, and whether the path of a socket fits there.
fn temporary() -> Finding {
    let folder = std::env::temp_dir();
    let found = |text| Message::new(text).with("path", folder.display());
    let listens = tempfile::Builder::new()
        .prefix("kafkalab-")
        .suffix(".sock")
        .make_in(&folder, |path| net::unix_datagram(path).map_err(|error| io::Error::new(error.kind(), error)));
    match listens {
        Ok(_) => Finding::ok("tmp", say::TMP, found(say::TMP_OK)),
        Err(error) => Finding::error("tmp", say::TMP, found(say::TMP_FAILED).with("reason", error), say::TMP_NEXT),
    }
}

/// Whether the name of this machine leads back to it: a broker tells it to clients where `advertised.listeners` is not set.
async fn host() -> Finding {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let found = |text| Message::new(text).with("name", &name);
    match net::resolve(&name, Settings::BROKER_PORT, LOOK_UP).await {
        Ok(_) => Finding::ok("host", say::HOST, found(say::HOST_OK)),
        Err(_) => Finding::warning("host", say::HOST, found(say::HOST_UNKNOWN), found(say::HOST_NEXT)),
    }
}

/// Whether the clock is behind what was already: the file of this program.
fn clock(now: SystemTime) -> Finding {
    let program = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("/proc/self/exe"));
    let built = std::fs::metadata(program).and_then(|metadata| metadata.modified());
    let time = jiff::Timestamp::try_from(now).map_or_else(|_| "?".to_owned(), |now| now.strftime("%F %T UTC").to_string());
    let found = Message::new(say::CLOCK_FOUND).with("time", time);
    if built.is_ok_and(|built| built > now + CLOCK_SLACK) {
        Finding::warning("clock", say::CLOCK, found, say::CLOCK_NEXT)
    } else {
        Finding::ok("clock", say::CLOCK, found)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::*;

    #[test]
    fn limits_are_told_apart() {
        let check = |finding: Finding, expected: Verdict| assert_eq!(finding.verdict, expected, "{finding:?}");
        let room = |free| room("disk-tmp", Path::new("/tmp"), free);
        check(room(DISK_LOW - 1), Verdict::Error);
        check(room(DISK_LOW), Verdict::Warning);
        check(room(DISK_SCARCE), Verdict::Ok);
        let locale = |pairs: &'static [(&str, &str)]| {
            locale(|name| pairs.iter().find(|(found, _)| *found == name).map(|(_, value)| (*value).to_owned()))
        };
        check(locale(&[("LANG", "ko_KR.UTF-8")]), Verdict::Ok);
        check(locale(&[("LANG", "C.utf8")]), Verdict::Ok);
        check(locale(&[("LC_ALL", "C"), ("LANG", "ko_KR.UTF-8")]), Verdict::Warning);
        check(locale(&[]), Verdict::Warning);
        check(clock(SystemTime::now()), Verdict::Ok);
        check(clock(SystemTime::UNIX_EPOCH), Verdict::Warning);
    }
}
