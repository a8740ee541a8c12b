//! What every request handler works with.

use std::sync::Arc;

use super::config::BrokerConfig;
use super::controller::ControllerHandle;
use super::group::GroupCoordinator;
use super::metadata::MetadataCache;
use super::replica::ReplicaManager;

/// A running broker. Handlers share it; each part guards its own state.
pub struct Broker {
    /// `broker.id`.
    pub id: i32,
    /// The cluster's id, as in `/cluster/id`.
    pub cluster_id: String,
    /// The settings it was started with.
    pub config: Arc<BrokerConfig>,
    /// The partitions that live here.
    pub replicas: Arc<ReplicaManager>,
    /// The groups that are coordinated here.
    pub groups: Arc<GroupCoordinator>,
    /// What is known of the cluster's brokers and topics.
    pub metadata: Arc<MetadataCache>,
    /// Topics are made and deleted through it.
    pub controller: ControllerHandle,
}
