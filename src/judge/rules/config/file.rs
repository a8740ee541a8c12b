//! A configuration file that is judged: its entries, the values that count, and what was found in it so far.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use super::kind::Kind;
use crate::catalog::configs::{self, ConfigKey};
use crate::catalog::zookeeper;
use crate::engine::broker::config::BrokerConfig;
use crate::judge::diagnostic::{Diagnostic, Edit, Fix, Label, Severity, Source};
use crate::judge::rules::Rule;
use crate::properties::{Document, Entry};
use crate::text::{Message, config::labels};

/// A version of Kafka, as far as the rules tell versions apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KafkaVersion {
    /// 3 of 3.6.0.
    pub major: u16,
    /// 6 of 3.6.0.
    pub minor: u16,
}

impl KafkaVersion {
    /// The version that the tables are of.
    pub const CATALOGUED: Self = Self { major: 3, minor: 6 };
}

impl std::str::FromStr for KafkaVersion {
    type Err = ();

    /// `3.6` or `3.6.0`.
    fn from_str(text: &str) -> Result<Self, ()> {
        let numbers: Vec<u16> = text.split('.').map(str::parse).collect::<Result<_, _>>().map_err(|_| ())?;
        match numbers[..] {
            [major, minor] | [major, minor, _] => Ok(Self { major, minor }),
            _ => Err(()),
        }
    }
}

/// A file whose kind is known.
#[derive(Clone, Debug)]
pub struct ConfigFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its path as it is shown.
    pub shown: String,
    /// What is configured with it.
    pub kind: Kind,
    /// The Kafka that is to read it.
    pub version: KafkaVersion,
    /// What it says.
    pub document: Document,
}

/// The judgement of a file while it is made. An entry that one rule has found a fault with is not looked at by the rules behind
/// it: one cause, one finding.
pub struct Judgement<'a> {
    /// The file.
    pub file: &'a ConfigFile,
    /// Its entries in order.
    pub entries: Vec<&'a Entry>,
    /// For each entry, whether a rule has found a fault with it.
    claimed: Vec<bool>,
    /// The entry that decides each key: its last.
    deciding: HashMap<&'a str, usize>,
    source: Source,
    keys: &'static HashMap<&'static str, &'static ConfigKey>,
    findings: Vec<Diagnostic>,
    /// The keys that were meant where another name was written, with the place of the finding that says so.
    meant: HashMap<&'static str, usize>,
    /// The broker's configuration, where Kafka's validation takes what is left of the file.
    pub config: Option<BrokerConfig>,
}

impl<'a> Judgement<'a> {
    /// Nothing is found yet.
    pub fn new(file: &'a ConfigFile) -> Self {
        let entries: Vec<&Entry> = file.document.iter().collect();
        let deciding = entries.iter().enumerate().map(|(index, entry)| (entry.key.as_str(), index)).collect();
        let bytes: Arc<[u8]> = file.document.as_bytes().into();
        let source = Source::File { path: file.path.clone(), shown: file.shown.clone(), bytes };
        Self {
            file,
            claimed: vec![false; entries.len()],
            entries,
            deciding,
            source,
            keys: keys_of(file.kind),
            findings: Vec::new(),
            meant: HashMap::new(),
            config: None,
        }
    }

    /// What was found, in the order of the file.
    pub fn into_findings(mut self) -> Vec<Diagnostic> {
        self.findings.sort_by_key(|found| (found.primary.range.start, found.code));
        self.findings
    }

    /// The key in the catalogue of this kind of file.
    pub fn known(&self, key: &str) -> Option<&'static ConfigKey> {
        self.keys.get(key).copied()
    }

    /// The names of every key that this kind of file has.
    pub fn known_keys(&self) -> impl Iterator<Item = &'static str> {
        self.keys.keys().copied()
    }

    /// Whether the file sets the key, rightly or not.
    pub fn has(&self, key: &str) -> bool {
        self.deciding.contains_key(key)
    }

    /// The index of the entry that decides a key, unless a fault was found with it.
    pub fn sound(&self, key: &str) -> Option<usize> {
        self.deciding.get(key).copied().filter(|index| !self.claimed[*index])
    }

    /// The entry that decides a key, whatever was found with it.
    pub fn deciding(&self, key: &str) -> Option<usize> {
        self.deciding.get(key).copied()
    }

    /// The value that decides a key, without blanks around it, unless a fault was found with it.
    pub fn value(&self, key: &str) -> Option<&'a str> {
        Some(self.entries[self.sound(key)?].value.trim())
    }

    /// The whole number that decides a key; its default where the file does not set it. `None` where a fault was found with it.
    pub fn number(&self, key: &str) -> Option<i64> {
        match self.has(key) {
            true => self.value(key)?.parse().ok(),
            false => self.known(key)?.default.as_deref()?.parse().ok(),
        }
    }

    /// The indexes of the entries that count and that no fault was found with.
    pub fn counting(&self) -> Vec<usize> {
        let decides = |index: &usize| self.deciding.get(self.entries[*index].key.as_str()) == Some(index);
        (0..self.entries.len()).filter(decides).filter(|index| !self.claimed[*index]).collect()
    }

    /// What Kafka is given of this file: the entries that count and that no fault was found with.
    pub fn originals(&self) -> BTreeMap<String, String> {
        self.counting().into_iter().map(|index| (self.entries[index].key.clone(), self.entries[index].value.clone())).collect()
    }

    /// Marks an entry as one that a fault was found with.
    pub fn claim(&mut self, index: usize) {
        self.claimed[index] = true;
    }

    /// Whether a fault was found with an entry.
    pub fn is_claimed(&self, index: usize) -> bool {
        self.claimed[index]
    }

    /// The bytes of the file that hold `part` of an entry's value; the whole value where escapes are in the way.
    pub fn part(&self, index: usize, part: Range<usize>) -> Range<usize> {
        let entry = self.entries[index];
        let whole = entry.value_span.range.clone();
        // Java reads each byte as a character
        let bytes = |at: usize| entry.value.get(..at).map(|before| whole.start + before.chars().count());
        match (self.is_plain(index), bytes(part.start), bytes(part.end)) {
            (true, Some(start), Some(end)) => start..end,
            _ => whole,
        }
    }

    /// The bytes of the value without the blanks behind it.
    pub fn value_place(&self, index: usize) -> Range<usize> {
        // only what Kafka trims too: a special blank is part of the value
        self.part(index, 0..self.entries[index].value.trim_end_matches([' ', '\t', '\x0c']).len())
    }

    /// Whether the value stands in the file as Kafka reads it, a byte for each character.
    pub fn is_plain(&self, index: usize) -> bool {
        let entry = self.entries[index];
        let written = self.file.document.as_bytes().get(entry.value_span.range.clone()).unwrap_or_default();
        !written.contains(&b'\\') && written.len() == entry.value.chars().count()
    }

    /// The bytes that the value is written with, as text.
    pub fn written(&self, index: usize) -> std::borrow::Cow<'a, str> {
        String::from_utf8_lossy(&self.file.document.as_bytes()[self.entries[index].value_span.range.clone()])
    }

    /// A finding at bytes of the file.
    pub fn found(&self, rule: &'static Rule, range: Range<usize>, label: impl Into<Message>) -> Diagnostic {
        rule.found(self.source.clone(), range, label)
    }

    /// A finding at the value of an entry.
    pub fn at_value(&self, rule: &'static Rule, index: usize, label: impl Into<Message>) -> Diagnostic {
        self.found(rule, self.value_place(index), label)
    }

    /// A finding at the key of an entry.
    pub fn at_key(&self, rule: &'static Rule, index: usize, label: impl Into<Message>) -> Diagnostic {
        self.found(rule, self.entries[index].key_span.range.clone(), label)
    }

    /// A finding about something that the file lacks: it stands at the file's first byte.
    pub fn at_file(&self, rule: &'static Rule, label: impl Into<Message>) -> Diagnostic {
        self.found(rule, 0..0, label)
    }

    /// Keeps a finding about no one entry.
    pub fn tell(&mut self, finding: Diagnostic) {
        self.findings.push(finding);
    }

    /// Keeps a finding about an entry, which no other rule looks at then.
    pub fn blame(&mut self, index: usize, finding: Diagnostic) {
        self.claimed[index] = true;
        self.findings.push(finding);
    }

    /// Remembers that the last finding is of a name that was written where `key` was meant.
    pub fn remember_meant(&mut self, key: &str) {
        if let (Some(known), Some(last)) = (self.known(key), self.findings.len().checked_sub(1)) {
            self.meant.insert(known.name, last);
        }
    }

    /// Tells that a key is missing, which Kafka puts in `words`; where its name was only miswritten, the finding that says so
    /// becomes the error.
    pub fn missing(&mut self, key: &str, words: &str, finding: Diagnostic) {
        match self.meant.get(key).and_then(|at| self.findings.get_mut(*at)) {
            Some(miswritten) => *miswritten = miswritten.clone().mattering(Severity::Error).in_kafkas_words(words),
            None => self.findings.push(finding),
        }
    }

    /// The edit that gives an entry another value.
    pub fn new_value(&self, index: usize, value: &str) -> Edit {
        let range = self.entries[index].value_span.range.clone();
        Edit { range, text: crate::properties::escape_value(value) }
    }

    /// How the lines of this file end.
    pub fn line_end(&self) -> &'static str {
        let bytes = self.file.document.as_bytes();
        if bytes.windows(2).any(|pair| pair == b"\r\n") { "\r\n" } else { "\n" }
    }
}

impl Diagnostic {
    /// The same finding with a way to put it right; `safe` as in [`Fix::safe`].
    #[must_use]
    pub fn fixed_by(mut self, edits: Vec<Edit>, safe: bool) -> Self {
        self.fix = Some(Fix { edits, safe });
        self
    }

    /// The same finding, mattering more or less than its rule usually does.
    #[must_use]
    pub fn mattering(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// The same finding with another place that has to do with it.
    #[must_use]
    pub fn seen_with(mut self, range: Range<usize>, label: impl Into<Message>) -> Self {
        self.secondary.push(Label { range, text: label.into() });
        self
    }

    /// The same finding with Kafka's own words for it.
    #[must_use]
    pub fn in_kafkas_words(mut self, words: &str) -> Self {
        self.you_will_see = Some(Message::new(labels::KAFKA_SAYS).with("message", words));
        self
    }

    /// The same finding with ZooKeeper's own words for it.
    #[must_use]
    pub fn in_zookeepers_words(mut self, words: &str) -> Self {
        self.you_will_see = Some(Message::new(labels::ZOOKEEPER_SAYS).with("message", words));
        self
    }

    /// The same finding with other words for what comes of it.
    #[must_use]
    pub fn seeing(mut self, message: impl Into<Message>) -> Self {
        self.you_will_see = Some(message.into());
        self
    }
}

/// The catalogue of a kind of file by name.
pub(in crate::judge::rules) fn keys_of(kind: Kind) -> &'static HashMap<&'static str, &'static ConfigKey> {
    type Table = HashMap<&'static str, &'static ConfigKey>;
    static TABLES: std::sync::OnceLock<[Table; 6]> = std::sync::OnceLock::new();
    let by_name = |keys: &'static [ConfigKey]| keys.iter().map(|key| (key.name, key)).collect::<Table>();
    let tables = TABLES.get_or_init(|| {
        [
            by_name(configs::broker()),
            by_name(zookeeper::keys()),
            by_name(configs::producer()),
            by_name(configs::consumer()),
            by_name(configs::topic()),
            Table::new(),
        ]
    });
    match kind {
        Kind::Broker => &tables[0],
        Kind::Coordinator => &tables[1],
        Kind::Producer => &tables[2],
        Kind::Consumer => &tables[3],
        Kind::Topic => &tables[4],
        Kind::Connect | Kind::Script | Kind::Markdown => &tables[5],
    }
}
