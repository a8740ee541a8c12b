//! Record batches as they lie on the wire and on disk: the 61-byte header of format 2 (KIP-98), its checksum, and the fields
//! that a broker fills in without decoding the records behind them.

use std::fmt;

/// The bytes before the records of a batch in format 2.
pub const HEADER_BYTES: usize = 61;
/// The base offset and the length: what must be read to know where a batch ends, in any format.
pub const LOG_OVERHEAD: usize = 12;
/// The smallest record set in any format: a message of format 0 without key and value.
pub const MIN_BATCH_BYTES: usize = LOG_OVERHEAD + 14;
/// "No producer id": the batch is not idempotent.
pub const NO_PRODUCER_ID: i64 = -1;
/// "No producer epoch".
pub const NO_PRODUCER_EPOCH: i16 = -1;
/// "No timestamp".
pub const NO_TIMESTAMP: i64 = -1;

/// Where the format's version stands, in every format.
const MAGIC_AT: usize = 16;
/// The checksum covers everything from here, so that offset and leader epoch can be patched without a new one.
const CRC_FROM: usize = 21;

/// How the records of a batch are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the codecs'")]
pub enum Compression {
    None,
    Gzip,
    Snappy,
    Lz4,
    Zstd,
}

impl Compression {
    /// The codec with that number in a batch's attributes; `None` where there is no such codec.
    pub fn from_id(id: i16) -> Option<Self> {
        [Self::None, Self::Gzip, Self::Snappy, Self::Lz4, Self::Zstd].get(usize::try_from(id).ok()?).copied()
    }

    /// The codec by its name in a producer's `compression.type`.
    pub fn by_name(name: &str) -> Option<Self> {
        [Self::None, Self::Gzip, Self::Snappy, Self::Lz4, Self::Zstd].into_iter().find(|codec| codec.name() == name)
    }

    /// The codec's number in a batch's attributes.
    pub fn id(self) -> i16 {
        match self {
            Self::None => 0,
            Self::Gzip => 1,
            Self::Snappy => 2,
            Self::Lz4 => 3,
            Self::Zstd => 4,
        }
    }

    /// Kafka's name, in `compression.type` and as `kafka-dump-log.sh` prints it.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Snappy => "snappy",
            Self::Lz4 => "lz4",
            Self::Zstd => "zstd",
        }
    }
}

/// Why bytes are no record batch that this broker takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// The bytes end before the batch does.
    #[error("record batch of {expected} bytes: only {found} are there")]
    Torn {
        /// Bytes that the batch says it has.
        expected: usize,
        /// Bytes that are there.
        found: usize,
    },
    /// A length that no batch can have.
    #[error("record batch length {found}: expected at least {expected}")]
    Length {
        /// The length field.
        found: i32,
        /// The smallest that is possible in this format.
        expected: usize,
    },
    /// Format 0 or 1, which brokers before 0.11 wrote.
    #[error("message format {0}: only format 2 is kept here")]
    OldFormat(i8),
    /// A format that does not exist.
    #[error("message format {0} is unknown")]
    UnknownFormat(i8),
    /// The checksum does not fit.
    #[error("record is corrupt (stored crc = {stored}, computed crc = {computed})")]
    Crc {
        /// What the header says.
        stored: u32,
        /// What the bytes give.
        computed: u32,
    },
    /// The header contradicts itself.
    #[error("record batch header: {0}")]
    Header(HeaderFault),
}

/// A contradiction in a batch header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderFault {
    /// The last offset is before the base offset, or past the largest offset.
    OffsetRange,
    /// No records, or a negative number of them.
    Count(i32),
    /// A codec that does not exist.
    Compression(i16),
}

impl fmt::Display for HeaderFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OffsetRange => f.write_str("its offsets run backwards"),
            Self::Count(count) => write!(f, "it claims {count} records"),
            Self::Compression(id) => write!(f, "compression codec {id} is unknown"),
        }
    }
}

/// The header of a batch in format 2. Offsets are absolute, times are milliseconds since 1970 (UTC).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the protocol's documentation")]
pub struct BatchHeader {
    pub base_offset: i64,
    /// Bytes after the length field.
    pub length: i32,
    pub partition_leader_epoch: i32,
    pub crc: u32,
    pub attributes: i16,
    pub last_offset_delta: i32,
    pub base_timestamp: i64,
    pub max_timestamp: i64,
    pub producer_id: i64,
    pub producer_epoch: i16,
    pub base_sequence: i32,
    pub count: i32,
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(&bytes[at..at + N]);
    out
}

/// The whole size in bytes of the batch that begins `bytes`, from its first [`LOG_OVERHEAD`] bytes; format-independent.
///
/// # Errors
/// [`BatchError::Torn`] with fewer bytes than that, [`BatchError::Length`] for a length that cannot be.
pub fn batch_size(bytes: &[u8]) -> Result<usize, BatchError> {
    if bytes.len() < LOG_OVERHEAD {
        return Err(BatchError::Torn { expected: LOG_OVERHEAD, found: bytes.len() });
    }
    let found = i32::from_be_bytes(array(bytes, 8));
    let expected = MIN_BATCH_BYTES - LOG_OVERHEAD;
    match usize::try_from(found) {
        Ok(length) if length >= expected => Ok(LOG_OVERHEAD + length),
        _ => Err(BatchError::Length { found, expected }),
    }
}

/// The size of the whole batch that begins `bytes`, in any format; `None` where there is only a part of one. As Kafka's reader
/// (`ByteBufferLogInputStream`), which does not look further than the format's version.
///
/// # Errors
/// [`BatchError::Length`] and [`BatchError::UnknownFormat`].
pub fn whole_batch(bytes: &[u8]) -> Result<Option<usize>, BatchError> {
    if bytes.len() < LOG_OVERHEAD {
        return Ok(None);
    }
    let size = batch_size(bytes)?;
    let Some(magic) = bytes.get(MAGIC_AT) else { return Ok(None) };
    match i8::from_be_bytes([*magic]) {
        0..=2 => Ok(Some(size).filter(|size| *size <= bytes.len())),
        unknown => Err(BatchError::UnknownFormat(unknown)),
    }
}

impl BatchHeader {
    /// Reads the header that begins `bytes`, of which more than the header need not be there.
    ///
    /// # Errors
    /// See [`BatchError`]; the checksum is not looked at.
    pub fn parse(bytes: &[u8]) -> Result<Self, BatchError> {
        let size = batch_size(bytes)?;
        if bytes.len() <= MAGIC_AT {
            return Err(BatchError::Torn { expected: size, found: bytes.len() });
        }
        match i8::from_be_bytes([bytes[MAGIC_AT]]) {
            2 => {}
            old @ (0 | 1) => return Err(BatchError::OldFormat(old)),
            unknown => return Err(BatchError::UnknownFormat(unknown)),
        }
        if size < HEADER_BYTES {
            return Err(BatchError::Length { found: i32::from_be_bytes(array(bytes, 8)), expected: HEADER_BYTES - LOG_OVERHEAD });
        }
        if bytes.len() < HEADER_BYTES {
            return Err(BatchError::Torn { expected: size, found: bytes.len() });
        }
        Ok(Self {
            base_offset: i64::from_be_bytes(array(bytes, 0)),
            length: i32::from_be_bytes(array(bytes, 8)),
            partition_leader_epoch: i32::from_be_bytes(array(bytes, 12)),
            crc: u32::from_be_bytes(array(bytes, 17)),
            attributes: i16::from_be_bytes(array(bytes, 21)),
            last_offset_delta: i32::from_be_bytes(array(bytes, 23)),
            base_timestamp: i64::from_be_bytes(array(bytes, 27)),
            max_timestamp: i64::from_be_bytes(array(bytes, 35)),
            producer_id: i64::from_be_bytes(array(bytes, 43)),
            producer_epoch: i16::from_be_bytes(array(bytes, 51)),
            base_sequence: i32::from_be_bytes(array(bytes, 53)),
            count: i32::from_be_bytes(array(bytes, 57)),
        })
    }

    /// Parses the whole batch that begins `bytes` and checks its checksum and that its header makes sense.
    ///
    /// # Errors
    /// See [`BatchError`].
    pub fn check(bytes: &[u8]) -> Result<Self, BatchError> {
        let header = Self::parse(bytes)?;
        header.check_crc(bytes)?;
        header.check_fields()?;
        Ok(header)
    }

    /// Whether the checksum is that of the batch that begins `bytes`, from which this header was read.
    ///
    /// # Errors
    /// [`BatchError::Torn`], [`BatchError::Crc`].
    pub fn check_crc(&self, bytes: &[u8]) -> Result<(), BatchError> {
        let covered = bytes.get(CRC_FROM..self.size()).ok_or(BatchError::Torn { expected: self.size(), found: bytes.len() })?;
        let computed = crc32c::crc32c(covered);
        if computed == self.crc { Ok(()) } else { Err(BatchError::Crc { stored: self.crc, computed }) }
    }

    /// Whether the fields agree with each other.
    ///
    /// # Errors
    /// [`BatchError::Header`].
    pub fn check_fields(&self) -> Result<(), BatchError> {
        if self.last_offset_delta < 0 || self.base_offset.checked_add(i64::from(self.last_offset_delta)).is_none() {
            return Err(BatchError::Header(HeaderFault::OffsetRange));
        }
        if self.count < 0 {
            return Err(BatchError::Header(HeaderFault::Count(self.count)));
        }
        self.compression().map(|_| ())
    }

    /// The whole batch in bytes, header and records.
    pub fn size(&self) -> usize {
        LOG_OVERHEAD + usize::try_from(self.length).unwrap_or(0)
    }

    /// The offset of the last record.
    pub fn last_offset(&self) -> i64 {
        self.base_offset.saturating_add(i64::from(self.last_offset_delta))
    }

    /// The offset after this batch.
    pub fn next_offset(&self) -> i64 {
        self.last_offset().saturating_add(1)
    }

    /// The sequence number of the last record, [`NO_SEQUENCE`] without a producer.
    pub fn last_sequence(&self) -> i32 {
        if self.base_sequence == NO_SEQUENCE { NO_SEQUENCE } else { add_sequence(self.base_sequence, self.last_offset_delta) }
    }

    /// The codec of the records.
    ///
    /// # Errors
    /// The attributes name a codec that does not exist.
    pub fn compression(&self) -> Result<Compression, BatchError> {
        let id = self.attributes & 0x07;
        Compression::from_id(id).ok_or(BatchError::Header(HeaderFault::Compression(id)))
    }

    /// Whether the broker that appended the batch set its times (`LogAppendTime`).
    pub fn has_append_time(&self) -> bool {
        self.attributes & ATTRIBUTE_APPEND_TIME != 0
    }

    /// Whether the batch is part of a transaction.
    pub fn is_transactional(&self) -> bool {
        self.attributes & ATTRIBUTE_TRANSACTIONAL != 0
    }

    /// Whether the batch holds a transaction's marker, not data.
    pub fn is_control(&self) -> bool {
        self.attributes & 0x20 != 0
    }

    /// Whether the base timestamp is the horizon from which a tombstone or marker may be removed.
    pub fn has_delete_horizon(&self) -> bool {
        self.attributes & 0x40 != 0
    }

    /// Whether an idempotent producer wrote the batch.
    pub fn has_producer_id(&self) -> bool {
        self.producer_id > NO_PRODUCER_ID
    }

    /// The header as it lies on the wire.
    pub fn encode(&self) -> [u8; HEADER_BYTES] {
        let mut out = [0; HEADER_BYTES];
        out[0..8].copy_from_slice(&self.base_offset.to_be_bytes());
        out[8..12].copy_from_slice(&self.length.to_be_bytes());
        out[12..16].copy_from_slice(&self.partition_leader_epoch.to_be_bytes());
        out[MAGIC_AT] = 2;
        out[17..21].copy_from_slice(&self.crc.to_be_bytes());
        out[21..23].copy_from_slice(&self.attributes.to_be_bytes());
        out[23..27].copy_from_slice(&self.last_offset_delta.to_be_bytes());
        out[27..35].copy_from_slice(&self.base_timestamp.to_be_bytes());
        out[35..43].copy_from_slice(&self.max_timestamp.to_be_bytes());
        out[43..51].copy_from_slice(&self.producer_id.to_be_bytes());
        out[51..53].copy_from_slice(&self.producer_epoch.to_be_bytes());
        out[53..57].copy_from_slice(&self.base_sequence.to_be_bytes());
        out[57..61].copy_from_slice(&self.count.to_be_bytes());
        out
    }

    /// Sets the time at which the broker appended the batch, with the checksum that `records` (the bytes after the header) then
    /// need.
    pub fn set_append_time(&mut self, now: i64, records: &[u8]) {
        self.attributes = self.attributes & KNOWN_ATTRIBUTES | ATTRIBUTE_APPEND_TIME;
        self.max_timestamp = now;
        self.seal(records);
    }

    /// Sets the largest time of the records, which their producer gave them, with the checksum that `records` then need.
    pub fn set_create_time(&mut self, max_timestamp: i64, records: &[u8]) {
        self.attributes &= KNOWN_ATTRIBUTES & !ATTRIBUTE_APPEND_TIME;
        self.max_timestamp = max_timestamp;
        self.seal(records);
    }

    /// Computes the checksum anew over the header's fields and `records`.
    pub fn seal(&mut self, records: &[u8]) {
        self.crc = crc32c::crc32c_append(crc32c::crc32c(&self.encode()[CRC_FROM..]), records);
    }
}

/// "No sequence number".
pub const NO_SEQUENCE: i32 = -1;
const ATTRIBUTE_APPEND_TIME: i16 = 0x08;
/// Set in the attributes of a batch that is part of a transaction.
pub const ATTRIBUTE_TRANSACTIONAL: i16 = 0x10;
/// Codec, kind of time, transaction, control, delete horizon: what is kept when the broker writes the attributes anew.
const KNOWN_ATTRIBUTES: i16 = 0x7f;

/// Sequence numbers run from 0 to `i32::MAX` and begin again at 0.
pub fn add_sequence(sequence: i32, increment: i32) -> i32 {
    let sum = i64::from(sequence) + i64::from(increment);
    let wrapped = sum.rem_euclid(i64::from(i32::MAX) + 1);
    i32::try_from(wrapped).unwrap_or(0)
}

/// The batches of a record set, checked one after the other; ends after the first that is wrong.
pub struct Batches<'a> {
    rest: &'a [u8],
}

impl<'a> Batches<'a> {
    /// Looks at the batches in `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }
}

impl<'a> Iterator for Batches<'a> {
    type Item = Result<(BatchHeader, &'a [u8]), BatchError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        match BatchHeader::check(self.rest) {
            Ok(header) => {
                let (batch, rest) = self.rest.split_at(header.size());
                self.rest = rest;
                Some(Ok((header, batch)))
            }
            Err(error) => {
                self.rest = &[];
                Some(Err(error))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const THREE_RECORDS: &[u8] = include_bytes!("../../../fixtures/log/f-none.log");
    const TRANSACTION: &[u8] = include_bytes!("../../../fixtures/log/f-tx.log");

    #[test]
    fn a_batch_that_kafka_wrote_is_read() {
        let header = BatchHeader::check(THREE_RECORDS).expect("Kafka wrote it");
        assert_eq!((header.base_offset, header.last_offset(), header.count), (0, 2, 3));
        assert_eq!((header.max_timestamp, header.crc, header.size()), (1_795_386_743_638, 1_125_143_702, 93));
        assert_eq!(header.compression(), Ok(Compression::None));
        assert!(!header.has_producer_id());
        assert_eq!(header.last_sequence(), NO_SEQUENCE);
        assert_eq!(header.encode(), THREE_RECORDS[..HEADER_BYTES]);
    }

    #[test]
    fn the_batches_of_a_transaction_are_walked() {
        let batches: Vec<_> = Batches::new(TRANSACTION).map(|batch| batch.expect("Kafka wrote it").0).collect();
        let seen: Vec<_> =
            batches.iter().map(|b| (b.base_offset, b.is_transactional(), b.is_control(), b.last_sequence())).collect();
        assert_eq!(seen[..4], [(0, true, false, 1), (2, true, true, -1), (3, true, false, 3), (5, true, true, -1)]);
    }

    fn check(patch: impl Fn(&mut Vec<u8>), expected: BatchError) {
        let mut bytes = THREE_RECORDS.to_vec();
        patch(&mut bytes);
        assert_eq!(BatchHeader::check(&bytes), Err(expected));
    }

    #[test]
    fn damage_is_told_apart() {
        check(|b| b.truncate(11), BatchError::Torn { expected: 12, found: 11 });
        check(|b| b.truncate(92), BatchError::Torn { expected: 93, found: 92 });
        check(|b| b[8] = 0xff, BatchError::Length { found: -16_777_135, expected: 14 });
        check(|b| b[11] = 20, BatchError::Length { found: 20, expected: 49 });
        check(|b| b[16] = 1, BatchError::OldFormat(1));
        check(|b| b[16] = 7, BatchError::UnknownFormat(7));
        check(|b| b[92] ^= 1, BatchError::Crc { stored: 1_125_143_702, computed: crc(|b| b[92] ^= 1) });
    }

    fn crc(patch: impl Fn(&mut Vec<u8>)) -> u32 {
        let mut bytes = THREE_RECORDS.to_vec();
        patch(&mut bytes);
        crc32c::crc32c(&bytes[21..])
    }

    #[test]
    fn offset_and_epoch_lie_outside_the_checksum_and_append_time_inside() {
        let mut header = BatchHeader::check(THREE_RECORDS).expect("Kafka wrote it");
        header.base_offset = 1000;
        header.partition_leader_epoch = 7;
        let mut bytes = THREE_RECORDS.to_vec();
        bytes[..HEADER_BYTES].copy_from_slice(&header.encode());
        assert_eq!(BatchHeader::check(&bytes).map(|h| h.last_offset()), Ok(1002));
        header.set_append_time(5, &bytes[HEADER_BYTES..]);
        bytes[..HEADER_BYTES].copy_from_slice(&header.encode());
        let stamped = BatchHeader::check(&bytes).expect("sealed again");
        assert!(stamped.has_append_time());
        assert_eq!(stamped.max_timestamp, 5);
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            for batch in Batches::new(&bytes) {
                let _ = batch.is_ok();
            }
        }

        #[test]
        fn sequences_wrap_at_the_largest(sequence in 0..=i32::MAX, increment in 0..=i32::MAX) {
            let sum = i64::from(sequence) + i64::from(increment);
            let expected = if sum > i64::from(i32::MAX) { sum - i64::from(i32::MAX) - 1 } else { sum };
            prop_assert_eq!(i64::from(add_sequence(sequence, increment)), expected);
        }
    }
}
