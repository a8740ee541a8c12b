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

/// Reads the arguments in the order that the tool does, up to the first option that it does not have.
///
/// As `joptsimple.OptionParser` without abbreviations: `--name value`, `--name=value` (the value may be empty), `-name` where the whole name is known, else
/// one-letter options; an option that needs a value takes the next word whatever it looks like; `--` ends the options.
pub fn first_unrecognized(options: &[ToolOption], arguments: &[Word]) -> Option<Unrecognized> {
    let known = |name: &str| options.iter().find(|option| option.names.iter().any(|known| known.trim_start_matches('-') == name));
    let mut words = arguments.iter().peekable();
    while let Some(word) = words.next() {
        // What is not known may bring options of its own, the last of them waiting for a value.
        let Some(text) = word.text.as_deref() else {
            words.next();
            continue;
        };
        let (body, long) = match text.strip_prefix("--") {
            Some("") => return None,
            Some(body) => (body, true),
            None => match text.strip_prefix('-') {
                Some(body) if !body.is_empty() => (body, false),
                _ => continue,
            },
        };
        let (name, has_value) = body.split_once('=').map_or((body, false), |(name, _)| (name, true));
        let typed = || text[..text.len() - body.len() + name.len()].to_owned();
        let Some(option) = known(name) else {
            // No tool has options of one letter, so a cluster of them fails at its first.
            let name = if long { name } else { &name[..name.chars().next().map_or(0, char::len_utf8)] };
            return Some(Unrecognized { word: word.clone(), name: name.to_owned(), typed: typed() });
        };
        match option.argument {
            Argument::None => {}
            Argument::Required if !has_value => {
                words.next();
            }
            Argument::Optional if !has_value => {
                words.next_if(|next| {
                    next.text.as_deref().is_none_or(|text| !text.starts_with('-') || text == "-" || text == "--")
                });
            }
            _ => {}
        }
    }
    None
}
