//! Every recorded session with the bundled tools on the bundled servers: what they print, where, and how they end is what Apache's own
//! did. Where a tool differs with a reason it must really differ.

use kafkalab::engine::tools::zookeeper_shell;

use crate::support::recorded::{Session, Step, bundled_tool, play_on};
use crate::support::{DEADLINE, Pair, bundled};

/// Set to play only the sessions whose names begin so.
const ONLY: &str = "KAFKALAB_SESSION";

async fn played(session: &Session) -> Session {
    let distribution = tempfile::tempdir().expect("a temporary folder");
    let engine = bundled(distribution.path());
    let pair = if session.needs_servers() { Some(Pair::start(&engine, &engine, &session.config()).await) } else { None };
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

/// The recordings leave the events of a shell's own session out, since it may end before they come; one that waits has them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_shell_tells_of_its_session() {
    const LIMIT: usize = 10_000;
    let distribution = tempfile::tempdir().expect("a temporary folder");
    let engine = bundled(distribution.path());
    let pair = Pair::start(&engine, &engine, &[]).await;
    let server = format!("localhost:{}", pair.coordinator.port());
    let shell = bundled_tool(zookeeper_shell::MAIN_CLASS).args(["-server", &server]);
    let output = shell.output(b"ls /brokers\nquit\n", LIMIT, DEADLINE).await.expect("the program starts");
    let event = |state: &str| format!("\nWATCHER::\n\nWatchedEvent state:{state} type:None path:null\n");
    let (begun, ended) = (event("SyncConnected"), event("Closed"));
    let expected =
        format!("Connecting to {server}\nWelcome to ZooKeeper!\nJLine support is disabled\n{begun}[ids, seqid, topics]\n{ended}");
    assert_eq!((output.stdout.text(), output.stderr.text(), output.ended.code()), (expected, String::new(), 0));
}
