//! A group of Apache's own consumers on the bundled broker: they come, die and come back, leave; every record is consumed and no
//! partition is owned twice.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

use kafkalab::process::signal::Signal;
use kafkalab::process::spawn::{Child, Stream};
use kafkalab::process::wait;
use serde_json::Value;

use crate::Case;
use crate::churn as librdkafkas;
use crate::support::{DEADLINE, Pair, librdkafka};
use crate::world::World;

pub const CASES: &[Case] = &[
    ("java_group_members_come_die_and_come_back", |world| world.block_on(churn(world))),
    ("members_change_places_on_apaches_broker", |world| world.block_on(on_apaches_broker(world))),
];

/// What the bundled broker is held to under librdkafka, Apache's is too.
async fn on_apaches_broker(world: &World) {
    let apache = world.jars().engine();
    let pair = Pair::start(&apache, &apache, &librdkafkas::LINES).await;
    librdkafkas::static_member_amid_revocation(&pair, "amid").await;
    librdkafkas::churn(&pair, "churn", "cooperative-sticky").await;
}

const TOPIC: &str = "java-churn";
const PARTITIONS: i32 = 6;
/// A member is given up after so long; a busy machine must not be taken for a dead one.
const SESSION_TIMEOUT: &str = "15000";
/// Several JVMs start, and a dead member has to be missed.
const PATIENCE: Duration = DEADLINE.saturating_mul(3);

/// A consumer of Apache's that tells in JSON what becomes of it.
struct Member {
    events: PathBuf,
    process: Child,
    /// When it was killed, in milliseconds since 1970 (UTC).
    killed_at: Option<i64>,
}

struct Churn<'a> {
    world: &'a World,
    pair: &'a Pair,
    folder: tempfile::TempDir,
    members: BTreeMap<&'static str, Member>,
}

impl Churn<'_> {
    fn join(&mut self, name: &'static str) {
        let events = self.folder.path().join(name);
        let output = File::create(&events).expect("a temporary folder is writable");
        let bootstrap = self.pair.bootstrap();
        let args = ["--bootstrap-server", &bootstrap, "--topic", TOPIC, "--group-id", "java", "--verbose"];
        let more = ["--reset-policy", "earliest", "--session-timeout", SESSION_TIMEOUT];
        let command = self.world.jars().tool("org.apache.kafka.tools.VerifiableConsumer").args(args).args(more);
        let command = command.stdout(Stream::File(output)).stderr(Stream::Null).kill_group_on_drop();
        let process = command.spawn().expect("java was found before");
        self.members.insert(name, Member { events, process, killed_at: None });
    }

    async fn produce(&self, values: Range<usize>) {
        librdkafka::produce_numbers(&self.pair.bootstrap(), TOPIC, PARTITIONS, values).await;
    }

    async fn end(&mut self, name: &str, signal: Signal) {
        let member = self.members.get_mut(name).expect("it joined");
        member.process.signal(signal).expect("it runs");
        member.process.wait().await.expect("it ends");
        member.killed_at = (signal == Signal::Kill).then(|| jiff::Timestamp::now().as_millisecond());
    }

    fn events(&self, name: &str) -> Vec<Value> {
        let text = fs::read_to_string(&self.members[name].events).expect("it was made");
        // the line that is being written, or that death has cut, is none yet
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    fn consumed(&self) -> BTreeSet<usize> {
        let events = self.members.keys().flat_map(|name| self.events(name));
        let values =
            events.filter(|event| event["name"] == "record_data").filter_map(|event| event["value"].as_str()?.parse().ok());
        values.collect()
    }

    /// What a member has now.
    fn owned(&self, name: &str) -> BTreeSet<i64> {
        let mut changes = self.events(name).into_iter().filter(changes_owners);
        changes.next_back().filter(|event| event["name"] == ASSIGNED).map(|event| partitions(&event)).unwrap_or_default()
    }

    /// Waits until these members, and they alone, share the partitions, and that many records were consumed.
    async fn settled(&self, names: &[&str], count: usize) {
        let settled = || async {
            let shares: Vec<BTreeSet<i64>> = names.iter().map(|name| self.owned(name)).collect();
            let all: BTreeSet<i64> = shares.iter().flatten().copied().collect();
            let shared = shares.iter().all(|share| !share.is_empty()) && all.len() == PARTITIONS as usize;
            let once = shares.iter().map(BTreeSet::len).sum::<usize>() == all.len();
            (shared && once && self.consumed().len() == count).then_some(())
        };
        wait::until(PATIENCE, "the members to share the partitions and to consume all", settled).await.unwrap_or_else(|error| {
            let owned: Vec<_> = names.iter().map(|name| (name, self.owned(name))).collect();
            panic!("{error}: {} of {count} records, {owned:?}", self.consumed().len())
        });
    }

    /// Plays again who was given what, and finds partitions that had two owners.
    fn check_owners(&self) {
        let mut changes = Vec::new();
        for (name, member) in &self.members {
            for event in self.events(name).into_iter().filter(changes_owners) {
                let time = event["timestamp"].as_i64().expect("each event has its time");
                changes.push((time, event["name"] == ASSIGNED, *name, partitions(&event)));
            }
            changes.extend(member.killed_at.map(|time| (time, false, *name, (0..i64::from(PARTITIONS)).collect())));
        }
        // within a millisecond, taken before given
        changes.sort();
        let mut owners: BTreeMap<i64, &str> = BTreeMap::new();
        for (time, is_given, name, partitions) in changes {
            for partition in partitions {
                if is_given {
                    let other = owners.insert(partition, name);
                    assert_eq!(other, None, "{partition} was given to {name} at {time}");
                } else if owners.get(&partition) == Some(&name) {
                    owners.remove(&partition);
                }
            }
        }
    }
}

const ASSIGNED: &str = "partitions_assigned";

fn changes_owners(event: &Value) -> bool {
    event["name"] == ASSIGNED || event["name"] == "partitions_revoked"
}

fn partitions(event: &Value) -> BTreeSet<i64> {
    let list = event["partitions"].as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(|one| one["partition"].as_i64()).collect()
}

async fn churn(world: &World) {
    let pair = world.pair().await;
    pair.trial.create_topic(TOPIC, PARTITIONS, DEADLINE).await.unwrap_or_else(|error| panic!("{error}"));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut churn = Churn { world, pair, folder, members: BTreeMap::new() };
    churn.produce(0..300).await;
    churn.join("first");
    churn.join("second");
    churn.settled(&["first", "second"], 300).await;
    churn.end("first", Signal::Kill).await;
    churn.produce(300..600).await;
    churn.settled(&["second"], 600).await;
    churn.join("first again");
    churn.produce(600..900).await;
    churn.settled(&["first again", "second"], 900).await;
    churn.end("second", Signal::Terminate).await;
    churn.produce(900..1200).await;
    churn.settled(&["first again"], 1200).await;
    churn.end("first again", Signal::Terminate).await;
    churn.check_owners();
}
