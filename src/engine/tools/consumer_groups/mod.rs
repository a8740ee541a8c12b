//! `kafka-consumer-groups.sh` (`kafka.admin.ConsumerGroupCommand`): lists, describes and deletes consumer groups, and resets and deletes
//! their offsets.

mod delete;
mod describe;
mod options;
mod plan;
mod questions;
mod reset;
mod time;

use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Duration;

use super::command_line::uncaught;
use super::harness::{self, eprint, print};
use super::options::OptionSet;
use super::{Exception, Failure, Stop, admin};
use crate::engine::client::{Client, ClientConfig};
use options::Action;

/// The main class.
pub const MAIN_CLASS: &str = "kafka.admin.ConsumerGroupCommand";
/// The states that a group can be in, as `--state` takes them.
const STATES: [&str; 5] = ["PreparingRebalance", "CompletingRebalance", "Stable", "Dead", "Empty"];

/// Runs the tool.
pub fn run(args: Vec<OsString>) -> ExitCode {
    harness::run_until_signalled(MAIN_CLASS, options::SCRIPT, args, main)
}

async fn main(args: Vec<String>) -> Result<u8, Stop> {
    let (action, set) = options::parse(&args)?;
    let configs = admin::command_config(&set, "command-config")?;
    let servers = set.value("bootstrap-server").map_err(uncaught)?.unwrap_or_default();
    let client = admin::client(servers, configs).await.map_err(Stop::Uncaught)?;
    match act(&client, action, &set).await {
        Ok(()) => Ok(0),
        Err(Failure::Stop(stop)) => Err(stop),
        Err(Failure::Caught(exception)) if exception.class == "java.lang.IllegalArgumentException" => {
            Err(options::usage(exception.text()))
        }
        Err(Failure::Caught(exception)) => {
            say_error(&format!("Executing consumer group command failed due to {}", exception.text()));
            eprint(&format!("{exception}\n"));
            Ok(0)
        }
    }
}

/// `printError`.
fn say_error(what: &str) {
    print(&format!("\nError: {what}\n"));
}

async fn act(client: &Client, action: Action, set: &OptionSet) -> Result<(), Failure> {
    let timeout: i64 = set.number("timeout")?.unwrap_or_default();
    let api_timeout = Duration::from_millis(u64::try_from(timeout).unwrap_or_default());
    // every call has the option's time, and a connection that is there stays in use
    let client = Client::new(ClientConfig { api_timeout, ..client.config().clone() });
    match action {
        Action::List => list(&client, set).await,
        Action::Describe => describe::describe(&client, set).await,
        Action::Delete => delete::groups(&client, set).await,
        Action::ResetOffsets => reset::reset(&client, set).await,
        Action::DeleteOffsets => delete::offsets(&client, set).await,
    }
}

async fn list(client: &Client, set: &OptionSet) -> Result<(), Failure> {
    if !set.has("state") {
        let text: String = questions::groups(client).await?.into_iter().map(|group| format!("{}\n", group.group_id)).collect();
        print(&text);
        return Ok(());
    }
    let wanted = match set.value("state")? {
        None | Some("") => Vec::new(),
        Some(list) => states(list)?,
    };
    let groups = questions::groups(client).await?;
    let shown: Vec<_> = groups.iter().filter(|group| wanted.is_empty() || wanted.contains(&group.state.as_str())).collect();
    let width = shown.iter().map(|group| group.group_id.chars().count()).max().unwrap_or_default().max(15);
    let mut text = format!("{:width$} STATE\n", "GROUP");
    for group in shown {
        text.push_str(&format!("{:width$} {}\n", group.group_id, group.state));
    }
    print(&text);
    Ok(())
}

fn states(list: &str) -> Result<Vec<&str>, Exception> {
    let found: Vec<&str> = list.trim_end_matches(',').split(',').map(str::trim).collect();
    if found.iter().all(|state| STATES.contains(state)) {
        return Ok(found);
    }
    Err(Exception::illegal_argument(format!("Invalid state list '{list}'. Valid states are: {}", STATES.join(", "))))
}

/// The groups that the line means, in its order.
async fn wanted_groups(client: &Client, set: &OptionSet) -> Result<Vec<String>, Exception> {
    if set.has("all-groups") {
        return Ok(questions::groups(client).await?.into_iter().map(|group| group.group_id).collect());
    }
    let mut groups: Vec<String> = Vec::new();
    for group in set.values("group") {
        if !groups.contains(group) {
            groups.push(group.clone());
        }
    }
    Ok(groups)
}
