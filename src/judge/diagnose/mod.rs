//! Reads logs and what tools printed, of any length in constant memory: what happened, in order, with the causes told from what only
//! follows from them.

mod blocks;
mod scan;
#[cfg(test)]
mod tests;

use std::io;

use crate::judge::diagnostic::Severity;
use crate::judge::rules::Rule;

/// The longest line that is kept to be shown, in bytes; a longer one is cut.
pub const SHOWN_MAX: usize = 400;

/// One cause that was found, however often.
#[derive(Clone)]
pub struct Cause {
    /// The rule that explains it.
    pub rule: &'static Rule,
    /// The line it was first seen in, from 1.
    pub line: u64,
    /// The line it was last seen in.
    pub last_line: u64,
    /// How often.
    pub count: u64,
    /// That first line.
    pub text: String,
    /// The lines that only follow from it.
    pub folded: u64,
}

/// Errors that no rule knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unknown {
    /// How many.
    pub count: u64,
    /// The first one's line, from 1.
    pub line: u64,
    /// The first one.
    pub text: String,
}

/// What was read.
#[derive(Clone, Default)]
pub struct Diagnosis {
    /// The causes: what ended or hindered something first, in the order it was seen, then what is merely worth knowing.
    pub causes: Vec<Cause>,
    /// Errors without an explanation.
    pub unknown: Unknown,
    /// The lines that were read.
    pub lines: u64,
}

impl Diagnosis {
    /// Whether anything is wrong.
    pub fn found(&self) -> bool {
        self.unknown.count > 0 || self.causes.iter().any(|cause| cause.rule.severity >= Severity::Warning)
    }
}

/// Reads to the end, a few blocks at a time; on several threads where there are several processors.
///
/// # Errors
/// The reader's.
pub fn diagnose(reader: impl io::Read) -> io::Result<Diagnosis> {
    let mut diagnosis = scan::scan(reader)?;
    diagnosis.causes.sort_by_key(|cause| (std::cmp::Reverse(cause.rule.severity), cause.line));
    Ok(diagnosis)
}
