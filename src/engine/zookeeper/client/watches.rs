//! The watches that a client has armed, so that an event is delivered once and a reconnect can set them again.

use std::collections::BTreeSet;

use crate::engine::zookeeper::protocol::{
    AddWatchMode, ErrorCode, EventType, OpCode, Record, SetWatches, SetWatches2, WatcherType,
};

/// How long the paths of one setWatches may be together, in bytes: several are sent where there are more.
const SET_WATCHES_MAX_BYTES: usize = 128 * 1024;

/// What a request watches once it has succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WatchKind {
    Data,
    /// Becomes a watch on data where the znode is there.
    Exists,
    Children,
    Persistent(AddWatchMode),
}

/// A sort of watches that was taken off a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemovedWatch {
    /// On the list of children.
    Children,
    /// On the data, or on a znode that is not there.
    Data,
    /// One that stays, recursive or not.
    Persistent,
}

#[derive(Debug, Default)]
pub(super) struct Watches {
    data: BTreeSet<String>,
    exist: BTreeSet<String>,
    children: BTreeSet<String>,
    persistent: BTreeSet<String>,
    recursive: BTreeSet<String>,
}

impl Watches {
    /// A request with a watch was answered with `code`.
    pub(super) fn arm(&mut self, kind: WatchKind, path: String, code: i32) {
        let ok = code == ErrorCode::Ok.code();
        let set = match kind {
            WatchKind::Data | WatchKind::Exists if ok => &mut self.data,
            WatchKind::Exists if code == ErrorCode::NoNode.code() => &mut self.exist,
            WatchKind::Children if ok => &mut self.children,
            WatchKind::Persistent(AddWatchMode::Persistent) if ok => &mut self.persistent,
            WatchKind::Persistent(AddWatchMode::PersistentRecursive) if ok => &mut self.recursive,
            _ => return,
        };
        set.insert(path);
    }

    /// The server reports an event; whether someone waits for it. One-shot watches are gone after it.
    pub(super) fn fire(&mut self, event: EventType, path: &str) -> bool {
        let one_shot = match event {
            EventType::NodeCreated | EventType::NodeDataChanged => self.data.remove(path) | self.exist.remove(path),
            EventType::NodeDeleted => self.data.remove(path) | self.exist.remove(path) | self.children.remove(path),
            EventType::NodeChildrenChanged => self.children.remove(path),
            EventType::None => false,
        };
        one_shot || self.persistent.contains(path) || self.is_below_recursive(path)
    }

    fn is_below_recursive(&self, path: &str) -> bool {
        let mut path = path;
        loop {
            if self.recursive.contains(path) {
                return true;
            }
            path = match path.rfind('/') {
                Some(0) | None => return self.recursive.contains("/"),
                Some(at) => &path[..at],
            };
        }
    }

    /// The watches are taken off, as removeWatches did on the server; gives the sorts of which there were any.
    pub(super) fn forget(&mut self, path: &str, kind: WatcherType) -> Vec<RemovedWatch> {
        let mut removed = Vec::new();
        let of = |wanted| kind == WatcherType::Any || kind == wanted;
        if of(WatcherType::Children) && self.children.remove(path) {
            removed.push(RemovedWatch::Children);
        }
        if of(WatcherType::Data) && (self.data.remove(path) | self.exist.remove(path)) {
            removed.push(RemovedWatch::Data);
        }
        if kind == WatcherType::Any && (self.persistent.remove(path) | self.recursive.remove(path)) {
            removed.push(RemovedWatch::Persistent);
        }
        removed
    }

    /// What to send after a reconnect: operation and body of each request.
    pub(super) fn set_again(&self, relative_zxid: i64) -> Vec<(OpCode, Vec<u8>)> {
        let all = [&self.data, &self.exist, &self.children, &self.persistent, &self.recursive];
        let paths: Vec<(usize, &String)> =
            all.iter().enumerate().flat_map(|(kind, set)| set.iter().map(move |path| (kind, path))).collect();
        let mut requests = Vec::new();
        let mut rest = paths.as_slice();
        while !rest.is_empty() {
            let mut bytes = 0;
            let count = rest.iter().take_while(|(_, path)| {
                bytes += path.len() + 4;
                bytes <= SET_WATCHES_MAX_BYTES
            });
            let (batch, later) = rest.split_at(count.count().max(1));
            requests.push(set_watches(batch, relative_zxid));
            rest = later;
        }
        requests
    }
}

fn set_watches(batch: &[(usize, &String)], relative_zxid: i64) -> (OpCode, Vec<u8>) {
    let of = |kind: usize| batch.iter().filter(|(of, _)| *of == kind).map(|(_, path)| (*path).clone()).collect::<Vec<_>>();
    let (data_watches, exist_watches, child_watches) = (of(0), of(1), of(2));
    let (persistent_watches, persistent_recursive_watches) = (of(3), of(4));
    // as the Java client does, so that servers before 3.6 are served too
    if persistent_watches.is_empty() && persistent_recursive_watches.is_empty() {
        return (OpCode::SetWatches, SetWatches { relative_zxid, data_watches, exist_watches, child_watches }.to_bytes());
    }
    let request = SetWatches2 {
        relative_zxid,
        data_watches,
        exist_watches,
        child_watches,
        persistent_watches,
        persistent_recursive_watches,
    };
    (OpCode::SetWatches2, request.to_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_one_shot_watch_fires_once_and_a_persistent_one_again() {
        let mut watches = Watches::default();
        watches.arm(WatchKind::Exists, "/a".to_owned(), ErrorCode::NoNode.code());
        watches.arm(WatchKind::Data, "/b".to_owned(), ErrorCode::NoNode.code());
        watches.arm(WatchKind::Persistent(AddWatchMode::PersistentRecursive), "/r".to_owned(), 0);
        assert!(watches.fire(EventType::NodeCreated, "/a"));
        assert!(!watches.fire(EventType::NodeCreated, "/a"));
        assert!(!watches.fire(EventType::NodeDataChanged, "/b"), "a failed read sets no watch");
        assert!(watches.fire(EventType::NodeCreated, "/r/x/y"));
        assert!(watches.fire(EventType::NodeDeleted, "/r/x/y"));
        assert!(!watches.fire(EventType::NodeDeleted, "/rx"));
    }

    #[test]
    fn watches_are_set_again_in_batches() {
        let mut watches = Watches::default();
        assert!(watches.set_again(5).is_empty());
        let name = "x".repeat(50_000);
        for n in 0..5 {
            watches.arm(WatchKind::Data, format!("/{n}{name}"), 0);
        }
        let requests = watches.set_again(5);
        let counts: Vec<usize> = requests
            .iter()
            .map(|(op, body)| {
                assert_eq!(*op, OpCode::SetWatches);
                SetWatches::from_bytes(body).expect("a setWatches").data_watches.len()
            })
            .collect();
        assert_eq!(counts, [2, 2, 1]);
    }
}
