//! The coordinator side by side with Apache's ZooKeeper: start-up, memory, creates and reads per second with 1, 16 and 256 clients, and how
//! long a change takes to reach 1,000 watchers. Both have a fresh data directory, Kafka's own configuration and the same load, by turns.
//!
//! `cargo bench --bench coordinator -- --apache DIR [--rounds N] [--seconds S]`; figures are read, never asserted.

mod figures;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::bail;
use futures_util::future::{join_all, try_join_all};
use kafkalab::engine::server::{Engine, Role};
use kafkalab::engine::trial::Trial;
use kafkalab::engine::zookeeper::client::{Client, ConnectString};
use kafkalab::engine::zookeeper::protocol::{CreateMode, EventType};

use figures::{Figure, figure, rate, rss};

const DEADLINE: Duration = Duration::from_secs(60);
const CLIENTS: [usize; 3] = [1, 16, 256];
/// Requests of one client that are under way at once.
const DEPTH: usize = 16;
const DATA_BYTES: usize = 100;
const READ_ZNODES: usize = 1000;
const WATCHERS: usize = 1000;
const CHANGES: u32 = 5;

fn main() -> anyhow::Result<()> {
    figures::main(&format!("{DEPTH} requests of a client under way"), async |engine, options| measure(engine, options.load).await)
}

async fn measure(engine: &dyn Engine, load: Duration) -> anyhow::Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let trial = Trial::prepare(folder.path(), &[(Role::Coordinator, "maxClientCnxns=0")]).await?;
    let began = Instant::now();
    let mut server = trial.start(engine, Role::Coordinator, DEADLINE).await?;
    let start_ms = began.elapsed().as_secs_f64() * 1000.0;
    let mut figures = vec![figure("start to serving", "ms", start_ms), figure("memory after start", "MiB", rss(&server)?)];
    let port = server.port();
    let client = client(port).await?;
    client.create("/read", "", CreateMode::Persistent).await?;
    let znodes = (0..READ_ZNODES).map(|number| {
        let client = client.clone();
        async move { client.create(&format!("/read/{number}"), vec![b'x'; DATA_BYTES], CreateMode::Persistent).await }
    });
    try_join_all(znodes).await?;
    for count in CLIENTS {
        let root = format!("/create{count}");
        client.create(&root, "", CreateMode::Persistent).await?;
        let create = async |client: &Client, number: u64| {
            client.create(&format!("{root}/{number}"), vec![b'x'; DATA_BYTES], CreateMode::Persistent).await.is_ok()
        };
        figures.push(rate(format!("creates, {count} clients"), run(port, count, load, create).await?));
    }
    for count in CLIENTS {
        let read = async |client: &Client, number: u64| {
            client.get_data(&format!("/read/{}", number * 7919 % READ_ZNODES as u64)).await.is_ok()
        };
        figures.push(rate(format!("reads, {count} clients"), run(port, count, load, read).await?));
    }
    figures.push(figure(format!("change to {WATCHERS} watchers"), "ms", fan_out(port, &client).await?));
    figures.push(figure("memory after load", "MiB", rss(&server)?));
    server.kill().await?;
    Ok(figures)
}

async fn client(port: u16) -> anyhow::Result<Client> {
    let servers: ConnectString = format!("127.0.0.1:{port}").parse()?;
    Ok(Client::connect(&servers, DEADLINE, DEADLINE).await?)
}

/// So many clients repeat a request for a time; how many were answered per second.
async fn run(port: u16, count: usize, load: Duration, request: impl AsyncFn(&Client, u64) -> bool) -> anyhow::Result<f64> {
    let clients = try_join_all((0..count).map(|_| client(port))).await?;
    let (next, done, is_over) = (AtomicU64::new(0), AtomicU64::new(0), AtomicBool::new(false));
    let began = Instant::now();
    let workers = clients.iter().flat_map(|client| std::iter::repeat_n(client, DEPTH)).map(async |client| {
        while !is_over.load(Ordering::Relaxed) {
            if !request(client, next.fetch_add(1, Ordering::Relaxed)).await {
                bail!("a request was refused");
            }
            done.fetch_add(1, Ordering::Relaxed);
            if began.elapsed() >= load {
                is_over.store(true, Ordering::Relaxed);
            }
        }
        Ok(())
    });
    try_join_all(workers).await?;
    let rate = done.load(Ordering::Relaxed) as f64 / began.elapsed().as_secs_f64();
    join_all(clients.iter().map(Client::close)).await;
    Ok(rate)
}

/// How many ms pass from a change until each watcher, with a session of its own, has heard of it.
async fn fan_out(port: u16, writer: &Client) -> anyhow::Result<f64> {
    const PATH: &str = "/read/0";
    let watchers = try_join_all((0..WATCHERS).map(|_| client(port))).await?;
    let watchers: Arc<[Client]> = watchers.into();
    let mut times = Vec::new();
    for _ in 0..CHANGES {
        let mut events: Vec<_> = watchers.iter().map(Client::subscribe).collect();
        try_join_all(watchers.iter().map(|watcher| watcher.watch_data(PATH))).await?;
        let began = Instant::now();
        writer.set_data(PATH, vec![b'y'; DATA_BYTES], None).await?;
        let heard = join_all(events.iter_mut().map(async |events| {
            while let Some(event) = events.recv().await {
                if event.event_type == EventType::NodeDataChanged {
                    return true;
                }
            }
            false
        }));
        let heard = tokio::time::timeout(DEADLINE, heard).await?;
        times.push(began.elapsed().as_secs_f64() * 1000.0);
        if heard.contains(&false) {
            bail!("a watcher was lost");
        }
    }
    join_all(watchers.iter().map(Client::close)).await;
    times.sort_by(f64::total_cmp);
    Ok(times[times.len() / 2])
}
