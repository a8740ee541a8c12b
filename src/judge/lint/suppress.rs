//! Comments that tell a rule to be silent: `# kafkalab: ignore[KL401] reason` for the setting below it, `ignore-file` for all.

use std::ops::Range;

use super::Selector;
use crate::judge::diagnostic::{Diagnostic, Severity};
use crate::judge::rules::config::file::ConfigFile;
use crate::judge::rules::{Rule, find};
use crate::properties::Entry;
use crate::text::Message;
use crate::text::config::{labels, syntax as text};

/// A comment that ignores nothing.
pub static UNUSED: Rule = Rule::file("KL408", "unused-ignore", Severity::Warning, text::UNUSED_IGNORE);

/// A comment of this kind.
struct Comment<'a> {
    /// What it names, each with its place and whether it was needed.
    codes: Vec<(&'a str, Range<usize>, bool)>,
    /// The bytes of the entry that it stands above; `None` for the whole file.
    target: Option<Range<usize>>,
}

/// A code in a comment that nothing was found for.
pub struct Unused {
    /// Where it stands.
    pub place: Range<usize>,
    /// What is said of it.
    pub label: Message,
}

/// The findings without those that comments ignore, and one for each code that ignores nothing.
///
/// `places` are the bytes of the settings or commands, in order; a comment begins with one of `marks`.
pub fn apply(
    bytes: &[u8],
    places: &[Range<usize>],
    marks: &[&[u8]],
    findings: Vec<Diagnostic>,
    unused: impl Fn(Unused) -> Diagnostic,
) -> Vec<Diagnostic> {
    let mut comments = comments(bytes, places, marks);
    if comments.is_empty() {
        return findings;
    }
    let mut kept: Vec<Diagnostic> = findings.into_iter().filter(|found| !ignored(&mut comments, found)).collect();
    for (code, place, used) in comments.into_iter().flat_map(|comment| comment.codes) {
        // what is found between files is not looked at here
        let of_clusters =
            code.to_ascii_uppercase().starts_with("KL6") || find(code).is_some_and(|rule| rule.code.starts_with("KL6"));
        if !used && !of_clusters {
            kept.push(unused(Unused { place, label: Message::new(labels::UNUSED_IGNORE).with("codes", code) }));
        }
    }
    kept.sort_by_key(|found| found.primary.range.start);
    kept
}

/// The finding of a file, unless a comment in the file ignores it.
pub fn without_ignored(file: &ConfigFile, found: Diagnostic) -> Option<Diagnostic> {
    let places: Vec<_> = file.document.iter().map(place).collect();
    let mut comments = comments(file.document.as_bytes(), &places, &[b"#", b"!"]);
    (!ignored(&mut comments, &found)).then_some(found)
}

fn ignored(comments: &mut [Comment<'_>], found: &Diagnostic) -> bool {
    let at = found.primary.range.start;
    for comment in comments {
        if comment.target.as_ref().is_some_and(|target| !(target.start..=target.end).contains(&at)) {
            continue;
        }
        for (code, _, used) in &mut comment.codes {
            if Selector::new(code).is_some_and(|selector| selector.picks(found.code, found.name)) {
                *used = true;
                return true;
            }
        }
    }
    false
}

/// The bytes of a setting.
pub fn place(entry: &Entry) -> Range<usize> {
    entry.key_span.range.start..entry.value_span.range.end.max(entry.key_span.range.end)
}

fn comments<'a>(bytes: &'a [u8], places: &[Range<usize>], marks: &[&[u8]]) -> Vec<Comment<'a>> {
    const MARK: &[u8] = b"kafkalab: ignore";
    // the last place that begins at a byte or before it
    let until = |at: usize| places.partition_point(|place| place.start <= at);
    let is_within = |at: usize| until(at).checked_sub(1).is_some_and(|last| places[last].contains(&at));
    let mut found = Vec::new();
    let mut start = 0;
    for line in bytes.split_inclusive(|byte| matches!(byte, b'\n' | b'\r')) {
        let from = start;
        start += line.len();
        let text = line.trim_ascii_start();
        if !marks.iter().any(|mark| text.starts_with(mark)) || is_within(from) {
            continue;
        }
        let Some(at) = text.windows(MARK.len()).position(|part| part == MARK) else { continue };
        let Ok(rest) = std::str::from_utf8(&text[at + MARK.len()..]) else { continue };
        let (rest, for_file) = rest.strip_prefix("-file").map_or((rest, false), |rest| (rest, true));
        let Some(list) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) else { continue };
        let offset = start - rest.len() + 1;
        let codes = list.0.split(',').map(|code| {
            let at = offset + (code.as_ptr() as usize - list.0.as_ptr() as usize) + (code.len() - code.trim_start().len());
            (code.trim(), at..at + code.trim().len(), false)
        });
        let below = places.get(places.partition_point(|place| place.start < start)).cloned();
        let target = if for_file { None } else { Some(below.unwrap_or(start..start)) };
        found.push(Comment { codes: codes.collect(), target });
    }
    found
}
