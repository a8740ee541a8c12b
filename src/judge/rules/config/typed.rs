//! Settings that a tool is given on its line, as `--producer-property acks=7` and `--config retention.ms=week`: looked at by the rules
//! about files.

use super::keys::UNKNOWN_TO_TOPIC;
use super::kind::Kind;
use crate::catalog::configs;
use crate::engine::tools::configs::split_outside_brackets;
use crate::judge::diagnostic::{Diagnostic, Severity};
use crate::judge::rules::Line;
use crate::judge::rules::command::entity_configs::{self, Entity};
use crate::judge::rules::command::options::Given;
use crate::judge::rules::command::tool_line::{self, ToolLine};
use crate::judge::rules::config::file::keys_of;
use crate::text::Message;
use crate::text::config::labels;

/// One setting, and where its parts stand in the text of the option's value.
struct Setting<'a> {
    given: &'a Given,
    kind: Kind,
    key: &'a str,
    value: &'a str,
    /// Where the key begins; `None` where the option stands for it.
    key_at: Option<usize>,
    value_at: usize,
}

/// Everything that is found in the settings of the commands that are looked at.
pub fn judge(line: &Line<'_>) -> Vec<Diagnostic> {
    let judged = line.judged().iter().filter(|_| !matches!(line.exit_code, None | Some(126 | 127)) || line.is_text());
    let mut found = Vec::new();
    for invocation in judged {
        let Some(tool) = tool_line::understood(line, invocation).filter(|tool| !tool.arguments.uncertain) else { continue };
        let of_topics = topic_words(line, &tool);
        let settings = settings(&tool);
        let last = |at: usize, one: &Setting<'_>| !settings[at + 1..].iter().any(|other| other.key == one.key);
        let counting = settings.iter().enumerate().filter(|(at, setting)| last(*at, setting)).map(|(_, setting)| setting);
        let told = counting.flat_map(|setting| judge_one(line, setting)).chain(of_topics);
        // a broker takes any name; where the tool failed, that is not why
        let taken = line.is_text() || !line.refused(invocation);
        let certain = |found: &Diagnostic| match found.severity {
            Severity::Error => line.refused(invocation),
            _ => taken || !found.code.starts_with(OF_BROKER),
        };
        found.extend(told.filter(certain));
    }
    found
}

/// The settings of a line that are known, in their order.
fn settings(tool: &ToolLine) -> Vec<Setting<'_>> {
    let mut found = Vec::new();
    for given in &tool.arguments.given {
        let Some(text) = given.text() else { continue };
        let kind = match (tool.tool, given.name) {
            ("kafka-console-producer.sh", "--producer-property") | ("kafka-producer-perf-test.sh", "--producer-props") => {
                Kind::Producer
            }
            ("kafka-console-consumer.sh", "--consumer-property") => Kind::Consumer,
            ("kafka-topics.sh", "--config") => Kind::Topic,
            ("kafka-configs.sh", "--add-config") => match entity_configs::entity(tool) {
                Some(Entity::Topic) => Kind::Topic,
                Some(Entity::Broker { .. }) => Kind::Broker,
                _ => continue,
            },
            (script, option) => {
                found.extend(STANDING_FOR.iter().filter(|known| (known.0, known.1) == (script, option)).map(|known| Setting {
                    given,
                    kind: known.2,
                    key: known.3,
                    value: text,
                    key_at: None,
                    value_at: 0,
                }));
                continue;
            }
        };
        let mut at = 0;
        for piece in pieces(given, text) {
            // what brackets hold together is not looked into
            let whole = given.name == "--add-config" && piece.contains(['[', ']']);
            if let Some((key, value)) = piece.split_once('=').filter(|_| !whole) {
                let value_at = at + key.len() + 1;
                found.push(Setting { given, kind, key, value, key_at: Some(at), value_at });
            }
            at += piece.len() + 1;
        }
    }
    found
}

/// Options that set a key of the client.
const STANDING_FOR: [(&str, &str, Kind, &str); 3] = [
    ("kafka-console-producer.sh", "--compression-codec", Kind::Producer, "compression.type"),
    ("kafka-console-producer.sh", "--request-required-acks", Kind::Producer, "acks"),
    ("kafka-console-consumer.sh", "--isolation-level", Kind::Consumer, "isolation.level"),
];

fn is_about_topics(tool: &ToolLine) -> bool {
    entity_configs::entity(tool) == Some(Entity::Topic)
}

/// The settings in one value: several with commas between them for `--add-config`.
fn pieces<'a>(given: &Given, text: &'a str) -> Vec<&'a str> {
    match given.name {
        "--add-config" => split_outside_brackets(text, ','),
        _ => vec![text],
    }
}

/// Words where `key=value` of a topic belongs, and no such thing stands.
fn topic_words(line: &Line<'_>, tool: &ToolLine) -> Vec<Diagnostic> {
    let is_list = |given: &Given| given.name == "--add-config" && is_about_topics(tool);
    let mut found = Vec::new();
    for given in
        tool.arguments.given.iter().filter(|given| (tool.tool, given.name) == ("kafka-topics.sh", "--config") || is_list(given))
    {
        let Some(text) = given.text() else { continue };
        let (mut at, mut before) = (0, "");
        for piece in pieces(given, text) {
            let range = at..at + piece.len();
            at = range.end + 1;
            let (key, value) = piece.split_once('=').unwrap_or((piece, ""));
            let known = |name: &str| configs::topic().iter().any(|known| known.name == name);
            let label = match value.trim().is_empty() {
                // `cleanup.policy=compact,delete`: the comma ends the first setting
                true if known(before) && !piece.contains('=') && !piece.is_empty() => {
                    Message::new(labels::IN_BRACKETS).with("key", before)
                }
                true if known(key.trim()) => Message::new(labels::WITHOUT_VALUE).with("key", key.trim()),
                _ => {
                    before = key.trim();
                    continue;
                }
            };
            found.push(line.found(&UNKNOWN_TO_TOPIC, place(line, given, range), label));
        }
    }
    found
}

/// What is certainly wrong with a setting: its name, or a value that is refused.
fn judge_one(line: &Line<'_>, setting: &Setting<'_>) -> Vec<Diagnostic> {
    let Setting { given, kind, key, value, .. } = *setting;
    // the tool takes its brokers from an option of its own, and other rules look at them
    if key == "bootstrap.servers" || key.is_empty() || is_to_fill_in(line, key, value) {
        return Vec::new();
    }
    let mut found = super::judge_setting(key, value, kind, line.version);
    let names = ["KL401", "KL402", "KL407", "KL701", "KL702"];
    found.retain(|found| {
        let is_taken = kind != Kind::Broker || found.severity == Severity::Warning || found.code.starts_with(OF_VALUES);
        (found.severity == Severity::Error || names.contains(&found.code))
            && is_taken
            && !OF_SEVERAL.contains(&found.code)
            && sure(line, setting, found)
    });
    let shift = |range: &std::ops::Range<usize>| {
        // escapes and blanks are not looked for: where they move a place, the whole setting is marked
        let of_key = 0..key.len();
        let start = match (setting.key_at, range.end <= of_key.end) {
            (Some(at), true) => at + range.start..at + range.end,
            _ => {
                let from = range.start.saturating_sub(key.len() + 1).min(value.len());
                let to = range.end.saturating_sub(key.len() + 1).min(value.len());
                setting.value_at + from..setting.value_at + to
            }
        };
        place(line, given, start)
    };
    let plain = given.value.as_ref().is_some_and(|(word, _)| word.is_plain(line.context.line));
    for finding in &mut found {
        finding.source = line.source();
        finding.primary.range = shift(&finding.primary.range);
        finding.secondary.clear();
        finding.fix = finding.fix.take().filter(|_| plain);
        for edit in finding.fix.iter_mut().flat_map(|fix| &mut fix.edits) {
            edit.range = shift(&edit.range);
        }
        if names.contains(&finding.code) {
            finding.you_will_see = None;
        }
    }
    found
}

/// How the codes of the rules about a broker's settings begin.
const OF_BROKER: &str = "KL4";
/// How the codes of the rules about values begin. Of a broker that runs, more is known than one setting.
const OF_VALUES: &str = "KL42";
/// Rules about settings together: what a file or the tool itself sets beside them is not known here.
const OF_SEVERAL: [&str; 3] = ["KL705", "KL706", "KL707"];

/// Whether a text leaves the setting to its reader: `x=y`, `retention.ms=N`.
fn is_to_fill_in(line: &Line<'_>, key: &str, value: &str) -> bool {
    let number = |key: &str| {
        let kinds = [Kind::Topic, Kind::Producer, Kind::Consumer];
        kinds
            .iter()
            .any(|kind| keys_of(*kind).get(key).is_some_and(|known| matches!(known.kind, "INT" | "LONG" | "SHORT" | "DOUBLE")))
    };
    let capitals = !value.is_empty() && value.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    line.is_text()
        && (value.contains(['<', '{', '[', '%', '…'])
            || value.contains("...")
            || value.contains("YOUR")
            || (capitals && number(key)))
        || value.contains(['\\', '\n'])
}

/// A topic's setting that nothing is like may stand for any other in a text.
fn sure(line: &Line<'_>, setting: &Setting<'_>, found: &Diagnostic) -> bool {
    if setting.kind != Kind::Topic || found.code != UNKNOWN_TO_TOPIC.code || !line.is_text() {
        return true;
    }
    found.primary.text != labels::UNKNOWN_TOPIC_KEY.into()
}

fn place(line: &Line<'_>, given: &Given, part: std::ops::Range<usize>) -> std::ops::Range<usize> {
    match &given.value {
        Some((word, start)) => word.place(line.context.line, start + part.start..start + part.end),
        None => given.word.range.clone(),
    }
}
