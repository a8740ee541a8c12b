//! KL835: the console producer is ended before it has sent what was typed, and says nothing of it.

use std::time::Duration;

use super::invocation::Invocation;
use super::options::Given;
use super::tool_line::{self, ToolLine};
use crate::judge::diagnostic::{Diagnostic, Severity};
use crate::judge::rules::{Line, Rule, Speaks};
use crate::text::{Message, command_labels as labels, commands as text};

/// Lines were typed, and the topic never got them.
pub static ENDED_EARLY: Rule = Rule::line("KL835", "producer-ended-early", text::ENDED_EARLY, Speaks::After, ended_early)
    .mattering(Severity::Warning)
    .mended_elsewhere();

/// The exit code of what Ctrl-C has ended.
const INTERRUPTED: i32 = 130;
/// How long the console producer gathers lines, in milliseconds, where nothing else is said (`--timeout`).
const LINGER: u64 = 1000;
/// What is said of a topic that has just been made, and of settings when a producer starts.
const HARMLESS: [&str; 2] = ["=LEADER_NOT_AVAILABLE}", "delivery.timeout.ms should be equal to or larger than"];
/// How long sending itself may take.
const SENDING: Duration = Duration::from_secs(2);

fn ended_early(line: &Line<'_>) -> Option<Diagnostic> {
    if line.exit_code != Some(INTERRUPTED) {
        return None;
    }
    let ran = line.context.system.ran()?;
    let typed = ran.typed.as_ref().filter(|typed| !typed.lines.is_empty())?;
    let (invocation, found) = alone_at_terminal(line, "kafka-console-producer.sh")?;
    let own_reading = found.has("--line-reader") || found.has("--producer.config");
    if own_reading || is_unanswered(&found) || complained(&ran.printed, &HARMLESS) {
        return None;
    }
    let topic = found.arguments.get("--topic").and_then(Given::text)?;
    let written = line.context.system.written(brokers(&found)?, topic, typed.since, typed.lines.len())?;
    let lost = typed.lines.len().checked_sub(written).filter(|lost| *lost > 0)?;
    // what was typed long before was lost in another way
    let gathered = Duration::from_millis(linger(&found)?) + SENDING;
    if typed.lines.iter().filter(|typed| typed.before <= gathered).count() < lost {
        return None;
    }
    // nobody misses an empty line
    if typed.lines.iter().rev().take(lost).all(|typed| typed.is_empty) {
        return None;
    }
    let label = Message::new(labels::ENDED_EARLY).with("lost", lost).with("typed", typed.lines.len());
    Some(line.found(&ENDED_EARLY, invocation.program.range.clone(), label))
}

/// A console tool that alone has the terminal, all of its options known.
pub(super) fn alone_at_terminal<'a>(line: &'a Line<'_>, tool: &str) -> Option<(&'a Invocation, ToolLine)> {
    let (last, before) = line.invocations.split_last()?;
    let moves = |invocation: &Invocation| matches!(invocation.program.text.as_deref(), Some("cd" | "clear"));
    let command = &last.command;
    let alone = command.redirections.is_empty() && !command.background && !command.guarded && !command.piped;
    if !alone || matches!(command.join, super::line::Join::Pipe | super::line::Join::Or) || !before.iter().all(moves) {
        return None;
    }
    let found = tool_line::understood(line, last).filter(|found| found.tool == tool)?;
    (!found.arguments.uncertain && found.arguments.without_value.is_none()).then_some((last, found))
}

/// The brokers that a console tool is sent to.
pub(super) fn brokers(found: &ToolLine) -> Option<&str> {
    ["--bootstrap-server", "--broker-list"].into_iter().find_map(|name| found.arguments.get(name)).and_then(Given::text)
}

/// Whether the broker is not to answer: what it refuses is lost too.
fn is_unanswered(found: &ToolLine) -> bool {
    let of_option = found.arguments.get("--request-required-acks").and_then(Given::text);
    of_option == Some("0") || properties(found, "acks").any(|acks| acks.trim() == "0")
}

/// How long the producer gathers lines, in milliseconds; `None` where that is no number.
fn linger(found: &ToolLine) -> Option<u64> {
    let of_option = found.arguments.get("--timeout").map(|given| given.text());
    let all = of_option.into_iter().chain(properties(found, "linger.ms").map(Some));
    all.map(|text| text?.trim().parse().ok()).try_fold(LINGER, |most, next: Option<u64>| Some(most.max(next?)))
}

fn properties<'a>(found: &'a ToolLine, key: &'static str) -> impl Iterator<Item = &'a str> {
    let all = found.arguments.given.iter().filter(|given| given.name == "--producer-property");
    all.filter_map(move |given| given.text()?.split_once('=').filter(|(name, _)| name.trim() == key).map(|(_, value)| value))
}

/// Whether a tool told of trouble, which then has its own cause; lines with one of `harmless` are none.
pub(super) fn complained(printed: &str, harmless: &[&str]) -> bool {
    let trouble = |line: &str| ["] WARN ", "] ERROR ", "Exception"].iter().any(|word| line.contains(word));
    printed.lines().any(|line| trouble(line) && !harmless.iter().any(|words| line.contains(words)))
}
