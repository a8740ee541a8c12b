//! KL430 to KL439: how the file is written, whatever it configures.

use super::file::Judgement;
use super::kind::Kind;
use crate::judge::diagnostic::{Edit, Severity};
use crate::judge::rules::Rule;
use crate::text::Message;
use crate::text::config::{labels, syntax as text};

/// A key with nothing behind it, as `log.dirs/tmp/x`.
pub static NO_SEPARATOR: Rule = Rule::file("KL430", "no-separator", Severity::Warning, text::NO_SEPARATOR);
/// A key that comes again.
pub static DUPLICATE: Rule = Rule::file("KL431", "duplicate-key", Severity::Warning, text::DUPLICATE);
/// The file begins with a byte order mark.
pub static BYTE_ORDER_MARK: Rule = Rule::file("KL432", "byte-order-mark", Severity::Warning, text::BYTE_ORDER_MARK);
/// A value with letters that Java reads as others.
pub static NOT_ASCII: Rule = Rule::file("KL433", "value-not-ascii", Severity::Warning, text::NOT_ASCII);
/// A key with a character that only looks right.
pub static ODD_CHARACTERS: Rule = Rule::file("KL434", "key-odd-characters", Severity::Warning, text::ODD_CHARACTERS);
/// A setting swallowed by the line before it.
pub static CONTINUED: Rule = Rule::file("KL435", "continued-by-accident", Severity::Warning, text::CONTINUED_BY_ACCIDENT);
/// A Windows path that loses its backslashes.
pub static BACKSLASHES: Rule = Rule::file("KL436", "backslashes-lost", Severity::Warning, text::BACKSLASHES_LOST);
/// A `\u` that Java refuses.
pub static MALFORMED_ESCAPE: Rule =
    Rule::file("KL437", "malformed-escape", Severity::Error, text::MALFORMED_ESCAPE).says(&["Malformed \\uxxxx encoding"]);
/// `//` or `;` where `#` was meant.
pub static OTHER_COMMENT: Rule = Rule::file("KL438", "not-a-comment", Severity::Warning, text::OTHER_COMMENT);
/// Bytes that are no text.
pub static NOT_TEXT: Rule = Rule::file("KL439", "not-a-text-file", Severity::Error, text::NOT_TEXT);
/// More than a configuration has.
pub static TOO_LARGE: Rule = Rule::file("KL440", "file-too-large", Severity::Error, text::TOO_LARGE);

/// The mark as Java reads it, in front of the first key.
const BYTE_ORDER_MARK_READ: &str = "\u{ef}\u{bb}\u{bf}";

/// Looks at how the file is written.
pub(super) fn check(judged: &mut Judgement<'_>) {
    byte_order_mark(judged);
    for index in 0..judged.entries.len() {
        continued(judged, index);
        comment_sign(judged, index);
        key_characters(judged, index);
        separator(judged, index);
    }
    duplicates(judged);
    for index in judged.counting() {
        backslashes(judged, index);
    }
}

fn byte_order_mark(judged: &mut Judgement<'_>) {
    let Some(key) = judged.entries.first().and_then(|entry| entry.key.strip_prefix(BYTE_ORDER_MARK_READ)) else { return };
    let key = key.to_owned();
    // in front of a comment, or alone, it costs no setting
    let severity = if judged.known(&key).is_some() { Severity::Warning } else { Severity::Note };
    let finding = judged.found(&BYTE_ORDER_MARK, 0..3, labels::BYTE_ORDER_MARK).mattering(severity);
    let removal = Edit { range: 0..3, text: String::new() };
    judged.blame(0, finding.fixed_by(vec![removal], true));
    judged.remember_meant(&key);
}

/// A backslash at the end of the line above a `key=value` that is known.
fn continued(judged: &mut Judgement<'_>, index: usize) {
    let entry = judged.entries[index];
    let range = entry.value_span.range.clone();
    let bytes = &judged.file.document.as_bytes()[range.clone()];
    let Some(at) = bytes.windows(2).position(|pair| pair[0] == b'\\' && matches!(pair[1], b'\n' | b'\r')) else { return };
    let rest = String::from_utf8_lossy(&bytes[at + 1..]);
    let Some(next) = rest.trim_start().lines().next() else { return };
    let swallowed = next.split(['=', ':', ' ']).next().unwrap_or("").trim_end_matches('\\').trim();
    let is_setting = judged.known(swallowed).is_some() && next[swallowed.len()..].trim_start().starts_with(['=', ':']);
    if !is_setting && !next.starts_with('#') {
        return;
    }
    let place = range.start + at..range.start + at + 1;
    let label = Message::new(labels::CONTINUED).with("next", if is_setting { swallowed } else { "#" });
    let removal = Edit { range: place.clone(), text: String::new() };
    let finding = judged.found(&CONTINUED, place, label).fixed_by(vec![removal], false);
    judged.blame(index, finding);
}

fn comment_sign(judged: &mut Judgement<'_>, index: usize) {
    let key = &judged.entries[index].key;
    let Some(sign) = ["//", ";", "--", "/*", "REM", "%"].into_iter().find(|sign| key.starts_with(sign)) else { return };
    let start = judged.entries[index].key_span.range.start;
    let place = start..start + sign.len();
    let fixed = Edit { range: place.clone(), text: "#".to_owned() };
    let finding = judged.found(&OTHER_COMMENT, place, Message::new(labels::OTHER_COMMENT).with("sign", sign));
    judged.blame(index, finding.fixed_by(vec![fixed], sign != "REM"));
}

/// The character that a look-alike stands for: full-width forms, blanks, quotes, dashes; `None` for other characters.
pub(super) fn meant(c: char) -> Option<&'static str> {
    const ASCII: &str = "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";
    match c {
        '\u{ff01}'..='\u{ff5e}' => {
            let at = (u32::from(c) - 0xff01) as usize;
            ASCII.get(at..=at)
        }
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => Some(" "),
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => Some(""),
        '\u{201c}' | '\u{201d}' | '\u{201e}' => Some("\""),
        '\u{2018}' | '\u{2019}' => Some("'"),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => Some("-"),
        '\u{3002}' | '\u{ff61}' => Some("."),
        '\u{3001}' => Some(","),
        _ => None,
    }
}

/// The text with every look-alike replaced; `None` where there is none, or where other letters beyond ASCII are among them.
pub(super) fn straightened(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_ascii() => out.push(c),
            c => out.push_str(meant(c)?),
        }
    }
    Some(out)
}

fn key_characters(judged: &mut Judgement<'_>, index: usize) {
    let entry = judged.entries[index];
    if judged.is_claimed(index) || entry.key.is_ascii() {
        return;
    }
    let range = entry.key_span.range.clone();
    let written = String::from_utf8_lossy(&judged.file.document.as_bytes()[range.clone()]);
    let Some(straight) = straightened(&written) else { return };
    // a full-width = or a special blank is no separator: the value is part of the key then
    let (name, value) = straight.split_once(['=', ' ']).map_or((straight.as_str(), None), |(name, value)| (name, Some(value)));
    let name = name.trim();
    if judged.known(name).is_none() {
        return;
    }
    let label = Message::new(labels::ODD_CHARACTERS).with("meant", name);
    let fixed = match value {
        Some(value) if !value.is_empty() => format!("{name}={}", value.trim_start_matches(['=', ' '])),
        _ => name.to_owned(),
    };
    let safe = !judged.has(name);
    let finding = judged.found(&ODD_CHARACTERS, range.clone(), label).fixed_by(vec![Edit { range, text: fixed }], safe);
    let name = name.to_owned();
    judged.blame(index, finding);
    judged.remember_meant(&name);
}

fn separator(judged: &mut Judgement<'_>, index: usize) {
    let entry = judged.entries[index];
    if judged.is_claimed(index) || !entry.value.is_empty() || judged.known(&entry.key).is_some() {
        return;
    }
    // the longest key of the catalogue that the line begins with, and something other than a letter behind it
    let joined = |key: &&str| {
        entry
            .key
            .strip_prefix(*key)
            .is_some_and(|rest| rest.starts_with(|c: char| !c.is_ascii_lowercase() && !matches!(c, '.' | '_')))
    };
    let Some(key) = judged.known_keys().filter(joined).max_by_key(|key| key.len()) else { return };
    let at = entry.key_span.range.start + key.len();
    let label = Message::new(labels::NO_SEPARATOR).with("key", key);
    let finding = judged.found(&NO_SEPARATOR, entry.key_span.range.clone(), label);
    let finding = finding.fixed_by(vec![Edit { range: at..at, text: "=".to_owned() }], !judged.has(key));
    judged.blame(index, finding);
    judged.remember_meant(key);
}

fn duplicates(judged: &mut Judgement<'_>) {
    for index in 0..judged.entries.len() {
        let entry = judged.entries[index];
        let Some(last) = judged.deciding(&entry.key).filter(|last| *last != index) else { continue };
        if judged.is_claimed(index) {
            continue;
        }
        let winner = judged.entries[last];
        let same = winner.value.trim() == entry.value.trim();
        let label = Message::new(labels::DUPLICATE).with("line", winner.key_span.line);
        let finding = judged
            .at_key(&DUPLICATE, index, label)
            .seen_with(winner.key_span.range.clone(), labels::DUPLICATE_WINS)
            .mattering(if same { Severity::Note } else { Severity::Warning });
        judged.blame(index, finding);
    }
}

/// Whether a key's value is a path or a list of paths.
fn is_path(key: &str) -> bool {
    matches!(key, "log.dirs" | "log.dir" | "metadata.log.dir" | "dataDir" | "dataLogDir") || key.ends_with("store.location")
}

fn backslashes(judged: &mut Judgement<'_>, index: usize) {
    let entry = judged.entries[index];
    let written = judged.written(index);
    if !is_path(&entry.key)
        || entry.value.contains('\\')
        || !written.contains('\\')
        || written.contains(['\n', '\r'])
        || written.contains("\\u")
    {
        return;
    }
    let path = written.replace('\\', "/");
    let label = Message::new(labels::BACKSLASHES).with("read", &entry.value);
    let fixed = Edit { range: entry.value_span.range.clone(), text: path };
    let finding = judged.at_value(&BACKSLASHES, index, label).fixed_by(vec![fixed], true);
    judged.blame(index, finding);
}

/// Looks for letters that Java reads as others in the values that a fault was not found with yet.
pub(super) fn check_letters(judged: &mut Judgement<'_>) {
    if judged.file.kind == Kind::Connect {
        return;
    }
    for index in judged.counting() {
        let entry = judged.entries[index];
        let secret = judged.known(&entry.key).is_none_or(|key| key.kind == "PASSWORD");
        if entry.value.is_ascii() || secret || judged.written(index).is_ascii() {
            continue;
        }
        let label = Message::new(labels::NOT_ASCII).with("read", entry.value.trim());
        judged.blame(index, judged.at_value(&NOT_ASCII, index, label));
    }
}
