//! Groups: FindCoordinator, JoinGroup, SyncGroup, Heartbeat, LeaveGroup, and what administrators ask of groups.

use bytes::Bytes;
use kafka_protocol::messages::join_group_request::JoinGroupRequestProtocol;
use kafka_protocol::messages::leave_group_request::MemberIdentity;
use kafka_protocol::messages::offset_commit_request::{OffsetCommitRequestPartition, OffsetCommitRequestTopic};
use kafka_protocol::messages::sync_group_request::SyncGroupRequestAssignment;
use kafka_protocol::messages::{
    DeleteGroupsRequest, DescribeGroupsRequest, FindCoordinatorRequest, HeartbeatRequest, JoinGroupRequest, LeaveGroupRequest,
    ListGroupsRequest, OffsetCommitRequest, SyncGroupRequest,
};

use super::super::{Script, readable::Seen};
use super::{group, message, text, topic};

/// FindCoordinator; after it groups are served.
pub fn coordinators() -> Script {
    let mut script = Script::new("find-coordinator");
    script.ask("the coordinator, until there is one", 0, message!(FindCoordinatorRequest { key: text("g") }));
    script.until("error_code=0");
    script.each("of a group", &[0, 1, 2, 3], |_| message!(FindCoordinatorRequest { key: text("g") }));
    script.each("of a group without a name", &[0, 1, 3], |_| FindCoordinatorRequest::default());
    for kind in [2, -1] {
        script.each(&format!("of type {kind}"), &[1, 3], |_| message!(FindCoordinatorRequest { key: text("g"), key_type: kind }));
        script.ask(
            &format!("of type {kind}"),
            4,
            message!(FindCoordinatorRequest { coordinator_keys: vec![text("g")], key_type: kind }),
        );
    }
    for keys in [&["g"][..], &["g", "h", ""], &["g", "g"], &[]] {
        script.ask(
            &format!("of {} groups", keys.len()),
            4,
            message!(FindCoordinatorRequest { coordinator_keys: keys.iter().map(|key| text(key)).collect() }),
        );
    }
    script
}

const METADATA: Bytes = Bytes::from_static(b"\0\0");

pub fn joining(group_id: &str, member: &str) -> JoinGroupRequest {
    let protocols =
        ["range", "roundrobin"].map(|name| message!(JoinGroupRequestProtocol { name: text(name), metadata: METADATA }));
    message!(JoinGroupRequest {
        group_id: group(group_id),
        session_timeout_ms: 30_000,
        rebalance_timeout_ms: 30_000,
        member_id: text(member),
        protocol_type: text("consumer"),
        protocols: protocols.to_vec(),
    })
}

/// What version 0 has no place for is left out.
fn fitted(mut request: JoinGroupRequest, version: i16) -> JoinGroupRequest {
    if version == 0 {
        request.rebalance_timeout_ms = -1;
    }
    request
}

pub fn syncing(group_id: &str, generation: i32, member: &str) -> SyncGroupRequest {
    message!(SyncGroupRequest { group_id: group(group_id), generation_id: generation, member_id: text(member) })
}

pub fn beating(group_id: &str, generation: i32, member: &str) -> HeartbeatRequest {
    message!(HeartbeatRequest { group_id: group(group_id), generation_id: generation, member_id: text(member) })
}

pub fn left(group_id: &str, member: &str, instance: Option<&str>) -> LeaveGroupRequest {
    let identity = message!(MemberIdentity { member_id: text(member), group_instance_id: instance.map(text) });
    message!(LeaveGroupRequest { group_id: group(group_id), members: vec![identity] })
}

/// A member's whole life, and what is wrong with each request of it.
pub fn classic() -> Script {
    let mut script = Script::new("group-membership");
    let versions = &[0, 1, 3, 4, 5, 6, 7, 8, 9];
    script.each("join without a name", versions, |version| fitted(joining("", ""), version));
    script.each("join as nobody known", versions, |version| fitted(joining("g", "who"), version));
    for timeout in [0, -1, 5_999, 1_800_001] {
        script.each(&format!("a session of {timeout}"), &[0, 5, 9], |version| {
            fitted(message!(joining("g", "") => { session_timeout_ms: timeout }), version)
        });
    }
    script.each("no protocol", &[0, 4, 9], |version| fitted(message!(joining("g", "") => { protocols: Vec::new() }), version));
    script.each("no type", &[0, 4, 9], |version| fitted(message!(joining("g", "") => { protocol_type: text("") }), version));
    script.each("a member's id first", &[4, 5, 9], |_| joining("first", ""));
    lifetimes(&mut script);
    alone(&mut script);
    static_member(&mut script);
    script
}

/// In each version a group of one: joined, synced, beating, left.
fn lifetimes(script: &mut Script) {
    for (index, version) in (3..).zip([0, 2, 3]) {
        let name = format!("g{version}");
        let me = move |seen: &Seen| seen.value("member_id", index);
        script.ask("join", version, fitted(joining(&name, ""), version));
        let id = name.clone();
        script.ask_with("sync", version.min(3), move |seen| {
            let mine =
                message!(SyncGroupRequestAssignment { member_id: text(&me(seen)), assignment: Bytes::from_static(b"mine") });
            message!(syncing(&id, 1, &me(seen)) => { assignments: vec![mine] })
        });
        let id = name.clone();
        script.ask_with("beat", version.min(3), move |seen| beating(&id, 1, &me(seen)));
        let id = name.clone();
        script.ask_with("beat in another generation", version.min(3), move |seen| beating(&id, 2, &me(seen)));
        let id = name.clone();
        script.ask_with("sync in another generation", version.min(3), move |seen| syncing(&id, 2, &me(seen)));
        let id = name.clone();
        script.ask_with("described", version, move |_| message!(DescribeGroupsRequest { groups: vec![group(&id)] }));
        let id = name.clone();
        script.ask_with("leave", version.min(2), move |seen| {
            message!(LeaveGroupRequest { group_id: group(&id), member_id: text(&me(seen)) })
        });
        let id = name.clone();
        script.ask_with("leave again", version.min(2), move |seen| {
            message!(LeaveGroupRequest { group_id: group(&id), member_id: text(&me(seen)) })
        });
    }
}

/// Requests of who is in no group.
fn alone(script: &mut Script) {
    script.each("sync without a name", &[0, 3, 5], |version| fitted_sync(syncing("", 1, "who"), version));
    script.each("sync in no group", &[0, 3, 5], |version| fitted_sync(syncing("none", 1, "who"), version));
    script.each("sync as nobody", &[0, 3, 5], |version| fitted_sync(syncing("g0", 1, "who"), version));
    script.each("beat without a name", &[0, 3, 4], |_| beating("", 1, "who"));
    script.each("beat in no group", &[0, 3, 4], |_| beating("none", 1, "who"));
    script.each("beat as nobody", &[0, 3, 4], |_| beating("g0", 1, "who"));
    script.each("leave without a name", &[0, 2], |_| message!(LeaveGroupRequest { member_id: text("who") }));
    script.each("leave no group", &[0, 2], |_| message!(LeaveGroupRequest { group_id: group("none"), member_id: text("who") }));
    script.each("leave without a name", &[3, 4, 5], |_| left("", "who", None));
    script.each("leave no group", &[3, 4, 5], |_| left("none", "who", None));
    script.each("leave as nobody", &[3, 4, 5], |_| left("g0", "who", None));
    script.each("leave as an instance that is none", &[3, 4, 5], |_| left("g0", "", Some("none")));
    script.each("nobody leaves", &[3, 5], |_| message!(LeaveGroupRequest { group_id: group("g0") }));
    let named = |id: &str| message!(beating("g0", 1, "who") => { group_instance_id: Some(text(id)) });
    script.each("beat as an instance that is none", &[3, 4], |_| named("none"));
}

fn fitted_sync(mut request: SyncGroupRequest, version: i16) -> SyncGroupRequest {
    if version >= 5 {
        (request.protocol_type, request.protocol_name) = (Some(text("consumer")), Some(text("range")));
    }
    request
}

/// A member with a name of its own, in the newest versions.
fn static_member(script: &mut Script) {
    let me = |seen: &Seen| seen.value("member_id", 6);
    let instance = || Some(text("one"));
    script.ask("join with a name", 9, message!(joining("static", "") => { group_instance_id: instance() }));
    script.ask_with("sync as another type", 5, move |seen| {
        message!(syncing("static", 1, &me(seen)) => { group_instance_id: instance(), protocol_type: Some(text("other")), protocol_name: Some(text("range")) })
    });
    script.ask_with("sync by another protocol", 5, move |seen| {
        message!(syncing("static", 1, &me(seen)) => { group_instance_id: instance(), protocol_type: Some(text("consumer")), protocol_name: Some(text("other")) })
    });
    script.ask_with("sync", 5, move |seen| {
        let mine = message!(SyncGroupRequestAssignment { member_id: text(&me(seen)), assignment: Bytes::from_static(b"mine") });
        message!(fitted_sync(syncing("static", 1, &me(seen)), 5) => { group_instance_id: instance(), assignments: vec![mine] })
    });
    script.each("described", &[0, 3, 4, 5], |_| message!(DescribeGroupsRequest { groups: vec![group("static")] }));
    script.ask("beat with another's id", 4, message!(beating("static", 1, "who") => { group_instance_id: instance() }));
    script.ask(
        "sync with another's id",
        5,
        message!(fitted_sync(syncing("static", 1, "who"), 5) => { group_instance_id: instance() }),
    );
    script.ask("join with another's id", 9, message!(joining("static", "who") => { group_instance_id: instance() }));
    script.ask("join with another type", 9, message!(joining("static", "") => { protocol_type: text("connect") }));
    script.ask("join with other protocols", 9, {
        let protocols = vec![message!(JoinGroupRequestProtocol { name: text("sticky"), metadata: METADATA })];
        message!(joining("static", "") => { protocols: protocols })
    });
    script.ask_with("beat", 4, move |seen| message!(beating("static", 1, &me(seen)) => { group_instance_id: instance() }));
    script.ask("back under its name", 9, message!(joining("static", "") => { group_instance_id: instance() }));
    script.ask_with(
        "the id that it had",
        4,
        move |seen| message!(beating("static", 1, &me(seen)) => { group_instance_id: instance() }),
    );
    script.ask("leave with another's id", 5, left("static", "who", Some("one")));
    script.ask("a group with members is not deleted", 2, message!(DeleteGroupsRequest { groups_names: vec![group("static")] }));
    script.ask("leave by name", 5, left("static", "", Some("one")));
}

/// A member with a name of its own that comes back again and again, in every version that knows of it.
pub fn static_members() -> Script {
    let mut script = Script::new("static-members");
    let named = |protocols: &[&str]| {
        let protocols = protocols.iter().map(|name| message!(JoinGroupRequestProtocol { name: text(name), metadata: METADATA }));
        message!(joining("named", "") => { group_instance_id: Some(text("one")), protocols: protocols.collect() })
    };
    let sync = |script: &mut Script, generation: i32, member: usize, protocol: &'static str| {
        script.ask_with("sync", 5, move |seen| {
            let me = seen.value("member_id", member);
            let mine = message!(SyncGroupRequestAssignment { member_id: text(&me), assignment: Bytes::from_static(b"mine") });
            let request =
                message!(syncing("named", generation, &me) => { group_instance_id: Some(text("one")), assignments: vec![mine] });
            message!(request => { protocol_type: Some(text("consumer")), protocol_name: Some(text(protocol)) })
        });
    };
    let beat = |script: &mut Script, what: &str, generation: i32, member: usize| {
        script.ask_with(what, 4, move |seen| {
            message!(beating("named", generation, &seen.value("member_id", member)) => { group_instance_id: Some(text("one")) })
        });
    };
    script.ask("join", 5, named(&["range", "roundrobin"]));
    sync(&mut script, 1, 0, "range");
    for (version, member) in (5..=9).zip(1..) {
        script.ask("back, as it was", version, named(&["range", "roundrobin"]));
        beat(&mut script, "the new id", 1, member);
        beat(&mut script, "the id before", 1, member - 1);
    }
    script.ask("back, with one protocol more", 9, named(&["range", "sticky"]));
    beat(&mut script, "no rebalance", 1, 6);
    script.ask("back, with another protocol", 9, named(&["sticky"]));
    beat(&mut script, "before it syncs", 2, 7);
    script.ask("back before it syncs", 9, named(&["sticky"]));
    beat(&mut script, "in the generation before", 2, 8);
    sync(&mut script, 3, 8, "sticky");
    script.ask_with("join under its own id", 9, |seen| {
        let me = text(&seen.value("member_id", 8));
        let protocols = vec![message!(JoinGroupRequestProtocol { name: text("sticky"), metadata: METADATA })];
        message!(joining("named", "") => { group_instance_id: Some(text("one")), member_id: me, protocols: protocols })
    });
    script.ask_with("its own id without the name", 9, |seen| {
        let protocols = vec![message!(JoinGroupRequestProtocol { name: text("sticky"), metadata: METADATA })];
        message!(joining("named", "") => { member_id: text(&seen.value("member_id", 8)), protocols: protocols })
    });
    let committing = |member: &str, generation: i32, instance: Option<&str>| {
        let partition = message!(OffsetCommitRequestPartition { committed_offset: 3 });
        let topics = vec![message!(OffsetCommitRequestTopic { name: topic("followed"), partitions: vec![partition] })];
        message!(OffsetCommitRequest {
            group_id: group("named"),
            generation_id_or_member_epoch: generation,
            member_id: text(member),
            group_instance_id: instance.map(text),
            topics: topics
        })
    };
    for (what, member, generation) in
        [("its own offset", 8, 5), ("one of a generation before", 8, 4), ("one under an old id", 7, 5)]
    {
        script.ask_with(what, 8, move |seen| committing(&seen.value("member_id", member), generation, Some("one")));
    }
    script.ask_with("one without the name", 8, move |seen| committing(&seen.value("member_id", 8), 5, None));
    script.ask("one of nobody", 8, committing("", -1, None));
    script.ask_with("leave with id and name", 5, |seen| left("named", &seen.value("member_id", 8), Some("one")));
    script.ask("one of nobody afterwards", 8, committing("", -1, None));
    script
}

/// DescribeGroups, ListGroups, DeleteGroups.
pub fn administered() -> Script {
    let mut script = Script::new("groups");
    script.each("a group that is missing", &[0, 1, 3, 4, 5], |_| message!(DescribeGroupsRequest { groups: vec![group("none")] }));
    script.each("a group without a name", &[0, 5], |_| message!(DescribeGroupsRequest { groups: vec![group("")] }));
    script.each("no group", &[0, 5], |_| DescribeGroupsRequest::default());
    script.each("a group without members", &[0, 3, 5], |_| message!(DescribeGroupsRequest { groups: vec![group("static")] }));
    script.each("with operations", &[3, 5], |_| {
        message!(DescribeGroupsRequest { groups: vec![group("static"), group("none")], include_authorized_operations: true })
    });
    let delete = |names: &[&str]| message!(DeleteGroupsRequest { groups_names: names.iter().map(|name| group(name)).collect() });
    script.each("delete what is missing", &[0, 1, 2], |_| delete(&["none"]));
    script.each("delete without a name", &[0, 2], |_| delete(&[""]));
    script.each("delete nothing", &[0, 2], |_| delete(&[]));
    for (version, name) in [(0, "g0"), (1, "g2"), (2, "g3")] {
        script.ask("delete", version, delete(&[name]));
    }
    script.ask("delete a group twice", 2, delete(&["first", "first"]));
    let states = |names: &[&str]| message!(ListGroupsRequest { states_filter: names.iter().map(|name| text(name)).collect() });
    script.each("groups", &[0, 1, 3], |_| states(&[]));
    for names in [&[][..], &["Empty"], &["empty"], &["Stable"], &["Stable", "Empty"], &["none"], &[""]] {
        script.ask(&format!("groups that are {names:?}"), 4, states(names));
    }
    script
}
