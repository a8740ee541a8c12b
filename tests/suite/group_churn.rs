//! Twenty consumers in one group, some of them static, that come, leave, go away without a word and come back while a producer goes on:
//! every record is consumed, commits leave no gap, no partition is owned twice, and each rebalance ends.

use std::collections::BTreeMap;
use std::sync::Arc;

use kafkalab::engine::server::Role;

use crate::group::{Group, Member};
use crate::support::random::{Random, setting};
use crate::support::{Pair, bundled};

const PARTITIONS: i32 = 24;
const MEMBERS: usize = 20;
/// Every third member is static.
const STATIC_EACH: usize = 3;
const RECORDS_PER_ROUND: usize = 600;
/// How many times members change.
const ROUNDS: &str = "KAFKALAB_ROUNDS";
const FIRST_SEED: &str = "KAFKALAB_FIRST_SEED";

async fn churn(strategy: &'static str) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let engine = bundled(folder.path());
    let lines = [(Role::Broker, "offsets.topic.num.partitions=3"), (Role::Broker, "group.initial.rebalance.delay.ms=0")];
    let pair = Pair::start(&engine, &engine, &lines).await;
    // nobody is given up because the machine is busy
    let settings = [("session.timeout.ms", "60000"), ("partition.assignment.strategy", strategy)];
    let group = Arc::new(Group::new(&pair, "churn", ("churned", PARTITIONS), &settings).await);
    let seed = setting(FIRST_SEED, 1);
    let mut random = Random::new(seed);
    let start = |number: usize| {
        let instance_id = number.is_multiple_of(STATIC_EACH).then(|| format!("static-{number}"));
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
        let mut back: Vec<usize> = std::mem::take(&mut absent);
        for number in (0..1 + random.below(4)).map(|_| random.below(MEMBERS)) {
            let Some(member) = members.remove(&number) else { continue };
            member.end().await;
            // the group keeps the place of a static member until it is back
            if number.is_multiple_of(STATIC_EACH) { &mut back } else { &mut absent }.push(number);
        }
        members.extend(back.into_iter().map(start));
        producing.await.expect("the producer does not panic");
        group.settled(&place, Some(produced), |owners| owners.iter().all(|owner| members.contains_key(owner))).await;
    }
    group.commits(produced).await;
    // all at once: one after the other would be a rebalance each
    members.values().for_each(Member::tell_to_end);
    for member in members.into_values() {
        member.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_members_change_places_with_the_range_assignor() {
    churn("range").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_members_change_places_cooperatively() {
    churn("cooperative-sticky").await;
}
