//! Each assignor alone: who gets what, that nothing is given twice, and that little moves.

use proptest::prelude::*;

use super::*;

fn member(id: &str, instance: Option<&str>, topics: &[&str]) -> Member {
    let topics = topics.iter().map(|topic| (*topic).to_owned()).collect();
    let subscription = Subscription { topics, generation_id: -1, ..Subscription::default() };
    Member { id: id.to_owned(), instance_id: instance.map(str::to_owned), subscription }
}

/// What each member gets, as `a0 a1 | b0`.
fn dealt(assignor: Assignor, members: &[Member], count: impl Fn(&str) -> i32) -> String {
    let of = |(_, topics): (String, Vec<TopicPartitions>)| {
        let places = topics.iter().flat_map(|topic| topic.partitions.iter().map(move |index| format!("{}{index}", topic.topic)));
        places.collect::<Vec<_>>().join(" ")
    };
    assignor.assign(members, count).into_iter().map(of).collect::<Vec<_>>().join(" | ")
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
fn after(assignor: Assignor, members: &[Member], count: i32, generation: i32) -> Vec<Member> {
    let assigned = assignor.assign(members, |_| count);
    let told = members.iter().zip(assigned).map(|(member, (_, partitions))| {
        let places: Vec<TopicPartition> =
            partitions.iter().flat_map(|topic| topic.partitions.iter().map(|index| (topic.topic.clone(), *index))).collect();
        let mut member = member.clone();
        member.subscription.user_data = assignor.user_data(&places, generation);
        member.subscription.generation_id = generation;
        member.subscription.owned = if assignor == Assignor::CooperativeSticky { partitions } else { Vec::new() };
        member
    });
    told.collect()
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

proptest! {
    #[test]
    fn every_partition_has_one_owner_who_wants_it(wants in proptest::collection::vec(1_u8..8, 1..6), partitions in 0_i32..12) {
        let topics = ["a", "b", "c"];
        let member_of = |(at, bits): (usize, &u8)| {
            let wanted: Vec<&str> = topics.iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1).map(|(_, topic)| *topic).collect();
            member(&format!("m{at}"), None, &wanted)
        };
        let members: Vec<Member> = wants.iter().enumerate().map(member_of).collect();
        for assignor in Assignor::ALL {
            let mut members = members.clone();
            // the cooperative way comes to rest after a round of giving up
            for generation in 1..3 {
                members = after(assignor, &members, partitions, generation);
            }
            let assigned = assignor.assign(&members, |_| partitions);
            let mut all = Vec::new();
            for (member, (_, given)) in members.iter().zip(&assigned) {
                for topic in given {
                    prop_assert!(member.wants(&topic.topic));
                    all.extend(topic.partitions.iter().map(|index| (topic.topic.clone(), *index)));
                }
            }
            all.sort();
            let wanted = topics.iter().filter(|topic| members.iter().any(|member| member.wants(topic)));
            let expected: Vec<_> = wanted.flat_map(|topic| (0..partitions).map(|index| ((*topic).to_owned(), index))).collect();
            prop_assert_eq!(all, expected, "{:?}", assignor);
        }
    }

    #[test]
    fn the_sticky_ways_are_even_and_move_little(before in 1_usize..6, joining in 0_usize..3, partitions in 0_i32..24) {
        let members = |count: usize| (0..count).map(|at| member(&format!("m{at}"), None, &["t"])).collect::<Vec<_>>();
        let mut group = after(Assignor::Sticky, &members(before), partitions, 1);
        let old = sticky::previous(&group);
        group.extend(members(before + joining).split_off(before));
        let assigned = Assignor::Sticky.assign(&group, |_| partitions);
        let sizes: Vec<usize> = assigned.iter().map(|(_, topics)| topics.iter().map(|topic| topic.partitions.len()).sum()).collect();
        let (least, most) = (sizes.iter().min().copied().unwrap_or(0), sizes.iter().max().copied().unwrap_or(0));
        prop_assert!(most - least <= 1, "{sizes:?}");
        let moved: usize = assigned.iter().enumerate().map(|(at, (_, topics))| {
            let places = topics.iter().flat_map(|topic| topic.partitions.iter().map(|index| (topic.topic.clone(), *index)));
            places.filter(|place| old.get(place) != Some(&at)).count()
        }).sum();
        prop_assert_eq!(moved, sizes[before..].iter().sum::<usize>(), "only what the new ones get moves");
    }

    #[test]
    fn damaged_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        let mut damaged = member("m", None, &["t"]);
        damaged.subscription.user_data = Some(Bytes::from(bytes));
        for assignor in Assignor::ALL {
            let _ = assignor.assign(&[damaged.clone()], |_| 2);
        }
    }
}
