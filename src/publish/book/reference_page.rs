//! What is known of a rule, or of a setting, as a section of a page.

use super::lab_page::literal;
use crate::catalog::idle_keys::{ClientKind, of as idle_keys_of};
use crate::judge::diagnostic::formats::severity_name;
use crate::judge::rules::Rule;
use crate::judge::rules::config::about;
use crate::judge::rules::config::explanation;
use crate::judge::rules::config::kind::Kind;
use crate::text::{Language, Text, idle_keys, lint as say};

/// One rule: what is wrong, what is seen of it, why, and what to do.
pub(super) fn rule(rule: &Rule, language: Language) -> String {
    let mut out = format!(
        "### {} {} {{#{}}}\n\n**{}** ({})\n",
        rule.code,
        rule.name,
        rule.code.to_lowercase(),
        literal(rule.text.title.get(language)),
        severity_name(rule.severity)
    );
    let parts =
        [(say::EXPLAIN_SEEN, rule.text.seen), (say::EXPLAIN_WHY, Some(rule.text.why)), (say::EXPLAIN_FIX, Some(rule.text.fix))];
    for (title, text) in parts {
        if let Some(text) = text {
            out.push_str(&format!("\n- **{}**: {}", title.get(language), literal(text.get(language))));
        }
    }
    out + "\n\n"
}

/// One key of a file; `None` where there is none of that name.
pub(super) fn key(kind: Kind, name: &str, language: Language) -> Option<String> {
    let lines = explanation::lines(kind, name, language)?;
    let anchor = name.replace(|char: char| !char.is_ascii_alphanumeric(), "-").to_lowercase();
    let list: String = lines.iter().map(|line| format!("- {line}\n")).collect();
    Some(format!("### {name} {{#{anchor}}}\n\n{list}\n"))
}

/// The configs of a client that do nothing in the bundled tools, with the reasons.
pub(super) fn idle(kind: ClientKind, language: Language) -> String {
    let row = |(name, why): (&str, Text)| {
        let name = if name.ends_with('.') { format!("{name}*") } else { name.to_owned() };
        format!("- `{name}`: {}\n", literal(why.get(language)))
    };
    format!("{}\n\n{}", literal(idle_keys::INTRO.get(language)), idle_keys_of(kind).map(row).collect::<String>())
}

/// Every key of a file.
pub(super) fn keys(kind: Kind, language: Language) -> String {
    about::names(kind).into_iter().filter_map(|name| key(kind, name, language)).collect()
}
