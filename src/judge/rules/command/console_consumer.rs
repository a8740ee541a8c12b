//! KL225 and KL827: where the console consumer is to begin, and the group that it reads in.

use super::options::Given;
use super::tool_line::{self, ToolLine};
use crate::judge::diagnostic::Diagnostic;
use crate::judge::rules::{Line, Rule, Speaks};
use crate::text::{Message, command_labels as labels, commands as text};

/// An offset that is none.
pub static OFFSET: Rule =
    Rule::line("KL225", "offset-not-valid", text::OFFSET, Speaks::After, offset).says(&["The provided offset value '"]);
/// Two groups are named.
pub static TWO_GROUPS: Rule = Rule::line("KL827", "two-group-ids", text::TWO_GROUPS, Speaks::After, two_groups)
    .says(&["The group ids provided in different places"]);

fn refused(line: &Line<'_>, find: impl Fn(&ToolLine) -> Option<Diagnostic>) -> Option<Diagnostic> {
    let judged = line.judged().iter().filter(|invocation| line.refused(invocation));
    let tools = judged.filter_map(|invocation| tool_line::understood(line, invocation));
    tools.filter(|found| found.tool == "kafka-console-consumer.sh").find_map(|found| find(&found))
}

/// The last value of a key in `--consumer-property`, which counts, and where in the option's value it begins.
pub(super) fn property<'a>(found: &'a ToolLine, key: &str) -> Option<(&'a Given, &'a str, usize)> {
    let of_key = |given: &'a Given| {
        let (name, value) = given.text()?.split_once('=')?;
        (given.name == "--consumer-property" && name == key).then_some((given, value, name.len() + 1))
    };
    found.arguments.given.iter().filter_map(of_key).next_back()
}

fn offset(line: &Line<'_>) -> Option<Diagnostic> {
    refused(line, |found| {
        let given = found.arguments.get("--offset")?;
        let typed = given.text().filter(|typed| !typed.is_empty())?;
        let lower = typed.to_lowercase();
        let taken = matches!(lower.as_str(), "earliest" | "latest") || lower.parse::<i64>().is_ok_and(|offset| offset >= 0);
        // a text may leave the number to its reader
        let left_open = line.is_text() && typed.chars().all(|c| c.is_ascii_uppercase() || c == '_');
        if taken || left_open {
            return None;
        }
        let label = match lower.parse::<i64>() {
            Ok(_) => Message::from(labels::OFFSET_NEGATIVE),
            Err(_) => Message::from(labels::OFFSET_WORD),
        };
        let range = given.value.as_ref().map(|(word, at)| word.place(line.context.line, *at..at + typed.len()))?;
        Some(line.found(&OFFSET, range, label))
    })
}

fn two_groups(line: &Line<'_>) -> Option<Diagnostic> {
    refused(line, |found| {
        let group = found.arguments.get("--group")?;
        let (other, id, at) = property(found, "group.id")?;
        if group.text()? == id || found.arguments.uncertain {
            return None;
        }
        let (word, start) = other.value.as_ref()?;
        let range = word.place(line.context.line, start + at..start + at + id.len());
        let finding = line.found(&TWO_GROUPS, range, Message::new(labels::TWO_GROUPS).with("group", group.text()?));
        Some(finding.seen_with(group.word.range.clone(), labels::THE_OTHER))
    })
}
