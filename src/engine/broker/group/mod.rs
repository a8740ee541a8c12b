//! Consumer groups: members, rebalances, committed offsets.
//!
//! [`machine`] is the protocol, pure; [`offsets`] and [`records`] keep what survives a restart.

pub mod machine;
pub mod offsets;
pub mod records;
mod settings;

pub use settings::GroupSettings;

/// The groups that this broker coordinates.
#[derive(Debug, Default)]
pub struct GroupCoordinator {}

impl GroupCoordinator {
    /// Loads the groups of a partition of `__consumer_offsets` that this broker leads from now on.
    pub fn on_leadership(&self, _partition: i32) {}

    /// Forgets the groups of a partition of `__consumer_offsets` that this broker no longer leads.
    pub fn on_resignation(&self, _partition: i32) {}
}
