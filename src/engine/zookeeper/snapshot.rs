//! Snapshots in ZooKeeper's format: sessions, ACLs, znodes, then the digest; an Adler-32 seals each of the two parts.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::data_node::DataNode;
use super::data_tree::DataTree;
use super::digest::DIGEST_VERSION;
use super::digest_check::SnapshotDigest;
use super::disk::Disk;
use super::protocol::{Acl, DecodeError, Reader, Writer, parent_and_name};
use super::snapshot_stream;
use super::storage_options::Compression;
use super::txn_log::UNFINISHED;

const MAGIC: [u8; 4] = *b"ZKSN";
const VERSION: i32 = 2;
/// Snapshots carry -1 where logs carry 0.
const DATABASE_ID: i64 = -1;
/// The ACL number of znodes whose list is `None`.
const OPEN_ACL: i64 = -1;

/// Why a file is no snapshot.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The file cannot be read.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The file does not begin as a snapshot does.
    #[error("mismatching magic headers {found} !=  {expected}")]
    Magic {
        /// Its first four bytes.
        found: i32,
        /// Those of a snapshot.
        expected: i32,
    },
    /// It does not have its checksum.
    #[error("CRC corruption")]
    Checksum,
    /// A record of it is none.
    #[error("a record of the snapshot is damaged")]
    Record(#[from] DecodeError),
    /// It is larger than is read.
    #[error("snapshot of {found} bytes: expected at most {expected}")]
    TooLarge {
        /// Its size in bytes.
        found: u64,
        /// The most that is read.
        expected: u64,
    },
    /// A znode stands before its parent.
    #[error("Invalid Datatree, unable to find parent {} of path {path}", parent_and_name(.path).map_or("", |(parent, _)| parent))]
    Orphan {
        /// The znode.
        path: String,
    },
    /// A znode's ACL is not there.
    #[error("ACL not available for long {number} of path {path}")]
    Acl {
        /// The ACL's number.
        number: i64,
        /// The znode.
        path: String,
    },
}

/// The name of the snapshot that holds everything up to a transaction.
pub fn snapshot_name(zxid: i64, compression: Compression) -> String {
    format!("snapshot.{zxid:x}{}", compression.extension())
}

/// Writes a snapshot of the tree and the sessions (timeouts in ms by id), whole or not at all.
///
/// # Errors
/// The disk refuses; then no snapshot of that name is there.
pub fn write_snapshot(
    disk: &dyn Disk,
    folder: &Path,
    compression: Compression,
    tree: &DataTree,
    sessions: &BTreeMap<i64, i32>,
) -> io::Result<PathBuf> {
    let name = snapshot_name(tree.last_zxid(), compression);
    let path = folder.join(&name);
    // a name that no server takes for a snapshot until it is whole
    let unfinished = folder.join(format!("{UNFINISHED}{name}"));
    let mut file = disk.create(&unfinished)?;
    file.write_all(&snapshot_stream::pack(encode(tree, sessions), compression)?)?;
    file.sync_data()?;
    disk.rename(&unfinished, &path)?;
    disk.sync_folder(folder)?;
    Ok(path)
}

fn encode(tree: &DataTree, sessions: &BTreeMap<i64, i32>) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.write_raw(&MAGIC).write(&VERSION).write(&DATABASE_ID);
    writer.write(&count(sessions.len()));
    for (id, timeout) in sessions {
        writer.write(id).write(timeout);
    }
    let mut acls = AclNumbers::default();
    tree.walk(&mut |_, node| acls.add(node));
    writer.write(&count(acls.lists.len()));
    for (at, list) in acls.lists.iter().enumerate() {
        writer.write(&number(at)).write(&list.to_vec());
    }
    tree.walk(&mut |path, node| {
        let path = if path == "/" { "" } else { path };
        writer.write(&path.to_owned()).write(&node.data).write(&acls.of(node)).write(&node.stat);
    });
    let end = "/".to_owned();
    writer.write(&end);
    // the digest stands after the first seal: servers before 3.6 stop reading there
    let mut checksum = adler2::Adler32::new();
    let first = writer.into_bytes();
    checksum.write_slice(&first);
    let mut second = Writer::new();
    second.write(&i64::from(checksum.checksum())).write(&end);
    second.write(&tree.last_zxid()).write(&DIGEST_VERSION);
    second.write(&if tree.last_zxid() == 0 { 0 } else { tree.digest() });
    let second = second.into_bytes();
    checksum.write_slice(&second);
    let mut seal = Writer::new();
    seal.write(&i64::from(checksum.checksum())).write(&end);
    [first, second, seal.into_bytes()].concat()
}

fn count(length: usize) -> i32 {
    i32::try_from(length).unwrap_or(i32::MAX)
}

fn number(at: usize) -> i64 {
    i64::try_from(at).unwrap_or(i64::MAX - 1) + 1
}

/// Gives each list of a tree a number, the same list the same one.
#[derive(Default)]
struct AclNumbers {
    lists: Vec<Arc<[Acl]>>,
    numbers: HashMap<Arc<[Acl]>, i64>,
}

impl AclNumbers {
    fn add(&mut self, node: &DataNode) {
        let Some(list) = &node.acl else { return };
        if !self.numbers.contains_key(list) {
            self.numbers.insert(Arc::clone(list), number(self.lists.len()));
            self.lists.push(Arc::clone(list));
        }
    }

    fn of(&self, node: &DataNode) -> i64 {
        node.acl.as_ref().and_then(|list| self.numbers.get(list)).copied().unwrap_or(OPEN_ACL)
    }
}

/// Reads a snapshot: the tree and the timeouts of the sessions in ms by id.
///
/// # Errors
/// The file is no whole snapshot.
pub fn read_snapshot(path: &Path, zxid: i64) -> Result<(DataTree, BTreeMap<i64, i32>), SnapshotError> {
    decode(&snapshot_stream::read(path)?, zxid)
}

fn decode(bytes: &[u8], zxid: i64) -> Result<(DataTree, BTreeMap<i64, i32>), SnapshotError> {
    let mut reader = Reader::new(bytes);
    let (magic, _version, _database): (i32, i32, i64) = (reader.read()?, reader.read()?, reader.read()?);
    if magic.to_be_bytes() != MAGIC {
        return Err(SnapshotError::Magic { found: magic, expected: i32::from_be_bytes(MAGIC) });
    }
    let mut sessions = BTreeMap::new();
    for _ in 0..reader.read::<i32>()? {
        sessions.insert(reader.read()?, reader.read()?);
    }
    let mut acls: HashMap<i64, Arc<[Acl]>> = HashMap::new();
    for _ in 0..reader.read::<i32>()? {
        acls.insert(reader.read()?, reader.read::<Vec<Acl>>()?.into());
    }
    let mut tree = DataTree::empty();
    loop {
        let path: String = reader.read()?;
        if path == "/" {
            break;
        }
        let (data, acl, stat) = (reader.read()?, reader.read::<i64>()?, reader.read()?);
        let acl = match acls.get(&acl) {
            None if acl == OPEN_ACL => None,
            None => return Err(SnapshotError::Acl { number: acl, path }),
            found => found.cloned(),
        };
        let at = if path.is_empty() { "/" } else { &path };
        if !tree.restore(at, DataNode { data, acl, stat, children: BTreeSet::new() }) {
            return Err(SnapshotError::Orphan { path });
        }
    }
    check_seal(bytes, &mut reader)?;
    // a server with digests switched off, or before 3.6, ends here
    if reader.remaining() > 0 {
        let digest = SnapshotDigest { zxid: reader.read()?, version: reader.read()?, digest: reader.read()? };
        check_seal(bytes, &mut reader)?;
        tree.set_snapshot_digest(digest);
    }
    tree.set_last_zxid(zxid);
    tree.set_up_quotas();
    Ok((tree, sessions))
}

fn check_seal(bytes: &[u8], reader: &mut Reader<'_>) -> Result<(), SnapshotError> {
    let expected = adler2::adler32_slice(&bytes[..reader.position()]);
    let (found, end): (i64, String) = (reader.read()?, reader.read()?);
    if found != i64::from(expected) || end != "/" {
        return Err(SnapshotError::Checksum);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::zookeeper::protocol::{CreateTxn, OpCode, TxnHeader};
    use crate::engine::zookeeper::txn::Txn;

    #[test]
    fn a_snapshot_is_read_as_it_was_written_and_a_damaged_one_is_refused() {
        let mut tree = DataTree::new();
        let header = TxnHeader { client_id: 9, cxid: 1, zxid: 5, time: 77, txn_type: OpCode::Create.code() };
        let txn = CreateTxn { path: "/a".to_owned(), data: None, acl: Acl::open_unsafe(), ephemeral: true, parent_cversion: 1 };
        tree.apply(&header, &Txn::Create(txn), &mut Vec::new());
        let sessions = BTreeMap::from([(9, 6000)]);
        let bytes = encode(&tree, &sessions);
        let (read, read_sessions) = decode(&bytes, 5).expect("a snapshot");
        assert_eq!((read.digest(), read.node("/a"), read.last_zxid()), (tree.digest(), tree.node("/a"), 5));
        assert_eq!(read.ephemerals(9).collect::<Vec<_>>(), ["/a"]);
        assert_eq!(read_sessions, sessions);
        assert_eq!(encode(&read, &sessions), bytes);
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x55;
            assert!(decode(&damaged, 5).is_err(), "byte {at}");
            // without what follows the first seal it is one of an older server
            assert!(decode(&bytes[..at], 5).is_err() || at == bytes.len() - 33, "cut at {at}");
        }
    }

    #[test]
    fn the_snapshot_of_a_new_server_is_that_of_zookeeper_to_the_byte() {
        let expected = include_bytes!("testdata/snapshot.0");
        assert_eq!(encode(&DataTree::new(), &BTreeMap::new()), expected);
    }
}
