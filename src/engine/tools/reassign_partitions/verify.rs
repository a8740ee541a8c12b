//! `--verify`: how far a reassignment is.

use std::collections::{BTreeMap, BTreeSet};

use super::plan::{Plan, Replica, joined};
use super::questions::{LogDirs, is_unknown, log_dirs, reassignments, topics};
use super::throttles;
use crate::engine::client::{Client, TopicPartition};
use crate::engine::tools::Exception;
use crate::engine::tools::harness::print;

/// How far a partition is.
#[derive(Clone, Debug, PartialEq, Eq)]
struct State {
    current: Vec<i32>,
    target: Vec<i32>,
    done: bool,
}

/// Says how far the reassignment of a file is; where it is done its throttles are removed.
pub(super) async fn verify(client: &Client, text: &str, keep_throttles: bool) -> Result<(), Exception> {
    let plan = Plan::parse(text)?;
    let (states, ongoing) = states(client, &plan).await?;
    print("Status of partition reassignment:\n");
    for (partition, state) in &states {
        print(&format!("{}\n", of_partition(partition, state)));
    }
    let replicas: Vec<Replica> = plan.log_dirs.iter().map(|(replica, _)| replica.clone()).collect();
    let found = log_dirs(client, &replicas).await?;
    let targets: BTreeMap<&Replica, &str> = plan.log_dirs.iter().map(|(replica, dir)| (replica, dir.as_str())).collect();
    let nowhere = LogDirs::default();
    let moves = targets.iter().map(|(replica, target)| of_replica(replica, target, found.get(replica).unwrap_or(&nowhere)));
    let (moves, done): (Vec<String>, Vec<bool>) = moves.unzip();
    print(&format!("{}\n", moves.join("\n")));
    if !ongoing && done.iter().all(|done| *done) && !keep_throttles {
        throttles::clear(client, &plan.partitions).await?;
    }
    Ok(())
}

/// How far each partition of a plan is, and whether any partition of the cluster is moving.
async fn states(client: &Client, plan: &Plan) -> Result<(BTreeMap<TopicPartition, State>, bool), Exception> {
    let moving = reassignments(client, None).await?;
    let settled = plan.partitions.iter().filter(|(partition, _)| !moving.contains_key(partition));
    let names: BTreeSet<&str> = settled.map(|(partition, _)| partition.topic.as_str()).collect();
    let described: BTreeMap<String, _> = topics(client, &names.into_iter().collect::<Vec<_>>()).await?.into_iter().collect();
    let mut states = BTreeMap::new();
    for (partition, target) in &plan.partitions {
        let (current, done) = match (moving.get(partition), described.get(&partition.topic)) {
            (Some(found), _) => (found.replicas.clone(), false),
            (None, Some(Ok(topic))) => {
                let there = topic.partitions.iter().map(|found| found.replicas.clone()).collect::<Vec<_>>();
                (replicas_of(&there, partition.partition)?, true)
            }
            (None, Some(Err(error))) if !is_unknown(error) => {
                return Err(Exception::execution(Exception::of_call("describeTopics", error)));
            }
            (None, _) => (Vec::new(), true),
        };
        states.insert(partition.clone(), State { current, target: target.clone(), done });
    }
    Ok((states, !moving.is_empty()))
}

/// The brokers of a partition; a number that is not there has none, but the one after the last is Kafka's own slip.
fn replicas_of(there: &[Vec<i32>], partition: i32) -> Result<Vec<i32>, Exception> {
    match usize::try_from(partition) {
        Ok(index) if index > there.len() => Ok(Vec::new()),
        Ok(index) if index < there.len() => Ok(there[index].clone()),
        _ => {
            let text = format!("Index {partition} out of bounds for length {}", there.len());
            Err(Exception::new("java.lang.IndexOutOfBoundsException", text))
        }
    }
}

fn of_partition(partition: &TopicPartition, state: &State) -> String {
    match state.done {
        false => format!("Reassignment of partition {partition} is still in progress."),
        true if state.current == state.target => format!("Reassignment of partition {partition} is completed."),
        true => format!(
            "There is no active reassignment of partition {partition}, but replica set is {} rather than {}.",
            joined(&state.current),
            joined(&state.target)
        ),
    }
}

/// How far a replica is that goes to a log directory, and whether that is its end.
fn of_replica(replica: &Replica, target: &str, found: &LogDirs) -> (String, bool) {
    let Replica { broker, partition } = replica;
    match (&found.current, &found.future) {
        (None, _) => (
            format!(
                "Partition {partition} is not found in any live log dir on broker {broker}. There is likely an offline log \
                 directory on the broker."
            ),
            false,
        ),
        (Some(current), None) if current == target => {
            (format!("Reassignment of replica {replica} completed successfully."), true)
        }
        (Some(current), None) => {
            (format!("Partition {partition} on broker {broker} is not being moved from log dir {current} to {target}."), true)
        }
        (Some(_), Some(future)) if future == target => {
            (format!("Reassignment of replica {replica} is still in progress."), false)
        }
        (Some(_), Some(future)) => {
            (format!("Partition {partition} on broker {broker} is being moved to log dir {future} instead of {target}."), false)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_beyond_the_last_have_no_brokers() {
        let there = [vec![1], vec![2]];
        assert_eq!(replicas_of(&there, 1), Ok(vec![2]));
        assert_eq!(replicas_of(&there, 3), Ok(Vec::new()));
        assert_eq!(replicas_of(&there, 2).expect_err("Kafka's slip").text(), "Index 2 out of bounds for length 2");
        assert_eq!(replicas_of(&there, -1).expect_err("as well").text(), "Index -1 out of bounds for length 2");
    }

    #[test]
    fn replicas_are_told_where_they_are() {
        let replica = Replica { broker: 0, partition: TopicPartition::new("a", 1) };
        let check = |current: Option<&str>, future: Option<&str>, expected: &str, done: bool| {
            let found = LogDirs { current: current.map(str::to_owned), future: future.map(str::to_owned) };
            assert_eq!(of_replica(&replica, "/t", &found), (expected.to_owned(), done));
        };
        check(Some("/t"), None, "Reassignment of replica a-1-0 completed successfully.", true);
        check(Some("/o"), Some("/t"), "Reassignment of replica a-1-0 is still in progress.", false);
        check(Some("/o"), Some("/x"), "Partition a-1 on broker 0 is being moved to log dir /x instead of /t.", false);
        check(Some("/o"), None, "Partition a-1 on broker 0 is not being moved from log dir /o to /t.", true);
    }
}
