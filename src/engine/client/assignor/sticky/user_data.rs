//! What members of a sticky group say of what they had: `StickyAssignorUserData` of the eager way, and what the cooperative way adds to the
//! partitions that every subscription names.

use bytes::{Buf, BufMut, Bytes, BytesMut};

use super::Said;
use crate::engine::client::consumer::TopicPartition;
use crate::engine::client::group::{Subscription, TopicPartitions};
use crate::engine::java_set::{java_hash, sort_as_java_map};

/// Of no generation.
const NO_GENERATION: i32 = -1;

/// What a member of the eager way says of itself (`StickyAssignorUserDataV1`): the topics in the order of Java's map, the partitions of each as
/// they were given.
pub(in super::super) fn user_data(had: &[TopicPartition], generation: i32) -> Bytes {
    let count = |length: usize| i32::try_from(length).unwrap_or(i32::MAX);
    let mut topics: Vec<(&str, Vec<i32>)> = Vec::new();
    for (topic, partition) in had {
        match topics.iter_mut().find(|(name, _)| name == topic) {
            Some((_, partitions)) => partitions.push(*partition),
            None => topics.push((topic, vec![*partition])),
        }
    }
    sort_as_java_map(&mut topics, |(name, _)| java_hash(name));
    let mut bytes = BytesMut::new();
    bytes.put_i32(count(topics.len()));
    for (topic, partitions) in topics {
        bytes.put_i16(i16::try_from(topic.len()).unwrap_or(i16::MAX));
        bytes.put_slice(topic.as_bytes());
        bytes.put_i32(count(partitions.len()));
        partitions.into_iter().for_each(|partition| bytes.put_i32(partition));
    }
    bytes.put_i32(generation);
    bytes.freeze()
}

/// What a member of the cooperative way says besides, for leaders that read older subscriptions.
pub(in super::super) fn generation_data(generation: i32) -> Bytes {
    Bytes::copy_from_slice(&generation.to_be_bytes())
}

/// Reads what [`user_data`] writes, and its first version, which has no generation; `None` where it is neither.
fn read(mut bytes: Bytes) -> Option<Said> {
    let mut had = Vec::new();
    for _ in 0..length_of_a_list(&mut bytes)? {
        let length = usize::try_from(bytes.try_get_i16().ok()?).ok()?;
        let topic = (length <= bytes.len()).then(|| bytes.split_to(length))?;
        let topic = String::from_utf8_lossy(&topic).into_owned();
        for _ in 0..length_of_a_list(&mut bytes)? {
            had.push((topic.clone(), bytes.try_get_i32().ok()?));
        }
    }
    Some((had, bytes.try_get_i32().unwrap_or(NO_GENERATION)))
}

/// A list has no more entries than bytes follow.
fn length_of_a_list(bytes: &mut Bytes) -> Option<usize> {
    let count = usize::try_from(bytes.try_get_i32().ok()?).ok()?;
    (count <= bytes.len()).then_some(count)
}

/// What a member of the eager way says that it had.
pub(super) fn previous(subscription: &Subscription) -> Said {
    subscription.user_data.clone().and_then(read).unwrap_or((Vec::new(), NO_GENERATION))
}

/// What a member of the cooperative way says that it has.
pub(super) fn owned(subscription: &Subscription) -> Said {
    let older = || subscription.user_data.clone().and_then(|mut data| data.try_get_i32().ok()).unwrap_or(NO_GENERATION);
    let generation = if subscription.generation_id < 0 { older() } else { subscription.generation_id };
    (places(&subscription.owned).collect(), generation)
}

/// The partitions one by one, in the order given.
pub(super) fn places(topics: &[TopicPartitions]) -> impl Iterator<Item = TopicPartition> {
    topics.iter().flat_map(|topic| topic.partitions.iter().map(|partition| (topic.topic.clone(), *partition)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_member_had_survives_the_wire() {
        let had = vec![("a".to_owned(), 2), ("a".to_owned(), 0), ("b".to_owned(), 1)];
        let bytes = user_data(&had, 7);
        assert_eq!(read(bytes.clone()), Some((had.clone(), 7)));
        assert_eq!(read(bytes.slice(..bytes.len() - 4)), Some((had, -1)), "the first version has no generation");
        assert_eq!(read(bytes.slice(..5)), None);
        assert_eq!(read(Bytes::from_static(&[0x7f, 0xff, 0xff, 0xff])), None, "no list of that length is there");
        assert_eq!(read(Bytes::from_static(&[0xff, 0xff, 0xff, 0xff, 0, 0, 0, 9])), None, "nor one of less than nothing");
        assert_eq!(user_data(&[("t".to_owned(), 3)], 1).as_ref(), b"\0\0\0\x01\0\x01t\0\0\0\x01\0\0\0\x03\0\0\0\x01");
    }

    #[test]
    fn topics_are_in_the_order_of_javas_map() {
        let had = ["orders", "q", "a"].map(|topic| (topic.to_owned(), 0));
        let (read, _) = read(user_data(&had, 1)).expect("what was written");
        assert_eq!(read.iter().map(|(topic, _)| topic.as_str()).collect::<Vec<_>>(), ["q", "a", "orders"]);
    }

    #[test]
    fn older_cooperative_members_tell_their_generation_in_their_data() {
        let owned_by = |generation_id, user_data| {
            let topics = vec![TopicPartitions { topic: "t".to_owned(), partitions: vec![1] }];
            owned(&Subscription { owned: topics, generation_id, user_data, ..Subscription::default() })
        };
        let had = vec![("t".to_owned(), 1)];
        assert_eq!(owned_by(4, Some(generation_data(3))), (had.clone(), 4));
        assert_eq!(owned_by(-1, Some(generation_data(3))), (had.clone(), 3));
        assert_eq!(owned_by(-1, None), (had, -1));
    }
}
