//! What a Fetch brings, batch by batch and record by record, whatever it is packed with.

use bytes::Bytes;
use kafka_protocol::messages::FetchResponse;
use kafka_protocol::protocol::Decodable;

use kafkalab::engine::kafka::batch::{BatchHeader, Batches};
use kafkalab::engine::kafka::record_set::{FetchedRecord, decode_unchecked};

/// A batch as it is compared.
#[derive(Debug)]
#[expect(dead_code, reason = "they are shown")]
struct Batch {
    base_offset: i64,
    last_offset_delta: i32,
    partition_leader_epoch: i32,
    attributes: i16,
    base_timestamp: i64,
    max_timestamp: i64,
    producer_id: i64,
    producer_epoch: i16,
    base_sequence: i32,
    records: Vec<FetchedRecord>,
}

/// A partition as it is compared.
#[derive(Debug)]
#[expect(dead_code, reason = "they are shown")]
struct Partition {
    partition_index: i32,
    error_code: i16,
    high_watermark: i64,
    log_start_offset: i64,
    batches: Vec<Batch>,
}

fn batch(header: BatchHeader, bytes: &[u8]) -> Batch {
    let decoded = decode_unchecked(&Bytes::copy_from_slice(bytes)).expect("a batch of a broker is well-formed");
    Batch {
        base_offset: header.base_offset,
        last_offset_delta: header.last_offset_delta,
        partition_leader_epoch: header.partition_leader_epoch,
        attributes: header.attributes,
        base_timestamp: header.base_timestamp,
        max_timestamp: header.max_timestamp,
        producer_id: header.producer_id,
        producer_epoch: header.producer_epoch,
        base_sequence: header.base_sequence,
        records: decoded.records,
    }
}

/// The answer as text.
pub fn show(mut body: Bytes, version: i16) -> String {
    let answer = FetchResponse::decode(&mut body, version).expect("a broker's answer");
    let partitions = answer.responses.iter().flat_map(|topic| &topic.partitions).map(|partition| {
        let records = partition.records.clone().unwrap_or_default();
        let whole = Batches::new(&records).map(|one| one.expect("the checksum holds"));
        Partition {
            partition_index: partition.partition_index,
            error_code: partition.error_code,
            high_watermark: partition.high_watermark,
            log_start_offset: partition.log_start_offset,
            batches: whole.map(|(header, bytes)| batch(header, bytes)).collect(),
        }
    });
    format!("{:?}", partitions.collect::<Vec<_>>())
}
