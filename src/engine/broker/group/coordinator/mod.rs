//! Joins the groups to the log, the clock and the requests.
//!
//! One mutex guards the table of groups, another one each group; the table's is never taken while a group's is held, and none is
//! held while something is waited for. Appends happen under the group's mutex, so a group's records are in the order of its
//! states. One task per group sleeps until its next deadline.

mod drive;
mod leadership;
mod members;
mod offsets;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use indexmap::IndexMap;
use kafka_protocol::ResponseError;
use tokio::task::AbortHandle;

use super::clock::Clock;
use super::machine::{Group, State};
use super::settings::GroupSettings;
use super::topic::OffsetsTopic;
use crate::engine::java_set::java_hash;
use crate::log_info;
use drive::Cell;

pub use members::{GroupListing, Join, Leave};
pub use offsets::{Commit, FetchedOffset};

const LOGGER: &str = "kafka.coordinator.group.GroupCoordinator";
const METADATA_LOGGER: &str = "kafka.coordinator.group.GroupMetadataManager";
/// Longer ids are no strings of the protocol, and do not fit the records.
const MAX_ID_LENGTH: usize = i16::MAX as usize;

/// The groups that this broker coordinates.
#[derive(Debug)]
pub struct GroupCoordinator {
    broker_id: i32,
    settings: Arc<GroupSettings>,
    topic: Arc<dyn OffsetsTopic>,
    clock: Clock,
    active: AtomicBool,
    table: Mutex<Table>,
    expiry: Mutex<Option<AbortHandle>>,
    me: Weak<Self>,
}

/// What is coordinated here.
#[derive(Debug, Default)]
struct Table {
    partitions: HashMap<i32, Holding>,
    /// In the order in which they came, which is that of lists where their hashes are equal.
    groups: IndexMap<String, Arc<Cell>>,
}

/// How far a partition of `__consumer_offsets` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holding {
    /// Its groups are being read, for this leader epoch.
    Loading(i32),
    /// Its groups are served.
    Owned,
}

/// Where an empty group id is taken: the APIs of offsets once had it for consumers without a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EmptyId {
    Allowed,
    Refused,
}

impl GroupCoordinator {
    /// A coordinator that keeps its groups in `topic`; it answers after [`GroupCoordinator::startup`].
    pub fn new(broker_id: i32, settings: GroupSettings, topic: Arc<dyn OffsetsTopic>) -> Arc<Self> {
        Arc::new_cyclic(|me| Self {
            broker_id,
            settings: Arc::new(settings),
            topic,
            clock: Clock::new(),
            active: AtomicBool::new(false),
            table: Mutex::default(),
            expiry: Mutex::default(),
            me: me.clone(),
        })
    }

    /// Begins to answer and to expire offsets. Called within the runtime.
    pub fn startup(&self) {
        self.info("Starting up.");
        self.active.store(true, Ordering::SeqCst);
        *lock(&self.expiry) = Some(tokio::spawn(offsets::expire_regularly(self.me.clone())).abort_handle());
        self.info("Startup complete.");
    }

    /// Stops answering; members find another coordinator.
    pub fn shutdown(&self) {
        self.info("Shutting down.");
        self.active.store(false, Ordering::SeqCst);
        if let Some(expiry) = lock(&self.expiry).take() {
            expiry.abort();
        }
        for cell in lock(&self.table).groups.values() {
            cell.stop();
        }
        self.info("Shutdown complete.");
    }

    /// The settings that groups have here.
    pub fn settings(&self) -> &GroupSettings {
        &self.settings
    }

    /// The partition of `__consumer_offsets` that keeps a group.
    pub fn partition_for(&self, group_id: &str) -> i32 {
        let count = self.topic.partition_count().unwrap_or(self.settings.topic_partitions);
        (java_hash(group_id) & i32::MAX) % count.max(1)
    }

    fn is_active(&self) -> bool {
        self.active.load(Ordering::SeqCst)
    }

    /// The group, if it is here; `create` makes it.
    fn find(&self, group_id: &str, empty_id: EmptyId, create: bool) -> Result<Option<Arc<Cell>>, ResponseError> {
        if group_id.len() > MAX_ID_LENGTH || (group_id.is_empty() && empty_id == EmptyId::Refused) {
            return Err(ResponseError::InvalidGroupId);
        }
        if !self.is_active() {
            return Err(ResponseError::CoordinatorNotAvailable);
        }
        let partition = self.partition_for(group_id);
        let mut table = lock(&self.table);
        match table.partitions.get(&partition) {
            Some(Holding::Owned) => {}
            Some(Holding::Loading(_)) => return Err(ResponseError::CoordinatorLoadInProgress),
            None => return Err(ResponseError::NotCoordinator),
        }
        let found = table.groups.get(group_id).cloned();
        if found.is_some() || !create {
            return Ok(found);
        }
        let group = Group::new(group_id, partition, Arc::clone(&self.settings), self.clock.now());
        let cell = Cell::spawn(group, self.me.clone());
        table.groups.insert(group_id.to_owned(), Arc::clone(&cell));
        Ok(Some(cell))
    }

    /// Every group that is here.
    fn cells(&self) -> Vec<Arc<Cell>> {
        lock(&self.table).groups.values().cloned().collect()
    }

    /// Forgets a group that is dead.
    fn forget(&self, cell: &Arc<Cell>) {
        let (id, dead) = cell.look(|group| (group.id().to_owned(), group.state() == State::Dead));
        let mut table = lock(&self.table);
        if dead && table.groups.get(&id).is_some_and(|known| Arc::ptr_eq(known, cell)) {
            table.groups.shift_remove(&id);
        }
    }

    fn info(&self, message: &str) {
        log_info!(LOGGER, "[GroupCoordinator {}]: {message}", self.broker_id);
    }

    fn metadata_info(&self, message: &str) {
        log_info!(METADATA_LOGGER, "[GroupMetadataManager brokerId={}] {message}", self.broker_id);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
