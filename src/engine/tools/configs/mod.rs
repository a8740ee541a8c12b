//! `kafka-configs.sh` (`kafka.admin.ConfigCommand`): describes and changes the configs of topics, brokers, loggers, clients, users and
//! addresses.

mod alter;
mod describe;
mod options;
mod quotas;
mod scram;
mod zookeeper;

use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Duration;

use tokio::time::Instant;

use super::client_configs::ClientConfigs;
use super::harness::{self, eprint};
use super::{Exception, Stop, admin, java};
use crate::engine::client::{Client, ClientError};
use options::Line;

pub use alter::split_outside_brackets;
pub use quotas::{OF_ADDRESSES, OF_CLIENTS};
pub use scram::credential;

/// The main class.
pub const MAIN_CLASS: &str = "kafka.admin.ConfigCommand";
/// How long the tool waits for a description.
const DESCRIBE_DEADLINE: Duration = Duration::from_secs(30);
/// How long it waits for a change.
const ALTER_DEADLINE: Duration = Duration::from_secs(60);
/// The exception of keys and values that cannot be.
const INVALID_CONFIGURATION: &str = "org.apache.kafka.common.errors.InvalidConfigurationException";
/// The exceptions of which the tool shows the message alone.
const PLAIN: [&str; 2] = ["java.lang.IllegalArgumentException", INVALID_CONFIGURATION];

/// Runs the tool.
pub fn run(args: Vec<OsString>) -> ExitCode {
    harness::run_until_signalled(MAIN_CLASS, options::SCRIPT, args, main)
}

async fn main(args: Vec<String>) -> Result<u8, Stop> {
    let line = options::parse(&args)?;
    let Err(exception) = act(&line).await else { return Ok(0) };
    if PLAIN.contains(&exception.class) || exception.class.starts_with("joptsimple.") {
        return Err(Stop::Message(exception.text().to_owned()));
    }
    eprint(&format!("Error while executing config command with args '{}'\n", args.join(" ")));
    Err(Stop::Printed(exception))
}

async fn act(line: &Line) -> Result<(), Exception> {
    if let Some(servers) = line.set.value("zookeeper")? {
        return zookeeper::act(line, servers).await;
    }
    let mut configs = ClientConfigs::default();
    if let Some(path) = line.set.value("command-config")? {
        configs.extend(java::properties_of(path)?);
    }
    let servers = line.set.value("bootstrap-server")?.unwrap_or_default();
    let client = admin::client(servers, configs).await?;
    if !line.set.has("alter") {
        return describe::describe(&client, line).await;
    }
    if line.types.len() != line.names.len() {
        return Err(Exception::illegal_argument("An entity name must be specified for every entity type"));
    }
    alter::alter(&client, line).await
}

/// The deadline of a call that the tool waits for no longer than `patience`, and that the client gives up by itself at its own.
fn deadline(client: &Client, patience: Duration) -> Instant {
    client.deadline().min(Instant::now() + patience)
}

/// What waiting for a call ends with: the tool may have lost patience before the client did.
fn failed(client: &Client, call: &'static str, patience: Duration) -> impl Fn(ClientError) -> Exception {
    let impatient = patience < client.config().api_timeout;
    move |error| {
        let timed_out = matches!(error, ClientError::NoNode { .. } | ClientError::Timeout { .. });
        if impatient && timed_out {
            return Exception::bare("java.util.concurrent.TimeoutException");
        }
        Exception::execution(Exception::of_call(call, &error))
    }
}
