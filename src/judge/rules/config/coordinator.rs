//! KL302 to KL319: `zookeeper.properties`, as ZooKeeper's `QuorumPeerConfig` reads it.

use super::file::Judgement;
use super::kind::Kind;
use super::log_dirs::{is_in_tmp, is_relative};
use crate::judge::diagnostic::Severity;
use crate::judge::rules::Rule;
use crate::text::Message;
use crate::text::config::{coordinator as text, labels};

/// No folder for the data.
pub static DATA_DIR_MISSING: Rule =
    Rule::file("KL303", "data-dir-missing", Severity::Error, text::DATA_DIR_MISSING).says(&["dataDir is not set"]);
/// The data lies below `/tmp`.
pub static DATA_DIR_IN_TMP: Rule = Rule::file("KL304", "data-dir-in-tmp", Severity::Note, text::DATA_DIR_IN_TMP);
/// A path that counts from the folder of the start.
pub static DATA_DIR_RELATIVE: Rule = Rule::file("KL305", "data-dir-relative", Severity::Warning, text::DATA_DIR_RELATIVE);
/// No port for clients.
pub static CLIENT_PORT_MISSING: Rule = Rule::file("KL306", "client-port-missing", Severity::Error, text::CLIENT_PORT_MISSING);
/// The broker's port.
pub static CLIENT_PORT_OF_BROKER: Rule =
    Rule::file("KL307", "client-port-of-broker", Severity::Warning, text::CLIENT_PORT_OF_BROKER);
/// A port that is none.
pub static CLIENT_PORT_RANGE: Rule = Rule::file("KL308", "client-port-range", Severity::Error, text::CLIENT_PORT_RANGE);
/// An address, and no port to open on it.
pub static ADDRESS_WITHOUT_PORT: Rule =
    Rule::file("KL309", "client-address-without-port", Severity::Error, text::ADDRESS_WITHOUT_PORT)
        .says(&["clientPortAddress is set but clientPort is not set"]);
/// No unit of time.
pub static TICK_TIME_ZERO: Rule =
    Rule::file("KL310", "tick-time-zero", Severity::Error, text::TICK_TIME_ZERO).says(&["tickTime is not set"]);
/// A very short unit of time.
pub static TICK_TIME_SMALL: Rule = Rule::file("KL311", "tick-time-small", Severity::Warning, text::TICK_TIME_SMALL);
/// A minimum above its maximum.
pub static SESSION_TIMEOUTS: Rule = Rule::file("KL312", "session-timeouts", Severity::Error, text::SESSION_TIMEOUTS)
    .says(&["minSessionTimeout must not be larger than maxSessionTimeout"]);
/// A choice that there is not.
pub static CHOICE: Rule = Rule::file("KL313", "zookeeper-choice", Severity::Error, text::CHOICE)
    .says(&["Invalid electionAlg value", "Unrecognised peertype"]);
/// Several servers without their limits.
pub static ENSEMBLE_LIMITS: Rule = Rule::file("KL314", "ensemble-limits-missing", Severity::Error, text::ENSEMBLE_LIMITS)
    .says(&["initLimit is not set", "syncLimit is not set"]);
/// Several servers, where the bundled coordinator is one.
pub static ENSEMBLE_BUNDLED: Rule = Rule::file("KL315", "ensemble-not-bundled", Severity::Note, text::ENSEMBLE_BUNDLED);
/// `server.` with no number.
pub static SERVER_NUMBER: Rule = Rule::file("KL316", "server-without-number", Severity::Error, text::SERVER_NUMBER);
/// Fewer snapshots than ZooKeeper keeps.
pub static SNAP_RETAIN: Rule =
    Rule::file("KL317", "snap-retain-count", Severity::Note, text::SNAP_RETAIN).says(&["Invalid autopurge.snapRetainCount"]);

/// A session of a broker is 18 seconds; with less than this it is cut below two.
const TICK_TIME_MIN_MS: i64 = 100;
/// Where Kafka's broker listens unless told otherwise.
const BROKER_PORT: i64 = 9092;

/// Looks at the file.
pub(super) fn check(judged: &mut Judgement<'_>) {
    if judged.file.kind != Kind::Coordinator {
        return;
    }
    data_dir(judged);
    ports(judged);
    times(judged);
    choices(judged);
    ensemble(judged);
}

fn data_dir(judged: &mut Judgement<'_>) {
    let Some(index) = judged.deciding("dataDir") else {
        let said = "java.lang.IllegalArgumentException: dataDir is not set";
        let finding = judged.at_file(&DATA_DIR_MISSING, labels::MISSING).in_zookeepers_words(said);
        return judged.missing("dataDir", said, finding);
    };
    if judged.is_claimed(index) {
        return;
    }
    let folder = judged.entries[index].value.trim();
    if is_in_tmp(folder) {
        let finding = judged.at_value(&DATA_DIR_IN_TMP, index, labels::IN_TMP);
        judged.tell(finding);
    } else if is_relative(folder) && !folder.is_empty() {
        let finding = judged.at_value(&DATA_DIR_RELATIVE, index, labels::RELATIVE);
        judged.tell(finding);
    }
}

fn ports(judged: &mut Judgement<'_>) {
    let secure = judged.has("secureClientPort");
    let ensemble = judged.entries.iter().any(|entry| entry.key.starts_with("server."));
    // the port may stand in server.N or in the file of the dynamic configuration
    if !judged.has("clientPort") && !secure && !ensemble && !judged.has("dynamicConfigFile") {
        if let Some(index) = judged.sound("clientPortAddress") {
            let finding = judged.at_key(&ADDRESS_WITHOUT_PORT, index, labels::PORT_MISSING);
            return judged.blame(index, finding);
        }
        let finding = judged.at_file(&CLIENT_PORT_MISSING, labels::PORT_MISSING);
        return judged.missing("clientPort", "clientPort is not set", finding);
    }
    for key in ["clientPort", "secureClientPort"] {
        let (Some(index), Some(port)) = (judged.sound(key), judged.value(key).and_then(|value| value.parse::<i64>().ok())) else {
            continue;
        };
        let finding = match port {
            BROKER_PORT => judged.at_value(&CLIENT_PORT_OF_BROKER, index, labels::BROKER_PORT),
            0..=65535 => continue,
            _ => {
                let said = format!("java.lang.IllegalArgumentException: port out of range:{port}");
                let label = Message::new(labels::RANGE).with("range", "0 … 65535");
                judged.at_value(&CLIENT_PORT_RANGE, index, label).in_zookeepers_words(&said)
            }
        };
        judged.blame(index, finding);
    }
}

fn times(judged: &mut Judgement<'_>) {
    let number = |judged: &Judgement<'_>, key: &str| judged.value(key).and_then(|value| value.parse::<i64>().ok());
    let tick = number(judged, "tickTime");
    if let (Some(index), Some(ms)) = (judged.sound("tickTime"), tick) {
        let finding = match ms {
            0 => Some(judged.at_value(&TICK_TIME_ZERO, index, labels::REFUSED)),
            1..TICK_TIME_MIN_MS => {
                Some(judged.at_value(&TICK_TIME_SMALL, index, Message::new(labels::IN_MILLISECONDS).with("number", ms)))
            }
            _ => None,
        };
        if let Some(finding) = finding {
            return judged.blame(index, finding);
        }
    }
    let tick = tick.unwrap_or(3000);
    let limit = |key: &str, ticks: i64| number(judged, key).filter(|ms| *ms != -1).unwrap_or(tick * ticks);
    let (min, max) = (limit("minSessionTimeout", 2), limit("maxSessionTimeout", 20));
    let place = judged.sound("minSessionTimeout").or_else(|| judged.sound("maxSessionTimeout"));
    if let Some(index) = place.filter(|_| min > max) {
        let label = Message::new(labels::MIN_ABOVE_MAX).with("min", min).with("max", max);
        let finding = judged.at_value(&SESSION_TIMEOUTS, index, label);
        judged.blame(index, finding);
    }
    if let Some(index) = judged.sound("autopurge.snapRetainCount")
        && let Some(count) = number(judged, "autopurge.snapRetainCount").filter(|count| *count < 3)
    {
        let said = format!("Invalid autopurge.snapRetainCount: {count}. Defaulting to 3");
        let finding = judged.at_value(&SNAP_RETAIN, index, labels::TAKES_THREE).in_zookeepers_words(&said);
        judged.tell(finding);
    }
}

fn choices(judged: &mut Judgement<'_>) {
    let election = judged.sound("electionAlg").filter(|index| judged.entries[*index].value.trim() != "3");
    let peer = judged.sound("peerType").filter(|index| {
        let value = judged.entries[*index].value.trim().to_lowercase();
        !["observer", "participant"].contains(&value.as_str())
    });
    for (index, names) in [(election, "3"), (peer, "observer, participant")] {
        let Some(index) = index else { continue };
        let finding = judged.at_value(&CHOICE, index, Message::new(labels::ONE_OF).with("names", names));
        judged.blame(index, finding);
    }
}

fn ensemble(judged: &mut Judgement<'_>) {
    let servers: Vec<usize> =
        judged.counting().into_iter().filter(|index| judged.entries[*index].key.starts_with("server.")).collect();
    let is_passed_on = |key: &str| matches!(key, "server.principal" | "server.realm");
    let servers: Vec<usize> = servers.into_iter().filter(|index| !is_passed_on(&judged.entries[*index].key)).collect();
    let Some(first) = servers.first().copied() else { return };
    for index in &servers {
        let number = &judged.entries[*index].key["server.".len()..];
        if number.trim().parse::<i64>().is_err() {
            let finding = judged.at_key(&SERVER_NUMBER, *index, labels::NUMBER_WANTED);
            judged.blame(*index, finding);
        }
    }
    let missing = ["initLimit", "syncLimit"].into_iter().find(|key| !judged.has(key));
    if let (Some(key), true) = (missing, servers.len() > 1) {
        let said = format!("java.lang.IllegalArgumentException: {key} is not set");
        let finding = judged.at_key(&ENSEMBLE_LIMITS, first, Message::new(labels::LIMIT_MISSING).with("key", key));
        judged.tell(finding.in_zookeepers_words(&said));
    }
    if judged.sound(&judged.entries[first].key).is_some() {
        let finding = judged.at_key(&ENSEMBLE_BUNDLED, first, labels::ENSEMBLE);
        judged.tell(finding);
    }
}
