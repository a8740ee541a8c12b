//! The assignors of groups against Apache's: hundreds of groups over several rounds, in which members come, go and come back with what they had
//! long ago, want other topics, claim what others had, and topics grow, with racks and without.

use std::collections::BTreeMap;

use kafkalab::engine::client::assignor::{Assignor, Member, ReplicaRacks};
use kafkalab::engine::client::group::{Subscription, TopicPartitions};

use crate::Case;
use crate::jars::fixture;
use crate::support::random::{Random, setting};
use crate::world::{World, printed};

pub const CASES: &[Case] = &[("assignors_deal_as_apaches_do", |world| world.block_on(agree(world)))];

/// The classes, without what all their names end with; most of what can differ is in the last ones.
const ASSIGNORS: [&str; 6] = ["Range", "RoundRobin", "Sticky", "Sticky", "CooperativeSticky", "CooperativeSticky"];
const RACKS: [&str; 4] = ["a", "b", "c", "-"];
/// What Apache's round is where its assignor gives the group up.
const FAILS: &str = "fails: ";

/// A group in the words of the Java program, which says what they mean.
struct Group {
    assignor: &'static str,
    rounds: Vec<String>,
}

/// What a member says in one round.
#[derive(Clone)]
struct Said {
    id: usize,
    instance: String,
    rack: &'static str,
    topics: String,
}

/// What the rounds of a group are made from.
struct Generator {
    random: Random,
    racks: Vec<&'static str>,
    /// The racks of each partition of each topic.
    topics: Vec<Vec<String>>,
    /// Whether all want all topics.
    is_alike: bool,
    members: Vec<Said>,
    next_id: usize,
}

impl Generator {
    fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let racks = if random.one_in(3) { vec!["-"] } else { RACKS[..2 + random.below(3)].to_vec() };
        let is_alike = random.one_in(2);
        let mut generator = Self { random, racks, topics: Vec::new(), is_alike, members: Vec::new(), next_id: 0 };
        for _ in 0..=generator.random.below(4) {
            let alike = generator.topics.last().filter(|_| generator.random.one_in(3)).cloned();
            let count = generator.random.below(8);
            let topic = alike.unwrap_or_else(|| (0..=count).map(|_| generator.partition()).collect());
            generator.topics.push(topic);
        }
        for _ in 0..=generator.random.below(6) {
            generator.join();
        }
        generator
    }

    fn partition(&mut self) -> String {
        let (first, count) = (self.random.below(self.racks.len()), 1 + self.random.below(2));
        let racks = (0..count.min(self.racks.len())).map(|at| self.racks[(first + at) % self.racks.len()]);
        racks.collect::<Vec<_>>().join("+")
    }

    fn wanted(&mut self) -> String {
        let wanted: Vec<String> =
            (0..self.topics.len()).filter(|_| self.is_alike || self.random.one_in(2)).map(|at| format!("topic-{at}")).collect();
        if wanted.is_empty() { "topic-0".to_owned() } else { wanted.join(",") }
    }

    fn join(&mut self) {
        let id = self.next_id;
        self.next_id += 1;
        let instance = if self.random.one_in(6) { format!("i{}", 99 - id) } else { "-".to_owned() };
        let rack = self.random.of(&self.racks);
        let topics = self.wanted();
        self.members.push(Said { id, instance, rack, topics });
    }

    /// The round as it is, some of its members away this time.
    fn round(&mut self) -> String {
        let topics = self.topics.iter().enumerate().map(|(at, racks)| format!("topic-{at}:{}", racks.join("/")));
        let topics: Vec<String> = topics.collect();
        let everybody = self.members.clone();
        let mut there: Vec<Said> = everybody.iter().filter(|_| !self.random.one_in(8)).cloned().collect();
        if there.is_empty() {
            there = everybody[..1].to_vec();
        }
        let said = there.into_iter().map(|Said { id, instance, rack, topics }| {
            let claim = match self.random.below(12) {
                0 => "-".to_owned(),
                1 => name(self.random.below(self.next_id)),
                _ => "=".to_owned(),
            };
            format!("{}:{instance}:{rack}:{topics}:{claim}", name(id))
        });
        format!("{}|{}", topics.join(" "), said.collect::<Vec<_>>().join(" "))
    }

    /// What is different in the round after that.
    fn change(&mut self) {
        if self.random.one_in(3) && self.members.len() > 1 {
            self.members.remove(self.random.below(self.members.len()));
        }
        if self.random.one_in(2) {
            self.join();
        }
        if self.random.one_in(5) {
            let (at, partition) = (self.random.below(self.topics.len()), self.partition());
            self.topics[at].push(partition);
        }
        if !self.is_alike && self.random.one_in(4) {
            let at = self.random.below(self.members.len());
            self.members[at].topics = self.wanted();
        }
    }
}

/// Ids as clients have them, whose order in a hash table is not that of their letters.
fn name(id: usize) -> String {
    format!("consumer-{}-{id}", (id * 7919) % 1000)
}

impl Group {
    fn generated(seed: u64) -> Self {
        let mut generator = Generator::new(seed);
        let assignor = generator.random.of(&ASSIGNORS);
        let mut rounds = vec![generator.round()];
        for _ in 0..=generator.random.below(5) {
            generator.change();
            rounds.push(generator.round());
        }
        Self { assignor, rounds }
    }

    fn line(&self) -> String {
        format!("{}\t{}", self.assignor, self.rounds.join("\t"))
    }

    /// What the bundled assignor makes of it, as the Java program shows it.
    fn dealt(&self) -> Vec<String> {
        let mut before = BTreeMap::new();
        (1..).zip(&self.rounds).map(|(generation, round)| self.round(round, generation, &mut before)).collect()
    }

    fn round(&self, round: &str, generation: i32, before: &mut BTreeMap<String, (Vec<TopicPartitions>, i32)>) -> String {
        let class = format!("org.apache.kafka.clients.consumer.{}Assignor", self.assignor);
        let assignor = Assignor::by_class(&class).expect("one of Kafka's");
        let (topics, members) = round.split_once('|').expect("topics and members");
        let members: Vec<Member> = members.split(' ').map(|member| read_member(assignor, member, before)).collect();
        let dealt: BTreeMap<_, _> = assignor.assign(&members, |topic| racks(topics, topic)).into_iter().collect();
        let shown = dealt.iter().map(|(id, topics)| {
            let mut places: Vec<String> = places(topics).map(|(topic, index)| format!("{topic}-{index}")).collect();
            places.sort();
            format!("{id}={}", places.join(","))
        });
        let shown = shown.collect::<Vec<_>>().join(" ");
        before.extend(dealt.into_iter().map(|(id, topics)| (id, (topics, generation))));
        shown
    }
}

fn racks(topics: &str, topic: &str) -> Vec<ReplicaRacks> {
    let found = topics.split(' ').find_map(|text| text.split_once(':').filter(|(name, _)| *name == topic));
    let partitions = found.map_or("", |(_, partitions)| partitions).split('/');
    partitions.map(|racks| racks.split('+').filter(|rack| *rack != "-").map(str::to_owned).collect()).collect()
}

fn places(topics: &[TopicPartitions]) -> impl Iterator<Item = (String, i32)> {
    topics.iter().flat_map(|topic| topic.partitions.iter().map(|index| (topic.topic.clone(), *index)))
}

fn read_member(assignor: Assignor, text: &str, before: &BTreeMap<String, (Vec<TopicPartitions>, i32)>) -> Member {
    let parts: Vec<&str> = text.split(':').collect();
    let given = |text: &str| Some(text.to_owned()).filter(|text| text != "-");
    let had = before.get(if parts[4] == "=" { parts[0] } else { parts[4] });
    let (mut owned, generation) = had.cloned().unwrap_or((Vec::new(), -1));
    let user_data = assignor.user_data(&places(&owned).collect::<Vec<_>>(), generation);
    // on the wire they are in order
    owned.iter_mut().for_each(|topic| topic.partitions.sort_unstable());
    let subscription = Subscription {
        topics: parts[3].split(',').map(str::to_owned).collect(),
        user_data,
        owned: if assignor == Assignor::CooperativeSticky { owned } else { Vec::new() },
        generation_id: generation,
        rack: given(parts[2]),
    };
    Member { id: parts[0].to_owned(), instance_id: given(parts[1]), subscription }
}

/// Whether both are the same, as far as Apache's does not give the group up: after that there is nothing to hold another against.
fn is_same(expected: &str, found: &[String]) -> bool {
    let rounds: Vec<&str> = expected.split('\t').take_while(|round| !round.starts_with(FAILS)).collect();
    rounds.len() <= found.len() && rounds.iter().zip(found).all(|(expected, found)| expected == found)
}

/// `KAFKALAB_SEEDS` says how many groups, `KAFKALAB_FIRST_SEED` with which they begin. Of those that are dealt out otherwise the smallest
/// is shown.
async fn agree(world: &World) {
    let first = setting("KAFKALAB_FIRST_SEED", 1);
    let groups: Vec<Group> = (first..first + setting("KAFKALAB_SEEDS", 1000)).map(Group::generated).collect();
    let mut different = Vec::new();
    let (mut rounds, mut given_up) = (0, Vec::new());
    // what a tool prints is kept up to a limit
    for groups in groups.chunks(500) {
        let input: String = groups.iter().map(|group| group.line() + "\n").collect();
        let output = world.jars().run(&fixture("AssignPartitions.java").to_string_lossy(), &[], &input).await;
        let expected = printed(&output, 0);
        assert_eq!(expected.lines().count(), groups.len(), "{}", output.stderr.text());
        for (group, expected) in groups.iter().zip(expected.lines()) {
            rounds += expected.split('\t').count();
            if let Some((_, why)) = expected.split_once(FAILS) {
                given_up.push(why.to_owned());
            }
            let found = group.dealt();
            if !is_same(expected, &found) {
                different.push((group, expected.to_owned(), found));
            }
        }
    }
    let whys = given_up.iter().collect::<std::collections::BTreeSet<_>>();
    println!("{} groups, {rounds} rounds: {} differ, Apache gives {} up", groups.len(), different.len(), given_up.len());
    assert!(given_up.len() * 10 < groups.len(), "{} of {} were given up: {whys:?}", given_up.len(), groups.len());
    if let Some((group, expected, found)) = different.iter().min_by_key(|(group, ..)| group.line().len()) {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        different.iter().for_each(|(group, ..)| *counts.entry(group.assignor).or_default() += 1);
        let shown = |text: &str| text.replace('\t', "\n          ");
        let found = shown(&found.join("\t"));
        panic!("{counts:?} differ\n   group: {}\nexpected: {}\n   found: {found}", shown(&group.line()), shown(expected));
    }
}
