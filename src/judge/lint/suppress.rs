//! Comments that tell a rule to be silent: `# kafkalab: ignore[KL401] reason` for the setting below it, `ignore-file` for all.

use std::ops::Range;

use super::Selector;
use crate::judge::diagnostic::{Diagnostic, Severity};
use crate::judge::rules::Rule;
use crate::judge::rules::config::file::ConfigFile;
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
pub fn apply(file: &ConfigFile, findings: Vec<Diagnostic>, unused: impl Fn(Unused) -> Diagnostic) -> Vec<Diagnostic> {
    let mut comments = comments(file);
    if comments.is_empty() {
        return findings;
    }
    let mut kept: Vec<Diagnostic> = findings.into_iter().filter(|found| !ignored(&mut comments, found)).collect();
    for (code, place, used) in comments.into_iter().flat_map(|comment| comment.codes) {
        if !used {
            kept.push(unused(Unused { place, label: Message::new(labels::UNUSED_IGNORE).with("codes", code) }));
        }
    }
    kept.sort_by_key(|found| found.primary.range.start);
    kept
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

fn comments(file: &ConfigFile) -> Vec<Comment<'_>> {
    const MARK: &[u8] = b"kafkalab: ignore";
    let bytes = file.document.as_bytes();
    let entries: Vec<&Entry> = file.document.iter().collect();
    let whole = |entry: &&Entry| entry.key_span.range.start..entry.value_span.range.end.max(entry.key_span.range.end);
    let mut found = Vec::new();
    let mut start = 0;
    for line in bytes.split_inclusive(|byte| matches!(byte, b'\n' | b'\r')) {
        let from = start;
        start += line.len();
        let text = line.trim_ascii_start();
        if !matches!(text.first(), Some(b'#' | b'!')) || entries.iter().any(|entry| whole(entry).contains(&from)) {
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
        let below = entries.iter().find(|entry| entry.key_span.range.start >= start).map(whole);
        let target = if for_file { None } else { Some(below.unwrap_or(start..start)) };
        found.push(Comment { codes: codes.collect(), target });
    }
    found
}
