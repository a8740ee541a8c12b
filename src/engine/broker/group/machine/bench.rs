//! A group on a bench, for the tests: time is a number, the log takes writes at once or when told, every answer is noted.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use kafka_protocol::ResponseError;

use super::*;
use crate::engine::kafka::batch::Compression;

pub(super) fn settings(initial_rebalance_delay: u64, max_size: usize) -> Arc<GroupSettings> {
    Arc::new(GroupSettings {
        min_session_timeout: 6000,
        max_session_timeout: 1_800_000,
        max_size,
        initial_rebalance_delay,
        max_metadata_size: 4096,
        offsets_retention: 7 * 24 * 3_600_000,
        retention_check_interval: 600_000,
        topic_partitions: 50,
        topic_replication_factor: 1,
        topic_segment_bytes: 104_857_600,
        compression: Compression::None,
        load_buffer_size: 5_242_880,
        commit_timeout: 5000,
        required_acks: -1,
    })
}

/// A group on a bench: time is a number, the log takes writes at once or when told, every answer is noted.
pub(super) struct Bench {
    pub group: Group,
    pub now: Now,
    pub replies: BTreeMap<Waiter, Reply>,
    pub log: Vec<String>,
    pub held: Vec<Write>,
    pub hold_writes: bool,
    pub write_error: Option<ResponseError>,
    pub last_stored: Option<GroupMetadataValue>,
    waiters: u64,
}

impl Bench {
    pub fn new(initial_rebalance_delay: u64, max_size: usize) -> Self {
        let now = Now { ticks: 0, wall: 1_000_000 };
        Self {
            group: Group::new("g", 9, settings(initial_rebalance_delay, max_size), now),
            now,
            replies: BTreeMap::new(),
            log: Vec::new(),
            held: Vec::new(),
            hold_writes: false,
            write_error: None,
            last_stored: None,
            waiters: 0,
        }
    }

    pub fn waiter(&mut self) -> Waiter {
        self.waiters += 1;
        Waiter(self.waiters)
    }

    pub fn asked(&self) -> u64 {
        self.waiters
    }

    pub fn act<T>(&mut self, event: impl FnOnce(&mut Group, Now, &mut Actions) -> T) -> T {
        let mut actions = Actions::default();
        let result = event(&mut self.group, self.now, &mut actions);
        self.settle(actions);
        result
    }

    fn settle(&mut self, actions: Actions) {
        for action in actions {
            match action {
                Action::Reply(waiter, reply) => {
                    assert!(waiter.0 <= self.waiters, "nobody waits as {waiter:?}");
                    assert!(self.replies.insert(waiter, reply).is_none(), "{waiter:?} was answered twice");
                }
                Action::Log(_, message) => self.log.push(message),
                Action::Write(write) if self.hold_writes => self.held.push(write),
                Action::Write(write) => self.write(write),
            }
        }
        if self.group.next_deadline().is_some_and(|deadline| deadline <= self.now.ticks) {
            self.act(Group::tick);
        }
    }

    fn write(&mut self, write: Write) {
        let result = self.write_error.map_or(Ok(()), Err);
        if result.is_ok() {
            self.last_stored = Some(write.value);
        }
        self.act(|group, now, out| group.written(write.after, result, now, out));
    }

    pub fn release_write(&mut self) {
        if !self.held.is_empty() {
            let write = self.held.remove(0);
            self.write(write);
        }
    }

    /// Lets time pass, stopping at every deadline on the way.
    pub fn advance(&mut self, millis: u64) {
        let end = self.now.ticks + millis;
        while let Some(deadline) = self.group.next_deadline().filter(|deadline| *deadline <= end) {
            self.set_ticks(deadline.max(self.now.ticks));
            self.act(Group::tick);
        }
        self.set_ticks(end);
    }

    fn set_ticks(&mut self, ticks: u64) {
        self.now.wall += i64::try_from(ticks - self.now.ticks).unwrap();
        self.now.ticks = ticks;
    }

    pub fn join(&mut self, request: &JoinRequest) -> Waiter {
        let waiter = self.waiter();
        self.act(|group, now, out| group.join(request, waiter, now, out));
        waiter
    }

    pub fn joined(&self, waiter: Waiter) -> Option<&JoinReply> {
        match self.replies.get(&waiter)? {
            Reply::Join(reply) => Some(reply),
            Reply::Sync(_) => panic!("{waiter:?} asked to join"),
        }
    }

    pub fn join_error(&mut self, request: &JoinRequest) -> Option<ResponseError> {
        let waiter = self.join(request);
        self.joined(waiter).and_then(|reply| reply.error)
    }

    pub fn sync(&mut self, request: SyncRequest) -> Waiter {
        let waiter = self.waiter();
        self.act(|group, now, out| group.sync(request, waiter, now, out));
        waiter
    }

    pub fn synced(&self, waiter: Waiter) -> Option<&SyncReply> {
        match self.replies.get(&waiter)? {
            Reply::Sync(reply) => Some(reply),
            Reply::Join(_) => panic!("{waiter:?} asked to sync"),
        }
    }

    pub fn heartbeat(&mut self, id: &str, generation: i32) -> Result<(), ResponseError> {
        self.act(|group, now, out| group.heartbeat(id, None, generation, now, out))
    }

    pub fn leave(&mut self, id: &str) -> Result<(), ResponseError> {
        let reason = Some("the consumer is being closed".to_owned());
        let leaving = Leaving { member_id: id.to_owned(), instance_id: None, reason };
        self.act(|group, now, out| group.leave(&leaving, now, out))
    }

    /// A group of one generation with these members, stable.
    pub fn stable(names: &[&str]) -> Self {
        let mut bench = Self::new(0, usize::MAX);
        bench.group.settings = settings(10, usize::MAX);
        let waiters: Vec<Waiter> = names.iter().map(|name| bench.join(&request(name))).collect();
        bench.advance(100);
        for waiter in waiters.iter().rev() {
            let id = bench.joined(*waiter).unwrap().member_id.clone();
            bench.sync_as(&id);
        }
        assert_eq!(bench.group.state(), State::Stable);
        bench.group.settings = settings(0, usize::MAX);
        bench
    }

    /// A SyncGroup of that member; the leader gives everyone a part.
    pub fn sync_as(&mut self, id: &str) -> Waiter {
        let members: Vec<String> = self.group.members.keys().cloned().collect();
        let parts = members.iter().map(|member| (member.clone(), Bytes::from(format!("part of {member}"))));
        let assignments = if self.group.is_leader(id) { parts.collect() } else { HashMap::new() };
        let generation = self.group.generation();
        self.sync(SyncRequest { generation, member_id: id.to_owned(), assignments, ..SyncRequest::default() })
    }

    pub fn has_log(&self, line: &str) -> bool {
        self.log.iter().any(|logged| logged == line)
    }
}

/// A JoinGroup (version 3) of a new dynamic member called `name`, whose id becomes `name-1`.
pub(super) fn request(name: &str) -> JoinRequest {
    JoinRequest {
        member_id: String::new(),
        instance_id: None,
        require_known_member_id: false,
        supports_skipping_assignment: false,
        client_id: name.to_owned(),
        client_host: "/127.0.0.1".to_owned(),
        rebalance_timeout: 300_000,
        session_timeout: 45_000,
        protocol_type: "consumer".to_owned(),
        protocols: vec![("range".to_owned(), Bytes::from_static(b"r")), ("cooperative-sticky".to_owned(), Bytes::new())],
        reason: None,
        fresh_name: "1".to_owned(),
    }
}

pub(super) fn as_member(id: &str) -> JoinRequest {
    JoinRequest { member_id: id.to_owned(), ..request("x") }
}

pub(super) fn as_static(instance: &str, fresh: &str) -> JoinRequest {
    JoinRequest { instance_id: Some(instance.to_owned()), fresh_name: fresh.to_owned(), ..request("x") }
}

pub(super) fn with_protocols(request: JoinRequest, names: &[&str]) -> JoinRequest {
    JoinRequest { protocols: names.iter().map(|name| ((*name).to_owned(), Bytes::new())).collect(), ..request }
}
