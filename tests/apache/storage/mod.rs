//! One data directory under both coordinators by turns: what either leaves behind, the other goes on with.

mod damages;

use std::collections::BTreeMap;
use std::time::Duration;

use kafkalab::engine::server::{Engine, Role};
use kafkalab::engine::trial::Trial;
use kafkalab::engine::zookeeper::client::{Client, ConnectString, Op, first_error};
use kafkalab::engine::zookeeper::protocol::{Acl, CreateMode, Id, perms};

use similar::TextDiff;

use crate::Case;
use crate::support::{DEADLINE, serving};
use crate::world::World;

pub const CASES: &[Case] = &[
    ("either_coordinator_goes_on_with_the_others_data", |world| world.block_on(takes_over(world))),
    ("either_coordinator_decides_the_same_on_damaged_data", |world| world.block_on(damages::decide_the_same(world))),
];

/// Small files and many snapshots; znodes with a time to live are allowed.
const LINES: [(Role, &str); 4] = [
    (Role::Coordinator, "preAllocSize=64"),
    (Role::Coordinator, "snapCount=20"),
    (Role::Coordinator, "extendedTypesEnabled=true"),
    (Role::Coordinator, "maxClientCnxns=0"),
];
/// The longest that both servers allow.
const SESSION_TIMEOUT: Duration = Duration::from_secs(60);

/// How a server ends.
#[derive(Clone, Copy, Debug)]
enum End {
    Stop,
    Kill,
}

/// Names the server three times: a client waits a session timeout divided by the number of servers for the answer to its first request,
/// and one that comes between ZooKeeper's bind and the making of its database gets none, nor is its connection closed (its log
/// has a `NullPointerException` in `ZooKeeperServer.removeCnxn`). It comes again in time to keep its session.
async fn client(port: u16) -> Client {
    let servers: ConnectString = vec![format!("127.0.0.1:{port}"); 3].join(",").parse().expect("a valid address");
    Client::connect(&servers, SESSION_TIMEOUT, DEADLINE).await.expect("a session")
}

async fn takes_over(world: &World) {
    let (apache, bundled): (&dyn Engine, &dyn Engine) = (&world.jars().engine(), world.bundled());
    let folder = tempfile::tempdir().expect("a temporary folder");
    let trial = Trial::prepare(folder.path(), &LINES).await.expect("two free ports");
    let turns = [
        (apache, End::Kill),
        (bundled, End::Kill),
        (apache, End::Stop),
        (bundled, End::Stop),
        (apache, End::Kill),
        (bundled, End::Kill),
    ];
    let mut sessions: Vec<Client> = Vec::new();
    let mut before = None;
    for (turn, (engine, end)) in turns.into_iter().enumerate() {
        let mut server = serving(trial.start(engine, Role::Coordinator, DEADLINE).await);
        for session in &sessions {
            let id = session.session_id();
            if let Err(error) = session.wait_connected(DEADLINE).await {
                let said = std::fs::read_to_string(server.log()).unwrap_or_default();
                panic!("turn {turn}, {}: session 0x{id:x} is not taken up again: {error}; its log:\n{said}", engine.name());
            }
            assert_eq!(session.session_id(), id, "turn {turn}: the session lives on");
        }
        let found = dump(server.port()).await;
        if let Some(before) = before.replace(found.clone()) {
            assert!(
                before == found,
                "turn {turn}, {}:\n{}",
                engine.name(),
                TextDiff::from_lines(&before, &found).unified_diff().context_radius(0)
            );
        }
        let session = client(server.port()).await;
        write(&session, turn).await;
        sessions.push(session);
        before = Some(dump(server.port()).await);
        match end {
            End::Stop => server.stop(DEADLINE).await.expect("stopped"),
            End::Kill => server.kill().await.expect("killed"),
        };
    }
}

/// Every kind of znode and of transaction.
async fn write(client: &Client, turn: usize) {
    let root = format!("/turn{turn}");
    let at = |name: &str| format!("{root}/{name}");
    client.create(&root, "root", CreateMode::Persistent).await.expect("created");
    client.create_null(&at("null")).await.expect("created");
    client.create(&at("이름-é"), "값", CreateMode::Persistent).await.expect("created");
    let mut numbered = Vec::new();
    for mode in [CreateMode::PersistentSequential, CreateMode::EphemeralSequential, CreateMode::PersistentSequential] {
        numbered.push(client.create(&at("s-"), "", mode).await.expect("created").0);
    }
    client.create(&at("e"), vec![b'e'; 2000], CreateMode::Ephemeral).await.expect("created");
    client.create(&at("container"), "", CreateMode::Container).await.expect("created");
    client.create(&at("container/child"), "", CreateMode::Persistent).await.expect("created");
    let day = Duration::from_secs(86_400);
    client.create_with_ttl(&at("ttl"), "", CreateMode::PersistentWithTtl, day).await.expect("created");
    client.create_with_ttl(&at("ttl-"), "x", CreateMode::PersistentSequentialWithTtl, day).await.expect("created");
    let acl = |id: &str, perms| Acl { perms, id: Id { scheme: "ip".to_owned(), id: id.to_owned() } };
    let list = vec![acl("127.0.0.1", perms::ALL), acl(&format!("10.0.0.{turn}"), perms::READ)];
    client.create_with_acl(&at("acl"), "", CreateMode::Persistent, list.clone()).await.expect("created");
    client.set_acl(&at("null"), list, None).await.expect("set");
    for number in 0..20 {
        client.set_data(&root, format!("{number}"), None).await.expect("set");
    }
    let op = |path: String| Op::SetData { path, data: "multi".into(), version: None };
    let create = |path: String, mode| Op::Create { path, data: "multi".into(), mode };
    let parts = vec![
        create(at("m"), CreateMode::Persistent),
        create(at("m/s-"), CreateMode::PersistentSequential),
        op(at("m")),
        Op::Check { path: at("e"), version: 0 },
        create(at("gone"), CreateMode::Persistent),
        Op::Delete { path: at("gone"), version: None },
    ];
    assert_eq!(first_error(&client.multi(parts).await.expect("answered")), None);
    let refused = vec![op(at("m")), op(at("nowhere"))];
    assert!(first_error(&client.multi(refused).await.expect("answered")).is_some());
    client.delete(&numbered[0], None).await.expect("deleted");
    client.create(&format!("/zookeeper/quota{root}"), "", CreateMode::Persistent).await.expect("created");
    client
        .create(&format!("/zookeeper/quota{root}/zookeeper_limits"), "count=90,bytes=-1", CreateMode::Persistent)
        .await
        .expect("created");
    client
        .create(&format!("/zookeeper/quota{root}/zookeeper_stats"), "count=0,bytes=0", CreateMode::Persistent)
        .await
        .expect("created");
    client.create(&at("counted"), "12345", CreateMode::Persistent).await.expect("created");
}

/// Every znode with its data, its ACL and every field of its statistics.
async fn dump(port: u16) -> String {
    let client = client(port).await;
    let mut lines = BTreeMap::new();
    let mut paths = vec!["/".to_owned()];
    while let Some(path) = paths.pop() {
        let (data, stat) = client.get_data(&path).await.expect("read");
        let (acl, _) = client.get_acl(&path).await.expect("read");
        let (children, _) = client.get_children(&path).await.expect("read");
        let below = if path == "/" { "" } else { &path };
        paths.extend(children.iter().map(|child| format!("{below}/{child}")));
        let acl: Vec<String> = acl.iter().map(|acl| format!("{}:{}:{}", acl.id.scheme, acl.id.id, acl.perms)).collect();
        lines.insert(path.clone(), format!("{path} {stat:?} {} {data:?}\n", acl.join(",")));
    }
    client.close().await;
    lines.into_values().collect()
}
