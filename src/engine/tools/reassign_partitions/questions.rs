//! What the tool asks brokers for and tells them.

use std::collections::BTreeMap;

use kafka_protocol::messages::alter_partition_reassignments_request::{ReassignablePartition, ReassignableTopic};
use kafka_protocol::messages::alter_replica_log_dirs_request::{AlterReplicaLogDir, AlterReplicaLogDirTopic};
use kafka_protocol::messages::describe_log_dirs_request::DescribableLogDirTopic;
use kafka_protocol::messages::incremental_alter_configs_request::{AlterConfigsResource, AlterableConfig};
use kafka_protocol::messages::list_partition_reassignments_request::ListPartitionReassignmentsTopics;
use kafka_protocol::messages::{
    AlterPartitionReassignmentsRequest, AlterReplicaLogDirsRequest, BrokerId, DescribeLogDirsRequest,
    IncrementalAlterConfigsRequest, ListPartitionReassignmentsRequest,
};
use kafka_protocol::protocol::{Request, StrBytes};

use super::plan::{Replica, failed};
use crate::engine::client::admin::{TopicDescription, topic_name, topics_of};
use crate::engine::client::{Client, ClientError, NOT_CONTROLLER, Node, Route, TopicPartition};
use crate::engine::tools::{Exception, java};

/// How long a broker may take (`request.timeout.ms`).
const TIMEOUT_MS: i32 = 30_000;
/// The error code of a topic or partition that is not there.
const UNKNOWN_TOPIC_OR_PARTITION: i16 = 3;
/// The error code of a topic whose name no topic may have.
const INVALID_TOPIC: i16 = 17;
/// The error code of a replica that is not where it is looked for, not yet perhaps.
const REPLICA_NOT_AVAILABLE: i16 = 9;
/// The error code of a disk that failed.
const STORAGE_ERROR: i16 = 56;
/// A topic's configs, as on the wire.
const TOPIC_RESOURCE: i8 = 2;
/// A broker's configs, as on the wire.
const BROKER_RESOURCE: i8 = 4;
/// Sets a config (`AlterConfigOp.OpType`).
const SET: i8 = 0;
/// Takes a config back.
const DELETE: i8 = 1;

/// A reassignment that is under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reassignment {
    /// All brokers with a replica now.
    pub replicas: Vec<i32>,
    /// Those that are new.
    pub adding: Vec<i32>,
    /// Those that will go.
    pub removing: Vec<i32>,
}

/// An error of a call, as a future ends with it.
fn ended(call: &'static str) -> impl Fn(ClientError) -> Exception {
    move |error| Exception::execution(Exception::of_call(call, &error))
}

/// Asks the controller, whoever that is; `code` is the answer's error code.
async fn at_controller<R: Request + Clone>(
    client: &Client,
    request: R,
    code: impl Fn(&R::Response) -> i16,
) -> Result<R::Response, ClientError> {
    let deadline = client.deadline();
    loop {
        let answer = client.call_until(Route::Controller, request.clone(), deadline).await?;
        if code(&answer) != NOT_CONTROLLER || tokio::time::Instant::now() >= deadline {
            return Ok(answer);
        }
        client.seek_controller().await;
    }
}

/// The partitions by topic.
fn by_topic<'a>(partitions: impl IntoIterator<Item = &'a TopicPartition>) -> BTreeMap<&'a str, Vec<i32>> {
    let mut topics: BTreeMap<&str, Vec<i32>> = BTreeMap::new();
    for partition in partitions {
        topics.entry(&partition.topic).or_default().push(partition.partition);
    }
    topics
}

/// The reassignments that are under way, of these partitions or of all.
pub(super) async fn reassignments(
    client: &Client,
    of: Option<&[TopicPartition]>,
) -> Result<BTreeMap<TopicPartition, Reassignment>, Exception> {
    let failed = ended("listPartitionReassignments");
    if let Some(complaint) = of.into_iter().flatten().find_map(unrepresentable) {
        return Err(failed(complaint));
    }
    let topics = of.map(|partitions| {
        let topics = by_topic(partitions).into_iter();
        let topic = |(topic, indexes)| {
            ListPartitionReassignmentsTopics::default().with_name(topic_name(topic)).with_partition_indexes(indexes)
        };
        topics.map(topic).collect()
    });
    let request = ListPartitionReassignmentsRequest::default().with_timeout_ms(TIMEOUT_MS).with_topics(topics);
    let answer = at_controller(client, request, |answer| answer.error_code).await.map_err(&failed)?;
    if let Some(error) = ClientError::from_code(answer.error_code, answer.error_message.as_deref()) {
        return Err(failed(error));
    }
    let ids = |ids: Vec<BrokerId>| ids.into_iter().map(|id| id.0).collect();
    let moving = answer.topics.into_iter().flat_map(|topic| {
        let name = topic.name.to_string();
        topic.partitions.into_iter().map(move |found| {
            let reassignment = Reassignment {
                replicas: ids(found.replicas),
                adding: ids(found.adding_replicas),
                removing: ids(found.removing_replicas),
            };
            (TopicPartition::new(name.clone(), found.partition_index), reassignment)
        })
    });
    Ok(moving.collect())
}

/// The brokers that are up.
pub(super) async fn brokers(client: &Client) -> Result<Vec<Node>, Exception> {
    client.describe_cluster().await.map(|cluster| cluster.brokers).map_err(ended("listNodes"))
}

/// What is there of each topic, in the order in which the admin client gives them.
pub(super) async fn topics(
    client: &Client,
    names: &[&str],
) -> Result<Vec<(String, Result<TopicDescription, ClientError>)>, Exception> {
    let asked: Vec<&str> = names.iter().copied().filter(|name| !name.is_empty()).collect();
    let mut found = BTreeMap::new();
    if !asked.is_empty() {
        let metadata = client.metadata(&asked, false).await.map_err(ended("describeTopics"))?;
        for (topic, code) in topics_of(&metadata) {
            let name = topic.name.clone();
            found.insert(name, ClientError::from_code(code, None).map_or(Ok(topic), Err));
        }
    }
    let described = names.iter().map(|name| {
        let invalid = || match name.is_empty() {
            true => invalid_topic("The given topic name '' cannot be represented in a request."),
            false => unknown(format!("Topic {name} not found.")),
        };
        ((*name).to_owned(), found.remove(*name).unwrap_or_else(|| Err(invalid())))
    });
    Ok(java::described_order(described.collect(), |(name, _)| name))
}

/// What the admin client says of a partition that it does not even ask for.
fn unrepresentable(partition: &TopicPartition) -> Option<ClientError> {
    match partition.partition {
        _ if partition.topic.is_empty() => Some(invalid_topic("The given topic name '' cannot be represented in a request.")),
        index if index < 0 => Some(invalid_topic(format!("The given partition index {index} is not valid."))),
        _ => None,
    }
}

fn invalid_topic(message: impl Into<String>) -> ClientError {
    ClientError::Broker { code: INVALID_TOPIC, message: message.into() }
}

fn unknown(message: String) -> ClientError {
    ClientError::Broker { code: UNKNOWN_TOPIC_OR_PARTITION, message }
}

/// Whether an error says that there is no such topic.
pub(super) fn is_unknown(error: &ClientError) -> bool {
    error.code() == Some(UNKNOWN_TOPIC_OR_PARTITION)
}

/// The brokers of the partitions of topics that must be there.
pub(super) async fn assignment(client: &Client, names: &[&str]) -> Result<Vec<(TopicPartition, Vec<i32>)>, Exception> {
    let mut assignment = Vec::new();
    for (name, topic) in topics(client, names).await? {
        let topic = topic.map_err(|error| match is_unknown(&error) {
            true => Exception::execution(Exception::of_call("describeTopics", &unknown(format!("Topic {name} not found.")))),
            false => ended("describeTopics")(error),
        })?;
        let partitions = topic.partitions.into_iter();
        assignment.extend(partitions.map(|found| (TopicPartition::new(name.clone(), found.index), found.replicas)));
    }
    Ok(assignment)
}

/// Gives partitions new brokers, or with `None` takes their reassignment back; gives those that are refused, and why.
pub(super) async fn reassign(
    client: &Client,
    wanted: &[(TopicPartition, Option<Vec<i32>>)],
) -> BTreeMap<TopicPartition, Exception> {
    let mut refused = BTreeMap::new();
    let mut topics: BTreeMap<&str, BTreeMap<i32, ReassignablePartition>> = BTreeMap::new();
    for (partition, replicas) in wanted {
        let index = partition.partition;
        match unrepresentable(partition) {
            Some(complaint) => {
                refused.insert(partition.clone(), Exception::of_call("", &complaint));
            }
            None => {
                let replicas = replicas.as_ref().map(|replicas| replicas.iter().copied().map(BrokerId).collect());
                let asked = ReassignablePartition::default().with_partition_index(index).with_replicas(replicas);
                topics.entry(&partition.topic).or_default().insert(index, asked);
            }
        }
    }
    if topics.is_empty() {
        return refused;
    }
    let asked: Vec<TopicPartition> =
        topics.iter().flat_map(|(topic, all)| all.keys().map(|index| TopicPartition::new(*topic, *index))).collect();
    let of_topics = topics.into_iter().map(|(topic, partitions)| {
        ReassignableTopic::default().with_name(topic_name(topic)).with_partitions(partitions.into_values().collect())
    });
    let request = AlterPartitionReassignmentsRequest::default().with_timeout_ms(TIMEOUT_MS).with_topics(of_topics.collect());
    let answer = at_controller(client, request, |answer| answer.error_code).await;
    let answer = answer.and_then(|answer| match ClientError::from_code(answer.error_code, answer.error_message.as_deref()) {
        Some(error) => Err(error),
        None => Ok(answer),
    });
    match answer {
        Err(error) => {
            let exception = Exception::of_call("alterPartitionReassignments", &error);
            refused.extend(asked.into_iter().map(|partition| (partition, exception.clone())));
        }
        Ok(answer) => {
            for topic in answer.responses {
                for found in topic.partitions {
                    if let Some(error) = ClientError::from_code(found.error_code, found.error_message.as_deref()) {
                        let partition = TopicPartition::new(topic.name.to_string(), found.partition_index);
                        refused.insert(partition, Exception::of_call("alterPartitionReassignments", &error));
                    }
                }
            }
        }
    }
    refused
}

/// Where a replica lies, and where it is moving to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct LogDirs {
    /// The log directory that it is in.
    pub current: Option<String>,
    /// The one that it moves to.
    pub future: Option<String>,
}

/// Where replicas lie.
pub(super) async fn log_dirs(client: &Client, replicas: &[Replica]) -> Result<BTreeMap<Replica, LogDirs>, Exception> {
    let mut found: BTreeMap<Replica, LogDirs> = replicas.iter().map(|replica| (replica.clone(), LogDirs::default())).collect();
    for broker in brokers_of(replicas) {
        let of_broker = replicas.iter().filter(|replica| replica.broker == broker).map(|replica| &replica.partition);
        let topics = by_topic(of_broker).into_iter().map(|(topic, partitions)| {
            DescribableLogDirTopic::default().with_topic(topic_name(topic)).with_partitions(partitions)
        });
        let request = DescribeLogDirsRequest::default().with_topics(Some(topics.collect()));
        let answer = client.call(Route::Broker(broker), request).await.map_err(ended("describeReplicaLogDirs"))?;
        for dir in answer.results {
            match ClientError::from_code(dir.error_code, None) {
                None => {}
                Some(error) if error.code() == Some(STORAGE_ERROR) => continue,
                Some(error) => {
                    let class = Exception::of_call("", &error).class;
                    let text = format!(
                        "The error {class} for log directory {} in the response from broker {broker} is illegal",
                        dir.log_dir
                    );
                    return Err(Exception::execution(Exception::new("java.lang.IllegalStateException", text)));
                }
            }
            for topic in dir.topics {
                for partition in topic.partitions {
                    let name = TopicPartition::new(topic.name.to_string(), partition.partition_index);
                    let Some(dirs) = found.get_mut(&Replica { broker, partition: name }) else { continue };
                    let place = if partition.is_future_key { &mut dirs.future } else { &mut dirs.current };
                    *place = Some(dir.log_dir.to_string());
                }
            }
        }
    }
    Ok(found)
}

/// The brokers of replicas, each once, in order.
pub(super) fn brokers_of(replicas: &[Replica]) -> Vec<i32> {
    let mut brokers: Vec<i32> = replicas.iter().map(|replica| replica.broker).collect();
    brokers.sort_unstable();
    brokers.dedup();
    brokers
}

/// Moves replicas between log directories; gives those that move. One that is not there yet is left out.
pub(super) async fn move_replicas(client: &Client, wanted: &[(Replica, String)]) -> Result<Vec<Replica>, Exception> {
    let replicas: Vec<Replica> = wanted.iter().map(|(replica, _)| replica.clone()).collect();
    let mut refused: Vec<(Replica, ClientError)> = Vec::new();
    for broker in brokers_of(&replicas) {
        let of_broker: Vec<_> = wanted.iter().filter(|(replica, _)| replica.broker == broker).collect();
        let mut dirs: BTreeMap<&str, Vec<&TopicPartition>> = BTreeMap::new();
        for (replica, dir) in &of_broker {
            dirs.entry(dir).or_default().push(&replica.partition);
        }
        let dirs = dirs.into_iter().map(|(path, partitions)| {
            let topics = by_topic(partitions).into_iter().map(|(topic, partitions)| {
                AlterReplicaLogDirTopic::default().with_name(topic_name(topic)).with_partitions(partitions)
            });
            AlterReplicaLogDir::default().with_path(StrBytes::from_string(path.to_owned())).with_topics(topics.collect())
        });
        let request = AlterReplicaLogDirsRequest::default().with_dirs(dirs.collect());
        match client.call(Route::Broker(broker), request).await {
            Err(error) => {
                let failed = Exception::of_call("alterReplicaLogDirs", &error);
                let mut names: Vec<&Replica> = of_broker.iter().map(|(replica, _)| replica).collect();
                java::hash_map_order(&mut names, |replica| replica.hash());
                if let Some(first) = names.first() {
                    return Err(cannot_move(first, failed));
                }
            }
            Ok(answer) => {
                for topic in answer.results {
                    for found in topic.partitions {
                        if let Some(error) = ClientError::from_code(found.error_code, None) {
                            let partition = TopicPartition::new(topic.topic_name.to_string(), found.partition_index);
                            refused.push((Replica { broker, partition }, error));
                        }
                    }
                }
            }
        }
    }
    java::hash_map_order(&mut refused, |(replica, _)| replica.hash());
    let hard = refused.iter().find(|(_, error)| error.code() != Some(REPLICA_NOT_AVAILABLE));
    if let Some((replica, error)) = hard {
        return Err(cannot_move(replica, Exception::of_call("alterReplicaLogDirs", error)));
    }
    Ok(replicas.into_iter().filter(|replica| refused.iter().all(|(other, _)| other != replica)).collect())
}

fn cannot_move(replica: &Replica, cause: Exception) -> Exception {
    failed(format!("Failed to alter dir for {replica}")).caused_by(cause)
}

/// Sets configs of a resource, or with `None` takes them back.
pub(super) type Edits = Vec<(&'static str, Option<String>)>;

/// Changes configs of topics.
pub(super) async fn alter_topics(client: &Client, edits: Vec<(String, Edits)>) -> Result<(), Exception> {
    if edits.is_empty() {
        return Ok(());
    }
    let resources = edits.into_iter().map(|(topic, edits)| resource(TOPIC_RESOURCE, topic, edits));
    alter(client, Route::Any, resources.collect()).await
}

/// Changes configs of brokers, each at the broker itself.
pub(super) async fn alter_brokers(client: &Client, brokers: &[i32], edits: &Edits) -> Result<(), Exception> {
    for broker in brokers {
        let resource = resource(BROKER_RESOURCE, broker.to_string(), edits.clone());
        alter(client, Route::Broker(*broker), vec![resource]).await?;
    }
    Ok(())
}

fn resource(kind: i8, name: String, edits: Edits) -> AlterConfigsResource {
    let configs = edits.into_iter().map(|(key, value)| {
        AlterableConfig::default()
            .with_name(StrBytes::from_static_str(key))
            .with_config_operation(if value.is_some() { SET } else { DELETE })
            .with_value(value.map(StrBytes::from_string))
    });
    AlterConfigsResource::default()
        .with_resource_type(kind)
        .with_resource_name(StrBytes::from_string(name))
        .with_configs(configs.collect())
}

async fn alter(client: &Client, route: Route, resources: Vec<AlterConfigsResource>) -> Result<(), Exception> {
    let failed = ended("incrementalAlterConfigs");
    let request = IncrementalAlterConfigsRequest::default().with_resources(resources);
    let answer = client.call(route, request).await.map_err(&failed)?;
    let refused =
        answer.responses.into_iter().find_map(|found| ClientError::from_code(found.error_code, found.error_message.as_deref()));
    refused.map_or(Ok(()), |error| Err(failed(error)))
}
