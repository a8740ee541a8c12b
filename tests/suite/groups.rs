//! A consumer group of librdkafka's on the bundled broker: members come, go and die, the broker is restarted and killed, and every
//! record is consumed by somebody, with no partition owned twice.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use kafkalab::engine::bundled::Bundled;
use kafkalab::engine::distribution::Distribution;
use kafkalab::engine::server::Role;
use kafkalab::process::signal::Signal;
use kafkalab::process::spawn::{Command, Stream};
use kafkalab::process::wait;

use crate::churn::group::{Group, Member};
use crate::support::{DEADLINE, Pair, bundled, serving, session};

const TOPIC: &str = "orders";
const PARTITIONS: i32 = 8;

/// Few partitions of the groups' topic, and groups that begin at once.
const LINES: [(Role, &str); 2] =
    [(Role::Broker, "offsets.topic.num.partitions=3"), (Role::Broker, "group.initial.rebalance.delay.ms=0")];

struct World {
    pair: Pair,
    group: Group,
    engine: Bundled,
    folder: tempfile::TempDir,
}

impl World {
    async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let engine = bundled(folder.path());
        let pair = Pair::start(&engine, &engine, &LINES).await;
        let group = Group::new(&pair, "lab", (TOPIC, PARTITIONS), &[("session.timeout.ms", "6000")]).await;
        Self { pair, group, engine, folder }
    }

    async fn shared_by(&self, members: &[usize]) {
        let wanted: BTreeSet<usize> = members.iter().copied().collect();
        self.group.settled(&format!("{members:?}"), None, |owners| *owners == wanted).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_come_go_and_die_and_every_record_is_consumed() {
    let world = World::start().await;
    let group = &world.group;
    let start = |number| group.member(number, None);
    group.produce(0..400).await;
    let mut members: Vec<Member> = (0..2).map(start).collect();
    world.shared_by(&[0, 1]).await;
    members.extend((2..5).map(start));
    group.produce(400..800).await;
    world.shared_by(&[0, 1, 2, 3, 4]).await;
    members.remove(1).end().await;
    group.produce(800..1200).await;
    world.shared_by(&[0, 2, 3, 4]).await;
    members.remove(0).end().await;
    world.shared_by(&[2, 3, 4]).await;
    group.produce(1200..1600).await;
    group.settled("all", Some(1600), |_| true).await;
    for member in members {
        member.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commits_outlive_a_restart_and_a_kill() {
    let World { mut pair, group, engine, folder: _folder } = World::start().await;
    for round in 0..3 {
        group.produce(round * 100..(round + 1) * 100).await;
        let member = group.member(round, None);
        group.settled(&format!("round {round}"), Some((round + 1) * 100), |_| true).await;
        member.end().await;
        group.commits((round + 1) * 100).await;
        if round % 2 == 0 {
            assert_eq!(pair.broker.kill().await.ok(), Some(137));
            session::forget_broker(pair.coordinator.port()).await;
        } else {
            assert_eq!(pair.broker.stop(DEADLINE).await.ok(), Some(143));
        }
        pair.broker = serving(pair.trial.start(&engine, Role::Broker, DEADLINE).await);
        assert_eq!(usize::try_from(group.committed().await), Ok((round + 1) * 100), "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_that_dies_is_missed() {
    let world = World::start().await;
    let group = &world.group;
    let member = group.member(0, None);
    world.shared_by(&[0]).await;
    let distribution = Distribution::at(world.folder.path().join(Distribution::folder_name()));
    let script = distribution.script("kafka-console-consumer.sh");
    let args = ["--bootstrap-server", &world.pair.bootstrap(), "--topic", TOPIC, "--group", "lab"];
    let properties = ["--consumer-property", "session.timeout.ms=6000", "--consumer-property", "client.id=mortal"];
    let command = Command::new(&script).args(args).args(properties).stdout(Stream::Null).stderr(Stream::Null);
    let mut other = command.kill_group_on_drop().spawn().expect("the script starts");
    let shared = || async { (group.ledger().owners.len() == PARTITIONS as usize / 2).then_some(()) };
    wait::until(DEADLINE, "the other process to take its share", shared).await.unwrap_or_else(|error| panic!("{error}"));
    other.signal(Signal::Kill).expect("it runs");
    other.wait().await.expect("it ends");
    let started = Instant::now();
    group.produce(0..200).await;
    world.shared_by(&[0]).await;
    assert!(started.elapsed() > Duration::from_secs(2), "it was waited for");
    group.settled("all", Some(200), |_| true).await;
    member.end().await;
}
