//! The answer to Fetch, written by hand so that records stay in their files until they go to the socket.

use bytes::{BufMut, BytesMut};
use uuid::Uuid;

use crate::engine::kafka::{Chunk, Response};

/// The first version with tagged fields and compact lengths.
const FLEXIBLE_FROM: i16 = 12;

/// The answer.
#[derive(Debug, Default)]
pub(super) struct FetchAnswer {
    pub(super) error: i16,
    pub(super) session: i32,
    pub(super) topics: Vec<TopicAnswer>,
}

/// A topic of the answer.
#[derive(Debug)]
pub(super) struct TopicAnswer {
    pub(super) name: String,
    pub(super) id: Uuid,
    pub(super) partitions: Vec<PartitionAnswer>,
}

/// A partition of the answer.
#[derive(Debug)]
pub(super) struct PartitionAnswer {
    pub(super) index: i32,
    pub(super) error: i16,
    pub(super) high_watermark: i64,
    pub(super) last_stable_offset: i64,
    pub(super) log_start_offset: i64,
    /// The epoch and end offset where the reader's log and this one part ways.
    pub(super) diverging: Option<(i32, i64)>,
    /// Whether the answer has a list of aborted transactions, which one who skips them reads.
    pub(super) read_committed: bool,
    pub(super) records: Option<Chunk>,
    /// Whether the records are null, not empty.
    pub(super) null_records: bool,
}

impl PartitionAnswer {
    /// An answer with an error and no records.
    pub(super) fn error(index: i32, error: i16) -> Self {
        Self {
            index,
            error,
            high_watermark: -1,
            last_stable_offset: -1,
            log_start_offset: -1,
            diverging: None,
            read_committed: false,
            records: None,
            null_records: false,
        }
    }

    /// As [`Self::unknown`], where the whole request failed.
    pub(super) fn failed(index: i32, error: i16) -> Self {
        Self { null_records: true, ..Self::unknown(index, error) }
    }

    /// As [`Self::error`], of a partition that is not known: its list of aborted transactions is empty, not null.
    pub(super) fn unknown(index: i32, error: i16) -> Self {
        Self { read_committed: true, ..Self::error(index, error) }
    }

    /// How many bytes of records it has.
    pub(super) fn size(&self) -> usize {
        self.records.as_ref().map_or(0, Chunk::len)
    }
}

struct Writer {
    version: i16,
    buffer: BytesMut,
    chunks: Vec<Chunk>,
}

impl FetchAnswer {
    /// The body in that version.
    pub(super) fn encode(self, version: i16) -> Response {
        let mut out = Writer { version, buffer: BytesMut::new(), chunks: Vec::new() };
        if version >= 1 {
            out.buffer.put_i32(0); // throttle time
        }
        if version >= 7 {
            out.buffer.put_i16(self.error);
            out.buffer.put_i32(self.session);
        }
        out.length(self.topics.len());
        for topic in self.topics {
            if version >= 13 {
                out.buffer.put_slice(topic.id.as_bytes());
            } else {
                out.name(&topic.name);
            }
            out.length(topic.partitions.len());
            for partition in topic.partitions {
                out.partition(partition);
            }
            out.no_tags();
        }
        out.no_tags();
        out.finish()
    }
}

impl Writer {
    fn flexible(&self) -> bool {
        self.version >= FLEXIBLE_FROM
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.buffer.put_u8((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.buffer.put_u8(value as u8);
    }

    /// The length of an array or of bytes.
    fn length(&mut self, length: usize) {
        if self.flexible() {
            self.varint(length as u64 + 1);
        } else {
            self.buffer.put_i32(i32::try_from(length).unwrap_or(i32::MAX));
        }
    }

    fn null(&mut self) {
        if self.flexible() { self.buffer.put_u8(0) } else { self.buffer.put_i32(-1) }
    }

    fn name(&mut self, name: &str) {
        if self.flexible() {
            self.varint(name.len() as u64 + 1);
        } else {
            self.buffer.put_i16(i16::try_from(name.len()).unwrap_or(i16::MAX));
        }
        self.buffer.put_slice(name.as_bytes());
    }

    fn no_tags(&mut self) {
        if self.flexible() {
            self.buffer.put_u8(0);
        }
    }

    fn partition(&mut self, partition: PartitionAnswer) {
        self.buffer.put_i32(partition.index);
        self.buffer.put_i16(partition.error);
        self.buffer.put_i64(partition.high_watermark);
        if self.version >= 4 {
            self.buffer.put_i64(partition.last_stable_offset);
        }
        if self.version >= 5 {
            self.buffer.put_i64(partition.log_start_offset);
        }
        if self.version >= 4 {
            if partition.read_committed { self.length(0) } else { self.null() }
        }
        if self.version >= 11 {
            self.buffer.put_i32(-1); // no other replica to read from
        }
        if partition.null_records {
            self.null();
        } else {
            self.length(partition.size());
        }
        if let Some(records) = partition.records {
            let before = self.buffer.split().freeze();
            self.chunks.push(Chunk::Bytes(before));
            self.chunks.push(records);
        }
        match partition.diverging.filter(|_| self.flexible()) {
            Some((epoch, end_offset)) => {
                // one tagged field, number 0, of 13 bytes
                self.buffer.put_slice(&[1, 0, 13]);
                self.buffer.put_i32(epoch);
                self.buffer.put_i64(end_offset);
                self.buffer.put_u8(0);
            }
            None => self.no_tags(),
        }
    }

    fn finish(mut self) -> Response {
        self.chunks.push(Chunk::Bytes(self.buffer.freeze()));
        Response { chunks: self.chunks }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use kafka_protocol::messages::FetchResponse;
    use kafka_protocol::protocol::Decodable;

    use super::*;

    fn answer(id: Uuid) -> FetchAnswer {
        let with_records = PartitionAnswer {
            high_watermark: 9,
            last_stable_offset: 8,
            log_start_offset: 7,
            read_committed: true,
            records: Some(Chunk::Bytes(Bytes::from_static(&[5; 300]))),
            ..PartitionAnswer::error(3, 0)
        };
        let diverging = PartitionAnswer { diverging: Some((2, 40)), ..PartitionAnswer::error(4, 1) };
        let topic = TopicAnswer { name: "t".repeat(200), id, partitions: vec![with_records, diverging] };
        FetchAnswer { error: 0, session: 77, topics: vec![topic] }
    }

    #[test]
    fn every_version_is_what_its_schema_says() {
        let id = Uuid::new_v4();
        for version in 0..=15 {
            let mut bytes = BytesMut::new();
            for chunk in answer(id).encode(version).chunks {
                let Chunk::Bytes(part) = chunk else { panic!("bytes only") };
                bytes.put(part);
            }
            let mut bytes = bytes.freeze();
            let found = FetchResponse::decode(&mut bytes, version).expect("decodes");
            assert!(bytes.is_empty(), "version {version}");
            assert_eq!(found.session_id, if version >= 7 { 77 } else { 0 });
            let topic = &found.responses[0];
            assert!(if version >= 13 { topic.topic_id == id } else { topic.topic.len() == 200 }, "version {version}");
            let (first, second) = (&topic.partitions[0], &topic.partitions[1]);
            assert_eq!((first.partition_index, first.high_watermark, first.error_code), (3, 9, 0));
            assert_eq!(first.records.as_ref().map(Bytes::len), Some(300));
            if version >= 5 {
                assert_eq!((first.last_stable_offset, first.log_start_offset), (8, 7));
                assert_eq!(first.aborted_transactions.as_ref().map(Vec::len), Some(0));
                assert_eq!(second.aborted_transactions, None);
            }
            assert_eq!((second.error_code, second.records.as_ref().map_or(0, Bytes::len)), (1, 0));
            if version >= 12 {
                assert_eq!((second.diverging_epoch.epoch, second.diverging_epoch.end_offset), (2, 40));
            }
        }
    }
}
