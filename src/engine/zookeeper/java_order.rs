//! The order in which Java's `ConcurrentHashMap` hands out the identities of a connection, which clients see in `whoAmI` and in the lists
//! that `auth` stands for.

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
}
