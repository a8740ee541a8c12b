//! Findings that are known and accepted: a file that remembers them, so that only new ones are told.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::judge::diagnostic::{Diagnostic, Source};

/// The findings that are known. Lines may move: one is known by its file, its rule and the text that is marked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// The format of this file.
    version: u32,
    findings: Vec<Known>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    file: String,
    code: String,
    text: String,
}

/// The format that is written.
const VERSION: u32 = 1;

/// A baseline that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// It is no such file.
    #[error("not a baseline: {0}")]
    Malformed(#[from] serde_json::Error),
    /// It is of another version.
    #[error("baseline of version {found}: expected {VERSION}")]
    Version {
        /// The version that it has.
        found: u32,
    },
}

impl Baseline {
    /// The baseline of these findings.
    pub fn of<'a>(findings: impl IntoIterator<Item = &'a Diagnostic>) -> Self {
        Self { version: VERSION, findings: findings.into_iter().map(known).collect() }
    }

    /// Reads a baseline.
    ///
    /// # Errors
    /// It is none, or of another version.
    pub fn parse(text: &str) -> Result<Self, BaselineError> {
        let baseline: Self = serde_json::from_str(text)?;
        match baseline.version {
            VERSION => Ok(baseline),
            found => Err(BaselineError::Version { found }),
        }
    }

    /// The baseline as it is written.
    pub fn write(&self) -> String {
        // strings and a number: nothing in it can fail to be written
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// The findings that are not known; each that is known stands for one.
    pub fn new_ones(&self, findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let mut left: HashMap<&Known, usize> = HashMap::new();
        for known in &self.findings {
            *left.entry(known).or_default() += 1;
        }
        let is_new = |found: &Diagnostic| match left.get_mut(&known(found)) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => true,
        };
        let mut is_new = is_new;
        findings.into_iter().filter(|found| is_new(found)).collect()
    }
}

fn known(found: &Diagnostic) -> Known {
    let file = match &found.source {
        Source::File { shown, .. } => shown.clone(),
        Source::CommandLine(line) => line.clone(),
    };
    let text = found.source.bytes().get(found.primary.range.clone()).unwrap_or_default();
    Known { file, code: found.code.to_owned(), text: String::from_utf8_lossy(text).into_owned() }
}
