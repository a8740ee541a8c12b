//! Each assignor alone: who gets what, that nothing is given twice, and that little moves.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn member(id: &str, instance: Option<&str>, topics: &[&str]) -> Member {
    let topics = topics.iter().map(|topic| (*topic).to_owned()).collect();
    let subscription = Subscription { topics, generation_id: -1, ..Subscription::default() };
    Member { id: id.to_owned(), instance_id: instance.map(str::to_owned), subscription }
}

/// What each member gets, as `a0 a1 | b0`.
fn dealt(assignor: Assignor, members: &[Member], count: impl Fn(&str) -> usize) -> String {
    dealt_near(assignor, members, |topic| nowhere(count(topic)))
}

/// That many partitions on brokers without racks.
fn nowhere(count: usize) -> Vec<ReplicaRacks> {
    vec![ReplicaRacks::new(); count]
}

/// As [`dealt`], where the partitions are in racks.
fn dealt_near(assignor: Assignor, members: &[Member], racks: impl Fn(&str) -> Vec<ReplicaRacks>) -> String {
    let of = |(_, topics): (String, Vec<TopicPartitions>)| {
        let places = topics.iter().flat_map(|topic| topic.partitions.iter().map(move |index| format!("{}{index}", topic.topic)));
        places.collect::<Vec<_>>().join(" ")
    };
    assignor.assign(members, racks).into_iter().map(of).collect::<Vec<_>>().join(" | ")
}

#[test]
fn ranges_are_dealt_in_the_order_of_ids_and_static_members_come_first() {
    let count = |topic: &str| if topic == "a" { 3 } else { 1 };
    let members = [member("m2", None, &["a", "b"]), member("m1", None, &["a"])];
    assert_eq!(dealt(Assignor::Range, &members, count), "a2 b0 | a0 a1");
    let members = [member("m1", None, &["a"]), member("m2", Some("i2"), &["a"]), member("m3", Some("i1"), &["a"])];
    assert_eq!(dealt(Assignor::Range, &members, count), "a2 | a1 | a0");
    assert_eq!(dealt(Assignor::Range, &members[..2], |_| 0), " | ");
}

#[test]
fn turns_pass_over_members_that_do_not_want_a_topic() {
    let members = [member("m1", None, &["a", "b"]), member("m2", None, &["b"]), member("m3", None, &["a", "b"])];
    assert_eq!(dealt(Assignor::RoundRobin, &members, |_| 3), "a0 a2 b2 | b0 | a1 b1");
}

/// The members with what they were given, as they join the next generation.
fn after(assignor: Assignor, members: &[Member], count: usize, generation: i32) -> Vec<Member> {
    told(assignor, members, assignor.assign(members, |_| nowhere(count)), generation)
}

fn told(assignor: Assignor, members: &[Member], assigned: Vec<(String, Vec<TopicPartitions>)>, generation: i32) -> Vec<Member> {
    let told = members.iter().zip(assigned).map(|(member, (_, partitions))| {
        let mut member = member.clone();
        member.subscription.user_data = assignor.user_data(&places(&partitions).collect::<Vec<_>>(), generation);
        member.subscription.generation_id = generation;
        member.subscription.owned = if assignor == Assignor::CooperativeSticky { partitions } else { Vec::new() };
        member
    });
    told.collect()
}

fn places(topics: &[TopicPartitions]) -> impl Iterator<Item = TopicPartition> {
    topics.iter().flat_map(|topic| topic.partitions.iter().map(|index| (topic.topic.clone(), *index)))
}

/// Each partition with the place of its owner.
fn given(assigned: &[(String, Vec<TopicPartitions>)]) -> impl Iterator<Item = (usize, TopicPartition)> {
    assigned.iter().enumerate().flat_map(|(at, (_, topics))| places(topics).map(move |place| (at, place)))
}

/// How many partitions each member has.
fn sizes(assigned: &[(String, Vec<TopicPartitions>)]) -> Vec<usize> {
    assigned.iter().map(|(_, topics)| places(topics).count()).collect()
}

/// Members each of which wants those of three topics whose bits are set.
fn wanting(wants: &[u8]) -> Vec<Member> {
    let member_of = |(at, bits): (usize, &u8)| {
        let topics = ["a", "b", "c"].iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1);
        member(&format!("m{at}"), None, &topics.map(|(_, topic)| *topic).collect::<Vec<_>>())
    };
    wants.iter().enumerate().map(member_of).collect()
}

#[test]
fn a_new_member_takes_no_more_than_its_share_and_the_cooperative_way_takes_two_rounds() {
    let two = [member("m1", None, &["t"]), member("m2", None, &["t"])];
    for assignor in [Assignor::Sticky, Assignor::CooperativeSticky] {
        assert_eq!(dealt(assignor, &two, |_| 6), "t0 t2 t4 | t1 t3 t5");
        let mut three = after(assignor, &two, 6, 1);
        three.push(member("m3", None, &["t"]));
        let first = if assignor == Assignor::Sticky { "t0 t2 | t1 t3 | t4 t5" } else { "t0 t2 | t1 t3 | " };
        assert_eq!(dealt(assignor, &three, |_| 6), first);
        let three = after(assignor, &three, 6, 2);
        assert_eq!(dealt(assignor, &three, |_| 6), "t0 t2 | t1 t3 | t4 t5");
    }
}

#[test]
fn the_later_generation_counts_where_two_say_that_they_had_a_partition() {
    let mut members = [member("m1", None, &["t"]), member("m2", None, &["t"])];
    let had = [("t".to_owned(), 0)];
    members[0].subscription.user_data = Assignor::Sticky.user_data(&had, 3);
    members[1].subscription.user_data = Assignor::Sticky.user_data(&had, 4);
    assert_eq!(dealt(Assignor::Sticky, &members, |_| 2), "t1 | t0");
}

/// Two members in racks of their own, and partitions whose replicas are where the words say: `ab c` is two partitions in two racks and in
/// one.
fn in_racks(members: &[(&str, &str)], topics: &[&str]) -> Vec<Member> {
    let of = |(id, rack): &(&str, &str)| {
        let mut member = member(id, None, topics);
        member.subscription.rack = Some((*rack).to_owned()).filter(|rack| !rack.is_empty());
        member
    };
    members.iter().map(of).collect()
}

fn racks(words: &str) -> Vec<ReplicaRacks> {
    words.split_whitespace().map(|word| word.chars().map(String::from).collect()).collect()
}

#[test]
fn members_get_what_is_in_their_rack_as_far_as_their_share_goes() {
    let check = |assignor, members: &[(&str, &str)], places: &str, expected: &str| {
        assert_eq!(dealt_near(assignor, &in_racks(members, &["t"]), |_| racks(places)), expected, "{assignor:?} {places}");
    };
    let two = [("m1", "b"), ("m2", "a")];
    check(Assignor::Range, &two, "a b a b", "t1 t3 | t0 t2");
    // the share goes first
    check(Assignor::Range, &two, "a a a b", "t2 t3 | t0 t1");
    // where every rack has all there is nothing to choose
    check(Assignor::Range, &two, "ab ab ab ab", "t0 t1 | t2 t3");
    check(Assignor::Range, &two, "c c c c", "t0 t1 | t2 t3");
    check(Assignor::Range, &[("m1", ""), ("m2", "a")], "b a a b", "t0 t1 | t2 t3");
    check(Assignor::RoundRobin, &two, "a b a b", "t0 t2 | t1 t3");
    for sticky in [Assignor::Sticky, Assignor::CooperativeSticky] {
        check(sticky, &two, "a b a b", "t1 t3 | t0 t2");
        check(sticky, &two, "a a a b", "t3 t2 | t0 t1");
        check(sticky, &two, "ab ab ab ab", "t0 t2 | t1 t3");
    }
}

#[test]
fn topics_that_go_together_stay_together_in_a_rack() {
    let members = in_racks(&[("m1", "a"), ("m2", "b")], &["t", "u"]);
    let of = |topic: &str| racks(if topic == "t" { "b a b a" } else { "b a ab b" });
    // nobody is near to the last ones of both: whoever has room gets them
    assert_eq!(dealt_near(Assignor::Range, &members, of), "t1 t3 u1 u3 | t0 t2 u0 u2");
}

#[test]
fn a_partition_does_not_stay_with_a_member_in_another_rack() {
    let mut members = in_racks(&[("m1", "a"), ("m2", "b")], &["t"]);
    members[0].subscription.user_data = Assignor::Sticky.user_data(&[("t".to_owned(), 0)], 1);
    members[1].subscription.user_data = Assignor::Sticky.user_data(&[("t".to_owned(), 1)], 1);
    assert_eq!(dealt_near(Assignor::Sticky, &members, |_| racks("a b")), "t0 | t1");
    assert_eq!(dealt_near(Assignor::Sticky, &members, |_| racks("b a")), "t1 | t0");
}

proptest! {
    #[test]
    fn every_partition_has_one_owner_who_wants_it(wants in proptest::collection::vec(1_u8..8, 1..6), partitions in 0_usize..12) {
        let (topics, members) = (["a", "b", "c"], wanting(&wants));
        for assignor in Assignor::ALL {
            let mut members = members.clone();
            // the cooperative way comes to rest after a round of giving up
            for generation in 1..3 {
                members = after(assignor, &members, partitions, generation);
            }
            let assigned = assignor.assign(&members, |_| nowhere(partitions));
            let mut all = Vec::new();
            for (member, (_, given)) in members.iter().zip(&assigned) {
                prop_assert!(given.iter().all(|topic| member.wants(&topic.topic)));
                all.extend(places(given));
            }
            all.sort();
            let wanted = topics.iter().filter(|topic| members.iter().any(|member| member.wants(topic)));
            let expected: Vec<_> = wanted.flat_map(|topic| (0..).take(partitions).map(|index| ((*topic).to_owned(), index))).collect();
            prop_assert_eq!(all, expected, "{:?}", assignor);
        }
    }

    #[test]
    fn the_sticky_ways_are_even_and_move_little(before in 1_usize..6, joining in 0_usize..3, partitions in 0_usize..24) {
        let members = |count: usize| (0..count).map(|at| member(&format!("m{at}"), None, &["t"])).collect::<Vec<_>>();
        let old: BTreeSet<(usize, TopicPartition)> = given(&Assignor::Sticky.assign(&members(before), |_| nowhere(partitions))).collect();
        let mut group = after(Assignor::Sticky, &members(before), partitions, 1);
        group.extend(members(before + joining).split_off(before));
        let assigned = Assignor::Sticky.assign(&group, |_| nowhere(partitions));
        let sizes = sizes(&assigned);
        let (least, most) = (sizes.iter().min().copied().unwrap_or(0), sizes.iter().max().copied().unwrap_or(0));
        prop_assert!(most - least <= 1, "{sizes:?}");
        let moved = given(&assigned).filter(|given| !old.contains(given)).count();
        prop_assert_eq!(moved, sizes[before..].iter().sum::<usize>(), "only what the new ones get moves");
    }

    #[test]
    fn whatever_members_want_nobody_could_take_one_from_who_has_two_more_and_all_stays_where_nothing_changes(
        wants in proptest::collection::vec(1_u8..8, 1..6),
        counts in proptest::collection::vec(0_usize..9, 3),
        leaves in 0_usize..6,
    ) {
        let count = |topic: &str| counts[["a", "b", "c"].iter().position(|one| *one == topic).unwrap_or(0)];
        let mut members = wanting(&wants);
        let mut last = Assignor::Sticky.assign(&members, |topic| nowhere(count(topic)));
        for generation in 1..4 {
            members = told(Assignor::Sticky, &members, last, generation);
            if generation == 2 && members.len() > 1 {
                members.remove(leaves % members.len());
            }
            last = Assignor::Sticky.assign(&members, |topic| nowhere(count(topic)));
            let sizes = sizes(&last);
            for (owner, (topic, _)) in given(&last) {
                let mut readers = (0..members.len()).filter(|at| members[*at].wants(&topic));
                prop_assert!(readers.all(|at| sizes[owner] <= sizes[at] + 1), "{sizes:?} {topic}");
            }
        }
        let again = told(Assignor::Sticky, &members, last.clone(), 4);
        prop_assert_eq!(Assignor::Sticky.assign(&again, |topic| nowhere(count(topic))), last);
    }

    #[test]
    fn damaged_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        let mut damaged = member("m", None, &["t"]);
        damaged.subscription.user_data = Some(Bytes::from(bytes));
        for assignor in Assignor::ALL {
            let _ = assignor.assign(&[damaged.clone()], |_| nowhere(2));
        }
    }
}
