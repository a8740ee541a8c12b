//! What the test binaries share: servers of either engine, librdkafka as a client, and the tree of a coordinator as text.

pub mod answers;
pub mod librdkafka;
pub mod random;
pub mod raw;
pub mod recorded;
pub mod release;
pub mod session;
pub mod start_log;
pub mod tally;
pub mod znodes;

use std::path::Path;
use std::time::Duration;

use kafkalab::engine::bundled::Bundled;
use kafkalab::engine::distribution::{self, Distribution, Settings};
use kafkalab::engine::server::{Engine, Role, Server};
use kafkalab::engine::trial::Trial;
use kafkalab::text::Language;

/// How long anything may take before it counts as hung; a JVM on a busy machine needs a good part of it.
pub const DEADLINE: Duration = Duration::from_secs(90);
/// Set to record anew what the tests are held against; for sessions of tools, its value chooses which.
pub const RECORD: &str = "KAFKALAB_RECORD";

/// Whether `KAFKALAB_RECORD` asks for what Apache does to be recorded anew.
pub fn is_recording() -> bool {
    std::env::var_os(RECORD).is_some()
}

/// A distribution folder with the bundled program, written into `folder`.
pub fn bundled_distribution(folder: &Path) -> Distribution {
    let program = Path::new(env!("CARGO_BIN_EXE_kafkalab"));
    let written = distribution::write(folder, &Settings::shipped(Language::En), program);
    written.expect("a temporary folder is writable").distribution
}

/// The bundled engine, in a distribution folder written into `folder`.
pub fn bundled(folder: &Path) -> Bundled {
    Bundled::new(bundled_distribution(folder))
}

/// A coordinator and a broker that serve, with data of their own; they end when this is dropped.
pub struct Pair {
    // before the folder: servers must not outlive their data
    pub broker: Server,
    pub coordinator: Server,
    pub trial: Trial,
    _folder: Kept,
}

/// A folder that goes away, unless its test fails and the environment says that it shall be looked at (`KAFKALAB_KEEP=1`).
struct Kept(tempfile::TempDir);

impl Drop for Kept {
    fn drop(&mut self) {
        if std::thread::panicking() && std::env::var_os("KAFKALAB_KEEP").is_some() {
            self.0.disable_cleanup(true);
            eprintln!("kept: {}", self.0.path().display());
        }
    }
}

impl Pair {
    /// Starts a coordinator of one engine and a broker of another, or of the same; each of `lines` is added to that server's
    /// configuration.
    pub async fn start(coordinator: &dyn Engine, broker: &dyn Engine, lines: &[(Role, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let trial = Trial::prepare(folder.path(), lines).await.expect("two free ports");
        let coordinator = serving(trial.start(coordinator, Role::Coordinator, DEADLINE).await);
        let broker = serving(trial.start(broker, Role::Broker, DEADLINE).await);
        Self { broker, coordinator, trial, _folder: Kept(folder) }
    }

    /// `localhost:PORT` of the broker.
    pub fn bootstrap(&self) -> String {
        self.trial.bootstrap()
    }
}

/// The server, or a failed test that says what its log ends with.
pub fn serving<E: std::fmt::Display>(started: Result<Server, E>) -> Server {
    started.unwrap_or_else(|error| panic!("{error}"))
}
