//! Settings in Markdown: blocks with a part of a properties file, `key=value` in a sentence, and a key with its value beside it.
//!
//! A part of a file lacks what the rest of it may have, so nothing is said to be missing.

use std::ops::Range;
use std::path::PathBuf;

use super::markdown::{Document, SettingsBlock, Span};
use crate::catalog::removed::{self, Fate};
use crate::catalog::{configs, zookeeper};
use crate::judge::diagnostic::{Diagnostic, Severity};
use crate::judge::lint::Input;
use crate::judge::rules::config::file::{ConfigFile, KafkaVersion};
use crate::judge::rules::config::kind::Kind;
use crate::judge::rules::config::{self, keys};
use crate::judge::rules::{self, On};
use crate::properties;
use crate::text::Message;
use crate::text::config::labels;

/// Words beside a key that say it is gone: then the sentence is right.
const GONE: [&str; 12] =
    ["removed", "deprecated", "no longer", "obsolete", "instead", "gone", "제거", "삭제", "사라", "없어", "더 이상", "대신"];

/// What is found in the settings of a document.
pub(super) fn judge(document: &Document, text: &str, input: &Input, version: KafkaVersion) -> Vec<Diagnostic> {
    let mut findings: Vec<Diagnostic> = document.settings.iter().flat_map(|block| settings_block(block, text, version)).collect();
    for spans in document.spans.chunk_by(|one, next| one.line == next.line) {
        findings.extend(line(spans, text, version));
    }
    findings.extend(removed_keys(document, text, input));
    findings
}

/// The findings of a part of a file, at their places in it.
pub(super) fn judge_part(bytes: &[u8], kind: Kind, version: KafkaVersion) -> Vec<Diagnostic> {
    let Ok(document) = properties::Document::parse(bytes) else { return Vec::new() };
    let to_fill_in: Vec<Range<usize>> = document
        .iter()
        .filter(|entry| entry.value.contains(['<', '{', '[']) || entry.value.contains("...") || entry.value.contains("YOUR"))
        .map(|entry| entry.key_span.range.start..entry.value_span.range.end)
        .collect();
    let file = ConfigFile { path: PathBuf::new(), shown: String::new(), kind, version, document };
    let mut findings = config::judge(&file);
    findings.retain(|found| {
        let place = &found.primary.range;
        *place != (0..0) && !to_fill_in.iter().any(|filled| filled.contains(&place.start)) && !may_fit(found, &file.document)
    });
    findings
}

/// Rules about settings that do not fit each other, or Kafka's default for the other.
const OF_SEVERAL: [&str; 16] = [
    "KL465", "KL466", "KL467", "KL469", "KL470", "KL474", "KL475", "KL476", "KL477", "KL478", "KL479", "KL499", "KL512", "KL513",
    "KL515", "KL517",
];

/// Whether another line of the file, which is not shown here, may make it right.
fn may_fit(found: &Diagnostic, part: &properties::Document) -> bool {
    let has = |key: &&str| part.get(key).is_some();
    match found.code {
        "KL506" => found.fix.is_none() && !has(&"listener.security.protocol.map"),
        "KL511" => !has(&"advertised.listeners"),
        code if OF_SEVERAL.contains(&code) => match rules::find(code).map(|rule| &rule.on) {
            // it says with which others it does not go
            Some(On::Refused { keys }) => keys.len() < 2 || !keys.iter().all(has),
            _ => true,
        },
        _ => false,
    }
}

fn settings_block(block: &SettingsBlock, text: &str, version: KafkaVersion) -> Vec<Diagnostic> {
    let part = &text[block.range.clone()];
    let Ok(document) = properties::Document::parse(part) else { return Vec::new() };
    let named = [("server.properties", Kind::Broker), ("zookeeper.properties", Kind::Coordinator)];
    let names = |text: &str| {
        named
            .into_iter()
            .filter_map(|(name, kind)| Some((text.rfind(name)?, kind)))
            .max_by_key(|(at, _)| *at)
            .map(|(_, kind)| kind)
    };
    let first_comment = part.lines().find(|line| line.starts_with('#')).and_then(names);
    let kind = first_comment.or(Kind::of_keys(&document)).or_else(|| names(&text[block.before.clone()]));
    let Some(kind) = kind.filter(|kind| document.iter().any(|entry| is_key(&entry.key, *kind))) else { return Vec::new() };
    let mut findings = judge_part(part.as_bytes(), kind, version);
    findings.iter_mut().for_each(|found| shift(found, |at| at + block.range.start));
    findings
}

fn is_key(key: &str, kind: Kind) -> bool {
    match kind {
        Kind::Broker => configs::broker().iter().any(|known| known.name == key),
        Kind::Coordinator => zookeeper::keys().iter().any(|known| known.name == key),
        _ => false,
    }
}

/// A sentence with `key=value`, or with a key and one value beside it.
fn line(spans: &[Span], text: &str, version: KafkaVersion) -> Vec<Diagnostic> {
    let code = |span: &Span| &text[span.range.clone()];
    let of = |key: &str| [Kind::Broker, Kind::Coordinator].into_iter().find(|kind| is_key(key, *kind));
    let mut findings = Vec::new();
    for span in spans {
        let Some((key, _)) = code(span).split_once('=') else { continue };
        if let Some(kind) = of(key.trim()) {
            let part = judge_part(code(span).as_bytes(), kind, version);
            findings.extend(part.into_iter().map(|mut found| {
                shift(&mut found, |at| at + span.range.start);
                found
            }));
        }
    }
    if let [key, value] = spans
        && let Some(kind) = of(code(key))
        && !code(value).contains([' ', '='])
        && of(code(value)).is_none()
    {
        let name = code(key);
        let part = judge_part(format!("{name}={}", code(value)).as_bytes(), kind, version);
        let moved = |at: usize| match at.checked_sub(name.len() + 1) {
            Some(at) => value.range.start + at,
            None => key.range.start + at,
        };
        findings.extend(part.into_iter().map(|mut found| {
            shift(&mut found, moved);
            found
        }));
    }
    // an example in a sentence may leave out what would make it safe
    findings.retain(|found| found.severity == Severity::Error);
    findings
}

/// Moves every place of a finding.
pub(super) fn shift(found: &mut Diagnostic, moved: impl Fn(usize) -> usize) {
    let shifted = |range: &Range<usize>| moved(range.start)..moved(range.end);
    found.primary.range = shifted(&found.primary.range);
    for label in &mut found.secondary {
        label.range = shifted(&label.range);
    }
    for edit in found.fix.iter_mut().flat_map(|fix| &mut fix.edits) {
        edit.range = shifted(&edit.range);
    }
}

/// Keys that Kafka does not have any more, in a section about `server.properties`.
fn removed_keys(document: &Document, text: &str, input: &Input) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let mut told: Vec<&str> = Vec::new();
    for span in &document.spans {
        let code = &text[span.range.clone()];
        let is_gone =
            |known: &&removed::RemovedKey| known.name == code && known.fate != Fate::Deprecated && known.gone_in <= (3, 6);
        let Some(key) = removed::all().iter().find(is_gone) else { continue };
        let sentence = text[span.line.clone()].to_lowercase();
        if told.contains(&code) || GONE.iter().any(|word| sentence.contains(word)) || !is_about_broker(document, text, span) {
            continue;
        }
        told.push(key.name);
        let mut label = Message::new(labels::REMOVED).with("version", format!("{}.{}", key.gone_in.0, key.gone_in.1));
        if let Some(replacement) = key.replacement {
            label = label.and(Message::new(labels::REPLACED).with("replacement", replacement));
        }
        findings.push(input.found(&keys::REMOVED, span.range.clone(), label));
    }
    findings
}

/// Whether a section names `server.properties` and two keys of a broker at least.
fn is_about_broker(document: &Document, text: &str, span: &Span) -> bool {
    let next = document.headings.partition_point(|heading| *heading <= span.range.start);
    let start = next.checked_sub(1).map_or(0, |at| document.headings[at]);
    let end = document.headings.get(next).copied().unwrap_or(text.len());
    let inside = document.spans.iter().filter(|other| (start..end).contains(&other.range.start));
    let keys = inside.filter(|other| is_key(text[other.range.clone()].split('=').next().unwrap_or(""), Kind::Broker));
    text[start..end].contains("server.properties") && keys.count() >= 2
}
