//! What the controller's task does when it is asked: topics, partitions, settings, producer ids.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use kafka_protocol::ResponseError;
use uuid::Uuid;

use super::{ControllerTask, properties_text};
use crate::engine::broker::config::BrokerConfig;
use crate::engine::broker::controller::assignment::Start;
use crate::engine::broker::controller::settings::{self, Change, Entity, Settings};
use crate::engine::broker::controller::store::{Claim, StoreError};
use crate::engine::broker::controller::topics::{NewTopic, PlannedTopic, TopicDefaults, plan, plan_growth};
use crate::engine::broker::controller::{ApiError, Command, Growth, LegacyPlace, passwords};
use crate::{log_error, log_info};

const ADMIN_LOGGER: &str = "kafka.server.ZkAdminManager";
/// How many producer ids a block has.
const PRODUCER_ID_BLOCK: i64 = 1000;
/// How often a command is tried again after a lost connection.
const RETRIES: usize = 5;

impl ControllerTask {
    pub(super) async fn command(&mut self, command: Command) {
        // the one who asked may have given up
        match command {
            Command::CreateTopic { topic, validate_only, done } => {
                let _ = done.send(self.create_topic(&topic, validate_only).await);
            }
            Command::DeleteTopic { topic, done } => {
                let _ = done.send(self.delete_topic(&topic).await);
            }
            Command::CreatePartitions { growth, validate_only, done } => {
                let _ = done.send(self.create_partitions(&growth, validate_only).await);
            }
            Command::AlterSettings { entity, change, validate_only, done } => {
                let _ = done.send(self.alter_settings(&entity, change, validate_only).await);
            }
            Command::Users { names, done } => {
                let _ = done.send(self.users(names).await);
            }
            Command::LegacyOffset { place, offset, done } => {
                let _ = done.send(self.legacy_offset(&place, offset).await);
            }
            Command::AllocateProducerIds { done } => {
                let _ = done.send(self.allocate_producer_ids().await);
            }
            Command::DirectoryFailed { lost, done } => {
                let _ = done.send(self.directory_failed(lost).await);
            }
            Command::Advertise { config, ports, done } => {
                let _ = done.send(self.advertise(config, ports).await);
            }
            Command::Close { done } => {
                let _ = done.send(Ok(()));
            }
        }
    }

    fn claim(&self) -> Result<Claim, ApiError> {
        self.claim.ok_or_else(|| ResponseError::NotController.into())
    }

    async fn create_topic(&mut self, topic: &NewTopic, validate_only: bool) -> Result<PlannedTopic, ApiError> {
        self.claim()?;
        let config = &self.parts.config;
        let defaults = TopicDefaults {
            partitions: config.int("num.partitions"),
            replication_factor: i16::try_from(config.int("default.replication.factor")).unwrap_or(1),
        };
        let planned = plan(topic, &self.view, defaults, random_start(self.view.brokers.len()))?;
        if validate_only {
            return Ok(planned);
        }
        let assignment: Vec<String> = planned.assignment.iter().map(assignment_text).collect();
        log_info!(
            "kafka.zk.AdminZkClient",
            "Creating topic {} with configuration {} and initial partition assignment HashMap({})",
            planned.name,
            properties_text(planned.overrides.iter().map(|(key, value)| (key, value))),
            assignment.join(", ")
        );
        self.log_leaderless(&planned);
        for _ in 0..RETRIES {
            let written = match self.store.create_topic(&planned).await {
                Ok(view) => {
                    self.view.topics.insert(planned.name.clone(), view);
                    self.settle().await
                }
                Err(error) => Err(error),
            };
            match written {
                Ok(()) => return Ok(planned),
                Err(error) if self.recover(&error).await => {
                    // written before the connection was lost
                    let known = self.view.topics.get(&planned.name);
                    if known.is_some_and(|view| view.assignment.id == Some(planned.id)) {
                        return self.settle().await.map(|()| planned).map_err(|error| api_error(&error));
                    }
                }
                Err(error) => return Err(api_error(&error)),
            }
        }
        Err(ResponseError::RequestTimedOut.into())
    }

    /// The partitions that no live broker has, which wait for one.
    fn log_leaderless(&self, topic: &PlannedTopic) {
        let (me, epoch) = (self.me, self.epoch());
        let live: Vec<String> = self.view.brokers.keys().map(ToString::to_string).collect();
        for (index, replicas) in &topic.assignment {
            if !replicas.iter().any(|id| self.view.brokers.contains_key(id)) {
                let (partition, replicas) = (format_args!("{}-{index}", topic.name), ids_text(replicas, ","));
                log_error!(
                    "state.change.logger",
                    "[Controller id={me} epoch={epoch}] Controller {me} epoch {epoch} failed to change state for partition {partition} from \
                     NewPartition to OnlinePartition\nkafka.common.StateChangeFailedException: Controller {me} epoch {epoch} encountered \
                     error during state change of partition {partition} from New to Online, assigned replicas are [{replicas}], live \
                     brokers are [Set({})]. No assigned replica is alive.",
                    live.join(", ")
                );
            }
        }
    }

    async fn delete_topic(&mut self, topic: &str) -> Result<(), ApiError> {
        self.claim()?;
        if !self.view.is_told(topic) {
            return Err(ResponseError::UnknownTopicOrPartition.into());
        }
        for _ in 0..RETRIES {
            let written = match self.store.mark_deleted(topic).await {
                Ok(()) => {
                    self.view.deleting.insert(topic.to_owned());
                    self.settle().await
                }
                Err(error) => Err(error),
            };
            match written {
                Ok(()) => return Ok(()),
                Err(error) if self.recover(&error).await => {}
                Err(error) => return Err(api_error(&error)),
            }
        }
        Err(ResponseError::RequestTimedOut.into())
    }

    async fn create_partitions(&mut self, growth: &Growth, validate_only: bool) -> Result<Vec<i32>, ApiError> {
        let claim = self.claim()?;
        let name = &growth.topic;
        if name.is_empty() {
            return Err(ResponseError::UnknownServerError.into()); // a path that ZooKeeper does not take
        }
        if self.view.deleting.contains(name) {
            return Err(ApiError::new(ResponseError::InvalidTopicException, "The topic is queued for deletion."));
        }
        let Some(mut assignment) = self.view.topics.get(name).map(|view| view.assignment.clone()) else {
            let message = format!("The topic '{name}' does not exist.");
            return Err(ApiError::new(ResponseError::UnknownTopicOrPartition, message));
        };
        let brokers: Vec<i32> = self.view.brokers.keys().copied().collect();
        let more = plan_growth(&assignment.replicas, growth.count, growth.assignment.as_deref(), &brokers)?;
        assignment.replicas.extend(more);
        let partitions = assignment.replicas.keys().copied().collect();
        if validate_only {
            return Ok(partitions);
        }
        let written = match self.store.set_assignment(name, &assignment, claim).await {
            Ok(()) => {
                if let Some(view) = self.view.topics.get_mut(name) {
                    view.assignment = assignment;
                }
                self.settle().await
            }
            Err(error) => Err(error),
        };
        if let Err(error) = written {
            self.failed(&error).await;
            return Err(api_error(&error));
        }
        Ok(partitions)
    }

    async fn alter_settings(&mut self, entity: &Entity, change: Change, validate_only: bool) -> Result<(), ApiError> {
        match entity {
            Entity::Topic(name) if !self.view.is_told(name) => {
                let message = format!("The topic '{name}' does not exist.");
                return Err(ApiError::new(ResponseError::UnknownTopicOrPartition, message));
            }
            Entity::User(_) => drop(self.claim()?),
            _ => {}
        }
        for _ in 0..RETRIES {
            let altered = match self.store.settings(entity).await {
                Ok(current) => {
                    let settings = change.clone().apply(entity, passwords::decoded(current, &self.given))?;
                    settings::check(entity, &settings, &self.given, &self.view.dynamic)?;
                    if validate_only {
                        return Ok(());
                    }
                    let kept = passwords::encoded(settings.clone(), &self.given)?;
                    self.write_settings(entity, &settings, kept).await
                }
                Err(error) => Err(error),
            };
            match altered {
                Ok(()) => return Ok(()),
                Err(error) if self.recover(&error).await => {}
                Err(error) => return Err(api_error(&error)),
            }
        }
        Err(ResponseError::RequestTimedOut.into())
    }

    /// Writes the settings as ZooKeeper is to keep them; the log shows passwords of neither.
    async fn write_settings(&mut self, entity: &Entity, settings: &Settings, kept: Settings) -> Result<(), StoreError> {
        let shown = |(key, value): (&String, &String)| {
            let hidden = settings.get(key) != kept.get(key);
            format!("{key} -> {}", if hidden { "[hidden]" } else { value.as_str() })
        };
        let new: Vec<String> = settings.iter().map(shown).collect();
        let new = new.join(",");
        match entity {
            Entity::Topic(name) => log_info!(
                ADMIN_LOGGER,
                "[Admin Manager on Broker {}]: Updating topic {name} with new configuration : {new}",
                self.me
            ),
            Entity::Broker(id) => log_info!(
                ADMIN_LOGGER,
                "[Admin Manager on Broker {}]: Updating broker {id} with new configuration : {new}",
                self.me
            ),
            Entity::User(_) => {}
            Entity::EveryBroker => {
                log_info!(ADMIN_LOGGER, "[Admin Manager on Broker {}]: Updating brokers with new configuration : {new}", self.me)
            }
        }
        self.store.set_settings(entity, kept).await?;
        self.config_changes().await?;
        self.settle().await
    }

    async fn advertise(&mut self, config: Arc<BrokerConfig>, ports: Vec<(String, u16)>) -> Result<(), ApiError> {
        self.registrar.set_config(config);
        self.registrar.set_ports(ports);
        for _ in 0..RETRIES {
            let told = match self.registrar.update(&self.store).await {
                Ok(()) => match self.store.brokers().await {
                    Ok(brokers) => {
                        self.view.brokers = brokers;
                        self.settle().await
                    }
                    Err(error) => Err(error),
                },
                Err(error) => Err(error),
            };
            match told {
                Ok(()) => return Ok(()),
                Err(error) if self.recover(&error).await => {}
                Err(error) => return Err(api_error(&error)),
            }
        }
        Err(ResponseError::RequestTimedOut.into())
    }

    async fn users(&mut self, names: Option<Vec<String>>) -> Result<BTreeMap<String, Settings>, ApiError> {
        for _ in 0..RETRIES {
            match self.store.users(names.clone()).await {
                Ok(users) => return Ok(users),
                Err(error) if self.recover(&error).await => {}
                Err(error) => return Err(api_error(&error)),
            }
        }
        Err(ResponseError::RequestTimedOut.into())
    }

    async fn legacy_offset(&mut self, place: &LegacyPlace, offset: Option<i64>) -> Result<Option<i64>, ApiError> {
        let LegacyPlace { group, topic, index } = place;
        if group.is_empty() {
            return Err(ResponseError::UnknownServerError.into()); // a path that ZooKeeper does not take
        }
        let path = format!("/consumers/{group}/offsets/{topic}/{index}");
        for _ in 0..RETRIES {
            let result = match offset {
                Some(offset) => self.store.set_consumer_offset(&path, offset).await.map(|()| Some(offset)),
                None => self.store.consumer_offset(&path).await,
            };
            match result {
                Ok(offset) => return Ok(offset),
                Err(error) if self.recover(&error).await => {}
                Err(error) => return Err(api_error(&error)),
            }
        }
        Err(ResponseError::RequestTimedOut.into())
    }

    async fn allocate_producer_ids(&mut self) -> Result<Range<i64>, ApiError> {
        for _ in 0..RETRIES {
            match self.store.next_producer_ids(self.me, PRODUCER_ID_BLOCK).await {
                Ok(first) => return Ok(first..first + PRODUCER_ID_BLOCK),
                Err(error) if self.recover(&error).await => {}
                Err(error) => return Err(api_error(&error)),
            }
        }
        Err(ResponseError::RequestTimedOut.into())
    }
}

fn random_start(brokers: usize) -> Start {
    let (first, shift) = Uuid::new_v4().as_u64_pair();
    let below = |number: u64| usize::try_from(number % u64::try_from(brokers.max(1)).unwrap_or(1)).unwrap_or(0);
    Start { first: below(first), shift: below(shift) }
}

fn assignment_text((partition, replicas): (&i32, &Vec<i32>)) -> String {
    format!("{partition} -> ArrayBuffer({})", ids_text(replicas, ", "))
}

fn ids_text(ids: &[i32], between: &str) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(between)
}

fn api_error(error: &StoreError) -> ApiError {
    match error {
        StoreError::Fenced => ResponseError::NotController.into(),
        other => ApiError::new(ResponseError::UnknownServerError, other.to_string()),
    }
}
