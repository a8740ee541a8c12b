//! A look over the records of a batch that a client sent: whether they hold together, their offsets and times, whether they have keys.
//! Packed records are looked at while they unpack, piece by piece, so that a batch that unpacks to a gigabyte takes no gigabyte.
//!
//! How strict Kafka's own readers are differs: those of plain records (`DefaultRecord.readFrom`) compare each record's length with
//! what is in it, those of packed ones (`PartialDefaultRecord.readPartiallyFrom`) do not look at it.

use std::io::{BufRead, BufReader};

use super::batch::{BatchHeader, Compression, HEADER_BYTES};
use super::compression::{MAX_UNPACKED_BYTES, with_reader};
use super::records::{Record, read_record};
use super::varint::{self, INT_BYTES, LONG_BYTES};

/// How much is unpacked at once, in bytes.
const PIECE_BYTES: usize = 32 * 1024;
/// What is seen of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordShape {
    /// Its offset, less the batch's.
    pub offset_delta: i32,
    /// Its time, less the batch's, in milliseconds.
    pub timestamp_delta: i64,
    /// The size of its key; negative without one.
    pub key_bytes: i32,
    /// The size of its value; negative without one.
    pub value_bytes: i32,
}

impl From<Record<'_>> for RecordShape {
    #[inline]
    fn from(record: Record<'_>) -> Self {
        // no field is longer than its length says, which has 32 bits
        let size = |field: Option<&[u8]>| field.map_or(-1, |bytes| bytes.len() as i32);
        Self {
            offset_delta: record.offset_delta,
            timestamp_delta: record.timestamp_delta,
            key_bytes: size(record.key),
            value_bytes: size(record.value),
        }
    }
}

/// Why records do not hold together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WalkError {
    /// A record is not what its format says, or there are more or fewer than the batch claims.
    #[error("record {0} of the batch is malformed")]
    Malformed(i32),
    /// They do not unpack, or what should be a length is no number at all: Kafka's reader fails with an error of its own.
    #[error("records cannot be read")]
    Unreadable,
    /// They unpack to more than [`MAX_UNPACKED_BYTES`].
    #[error("records unpack to more than {MAX_UNPACKED_BYTES} bytes")]
    TooLarge,
}

/// Shows `visit` each record of `batch` (header and records), in order.
///
/// # Errors
/// See [`WalkError`]; records before a malformed one have been shown.
pub fn walk_records(header: &BatchHeader, batch: &[u8], visit: impl FnMut(RecordShape)) -> Result<(), WalkError> {
    let packed = batch.get(HEADER_BYTES..).unwrap_or_default();
    match header.compression().map_err(|_| WalkError::Unreadable)? {
        Compression::None => walk_plain(header.count, packed, visit),
        codec => with_reader(codec, packed, |unpacked| {
            walk_packed(header.count, BufReader::with_capacity(PIECE_BYTES, unpacked), visit)
        })
        .map_err(|_| WalkError::Unreadable)?,
    }
}

fn walk_plain(count: i32, records: &[u8], mut visit: impl FnMut(RecordShape)) -> Result<(), WalkError> {
    let mut rest = records;
    for index in 0..count {
        let malformed = WalkError::Malformed(index);
        if rest.is_empty() {
            return Err(malformed);
        }
        if is_endless(rest) {
            return Err(WalkError::Unreadable);
        }
        visit(read_record(&mut rest).map(RecordShape::from).ok_or(malformed)?);
    }
    if rest.is_empty() { Ok(()) } else { Err(WalkError::Malformed(count)) }
}

/// Whether what should be a length says in each of its bytes that another follows.
#[inline]
fn is_endless(bytes: &[u8]) -> bool {
    bytes.len() >= INT_BYTES && bytes[..INT_BYTES].iter().all(|byte| byte & 0x80 != 0)
}

fn walk_packed(count: i32, unpacked: impl BufRead, mut visit: impl FnMut(RecordShape)) -> Result<(), WalkError> {
    let mut stream = Stream { unpacked, taken: 0 };
    for index in 0..count {
        match stream.record() {
            Ok(shape) => visit(shape),
            Err(StreamError::Malformed) => return Err(WalkError::Malformed(index)),
            Err(StreamError::Other(error)) => return Err(error),
        }
    }
    match stream.byte() {
        Err(StreamError::Malformed) => Ok(()),
        Err(StreamError::Other(error)) => Err(error),
        Ok(_) => Err(WalkError::Malformed(count)),
    }
}

/// Why no more can be read: the stream ends or is no record, or it cannot be read on.
enum StreamError {
    Malformed,
    Other(WalkError),
}

/// Unpacked records, of which no more than a piece is in memory.
struct Stream<R> {
    unpacked: R,
    taken: u64,
}

/// Takes a record off unpacked bytes; `None` where it is not wholly there, or is none.
#[inline]
fn take_record(rest: &mut &[u8]) -> Option<RecordShape> {
    varint::read_int(rest)?; // its length, which nobody compares
    *rest = rest.get(1..)?;
    let timestamp_delta = varint::read_long(rest)?;
    let offset_delta = varint::read_int(rest)?;
    let key_bytes = take_field(rest)?;
    let value_bytes = take_field(rest)?;
    let headers = varint::read_int(rest).filter(|count| *count >= 0)?;
    for _ in 0..headers {
        take_field(rest).filter(|key_bytes| *key_bytes >= 0)?;
        take_field(rest)?;
    }
    Some(RecordShape { offset_delta, timestamp_delta, key_bytes, value_bytes })
}

#[inline]
fn take_field(rest: &mut &[u8]) -> Option<i32> {
    let length = varint::read_int(rest)?;
    *rest = rest.get(usize::try_from(length).unwrap_or(0)..)?;
    Some(length)
}

impl<R: BufRead> Stream<R> {
    fn record(&mut self) -> Result<RecordShape, StreamError> {
        let piece = self.piece()?;
        let mut rest = piece;
        if let Some(shape) = take_record(&mut rest) {
            let taken = piece.len() - rest.len();
            self.take(taken);
            return Ok(shape);
        }
        self.record_over_pieces()
    }

    fn record_over_pieces(&mut self) -> Result<RecordShape, StreamError> {
        self.varint()?; // its length, which nobody compares
        self.byte()?;
        let timestamp_delta = varint::long(self.unsigned(LONG_BYTES)?);
        let offset_delta = self.varint()?;
        let key_bytes = self.skip_field()?;
        let value_bytes = self.skip_field()?;
        let headers = self.varint()?;
        if headers < 0 {
            return Err(StreamError::Malformed);
        }
        for _ in 0..headers {
            if self.skip_field()? < 0 {
                return Err(StreamError::Malformed);
            }
            self.skip_field()?;
        }
        Ok(RecordShape { offset_delta, timestamp_delta, key_bytes, value_bytes })
    }

    /// What is there, at least a byte.
    fn piece(&mut self) -> Result<&[u8], StreamError> {
        if self.taken > MAX_UNPACKED_BYTES {
            return Err(StreamError::Other(WalkError::TooLarge));
        }
        match self.unpacked.fill_buf() {
            Ok([]) => Err(StreamError::Malformed),
            Ok(piece) => Ok(piece),
            Err(_) => Err(StreamError::Other(WalkError::Unreadable)),
        }
    }

    fn take(&mut self, count: usize) {
        self.unpacked.consume(count);
        self.taken += count as u64;
    }

    fn byte(&mut self) -> Result<u8, StreamError> {
        let byte = self.piece()?[0];
        self.take(1);
        Ok(byte)
    }

    fn unsigned(&mut self, most: usize) -> Result<u64, StreamError> {
        let mut value = 0;
        for index in 0..most {
            let byte = self.byte()?;
            value |= varint::bits_of(byte, index);
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(StreamError::Malformed)
    }

    fn varint(&mut self) -> Result<i32, StreamError> {
        Ok(varint::int(self.unsigned(INT_BYTES)?))
    }

    fn skip_field(&mut self) -> Result<i32, StreamError> {
        let length = self.varint()?;
        let mut left = usize::try_from(length).unwrap_or(0);
        while left > 0 {
            let count = self.piece()?.len().min(left);
            self.take(count);
            left -= count;
        }
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::compression::pack;
    use super::*;

    fn check(batch: &[u8], expected: &[(i32, i32, i32)]) {
        let header = BatchHeader::check(batch).expect("Kafka wrote it");
        let mut seen = Vec::new();
        let shown = walk_records(&header, &batch[..header.size()], |record| {
            seen.push((record.offset_delta, record.key_bytes, record.value_bytes));
        });
        assert_eq!(shown, Ok(()));
        assert_eq!(seen, expected);
    }

    #[test]
    fn records_that_kafka_wrote_are_seen_packed_or_not() {
        let hellos = [(0, -1, 25), (1, -1, 25), (2, -1, 25)];
        check(include_bytes!("../../../fixtures/log/f-gzip.log"), &hellos);
        check(include_bytes!("../../../fixtures/log/f-snappy.log"), &hellos);
        check(include_bytes!("../../../fixtures/log/f-lz4.log"), &hellos);
        check(include_bytes!("../../../fixtures/log/f-zstd.log"), &hellos);
        check(include_bytes!("../../../fixtures/log/f-none.log"), &[(0, -1, 3), (1, -1, 3), (2, -1, 5)]);
        check(include_bytes!("../../../fixtures/log/f-keys.log"), &[(0, 2, 2), (1, 2, -1)]);
    }

    /// A header that claims `count` records of a codec.
    fn claiming(count: i32, codec: Compression) -> BatchHeader {
        let plain = BatchHeader::check(include_bytes!("../../../fixtures/log/f-none.log")).expect("Kafka wrote it");
        BatchHeader { count, attributes: codec.id(), ..plain }
    }

    fn walk(count: i32, codec: Compression, records: &[u8]) -> Result<(), WalkError> {
        walk_records(&claiming(count, codec), &[&[0; HEADER_BYTES], records].concat(), |_| ())
    }

    #[test]
    fn what_unpacks_to_gigabytes_is_given_up() {
        // a record whose value is as long as the zeros that the codec gives
        let zeros = vec![0; 1 << 20];
        let mut encoder = zstd::Encoder::new(Vec::new(), 1).expect("an encoder");
        let head = [&[0xfe, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0, 1][..], &[0xfe, 0xff, 0xff, 0xff, 0x0f]].concat();
        std::io::Write::write_all(&mut encoder, &head).expect("written");
        for _ in 0..600 {
            std::io::Write::write_all(&mut encoder, &zeros).expect("written");
        }
        let bomb = encoder.finish().expect("packed");
        assert!(bomb.len() < 1 << 20, "{}", bomb.len());
        assert_eq!(walk(1, Compression::Zstd, &bomb), Err(WalkError::TooLarge));
    }

    /// What [`walk_packed`] sees where so much is unpacked at once.
    fn walk_by(piece: usize, count: i32, unpacked: &[u8]) -> (Result<(), WalkError>, Vec<RecordShape>) {
        let mut seen = Vec::new();
        let walked = walk_packed(count, BufReader::with_capacity(piece, unpacked), |shape| seen.push(shape));
        (walked, seen)
    }

    proptest! {
        #[test]
        fn records_are_the_same_in_pieces_of_any_size(
            lengths in proptest::collection::vec((-1_i64..200, -1_i64..200, 0_i64..3), 1..8),
            damage in proptest::option::of((any::<prop::sample::Index>(), any::<u8>())),
            piece in 1_usize..300,
        ) {
            let mut unpacked = Vec::new();
            for (index, (key, value, headers)) in (0_i64..).zip(&lengths) {
                varint::put(&mut unpacked, 1);
                unpacked.push(0);
                varint::put(&mut unpacked, index * 1000);
                varint::put(&mut unpacked, index);
                let fields = [*key, *value].into_iter().chain(std::iter::once(*headers)).chain((0..*headers * 2).map(|_| 3));
                for (place, field) in fields.enumerate() {
                    varint::put(&mut unpacked, field);
                    if place != 2 {
                        unpacked.resize(unpacked.len() + usize::try_from(field).unwrap_or(0), b'x');
                    }
                }
            }
            if let Some((at, byte)) = damage {
                let at = at.index(unpacked.len());
                unpacked[at] = byte;
            }
            let count = lengths.len() as i32;
            prop_assert_eq!(walk_by(piece, count, &unpacked), walk_by(unpacked.len() + 1, count, &unpacked));
            prop_assert_eq!(walk_by(1, count, &unpacked), walk_by(piece, count, &unpacked));
        }

        #[test]
        fn any_bytes_are_walked_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), id in 0_i16..5, count in any::<i32>()) {
            let codec = Compression::from_id(id).expect("below 5");
            let _ = walk(count, codec, &bytes);
            let _ = walk(count, codec, &pack(codec, &bytes).expect("packs"));
        }
    }
}
