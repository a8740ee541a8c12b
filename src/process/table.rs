//! The process table, read from `/proc`: who runs, since when, called how. Processes come and go while it is read, so whatever
//! cannot be read any more is left out, never an error.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Read;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::jvm::class_at;

/// The most that is read of one file under `/proc`: the kernel's own limit for arguments and environment is 2 MiB by default.
const PROC_FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// One process for as long as the machine is up: its number may be given again, the pair of number and start time is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Identity {
    /// The process number.
    pub pid: u32,
    /// When it started, in clock ticks after boot.
    pub start_ticks: u64,
}

impl Identity {
    /// Who has this number now; `None` where nobody has.
    pub fn of(pid: u32) -> Option<Self> {
        Process::read(pid).map(|process| process.identity)
    }

    /// Whether this very process still runs; one that ended and was not yet collected by its parent does not.
    pub fn is_running(self) -> bool {
        self.read().is_some_and(|process| process.is_running())
    }

    /// The process as it is now; `None` where it is gone, even if its number was given to another.
    pub fn read(self) -> Option<Process> {
        Process::read(self.pid).filter(|process| process.identity == self)
    }
}

/// A process as `/proc` showed it.
#[derive(Clone, Debug)]
pub struct Process {
    /// Its number and start time.
    pub identity: Identity,
    /// The parent's number; 0 where there is none.
    pub parent: u32,
    /// The number of its process group.
    pub group: u32,
    /// The number of its session.
    pub session: u32,
    /// The process group in the foreground of its terminal; `None` where it has no terminal.
    pub foreground: Option<u32>,
    /// The user that it runs as.
    pub uid: u32,
    /// `R` running, `S` sleeping, `T` stopped, `Z` ended but not collected; the others as in proc(5).
    pub state: char,
    /// The arguments, `argv[0]` first; empty for a process that ended and for kernel threads.
    pub argv: Vec<OsString>,
    /// Resident memory in bytes.
    pub rss_bytes: u64,
}

impl Process {
    /// Reads one process; `None` where there is none of that number (any more).
    pub fn read(pid: u32) -> Option<Self> {
        let folder = folder(pid);
        let uid = std::fs::metadata(&folder).ok()?.uid();
        let stat = Stat::parse(&bounded(&folder.join("stat"))?)?;
        let argv = bounded(&folder.join("cmdline")).map(|raw| zero_separated(&raw)).unwrap_or_default();
        Some(Self {
            identity: Identity { pid, start_ticks: stat.start_ticks },
            parent: stat.parent,
            group: stat.group,
            session: stat.session,
            foreground: stat.foreground,
            uid,
            state: stat.state,
            argv,
            rss_bytes: stat.rss_pages.saturating_mul(rustix::param::page_size() as u64),
        })
    }

    /// What it was called as, a JVM by its main class; empty where that cannot be seen.
    pub fn name(&self) -> String {
        let at = class_at(&self.argv).unwrap_or_default();
        self.argv.get(at).map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// The process number.
    pub fn pid(&self) -> u32 {
        self.identity.pid
    }

    /// Whether it has not ended.
    pub fn is_running(&self) -> bool {
        !matches!(self.state, 'Z' | 'X')
    }

    /// Whether it runs the main class `class`: a JVM, and what looks like one, has it after its options, other bundled programs as
    /// `argv[0]`. A `grep` for the name or an editor on a file of that name is neither.
    pub fn runs_class(&self, class: &str) -> bool {
        let at = class_at(&self.argv).unwrap_or_default();
        self.argv.get(at).is_some_and(|word| word == class)
    }

    /// The folder it works in; `None` where it is gone or belongs to another user.
    pub fn working_folder(&self) -> Option<PathBuf> {
        self.still_there(std::fs::read_link(folder(self.pid()).join("cwd")).ok()?)
    }

    /// The file it executes; `None` where it is gone or belongs to another user.
    pub fn executable(&self) -> Option<PathBuf> {
        self.still_there(std::fs::read_link(folder(self.pid()).join("exe")).ok()?)
    }

    /// The files and folders that it has open; none where it is gone or belongs to another user.
    pub fn open_files(&self) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(folder(self.pid()).join("fd")) else { return Vec::new() };
        let targets = entries.flatten().filter_map(|entry| std::fs::read_link(entry.path()).ok());
        let files: Vec<PathBuf> = targets.filter(|target| target.is_absolute()).collect();
        self.still_there(files).unwrap_or_default()
    }

    /// The environment that it was started with; `None` where it is gone or belongs to another user.
    pub fn environment(&self) -> Option<BTreeMap<OsString, OsString>> {
        let raw = self.still_there(bounded(&folder(self.pid()).join("environ"))?)?;
        let pairs = zero_separated(&raw).into_iter().filter_map(|pair| {
            let bytes = pair.as_bytes();
            let equals = bytes.iter().position(|byte| *byte == b'=')?;
            Some((OsString::from_vec(bytes[..equals].to_vec()), OsString::from_vec(bytes[equals + 1..].to_vec())))
        });
        Some(pairs.collect())
    }

    /// When it was started, to the clock tick; `None` where the time of boot is not known.
    pub fn started_at(&self) -> Option<SystemTime> {
        let stat = String::from_utf8(bounded(Path::new("/proc/stat"))?).ok()?;
        let boot_seconds: u64 = stat.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()?;
        let after_boot =
            Duration::from_secs_f64(self.identity.start_ticks as f64 / rustix::param::clock_ticks_per_second() as f64);
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(boot_seconds))?.checked_add(after_boot)
    }

    /// `value`, unless the number was given to another process while the value was read.
    fn still_there<T>(&self, value: T) -> Option<T> {
        (Identity::of(self.pid()) == Some(self.identity)).then_some(value)
    }
}

/// Every process that can be seen, by number.
pub fn all() -> Vec<Process> {
    pids().into_iter().filter_map(Process::read).collect()
}

/// The running processes of a main class, as [`Process::runs_class`] tells them, by number.
pub fn by_class(class: &str) -> Vec<Process> {
    let names_it = |pid: &u32| {
        let argv = bounded(&folder(*pid).join("cmdline"));
        // a look at the arguments alone is cheap, and enough for nearly every process
        argv.is_some_and(|argv| argv.split(|byte| *byte == 0).any(|argument| argument == class.as_bytes()))
    };
    let mut found: Vec<Process> = pids().into_iter().filter(names_it).filter_map(Process::read).collect();
    found.retain(|process| process.is_running() && process.runs_class(class));
    found
}

/// The numbers of every process that can be seen, ascending.
pub(super) fn pids() -> Vec<u32> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    let mut pids: Vec<u32> = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    pids.sort_unstable();
    pids
}

pub(super) fn folder(pid: u32) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}"))
}

/// The bytes of a file under `/proc`, up to the limit.
pub(super) fn bounded(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(PROC_FILE_BYTES_MAX).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

fn zero_separated(raw: &[u8]) -> Vec<OsString> {
    let raw = raw.strip_suffix(b"\0").unwrap_or(raw);
    if raw.is_empty() {
        return Vec::new();
    }
    raw.split(|byte| *byte == 0).map(|part| OsStr::from_bytes(part).to_owned()).collect()
}

/// The fields of `/proc/PID/stat` that are used here, in the order of proc(5).
#[derive(Debug, PartialEq)]
struct Stat {
    state: char,
    parent: u32,
    group: u32,
    session: u32,
    foreground: Option<u32>,
    start_ticks: u64,
    rss_pages: u64,
}

impl Stat {
    fn parse(raw: &[u8]) -> Option<Self> {
        // the second field is the name in parentheses, which may itself hold spaces and parentheses
        let text = String::from_utf8_lossy(raw);
        let fields: Vec<&str> = text[text.rfind(')')? + 1..].split_whitespace().collect();
        let field = |number: usize| fields.get(number - 3).copied();
        Some(Self {
            state: field(3)?.chars().next()?,
            parent: field(4)?.parse().ok()?,
            group: field(5)?.parse().ok()?,
            session: field(6)?.parse().ok()?,
            // -1 where it has no terminal
            foreground: field(8)?.parse().ok(),
            start_ticks: field(22)?.parse().ok()?,
            rss_pages: field(24)?.parse().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_in_the_table() {
        let me = Process::read(std::process::id()).expect("this process runs");
        assert!(me.is_running() && me.identity.is_running());
        assert_eq!(me.argv, std::env::args_os().collect::<Vec<_>>());
        assert_eq!(me.working_folder(), std::env::current_dir().ok());
        assert_eq!(me.executable(), std::env::current_exe().ok());
        assert!(me.rss_bytes > 100_000, "{}", me.rss_bytes);
        let path = me.environment().and_then(|environment| environment.get(OsStr::new("PATH")).cloned());
        assert_eq!(path, std::env::var_os("PATH"));
        let age = me.started_at().and_then(|start| SystemTime::now().duration_since(start).ok()).expect("started in the past");
        assert!(age < Duration::from_secs(3600), "{age:?}");
        assert!(all().iter().any(|process| process.identity == me.identity));
    }

    #[test]
    fn a_recycled_number_is_another_process() {
        let mut identity = Identity::of(std::process::id()).expect("this process runs");
        identity.start_ticks += 1;
        assert!(!identity.is_running());
        assert_eq!(Identity::of(u32::MAX), None);
    }

    #[test]
    fn a_name_with_parentheses_does_not_shift_the_fields() {
        let raw = b"42 (a) R (b) S 7 8 9 34816 8 4194304 1 2 3 4 5 6 7 8 20 0 1 0 12345 1000000 77 0\n";
        let expected =
            Stat { state: 'S', parent: 7, group: 8, session: 9, foreground: Some(8), start_ticks: 12345, rss_pages: 77 };
        assert_eq!(Stat::parse(raw), Some(expected));
        assert_eq!(Stat::parse(b"42 (cut"), None);
        assert_eq!(Stat::parse(b"42 (cut) S 1 2"), None);
    }

    #[test]
    fn a_class_is_known_by_its_place_in_the_line() {
        let check = |argv: &[&str], expected: bool| {
            let mut process = Process::read(std::process::id()).expect("this process runs");
            process.argv = argv.iter().map(OsString::from).collect();
            assert_eq!(process.runs_class("kafka.Kafka"), expected, "{argv:?}");
        };
        check(&["kafka.Kafka", "config/server.properties"], true);
        check(&["/usr/bin/java", "-Xmx1G", "-cp", "libs/*", "kafka.Kafka", "config/server.properties"], true);
        check(&["java", "-cp", "libs/*", "kafka.admin.TopicCommand", "kafka.Kafka"], false);
        check(&["grep", "kafka.Kafka"], false);
        check(&["bash", "-c", "exec -a kafka.Kafka kafkalab"], false);
        check(&[], false);
    }
}
