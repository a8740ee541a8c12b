//! Events: fired watches and changes of the session's state.

use std::sync::{Mutex, PoisonError};

use tokio::sync::mpsc;

use crate::engine::zookeeper::protocol::{EventType, KeeperState};

/// A fired watch, or with [`EventType::None`] a new state of the session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchedEvent {
    /// What happened.
    pub event_type: EventType,
    /// The session's state.
    pub state: KeeperState,
    /// The znode, below the client's chroot; empty for a new state.
    pub path: String,
}

/// The events of a client, from the moment of subscribing on. One that is not read costs memory only as watches fire.
pub type Events = mpsc::UnboundedReceiver<WatchedEvent>;

/// Those who want to know.
#[derive(Default)]
pub(super) struct Subscribers(Mutex<Vec<mpsc::UnboundedSender<WatchedEvent>>>);

impl Subscribers {
    pub(super) fn subscribe(&self) -> Events {
        let (sender, events) = mpsc::unbounded_channel();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(sender);
        events
    }

    pub(super) fn publish(&self, event: &WatchedEvent) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|sender| sender.send(event.clone()).is_ok());
    }
}
