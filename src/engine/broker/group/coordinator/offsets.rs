//! Offsets: committed, fetched, deleted, expired.

use std::sync::{Arc, Weak};
use std::time::Duration;

use kafka_protocol::ResponseError;

use super::drive::{Cell, poll_once};
use super::{EmptyId, GroupCoordinator, lock};
use crate::engine::broker::group::machine::{Group, State};
use crate::engine::broker::group::offsets::{CommittedOffset, TopicPartition};
use crate::engine::broker::group::records::{Key, encode_batch, encode_offset};

/// An OffsetCommit, without the partitions that do not exist.
#[derive(Clone, Debug)]
pub struct Commit {
    /// The group's id.
    pub group_id: String,
    /// The member's id; empty where a consumer does without groups.
    pub member_id: String,
    /// The member's `group.instance.id`.
    pub instance_id: Option<String>,
    /// The member's generation; -1 where a consumer does without groups.
    pub generation: i32,
    /// The offsets.
    pub offsets: Vec<(TopicPartition, CommittedOffset)>,
}

/// What OffsetFetch says of one partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FetchedOffset {
    /// The committed offset.
    Committed(CommittedOffset),
    /// None is committed.
    Absent,
    /// A transaction that is not decided has one.
    Unstable,
}

impl GroupCoordinator {
    /// Commits offsets. Returns, in order, what is said of each when the log has them.
    pub async fn commit(&self, commit: Commit) -> Vec<Option<ResponseError>> {
        let count = commit.offsets.len();
        match self.accept(&commit) {
            Ok(cell) => self.store(&cell, commit.offsets).await,
            Err(error) => vec![Some(error); count],
        }
    }

    /// The group, if it takes the commit.
    fn accept(&self, commit: &Commit) -> Result<Arc<Cell>, ResponseError> {
        let alone = commit.generation < 0;
        let found = self.find(&commit.group_id, EmptyId::Allowed, alone)?;
        let cell = found.ok_or(ResponseError::IllegalGeneration)?;
        let instance = commit.instance_id.as_deref();
        self.drive(&cell, &mut cell.lock(), |group, now, out| {
            group.accept_commit(&commit.member_id, instance, commit.generation, now, out)
        })?;
        Ok(cell)
    }

    async fn store(&self, cell: &Arc<Cell>, offsets: Vec<(TopicPartition, CommittedOffset)>) -> Vec<Option<ResponseError>> {
        let too_large = |offset: &CommittedOffset| {
            offset.metadata.encode_utf16().count() > self.settings.max_metadata_size || offset.metadata.len() > i16::MAX as usize
        };
        let (mut answers, mut kept) = (Vec::with_capacity(offsets.len()), Vec::with_capacity(offsets.len()));
        for (partition, offset) in offsets {
            if too_large(&offset) {
                answers.push(Some(ResponseError::OffsetMetadataTooLarge));
            } else {
                answers.push(None);
                kept.push((partition, offset));
            }
        }
        let result = if kept.is_empty() { Ok(()) } else { self.append_offsets(cell, kept).await };
        if let Err(error) = result {
            let error = commit_error(error);
            answers.iter_mut().for_each(|answer| *answer = answer.or(Some(error)));
        }
        answers
    }

    async fn append_offsets(
        &self,
        cell: &Arc<Cell>,
        offsets: Vec<(TopicPartition, CommittedOffset)>,
    ) -> Result<(), ResponseError> {
        let (first, replicated) = {
            let mut inner = cell.lock();
            let (group_id, partition) = (inner.group.id(), inner.group.partition());
            let key = |partition: &TopicPartition| Key::Offset { group: group_id.to_owned(), partition: partition.clone() };
            let records: Vec<_> = offsets.iter().map(|(at, offset)| (key(at), Some(encode_offset(offset)))).collect();
            let batch = encode_batch(&records, self.clock.now().wall, 0, self.settings.compression)
                .map_err(|_| ResponseError::UnknownServerError)?;
            let first = self.append(partition, batch)?;
            inner.group.offsets.begin(offsets.iter().map(|(partition, _)| partition));
            let last = first + i64::try_from(records.len()).unwrap_or(i64::MAX) - 1;
            (first, self.replicated(partition, last))
        };
        match poll_once(replicated) {
            Ok(result) => finish(cell, offsets, first, result),
            // a client that goes away does not end the commit
            Err(pending) => {
                let cell = Arc::clone(cell);
                let finished = tokio::spawn(async move { finish(&cell, offsets, first, pending.await) });
                finished.await.unwrap_or(Err(ResponseError::UnknownServerError))
            }
        }
    }

    /// The offsets of a group for those partitions, or for all that have one.
    ///
    /// # Errors
    /// `NOT_COORDINATOR` and the like.
    pub fn fetch_offsets(
        &self,
        group_id: &str,
        partitions: Option<Vec<TopicPartition>>,
        require_stable: bool,
    ) -> Result<Vec<(TopicPartition, FetchedOffset)>, ResponseError> {
        let Some(cell) = self.find(group_id, EmptyId::Allowed, false)? else {
            let absent = |partition| (partition, FetchedOffset::Absent);
            return Ok(partitions.unwrap_or_default().into_iter().map(absent).collect());
        };
        let inner = cell.lock();
        let offsets = &inner.group.offsets;
        let fetched = |partition: &TopicPartition| {
            if require_stable && offsets.is_undecided(partition) {
                FetchedOffset::Unstable
            } else {
                offsets.get(partition).cloned().map_or(FetchedOffset::Absent, FetchedOffset::Committed)
            }
        };
        let partitions = partitions.unwrap_or_else(|| offsets.all().map(|(partition, _)| partition.clone()).collect());
        Ok(partitions.into_iter().map(|partition| (partition.clone(), fetched(&partition))).collect())
    }

    /// Deletes groups that are empty. Returns, in order, what is said of each.
    pub fn delete_groups(&self, group_ids: &[String]) -> Vec<Option<ResponseError>> {
        let (mut deleted, mut removed) = (Vec::new(), 0);
        let answers = group_ids.iter().map(|group_id| match self.delete_group(group_id) {
            Ok(count) => {
                deleted.push(group_id.as_str());
                removed += count;
                None
            }
            Err(error) => Some(error),
        });
        let answers = answers.collect();
        if !deleted.is_empty() {
            self.info(&format!(
                "The following groups were deleted: {}. A total of {removed} offsets were removed.",
                deleted.join(", ")
            ));
        }
        answers
    }

    fn delete_group(&self, group_id: &str) -> Result<usize, ResponseError> {
        let cell = self.find(group_id, EmptyId::Allowed, false)?.ok_or(ResponseError::GroupIdNotFound)?;
        let now = self.clock.now();
        match cell.look(Group::state) {
            State::Dead => Err(ResponseError::GroupIdNotFound),
            _ if cell.lock().group.delete(now) => Ok(self.clean(&cell, |group| group.offsets.remove_all())),
            _ => Err(ResponseError::NonEmptyGroup),
        }
    }

    /// Deletes offsets of a group. Returns, in order, what is said of each partition.
    ///
    /// # Errors
    /// Where nothing can be said of any, as `GROUP_ID_NOT_FOUND` or `NON_EMPTY_GROUP`.
    pub fn delete_offsets(
        &self,
        group_id: &str,
        partitions: &[TopicPartition],
    ) -> Result<Vec<Option<ResponseError>>, ResponseError> {
        let cell = self.find(group_id, EmptyId::Allowed, false)?.ok_or(ResponseError::GroupIdNotFound)?;
        let in_use: Vec<bool> = cell.look(|group| match group.state() {
            State::Dead => Err(ResponseError::GroupIdNotFound),
            State::Empty => Ok(vec![false; partitions.len()]),
            _ if group.is_consumer_group() => {
                Ok(partitions.iter().map(|partition| group.is_subscribed_to(&partition.topic)).collect())
            }
            _ => Err(ResponseError::NonEmptyGroup),
        })?;
        let deleted: Vec<&TopicPartition> =
            partitions.iter().zip(&in_use).filter(|(_, in_use)| !**in_use).map(|(partition, _)| partition).collect();
        if !deleted.is_empty() {
            let removed = self.clean(&cell, |group| group.offsets.remove(deleted.iter().copied()));
            self.info(&format!(
                "The following offsets of the group {group_id} were deleted: {}. A total of {removed} offsets were removed.",
                shown(deleted.iter().copied())
            ));
        }
        Ok(in_use.into_iter().map(|in_use| in_use.then_some(ResponseError::GroupSubscribedToTopic)).collect())
    }

    /// Forgets what groups have committed for partitions that no longer exist.
    pub fn on_deleted_partitions(&self, partitions: &[TopicPartition]) {
        let removed: usize =
            self.cells().iter().map(|cell| self.clean(cell, |group| group.offsets.remove(partitions.iter()))).sum();
        self.info(&format!("Removed {removed} offsets associated with deleted partitions: {}.", shown(partitions.iter())));
    }

    /// Removes offsets whose time is over, and the groups that are empty then.
    pub fn expire_offsets(&self) {
        let started = self.clock.now();
        let retention = self.settings.offsets_retention;
        let expire = |group: &mut Group| match group.retention() {
            Some(since) => {
                let subscribed = group.topics_in_use();
                let kept = |partition: &TopicPartition| subscribed.contains(&partition.topic);
                group.offsets.expire(started.wall, retention, since, kept)
            }
            None => Vec::new(),
        };
        let removed: usize = self.cells().iter().map(|cell| self.clean(cell, expire)).sum();
        if removed > 0 {
            let took = self.clock.now().ticks - started.ticks;
            self.metadata_info(&format!("Removed {removed} expired offsets in {took} milliseconds."));
        }
    }

    /// Takes offsets out of a group, and the group too where nothing is left of it; the log is told. Returns how many offsets went.
    fn clean(&self, cell: &Arc<Cell>, remove: impl FnOnce(&mut Group) -> Vec<TopicPartition>) -> usize {
        let removed = {
            let mut inner = cell.lock();
            let removed = remove(&mut inner.group);
            let now = self.clock.now();
            if inner.group.offsets.is_empty() && inner.group.delete(now) {
                let generation = inner.group.generation();
                self.metadata_info(&format!("Group {} transitioned to Dead in generation {generation}", inner.group.id()));
            }
            self.append_tombstones(&inner.group, &removed);
            if inner.group.state() == State::Dead {
                // lets the timer's task end
                self.drive(cell, &mut inner, |_, _, _| ());
            }
            removed.len()
        };
        self.forget(cell);
        removed
    }

    fn append_tombstones(&self, group: &Group, removed: &[TopicPartition]) {
        let id = group.id();
        let offset = |partition: &TopicPartition| (Key::Offset { group: id.to_owned(), partition: partition.clone() }, None);
        let mut tombstones: Vec<_> = removed.iter().map(offset).collect();
        // a group of generation 0 has only kept offsets, and no record of its own
        if group.state() == State::Dead && group.generation() > 0 {
            tombstones.push((Key::Group { group: id.to_owned() }, None));
        }
        if tombstones.is_empty() {
            return;
        }
        let appended = encode_batch(&tombstones, self.clock.now().wall, -1, self.settings.compression)
            .map_err(|_| ResponseError::UnknownServerError)
            .and_then(|batch| self.topic.append(group.partition(), batch, 0));
        if let Err(error) = appended {
            crate::log_error!(
                super::METADATA_LOGGER,
                "[GroupMetadataManager brokerId={}] Failed to append {} tombstones for expired/deleted offsets and/or metadata for \
                 group {id}: {error}",
                self.broker_id,
                tombstones.len()
            );
        }
    }

    pub(super) fn is_loading(&self) -> bool {
        lock(&self.table).partitions.values().any(|holding| matches!(holding, super::Holding::Loading(_)))
    }
}

/// Puts offsets that the log has in place.
fn finish(
    cell: &Arc<Cell>,
    offsets: Vec<(TopicPartition, CommittedOffset)>,
    first: i64,
    result: Result<(), ResponseError>,
) -> Result<(), ResponseError> {
    let mut inner = cell.lock();
    inner.group.offsets.end(offsets.iter().map(|(partition, _)| partition));
    if result.is_ok() {
        for (record, (partition, offset)) in (first..).zip(offsets) {
            inner.group.offsets.put(partition, offset, record);
        }
    }
    result
}

/// Expires offsets every `offsets.retention.check.interval.ms`.
pub(super) async fn expire_regularly(coordinator: Weak<GroupCoordinator>) {
    let Some(interval) = coordinator.upgrade().map(|coordinator| coordinator.settings.retention_check_interval) else { return };
    let period = Duration::from_millis(interval.max(1));
    let mut checks = tokio::time::interval_at(tokio::time::Instant::now() + period, period);
    loop {
        checks.tick().await;
        let Some(coordinator) = coordinator.upgrade() else { return };
        coordinator.expire_offsets();
    }
}

/// What a failed append means to who commits.
fn commit_error(error: ResponseError) -> ResponseError {
    match error {
        ResponseError::UnknownTopicOrPartition
        | ResponseError::NotEnoughReplicas
        | ResponseError::NotEnoughReplicasAfterAppend => ResponseError::CoordinatorNotAvailable,
        ResponseError::NotLeaderOrFollower | ResponseError::KafkaStorageError => ResponseError::NotCoordinator,
        ResponseError::MessageTooLarge | ResponseError::RecordListTooLarge | ResponseError::InvalidFetchSize => {
            ResponseError::InvalidCommitOffsetSize
        }
        other => other,
    }
}

fn shown<'a>(partitions: impl Iterator<Item = &'a TopicPartition>) -> String {
    partitions.map(TopicPartition::to_string).collect::<Vec<_>>().join(", ")
}
