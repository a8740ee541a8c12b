//! A sentence with the values for its placeholders, kept so that it can be said in either language later.

use std::fmt;

use super::{Language, Text};

/// A [`Text`] and the values that fill it; or a few of them, said one behind the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    first: Filled,
    more: Vec<Filled>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Filled {
    text: Text,
    values: Vec<(&'static str, String)>,
}

impl Message {
    /// A sentence without values yet.
    pub fn new(text: Text) -> Self {
        Self { first: Filled { text, values: Vec::new() }, more: Vec::new() }
    }

    /// The sentence with one more value.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.more.last_mut().unwrap_or(&mut self.first).values.push((name, value.to_string()));
        self
    }

    /// This sentence and another one behind it.
    #[must_use]
    pub fn and(mut self, next: Self) -> Self {
        self.more.push(next.first);
        self.more.extend(next.more);
        self
    }

    /// Whether it is that sentence, whatever its values.
    pub fn is(&self, text: Text) -> bool {
        self.first.text == text
    }

    /// The first value of that name.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.first.values.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// Says it.
    pub fn say(&self, language: Language) -> String {
        let mut said = self.first.say(language);
        for next in &self.more {
            said.push(' ');
            said.push_str(&next.say(language));
        }
        said
    }
}

impl Filled {
    fn say(&self, language: Language) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sentence_has_its_own_values() {
        let text = Text { ko: "포트 {port}.", en: "port {port}." };
        let message = Message::new(text).with("port", 1).and(Message::new(text).with("port", 2));
        assert_eq!(message.say(Language::Ko), "포트 1. 포트 2.");
        assert_eq!(message.say(Language::En), "port 1. port 2.");
    }
}
