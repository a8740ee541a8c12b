//! Disks that refuse: the coordinator ends as ZooKeeper does, every client whose write was not acknowledged is told so, and after a start
//! with room nothing that was acknowledged is missing.

use std::collections::BTreeMap;

use kafkalab::engine::zookeeper::client::Client;
use kafkalab::engine::zookeeper::protocol::CreateMode;
use kafkalab::process::signal::Signal;
use kafkalab::process::spawn::{Child, exit_code};

use crate::coordinator_process::{CoordinatorProcess, DEADLINE};

/// Bytes of a znode's data: a few hundred fill what the tests allow.
const DATA_BYTES: usize = 4000;
const CREATES_MAX: usize = 5000;

/// Creates znodes until the server has gone; the paths that were acknowledged.
async fn create_until_refused(client: &Client) -> Vec<String> {
    let mut acknowledged = Vec::new();
    for number in 0..CREATES_MAX {
        match client.create(&format!("/n{number}"), vec![b'x'; DATA_BYTES], CreateMode::Persistent).await {
            Ok((path, _)) => acknowledged.push(path),
            Err(error) => {
                assert!(error.code().is_none() || error.is_connection_loss(), "refused with {error}");
                return acknowledged;
            }
        }
    }
    panic!("the disk took everything");
}

async fn ended(mut server: Child) -> i32 {
    exit_code(tokio::time::timeout(DEADLINE, server.wait()).await.expect("it ends by itself").expect("a child of ours"))
}

/// Fills the disk, and finds everything acknowledged after a start with room.
async fn check(process: &CoordinatorProcess, server: Child, expected_code: i32, expected_lines: &[&str]) {
    let client = process.client().await;
    let acknowledged = create_until_refused(&client).await;
    drop(client);
    assert_eq!(ended(server).await, expected_code, "{}", process.log_text());
    let log = process.log_text();
    for line in expected_lines {
        assert!(log.contains(line), "{line:?} is not in:\n{log}");
    }
    assert!(acknowledged.len() > 10, "{}", acknowledged.len());
    let mut server = process.start();
    let client = process.client().await;
    let (children, _) = client.get_children("/").await.expect("listed");
    let mut found = BTreeMap::new();
    for path in children.iter().map(|name| format!("/{name}")).filter(|path| path.starts_with("/n")) {
        let (data, _) = client.get_data(&path).await.expect("read");
        found.insert(path, data.len());
    }
    for path in &acknowledged {
        assert_eq!(found.get(path), Some(&DATA_BYTES), "{path} was acknowledged");
    }
    assert!(found.len() <= acknowledged.len() + 1 && found.values().all(|length| *length == DATA_BYTES), "nothing is half there");
    server.signal(Signal::Kill).expect("killed");
    server.wait().await.expect("ended");
}

const LOG_REFUSED: [&str; 4] = [
    "ERROR Severe unrecoverable error, from thread : SyncThread:0 (org.apache.zookeeper.server.ZooKeeperCriticalThread)",
    "INFO Thread SyncThread:0 exits, error code 1 (org.apache.zookeeper.server.ZooKeeperServerListenerImpl)",
    "INFO Exiting normally (org.apache.zookeeper.server.ZooKeeperServerMain)",
    "INFO Exiting JVM with code 0 (org.apache.zookeeper.util.ServiceUtils)",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_may_not_grow_ends_the_server_and_loses_nothing() {
    let process = CoordinatorProcess::new("preAllocSize=64\n").await;
    let server = process.start_limited(512);
    let lines = [&LOG_REFUSED[..], &["java.io.IOException: File too large"]].concat();
    check(&process, server, 0, &lines).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snapshot_that_may_not_grow_ends_the_server_and_loses_nothing() {
    let process = CoordinatorProcess::new("preAllocSize=64\nsnapCount=40\n").await;
    let server = process.start_limited(512);
    let lines = [
        "ERROR Severe unrecoverable error, exiting (org.apache.zookeeper.server.ZooKeeperServer)",
        "java.io.IOException: File too large",
        "ERROR Exiting JVM with code 10 (org.apache.zookeeper.util.ServiceUtils)",
    ];
    check(&process, server, 10, &lines).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_ends_the_server_and_loses_nothing() {
    let process = CoordinatorProcess::new("preAllocSize=64\n").await;
    let Some(server) = process.start_on_small_disk(700).await else {
        println!("skipped: a file system of its own needs root");
        return;
    };
    let lines = [&LOG_REFUSED[..], &["java.io.IOException: No space left on device"]].concat();
    check(&process, server, 0, &lines).await;
}
