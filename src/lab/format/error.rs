//! What is wrong with a lab, and where.

use std::fmt;

/// A place in a lab's file; lines and columns count from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, relative to the folder of labs.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

impl Place {
    /// The place of a byte offset in a text.
    pub fn of(file: &str, text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self { file: file.to_owned(), line: before.matches('\n').count() + 1, column: before[line_start..].chars().count() + 1 }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Why a lab could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// A file of the lab is not there or cannot be read.
    #[error("{file}: {source}")]
    Read {
        /// The file, relative to the folder of labs.
        file: String,
        /// The system's reason.
        source: std::io::Error,
    },
    /// There is no lab of that name.
    #[error("no lab {name:?}: expected one of {known}")]
    NoSuchLab {
        /// What was asked for.
        name: String,
        /// The labs there are.
        known: String,
    },
    /// A file is larger than any lab's file is.
    #[error("{file}: {found} bytes: expected at most {limit}")]
    TooLarge {
        /// The file, relative to the folder of labs.
        file: String,
        /// Its size in bytes.
        found: u64,
        /// The largest size allowed, in bytes.
        limit: u64,
    },
    /// The text is not what the format wants.
    #[error("{place}: {message}")]
    Invalid {
        /// Where.
        place: Place,
        /// What was expected and what was found.
        message: String,
    },
    /// The lab was written for a later release.
    #[error("{place}: format {found}: this release reads format {expected}; a newer kafkalab is needed")]
    Newer {
        /// Where.
        place: Place,
        /// The format that the lab states.
        found: u32,
        /// The format that this release reads.
        expected: u32,
    },
}

impl FormatError {
    pub(super) fn at(file: &str, text: &str, offset: usize, message: impl Into<String>) -> Self {
        Self::Invalid { place: Place::of(file, text, offset), message: message.into() }
    }
}
