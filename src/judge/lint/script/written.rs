//! Settings that a script writes: `cat > server.properties <<EOF`. Of what the shell puts in nothing is known, and a line may be
//! added to the file elsewhere, so only what is certain of the lines themselves is told.

use std::ops::Range;

use super::prose;
use crate::judge::diagnostic::Diagnostic;
use crate::judge::lint::suppress;
use crate::judge::rules::command::here_document::HereDocument;
use crate::judge::rules::command::invocation::Invocation;
use crate::judge::rules::config::file::KafkaVersion;
use crate::judge::rules::config::kind::Kind;
use crate::properties::{Document, Entry};

/// A file that a command writes from the lines behind it.
pub(super) struct Written {
    name: String,
    document: HereDocument,
}

/// What is found in one.
#[derive(Default)]
pub(super) struct Judged {
    /// Where its settings stand.
    pub places: Vec<Range<usize>>,
    /// What is found, without a source.
    pub findings: Vec<Diagnostic>,
}

/// The configuration files that commands write.
pub(super) fn files(invocations: &[Invocation], text: &str) -> Vec<Written> {
    let mut found = Vec::new();
    for (at, invocation) in invocations.iter().enumerate() {
        let [document] = invocation.command.here_documents.as_slice() else { continue };
        let name = target(invocation, invocations.get(at + 1), text).map(str::to_owned);
        let is_configuration = |name: &String| name.ends_with(".properties") || name == "zoo.cfg";
        found.extend(name.filter(is_configuration).map(|name| Written { name, document: document.clone() }));
    }
    found
}

/// The name of the file that `cat` or `tee` writes what it reads to.
fn target<'a>(invocation: &'a Invocation, next: Option<&'a Invocation>, text: &'a str) -> Option<&'a str> {
    match program(invocation)? {
        "tee" => tee(invocation, text),
        "cat" if invocation.arguments.iter().all(|word| word.text.as_deref() == Some("-")) => {
            let redirected =
                invocation.command.redirections.iter().rfind(|found| matches!(found.operator.as_str(), ">" | ">>" | ">|"));
            match redirected {
                Some(redirection) => redirection.target.file_name(text),
                None => {
                    next.filter(|next| invocation.command.piped && program(next) == Some("tee")).and_then(|next| tee(next, text))
                }
            }
        }
        _ => None,
    }
}

fn program(invocation: &Invocation) -> Option<&str> {
    invocation.program.text.as_deref()?.rsplit('/').next()
}

/// The one file that `tee` writes.
fn tee<'a>(invocation: &'a Invocation, text: &'a str) -> Option<&'a str> {
    let is_option =
        |word: &&crate::judge::rules::command::word::Word| word.text.as_deref().is_some_and(|text| text.starts_with('-'));
    let mut files = invocation.arguments.iter().filter(|word| !is_option(word));
    files.next().filter(|_| files.next().is_none())?.file_name(text)
}

/// What is found in the lines that a command writes.
pub(super) fn judge(written: &Written, text: &str, version: KafkaVersion) -> Judged {
    let HereDocument { body, literal, .. } = &written.document;
    let Some(lines) = text.get(body.clone()) else { return Judged::default() };
    // a session's prompts stand before them
    let prompted = lines.lines().any(|line| line.trim_start().starts_with("> "));
    let Ok(document) = Document::parse(lines) else { return Judged::default() };
    let Some(kind) = Kind::of(&written.name, &document).filter(|_| !prompted) else { return Judged::default() };
    let changed: Vec<&Entry> = document.iter().filter(|entry| !literal && is_changed(&lines[suppress::place(entry)])).collect();
    let mut findings = prose::judge_part(lines.as_bytes(), kind, version);
    if !changed.is_empty() {
        let kept = without(lines, &changed);
        let certain = prose::judge_part(kept.as_bytes(), kind, version);
        let same = |one: &Diagnostic, other: &Diagnostic| one.code == other.code && one.primary.range == other.primary.range;
        let in_changed =
            |found: &Diagnostic| changed.iter().any(|entry| suppress::place(entry).contains(&found.primary.range.start));
        // without a listener, the one that Kafka has by default takes its place
        let of_listeners = changed.iter().any(|entry| entry.key.contains("listener"));
        let depends = |found: &Diagnostic| in_changed(found) || (of_listeners && found.code.starts_with("KL5"));
        findings.retain(|found| !depends(found) && certain.iter().any(|other| same(found, other)));
    }
    findings.iter_mut().for_each(|found| prose::shift(found, |at| at + body.start));
    let places = document.iter().map(suppress::place).map(|place| place.start + body.start..place.end + body.start);
    Judged { places: places.collect(), findings }
}

/// Whether the shell puts something in.
fn is_changed(setting: &str) -> bool {
    setting.contains(['$', '`', '\\'])
}

/// The lines with comments of the same length for some of the settings.
fn without(lines: &str, entries: &[&Entry]) -> String {
    let mut bytes = lines.as_bytes().to_vec();
    for entry in entries {
        for byte in &mut bytes[suppress::place(entry)] {
            *byte = if *byte == b'\n' { b'\n' } else { b'#' };
        }
    }
    String::from_utf8(bytes).unwrap_or_default()
}
