//! Apache's own clients on the bundled broker, and Apache's reader of log segments on what a row of crashes has left.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

use crate::Case;
use crate::crash::{Campaign, FIRST_SEED, ROUNDS};
use crate::support::random::setting;
use crate::support::{DEADLINE, Pair, bundled};
use crate::world::{World, printed};

pub const CASES: &[Case] = &[
    ("java_producers_of_every_codec_lose_nothing", |world| world.block_on(codecs(world))),
    ("verifiable_producer_and_consumer_agree", |world| world.block_on(verifiable(world))),
    ("dump_log_reads_what_crashes_leave", |world| world.block_on(after_crashes(world))),
];

async fn create(pair: &Pair, topic: &str, partitions: i32) {
    pair.trial.create_topic(topic, partitions, DEADLINE).await.unwrap_or_else(|error| panic!("{error}"));
}

async fn codecs(world: &World) {
    const RECORDS: i64 = 20_000;
    let pair = world.pair().await;
    let (count, servers) = (RECORDS.to_string(), format!("bootstrap.servers={}", pair.bootstrap()));
    for (codec, acks) in [("none", "all"), ("gzip", "1"), ("snappy", "all"), ("lz4", "1"), ("zstd", "all")] {
        let topic = format!("perf-{codec}");
        create(pair, &topic, 3).await;
        let (codec, acks) = (format!("compression.type={codec}"), format!("acks={acks}"));
        let args = ["--topic", &topic, "--num-records", &count, "--record-size", "100", "--throughput", "-1"];
        let settings = ["--producer-props", &servers, &codec, &acks];
        let class = "org.apache.kafka.tools.ProducerPerformance";
        let report = printed(&world.jars().run(class, &[&args[..], &settings].concat(), "").await, 0);
        assert!(report.contains(&format!("{RECORDS} records sent")), "{report}");
        let offsets = pair.trial.client().offsets(&topic).await.expect("the broker serves");
        assert_eq!(offsets.values().map(|range| range.latest).sum::<i64>(), RECORDS, "{codec}");
    }
}

/// The lines of a tool that prints JSON, by what they are about.
fn events(text: &str, name: &str) -> Vec<Value> {
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|event| event["name"] == name).collect()
}

async fn verifiable(world: &World) {
    const RECORDS: i64 = 2000;
    let pair = world.pair().await;
    create(pair, "verified", 3).await;
    let (count, bootstrap) = (RECORDS.to_string(), pair.bootstrap());
    let args = ["--topic", "verified", "--max-messages", &count, "--bootstrap-server", &bootstrap];
    let produced = world.jars().run("org.apache.kafka.tools.VerifiableProducer", &args, "").await;
    let produced = printed(&produced, 0);
    let acknowledged = events(&produced, "producer_send_success");
    assert_eq!(acknowledged.len() as i64, RECORDS, "{produced}");
    let args = [&args[..], &["--group-id", "verifying", "--reset-policy", "earliest", "--verbose"]].concat();
    let consumed = printed(&world.jars().run("org.apache.kafka.tools.VerifiableConsumer", &args, "").await, 0);
    let place = |event: &Value| (event["partition"].as_i64(), event["offset"].as_i64());
    let values =
        |events: &[Value]| -> BTreeMap<_, _> { events.iter().map(|event| (place(event), event["value"].to_string())).collect() };
    let found = values(&events(&consumed, "record_data"));
    assert_eq!(found.len() as i64, RECORDS, "{consumed}");
    assert_eq!(found, values(&acknowledged));
    let committed = events(&consumed, "offsets_committed");
    assert!(committed.iter().any(|event| event["success"] == true), "{consumed}");
}

/// After so many crashes the segments are looked at.
const CRASHES_PER_LOOK: u64 = 20;
/// How many files are looked at each time; each batch is a line.
const FILES_PER_LOOK: usize = 30;

async fn after_crashes(world: &World) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let engine = bundled(folder.path());
    let mut campaign = Campaign::start(&engine, setting(FIRST_SEED, 1), &[]).await;
    let rounds = setting(ROUNDS, 2);
    for round in 1..=rounds {
        campaign.round().await;
        if round == rounds || round.is_multiple_of(CRASHES_PER_LOOK) {
            dump(world, campaign.segments()).await;
        }
    }
    campaign.finish().await;
}

async fn dump(world: &World, files: Vec<PathBuf>) {
    // the last segment of each partition is being written to
    let mut last: BTreeMap<PathBuf, String> = BTreeMap::new();
    let stem = |file: &PathBuf| file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    for file in &files {
        let folder = file.parent().unwrap_or(file).to_owned();
        last.entry(folder).and_modify(|last| *last = stem(file).max(last.clone())).or_insert_with(|| stem(file));
    }
    let closed = files.iter().filter(|file| last.get(file.parent().unwrap_or(file)) != Some(&stem(file)));
    let closed: Vec<String> = closed.rev().take(FILES_PER_LOOK).map(|file| file.display().to_string()).collect();
    assert!(closed.len() > 3, "nothing was rolled: {files:?}");
    let output = world.jars().run("kafka.tools.DumpLogSegments", &["--files", &closed.join(",")], "").await;
    let text = printed(&output, 0);
    for bad in ["Mismatches", "isvalid: false", "Found timestamp mismatch", "out of order", "Non-consecutive"] {
        assert!(!text.contains(bad), "{bad}:\n{text}");
    }
    assert!(text.contains("isvalid: true"), "{text}");
}
