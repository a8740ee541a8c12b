//! What a check found.

use super::answer;
use super::ran::script_of;
use super::scope::{BROKER_CLASS, COORDINATOR_CLASS};
use crate::engine::distribution::Distribution;
use crate::lab::format::{CheckSpec, Variables};
use crate::text::{Message, checks as say};

/// The name under which a finding has the terminal that a program has to itself.
pub(super) const HELD_AT: &str = "held-at";

/// The result of one check at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Whether the predicate holds.
    pub passed: bool,
    /// What it looks for.
    pub expected: Message,
    /// What it found in the system.
    pub found: Message,
}

impl Outcome {
    /// The terminal that the program has to itself which keeps the check from holding.
    pub fn held_at(&self) -> Option<&str> {
        self.found.value(HELD_AT)
    }
}

/// What a predicate found, without what it looks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub passed: bool,
    pub found: Message,
}

/// The predicate holds.
pub(super) fn holds(found: impl Into<Message>) -> Finding {
    Finding { passed: true, found: found.into() }
}

/// The predicate does not hold.
pub(super) fn fails(found: impl Into<Message>) -> Finding {
    Finding { passed: false, found: found.into() }
}

/// What a check looks for, as a step's list of checks says it.
pub fn label(spec: &CheckSpec, variables: &Variables) -> Message {
    let expand = |text: &str| variables.expand(text);
    match spec {
        CheckSpec::CoordinatorServes {} => say::COORDINATOR_SERVES.into(),
        CheckSpec::BrokerServes { id } => Message::new(say::BROKER_SERVES).with("id", id),
        CheckSpec::Topic { name, partitions, replication_factor } => Message::new(say::TOPIC)
            .with("topic", expand(name))
            .with("partitions", partitions)
            .with("replicas", replication_factor),
        CheckSpec::NoTopic { name } => Message::new(say::NO_TOPIC).with("topic", expand(name)),
        CheckSpec::Records { topic, at_least } => Message::new(say::RECORDS).with("topic", expand(topic)).with("count", at_least),
        CheckSpec::Consumer { topic, from_beginning } => {
            let text = if *from_beginning { say::CONSUMER_FROM_BEGINNING } else { say::CONSUMER };
            Message::new(text).with("topic", expand(topic))
        }
        CheckSpec::NoClients {} => say::NO_CLIENTS.into(),
        CheckSpec::BrokerListens { port } => Message::new(say::LISTENS).with("port", expand(port)),
        CheckSpec::BrokerConfig { key, value } => Message::new(say::CONFIG).with("key", key).with("value", expand(value)),
        CheckSpec::StartedWith { key, value } => Message::new(say::STARTED_WITH).with("line", format!("{key}={}", expand(value))),
        CheckSpec::Advertises { host } => Message::new(say::ADVERTISES).with("host", host),
        CheckSpec::InBackground { main_class } => Message::new(say::IN_BACKGROUND).with("server", server_name(main_class)),
        CheckSpec::OutlivesTerminal { main_class } => Message::new(say::OUTLIVES).with("server", server_name(main_class)),
        CheckSpec::BrokerEnded { cleanly: true } => say::BROKER_ENDED_CLEANLY.into(),
        CheckSpec::BrokerEnded { cleanly: false } => say::BROKER_ENDED_KILLED.into(),
        CheckSpec::Answer { to, .. } => answer::label(*to).into(),
        CheckSpec::Ran { main_class, option, addresses: 2.., .. } => {
            Message::new(say::RAN_WITH_SEVERAL).with("tool", script_of(main_class)).with("option", option)
        }
        CheckSpec::Ran { main_class, option, .. } => {
            Message::new(say::RAN).with("tool", script_of(main_class)).with("option", option)
        }
        CheckSpec::Unpacked {} => Message::new(say::UNPACKED).with("archive", Distribution::archive_name()),
        CheckSpec::InDistribution {} => say::IN_DISTRIBUTION.into(),
        CheckSpec::LookedAtMachine { .. } => say::LOOKED.into(),
        CheckSpec::Stopped { main_class } => Message::new(say::STOPPED).with("server", server_name(main_class)),
    }
}

/// What learners call a server.
pub(super) fn server_name(main_class: &str) -> &str {
    match main_class {
        BROKER_CLASS => "Kafka",
        COORDINATOR_CLASS => "ZooKeeper",
        other => other,
    }
}
