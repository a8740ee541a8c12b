//! `${name}` in a lab's commands, checks and prose.

use std::collections::BTreeMap;

/// The names that the runner gives a value: the addresses of the lab's servers, their ports, a port that nothing listens on yet, and
/// the folder of the servers' data.
const OF_THE_ENGINE: &[&str] = &["bootstrap", "zookeeper", "broker-port", "zookeeper-port", "other-port", "data"];

/// Values for `${name}`.
#[derive(Clone, Debug, Default)]
pub struct Variables(BTreeMap<String, String>);

impl Variables {
    /// The lab's own variables and the addresses of its servers.
    pub fn new(own: &BTreeMap<String, String>, bootstrap: &str, zookeeper: &str) -> Self {
        let mut values = own.clone();
        let port = |address: &str| address.rsplit(':').next().unwrap_or_default().to_owned();
        for (name, value) in [
            ("bootstrap", bootstrap.to_owned()),
            ("zookeeper", zookeeper.to_owned()),
            ("broker-port", port(bootstrap)),
            ("zookeeper-port", port(zookeeper)),
            ("other-port", "9096".to_owned()),
            ("data", "/tmp".to_owned()),
        ] {
            values.insert(name.to_owned(), value);
        }
        Self(values)
    }

    /// The same with another value for a name.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    /// The text with every known `${name}` replaced; an unknown one stays as it is written.
    pub fn expand(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, name, after)) = next(rest) {
            out.push_str(before);
            match self.0.get(name) {
                Some(value) => out.push_str(value),
                None => out.push_str(&rest[before.len()..rest.len() - after.len()]),
            }
            rest = after;
        }
        out.push_str(rest);
        out
    }

    /// The first name in a text that neither the lab nor the engine gives a value.
    pub(super) fn first_unknown<'a>(text: &'a str, own: &BTreeMap<String, String>) -> Option<&'a str> {
        let mut rest = text;
        while let Some((_, name, after)) = next(rest) {
            if !own.contains_key(name) && !OF_THE_ENGINE.contains(&name) {
                return Some(name);
            }
            rest = after;
        }
        None
    }
}

/// Splits a text at its first `${name}`: before, name, after.
fn next(text: &str) -> Option<(&str, &str, &str)> {
    let open = text.find("${")?;
    let close = text[open..].find('}')? + open;
    Some((&text[..open], &text[open + 2..close], &text[close + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_replaced_and_unknown_ones_are_seen() {
        let own = BTreeMap::from([("topic".to_owned(), "demo".to_owned())]);
        let variables = Variables::new(&own, "localhost:9092", "localhost:2181");
        assert_eq!(variables.expand("--topic ${topic} at ${bootstrap} ${HOME} ${"), "--topic demo at localhost:9092 ${HOME} ${");
        assert_eq!(Variables::first_unknown("${topic} ${bootstrap}", &own), None);
        assert_eq!(Variables::first_unknown("${topic} ${tpoic}", &own), Some("tpoic"));
    }
}
