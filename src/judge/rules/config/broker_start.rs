//! What a `kafka-server-start.sh` line starts: the file it names, and the values that count.

use std::ops::Range;
use std::path::PathBuf;

use crate::judge::diagnostic::Source;
use crate::judge::rules::Line;
use crate::judge::rules::command::invocation::Invocation;
use crate::judge::rules::command::word::Word;
use crate::properties::Document;

/// A broker that is about to start.
pub struct BrokerStart {
    /// Its configuration file.
    pub path: PathBuf,
    /// The file's path as it was typed.
    pub shown: String,
    /// What the file says.
    pub document: Document,
    overrides: Vec<Override>,
}

/// A `--override key=value` of the line, which counts before the file.
struct Override {
    key: String,
    value: String,
    /// The value's bytes in the line.
    range: Range<usize>,
    plain: bool,
}

/// A value, and where it stands.
pub struct Setting<'a> {
    /// The value as Kafka reads it.
    pub value: &'a str,
    /// Its bytes in `source`.
    pub range: Range<usize>,
    /// The file or the line.
    pub source: Source,
    /// Whether the bytes there are the value as it is, without quotes or escapes.
    pub plain: bool,
}

impl BrokerStart {
    /// Reads what the line starts; `None` where it starts no broker, or the file cannot be read.
    pub fn of(line: &Line<'_>, invocation: &Invocation) -> Option<Self> {
        invocation.tool(line.context).filter(|tool| tool.script == "kafka-server-start.sh")?;
        let mut arguments = invocation.arguments.as_slice();
        if arguments.first()?.text.as_deref() == Some("-daemon") {
            arguments = &arguments[1..];
        }
        let (file, rest) = arguments.split_first()?;
        let shown = file.text.clone()?;
        let path = invocation.resolve(&shown)?;
        let document = Document::parse(line.context.files.read(&path)?).ok()?;
        Some(Self { path, shown, document, overrides: overrides(line.context.line, rest)? })
    }

    /// The value that counts for a key.
    pub fn get(&self, line: &Line<'_>, key: &str) -> Option<Setting<'_>> {
        if let Some(found) = self.overrides.iter().rev().find(|found| found.key == key) {
            let source = Source::CommandLine(line.context.line.to_owned());
            return Some(Setting { value: &found.value, range: found.range.clone(), source, plain: found.plain });
        }
        let entry = self.document.entry(key)?;
        let range = entry.value_span.range.clone();
        let bytes = self.document.to_bytes();
        let plain = bytes.get(range.clone()) == Some(entry.value.as_bytes());
        let source = Source::File { path: self.path.clone(), shown: self.shown.clone(), bytes: bytes.into() };
        Some(Setting { value: &entry.value, range, source, plain })
    }
}

/// Reads `--override key=value`, `--override=key=value`; `None` where a word is not known.
fn overrides(line: &str, words: &[Word]) -> Option<Vec<Override>> {
    let mut found = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let text = word.text.as_deref()?;
        let option = text.strip_prefix("--override").or(text.strip_prefix("-override"));
        let Some(option) = option.filter(|rest| rest.is_empty() || rest.starts_with('=')) else { continue };
        let (word, at) = match option.strip_prefix('=') {
            Some(pair) => (word, text.len() - pair.len()),
            None => (words.next()?, 0),
        };
        let pair = word.text.as_deref()?.get(at..)?;
        let Some((key, value)) = pair.split_once('=') else { continue };
        let start = at + key.len() + 1;
        found.push(Override {
            key: key.to_owned(),
            value: value.to_owned(),
            range: word.place(line, start..start + value.len()),
            plain: word.is_plain(line),
        });
    }
    Some(found)
}
