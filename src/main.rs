//! One binary, several names: the name it is called by (`argv[0]`, or the class after what looks like `java`) picks the runner or a program of the distribution.

use std::process::ExitCode;

fn main() -> ExitCode {
    let argv: Vec<_> = std::env::args_os().collect();
    match kafkalab::engine::called(&argv) {
        Some((program, arguments)) => program.run(arguments.to_vec()),
        None => kafkalab::cli::main(),
    }
}
