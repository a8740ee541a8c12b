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

/// How large a piece of memory may be that is kept for the next one of its size, in bytes.
const KEPT_BYTES: usize = 512 * 1024;

/// Lets the allocator keep what one request needs for the next one. glibc takes pieces of 128 KiB from the system and gives them back one by
/// one, and does so with the end of a heap as soon as that much of it is free: what unpacks a batch would be mapped anew each time. The first
/// larger piece that is freed raises both limits (`mallopt(3)`, `M_MMAP_THRESHOLD`). Elsewhere this does nothing.
pub fn keep_memory() {
    drop(std::hint::black_box(Vec::<u8>::with_capacity(KEPT_BYTES)));
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

#[cfg(test)]
mod tests {
    #[cfg(target_env = "gnu")]
    use super::*;

    /// How often this thread met a page that was not there, as `proc_pid_stat(5)` counts them.
    #[cfg(target_env = "gnu")]
    fn page_faults() -> u64 {
        let stat = std::fs::read_to_string("/proc/thread-self/stat").expect("Linux has it");
        let fields = stat.rsplit_once(") ").expect("a name in parentheses").1;
        fields.split(' ').nth(7).and_then(|count| count.parse().ok()).expect("minflt")
    }

    #[test]
    #[cfg(target_env = "gnu")]
    fn what_was_freed_is_not_mapped_anew() {
        const ROUNDS: u64 = 200;
        // what unpacks a batch of lz4 takes such pieces: none is large, together they are
        const PIECE_BYTES: usize = 100 * 1024;
        keep_memory();
        let before = page_faults();
        for _ in 0..ROUNDS {
            let piece = || std::hint::black_box(vec![1_u8; PIECE_BYTES]);
            drop((piece(), piece()));
        }
        let met = page_faults() - before;
        let pages = (2 * PIECE_BYTES / rustix::param::page_size()) as u64;
        assert!(met < ROUNDS * pages / 10, "{met} page faults");
    }
}
