//! The coordinator side by side with Apache's ZooKeeper: start-up, memory with nothing and with the same znodes, creates and reads per
//! second with 1, 16 and 256 clients and the processor time of each, and how long a change takes to reach 1,000 watchers. Both have a fresh data directory, Kafka's own configuration and the same load, by turns.
//!
//! `cargo bench --bench coordinator -- --apache DIR [--rounds N] [--seconds S]`; figures are read, never asserted.

mod figures;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use futures_util::future::{join_all, try_join_all};
use kafkalab::engine::server::{Engine, Role, Server};
use kafkalab::engine::trial::Trial;
use kafkalab::engine::zookeeper::client::{Client, ConnectString};
use kafkalab::engine::zookeeper::protocol::{CreateMode, EventType};

use figures::{Figure, figure, memory, rate};

const DEADLINE: Duration = Duration::from_secs(60);
const CLIENTS: [usize; 3] = [1, 16, 256];
/// Requests of one client that are under way at once.
const DEPTH: usize = 16;
/// The same while znodes are made of which nobody takes the time.
const FILL_DEPTH: usize = 256;
const DATA_BYTES: usize = 100;
const READ_ZNODES: usize = 1000;
/// Znodes with which memory is compared.
const KEPT_ZNODES: usize = 100_000;
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
    let mut figures = vec![figure("start to serving", "ms", start_ms)];
    figures.extend(memory("memory after start", &server)?);
    let port = server.port();
    let client = client(port).await?;
    fill(&client, "/read", READ_ZNODES).await?;
    fill(&client, "/kept", KEPT_ZNODES).await?;
    figures.extend(memory(&format!("memory with {KEPT_ZNODES} znodes"), &server)?);
    for count in CLIENTS {
        let root = format!("/create{count}");
        client.create(&root, "", CreateMode::Persistent).await?;
        let create = async |client: &Client, number: u64| {
            client.create(&format!("{root}/{number}"), vec![b'x'; DATA_BYTES], CreateMode::Persistent).await.is_ok()
        };
        run(&server, count, load, create).await?.show(&format!("creates, {count} clients"), &mut figures);
    }
    for count in CLIENTS {
        let read = async |client: &Client, number: u64| {
            client.get_data(&format!("/read/{}", number * 7919 % READ_ZNODES as u64)).await.is_ok()
        };
        run(&server, count, load, read).await?.show(&format!("reads, {count} clients"), &mut figures);
    }
    figures.push(figure(format!("change to {WATCHERS} watchers"), "ms", fan_out(port, &client).await?));
    figures.extend(memory("memory after load", &server)?);
    server.kill().await?;
    Ok(figures)
}

/// The processor time that a server has used so far.
fn cpu_time(server: &Server) -> anyhow::Result<Duration> {
    let pid = server.describe().context("it has ended")?.pid;
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // the name, which may hold blanks, ends with the last parenthesis; 12th and 13th after it are user and system time
    let after_name = stat.rsplit_once(')').map_or("", |(_, after)| after);
    let ticks = after_name.split_whitespace().skip(11).take(2).map(str::parse::<u64>).sum::<Result<u64, _>>()?;
    Ok(Duration::from_secs_f64(ticks as f64 / rustix::param::clock_ticks_per_second() as f64))
}

async fn client(port: u16) -> anyhow::Result<Client> {
    let servers: ConnectString = format!("127.0.0.1:{port}").parse()?;
    Ok(Client::connect(&servers, DEADLINE, DEADLINE).await?)
}

/// Creates a znode and so many children of it.
async fn fill(client: &Client, root: &str, count: usize) -> anyhow::Result<()> {
    client.create(root, "", CreateMode::Persistent).await?;
    let next = AtomicUsize::new(0);
    let workers = (0..FILL_DEPTH).map(async |_| {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return anyhow::Ok(());
            }
            client.create(&format!("{root}/{number}"), vec![b'x'; DATA_BYTES], CreateMode::Persistent).await?;
        }
    });
    try_join_all(workers).await.map(drop)
}

/// What came of a load.
struct Load {
    per_second: f64,
    /// Processor time of the server for one request, in microseconds.
    cpu_us: f64,
}

impl Load {
    fn show(&self, name: &str, figures: &mut Vec<Figure>) {
        figures.push(rate(name, self.per_second));
        figures.push(figure("  processor time of one", "us", self.cpu_us));
    }
}

/// So many clients repeat a request for a time.
async fn run(server: &Server, count: usize, load: Duration, request: impl AsyncFn(&Client, u64) -> bool) -> anyhow::Result<Load> {
    let clients = try_join_all((0..count).map(|_| client(server.port()))).await?;
    let cpu_before = cpu_time(server)?;
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
    let done = done.load(Ordering::Relaxed) as f64;
    let per_second = done / began.elapsed().as_secs_f64();
    let cpu_us = (cpu_time(server)? - cpu_before).as_secs_f64() * 1e6 / done;
    join_all(clients.iter().map(Client::close)).await;
    Ok(Load { per_second, cpu_us })
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
