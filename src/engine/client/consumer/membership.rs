//! Being in a consumer group: joining, getting partitions, heartbeats, commits and leaving (`ConsumerCoordinator`).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use kafka_protocol::messages::join_group_request::JoinGroupRequestProtocol;
use kafka_protocol::messages::join_group_response::JoinGroupResponseMember;
use kafka_protocol::messages::leave_group_request::MemberIdentity;
use kafka_protocol::messages::offset_commit_request::{OffsetCommitRequestPartition, OffsetCommitRequestTopic};
use kafka_protocol::messages::offset_fetch_request::{OffsetFetchRequestGroup, OffsetFetchRequestTopics};
use kafka_protocol::messages::sync_group_request::SyncGroupRequestAssignment;
use kafka_protocol::messages::{
    GroupId, HeartbeatRequest, JoinGroupRequest, JoinGroupResponse, LeaveGroupRequest, OffsetCommitRequest, OffsetFetchRequest,
    SyncGroupRequest,
};
use kafka_protocol::protocol::{Request, StrBytes};
use tokio::time::Instant;

use super::{ConsumerConfig, TopicPartition};
use crate::catalog::error_codes;
use crate::engine::client::admin::topic_name;
use crate::engine::client::assignor::{Assignor, Member, ReplicaRacks, by_topic};
use crate::engine::client::group::{Assignment, Subscription};
use crate::engine::client::{Client, ClientError, Route};

/// The protocol type of consumer groups.
const PROTOCOL_TYPE: &str = "consumer";
/// The number of no generation.
const NO_GENERATION: i32 = -1;
/// How much longer than the rebalance timeout the answer to a join is waited for, as Java does.
const JOIN_GRACE: Duration = Duration::from_secs(5);
/// `MEMBER_ID_REQUIRED`: join again under the id that the answer gives (KIP-394).
const MEMBER_ID_REQUIRED: i16 = 79;
/// `REBALANCE_IN_PROGRESS`.
const REBALANCE_IN_PROGRESS: i16 = 27;
/// `FENCED_INSTANCE_ID`: another one has joined under this `group.instance.id`; joining again says so.
const FENCED_INSTANCE_ID: i16 = 82;
/// `ILLEGAL_GENERATION`, `UNKNOWN_MEMBER_ID`: the coordinator has gone on without us.
const FORGOTTEN: [i16; 2] = [22, 25];
/// `COORDINATOR_LOAD_IN_PROGRESS`, `COORDINATOR_NOT_AVAILABLE`, `NOT_COORDINATOR`: ask again who it is.
const ELSEWHERE: [i16; 3] = [14, 15, 16];

/// Where a member stands with its coordinator.
#[derive(Debug)]
struct Standing {
    /// The coordinator's node, as the client knows it.
    coordinator: Option<i32>,
    member_id: String,
    /// The last generation that it was in; -1 before the first.
    generation: i32,
    joined: bool,
    /// Why it joins again, in Kafka's words (KIP-800); the coordinator logs it.
    reason: String,
    /// When the rebalance began that is not over yet.
    rebalance_began: Option<Instant>,
}

impl Standing {
    /// Nobody's member.
    fn new() -> Self {
        Self {
            coordinator: None,
            member_id: String::new(),
            generation: NO_GENERATION,
            joined: false,
            reason: String::new(),
            rebalance_began: None,
        }
    }
}

/// What a group gave, in which generation, and the assignor that its leader took. It is told even where the group has forgotten the member.
#[derive(Clone, Debug)]
struct Had {
    partitions: Vec<TopicPartition>,
    generation: i32,
    assignor: Option<Assignor>,
}

impl Had {
    /// What the member adds to its subscription for that assignor.
    fn user_data(had: Option<&Self>, assignor: Assignor) -> Option<Bytes> {
        match had.filter(|had| had.assignor == Some(assignor)) {
            Some(had) => assignor.user_data(&had.partitions, had.generation),
            None => assignor.user_data(&[], NO_GENERATION),
        }
    }
}

/// A membership of one group.
pub(super) struct Membership {
    client: Arc<Client>,
    group: String,
    instance_id: Option<StrBytes>,
    assignors: Vec<Assignor>,
    /// `client.rack`; `None` where there is none.
    rack: Option<String>,
    /// What the group gave last, for the assignor that dealt it.
    had: Mutex<Option<Had>>,
    session_timeout: Duration,
    rebalance_timeout: Duration,
    standing: Arc<Mutex<Standing>>,
    heartbeats: tokio::task::AbortHandle,
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.heartbeats.abort();
    }
}

impl Membership {
    /// A membership that has not joined yet; heartbeats are sent on the current runtime from when it has.
    pub(super) fn new(client: Arc<Client>, config: &ConsumerConfig) -> Self {
        let standing = Arc::new(Mutex::new(Standing::new()));
        let instance_id = config.instance_id.clone().map(StrBytes::from_string);
        let place = Place { client: Arc::clone(&client), group: config.group_id.clone(), instance_id: instance_id.clone() };
        let beats = beat(place, Arc::clone(&standing), config.heartbeat_interval);
        Self {
            client,
            group: config.group_id.clone(),
            instance_id,
            assignors: config.assignors.clone(),
            rack: Some(config.rack.clone()).filter(|rack| !rack.is_empty()),
            had: Mutex::default(),
            session_timeout: config.session_timeout,
            rebalance_timeout: config.max_poll_interval,
            standing,
            heartbeats: tokio::spawn(beats).abort_handle(),
        }
    }

    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this member holds its partitions and no rebalance has begun.
    pub(super) fn is_stable(&self) -> bool {
        self.standing().joined
    }

    /// Whether the group knows it, as far as it has said.
    pub(super) fn is_member(&self) -> bool {
        !self.standing().member_id.is_empty()
    }

    /// Joins again at the next chance, for a reason that the coordinator is told.
    pub(super) fn rejoin(&self, reason: &str) {
        let mut standing = self.standing();
        standing.joined = false;
        reason.clone_into(&mut standing.reason);
    }

    /// The coordinator, looked up until one is found.
    pub(super) async fn coordinator(&self) -> Result<Route, ClientError> {
        loop {
            if let Some(id) = self.standing().coordinator {
                return Ok(Route::Broker(id));
            }
            match self.client.find_coordinator(&self.group).await {
                Ok(node) => self.standing().coordinator = Some(node.id),
                Err(error) if error.is_retriable() || matches!(error, ClientError::NoNode { .. }) => {
                    tokio::time::sleep(self.client.retry_backoff()).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Joins once; gives the partitions to read, or `None` where it has to be tried again.
    ///
    /// # Errors
    /// Where trying again cannot help.
    pub(super) async fn join(
        &self,
        topics: &[String],
        owned: &[TopicPartition],
        partitions: impl Fn(&str) -> Vec<ReplicaRacks>,
    ) -> Result<Option<Vec<TopicPartition>>, ClientError> {
        let route = self.coordinator().await?;
        let began = Instant::now();
        let (member_id, generation, reason) = {
            let mut standing = self.standing();
            standing.rebalance_began.get_or_insert(began);
            let generation = if standing.member_id.is_empty() { NO_GENERATION } else { standing.generation };
            (standing.member_id.clone(), generation, StrBytes::from_string(standing.reason.clone()))
        };
        let had = self.had.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let protocols = self.assignors.iter().map(|assignor| {
            let subscription = Subscription {
                topics: topics.to_vec(),
                user_data: Had::user_data(had.as_ref(), *assignor),
                owned: by_topic(owned),
                generation_id: generation,
                rack: self.rack.clone(),
            };
            let name = StrBytes::from_static_str(assignor.name());
            JoinGroupRequestProtocol::default().with_name(name).with_metadata(subscription.encode())
        });
        let request = JoinGroupRequest::default()
            .with_group_id(self.group_id())
            .with_group_instance_id(self.instance_id.clone())
            .with_session_timeout_ms(millis(self.session_timeout))
            .with_rebalance_timeout_ms(millis(self.rebalance_timeout))
            .with_member_id(StrBytes::from_string(member_id))
            .with_protocol_type(StrBytes::from_static_str(PROTOCOL_TYPE))
            .with_protocols(protocols.collect())
            .with_reason(Some(reason));
        let Some(response) = self.ask(&route, &request, self.rebalance_timeout + JOIN_GRACE).await? else { return Ok(None) };
        if response.error_code == MEMBER_ID_REQUIRED {
            let mut standing = self.standing();
            standing.member_id = response.member_id.to_string();
            standing.reason = failed_by(MEMBER_ID_REQUIRED);
            drop(standing);
            self.failed();
            return Ok(None);
        }
        if !self.accepts(response.error_code, "JOIN_GROUP")? {
            self.standing().reason = failed_by(response.error_code);
            self.failed();
            return Ok(None);
        }
        self.client.metrics().record_millis("join", began.elapsed());
        self.sync(&route, response, partitions).await
    }

    async fn sync(
        &self,
        route: &Route,
        join: JoinGroupResponse,
        partitions: impl Fn(&str) -> Vec<ReplicaRacks>,
    ) -> Result<Option<Vec<TopicPartition>>, ClientError> {
        let member_id = join.member_id.clone();
        let assignments = if join.leader == member_id { deal(&join, partitions) } else { Vec::new() };
        let request = SyncGroupRequest::default()
            .with_group_id(self.group_id())
            .with_generation_id(join.generation_id)
            .with_member_id(member_id.clone())
            .with_group_instance_id(self.instance_id.clone())
            .with_protocol_type(join.protocol_type.clone())
            .with_protocol_name(join.protocol_name.clone())
            .with_assignments(assignments);
        {
            let mut standing = self.standing();
            standing.member_id = member_id.to_string();
            standing.generation = join.generation_id;
        }
        let began = Instant::now();
        let Some(response) = self.ask(route, &request, self.rebalance_timeout + JOIN_GRACE).await? else { return Ok(None) };
        if !self.accepts(response.error_code, "SYNC_GROUP")? {
            self.standing().reason = failed_by(response.error_code);
            self.failed();
            return Ok(None);
        }
        self.client.metrics().record_millis("sync", began.elapsed());
        let assignor = join.protocol_name.as_deref().and_then(Assignor::by_name);
        let assignment = Assignment::decode(response.assignment).unwrap_or_default();
        {
            let mut standing = self.standing();
            standing.joined = true;
            standing.reason.clear();
            let since = standing.rebalance_began.take().unwrap_or(began);
            self.client.metrics().record_millis("rebalance", since.elapsed());
        }
        let partitions = assignment.partitions.into_iter().flat_map(|topic| {
            topic.partitions.into_iter().map(move |partition| (topic.topic.clone(), partition)).collect::<Vec<_>>()
        });
        let partitions: Vec<TopicPartition> = partitions.collect();
        let had = Had { partitions: partitions.clone(), generation: join.generation_id, assignor };
        *self.had.lock().unwrap_or_else(PoisonError::into_inner) = Some(had);
        Ok(Some(partitions))
    }

    /// The committed offsets of partitions; those without one are missing.
    pub(super) async fn committed(&self, partitions: &[TopicPartition]) -> Result<BTreeMap<TopicPartition, i64>, ClientError> {
        let topics = by_topic(partitions).into_iter().map(|topic| {
            OffsetFetchRequestTopics::default().with_name(topic_name(&topic.topic)).with_partition_indexes(topic.partitions)
        });
        let group = OffsetFetchRequestGroup::default().with_group_id(self.group_id()).with_topics(Some(topics.collect()));
        let request = OffsetFetchRequest::default().with_groups(vec![group]).with_require_stable(true);
        loop {
            let route = self.coordinator().await?;
            let Some(response) = self.ask(&route, &request, self.client.config().request_timeout).await? else { continue };
            let Some(group) = response.groups.into_iter().next() else { return Ok(BTreeMap::new()) };
            if !self.accepts(group.error_code, "OFFSET_FETCH")? {
                continue;
            }
            let mut offsets = BTreeMap::new();
            for topic in group.topics {
                for partition in topic.partitions.into_iter().filter(|partition| partition.committed_offset >= 0) {
                    offsets.insert((topic.name.to_string(), partition.partition_index), partition.committed_offset);
                }
            }
            return Ok(offsets);
        }
    }

    /// Commits offsets once; what goes wrong is mended by the next commit.
    ///
    /// # Errors
    /// The first error of a partition, for those who want to know.
    pub(super) async fn commit(&self, offsets: &BTreeMap<TopicPartition, i64>) -> Result<(), ClientError> {
        let known = self.standing().coordinator;
        let (Some(coordinator), false) = (known, offsets.is_empty()) else { return Ok(()) };
        let (member_id, generation) = {
            let standing = self.standing();
            (StrBytes::from_string(standing.member_id.clone()), standing.generation)
        };
        let mut topics: BTreeMap<&str, Vec<OffsetCommitRequestPartition>> = BTreeMap::new();
        for ((topic, partition), offset) in offsets {
            let committed = OffsetCommitRequestPartition::default()
                .with_partition_index(*partition)
                .with_committed_offset(*offset)
                .with_committed_metadata(Some(StrBytes::default()));
            topics.entry(topic).or_default().push(committed);
        }
        let topics = topics.into_iter().map(|(topic, partitions)| {
            OffsetCommitRequestTopic::default().with_name(topic_name(topic)).with_partitions(partitions)
        });
        let request = OffsetCommitRequest::default()
            .with_group_id(self.group_id())
            .with_generation_id_or_member_epoch(generation)
            .with_member_id(member_id)
            .with_group_instance_id(self.instance_id.clone())
            .with_topics(topics.collect());
        let (route, began) = (Route::Broker(coordinator), Instant::now());
        let Some(response) = self.ask(&route, &request, self.client.config().request_timeout).await? else { return Ok(()) };
        self.client.metrics().record_millis("commit", began.elapsed());
        let codes = response.topics.iter().flat_map(|topic| topic.partitions.iter().map(|partition| partition.error_code));
        let mut failed = None;
        for code in codes.filter(|code| *code != 0) {
            // what it says of the standing counts; the offsets go with the next commit
            let _ = self.accepts(code, "OFFSET_COMMIT");
            failed = failed.or(ClientError::from_code(code, None));
        }
        failed.map_or(Ok(()), Err)
    }

    /// Leaves the group, if it is in it. The place of a static member is kept until its session is over.
    pub(super) async fn leave(&self) {
        self.heartbeats.abort();
        if self.instance_id.is_some() {
            return;
        }
        let (coordinator, member_id) = {
            let standing = self.standing();
            (standing.coordinator, StrBytes::from_string(standing.member_id.clone()))
        };
        let (Some(coordinator), false) = (coordinator, member_id.is_empty()) else { return };
        let reason = Some(StrBytes::from_static_str("the consumer is being closed"));
        let member = MemberIdentity::default().with_member_id(member_id).with_reason(reason);
        let request = LeaveGroupRequest::default().with_group_id(self.group_id()).with_members(vec![member]);
        // the session timeout does it where this does not get through
        let _ = self.ask(&Route::Broker(coordinator), &request, Duration::from_secs(2)).await;
    }

    /// A rebalance came to nothing: the next try is another one.
    fn failed(&self) {
        self.standing().rebalance_began = None;
        self.client.metrics().record("failed-rebalance", 1.0);
    }

    fn group_id(&self) -> GroupId {
        GroupId(StrBytes::from_string(self.group.clone()))
    }

    /// One request to the coordinator; `None` where the connection failed and it has to be looked up again.
    async fn ask<R: Request + Clone>(
        &self,
        route: &Route,
        request: &R,
        timeout: Duration,
    ) -> Result<Option<R::Response>, ClientError> {
        let answer = async {
            let deadline = Instant::now() + timeout.min(self.client.config().request_timeout);
            let connection = self.client.connection(route, deadline).await?;
            connection.call_within(request, timeout).await.inspect_err(|_| self.client.disconnected(&connection))
        };
        match answer.await {
            Ok(response) => Ok(Some(response)),
            Err(error) if error.is_retriable() || matches!(error, ClientError::NoNode { .. }) => {
                self.standing().coordinator = None;
                tokio::time::sleep(self.client.retry_backoff()).await;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Takes in what a code says of this member's standing; gives whether the answer counts.
    fn accepts(&self, code: i16, api: &str) -> Result<bool, ClientError> {
        note(&mut self.standing(), code, api);
        match ClientError::from_code(code, None) {
            None => Ok(true),
            Some(error) if error.is_retriable() || FORGOTTEN.contains(&code) || code == REBALANCE_IN_PROGRESS => Ok(false),
            Some(error) => Err(error),
        }
    }
}

/// Why a member joins again where joining failed: the last part of the exception's name tells it.
fn failed_by(code: i16) -> String {
    let class = error_codes::by_code(code).map_or("", |error| error.exception_class);
    format!("rebalance failed due to {}", class.rsplit('.').next().unwrap_or_default())
}

/// Takes in what a code in the answer of an API says of a member's standing.
fn note(standing: &mut Standing, code: i16, api: &str) {
    if FORGOTTEN.contains(&code) {
        standing.member_id.clear();
        standing.joined = false;
        standing.reason = format!("encountered {} from {api} response", error_codes::name(code));
    } else if code == REBALANCE_IN_PROGRESS || code == FENCED_INSTANCE_ID {
        standing.joined = false;
        if code == REBALANCE_IN_PROGRESS {
            let told = if api == "OFFSET_COMMIT" { "offset commit failed since group" } else { "group" };
            standing.reason = format!("{told} is already rebalancing");
        }
    } else if ELSEWHERE.contains(&code) {
        standing.coordinator = None;
    }
}

/// What a heartbeat names.
struct Place {
    client: Arc<Client>,
    group: String,
    instance_id: Option<StrBytes>,
}

/// Tells the coordinator again and again that this member is alive.
async fn beat(place: Place, standing: Arc<Mutex<Standing>>, interval: Duration) {
    loop {
        tokio::time::sleep(interval).await;
        let (coordinator, request) = {
            let standing = standing.lock().unwrap_or_else(PoisonError::into_inner);
            let (Some(coordinator), true) = (standing.coordinator, standing.joined) else { continue };
            let request = HeartbeatRequest::default()
                .with_group_id(GroupId(StrBytes::from_string(place.group.clone())))
                .with_group_instance_id(place.instance_id.clone())
                .with_generation_id(standing.generation)
                .with_member_id(StrBytes::from_string(standing.member_id.clone()));
            (coordinator, request)
        };
        let sent = Instant::now();
        let deadline = sent + interval;
        place.client.metrics().record("heartbeat-sent", 1.0);
        let answer = place.client.call_until(Route::Broker(coordinator), request, deadline).await;
        let mut standing = standing.lock().unwrap_or_else(PoisonError::into_inner);
        match answer {
            Ok(response) => {
                place.client.metrics().record_millis("heartbeat", sent.elapsed());
                note(&mut standing, response.error_code, "HEARTBEAT");
            }
            Err(_) => standing.coordinator = None,
        }
    }
}

/// The leader's part: who reads what.
fn deal(join: &JoinGroupResponse, partitions: impl Fn(&str) -> Vec<ReplicaRacks>) -> Vec<SyncGroupRequestAssignment> {
    let member = |member: &JoinGroupResponseMember| Member {
        id: member.member_id.to_string(),
        instance_id: member.group_instance_id.as_ref().map(ToString::to_string),
        subscription: Subscription::decode(member.metadata.clone()).unwrap_or_default(),
    };
    let members: Vec<Member> = join.members.iter().map(member).collect();
    // the coordinator chooses among what this member offered
    let assignor = join.protocol_name.as_deref().and_then(Assignor::by_name).unwrap_or(Assignor::Range);
    let dealt = assignor.assign(&members, partitions).into_iter().map(|(member, partitions)| {
        SyncGroupRequestAssignment::default()
            .with_member_id(StrBytes::from_string(member))
            .with_assignment(Assignment { partitions, user_data: None }.encode())
    });
    dealt.collect()
}

fn millis(duration: Duration) -> i32 {
    i32::try_from(duration.as_millis()).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(code: i16, expected: (bool, bool, bool), reason: &str) {
        let mut standing = Standing { coordinator: Some(1), member_id: "m".to_owned(), joined: true, ..Standing::new() };
        note(&mut standing, code, "HEARTBEAT");
        let found = (standing.coordinator.is_some(), !standing.member_id.is_empty(), standing.joined);
        assert_eq!((found, standing.reason.as_str()), (expected, reason), "code {code}");
    }

    #[test]
    fn codes_tell_a_member_where_it_stands() {
        check(0, (true, true, true), "");
        check(REBALANCE_IN_PROGRESS, (true, true, false), "group is already rebalancing");
        check(22, (true, false, false), "encountered ILLEGAL_GENERATION from HEARTBEAT response");
        check(25, (true, false, false), "encountered UNKNOWN_MEMBER_ID from HEARTBEAT response");
        check(16, (false, true, true), "");
        assert_eq!(failed_by(MEMBER_ID_REQUIRED), "rebalance failed due to MemberIdRequiredException");
    }
}
