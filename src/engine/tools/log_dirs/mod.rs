//! `kafka-log-dirs.sh` (`org.apache.kafka.tools.LogDirsCommand`): the log folders of brokers, and what is in them, as JSON.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::process::ExitCode;

use kafka_protocol::messages::DescribeLogDirsRequest;
use kafka_protocol::messages::describe_log_dirs_response::DescribeLogDirsResult;
use serde_json::Value;

use super::client_configs::ClientConfigs;
use super::command_line::{help_for_nothing, require};
use super::harness::{self, print};
use super::options::{OptionError, OptionParser, OptionSet};
use super::{Exception, Stop, admin, java};
use crate::catalog::error_codes;
use crate::engine::client::{Client, Route};

/// The main class.
pub const MAIN_CLASS: &str = "org.apache.kafka.tools.LogDirsCommand";
const SCRIPT: &str = "kafka-log-dirs.sh";

/// Runs the tool.
pub fn run(args: Vec<OsString>) -> ExitCode {
    harness::run_until_signalled(MAIN_CLASS, SCRIPT, args, main)
}

fn traced(error: OptionError) -> Stop {
    Stop::Traced(error.into())
}

async fn main(args: Vec<String>) -> Result<u8, Stop> {
    let set = OptionParser::of(SCRIPT).parse(&args).map_err(traced)?;
    help_for_nothing(&args, &set, "This tool helps to query log directory usage on the specified brokers.")?;
    require(&set, "bootstrap-server")?;
    require(&set, "describe")?;
    let mut configs = ClientConfigs::default();
    if let Some(path) = set.value("command-config").map_err(traced)? {
        configs.extend(java::properties_of(path).map_err(Stop::Traced)?);
    }
    configs.set_default("client.id", "log-dirs-tool");
    let servers = set.value("bootstrap-server").map_err(traced)?.unwrap_or_default();
    let client = admin::client(servers, configs).await.map_err(Stop::Traced)?;
    describe(&client, &set).await?;
    Ok(0)
}

/// The pieces of a list of words with commas, without empty ones.
fn words<'a>(set: &'a OptionSet, option: &'static str) -> Result<impl Iterator<Item = &'a str>, Stop> {
    let list = set.value(option).map_err(traced)?.unwrap_or_default();
    Ok(list.split(',').filter(|word| !word.is_empty()))
}

async fn describe(client: &Client, set: &OptionSet) -> Result<(), Stop> {
    let topics: BTreeSet<&str> = words(set, "topic-list")?.collect();
    let failed = |call: &'static str| move |error| Stop::Traced(Exception::execution(Exception::of_call(call, &error)));
    let cluster = client.describe_cluster().await.map_err(failed("listNodes"))?;
    let there: BTreeSet<i32> = cluster.brokers.iter().map(|node| node.id).collect();
    let number = |word: &str| word.parse::<i32>().map_err(|_| Stop::Traced(Exception::number_format(word)));
    let wanted = words(set, "broker-list")?.map(number).collect::<Result<BTreeSet<i32>, Stop>>()?;
    let missing: BTreeSet<i32> = wanted.difference(&there).copied().collect();
    if !missing.is_empty() {
        return Err(Stop::Message(format!(
            "ERROR: The given brokers do not exist from --broker-list: {}. Current existent brokers: {}",
            joined(&missing),
            joined(&there)
        )));
    }
    let asked = if wanted.is_empty() { there } else { wanted };
    print("Querying brokers for log directories information\n");
    let mut brokers = Vec::new();
    for id in &asked {
        let request = DescribeLogDirsRequest::default().with_topics(None);
        let answer = client.call(Route::Broker(*id), request).await.map_err(failed("describeLogDirs"))?;
        let folders: Vec<String> = answer.results.iter().map(|folder| log_dir(folder, &topics)).collect();
        brokers.push(format!(r#"{{"broker":{id},"logDirs":[{}]}}"#, folders.join(",")));
    }
    print(&format!("Received log directory information from brokers {}\n", joined(&asked)));
    print(&format!("{{\"brokers\":[{}],\"version\":1}}\n", brokers.join(",")));
    Ok(())
}

fn joined(ids: &BTreeSet<i32>) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// One folder, its keys and partitions in the order in which Java's maps give them.
fn log_dir(folder: &DescribeLogDirsResult, topics: &BTreeSet<&str>) -> String {
    let mut partitions: Vec<(&str, i32, i64, i64, bool)> = folder
        .topics
        .iter()
        .filter(|topic| topics.is_empty() || topics.contains(&*topic.name.0))
        .flat_map(|topic| {
            let of_topic = topic.partitions.iter();
            of_topic
                .map(|found| (&*topic.name.0, found.partition_index, found.partition_size, found.offset_lag, found.is_future_key))
        })
        .collect();
    java::hash_map_order(&mut partitions, |(topic, partition, ..)| java::partition_hash(topic, *partition));
    let partitions: Vec<String> = partitions
        .into_iter()
        .map(|(topic, partition, size, lag, future)| {
            format!(r#"{{"partition":"{topic}-{partition}","size":{size},"offsetLag":{lag},"isFuture":{future}}}"#)
        })
        .collect();
    let error = match error_codes::by_code(folder.error_code).filter(|error| error.code != 0) {
        Some(error) => format!("\"{}\"", error.exception_class),
        None => "null".to_owned(),
    };
    let path = Value::from(&*folder.log_dir);
    format!(r#"{{"partitions":[{}],"error":{error},"logDir":{path}}}"#, partitions.join(","))
}
