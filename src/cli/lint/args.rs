//! The command line of `kafkalab lint`.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command as Clap, value_parser};

use crate::cli::failure::Failure;
use crate::judge::diagnostic::Severity;
use crate::judge::lint::{Options, Selector};
use crate::judge::rules::config::file::KafkaVersion;
use crate::judge::rules::config::kind::Kind;
use crate::text::{Language, Message, Text, lint as say};

/// How findings are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// One array.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// GitHub's annotations.
    Github,
    /// JUnit's XML.
    Junit,
}

const FORMATS: [(&str, Format); 5] = [
    ("text", Format::Text),
    ("json", Format::Json),
    ("sarif", Format::Sarif),
    ("github", Format::Github),
    ("junit", Format::Junit),
];
const SEVERITIES: [(&str, Severity); 3] = [("note", Severity::Note), ("warning", Severity::Warning), ("error", Severity::Error)];

/// What to do with the fixes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fixing {
    /// Make them in the files.
    pub write: bool,
    /// Show what they would change.
    pub diff: bool,
    /// Those that are a guess too.
    pub unsafe_too: bool,
}

/// What was asked for, as it was typed; [`LintArgs::options`] reads the parts that may be wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LintArgs {
    /// Files and folders; `-` is standard input.
    pub paths: Vec<PathBuf>,
    /// How findings are written.
    pub format: Format,
    /// What to do with the fixes.
    pub fixing: Fixing,
    /// Known findings.
    pub baseline: Option<PathBuf>,
    /// Lines to look at, each as it would be typed.
    pub commands: Vec<String>,
    /// Where to write what is known from now on.
    pub write_baseline: Option<PathBuf>,
    kind: Option<String>,
    select: Vec<String>,
    ignore: Vec<String>,
    severity: Option<String>,
    kafka_version: Option<String>,
}

impl LintArgs {
    /// What is wanted of the rules.
    ///
    /// # Errors
    /// A rule or a version that there is not.
    pub fn options(&self) -> Result<Options, Failure> {
        let unknown = |text: Text, code, found: &str| Failure::new(code, Message::new(text).with("found", found));
        let selectors = |texts: &[String]| {
            let read = |text: &String| Selector::new(text).ok_or_else(|| unknown(say::E_RULE, "unknown-rule", text));
            texts.iter().map(read).collect::<Result<Vec<_>, _>>()
        };
        let version = match &self.kafka_version {
            Some(text) => text.parse().map_err(|()| unknown(say::E_VERSION, "unknown-version", text))?,
            None => KafkaVersion::CATALOGUED,
        };
        let severity = SEVERITIES.iter().find(|(name, _)| Some(*name) == self.severity.as_deref());
        Ok(Options {
            kind: self.kind.as_deref().and_then(Kind::named),
            version,
            select: selectors(&self.select)?,
            ignore: selectors(&self.ignore)?,
            severity: severity.map_or(Severity::Note, |(_, severity)| *severity),
        })
    }
}

/// The definition for clap, with its help in a language.
pub fn command(language: Language) -> Clap {
    let say = |text: Text| text.get(language);
    let option =
        |name: &'static str, value: &'static str, help: Text| Arg::new(name).long(name).value_name(value).help(say(help));
    let flag = |name: &'static str, help: Text| Arg::new(name).long(name).action(ArgAction::SetTrue).help(say(help));
    let path = |name: &'static str, help: Text| option(name, "FILE", help).value_parser(value_parser!(PathBuf));
    let rules = |name: &'static str, help: Text| option(name, "RULES", help).value_delimiter(',').action(ArgAction::Append);
    Clap::new("lint")
        .about(say(say::ABOUT))
        .after_help(say(say::HELP_AFTER))
        .arg(Arg::new("path").value_name("PATH").num_args(0..).value_parser(value_parser!(PathBuf)).help(say(say::ARG_PATHS)))
        .arg(option("kind", "KIND", say::ARG_KIND).value_parser(Kind::NAMES.map(|(name, _)| name)))
        .arg(option("command", "LINE", say::ARG_COMMAND).action(ArgAction::Append).allow_hyphen_values(true))
        .arg(option("format", "FORMAT", say::ARG_FORMAT).value_parser(FORMATS.map(|(name, _)| name)))
        .arg(rules("select", say::ARG_SELECT))
        .arg(rules("ignore", say::ARG_IGNORE))
        .arg(option("severity", "LEVEL", say::ARG_SEVERITY).value_parser(SEVERITIES.map(|(name, _)| name)))
        .arg(flag("fix", say::ARG_FIX))
        .arg(flag("unsafe", say::ARG_UNSAFE))
        .arg(flag("diff", say::ARG_DIFF))
        .arg(path("baseline", say::ARG_BASELINE))
        .arg(path("write-baseline", say::ARG_WRITE_BASELINE))
        .arg(option("kafka-version", "X.Y", say::ARG_KAFKA_VERSION))
}

/// What was typed.
pub fn from_matches(matches: &ArgMatches) -> LintArgs {
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    let texts = |name: &str| matches.get_many::<String>(name).unwrap_or_default().cloned().collect();
    let format = FORMATS.iter().find(|(name, _)| Some(*name) == text("format").as_deref());
    LintArgs {
        paths: matches.get_many::<PathBuf>("path").unwrap_or_default().cloned().collect(),
        format: format.map_or(Format::Text, |(_, format)| *format),
        fixing: Fixing { write: matches.get_flag("fix"), diff: matches.get_flag("diff"), unsafe_too: matches.get_flag("unsafe") },
        baseline: matches.get_one::<PathBuf>("baseline").cloned(),
        write_baseline: matches.get_one::<PathBuf>("write-baseline").cloned(),
        commands: texts("command"),
        kind: text("kind"),
        select: texts("select"),
        ignore: texts("ignore"),
        severity: text("severity"),
        kafka_version: text("kafka-version"),
    }
}
