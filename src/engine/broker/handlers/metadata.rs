//! Metadata (key 3, v0-12): brokers, the controller, topics with their leaders. A topic that is asked for and missing is made
//! where `auto.create.topics.enable` and the request allow it; the first answer is then LEADER_NOT_AVAILABLE, as Kafka's is.
//! Without an authorizer everyone may do everything.

use std::sync::Arc;

use indexmap::IndexSet;
use kafka_protocol::ResponseError;
use kafka_protocol::messages::metadata_request::MetadataRequestTopic;
use kafka_protocol::messages::metadata_response::{MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic};
use kafka_protocol::messages::{BrokerId, MetadataRequest, MetadataResponse, TopicName};
use kafka_protocol::protocol::{Request, StrBytes};
use uuid::Uuid;

use super::{ApiSpec, Broker, RequestContext, RequestError, typed};
use crate::engine::broker::controller::scala::{
    SMALL_SET, in_set_order, in_tree_order, java_hash, sort_as_scala_map, sort_as_small_any_ref_map, uuid_hash,
};
use crate::engine::broker::controller::topics::{check_name, is_internal};
use crate::engine::broker::metadata::{ClusterMetadata, NO_LEADER, PartitionMetadata, TopicMetadata};

/// The API's row.
pub static SPEC: ApiSpec =
    ApiSpec { key: MetadataRequest::KEY, handle: |broker, context, body| typed(broker, context, body, handle) };

/// What stands where authorized operations were not asked for.
pub(super) const NO_OPERATIONS: i32 = i32::MIN;
/// CREATE (5), ALTER (7), DESCRIBE (8), CLUSTER_ACTION (9), DESCRIBE_CONFIGS (10), ALTER_CONFIGS (11), IDEMPOTENT_WRITE (12): what
/// there is to do with a cluster.
pub(super) const CLUSTER_OPERATIONS: i32 = 1 << 5 | 1 << 7 | 1 << 8 | 1 << 9 | 1 << 10 | 1 << 11 | 1 << 12;
/// READ (3), WRITE (4), CREATE (5), DELETE (6), ALTER (7), DESCRIBE (8), DESCRIBE_CONFIGS (10), ALTER_CONFIGS (11): what there is
/// to do with a topic.
const TOPIC_OPERATIONS: i32 = 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 7 | 1 << 8 | 1 << 10 | 1 << 11;
/// The first version that may name topics by id.
const TOPIC_IDS_SINCE: i16 = 12;

async fn handle(
    broker: Arc<Broker>,
    context: RequestContext,
    request: MetadataRequest,
) -> Result<MetadataResponse, RequestError> {
    if let Some(error) = malformed(&request, context.version) {
        return Ok(refused(request, error));
    }
    let topic_operations = if request.include_topic_authorized_operations { TOPIC_OPERATIONS } else { NO_OPERATIONS };
    let cluster_operations = if request.include_cluster_authorized_operations { CLUSTER_OPERATIONS } else { NO_OPERATIONS };
    let (cluster, listener) = (broker.metadata.snapshot(), Arc::clone(&context.listener));
    let view = View { cluster, listener, version: context.version, topic_operations };
    // v0 says "all" with an empty list, later versions with none
    let wanted = request.topics.filter(|topics| context.version > 0 || !topics.is_empty());
    let topics = match wanted {
        None => view.every_topic(),
        Some(wanted) => view.named(&broker, wanted, request.allow_auto_topic_creation).await,
    };
    let controller = view.cluster.controller.filter(|id| view.cluster.brokers.contains_key(id)).unwrap_or(-1);
    Ok(MetadataResponse::default()
        .with_brokers(view.brokers())
        .with_cluster_id(Some(StrBytes::from_string(broker.cluster_id.clone())))
        .with_controller_id(BrokerId(controller))
        .with_cluster_authorized_operations(cluster_operations)
        .with_topics(topics))
}

/// What a request names that its version cannot.
fn malformed(request: &MetadataRequest, version: i16) -> Option<ResponseError> {
    let topics = request.topics.as_deref().unwrap_or_default();
    if version < TOPIC_IDS_SINCE {
        let by_id = topics.iter().any(|topic| topic.name.is_none() || !topic.topic_id.is_nil());
        return by_id.then_some(ResponseError::InvalidRequest);
    }
    let nameless = topics.iter().any(|topic| topic.name.is_none() && topic.topic_id.is_nil());
    nameless.then_some(ResponseError::UnknownServerError) // a null pointer in Kafka
}

/// The answer to a request that fails as a whole.
fn refused(request: MetadataRequest, error: ResponseError) -> MetadataResponse {
    let topics = request.topics.unwrap_or_default().into_iter().map(|topic| {
        MetadataResponseTopic::default()
            .with_error_code(error.code())
            .with_name(Some(topic.name.unwrap_or_default()))
            .with_topic_id(topic.topic_id)
    });
    MetadataResponse::default().with_cluster_id(None).with_topics(topics.collect())
}

/// What is said of a topic that is not there, after making it where that is allowed.
async fn missing_topic(broker: &Broker, name: &str, allowed: bool) -> ResponseError {
    if check_name(name).is_err() {
        return ResponseError::InvalidTopicException;
    }
    if !allowed || !broker.config.boolean("auto.create.topics.enable") {
        return ResponseError::UnknownTopicOrPartition;
    }
    let created = match name {
        "__consumer_offsets" => internal(broker, name, "offsets.topic").await,
        "__transaction_state" => internal(broker, name, "transaction.state.log").await,
        _ => broker.controller.auto_create(name, -1, -1, Default::default()).await,
    };
    match created {
        Ok(()) => ResponseError::LeaderNotAvailable,
        // this broker cannot ask another controller yet
        Err(error) if error.error == ResponseError::NotController => ResponseError::UnknownTopicOrPartition,
        Err(error) => error.error,
    }
}

/// Makes one of Kafka's own topics with the settings that `prefix` gives it.
async fn internal(broker: &Broker, name: &str, prefix: &str) -> Result<(), crate::engine::broker::controller::ApiError> {
    let config = &broker.config;
    let partitions = config.int(&format!("{prefix}.num.partitions"));
    let factor = i16::try_from(config.int(&format!("{prefix}.replication.factor"))).unwrap_or(i16::MAX);
    let segment = config.int(&format!("{prefix}.segment.bytes")).to_string();
    let overrides = [("cleanup.policy", "compact"), ("compression.type", "producer"), ("segment.bytes", &segment)];
    let overrides = overrides.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    broker.controller.auto_create(name, partitions, factor, overrides).await
}

/// The cluster as one listener and one version show it.
struct View {
    cluster: Arc<ClusterMetadata>,
    listener: Arc<str>,
    version: i16,
    topic_operations: i32,
}

impl View {
    /// Every topic: few in the order of the map that Kafka's cache is, more in that of a set.
    fn every_topic(&self) -> Vec<MetadataResponseTopic> {
        let mut topics: Vec<_> = self.cluster.topics.iter().collect();
        sort_as_small_any_ref_map(&mut topics, |(name, _)| name);
        let topics = in_set_order(topics, |(name, _)| java_hash(name));
        topics.into_iter().map(|(name, topic)| self.topic(name, topic)).collect()
    }

    /// The topics that were asked for, each once, in the order of Kafka's sets: unknown ids first, what is missing last, of that names
    /// that no topic may have before those that are made now.
    async fn named(&self, broker: &Broker, wanted: Vec<MetadataRequestTopic>, may_create: bool) -> Vec<MetadataResponseTopic> {
        let mut topics = Vec::new();
        // one id, and names count no more
        let by_id = wanted.iter().any(|topic| !topic.topic_id.is_nil());
        let (is_small, mut names);
        if by_id {
            let ids: IndexSet<Uuid> = wanted.into_iter().map(|topic| topic.topic_id).filter(|id| !id.is_nil()).collect();
            is_small = ids.len() <= SMALL_SET;
            let (known, unknown): (Vec<_>, _) = ids.into_iter().partition(|id| self.cluster.topic_names.contains_key(id));
            let unknown = if is_small { unknown } else { in_tree_order(unknown, uuid_hash) };
            topics.extend(unknown.into_iter().map(|id| failed(None, id, ResponseError::UnknownTopicId)));
            names = known.iter().filter_map(|id| self.cluster.topic_names.get(id).cloned()).collect();
        } else {
            names = wanted.into_iter().filter_map(|topic| topic.name.map(|name| name.to_string())).collect::<IndexSet<String>>();
            is_small = names.len() <= SMALL_SET;
        }
        if !is_small {
            names = in_tree_order(names.into_iter().collect(), |name| java_hash(name)).into_iter().collect();
        }
        let (known, mut missing): (Vec<_>, Vec<_>) = names.into_iter().partition(|name| self.cluster.topics.contains_key(name));
        topics.extend(known.iter().filter_map(|name| Some(self.topic(name, self.cluster.topics.get(name)?))));
        if !is_small {
            missing = in_tree_order(missing, |name| java_hash(name));
        }
        if may_create && broker.config.boolean("auto.create.topics.enable") {
            missing = in_order_of_creation(missing);
        }
        for name in missing {
            let error = missing_topic(broker, &name, may_create).await;
            topics.push(failed(Some(&name), Uuid::nil(), error).with_topic_authorized_operations(self.topic_operations));
        }
        topics
    }

    fn brokers(&self) -> Vec<MetadataResponseBroker> {
        let broker = |broker: &crate::engine::broker::metadata::BrokerMetadata| {
            let endpoint = broker.endpoints.iter().find(|endpoint| *endpoint.listener == *self.listener)?;
            Some(
                MetadataResponseBroker::default()
                    .with_node_id(BrokerId(broker.id))
                    .with_host(StrBytes::from_string(endpoint.host.clone()))
                    .with_port(i32::from(endpoint.port))
                    .with_rack(broker.rack.clone().map(StrBytes::from_string)),
            )
        };
        self.cluster.brokers.values().filter_map(broker).collect()
    }

    fn topic(&self, name: &str, topic: &TopicMetadata) -> MetadataResponseTopic {
        let partitions = topic.partitions.iter().map(|(index, partition)| self.partition(*index, partition)).collect();
        MetadataResponseTopic::default()
            .with_name(Some(TopicName(StrBytes::from_string(name.to_owned()))))
            .with_topic_id(topic.id)
            .with_is_internal(is_internal(name))
            .with_topic_authorized_operations(self.topic_operations)
            .with_partitions(partitions)
    }

    fn partition(&self, index: i32, partition: &PartitionMetadata) -> MetadataResponsePartition {
        let reachable = |id: &i32| {
            let endpoints = self.cluster.brokers.get(id).map(|broker| &broker.endpoints);
            endpoints.is_some_and(|endpoints| endpoints.iter().any(|endpoint| *endpoint.listener == *self.listener))
        };
        let offline = |id: &&i32| !self.cluster.brokers.contains_key(id) || partition.failed.contains(id);
        let offline: Vec<BrokerId> = partition.replicas.iter().filter(offline).map(|id| BrokerId(*id)).collect();
        let error = match partition.leader {
            NO_LEADER => Some(ResponseError::LeaderNotAvailable),
            leader if reachable(&leader) => None,
            _ if self.version >= 6 => Some(ResponseError::ListenerNotFound),
            _ => Some(ResponseError::LeaderNotAvailable),
        };
        let ids = |ids: &[i32]| ids.iter().map(|id| BrokerId(*id)).collect::<Vec<_>>();
        MetadataResponsePartition::default()
            .with_error_code(error.map_or(0, |error| error.code()))
            .with_partition_index(index)
            .with_leader_id(BrokerId(if error.is_some() { NO_LEADER } else { partition.leader }))
            .with_leader_epoch(partition.leader_epoch)
            .with_replica_nodes(ids(&partition.replicas))
            .with_isr_nodes(ids(&partition.isr))
            .with_offline_replicas(offline)
    }
}

/// Names that no topic may have, as they come, and behind them those that are made.
fn in_order_of_creation(missing: Vec<String>) -> Vec<String> {
    let (valid, mut names): (Vec<_>, Vec<_>) = missing.into_iter().partition(|name| check_name(name).is_ok());
    let mut made: Vec<(String, ())> = valid.into_iter().map(|name| (name, ())).collect();
    sort_as_scala_map(&mut made);
    names.extend(in_set_order(made, |(name, ())| java_hash(name)).into_iter().map(|(name, ())| name));
    names
}

fn failed(name: Option<&str>, id: Uuid, error: ResponseError) -> MetadataResponseTopic {
    MetadataResponseTopic::default()
        .with_error_code(error.code())
        .with_name(name.map(|name| TopicName(StrBytes::from_string(name.to_owned()))))
        .with_topic_id(id)
        .with_is_internal(name.is_some_and(is_internal))
        .with_topic_authorized_operations(NO_OPERATIONS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::broker::metadata::BrokerMetadata;

    #[test]
    fn replicas_of_dead_brokers_and_failed_directories_are_offline() {
        let broker = |id| (id, BrokerMetadata { id, epoch: 1, rack: None, endpoints: Vec::new() });
        let cluster = ClusterMetadata { brokers: [broker(0), broker(2)].into(), ..ClusterMetadata::default() };
        let view = View { cluster: Arc::new(cluster), listener: "PLAINTEXT".into(), version: 12, topic_operations: 0 };
        let partition =
            PartitionMetadata { leader: NO_LEADER, replicas: vec![0, 1, 2], failed: vec![0], ..PartitionMetadata::default() };
        let answer = view.partition(0, &partition);
        assert_eq!(answer.offline_replicas, [BrokerId(0), BrokerId(1)]);
        assert_eq!(answer.error_code, ResponseError::LeaderNotAvailable.code());
    }
}
