//! An answer as text: what Rust shows of the message, without the names of its types and what is always the same, with what differs
//! between two runs masked by the order in which it was first seen.

use std::collections::BTreeMap;

/// Lists whose order is that of a hash map in Kafka: they are sorted.
const UNORDERED: &[&str] = &["configs", "members"];
/// Fields that are not shown.
const LEFT_OUT: &[&str] = &["unknown_tagged_fields", "throttle_time_ms"];
/// Fields with a value made for the run. Told apart from each other.
const MADE: &[&str] = &["member_id", "topic_id", "session_id", "cluster_id", "leader"];
/// Fields with the time of day in milliseconds, where it is none of the script's own.
const TIMES: &[&str] =
    &["timestamp", "base_timestamp", "max_timestamp", "log_append_time_ms", "last_timestamp", "commit_timestamp"];
/// Times before this are the script's own.
const FIRST_TIME: i64 = 1_750_000_000_000;
/// Fields that are as the machine is.
const MACHINE: &[&str] = &["total_bytes", "usable_bytes", "documentation"];

/// What the texts of one run hold that another's do not: what stands there, and what is shown instead.
pub type Masks = Vec<(String, &'static str)>;

/// What answers told so far.
#[derive(Default)]
pub struct Seen {
    /// The made values of each field, in the order in which they came.
    made: BTreeMap<&'static str, Vec<String>>,
}

impl Seen {
    /// A made value: of the field, the one that was seen as number `index`.
    pub fn value(&self, field: &str, index: usize) -> String {
        self.made.get(field).and_then(|values| values.get(index)).cloned().unwrap_or_default()
    }

    /// The shown form of what Rust shows of an answer.
    pub fn masked(&mut self, text: &str, masks: &Masks) -> String {
        let text = masks.iter().fold(text.to_owned(), |text, (found, shown)| text.replace(found, shown));
        let mut reader = Reader { rest: &text };
        let value = reader.value();
        assert!(reader.rest.is_empty() || reader.rest.starts_with(" and "), "unread: {}", reader.rest);
        format!("{}{}", self.shown(&value, ""), reader.rest)
    }

    fn shown(&mut self, value: &Shown, field: &str) -> String {
        match value {
            Shown::Leaf(text) => self.leaf(text, field),
            Shown::List(items) => {
                let mut items: Vec<String> = items.iter().map(|item| self.shown(item, field)).collect();
                // the partitions of a topic's metadata as well, but not the topics
                let is_partition = |item: &String| item.contains(" isr_nodes=") && !item.contains(" partitions=");
                if UNORDERED.contains(&field) || items.iter().all(is_partition) {
                    items.sort();
                }
                format!("[{}]", items.join(", "))
            }
            Shown::Fields(fields) => {
                let shown = fields.iter().filter(|(name, _)| !LEFT_OUT.contains(&name.as_str()));
                let shown: Vec<String> = shown.map(|(name, value)| format!("{name}={}", self.shown(value, name))).collect();
                format!("{{{}}}", shown.join(" "))
            }
        }
    }

    fn leaf(&mut self, text: &str, field: &str) -> String {
        if let Some(known) = MADE.iter().find(|known| **known == field) {
            // the leader of a group is one of its members
            let field = if field == "leader" { "member_id" } else { known };
            return self.made(text, field);
        }
        if TIMES.contains(&field) && text.parse::<i64>().is_ok_and(|time| time > FIRST_TIME) {
            return "<time>".to_owned();
        }
        if let Some((before, after)) = text.split_once(" should be within [") {
            // from and to when a time may lie
            let after = after.split_once(']').map_or("", |(_, after)| after);
            return format!("{before} should be within [<times>]{after}");
        }
        if MACHINE.contains(&field) { format!("<{field}>") } else { text.to_owned() }
    }

    fn made(&mut self, text: &str, field: &'static str) -> String {
        let value = text.trim_matches('"');
        let is_made = match field {
            // a client's id and a UUID
            "member_id" => value.len() > 36,
            "topic_id" => value.chars().any(|c| !"0-".contains(c)),
            _ => !matches!(value, "" | "0" | "null"),
        };
        if !is_made {
            return text.to_owned();
        }
        let values = self.made.entry(field).or_default();
        let index = values.iter().position(|known| known == value).unwrap_or_else(|| {
            values.push(value.to_owned());
            values.len() - 1
        });
        format!("<{field} {index}>")
    }
}

/// A value as `Debug` shows it.
enum Shown {
    Leaf(String),
    List(Vec<Shown>),
    Fields(Vec<(String, Shown)>),
}

/// Reads what `{:?}` wrote.
struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn value(&mut self) -> Shown {
        if self.rest.starts_with(['"', 'b']) && self.rest.trim_start_matches('b').starts_with('"') {
            return Shown::Leaf(self.quoted());
        }
        if self.takes("[") {
            let mut items = Vec::new();
            while !self.takes("]") {
                items.push(self.value());
                self.takes(", ");
            }
            return Shown::List(items);
        }
        if self.takes("{}") {
            return Shown::Fields(Vec::new());
        }
        let word = self.word();
        if self.takes(" { ") {
            return Shown::Fields(self.fields());
        }
        if self.takes("(") {
            // a new type, or `Some`
            let inner = self.value();
            assert!(self.takes(")"), "{}", self.rest);
            return inner;
        }
        Shown::Leaf(if word == "None" { "null".to_owned() } else { word })
    }

    fn fields(&mut self) -> Vec<(String, Shown)> {
        let mut fields = Vec::new();
        while !self.takes(" }") {
            let name = self.word();
            assert!(self.takes(": "), "{}", self.rest);
            fields.push((name, self.value()));
            self.takes(", ");
        }
        fields
    }

    fn takes(&mut self, text: &str) -> bool {
        self.rest.strip_prefix(text).map(|rest| self.rest = rest).is_some()
    }

    fn word(&mut self) -> String {
        let end = self.rest.find(|c: char| !c.is_alphanumeric() && !"_-.+<>".contains(c)).unwrap_or(self.rest.len());
        self.split(end)
    }

    fn quoted(&mut self) -> String {
        let start = self.rest.find('"').map_or(0, |at| at + 1);
        let mut escaped = false;
        for (at, c) in self.rest[start..].char_indices() {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => return self.split(start + at + 1),
                _ => {}
            }
        }
        self.split(self.rest.len())
    }

    fn split(&mut self, at: usize) -> String {
        let (word, rest) = self.rest.split_at(at);
        self.rest = rest;
        word.to_owned()
    }
}

#[test]
fn what_differs_between_runs_is_masked() {
    let mut seen = Seen::default();
    let masks = vec![("/tmp/x".to_owned(), "<folder>")];
    let text = r#"A { throttle_time_ms: 0, id: BrokerId(-1), name: Some("a \" b, /tmp/x"), none: None, made: [B { member_id: "t-01234567-0123-0123-0123-012345678901", bytes: b"\0]" }, B { member_id: "", bytes: b"" }], map: {} }"#;
    let shown = r#"{id=-1 name="a \" b, <folder>" none=null made=[{member_id=<member_id 0> bytes=b"\0]"}, {member_id="" bytes=b""}] map={}}"#;
    assert_eq!(seen.masked(text, &masks), shown);
    assert_eq!(seen.value("member_id", 0), "t-01234567-0123-0123-0123-012345678901");
}
