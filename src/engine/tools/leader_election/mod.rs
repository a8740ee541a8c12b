//! `kafka-leader-election.sh` (`kafka.admin.LeaderElectionCommand`): asks the controller to elect leaders.

use std::ffi::OsString;
use std::process::ExitCode;

use kafka_protocol::messages::elect_leaders_request::TopicPartitions;
use kafka_protocol::messages::elect_leaders_response::PartitionResult;
use kafka_protocol::messages::{ElectLeadersRequest, ElectLeadersResponse};

use super::command_line::{help_for_nothing, uncaught};
use super::harness::{self, print};
use super::options::{OptionParser, OptionSet};
use super::{Exception, Stop, admin, java, json};
use crate::engine::client::admin::topic_name;
use crate::engine::client::{Client, ClientError, Route, TopicPartition};

/// The main class.
pub const MAIN_CLASS: &str = "kafka.admin.LeaderElectionCommand";
const SCRIPT: &str = "kafka-leader-election.sh";
/// How long the tool goes on asking, whatever its file of configs says.
const API_TIMEOUT_MS: i32 = 30_000;
/// How long one request may take.
const REQUEST_TIMEOUT_MS: i32 = API_TIMEOUT_MS / 2;
/// The kinds of election, each at its number on the wire.
const ELECTION_TYPES: &[&str] = &["PREFERRED", "UNCLEAN"];
/// Options of which one must be there, and one only.
const WHAT: [&str; 3] = ["topic", "all-topic-partitions", "path-to-json-file"];

/// Runs the tool.
pub fn run(args: Vec<OsString>) -> ExitCode {
    harness::run_until_signalled(MAIN_CLASS, SCRIPT, args, main)
}

async fn main(args: Vec<String>) -> Result<u8, Stop> {
    let set = OptionParser::of(SCRIPT).parse(&args).map_err(uncaught)?;
    let purpose = "This tool attempts to elect a new leader for a set of topic partitions. The type of elections supported are \
                   preferred replicas and unclean replicas.";
    help_for_nothing(&args, &set, purpose)?;
    validate(&set).map_err(Stop::Uncaught)?;
    let election_type = set.one_of("election-type", ELECTION_TYPES).map_err(uncaught)?.unwrap_or_default();
    let of_file = match set.value("path-to-json-file").map_err(uncaught)? {
        Some(path) => Some(java::read_file(path).and_then(|text| parse(&text)).map_err(Stop::Uncaught)?),
        None => None,
    };
    let topic = set.value("topic").map_err(uncaught)?;
    let partition = set.number("partition").map_err(uncaught)?;
    let partitions = of_file.or_else(|| Some(vec![TopicPartition::new(topic?, partition?)]));
    let mut configs = admin::command_config(&set, "admin.config")?;
    configs.set("default.api.timeout.ms", API_TIMEOUT_MS.to_string());
    configs.set("request.timeout.ms", REQUEST_TIMEOUT_MS.to_string());
    let servers = set.value("bootstrap-server").map_err(uncaught)?.unwrap_or_default();
    let client = admin::client(servers, configs).await.map_err(Stop::Uncaught)?;
    elect(&client, election_type, partitions).await.map_err(Stop::Uncaught)?;
    Ok(0)
}

fn failed(message: impl Into<String>) -> Exception {
    Exception::new("org.apache.kafka.server.common.AdminCommandFailedException", message)
}

fn operation(message: impl Into<String>) -> Exception {
    Exception::new("org.apache.kafka.server.common.AdminOperationException", message)
}

fn validate(set: &OptionSet) -> Result<(), Exception> {
    let missing: Vec<&str> = ["election-type", "bootstrap-server"].into_iter().filter(|option| !set.has(option)).collect();
    if !missing.is_empty() {
        return Err(failed(format!("Missing required option(s): {}", missing.join(", "))));
    }
    if WHAT.iter().filter(|option| set.has(option)).count() != 1 {
        return Err(failed(format!("One and only one of the following options is required: {}", WHAT.join(", "))));
    }
    match (set.has("topic"), set.has("partition")) {
        (true, false) => Err(failed("Missing required option(s): partition")),
        (false, true) => Err(failed("Option partition is only allowed if topic is used")),
        _ => Ok(()),
    }
}

/// The partitions of a file.
fn parse(text: &str) -> Result<Vec<TopicPartition>, Exception> {
    let value = json::parse(text).ok_or_else(|| operation("Replica election data is empty"))?;
    let listed = json::object(&value)?.get("partitions");
    let listed = listed.ok_or_else(|| operation("Replica election data is missing \"partitions\" field"))?;
    let mut partitions: Vec<(TopicPartition, usize)> = Vec::new();
    for partition in json::array(listed)? {
        let partition = json::object(partition)?;
        let topic = json::string(json::field(partition, "topic")?)?;
        let partition = TopicPartition::new(topic, json::scala_int(json::field(partition, "partition")?)?);
        match partitions.iter_mut().find(|(known, _)| *known == partition) {
            Some((_, count)) => *count += 1,
            None => partitions.push((partition, 1)),
        }
    }
    java::sort_as_scala_map(&mut partitions, |(partition, _)| hash(partition));
    java::scala_map_order(&mut partitions, |(partition, _)| hash(partition));
    let twice: Vec<String> =
        partitions.iter().filter(|(_, count)| *count > 1).map(|(partition, _)| partition.to_string()).collect();
    if !twice.is_empty() {
        return Err(operation(format!("Replica election data contains duplicate partitions: {}", twice.join(","))));
    }
    Ok(partitions.into_iter().map(|(partition, _)| partition).collect())
}

fn hash(partition: &TopicPartition) -> u32 {
    java::partition_hash(&partition.topic, partition.partition)
}

async fn elect(client: &Client, election_type: &str, partitions: Option<Vec<TopicPartition>>) -> Result<(), Exception> {
    let answer = match ask(client, election_type, partitions).await {
        Ok(answer) => answer,
        Err(error) => return Err(refused(&error)),
    };
    let (mut elected, mut needless, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for topic in answer.replica_election_results {
        for found in topic.partition_result {
            let partition = TopicPartition::new(topic.topic.to_string(), found.partition_id);
            match outcome(&found) {
                None => elected.push(partition),
                Some(error) if error.code_name() == "ELECTION_NOT_NEEDED" => needless.push(partition),
                Some(error) => others.push((partition, Exception::of_call("electLeaders", &error))),
            }
        }
    }
    for (what, mut partitions) in [
        (format!("Successfully completed leader election ({election_type})"), elected),
        ("Valid replica already elected".to_owned(), needless),
    ] {
        if !partitions.is_empty() {
            java::sort_as_scala_map(&mut partitions, hash);
            let partitions: Vec<String> = partitions.iter().map(ToString::to_string).collect();
            print(&format!("{what} for partitions {}\n", partitions.join(", ")));
        }
    }
    if others.is_empty() {
        return Ok(());
    }
    java::sort_as_scala_map(&mut others, |(partition, _)| hash(partition));
    for (partition, error) in &others {
        print(&format!("Error completing leader election ({election_type}) for partition: {partition}: {}\n", error.headline()));
    }
    let root = failed(format!("{} replica(s) could not be elected", others.len()));
    Err(root.suppressing(others.into_iter().map(|(_, error)| error).collect()))
}

fn outcome(found: &PartitionResult) -> Option<ClientError> {
    ClientError::from_code(found.error_code, found.error_message.as_deref())
}

async fn ask(
    client: &Client,
    election_type: &str,
    partitions: Option<Vec<TopicPartition>>,
) -> Result<ElectLeadersResponse, ClientError> {
    let wanted = partitions.map(|partitions| {
        let mut topics: Vec<TopicPartitions> = Vec::new();
        for partition in partitions {
            let name = topic_name(&partition.topic);
            match topics.iter_mut().find(|topic| topic.topic == name) {
                Some(topic) => topic.partitions.push(partition.partition),
                None => topics.push(TopicPartitions::default().with_topic(name).with_partitions(vec![partition.partition])),
            }
        }
        topics
    });
    let kind = ELECTION_TYPES.iter().zip(0..).find(|(name, _)| **name == election_type).map_or(0, |(_, kind)| kind);
    let request =
        ElectLeadersRequest::default().with_election_type(kind).with_topic_partitions(wanted).with_timeout_ms(REQUEST_TIMEOUT_MS);
    let answer = client.call(Route::Controller, request).await?;
    ClientError::from_code(answer.error_code, None).map_or(Ok(answer), Err)
}

/// What the tool says where the whole request fails.
fn refused(error: &ClientError) -> Exception {
    let exception = Exception::of_call("electLeaders", error);
    let message = match exception.class {
        "org.apache.kafka.common.errors.TimeoutException" => "Timeout waiting for election results",
        "org.apache.kafka.common.errors.ClusterAuthorizationException" => "Not authorized to perform leader election",
        _ => return Exception::execution(exception),
    };
    print(&format!("{message}\n"));
    failed(message).caused_by(exception)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_or_refused_as_kafka_does() {
        let check = |text: &str, expected: Result<&[&str], &str>| {
            let found = parse(text).map(|found| found.iter().map(ToString::to_string).collect::<Vec<_>>());
            let expected = expected.map(|names| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
            assert_eq!(found.map_err(|error| error.text().to_owned()), expected.map_err(str::to_owned), "{text}");
        };
        check(r#"{"partitions": [{"topic": "a", "partition": 1}]}"#, Ok(&["a-1"]));
        check(r#"{"partitions": []}"#, Ok(&[]));
        check("{", Err("Replica election data is empty"));
        check("{}", Err("Replica election data is missing \"partitions\" field"));
        check("[]", Err("Expected JSON object, received []"));
        check(r#"{"partitions": {}}"#, Err("Expected JSON array, received {}"));
        check(r#"{"partitions": [{"topic": "a", "partition": 1.5}]}"#, Err("Expected `Int` value, received 1.5"));
        check(r#"{"partitions": [{"partition": 1}]}"#, Err("No such field exists: `topic`"));
        check(
            r#"{"partitions": [{"topic": "a", "partition": 1}, {"topic": "a", "partition": 1}]}"#,
            Err("Replica election data contains duplicate partitions: a-1"),
        );
    }
}
