//! KL203: an option that the tool does not have, as `--reflection-factor`.

use std::ops::Range;

use super::invocation::Invocation;
use super::tool_line::{self, Reading, ToolLine};
use crate::catalog::tools::{self, ToolOption};
use crate::judge::diagnostic::{Diagnostic, Edit, Fix};
use crate::judge::rules::config::file::KafkaVersion;
use crate::judge::rules::{Line, Rule, Speaks};
use crate::text::{Message, RuleText, Text, rules as text};

/// The rule.
pub static RULE: Rule = Rule::line(
    "KL203",
    "unknown-option",
    RuleText::new(text::UNKNOWN_OPTION_TITLE, text::UNKNOWN_OPTION_EXPLANATION, text::UNKNOWN_OPTION_FIX),
    Speaks::After,
    check,
)
.says(&["is not a recognized option", "error: unrecognized arguments: '-"]);

/// The tools whose options are likely to be taken for those of another one.
const TOOLS: [&str; 3] = ["kafka-console-consumer.sh", "kafka-console-producer.sh", "kafka-topics.sh"];
/// The first version whose tools do not go to ZooKeeper any more.
const WITHOUT_ZOOKEEPER: KafkaVersion = KafkaVersion { major: 3, minor: 0 };

/// Options of older versions, and what took their place.
const REPLACED: [(&str, &str); 3] = [
    ("--broker-list", "--bootstrap-server"),
    ("--metadata-broker-list", "--bootstrap-server"),
    (ZOOKEEPER, "--bootstrap-server"),
];
/// Took the address of ZooKeeper.
const ZOOKEEPER: &str = "--zookeeper";

/// What an option is for, where a learner meets it.
const PURPOSES: [(&str, Text); 9] = [
    ("--alter", text::OPTION_ALTER),
    ("--bootstrap-server", text::OPTION_BOOTSTRAP_SERVER),
    ("--create", text::OPTION_CREATE),
    ("--delete", text::OPTION_DELETE),
    ("--describe", text::OPTION_DESCRIBE),
    ("--from-beginning", text::OPTION_FROM_BEGINNING),
    ("--partitions", text::OPTION_PARTITIONS),
    ("--replication-factor", text::OPTION_REPLICATION_FACTOR),
    ("--topic", text::OPTION_TOPIC),
];

/// What the learner may have meant.
enum Meant {
    /// A name that is nearly the same.
    Near(&'static str),
    /// What took the place of an option that was removed.
    Replaced(&'static str),
    /// An option of another tool.
    OtherTool(&'static str),
    /// An option of the tool itself, that belongs before its command.
    Before,
    /// One that belongs behind its command.
    Behind(&'static str),
    /// It is the beginning of several.
    Several(Vec<&'static str>),
    /// Nothing comes near.
    Nothing,
}

fn check(line: &Line<'_>) -> Option<Diagnostic> {
    line.judged().iter().filter(|invocation| line.refused(invocation)).find_map(|invocation| find(line, invocation))
}

fn find(line: &Line<'_>, invocation: &Invocation) -> Option<Diagnostic> {
    let ToolLine { tool, reading, all, options, arguments } = tool_line::of(line, invocation)?;
    let (ambiguous, command) = (arguments.ambiguous.clone(), arguments.command);
    // a dash that an editor made long is another rule's
    let unrecognized = arguments.unrecognized.filter(|found| !found.name.is_empty())?;
    let meant = match elsewhere(&all, command, &unrecognized.typed) {
        _ if !ambiguous.is_empty() => Meant::Several(ambiguous),
        Some(meant) => meant,
        None => meant(tool, &options, &unrecognized.typed),
    };
    if matches!(meant, Meant::Replaced(_)) && line.version < WITHOUT_ZOOKEEPER {
        return None;
    }
    let typed = line.context.line;
    let range = unrecognized.word.place(typed, 0..unrecognized.typed.len());
    let right = match meant {
        Meant::Near(option) | Meant::Replaced(option) => Some(option),
        Meant::OtherTool(_) | Meant::Before | Meant::Behind(_) | Meant::Several(_) | Meant::Nothing => None,
    };
    let seen = match reading {
        Reading::Argparse if matches!(meant, Meant::Several(_)) => text::UNKNOWN_OPTION_AMBIGUOUS_SEEN,
        Reading::Argparse => text::UNKNOWN_OPTION_ARGPARSE_SEEN,
        Reading::Joptsimple | Reading::InOrder => text::UNKNOWN_OPTION_SEEN,
    };
    let purpose = PURPOSES.iter().find(|(option, _)| right == Some(*option)).map(|(_, text)| Message::from(*text));
    let explanation = Message::from(RULE.text.why);
    let edit = |option: &str| Edit { range: range.clone(), text: option.to_owned() };
    // what stood behind it is ZooKeeper's address, and the new option wants a broker's
    let of_zookeeper = unrecognized.typed == ZOOKEEPER && matches!(meant, Meant::Replaced(_));
    let edits = match right.filter(|_| unrecognized.word.is_plain(typed)) {
        Some(option) if of_zookeeper => broker_port(invocation, typed, &range).map(|port| vec![edit(option), port]),
        Some(option) => Some(vec![edit(option)]),
        None => None,
    };
    Some(Diagnostic {
        you_will_see: Some(Message::new(seen).with("option", unrecognized.name)),
        explanation: purpose.map_or(explanation.clone(), |purpose| purpose.and(explanation)),
        help: Some(match right {
            Some(_) if of_zookeeper => text::UNKNOWN_OPTION_ZOOKEEPER_FIX.into(),
            Some(_) => RULE.text.fix.into(),
            None => Message::new(text::UNKNOWN_OPTION_LIST).with("tool", tool),
        }),
        fix: edits.map(|edits| Fix { edits, safe: matches!(meant, Meant::Near(_)) }),
        ..line.found(&RULE, range.clone(), label(tool, &meant))
    })
}

/// The edit that makes the broker's address of ZooKeeper's on this machine, in the word behind an option; elsewhere nobody can tell
/// where the broker is.
fn broker_port(invocation: &Invocation, typed: &str, option: &Range<usize>) -> Option<Edit> {
    let word = invocation.arguments.iter().find(|word| word.range.start >= option.end).filter(|word| word.is_plain(typed))?;
    let address = word.text.as_deref()?;
    let host = address.strip_suffix(":2181").filter(|host| matches!(*host, "localhost" | "127.0.0.1"))?;
    Some(Edit { range: word.place(typed, host.len() + 1..address.len()), text: "9092".to_owned() })
}

fn label(tool: &str, meant: &Meant) -> Message {
    match meant {
        Meant::Near(option) => Message::new(text::UNKNOWN_OPTION_NEAR).with("tool", tool).with("option", option),
        Meant::Replaced(option) => Message::new(text::UNKNOWN_OPTION_REPLACED).with("tool", tool).with("option", option),
        Meant::OtherTool(other) => Message::new(text::UNKNOWN_OPTION_OTHER_TOOL).with("tool", tool).with("other", other),
        Meant::Before => Message::new(text::UNKNOWN_OPTION_BEFORE).with("tool", tool),
        Meant::Behind(command) => Message::new(text::UNKNOWN_OPTION_BEHIND).with("tool", tool).with("command", command),
        Meant::Several(options) => Message::new(text::UNKNOWN_OPTION_SEVERAL).with("options", options.join(", ")),
        Meant::Nothing => Message::new(text::UNKNOWN_OPTION_NOTHING_NEAR).with("tool", tool),
    }
}

/// Whether the tool has the option elsewhere on its line.
fn elsewhere(all: &[ToolOption], command: Option<&str>, typed: &str) -> Option<Meant> {
    let found = all.iter().find(|option| option.names.contains(&typed) && Some(option.scope) != command)?;
    Some(if found.scope.is_empty() { Meant::Before } else { Meant::Behind(found.scope) })
}

fn meant(tool: &str, options: &[ToolOption], typed: &str) -> Meant {
    let typed = format!("--{}", typed.trim_start_matches('-'));
    let has = |options: &[ToolOption], name: &str| options.iter().any(|option| option.names.contains(&name));
    if let Some((_, option)) = REPLACED.iter().find(|(old, option)| *old == typed && has(options, option)) {
        return Meant::Replaced(option);
    }
    if let Some(option) = nearest(options, &typed) {
        return Meant::Near(option);
    }
    let other = TOOLS.iter().find(|other| **other != tool && tools::options(other).is_some_and(|options| has(&options, &typed)));
    other.map_or(Meant::Nothing, |other| Meant::OtherTool(other))
}

/// The option whose name is nearest: written in another case, shortened, or with few letters changed.
fn nearest(options: &[ToolOption], typed: &str) -> Option<&'static str> {
    let names = || options.iter().flat_map(|option| option.names.iter().copied());
    let lower = typed.to_ascii_lowercase();
    if let Some(name) = names().find(|name| *name == lower) {
        return Some(name);
    }
    let mut longer = names().filter(|name| typed.len() >= 5 && name.starts_with(&lower));
    if let (Some(name), None) = (longer.next(), longer.next()) {
        return Some(name);
    }
    let near = names().map(|name| (strsim::damerau_levenshtein(&lower, name), name)).min()?;
    // A fifth of the letters, as in --reflection-factor: more would be a guess.
    (near.0 <= lower.len() / 5).then_some(near.1)
}
