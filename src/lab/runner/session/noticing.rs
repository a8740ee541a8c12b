//! What a session notices of things that go wrong silently, and tells with the coach's words.

use std::time::Instant;

use super::solving::has_to_itself;
use super::{Entered, Session, SessionEvent};
use crate::judge::rules::context::{Ending, ProcessRole};
use crate::lab::check::Outcome;
use crate::lab::check::scope::{BROKER_CLASS, CONSUMER_CLASS, COORDINATOR_CLASS};
use crate::lab::coach::{CONSUMER_SCRIPT, LineFacts, Notice};
use crate::lab::format::CheckSpec;
use crate::lab::runner::RunEvent;
use crate::text::checks;

/// The exit code of a shell that does not know a command.
const NOT_FOUND: i32 = 127;

impl Session {
    fn notice(&mut self, notice: Notice) {
        if let Some(tier) = self.coach.notice(&notice) {
            self.ready.push_back(SessionEvent::Told(RunEvent::Noticed { notice, tier }));
        }
    }

    /// What is known of a line before it runs. That a server runs already is told when Kafka has had its say.
    pub(super) fn take_facts(&mut self, terminal: &str, facts: LineFacts) {
        if let Some(entered) = self.lines.get_mut(terminal) {
            entered.foreground = facts.foreground;
            entered.deleted = facts.deleted;
            entered.background = facts.background;
        }
        match facts.notice {
            Some(twice @ Notice::StartedTwice { .. }) => {
                if let Some(entered) = self.lines.get_mut(terminal) {
                    entered.twice = Some(twice);
                }
            }
            Some(notice) => self.notice(notice),
            None => {}
        }
    }

    /// A line has ended.
    pub(super) fn notice_after(&mut self, entered: &Entered, exit_code: i32) {
        if let Some(twice) = entered.twice.clone() {
            return self.notice(twice);
        }
        let Some(step) = self.run.step().filter(|_| exit_code == NOT_FOUND) else { return };
        let spec = &self.lab.spec.steps[step];
        let typed = entered.line.trim();
        if spec.text.iter().any(|text| self.variables.expand(text).trim() == typed) {
            let (text, producer) = (typed.to_owned(), spec.terminal.clone());
            self.notice(Notice::TextAtShell { text, producer });
        }
    }

    /// The learner typed at a terminal: a line that a program in the foreground never reads.
    pub(super) fn notice_typed(&mut self, terminal: &str, bytes: &[u8]) {
        let (typed, known) = match (self.lines.get_mut(terminal), self.kept_busy.get_mut(terminal)) {
            (Some(Entered { foreground: Some(server), typed, .. }), _) => (typed, Some(*server)),
            (None, Some(typed)) => (typed, None),
            _ => return,
        };
        // a key that sends a sequence is no text
        if bytes.first() != Some(&0x1b) {
            *typed += bytes.iter().filter(|byte| **byte > b' ').count();
        }
        if !bytes.contains(&b'\r') || std::mem::take(typed) == 0 {
            return;
        }
        // of a line that was typed before the learner left, only what runs is known
        if let Some(server) = known.or_else(|| self.deaf_program_at(terminal)) {
            self.notice(Notice::TypedAtServer { terminal: terminal.to_owned(), server });
        }
    }

    /// The program that has a terminal to itself and reads nothing of what is typed there.
    fn deaf_program_at(&self, terminal: &str) -> Option<&'static str> {
        let deaf = [(BROKER_CLASS, "Kafka"), (COORDINATOR_CLASS, "ZooKeeper"), (CONSUMER_CLASS, CONSUMER_SCRIPT)];
        let is_there = |class: &str| self.system.scope.processes(class).iter().any(|process| has_to_itself(process, terminal));
        deaf.into_iter().find(|(class, _)| is_there(class)).map(|(_, name)| name)
    }

    /// Something is typed at a terminal, by whomever.
    pub(super) fn note_keys(&mut self, terminal: &str, bytes: &[u8]) {
        if let Some(entered) = self.lines.get_mut(terminal) {
            entered.typing.take(bytes, Instant::now());
        }
    }

    /// The checks were asked: each consumer that waits for new messages is told of once, and each answer that is wrong.
    pub(super) fn notice_outcomes(&mut self, outcomes: &[Outcome]) {
        let wrong = outcomes.iter().filter(|outcome| outcome.found.is(checks::ANSWER_WRONG));
        let wrong: Vec<String> = wrong.filter_map(|outcome| outcome.found.value("answer").map(str::to_owned)).collect();
        if wrong != self.wrong_answers {
            let news: Vec<String> = wrong.iter().filter(|answer| !self.wrong_answers.contains(answer)).cloned().collect();
            self.wrong_answers = wrong;
            news.into_iter().for_each(|answer| self.notice(Notice::WrongAnswer { answer }));
        }
        for outcome in outcomes.iter().filter(|outcome| outcome.found.is(checks::CONSUMER_LATEST)) {
            let pid = outcome.found.value("pid").and_then(|pid| pid.parse().ok());
            if let Some(pid) = pid.filter(|pid| self.waiting_consumers.insert(*pid)) {
                self.notice(Notice::ConsumerLatest { pid });
            }
        }
    }
}

/// The servers that a step's checks have the learner end.
pub(super) fn endings(checks: &[CheckSpec]) -> Vec<Ending> {
    let ending = |check: &CheckSpec| match check {
        CheckSpec::BrokerEnded { cleanly } => Some(Ending { role: ProcessRole::Broker, cleanly: *cleanly }),
        CheckSpec::Stopped { main_class } => match main_class.as_str() {
            BROKER_CLASS => Some(Ending { role: ProcessRole::Broker, cleanly: false }),
            COORDINATOR_CLASS => Some(Ending { role: ProcessRole::Coordinator, cleanly: false }),
            _ => None,
        },
        _ => None,
    };
    checks.iter().filter_map(ending).collect()
}
