//! The name by which mdBook finds its preprocessor: becomes the `kafkalab` beside it, or the one on the `PATH`.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let beside = std::env::current_exe().ok().map(|own| own.with_file_name("kafkalab")).filter(|path| path.is_file());
    let program = beside.as_deref().unwrap_or(Path::new("kafkalab"));
    let arguments = std::env::args_os().skip(1);
    // comes back only where it could not
    let error = Command::new(program).arg("mdbook").args(arguments).exec();
    eprintln!("mdbook-kafkalab: {}: {error}; install kafkalab beside it, or on the PATH", program.display());
    ExitCode::from(2)
}
