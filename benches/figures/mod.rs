//! What the comparisons share: both engines by turns, the figures of each round, and the table of medians and ratios.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use kafkalab::engine::apache::{Apache, Folder};
use kafkalab::engine::bundled::Bundled;
use kafkalab::engine::distribution::{self, Settings};
use kafkalab::engine::server::{Engine, Server};
use kafkalab::text::Language;

const MIB: f64 = 1024.0 * 1024.0;

/// What was asked for on the command line.
pub struct Options {
    /// The folder of Apache's Kafka; without it there are no ratios.
    pub apache: Option<PathBuf>,
    /// How often each engine is measured.
    pub rounds: u32,
    /// How long one load lasts.
    pub load: Duration,
}

/// One figure of one round.
pub struct Figure {
    name: String,
    unit: &'static str,
    /// Whether more is better.
    is_rate: bool,
    value: f64,
}

/// A figure of which less is better.
pub fn figure(name: impl Into<String>, unit: &'static str, value: f64) -> Figure {
    Figure { name: name.into(), unit, is_rate: false, value }
}

/// A figure per second, of which more is better.
pub fn rate(name: impl Into<String>, value: f64) -> Figure {
    Figure { name: name.into(), unit: "/s", is_rate: true, value }
}

/// The memory of a server, in MiB.
pub fn rss(server: &Server) -> anyhow::Result<f64> {
    Ok(server.describe().context("it has ended")?.rss_bytes as f64 / MIB)
}

/// The memory of a server: what of it is in memory, and of that its part, where a page that several processes share is divided among
/// them (`Pss` in proc_pid_smaps(5)).
pub fn memory(name: &str, server: &Server) -> anyhow::Result<[Figure; 2]> {
    let pid = server.describe().context("it has ended")?.pid;
    let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
    let kib = rollup.lines().find_map(|line| line.strip_prefix("Pss:")?.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    let part = kib.context("no Pss in smaps_rollup")? / 1024.0;
    Ok([figure(name, "MiB", rss(server)?), figure("  its part of what is shared", "MiB", part)])
}

/// Measures both engines by turns and prints the table; `note` stands above it.
pub fn main(note: &str, measure: impl AsyncFn(&dyn Engine, &Options) -> anyhow::Result<Vec<Figure>>) -> anyhow::Result<()> {
    let options = options(std::env::args().skip(1))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let rounds = runtime.block_on(compare(&options, measure))?;
    print(note, &rounds);
    Ok(())
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

async fn compare(
    options: &Options,
    measure: impl AsyncFn(&dyn Engine, &Options) -> anyhow::Result<Vec<Figure>>,
) -> anyhow::Result<Vec<[Vec<Figure>; 2]>> {
    let folder = tempfile::tempdir()?;
    let program = Path::new(env!("CARGO_BIN_EXE_kafkalab"));
    let bundled = Bundled::new(distribution::write(folder.path(), &Settings::shipped(Language::En), program)?.distribution);
    let apache = options.apache.as_deref().map(Folder::open).transpose()?.as_ref().map(Apache::folder);
    let mut rounds = Vec::new();
    for _ in 0..options.rounds {
        let ours = measure(&bundled, options).await.context("bundled")?;
        let theirs = match &apache {
            Some(apache) => measure(apache, options).await.context("apache")?,
            None => Vec::new(),
        };
        rounds.push([ours, theirs]);
    }
    Ok(rounds)
}

/// The medians, and the median of the rounds' ratios: how many times better the bundled server is.
fn print(note: &str, rounds: &[[Vec<Figure>; 2]]) {
    let median = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    };
    println!("the median of {} rounds; {note}\n", rounds.len());
    println!("{:<36}{:>16}{:>16}{:>9}", "", "bundled", "apache", "ratio");
    let Some([first, _]) = rounds.first() else { return };
    for (at, Figure { name, unit, is_rate, .. }) in first.iter().enumerate() {
        let of = |engine: usize| median(rounds.iter().filter_map(|round| Some(round[engine].get(at)?.value)).collect());
        let ratios = rounds.iter().filter_map(|[ours, theirs]| {
            let (ours, theirs) = (ours.get(at)?.value, theirs.get(at)?.value);
            Some(if *is_rate { ours / theirs } else { theirs / ours })
        });
        let shown = |value: Option<f64>| value.map_or(String::new(), |value| format!("{value:.1} {unit}"));
        let ratio = median(ratios.collect()).map_or(String::new(), |ratio| format!("{ratio:.1}x"));
        println!("{name:<36}{:>16}{:>16}{ratio:>9}", shown(of(0)), shown(of(1)));
    }
}
