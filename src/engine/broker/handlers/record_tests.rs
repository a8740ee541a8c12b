//! The APIs of records in every version that they have, from the bytes of a request to those of its answer.

use std::time::Duration;

use bytes::Bytes;
use kafka_protocol::ResponseError;
use kafka_protocol::messages::fetch_request::{FetchPartition, FetchTopic};
use kafka_protocol::messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use kafka_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
use kafka_protocol::messages::*;
use kafka_protocol::protocol::StrBytes;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::bench::Bench;
use crate::engine::broker::controller::Command;
use crate::engine::broker::metadata::ClusterMetadata;
use crate::engine::kafka::batch::Compression;
use crate::engine::kafka::record_set::{NewRecord, Producer, encode};

const ID: Uuid = Uuid::from_u128(7);

fn bench() -> Bench {
    let bench = Bench::new(&[]);
    bench.lead("t", ID, 0, 2);
    let topic_names = [(ID, "t".to_owned())].into();
    bench.broker.metadata.replace(ClusterMetadata { topic_names, ..ClusterMetadata::default() });
    bench
}

fn name(topic: &str) -> TopicName {
    TopicName(StrBytes::from_string(topic.to_owned()))
}

fn batch() -> Bytes {
    let record = NewRecord { timestamp: 1000, value: Some(Bytes::from_static(b"v")), ..NewRecord::default() };
    encode(&[record], Compression::None, Producer::NONE).expect("encodes")
}

fn produce(topic: &str, acks: i16) -> ProduceRequest {
    let data = PartitionProduceData::default().with_index(0).with_records(Some(batch()));
    let topic = TopicProduceData::default().with_name(name(topic)).with_partition_data(vec![data]);
    ProduceRequest::default().with_acks(acks).with_timeout_ms(1000).with_topic_data(vec![topic])
}

fn fetch(version: i16, offset: i64, min_bytes: i32, max_wait_ms: i32) -> FetchRequest {
    let partition = FetchPartition::default().with_partition(0).with_fetch_offset(offset).with_partition_max_bytes(1000);
    let topic = FetchTopic::default().with_partitions(vec![partition]);
    let topic = if version >= 13 { topic.with_topic_id(ID) } else { topic.with_topic(name("t")) };
    let request = FetchRequest::default().with_topics(vec![topic]).with_max_wait_ms(max_wait_ms).with_min_bytes(min_bytes);
    let request = if version >= 7 { request.with_session_epoch(-1) } else { request };
    if version >= 3 { request.with_max_bytes(10_000) } else { request }
}

#[tokio::test]
async fn records_go_in_and_out_in_every_version() {
    let bench = bench();
    for version in 3..=9 {
        let answer = bench.ask(produce("t", -1), version).await.expect("answered");
        let partition = &answer.responses[0].partition_responses[0];
        assert_eq!((partition.error_code, partition.base_offset), (0, i64::from(version) - 3), "version {version}");
    }
    assert!(bench.ask(produce("t", 0), 9).await.is_none(), "acks=0 is not answered");
    let unknown = bench.ask(produce("u", 1), 9).await.expect("answered");
    let code = unknown.responses[0].partition_responses[0].error_code;
    assert_eq!(code, ResponseError::UnknownTopicOrPartition.code());
    let acks = bench.ask(produce("t", 2), 9).await.expect("answered");
    assert_eq!(acks.responses[0].partition_responses[0].error_code, ResponseError::InvalidRequiredAcks.code());
    for version in 4..=15 {
        let answer = bench.ask(fetch(version, 7, 1, 0), version).await.expect("answered");
        let partition = &answer.responses[0].partitions[0];
        assert_eq!((partition.error_code, partition.high_watermark), (0, 8), "version {version}");
        let records = partition.records.clone().expect("records");
        assert_eq!(
            (records.len(), &records[..8], &records[12..16]),
            (batch().len(), &7_i64.to_be_bytes()[..], &[0, 0, 0, 2][..])
        );
    }
    for version in 0..=3 {
        let answer = bench.ask(fetch(version, 0, 1, 0), version).await.expect("answered");
        assert_eq!(answer.responses[0].partitions[0].error_code, ResponseError::UnsupportedVersion.code());
    }
    let beyond = bench.ask(fetch(12, 99, 1, 0), 12).await.expect("answered");
    assert_eq!(beyond.responses[0].partitions[0].error_code, ResponseError::OffsetOutOfRange.code());
}

#[tokio::test]
async fn a_fetch_waits_for_records_and_no_longer_than_it_says() {
    let bench = bench();
    let empty = bench.ask(fetch(12, 0, 1, 5), 12).await.expect("answered");
    assert_eq!(empty.responses[0].partitions[0].records.as_ref().map_or(0, Bytes::len), 0);
    // the first waits by the time the second begins
    let both = async { tokio::join!(bench.ask(fetch(12, 0, 1, 60_000), 12), bench.ask(produce("t", 1), 9)) };
    let (answer, _) = tokio::time::timeout(Duration::from_secs(10), both).await.expect("woken");
    let answer = answer.expect("answered");
    assert_eq!(answer.responses[0].partitions[0].records.as_ref().map(Bytes::len), Some(batch().len()));
}

#[tokio::test]
async fn offsets_are_listed_in_every_version() {
    let bench = bench();
    for _ in 0..3 {
        bench.ask(produce("t", 1), 9).await.expect("answered");
    }
    for version in 1..=8 {
        for (timestamp, expected) in [(-1, 3), (-2, 0), (1000, 0), (1001, -1), (-3, 0)] {
            if version < 7 && timestamp == -3 {
                continue;
            }
            let partition = ListOffsetsPartition::default().with_partition_index(0).with_timestamp(timestamp);
            let topic = ListOffsetsTopic::default().with_name(name("t")).with_partitions(vec![partition]);
            let answer = bench.ask(ListOffsetsRequest::default().with_topics(vec![topic]), version).await.expect("answered");
            let found = &answer.topics[0].partitions[0];
            assert_eq!((found.error_code, found.offset), (0, expected), "version {version}, time {timestamp}");
        }
    }
    // version 0 tells the first offsets of segments, the newest first
    for (timestamp, most, expected) in
        [(-1, 5, &[3, 0][..]), (-1, 1, &[3]), (-2, 5, &[0]), (1000, 5, &[]), (i64::MAX, 5, &[3, 0])]
    {
        let partition = ListOffsetsPartition::default().with_timestamp(timestamp).with_max_num_offsets(most);
        let topic = ListOffsetsTopic::default().with_name(name("t")).with_partitions(vec![partition]);
        let answer = bench.ask(ListOffsetsRequest::default().with_topics(vec![topic]), 0).await.expect("answered");
        assert_eq!(answer.topics[0].partitions[0].old_style_offsets, expected, "{most} of {timestamp}");
    }
}

#[tokio::test]
async fn producers_get_ids_and_logs_are_described() {
    let mut bench = bench();
    let mut commands = std::mem::replace(&mut bench.commands, mpsc::channel(1).1);
    tokio::spawn(async move {
        while let Some(command) = commands.recv().await {
            if let Command::AllocateProducerIds { done } = command {
                let _ = done.send(Ok(4000..5000));
            }
        }
    });
    for (version, id) in (0..=4).zip(4000..) {
        let answer = bench.ask(InitProducerIdRequest::default().with_transactional_id(None), version).await.expect("answered");
        assert_eq!((answer.error_code, answer.producer_id.0, answer.producer_epoch), (0, id, 0));
    }
    bench.ask(produce("t", 1), 9).await.expect("answered");
    for version in 0..=4 {
        let answer = bench.ask(DescribeLogDirsRequest::default().with_topics(None), version).await.expect("answered");
        let size = i64::try_from(batch().len()).expect("small");
        assert_eq!(answer.results[0].topics[0].partitions[0].partition_size, size, "version {version}");
    }
}
