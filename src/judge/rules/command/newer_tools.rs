//! KL216 and KL221 to KL224: what the tools with argparse4j, and `kafka-e2e-latency.sh`, refuse.

use super::argparse;
use super::invocation::Invocation;
use super::options::Given;
use super::tool_line::{self, Reading, ToolLine};
use super::word::Word;
use crate::judge::diagnostic::Diagnostic;
use crate::judge::rules::{Line, Rule, Speaks};
use crate::text::{Message, command_labels as labels, commands as text};

/// A value that is none of those that the option takes.
pub static NOT_ONE_OF: Rule = Rule::line("KL216", "value-not-one-of-the-choices", text::NOT_ONE_OF, Speaks::After, not_one_of)
    .says(&["error: argument --acks: invalid choice"]);
/// An option that must be given.
pub static MISSING: Rule = Rule::line("KL221", "required-option-missing", text::MISSING, Speaks::After, missing).says(&[
    "Either --producer-props or --producer.config must be specified",
    "--record-size --payload-file is required",
    "Missing required argument \"[",
    "Missing required option(s): ",
]);
/// A word where no more is taken.
pub static UNEXPECTED: Rule = Rule::line("KL222", "unexpected-word", text::UNEXPECTED, Speaks::After, unexpected);
/// No command of the tool, or one that it does not have.
pub static COMMAND: Rule =
    Rule::line("KL223", "command-expected", text::COMMAND, Speaks::After, command).says(&["error: too few arguments"]);
/// Words that are taken by their order.
pub static IN_ORDER: Rule = Rule::line("KL224", "words-in-order", text::IN_ORDER, Speaks::After, in_order)
    .says(&["USAGE: java org.apache.kafka.tools.EndToEndLatency"]);

/// Options of which a tool needs one.
const ONE_OF: [(&str, &[&str]); 2] = [
    ("kafka-producer-perf-test.sh", &["--record-size", "--payload-file"]),
    ("kafka-producer-perf-test.sh", &["--producer-props", "--producer.config"]),
];
/// Options whose absence other rules tell.
const OF_OTHER_RULES: [&str; 2] = ["--bootstrap-server", "--topic"];
/// How many words `kafka-e2e-latency.sh` needs.
const IN_ORDER_LEAST: usize = 5;

fn judged(line: &Line<'_>, reading: Reading, find: impl Fn(&ToolLine, &Invocation) -> Option<Diagnostic>) -> Option<Diagnostic> {
    let mut refused = line.judged().iter().filter(|invocation| line.refused(invocation));
    refused.find_map(|invocation| {
        let found = tool_line::understood(line, invocation).filter(|found| found.reading == reading)?;
        find(&found, invocation)
    })
}

fn not_one_of(line: &Line<'_>) -> Option<Diagnostic> {
    judged(line, Reading::Argparse, |found, _| {
        found.arguments.given.iter().find_map(|given| {
            let option = found.options.iter().find(|option| option.names[0] == given.name)?;
            let (word, start) = given.value.as_ref()?;
            let value = given.text()?;
            if option.choices.is_empty() || option.choices.contains(&value) {
                return None;
            }
            let label = Message::new(labels::NOT_ONE_OF).with("choices", option.choices.join(", "));
            Some(line.found(&NOT_ONE_OF, word.place(line.context.line, *start..start + value.len()), label))
        })
    })
}

fn missing(line: &Line<'_>) -> Option<Diagnostic> {
    judged(line, Reading::Argparse, |found, invocation| {
        if !found.is_complete(line) || found.lacks_command() {
            return None;
        }
        let required = found.options.iter().filter(|option| option.required).map(|option| option.names[0]);
        let mut named = required.filter(|name| !OF_OTHER_RULES.contains(name) && !found.has(name));
        let one_of = ONE_OF.iter().find(|(tool, options)| *tool == found.tool && !options.iter().any(|option| found.has(option)));
        let label = match (named.next(), one_of) {
            (Some(option), _) => Message::new(labels::MISSING).with("option", option),
            (None, Some((_, [one, other]))) => Message::new(labels::MISSING_ONE_OF).with("one", one).with("other", other),
            _ => return None,
        };
        Some(line.found(&MISSING, invocation.program.range.clone(), label))
    })
}

fn unexpected(line: &Line<'_>) -> Option<Diagnostic> {
    judged(line, Reading::Argparse, |found, _| {
        let word = found.arguments.stray.first().filter(|_| line.whole && !found.arguments.given.is_empty())?;
        let typed = word.text.as_deref().filter(|text| !text.trim().is_empty() && text.is_ascii() && !text.starts_with("..."))?;
        Some(line.found(&UNEXPECTED, word.range.clone(), Message::new(labels::UNEXPECTED).with("word", typed)))
    })
}

fn command(line: &Line<'_>) -> Option<Diagnostic> {
    judged(line, Reading::Argparse, |found, invocation| {
        let commands = argparse::commands(&found.all);
        if let Some(word) = &found.arguments.unknown_command {
            let typed = word.text.as_deref().filter(|_| line.whole)?;
            let near = commands.iter().map(|name| (strsim::damerau_levenshtein(name, typed), *name)).min()?;
            let label = match near.0 <= typed.chars().count() / 3 {
                true => Message::new(labels::COMMAND_NEAR).with("command", near.1),
                false => Message::new(labels::COMMAND_NONE).with("commands", commands.join(", ")),
            };
            return Some(line.found(&COMMAND, word.range.clone(), label));
        }
        if !found.lacks_command() || !found.is_complete(line) {
            return None;
        }
        let label = Message::new(labels::COMMAND_NONE).with("commands", commands.join(", "));
        Some(line.found(&COMMAND, invocation.program.range.clone(), label))
    })
}

fn in_order(line: &Line<'_>) -> Option<Diagnostic> {
    judged(line, Reading::InOrder, |found, invocation| {
        let given = &found.arguments.given;
        if !found.is_complete(line) {
            return None;
        }
        let text = |word: &Word| word.text.clone().unwrap_or_default();
        if let Some(word) = given.iter().map(|given| &given.word).find(|word| text(word).starts_with("--")) {
            let label = Message::new(labels::IN_ORDER_OPTION).with("word", text(word));
            return Some(line.found(&IN_ORDER, word.range.clone(), label));
        }
        if given.len() < IN_ORDER_LEAST {
            let label = Message::new(labels::IN_ORDER_COUNT).with("missing", tool_line::IN_ORDER[given.len()]);
            return Some(line.found(&IN_ORDER, invocation.program.range.clone(), label));
        }
        if let Some(word) = found.arguments.stray.first() {
            return Some(line.found(&IN_ORDER, word.range.clone(), labels::IN_ORDER_MANY));
        }
        let wrong = |given: &&Given| {
            let value = given.text().unwrap_or_default();
            match given.name {
                "num_messages" | "message_size_bytes" => value.parse::<i32>().is_err(),
                "producer_acks" => !matches!(value, "1" | "all"),
                _ => false,
            }
        };
        let given = given.iter().find(wrong)?;
        let label = match given.name {
            "producer_acks" => labels::IN_ORDER_ACKS.into(),
            name => Message::new(labels::IN_ORDER_NUMBER).with("name", name),
        };
        Some(line.found(&IN_ORDER, given.word.range.clone(), label))
    })
}
