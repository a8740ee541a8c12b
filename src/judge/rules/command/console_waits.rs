//! KL227 and KL836: the console consumer waits without a word, because of where it begins: at a place that the topic does not have, or
//! behind all that its group has read.

use super::console_consumer::{Setting, group_of, setting};
use super::console_producer::{alone_at_terminal, brokers, complained};
use super::invocation::Invocation;
use super::options::Given;
use super::tool_line::ToolLine;
use crate::judge::diagnostic::{Diagnostic, Severity};
use crate::judge::rules::context::Topic;
use crate::judge::rules::{Line, Rule, Speaks};
use crate::text::{Message, command_labels as labels, commands as text};

/// An offset or a partition that the topic does not have.
pub static NO_SUCH_PLACE: Rule =
    Rule::line("KL227", "no-such-offset-or-partition", text::NO_SUCH_PLACE, Speaks::Before, no_such_place);
/// A group that has committed offsets is to begin anew.
pub static GROUP_GOES_ON: Rule =
    Rule::line("KL836", "group-goes-on", text::GROUP_GOES_ON, Speaks::After, group_goes_on).mattering(Severity::Warning);

const TOOL: &str = "kafka-console-consumer.sh";
/// What the consumer says when it has shown nothing.
const NOTHING: &str = "Processed a total of 0 messages";
/// How it ends: by itself, with Ctrl-C, with `kill`.
const ENDS: [i32; 3] = [0, 130, 143];
/// What it says where its `--timeout-ms` is over.
const TIME_IS_UP: [&str; 2] =
    ["] ERROR Error processing message, terminating consumer process:", "org.apache.kafka.common.errors.TimeoutException"];

fn no_such_place(line: &Line<'_>) -> Option<Diagnostic> {
    if line.is_text() || line.exit_code.is_some() {
        return None;
    }
    let (invocation, found) = alone_at_terminal(line, TOOL)?;
    let place = found.arguments.get("--partition")?;
    let partition: i32 = place.text()?.parse().ok().filter(|partition| *partition >= 0)?;
    let topic = found.arguments.get("--topic").and_then(Given::text)?;
    let offset = found.arguments.get("--offset").and_then(|given| Some((given, given.text()?.parse::<i64>().ok()?)));
    let Topic::Is(ends) = line.context.system.topic(brokers(&found)?, topic)? else { return None };
    let Some((earliest, latest)) = ends.get(&partition) else {
        let label = Message::new(labels::NO_SUCH_PARTITION).with("topic", topic).with("count", ends.len());
        return Some(line.found(&NO_SUCH_PLACE, value_of(line, place), label));
    };
    let (given, offset) = offset.filter(|(_, offset)| *offset >= 0 && !(earliest..=latest).contains(&offset))?;
    if !resets_to_end(line, invocation, &found) {
        return None;
    }
    let label = match offset > *latest {
        true => Message::new(labels::OFFSET_BEYOND).with("latest", latest),
        false => Message::new(labels::OFFSET_GONE).with("earliest", earliest),
    };
    Some(line.found(&NO_SUCH_PLACE, value_of(line, given), label))
}

fn value_of(line: &Line<'_>, given: &Given) -> std::ops::Range<usize> {
    match &given.value {
        Some((word, start)) => word.place(line.context.line, *start..*start + given.text().map_or(0, str::len)),
        None => given.word.range.clone(),
    }
}

/// Whether the consumer goes to the end where it is sent to an offset that is not there; `false` where that is not known.
fn resets_to_end(line: &Line<'_>, invocation: &Invocation, found: &ToolLine) -> bool {
    match setting(line, invocation, found, "auto.offset.reset") {
        Setting::Not => true,
        Setting::Is(reset) => reset.trim() == "latest",
        Setting::Unknown => false,
    }
}

fn group_goes_on(line: &Line<'_>) -> Option<Diagnostic> {
    let system = line.context.system;
    let ran = system.ran().filter(|_| line.exit_code.is_some_and(|code| ENDS.contains(&code)))?;
    if !ran.printed.contains(NOTHING) || complained(&ran.printed, &TIME_IS_UP) {
        return None;
    }
    let (invocation, found) = alone_at_terminal(line, TOOL)?;
    let beginning = found.arguments.get("--from-beginning").filter(|_| !found.has("--partition"))?;
    let topic = found.arguments.get("--topic").and_then(Given::text)?;
    let group = group_of(line, invocation, &found)?;
    let Topic::Is(ends) = system.topic(brokers(&found)?, topic)? else { return None };
    let holds = ends.values().any(|(earliest, latest)| latest > earliest);
    let of_group = system.group(brokers(&found)?, &group, topic).filter(|_| holds)?;
    // where another member reads on, it may be the one that gets everything
    let at_end = ends.iter().all(|(partition, (_, latest))| of_group.committed.get(partition) == Some(latest));
    if of_group.members > 0 || !at_end {
        return None;
    }
    let label = Message::new(labels::GROUP_GOES_ON).with("group", group).with("topic", topic);
    Some(line.found(&GROUP_GOES_ON, beginning.word.range.clone(), label))
}
