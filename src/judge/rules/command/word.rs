//! Shell words: where one ends, and what it says once bash has removed the quotes.

use std::ops::Range;

use super::here_document::{self, Delimiter};

/// How deep `$(…)` and quotes may nest.
const DEPTH_MAX: usize = 32;
/// How far the end of a here-document within `$(…)` is looked for, in bytes.
const BODY_MAX: usize = 8 * 1024;

/// One word of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word after quotes, escapes and known variables; `None` where the shell puts in something that is not known here: a
    /// command's output, a pattern's file names, an unknown variable.
    pub text: Option<String>,
    /// Its bytes in the line, quotes included.
    pub range: Range<usize>,
}

impl Word {
    /// The bytes of `part` of this word, where it stands in the line as it is; the whole word where quotes hide it.
    pub fn place(&self, line: &str, part: Range<usize>) -> Range<usize> {
        match self.is_plain(line) {
            true => self.range.start + part.start..self.range.start + part.end,
            false => self.range.clone(),
        }
    }

    /// The last part of the path that the word is, known even where what stands before it is not: `$HOME/bin/x.sh`.
    pub fn file_name<'a>(&'a self, line: &'a str) -> Option<&'a str> {
        if let Some(text) = &self.text {
            return text.rsplit('/').next();
        }
        let (_, name) = line.get(self.range.clone())?.trim_end_matches('"').rsplit_once('/')?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        (!name.is_empty() && name.bytes().all(plain)).then_some(name)
    }

    /// Whether it stands in the line as bash sees it, without quotes, escapes or variables.
    pub fn is_plain(&self, line: &str) -> bool {
        self.text.as_deref() == line.get(self.range.clone())
    }
}

/// The line ends in the middle of something, or nests deeper than any person types.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unfinished;

/// The values of variables, as far as they are known.
pub(super) type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Reads words.
pub(super) struct WordReader<'a> {
    line: &'a str,
    at: usize,
    lookup: Lookup<'a>,
    /// What the word says so far; `None` once it is not known any more.
    text: Option<String>,
    /// The here-documents that begin at the next line, within `$(…)`.
    here_documents: Vec<Delimiter>,
}

/// Whether a byte ends a word.
pub(super) fn ends_word(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'<' | b'>' | b'(' | b')')
}

/// Reads the word at byte `start`.
pub(super) fn read(line: &str, start: usize, lookup: Lookup<'_>) -> Result<Word, Unfinished> {
    let mut reader = WordReader { line, at: start, lookup, text: Some(String::new()), here_documents: Vec::new() };
    reader.word()?;
    Ok(Word { text: reader.text, range: start..reader.at })
}

/// The end of what a `(` at byte `start` opens.
pub(super) fn skip_parentheses(line: &str, start: usize) -> Result<usize, Unfinished> {
    let mut reader = WordReader { line, at: start + 1, lookup: &|_| None, text: None, here_documents: Vec::new() };
    reader.nested(b')', DEPTH_MAX)?;
    Ok(reader.at)
}

impl WordReader<'_> {
    fn peek(&self) -> Option<u8> {
        self.line.as_bytes().get(self.at).copied()
    }

    fn starts_with(&self, text: &str) -> bool {
        self.line.as_bytes()[self.at..].starts_with(text.as_bytes())
    }

    fn push(&mut self, text: &str) {
        if let Some(known) = &mut self.text {
            known.push_str(text);
        }
    }

    /// Takes the bytes up to `end` as they are.
    fn take_to(&mut self, end: usize) {
        let part = &self.line[self.at..end];
        if let Some(known) = &mut self.text {
            known.push_str(part);
        }
        self.at = end;
    }

    fn word(&mut self) -> Result<(), Unfinished> {
        let start = self.at;
        while let Some(byte) = self.peek() {
            match byte {
                b'(' if self.at > start && self.line.as_bytes()[self.at - 1] == b'=' => {
                    self.text = None;
                    self.at += 1;
                    self.nested(b')', DEPTH_MAX)?;
                }
                byte if ends_word(byte) => break,
                b'\\' => self.escape()?,
                b'\'' => self.single_quoted()?,
                b'"' => self.double_quoted(DEPTH_MAX)?,
                b'$' | b'`' => self.dollar(false, DEPTH_MAX)?,
                b'~' if self.at == start => self.tilde(),
                b'*' | b'?' | b'[' | b'{' => {
                    self.text = None;
                    self.at += 1;
                }
                _ => self.character(),
            }
        }
        Ok(())
    }

    fn character(&mut self) {
        let length = self.line[self.at..].chars().next().map_or(1, char::len_utf8);
        self.take_to(self.at + length);
    }

    fn escape(&mut self) -> Result<(), Unfinished> {
        self.at += 1;
        match self.peek() {
            None => return Err(Unfinished),
            Some(b'\n') => self.at += 1,
            Some(_) => self.character(),
        }
        Ok(())
    }

    fn single_quoted(&mut self) -> Result<(), Unfinished> {
        self.at += 1;
        let end = self.at + self.line[self.at..].find('\'').ok_or(Unfinished)?;
        self.take_to(end);
        self.at += 1;
        Ok(())
    }

    fn double_quoted(&mut self, depth: usize) -> Result<(), Unfinished> {
        self.at += 1;
        loop {
            match self.peek().ok_or(Unfinished)? {
                b'"' => {
                    self.at += 1;
                    return Ok(());
                }
                b'\\' => match self.line.as_bytes().get(self.at + 1) {
                    Some(b'$' | b'`' | b'"' | b'\\' | b'\n') => self.escape()?,
                    Some(_) => self.character(),
                    None => return Err(Unfinished),
                },
                b'$' | b'`' => self.dollar(true, depth)?,
                _ => self.character(),
            }
        }
    }

    /// `$name`, `${…}`, `$(…)`, `` `…` ``, `$'…'`.
    fn dollar(&mut self, quoted: bool, depth: usize) -> Result<(), Unfinished> {
        let depth = depth.checked_sub(1).ok_or(Unfinished)?;
        if self.peek() == Some(b'`') {
            self.text = None;
            self.at += 1;
            return self.nested(b'`', depth);
        }
        self.at += 1;
        match self.peek() {
            Some(b'(') => {
                self.text = None;
                self.at += 1;
                self.nested(b')', depth)
            }
            Some(b'{') => self.braced(quoted, depth),
            Some(b'\'') if !quoted => {
                self.text = None;
                self.ansi_quoted()
            }
            Some(b'"') if !quoted => self.double_quoted(depth),
            Some(byte) if byte.is_ascii_alphabetic() || byte == b'_' => {
                let rest = &self.line[self.at..];
                let length = rest.bytes().position(|byte| !byte.is_ascii_alphanumeric() && byte != b'_').unwrap_or(rest.len());
                self.variable(&rest[..length], quoted);
                self.at += length;
                Ok(())
            }
            Some(byte) if byte.is_ascii_digit() || b"?$!#@*-".contains(&byte) => {
                self.text = None;
                self.at += 1;
                Ok(())
            }
            _ => {
                self.push("$");
                Ok(())
            }
        }
    }

    fn braced(&mut self, quoted: bool, depth: usize) -> Result<(), Unfinished> {
        let name_start = self.at + 1;
        self.at = name_start;
        let text = self.text.take();
        self.nested(b'}', depth)?;
        self.text = text;
        let name = &self.line[name_start..self.at - 1];
        if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            self.variable(name, quoted);
        } else {
            self.text = None;
        }
        Ok(())
    }

    /// Puts in a variable's value; unquoted only where bash would neither split nor expand it.
    fn variable(&mut self, name: &str, quoted: bool) {
        let splits = |value: &String| value.is_empty() || value.contains([' ', '\t', '\n', '*', '?', '[']);
        match (self.lookup)(name).filter(|value| quoted || !splits(value)) {
            Some(value) => self.push(&value),
            None => self.text = None,
        }
    }

    fn ansi_quoted(&mut self) -> Result<(), Unfinished> {
        self.at += 1;
        loop {
            match self.peek().ok_or(Unfinished)? {
                b'\'' => {
                    self.at += 1;
                    return Ok(());
                }
                b'\\' => self.escape()?,
                _ => self.character(),
            }
        }
    }

    fn tilde(&mut self) {
        let next = self.line.as_bytes().get(self.at + 1).copied();
        match (next.is_none_or(|byte| byte == b'/' || ends_word(byte)), (self.lookup)("HOME")) {
            (true, Some(home)) => self.push(&home),
            _ => self.text = None,
        }
        self.at += 1;
    }

    /// Passes over everything to the closing `end`, quotes and inner parentheses included.
    fn nested(&mut self, end: u8, depth: usize) -> Result<(), Unfinished> {
        let inner = depth.checked_sub(1).ok_or(Unfinished)?;
        loop {
            let byte = self.peek().ok_or(Unfinished)?;
            match byte {
                byte if byte == end => {
                    self.at += 1;
                    return Ok(());
                }
                b'\\' => self.escape()?,
                b'\'' => self.single_quoted()?,
                b'"' => self.double_quoted(inner)?,
                b'(' => {
                    self.at += 1;
                    self.nested(b')', inner)?;
                }
                b'$' if self.starts_with("$(") || self.starts_with("${") => self.dollar(true, inner)?,
                b'<' if end == b')' && self.starts_with("<<") => self.here_document(),
                b'\n' => self.line_end(),
                _ => self.character(),
            }
        }
    }

    /// `<<EOF` or `<<<`, within parentheses.
    fn here_document(&mut self) {
        match here_document::named_at(self.line, self.at) {
            Some((delimiter, end)) => {
                self.here_documents.push(delimiter);
                self.at = end;
            }
            None => self.at += if self.starts_with("<<<") { 3 } else { 2 },
        }
    }

    /// A line's end within parentheses, with the here-documents that stand behind it: `1 << 2` is none, and nothing ends it.
    fn line_end(&mut self) {
        self.at += 1;
        for delimiter in std::mem::take(&mut self.here_documents) {
            let near = self.line.floor_char_boundary(self.line.len().min(self.at + BODY_MAX));
            if let Some((_, next)) = delimiter.body(&self.line[..near], self.at) {
                self.at = next;
            }
        }
    }
}

/// A word that stands alone as it is.
#[cfg(test)]
pub(super) fn plain(text: &str) -> Word {
    Word { text: Some(text.to_owned()), range: 0..text.len() }
}
