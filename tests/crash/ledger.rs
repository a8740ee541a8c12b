//! What was acknowledged, and what must therefore be there after a crash.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A partition of a topic.
pub type Place = (String, i32);

/// Everything that a server said yes to.
#[derive(Debug, Default)]
pub struct Ledger {
    /// The values of records by their offsets.
    pub records: BTreeMap<Place, BTreeMap<i64, String>>,
    /// Records of which the producer was told that they failed for good, and why.
    pub failed: BTreeMap<Place, BTreeMap<String, String>>,
    /// How many records.
    pub total: usize,
    /// Writers pause when there are that many, so that what they wrote can be read in peace.
    pub goal: usize,
    /// Committed offsets by group and partition: the last that was acknowledged, and the last that was asked for.
    pub commits: BTreeMap<(String, i32), (i64, i64)>,
    /// How many commits were acknowledged.
    pub acknowledged_commits: usize,
    /// Topics that were made.
    pub created: BTreeSet<String>,
    /// Topics that were deleted.
    pub deleted: BTreeSet<String>,
    /// Topics for whose creation or deletion no answer came: they may be there or not.
    pub unknown: BTreeSet<String>,
    /// Why producers gave up for good.
    pub fatal: Vec<String>,
}

/// The ledger as clients on their threads share it.
#[derive(Clone, Debug, Default)]
pub struct Shared(Arc<Mutex<Ledger>>);

impl Shared {
    /// The ledger, for a moment.
    pub fn lock(&self) -> MutexGuard<'_, Ledger> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there are as many records as shall be.
    pub fn is_full(&self) -> bool {
        let ledger = self.lock();
        ledger.total >= ledger.goal
    }
}

/// What a writer puts into a record: `WRITER NUMBER FILLER`, numbered from 0 in each partition.
pub fn value(writer: &str, number: u64, filler: usize) -> String {
    format!("{writer} {number} {}", "x".repeat(filler))
}

fn parse(value: &str) -> Option<(&str, u64)> {
    let (writer, rest) = value.split_once(' ')?;
    Some((writer, rest.split(' ').next()?.parse().ok()?))
}

/// Whether the writer of that name writes each record once.
pub fn is_idempotent(writer: &str) -> bool {
    writer.starts_with("once")
}

/// Why a record failed that waited for too long.
pub const TIMED_OUT: &str = "MessageTimedOut";

/// Holds what a partition has against what its writers were told: offsets leave none out, each acknowledged record is where it was said
/// to be, each writer's records are in order and without a gap, and those of idempotent writers are there once.
///
/// A gap is right where the writer was told that these records had waited for longer than `message.timeout.ms`, as they do on a machine
/// that is busy enough: librdkafka gives them up and goes on with the next ones, with idempotence too. Nothing else that a broker may answer
/// ends a record here: the rest is tried again.
pub fn check_partition(
    found: &BTreeMap<i64, String>,
    acknowledged: &BTreeMap<i64, String>,
    failed: &BTreeMap<String, String>,
) -> Result<(), String> {
    for (offset, value) in acknowledged {
        if found.get(offset) != Some(value) {
            let (there, last) = (found.get(offset), found.keys().last());
            return Err(format!("offset {offset} was acknowledged for {value:?} and holds {there:?}; the last is {last:?}"));
        }
    }
    let failed: BTreeMap<(&str, u64), &str> =
        failed.iter().filter_map(|(value, why)| Some((parse(value)?, why.as_str()))).collect();
    let given_up = |writer: &str, number: u64| failed.get(&(writer, number)) == Some(&TIMED_OUT);
    let mut next: BTreeMap<&str, u64> = BTreeMap::new();
    let mut wanted = found.keys().next().copied();
    for (offset, value) in found {
        if wanted != Some(*offset) {
            return Err(format!("offset {wanted:?} is missing, {offset} comes instead"));
        }
        wanted = Some(offset + 1);
        let (writer, number) = parse(value).ok_or_else(|| format!("offset {offset} holds {value:?}, which nobody wrote"))?;
        let expected = next.entry(writer).or_default();
        while *expected < number && given_up(writer, *expected) {
            *expected += 1;
        }
        let repeated = number < *expected && !is_idempotent(writer);
        if number != *expected && !repeated {
            let why = failed.get(&(writer, *expected));
            return Err(format!("offset {offset} holds number {number} of {writer}, expected {expected}, told of that: {why:?}"));
        }
        *expected = (*expected).max(number + 1);
    }
    Ok(())
}

#[test]
fn the_ledger_finds_losses_duplicates_and_gaps() {
    let log = |numbers: &[u64], writer: &str| -> BTreeMap<i64, String> {
        (0..).zip(numbers).map(|(offset, number)| (offset, value(writer, *number, 0))).collect()
    };
    let nothing = BTreeMap::new();
    let check = |numbers: &[u64], writer: &str| check_partition(&log(numbers, writer), &BTreeMap::new(), &nothing).is_ok();
    assert!(check(&[0, 1, 2], "once-1") && check(&[0, 1, 0, 1, 2], "often-1"));
    assert!(!check(&[0, 1, 1], "once-1") && !check(&[0, 2], "once-1") && !check(&[0, 2], "often-1"));
    let acknowledged = BTreeMap::from([(1, value("once-1", 1, 0))]);
    assert!(check_partition(&log(&[0, 1], "once-1"), &acknowledged, &nothing).is_ok());
    assert!(check_partition(&log(&[0], "once-1"), &acknowledged, &nothing).is_err());
    let told = |writer: &str, why: &str| BTreeMap::from([(value(writer, 1, 0), why.to_owned())]);
    for writer in ["often-1", "once-1"] {
        let check = |numbers: &[u64], why: &str| check_partition(&log(numbers, writer), &BTreeMap::new(), &told(writer, why));
        assert!(check(&[0, 2], TIMED_OUT).is_ok() && check(&[0, 3], TIMED_OUT).is_err());
        assert!(check(&[0, 2], "Unknown").expect_err("the broker's fault").contains("Unknown"));
    }
    let hole = BTreeMap::from([(0, value("often-1", 0, 0)), (2, value("often-1", 1, 0))]);
    assert!(check_partition(&hole, &BTreeMap::new(), &nothing).is_err());
}
