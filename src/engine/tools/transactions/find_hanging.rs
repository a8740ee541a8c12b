//! `find-hanging`: transactions that are open in a partition while no coordinator will ever end them.

use std::collections::BTreeMap;

use super::producers::of_partition;
use super::{brokers, failed, list_failed, table};
use crate::engine::client::producer::now_millis;
use crate::engine::client::transactions::{ProducerState, TransactionDescription};
use crate::engine::client::{Client, ClientError, TopicPartition};
use crate::engine::tools::argparse::Namespace;
use crate::engine::tools::{Exception, Stop, java};

/// Milliseconds in a minute.
const MINUTE: i64 = 60_000;
/// The error code of a topic that is not there.
const UNKNOWN_TOPIC_OR_PARTITION: i16 = 3;

/// A transaction that is open in a partition.
struct Open {
    partition: TopicPartition,
    producer: ProducerState,
}

pub(super) async fn find(client: &Client, line: &Namespace) -> Result<(), Stop> {
    let (broker, topic): (Option<i32>, _) = (line.number("broker-id"), line.text("topic"));
    if topic.is_none() && broker.is_none() {
        let text = "The `find-hanging` command requires either --topic or --broker-id to limit the scope of the search";
        return Err(Stop::Message(text.to_owned()));
    }
    let partition: Option<i32> = line.number("partition");
    if partition.is_some() && topic.is_none() {
        return Err(Stop::Message("The --partition argument requires --topic to be provided".to_owned()));
    }
    let timeout: i32 = line.number("max-transaction-timeout").unwrap_or_default();
    let partitions = match topic.zip(partition) {
        Some((topic, partition)) => vec![TopicPartition::new(topic, partition)],
        None => partitions(client, topic, broker).await?,
    };
    let open = open_for_longer(client, broker, i64::from(timeout) * MINUTE, partitions).await?;
    let hanging = if open.is_empty() { Vec::new() } else { without_coordinator(client, open).await? };
    show(&hanging);
    Ok(())
}

/// The partitions of one topic or of all, of those only that a broker keeps where one is named.
async fn partitions(client: &Client, topic: Option<&str>, broker: Option<i32>) -> Result<Vec<TopicPartition>, Stop> {
    let topics = match topic {
        Some(topic) => {
            let missing = |error: &ClientError| {
                let error = Exception::of_call("describeTopics", error);
                failed("Failed to describe 1 topics", &error)
            };
            let found = client.describe_topic(topic).await.map_err(|error| missing(&error))?;
            match (found, ClientError::from_code(UNKNOWN_TOPIC_OR_PARTITION, None)) {
                (None, Some(unknown)) => return Err(missing(&unknown)),
                (found, _) => found.into_iter().collect(),
            }
        }
        None => {
            let told = |error: ClientError| failed("Failed to list topics", &Exception::of_call("listTopics", &error));
            let mut topics = client.describe_topics().await.map_err(told)?;
            topics.retain(|topic| !topic.internal);
            java::described_order(topics, |topic| &topic.name)
        }
    };
    let kept = topics.into_iter().flat_map(|topic| {
        let kept = topic.partitions.into_iter().filter(|found| broker.is_none_or(|broker| found.replicas.contains(&broker)));
        kept.map(|found| TopicPartition::new(topic.name.clone(), found.index)).collect::<Vec<_>>()
    });
    Ok(kept.collect())
}

async fn open_for_longer(
    client: &Client,
    broker: Option<i32>,
    timeout_ms: i64,
    mut partitions: Vec<TopicPartition>,
) -> Result<Vec<Open>, Stop> {
    let count = partitions.len();
    java::hash_map_order(&mut partitions, |found| java::partition_hash(&found.topic, found.partition));
    let mut open = Vec::new();
    for partition in partitions {
        let producers = of_partition(client, &partition, broker).await.map_err(|error| {
            let broker = broker.map_or_else(|| "Optional.empty".to_owned(), |broker| format!("Optional[{broker}]"));
            failed(&format!("Failed to describe producers for {count} partitions on broker {broker}"), &error)
        })?;
        let now = now_millis();
        let old = producers
            .into_iter()
            .filter(|producer| producer.start_offset.is_some() && now - producer.last_timestamp > timeout_ms);
        open.extend(old.map(|producer| Open { partition: partition.clone(), producer }));
    }
    Ok(open)
}

/// Those that no coordinator knows, or knows without that partition.
async fn without_coordinator(client: &Client, open: Vec<Open>) -> Result<Vec<Open>, Stop> {
    let mut producers: Vec<i64> = open.iter().map(|open| open.producer.id).collect();
    producers.sort_unstable();
    producers.dedup();
    let told = |error: &Exception| failed(&format!("Failed to list transactions for {} producers", producers.len()), error);
    let mut ids: BTreeMap<i64, String> = BTreeMap::new();
    for broker in brokers(client, "listTransactions(api=METADATA)").await.map_err(|error| told(&error))? {
        let found = client.list_transactions(broker, &producers).await;
        for found in found.map_err(|error| told(&list_failed(broker, &error)))? {
            ids.insert(found.producer_id, found.id);
        }
    }
    let mut known: BTreeMap<&str, Option<TransactionDescription>> = BTreeMap::new();
    for id in ids.values() {
        let description = match client.describe_transaction(id).await {
            Ok(description) => Some(description),
            Err(error) if error.code_name() == "TRANSACTIONAL_ID_NOT_FOUND" => None,
            Err(error) => {
                let what = format!("Failed to describe {} transactions", ids.len());
                return Err(failed(&what, &super::describe_failed(id, &error)));
            }
        };
        known.insert(id, description);
    }
    let hangs = |open: &Open| {
        let description = ids.get(&open.producer.id).and_then(|id| known.get(id.as_str())?.as_ref());
        description.is_none_or(|description| !description.partitions.contains(&open.partition))
    };
    Ok(open.into_iter().filter(hangs).collect())
}

fn show(hanging: &[Open]) {
    let now = now_millis();
    let row = |Open { partition, producer }: &Open| {
        vec![
            partition.topic.clone(),
            partition.partition.to_string(),
            producer.id.to_string(),
            producer.epoch.to_string(),
            producer.coordinator_epoch.to_string(),
            producer.start_offset.unwrap_or(-1).to_string(),
            producer.last_timestamp.to_string(),
            ((now - producer.last_timestamp) / MINUTE).to_string(),
        ]
    };
    let headings = [
        "Topic",
        "Partition",
        "ProducerId",
        "ProducerEpoch",
        "CoordinatorEpoch",
        "StartOffset",
        "LastTimestamp",
        "Duration(min)",
    ];
    table(&headings, &hanging.iter().map(row).collect::<Vec<_>>());
}
