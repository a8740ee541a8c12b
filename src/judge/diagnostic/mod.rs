//! One finding of a rule: what is wrong, where it stands, what Kafka will say, and how to put it right.

pub mod formats;
mod position;
mod report;
mod snippet;
mod terminal;

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

pub use position::{EditorPosition, Position, Positions};
pub use report::report;
pub use terminal::{Look, Paint, Parts, render};

use crate::text::Message;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Works, and probably not as meant.
    Warning,
    /// Does not work.
    Error,
}

/// The text that a place lies in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The line that was typed.
    CommandLine(String),
    /// A file.
    File {
        /// Where it is.
        path: PathBuf,
        /// Its path as the learner wrote it.
        shown: String,
        /// What was in it when it was judged.
        bytes: Arc<[u8]>,
    },
}

impl Source {
    /// The bytes that ranges count in.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::CommandLine(line) => line.as_bytes(),
            Self::File { bytes, .. } => bytes,
        }
    }
}

/// A place in the source, and what is to be said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The bytes that are marked.
    pub range: Range<usize>,
    /// What is said beside the mark.
    pub text: Message,
}

/// One replacement in the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The bytes to take out.
    pub range: Range<usize>,
    /// What stands there instead.
    pub text: String,
}

/// A way to put it right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// The replacements, in the order of the source and apart from each other.
    pub edits: Vec<Edit>,
    /// Whether it is certain to be what was meant; otherwise a person decides.
    pub safe: bool,
}

impl Fix {
    /// The source with the edits made; `None` where they do not fit it.
    pub fn apply(&self, source: &[u8]) -> Option<Vec<u8>> {
        let mut out = Vec::with_capacity(source.len());
        let mut at = 0;
        for edit in &self.edits {
            out.extend_from_slice(source.get(at..edit.range.start)?);
            out.extend_from_slice(edit.text.as_bytes());
            source.get(edit.range.clone())?;
            at = edit.range.end;
        }
        out.extend_from_slice(source.get(at..)?);
        Some(out)
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule's code, as `KL203`.
    pub code: &'static str,
    /// The rule's name, as `unknown-option`.
    pub name: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub title: Message,
    /// What the places lie in.
    pub source: Source,
    /// The place.
    pub primary: Label,
    /// Other places that have to do with it.
    pub secondary: Vec<Label>,
    /// What Kafka itself prints or does.
    pub you_will_see: Option<Message>,
    /// Why it is wrong.
    pub explanation: Message,
    /// What to do, in words.
    pub help: Option<Message>,
    /// What to do, in edits.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// The line of the source that the fix changes, as it reads then; `None` without a fix.
    pub fn corrected_line(&self) -> Option<String> {
        let bytes = self.fix.as_ref()?.apply(self.source.bytes())?;
        let first = self.fix.as_ref()?.edits.first()?.range.start;
        if let Source::CommandLine(_) = self.source {
            return String::from_utf8(bytes).ok();
        }
        Some(snippet::line_at(&bytes, first).1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_that_do_not_fit_are_refused() {
        let fix = |range: Range<usize>| Fix { edits: vec![Edit { range, text: "x".to_owned() }], safe: true };
        assert_eq!(fix(1..2).apply(b"abc"), Some(b"axc".to_vec()));
        assert_eq!(fix(3..3).apply(b"abc"), Some(b"abcx".to_vec()));
        assert_eq!(fix(2..5).apply(b"abc"), None);
    }
}
