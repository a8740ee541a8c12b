//! One server of each: the bundled broker on Apache's ZooKeeper, Apache's broker on the bundled coordinator; and what a broker of
//! Apache's leaves in ZooKeeper, which the bundled one is held to without Java.

use kafkalab::engine::server::{Engine, Role};
use kafkalab::process::signal::{Signal, send};
use kafkalab::process::table::Process;
use kafkalab::process::wait;

use crate::Case;
use crate::support::{DEADLINE, Pair, RECORD, answers, is_recording, librdkafka, serving, session, znodes};
use crate::world::World;

pub const CASES: &[Case] = &[
    ("a_bundled_broker_on_apaches_zookeeper", |world| {
        world.block_on(serves(world, &world.jars().engine(), world.bundled()));
    }),
    ("apaches_broker_on_the_bundled_coordinator", |world| {
        world.block_on(serves(world, world.bundled(), &world.jars().engine()));
    }),
    ("apaches_broker_outlives_restarts_and_its_session_on_the_bundled_coordinator", |world| world.block_on(outlives(world))),
    ("either_broker_goes_on_with_the_others_logs", |world| world.block_on(takes_over(world))),
    ("apache_gives_the_recorded_answers", |world| world.block_on(recorded_answers(world))),
    ("apache_leaves_the_recorded_znodes", |world| world.block_on(recorded_znodes(world))),
];

/// Fewer internal partitions than 50: starting and stopping Apache's broker is then quick.
const FEW_PARTITIONS: (Role, &str) = (Role::Broker, "offsets.topic.num.partitions=2");

/// A session that runs out soon, but not while a JVM starts on a busy machine.
const SHORT_SESSION: (Role, &str) = (Role::Broker, "zookeeper.session.timeout.ms=9000");

/// A bundled broker is killed, Apache's opens its log folder, is killed in turn, and the bundled one goes on: records and committed
/// offsets are all there each time.
async fn takes_over(world: &World) {
    let (bundled, apache) = (world.bundled(), world.jars().engine());
    let mut pair = Pair::start(bundled, bundled, &[FEW_PARTITIONS]).await;
    let bootstrap = pair.bootstrap();
    pair.trial.create_topic("orders", 1, DEADLINE).await.unwrap_or_else(|error| panic!("{error:?}"));
    let successors: [Option<&dyn Engine>; 3] = [Some(&apache), Some(bundled), None];
    let mut values: Vec<String> = Vec::new();
    for (round, successor) in successors.into_iter().enumerate() {
        let more: Vec<String> = (0..60).map(|number| format!("round {round}, {number}")).collect();
        let first = i64::try_from(values.len()).expect("a small number");
        assert_eq!(librdkafka::produce(&bootstrap, "orders", &more).await, (first..first + 60).collect::<Vec<i64>>());
        values.extend(more.iter().cloned());
        assert_eq!(librdkafka::consume(&bootstrap, "orders", values.len()).await, values);
        // the group goes on where it was under the broker before
        assert_eq!(librdkafka::consume_in_group(&bootstrap, "orders", "lab", 60).await, more);
        let Some(successor) = successor else { return };
        assert_eq!(pair.broker.kill().await.ok(), Some(137));
        session::forget_broker(pair.coordinator.port()).await;
        pair.broker = serving(pair.trial.start(successor, Role::Broker, DEADLINE).await);
    }
}

/// Apache's broker is started again; its coordinator is killed and started again; its session ends while it stands still. Each time it goes
/// on with what it had.
async fn outlives(world: &World) {
    let (bundled, apache) = (world.bundled(), world.jars().engine());
    let mut pair = Pair::start(bundled, &apache, &[SHORT_SESSION, FEW_PARTITIONS]).await;
    let (bootstrap, port) = (pair.bootstrap(), pair.coordinator.port());
    created(&pair, "one").await;
    let values: Vec<String> = (0..50).map(|number| format!("order {number}")).collect();
    librdkafka::produce(&bootstrap, "one", &values).await;
    assert_eq!(pair.broker.stop(DEADLINE).await.ok(), Some(143));
    pair.broker = serving(pair.trial.start(&apache, Role::Broker, DEADLINE).await);
    assert_eq!(librdkafka::consume(&bootstrap, "one", 50).await, values, "after its own restart");

    assert_eq!(pair.coordinator.kill().await.ok(), Some(137));
    pair.coordinator = serving(pair.trial.start(bundled, Role::Coordinator, DEADLINE).await);
    created(&pair, "two").await;

    let registered =
        |expected: bool| async move { (znodes::dump(port).await.contains("\n/brokers/ids/0 ") == expected).then_some(()) };
    let broker = pair.broker.describe().and_then(|state| Process::read(state.pid)).expect("it runs").identity;
    send(broker, Signal::Stop).expect("stopped");
    wait::until(DEADLINE, "the broker's session to end", || registered(false)).await.expect("it is silent");
    send(broker, Signal::Continue).expect("woken");
    wait::until(DEADLINE, "the broker to register again", || registered(true)).await.expect("in a new session");
    created(&pair, "three").await;
    assert_eq!(librdkafka::consume(&bootstrap, "one", 50).await, values, "in a new session");
}

async fn created(pair: &Pair, topic: &str) {
    pair.trial.create_topic(topic, 1, DEADLINE).await.unwrap_or_else(|error| panic!("{error:?}"));
}

/// What a learner does, with a client that is neither's: create, produce, consume in a group, delete, stop cleanly.
async fn serves(world: &World, coordinator: &dyn Engine, broker: &dyn Engine) {
    let mut pair = Pair::start(coordinator, broker, &[FEW_PARTITIONS]).await;
    let bootstrap = pair.bootstrap();
    pair.trial.create_topic("orders", 1, DEADLINE).await.unwrap_or_else(|error| panic!("{error:?}"));
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
    pair.trial.create_topic("test_topic", 1, DEADLINE).await.unwrap_or_else(|error| panic!("{error:?}"));
    let found = znodes::dump(pair.coordinator.port()).await;
    if is_recording() {
        let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/apache/znodes-after-create.txt");
        std::fs::write(fixture, &found).expect("the fixture is writable");
    } else {
        assert!(found == znodes::AFTER_CREATE, "expected:\n{}\nfound:\n{found}", znodes::AFTER_CREATE);
    }
}

async fn recorded_answers(world: &World) {
    let apache = world.jars().engine();
    let mut different = String::new();
    for (lines, scripts) in answers::WALKS {
        let record = std::env::var(RECORD).ok();
        // `KAFKALAB_RECORD=many-at-once` is about the walk with that script
        let is_asked = |name: &str| scripts().iter().any(|script| script.name == name);
        if record.as_deref().is_some_and(|name| name != "1" && !is_asked(name)) {
            continue;
        }
        let pair = Pair::start(&apache, &apache, lines).await;
        for script in scripts() {
            let found = answers::play(&script, &pair).await;
            let place = answers::recording(&script);
            if record.is_some() {
                std::fs::write(place, &found).expect("the fixture is writable");
            } else {
                let recorded = std::fs::read_to_string(place).expect("the script is recorded");
                different.push_str(&answers::differences(&recorded, &found));
            }
        }
    }
    assert!(different.is_empty(), "{different}");
}
