//! An idempotent producer over a network that cuts connections: each record is kept once, in order, without a gap.

use std::collections::BTreeMap;

use kafkalab::engine::server::Role;
use kafkalab::engine::trial::Trial;
use rdkafka::config::ClientConfig;
use rdkafka::producer::{FutureProducer, FutureRecord, Producer};

use crate::bad_network::BadNetwork;
use crate::support::random::setting;
use crate::support::tally::Tally;
use crate::support::{DEADLINE, bundled, librdkafka, serving};

const PARTITIONS: i32 = 3;
const RECORDS: usize = 900;
/// How many times the records are sent, each time with another seed.
const ROUNDS: &str = "KAFKALAB_ROUNDS";
const FIRST_SEED: &str = "KAFKALAB_FIRST_SEED";

async fn produce(bootstrap: &str, topic: &str, codec: &str) {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", bootstrap).set("enable.idempotence", "true").set("max.in.flight", "5");
    config.set("reconnect.backoff.ms", "5").set("reconnect.backoff.max.ms", "50").set("retry.backoff.ms", "5");
    config.set("batch.num.messages", "11").set("linger.ms", "1").set("compression.codec", codec).set("log_level", "0");
    let producer: FutureProducer = config.set("message.timeout.ms", "0").create().expect("a valid configuration");
    let mut sent = Vec::new();
    for number in 0..RECORDS {
        let value = format!("{number} {}", "x".repeat(number * 7 % 400));
        let partition = i32::try_from(number).expect("a small number") % PARTITIONS;
        let record = FutureRecord::<(), String>::to(topic).payload(&value).partition(partition);
        sent.push(producer.send_result(record).unwrap_or_else(|(error, _)| panic!("{error}")));
    }
    let mut offsets: BTreeMap<i32, i64> = BTreeMap::new();
    for one in sent {
        let delivered = one.await.expect("the producer lives").unwrap_or_else(|(error, _)| panic!("{topic}: {error}"));
        let next = offsets.entry(delivered.partition).or_default();
        // of an answer that got lost librdkafka does not know the offset
        assert!(delivered.offset == *next || delivered.offset == -1, "{topic}: {delivered:?}, expected {next}");
        *next += 1;
    }
    producer.flush(DEADLINE).expect("nothing is left");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cut_connections_make_no_duplicate_and_no_gap() {
    let (folder, data) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let engine = bundled(folder.path());
    let seed = setting(FIRST_SEED, 1);
    let mut tally = Tally::new(format!("idempotence seed {seed}"));
    let network = BadNetwork::listen(seed).await;
    let advertised = format!("advertised.listeners=PLAINTEXT://localhost:{}", network.port());
    let lines = [(Role::Broker, advertised.as_str()), (Role::Broker, "log.segment.bytes=20000")];
    let trial = Trial::prepare(data.path(), &lines).await.expect("two free ports");
    network.lead_to(trial.port(Role::Broker));
    let _coordinator = serving(trial.start(&engine, Role::Coordinator, DEADLINE).await);
    let _broker = serving(trial.start(&engine, Role::Broker, DEADLINE).await);
    let bootstrap = format!("localhost:{}", network.port());
    for round in 0..setting(ROUNDS, 1) {
        let topic = format!("cut-{round}");
        trial.create_topic(&topic, PARTITIONS, DEADLINE).await.unwrap_or_else(|error| panic!("{error}"));
        let before = network.cuts();
        network.set_bad(true);
        let codec = ["none", "gzip", "snappy", "lz4"][usize::try_from(round).expect("few rounds") % 4];
        produce(&bootstrap, &topic, codec).await;
        network.set_bad(false);
        for partition in 0..PARTITIONS {
            let found = librdkafka::consume_partition(&bootstrap, &topic, partition, RECORDS / PARTITIONS as usize + 1).await;
            let numbers: Vec<usize> = found.iter().filter_map(|value| value.split(' ').next()?.parse().ok()).collect();
            let expected: Vec<usize> = (0..RECORDS).skip(partition as usize).step_by(PARTITIONS as usize).collect();
            assert_eq!(numbers, expected, "seed {seed} round {round} partition {partition}");
            tally.add("records found once", numbers.len());
        }
        tally.add("rounds", 1);
        tally.add("records acknowledged", RECORDS);
        tally.add("connections cut", network.cuts() - before);
    }
    // a round of few bytes may have met nothing but pauses
    assert!(network.cuts() > 0, "seed {seed}: no connection was cut");
}
