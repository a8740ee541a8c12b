//! Thousands of random histories of a group, with members that follow the protocol, crash, stall, leave and come back.
//!
//! After every step: no waiter is answered twice, the generation never falls, and no partition is held by two members that the
//! coordinator would both accept. In the end everyone left is answered and holds a part of one generation.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use proptest::prelude::*;

use super::bench::{Bench, request};
use super::*;

const PARTITIONS: u8 = 6;

/// What a simulated member is doing.
#[derive(Clone, Debug, PartialEq)]
enum Doing {
    Nothing,
    Joining(Waiter),
    Syncing(Waiter, i32),
    Owning(i32, Bytes),
}

#[derive(Clone, Debug)]
struct Actor {
    name: String,
    id: String,
    instance: Option<String>,
    starts: u32,
    doing: Doing,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Go(usize),
    Crash(usize),
    Leave(usize),
    Heartbeat(usize),
    Wait(u64),
    Hold(bool),
    Release,
}

struct World {
    bench: Bench,
    actors: Vec<Actor>,
    generation: i32,
}

impl World {
    fn new(delay: u64, count: usize) -> Self {
        let actor = |index: usize| Actor {
            name: format!("m{index}"),
            id: String::new(),
            instance: (index % 3 == 2).then(|| format!("static-{index}")),
            starts: 0,
            doing: Doing::Nothing,
        };
        Self { bench: Bench::new(delay, usize::MAX), actors: (0..count).map(actor).collect(), generation: 0 }
    }

    fn step(&mut self, step: Step) {
        let count = self.actors.len();
        match step {
            Step::Go(index) => self.go(index % count),
            Step::Crash(index) => {
                let actor = &mut self.actors[index % count];
                actor.id.clear();
                actor.doing = Doing::Nothing;
            }
            Step::Leave(index) => {
                let actor = &mut self.actors[index % count];
                let id = std::mem::take(&mut actor.id);
                actor.doing = Doing::Nothing;
                let _ = self.bench.leave(&id);
            }
            Step::Heartbeat(index) => self.heartbeat(index % count),
            Step::Wait(millis) => self.bench.advance(millis),
            Step::Hold(hold) => self.bench.hold_writes = hold,
            Step::Release => self.bench.release_write(),
        }
        self.listen();
        self.check();
    }

    /// The next thing that a well-behaved client would send.
    fn go(&mut self, index: usize) {
        let actor = self.actors[index].clone();
        if actor.doing == Doing::Nothing {
            let mut join = request(&actor.name);
            join.member_id = actor.id.clone();
            join.instance_id = actor.instance.clone();
            join.require_known_member_id = actor.id.is_empty() && actor.instance.is_none();
            join.fresh_name = actor.starts.to_string();
            join.session_timeout = 10_000;
            join.rebalance_timeout = 30_000;
            self.actors[index].starts += 1;
            let waiter = self.bench.join(&join);
            self.actors[index].doing = Doing::Joining(waiter);
        }
    }

    fn heartbeat(&mut self, index: usize) {
        let actor = self.actors[index].clone();
        if let Doing::Owning(generation, _) = actor.doing {
            let id = actor.id.as_str();
            let instance = actor.instance.as_deref();
            let result = self.bench.act(|group, now, out| group.heartbeat(id, instance, generation, now, out));
            if let Err(error) = result {
                self.actors[index].doing = Doing::Nothing;
                if error != ResponseError::RebalanceInProgress {
                    self.actors[index].id.clear();
                }
            }
        }
    }

    /// Members take the answers that have come, as long as some lead to new ones.
    fn listen(&mut self) {
        while (0..self.actors.len()).any(|index| self.hear(index)) {}
    }

    fn hear(&mut self, index: usize) -> bool {
        match self.actors[index].doing.clone() {
            Doing::Joining(waiter) => {
                let Some(reply) = self.bench.joined(waiter).cloned() else { return false };
                self.after_join(index, reply);
                true
            }
            Doing::Syncing(waiter, generation) => {
                let Some(reply) = self.bench.synced(waiter).cloned() else { return false };
                self.actors[index].doing = match reply.error {
                    None => Doing::Owning(generation, reply.assignment),
                    Some(_) => Doing::Nothing,
                };
                true
            }
            Doing::Nothing | Doing::Owning(..) => false,
        }
    }

    fn after_join(&mut self, index: usize, reply: JoinReply) {
        match reply.error {
            None => {
                let assignments =
                    if reply.leader == reply.member_id && !reply.skip_assignment { assign(&reply) } else { HashMap::new() };
                self.actors[index].id.clone_from(&reply.member_id);
                let instance_id = self.actors[index].instance.clone();
                let (generation, member_id) = (reply.generation, reply.member_id);
                let sync = SyncRequest { generation, member_id, instance_id, assignments, ..SyncRequest::default() };
                let waiter = self.bench.sync(sync);
                self.actors[index].doing = Doing::Syncing(waiter, generation);
            }
            Some(ResponseError::MemberIdRequired) => {
                self.actors[index].id = reply.member_id;
                self.actors[index].doing = Doing::Nothing;
                self.go(index);
            }
            Some(ResponseError::RebalanceInProgress) => self.actors[index].doing = Doing::Nothing,
            Some(_) => {
                self.actors[index].id.clear();
                self.actors[index].doing = Doing::Nothing;
            }
        }
    }

    fn check(&mut self) {
        assert!(self.bench.group.generation() >= self.generation, "the generation fell");
        self.generation = self.bench.group.generation();
        let mut owners: BTreeMap<u8, &str> = BTreeMap::new();
        for actor in &self.actors {
            // a member of an old generation holds its part until it hears of the new one, and its commits are refused
            if let Doing::Owning(generation, part) = &actor.doing
                && *generation == self.generation
                && self.bench.group.members.contains_key(&actor.id)
            {
                for partition in part.iter() {
                    let other = owners.insert(*partition, &actor.id);
                    assert!(other.is_none(), "partition {partition} is held by {} and {other:?}", actor.id);
                }
            }
        }
    }

    /// Everyone takes part until all is quiet: the group must settle.
    fn settle(&mut self) {
        self.step(Step::Hold(false));
        while !self.bench.held.is_empty() {
            self.step(Step::Release);
        }
        for _ in 0..200 {
            for index in 0..self.actors.len() {
                self.step(Step::Heartbeat(index));
                self.step(Step::Go(index));
            }
            self.step(Step::Wait(1000));
        }
        let mut held = 0;
        for actor in &self.actors {
            match &actor.doing {
                Doing::Owning(generation, part) => {
                    assert_eq!(*generation, self.generation, "{actor:?}");
                    held += part.len();
                }
                other => panic!("{} is still {other:?} in {:?}", actor.name, self.bench.group),
            }
        }
        assert_eq!((self.bench.group.state(), held), (State::Stable, usize::from(PARTITIONS)));
        assert_eq!(self.bench.replies.len() as u64, self.bench.asked(), "someone was never answered");
    }
}

/// Partitions in turn, as a leader would.
fn assign(reply: &JoinReply) -> HashMap<String, Bytes> {
    let count = reply.members.len();
    let part = |index: usize| (0..PARTITIONS).filter(|partition| usize::from(*partition) % count == index).collect::<Vec<u8>>();
    reply.members.iter().enumerate().map(|(index, member)| (member.id.clone(), Bytes::from(part(index)))).collect()
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0usize..8).prop_map(Step::Go),
        1 => (0usize..8).prop_map(Step::Crash),
        1 => (0usize..8).prop_map(Step::Leave),
        4 => (0usize..8).prop_map(Step::Heartbeat),
        3 => prop_oneof![1u64..100, 1000u64..4000, 9000u64..40_000].prop_map(Step::Wait),
        1 => any::<bool>().prop_map(Step::Hold),
        2 => Just(Step::Release),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn every_history_keeps_the_promises(
        delay in prop_oneof![Just(0u64), Just(3000u64)], count in 1usize..6, steps in proptest::collection::vec(step(), 0..80),
    ) {
        let mut world = World::new(delay, count);
        for step in steps {
            world.step(step);
        }
        world.settle();
    }
}
