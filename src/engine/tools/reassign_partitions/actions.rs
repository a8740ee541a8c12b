//! `--execute`, `--cancel` and `--list`.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::time::Instant;

use super::plan::{Plan, Replica, failed, joined, to_json};
use super::questions::{assignment, brokers, brokers_of, log_dirs, move_replicas, reassign, reassignments};
use super::{Failure, throttles};
use crate::engine::client::{Client, TopicPartition};
use crate::engine::tools::harness::print;
use crate::engine::tools::{Exception, java};

/// The pause before replicas that could not be moved yet are tried again.
const AGAIN: Duration = Duration::from_millis(100);

/// How fast replicas may move, in bytes a second, and how long to wait until they do.
pub(super) struct Limits {
    pub between_brokers: Option<i64>,
    pub between_log_dirs: Option<i64>,
    /// In milliseconds; a negative one is over at once.
    pub timeout_ms: i64,
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// Begins the reassignment of a file.
pub(super) async fn execute(client: &Client, text: &str, additional: bool, limits: &Limits) -> Result<(), Failure> {
    let plan = Plan::parse(text)?.check()?;
    let moving = reassignments(client, None).await?;
    if !additional && !moving.is_empty() {
        let refused = "Cannot execute because there is an existing partition assignment.  Use --additional to override this and \
                       create a new partition assignment in addition to the existing one. The --additional flag can also be used \
                       to change the throttle by resubmitting the current reassignment.";
        return Err(Failure::Terse(refused.to_owned()));
    }
    refuse_unknown_brokers(client, &plan).await?;
    let current = current(client, &plan).await?;
    print(&format!(
        "Current partition replica assignment\n\n{}\n\nSave this to use as the --reassignment-json-file option during rollback\n",
        to_json(&current)
    ));
    let limit = |limit: Option<i64>| limit.filter(|limit| *limit >= 0);
    let (between_brokers, between_log_dirs) = (limit(limits.between_brokers), limit(limits.between_log_dirs));
    if between_brokers.is_some() || between_log_dirs.is_some() {
        print(
            "Warning: You must run --verify periodically, until the reassignment completes, to ensure the throttle is removed.\n",
        );
    }
    if let Some(limit) = between_brokers {
        throttles::between_brokers(client, &moving, &plan.partitions, &current, limit).await?;
    }
    if let Some(limit) = between_log_dirs {
        let replicas: Vec<Replica> = plan.log_dirs.iter().map(|(replica, _)| replica.clone()).collect();
        throttles::between_log_dirs(client, &brokers_of(&replicas), limit).await?;
    }
    let wanted: Vec<_> =
        plan.partitions.iter().map(|(partition, replicas)| (partition.clone(), Some(replicas.clone()))).collect();
    let refused = reassign(client, &wanted).await;
    if !refused.is_empty() {
        return Err(Failure::Terse(format!("Error reassigning partition(s):\n{}", reasons(&refused))));
    }
    let names: BTreeSet<&TopicPartition> = plan.partitions.iter().map(|(partition, _)| partition).collect();
    let names: Vec<&TopicPartition> = names.into_iter().collect();
    print(&format!("Successfully started partition reassignment{} for {}\n", plural(names.len()), joined(&names)));
    move_all(client, plan.log_dirs, limits.timeout_ms).await
}

fn reasons(refused: &BTreeMap<TopicPartition, Exception>) -> String {
    refused.iter().map(|(partition, error)| format!("{partition}: {}", error.text())).collect::<Vec<_>>().join("\n")
}

async fn refuse_unknown_brokers(client: &Client, plan: &Plan) -> Result<(), Exception> {
    let there: Vec<i32> = brokers(client).await?.iter().map(|node| node.id).collect();
    let mut wanted: Vec<i32> = Vec::new();
    for id in plan.partitions.iter().flat_map(|(_, replicas)| replicas) {
        if !wanted.contains(id) {
            wanted.push(*id);
        }
    }
    java::scala_map_order(&mut wanted, |id| id.cast_unsigned());
    match wanted.into_iter().find(|id| !there.contains(id)) {
        Some(id) => Err(failed(format!("Unknown broker id {id}"))),
        None => Ok(()),
    }
}

/// Where the partitions of a plan are now.
async fn current(client: &Client, plan: &Plan) -> Result<Vec<(TopicPartition, Vec<i32>)>, Exception> {
    let mut topics: Vec<&str> = Vec::new();
    for (partition, _) in &plan.partitions {
        if !topics.contains(&partition.topic.as_str()) {
            topics.push(&partition.topic);
        }
    }
    let mut found = assignment(client, &topics).await?;
    found.retain(|(partition, _)| plan.partitions.iter().any(|(wanted, _)| wanted == partition));
    Ok(found)
}

/// Moves replicas between log directories; waits for those that are not where they will be yet.
async fn move_all(client: &Client, mut pending: Vec<(Replica, String)>, timeout_ms: i64) -> Result<(), Failure> {
    let deadline = Instant::now() + Duration::from_millis(timeout_ms.try_into().unwrap_or(0));
    let mut pace = tokio::time::interval(AGAIN);
    while !pending.is_empty() {
        pace.tick().await;
        let mut moved = move_replicas(client, &pending).await?;
        moved.sort();
        if !moved.is_empty() {
            let moves = plural(moved.len());
            print(&format!("Successfully started log directory move{moves} for: {}\n", joined(&moved)));
        }
        pending.retain(|(replica, _)| !moved.contains(replica));
        if !pending.is_empty() && Instant::now() >= deadline {
            let mut late: Vec<&Replica> = pending.iter().map(|(replica, _)| replica).collect();
            late.sort();
            return Err(Failure::Terse(format!(
                "Timed out before log directory move{} could be started for: {}",
                plural(late.len()),
                joined(&late)
            )));
        }
    }
    Ok(())
}

/// Takes back the reassignment of a file.
pub(super) async fn cancel(client: &Client, text: &str, keep_throttles: bool, timeout_ms: i64) -> Result<(), Failure> {
    let plan = Plan::parse(text)?;
    let targets: BTreeSet<TopicPartition> = plan.partitions.iter().map(|(partition, _)| partition.clone()).collect();
    let targets: Vec<TopicPartition> = targets.into_iter().collect();
    let moving = reassignments(client, Some(&targets)).await?;
    let moving: Vec<TopicPartition> = moving
        .into_iter()
        .filter(|(_, found)| !found.adding.is_empty() || !found.removing.is_empty())
        .map(|(partition, _)| partition)
        .collect();
    if moving.is_empty() {
        print("None of the specified partition reassignments are active.\n");
    } else {
        let wanted: Vec<_> = moving.iter().map(|partition| (partition.clone(), None)).collect();
        let refused = reassign(client, &wanted).await;
        if !refused.is_empty() {
            let count = plural(refused.len());
            return Err(Failure::Terse(format!("Error cancelling partition reassignment{count} for:\n{}", reasons(&refused))));
        }
        print(&format!("Successfully cancelled partition reassignment{} for: {}\n", plural(moving.len()), joined(&moving)));
    }
    let replicas: Vec<Replica> = plan.log_dirs.iter().map(|(replica, _)| replica.clone()).collect();
    let back = log_dirs(client, &replicas).await?.into_iter().filter_map(|(replica, dirs)| {
        dirs.future?;
        Some((replica, dirs.current?))
    });
    let back: Vec<_> = back.collect();
    if back.is_empty() {
        print("None of the specified partition moves are active.\n");
    } else {
        move_all(client, back, timeout_ms).await?;
    }
    if !keep_throttles {
        throttles::clear(client, &plan.partitions).await?;
    }
    Ok(())
}

/// Lists the reassignments that are under way.
pub(super) async fn list(client: &Client) -> Result<(), Exception> {
    let moving = reassignments(client, None).await?;
    if moving.is_empty() {
        print("No partition reassignments found.\n");
        return Ok(());
    }
    let mut text = "Current partition reassignments:\n".to_owned();
    for (partition, found) in &moving {
        text.push_str(&format!("{partition}: replicas: {}.", joined(&found.replicas)));
        for (what, ids) in [("adding", &found.adding), ("removing", &found.removing)] {
            if !ids.is_empty() {
                text.push_str(&format!(" {what}: {}.", joined(ids)));
            }
        }
        text.push('\n');
    }
    print(&text);
    Ok(())
}
