//! The tools side by side with Apache's, on one bundled broker: how long a tool takes from its start to its end, and how many records per
//! second the console producer and consumer move.
//!
//! `cargo bench --bench tools -- --apache DIR [--rounds N]`; figures are read, never asserted.

mod figures;

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use kafkalab::engine::bundled::Bundled;
use kafkalab::engine::distribution::{self, Distribution, Settings};
use kafkalab::engine::server::{Engine, Role};
use kafkalab::engine::trial::Trial;
use kafkalab::process::spawn::Command;
use kafkalab::text::Language;

use figures::{Figure, Options, figure, memory, rate};

const DEADLINE: Duration = Duration::from_secs(300);
/// What a tool may print: the console consumer prints every record.
const OUTPUT_BYTES_MAX: usize = 256 << 20;
/// How many records the console tools move, and their size in bytes.
const RECORDS: u32 = 500_000;
const RECORD_BYTES: usize = 100;
const TOPIC: &str = "lines";

fn main() -> anyhow::Result<()> {
    figures::main("each tool from its start to its end, on the bundled broker", async |engine, options| {
        measure(engine, options).await
    })
}

async fn measure(engine: &dyn Engine, options: &Options) -> anyhow::Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_kafkalab"));
    let ours = distribution::write(folder.path(), &Settings::shipped(Language::En), program)?.distribution;
    let servers = Bundled::new(ours.clone());
    let is_bundled = engine.name() == servers.name();
    let theirs = options.apache.as_deref().map(Distribution::at);
    let tools = Tools { distribution: if is_bundled { ours } else { theirs.context("--apache DIR")? } };
    let trial = Trial::prepare(folder.path(), &[]).await?;
    let mut coordinator = trial.start(&servers, Role::Coordinator, DEADLINE).await?;
    let mut broker = trial.start(&servers, Role::Broker, DEADLINE).await?;
    trial.create_topic(TOPIC, 1, DEADLINE).await?;
    let server = trial.bootstrap();
    let mut figures = Vec::new();
    let one = b"one\n";
    let produce = ["--bootstrap-server", &server, "--topic", TOPIC];
    let consume = ["--bootstrap-server", &server, "--topic", TOPIC, "--from-beginning", "--max-messages"];
    for (name, script, arguments, input) in [
        ("kafka-topics --version", "kafka-topics.sh", vec!["--version"], &b""[..]),
        ("kafka-topics --list", "kafka-topics.sh", vec!["--list", "--bootstrap-server", &server], b""),
        ("console producer, 1 record", "kafka-console-producer.sh", produce.to_vec(), one),
        // the first group waits for the topic of the offsets to be made
        ("console consumer, first group", "kafka-console-consumer.sh", [&consume[..], &["1"]].concat(), b""),
        ("console consumer, 1 record", "kafka-console-consumer.sh", [&consume[..], &["1"]].concat(), b""),
    ] {
        let took = tools.run(script, &arguments, input).await?;
        figures.push(figure(name, "ms", took.as_secs_f64() * 1000.0));
    }
    let mut lines = String::with_capacity(RECORDS as usize * (RECORD_BYTES + 1));
    for number in 0..RECORDS {
        writeln!(lines, "{number:0RECORD_BYTES$}")?;
    }
    let took = tools.run("kafka-console-producer.sh", &produce, lines.as_bytes()).await?;
    figures.push(rate("console producer, records", f64::from(RECORDS) / took.as_secs_f64()));
    let all = RECORDS.to_string();
    let took = tools.run("kafka-console-consumer.sh", &[&consume[..], &[&all]].concat(), b"").await?;
    figures.push(rate("console consumer, records", f64::from(RECORDS) / took.as_secs_f64()));
    figures.extend(memory("the broker's memory after it", &broker)?);
    broker.kill().await?;
    coordinator.kill().await?;
    Ok(figures)
}

/// The scripts of one engine.
struct Tools {
    distribution: Distribution,
}

impl Tools {
    /// Runs a tool to its end; how long it took.
    async fn run(&self, script: &str, arguments: &[&str], input: &[u8]) -> anyhow::Result<Duration> {
        let command = Command::new(self.distribution.script(script)).args(arguments.iter().copied());
        let began = Instant::now();
        let output = command.env("LOG_DIR", std::env::temp_dir()).output(input, OUTPUT_BYTES_MAX, DEADLINE).await?;
        let took = began.elapsed();
        if !output.ended.is_success() {
            bail!("{script} ended with {}: {}", output.ended.code(), output.stderr.text());
        }
        Ok(took)
    }
}
