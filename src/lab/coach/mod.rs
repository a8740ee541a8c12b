//! The coach: when to speak about a line, and how much to say.
//!
//! Before a line runs it speaks only of mistakes that would hang, destroy or mislead for long; of all others it speaks after
//! Kafka's own error stands there. The same mistake made again is told in other words: first the place, then the reason, then
//! the line as it is right, then that line alone; after that the coach is silent until [`Coach::forget`]. Only where a line
//! would hang it goes on to ask.

mod asking;
mod background;
mod desk;
mod fix;
mod live;
mod notice;
mod said;
mod typing;

pub use background::Background;
pub use desk::{Ended, Judged, LabCoach};
pub use fix::{FixError, apply_fix};
pub use notice::{CONSUMER_SCRIPT, LineFacts, Notice};
pub use typing::Typing;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::judge::diagnostic::{self, Diagnostic, Look, Parts, Source};
use crate::judge::rules::context::CommandContext;
use crate::judge::rules::{self, Line, On, Speaks};
use crate::text::{Message, coach as text};

/// How often each mistake was told. Kept with the learner's progress.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coach {
    /// By the rule's code and the marked text.
    told: BTreeMap<String, u8>,
}

/// The mistakes that are remembered; with more, the coach begins anew.
const TOLD_MAX: usize = 256;

/// How much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// What is wrong, and where.
    Place,
    /// Why.
    Explanation,
    /// The line as it is right.
    Correction,
    /// The right line once more, and nothing else.
    Reminder,
}

/// What the learner may choose before the line runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Run the line as it is, to see what happens. The default.
    RunAnyway,
    /// Make the edits of the fix, in the file or in the line.
    Fix,
    /// Do not run it.
    Cancel,
}

/// What the coach has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// What is wrong.
    pub diagnostic: Diagnostic,
    /// How much of it to say.
    pub tier: Tier,
    /// What may be chosen; empty after the line has run.
    pub choices: Vec<Choice>,
}

/// What is wrong with a line that is about to run. It may take a moment.
fn found_before(context: &CommandContext<'_>) -> Option<Diagnostic> {
    Line::new(context, None)?.judge(Speaks::Before)
}

/// What was wrong with a line that has ended. It may take a moment.
fn found_after(context: &CommandContext<'_>, exit_code: i32, output: &[u8]) -> Option<Diagnostic> {
    let line = Line::new(context, Some(exit_code))?;
    line.judge(Speaks::After).or_else(|| said::cause(&line, output))
}

impl Coach {
    /// Looks at a line that is about to run.
    pub fn before(&mut self, context: &CommandContext<'_>) -> Option<Advice> {
        found_before(context).and_then(|found| self.ask(found))
    }

    /// Tells what was found in a line that is about to run.
    fn ask(&mut self, diagnostic: Diagnostic) -> Option<Advice> {
        let fix = diagnostic.fix.as_ref().map(|_| Choice::Fix);
        let choices = [Some(Choice::RunAnyway), fix, Some(Choice::Cancel)].into_iter().flatten().collect();
        self.advise(diagnostic, choices)
    }

    /// Looks at a line that has run and ended with `exit_code`, and at what was printed meanwhile.
    pub fn after(&mut self, context: &CommandContext<'_>, exit_code: i32, output: &[u8]) -> Option<Advice> {
        found_after(context, exit_code, output).and_then(|found| self.tell(found))
    }

    /// Tells what was found in a line that has run.
    fn tell(&mut self, diagnostic: Diagnostic) -> Option<Advice> {
        self.advise(diagnostic, Vec::new())
    }

    /// How often this kind of thing was told before; `None` where enough was said.
    pub fn notice(&mut self, notice: &Notice) -> Option<usize> {
        let times = self.told.entry(notice.kind().to_owned()).or_default();
        let tier = usize::from(*times);
        *times = times.saturating_add(1);
        (tier < notice::TIERS).then_some(tier)
    }

    /// Forgets what was told: a step is done, another begins.
    pub fn forget(&mut self) {
        self.told.clear();
    }

    fn advise(&mut self, diagnostic: Diagnostic, choices: Vec<Choice>) -> Option<Advice> {
        let marked = diagnostic.source.bytes().get(diagnostic.primary.range.clone()).unwrap_or_default();
        let mistake = format!("{} {}", diagnostic.code, String::from_utf8_lossy(marked));
        if self.told.len() >= TOLD_MAX && !self.told.contains_key(&mistake) {
            self.told.clear();
        }
        let times = self.told.entry(mistake).or_default();
        let tier = match *times {
            0 => Tier::Place,
            1 => Tier::Explanation,
            2 => Tier::Correction,
            3 => Tier::Reminder,
            _ if choices.is_empty() => return None,
            _ => Tier::Reminder,
        };
        *times = times.saturating_add(1);
        Some(Advice { diagnostic, tier, choices })
    }
}

impl Advice {
    /// The box to show.
    pub fn render(&self, look: Look) -> String {
        let asks = !self.choices.is_empty();
        let parts = match self.tier {
            Tier::Place => Parts { title: true, place: true, you_will_see: asks, ..Parts::default() },
            Tier::Explanation => Parts { title: true, explanation: true, you_will_see: !asks, ..Parts::default() },
            Tier::Correction => Parts { help: true, correction: true, ..Parts::default() },
            Tier::Reminder => Parts { correction: true, ..Parts::default() },
        };
        diagnostic::render(&self.diagnostic, parts, &self.foot().say(look.language), look)
    }

    /// The box with all that is known of the mistake, for a learner who asks why.
    pub fn render_in_full(&self, look: Look) -> String {
        let parts = Parts { title: true, place: true, you_will_see: true, explanation: true, help: true, correction: false };
        let foot = text::EXPLAIN_MORE.fill(look.language, &[("code", &self.diagnostic.code)]);
        diagnostic::render(&self.diagnostic, parts, &foot, look)
    }

    /// What the learner may do now.
    fn foot(&self) -> Message {
        if self.choices.contains(&Choice::Fix) {
            return text::CHOICES_WITH_FIX.into();
        }
        if !self.choices.is_empty() {
            return text::CHOICES.into();
        }
        let in_file = matches!(self.diagnostic.source, Source::File { .. });
        let elsewhere = rules::find(self.diagnostic.code).filter(|rule| rule.elsewhere || matches!(rule.on, On::Log));
        match (self.tier, elsewhere, self.diagnostic.fix.is_some()) {
            (Tier::Place, Some(rule), _) => Message::new(rule.text.fix).and(text::RECALL_AFTER.into()),
            (Tier::Place, None, _) if in_file => text::RECALL_FILE.into(),
            (Tier::Place, None, _) => text::RECALL.into(),
            (Tier::Correction, _, true) if in_file => text::CHANGE_THIS.into(),
            (Tier::Explanation, ..) => text::TRY_AGAIN.into(),
            (_, _, false) => text::USE_HINT.into(),
            (Tier::Correction, _, true) => text::TYPE_THIS.into(),
            (Tier::Reminder, _, true) => text::SAME_PLACE.into(),
        }
    }
}

#[cfg(test)]
mod tests;
