//! The coordinator side by side with Apache's ZooKeeper: start-up, memory, creates and reads per second with 1, 16 and 256 clients, and how
//! long a change takes to reach 1,000 watchers. Both have a fresh data directory, Kafka's own configuration and the same load, by turns.
//!
//! `cargo bench --bench coordinator -- --apache DIR [--rounds N] [--seconds S]`; figures are read, never asserted.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail};
use futures_util::future::{join_all, try_join_all};
use kafkalab::engine::apache::Apache;
use kafkalab::engine::bundled::Bundled;
use kafkalab::engine::distribution::{self, Settings};
use kafkalab::engine::server::{Engine, Role, Server};
use kafkalab::engine::trial::Trial;
use kafkalab::engine::zookeeper::client::{Client, ConnectString};
use kafkalab::engine::zookeeper::protocol::{CreateMode, EventType};
use kafkalab::text::Language;

const DEADLINE: Duration = Duration::from_secs(60);
const CLIENTS: [usize; 3] = [1, 16, 256];
/// Requests of one client that are under way at once.
const DEPTH: usize = 16;
const DATA_BYTES: usize = 100;
const READ_ZNODES: usize = 1000;
const WATCHERS: usize = 1000;
const CHANGES: u32 = 5;
const MIB: f64 = 1024.0 * 1024.0;

struct Options {
    apache: Option<PathBuf>,
    rounds: u32,
    load: Duration,
}

/// One figure of one round.
struct Figure {
    name: String,
    unit: &'static str,
    /// Whether more is better.
    is_rate: bool,
    value: f64,
}

fn main() -> anyhow::Result<()> {
    let options = options(std::env::args().skip(1))?;
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(compare(&options))
}

fn options(mut arguments: impl Iterator<Item = String>) -> anyhow::Result<Options> {
    let mut options = Options { apache: None, rounds: 3, load: Duration::from_secs(3) };
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().with_context(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--apache" => options.apache = Some(std::path::absolute(value()?)?),
            "--rounds" => options.rounds = value()?.parse()?,
            "--seconds" => options.load = Duration::from_secs(value()?.parse()?),
            // cargo adds this one
            "--bench" => {}
            _ => bail!("unknown argument {argument}: --apache DIR, --rounds N, --seconds S"),
        }
    }
    Ok(options)
}

async fn compare(options: &Options) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let program = Path::new(env!("CARGO_BIN_EXE_kafkalab"));
    let bundled = Bundled::new(distribution::write(folder.path(), &Settings::shipped(Language::En), program)?.distribution);
    let apache =
        options.apache.as_deref().map(|path| Apache::folder(path).ok_or_else(|| anyhow!("{} is no Kafka", path.display())));
    let apache = apache.transpose()?;
    let mut rounds: Vec<[Vec<Figure>; 2]> = Vec::new();
    for _ in 0..options.rounds {
        let ours = measure(&bundled, options.load).await.context("bundled")?;
        let theirs = match &apache {
            Some(apache) => measure(apache, options.load).await.context("apache")?,
            None => Vec::new(),
        };
        rounds.push([ours, theirs]);
    }
    print(&rounds);
    Ok(())
}

/// The medians, and the median of the rounds' ratios: how many times better the bundled coordinator is.
fn print(rounds: &[[Vec<Figure>; 2]]) {
    let median = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    };
    println!("the median of {} rounds; {DEPTH} requests of a client under way\n", rounds.len());
    println!("{:<28}{:>14}{:>14}{:>9}", "", "bundled", "apache", "ratio");
    let Some([first, _]) = rounds.first() else { return };
    for (at, Figure { name, unit, is_rate, .. }) in first.iter().enumerate() {
        let of = |engine: usize| median(rounds.iter().filter_map(|round| Some(round[engine].get(at)?.value)).collect());
        let ratio = median(
            rounds
                .iter()
                .filter_map(|[ours, theirs]| {
                    let (ours, theirs) = (ours.get(at)?.value, theirs.get(at)?.value);
                    Some(if *is_rate { ours / theirs } else { theirs / ours })
                })
                .collect(),
        );
        let shown = |value: Option<f64>| value.map_or(String::new(), |value| format!("{value:.1} {unit}"));
        let ratio = ratio.map_or(String::new(), |ratio| format!("{ratio:.1}x"));
        println!("{name:<28}{:>14}{:>14}{ratio:>9}", shown(of(0)), shown(of(1)));
    }
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
    figures.push(figure(&format!("change to {WATCHERS} watchers"), "ms", fan_out(port, &client).await?));
    figures.push(figure("memory after load", "MiB", rss(&server)?));
    server.kill().await?;
    Ok(figures)
}

fn figure(name: &str, unit: &'static str, value: f64) -> Figure {
    Figure { name: name.to_owned(), unit, is_rate: false, value }
}

fn rate(name: String, value: f64) -> Figure {
    Figure { name, unit: "/s", is_rate: true, value }
}

fn rss(server: &Server) -> anyhow::Result<f64> {
    Ok(server.describe().context("it has ended")?.rss_bytes as f64 / MIB)
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
