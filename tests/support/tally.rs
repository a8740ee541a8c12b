//! What a campaign did, told in one line at its end: a log of it is evidence.

use std::fmt::{self, Write as _};
use std::io::Write as _;
use std::time::{Duration, Instant};

/// Counts and times of a campaign. Whoever drops it has it told, also where the campaign failed.
pub struct Tally {
    campaign: String,
    begun: Instant,
    counts: Vec<(&'static str, u64)>,
    times: Vec<(&'static str, Duration)>,
}

impl Tally {
    /// Begins; `campaign` is its name and what it was begun with, as its seed.
    pub fn new(campaign: impl Into<String>) -> Self {
        Self { campaign: campaign.into(), begun: Instant::now(), counts: Vec::new(), times: Vec::new() }
    }

    /// Something happened that often.
    pub fn add(&mut self, what: &'static str, count: impl TryInto<u64>) {
        let count = count.try_into().unwrap_or(u64::MAX);
        match self.counts.iter_mut().find(|(known, _)| *known == what) {
            Some((_, sum)) => *sum += count,
            None => self.counts.push((what, count)),
        }
    }

    /// A part of the time went there, since `from`.
    pub fn spent(&mut self, what: &'static str, from: Instant) {
        let time = from.elapsed();
        match self.times.iter_mut().find(|(known, _)| *known == what) {
            Some((_, sum)) => *sum += time,
            None => self.times.push((what, time)),
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.campaign)?;
        for (what, count) in &self.counts {
            write!(f, " {count} {what},")?;
        }
        write!(f, " {:.1} s", self.begun.elapsed().as_secs_f64())?;
        let times: Vec<String> = self.times.iter().map(|(what, time)| format!("{what} {:.1}", time.as_secs_f64())).collect();
        if times.is_empty() { Ok(()) } else { write!(f, " ({})", times.join(", ")) }
    }
}

impl Drop for Tally {
    fn drop(&mut self) {
        let mut line = String::from("\n");
        let end = if std::thread::panicking() { "failed" } else { "done" };
        // a string takes what is written
        let _ = writeln!(line, "campaign {end}: {self}");
        // not through `eprintln!`, which the test harness keeps to itself
        let _ = std::io::stderr().write_all(line.as_bytes());
    }
}

#[test]
fn a_tally_is_one_line() {
    let mut tally = Tally::new("crash seed 1");
    tally.add("rounds", 1);
    tally.add("rounds", 2);
    tally.add("kills", 3_usize);
    tally.spent("start", Instant::now());
    let line = tally.to_string();
    assert!(line.starts_with("crash seed 1: 3 rounds, 3 kills, 0.0 s (start 0.0"), "{line}");
}
