//! What Kafka's producers and consumers measure of themselves, as far as `--print-metrics` shows it (`data/client-metrics.tsv`).

use std::sync::OnceLock;

/// What is measured for itself: the client as a whole, or each of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// The client.
    Client,
    /// Each broker that it has talked to.
    Node,
    /// Each topic.
    Topic,
    /// Each partition that records came from.
    Partition,
    /// Each partition that a consumer was given.
    Assigned,
}

/// How a figure is made from what was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stat {
    /// The sum in a second, over the last samples.
    Rate,
    /// How often in a second, over the last samples.
    CountRate,
    /// How often in an hour, over the last samples.
    HourRate,
    /// The share of the time, of nanoseconds, over the last samples.
    Ratio,
    /// The mean of the last samples; no number where there are none, as with the next two.
    Avg,
    /// The largest of the last samples.
    Max,
    /// The smallest of the last samples.
    Min,
    /// The sum of all.
    Total,
    /// How often in all.
    Count,
    /// What was recorded last.
    Last,
    /// What was recorded last, a whole number that is shown as one.
    Whole,
    /// How many whole seconds ago something was recorded last; -1 where nothing was.
    Ago,
    /// How many seconds ago something was recorded last.
    Age,
}

/// One figure of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientMetric {
    /// `producer` or `consumer`.
    pub client: &'static str,
    /// The group, as `producer-topic-metrics`.
    pub group: &'static str,
    /// The name, as `record-send-total`.
    pub name: &'static str,
    /// What it is measured of.
    pub scope: Scope,
    /// What is recorded for it; several figures are made from the same.
    pub sensor: &'static str,
    /// How it is made.
    pub stat: Stat,
}

/// Every figure of both clients.
pub fn all() -> &'static [ClientMetric] {
    static ALL: OnceLock<Vec<ClientMetric>> = OnceLock::new();
    ALL.get_or_init(|| super::table::rows::<6>(include_str!("data/client-metrics.tsv")).filter_map(metric).collect())
}

fn metric([client, group, name, scope, sensor, stat]: [&'static str; 6]) -> Option<ClientMetric> {
    let scope = match scope {
        "client" => Scope::Client,
        "node" => Scope::Node,
        "topic" => Scope::Topic,
        "partition" => Scope::Partition,
        "assigned" => Scope::Assigned,
        _ => return None,
    };
    let stat = match stat {
        "rate" => Stat::Rate,
        "count-rate" => Stat::CountRate,
        "hour-rate" => Stat::HourRate,
        "ratio" => Stat::Ratio,
        "avg" => Stat::Avg,
        "max" => Stat::Max,
        "min" => Stat::Min,
        "total" => Stat::Total,
        "count" => Stat::Count,
        "last" => Stat::Last,
        "whole" => Stat::Whole,
        "ago" => Stat::Ago,
        "age" => Stat::Age,
        _ => return None,
    };
    Some(ClientMetric { client, group, name, scope, sensor, stat })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_understood_and_named_once() {
        let rows = include_str!("data/client-metrics.tsv").lines().count() - 1;
        assert_eq!(all().len(), rows);
        let mut names: Vec<_> = all().iter().map(|metric| (metric.client, metric.group, metric.name, metric.scope)).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), rows);
    }
}
