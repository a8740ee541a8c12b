//! What this broker knows of the cluster: brokers, topics, leaders. Readers take a snapshot; the controller's events replace it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tokio::sync::watch;
use uuid::Uuid;

use super::controller::settings::DynamicSettings;

/// One listener of a broker, as it advertises it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The listener's name.
    pub listener: String,
    /// The advertised host.
    pub host: String,
    /// The advertised port.
    pub port: u16,
}

/// A live broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokerMetadata {
    /// Its id.
    pub id: i32,
    /// The czxid of its registration, as other brokers and the controller name its incarnation.
    pub epoch: i64,
    /// The rack, if it has one.
    pub rack: Option<String>,
    /// Where clients reach it.
    pub endpoints: Vec<Endpoint>,
}

/// The leader of a partition that has none.
pub const NO_LEADER: i32 = -1;

/// A partition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartitionMetadata {
    /// The leader's id or [`NO_LEADER`].
    pub leader: i32,
    /// Counts the leaders.
    pub leader_epoch: i32,
    /// The version of the partition's state znode.
    pub partition_epoch: i32,
    /// The replicas, the preferred leader first.
    pub replicas: Vec<i32>,
    /// The replicas in sync.
    pub isr: Vec<i32>,
    /// The replicas that are known to lie in a failed log directory.
    pub failed: Vec<i32>,
}

/// A topic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TopicMetadata {
    /// The topic's id.
    pub id: Uuid,
    /// The partitions by index.
    pub partitions: BTreeMap<i32, PartitionMetadata>,
    /// The topic's own settings.
    pub overrides: BTreeMap<String, String>,
}

/// The cluster at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClusterMetadata {
    /// The controller's id, if there is one.
    pub controller: Option<i32>,
    /// The live brokers by id.
    pub brokers: BTreeMap<i32, BrokerMetadata>,
    /// The topics by name.
    pub topics: BTreeMap<String, TopicMetadata>,
    /// The topics' names by id.
    pub topic_names: BTreeMap<Uuid, String>,
    /// Partitions of which no replica's broker has lived yet. Clients are not told of them.
    pub never_led: BTreeSet<(String, i32)>,
    /// What is set for this broker, or every broker, while it runs.
    pub dynamic: DynamicSettings,
}

impl ClusterMetadata {
    /// Whether each of those partitions has a leader.
    pub fn all_led(&self, topic: &str, partitions: impl IntoIterator<Item = i32>) -> bool {
        let topic = self.topics.get(topic);
        let led = |index| topic.is_some_and(|topic| topic.partitions.get(&index).is_some_and(|one| one.leader != NO_LEADER));
        partitions.into_iter().all(led)
    }
}

/// The latest [`ClusterMetadata`].
#[derive(Debug, Default)]
pub struct MetadataCache {
    current: watch::Sender<Arc<ClusterMetadata>>,
}

impl MetadataCache {
    /// The cluster as it is known now.
    pub fn snapshot(&self) -> Arc<ClusterMetadata> {
        Arc::clone(&self.current.borrow())
    }

    /// Waits until what is known is as it should be.
    pub async fn wait_for(&self, mut is_so: impl FnMut(&ClusterMetadata) -> bool) {
        // the sender is this cache, so that there is no end but the one waited for
        let _ = self.current.subscribe().wait_for(|metadata| is_so(metadata)).await;
    }

    /// Replaces what is known.
    pub fn replace(&self, metadata: ClusterMetadata) {
        self.current.send_replace(Arc::new(metadata));
    }
}
