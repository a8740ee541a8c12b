//! What a server process takes from the system as a JVM does: the signals that end it, and the limits on its files.

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::ignored::is_ignored;

/// The signals that end a server, with the exit codes of a JVM that they end. Those that were ignored when the process was
/// started, as `nohup` and a script's `&` do, stay so.
pub struct EndingSignals {
    terminate: Option<Signal>,
    interrupt: Option<Signal>,
    hang_up: Option<Signal>,
}

impl EndingSignals {
    /// From now on the signals do not end the process by themselves. Inside a runtime only.
    pub fn listen() -> Self {
        let listen = |kind: SignalKind| if is_ignored(kind.as_raw_value()) { None } else { signal(kind).ok() };
        let (terminate, interrupt) = (listen(SignalKind::terminate()), listen(SignalKind::interrupt()));
        Self { terminate, interrupt, hang_up: listen(SignalKind::hangup()) }
    }

    /// The next signal's name and exit code.
    pub async fn next(&mut self) -> (&'static str, u8) {
        tokio::select! {
            Some(()) = async { self.terminate.as_mut()?.recv().await } => ("SIGTERM", 143),
            Some(()) = async { self.interrupt.as_mut()?.recv().await } => ("SIGINT", 130),
            Some(()) = async { self.hang_up.as_mut()?.recv().await } => ("SIGHUP", 129),
            else => std::future::pending().await,
        }
    }
}

/// Meets the limits on files as a JVM does: as many are open at once as the system allows at most, and a write beyond the limit of
/// a file's size fails, but does not end the process. Inside a runtime only.
pub fn meet_file_limits() {
    use rustix::process::{Resource, Rlimit, Signal, getrlimit, setrlimit};
    let maximum = getrlimit(Resource::Nofile).maximum;
    // where it is refused, the limit stays as it is
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    // listening takes the place of the signal's default
    let _ = signal(SignalKind::from_raw(Signal::XFSZ.as_raw()));
}
