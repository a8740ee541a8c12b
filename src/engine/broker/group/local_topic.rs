//! `__consumer_offsets` as this broker's partitions have it.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use kafka_protocol::ResponseError;

use super::machine::GROUP_METADATA_TOPIC;
use super::topic::{OffsetsTopic, Replicated};
use crate::engine::broker::log::FirstBatch;
use crate::engine::broker::metadata::MetadataCache;
use crate::engine::broker::replica::{AppendOrigin, Isolation, Partition, ReplicaManager};
use crate::engine::kafka::Chunk;

/// The partitions of `__consumer_offsets` on this broker.
#[derive(Debug)]
pub struct LocalTopic {
    replicas: Arc<ReplicaManager>,
    metadata: Arc<MetadataCache>,
}

impl LocalTopic {
    /// The topic as `metadata` knows it and `replicas` has it.
    pub fn new(replicas: Arc<ReplicaManager>, metadata: Arc<MetadataCache>) -> Self {
        Self { replicas, metadata }
    }

    fn partition(&self, partition: i32) -> Result<Arc<Partition>, ResponseError> {
        self.replicas.partition(GROUP_METADATA_TOPIC, partition)
    }
}

impl OffsetsTopic for LocalTopic {
    fn partition_count(&self) -> Option<i32> {
        let metadata = self.metadata.snapshot();
        let topic = metadata.topics.get(GROUP_METADATA_TOPIC)?;
        i32::try_from(topic.partitions.len()).ok()
    }

    fn leader_epoch(&self, partition: i32) -> i32 {
        self.partition(partition).map_or(-1, |partition| partition.leader_epoch())
    }

    fn offsets(&self, partition: i32) -> Result<Range<i64>, ResponseError> {
        let partition = self.partition(partition)?;
        Ok(partition.log_start_offset()..partition.log_end_offset())
    }

    fn read(&self, partition: i32, offset: i64, max_bytes: usize) -> Result<Bytes, ResponseError> {
        let slice = self.partition(partition)?.read(offset, max_bytes, FirstBatch::Whole, Isolation::LogEnd)?;
        match slice.records {
            None => Ok(Bytes::new()),
            Some(Chunk::Bytes(bytes)) => Ok(bytes),
            Some(Chunk::File { file, offset, length }) => {
                read_file(&file, offset, length).map_err(|_| ResponseError::KafkaStorageError)
            }
        }
    }

    fn append(&self, partition: i32, batch: Bytes, acks: i16) -> Result<i64, ResponseError> {
        let appended = self.partition(partition)?.append(&batch, AppendOrigin::Coordinator, acks);
        appended.map(|info| info.base_offset).map_err(|refused| refused.error)
    }

    fn replicated(self: Arc<Self>, partition: i32, offset: i64, timeout: Duration) -> Replicated {
        Box::pin(async move { self.partition(partition)?.wait_replicated(offset, timeout).await })
    }
}

/// The log says how long the range is: `offsets.load.buffer.size`, or one batch, which `message.max.bytes` limits.
fn read_file(file: &File, offset: u64, length: usize) -> std::io::Result<Bytes> {
    let mut bytes = vec![0; length];
    file.read_exact_at(&mut bytes, offset)?;
    Ok(bytes.into())
}
