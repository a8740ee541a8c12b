//! The line of `kafka-topics.sh`: which action it asks for, and what it may and must say (`TopicCommandOptions.checkArgs`).

use super::command_line::{help_or_version, refuse_together, require, uncaught};
use super::harness::print;
use super::options::{OptionParser, OptionSet};
use super::{Exception, Stop};
use crate::catalog::tools;

/// The script, as the catalogue names it.
pub(super) const SCRIPT: &str = "kafka-topics.sh";

/// What a line asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the options'")]
pub(super) enum Action {
    Create,
    Alter,
    List,
    Describe,
    Delete,
}

const ACTIONS: [(&str, Action); 5] = [
    ("create", Action::Create),
    ("list", Action::List),
    ("alter", Action::Alter),
    ("describe", Action::Describe),
    ("delete", Action::Delete),
];

/// The options whose conflicts are checked, in Kafka's order.
const CHECKED: [&str; 12] = [
    "config",
    "delete-config",
    "partitions",
    "replication-factor",
    "replica-assignment",
    "under-replicated-partitions",
    "under-min-isr-partitions",
    "at-min-isr-partitions",
    "unavailable-partitions",
    "topics-with-overrides",
    "if-exists",
    "if-not-exists",
];

/// Reads and checks a line.
pub(super) fn parse(args: &[String]) -> Result<(Action, OptionSet), Stop> {
    let set = OptionParser::of(SCRIPT).parse(args).map_err(uncaught)?;
    if args.is_empty() {
        return Err(Stop::Usage("Create, delete, describe, or change a topic.".to_owned()));
    }
    help_or_version(&set, "This tool helps to create, delete, describe, or change a topic.")?;
    let mut asked = ACTIONS.iter().filter(|(option, _)| set.has(option)).map(|(_, action)| *action);
    let (Some(action), None) = (asked.next(), asked.next()) else {
        let text = "Command must include exactly one action: --list, --describe, --create, --alter or --delete";
        return Err(Stop::Usage(text.to_owned()));
    };
    if !set.has("bootstrap-server") {
        return Err(Stop::Uncaught(Exception::illegal_argument("--bootstrap-server must be specified")));
    }
    if action == Action::Describe && set.has("if-exists") && !set.has("topic-id") && !set.has("topic") {
        return Err(Stop::Usage("--topic or --topic-id is required to describe a topic".to_owned()));
    }
    if action == Action::Describe && set.has("topic") && set.has("topic-id") && set.has("if-exists") {
        print("Only topic id will be used when both --topic and --topic-id are specified and topicId is not Uuid.ZERO_UUID\n");
    }
    if !matches!(action, Action::List | Action::Describe) {
        require(&set, "topic")?;
    }
    if action == Action::Alter {
        if set.has("config") {
            return Err(Stop::Usage(
                "Option combination \"[[bootstrap-server], [config]]\" can't be used with option \"[alter]\" (the kafka-configs \
                 CLI supports altering topic configs with a --bootstrap-server option)"
                    .to_owned(),
            ));
        }
        require(&set, "partitions")?;
    }
    refuse_conflicts(&set)?;
    Ok((action, set))
}

fn refuse_conflicts(set: &OptionSet) -> Result<(), Stop> {
    let options = tools::options(SCRIPT).unwrap_or_default();
    let conflicts = |name: &str| {
        let found = options.iter().find(|option| option.names.iter().any(|known| known.trim_start_matches('-') == name));
        found.map(|option| option.conflicts.clone()).unwrap_or_default()
    };
    for option in CHECKED.iter().filter(|option| set.has(option)) {
        let mut refused = conflicts(option);
        if *option == "replica-assignment" && set.has("create") {
            refused.extend(["--partitions", "--replication-factor"]);
        }
        refuse_together(set, option, &refused)?;
    }
    refuse_together(set, "exclude-internal", &conflicts("exclude-internal"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Result<Action, &str>) {
        let args: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let found = parse(&args).map(|(action, _)| action).map_err(|stop| match stop {
            Stop::Usage(text) => format!("usage: {text}"),
            Stop::Uncaught(exception) => exception.to_string(),
            other => format!("{other:?}"),
        });
        assert_eq!(found, expected.map_err(str::to_owned), "{line}");
    }

    #[test]
    fn lines_are_checked_in_kafkas_order() {
        let one = "usage: Command must include exactly one action: --list, --describe, --create, --alter or --delete";
        check("", Err("usage: Create, delete, describe, or change a topic."));
        check("--help", Err("usage: This tool helps to create, delete, describe, or change a topic."));
        check("--version", Err("Version"));
        check("--topic a --bootstrap-server b", Err(one));
        check("--create --describe --topic x --bootstrap-server b", Err(one));
        check("--list", Err("java.lang.IllegalArgumentException: --bootstrap-server must be specified"));
        check("--create --bootstrap-server b", Err("usage: Missing required argument \"[topic]\""));
        check("--delete --bootstrap-server b", Err("usage: Missing required argument \"[topic]\""));
        check("--alter --topic a --bootstrap-server b", Err("usage: Missing required argument \"[partitions]\""));
        check(
            "--create --topic a --partitions 2 --replica-assignment 0,0 --bootstrap-server b",
            Err("usage: Option \"[replica-assignment]\" can't be used with option \"[partitions]\""),
        );
        check(
            "--list --partitions 2 --bootstrap-server b",
            Err("usage: Option \"[partitions]\" can't be used with option \"[list]\""),
        );
        check("--bootstrap-server b --list", Ok(Action::List));
        check("--describe --under-replicated-partitions --bootstrap-server b", Ok(Action::Describe));
        check("--create --topic a --replication-factor=1 --partitions 1 --bootstrap-server b", Ok(Action::Create));
    }
}
