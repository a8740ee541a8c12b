//! Every recorded session with the bundled tools on the bundled servers: what they print, where, and how they end is what Apache's own
//! did. Where a tool differs with a reason it must really differ.

use crate::support::recorded::{Session, Step, bundled_tool, play_on};
use crate::support::{Pair, bundled};

/// Set to play only the sessions whose names begin so.
const ONLY: &str = "KAFKALAB_SESSION";

async fn played(session: &Session) -> Session {
    let distribution = tempfile::tempdir().expect("a temporary folder");
    let engine = bundled(distribution.path());
    let pair = if session.needs_servers() { Some(Pair::start(&engine, &engine, &[]).await) } else { None };
    play_on(session, pair.as_ref(), &bundled_tool).await
}

#[test]
fn sessions_are_written_as_they_are_read() {
    for session in Session::all() {
        let text = std::fs::read_to_string(&session.path).expect("a readable file");
        assert!(session.text() == text, "{} is not written as a recording is", session.path.display());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bundled_tools_do_what_apaches_did() {
    let only = std::env::var(ONLY).unwrap_or_default();
    let mut complaints = Vec::new();
    let mut lines = 0;
    let sessions = Session::all().into_iter().filter(|session| session.name().starts_with(&only));
    // the recordings of tools and APIs that the bundle does not have yet wait for them
    let served = |session: &Session| session.beyond_the_bundle().is_none() && session.is_bundled();
    for session in sessions.filter(served) {
        let found = played(&session).await;
        for (recorded, found) in session.steps.iter().zip(&found.steps) {
            if let (Step::Run(recorded), Step::Run(found)) = (recorded, found) {
                lines += 1;
                complaints.extend(recorded.complaint(found).map(|text| format!("{}: {text}", session.name())));
            }
        }
    }
    assert!(lines > 0, "no recorded session was played");
    assert!(
        complaints.is_empty(),
        "{} of {lines} lines differ (- Apache, + bundled):\n{}",
        complaints.len(),
        complaints.join("\n")
    );
}
