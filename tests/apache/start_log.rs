//! What ZooKeeper logs as it starts, held against the recording that the bundled coordinator is held against.

use kafkalab::engine::server::{Role, Server};
use kafkalab::engine::trial::Trial;
use kafkalab::engine::zookeeper::client::four_letter_word;
use kafkalab::process::wait;

use crate::Case;
use crate::support::start_log::{RECORDED, SERVES, masked};
use crate::support::{DEADLINE, is_recording};
use crate::world::World;

pub const CASES: &[Case] = &[("zookeeper_logs_the_recorded_start", |world| world.block_on(logs_the_recorded_start(world)))];

/// Where the recording is kept.
const RECORDING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/apache/zookeeper-start.txt");

/// The lines in their order, and apart from them what a thread of its own says when it gets to it.
fn in_order(log: &str) -> (Vec<&str>, Vec<&str>) {
    log.lines().partition(|line| !line.starts_with("INFO PrepRequestProcessor (sid:0) started"))
}

async fn logs_the_recorded_start(world: &World) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let trial = Trial::prepare(folder.path(), &[(Role::Coordinator, "maxClientCnxns=60")]).await.expect("two free ports");
    let (port, config) = (trial.port(Role::Coordinator), trial.folder().join(Role::Coordinator.config_name()));
    // not `Trial::start`: that asks whether it serves, which is logged
    let engine = world.jars().engine();
    let mut server = Server::start(&engine, Role::Coordinator, &config, port, &trial.folder().join("logs")).expect("started");
    let log = server.log().to_owned();
    let logged = async |what: &str| {
        wait::until(DEADLINE, what, || async { std::fs::read_to_string(&log).ok().filter(|said| said.contains(what)) }).await
    };
    logged(SERVES).await.expect("it starts");
    four_letter_word("127.0.0.1", port, "srvr", DEADLINE).await.expect("answered");
    let said = logged("Processing srvr command").await.expect("it answers");
    let found = masked(&said, port, &trial.data(Role::Coordinator), &config).join("\n");
    server.kill().await.expect("killed");
    if is_recording() {
        std::fs::write(RECORDING, format!("{found}\n")).expect("written");
    } else {
        assert_eq!(in_order(&found), in_order(RECORDED));
    }
}
