//! Where the znodes are: in one list, each with the names and places of its children, so that no path is kept.

use std::collections::{BTreeMap, btree_map};
use std::ops::Bound;

use super::super::data_node::DataNode;

/// The place of the root.
pub(super) const ROOT: usize = 0;

/// The children of a znode: their places by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::box_collection, reason = "most znodes have no children, and then one word is enough")]
pub struct Children(Option<Box<BTreeMap<Box<str>, usize>>>);

impl Children {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |children| children.len())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Their names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flat_map(|children| children.keys()).map(|name| &**name)
    }

    pub(super) fn places(&self) -> impl Iterator<Item = usize> {
        self.0.iter().flat_map(|children| children.values()).copied()
    }

    pub(super) fn get(&self, name: &str) -> Option<usize> {
        self.0.as_ref()?.get(name).copied()
    }

    fn insert(&mut self, name: &str, place: usize) {
        self.0.get_or_insert_default().insert(name.into(), place);
    }

    pub(super) fn remove(&mut self, name: &str) -> Option<usize> {
        let children = self.0.as_mut()?;
        let place = children.remove(name);
        if children.is_empty() {
            self.0 = None;
        }
        place
    }

    /// Those whose names come after one, or all of them.
    fn after(&self, name: Option<&str>) -> Option<Siblings<'_>> {
        let after = name.map_or(Bound::Unbounded, Bound::Excluded);
        Some(self.0.as_ref()?.range::<str, _>((after, Bound::Unbounded)))
    }
}

type Siblings<'a> = btree_map::Range<'a, Box<str>, usize>;

/// The znodes; places of deleted ones are used again.
#[derive(Clone, Debug, Default)]
pub(super) struct Nodes {
    places: Vec<DataNode>,
    free: Vec<usize>,
}

impl Nodes {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.places.len() - self.free.len()
    }

    /// The place of the znode at a path; the root's path is `/` or empty.
    pub(super) fn find(&self, path: &str) -> Option<usize> {
        if self.places.is_empty() {
            return None;
        }
        match path.strip_prefix('/') {
            None => path.is_empty().then_some(ROOT),
            Some("") => Some(ROOT),
            Some(names) => names.split('/').try_fold(ROOT, |at, name| self.places[at].children.get(name)),
        }
    }

    pub(super) fn at(&self, place: usize) -> &DataNode {
        &self.places[place]
    }

    pub(super) fn at_mut(&mut self, place: usize) -> &mut DataNode {
        &mut self.places[place]
    }

    /// Puts the root in its place.
    pub(super) fn set_root(&mut self, node: DataNode) {
        match self.places.first_mut() {
            Some(root) => *root = node,
            None => self.places.push(node),
        }
    }

    /// Puts a znode below another, which has none of that name.
    pub(super) fn insert(&mut self, parent: usize, name: &str, node: DataNode) {
        let place = match self.free.pop() {
            Some(place) => {
                self.places[place] = node;
                place
            }
            None => {
                self.places.push(node);
                self.places.len() - 1
            }
        };
        self.places[parent].children.insert(name, place);
    }

    /// Takes out a znode whose name its parent has lost already.
    pub(super) fn take(&mut self, place: usize) -> DataNode {
        self.free.push(place);
        std::mem::take(&mut self.places[place])
    }

    /// The znodes, each parent before its children and these by name.
    pub(super) fn walk(&self) -> Walk<'_> {
        self.walk_after(None, i64::MAX)
    }

    /// The znodes that come after a path, without those that were created after the transaction `newest`.
    pub(super) fn walk_after(&self, path: Option<&str>, newest: i64) -> Walk<'_> {
        let mut walk = Walk { nodes: self, newest, is_at_start: path.is_none(), levels: Vec::new(), path: String::new() };
        let Some(path) = path else { return walk };
        let mut at = ROOT;
        for name in path.split('/').skip(1) {
            let children = &self.places[at].children;
            walk.levels.extend(children.after(Some(name)).map(|siblings| (siblings, walk.path.len())));
            match children.get(name).filter(|child| self.places[*child].stat.czxid <= newest) {
                Some(child) => at = child,
                None => return walk,
            }
            walk.path.push('/');
            walk.path.push_str(name);
        }
        walk.levels.extend(self.places[at].children.after(None).map(|children| (children, walk.path.len())));
        walk
    }
}

/// A way through the znodes.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    nodes: &'a Nodes,
    newest: i64,
    is_at_start: bool,
    /// What is left of the children on each level, and how long the path of their parent is.
    levels: Vec<(Siblings<'a>, usize)>,
    path: String,
}

impl<'a> Walk<'a> {
    /// Goes to the next znode.
    pub(super) fn advance(&mut self) -> Option<&'a DataNode> {
        if std::mem::take(&mut self.is_at_start) {
            let root = self.nodes.places.first()?;
            self.levels.extend(root.children.after(None).map(|children| (children, 0)));
            return Some(root);
        }
        loop {
            let (siblings, parent_length) = self.levels.last_mut()?;
            self.path.truncate(*parent_length);
            let Some((name, place)) = siblings.next() else {
                self.levels.pop();
                continue;
            };
            let node = &self.nodes.places[*place];
            // what is below it is newer still
            if node.stat.czxid > self.newest {
                continue;
            }
            self.path.push('/');
            self.path.push_str(name);
            self.levels.extend(node.children.after(None).map(|children| (children, self.path.len())));
            return Some(node);
        }
    }

    /// The path of the znode it went to last; the root's is empty.
    pub(super) fn path(&self) -> &str {
        &self.path
    }
}
