//! KL837: a topic is deleted while a client reads or writes it, and the client has the broker make it anew.

use super::console_producer::brokers;
use super::invocation::Invocation;
use super::options::Given;
use super::tool_line;
use crate::judge::diagnostic::{Diagnostic, Severity};
use crate::judge::rules::{Line, Rule, Speaks};
use crate::text::{Message, command_labels as labels, commands as text};

/// A topic that was deleted is there again.
pub static TOPIC_RETURNS: Rule = Rule::line("KL837", "deleted-topic-returns", text::TOPIC_RETURNS, Speaks::After, topic_returns)
    .mattering(Severity::Warning)
    .mended_elsewhere();

const TOOL: &str = "kafka-topics.sh";
/// Programs that make no topic.
const LOOKING: [&str; 13] = ["cat", "cd", "clear", "echo", "grep", "head", "history", "jobs", "less", "ls", "ps", "pwd", "tail"];

/// A deletion that a line is about to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deleting {
    /// The brokers that are asked, as the line names them.
    pub brokers: String,
    /// The topic.
    pub topic: String,
}

/// The one topic that a line deletes.
pub fn deleting(line: &Line<'_>) -> Option<Deleting> {
    let mut all = line.invocations.iter().filter_map(|invocation| deleting_by(line, invocation));
    all.next().filter(|_| all.next().is_none())
}

fn deleting_by(line: &Line<'_>, invocation: &Invocation) -> Option<Deleting> {
    let found = tool_line::understood(line, invocation).filter(|found| found.tool == TOOL && found.has("--delete"))?;
    let topic = found.arguments.get("--topic").and_then(Given::text)?;
    // the tool takes it for a pattern
    let is_name = topic.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    let brokers = brokers(&found)?.to_owned();
    is_name.then(|| Deleting { brokers, topic: topic.to_owned() })
}

/// Whether a line may make a topic by what it runs, as far as it can be told: what is not known may.
pub fn may_make_topics(line: &Line<'_>) -> bool {
    let makes_none = |invocation: &Invocation| match tool_line::understood(line, invocation) {
        Some(found) => !found.has("--create") && !found.arguments.uncertain,
        None => {
            invocation.tool(line.context).is_some()
                || invocation.program.file_name(line.context.line).is_some_and(|name| LOOKING.contains(&name))
        }
    };
    !line.invocations.iter().all(makes_none)
}

fn topic_returns(line: &Line<'_>) -> Option<Diagnostic> {
    let ran = line.context.system.ran().filter(|ran| line.exit_code == Some(0) && !ran.deleted.is_empty())?;
    line.judged().iter().find_map(|invocation| {
        let found = tool_line::understood(line, invocation).filter(|found| found.tool == TOOL)?;
        let (action, awaited) = [("--delete", true), ("--list", false), ("--describe", false)]
            .into_iter()
            .find_map(|(name, awaited)| Some((found.arguments.get(name)?, awaited)))?;
        let topic = found.arguments.get("--topic").and_then(Given::text);
        let about = ran.deleted.iter().filter(|deleted| topic.is_none_or(|topic| deleted.topic == topic));
        let (topic, pid) = about.into_iter().find_map(|deleted| {
            let pid = line.context.system.returned(brokers(&found)?, deleted, awaited)?;
            Some((&deleted.topic, pid))
        })?;
        let label = Message::new(labels::TOPIC_RETURNS).with("topic", topic).with("pid", pid);
        Some(line.found(&TOPIC_RETURNS, action.word.range.clone(), label))
    })
}
