//! Which partitions this broker leads: those that the states give to it, as far as its log directories hold.

use std::collections::HashSet;
use std::sync::Arc;

use kafka_protocol::ResponseError;

use super::{ControllerTask, LOGGER, OFFSETS_TOPIC};
use crate::engine::broker::config::warn_of_idle_topic;
use crate::engine::broker::controller::ApiError;
use crate::engine::broker::log::{StorageError, TopicPartition};
use crate::engine::broker::replica::{LeaderRequest, PartitionAssignment};
use crate::{log_error, log_info};

impl ControllerTask {
    /// Leads the partitions that the states give to this broker, and lets go of those that they no longer do. `false` where there
    /// are some that it cannot lead and did not know of.
    pub(super) async fn lead(&mut self) -> bool {
        let wanted = self.view.led_by(self.me);
        self.let_go(&wanted);
        let mut new = Vec::new();
        for assignment in wanted {
            let incarnation = (assignment.topic_id, assignment.leader_epoch);
            match self.led.get(&(assignment.topic.clone(), assignment.index)) {
                Some(known) if *known == incarnation => continue,
                // deleted and made again since
                Some((id, _)) if *id != assignment.topic_id => {
                    self.parts.replicas.delete_partition(&assignment.topic, assignment.index);
                }
                _ => {}
            }
            new.push(assignment);
        }
        if new.is_empty() { true } else { self.lead_new(new).await }
    }

    fn let_go(&mut self, wanted: &[PartitionAssignment]) {
        let keys: HashSet<(&str, i32)> = wanted.iter().map(|one| (one.topic.as_str(), one.index)).collect();
        let gone = self.led.extract_if(|(topic, index), _| !keys.contains(&(topic.as_str(), *index)));
        for ((topic, index), _) in gone {
            if topic == OFFSETS_TOPIC {
                self.parts.groups.on_resignation(index);
            }
            if self.view.deleting.contains(&topic) || !self.view.topics.contains_key(&topic) {
                self.view.offline.remove(&(topic.clone(), index));
                self.parts.replicas.delete_partition(&topic, index);
            }
        }
    }

    /// Their logs are made together, on threads that may wait for the disk.
    async fn lead_new(&mut self, new: Vec<PartitionAssignment>) -> bool {
        let (mut requests, mut config) = (Vec::with_capacity(new.len()), None);
        for assignment in &new {
            let topic = &assignment.topic;
            // they come topic by topic
            let config = match &config {
                Some((known, config)) if known == topic => Arc::clone(config),
                _ => {
                    let overrides = self.view.topics.get(topic).map(|view| view.overrides.clone()).unwrap_or_default();
                    warn_of_idle_topic(topic, &overrides, None);
                    Arc::clone(&config.insert((topic.clone(), self.log_config(&overrides))).1)
                }
            };
            let is_new = self.fresh.remove(&(topic.clone(), assignment.index));
            requests.push(LeaderRequest { assignment: assignment.clone(), config, is_new });
        }
        let replicas = Arc::clone(&self.parts.replicas);
        let Ok(answers) = tokio::task::spawn_blocking(move || replicas.become_leaders(requests)).await else { return true };
        let mut all = true;
        for (PartitionAssignment { topic, index, topic_id, leader_epoch, .. }, answer) in new.into_iter().zip(answers) {
            match answer {
                Ok(_) => {
                    if topic == OFFSETS_TOPIC {
                        self.parts.groups.on_leadership(index);
                    }
                    self.led.insert((topic, index), (topic_id, leader_epoch));
                }
                Err(error) => {
                    let logger = "kafka.server.ReplicaManager";
                    log_error!(logger, "Error while making broker the leader for partition {topic}-{index}: {error}");
                    if error.fails_directory() || matches!(error, StorageError::Offline { .. }) {
                        all &= !self.view.offline.insert((topic, index));
                    }
                }
            }
        }
        all
    }

    /// A log directory of this broker failed: tells the controller, which leaves its partitions without a leader.
    pub(super) async fn directory_failed(&mut self, lost: Vec<TopicPartition>) -> Result<(), ApiError> {
        let told = self.store.tell_directory_failed(self.me).await;
        let mut notice = told.map_err(|error| ApiError::new(ResponseError::UnknownServerError, error.to_string()))?;
        if self.claim.is_none() {
            return Ok(());
        }
        log_info!(LOGGER, "{} Handling log directory failure for brokers {}", self.prefix(), self.me);
        for TopicPartition { topic, index } in lost {
            self.led.remove(&(topic.clone(), index));
            if topic == OFFSETS_TOPIC {
                self.parts.groups.on_resignation(index);
            }
            self.view.offline.insert((topic, index));
        }
        let written = match self.settle().await {
            Ok(()) => self.store.client.delete(&std::mem::take(&mut notice), None).await.map_err(Into::into),
            Err(error) => Err(error),
        };
        if let Err(error) = written {
            self.failed(&error).await;
        }
        Ok(())
    }
}
