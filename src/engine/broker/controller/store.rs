//! The cluster's znodes: read with watches, written under the controller's epoch. Here the session, the brokers and the controller;
//! topics and settings have files of their own.

mod settings;
mod topics;

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::future::join_all;
use futures_util::stream;

use super::machine::ClusterView;
use super::znodes::{self, ZnodeError};
use crate::engine::broker::config::BrokerConfig;
use crate::engine::broker::metadata::BrokerMetadata;
use crate::engine::zookeeper::client::{Client, ClientError, Op, OpResult, first_error};
use crate::engine::zookeeper::protocol::{CreateMode, ErrorCode, Stat};
use crate::log_info;

/// How many operations go into one multi at most, so that it stays well below ZooKeeper's limit of a megabyte.
const MULTI_OPS_MAX: usize = 300;

/// How long one wait for a connection lasts.
const CONNECT_WAIT: Duration = Duration::from_secs(60);

/// How many reads are on their way at once.
const READS_AT_ONCE: usize = 64;

/// Why the cluster's znodes cannot be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// ZooKeeper refused, or the connection or session is lost.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// A znode holds something that Kafka does not write.
    #[error(transparent)]
    Znode(#[from] ZnodeError),
    /// Another broker is the controller by now.
    #[error("/controller_epoch was changed by another controller")]
    Fenced,
}

impl StoreError {
    /// ZooKeeper's code, where it is one.
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Client(error) => error.code(),
            _ => None,
        }
    }
}

/// The controller's claim: its epoch, and the version of `/controller_epoch` under which it writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Counts the controllers.
    pub epoch: i32,
    /// The version of `/controller_epoch`.
    pub version: i32,
}

/// What came of registering a broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registered {
    /// It is registered in this session; the statistics of its znode.
    Here(Stat),
    /// Another session has the id.
    Elsewhere {
        /// That session.
        owner: i64,
    },
}

/// The znodes of a Kafka cluster.
#[derive(Clone)]
pub struct Store {
    /// The session.
    pub client: Client,
}

/// `None` where there is no such znode.
fn found<T>(result: Result<T, ClientError>) -> Result<Option<T>, ClientError> {
    match result {
        Err(error) if error.code() == Some(ErrorCode::NoNode) => Ok(None),
        other => other.map(Some),
    }
}

/// What a registration that was found means to a session; `None` where it has gone meanwhile.
fn already_there(found: Option<Stat>, session: i64) -> Option<Registered> {
    let stat = found?;
    let is_own = stat.ephemeral_owner == session;
    Some(if is_own { Registered::Here(stat) } else { Registered::Elsewhere { owner: stat.ephemeral_owner } })
}

impl Store {
    /// Makes a znode without data, and those above it, unless it is there.
    pub async fn ensure_path(&self, path: &str) -> Result<(), StoreError> {
        self.ensure_paths(&[path]).await
    }

    /// Makes znodes without data, and those above them, unless they are there. All are on their way at once, in order: the
    /// coordinator then writes them to its disk together.
    pub async fn ensure_paths(&self, paths: &[&str]) -> Result<(), StoreError> {
        let mut all: Vec<&str> = Vec::new();
        for path in paths {
            let prefixes = path.match_indices('/').skip(1).map(|(at, _)| &path[..at]).chain([*path]);
            all.extend(prefixes.filter(|prefix| !all.contains(prefix)).collect::<Vec<_>>());
        }
        for made in join_all(all.into_iter().map(|path| self.client.create_null(path))).await {
            match made {
                Err(error) if error.code() != Some(ErrorCode::NodeExists) => return Err(error.into()),
                _ => {}
            }
        }
        Ok(())
    }

    /// Makes a persistent znode; what is there already stays. Gives the data that is there then.
    pub async fn create_or_get(&self, path: &str, data: Bytes) -> Result<Bytes, StoreError> {
        if let Some((data, _)) = found(self.client.get_data(path).await)? {
            return Ok(data);
        }
        match self.client.create(path, data.clone(), CreateMode::Persistent).await {
            Ok(_) => Ok(data),
            Err(error) if error.code() == Some(ErrorCode::NodeExists) => Ok(self.client.get_data(path).await?.0),
            Err(error) => Err(error.into()),
        }
    }

    /// Registers a broker as Kafka does, in a multi of create and setData. A registration that goes away while it is looked at is
    /// none, and one of this very session is the broker's own, whose answer was lost with a connection.
    ///
    /// # Errors
    /// What ZooKeeper refuses.
    pub async fn register(&self, id: i32, data: Bytes) -> Result<Registered, StoreError> {
        let path = znodes::broker_path(id);
        let ops = vec![
            Op::Create { path: path.clone(), data: data.clone(), mode: CreateMode::Ephemeral },
            Op::SetData { path: path.clone(), data, version: None },
        ];
        loop {
            let results = match self.multi(ops.clone(), &path).await {
                Err(error) if error.code() == Some(ErrorCode::NodeExists) => {
                    match already_there(self.client.exists(&path).await?, self.client.session_id()) {
                        Some(registered) => return Ok(registered),
                        None => {
                            let logger = "kafka.zk.KafkaZkClient$CheckedEphemeral";
                            log_info!(
                                logger,
                                "The ephemeral node at {path} went away while reading it, attempting create() again"
                            );
                        }
                    }
                    continue;
                }
                results => results?,
            };
            return Ok(Registered::Here(match results.last() {
                Some(OpResult::SetData(stat)) => *stat,
                _ => self.client.exists(&path).await?.unwrap_or_default(),
            }));
        }
    }

    /// The statistics of an ephemeral znode of this session; `None` where there is none or it is another's. A znode may have been
    /// made whose answer was lost with the connection.
    async fn own_ephemeral(&self, path: &str) -> Result<Option<Stat>, StoreError> {
        let stat = self.client.exists(path).await?;
        Ok(stat.filter(|stat| stat.ephemeral_owner == self.client.session_id()))
    }

    /// After a lost connection, waits for the next one, as Kafka's client does before it asks again.
    ///
    /// # Errors
    /// Any other error, as it is; the session is lost.
    pub async fn reconnected(&self, error: StoreError) -> Result<(), StoreError> {
        if !matches!(&error, StoreError::Client(error) if error.is_connection_loss()) {
            return Err(error);
        }
        loop {
            match self.client.wait_connected(CONNECT_WAIT).await {
                Err(ClientError::ConnectTimeout { .. }) => {}
                settled => return Ok(settled?),
            }
        }
    }

    /// Does something again and again until it is not the lost connection that fails it.
    ///
    /// # Errors
    /// What fails it otherwise; the session is lost.
    pub async fn until_connected<T>(
        &self,
        mut attempt: impl AsyncFnMut(&Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        loop {
            match attempt(self).await {
                Err(error) => self.reconnected(error).await?,
                done => return done,
            }
        }
    }

    async fn multi(&self, ops: Vec<Op>, path: &str) -> Result<Vec<OpResult>, StoreError> {
        let results = self.client.multi(ops).await?;
        match first_error(&results) {
            None => Ok(results),
            Some((_, code)) => Err(ClientError::Code { code, path: path.to_owned() }.into()),
        }
    }

    /// Who is the controller, with a watch for the next one.
    pub async fn controller(&self) -> Result<Option<i32>, StoreError> {
        self.client.watch_exists(znodes::CONTROLLER).await?;
        match found(self.client.get_data(znodes::CONTROLLER).await)? {
            Some((data, _)) => Ok(Some(znodes::parse_controller(&data)?)),
            None => Ok(None),
        }
    }

    /// Claims to be the controller, or finds that this session is; `None` where another was faster.
    pub async fn claim(&self, me: i32, now_ms: i64, on_first: impl FnOnce()) -> Result<Option<Claim>, StoreError> {
        let (epoch, version) = match found(self.client.get_data(znodes::CONTROLLER_EPOCH).await)? {
            Some((data, stat)) => {
                let epoch = std::str::from_utf8(&data).ok().and_then(|text| text.parse().ok());
                let found = || String::from_utf8_lossy(&data).into_owned();
                let wrong = || ZnodeError { path: znodes::CONTROLLER_EPOCH.into(), expected: "a number", found: found() };
                (epoch.ok_or_else(wrong)?, stat.version)
            }
            None => {
                match self.client.create(znodes::CONTROLLER_EPOCH, "0", CreateMode::Persistent).await {
                    Ok(_) => on_first(),
                    Err(error) if error.code() == Some(ErrorCode::NodeExists) => return Ok(None),
                    Err(error) => return Err(error.into()),
                }
                (0, 0)
            }
        };
        let next: i32 = epoch + 1;
        let data = znodes::controller(me, now_ms);
        let ops = vec![
            Op::Create { path: znodes::CONTROLLER.into(), data, mode: CreateMode::Ephemeral },
            Op::SetData { path: znodes::CONTROLLER_EPOCH.into(), data: next.to_string().into(), version: Some(version) },
        ];
        match self.multi(ops, znodes::CONTROLLER).await {
            Ok(_) => Ok(Some(Claim { epoch: next, version: version + 1 })),
            // claimed before a connection was lost: the epoch was raised then
            Err(error)
                if error.code() == Some(ErrorCode::NodeExists) && self.own_ephemeral(znodes::CONTROLLER).await?.is_some() =>
            {
                Ok(Some(Claim { epoch, version }))
            }
            Err(error) if matches!(error.code(), Some(ErrorCode::NodeExists | ErrorCode::BadVersion)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The live brokers, with a watch for others.
    pub async fn brokers(&self) -> Result<BTreeMap<i32, BrokerMetadata>, StoreError> {
        let mut brokers = BTreeMap::new();
        for id in self.client.watch_children(znodes::BROKER_IDS).await?.0.iter().filter_map(|name| name.parse().ok()) {
            if let Some((data, stat)) = found(self.client.get_data(&znodes::broker_path(id)).await)? {
                brokers.insert(id, znodes::parse_broker(id, stat.czxid, &data)?);
            }
        }
        Ok(brokers)
    }

    /// The offset at that path; `None` where there is none.
    ///
    /// # Errors
    /// What ZooKeeper refuses.
    pub async fn consumer_offset(&self, path: &str) -> Result<Option<i64>, StoreError> {
        match self.client.get_data(path).await {
            Ok((data, _)) => Ok(std::str::from_utf8(&data).ok().and_then(|text| text.parse().ok())),
            Err(error) if error.code() == Some(ErrorCode::NoNode) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Keeps an offset at that path, which is made where it is missing.
    ///
    /// # Errors
    /// What ZooKeeper refuses.
    pub async fn set_consumer_offset(&self, path: &str, offset: i64) -> Result<(), StoreError> {
        self.ensure_path(path).await?;
        self.client.set_data(path, offset.to_string(), None).await?;
        Ok(())
    }

    /// The whole cluster as broker `me` sees it, with watches for what changes.
    pub async fn load(&self, me: i32, config: &BrokerConfig) -> Result<ClusterView, StoreError> {
        let mut view = ClusterView {
            controller: self.controller().await?,
            brokers: self.brokers().await?,
            deleting: self.deleting().await?,
            dynamic: self.dynamic_settings(me, config).await?,
            ..ClusterView::default()
        };
        let names = stream::iter(self.topic_names().await?);
        let mut reads = names.map(|name| async { (self.topic(&name).await, name) }).buffer_unordered(READS_AT_ONCE);
        while let Some((topic, name)) = reads.next().await {
            view.topics.extend(topic?.map(|topic| (name, topic)));
        }
        drop(reads);
        Ok(view)
    }

    /// Does the operations under the controller's epoch, in as many multis as they need. All are on their way at once, in order.
    async fn fenced(&self, ops: Vec<Op>, claim: Claim) -> Result<(), StoreError> {
        let check = || Op::Check { path: znodes::CONTROLLER_EPOCH.into(), version: claim.version };
        let multis = ops.chunks(MULTI_OPS_MAX).map(|ops| self.client.multi([&[check()], ops].concat()));
        for results in join_all(multis).await {
            match first_error(&results?) {
                None => {}
                Some((0, ErrorCode::BadVersion)) => return Err(StoreError::Fenced),
                Some((_, code)) => return Err(ClientError::Code { code, path: String::new() }.into()),
            }
        }
        Ok(())
    }

    /// Tells the controller that a log directory of broker `me` failed; gives the notice's path.
    pub async fn tell_directory_failed(&self, me: i32) -> Result<String, StoreError> {
        let path = format!("{}/log_dir_event_", znodes::LOG_DIR_EVENTS);
        Ok(self.client.create(&path, znodes::log_dir_event(me), CreateMode::PersistentSequential).await?.0)
    }

    /// Reserves the next block of `size` producer ids for a broker; gives its first.
    pub async fn next_producer_ids(&self, me: i32, size: i64) -> Result<i64, StoreError> {
        loop {
            let (data, stat) = self.client.get_data(znodes::PRODUCER_IDS).await?;
            let first = znodes::parse_producer_id_block(&data)?.map_or(0, |last| last + 1);
            let block = znodes::producer_id_block(me, first, first + size - 1);
            match self.client.set_data(znodes::PRODUCER_IDS, block, Some(stat.version)).await {
                Ok(_) => return Ok(first),
                Err(error) if error.code() == Some(ErrorCode::BadVersion) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registration_that_went_away_is_none() {
        let stat = Stat { ephemeral_owner: 7, ..Stat::default() };
        assert_eq!(already_there(None, 7), None);
        assert_eq!(already_there(Some(stat), 7), Some(Registered::Here(stat)));
        assert_eq!(already_there(Some(stat), 8), Some(Registered::Elsewhere { owner: 7 }));
    }
}
