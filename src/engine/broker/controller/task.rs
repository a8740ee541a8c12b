//! The one task that owns what this broker knows of the cluster: it follows the znodes, is the controller where it can be, and
//! leads the partitions that are given to this broker.

mod commands;
mod leading;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use uuid::Uuid;

use super::machine::{ClusterView, Write};
use super::settings::DynamicSettings;
use super::store::{Claim, Store, StoreError};
use super::{Command, znodes};
use crate::engine::broker::config::{BrokerConfig, warn_of_idle_topic};
use crate::engine::broker::group::GroupCoordinator;
use crate::engine::broker::log::TopicPartition;
use crate::engine::broker::metadata::MetadataCache;
use crate::engine::broker::registration::Registrar;
use crate::engine::broker::replica::{LogConfig, ReplicaManager};
use crate::engine::zookeeper::client::{Events, WatchedEvent};
use crate::engine::zookeeper::protocol::{EventType, KeeperState};
use crate::{log_error, log_info, log_warn};

const LOGGER: &str = "kafka.controller.KafkaController";
const CONFIG_LOGGER: &str = "kafka.server.ZkConfigManager";
/// How long a command waits for the connection to come back.
const RECONNECT_WAIT: Duration = Duration::from_secs(30);

/// The parts of the broker that the task drives.
pub struct Parts {
    /// The broker's settings.
    pub config: Arc<BrokerConfig>,
    /// The partitions that live here.
    pub replicas: Arc<ReplicaManager>,
    /// The groups that are coordinated here.
    pub groups: Arc<GroupCoordinator>,
    /// Told of every change.
    pub metadata: Arc<MetadataCache>,
    /// Told of the broker's settings whenever they change.
    pub settings: watch::Sender<Arc<BrokerConfig>>,
}

/// The task's state.
pub struct ControllerTask {
    me: i32,
    store: Store,
    events: Events,
    registrar: Registrar,
    parts: Parts,
    commands: mpsc::Receiver<Command>,
    claim: Option<Claim>,
    view: ClusterView,
    /// The partitions that are led here, by topic and index, with the id and the leader epoch under which they are.
    led: HashMap<(String, i32), (Uuid, i32)>,
    /// The partitions that were made just now and have no log yet.
    fresh: HashSet<(String, i32)>,
    /// The notices of changed settings that were read.
    seen_changes: BTreeSet<String>,
    /// The settings that the broker was started with; those of `parts` are with what was changed since.
    given: Arc<BrokerConfig>,
}

impl ControllerTask {
    /// A task over the session in which the broker has registered.
    pub fn new(store: Store, registrar: Registrar, parts: Parts, commands: mpsc::Receiver<Command>) -> Self {
        let events = store.client.subscribe();
        let given = Arc::clone(&parts.config);
        Self {
            me: registrar.id(),
            store,
            events,
            registrar,
            parts,
            commands,
            claim: None,
            view: ClusterView::default(),
            led: HashMap::new(),
            fresh: HashSet::new(),
            seen_changes: BTreeSet::new(),
            given,
        }
    }

    fn prefix(&self) -> String {
        format!("[Controller id={}]", self.me)
    }

    /// Reads the cluster, takes the controller's place if it is free, and leads what is to be led here.
    ///
    /// # Errors
    /// What ZooKeeper refuses.
    pub async fn start(&mut self) -> Result<(), StoreError> {
        self.view.controller = self.store.controller().await?;
        self.stand().await?;
        self.reload().await?;
        self.seen_changes = self.store.config_changes().await?;
        if self.view.dynamic != DynamicSettings::default() {
            self.use_dynamic_settings();
        }
        if self.claim.is_some() {
            let brokers: Vec<String> = self.view.brokers.keys().map(ToString::to_string).collect();
            let prefix = self.prefix();
            log_info!(LOGGER, "{prefix} Currently active brokers in the cluster: Set({})", brokers.join(", "));
            log_info!(LOGGER, "{prefix} Ready to serve as the new controller with epoch {}", self.epoch());
        }
        self.settle().await
    }

    fn epoch(&self) -> i32 {
        self.claim.map_or(0, |claim| claim.epoch)
    }

    /// Takes the controller's place where it is free, or this broker's by a claim whose answer was lost.
    async fn stand(&mut self) -> Result<bool, StoreError> {
        let open = self.claim.is_none() && self.view.controller.is_none_or(|controller| controller == self.me);
        if open {
            self.elect().await?;
        }
        Ok(open)
    }

    async fn elect(&mut self) -> Result<(), StoreError> {
        let first = || log_info!("kafka.zk.KafkaZkClient", "Successfully created /controller_epoch with initial epoch 0");
        let Some(claim) = self.store.claim(self.me, now_ms(), first).await? else { return Ok(()) };
        let (prefix, me) = (self.prefix(), self.me);
        log_info!(
            LOGGER,
            "{prefix} {me} successfully elected as the controller. Epoch incremented to {} and epoch zk version is now {}",
            claim.epoch,
            claim.version
        );
        self.claim = Some(claim);
        self.view.controller = Some(self.me);
        if self.store.client.exists(znodes::FEATURE).await?.is_none() {
            let path = znodes::FEATURE;
            log_info!(LOGGER, "{prefix} Creating FeatureZNode at path: {path} with contents: FeatureZNode(2,Enabled,Map())");
            self.store.create_or_get(path, znodes::feature()).await?;
        }
        Ok(())
    }

    /// Serves commands and events until it is told to close.
    pub async fn run(mut self) {
        loop {
            tokio::select! {
                command = self.commands.recv() => match command {
                    Some(Command::Close { done }) => {
                        self.store.client.close().await;
                        // the one who asked may have given up
                        let _ = done.send(Ok(()));
                        return;
                    }
                    Some(command) => self.command(command).await,
                    None => return self.store.client.close().await,
                },
                event = self.events.recv() => match event {
                    Some(event) => self.event(event).await,
                    None => self.renew().await,
                },
            }
        }
    }

    async fn event(&mut self, event: WatchedEvent) {
        let result = match (event.event_type, event.state) {
            (EventType::None, KeeperState::Expired | KeeperState::Closed | KeeperState::AuthFailed) => {
                return self.renew().await;
            }
            (EventType::None, _) => Ok(()),
            _ => self.watched(&event.path).await,
        };
        if let Err(error) = result {
            self.failed(&error).await;
        }
    }

    /// Reads again what a watch says has changed.
    async fn watched(&mut self, path: &str) -> Result<(), StoreError> {
        match path {
            znodes::CONTROLLER => {
                self.view.controller = self.store.controller().await?;
                if self.view.controller != Some(self.me) && self.claim.take().is_some() {
                    log_info!(LOGGER, "{} Resigned", self.prefix());
                }
                if self.stand().await? {
                    self.reload().await?;
                }
            }
            znodes::BROKER_IDS => self.view.brokers = self.store.brokers().await?,
            znodes::TOPICS => {
                let names = self.store.topic_names().await?;
                self.view.topics.retain(|name, _| names.contains(name));
                for name in names {
                    if !self.view.topics.contains_key(&name) {
                        self.reload_topic(&name).await?;
                    }
                }
            }
            znodes::DELETE_TOPICS => self.view.deleting = self.store.deleting().await?,
            znodes::CONFIG_CHANGES => self.config_changes().await?,
            _ => {
                let topic = path.strip_prefix(znodes::TOPICS).and_then(|rest| rest.strip_prefix('/'));
                if let Some(topic) = topic.filter(|topic| !topic.contains('/')) {
                    self.reload_topic(topic).await?;
                }
            }
        }
        self.settle().await
    }

    async fn reload_topic(&mut self, topic: &str) -> Result<(), StoreError> {
        match self.store.topic(topic).await? {
            Some(view) => self.view.topics.insert(topic.to_owned(), view),
            None => self.view.topics.remove(topic),
        };
        Ok(())
    }

    /// Reads the settings that new notices are about.
    async fn config_changes(&mut self) -> Result<(), StoreError> {
        let names = self.store.config_changes().await?;
        let new: Vec<String> = names.difference(&self.seen_changes).cloned().collect();
        for name in new {
            let notice = self.store.client.get_data(&format!("{}/{name}", znodes::CONFIG_CHANGES)).await;
            let Some((data, _)) = notice.ok() else { continue };
            let Ok(json) = serde_json::from_slice::<serde_json::Value>(&data) else { continue };
            match json["entity_path"].as_str().and_then(|path| path.split_once('/')) {
                Some(("topics", topic)) => self.reload_settings(topic).await?,
                Some(("brokers", _)) => {
                    self.view.dynamic = self.store.dynamic_settings(self.me, &self.given).await?;
                    self.use_dynamic_settings();
                }
                _ => {}
            }
        }
        self.seen_changes = names;
        Ok(())
    }

    async fn reload_settings(&mut self, topic: &str) -> Result<(), StoreError> {
        let overrides = self.store.topic_config(topic).await?;
        log_info!(
            CONFIG_LOGGER,
            "Processing override for entityPath: topics/{topic} with config: {}",
            properties_text(&overrides)
        );
        if let Some(view) = self.view.topics.get_mut(topic) {
            warn_of_idle_topic(topic, &overrides, Some(&view.overrides));
            view.overrides.clone_from(&overrides);
            self.parts.replicas.update_config(topic, &self.log_config(&overrides));
        }
        Ok(())
    }

    /// Makes the settings hold that are given to brokers while they run.
    fn use_dynamic_settings(&mut self) {
        match self.view.dynamic.over(&self.given) {
            Ok(config) => {
                self.parts.config = Arc::new(config);
                self.parts.settings.send_replace(Arc::clone(&self.parts.config));
            }
            Err(error) => return error.log(CONFIG_LOGGER, format_args!("Settings of brokers could not be applied")),
        }
        for (topic, view) in &self.view.topics {
            self.parts.replicas.update_config(topic, &self.log_config(&view.overrides));
        }
    }

    /// Writes what the controller has to write, leads what is led here, and tells what is known.
    async fn settle(&mut self) -> Result<(), StoreError> {
        loop {
            if let Some(claim) = self.claim {
                for write in self.view.writes(self.me, claim.epoch) {
                    self.write(write, claim).await?;
                }
            }
            // what cannot be led here is written down as led by nobody
            if self.lead().await || self.claim.is_none() {
                break;
            }
        }
        self.tell();
        Ok(())
    }

    /// Tells what is known; groups forget what they have committed for partitions that are no more.
    fn tell(&self) {
        let (before, mut now) = (self.parts.metadata.snapshot(), self.view.metadata());
        for (topic, index) in &self.view.offline {
            let partition = now.topics.get_mut(topic).and_then(|topic| topic.partitions.get_mut(index));
            partition.into_iter().for_each(|partition| partition.failed.push(self.me));
        }
        let stays = |name: &String, id: &Uuid| now.topics.get(name).is_some_and(|topic| topic.id == *id);
        let gone = before.topics.iter().filter(|(name, topic)| !stays(name, &topic.id));
        let gone = gone.flat_map(|(name, topic)| topic.partitions.keys().map(|index| TopicPartition::new(name.as_str(), *index)));
        let gone: Vec<TopicPartition> = gone.collect();
        self.parts.metadata.replace(now);
        if !gone.is_empty() {
            self.parts.groups.on_deleted_partitions(&gone);
        }
    }

    async fn write(&mut self, write: Write, claim: Claim) -> Result<(), StoreError> {
        match write {
            Write::CreateStates { topic, first, states } => {
                self.store.create_states(&topic, first, &states, claim).await?;
                self.fresh.extend(states.keys().map(|partition| (topic.clone(), *partition)));
                if let Some(view) = self.view.topics.get_mut(&topic) {
                    view.states.extend(states.into_iter().map(|(partition, state)| (partition, (state, 0))));
                }
            }
            Write::UpdateState { topic, partition, state, version } => {
                if !self.store.update_state(&topic, partition, &state, version, claim).await? {
                    return self.reload_topic(&topic).await;
                }
                if let Some(view) = self.view.topics.get_mut(&topic) {
                    view.states.insert(partition, (state, version + 1));
                }
            }
            Write::DeleteTopic(topic) => {
                // clients hear first that it is gone, then its logs go
                self.tell();
                self.lead().await;
                self.store.delete_topic(&topic, claim).await?;
                self.view.topics.remove(&topic);
                self.view.deleting.remove(&topic);
            }
        }
        Ok(())
    }

    fn log_config(&self, overrides: &BTreeMap<String, String>) -> Arc<LogConfig> {
        let config = LogConfig::new(&self.parts.config, overrides.clone()).unwrap_or_else(|error| {
            log_error!(
                "kafka.server.DynamicConfigManager",
                "Topic settings {overrides:?} are not usable, defaults hold: {error}"
            );
            LogConfig::default()
        });
        Arc::new(config)
    }

    /// After a lost connection: waits for it and reads the cluster again. `false` where trying again is of no use.
    async fn recover(&mut self, error: &StoreError) -> bool {
        if !matches!(error, StoreError::Client(error) if error.is_connection_loss()) {
            Box::pin(self.failed(error)).await;
            return false;
        }
        if self.store.client.wait_connected(RECONNECT_WAIT).await.is_err() {
            return false;
        }
        self.reload().await.is_ok() && self.stand().await.is_ok()
    }

    /// Reads the cluster again; what this broker cannot lead it still cannot.
    async fn reload(&mut self) -> Result<(), StoreError> {
        let offline = self.view.offline.clone();
        self.view = ClusterView { offline, ..self.store.load(self.me, &self.given).await? };
        Ok(())
    }

    /// Logs an error that nobody waits for, and does what it calls for.
    async fn failed(&mut self, error: &StoreError) {
        match error {
            StoreError::Fenced => {
                log_info!(LOGGER, "{} Resigned: {error}", self.prefix());
                self.claim = None;
            }
            StoreError::Client(client) if client.is_session_expired() => self.renew().await,
            StoreError::Client(client) if client.is_connection_loss() => {
                log_warn!(LOGGER, "{} {error}; reading the cluster again once connected", self.prefix());
                if self.recover(error).await
                    && let Err(error) = Box::pin(self.settle()).await
                {
                    log_error!(LOGGER, "{} {error}", self.prefix());
                }
            }
            _ => log_error!(LOGGER, "{} {error}", self.prefix()),
        }
    }

    /// The session is gone and with it this broker's znodes: registers again in a new one.
    async fn renew(&mut self) {
        self.claim = None;
        loop {
            let (store, registered) = self.registrar.register_again().await;
            self.events = store.client.subscribe();
            self.store = store;
            // another broker has the id by now, or an endpoint: it is not taken from it, and this one serves what it has
            if let Err(exception) = registered {
                let prefix = self.prefix();
                return exception.log(LOGGER, format_args!("{prefix} Error processing event RegisterBrokerAndReelect"));
            }
            match Box::pin(self.start()).await {
                Ok(()) => return,
                Err(error) => log_error!(LOGGER, "{} {error}", self.prefix()),
            }
        }
    }
}

/// The topic that holds the groups' offsets.
const OFFSETS_TOPIC: &str = "__consumer_offsets";

/// Now, in milliseconds since 1970.
pub(super) fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

fn properties_text<'a>(overrides: impl IntoIterator<Item = (&'a String, &'a String)>) -> String {
    let pairs: Vec<String> = overrides.into_iter().map(|(key, value)| format!("{key}={value}")).collect();
    format!("{{{}}}", pairs.join(", "))
}
