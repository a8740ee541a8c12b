//! KL109, KL110 and KL114: a signal for a process that is not there, for another one than is meant, or one that leaves a server no time.

use super::invocation::Invocation;
use super::word::Word;
use crate::judge::diagnostic::{Diagnostic, Edit};
use crate::judge::rules::context::{ProcessRole, Speaker};
use crate::judge::rules::{Line, Rule, Speaks};
use crate::text::{Message, Text, command_labels as labels, commands as text};

/// `kill` of a number that no process has.
pub static NO_PROCESS: Rule = Rule::line("KL109", "kill-of-no-process", text::NO_PROCESS, Speaks::After, no_process);
/// `kill` of a process that lives, and is another one than is to end.
pub static OTHER_PROCESS: Rule =
    Rule::line("KL110", "kill-of-another-process", text::OTHER_PROCESS, Speaks::Before, other_process);
/// `kill -9` of a server that is to end in order.
pub static AT_ONCE: Rule = Rule::line("KL114", "kill-without-shutdown", text::AT_ONCE, Speaks::Before, at_once);

/// What a `kill` does.
struct Kill<'a> {
    /// The processes that it names by number.
    targets: Vec<(&'a Word, u32)>,
    /// The signal's name without `SIG`, or its number, and the words that say it.
    signal: Option<(String, &'a [Word])>,
}

impl Kill<'_> {
    fn signals(&self, names: &[&str]) -> bool {
        self.signal.as_ref().is_some_and(|(signal, _)| names.contains(&signal.as_str()))
    }

    /// Whether it may end a process: not `kill -0`, `kill -STOP` or `kill -l`.
    fn may_end(&self) -> bool {
        self.signal.is_none() || self.signals(&["1", "HUP", "2", "INT", "3", "QUIT", "9", "KILL", "15", "TERM"])
    }
}

fn no_process(line: &Line<'_>) -> Option<Diagnostic> {
    if line.is_text() || line.exit_code != Some(1) {
        return None;
    }
    let judged = line.judged().iter().filter(|invocation| line.failed(invocation)).filter_map(kill);
    judged.flat_map(|kill| kill.targets).find(|(_, pid)| !line.context.system.runs(*pid)).map(|(word, pid)| {
        let range = word.range.clone();
        line.found(&NO_PROCESS, range, Message::new(labels::NO_PROCESS).with("pid", pid))
    })
}

fn other_process(line: &Line<'_>) -> Option<Diagnostic> {
    let wanted = line.context.system.to_be_ended();
    if line.is_text() || wanted.is_empty() {
        return None;
    }
    let targets = line.judged().iter().filter_map(kill).filter(Kill::may_end).flat_map(|kill| kill.targets);
    targets.into_iter().find_map(|(word, pid)| {
        let role = line.context.system.role(pid);
        if role == ProcessRole::Unknown || wanted.iter().any(|ending| ending.role == role) {
            return None;
        }
        let meant = wanted.first()?.role;
        let right = pid_of(line, meant);
        let label = Message::new(name_of(role)?).with("pid", pid);
        let meant = right.map(|right| Message::new(name_of(meant).unwrap_or(labels::IS_BROKER)).with("pid", right));
        let finding =
            line.found(&OTHER_PROCESS, word.range.clone(), meant.map_or(label.clone(), |meant| label.clone().and(meant)));
        Some(match right.filter(|_| word.is_plain(line.context.line)) {
            Some(right) => finding.fixed_by(vec![Edit { range: word.range.clone(), text: right.to_string() }], false),
            None => finding,
        })
    })
}

fn at_once(line: &Line<'_>) -> Option<Diagnostic> {
    let wanted = line.context.system.to_be_ended();
    if line.is_text() || wanted.is_empty() {
        return None;
    }
    line.judged().iter().filter_map(kill).filter(|kill| kill.signals(&["9", "KILL"])).find_map(|kill| {
        let (_, words) = kill.signal.as_ref()?;
        let cleanly = |pid: u32| {
            let role = line.context.system.role(pid);
            wanted.iter().any(|ending| ending.role == role && ending.cleanly)
        };
        kill.targets.iter().find(|(_, pid)| cleanly(*pid))?;
        let (first, last) = (words.first()?, words.last()?);
        let range = first.range.start..last.range.end;
        let blanks = line.context.line[range.end..].len() - line.context.line[range.end..].trim_start_matches(' ').len();
        let edit = Edit { range: range.start..range.end + blanks, text: String::new() };
        Some(line.found(&AT_ONCE, range, labels::AT_ONCE).fixed_by(vec![edit], true))
    })
}

fn name_of(role: ProcessRole) -> Option<Text> {
    match role {
        ProcessRole::Coordinator => Some(labels::IS_COORDINATOR),
        ProcessRole::Broker => Some(labels::IS_BROKER),
        ProcessRole::Client => Some(labels::IS_CLIENT),
        ProcessRole::Shell => Some(labels::IS_SHELL),
        ProcessRole::Unknown => None,
    }
}

/// The one process that listens as such a server.
fn pid_of(line: &Line<'_>, role: ProcessRole) -> Option<u32> {
    let speaker = match role {
        ProcessRole::Coordinator => Speaker::Coordinator,
        ProcessRole::Broker => Speaker::Broker,
        ProcessRole::Client | ProcessRole::Shell | ProcessRole::Unknown => return None,
    };
    let listening = line.context.system.listening();
    let mut found: Vec<u32> = listening.iter().filter(|found| found.speaker == speaker).filter_map(|found| found.pid).collect();
    found.sort_unstable();
    found.dedup();
    match found.as_slice() {
        [pid] => Some(*pid),
        _ => None,
    }
}

/// What a command does where it is a `kill` whose every word is known.
fn kill(invocation: &Invocation) -> Option<Kill<'_>> {
    let mut found = Kill { targets: Vec::new(), signal: None };
    let words = &invocation.arguments;
    let name = |text: &str| text.to_ascii_uppercase().trim_start_matches("SIG").to_owned();
    let mut at = 0;
    while let Some(word) = words.get(at).filter(|_| invocation.program.text.as_deref() == Some("kill")) {
        let from = at;
        at += 1;
        match word.text.as_deref() {
            None | Some("--") => {}
            Some("-s" | "-n") => {
                let signal = words.get(at).and_then(|word| word.text.as_deref()).unwrap_or_default();
                at = words.len().min(at + 1);
                found.signal = Some((name(signal), &words[from..at]));
            }
            Some(typed) => match typed.strip_prefix('-').filter(|_| found.signal.is_none() && found.targets.is_empty()) {
                Some(signal) => found.signal = Some((name(signal), &words[from..at])),
                // 0 and -1 are many processes
                None => found.targets.extend(typed.parse().ok().filter(|pid| *pid > 0).map(|pid| (word, pid))),
            },
        }
    }
    (!found.targets.is_empty()).then_some(found)
}
