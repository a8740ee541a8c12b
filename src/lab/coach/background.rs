//! Servers that a line starts in the background: how one of them ends is to be seen in its log alone, by who looks there.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::engine::distribution::Distribution;
use crate::judge::diagnose::diagnose;
use crate::judge::diagnostic::Severity;
use crate::judge::rules::Line;
use crate::judge::rules::context::CommandContext;
use crate::lab::check::scope::{BROKER_CLASS, COORDINATOR_CLASS, Scope};

/// How long a server's start is looked at; a JVM beside others may take as long as this to fail.
const START_MAX: Duration = Duration::from_secs(60);
/// How often its log is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// The most of a log that one start writes, in bytes.
const LOG_BYTES_MAX: u64 = 1024 * 1024;

/// A server that a line is about to start in the background.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Background {
    class: &'static str,
    /// What its log has in it when it has started.
    started: &'static str,
    log: PathBuf,
    /// How long the log was before.
    length: u64,
}

impl Background {
    /// The server that a line starts last, where it does so in the background.
    pub(super) fn of(context: &CommandContext<'_>, scope: &Scope) -> Option<Self> {
        let line = Line::new(context, None)?;
        let (class, started) = line.invocations.iter().rev().find_map(|invocation| {
            let daemon = invocation.arguments.first().is_some_and(|word| word.text.as_deref() == Some("-daemon"));
            match invocation.tool(context)?.script {
                _ if !daemon && !invocation.command.background => None,
                "kafka-server-start.sh" => Some((BROKER_CLASS, "] started (kafka.server.KafkaServer)")),
                "zookeeper-server-start.sh" => Some((COORDINATOR_CLASS, "PrepRequestProcessor (sid:0) started")),
                _ => None,
            }
        })?;
        let log = scope.folder().join(Distribution::folder_name()).join("logs").join("server.log");
        let length = std::fs::metadata(&log).map_or(0, |log| log.len());
        Some(Self { class, started, log, length })
    }

    /// Waits until it has ended with an error while it started, and returns what its log says of that; `None` where it starts, where it
    /// was ended by somebody, or `is_over`: another one was started meanwhile.
    pub(super) async fn death(&self, scope: &Scope, is_over: impl Fn() -> bool) -> Option<String> {
        let mut seen = self.length;
        let mut pause = tokio::time::interval(LOOK_EVERY);
        let look = async {
            loop {
                pause.tick().await;
                if is_over() {
                    return None;
                }
                let length = std::fs::metadata(&self.log).map_or(0, |log| log.len());
                if length == seen {
                    continue;
                }
                let said = read_from(&self.log, self.length);
                if !names_a_cause(&said) {
                    if said.contains(self.started) {
                        return None;
                    }
                    seen = length;
                } else if scope.processes(self.class).is_empty() {
                    return Some(said);
                }
            }
        };
        tokio::time::timeout(START_MAX, look).await.ok().flatten()
    }
}

/// Whether a log tells why a server ended.
fn names_a_cause(said: &str) -> bool {
    diagnose(said.as_bytes()).is_ok_and(|found| found.causes.first().is_some_and(|cause| cause.rule.severity == Severity::Error))
}

/// The end of a log from a place on; all of it where it is shorter, which is a new one.
fn read_from(log: &Path, place: u64) -> String {
    let mut bytes = Vec::new();
    if let Ok(mut file) = File::open(log) {
        let place = if file.metadata().is_ok_and(|log| log.len() < place) { 0 } else { place };
        // what could be read is what can be told
        let _ = file.seek(SeekFrom::Start(place)).and_then(|_| file.take(LOG_BYTES_MAX).read_to_end(&mut bytes));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::judge::rules::testing::World;

    const NODE_EXISTS: &str = "[2023-11-01 10:00:00,000] ERROR Error while creating ephemeral at /brokers/ids/0, node already exists and owner '72059' does not match current session '72060' (kafka.zk.KafkaZkClient$CheckedEphemeral)\n[2023-11-01 10:00:00,000] ERROR Fatal error during KafkaServer startup. Prepare to shutdown (kafka.server.KafkaServer)\norg.apache.zookeeper.KeeperException$NodeExistsException: KeeperErrorCode = NodeExists\n";
    const STARTED: &str = "[2023-11-01 10:00:00,000] INFO [KafkaServer id=0] started (kafka.server.KafkaServer)\n";

    fn of(line: &str, folder: &Path) -> Option<Background> {
        Background::of(&World::new().context(line), &Scope::new("no-such-session", folder))
    }

    #[test]
    fn only_a_server_in_the_background_is_looked_after() {
        let folder = tempfile::tempdir().expect("a folder");
        let check = |line: &str, expected: Option<&str>| {
            assert_eq!(of(line, folder.path()).map(|background| background.class), expected, "{line}");
        };
        check("nohup ./kafka-server-start.sh ../config/server.properties > ../logs/broker.log 2>&1 &", Some(BROKER_CLASS));
        check("./kafka-server-start.sh -daemon ../config/server.properties", Some(BROKER_CLASS));
        check("./zookeeper-server-start.sh ../config/zookeeper.properties &", Some(COORDINATOR_CLASS));
        check("./kafka-server-start.sh ../config/server.properties", None);
        check("./kafka-topics.sh --list --bootstrap-server localhost:9092 &", None);
    }

    /// What is told where a log that had an older death in it goes on like this.
    async fn check(more: &str, over: bool, expected: bool) {
        let folder = tempfile::tempdir().expect("a folder");
        let logs = folder.path().join(Distribution::folder_name()).join("logs");
        std::fs::create_dir_all(&logs).expect("made");
        std::fs::write(logs.join("server.log"), NODE_EXISTS).expect("written");
        let background = of("./kafka-server-start.sh ../config/server.properties &", folder.path()).expect("in the background");
        let mut log = File::options().append(true).open(logs.join("server.log")).expect("opened");
        log.write_all(more.as_bytes()).expect("written");
        let scope = Scope::new("no-such-session", folder.path());
        assert_eq!(background.death(&scope, || over).await.is_some(), expected, "{more}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_death_is_seen_in_what_the_log_says_since_the_line() {
        check(NODE_EXISTS, false, true).await;
        check(STARTED, false, false).await;
        // nothing was logged in time, or another start is on
        check("", false, false).await;
        check(NODE_EXISTS, true, false).await;
        // what happens to a broker that has started is another story
        check(&format!("{STARTED}[2023-11-01 10:00:09,000] INFO Terminating process due to signal SIGTERM\n"), false, false)
            .await;
    }
}
