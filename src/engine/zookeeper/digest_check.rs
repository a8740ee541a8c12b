//! Whether the tree is what its digests say: those that each transaction carries, and that of the snapshot it was loaded from. A difference
//! is reported, as ZooKeeper reports it, and stops nothing.

use std::time::{Duration, Instant};

use super::data_tree::DataTree;
use super::digest::DIGEST_VERSION;
use super::protocol::{Acl, OpCode, TxnHeader, Writer};
use super::txn::{LogEntry, Txn};
use crate::{log_error, log_info, log_warn};

const LOGGER: &str = "org.apache.zookeeper.server.DataTree";
/// The same warning is not written more often.
const WARNING_INTERVAL: Duration = Duration::from_secs(15 * 60);

/// The digest at the end of a snapshot: that of the tree after one transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotDigest {
    /// The transaction.
    pub zxid: i64,
    /// The way in which it was computed.
    pub version: i32,
    /// The digest.
    pub digest: i64,
}

/// Compares digests and reports differences.
#[derive(Debug)]
pub struct DigestCheck {
    is_enabled: bool,
    /// What a snapshot says of a later state than it was taken at; until that is reached nothing is compared.
    expected: Option<SnapshotDigest>,
    was_wrong: bool,
    mismatches: usize,
    warnings: Warnings,
}

impl DigestCheck {
    /// With `digest.enabled=false` nothing is compared.
    pub fn new(is_enabled: bool) -> Self {
        Self { is_enabled, expected: None, was_wrong: false, mismatches: 0, warnings: Warnings::default() }
    }

    /// How many differences there were since the last call.
    pub fn take_mismatches(&mut self) -> usize {
        std::mem::take(&mut self.mismatches)
    }

    /// A snapshot was read; `digest` is what stands at its end.
    pub fn loaded(&mut self, tree: &DataTree, digest: Option<SnapshotDigest>) {
        let Some(found) = digest.filter(|_| self.is_enabled) else { return };
        if found.zxid <= 0 {
            log_info!(LOGGER, "The digest value is empty in snapshot");
            return;
        }
        log_info!(
            LOGGER,
            "The digest in the snapshot has digest version of {}, with zxid as 0x{:x}, and digest value as {}",
            found.version,
            found.zxid,
            found.digest
        );
        let last_zxid = tree.last_zxid();
        if found.zxid < last_zxid {
            log_info!(
                LOGGER,
                "The zxid of snapshot digest 0x{:x} is smaller than the known snapshot highest zxid, the snapshot started with zxid \
                 0x{last_zxid:x}. It will be invalid to use this snapshot digest associated with this zxid, will ignore comparing it.",
                found.zxid
            );
            return;
        }
        self.expected = Some(found);
        self.compare_with_snapshot(tree, last_zxid);
    }

    /// A transaction was applied.
    pub fn applied(&mut self, tree: &DataTree, entry: &LogEntry) {
        if !self.is_enabled {
            return;
        }
        let zxid = entry.header.zxid;
        self.compare_with_snapshot(tree, zxid);
        let Some(digest) = entry.digest.filter(|_| self.expected.is_none()) else { return };
        if digest.version != DIGEST_VERSION {
            self.warnings.warn("Digest version not the same on zxid.", &zxid.to_string());
        } else if digest.tree_digest == tree.digest() {
            self.warnings.flush();
        } else {
            self.report(zxid);
            if !std::mem::replace(&mut self.was_wrong, true) {
                let TxnHeader { client_id, cxid, time, txn_type, .. } = entry.header;
                log_error!(
                    LOGGER,
                    "First digest mismatch on txn: {client_id},{cxid},{zxid},{time},{txn_type}\n, {}\n, expected digest is {},{}\n, \
                     actual digest is {}, ",
                    csv(&entry.txn),
                    digest.version,
                    digest.tree_digest,
                    tree.digest()
                );
            }
        }
    }

    /// Everything was read; a snapshot may speak of a transaction that no log has.
    pub fn replayed(&mut self, tree: &DataTree) {
        if let Some(expected) = self.expected {
            log_warn!(
                "org.apache.zookeeper.server.persistence.FileTxnSnapLog",
                "Highest txn zxid 0x{:x} is not covering the snapshot digest zxid 0x{:x}, which might lead to inconsistent state",
                tree.last_zxid(),
                expected.zxid
            );
        }
    }

    fn compare_with_snapshot(&mut self, tree: &DataTree, zxid: i64) {
        let Some(expected) = self.expected else { return };
        if zxid > expected.zxid {
            self.warnings.warn("The txn 0x{} of snapshot digest does not exist.", &format!("{:x}", expected.zxid));
        }
        if zxid != expected.zxid {
            return;
        }
        self.expected = None;
        if expected.version != DIGEST_VERSION {
            log_info!(
                LOGGER,
                "Digest version changed, local: {}, new: {DIGEST_VERSION}, skip comparing digest now.",
                expected.version
            );
        } else if tree.digest() != expected.digest {
            self.report(zxid);
        }
    }

    fn report(&mut self, zxid: i64) {
        self.mismatches += 1;
        self.warnings.warn("Digests are not matching. Value is Zxid.", &zxid.to_string());
    }
}

/// Warnings of which those that repeat themselves are counted (ZooKeeper's `RateLogger`).
#[derive(Debug, Default)]
struct Warnings(Option<Repeated>);

#[derive(Debug)]
struct Repeated {
    message: &'static str,
    since: Instant,
    count: usize,
    value: String,
}

impl Warnings {
    fn warn(&mut self, message: &'static str, value: &str) {
        if let Some(repeated) = self.0.as_mut().filter(|repeated| repeated.message == message) {
            repeated.count += 1;
            value.clone_into(&mut repeated.value);
            if repeated.since.elapsed() >= WARNING_INTERVAL {
                self.flush();
                self.0 = Some(Repeated::new(message, value));
            }
            return;
        }
        self.flush();
        log_warn!(LOGGER, "Message:{message} Value:{value}");
        self.0 = Some(Repeated::new(message, value));
    }

    /// Says how often the last one was repeated.
    fn flush(&mut self) {
        if let Some(Repeated { message, count: count @ 1.., value, .. }) = self.0.take() {
            let times = if count > 1 { format!("[{count} times] ") } else { String::new() };
            log_warn!(LOGGER, "{times}Message: {message} Last value:{value}");
        }
    }
}

impl Repeated {
    fn new(message: &'static str, value: &str) -> Self {
        Self { message, since: Instant::now(), count: 0, value: value.to_owned() }
    }
}

/// A transaction as jute writes records in logs: fields with commas between them.
fn csv(txn: &Txn) -> String {
    match txn {
        Txn::Create(txn) => format!(
            "{},{},{},{},{}",
            text(&txn.path),
            hex(txn.data.as_deref()),
            list(&txn.acl),
            if txn.ephemeral { 'T' } else { 'F' },
            txn.parent_cversion
        ),
        Txn::CreateTtl(txn) => {
            let (path, data, acl) = (text(&txn.path), hex(txn.data.as_deref()), list(&txn.acl));
            format!("{path},{data},{acl},{},{}", txn.parent_cversion, txn.ttl)
        }
        Txn::CreateContainer(txn) => {
            let (path, data, acl) = (text(&txn.path), hex(txn.data.as_deref()), list(&txn.acl));
            format!("{path},{data},{acl},{}", txn.parent_cversion)
        }
        Txn::Delete(txn) => text(&txn.path),
        Txn::SetData(txn) => format!("{},{},{}", text(&txn.path), hex(txn.data.as_deref()), txn.version),
        Txn::SetAcl(txn) => format!("{},{},{}", text(&txn.path), list(&txn.acl), txn.version),
        Txn::Check(txn) => format!("{},{}", text(&txn.path), txn.version),
        Txn::CreateSession(txn) => txn.timeout.to_string(),
        Txn::CloseSession(txn) => {
            let paths = txn.iter().flat_map(|txn| &txn.paths_to_delete);
            format!("v{{{}}}", paths.map(|path| text(path)).collect::<Vec<_>>().join(","))
        }
        Txn::Error(txn) => txn.err.to_string(),
        Txn::Multi(parts) => {
            let part = |(op, txn): &(OpCode, Txn)| format!("s{{{},{}}}", op.code(), hex(Some(&encoded(txn))));
            format!("v{{{}}}", parts.iter().map(part).collect::<Vec<_>>().join(","))
        }
    }
}

fn encoded(txn: &Txn) -> Vec<u8> {
    let mut writer = Writer::new();
    txn.encode(&mut writer);
    writer.into_bytes()
}

fn text(text: &str) -> String {
    let mut csv = "'".to_owned();
    for character in text.chars() {
        match character {
            '\0' => csv.push_str("%00"),
            '\n' => csv.push_str("%0A"),
            '\r' => csv.push_str("%0D"),
            ',' => csv.push_str("%2C"),
            '}' => csv.push_str("%7D"),
            '%' => csv.push_str("%25"),
            _ => csv.push(character),
        }
    }
    csv
}

fn hex(data: Option<&[u8]>) -> String {
    let Some(data) = data else { return String::new() };
    data.iter().fold("#".to_owned(), |csv, byte| csv + &format!("{byte:02x}"))
}

fn list(acl: &[Acl]) -> String {
    let entries = acl.iter().map(|acl| format!("s{{{},s{{{},{}}}}}", acl.perms, text(&acl.id.scheme), text(&acl.id.id)));
    format!("v{{{}}}", entries.collect::<Vec<_>>().join(","))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::zookeeper::protocol::{CloseSessionTxn, CreateTxn, ErrorTxn, SetDataTxn, TxnDigest};

    fn create(zxid: i64, path: &str) -> LogEntry {
        let header = TxnHeader { client_id: 1, cxid: 1, zxid, time: 1, txn_type: OpCode::Create.code() };
        let (path, data, acl) = (path.to_owned(), None, Acl::open_unsafe());
        LogEntry { header, txn: Txn::Create(CreateTxn { path, data, acl, ephemeral: false, parent_cversion: -1 }), digest: None }
    }

    /// Applies the entries, each with a digest that is off by so much, and counts the differences.
    fn mismatches(check: &mut DigestCheck, tree: &mut DataTree, entries: &[(i64, i64)]) -> usize {
        for (zxid, off) in entries {
            let mut entry = create(*zxid, &format!("/{zxid}"));
            tree.apply(&entry.header, &entry.txn, &mut Vec::new());
            entry.digest = Some(TxnDigest { version: DIGEST_VERSION, tree_digest: tree.digest() + off });
            check.applied(tree, &entry);
        }
        check.take_mismatches()
    }

    #[test]
    fn each_difference_counts_and_none_without_digests() {
        let mut tree = DataTree::new();
        let mut check = DigestCheck::new(true);
        assert_eq!(mismatches(&mut check, &mut tree, &[(1, 0), (2, 5), (3, 0), (4, -1), (5, 1)]), 3);
        assert_eq!(mismatches(&mut DigestCheck::new(false), &mut tree, &[(6, 5)]), 0);
    }

    #[test]
    fn a_snapshot_taken_while_transactions_were_applied_is_compared_when_its_digest_is_reached() {
        let digest_of = |zxids: &[i64]| {
            let mut tree = DataTree::new();
            mismatches(&mut DigestCheck::new(true), &mut tree, &zxids.iter().map(|zxid| (*zxid, 0)).collect::<Vec<_>>());
            tree.digest()
        };
        for (wrong, expected) in [(0, 1), (1, 2)] {
            let mut tree = DataTree::new();
            tree.set_last_zxid(0);
            let mut check = DigestCheck::new(true);
            let digest = digest_of(&[1, 2]) + wrong;
            check.loaded(&tree, Some(SnapshotDigest { zxid: 2, version: DIGEST_VERSION, digest }));
            // what the transactions before it say does not count yet
            assert_eq!(mismatches(&mut check, &mut tree, &[(1, 7), (2, 0), (3, 7)]), expected);
        }
        let mut check = DigestCheck::new(true);
        let (tree, version) = (DataTree::new(), DIGEST_VERSION);
        for unheard in [None, Some(SnapshotDigest { zxid: 0, version, digest: 9 })] {
            check.loaded(&tree, unheard);
            assert_eq!(check.expected, None);
        }
    }

    #[test]
    fn transactions_are_shown_as_jute_shows_them() {
        let shown = csv(&create(58, "/cc").txn);
        assert_eq!(shown, "'/cc,,v{s{31,s{'world,'anyone}}},F,-1");
        let data = Some(bytes::Bytes::from_static(b"x"));
        assert_eq!(csv(&Txn::SetData(SetDataTxn { path: "/a,b}".to_owned(), data, version: 2 })), "'/a%2Cb%7D,#78,2");
        let closed = CloseSessionTxn { paths_to_delete: vec!["/a".to_owned(), "/b".to_owned()] };
        assert_eq!(csv(&Txn::CloseSession(Some(closed))), "v{'/a,'/b}");
        let multi = Txn::Multi(vec![(OpCode::Error, Txn::Error(ErrorTxn { err: -101 }))]);
        assert_eq!(csv(&multi), "v{s{-1,#ffffff9b}}");
    }
}
