//! A command line as the rules look at it: what it runs, how it ended, and which of its commands are judged now.

use std::ops::Range;

use super::command::invocation::{self, Invocation};
use super::config::file::KafkaVersion;
use super::config::{started_file, typed};
use super::context::CommandContext;
use super::{On, RULES, Rule, Speaks};
use crate::judge::diagnostic::{Diagnostic, Source};
use crate::text::Message;

/// A line that is judged.
pub struct Line<'a> {
    /// Where it was typed.
    pub context: &'a CommandContext<'a>,
    /// What it runs.
    pub invocations: Vec<Invocation>,
    /// The exit code it ended with; `None` before it runs.
    pub exit_code: Option<i32>,
    /// Whether the line is all that would be typed, and not a part of it that a text mentions.
    pub whole: bool,
    /// The Kafka whose tools are run.
    pub version: KafkaVersion,
    /// Those of the invocations that are looked at now.
    judged: Range<usize>,
    /// What the places of findings lie in.
    source: Source,
}

/// The most findings that are told of one text.
const FINDINGS_MAX: usize = 1000;

impl<'a> Line<'a> {
    /// Takes a line apart; `None` where it cannot be followed, and no rule has anything to say.
    pub fn new(context: &'a CommandContext<'a>, exit_code: Option<i32>) -> Option<Self> {
        let invocations = invocation::invocations(context)?;
        let judged = 0..invocations.len();
        let source = Source::CommandLine(context.line.to_owned());
        Some(Self { context, invocations, exit_code, whole: true, version: KafkaVersion::CATALOGUED, judged, source })
    }

    /// What a text holds, which nobody runs now: see [`super::context::AssumedMachine`].
    ///
    /// `source` is what the text was read from, byte for byte.
    pub fn of_text(
        context: &'a CommandContext<'a>,
        invocations: Vec<Invocation>,
        whole: bool,
        version: KafkaVersion,
        source: Source,
    ) -> Self {
        Self { context, invocations, exit_code: None, whole, version, judged: 0..0, source }
    }

    /// What the places of findings lie in.
    pub fn source(&self) -> Source {
        self.source.clone()
    }

    /// The invocations that are looked at now.
    pub fn judged(&self) -> &[Invocation] {
        &self.invocations[self.judged.clone()]
    }

    /// Whether the line stands in a text and is not run.
    pub fn is_text(&self) -> bool {
        self.context.files.are_assumed()
    }

    /// Whether a command failed, or is going to.
    pub fn failed(&self, invocation: &Invocation) -> bool {
        self.is_text() || invocation.failed(self.exit_code.unwrap_or(1))
    }

    /// The first finding of the rules that speak at a time; where a server has refused its file, or a tool
    /// was given settings, what is wrong in those.
    pub fn judge(&self, speaks: Speaks) -> Option<Diagnostic> {
        let of_line = RULES.iter().find_map(|rule| match rule.on {
            On::Line { speaks: when, check } if when == speaks => check(self),
            _ => None,
        });
        let of_files = || started_file::judge(self).or_else(|| typed::judge(self).into_iter().next());
        of_line.or_else(|| if speaks == Speaks::After { of_files() } else { None })
    }

    /// Everything that is found in a text, in its order: of each rule one finding for each command, and no more than
    /// [`FINDINGS_MAX`].
    pub fn judge_each(mut self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for at in 0..self.invocations.len() {
            if found.len() >= FINDINGS_MAX {
                break;
            }
            self.judged = at..at + 1;
            found.extend(RULES.iter().filter_map(|rule| match rule.on {
                On::Line { check, .. } => check(&self),
                _ => None,
            }));
            found.extend(typed::judge(&self));
        }
        found
    }

    /// Whether the tool itself refused what was typed, as far as the exit code can say: it was found, and nobody ended it.
    pub fn refused(&self, invocation: &Invocation) -> bool {
        !matches!(self.exit_code, Some(126 | 127 | 130 | 143)) && self.failed(invocation)
    }

    /// A finding at bytes of the line.
    pub fn found(&self, rule: &'static Rule, range: Range<usize>, label: impl Into<Message>) -> Diagnostic {
        rule.found(self.source(), range, label)
    }
}
