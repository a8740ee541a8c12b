//! librdkafka as an independent client: what it was told to write must be what it reads.

use std::ops::Range;

use rdkafka::config::ClientConfig;
use rdkafka::consumer::{Consumer, StreamConsumer};
use rdkafka::error::KafkaError;
use rdkafka::message::Message;
use rdkafka::producer::{FutureProducer, FutureRecord, Producer};
use rdkafka::{Offset, TopicPartitionList};

use super::DEADLINE;

/// Writes records with these values to partition 0, `acks=all`, and waits until each is acknowledged; gives their offsets.
pub async fn produce(bootstrap: &str, topic: &str, values: &[String]) -> Vec<i64> {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", bootstrap).set("acks", "all").set("message.timeout.ms", "30000");
    let producer: FutureProducer = config.create().expect("a valid configuration");
    let mut offsets = Vec::new();
    for value in values {
        let record = FutureRecord::<(), str>::to(topic).payload(value).partition(0);
        let delivered = producer.send(record, DEADLINE).await;
        offsets.push(delivered.unwrap_or_else(|(error, _)| panic!("{value} was not taken: {error}")).offset);
    }
    offsets
}

/// Writes numbers as records, each to the partition that it falls to, and waits until all are acknowledged.
pub async fn produce_numbers(bootstrap: &str, topic: &str, partitions: i32, values: Range<usize>) {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", bootstrap).set("enable.idempotence", "true").set("linger.ms", "5");
    let producer: FutureProducer = config.create().expect("a valid configuration");
    let mut sent = Vec::new();
    for value in values {
        let (text, partition) = (value.to_string(), i32::try_from(value).expect("a small number") % partitions);
        let record = FutureRecord::<(), String>::to(topic).payload(&text).partition(partition);
        sent.push(producer.send_result(record).unwrap_or_else(|(error, _)| panic!("{error}")));
    }
    for one in sent {
        one.await.expect("the producer lives").unwrap_or_else(|(error, _)| panic!("{error}"));
    }
    producer.flush(DEADLINE).expect("nothing is left");
}

/// Reads `count` records of partition 0 from its beginning.
pub async fn consume(bootstrap: &str, topic: &str, count: usize) -> Vec<String> {
    let values = consume_partition(bootstrap, topic, 0, count).await;
    assert!(values.len() == count, "{} of {count} records came, then none", values.len());
    values
}

/// Reads a partition from its beginning to its end, but no more than `limit` records.
pub async fn consume_partition(bootstrap: &str, topic: &str, partition: i32, limit: usize) -> Vec<String> {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", bootstrap).set("group.id", "unused").set("enable.auto.commit", "false");
    let consumer: StreamConsumer = config.set("enable.partition.eof", "true").create().expect("a valid configuration");
    let mut partitions = TopicPartitionList::new();
    partitions.add_partition_offset(topic, partition, Offset::Beginning).expect("a valid offset");
    consumer.assign(&partitions).expect("an assignment needs no broker");
    let mut values = Vec::new();
    while values.len() < limit {
        let next = tokio::time::timeout(DEADLINE, consumer.recv()).await;
        match next.unwrap_or_else(|_| panic!("{} records came, then nothing", values.len())) {
            Ok(record) => values.push(String::from_utf8_lossy(record.payload().unwrap_or_default()).into_owned()),
            Err(KafkaError::PartitionEOF(_)) => break,
            Err(error) => panic!("{topic}-{partition}: {error}"),
        }
    }
    values
}

/// Reads `count` records as a member of a consumer group, and commits.
pub async fn consume_in_group(bootstrap: &str, topic: &str, group: &str, count: usize) -> Vec<String> {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", bootstrap).set("group.id", group).set("auto.offset.reset", "earliest");
    let consumer: StreamConsumer = config.set("enable.auto.commit", "false").create().expect("a valid configuration");
    consumer.subscribe(&[topic]).expect("a valid subscription");
    let mut values = Vec::new();
    while values.len() < count {
        let next = tokio::time::timeout(DEADLINE, consumer.recv()).await;
        let record = next.unwrap_or_else(|_| panic!("{} of {count} records came, then none", values.len()));
        let record = record.expect("the broker serves");
        values.push(String::from_utf8_lossy(record.payload().unwrap_or_default()).into_owned());
    }
    consumer.commit_consumer_state(rdkafka::consumer::CommitMode::Sync).expect("the coordinator takes the offsets");
    values
}
