//! A broker without listeners and without a session, for the tests of handlers: requests go in as bytes, answers come out decoded.

use std::net::SocketAddr;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use bytes::{BufMut, BytesMut};
use kafka_protocol::protocol::{Decodable, Request};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{Broker, RequestContext, api};
use crate::engine::broker::config::BrokerConfig;
use crate::engine::broker::controller::{Command, ControllerHandle};
use crate::engine::broker::group::{GroupCoordinator, GroupSettings, LocalTopic};
use crate::engine::broker::metadata::MetadataCache;
use crate::engine::broker::replica::{LogConfig, PartitionAssignment, ReplicaManager, StorageSettings};
use crate::engine::kafka::Chunk;
use crate::net::Shutdown;

/// The broker, and what it asks of the controller.
pub(in crate::engine::broker::handlers) struct Bench {
    pub(in crate::engine::broker::handlers) broker: Arc<Broker>,
    pub(in crate::engine::broker::handlers) commands: mpsc::Receiver<Command>,
    _folder: tempfile::TempDir,
}

impl Bench {
    /// A broker with these settings and nothing on its disk.
    pub(in crate::engine::broker::handlers) fn new(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let given = settings.iter().chain(&[("zookeeper.connect", "localhost:1")]);
        let given = given.map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let config = Arc::new(BrokerConfig::new(given).expect("valid"));
        let storage = StorageSettings::of(0, vec![folder.path().join("logs")]);
        let replicas = Arc::new(ReplicaManager::open(storage).expect("opened"));
        let metadata = Arc::new(MetadataCache::default());
        let topic = Arc::new(LocalTopic::new(Arc::clone(&replicas), Arc::clone(&metadata)));
        let groups = GroupCoordinator::new(0, GroupSettings::new(&config), topic);
        let (sender, commands) = mpsc::channel(4);
        let controller = ControllerHandle::new(sender);
        let broker = Broker { id: 0, cluster_id: String::new(), config, replicas, groups, metadata, controller };
        Self { broker: Arc::new(broker), commands, _folder: folder }
    }

    /// Makes the broker the leader of a partition.
    pub(in crate::engine::broker::handlers) fn lead(&self, topic: &str, topic_id: Uuid, index: i32, leader_epoch: i32) {
        let assignment = PartitionAssignment {
            topic: topic.to_owned(),
            index,
            topic_id,
            leader: 0,
            leader_epoch,
            replicas: vec![0],
            isr: vec![0],
            partition_epoch: 0,
        };
        self.broker.replicas.become_leader(assignment, LogConfig::default()).expect("leads");
    }

    /// The answer to a request in a version; `None` where none is sent.
    pub(in crate::engine::broker::handlers) async fn ask<R: Request>(&self, request: R, version: i16) -> Option<R::Response>
    where
        R::Response: Decodable,
    {
        let mut body = BytesMut::new();
        request.encode(&mut body, version).unwrap_or_else(|error| panic!("{} v{version}: {error}", super::name(R::KEY)));
        let context = RequestContext {
            version,
            correlation_id: 1,
            client_id: Some("client".to_owned()),
            peer: SocketAddr::from(([127, 0, 0, 1], 5)),
            listener: Arc::from("PLAINTEXT"),
            shutdown: Shutdown::new(),
        };
        let handle = api(R::KEY).expect("served").handle;
        let answer = handle(Arc::clone(&self.broker), context, body.freeze()).await.expect("answered")?;
        let mut bytes = BytesMut::new();
        for chunk in answer.chunks {
            match chunk {
                Chunk::Bytes(part) => bytes.put(part),
                Chunk::File { file, offset, length } => {
                    let mut part = vec![0; length];
                    file.read_exact_at(&mut part, offset).expect("read");
                    bytes.put_slice(&part);
                }
            }
        }
        Some(R::Response::decode(&mut bytes.freeze(), version).expect("decodes"))
    }
}
