//! `--print-metrics`: what a client measured, in the table of Kafka's `ToolsUtils`.

use std::collections::BTreeMap;

use super::java;
use crate::catalog::{KAFKA_COMMIT, KAFKA_VERSION};
use crate::engine::client::metrics::Figure;

/// What stands in the table's second column.
#[derive(Clone, Debug, PartialEq)]
enum Cell {
    Number(f64),
    Text(String),
}

/// The metrics of one client.
#[derive(Debug)]
pub(super) struct Metrics {
    tags: String,
    cells: BTreeMap<String, Cell>,
}

impl Metrics {
    /// What a client measured.
    pub(super) fn of(client_id: &str, figures: BTreeMap<String, Figure>) -> Self {
        let cell = |figure| match figure {
            Figure::Number(number) => Cell::Number(number),
            Figure::Whole(number) => Cell::Text(number.to_string()),
        };
        let cells = figures.into_iter().map(|(name, figure)| (name, cell(figure))).collect();
        Self { tags: format!("{{client-id={client_id}}}"), cells }
    }

    /// Adds which program the client is and since when it runs, in milliseconds since 1970 (UTC). A closed one no longer tells.
    pub(super) fn with_program(mut self, started_ms: i64) -> Self {
        let rows = [
            ("version", KAFKA_VERSION.to_owned()),
            ("commit-id", KAFKA_COMMIT.to_owned()),
            ("start-time-ms", started_ms.to_string()),
        ];
        for (name, text) in rows {
            self.cells.insert(format!("app-info:{name}:{}", self.tags), Cell::Text(text));
        }
        self
    }

    /// The table, an empty line before it. One row counts the others and itself.
    pub(super) fn table(mut self) -> String {
        let count = self.cells.len() + 1;
        self.cells.insert(format!("kafka-metrics-count:count:{}", self.tags), Cell::Number(count as f64));
        let width = self.cells.keys().map(|name| name.chars().count()).max().unwrap_or_default();
        let shown = |cell: &Cell| match cell {
            Cell::Number(number) => java::fixed(*number, 3),
            Cell::Text(text) => text.clone(),
        };
        let rows = self.cells.iter().map(|(name, cell)| format!("{name:<width$} : {}\n", shown(cell)));
        format!("\n{:<width$}   Value\n{}", "Metric Name", rows.collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_kafkas() {
        let name = |name: &str, more: &str| format!("{name}:{{client-id=c{more}}}");
        let figures = BTreeMap::from([
            (name("producer-metrics:record-send-total", ""), Figure::Number(1000.0)),
            (name("producer-topic-metrics:record-send-total", ", topic=p"), Figure::Number(1000.0)),
            (name("producer-metrics:record-error-rate", ""), Figure::Number(f64::NAN)),
            (name("preferred-read-replica", ", topic=p, partition=0"), Figure::Whole(-1)),
        ]);
        let expected = "
Metric Name                                                       Value
            app-info:commit-id:{client-id=c}                                : 60e845626d8a465a
            app-info:start-time-ms:{client-id=c}                            : 7
            app-info:version:{client-id=c}                                  : 3.6.0
            kafka-metrics-count:count:{client-id=c}                         : 8.000
            preferred-read-replica:{client-id=c, topic=p, partition=0}      : -1
            producer-metrics:record-error-rate:{client-id=c}                : NaN
            producer-metrics:record-send-total:{client-id=c}                : 1000.000
            producer-topic-metrics:record-send-total:{client-id=c, topic=p} : 1000.000
";
        let expected = expected.replace("            ", "");
        let squeezed =
            |text: &str| text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>();
        let table = Metrics::of("c", figures).with_program(7).table();
        assert_eq!(squeezed(&table), squeezed(&expected));
        let columns: Vec<Option<usize>> = table.lines().skip(2).map(|line| line.find(" : ")).collect();
        assert!(columns.iter().all(|column| *column == Some(63)), "{table}");
        assert_eq!(table.lines().nth(1).and_then(|line| line.find("Value")), Some(66));
    }
}
