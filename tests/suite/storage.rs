//! Disk trouble: files that may not grow, log directories that go away or never were; what was acknowledged stays, and the broker
//! lives or ends as Kafka does.

use std::fs::{self, File};
use std::path::Path;
use std::time::Duration;

use kafkalab::engine::bundled::Bundled;
use kafkalab::engine::server::{Engine, Role, Server};
use kafkalab::process::spawn::Command;
use kafkalab::process::wait;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::producer::{FutureProducer, FutureRecord};
use rustix::process::{Pid, Resource, Rlimit, prlimit};

use crate::support::{DEADLINE, Pair, bundled, librdkafka, serving, session, znodes};

/// Small indexes, so that it is the log that meets a limit.
const LINES: &str = "log.index.size.max.bytes=4096\n\
                     replica.high.watermark.checkpoint.interval.ms=200\nnum.recovery.threads.per.data.dir=2";

struct World {
    pair: Pair,
    distribution: tempfile::TempDir,
}

impl World {
    async fn start(more: &str) -> Self {
        let distribution = tempfile::tempdir().expect("a temporary folder");
        let engine = bundled(distribution.path());
        let lines = format!("{LINES}\n{more}");
        let pair = Pair::start(&engine, &engine, &[(Role::Coordinator, "tickTime=200"), (Role::Broker, &lines)]).await;
        Self { pair, distribution }
    }

    fn log(&self) -> String {
        fs::read_to_string(self.pair.broker.log()).expect("the broker logs")
    }

    async fn ended(&mut self) -> i32 {
        let broker = &self.pair.broker;
        let gone = || async { broker.describe().is_none().then_some(()) };
        wait::until(DEADLINE, "the broker to end", gone).await.expect("it ends");
        self.pair.broker.stop(DEADLINE).await.expect("its code is known")
    }

    async fn start_again(&mut self) {
        session::forget_broker(self.pair.coordinator.port()).await;
        let engine = bundled(self.distribution.path());
        self.pair.broker = serving(self.pair.trial.start(&engine, Role::Broker, DEADLINE).await);
    }

    async fn create(&self, topic: &str, partitions: i32) {
        let admin: AdminClient<DefaultClientContext> =
            ClientConfig::new().set("bootstrap.servers", self.pair.bootstrap()).create().expect("a valid configuration");
        let topic = NewTopic::new(topic, partitions, TopicReplication::Fixed(1));
        let made = admin.create_topics(&[topic], &AdminOptions::new()).await.expect("the broker answers");
        assert!(made[0].is_ok(), "{made:?}");
    }

    /// The leaders of the topic's partitions.
    fn leaders(&self, topic: &str) -> Vec<i32> {
        let consumer: BaseConsumer =
            ClientConfig::new().set("bootstrap.servers", self.pair.bootstrap()).create().expect("a valid configuration");
        let metadata = consumer.fetch_metadata(Some(topic), DEADLINE).expect("the broker answers");
        let mut partitions: Vec<_> = metadata.topics()[0].partitions().iter().map(|one| (one.id(), one.leader())).collect();
        partitions.sort_unstable();
        partitions.into_iter().map(|(_, leader)| leader).collect()
    }
}

fn limit_files(server: &Server, bytes: u64) {
    let pid = server.describe().expect("it runs").pid;
    let pid = Pid::from_raw(i32::try_from(pid).expect("a process id")).expect("not 0");
    let limit = Rlimit { current: Some(bytes), maximum: None };
    prlimit(Some(pid), Resource::Fsize, limit).expect("the limit of an own process can be lowered");
}

fn producer(bootstrap: &str) -> FutureProducer {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", bootstrap).set("acks", "all").set("message.timeout.ms", "4000");
    config.create().expect("a valid configuration")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_ends_the_broker_and_what_was_acknowledged_stays() {
    let mut world = World::start("").await;
    world.create("orders", 1).await;
    limit_files(&world.pair.broker, 200_000);
    let (producer, payload) = (producer(&world.pair.bootstrap()), "x".repeat(1500));
    let mut acknowledged = 0;
    loop {
        let value = format!("{acknowledged} {payload}");
        let record = FutureRecord::<(), str>::to("orders").payload(&value).partition(0);
        match producer.send(record, Duration::from_secs(5)).await {
            Ok(_) => acknowledged += 1,
            Err(_) => break,
        }
        assert!(acknowledged < 1000, "the limit holds");
    }
    assert!(acknowledged > 50, "{acknowledged} records fit below the limit");
    assert_eq!(world.ended().await, 1, "{}", world.log());
    let log = world.log();
    let data = world.pair.trial.data(Role::Broker);
    let expected = [
        format!("ERROR Error while appending records to orders-0 in dir {} (org", data.display()),
        "java.io.IOException: File too large".to_owned(),
        format!("WARN [ReplicaManager broker=0] Stopping serving replicas in dir {} (", data.display()),
        format!("ERROR Shutdown broker because all log dirs in {} have failed (kafka.log.LogManager)", data.display()),
    ];
    for line in expected {
        assert!(log.contains(&line), "expected {line}\nfound {log}");
    }
    assert!(!data.join(".kafka_cleanshutdown").exists());

    world.start_again().await;
    let values = librdkafka::consume(&world.pair.bootstrap(), "orders", acknowledged).await;
    assert!(values.iter().enumerate().all(|(number, value)| value.starts_with(&format!("{number} "))));
    let next = librdkafka::produce(&world.pair.bootstrap(), "orders", &["more".to_owned()]).await;
    assert!(next[0] >= i64::try_from(acknowledged).expect("few"), "{next:?}");
}

/// Leaves nothing of a log directory, as a disk that was pulled out.
fn pull_out(directory: &Path) {
    fs::remove_dir_all(directory).expect("removed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_directory_fails_and_the_others_go_on_until_the_last() {
    let disks = tempfile::tempdir().expect("a temporary folder");
    let (first, second) = (disks.path().join("first"), disks.path().join("second"));
    let mut world = World::start(&format!("log.dirs={},{}", first.display(), second.display())).await;
    world.create("orders", 4).await;
    let here = |directory: &Path, partition: usize| directory.join(format!("orders-{partition}")).is_dir();
    let in_first: Vec<usize> = (0..4).filter(|partition| here(&first, *partition)).collect();
    assert_eq!(in_first.len(), 2, "the partitions are spread over the directories");
    pull_out(&first);
    let expected: Vec<i32> = (0..4).map(|partition| if in_first.contains(&partition) { -1 } else { 0 }).collect();
    let world_ref = &world;
    let told = || async { (world_ref.leaders("orders") == *expected).then_some(()) };
    wait::until(DEADLINE, "the partitions to have no leader", told).await.unwrap_or_else(|_| panic!("{}", world.log()));
    let left = (0..4).find(|partition| !in_first.contains(partition)).expect("two");
    let record = FutureRecord::<(), str>::to("orders").payload("still here").partition(i32::try_from(left).expect("small"));
    producer(&world.pair.bootstrap()).send(record, DEADLINE).await.expect("the other directory goes on");
    let lost = in_first.iter().map(|one| format!("orders-{one}")).collect::<Vec<_>>().join(",");
    let (id, path) = (0, first.display());
    let expected = [
        format!("WARN [ReplicaManager broker={id}] Stopping serving replicas in dir {path} (kafka.server.ReplicaManager)"),
        format!(
            "stopped fetcher for partitions {lost} and stopped moving logs for partitions  because they are in the failed log directory {path}. ("
        ),
        format!("WARN Stopping serving logs in dir {path} (kafka.log.LogManager)"),
        format!(
            "WARN Logs for partitions {lost} are offline and logs for future partitions  are offline due to failure on log directory {path} ("
        ),
    ];
    let log = world.log();
    for line in expected {
        assert!(log.contains(&line), "expected {line}\nfound {log}");
    }
    // log4j.properties gives the controller a file of its own
    let line =
        format!("INFO [Controller id={id}] Handling log directory failure for brokers {id} (kafka.controller.KafkaController)");
    let log = fs::read_to_string(world.pair.trial.folder().join("logs/controller.log")).expect("the controller logs");
    assert!(log.contains(&line), "expected {line}\nfound {log}");
    let port = world.pair.coordinator.port();
    let taken = || async move { (!znodes::dump(port).await.contains("log_dir_event_0")).then_some(()) };
    wait::until(DEADLINE, "the controller to take the notice away", taken).await.expect("it does");
    pull_out(&second);
    assert_eq!(world.ended().await, 1);
    let all = format!("ERROR Shutdown broker because all log dirs in {path}, {} have failed", second.display());
    assert!(world.log().contains(&all), "{}", world.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn directories_that_cannot_be_used_end_the_start_only_where_none_is_left() {
    let disks = tempfile::tempdir().expect("a temporary folder");
    let (file, good) = (disks.path().join("file"), disks.path().join("good"));
    fs::write(&file, "no folder").expect("written");
    let world = World::start(&format!("log.dirs={},{}", file.display(), good.display())).await;
    let expected = [
        format!("ERROR Failed to create or validate data directory {} (org.apache.kafka", file.display()),
        format!("java.io.IOException: Failed to load {} during broker startup", file.display()),
    ];
    let log = world.log();
    for line in expected {
        assert!(log.contains(&line), "expected {line}\nfound {log}");
    }
    world.create("orders", 2).await;
    assert_eq!(world.leaders("orders"), [0, 0]);
    assert!(good.join("orders-0").is_dir() && good.join("orders-1").is_dir());
}

/// The bundled engine, none of whose files may have more than so many kilobytes from the start.
struct Limited(Bundled);

impl Engine for Limited {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn command(&self, role: Role, config: &Path, logs: &Path) -> Command {
        let (script, limit) = (self.0.distribution().script(role.start_script()), "ulimit -f 400; exec \"$0\" \"$1\"");
        Command::new("sh").args(["-c", limit]).arg(script).arg(config).env("LOG_DIR", logs)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_is_full_at_the_start_ends_it_and_loses_nothing() {
    // as large as indexes are by default
    let mut world = World::start("log.index.size.max.bytes=10485760").await;
    world.create("orders", 1).await;
    let values: Vec<String> = (0..20).map(|number| number.to_string()).collect();
    librdkafka::produce(&world.pair.bootstrap(), "orders", &values).await;
    assert_eq!(world.pair.broker.stop(DEADLINE).await.ok(), Some(143));
    let limited = Limited(bundled(world.distribution.path()));
    let started = world.pair.trial.start(&limited, Role::Broker, DEADLINE).await;
    let error = started.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.starts_with("the broker ended with exit code 1 before it served"), "{error}");
    let log = world.log();
    let data = world.pair.trial.data(Role::Broker);
    let expected = [
        format!("ERROR Error while loading log dir {}: ", data.display()),
        "java.io.IOException: File too large".to_owned(),
        format!("ERROR Shutdown broker because none of the specified log dirs from {} can be created", data.display()),
    ];
    for line in expected {
        assert!(log.contains(&line), "expected {line}\nfound {log}");
    }
    world.start_again().await;
    assert_eq!(librdkafka::consume(&world.pair.bootstrap(), "orders", values.len()).await, values);
}

/// The files of a partition with that ending, oldest first.
fn files(world: &World, partition: &str, ending: &str) -> Vec<std::path::PathBuf> {
    let folder = world.pair.trial.data(Role::Broker).join(partition);
    let entries = fs::read_dir(folder).expect("the log is there").map(|entry| entry.expect("it can be read").path());
    let mut found: Vec<_> = entries.filter(|path| path.extension().is_some_and(|kind| kind == ending)).collect();
    found.sort();
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_removed_or_cut_underneath_costs_no_other_record() {
    let mut world = World::start("log.segment.bytes=8192").await;
    world.create("orders", 1).await;
    let values: Vec<String> = (0..100).map(|number| format!("{number} {}", "x".repeat(500))).collect();
    let bootstrap = world.pair.bootstrap();
    librdkafka::produce(&bootstrap, "orders", &values).await;
    let (segments, indexes) = (files(&world, "orders-0", "log"), files(&world, "orders-0", "index"));
    assert!(segments.len() > 4, "{segments:?}");
    for index in indexes.iter().chain(&files(&world, "orders-0", "timeindex")) {
        File::options().write(true).open(index).and_then(|file| file.set_len(3)).expect("cut");
    }
    // Kafka keeps reading from what it has open, and so does this
    fs::remove_file(&segments[0]).expect("removed");
    assert_eq!(librdkafka::consume(&bootstrap, "orders", values.len()).await, values);
    librdkafka::produce(&bootstrap, "orders", &["more".to_owned()]).await;
    assert_eq!(world.pair.broker.kill().await.ok(), Some(137));
    world.start_again().await;
    let left = librdkafka::consume_partition(&bootstrap, "orders", 0, usize::MAX).await;
    let stem = segments[1].file_stem().and_then(|stem| stem.to_str()).expect("a number");
    let first: usize = stem.parse().expect("a number");
    assert_eq!(left, [&values[first..], &["more".to_owned()]].concat());
    // a log that somebody cuts while it is served: what is gone is refused, the rest goes on
    let cut = &files(&world, "orders-0", "log")[0];
    File::options().write(true).open(cut).and_then(|file| file.set_len(100)).expect("cut");
    let next = librdkafka::produce(&bootstrap, "orders", &["and more".to_owned()]).await;
    assert_eq!(next, [i64::try_from(values.len()).expect("few") + 1]);
    let log = world.log();
    assert!(!log.contains("panicked at") && !log.contains("Stopping serving replicas"), "{log}");
}
