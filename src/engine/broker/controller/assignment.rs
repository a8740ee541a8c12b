//! Which brokers get the replicas of new partitions (`AdminUtils.assignReplicasToBrokers`).

use std::collections::{BTreeMap, BTreeSet};

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
    let replicas = check(brokers.len(), partitions, replication_factor)?;
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

/// As [`assign`], with the replicas of each partition on as many racks as there are; `racks` has the rack of each broker.
///
/// # Errors
/// As [`assign`].
pub fn assign_over_racks(
    racks: &BTreeMap<i32, String>,
    partitions: i32,
    replication_factor: i16,
    start: Start,
) -> Result<BTreeMap<i32, Vec<i32>>, ApiError> {
    let replicas = check(racks.len(), partitions, replication_factor)?;
    let brokers = alternating(racks);
    let count = brokers.len();
    let rack_of = |broker: i32| racks.get(&broker).map_or("", String::as_str);
    let rack_count = racks.values().collect::<BTreeSet<_>>().len();
    let mut shift = start.shift;
    let mut assignment = BTreeMap::new();
    for partition in 0..partitions {
        let number = usize::try_from(partition).unwrap_or(0);
        if number > 0 && number.is_multiple_of(count) {
            shift += 1;
        }
        let first = (number + start.first) % count;
        let mut chosen = vec![brokers[first]];
        let mut used: BTreeSet<&str> = BTreeSet::from([rack_of(brokers[first])]);
        let mut round = (0..).map(|step| brokers[(first + 1 + (shift * rack_count + step) % (count - 1)) % count]);
        while chosen.len() < replicas {
            let Some(broker) = round.next() else { break };
            // racks without a replica come first, and each broker has one at most
            let fresh = !used.contains(rack_of(broker)) || used.len() == rack_count;
            if fresh && !chosen.contains(&broker) {
                chosen.push(broker);
                used.insert(rack_of(broker));
            }
        }
        assignment.insert(partition, chosen);
    }
    Ok(assignment)
}

/// The brokers rack by rack: the first of each rack, then the second of each.
fn alternating(racks: &BTreeMap<i32, String>) -> Vec<i32> {
    let mut by_rack: BTreeMap<&str, Vec<i32>> = BTreeMap::new();
    for (broker, rack) in racks {
        by_rack.entry(rack).or_default().push(*broker);
    }
    let longest = by_rack.values().map(Vec::len).max().unwrap_or(0);
    (0..longest).flat_map(|place| by_rack.values().filter_map(move |brokers| brokers.get(place).copied())).collect()
}

/// How many replicas each partition gets, if so many can be had of so many brokers.
fn check(brokers: usize, partitions: i32, replication_factor: i16) -> Result<usize, ApiError> {
    if partitions <= 0 {
        return Err(ApiError::new(ResponseError::InvalidPartitions, "Number of partitions must be larger than 0."));
    }
    let refused = |message: String| ApiError::new(ResponseError::InvalidReplicationFactor, message);
    let replicas = match usize::try_from(replication_factor) {
        Ok(replicas) if replicas > 0 => replicas,
        _ => return Err(refused("Replication factor must be larger than 0.".to_owned())),
    };
    if replicas > brokers {
        return Err(refused(format!("Replication factor: {replicas} larger than available brokers: {brokers}.")));
    }
    Ok(replicas)
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
