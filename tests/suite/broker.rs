//! The bundled broker as librdkafka and raw sockets see it: what an administrator asks, and what nobody should send.

use std::time::Duration;

use kafkalab::engine::bundled::Bundled;
use kafkalab::engine::server::Role;
use kafkalab::net;
use kafkalab::process::wait;
use rdkafka::admin::{
    AdminClient, AdminOptions, AlterConfig, ConfigSource, NewPartitions, NewTopic, ResourceSpecifier, TopicReplication,
};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::RDKafkaErrorCode;
use tokio::io::AsyncWriteExt;

use crate::hostile;
use crate::support::raw::{self, framed, header};
use crate::support::{DEADLINE, Pair, bundled, serving};

struct World {
    pair: Pair,
    distribution: tempfile::TempDir,
}

impl World {
    async fn start(lines: &[(Role, &str)]) -> Self {
        let distribution = tempfile::tempdir().expect("a temporary folder");
        let engine: Bundled = bundled(distribution.path());
        Self { pair: Pair::start(&engine, &engine, lines).await, distribution }
    }

    fn admin(&self) -> AdminClient<DefaultClientContext> {
        ClientConfig::new().set("bootstrap.servers", self.pair.bootstrap()).create().expect("a valid configuration")
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.pair.broker.log()).expect("the broker logs")
    }

    async fn send(&self, bytes: &[u8]) -> Vec<u8> {
        hostile::send(self.pair.broker.port(), bytes).await
    }

    async fn ask(&self, request: &[u8]) -> Vec<u8> {
        raw::ask(self.pair.broker.port(), request).await.expect("an answer")
    }
}

async fn create(admin: &AdminClient<DefaultClientContext>, topics: &[NewTopic<'_>]) -> Vec<Result<(), RDKafkaErrorCode>> {
    let created = admin.create_topics(topics, &AdminOptions::new()).await.expect("the broker answers");
    created.into_iter().map(|one| one.map(drop).map_err(|(_, code)| code)).collect()
}

fn topic(name: &str, partitions: i32, replicas: i32) -> NewTopic<'_> {
    NewTopic::new(name, partitions, TopicReplication::Fixed(replicas))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn topics_are_made_grown_and_refused() {
    use RDKafkaErrorCode as Code;
    let world = World::start(&[]).await;
    let admin = world.admin();
    let long = "n".repeat(249);
    let asked = [topic("orders", 3, 1), topic("a b", 1, 1), topic("..", 1, 1), topic(&long, 1, 1), topic("two", 1, 2)];
    let expected = [Ok(()), Err(Code::InvalidTopic), Err(Code::InvalidTopic), Ok(()), Err(Code::InvalidReplicationFactor)];
    assert_eq!(create(&admin, &asked).await, expected);
    let again = [topic("orders", 3, 1), topic("or.ders", 1, 1).set("retention.ms", "-5"), topic("x", 1, 1).set("no.such", "1")];
    let expected = [Err(Code::TopicAlreadyExists), Err(Code::InvalidConfig), Err(Code::InvalidConfig)];
    assert_eq!(create(&admin, &again).await, expected);

    let grow = |count| NewPartitions::new("orders", count);
    for (count, expected) in [(5, Ok(())), (5, Err(Code::InvalidPartitions)), (2, Err(Code::InvalidPartitions))] {
        let grown = admin.create_partitions(&[grow(count)], &AdminOptions::new()).await.expect("the broker answers");
        let grown: Vec<_> = grown.into_iter().map(|one| one.map(drop).map_err(|(_, code)| code)).collect();
        assert_eq!(grown, [expected], "{count}");
    }
    let deleted = admin.delete_topics(&["orders", "orders2"], &AdminOptions::new()).await.expect("the broker answers");
    let deleted: Vec<_> = deleted.into_iter().map(|one| one.map_err(|(_, code)| code)).collect();
    assert_eq!(deleted, [Ok("orders".to_owned()), Err(Code::UnknownTopicOrPartition)]);
    assert_eq!(create(&admin, &[topic("orders", 1, 1)]).await, [Ok(())], "its name is free again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_topic_that_is_missing_is_made_for_who_may() {
    let world = World::start(&[]).await;
    let bootstrap = world.pair.bootstrap();
    let error_of = move |name: &'static str, make: &'static str| {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", &bootstrap).set("allow.auto.create.topics", make);
        let consumer: BaseConsumer = config.create().expect("a valid configuration");
        let metadata = consumer.fetch_metadata(Some(name), DEADLINE).expect("the broker answers");
        let topic = &metadata.topics()[0];
        topic.error().map(RDKafkaErrorCode::from)
    };
    let errors = tokio::task::spawn_blocking(move || {
        let first = [error_of("made", "false"), error_of("b d", "true")];
        // librdkafka asks again by itself while there is no leader yet
        (first, error_of("made", "true"), error_of("made", "false"))
    });
    let (first, made, after) = errors.await.expect("librdkafka does not panic");
    use RDKafkaErrorCode::{InvalidTopic, UnknownTopicOrPartition};
    assert_eq!(first, [Some(UnknownTopicOrPartition), Some(InvalidTopic)]);
    assert_eq!((made, after), (None, None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_topic_is_not_made_where_the_broker_forbids_it() {
    let world = World::start(&[(Role::Broker, "auto.create.topics.enable=false")]).await;
    let values = ["lost".to_owned()];
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", world.pair.bootstrap()).set("message.timeout.ms", "1500");
    let producer: rdkafka::producer::FutureProducer = config.create().expect("a valid configuration");
    let record = rdkafka::producer::FutureRecord::<(), str>::to("missing").payload(&values[0]);
    assert!(producer.send(record, DEADLINE).await.is_err());
    let listed = world.pair.trial.client().list_topics().await.expect("the broker serves");
    assert!(listed.is_empty(), "{listed:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_are_described_with_their_sources() {
    let world = World::start(&[(Role::Broker, "log.segment.bytes=2097152")]).await;
    let admin = world.admin();
    assert_eq!(create(&admin, &[topic("orders", 1, 1).set("retention.ms", "60000")]).await, [Ok(())]);
    let asked = [ResourceSpecifier::Topic("orders"), ResourceSpecifier::Broker(0), ResourceSpecifier::Topic("missing")];
    let described = admin.describe_configs(&asked, &AdminOptions::new()).await.expect("the broker answers");
    let entry = |at: usize, name: &'static str| {
        let resource = described[at].as_ref().unwrap_or_else(|code| panic!("{name}: {code}"));
        let entry = resource.get(name).unwrap_or_else(|| panic!("{name} is described"));
        (entry.value.clone().unwrap_or_default(), &entry.source)
    };
    assert_eq!(entry(0, "retention.ms"), ("60000".to_owned(), &ConfigSource::DynamicTopic));
    assert_eq!(entry(0, "segment.bytes"), ("2097152".to_owned(), &ConfigSource::StaticBroker));
    assert_eq!(entry(0, "cleanup.policy"), ("delete".to_owned(), &ConfigSource::Default));
    assert_eq!(entry(1, "log.segment.bytes"), ("2097152".to_owned(), &ConfigSource::StaticBroker));
    // librdkafka's binding keeps the error to itself
    assert!(described[2].as_ref().is_ok_and(|resource| resource.entries.is_empty()), "{:?}", described[2]);
}

#[tokio::test]
async fn what_is_no_request_ends_its_connection_only() {
    let world = World::start(&[]).await;
    let tls_hello = [0x16, 0x03, 0x01, 0x01, 0x2e, 0x01, 0x00, 0x01];
    for (bytes, line) in [
        (&b"GET / HTTP/1.1\r\n\r\n"[..], "Invalid receive (size = 1195725856 larger than 104857600)"),
        (&tls_hello[..], "Invalid receive (size = 369295617 larger than 104857600)"),
        (&(-1i32).to_be_bytes()[..], "Invalid receive (size = -1)"),
        (&104_857_601i32.to_be_bytes()[..], "Invalid receive (size = 104857601 larger than 104857600)"),
        (&framed(&header(99, 0))[..], "Unexpected api key: 99"),
        (
            &framed(&[header(3, 99), vec![0]].concat())[..],
            "Received request api key METADATA with version 99 which is not enabled",
        ),
        (&framed(&[header(3, 1), vec![0x7f, 0xff, 0xff, 0xff]].concat())[..], "Error getting request for apiKey: METADATA"),
        (&framed(&[0, 3])[..], "Error parsing request header"),
    ] {
        assert!(world.send(bytes).await.is_empty(), "{line}");
        let logged = || async { world.log().contains(line).then_some(()) };
        wait::until(DEADLINE, "the broker to say why", logged).await.unwrap_or_else(|_| panic!("{line}\n{}", world.log()));
    }
    // a frame that is never finished takes no more than what came
    let mut half = net::connect("127.0.0.1", world.pair.broker.port(), DEADLINE).await.expect("the broker listens");
    half.write_all(&[0, 1, 0, 0, 1]).await.expect("a few bytes");
    world.pair.trial.create_topic("served", 1, DEADLINE).await.expect("others are served on");
}

#[tokio::test]
async fn api_versions_are_negotiated() {
    let world = World::start(&[]).await;
    // a version that is too new is answered in the form of version 0, with the versions of ApiVersions alone
    let answer = world.ask(&[header(18, 99), vec![0]].concat()).await;
    assert_eq!(answer, [&7i32.to_be_bytes()[..], &[0, 35, 0, 0, 0, 1, 0, 18, 0, 0, 0, 3]].concat());
    // version 3: tagged fields of the header, then a software without a name
    let nameless = [header(18, 3), vec![0, 1, 1, 0]].concat();
    assert_eq!(world.ask(&nameless).await[4..6], [0, 42]);
    let named = [header(18, 3), vec![0, 2, b'a', 2, b'1', 0]].concat();
    assert_eq!(world.ask(&named).await[4..6], [0, 0]);
}

#[tokio::test]
async fn a_failed_request_without_acknowledgement_closes_the_connection() {
    let world = World::start(&[]).await;
    // Produce v3: no transaction, acks 0, topic "t" with partition 9
    let body = [&[0xff, 0xff, 0, 0, 0, 0, 5, 0, 0, 0, 0, 1, 0, 1, b't'][..], &[0, 0, 0, 1, 0, 0, 0, 9, 0, 0, 0, 0]];
    assert!(world.send(&framed(&[header(0, 3), body.concat()].concat())).await.is_empty());
    assert!(world.log().contains("with ack=0\nTopic and partition to exceptions: (t-9,"), "{}", world.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_waiting_consumer_does_not_hold_up_the_end() {
    let mut world = World::start(&[(Role::Broker, "group.initial.rebalance.delay.ms=60000")]).await;
    world.pair.trial.create_topic("orders", 1, DEADLINE).await.expect("the broker serves");
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", world.pair.bootstrap()).set("group.id", "waiting").set("log_level", "0");
    let consumer: BaseConsumer = config.create().expect("a valid configuration");
    consumer.subscribe(&["orders"]).expect("a valid subscription");
    // its JoinGroup waits for others for a minute
    let polling = std::thread::spawn(move || {
        let deadline = std::time::Instant::now() + Duration::from_secs(5);
        while std::time::Instant::now() < deadline && consumer.poll(Duration::from_millis(100)).is_none() {}
    });
    let joined = || async { world.log().contains("Preparing to rebalance group waiting").then_some(()) };
    wait::until(DEADLINE, "the consumer to join", joined).await.expect("it joins");
    let started = std::time::Instant::now();
    assert_eq!(world.pair.broker.stop(DEADLINE).await.ok(), Some(143));
    // far below the second that connections are given at most; the machine may be busy
    assert!(started.elapsed() < Duration::from_millis(900), "{:?}", started.elapsed());
    polling.join().expect("librdkafka does not panic");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_change_while_the_broker_runs() {
    let mut world = World::start(&[]).await;
    let admin = world.admin();
    assert_eq!(create(&admin, &[topic("orders", 1, 1)]).await, [Ok(())]);
    let alter = async |asked: AlterConfig<'_>| {
        let altered = admin.alter_configs(&[asked], &AdminOptions::new()).await.expect("the broker answers");
        altered.into_iter().map(|one| one.map(drop).map_err(|(_, code)| code)).collect::<Vec<_>>()
    };
    let orders = || AlterConfig::new(ResourceSpecifier::Topic("orders"));
    assert_eq!(alter(orders().set("max.message.bytes", "100")).await, [Ok(())]);
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", world.pair.bootstrap());
    let producer: rdkafka::producer::FutureProducer = config.create().expect("a valid configuration");
    let payload = "n".repeat(200);
    let send = async || {
        let record = rdkafka::producer::FutureRecord::<(), String>::to("orders").payload(&payload);
        producer.send(record, DEADLINE).await.map(drop).map_err(|(error, _)| error.rdkafka_error_code())
    };
    assert_eq!(send().await, Err(Some(RDKafkaErrorCode::MessageSizeTooLarge)));
    // replaced as a whole
    assert_eq!(alter(orders().set("retention.ms", "70000")).await, [Ok(())]);
    assert_eq!(send().await, Ok(()));
    assert_eq!(alter(AlterConfig::new(ResourceSpecifier::Broker(0)).set("log.segment.bytes", "2000000")).await, [Ok(())]);

    let engine = bundled(world.distribution.path());
    assert_eq!(world.pair.broker.stop(DEADLINE).await.ok(), Some(143));
    world.pair.broker = serving(world.pair.trial.start(&engine, Role::Broker, DEADLINE).await);
    let asked = [ResourceSpecifier::Topic("orders"), ResourceSpecifier::Broker(0)];
    let described = admin.describe_configs(&asked, &AdminOptions::new()).await.expect("the broker answers");
    let entry = |at: usize, name: &'static str| {
        let entry = described[at].as_ref().ok().and_then(|resource| resource.get(name)).expect("it is described");
        (entry.value.clone().unwrap_or_default(), &entry.source)
    };
    assert_eq!(entry(0, "max.message.bytes"), ("1048588".to_owned(), &ConfigSource::Default));
    assert_eq!(entry(0, "retention.ms"), ("70000".to_owned(), &ConfigSource::DynamicTopic));
    assert_eq!(entry(0, "segment.bytes"), ("2000000".to_owned(), &ConfigSource::DynamicBroker));
    assert_eq!(entry(1, "log.segment.bytes"), ("2000000".to_owned(), &ConfigSource::DynamicBroker));
}
