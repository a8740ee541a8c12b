//! What a learner sees.

pub mod keys;
pub mod plain;
