//! Snapshots in ZooKeeper's format: sessions, ACLs, znodes, then the digest; an Adler-32 seals each of the two parts.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::data_node::DataNode;
use super::data_tree::{Capture, Captured, DataTree, TreeOptions};
use super::digest::DIGEST_VERSION;
use super::digest_check::SnapshotDigest;
use super::disk::Disk;
use super::protocol::{Acl, DecodeError, Reader, Writer, parent_and_name};
use super::snapshot_stream::{self, Packer};
use super::storage_options::Compression;
use super::txn_log::UNFINISHED;

const MAGIC: [u8; 4] = *b"ZKSN";
const VERSION: i32 = 2;
/// Snapshots carry -1 where logs carry 0.
const DATABASE_ID: i64 = -1;
/// The ACL number of znodes whose list is `None`.
const OPEN_ACL: i64 = -1;
/// Znodes are given out until they take so many bytes; one may be longer.
const PIECE_BYTES: usize = 128 * 1024;

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

/// What a snapshot holds beside the znodes.
#[derive(Debug)]
pub struct Frame {
    /// The last transaction that it holds.
    pub zxid: i64,
    digest: Option<i64>,
    /// What stands before the znodes: the sessions and the ACLs.
    beginning: Vec<u8>,
}

/// Encodes the znodes of a capture piece by piece.
#[derive(Debug)]
pub struct SnapshotEncoder {
    /// The numbers of the lists, by where they are: equal ones are the same.
    numbers: HashMap<usize, i64>,
}

fn place(list: &Arc<[Acl]>) -> usize {
    list.as_ptr().addr()
}

impl SnapshotEncoder {
    /// Begins a snapshot of a capture and the sessions (timeouts in ms by id).
    pub fn begin(capture: &Capture, sessions: &BTreeMap<i64, i32>) -> (Self, Frame) {
        let mut writer = Writer::new();
        writer.write_raw(&MAGIC).write(&VERSION).write(&DATABASE_ID);
        writer.write(&count(sessions.len()));
        for (id, timeout) in sessions {
            writer.write(id).write(timeout);
        }
        writer.write(&count(capture.acls().len()));
        let mut numbers = HashMap::new();
        for (number, list) in (1..).zip(capture.acls()) {
            numbers.insert(place(list), number);
            writer.write(&number).write(&list.to_vec());
        }
        let frame = Frame { zxid: capture.zxid(), digest: capture.digest(), beginning: writer.into_bytes() };
        (Self { numbers }, frame)
    }

    /// The next piece; `give` gives the znodes, as [`Capture::give`], and says whether there are more.
    pub fn piece(&self, give: impl FnOnce(&mut dyn FnMut(&Captured<'_>) -> bool) -> bool) -> Piece {
        let mut writer = Writer::new();
        let has_more = give(&mut |node| {
            let acl = node.acl.and_then(|list| self.numbers.get(&place(list))).copied().unwrap_or(OPEN_ACL);
            writer.write_text(node.path).write_buffer(node.data).write(&acl).write(node.stat);
            writer.len() < PIECE_BYTES
        });
        if has_more { Piece::Znodes(writer.into_bytes()) } else { Piece::Last(writer.into_bytes()) }
    }
}

/// What stands in a snapshot between its beginning and its seals.
#[derive(Debug)]
pub enum Piece {
    /// Znodes, and there are more.
    Znodes(Vec<u8>),
    /// The last ones.
    Last(Vec<u8>),
}

/// Writes a snapshot, whole or not at all: `None` where the pieces ended before the last.
///
/// # Errors
/// The disk refuses; then no snapshot of that name is there.
pub fn write_snapshot(
    disk: &dyn Disk,
    folder: &Path,
    compression: Compression,
    frame: &Frame,
    mut next: impl FnMut() -> Option<Piece>,
) -> io::Result<Option<PathBuf>> {
    let name = snapshot_name(frame.zxid, compression);
    let path = folder.join(&name);
    // a name that no server takes for a snapshot until it is whole
    let unfinished = folder.join(format!("{UNFINISHED}{name}"));
    let mut file = Packer::new(disk.create(&unfinished)?, compression);
    let mut checksum = adler2::Adler32::new();
    let mut write = |bytes: &[u8]| {
        checksum.write_slice(bytes);
        file.write_all(bytes).map(|()| checksum.checksum())
    };
    write(&frame.beginning)?;
    loop {
        match next() {
            None => return Ok(None),
            Some(Piece::Znodes(bytes)) => write(&bytes)?,
            Some(Piece::Last(bytes)) => {
                write(&bytes)?;
                break;
            }
        };
    }
    let first = write(&seal_end())?;
    write(&seal(first))?;
    // after the first seal: servers before 3.6 stop reading there
    if let Some(digest) = frame.digest {
        let mut record = Writer::new();
        record.write(&frame.zxid).write(&DIGEST_VERSION).write(&if frame.zxid == 0 { 0 } else { digest });
        let second = write(&record.into_bytes())?;
        write(&seal(second))?;
    }
    file.finish()?.sync_data()?;
    disk.rename(&unfinished, &path)?;
    disk.sync_folder(folder)?;
    Ok(Some(path))
}

fn seal(checksum: u32) -> Vec<u8> {
    [&i64::from(checksum).to_be_bytes(), seal_end().as_slice()].concat()
}

/// What ends the znodes and each seal: the path `/`.
fn seal_end() -> Vec<u8> {
    let mut end = Writer::new();
    end.write_text("/");
    end.into_bytes()
}

fn count(length: usize) -> i32 {
    i32::try_from(length).unwrap_or(i32::MAX)
}

/// Reads a snapshot: the tree and the timeouts of the sessions in ms by id.
///
/// # Errors
/// The file is no whole snapshot.
pub fn read_snapshot(path: &Path, zxid: i64, options: TreeOptions) -> Result<(DataTree, BTreeMap<i64, i32>), SnapshotError> {
    decode(&snapshot_stream::read(path)?, zxid, options)
}

fn decode(bytes: &[u8], zxid: i64, options: TreeOptions) -> Result<(DataTree, BTreeMap<i64, i32>), SnapshotError> {
    let mut reader = Reader::new(bytes);
    let (magic, _version, _database): (i32, i32, i64) = (reader.read()?, reader.read()?, reader.read()?);
    if magic.to_be_bytes() != MAGIC {
        return Err(SnapshotError::Magic { found: magic, expected: i32::from_be_bytes(MAGIC) });
    }
    let mut sessions = BTreeMap::new();
    for _ in 0..reader.read::<i32>()? {
        sessions.insert(reader.read()?, reader.read()?);
    }
    let mut tree = DataTree::empty(options);
    let mut acls: HashMap<i64, Arc<[Acl]>> = HashMap::new();
    for _ in 0..reader.read::<i32>()? {
        acls.insert(reader.read()?, tree.share_acl(&reader.read::<Vec<Acl>>()?));
    }
    loop {
        let path: String = reader.read()?;
        if path == "/" {
            break;
        }
        let (data, acl, stat) = (reader.read_buffer()?.map(Arc::from), reader.read::<i64>()?, reader.read()?);
        let acl = match acls.get(&acl) {
            None if acl == OPEN_ACL => None,
            None => return Err(SnapshotError::Acl { number: acl, path }),
            found => found.cloned(),
        };
        let at = if path.is_empty() { "/" } else { &path };
        if !tree.restore(at, DataNode { data, acl, stat, ..DataNode::default() }) {
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
mod tests;
