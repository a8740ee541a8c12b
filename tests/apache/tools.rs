//! Apache's own tools against the bundled servers: they cannot tell.

use kafkalab::engine::server::Role;

use crate::Case;
use crate::support::{Pair, librdkafka};
use crate::world::{World, printed};

pub const CASES: &[Case] = &[
    ("kafka_topics_creates_lists_describes_and_deletes", |world| world.block_on(topics(world))),
    ("console_producer_and_consumer_meet", |world| world.block_on(console(world))),
    ("producer_perf_test_loses_nothing", |world| world.block_on(perf_test(world))),
    ("zookeeper_shell_reads_and_writes", |world| world.block_on(zookeeper_shell(world))),
    ("dump_log_reads_the_segments", |world| world.block_on(dump_log(world))),
];

const TOPICS: &str = "kafka.admin.TopicCommand";

async fn topics(world: &World) {
    let bootstrap = world.pair().await.bootstrap();
    let tool = async |args: &[&str]| world.jars().run(TOPICS, &[args, &["--bootstrap-server", &bootstrap]].concat(), "").await;
    let created = tool(&["--create", "--topic", "orders", "--partitions", "2", "--replication-factor", "1"]).await;
    assert_eq!(printed(&created, 0), "Created topic orders.\n");
    let again = tool(&["--create", "--topic", "orders"]).await;
    assert!(printed(&again, 1).contains("Topic 'orders' already exists."), "{}", again.stdout.text());
    let listed = printed(&tool(&["--list"]).await, 0);
    assert!(listed.lines().any(|line| line == "orders"), "{listed}");

    let described = printed(&tool(&["--describe", "--topic", "orders"]).await, 0);
    let rows: Vec<Vec<&str>> = described.lines().map(|line| line.trim().split('\t').map(str::trim).collect()).collect();
    assert_eq!((rows[0][0], &rows[0][2..4]), ("Topic: orders", &["PartitionCount: 2", "ReplicationFactor: 1"][..]));
    assert_eq!(rows[1], ["Topic: orders", "Partition: 0", "Leader: 0", "Replicas: 0", "Isr: 0"]);
    assert_eq!(rows[2], ["Topic: orders", "Partition: 1", "Leader: 0", "Replicas: 0", "Isr: 0"]);
    assert_eq!(rows.len(), 3);

    assert_eq!(printed(&tool(&["--delete", "--topic", "orders"]).await, 0), "");
    let missing = tool(&["--describe", "--topic", "orders"]).await;
    let text = printed(&missing, 1) + &missing.stderr.text();
    assert!(text.contains("Topic 'orders' does not exist as expected"), "{text}");
}

async fn console(world: &World) {
    let pair = world.pair().await;
    create(pair, "greetings").await;
    let to = ["--topic", "greetings", "--bootstrap-server", &pair.bootstrap()];
    let produced = world.jars().run("kafka.tools.ConsoleProducer", &to, "hello\nkafka\n안녕\n").await;
    printed(&produced, 0);
    let args = [&to[..], &["--from-beginning", "--max-messages", "3"]].concat();
    let consumed = world.jars().run("kafka.tools.ConsoleConsumer", &args, "").await;
    assert_eq!(printed(&consumed, 0), "hello\nkafka\n안녕\n");
    assert!(consumed.stderr.text().contains("Processed a total of 3 messages"), "{}", consumed.stderr.text());
}

async fn perf_test(world: &World) {
    const RECORDS: i64 = 50_000;
    let pair = world.pair().await;
    create(pair, "perf").await;
    let (count, servers) = (RECORDS.to_string(), format!("bootstrap.servers={}", pair.bootstrap()));
    let args = ["--topic", "perf", "--num-records", &count, "--record-size", "100", "--throughput", "-1", "--producer-props"];
    let tool = world.jars().run("org.apache.kafka.tools.ProducerPerformance", &[&args[..], &[&servers]].concat(), "").await;
    let report = printed(&tool, 0);
    assert!(report.contains(&format!("{RECORDS} records sent")), "{report}");
    let offsets = pair.trial.client().offsets("perf").await.expect("the broker serves");
    assert_eq!(offsets.get(&0).map(|range| (range.earliest, range.latest)), Some((0, RECORDS)));
}

async fn zookeeper_shell(world: &World) {
    let pair = world.pair().await;
    let server = format!("localhost:{}", pair.coordinator.port());
    let shell = async |words: &[&str]| {
        let class = "org.apache.zookeeper.ZooKeeperMainWithTlsSupportForKafka";
        let output = world.jars().run(class, &[&["-server", &server], words].concat(), "").await;
        let text = printed(&output, 0);
        // a thread of its own tells of the connection, before the answer or after it
        let of_events = |line: &str| line.is_empty() || line == "WATCHER::" || line.starts_with("WatchedEvent ");
        let answer = text.lines().rfind(|line| !of_events(line));
        (answer.unwrap_or_default().to_owned(), output.stderr.text())
    };
    assert_eq!(shell(&["ls", "/brokers/ids"]).await.0, "[0]");
    let controller = shell(&["get", "/controller"]).await.0;
    assert!(controller.starts_with(r#"{"version":2,"brokerid":0,"timestamp":""#), "{controller}");
    let created = shell(&["create", "/mine", "hello"]).await.1;
    assert!(created.contains("Created /mine"), "{created}");
    assert_eq!(shell(&["get", "/mine"]).await.0, "hello");
    shell(&["delete", "/mine"]).await;
    let root = shell(&["ls", "/"]).await.0;
    assert!(root.contains("brokers") && !root.contains("mine"), "{root}");
}

async fn dump_log(world: &World) {
    let pair = world.pair().await;
    create(pair, "dumped").await;
    let values: Vec<String> = (0..20).map(|number| format!("record-{number}")).collect();
    librdkafka::produce(&pair.bootstrap(), "dumped", &values).await;
    let segment = pair.trial.data(Role::Broker).join("dumped-0/00000000000000000000.log");
    let args = ["--print-data-log", "--deep-iteration", "--files", &segment.display().to_string()];
    let dumped = printed(&world.jars().run("kafka.tools.DumpLogSegments", &args, "").await, 0);
    let found: Vec<&str> = dumped.lines().filter_map(|line| line.split_once("payload: ")).map(|(_, value)| value).collect();
    assert_eq!(found, values, "{dumped}");
    assert!(dumped.contains("isvalid: true") && !dumped.contains("isvalid: false"), "{dumped}");
}

async fn create(pair: &Pair, topic: &str) {
    pair.trial.create_topic(topic, 1, crate::support::DEADLINE).await.unwrap_or_else(|error| panic!("{error}"));
}
