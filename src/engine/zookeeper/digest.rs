//! The digest that guards a tree against silent differences: a CRC-32 of each znode, summed (`DigestCalculator`, version 2).

use super::protocol::StatPersisted;

/// The version of this way to compute digests.
pub const DIGEST_VERSION: i32 = 2;

/// Znodes below this are left out.
const LEFT_OUT: &str = "/zookeeper/";

/// The digest of one znode; the root's path is `""` or `/`.
pub fn node_digest(path: &str, data: &[u8], stat: &StatPersisted) -> i64 {
    if path.starts_with(LEFT_OUT) {
        return 0;
    }
    let mut crc = crc32fast::Hasher::new();
    crc.update(if path == "/" { b"" } else { path.as_bytes() });
    crc.update(data);
    for long in [stat.czxid, stat.mzxid, stat.pzxid, stat.ctime, stat.mtime] {
        crc.update(&long.to_be_bytes());
    }
    for int in [stat.version, stat.cversion, stat.aversion] {
        crc.update(&int.to_be_bytes());
    }
    crc.update(&stat.ephemeral_owner.to_be_bytes());
    i64::from(crc.finalize())
}
