//! What a client measures of itself (`org.apache.kafka.common.metrics`): sensors are told what happens, the catalogue's table says which
//! figures are made of it.

mod samples;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::Flavour;
use crate::catalog::client_metrics::{self, ClientMetric, Scope, Stat};
use samples::Recorded;
pub use samples::Sampling;

/// What something is measured of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The client.
    Client,
    /// A broker, by its id; bootstrap servers have negative ones.
    Node(i32),
    /// A topic.
    Topic(String),
    /// A partition that records came from.
    Partition(String, i32),
    /// A partition that a consumer was given.
    Assigned(String, i32),
}

impl Subject {
    fn scope(&self) -> Scope {
        match self {
            Self::Client => Scope::Client,
            Self::Node(_) => Scope::Node,
            Self::Topic(_) => Scope::Topic,
            Self::Partition(..) => Scope::Partition,
            Self::Assigned(..) => Scope::Assigned,
        }
    }

    /// What stands behind the client's id in the name of a metric.
    fn tags(&self) -> String {
        match self {
            Self::Client => String::new(),
            Self::Node(id) => format!(", node-id=node-{id}"),
            Self::Topic(topic) => format!(", topic={topic}"),
            Self::Partition(topic, partition) | Self::Assigned(topic, partition) => {
                format!(", topic={topic}, partition={partition}")
            }
        }
    }
}

/// A figure by its name in Kafka's table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Figure {
    /// A number with decimals.
    Number(f64),
    /// A whole number.
    Whole(i64),
}

/// What one client measures. Admin clients measure nothing.
#[derive(Debug)]
pub struct Metrics {
    kind: &'static str,
    sampling: Sampling,
    began: Instant,
    subjects: Mutex<BTreeMap<Subject, BTreeMap<&'static str, Recorded>>>,
}

impl Metrics {
    /// Nothing is recorded yet.
    pub(super) fn new(flavour: Flavour, sampling: Sampling) -> Self {
        let kind = match flavour {
            Flavour::Producer => "producer",
            Flavour::Consumer => "consumer",
            Flavour::Admin | Flavour::LegacyAdmin => "",
        };
        let metrics = Self { kind, sampling, began: Instant::now(), subjects: Mutex::default() };
        metrics.register(Subject::Client);
        metrics
    }

    fn subjects(&self) -> MutexGuard<'_, BTreeMap<Subject, BTreeMap<&'static str, Recorded>>> {
        self.subjects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn rows(&self, scope: Scope) -> impl Iterator<Item = &'static ClientMetric> {
        client_metrics::all().iter().filter(move |metric| metric.client == self.kind && metric.scope == scope)
    }

    /// Has a subject measured from here on.
    pub fn register(&self, subject: Subject) {
        if self.kind.is_empty() {
            return;
        }
        self.subjects()
            .entry(subject.clone())
            .or_insert_with(|| self.rows(subject.scope()).map(|metric| (metric.sensor, Recorded::new(self.sampling))).collect());
    }

    /// Records something of the client as a whole; a sensor that this kind of client does not have is nothing.
    pub fn record(&self, sensor: &str, value: f64) {
        self.record_of(&Subject::Client, sensor, value);
    }

    /// Records something of a subject.
    pub fn record_of(&self, subject: &Subject, sensor: &str, value: f64) {
        if self.kind.is_empty() {
            return;
        }
        let now = self.now();
        let mut subjects = self.subjects();
        if !subjects.contains_key(subject) {
            drop(subjects);
            self.register(subject.clone());
            subjects = self.subjects();
        }
        if let Some(recorded) = subjects.get_mut(subject).and_then(|sensors| sensors.get_mut(sensor)) {
            recorded.record(value, now);
        }
    }

    /// Records something of the client and of a subject.
    pub fn record_both(&self, subject: &Subject, sensor: &str, value: f64) {
        self.record(sensor, value);
        self.record_of(subject, sensor, value);
    }

    /// Records how long something took, in nanoseconds.
    pub fn record_nanos(&self, sensor: &str, took: Duration) {
        self.record(sensor, took.as_nanos() as f64);
    }

    /// Records how long something took, in whole milliseconds.
    pub fn record_millis(&self, sensor: &str, took: Duration) {
        self.record(sensor, took.as_millis() as f64);
    }

    /// Every figure as it is now, by its name in Kafka's table: `group:name:{tags}`.
    pub fn figures(&self, client_id: &str) -> BTreeMap<String, Figure> {
        let now = self.now();
        let mut figures = BTreeMap::new();
        for (subject, sensors) in self.subjects().iter() {
            for metric in self.rows(subject.scope()) {
                let Some(recorded) = sensors.get(metric.sensor) else { continue };
                let ClientMetric { group, name, stat, .. } = metric;
                let figure = recorded.figure(*stat, now);
                let figure = if *stat == Stat::Whole { Figure::Whole(figure as i64) } else { Figure::Number(figure) };
                figures.insert(format!("{group}:{name}:{{client-id={client_id}{}}}", subject.tags()), figure);
            }
        }
        figures
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_kafkas_names() {
        let metrics = Metrics::new(Flavour::Producer, Sampling::default());
        metrics.record_both(&Subject::Node(-1), "request", 40.0);
        metrics.record_of(&Subject::Topic("t".to_owned()), "records", 7.0);
        let figures = metrics.figures("c");
        let check = |name: &str, expected: f64| assert_eq!(figures.get(name), Some(&Figure::Number(expected)), "{name}");
        check("producer-metrics:request-total:{client-id=c}", 1.0);
        check("producer-node-metrics:request-size-max:{client-id=c, node-id=node--1}", 40.0);
        check("producer-topic-metrics:record-send-total:{client-id=c, topic=t}", 7.0);
        check("producer-metrics:record-error-total:{client-id=c}", 0.0);
        let consumer = Metrics::new(Flavour::Consumer, Sampling::default());
        consumer.record_of(&Subject::Assigned("t".to_owned(), 3), "preferred", -1.0);
        let name = "consumer-fetch-manager-metrics:preferred-read-replica:{client-id=c, topic=t, partition=3}";
        assert_eq!(consumer.figures("c").get(name), Some(&Figure::Whole(-1)));
        let admin = Metrics::new(Flavour::Admin, Sampling::default());
        admin.record("request", 1.0);
        assert!(admin.figures("c").is_empty());
    }
}
