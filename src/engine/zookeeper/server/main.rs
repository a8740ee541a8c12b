//! The program behind `zookeeper-server-start.sh`: `QuorumPeerMain`, standalone.

use std::env;
use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use super::admin::AdminConfig;
use super::audit;
use super::config::{ConfigError, JavaProperties, ServerConfig};
use super::not_serving;
use super::run::Stopped;
use super::snapshot::log_no_snapshot;
use super::start::{RunningServer, Server, ServerError};
use crate::engine::log4j::{self, Level};
use crate::net::Shutdown;
use crate::process::server::{EndingSignals, meet_file_limits};
use crate::{log_error, log_info, log_warn};

/// The class that `ps` shows for this program.
pub const MAIN_CLASS: &str = "org.apache.zookeeper.server.quorum.QuorumPeerMain";
const SERVER_MAIN: &str = "org.apache.zookeeper.server.ZooKeeperServerMain";
const CLEANUP: &str = "org.apache.zookeeper.server.DatadirCleanupManager";
const USAGE: &str = "Usage: ZooKeeperServerMain configfile | port datadir [ticktime] [maxcnxns]";

/// ZooKeeper's exit codes.
mod exit {
    pub(super) const SUCCESS: u8 = 0;
    pub(super) const UNEXPECTED_ERROR: u8 = 1;
    pub(super) const INVALID_INVOCATION: u8 = 2;
    pub(super) const UNABLE_TO_ACCESS_DATADIR: u8 = 3;
    pub(super) const ERROR_STARTING_ADMIN_SERVER: u8 = 4;
    pub(super) const ERROR_TAKING_SNAPSHOT: u8 = 10;
}

/// Runs the server of the properties file that is the one argument, until it is killed.
pub fn main(args: Vec<OsString>) -> ExitCode {
    let folder = env::var_os("LOG_DIR").map(PathBuf::from);
    let log_file = log4j::init_server(folder.as_deref());
    if let (Err(error), Some(folder)) = (log_file, folder) {
        // as log4j does, the server goes on without the file
        log4j::stderr_line(&format!("log4j:ERROR cannot write {}: {error}", folder.join("server.log").display()));
    }
    let args: Vec<String> = args.iter().map(|arg| arg.to_string_lossy().into_owned()).collect();
    let result = match args.as_slice() {
        [file] => run_file(file),
        _ => run_without_file(&args),
    };
    let code = match result {
        Ok(code) => return ExitCode::from(code),
        Err(code) => code,
    };
    audit::log_disabled();
    log_error!("org.apache.zookeeper.util.ServiceUtils", "Exiting JVM with code {code}");
    ExitCode::from(code)
}

/// Gives the exit code of a server that was asked to end or ended by itself, or, as an error, that of one that failed.
fn run_file(file: &str) -> Result<u8, u8> {
    let config = read(file, MAIN_CLASS)?;
    log_info!(CLEANUP, "autopurge.snapRetainCount set to {}", config.snap_retain_count);
    log_info!(CLEANUP, "autopurge.purgeInterval set to {}", config.purge_interval);
    if config.purge_interval <= 0 {
        log_info!(CLEANUP, "Purge task is not scheduled.");
    }
    log_warn!(MAIN_CLASS, "Either no config or no quorum defined in config, running in standalone mode");
    log_info!("org.apache.zookeeper.jmx.ManagedUtil", "Log4j 1.2 jmx support not found; jmx disabled.");
    // ZooKeeper reads the file once more as a standalone server
    run(read(file, SERVER_MAIN)?)
}

/// What the learner's `KAFKA_OPTS` sets with `-D`.
fn java_properties() -> JavaProperties {
    JavaProperties::of_options(&env::var("KAFKA_OPTS").unwrap_or_default())
}

fn unexpected(logger: &str, cause: &str) -> u8 {
    log4j::log_caused(Level::Error, logger, format_args!("Unexpected exception, exiting abnormally"), format_args!("{cause}"));
    exit::UNEXPECTED_ERROR
}

fn read(file: &str, logger: &str) -> Result<ServerConfig, u8> {
    ServerConfig::read(file, &java_properties()).map_err(|error| {
        match &error {
            ConfigError::Unexpected(cause) => return unexpected(SERVER_MAIN, cause),
            ConfigError::Unforeseen(cause) => return unexpected(logger, cause),
            ConfigError::Argument(cause) => return invalid_arguments(cause),
            ConfigError::WatchManager(cause) => {
                const SENTENCE: &str = "Unexpected exception when creating WatchManager, exiting abnormally";
                let logger = "org.apache.zookeeper.server.DataTree";
                log4j::log_caused(Level::Error, logger, format_args!("{SENTENCE}"), format_args!("{cause}"));
                return exit::UNEXPECTED_ERROR;
            }
            _ => {}
        }
        log4j::log_caused(
            Level::Error,
            logger,
            format_args!("Invalid config, exiting abnormally"),
            format_args!(
                "org.apache.zookeeper.server.quorum.QuorumPeerConfig$ConfigException: {}",
                match &error {
                    ConfigError::Config(message) => message.clone(),
                    other => format!("Error processing {file}\nCaused by: {other}"),
                }
            ),
        );
        log4j::stderr_line("Invalid config, exiting abnormally");
        exit::INVALID_INVOCATION
    })
}

/// `port datadir [ticktime] [maxcnxns]`, ZooKeeper's older form.
fn run_without_file(args: &[String]) -> Result<u8, u8> {
    log_info!(CLEANUP, "autopurge.snapRetainCount set to 3");
    log_info!(CLEANUP, "autopurge.purgeInterval set to 0");
    log_info!(CLEANUP, "Purge task is not scheduled.");
    log_warn!(MAIN_CLASS, "Either no config or no quorum defined in config, running in standalone mode");
    run(config_of_args(args).map_err(|error| invalid_arguments(&error.to_string()))?)
}

fn invalid_arguments(cause: &str) -> u8 {
    log4j::log_caused(Level::Error, SERVER_MAIN, format_args!("Invalid arguments, exiting abnormally"), format_args!("{cause}"));
    log_info!(SERVER_MAIN, "{USAGE}");
    log4j::stderr_line(USAGE);
    exit::INVALID_INVOCATION
}

fn config_of_args(args: &[String]) -> Result<ServerConfig, ConfigError> {
    let number = |text: &String| text.parse::<i32>().map_err(|_| ConfigError::NumberFormat(text.clone()));
    let (port, data_dir, rest) = match args {
        [port, data_dir, rest @ ..] if rest.len() <= 2 => (number(port)?, data_dir, rest),
        _ => return Err(ConfigError::IllegalArgument(format!("Invalid number of arguments:[{}]", args.join(", ")))),
    };
    let port = u16::try_from(port).map_err(|_| ConfigError::IllegalArgument(format!("port out of range:{port}")))?;
    let mut config = ServerConfig::local(&PathBuf::from(data_dir));
    config.client_address = Some((String::new(), port));
    config.admin = Some(AdminConfig::of(&|_| None));
    if let Some(tick) = rest.first() {
        config.options.limits.tick_ms = number(tick)?;
        config.options.limits.min_ms = config.options.limits.tick_ms.saturating_mul(2);
        config.options.limits.max_ms = config.options.limits.tick_ms.saturating_mul(20);
    }
    if let Some(connections) = rest.get(1) {
        config.max_client_connections = number(connections)?;
    }
    Ok(config)
}

fn run(config: ServerConfig) -> Result<u8, u8> {
    log_info!(SERVER_MAIN, "Starting server");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| unexpected(SERVER_MAIN, &format!("java.io.IOException: {error}")))?;
    let code = runtime.block_on(serve(config));
    // what a thread still writes is nothing that somebody was promised
    runtime.shutdown_background();
    code
}

async fn serve(config: ServerConfig) -> Result<u8, u8> {
    let audit = config.options.audit;
    let missing_audit_logger = config.missing_audit_logger.clone();
    meet_file_limits();
    let server = Server::start(config, Shutdown::new()).await.map_err(|error| match error {
        ServerError::Storage(error) if error.is_about_folders() => {
            log4j::log_caused(
                Level::Error,
                SERVER_MAIN,
                format_args!("Unable to access datadir, exiting abnormally"),
                format_args!("{}", error.exception()),
            );
            log4j::stderr_line("Unable to access datadir, exiting abnormally");
            exit::UNABLE_TO_ACCESS_DATADIR
        }
        ServerError::Storage(error) => unexpected(SERVER_MAIN, &error.exception()),
        ServerError::Snapshot(error) => {
            log_no_snapshot(&error);
            exit::ERROR_TAKING_SNAPSHOT
        }
        ServerError::Admin(error) => {
            const SENTENCE: &str = "Unable to start AdminServer, exiting abnormally";
            let exception = "org.apache.zookeeper.server.admin.AdminServer$AdminServerException";
            log4j::log_caused(Level::Error, SERVER_MAIN, format_args!("{SENTENCE}"), format_args!("{exception}: {error}"));
            log4j::stderr_line(SENTENCE);
            exit::ERROR_STARTING_ADMIN_SERVER
        }
        ServerError::Bind { source, .. } => unexpected(SERVER_MAIN, &bind_exception(&source)),
    })?;
    log_info!(
        "org.apache.zookeeper.server.ContainerManager",
        "Using checkIntervalMs=60000 maxPerMinute=10000 maxNeverUsedIntervalMs=0"
    );
    match missing_audit_logger {
        Some(class) => not_serving::log_main_died(&class),
        None => audit::server_started(audit),
    }
    // the signals end the process as they do a JVM, without a word in the log but that of an audit
    let ended = if audit { ended_audited(server).await } else { Ok(server.ended().await) };
    let ended = match ended {
        Ok(ended) => ended,
        Err(code) => return Ok(code),
    };
    match ended {
        Ok(()) => Ok(exit::SUCCESS),
        // as with ZooKeeper, which then ends like one that was asked to
        Err(Stopped::Log(_)) => {
            log_info!(SERVER_MAIN, "Exiting normally");
            log_info!("org.apache.zookeeper.util.ServiceUtils", "Exiting JVM with code 0");
            Ok(exit::SUCCESS)
        }
        Err(Stopped::Snapshot) => Err(exit::ERROR_TAKING_SNAPSHOT),
    }
}

/// Waits until the server has ended, or says that it was asked to, with the exit code of that.
async fn ended_audited(server: RunningServer) -> Result<Result<(), Stopped>, u8> {
    let mut signals = EndingSignals::listen();
    tokio::select! {
        ended = server.ended() => Ok(ended),
        (_, code) = signals.next() => {
            audit::server_stopped();
            Err(code)
        }
    }
}

fn bind_exception(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => "java.net.BindException: Address already in use".to_owned(),
        io::ErrorKind::AddrNotAvailable => "java.net.BindException: Cannot assign requested address".to_owned(),
        io::ErrorKind::PermissionDenied => "java.net.SocketException: Permission denied".to_owned(),
        _ => format!("java.net.SocketException: {error}"),
    }
}
