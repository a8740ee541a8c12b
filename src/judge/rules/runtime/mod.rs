//! KL121 to KL130 and 8xx: what logs and terminals show, and what it comes from.
//!
//! Most causes have words of their own ([`Rule::kafka_says`]). Where one sentence has several causes ([`Ambiguous`]), what was read
//! before it tells them apart ([`Facts`]): Kafka hides a wrong port, an unknown host and a server that is not there behind one and
//! the same time-out.

mod causes;
pub mod quoted;
#[cfg(test)]
mod tests;

pub use causes::*;

use super::Rule;
use super::command::tool_values::BOOTSTRAP_IS_ZOOKEEPER;
use super::config::zookeeper_connect::BROKER_PORT;

/// Something that is read on the way and decides what a later sentence means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clue {
    /// A server starts: what was before is another story.
    Start,
    /// The broker names the coordinator that it goes to.
    CoordinatorNamed,
    /// Nothing listens there.
    Refused,
    /// The name means no address.
    Unresolved,
    /// Something is there and says nothing.
    Silent,
    /// A client cannot connect to a broker.
    BrokerUnreachable,
    /// What is there closes the connection.
    Disconnected,
    /// A topic cannot be made with that many replicas.
    TooFewBrokers,
    /// The broker tries once more to reach its coordinator.
    CoordinatorAway,
    /// The coordinator has answered.
    CoordinatorThere,
}

/// The words of each clue.
pub const CLUES: [(&str, Clue); 15] = [
    ("Session 0x0 for server ", Clue::CoordinatorNamed),
    ("] INFO starting (kafka.server.KafkaServer)", Clue::Start),
    ("Connecting to zookeeper on ", Clue::CoordinatorNamed),
    ("java.net.ConnectException: Connection refused", Clue::Refused),
    ("Unable to resolve address: ", Clue::Unresolved),
    ("Client session timed out, have not heard from server", Clue::Silent),
    (") could not be established", Clue::BrokerUnreachable),
    ("Couldn't resolve server ", Clue::Unresolved),
    ("/<unresolved>:", Clue::Unresolved),
    ("Bootstrap broker ", Clue::Disconnected),
    ("=INVALID_REPLICATION_FACTOR}", Clue::TooFewBrokers),
    ("Node may not be available", Clue::BrokerUnreachable),
    (", Closing socket connection. Attempting reconnect except", Clue::CoordinatorAway),
    ("closing socket connection and attempting reconnect", Clue::CoordinatorAway),
    ("Session establishment complete on server ", Clue::CoordinatorThere),
];

/// A sentence with several causes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ambiguous {
    /// The broker gave up waiting for the coordinator.
    NoCoordinator,
    /// A client gave up waiting for a broker.
    NoBroker,
}

/// The words of each such sentence.
pub const AMBIGUOUS: [(&str, Ambiguous); 3] = [
    ("Timed out waiting for connection while in state: CONNECTING", Ambiguous::NoCoordinator),
    ("Timed out waiting for a node assignment", Ambiguous::NoBroker),
    ("not present in metadata after", Ambiguous::NoBroker),
];

/// Lines that only follow from a cause.
pub const CONSEQUENCES: [&str; 8] = [
    "Shutdown broker because all log dirs in ",
    "Shutdown broker because none of the specified log dirs",
    "Unable to open socket to ",
    "Fatal error during KafkaServer startup. Prepare to shutdown",
    "Exiting Kafka due to fatal exception",
    "Error while fetching metadata with correlation id",
    "Invalid config, exiting abnormally",
    "Exiting JVM with code",
];

/// How the line ends in which the console consumer says that it ends.
pub const CONSUMER_ENDS: &str = "(kafka.tools.ConsoleConsumer$)";
/// How the next line begins where nothing came for as long as it was to wait ([`CONSUMER_WAITED`]).
pub const TIMED_OUT: &str = "org.apache.kafka.common.errors.TimeoutException";

/// What was read since a server started, or since the beginning.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The port of the coordinator that the broker goes to.
    coordinator_port: Option<u16>,
    refused: bool,
    unresolved: bool,
    silent: bool,
    unreachable: bool,
    disconnected_at: Option<u16>,
    too_few_brokers: bool,
}

/// The port that Kafka usually takes, and the one that ZooKeeper does.
const BROKER: u16 = 9092;
const COORDINATOR: u16 = 2181;

impl Facts {
    /// Takes a clue, with what stands behind its words in the line.
    pub fn learn(&mut self, clue: Clue, behind: &str) {
        match clue {
            Clue::Start => *self = Self::default(),
            Clue::CoordinatorNamed => self.coordinator_port = port(behind).or(self.coordinator_port).or(Some(COORDINATOR)),
            Clue::Refused => self.refused = true,
            Clue::Unresolved => self.unresolved = true,
            Clue::Silent => self.silent = true,
            Clue::BrokerUnreachable => self.unreachable = true,
            Clue::Disconnected => self.disconnected_at = port(behind),
            Clue::TooFewBrokers => self.too_few_brokers = true,
            Clue::CoordinatorAway | Clue::CoordinatorThere => {}
        }
    }

    /// Whether the port that a client took for a broker's is the coordinator's usual one.
    pub fn is_coordinators(&self) -> bool {
        self.disconnected_at == Some(COORDINATOR)
    }

    /// The cause of a sentence that has several.
    pub fn cause(&self, sentence: Ambiguous) -> &'static Rule {
        match sentence {
            Ambiguous::NoCoordinator if self.unresolved => &COORDINATOR_UNKNOWN,
            Ambiguous::NoCoordinator if self.coordinator_port == Some(BROKER) => &BROKER_PORT,
            Ambiguous::NoCoordinator if self.refused => &COORDINATOR_NOT_RUNNING,
            Ambiguous::NoCoordinator => &COORDINATOR_SILENT,
            Ambiguous::NoBroker if self.is_coordinators() => &BOOTSTRAP_IS_ZOOKEEPER,
            Ambiguous::NoBroker if self.unreachable => &BROKER_NOT_REACHED,
            Ambiguous::NoBroker => &ADVERTISED_NOT_REACHED,
        }
    }
}

/// The first port in a text: `localhost:9092 (id: …`.
fn port(text: &str) -> Option<u16> {
    let (_, rest) = text.split_once(':')?;
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    rest[..digits].parse().ok()
}
