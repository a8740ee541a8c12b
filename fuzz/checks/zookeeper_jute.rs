//! Every record of ZooKeeper's protocol from arbitrary bytes: whatever can be read is written and read again the same.

use bytes::Bytes;
use kafkalab::engine::zookeeper::protocol::{
    Acl, AddWatchRequest, AuthPacket, CheckVersionRequest, CheckVersionTxn, CheckWatchesRequest, CloseSessionTxn, ConnectRequest,
    ConnectResponse, Create2Response, CreateContainerTxn, CreateMode, CreateRequest, CreateSessionTxn, CreateTtlRequest,
    CreateTtlTxn, CreateTxn, DeleteRequest, DeleteTxn, ErrorResponse, ErrorTxn, GetAclResponse, GetAllChildrenNumberResponse,
    GetChildren2Response, GetChildrenResponse, GetDataResponse, GetEphemeralsRequest, GetEphemeralsResponse, MultiHeader,
    MultiTxn, PathRequest, PathResponse, PathWatchRequest, Reader, ReconfigRequest, Record, ReplyHeader, RequestHeader,
    SetAclRequest, SetAclTxn, SetDataRequest, SetDataTxn, SetWatches, SetWatches2, StatResponse, TxnDigest, TxnHeader,
    WatcherEvent, WhoAmIResponse, Writer,
};

macro_rules! records {
    ($($record:ident)*) => {
        /// What the first byte of an input chooses from.
        const RECORDS: &[fn(&[u8])] = &[$(round_trip::<$record>,)*];
    };
}

records! {
    ConnectRequest RequestHeader CreateRequest CreateTtlRequest DeleteRequest SetDataRequest CheckVersionRequest SetAclRequest
    PathRequest PathWatchRequest GetEphemeralsRequest CheckWatchesRequest AddWatchRequest SetWatches SetWatches2 AuthPacket
    ReconfigRequest MultiHeader ConnectResponse ReplyHeader PathResponse Create2Response StatResponse GetDataResponse
    GetChildrenResponse GetChildren2Response GetAclResponse GetEphemeralsResponse GetAllChildrenNumberResponse WhoAmIResponse
    ErrorResponse WatcherEvent TxnHeader CreateTxn CreateContainerTxn CreateTtlTxn DeleteTxn SetDataTxn CheckVersionTxn SetAclTxn
    CreateSessionTxn CloseSessionTxn ErrorTxn MultiTxn TxnDigest
}

/// Reads the bytes as the record that the first of them names.
pub fn check(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else { return };
    RECORDS[usize::from(*first) % RECORDS.len()](rest);
}

fn round_trip<T: Record + PartialEq + std::fmt::Debug>(bytes: &[u8]) {
    let mut reader = Reader::new(bytes);
    let Ok(record) = reader.read::<T>() else { return };
    let written = record.to_bytes();
    let mut again = Reader::new(&written);
    let read = again.read::<T>().expect("what was written is read");
    assert_eq!(again.remaining(), 0, "all of it is read");
    // ZooKeeper writes a character above U+FFFF as two surrogates, and reads these as U+FFFD
    if std::str::from_utf8(&written).is_ok() || !has_surrogates(&written) {
        assert_eq!(read, record);
    }
    let settled = T::from_bytes(&read.to_bytes()).expect("what was written is read");
    assert_eq!(settled, read, "a second time nothing changes");
}

/// Whether some three bytes are a surrogate as Java writes it.
fn has_surrogates(bytes: &[u8]) -> bool {
    bytes.windows(2).any(|pair| pair[0] == 0xed && pair[1] >= 0xa0)
}

/// Well-formed inputs to begin from: one of each shape.
pub fn seeds() -> Vec<Vec<u8>> {
    let path = || "/a/b".to_owned();
    let data = || Some(Bytes::from_static(b"data"));
    let flags = CreateMode::PersistentSequential.flags();
    let mut list = Writer::new();
    list.write(&vec![path(), path()]);
    let shapes = [
        CreateRequest { path: path(), data: data(), acl: Acl::open_unsafe(), flags }.to_bytes(),
        ConnectRequest {
            protocol_version: 0,
            last_zxid_seen: 7,
            timeout: 6000,
            session_id: 1,
            password: data(),
            read_only: Some(false),
        }
        .to_bytes(),
        SetWatches {
            relative_zxid: 3,
            data_watches: vec![path()],
            exist_watches: Vec::new(),
            child_watches: vec![path(), path()],
        }
        .to_bytes(),
        SetDataRequest { path: path(), data: None, version: -1 }.to_bytes(),
        list.into_bytes(),
    ];
    let with_first = |shape: &Vec<u8>| {
        (0..RECORDS.len()).map(move |at| [&[u8::try_from(at).unwrap_or(0)], &shape[..]].concat()).collect::<Vec<_>>()
    };
    shapes.iter().flat_map(with_first).collect()
}
