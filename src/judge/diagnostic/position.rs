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

/// A place as editors count: both from 0, characters in units of UTF-16, a byte order mark among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EditorPosition {
    /// From 0.
    pub line: u32,
    /// In units of UTF-16, from 0.
    pub character: u32,
}

impl Positions<'_> {
    /// The place of a byte, or of the end, as editors count. A byte within a character counts as the character's first; what is no
    /// UTF-8 counts nothing, and no editor sends it.
    pub fn in_editor(&self, at: usize) -> EditorPosition {
        let at = at.min(self.bytes.len());
        let line = self.starts.partition_point(|start| *start <= at) - 1;
        let part = &self.bytes[self.starts[line]..at];
        let units: usize = part.utf8_chunks().map(|chunk| chunk.valid().encode_utf16().count()).sum();
        EditorPosition { line: saturated(line), character: saturated(units) }
    }

    /// The byte of a place as editors count: the end of the line, or of the text, where it lies beyond.
    pub fn byte(&self, place: EditorPosition) -> usize {
        let line = usize::try_from(place.line).unwrap_or(usize::MAX);
        let Some(start) = self.starts.get(line).copied() else { return self.bytes.len() };
        let end = self.starts.get(line.saturating_add(1)).copied().unwrap_or(self.bytes.len());
        let Ok(text) = std::str::from_utf8(&self.bytes[start..end]) else { return start };
        let mut units = usize::try_from(place.character).unwrap_or(usize::MAX);
        let mut at = start;
        for character in text.trim_end_matches(['\r', '\n']).chars() {
            match units.checked_sub(character.len_utf16()) {
                Some(left) => units = left,
                None => break,
            }
            at += character.len_utf8();
        }
        at
    }
}

fn saturated(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
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

    #[test]
    fn editors_count_in_utf_16() {
        #[track_caller]
        fn check(text: &str, at: usize, (line, character): (u32, u32)) {
            let positions = Positions::new(text.as_bytes());
            let place = EditorPosition { line, character };
            assert_eq!((positions.in_editor(at), positions.byte(place)), (place, at), "{text:?}");
        }
        check("", 0, (0, 0));
        check("가나=1", 7, (0, 3));
        check("a\n😀=1", 6, (1, 2));
        check("a\r\nb\rc", 5, (2, 0));
        check("\u{feff}a=1", 4, (0, 2));
        let positions = Positions::new("가\r\nb".as_bytes());
        let place = |line, character| EditorPosition { line, character };
        assert_eq!([place(0, 9), place(1, u32::MAX), place(7, 0)].map(|place| positions.byte(place)), [3, 6, 6]);
        assert_eq!(positions.in_editor(1), place(0, 0));
        assert_eq!(Positions::new("😀".as_bytes()).byte(place(0, 1)), 0);
    }
}
