//! The protocol step by step, in simulated time: who is answered what, when, and what Kafka's log says.

use bytes::Bytes;
use kafka_protocol::ResponseError;

use super::bench::{Bench, as_member, as_static, request, settings, with_protocols};
use super::*;

#[test]
fn a_consumer_joins_and_leaves_with_kafkas_log_lines() {
    let mut bench = Bench::new(3000, usize::MAX);
    let first = JoinRequest { require_known_member_id: true, ..request("one") };
    let waiter = bench.join(&first);
    let given = bench.joined(waiter).unwrap().clone();
    assert_eq!((given.error, given.member_id.as_str()), (Some(ResponseError::MemberIdRequired), "one-1"));
    let reason = Some("rebalance failed due to MemberIdRequiredException".to_owned());
    let waiter = bench.join(&JoinRequest { member_id: given.member_id, reason, ..first });
    bench.advance(2999);
    assert_eq!(bench.joined(waiter), None);
    bench.advance(1);
    let reply = bench.joined(waiter).unwrap().clone();
    assert_eq!((reply.generation, reply.leader.as_str(), reply.members.len()), (1, "one-1", 1));
    let synced = bench.sync_as("one-1");
    assert_eq!(bench.synced(synced).unwrap().assignment, "part of one-1");
    assert_eq!(bench.heartbeat("one-1", 1), Ok(()));
    assert_eq!(bench.leave("one-1"), Ok(()));
    assert_eq!(bench.group.state(), State::Empty);
    let expected = [
        "Dynamic member with unknown member id joins group g in Empty state. Created a new member id one-1 and request the member to \
         rejoin with this id.",
        "Preparing to rebalance group g in state PreparingRebalance with old generation 0 (__consumer_offsets-9) (reason: Adding new \
         member one-1 with group instance id None; client reason: rebalance failed due to MemberIdRequiredException)",
        "Stabilized group g generation 1 (__consumer_offsets-9) with 1 members",
        "Assignment received from leader one-1 for group g for generation 1. The group has 1 members, 0 of which are static.",
        "Preparing to rebalance group g in state PreparingRebalance with old generation 1 (__consumer_offsets-9) (reason: Removing \
         member one-1 on LeaveGroup; client reason: the consumer is being closed)",
        "Group g with generation 2 is now empty (__consumer_offsets-9)",
        "Member MemberMetadata(memberId=one-1, groupInstanceId=None, clientId=one, clientHost=/127.0.0.1, sessionTimeoutMs=45000, \
         rebalanceTimeoutMs=300000, supportedProtocols=List(range, cooperative-sticky)) has left group g through explicit \
         `LeaveGroup`; client reason: the consumer is being closed",
    ];
    assert_eq!(bench.log, expected);
}

#[test]
fn a_newcomer_makes_everyone_join_again() {
    let mut bench = Bench::stable(&["a", "b"]);
    let c = bench.join(&request("c"));
    assert_eq!(bench.heartbeat("a-1", 1), Err(ResponseError::RebalanceInProgress));
    let a = bench.join(&as_member("a-1"));
    assert_eq!(bench.joined(c), None);
    let b = bench.join(&as_member("b-1"));
    for waiter in [a, b, c] {
        assert_eq!(bench.joined(waiter).unwrap().generation, 2);
    }
    assert_eq!(bench.joined(a).unwrap().members.len(), 3);
    assert_eq!(bench.joined(b).unwrap().members.len(), 0);
    // a follower waits for the leader's part
    let waiting = bench.sync_as("b-1");
    assert_eq!(bench.synced(waiting), None);
    bench.sync_as("a-1");
    assert_eq!(bench.synced(waiting).unwrap().assignment, "part of b-1");
    assert_eq!(bench.last_stored.as_ref().unwrap().members.len(), 3);
}

#[test]
fn whoever_does_not_join_in_time_is_dropped_and_another_leads() {
    let mut bench = Bench::stable(&["a", "b"]);
    let b = bench.join(&JoinRequest { protocols: vec![("range".to_owned(), Bytes::new())], ..as_member("b-1") });
    for _ in 0..29 {
        bench.advance(10_000);
        let _ = bench.heartbeat("a-1", 1);
    }
    assert_eq!(bench.joined(b), None);
    bench.advance(10_000);
    assert_eq!(bench.joined(b).unwrap().leader, "b-1");
    assert!(bench.has_log("Group g removed dynamic members who haven't joined: Set(a-1)"));
}

#[test]
fn a_silent_member_is_dropped_after_its_session() {
    let mut bench = Bench::stable(&["a", "b"]);
    bench.advance(30_000);
    assert_eq!(bench.heartbeat("a-1", 1), Ok(()));
    bench.advance(15_000);
    assert_eq!(bench.group.state(), State::PreparingRebalance);
    assert!(bench.has_log("Member b-1 in group g has failed, removing it from the group"));
    assert_eq!(bench.heartbeat("b-1", 1), Err(ResponseError::UnknownMemberId));
    let a = bench.join(&as_member("a-1"));
    assert_eq!(bench.joined(a).unwrap().generation, 2);
}

#[test]
fn the_initial_delay_grows_while_members_come_but_not_beyond_the_rebalance_timeout() {
    let mut bench = Bench::new(3000, usize::MAX);
    let short = |name| JoinRequest { rebalance_timeout: 7000, ..request(name) };
    let first = bench.join(&short("a"));
    for (name, wait) in [("b", 2000), ("c", 3000), ("d", 1900)] {
        bench.advance(wait);
        assert_eq!(bench.joined(first), None, "before {name}");
        bench.join(&short(name));
    }
    bench.advance(100);
    assert_eq!(bench.joined(first).unwrap().members.len(), 4);
}

#[test]
fn errors_of_join() {
    let mut bench = Bench::stable(&["a", "b"]);
    assert_eq!(bench.join_error(&as_member("nobody")), Some(ResponseError::UnknownMemberId));
    let other = with_protocols(request("c"), &["roundrobin"]);
    assert_eq!(bench.join_error(&other), Some(ResponseError::InconsistentGroupProtocol));
    let other = JoinRequest { protocol_type: "connect".to_owned(), ..request("c") };
    assert_eq!(bench.join_error(&other), Some(ResponseError::InconsistentGroupProtocol));
    bench.group.settings = settings(0, 2);
    assert_eq!(bench.join_error(&request("c")), Some(ResponseError::GroupMaxSizeReached));
    // a follower that missed its answer is told the generation again, without a rebalance
    let waiter = bench.join(&as_member("b-1"));
    assert_eq!(bench.joined(waiter).map(|reply| (reply.error, reply.generation)), Some((None, 1)));
    assert_eq!(bench.group.state(), State::Stable);
    bench.act(Group::unload);
    assert_eq!(bench.join_error(&as_member("a-1")), Some(ResponseError::CoordinatorNotAvailable));
    let empty = with_protocols(request("c"), &[]);
    assert_eq!(Bench::new(0, 9).join_error(&empty), Some(ResponseError::InconsistentGroupProtocol));
}

#[test]
fn errors_of_sync_heartbeat_and_commit() {
    let mut bench = Bench::stable(&["a", "b"]);
    let mut sync_error = |request: SyncRequest| {
        let waiter = bench.sync(request);
        bench.synced(waiter).and_then(|reply| reply.error)
    };
    let of_a = SyncRequest { generation: 1, member_id: "a-1".to_owned(), ..SyncRequest::default() };
    assert_eq!(sync_error(SyncRequest { member_id: "no".into(), ..of_a.clone() }), Some(ResponseError::UnknownMemberId));
    assert_eq!(sync_error(SyncRequest { generation: 0, ..of_a.clone() }), Some(ResponseError::IllegalGeneration));
    let wrong = SyncRequest { protocol: Some("sticky".to_owned()), ..of_a.clone() };
    assert_eq!(sync_error(wrong), Some(ResponseError::InconsistentGroupProtocol));
    assert_eq!(sync_error(SyncRequest { protocol: Some("range".to_owned()), ..of_a.clone() }), None);
    assert_eq!(bench.heartbeat("a-1", 0), Err(ResponseError::IllegalGeneration));
    let mut commit = |id: &str, generation: i32| bench.act(|group, now, out| group.accept_commit(id, None, generation, now, out));
    assert_eq!(commit("a-1", 1), Ok(()));
    assert_eq!(commit("a-1", 2), Err(ResponseError::IllegalGeneration));
    assert_eq!(commit("no", 1), Err(ResponseError::UnknownMemberId));
    assert_eq!(commit("", -1), Err(ResponseError::UnknownMemberId));
    bench.join(&request("c"));
    // the old generation may still commit while the next one forms
    let commit =
        |bench: &mut Bench, generation| bench.act(|group, now, out| group.accept_commit("a-1", None, generation, now, out));
    assert_eq!(commit(&mut bench, 1), Ok(()));
    bench.join(&as_member("a-1"));
    bench.join(&as_member("b-1"));
    // it is a sign of life all the same
    let deadline = |bench: &Bench| bench.group.members["a-1"].session_deadline;
    let before = deadline(&bench);
    bench.advance(5);
    assert_eq!(commit(&mut bench, 2), Err(ResponseError::RebalanceInProgress));
    assert_eq!(deadline(&bench), before.map(|ticks| ticks + 5));
    let fresh = &mut Bench::new(0, 9);
    assert_eq!(fresh.act(|group, now, out| group.accept_commit("", None, -1, now, out)), Ok(()));
    assert_eq!(fresh.act(|group, now, out| group.accept_commit("m", None, 0, now, out)), Err(ResponseError::UnknownMemberId));
}

#[test]
fn the_protocol_that_most_prefer_is_chosen() {
    let check = |wishes: &[&[&str]], expected: &str| {
        let mut bench = Bench::new(10, usize::MAX);
        let mut last = None;
        for (index, names) in wishes.iter().enumerate() {
            last = Some(bench.join(&with_protocols(request(&format!("m{index}")), names)));
        }
        bench.advance(300_000);
        assert_eq!(bench.joined(last.unwrap()).unwrap().protocol.as_deref(), Some(expected), "{wishes:?}");
    };
    check(&[&["range", "sticky"], &["sticky", "range"], &["sticky", "range"]], "sticky");
    check(&[&["range", "sticky"], &["sticky", "range"]], "range");
    check(&[&["a", "b"], &["b", "c"]], "b");
}

#[test]
fn a_lost_write_of_the_assignment_starts_over() {
    let mut bench = Bench::stable(&["a"]);
    bench.join(&as_member("a-1"));
    bench.write_error = Some(ResponseError::NotCoordinator);
    let waiter = bench.sync_as("a-1");
    assert_eq!(bench.synced(waiter).and_then(|reply| reply.error), Some(ResponseError::NotCoordinator));
    assert_eq!(bench.group.state(), State::PreparingRebalance);
    assert!(bench.log.last().unwrap().contains("(reason: Error NOT_COORDINATOR when storing group assignment"));
}

#[test]
fn an_assignment_of_an_old_generation_is_not_handed_out() {
    let mut bench = Bench::stable(&["a"]);
    bench.join(&as_member("a-1"));
    bench.hold_writes = true;
    let waiter = bench.sync_as("a-1");
    let newcomer = bench.join(&request("b"));
    assert_eq!(bench.synced(waiter).and_then(|reply| reply.error), Some(ResponseError::RebalanceInProgress));
    bench.release_write();
    assert_eq!(bench.group.state(), State::PreparingRebalance);
    bench.join(&as_member("a-1"));
    assert_eq!(bench.joined(newcomer).unwrap().generation, 3);
}

#[test]
fn members_that_never_sync_are_dropped() {
    let mut bench = Bench::stable(&["a", "b"]);
    bench.join(&as_member("a-1"));
    bench.join(&as_member("b-1"));
    bench.sync_as("a-1");
    for _ in 0..30 {
        bench.advance(10_000);
        let _ = (bench.heartbeat("a-1", 2), bench.heartbeat("b-1", 2));
    }
    assert_eq!(bench.heartbeat("b-1", 2), Err(ResponseError::UnknownMemberId));
    assert!(bench.log.last().unwrap().contains("(reason: Removing Set(b-1) on pending sync request expiration)"));
}

#[test]
fn a_static_member_comes_back_without_a_rebalance_and_its_double_is_fenced() {
    let mut bench = Bench::new(0, usize::MAX);
    let waiter = bench.join(&as_static("i", "1"));
    assert_eq!(bench.joined(waiter).unwrap().member_id, "i-1");
    bench.sync_as("i-1");
    // an old client must not take itself for the leader
    let again = bench.join(&as_static("i", "2"));
    let reply = bench.joined(again).unwrap().clone();
    assert_eq!((reply.generation, reply.member_id.as_str(), reply.leader.as_str()), (1, "i-2", "i-1"));
    // a new one leads and skips the assignment
    let third = JoinRequest { supports_skipping_assignment: true, ..as_static("i", "3") };
    let again = bench.join(&third);
    let reply = bench.joined(again).unwrap().clone();
    assert_eq!((reply.leader.as_str(), reply.skip_assignment, reply.members.len()), ("i-3", true, 1));
    assert_eq!(bench.group.state(), State::Stable);
    let synced = bench.sync_as("i-3");
    assert_eq!(bench.synced(synced).unwrap().assignment, "part of i-1");
    let fenced = |bench: &mut Bench, id: &str| bench.act(|group, now, out| group.heartbeat(id, Some("i"), 1, now, out));
    assert_eq!(fenced(&mut bench, "i-1"), Err(ResponseError::FencedInstanceId));
    assert_eq!(fenced(&mut bench, "i-3"), Ok(()));
    assert!(bench.has_log(
        "Request memberId=i-1 for static member with groupInstanceId=i is fenced by current memberId=i-3 during operation heartbeat"
    ));
    let old = JoinRequest { member_id: "i-2".to_owned(), ..as_static("i", "4") };
    assert_eq!(bench.join_error(&old), Some(ResponseError::FencedInstanceId));
    let by_instance = Leaving { instance_id: Some("i".to_owned()), ..Leaving::default() };
    assert_eq!(bench.act(|group, now, out| group.leave(&by_instance, now, out)), Ok(()));
    assert_eq!(bench.group.state(), State::Empty);
    assert_eq!(bench.act(|group, now, out| group.leave(&by_instance, now, out)), Err(ResponseError::UnknownMemberId));
}

#[test]
fn a_static_member_whose_new_id_is_not_stored_keeps_the_old_one() {
    let mut bench = Bench::new(0, usize::MAX);
    bench.join(&as_static("i", "1"));
    bench.sync_as("i-1");
    bench.write_error = Some(ResponseError::CoordinatorNotAvailable);
    assert_eq!(bench.join_error(&as_static("i", "2")), Some(ResponseError::CoordinatorNotAvailable));
    assert_eq!(bench.act(|group, now, out| group.heartbeat("i-1", Some("i"), 1, now, out)), Ok(()));
}

#[test]
fn a_static_member_that_changes_the_protocol_makes_a_rebalance() {
    let mut bench = Bench::new(0, usize::MAX);
    bench.join(&as_static("i", "1"));
    bench.sync_as("i-1");
    let changed = with_protocols(as_static("i", "2"), &["cooperative-sticky", "range"]);
    let waiter = bench.join(&changed);
    let reply = bench.joined(waiter).unwrap();
    assert_eq!((reply.generation, reply.protocol.as_deref()), (2, Some("cooperative-sticky")));
}

#[test]
fn a_member_id_that_is_never_used_lapses() {
    let mut bench = Bench::stable(&["a"]);
    bench.join(&JoinRequest { require_known_member_id: true, session_timeout: 10_000, ..request("b") });
    // while it may come, a rebalance waits for it
    let a = bench.join(&as_member("a-1"));
    assert_eq!(bench.joined(a), None);
    bench.advance(10_000);
    assert_eq!(bench.joined(a).unwrap().generation, 2);
    assert!(bench.has_log("Pending member b-1 in group g has been removed after session timeout expiration."));
}

#[test]
fn a_repeated_join_answers_the_earlier_one() {
    let mut bench = Bench::stable(&["a", "b"]);
    let first = bench.join(&as_member("a-1"));
    let second = bench.join(&as_member("a-1"));
    assert_eq!(bench.joined(first).and_then(|reply| reply.error), Some(ResponseError::RebalanceInProgress));
    bench.join(&as_member("b-1"));
    assert_eq!(bench.joined(second).unwrap().generation, 2);
}

#[test]
fn a_stored_group_goes_on_after_a_restart() {
    let bench = Bench::stable(&["a", "b"]);
    let stored = GroupMetadataValue::decode(bench.last_stored.unwrap().encode()).unwrap();
    let mut again = Bench::new(0, usize::MAX);
    again.group = Group::restore("g", 9, settings(0, usize::MAX), stored);
    again.act(|group, now, out| group.loaded(now, out));
    assert_eq!((again.heartbeat("a-1", 1), again.heartbeat("b-1", 1)), (Ok(()), Ok(())));
    let synced = again.sync_as("b-1");
    assert_eq!(again.synced(synced).unwrap().assignment, "part of b-1");
    again.advance(45_000);
    assert_eq!((again.group.state(), again.group.generation()), (State::Empty, 2));
}

#[test]
fn who_waits_when_the_group_moves_away_is_told() {
    let mut bench = Bench::stable(&["a", "b"]);
    let waiter = bench.join(&as_member("a-1"));
    bench.act(Group::unload);
    assert_eq!(bench.joined(waiter).and_then(|reply| reply.error), Some(ResponseError::NotCoordinator));
    assert_eq!(bench.heartbeat("b-1", 1), Err(ResponseError::CoordinatorNotAvailable));
    assert_eq!(bench.group.next_deadline(), None);
}
