//! What the replicas of all partitions gave, held against each other batch by batch up to the high watermark (`ReplicaBuffer`).

use bytes::Bytes;

use crate::engine::client::TopicPartition;
use crate::engine::kafka::batch::{BatchHeader, Batches};

/// What one broker gave of one partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fetched {
    pub(super) partition: TopicPartition,
    /// The broker's id.
    pub(super) broker: i32,
    /// The high watermark as this broker knows it; -1 where it gave nothing.
    pub(super) high_watermark: i64,
    /// Whole batches, and perhaps the beginning of one more.
    pub(super) records: Bytes,
}

/// What there is to print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// How it goes, when the interval is over.
    Report { at: i64, text: String },
    /// Replicas have batches at different offsets: the end.
    Differ { text: String },
    /// Replicas have different bytes at one offset.
    Unmatched { text: String },
}

/// Where each partition has been compared up to.
#[derive(Debug)]
pub(super) struct Replicas {
    offsets: Vec<(TopicPartition, i64)>,
    interval: i64,
    reported: i64,
    /// The partition with the largest lag of the last round that had one, and its offset.
    slowest: Option<(TopicPartition, i64)>,
}

impl Replicas {
    /// Begins at `offsets`; reports come after `interval` milliseconds each, counted from `now`.
    pub(super) fn new(offsets: Vec<(TopicPartition, i64)>, interval: i64, now: i64) -> Self {
        Self { offsets, interval, reported: now, slowest: None }
    }

    /// Up to where a partition has been compared.
    pub(super) fn offset(&self, topic: &str, partition: i32) -> i64 {
        let found = self.offsets.iter().find(|(known, _)| known.topic == topic && known.partition == partition);
        found.map_or(0, |(_, offset)| *offset)
    }

    /// Compares what was fetched in one round.
    pub(super) fn verify(&mut self, fetched: Vec<Fetched>, now: i64) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        let mut max_lag = -1;
        for (partition, offset) in &mut self.offsets {
            let copies: Vec<&Fetched> = fetched.iter().filter(|copy| copy.partition == *partition).collect();
            match compare(partition, &copies, offset, &mut outcomes) {
                Ok(()) => {}
                Err(differ) => {
                    outcomes.push(differ);
                    return outcomes;
                }
            }
            let high_watermark = copies.iter().map(|copy| copy.high_watermark).max().unwrap_or(-1);
            if high_watermark - *offset > max_lag {
                max_lag = high_watermark - *offset;
                self.slowest = Some((partition.clone(), *offset));
            }
        }
        if now - self.reported > self.interval {
            self.reported = now;
            let (partition, offset) = match &self.slowest {
                Some((partition, offset)) => (partition.to_string(), *offset),
                None => ("null".to_owned(), -1),
            };
            let count = self.offsets.len();
            let text = format!("max lag is {max_lag} for partition {partition} at offset {offset} among {count} partitions");
            outcomes.push(Outcome::Report { at: now, text });
        }
        outcomes
    }
}

/// Goes over the batches of all copies side by side; moves `offset` behind the last one that every copy has below its high watermark.
fn compare(
    partition: &TopicPartition,
    copies: &[&Fetched],
    offset: &mut i64,
    outcomes: &mut Vec<Outcome>,
) -> Result<(), Outcome> {
    let mut walks: Vec<(i32, i64, Batches<'_>)> =
        copies.iter().map(|copy| (copy.broker, copy.high_watermark, Batches::new(&copy.records))).collect();
    loop {
        let mut first: Option<(i32, BatchHeader)> = None;
        let mut everywhere = !walks.is_empty();
        for (broker, high_watermark, batches) in &mut walks {
            let Some(Ok((batch, _))) = batches.next() else {
                everywhere = false;
                continue;
            };
            let last = batch.last_offset();
            if last >= *high_watermark {
                everywhere = false;
                continue;
            }
            match &first {
                None => first = Some((*broker, batch)),
                Some((other, known)) if known.last_offset() != last => {
                    let text = format!(
                        "partition {partition}: replica {other}'s offset {} doesn't match replica {broker}'s offset {last}",
                        known.last_offset()
                    );
                    return Err(Outcome::Differ { text });
                }
                Some((other, known)) if known.crc != batch.crc => {
                    let text = format!(
                        "partition {partition} has unmatched checksum at offset {last}; replica {other}'s checksum {}; replica \
                         {broker}'s checksum {}",
                        known.crc, batch.crc
                    );
                    outcomes.push(Outcome::Unmatched { text });
                }
                Some(_) => {}
            }
        }
        match first {
            Some((_, batch)) if everywhere => *offset = batch.next_offset(),
            _ => return Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::kafka::batch::Compression;
    use crate::engine::kafka::record_set::{NewRecord, Producer, encode};

    fn batch(offset: i64, value: &'static str) -> Bytes {
        let record = NewRecord { timestamp: 7, value: Some(Bytes::from_static(value.as_bytes())), ..NewRecord::default() };
        let mut bytes = encode(&[record], Compression::None, Producer::NONE).expect("one record").to_vec();
        bytes[..8].copy_from_slice(&offset.to_be_bytes());
        Bytes::from(bytes)
    }

    fn copy(broker: i32, high_watermark: i64, batches: &[Bytes]) -> Fetched {
        let partition = TopicPartition::new("t", 0);
        Fetched { partition, broker, high_watermark, records: Bytes::from(batches.concat()) }
    }

    fn check(copies: Vec<Fetched>, offset: i64, expected: &[&str]) {
        let mut replicas = Replicas::new(vec![(TopicPartition::new("t", 0), 0)], 10, 0);
        let texts: Vec<String> = replicas
            .verify(copies, 11)
            .into_iter()
            .map(|outcome| match outcome {
                Outcome::Report { text, .. } | Outcome::Differ { text } | Outcome::Unmatched { text } => text,
            })
            .collect();
        assert_eq!((replicas.offset("t", 0), texts), (offset, expected.iter().map(|text| (*text).to_owned()).collect()));
    }

    #[test]
    fn copies_are_compared_up_to_the_high_watermark() {
        let (a, b) = (batch(0, "a"), batch(1, "b"));
        let whole = [a.clone(), b.clone()];
        let report = "max lag is 0 for partition t-0 at offset 2 among 1 partitions";
        check(vec![copy(1, 2, &whole), copy(2, 2, &whole)], 2, &[report]);
        let behind = "max lag is 1 for partition t-0 at offset 1 among 1 partitions";
        check(vec![copy(1, 2, &whole), copy(2, 2, &whole[..1])], 1, &[behind]);
        check(vec![copy(1, 2, &whole), copy(2, 1, &whole)], 1, &[behind]);
        check(vec![copy(1, -1, &[])], 0, &["max lag is -1 for partition null at offset -1 among 1 partitions"]);
    }

    #[test]
    fn copies_that_differ_are_told() {
        let a = batch(0, "a");
        let differ = "partition t-0: replica 1's offset 0 doesn't match replica 2's offset 1";
        check(vec![copy(1, 5, std::slice::from_ref(&a)), copy(2, 5, &[batch(1, "a")])], 0, &[differ]);
        let mut replicas = Replicas::new(vec![(TopicPartition::new("t", 0), 0)], 1000, 0);
        let outcomes = replicas.verify(vec![copy(1, 5, &[a]), copy(2, 5, &[batch(0, "x")])], 1);
        assert!(matches!(&outcomes[..], [Outcome::Unmatched { text }] if text.contains("unmatched checksum at offset 0")));
    }

    #[test]
    fn damage_ends_the_comparison() {
        let mut bytes = batch(0, "a").to_vec();
        bytes.truncate(40);
        check(vec![copy(1, 5, &[Bytes::from(bytes)])], 0, &["max lag is 5 for partition t-0 at offset 0 among 1 partitions"]);
    }
}
