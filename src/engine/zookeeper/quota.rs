//! Quotas: znodes below `/zookeeper/quota` that limit a subtree and count what is in it (`Quotas`, `StatsTrack`).

use std::collections::BTreeMap;
use std::fmt;

use super::data_tree::DataTree;
use super::protocol::{ErrorCode, parent_and_name};
use crate::log_warn;

/// The znode below which the quotas lie.
pub const ROOT: &str = "/zookeeper/quota";
/// The name of the znode with a limit.
pub const LIMITS: &str = "zookeeper_limits";
/// The name of the znode with what is there.
pub const STATS: &str = "zookeeper_stats";
/// The number of znodes.
pub const COUNT: &str = "count";
/// The bytes of their data.
pub const BYTES: &str = "bytes";
/// The number of znodes that is never exceeded.
pub const COUNT_HARD: &str = "countHardLimit";
/// The bytes that are never exceeded.
pub const BYTES_HARD: &str = "byteHardLimit";

/// The data of a limit or of a count, such as `count=5,bytes=-1=;countHardLimit=7`; -1 is no limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatsTrack(BTreeMap<String, i64>);

impl StatsTrack {
    /// What is no number counts as none.
    pub fn parse(data: &[u8]) -> Self {
        let text = String::from_utf8_lossy(data);
        let pairs = text.split([',', ';']).filter_map(|pair| pair.split_once('='));
        let number = |value: &str| value.split('=').next().and_then(|value| value.parse().ok()).unwrap_or(-1);
        Self(pairs.map(|(key, value)| (key.to_owned(), number(value))).collect())
    }

    /// The value of a key; -1 where there is none.
    pub fn get(&self, key: &str) -> i64 {
        self.0.get(key).copied().unwrap_or(-1)
    }

    /// Sets the value of a key.
    pub fn set(&mut self, key: &str, value: i64) {
        self.0.insert(key.to_owned(), value);
    }
}

impl fmt::Display for StatsTrack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{COUNT}={},{BYTES}={}", self.get(COUNT), self.get(BYTES))?;
        let others: Vec<_> = self.0.iter().filter(|(key, _)| *key != COUNT && *key != BYTES).collect();
        if !others.is_empty() {
            // a sign for readers of an older time, that they leave out what follows
            f.write_str("=")?;
        }
        others.into_iter().try_for_each(|(key, value)| write!(f, ";{key}={value}"))
    }
}

/// The path that a quota's znode speaks of: what follows `/zookeeper/quota` in its parent.
fn limited(path: &str, name: &str) -> Option<String> {
    let (parent, last) = parent_and_name(path)?;
    let limited = parent.strip_prefix(ROOT).filter(|limited| limited.starts_with('/') && last == name)?;
    Some(limited.to_owned())
}

impl DataTree {
    /// The longest path with a quota that the path lies in.
    fn quota_of(&self, path: &str) -> Option<String> {
        if self.quotas.is_empty() {
            return None;
        }
        let mut at = path;
        loop {
            if self.quotas.contains(at) && at != "/zookeeper" {
                return Some(at.to_owned());
            }
            at = parent_and_name(at)?.0;
        }
    }

    /// A snapshot was read: its quotas count again.
    pub(super) fn set_up_quotas(&mut self) {
        let mut found = Vec::new();
        self.walk(&mut |path, node| found.extend(limited(path, LIMITS).filter(|_| node.children.is_empty())));
        for path in found {
            self.count_again(&path);
            self.quotas.insert(path);
        }
    }

    /// A znode was created with so many bytes.
    pub(super) fn quota_created(&mut self, path: &str, bytes: i64) {
        if let Some(path) = limited(path, LIMITS) {
            self.quotas.insert(path);
        }
        if let Some(path) = limited(path, STATS) {
            self.count_again(&path);
        }
        self.quota_changed(path, bytes, 1);
    }

    /// A znode that had so many bytes was deleted.
    pub(super) fn quota_deleted(&mut self, path: &str, bytes: i64) {
        if let Some(path) = limited(path, LIMITS) {
            self.quotas.remove(&path);
        }
        self.quota_changed(path, -bytes, -1);
    }

    /// What the path's quota counts became more or less.
    pub(super) fn quota_changed(&mut self, path: &str, bytes: i64, count: i64) {
        let Some(limited) = self.quota_of(path) else { return };
        self.update(&limited, |stats| {
            stats.set(COUNT, stats.get(COUNT) + count);
            stats.set(BYTES, stats.get(BYTES) + bytes);
        });
    }

    fn count_again(&mut self, path: &str) {
        let (mut count, mut bytes) = (0, 0);
        let mut paths = vec![path.to_owned()];
        while let Some(path) = paths.pop() {
            let Some(node) = self.node(&path) else { continue };
            count += 1;
            bytes += length(node.data.as_deref());
            paths.extend(node.children.names().map(|child| format!("{path}/{child}")));
        }
        self.update(path, |stats| *stats = StatsTrack([(COUNT.to_owned(), count), (BYTES.to_owned(), bytes)].into()));
    }

    /// Changes a count's data; its statistics stay, as no transaction does it.
    fn update(&mut self, path: &str, change: impl FnOnce(&mut StatsTrack)) {
        let stats_path = format!("{ROOT}{path}/{STATS}");
        let Some(node) = self.node(&stats_path) else { return };
        let mut stats = StatsTrack::parse(node.data.as_deref().unwrap_or_default());
        change(&mut stats);
        self.set_data_quietly(&stats_path, stats.to_string().as_bytes());
    }

    /// Checks that so much more fits into the path's quota; a soft limit is only logged.
    ///
    /// # Errors
    /// `QuotaExceeded` where it exceeds a hard limit.
    pub fn check_quota(&self, path: &str, bytes: i64, count: i64) -> Result<(), ErrorCode> {
        let Some(limited) = self.quota_of(path) else { return Ok(()) };
        let read = |name: &str| {
            let node = self.node(&format!("{ROOT}{limited}/{name}"))?;
            Some(StatsTrack::parse(node.data.as_deref().unwrap_or_default()))
        };
        let (Some(limits), Some(stats)) = (read(LIMITS), read(STATS)) else { return Ok(()) };
        for (more, key, hard, word) in [(count, COUNT, COUNT_HARD, "Count"), (bytes, BYTES, BYTES_HARD, "Bytes")] {
            let is_hard = limits.get(hard) > -1;
            let limit = if is_hard { limits.get(hard) } else { limits.get(key) };
            let found = stats.get(key) + more;
            if more == 0 || limit < 0 || found <= limit {
                continue;
            }
            let kind = if is_hard { "hard" } else { "soft" };
            log_warn!(
                "org.apache.zookeeper.server.ZooKeeperServer",
                "Message: Quota exceeded: {limited} [current {key}={found}, {kind}{word}Limit={limit}]"
            );
            if is_hard {
                return Err(ErrorCode::QuotaExceeded);
            }
        }
        Ok(())
    }
}

/// Length of a znode's data in bytes.
pub(super) fn length(data: Option<&[u8]>) -> i64 {
    i64::try_from(data.map_or(0, <[u8]>::len)).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_and_written_as_zookeeper_does() {
        for text in ["count=-1,bytes=-1", "count=5,bytes=100=;byteHardLimit=7;countHardLimit=9"] {
            assert_eq!(StatsTrack::parse(text.as_bytes()).to_string(), text);
        }
        assert_eq!(StatsTrack::parse(b"bytes=x;count=1").to_string(), "count=1,bytes=-1");
        assert_eq!(limited("/zookeeper/quota/a/b/zookeeper_limits", LIMITS).as_deref(), Some("/a/b"));
        assert_eq!(limited("/zookeeper/quota/zookeeper_limits", LIMITS), None);
    }
}
