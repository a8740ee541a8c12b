//! KL228: what `kafka-configs.sh --add-config` gives brokers, users, clients and addresses. The settings of topics, and the values of a
//! broker's, are looked at by the rules about files (`config/typed.rs`).

use std::ops::Range;

use super::invocation::Invocation;
use super::options::Given;
use super::tool_line::{self, ToolLine};
use crate::catalog::configs;
use crate::engine::kafka::scram;
use crate::engine::tools::configs::{OF_ADDRESSES, OF_CLIENTS, credential, split_outside_brackets};
use crate::judge::diagnostic::{Diagnostic, Edit};
use crate::judge::rules::{Line, Rule, Speaks};
use crate::text::{Message, command_labels as labels, commands as text};

/// A setting that this kind of entity does not take.
pub static NOT_FOR_ENTITY: Rule =
    Rule::line("KL228", "config-not-for-this-entity", text::NOT_FOR_ENTITY, Speaks::After, not_for_entity).says(&[
        "Cannot update these configs dynamically: ",
        "These security configs can be dynamically updated only per-listener",
        "Cannot update these configs at default cluster level, broker id must be specified",
        "Only quota configs can be added for '",
        "Only quota and SCRAM credential configs can be added for '",
        "Only connection quota configs can be added for '",
        "Cannot parse quota configuration value for ",
        "_byte_rate must be a LONG value",
        "Invalid credential property SCRAM_SHA_",
        " required for SCRAM-SHA-",
        "is not allowed with User SCRAM Credentials",
    ]);

/// Options that name an entity and its kind in one, and those that mean the default of a kind.
const NAMED: [(&str, &str, bool); 10] = [
    ("--topic", "topics", false),
    ("--client", "clients", false),
    ("--user", "users", false),
    ("--broker", "brokers", false),
    ("--broker-logger", "broker-loggers", false),
    ("--ip", "ips", false),
    ("--client-defaults", "clients", true),
    ("--user-defaults", "users", true),
    ("--broker-defaults", "brokers", true),
    ("--ip-defaults", "ips", true),
];

/// Whose settings are changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::judge::rules) enum Entity {
    /// A topic's.
    Topic,
    /// One broker's, or all brokers'.
    Broker {
        /// All brokers'.
        all: bool,
    },
    /// A user's: quotas or credentials.
    User {
        /// The user that no other setting is about.
        default: bool,
    },
    /// A client's, or a client's of a user: quotas.
    Client,
    /// An address's.
    Address,
}

/// Whose settings a line of `kafka-configs.sh` changes; `None` where that is not plain.
pub(in crate::judge::rules) fn entity(tool: &ToolLine) -> Option<Entity> {
    let given = || tool.arguments.given.iter();
    let typed: Vec<&str> = given().filter(|given| given.name == "--entity-type").map(Given::text).collect::<Option<_>>()?;
    let named: Vec<_> = NAMED.iter().filter(|(option, ..)| tool.has(option)).collect();
    let mut kinds: Vec<&str> = typed.into_iter().chain(named.iter().map(|(_, kind, _)| *kind)).collect();
    kinds.sort_unstable();
    let default = tool.has("--entity-default") || named.iter().any(|(.., default)| *default);
    match kinds[..] {
        ["topics"] => Some(Entity::Topic),
        ["brokers"] => Some(Entity::Broker { all: default }),
        ["users"] => Some(Entity::User { default }),
        ["clients"] | ["clients", "users"] => Some(Entity::Client),
        ["ips"] => Some(Entity::Address),
        _ => None,
    }
}

/// One setting of `--add-config`, and where its parts stand in the option's value.
struct Setting<'a> {
    key: &'a str,
    key_at: Range<usize>,
    value: &'a str,
    value_at: Range<usize>,
}

/// The settings of a list; for one that is no `key=value`, its place.
fn settings(text: &str) -> Vec<Result<Setting<'_>, Range<usize>>> {
    let place = |part: &str| {
        let at = part.as_ptr() as usize - text.as_ptr() as usize;
        at..at + part.len()
    };
    let mut pieces = split_outside_brackets(text, ',');
    // what is empty at the end is passed over
    while pieces.len() > 1 && pieces.last().is_some_and(|piece| piece.is_empty()) {
        pieces.pop();
    }
    let of_piece = |piece| match split_outside_brackets(piece, '=')[..] {
        [key, value] => {
            let (key, value) = (key.trim(), value.trim());
            Ok(Setting { key, key_at: place(key), value, value_at: place(value) })
        }
        _ => Err(place(piece)),
    };
    pieces.into_iter().map(of_piece).collect()
}

fn not_for_entity(line: &Line<'_>) -> Option<Diagnostic> {
    let judged = line.judged().iter().filter(|invocation| line.refused(invocation));
    judged.filter_map(|invocation| of_invocation(line, invocation)).next()
}

fn of_invocation(line: &Line<'_>, invocation: &Invocation) -> Option<Diagnostic> {
    let tool = tool_line::understood(line, invocation)
        .filter(|found| found.tool == "kafka-configs.sh" && !found.arguments.uncertain && !found.has("--zookeeper"))?;
    let given = tool.arguments.get("--add-config").filter(|_| tool.has("--alter"))?;
    let entity = entity(&tool).filter(|entity| *entity != Entity::Topic)?;
    let settings = settings(given.text()?);
    if let Some(Err(part)) = settings.iter().find(|setting| setting.is_err()) {
        let (word, at) = given.value.as_ref().filter(|_| !line.is_text())?;
        let place = word.place(line.context.line, at + part.start..at + part.end);
        return Some(line.found(&NOT_FOR_ENTITY, place, labels::KEY_AND_VALUE));
    }
    let settings: Vec<Setting<'_>> = settings.into_iter().flatten().collect();
    let both = settings.iter().any(|one| is_quota(one.key)) && settings.iter().any(|one| scram::by_name(one.key).is_some());
    settings.iter().filter(|setting| !is_left_open(line, setting)).find_map(|setting| {
        let (part, label, meant) = refused(entity, setting, both)?;
        let place = |part: Range<usize>| {
            given.value.as_ref().map(|(word, at)| word.place(line.context.line, at + part.start..at + part.end))
        };
        let finding = line.found(&NOT_FOR_ENTITY, place(part.clone())?, label);
        let plain = given.value.as_ref().is_some_and(|(word, _)| word.is_plain(line.context.line));
        Some(match meant.filter(|_| plain) {
            Some(meant) => finding.fixed_by(vec![Edit { range: place(part)?, text: meant.to_owned() }], false),
            None => finding,
        })
    })
}

/// Whether a text leaves a setting to its reader.
fn is_left_open(line: &Line<'_>, setting: &Setting<'_>) -> bool {
    let open =
        |text: &str| text.contains(['<', '{', '…', '%']) || text.contains("...") || text == "key" || text == "k" || text == "x";
    let capitals = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    line.is_text() && (open(setting.key) || open(setting.value) || capitals(setting.key) || capitals(setting.value))
}

fn is_quota(key: &str) -> bool {
    OF_CLIENTS.contains(&key)
}

/// What is refused of a setting: its place, why, and the name that was meant.
fn refused(entity: Entity, setting: &Setting<'_>, both: bool) -> Option<(Range<usize>, Message, Option<&'static str>)> {
    match entity {
        Entity::Topic => None,
        Entity::Broker { all } => of_broker(setting, all).map(|label| (setting.key_at.clone(), label, None)),
        Entity::Address => quota(setting, &[OF_ADDRESSES]),
        Entity::Client => quota(setting, &OF_CLIENTS),
        Entity::User { default } => match scram::by_name(setting.key) {
            Some(_) if default => Some((setting.key_at.clone(), labels::SCRAM_OF_ALL.into(), None)),
            Some(_) if both => Some((setting.key_at.clone(), labels::SCRAM_AND_QUOTA.into(), None)),
            Some(mechanism) => {
                // as the tool takes it: without any bracket, and what stands around it
                let bare = setting.value.replace(['[', ']'], "");
                let error = credential(mechanism, bare.trim()).err()?;
                let label = Message::new(labels::SCRAM_VALUE).with("message", error.text());
                Some((setting.value_at.clone(), label, None))
            }
            None => {
                let mut known: Vec<&'static str> = OF_CLIENTS.to_vec();
                known.extend(scram::MECHANISMS.iter().map(|mechanism| mechanism.name));
                quota(setting, &known)
            }
        },
    }
}

fn of_broker(setting: &Setting<'_>, all: bool) -> Option<Message> {
    let known = configs::broker().iter().find(|known| known.name == setting.key)?;
    match known.scope {
        "read-only" => Some(Message::new(labels::READ_ONLY).with("key", known.name)),
        "per-broker" if known.name.starts_with("ssl.") => Some(Message::new(labels::PER_LISTENER).with("key", known.name)),
        "per-broker" if all => Some(Message::new(labels::PER_BROKER).with("key", known.name)),
        _ => None,
    }
}

fn quota(setting: &Setting<'_>, known: &[&'static str]) -> Option<(Range<usize>, Message, Option<&'static str>)> {
    if !known.contains(&setting.key) {
        let label = Message::new(labels::ONLY_THESE).with("names", known.join(", "));
        return Some((setting.key_at.clone(), label, near(setting.key, known)));
    }
    let bare = setting.value.replace(['[', ']'], "");
    let label = match bare.trim() {
        text if !is_java_double(text) => labels::QUOTA_NUMBER,
        text if setting.key.ends_with("_byte_rate") && has_fraction(text) => labels::QUOTA_WHOLE,
        _ => return None,
    };
    Some((setting.value_at.clone(), Message::new(label).with("key", setting.key), None))
}

/// Whether Java reads it as a number (`Double.parseDouble`), or may: its hexadecimal numbers are not looked at.
fn is_java_double(text: &str) -> bool {
    let bare = text.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(text);
    let unsigned = bare.trim_start_matches(['+', '-']);
    matches!(unsigned, "NaN" | "Infinity")
        || unsigned.starts_with("0x")
        || unsigned.starts_with("0X")
        || (unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') && bare.parse::<f64>().is_ok())
}

/// Whether a number lies between two whole ones, by more than Kafka lets pass (`ZkAdminManager`).
fn has_fraction(text: &str) -> bool {
    const EPSILON: f64 = 1e-6;
    text.parse::<f64>().is_ok_and(|number| number >= 0.0 && (number - (number + EPSILON).trunc()).abs() > EPSILON)
}

/// The one name that is meant by another: other signs between its words, another case, or a letter or two changed.
fn near(key: &str, known: &[&'static str]) -> Option<&'static str> {
    let plain = |name: &str| name.to_ascii_lowercase().replace(['.', '-'], "_");
    let mut found: Vec<_> = known.iter().map(|name| (strsim::damerau_levenshtein(&plain(key), &plain(name)), *name)).collect();
    found.sort_unstable();
    found.first().filter(|(distance, _)| *distance <= 2).map(|(_, name)| *name)
}
