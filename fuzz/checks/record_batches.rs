//! A record batch from arbitrary bytes: looked at as the broker does before it keeps it, and what it keeps can be read by consumers.

use bytes::Bytes;
use kafkalab::engine::kafka::batch::{BatchHeader, Batches, Compression, HEADER_BYTES, whole_batch};
use kafkalab::engine::kafka::compression::repack;
use kafkalab::engine::kafka::record_set::decode;
use kafkalab::engine::kafka::record_walk::walk_records;
use kafkalab::engine::kafka::records::{number_records, visit_records};

/// The most that records may pack to here.
const PACKED_BYTES: usize = 1 << 20;

/// Looks at the bytes as they are, and again with the checksum that they need.
pub fn check(bytes: &[u8]) {
    let _ = whole_batch(bytes);
    Batches::new(bytes).for_each(drop);
    let _ = decode(Bytes::copy_from_slice(bytes));
    let Ok(mut header) = BatchHeader::parse(bytes) else { return };
    let Some(batch) = bytes.get(..header.size()) else { return };
    let records = &batch[HEADER_BYTES..];
    header.seal(records);
    let sealed = [&header.encode()[..], records].concat();
    if BatchHeader::check(&sealed) != Ok(header) {
        return;
    }
    let codec = header.compression().expect("checked");
    let mut walked = 0;
    let whole = walk_records(&header, &sealed, |_| walked += 1).is_ok();
    let mut visited = 0;
    let readable = visit_records(&header, &sealed, |_| {
        visited += 1;
        true
    });
    // packed records may contradict their own lengths, which Kafka's broker does not look at either
    if whole && codec == Compression::None {
        readable.expect("what is kept can be read");
        assert_eq!((walked, visited), (header.count, header.count));
        number_records(records).expect("whole records");
    }
    for to in [Compression::None, Compression::Lz4, Compression::Snappy] {
        let _ = repack(codec, to, records, PACKED_BYTES);
    }
}

/// What Kafka wrote, in every codec.
pub fn seeds() -> Vec<Vec<u8>> {
    let written: [&[u8]; 8] = [
        include_bytes!("../../fixtures/log/f-none.log"),
        include_bytes!("../../fixtures/log/f-gzip.log"),
        include_bytes!("../../fixtures/log/f-snappy.log"),
        include_bytes!("../../fixtures/log/f-lz4.log"),
        include_bytes!("../../fixtures/log/f-zstd.log"),
        include_bytes!("../../fixtures/log/f-keys.log"),
        include_bytes!("../../fixtures/log/f-idem.log"),
        include_bytes!("../../fixtures/log/f-tx.log"),
    ];
    written.map(<[u8]>::to_vec).to_vec()
}
