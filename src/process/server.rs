//! What a server process takes from the system as a JVM does: the signals that end it, and the limits on its files.

use tokio::signal::unix::{Signal, SignalKind, signal};

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
        let ignored = ignored_signals();
        let listen = |kind: SignalKind| {
            let bit = u32::try_from(kind.as_raw_value() - 1).unwrap_or(0);
            if ignored >> bit & 1 == 1 { None } else { signal(kind).ok() }
        };
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

/// The signals that this process was started to ignore (`SigIgn`); bit 0 is signal 1.
pub fn ignored_signals() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).map(str::trim);
    mask.and_then(|mask| u64::from_str_radix(mask, 16).ok()).unwrap_or(0)
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
