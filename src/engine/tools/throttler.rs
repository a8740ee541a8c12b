//! Holds a tool back so that it sends about as many records a second as it was asked to (`ThroughputThrottler`).

use std::time::Duration;

/// Shorter pauses are saved up.
const MIN_PAUSE: Duration = Duration::from_millis(2);

/// What to do after a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pause {
    /// Go on.
    None,
    /// Wait that long.
    For(Duration),
    /// Wait for the end: no records a second were asked for.
    ForEver,
}

/// A throttler; time is given in milliseconds of any clock.
#[derive(Debug)]
pub(super) struct Throttler {
    start_ms: i64,
    /// Records a second; below 0 for as many as possible.
    target: i64,
    saved: Duration,
}

impl Throttler {
    /// A throttler for records from `start_ms` on.
    pub(super) fn new(target: i64, start_ms: i64) -> Self {
        Self { start_ms, target, saved: Duration::ZERO }
    }

    /// What to do after the record that was sent at `now_ms`, with `before` records before it.
    pub(super) fn after(&mut self, before: u64, now_ms: i64) -> Pause {
        if self.target < 0 {
            return Pause::None;
        }
        let (elapsed, before) = ((now_ms - self.start_ms) as f32 / 1000.0, before as f32);
        let too_fast = elapsed > 0.0 && before / elapsed > self.target as f32;
        if !too_fast {
            return Pause::None;
        }
        let Ok(target) = u64::try_from(self.target) else { return Pause::None };
        if target == 0 {
            return Pause::ForEver;
        }
        self.saved += Duration::from_nanos(1_000_000_000 / target);
        if self.saved < MIN_PAUSE {
            return Pause::None;
        }
        Pause::For(std::mem::take(&mut self.saved))
    }
}

/// Waits as long as a pause says.
pub(super) async fn wait(pause: Pause) {
    match pause {
        Pause::None => {}
        Pause::For(duration) => tokio::time::sleep(duration).await,
        Pause::ForEver => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_come_only_when_it_is_too_fast() {
        let mut throttler = Throttler::new(100, 1000);
        assert_eq!(throttler.after(50, 1000), Pause::None, "no time has passed");
        assert_eq!(throttler.after(10, 1200), Pause::None, "50 a second");
        assert_eq!(throttler.after(50, 1200), Pause::For(Duration::from_millis(10)), "250 a second");
        let mut fast = Throttler::new(1000, 0);
        assert_eq!(fast.after(100, 10), Pause::None, "a pause of 1 ms is saved up");
        assert_eq!(fast.after(101, 10), Pause::For(Duration::from_millis(2)));
        assert_eq!(Throttler::new(-1, 0).after(1_000_000, 1), Pause::None);
        assert_eq!(Throttler::new(0, 0).after(1, 1), Pause::ForEver);
    }
}
