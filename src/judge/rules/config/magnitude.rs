//! KL447 to KL449: numbers that were meant in another unit.

use super::file::Judgement;
use crate::judge::diagnostic::Severity;
use crate::judge::rules::Rule;
use crate::text::Message;
use crate::text::config::{labels, values as text};

/// Seconds, minutes or days in a setting of milliseconds.
pub static MILLISECONDS: Rule = Rule::file("KL447", "too-few-milliseconds", Severity::Warning, text::MILLISECONDS);
/// Milliseconds in a setting of hours or minutes.
pub static HOURS: Rule = Rule::file("KL448", "too-many-hours", Severity::Warning, text::HOURS);
/// Megabytes in a setting of bytes.
pub static BYTES: Rule = Rule::file("KL449", "too-few-bytes", Severity::Warning, text::BYTES);

/// Settings of milliseconds that make no sense below a second.
const SECONDS_AT_LEAST: [&str; 9] = [
    "zookeeper.session.timeout.ms",
    "zookeeper.connection.timeout.ms",
    "log.retention.ms",
    "log.roll.ms",
    "log.retention.check.interval.ms",
    "replica.lag.time.max.ms",
    "request.timeout.ms",
    "transaction.max.timeout.ms",
    "session.timeout.ms",
];
/// Settings of bytes that make no sense below a kibibyte.
const KIBIBYTES_AT_LEAST: [&str; 7] = [
    "log.segment.bytes",
    "log.retention.bytes",
    "message.max.bytes",
    "replica.fetch.max.bytes",
    "socket.request.max.bytes",
    "offsets.topic.segment.bytes",
    "max.request.size",
];
/// Settings of hours and minutes, with a hundred years in each.
const A_LIFE_AT_MOST: [(&str, i64); 5] = [
    ("log.retention.hours", 876_000),
    ("log.roll.hours", 876_000),
    ("log.retention.minutes", 52_560_000),
    ("offsets.retention.minutes", 52_560_000),
    ("autopurge.purgeInterval", 876_000),
];

/// Looks at the numbers.
pub(super) fn check(judged: &mut Judgement<'_>) {
    let limits = SECONDS_AT_LEAST.iter().map(|key| (&MILLISECONDS, *key, 1..1000, labels::IN_MILLISECONDS));
    let limits = limits.chain(KIBIBYTES_AT_LEAST.iter().map(|key| (&BYTES, *key, 1..1024, labels::IN_BYTES)));
    let limits = limits.chain(A_LIFE_AT_MOST.iter().map(|(key, years)| (&HOURS, *key, *years..i64::MAX, labels::IN_HOURS)));
    for (rule, key, suspicious, label) in limits {
        let Some(index) = judged.sound(key) else { continue };
        let Some(number) = judged.number(key).filter(|number| suspicious.contains(number)) else { continue };
        let finding = judged.at_value(rule, index, Message::new(label).with("number", number));
        judged.tell(finding);
    }
}
