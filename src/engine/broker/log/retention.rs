//! Which segments have had their time: a decision over plain facts.

use super::LogConfig;

/// What the decision needs to know of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SegmentFacts {
    /// Bytes in its `.log` file.
    pub size: u64,
    /// The largest time in it.
    pub largest_timestamp: i64,
    /// The offset after its last record.
    pub end_offset: i64,
}

/// Why segments go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// All their records lie before the log's start.
    LogStart,
    /// The log is larger than `retention.bytes` without them.
    Size,
    /// All their records are older than `retention.ms`.
    Time,
}

/// How many of the oldest segments may go now, and why; segments with records above the high watermark stay, and so does an empty
/// active one. `log_start` and `high_watermark` are offsets, `now` is in milliseconds.
pub fn deletable(
    segments: &[SegmentFacts],
    config: &LogConfig,
    log_start: i64,
    high_watermark: i64,
    now: i64,
) -> Option<(usize, Reason)> {
    let allowed = segments.iter().enumerate().take_while(|(at, segment)| {
        let empty_active = at + 1 == segments.len() && segment.size == 0;
        segment.end_offset <= high_watermark && !empty_active
    });
    let allowed: Vec<&SegmentFacts> = allowed.map(|(_, segment)| segment).collect();
    let last = segments.len().saturating_sub(1);
    let started = allowed.iter().take(last).take_while(|segment| segment.end_offset <= log_start).count();
    if started > 0 {
        return Some((started, Reason::LogStart));
    }
    if !config.delete {
        return None;
    }
    let total: u64 = segments.iter().map(|segment| segment.size).sum();
    if let Ok(limit) = u64::try_from(config.retention_bytes) {
        let mut over = total.saturating_sub(limit);
        let fits = |segment: &&&SegmentFacts| {
            let goes = over >= segment.size && over > 0;
            over = over.saturating_sub(segment.size);
            goes
        };
        let count = allowed.iter().take_while(fits).count();
        if count > 0 {
            return Some((count, Reason::Size));
        }
    }
    if config.retention_ms >= 0 {
        let old = |segment: &&&SegmentFacts| now.saturating_sub(segment.largest_timestamp) > config.retention_ms;
        let count = allowed.iter().take_while(old).count();
        if count > 0 {
            return Some((count, Reason::Time));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three segments of 100 bytes at times 1000, 2000, 3000 with 10 records each.
    fn check(
        change: impl FnOnce(&mut LogConfig),
        log_start: i64,
        high_watermark: i64,
        now: i64,
        expected: Option<(usize, Reason)>,
    ) {
        let segments: Vec<_> =
            (1..=3).map(|n| SegmentFacts { size: 100, largest_timestamp: n * 1000, end_offset: n * 10 }).collect();
        let mut config = LogConfig { retention_ms: -1, ..LogConfig::default() };
        change(&mut config);
        assert_eq!(deletable(&segments, &config, log_start, high_watermark, now), expected);
    }

    #[test]
    fn segments_go_by_start_size_and_time() {
        check(|_| {}, 0, 30, i64::MAX, None);
        check(|_| {}, 19, 30, 0, Some((1, Reason::LogStart)));
        check(|_| {}, 30, 30, 0, Some((2, Reason::LogStart)));
        check(|c| c.retention_bytes = 100, 0, 30, 0, Some((2, Reason::Size)));
        check(|c| c.retention_bytes = 101, 0, 30, 0, Some((1, Reason::Size)));
        check(|c| c.retention_bytes = 300, 0, 30, 0, None);
        check(|c| c.retention_bytes = 0, 0, 30, 0, Some((3, Reason::Size)));
        check(|c| c.retention_ms = 500, 0, 30, 2501, Some((2, Reason::Time)));
        check(|c| c.retention_ms = 500, 0, 30, 2500, Some((1, Reason::Time)));
        check(|c| c.retention_ms = 500, 0, 30, 9999, Some((3, Reason::Time)));
        check(|c| c.retention_ms = 500, 0, 19, 9999, Some((1, Reason::Time)));
        check(|c| (c.retention_ms, c.delete) = (500, false), 0, 30, 9999, None);
    }

    #[test]
    fn an_empty_active_segment_stays() {
        let segments = [SegmentFacts { size: 0, largest_timestamp: 0, end_offset: 0 }];
        let config = LogConfig { retention_ms: 0, ..LogConfig::default() };
        assert_eq!(deletable(&segments, &config, 0, 0, i64::MAX), None);
    }
}
