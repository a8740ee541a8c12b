//! The lines that are typed at the terminals of a session: held until the coach has looked, then run, changed or dropped.

use std::path::PathBuf;
use std::time::SystemTime;

use super::{Input, Session, SessionEvent};
use crate::judge::diagnostic::Source;
use crate::judge::rules::context::Deleted;
use crate::lab::coach::{Advice, Choice, Ended, Judged, Notice, Typing, apply_fix};
use crate::lab::runner::{Play, RunEvent};
use crate::lab::terminal::{Decision, Verdict};

/// A line that was typed.
pub(super) struct Entered {
    pub(super) line: String,
    pub(super) cwd: PathBuf,
    /// The server that has the terminal while it runs.
    pub(super) foreground: Option<&'static str>,
    /// What was typed meanwhile, in letters.
    pub(super) typed: usize,
    /// The lines that were typed meanwhile.
    pub(super) typing: Typing,
    /// The topic that it deletes under its clients.
    pub(super) deleted: Option<Deleted>,
    /// The server that it starts runs already.
    pub(super) twice: Option<Notice>,
    /// The end of what was printed since, at most twice [`OUTPUT_MAX`] bytes.
    pub(super) output: Vec<u8>,
}

/// How much of what a line printed the coach looks at, in bytes.
const OUTPUT_MAX: usize = 64 * 1024;

impl Entered {
    fn new(line: String, cwd: PathBuf) -> Self {
        let typing = Typing::begin(SystemTime::now());
        Self { line, cwd, foreground: None, typed: 0, typing, deleted: None, twice: None, output: Vec::new() }
    }

    /// What the coach is told of it when it has ended.
    pub(super) fn ended(self, exit_code: i32) -> (String, PathBuf, Ended) {
        let ended = Ended { exit_code, output: self.output, typed: self.typing.typed(), deleted: self.deleted };
        (self.line, self.cwd, ended)
    }

    /// Keeps what is printed while it runs.
    pub(super) fn print(&mut self, bytes: &[u8]) {
        self.output.extend_from_slice(bytes);
        // what is too old goes now and then, not with every byte
        if self.output.len() > 2 * OUTPUT_MAX {
            self.output.drain(..self.output.len() - OUTPUT_MAX);
        }
    }
}

impl Session {
    pub(super) fn take_line(&mut self, terminal: String, line: String, cwd: PathBuf, verdict: Verdict) {
        let id = self.next_line;
        self.next_line += 1;
        if !self.run.is_going() {
            self.judging += 1;
            self.coach.judge_before(terminal.clone(), line.clone(), cwd.clone(), id);
        }
        self.ready.push_back(SessionEvent::Line { terminal: terminal.clone(), line: line.clone() });
        self.lines.insert(terminal.clone(), Entered::new(line, cwd));
        self.held.insert(id, (verdict, terminal.clone()));
        if self.run.is_going() {
            self.take(Input::LineEntered { terminal, id, advice: None });
        }
    }

    pub(super) fn take_judged(&mut self, judged: Judged) {
        self.judging = self.judging.saturating_sub(1);
        match judged {
            Judged::Before { terminal, id, advice, facts } => {
                self.take_facts(&terminal, facts);
                self.take(Input::LineEntered { terminal, id, advice });
            }
            Judged::After { terminal, advice } => self.take(Input::LineEnded { terminal, advice }),
        }
        self.ready.push_back(SessionEvent::Judged);
    }

    pub(super) fn let_go(&mut self, id: u64, run: bool) {
        let Some((verdict, terminal)) = self.held.remove(&id) else { return };
        if run {
            self.player.on_line(&terminal);
            verdict.answer(Decision::Run);
        } else {
            self.lines.remove(&terminal);
            verdict.answer(Decision::Skip);
        }
    }

    /// A shell that is back at its prompt has no line that waits: the learner has dropped it with Ctrl-C.
    pub(super) fn forget_held(&mut self, terminal: &str) {
        let dropped: Vec<u64> = self.held.iter().filter(|(_, (_, of))| of == terminal).map(|(id, _)| *id).collect();
        for id in dropped {
            self.held.remove(&id);
            self.take(Input::LineDropped { id });
        }
    }

    /// Makes the change that the learner asked for: in the file, and the line runs; or in the line, which is then typed anew.
    pub(super) fn fix(&mut self, id: u64, advice: &Advice) {
        if let Source::CommandLine(_) = advice.diagnostic.source {
            let terminal = self.held.get(&id).map(|(_, terminal)| terminal.clone());
            self.let_go(id, false);
            if let Some((terminal, line)) = terminal.zip(advice.diagnostic.corrected_line()) {
                self.play([Play::line(&terminal, &line)]);
            }
            return;
        }
        let made = apply_fix(&advice.diagnostic);
        self.let_go(id, made.is_ok());
        self.ready.push_back(match made {
            Ok(()) => SessionEvent::Told(RunEvent::Fixed),
            Err(error) => SessionEvent::FixFailed(error.to_string()),
        });
    }

    /// Answers the line that is held.
    pub fn answer(&mut self, choice: Choice) {
        self.take(Input::Answered(choice));
    }
}
