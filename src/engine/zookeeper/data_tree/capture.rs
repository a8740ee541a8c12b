//! The tree as it was at a transaction, given out in pieces while the tree goes on to change: a change first leaves here what was there
//! before it. What comes out is what would have come out at once.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::data_node::DataNode;
use super::super::protocol::{Acl, StatPersisted};
use super::DataTree;

/// A znode of a capture.
#[derive(Debug)]
pub struct Captured<'a> {
    /// Its path; the root's is empty.
    pub path: &'a str,
    /// Its data; `None` is null.
    pub data: Option<&'a [u8]>,
    /// Its ACL.
    pub acl: Option<&'a Arc<[Acl]>>,
    /// Its statistics.
    pub stat: &'a StatPersisted,
}

/// A capture that is under way.
#[derive(Clone, Debug)]
pub struct Capture {
    zxid: i64,
    digest: Option<i64>,
    acls: Vec<Arc<[Acl]>>,
    /// The path that was given out last.
    given: Option<String>,
    /// Znodes that were not given out yet and have changed or gone since, as they were.
    before: BTreeMap<InOrder, Before>,
}

#[derive(Clone, Debug)]
struct Before {
    data: Option<Arc<[u8]>>,
    acl: Option<Arc<[Acl]>>,
    stat: StatPersisted,
}

/// A path in the order of a walk: a parent, then its children by name, each with all that is below it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct InOrder(String);

impl Ord for InOrder {
    fn cmp(&self, other: &Self) -> Ordering {
        in_order(&self.0, &other.0)
    }
}

impl PartialOrd for InOrder {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn in_order(one: &str, other: &str) -> Ordering {
    one.split('/').cmp(other.split('/'))
}

impl Capture {
    /// Everything up to the last transaction of the tree.
    pub fn of(tree: &DataTree) -> Self {
        let acls = tree.acls.used();
        let digest = tree.options.digest.then_some(tree.digest);
        Self { zxid: tree.last_zxid, digest, acls, given: None, before: BTreeMap::new() }
    }

    /// The last transaction that it holds.
    pub fn zxid(&self) -> i64 {
        self.zxid
    }

    /// The digest of the tree after that transaction, where it has one.
    pub fn digest(&self) -> Option<i64> {
        self.digest
    }

    /// The ACLs of the znodes, each once.
    pub fn acls(&self) -> &[Arc<[Acl]>] {
        &self.acls
    }

    /// Gives out the next znodes, each parent before its children, as long as `visit` asks for more; false where there are no more.
    pub fn give(&mut self, tree: &DataTree, mut visit: impl FnMut(&Captured<'_>) -> bool) -> bool {
        let mut walk = tree.nodes.walk_after(self.given.as_deref(), self.zxid);
        let mut live = walk.advance();
        loop {
            let order = match (live, self.before.first_key_value()) {
                (None, None) => return false,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(_), Some((before, _))) => in_order(walk.path(), &before.0),
            };
            let wants_more = match live {
                Some(DataNode { data, acl, stat, .. }) if order == Ordering::Less => {
                    let given = self.given.get_or_insert_default();
                    given.clear();
                    given.push_str(walk.path());
                    live = walk.advance();
                    visit(&Captured { path: given, data: data.as_deref(), acl: acl.as_ref(), stat })
                }
                _ => {
                    let Some((InOrder(path), Before { data, acl, stat })) = self.before.pop_first() else { return false };
                    if order == Ordering::Equal {
                        live = walk.advance();
                    }
                    let given = self.given.insert(path);
                    visit(&Captured { path: given, data: data.as_deref(), acl: acl.as_ref(), stat: &stat })
                }
            };
            if !wants_more {
                return true;
            }
        }
    }

    /// A znode is about to change or to go.
    fn keep(&mut self, path: &str, node: &DataNode) {
        let path = if path == "/" { "" } else { path };
        let is_given = self.given.as_ref().is_some_and(|given| in_order(path, given) != Ordering::Greater);
        if is_given || node.stat.czxid > self.zxid {
            return;
        }
        let before = || Before { data: node.data.clone(), acl: node.acl.clone(), stat: node.stat };
        self.before.entry(InOrder(path.to_owned())).or_insert_with(before);
    }
}

impl DataTree {
    /// Begins a capture, in the place of any other that is under way.
    pub fn begin_capture(&mut self) -> &Capture {
        let capture = Capture::of(self);
        self.capture.insert(capture)
    }

    /// Gives out the next znodes of the capture, as [`Capture::give`]; after the last it is over.
    pub fn give_captured(&mut self, visit: impl FnMut(&Captured<'_>) -> bool) -> bool {
        let Some(mut capture) = self.capture.take() else { return false };
        let has_more = capture.give(self, visit);
        if has_more {
            self.capture = Some(capture);
        }
        has_more
    }

    /// A znode is about to change or to go: a capture that is under way keeps it as it is.
    pub(in super::super) fn before_change(&mut self, path: &str, place: usize) {
        if let Some(capture) = &mut self.capture {
            capture.keep(path, self.nodes.at(place));
        }
    }
}
