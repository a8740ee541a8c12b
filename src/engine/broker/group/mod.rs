//! Consumer groups: members, rebalances, committed offsets.
//!
//! [`machine`] is the protocol, pure; [`offsets`] and [`records`] keep what survives a restart; the [`GroupCoordinator`] joins
//! them to the log, the clock and the requests.

mod clock;
mod coordinator;
mod load;
mod local_topic;
pub mod machine;
#[cfg(test)]
pub mod memory_topic;
pub mod offsets;
pub mod records;
mod settings;
mod topic;

pub use coordinator::{Commit, FetchedOffset, GroupCoordinator, GroupListing, Join, Leave};
pub use local_topic::LocalTopic;
pub use settings::GroupSettings;
pub use topic::{OffsetsTopic, Replicated};
