//! Which brokers get the replicas of new partitions (`AdminUtils.assignReplicasToBrokers`, without racks).

use std::collections::BTreeMap;

use kafka_protocol::ResponseError;

use super::ApiError;

/// Where the round of brokers begins for the first partition and for the second replicas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start {
    /// The place in the list of brokers of the first partition's first replica.
    pub first: usize,
    /// How far its second replica is from it.
    pub shift: usize,
}

/// Spreads `partitions` new partitions, numbered from `from`, over `brokers`, `replication_factor` replicas each.
///
/// # Errors
/// `INVALID_PARTITIONS` and `INVALID_REPLICATION_FACTOR` with Kafka's sentences.
pub fn assign(
    brokers: &[i32],
    partitions: i32,
    replication_factor: i16,
    start: Start,
    from: i32,
) -> Result<BTreeMap<i32, Vec<i32>>, ApiError> {
    if partitions <= 0 {
        return Err(ApiError::new(ResponseError::InvalidPartitions, "Number of partitions must be larger than 0."));
    }
    let refused = |message: String| ApiError::new(ResponseError::InvalidReplicationFactor, message);
    let replicas = match usize::try_from(replication_factor) {
        Ok(replicas) if replicas > 0 => replicas,
        _ => return Err(refused("Replication factor must be larger than 0.".to_owned())),
    };
    if replicas > brokers.len() {
        let available = brokers.len();
        return Err(refused(format!("Replication factor: {replicas} larger than available brokers: {available}.")));
    }
    let (count, mut shift) = (brokers.len(), start.shift);
    let mut assignment = BTreeMap::new();
    for partition in from..from.saturating_add(partitions) {
        let number = usize::try_from(partition).unwrap_or(0);
        if number > 0 && number.is_multiple_of(count) {
            shift += 1;
        }
        let first = (number + start.first) % count;
        let follower = |replica: usize| brokers[(first + 1 + (shift + replica) % (count - 1)) % count];
        let followers = (0..replicas - 1).map(follower);
        assignment.insert(partition, std::iter::once(brokers[first]).chain(followers).collect());
    }
    Ok(assignment)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(brokers: &[i32], partitions: i32, factor: i16, expected: Result<&[&[i32]], &str>) {
        let found = assign(brokers, partitions, factor, Start { first: 0, shift: 0 }, 0);
        match (found, expected) {
            (Ok(found), Ok(expected)) => {
                assert_eq!(found.values().map(Vec::as_slice).collect::<Vec<_>>(), expected);
            }
            (Err(found), Err(expected)) => assert_eq!(found.message.as_deref(), Some(expected)),
            (found, expected) => panic!("expected {expected:?}, found {found:?}"),
        }
    }

    #[test]
    fn replicas_go_round_the_brokers() {
        check(&[0], 2, 1, Ok(&[&[0], &[0]]));
        // the example in Kafka's own comment: 5 brokers, 10 partitions
        let ten: &[&[i32]] = &[
            &[0, 1, 2],
            &[1, 2, 3],
            &[2, 3, 4],
            &[3, 4, 0],
            &[4, 0, 1],
            &[0, 2, 3],
            &[1, 3, 4],
            &[2, 4, 0],
            &[3, 0, 1],
            &[4, 1, 2],
        ];
        check(&[0, 1, 2, 3, 4], 10, 3, Ok(ten));
        check(&[0], 0, 1, Err("Number of partitions must be larger than 0."));
        check(&[0], 1, 0, Err("Replication factor must be larger than 0."));
        check(&[0], 1, 3, Err("Replication factor: 3 larger than available brokers: 1."));
        check(&[], 1, 1, Err("Replication factor: 1 larger than available brokers: 0."));
    }
}
