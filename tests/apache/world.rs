//! What the tests share: the jars, a runtime, and a bundled coordinator and broker that are started for the first test that asks.

use kafkalab::engine::bundled::Bundled;
use kafkalab::process::signal::{self, Signal};
use kafkalab::process::spawn::Output;
use kafkalab::process::table;
use tokio::runtime::Runtime;
use tokio::sync::OnceCell;

use crate::jars::{Jars, runtime};
use crate::support::{self, Pair};

/// Everything that outlives one test.
pub struct World {
    // before the runtime: it is needed to end them
    pair: OnceCell<Pair>,
    bundled: Bundled,
    _distribution: tempfile::TempDir,
    jars: Option<Jars>,
    runtime: Runtime,
}

impl World {
    /// Nothing is started yet.
    pub fn new(jars: Option<Jars>) -> Self {
        let distribution = tempfile::tempdir().expect("a temporary folder");
        let bundled = support::bundled(distribution.path());
        let runtime = runtime();
        runtime.spawn(end_children_on_interrupt());
        Self { pair: OnceCell::new(), bundled, _distribution: distribution, jars, runtime }
    }

    /// Apache's jars.
    pub fn jars(&self) -> &Jars {
        self.jars.as_ref().expect("tests without jars are ignored; this one was asked for all the same")
    }

    /// The bundled engine.
    pub fn bundled(&self) -> &Bundled {
        &self.bundled
    }

    /// The bundled servers that tests share.
    pub async fn pair(&self) -> &Pair {
        self.pair.get_or_init(|| Pair::start(&self.bundled, &self.bundled, &[])).await
    }

    /// Runs a test to its end.
    pub fn block_on<F: Future>(&self, test: F) -> F::Output {
        self.runtime.block_on(test)
    }
}

/// Servers have process groups of their own, so Ctrl-C at the terminal does not reach them: they would outlive the tests.
async fn end_children_on_interrupt() {
    if tokio::signal::ctrl_c().await.is_err() {
        return;
    }
    let me = std::process::id();
    for child in table::all().into_iter().filter(|process| process.parent == me) {
        // gone already is what is wanted
        let _ = signal::send_group(child.identity, Signal::Kill);
    }
    std::process::exit(130);
}

/// What a tool printed, where it ended with `code`; else a failed test that shows everything.
#[track_caller]
pub fn printed(output: &Output, code: i32) -> String {
    let (stdout, stderr) = (output.stdout.text(), output.stderr.text());
    assert_eq!(output.ended.code(), code, "exit code; stdout:\n{stdout}\nstderr:\n{stderr}");
    stdout
}
