//! `kafkalab explain`: one rule with what is seen, why, and what to do; or all of them.

use super::failure::Failure;
use super::{exit, print};
use crate::judge::diagnostic::formats::severity_name;
use crate::judge::rules::{self, RULES, Rule};
use crate::text::layout::{width, wrap};
use crate::text::{Language, Message, lint as say};

/// The columns of the text.
const COLUMNS: usize = 78;

/// Runs the command; without a rule it lists them all.
///
/// # Errors
/// There is no such rule.
pub fn run(rule: Option<&str>, language: Language) -> Result<u8, Failure> {
    let text = match rule {
        None => RULES.iter().map(|rule| row(rule, language)).collect(),
        Some(name) => match rules::find(name) {
            Some(rule) => explain(rule, language),
            None => return Err(Failure::new("unknown-rule", Message::new(say::E_RULE).with("found", name))),
        },
    };
    print(&text);
    Ok(exit::OK)
}

fn row(rule: &Rule, language: Language) -> String {
    let pad = " ".repeat(36_usize.saturating_sub(width(rule.name)));
    format!("{} {:7} {}{pad} {}\n", rule.code, severity_name(rule.severity), rule.name, rule.text.title.get(language))
}

fn explain(rule: &Rule, language: Language) -> String {
    let mut out = format!("{} {} ({})\n", rule.code, rule.name, severity_name(rule.severity));
    out.push_str(&paragraph(rule.text.title.get(language), 0));
    let parts =
        [(say::EXPLAIN_SEEN, rule.text.seen), (say::EXPLAIN_WHY, Some(rule.text.why)), (say::EXPLAIN_FIX, Some(rule.text.fix))];
    for (title, text) in parts {
        if let Some(text) = text {
            out.push_str(&format!("\n{}\n{}", title.get(language), paragraph(text.get(language), 2)));
        }
    }
    out
}

fn paragraph(text: &str, indent: usize) -> String {
    wrap(text, COLUMNS - indent).iter().map(|line| format!("{}{line}\n", " ".repeat(indent))).collect()
}
