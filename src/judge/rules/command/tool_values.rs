//! KL210 to KL215: the values that a tool's options are given.

use super::options::Given;
use super::tool_line::{self, Reading, ToolLine};
use super::{bootstrap_refused, shell};
use crate::catalog::configs;
use crate::judge::diagnostic::{Diagnostic, Edit, Severity};
use crate::judge::rules::context::{Address, Speaker};
use crate::judge::rules::{Line, Rule, Speaks};
use crate::text::{Message, command_labels as labels, commands as text};

/// A number that is none, or beyond what the tool takes.
pub static NUMBER: Rule = Rule::line("KL210", "number-out-of-range", text::NUMBER, Speaks::After, number).says(&[
    "Cannot parse argument",
    "could not convert '",
    "The partitions must be greater than 0",
    "The replication factor must be between 1 and 32767 inclusive",
]);
/// A topic's name with what no name may have.
pub static TOPIC_NAME: Rule = Rule::line("KL211", "illegal-topic-name", text::TOPIC_NAME, Speaks::After, topic_name).says(&[
    "contains one or more characters other than ASCII alphanumerics",
    "is longer than the max allowed length 249",
    "Metadata response reported invalid topics",
    "'..' is not allowed",
    "InvalidTopicException: Invalid topics: ",
    "cannot be represented in a request",
]);
/// ZooKeeper's port where a broker's belongs.
pub static BOOTSTRAP_IS_ZOOKEEPER: Rule =
    Rule::line("KL212", "bootstrap-server-is-zookeeper", text::BOOTSTRAP_IS_ZOOKEEPER, Speaks::Before, bootstrap_is_zookeeper);
/// An address without a port, or with one that is none.
pub static BOOTSTRAP_MALFORMED: Rule =
    Rule::line("KL213", "bootstrap-server-malformed", text::BOOTSTRAP_MALFORMED, Speaks::After, bootstrap_malformed)
        .says(&["Invalid url in bootstrap.servers", "Please provide valid host:port like "]);
/// A word that belongs to no option, which the tool ignores.
pub static STRAY_WORD: Rule =
    Rule::line("KL214", "stray-word", text::STRAY_WORD, Speaks::After, stray_word).mattering(Severity::Warning);
/// A property of the console tools that they do not have, or that does nothing as it is.
pub static CONSOLE_PROPERTY: Rule =
    Rule::line("KL215", "console-property-without-effect", text::CONSOLE_PROPERTY, Speaks::After, console_property)
        .mattering(Severity::Warning);

/// The port that a broker usually takes.
const BROKER_PORT: u16 = 9092;
/// The port that ZooKeeper usually takes.
const ZOOKEEPER_PORT: u16 = 2181;
/// The most characters of a topic's name.
const TOPIC_NAME_MAX: usize = 249;
const CONSUMER_PROPERTIES: [&str; 12] = [
    "print.timestamp",
    "print.key",
    "print.offset",
    "print.partition",
    "print.headers",
    "print.value",
    "key.separator",
    "line.separator",
    "headers.separator",
    "null.literal",
    "key.deserializer",
    "value.deserializer",
];
const PRODUCER_PROPERTIES: [&str; 9] = [
    "parse.key",
    "key.separator",
    "ignore.error",
    "parse.headers",
    "headers.delimiter",
    "headers.separator",
    "headers.key.separator",
    "null.marker",
    "topic",
];

/// The first finding at a value that is known: `find` is given the option and the value's text.
pub(super) fn at_values(
    line: &Line<'_>,
    before: bool,
    find: impl Fn(&ToolLine, &Given, &str) -> Option<Diagnostic>,
) -> Option<Diagnostic> {
    let judged = line.judged().iter().filter(|invocation| before || line.refused(invocation));
    let judged = judged.filter(|invocation| shell::placeholder(line.context.line, invocation).is_none());
    judged
        .filter_map(|invocation| tool_line::understood(line, invocation))
        .find_map(|found| found.arguments.given.iter().find_map(|given| find(&found, given, given.text()?)))
}

/// A finding at part of a value.
pub(super) fn at(
    line: &Line<'_>,
    rule: &'static Rule,
    given: &Given,
    part: std::ops::Range<usize>,
    label: Message,
) -> Diagnostic {
    let range = match &given.value {
        Some((word, start)) => word.place(line.context.line, start + part.start..start + part.end),
        None => given.word.range.clone(),
    };
    line.found(rule, range, label)
}

fn number(line: &Line<'_>) -> Option<Diagnostic> {
    at_values(line, false, |found, given, value| {
        let option = found.options.iter().find(|option| option.names[0] == given.name)?;
        if !matches!(option.value_type, "Integer" | "Long" | "Short") || value.is_empty() {
            return None;
        }
        let (least, most) = match given.name {
            "--partitions" if found.tool == "kafka-topics.sh" => (1, i64::from(i32::MAX)),
            "--replication-factor" => (1, 32767),
            _ if option.value_type == "Short" => (i64::from(i16::MIN), i64::from(i16::MAX)),
            _ if option.value_type == "Integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
            _ => (i64::MIN, i64::MAX),
        };
        let label = match value.parse::<i64>() {
            Ok(number) if (least..=most).contains(&number) => return None,
            Ok(_) => Message::new(labels::NUMBER_RANGE).with("least", least).with("most", most),
            Err(_) => Message::new(labels::NOT_A_NUMBER).with("option", given.name),
        };
        Some(at(line, &NUMBER, given, 0..value.len(), label))
    })
}

fn topic_name(line: &Line<'_>) -> Option<Diagnostic> {
    at_values(line, false, |found, given, value| {
        let named = match found.tool {
            "kafka-topics.sh" => found.has("--create"),
            tool => matches!(tool, "kafka-console-producer.sh" | "kafka-console-consumer.sh"),
        };
        if given.name != "--topic" || !named || value.is_empty() {
            return None;
        }
        let odd = value.char_indices().find(|(_, c)| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')));
        let (part, label) = match odd {
            Some((start, c)) => (start..start + c.len_utf8(), Message::new(labels::TOPIC_CHARACTER).with("found", c)),
            None if matches!(value, "." | "..") => (0..value.len(), labels::TOPIC_DOTS.into()),
            None if value.len() > TOPIC_NAME_MAX => {
                let label = Message::new(labels::TOPIC_LENGTH).with("length", value.len()).with("most", TOPIC_NAME_MAX);
                (0..value.len(), label)
            }
            None => return None,
        };
        Some(at(line, &TOPIC_NAME, given, part, label))
    })
}

/// The addresses of a list with the bytes of each, without those of another form (`http://…` is taken by the tools).
pub(super) fn addresses(value: &str, from: usize) -> impl Iterator<Item = (std::ops::Range<usize>, &str)> {
    let start = value.as_ptr() as usize;
    let parts = value[from..].split(',').map(str::trim).filter(|part| !part.is_empty() && !part.contains("//"));
    parts.map(move |part| {
        let at = part.as_ptr() as usize - start;
        (at..at + part.len(), part)
    })
}

/// Where the addresses of brokers begin in a value; `None` for a value of something else.
pub(super) fn brokers_at(name: &str, value: &str) -> Option<usize> {
    match name {
        "--bootstrap-server" | "--broker-list" => Some(0),
        "broker_list" if !value.starts_with("--") => Some(0),
        "--producer-props" => value.strip_prefix("bootstrap.servers=").map(|rest| value.len() - rest.len()),
        _ => None,
    }
}

fn bootstrap_is_zookeeper(line: &Line<'_>) -> Option<Diagnostic> {
    at_values(line, line.exit_code.is_none(), |_, given, value| {
        let addresses: Vec<_> = addresses(value, brokers_at(given.name, value)?).collect();
        let [(place, address)] = addresses.as_slice() else { return None };
        let (host, port) = address.rsplit_once(':')?;
        let port: u16 = port.parse().ok()?;
        // a coordinator that is seen there is certain; in a text there is only its usual port
        let system = line.context.system;
        let seen = || system.listening().iter().any(|found| found.port == port && found.speaker == Speaker::Coordinator);
        let asked = || system.speaker(&Address { host: host.to_owned(), port }) == Speaker::Coordinator;
        // whoever is asked may take long to answer, and the line waits for it
        let certain = if port == ZOOKEEPER_PORT { line.is_text() || asked() } else { !line.is_text() && seen() };
        if !certain {
            return None;
        }
        let broker = bootstrap_refused::running_broker(line).map_or(BROKER_PORT, |(found, _)| found.port);
        let part = place.start + host.len() + 1..place.end;
        let range = given.value.as_ref().map(|(word, start)| (word, start + part.start..start + part.end));
        let finding =
            at(line, &BOOTSTRAP_IS_ZOOKEEPER, given, part, Message::new(labels::BOOTSTRAP_IS_ZOOKEEPER).with("port", port));
        Some(match range {
            Some((word, part)) if word.is_plain(line.context.line) => {
                let range = word.place(line.context.line, part);
                finding.fixed_by(vec![Edit { range, text: broker.to_string() }], false)
            }
            _ => finding,
        })
    })
}

fn bootstrap_malformed(line: &Line<'_>) -> Option<Diagnostic> {
    at_values(line, false, |found, given, value| {
        let from = brokers_at(given.name, value)?;
        if found.has("--bootstrap-server") && given.name == "--broker-list" {
            return None;
        }
        addresses(value, from).find_map(|(place, address)| {
            let label = match address.rsplit_once(':') {
                Some((_, port)) if port.parse::<u16>().is_ok() => return None,
                // `host:port`, as manuals have it
                Some((_, port)) if line.is_text() && port.to_ascii_lowercase().contains("port") => return None,
                Some((_, port)) => Message::new(labels::BOOTSTRAP_PORT).with("port", port),
                None => Message::new(labels::BOOTSTRAP_NO_PORT).with("host", address),
            };
            Some(at(line, &BOOTSTRAP_MALFORMED, given, place, label))
        })
    })
}

fn stray_word(line: &Line<'_>) -> Option<Diagnostic> {
    line.judged().iter().find_map(|invocation| {
        let found = tool_line::understood(line, invocation)
            .filter(|found| found.reading == Reading::Joptsimple && !found.arguments.uncertain)?;
        // nothing given but words: a mention, or a way of writing what is to be filled in
        let left_open = shell::placeholder(line.context.line, invocation).is_some();
        if left_open || found.arguments.given.is_empty() || matches!(line.exit_code, Some(126 | 127 | 130 | 143)) {
            return None;
        }
        let word = found.arguments.stray.first()?;
        let typed = word.text.as_deref()?;
        if typed.is_empty()
            || typed.trim().is_empty()
            || typed.starts_with("...")
            || typed.starts_with(['…', '\u{2013}', '\u{2014}'])
        {
            return None;
        }
        let before = found.arguments.given.iter().rev().find(|given| given.word.range.end <= word.range.start)?;
        let label = Message::new(labels::STRAY_WORD).with("word", typed).with("option", before.name);
        Some(line.found(&STRAY_WORD, word.range.clone(), label))
    })
}

fn console_property(line: &Line<'_>) -> Option<Diagnostic> {
    at_values(line, true, |found, given, value| {
        let (known, switch, own) = match found.tool {
            "kafka-console-consumer.sh" => (&CONSUMER_PROPERTIES[..], "print.key", !found.has("--formatter")),
            "kafka-console-producer.sh" => (&PRODUCER_PROPERTIES[..], "parse.key", !found.has("--line-reader")),
            _ => return None,
        };
        if matches!(line.exit_code, Some(126 | 127)) {
            return None;
        }
        let (key, set) = value.split_once('=').map_or((value, None), |(key, set)| (key, Some(set)));
        let (option, of_client) = match found.tool {
            "kafka-console-consumer.sh" => ("--consumer-property", configs::consumer()),
            _ => ("--producer-property", configs::producer()),
        };
        let is_clients = of_client.iter().any(|known| known.name == key);
        if given.name == option && own && known.contains(&key) && !is_clients {
            let label = Message::new(labels::CONSOLE_PROPERTY_OF_TOOL).with("property", key);
            return Some(at(line, &CONSOLE_PROPERTY, given, 0..key.len(), label));
        }
        if given.name != "--property" || !own {
            return None;
        }
        if is_clients && !known.contains(&key) {
            let label = Message::new(labels::CONSOLE_PROPERTY_CLIENT).with("property", key).with("option", option);
            return Some(at(line, &CONSOLE_PROPERTY, given, 0..key.len(), label));
        }
        let deserializers = ["key.deserializer.", "value.deserializer.", "headers.deserializer"];
        if deserializers.iter().any(|prefix| key.starts_with(prefix)) {
            return None;
        }
        if !known.contains(&key) {
            let near = known.iter().map(|name| (strsim::damerau_levenshtein(name, key), *name)).min()?;
            let label = Message::new(labels::CONSOLE_PROPERTY_NEAR).with("property", key).with("meant", near.1);
            return (near.0 <= 2).then(|| at(line, &CONSOLE_PROPERTY, given, 0..key.len(), label));
        }
        if set.is_none() && (key.starts_with("print.") || key.starts_with("parse.")) {
            let label = Message::new(labels::CONSOLE_PROPERTY_TRUE).with("property", key);
            return Some(at(line, &CONSOLE_PROPERTY, given, 0..key.len(), label));
        }
        let switched = |given: &Given| given.text().and_then(|text| text.split_once('=')).is_some_and(|(key, _)| key == switch);
        let configured = ["--reader-config", "--formatter-config"].iter().any(|option| found.has(option));
        if key == "key.separator" && !configured && !found.arguments.uncertain && !found.arguments.given.iter().any(switched) {
            let label = Message::new(labels::CONSOLE_PROPERTY_SWITCH).with("switch", switch);
            return Some(at(line, &CONSOLE_PROPERTY, given, 0..key.len(), label));
        }
        None
    })
}
