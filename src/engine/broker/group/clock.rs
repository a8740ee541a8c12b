//! The clock of the coordinator: ticks that never go back beside the time of day.

use std::time::{SystemTime, UNIX_EPOCH};

use tokio::time::{Duration, Instant};

use super::machine::Now;

/// Counts ticks from its making.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: Instant,
}

impl Clock {
    /// A clock at tick 0.
    pub fn new() -> Self {
        Self { start: Instant::now() }
    }

    /// This moment.
    pub fn now(&self) -> Now {
        let ticks = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        Now { ticks, wall: i64::try_from(wall).unwrap_or(i64::MAX) }
    }

    /// When a tick is.
    pub fn instant(&self, tick: u64) -> Instant {
        self.start + Duration::from_millis(tick)
    }
}
