//! Settings of the bundled broker: what does nothing is named in the log, and listeners come and go while it runs.

use kafkalab::engine::server::Role;
use kafkalab::engine::zookeeper::client::{Client, ConnectString};
use kafkalab::net;
use kafkalab::process::wait;
use rdkafka::admin::{AdminClient, AdminOptions, AlterConfig, ResourceSpecifier};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use tokio::io::AsyncReadExt;

use crate::support::raw::{self, header};
use crate::support::{DEADLINE, Pair, bundled};

const LINES: &[(Role, &str)] = &[
    (Role::Broker, "num.io.threads=9"),
    (Role::Broker, "quota.window.num=12"),
    (Role::Broker, "log.cleaner.enable=true"),
    (Role::Broker, "no.such.key=1"),
    (Role::Broker, "password.encoder.secret=topsecret"),
];

async fn alter(admin: &AdminClient<DefaultClientContext>, settings: &[(&str, &str)]) {
    let alter = AlterConfig::new(ResourceSpecifier::Broker(0));
    let alter = settings.iter().fold(alter, |alter, (key, value)| alter.set(key, value));
    let altered = admin.alter_configs([&alter], &AdminOptions::new()).await;
    assert!(altered.as_ref().is_ok_and(|altered| altered.iter().all(Result::is_ok)), "{altered:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_are_named_that_do_nothing_and_listeners_come_and_go() {
    let distribution = tempfile::tempdir().expect("a temporary folder");
    let engine = bundled(distribution.path());
    let pair = Pair::start(&engine, &engine, LINES).await;
    let log = || std::fs::read_to_string(pair.broker.log()).expect("the broker logs");
    let idle: Vec<String> = log().lines().filter_map(|line| line.split("] WARN ").nth(1)).map(str::to_owned).collect();
    let idle: Vec<&String> = idle.iter().filter(|line| line.contains(" has no effect: ")).collect();
    assert_eq!(
        idle,
        [
            "num.io.threads has no effect: the bundled broker has no pools of threads. (kafka.server.KafkaConfig)",
            "quota.window.num has no effect: the bundled broker has no quotas. (kafka.server.KafkaConfig)",
        ]
    );

    let admin: AdminClient<DefaultClientContext> =
        ClientConfig::new().set("bootstrap.servers", pair.bootstrap()).create().expect("a valid configuration");
    let (port, other) = (pair.broker.port(), net::free_port().await.expect("a free port"));
    let both = format!("PLAINTEXT://localhost:{port},OTHER://localhost:{other}");
    let password = ("listener.name.other.ssl.key.password", "hunter2");
    let map = ("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,OTHER:PLAINTEXT");
    alter(&admin, &[("listeners", &both), ("advertised.listeners", &both), map, password]).await;
    let registered = format!("\"endpoints\":[\"PLAINTEXT://localhost:{port}\",\"OTHER://localhost:{other}\"]");
    let servers: ConnectString = format!("localhost:{}", pair.coordinator.port()).parse().expect("a valid address");
    let client = Client::connect(&servers, DEADLINE, DEADLINE).await.expect("the coordinator serves");
    let data = async |path: &str| {
        let (data, _) = client.get_data(path).await.expect("the znode is there");
        String::from_utf8_lossy(&data).into_owned()
    };
    let told = async |what: &str| data("/brokers/ids/0").await.contains(what).then_some(());
    wait::until(DEADLINE, "the new listener to be registered", || told(&registered)).await.expect("it is");
    let api_versions = header(18, 0);
    assert!(raw::ask(other, &api_versions).await.is_some(), "the new listener answers");
    let kept = data("/config/brokers/0").await;
    assert!(kept.contains("encryptedPassword:") && !kept.contains("hunter2"), "{kept}");
    assert!(!log().contains("hunter2"));

    let one = format!("PLAINTEXT://localhost:{port}");
    alter(&admin, &[("listeners", &one), ("advertised.listeners", &one)]).await;
    let closed = || async { net::connect("127.0.0.1", other, DEADLINE).await.is_err().then_some(()) };
    wait::until(DEADLINE, "the listener to be closed", closed).await.expect("it is");
    let registered = format!("\"endpoints\":[\"PLAINTEXT://localhost:{port}\"]");
    wait::until(DEADLINE, "the registration without it", || told(&registered)).await.expect("it is");
    assert!(raw::ask(port, &api_versions).await.is_some(), "the other listener has stayed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_longest_idle_connection_goes_when_fewer_may_be() {
    let distribution = tempfile::tempdir().expect("a temporary folder");
    let engine = bundled(distribution.path());
    let pair = Pair::start(&engine, &engine, &[]).await;
    let mut idle = raw::connect(pair.broker.port()).await;
    let admin: AdminClient<DefaultClientContext> =
        ClientConfig::new().set("bootstrap.servers", pair.bootstrap()).create().expect("a valid configuration");
    // the one that is left is the one that this comes through
    alter(&admin, &[("max.connections", "1")]).await;
    let mut byte = [0; 1];
    let closed = tokio::time::timeout(DEADLINE, idle.read(&mut byte)).await.expect("it is closed");
    assert!(matches!(closed, Ok(0) | Err(_)), "{closed:?}");
}
