//! DescribeLogDirs (key 35, v0-4): the log folders, their partitions and sizes, and the room that is left.

use std::sync::Arc;

use indexmap::IndexMap;
use kafka_protocol::ResponseError;
use kafka_protocol::messages::describe_log_dirs_response::{
    DescribeLogDirsPartition, DescribeLogDirsResult, DescribeLogDirsTopic,
};
use kafka_protocol::messages::{DescribeLogDirsRequest, DescribeLogDirsResponse, TopicName};
use kafka_protocol::protocol::{Request, StrBytes};

use super::{ApiSpec, Broker, RequestContext, RequestError, typed};
use crate::engine::broker::controller::scala::{in_tree_order, java_hash, partition_hash, sort_as_concurrent_map_by};
use crate::engine::broker::replica::LogDirectoryFacts;

/// The API's row.
pub static SPEC: ApiSpec =
    ApiSpec { key: DescribeLogDirsRequest::KEY, handle: |broker, context, body| typed(broker, context, body, handle) };

async fn handle(
    broker: Arc<Broker>,
    context: RequestContext,
    request: DescribeLogDirsRequest,
) -> Result<DescribeLogDirsResponse, RequestError> {
    let wanted = |topic: &str, index: i32| match &request.topics {
        None => true,
        Some(topics) => topics.iter().any(|asked| &*asked.topic == topic && asked.partitions.contains(&index)),
    };
    let directories = broker.replicas.log_directories();
    let results = directories.iter().map(|directory| describe(directory, &wanted, context.version));
    Ok(DescribeLogDirsResponse::default().with_results(results.collect()))
}

fn describe(directory: &LogDirectoryFacts, wanted: &dyn Fn(&str, i32) -> bool, version: i16) -> DescribeLogDirsResult {
    let mut partitions: Vec<_> = directory.partitions.iter().collect();
    sort_as_concurrent_map_by(&mut partitions, |partition| partition_hash(partition.topic(), partition.index()));
    let mut topics: IndexMap<&str, Vec<DescribeLogDirsPartition>> = IndexMap::new();
    for partition in partitions {
        // Kafka names the folder's other topics too, without partitions
        let rows = topics.entry(partition.topic()).or_default();
        if !wanted(partition.topic(), partition.index()) {
            continue;
        }
        let size = i64::try_from(partition.size()).unwrap_or(i64::MAX);
        let row = DescribeLogDirsPartition::default().with_partition_index(partition.index()).with_partition_size(size);
        rows.push(row.with_offset_lag(0));
    }
    for future in directory.future.iter().filter(|future| wanted(&future.partition.topic, future.partition.index)) {
        let size = i64::try_from(future.size).unwrap_or(i64::MAX);
        let row = DescribeLogDirsPartition::default().with_partition_index(future.partition.index).with_partition_size(size);
        topics.entry(&future.partition.topic).or_default().push(row.with_offset_lag(future.lag).with_is_future_key(true));
    }
    let topics =
        in_tree_order(topics.into_iter().collect(), |(name, _)| java_hash(name)).into_iter().map(|(name, partitions)| {
            DescribeLogDirsTopic::default()
                .with_name(TopicName(StrBytes::from_string(name.to_owned())))
                .with_partitions(partitions)
        });
    let path = StrBytes::from_string(directory.path.display().to_string());
    let result = DescribeLogDirsResult::default().with_log_dir(path).with_topics(topics.collect());
    let disk = if directory.offline { None } else { rustix::fs::statvfs(&directory.path).ok() };
    let Some(disk) = disk else {
        return result.with_error_code(ResponseError::KafkaStorageError.code());
    };
    if version < 4 {
        return result;
    }
    let bytes = |blocks: u64| i64::try_from(blocks.saturating_mul(disk.f_frsize)).unwrap_or(i64::MAX);
    result.with_total_bytes(bytes(disk.f_blocks)).with_usable_bytes(bytes(disk.f_bavail))
}
