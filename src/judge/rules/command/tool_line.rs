//! A command of a line that runs one of Kafka's tools, with its options as the tool reads them.

use super::invocation::Invocation;
use super::options::{self, Arguments};
use crate::catalog::tools::{self, ToolOption};
use crate::judge::rules::Line;

/// The tools with a table of options that read them as `joptsimple` does.
const JOPTSIMPLE: [&str; 12] = [
    "kafka-broker-api-versions.sh",
    "kafka-configs.sh",
    "kafka-console-consumer.sh",
    "kafka-console-producer.sh",
    "kafka-consumer-groups.sh",
    "kafka-consumer-perf-test.sh",
    "kafka-delete-records.sh",
    "kafka-dump-log.sh",
    "kafka-get-offsets.sh",
    "kafka-leader-election.sh",
    "kafka-log-dirs.sh",
    "kafka-topics.sh",
];

/// One tool and its arguments.
pub(super) struct ToolLine {
    /// The script's name.
    pub tool: &'static str,
    /// The options that it has.
    pub options: Vec<ToolOption>,
    /// What it is given.
    pub arguments: Arguments,
}

impl ToolLine {
    /// Whether the option is given.
    pub fn has(&self, name: &str) -> bool {
        self.arguments.get(name).is_some()
    }
}

/// The tool that a command runs; `None` where it runs none, or one whose options are not known here.
pub(super) fn of(line: &Line<'_>, invocation: &Invocation) -> Option<ToolLine> {
    let name = invocation.program.file_name(line.context.line)?;
    let tool = JOPTSIMPLE.into_iter().find(|tool| *tool == name)?;
    let options = tools::options(tool)?;
    invocation.tool(line.context)?;
    let arguments = options::read(&options, &invocation.arguments);
    Some(ToolLine { tool, options, arguments })
}

/// The same, where the tool has every option that it is given and is not asked for its help.
pub(super) fn understood(line: &Line<'_>, invocation: &Invocation) -> Option<ToolLine> {
    let found = of(line, invocation)?;
    let asked = found.has("--help") || found.has("--version");
    (found.arguments.unrecognized.is_none() && !asked).then_some(found)
}
