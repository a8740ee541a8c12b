//! `describe-producers`: who writes to a partition, from its leader or from a broker that is named.

use std::time::Duration;

use tokio::time::Instant;

use super::{failed, table};
use crate::engine::client::transactions::ProducerState;
use crate::engine::client::{Client, ClientError, TopicPartition};
use crate::engine::tools::argparse::Namespace;
use crate::engine::tools::{Exception, Stop};

/// How long is waited before a leader is looked for again.
const RETRY: Duration = Duration::from_millis(100);
/// The errors after which a leader is looked for again: `UNKNOWN_TOPIC_OR_PARTITION`, `LEADER_NOT_AVAILABLE`,
/// `NOT_LEADER_OR_FOLLOWER`.
const ELSEWHERE: [i16; 3] = [3, 5, 6];

/// The partition that `--topic` and `--partition` name.
pub(super) fn partition_of(line: &Namespace) -> TopicPartition {
    TopicPartition::new(line.text("topic").unwrap_or_default(), line.number("partition").unwrap_or_default())
}

pub(super) async fn describe(client: &Client, line: &Namespace) -> Result<(), Stop> {
    let (partition, broker) = (partition_of(line), line.number("broker-id"));
    let found = of_partition(client, &partition, broker).await.map_err(|error| {
        let on = broker.map_or_else(|| "leader".to_owned(), |broker: i32| format!("broker {broker}"));
        failed(&format!("Failed to describe producers for partition {partition} on {on}"), &error)
    })?;
    let row = |producer: ProducerState| {
        vec![
            producer.id.to_string(),
            producer.epoch.to_string(),
            producer.coordinator_epoch.to_string(),
            producer.last_sequence.to_string(),
            producer.last_timestamp.to_string(),
            producer.start_offset.map_or_else(|| "None".to_owned(), |offset| offset.to_string()),
        ]
    };
    let headings = [
        "ProducerId",
        "ProducerEpoch",
        "LatestCoordinatorEpoch",
        "LastSequence",
        "LastTimestamp",
        "CurrentTransactionStartOffset",
    ];
    table(&headings, &found.into_iter().map(row).collect::<Vec<_>>());
    Ok(())
}

/// The producers that a broker, or else the leader, remembers of a partition.
pub(super) async fn of_partition(
    client: &Client,
    partition: &TopicPartition,
    broker: Option<i32>,
) -> Result<Vec<ProducerState>, Exception> {
    let deadline = client.deadline();
    if let Some(broker) = broker {
        client.metadata_until(&[], false, deadline).await.map_err(|error| of_call("DESCRIBE_PRODUCERS", &error))?;
        let found = client.describe_producers(broker, partition, deadline).await;
        return found.map_err(|error| refused(partition, Some(broker), &error));
    }
    let found = async |leader| client.describe_producers(leader, partition, deadline).await;
    at_leader(client, partition, "describeProducers", found).await?.map_err(|error| refused(partition, None, &error))
}

/// Asks a partition's leader, and looks for it again where it is not there yet or somewhere else by now.
pub(super) async fn at_leader<T>(
    client: &Client,
    partition: &TopicPartition,
    call: &str,
    ask: impl AsyncFn(i32) -> Result<T, ClientError>,
) -> Result<Result<T, ClientError>, Exception> {
    let deadline = client.deadline();
    let mut tries = 0;
    let elsewhere = |error: &ClientError| error.code().is_some_and(|code| ELSEWHERE.contains(&code));
    loop {
        tries += 1;
        let leaders = client.leaders(std::slice::from_ref(partition), deadline).await;
        let leaders = leaders.map_err(|error| Exception::of_call(&format!("{call}(api=METADATA)"), &error))?;
        let answer = match leaders.into_values().next() {
            Some(Ok(leader)) => ask(leader).await,
            Some(Err(error)) => Err(error),
            None => return Err(Exception::bare("java.lang.IllegalStateException")),
        };
        match answer {
            Err(error) if elsewhere(&error) => {
                if Instant::now() + RETRY >= deadline {
                    return Err(Exception::timed_out_call(&format!("{call}(api=METADATA)"), tries));
                }
                tokio::time::sleep(RETRY).await;
            }
            answer => return Ok(answer),
        }
    }
}

fn of_call(api: &str, error: &ClientError) -> Exception {
    Exception::of_call(&format!("describeProducers(api={api})"), error)
}

fn refused(partition: &TopicPartition, broker: Option<i32>, error: &ClientError) -> Exception {
    let exception = of_call("DESCRIBE_PRODUCERS", error);
    let text = match (error.code_name(), broker) {
        _ if error.code().is_none() => return exception,
        ("NOT_LEADER_OR_FOLLOWER", Some(broker)) => {
            format!("Failed to describe active producers for partition {partition} on brokerId {broker}")
        }
        ("INVALID_TOPIC_EXCEPTION", _) => {
            format!("Failed to fetch metadata for partition {partition} due to invalid topic error: {}", exception.text())
        }
        ("TOPIC_AUTHORIZATION_FAILED", _) => format!(
            "Failed to describe active producers for partition {partition} due to authorization failure on topic `{}`",
            partition.topic
        ),
        _ => format!("Failed to describe active producers for partition {partition} due to unexpected error"),
    };
    Exception::new(exception.class, text)
}
