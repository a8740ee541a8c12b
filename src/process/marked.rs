//! Processes that carry a mark in their environment, wherever they have gone: in the background, in another session, or with another
//! parent. What a shell starts inherits the mark, so nothing that it started is lost sight of.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::time::Duration;

use tokio::time::Instant;

use super::signal::{self, Signal};
use super::table::{self, Process};
use super::wait;

/// How often what is left is killed before giving up: a process that forks faster than this is not stopped by looking.
const KILL_ROUNDS: u32 = 50;
/// How long one round waits for killed processes to be gone.
const KILL_WAIT: Duration = Duration::from_millis(200);

/// The running processes whose environment has every one of `marks` (name and value), ourselves left out.
pub fn find(marks: &[(&str, &OsStr)]) -> Vec<Process> {
    let me = std::process::id();
    let mut found = table::all();
    found.retain(|process| {
        process.pid() != me
            && process.is_running()
            && process.environment().is_some_and(|environment| {
                marks.iter().all(|(name, value)| environment.get(OsStr::new(name)).is_some_and(|found| found == value))
            })
    });
    found
}

/// Stops whatever `look` finds, and what it finds later: hang up and terminate first (and continue, for what was stopped), after `grace`
/// kill. Returns what still runs, which is nothing unless it belongs to another user.
pub async fn stop(look: impl Fn() -> Vec<Process>, grace: Duration) -> Vec<Process> {
    let end = Instant::now() + grace;
    let mut asked = BTreeSet::new();
    let everything_ended = async {
        let _ = wait::until_true(grace, "processes to end", || {
            let found = look();
            for process in &found {
                if asked.insert(process.identity) {
                    for signal in [Signal::HangUp, Signal::Terminate, Signal::Continue] {
                        // gone already, or not ours: seen again below
                        let _ = signal::send(process.identity, signal);
                    }
                }
            }
            found.is_empty()
        })
        .await;
    };
    let _ = tokio::time::timeout_at(end, everything_ended).await;
    for _ in 0..KILL_ROUNDS {
        let left = look();
        if left.is_empty() {
            return left;
        }
        let refused = left
            .iter()
            .all(|process| matches!(signal::send(process.identity, Signal::Kill), Err(signal::SignalError::NotPermitted { .. })));
        if refused {
            return left;
        }
        let _ = wait::until_true(KILL_WAIT, "killed processes to be gone", || {
            !left.iter().any(|process| process.identity.is_running())
        })
        .await;
    }
    look()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::spawn::Command;

    fn marked(value: &str) -> Vec<Process> {
        find(&[("KAFKALAB_TEST_MARK", OsStr::new(value))])
    }

    async fn started(script: &str, mark: &str) -> crate::process::spawn::Child {
        let child = Command::new("/bin/sh").args(["-c", script]).env("KAFKALAB_TEST_MARK", mark).spawn().expect("sh starts");
        let seen = wait::until_true(Duration::from_secs(10), "the sleep", || marked(mark).iter().any(|p| p.argv[0] == "sleep"));
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
    async fn what_ends_by_itself_is_not_waited_for_longer() {
        let mark = format!("willing-{}", std::process::id());
        let mut child = started("sleep 600; :", &mark).await;
        let started = Instant::now();
        assert!(stop(|| marked(&mark), Duration::from_secs(60)).await.is_empty());
        assert!(started.elapsed() < Duration::from_secs(30));
        child.wait().await.expect("it ended");
    }
}
