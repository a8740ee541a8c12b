//! The exit codes of `kafkalab`, as its help documents them.

/// All well.
pub const OK: u8 = 0;
/// A check or a snapshot failed.
pub const FOUND: u8 = 1;
/// Could not run: usage, a missing file, a port in use. The sentence says which.
pub const COULD_NOT_RUN: u8 = 2;
/// Interrupted.
pub const INTERRUPTED: u8 = 130;
