//! Latencies of many records, every so many of which are kept for the percentiles.

/// The most latencies that are kept.
const MAX_KEPT: u64 = 500_000;

/// Latencies, in milliseconds.
#[derive(Debug)]
pub(super) struct Latencies {
    kept: Vec<u64>,
    every: u64,
    seen: u64,
}

impl Latencies {
    /// For about `count` records, 1 at least.
    pub(super) fn for_count(count: u64) -> Self {
        let every = count / count.clamp(1, MAX_KEPT);
        Self { kept: Vec::new(), every: every.max(1), seen: 0 }
    }

    /// Notes one; of more than were foretold the rest is left out.
    pub(super) fn add(&mut self, latency: u64) {
        if self.seen.is_multiple_of(self.every) && (self.kept.len() as u64) < 2 * MAX_KEPT {
            self.kept.push(latency);
        }
        self.seen += 1;
    }

    /// The latencies at these shares, from 0 to below 1; 0 where there are none.
    pub(super) fn percentiles<const N: usize>(&mut self, shares: [f64; N]) -> [u64; N] {
        self.kept.sort_unstable();
        shares.map(|share| self.kept.get((share * self.kept.len() as f64) as usize).copied().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_that_kafka_picks() {
        let mut latencies = Latencies::for_count(1000);
        (0..1000).rev().for_each(|latency| latencies.add(latency));
        assert_eq!(latencies.percentiles([0.5, 0.95, 0.99, 0.999]), [500, 950, 990, 999]);
        assert_eq!(Latencies::for_count(7).percentiles([0.5]), [0]);
    }

    #[test]
    fn of_many_only_some_are_kept() {
        let mut latencies = Latencies::for_count(2_000_000);
        (0..2_000_000).for_each(|latency| latencies.add(latency));
        assert_eq!(latencies.kept.len(), 500_000);
        assert_eq!(latencies.percentiles([0.5]), [1_000_000]);
    }
}
