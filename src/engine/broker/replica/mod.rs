//! The partitions that live on this broker: their logs, who leads them, what of them is committed.

mod maintenance;
mod manager;
mod partition;
mod settings;
mod validation;

pub use super::log::{LogConfig, StorageError};
pub use maintenance::{Schedule, Task};
pub use manager::{LogDirectoryFacts, ReplicaManager};
pub use partition::{
    AppendError, AppendInfo, AppendOrigin, FetchSlice, Isolation, OffsetAnswer, OffsetQuery, Partition, PartitionAssignment,
};
pub use settings::StorageSettings;
