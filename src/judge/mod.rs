//! What is wrong in a line or a file, and why.

pub mod diagnose;
pub mod diagnostic;
pub mod lint;
pub mod rules;
