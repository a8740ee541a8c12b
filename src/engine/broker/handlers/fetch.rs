//! Fetch (key 1, v0-15): records out of partitions, from the file to the socket. A request that finds less than it wants waits on
//! the partitions' high watermarks. Versions below 4 cannot carry format 2 and are not converted down: `UNSUPPORTED_VERSION` where
//! there are records.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use indexmap::IndexMap;
use kafka_protocol::ResponseError;
use kafka_protocol::messages::FetchRequest;
use kafka_protocol::protocol::Request;
use tokio::sync::watch;

use super::fetch_answer::{FetchAnswer, PartitionAnswer, TopicAnswer};
use super::lookup::{partition, topic_name};
use super::{Answer, ApiSpec, Broker, RequestContext, typed_raw};
use crate::engine::broker::log::{CompressionPolicy, FirstBatch, now_ms};
use crate::engine::broker::replica::{FetchKey, FetchNews, FetchPlan, FetchWish, Isolation, Partition, SessionRequest};
use crate::engine::kafka::batch::Compression;

/// The API's row.
pub static SPEC: ApiSpec =
    ApiSpec { key: FetchRequest::KEY, handle: |broker, context, body| typed_raw(broker, context, body, handle) };

/// The first version whose client knows format 2.
const FORMAT_2_FROM: i16 = 4;
/// The first version that limits the whole answer.
const MAX_BYTES_FROM: i16 = 3;
/// The first version with sessions.
const SESSIONS_FROM: i16 = 7;
/// The first version whose client knows zstd.
const ZSTD_FROM: i16 = 10;
/// The first version that names topics by id.
const TOPIC_IDS_FROM: i16 = 13;
/// The first version with the replica's id in a tagged field.
const REPLICA_STATE_FROM: i16 = 15;

/// What holds for every partition of a request.
struct Limits {
    version: i16,
    /// Whether the whole answer shall be of less than no bytes.
    negative: bool,
    /// The follower that asks.
    replica: Option<i32>,
    isolation: Isolation,
    max_bytes: usize,
    min_bytes: usize,
}

async fn handle(broker: Arc<Broker>, context: RequestContext, request: FetchRequest) -> Answer {
    let version = context.version;
    let limits = limits(&broker, &request, version);
    if limits.replica.is_none() && !matches!(request.isolation_level, 0 | 1) {
        return Ok(Some(refused(request, ResponseError::UnknownServerError).encode(version)));
    }
    let wait = Duration::from_millis(u64::try_from(request.max_wait_ms).unwrap_or(0));
    let plan = broker.replicas.fetch_sessions().begin(session_request(request, version, limits.replica.is_some()), now_ms());
    let plan = match plan {
        Ok(plan) => plan,
        Err(error) => return Ok(Some(FetchAnswer { error: error.code(), ..FetchAnswer::default() }.encode(version))),
    };
    let found: Vec<Found> = plan.wishes.iter().map(|(key, _)| find(&broker, key)).collect();
    let deadline = tokio::time::Instant::now() + wait;
    // the watches begin before the read, so that no append between the two is missed
    let mut watches: Vec<_> = found.iter().flatten().map(|partition| partition.watch_high_watermark()).collect();
    let answers = loop {
        let answers = read(&plan, &found, &limits);
        let bytes: usize = answers.iter().map(PartitionAnswer::size).sum();
        let failed = answers.iter().any(|answer| answer.error != 0 || answer.diverging.is_some());
        if bytes >= limits.min_bytes || failed || watches.is_empty() {
            break answers;
        }
        let moved = tokio::select! {
            () = any_changed(&mut watches) => true,
            () = tokio::time::sleep_until(deadline) => false,
            () = context.shutdown.cancelled() => false,
        };
        if !moved {
            break answers;
        }
    };
    Ok(Some(assemble(&broker, &plan, &found, answers, version).encode(version)))
}

type Found = Result<Arc<Partition>, ResponseError>;

fn limits(broker: &Broker, request: &FetchRequest, version: i16) -> Limits {
    let bytes = |value: i32| usize::try_from(value).unwrap_or(0);
    let replica = if version >= REPLICA_STATE_FROM { request.replica_state.replica_id } else { request.replica_id };
    let max_bytes = if version >= MAX_BYTES_FROM { request.max_bytes } else { i32::MAX };
    let largest = if replica.0 >= 0 { i32::MAX } else { broker.config.int("fetch.max.bytes") };
    let max_bytes = bytes(max_bytes).min(bytes(largest));
    Limits {
        version,
        negative: version >= MAX_BYTES_FROM && request.max_bytes < 0,
        replica: Some(replica.0).filter(|id| *id >= 0),
        isolation: match (replica.0 >= 0, request.isolation_level) {
            (true, _) => Isolation::LogEnd,
            (false, 1) => Isolation::ReadCommitted,
            (false, _) => Isolation::ReadUncommitted,
        },
        max_bytes,
        min_bytes: bytes(request.min_bytes).min(max_bytes),
    }
}

/// The answer to a request that fails as a whole.
fn refused(request: FetchRequest, error: ResponseError) -> FetchAnswer {
    let topics = request.topics.into_iter().map(|topic| TopicAnswer {
        name: topic.topic.to_string(),
        id: topic.topic_id,
        partitions: topic.partitions.iter().map(|one| PartitionAnswer::failed(one.partition, error.code())).collect(),
    });
    FetchAnswer { error: error.code(), topics: topics.collect(), ..FetchAnswer::default() }
}

fn session_request(request: FetchRequest, version: i16, privileged: bool) -> SessionRequest {
    let by_id = version >= TOPIC_IDS_FROM;
    // of a partition that is named twice the later wish counts, at the place of the first
    let mut wishes = IndexMap::new();
    for topic in request.topics {
        for partition in topic.partitions {
            let key = FetchKey { topic: topic.topic.to_string(), topic_id: topic.topic_id, index: partition.partition };
            let wish = FetchWish {
                offset: partition.fetch_offset,
                max_bytes: partition.partition_max_bytes,
                leader_epoch: partition.current_leader_epoch,
                last_fetched_epoch: partition.last_fetched_epoch,
            };
            wishes.insert(key, wish);
        }
    }
    let forgotten = request.forgotten_topics_data.into_iter().flat_map(|topic| {
        let name = topic.topic.to_string();
        let key = move |index| FetchKey { topic: name.clone(), topic_id: topic.topic_id, index };
        topic.partitions.into_iter().map(key)
    });
    let (wishes, forgotten) = (wishes.into_iter().collect(), forgotten.collect());
    // versions before sessions ask as if they wanted none
    let (id, epoch) = if version >= SESSIONS_FROM { (request.session_id, request.session_epoch) } else { (0, -1) };
    SessionRequest { id, epoch, by_id, privileged, wishes, forgotten }
}

fn find(broker: &Broker, key: &FetchKey) -> Found {
    if key.topic_id.is_nil() && !key.topic.is_empty() {
        return partition(broker, &key.topic, key.index);
    }
    let found = partition(broker, &topic_name(broker, key.topic_id)?, key.index)?;
    if found.assignment().topic_id == key.topic_id { Ok(found) } else { Err(ResponseError::InconsistentTopicId) }
}

/// Reads every partition once, within the limits of the whole answer.
fn read(plan: &FetchPlan, found: &[Found], limits: &Limits) -> Vec<PartitionAnswer> {
    // before there was a limit on the whole answer, what is too long was cut off
    let (mut first, behind) = if limits.version < MAX_BYTES_FROM {
        (FirstBatch::Cut, FirstBatch::Cut)
    } else {
        (FirstBatch::Whole, FirstBatch::OrNothing)
    };
    let mut left = limits.max_bytes;
    let mut answers = Vec::with_capacity(found.len());
    for ((key, wish), found) in plan.wishes.iter().zip(found) {
        let answer = match found {
            Ok(partition) => read_partition(partition, key.index, wish, limits, left, first)
                .unwrap_or_else(|error| PartitionAnswer::error(key.index, error.code())),
            Err(error) => PartitionAnswer::unknown(key.index, error.code()),
        };
        left = left.saturating_sub(answer.size());
        if answer.size() > 0 {
            first = behind;
        }
        answers.push(answer);
    }
    answers
}

fn read_partition(
    partition: &Partition,
    index: i32,
    wish: &FetchWish,
    limits: &Limits,
    left: usize,
    first: FirstBatch,
) -> Result<PartitionAnswer, ResponseError> {
    // any negative epoch is none here
    partition.check_epoch(wish.leader_epoch.max(-1))?;
    if wish.max_bytes < 0 || limits.negative {
        return Err(ResponseError::UnknownServerError);
    }
    if limits.replica.is_some_and(|replica| !partition.assignment().replicas.contains(&replica)) {
        return Err(ResponseError::NotLeaderOrFollower); // as Kafka where a stranger asks as a follower
    }
    let max_bytes = usize::try_from(wish.max_bytes).unwrap_or(0).min(left);
    let diverging = diverging(partition, wish)?;
    let slice = match partition.read(wish.offset, max_bytes, first, limits.isolation) {
        Err(ResponseError::OffsetOutOfRange) if diverging.is_some() => {
            let answer = PartitionAnswer { diverging, ..PartitionAnswer::error(index, 0) };
            return Ok(PartitionAnswer {
                high_watermark: partition.high_watermark(),
                last_stable_offset: partition.high_watermark(),
                log_start_offset: partition.log_start_offset(),
                ..answer
            });
        }
        slice => slice?,
    };
    if slice.records.is_some() && limits.version < FORMAT_2_FROM {
        return Err(ResponseError::UnsupportedVersion);
    }
    Ok(PartitionAnswer {
        index,
        error: 0,
        high_watermark: slice.high_watermark,
        last_stable_offset: slice.last_stable_offset,
        log_start_offset: slice.log_start_offset,
        diverging,
        read_committed: limits.isolation == Isolation::ReadCommitted,
        records: slice.records.filter(|_| diverging.is_none()),
        null_records: false,
    })
}

/// Where the reader's log parts ways with this one (KIP-595), if the reader says which epoch it read last.
fn diverging(partition: &Partition, wish: &FetchWish) -> Result<Option<(i32, i64)>, ResponseError> {
    if wish.last_fetched_epoch < 0 {
        return Ok(None);
    }
    let (epoch, end_offset) = partition.end_offset_for_epoch(wish.last_fetched_epoch)?;
    if epoch < 0 || end_offset < 0 {
        return Err(ResponseError::OffsetOutOfRange);
    }
    Ok(Some((epoch, end_offset)).filter(|_| epoch < wish.last_fetched_epoch || end_offset < wish.offset))
}

/// Whether the topic's records are packed with zstd, which the client does not know.
fn is_unreadable(found: &Found, version: i16) -> bool {
    let packed = |partition: &Arc<Partition>| partition.config().compression == CompressionPolicy::Fixed(Compression::Zstd);
    version < ZSTD_FROM && found.as_ref().is_ok_and(packed)
}

/// Returns when one of the watched values has changed.
async fn any_changed(watches: &mut [watch::Receiver<i64>]) {
    let mut changes: Vec<_> = watches.iter_mut().map(|watch| Box::pin(watch.changed())).collect();
    poll_fn(|context| {
        let changed = changes.iter_mut().any(|change| change.as_mut().poll(context).is_ready());
        if changed { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

fn assemble(broker: &Broker, plan: &FetchPlan, found: &[Found], answers: Vec<PartitionAnswer>, version: i16) -> FetchAnswer {
    let mut topics: Vec<TopicAnswer> = Vec::new();
    let mut sessions = broker.replicas.fetch_sessions();
    if let Err(error) = sessions.check(plan) {
        return FetchAnswer { error: error.code(), session: plan.session, topics };
    }
    // what nobody knows comes last
    let mut rows: Vec<_> = plan.wishes.iter().zip(found).zip(answers).collect();
    rows.sort_by_key(|((_, found), _)| found.is_err());
    for (((key, _), found), answer) in rows {
        let news = FetchNews {
            has_records: answer.size() > 0,
            has_error: answer.error != 0 || answer.diverging.is_some(),
            high_watermark: answer.high_watermark,
            log_start_offset: answer.log_start_offset,
        };
        if !sessions.note(plan, key, news) {
            continue;
        }
        let answer = if is_unreadable(found, version) {
            PartitionAnswer::error(answer.index, ResponseError::UnsupportedCompressionType.code())
        } else {
            answer
        };
        match topics.last_mut().filter(|topic| topic.name == key.topic && topic.id == key.topic_id) {
            Some(topic) => topic.partitions.push(answer),
            None => topics.push(TopicAnswer { name: key.topic.clone(), id: key.topic_id, partitions: vec![answer] }),
        }
    }
    FetchAnswer { error: 0, session: plan.session, topics }
}
