//! KL225 and KL827: where the console consumer is to begin, and the group that it reads in.

use super::invocation::Invocation;
use super::options::Given;
use super::tool_line::{self, ToolLine};
use crate::judge::diagnostic::Diagnostic;
use crate::judge::rules::{Line, Rule, Speaks};
use crate::properties::Document;
use crate::text::{Message, command_labels as labels, commands as text};

/// An offset that is none.
pub static OFFSET: Rule =
    Rule::line("KL225", "offset-not-valid", text::OFFSET, Speaks::After, offset).says(&["The provided offset value '"]);
/// Two groups are named.
pub static TWO_GROUPS: Rule = Rule::line("KL827", "two-group-ids", text::TWO_GROUPS, Speaks::After, two_groups)
    .says(&["The group ids provided in different places"]);

fn refused(line: &Line<'_>, find: impl Fn(&Invocation, &ToolLine) -> Option<Diagnostic>) -> Option<Diagnostic> {
    let judged = line.judged().iter().filter(|invocation| line.refused(invocation));
    let tools = judged.filter_map(|invocation| Some((invocation, tool_line::understood(line, invocation)?)));
    tools.filter(|(_, found)| found.tool == "kafka-console-consumer.sh").find_map(|(invocation, found)| find(invocation, &found))
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
    refused(line, |_, found| {
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
    refused(line, |invocation, found| {
        if found.arguments.uncertain {
            return None;
        }
        let group = found.arguments.get("--group");
        let named = group.and_then(Given::text);
        let of_property = property(found, "group.id");
        if let Some(((other, id, at), named)) = of_property.zip(named).filter(|((_, id, _), named)| id != named) {
            let (word, start) = other.value.as_ref()?;
            let range = word.place(line.context.line, start + at..start + at + id.len());
            let finding = line.found(&TWO_GROUPS, range, Message::new(labels::TWO_GROUPS).with("group", named));
            return Some(finding.seen_with(group?.word.range.clone(), labels::THE_OTHER));
        }
        let (first, id) = group.zip(named).or_else(|| of_property.map(|(given, id, _)| (given, id)))?;
        let file = found.arguments.get("--consumer.config")?;
        let of_file = in_file(line, invocation, file)?.get("group.id")?.to_owned();
        let (word, start) = file.value.as_ref().filter(|_| of_file != id)?;
        let range = word.place(line.context.line, *start..start + file.text()?.len());
        let label = Message::new(labels::TWO_GROUPS_FILE).with("group", of_file);
        Some(line.found(&TWO_GROUPS, range, label).seen_with(first.word.range.clone(), labels::THE_OTHER))
    })
}

/// The settings of a file that an option names; `None` where it cannot be read.
fn in_file(line: &Line<'_>, invocation: &Invocation, given: &Given) -> Option<Document> {
    Document::parse(line.context.files.read(&invocation.resolve(given.text()?)?)?).ok()
}

/// A setting of the consumer that a line starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Setting {
    /// It is not set.
    Not,
    /// It is set to this.
    Is(String),
    /// It cannot be told.
    Unknown,
}

/// What a line and its file set a key to: `--consumer-property` counts before the file.
pub(super) fn setting(line: &Line<'_>, invocation: &Invocation, found: &ToolLine, key: &str) -> Setting {
    if found.arguments.uncertain {
        return Setting::Unknown;
    }
    if let Some((_, value, _)) = property(found, key) {
        return Setting::Is(value.to_owned());
    }
    match found.arguments.get("--consumer.config").map(|given| in_file(line, invocation, given)) {
        None => Setting::Not,
        Some(None) => Setting::Unknown,
        Some(Some(file)) => file.get(key).map_or(Setting::Not, |value| Setting::Is(value.to_owned())),
    }
}

/// The group that a line names; `None` where it names none, or that cannot be told.
pub(super) fn group_of(line: &Line<'_>, invocation: &Invocation, found: &ToolLine) -> Option<String> {
    match (found.arguments.get("--group"), setting(line, invocation, found, "group.id")) {
        (Some(given), Setting::Not) => given.text().map(str::to_owned),
        // where both are there, they are the same: two groups are refused
        (_, Setting::Is(group)) => Some(group),
        _ => None,
    }
}
