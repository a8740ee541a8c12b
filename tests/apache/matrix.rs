//! The matrix: `kafkalab matrix` plays a lab with each part of either engine. Three cells are played here, each part once of each engine;
//! `KAFKALAB_CELLS=all` plays all eight, and with `KAFKA_HOME` on that release instead of its jars.

use std::path::PathBuf;
use std::time::Duration;

use kafkalab::process::spawn::Command;

use crate::Case;
use crate::support::release;
use crate::world::World;

pub const CASES: &[Case] = &[("labs_pass_with_every_mixture_of_engines", |world| world.block_on(cells_pass(world)))];

/// Between them each part is of each engine beside parts of the other.
const CELLS: [&str; 3] = ["apache/bundled/bundled", "bundled/apache/apache", "bundled/bundled/apache"];
/// How long one cell may take on a machine with other things to do.
const CELL: Duration = Duration::from_secs(600);

async fn cells_pass(world: &World) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let named = std::env::var_os("KAFKA_HOME").filter(|home| !home.is_empty()).map(PathBuf::from);
    let release = named.unwrap_or_else(|| release::write(folder.path(), Some(world.jars().libs())));
    let mut command = Command::new(env!("CARGO_BIN_EXE_kafkalab"))
        .args(["matrix", "--free-ports", "--lang", "en", "--deadline", "300", "01", "--apache"])
        .arg(release);
    if std::env::var("KAFKALAB_CELLS").as_deref() != Ok("all") {
        command = command.args(CELLS.iter().flat_map(|cell| ["--cell", cell]));
    }
    let output = command.output(b"", 1 << 20, CELL * 8).await.expect("it runs and ends");
    let said = output.stdout.text();
    assert_eq!(output.ended.code(), 0, "{said}{}", output.stderr.text());
    assert!(said.contains(" cells pass"), "{said}");
}
