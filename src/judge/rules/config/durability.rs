//! KL480 to KL489: settings that work and risk data, or contradict each other.

use super::file::Judgement;
use crate::judge::diagnostic::Severity;
use crate::judge::rules::Rule;
use crate::text::config::{durability as text, labels};
use crate::text::{Message, Text};

/// More replicas in sync than there are.
pub static MIN_ISR: Rule = Rule::file("KL480", "min-isr-above-replicas", Severity::Warning, text::MIN_ISR);
/// The same for the log of transactions.
pub static TRANSACTION_MIN_ISR: Rule =
    Rule::file("KL481", "transaction-min-isr-above-replicas", Severity::Warning, text::TRANSACTION_MIN_ISR);
/// Data given up for being available.
pub static UNCLEAN_ELECTION: Rule = Rule::file("KL482", "unclean-leader-election", Severity::Warning, text::UNCLEAN_ELECTION);
/// Replication one message at a time.
pub static FETCH_SMALLER: Rule =
    Rule::file("KL483", "replica-fetch-below-message", Severity::Note, text::FETCH_SMALLER_THAN_MESSAGE);
/// Messages that no request can carry.
pub static MESSAGE_LARGER: Rule =
    Rule::file("KL484", "message-above-request", Severity::Warning, text::MESSAGE_LARGER_THAN_REQUEST);
/// Hours beside minutes beside milliseconds.
pub static SEVERAL_UNITS: Rule = Rule::file("KL485", "several-units", Severity::Warning, text::SEVERAL_UNITS);
/// A segment larger than what is kept.
pub static SEGMENT_LARGER: Rule =
    Rule::file("KL486", "segment-above-retention", Severity::Warning, text::SEGMENT_LARGER_THAN_RETENTION);
/// No session that a consumer could ask for.
pub static SESSION_TIMEOUTS: Rule = Rule::file("KL487", "group-session-timeouts", Severity::Warning, text::SESSION_TIMEOUTS);
/// Offsets with fewer replicas than data.
pub static INTERNAL_TOPICS: Rule = Rule::file("KL488", "offsets-topic-replicas", Severity::Warning, text::INTERNAL_TOPICS);
/// Nothing is ever deleted.
pub static NO_RETENTION: Rule = Rule::file("KL489", "no-retention", Severity::Note, text::NO_RETENTION);

/// A number that should not exceed another, by rule.
struct AtMost {
    rule: &'static Rule,
    smaller: &'static str,
    larger: &'static str,
    /// Whether the default of `smaller` counts too; else it must be set.
    default_counts: bool,
}

const AT_MOST: [AtMost; 4] = [
    AtMost { rule: &MIN_ISR, smaller: "min.insync.replicas", larger: "default.replication.factor", default_counts: false },
    AtMost {
        rule: &TRANSACTION_MIN_ISR,
        smaller: "transaction.state.log.min.isr",
        larger: "transaction.state.log.replication.factor",
        default_counts: true,
    },
    AtMost { rule: &MESSAGE_LARGER, smaller: "message.max.bytes", larger: "socket.request.max.bytes", default_counts: false },
    AtMost {
        rule: &SESSION_TIMEOUTS,
        smaller: "group.min.session.timeout.ms",
        larger: "group.max.session.timeout.ms",
        default_counts: true,
    },
];

/// The settings of one thing, the one that wins first.
const UNITS: [&[&str]; 3] = [
    &["log.retention.ms", "log.retention.minutes", "log.retention.hours"],
    &["log.roll.ms", "log.roll.hours"],
    &["log.roll.jitter.ms", "log.roll.jitter.hours"],
];

/// Compares settings with each other.
pub(super) fn check(judged: &mut Judgement<'_>) {
    for pair in &AT_MOST {
        at_most(judged, pair);
    }
    for units in UNITS {
        several_units(judged, units);
    }
    if let Some(index) = judged.sound("unclean.leader.election.enable")
        && judged.entries[index].value.trim().eq_ignore_ascii_case("true")
    {
        let finding = judged.at_value(&UNCLEAN_ELECTION, index, labels::RISKY);
        judged.tell(finding);
    }
    fetch(judged);
    segment(judged);
    internal_topics(judged);
    no_retention(judged);
}

fn at_most(judged: &mut Judgement<'_>, pair: &AtMost) {
    let (Some(smaller), Some(larger)) = (judged.number(pair.smaller), judged.number(pair.larger)) else { return };
    let set = judged.has(pair.smaller) || (pair.default_counts && judged.has(pair.larger));
    // -1 and 0 have meanings of their own
    if !set || larger < 1 || smaller <= larger {
        return;
    }
    let (place, other) = match judged.sound(pair.smaller) {
        Some(index) => (index, (pair.larger, larger)),
        None => match judged.sound(pair.larger) {
            Some(index) => (index, (pair.smaller, smaller)),
            None => return,
        },
    };
    let label = Message::new(compared(judged.has(other.0))).with("key", other.0).with("value", other.1);
    let mut finding = judged.at_value(pair.rule, place, label);
    if let Some(index) = judged.sound(other.0) {
        finding = finding.seen_with(judged.value_place(index), labels::BELONGS_TO_IT);
    }
    judged.tell(finding);
}

/// What a batch takes beside its records: the defaults of the two settings differ by it.
const BATCH_OVERHEAD: i64 = 12;

fn fetch(judged: &mut Judgement<'_>) {
    let (Some(message), Some(fetch)) = (judged.number("message.max.bytes"), judged.number("replica.fetch.max.bytes")) else {
        return;
    };
    if let Some(index) = judged.sound("message.max.bytes").filter(|_| message > fetch + BATCH_OVERHEAD) {
        let label = compared(judged.has("replica.fetch.max.bytes"));
        let label = Message::new(label).with("key", "replica.fetch.max.bytes").with("value", fetch);
        let finding = judged.at_value(&FETCH_SMALLER, index, label);
        judged.tell(finding);
    }
}

fn compared(is_set: bool) -> Text {
    if is_set { labels::COMPARED } else { labels::COMPARED_WITH_DEFAULT }
}

fn several_units(judged: &mut Judgement<'_>, units: &[&'static str]) {
    let set: Vec<(&'static str, usize)> = units.iter().filter_map(|key| Some((*key, judged.sound(key)?))).collect();
    let Some(((winner, winning), losers)) = set.split_first() else { return };
    let milliseconds = |key: &str, index: usize| {
        let factor = match key.rsplit('.').next() {
            Some("hours") => 3_600_000,
            Some("minutes") => 60_000,
            _ => 1,
        };
        judged.entries[index].value.trim().parse::<i64>().ok()?.checked_mul(factor)
    };
    let findings: Vec<_> = losers
        .iter()
        .map(|(key, index)| {
            let same = milliseconds(key, *index) == milliseconds(winner, *winning);
            judged
                .at_key(&SEVERAL_UNITS, *index, Message::new(labels::LOSES).with("winner", winner))
                .seen_with(judged.entries[*winning].key_span.range.clone(), labels::DUPLICATE_WINS)
                .mattering(if same { Severity::Note } else { Severity::Warning })
        })
        .collect();
    for finding in findings {
        judged.tell(finding);
    }
}

fn segment(judged: &mut Judgement<'_>) {
    let Some(index) = judged.sound("log.retention.bytes") else { return };
    let (Some(kept), Some(segment)) = (judged.number("log.retention.bytes"), judged.number("log.segment.bytes")) else { return };
    if kept <= 0 || segment <= kept {
        return;
    }
    let label = Message::new(compared(judged.has("log.segment.bytes"))).with("key", "log.segment.bytes").with("value", segment);
    let finding = judged.at_value(&SEGMENT_LARGER, index, label);
    judged.tell(finding);
}

fn internal_topics(judged: &mut Judgement<'_>) {
    let (Some(index), Some(data)) =
        (judged.sound("offsets.topic.replication.factor"), judged.value("default.replication.factor"))
    else {
        return;
    };
    let (Some(offsets), Ok(data)) = (judged.number("offsets.topic.replication.factor"), data.parse::<i64>()) else { return };
    if offsets < data {
        let label = Message::new(labels::COMPARED).with("key", "default.replication.factor").with("value", data);
        let finding = judged.at_value(&INTERNAL_TOPICS, index, label);
        judged.tell(finding);
    }
}

fn no_retention(judged: &mut Judgement<'_>) {
    let decides = UNITS[0].iter().find_map(|key| judged.sound(key));
    let Some(index) = decides.filter(|index| judged.entries[*index].value.trim() == "-1") else { return };
    let compacted = judged.value("log.cleanup.policy").is_some_and(|policy| policy.contains("compact"));
    if judged.number("log.retention.bytes") == Some(-1) && !compacted {
        let finding = judged.at_value(&NO_RETENTION, index, labels::RISKY);
        judged.tell(finding);
    }
}
