//! What a learner means who asks that a step be done for them, also while something is still being played.

use std::time::{Duration, Instant};

/// How long the checks of a step may take to hold when its solution was played, before the learner is told that they do not.
pub(super) const PASS_DEADLINE: Duration = Duration::from_secs(10);
/// The same where the learner has asked for that step once more: what was played is not played anew while its checks are about to hold.
const AGAIN_AFTER: Duration = Duration::from_secs(3);

/// Whose turn it is. What is asked for is a step by its number, the one that the learner saw, and never another one:
///
/// - A step that was passed meanwhile is done, and the wish with it: nothing happens.
/// - The step that is on is played.
/// - Who asks for the step that is being played fears that nothing goes on. What is played is not disturbed. Where it fails, or its
///   checks do not hold soon after, it is played once more; once, however often that was asked.
/// - A step may be passed before all of its solution was played. Who asks for the next one then has it done as soon as that has ended,
///   well or not: it is another step.
///
/// What the learner types in the meantime takes the wish for another attempt back: they have gone on themselves.
#[derive(Debug, Default)]
pub(super) struct Turns {
    /// The step whose solution is played.
    played: Option<usize>,
    /// It, or the one that rests, was asked for again.
    again: bool,
    /// The step that was asked for while something else was played.
    next: Option<usize>,
    /// What was played and has not passed.
    rest: Option<Rest>,
}

#[derive(Debug)]
struct Rest {
    step: usize,
    since: Instant,
}

/// What becomes of a wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// It is over.
    Void,
    /// The step is to be played now.
    Now,
    /// The step is played already, and once more if it does not pass.
    Again,
    /// The step is played when what is played has ended.
    Next,
}

/// A step that was played to its end has not passed in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// It is to be played once more.
    Again(usize),
    /// The learner is to be told.
    NotDone(usize),
}

impl Turns {
    /// A step's solution is played.
    pub(super) fn begin(&mut self, step: usize) {
        *self = Self { played: Some(step), ..Self::default() };
    }

    /// The learner asks for a step; `current` is the one that is on, `playing` says whether anything is played.
    pub(super) fn ask(&mut self, step: usize, current: Option<usize>, playing: bool, now: Instant) -> Wish {
        let rests = |rest: &Rest| rest.step == step && now < rest.since + AGAIN_AFTER;
        if current != Some(step) {
            Wish::Void
        } else if if playing { self.played == Some(step) } else { self.rest.as_ref().is_some_and(rests) } {
            self.again = true;
            Wish::Again
        } else if playing {
            self.next = Some(step);
            Wish::Next
        } else {
            *self = Self::default();
            Wish::Now
        }
    }

    /// The learner types.
    pub(super) fn on_typed(&mut self) {
        self.again &= self.rest.is_none();
    }

    /// What was played has ended, well or not; returns the step whose turn it is.
    pub(super) fn end(&mut self, well: bool, current: Option<usize>, now: Instant) -> Option<usize> {
        let Self { played, again, next, .. } = std::mem::take(self);
        if next.is_some() && next == current {
            return next;
        }
        if let Some(step) = played.filter(|step| current == Some(*step) && (well || again)) {
            *self = Self { again, rest: Some(Rest { step, since: now }), ..Self::default() };
        }
        None
    }

    /// When a step that was played has had its time.
    pub(super) fn until(&self) -> Option<Instant> {
        self.rest.as_ref().map(|rest| rest.since + if self.again { AGAIN_AFTER } else { PASS_DEADLINE })
    }

    /// What has to be done now for a step that was played and has not passed.
    pub(super) fn due(&mut self, current: Option<usize>, now: Instant) -> Option<Due> {
        if self.until().is_none_or(|until| now < until) {
            return None;
        }
        let Self { again, rest, .. } = std::mem::take(self);
        let step = rest?.step;
        (current == Some(step)).then_some(if again { Due::Again(step) } else { Due::NotDone(step) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Something that happens, to the step that is on.
    #[derive(Clone, Copy, Debug)]
    enum Now {
        Ask(usize),
        Typed,
        Passed,
        End { well: bool },
        Seconds(u64),
    }
    use Now::{Ask, End, Passed, Seconds, Typed};

    /// Step 0 is asked for and played, then this happens; what comes of it, in order.
    fn check(happens: &[Now], expected: &[&str]) {
        let (mut turns, mut now, mut current, mut playing) = (Turns::default(), Instant::now(), 0, false);
        let mut seen = Vec::new();
        for happening in [Ask(0)].iter().chain(happens) {
            let mut play = |turns: &mut Turns, step: usize| {
                seen.push(format!("play {step}"));
                turns.begin(step);
                true
            };
            match *happening {
                Ask(step) => match turns.ask(step, Some(current), playing, now) {
                    Wish::Now => playing = play(&mut turns, step),
                    wish => seen.push(format!("{wish:?}")),
                },
                Typed => turns.on_typed(),
                Passed => current += 1,
                End { well } => {
                    playing = false;
                    if let Some(next) = turns.end(well, Some(current), now) {
                        playing = play(&mut turns, next);
                    }
                }
                Seconds(seconds) => now += Duration::from_secs(seconds),
            }
            match turns.due(Some(current), now) {
                Some(Due::Again(step)) => {
                    seen.push(format!("play {step}"));
                    turns.begin(step);
                    playing = true;
                }
                Some(Due::NotDone(step)) => seen.push(format!("{step} is not done")),
                None => {}
            }
        }
        assert_eq!(seen[1..], *expected, "{happens:?}");
    }

    const WELL: Now = End { well: true };
    const FAILED: Now = End { well: false };

    #[test]
    fn a_wish_for_a_step_that_was_passed_is_void() {
        check(&[Passed, Ask(0)], &["Void"]);
        check(&[Passed, Ask(0), WELL, Seconds(60)], &["Void"]);
        check(&[Passed, WELL, Ask(0), Seconds(60)], &["Void"]);
        // one that nobody can have seen
        check(&[Ask(1), WELL], &["Void"]);
    }

    #[test]
    fn the_step_that_is_played_is_played_once_more_where_it_does_not_pass() {
        check(&[Ask(0), WELL, Passed, Seconds(60)], &["Again"]);
        check(&[Ask(0), Passed, WELL, Seconds(60)], &["Again"]);
        check(&[Ask(0), Ask(0), WELL, Seconds(3), WELL, Passed, Seconds(60)], &["Again", "Again", "play 0"]);
        check(&[Ask(0), FAILED, Seconds(2), Seconds(1), FAILED, Seconds(60)], &["Again", "play 0"]);
        check(&[Ask(0), WELL, Typed, Seconds(3), Seconds(7)], &["Again", "0 is not done"]);
        // typed while it was still played
        check(&[Ask(0), Typed, WELL, Seconds(3)], &["Again", "play 0"]);
    }

    #[test]
    fn a_step_that_was_played_and_does_not_pass_is_told_of() {
        check(&[WELL, Seconds(9), Seconds(1), Seconds(60)], &["0 is not done"]);
        check(&[WELL, Passed, Seconds(60)], &[]);
        // that was told already
        check(&[FAILED, Seconds(60)], &[]);
        // asked for once more: at once, unless its checks may be about to hold
        check(&[WELL, Seconds(2), Ask(0), Seconds(1)], &["Again", "play 0"]);
        check(&[WELL, Seconds(2), Ask(0), Passed, Seconds(1)], &["Again"]);
        check(&[WELL, Seconds(3), Ask(0), Seconds(1)], &["play 0"]);
        check(&[FAILED, Ask(0)], &["play 0"]);
    }

    #[test]
    fn the_next_step_has_its_turn_when_the_last_one_is_played() {
        check(&[Passed, Ask(1), Ask(1), WELL], &["Next", "Next", "play 1"]);
        check(&[Passed, Ask(1), FAILED], &["Next", "play 1"]);
        check(&[Ask(0), Passed, Ask(1), WELL, WELL, Passed, Seconds(60)], &["Again", "Next", "play 1"]);
        check(&[Passed, Ask(1), Passed, WELL, Seconds(60)], &["Next"]);
        check(&[WELL, Passed, Ask(1)], &["play 1"]);
    }
}
