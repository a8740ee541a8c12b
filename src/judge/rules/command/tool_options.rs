//! KL201, KL202, KL204 and KL206 to KL209: options that are missing, given twice, or do not go together.

use super::console_consumer;
use super::invocation::Invocation;
use super::tool_line::{self, Reading, ToolLine};
use crate::catalog::tools::Argument;
use crate::judge::diagnostic::Diagnostic;
use crate::judge::rules::{Line, Rule, Speaks};
use crate::text::{Message, command_labels as labels, commands as text};

/// No broker is named.
pub static NO_BOOTSTRAP: Rule = Rule::line("KL201", "bootstrap-server-missing", text::NO_BOOTSTRAP, Speaks::After, no_bootstrap)
    .says(&[
        "Missing required option(s) [bootstrap-server]",
        "Missing required option(s): bootstrap-server",
        "Missing required argument \"[bootstrap-server]\"",
        "argument --bootstrap-server is required",
        "--bootstrap-server must be specified",
        "--bootstrap-servers must be specified",
    ]);
/// Not exactly one of what the tool can do.
pub static ONE_ACTION: Rule = Rule::line("KL202", "one-action-expected", text::ONE_ACTION, Speaks::After, one_action)
    .says(&["Command must include exactly one action"]);
/// No topic is named.
pub static NO_TOPIC: Rule = Rule::line("KL204", "topic-missing", text::NO_TOPIC, Speaks::After, no_topic).says(&[
    "Missing required argument \"[topic]\"",
    "Exactly one of --include/--topic is required",
    "argument --topic is required",
]);
/// An option at the end whose value is missing.
pub static NO_VALUE: Rule =
    Rule::line("KL206", "option-without-value", text::NO_VALUE, Speaks::After, no_value).says(&["requires an argument"]);
/// An option that may be given once.
pub static TWICE: Rule =
    Rule::line("KL207", "option-given-twice", text::TWICE, Speaks::After, twice).says(&["Found multiple arguments for option"]);
/// Options that exclude each other.
pub static CONFLICT: Rule = Rule::line("KL208", "options-exclude-each-other", text::CONFLICT, Speaks::After, conflict).says(&[
    "can't be used with option",
    "cannot be specified together",
    "Can't simultaneously specify ",
    "are unavailable given other options on the command line",
]);
/// An option that means nothing without another one.
pub static NEEDS_ANOTHER: Rule = Rule::line("KL209", "option-needs-another", text::NEEDS_ANOTHER, Speaks::After, needs_another)
    .says(&["The partition is required when offset is specified", "The topic is required when partition is specified"]);

/// The tools that go to a broker, with the options that name it; the first is the one to use.
const BROKER_OPTIONS: [(&str, &[&str]); 17] = [
    ("kafka-topics.sh", &["--bootstrap-server"]),
    ("kafka-console-producer.sh", &["--bootstrap-server", "--broker-list"]),
    ("kafka-console-consumer.sh", &["--bootstrap-server"]),
    ("kafka-consumer-groups.sh", &["--bootstrap-server"]),
    ("kafka-configs.sh", &["--bootstrap-server", "--zookeeper"]),
    ("kafka-get-offsets.sh", &["--bootstrap-server", "--broker-list"]),
    ("kafka-delete-records.sh", &["--bootstrap-server"]),
    ("kafka-log-dirs.sh", &["--bootstrap-server"]),
    ("kafka-broker-api-versions.sh", &["--bootstrap-server"]),
    ("kafka-leader-election.sh", &["--bootstrap-server"]),
    ("kafka-consumer-perf-test.sh", &["--bootstrap-server", "--broker-list"]),
    ("kafka-reassign-partitions.sh", &["--bootstrap-server"]),
    ("kafka-delegation-tokens.sh", &["--bootstrap-server"]),
    ("kafka-transactions.sh", &["--bootstrap-server"]),
    ("kafka-features.sh", &["--bootstrap-server"]),
    ("kafka-verifiable-producer.sh", &["--bootstrap-server", "--broker-list"]),
    ("kafka-verifiable-consumer.sh", &["--bootstrap-server", "--broker-list"]),
];
const ACTIONS: [&str; 5] = ["--list", "--describe", "--create", "--alter", "--delete"];
/// Pairs that a tool refuses and that its own table of options does not have.
const EXCLUDING: [(&str, &str, &str); 3] = [
    ("kafka-topics.sh", "--alter", "--config"),
    ("kafka-console-consumer.sh", "--from-beginning", "--offset"),
    ("kafka-console-consumer.sh", "--group", "--partition"),
];
/// Options with those that they need one of.
const NEEDING: [(&str, &str, &[&str]); 3] = [
    ("kafka-console-consumer.sh", "--offset", &["--partition"]),
    ("kafka-console-consumer.sh", "--partition", &["--topic"]),
    ("kafka-topics.sh", "--alter", &["--partitions", "--replica-assignment", "--config", "--delete-config"]),
];

fn judged(line: &Line<'_>, find: impl Fn(&ToolLine, &Invocation) -> Option<Diagnostic>) -> Option<Diagnostic> {
    let mut refused = line.judged().iter().filter(|invocation| line.refused(invocation));
    refused.find_map(|invocation| find(&tool_line::understood(line, invocation)?, invocation))
}

fn no_bootstrap(line: &Line<'_>) -> Option<Diagnostic> {
    judged(line, |found, invocation| {
        let (_, options) = BROKER_OPTIONS.iter().find(|(tool, _)| *tool == found.tool)?;
        if !found.is_complete(line) || found.lacks_command() || options.iter().any(|option| found.has(option)) {
            return None;
        }
        let label = Message::new(labels::NO_BOOTSTRAP).with("option", options[0]);
        Some(line.found(&NO_BOOTSTRAP, invocation.program.range.clone(), label))
    })
}

fn one_action(line: &Line<'_>) -> Option<Diagnostic> {
    judged(line, |found, invocation| {
        if found.tool != "kafka-topics.sh" {
            return None;
        }
        let given: Vec<_> = found.arguments.given.iter().filter(|given| ACTIONS.contains(&given.name)).collect();
        match given.as_slice() {
            [] if found.is_complete(line) => Some(line.found(&ONE_ACTION, invocation.program.range.clone(), labels::NO_ACTION)),
            [first, .., last] if first.name != last.name => {
                let label = Message::new(labels::TWO_ACTIONS).with("first", first.name).with("second", last.name);
                let finding = line.found(&ONE_ACTION, last.word.range.clone(), label);
                Some(finding.seen_with(first.word.range.clone(), labels::THE_OTHER))
            }
            _ => None,
        }
    })
}

fn no_topic(line: &Line<'_>) -> Option<Diagnostic> {
    judged(line, |found, invocation| {
        let alternatives: &[&str] = match found.tool {
            "kafka-topics.sh" if ["--create", "--alter", "--delete"].iter().any(|action| found.has(action)) => {
                &["--topic", "--topic-id"]
            }
            "kafka-console-producer.sh" => &["--topic"],
            "kafka-console-consumer.sh" => &["--topic", "--include", "--whitelist"],
            _ if found.reading == Reading::Argparse && requires_topic(found) => &["--topic"],
            _ => return None,
        };
        let missing = found.is_complete(line) && !alternatives.iter().any(|option| found.has(option));
        missing.then(|| line.found(&NO_TOPIC, invocation.program.range.clone(), labels::NO_TOPIC))
    })
}

fn requires_topic(found: &ToolLine) -> bool {
    found.options.iter().any(|option| option.names[0] == "--topic" && option.required)
}

fn no_value(line: &Line<'_>) -> Option<Diagnostic> {
    judged(line, |found, _| {
        let given = found.arguments.without_value.as_ref().filter(|_| line.whole)?;
        let label = Message::new(labels::NO_VALUE).with("option", given.name);
        Some(line.found(&NO_VALUE, given.word.range.clone(), label))
    })
}

fn twice(line: &Line<'_>) -> Option<Diagnostic> {
    judged(line, |found, _| {
        let given = &found.arguments.given;
        if found.reading != Reading::Joptsimple {
            return None;
        }
        given.iter().enumerate().find_map(|(index, second)| {
            let first = given[..index].iter().find(|first| first.name == second.name)?;
            let option = found.options.iter().find(|option| option.names[0] == second.name)?;
            if option.repeatable || option.argument == Argument::None {
                return None;
            }
            let finding = line.found(&TWICE, second.word.range.clone(), Message::new(labels::TWICE).with("option", second.name));
            Some(finding.seen_with(first.word.range.clone(), labels::FIRST_TIME))
        })
    })
}

fn conflict(line: &Line<'_>) -> Option<Diagnostic> {
    judged(line, |found, _| {
        if let Some(finding) = reset_contradicted(line, found) {
            return Some(finding);
        }
        let given = &found.arguments.given;
        let excludes = |one: &str, other: &str| {
            let in_table = |one: &str, other: &str| {
                found.options.iter().any(|option| option.names[0] == one && option.conflicts.contains(&other))
            };
            let listed = EXCLUDING
                .iter()
                .any(|(tool, a, b)| *tool == found.tool && ((*a, *b) == (one, other) || (*b, *a) == (one, other)));
            listed || in_table(one, other) || in_table(other, one)
        };
        // two actions are another rule's
        let both_act = |one: &str, other: &str| ACTIONS.contains(&one) && ACTIONS.contains(&other);
        given.iter().enumerate().find_map(|(index, second)| {
            let clash = |first: &&super::options::Given| {
                first.name != second.name && !both_act(first.name, second.name) && excludes(first.name, second.name)
            };
            let first = given[..index].iter().find(clash)?;
            let label = Message::new(labels::CONFLICT).with("first", first.name).with("second", second.name);
            let finding = line.found(&CONFLICT, second.word.range.clone(), label);
            Some(finding.seen_with(first.word.range.clone(), labels::THE_OTHER))
        })
    })
}

/// `--from-beginning` beside another `auto.offset.reset`.
fn reset_contradicted(line: &Line<'_>, found: &ToolLine) -> Option<Diagnostic> {
    let first = found.arguments.get("--from-beginning").filter(|_| found.tool == "kafka-console-consumer.sh")?;
    let (given, reset, _) =
        console_consumer::property(found, "auto.offset.reset").filter(|(_, reset, _)| *reset != "earliest")?;
    let (word, start) = given.value.as_ref()?;
    let range = word.place(line.context.line, *start..start + given.text()?.len());
    let second = format!("auto.offset.reset={reset}");
    let label = Message::new(labels::CONFLICT).with("first", first.name).with("second", second);
    Some(line.found(&CONFLICT, range, label).seen_with(first.word.range.clone(), labels::THE_OTHER))
}

fn needs_another(line: &Line<'_>) -> Option<Diagnostic> {
    judged(line, |found, _| {
        let (_, option, needed) = NEEDING.iter().find(|(tool, option, needed)| {
            *tool == found.tool && found.has(option) && !needed.iter().any(|needed| found.has(needed))
        })?;
        let given = found.arguments.get(option).filter(|_| found.is_complete(line))?;
        // the consumer names its topic otherwise: then another rule speaks
        if *option == "--partition" && !found.has("--include") && !found.has("--whitelist") {
            return None;
        }
        let label = Message::new(labels::NEEDS_ANOTHER).with("option", option).with("needed", needed[0]);
        Some(line.found(&NEEDS_ANOTHER, given.word.range.clone(), label))
    })
}
