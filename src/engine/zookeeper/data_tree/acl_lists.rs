//! The access control lists of a tree, each kept once (ZooKeeper's `ReferenceCountedACLCache`).

use std::sync::Arc;

use indexmap::IndexSet;

use super::super::protocol::Acl;

/// So many lists are kept before the first look at which are still used.
const FIRST_SWEEP: usize = 64;

#[derive(Clone, Debug)]
pub(super) struct AclLists {
    lists: IndexSet<Arc<[Acl]>>,
    sweep_at: usize,
}

impl AclLists {
    pub(super) fn new() -> Self {
        Self { lists: IndexSet::new(), sweep_at: FIRST_SWEEP }
    }

    /// The list that is equal to this one and shared with all who have it.
    pub(super) fn share(&mut self, list: &[Acl]) -> Arc<[Acl]> {
        if let Some(known) = self.lists.get(list) {
            return Arc::clone(known);
        }
        if self.lists.len() >= self.sweep_at {
            self.sweep();
        }
        let list: Arc<[Acl]> = list.into();
        self.lists.insert(Arc::clone(&list));
        list
    }

    /// The lists that someone has, in the order in which they came.
    pub(super) fn used(&self) -> Vec<Arc<[Acl]>> {
        self.lists.iter().filter(|list| Arc::strong_count(list) > 1).cloned().collect()
    }

    fn sweep(&mut self) {
        self.lists.retain(|list| Arc::strong_count(list) > 1);
        self.sweep_at = (2 * self.lists.len()).max(FIRST_SWEEP);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::zookeeper::protocol::perms;

    #[test]
    fn equal_lists_are_one_and_what_nobody_has_goes() {
        let mut lists = AclLists::new();
        let list = |perms| Acl::open_unsafe().into_iter().map(|acl| Acl { perms, ..acl }).collect::<Vec<_>>();
        let kept = lists.share(&list(perms::READ));
        assert!(Arc::ptr_eq(&kept, &lists.share(&list(perms::READ))));
        for perms in 100..1000 {
            lists.share(&list(perms));
        }
        assert!(lists.lists.len() <= FIRST_SWEEP, "{}", lists.lists.len());
        assert_eq!(lists.used(), [kept]);
    }
}
