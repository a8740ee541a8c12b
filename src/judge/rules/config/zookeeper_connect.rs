//! KL412 and KL413: `zookeeper.connect` leads to a broker's port, or to a port where nothing listens.

use std::ops::Range;

use super::broker_start::{BrokerStart, Setting};
use super::file::Judgement;
use crate::judge::diagnostic::{Diagnostic, Edit, Fix};
use crate::judge::rules::command::invocation::Invocation;
use crate::judge::rules::context::{Address, FileKind, Listening, Speaker, is_loopback};
use crate::judge::rules::{Line, Rule, Speaks};
use crate::properties::Document;
use crate::text::config::labels;
use crate::text::{Message, RuleText, rules as text};

/// It is the port of a broker: this one's own, or another's.
pub static BROKER_PORT: Rule = Rule::line(
    "KL412",
    "zookeeper-connect-is-a-broker-port",
    RuleText::new(text::ZOOKEEPER_BROKER_PORT_TITLE, text::ZOOKEEPER_BROKER_PORT_EXPLANATION, text::ZOOKEEPER_CONNECT_FIX),
    Speaks::Before,
    |line| starts(line).find_map(|start| broker_port(line, &start)),
);

/// Nothing listens there, and the coordinator listens elsewhere.
pub static REFUSED: Rule = Rule::line(
    "KL413",
    "zookeeper-connect-refused",
    RuleText::new(text::ZOOKEEPER_REFUSED_TITLE, text::ZOOKEEPER_REFUSED_EXPLANATION, text::ZOOKEEPER_CONNECT_FIX),
    Speaks::Before,
    |line| starts(line).find_map(|start| refused(line, &start)),
);

/// ZooKeeper's own default, which Kafka takes for an address without a port.
const COORDINATOR_PORT: u16 = 2181;
/// Kafka's default for `zookeeper.session.timeout.ms`, and so for the connection's.
const SESSION_TIMEOUT_MS: u64 = 18_000;
/// The addresses of one `zookeeper.connect` that are looked at; an ensemble has three or five.
const ADDRESSES_MAX: usize = 9;

/// A broker that the line starts, with the coordinators that start before it.
struct Start {
    broker: BrokerStart,
    /// The client ports of coordinators that the line itself starts first; `None` for one that is not known.
    promised: Vec<Option<u16>>,
}

fn starts<'a>(line: &'a Line<'_>) -> impl Iterator<Item = Start> + 'a {
    line.invocations.iter().enumerate().filter_map(|(index, invocation)| {
        let broker = BrokerStart::of(line, invocation)?;
        let earlier = &line.invocations[..index];
        // The file may be another one by the time this command runs.
        let file = broker.path.file_name()?.to_str()?;
        if earlier.iter().any(|command| touches(command, file)) {
            return None;
        }
        let promised = earlier.iter().filter_map(|command| promised_port(line, command)).collect();
        Some(Start { broker, promised })
    })
}

/// Whether a command may change the file: it has its name among its words or redirections, or words that are not known.
fn touches(invocation: &Invocation, file: &str) -> bool {
    let targets = invocation.command.redirections.iter().map(|redirection| &redirection.target);
    invocation.arguments.iter().chain(targets).any(|word| word.text.as_deref().is_some_and(|text| text.ends_with(file)))
}

/// The client port of the coordinator that a command starts.
fn promised_port(line: &Line<'_>, invocation: &Invocation) -> Option<Option<u16>> {
    invocation.tool(line.context).filter(|tool| tool.script == "zookeeper-server-start.sh")?;
    let file = invocation.arguments.iter().filter_map(|word| word.text.as_deref()).find(|text| *text != "-daemon");
    let document = file.and_then(|file| Document::parse(line.context.files.read(&invocation.resolve(file)?)?).ok());
    Some(document.and_then(|document| document.get("clientPort")?.trim().parse().ok()))
}

/// One address of `zookeeper.connect`, with its place in the value.
struct Candidate {
    address: Address,
    /// The bytes of the port in the value, or of the whole address where no port is written.
    place: Range<usize>,
    port_written: bool,
}

/// The addresses of a connection string, `host:port,host:port/chroot`; `None` where it is none, which is another mistake.
fn candidates(value: &str) -> Option<Vec<Candidate>> {
    let hosts = value.split('/').next()?;
    let mut at = 0;
    let mut found = Vec::new();
    for part in hosts.split(',') {
        let start = at;
        at += part.len() + 1;
        let text = part.trim();
        let start = start + (part.len() - part.trim_start().len());
        let candidate = match text.rsplit_once(':') {
            Some((host, port)) => Candidate {
                address: Address { host: host.to_owned(), port: port.parse().ok()? },
                place: start + host.len() + 1..start + text.len(),
                port_written: true,
            },
            None => Candidate {
                address: Address { host: text.to_owned(), port: COORDINATOR_PORT },
                place: start..start + text.len(),
                port_written: false,
            },
        };
        if candidate.address.host.is_empty() || found.len() == ADDRESSES_MAX {
            return None;
        }
        found.push(candidate);
    }
    Some(found)
}

/// The ports and hosts of this broker's own `listeners`.
fn own_listeners(line: &Line<'_>, broker: &BrokerStart) -> Vec<Address> {
    let listeners = broker.get(line, "listeners").map_or(DEFAULT_LISTENERS.to_owned(), |setting| setting.value.to_owned());
    listeners.split(',').filter_map(listener_address).collect()
}

/// Kafka's default for `listeners`.
pub const DEFAULT_LISTENERS: &str = "PLAINTEXT://:9092";

fn listener_address(listener: &str) -> Option<Address> {
    let (host, port) = listener.trim().split_once("://")?.1.rsplit_once(':')?;
    Some(Address { host: host.to_owned(), port: port.parse().ok()? })
}

fn is_this_machine(host: &str, own: &[Address]) -> bool {
    host == "0.0.0.0" || is_loopback(host) || own.iter().any(|listener| listener.host == host)
}

/// The setting and its addresses, where the broker is one that uses ZooKeeper.
fn connect<'a>(line: &Line<'_>, broker: &'a BrokerStart) -> Option<(Setting<'a>, Vec<Candidate>)> {
    if broker.get(line, "process.roles").is_some() {
        return None;
    }
    let setting = broker.get(line, "zookeeper.connect")?;
    let candidates = candidates(setting.value)?;
    Some((setting, candidates))
}

fn broker_port(line: &Line<'_>, start: &Start) -> Option<Diagnostic> {
    let (setting, candidates) = connect(line, &start.broker)?;
    let own = own_listeners(line, &start.broker);
    let mut found = None;
    for (index, candidate) in candidates.iter().enumerate() {
        let address = &candidate.address;
        let is_own = is_this_machine(&address.host, &own) && own.iter().any(|listener| listener.port == address.port);
        match line.context.system.speaker(address) {
            // One coordinator in the list is enough for the broker.
            Speaker::Coordinator | Speaker::Unknown => return None,
            Speaker::Broker => found = found.or(Some((index, false))),
            Speaker::Nobody | Speaker::Other if is_own => found = found.or(Some((index, true))),
            Speaker::Nobody | Speaker::Other => {}
        }
    }
    let (index, is_own) = found?;
    let candidate = &candidates[index];
    if start.promised.iter().any(|port| port.is_none_or(|port| port == candidate.address.port)) {
        return None;
    }
    let port = &candidate.address.port;
    let configured = configured_port(line, start);
    if configured == Some(*port) {
        // The coordinator is meant to take this port: then the broker's own is the wrong one.
        return None;
    }
    let coordinator = coordinator(line);
    let broker = match is_own {
        true => Message::new(text::ZOOKEEPER_LABEL_OWN_PORT).with("port", port),
        false => Message::new(text::ZOOKEEPER_LABEL_OTHER_BROKER).with("port", port),
    };
    let label = broker.and(whereabouts(coordinator.map(|(found, _)| found), configured));
    let right = coordinator.map(|(found, _)| found.port).or(configured).unwrap_or(COORDINATOR_PORT);
    let seen = coordinator.is_some_and(|(_, only)| only);
    let fix = (right != *port).then_some((right, seen));
    let seconds = seconds(line, &start.broker);
    Some(diagnostic(&BROKER_PORT, &setting, candidate, label, seconds, fix))
}

fn refused(line: &Line<'_>, start: &Start) -> Option<Diagnostic> {
    let (setting, candidates) = connect(line, &start.broker)?;
    let [candidate] = candidates.as_slice() else { return None };
    let own = own_listeners(line, &start.broker);
    let local = is_this_machine(&candidate.address.host, &own);
    if !local || !start.promised.is_empty() || own.iter().any(|listener| listener.port == candidate.address.port) {
        return None;
    }
    if line.context.system.speaker(&candidate.address) != Speaker::Nobody {
        return None;
    }
    let (found, true) = coordinator(line)? else { return None };
    let label =
        Message::new(text::ZOOKEEPER_LABEL_NOBODY).with("port", candidate.address.port).and(whereabouts(Some(found), None));
    let seconds = seconds(line, &start.broker);
    Some(diagnostic(&REFUSED, &setting, candidate, label, seconds, Some((found.port, true))))
}

/// KL412 as far as the file alone shows it: the one address is this machine's, with a port that the broker itself opens.
pub(super) fn own_port_in_file(judged: &Judgement<'_>, index: usize) -> Option<Diagnostic> {
    let found = candidates(judged.entries[index].value.trim())?;
    let [candidate] = found.as_slice() else { return None };
    let listeners = match judged.has("listeners") {
        true => judged.value("listeners")?,
        false => DEFAULT_LISTENERS,
    };
    let own: Vec<Address> = listeners.split(',').filter_map(listener_address).collect();
    let port = candidate.address.port;
    if !candidate.port_written || !is_this_machine(&candidate.address.host, &own) || !own.iter().any(|own| own.port == port) {
        return None;
    }
    let place = judged.part(index, candidate.place.clone());
    let finding = judged.found(&BROKER_PORT, place.clone(), Message::new(labels::CONNECT_OWN_PORT).with("port", port));
    let finding = finding.seeing(Message::new(text::ZOOKEEPER_CONNECT_SEEN).with("seconds", SESSION_TIMEOUT_MS / 1000));
    Some(match judged.is_plain(index) {
        true => finding.fixed_by(vec![Edit { range: place, text: COORDINATOR_PORT.to_string() }], false),
        false => finding,
    })
}

/// The seconds that the broker waits for the coordinator.
fn seconds(line: &Line<'_>, broker: &BrokerStart) -> u64 {
    let keys = ["zookeeper.connection.timeout.ms", "zookeeper.session.timeout.ms"];
    let set = keys.iter().find_map(|key| broker.get(line, key)?.value.trim().parse().ok());
    set.unwrap_or(SESSION_TIMEOUT_MS) / 1000
}

/// A coordinator that runs here, the one on its usual port first, and whether it is the only one.
fn coordinator(line: &Line<'_>) -> Option<(Listening, bool)> {
    let mut running = line.context.system.listening();
    running.retain(|listening| listening.speaker == Speaker::Coordinator);
    running.sort_by_key(|listening| (listening.port != COORDINATOR_PORT, listening.port));
    running.dedup_by_key(|listening| listening.port);
    Some((*running.first()?, running.len() == 1))
}

/// The client port in the `zookeeper.properties` beside the broker's file.
fn configured_port(line: &Line<'_>, start: &Start) -> Option<u16> {
    let path = start.broker.path.with_file_name("zookeeper.properties");
    if line.context.files.kind(&path) != FileKind::File {
        return None;
    }
    Document::parse(line.context.files.read(&path)?).ok()?.get("clientPort")?.trim().parse().ok()
}

fn whereabouts(coordinator: Option<Listening>, configured: Option<u16>) -> Message {
    match (coordinator, configured) {
        (Some(Listening { port, pid: Some(pid), .. }), _) => {
            Message::new(text::ZOOKEEPER_LISTENS_PID).with("port", port).with("pid", pid)
        }
        (Some(Listening { port, pid: None, .. }), _) => Message::new(text::ZOOKEEPER_LISTENS).with("port", port),
        (None, Some(port)) => Message::new(text::ZOOKEEPER_CONFIGURED).with("port", port),
        (None, None) => text::ZOOKEEPER_NOT_FOUND.into(),
    }
}

/// The diagnostic at a candidate's port; `fix` is the right port, and whether it was seen to be right.
fn diagnostic(
    rule: &Rule,
    setting: &Setting<'_>,
    candidate: &Candidate,
    label: Message,
    seconds: u64,
    fix: Option<(u16, bool)>,
) -> Diagnostic {
    let (range, exact) = place(setting, candidate);
    let fix = fix.filter(|_| exact).map(|(port, safe)| {
        let replacement = match candidate.port_written {
            true => port.to_string(),
            false => format!("{}:{port}", candidate.address.host),
        };
        Fix { edits: vec![Edit { range: range.clone(), text: replacement }], safe }
    });
    let you_will_see = Some(Message::new(text::ZOOKEEPER_CONNECT_SEEN).with("seconds", seconds));
    Diagnostic { you_will_see, fix, ..rule.found(setting.source.clone(), range, label) }
}

/// Where the candidate's port stands in the source, and whether exactly it stands there.
fn place(setting: &Setting<'_>, candidate: &Candidate) -> (Range<usize>, bool) {
    let start = setting.range.start;
    if setting.plain {
        return (start + candidate.place.start..start + candidate.place.end, true);
    }
    // Escapes and quotes, as in `localhost\:9092`: the digits are still there, if they are there once.
    let port = candidate.address.port.to_string();
    let written = setting.source.bytes().get(setting.range.clone()).unwrap_or_default();
    let mut places = (0..written.len()).filter(|at| written[*at..].starts_with(port.as_bytes()));
    match (places.next().filter(|_| candidate.port_written), places.next()) {
        (Some(at), None) => (start + at..start + at + port.len(), true),
        _ => (setting.range.clone(), false),
    }
}
