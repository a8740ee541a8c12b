//! `kafka-delete-records.sh` (`org.apache.kafka.tools.DeleteRecordsCommand`): deletes the records before an offset.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::process::ExitCode;

use kafka_protocol::messages::DeleteRecordsRequest;
use kafka_protocol::messages::delete_records_request::{DeleteRecordsPartition, DeleteRecordsTopic};

use super::command_line::{help_for_nothing, require, uncaught};
use super::harness::{self, print};
use super::options::OptionParser;
use super::{Exception, Stop, admin, java, json};
use crate::engine::client::admin::topic_name;
use crate::engine::client::{Client, ClientError, PerPartition, Route, TopicPartition};
use crate::log_error;

/// The main class.
pub const MAIN_CLASS: &str = "org.apache.kafka.tools.DeleteRecordsCommand";
const SCRIPT: &str = "kafka-delete-records.sh";
/// How long a broker may take to delete (`request.timeout.ms`).
const TIMEOUT_MS: i32 = 30_000;

/// Runs the tool.
pub fn run(args: Vec<OsString>) -> ExitCode {
    harness::run_until_signalled(MAIN_CLASS, SCRIPT, args, main)
}

async fn main(args: Vec<String>) -> Result<u8, Stop> {
    let set = OptionParser::of(SCRIPT).parse(&args).map_err(uncaught)?;
    let purpose = "This tool helps to delete records of the given partitions down to the specified offset.";
    help_for_nothing(&args, &set, purpose)?;
    require(&set, "bootstrap-server")?;
    require(&set, "offset-json-file")?;
    let configs = admin::command_config(&set, "command-config")?;
    let servers = set.value("bootstrap-server").map_err(uncaught)?.unwrap_or_default();
    let client = admin::client(servers, configs).await.map_err(Stop::Uncaught)?;
    let path = set.value("offset-json-file").map_err(uncaught)?.unwrap_or_default();
    delete(&client, &java::read_file(path).map_err(Stop::Uncaught)?).await.map_err(Stop::Uncaught)?;
    Ok(0)
}

fn operation(message: impl Into<String>) -> Exception {
    Exception::new("org.apache.kafka.server.common.AdminOperationException", message)
}

/// The partitions of a file in its order, each with the offsets given for it.
fn parse(text: &str) -> Result<Vec<(TopicPartition, Vec<i64>)>, Exception> {
    let value = json::parse(text).ok_or_else(|| operation("The input string is not a valid JSON"))?;
    let whole = json::object(&value)?;
    let version = whole.get("version").map_or(Ok(1), json::int)?;
    if version != 1 {
        return Err(operation(format!("Not supported version field value {version}")));
    }
    let partitions = whole.get("partitions").ok_or_else(|| operation("Missing partitions field"))?;
    let mut wanted: Vec<(TopicPartition, Vec<i64>)> = Vec::new();
    for partition in json::array(partitions)? {
        let partition = json::object(partition)?;
        let topic = json::string(json::field(partition, "topic")?)?;
        let number = json::int(json::field(partition, "partition")?)?;
        let offset = json::long(json::field(partition, "offset")?)?;
        let partition = TopicPartition::new(topic, number);
        match wanted.iter_mut().find(|(known, _)| *known == partition) {
            Some((_, offsets)) => offsets.push(offset),
            None => wanted.push((partition, vec![offset])),
        }
    }
    Ok(wanted)
}

async fn delete(client: &Client, text: &str) -> Result<(), Exception> {
    let mut wanted = parse(text)?;
    java::hash_map_order(&mut wanted, |(found, _)| java::partition_hash(&found.topic, found.partition));
    let twice: Vec<String> =
        wanted.iter().filter(|(_, offsets)| offsets.len() > 1).map(|(partition, _)| partition.to_string()).collect();
    if !twice.is_empty() {
        return Err(Exception::new(
            "org.apache.kafka.server.common.AdminCommandFailedException",
            format!("Offset json file contains duplicate topic partitions: {}", twice.join(",")),
        ));
    }
    print("Executing records delete operation\n");
    print("Records delete operation completed:\n");
    let offsets: BTreeMap<TopicPartition, i64> =
        wanted.iter().filter_map(|(partition, offsets)| Some((partition.clone(), *offsets.first()?))).collect();
    let mut done = before(client, &offsets).await;
    for (partition, error) in done.iter().flatten().filter_map(|(partition, outcome)| Some((partition, outcome.as_ref().err()?)))
    {
        log_error!(
            "org.apache.kafka.clients.admin.internals.DeleteRecordsHandler",
            "{} DeleteRecords request for topic partition {partition} failed due to an unexpected error {}",
            client.log_prefix(),
            error.code_name()
        );
    }
    for (partition, _) in &wanted {
        let outcome = match done.as_mut().map(|done| done.remove(partition)) {
            Ok(Some(Ok(low_watermark))) => format!("low_watermark: {low_watermark}"),
            Ok(Some(Err(error))) => failure(&error),
            Ok(None) => failure(&ClientError::Invalid("The response did not contain a result".to_owned())),
            Err(error) => failure(error),
        };
        print(&format!("partition: {partition}\t{outcome}\n"));
    }
    Ok(())
}

fn failure(error: &ClientError) -> String {
    format!("error: {}", Exception::of_call("deleteRecords(api=METADATA)", error).headline())
}

/// Deletes what is before each offset; gives the low watermarks.
async fn before(client: &Client, offsets: &BTreeMap<TopicPartition, i64>) -> Result<PerPartition<i64>, ClientError> {
    let deadline = client.deadline();
    let partitions: Vec<TopicPartition> = offsets.keys().cloned().collect();
    let mut done = PerPartition::new();
    let mut by_leader: BTreeMap<i32, BTreeMap<&str, Vec<DeleteRecordsPartition>>> = BTreeMap::new();
    for (partition, leader) in client.leaders(&partitions, deadline).await? {
        match (leader, offsets.get_key_value(&partition)) {
            (Ok(leader), Some((wanted, offset))) => {
                let asked = DeleteRecordsPartition::default().with_partition_index(wanted.partition).with_offset(*offset);
                by_leader.entry(leader).or_default().entry(&wanted.topic).or_default().push(asked);
            }
            (Err(error), _) => {
                done.insert(partition, Err(error));
            }
            (Ok(_), None) => {}
        }
    }
    for (leader, topics) in by_leader {
        let topics = topics
            .into_iter()
            .map(|(topic, asked)| DeleteRecordsTopic::default().with_name(topic_name(topic)).with_partitions(asked));
        let request = DeleteRecordsRequest::default().with_topics(topics.collect()).with_timeout_ms(TIMEOUT_MS);
        for topic in client.call_until(Route::Broker(leader), request, deadline).await?.topics {
            for answer in topic.partitions {
                let partition = TopicPartition::new(topic.name.to_string(), answer.partition_index);
                let outcome = ClientError::from_code(answer.error_code, None).map_or(Ok(answer.low_watermark), Err);
                done.insert(partition, outcome);
            }
        }
    }
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_or_refused_as_kafka_does() {
        let found = parse(
            r#"{"partitions": [{"topic": "a", "partition": 1, "offset": 2}, {"topic": "a", "partition": 1, "offset": 3}]}"#,
        );
        assert_eq!(found, Ok(vec![(TopicPartition::new("a", 1), vec![2, 3])]));
        for (text, expected) in [
            ("", "The input string is not a valid JSON"),
            ("[]", "Expected JSON object, received []"),
            ("{}", "Missing partitions field"),
            (r#"{"version": 2}"#, "Not supported version field value 2"),
            (r#"{"partitions": [{"topic": 1}]}"#, "Expected `String` value, received 1"),
            (r#"{"partitions": [{"topic": "a"}]}"#, "No such field exists: `partition`"),
        ] {
            assert_eq!(parse(text).expect_err(text).text(), expected);
        }
    }
}
