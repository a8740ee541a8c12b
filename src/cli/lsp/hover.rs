//! What is shown of a key: what it is for, its type, default and values, and whether it changes while the broker runs.

use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind, Position};

use super::documents::Open;
use crate::catalog::removed::{Fate, RemovedKey};
use crate::judge::rules::config::about::{self, About};
use crate::judge::rules::config::kind::Kind;
use crate::text::{Language, lsp as say};

/// The most values that are told one by one.
const CHOICES_MAX: usize = 12;

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
    let mut lines = vec![format!("`{name}`")];
    if let Some(known) = about::about(kind, name) {
        lines.extend(known.purpose.map(|text| text.get(language).to_owned()));
        lines.extend(facts(&known, language));
    }
    lines.extend(about::fates(kind, name).into_iter().map(|key| fate(key, language)));
    (lines.len() > 1).then(|| lines.join("\n\n"))
}

fn facts(known: &About, language: Language) -> Vec<String> {
    let key = &known.key;
    let mut lines = vec![say::KIND.fill(language, &[("kind", &key.kind)])];
    if key.required {
        lines.push(say::REQUIRED.get(language).to_owned());
    }
    lines.push(match key.default.as_deref() {
        None => say::NO_DEFAULT.get(language).to_owned(),
        Some("") => say::EMPTY_DEFAULT.get(language).to_owned(),
        Some(value) => say::DEFAULT.fill(language, &[("value", &format!("{value} {}", known.unit).trim())]),
    });
    let choices = key.choices();
    if (1..=CHOICES_MAX).contains(&choices.len()) {
        lines.push(say::CHOICES.fill(language, &[("values", &choices.join(", "))]));
    } else if choices.is_empty() && key.valid.starts_with('[') {
        lines.push(say::RANGE.fill(language, &[("range", &key.valid.replace(",...", ", …"))]));
    }
    let dynamic = match key.scope {
        "read-only" => Some(say::READ_ONLY),
        "per-broker" => Some(say::PER_BROKER),
        "cluster-wide" => Some(say::CLUSTER_WIDE),
        _ => None,
    };
    lines.extend(dynamic.map(|text| text.get(language).to_owned()));
    lines
}

fn fate(key: &RemovedKey, language: Language) -> String {
    let mut said = match key.fate {
        Fate::Deprecated => say::DEPRECATED.get(language).to_owned(),
        Fate::GoneIn4 => say::GONE_IN_4.get(language).to_owned(),
        Fate::Removed => {
            let (major, minor) = key.gone_in;
            say::REMOVED.fill(language, &[("version", &format!("{major}.{minor}"))])
        }
    };
    if let Some(key) = key.replacement {
        said.push(' ');
        said.push_str(&say::INSTEAD.fill(language, &[("key", &key)]));
    }
    said
}
