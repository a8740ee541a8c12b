//! `__consumer_offsets` in memory, for tests.

use std::ops::Range;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use kafka_protocol::ResponseError;
use tokio::sync::watch;

use super::records::decode_batches;
use super::topic::{OffsetsTopic, Replicated};

/// Partitions as lists of batches, each with its first offset.
#[derive(Debug)]
pub struct MemoryTopic {
    partitions: Mutex<Vec<Vec<(i64, Bytes)>>>,
    /// What appends fail with.
    pub refuse: Mutex<Option<ResponseError>>,
    /// Whether replicas follow.
    pub follow: watch::Sender<bool>,
}

impl MemoryTopic {
    /// 50 empty partitions.
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            partitions: Mutex::new(vec![Vec::new(); 50]),
            refuse: Mutex::default(),
            follow: watch::Sender::new(true),
        })
    }

    fn end(batches: &[(i64, Bytes)]) -> i64 {
        batches.last().map_or(0, |(first, batch)| first + decode_batches(batch).unwrap().records.len() as i64)
    }
}

impl OffsetsTopic for MemoryTopic {
    fn partition_count(&self) -> Option<i32> {
        Some(50)
    }

    fn leader_epoch(&self, _partition: i32) -> i32 {
        0
    }

    fn offsets(&self, partition: i32) -> Result<Range<i64>, ResponseError> {
        Ok(0..Self::end(&self.partitions.lock().unwrap()[partition as usize]))
    }

    fn read(&self, partition: i32, offset: i64, max_bytes: usize) -> Result<Bytes, ResponseError> {
        let partitions = self.partitions.lock().unwrap();
        let mut out = BytesMut::new();
        let batches = &partitions[partition as usize];
        for (first, batch) in batches.iter().filter(|(first, _)| *first >= offset) {
            if out.is_empty() || out.len() + batch.len() <= max_bytes {
                out.put_i64(*first);
                out.extend_from_slice(&batch[8..]);
            } else {
                break;
            }
        }
        Ok(out.freeze())
    }

    fn append(&self, partition: i32, batch: Bytes, _acks: i16) -> Result<i64, ResponseError> {
        if let Some(error) = *self.refuse.lock().unwrap() {
            return Err(error);
        }
        let batches = &mut self.partitions.lock().unwrap()[partition as usize];
        let first = Self::end(batches);
        batches.push((first, batch));
        Ok(first)
    }

    fn replicated(self: Arc<Self>, _partition: i32, _offset: i64, timeout: Duration) -> Replicated {
        let mut follow = self.follow.subscribe();
        Box::pin(async move {
            match tokio::time::timeout(timeout, follow.wait_for(|follow| *follow)).await {
                Ok(_) => Ok(()),
                Err(_) => Err(ResponseError::RequestTimedOut),
            }
        })
    }
}
