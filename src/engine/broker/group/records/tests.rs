//! The records against those that Kafka wrote, and through proptest.

use proptest::prelude::*;

use super::*;
use crate::engine::kafka::batch::Compression;

/// `__consumer_offsets-17` of a real broker: a group of one, its commit, the group emptied.
const GOLDEN: &str = include_str!("fixtures/consumer-offsets-17.hex");

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

#[test]
fn kafkas_own_log_reads_and_is_written_the_same() {
    let bytes = Bytes::from(unhex(GOLDEN));
    let Decoded { records, next_offset } = decode_batches(&bytes).unwrap();
    assert_eq!((records.len(), next_offset), (3, Some(3)));
    let keys: Vec<Key> = records.iter().map(|record| Key::decode(record.key.clone().unwrap()).unwrap()).collect();
    let value = |index: usize| records[index].value.clone().unwrap();

    let group = GroupMetadataValue::decode(value(0)).unwrap();
    assert_eq!((group.generation, group.protocol.as_deref(), group.members.len()), (1, Some("range"), 1));
    assert_eq!(group.members[0].client_host, "/127.0.0.1");
    assert_eq!(subscribed_topics(group.members[0].subscription.clone()), Some(vec!["f-none".to_owned()]));
    assert_eq!(group.encode(), value(0));

    let offset = decode_offset(value(1)).unwrap();
    assert_eq!((offset.offset, offset.leader_epoch, offset.expires_at), (3, 0, None));
    assert_eq!(keys[1], Key::Offset { group: "fmt".to_owned(), partition: TopicPartition::new("f-none", 0) });
    assert_eq!(encode_offset(&offset), value(1));

    let empty = GroupMetadataValue::decode(value(2)).unwrap();
    assert!(empty.members.is_empty() && empty.protocol.is_none() && empty.leader.is_none());
    assert_eq!(empty.encode(), value(2));

    // whole batches, but for the base offset and the leader epoch that the log fills in
    let mut start = 0;
    for (index, base_sequence) in [(0, -1), (1, 0), (2, -1)] {
        let timestamp = i64::from_be_bytes(bytes[start + 27..start + 35].try_into().unwrap());
        let batch =
            encode_batch(&[(keys[index].clone(), Some(value(index)))], timestamp, base_sequence, Compression::None).unwrap();
        assert_eq!(batch[8..12], bytes[start + 8..start + 12]);
        assert_eq!(batch[16..], bytes[start + 16..start + batch.len()]);
        start += batch.len();
    }
}

#[test]
fn several_records_make_one_batch() {
    let key = |group: &str| Key::Group { group: group.to_owned() };
    for compression in [Compression::None, Compression::Gzip, Compression::Lz4, Compression::Zstd] {
        for base_sequence in [0, -1] {
            let batch =
                encode_batch(&[(key("a"), None), (key("b"), Some(Bytes::from_static(b"v")))], 5, base_sequence, compression);
            let batch = batch.unwrap();
            assert_eq!(i32::from_be_bytes(batch[8..12].try_into().unwrap()) as usize + 12, batch.len());
            assert_eq!(decode_batches(&batch).unwrap().records.len(), 2);
        }
    }
}

#[test]
fn a_torn_batch_is_left_and_a_broken_one_is_refused() {
    let bytes = Bytes::from(unhex(GOLDEN));
    let Decoded { records, next_offset } = decode_batches(&bytes.slice(..bytes.len() - 1)).unwrap();
    assert_eq!((records.len(), next_offset), (2, Some(2)));
    let mut broken = bytes.to_vec();
    broken[100] ^= 1;
    assert!(decode_batches(&broken.into()).is_err());
}

#[test]
fn old_versions_read() {
    // an offset of version 1 with an expiry, as clients before 2.1 made brokers write
    let old = CommittedOffset { offset: 9, leader_epoch: -1, metadata: "m".into(), committed_at: 1, expires_at: Some(2) };
    assert_eq!(decode_offset(encode_offset(&old)), Some(old));
    let mut zero = BytesMut::new();
    zero.put_i16(0);
    zero.put_i64(4);
    put_string(&mut zero, "x");
    zero.put_i64(77);
    assert_eq!(decode_offset(zero.freeze()).map(|offset| (offset.offset, offset.committed_at)), Some((4, 77)));
    assert_eq!(Key::decode(Bytes::from_static(&[0, 9, 1])), Some(Key::Unknown { version: 9 }));
}

fn member() -> impl Strategy<Value = StoredMember> {
    ("[a-z]{0,8}", proptest::option::of("[a-z]{1,5}"), any::<i32>(), any::<i32>(), any::<Vec<u8>>(), any::<Vec<u8>>()).prop_map(
        |(id, instance_id, rebalance_timeout, session_timeout, subscription, assignment)| StoredMember {
            client_id: format!("{id}-client"),
            client_host: "/::1".to_owned(),
            id,
            instance_id,
            rebalance_timeout,
            session_timeout,
            subscription: subscription.into(),
            assignment: assignment.into(),
        },
    )
}

proptest! {
    #[test]
    fn groups_round_trip(
        generation in any::<i32>(), protocol in proptest::option::of("[a-z]{1,9}"), state_since in proptest::option::of(0i64..),
        members in proptest::collection::vec(member(), 0..4),
    ) {
        let value = GroupMetadataValue {
            protocol_type: "consumer".to_owned(), generation, leader: protocol.clone(), protocol, state_since, members,
        };
        prop_assert_eq!(GroupMetadataValue::decode(value.encode()), Some(value));
    }

    #[test]
    fn noise_never_panics(noise in any::<Vec<u8>>()) {
        let noise = Bytes::from(noise);
        let _ = Key::decode(noise.clone());
        let _ = decode_offset(noise.clone());
        let _ = GroupMetadataValue::decode(noise.clone());
        let _ = subscribed_topics(noise.clone());
        let _ = decode_batches(&noise);
    }
}
