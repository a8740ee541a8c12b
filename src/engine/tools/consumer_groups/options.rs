//! The line of `kafka-consumer-groups.sh`: which action it asks for, and what it may and must say (`checkArgs`).

use crate::engine::tools::command_line::{help_or_version, refuse_together, require, uncaught};
use crate::engine::tools::harness::eprint;
use crate::engine::tools::options::{OptionError, OptionParser, OptionSet};
use crate::engine::tools::{Exception, Stop};

/// The script, as the catalogue names it.
pub(super) const SCRIPT: &str = "kafka-consumer-groups.sh";
/// The options that only go with some others, and those.
const ONLY_WITH: [(&str, &[&str]); 4] =
    [("members", &["describe"]), ("verbose", &["describe"]), ("offsets", &["describe"]), ("state", &["describe", "list"])];

/// What a line asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the options'")]
pub(super) enum Action {
    List,
    Describe,
    Delete,
    ResetOffsets,
    DeleteOffsets,
}

const ACTIONS: [(&str, Action); 5] = [
    ("list", Action::List),
    ("describe", Action::Describe),
    ("delete", Action::Delete),
    ("reset-offsets", Action::ResetOffsets),
    ("delete-offsets", Action::DeleteOffsets),
];

/// Reads and checks a line.
pub(super) fn parse(args: &[String]) -> Result<(Action, OptionSet), Stop> {
    let set = OptionParser::of(SCRIPT).parse(args).map_err(uncaught)?;
    let stray: Vec<&str> = ONLY_WITH
        .iter()
        .filter(|(option, with)| set.has(option) && !with.iter().any(|other| set.has(other)))
        .map(|(option, _)| *option)
        .collect();
    if !stray.is_empty() {
        let text = format!("Option(s) [{}] are unavailable given other options on the command line", stray.join(", "));
        return Err(Stop::Uncaught(Exception::new("joptsimple.UnavailableOptionException", text)));
    }
    check(&set)?;
    let purpose = "This tool helps to list all consumer groups, describe a consumer group, delete consumer group info, or reset \
                   consumer group offsets.";
    help_or_version(&set, purpose)?;
    let mut asked = ACTIONS.iter().filter(|(option, _)| set.has(option)).map(|(_, action)| *action);
    let (Some(action), None) = (asked.next(), asked.next()) else {
        return Err(usage(
            "Command must include exactly one action: --list, --describe, --delete, --reset-offsets, --delete-offsets",
        ));
    };
    Ok((action, set))
}

/// A wrong line: the sentence, and the table of options.
pub(super) fn usage(text: impl Into<String>) -> Stop {
    Stop::Usage(text.into())
}

fn shown(error: OptionError) -> Stop {
    usage(error.to_string())
}

fn check(set: &OptionSet) -> Result<(), Stop> {
    require(set, "bootstrap-server")?;
    let scoped = set.has("group") || set.has("all-groups");
    let scope = |option: &str| usage(format!("Option [{option}] takes one of these options: [group], [all-groups]"));
    if set.has("describe") {
        check_describe(set, scoped)?;
    }
    if set.has("delete") {
        if !scoped {
            return Err(scope("delete"));
        }
        if set.has("topic") {
            return Err(usage("The consumer does not support topic-specific offset deletion from a consumer group."));
        }
    }
    if set.has("delete-offsets") && !(set.has("group") && set.has("topic")) {
        return Err(usage("Option [delete-offsets] takes the following options: [group], [topic]"));
    }
    if set.has("reset-offsets") {
        if set.has("dry-run") && set.has("execute") {
            return Err(usage("Option [reset-offsets] only accepts one of [execute] and [dry-run]"));
        }
        if !set.has("dry-run") && !set.has("execute") {
            eprint(
                "WARN: No action will be performed as the --execute option is missing.In a future major release, the default \
                 behavior of this command will be to prompt the user before executing the reset rather than doing a dry run. You \
                 should add the --dry-run option explicitly if you are scripting this command and want to keep the current \
                 default behavior without prompting.\n",
            );
        }
        if !scoped {
            return Err(scope("reset-offsets"));
        }
        for scenario in CHECKED {
            refuse_together(set, scenario, &others(scenario))?;
        }
    }
    refuse_together(set, "group", &["all-groups"])?;
    refuse_together(set, "group", &["list"])?;
    refuse_together(set, "topic", &["list", "describe"])
}

/// The scenarios in the order in which they are checked.
const CHECKED: [&str; 8] =
    ["to-offset", "to-datetime", "by-duration", "to-earliest", "to-latest", "to-current", "shift-by", "from-file"];
/// The order in which a set of all scenarios names them.
const OF_SET: [&str; 8] =
    ["by-duration", "to-offset", "from-file", "to-datetime", "to-earliest", "to-current", "shift-by", "to-latest"];

fn others(scenario: &str) -> Vec<&'static str> {
    OF_SET.into_iter().filter(|other| *other != scenario).collect()
}

/// What is said where no scenario is given.
pub(super) fn no_scenario() -> Stop {
    let all: Vec<String> = OF_SET.iter().map(|scenario| format!("[{scenario}]")).collect();
    usage(format!("Option '[reset-offsets]' requires one of the following scenarios: HashSet({})", all.join(", ")))
}

fn check_describe(set: &OptionSet, scoped: bool) -> Result<(), Stop> {
    if !scoped {
        return Err(usage("Option [describe] takes one of these options: [group], [all-groups]"));
    }
    if ["members", "offsets", "state"].into_iter().filter(|option| set.has(option)).count() > 1 {
        return Err(usage("Option [describe] takes at most one of these options: [members], [offsets], [state]"));
    }
    if set.has("state") && set.value("state").map_err(shown)?.is_some() {
        return Err(usage("Option [describe] does not take a value for [state]"));
    }
    Ok(())
}
