//! `kafka-verifiable-consumer.sh` (`org.apache.kafka.tools.VerifiableConsumer`): tells on lines of JSON what it reads and commits.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;

use super::argparse::{Namespace, Parser, Spec};
use super::client_configs::ClientConfigs;
use super::json_lines::{Json, print_event, quote};
use super::verifiable::{CONNECTION, file_of, line_of, servers_of};
use super::{Exception, Stop, VERIFIABLE_CONSUMER_CLASS, admin, clients, harness};
use crate::catalog::configs;
use crate::engine::client::consumer::{ConsumerRecord, Interest, Rebalance, TopicPartition};
use crate::engine::client::{ClientError, Consumer};
use crate::log_error;

const SCRIPT: &str = "kafka-verifiable-consumer.sh";
/// How many records one poll gives.
const POLL_RECORDS: usize = 500;

/// How it reads its line.
pub(super) static SPEC: Spec = Spec {
    script: SCRIPT,
    prog: "verifiable-consumer",
    description: "This tool reads a topic in a group and prints a line of JSON for what happens to it: partitions that it gets or gives \
                  up, records that it reads, offsets that it commits.",
    default_help: true,
    groups: &[CONNECTION],
    commands: &[],
    command_title: ("", ""),
    details: &[],
};

/// Runs the tool.
pub fn run(args: Vec<OsString>) -> ExitCode {
    harness::run(VERIFIABLE_CONSUMER_CLASS, SCRIPT, args, main)
}

async fn main(args: Vec<String>) -> Result<u8, Stop> {
    let (parser, line) = line_of(&SPEC, &args)?;
    let configs = configs_of(&parser, &line)?;
    configs.check(configs::consumer()).map_err(Stop::Uncaught)?;
    let bootstrap = admin::resolvable(servers_of(&line), "Failed to construct kafka consumer").await.map_err(Stop::Uncaught)?;
    let group = line.text("group-id").unwrap_or_default();
    let client = Arc::new(clients::consumer_client(&configs, group, bootstrap));
    let topic = line.text("topic").unwrap_or_default().to_owned();
    let config = clients::consumer_config(&configs, group).map_err(Stop::Uncaught)?;
    let mut consumer = Consumer::new(client, config, Interest::Topic(topic));
    let signalled = harness::signalled();
    print_event("startup_complete", &[]);
    let mut reader = Reader {
        most: line.number::<i64>("max-messages").and_then(|most| usize::try_from(most).ok()),
        verbose: line.has("verbose"),
        commits: !line.has("enable-autocommit"),
        read: 0,
        uncommitted: None,
    };
    let code = tokio::select! {
        done = reader.read(&mut consumer) => {
            if let Err(error) = done {
                log_error!("org.apache.kafka.tools.VerifiableConsumer", "Error during processing, terminating consumer process: ");
                harness::eprint(&format!("{}\n", Exception::of_call("poll", &error)));
            }
            0
        }
        code = signalled => code,
    };
    // what a signal came between
    reader.commit(&consumer).await;
    let assigned = consumer.assignment();
    if !assigned.is_empty() {
        print_event("partitions_revoked", &[("partitions", partitions(&assigned))]);
    }
    consumer.close().await;
    print_event("shutdown_complete", &[]);
    Ok(code)
}

fn configs_of(parser: &Parser, line: &Namespace) -> Result<ClientConfigs, Stop> {
    let mut configs = ClientConfigs::default();
    if let Some(path) = line.text("consumer.config") {
        configs.extend(file_of(parser, path)?);
    }
    configs.set("enable.auto.commit", if line.has("enable-autocommit") { "true" } else { "false" });
    let options = [
        ("group-id", "group.id"),
        ("group-instance-id", "group.instance.id"),
        ("reset-policy", "auto.offset.reset"),
        ("session-timeout", "session.timeout.ms"),
        ("assignment-strategy", "partition.assignment.strategy"),
    ];
    for (option, key) in options {
        if let Some(value) = line.text(option) {
            configs.set(key, value);
        }
    }
    Ok(configs)
}

/// What is read, and how far.
struct Reader {
    most: Option<usize>,
    verbose: bool,
    commits: bool,
    read: usize,
    /// What was told of and is not committed yet.
    uncommitted: Option<BTreeMap<TopicPartition, i64>>,
}

/// The records of one partition that one poll gave.
struct Stretch<'a> {
    place: TopicPartition,
    records: Vec<&'a ConsumerRecord>,
}

impl Reader {
    fn is_finished(&self) -> bool {
        self.most.is_some_and(|most| self.read >= most)
    }

    async fn read(&mut self, consumer: &mut Consumer) -> Result<(), ClientError> {
        while !self.is_finished() {
            let polled = consumer.poll(POLL_RECORDS).await;
            for (_, rebalance) in consumer.rebalances() {
                match rebalance {
                    Rebalance::Revoked(places) => print_event("partitions_revoked", &[("partitions", partitions(&places))]),
                    Rebalance::Assigned(places) => print_event("partitions_assigned", &[("partitions", partitions(&places))]),
                };
            }
            let records = polled?;
            if records.is_empty() {
                continue;
            }
            let offsets = self.tell(&records);
            if self.commits {
                self.uncommitted = Some(offsets);
                self.commit(consumer).await;
            }
        }
        Ok(())
    }

    async fn commit(&mut self, consumer: &Consumer) {
        let Some(offsets) = &self.uncommitted else { return };
        let error = consumer.commit(offsets).await.err().map(|error| Exception::of_call("commit", &error));
        tell_commit(offsets, error.as_ref());
        self.uncommitted = None;
    }

    /// Prints what was read; gives the offsets to commit.
    fn tell(&mut self, records: &[ConsumerRecord]) -> BTreeMap<TopicPartition, i64> {
        let mut offsets = BTreeMap::new();
        let mut summaries = Vec::new();
        for mut stretch in stretches(records) {
            if let Some(most) = self.most {
                stretch.records.truncate(most - self.read);
            }
            let (Some(first), Some(last)) = (stretch.records.first(), stretch.records.last()) else { continue };
            let (topic, partition) = &stretch.place;
            summaries.push(format!(
                "{{\"topic\":{},\"partition\":{partition},\"count\":{},\"minOffset\":{},\"maxOffset\":{}}}",
                quote(topic),
                stretch.records.len(),
                first.record.offset,
                last.record.offset
            ));
            offsets.insert(stretch.place.clone(), last.record.offset + 1);
            if self.verbose {
                stretch.records.iter().for_each(|record| tell_record(record));
            }
            self.read += stretch.records.len();
            if self.is_finished() {
                break;
            }
        }
        let count = Json::Raw(records.len().to_string());
        print_event("records_consumed", &[("count", count), ("partitions", Json::Raw(list(&summaries)))]);
        offsets
    }
}

fn stretches(records: &[ConsumerRecord]) -> Vec<Stretch<'_>> {
    let mut stretches: Vec<Stretch<'_>> = Vec::new();
    for record in records {
        let is_of = |place: &TopicPartition| place.1 == record.partition && place.0 == record.topic;
        match stretches.iter_mut().find(|stretch| is_of(&stretch.place)) {
            Some(stretch) => stretch.records.push(record),
            None => stretches.push(Stretch { place: (record.topic.clone(), record.partition), records: vec![record] }),
        }
    }
    stretches
}

fn tell_record(found: &ConsumerRecord) {
    let text = |bytes: &Option<bytes::Bytes>| bytes.as_ref().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let (key, value) = (text(&found.record.key), text(&found.record.value));
    let fields = [
        ("key", Json::Text(key.as_deref())),
        ("value", Json::Text(value.as_deref())),
        ("topic", Json::Text(Some(&found.topic))),
        ("partition", Json::Raw(found.partition.to_string())),
        ("offset", Json::Raw(found.record.offset.to_string())),
    ];
    print_event("record_data", &fields);
}

fn tell_commit(offsets: &BTreeMap<TopicPartition, i64>, error: Option<&Exception>) {
    let committed = offsets.iter().map(|((topic, partition), offset)| {
        format!("{{\"topic\":{},\"partition\":{partition},\"offset\":{offset}}}", quote(topic))
    });
    let mut fields = vec![("offsets", Json::Raw(list(&committed.collect::<Vec<_>>())))];
    if let Some(error) = error {
        fields.push(("error", Json::Text(error.message.as_deref())));
    }
    fields.push(("success", Json::Raw(error.is_none().to_string())));
    print_event("offsets_committed", &fields);
}

fn partitions(places: &[TopicPartition]) -> Json<'static> {
    let each = places.iter().map(|(topic, partition)| format!("{{\"topic\":{},\"partition\":{partition}}}", quote(topic)));
    Json::Raw(list(&each.collect::<Vec<_>>()))
}

fn list(items: &[String]) -> String {
    format!("[{}]", items.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_become_configs() {
        let check = |more: &str, key: &str, expected: Option<&str>| {
            let line = format!("--bootstrap-server h:1 --topic t --group-id g {more}");
            let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
            let (parser, line) = line_of(&SPEC, &words).expect("the line is right");
            let configs = configs_of(&parser, &line).expect("there is no file");
            assert_eq!(configs.get(key), expected, "{more}");
        };
        check("", "group.id", Some("g"));
        check("", "auto.offset.reset", Some("earliest"));
        check("", "enable.auto.commit", Some("false"));
        check("--enable-autocommit", "enable.auto.commit", Some("true"));
        check("", "session.timeout.ms", Some("30000"));
        check("", "group.instance.id", None);
        let range = "org.apache.kafka.clients.consumer.RangeAssignor";
        check("", "partition.assignment.strategy", Some(range));
        let sticky = "org.apache.kafka.clients.consumer.StickyAssignor";
        check(&format!("--assignment-strategy {sticky}"), "partition.assignment.strategy", Some(sticky));
    }
}
