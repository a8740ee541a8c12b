//! The orders in which Java's hash tables hand things out, where clients see them: the identities of a connection (`whoAmI`, and the lists
//! that `auth` stands for) and the ephemerals of a session (`getEphemerals`, and the events at its end).

use std::collections::BTreeMap;

use super::protocol::Id;

/// Bins of a new table.
const FIRST_BINS: usize = 16;

/// Puts the identities of a connection, which are in the order of the last call but for those that came since, into the order of ZooKeeper.
pub fn sort_identities(ids: &mut [Id]) {
    let mut bins = FIRST_BINS;
    while ids.len() >= bins / 4 * 3 {
        bins *= 2;
    }
    // those of one bin stay in the order in which they came
    ids.sort_by_key(|id| bin(identity_hash(id), bins));
}

/// A `HashSet` of paths, in the order of Java 8 to 18: by bin, and in a bin by when they came. Bins of which Java makes trees, with nine paths
/// or more, are no different here.
#[derive(Clone, Debug)]
pub struct PathSet {
    /// Each path with its turn.
    paths: BTreeMap<String, u64>,
    next_turn: u64,
    bins: usize,
}

impl Default for PathSet {
    fn default() -> Self {
        Self { paths: BTreeMap::new(), next_turn: 0, bins: FIRST_BINS }
    }
}

impl PathSet {
    /// Adds a path, unless it is there.
    pub fn insert(&mut self, path: &str) {
        if self.paths.contains_key(path) {
            return;
        }
        self.paths.insert(path.to_owned(), self.next_turn);
        self.next_turn += 1;
        // a table never shrinks
        while self.paths.len() > self.bins * 3 / 4 {
            self.bins *= 2;
        }
    }

    /// Takes a path out.
    pub fn remove(&mut self, path: &str) {
        self.paths.remove(path);
    }

    /// Number of paths.
    pub fn len(&self) -> usize {
        self.paths.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// The paths in Java's order.
    pub fn in_order(&self) -> Vec<&str> {
        let place = |path: &str, turn: u64| (bin(string_hash(path), self.bins), turn);
        let mut paths: Vec<_> = self.paths.iter().map(|(path, turn)| (place(path, *turn), path.as_str())).collect();
        paths.sort_unstable();
        paths.into_iter().map(|(_, path)| path).collect()
    }

    /// What `HashSet.clone` gives: the same paths in a table that is as large as they need.
    pub fn java_clone(&self) -> Self {
        let needed = (self.len() * 4 + 3) / 3;
        let bins = if self.is_empty() { FIRST_BINS } else { needed.next_power_of_two() };
        let mut clone = Self { bins, ..Self::default() };
        self.in_order().into_iter().for_each(|path| clone.insert(path));
        clone
    }
}

fn bin(hash: u32, bins: usize) -> usize {
    usize::try_from(hash ^ (hash >> 16)).unwrap_or(0) & (bins - 1)
}

/// `hashCode` of the record `Id`.
fn identity_hash(id: &Id) -> u32 {
    [&id.scheme, &id.id].into_iter().fold(17, |hash: u32, text| hash.wrapping_mul(37).wrapping_add(string_hash(text)))
}

/// `String.hashCode`.
fn string_hash(text: &str) -> u32 {
    text.encode_utf16().fold(0, |hash: u32, unit| hash.wrapping_mul(31).wrapping_add(u32::from(unit)))
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

    proptest::proptest! {
        /// The set as Java has it: a table of lists.
        #[test]
        fn a_set_is_ordered_as_the_table_that_it_stands_for(steps in proptest::collection::vec(("[a-d]{1,3}", proptest::bool::ANY), 0..120)) {
            let mut set = PathSet::default();
            let mut table: Vec<Vec<String>> = vec![Vec::new(); FIRST_BINS];
            for (path, is_insert) in steps {
                let count = table.iter().map(Vec::len).sum::<usize>();
                let place = bin(string_hash(&path), table.len());
                if !is_insert {
                    table[place].retain(|other| *other != path);
                    set.remove(&path);
                    continue;
                }
                set.insert(&path);
                if table[place].contains(&path) {
                    continue;
                }
                table[place].push(path);
                if count + 1 > table.len() * 3 / 4 {
                    let all: Vec<String> = table.concat();
                    table = vec![Vec::new(); table.len() * 2];
                    for path in all {
                        let place = bin(string_hash(&path), table.len());
                        table[place].push(path);
                    }
                }
            }
            proptest::prop_assert_eq!(set.in_order(), table.concat());
        }
    }
}
