//! The commands of `kafkalab`.

pub mod engine_start;

use std::process::ExitCode;

/// Runs `kafkalab` with the arguments of this process.
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
