//! `kafka-replica-verification.sh` (`org.apache.kafka.tools.ReplicaVerificationTool`): reads every replica of every partition side by
//! side, and tells how far behind the slowest is and where they differ.

mod replicas;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::LazyLock;

use futures_util::future::join_all;
use kafka_protocol::messages::fetch_request::ReplicaState;
use kafka_protocol::messages::fetch_response::PartitionData;
use kafka_protocol::messages::{BrokerId, FetchRequest, FetchResponse};

use super::client_configs::ClientConfigs;
use super::command_line::{help_for_nothing, refuse_together, require};
use super::harness::{self, print};
use super::options::{OptionParser, OptionSet};
use super::simple_date_format::SimpleDateFormat;
use super::topics::include_list;
use super::{Exception, Stop, admin, java};
use crate::engine::client::admin::{TopicDescription, fetch_request};
use crate::engine::client::producer::now_millis;
use crate::engine::client::{Bootstrap, Client, ClientError, Route, TopicPartition};
use crate::log_error;
use replicas::{Fetched, Outcome, Replicas};

/// The main class.
pub const MAIN_CLASS: &str = "org.apache.kafka.tools.ReplicaVerificationTool";
const SCRIPT: &str = "kafka-replica-verification.sh";
/// The replica id of a consumer that looks at replicas: it reads beyond the high watermark, and followers too.
const DEBUGGING_CONSUMER: BrokerId = BrokerId(-2);
/// The timestamps that ask for the end and for the first offset.
const ENDS: [i64; 2] = [-1, -2];

/// Runs the tool.
pub fn run(args: Vec<OsString>) -> ExitCode {
    harness::run_until_signalled(MAIN_CLASS, SCRIPT, args, main)
}

async fn main(args: Vec<String>) -> Result<u8, Stop> {
    let set = parse(&args)?;
    verify(&set).await
}

fn traced(exception: impl Into<Exception>) -> Stop {
    Stop::Traced(exception.into())
}

fn parse(args: &[String]) -> Result<OptionSet, Stop> {
    let set = OptionParser::of(SCRIPT).parse(args).map_err(traced)?;
    help_for_nothing(args, &set, "Validate that all replicas for a set of topics have the same data.")?;
    require(&set, "broker-list")?;
    refuse_together(&set, "topics-include", &["topic-white-list"])?;
    let brokers = set.value("broker-list").map_err(traced)?.unwrap_or_default();
    let mut pieces = brokers.trim_end_matches(',').split(',');
    if pieces.any(|piece| piece.parse::<Bootstrap>().is_err()) {
        return Err(Stop::Usage("Invalid broker list option".to_owned()));
    }
    Ok(set)
}

/// How the fetches are made.
struct Limits {
    bytes: i32,
    wait_ms: i32,
}

async fn verify(set: &OptionSet) -> Result<u8, Stop> {
    let servers = set.value("broker-list").map_err(traced)?.unwrap_or_default();
    let client = admin::client(servers, ClientConfigs::default()).await.map_err(traced)?;
    let failed = |error| traced(Exception::execution(Exception::of_call("listTopics", &error)));
    let mut topics = client.describe_topics().await.map_err(failed)?;
    let option = if set.has("topics-include") { "topics-include" } else { "topic-white-list" };
    let pattern = set.value(option).map_err(traced)?.unwrap_or_default();
    if !topics.is_empty() {
        let filter = include_list(pattern).map_err(traced)?;
        topics.retain(|topic| filter.is_match(&topic.name));
    }
    if topics.is_empty() {
        log_error!(
            MAIN_CLASS,
            "No topics found. [topics-include] if specified, is either filtering out all topics or there is no topic."
        );
        return Ok(1);
    }
    let interval: i64 = set.number("report-interval-ms").map_err(traced)?.unwrap_or_default();
    let limits = Limits {
        bytes: set.number("fetch-size").map_err(traced)?.unwrap_or_default(),
        wait_ms: set.number("max-wait-ms").map_err(traced)?.unwrap_or_default(),
    };
    let time: i64 = set.number("time").map_err(traced)?.unwrap_or_default();
    let offsets = first_offsets(&client, &topics, time).await.map_err(traced)?;
    let mut replicas = Replicas::new(offsets, interval, now_millis());
    print(&format!("{}: verification process is started\n", stamp(now_millis())));
    loop {
        let fetched = fetch_all(&client, &topics, &replicas, &limits).await;
        for outcome in replicas.verify(fetched, now_millis()) {
            match outcome {
                Outcome::Report { at, text } => {
                    if !print(&format!("{}: {text}\n", stamp(at))) {
                        return Ok(1);
                    }
                }
                Outcome::Differ { text } => {
                    print(&format!("{}: {text}\n", stamp(now_millis())));
                    return Ok(1);
                }
                Outcome::Unmatched { text } => {
                    print(&format!("{}: {text}\n", stamp(now_millis())));
                }
            }
        }
    }
}

/// A time as the lines begin with it.
fn stamp(millis: i64) -> String {
    static FORMAT: LazyLock<Option<SimpleDateFormat>> = LazyLock::new(|| SimpleDateFormat::new("yyyy-MM-dd HH:mm:ss,SSS").ok());
    FORMAT.as_ref().map_or_else(String::new, |format| format.format(millis))
}

/// Where reading begins, by partition, in the order in which Java's map gives them.
async fn first_offsets(client: &Client, topics: &[TopicDescription], time: i64) -> Result<Vec<(TopicPartition, i64)>, Exception> {
    let all = topics.iter().flat_map(|topic| topic.partitions.iter().map(|found| TopicPartition::new(&topic.name, found.index)));
    let partitions: Vec<TopicPartition> = all.collect();
    let mut offsets = Vec::new();
    for (partition, offset) in
        client.offsets_at(&partitions, time, client.deadline()).await.map_err(|error| of_offsets(&error))?
    {
        let offset = offset.map_err(|error| of_offsets(&error))?;
        if offset < 0 && !ENDS.contains(&time) {
            let text = "Cannot invoke \"org.apache.kafka.clients.consumer.OffsetAndTimestamp.offset()\" because the return value of \
                        \"java.util.Map$Entry.getValue()\" is null";
            return Err(Exception::new("java.lang.NullPointerException", text));
        }
        offsets.push((partition, offset));
    }
    java::hash_map_order(&mut offsets, |(found, _)| java::partition_hash(&found.topic, found.partition));
    Ok(offsets)
}

fn of_offsets(error: &ClientError) -> Exception {
    Exception::of_call("listOffsets", error)
}

/// What each broker gives of the partitions that it keeps; nothing where it does not answer.
async fn fetch_all(client: &Client, topics: &[TopicDescription], replicas: &Replicas, limits: &Limits) -> Vec<Fetched> {
    let brokers: BTreeSet<i32> =
        topics.iter().flat_map(|topic| &topic.partitions).flat_map(|partition| partition.replicas.iter().copied()).collect();
    let fetches = brokers.into_iter().map(async |broker| {
        let wanted: Vec<(&TopicDescription, Vec<(i32, i64)>)> = topics
            .iter()
            .filter_map(|topic| {
                let kept = topic.partitions.iter().filter(|partition| partition.replicas.contains(&broker));
                let offsets: Vec<(i32, i64)> =
                    kept.map(|partition| (partition.index, replicas.offset(&topic.name, partition.index))).collect();
                (!offsets.is_empty()).then_some((topic, offsets))
            })
            .collect();
        let mut answers: BTreeMap<TopicPartition, PartitionData> = BTreeMap::new();
        if let Ok(response) = fetch(client, broker, &wanted, limits).await {
            for topic in response.responses {
                let named = topics.iter().find(|known| {
                    known.name == topic.topic.as_str() || (!topic.topic_id.is_nil() && known.topic_id == topic.topic_id)
                });
                let Some(named) = named else { continue };
                for partition in topic.partitions {
                    answers.insert(TopicPartition::new(&named.name, partition.partition_index), partition);
                }
            }
        }
        let of_broker = wanted.iter().flat_map(|(topic, offsets)| {
            offsets.iter().map(|(partition, _)| TopicPartition::new(&topic.name, *partition)).collect::<Vec<_>>()
        });
        let of_broker: Vec<Fetched> = of_broker
            .map(|partition| {
                let data = answers.remove(&partition).filter(|data| data.error_code == 0);
                let (high_watermark, records) = data.map_or((-1, None), |data| (data.high_watermark, data.records));
                Fetched { partition, broker, high_watermark, records: records.unwrap_or_default() }
            })
            .collect();
        of_broker
    });
    join_all(fetches).await.into_iter().flatten().collect()
}

async fn fetch(
    client: &Client,
    broker: i32,
    wanted: &[(&TopicDescription, Vec<(i32, i64)>)],
    limits: &Limits,
) -> Result<FetchResponse, ClientError> {
    let route = Route::Broker(broker);
    let connection = client.connection(&route, client.deadline()).await?;
    let request = fetch_request(wanted, std::time::Duration::ZERO, 1, limits.bytes).with_max_wait_ms(limits.wait_ms);
    let request = if connection.version_of::<FetchRequest>()? >= 15 {
        request.with_replica_state(ReplicaState::default().with_replica_id(DEBUGGING_CONSUMER))
    } else {
        request.with_replica_id(DEBUGGING_CONSUMER)
    };
    connection.call(request).await.inspect_err(|_| client.disconnected(&connection))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_lines_are_refused() {
        let check = |line: &str, expected: &str| {
            let args: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
            let Err(Stop::Usage(found)) = parse(&args) else { panic!("{line} is taken") };
            assert_eq!(found, expected);
        };
        check("", "Validate that all replicas for a set of topics have the same data.");
        check("--topics-include a", "Missing required argument \"[broker-list]\"");
        check("--broker-list localhost", "Invalid broker list option");
        check(
            "--broker-list a:1 --topics-include a --topic-white-list b",
            "Option \"[topics-include]\" can't be used with option \"[topic-white-list]\"",
        );
    }
}
