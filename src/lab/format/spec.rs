//! `lab.toml`: steps, terminals, commands, checks and solutions.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::action::Action;
use super::checks::CheckSpec;
use super::error::{FormatError, Place};
use super::turns::{Elsewhere, RawCheck};
use super::{FORMAT_VERSION, Variables};

/// What `lab.toml` says, with the names in it checked.
#[derive(Clone, Debug)]
pub struct LabSpec {
    /// The lab's short name, as `single-node`.
    pub id: String,
    /// Its place in the course, from 0.
    pub number: u8,
    /// What the lab's folder has at the start.
    pub begins: Beginning,
    /// The lab's own variables; the runner adds those of the engine.
    pub variables: BTreeMap<String, String>,
    /// The terminals, in the order in which they are shown.
    pub terminals: Vec<TerminalSpec>,
    /// The steps in order.
    pub steps: Vec<StepSpec>,
}

/// What a lab's folder has at the start, and where its terminals are opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Beginning {
    /// The distribution; terminals are opened in its `bin`.
    #[default]
    Unpacked,
    /// The archives as they are downloaded; terminals are opened in the folder that has them.
    Downloaded,
}

/// One terminal of a lab.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TerminalSpec {
    /// Its name, as the learner sees it.
    pub name: String,
}

/// One step.
#[derive(Clone, Debug)]
pub struct StepSpec {
    /// The step's name, which the prose and the snapshots refer to.
    pub id: String,
    /// The terminal it happens in.
    pub terminal: String,
    /// The documented command, or the name of a key such as `Ctrl-C`.
    pub command: String,
    /// What to write into a file before the command.
    pub edit: Option<EditSpec>,
    /// Lines to type into the running program after the command.
    pub text: Vec<String>,
    /// The earlier steps, by index, whose servers this one needs: a learner who comes back has to start them again.
    pub needs: Vec<usize>,
    /// When the step is done: all of these hold.
    pub checks: Vec<CheckSpec>,
    /// Of each check, where it is made to hold by something else than the step's own command.
    pub elsewhere: Vec<Option<Elsewhere>>,
    /// For a server's step: the transcript keeps only log lines that hold one of these.
    pub keep: Vec<String>,
    /// How the step is done without a learner.
    pub solution: Vec<Action>,
}

/// Settings that the learner writes into a file with an editor of their own.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EditSpec {
    /// The file, as it is seen from `bin`.
    pub file: String,
    /// The lines `key=value`.
    pub lines: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLab {
    /// Looked at by [`refuse_newer`].
    #[serde(rename = "format")]
    _format: u32,
    id: String,
    number: u8,
    #[serde(default)]
    begins: Beginning,
    #[serde(default)]
    variables: BTreeMap<String, String>,
    terminal: Vec<Spanned<TerminalSpec>>,
    step: Vec<Spanned<RawStep>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStep {
    id: Spanned<String>,
    terminal: Spanned<String>,
    command: Spanned<String>,
    #[serde(default)]
    edit: Option<Spanned<EditSpec>>,
    #[serde(default)]
    text: Vec<String>,
    #[serde(default)]
    needs: Vec<Spanned<String>>,
    check: Vec<RawCheck>,
    #[serde(default)]
    keep: Vec<String>,
    #[serde(default)]
    solution: Vec<Action>,
}

impl LabSpec {
    /// Reads `lab.toml`; `file` is its name for messages.
    ///
    /// # Errors
    /// Not TOML, unknown keys, a newer format, names that stand twice or nowhere; each with its place.
    pub fn parse(file: &str, text: &str) -> Result<Self, FormatError> {
        refuse_newer(file, text)?;
        let mut raw: RawLab = toml::from_str(text)
            .map_err(|error| FormatError::at(file, text, error.span().map_or(0, |span| span.start), error.message()))?;
        let mut terminals: Vec<TerminalSpec> = Vec::new();
        for terminal in std::mem::take(&mut raw.terminal) {
            if terminals.iter().any(|known| known.name == terminal.get_ref().name) {
                let message = format!("terminal {:?} stands twice", terminal.get_ref().name);
                return Err(FormatError::at(file, text, terminal.span().start, message));
            }
            terminals.push(terminal.into_inner());
        }
        let mut steps: Vec<StepSpec> = Vec::new();
        for step in std::mem::take(&mut raw.step) {
            let at = step.span().start;
            let step = StepSpec::from_raw(step.into_inner(), &terminals, &raw.variables, &steps)
                .map_err(|(offset, message)| FormatError::at(file, text, offset.unwrap_or(at), message))?;
            if steps.iter().any(|known| known.id == step.id) {
                return Err(FormatError::at(file, text, at, format!("step {:?} stands twice", step.id)));
            }
            steps.push(step);
        }
        if steps.is_empty() {
            return Err(FormatError::at(file, text, 0, "expected at least one step"));
        }
        let RawLab { id, number, begins, variables, .. } = raw;
        Ok(Self { id, number, begins, variables, terminals, steps })
    }
}

impl StepSpec {
    /// Whether the learner is asked something.
    pub fn asks(&self) -> bool {
        self.checks.iter().any(|check| matches!(check, CheckSpec::Answer { .. }))
    }
}

impl LabSpec {
    /// Whether something in the lab's commands or solutions has `${name}`.
    pub fn uses_variable(&self, name: &str) -> bool {
        let name = format!("${{{name}}}");
        let types = |step: &StepSpec| step.solution.iter().any(|action| action.typed().contains(&name));
        let writes = |step: &StepSpec| step.edit.iter().flat_map(|edit| &edit.lines).any(|line| line.contains(&name));
        self.steps.iter().any(|step| step.command.contains(&name) || types(step) || writes(step))
    }

    /// The place of a step in the lab.
    pub fn step(&self, id: &str) -> Option<usize> {
        self.steps.iter().position(|step| step.id == id)
    }
}

/// A newer format may have keys that are unknown here, so its number is looked at before anything else.
pub(super) fn refuse_newer(file: &str, text: &str) -> Result<(), FormatError> {
    #[derive(Deserialize)]
    struct OnlyFormat {
        format: Spanned<u32>,
    }
    match toml::from_str::<OnlyFormat>(text) {
        Ok(only) if *only.format.get_ref() != FORMAT_VERSION => Err(FormatError::Newer {
            place: Place::of(file, text, only.format.span().start),
            found: only.format.into_inner(),
            expected: FORMAT_VERSION,
        }),
        _ => Ok(()),
    }
}

impl StepSpec {
    fn from_raw(
        raw: RawStep,
        terminals: &[TerminalSpec],
        variables: &BTreeMap<String, String>,
        earlier: &[Self],
    ) -> Result<Self, (Option<usize>, String)> {
        let known = |name: &str| terminals.iter().any(|terminal| terminal.name == name);
        if !known(raw.terminal.get_ref()) {
            return Err((Some(raw.terminal.span().start), format!("no terminal {:?}", raw.terminal.get_ref())));
        }
        if let Some(unknown) = Variables::first_unknown(raw.command.get_ref(), variables) {
            return Err((Some(raw.command.span().start), format!("no variable {unknown:?}")));
        }
        let lines = raw.edit.iter().flat_map(|edit| edit.get_ref().lines.iter().map(move |line| (line, edit.span().start)));
        for (line, at) in lines {
            if let Some(unknown) = Variables::first_unknown(line, variables) {
                return Err((Some(at), format!("no variable {unknown:?}")));
            }
            if !line.contains('=') {
                return Err((Some(at), format!("{line:?}: expected key=value")));
            }
        }
        if raw.check.is_empty() {
            return Err((None, format!("step {:?}: expected at least one check", raw.id.get_ref())));
        }
        let place_of = |need: &Spanned<String>| {
            let found = earlier.iter().position(|step| step.id == *need.get_ref());
            found.ok_or_else(|| (Some(need.span().start), format!("no earlier step {:?}", need.get_ref())))
        };
        let (elsewhere, checks): (Vec<_>, Vec<_>) = raw
            .check
            .into_iter()
            .map(RawCheck::parts)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|fault| (None, fault))?
            .into_iter()
            .unzip();
        for Elsewhere { terminal, command } in elsewhere.iter().flatten() {
            if !known(terminal) {
                return Err((None, format!("no terminal {terminal:?}")));
            }
            if let Some(unknown) = command.as_ref().and_then(|command| Variables::first_unknown(command, variables)) {
                return Err((None, format!("no variable {unknown:?}")));
            }
        }
        let needs = raw.needs.iter().map(place_of).collect::<Result<_, _>>()?;
        let mut solution = raw.solution;
        if solution.is_empty() {
            solution.push(Action::line(raw.command.get_ref()));
        }
        if let Some(fault) = solution.iter().find_map(|action| action.fault(terminals)) {
            return Err((None, fault));
        }
        Ok(Self {
            id: raw.id.into_inner(),
            terminal: raw.terminal.into_inner(),
            command: raw.command.into_inner(),
            edit: raw.edit.map(Spanned::into_inner),
            text: raw.text,
            needs,
            checks,
            elsewhere,
            keep: raw.keep,
            solution,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"format = 1
id = "demo"
number = 1
[[terminal]]
name = "client"
[[step]]
id = "one"
terminal = "client"
command = "./kafka-topics.sh --list --bootstrap-server ${bootstrap}"
check = [{ is = "no-topic", name = "x" }]
"#;

    fn check(from: &str, to: &str, expected: &str) {
        let text = GOOD.replacen(from, to, 1);
        match LabSpec::parse("demo/lab.toml", &text) {
            Ok(_) => assert_eq!("fine", expected),
            Err(error) => {
                let found = error.to_string();
                assert!(found.contains(expected), "expected {expected:?}, found {found:?}");
            }
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        check("", "", "fine");
        check("format = 1", "format = 2", "demo/lab.toml:1:10: format 2: this release reads format 1");
        check("format = 1", "format = 9\nlater = true", "a newer kafkalab is needed");
        check("number = 1", "number = 1\ncolour = \"red\"", "demo/lab.toml:4:1: unknown field `colour`");
        check("terminal = \"client\"", "terminal = \"cleint\"", "demo/lab.toml:8:12: no terminal \"cleint\"");
        check("${bootstrap}", "${bootsrap}", "no variable \"bootsrap\"");
        check("is = \"no-topic\"", "is = \"no-such\"", "unknown variant `no-such`");
        check("name = \"x\"", "nmae = \"x\"", "unknown field `nmae`");
        check("check = [{ is = \"no-topic\", name = \"x\" }]", "check = []", "expected at least one check");
        let elsewhere = |keys: &str| format!("name = \"x\", {keys} }}]");
        check("name = \"x\" }]", &elsewhere("terminal = \"client\", command = \"Ctrl-C\""), "fine");
        check("name = \"x\" }]", &elsewhere("terminal = \"cleint\", command = \"Ctrl-C\""), "no terminal \"cleint\"");
        check("name = \"x\" }]", &elsewhere("terminal = \"client\", command = \"${b}\""), "no variable \"b\"");
        check("name = \"x\" }]", &elsewhere("terminal = \"client\""), "a check's terminal needs its command");
        check("name = \"x\" }]", &elsewhere("command = \"Ctrl-C\""), "a check's command needs its terminal");
        check("name = \"x\" }]", &elsewhere("terminla = \"client\""), "unknown field `terminla`");
        check("id = \"demo\"", "id = \"demo", "demo/lab.toml:2:");
        let edit = |line: &str| format!("edit = {{ file = \"f\", lines = [{line:?}] }}\ncheck = [");
        check("check = [", &edit("a=${bootstrap}"), "fine");
        check("check = [", &edit("a=${b}"), "demo/lab.toml:10:8: no variable \"b\"");
        check("check = [", &edit("a"), "demo/lab.toml:10:8: \"a\": expected key=value");
        check("check = [", "needs = [\"one\"]\ncheck = [", "demo/lab.toml:10:10: no earlier step \"one\"");
    }

    #[test]
    fn a_step_without_a_solution_is_solved_by_its_command() {
        let lab = LabSpec::parse("demo/lab.toml", GOOD).expect("good");
        assert_eq!(lab.steps[0].solution[0].line.as_deref(), Some(lab.steps[0].command.as_str()));
    }
}
