//! Random histories of a group whose members give up partitions one by one (KIP-429), some of them static (KIP-345): no partition is held
//! twice, and when all is quiet each has an owner, but for those that a static member had said to have when it ended without a word. The
//! leader withholds a partition until its owner has given it up and joins again; who came back under its name has nothing to give up, and
//! its coming back is no rebalance. The next rebalance hands these partitions out as well.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bytes::Bytes;
use proptest::prelude::*;

use super::action::JoinedMember;
use super::bench::{Bench, request};
use super::*;

const PARTITIONS: u8 = 7;
const PROTOCOL: &str = "cooperative-sticky";

/// What a member waits for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Waits {
    /// For nothing: it shall join.
    No,
    ForJoin(Waiter),
    ForSync(Waiter),
    /// For a heartbeat to tell of a rebalance.
    ForNews,
}

#[derive(Debug)]
struct Actor {
    name: String,
    instance: Option<String>,
    id: String,
    starts: u32,
    generation: i32,
    owned: BTreeSet<u8>,
    /// What it had when it last joined, as the leader knows it.
    said: BTreeSet<u8>,
    waits: Waits,
}

impl Actor {
    fn new(index: usize) -> Self {
        Self {
            name: format!("m{index}"),
            instance: (index % 2 == 1).then(|| format!("static-{index}")),
            id: String::new(),
            starts: 0,
            generation: -1,
            owned: BTreeSet::new(),
            said: BTreeSet::new(),
            waits: Waits::No,
        }
    }

    /// It ends, and is a new process from now on.
    fn begin_anew(&mut self) {
        self.id.clear();
        self.lose();
    }

    /// What it had belongs to others by now.
    fn lose(&mut self) {
        self.owned.clear();
        (self.generation, self.waits) = (-1, Waits::No);
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Go(usize),
    End(usize),
    Leave(usize),
    Heartbeat(usize),
    Wait(u64),
    Hold(bool),
    Release,
}

struct World {
    bench: Bench,
    actors: Vec<Actor>,
    /// What static members had, or had said to have, when they ended.
    orphaned: BTreeSet<u8>,
}

impl World {
    fn new(count: usize) -> Self {
        let actors = (0..count).map(Actor::new).collect();
        Self { bench: Bench::new(0, usize::MAX), actors, orphaned: BTreeSet::new() }
    }

    fn step(&mut self, step: Step) {
        let count = self.actors.len();
        match step {
            Step::Go(index) => self.go(index % count),
            Step::End(index) => {
                let actor = &mut self.actors[index % count];
                if actor.instance.is_some() {
                    self.orphaned.extend(&actor.said);
                    self.orphaned.extend(&actor.owned);
                }
                actor.begin_anew();
            }
            Step::Leave(index) => {
                let actor = &mut self.actors[index % count];
                let id = std::mem::take(&mut actor.id);
                actor.lose();
                // whoever was never in is not missed
                let _ = self.bench.leave(&id);
            }
            Step::Heartbeat(index) => self.heartbeat(index % count),
            Step::Wait(millis) => self.bench.advance(millis),
            Step::Hold(hold) => self.bench.hold_writes = hold,
            Step::Release => self.bench.release_write(),
        }
        while (0..self.actors.len()).any(|index| self.hear(index)) {}
        self.check();
    }

    fn go(&mut self, index: usize) {
        let actor = &mut self.actors[index];
        if actor.waits != Waits::No {
            return;
        }
        actor.starts += 1;
        actor.said.clone_from(&actor.owned);
        let owned: Vec<u8> = actor.owned.iter().copied().collect();
        let join = JoinRequest {
            member_id: actor.id.clone(),
            instance_id: actor.instance.clone(),
            require_known_member_id: true,
            fresh_name: actor.starts.to_string(),
            session_timeout: 10_000,
            rebalance_timeout: 30_000,
            protocols: vec![(PROTOCOL.to_owned(), Bytes::from(owned))],
            ..request(&actor.name)
        };
        self.actors[index].waits = Waits::ForJoin(self.bench.join(&join));
    }

    fn heartbeat(&mut self, index: usize) {
        let actor = &self.actors[index];
        if actor.waits != Waits::ForNews {
            return;
        }
        let (id, instance, generation) = (actor.id.clone(), actor.instance.clone(), actor.generation);
        let beat = self.bench.act(|group, now, out| group.heartbeat(&id, instance.as_deref(), generation, now, out));
        let actor = &mut self.actors[index];
        match beat {
            Ok(()) => {}
            Err(ResponseError::RebalanceInProgress) => actor.waits = Waits::No,
            Err(ResponseError::IllegalGeneration) => actor.lose(),
            Err(_) => actor.begin_anew(),
        }
    }

    /// A member takes an answer, where one has come.
    fn hear(&mut self, index: usize) -> bool {
        match self.actors[index].waits {
            Waits::ForJoin(waiter) => {
                let Some(reply) = self.bench.joined(waiter).cloned() else { return false };
                self.after_join(index, reply);
            }
            Waits::ForSync(waiter) => {
                let Some(reply) = self.bench.synced(waiter).cloned() else { return false };
                let actor = &mut self.actors[index];
                match reply.error {
                    None => {
                        let assigned: BTreeSet<u8> = reply.assignment.iter().copied().collect();
                        let gives_up = !actor.owned.is_subset(&assigned);
                        actor.owned = assigned;
                        actor.waits = if gives_up { Waits::No } else { Waits::ForNews };
                    }
                    Some(ResponseError::RebalanceInProgress) => actor.waits = Waits::No,
                    Some(ResponseError::IllegalGeneration) => actor.lose(),
                    Some(_) => actor.begin_anew(),
                }
            }
            Waits::No | Waits::ForNews => return false,
        }
        true
    }

    fn after_join(&mut self, index: usize, reply: JoinReply) {
        let actor = &mut self.actors[index];
        match reply.error {
            None => {
                actor.id.clone_from(&reply.member_id);
                actor.generation = reply.generation;
                let assignments = if reply.leader == reply.member_id { assign(&reply) } else { HashMap::new() };
                let (generation, instance_id) = (reply.generation, actor.instance.clone());
                let sync =
                    SyncRequest { generation, member_id: reply.member_id, instance_id, assignments, ..SyncRequest::default() };
                self.actors[index].waits = Waits::ForSync(self.bench.sync(sync));
            }
            Some(ResponseError::MemberIdRequired) => {
                (actor.id, actor.waits) = (reply.member_id, Waits::No);
                self.go(index);
            }
            Some(ResponseError::RebalanceInProgress) => actor.waits = Waits::No,
            Some(_) => actor.begin_anew(),
        }
    }

    /// Of those whom the coordinator takes for members of this generation, no two have the same partition.
    fn check(&self) {
        let mut owners: BTreeMap<u8, &str> = BTreeMap::new();
        let generation = self.bench.group.generation();
        let current = |actor: &&Actor| actor.generation == generation && self.bench.group.members.contains_key(&actor.id);
        for actor in self.actors.iter().filter(current) {
            for partition in &actor.owned {
                let other = owners.insert(*partition, &actor.name);
                assert!(other.is_none(), "partition {partition} is owned by {} and {other:?}", actor.name);
            }
        }
    }

    /// Everyone takes part until all is quiet. Gives the partitions without an owner.
    fn settle(&mut self) -> BTreeSet<u8> {
        self.step(Step::Hold(false));
        while !self.bench.held.is_empty() {
            self.step(Step::Release);
        }
        for _ in 0..100 {
            for index in 0..self.actors.len() {
                self.step(Step::Heartbeat(index));
                self.step(Step::Go(index));
            }
            self.step(Step::Wait(1000));
        }
        let generation = self.bench.group.generation();
        let quiet = |actor: &Actor| actor.waits == Waits::ForNews && actor.generation == generation;
        assert!(self.actors.iter().all(quiet), "{:?} in {:?}", self.actors, self.bench.group);
        assert_eq!(self.bench.group.state(), State::Stable);
        let owned: BTreeSet<u8> = self.actors.iter().flat_map(|actor| actor.owned.iter().copied()).collect();
        (0..PARTITIONS).filter(|partition| !owned.contains(partition)).collect()
    }
}

/// Everyone keeps what it has, up to its share. What is over is withheld: only what nobody has is handed out.
fn assign(reply: &JoinReply) -> HashMap<String, Bytes> {
    let is_had = |partition: &u8| reply.members.iter().any(|member| member.metadata.contains(partition));
    let mut free: BTreeSet<u8> = (0..PARTITIONS).filter(|partition| !is_had(partition)).collect();
    let count = reply.members.len();
    let share = usize::from(PARTITIONS).div_ceil(count);
    let mut taken = BTreeSet::new();
    let part = |member: &JoinedMember| {
        // one that two claim to have is the first one's
        let mut part: Vec<u8> = member.metadata.iter().copied().filter(|one| taken.insert(*one)).take(share).collect();
        while part.len() < share {
            let Some(partition) = free.pop_first() else { break };
            part.push(partition);
        }
        (member.id.clone(), Bytes::from(part))
    };
    reply.members.iter().map(part).collect()
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0usize..8).prop_map(Step::Go),
        2 => (0usize..8).prop_map(Step::End),
        1 => (0usize..8).prop_map(Step::Leave),
        4 => (0usize..8).prop_map(Step::Heartbeat),
        2 => prop_oneof![1u64..100, 1000u64..4000, 9000u64..40_000].prop_map(Step::Wait),
        1 => any::<bool>().prop_map(Step::Hold),
        2 => Just(Step::Release),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn only_what_a_static_member_had_may_be_without_an_owner(
        count in 1usize..6, steps in proptest::collection::vec(step(), 0..80),
    ) {
        let mut world = World::new(count);
        for step in steps {
            world.step(step);
        }
        let unowned = world.settle();
        prop_assert!(unowned.is_subset(&world.orphaned), "{unowned:?} of {:?}", world.orphaned);
        // one more comes
        world.actors.push(Actor::new(2 * count));
        prop_assert_eq!(world.settle(), BTreeSet::new());
    }
}

#[test]
fn what_a_static_member_had_to_give_up_is_nobodys_until_the_next_rebalance() {
    let (dynamic, fixed) = (0, 1);
    let check = |hears: bool| {
        let mut world = World::new(2);
        world.step(Step::Go(fixed));
        assert_eq!(world.actors[fixed].owned.len(), usize::from(PARTITIONS));
        world.step(Step::Go(dynamic));
        world.step(Step::Heartbeat(fixed));
        world.step(Step::Hold(!hears));
        world.step(Step::Go(fixed));
        assert_eq!(world.actors[fixed].owned.len(), if hears { 4 } else { 7 });
        world.step(Step::End(fixed));
        world.step(Step::Release);
        assert_eq!(world.bench.group.state(), State::Stable);
        let unowned = world.settle();
        assert_eq!((unowned.len(), world.actors[fixed].owned.len(), world.bench.group.generation()), (3, 4, 2));
        world.actors.push(Actor::new(2));
        assert_eq!(world.settle(), BTreeSet::new());
    };
    // it ends before it hears what it is left, and after it has given up the rest but before it joins again
    check(false);
    check(true);
}
