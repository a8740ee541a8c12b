//! What the next keys answer, and which terminal comes next: the same for both front ends.

use super::host::Leaving;
use super::keys;
use crate::lab::check::Outcome;
use crate::lab::coach::{Advice, Choice};
use crate::lab::format::{Lab, Turn};

/// What the next keys answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Asking {
    /// Nothing is asked: keys go to the terminal.
    #[default]
    Nothing,
    /// What becomes of the line that is held.
    HeldLine {
        /// Whether a change is proposed.
        has_fix: bool,
    },
    /// Whether to stop what runs.
    Leave,
}

/// An answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// What becomes of the held line.
    Line(Choice),
    /// The learner leaves.
    Leave(Leaving),
    /// The learner stays.
    Stay,
}

impl Asking {
    /// The question that an advice about a held line asks.
    pub(super) fn about(advice: &Advice) -> Self {
        Self::HeldLine { has_fix: advice.choices.contains(&Choice::Fix) }
    }

    /// The answer that the first key is which is one.
    pub(super) fn answer(self, bytes: &[u8]) -> Option<Answer> {
        keys::plain_keys(bytes).into_iter().find_map(|key| self.answer_of(key.to_ascii_lowercase()))
    }

    fn answer_of(self, key: u8) -> Option<Answer> {
        Some(match (self, key) {
            (Self::HeldLine { .. }, b'\r' | b'\n') => Answer::Line(Choice::RunAnyway),
            (Self::HeldLine { has_fix: true }, b'f') => Answer::Line(Choice::Fix),
            (Self::HeldLine { .. }, b'n' | 0x03 | 0x1b) => Answer::Line(Choice::Cancel),
            (Self::Leave, b's') => Answer::Leave(Leaving::Stop),
            (Self::Leave, b'k') => Answer::Leave(Leaving::Keep),
            (Self::Leave, 0x1b | 0x03 | b'n' | b'\r') => Answer::Stay,
            _ => return None,
        })
    }
}

/// The terminal where the step goes on, by what its checks found last.
pub(super) fn terminal_of_step<'a>(lab: &'a Lab, step: usize, outcomes: &'a [Outcome]) -> &'a str {
    let left = left_of_step(lab, step, outcomes);
    left.first().map_or(lab.spec.steps[step].terminal.as_str(), |turn| turn.terminal)
}

/// What is left to be typed in a step, by what its checks found last; everything, where they were not asked yet.
pub(super) fn left_of_step<'a>(lab: &'a Lab, step: usize, outcomes: &'a [Outcome]) -> Vec<Turn<'a>> {
    let spec = &lab.spec.steps[step];
    // those of another step
    let outcomes = if outcomes.len() == spec.checks.len() { outcomes } else { &[] };
    spec.left(|index| outcomes.get(index).map_or((false, None), |outcome| (outcome.passed, outcome.held_at())))
}

/// The terminal that F6 goes to: the step's, where it was not shown since the step led there; else the one after the one that is shown.
pub(super) fn next_terminal(lab: &Lab, of_step: Option<&str>, shown: &str, arrived: bool) -> String {
    if let Some(terminal) = of_step.filter(|_| !arrived) {
        return terminal.to_owned();
    }
    let names: Vec<&str> = lab.spec.terminals.iter().map(|terminal| terminal.name.as_str()).collect();
    let at = names.iter().position(|name| *name == shown).unwrap_or(0);
    names[(at + 1) % names.len()].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_answer_to_what_is_asked_counts() {
        let check = |asking: Asking, keys: &[u8], expected: Option<Answer>| assert_eq!(asking.answer(keys), expected, "{keys:?}");
        let held = Asking::HeldLine { has_fix: false };
        check(held, b"\r", Some(Answer::Line(Choice::RunAnyway)));
        check(held, b"f", None);
        check(Asking::HeldLine { has_fix: true }, b"F", Some(Answer::Line(Choice::Fix)));
        check(held, b"\x1b", Some(Answer::Line(Choice::Cancel)));
        check(held, b"\x1b[A", None);
        check(Asking::Leave, b"k", Some(Answer::Leave(Leaving::Keep)));
        check(Asking::Leave, b"\x03", Some(Answer::Stay));
        check(Asking::Leave, b"x", None);
        check(Asking::HeldLine { has_fix: true }, b"xyzf\r", Some(Answer::Line(Choice::Fix)));
        check(Asking::Nothing, b"s", None);
    }
}
