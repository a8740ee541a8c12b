//! `--print-metrics`: what a client counted, in the table of Kafka's `ToolsUtils`. Of the JVM client's hundred metrics there are those that
//! the tool measures itself.

use std::collections::BTreeMap;

use super::java;

/// The metrics of one client.
#[derive(Debug)]
pub(super) struct Metrics {
    client_id: String,
    values: BTreeMap<String, f64>,
}

impl Metrics {
    /// None yet.
    pub(super) fn of(client_id: &str) -> Self {
        Self { client_id: client_id.to_owned(), values: BTreeMap::new() }
    }

    /// A metric of the client.
    pub(super) fn put(&mut self, group: &str, name: &str, value: f64) {
        self.values.insert(format!("{group}:{name}:{{client-id={}}}", self.client_id), value);
    }

    /// A metric of the client for one topic, where a metric of that group is told for each.
    pub(super) fn put_for_topic(&mut self, group: &str, name: &str, topic: &str, value: f64) {
        self.values.insert(format!("{group}:{name}:{{client-id={}, topic={topic}}}", self.client_id), value);
    }

    /// The table, an empty line before it.
    pub(super) fn table(&self) -> String {
        let width = self.values.keys().map(|name| name.chars().count()).max().unwrap_or_default();
        let rows = self.values.iter().map(|(name, value)| format!("{name:<width$} : {}\n", java::fixed(*value, 3)));
        format!("\n{:<width$}   Value\n{}", "Metric Name", rows.collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_kafkas() {
        let mut metrics = Metrics::of("perf-producer-client");
        metrics.put("producer-metrics", "record-send-total", 1000.0);
        metrics.put_for_topic("producer-topic-metrics", "record-send-total", "p", 1000.0);
        metrics.put("producer-metrics", "record-error-total", f64::NAN);
        let expected = "\nMetric Name                                                                          Value\n\
            producer-metrics:record-error-total:{client-id=perf-producer-client}               : NaN\n\
            producer-metrics:record-send-total:{client-id=perf-producer-client}                : 1000.000\n\
            producer-topic-metrics:record-send-total:{client-id=perf-producer-client, topic=p} : 1000.000\n";
        assert_eq!(metrics.table(), expected);
    }
}
