//! The program behind `zookeeper-server-start.sh`: `QuorumPeerMain`, standalone.

use std::env;
use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use super::admin::AdminConfig;
use super::config::{ConfigError, JavaProperties, ServerConfig};
use super::run::{Stopped, log_no_snapshot};
use super::start::{Server, ServerError};
use crate::engine::log4j::{self, Level};
use crate::net::Shutdown;
use crate::{log_error, log_info, log_warn};

/// The class that `ps` shows for this program.
pub const MAIN_CLASS: &str = "org.apache.zookeeper.server.quorum.QuorumPeerMain";
const SERVER_MAIN: &str = "org.apache.zookeeper.server.ZooKeeperServerMain";
const CLEANUP: &str = "org.apache.zookeeper.server.DatadirCleanupManager";
const USAGE: &str = "Usage: ZooKeeperServerMain configfile | port datadir [ticktime] [maxcnxns]";

/// ZooKeeper's exit codes.
mod exit {
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
    let Err(code) = result else { return ExitCode::SUCCESS };
    log_info!("org.apache.zookeeper.audit.ZKAuditProvider", "ZooKeeper audit is disabled.");
    log_error!("org.apache.zookeeper.util.ServiceUtils", "Exiting JVM with code {code}");
    ExitCode::from(code)
}

fn run_file(file: &str) -> Result<(), u8> {
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

fn unexpected(cause: &str) -> u8 {
    log4j::log_caused(
        Level::Error,
        SERVER_MAIN,
        format_args!("Unexpected exception, exiting abnormally"),
        format_args!("{cause}"),
    );
    exit::UNEXPECTED_ERROR
}

fn read(file: &str, logger: &str) -> Result<ServerConfig, u8> {
    ServerConfig::read(file, &java_properties()).map_err(|error| {
        if let ConfigError::Unexpected(cause) = &error {
            return unexpected(cause);
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
fn run_without_file(args: &[String]) -> Result<(), u8> {
    log_info!(CLEANUP, "autopurge.snapRetainCount set to 3");
    log_info!(CLEANUP, "autopurge.purgeInterval set to 0");
    log_info!(CLEANUP, "Purge task is not scheduled.");
    log_warn!(MAIN_CLASS, "Either no config or no quorum defined in config, running in standalone mode");
    let config = config_of_args(args).map_err(|error| {
        log4j::log_caused(
            Level::Error,
            SERVER_MAIN,
            format_args!("Invalid arguments, exiting abnormally"),
            format_args!("{error}"),
        );
        log_info!(SERVER_MAIN, "{USAGE}");
        log4j::stderr_line(USAGE);
        exit::INVALID_INVOCATION
    })?;
    run(config)
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

fn run(config: ServerConfig) -> Result<(), u8> {
    log_info!(SERVER_MAIN, "Starting server");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| unexpected(&format!("java.io.IOException: {error}")))?;
    runtime.block_on(async {
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
            ServerError::Storage(error) => unexpected(&error.exception()),
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
            ServerError::Bind { source, .. } => unexpected(&bind_exception(&source)),
        })?;
        log_info!(
            "org.apache.zookeeper.server.ContainerManager",
            "Using checkIntervalMs=60000 maxPerMinute=10000 maxNeverUsedIntervalMs=0"
        );
        log_info!("org.apache.zookeeper.audit.ZKAuditProvider", "ZooKeeper audit is disabled.");
        // the signals end the process as they do a JVM: 143 and 130 in a shell, without a word in the log
        match server.ended().await {
            Ok(()) => Ok(()),
            // as with ZooKeeper, which then ends like one that was asked to
            Err(Stopped::Log(_)) => {
                log_info!(SERVER_MAIN, "Exiting normally");
                log_info!("org.apache.zookeeper.util.ServiceUtils", "Exiting JVM with code 0");
                Ok(())
            }
            Err(Stopped::Snapshot) => Err(exit::ERROR_TAKING_SNAPSHOT),
        }
    })
}

fn bind_exception(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => "java.net.BindException: Address already in use".to_owned(),
        io::ErrorKind::AddrNotAvailable => "java.net.BindException: Cannot assign requested address".to_owned(),
        io::ErrorKind::PermissionDenied => "java.net.SocketException: Permission denied".to_owned(),
        _ => format!("java.net.SocketException: {error}"),
    }
}
