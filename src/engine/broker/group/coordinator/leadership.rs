//! Groups come and go with the leadership of their partition.

use std::sync::Arc;
use std::time::Instant;

use super::drive::Cell;
use super::{GroupCoordinator, Holding, METADATA_LOGGER, lock};
use crate::engine::broker::group::load::{LoadError, load};
use crate::engine::broker::group::machine::{GROUP_METADATA_TOPIC, Group};
use crate::log_error;

impl GroupCoordinator {
    /// Loads the groups of a partition of `__consumer_offsets` that this broker leads from now on. Called within the runtime; an
    /// empty partition is ready on return, another one is read aside and its groups answer `COORDINATOR_LOAD_IN_PROGRESS` until
    /// then.
    pub fn on_leadership(&self, partition: i32) {
        let epoch = self.topic.leader_epoch(partition);
        {
            let mut table = lock(&self.table);
            if table.partitions.contains_key(&partition) {
                return;
            }
            table.partitions.insert(partition, Holding::Loading(epoch));
        }
        self.info(&format!("Elected as the group coordinator for partition {partition} in epoch {epoch}"));
        self.metadata_info(&format!(
            "Scheduling loading of offsets and group metadata from {GROUP_METADATA_TOPIC}-{partition} for epoch {epoch}"
        ));
        let scheduled = Instant::now();
        if self.topic.offsets(partition).is_ok_and(|offsets| offsets.is_empty()) {
            self.install(partition, epoch, Ok(Vec::new()), scheduled, scheduled);
            return;
        }
        let me = self.me.clone();
        let runtime = tokio::runtime::Handle::current();
        tokio::task::spawn_blocking(move || {
            let Some(coordinator) = me.upgrade() else { return };
            let started = Instant::now();
            let loaded = load(&*coordinator.topic, partition, &coordinator.settings, coordinator.clock.now());
            let _entered = runtime.enter();
            coordinator.install(partition, epoch, loaded, scheduled, started);
        });
    }

    /// Puts loaded groups in place, unless the leadership has gone meanwhile.
    fn install(&self, partition: i32, epoch: i32, loaded: Result<Vec<Group>, LoadError>, scheduled: Instant, started: Instant) {
        let groups = loaded.unwrap_or_else(|error| {
            // as Kafka does: what could be read is lost to this coordinator, and new commits must go on
            log_error!(
                METADATA_LOGGER,
                "[GroupMetadataManager brokerId={}] Error loading offsets from {GROUP_METADATA_TOPIC}-{partition}: {error}",
                self.broker_id
            );
            Vec::new()
        });
        let mut cells = Vec::new();
        {
            let mut table = lock(&self.table);
            if table.partitions.get(&partition) != Some(&Holding::Loading(epoch)) {
                return;
            }
            for group in groups {
                let id = group.id().to_owned();
                let cell = Cell::spawn(group, self.me.clone());
                cells.push(Arc::clone(&cell));
                table.groups.insert(id, cell);
            }
            table.partitions.insert(partition, Holding::Owned);
        }
        for cell in cells {
            self.drive(&cell, &mut cell.lock(), |group, now, out| group.loaded(now, out));
        }
        self.metadata_info(&format!(
            "Finished loading offsets and group metadata from {GROUP_METADATA_TOPIC}-{partition} in {} milliseconds for epoch \
             {epoch}, of which {} milliseconds was spent in the scheduler.",
            scheduled.elapsed().as_millis(),
            started.duration_since(scheduled).as_millis()
        ));
    }

    /// Forgets the groups of a partition of `__consumer_offsets` that this broker no longer leads.
    pub fn on_resignation(&self, partition: i32) {
        let cells: Vec<Arc<Cell>> = {
            let mut table = lock(&self.table);
            if table.partitions.remove(&partition).is_none() {
                return;
            }
            let gone = |_: &String, cell: &mut Arc<Cell>| cell.look(Group::partition) == partition;
            table.groups.extract_if(.., gone).map(|(_, cell)| cell).collect()
        };
        self.info(&format!("Resigned as the group coordinator for partition {partition}"));
        for cell in &cells {
            self.drive(cell, &mut cell.lock(), |group, now, out| group.unload(now, out));
        }
        self.metadata_info(&format!(
            "Finished unloading {GROUP_METADATA_TOPIC}-{partition}. Removed {} cached groups.",
            cells.len()
        ));
    }
}
