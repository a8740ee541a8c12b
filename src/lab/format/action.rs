//! What is done at a terminal without a learner: by a solution, or on a route.

use serde::Deserialize;

use super::spec::TerminalSpec;

/// One thing the solution does.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Action {
    /// The terminal, where it is not the step's.
    #[serde(default)]
    pub terminal: Option<String>,
    /// A command line for the shell.
    #[serde(default)]
    pub line: Option<String>,
    /// What is typed in the place of the line on the way to a later step, where nobody looks and everybody waits.
    #[serde(default)]
    pub quick: Option<String>,
    /// Whether what the line shows is another thing on each machine: the snapshot has `…` in its place.
    #[serde(default)]
    pub varies: bool,
    /// A line for the program that runs there.
    #[serde(default)]
    pub text: Option<String>,
    /// A key.
    #[serde(default)]
    pub key: Option<Key>,
    /// Goes on when the terminal has shown this after the action; without it, when the shell's prompt is back.
    #[serde(default)]
    pub until_output: Option<String>,
}

impl Action {
    /// A command line, waited for until the prompt is back.
    pub(super) fn line(line: &str) -> Self {
        Self {
            terminal: None,
            line: Some(line.to_owned()),
            quick: None,
            varies: false,
            text: None,
            key: None,
            until_output: None,
        }
    }

    /// What is wrong with it, in a lab with these terminals.
    pub(super) fn fault(&self, terminals: &[TerminalSpec]) -> Option<String> {
        let unknown = |name: &&String| !terminals.iter().any(|terminal| terminal.name == **name);
        if let Some(name) = self.terminal.as_ref().filter(unknown) {
            return Some(format!("no terminal {name:?}"));
        }
        if self.quick.is_some() && self.line.is_none() {
            return Some("quick stands in for a line".to_owned());
        }
        if self.varies && self.line.is_none() {
            return Some("varies tells of a line".to_owned());
        }
        let given = [self.line.is_some(), self.text.is_some(), self.key.is_some()];
        (given.iter().filter(|given| **given).count() != 1).then(|| "an action has one of line, text and key".to_owned())
    }

    /// What it types.
    pub(super) fn typed(&self) -> &str {
        self.line.as_deref().or(self.text.as_deref()).unwrap_or_default()
    }
}

/// A key that a solution presses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Key {
    /// Interrupts the program in the foreground.
    #[serde(rename = "Ctrl-C")]
    CtrlC,
    /// Ends the input of the program in the foreground.
    #[serde(rename = "Ctrl-D")]
    CtrlD,
}

impl Key {
    /// Whether a step's command is the name of a key.
    pub(super) fn is_named(command: &str) -> bool {
        matches!(command, "Ctrl-C" | "Ctrl-D")
    }

    /// The byte that the key sends to a terminal.
    pub fn byte(self) -> u8 {
        match self {
            Self::CtrlC => 3,
            Self::CtrlD => 4,
        }
    }
}
