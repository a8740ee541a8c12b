//! When the next picture may be drawn: at once while pictures are rare, so that a key's echo waits for nothing; at an even pace in a flood of
//! output, which would otherwise be drawn line by line.

use std::time::{Duration, Instant};

/// The time between two pictures of a flood.
const BETWEEN: Duration = Duration::from_millis(12);
/// How many pictures may follow each other without a pause after a quiet time.
const AT_ONCE: u32 = 3;

/// How far ahead of its even pace the drawing is.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// When an even pace would have drawn the pictures that there were.
    even: Option<Instant>,
}

impl Pace {
    /// When the next picture may be drawn; a moment that is past means now.
    pub(super) fn due(&self) -> Option<Instant> {
        self.even.map(|even| even - BETWEEN * (AT_ONCE - 1))
    }

    /// A picture was drawn.
    pub(super) fn drew(&mut self, now: Instant) {
        self.even = Some(self.even.map_or(now, |even| even.max(now)) + BETWEEN);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pictures that are wanted at these milliseconds are drawn at those.
    fn check(wanted: &[u64], drawn: &[u64]) {
        let begin = Instant::now() + Duration::from_secs(1);
        let mut pace = Pace::default();
        let mut last = begin;
        let at: Vec<u64> = wanted
            .iter()
            .map(|wanted| {
                let wanted = begin + Duration::from_millis(*wanted);
                last = pace.due().map_or(wanted, |due| due.max(wanted)).max(last);
                pace.drew(last);
                (last - begin).as_millis() as u64
            })
            .collect();
        assert_eq!(at, drawn);
    }

    #[test]
    fn a_few_pictures_are_drawn_at_once_and_a_flood_evenly() {
        check(&[0, 0, 0, 0, 0, 0], &[0, 0, 0, 12, 24, 36]);
    }

    #[test]
    fn who_types_never_waits() {
        check(&[0, 30, 31, 60, 61, 90, 91], &[0, 30, 31, 60, 61, 90, 91]);
    }

    #[test]
    fn a_quiet_time_is_no_credit_for_more_than_a_few() {
        check(&[0, 500, 500, 500, 500, 500], &[0, 500, 500, 500, 512, 524]);
    }
}
