//! The book: pages refer to labs, rules and settings (`{{#lab 01}}`), and what they refer to is put in, in the book's language.
//!
//! A page's own words stand in both languages, each between `{{#ko}}` and `{{/ko}}`, `{{#en}}` and `{{/en}}`; a book has those of its
//! own. [`mdbook`] speaks mdBook's protocol for preprocessors.

mod directive;
mod lab_page;
pub mod mdbook;
mod reference_page;
// an installed mdBook serves its books itself
#[cfg(any(test, feature = "book"))]
pub mod serve;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use directive::Piece;

use crate::catalog::idle_keys::ClientKind;
use crate::judge::rules::config::kind::Kind;
use crate::judge::rules::{self, RULES};
use crate::lab::format::{FormatError, Lab, LabSource, Place};
use crate::text::Language;
use lab_page::LabPage;

/// Why a page cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// A reference to what is not there.
    #[error("{place}: {written}: {reason}")]
    Reference {
        /// Where.
        place: Place,
        /// As it is written.
        written: String,
        /// What was expected.
        reason: String,
    },
    /// A lab that is referred to cannot be read.
    #[error("{place}: {source}")]
    Lab {
        /// Where it is referred to.
        place: Place,
        /// What is wrong with it.
        source: FormatError,
    },
}

/// What is wrong with a reference, without its place.
enum Wrong {
    Reference(String),
    Lab(FormatError),
}

impl From<FormatError> for Wrong {
    fn from(error: FormatError) -> Self {
        match error {
            FormatError::NoSuchLab { .. } => Self::Reference(error.to_string()),
            _ => Self::Lab(error),
        }
    }
}

/// Makes the pages of one book.
#[derive(Debug)]
pub struct Publisher {
    source: LabSource,
    language: Language,
    labs: BTreeMap<String, Lab>,
}

impl Publisher {
    /// A book of these labs in that language.
    pub fn new(source: LabSource, language: Language) -> Self {
        Self { source, language, labs: BTreeMap::new() }
    }

    /// A page with what it refers to put in; `file` is its name for messages.
    ///
    /// # Errors
    /// Something that it refers to is not there, or a language's part has no end.
    pub fn page(&mut self, file: &str, page: &str) -> Result<String, PageError> {
        let mut out = String::with_capacity(page.len());
        let mut part: Option<(Language, usize, &str)> = None;
        for piece in directive::pieces(page) {
            let is_shown = part.is_none_or(|(language, ..)| language == self.language);
            let (at, written, name, words) = match piece {
                Piece::Text(text) => {
                    out.push_str(if is_shown { text } else { "" });
                    continue;
                }
                Piece::Reference { at, written, name, words } => (at, written, name, words),
            };
            let wrong = |reason: &str| self::wrong(file, page, at, written, reason);
            match (name.strip_prefix('/'), part) {
                (None, None) if part_of(name).is_some() => part = part_of(name).map(|language| (language, at, written)),
                (None, Some((_, _, open))) if part_of(name).is_some() => {
                    return Err(wrong(&format!("{open} has no end before it")));
                }
                (Some(end), Some((language, ..))) if part_of(end) == Some(language) => part = None,
                (Some(_), _) => return Err(wrong("nothing begins that it ends")),
                (None, _) => match self.refer(name, &words) {
                    Ok(text) => out.push_str(if is_shown { &text } else { "" }),
                    Err(Wrong::Reference(reason)) => return Err(wrong(&reason)),
                    Err(Wrong::Lab(source)) => return Err(PageError::Lab { place: Place::of(file, page, at), source }),
                },
            }
        }
        match part {
            Some((language, at, written)) => {
                Err(wrong(file, page, at, written, &format!("expected {{{{/{language}}}}} behind it")))
            }
            None => Ok(out),
        }
    }

    /// What a reference means.
    fn refer(&mut self, name: &str, words: &[&str]) -> Result<String, Wrong> {
        match (name, words) {
            ("lab", [lab]) => self.lab(lab)?.whole(),
            ("lab-title", [lab]) => Ok(self.lab(lab)?.title()),
            ("step", [lab, step]) => self.lab(lab)?.step(step),
            ("command", [lab, step]) => self.lab(lab)?.command(step),
            ("output", [lab, step]) => self.lab(lab)?.output(step),
            ("rule", [rule]) => {
                let rule = rules::find(rule).ok_or_else(|| Wrong::Reference(format!("no rule {rule:?}")))?;
                Ok(reference_page::rule(rule, self.language))
            }
            ("rules", [beginning]) => {
                let found: Vec<_> = RULES.iter().filter(|rule| rule.code.starts_with(beginning)).collect();
                match found.is_empty() {
                    true => Err(Wrong::Reference(format!("no rule's code begins with {beginning:?}"))),
                    false => Ok(found.into_iter().map(|rule| reference_page::rule(rule, self.language)).collect()),
                }
            }
            ("key", [kind, key]) => {
                let kind = kind_of(kind)?;
                let unknown = || Wrong::Reference(format!("no key {key:?} in such a file"));
                reference_page::key(kind, key, self.language).ok_or_else(unknown)
            }
            ("keys", [kind]) => Ok(reference_page::keys(kind_of(kind)?, self.language)),
            ("idle", [client]) => {
                let unknown = || Wrong::Reference(format!("no client {client:?}: expected one of producer, consumer, admin"));
                Ok(reference_page::idle(ClientKind::named(client).ok_or_else(unknown)?, self.language))
            }
            _ => Err(Wrong::Reference(format!("expected one of {REFERENCES}"))),
        }
    }

    fn lab(&mut self, word: &str) -> Result<LabPage<'_>, Wrong> {
        let name = self.source.resolve(word)?;
        if !self.labs.contains_key(&name) {
            self.labs.insert(name.clone(), Lab::load(&self.source, &name)?);
        }
        Ok(LabPage::new(&self.labs[&name], &self.source, self.language))
    }
}

/// What a page may refer to, for whoever wrote something else.
const REFERENCES: &str = "{{#lab LAB}}, {{#lab-title LAB}}, {{#step LAB STEP}}, {{#command LAB STEP}}, {{#output LAB STEP}}, \
    {{#rule CODE}}, {{#rules BEGINNING}}, {{#key FILE KEY}}, {{#keys FILE}}, {{#idle CLIENT}}, {{#ko}}, {{#en}}";

fn kind_of(word: &str) -> Result<Kind, Wrong> {
    let kinds = ["broker", "coordinator", "producer", "consumer"];
    let known = kinds.contains(&word).then(|| Kind::named(word)).flatten();
    known.ok_or_else(|| Wrong::Reference(format!("no file {word:?}: expected one of {}", kinds.join(", "))))
}

/// The language whose part a name begins.
fn part_of(name: &str) -> Option<Language> {
    Language::ALL.into_iter().find(|language| language.code() == name)
}

fn wrong(file: &str, page: &str, at: usize, written: &str, reason: &str) -> PageError {
    PageError::Reference { place: Place::of(file, page, at), written: written.to_owned(), reason: reason.to_owned() }
}
