//! Makes the changes that findings propose in a file, as long as they leave it no worse.

use std::collections::BTreeMap;

use super::{Input, Options, lint};
use crate::judge::diagnostic::Diagnostic;

/// The most changes that are made in one file.
const FIXES_MAX: usize = 1000;

/// A file with its changes.
#[derive(Debug)]
pub struct Fixed {
    /// What is in it then.
    pub bytes: Vec<u8>,
    /// How many findings were put right.
    pub count: usize,
    /// What is found in it then.
    pub findings: Vec<Diagnostic>,
}

/// Makes every change that is safe, or all of them; one that would bring a finding that was not there is not made.
pub fn fix(input: &Input, options: &Options, unsafe_too: bool) -> Fixed {
    let mut current = input.clone();
    let mut count = 0;
    let mut findings = lint(&current, options).unwrap_or_default();
    let mut at = 0;
    while count < FIXES_MAX && at < findings.len() {
        let wanted = findings[at].fix.as_ref().filter(|fix| fix.safe || unsafe_too);
        let changed = wanted.and_then(|fix| fix.apply(&current.bytes)).map(|bytes| Input { bytes, ..current.clone() });
        match changed.and_then(|changed| Some((lint(&changed, options)?, changed))) {
            Some((after, changed)) if is_better(&findings, &after) => {
                (current, findings, at) = (changed, after, 0);
                count += 1;
            }
            _ => at += 1,
        }
    }
    Fixed { bytes: current.bytes, count, findings }
}

/// Whether there are fewer findings, and none of a rule that found less before.
fn is_better(before: &[Diagnostic], after: &[Diagnostic]) -> bool {
    let count = |findings: &[Diagnostic]| {
        let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
        for found in findings {
            *counts.entry(found.code).or_default() += 1;
        }
        counts
    };
    let earlier = count(before);
    after.len() < before.len() && count(after).iter().all(|(code, count)| earlier.get(code).is_some_and(|known| known >= count))
}
