//! The znodes of settings: those of topics, brokers and users, and the notices that they have changed.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, stream};

use super::{READS_AT_ONCE, Store, StoreError, found};
use crate::engine::broker::config::BrokerConfig;
use crate::engine::broker::controller::passwords;
use crate::engine::broker::controller::settings::{DynamicSettings, Entity, Settings};
use crate::engine::broker::controller::znodes;
use crate::engine::zookeeper::protocol::CreateMode;

impl Store {
    /// What is set for brokers while they run; passwords are decrypted with the secret of `config`.
    pub async fn dynamic_settings(&self, broker: i32, config: &BrokerConfig) -> Result<DynamicSettings, StoreError> {
        let own = self.settings(&Entity::Broker(broker)).await?;
        let every = self.settings(&Entity::EveryBroker).await?;
        Ok(DynamicSettings { own: passwords::decoded(own, config), every: passwords::decoded(every, config) })
    }

    /// Encrypts a broker's passwords anew that the old secret of `config` decrypts.
    pub async fn encode_passwords_anew(&self, broker: i32, config: &BrokerConfig) -> Result<(), StoreError> {
        let entity = Entity::Broker(broker);
        match passwords::encoded_anew(&self.settings(&entity).await?, config) {
            Some(settings) => self.set_settings(&entity, settings).await,
            None => Ok(()),
        }
    }

    /// Writes an entity's settings and tells every broker.
    pub async fn set_settings(&self, entity: &Entity, settings: Settings) -> Result<(), StoreError> {
        let path = znodes::entity_config_path(&entity.path());
        let data = znodes::config(&settings.into_iter().collect::<Vec<_>>());
        if found(self.client.set_data(&path, data.clone(), None).await)?.is_none() {
            self.client.create(&path, data, CreateMode::Persistent).await?;
        }
        let notice = format!("{}/config_change_", znodes::CONFIG_CHANGES);
        self.client.create(&notice, znodes::config_change(&entity.path()), CreateMode::PersistentSequential).await?;
        Ok(())
    }

    /// An entity's settings.
    pub async fn settings(&self, entity: &Entity) -> Result<Settings, StoreError> {
        let path = znodes::entity_config_path(&entity.path());
        match found(self.client.get_data(&path).await)? {
            Some((data, _)) => Ok(znodes::parse_config(&path, &data)?),
            None => Ok(BTreeMap::new()),
        }
    }

    /// The settings of those users, or of all of them.
    pub async fn users(&self, names: Option<Vec<String>>) -> Result<BTreeMap<String, Settings>, StoreError> {
        let names = match names {
            Some(names) => names,
            None => found(self.client.get_children(znodes::USERS).await)?
                .map(|(names, _)| names.iter().map(|name| znodes::desanitize(name)).collect())
                .unwrap_or_default(),
        };
        let read = |name: String| async move { (self.settings(&Entity::User(name.clone())).await, name) };
        let mut reads = stream::iter(names).map(read).buffer_unordered(READS_AT_ONCE);
        let mut users = BTreeMap::new();
        while let Some((settings, name)) = reads.next().await {
            users.insert(name, settings?);
        }
        Ok(users)
    }

    /// The names of the notices that settings have changed, with a watch for more.
    pub async fn config_changes(&self) -> Result<BTreeSet<String>, StoreError> {
        Ok(self.client.watch_children(znodes::CONFIG_CHANGES).await?.0.into_iter().collect())
    }
}
