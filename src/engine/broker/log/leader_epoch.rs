//! Which leader wrote what (`leader-epoch-checkpoint`, KIP-101): the first offset of every leader epoch.

use std::path::Path;

use super::StorageError;
use super::checkpoint::Checkpoint;
use super::names;

/// "No epoch" and "no offset" in answers.
pub const UNDEFINED: (i32, i64) = (-1, -1);

/// The first offset of each leader epoch, in order. A new epoch is on disk before it is seen; what is cut off is on disk with
/// [`EpochCache::flush`]. A log that is opened need not do that, for the next to open it cuts the same, and a broker with many
/// partitions starts without writing.
#[derive(Debug)]
pub struct EpochCache {
    entries: Vec<(i32, i64)>,
    /// What the file holds.
    written: Vec<(i32, i64)>,
    file: Checkpoint,
}

impl EpochCache {
    /// Reads the epochs of the partition in `folder`.
    ///
    /// # Errors
    /// The file cannot be read or does not hold its format.
    pub fn open(folder: &Path) -> Result<Self, StorageError> {
        let path = folder.join(names::LEADER_EPOCHS);
        let file = Checkpoint::new(path.clone());
        let mut entries = Vec::new();
        for line in file.read()? {
            let words: Vec<&str> = line.split_whitespace().collect();
            let entry = match words[..] {
                [epoch, offset] => epoch.parse().ok().zip(offset.parse().ok()),
                _ => None,
            };
            entries.push(
                entry.ok_or_else(|| StorageError::malformed(&path, format!("malformed line in checkpoint file: '{line}'")))?,
            );
        }
        Ok(Self { written: entries.clone(), entries, file })
    }

    /// The latest epoch; `None` before any leader.
    pub fn latest(&self) -> Option<i32> {
        self.entries.last().map(|entry| entry.0)
    }

    /// The first epoch and its offset.
    pub fn earliest(&self) -> Option<(i32, i64)> {
        self.entries.first().copied()
    }

    /// A leader of `epoch` begins at `offset`; what later epochs claimed from there on is forgotten.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn assign(&mut self, epoch: i32, offset: i64) -> Result<(), StorageError> {
        if self.note(epoch, offset) { self.flush() } else { Ok(()) }
    }

    /// [`Self::assign`] without writing; whether the epoch is a new one.
    pub fn note(&mut self, epoch: i32, offset: i64) -> bool {
        if epoch < 0 || self.latest().is_some_and(|latest| latest >= epoch) {
            return false;
        }
        self.entries.retain(|entry| entry.1 < offset);
        self.entries.push((epoch, offset));
        true
    }

    /// Forgets the epochs that begin at `offset` or later: the log was cut there.
    pub fn truncate_from_end(&mut self, offset: i64) {
        self.entries.retain(|entry| entry.1 < offset);
    }

    /// Forgets the epochs that end at `offset` or earlier: the log begins there now.
    pub fn truncate_from_start(&mut self, offset: i64) {
        let keep_from = self.entries.iter().rposition(|entry| entry.1 <= offset).unwrap_or(0);
        let Some(first) = self.entries.get(keep_from).filter(|entry| entry.1 < offset || keep_from > 0) else { return };
        let first = (first.0, first.1.max(offset));
        self.entries.drain(..keep_from);
        self.entries[0] = first;
    }

    /// The largest epoch that is not above `epoch`, and the offset after its last record; [`UNDEFINED`] where it is not known.
    pub fn end_offset_for(&self, epoch: i32, log_end_offset: i64) -> (i32, i64) {
        match self.latest() {
            None => return UNDEFINED,
            Some(latest) if epoch == latest => return (epoch, log_end_offset),
            Some(latest) if epoch > latest || epoch == UNDEFINED.0 => return UNDEFINED,
            Some(_) => {}
        }
        let next = self.entries.iter().position(|entry| entry.0 > epoch);
        match next.and_then(|next| Some((next.checked_sub(1), self.entries.get(next)?.1))) {
            // an epoch before the first that is known: nothing of it is left
            Some((None, start)) => (epoch, start),
            Some((Some(at), start)) => (self.entries[at].0, start),
            None => UNDEFINED,
        }
    }

    /// The epoch in which `offset` was written.
    pub fn epoch_of(&self, offset: i64) -> Option<i32> {
        self.entries.iter().rev().find(|entry| entry.1 <= offset).map(|entry| entry.0)
    }

    /// Writes the epochs, unless the file holds them already. The first of a log need not be durable before the log is: they stand
    /// in its batches as well.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn flush(&mut self) -> Result<(), StorageError> {
        if self.entries == self.written {
            return Ok(());
        }
        let lines: Vec<String> = self.entries.iter().map(|(epoch, offset)| format!("{epoch} {offset}")).collect();
        if self.written.is_empty() {
            self.file.write_volatile(&lines)?
        } else {
            self.file.write(&lines)?
        }
        self.written.clone_from(&self.entries);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epochs_are_kept_asked_and_cut() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut cache = EpochCache::open(folder.path()).expect("empty");
        assert_eq!(cache.end_offset_for(0, 5), UNDEFINED);
        for (epoch, offset) in [(0, 0), (2, 10), (1, 12), (2, 13), (5, 20)] {
            cache.assign(epoch, offset).expect("written");
        }
        let mut cache = EpochCache::open(folder.path()).expect("written");
        let text = std::fs::read_to_string(folder.path().join("leader-epoch-checkpoint")).expect("written");
        assert_eq!(text, "0\n3\n0 0\n2 10\n5 20\n");
        for (epoch, expected) in
            [(0, (0, 10)), (1, (0, 10)), (2, (2, 20)), (4, (2, 20)), (5, (5, 33)), (6, UNDEFINED), (-1, UNDEFINED)]
        {
            assert_eq!(cache.end_offset_for(epoch, 33), expected, "epoch {epoch}");
        }
        assert_eq!((cache.epoch_of(9), cache.epoch_of(10), cache.epoch_of(-1)), (Some(0), Some(2), None));
        cache.truncate_from_end(20);
        assert_eq!(cache.latest(), Some(2));
        cache.truncate_from_start(15);
        assert_eq!(cache.entries, [(2, 15)]);
        let read = || EpochCache::open(folder.path()).expect("written").entries;
        assert_eq!(read(), [(0, 0), (2, 10), (5, 20)]);
        cache.flush().expect("written");
        assert_eq!(read(), [(2, 15)]);
        assert_eq!(cache.end_offset_for(0, 33), (0, 15));
    }
}
