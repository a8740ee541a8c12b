//! `kafka-reassign-partitions.sh` (`kafka.admin.ReassignPartitionsCommand`): moves partitions between brokers and log directories.

mod actions;
mod generate;
mod plan;
mod questions;
mod throttles;
mod verify;

use std::ffi::OsString;
use std::process::ExitCode;

use super::client_configs::ClientConfigs;
use super::command_line::{help_for_nothing, require, uncaught};
use super::harness::{self, print};
use super::options::{OptionError, OptionParser, OptionSet};
use super::{Exception, Stop, admin, java};

/// The main class.
pub const MAIN_CLASS: &str = "kafka.admin.ReassignPartitionsCommand";
const SCRIPT: &str = "kafka-reassign-partitions.sh";

/// What the tool does with a line, which of its options must be there, and which others may.
struct Action {
    option: &'static str,
    required: &'static [&'static str],
    permitted: &'static [&'static str],
}

const ACTIONS: [Action; 5] = [
    Action { option: "generate", required: &["topics-to-move-json-file", "broker-list"], permitted: &["disable-rack-aware"] },
    Action {
        option: "execute",
        required: &["reassignment-json-file"],
        permitted: &["additional", "throttle", "replica-alter-log-dirs-throttle", "timeout"],
    },
    Action { option: "verify", required: &["reassignment-json-file"], permitted: &["preserve-throttles"] },
    Action { option: "cancel", required: &["reassignment-json-file"], permitted: &["preserve-throttles", "timeout"] },
    Action { option: "list", required: &[], permitted: &[] },
];
/// The options that every action may have.
const ALWAYS: [&str; 2] = ["bootstrap-server", "command-config"];

/// Why the tool ends without having done what it was to do.
#[derive(Debug)]
enum Failure {
    /// A sentence.
    Terse(String),
    /// An exception, which is shown with its causes.
    Thrown(Exception),
}

impl From<Exception> for Failure {
    fn from(exception: Exception) -> Self {
        Self::Thrown(exception)
    }
}

impl From<OptionError> for Failure {
    fn from(error: OptionError) -> Self {
        Self::Thrown(error.into())
    }
}

/// Runs the tool.
pub fn run(args: Vec<OsString>) -> ExitCode {
    harness::run_until_signalled(MAIN_CLASS, SCRIPT, args, main)
}

async fn main(args: Vec<String>) -> Result<u8, Stop> {
    let set = OptionParser::of(SCRIPT).parse(&args).map_err(uncaught)?;
    help_for_nothing(&args, &set, "This tool helps to move topic partitions between replicas.")?;
    let action = action(&set)?;
    match carry_out(action.option, &set).await {
        Ok(()) => return Ok(0),
        Err(Failure::Terse(text)) => print(&format!("{text}\n")),
        // the trace ends with a newline of its own
        Err(Failure::Thrown(exception)) => print(&format!("Error: {}\n{exception}\n\n", exception.text())),
    };
    Ok(1)
}

/// The action that a line asks for, if nothing is missing or too much.
fn action(set: &OptionSet) -> Result<&'static Action, Stop> {
    let mut asked = ACTIONS.iter().filter(|action| set.has(action.option));
    let (Some(action), None) = (asked.next(), asked.next()) else {
        let names: Vec<String> = ACTIONS.iter().map(|action| format!("--{}", action.option)).collect();
        return Err(Stop::Usage(format!("Command must include exactly one action: {}", names.join(", "))));
    };
    if !set.has("bootstrap-server") {
        return Err(Stop::Usage("Please specify --bootstrap-server".to_owned()));
    }
    for option in action.required {
        require(set, option)?;
    }
    let may = |option: &str| {
        option == action.option || [action.required, action.permitted, &ALWAYS].iter().any(|all| all.contains(&option))
    };
    match set.sequence().iter().find(|option| !may(option)) {
        Some(option) => Err(Stop::Usage(format!("Option \"[{option}]\" can't be used with action \"[{}]\"", action.option))),
        None => Ok(action),
    }
}

async fn carry_out(action: &str, set: &OptionSet) -> Result<(), Failure> {
    let mut configs = ClientConfigs::default();
    if let Some(path) = set.value("command-config")? {
        configs.extend(java::properties_of(path)?);
    }
    configs.set_default("client.id", "reassign-partitions-tool");
    let servers = set.value("bootstrap-server")?.unwrap_or_default();
    let client = admin::client(servers, configs).await?;
    let text_of =
        |option: &'static str| -> Result<String, Failure> { Ok(java::read_file(set.value(option)?.unwrap_or_default())?) };
    let plan = "reassignment-json-file";
    let keep_throttles = set.has("preserve-throttles");
    match action {
        "verify" => Ok(verify::verify(&client, &text_of(plan)?, keep_throttles).await?),
        "generate" => {
            let text = text_of("topics-to-move-json-file")?;
            let brokers = set.value("broker-list")?.unwrap_or_default();
            Ok(generate::generate(&client, &text, brokers, !set.has("disable-rack-aware")).await?)
        }
        "execute" => {
            let text = text_of(plan)?;
            let limits = actions::Limits {
                between_brokers: set.number("throttle")?,
                between_log_dirs: set.number("replica-alter-log-dirs-throttle")?,
                timeout_ms: set.number("timeout")?.unwrap_or_default(),
            };
            actions::execute(&client, &text, set.has("additional"), &limits).await
        }
        "cancel" => {
            let text = text_of(plan)?;
            let timeout_ms = set.number("timeout")?.unwrap_or_default();
            actions::cancel(&client, &text, keep_throttles, timeout_ms).await
        }
        _ => Ok(actions::list(&client).await?),
    }
}
