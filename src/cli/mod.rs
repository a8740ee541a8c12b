//! The commands of `kafkalab`.

use std::process::ExitCode;

/// Runs `kafkalab` with the arguments of this process.
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
