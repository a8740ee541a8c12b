//! What a broker answers, request by request, as text that can be compared: scripts of requests (`scripts/`) are played to a broker
//! over its socket, and what differs between any two runs (ids, times, ports, folders) is masked. What Apache's broker answered is
//! recorded in `fixtures/apache/answers/`, one file to a script; the bundled broker is held against that without Java.

mod player;
mod readable;
mod scripts;
mod unpacked;

use std::path::{Path, PathBuf};
use std::rc::Rc;

use bytes::{Bytes, BytesMut};
use kafka_protocol::protocol::{Decodable, HeaderVersion, Request};

use kafkalab::engine::server::Role;

use crate::support::Pair;

pub use player::play;
use readable::{Masks, Seen};

/// The lines that the configuration of the recorded broker has beside the shipped ones: few internal partitions, groups that begin
/// at once, and records of any age that stay.
pub const LINES: &[(Role, &str)] = &[
    (Role::Broker, "offsets.topic.num.partitions=2"),
    (Role::Broker, "group.initial.rebalance.delay.ms=0"),
    (Role::Broker, "log.retention.ms=-1"),
];

/// The lines of the broker that the scripts of what goes with time ([`scripts::aging`]) are played to: it looks for what is old all the
/// time, and lets members of a group gather.
pub const AGING_LINES: &[(Role, &str)] = &[
    (Role::Broker, "offsets.topic.num.partitions=2"),
    (Role::Broker, "group.initial.rebalance.delay.ms=10000"),
    (Role::Broker, "log.retention.ms=-1"),
    (Role::Broker, "log.retention.check.interval.ms=300"),
    (Role::Broker, "log.cleaner.backoff.ms=300"),
    (Role::Broker, "offsets.retention.check.interval.ms=300"),
    (Role::Broker, "offsets.retention.minutes=1"),
];

/// Scripts, and the lines that their broker has beside the shipped ones.
pub type Walk = (&'static [(Role, &'static str)], fn() -> Vec<Script>);

/// Every recorded script, by the broker that it is played to.
pub const WALKS: [Walk; 3] = [(LINES, scripts::all), (AGING_LINES, scripts::aging), (LINES, scripts::many)];

/// Requests that build on each other, sent one after the other to one broker.
pub struct Script {
    /// The name of its recording.
    pub name: &'static str,
    steps: Vec<Step>,
    /// The connection that requests go over.
    connection: usize,
}

type Make = Rc<dyn Fn(&Seen) -> Bytes>;

/// A request that can be shown and repeated, as all of them.
pub trait Asked: Request<Response: std::fmt::Debug> + Clone + 'static {}
impl<R: Request<Response: std::fmt::Debug> + Clone + 'static> Asked for R {}

/// What is done with a request.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Exchange {
    /// It is sent, and its answer waited for.
    Whole,
    /// It is sent.
    Send,
    /// Its answer is waited for.
    Take,
}

/// One request, or a look at the files of a log.
enum Step {
    Request(Asking),
    /// Where a partition's segments begin, and which are empty.
    Segments {
        what: String,
        log: &'static str,
    },
}

/// One request.
#[derive(Clone)]
struct Asking {
    what: String,
    connection: usize,
    exchange: Exchange,
    key: i16,
    version: i16,
    header_versions: (i16, i16),
    body: Make,
    show: fn(Bytes, i16) -> String,
    /// Whether the size of the answer is shown too.
    sized: bool,
    /// Asked again until the answer holds this: what the broker does in the background.
    until: Option<&'static str>,
    /// Whether nothing more than that is shown.
    hidden: bool,
}

impl Script {
    /// A script without steps.
    pub fn new(name: &'static str) -> Self {
        Self { name, steps: Vec::new(), connection: 0 }
    }

    /// One request.
    pub fn ask<R: Asked>(&mut self, what: &str, version: i16, request: R) {
        self.ask_with(what, version, move |_| request.clone());
    }

    /// One request in several versions.
    pub fn each<R: Asked>(&mut self, what: &str, versions: &[i16], request: impl Fn(i16) -> R) {
        for version in versions {
            self.ask(what, *version, request(*version));
        }
    }

    /// A request that repeats what answers before it told.
    pub fn ask_with<R: Asked>(&mut self, what: &str, version: i16, request: impl Fn(&Seen) -> R + 'static) {
        let body = move |seen: &Seen| {
            let mut body = BytesMut::new();
            let encoded = request(seen).encode(&mut body, version);
            encoded.unwrap_or_else(|error| panic!("a request of key {} does not fit version {version}: {error}", R::KEY));
            body.freeze()
        };
        self.push::<R>(what, version, Rc::new(body));
    }

    /// A body that no encoder writes.
    pub fn raw<R: Asked>(&mut self, what: &str, version: i16, body: &'static [u8]) {
        self.push::<R>(what, version, Rc::new(move |_| Bytes::from_static(body)));
    }

    /// The last request is sent again until its answer holds `text`.
    pub fn until(&mut self, text: &'static str) {
        self.last().until = Some(text);
    }

    /// As [`Script::until`], where how often it was asked shows in the answer: no more than `text` is shown of it.
    pub fn until_no_more(&mut self, text: &'static str) {
        self.until(text);
        self.last().hidden = true;
    }

    /// From here on requests go over the connection of that number; the first is 0.
    pub fn over(&mut self, connection: usize) {
        self.connection = connection;
    }

    /// Nobody waits for the answer to the last request, until [`Script::answered`] takes it.
    pub fn unanswered(&mut self) {
        self.last().exchange = Exchange::Send;
    }

    /// Takes the answer to the oldest request of this connection that was left unanswered.
    pub fn answered(&mut self) {
        let here = || self.steps.iter().filter_map(Step::request).filter(|step| step.connection == self.connection);
        let taken = here().filter(|step| step.exchange == Exchange::Take).count();
        let sent = here().filter(|step| step.exchange == Exchange::Send).nth(taken);
        let sent = sent.unwrap_or_else(|| panic!("{}: nothing is unanswered", self.name));
        let what = format!("{}: the answer", sent.what);
        let taking = Asking { what, exchange: Exchange::Take, ..sent.clone() };
        self.steps.push(Step::Request(taking));
    }

    /// Looks at the segments of `TOPIC-PARTITION`.
    pub fn segments(&mut self, what: &str, log: &'static str) {
        self.steps.push(Step::Segments { what: what.to_owned(), log });
    }

    fn last(&mut self) -> &mut Asking {
        match self.steps.last_mut() {
            Some(Step::Request(asking)) => asking,
            _ => panic!("{}: no request before it", self.name),
        }
    }

    /// The answer to the last request, a Fetch, is shown with its records unpacked: no two programs pack them into the same bytes.
    pub fn unpacked(&mut self) {
        let step = self.last();
        (step.show, step.sized) = (unpacked::show, false);
    }

    fn push<R: Asked>(&mut self, what: &str, version: i16, body: Make) {
        self.steps.push(Step::Request(Asking {
            what: what.to_owned(),
            connection: self.connection,
            exchange: Exchange::Whole,
            key: R::KEY,
            version,
            header_versions: (R::header_version(version), R::Response::header_version(version)),
            body,
            show: show::<R>,
            sized: true,
            until: None,
            hidden: false,
        }));
    }
}

impl Step {
    fn request(&self) -> Option<&Asking> {
        match self {
            Self::Request(asking) => Some(asking),
            Self::Segments { .. } => None,
        }
    }
}

/// An answer as Rust shows it, and what of its bytes is left.
fn show<R: Asked>(mut body: Bytes, version: i16) -> String {
    match R::Response::decode(&mut body, version) {
        Ok(answer) if body.is_empty() => format!("{answer:?}"),
        Ok(answer) => format!("{answer:?} and {} bytes more", body.len()),
        Err(error) => format!("\"undecodable: {error}\""),
    }
}

/// Where the answers of Apache's broker are recorded.
pub fn recording(script: &Script) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/apache/answers").join(format!("{}.tsv", script.name))
}

/// What only this pair's answers hold: its folder and its ports.
fn masks(pair: &Pair) -> Masks {
    let port = pair.broker.port();
    vec![
        (pair.trial.folder().display().to_string(), "<folder>"),
        (format!(":{}", pair.coordinator.port()), ":<coordinator>"),
        (format!(":{port}"), ":<port>"),
        (format!(" port: {port},"), " port: <port>,"),
    ]
}

/// Where two recordings of a script differ, for a person: empty where they do not.
pub fn differences(recorded: &str, found: &str) -> String {
    let (mut recorded, mut found) = (recorded.lines(), found.lines());
    let mut different = String::new();
    loop {
        match (recorded.next(), found.next()) {
            (None, None) => return different,
            (left, right) if left == right => {}
            (left, right) => {
                let (left, right) = (left.unwrap_or("nothing"), right.unwrap_or("nothing"));
                different.push_str(&format!("expected: {left}\n   found: {right}\n\n"));
            }
        }
    }
}
