//! What a learner walks through: labs, terminals, checks, the coach, the runner.

pub mod check;
pub mod coach;
pub mod format;
pub mod runner;
pub mod snapshot;
pub mod terminal;
