//! Finds the entries of a properties file by the rules of `java.util.Properties.load` (its `LineReader` and `load0`).

use std::ops::Range;

use super::{Entry, PropertiesError, Span, escape};

/// The entries of `bytes` in order, and whether the file ends in a line that goes on: what is appended would belong to it.
pub(super) fn entries(bytes: &[u8]) -> Result<(Vec<Entry>, bool), PropertiesError> {
    let mut lines = LogicalLines { bytes, at: 0, dangling: false };
    let mut places = Places::new(bytes);
    let mut entries = Vec::new();
    for line in lines.by_ref() {
        entries.push(line.entry(&mut places)?);
    }
    Ok((entries, lines.dangling))
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\x0c')
}

fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// Yields the logical lines of a file: comments and blank lines left out, continuation lines joined.
struct LogicalLines<'a> {
    bytes: &'a [u8],
    at: usize,
    dangling: bool,
}

/// A logical line: its bytes, and where in the file each of them stands.
#[derive(Default)]
struct LogicalLine {
    text: Vec<u8>,
    offsets: Vec<usize>,
    /// The byte after the last one that was read of it, for a line without any.
    end: usize,
}

impl Iterator for LogicalLines<'_> {
    type Item = LogicalLine;

    fn next(&mut self) -> Option<LogicalLine> {
        let mut line = LogicalLine::default();
        let mut skip_blanks = true;
        let mut continued = false;
        let mut backslash = false;
        while let Some(&byte) = self.bytes.get(self.at) {
            let offset = self.at;
            self.at += 1;
            if skip_blanks {
                if is_blank(byte) || (!continued && is_line_end(byte)) {
                    continue;
                }
                skip_blanks = false;
                continued = false;
            }
            if line.text.is_empty() && matches!(byte, b'#' | b'!') {
                self.skip_comment();
                skip_blanks = true;
                continue;
            }
            if !is_line_end(byte) {
                line.push(byte, offset);
                backslash = byte == b'\\' && !backslash;
                continue;
            }
            if line.text.is_empty() {
                skip_blanks = true;
                continue;
            }
            if !backslash || self.at == self.bytes.len() {
                break;
            }
            line.pop();
            (skip_blanks, continued, backslash) = (true, true, false);
            if byte == b'\r' && self.bytes.get(self.at) == Some(&b'\n') {
                self.at += 1;
            }
        }
        if line.text.is_empty() {
            return None;
        }
        let at_line_end = self.bytes.last().copied().is_some_and(is_line_end);
        self.dangling = backslash || (continued && at_line_end);
        if backslash {
            line.pop();
        }
        Some(line)
    }
}

impl LogicalLines<'_> {
    fn skip_comment(&mut self) {
        let rest = &self.bytes[self.at..];
        self.at += rest.iter().position(|byte| is_line_end(*byte)).map_or(rest.len(), |end| end + 1);
    }
}

impl LogicalLine {
    fn push(&mut self, byte: u8, offset: usize) {
        self.text.push(byte);
        self.offsets.push(offset);
        self.end = offset + 1;
    }

    /// Takes back the backslash that continues the line.
    fn pop(&mut self) {
        self.text.pop();
        if let Some(offset) = self.offsets.pop() {
            self.end = offset;
        }
    }

    fn entry(&self, places: &mut Places<'_>) -> Result<Entry, PropertiesError> {
        let (key, value, separated) = self.split();
        let undo = |part: &Range<usize>, places: &mut Places<'_>| match escape::undo(&self.text, part.clone()) {
            Ok(text) => Ok(text),
            Err(bad) => Err(PropertiesError::MalformedEscape { at: places.span(self.source(&bad)) }),
        };
        Ok(Entry {
            key: undo(&key, places)?,
            value: undo(&value, places)?,
            key_span: places.span(self.source(&key)),
            value_span: places.span(self.source(&value)),
            separated,
        })
    }

    /// The key, the value, and whether `=` or `:` stands between them.
    fn split(&self) -> (Range<usize>, Range<usize>, bool) {
        let text = &self.text;
        let mut backslash = false;
        let mut key_end = text.len();
        for (at, &byte) in text.iter().enumerate() {
            if !backslash && (matches!(byte, b'=' | b':') || is_blank(byte)) {
                key_end = at;
                break;
            }
            backslash = byte == b'\\' && !backslash;
        }
        let mut value_start = key_end;
        let mut separated = false;
        while let Some(&byte) = text.get(value_start) {
            if !is_blank(byte) {
                if separated || !matches!(byte, b'=' | b':') {
                    break;
                }
                separated = true;
            }
            value_start += 1;
        }
        (0..key_end, value_start..text.len(), separated)
    }

    /// The bytes of the file between the ends of a part of this line.
    fn source(&self, part: &Range<usize>) -> Range<usize> {
        if part.is_empty() {
            let before = part.start.checked_sub(1).and_then(|at| self.offsets.get(at)).map(|offset| offset + 1);
            let at = before.or(self.offsets.first().copied()).unwrap_or(self.end);
            return at..at;
        }
        self.offsets[part.start]..self.offsets[part.end - 1] + 1
    }
}

/// Counts lines and columns; asked in rising order it reads the file once.
struct Places<'a> {
    bytes: &'a [u8],
    line: usize,
    line_start: usize,
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

impl<'a> Places<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, line: 1, line_start: 0 }
    }

    fn span(&mut self, range: Range<usize>) -> Span {
        if range.start < self.line_start {
            *self = Self::new(self.bytes);
        }
        while let Some(end) = self.line_end() {
            if end > range.start {
                break;
            }
            self.line += 1;
            self.line_start = end;
        }
        let column = characters(&self.bytes[self.line_start..range.start], self.whole_line()) + 1;
        let bom = self.line_start == 0 && range.start > 0 && self.bytes.starts_with(BYTE_ORDER_MARK);
        Span { column: column - usize::from(bom && column > 1), range, line: self.line }
    }

    /// The start of the next line, if there is one.
    fn line_end(&self) -> Option<usize> {
        let rest = &self.bytes[self.line_start..];
        let at = rest.iter().position(|byte| is_line_end(*byte))?;
        let length = if rest[at..].starts_with(b"\r\n") { 2 } else { 1 };
        Some(self.line_start + at + length)
    }

    fn whole_line(&self) -> &'a [u8] {
        &self.bytes[self.line_start..self.line_end().unwrap_or(self.bytes.len())]
    }
}

/// The characters of `part`, the start of `line`: of UTF-8 if the line is, else of ISO-8859-1.
fn characters(part: &[u8], line: &[u8]) -> usize {
    if std::str::from_utf8(line).is_ok() { part.iter().filter(|byte| **byte & 0xc0 != 0x80).count() } else { part.len() }
}
