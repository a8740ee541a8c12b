//! Groups of several members, over a connection each: they wait for each other, come late, change what they say, leave, and come back.

use bytes::Bytes;
use kafka_protocol::messages::join_group_request::JoinGroupRequestProtocol;
use kafka_protocol::messages::sync_group_request::SyncGroupRequestAssignment;
use kafka_protocol::messages::{DescribeGroupsRequest, JoinGroupRequest, OffsetCommitRequest, SyncGroupRequest};

use super::super::{Script, readable::Seen};
use super::groups::{beating, joining, left, syncing};
use super::offsets::{committing, fetching};
use super::{create as make, group, message, text};

/// The connection of who only looks.
const ONLOOKER: usize = 9;
/// The version of JoinGroup whose new members are told their id first.
const JOIN: i16 = 5;
/// The version of SyncGroup, Heartbeat and LeaveGroup that goes with it.
const REST: i16 = 3;

/// A member: its connection, and as which member id its own is seen.
#[derive(Clone, Copy)]
struct Member {
    connection: usize,
    id: usize,
}

struct Walk {
    script: Script,
    group: &'static str,
}

impl Walk {
    fn joining(&self, member: &str, said: &'static [u8]) -> JoinGroupRequest {
        let range = message!(JoinGroupRequestProtocol { name: text("range"), metadata: Bytes::from_static(said) });
        message!(joining(self.group, member) => { protocols: vec![range] })
    }

    /// Is told the id that it shall have.
    fn comes(&mut self, member: Member) {
        self.script.over(member.connection);
        self.script.ask("comes", JOIN, self.joining("", b"said"));
    }

    fn joins(&mut self, member: Member, said: &'static [u8]) {
        self.script.over(member.connection);
        let request = self.joining("", said);
        self.script.ask_with(
            "joins",
            JOIN,
            move |seen| message!(request.clone() => { member_id: text(&seen.value("member_id", member.id)) }),
        );
    }

    /// Joins, and waits for the others; the group is looked at until it is waiting.
    fn waits(&mut self, member: Member, said: &'static [u8]) {
        self.joins(member, said);
        self.script.unanswered();
        self.looked_at("PreparingRebalance");
    }

    fn looked_at(&mut self, state: &'static str) {
        self.script.over(ONLOOKER);
        self.script.ask("looked at", 5, message!(DescribeGroupsRequest { groups: vec![group(self.group)] }));
        self.script.until(state);
    }

    fn answered(&mut self, member: Member) {
        self.script.over(member.connection);
        self.script.answered();
    }

    fn syncs(&mut self, member: Member, generation: i32, parts: &'static [usize]) {
        self.script.over(member.connection);
        let name = self.group;
        self.script.ask_with("syncs", REST, move |seen| sync(seen, name, member, generation, parts));
    }

    fn beats(&mut self, member: Member, generation: i32) {
        self.script.over(member.connection);
        let name = self.group;
        self.script.ask_with("beats", REST, move |seen| beating(name, generation, &seen.value("member_id", member.id)));
    }

    fn commits(&mut self, member: Member, generation: i32) {
        self.script.over(member.connection);
        let name = self.group;
        self.script.ask_with("commits", 7, move |seen| commit(seen, name, member, generation));
    }

    fn leaves(&mut self, member: Member) {
        self.script.over(member.connection);
        let name = self.group;
        self.script.ask_with("leaves", REST, move |seen| left(name, &seen.value("member_id", member.id), None));
    }
}

fn sync(seen: &Seen, name: &str, member: Member, generation: i32, parts: &[usize]) -> SyncGroupRequest {
    let part = |id: &usize| {
        let assignment = Bytes::from(format!("part {id}"));
        message!(SyncGroupRequestAssignment { member_id: text(&seen.value("member_id", *id)), assignment: assignment })
    };
    let me = seen.value("member_id", member.id);
    message!(syncing(name, generation, &me) => { assignments: parts.iter().map(part).collect() })
}

fn commit(seen: &Seen, name: &str, member: Member, generation: i32) -> OffsetCommitRequest {
    let me = text(&seen.value("member_id", member.id));
    message!(committing(name, "gathered", 0, 3, None) => { member_id: me, generation_id_or_member_epoch: generation })
}

const FIRST: Member = Member { connection: 0, id: 0 };
const SECOND: Member = Member { connection: 1, id: 1 };
const THIRD: Member = Member { connection: 2, id: 2 };

/// From generation to generation, where a group begins at once.
pub fn rebalances() -> Script {
    let mut walk = Walk { script: Script::new("group-rebalances"), group: "gathered" };
    make(&mut walk.script, "gathered", 1, &[]);
    walk.comes(FIRST);
    walk.joins(FIRST, b"said");
    walk.syncs(FIRST, 1, &[0]);
    walk.comes(SECOND);
    walk.beats(FIRST, 1);
    walk.waits(SECOND, b"said");
    // while the second waits for the first
    walk.beats(FIRST, 1);
    walk.commits(FIRST, 1);
    walk.syncs(FIRST, 1, &[0]);
    walk.script.ask("what is committed", 5, fetching("gathered", None));
    walk.joins(FIRST, b"said");
    walk.answered(SECOND);
    // while the members wait for the leader's parts
    walk.beats(FIRST, 2);
    walk.beats(SECOND, 1);
    walk.commits(SECOND, 2);
    walk.joins(SECOND, b"said");
    walk.syncs(SECOND, 2, &[]);
    walk.script.unanswered();
    walk.looked_at("CompletingRebalance");
    walk.syncs(FIRST, 2, &[0, 1]);
    walk.answered(SECOND);
    walk.looked_at("Stable");
    walk.syncs(SECOND, 2, &[]);
    walk.joins(SECOND, b"said");
    pending(&mut walk);
    named(&mut walk);
    walk.script
}

/// One that is told its id and never joins, one that says something new, and a leader that leaves.
fn pending(walk: &mut Walk) {
    walk.waits(SECOND, b"more");
    walk.comes(THIRD);
    walk.joins(FIRST, b"said");
    walk.script.unanswered();
    walk.looked_at("PreparingRebalance");
    walk.leaves(THIRD);
    walk.answered(FIRST);
    walk.answered(SECOND);
    walk.leaves(THIRD);
    walk.leaves(FIRST);
    walk.beats(SECOND, 3);
    walk.joins(SECOND, b"more");
    walk.syncs(SECOND, 4, &[1]);
    // who leads may begin anew at any time
    walk.joins(SECOND, b"more");
    walk.syncs(SECOND, 4, &[1]);
    walk.syncs(SECOND, 5, &[1]);
}

/// A member with a name gets a smaller part, and comes back before it has said that it knows: it keeps that part, and nobody is asked.
fn named(walk: &mut Walk) {
    const NAMED: Member = Member { connection: 3, id: 3 };
    const BACK: Member = Member { connection: 4, id: 4 };
    let back = |walk: &Walk| message!(walk.joining("", b"named") => { group_instance_id: Some(text("name")) });
    walk.script.over(NAMED.connection);
    walk.script.ask("joins with a name", JOIN, back(walk));
    walk.script.unanswered();
    walk.looked_at("PreparingRebalance");
    walk.joins(SECOND, b"more");
    walk.answered(NAMED);
    walk.syncs(SECOND, 6, &[1, 3]);
    walk.script.over(BACK.connection);
    walk.script.ask("is back under its name", JOIN, back(walk));
    walk.looked_at("Stable");
    walk.syncs(BACK, 6, &[]);
    walk.beats(SECOND, 6);
    walk.beats(NAMED, 6);
    walk.leaves(SECOND);
    walk.script.over(BACK.connection);
    walk.script.ask("is removed by its name", REST, left("gathered", "", Some("name")));
    walk.looked_at("Empty");
}

/// Where a group waits for others before it begins: who comes meanwhile is in the first generation.
pub fn delayed() -> Script {
    let mut walk = Walk { script: Script::new("group-begins-late"), group: "late" };
    let (first, second) = (Member { id: 0, ..FIRST }, Member { id: 1, ..SECOND });
    walk.comes(first);
    walk.waits(first, b"said");
    walk.comes(second);
    walk.joins(second, b"said");
    walk.script.unanswered();
    walk.answered(first);
    walk.answered(second);
    walk.syncs(first, 1, &[0, 1]);
    walk.syncs(second, 1, &[]);
    // later ones are not waited for
    let third = Member { id: 2, ..THIRD };
    walk.comes(third);
    walk.waits(third, b"said");
    walk.joins(first, b"said");
    walk.script.unanswered();
    walk.joins(second, b"said");
    walk.answered(first);
    walk.answered(third);
    walk.script
}
