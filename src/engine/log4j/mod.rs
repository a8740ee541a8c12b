//! Server logs in the shape that Kafka's log4j gives them: `[2026-01-31 12:00:00,123] INFO message (logger)`.
//!
//! Records of a server go where its `log4j.properties` says, else to standard output and, where a folder is set, to `server.log` in it. A learner greps these lines, so their texts
//! are Kafka's; what a record says is up to the caller.

mod config;
mod pattern;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError, RwLock};

use config::Logging;
use pattern::Record;

use crate::engine::time_zone;

/// The level of a record, by log4j's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names are log4j's")]
pub enum Level {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
    Fatal,
}

impl Level {
    fn name(self) -> &'static str {
        match self {
            Self::Trace => "TRACE",
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
            Self::Fatal => "FATAL",
        }
    }
}

impl Level {
    /// The level with that name; Kafka sets no others.
    pub fn by_name(name: &str) -> Option<Self> {
        let all = [Self::Trace, Self::Debug, Self::Info, Self::Warn, Self::Error, Self::Fatal];
        all.into_iter().find(|level| level.name() == name)
    }
}

/// The names of the levels, as Kafka lists them.
pub const LEVEL_NAMES: &str = "TRACE, ERROR, INFO, FATAL, DEBUG, WARN";
/// The logger that all others are below.
pub const ROOT: &str = "root";

/// The loggers that write records, which are those of Kafka's classes. Those that have written are in the table of levels too.
const LOGGERS: &[&str] = &[
    "kafka.controller.KafkaController",
    "kafka.coordinator.group.GroupCoordinator",
    "kafka.coordinator.group.GroupMetadataManager",
    "kafka.log.LogManager",
    "kafka.log.UnifiedLog",
    "kafka.network.DataPlaneAcceptor",
    "kafka.network.Processor",
    "kafka.network.SocketServer",
    "kafka.server.KafkaApis",
    "kafka.server.KafkaConfig",
    "kafka.server.KafkaServer",
    "kafka.server.ReplicaManager",
    "kafka.server.ZkAdminManager",
    "kafka.server.ZkConfigManager",
    "kafka.zookeeper.ZooKeeperClient",
    "org.apache.kafka.common.network.Selector",
];

/// What was set for loggers, and names above them, of a server without a configuration file.
static LEVELS: RwLock<BTreeMap<String, Level>> = RwLock::new(BTreeMap::new());

/// From which level on a logger of a server without a configuration file writes: its own, that of the nearest name above it, or INFO.
fn level_of(logger: &str) -> Level {
    let levels = LEVELS.read().unwrap_or_else(PoisonError::into_inner);
    let mut above = std::iter::successors(Some(logger), |name| name.rsplit_once('.').map(|(above, _)| above)).chain([ROOT]);
    above.find_map(|name| levels.get(name).copied()).unwrap_or(Level::Info)
}

/// Every logger with the name of the level from which on it writes, sorted by name.
pub fn levels() -> Vec<(String, &'static str)> {
    let target = TARGET.get().map(|target| target.lock().unwrap_or_else(PoisonError::into_inner));
    let logging = match target.as_deref() {
        Some(Target::Configured(logging)) => Some(logging),
        _ => None,
    };
    let known = LOGGERS.iter().chain(&[ROOT]).map(|name| (*name).to_owned());
    let names: BTreeSet<String> = match logging {
        Some(logging) => known.chain(logging.names()).collect(),
        None => known.chain(LEVELS.read().unwrap_or_else(PoisonError::into_inner).keys().cloned()).collect(),
    };
    let level = |name: &str| logging.map_or_else(|| Some(level_of(name)), |logging| logging.level_of(name));
    names.into_iter().map(|name| (name.clone(), level(&name).map_or("OFF", Level::name))).collect()
}

/// Sets from which level on a logger writes; `None` leaves it to what is above it.
pub fn set_level(logger: &str, level: Option<Level>) {
    let mut target = TARGET.get().map(|target| target.lock().unwrap_or_else(PoisonError::into_inner));
    if let Some(Target::Configured(logging)) = target.as_deref_mut() {
        return logging.set_level(logger, level);
    }
    let mut levels = LEVELS.write().unwrap_or_else(PoisonError::into_inner);
    match level {
        Some(level) => drop(levels.insert(logger.to_owned(), level)),
        None => drop(levels.remove(logger)),
    }
}

/// Where records go.
enum Target {
    /// A server, as a configuration file says.
    Configured(Logging),
    /// A server without one: standard output, and `server.log` where a folder was given.
    Server(Option<File>),
    /// A tool: standard error, WARN and above.
    Tool,
    /// A server whose configuration file cannot be read: nowhere.
    Nowhere,
}

static TARGET: OnceLock<Mutex<Target>> = OnceLock::new();

/// Sends the records of this process where the file says that `KAFKA_LOG4J_OPTS` names; without one to standard output and to
/// `server.log` in `folder`, which is made when missing. The first call wins.
///
/// # Errors
/// The folder or the file cannot be made; records still go to standard output.
pub fn init_server(folder: Option<&Path>) -> io::Result<()> {
    let options = std::env::var("KAFKA_LOG4J_OPTS").unwrap_or_default();
    if let Some(file) = config::file_of(&options) {
        let target = match Logging::read(Path::new(file), folder, &options) {
            Ok(logging) => Target::Configured(logging),
            Err(complaint) => {
                stderr_line(&complaint);
                Target::Nowhere
            }
        };
        TARGET.get_or_init(|| Mutex::new(target));
        return Ok(());
    }
    let opened = folder.map(|folder| {
        std::fs::create_dir_all(folder)?;
        OpenOptions::new().create(true).append(true).open(folder.join("server.log"))
    });
    let (file, result) = match opened {
        Some(Ok(file)) => (Some(file), Ok(())),
        Some(Err(error)) => (None, Err(error)),
        None => (None, Ok(())),
    };
    TARGET.get_or_init(|| Mutex::new(Target::Server(file)));
    result
}

/// Sends the records of this process, WARN and above, to standard error, as `tools-log4j.properties` does. The first call wins.
pub fn init_tool() {
    TARGET.get_or_init(|| Mutex::new(Target::Tool));
}

/// Writes one record; without `init_*` (tests, the runner) records are dropped.
pub fn log(level: Level, logger: &str, message: fmt::Arguments<'_>) {
    write(level, logger, message, None);
}

/// Writes one record and below it the exception that it is about: class and message, and a `Caused by: ` line for each cause.
pub fn log_caused(level: Level, logger: &str, message: fmt::Arguments<'_>, exception: fmt::Arguments<'_>) {
    write(level, logger, message, Some(exception));
}

fn write(level: Level, logger: &str, message: fmt::Arguments<'_>, exception: Option<fmt::Arguments<'_>>) {
    let Some(target) = TARGET.get() else { return };
    let Ok(mut target) = target.lock() else { return };
    let least = match &*target {
        Target::Tool => Level::Warn,
        Target::Server(_) => level_of(logger),
        // the file says more of it
        Target::Configured(_) | Target::Nowhere => Level::Trace,
    };
    if level < least {
        return;
    }
    let now = time_zone::now();
    if let Target::Configured(logging) = &mut *target {
        let exception = exception.map(|exception| exception.to_string());
        logging.write(&Record { level, logger, message, exception: exception.as_deref(), now });
        return;
    }
    let now = now.strftime("%Y-%m-%d %H:%M:%S,%3f").to_string();
    let mut line = format!("[{now}] {} {message} ({logger})\n", level.name());
    if let Some(exception) = exception {
        line.push_str(&format!("{exception}\n"));
    }
    // a reader that went away must not end a server: log4j goes on as well
    match &mut *target {
        Target::Server(file) => {
            let _ = io::stdout().write_all(line.as_bytes());
            if let Some(file) = file {
                let _ = file.write_all(line.as_bytes());
            }
        }
        Target::Tool => {
            let _ = io::stderr().write_all(line.as_bytes());
        }
        Target::Configured(_) | Target::Nowhere => {}
    }
}

/// Writes a line to standard error, where a Java server says why it ends beside its log.
pub fn stderr_line(line: &str) {
    // nobody is left to tell
    let _ = writeln!(io::stderr(), "{line}");
}

/// Writes an INFO record: `info!("kafka.server.KafkaServer", "[KafkaServer id={id}] started")`.
#[macro_export]
macro_rules! log_info {
    ($logger:expr, $($message:tt)*) => { $crate::engine::log4j::log($crate::engine::log4j::Level::Info, $logger, format_args!($($message)*)) };
}
/// Writes a WARN record.
#[macro_export]
macro_rules! log_warn {
    ($logger:expr, $($message:tt)*) => { $crate::engine::log4j::log($crate::engine::log4j::Level::Warn, $logger, format_args!($($message)*)) };
}
/// Writes an ERROR record.
#[macro_export]
macro_rules! log_error {
    ($logger:expr, $($message:tt)*) => { $crate::engine::log4j::log($crate::engine::log4j::Level::Error, $logger, format_args!($($message)*)) };
}
