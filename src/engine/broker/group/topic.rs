//! The topic `__consumer_offsets` as the coordinator uses it, and its partitions on this broker.

use std::fmt;
use std::future::Future;
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use kafka_protocol::ResponseError;

/// Ends when a record has reached every replica in sync.
pub type Replicated = Pin<Box<dyn Future<Output = Result<(), ResponseError>> + Send>>;

/// Keeps groups and offsets. Calls return at once; what is read and written is in the page cache.
pub trait OffsetsTopic: fmt::Debug + Send + Sync {
    /// How many partitions the topic has; `None` where it is not there.
    fn partition_count(&self) -> Option<i32>;

    /// The leader epoch of a partition.
    fn leader_epoch(&self, partition: i32) -> i32;

    /// The offsets that a partition has.
    ///
    /// # Errors
    /// `NOT_LEADER_OR_FOLLOWER` and the like where it is not here.
    fn offsets(&self, partition: i32) -> Result<Range<i64>, ResponseError>;

    /// Batches of a partition from `offset` on, about `max_bytes` of them and one at least; empty at the end.
    ///
    /// # Errors
    /// `KAFKA_STORAGE_ERROR` and the like.
    fn read(&self, partition: i32, offset: i64, max_bytes: usize) -> Result<Bytes, ResponseError>;

    /// Appends a batch. Returns the offset of its first record.
    ///
    /// # Errors
    /// `NOT_LEADER_OR_FOLLOWER`, `NOT_ENOUGH_REPLICAS` and the like.
    fn append(&self, partition: i32, batch: Bytes, acks: i16) -> Result<i64, ResponseError>;

    /// Waits until the record at `offset` has reached every replica in sync.
    fn replicated(self: Arc<Self>, partition: i32, offset: i64, timeout: Duration) -> Replicated;
}
