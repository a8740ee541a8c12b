//! Figures over the last while (`SampledStat`): what is recorded goes into samples of a length of time each, the oldest of which is used
//! anew.

use crate::catalog::client_metrics::Stat;

/// How long is looked back: the number of samples and the length of each in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sampling {
    /// `metrics.num.samples`.
    pub samples: usize,
    /// `metrics.sample.window.ms`.
    pub window_ms: u64,
}

impl Default for Sampling {
    fn default() -> Self {
        Self { samples: 2, window_ms: 30_000 }
    }
}

/// Milliseconds in an hour.
const HOUR_MS: f64 = 3_600_000.0;

/// What one sample knows.
#[derive(Clone, Copy, Debug)]
struct Sample {
    since: u64,
    sum: f64,
    count: f64,
    most: f64,
    least: f64,
}

impl Sample {
    fn new(since: u64) -> Self {
        Self { since, sum: 0.0, count: 0.0, most: f64::NEG_INFINITY, least: f64::INFINITY }
    }

    fn with(self, other: Self) -> Self {
        Self {
            since: self.since.min(other.since),
            sum: self.sum + other.sum,
            count: self.count + other.count,
            most: self.most.max(other.most),
            least: self.least.min(other.least),
        }
    }
}

/// Everything that was recorded of one thing, as far as its figures need it.
#[derive(Debug)]
pub(super) struct Recorded {
    sampling: Sampling,
    samples: Vec<Sample>,
    current: usize,
    sum: f64,
    count: f64,
    last: Option<(u64, f64)>,
}

impl Recorded {
    pub(super) fn new(sampling: Sampling) -> Self {
        Self { sampling, samples: Vec::new(), current: 0, sum: 0.0, count: 0.0, last: None }
    }

    /// Records a value at a time in milliseconds, which never goes back.
    pub(super) fn record(&mut self, value: f64, now: u64) {
        self.sum += value;
        self.count += 1.0;
        self.last = Some((now, value));
        let sample = self.sample(now);
        *sample = sample.with(Sample { since: sample.since, sum: value, count: 1.0, most: value, least: value });
    }

    fn sample(&mut self, now: u64) -> &mut Sample {
        let window_ms = self.sampling.window_ms;
        let complete = self.samples.get(self.current).is_none_or(|sample| now - sample.since >= window_ms);
        if complete && self.samples.len() < self.sampling.samples.max(1) {
            self.samples.push(Sample::new(now));
            self.current = self.samples.len() - 1;
        } else if complete {
            self.current = (self.current + 1) % self.samples.len();
            self.samples[self.current] = Sample::new(now);
        }
        &mut self.samples[self.current]
    }

    /// The figure as it is now.
    pub(super) fn figure(&self, stat: Stat, now: u64) -> f64 {
        let Sampling { samples, window_ms } = self.sampling;
        let span = window_ms * samples as u64;
        let fresh = self.samples.iter().filter(|sample| now - sample.since < span);
        let recent = fresh.copied().reduce(Sample::with).unwrap_or(Sample::new(now));
        // what has hardly begun is reckoned as if the samples before it had been empty
        let elapsed = now - recent.since;
        let missing = (samples as u64).saturating_sub(1).saturating_sub(elapsed / window_ms.max(1));
        let elapsed_ms = (elapsed + missing * window_ms) as f64;
        let some = |value: f64| if recent.count > 0.0 { value } else { f64::NAN };
        let over = |amount: f64, time: f64| if amount == 0.0 { 0.0 } else { amount / time };
        match stat {
            Stat::Rate => over(recent.sum, elapsed_ms / 1000.0),
            Stat::CountRate => over(recent.count, elapsed_ms / 1000.0),
            Stat::HourRate => over(recent.count, elapsed_ms / HOUR_MS),
            Stat::Ratio => over(recent.sum, elapsed_ms * 1e6),
            Stat::Avg => some(recent.sum / recent.count),
            Stat::Max => some(recent.most),
            Stat::Min => some(recent.least),
            Stat::Total => self.sum,
            Stat::Count => self.count,
            Stat::Last | Stat::Whole => self.last.map_or(f64::NAN, |(_, value)| value),
            Stat::Ago => self.last.map_or(-1.0, |(at, _)| ((now - at) / 1000) as f64),
            Stat::Age => self.last.map_or(f64::NAN, |(at, _)| (now - at) as f64 / 1000.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(values: &[(u64, f64)], now: u64, stat: Stat, expected: f64) {
        let mut recorded = Recorded::new(Sampling::default());
        values.iter().for_each(|(at, value)| recorded.record(*value, *at));
        let found = recorded.figure(stat, now);
        let same = (found.is_nan() && expected.is_nan()) || (found - expected).abs() < 1e-9;
        assert!(same, "{stat:?} of {values:?} at {now}: {found}, expected {expected}");
    }

    #[test]
    fn figures_are_made_as_kafka_makes_them() {
        let two = [(1000, 3.0), (2000, 5.0)];
        // one sample of half a minute is taken to have been empty
        check(&two, 3000, Stat::Rate, 8.0 / 32.0);
        check(&two, 3000, Stat::CountRate, 2.0 / 32.0);
        check(&two, 3000, Stat::HourRate, 2.0 / (32.0 / 3600.0));
        check(&[(0, 1e9)], 2000, Stat::Ratio, 1.0 / 32.0);
        check(&two, 3000, Stat::Avg, 4.0);
        check(&two, 3000, Stat::Max, 5.0);
        check(&two, 3000, Stat::Min, 3.0);
        check(&two, 3000, Stat::Total, 8.0);
        check(&two, 3000, Stat::Count, 2.0);
        check(&two, 3500, Stat::Last, 5.0);
        check(&two, 3500, Stat::Ago, 1.0);
        check(&two, 3500, Stat::Age, 1.5);
        for (stat, expected) in [(Stat::Rate, 0.0), (Stat::Avg, f64::NAN), (Stat::Max, f64::NAN), (Stat::Ago, -1.0)] {
            check(&[], 3000, stat, expected);
        }
    }

    #[test]
    fn what_is_old_counts_for_totals_alone() {
        let three = [(0, 1.0), (31_000, 2.0), (62_000, 4.0)];
        check(&three, 62_000, Stat::Max, 4.0);
        check(&three, 62_000, Stat::Min, 2.0);
        check(&three, 62_000, Stat::Rate, 6.0 / 31.0);
        check(&three, 62_000, Stat::Total, 7.0);
        check(&three, 200_000, Stat::Rate, 0.0);
        check(&three, 200_000, Stat::Avg, f64::NAN);
    }
}
