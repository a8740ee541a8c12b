//! Here-documents: `<<EOF`, the lines behind the command's own that it reads, up to the one that ends them.

use std::ops::Range;

use super::word::ends_word;

/// Lines that a command reads as its input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HereDocument {
    /// Where its `<<` stands.
    pub operator: usize,
    /// Its lines, without the one that ends it.
    pub body: Range<usize>,
    /// Whether the shell leaves its lines as they are: some of the delimiter is quoted.
    pub literal: bool,
}

/// What ends a here-document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delimiter {
    text: String,
    /// Whether it was quoted.
    pub literal: bool,
    /// `<<-`: tabs before it do not count.
    tabs: bool,
}

impl Delimiter {
    /// From the word behind `<<`, or behind `<<-`; bash removes its quotes and expands nothing in it.
    pub fn new(raw: &str, tabs: bool) -> Self {
        let quote = |c: char| matches!(c, '\'' | '"' | '\\');
        Self { text: raw.replace(quote, ""), literal: raw.contains(quote), tabs }
    }

    /// Whether a line ends the document.
    fn is(&self, line: &str) -> bool {
        (if self.tabs { line.trim_start_matches('\t') } else { line }) == self.text
    }

    /// Whether a line shows the delimiter alone, blanks aside: a text may be indented as a whole.
    pub fn is_shown_in(&self, line: &str) -> bool {
        line.trim() == self.text
    }

    /// The body that begins at byte `start`, and where the line behind its end begins; `None` where nothing ends it.
    pub fn body(&self, text: &str, start: usize) -> Option<(Range<usize>, usize)> {
        self.find(text, start, |line| self.is(line))
    }

    /// As [`Delimiter::body`], with a delimiter that may be indented.
    pub fn indented_body(&self, text: &str, start: usize) -> Option<(Range<usize>, usize)> {
        self.find(text, start, |line| self.is_shown_in(line))
    }

    fn find(&self, text: &str, start: usize, ends: impl Fn(&str) -> bool) -> Option<(Range<usize>, usize)> {
        let mut at = start;
        for line in text.get(start..)?.split_inclusive('\n') {
            let next = at + line.len();
            if ends(line.strip_suffix('\n').unwrap_or(line)) {
                return Some((start..at, next));
            }
            at = next;
        }
        None
    }
}

/// The delimiter that the `<<` at byte `at` names, and where its word ends; `None` for `<<<`, and where no word follows.
pub fn named_at(text: &str, at: usize) -> Option<(Delimiter, usize)> {
    let rest = text.get(at..)?.strip_prefix("<<").filter(|rest| !rest.starts_with('<'))?;
    let (rest, tabs) = rest.strip_prefix('-').map_or((rest, false), |rest| (rest, true));
    let rest = rest.trim_start_matches([' ', '\t']);
    let length = rest.bytes().position(ends_word).unwrap_or(rest.len());
    let word = &rest[..length];
    (!word.is_empty()).then(|| (Delimiter::new(word, tabs), text.len() - rest.len() + length))
}

/// The delimiters that a line names, read without knowing what else it says.
pub fn named_in(line: &str) -> Vec<Delimiter> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(next) = line[at..].find("<<") {
        at += next;
        match named_at(line, at) {
            Some((delimiter, end)) => {
                found.push(delimiter);
                at = end;
            }
            None => at += line[at..].len() - line[at..].trim_start_matches('<').len(),
        }
    }
    found
}
