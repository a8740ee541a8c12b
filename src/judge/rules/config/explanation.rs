//! What is known of a key, in sentences: what it is for, its type, default and values, whether it changes while the broker runs, and what
//! became of it.

use super::about::{self, About};
use super::kind::Kind;
use crate::catalog::removed::{Fate, RemovedKey};
use crate::text::{Language, lsp as say};

/// The most values that are told one by one.
const CHOICES_MAX: usize = 12;

/// The sentences, with words of code between backticks; `None` where nothing is known.
pub fn lines(kind: Kind, name: &str, language: Language) -> Option<Vec<String>> {
    let mut lines = Vec::new();
    if let Some(known) = about::about(kind, name) {
        lines.extend(known.purpose.map(|text| text.get(language).to_owned()));
        lines.extend(facts(&known, language));
    }
    lines.extend(about::fates(kind, name).into_iter().map(|key| fate(key, language)));
    (!lines.is_empty()).then_some(lines)
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
