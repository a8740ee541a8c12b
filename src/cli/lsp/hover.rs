//! What is shown of the key under the pointer.

use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind, Position};

use super::documents::Open;
use crate::judge::rules::config::explanation;
use crate::judge::rules::config::kind::Kind;
use crate::text::Language;

/// What is known of the setting at a place.
pub(super) fn hover(open: &Open, place: Position, markdown: bool, language: Language) -> Option<Hover> {
    let (kind, document) = open.settings.as_ref()?;
    let places = open.places();
    let at = places.byte(place);
    let entry = document.iter().find(|entry| entry.key_span.range.start <= at && at <= entry.value_span.range.end)?;
    let contents = HoverContents::Markup(markup(&explanation(*kind, &entry.key, language)?, markdown));
    Some(Hover { contents, range: Some(places.range(&entry.key_span.range)) })
}

/// A text with its words of code marked, for a client that may not show marks.
pub(super) fn markup(text: &str, markdown: bool) -> MarkupContent {
    match markdown {
        true => MarkupContent { kind: MarkupKind::Markdown, value: text.to_owned() },
        false => MarkupContent { kind: MarkupKind::PlainText, value: text.replace('`', "").replace("\n\n", "\n") },
    }
}

/// Everything that is known of a key, in paragraphs; `None` where that is nothing.
pub(super) fn explanation(kind: Kind, name: &str, language: Language) -> Option<String> {
    let lines = explanation::lines(kind, name, language)?;
    Some(format!("`{name}`\n\n{}", lines.join("\n\n")))
}
