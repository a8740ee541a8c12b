//! One server of each: the bundled broker on Apache's ZooKeeper, Apache's broker on the bundled coordinator; and what a broker of
//! Apache's leaves in ZooKeeper, which the bundled one is held to without Java.

use kafkalab::engine::server::{Engine, Role};
use kafkalab::process::wait;

use crate::Case;
use crate::support::{DEADLINE, Pair, librdkafka, znodes};
use crate::world::World;

pub const CASES: &[Case] = &[
    ("a_bundled_broker_on_apaches_zookeeper", |world| {
        world.block_on(serves(world, &world.jars().engine(), world.bundled()));
    }),
    ("apaches_broker_on_the_bundled_coordinator", |world| {
        world.block_on(serves(world, world.bundled(), &world.jars().engine()));
    }),
    ("apache_leaves_the_recorded_znodes", |world| world.block_on(recorded_znodes(world))),
];

/// Set to record anew what Apache leaves behind.
const RECORD: &str = "KAFKALAB_RECORD";

/// Fewer internal partitions than 50: starting and stopping Apache's broker is then quick.
const FEW_PARTITIONS: (Role, &str) = (Role::Broker, "offsets.topic.num.partitions=2");

/// What a learner does, with a client that is neither's: create, produce, consume in a group, delete, stop cleanly.
async fn serves(world: &World, coordinator: &dyn Engine, broker: &dyn Engine) {
    let mut pair = Pair::start(coordinator, broker, &[FEW_PARTITIONS]).await;
    let bootstrap = pair.bootstrap();
    pair.trial.create_topic("orders", 1, DEADLINE).await.unwrap_or_else(|error| panic!("{error}"));
    let values: Vec<String> = (0..50).map(|number| format!("order {number}")).collect();
    let offsets = librdkafka::produce(&bootstrap, "orders", &values).await;
    assert_eq!(offsets, (0..50).collect::<Vec<i64>>());
    assert_eq!(librdkafka::consume(&bootstrap, "orders", 50).await, values);
    assert_eq!(librdkafka::consume_in_group(&bootstrap, "orders", "lab", 50).await, values);

    let args = ["--delete", "--topic", "orders", "--bootstrap-server", &bootstrap];
    let deleted = world.jars().run("kafka.admin.TopicCommand", &args, "").await;
    assert!(deleted.ended.is_success(), "{}{}", deleted.stdout.text(), deleted.stderr.text());
    // the tool does not wait until the controller is done
    let port = pair.coordinator.port();
    let gone = || async move { (!znodes::dump(port).await.contains("/orders ")).then_some(()) };
    wait::until(DEADLINE, "every node of the topic to go", gone).await.expect("it is deleted");
    assert!(znodes::dump(port).await.contains("\n/brokers/topics/__consumer_offsets "));

    assert_eq!(pair.broker.stop(DEADLINE).await.ok(), Some(143));
    let tree = znodes::dump(port).await;
    assert!(!tree.contains("\n/brokers/ids/0 "), "a clean stop gives the registration back:\n{tree}");
}

async fn recorded_znodes(world: &World) {
    let apache = world.jars().engine();
    let pair = Pair::start(&apache, &apache, &[]).await;
    pair.trial.create_topic("test_topic", 1, DEADLINE).await.unwrap_or_else(|error| panic!("{error}"));
    let found = znodes::dump(pair.coordinator.port()).await;
    if std::env::var_os(RECORD).is_some() {
        let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/apache/znodes-after-create.txt");
        std::fs::write(fixture, &found).expect("the fixture is writable");
    } else {
        assert!(found == znodes::AFTER_CREATE, "expected:\n{}\nfound:\n{found}", znodes::AFTER_CREATE);
    }
}
