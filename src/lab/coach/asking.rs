//! What the rules ask a broker about topics and groups, with deadlines of the coach's.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use super::live::CLIENT_ID;
use crate::engine::client::{Bootstrap, Client, ClientConfig, ClientError};
use crate::judge::rules::context::{Deleted, Group, Topic};
use crate::process::wait;

/// The servers of one list that are asked.
const SERVERS_MAX: usize = 9;
/// How long records that a client has sent may be on their way when it has ended.
const ON_THE_WAY: Duration = Duration::from_millis(1500);
/// How long a consumer may take to have its topic made anew.
pub(super) const MADE_ANEW: Duration = Duration::from_secs(10);

/// Asks one of the brokers; `None` where none answers in time, and where the answer is an error.
pub(super) async fn ask<T>(
    brokers: &str,
    deadline: Duration,
    question: impl AsyncFnOnce(&Client) -> Result<T, ClientError>,
) -> Option<T> {
    let bootstrap: Bootstrap = brokers.parse().ok()?;
    if bootstrap.servers().len() > SERVERS_MAX {
        return None;
    }
    let config = ClientConfig {
        client_id: CLIENT_ID.to_owned(),
        request_timeout: deadline,
        api_timeout: deadline,
        ..ClientConfig::admin(bootstrap)
    };
    let client = Client::new(config);
    tokio::time::timeout(deadline, question(&client)).await.ok()?.ok()
}

/// The ends of a topic's partitions.
pub(super) async fn topic(client: &Client, topic: &str) -> Result<Topic, ClientError> {
    if client.describe_topic(topic).await?.is_none() {
        return Ok(Topic::Missing);
    }
    let ends = client.offsets(topic).await?;
    Ok(Topic::Is(ends.into_iter().map(|(partition, ends)| (partition, (ends.earliest, ends.latest))).collect()))
}

/// How many records a topic was given since a moment: a few of others may be among them, none of them is missing.
pub(super) async fn written(client: &Client, topic: &str, since: SystemTime, awaited: usize) -> Result<usize, ClientError> {
    let since = since.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let since = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
    let all = async || match written_now(client, topic, since).await {
        Ok(found) if found < awaited => None,
        // a topic that is being made has no leader yet
        Err(error) if error.is_retriable() => None,
        answer => Some(answer),
    };
    match wait::until(ON_THE_WAY, "the records that were sent", all).await {
        Ok(answer) => answer,
        Err(_) => written_now(client, topic, since).await,
    }
}

async fn written_now(client: &Client, topic: &str, since: i64) -> Result<usize, ClientError> {
    if client.describe_topic(topic).await?.is_none() {
        return Ok(0);
    }
    // the beginning first: what comes in between is counted
    let first = client.list_offsets(topic, since).await?;
    let ends = client.offsets(topic).await?;
    let of_partition = |(partition, first): (&i32, &i64)| match (first, ends.get(partition)) {
        (0.., Some(ends)) => ends.latest - first,
        _ => 0,
    };
    Ok(first.iter().map(of_partition).map(|count| usize::try_from(count).unwrap_or(0)).sum())
}

/// Whether a topic that was deleted is there anew, now or within `patience`.
pub(super) async fn is_back(client: &Client, deleted: &Deleted, patience: Duration) -> Result<bool, ClientError> {
    let there = async || match client.describe_topic(&deleted.topic).await {
        Ok(found) => found.is_some_and(|found| !found.topic_id.is_nil() && found.topic_id != deleted.id).then_some(Ok(())),
        Err(error) if error.is_retriable() => None,
        Err(error) => Some(Err(error)),
    };
    match wait::until(patience, "the topic to be made anew", there).await {
        Ok(answer) => answer.map(|()| true),
        Err(_) => there().await.transpose().map(|found| found.is_some()),
    }
}

/// A group's members, and what it has committed of a topic.
pub(super) async fn group(client: &Client, group: &str, topic: &str) -> Result<Group, ClientError> {
    let members = client.describe_group(group).await?.members.len();
    let committed = client.committed(group).await?.into_iter().filter(|(of, _)| of.topic == topic);
    let committed: BTreeMap<i32, i64> = committed.map(|(of, offset)| (of.partition, offset)).collect();
    Ok(Group { members, committed })
}
