//! A lab as a reader of the book sees it: why, the command, what it printed when it was verified, and hints to open.

use std::path::Path;

use super::Wrong;
use crate::lab::check;
use crate::lab::format::{Lab, LabSource, StepSpec, Variables};
use crate::lab::runner::{self, Ports};
use crate::lab::snapshot;
use crate::text::{Language, Text, book as say, learn};

/// Where the labs' data is, for a reader.
const FOLDER: &str = "~/kafkalab";

/// One lab in one language.
pub(super) struct LabPage<'a> {
    lab: &'a Lab,
    source: &'a LabSource,
    language: Language,
    variables: Variables,
}

impl<'a> LabPage<'a> {
    pub(super) fn new(lab: &'a Lab, source: &'a LabSource, language: Language) -> Self {
        let variables = runner::variables(lab, Ports::DOCUMENTED, Path::new(FOLDER));
        Self { lab, source, language, variables }
    }

    /// The lab's number and title.
    pub(super) fn title(&self) -> String {
        format!("{:02} {}", self.lab.spec.number, self.lab.prose(self.language).title)
    }

    /// A whole chapter.
    pub(super) fn whole(&self) -> Result<String, Wrong> {
        let prose = self.lab.prose(self.language);
        let follow = say::FOLLOW.fill(self.language, &[("lab", &format!("{:02}", self.lab.spec.number))]);
        let mut page = format!("# {}\n\n{}\n\n> {follow}\n", self.title(), self.variables.expand(&prose.introduction));
        for (index, (step, prose)) in self.lab.spec.steps.iter().zip(&prose.steps).enumerate() {
            page.push_str(&format!("\n## {}. {} {{#{}}}\n\n{}", index + 1, prose.title, step.id, self.step_at(index, step)?));
        }
        Ok(page)
    }

    /// One step, without a heading.
    pub(super) fn step(&self, id: &str) -> Result<String, Wrong> {
        let (index, step) = self.find(id)?;
        self.step_at(index, step)
    }

    /// The command of a step, to copy.
    pub(super) fn command(&self, id: &str) -> Result<String, Wrong> {
        let (_, step) = self.find(id)?;
        Ok(block("sh", &self.variables.expand(&step.command)))
    }

    /// What the terminals showed when the step was verified.
    pub(super) fn output(&self, id: &str) -> Result<String, Wrong> {
        let (_, step) = self.find(id)?;
        let missing = || Wrong::Reference(format!("step {id:?} has no snapshot: kafkalab verify {} --update", self.lab.name));
        Ok(block("text", self.snapshot(step)?.ok_or_else(missing)?.trim_end()))
    }

    fn find(&self, id: &str) -> Result<(usize, &StepSpec), Wrong> {
        let steps = || self.lab.spec.steps.iter();
        let known = || steps().map(|step| step.id.as_str()).collect::<Vec<_>>().join(", ");
        let found = steps().enumerate().find(|(_, step)| step.id == id);
        found.ok_or_else(|| Wrong::Reference(format!("no step {id:?} in {}: expected one of {}", self.lab.name, known())))
    }

    fn snapshot(&self, step: &StepSpec) -> Result<Option<String>, Wrong> {
        let file = format!("{}/snapshots/{}.snap", self.lab.name, step.id);
        if !self.source.has(&file) {
            return Ok(None);
        }
        let content = self.source.read(&file)?;
        let text = snapshot::text_of(&content).map_err(|found| Wrong::Reference(format!("{file}: {found}")))?;
        Ok(Some(text.to_owned()))
    }

    fn step_at(&self, index: usize, step: &StepSpec) -> Result<String, Wrong> {
        let prose = &self.lab.prose(self.language).steps[index];
        let mut parts = vec![self.variables.expand(&prose.body)];
        if let Some(edit) = &step.edit {
            parts.push(learn::IN_FILE.fill(self.language, &[("file", &format!("`{}`", edit.file))]));
            parts.push(block("properties", &self.variables.expand(&edit.lines.join("\n"))));
        }
        parts.push(learn::IN_TERMINAL.fill(self.language, &[("terminal", &step.terminal)]));
        parts.push(block("sh", &self.variables.expand(&step.command)));
        if step.asks() {
            parts.push(learn::THEN_ANSWER.get(self.language).to_owned());
        }
        for text in &step.text {
            parts.push(learn::THEN_TYPE.fill(self.language, &[("text", &format!("`{}`", self.variables.expand(text)))]));
        }
        let checks = step.checks.iter().map(|check| check::label(check, &self.variables).say(self.language));
        parts.push(checks.map(|check| format!("- {}\n", literal(&check))).collect::<String>().trim_end().to_owned());
        if let Some(output) = self.snapshot(step)? {
            parts.push(self.details(say::OUTPUT, &block("text", output.trim_end())));
        }
        for (tier, hint) in prose.hints.iter().enumerate() {
            parts.push(self.details_of(&learn::HINT.fill(self.language, &[("tier", &(tier + 1))]), &self.variables.expand(hint)));
        }
        Ok(parts.join("\n\n") + "\n")
    }

    fn details(&self, title: Text, text: &str) -> String {
        self.details_of(title.get(self.language), text)
    }

    /// Something that the reader opens; the empty lines let Markdown be read in it.
    fn details_of(&self, title: &str, text: &str) -> String {
        format!("<details>\n<summary>{title}</summary>\n\n{text}\n\n</details>")
    }
}

/// A block of code, fenced by more backticks than are in it.
fn block(kind: &str, code: &str) -> String {
    let longest = code.split(|char| char != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat((longest + 1).max(3));
    format!("{fence}{kind}\n{code}\n{fence}")
}

/// A sentence whose characters mean nothing in Markdown; mdBook makes one long dash of two, too, and an option has two.
pub(super) fn literal(sentence: &str) -> String {
    let mut out = String::with_capacity(sentence.len());
    for char in sentence.chars() {
        if matches!(char, '\\' | '`' | '*' | '_' | '<' | '>' | '[' | ']' | '|' | '~' | '&' | '#' | '{' | '}' | '-' | '"' | '\'') {
            out.push('\\');
        }
        out.push(char);
    }
    out
}
