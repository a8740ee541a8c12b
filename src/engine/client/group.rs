//! What members of a consumer group tell each other (`ConsumerProtocol`): subscriptions and assignments, behind a version
//! number.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use kafka_protocol::messages::consumer_protocol_assignment::TopicPartition as AssignedTopic;
use kafka_protocol::messages::consumer_protocol_subscription::TopicPartition as OwnedTopic;
use kafka_protocol::messages::{ConsumerProtocolAssignment, ConsumerProtocolSubscription, TopicName};
use kafka_protocol::protocol::{Decodable, Encodable, StrBytes};

/// The newest version of both messages that 3.6.0 writes.
const VERSION: i16 = 3;

/// A topic and the numbers of some of its partitions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicPartitions {
    /// The topic.
    pub topic: String,
    /// The partitions, in the order they were given.
    pub partitions: Vec<i32>,
}

/// What a member wants to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subscription {
    /// The topics.
    pub topics: Vec<String>,
    /// What its assignor adds.
    pub user_data: Option<Bytes>,
    /// The partitions it holds already (cooperative rebalancing, KIP-429).
    pub owned: Vec<TopicPartitions>,
    /// The generation in which it got them; -1 where it is not said.
    pub generation_id: i32,
    /// Where the member is (`client.rack`, KIP-881); `None` where it does not say.
    pub rack: Option<String>,
}

/// What a member is to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assignment {
    /// The partitions by topic.
    pub partitions: Vec<TopicPartitions>,
    /// What its assignor adds.
    pub user_data: Option<Bytes>,
}

impl Subscription {
    /// Reads a subscription; `None` where it is none.
    pub fn decode(mut bytes: Bytes) -> Option<Self> {
        let version = bytes.try_get_i16().ok()?.min(VERSION);
        plausible(&bytes).then_some(())?;
        let read = ConsumerProtocolSubscription::decode(&mut bytes, version).ok()?;
        let owned = |owned: OwnedTopic| TopicPartitions { topic: owned.topic.to_string(), partitions: owned.partitions };
        Some(Self {
            topics: read.topics.iter().map(ToString::to_string).collect(),
            user_data: read.user_data,
            owned: read.owned_partitions.into_iter().map(owned).collect(),
            generation_id: if version >= 2 { read.generation_id } else { -1 },
            // an empty one says nothing
            rack: read.rack_id.map(|rack| rack.to_string()).filter(|rack| !rack.is_empty()),
        })
    }

    /// Writes a subscription as a 3.6.0 consumer does.
    pub fn encode(&self) -> Bytes {
        let owned = self
            .owned
            .iter()
            .map(|owned| OwnedTopic::default().with_topic(topic_name(&owned.topic)).with_partitions(owned.partitions.clone()));
        let message = ConsumerProtocolSubscription::default()
            .with_topics(self.topics.iter().cloned().map(StrBytes::from_string).collect())
            .with_user_data(self.user_data.clone())
            .with_owned_partitions(owned.collect())
            .with_generation_id(self.generation_id)
            .with_rack_id(self.rack.clone().map(StrBytes::from_string));
        versioned(&message)
    }
}

impl Assignment {
    /// Reads an assignment; `None` where it is none. No bytes are an assignment of nothing.
    pub fn decode(mut bytes: Bytes) -> Option<Self> {
        if bytes.is_empty() {
            return Some(Self::default());
        }
        let version = bytes.try_get_i16().ok()?.min(VERSION);
        plausible(&bytes).then_some(())?;
        let read = ConsumerProtocolAssignment::decode(&mut bytes, version).ok()?;
        let assigned =
            |assigned: AssignedTopic| TopicPartitions { topic: assigned.topic.to_string(), partitions: assigned.partitions };
        Some(Self { partitions: read.assigned_partitions.into_iter().map(assigned).collect(), user_data: read.user_data })
    }

    /// Writes an assignment as a 3.6.0 consumer does.
    pub fn encode(&self) -> Bytes {
        let assigned = self.partitions.iter().map(|assigned| {
            AssignedTopic::default().with_topic(topic_name(&assigned.topic)).with_partitions(assigned.partitions.clone())
        });
        let message = ConsumerProtocolAssignment::default()
            .with_assigned_partitions(assigned.collect())
            .with_user_data(self.user_data.clone());
        versioned(&message)
    }
}

/// Both messages begin with the length of a list, whose entries take two bytes or more: more entries than that is no message.
fn plausible(bytes: &Bytes) -> bool {
    let mut head = bytes.slice(..);
    head.try_get_i32().is_ok_and(|count| usize::try_from(count).is_ok_and(|count| count <= bytes.len() / 2))
}

fn versioned(message: &impl Encodable) -> Bytes {
    let mut bytes = BytesMut::new();
    bytes.put_i16(VERSION);
    match message.encode(&mut bytes, VERSION) {
        Ok(()) => bytes.freeze(),
        // only a list of more than 2^31 entries cannot be written
        Err(_) => Bytes::new(),
    }
}

fn topic_name(name: &str) -> TopicName {
    TopicName(StrBytes::from_string(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn some(topic: &str, partitions: &[i32]) -> TopicPartitions {
        TopicPartitions { topic: topic.to_owned(), partitions: partitions.to_vec() }
    }

    #[test]
    fn subscriptions_and_assignments_survive_the_wire() {
        let subscription = Subscription {
            topics: vec!["a".to_owned(), "b".to_owned()],
            user_data: None,
            owned: vec![some("a", &[0, 2])],
            generation_id: 4,
            rack: Some("r".to_owned()),
        };
        assert_eq!(Subscription::decode(subscription.encode()), Some(subscription));
        let assignment = Assignment { partitions: vec![some("a", &[1])], user_data: Some(Bytes::from_static(b"x")) };
        assert_eq!(Assignment::decode(assignment.encode()), Some(assignment));
        assert_eq!(Assignment::decode(Bytes::new()), Some(Assignment::default()));
    }

    #[test]
    fn subscriptions_are_written_as_a_consumer_of_3_6_0_writes_them() {
        let check = |user_data: Option<&'static [u8]>, rack: Option<&str>, expected: &[u8]| {
            let subscription = Subscription {
                topics: vec!["orders".to_owned()],
                user_data: user_data.map(Bytes::from_static),
                owned: Vec::new(),
                generation_id: -1,
                rack: rack.map(str::to_owned),
            };
            assert_eq!(subscription.encode(), expected);
        };
        // recorded from the console consumer of 3.6.0 with client.rack=r0, and without
        let head = b"\0\x03\0\0\0\x01\0\x06orders";
        let none = [&head[..], b"\xff\xff\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\xff"].concat();
        check(None, Some("r0"), &[&none[..], b"\0\x02r0"].concat());
        check(None, None, &[&none[..], b"\xff\xff"].concat());
        let sticky = [&head[..], b"\0\0\0\x04\xff\xff\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\xff", b"\0\x02r0"].concat();
        check(Some(b"\xff\xff\xff\xff"), Some("r0"), &sticky);
    }

    proptest! {
        #[test]
        fn damaged_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = Subscription::decode(Bytes::from(bytes.clone()));
            let _ = Assignment::decode(Bytes::from(bytes));
        }
    }
}
