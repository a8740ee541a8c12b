//! The lines that are typed at the terminals of a session: held until the coach has looked, then run, changed or dropped.
//!
//! From Enter to the program, a line is in one of these states; nothing but what stands at an arrow ends one, and no deadline does:
//!
//! - *noted*: Enter was pressed, readline has noted the text. → *asked* when bash expands PS0 before it runs the command.
//! - *asked*: the shell waits in a subshell for `run` or `skip` with the line's number, which no other line of the host has.
//!   → *looked at* when the host has a runner and hands the line to it. → *run* where there is nobody to ask: no runner is attached, the
//!   host has gone, the line cannot be handed over.
//! - *looked at*: the coach looks on a thread of its own. What it asks over the network has a deadline of its own, after which that one
//!   question is unanswered, and a rule that needed the answer is silent: a line is not held for what nobody knows.
//!   → *run* when no rule that speaks before has anything to say. → *held*, or → *waiting* where another terminal's line is held.
//! - *waiting*: one question is asked at a time. → *looked at* again when the question before it was answered.
//! - *held*: the learner is asked, and a key counts once the question is to be seen. → *run*, *changed* or *dropped*, as they answer.
//! - any of them → *dropped* by Ctrl-C, which the shell tells with its next prompt, or by the shell's end. What the coach finds out later
//!   about such a line is not said, and never of the terminal's next one.

use std::path::PathBuf;
use std::time::SystemTime;

use super::{Input, Session, SessionEvent};
use crate::judge::diagnostic::Source;
use crate::judge::rules::context::Deleted;
use crate::lab::coach::{Advice, Background, Choice, Ended, Judged, Notice, Typing, apply_fix};
use crate::lab::runner::{Play, RunEvent};
use crate::lab::terminal::{Decision, Verdict};

/// A line that was typed.
pub(super) struct Entered {
    /// Its number, among those of all terminals.
    id: u64,
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
    /// The server that it starts in the background.
    pub(super) background: Option<Background>,
    /// The server that it starts runs already.
    pub(super) twice: Option<Notice>,
    /// The end of what was printed since, at most twice [`OUTPUT_MAX`] bytes.
    pub(super) output: Vec<u8>,
}

/// How much of what a line printed the coach looks at, in bytes.
const OUTPUT_MAX: usize = 64 * 1024;

impl Entered {
    fn new(id: u64, line: String, cwd: PathBuf) -> Self {
        let typing = Typing::begin(SystemTime::now());
        Self {
            id,
            line,
            cwd,
            foreground: None,
            typed: 0,
            typing,
            deleted: None,
            background: None,
            twice: None,
            output: Vec::new(),
        }
    }

    /// What the coach is told of it when it has ended.
    pub(super) fn ended(self, exit_code: i32) -> (String, PathBuf, Ended) {
        let Self { line, cwd, output, typing, deleted, background, .. } = self;
        (line, cwd, Ended { exit_code, output, typed: typing.typed(), deleted, background })
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
        self.lines.insert(terminal.clone(), Entered::new(id, line, cwd));
        self.held.insert(id, (verdict, terminal.clone()));
        if self.run.is_going() {
            self.take(Input::LineEntered { terminal, id, advice: None });
        }
    }

    pub(super) fn take_judged(&mut self, judged: Judged) {
        // a server that is looked after is waited for by nobody
        if !matches!(judged, Judged::InBackground { .. }) {
            self.judging = self.judging.saturating_sub(1);
        }
        match judged {
            // dropped while the coach looked at it: there is nothing left to hold, and the terminal's next line is another one
            Judged::Before { id, .. } if !self.held.contains_key(&id) => {}
            Judged::Before { terminal, id, advice, facts } => {
                self.take_facts(&terminal, facts);
                self.take(Input::LineEntered { terminal, id, advice });
            }
            Judged::After { terminal, advice } | Judged::InBackground { terminal, advice } => {
                self.take(Input::LineEnded { terminal, advice })
            }
        }
        self.ready.push_back(SessionEvent::Judged);
    }

    pub(super) fn let_go(&mut self, id: u64, run: bool) {
        let Some((verdict, terminal)) = self.held.remove(&id) else { return };
        // dropped or not, the shell has taken it, and shows another prompt before the next line can be typed
        self.player.on_line(&terminal);
        if run {
            verdict.answer(Decision::Run);
        } else {
            self.lines.remove(&terminal);
            verdict.answer(Decision::Skip);
        }
    }

    /// The coach looks at a held line once more.
    pub(super) fn look_again(&mut self, id: u64) {
        let Some((_, terminal)) = self.held.get(&id) else { return };
        let Some(entered) = self.lines.get(terminal).filter(|entered| entered.id == id) else { return self.let_go(id, true) };
        self.judging += 1;
        self.coach.judge_before(terminal.clone(), entered.line.clone(), entered.cwd.clone(), id);
    }

    /// A shell that is back at its prompt, or has ended, has no line that waits: the learner has dropped it with Ctrl-C.
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
