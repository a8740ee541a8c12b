//! How a data directory is kept: the storage keys of `zookeeper.properties`, each a Java system property of ZooKeeper.

use std::time::Duration;

use super::data_tree::TreeOptions;

/// The least `snapCount`.
const MIN_SNAP_COUNT: i32 = 2;
const KIB: i64 = 1024;

/// How snapshots are written; the name of a file says how it is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compression {
    /// As they are.
    #[default]
    None,
    /// Gzip, `snapshot.N.gz`.
    Gzip,
    /// Snappy in the frames of snappy-java, `snapshot.N.snappy`.
    Snappy,
}

impl Compression {
    /// What `snapshot.compression.method` or the end of a file's name says; anything unknown is [`Compression::None`].
    pub fn of(name: &str) -> Self {
        match name.to_ascii_lowercase().as_str() {
            "gz" => Self::Gzip,
            "snappy" => Self::Snappy,
            _ => Self::None,
        }
    }

    /// What stands at the end of a file's name.
    pub fn extension(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Gzip => ".gz",
            Self::Snappy => ".snappy",
        }
    }

    /// The name in ZooKeeper's log.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "CHECKED",
            Self::Gzip => "GZIP",
            Self::Snappy => "SNAPPY",
        }
    }
}

/// The storage keys; ZooKeeper's names are in parentheses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StorageOptions {
    /// Whether a transaction is on disk before it is answered (`forceSync`, anything but `no`).
    pub force_sync: bool,
    /// Bytes by which a log grows at a time; none where it is 0 or less (`preAllocSize`, in KiB).
    pub preallocate_bytes: i64,
    /// A log longer than so many bytes is followed by the next; `None` is no limit (`txnLogSizeLimitInKb`).
    pub log_size_limit: Option<i64>,
    /// An fsync that takes longer is warned of (`fsync.warningthresholdms`).
    pub fsync_warning: Duration,
    /// Transactions after half to all of which a snapshot is taken, at random (`snapCount`).
    pub snap_count: i32,
    /// Bytes of logs after half to all of which a snapshot is taken, at random; `None` is never (`snapSizeLimitInKb`).
    pub snap_size_limit: Option<i64>,
    /// Requests that share an fsync; any number where it is 0 or less (`maxBatchSize`).
    pub max_batch_size: i32,
    /// How long an fsync waits for more requests (`flushDelay`).
    pub flush_delay: Duration,
    /// How long it waits for the next of them (`maxWriteQueuePollTime`).
    pub max_write_queue_poll_time: Duration,
    /// How snapshots are written (`snapshot.compression.method`).
    pub compression: Compression,
    /// Whether logs without a snapshot are trusted (`snapshot.trust.empty`).
    pub trust_empty: bool,
    /// How the tree is kept (`digest.enabled`, `emulate353TTLNodes`).
    pub tree: TreeOptions,
    /// Whether missing folders are made (`datadir.autocreate`).
    pub autocreate: bool,
}

impl Default for StorageOptions {
    fn default() -> Self {
        Self::read(|_| None, |_, _| {})
    }
}

impl StorageOptions {
    /// Reads the keys; what Java cannot read as a number counts as not set. `warn` is told which key is wrong, and why.
    pub fn read<'a>(get: impl Fn(&str) -> Option<&'a str>, mut warn: impl FnMut(&str, String)) -> Self {
        let long = |key: &str, default: i64| get(key).and_then(java_long).unwrap_or(default);
        let int =
            |key: &str, default: i32| get(key).and_then(java_long).and_then(|value| value.try_into().ok()).unwrap_or(default);
        let millis = |value: i64| Duration::from_millis(u64::try_from(value).unwrap_or(0));
        // this one ZooKeeper reads itself
        let preallocate = get("preAllocSize").map(|value| value.parse::<i64>().map_err(|_| value));
        let preallocate_kib = match preallocate {
            None => 64 * KIB,
            Some(Ok(kib)) => kib,
            Some(Err(value)) => {
                warn("preAllocSize", format!("{value} is not a valid value for preAllocSize"));
                64 * KIB
            }
        };
        let mut snap_count = int("snapCount", 100_000);
        if snap_count < MIN_SNAP_COUNT {
            warn("snapCount", "SnapCount should be 2 or more. Now, snapCount is reset to 2".to_owned());
            snap_count = MIN_SNAP_COUNT;
        }
        let kib = |value: i64| (value > 0).then(|| value.saturating_mul(KIB));
        let flush_delay = long("flushDelay", 0);
        let is = |key: &str, default: bool| get(key).map_or(default, |value| value.eq_ignore_ascii_case("true"));
        Self {
            force_sync: get("forceSync") != Some("no"),
            preallocate_bytes: preallocate_kib.saturating_mul(KIB),
            log_size_limit: kib(long("txnLogSizeLimitInKb", -1)),
            fsync_warning: millis(long("fsync.warningthresholdms", 1000)),
            snap_count,
            snap_size_limit: kib(long("snapSizeLimitInKb", 4 * KIB * KIB)),
            max_batch_size: int("maxBatchSize", 1000),
            flush_delay: millis(flush_delay),
            max_write_queue_poll_time: millis(long("maxWriteQueuePollTime", flush_delay / 3)),
            compression: get("snapshot.compression.method").map(Compression::of).unwrap_or_default(),
            trust_empty: is("snapshot.trust.empty", false),
            tree: TreeOptions {
                digest: is("digest.enabled", true),
                old_ttls: is("emulate353TTLNodes", false) && is("extendedTypesEnabled", false),
            },
            autocreate: is("datadir.autocreate", true),
        }
    }
}

/// A number as `Long.getLong` takes it from a system property: decimal, or with 0x, 0X, # or 0 in front.
fn java_long(text: &str) -> Option<i64> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => ("-", &text[1..]),
        b'+' => ("", &text[1..]),
        _ => ("", text),
    };
    let (digits, radix) = match digits.as_bytes() {
        [b'0', b'x' | b'X', _, ..] => (&digits[2..], 16),
        [b'#', _, ..] => (&digits[1..], 16),
        [b'0', _, ..] => (&digits[1..], 8),
        _ => (digits, 10),
    };
    if digits.starts_with(['-', '+']) {
        return None;
    }
    i64::from_str_radix(&format!("{sign}{digits}"), radix).ok()
}

/// When the next snapshot is due: after half of the limits and a random part of the other half, so that not all servers of an ensemble take
/// theirs at once.
#[derive(Clone, Copy, Debug)]
pub struct SnapshotDue {
    transactions: i64,
    bytes: Option<i64>,
}

impl SnapshotDue {
    /// Draws anew; `random` is any number.
    pub fn draw(options: &StorageOptions, random: u64) -> Self {
        let part = |half: i64| i64::try_from(random % u64::try_from(half).unwrap_or(1).max(1)).unwrap_or(0);
        let half = i64::from(options.snap_count / 2);
        let bytes = options.snap_size_limit.map(|limit| limit / 2 + part(limit / 2));
        Self { transactions: half + part(half), bytes }
    }

    /// Whether it is due after so many transactions and bytes of logs.
    pub fn is_due(&self, transactions: i64, log_bytes: i64) -> bool {
        transactions > self.transactions || self.bytes.is_some_and(|bytes| log_bytes > bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(lines: &[(&str, &str)], expected: StorageOptions, expected_warnings: &[&str]) {
        let mut warnings = Vec::new();
        let get = |key: &str| lines.iter().find(|(name, _)| *name == key).map(|(_, value)| *value);
        assert_eq!(StorageOptions::read(get, |_, warning| warnings.push(warning)), expected);
        assert_eq!(warnings, expected_warnings);
    }

    #[test]
    fn the_keys_mean_what_they_mean_to_zookeeper() {
        let usual = StorageOptions::default();
        assert_eq!((usual.force_sync, usual.preallocate_bytes, usual.snap_count), (true, 64 << 20, 100_000));
        assert_eq!((usual.snap_size_limit, usual.log_size_limit), (Some(4 << 30), None));
        check(&[("forceSync", "yes please"), ("snapCount", "many")], usual.clone(), &[]);
        check(&[("forceSync", "no")], StorageOptions { force_sync: false, ..usual.clone() }, &[]);
        let reset = "SnapCount should be 2 or more. Now, snapCount is reset to 2";
        check(&[("snapCount", "1")], StorageOptions { snap_count: 2, ..usual.clone() }, &[reset]);
        check(&[("preAllocSize", "big")], usual.clone(), &["big is not a valid value for preAllocSize"]);
        check(&[("preAllocSize", "0")], StorageOptions { preallocate_bytes: 0, ..usual.clone() }, &[]);
        check(&[("snapSizeLimitInKb", "-1")], StorageOptions { snap_size_limit: None, ..usual.clone() }, &[]);
        check(&[("txnLogSizeLimitInKb", "0x10")], StorageOptions { log_size_limit: Some(16 * KIB), ..usual.clone() }, &[]);
        check(&[("snapshot.compression.method", "GZ")], StorageOptions { compression: Compression::Gzip, ..usual.clone() }, &[]);
        check(&[("snapshot.compression.method", "zip")], usual.clone(), &[]);
        let tree = TreeOptions { digest: false, old_ttls: false };
        check(&[("digest.enabled", "no")], StorageOptions { tree, ..usual.clone() }, &[]);
        check(&[("emulate353TTLNodes", "true")], usual.clone(), &[]);
        let tree = TreeOptions { digest: true, old_ttls: true };
        let keys = [("emulate353TTLNodes", "true"), ("extendedTypesEnabled", "TRUE")];
        check(&keys, StorageOptions { tree, ..usual.clone() }, &[]);
        let (flush_delay, max_write_queue_poll_time) = (Duration::from_millis(30), Duration::from_millis(10));
        check(&[("flushDelay", "30")], StorageOptions { flush_delay, max_write_queue_poll_time, ..usual }, &[]);
    }

    #[test]
    fn a_snapshot_is_due_after_half_to_all_of_the_limit() {
        let options = StorageOptions { snap_count: 100, snap_size_limit: Some(1000), ..StorageOptions::default() };
        for random in 0..2000 {
            let due = SnapshotDue::draw(&options, random);
            assert!(!due.is_due(50, 500) && due.is_due(101, 0) && due.is_due(0, 1001), "{due:?}");
        }
        assert_ne!(
            SnapshotDue::draw(&options, 7).is_due(60, 0),
            SnapshotDue::draw(&options, 40).is_due(60, 0),
            "it is not always the same"
        );
        let smallest = StorageOptions { snap_count: 2, snap_size_limit: None, ..options };
        assert!(SnapshotDue::draw(&smallest, 9).is_due(2, i64::MAX));
    }
}
