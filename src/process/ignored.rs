//! Signals that this process was started to ignore, as `nohup` and a script's `&` do it. What is ignored stays so through `exec`, down to
//! the programs in a learner's terminal, where Ctrl-C would then do nothing.

use std::sync::{Once, OnceLock};

use rustix::process::Signal;
use tokio::signal::unix::{SignalKind, signal};

/// The signals that a shell leaves to its programs as it has found them.
const PASSED_ON: [Signal; 10] = [
    Signal::HUP,
    Signal::INT,
    Signal::QUIT,
    Signal::ALARM,
    Signal::TERM,
    Signal::USR1,
    Signal::USR2,
    Signal::TSTP,
    Signal::TTIN,
    Signal::TTOU,
];

/// Whether this process was started to ignore the signal of that number.
pub fn is_ignored(number: i32) -> bool {
    static IGNORED: OnceLock<u64> = OnceLock::new();
    let bit = u32::try_from(number - 1).unwrap_or(u32::MAX);
    IGNORED.get_or_init(ignored_signals).checked_shr(bit).unwrap_or(0) & 1 == 1
}

/// The signals that this process ignores (`SigIgn`); bit 0 is signal 1.
fn ignored_signals() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).map(str::trim);
    mask.and_then(|mask| u64::from_str_radix(mask, 16).ok()).unwrap_or(0)
}

/// From now on programs that this process starts begin with every signal as the system has it. This process itself goes on ignoring what
/// it ignores: it takes such a signal and does nothing, and what a process takes, `exec` sets back to the default. Inside a runtime only.
pub(super) fn spare_children() {
    static SPARED: Once = Once::new();
    SPARED.call_once(|| {
        for number in PASSED_ON.map(Signal::as_raw).into_iter().filter(|number| is_ignored(*number)) {
            // where the system refuses, the signal stays as it is
            let _ = signal(SignalKind::from_raw(number));
        }
    });
}
