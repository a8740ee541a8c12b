//! The assignors of groups against Apache's: hundreds of groups with and without racks, each dealt out and, after a change, dealt out again.

use std::collections::BTreeMap;

use kafkalab::engine::client::assignor::{Assignor, Member, ReplicaRacks};
use kafkalab::engine::client::group::{Subscription, TopicPartitions};

use crate::Case;
use crate::jars::fixture;
use crate::support::random::{Random, setting};
use crate::world::{World, printed};

pub const CASES: &[Case] = &[("assignors_deal_as_apaches_do", |world| world.block_on(agree(world)))];

/// The classes, without what all their names end with.
const ASSIGNORS: [&str; 4] = ["Range", "RoundRobin", "Sticky", "CooperativeSticky"];
const RACKS: [&str; 4] = ["a", "b", "c", "-"];

/// A group in the words of the Java program, which says what they mean.
struct Group {
    assignor: &'static str,
    topics: Vec<String>,
    members: Vec<String>,
    /// The members of the round after that.
    later: Vec<String>,
}

impl Group {
    fn generated(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let assignor = random.of(&ASSIGNORS);
        let racks = if random.one_in(4) { vec!["-"] } else { RACKS[..2 + random.below(3)].to_vec() };
        let replicas = 1 + random.below(2);
        let partition = |random: &mut Random| {
            let first = random.below(racks.len());
            (0..replicas.min(racks.len())).map(|at| racks[(first + at) % racks.len()]).collect::<Vec<_>>().join("+")
        };
        let mut topics: Vec<Vec<String>> = Vec::new();
        for _ in 0..=random.below(3) {
            let alike = topics.last().filter(|_| random.one_in(2)).cloned();
            topics.push(alike.unwrap_or_else(|| (0..=random.below(6)).map(|_| partition(&mut random)).collect()));
        }
        let names: Vec<String> = (0..topics.len()).map(|at| format!("t{at}")).collect();
        let alike = !random.one_in(3);
        let member = |id: usize, random: &mut Random| {
            let wanted = names.iter().filter(|_| alike || random.one_in(2)).cloned().collect::<Vec<_>>();
            let wanted = if wanted.is_empty() { names[..1].join(",") } else { wanted.join(",") };
            let instance = if random.one_in(6) { format!("i{}", 9 - id) } else { "-".to_owned() };
            format!("m{id}:{instance}:{}:{wanted}", random.of(&racks))
        };
        let members: Vec<String> = (0..=random.below(5)).map(|id| member(id, &mut random)).collect();
        let mut later = members.clone();
        if random.one_in(2) && later.len() > 1 {
            later.remove(random.below(members.len()));
        }
        if random.one_in(2) {
            later.push(member(members.len(), &mut random));
        }
        let topics = names.iter().zip(&topics).map(|(name, partitions)| format!("{name}:{}", partitions.join("/")));
        Self { assignor, topics: topics.collect(), members, later }
    }

    fn line(&self) -> String {
        format!("{}\t{}\t{}\t{}", self.assignor, self.topics.join(" "), self.members.join(" "), self.later.join(" "))
    }

    /// What the bundled assignor makes of it, as the Java program shows it.
    fn dealt(&self) -> String {
        let mut before = BTreeMap::new();
        let first = self.round(&self.members, 0, &mut before);
        format!("{first}\t{}", self.round(&self.later, 1, &mut before))
    }

    fn round(&self, members: &[String], generation: i32, before: &mut BTreeMap<String, Vec<TopicPartitions>>) -> String {
        let class = format!("org.apache.kafka.clients.consumer.{}Assignor", self.assignor);
        let assignor = Assignor::by_class(&class).expect("one of Kafka's");
        let members: Vec<Member> = members.iter().map(|member| read_member(assignor, member, generation, before)).collect();
        let dealt: BTreeMap<_, _> = assignor.assign(&members, |topic| self.racks(topic)).into_iter().collect();
        let shown = dealt.iter().map(|(id, topics)| {
            let mut places: Vec<String> = places(topics).map(|(topic, index)| format!("{topic}-{index}")).collect();
            places.sort();
            format!("{id}={}", places.join(","))
        });
        let shown = shown.collect::<Vec<_>>().join(" ");
        *before = dealt;
        shown
    }

    fn racks(&self, topic: &str) -> Vec<ReplicaRacks> {
        let found = self.topics.iter().find_map(|text| text.split_once(':').filter(|(name, _)| *name == topic));
        let partitions = found.map_or("", |(_, partitions)| partitions).split('/');
        partitions.map(|racks| racks.split('+').filter(|rack| *rack != "-").map(str::to_owned).collect()).collect()
    }
}

fn places(topics: &[TopicPartitions]) -> impl Iterator<Item = (String, i32)> {
    topics.iter().flat_map(|topic| topic.partitions.iter().map(|index| (topic.topic.clone(), *index)))
}

fn read_member(assignor: Assignor, text: &str, generation: i32, before: &BTreeMap<String, Vec<TopicPartitions>>) -> Member {
    let parts: Vec<&str> = text.split(':').collect();
    let given = |text: &str| Some(text.to_owned()).filter(|text| text != "-");
    let had = before.get(parts[0]).filter(|_| generation > 0);
    let generation = if had.is_some() { generation } else { -1 };
    let owned = had.cloned().unwrap_or_default();
    let subscription = Subscription {
        topics: parts[3].split(',').map(str::to_owned).collect(),
        user_data: assignor.user_data(&places(&owned).collect::<Vec<_>>(), generation),
        owned: if assignor == Assignor::CooperativeSticky { owned } else { Vec::new() },
        generation_id: generation,
        rack: given(parts[2]),
    };
    Member { id: parts[0].to_owned(), instance_id: given(parts[1]), subscription }
}

/// How many partitions the members have in each round, the fewest first.
fn sizes(shown: &str) -> Vec<Vec<usize>> {
    let size =
        |member: &str| member.split_once('=').map_or(0, |(_, places)| places.split(',').filter(|one| !one.is_empty()).count());
    let rounds = shown.split('\t').map(|round| {
        let mut sizes: Vec<usize> = round.split(' ').map(size).collect();
        sizes.sort_unstable();
        sizes
    });
    rounds.collect()
}

impl Group {
    /// Whether both are the same to the members. The sticky assignors promise how evenly they deal where all want the same topics, not to
    /// whom; where the cooperative one has partitions given up first, not even how many each has in that round.
    fn is_as_good(&self, expected: &str, found: &str) -> bool {
        let wanted = |member: &String| member.rsplit(':').next().map(str::to_owned);
        let alike = self.members.iter().chain(&self.later).all(|member| wanted(member) == wanted(&self.members[0]));
        match self.assignor {
            "Sticky" | "CooperativeSticky" if !alike => true,
            "Sticky" => sizes(expected) == sizes(found),
            "CooperativeSticky" => sizes(expected)[0] == sizes(found)[0],
            _ => expected == found,
        }
    }
}

/// `KAFKALAB_SEEDS` says how many groups, `KAFKALAB_FIRST_SEED` with which they begin. Of those that are dealt out otherwise the smallest
/// is shown.
async fn agree(world: &World) {
    let first = setting("KAFKALAB_FIRST_SEED", 1);
    let groups: Vec<Group> = (first..first + setting("KAFKALAB_SEEDS", 400)).map(Group::generated).collect();
    let input: String = groups.iter().map(|group| group.line() + "\n").collect();
    let output = world.jars().run(&fixture("AssignPartitions.java").to_string_lossy(), &[], &input).await;
    let expected = printed(&output, 0);
    assert_eq!(expected.lines().count(), groups.len(), "{}", output.stderr.text());
    // Kafka's sticky assignors give some groups with racks up; what a group does then is no assignment to hold another against
    let (given_up, dealt): (Vec<_>, Vec<_>) =
        groups.iter().zip(expected.lines()).partition(|(_, shown)| shown.starts_with("fails: "));
    assert!(given_up.len() * 10 < groups.len(), "{} of {} were given up: {}", given_up.len(), groups.len(), given_up[0].0.line());
    let different: Vec<_> = dealt.into_iter().filter(|(group, expected)| !group.is_as_good(expected, &group.dealt())).collect();
    if let Some((group, expected)) = different.iter().min_by_key(|(group, _)| group.line().len()) {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        different.iter().for_each(|(group, _)| *counts.entry(group.assignor).or_default() += 1);
        panic!("{counts:?} differ\n   group: {}\nexpected: {expected}\n   found: {}", group.line(), group.dealt());
    }
}
