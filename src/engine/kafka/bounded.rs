//! Decoding that takes no memory for what a request only claims to hold. The message decoders reserve room for as many elements
//! as an array says it has; Kafka's own refuse a count above the bytes that are left, and so does this.

use bytes::{Buf, Bytes, TryGetError};
use kafka_protocol::protocol::Decodable;
use kafka_protocol::protocol::buf::ByteBuf;

/// Decodes a message of which no array claims more elements than bytes are left for them.
///
/// # Errors
/// The decoder's words.
pub fn decode<M: Decodable>(body: &Bytes, version: i16) -> Result<M, String> {
    // a count and a plain number look alike on the wire: in the first pass a number that would be too large a count is cut
    // to one that cannot be filled, so that an array of that size ends the decoding and a plain number goes on
    let mut first = Bounded { rest: body.clone(), cut: false, run: Vec::new() };
    let message = M::decode(&mut first, version).map_err(|error| error.to_string())?;
    if !first.cut {
        return Ok(message);
    }
    M::decode(&mut body.clone(), version).map_err(|error| error.to_string())
}

/// The bytes of a message, with an eye on counts.
struct Bounded {
    rest: Bytes,
    /// Whether a number was cut.
    cut: bool,
    /// The bytes read one by one that may be a varint so far: all say that another follows.
    run: Vec<u8>,
}

/// A varint of 32 bits has at most this many bytes.
const VARINT_BYTES: usize = 5;
/// A count of fewer bytes costs little memory.
const VARINT_CHECKED_FROM: usize = 3;

impl Bounded {
    /// Whether the run, ended by `last`, is a count that the bytes left cannot fill. A run may begin with a byte that is no part
    /// of the varint, so each of its ends counts.
    fn is_too_large(&self, last: u8) -> bool {
        let bytes = self.run.iter().copied().chain([last]).collect::<Vec<u8>>();
        let lengths = VARINT_CHECKED_FROM..=bytes.len().min(VARINT_BYTES);
        lengths.into_iter().any(|length| {
            let varint = &bytes[bytes.len() - length..];
            let value = varint.iter().rev().fold(0_u64, |value, byte| value << 7 | u64::from(byte & 0x7f));
            value > self.rest.len() as u64 + 1 // compact counts are one more than the elements
        })
    }
}

impl Buf for Bounded {
    fn remaining(&self) -> usize {
        self.rest.remaining()
    }

    fn chunk(&self) -> &[u8] {
        self.rest.chunk()
    }

    fn advance(&mut self, count: usize) {
        self.run.clear();
        self.rest.advance(count);
    }

    fn try_get_u8(&mut self) -> Result<u8, TryGetError> {
        let byte = self.rest.try_get_u8()?;
        if byte < 0x80 {
            if self.is_too_large(byte) {
                return Err(TryGetError { requested: usize::MAX, available: self.rest.len() });
            }
            self.run.clear();
        } else {
            if self.run.len() == VARINT_BYTES {
                self.run.remove(0);
            }
            if self.run.len() + 1 >= VARINT_BYTES && self.is_too_large(byte) {
                return Err(TryGetError { requested: usize::MAX, available: self.rest.len() });
            }
            self.run.push(byte);
        }
        Ok(byte)
    }

    fn try_get_i32(&mut self) -> Result<i32, TryGetError> {
        self.run.clear();
        let number = self.rest.try_get_i32()?;
        if usize::try_from(number).is_ok_and(|count| count > self.rest.len()) {
            self.cut = true;
            return Ok(i32::try_from(self.rest.len() + 1).unwrap_or(i32::MAX));
        }
        Ok(number)
    }
}

impl ByteBuf for Bounded {
    fn peek_bytes(&mut self, range: std::ops::Range<usize>) -> Bytes {
        self.rest.slice(range)
    }

    fn get_bytes(&mut self, size: usize) -> Bytes {
        self.run.clear();
        self.rest.split_to(size)
    }
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;
    use kafka_protocol::messages::metadata_request::MetadataRequestTopic;
    use kafka_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
    use kafka_protocol::messages::{MetadataRequest, ProduceRequest, TopicName};
    use kafka_protocol::protocol::{Encodable, StrBytes};

    use super::*;

    #[test]
    fn a_count_without_elements_is_refused_before_memory_is_taken() {
        assert!(decode::<MetadataRequest>(&Bytes::from_static(b"\x7f\xff\xff\xff"), 1).is_err());
        assert!(decode::<MetadataRequest>(&Bytes::from_static(b"\xff\xff\xff\xff\x0f"), 9).is_err());
        assert!(decode::<MetadataRequest>(&Bytes::from_static(b"\xff\xff\xff\x7f\0\0"), 9).is_err());
        assert!(decode::<MetadataRequest>(&Bytes::from_static(b"\xff\xff\x7f\0\0"), 9).is_err());
    }

    #[test]
    fn whole_requests_are_read_with_their_large_numbers() {
        let name = |name: String| TopicName(StrBytes::from_string(name));
        for version in [1, 9, 12] {
            let topic = |number| MetadataRequestTopic::default().with_name(Some(name(format!("topic-{number}"))));
            let request = MetadataRequest::default().with_topics(Some((0..3000).map(topic).collect()));
            let mut body = BytesMut::new();
            request.encode(&mut body, version).expect("encodes");
            assert_eq!(decode::<MetadataRequest>(&body.freeze(), version), Ok(request), "version {version}");
        }
        for version in [3, 9] {
            let records = Bytes::from(vec![0x80; 3 << 20]);
            let partition = PartitionProduceData::default().with_records(Some(records));
            let topic = TopicProduceData::default().with_name(name("t".into())).with_partition_data(vec![partition]);
            let request = ProduceRequest::default().with_timeout_ms(i32::MAX).with_topic_data(vec![topic]);
            let mut body = BytesMut::new();
            request.encode(&mut body, version).expect("encodes");
            assert_eq!(decode::<ProduceRequest>(&body.freeze(), version), Ok(request), "version {version}");
        }
    }
}
