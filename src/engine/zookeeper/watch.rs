//! Watches: which connections want to hear of which paths.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::data_tree::Change;
use super::protocol::{AddWatchMode, EventType, WatcherType, parent_and_name};

/// A connection, as the shell numbers them.
pub type ConnectionId = u64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    OneShot,
    Persistent,
    Recursive,
}

/// An event for one connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fired {
    /// Who hears of it.
    pub connection: ConnectionId,
    /// What happened.
    pub event: EventType,
    /// Where.
    pub path: String,
}

/// The watches of one kind, by path and connection.
#[derive(Clone, Debug, Default)]
struct Table {
    by_path: HashMap<String, BTreeMap<ConnectionId, Mode>>,
    by_connection: HashMap<ConnectionId, HashSet<String>>,
    recursive: usize,
}

impl Table {
    fn add(&mut self, connection: ConnectionId, path: &str, mode: Mode) {
        let before = self.by_path.entry(path.to_owned()).or_default().insert(connection, mode);
        self.by_connection.entry(connection).or_default().insert(path.to_owned());
        self.recursive += usize::from(mode == Mode::Recursive);
        self.recursive -= usize::from(before == Some(Mode::Recursive));
    }

    fn remove(&mut self, connection: ConnectionId, path: &str) -> bool {
        let Some(watchers) = self.by_path.get_mut(path) else { return false };
        let Some(mode) = watchers.remove(&connection) else { return false };
        if watchers.is_empty() {
            self.by_path.remove(path);
        }
        self.recursive -= usize::from(mode == Mode::Recursive);
        if let Some(paths) = self.by_connection.get_mut(&connection) {
            paths.remove(path);
        }
        true
    }

    fn remove_connection(&mut self, connection: ConnectionId) {
        for path in self.by_connection.get(&connection).cloned().unwrap_or_default() {
            self.remove(connection, &path);
        }
        self.by_connection.remove(&connection);
    }

    fn count(&self) -> usize {
        self.by_path.values().map(BTreeMap::len).sum()
    }

    /// Who hears of an event at `path`; one-shot watches there are gone after it.
    fn trigger(&mut self, path: &str, event: EventType) -> BTreeSet<ConnectionId> {
        let mut heard = BTreeSet::new();
        let at_path = self.by_path.get(path).into_iter().flatten();
        let mut one_shot = Vec::new();
        for (connection, mode) in at_path {
            if *mode != Mode::Recursive || event != EventType::NodeChildrenChanged {
                heard.insert(*connection);
            }
            if *mode == Mode::OneShot {
                one_shot.push(*connection);
            }
        }
        for connection in one_shot {
            self.remove(connection, path);
        }
        if self.recursive > 0 && event != EventType::NodeChildrenChanged {
            let mut below = path;
            while let Some((parent, _)) = parent_and_name(below) {
                let watchers = self.by_path.get(parent).into_iter().flatten();
                heard.extend(watchers.filter(|(_, mode)| **mode == Mode::Recursive).map(|(connection, _)| *connection));
                below = parent;
            }
        }
        heard
    }
}

/// All watches.
#[derive(Clone, Debug, Default)]
pub struct Watches {
    data: Table,
    children: Table,
}

impl Watches {
    /// Sets a one-shot watch on a znode's creation, deletion and data.
    pub fn add_data(&mut self, connection: ConnectionId, path: &str) {
        self.data.add(connection, path, Mode::OneShot);
    }

    /// Sets a one-shot watch on a znode's deletion and its list of children.
    pub fn add_children(&mut self, connection: ConnectionId, path: &str) {
        self.children.add(connection, path, Mode::OneShot);
    }

    /// Sets a persistent watch.
    pub fn add_persistent(&mut self, connection: ConnectionId, path: &str, mode: AddWatchMode) {
        let mode = match mode {
            AddWatchMode::Persistent => Mode::Persistent,
            AddWatchMode::PersistentRecursive => Mode::Recursive,
        };
        self.data.add(connection, path, mode);
        self.children.add(connection, path, mode);
    }

    /// Whether a path is watched. As in ZooKeeper 3.8, by anyone: it does not look who asks.
    pub fn contains(&self, path: &str, watcher_type: WatcherType) -> bool {
        let data = self.data.by_path.contains_key(path);
        let children = self.children.by_path.contains_key(path);
        match watcher_type {
            WatcherType::Data => data,
            WatcherType::Children => children,
            WatcherType::Any => data || children,
        }
    }

    /// Watches on data: how many connections, paths and watches.
    pub fn data_summary(&self) -> (usize, usize, usize) {
        let connections = self.data.by_connection.values().filter(|paths| !paths.is_empty()).count();
        (connections, self.data.by_path.len(), self.data.count())
    }

    /// Number of watches of every kind.
    pub fn count(&self) -> usize {
        self.data.count() + self.children.count()
    }

    /// Each watch on data: its path and who set it.
    pub fn data_watches(&self) -> impl Iterator<Item = (&str, ConnectionId)> {
        let watches = self.data.by_path.iter();
        watches.flat_map(|(path, watchers)| watchers.keys().map(move |connection| (path.as_str(), *connection)))
    }

    /// Takes a connection's watches off a path; false where it had none.
    pub fn remove(&mut self, connection: ConnectionId, path: &str, watcher_type: WatcherType) -> bool {
        let children = watcher_type != WatcherType::Data && self.children.remove(connection, path);
        let data = watcher_type != WatcherType::Children && self.data.remove(connection, path);
        children || data
    }

    /// Takes off all watches of a connection.
    pub fn remove_connection(&mut self, connection: ConnectionId) {
        self.data.remove_connection(connection);
        self.children.remove_connection(connection);
    }

    /// The events that a change fires, in the order in which ZooKeeper sends them.
    pub fn fire(&mut self, change: &Change, fired: &mut Vec<Fired>) {
        let mut push = |heard: BTreeSet<ConnectionId>, event: EventType, path: &str| {
            fired.extend(heard.into_iter().map(|connection| Fired { connection, event, path: path.to_owned() }));
        };
        match change {
            Change::DataChanged(path) => {
                push(self.data.trigger(path, EventType::NodeDataChanged), EventType::NodeDataChanged, path);
            }
            Change::Created(path) => {
                push(self.data.trigger(path, EventType::NodeCreated), EventType::NodeCreated, path);
                self.fire_parent(path, &mut push);
            }
            Change::Deleted(path) => {
                let by_data = self.data.trigger(path, EventType::NodeDeleted);
                let mut by_children = self.children.trigger(path, EventType::NodeDeleted);
                // who watches both hears of it once
                by_children.retain(|connection| !by_data.contains(connection));
                push(by_data, EventType::NodeDeleted, path);
                push(by_children, EventType::NodeDeleted, path);
                self.fire_parent(path, &mut push);
            }
        }
    }

    fn fire_parent(&mut self, path: &str, push: &mut impl FnMut(BTreeSet<ConnectionId>, EventType, &str)) {
        if let Some((parent, _)) = parent_and_name(path) {
            push(self.children.trigger(parent, EventType::NodeChildrenChanged), EventType::NodeChildrenChanged, parent);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(watches: &mut Watches, change: Change, expected: &[(ConnectionId, EventType, &str)]) {
        let mut fired = Vec::new();
        watches.fire(&change, &mut fired);
        let found: Vec<_> = fired.iter().map(|fired| (fired.connection, fired.event, fired.path.as_str())).collect();
        assert_eq!(found, expected, "{change:?}");
    }

    #[test]
    fn watches_fire_once_in_order_and_a_double_watcher_hears_of_a_deletion_once() {
        let mut watches = Watches::default();
        watches.add_data(1, "/a/b");
        watches.add_children(1, "/a/b");
        watches.add_children(2, "/a/b");
        watches.add_children(2, "/a");
        let deleted = Change::Deleted("/a/b".to_owned());
        let expected =
            [(1, EventType::NodeDeleted, "/a/b"), (2, EventType::NodeDeleted, "/a/b"), (2, EventType::NodeChildrenChanged, "/a")];
        check(&mut watches, deleted.clone(), &expected);
        check(&mut watches, deleted, &[]);
    }

    #[test]
    fn persistent_watches_fire_again_and_recursive_ones_for_what_is_below() {
        let mut watches = Watches::default();
        watches.add_persistent(1, "/a", AddWatchMode::Persistent);
        watches.add_persistent(2, "/", AddWatchMode::PersistentRecursive);
        let created = Change::Created("/a/b".to_owned());
        let expected = [(2, EventType::NodeCreated, "/a/b"), (1, EventType::NodeChildrenChanged, "/a")];
        check(&mut watches, created.clone(), &expected);
        check(&mut watches, created, &expected);
        assert!(watches.contains("/a", WatcherType::Any) && !watches.remove(2, "/a", WatcherType::Any));
        watches.remove_connection(2);
        check(&mut watches, Change::DataChanged("/a/b".to_owned()), &[]);
        check(&mut watches, Change::DataChanged("/a".to_owned()), &[(1, EventType::NodeDataChanged, "/a")]);
    }
}
