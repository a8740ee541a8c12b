//! What all tools share: reading the line's words, the runtime, signals, the exit code, and printing that outlives a reader
//! that has gone.

use std::ffi::OsString;
use std::io::{BufRead as _, Read as _, Write};
use std::process::ExitCode;

use tokio::signal::unix::SignalKind;

use super::invocation::Witness;
use super::{Stop, usage};
use crate::catalog::KAFKA_VERSION;
use crate::engine::log4j;
use crate::process::ignored::is_ignored;
use crate::process::pty::has_hung_up;

/// The exit code of a JVM that SIGINT ended.
pub(super) const INTERRUPTED: u8 = 130;
/// The exit code of a JVM that SIGTERM ended.
pub(super) const TERMINATED: u8 = 143;
/// The exit code of a JVM that SIGHUP ended.
pub(super) const HUNG_UP: u8 = 129;

/// The threads beside the main one of a tool with more than one.
const WORKER_THREADS: usize = 1;

/// Runs a tool on a runtime of one thread: `main` gets the words of the line and gives the exit code. It hears of signals only where it
/// waits for them ([`signalled`]).
pub(super) fn run(
    main_class: &str,
    script: &str,
    args: Vec<OsString>,
    main: impl AsyncFnOnce(Vec<String>) -> Result<u8, Stop>,
) -> ExitCode {
    run_on(main_class, script, args, tokio::runtime::Builder::new_current_thread(), main)
}

/// As [`run`], for a tool that a signal ends at once.
pub(super) fn run_until_signalled(
    main_class: &str,
    script: &str,
    args: Vec<OsString>,
    main: impl AsyncFnOnce(Vec<String>) -> Result<u8, Stop>,
) -> ExitCode {
    run(main_class, script, args, until_signalled(main))
}

/// As [`run_until_signalled`], for tools that keep more than one thread busy: they make records while others are sent.
pub(super) fn run_threaded_until_signalled(
    main_class: &str,
    script: &str,
    args: Vec<OsString>,
    main: impl AsyncFnOnce(Vec<String>) -> Result<u8, Stop>,
) -> ExitCode {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(WORKER_THREADS);
    run_on(main_class, script, args, builder, until_signalled(main))
}

fn until_signalled(main: impl AsyncFnOnce(Vec<String>) -> Result<u8, Stop>) -> impl AsyncFnOnce(Vec<String>) -> Result<u8, Stop> {
    async |args| {
        tokio::select! {
            result = main(args) => result,
            code = signalled() => Ok(code),
        }
    }
}

fn run_on(
    main_class: &str,
    script: &str,
    args: Vec<OsString>,
    mut builder: tokio::runtime::Builder,
    main: impl AsyncFnOnce(Vec<String>) -> Result<u8, Stop>,
) -> ExitCode {
    log4j::init_tool();
    let args: Vec<String> = args.into_iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let witness = Witness::started(main_class, &args);
    let code = match builder.enable_all().build() {
        Ok(runtime) => {
            let code = runtime.block_on(main(args)).unwrap_or_else(|stop| show(script, stop));
            // stdin ends with the terminal, at the same moment as the signal comes that ends a JVM
            let code = if has_hung_up() && !is_ignored(SignalKind::hangup().as_raw_value()) { HUNG_UP } else { code };
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

/// The longest answer that is taken from a person.
const MAX_ANSWER_BYTES: u64 = 64 * 1024;

/// The next line of stdin, without its end; `None` where there is none. Signals are heard while it waits.
pub(super) async fn answer() -> Option<String> {
    let read = || {
        let mut line = Vec::new();
        let read = std::io::stdin().lock().take(MAX_ANSWER_BYTES).read_until(b'\n', &mut line);
        (read.unwrap_or(0) > 0).then(|| String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']).to_owned())
    };
    tokio::task::spawn_blocking(read).await.ok().flatten()
}

/// Waits for SIGINT, SIGTERM or SIGHUP; gives the exit code that it asks for. A tool started with SIGINT ignored (by a script, with
/// `&`) or SIGHUP (by `nohup`) goes on ignoring it, as the JVM does. They are heard from the call on, not from the first poll: a tool that
/// has printed something must not end as one that never heard of signals.
pub(super) fn signalled() -> impl Future<Output = u8> {
    use tokio::signal::unix::{Signal, signal};
    let heard = |kind: SignalKind| if is_ignored(kind.as_raw_value()) { None } else { signal(kind).ok() };
    let mut terminate = signal(SignalKind::terminate()).ok();
    let (mut interrupt, mut hang_up) = (heard(SignalKind::interrupt()), heard(SignalKind::hangup()));
    let next = async |signal: &mut Option<Signal>| signal.as_mut()?.recv().await;
    async move {
        tokio::select! {
            Some(()) = next(&mut terminate) => TERMINATED,
            Some(()) = next(&mut interrupt) => INTERRUPTED,
            Some(()) = next(&mut hang_up) => HUNG_UP,
            else => std::future::pending().await,
        }
    }
}
