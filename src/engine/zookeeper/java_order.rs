//! The orders in which Java's hash tables hand things out, where clients see them: the identities of a connection (`whoAmI`, and the lists
//! that `auth` stands for) and the ephemerals of a session (`getEphemerals`, and the events at its end).

use super::protocol::Id;
use crate::engine::java_set::{FIRST_BINS, JavaSet, bin, java_hash};

/// Puts the identities of a connection, which are in the order of the last call but for those that came since, into the order of ZooKeeper.
pub fn sort_identities(ids: &mut [Id]) {
    let mut bins = FIRST_BINS;
    while ids.len() >= bins / 4 * 3 {
        bins *= 2;
    }
    // those of one bin stay in the order in which they came
    ids.sort_by_key(|id| bin(identity_hash(id), bins));
}

/// A `HashSet` of paths.
#[derive(Clone, Debug, Default)]
pub struct PathSet(JavaSet<String>);

impl PathSet {
    /// Adds a path, unless it is there.
    pub fn insert(&mut self, path: &str) {
        self.0.insert(path.to_owned());
    }

    /// Takes a path out.
    pub fn remove(&mut self, path: &str) {
        self.0.remove(path);
    }

    /// Number of paths.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The paths in Java's order.
    pub fn in_order(&self) -> Vec<&str> {
        self.0.in_order().into_iter().map(String::as_str).collect()
    }

    /// What `HashSet.clone` gives.
    pub fn java_clone(&self) -> Self {
        Self(self.0.java_clone())
    }
}

/// `hashCode` of the record `Id`.
fn identity_hash(id: &Id) -> i32 {
    [&id.scheme, &id.id].into_iter().fold(17, |hash: i32, text| hash.wrapping_mul(37).wrapping_add(java_hash(text)))
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use crate::engine::zookeeper::acl::{authenticate, ip_identity};
    use crate::engine::zookeeper::acl_digest::DigestAlgorithm;

    /// What a ZooKeeper 3.8.2 answered to `whoAmI` after so many of these had been proven.
    #[test]
    fn identities_come_in_the_order_of_zookeeper() {
        let proven = [
            "bob:secret",
            "x:y",
            "bob:other",
            "alice:1",
            "carl:2",
            "dora:3",
            "eve:5",
            "frank:7",
            "greg:9",
            "hh:1",
            "ii:2",
            "jj:3",
            "kk:4",
        ];
        let mut ids = vec![ip_identity(Ipv4Addr::LOCALHOST.into())];
        let mut seen = Vec::new();
        for auth in proven {
            ids.extend(authenticate("digest", auth.as_bytes(), &ids, DigestAlgorithm::default()));
            sort_identities(&mut ids);
            let users: Vec<_> = ids.iter().map(|id| id.id.split(':').next().unwrap_or_default()).collect();
            seen.push(users.join(","));
        }
        assert_eq!(seen[0], "bob,127.0.0.1");
        assert_eq!(seen[2], "bob,bob,127.0.0.1,x");
        assert_eq!(seen[6], "bob,dora,eve,bob,alice,127.0.0.1,x,carl");
        assert_eq!(seen[9], "bob,greg,hh,dora,eve,bob,alice,127.0.0.1,x,carl,frank");
        assert_eq!(seen[10], "bob,eve,ii,127.0.0.1,x,frank,greg,hh,dora,bob,alice,carl", "the table has grown");
        assert_eq!(seen[12], "bob,eve,ii,127.0.0.1,x,frank,greg,hh,dora,bob,alice,jj,kk,carl");
    }

    /// What a ZooKeeper 3.8.2 on Java 17 answered to `getEphemerals` after so many of these had been created, and after most were deleted.
    #[test]
    fn ephemerals_come_in_the_order_of_zookeeper() {
        let created = ["owl", "bee", "emu", "가마우지", "cat", "dog", "eel", "fox", "gnu", "hen", "ibis", "jay", "kite"];
        let answered = [
            (1, "owl"),
            (2, "bee owl"),
            (3, "emu owl bee"),
            (5, "가마우지 emu cat owl bee"),
            (11, "가마우지 cat owl hen ibis bee fox emu gnu dog eel"),
            (12, "가마우지 cat hen ibis fox dog owl bee jay emu gnu eel"),
        ];
        let mut set = PathSet::default();
        let told = |set: &PathSet| set.java_clone().in_order().join(" ").replace("/o/", "");
        for (count, name) in (1..).zip(created) {
            set.insert(&format!("/o/{name}"));
            for (_, expected) in answered.iter().filter(|(at, _)| *at == count) {
                assert_eq!(told(&set), *expected);
            }
        }
        for name in created.iter().filter(|name| !["owl", "jay", "fox"].contains(name)) {
            set.remove(&format!("/o/{name}"));
        }
        assert_eq!(told(&set), "owl jay fox");
        assert_eq!((set.len(), set.is_empty(), told(&PathSet::default())), (3, false, String::new()));
    }
}
