//! The rules applied to files: which files, what is found in each, what of it is wanted, and the fixes made.

pub mod baseline;
pub mod files;
pub mod fix;
pub mod script;
pub mod suppress;
pub mod write;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::judge::diagnostic::{Diagnostic, Severity, Source};
use crate::judge::rules::cluster;
use crate::judge::rules::config::file::{ConfigFile, KafkaVersion};
use crate::judge::rules::config::kind::Kind;
use crate::judge::rules::config::{self, syntax};
use crate::judge::rules::{RULES, Rule};
use crate::properties::{self, Document, PropertiesError};
use crate::text::Message;
use crate::text::config::labels;

/// Picks rules: by code, by the beginning of a code (`KL4`), or by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector(String);

impl Selector {
    /// Reads one; `None` where no rule is picked by it.
    pub fn new(text: &str) -> Option<Self> {
        let selector = Self(text.trim().to_owned());
        (!selector.0.is_empty() && RULES.iter().any(|rule| selector.picks(rule.code, rule.name))).then_some(selector)
    }

    /// Whether it picks a rule.
    pub fn picks(&self, code: &str, name: &str) -> bool {
        let upper = self.0.to_ascii_uppercase();
        self.0 == name || (upper.starts_with("KL") && code.starts_with(&upper))
    }
}

/// What is wanted.
#[derive(Clone, Debug)]
pub struct Options {
    /// The kind of every file; `None` has each file tell.
    pub kind: Option<Kind>,
    /// The Kafka that is to read the files.
    pub version: KafkaVersion,
    /// The rules that count; all where there is none.
    pub select: Vec<Selector>,
    /// The rules that do not.
    pub ignore: Vec<Selector>,
    /// What matters less is left out.
    pub severity: Severity,
}

impl Default for Options {
    fn default() -> Self {
        let (select, ignore) = (Vec::new(), Vec::new());
        Self { kind: None, version: KafkaVersion::CATALOGUED, select, ignore, severity: Severity::Note }
    }
}

impl Options {
    fn wants(&self, found: &Diagnostic) -> bool {
        let picks = |selectors: &[Selector]| selectors.iter().any(|selector| selector.picks(found.code, found.name));
        found.severity >= self.severity && (self.select.is_empty() || picks(&self.select)) && !picks(&self.ignore)
    }
}

/// A file as it was read.
#[derive(Clone, Debug)]
pub struct Input {
    /// Where it is.
    pub path: PathBuf,
    /// Its path as it is shown.
    pub shown: String,
    /// What is in it, at most [`properties::MAX_BYTES`] and one.
    pub bytes: Vec<u8>,
}

impl Input {
    fn name(&self) -> String {
        self.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// A finding of a file that is no list of settings.
    fn found(&self, rule: &'static Rule, range: std::ops::Range<usize>, label: Message) -> Diagnostic {
        let source = Source::File { path: self.path.clone(), shown: self.shown.clone(), bytes: self.bytes.as_slice().into() };
        rule.found(source, range, label)
    }
}

/// What is found in a file and wanted; `None` where the file is none that Kafka reads, or its kind cannot be told.
pub fn lint(input: &Input, options: &Options) -> Option<Vec<Diagnostic>> {
    let promised = options.kind.or(Kind::of_name(&input.name()));
    let text = promised.filter(|kind| matches!(kind, Kind::Script | Kind::Markdown));
    let mut findings = match Document::parse(input.bytes.as_slice()) {
        _ if text.is_some() && input.bytes.len() <= properties::MAX_BYTES => script::judge(input, text?, options),
        Err(error) => {
            promised?;
            vec![unreadable(input, &error)]
        }
        Ok(_) if input.bytes.contains(&0) => {
            promised?;
            let at = input.bytes.iter().position(|byte| *byte == 0).unwrap_or(0);
            vec![input.found(&syntax::NOT_TEXT, at..at + 1, labels::NOT_TEXT.into())]
        }
        Ok(document) => {
            let kind = options.kind.or_else(|| Kind::of(&input.name(), &document))?;
            let file =
                ConfigFile { path: input.path.clone(), shown: input.shown.clone(), kind, version: options.version, document };
            let findings = config::judge(&file);
            let places: Vec<_> = file.document.iter().map(suppress::place).collect();
            suppress::apply(&input.bytes, &places, &[b"#", b"!"], findings, |unused| {
                input.found(&suppress::UNUSED, unused.place, unused.label)
            })
        }
    };
    findings.retain(|found| options.wants(found));
    Some(findings)
}

/// The kind that a file is looked at as, and what it says; `None` where [`lint`] finds its kind untold, or it cannot be read.
pub fn settings(input: &Input, options: &Options) -> Option<(Kind, Document)> {
    let document = Document::parse(input.bytes.as_slice()).ok()?;
    let kind = options.kind.or_else(|| Kind::of(&input.name(), &document))?;
    Some((kind, document))
}

/// What is found between the files of one cluster, and wanted. A comment silences it as it does what is found in one file.
pub fn between(inputs: &[Input], options: &Options) -> Vec<Diagnostic> {
    let mut together: HashMap<Option<&Path>, usize> = HashMap::new();
    for input in inputs {
        *together.entry(input.path.parent()).or_default() += 1;
    }
    // one alone in its folder has none to be held against, and need not be read again
    let with_others = inputs.iter().filter(|input| together.get(&input.path.parent()).is_some_and(|files| *files > 1));
    let files: Vec<ConfigFile> = with_others.filter_map(|input| server_file(input, options)).collect();
    let by_path: HashMap<&Path, &ConfigFile> = files.iter().map(|file| (file.path.as_path(), file)).collect();
    let mut findings = Vec::new();
    for found in cluster::judge(&files) {
        let file = match &found.source {
            Source::File { path, .. } => by_path.get(path.as_path()),
            Source::CommandLine(_) => None,
        };
        let kept = match file {
            Some(file) => suppress::without_ignored(file, found),
            None => Some(found),
        };
        findings.extend(kept.filter(|found| options.wants(found)));
    }
    findings
}

/// The file of a broker or a coordinator.
fn server_file(input: &Input, options: &Options) -> Option<ConfigFile> {
    let (kind, document) = settings(input, options)?;
    let (path, shown, version) = (input.path.clone(), input.shown.clone(), options.version);
    matches!(kind, Kind::Broker | Kind::Coordinator).then_some(ConfigFile { path, shown, kind, version, document })
}

fn unreadable(input: &Input, error: &PropertiesError) -> Diagnostic {
    match error {
        PropertiesError::MalformedEscape { at } => {
            input.found(&syntax::MALFORMED_ESCAPE, at.range.clone(), labels::MALFORMED_ESCAPE.into())
        }
        PropertiesError::TooLarge { .. } | PropertiesError::Io { .. } => {
            let size = format!("> {}", properties::MAX_BYTES);
            input.found(&syntax::TOO_LARGE, 0..0, Message::new(labels::TOO_LARGE).with("size", size))
        }
    }
}

#[cfg(test)]
mod tests;
