//! How the newer tools read their lines: the rules of argparse4j 0.7.0 as Kafka uses it. Options may be shortened, the last of
//! several counts, and a wrong line shows the usage. The options themselves are in the catalogue.

mod layout;
mod parse;

use std::collections::HashMap;

use super::{Stop, usage_texts};
use crate::catalog::tools::{self, Argument, ToolOption};
use crate::catalog::{KAFKA_COMMIT, KAFKA_VERSION};

/// What a tool adds to its options in the catalogue.
pub(in crate::engine::tools) struct Spec {
    /// The script, as the catalogue names it.
    pub(in crate::engine::tools) script: &'static str,
    /// The program's name in the usage.
    pub(in crate::engine::tools) prog: &'static str,
    /// What the tool is for.
    pub(in crate::engine::tools) description: &'static str,
    /// Whether the help names the defaults.
    pub(in crate::engine::tools) default_help: bool,
    /// The groups of options of which one at most may be given.
    pub(in crate::engine::tools) groups: &'static [Group],
    /// The words one of which must follow the options, each with options of its own, and what it does.
    pub(in crate::engine::tools) commands: &'static [(&'static str, &'static str)],
    /// The heading above the commands and the word that stands for one; both may be empty.
    pub(in crate::engine::tools) command_title: (&'static str, &'static str),
    /// What the help of single commands says beside their options.
    pub(in crate::engine::tools) details: &'static [Details],
}

/// What the help of one command says beside its options.
pub(in crate::engine::tools) struct Details {
    /// The command.
    pub(in crate::engine::tools) command: &'static str,
    /// What it is for; may be empty.
    pub(in crate::engine::tools) description: &'static str,
    /// Options below headings of their own; any of them may be given.
    pub(in crate::engine::tools) sections: &'static [Section],
}

/// Options below a heading of their own.
pub(in crate::engine::tools) struct Section {
    /// The heading.
    pub(in crate::engine::tools) title: &'static str,
    /// The sentence below it.
    pub(in crate::engine::tools) description: &'static str,
    /// The options' first names.
    pub(in crate::engine::tools) options: &'static [&'static str],
}

/// Options of which one at most may be given.
pub(in crate::engine::tools) struct Group {
    /// Its heading in the help; may be empty.
    pub(in crate::engine::tools) title: &'static str,
    /// The sentence below the heading; may be empty.
    pub(in crate::engine::tools) description: &'static str,
    /// Whether one must be given.
    pub(in crate::engine::tools) required: bool,
    /// The options' first names.
    pub(in crate::engine::tools) options: &'static [&'static str],
}

/// Why a line gives nothing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::engine::tools) enum Halt {
    /// `--help`: the text for stdout.
    Help(String),
    /// `--version`.
    Version,
    /// The line is wrong: usage and message for stderr.
    Error(String),
}

impl From<Halt> for Stop {
    fn from(halt: Halt) -> Self {
        match halt {
            Halt::Help(text) => Self::Help(text, 1),
            Halt::Version => Self::Help(format!("{KAFKA_VERSION} (Commit:{KAFKA_COMMIT})\n"), 0),
            Halt::Error(text) => Self::Message(text.trim_end_matches('\n').to_owned()),
        }
    }
}

/// What a line gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::engine::tools) struct Namespace {
    values: HashMap<&'static str, Vec<String>>,
    /// The command that followed the options.
    pub(in crate::engine::tools) command: Option<&'static str>,
}

impl Namespace {
    /// Whether the option was given.
    pub(in crate::engine::tools) fn has(&self, option: &str) -> bool {
        self.values.contains_key(option)
    }

    /// The option's value or default.
    pub(in crate::engine::tools) fn text(&self, option: &str) -> Option<&str> {
        self.values.get(option).and_then(|values| values.first()).map(String::as_str)
    }

    /// The option's value or default as a number; parsing has seen that it is one.
    pub(in crate::engine::tools) fn number<T: std::str::FromStr>(&self, option: &str) -> Option<T> {
        self.text(option).and_then(|text| text.parse().ok())
    }

    /// All values of an option that takes several.
    pub(in crate::engine::tools) fn list(&self, option: &str) -> &[String] {
        self.values.get(option).map_or(&[], Vec::as_slice)
    }
}

/// What happens when an option is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Help,
    Version,
    /// Takes no value.
    Flag,
    /// Takes one value.
    One,
    /// Takes one value or more.
    Many,
}

/// One option, ready to be parsed and shown.
struct Arg {
    option: ToolOption,
    action: Action,
    group: Option<usize>,
    help: &'static str,
}

impl Arg {
    /// The name under which its value is kept: the first long one.
    fn name(&self) -> &'static str {
        let long = self.option.names.iter().find(|name| name.starts_with("--"));
        long.or(self.option.names.first()).map_or("", |name| name.trim_start_matches('-'))
    }

    fn textual_name(&self) -> String {
        self.option.names.join("/")
    }

    fn metavar(&self) -> String {
        match self.option.placeholder {
            "" if !self.option.choices.is_empty() => format!("{{{}}}", self.option.choices.join(",")),
            "" => self.name().replace('-', "_").to_uppercase(),
            placeholder => placeholder.to_owned(),
        }
    }

    fn default(&self) -> Option<String> {
        match self.action {
            Action::Flag => Some("false".to_owned()),
            _ => self.option.default.clone(),
        }
    }
}

/// A parser of one tool, or of one of its commands.
pub(in crate::engine::tools) struct Parser {
    spec: &'static Spec,
    command: Option<&'static str>,
    args: Vec<Arg>,
}

impl Parser {
    /// The parser of a tool.
    pub(in crate::engine::tools) fn new(spec: &'static Spec) -> Self {
        Self::of(spec, None)
    }

    fn of(spec: &'static Spec, command: Option<&'static str>) -> Self {
        let options = tools::options(spec.script).unwrap_or_default();
        let own = options.into_iter().filter(|option| option.scope == command.unwrap_or_default());
        let mut args: Vec<Arg> = own
            .map(|option| {
                let action = match (option.names.contains(&"--help"), option.names.contains(&"--version"), option.argument) {
                    (true, ..) => Action::Help,
                    (_, true, _) => Action::Version,
                    (.., Argument::None) => Action::Flag,
                    (.., Argument::Many) => Action::Many,
                    (.., Argument::Required | Argument::Optional) => Action::One,
                };
                let first = option.names.first().copied().unwrap_or_default();
                let group = match command {
                    None => spec.groups.iter().position(|group| group.options.contains(&first)),
                    Some(_) => None,
                };
                let help = match action {
                    Action::Help => "show this help message and exit",
                    _ => usage_texts::description(spec.script, first.trim_start_matches('-')),
                };
                Arg { option, action, group, help }
            })
            .collect();
        // every parser of argparse4j has it, and has it first
        args.sort_by_key(|arg| arg.action != Action::Help);
        Self { spec, command, args }
    }

    /// Reads a line.
    ///
    /// # Errors
    /// [`Halt`], where there is nothing to do but to print.
    pub(in crate::engine::tools) fn parse(&self, args: &[String]) -> Result<Namespace, Halt> {
        parse::parse(self, args)
    }

    /// What the help of this command says beside its options.
    fn details(&self) -> Option<&'static Details> {
        self.spec.details.iter().find(|details| Some(details.command) == self.command)
    }

    /// The whole help text.
    pub(in crate::engine::tools) fn help(&self) -> String {
        layout::help(self)
    }

    /// The usage and below it an error of the tool's own.
    pub(in crate::engine::tools) fn error(&self, message: &str) -> Halt {
        Halt::Error(layout::error(self, message))
    }
}

#[cfg(test)]
mod tests;
