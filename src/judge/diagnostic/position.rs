//! Lines and columns of bytes: both from 1, columns in characters.

use std::sync::Arc;

use super::{Diagnostic, Source};

/// A line and a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// From 1.
    pub line: usize,
    /// In characters of UTF-8, or in bytes where the line is none; from 1. A byte order mark takes none.
    pub column: usize,
}

/// Finds the positions of one text: it reads the text once.
pub struct Positions<'a> {
    bytes: &'a [u8],
    /// Where each line begins.
    starts: Vec<usize>,
}

impl<'a> Positions<'a> {
    /// For a text, whose lines end in `\n`, `\r` or `\r\n`.
    pub fn new(bytes: &'a [u8]) -> Self {
        let mut starts = vec![0];
        for (at, byte) in bytes.iter().enumerate() {
            if *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n')) {
                starts.push(at + 1);
            }
        }
        Self { bytes, starts }
    }

    /// The position of a byte, or of the end.
    pub fn of(&self, at: usize) -> Position {
        let at = at.min(self.bytes.len());
        let line = self.starts.partition_point(|start| *start <= at);
        let start = self.starts[line - 1];
        let end = self.starts.get(line).copied().unwrap_or(self.bytes.len());
        let part = &self.bytes[start..at];
        let part = if start == 0 { part.strip_prefix(b"\xef\xbb\xbf").unwrap_or(part) } else { part };
        let column = match std::str::from_utf8(&self.bytes[start..end]) {
            Ok(_) => part.iter().filter(|byte| **byte & 0xc0 != 0x80).count(),
            Err(_) => part.len(),
        };
        Position { line, column: column + 1 }
    }
}

/// Calls back for each finding with the positions of its text; findings of one text that stand together share them.
pub(super) fn with_positions<'a>(findings: &'a [Diagnostic], mut tell: impl FnMut(&'a Diagnostic, &Positions<'a>)) {
    let mut current: Option<(*const u8, Positions<'a>)> = None;
    for found in findings {
        let bytes = found.source.bytes();
        let same = match (&found.source, &current) {
            (Source::File { bytes, .. }, Some((known, _))) => Arc::as_ptr(bytes).cast::<u8>() == *known,
            _ => false,
        };
        if !same {
            current = Some((bytes.as_ptr(), Positions::new(bytes)));
        }
        if let Some((_, positions)) = &current {
            tell(found, positions);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &[u8], at: usize, expected: (usize, usize)) {
        let found = Positions::new(text).of(at);
        assert_eq!((found.line, found.column), expected);
    }

    #[test]
    fn columns_count_characters() {
        check(b"", 0, (1, 1));
        check(b"a\nb", 2, (2, 1));
        check(b"a\r\nb=1", 5, (2, 3));
        check(b"a\rb", 2, (2, 1));
        check("가나=1".as_bytes(), 7, (1, 4));
        check(b"\xb0\xa1=1", 3, (1, 4));
        check(b"\xef\xbb\xbfa=1", 5, (1, 3));
        check(b"a\n", 99, (2, 1));
    }
}
