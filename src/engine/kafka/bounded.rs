//! Decoding that takes no memory for what a request only claims to hold. The message decoders reserve room for as many elements
//! as an array says it has; Kafka's own refuse a count above the bytes that are left, and so does this. It also refuses more fields
//! than any client needs: a request of small elements takes many times its size in memory, which ends Kafka's broker.

use bytes::{Buf, Bytes, TryGetError};
use kafka_protocol::messages::{
    AlterUserScramCredentialsRequest, ExpireDelegationTokenRequest, JoinGroupRequest, ProduceRequest,
    RenewDelegationTokenRequest, SaslAuthenticateRequest, SyncGroupRequest,
};
use kafka_protocol::protocol::Request;
use kafka_protocol::protocol::buf::ByteBuf;

/// The most fields of a request, and the most bytes of one that is neither records nor a group member's own. A hundred thousand
/// partitions in one Fetch have fewer.
const MAX_FIELDS: usize = 1 << 20;
/// The most bytes of a string, in any version: Kafka's messages read no longer one.
pub const MAX_STRING: usize = i16::MAX as usize;
/// The requests with fields that are bytes; everything that is long in any other is a string.
const WITH_BYTES: [i16; 7] = [
    ProduceRequest::KEY,
    JoinGroupRequest::KEY,
    SyncGroupRequest::KEY,
    SaslAuthenticateRequest::KEY,
    RenewDelegationTokenRequest::KEY,
    ExpireDelegationTokenRequest::KEY,
    AlterUserScramCredentialsRequest::KEY,
];

/// Decodes a request of which no array claims more elements than bytes, or fields, are left for them.
///
/// # Errors
/// The decoder's words.
pub fn decode<R: Request>(body: &Bytes, version: i16) -> Result<R, String> {
    // a count and a plain number look alike on the wire: in the first pass a number that would be too large a count is cut
    // to one that cannot be filled, so that an array of that size ends the decoding and a plain number goes on
    let mut first = Bounded {
        rest: body.clone(),
        fields: MAX_FIELDS,
        cut: false,
        run: Vec::new(),
        numbers: 0,
        records_next: false,
        has_records: R::KEY == ProduceRequest::KEY,
        varints: 0,
        lengths_after: before_lengths(R::KEY, version),
        longest: 0,
    };
    let message = R::decode(&mut first, version).map_err(|error| error.to_string())?;
    if first.longest > MAX_STRING && !WITH_BYTES.contains(&R::KEY) {
        return Err(format!("a string is {} bytes long, expected {MAX_STRING} at most", first.longest));
    }
    if first.fields == 0 {
        return Err(format!("more than {MAX_FIELDS} fields"));
    }
    if !first.cut {
        return Ok(message);
    }
    R::decode(&mut body.clone(), version).map_err(|error| error.to_string())
}

/// The bytes of a message, with an eye on counts.
struct Bounded {
    rest: Bytes,
    /// How many fields there may still be; with the last of them the message ends.
    fields: usize,
    /// Whether a number was cut.
    cut: bool,
    /// The bytes read one by one that may be a varint so far: all say that another follows.
    run: Vec<u8>,
    /// Numbers of 32 bits so far.
    numbers: usize,
    /// Whether a length of records may come now.
    records_next: bool,
    /// Whether the message carries records: it is a Produce.
    has_records: bool,
    /// Varints so far.
    varints: usize,
    /// After how many numbers and varints no array follows any more, where that is known.
    lengths_after: Option<(usize, usize)>,
    /// The bytes of the longest field.
    longest: usize,
}

/// What members of a group say of themselves and are told is as long as they like, and stands behind the only array: how many numbers
/// of 32 bits and how many varints come up to its count.
fn before_lengths(key: i16, version: i16) -> Option<(usize, usize)> {
    match (key, version) {
        (JoinGroupRequest::KEY, 0) | (SyncGroupRequest::KEY, 0..=3) => Some((2, 0)),
        (JoinGroupRequest::KEY, 1..=5) => Some((3, 0)),
        (JoinGroupRequest::KEY, _) => Some((2, 5)),
        (SyncGroupRequest::KEY, 4) => Some((1, 4)),
        (SyncGroupRequest::KEY, _) => Some((1, 6)),
        _ => None,
    }
}

/// A varint of 32 bits has at most this many bytes.
const VARINT_BYTES: usize = 5;
/// A count of fewer bytes costs little memory.
const VARINT_CHECKED_FROM: usize = 3;

impl Bounded {
    /// The most elements that an array may have from here on, and the most bytes of a field.
    fn most(&self) -> usize {
        // in a Produce the records follow the partition's index; the first number is the timeout, and a count follows it
        let is_length = self.lengths_after.is_some_and(|(numbers, varints)| self.numbers >= numbers && self.varints >= varints);
        if self.records_next || is_length { self.rest.len() } else { self.rest.len().min(self.fields) }
    }

    fn count_field(&mut self, is_number: bool) {
        self.numbers += usize::from(is_number);
        self.records_next = self.has_records && is_number && self.numbers > 1;
        self.fields = self.fields.saturating_sub(1);
        if self.fields == 0 {
            self.rest.clear();
        }
    }

    /// Whether the run, ended by `last`, is a count that the bytes left cannot fill. A run may begin with a byte that is no part
    /// of the varint, so each of its ends counts.
    fn is_too_large(&self, last: u8) -> bool {
        let bytes = self.run.iter().copied().chain([last]).collect::<Vec<u8>>();
        let lengths = VARINT_CHECKED_FROM..=bytes.len().min(VARINT_BYTES);
        lengths.into_iter().any(|length| {
            let varint = &bytes[bytes.len() - length..];
            let value = varint.iter().rev().fold(0_u64, |value, byte| value << 7 | u64::from(byte & 0x7f));
            value > self.most() as u64 + 1 // compact counts are one more than the elements
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
        self.count_field(false);
    }

    fn try_get_u8(&mut self) -> Result<u8, TryGetError> {
        let byte = self.rest.try_get_u8()?;
        if byte < 0x80 {
            if self.is_too_large(byte) {
                return Err(TryGetError { requested: usize::MAX, available: self.rest.len() });
            }
            self.run.clear();
            self.varints += 1;
            self.count_field(false);
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
        let most = self.most();
        self.count_field(true);
        if usize::try_from(number).is_ok_and(|count| count > most) {
            self.cut = true;
            return Ok(i32::try_from(most + 1).unwrap_or(i32::MAX));
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
        self.longest = self.longest.max(size);
        let bytes = self.rest.split_to(size);
        self.count_field(false);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;
    use kafka_protocol::messages::join_group_request::JoinGroupRequestProtocol;
    use kafka_protocol::messages::metadata_request::MetadataRequestTopic;
    use kafka_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
    use kafka_protocol::messages::sync_group_request::SyncGroupRequestAssignment;
    use kafka_protocol::messages::{GroupId, MetadataRequest, TopicName};
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
    fn more_fields_than_anyone_needs_are_refused() {
        // topics without a name: two bytes each, and a hundred in memory
        let topics = |count: u32| Bytes::from([&count.to_be_bytes()[..], &vec![0; count as usize * 2]].concat());
        assert!(decode::<MetadataRequest>(&topics(100_000), 1).is_ok());
        assert_eq!(decode::<MetadataRequest>(&topics(50 << 20), 1).ok(), None);
        // a count that its bytes could hold, in either form
        for (count, version) in [([0x05, 0, 0, 0], 1), ([0xff, 0xff, 0xff, 0x2f], 9)] {
            let body = Bytes::from([&count[..], &vec![0; 100 << 20]].concat());
            assert_eq!(decode::<MetadataRequest>(&body, version).ok(), None, "version {version}");
        }
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

    #[test]
    fn a_string_is_no_longer_than_the_protocol_has_room_for() {
        for (length, fits) in [(MAX_STRING, true), (MAX_STRING + 1, false)] {
            let topic = MetadataRequestTopic::default().with_name(Some(TopicName(StrBytes::from_string("t".repeat(length)))));
            let request = MetadataRequest::default().with_topics(Some(vec![topic]));
            assert_eq!(decode::<MetadataRequest>(&encoded(&request, 9), 9).is_ok(), fits, "{length}");
        }
    }

    fn encoded(request: &impl Encodable, version: i16) -> Bytes {
        let mut body = BytesMut::new();
        request.encode(&mut body, version).expect("encodes");
        body.freeze()
    }

    #[test]
    fn members_of_a_group_say_as_much_as_they_like() {
        // as counts, these bytes would be large ones
        let long = Bytes::from(vec![0x7f; 3 << 20]);
        let word = StrBytes::from_static_str("w");
        for version in 0..=9 {
            let protocol = JoinGroupRequestProtocol::default().with_name(word.clone()).with_metadata(long.clone());
            let request = JoinGroupRequest::default()
                .with_group_id(GroupId(word.clone()))
                .with_session_timeout_ms(i32::MAX)
                .with_rebalance_timeout_ms(if version == 0 { -1 } else { i32::MAX })
                .with_protocol_type(word.clone())
                .with_protocols(vec![protocol.clone(), protocol]);
            assert_eq!(decode::<JoinGroupRequest>(&encoded(&request, version), version), Ok(request), "version {version}");
        }
        for version in 0..=5 {
            let assignment = SyncGroupRequestAssignment::default().with_member_id(word.clone()).with_assignment(long.clone());
            let request = SyncGroupRequest::default()
                .with_group_id(GroupId(word.clone()))
                .with_generation_id(i32::MAX)
                .with_assignments(vec![assignment.clone(), assignment]);
            assert_eq!(decode::<SyncGroupRequest>(&encoded(&request, version), version), Ok(request), "version {version}");
        }
    }

    #[test]
    fn members_of_a_group_are_not_more_than_their_fields() {
        for version in 0..=5 {
            let mut body = encoded(&SyncGroupRequest::default(), version).to_vec();
            // the count of the assignments is the last thing there, but for the tags; there are bytes for as many
            let count: &[u8] = if version < 4 { &[0, 0xa0, 0, 0] } else { &[0xff, 0xff, 0xff, 0x04] };
            body.truncate(body.len() - if version < 4 { 4 } else { 2 });
            let body = Bytes::from([&body, count, &vec![0; 100 << 20]].concat());
            assert!(decode::<SyncGroupRequest>(&body, version).is_err(), "version {version}");
        }
        for version in 0..=7 {
            let mut body = encoded(&JoinGroupRequest::default().with_rebalance_timeout_ms(-1), version).to_vec();
            let count: &[u8] = if version < 6 { &[0, 0xa0, 0, 0] } else { &[0xff, 0xff, 0xff, 0x04] };
            body.truncate(body.len() - if version < 6 { 4 } else { 2 });
            let body = Bytes::from([&body, count, &vec![0; 100 << 20]].concat());
            assert!(decode::<JoinGroupRequest>(&body, version).is_err(), "version {version}");
        }
    }
}
