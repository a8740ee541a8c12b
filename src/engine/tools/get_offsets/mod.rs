//! `kafka-get-offsets.sh` (`kafka.tools.GetOffsetShell`): the offsets of partitions.

mod filter;

use std::ffi::OsString;
use std::process::ExitCode;

use super::client_configs::ClientConfigs;
use super::command_line::{require, require_ports};
use super::harness::{self, eprint, print};
use super::options::{OptionError, OptionParser, OptionSet};
use super::topics::INTERNAL;
use super::{Exception, Failure, Stop, admin, java};
use crate::engine::client::{Client, TopicPartition};
use filter::Filter;

/// The main class.
pub const MAIN_CLASS: &str = "kafka.tools.GetOffsetShell";
const SCRIPT: &str = "kafka-get-offsets.sh";
/// The offset that says that there is none.
const UNKNOWN_OFFSET: i64 = -1;

/// Runs the tool.
pub fn run(args: Vec<OsString>) -> ExitCode {
    harness::run_until_signalled(MAIN_CLASS, SCRIPT, args, main)
}

async fn main(args: Vec<String>) -> Result<u8, Stop> {
    match fetch(&args).await {
        Ok(()) => Ok(0),
        Err(Failure::Stop(stop)) => Err(stop),
        Err(Failure::Caught(exception)) => {
            print(&format!("Error occurred: {}\n", exception.text()));
            Ok(1)
        }
    }
}

async fn fetch(args: &[String]) -> Result<(), Failure> {
    if args.is_empty() {
        return Err(Stop::Usage("An interactive shell for getting topic-partition offsets.".to_owned()).into());
    }
    let set = OptionParser::of(SCRIPT).parse(args)?;
    let servers = if set.has("bootstrap-server") { "bootstrap-server" } else { "broker-list" };
    if !set.has(servers) {
        return Err(OptionError::MissingRequired("bootstrap-server").into());
    }
    require(&set, servers)?;
    let servers = set.value(servers)?.unwrap_or_default();
    require_ports(servers)?;
    if set.has("topic-partitions") && (set.has("topic") || set.has("partitions")) {
        return Err(Exception::illegal_argument("--topic-partitions cannot be used with --topic or --partitions").into());
    }
    let timestamp = timestamp(set.value("time")?.unwrap_or_default())?;
    let filter = filter_of(&set)?;
    let mut configs = ClientConfigs::default();
    if let Some(path) = set.value("command-config")? {
        configs.extend(java::properties_of(path)?);
    }
    configs.set("client.id", "GetOffsetShell");
    let client = admin::client(servers, configs).await?;
    let partitions = partitions(&client, &filter, set.has("exclude-internal-topics")).await?;
    show(&client, &partitions, timestamp).await
}

fn filter_of(set: &OptionSet) -> Result<Filter, Failure> {
    Ok(match set.value("topic-partitions")? {
        Some(rules) => Filter::of_rules(rules)?,
        None => Filter::of_topic(set.value("topic")?, set.value("partitions")?.unwrap_or_default())?,
    })
}

/// What `--time` asks for, as ListOffsets has it.
fn timestamp(time: &str) -> Result<i64, Exception> {
    let wrong = || {
        format!(
            "Malformed time argument {time}, please use -1 or latest / -2 or earliest / -3 or max-timestamp, or a specified long \
             format timestamp"
        )
    };
    match time {
        "latest" => Ok(-1),
        "earliest" => Ok(-2),
        "max-timestamp" => Ok(-3),
        number => number.parse().map_err(|_| Exception::illegal_argument(wrong()).caused_by(Exception::number_format(time))),
    }
}

async fn partitions(client: &Client, filter: &Filter, exclude_internal: bool) -> Result<Vec<TopicPartition>, Exception> {
    let failed = |error| Exception::execution(Exception::of_call("listTopics", &error));
    let topics = client.describe_topics().await.map_err(failed)?;
    let wanted = topics.iter().filter(|topic| {
        let internal = topic.internal || INTERNAL.contains(&topic.name.as_str());
        !(exclude_internal && internal) && filter.takes_topic(&topic.name)
    });
    let all = wanted.flat_map(|topic| topic.partitions.iter().map(|found| TopicPartition::new(topic.name.clone(), found.index)));
    let mut partitions: Vec<TopicPartition> = all.filter(|partition| filter.takes(partition)).collect();
    if partitions.is_empty() {
        return Err(Exception::illegal_argument("Could not match any topic-partitions with the specified filters"));
    }
    partitions.sort();
    Ok(partitions)
}

async fn show(client: &Client, partitions: &[TopicPartition], timestamp: i64) -> Result<(), Failure> {
    let failed = |error| Exception::execution(Exception::of_call("listOffsets", &error));
    let offsets = client.offsets_at(partitions, timestamp, client.deadline()).await.map_err(failed)?;
    let mut text = String::new();
    for (TopicPartition { topic, partition }, offset) in &offsets {
        match offset {
            Ok(UNKNOWN_OFFSET) => {}
            Ok(offset) => text.push_str(&format!("{topic}:{partition}:{offset}\n")),
            Err(error) => {
                let cause = Exception::of_call("listOffsets", error);
                eprint(&format!("Skip getting offsets for topic-partition {topic}:{partition} due to error: {}\n", cause.text()));
            }
        }
    }
    print(&text);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_words_or_numbers() {
        for (time, expected) in
            [("latest", -1), ("earliest", -2), ("max-timestamp", -3), ("-2", -2), ("1700000000000", 1_700_000_000_000)]
        {
            assert_eq!(timestamp(time), Ok(expected), "{time}");
        }
        let error = timestamp("noon").expect_err("no time");
        assert!(error.text().starts_with("Malformed time argument noon, please use -1 or latest"), "{error}");
    }
}
