//! What all tools share: reading the line's words, the runtime, signals, the exit code, and printing that outlives a reader
//! that has gone.

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use super::invocation::Witness;
use super::{Stop, usage};
use crate::catalog::KAFKA_VERSION;
use crate::engine::log4j;

/// The exit code of a JVM that SIGINT ended.
pub(super) const INTERRUPTED: u8 = 130;
/// The exit code of a JVM that SIGTERM ended.
pub(super) const TERMINATED: u8 = 143;

/// The threads beside the main one of a tool with more than one.
const WORKER_THREADS: usize = 1;

/// Runs a tool on a runtime of one thread: `main` gets the words of the line and gives the exit code.
pub(super) fn run<F>(main_class: &str, script: &str, args: Vec<OsString>, main: impl FnOnce(Vec<String>) -> F) -> ExitCode
where
    F: Future<Output = Result<u8, Stop>>,
{
    run_on(main_class, script, args, tokio::runtime::Builder::new_current_thread(), main)
}

/// As [`run`], for tools that keep more than one thread busy: they make records while others are sent.
pub(super) fn run_threaded<F>(
    main_class: &str,
    script: &str,
    args: Vec<OsString>,
    main: impl FnOnce(Vec<String>) -> F,
) -> ExitCode
where
    F: Future<Output = Result<u8, Stop>>,
{
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(WORKER_THREADS);
    run_on(main_class, script, args, builder, main)
}

fn run_on<F>(
    main_class: &str,
    script: &str,
    args: Vec<OsString>,
    mut builder: tokio::runtime::Builder,
    main: impl FnOnce(Vec<String>) -> F,
) -> ExitCode
where
    F: Future<Output = Result<u8, Stop>>,
{
    log4j::init_tool();
    let args: Vec<String> = args.into_iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let witness = Witness::started(main_class, &args);
    let code = match builder.enable_all().build() {
        Ok(runtime) => {
            let code = runtime.block_on(main(args)).unwrap_or_else(|stop| show(script, stop));
            // a thread may still wait for a line on stdin
            runtime.shutdown_background();
            code
        }
        Err(error) => {
            eprint(&format!("Exception in thread \"main\" java.lang.OutOfMemoryError: {error}\n"));
            1
        }
    };
    witness.exited(code);
    ExitCode::from(code)
}

/// As [`run`], for a tool that a signal ends at once.
pub(super) fn run_until_signalled<F>(
    main_class: &str,
    script: &str,
    args: Vec<OsString>,
    main: impl FnOnce(Vec<String>) -> F,
) -> ExitCode
where
    F: Future<Output = Result<u8, Stop>>,
{
    run(main_class, script, args, async |args| {
        tokio::select! {
            result = main(args) => result,
            code = signalled() => Ok(code),
        }
    })
}

/// Prints why a tool stops; gives the exit code.
fn show(script: &str, stop: Stop) -> u8 {
    match stop {
        Stop::Version => {
            print(&format!("{KAFKA_VERSION}\n"));
            return 0;
        }
        Stop::Help(text, code) => {
            print(&text);
            return code;
        }
        Stop::Usage(message) => eprint(&format!("{message}\n{}", usage::table(script))),
        Stop::Uncaught(exception) => eprint(&format!("Exception in thread \"main\" {exception}\n")),
        Stop::Printed(exception) => eprint(&format!("{exception}\n")),
        Stop::Message(message) => eprint(&format!("{message}\n")),
        // the trace ends with a newline of its own
        Stop::Traced(exception) => eprint(&format!("{}\n{exception}\n\n", exception.text())),
    }
    1
}

/// Writes to stdout; gives whether someone still reads it. As a `PrintStream`, it never fails.
pub(super) fn print(text: &str) -> bool {
    let mut stdout = std::io::stdout();
    stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).is_ok()
}

/// Writes to stderr, whether or not someone reads it.
pub(super) fn eprint(text: &str) {
    // nothing can be said about an error here
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// Waits for SIGINT or SIGTERM; gives the exit code that it asks for. A tool started with SIGINT ignored (by a script, with
/// `&`) goes on ignoring it, as the JVM does.
pub(super) async fn signalled() -> u8 {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).ok();
    let mut interrupt = if interrupt_is_ignored() { None } else { signal(SignalKind::interrupt()).ok() };
    tokio::select! {
        Some(()) = async { terminate.as_mut()?.recv().await } => TERMINATED,
        Some(()) = async { interrupt.as_mut()?.recv().await } => INTERRUPTED,
        else => std::future::pending().await,
    }
}

/// Whether this process was started with SIGINT ignored, as the kernel says: bit 1.
fn interrupt_is_ignored() -> bool {
    crate::process::server::ignored_signals() & 2 != 0
}
