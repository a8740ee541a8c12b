//! Twenty consumers in one group, some of them static, that come, leave, go away without a word and come back while a producer goes on:
//! every record is consumed, commits leave no gap, no partition is owned twice, and each rebalance ends.

pub mod group;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kafkalab::engine::server::Role;
use kafkalab::process::wait;

use crate::support::random::{Random, setting};
use crate::support::tally::Tally;
use crate::support::{DEADLINE, Pair};
use group::{Group, Member, assigned};

const PARTITIONS: i32 = 24;
const MEMBERS: usize = 20;
/// Every third member is static.
const STATIC_EACH: usize = 3;
const RECORDS_PER_ROUND: usize = 600;
/// How many times members change.
const ROUNDS: &str = "KAFKALAB_ROUNDS";
const FIRST_SEED: &str = "KAFKALAB_FIRST_SEED";
/// Few partitions of the groups' topic, and groups that begin at once.
pub const LINES: [(Role, &str); 2] =
    [(Role::Broker, "offsets.topic.num.partitions=3"), (Role::Broker, "group.initial.rebalance.delay.ms=0")];
/// Nobody is given up because the machine is busy.
const SESSION: (&str, &str) = ("session.timeout.ms", "60000");
/// Where partitions move one by one.
const COOPERATIVE: &str = "cooperative-sticky";

/// Members change as often as the environment says, once without it.
pub async fn churn(pair: &Pair, id: &'static str, strategy: &'static str) {
    let settings = [SESSION, ("partition.assignment.strategy", strategy)];
    let group = Arc::new(Group::new(pair, id, (id, PARTITIONS), &settings).await);
    let seed = setting(FIRST_SEED, 1);
    let mut tally = Tally::new(format!("group churn {strategy} seed {seed}"));
    let mut random = Random::new(seed);
    let is_static = |number: usize| number.is_multiple_of(STATIC_EACH);
    let start = |number: usize| {
        let instance_id = is_static(number).then(|| format!("static-{number}"));
        (number, group.member(number, instance_id))
    };
    let mut members: BTreeMap<usize, Member> = (0..MEMBERS).map(start).collect();
    group.produce(0..RECORDS_PER_ROUND).await;
    let (mut produced, mut absent) = (RECORDS_PER_ROUND, Vec::new());
    group.settled(strategy, Some(produced), |owners| owners.iter().all(|owner| members.contains_key(owner))).await;
    for round in 0..setting(ROUNDS, 1) {
        let place = format!("{strategy} seed {seed} round {round}");
        // while records come
        let (going_on, values) = (Arc::clone(&group), produced..produced + RECORDS_PER_ROUND);
        produced = values.end;
        let producing = tokio::spawn(async move { going_on.produce(values).await });
        let back: Vec<usize> = std::mem::take(&mut absent);
        let mut returned = BTreeSet::new();
        for number in (0..1 + random.below(4)).map(|_| random.below(MEMBERS)) {
            let Some(member) = members.remove(&number) else { continue };
            member.end().await;
            tally.add("members ended", 1);
            // the group keeps the place of a static member, and waits for it, until it is back
            if is_static(number) {
                returned.insert(number);
                members.extend([start(number)]);
            } else {
                absent.push(number);
            }
        }
        tally.add("back", back.len() + returned.len());
        members.extend(back.into_iter().map(start));
        if strategy != COOPERATIVE {
            returned.clear();
        }
        producing.await.expect("the producer does not panic");
        let are_there = |owners: &BTreeSet<usize>| owners.iter().all(|owner| members.contains_key(owner));
        let withheld = group.at_rest(&place, Some(produced), are_there, &returned).await;
        if !withheld.is_empty() {
            tally.add("partitions withheld", withheld.len());
            // any rebalance hands them out: one more comes, and goes
            let guest = start(MEMBERS + 1).1;
            group.settled(&place, Some(produced), |owners| owners.contains(&(MEMBERS + 1))).await;
            guest.end().await;
            group.settled(&place, Some(produced), are_there).await;
        }
        tally.add("rounds", 1);
    }
    group.commits(produced).await;
    tally.add("records produced", produced);
    tally.add("found consumed and committed", group.ledger().consumed.len());
    // all at once: one after the other would be a rebalance each
    members.values().for_each(Member::tell_to_end);
    for member in members.into_values() {
        member.end().await;
    }
}

/// A static member that shall give up partitions ends before it has, and comes back: it gets what it was left, the rest stays with nobody
/// until the next rebalance.
pub async fn static_member_amid_revocation(pair: &Pair, id: &'static str) {
    let settings = [SESSION, ("partition.assignment.strategy", COOPERATIVE)];
    let group = Group::new(pair, id, (id, PARTITIONS), &settings).await;
    let first = group.member(0, Some("static-0".to_owned()));
    group.settled(id, None, |owners| owners.contains(&0)).await;
    first.idle();
    let second = group.member(1, None);
    let of_static = async || {
        let group = group.described().await;
        let members: Vec<_> = group.members.iter().filter(|one| one.group_instance_id.is_some()).cloned().collect();
        (group.state == "Stable" && group.members.len() == 2).then(|| (members[0].clone(), group))
    };
    let seen = wait::until(DEADLINE, "both to be members", of_static).await;
    let (before, described) = seen.unwrap_or_else(|error| panic!("{error}"));
    let withheld = group.withheld(&described);
    assert!(!withheld.is_empty() && assigned(&before).len() + withheld.len() == PARTITIONS as usize, "{described:?}");
    first.end().await;
    let first = group.member(0, Some("static-0".to_owned()));
    let back = async || of_static().await.filter(|(member, _)| member.member_id != before.member_id);
    let seen = wait::until(DEADLINE, "the static member to be back", back).await;
    let (after, described) = seen.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((assigned(&after), group.withheld(&described)), (assigned(&before), withheld.clone()));
    let all = group.at_rest(id, None, |_| true, &BTreeSet::from([0])).await;
    assert_eq!(all, withheld);
    let third = group.member(2, None);
    group.settled(id, None, |owners| *owners == BTreeSet::from([0, 1, 2])).await;
    for member in [first, second, third] {
        member.end().await;
    }
}
