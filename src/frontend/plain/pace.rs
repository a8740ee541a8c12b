//! When a block may be shown: not into the output of a command that is about to end.

use std::collections::{HashSet, VecDeque};
use std::time::{Duration, Instant};

use crate::lab::runner::RunEvent;

/// How long a block waits for the prompt of a command in the foreground. A server never gives it back: its block comes then.
const PATIENCE: Duration = Duration::from_millis(300);

/// The blocks that wait, in order.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// The terminals whose shell runs a line.
    busy: HashSet<String>,
    waiting: VecDeque<RunEvent>,
    due: Option<Instant>,
}

impl Pace {
    /// A shell has taken a line.
    pub(super) fn on_line(&mut self, terminal: &str) {
        self.busy.insert(terminal.to_owned());
    }

    /// A shell is about to show its prompt, or has ended.
    pub(super) fn on_prompt(&mut self, terminal: &str) {
        self.busy.remove(terminal);
    }

    /// The event, where it may be shown at once at the terminal that is `shown`; else it waits.
    pub(super) fn take(&mut self, event: RunEvent, shown: &str, now: Instant) -> Option<RunEvent> {
        let of_itself = matches!(
            event,
            RunEvent::ChecksChanged { .. }
                | RunEvent::StepPassed { .. }
                | RunEvent::StepStarted { .. }
                | RunEvent::ServerMissing { .. }
                | RunEvent::LabPassed
        );
        if self.waiting.is_empty() && !(of_itself && self.busy.contains(shown)) {
            return Some(event);
        }
        self.waiting.push_back(event);
        // what the learner asked for, or has to answer, is not put off
        let wait = if of_itself { PATIENCE } else { Duration::ZERO };
        self.due = Some(self.due.map_or(now + wait, |due| due.min(now + wait)));
        None
    }

    /// When the blocks are to be shown at the latest.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// The blocks that are to be shown now: all of them, since they waited for the same.
    pub(super) fn release(&mut self) -> VecDeque<RunEvent> {
        self.due = None;
        std::mem::take(&mut self.waiting)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(step: usize) -> RunEvent {
        RunEvent::StepStarted { step }
    }

    #[test]
    fn at_the_prompt_a_block_is_shown_at_once() {
        let mut pace = Pace::default();
        pace.on_line("broker");
        assert!(pace.take(step(1), "client", Instant::now()).is_some());
        assert_eq!(pace.due(), None);
    }

    #[test]
    fn a_block_waits_for_the_prompt_but_not_for_long() {
        let now = Instant::now();
        let mut pace = Pace::default();
        pace.on_line("client");
        assert!(pace.take(step(1), "client", now).is_none());
        assert!(pace.take(step(2), "client", now + PATIENCE / 2).is_none());
        assert_eq!(pace.due(), Some(now + PATIENCE), "the first one's");
        pace.on_prompt("client");
        assert!(pace.take(step(3), "client", now).is_none(), "in order");
        assert_eq!(pace.release().len(), 3);
        assert_eq!(pace.due(), None);
        assert!(pace.take(step(4), "client", now).is_some());
    }

    #[test]
    fn what_was_asked_for_is_not_put_off() {
        let now = Instant::now();
        let mut pace = Pace::default();
        pace.on_line("broker");
        assert!(pace.take(RunEvent::HintGiven { step: 0, tier: 0 }, "broker", now).is_some());
        assert!(pace.take(step(1), "broker", now).is_none());
        assert!(pace.take(RunEvent::HintGiven { step: 0, tier: 0 }, "broker", now).is_none());
        assert_eq!(pace.due(), Some(now));
    }
}
