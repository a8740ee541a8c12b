//! What is read of a partition: records, and offsets by what is known of them.

use kafka_protocol::ResponseError;

use super::{Partition, State};
use crate::engine::broker::log::{FirstBatch, TimestampedOffset, now_ms};
use crate::engine::kafka::Chunk;

/// Up to where a reader may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Isolation {
    /// To the end: a follower.
    LogEnd,
    /// To the high watermark: a consumer.
    ReadUncommitted,
    /// To the first open transaction.
    ReadCommitted,
}

/// What a read finds.
#[derive(Clone, Debug)]
pub struct FetchSlice {
    /// Whole batches from a file, the last of which may be cut off; `None` where there is nothing to read.
    pub records: Option<Chunk>,
    /// The offset up to which records are committed.
    pub high_watermark: i64,
    /// The offset up to which transactions are decided.
    pub last_stable_offset: i64,
    /// The first offset that can be read.
    pub log_start_offset: i64,
}

/// What an offset is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OffsetQuery {
    /// The first that can be read.
    Earliest,
    /// The one after the last that can be read.
    Latest,
    /// Of the record with the largest time.
    MaxTimestamp,
    /// Of the first record with this time or a later one.
    Time(i64),
}

/// An offset with its time, -1 where it has none, and its leader's epoch.
pub type OffsetAnswer = TimestampedOffset;

impl State {
    pub(super) fn limit(&self, isolation: Isolation) -> i64 {
        match isolation {
            Isolation::LogEnd => self.log.end_offset(),
            Isolation::ReadUncommitted => self.high_watermark,
            Isolation::ReadCommitted => {
                self.log.producers().first_unstable_offset().map_or(self.high_watermark, |open| open.min(self.high_watermark))
            }
        }
    }
}

impl Partition {
    /// Finds what to read from `offset` on: at most `max_bytes`, but for the first batch. The bytes go from the file to the socket.
    ///
    /// # Errors
    /// `OFFSET_OUT_OF_RANGE`, `NOT_LEADER_OR_FOLLOWER`, `UNKNOWN_TOPIC_OR_PARTITION`, `KAFKA_STORAGE_ERROR`.
    pub fn read(
        &self,
        offset: i64,
        max_bytes: usize,
        first: FirstBatch,
        isolation: Isolation,
    ) -> Result<FetchSlice, ResponseError> {
        let mut state = self.state();
        self.led(&state)?;
        let limit = state.limit(isolation);
        let slice = state.log.read(offset, limit, max_bytes, first).map_err(|error| {
            let what =
                format!("Exception while reading from {}-{} in dir {}", self.topic, self.index, self.directory().display());
            self.failed(&mut state, &what, &error)
        })?;
        let slice = slice.ok_or(ResponseError::OffsetOutOfRange)?;
        let records = Chunk::File { file: slice.file, offset: slice.position, length: slice.length };
        Ok(FetchSlice {
            records: Some(records).filter(|records| !records.is_empty()),
            high_watermark: state.high_watermark,
            last_stable_offset: state.limit(Isolation::ReadCommitted),
            log_start_offset: state.log.start_offset(),
        })
    }

    /// Answers ListOffsets; `None` where no record that the reader may see has the time.
    ///
    /// # Errors
    /// `NOT_LEADER_OR_FOLLOWER`, `UNKNOWN_TOPIC_OR_PARTITION`, `KAFKA_STORAGE_ERROR`.
    pub fn offset(&self, query: OffsetQuery, isolation: Isolation) -> Result<Option<OffsetAnswer>, ResponseError> {
        let mut state = self.state();
        self.led(&state)?;
        let plain = |offset: i64, leader_epoch: i32| Some(OffsetAnswer { timestamp: -1, offset, leader_epoch });
        let answer = match query {
            OffsetQuery::Earliest => {
                let start = state.log.start_offset();
                Ok(plain(start, state.log.epochs().epoch_of(start).unwrap_or(-1)))
            }
            OffsetQuery::Latest => Ok(plain(state.limit(isolation), state.assignment.leader_epoch)),
            OffsetQuery::MaxTimestamp => Ok(Some(state.log.offset_of_max_timestamp())),
            OffsetQuery::Time(timestamp) => state.log.offset_for_timestamp(timestamp),
        };
        let found = answer.map_err(|error| {
            let directory = self.directory();
            let directory = directory.display();
            let what = format!("Error while fetching offset by timestamp for {}-{} in dir {directory}", self.topic, self.index);
            self.failed(&mut state, &what, &error)
        })?;
        let timed = matches!(query, OffsetQuery::MaxTimestamp | OffsetQuery::Time(_));
        let limit = state.limit(isolation);
        Ok(found.filter(|found| !timed || found.offset < limit))
    }

    /// The offsets at which segments begin and at which the last one ends, where it has records; none above the one up to which
    /// records are committed. Each with the time of its last change in milliseconds since 1970 (UTC).
    ///
    /// # Errors
    /// `NOT_LEADER_OR_FOLLOWER`, `UNKNOWN_TOPIC_OR_PARTITION`.
    pub fn segment_starts(&self) -> Result<Vec<(i64, i64)>, ResponseError> {
        let state = self.state();
        self.led(&state)?;
        let mut starts = state.log.segment_starts(now_ms());
        if let Some((_, written)) = starts.pop_if(|(start, _)| *start > state.high_watermark) {
            starts.retain(|(start, _)| *start <= state.high_watermark);
            starts.push((state.high_watermark, written));
        }
        Ok(starts)
    }

    /// The largest epoch that is not above `epoch`, and the offset after its last record; -1 and -1 where it is not known.
    ///
    /// # Errors
    /// `NOT_LEADER_OR_FOLLOWER`, `UNKNOWN_TOPIC_OR_PARTITION`.
    pub fn end_offset_for_epoch(&self, epoch: i32) -> Result<(i32, i64), ResponseError> {
        let state = self.state();
        self.led(&state)?;
        Ok(state.log.epochs().end_offset_for(epoch, state.log.end_offset()))
    }
}
