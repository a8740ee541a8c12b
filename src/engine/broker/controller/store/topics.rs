//! The znodes of topics: their assignments and the states of their partitions, their making and their end.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, stream};

use super::{Claim, READS_AT_ONCE, Store, StoreError, found};
use crate::engine::broker::controller::machine::TopicView;
use crate::engine::broker::controller::settings::{Entity, Settings};
use crate::engine::broker::controller::topics::PlannedTopic;
use crate::engine::broker::controller::znodes::{self, PartitionState, TopicAssignment};
use crate::engine::zookeeper::client::Op;
use crate::engine::zookeeper::protocol::{CreateMode, ErrorCode, Stat};

impl Store {
    /// The topics' names, with a watch for new and deleted ones.
    pub async fn topic_names(&self) -> Result<BTreeSet<String>, StoreError> {
        Ok(self.client.watch_children(znodes::TOPICS).await?.0.into_iter().collect())
    }

    /// A topic with its states and settings, with a watch for a new assignment; `None` where it is gone.
    pub async fn topic(&self, topic: &str) -> Result<Option<TopicView>, StoreError> {
        let Some((data, _)) = found(self.client.watch_data(&znodes::topic_path(topic)).await)? else { return Ok(None) };
        let mut view = TopicView { assignment: znodes::parse_topic(topic, &data)?, ..TopicView::default() };
        view.states = self.states(topic, view.assignment.replicas.keys().copied()).await?;
        view.overrides = self.topic_config(topic).await?;
        Ok(Some(view))
    }

    /// The states of those partitions that have one; the reads are on their way together.
    async fn states(
        &self,
        topic: &str,
        partitions: impl Iterator<Item = i32>,
    ) -> Result<BTreeMap<i32, (PartitionState, i32)>, StoreError> {
        let read = |partition| async move {
            let path = znodes::state_path(topic, partition);
            (partition, self.client.get_data(&path).await, path)
        };
        let mut reads = stream::iter(partitions).map(read).buffer_unordered(READS_AT_ONCE);
        let mut states = BTreeMap::new();
        while let Some((partition, data, path)) = reads.next().await {
            if let Some((data, stat)) = found(data)? {
                states.insert(partition, (znodes::parse_state(&path, &data)?, stat.version));
            }
        }
        Ok(states)
    }

    /// A topic's own settings.
    pub async fn topic_config(&self, topic: &str) -> Result<Settings, StoreError> {
        self.settings(&Entity::Topic(topic.to_owned())).await
    }

    /// The topics that wait to be deleted, with a watch for others.
    pub async fn deleting(&self) -> Result<BTreeSet<String>, StoreError> {
        Ok(self.client.watch_children(znodes::DELETE_TOPICS).await?.0.into_iter().collect())
    }

    /// Writes a new topic's settings and assignment.
    pub async fn create_topic(&self, topic: &PlannedTopic) -> Result<TopicView, StoreError> {
        let path = znodes::topic_config_path(&topic.name);
        let config = znodes::config(&topic.overrides);
        if found(self.client.set_data(&path, config.clone(), None).await)?.is_none() {
            self.client.create(&path, config, CreateMode::Persistent).await?;
        }
        let assignment = TopicAssignment { id: Some(topic.id), replicas: topic.assignment.clone(), ..TopicAssignment::default() };
        let path = znodes::topic_path(&topic.name);
        self.client.create(&path, znodes::topic(&assignment), CreateMode::Persistent).await?;
        let overrides = topic.overrides.iter().cloned().collect();
        Ok(TopicView { assignment, states: BTreeMap::new(), overrides })
    }

    /// Writes a topic's new assignment.
    pub async fn set_assignment(&self, topic: &str, assignment: &TopicAssignment, claim: Claim) -> Result<(), StoreError> {
        let path = znodes::topic_path(topic);
        self.fenced(vec![Op::SetData { path, data: znodes::topic(assignment), version: None }], claim).await
    }

    /// Writes the first states of partitions; with `first` the znode above them as well.
    pub async fn create_states(
        &self,
        topic: &str,
        first: bool,
        states: &BTreeMap<i32, PartitionState>,
        claim: Claim,
    ) -> Result<(), StoreError> {
        let above = format!("{}/partitions", znodes::topic_path(topic));
        // what an earlier controller may have made before it ended
        let made = if first { found(self.client.get_children(&above).await)? } else { Some((Vec::new(), Stat::default())) };
        let mut ops = Vec::with_capacity(2 * states.len() + 1);
        if made.is_none() {
            ops.push(Op::CreateNull { path: above });
        }
        let made: BTreeSet<String> = made.map(|(children, _)| children).unwrap_or_default().into_iter().collect();
        for (partition, state) in states {
            if !made.contains(&partition.to_string()) {
                ops.push(Op::CreateNull { path: znodes::partition_path(topic, *partition) });
            }
            let (path, data) = (znodes::state_path(topic, *partition), znodes::state(state));
            ops.push(Op::Create { path, data, mode: CreateMode::Persistent });
        }
        self.fenced(ops, claim).await
    }

    /// Writes a partition's new state; `false` where its znode has another version by now.
    pub async fn update_state(
        &self,
        topic: &str,
        partition: i32,
        state: &PartitionState,
        version: i32,
        claim: Claim,
    ) -> Result<bool, StoreError> {
        let path = znodes::state_path(topic, partition);
        let op = Op::SetData { path, data: znodes::state(state), version: Some(version) };
        match self.fenced(vec![op], claim).await {
            Err(StoreError::Client(error)) if error.code() == Some(ErrorCode::BadVersion) => Ok(false),
            other => other.map(|()| true),
        }
    }

    /// Marks a topic to be deleted; an earlier mark is as good.
    pub async fn mark_deleted(&self, topic: &str) -> Result<(), StoreError> {
        let path = format!("{}/{topic}", znodes::DELETE_TOPICS);
        match self.client.create_null(&path).await {
            Err(error) if error.code() != Some(ErrorCode::NodeExists) => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Deletes all znodes of a topic: its own, its settings, and the mark.
    pub async fn delete_topic(&self, topic: &str, claim: Claim) -> Result<(), StoreError> {
        // children before their parents: level by level, backwards
        let (mut level, mut walk) = (vec![znodes::topic_path(topic)], Vec::new());
        while !level.is_empty() {
            let list = |path: String| async move { (self.client.get_children(&path).await, path) };
            let mut reads = stream::iter(std::mem::take(&mut level)).map(list).buffer_unordered(READS_AT_ONCE);
            while let Some((children, path)) = reads.next().await {
                let Some((children, _)) = found(children)? else { continue };
                level.extend(children.iter().map(|child| format!("{path}/{child}")));
                walk.push(path);
            }
        }
        let mut ops: Vec<Op> = walk.into_iter().rev().map(|path| Op::Delete { path, version: None }).collect();
        for path in [znodes::topic_config_path(topic), format!("{}/{topic}", znodes::DELETE_TOPICS)] {
            if self.client.exists(&path).await?.is_some() {
                ops.push(Op::Delete { path, version: None });
            }
        }
        self.fenced(ops, claim).await
    }
}
