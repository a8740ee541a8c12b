//! The bundled coordinator and broker as processes of their own: seen by the system, by librdkafka and in ZooKeeper as Apache's are,
//! and nothing is lost when one is killed.

use kafkalab::engine::server::{Role, Server};
use kafkalab::engine::tools::PRODUCER_CLASS;
use kafkalab::engine::tools::invocation::WITNESS_VARIABLE;
use kafkalab::engine::trial::Trial;
use kafkalab::engine::zookeeper::client::{Client, ConnectString};
use kafkalab::engine::zookeeper::protocol::CreateMode;
use kafkalab::process::spawn::{Command, Stream};
use kafkalab::process::{sockets, table, wait};
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

use crate::support::{DEADLINE, Pair, bundled, librdkafka, serving, znodes};

/// A session that runs out soon, but not while a broker starts on a busy machine: a broker that was killed is forgotten then, and its
/// successor may register.
const SHORT_SESSION: [(Role, &str); 1] = [(Role::Broker, "zookeeper.session.timeout.ms=6000")];

async fn pair(lines: &[(Role, &str)]) -> (Pair, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let engine = bundled(folder.path());
    (Pair::start(&engine, &engine, lines).await, folder)
}

async fn create_topic(pair: &Pair, name: &str) {
    pair.trial.create_topic(name, 1, DEADLINE).await.unwrap_or_else(|error| panic!("{error}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn librdkafka_writes_and_reads() {
    let (pair, _folder) = pair(&[]).await;
    create_topic(&pair, "orders").await;
    let values: Vec<String> = (0..200).map(|number| format!("주문 {number}")).collect();
    let offsets = librdkafka::produce(&pair.bootstrap(), "orders", &values).await;
    assert_eq!(offsets, (0..200).collect::<Vec<i64>>());
    assert_eq!(librdkafka::consume(&pair.bootstrap(), "orders", 200).await, values);
    assert_eq!(librdkafka::consume_in_group(&pair.bootstrap(), "orders", "lab", 200).await, values);
}

#[tokio::test]
async fn the_system_shows_them_as_it_shows_kafka() {
    let (pair, _folder) = pair(&[]).await;
    let check = |server: &Server, role: Role| {
        let pid = server.describe().expect("it runs").pid;
        let process = table::by_class(role.main_class()).into_iter().find(|process| process.pid() == pid);
        let process = process.expect("the table shows it by its main class");
        let config = pair.trial.folder().join(role.config_name()).into_os_string();
        assert_eq!(process.argv.last(), Some(&config));
        assert_eq!(sockets::listening_on(server.port()).and_then(|listening| listening.pid), Some(pid));
    };
    check(&pair.coordinator, Role::Coordinator);
    check(&pair.broker, Role::Broker);
    let to_coordinator = sockets::connections_of(pair.broker.describe().expect("it runs").pid);
    assert!(to_coordinator.iter().any(|connection| connection.remote.port() == pair.coordinator.port()), "{to_coordinator:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_outlive_a_killed_broker() {
    let (mut pair, folder) = pair(&SHORT_SESSION).await;
    create_topic(&pair, "orders").await;
    let mut values: Vec<String> = (0..100).map(|number| format!("before {number}")).collect();
    librdkafka::produce(&pair.bootstrap(), "orders", &values).await;
    assert_eq!(pair.broker.kill().await.ok(), Some(137));

    let port = pair.coordinator.port();
    let forgotten = || async move { (!znodes::dump(port).await.contains("\n/brokers/ids/0 ")).then_some(()) };
    wait::until(DEADLINE, "the dead broker's registration to go", forgotten).await.expect("its session ends");
    pair.broker = serving(pair.trial.start(&bundled(folder.path()), Role::Broker, DEADLINE).await);
    let more: Vec<String> = (0..10).map(|number| format!("after {number}")).collect();
    assert_eq!(librdkafka::produce(&pair.bootstrap(), "orders", &more).await, (100..110).collect::<Vec<i64>>());
    values.extend(more);
    assert_eq!(librdkafka::consume(&pair.bootstrap(), "orders", 110).await, values);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn topics_outlive_a_killed_coordinator() {
    let (mut pair, folder) = pair(&[]).await;
    create_topic(&pair, "orders").await;
    let before = znodes::dump(pair.coordinator.port()).await;
    assert_eq!(pair.coordinator.kill().await.ok(), Some(137));
    pair.coordinator = serving(pair.trial.start(&bundled(folder.path()), Role::Coordinator, DEADLINE).await);
    assert_eq!(znodes::dump(pair.coordinator.port()).await, before, "sessions and nodes are as they were");
    create_topic(&pair, "more").await;
    librdkafka::produce(&pair.bootstrap(), "more", &["still here".to_owned()]).await;
}

#[tokio::test]
async fn the_broker_leaves_the_znodes_that_apaches_leaves() {
    let (pair, _folder) = pair(&[]).await;
    create_topic(&pair, "test_topic").await;
    let found = znodes::dump(pair.coordinator.port()).await;
    assert!(found == znodes::AFTER_CREATE, "expected:\n{}\nfound:\n{found}", znodes::AFTER_CREATE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_whose_id_was_taken_meanwhile_is_refused_once_and_serves_on() {
    const TAKEN: &str = "Error while creating ephemeral at /brokers/ids/0, node already exists and owner '0x";
    let (mut pair, _folder) = pair(&SHORT_SESSION).await;
    create_topic(&pair, "orders").await;
    let pid = i32::try_from(pair.broker.describe().expect("it runs").pid).ok().and_then(Pid::from_raw).expect("a process");
    let servers: ConnectString = format!("localhost:{}", pair.coordinator.port()).parse().expect("a valid address");
    let other = Client::connect(&servers, DEADLINE, DEADLINE).await.expect("the coordinator serves");
    let (data, _) = other.get_data("/brokers/ids/0").await.expect("it is registered");
    kill_process(pid, Signal::STOP).expect("it is ours");
    // free as soon as the session of the broker has ended
    let take = || async { other.create("/brokers/ids/0", data.clone(), CreateMode::Ephemeral).await.ok() };
    wait::until(DEADLINE, "the session of the stopped broker to end", take).await.expect("it ends");
    kill_process(pid, Signal::CONT).expect("it is ours");
    let log = || std::fs::read_to_string(pair.broker.log()).expect("the broker logs");
    wait::until_true(DEADLINE, "the broker to be refused", || log().contains(TAKEN)).await.expect("it is");
    librdkafka::produce(&pair.bootstrap(), "orders", &["still led here".to_owned()]).await;
    assert_eq!(log().matches(TAKEN).count(), 1, "it does not try again and again");
    assert_eq!(pair.broker.stop(DEADLINE).await.ok(), Some(143));
    other.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_typed_before_there_is_a_broker_is_delivered_when_it_comes() {
    let (programs, folder) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let engine = bundled(programs.path());
    let trial = Trial::prepare(folder.path(), &[]).await.expect("two free ports");
    let bootstrap = trial.bootstrap();
    let command = Command::new(env!("CARGO_BIN_EXE_kafkalab")).called_as(PRODUCER_CLASS).env_remove(WITNESS_VARIABLE);
    let command = command.args(["--topic", "orders", "--max-block-ms", "600000", "--bootstrap-server", &bootstrap]);
    let command = command.stdin(Stream::Piped).stderr(Stream::Piped).kill_group_on_drop();
    let mut producer = command.spawn().expect("it starts");
    let mut said = BufReader::new(producer.stderr.take().expect("piped")).lines();
    let line = tokio::time::timeout(DEADLINE, said.next_line()).await.expect("before anything is typed");
    let line = line.expect("text").expect("it goes on");
    assert!(line.contains("Connection to node -1 (") && line.contains("Broker may not be available."), "{line}");
    let mut stdin = producer.stdin.take().expect("piped");
    stdin.write_all("처음\n".as_bytes()).await.expect("it reads");
    drop(stdin);
    let _coordinator = serving(trial.start(&engine, Role::Coordinator, DEADLINE).await);
    let _broker = serving(trial.start(&engine, Role::Broker, DEADLINE).await);
    let ended = tokio::time::timeout(DEADLINE, producer.wait()).await.expect("it ends");
    assert_eq!(ended.expect("it was started here").code(), Some(0));
    assert_eq!(librdkafka::consume(&bootstrap, "orders", 1).await, ["처음"]);
}

#[tokio::test]
async fn a_clean_stop_ends_with_143_and_leaves_its_mark() {
    let (mut pair, _folder) = pair(&[]).await;
    assert_eq!(pair.broker.stop(DEADLINE).await.ok(), Some(143));
    assert!(pair.trial.data(Role::Broker).join(".kafka_cleanshutdown").is_file());
    assert_eq!(pair.coordinator.stop(DEADLINE).await.ok(), Some(143));
}
