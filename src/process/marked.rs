//! Processes that carry a mark in their environment, wherever they have gone: in the background, in another session, or with another
//! parent. What a shell starts inherits the mark, so nothing that it started is lost sight of.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::time::Duration;

use super::signal::{self, Signal};
use super::table::{self, Process};
use super::wait;

/// How often what is left is killed before giving up: a process that forks faster than this is not stopped by looking.
const KILL_ROUNDS: u32 = 50;
/// The part of the grace that one process may take before the next one is asked as well.
const TURN_PART: u32 = 8;
/// How long one round waits for killed processes to be gone.
const KILL_WAIT: Duration = Duration::from_millis(200);

/// The running processes whose environment has every one of `marks` (name and value), ourselves left out.
pub fn find(marks: &[(&str, &OsStr)]) -> Vec<Process> {
    let mut found = table::all();
    found.retain(|process| carries(process, marks));
    found
}

/// Whether a process is running, is not this one, and has every one of `marks` in its environment.
pub fn carries(process: &Process, marks: &[(&str, &OsStr)]) -> bool {
    process.pid() != std::process::id()
        && process.is_running()
        && process.environment().is_some_and(|environment| {
            marks.iter().all(|(name, value)| environment.get(OsStr::new(name)).is_some_and(|found| found == value))
        })
}

/// Stops whatever `look` finds, and what it finds later: hang up and terminate first (and continue, for what was stopped), after `grace`
/// kill. What was started last is stopped first, so that a server can still take leave of the one that it was started for. Returns what
/// still runs, which is nothing unless it belongs to another user.
pub async fn stop(look: impl Fn() -> Vec<Process>, grace: Duration) -> Vec<Process> {
    if !grace.is_zero() {
        // whoever is gone before this moment has passed is not told of
        let _ = tokio::time::timeout(grace, ask_to_end(&look, grace / TURN_PART)).await;
    }
    for _ in 0..KILL_ROUNDS {
        let left = look();
        if left.is_empty() {
            return left;
        }
        // every one of them, before any is waited for
        let refused = left
            .iter()
            .map(|process| signal::send(process.identity, Signal::Kill))
            .fold(0, |refused, sent| refused + usize::from(matches!(sent, Err(signal::SignalError::NotPermitted { .. }))));
        if refused == left.len() {
            return left;
        }
        let _ = wait::until_true(KILL_WAIT, "killed processes to be gone", || {
            !left.iter().any(|process| process.identity.is_running())
        })
        .await;
    }
    look()
}

/// Asks one process after the other to end, each when the one before has ended or has had its `turn`; returns when nothing is left.
async fn ask_to_end(look: &impl Fn() -> Vec<Process>, turn: Duration) {
    let mut asked = BTreeSet::new();
    loop {
        let found = look();
        let next = found.iter().map(|process| process.identity).filter(|identity| !asked.contains(identity));
        let Some(next) = next.max_by_key(|identity| (identity.start_ticks, identity.pid)) else {
            if found.is_empty() {
                return;
            }
            let news = || look().iter().all(|process| !asked.contains(&process.identity));
            let _ = wait::until_true(turn, "a process to end", news).await;
            continue;
        };
        asked.insert(next);
        for signal in [Signal::HangUp, Signal::Terminate, Signal::Continue] {
            // gone already, or not ours: seen again when it is killed
            let _ = signal::send(next, signal);
        }
        let _ = wait::until_true(turn, "a process to end", || !next.is_running()).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::spawn::Command;

    fn marked(value: &str) -> Vec<Process> {
        find(&[("KAFKALAB_TEST_MARK", OsStr::new(value))])
    }

    /// How many marked `sleep`s there are; a process in the middle of its exec has no arguments yet.
    fn sleeping(mark: &str) -> usize {
        marked(mark).iter().filter(|process| process.name() == "sleep").count()
    }

    async fn started(script: &str, mark: &str) -> crate::process::spawn::Child {
        let child = Command::new("/bin/sh").args(["-c", script]).env("KAFKALAB_TEST_MARK", mark).spawn().expect("sh starts");
        let seen = wait::until_true(Duration::from_secs(10), "the sleep", || sleeping(mark) > 0);
        seen.await.expect("it is found by its mark");
        child
    }

    #[tokio::test]
    async fn what_ignores_the_gentle_signals_is_killed() {
        let mark = format!("stubborn-{}", std::process::id());
        let mut child = started("trap '' HUP TERM; sleep 600; sleep 600; :", &mark).await;
        let left = stop(|| marked(&mark), Duration::from_millis(100)).await;
        assert!(left.is_empty(), "{left:?}");
        assert!(!child.wait().await.expect("it ended").success());
    }

    #[tokio::test]
    async fn what_was_started_last_is_stopped_first() {
        let mark = format!("order-{}", std::process::id());
        let folder = tempfile::tempdir().expect("a folder");
        let log = folder.path().join("log");
        // each goes on when its sleep was ended
        let script = |name: &str| format!("trap : HUP TERM; sleep 600; echo {name} >> {}", log.display());
        let mut first = started(&script("first"), &mark).await;
        let second = Command::new("/bin/sh").args(["-c", &script("second")]).env("KAFKALAB_TEST_MARK", &mark);
        let mut second = second.spawn().expect("sh starts");
        let both = wait::until_true(Duration::from_secs(10), "both", || sleeping(&mark) == 2).await;
        both.expect("they run");
        assert!(stop(|| marked(&mark), Duration::from_secs(60)).await.is_empty());
        assert_eq!(std::fs::read_to_string(&log).expect("both wrote"), "second\nfirst\n");
        first.wait().await.expect("it ended");
        second.wait().await.expect("it ended");
    }

    #[tokio::test]
    async fn what_ends_by_itself_is_not_waited_for_longer() {
        let mark = format!("willing-{}", std::process::id());
        let mut child = started("sleep 600; :", &mark).await;
        let started = std::time::Instant::now();
        assert!(stop(|| marked(&mark), Duration::from_secs(60)).await.is_empty());
        assert!(started.elapsed() < Duration::from_secs(30));
        child.wait().await.expect("it ended");
    }
}
