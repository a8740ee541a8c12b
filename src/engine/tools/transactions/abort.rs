//! `abort`: ends a transaction in one partition with a marker, where nobody else will.

use super::failed;
use super::producers::{at_leader, of_partition, partition_of};
use crate::engine::client::transactions::AbortMarker;
use crate::engine::client::{Client, ClientError, TopicPartition};
use crate::engine::tools::argparse::Namespace;
use crate::engine::tools::{Exception, Stop};

pub(super) async fn abort(client: &Client, line: &Namespace) -> Result<(), Stop> {
    let partition = partition_of(line);
    let (start, producer): (Option<i64>, Option<i64>) = (line.number("start-offset"), line.number("producer-id"));
    let marker = match (start, producer) {
        (Some(start), _) => open_at(client, partition, start).await?,
        (None, Some(producer_id)) => {
            let missing = |option: &str| Stop::Message(format!("Missing required argument --{option}"));
            let producer_epoch = line.number("producer-epoch").ok_or_else(|| missing("producer-epoch"))?;
            let epoch: i32 = line.number("coordinator-epoch").ok_or_else(|| missing("coordinator-epoch"))?;
            AbortMarker { partition, producer_id, producer_epoch, coordinator_epoch: epoch.max(0) }
        }
        (None, None) => {
            let text = "The transaction to abort must be identified either with --start-offset (for brokers on 3.0 or above) or \
                        with --producer-id, --producer-epoch, and --coordinator-epoch (for older brokers)";
            return Err(Stop::Message(text.to_owned()));
        }
    };
    let write = async |leader| client.write_abort_marker(leader, &marker, client.deadline()).await;
    let told = |error: &Exception| failed(&format!("Failed to abort transaction {}", shown(&marker)), error);
    let answer = at_leader(client, &marker.partition, "abortTransaction", write).await.map_err(|error| told(&error))?;
    answer.map_err(|error| told(&refused(&marker, &error)))
}

/// The marker for the transaction that begins at an offset.
async fn open_at(client: &Client, partition: TopicPartition, start: i64) -> Result<AbortMarker, Stop> {
    let found = of_partition(client, &partition, None).await;
    let found = found.map_err(|error| failed(&format!("Failed to validate producer state for partition {partition}"), &error))?;
    let Some(producer) = found.into_iter().find(|producer| producer.start_offset == Some(start)) else {
        let text = format!("Could not find any open transactions starting at offset {start} on partition {partition}");
        return Err(Stop::Message(text));
    };
    Ok(AbortMarker {
        partition,
        producer_id: producer.id,
        // Java casts, which cuts off what does not fit; no epoch is that large
        producer_epoch: i16::try_from(producer.epoch).unwrap_or(i16::MAX),
        coordinator_epoch: producer.coordinator_epoch.max(0),
    })
}

fn shown(marker: &AbortMarker) -> String {
    let AbortMarker { partition, producer_id, producer_epoch, coordinator_epoch } = marker;
    format!(
        "AbortTransactionSpec(topicPartition={partition}, producerId={producer_id}, producerEpoch={producer_epoch}, \
         coordinatorEpoch={coordinator_epoch})"
    )
}

fn refused(marker: &AbortMarker, error: &ClientError) -> Exception {
    let exception = Exception::of_call("abortTransaction(api=WRITE_TXN_MARKERS)", error);
    let why = match error.code_name() {
        _ if error.code().is_none() => return exception,
        "CLUSTER_AUTHORIZATION_FAILED" => "failed due to cluster authorization error".to_owned(),
        "INVALID_PRODUCER_EPOCH" => "failed due an invalid producer epoch".to_owned(),
        "TRANSACTION_COORDINATOR_FENCED" => format!(
            "failed since the provided coordinator epoch {} has been fenced by the active coordinator",
            marker.coordinator_epoch
        ),
        _ => format!("failed due to unexpected error: {}", exception.text()),
    };
    Exception::new(exception.class, format!("WriteTxnMarkers request with {} {why}", shown(marker)))
}
