//! Peers that mean no good, or are broken: what they send costs little, and others are served meanwhile.

use std::io;
use std::time::Duration;

use kafkalab::catalog::api_versions;
use kafkalab::engine::bundled::Bundled;
use kafkalab::engine::server::Role;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::random::{Random, setting};
use crate::support::tally::Tally;
use crate::support::{DEADLINE, Pair, bundled, librdkafka, raw};

/// Sends bytes as they are; gives what comes back until the broker closes the connection.
pub async fn send(port: u16, bytes: &[u8]) -> Vec<u8> {
    let mut stream = raw::connect(port).await;
    // a broker that has seen enough closes before it has read everything
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let read = tokio::time::timeout(DEADLINE, stream.read_to_end(&mut answer)).await.expect("the broker closes");
    match read {
        Err(error) if error.kind() != io::ErrorKind::ConnectionReset => panic!("{error}"),
        _ => answer,
    }
}

struct World {
    pair: Pair,
    _distribution: tempfile::TempDir,
}

impl World {
    async fn start(lines: &[(Role, &str)]) -> Self {
        let distribution = tempfile::tempdir().expect("a temporary folder");
        let engine: Bundled = bundled(distribution.path());
        Self { pair: Pair::start(&engine, &engine, lines).await, _distribution: distribution }
    }

    fn port(&self) -> u16 {
        self.pair.broker.port()
    }

    async fn is_served(&self, topic: &str) {
        self.pair.trial.create_topic(topic, 1, DEADLINE).await.unwrap_or_else(|error| panic!("{error}"));
        let values = ["served".to_owned()];
        librdkafka::produce(&self.pair.bootstrap(), topic, &values).await;
        assert_eq!(librdkafka::consume(&self.pair.bootstrap(), topic, 1).await, values);
    }

    /// A figure of the broker's `/proc/PID/status`, in bytes.
    fn memory(&self, figure: &str) -> u64 {
        let pid = self.pair.broker.describe().expect("it runs").pid;
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
        let line =
            status.lines().find_map(|line| line.strip_prefix(figure)?.strip_prefix(':')).expect("a figure of the kernel's");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024
    }
}

/// Every API and version that is advertised.
fn advertised() -> Vec<(i16, i16)> {
    let versions = api_versions::all().iter().filter_map(|api| Some((api.key, api.advertised.clone()?)));
    versions.flat_map(|(key, versions)| versions.map(move |version| (key, version))).collect()
}

/// A request header in the version that the API has there.
fn header(key: i16, version: i16) -> Vec<u8> {
    let flexible = api_versions::by_key(key).and_then(|api| api.flexible_from).is_some_and(|from| version >= from);
    let mut header = raw::header(key, version);
    header.extend(flexible.then_some(0));
    header
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_only_claims_to_be_much_takes_no_memory() {
    let world = World::start(&[]).await;
    world.is_served("before").await;
    let before = world.memory("VmPeak");
    // numbers of four bytes and of varints, at each of the first places of a body
    let claims = [&[0x7f, 0xff, 0xff, 0xff][..], &[0xff, 0xff, 0xff, 0xff, 0x07], &[0x00, 0x7f, 0xff, 0xff]];
    for (key, version) in advertised() {
        let mut stream = raw::connect(world.port()).await;
        for claim in claims {
            for at in 0..20 {
                let body = [vec![0; at], claim.to_vec(), vec![1; 60]].concat();
                let request = raw::framed(&[header(key, version), body].concat());
                // what is refused closes the connection
                if stream.write_all(&request).await.is_err() {
                    stream = raw::connect(world.port()).await;
                }
            }
        }
    }
    world.is_served("after").await;
    let (after, limit) = (world.memory("VmPeak"), 600 << 20);
    assert!(after < before + limit, "{} MiB more were asked for", (after - before) >> 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_bytes_leave_the_broker_serving() {
    let world = World::start(&[]).await;
    let seed = setting("KAFKALAB_FIRST_SEED", 1);
    let (mut random, mut tally) = (Random::new(seed), Tally::new(format!("random frames seed {seed}")));
    let served = advertised();
    for _ in 0..setting("KAFKALAB_ROUNDS", 300) {
        let mut bytes: Vec<u8> = (0..random.below(300)).map(|_| random.bits() as u8).collect();
        if !random.one_in(4) {
            let (key, version) = random.of(&served);
            bytes = raw::framed(&[header(key, version), bytes].concat());
            // and some are cut anywhere
            bytes.truncate(if random.one_in(3) { random.below(bytes.len()) } else { bytes.len() });
        }
        tally.add("frames", 1);
        tally.add("bytes", bytes.len());
        let mut stream = raw::connect(world.port()).await;
        let _ = stream.write_all(&bytes).await;
        if random.one_in(2) {
            let _ = stream.shutdown().await;
        }
    }
    world.is_served("after").await;
    let log = std::fs::read_to_string(world.pair.broker.log()).expect("the broker logs");
    assert!(!log.contains("panicked at"), "{log}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_never_read_take_bounded_memory() {
    const CLIENTS: usize = 20;
    let world = World::start(&[]).await;
    world.is_served("before").await;
    let before = world.memory("VmRSS");
    // Metadata of all topics, in version 1
    let request = raw::framed(&[header(3, 1), vec![0xff; 4]].concat()).repeat(1000);
    let mut kept = Vec::new();
    for _ in 0..CLIENTS {
        let mut stream = raw::connect(world.port()).await;
        // until both sides' buffers are full and nothing goes on
        while let Ok(Ok(())) = tokio::time::timeout(Duration::from_millis(300), stream.write_all(&request)).await {}
        kept.push(stream);
    }
    world.is_served("after").await;
    let after = world.memory("VmRSS");
    assert!(after < before + (64 << 20), "{} MiB more", (after - before) >> 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_connections_are_served_beside_each_other() {
    let count = setting("KAFKALAB_CONNECTIONS", 100);
    let mut tally = Tally::new("idle connections");
    let world = World::start(&[]).await;
    world.is_served("before").await;
    let before = world.memory("VmRSS");
    let mut idle = Vec::new();
    for _ in 0..count {
        idle.push(raw::connect(world.port()).await);
    }
    // half a request each, which may never be finished
    for stream in &mut idle {
        stream.write_all(&[0, 0, 1, 0, 0]).await.expect("a few bytes");
    }
    let port = world.port();
    let asked: Vec<_> = (0..count)
        .map(|_| tokio::spawn(async move { raw::ask(port, &[header(3, 1), vec![0xff; 4]].concat()).await.is_some() }))
        .collect();
    for one in asked {
        assert!(one.await.expect("no panic"), "an active connection is answered");
    }
    world.is_served("after").await;
    let each = world.memory("VmRSS").saturating_sub(before) / count;
    tally.add("connections", count);
    tally.add("bytes of memory each", each);
    assert!(each < 1 << 20, "{each} bytes for each connection");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_connection_is_closed_in_time() {
    let world = World::start(&[(Role::Broker, "connections.max.idle.ms=300")]).await;
    let mut silent = raw::connect(world.port()).await;
    let mut slow = raw::connect(world.port()).await;
    slow.write_all(&[0, 0, 0, 9, 0]).await.expect("a few bytes");
    for stream in [&mut silent, &mut slow] {
        let read = tokio::time::timeout(DEADLINE, stream.read(&mut [0; 1])).await.expect("the broker closes");
        assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
    }
    // asked for once: a client of many requests may itself be idle for that long on a busy machine
    assert!(raw::ask(world.port(), &raw::header(18, 0)).await.is_some(), "others are served");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_of_one_address_are_limited() {
    let world = World::start(&[(Role::Broker, "max.connections.per.ip=5")]).await;
    let mut kept = Vec::new();
    let refused = loop {
        let mut stream = raw::connect(world.port()).await;
        // ApiVersions 0
        let asked = stream.write_all(&raw::framed(&raw::header(18, 0))).await;
        let mut size = [0; 4];
        let answered = asked.is_ok() && stream.read_exact(&mut size).await.is_ok();
        if !answered {
            break kept.len();
        }
        kept.push(stream);
        assert!(kept.len() <= 5, "a sixth connection is served");
    };
    // the client that waited for the broker to serve may hold one still
    assert!(refused >= 3, "{refused} were served");
    let log = std::fs::read_to_string(world.pair.broker.log()).expect("the broker logs");
    assert!(
        log.contains("Rejected connection from /127.0.0.1, address already has the configured maximum of 5 connections."),
        "{log}"
    );
}
