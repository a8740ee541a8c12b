//! The partitions that live on this broker: their logs, who leads them, what of them is committed.

mod copying;
mod failure;
mod fetch_session;
mod maintenance;
mod manager;
mod moving;
mod opening;
mod parallel;
mod partition;
mod producer_ids;
mod record_rules;
mod rounds;
mod settings;
#[cfg(test)]
mod tests;
mod validation;

pub use super::log::{LogConfig, StorageError};
pub use failure::Failure;
pub use fetch_session::{FetchKey, FetchNews, FetchPlan, FetchSessions, FetchWish, NO_SESSION, SessionRequest};
pub use maintenance::{Schedule, Task};
pub use manager::{LeaderRequest, LogDirectoryFacts, ReplicaManager};
pub use moving::FutureReplica;
pub use partition::{
    AppendError, AppendInfo, AppendOrigin, FetchSlice, Isolation, OffsetAnswer, OffsetQuery, Partition, PartitionAssignment,
};
pub use producer_ids::ProducerIds;
pub use settings::StorageSettings;
