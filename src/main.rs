//! One binary, several names: the name it is called by (`argv[0]`) picks the runner or a program of the distribution.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut args = std::env::args_os();
    let called_as = args.next().unwrap_or_default();
    match kafkalab::engine::program(&called_as) {
        Some(program) => program.run(args.collect()),
        None => kafkalab::cli::main(),
    }
}
