//! Who wrote to a partition with an idempotent producer (KIP-98): the last batches of each, so that a batch that is sent twice is
//! kept once and a gap is refused.

use std::collections::{HashMap, VecDeque};

use crate::engine::kafka::batch::{BatchHeader, NO_SEQUENCE, add_sequence};

/// How many batches are remembered of each producer: as many as it may have in flight.
const REMEMBERED_BATCHES: usize = 5;
/// "No epoch": the producer's state was lost, any sequence goes.
const NO_EPOCH: i16 = -1;

/// A batch that a producer wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProducerBatch {
    /// The sequence number of its last record.
    pub last_sequence: i32,
    /// The offset of its last record.
    pub last_offset: i64,
    /// The offset of its last record less that of its first.
    pub offset_delta: i32,
    /// The largest time in it.
    pub timestamp: i64,
}

impl ProducerBatch {
    /// The sequence number of its first record.
    pub fn first_sequence(&self) -> i32 {
        if self.last_sequence == NO_SEQUENCE { NO_SEQUENCE } else { add_sequence(self.last_sequence, -self.offset_delta) }
    }

    /// The offset of its first record.
    pub fn first_offset(&self) -> i64 {
        self.last_offset - i64::from(self.offset_delta)
    }
}

/// What is remembered of one producer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProducerEntry {
    /// The producer's id.
    pub id: i64,
    /// Its epoch; a lower one is fenced.
    pub epoch: i16,
    /// The largest time of its last batch or marker.
    pub last_timestamp: i64,
    /// The epoch of the transaction coordinator that wrote the last marker; -1 before any.
    pub coordinator_epoch: i32,
    /// Where its open transaction begins.
    pub transaction_start: Option<i64>,
    batches: VecDeque<ProducerBatch>,
}

impl ProducerEntry {
    /// A producer of which no batch was seen.
    pub fn new(id: i64, epoch: i16) -> Self {
        let batches = VecDeque::new();
        Self { id, epoch, last_timestamp: -1, coordinator_epoch: -1, transaction_start: None, batches }
    }

    /// The batches that are remembered, oldest first.
    pub fn batches(&self) -> impl Iterator<Item = &ProducerBatch> {
        self.batches.iter()
    }

    /// The newest batch.
    pub fn last_batch(&self) -> Option<&ProducerBatch> {
        self.batches.back()
    }

    /// Remembers a batch, and forgets the oldest where there are too many.
    pub fn push(&mut self, batch: ProducerBatch) {
        if self.batches.len() == REMEMBERED_BATCHES {
            self.batches.pop_front();
        }
        self.last_timestamp = batch.timestamp;
        self.batches.push_back(batch);
    }

    fn duplicate(&self, batch: &BatchHeader) -> Option<ProducerBatch> {
        let same =
            |seen: &&ProducerBatch| seen.first_sequence() == batch.base_sequence && seen.last_sequence == batch.last_sequence();
        if batch.producer_epoch == self.epoch { self.batches.iter().find(same).copied() } else { None }
    }
}

/// Why a producer's batch is refused; the texts are Kafka's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SequenceError {
    /// A batch is missing before this one.
    #[error(
        "Out of order sequence number for producer {producer} at offset {offset} in partition {partition}: {found} (incoming seq. number), {expected} (current end sequence number)"
    )]
    OutOfOrder {
        /// The producer's id.
        producer: i64,
        /// Where the batch would have gone.
        offset: i64,
        /// The partition.
        partition: String,
        /// The sequence number that came.
        found: i32,
        /// The last that was kept.
        expected: i32,
    },
    /// A new epoch that does not begin at sequence 0.
    #[error(
        "Invalid sequence number for new epoch of producer {producer} at offset {offset} in partition {partition}: {epoch} (request epoch), {found} (seq. number), {current} (current producer epoch)"
    )]
    NewEpoch {
        /// The producer's id.
        producer: i64,
        /// Where the batch would have gone.
        offset: i64,
        /// The partition.
        partition: String,
        /// The epoch that came.
        epoch: i16,
        /// The sequence number that came.
        found: i32,
        /// The epoch that is known.
        current: i16,
    },
    /// A later incarnation of the producer has written already.
    #[error(
        "Epoch of producer {producer} at offset {offset} in {partition} is {epoch}, which is smaller than the last seen epoch {current}"
    )]
    Fenced {
        /// The producer's id.
        producer: i64,
        /// Where the batch would have gone.
        offset: i64,
        /// The partition.
        partition: String,
        /// The epoch that came.
        epoch: i16,
        /// The epoch that is known.
        current: i16,
    },
}

/// The producers of one partition.
#[derive(Debug, Default)]
pub struct ProducerState {
    entries: HashMap<i64, ProducerEntry>,
    /// The offset up to which the entries say what the log says.
    pub end_offset: i64,
    /// The offset of the newest snapshot on disk.
    pub snapshot_offset: i64,
}

impl ProducerState {
    /// No producers, in a log of which everything below `offset` was looked at.
    pub fn starting_at(offset: i64) -> Self {
        Self { end_offset: offset, ..Self::default() }
    }

    /// The state that a snapshot taken at `offset` holds; producers that were silent for `expiration_ms` are left out.
    pub fn restore(entries: Vec<ProducerEntry>, offset: i64, now: i64, expiration_ms: i64) -> Self {
        let mut state =
            Self { entries: entries.into_iter().map(|e| (e.id, e)).collect(), end_offset: offset, snapshot_offset: offset };
        state.expire(now, expiration_ms);
        state
    }

    /// The batch that this one repeats, if the producer sent it before.
    pub fn duplicate(&self, batch: &BatchHeader) -> Option<ProducerBatch> {
        self.entries.get(&batch.producer_id).filter(|_| batch.has_producer_id())?.duplicate(batch)
    }

    /// Whether a batch of an idempotent producer comes next, as Kafka's `ProducerAppendInfo` has it; `offset` is where it goes.
    ///
    /// # Errors
    /// See [`SequenceError`].
    pub fn check(&self, batch: &BatchHeader, offset: i64, partition: &str) -> Result<(), SequenceError> {
        let Some(entry) = self.entries.get(&batch.producer_id) else { return Ok(()) };
        let (producer, epoch, found) = (batch.producer_id, batch.producer_epoch, batch.base_sequence);
        let partition = || partition.to_owned();
        let current = entry.epoch;
        if epoch < current {
            return Err(SequenceError::Fenced { producer, offset, partition: partition(), epoch, current });
        }
        if epoch > current {
            if found != 0 && current != NO_EPOCH {
                return Err(SequenceError::NewEpoch { producer, offset, partition: partition(), epoch, found, current });
            }
            return Ok(());
        }
        let expected = entry.last_batch().map_or(NO_SEQUENCE, |last| last.last_sequence);
        let next = found == add_sequence(expected, 1);
        if current == NO_EPOCH || next {
            return Ok(());
        }
        Err(SequenceError::OutOfOrder { producer, offset, partition: partition(), found, expected })
    }

    /// Takes note of a batch of data that is in the log.
    pub fn update(&mut self, batch: &BatchHeader) {
        self.end_offset = self.end_offset.max(batch.next_offset());
        if !batch.has_producer_id() {
            return;
        }
        let entry = self.entries.entry(batch.producer_id).or_insert_with(|| ProducerEntry::new(batch.producer_id, NO_EPOCH));
        if batch.producer_epoch != entry.epoch {
            entry.batches.clear();
            entry.epoch = batch.producer_epoch;
        }
        entry.push(ProducerBatch {
            last_sequence: batch.last_sequence(),
            last_offset: batch.last_offset(),
            offset_delta: batch.last_offset_delta,
            timestamp: batch.max_timestamp,
        });
        if batch.is_transactional() && entry.transaction_start.is_none() {
            entry.transaction_start = Some(batch.base_offset);
        }
    }

    /// Takes note of a transaction's marker that is in the log.
    pub fn update_marker(&mut self, batch: &BatchHeader, coordinator_epoch: i32) {
        self.end_offset = self.end_offset.max(batch.next_offset());
        let entry = self.entries.entry(batch.producer_id).or_insert_with(|| ProducerEntry::new(batch.producer_id, NO_EPOCH));
        if batch.producer_epoch != entry.epoch {
            entry.batches.clear();
            entry.epoch = batch.producer_epoch;
        }
        entry.transaction_start = None;
        entry.coordinator_epoch = coordinator_epoch;
        entry.last_timestamp = batch.max_timestamp;
    }

    /// The first offset of the oldest open transaction.
    pub fn first_unstable_offset(&self) -> Option<i64> {
        self.entries.values().filter_map(|entry| entry.transaction_start).min()
    }

    /// Forgets producers that were silent for `expiration_ms` and have no open transaction.
    pub fn expire(&mut self, now: i64, expiration_ms: i64) {
        let silent = |entry: &ProducerEntry| now.saturating_sub(entry.last_timestamp) >= expiration_ms;
        self.entries.retain(|_, entry| entry.transaction_start.is_some() || !silent(entry));
    }

    /// The producers, by id.
    pub fn entries(&self) -> Vec<ProducerEntry> {
        let mut all: Vec<ProducerEntry> = self.entries.values().cloned().collect();
        all.sort_by_key(|entry| entry.id);
        all
    }

    /// How many producers are remembered.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(epoch: i16, first_sequence: i32, count: i32, offset: i64) -> BatchHeader {
        BatchHeader {
            base_offset: offset,
            length: 49,
            partition_leader_epoch: 0,
            crc: 0,
            attributes: 0,
            last_offset_delta: count - 1,
            base_timestamp: 1000 + offset,
            max_timestamp: 1000 + offset,
            producer_id: 7,
            producer_epoch: epoch,
            base_sequence: first_sequence,
            count,
        }
    }

    fn state(batches: &[BatchHeader]) -> ProducerState {
        let mut state = ProducerState::default();
        batches.iter().for_each(|batch| state.update(batch));
        state
    }

    fn check(state: &ProducerState, epoch: i16, sequence: i32, expected: &str) {
        let found = match state.check(&batch(epoch, sequence, 1, 50), 50, "t-0") {
            Ok(()) => "next",
            Err(SequenceError::OutOfOrder { .. }) => "out of order",
            Err(SequenceError::NewEpoch { .. }) => "new epoch",
            Err(SequenceError::Fenced { .. }) => "fenced",
        };
        assert_eq!(found, expected, "epoch {epoch} sequence {sequence}");
    }

    #[test]
    fn a_producer_goes_on_where_it_was() {
        let known = state(&[batch(1, 0, 3, 0)]);
        check(&known, 1, 3, "next");
        check(&known, 1, 4, "out of order");
        check(&known, 1, 2, "out of order");
        check(&known, 2, 0, "next");
        check(&known, 2, 1, "new epoch");
        check(&known, 0, 3, "fenced");
        check(&ProducerState::default(), 3, 99, "next");
        let at_the_end = state(&[batch(1, i32::MAX, 1, 0)]);
        check(&at_the_end, 1, 0, "next");
    }

    #[test]
    fn the_last_five_batches_are_known_again() {
        let sent: Vec<_> = (0..6).map(|n| batch(1, n * 2, 2, i64::from(n) * 2)).collect();
        let known = state(&sent);
        let first_offset = |n: usize| known.duplicate(&sent[n]).map(|batch| batch.first_offset());
        assert_eq!((first_offset(0), first_offset(1), first_offset(5)), (None, Some(2), Some(10)));
        assert_eq!(known.duplicate(&batch(1, 2, 1, 0)), None, "another range");
        assert_eq!(known.duplicate(&batch(2, 2, 2, 0)), None, "another epoch");
    }

    #[test]
    fn transactions_hold_the_stable_offset_until_their_marker() {
        let mut data = batch(0, 0, 2, 10);
        data.attributes = 0x10;
        let mut known = state(&[data]);
        assert_eq!(known.first_unstable_offset(), Some(10));
        known.expire(i64::MAX, 1);
        assert_eq!(known.len(), 1, "a producer with an open transaction stays");
        known.update_marker(&batch(0, -1, 1, 12), 4);
        assert_eq!((known.first_unstable_offset(), known.end_offset), (None, 13));
        known.expire(1012 + 5, 6);
        assert_eq!(known.len(), 1);
        known.expire(1012 + 6, 6);
        assert!(known.is_empty());
    }
}
