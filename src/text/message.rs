//! A sentence with the values for its placeholders, kept so that it can be said in either language later.

use std::fmt;

use super::{Language, Text};

/// A [`Text`] and the values that fill it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    text: Text,
    values: Vec<(&'static str, String)>,
}

impl Message {
    /// A sentence without values yet.
    pub fn new(text: Text) -> Self {
        Self { text, values: Vec::new() }
    }

    /// The sentence with one more value.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.values.push((name, value.to_string()));
        self
    }

    /// Says it.
    pub fn say(&self, language: Language) -> String {
        let values: Vec<(&str, &dyn fmt::Display)> =
            self.values.iter().map(|(name, value)| (*name, value as &dyn fmt::Display)).collect();
        self.text.fill(language, &values)
    }
}

impl From<Text> for Message {
    fn from(text: Text) -> Self {
        Self::new(text)
    }
}
