//! Drives one group: events in, actions carried out, one timer.

use std::collections::{HashMap, VecDeque};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use kafka_protocol::ResponseError;
use tokio::sync::{Notify, oneshot};
use tokio::time::sleep_until;

use super::{GroupCoordinator, LOGGER, lock};
use crate::engine::broker::group::machine::{Action, Actions, AfterWrite, Group, Now, Reply, State, Waiter, Write};
use crate::engine::broker::group::records::{Key, encode_batch};
use crate::engine::broker::group::topic::Replicated;
use crate::engine::log4j;

/// A group with those who wait for it and its timer.
#[derive(Debug)]
pub(super) struct Cell {
    inner: Mutex<Inner>,
    /// Wakes the timer's task: an earlier deadline, or the end.
    wake: Notify,
}

#[derive(Debug)]
pub(super) struct Inner {
    pub group: Group,
    waiting: HashMap<Waiter, oneshot::Sender<Reply>>,
    last_waiter: u64,
    /// Until when the timer's task sleeps.
    armed: Option<u64>,
    stopped: bool,
}

impl Cell {
    /// The group with its timer's task, which ends with the group.
    pub fn spawn(group: Group, coordinator: Weak<GroupCoordinator>) -> Arc<Self> {
        let inner = Inner { group, waiting: HashMap::new(), last_waiter: 0, armed: None, stopped: false };
        let cell = Arc::new(Self { inner: Mutex::new(inner), wake: Notify::new() });
        tokio::spawn(watch(Arc::clone(&cell), coordinator));
        cell
    }

    pub fn lock(&self) -> MutexGuard<'_, Inner> {
        lock(&self.inner)
    }

    /// Reads from the group.
    pub fn look<T>(&self, read: impl FnOnce(&Group) -> T) -> T {
        read(&self.lock().group)
    }

    /// Ends the timer and lets those who wait go unanswered.
    pub fn stop(&self) {
        let mut inner = self.lock();
        inner.stopped = true;
        inner.waiting.clear();
        self.wake.notify_one();
    }
}

impl Inner {
    /// A name for one who waits, and where the answer comes.
    pub fn waiter(&mut self) -> (Waiter, oneshot::Receiver<Reply>) {
        let (sender, receiver) = oneshot::channel();
        self.last_waiter += 1;
        let waiter = Waiter(self.last_waiter);
        self.waiting.insert(waiter, sender);
        (waiter, receiver)
    }
}

/// Ticks the group whenever it has something due.
async fn watch(cell: Arc<Cell>, coordinator: Weak<GroupCoordinator>) {
    loop {
        let armed = {
            let mut inner = cell.lock();
            if inner.stopped || inner.group.state() == State::Dead {
                return;
            }
            inner.armed = inner.group.next_deadline();
            inner.armed
        };
        let Some(instant) = coordinator.upgrade().map(|coordinator| armed.map(|tick| coordinator.clock.instant(tick))) else {
            return;
        };
        match instant {
            None => cell.wake.notified().await,
            Some(instant) => tokio::select! {
                () = sleep_until(instant) => {}
                () = cell.wake.notified() => continue,
            },
        }
        let Some(coordinator) = coordinator.upgrade() else { return };
        coordinator.drive(&cell, &mut cell.lock(), Group::tick);
    }
}

impl GroupCoordinator {
    /// Gives the group an event and does what it asks for.
    pub(super) fn drive<T>(
        &self,
        cell: &Arc<Cell>,
        inner: &mut Inner,
        event: impl FnOnce(&mut Group, Now, &mut Actions) -> T,
    ) -> T {
        let now = self.clock.now();
        let mut actions = Actions::default();
        let result = event(&mut inner.group, now, &mut actions);
        let mut queue: VecDeque<Action> = actions.into_iter().collect();
        loop {
            while let Some(action) = queue.pop_front() {
                queue.extend(self.carry_out(action, cell, inner, now));
            }
            if inner.group.next_deadline().is_none_or(|deadline| deadline > now.ticks) {
                break;
            }
            let mut actions = Actions::default();
            inner.group.tick(now, &mut actions);
            queue.extend(actions);
        }
        let next = inner.group.next_deadline();
        let earlier = next.is_some_and(|next| inner.armed.is_none_or(|armed| next < armed));
        if earlier || inner.group.state() == State::Dead {
            inner.armed = next;
            cell.wake.notify_one();
        }
        result
    }

    fn carry_out(&self, action: Action, cell: &Arc<Cell>, inner: &mut Inner, now: Now) -> Actions {
        let mut more = Actions::default();
        match action {
            Action::Reply(waiter, reply) => {
                if let Some(sender) = inner.waiting.remove(&waiter) {
                    // a client that went away needs no answer
                    let _ = sender.send(reply);
                }
            }
            Action::Log(level, message) => {
                log4j::log(level, LOGGER, format_args!("[GroupCoordinator {}]: {message}", self.broker_id));
            }
            Action::Write(write) => {
                if let Some((after, result)) = self.write(write, cell, &inner.group, now) {
                    inner.group.written(after, result, now, &mut more);
                }
            }
        }
        more
    }

    /// Appends the group's metadata. `None` where the replicas are still to follow; the group is told later.
    fn write(&self, write: Write, cell: &Arc<Cell>, group: &Group, now: Now) -> Option<(AfterWrite, Result<(), ResponseError>)> {
        let key = Key::Group { group: group.id().to_owned() };
        let record = [(key, Some(write.value.encode()))];
        let after = write.after;
        let partition = group.partition();
        let appended = encode_batch(&record, now.wall, -1, self.settings.compression)
            .map_err(|_| ResponseError::UnknownServerError)
            .and_then(|batch| self.append(partition, batch));
        match appended {
            Err(error) => Some((after, Err(metadata_error(error)))),
            Ok(offset) => match poll_once(self.replicated(partition, offset)) {
                Ok(result) => Some((after, result.map_err(metadata_error))),
                Err(pending) => {
                    let (cell, me) = (Arc::clone(cell), self.me.clone());
                    tokio::spawn(async move {
                        let result = pending.await.map_err(metadata_error);
                        if let Some(coordinator) = me.upgrade() {
                            let mut inner = cell.lock();
                            coordinator.drive(&cell, &mut inner, |group, now, out| group.written(after, result, now, out));
                        }
                    });
                    None
                }
            },
        }
    }

    pub(super) fn append(&self, partition: i32, batch: Bytes) -> Result<i64, ResponseError> {
        self.topic.append(partition, batch, self.settings.required_acks)
    }

    /// Ends when the record is where `offsets.commit.required.acks` wants it.
    pub(super) fn replicated(&self, partition: i32, offset: i64) -> Replicated {
        if self.settings.required_acks == -1 {
            Arc::clone(&self.topic).replicated(partition, offset, Duration::from_millis(self.settings.commit_timeout))
        } else {
            Box::pin(std::future::ready(Ok(())))
        }
    }
}

/// The result if it is there at once, as with a single replica; else the future to wait for.
pub(super) fn poll_once(mut future: Replicated) -> Result<Result<(), ResponseError>, Replicated> {
    let polled = pin!(&mut future).poll(&mut Context::from_waker(Waker::noop()));
    match polled {
        Poll::Ready(result) => Ok(result),
        Poll::Pending => Err(future),
    }
}

/// What a failed append means to the members.
fn metadata_error(error: ResponseError) -> ResponseError {
    match error {
        ResponseError::UnknownTopicOrPartition
        | ResponseError::NotEnoughReplicas
        | ResponseError::NotEnoughReplicasAfterAppend => ResponseError::CoordinatorNotAvailable,
        ResponseError::NotLeaderOrFollower | ResponseError::KafkaStorageError => ResponseError::NotCoordinator,
        ResponseError::RequestTimedOut => ResponseError::RebalanceInProgress,
        ResponseError::MessageTooLarge | ResponseError::RecordListTooLarge | ResponseError::InvalidFetchSize => {
            ResponseError::UnknownServerError
        }
        other => other,
    }
}
