//! What a broker answers, request by request, as text that can be compared: scripts of requests (`scripts/`) are played to a broker
//! over its socket, and what differs between any two runs (ids, times, ports, folders) is masked. What Apache's broker answered is
//! recorded in `fixtures/apache/answers/`, one file to a script; the bundled broker is held against that without Java.

mod player;
mod readable;
mod scripts;
mod unpacked;

use std::path::{Path, PathBuf};

use bytes::{Bytes, BytesMut};
use kafka_protocol::protocol::{Decodable, HeaderVersion, Request};

use kafkalab::engine::server::Role;

use crate::support::Pair;

pub use player::play;
use readable::{Masks, Seen};
pub use scripts::all;

/// The lines that the configuration of the recorded broker has beside the shipped ones: few internal partitions, groups that begin
/// at once, and records of any age that stay.
pub const LINES: &[(Role, &str)] = &[
    (Role::Broker, "offsets.topic.num.partitions=2"),
    (Role::Broker, "group.initial.rebalance.delay.ms=0"),
    (Role::Broker, "log.retention.ms=-1"),
];

/// Requests that build on each other, sent one after the other to one broker.
pub struct Script {
    /// The name of its recording.
    pub name: &'static str,
    steps: Vec<Step>,
}

type Make = Box<dyn Fn(&Seen) -> Bytes>;

/// A request that can be shown and repeated, as all of them.
pub trait Asked: Request<Response: std::fmt::Debug> + Clone + 'static {}
impl<R: Request<Response: std::fmt::Debug> + Clone + 'static> Asked for R {}

/// One request.
struct Step {
    what: String,
    key: i16,
    version: i16,
    header_versions: (i16, i16),
    body: Make,
    show: fn(Bytes, i16) -> String,
    /// Whether the size of the answer is shown too.
    sized: bool,
    /// Asked again until the answer holds this: what the broker does in the background.
    until: Option<&'static str>,
}

impl Script {
    /// A script without steps.
    pub fn new(name: &'static str) -> Self {
        Self { name, steps: Vec::new() }
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
        self.push::<R>(what, version, Box::new(body));
    }

    /// A body that no encoder writes.
    pub fn raw<R: Asked>(&mut self, what: &str, version: i16, body: &'static [u8]) {
        self.push::<R>(what, version, Box::new(move |_| Bytes::from_static(body)));
    }

    /// The last request is sent again until its answer holds `text`.
    pub fn until(&mut self, text: &'static str) {
        if let Some(step) = self.steps.last_mut() {
            step.until = Some(text);
        }
    }

    /// The answer to the last request, a Fetch, is shown with its records unpacked: no two programs pack them into the same bytes.
    pub fn unpacked(&mut self) {
        if let Some(step) = self.steps.last_mut() {
            (step.show, step.sized) = (unpacked::show, false);
        }
    }

    fn push<R: Asked>(&mut self, what: &str, version: i16, body: Make) {
        self.steps.push(Step {
            what: what.to_owned(),
            key: R::KEY,
            version,
            header_versions: (R::header_version(version), R::Response::header_version(version)),
            body,
            show: show::<R>,
            sized: true,
            until: None,
        });
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
pub fn masks(pair: &Pair) -> Masks {
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
