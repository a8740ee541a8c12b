//! KL501 to KL517: listeners, as Kafka's validation refuses them, and those that it takes and that serve nobody.

use std::ops::Range;

use super::file::Judgement;
use crate::engine::broker::config::split_list;
use crate::judge::diagnostic::{Diagnostic, Edit, Severity};
use crate::judge::rules::Rule;
use crate::text::Message;
use crate::text::config::{labels, listeners as text};

/// Any other form.
pub static MALFORMED: Rule =
    Rule::file("KL501", "listener-malformed", Severity::Error, text::MALFORMED).says(&["to a broker endpoint"]);
/// `localhost:9092`.
pub static NO_SCHEME: Rule = Rule::file("KL502", "listener-without-name", Severity::Error, text::NO_SCHEME);
/// `PLAINTEXT://localhost`.
pub static NO_PORT: Rule = Rule::file("KL503", "listener-without-port", Severity::Error, text::NO_PORT);
/// `PLAINTEXT:/localhost:9092`.
pub static SLASHES: Rule = Rule::file("KL504", "listener-slashes", Severity::Error, text::SLASHES);
/// `PLAINTEXT://:9092;SSL://:9093`.
pub static SEPARATOR: Rule = Rule::file("KL505", "listener-separator", Severity::Error, text::SEPARATOR);
/// `HTTP://localhost:9092`.
pub static UNKNOWN_NAME: Rule = Rule::file("KL506", "listener-unknown-name", Severity::Error, text::UNKNOWN_NAME)
    .says(&["No security protocol defined for listener"]);
/// The same name twice.
pub static NAME_TWICE: Rule = Rule::refused(
    "KL507",
    "listener-name-twice",
    text::NAME_TWICE,
    &["Each listener must have a different name"],
    &["listeners", "advertised.listeners"],
);
/// The same port twice.
pub static PORT_TWICE: Rule = Rule::refused(
    "KL508",
    "listener-port-twice",
    text::PORT_TWICE,
    &["Each listener must have a different port", "two listeners on the same port"],
    &["listeners"],
);
/// Port 70000.
pub static PORT_RANGE: Rule =
    Rule::file("KL509", "listener-port-range", Severity::Error, text::PORT_RANGE).says(&["port out of range:"]);
/// Nothing to listen on.
pub static NONE: Rule = Rule::refused(
    "KL510",
    "no-listener",
    text::NONE,
    &["There must be at least one advertised listener."],
    &["advertised.listeners", "listeners"],
);
/// `0.0.0.0` for clients.
pub static ZERO_ADDRESS: Rule = Rule::refused(
    "KL511",
    "advertised-zero-address",
    text::ZERO_ADDRESS,
    &["cannot use the nonroutable meta-address 0.0.0.0"],
    &["advertised.listeners", "listeners"],
);
/// A name that is advertised and not opened.
pub static ADVERTISED_NAME: Rule = Rule::refused(
    "KL512",
    "advertised-not-in-listeners",
    text::ADVERTISED_NAME,
    &["advertised.listeners listener names must be equal to or a subset of"],
    &["advertised.listeners", "listeners"],
);
/// No listener for brokers among themselves.
pub static INTER_BROKER_MISSING: Rule = Rule::refused(
    "KL513",
    "inter-broker-listener-missing",
    text::INTER_BROKER_MISSING,
    &["inter.broker.listener.name must be a listener name defined in advertised.listeners"],
    &["inter.broker.listener.name", "security.inter.broker.protocol", "advertised.listeners", "listeners"],
);
/// Two settings for the same.
pub static INTER_BROKER_TWICE: Rule = Rule::refused(
    "KL514",
    "inter-broker-set-twice",
    text::INTER_BROKER_TWICE,
    &["Only one of inter.broker.listener.name and security.inter.broker.protocol should be set."],
    &["security.inter.broker.protocol", "inter.broker.listener.name"],
);
/// A name without a protocol.
pub static INTER_BROKER_UNKNOWN: Rule = Rule::refused(
    "KL515",
    "inter-broker-listener-unknown",
    text::INTER_BROKER_UNKNOWN,
    &["defined in inter.broker.listener.name not found in listener.security.protocol.map"],
    &["inter.broker.listener.name"],
);
/// The map of names to protocols.
pub static PROTOCOL_MAP: Rule = Rule::refused(
    "KL516",
    "protocol-map-malformed",
    text::PROTOCOL_MAP,
    &["defined in listener.security.protocol.map", "configuration property 'listener.security.protocol.map'"],
    &["listener.security.protocol.map"],
);
/// The controller's own listener.
pub static CONTROL_PLANE: Rule = Rule::refused(
    "KL517",
    "control-plane-listener",
    text::CONTROL_PLANE,
    &[
        "control.plane.listener.name must be",
        "defined in control.plane.listener.name",
        "control.plane.listener.name, when defined",
        "control.plane.listener.name is not",
    ],
    &["control.plane.listener.name"],
);
/// `localhost` for clients.
pub static ADVERTISED_LOCALHOST: Rule = Rule::file("KL518", "advertised-localhost", Severity::Note, text::ADVERTISED_LOCALHOST);

/// The settings whose faults show in each other.
pub(super) const TOGETHER: [&str; 7] = [
    "listeners",
    "advertised.listeners",
    "listener.security.protocol.map",
    "inter.broker.listener.name",
    "security.inter.broker.protocol",
    "control.plane.listener.name",
    "controller.listener.names",
];

/// The finding for `Error creating broker listeners from '…': …`, with the entry it is about.
pub(super) fn malformed(judged: &Judgement<'_>, said: &str) -> Option<(usize, Diagnostic)> {
    let (text, reason) = said.strip_prefix("Error creating broker listeners from '")?.split_once("': ")?;
    let keys = ["listeners", "advertised.listeners"];
    let index = keys.into_iter().filter_map(|key| judged.sound(key)).find(|index| judged.entries[*index].value.trim() == text);
    let name = reason.strip_prefix("No security protocol defined for listener ");
    // with another sign than a comma between listeners, the last :// ends the name
    let is_list = |name: &str| name.contains("://");
    if let (Some(name), Some(index)) = (name.filter(|name| is_list(name)), index) {
        let value = &judged.entries[index].value;
        let item = split_list(value).find(|item| item.to_uppercase().starts_with(name)).unwrap_or(text);
        let start = value.find(item).unwrap_or(0);
        return Some((index, form(judged, index, start..start + item.len(), item).in_kafkas_words(said)));
    }
    if let Some(name) = name {
        return Some(unknown_name(judged, index, name, said));
    }
    let index = index?;
    let value = &judged.entries[index].value;
    let item = reason.strip_prefix("Unable to parse ").and_then(|rest| rest.strip_suffix(" to a broker endpoint"));
    let item = item.filter(|item| !item.is_empty()).unwrap_or(text);
    let start = value.find(item).unwrap_or(0);
    let place = start..(start + item.len()).min(value.len());
    Some((index, form(judged, index, place, item).in_kafkas_words(said)))
}

/// A listener that is none, by what it looks like.
fn form(judged: &Judgement<'_>, index: usize, place: Range<usize>, item: &str) -> Diagnostic {
    let at = |rule: &'static Rule, label: Message| judged.found(rule, judged.part(index, place.clone()), label);
    let replaced = |finding: Diagnostic, text: String, safe: bool| match judged.is_plain(index) {
        true => finding.fixed_by(vec![Edit { range: judged.part(index, place.clone()), text }], safe),
        false => finding,
    };
    let parts: Vec<&str> = item.split([';', ' ']).map(str::trim).filter(|part| !part.is_empty()).collect();
    if parts.len() > 1 && parts.iter().all(|part| part.contains("://")) {
        return replaced(at(&SEPARATOR, labels::COMMA_WANTED.into()), parts.join(","), true);
    }
    let name_end = item.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(item.len());
    let (name, rest) = item.split_at(name_end);
    let known = ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"].contains(&name.to_ascii_uppercase().as_str());
    let address = rest.trim_start_matches([':', '/']);
    if known && !rest.starts_with("://") && !rest.is_empty() {
        let right = if address.contains(':') || rest.starts_with(":/") || rest.starts_with("//") {
            format!("{name}://{address}")
        } else if address.bytes().all(|byte| byte.is_ascii_digit()) {
            format!("{name}://:{address}")
        } else {
            format!("{name}://{address}")
        };
        return replaced(at(&SLASHES, Message::new(labels::LISTENER_FORM).with("right", &right)), right, false);
    }
    let port = item.rsplit_once(':').is_some_and(|(_, port)| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()));
    let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "-._:[]".contains(c));
    match item.split_once("://") {
        None if port && plain(item) => {
            let right = format!("PLAINTEXT://{item}");
            replaced(at(&NO_SCHEME, Message::new(labels::LISTENER_FORM).with("right", &right)), right, false)
        }
        Some((_, host)) if !port && plain(host) && !host.trim_end_matches(':').contains(':') => {
            let right = format!("{}:9092", item.trim_end_matches(':'));
            replaced(at(&NO_PORT, Message::new(labels::LISTENER_FORM).with("right", &right)), right, false)
        }
        _ => at(&MALFORMED, labels::LISTENER_MALFORMED.into()),
    }
}

/// A name without a protocol: it stands in a listener, or the map lost it.
fn unknown_name(judged: &Judgement<'_>, index: Option<usize>, name: &str, said: &str) -> (usize, Diagnostic) {
    let map = judged.sound("listener.security.protocol.map");
    let Some(index) = index.or(map) else { return (0, judged.at_file(&UNKNOWN_NAME, labels::NO_PROTOCOL).in_kafkas_words(said)) };
    let value = &judged.entries[index].value;
    let start = value.to_uppercase().find(&format!("{name}://")).unwrap_or(0);
    let is_listener = Some(index) != map;
    let place = if is_listener { start..(start + name.len()).min(value.len()) } else { 0..value.trim_end().len() };
    let range = judged.part(index, place);
    let finding = judged.found(&UNKNOWN_NAME, range.clone(), Message::new(labels::NO_PROTOCOL_FOR).with("name", name));
    let finding = finding.in_kafkas_words(said);
    let meant = match name {
        "HTTP" | "TCP" | "KAFKA" | "PLAIN" | "TEXT" | "PLAIN_TEXT" => Some("PLAINTEXT"),
        "HTTPS" | "TLS" => Some("SSL"),
        "SASL_TLS" => Some("SASL_SSL"),
        other => ["PLAINTEXT", "SASL_PLAINTEXT", "SASL_SSL"]
            .into_iter()
            .find(|known| (1..=2).contains(&strsim::damerau_levenshtein(known, other))),
    };
    let finding = match meant.filter(|_| is_listener && judged.is_plain(index)) {
        Some(meant) => finding.fixed_by(vec![Edit { range, text: meant.to_owned() }], false),
        None => finding,
    };
    (index, finding)
}

/// What Kafka's validation takes, and what then serves nobody or not everybody.
pub(super) fn check(judged: &mut Judgement<'_>) {
    let Some(config) = judged.config.as_ref() else { return };
    let bad: Vec<String> =
        config.listeners().iter().filter(|listener| !(0..=65535).contains(&listener.port)).map(|l| l.port.to_string()).collect();
    let index = judged.sound("listeners");
    for (port, index) in bad.iter().zip(index.into_iter().cycle()) {
        let start = judged.entries[index].value.find(port.as_str()).unwrap_or(0);
        let place = judged.part(index, start..start + port.len());
        let finding = judged.found(&PORT_RANGE, place, Message::new(labels::RANGE).with("range", "0 … 65535"));
        let finding = finding.in_kafkas_words(&format!("java.lang.IllegalArgumentException: port out of range:{port}"));
        judged.blame(index, finding);
    }
    advertised_localhost(judged);
}

fn advertised_localhost(judged: &mut Judgement<'_>) {
    let Some(index) = judged.sound("advertised.listeners") else { return };
    let here = |host: &str| matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    let opened = judged.value("listeners").unwrap_or("PLAINTEXT://:9092");
    let host_of = |listener: &str| Some(listener.split_once("://")?.1.rsplit_once(':')?.0.to_owned());
    // a listener on every address is meant for others too
    let for_others = split_list(opened).filter_map(host_of).all(|host| host.is_empty() || host == "0.0.0.0");
    let value = &judged.entries[index].value;
    let only_here = split_list(value).filter_map(host_of).all(|host| here(&host));
    let Some(host) = split_list(value).filter_map(host_of).next().filter(|_| for_others && only_here) else { return };
    let start = value.find(&host).unwrap_or(0);
    let place = judged.part(index, start..start + host.len());
    let finding = judged.found(&ADVERTISED_LOCALHOST, place, labels::ADVERTISED_LOCALHOST);
    judged.tell(finding);
}
