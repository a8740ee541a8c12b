//! KL109: a signal for a process that is not there: the number was read from the wrong line of `ps`, or from an old one.

use super::invocation::Invocation;
use super::word::Word;
use crate::judge::diagnostic::Diagnostic;
use crate::judge::rules::{Line, Rule, Speaks};
use crate::text::{Message, command_labels as labels, commands as text};

/// `kill` of a number that no process has.
pub static NO_PROCESS: Rule = Rule::line("KL109", "kill-of-no-process", text::NO_PROCESS, Speaks::After, no_process);

fn no_process(line: &Line<'_>) -> Option<Diagnostic> {
    let is_kill = |invocation: &&Invocation| invocation.program.text.as_deref() == Some("kill");
    if line.is_text() || line.exit_code != Some(1) {
        return None;
    }
    let judged = line.judged().iter().filter(is_kill).filter(|invocation| line.failed(invocation));
    judged.flat_map(targets).find(|(_, pid)| !line.context.system.runs(*pid)).map(|(word, pid)| {
        let range = word.range.clone();
        line.found(&NO_PROCESS, range, Message::new(labels::NO_PROCESS).with("pid", pid))
    })
}

/// The processes that a `kill` names by number.
fn targets(invocation: &Invocation) -> Vec<(&Word, u32)> {
    let mut is_signal = false;
    let mut found = Vec::new();
    for word in &invocation.arguments {
        let Some(typed) = word.text.as_deref() else { continue };
        match typed {
            "-s" | "-n" => is_signal = true,
            _ if std::mem::take(&mut is_signal) => {}
            // 0 and -1 are many processes
            number => found.extend(number.parse().ok().filter(|pid| *pid > 0).map(|pid| (word, pid))),
        }
    }
    found
}
