//! KL401 to KL409, KL301, KL701 and KL830: keys that the program does not have, and where they belong.

use super::file::{Judgement, KafkaVersion};
use super::kind::Kind;
use crate::catalog::configs;
use crate::catalog::removed::{self, Fate};
use crate::catalog::zookeeper;
use crate::judge::diagnostic::{Edit, Severity};
use crate::judge::rules::Rule;
use crate::text::Message;
use crate::text::config::{client, coordinator, keys as text, labels};

/// A key that the broker does not have.
pub static UNKNOWN: Rule = Rule::file("KL401", "unknown-key", Severity::Warning, text::UNKNOWN);
/// A key in another case.
pub static WRONG_CASE: Rule = Rule::file("KL402", "key-in-another-case", Severity::Warning, text::WRONG_CASE);
/// A key of another version.
pub static REMOVED: Rule = Rule::file("KL403", "removed-key", Severity::Warning, text::REMOVED);
/// A key that is going away.
pub static DEPRECATED: Rule = Rule::file("KL404", "deprecated-key", Severity::Note, text::DEPRECATED);
/// A key of KRaft in a file for ZooKeeper mode.
pub static OF_KRAFT: Rule = Rule::file("KL405", "kraft-key-in-zookeeper-mode", Severity::Note, text::OF_KRAFT);
/// A key of another program's file.
pub static OF_OTHER_FILE: Rule = Rule::file("KL406", "key-of-another-file", Severity::Warning, text::OF_OTHER_FILE);
/// A topic's key.
pub static OF_TOPIC: Rule = Rule::file("KL407", "topic-key-in-broker-file", Severity::Warning, text::OF_TOPIC);
/// The file of the other server.
pub static SWAPPED: Rule = Rule::file("KL409", "swapped-files", Severity::Error, text::SWAPPED);
/// A key that ZooKeeper does not have.
pub static UNKNOWN_TO_ZOOKEEPER: Rule = Rule::file("KL301", "unknown-zookeeper-key", Severity::Warning, coordinator::UNKNOWN);
/// A key that the client does not have.
pub static UNKNOWN_TO_CLIENT: Rule = Rule::file("KL701", "unknown-client-key", Severity::Warning, client::UNKNOWN);
/// A producer's key in a consumer's file, or the other way round.
pub static OF_OTHER_CLIENT: Rule = Rule::file("KL702", "key-of-another-client", Severity::Note, client::OF_OTHER_CLIENT);

/// A key that topics do not have.
pub static UNKNOWN_TO_TOPIC: Rule = Rule::file("KL830", "unknown-topic-config", Severity::Error, text::UNKNOWN_TO_TOPIC)
    .says(&["Unknown topic config name:", "to be added must be in the format \"key=val\""]);

/// Beginnings of keys that are no broker's own and that something reads: listeners, plugins and distributions.
const READ_BY_OTHERS: [&str; 14] = [
    "listener.name.",
    "config.providers",
    "rsm.config.",
    "rlmm.config.",
    "confluent.",
    "authorizer.",
    "super.users",
    "kafka.",
    "allow.everyone.",
    "metrics.jmx.",
    "cruise.control.",
    "client.quota.callback.",
    "strimzi.",
    "sasl.server.",
];
/// Beginnings of the keys that distributions of Kafka give topics beside its own.
const OF_DISTRIBUTIONS: [&str; 3] = ["confluent.", "redpanda.", "automq."];
/// Keys of KRaft that a broker in ZooKeeper mode does not read.
const KRAFT: [&str; 7] = [
    "controller.quorum.election.timeout.ms",
    "controller.quorum.fetch.timeout.ms",
    "controller.quorum.request.timeout.ms",
    "metadata.log.dir",
    "metadata.log.segment.bytes",
    "metadata.max.retention.bytes",
    "broker.heartbeat.interval.ms",
];

/// Looks at the keys; `false` where the file is another server's, and nothing else is worth saying.
pub(super) fn check(judged: &mut Judgement<'_>) -> bool {
    if swapped(judged) {
        return false;
    }
    for index in judged.counting() {
        match judged.file.kind {
            Kind::Broker => broker_key(judged, index),
            Kind::Coordinator => coordinator_key(judged, index),
            Kind::Producer | Kind::Consumer => client_key(judged, index),
            Kind::Topic => topic_setting(judged, index),
            Kind::Connect | Kind::Script | Kind::Markdown => {}
        }
    }
    true
}

/// Whether the file is that of the other server: it has what that one must have and nothing of its own.
fn swapped(judged: &mut Judgement<'_>) -> bool {
    let has = |key: &str| judged.has(key);
    let (swapped, place, other) = match judged.file.kind {
        Kind::Broker => {
            (has("dataDir") && !has("zookeeper.connect") && !has("broker.id") && !has("log.dirs"), "dataDir", "ZooKeeper")
        }
        Kind::Coordinator => {
            let place = if has("zookeeper.connect") { "zookeeper.connect" } else { "broker.id" };
            ((has("zookeeper.connect") || (has("broker.id") && has("log.dirs"))) && !has("dataDir"), place, "Kafka")
        }
        _ => return false,
    };
    if let Some(index) = judged.deciding(place).filter(|_| swapped) {
        let finding = judged.at_key(&SWAPPED, index, Message::new(labels::SWAPPED).with("other", other));
        judged.tell(finding);
    }
    swapped
}

fn broker_key(judged: &mut Judgement<'_>, index: usize) {
    let version = judged.file.version;
    let key = judged.entries[index].key.as_str();
    let gone = removed::all().iter().find(|removed| removed.name == key && is_gone(removed, version));
    if let Some(removed) = gone {
        let mut label = Message::new(labels::REMOVED).with("version", format!("{}.{}", removed.gone_in.0, removed.gone_in.1));
        if let Some(replacement) = removed.replacement {
            label = label.and(Message::new(labels::REPLACED).with("replacement", replacement));
        }
        let finding = judged.at_key(&REMOVED, index, label);
        judged.blame(index, finding);
        return judged.remember_meant(removed.replacement.unwrap_or(""));
    }
    if judged.known(key).is_some() {
        return known_key(judged, index);
    }
    if READ_BY_OTHERS.iter().any(|prefix| key.starts_with(prefix)) {
        return;
    }
    let nearest = nearest(judged, key);
    if nearest.is_none() {
        if let Some((_, synonym)) = topic_key(key) {
            let label = Message::new(labels::OF_TOPIC).with("meant", synonym);
            // the unit of the broker's key may be another one
            let finding = judged.at_key(&OF_TOPIC, index, label);
            return judged.blame(index, rename(judged, finding, index, synonym, false));
        }
        if let Some(file) = other_file(key) {
            let finding = judged.at_key(&OF_OTHER_FILE, index, Message::new(labels::OF_OTHER_FILE).with("file", file));
            return judged.blame(index, finding);
        }
    }
    // a newer Kafka may have keys that the tables do not
    if nearest.is_some() || version <= KafkaVersion::CATALOGUED {
        unknown(judged, index, &UNKNOWN, &WRONG_CASE, nearest);
    }
}

/// Whether a version is without the key.
fn is_gone(removed: &removed::RemovedKey, version: KafkaVersion) -> bool {
    let is_without = (version.major, version.minor) >= removed.gone_in;
    removed.fate != Fate::Deprecated && is_without
}

fn known_key(judged: &mut Judgement<'_>, index: usize) {
    let key = judged.entries[index].key.as_str();
    let deprecated = removed::all().iter().find(|removed| removed.name == key && removed.fate == Fate::Deprecated);
    if let Some(removed) = deprecated {
        let label = match removed.replacement {
            Some(replacement) => Message::new(labels::REPLACED).with("replacement", replacement),
            None => Message::from(labels::GOING_AWAY),
        };
        let finding = judged.at_key(&DEPRECATED, index, label);
        judged.tell(finding);
    }
    let zookeeper_mode = judged.has("zookeeper.connect") && !judged.has("process.roles");
    let migrating = judged.value("zookeeper.metadata.migration.enable").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    if zookeeper_mode && !migrating && KRAFT.contains(&key) {
        let finding = judged.at_key(&OF_KRAFT, index, labels::OF_KRAFT);
        judged.tell(finding);
    }
}

/// The topic's key and the broker's key behind it.
fn topic_key(key: &str) -> Option<(&str, &'static str)> {
    let (synonym, _) = configs::topic_synonyms(key).first()?;
    (*synonym != key).then_some((key, *synonym))
}

/// The file that a key belongs into.
fn other_file(key: &str) -> Option<&'static str> {
    let in_table = |table: &[configs::ConfigKey]| table.iter().any(|known| known.name == key);
    match key {
        _ if zookeeper::keys().iter().any(|known| known.name == key) => Some("zookeeper.properties"),
        _ if in_table(configs::producer()) => Some("producer.properties"),
        _ if in_table(configs::consumer()) => Some("consumer.properties"),
        _ if key.starts_with("log4j.") => Some("log4j.properties"),
        _ => None,
    }
}

fn coordinator_key(judged: &mut Judgement<'_>, index: usize) {
    let key = judged.entries[index].key.trim();
    if zookeeper::is_known(key) {
        return;
    }
    if configs::broker().iter().any(|known| known.name == key) {
        let finding = judged.at_key(&OF_OTHER_FILE, index, Message::new(labels::OF_OTHER_FILE).with("file", "server.properties"));
        return judged.blame(index, finding);
    }
    let nearest = nearest(judged, key);
    unknown(judged, index, &UNKNOWN_TO_ZOOKEEPER, &UNKNOWN_TO_ZOOKEEPER, nearest);
}

fn client_key(judged: &mut Judgement<'_>, index: usize) {
    let key = judged.entries[index].key.as_str();
    let prefixes =
        ["key.", "value.", "interceptor.", "schema.registry.", "basic.auth.", "confluent.", "metrics.jmx.", "config.providers"];
    if judged.known(key).is_some() || prefixes.iter().any(|prefix| key.starts_with(prefix)) {
        return;
    }
    let (other, name) = match judged.file.kind {
        Kind::Producer => (configs::consumer(), "consumer.properties"),
        _ => (configs::producer(), "producer.properties"),
    };
    if other.iter().any(|known| known.name == key) {
        let finding = judged.at_key(&OF_OTHER_CLIENT, index, Message::new(labels::OF_OTHER_FILE).with("file", name));
        return judged.blame(index, finding);
    }
    // serializers and partitioners may read keys of their own: only a near miss is sure
    if let Some(nearest) = nearest(judged, key) {
        unknown(judged, index, &UNKNOWN_TO_CLIENT, &UNKNOWN_TO_CLIENT, Some(nearest));
    }
}

fn topic_setting(judged: &mut Judgement<'_>, index: usize) {
    let key = judged.entries[index].key.as_str();
    if judged.known(key).is_some() || OF_DISTRIBUTIONS.iter().any(|prefix| key.starts_with(prefix)) {
        return;
    }
    let of_broker =
        || configs::topic().iter().find(|known| configs::topic_synonyms(known.name).iter().any(|(name, _)| *name == key));
    let begun = || judged.known_keys().filter(|known| known.strip_prefix(key).is_some_and(|rest| rest.starts_with('.')));
    if let Some(meant) = nearest(judged, key) {
        return unknown(judged, index, &UNKNOWN_TO_TOPIC, &UNKNOWN_TO_TOPIC, Some(meant));
    }
    let label = match of_broker() {
        Some(known) => Message::new(labels::OF_BROKER).with("meant", known.name),
        None if begun().next().is_some() => {
            let mut names: Vec<_> = begun().collect();
            names.sort_unstable();
            Message::new(labels::ONE_OF).with("names", names.join(", "))
        }
        // a newer Kafka may have keys that the tables do not
        None if judged.file.version > KafkaVersion::CATALOGUED => return,
        None => Message::from(labels::UNKNOWN_TOPIC_KEY),
    };
    let finding = judged.at_key(&UNKNOWN_TO_TOPIC, index, label);
    judged.blame(index, finding);
}

fn unknown(
    judged: &mut Judgement<'_>,
    index: usize,
    rule: &'static Rule,
    case_rule: &'static Rule,
    nearest: Option<&'static str>,
) {
    let key = judged.entries[index].key.as_str();
    let Some(meant) = nearest else {
        let finding = judged.at_key(rule, index, labels::UNKNOWN_KEY).mattering(Severity::Note);
        return judged.blame(index, finding);
    };
    let only_case = meant.eq_ignore_ascii_case(key);
    let label = Message::new(labels::DID_YOU_MEAN).with("meant", meant);
    let finding = judged.at_key(if only_case { case_rule } else { rule }, index, label);
    judged.blame(index, rename(judged, finding, index, meant, only_case));
    judged.remember_meant(meant);
}

/// The finding with the edit that gives the key another name, unless the file has that name already.
fn rename(
    judged: &Judgement<'_>,
    finding: crate::judge::diagnostic::Diagnostic,
    index: usize,
    name: &str,
    safe: bool,
) -> crate::judge::diagnostic::Diagnostic {
    if judged.has(name) {
        return finding;
    }
    let range = judged.entries[index].key_span.range.clone();
    finding.fixed_by(vec![Edit { range, text: name.to_owned() }], safe)
}

/// A key ready to be compared with thousands of unknown ones.
struct Known {
    name: &'static str,
    lower: String,
    letters: Letters,
}

/// How often each letter is in a name, other characters taken together.
struct Letters([u8; 27]);

impl Letters {
    fn of(name: &str) -> Self {
        let mut counts = [0_u8; 27];
        for byte in name.bytes() {
            let at = if byte.is_ascii_lowercase() { usize::from(byte - b'a') } else { 26 };
            counts[at] = counts[at].saturating_add(1);
        }
        Self(counts)
    }

    /// So many changes of a letter it takes at least to make one name of the other.
    fn least_changes(&self, other: &Self) -> usize {
        let (mut more, mut less) = (0_usize, 0_usize);
        for (own, other) in self.0.iter().zip(other.0) {
            more += usize::from(own.saturating_sub(other));
            less += usize::from(other.saturating_sub(*own));
        }
        more.max(less)
    }
}

/// The keys of a file's kind.
fn known(judged: &Judgement<'_>) -> &'static [Known] {
    static TABLES: [std::sync::OnceLock<Vec<Known>>; 8] = [const { std::sync::OnceLock::new() }; 8];
    let known = |name: &'static str| {
        let lower = name.to_ascii_lowercase();
        Known { name, letters: Letters::of(&lower), lower }
    };
    TABLES.get(judged.file.kind as usize).map_or(&[], |table| table.get_or_init(|| judged.known_keys().map(known).collect()))
}

/// The one known key that a name comes near: in another case, with other signs between its words, or with a letter or two changed.
fn nearest(judged: &Judgement<'_>, key: &str) -> Option<&'static str> {
    let lower = key.to_ascii_lowercase();
    if let Some(same) = known(judged).iter().find(|known| known.lower == lower) {
        return Some(same.name);
    }
    let dotted = lower.replace(['_', '-'], ".");
    let dotted = dotted.strip_prefix("kafka.").unwrap_or(&dotted);
    if let Some(same) = known(judged).iter().find(|known| known.name == dotted) {
        return Some(same.name);
    }
    // in a name of two letters any change makes another one
    let most = if lower.len() < 3 { 0 } else { (lower.len() / 8).clamp(1, 2) };
    let letters = Letters::of(&lower);
    let near = |known: &&Known| known.name.len().abs_diff(lower.len()) <= most && known.letters.least_changes(&letters) <= most;
    let mut found: Vec<(usize, &'static str)> = known(judged)
        .iter()
        .filter(near)
        .map(|known| (strsim::damerau_levenshtein(&lower, &known.lower), known.name))
        .filter(|(distance, _)| *distance <= most)
        .collect();
    found.sort_unstable();
    match found[..] {
        // two that are equally near: either would be a guess
        [(first, _), (second, _), ..] if first == second => None,
        [(_, known), ..] => Some(known),
        [] => None,
    }
}
