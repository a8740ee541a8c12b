//! What the jopt-simple tools check of a line once it is read (`CommandLineUtils`, `ToolsUtils`).

use super::options::{OptionError, OptionSet};
use super::{Exception, Stop};
use crate::engine::client::Bootstrap;

/// Prints help or the version where the line asks for it.
pub(super) fn help_or_version(set: &OptionSet, purpose: &str) -> Result<(), Stop> {
    match (set.has("help"), set.has("version")) {
        (true, _) => Err(Stop::Usage(purpose.to_owned())),
        (_, true) => Err(Stop::Version),
        _ => Ok(()),
    }
}

/// `CommandLineUtils.maybePrintHelpOrVersion`, for a tool that shows help for an empty line too.
pub(super) fn help_for_nothing(args: &[String], set: &OptionSet, purpose: &str) -> Result<(), Stop> {
    if args.is_empty() { Err(Stop::Usage(purpose.to_owned())) } else { help_or_version(set, purpose) }
}

/// `CommandLineUtils.checkRequiredArgs`.
pub(super) fn require(set: &OptionSet, option: &str) -> Result<(), Stop> {
    if set.has(option) { Ok(()) } else { Err(Stop::Usage(format!("Missing required argument \"[{option}]\""))) }
}

/// `CommandLineUtils.checkInvalidArgs`.
pub(super) fn refuse_together(set: &OptionSet, option: &str, refused: &[&str]) -> Result<(), Stop> {
    let clash = refused.iter().map(|name| name.trim_start_matches('-')).find(|name| set.has(name));
    match clash.filter(|_| set.has(option)) {
        Some(other) => Err(Stop::Usage(format!("Option \"[{option}]\" can't be used with option \"[{other}]\""))),
        None => Ok(()),
    }
}

/// `ToolsUtils.validatePortOrDie`.
pub(super) fn require_ports(servers: &str) -> Result<(), Stop> {
    let mut pieces = servers.trim_end_matches(',').split(',');
    if pieces.any(|piece| piece.parse::<Bootstrap>().is_err()) {
        return Err(Stop::Usage("Please provide valid host:port like host1:9091,host2:9092\n ".to_owned()));
    }
    Ok(())
}

/// An option error that the tool does not catch.
pub(super) fn uncaught(error: OptionError) -> Stop {
    Stop::Uncaught(Exception::from(error))
}
