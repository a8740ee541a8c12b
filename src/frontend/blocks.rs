//! What kafkalab says of a lab, as lines that fit the screen: both front ends say the same. Only a command is never broken: it may be
//! copied.

use std::fmt::Display;

use super::asking::{left_of_step, terminal_of_step};
use super::paint::Paint;
use crate::judge::diagnostic::{Look, Paint as BoxPaint};
use crate::lab::check::{self, Outcome};
use crate::lab::coach::Advice;
use crate::lab::format::{Lab, Turn, Variables};
use crate::lab::runner::RunEvent;
use crate::text::{Language, Text, learn as say};

/// Makes the blocks of one lab.
#[derive(Clone, Copy, Debug)]
pub struct Blocks<'a> {
    /// The lab.
    pub lab: &'a Lab,
    /// Its variables.
    pub variables: &'a Variables,
    /// How they are painted.
    pub paint: Paint,
    /// The language.
    pub language: Language,
    /// What the checks of the step that is on found last; empty before their first answer.
    pub outcomes: &'a [Outcome],
}

impl Blocks<'_> {
    /// What the lab is about, and the keys.
    pub(super) fn introduction(&self) -> Vec<String> {
        let mut lines = vec![String::new()];
        lines.extend(self.about());
        lines.extend(self.keys());
        lines
    }

    /// What the lab is about.
    pub(super) fn about(&self) -> Vec<String> {
        self.prose(&self.lab.prose(self.language).introduction)
    }

    /// The keys.
    pub(super) fn keys(&self) -> Vec<String> {
        let keys = [say::KEYS, say::KEYS_WITHOUT_F].map(|text| self.paint.prose(text.get(self.language)));
        keys.concat().iter().map(|line| self.paint.faint(line)).collect()
    }

    /// The lab's number and title.
    pub(super) fn lab_title(&self) -> String {
        let (number, title) = self.lab_name();
        format!("{number} {title}")
    }

    fn lab_name(&self) -> (String, &str) {
        (format!("{:02}", self.lab.spec.number), &self.lab.prose(self.language).title)
    }

    /// A step: why, what to type where, and its checks; `shown` is the terminal that the learner looks at.
    pub(super) fn step(&self, step: usize, shown: &str) -> Vec<String> {
        let mut lines = vec![String::new()];
        lines.extend(self.paint.rule(&self.header(step)));
        lines.extend(self.why(step));
        lines.extend(self.todo(step));
        lines.extend(self.labels(step));
        lines.extend(self.way_to(step, shown, true));
        lines
    }

    /// Where the learner is: lab, step and its title.
    pub fn header(&self, step: usize) -> String {
        self.header_as(say::STEP_HEADER, step)
    }

    /// The same without the lab's title, where there is little room.
    pub(super) fn short_header(&self, step: usize) -> String {
        self.header_as(say::STEP_HEADER_SHORT, step)
    }

    fn header_as(&self, form: Text, step: usize) -> String {
        let (number, title) = self.lab_name();
        let values: [(&str, &dyn std::fmt::Display); 5] = [
            ("number", &number),
            ("lab", &title),
            ("step", &(step + 1)),
            ("steps", &self.lab.spec.steps.len()),
            ("title", &self.lab.prose(self.language).steps[step].title),
        ];
        form.fill(self.language, &values)
    }

    /// Why, and what to look at.
    pub(super) fn why(&self, step: usize) -> Vec<String> {
        self.prose(&self.lab.prose(self.language).steps[step].body)
    }

    /// A text of the lab's, with this run's values.
    fn prose(&self, text: &str) -> Vec<String> {
        self.paint.prose(&self.variables.expand(text))
    }

    /// What to write into which file, what to type where.
    pub(super) fn todo(&self, step: usize) -> Vec<String> {
        let mut lines = self.edit(step);
        lines.extend(self.turns(step));
        for text in &self.lab.spec.steps[step].text {
            lines.extend(self.paint.item(" ", &say::THEN_TYPE.fill(self.language, &[("text", &self.variables.expand(text))])));
        }
        lines
    }

    /// What is left to be typed, and where.
    pub(super) fn turns(&self, step: usize) -> Vec<String> {
        let spec = &self.lab.spec.steps[step];
        let mut lines = Vec::new();
        let mut at = "";
        for Turn { terminal, command } in left_of_step(self.lab, step, self.outcomes) {
            if at != terminal {
                lines.extend(self.paint.prose(&say::IN_TERMINAL.fill(self.language, &[("terminal", &terminal)])));
                at = terminal;
            }
            lines.extend(command.map(|command| self.command_line(command)));
        }
        if spec.asks() {
            lines.extend(self.paint.prose(say::THEN_ANSWER.get(self.language)));
        }
        lines
    }

    /// What to write into which file.
    fn edit(&self, step: usize) -> Vec<String> {
        let Some(edit) = &self.lab.spec.steps[step].edit else { return Vec::new() };
        let mut lines = self.paint.prose(&say::IN_FILE.fill(self.language, &[("file", &edit.file)]));
        lines.extend(edit.lines.iter().map(|line| format!("  {}", self.paint.command(&self.variables.expand(line)))));
        lines
    }

    /// What the step's checks will look for.
    pub(super) fn labels(&self, step: usize) -> Vec<String> {
        let label = |check| self.paint.item("·", &check::label(check, self.variables).say(self.language));
        self.lab.spec.steps[step].checks.iter().flat_map(label).collect()
    }

    /// How to get to the step's terminal from the one that is shown; F6 leads there only until the learner has been there.
    pub(super) fn way_to(&self, step: usize, shown: &str, by_f6: bool) -> Vec<String> {
        let terminal = terminal_of_step(self.lab, step, self.outcomes);
        if terminal == shown {
            return Vec::new();
        }
        let place = self.lab.spec.terminals.iter().position(|known| known.name == terminal).unwrap_or(0) + 1;
        let text = if by_f6 { say::SWITCH_TO } else { say::SWITCH_BACK };
        let text = text.fill(self.language, &[("terminal", &terminal), ("place", &place)]);
        self.paint.prose(&text).iter().map(|line| self.paint.attention(line)).collect()
    }

    /// A line that may be copied.
    fn command_line(&self, command: &str) -> String {
        format!("  {}", self.paint.command(&self.variables.expand(command)))
    }

    /// The first command that is left in the step, with a sentence that names its terminal.
    fn command(&self, step: usize) -> Vec<String> {
        let left = left_of_step(self.lab, step, self.outcomes);
        let Some((terminal, command)) = left.iter().find_map(|turn| Some((turn.terminal, turn.command?))) else {
            return self.turns(step);
        };
        let mut lines = self.paint.prose(&say::HINT_COMMAND.fill(self.language, &[("terminal", &terminal)]));
        lines.push(self.command_line(command));
        lines
    }

    /// What a run says; `shown` is the terminal that the learner looks at.
    pub(super) fn told(&self, event: &RunEvent, shown: &str) -> Vec<String> {
        match event {
            RunEvent::LabStarted => self.introduction(),
            RunEvent::StepStarted { step } => self.step(*step, shown),
            RunEvent::ChecksChanged { outcomes, .. } | RunEvent::ChecksReworded { outcomes } => self.outcomes(outcomes),
            RunEvent::StepPassed { step, outcomes } => self.passed(*step, outcomes),
            RunEvent::LabPassed => self.end(),
            RunEvent::HintGiven { step, tier } => self.hint(*step, *tier),
            RunEvent::ServerMissing { started_by } => self.server_missing(*started_by),
            RunEvent::Advised { terminal, advice, .. } => self.advice(terminal, advice, shown),
            RunEvent::Noticed { notice, tier } => {
                let lines = self.paint.item("!", &notice.message(*tier).say(self.language));
                lines.iter().map(|line| self.paint.attention(line)).collect()
            }
            RunEvent::Fixed => self.paint.prose(say::FIXED.get(self.language)),
            RunEvent::Solving { step } => self.of_step(say::SOLVING, *step),
            RunEvent::StillSolving { step } => self.of_step(say::STILL_SOLVING, *step),
            RunEvent::SolvesNext { step } => self.of_step(say::SOLVES_NEXT, *step),
            RunEvent::NotSolved { step, outcomes } => {
                self.of_step(say::NOT_SOLVED, *step).into_iter().chain(self.outcomes(outcomes)).collect()
            }
            RunEvent::PlaysElsewhere { busy, by, pid, terminal } => {
                let values: [(&str, &dyn Display); 4] = [("busy", busy), ("by", by), ("pid", pid), ("terminal", terminal)];
                self.paint.prose(&say::PLAYS_ELSEWHERE.fill(self.language, &values))
            }
            RunEvent::WaitsForTerminal { terminal, by, pid } => {
                let values: [(&str, &dyn Display); 3] = [("terminal", terminal), ("by", by), ("pid", pid)];
                self.paint.prose(&say::WAITS_FOR_TERMINAL.fill(self.language, &values))
            }
            RunEvent::Going { step } => self.of_step(say::GOING, *step),
            RunEvent::Arrived { step, wanted } if step < wanted => self.of_step(say::GOING_STOPPED, *step),
            RunEvent::Arrived { step, .. } => self.of_step(if *step == 0 { say::AS_NEW } else { say::ARRIVED }, *step),
        }
    }

    fn look(&self) -> Look {
        let paint = if self.paint.has_colour() { BoxPaint::Colour } else { BoxPaint::Monochrome };
        Look { language: self.language, columns: self.paint.columns, paint }
    }

    /// The coach's words about a line at a terminal.
    fn advice(&self, terminal: &str, advice: &Advice, shown: &str) -> Vec<String> {
        let elsewhere = (terminal != shown).then(|| say::IN_TERMINAL.fill(self.language, &[("terminal", &terminal)]));
        elsewhere.into_iter().chain(advice.render(self.look()).lines().map(str::to_owned)).collect()
    }

    /// All that there is to say about a mistake; where none was made, that.
    pub(super) fn explanation(&self, advice: Option<&Advice>) -> Vec<String> {
        match advice {
            Some(advice) => advice.render_in_full(self.look()).lines().map(str::to_owned).collect(),
            None => self.paint.prose(say::NOTHING_TO_EXPLAIN.get(self.language)),
        }
    }

    /// What the checks found.
    pub(super) fn outcomes(&self, outcomes: &[Outcome]) -> Vec<String> {
        let line = |outcome: &Outcome| {
            let found = outcome.found.say(self.language);
            if outcome.passed {
                return self.paint.item("✓", &found).iter().map(|line| self.paint.good(line)).collect::<Vec<_>>();
            }
            let expected = outcome.expected.say(self.language);
            self.paint.item("·", &format!("{expected} — {found}"))
        };
        outcomes.iter().flat_map(line).collect()
    }

    /// A step is done.
    pub(super) fn passed(&self, step: usize, outcomes: &[Outcome]) -> Vec<String> {
        let mut lines = self.outcomes(outcomes);
        let steps = self.lab.spec.steps.len();
        if step + 1 < steps {
            let next = say::NEXT_STEP.fill(self.language, &[("step", &(step + 2)), ("steps", &steps)]);
            lines.push(self.paint.faint(&next));
        }
        lines
    }

    /// The learner is taken to a step.
    fn of_step(&self, text: Text, step: usize) -> Vec<String> {
        self.paint.prose(&text.fill(self.language, &[("step", &(step + 1)), ("before", &step)]))
    }

    /// The lab is done.
    pub(super) fn end(&self) -> Vec<String> {
        let (number, title) = self.lab_name();
        let text = say::LAB_PASSED.fill(self.language, &[("number", &number), ("lab", &title)]);
        let mut lines = vec![String::new()];
        lines.extend(self.paint.item("●", &text).iter().map(|line| self.paint.good(line)));
        lines.extend(self.paint.prose(say::LAB_PASSED_NEXT.get(self.language)));
        lines
    }

    /// A hint; the last one is the command.
    pub fn hint(&self, step: usize, tier: usize) -> Vec<String> {
        let title = say::HINT.fill(self.language, &[("tier", &(tier + 1))]);
        let mut lines = vec![self.paint.attention(&title)];
        match self.lab.prose(self.language).steps[step].hints.get(tier) {
            Some(hint) => lines.extend(self.prose(hint)),
            None => lines.extend(self.command(step)),
        }
        lines
    }

    /// A server that an earlier step started is missing.
    pub(super) fn server_missing(&self, started_by: usize) -> Vec<String> {
        let spec = &self.lab.spec.steps[started_by];
        let server = check::server_started_by(spec).unwrap_or_default();
        let text = say::SERVER_NEEDED.fill(self.language, &[("server", &server), ("terminal", &spec.terminal)]);
        let mut lines: Vec<String> = self.paint.prose(&text).iter().map(|line| self.paint.attention(line)).collect();
        lines.push(self.command_line(&spec.command));
        lines
    }

    /// What runs, and what may become of it.
    pub(super) fn leave_question(&self, running: &[String]) -> Vec<String> {
        let question = say::LEAVE_QUESTION.fill(self.language, &[("servers", &running.join(", "))]);
        let mut lines = self.paint.prose(&question);
        lines.extend(self.paint.prose(say::LEAVE_KEYS.get(self.language)).iter().map(|line| self.paint.attention(line)));
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::format::LabSource;
    use crate::text::checks;
    use crate::text::layout::width;

    /// Every block of every built-in lab; commands, which are the lines that may be copied, are left out.
    fn every_line(columns: usize, language: Language) -> Vec<String> {
        let mut all = Vec::new();
        for name in LabSource::BuiltIn.names().expect("they are there") {
            let lab = Lab::load(&LabSource::BuiltIn, &name).expect("it loads");
            let variables = Variables::new(&lab.spec.variables, "localhost:9092", "localhost:2181");
            let blocks = Blocks { lab: &lab, variables: &variables, paint: Paint::plain(columns), language, outcomes: &[] };
            all.extend(
                [blocks.introduction(), blocks.end(), blocks.leave_question(&["ZooKeeper (pid 4194304)".to_owned()])].concat(),
            );
            for (index, step) in lab.spec.steps.iter().enumerate() {
                let outcome = |passed| {
                    let label = |check| Outcome {
                        passed,
                        expected: check::label(check, &variables),
                        found: checks::NO_CLIENTS_ARE.into(),
                    };
                    step.checks.iter().map(label).collect::<Vec<_>>()
                };
                all.extend(blocks.step(index, "elsewhere"));
                all.extend([blocks.outcomes(&outcome(false)), blocks.passed(index, &outcome(true))].concat());
                all.extend((0..3).flat_map(|tier| blocks.hint(index, tier)));
                all.extend(blocks.server_missing(index));
            }
            let edited = lab.spec.steps.iter().flat_map(|step| step.edit.iter().flat_map(|edit| &edit.lines));
            let elsewhere =
                lab.spec.steps.iter().flat_map(|step| step.elsewhere.iter().flatten()).filter_map(|of| of.command.as_ref());
            let commands = lab.spec.steps.iter().map(|step| &step.command).chain(elsewhere).chain(edited);
            let commands: Vec<String> = commands.map(|line| format!("  {}", variables.expand(line))).collect();
            all.retain(|line| !commands.contains(line));
        }
        all
    }

    #[test]
    fn every_block_fits_the_screen_in_both_languages() {
        for language in Language::ALL {
            for columns in [20, 40, 80] {
                for line in every_line(columns, language) {
                    assert!(width(&line) <= columns, "{language} {columns}: {line}");
                }
            }
        }
    }
}
