//! Times as ZooKeeper shows them to people.

use jiff::Timestamp;

use crate::engine::time_zone;

/// A time as Java's `Date` shows it, such as `Mon Nov 23 03:38:33 UTC 2026`, in the time zone of this machine.
pub(in crate::engine) fn java_date(wall_ms: i64) -> String {
    let time = Timestamp::from_millisecond(wall_ms).unwrap_or(Timestamp::MAX);
    time.to_zoned(time_zone::local()).strftime("%a %b %d %H:%M:%S %Z %Y").to_string()
}
