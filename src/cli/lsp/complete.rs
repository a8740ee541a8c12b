//! What may be written at a place: the keys that the file does not have yet, or the values of a key where they are known by name.

use std::collections::HashSet;
use std::ops::Range;

use lsp_types::{CompletionItem, CompletionItemKind, CompletionItemTag, CompletionTextEdit, Documentation, Position, TextEdit};
use serde_json::{Value, json};

use super::documents::{Open, Places};
use super::hover;
use crate::catalog::removed::Fate;
use crate::judge::rules::config::about::{self, About};
use crate::judge::rules::config::kind::Kind;
use crate::properties::{Document, Entry};
use crate::text::Language;

/// What stands at a place.
enum Writing<'a> {
    /// A key, or nothing yet.
    Key { range: Range<usize>, entry: Option<&'a Entry> },
    /// The value of a key.
    Value(&'a Entry),
}

/// What may be written at a place of a document.
pub(super) fn complete(open: &Open, place: Position) -> Vec<CompletionItem> {
    let Some((kind, document)) = &open.settings else { return Vec::new() };
    let places = open.places();
    let at = places.byte(place);
    match writing(document, at) {
        Some(Writing::Key { range, entry }) => keys(*kind, document, &places, &range, entry),
        Some(Writing::Value(entry)) => values(*kind, document, &places, at, entry),
        None => Vec::new(),
    }
}

fn writing(document: &Document, at: usize) -> Option<Writing<'_>> {
    let bytes = document.as_bytes();
    for entry in document.iter() {
        let key = entry.key_span.range.clone();
        if (key.start..=key.end).contains(&at) {
            return Some(Writing::Key { range: key, entry: Some(entry) });
        }
        if (key.end..=entry.value_span.range.end).contains(&at) {
            return Some(Writing::Value(entry));
        }
    }
    let is_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
    let before = bytes[..at].iter().rposition(is_end).map_or(0, |end| end + 1);
    let after = bytes[at..].iter().position(is_end).map_or(bytes.len(), |end| at + end);
    let blank = bytes[before..after].trim_ascii().is_empty();
    blank.then_some(Writing::Key { range: at..at, entry: None })
}

fn keys(
    kind: Kind,
    document: &Document,
    places: &Places<'_>,
    range: &Range<usize>,
    entry: Option<&Entry>,
) -> Vec<CompletionItem> {
    let set: HashSet<&str> = document.iter().map(|entry| entry.key.as_str()).collect();
    let own = entry.map(|entry| entry.key.as_str());
    let separated = entry.is_some_and(|entry| entry.value_span.range.start > entry.key_span.range.end);
    let names = about::names(kind).into_iter().filter(|name| !set.contains(name) || own == Some(name));
    let item = |name: &'static str| {
        let known = about::about(kind, name)?;
        let deprecated = about::fates(kind, name).iter().any(|key| key.fate == Fate::Deprecated);
        let importance = match known.key.importance {
            "HIGH" => 1,
            "LOW" => 3,
            _ => 2,
        };
        Some(CompletionItem {
            label: name.to_owned(),
            kind: Some(CompletionItemKind::PROPERTY),
            detail: Some(detail(&known)),
            tags: deprecated.then(|| vec![CompletionItemTag::DEPRECATED]),
            sort_text: Some(format!("{}{name}", importance + 3 * u8::from(deprecated))),
            text_edit: Some(edit(places, range, format!("{name}{}", if separated { "" } else { "=" }))?),
            data: Some(json!({ "kind": kind_name(kind), "key": name })),
            ..CompletionItem::default()
        })
    };
    names.filter_map(item).collect()
}

/// An edit in one line, as the protocol wants it here.
fn edit(places: &Places<'_>, range: &Range<usize>, new_text: String) -> Option<CompletionTextEdit> {
    let range = places.range(range);
    (range.start.line == range.end.line).then_some(CompletionTextEdit::Edit(TextEdit { range, new_text }))
}

fn detail(known: &About) -> String {
    match known.key.default.as_deref() {
        None | Some("") => known.key.kind.to_owned(),
        Some(default) => format!("{} = {default}", known.key.kind),
    }
}

fn values(kind: Kind, document: &Document, places: &Places<'_>, at: usize, entry: &Entry) -> Vec<CompletionItem> {
    let Some(known) = about::about(kind, &entry.key) else { return Vec::new() };
    let whole = entry.value_span.range.clone();
    let range = if known.key.kind == "LIST" { list_item(document.as_bytes(), &whole, at) } else { whole };
    let item = |(order, value): (usize, &'static str)| {
        Some(CompletionItem {
            label: value.to_owned(),
            kind: Some(CompletionItemKind::ENUM_MEMBER),
            preselect: Some(known.key.default.as_deref() == Some(value)),
            sort_text: Some(format!("{order:03}")),
            text_edit: Some(edit(places, &range, value.to_owned())?),
            ..CompletionItem::default()
        })
    };
    known.key.choices().into_iter().enumerate().filter_map(item).collect()
}

/// The bytes of the item of a list that a place lies in.
fn list_item(bytes: &[u8], whole: &Range<usize>, at: usize) -> Range<usize> {
    let at = at.clamp(whole.start, whole.end);
    let start =
        bytes[whole.start..at].iter().rposition(|byte| *byte == b',').map_or(whole.start, |comma| whole.start + comma + 1);
    let blanks = bytes[start..at].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let end = bytes[at..whole.end].iter().position(|byte| *byte == b',').map_or(whole.end, |comma| at + comma);
    start + blanks..end
}

fn kind_name(kind: Kind) -> &'static str {
    Kind::NAMES.iter().find(|(_, known)| *known == kind).map_or("", |(name, _)| name)
}

/// The same item with what is known of its key.
pub(super) fn resolve(mut item: CompletionItem, markdown: bool, language: Language) -> CompletionItem {
    let text = |name: &str| item.data.as_ref().and_then(|data| data.get(name)).and_then(Value::as_str);
    let explanation = text("kind").and_then(Kind::named).zip(text("key"));
    let explanation = explanation.and_then(|(kind, key)| hover::explanation(kind, key, language));
    item.documentation = explanation.map(|text| Documentation::MarkupContent(hover::markup(&text, markdown)));
    item
}
