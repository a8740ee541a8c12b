//! What is checked before a topic is made or grows, and what it will be then (`ZkAdminManager`, `AdminZkClient`, `Topic`).

use std::collections::{BTreeMap, HashSet};

use kafka_protocol::ResponseError;
use uuid::Uuid;

use super::ApiError;
use super::assignment::{Start, assign};
use super::machine::ClusterView;
use crate::catalog::configs;
use crate::engine::broker::config::parse_value;

/// A topic that somebody wants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewTopic {
    /// Its name.
    pub name: String,
    /// How many partitions; -1 is the broker's default, and with an assignment what must stand here.
    pub partitions: i32,
    /// How many replicas of each; -1 is the broker's default, and with an assignment what must stand here.
    pub replication_factor: i16,
    /// The replicas by partition; empty lets the controller choose.
    pub assignment: BTreeMap<i32, Vec<i32>>,
    /// Its own settings in the order given; Kafka refuses those without a value.
    pub overrides: Vec<(String, Option<String>)>,
}

/// What the broker's configuration gives a topic that leaves it open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopicDefaults {
    /// `num.partitions`.
    pub partitions: i32,
    /// `default.replication.factor`.
    pub replication_factor: i16,
}

/// A topic as it will be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedTopic {
    /// Its name.
    pub name: String,
    /// Its new id.
    pub id: Uuid,
    /// The replicas by partition.
    pub assignment: BTreeMap<i32, Vec<i32>>,
    /// Its own settings in the order given.
    pub overrides: Vec<(String, String)>,
}

/// What a topic name may have at most, in characters.
pub const NAME_LENGTH_MAX: usize = 249;
const UNSET: i32 = -1;

/// The topics that Kafka keeps for itself.
pub fn is_internal(topic: &str) -> bool {
    matches!(topic, "__consumer_offsets" | "__transaction_state")
}

/// `Topic.validate`.
///
/// # Errors
/// `INVALID_TOPIC_EXCEPTION` with Kafka's sentence.
pub fn check_name(name: &str) -> Result<(), ApiError> {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let reason = match name {
        "" => "the empty string is not allowed".to_owned(),
        "." | ".." => format!("'{name}' is not allowed"),
        _ if name.encode_utf16().count() > NAME_LENGTH_MAX => {
            format!("the length of '{name}' is longer than the max allowed length {NAME_LENGTH_MAX}")
        }
        _ if !name.chars().all(legal) => {
            format!("'{name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'")
        }
        _ => return Ok(()),
    };
    Err(ApiError::new(ResponseError::InvalidTopicException, format!("Topic name is invalid: {reason}")))
}

/// Whether the metrics of two topics would have one name.
fn collides(one: &str, other: &str) -> bool {
    one.replace('.', "_") == other.replace('.', "_")
}

/// Checks the topic's own settings as Kafka does before they are stored (`LogConfig.validate`).
///
/// # Errors
/// `INVALID_CONFIG` with Kafka's sentence.
pub fn check_overrides(overrides: &[(String, String)]) -> Result<(), ApiError> {
    check_names(overrides)?;
    for key in configs::topic() {
        if let Some((_, text)) = overrides.iter().rev().find(|(name, _)| name == key.name) {
            parse_value(key, text).map_err(|exception| ApiError::new(ResponseError::InvalidConfig, exception.text()))?;
        }
    }
    let elsewhere = |(name, text): &(String, String)| name == REMOTE_STORAGE && text.trim().eq_ignore_ascii_case("true");
    if overrides.iter().any(elsewhere) {
        return Err(ApiError::new(ResponseError::InvalidConfig, NO_REMOTE_STORAGE));
    }
    check_lags(overrides)
}

/// The topic's key that wants its old segments kept elsewhere.
pub const REMOTE_STORAGE: &str = "remote.storage.enable";
/// What Kafka says where the broker keeps nothing elsewhere.
pub const NO_REMOTE_STORAGE: &str =
    "Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage.";

/// Checks that each is a key of topics.
///
/// # Errors
/// `INVALID_CONFIG` with Kafka's sentence.
pub fn check_names(overrides: &[(String, String)]) -> Result<(), ApiError> {
    match overrides.iter().find(|(name, _)| configs::topic().iter().all(|key| key.name != name)) {
        Some((name, _)) => Err(ApiError::new(ResponseError::InvalidConfig, format!("Unknown topic config name: {name}"))),
        None => Ok(()),
    }
}

/// Checks that records are to be compacted later than they may be at the earliest.
///
/// # Errors
/// `INVALID_CONFIG` with Kafka's sentence.
pub fn check_lags(overrides: &[(String, String)]) -> Result<(), ApiError> {
    let lag = |key: &str| overrides.iter().rev().find(|(name, _)| name == key).and_then(|(_, text)| text.trim().parse().ok());
    let (min, max) = (lag("min.compaction.lag.ms").unwrap_or(0), lag("max.compaction.lag.ms").unwrap_or(i64::MAX));
    if min > max {
        let message = format!("conflict topic config setting min.compaction.lag.ms ({min}) > max.compaction.lag.ms ({max})");
        return Err(ApiError::new(ResponseError::InvalidConfig, message));
    }
    Ok(())
}

/// Checks a new topic and decides where its replicas go. `start` is drawn by lot.
///
/// # Errors
/// What Kafka answers, with its sentence.
pub fn plan(topic: &NewTopic, cluster: &ClusterView, defaults: TopicDefaults, start: Start) -> Result<PlannedTopic, ApiError> {
    if cluster.is_told(&topic.name) {
        return Err(exists(&topic.name));
    }
    let null: Vec<&str> = topic.overrides.iter().filter(|(_, value)| value.is_none()).map(|(name, _)| name.as_str()).collect();
    if !null.is_empty() {
        let message = format!("Null value not supported for topic configs: {}", null.join(","));
        return Err(ApiError::new(ResponseError::InvalidConfig, message));
    }
    let assignment = if topic.assignment.is_empty() {
        let partitions = if topic.partitions == UNSET { defaults.partitions } else { topic.partitions };
        let factor =
            if i32::from(topic.replication_factor) == UNSET { defaults.replication_factor } else { topic.replication_factor };
        let brokers: Vec<i32> = cluster.brokers.keys().copied().collect();
        assign(&brokers, partitions, factor, start, 0)?
    } else if topic.partitions != UNSET || i32::from(topic.replication_factor) != UNSET {
        let message = "Both numPartitions or replicationFactor and replicasAssignments were set. Both cannot be used at the \
                       same time.";
        return Err(ApiError::new(ResponseError::InvalidRequest, message));
    } else {
        topic.assignment.clone()
    };
    check_name(&topic.name)?;
    if cluster.deleting.contains(&topic.name) {
        let message = format!("Topic '{}' is marked for deletion.", topic.name);
        return Err(ApiError::new(ResponseError::TopicAlreadyExists, message));
    }
    if cluster.topics.contains_key(&topic.name) {
        return Err(exists(&topic.name)); // no partition of it ever had a leader
    }
    let colliding: Vec<&str> = cluster.topics.keys().map(String::as_str).filter(|name| collides(name, &topic.name)).collect();
    if !colliding.is_empty() {
        let message = format!("Topic '{}' collides with existing topics: {}", topic.name, colliding.join(", "));
        return Err(ApiError::new(ResponseError::InvalidTopicException, message));
    }
    check_assignment(&assignment)?;
    let overrides: Vec<(String, String)> =
        topic.overrides.iter().filter_map(|(name, value)| Some((name.clone(), value.clone()?))).collect();
    check_overrides(&overrides)?;
    Ok(PlannedTopic { name: topic.name.clone(), id: super::znodes::new_id(), assignment, overrides })
}

fn exists(topic: &str) -> ApiError {
    ApiError::new(ResponseError::TopicAlreadyExists, format!("Topic '{topic}' already exists."))
}

fn check_assignment(assignment: &BTreeMap<i32, Vec<i32>>) -> Result<(), ApiError> {
    let refused = |message: String| Err(ApiError::new(ResponseError::InvalidReplicaAssignment, message));
    let mut sizes = assignment.values().map(Vec::len);
    let first = sizes.next().unwrap_or(0);
    if sizes.any(|size| size != first) {
        return refused("All partitions should have the same number of replicas".to_owned());
    }
    for replicas in assignment.values() {
        if replicas.iter().collect::<HashSet<_>>().len() < replicas.len() {
            let all: Vec<String> =
                assignment.iter().map(|(partition, replicas)| format!("{partition} -> {}", scala_buffer(replicas))).collect();
            return refused(format!("Duplicate replica assignment found: HashMap({})", all.join(", ")));
        }
    }
    let whole = (0..).zip(assignment).map(|(expected, _)| expected).sum::<i64>();
    if assignment.keys().filter(|partition| **partition >= 0).map(|partition| i64::from(*partition)).sum::<i64>() != whole {
        return refused("partitions should be a consecutive 0-based integer sequence".to_owned());
    }
    if assignment.keys().any(|partition| *partition < 0) {
        return Err(ResponseError::UnknownServerError.into()); // Kafka's sum does not see it, and what follows fails
    }
    Ok(())
}

fn scala_buffer(replicas: &[i32]) -> String {
    let ids: Vec<String> = replicas.iter().map(ToString::to_string).collect();
    format!("ArrayBuffer({})", ids.join(", "))
}

/// Checks that a topic with these replicas by partition may grow to `count` partitions and decides where the replicas of the new ones
/// go among these brokers; `given` is the caller's own choice for each new partition.
///
/// # Errors
/// What Kafka answers, with its sentence.
pub fn plan_growth(
    topic: &BTreeMap<i32, Vec<i32>>,
    count: i32,
    given: Option<&[Vec<i32>]>,
    brokers: &[i32],
) -> Result<BTreeMap<i32, Vec<i32>>, ApiError> {
    let current = i32::try_from(topic.len()).unwrap_or(i32::MAX);
    let refused = |message: String| Err(ApiError::new(ResponseError::InvalidPartitions, message));
    if count < current {
        return refused(format!("Topic currently has {current} partitions, which is higher than the requested {count}."));
    }
    if count == current {
        return refused(format!("Topic already has {current} partitions."));
    }
    let first = topic.get(&0).cloned().unwrap_or_default();
    let Some(given) = given else {
        let at = brokers.iter().position(|broker| Some(broker) >= first.first()).unwrap_or(0);
        let factor = i16::try_from(first.len()).unwrap_or(i16::MAX);
        return assign(brokers, count - current, factor, Start { first: at, shift: at }, current);
    };
    let refused = |message: String| Err(ApiError::new(ResponseError::InvalidReplicaAssignment, message));
    let unknown: Vec<String> =
        given.iter().flatten().filter(|broker| !brokers.contains(broker)).map(ToString::to_string).collect();
    if !unknown.is_empty() {
        return refused(format!("Unknown broker(s) in replica assignment: {}.", unknown.join(", ")));
    }
    if given.len() != usize::try_from(count - current).unwrap_or(0) {
        let (more, found) = (count - current, given.len());
        return refused(format!("Increasing the number of partitions by {more} but {found} assignments provided."));
    }
    for (partition, replicas) in (current..).zip(given) {
        if replicas.is_empty() {
            return refused(format!("Cannot have replication factor of 0 for partition id {partition}."));
        }
        if replicas.iter().collect::<HashSet<_>>().len() < replicas.len() {
            let ids: Vec<String> = replicas.iter().map(ToString::to_string).collect();
            let ids = ids.join(", ");
            return refused(format!("Duplicate brokers not allowed in replica assignment: {ids} for partition id {partition}."));
        }
        if replicas.len() != first.len() {
            return refused(format!(
                "Inconsistent replication factor between partitions, partition 0 has {} while partitions [{partition}] have \
                 replication factors [{}], respectively.",
                first.len(),
                replicas.len()
            ));
        }
    }
    Ok((current..).zip(given.iter().cloned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::broker::controller::machine::TopicView;
    use crate::engine::broker::controller::znodes::PartitionState;
    use crate::engine::broker::metadata::BrokerMetadata;

    const DEFAULTS: TopicDefaults = TopicDefaults { partitions: 2, replication_factor: 1 };

    /// Two topics that all know, one without a leader, and one that is being deleted.
    fn cluster() -> ClusterView {
        let broker = BrokerMetadata { id: 0, epoch: 1, rack: None, endpoints: Vec::new() };
        let mut topic = TopicView::default();
        topic.assignment.replicas.insert(0, vec![7]);
        let mut topics: BTreeMap<_, _> = [("waiting".to_owned(), topic.clone()), ("going".to_owned(), topic.clone())].into();
        topic.states.insert(0, (PartitionState { leader: 0, leader_epoch: 0, isr: vec![0], controller_epoch: 1 }, 0));
        topics.extend(["test_topic", "orders"].map(|name| (name.to_owned(), topic.clone())));
        ClusterView { brokers: [(0, broker)].into(), topics, deleting: ["going".to_owned()].into(), ..ClusterView::default() }
    }

    fn topic(name: &str) -> NewTopic {
        NewTopic { name: name.to_owned(), partitions: 1, replication_factor: 1, ..NewTopic::default() }
    }

    fn check(topic: NewTopic, expected: Result<usize, (ResponseError, &str)>) {
        let found = plan(&topic, &cluster(), DEFAULTS, Start { first: 0, shift: 0 });
        let found = found.map(|plan| plan.assignment.len());
        let expected = expected.map_err(|(error, message)| ApiError::new(error, message));
        assert_eq!(found, expected, "{topic:?}");
    }

    #[test]
    fn topics_are_refused_in_kafkas_words() {
        use ResponseError::{InvalidConfig, InvalidReplicaAssignment, InvalidRequest, InvalidTopicException, TopicAlreadyExists};
        check(topic("new"), Ok(1));
        check(NewTopic { partitions: -1, replication_factor: -1, ..topic("new") }, Ok(2));
        check(topic("orders"), Err((TopicAlreadyExists, "Topic 'orders' already exists.")));
        check(topic("waiting"), Err((TopicAlreadyExists, "Topic 'waiting' already exists.")));
        check(topic("going"), Err((TopicAlreadyExists, "Topic 'going' is marked for deletion.")));
        let collision = "Topic 'test.topic' collides with existing topics: test_topic";
        check(topic("test.topic"), Err((InvalidTopicException, collision)));
        let illegal = "Topic name is invalid: 'bad name' contains one or more characters other than ASCII alphanumerics, '.', \
                       '_' and '-'";
        check(topic("bad name"), Err((InvalidTopicException, illegal)));
        check(topic(".."), Err((InvalidTopicException, "Topic name is invalid: '..' is not allowed")));
        check(topic(""), Err((InvalidTopicException, "Topic name is invalid: the empty string is not allowed")));
        let set = |name: &str, value: &str| vec![(name.to_owned(), Some(value.to_owned()))];
        let with = |overrides| NewTopic { overrides, ..topic("new") };
        check(with(set("nonsense", "1")), Err((InvalidConfig, "Unknown topic config name: nonsense")));
        let number = "Invalid value abc for configuration retention.ms: Not a number of type LONG";
        check(with(set("retention.ms", "abc")), Err((InvalidConfig, number)));
        let null = vec![("retention.ms".to_owned(), None)];
        check(with(null), Err((InvalidConfig, "Null value not supported for topic configs: retention.ms")));
        check(with(set("retention.ms", "5")), Ok(1));
        let manual = |assignment: &[(i32, &[i32])]| {
            let assignment = assignment.iter().map(|(partition, replicas)| (*partition, replicas.to_vec())).collect();
            NewTopic { partitions: -1, replication_factor: -1, assignment, ..topic("new") }
        };
        check(manual(&[(0, &[0, 7]), (1, &[0, 7])]), Ok(2));
        let both = "Both numPartitions or replicationFactor and replicasAssignments were set. Both cannot be used at the same \
                    time.";
        check(NewTopic { partitions: 1, ..manual(&[(0, &[0])]) }, Err((InvalidRequest, both)));
        let uneven = "All partitions should have the same number of replicas";
        check(manual(&[(0, &[0]), (1, &[0, 1])]), Err((InvalidReplicaAssignment, uneven)));
        let gap = "partitions should be a consecutive 0-based integer sequence";
        check(manual(&[(0, &[0]), (2, &[0])]), Err((InvalidReplicaAssignment, gap)));
        let twice = "Duplicate replica assignment found: HashMap(0 -> ArrayBuffer(0, 0))";
        check(manual(&[(0, &[0, 0])]), Err((InvalidReplicaAssignment, twice)));
    }

    #[test]
    fn topics_grow_and_never_shrink() {
        let orders = [(0, vec![0])].into();
        let grow = |count, given: Option<&[Vec<i32>]>| {
            plan_growth(&orders, count, given, &[0]).map_err(|error| error.message.unwrap_or_default())
        };
        assert_eq!(grow(3, None), Ok([(1, vec![0]), (2, vec![0])].into()));
        assert_eq!(grow(2, Some(&[vec![0]])), Ok([(1, vec![0])].into()));
        assert_eq!(grow(1, None), Err("Topic already has 1 partitions.".to_owned()));
        let fewer = "Topic currently has 1 partitions, which is higher than the requested 0.";
        assert_eq!(grow(0, None), Err(fewer.to_owned()));
        let unknown = "Unknown broker(s) in replica assignment: 9.";
        assert_eq!(grow(2, Some(&[vec![9]])), Err(unknown.to_owned()));
        let count = "Increasing the number of partitions by 2 but 1 assignments provided.";
        assert_eq!(grow(3, Some(&[vec![0]])), Err(count.to_owned()));
    }

    #[test]
    fn topic_ids_never_look_like_an_option() {
        assert!((0..200).all(|_| !super::super::znodes::id_text(super::super::znodes::new_id()).starts_with('-')));
    }
}
