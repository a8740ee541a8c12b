//! Records of Kafka's internal topics on a line each, as the formatters that Kafka has for them write them.

use bytes::Bytes;

use super::transaction_log::{Key as TransactionKey, State};
use super::{Exception, java};
use crate::engine::broker::group::records::{GroupMetadataValue, Key, StoredMember, decode_offset};

/// A record of `__consumer_offsets` that is a commit (`OffsetsMessageFormatter`); nothing for other records.
///
/// # Errors
/// The exception for bytes that are no record of that topic.
pub(super) fn offset_commit(key: Bytes, value: Option<Bytes>) -> Result<String, Exception> {
    let Key::Offset { group, partition } = Key::decode(key).ok_or_else(underflow)? else { return Ok(String::new()) };
    let value = match value {
        None => "NULL".to_owned(),
        Some(value) => {
            let found = decode_offset(value).ok_or_else(underflow)?;
            let epoch = match found.leader_epoch {
                epoch if epoch < 0 => "Optional.empty".to_owned(),
                epoch => format!("Optional[{epoch}]"),
            };
            let expires = found.expires_at.map_or("None".to_owned(), |moment| format!("Some({moment})"));
            format!(
                "OffsetAndMetadata(offset={}, leaderEpoch={epoch}, metadata={}, commitTimestamp={}, expireTimestamp={expires})",
                found.offset, found.metadata, found.committed_at
            )
        }
    };
    Ok(format!("[{group},{},{}]::{value}\n", partition.topic, partition.index))
}

/// A record of `__consumer_offsets` that tells of a group (`GroupMetadataMessageFormatter`); nothing for other records.
///
/// # Errors
/// The exception for bytes that are no record of that topic.
pub(super) fn group_metadata(key: Bytes, value: Option<Bytes>) -> Result<String, Exception> {
    let Key::Group { group } = Key::decode(key).ok_or_else(underflow)? else { return Ok(String::new()) };
    let Some(value) = value else { return Ok(format!("{group}::NULL\n")) };
    let mut found = GroupMetadataValue::decode(value).ok_or_else(underflow)?;
    let protocol_type = Some(found.protocol_type).filter(|name| !name.is_empty());
    let state = if found.members.is_empty() { "Empty" } else { "Stable" };
    java::sort_as_scala_map(&mut found.members, |member| java::string_hash(&member.id));
    let protocol = found.protocol.as_deref().unwrap_or("null");
    let members: Vec<String> = found.members.iter().map(|member| member_metadata(member, protocol)).collect();
    Ok(format!(
        "{group}::GroupMetadata(groupId={group}, generation={}, protocolType={}, currentState={state}, members=HashMap({}))\n",
        found.generation,
        option(protocol_type.as_deref()),
        members.join(", ")
    ))
}

fn member_metadata(member: &StoredMember, protocol: &str) -> String {
    let StoredMember { id, instance_id, client_id, client_host, rebalance_timeout, session_timeout, .. } = member;
    format!(
        "{id} -> MemberMetadata(memberId={id}, groupInstanceId={}, clientId={client_id}, clientHost={client_host}, \
         sessionTimeoutMs={session_timeout}, rebalanceTimeoutMs={rebalance_timeout}, supportedProtocols=List({protocol}))",
        option(instance_id.as_deref())
    )
}

/// A record of `__transaction_state` (`TransactionLogMessageFormatter`).
///
/// # Errors
/// The exception for bytes that are no record of that topic.
pub(super) fn transaction(key: Bytes, value: Option<Bytes>) -> Result<String, Exception> {
    let id = match TransactionKey::read(key)? {
        TransactionKey::Unknown(version) => return Ok(format!("unknown::version={version}\n")),
        TransactionKey::Id(id) => id,
    };
    let Some(value) = value else { return Ok(format!("{id}::NULL\n")) };
    let state = State::read(value)?;
    Ok(format!(
        "{id}::TransactionMetadata(transactionalId={id}, producerId={}, producerEpoch={}, txnTimeoutMs={}, state={}, pendingState=None, \
         topicPartitions=HashSet({}), txnStartTimestamp={}, txnLastUpdateTimestamp={})\n",
        state.producer_id,
        state.epoch,
        state.timeout_ms,
        state.name,
        state.partitions.join(", "),
        state.started,
        state.updated
    ))
}

/// As Scala shows an `Option`.
fn option(value: Option<&str>) -> String {
    value.map_or_else(|| "None".to_owned(), |value| format!("Some({value})"))
}

fn underflow() -> Exception {
    Exception::bare("java.nio.BufferUnderflowException")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::broker::group::offsets::{CommittedOffset, TopicPartition};
    use crate::engine::broker::group::records::encode_offset;

    fn check(found: Result<String, Exception>, expected: &str) {
        assert_eq!(found.unwrap_or_else(|error| error.to_string()), expected);
    }

    #[test]
    fn commits_are_shown_as_kafkas_formatter_shows_them() {
        let key = Key::Offset { group: "g".to_owned(), partition: TopicPartition { topic: "t".to_owned(), index: 2 } };
        let committed =
            CommittedOffset { offset: 5, leader_epoch: 0, metadata: "m".to_owned(), committed_at: 17, expires_at: None };
        let shown = "[g,t,2]::OffsetAndMetadata(offset=5, leaderEpoch=Optional[0], metadata=m, commitTimestamp=17, expireTimestamp=None)\n";
        check(offset_commit(key.encode(), Some(encode_offset(&committed))), shown);
        check(offset_commit(key.encode(), None), "[g,t,2]::NULL\n");
        check(offset_commit(Key::Group { group: "g".to_owned() }.encode(), None), "");
        check(offset_commit(Bytes::from_static(b"x"), None), "java.nio.BufferUnderflowException");
    }

    /// The lines are those of Kafka 3.6.0's own formatter.
    #[test]
    fn groups_are_shown_as_kafkas_formatter_shows_them() {
        let member = StoredMember {
            id: "inst1-c9fd".to_owned(),
            instance_id: Some("inst1".to_owned()),
            client_id: "console-consumer".to_owned(),
            client_host: "/127.0.0.1".to_owned(),
            rebalance_timeout: 300_000,
            session_timeout: 45_000,
            subscription: Bytes::new(),
            assignment: Bytes::new(),
        };
        let value = |members: Vec<StoredMember>| GroupMetadataValue {
            protocol_type: "consumer".to_owned(),
            generation: 1,
            protocol: Some("sticky".to_owned()),
            leader: None,
            state_since: None,
            members,
        };
        let key = || Key::Group { group: "g1".to_owned() }.encode();
        check(
            group_metadata(key(), Some(value(vec![member]).encode())),
            "g1::GroupMetadata(groupId=g1, generation=1, protocolType=Some(consumer), currentState=Stable, members=HashMap(inst1-c9fd -> \
             MemberMetadata(memberId=inst1-c9fd, groupInstanceId=Some(inst1), clientId=console-consumer, clientHost=/127.0.0.1, \
             sessionTimeoutMs=45000, rebalanceTimeoutMs=300000, supportedProtocols=List(sticky))))\n",
        );
        check(
            group_metadata(key(), Some(value(Vec::new()).encode())),
            "g1::GroupMetadata(groupId=g1, generation=1, protocolType=Some(consumer), currentState=Empty, members=HashMap())\n",
        );
        check(group_metadata(key(), None), "g1::NULL\n");
    }

    #[test]
    fn transactions_are_shown_as_kafkas_formatter_shows_them() {
        let key = || Bytes::from_static(b"\0\0\0\x03tx1");
        let mut value = vec![0, 0];
        value.extend(1_i64.to_be_bytes());
        value.extend(0_i16.to_be_bytes());
        value.extend(60_000_i32.to_be_bytes());
        value.push(1);
        value.extend(b"\0\0\0\x01\0\x01p\0\0\0\x01\0\0\0\0");
        value.extend(17_i64.to_be_bytes());
        value.extend(16_i64.to_be_bytes());
        check(
            transaction(key(), Some(Bytes::from(value.clone()))),
            "tx1::TransactionMetadata(transactionalId=tx1, producerId=1, producerEpoch=0, txnTimeoutMs=60000, state=Ongoing, \
             pendingState=None, topicPartitions=HashSet(p-0), txnStartTimestamp=16, txnLastUpdateTimestamp=17)\n",
        );
        check(transaction(key(), None), "tx1::NULL\n");
        check(transaction(Bytes::from_static(b"\0\x07"), None), "unknown::version=7\n");
        check(transaction(key(), Some(Bytes::from(value[..20].to_vec()))), "java.nio.BufferUnderflowException");
    }
}
