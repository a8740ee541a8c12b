//! The rules: each catalogued mistake, with a code, and how it is found.
//!
//! # How to add a rule
//!
//! 1. Its file, in the folder of its family (`command/`, `config/`, later `cluster/`, `environment/`, `runtime/`): a
//!    `pub static RULE` and the function that finds it.
//! 2. Its sentences, in `src/text/rules.rs`: title, explanation and fix, and the labels it puts at a place.
//! 3. Its line in [`RULES`], in the order of the codes.
//! 4. Its cases, in `testing/cases.rs`: each way it fires, and each near miss where every rule stays silent. A rule without
//!    both fails the tests.
//!
//! Codes: 1xx environment and shell, 2xx command line, 3xx `zookeeper.properties`, 4xx `server.properties`, 5xx listeners and
//! network, 6xx between files and brokers, 7xx client configuration, 8xx runtime log and output. A code is never used again.
//!
//! A rule that is not sure stays silent: a right answer refused is worse than a mistake that Kafka's own error explains.

pub mod command;
pub mod config;
pub mod context;

use command::invocation::{self, Invocation};
use context::CommandContext;

use super::diagnostic::{Diagnostic, Severity};
use crate::text::Text;

/// When the coach speaks of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaks {
    /// Before the line runs: it would hang, destroy or mislead for long.
    Before,
    /// After it, once Kafka's or the shell's own error stands there.
    After,
}

/// A mistake that is known by name.
pub struct Rule {
    /// `KL` and three digits.
    pub code: &'static str,
    /// In kebab case; reads well behind "ignore".
    pub name: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// When the coach speaks of it.
    pub speaks: Speaks,
    /// What is wrong, in one line.
    pub title: Text,
    /// Why it is wrong, for a reader who has no case at hand.
    pub explanation: Text,
    /// What to do about it.
    pub fix: Text,
    /// Finds it in a line.
    pub check: fn(&Line<'_>) -> Option<Diagnostic>,
}

/// A line that is judged.
pub struct Line<'a> {
    /// Where it was typed.
    pub context: &'a CommandContext<'a>,
    /// What it runs.
    pub invocations: Vec<Invocation>,
    /// The exit code it ended with; `None` before it runs.
    pub exit_code: Option<i32>,
}

impl<'a> Line<'a> {
    /// Takes a line apart; `None` where it cannot be followed, and no rule has anything to say.
    pub fn new(context: &'a CommandContext<'a>, exit_code: Option<i32>) -> Option<Self> {
        Some(Self { context, invocations: invocation::invocations(context)?, exit_code })
    }

    /// Whether a command failed, or is going to.
    pub fn failed(&self, invocation: &Invocation) -> bool {
        invocation.failed(self.exit_code.unwrap_or(1))
    }

    /// The first finding of the rules that speak at a time.
    pub fn judge(&self, speaks: Speaks) -> Option<Diagnostic> {
        RULES.iter().filter(|rule| rule.speaks == speaks).find_map(|rule| (rule.check)(self))
    }
}

/// Every rule, by code.
pub static RULES: &[&Rule] = &[
    &command::script_name::RULE,
    &command::unknown_option::RULE,
    &config::zookeeper_connect::BROKER_PORT,
    &config::zookeeper_connect::REFUSED,
];

/// The rule with that code or name.
pub fn find(code_or_name: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.code.eq_ignore_ascii_case(code_or_name) || rule.name == code_or_name)
}

#[cfg(test)]
pub(crate) mod testing;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::placeholders;

    #[test]
    fn codes_are_sorted_and_names_legal() {
        assert!(RULES.windows(2).all(|pair| pair[0].code < pair[1].code), "RULES is not in the order of the codes");
        for rule in RULES {
            let (code, name) = (rule.code, rule.name);
            let digits = code.strip_prefix("KL").expect("a code begins with KL");
            assert!(digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit()), "{code}: KL and three digits");
            assert!(('1'..='8').contains(&digits.chars().next().unwrap()), "{code}: its family is 1 to 8");
            let legal =
                |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
            assert!(name.split('-').all(legal), "{code}: {name} is not kebab case");
            assert_eq!(RULES.iter().filter(|other| other.name == name).count(), 1, "{code}: {name} is not unique");
            assert!(std::ptr::eq(find(code).unwrap(), find(name).unwrap()), "{code}: not found by its name");
        }
    }

    #[test]
    fn every_rule_is_explained_without_a_case() {
        for rule in RULES {
            for text in [rule.title, rule.explanation, rule.fix] {
                assert!(placeholders(text.en).is_empty(), "{}: a rule's own texts have no placeholders: {}", rule.code, text.en);
            }
        }
    }

    #[test]
    fn every_rule_has_cases_where_it_fires_and_where_it_is_silent() {
        for rule in RULES {
            let (fires, silent) = testing::cases(rule.code);
            assert!(
                fires > 0 && silent > 0,
                "{}: {fires} cases where it fires, {silent} near misses in testing/cases.rs",
                rule.code
            );
        }
    }
}
