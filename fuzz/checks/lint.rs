//! A file of any kind from arbitrary bytes, judged and put right: every place lies in the file, and what the fixes make of it has no
//! finding that was not there.

use std::path::PathBuf;

use kafkalab::judge::lint::{Input, Options, fix::fix, lint};
use kafkalab::judge::rules::config::kind::Kind;

/// Judges the bytes as the kind that their first byte names, and makes the fixes.
pub fn check(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else { return };
    let (_, kind) = Kind::NAMES[usize::from(*first) % Kind::NAMES.len()];
    let options = Options { kind: Some(kind), ..Options::default() };
    let input = Input { path: PathBuf::from("x"), shown: "x".to_owned(), bytes: rest.to_vec() };
    let before = lint(&input, &options).expect("its kind is given");
    for found in &before {
        assert!(found.primary.range.start <= found.primary.range.end && found.primary.range.end <= rest.len(), "{}", found.code);
        let edits = found.fix.iter().flat_map(|fix| &fix.edits);
        assert!(edits.into_iter().all(|edit| rest.get(edit.range.clone()).is_some()), "{}", found.code);
    }
    let fixed = fix(&input, &options, *first >= 128);
    let after = lint(&Input { bytes: fixed.bytes, ..input }, &options).expect("its kind is given");
    assert!(after.len() + fixed.count <= before.len(), "{} fixed, {} before, {} after", fixed.count, before.len(), after.len());
}

/// A file of each kind, with something to put right in it.
pub fn seeds() -> Vec<Vec<u8>> {
    let texts: [&str; 7] = [
        "broker.id=1.0\nlog.dirs=/d\nzookeeper.connect=localhost:9092 # zk\nPort=1\n",
        "dataDir=/d\nclientport=2181\ntickTime=\"2000\"\n",
        "bootstrap.servers=localhost\nacks=7\nlinger.mss=5\n",
        "bootstrap.servers=h:2181\ngroup.id=g\n",
        "name=x # y\n",
        "KAFKA=/k\n$KAFKA/bin/kafka-topics.sh --lst \\\n  --bootstrap-server 'h:9092' | grep x && cd a.tgz\n",
        "# \u{d55c}\n```sh\n$ ./bin/zookeeper-server-start.sh ../config/zookeeper.properties &\n```\n`port`, `broker.id=x`\n",
    ];
    let seed = |(at, text): (usize, &str)| [&[u8::try_from(at).unwrap_or(0)], text.as_bytes()].concat();
    texts.into_iter().enumerate().map(seed).collect()
}
