//! `kafkalab engine-start`: how long both engines take from nothing to a created topic, and how much memory they hold then.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context;
use unicode_width::UnicodeWidthStr;

use crate::engine::apache::{Apache, Folder};
use crate::engine::bundled::Bundled;
use crate::engine::distribution::{self, Settings};
use crate::engine::server::{Engine, Role};
use crate::engine::trial::Trial;
use crate::text::{Language, Text, engine_start as text};

/// How long a server may take; Kafka itself gives up on ZooKeeper after 18 s.
const DEADLINE: Duration = Duration::from_secs(60);

/// What to compare.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Args {
    /// A folder of Apache Kafka 3.6.0 to compare with; without it only the bundled engine is measured
    #[arg(long, value_name = "DIR")]
    apache: Option<PathBuf>,
    /// How many times to measure
    #[arg(long, default_value_t = 3, value_name = "N", value_parser = clap::value_parser!(u8).range(1..))]
    rounds: u8,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// One engine's figures: of one round, or the medians.
#[derive(Clone, Copy, Debug, serde::Serialize)]
struct Figures {
    coordinator_ms: f64,
    broker_ms: f64,
    topic_ms: f64,
    total_ms: f64,
    rss_bytes: f64,
}

#[derive(Debug, serde::Serialize)]
struct Report {
    rounds: u8,
    bundled: Figures,
    #[serde(skip_serializing_if = "Option::is_none")]
    apache: Option<Figures>,
    /// Apache's figures divided by the bundled engine's.
    #[serde(skip_serializing_if = "Option::is_none")]
    ratios: Option<Figures>,
}

/// Measures and prints.
///
/// # Errors
/// The Apache folder is none, a server does not come up, or the temporary folder cannot be written.
pub async fn run(args: &Args, language: Language) -> anyhow::Result<ExitCode> {
    let folder = tempfile::tempdir().context("no temporary folder")?;
    let program = distribution::this_program()?;
    let written = distribution::write(folder.path(), &Settings::shipped(language), &program)?;
    let bundled = measure(&Bundled::new(written.distribution), args.rounds).await?;
    let apache = match &args.apache {
        Some(path) => {
            let folder = Folder::open(path).map_err(|error| anyhow::anyhow!(error.message().say(language)))?;
            Some(measure(&Apache::folder(&folder), args.rounds).await?)
        }
        None => None,
    };
    let ratios = apache.map(|apache| apache.with(&bundled, |apache, bundled| apache / bundled));
    let report = Report { rounds: args.rounds, bundled, apache, ratios };
    let page = if args.json { serde_json::to_string_pretty(&report)? + "\n" } else { table(&report, language) };
    io::stdout().write_all(page.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// The median of each figure over the rounds.
async fn measure(engine: &dyn Engine, rounds: u8) -> anyhow::Result<Figures> {
    let mut all = Vec::new();
    for _ in 0..rounds {
        all.push(round(engine).await.with_context(|| format!("engine {}", engine.name()))?);
    }
    let median = |figure: fn(&Figures) -> f64| {
        let mut values: Vec<f64> = all.iter().map(figure).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    Ok(Figures {
        coordinator_ms: median(|figures| figures.coordinator_ms),
        broker_ms: median(|figures| figures.broker_ms),
        topic_ms: median(|figures| figures.topic_ms),
        total_ms: median(|figures| figures.total_ms),
        rss_bytes: median(|figures| figures.rss_bytes),
    })
}

async fn round(engine: &dyn Engine) -> anyhow::Result<Figures> {
    let folder = tempfile::tempdir().context("no temporary folder")?;
    let trial = Trial::prepare(folder.path(), &[]).await?;
    let begin = Instant::now();
    let mut coordinator = trial.start(engine, Role::Coordinator, DEADLINE).await?;
    let coordinator_up = Instant::now();
    let mut broker = trial.start(engine, Role::Broker, DEADLINE).await?;
    let broker_up = Instant::now();
    trial.create_topic("test_topic", 1, DEADLINE).await?;
    let end = Instant::now();
    let rss =
        [&coordinator, &broker].into_iter().filter_map(|server| server.describe()).map(|state| state.rss_bytes).sum::<u64>();
    broker.stop(DEADLINE).await?;
    coordinator.stop(DEADLINE).await?;
    let milliseconds = |from: Instant, to: Instant| (to - from).as_secs_f64() * 1000.0;
    Ok(Figures {
        coordinator_ms: milliseconds(begin, coordinator_up),
        broker_ms: milliseconds(coordinator_up, broker_up),
        topic_ms: milliseconds(broker_up, end),
        total_ms: milliseconds(begin, end),
        rss_bytes: rss as f64,
    })
}

impl Figures {
    fn with(&self, other: &Self, combine: fn(f64, f64) -> f64) -> Self {
        Self {
            coordinator_ms: combine(self.coordinator_ms, other.coordinator_ms),
            broker_ms: combine(self.broker_ms, other.broker_ms),
            topic_ms: combine(self.topic_ms, other.topic_ms),
            total_ms: combine(self.total_ms, other.total_ms),
            rss_bytes: combine(self.rss_bytes, other.rss_bytes),
        }
    }
}

/// A row of the table: its name, which figure, and how that is written.
type Row = (Text, fn(&Figures) -> f64, fn(f64) -> String);

const ROWS: &[Row] = &[
    (text::COORDINATOR, |figures| figures.coordinator_ms, milliseconds),
    (text::BROKER, |figures| figures.broker_ms, milliseconds),
    (text::TOPIC, |figures| figures.topic_ms, milliseconds),
    (text::TOTAL, |figures| figures.total_ms, milliseconds),
    (text::MEMORY, |figures| figures.rss_bytes, mebibytes),
];

fn milliseconds(value: f64) -> String {
    format!("{value:.1} ms")
}

fn mebibytes(bytes: f64) -> String {
    format!("{:.1} MiB", bytes / f64::from(1 << 20))
}

fn table(report: &Report, language: Language) -> String {
    let mut page = text::ABOUT.fill(language, &[("rounds", &report.rounds)]) + "\n";
    let mut line = |name: &str, cells: [String; 3]| {
        // the width on the screen, which for Korean is not the number of characters
        let gap = " ".repeat(22_usize.saturating_sub(name.width()));
        let ratio_gap = " ".repeat(8_usize.saturating_sub(cells[2].width()));
        let row = format!("  {name}{gap}{:>12}{:>14}{ratio_gap}{}", cells[0], cells[1], cells[2]);
        page.push_str(row.trim_end());
        page.push('\n');
    };
    let heads = report.apache.map_or_else(Default::default, |_| ("apache".to_owned(), text::RATIO.get(language).to_owned()));
    line("", ["bundled".to_owned(), heads.0, heads.1]);
    for (name, figure, write) in ROWS {
        let apache = report.apache.as_ref().map(|figures| write(figure(figures))).unwrap_or_default();
        let ratio = report.ratios.as_ref().map(|figures| format!("{:.0}x", figure(figures))).unwrap_or_default();
        line(name.get(language), [write(figure(&report.bundled)), apache, ratio]);
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(total_ms: f64) -> Figures {
        Figures { coordinator_ms: 10.0, broker_ms: 20.0, topic_ms: 5.0, total_ms, rss_bytes: 20.0 * 1024.0 * 1024.0 }
    }

    #[test]
    fn the_table_shows_both_engines_and_their_ratio() {
        let (bundled, apache) = (figures(40.0), figures(4000.0));
        let ratios = Some(apache.with(&bundled, |apache, bundled| apache / bundled));
        let report = Report { rounds: 3, bundled, apache: Some(apache), ratios };
        insta::assert_snapshot!(table(&report, Language::En), @r"
        From nothing to a created topic: the median of 3 rounds.
                                     bundled        apache   ratio
          coordinator serves         10.0 ms       10.0 ms      1x
          broker serves              20.0 ms       20.0 ms      1x
          topic created               5.0 ms        5.0 ms      1x
          in all                     40.0 ms     4000.0 ms    100x
          memory (RSS)              20.0 MiB      20.0 MiB      1x
        ");
        let korean = table(&report, Language::Ko);
        let widths: Vec<usize> = korean.lines().skip(1).map(UnicodeWidthStr::width).collect();
        assert!(widths.windows(2).all(|pair| pair[0] == pair[1]), "the columns are even:\n{korean}");
        let alone = table(&Report { apache: None, ratios: None, ..report }, Language::En);
        assert!(!alone.contains("apache") && alone.contains("40.0 ms"), "{alone}");
    }
}
