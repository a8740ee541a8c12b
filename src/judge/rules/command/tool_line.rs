//! A command of a line that runs one of Kafka's tools, with its options as the tool reads them.

use super::argparse;
use super::invocation::Invocation;
use super::options::{self, Arguments, Given};
use super::word::Word;
use crate::catalog::tools::{self, ToolOption};
use crate::judge::rules::Line;

/// The tools with a table of options that read them as `joptsimple` does.
const JOPTSIMPLE: [&str; 16] = [
    "kafka-acls.sh",
    "kafka-broker-api-versions.sh",
    "kafka-configs.sh",
    "kafka-console-consumer.sh",
    "kafka-console-producer.sh",
    "kafka-consumer-groups.sh",
    "kafka-consumer-perf-test.sh",
    "kafka-delegation-tokens.sh",
    "kafka-delete-records.sh",
    "kafka-dump-log.sh",
    "kafka-get-offsets.sh",
    "kafka-leader-election.sh",
    "kafka-log-dirs.sh",
    "kafka-reassign-partitions.sh",
    "kafka-replica-verification.sh",
    "kafka-topics.sh",
];
/// Those that read them as argparse4j does.
const ARGPARSE: [&str; 6] = [
    "kafka-cluster.sh",
    "kafka-features.sh",
    "kafka-producer-perf-test.sh",
    "kafka-transactions.sh",
    "kafka-verifiable-consumer.sh",
    "kafka-verifiable-producer.sh",
];
/// The tool that takes words by their order.
const END_TO_END_LATENCY: &str = "kafka-e2e-latency.sh";
/// What each of its words is.
pub(super) const IN_ORDER: [&str; 6] =
    ["broker_list", "topic", "num_messages", "producer_acks", "message_size_bytes", "properties_file"];

/// How a tool reads its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::judge::rules) enum Reading {
    /// As `joptsimple` does.
    Joptsimple,
    /// As argparse4j does.
    Argparse,
    /// By order.
    InOrder,
}

/// One tool and its arguments.
pub(in crate::judge::rules) struct ToolLine {
    /// The script's name.
    pub tool: &'static str,
    /// How it reads its line.
    pub reading: Reading,
    /// The options that it has, those of its commands too.
    pub all: Vec<ToolOption>,
    /// The options that could be given where the line stands: its own, and those of the command that was named.
    pub options: Vec<ToolOption>,
    /// What it is given.
    pub arguments: Arguments,
}

impl ToolLine {
    /// Whether the option is given.
    pub fn has(&self, name: &str) -> bool {
        self.arguments.get(name).is_some()
    }

    /// Whether a command must follow, and none does.
    pub fn lacks_command(&self) -> bool {
        self.arguments.command.is_none() && self.all.iter().any(|option| !option.scope.is_empty())
    }

    /// Whether something may be said to be missing: everything that is given is known, and the line is more than a mention.
    pub fn is_complete(&self, line: &Line<'_>) -> bool {
        let odd = |word: &Word| word.text.as_deref().is_none_or(|text| text.starts_with(super::shell::DASHES));
        line.whole
            && !self.arguments.stray.iter().any(odd)
            && !self.arguments.uncertain
            && (!self.arguments.given.is_empty() || self.arguments.command.is_some())
            && self.arguments.without_value.is_none()
            && self.arguments.unknown_command.is_none()
    }
}

/// The tool that a command runs; `None` where it runs none, or one whose options are not known here.
pub(super) fn of(line: &Line<'_>, invocation: &Invocation) -> Option<ToolLine> {
    let name = invocation.program.file_name(line.context.line)?;
    let known = |tools: &[&'static str]| tools.iter().copied().find(|tool| *tool == name);
    let (tool, reading) = known(&JOPTSIMPLE)
        .map(|tool| (tool, Reading::Joptsimple))
        .or_else(|| known(&ARGPARSE).map(|tool| (tool, Reading::Argparse)))
        .or_else(|| known(&[END_TO_END_LATENCY]).map(|tool| (tool, Reading::InOrder)))?;
    invocation.tool(line.context)?;
    let all = tools::options(tool).unwrap_or_default();
    let arguments = match reading {
        Reading::Joptsimple => options::read(&all, &invocation.arguments),
        Reading::Argparse => argparse::read(&all, &invocation.arguments),
        Reading::InOrder => in_order(&invocation.arguments),
    };
    let in_reach = |option: &&ToolOption| option.scope.is_empty() || Some(option.scope) == arguments.command;
    let options = all.iter().filter(in_reach).cloned().collect();
    Some(ToolLine { tool, reading, all, options, arguments })
}

/// Words that are taken by their order.
fn in_order(words: &[Word]) -> Arguments {
    let given = words.iter().zip(IN_ORDER).map(|(word, name)| Given { name, word: word.clone(), value: Some((word.clone(), 0)) });
    Arguments {
        given: given.collect(),
        stray: words.get(IN_ORDER.len()..).unwrap_or_default().to_vec(),
        uncertain: words.iter().any(|word| word.text.is_none()),
        ..Arguments::default()
    }
}

/// The same, where the tool has every option that it is given and is not asked for its help.
pub(in crate::judge::rules) fn understood(line: &Line<'_>, invocation: &Invocation) -> Option<ToolLine> {
    let found = of(line, invocation)?;
    let asked = found.has("--help") || found.has("-h") || found.has("--version") || found.has("-v");
    (found.arguments.unrecognized.is_none() && !asked).then_some(found)
}
