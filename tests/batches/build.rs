//! Record batches as nobody should send them: each field of the header and of the records inside changed on purpose.

use kafkalab::engine::kafka::batch::{BatchHeader, Compression, HEADER_BYTES, LOG_OVERHEAD};
use kafkalab::engine::kafka::compression::pack;

/// The time in every record that does not say otherwise.
pub const TIME: i64 = 1_700_000_000_000;

/// A record; what it says of its own length may be wrong by `length_off`.
#[derive(Clone, Debug)]
pub struct Record {
    pub attributes: u8,
    pub timestamp_delta: i64,
    pub offset_delta: i64,
    pub key: Option<&'static str>,
    pub value: Option<&'static str>,
    pub headers: Vec<u8>,
    pub length_off: i64,
}

/// A record of a batch, at its place.
pub fn record(offset_delta: i64, value: &'static str) -> Record {
    Record { attributes: 0, timestamp_delta: 0, offset_delta, key: None, value: Some(value), headers: varint(0), length_off: 0 }
}

/// A zigzag varint.
pub fn varint(value: i64) -> Vec<u8> {
    let mut rest = ((value << 1) ^ (value >> 63)).cast_unsigned();
    let mut out = Vec::new();
    while rest >= 0x80 {
        out.push((rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
    out
}

fn text(text: Option<&str>) -> Vec<u8> {
    let Some(text) = text else { return varint(-1) };
    [varint(i64::try_from(text.len()).expect("a short text")), text.as_bytes().to_vec()].concat()
}

impl Record {
    fn encode(&self) -> Vec<u8> {
        let fields = [vec![self.attributes], varint(self.timestamp_delta), varint(self.offset_delta)];
        let body = [fields.concat(), text(self.key), text(self.value), self.headers.clone()].concat();
        let length = i64::try_from(body.len()).expect("a short record") + self.length_off;
        [varint(length), body].concat()
    }
}

/// The bytes of records.
pub fn encode(records: &[Record]) -> Vec<u8> {
    records.iter().flat_map(Record::encode).collect()
}

/// A header, and what stands behind it.
#[derive(Clone, Debug)]
pub struct Batch {
    pub header: BatchHeader,
    pub records: Vec<u8>,
}

impl Batch {
    /// Of these bytes, which are packed first.
    pub fn of(compression: Compression, records: &[u8], count: i32) -> Self {
        Self::packed(compression, pack(compression, records).expect("packs"), count)
    }

    /// Of bytes that are packed, or only say so.
    pub fn packed(compression: Compression, records: Vec<u8>, count: i32) -> Self {
        let header = BatchHeader {
            base_offset: 0,
            length: i32::try_from(HEADER_BYTES - LOG_OVERHEAD + records.len()).expect("a small batch"),
            partition_leader_epoch: -1,
            crc: 0,
            attributes: compression.id(),
            last_offset_delta: count - 1,
            base_timestamp: TIME,
            max_timestamp: TIME,
            producer_id: -1,
            producer_epoch: -1,
            base_sequence: -1,
            count,
        };
        Self { header, records }
    }

    /// With another header.
    pub fn with(mut self, change: impl FnOnce(&mut BatchHeader)) -> Self {
        change(&mut self.header);
        self
    }

    /// As it goes over the wire, with the checksum that it needs.
    pub fn sealed(mut self) -> Vec<u8> {
        self.header.seal(&self.records);
        [&self.header.encode()[..], &self.records].concat()
    }

    /// As it goes over the wire, with a byte changed: in the part that no checksum covers, or so that it does not fit.
    pub fn patched(self, at: usize, byte: u8) -> Vec<u8> {
        let mut bytes = self.sealed();
        bytes[at] = byte;
        bytes
    }
}
