//! Options as `joptsimple` reads them, which all of Kafka's older tools use.

use super::word::Word;
use crate::catalog::tools::{Argument, ToolOption};

/// The first word that the tool refuses as an option it does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unrecognized {
    /// The word it stands in.
    pub word: Word,
    /// The name that the tool prints: without dashes, one letter for a word with one dash.
    pub name: String,
    /// The dashes and the name as they were typed, without `=value`.
    pub typed: String,
}

/// An option that is given, with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// Its name with dashes, as messages use it.
    pub name: &'static str,
    /// The word it stands in.
    pub word: Word,
    /// The value: the word that holds it, and where in the word's text it begins. `None` without one.
    pub value: Option<(Word, usize)>,
}

impl Given {
    /// The value's text; `None` where there is none or it is not known.
    pub fn text(&self) -> Option<&str> {
        let (word, at) = self.value.as_ref()?;
        word.text.as_deref()?.get(*at..)
    }
}

/// What a tool makes of its arguments, up to the first option that it does not have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arguments {
    /// The options in order.
    pub given: Vec<Given>,
    /// Words that belong to no option.
    pub stray: Vec<Word>,
    /// The option that ends the reading.
    pub unrecognized: Option<Unrecognized>,
    /// An option at the end whose value is missing.
    pub without_value: Option<Given>,
    /// Some words are not known and may bring options of their own.
    pub uncertain: bool,
    /// The options that the last one is the beginning of, where it is that of several.
    pub ambiguous: Vec<&'static str>,
    /// The command that was named.
    pub command: Option<&'static str>,
    /// A word where a command should be.
    pub unknown_command: Option<Word>,
}

impl Arguments {
    /// The first time an option is given, by its name with dashes.
    pub fn get(&self, name: &str) -> Option<&Given> {
        self.given.iter().find(|given| given.name == name)
    }
}

/// Reads the arguments in the order that the tool does.
///
/// As `joptsimple.OptionParser` without abbreviations: `--name value`, `--name=value` (the value may be empty), `-name` where the
/// whole name is known, else one-letter options; an option that needs a value takes the next word whatever it looks like; `--`
/// ends the options.
pub fn read(options: &[ToolOption], arguments: &[Word]) -> Arguments {
    let known = |name: &str| options.iter().find(|option| option.names.iter().any(|known| known.trim_start_matches('-') == name));
    let mut read = Arguments::default();
    let mut words = arguments.iter().peekable();
    while let Some(word) = words.next() {
        // What is not known may bring options of its own, the last of them waiting for a value.
        let Some(text) = word.text.as_deref() else {
            read.uncertain = true;
            words.next();
            continue;
        };
        let (body, long) = match text.strip_prefix("--") {
            Some("") => {
                read.stray.extend(words.cloned());
                return read;
            }
            Some(body) => (body, true),
            None => match text.strip_prefix('-') {
                Some(body) if !body.is_empty() => (body, false),
                _ => {
                    read.stray.push(word.clone());
                    continue;
                }
            },
        };
        let (name, has_value) = body.split_once('=').map_or((body, false), |(name, _)| (name, true));
        let Some(option) = known(name) else {
            // No tool has options of one letter, so a cluster of them fails at its first.
            let typed = text[..text.len() - body.len() + name.len()].to_owned();
            let name = if long { name } else { &name[..name.chars().next().map_or(0, char::len_utf8)] };
            read.unrecognized = Some(Unrecognized { word: word.clone(), name: name.to_owned(), typed });
            return read;
        };
        let joined = has_value.then(|| (word.clone(), text.len() - body.len() + name.len() + 1));
        let value = match option.argument {
            Argument::None => None,
            _ if has_value => joined,
            Argument::Optional => words
                .next_if(|next| next.text.as_deref().is_none_or(|text| !text.starts_with('-') || text == "-" || text == "--"))
                .map(|next| (next.clone(), 0)),
            _ => words.next().map(|next| (next.clone(), 0)),
        };
        let given = Given { name: option.names[0], word: word.clone(), value };
        if given.value.is_none() && matches!(option.argument, Argument::Required | Argument::Many) {
            read.without_value = Some(given.clone());
        }
        read.given.push(given);
    }
    read
}

/// The first option that the tool does not have.
pub fn first_unrecognized(options: &[ToolOption], arguments: &[Word]) -> Option<Unrecognized> {
    read(options, arguments).unrecognized
}
