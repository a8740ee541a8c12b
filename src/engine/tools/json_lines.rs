//! Events as lines of JSON, in the shape of the tools that Kafka's system tests use.

use super::harness::print;
use crate::engine::client::producer::now_millis;

/// A value of an event.
pub(super) enum Json<'a> {
    /// A text, or `null`.
    Text(Option<&'a str>),
    /// JSON already: a number, a list.
    Raw(String),
}

/// Prints an event with its time and its name; gives whether someone still reads.
pub(super) fn print_event(name: &str, fields: &[(&str, Json<'_>)]) -> bool {
    print(&event(now_millis(), name, fields))
}

fn event(now: i64, name: &str, fields: &[(&str, Json<'_>)]) -> String {
    let mut line = format!("{{\"timestamp\":{now},\"name\":\"{name}\"");
    for (key, value) in fields {
        let value = match value {
            Json::Text(Some(text)) => quote(text),
            Json::Text(None) => "null".to_owned(),
            Json::Raw(raw) => raw.clone(),
        };
        line.push_str(&format!(",\"{key}\":{value}"));
    }
    line + "}\n"
}

/// A text in quotes, as Jackson writes it.
pub(super) fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{c}' => quoted.push_str("\\f"),
            control if u32::from(control) < 0x20 => quoted.push_str(&format!("\\u{:04X}", u32::from(control))),
            other => quoted.push(other),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_as_jackson_writes_them() {
        let fields =
            [("key", Json::Text(None)), ("value", Json::Text(Some("a\"\u{1f}한\n"))), ("offset", Json::Raw("3".to_owned()))];
        let expected = "{\"timestamp\":7,\"name\":\"x\",\"key\":null,\"value\":\"a\\\"\\u001F한\\n\",\"offset\":3}\n";
        assert_eq!(event(7, "x", &fields), expected);
        assert!(serde_json::from_str::<serde_json::Value>(expected).is_ok());
    }
}
